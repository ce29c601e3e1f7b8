/*
 * evaluate_pg.c -- runs the queries of laws and what belongs to them: exceptions, tests, outcomes.
 *
 * A run changes nothing: its actions are data.  They come out sorted by their bytes, so that the order in which the
 * server happened to find rows is nowhere to be seen.
 */
#include "law/law_pg.h"

#include "access/table.h"
#include "access/xact.h"
#include "action/evaluation.h"
#include "base/rows_pg.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "crypto/crypto.h"
#include "executor/executor.h"
#include "law/allowed.h"
#include "law/may.h"
#include "law/trial.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/analyze.h"
#include "parser/parser.h"
#include "rewrite/rewriteHandler.h"
#include "state/state_pg.h"
#include "tcop/dest.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "nodes/nodeFuncs.h"

/* ---- the rows of a query ---- */

typedef struct Receiver
{
	DestReceiver pub;
	Arena	   *arena;
	Oid			type;
	Str		   *row;
	size_t		n;
	size_t		bytes;
} Receiver;

static void
receive_startup(DestReceiver *self, int operation, TupleDesc desc)
{
}

static void
receive_shutdown(DestReceiver *self)
{
}

static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	Receiver   *r = (Receiver *) self;
	bool		null;
	Datum		value = slot_getattr(slot, 1, &null);
	Str			s;
	Buf			text;

	if (null)
		code_raise(CODE_LAW_RESULT, "A row is NULL: it stands for no action, or for nobody.");
	if (r->n == LAW_ACTIONS_MAX)
		code_raise(CODE_LAW_LIMIT, psprintf("It returns more than %d rows.", LAW_ACTIONS_MAX));
	buf_init(&text, r->arena);
	switch (r->type)
	{
		case INT2OID:
			buf_int(&text, DatumGetInt16(value));
			s = buf_done(&text);
			break;
		case INT4OID:
			buf_int(&text, DatumGetInt32(value));
			s = buf_done(&text);
			break;
		case INT8OID:
			buf_int(&text, DatumGetInt64(value));
			s = buf_done(&text);
			break;
		default:
			s = arena_str(r->arena, DatumGetStr(value));
	}
	r->bytes += s.n;
	if (r->bytes > LAW_RESULT_MAX)
		code_raise(CODE_LAW_LIMIT, psprintf("What it returns has more than %d bytes.", LAW_RESULT_MAX));
	if (r->n % 1024 == 0)
	{
		Str		   *more = arena_alloc(r->arena, (r->n + 1024) * sizeof *more);

		if (r->n > 0)
			memcpy(more, r->row, r->n * sizeof *more);
		r->row = more;
	}
	r->row[r->n++] = s;
	return true;
}

static int
compare_rows(const void *a, const void *b)
{
	return str_cmp(*(const Str *) a, *(const Str *) b);
}

/* Plan and run a query that was read, and sort what comes out.  Uses the query up. */
static StrList
run_query(LawQuery *query, Arena *arena)
{
	Receiver	receiver = {.pub = {receive_row, receive_startup, receive_shutdown, receive_shutdown, DestNone},
	.arena = arena, .type = query->type};
	List	   *rewritten = pg_rewrite_query(query->query);
	PlannedStmt *plan = pg_plan_query(linitial_node(Query, rewritten), query->text, 0, NULL);
	QueryDesc  *desc = CreateQueryDesc(plan, query->text, GetActiveSnapshot(), InvalidSnapshot, &receiver.pub, NULL, NULL, 0);

	ExecutorStart(desc, 0);
	compat_executor_run(desc);
	ExecutorFinish(desc);
	ExecutorEnd(desc);
	FreeQueryDesc(desc);
	if (receiver.n > 1)
		qsort(receiver.row, receiver.n, sizeof *receiver.row, compare_rows);
	return (StrList){receiver.row, receiver.n};
}

/* ---- what stands for the views in a test ---- */

/* Write the rows of a test as a query with the columns of the view. */
static char *
fixture_query(Relation view, const TrialView *given)
{
	TupleDesc	desc = RelationGetDescr(view);
	StringInfoData sql;
	size_t		found = 0;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT ");
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(desc, i);
		size_t		j = 0;

		while (given != NULL && j < given->ncolumns && !str_is(given->column[j], NameStr(column->attname)))
			j++;
		appendStringInfoString(&sql, i > 0 ? ", " : "");
		if (given != NULL && j < given->ncolumns)
		{
			found++;
			appendStringInfo(&sql, "v.c%zu::%s", j, format_type_be_qualified(column->atttypid));
		}
		else
			appendStringInfo(&sql, "NULL::%s", format_type_be_qualified(column->atttypid));
		if (column->attcollation == C_COLLATION_OID)
			appendStringInfoString(&sql, " COLLATE pg_catalog.\"C\"");
		appendStringInfo(&sql, " AS %s", quote_identifier(NameStr(column->attname)));
	}
	if (given == NULL)
	{
		appendStringInfoString(&sql, " WHERE false");
		return sql.data;
	}
	if (found < given->ncolumns)
		code_raise(CODE_LAW_TEST, psprintf("A test gives columns to law.%.*s that it does not have, or one twice.", (int) given->view.n, given->view.p));
	appendStringInfoString(&sql, " FROM (VALUES ");
	for (size_t i = 0; i < given->nrows; i++)
		for (size_t j = 0; j < given->ncolumns; j++)
		{
			Str			cell = given->cell[i * given->ncolumns + j];

			appendStringInfoString(&sql, j > 0 ? ", " : i > 0 ? ", (" : "(");
			if (cell.p == NULL)
				appendStringInfoString(&sql, "NULL::pg_catalog.text");
			else
				appendStringInfo(&sql, "%s::pg_catalog.text", quote_literal_cstr(pnstrdup(cell.p, cell.n)));
			appendStringInfoString(&sql, j + 1 == given->ncolumns ? ")" : "");
		}
	appendStringInfoString(&sql, ") v (");
	for (size_t j = 0; j < given->ncolumns; j++)
		appendStringInfo(&sql, "%sc%zu", j > 0 ? ", " : "", j);
	appendStringInfoChar(&sql, ')');
	return sql.data;
}

static void replace_views(Query *query, const Trial *trial);

static bool
replace_in_expression(Node *node, void *self)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		replace_views((Query *) node, self);
		return false;
	}
	return expression_tree_walker(node, replace_in_expression, self);
}

/* Put the rows of a test in the place of each view.  The query was looked at: it has views and nothing else. */
static void
replace_views(Query *query, const Trial *trial)
{
	ListCell   *cell;

	foreach(cell, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);
		const TrialView *given = NULL;
		Relation	view;
		char	   *sql;

		if (rte->rtekind != RTE_RELATION)
			continue;
		view = table_open(rte->relid, AccessShareLock);
		for (size_t i = 0; i < trial->nviews; i++)
			if (str_is(trial->view[i].view, RelationGetRelationName(view)))
				given = &trial->view[i];
		sql = fixture_query(view, given);
		table_close(view, NoLock);
		rte->rtekind = RTE_SUBQUERY;
		rte->subquery = parse_analyze_fixedparams(linitial_node(RawStmt, raw_parser(sql, RAW_PARSE_DEFAULT)), sql, NULL, 0, NULL);
		rte->relid = InvalidOid;
		rte->relkind = 0;
		rte->rellockmode = 0;
		rte->inh = false;
		compat_drop_permissions(rte);
	}
	(void) query_tree_walker(query, replace_in_expression, (void *) trial, QTW_IGNORE_RC_SUBQUERIES);
}

/* ---- a rule ---- */

/* Read and run a query; trial stands for the tables if there is one. */
static StrList
read_and_run(const LawObjects *objects, Arena *arena, Str text, LawWants wants, const Trial *trial)
{
	LawQuery   *query = law_read(objects, text, wants);

	if (trial != NULL)
		replace_views(query->query, trial);
	return run_query(query, arena);
}

/* The actions as a JSON array; text is what they were read from. */
static Str
array_text(Arena *arena, StrList actions)
{
	Buf			text;

	buf_init(&text, arena);
	buf_char(&text, '[');
	for (size_t i = 0; i < actions.n; i++)
	{
		if (i > 0)
			buf_char(&text, ',');
		buf_str(&text, actions.v[i]);
	}
	buf_char(&text, ']');
	return buf_done(&text);
}

static const Json *
read_actions(Arena *arena, StrList actions)
{
	Str			text = array_text(arena, actions);
	const Json *array;
	Fault		fault;

	if (json_parse(&array, arena, text.p, text.n, &fault) != CODE_OK)
		fault_raise(&fault);
	return array;
}

/* Take away the actions on whose keys an exception is; two exceptions on one key contradict each other. */
static StrList
drop_excepted(Arena *arena, StrList actions, const StrList *exceptions, size_t n)
{
	const Json *action;
	Str		   *kept;
	size_t		nkept = 0;
	size_t		i = 0;

	if (n == 0)
		return actions;
	kept = arena_alloc(arena, Max(actions.n, 1) * sizeof *kept);
	for (action = read_actions(arena, actions)->child; action != NULL; action = action->next, i++)
	{
		Str			key = law_action_key(arena, action);
		int			hits = 0;

		for (size_t j = 0; j < n && key.p != NULL; j++)
			hits += exceptions[j].n > 0 && bsearch(&key, exceptions[j].v, exceptions[j].n, sizeof key, compare_rows) != NULL;
		if (hits > 1)
			code_raise(CODE_LAW_ACTION, psprintf("Two exceptions apply to %.*s: they contradict each other.", (int) Min(key.n, 60), key.p));
		if (hits == 0)
			kept[nkept++] = actions.v[i];
	}
	return (StrList){kept, nkept};
}

/* Run a rule with its exceptions, and hold what comes out against what the rule may do. */
static StrList
run_rule(const LawObjects *objects, Arena *arena, const LawText *law, const LawRule *rule, const Trial *trial)
{
	StrList		exceptions[LAW_BLOCKS_MAX];
	size_t		n = 0;
	StrList		actions = read_and_run(objects, arena, rule->query, LAW_WANTS_ACTIONS, trial);
	Fault		fault;

	for (size_t i = 0; i < law->nexceptions; i++)
		if (&law->rules[law->exceptions[i].rule] == rule)
			exceptions[n++] = read_and_run(objects, arena, law->exceptions[i].query, LAW_WANTS_KEYS, trial);
	actions = drop_excepted(arena, actions, exceptions, n);
	if (law_may(rule, read_actions(arena, actions), arena, &fault) != CODE_OK)
		fault_raise(&fault);
	return actions;
}

StrList
law_run_rule(const LawObjects *objects, Arena *arena, const LawText *law, const LawRule *rule)
{
	return run_rule(objects, arena, law, rule, NULL);
}

/* ---- tests ---- */

static void
set_planner(const char *hash, const char *other)
{
	static const char *const hashed[] = {"enable_hashjoin", "enable_hashagg", "enable_seqscan"};
	static const char *const others[] = {"enable_mergejoin", "enable_nestloop", "enable_indexscan", "enable_bitmapscan", "enable_material"};

	for (int i = 0; i < lengthof(hashed); i++)
		(void) set_config_option(hashed[i], hash, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	for (int i = 0; i < lengthof(others); i++)
		(void) set_config_option(others[i], other, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

/* Run a rule in a test, twice, by as different plans as can be had: the actions must be the same. */
static StrList
run_twice(const LawObjects *objects, Arena *arena, const LawText *law, const LawRule *rule, const Trial *trial)
{
	int			level = NewGUCNestLevel();
	StrList		once;
	StrList		again;

	set_planner("on", "off");
	once = run_rule(objects, arena, law, rule, trial);
	set_planner("off", "on");
	again = run_rule(objects, arena, law, rule, trial);
	AtEOXact_GUC(true, level);
	if (!str_eq(array_text(arena, once), array_text(arena, again)))
		code_raise(CODE_LAW_UNSTABLE, "Two plans of the same query gave different actions.");
	return once;
}

/* The part of a list of actions that a message has room for. */
static char *
shown_actions(Arena *arena, StrList actions)
{
	Str			text = array_text(arena, actions);

	return psprintf("%.*s%s", (int) Min(text.n, 400), text.p, text.n > 400 ? "..." : "");
}

typedef struct Attempt
{
	const LawObjects *objects;
	Arena	   *arena;
	const LawText *law;
	const LawRule *rule;
	const Trial *trial;
	StrList		actions;
} Attempt;

/* Run a rule that is expected to fail in a subtransaction; NULL if it does not fail. */
static ErrorData *
attempt(Attempt *a)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		PushActiveSnapshot(GetActiveSnapshot());
		a->actions = run_twice(a->objects, a->arena, a->law, a->rule, a->trial);
		PopActiveSnapshot();
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return error;
}

/* The actions that a test expects: each is a call of a constructor, which goes through the same fence. */
static StrList
expected_actions(const LawObjects *objects, Arena *arena, const Trial *trial)
{
	Str		   *action = arena_alloc(arena, Max(trial->nexpect, 1) * sizeof *action);

	for (size_t i = 0; i < trial->nexpect; i++)
	{
		Str			call = arena_printf(arena, "SELECT law.%.*s", (int) trial->expect[i].n, trial->expect[i].p);
		StrList		one = read_and_run(objects, arena, call, LAW_WANTS_ACTIONS, trial);

		if (one.n != 1)
			code_raise(CODE_LAW_TEST, psprintf("expect %.*s is not one action.", (int) Min(trial->expect[i].n, 100), trial->expect[i].p));
		action[i] = one.v[0];
	}
	if (trial->nexpect > 1)
		qsort(action, trial->nexpect, sizeof *action, compare_rows);
	return (StrList){action, trial->nexpect};
}

static void
run_test(const LawObjects *objects, Arena *arena, Str text, const LawText *law, const LawTest *test)
{
	const LawRule *rule = &law->rules[test->rule];
	const LawSight *outer = law_sight;
	LawParameter *parameters;
	LawSight	sight;
	Trial		trial;
	Fault		fault;
	Attempt		a = {objects, arena, law, rule, &trial, {NULL, 0}};
	StrList		expected;
	ErrorData  *error = NULL;
	char	   *place = psprintf("The test of the rule %.*s in line %d", (int) rule->name.n, rule->name.p, law_line(text, test->at));

	if (trial_parse(&trial, arena, text, test, &fault) != CODE_OK)
		fault_raise(&fault);
	parameters = arena_alloc(arena, (trial.nparameters + law->nparameters + 1) * sizeof *parameters);
	if (trial.nparameters > 0)
		memcpy(parameters, trial.parameter, trial.nparameters * sizeof *parameters);
	if (law->nparameters > 0)
		memcpy(parameters + trial.nparameters, law->parameters, law->nparameters * sizeof *parameters);
	sight = (LawSight){.moment = trial.today, .parameters = parameters, .nparameters = trial.nparameters + law->nparameters, .alone = true};
	law_sight = &sight;			/* box_at() puts it back if this fails */
	expected = expected_actions(objects, arena, &trial);
	if (trial.error.p == NULL)
		a.actions = run_twice(objects, arena, law, rule, &trial);
	else
		error = attempt(&a);
	law_sight = outer;
	if (error != NULL && law_is_accident(error))
		ReThrowError(error);
	if (error != NULL && !str_is(trial.error, unpack_sql_state(error->sqlerrcode)))
		code_raise(CODE_LAW_TEST, psprintf("%s expects the error %.*s and gets %s: %s", place, (int) trial.error.n, trial.error.p,
										   unpack_sql_state(error->sqlerrcode), error->message));
	if (error == NULL && trial.error.p != NULL)
		code_raise(CODE_LAW_TEST, psprintf("%s expects the error %.*s and gets %s.", place, (int) trial.error.n, trial.error.p,
										   shown_actions(arena, a.actions)));
	if (error == NULL && !str_eq(array_text(arena, a.actions), array_text(arena, expected)))
		code_raise(CODE_LAW_TEST, psprintf("%s expects %s and gets %s.", place, shown_actions(arena, expected), shown_actions(arena, a.actions)));
}

/* ---- what a law rests on ---- */

/*
 * Add the definition of a view to a hash: without white space and without what qualifies columns, both of which depend on
 * the server's version.  Literals stay as they are.
 */
static void
hash_view(Oid view)
{
	char	   *name = get_rel_name(view);
	char	   *definition = TextDatumGetCString(DirectFunctionCall1(pg_get_viewdef, ObjectIdGetDatum(view)));
	char	   *to = definition;
	bool		literal = false;

	for (const char *p = definition; *p != '\0'; p++)
	{
		literal ^= *p == '\'';
		if (!literal && (*p == ' ' || *p == '\n'))
			continue;
		if (!literal && *p == '.' && p > definition && !isdigit((unsigned char) p[1]))
		{
			/* Drop the word in front, but for the names of schemas. */
			char	   *word = to;

			while (word > definition && (isalnum((unsigned char) word[-1]) || word[-1] == '_'))
				word--;
			if (!(to - word == 7 && memcmp(word, "commune", 7) == 0) && !(to - word == 3 && memcmp(word, "law", 3) == 0))
			{
				to = word;
				continue;
			}
		}
		*to++ = *p;
	}
	sha256_add("\nview ", 6);
	sha256_add(name, strlen(name));
	sha256_add(" ", 1);
	sha256_add(definition, (size_t) (to - definition));
}

static void
hash_closure(Digest *out, Arena *arena, Str text, List *views)
{
	Str			allowed = law_allowed_text(arena);
	Digest		part;
	ListCell   *cell;

	sha256_begin();
	sha256_add("commune/law-closure/1\n", 22);
	sha256_add(allowed.p, allowed.n);
	foreach(cell, views)
		hash_view(lfirst_oid(cell));
	sha256_end(part.b);
	sha256_begin();
	sha256_add(part.b, HASH_SIZE);
	sha256_add(text.p, text.n);
	sha256_end(out->b);
}

/* Sort views by their names: OIDs differ from database to database. */
static int
compare_views(const ListCell *a, const ListCell *b)
{
	return strcmp(get_rel_name(lfirst_oid(a)), get_rel_name(lfirst_oid(b)));
}

void
law_check_document(Digest *closure, const LawObjects *objects, Arena *arena, Str text)
{
	LawText		law;
	List	   *views = NIL;
	Fault		fault;

	if (law_parse(&law, arena, text, &fault) != CODE_OK || law_check_rules(&law, &fault) != CODE_OK)
		fault_raise(&fault);
	for (size_t i = 0; i < law.nrules; i++)
		views = list_concat_unique_oid(views, law_read(objects, law.rules[i].query, LAW_WANTS_ACTIONS)->views);
	for (size_t i = 0; i < law.nexceptions; i++)
		views = list_concat_unique_oid(views, law_read(objects, law.exceptions[i].query, LAW_WANTS_KEYS)->views);
	for (size_t i = 0; i < law.ntests; i++)
		run_test(objects, arena, text, &law, &law.tests[i]);
	list_sort(views, compare_views);
	hash_closure(closure, arena, text, views);
}

/* ---- outcomes ---- */

/* The outcome of what failed, or the error itself if it is no verdict. */
static Str
failed_outcome(Arena *arena, ErrorData *error)
{
	Buf			text;

	if (law_is_accident(error))
		ReThrowError(error);
	buf_init(&text, arena);
	buf_text(&text, "{\"failed\":");
	json_quote(&text, str_from(unpack_sql_state(error->sqlerrcode)));
	buf_text(&text, ",\"message\":");
	json_quote(&text, str_from(error->detail != NULL ? psprintf("%s. %s", error->message, error->detail) : error->message));
	buf_char(&text, '}');
	return buf_done(&text);
}

typedef struct RuleRun
{
	Arena	   *arena;
	Str			text;
	Str			rule;
	StrList		actions;
} RuleRun;

static void
work_rule(void *self, const LawObjects *objects)
{
	RuleRun    *run = self;
	LawText		law;
	const LawRule *rule;
	Fault		fault;

	if (law_parse(&law, run->arena, run->text, &fault) != CODE_OK)
		fault_raise(&fault);
	rule = law_rule(&law, run->rule);
	if (rule == NULL)
		code_raise(CODE_NO_SUCH_RULE, psprintf("The law has no rule \"%.*s\".", (int) Min(run->rule.n, LAW_NAME_MAX), run->rule.p));
	run->actions = law_run_rule(objects, run->arena, &law, rule);
}

/* Run work in the box, as of a moment. */
static ErrorData *
box_at(int64 moment, void (*work) (void *self, const LawObjects *objects), void *self)
{
	const LawSight *outer = law_sight;
	LawSight	sight = {.moment = moment};
	ErrorData  *volatile error = NULL;

	law_sight = &sight;
	PG_TRY();
	{
		error = law_box(work, self);
	}
	PG_FINALLY();
	{
		law_sight = outer;
	}
	PG_END_TRY();
	return error;
}

Str
law_evaluate_rule(Arena *arena, Str text, Str rule, int64 moment)
{
	RuleRun		run = {.arena = arena, .text = text, .rule = rule};
	ErrorData  *error = box_at(moment, work_rule, &run);
	Buf			outcome;

	if (error != NULL)
		return failed_outcome(arena, error);
	buf_init(&outcome, arena);
	buf_text(&outcome, "{\"actions\":");
	buf_str(&outcome, array_text(arena, run.actions));
	buf_char(&outcome, '}');
	return buf_done(&outcome);
}

typedef struct TextsRun
{
	Arena	   *arena;
	const Str  *texts;
	size_t		n;
	Digest		closure;
} TextsRun;

static void
work_texts(void *self, const LawObjects *objects)
{
	TextsRun   *run = self;
	Digest	   *one = arena_alloc(run->arena, Max(run->n, 1) * sizeof *one);

	for (size_t i = 0; i < run->n; i++)
		law_check_document(&one[i], objects, run->arena, run->texts[i]);
	sha256(run->closure.b, one, run->n * sizeof *one);
}

Str
law_evaluate_texts(Arena *arena, const Str *texts, size_t n)
{
	TextsRun	run = {.arena = arena, .texts = texts, .n = n};
	ErrorData  *error = box_at(law_moment(), work_texts, &run);
	Buf			outcome;
	char		closure[BASE64URL_LEN(HASH_SIZE)];

	if (error != NULL)
		return failed_outcome(arena, error);
	buf_init(&outcome, arena);
	buf_text(&outcome, "{\"closure\":\"");
	buf_add(&outcome, closure, base64url_encode(closure, run.closure.b, HASH_SIZE));
	buf_text(&outcome, "\"}");
	return buf_done(&outcome);
}

/* ---- SQL ---- */

typedef struct CheckRun
{
	Arena	   *arena;
	Str			text;
	Digest		closure;
} CheckRun;

static void
work_check(void *self, const LawObjects *objects)
{
	CheckRun   *run = self;

	if (law_is_document(run->text))
		law_check_document(&run->closure, objects, run->arena, run->text);
	else
	{
		LawQuery   *query = law_read(objects, run->text, LAW_WANTS_ACTIONS);

		list_sort(query->views, compare_views);
		hash_closure(&run->closure, run->arena, run->text, query->views);
	}
}

/* law_check(law text) -> bytea: the hash of what the law rests on */
COMMUNE_FUNCTION(commune_law_check)
{
	Workspace	work;
	CheckRun	run;
	ErrorData  *error;

	workspace_open(&work);
	run = (CheckRun){.arena = &work.arena, .text = DatumGetStr(PG_GETARG_DATUM(0))};
	error = box_at(law_moment(), work_check, &run);
	workspace_close(&work);
	if (error != NULL)
		ReThrowError(error);
	PG_RETURN_BYTEA_P(varlena_from_str((Str){(const char *) run.closure.b, HASH_SIZE}));
}

static void
work_run(void *self, const LawObjects *objects)
{
	RuleRun    *run = self;

	if (run->rule.p != NULL || law_is_document(run->text))
		work_rule(self, objects);
	else
		run->actions = read_and_run(objects, run->arena, run->text, LAW_WANTS_ACTIONS, NULL);
}

/* law_run(law text, rule text DEFAULT NULL) -> setof law.action */
COMMUNE_FUNCTION(commune_law_run)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Workspace	work;
	RuleRun		run;
	ErrorData  *error;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	workspace_open(&work);
	run = (RuleRun){.arena = &work.arena, .text = DatumGetStr(PG_GETARG_DATUM(0)), .rule = PG_ARGISNULL(1) ? STR_NONE : DatumGetStr(PG_GETARG_DATUM(1))};
	error = box_at(law_moment(), work_run, &run);
	if (error != NULL)
		ReThrowError(error);
	for (size_t i = 0; i < run.actions.n; i++)
	{
		Datum		value = PointerGetDatum(varlena_from_str(run.actions.v[i]));
		bool		null = false;

		tuplestore_putvalues(result->setResult, result->setDesc, &value, &null);
	}
	workspace_close(&work);
	return (Datum) 0;
}

/* law_allowed() -> table (kind text, names text, arguments text, collation text) */
COMMUNE_FUNCTION(commune_law_allowed)
{
	Rows		rows;
	AllowedKind kind;
	const char *names;
	const char *args;
	Allowed		how;

	rows_begin(&rows, fcinfo);
	rows_start(&rows);
	for (size_t i = 0; law_allowed_group(&kind, &names, &args, &how, i); i++)
	{
		Datum		values[4] = {text_datum(law_allowed_kind(kind)), text_datum(names), text_datum(args), text_datum("C")};
		bool		nulls[4] = {false, false, false, how != ALLOWED_COLLATED};

		rows_add(&rows, values, nulls);
	}
	return rows_end(&rows);
}
