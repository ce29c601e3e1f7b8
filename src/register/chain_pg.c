/*
 * chain_pg.c -- chained tables: any table of the user's, append-only, each row a leaf of the register.
 *
 * chain() puts two triggers on a table: one registers what an INSERT or COPY brought, once a statement; one refuses
 * UPDATE, DELETE and TRUNCATE.  verify_table() computes every row's leaf again and compares.
 */
#include "register/register_pg.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "crypto/crypto.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "register/act.h"
#include "register/row.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#define BATCH 1000

/* How a column is encoded. */
typedef struct Column
{
	Str			name;
	Str			type;
	FmgrInfo	send;
	bool		in_key;
	bool		key_as_text;	/* the type's text form does not depend on settings */
	FmgrInfo	output;
} Column;

/* A table to be encoded. */
typedef struct Chained
{
	Relation	rel;
	Str			name;			/* schema.table */
	bool		has_key;
	int			natts;
	Column	   *columns;
} Chained;

/* ---- what can be chained ---- */

/* True if a type's binary send form is the same in every database: it holds no OIDs but those of built-in types. */
static bool
has_stable_form(Oid type)
{
	HeapTuple	tuple;
	Form_pg_type form;
	bool		stable;

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
	if (OidIsValid(form->typelem) && form->typlen == -1)
		stable = form->typelem < FirstNormalObjectId && has_stable_form(form->typelem);	/* arrays send their element's OID */
	else
		stable = OidIsValid(form->typsend) &&
			(form->typtype == TYPTYPE_BASE || form->typtype == TYPTYPE_ENUM ||
			 (form->typtype == TYPTYPE_RANGE && has_stable_form(get_range_subtype(type))));
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

/* Refuse what is no ordinary table. */
static void
check_chainable(Relation rel)
{
	const char *wrong =
		rel->rd_rel->relkind != RELKIND_RELATION ? "It is no ordinary table." :
		rel->rd_rel->relispartition ? "It is a partition." :
		rel->rd_rel->relpersistence != RELPERSISTENCE_PERMANENT ? "It is temporary or unlogged." :
		RelationGetNamespace(rel) == get_namespace_oid("commune", false) ? "It belongs to commune itself." : NULL;

	if (wrong != NULL)
		code_raise(CODE_CANNOT_CHAIN, wrong);
}

/* ---- encoding ---- */

static Str
copy_text(const char *text)
{
	return str_from(pstrdup(text));
}

/* Prepare to encode the rows of a table. */
static void
open_chained(Chained *c, Relation rel)
{
	TupleDesc	desc = RelationGetDescr(rel);
	Bitmapset  *key = RelationGetIndexAttrBitmap(rel, INDEX_ATTR_BITMAP_PRIMARY_KEY);

	Arena		arena;

	context_arena_init(&arena, CurrentMemoryContext);
	*c = (Chained){.rel = rel, .natts = desc->natts, .has_key = !bms_is_empty(key)};
	c->name = row_name(&arena, get_namespace_name(RelationGetNamespace(rel)), RelationGetRelationName(rel));
	c->columns = palloc0(desc->natts * sizeof(Column));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		Column	   *column = &c->columns[i];
		Oid			function;
		bool		varlena;
		HeapTuple	tuple;
		Form_pg_type type;

		if (att->attisdropped)
			continue;
		if (!has_stable_form(att->atttypid))
			code_raise(CODE_CANNOT_CHAIN,
					   psprintf("Column \"%s\" has type %s, whose binary form is not the same in every database.",
								NameStr(att->attname), format_type_be(att->atttypid)));
		getTypeBinaryOutputInfo(att->atttypid, &function, &varlena);
		fmgr_info(function, &column->send);
		getTypeOutputInfo(att->atttypid, &function, &varlena);
		fmgr_info(function, &column->output);
		tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(att->atttypid));
		type = (Form_pg_type) GETSTRUCT(tuple);
		column->name = copy_text(NameStr(att->attname));
		column->type = row_name(&arena, get_namespace_name(type->typnamespace), NameStr(type->typname));
		ReleaseSysCache(tuple);
		column->in_key = bms_is_member(att->attnum - FirstLowInvalidHeapAttributeNumber, key);
		column->key_as_text = prints_the_same(att->atttypid);
	}
}

/*
 * Encode the row in a slot: its leaf hash, and its key as a JSON array of texts.  A part of the key whose text form
 * would depend on settings stands as base64url of its binary form.
 */
static void
encode_row(Digest *leaf, Str *key, const Chained *c, TupleTableSlot *slot, Arena *arena)
{
	Buf			row;
	Buf			parts;

	buf_init(&row, arena);
	buf_init(&parts, arena);
	row_begin(&row, c->name);
	slot_getallattrs(slot);
	for (int i = 0; i < c->natts; i++)
	{
		Column	   *column = &c->columns[i];
		Str			value;

		if (column->name.p == NULL || slot->tts_isnull[i])
			continue;
		value = str_from_varlena((struct varlena *) SendFunctionCall(&column->send, slot->tts_values[i]));
		row_column(&row, column->name, column->type, value);
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
	if (c->has_key)
		buf_char(&parts, ']');
	*key = c->has_key ? buf_done(&parts) : STR_NONE;
}

/* ---- registering ---- */

typedef struct Registering
{
	Chained		table;
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
	int32		era = register_era(&begun, &follower);

	if (follower)
		code_raise(CODE_FOLLOWER, "Chained tables are written at the origin.");
	return era;
}

static void
begin_registering(Registering *r, Relation rel)
{
	open_chained(&r->table, rel);
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
	r->run->relation = r->table.name;
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
register_row(Registering *r, TupleTableSlot *slot)
{
	MemoryContext old = MemoryContextSwitchTo(r->row_context);
	Arena		scratch;
	Digest		leaf;
	Str			key;
	int64		seq;

	context_arena_init(&scratch, r->row_context);
	encode_row(&leaf, &key, &r->table, slot, &scratch);
	seq = register_next_seq();
	MemoryContextSwitchTo(r->context);
	if (continues_run(r, seq, key))
	{
		r->run->seq = seq;
		r->run->n++;
		buf_add(&r->leaves, &leaf, sizeof leaf);
		if (r->table.has_key)
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

/* SQL function: chain_rows() returns trigger */
COMMUNE_FUNCTION(commune_register_chain_rows)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Registering r;
	TupleTableSlot *slot;

	if (!CALLED_AS_TRIGGER(fcinfo) || trigger->tg_newtable == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("commune.chain_rows() is a trigger function for statements with their new rows"),
				 errhint("SELECT commune.chain('the_table') makes the trigger.")));
	begin_registering(&r, trigger->tg_relation);
	slot = MakeSingleTupleTableSlot(RelationGetDescr(trigger->tg_relation), &TTSOpsMinimalTuple);
	while (tuplestore_gettupleslot(trigger->tg_newtable, true, false, slot))
	{
		CHECK_FOR_INTERRUPTS();
		register_row(&r, slot);
	}
	ExecDropSingleTupleTableSlot(slot);
	end_registering(&r);
	return PointerGetDatum(NULL);
}

/* ---- chain() ---- */

static bool
is_chained(Relation rel)
{
	for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers; i++)
		if (strcmp(rel->trigdesc->triggers[i].tgname, "commune_chain") == 0)
			return true;
	return false;
}

/* Register the rows that are there already. */
static void
register_present_rows(Relation rel)
{
	Registering r;
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, GetActiveSnapshot(), 0, NULL);

	begin_registering(&r, rel);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		register_row(&r, slot);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	end_registering(&r);
}

/* Write the entry that says which table is chained, and what its columns are. */
static void
write_chain_entry(const Chained *c)
{
	TableStore *tables = table_store_open(NULL, true, CurrentMemoryContext);
	Arena		arena;
	Buf			body;
	Buf			columns;
	Digest		leaf;
	EntryRow	row = {.kind = STR("chain")};
	Row		   *rows = &row.row;

	context_arena_init(&arena, CurrentMemoryContext);
	buf_init(&columns, &arena);
	buf_char(&columns, '[');
	for (int i = 0; i < c->natts; i++)
	{
		if (c->columns[i].name.p == NULL)
			continue;
		buf_text(&columns, columns.n > 1 ? ",[" : "[");
		json_quote(&columns, c->columns[i].name);
		buf_char(&columns, ',');
		json_quote(&columns, c->columns[i].type);
		buf_char(&columns, ']');
	}
	buf_char(&columns, ']');
	entry_begin(&body, &arena);
	entry_raw(&body, "columns", buf_done(&columns));
	entry_text(&body, "entry", STR("chain"));
	entry_text(&body, "table", c->name);
	row.body = entry_end(&body);
	entry_leaf(&leaf, row.body);
	row.leaf = hash_str(&leaf);
	row.era = check_origin();
	row.xid = (int64) U64FromFullTransactionId(GetTopFullTransactionId());
	row.written_at = TIMESTAMP_TO_UNIX_US(GetCurrentTimestamp());
	row.seq = register_next_seq();
	table_store(tables)->write(table_store(tables), REL_ENTRY, &rows, 1);
	table_store_close(tables);
}

/* Make the triggers as the owner of the extension, with the path of names pinned. */
static void
make_triggers(Oid table)
{
	Oid			user;
	int			context;
	HeapTuple	act = SearchSysCache1(RELOID, ObjectIdGetDatum(commune_relation("act")));
	Oid			owner = ((Form_pg_class) GETSTRUCT(act))->relowner;
	char	   *name = quote_qualified_identifier(get_namespace_name(get_rel_namespace(table)), get_rel_name(table));
	const char *commands[] = {
		psprintf("CREATE TRIGGER commune_chain AFTER INSERT ON %s REFERENCING NEW TABLE AS commune_new"
				 " FOR EACH STATEMENT EXECUTE FUNCTION commune.chain_rows()", name),
		psprintf("CREATE TRIGGER commune_protect BEFORE UPDATE OR DELETE OR TRUNCATE ON %s"
				 " FOR EACH STATEMENT EXECUTE FUNCTION commune.protect()", name),
		psprintf("ALTER TABLE %s ENABLE ALWAYS TRIGGER commune_protect", name),
	};

	ReleaseSysCache(act);
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(owner, context | SECURITY_LOCAL_USERID_CHANGE);
	SPI_connect();
	for (int i = 0; i < lengthof(commands); i++)
		if (SPI_execute(commands[i], false, 0) != SPI_OK_UTILITY)
			elog(ERROR, "commune: cannot make the triggers of a chained table");
	SPI_finish();
	SetUserIdAndSecContext(user, context);	/* an error's way out restores them too: the transaction remembers */
}

/* SQL function: chain(target regclass) returns void */
COMMUNE_FUNCTION(commune_register_chain)
{
	Relation	rel;
	Chained		c;

	PreventCommandIfReadOnly("commune.chain()");
	rel = relation_open(PG_GETARG_OID(0), ShareRowExclusiveLock);
	check_chainable(rel);
	if (!pg_class_ownercheck(RelationGetRelid(rel), GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, RelationGetRelationName(rel));
	if (is_chained(rel))
		code_raise(CODE_CANNOT_CHAIN, "It is chained already.");
	open_chained(&c, rel);
	write_chain_entry(&c);
	register_present_rows(rel);
	relation_close(rel, NoLock);	/* and keep the lock */
	make_triggers(PG_GETARG_OID(0));
	PG_RETURN_VOID();
}

/* ---- verify_table() ---- */

/* A row, as the table has it or as the register has it. */
typedef struct Known
{
	Str			key;
	Digest		leaf;
	int64		seq;			/* of the register's */
} Known;

typedef struct KnownList
{
	MemoryContext context;
	Arena	   *arena;
	Known	   *v;
	size_t		n;
	size_t		room;
	Str			table;
} KnownList;

static Known *
add_known(KnownList *list)
{
	if (list->n == list->room)
	{
		list->room = list->room ? list->room * 2 : 1024;
		list->v = list->v ? repalloc_huge(list->v, list->room * sizeof(Known)) :
			MemoryContextAllocHuge(list->context, list->room * sizeof(Known));
	}
	return &list->v[list->n++];
}

/* Take a run apart.  Where its keys are not one for each row, they stand for the key as they are: no row has such a one. */
static bool
visit_run(void *self, const void *row)
{
	KnownList  *list = self;
	const RowLeaf *run = row;
	Str			keys = arena_str(list->arena, run->keys);
	Str			rest = keys;
	int64		first = run_first(run);
	size_t		begin = list->n;
	bool		good = true;

	for (int64 seq = first; seq <= run->seq; seq++)
	{
		Str			key = STR_NONE;

		if (seq == first)
			key = arena_str(list->arena, run->key);
		else if (keys.p != NULL)
			good &= row_next_key(&key, &rest);
		*add_known(list) = (Known){.key = key, .leaf = run_leaf(run, seq), .seq = seq};
	}
	if (keys.p != NULL && !(good && str_is(rest, "]")))
		for (size_t i = begin; i < list->n; i++)
			list->v[i].key = keys;
	return true;
}

static int
compare_known(const void *a, const void *b)
{
	const Known *x = a;
	const Known *y = b;
	int			c = str_cmp(x->key, y->key);

	return c != 0 ? c : memcmp(&x->leaf, &y->leaf, sizeof x->leaf);
}

static void
put_finding(ReturnSetInfo *result, const Known *row, const char *kind, const char *detail)
{
	Datum		values[4];
	bool		nulls[4] = {row->key.p == NULL, row->seq == 0, false, false};

	values[0] = nulls[0] ? (Datum) 0 : PointerGetDatum(varlena_from_str(row->key));
	values[1] = Int64GetDatum(row->seq);
	values[2] = CStringGetTextDatum(kind);
	values[3] = CStringGetTextDatum(detail);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* Walk through both lists and report what differs. */
static void
compare_lists(ReturnSetInfo *result, const KnownList *table, const KnownList *leaves)
{
	size_t		i = 0;
	size_t		j = 0;

	while (i < table->n || j < leaves->n)
	{
		const Known *row = i < table->n ? &table->v[i] : NULL;
		const Known *leaf = j < leaves->n ? &leaves->v[j] : NULL;
		int			c = row == NULL ? 1 : leaf == NULL ? -1 : compare_known(row, leaf);

		if (c == 0)
		{
			i++;
			j++;
		}
		else if (row != NULL && leaf != NULL && row->key.p != NULL && str_eq(row->key, leaf->key))
		{
			put_finding(result, leaf, "changed", "The row is not the one that was registered.");
			i++;
			j++;
		}
		else if (c < 0)
		{
			put_finding(result, row, "added", "The row was not registered.");
			i++;
		}
		else
		{
			put_finding(result, leaf, "missing", "A row was registered that is not there.");
			j++;
		}
	}
}

static void
check_table_triggers(ReturnSetInfo *result, Relation rel)
{
	Known		none = {.seq = 0};
	bool		chains = false;
	bool		protects = false;

	for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers; i++)
	{
		const Trigger *trigger = &rel->trigdesc->triggers[i];

		chains |= strcmp(trigger->tgname, "commune_chain") == 0 && trigger->tgenabled == TRIGGER_FIRES_ON_ORIGIN;
		protects |= strcmp(trigger->tgname, "commune_protect") == 0 && trigger->tgenabled == TRIGGER_FIRES_ALWAYS;
	}
	if (!chains)
		put_finding(result, &none, "trigger", "The trigger commune_chain does not register new rows.");
	if (!protects)
		put_finding(result, &none, "trigger", "The trigger commune_protect does not refuse changes always.");
}

/* SQL function: verify_table(target regclass) returns setof record */
COMMUNE_FUNCTION(commune_register_verify_table)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Relation	rel = relation_open(PG_GETARG_OID(0), AccessShareLock);
	MemoryContext context;
	MemoryContext row_context;
	MemoryContext old;
	TableStore *tables;
	TupleTableSlot *slot;
	TableScanDesc scan;
	Chained		c;
	Arena		arena;
	Arena		scratch;
	KnownList	rows;
	KnownList	leaves;

	InitMaterializedSRF(fcinfo, 0);
	check_chainable(rel);
	context = AllocSetContextCreate(CurrentMemoryContext, "commune verify_table", ALLOCSET_DEFAULT_SIZES);
	row_context = AllocSetContextCreate(context, "commune row", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	context_arena_init(&arena, context);
	open_chained(&c, rel);
	rows = leaves = (KnownList){.context = context, .arena = &arena, .table = c.name};

	tables = table_store_open(GetActiveSnapshot(), false, context);
	table_store(tables)->scan(table_store(tables), ROW_LEAF_BY_RELATION, 1, &(RowLeaf){.relation = c.name}, SCAN_ALL, 0,
							  visit_run, &leaves);
	table_store_close(tables);
	if (leaves.n == 0 && !is_chained(rel))
		code_raise(CODE_NOT_CHAINED, psprintf("The table is %s.", pnstrdup(c.name.p, c.name.n)));

	slot = table_slot_create(rel, NULL);
	scan = table_beginscan(rel, GetActiveSnapshot(), 0, NULL);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		Known	   *known = add_known(&rows);
		Str			key;

		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(row_context);
		context_arena_init(&scratch, row_context);
		encode_row(&known->leaf, &key, &c, slot, &scratch);
		MemoryContextSwitchTo(context);
		known->key = arena_str(&arena, key);
		known->seq = 0;
		MemoryContextReset(row_context);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);

	if (rows.n > 0)
		qsort(rows.v, rows.n, sizeof(Known), compare_known);
	if (leaves.n > 0)
		qsort(leaves.v, leaves.n, sizeof(Known), compare_known);
	check_table_triggers(result, rel);
	compare_lists(result, &rows, &leaves);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	relation_close(rel, AccessShareLock);
	return (Datum) 0;
}
