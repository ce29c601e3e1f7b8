/*
 * sandbox_pg.c -- the fence around the text of a query, and the box in which it runs.
 */
#include "law/sandbox_pg.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "law/allowed.h"
#include "law/text.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/analyze.h"
#include "parser/parse_type.h"
#include "parser/parser.h"
#include "storage/latch.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/regproc.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timeout.h"
#include "access/transam.h"

int			law_timeout = 5000;

/* What is known while a query is looked at. */
typedef struct Look
{
	const LawObjects *objects;
	const char *text;
	List	   *views;
	int			nodes;
	int			tables;
	int			concats;
	int			products;
	int			depth;			/* of expressions */
	int			nesting;		/* of subqueries */
} Look;

static bool look_at_expression(Node *node, void *self);
static void look_at_query(Look *look, Query *query);
static void look_at_clauses(Look *look, List *clauses, List *targets, bool ordered);

/* ---- refusing ---- */

static void refuse(const Look *look, Code code, int location, const char *hint, const char *format,...)
	pg_attribute_printf(5, 6) pg_attribute_noreturn();

/* Refuse the query: what is wrong, where, and what to do; the code's own hint if there is no better one. */
static void
refuse(const Look *look, Code code, int location, const char *hint, const char *format,...)
{
	char	   *detail;
	va_list		args;
	char		buffer[512];

	va_start(args, format);
	vsnprintf(buffer, sizeof buffer, format, args);
	va_end(args);
	detail = pstrdup(buffer);
	ereport(ERROR,
			(errcode(code_errcode(code)),
			 errmsg("%s", code_message(code)),
			 errdetail_internal("%s", detail),
			 errhint("%s", hint != NULL ? hint : code_hint(code)),
			 location >= 0 ? internalerrquery(look->text) : 0,
			 location >= 0 ? internalerrposition(location + 1) : 0));
	pg_unreachable();
}


/* ---- what things are called ---- */

/* The namespace that a list of names begins with; NULL if it is one name. */
static const char *
names_schema(List *names)
{
	return list_length(names) > 1 ? strVal(linitial(names)) : NULL;
}

static void
check_schema(Look *look, List *names, bool or_law, Code code, int location, const char *what)
{
	const char *schema = names_schema(names);

	if (list_length(names) > 2 ||
		(schema != NULL && strcmp(schema, "pg_catalog") != 0 && !(or_law && strcmp(schema, "law") == 0)))
		refuse(look, code, location, NULL, "The %s %s lies in another schema.", what, NameListToString(names));
}

/* The types' names of a function's or an operator's arguments, as the list of what is allowed has them. */
static char *
type_names(const Oid *types, int n)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < n; i++)
	{
		HeapTuple	tuple = OidIsValid(types[i]) ? SearchSysCache1(TYPEOID, ObjectIdGetDatum(types[i])) : NULL;

		if (i > 0)
			appendStringInfoChar(&names, ',');
		if (HeapTupleIsValid(tuple))
		{
			Form_pg_type type = (Form_pg_type) GETSTRUCT(tuple);

			/* Types of the server alone: one that somebody made and called int8 is none of them. */
			appendStringInfoString(&names, type->oid < FirstUnpinnedObjectId ? NameStr(type->typname) : "other");
			ReleaseSysCache(tuple);
		}
	}
	return names.data;
}

/* ---- the raw tree ---- */

/* Types that a law may name.  law.action is none: only constructors make actions. */
static bool
may_name_type(List *names)
{
	static const char *const types[] = {"bool", "int2", "int4", "int8", "numeric", "text", "date", "uuid"};
	const char *schema = names_schema(names);

	if (list_length(names) > 2 || (schema != NULL && strcmp(schema, "pg_catalog") != 0))
		return false;
	for (int i = 0; i < lengthof(types); i++)
		if (strcmp(strVal(llast(names)), types[i]) == 0)
			return true;
	return false;
}

static void
look_at_raw_type(Look *look, TypeName *type)
{
	if (type->arrayBounds != NIL || type->setof || type->pct_type || type->names == NIL || !may_name_type(type->names))
		refuse(look, CODE_LAW_TYPE, type->location,
			   list_length(type->names) == 2 && strcmp(strVal(linitial(type->names)), "law") == 0 ?
			   "Make actions with constructors, such as law.pay()." : NULL,
			   "The type %s%s is not allowed.", TypeNameToString(type), type->arrayBounds != NIL ? "[]" : "");
}

/* Look at names and constructs before PostgreSQL resolves anything.  What this lets pass is looked at again. */
static bool
look_at_raw(Node *node, void *self)
{
	Look	   *look = self;
	bool		result;

	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_TypeName:
			look_at_raw_type(look, (TypeName *) node);
			break;
		case T_TypeCast:
			look_at_raw_type(look, ((TypeCast *) node)->typeName);
			break;
		case T_RangeVar:
			{
				RangeVar   *var = (RangeVar *) node;

				if (var->catalogname != NULL || (var->schemaname != NULL && strcmp(var->schemaname, "law") != 0))
					refuse(look, CODE_LAW_RELATION, var->location, NULL, "%s.%s is not in schema law.", var->schemaname, var->relname);
				break;
			}
		case T_FuncCall:
			{
				FuncCall   *call = (FuncCall *) node;

				check_schema(look, call->funcname, true, CODE_LAW_FUNCTION, call->location, "function");
				if (call->over != NULL)
					refuse(look, CODE_LAW_UNSTABLE, call->location, "Use GROUP BY and aggregates.", "Window functions depend on the order of rows.");
				if (call->func_variadic || call->agg_within_group || call->agg_order != NIL)
					refuse(look, CODE_LAW_CONSTRUCT, call->location, NULL, "VARIADIC, WITHIN GROUP and ORDER BY in a call are not allowed.");
				break;
			}
		case T_A_Expr:
			check_schema(look, ((A_Expr *) node)->name, false, CODE_LAW_FUNCTION, ((A_Expr *) node)->location, "operator");
			break;
		case T_SubLink:
			check_schema(look, ((SubLink *) node)->operName, false, CODE_LAW_FUNCTION, ((SubLink *) node)->location, "operator");
			break;
		case T_SortBy:
			if (((SortBy *) node)->useOp != NIL)
				refuse(look, CODE_LAW_FUNCTION, ((SortBy *) node)->location, NULL, "ORDER BY ... USING is not allowed.");
			break;
		case T_CollateClause:
			{
				CollateClause *clause = (CollateClause *) node;
				const char *schema = names_schema(clause->collname);

				if (strcmp(strVal(llast(clause->collname)), "C") != 0 || (schema != NULL && strcmp(schema, "pg_catalog") != 0))
					refuse(look, CODE_LAW_UNSTABLE, clause->location, "Write COLLATE \"C\".",
						   "The collation %s is not the same on every machine.", NameListToString(clause->collname));
				break;
			}
		case T_SelectStmt:
			{
				SelectStmt *select = (SelectStmt *) node;

				if (select->intoClause != NULL)
					refuse(look, CODE_LAW_STATEMENT, -1, NULL, "SELECT INTO makes a table.");
				if (select->lockingClause != NIL)
					refuse(look, CODE_LAW_CONSTRUCT, -1, NULL, "FOR UPDATE, FOR SHARE and the like lock rows.");
				if (select->limitCount != NULL || select->limitOffset != NULL)
					refuse(look, CODE_LAW_UNSTABLE, exprLocation(select->limitCount ? select->limitCount : select->limitOffset),
						   "Say with WHERE which rows are meant.", "LIMIT and OFFSET depend on the order of rows.");
				/* DISTINCT ON (...) is a list of expressions, plain DISTINCT a list of a null pointer. */
				if (select->distinctClause != NIL && linitial(select->distinctClause) != NULL)
					refuse(look, CODE_LAW_UNSTABLE, exprLocation(linitial(select->distinctClause)), "Use GROUP BY with min() or max().",
						   "DISTINCT ON depends on the order of rows.");
				break;
			}
		case T_WindowDef:
			refuse(look, CODE_LAW_UNSTABLE, ((WindowDef *) node)->location, "Use GROUP BY and aggregates.",
				   "Windows depend on the order of rows.");
		case T_RangeTableSample:
			refuse(look, CODE_LAW_UNSTABLE, ((RangeTableSample *) node)->location, NULL, "TABLESAMPLE takes rows by chance.");
		case T_WithClause:
			if (((WithClause *) node)->recursive)
				refuse(look, CODE_LAW_CONSTRUCT, ((WithClause *) node)->location, "Use law.range() for a series of numbers.",
					   "WITH RECURSIVE may never end.");
			break;
		case T_CommonTableExpr:
			if (!IsA(((CommonTableExpr *) node)->ctequery, SelectStmt))
				refuse(look, CODE_LAW_CONSTRUCT, ((CommonTableExpr *) node)->location, NULL, "WITH may hold SELECT alone: a law does not write.");
			break;
		case T_RangeFunction:
			{
				RangeFunction *function = (RangeFunction *) node;

				if (function->ordinality || function->is_rowsfrom || function->coldeflist != NIL)
					refuse(look, CODE_LAW_CONSTRUCT, -1, NULL, "WITH ORDINALITY, ROWS FROM and lists of columns are not allowed for functions.");
				break;
			}
		case T_ParamRef:
			refuse(look, CODE_LAW_CONSTRUCT, ((ParamRef *) node)->location, NULL, "There are no parameters such as $%d.", ((ParamRef *) node)->number);
		case T_SQLValueFunction:
			refuse(look, CODE_LAW_UNSTABLE, ((SQLValueFunction *) node)->location, "law.today() is the day of the run.",
				   "What this gives depends on the clock or on the session.");
		case T_RangeTableFunc:
		case T_XmlExpr:
		case T_XmlSerialize:
			refuse(look, CODE_LAW_CONSTRUCT, -1, NULL, "XML is not allowed.");
		case T_GroupingSet:
			refuse(look, CODE_LAW_CONSTRUCT, ((GroupingSet *) node)->location, NULL, "GROUPING SETS, ROLLUP and CUBE are not allowed.");
		case T_RowExpr:
			refuse(look, CODE_LAW_CONSTRUCT, ((RowExpr *) node)->location, NULL, "Rows as values are not allowed.");
		default:
			break;
	}
	if (++look->depth > LAW_DEPTH_MAX)
		refuse(look, CODE_LAW_LIMIT, -1, NULL, "More than %d expressions are nested in one another.", LAW_DEPTH_MAX);
	result = raw_expression_tree_walker(node, look_at_raw, self);
	look->depth--;
	return result;
}

/* ---- the analysed tree ---- */

static bool
is_allowed_type(const Look *look, Oid type)
{
	switch (type)
	{
		case BOOLOID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
		case TEXTOID:
		case DATEOID:
		case UUIDOID:
			return true;
		default:
			return type == look->objects->action;
	}
}

static void
check_type(const Look *look, Node *node)
{
	Oid			type = exprType(node);

	if (!is_allowed_type(look, type))
		refuse(look, CODE_LAW_TYPE, exprLocation(node), NULL, "This is of type %s.", format_type_be(type));
}

/* True if the extension made an object: something else in its schema is not trusted. */
static bool
is_ours(const Look *look, Oid class, Oid object)
{
	return getExtensionOfObject(class, object) == look->objects->extension;
}

/* How a function of any kind may be called. */
static Allowed
function_allowed(Look *look, Oid function, bool aggregate, bool *set)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc proc;
	Allowed		allowed = ALLOWED_NO;

	if (!HeapTupleIsValid(tuple))
		return ALLOWED_NO;
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	*set = proc->proretset;
	if ((proc->prokind == PROKIND_AGGREGATE) == aggregate && proc->prokind != PROKIND_WINDOW && proc->prokind != PROKIND_PROCEDURE)
	{
		char	   *args = type_names(proc->proargtypes.values, proc->pronargs);

		if (proc->pronamespace == PG_CATALOG_NAMESPACE && function < FirstUnpinnedObjectId)
			allowed = law_allowed(aggregate ? ALLOWED_AGGREGATE : ALLOWED_FUNCTION, NameStr(proc->proname), args);
		else if (proc->pronamespace == look->objects->schema && proc->prolang == ClanguageId &&
				 is_ours(look, ProcedureRelationId, function))
			allowed = law_allowed(ALLOWED_LAW, NameStr(proc->proname), args);
	}
	ReleaseSysCache(tuple);
	return allowed;
}

/* What an operator calls, and the collation that it calls it with, must be allowed. */
static void
check_operator(Look *look, Oid operator, Oid collation, int location)
{
	HeapTuple	tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(operator));
	Allowed		allowed = ALLOWED_NO;
	char	   *args = NULL;
	char		name[NAMEDATALEN] = "";

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_operator form = (Form_pg_operator) GETSTRUCT(tuple);

		args = type_names((Oid[2]) {form->oprleft, form->oprright}, 2);
		strlcpy(name, NameStr(form->oprname), sizeof name);
		if (form->oprnamespace == PG_CATALOG_NAMESPACE && operator < FirstUnpinnedObjectId)
			allowed = law_allowed(ALLOWED_OPERATOR, name, args);
		ReleaseSysCache(tuple);
	}
	if (allowed == ALLOWED_NO)
		refuse(look, CODE_LAW_FUNCTION, location,
			   strstr(name, "~") != NULL ? "Use starts_with(), strpos() or left()." : NULL,
			   "The operator %s is not on the list.", format_operator(operator));
	if (allowed == ALLOWED_COLLATED && collation != C_COLLATION_OID)
		refuse(look, CODE_LAW_UNSTABLE, location, "Write COLLATE \"C\" behind one of the texts.",
			   "The order of texts depends on the machine's locale.");
	if (strcmp(name, "||") == 0 && ++look->concats > LAW_CONCATS_MAX)
		refuse(look, CODE_LAW_LIMIT, location, NULL, "More than %d operators ||.", LAW_CONCATS_MAX);
	if (strcmp(args, "numeric,numeric") == 0 && strchr("*/%", name[0]) != NULL && ++look->products > LAW_PRODUCTS_MAX)
		refuse(look, CODE_LAW_LIMIT, location, NULL, "More than %d products and quotients of numerics.", LAW_PRODUCTS_MAX);
}

static void
check_function(Look *look, Oid function, bool aggregate, Oid collation, int location, bool from)
{
	bool		set = false;
	Allowed		allowed = function_allowed(look, function, aggregate, &set);

	if (allowed == ALLOWED_NO)
		refuse(look, CODE_LAW_FUNCTION, location, NULL, "The %s %s is not on the list.", aggregate ? "aggregate" : "function",
			   format_procedure(function));
	if (allowed == ALLOWED_COLLATED && collation != C_COLLATION_OID)
		refuse(look, CODE_LAW_UNSTABLE, location, "Write COLLATE \"C\" behind the text.", "The order of texts depends on the machine's locale.");
	if (set != from)
		refuse(look, CODE_LAW_CONSTRUCT, location, "Write it behind FROM.", "A function that returns rows stands here.");
}

static void
check_constant(Look *look, Const *constant)
{
	Oid			type = constant->consttype;

	if (type == look->objects->action)
		refuse(look, constant->constisnull ? CODE_LAW_RESULT : CODE_LAW_TYPE, constant->location, "Make actions with constructors, such as law.pay().",
			   constant->constisnull ? "NULL is no action." : "An action cannot be written as a text.");
	check_type(look, (Node *) constant);
	if (type == DATEOID && !constant->constisnull)
		refuse(look, CODE_LAW_UNSTABLE, constant->location, "Write law.date(2026, 1, 31), or law.today() for the day of the run.",
			   "A date that is written as a text may mean another day tomorrow: 'today' is one.");
	if (constant->constisnull)
		return;
	if (type == TEXTOID)
	{
		Str			s = DatumGetStr(constant->constvalue);

		if (s.n > LAW_LITERAL_MAX)
			refuse(look, CODE_LAW_LIMIT, constant->location, NULL, "The text has %zu bytes; %d are allowed.", s.n, LAW_LITERAL_MAX);
		if (!law_is_plain(s))
			refuse(look, CODE_LAW_TEXT, constant->location, NULL, "The text has a character that is not seen as it is.");
	}
	if (type == NUMERICOID)
	{
		char	   *digits = DatumGetCString(DirectFunctionCall1(numeric_out, constant->constvalue));

		if (strlen(digits) > LAW_DIGITS_MAX)
			refuse(look, CODE_LAW_LIMIT, constant->location, NULL, "The number has more than %d digits.", LAW_DIGITS_MAX);
	}
}

/* What `x IN (1, 2, 3)` becomes: the list is an array that appears nowhere else. */
static void
look_at_list(Look *look, ScalarArrayOpExpr *expr)
{
	ArrayExpr  *list = lsecond(expr->args);

	check_operator(look, expr->opno, expr->inputcollid, expr->location);
	look_at_expression(linitial(expr->args), look);
	if (!IsA(list, ArrayExpr) || list->multidims)
		refuse(look, CODE_LAW_CONSTRUCT, exprLocation((Node *) list), NULL, "A list is written as IN (1, 2, 3).");
	look->nodes += list_length(list->elements);
	look_at_expression((Node *) list->elements, look);
}

static void
look_at_sublink(Look *look, SubLink *link)
{
	if (link->subLinkType != EXISTS_SUBLINK && link->subLinkType != ANY_SUBLINK && link->subLinkType != EXPR_SUBLINK)
		refuse(look, CODE_LAW_CONSTRUCT, link->location, NULL, "A subquery stands alone, behind EXISTS, or behind IN.");
	look_at_expression(link->testexpr, look);
	look_at_query(look, castNode(Query, link->subselect));
}

/* Refuse a node that the list below does not know, with the code that fits. */
static void
refuse_node(Look *look, Node *node)
{
	int			location = exprLocation(node);

	switch (nodeTag(node))
	{
		case T_CoerceViaIO:
		case T_ArrayCoerceExpr:
			refuse(look, CODE_LAW_FUNCTION, location, "law.text(n) writes a number; there is no way from a text to a number.",
				   "The cast to %s is not on the list.", format_type_be(exprType(node)));
		case T_CoerceToDomain:
		case T_CoerceToDomainValue:
			refuse(look, CODE_LAW_TYPE, location, NULL, "This is of type %s.", format_type_be(exprType(node)));
		case T_WindowFunc:
		case T_SQLValueFunction:
		case T_CollateExpr:
			refuse(look, CODE_LAW_UNSTABLE, location, NULL, "What this gives is not the same on every machine.");
		default:
			refuse(look, CODE_LAW_CONSTRUCT, location, NULL, "This is not among the things that the SELECT of a law is made of.");
	}
}

/* Look at an expression: every kind of node that is not named here is refused. */
static bool
look_at_expression(Node *node, void *self)
{
	Look	   *look = self;

	if (node == NULL)
		return false;
	if (IsA(node, List))
		return expression_tree_walker(node, look_at_expression, self);
	if (++look->nodes > LAW_NODES_MAX)
		refuse(look, CODE_LAW_LIMIT, exprLocation(node), NULL, "It has more than %d parts.", LAW_NODES_MAX);
	if (++look->depth > LAW_DEPTH_MAX)
		refuse(look, CODE_LAW_LIMIT, exprLocation(node), NULL, "More than %d expressions are nested in one another.", LAW_DEPTH_MAX);
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	switch (nodeTag(node))
	{
		case T_Var:
			if (((Var *) node)->varattno <= 0)
				refuse(look, CODE_LAW_CONSTRUCT, exprLocation(node), "Name the columns.",
					   ((Var *) node)->varattno == 0 ? "A whole row stands here." : "System columns are not allowed.");
			break;
		case T_Const:
			check_constant(look, (Const *) node);
			break;
		case T_Param:
			if (((Param *) node)->paramkind != PARAM_SUBLINK)
				refuse_node(look, node);
			break;
		case T_FuncExpr:
			{
				FuncExpr   *call = (FuncExpr *) node;

				if (call->funcvariadic)
					refuse(look, CODE_LAW_CONSTRUCT, call->location, NULL, "VARIADIC is not allowed.");
				check_function(look, call->funcid, false, call->inputcollid, call->location, false);
				break;
			}
		case T_Aggref:
			{
				Aggref	   *call = (Aggref *) node;

				if (call->aggkind != AGGKIND_NORMAL || call->aggvariadic || call->aggorder != NIL || call->aggdirectargs != NIL)
					refuse(look, CODE_LAW_CONSTRUCT, call->location, NULL, "Ordered-set aggregates and ORDER BY in a call are not allowed.");
				look_at_clauses(look, call->aggdistinct, call->args, false);
				check_function(look, call->aggfnoid, true, call->inputcollid, call->location, false);
				break;
			}
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
			{
				OpExpr	   *call = (OpExpr *) node;

				if (call->opretset)
					refuse_node(look, node);
				check_operator(look, call->opno, call->inputcollid, call->location);
				break;
			}
		case T_ScalarArrayOpExpr:
			look_at_list(look, (ScalarArrayOpExpr *) node);
			look->depth--;
			return false;
		case T_SubLink:
			look_at_sublink(look, (SubLink *) node);
			check_type(look, node);
			look->depth--;
			return false;
		case T_MinMaxExpr:
			if (((MinMaxExpr *) node)->minmaxtype == TEXTOID && ((MinMaxExpr *) node)->inputcollid != C_COLLATION_OID)
				refuse(look, CODE_LAW_UNSTABLE, exprLocation(node), "Write COLLATE \"C\" behind one of the texts.",
					   "The order of texts depends on the machine's locale.");
			break;
		case T_NullTest:
			if (((NullTest *) node)->argisrow)
				refuse_node(look, node);
			break;
		case T_CollateExpr:
			if (((CollateExpr *) node)->collOid != C_COLLATION_OID)
				refuse_node(look, node);
			break;
		case T_BoolExpr:
		case T_CaseExpr:
		case T_CaseTestExpr:
		case T_CoalesceExpr:
		case T_RelabelType:
		case T_BooleanTest:
			break;
		case T_SortGroupClause:	/* of DISTINCT in an aggregate: looked at there */
			look->depth--;
			return false;
		case T_CaseWhen:
		case T_TargetEntry:
			(void) expression_tree_walker(node, look_at_expression, self);
			look->depth--;
			return false;
		default:
			refuse_node(look, node);
	}
	check_type(look, node);
	(void) expression_tree_walker(node, look_at_expression, self);
	look->depth--;
	return false;
}

/* What GROUP BY, DISTINCT and ORDER BY compare with. */
static void
look_at_clauses(Look *look, List *clauses, List *targets, bool ordered)
{
	ListCell   *cell;

	foreach(cell, clauses)
	{
		SortGroupClause *clause = lfirst_node(SortGroupClause, cell);
		Node	   *expr = get_sortgroupclause_expr(clause, targets);
		int			location = exprLocation(expr);

		check_operator(look, clause->eqop, InvalidOid, location);
		if (ordered)
			check_operator(look, clause->sortop, exprCollation(expr), location);
	}
}

static void
look_at_table(Look *look, RangeTblEntry *rte)
{
	ListCell   *cell;

	if (rte->rtekind != RTE_JOIN && !compat_is_group(rte) && ++look->tables > LAW_TABLES_MAX)
		refuse(look, CODE_LAW_LIMIT, -1, NULL, "It reads from more than %d views, functions, subqueries and lists.", LAW_TABLES_MAX);
	if (rte->tablesample != NULL)
		refuse(look, CODE_LAW_UNSTABLE, -1, NULL, "TABLESAMPLE takes rows by chance.");
	switch (rte->rtekind)
	{
		case RTE_RELATION:
			if (rte->relkind != RELKIND_VIEW || get_rel_namespace(rte->relid) != look->objects->schema ||
				!is_ours(look, RelationRelationId, rte->relid))
				refuse(look, CODE_LAW_RELATION, -1, NULL, "%s is no view that the extension made in schema law.",
					   quote_qualified_identifier(get_namespace_name(get_rel_namespace(rte->relid)), get_rel_name(rte->relid)));
			look->views = list_append_unique_oid(look->views, rte->relid);
			break;
		case RTE_SUBQUERY:
			look_at_query(look, rte->subquery);
			break;
		case RTE_JOIN:
			look_at_expression((Node *) rte->joinaliasvars, look);
			break;
		case RTE_FUNCTION:
			foreach(cell, rte->functions)
			{
				RangeTblFunction *function = lfirst_node(RangeTblFunction, cell);
				FuncExpr   *call = (FuncExpr *) function->funcexpr;

				if (list_length(rte->functions) != 1 || rte->funcordinality || function->funccolnames != NIL || !IsA(call, FuncExpr) ||
					call->funcvariadic)
					refuse(look, CODE_LAW_CONSTRUCT, exprLocation((Node *) call), NULL, "One function stands behind FROM, called plainly.");
				check_function(look, call->funcid, false, call->inputcollid, call->location, call->funcretset);
				check_type(look, (Node *) call);
				look_at_expression((Node *) call->args, look);
			}
			break;
		case RTE_VALUES:
			look_at_expression((Node *) rte->values_lists, look);
			break;
		case RTE_CTE:
			if (rte->self_reference)
				refuse(look, CODE_LAW_CONSTRUCT, -1, NULL, "WITH RECURSIVE may never end.");
			break;
		default:
			if (!compat_is_group(rte))
				refuse(look, CODE_LAW_CONSTRUCT, -1, NULL, "It reads from something that is neither a view, a function, a subquery nor a list.");
			look_at_expression((Node *) compat_group_exprs(rte), look);
	}
}

static void
look_at_from(Look *look, Node *node)
{
	ListCell   *cell;

	if (node == NULL)
		return;
	if (++look->nodes > LAW_NODES_MAX)
		refuse(look, CODE_LAW_LIMIT, -1, NULL, "It has more than %d parts.", LAW_NODES_MAX);
	check_stack_depth();
	switch (nodeTag(node))
	{
		case T_FromExpr:
			foreach(cell, ((FromExpr *) node)->fromlist)
				look_at_from(look, lfirst(cell));
			look_at_expression(((FromExpr *) node)->quals, look);
			break;
		case T_JoinExpr:
			look_at_from(look, ((JoinExpr *) node)->larg);
			look_at_from(look, ((JoinExpr *) node)->rarg);
			look_at_expression(((JoinExpr *) node)->quals, look);
			break;
		case T_RangeTblRef:
			break;
		default:
			refuse(look, CODE_LAW_CONSTRUCT, -1, NULL, "This is not among the things that the SELECT of a law is made of.");
	}
}

static void
look_at_union(Look *look, Node *node)
{
	SetOperationStmt *set = (SetOperationStmt *) node;

	if (node == NULL || IsA(node, RangeTblRef))
		return;
	if (!IsA(node, SetOperationStmt) || set->op != SETOP_UNION || !set->all)
		refuse(look, CODE_LAW_CONSTRUCT, -1, "Use UNION ALL, EXISTS or NOT EXISTS.", "UNION without ALL, INTERSECT and EXCEPT are not allowed.");
	check_stack_depth();
	look_at_union(look, set->larg);
	look_at_union(look, set->rarg);
}

/* Look at a query: everything that it has must be empty or looked at. */
static void
look_at_query(Look *look, Query *query)
{
	ListCell   *cell;
	int			depth = look->depth;

	look->depth = 0;
	if (look->nesting++ > LAW_NESTING_MAX)
		refuse(look, CODE_LAW_LIMIT, -1, NULL, "More than %d subqueries are nested in one another.", LAW_NESTING_MAX);
	if (query->commandType != CMD_SELECT || query->utilityStmt != NULL || query->resultRelation != 0)
		refuse(look, CODE_LAW_STATEMENT, -1, NULL, "It is no SELECT.");
	if (query->hasModifyingCTE || query->hasForUpdate || query->rowMarks != NIL || query->hasRecursive || query->hasTargetSRFs ||
		query->onConflict != NULL || query->returningList != NIL || query->mergeActionList != NIL || query->groupingSets != NIL ||
		query->groupDistinct || query->withCheckOptions != NIL || query->isReturn)
		refuse(look, CODE_LAW_CONSTRUCT, -1, NULL, query->hasTargetSRFs ? "A function that returns rows stands behind SELECT: write it behind FROM." :
			   "It writes, locks, is recursive or has grouping sets.");
	if (query->hasWindowFuncs || query->windowClause != NIL || query->hasDistinctOn || query->limitCount != NULL || query->limitOffset != NULL)
		refuse(look, CODE_LAW_UNSTABLE, -1, NULL, "Windows, DISTINCT ON, LIMIT and OFFSET depend on the order of rows.");
	foreach(cell, query->cteList)
	{
		CommonTableExpr *cte = lfirst_node(CommonTableExpr, cell);

		if (cte->cterecursive || cte->search_clause != NULL || cte->cycle_clause != NULL || !IsA(cte->ctequery, Query))
			refuse(look, CODE_LAW_CONSTRUCT, cte->location, NULL, "WITH RECURSIVE may never end.");
		look_at_query(look, (Query *) cte->ctequery);
	}
	foreach(cell, query->rtable)
		look_at_table(look, lfirst_node(RangeTblEntry, cell));
	look_at_from(look, (Node *) query->jointree);
	look_at_union(look, query->setOperations);
	look_at_expression((Node *) query->targetList, look);
	look_at_expression(query->havingQual, look);
	look_at_clauses(look, query->groupClause, query->targetList, false);
	look_at_clauses(look, query->distinctClause, query->targetList, false);
	look_at_clauses(look, query->sortClause, query->targetList, true);
	look->nesting--;
	look->depth = depth;
}

/* ---- the shape of the result ---- */

static Oid
check_result(const Look *look, Query *query, LawWants wants)
{
	Node	   *column = NULL;
	int			n = 0;
	ListCell   *cell;
	Oid			type;

	foreach(cell, query->targetList)
	{
		TargetEntry *target = lfirst_node(TargetEntry, cell);

		if (!target->resjunk)
		{
			column = (Node *) target->expr;
			n++;
		}
	}
	if (n != 1)
		refuse(look, CODE_LAW_RESULT, -1, NULL, "It returns %d columns.", n);
	type = exprType(column);
	if (wants == LAW_WANTS_KEYS)
	{
		if (type != INT2OID && type != INT4OID && type != INT8OID && type != TEXTOID)
			refuse(look, CODE_LAW_RESULT, exprLocation(column), "An exception returns the keys of the actions that it takes away: numbers or texts.",
				   "The column is of type %s.", format_type_be(type));
	}
	else if (type != look->objects->action)
		refuse(look, CODE_LAW_RESULT, exprLocation(column), NULL, "The column is of type %s.", format_type_be(type));
	return type;
}

/* Let errors of PostgreSQL's parser point into the law, not into the statement that brought it. */
static void
point_into_law(void *text)
{
	int			position = geterrposition();

	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
		internalerrquery(text);
	}
}

LawQuery *
law_read(const LawObjects *objects, Str text, LawWants wants)
{
	Look		look = {.objects = objects};
	LawQuery   *out = palloc0(sizeof *out);
	List	   *statements;
	RawStmt    *raw;
	Fault		fault;
	ErrorContextCallback callback = {.previous = error_context_stack, .callback = point_into_law};

	if (law_check_bytes(text, &fault) != CODE_OK)
		fault_raise(&fault);
	out->text = look.text = pnstrdup(text.p, text.n);
	callback.arg = unconstify(char *, out->text);
	error_context_stack = &callback;
	statements = raw_parser(out->text, RAW_PARSE_DEFAULT);
	if (list_length(statements) != 1)
		refuse(&look, CODE_LAW_STATEMENT, -1, NULL, "It has %d statements.", list_length(statements));
	raw = linitial_node(RawStmt, statements);
	if (!IsA(raw->stmt, SelectStmt))
		refuse(&look, CODE_LAW_STATEMENT, -1, NULL, "It is %s.", GetCommandTagName(CreateCommandTag(raw->stmt)));
	look_at_raw(raw->stmt, &look);
	look.depth = 0;

	out->query = parse_analyze_fixedparams(raw, out->text, NULL, 0, NULL);
	look_at_query(&look, out->query);
	out->type = check_result(&look, out->query, wants);
	error_context_stack = callback.previous;
	list_sort(look.views, list_oid_cmp);
	out->views = look.views;
	return out;
}

/* ---- the box ---- */

static TimeoutId law_timeout_id;
static bool law_timeout_registered = false;
static volatile sig_atomic_t law_timed_out = false;

static void
handle_timeout(void)
{
	law_timed_out = true;
	InterruptPending = true;
	QueryCancelPending = true;
	SetLatch(MyLatch);
}

/* Settings that could change what a law gives, or what it costs. */
static const struct
{
	const char *name;
	const char *value;
}			settings[] = {
	{"search_path", "pg_catalog, law, pg_temp"},
	{"TimeZone", "UTC"},
	{"DateStyle", "ISO, YMD"},
	{"IntervalStyle", "postgres"},
	{"lc_messages", "C"},
	{"standard_conforming_strings", "on"},
	{"escape_string_warning", "off"},
	{"backslash_quote", "off"},
	{"transform_null_equals", "off"},
	{"array_nulls", "on"},
	{"row_security", "on"},
	{"work_mem", "8MB"},
	{"hash_mem_multiplier", "1"},
	{"temp_file_limit", "64MB"},
	{"lock_timeout", "1s"},
	{"jit", "off"},
	{"max_parallel_workers_per_gather", "0"},
	{"from_collapse_limit", "8"},
	{"join_collapse_limit", "8"},
	{"geqo", "off"},
};

static void
pin_settings(void)
{
	for (int i = 0; i < lengthof(settings); i++)
		(void) set_config_option(settings[i].name, settings[i].value, PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

void
law_objects(LawObjects *out)
{
	out->role = get_role_oid("commune_law", true);
	if (!OidIsValid(out->role))
		code_raise(CODE_NO_LAW_ROLE, "The role commune_law does not exist.");
	if (superuser_arg(out->role) || has_bypassrls_privilege(out->role))
		code_raise(CODE_NO_LAW_ROLE, "The role commune_law is a superuser or bypasses row security: laws would run with its rights.");
	out->schema = get_namespace_oid("law", false);
	out->extension = get_extension_oid("commune", false);
	out->action = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("action"), ObjectIdGetDatum(out->schema));
	if (!OidIsValid(out->action))
		elog(ERROR, "type law.action is missing");
	if (pg_namespace_aclcheck(out->schema, out->role, ACL_USAGE) != ACLCHECK_OK)
		code_raise(CODE_NO_LAW_ROLE, "The role commune_law may not use schema law of this database.");
}

/* Turn what the time limit's cancellation raised into LAW08. */
static void
name_timeout(ErrorData *error)
{
	if (!law_timed_out || error->sqlerrcode != ERRCODE_QUERY_CANCELED)
		return;
	error->sqlerrcode = code_errcode(CODE_LAW_LIMIT);
	error->message = pstrdup(code_message(CODE_LAW_LIMIT));
	error->detail = psprintf("It ran longer than commune.law_timeout, %d ms.", law_timeout);
	error->hint = pstrdup("Make the law read less, or raise commune.law_timeout. A run that took too long has no effect and is tried again.");
	error->context = NULL;
}

ErrorData *
law_box(void (*work) (void *self, const LawObjects *objects), void *self)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	LawObjects	objects;
	Oid			user;
	int			context;
	ErrorData  *volatile error = NULL;

	law_objects(&objects);
	if (!law_timeout_registered)
	{
		law_timeout_id = RegisterTimeout(USER_TIMEOUT, handle_timeout);
		law_timeout_registered = true;
	}
	GetUserIdAndSecContext(&user, &context);
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	law_timed_out = false;
	PG_TRY();
	{
		int			level = NewGUCNestLevel();

		XactReadOnly = true;	/* until the subtransaction ends */
		pin_settings();
		SetUserIdAndSecContext(objects.role, context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
		PushActiveSnapshot(ActiveSnapshotSet() ? GetActiveSnapshot() : GetTransactionSnapshot());
		enable_timeout_after(law_timeout_id, law_timeout);
		work(self, &objects);
		CHECK_FOR_INTERRUPTS();
		disable_timeout(law_timeout_id, false);
		PopActiveSnapshot();
		SetUserIdAndSecContext(user, context);
		AtEOXact_GUC(true, level);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		disable_timeout(law_timeout_id, false);
		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		name_timeout(error);
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	/* The limit may have struck after the last chance to notice it. */
	if (law_timed_out)
		QueryCancelPending = false;
	return error;
}

bool
law_is_accident(const ErrorData *error)
{
	static const char *const classes[] = {"08", "25", "40", "53", "55", "57", "58", "F0", "XX"};
	const char *state = unpack_sql_state(error->sqlerrcode);

	if (law_timed_out && error->sqlerrcode == code_errcode(CODE_LAW_LIMIT))
		return true;
	if (error->sqlerrcode == code_errcode(CODE_NO_LAW_ROLE) || error->sqlerrcode == ERRCODE_INSUFFICIENT_PRIVILEGE)
		return true;
	for (int i = 0; i < lengthof(classes); i++)
		if (strncmp(state, classes[i], 2) == 0)
			return true;
	return false;
}
