/*
 * chain_pg.c -- chained tables: any table of the user's, append-only, each row a leaf of the register.
 *
 * chain() puts two triggers on a table and on its partitions: one registers what an INSERT or COPY brought, once a
 * statement; one refuses UPDATE, DELETE and TRUNCATE.  unchain() takes them off.  Both are entries of the register.
 */
#include "register/chain_pg.h"

#include "access/attmap.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/tupconvert.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "crypto/crypto.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "record/json.h"
#include "register/act.h"
#include "register/row.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#define BATCH 1000

/* ---- what can be chained ---- */

/*
 * True if a type's binary send form is the same in every database: it holds no OIDs but those of built-in types, nor
 * the columns of a composite type, which may change.
 */
static bool
has_stable_form(Oid type)
{
	HeapTuple	tuple;
	Form_pg_type form;
	bool		stable = false;

	type = getBaseType(type);
	switch (type)
	{
		case REGPROCOID:
		case REGPROCEDUREOID:
		case REGOPEROID:
		case REGOPERATOROID:
		case REGCLASSOID:
		case REGTYPEOID:
		case REGCONFIGOID:
		case REGDICTIONARYOID:
		case REGNAMESPACEOID:
		case REGROLEOID:
		case REGCOLLATIONOID:
		case OIDOID:
			return false;
	}
	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_type) GETSTRUCT(tuple);
	if (!OidIsValid(form->typsend))
		stable = false;
	else if (OidIsValid(form->typelem) && form->typlen == -1)
		stable = form->typelem < FirstNormalObjectId && has_stable_form(form->typelem); /* arrays send their element's OID */
	else
		switch (form->typtype)
		{
			case TYPTYPE_BASE:
			case TYPTYPE_ENUM:
				stable = true;
				break;
			case TYPTYPE_RANGE:
				stable = has_stable_form(get_range_subtype(type));
				break;
			case TYPTYPE_MULTIRANGE:
				stable = has_stable_form(get_multirange_range(type));
				break;
		}
	ReleaseSysCache(tuple);
	return stable;
}

static bool
prints_the_same(Oid type)
{
	switch (getBaseType(type))
	{
		case BOOLOID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case NAMEOID:
		case UUIDOID:
			return true;
	}
	return get_typtype(getBaseType(type)) == TYPTYPE_ENUM;
}

const char *
why_not_chainable(Relation rel)
{
	Oid			relid = RelationGetRelid(rel);
	Oid			schema = RelationGetNamespace(rel);

	return
		rel->rd_rel->relkind != RELKIND_RELATION && rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE ? "It is no ordinary table." :
		rel->rd_rel->relispartition ? "It is a partition: chain the table that it is a partition of." :
		rel->rd_rel->relpersistence != RELPERSISTENCE_PERMANENT ? "It is temporary or unlogged." :
		schema == get_namespace_oid("commune", false) ? "It belongs to commune itself." :
		IsCatalogNamespace(schema) ? "It belongs to PostgreSQL itself." :
		has_superclass(relid) ? "It inherits from another table, through which its rows can be changed." :
		rel->rd_rel->relkind == RELKIND_RELATION && find_inheritance_children(relid, NoLock) != NIL ?
		"Other tables inherit from it, whose rows would not be registered." : NULL;
}

/* Refuse a partition whose rows lie elsewhere, or that is promised to be something else. */
static void
check_partition(Relation rel)
{
	Arena		arena;

	if (rel->rd_rel->relkind != RELKIND_RELATION && rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		code_raise(CODE_CANNOT_CHAIN, psprintf("Its partition \"%s\" is no ordinary table.", RelationGetRelationName(rel)));
	if (rel->rd_rel->relpersistence != RELPERSISTENCE_PERMANENT)
		code_raise(CODE_CANNOT_CHAIN, psprintf("Its partition \"%s\" is temporary or unlogged.", RelationGetRelationName(rel)));
	context_arena_init(&arena, CurrentMemoryContext);
	if (root_promise(root_name(&arena, rel), NULL).in_force)
		code_raise(CODE_CANNOT_CHAIN, psprintf("Its partition \"%s\" is chained by itself.", RelationGetRelationName(rel)));
}

static void
check_owner(Relation rel)
{
	if (!compat_owns_table(RelationGetRelid(rel), GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, get_relkind_objtype(rel->rd_rel->relkind), RelationGetRelationName(rel));
}

/* ---- roots ---- */

Str
root_name(Arena *arena, Relation rel)
{
	return row_name(arena, get_namespace_name(RelationGetNamespace(rel)), RelationGetRelationName(rel));
}

Oid
root_of(Oid table)
{
	List	   *ancestors = get_rel_relispartition(table) ? get_partition_ancestors(table) : NIL;

	return ancestors == NIL ? table : llast_oid(ancestors);
}

ChainPromise
root_promise(Str name, Snapshot snapshot)
{
	TableStore *tables = table_store_open(snapshot, false, CurrentMemoryContext);
	ChainPromise promise;
	Arena		arena;
	Fault		fault;

	context_arena_init(&arena, CurrentMemoryContext);
	if (chain_promise(&promise, table_store(tables), &arena, name, &fault) != CODE_OK)
		fault_raise(&fault);
	table_store_close(tables);
	return promise;
}

/* The columns of a table's primary key. */
static Bitmapset *
key_columns(Relation rel)
{
	Bitmapset  *key = NULL;
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(rel))
	{
		HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));
		Form_pg_index index;

		if (!HeapTupleIsValid(tuple))
			elog(ERROR, "commune: index %u is gone", lfirst_oid(cell));
		index = (Form_pg_index) GETSTRUCT(tuple);
		for (int i = 0; index->indisprimary && i < index->indnkeyatts; i++)
			key = bms_add_member(key, index->indkey.values[i]);
		ReleaseSysCache(tuple);
	}
	return key;
}

void
root_open(Root *root, Relation rel)
{
	TupleDesc	desc = RelationGetDescr(rel);
	Bitmapset  *key = key_columns(rel);
	ChainColumn *columns = palloc0(desc->natts * sizeof *columns + 1);
	Str		   *parts = palloc0(desc->natts * sizeof *parts + 1);
	Arena		arena;

	context_arena_init(&arena, CurrentMemoryContext);
	*root = (Root){.rel = rel, .natts = desc->natts, .definition = {.columns = columns, .key = {.v = parts}}};
	root->definition.table = root_name(&arena, rel);
	root->columns = palloc0(desc->natts * sizeof *root->columns + 1);
	root->names = palloc0(desc->natts * sizeof *root->names + 1);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		RootColumn *column = &root->columns[i];
		ChainColumn *name = &columns[root->definition.ncolumns];
		Oid			function;
		bool		varlena;
		HeapTuple	tuple;
		Form_pg_type type;

		column->dropped = att->attisdropped;
		if (att->attisdropped)
			continue;
		if (!has_stable_form(att->atttypid))
			code_raise(CODE_CANNOT_CHAIN,
					   psprintf("Column \"%s\" has type %s, which has no binary form that is the same in every database.",
								NameStr(att->attname), format_type_be(att->atttypid)));
		getTypeBinaryOutputInfo(att->atttypid, &function, &varlena);
		fmgr_info(function, &column->send);
		getTypeOutputInfo(att->atttypid, &function, &varlena);
		fmgr_info(function, &column->output);
		column->in_key = bms_is_member(att->attnum, key);
		column->key_as_text = prints_the_same(att->atttypid);
		tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(att->atttypid));
		type = (Form_pg_type) GETSTRUCT(tuple);
		name->name = str_from(pstrdup(NameStr(att->attname)));
		name->type = row_name(&arena, get_namespace_name(type->typnamespace), NameStr(type->typname));
		name->filled = att->atthasmissing;
		ReleaseSysCache(tuple);
		root->names[i] = name;
		root->definition.ncolumns++;
		if (column->in_key)
			parts[root->definition.key.n++] = name->name;
	}
}

/* A part of the key whose text form would depend on settings stands as base64url of its binary form. */
void
root_encode(Digest *leaf, Str *key, const Root *root, TupleTableSlot *slot, Arena *arena)
{
	Buf			row;
	Buf			parts;

	buf_init(&row, arena);
	buf_init(&parts, arena);
	row_begin(&row, root->definition.table);
	slot_getallattrs(slot);
	for (int i = 0; i < root->natts; i++)
	{
		RootColumn *column = &root->columns[i];
		Str			value;

		if (column->dropped || slot->tts_isnull[i])
			continue;
		value = str_from_varlena((struct varlena *) SendFunctionCall(&column->send, slot->tts_values[i]));
		row_column(&row, root->names[i]->name, root->names[i]->type, value);
		if (!column->in_key)
			continue;
		buf_char(&parts, parts.n == 0 ? '[' : ',');
		if (column->key_as_text)
			json_quote(&parts, str_from(OutputFunctionCall(&column->output, slot->tts_values[i])));
		else
		{
			char	   *text = arena_alloc(arena, BASE64URL_LEN(value.n));

			json_quote(&parts, (Str){text, base64url_encode(text, (const uint8_t *) value.p, value.n)});
		}
	}
	merkle_leaf(leaf->b, row.p, row.n);
	*key = STR_NONE;
	if (root->definition.key.n > 0)
	{
		buf_char(&parts, ']');
		*key = buf_done(&parts);
	}
}

/* Let types send texts in this encoding; returns what it was. */
static int
set_encoding(int encoding)
{
	int			before = pg_get_client_encoding();

	if (before != encoding && (PrepareClientEncoding(encoding) < 0 || SetClientEncoding(encoding) < 0))
		elog(ERROR, "commune: cannot set the client's encoding");
	return before;
}

/* Visit the rows of one table. */
static void
scan_one(const Root *root, Relation rel, Snapshot snapshot, RootVisitor visit, void *self)
{
	TupleConversionMap *map = rel == root->rel ? NULL : convert_tuples_by_name(RelationGetDescr(rel), RelationGetDescr(root->rel));
	TupleTableSlot *mapped = MakeSingleTupleTableSlot(RelationGetDescr(root->rel), &TTSOpsVirtual);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		visit(self, map != NULL ? execute_attr_map_slot(map->attrMap, slot, mapped) : slot);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	ExecDropSingleTupleTableSlot(mapped);
}

void
root_scan(const Root *root, Oid table, Snapshot snapshot, RootVisitor visit, void *self)
{
	int			encoding = set_encoding(PG_UTF8);

	PG_TRY();
	{
		ListCell   *cell;

		foreach(cell, find_all_inheritors(table, AccessShareLock, NULL))
		{
			Relation	rel = table_open(lfirst_oid(cell), NoLock);

			if (rel->rd_rel->relkind == RELKIND_RELATION)
				scan_one(root, rel, snapshot, visit, self);
			table_close(rel, NoLock);
		}
	}
	PG_FINALLY();
	{
		(void) set_encoding(encoding);
	}
	PG_END_TRY();
}

/* ---- registering ---- */

typedef struct Registering
{
	Root		root;
	TableStore *tables;
	MemoryContext context;		/* of a batch */
	MemoryContext row_context;
	Arena		arena;			/* of the batch */
	int32		era;
	Row		  **runs;
	size_t		n;
	RowLeaf    *run;			/* the last of them, to which the next row may belong; its texts are: */
	Buf			leaves;
	Buf			keys;
} Registering;

/* Let no row belong to the last run any more. */
static void
end_run(Registering *r)
{
	if (r->run == NULL)
		return;
	r->run->leaf = buf_done(&r->leaves);
	if (r->keys.n > 0)
	{
		buf_char(&r->keys, ']');
		r->run->keys = buf_done(&r->keys);
	}
	r->run = NULL;
}

static void
write_batch(Registering *r)
{
	end_run(r);
	if (r->n > 0)
		table_store(r->tables)->write(table_store(r->tables), REL_ROW_LEAF, r->runs, r->n);
	r->n = 0;
	MemoryContextReset(r->context);
	context_arena_init(&r->arena, r->context);
}

/* Refuse to register on a follower; what arrives there was registered at its origin. */
static int32
check_origin(void)
{
	bool		begun;
	bool		follower;
	int32		era;

	/* First of all: promote() waits for those who write in the era that it ends. */
	LockRelationOid(commune_relation("row_leaf"), RowExclusiveLock);
	era = register_era(&begun, &follower);
	if (follower)
		code_raise(CODE_FOLLOWER, "Chained tables are written at the origin.");
	return era;
}

static void
begin_registering(Registering *r, Relation root)
{
	root_open(&r->root, root);
	r->era = check_origin();
	r->tables = table_store_open(NULL, true, CurrentMemoryContext);
	r->context = AllocSetContextCreate(CurrentMemoryContext, "commune rows", ALLOCSET_DEFAULT_SIZES);
	r->row_context = AllocSetContextCreate(CurrentMemoryContext, "commune row", ALLOCSET_DEFAULT_SIZES);
	r->runs = palloc(BATCH * sizeof *r->runs);
	r->n = 0;
	r->run = NULL;
	context_arena_init(&r->arena, r->context);
}

static void
begin_run(Registering *r, int64 seq, const Digest *leaf, Str key)
{
	end_run(r);
	if (r->n == BATCH)
		write_batch(r);
	r->run = arena_zero(&r->arena, sizeof *r->run);
	r->runs[r->n++] = &r->run->row;
	r->run->seq = seq;
	r->run->n = 1;
	r->run->xid = (int64) U64FromFullTransactionId(GetTopFullTransactionId());
	r->run->received_at = TIMESTAMP_TO_UNIX_US(GetCurrentTimestamp());
	r->run->era = r->era;
	r->run->relation = r->root.definition.table;
	r->run->key = arena_str(&r->arena, key);
	buf_init(&r->leaves, &r->arena);
	buf_init(&r->keys, &r->arena);
	buf_add(&r->leaves, leaf, sizeof *leaf);
}

/* True if a row goes on where the last run ends, and finds room in it. */
static bool
continues_run(const Registering *r, int64 seq, Str key)
{
	return r->run != NULL && seq == r->run->seq + 1 && r->run->n < ROW_RUN_MAX &&
		r->run->relation.n + r->leaves.n + HASH_SIZE + r->run->key.n + r->keys.n + key.n + 2 <= ROW_RUN_BYTES;
}

static void
register_row(void *self, TupleTableSlot *slot)
{
	Registering *r = self;
	MemoryContext old = MemoryContextSwitchTo(r->row_context);
	Arena		scratch;
	Digest		leaf;
	Str			key;
	int64		seq;

	context_arena_init(&scratch, r->row_context);
	root_encode(&leaf, &key, &r->root, slot, &scratch);
	seq = register_next_seq();
	MemoryContextSwitchTo(r->context);
	if (continues_run(r, seq, key))
	{
		r->run->seq = seq;
		r->run->n++;
		buf_add(&r->leaves, &leaf, sizeof leaf);
		if (r->root.definition.key.n > 0)
		{
			buf_char(&r->keys, r->keys.n == 0 ? '[' : ',');
			buf_str(&r->keys, key);
		}
	}
	else
		begin_run(r, seq, &leaf, key);
	MemoryContextSwitchTo(old);
	MemoryContextReset(r->row_context);
}

static void
end_registering(Registering *r)
{
	write_batch(r);
	table_store_close(r->tables);
}

/* Register what a statement brought. */
static void
register_new_rows(Registering *r, TriggerData *trigger)
{
	Relation	rel = trigger->tg_relation;
	TupleConversionMap *map = rel == r->root.rel ? NULL : convert_tuples_by_name(RelationGetDescr(rel), RelationGetDescr(r->root.rel));
	TupleTableSlot *mapped = MakeSingleTupleTableSlot(RelationGetDescr(r->root.rel), &TTSOpsVirtual);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsMinimalTuple);
	int			encoding = set_encoding(PG_UTF8);

	PG_TRY();
	{
		while (tuplestore_gettupleslot(trigger->tg_newtable, true, false, slot))
		{
			CHECK_FOR_INTERRUPTS();
			register_row(r, map != NULL ? execute_attr_map_slot(map->attrMap, slot, mapped) : slot);
		}
	}
	PG_FINALLY();
	{
		(void) set_encoding(encoding);
	}
	PG_END_TRY();
	ExecDropSingleTupleTableSlot(slot);
	ExecDropSingleTupleTableSlot(mapped);
}

/* SQL function: chain_rows() returns trigger */
COMMUNE_FUNCTION(commune_register_chain_rows)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Registering r;
	Relation	root;

	if (!CALLED_AS_TRIGGER(fcinfo) || trigger->tg_newtable == NULL || !TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("commune.chain_rows() is a trigger function for statements with their new rows"),
				 errhint("SELECT commune.chain('the_table') makes the trigger.")));
	root = table_open(root_of(RelationGetRelid(trigger->tg_relation)), AccessShareLock);
	begin_registering(&r, root);
	register_new_rows(&r, trigger);
	end_registering(&r);
	table_close(root, NoLock);
	return PointerGetDatum(NULL);
}

/* Register the rows that a table and the partitions below it have already. */
static void
register_present_rows(Relation root, Oid table)
{
	Registering r;
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());	/* of now: the statement's is older than the lock */

	begin_registering(&r, root);
	root_scan(&r.root, table, snapshot, register_row, &r);
	end_registering(&r);
	UnregisterSnapshot(snapshot);
}

/* Write an entry of this session. */
static void
write_entry(Str kind, Str body)
{
	TableStore *tables = table_store_open(NULL, true, CurrentMemoryContext);
	Digest		leaf;
	EntryRow	row = {.kind = kind, .body = body};
	Row		   *rows = &row.row;

	entry_leaf(&leaf, row.body);
	row.leaf = hash_str(&leaf);
	row.era = check_origin();
	row.xid = (int64) U64FromFullTransactionId(GetTopFullTransactionId());
	row.written_at = TIMESTAMP_TO_UNIX_US(GetCurrentTimestamp());
	row.seq = register_next_seq();
	table_store(tables)->write(table_store(tables), REL_ENTRY, &rows, 1);
	table_store_close(tables);
}

/* ---- triggers ---- */

/* The trigger of a name that calls a function of ours; NULL if there is none. */
static const Trigger *
find_trigger(Relation rel, const char *name, const char *function)
{
	for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers; i++)
	{
		const Trigger *trigger = &rel->trigdesc->triggers[i];
		char	   *called;

		if (strcmp(trigger->tgname, name) != 0)
			continue;
		called = get_func_name(trigger->tgfoid);
		if (called != NULL && strcmp(called, function) == 0 &&
			get_func_namespace(trigger->tgfoid) == get_namespace_oid("commune", true))
			return trigger;
	}
	return NULL;
}

bool
has_chain_trigger(Relation rel)
{
	return find_trigger(rel, CHAIN_TRIGGER, "chain_rows") != NULL;
}

static const char *
register_fault(Relation rel)
{
	const Trigger *t = find_trigger(rel, CHAIN_TRIGGER, "chain_rows");

	return t != NULL && t->tgenabled == TRIGGER_FIRES_ON_ORIGIN && t->tgqual == NULL &&
		TRIGGER_FOR_INSERT(t->tgtype) && TRIGGER_FOR_AFTER(t->tgtype) && t->tgnewtable != NULL ? NULL :
		"The trigger " CHAIN_TRIGGER " does not register new rows.";
}

static const char *
protect_fault(Relation rel)
{
	const Trigger *t = find_trigger(rel, PROTECT_TRIGGER, "protect");

	return t != NULL && t->tgenabled == TRIGGER_FIRES_ALWAYS && t->tgqual == NULL && t->tgnattr == 0 &&
		TRIGGER_FOR_UPDATE(t->tgtype) && TRIGGER_FOR_DELETE(t->tgtype) && TRIGGER_FOR_TRUNCATE(t->tgtype) &&
		TRIGGER_FOR_BEFORE(t->tgtype) ? NULL :
		"The trigger " PROTECT_TRIGGER " does not refuse changes always.";
}

int
chain_trigger_faults(const char *faults[2], Relation rel)
{
	int			n = 0;

	if ((faults[n] = register_fault(rel)) != NULL)
		n++;
	if ((faults[n] = protect_fault(rel)) != NULL)
		n++;
	return n;
}

bool		chain_at_work = false;

/* Run commands on a chained table as the owner of the extension, with nobody guarding it. */
static void
run_as_owner(char **commands, int n)
{
	Oid			user;
	int			context;
	HeapTuple	act = SearchSysCache1(RELOID, ObjectIdGetDatum(commune_relation("act")));
	Oid			owner = ((Form_pg_class) GETSTRUCT(act))->relowner;

	ReleaseSysCache(act);
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(owner, context | SECURITY_LOCAL_USERID_CHANGE);
	chain_at_work = true;
	PG_TRY();
	{
		SPI_connect();
		for (int i = 0; i < n; i++)
			if (SPI_execute(commands[i], false, 0) != SPI_OK_UTILITY)
				elog(ERROR, "commune: cannot change the triggers of a chained table");
		SPI_finish();
	}
	PG_FINALLY();
	{
		chain_at_work = false;
	}
	PG_END_TRY();
	SetUserIdAndSecContext(user, context);	/* an error's way out restores them too: the transaction remembers */
}

static char *
quoted_name(Oid table)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(table)), get_rel_name(table));
}

static void
make_triggers(Oid table)
{
	char	   *name = quoted_name(table);
	char	   *commands[] = {
		psprintf("CREATE OR REPLACE TRIGGER " CHAIN_TRIGGER " AFTER INSERT ON %s REFERENCING NEW TABLE AS commune_new"
				 " FOR EACH STATEMENT EXECUTE FUNCTION commune.chain_rows()", name),
		psprintf("CREATE OR REPLACE TRIGGER " PROTECT_TRIGGER " BEFORE UPDATE OR DELETE OR TRUNCATE ON %s"
				 " FOR EACH STATEMENT EXECUTE FUNCTION commune.protect()", name),
		psprintf("ALTER TABLE %s ENABLE ALWAYS TRIGGER " PROTECT_TRIGGER ", ENABLE TRIGGER " CHAIN_TRIGGER, name),
	};

	run_as_owner(commands, lengthof(commands));
}

static void
drop_triggers(Oid table)
{
	char	   *name = quoted_name(table);
	char	   *commands[] = {
		psprintf("DROP TRIGGER IF EXISTS " CHAIN_TRIGGER " ON %s", name),
		psprintf("DROP TRIGGER IF EXISTS " PROTECT_TRIGGER " ON %s", name),
	};

	run_as_owner(commands, lengthof(commands));
}

/* ---- chain() and unchain() ---- */

/* A table and the partitions below it, which are locked. */
static List *
with_partitions(Oid table, LOCKMODE lock)
{
	return find_all_inheritors(table, lock, NULL);
}

/* Put the triggers on a table and the partitions below it, if one of them is not in order; true if one was. */
static bool
put_triggers(Oid table)
{
	bool		put = false;
	ListCell   *cell;

	foreach(cell, with_partitions(table, ShareRowExclusiveLock))
	{
		Relation	rel = table_open(lfirst_oid(cell), NoLock);
		const char *faults[2];
		bool		wrong = chain_trigger_faults(faults, rel) > 0;

		if (lfirst_oid(cell) != root_of(lfirst_oid(cell)))
			check_partition(rel);
		table_close(rel, NoLock);
		if (wrong)
			make_triggers(lfirst_oid(cell));
		put |= wrong;
	}
	return put;
}

void
chain_partition(Relation root, Oid partition)
{
	register_present_rows(root, partition);
	(void) put_triggers(partition);
}

/* SQL function: chain(target regclass) returns void */
COMMUNE_FUNCTION(commune_register_chain)
{
	Oid			table = PG_GETARG_OID(0);
	Relation	rel;
	Root		root;
	Arena		arena;
	bool		goes_on;

	PreventCommandIfReadOnly("commune.chain()");
	rel = relation_open(table, ShareRowExclusiveLock);
	if (why_not_chainable(rel) != NULL)
		code_raise(CODE_CANNOT_CHAIN, why_not_chainable(rel));
	check_owner(rel);
	(void) with_partitions(table, ShareRowExclusiveLock);
	root_open(&root, rel);
	context_arena_init(&arena, CurrentMemoryContext);

	/* A promise in force does not begin anew: what happened without triggers is for verify_table() to find. */
	goes_on = root_promise(root.definition.table, NULL).in_force;
	if (!goes_on)
	{
		write_entry(STR("chain"), chain_entry(&arena, &root.definition));
		register_present_rows(rel, table);
	}
	relation_close(rel, NoLock);	/* and keep the lock */
	if (!put_triggers(table) && goes_on)
		code_raise(CODE_CANNOT_CHAIN, "It is chained already.");
	PG_RETURN_VOID();
}

/* SQL function: unchain(target regclass) returns void */
COMMUNE_FUNCTION(commune_register_unchain)
{
	Oid			table = PG_GETARG_OID(0);
	Relation	rel;
	Arena		arena;
	Str			name;
	ListCell   *cell;

	PreventCommandIfReadOnly("commune.unchain()");
	rel = relation_open(table, AccessExclusiveLock);
	check_owner(rel);
	context_arena_init(&arena, CurrentMemoryContext);
	name = root_name(&arena, rel);
	if (!root_promise(name, NULL).in_force)
		code_raise(CODE_NOT_CHAINED, psprintf("The table is %s.", pnstrdup(name.p, name.n)));
	write_entry(STR("unchain"), unchain_entry(&arena, name));
	relation_close(rel, NoLock);	/* and keep the lock */
	foreach(cell, with_partitions(table, AccessExclusiveLock))
		drop_triggers(lfirst_oid(cell));
	PG_RETURN_VOID();
}
