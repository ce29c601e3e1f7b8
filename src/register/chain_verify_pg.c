/*
 * chain_verify_pg.c -- verify_table(): computes the leaf of every row of a chained table again, and compares.
 */
#include "register/chain_pg.h"

#include "access/relation.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "register/row.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

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
	int64		since;			/* rows that were registered before are of an earlier promise */
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

	if (run->seq < list->since)
		return true;
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
put_note(ReturnSetInfo *result, const char *kind, const char *detail)
{
	put_finding(result, &(Known){.seq = 0}, kind, detail);
}

/* Report what is wrong with the triggers of a table and its partitions. */
static void
check_triggers(ReturnSetInfo *result, Oid table)
{
	ListCell   *cell;

	foreach(cell, find_all_inheritors(table, AccessShareLock, NULL))
	{
		Relation	rel = table_open(lfirst_oid(cell), NoLock);
		const char *faults[2];
		int			n = chain_trigger_faults(faults, rel);

		for (int i = 0; i < n; i++)
			put_note(result, "trigger", lfirst_oid(cell) == table ? faults[i] :
					 psprintf("Partition \"%s\": %s", RelationGetRelationName(rel), faults[i]));
		table_close(rel, NoLock);
	}
}

/* What a scan of the table fills. */
typedef struct Encoding
{
	const Root *root;
	KnownList  *rows;
	MemoryContext context;		/* of a row */
} Encoding;

static void
encode_row(void *self, TupleTableSlot *slot)
{
	Encoding   *e = self;
	Known	   *known = add_known(e->rows);
	MemoryContext old = MemoryContextSwitchTo(e->context);
	Arena		scratch;
	Str			key;

	context_arena_init(&scratch, e->context);
	root_encode(&known->leaf, &key, e->root, slot, &scratch);
	known->key = arena_str(e->rows->arena, key);
	known->seq = 0;
	MemoryContextSwitchTo(old);
	MemoryContextReset(e->context);
}

/* SQL function: verify_table(target regclass) returns setof record */
COMMUNE_FUNCTION(commune_register_verify_table)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			table = PG_GETARG_OID(0);
	Relation	rel = relation_open(table, AccessShareLock);
	MemoryContext context;
	MemoryContext old;
	Snapshot	snapshot;
	TableStore *tables;
	ChainPromise promise;
	Root		root;
	Arena		arena;
	Fault		fault;
	KnownList	rows;
	KnownList	leaves;
	Encoding	encoding;
	AclResult	allowed;

	InitMaterializedSRF(fcinfo, 0);
	allowed = pg_class_aclcheck(table, GetUserId(), ACL_SELECT);
	if (allowed != ACLCHECK_OK)
		aclcheck_error(allowed, get_relkind_objtype(rel->rd_rel->relkind), RelationGetRelationName(rel));
	context = AllocSetContextCreate(CurrentMemoryContext, "commune verify_table", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	context_arena_init(&arena, context);
	(void) find_all_inheritors(table, AccessShareLock, NULL);
	snapshot = RegisterSnapshot(GetLatestSnapshot());	/* the statement's is older than the locks */
	promise = root_promise(root_name(&arena, rel), snapshot);
	if (!promise.in_force)
		code_raise(CODE_NOT_CHAINED, psprintf("The table \"%s\" %s.", RelationGetRelationName(rel),
											  promise.known ? "was chained once, until it was unchained" : "never was"));
	if (why_not_chainable(rel) != NULL)
		put_note(result, "definition", why_not_chainable(rel));
	root_open(&root, rel);
	if (chain_check(&promise.definition, &root.definition, &fault) != CODE_OK)
		put_note(result, "definition", fault.detail);
	check_triggers(result, table);

	rows = leaves = (KnownList){.context = context, .arena = &arena, .since = promise.since};
	tables = table_store_open(snapshot, false, context);
	table_store(tables)->scan(table_store(tables), ROW_LEAF_BY_RELATION, 1, &(RowLeaf){.relation = root.definition.table},
							  SCAN_ALL, 0, visit_run, &leaves);
	table_store_close(tables);
	encoding = (Encoding){.root = &root, .rows = &rows,
						  .context = AllocSetContextCreate(context, "commune row", ALLOCSET_DEFAULT_SIZES)};
	root_scan(&root, table, snapshot, encode_row, &encoding);
	UnregisterSnapshot(snapshot);

	if (rows.n > 0)
		qsort(rows.v, rows.n, sizeof(Known), compare_known);
	if (leaves.n > 0)
		qsort(leaves.v, leaves.n, sizeof(Known), compare_known);
	compare_lists(result, &rows, &leaves);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	relation_close(rel, AccessShareLock);
	return (Datum) 0;
}
