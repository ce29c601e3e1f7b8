/*
 * state_pg.c -- reads and writes the state's tables by the access methods directly: no SQL, no executor, no triggers.
 *
 * A row is found by an index scan that is kept open and started again for each key.  Changed rows come sorted and are
 * written in one go: new ones by multi-insert, changed ones by update, which stays in the page (HOT) as long as no
 * indexed column changed and the page has room.
 */
#include "state/state_pg.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

#define INSERT_BATCH 1000

typedef struct OpenRel
{
	Relation	rel;
	TupleTableSlot *slot;
} OpenRel;

typedef struct OpenPath
{
	Relation	index;
	IndexScanDesc scan;			/* kept for state_find(); NULL until the first and after a write */
	TupleTableSlot *slot;
	FmgrInfo	equal[PATH_COLS_MAX];
} OpenPath;

struct TableStore
{
	Store		store;			/* first, so that a Store is a TableStore */
	Snapshot	snapshot;		/* NULL: the latest */
	Snapshot	reading;		/* registered */
	bool		write;
	MemoryContext context;
	MemoryContext row_context;	/* of the row that a scan lends */
	OpenRel		rel[REL_COUNT];
	OpenPath	path[PATH_COUNT];
};

/* ---- opening ---- */

Oid
commune_relation(const char *name)
{
	Oid			relid = get_relname_relid(name, get_namespace_oid("commune", false));

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation \"commune.%s\" does not exist", name),
				 errhint("Restore the extension's tables, or create the extension anew.")));
	return relid;
}

/* Check once a process that a table is as the rules know it. */
static void
check_columns(const Rel *def, TupleDesc desc)
{
	static bool checked[REL_COUNT];

	if (checked[def->id])
		return;
	for (int i = 0; i < def->ncols; i++)
		if (i >= desc->natts || strcmp(NameStr(TupleDescAttr(desc, i)->attname), def->cols[i].name) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("table commune.%s does not have column \"%s\" in place %d", def->name, def->cols[i].name, i + 1),
					 errhint("Run ALTER EXTENSION commune UPDATE.")));
	checked[def->id] = true;
}

static OpenRel *
open_rel(TableStore *s, RelId id)
{
	OpenRel    *open = &s->rel[id];
	const Rel  *def = schema.rel[id];

	if (open->rel == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(s->context);

		open->rel = table_open(commune_relation(def->name), s->write ? RowExclusiveLock : AccessShareLock);
		check_columns(def, RelationGetDescr(open->rel));
		open->slot = table_slot_create(open->rel, NULL);
		MemoryContextSwitchTo(old);
	}
	return open;
}

static OpenPath *
open_path(TableStore *s, PathId id)
{
	OpenPath   *open = &s->path[id];
	const RowPath *def = schema.path[id];

	if (open->index == NULL)
	{
		OpenRel    *rel = open_rel(s, def->rel);
		MemoryContext old = MemoryContextSwitchTo(s->context);

		open->index = index_open(commune_relation(def->index), s->write ? RowExclusiveLock : AccessShareLock);
		open->slot = table_slot_create(rel->rel, NULL);
		for (int i = 0; i < def->ncols; i++)
		{
			Oid			type = open->index->rd_opcintype[i];
			Oid			op = get_opfamily_member(open->index->rd_opfamily[i], type, type, BTEqualStrategyNumber);

			fmgr_info_cxt(get_opcode(op), &open->equal[i], s->context);
		}
		MemoryContextSwitchTo(old);
	}
	return open;
}

static Snapshot
reading(TableStore *s)
{
	if (s->reading == NULL)
		s->reading = RegisterSnapshot(s->snapshot != NULL ? s->snapshot : GetLatestSnapshot());
	return s->reading;
}

static void
stop_reading(TableStore *s)
{
	for (int i = 0; i < PATH_COUNT; i++)
		if (s->path[i].scan != NULL)
		{
			index_endscan(s->path[i].scan);
			s->path[i].scan = NULL;
		}
	if (s->reading != NULL)
		UnregisterSnapshot(s->reading);
	s->reading = NULL;
}

/* ---- values ---- */

static Datum
did_datum(const Did *did)
{
	size_t		n = did_size(did);
	struct varlena *v = palloc(VARHDRSZ + n);

	SET_VARSIZE(v, VARHDRSZ + n);
	memcpy(VARDATA(v), did->b, n);
	return PointerGetDatum(v);
}

/* Build an array of n values that are made one by one. */
#define ARRAY_DATUM(n, make, type, len, byval, align) \
	do { \
		Datum *items = palloc((n) * sizeof(Datum) + 1); \
		for (size_t i = 0; i < (n); i++) \
			items[i] = (make); \
		return PointerGetDatum(construct_array(items, (int) (n), type, len, byval, align)); \
	} while (0)

static Datum
encode(const Col *col, const void *row, Oid type)
{
	const void *v = (const char *) row + col->offset;

	switch (col->type)
	{
		case COL_INT8:
			return Int64GetDatum(*(const int64 *) v);
		case COL_INT4:
			return Int32GetDatum(*(const int32 *) v);
		case COL_BOOL:
			return BoolGetDatum(*(const bool *) v);
		case COL_XID:
			return FullTransactionIdGetDatum(FullTransactionIdFromU64((uint64) *(const int64 *) v));
		case COL_TIME:
			return TimestampTzGetDatum(UNIX_US_TO_TIMESTAMP(*(const int64 *) v));
		case COL_TEXT:
		case COL_BYTES:
		case COL_JSON:
			return PointerGetDatum(varlena_from_str(*(const Str *) v));
		case COL_SNAPSHOT:
			return DirectFunctionCall1(pg_snapshot_in, CStringGetDatum(pnstrdup(((const Str *) v)->p, ((const Str *) v)->n)));
		case COL_DID:
			return did_datum(v);
		case COL_DIDS:
			ARRAY_DATUM(((const DidList *) v)->n, did_datum(&((const DidList *) v)->v[i]),
						get_element_type(type), -1, false, TYPALIGN_INT);
		case COL_INT4S:
			ARRAY_DATUM(((const Int4List *) v)->n, Int32GetDatum(((const Int4List *) v)->v[i]),
						INT4OID, 4, true, TYPALIGN_INT);
		case COL_INT8S:
			ARRAY_DATUM(((const Int8List *) v)->n, Int64GetDatum(((const Int8List *) v)->v[i]),
						INT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
		case COL_TEXTS:
			ARRAY_DATUM(((const StrList *) v)->n, PointerGetDatum(varlena_from_str(((const StrList *) v)->v[i])),
						TEXTOID, -1, false, TYPALIGN_INT);
	}
	pg_unreachable();
}

static Did
datum_did(Datum d)
{
	Str			s = DatumGetStr(d);
	Did			did = {{0}};

	if (s.n <= DID_SIZE_MAX)
		memcpy(did.b, s.p, s.n);
	return did;
}

/* Take an array apart; NULL items, which the rules never write, are left out. */
static size_t
array_items(Datum **items, Datum d)
{
	ArrayType  *array = DatumGetArrayTypeP(d);
	int16		len;
	bool		byval;
	char		align;
	int			n;
	bool	   *nulls;
	size_t		kept = 0;

	get_typlenbyvalalign(ARR_ELEMTYPE(array), &len, &byval, &align);
	deconstruct_array(array, ARR_ELEMTYPE(array), len, byval, align, items, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			(*items)[kept++] = (*items)[i];
	return kept;
}

/* Read a list column: make is an expression over item, the Datum. */
#define DECODE_LIST(list_type, item_type, make) \
	do { \
		Datum *items; \
		size_t n = array_items(&items, d); \
		item_type *list = arena_alloc(arena, (n + 1) * sizeof *list); \
		for (size_t i = 0; i < n; i++) \
		{ \
			Datum item = items[i]; \
			list[i] = (make); \
		} \
		*(list_type *) v = (list_type) {list, n}; \
	} while (0)

/* Keep a text or bytes: a copy in the arena, or with lend where it lies in the tuple. */
static Str
keep(Datum d, bool lend, Arena *arena)
{
	Str			s = DatumGetStr(d);

	return lend ? s : arena_str(arena, s);
}

static void
decode(const Col *col, void *row, Datum d, bool null, bool lend, Arena *arena)
{
	void	   *v = (char *) row + col->offset;

	switch (col->type)
	{
		case COL_INT8:
			*(int64 *) v = null ? INT8_NONE : DatumGetInt64(d);
			return;
		case COL_INT4:
			*(int32 *) v = null ? INT4_NONE : DatumGetInt32(d);
			return;
		case COL_BOOL:
			*(bool *) v = !null && DatumGetBool(d);
			return;
		case COL_XID:
			*(int64 *) v = null ? INT8_NONE : (int64) U64FromFullTransactionId(DatumGetFullTransactionId(d));
			return;
		case COL_TIME:
			*(int64 *) v = null ? INT8_NONE : TIMESTAMP_TO_UNIX_US(DatumGetTimestampTz(d));
			return;
		default:
			break;
	}
	if (null)
		return;					/* the row was cleared: NULL already */
	switch (col->type)
	{
		case COL_SNAPSHOT:
			*(Str *) v = arena_str(arena, str_from(DatumGetCString(DirectFunctionCall1(pg_snapshot_out, d))));
			break;
		case COL_DID:
			*(Did *) v = datum_did(d);
			break;
		case COL_DIDS:
			DECODE_LIST(DidList, Did, datum_did(item));
			break;
		case COL_INT4S:
			DECODE_LIST(Int4List, int32, DatumGetInt32(item));
			break;
		case COL_INT8S:
			DECODE_LIST(Int8List, int64, DatumGetInt64(item));
			break;
		case COL_TEXTS:
			DECODE_LIST(StrList, Str, arena_str(arena, DatumGetStr(item)));
			break;
		default:
			*(Str *) v = keep(d, lend, arena);
			break;
	}
}

static uint64
place_of(ItemPointer tid)
{
	return (uint64) ItemPointerGetBlockNumber(tid) << 16 | ItemPointerGetOffsetNumber(tid);
}

static void
tid_of(ItemPointer tid, uint64 place)
{
	ItemPointerSet(tid, (BlockNumber) (place >> 16), (OffsetNumber) (place & 0xffff));
}

/*
 * Fill the first columns of a cleared row from a slot; all if want is 0.  With lend, texts are good only as long as
 * the slot and the memory context are left alone.
 */
static void
read_row(const Rel *def, void *row, TupleTableSlot *slot, int want, bool lend, Arena *arena)
{
	if (want == 0)
		want = def->ncols;
	slot_getsomeattrs(slot, want);
	for (int i = 0; i < want; i++)
		decode(&def->cols[i], row, slot->tts_values[i], slot->tts_isnull[i], lend, arena);
	((Row *) row)->place = place_of(&slot->tts_tid);
}

/* ---- reading ---- */

static void
make_key(ScanKey key, const OpenPath *open, int i, StrategyNumber strategy, Datum value)
{
	FmgrInfo   *equal = unconstify(FmgrInfo *, &open->equal[i]);

	if (strategy == BTEqualStrategyNumber)
		ScanKeyEntryInitializeWithInfo(key, 0, i + 1, strategy, InvalidOid, open->index->rd_indcollation[i], equal, value);
	else
	{
		Oid			type = open->index->rd_opcintype[i];
		Oid			op = get_opfamily_member(open->index->rd_opfamily[i], type, type, strategy);

		ScanKeyEntryInitialize(key, 0, i + 1, strategy, InvalidOid, open->index->rd_indcollation[i], get_opcode(op), value);
	}
}

static Datum
key_value(const TableStore *s, const RowPath *path, int i, const void *probe)
{
	const Rel  *def = schema.rel[path->rel];
	int			col = path->col[i];

	return encode(&def->cols[col], probe, TupleDescAttr(RelationGetDescr(s->rel[path->rel].rel), col)->atttypid);
}

static bool
store_find(Store *store, Arena *arena, void *row, PathId id, const void *probe)
{
	TableStore *s = (TableStore *) store;
	const RowPath *path = schema.path[id];
	OpenPath   *open = open_path(s, id);
	ScanKeyData key[PATH_COLS_MAX];
	MemoryContext old;
	bool		found;

	old = MemoryContextSwitchTo(s->row_context);
	for (int i = 0; i < path->ncols; i++)
		make_key(&key[i], open, i, BTEqualStrategyNumber, key_value(s, path, i, probe));

	/* What the scan allocates lives as long as the scan. */
	MemoryContextSwitchTo(s->context);
	if (open->scan == NULL)
		open->scan = index_beginscan(s->rel[path->rel].rel, open->index, reading(s), path->ncols, 0);
	index_rescan(open->scan, key, path->ncols, NULL, 0);
	found = index_getnext_slot(open->scan, ForwardScanDirection, open->slot);
	MemoryContextSwitchTo(s->row_context);
	if (found)
		read_row(schema.rel[path->rel], row, open->slot, 0, false, arena);
	ExecClearTuple(open->slot);
	MemoryContextSwitchTo(old);
	MemoryContextReset(s->row_context);
	return found;
}

static void
store_scan(Store *store, PathId id, int ncols, const void *probe, ScanRange range, int want,
		   RowVisitor visit, void *self)
{
	TableStore *s = (TableStore *) store;
	const RowPath *path = schema.path[id];
	const Rel  *def = schema.rel[path->rel];
	OpenPath   *open = open_path(s, id);
	int			nkeys = ncols + (range == SCAN_UPTO || range == SCAN_FROM);
	ScanDirection direction = range == SCAN_BACK ? BackwardScanDirection : ForwardScanDirection;
	ScanKeyData key[PATH_COLS_MAX];
	IndexScanDesc scan;
	TupleTableSlot *slot = table_slot_create(s->rel[path->rel].rel, NULL);
	MemoryContext lent = AllocSetContextCreate(CurrentMemoryContext, "commune row", ALLOCSET_DEFAULT_SIZES);
	MemoryContext detoasted;
	void	   *row = palloc(def->size);
	Arena		arena;
	bool		more = true;

	context_arena_init(&arena, AllocSetContextCreate(lent, "commune row values", ALLOCSET_DEFAULT_SIZES));
	detoasted = AllocSetContextCreate(lent, "commune row detoasted", ALLOCSET_DEFAULT_SIZES);
	for (int i = 0; i < nkeys; i++)
		make_key(&key[i], open, i, i < ncols ? BTEqualStrategyNumber :
				 range == SCAN_UPTO ? BTLessEqualStrategyNumber : BTGreaterEqualStrategyNumber,
				 key_value(s, path, i, probe));
	scan = index_beginscan(s->rel[path->rel].rel, open->index, reading(s), nkeys, 0);
	index_rescan(scan, key, nkeys, NULL, 0);
	while (more && index_getnext_slot(scan, direction, slot))
	{
		MemoryContext old = MemoryContextSwitchTo(detoasted);

		CHECK_FOR_INTERRUPTS();
		memset(row, 0, def->size);
		read_row(def, row, slot, want, true, &arena);
		MemoryContextSwitchTo(old);
		more = visit(self, row);
		arena_reset(&arena);
		MemoryContextReset(detoasted);
	}
	index_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	MemoryContextDelete(lent);
	pfree(row);
}

static bool
store_fetch(Store *store, Arena *arena, void *row, RelId id, uint64 place, int want)
{
	TableStore *s = (TableStore *) store;
	OpenRel    *open = open_rel(s, id);
	ItemPointerData tid;
	MemoryContext old = MemoryContextSwitchTo(s->row_context);
	bool		found;

	tid_of(&tid, place);
	found = table_tuple_fetch_row_version(open->rel, &tid, reading(s), open->slot);
	if (found)
		read_row(schema.rel[id], row, open->slot, want, false, arena);
	ExecClearTuple(open->slot);
	MemoryContextSwitchTo(old);
	MemoryContextReset(s->row_context);
	return found;
}

/* ---- writing ---- */

void
state_fill_slot(const Rel *def, TupleTableSlot *slot, const Row *row)
{
	TupleDesc	desc = slot->tts_tupleDescriptor;

	ExecClearTuple(slot);
	memset(slot->tts_isnull, true, desc->natts * sizeof(bool));
	for (int i = 0; i < def->ncols; i++)
	{
		slot->tts_isnull[i] = col_is_null(&def->cols[i], row);
		if (!slot->tts_isnull[i])
			slot->tts_values[i] = encode(&def->cols[i], row, TupleDescAttr(desc, i)->atttypid);
	}
	ExecStoreVirtualTuple(slot);
}

static void
insert_rows(const Rel *def, ResultRelInfo *info, EState *estate, Row **rows, size_t n)
{
	Relation	rel = info->ri_RelationDesc;
	TupleTableSlot **slots = palloc(n * sizeof *slots);

	for (size_t i = 0; i < n; i++)
	{
		slots[i] = table_slot_create(rel, NULL);
		state_fill_slot(def, slots[i], rows[i]);
	}
	table_multi_insert(rel, slots, (int) n, GetCurrentCommandId(true), 0, NULL);
	for (size_t i = 0; i < n; i++)
	{
		slots[i]->tts_tableOid = RelationGetRelid(rel);
		compat_insert_index_tuples(info, slots[i], estate);
		rows[i]->place = place_of(&slots[i]->tts_tid);
		ExecDropSingleTupleTableSlot(slots[i]);
	}
}

static void
update_row(const Rel *def, ResultRelInfo *info, EState *estate, TupleTableSlot *slot, Row *row, Snapshot snapshot)
{
	ItemPointerData tid;
	CompatUpdateIndexes update_indexes;

	tid_of(&tid, row->place);
	state_fill_slot(def, slot, row);
	simple_table_tuple_update(info->ri_RelationDesc, &tid, slot, snapshot, &update_indexes);
	if (compat_wants_indexes(update_indexes))
		compat_insert_index_tuples(info, slot, estate);
	row->place = place_of(&slot->tts_tid);
}

static void
store_write(Store *store, RelId id, Row **rows, size_t n)
{
	TableStore *s = (TableStore *) store;
	const Rel  *def = schema.rel[id];
	OpenRel    *open = open_rel(s, id);
	EState	   *estate = CreateExecutorState();
	ResultRelInfo *info = makeNode(ResultRelInfo);
	MemoryContext batch = AllocSetContextCreate(CurrentMemoryContext, "commune rows", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old;
	Row		  **fresh = palloc(INSERT_BATCH * sizeof *fresh);
	size_t		nfresh = 0;

	InitResultRelInfo(info, open->rel, 1, NULL, 0);
	ExecOpenIndices(info, false);
	old = MemoryContextSwitchTo(batch);
	for (size_t i = 0; i < n; i++)
	{
		Row		   *row = rows[i];

		if (!row->stored)
			fresh[nfresh++] = row;
		else if (row->dead)
		{
			ItemPointerData tid;

			tid_of(&tid, row->place);
			simple_table_tuple_delete(open->rel, &tid, reading(s));
		}
		else
		{
			update_row(def, info, estate, open->slot, row, reading(s));
			ExecClearTuple(open->slot);
		}
		if (nfresh == INSERT_BATCH || (i == n - 1 && nfresh > 0))
		{
			insert_rows(def, info, estate, fresh, nfresh);
			nfresh = 0;
		}
		if (i % INSERT_BATCH == INSERT_BATCH - 1)
		{
			ResetPerTupleExprContext(estate);
			MemoryContextReset(batch);
			CHECK_FOR_INTERRUPTS();
		}
	}
	MemoryContextSwitchTo(old);
	ExecCloseIndices(info);
	FreeExecutorState(estate);
	MemoryContextDelete(batch);
	pfree(fresh);

	/* The next read has to see this. */
	stop_reading(s);
	CommandCounterIncrement();
}

static void
store_missing(Store *store, PathId path)
{
	const RowPath *def = schema.path[path];

	code_raise(CODE_DAMAGED, psprintf("A row of commune.%s that other rows refer to is missing (index %s).",
									  schema.rel[def->rel]->name, def->index));
}

/* ---- the store as a whole ---- */

TableStore *
table_store_open(Snapshot snapshot, bool write, MemoryContext context)
{
	TableStore *s = MemoryContextAllocZero(context, sizeof *s);

	s->store = (Store){store_find, store_scan, store_fetch, write ? store_write : NULL, store_missing};
	s->snapshot = snapshot != NULL ? RegisterSnapshot(snapshot) : NULL;
	s->write = write;
	s->context = context;
	s->row_context = AllocSetContextCreate(context, "commune key", ALLOCSET_SMALL_SIZES);
	return s;
}

Store *
table_store(TableStore *store)
{
	return &store->store;
}

void
table_store_close(TableStore *s)
{
	stop_reading(s);
	if (s->snapshot != NULL)
		UnregisterSnapshot(s->snapshot);
	for (int i = 0; i < PATH_COUNT; i++)
		if (s->path[i].index != NULL)
		{
			ExecDropSingleTupleTableSlot(s->path[i].slot);
			index_close(s->path[i].index, NoLock);
		}
	for (int i = 0; i < REL_COUNT; i++)
		if (s->rel[i].rel != NULL)
		{
			ExecDropSingleTupleTableSlot(s->rel[i].slot);
			table_close(s->rel[i].rel, NoLock);
		}
}
