/*
 * chain_guard_pg.c -- keeps commands from changing what a chained table is: event triggers.
 *
 *     ddl_command_start   a partition is to be detached: it is too late afterwards if that is done concurrently
 *     table_rewrite       rows would be written anew with other values
 *     ddl_command_end     a table, type or schema was altered: chained tables must be as they were chained, with their
 *                         triggers in force; a table that became a partition of a chained one is chained with it
 *     sql_drop            a chained table, a partition, a column or a trigger of one was dropped
 *
 * A superuser can go round all of this.  It is there so that nobody breaks a promise by mistake; verify_table() finds
 * what was done on purpose.
 */
#include "register/chain_pg.h"

#include "access/relation.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/event_trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "register/row.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/varlena.h"

/* The promises in force. */
typedef struct Promises
{
	ChainPromise *v;
	size_t		n;
} Promises;

/* ---- promises ---- */

static void
keep_promise(void *self, const ChainPromise *promise)
{
	Promises   *promises = self;

	promises->v = promises->v == NULL ? palloc(sizeof *promises->v) :
		repalloc(promises->v, (promises->n + 1) * sizeof *promises->v);
	promises->v[promises->n++] = *promise;
}

/*
 * Read the promises in force.  There are none to keep while a restore fills the tables: then blocks are there that this
 * database did not make, and no era of its own.
 */
static Promises
read_promises(void)
{
	Promises	promises = {.n = 0};
	TableStore *tables;
	Arena		arena;
	BlockRow	last;
	Fault		fault;
	bool		begun;
	bool		follower;

	if (IsBinaryUpgrade || chain_at_work)
		return promises;
	context_arena_init(&arena, CurrentMemoryContext);
	(void) register_era(&begun, &follower);
	tables = table_store_open(NULL, false, CurrentMemoryContext);
	if ((begun || !log_last_block(&last, table_store(tables), &arena)) &&
		chain_promises(table_store(tables), &arena, keep_promise, &promises, &fault) != CODE_OK)
		fault_raise(&fault);
	table_store_close(tables);
	return promises;
}

static const ChainPromise *
promise_of(const Promises *promises, Str table)
{
	for (size_t i = 0; i < promises->n; i++)
		if (str_eq(promises->v[i].definition.table, table))
			return &promises->v[i];
	return NULL;
}

/* The promise of a table by its own name; NULL if there is none. */
static const ChainPromise *
own_promise(const Promises *promises, Oid table)
{
	Relation	rel = try_relation_open(table, AccessShareLock);
	const ChainPromise *found;
	Arena		arena;

	if (rel == NULL)
		return NULL;
	context_arena_init(&arena, CurrentMemoryContext);
	found = promise_of(promises, root_name(&arena, rel));
	relation_close(rel, AccessShareLock);
	return found;
}

/* The table that has a promise's name; none if there is none. */
static Oid
promised_table(const ChainPromise *promise)
{
	Str			name = promise->definition.table;
	text	   *copy = cstring_to_text_with_len(name.p, (int) name.n);

	return RangeVarGetRelid(makeRangeVarFromNameList(textToQualifiedNameList(copy)), NoLock, true);
}

static void
refuse(const char *detail)
{
	code_raise(CODE_TABLE_CHAINED, detail);
}

/* ---- tables that were altered ---- */

/* True if a command can have weakened triggers. */
static bool
alters_triggers(const Node *command)
{
	ListCell   *cell;

	if (IsA(command, CreateTrigStmt))
		return ((const CreateTrigStmt *) command)->replace;
	if (IsA(command, RenameStmt))
		return ((const RenameStmt *) command)->renameType == OBJECT_TRIGGER;
	if (!IsA(command, AlterTableStmt))
		return false;
	foreach(cell, ((const AlterTableStmt *) command)->cmds)
	{
		const AlterTableCmd *cmd = lfirst(cell);

		switch (cmd->subtype)
		{
			case AT_EnableTrig:
			case AT_EnableReplicaTrig:
			case AT_DisableTrig:
			case AT_EnableTrigAll:
			case AT_DisableTrigAll:
			case AT_EnableTrigUser:
			case AT_DisableTrigUser:
				return true;
			case AT_EnableAlwaysTrig:
				if (strcmp(cmd->name, CHAIN_TRIGGER) == 0)
					return true;
				break;
			default:
				break;
		}
	}
	return false;
}

/* True if a command can have changed a table that it does not name, or a name. */
static bool
reaches_further(const Node *command)
{
	ListCell   *cell;

	if (IsA(command, RenameStmt) || IsA(command, AlterObjectSchemaStmt) || IsA(command, CreateSchemaStmt))
		return true;
	if (IsA(command, CreateStmt))
		return ((const CreateStmt *) command)->inhRelations != NIL;
	if (IsA(command, AlterTableStmt))
		foreach(cell, ((const AlterTableStmt *) command)->cmds)
		{
			AlterTableType type = ((const AlterTableCmd *) lfirst(cell))->subtype;

			if (type == AT_AddInherit || type == AT_AttachPartition)
				return true;
		}
	return false;
}

/* Check that a root is as it was chained. */
static void
check_root(const ChainPromise *promise, Relation rel)
{
	const char *wrong = why_not_chainable(rel);
	Root		root;
	Fault		fault;

	if (wrong != NULL)
		refuse(wrong);
	root_open(&root, rel);
	if (chain_check(&promise->definition, &root.definition, &fault) != CODE_OK)
		fault_raise(&fault);
}

/*
 * Check a table under a chained root.  A partition that does not bear the triggers has come just now: chain it, with
 * what is below it.
 */
static void
check_members(const Node *command, Relation root, Oid table)
{
	bool		triggers = alters_triggers(command);
	ListCell   *cell;

	foreach(cell, find_all_inheritors(table, AccessShareLock, NULL))
	{
		Relation	rel = relation_open(lfirst_oid(cell), NoLock);
		const char *faults[2];
		bool		wrong = chain_trigger_faults(faults, rel) > 0;
		bool		is_new = lfirst_oid(cell) != RelationGetRelid(root) && !has_chain_trigger(rel);

		relation_close(rel, NoLock);
		if (wrong && triggers)
			refuse(faults[0]);
		if (is_new)
			chain_partition(root, lfirst_oid(cell));
	}
}

static void
check_table(const Promises *promises, const Node *command, Oid table)
{
	Oid			root_id = root_of(table);
	const ChainPromise *promise = own_promise(promises, root_id);
	Relation	root;

	if (promise == NULL)
		return;
	root = relation_open(root_id, AccessShareLock);
	check_root(promise, root);
	check_members(command, root, table);
	relation_close(root, AccessShareLock);
}

/* Check every chained table, and that none has lost its name: what bears the trigger has a promise. */
static void
check_all(const Promises *promises)
{
	for (size_t i = 0; i < promises->n; i++)
	{
		Oid			table = promised_table(&promises->v[i]);
		Relation	rel = OidIsValid(table) ? relation_open(table, AccessShareLock) : NULL;

		if (rel == NULL)
			continue;
		check_root(&promises->v[i], rel);
		relation_close(rel, AccessShareLock);
	}
	if (SPI_execute("SELECT DISTINCT t.tgrelid FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid"
					" WHERE p.proname = 'chain_rows' AND p.pronamespace = 'commune'::pg_catalog.regnamespace", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "commune: cannot list triggers");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		null;
		Oid			table = DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &null));

		if (own_promise(promises, root_of(table)) == NULL)
			refuse(psprintf("The rows of \"%s\" are registered under another name.", get_rel_name(table)));
	}
}

static Oid
table_of_trigger(Oid trigger)
{
	char	   *query = psprintf("SELECT tgrelid FROM pg_catalog.pg_trigger WHERE oid = %u", trigger);
	bool		null;

	if (SPI_execute(query, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "commune: cannot find a trigger");
	return SPI_processed == 0 ? InvalidOid :
		DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null));
}

/* Refuse that a label, which stands in rows' leaves, is renamed. */
static void
check_label(const Promises *promises, Oid type)
{
	for (size_t i = 0; i < promises->n; i++)
	{
		Oid			table = promised_table(&promises->v[i]);
		Relation	rel = OidIsValid(table) ? relation_open(table, AccessShareLock) : NULL;
		TupleDesc	desc = rel != NULL ? RelationGetDescr(rel) : NULL;

		if (rel == NULL)
			continue;
		for (int j = 0; j < desc->natts; j++)
			if (!TupleDescAttr(desc, j)->attisdropped && getBaseType(TupleDescAttr(desc, j)->atttypid) == type)
				refuse(psprintf("Rows of %s are registered with the labels of the type of column \"%s\".",
								RelationGetRelationName(rel), NameStr(TupleDescAttr(desc, j)->attname)));
		relation_close(rel, AccessShareLock);
	}
}

static void
after_command(const Promises *promises, const Node *command)
{
	SPITupleTable *table;
	uint64		n;

	if (reaches_further(command))
		check_all(promises);
	if (SPI_execute("SELECT classid, objid FROM pg_catalog.pg_event_trigger_ddl_commands()", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "commune: cannot list what a command changed");
	table = SPI_tuptable;
	n = SPI_processed;
	for (uint64 i = 0; i < n; i++)
	{
		bool		null;
		Oid			class = DatumGetObjectId(SPI_getbinval(table->vals[i], table->tupdesc, 1, &null));
		Oid			object = DatumGetObjectId(SPI_getbinval(table->vals[i], table->tupdesc, 2, &null));

		if (class == TriggerRelationId)
		{
			object = table_of_trigger(object);
			class = RelationRelationId;
		}
		if (class == RelationRelationId)
			check_table(promises, command, object);
		else if (class == TypeRelationId && IsA(command, AlterEnumStmt) && ((const AlterEnumStmt *) command)->oldVal != NULL)
			check_label(promises, object);
	}
}

/* ---- what was dropped ---- */

static void
after_drop(const Promises *promises)
{
	SPITupleTable *table;
	uint64		n;
	Arena		arena;

	if (SPI_execute("SELECT object_type, address_names[1], address_names[2], address_names[3]"
					" FROM pg_catalog.pg_event_trigger_dropped_objects()"
					" WHERE object_type IN ('table', 'table column') OR"
					" (object_type = 'trigger' AND address_names[3] IN ('" CHAIN_TRIGGER "', '" PROTECT_TRIGGER "'))", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "commune: cannot list what was dropped");
	table = SPI_tuptable;
	n = SPI_processed;
	context_arena_init(&arena, CurrentMemoryContext);
	for (uint64 i = 0; i < n; i++)
	{
		HeapTuple	tuple = table->vals[i];
		TupleDesc	desc = table->tupdesc;
		char	   *type = SPI_getvalue(tuple, desc, 1);
		char	   *schema = SPI_getvalue(tuple, desc, 2);
		char	   *name = SPI_getvalue(tuple, desc, 3);
		Oid			relid = get_relname_relid(name, get_namespace_oid(schema, true));
		bool		broken = promise_of(promises, row_name(&arena, schema, name)) != NULL;

		/* A table with the trigger that is not there any more was a partition. */
		if (!broken && strcmp(type, "trigger") == 0 && strcmp(schema, "commune") != 0)
			broken = !OidIsValid(relid) || own_promise(promises, root_of(relid)) != NULL;
		if (broken)
			refuse(strcmp(type, "trigger") == 0 ? psprintf("The trigger \"%s\" of \"%s\" keeps its promise.", SPI_getvalue(tuple, desc, 4), name) :
				   strcmp(type, "table column") == 0 ? psprintf("The column \"%s\" of \"%s\" stands in its rows.", SPI_getvalue(tuple, desc, 4), name) :
				   psprintf("Dropping \"%s\" would take its rows away.", name));
	}
}

/* ---- before it is too late ---- */

/* Refuse to detach a partition, which would take its rows away. */
static void
before_command(const Promises *promises, const Node *command)
{
	const AlterTableStmt *alter = (const AlterTableStmt *) command;
	ListCell   *cell;

	if (!IsA(command, AlterTableStmt))
		return;
	foreach(cell, alter->cmds)
		if (((const AlterTableCmd *) lfirst(cell))->subtype == AT_DetachPartition)
		{
			Oid			table = RangeVarGetRelid(alter->relation, NoLock, true);

			if (OidIsValid(table) && own_promise(promises, root_of(table)) != NULL)
				refuse("Detaching a partition would take its rows away.");
		}
}

/* Refuse that rows are written with other values. */
static void
before_rewrite(const Promises *promises)
{
	bool		null;
	Oid			table;

	if (SPI_execute("SELECT pg_catalog.pg_event_trigger_table_rewrite_oid()"
					" WHERE pg_catalog.pg_event_trigger_table_rewrite_reason() & 7 <> 0", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "commune: cannot see what is rewritten");
	if (SPI_processed == 0)
		return;
	table = DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null));
	if (own_promise(promises, root_of(table)) != NULL)
		refuse("The command would write its rows anew.");
}

/* SQL function: guard() returns event_trigger */
COMMUNE_FUNCTION(commune_register_guard)
{
	EventTriggerData *trigger = (EventTriggerData *) fcinfo->context;
	Promises	promises;
	int			level;

	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("commune.guard() is an event trigger function")));
	promises = read_promises();
	if (promises.n == 0)
		PG_RETURN_NULL();
	if (strcmp(trigger->event, "ddl_command_start") == 0)
	{
		before_command(&promises, trigger->parsetree);	/* which names tables by the caller's search_path */
		PG_RETURN_NULL();
	}

	/* Queries run with the rights of whoever gave the command: they must not find operators that others made for them. */
	level = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	SPI_connect();
	if (strcmp(trigger->event, "table_rewrite") == 0)
		before_rewrite(&promises);
	else if (strcmp(trigger->event, "sql_drop") == 0)
		after_drop(&promises);
	else
		after_command(&promises, trigger->parsetree);
	SPI_finish();
	AtEOXact_GUC(true, level);
	PG_RETURN_NULL();
}
