/*
 * replay_pg.c -- folds the register afresh, in memory: replay() compares the tables with what comes out, as_of() shows
 * a table as it was after an earlier block.
 */
#include "register/register_pg.h"

#include "fold/compare.h"
#include "fold/mirror.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

/* What is found beyond this is counted, not listed. */
#define DIFFERENCES_MAX 10000

typedef struct Replay
{
	ReturnSetInfo *result;
	Store	   *store;
	State	   *state;			/* as it ought to be */
	Arena	   *scratch;
	int64		differences;
} Replay;

/* One row of the answer; Str of none is NULL. */
static void
put(Replay *replay, const char *table, Str key, const char *column, Str expected, Str found)
{
	Str			cells[5] = {str_from(table), key, column ? str_from(column) : STR_NONE, expected, found};
	Datum		values[5];
	bool		nulls[5];

	if (replay->differences++ >= DIFFERENCES_MAX)
		return;
	for (int i = 0; i < 5; i++)
	{
		nulls[i] = cells[i].p == NULL;
		values[i] = nulls[i] ? (Datum) 0 : PointerGetDatum(varlena_from_str(cells[i]));
	}
	tuplestore_putvalues(replay->result->setResult, replay->result->setDesc, values, nulls);
}

/* ---- the register ---- */

/* An act that the sealer left out counts for nothing though no rule refused it: that is to be seen, if it is no damage. */
static void
warn_of_isolated(const BlockOutput *out)
{
	for (size_t i = 0; i < out->nverdicts; i++)
		if (out->verdicts[i].code == CODE_ISOLATED)
			ereport(WARNING,
					(errmsg("act " INT64_FORMAT " was isolated when it was sealed", out->verdicts[i].seq),
					 errdetail("No rule refused it."),
					 errhint("Ask whoever ran the server why it could not be folded.")));
}

/*
 * Fold the blocks up to last; all, if there are fewer.  *number is that of the block after, or of the one that does not
 * hold; then the fault says why, whose detail may lie in block_arena.
 */
static Code
fold_blocks(int64 *number, int64 last, Replay *replay, MemoryContext context, Arena *block_arena, bool signatures, Fault *fault)
{
	Arena		snapshots[2];
	Mirror		mirror;
	FollowerRow follower;

	for (int i = 0; i < 2; i++)
		context_arena_init(&snapshots[i], AllocSetContextCreate(context, "commune snapshot", ALLOCSET_SMALL_SIZES));
	if (log_follower(&follower, replay->store, block_arena))
		last = Min(last, follower.block);
	mirror_init(&mirror, &snapshots[0], &snapshots[1]);
	mirror.skip_signatures = !signatures;
	for (*number = 1;; ++*number)
	{
		BlockRow	row;
		StoredBlock block;
		BlockOutput out;
		bool		found;
		Code		code;

		CHECK_FOR_INTERRUPTS();
		arena_reset(block_arena);
		if (*number > last || !log_block(&row, replay->store, block_arena, *number))
			return CODE_OK;
		code = stored_read(&block, &found, replay->store, block_arena, &row, STORED_BYTES, fault);
		if (code == CODE_OK && !found)
			code = fault_set(fault, CODE_DAMAGED, row.first, "A member of block " INT64_FORMAT " is gone.", *number);
		if (code == CODE_OK)
			code = mirror_block(&mirror, &block, &out, replay->state, block_arena, replay->scratch, fault);
		if (code != CODE_OK)
			return code;
		warn_of_isolated(&out);
	}
}

/* ---- the tables ---- */

static void
put_difference(void *self, const Difference *d)
{
	put(self, d->table, d->key, d->column, d->expected, d->found);
}

/* SQL function: replay(signatures boolean) returns setof record */
COMMUNE_FUNCTION(commune_fold_replay)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "commune replay", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old;
	TableStore *tables;
	Arena		arena;
	Arena		scratch;
	Arena		lists;
	Arena		block_arena;
	Replay		replay = {.result = (ReturnSetInfo *) fcinfo->resultinfo};
	int64		number;
	Fault		fault;

	InitMaterializedSRF(fcinfo, 0);
	old = MemoryContextSwitchTo(context);
	tables = table_store_open(GetActiveSnapshot(), false, context);
	context_arena_init(&arena, AllocSetContextCreate(context, "commune state", ALLOCSET_DEFAULT_SIZES));
	context_arena_init(&scratch, AllocSetContextCreate(context, "commune scratch", ALLOCSET_DEFAULT_SIZES));
	replay.store = table_store(tables);
	replay.scratch = &scratch;
	replay.state = state_new(&arena, NULL);
	context_arena_init(&block_arena, AllocSetContextCreate(context, "commune block", ALLOCSET_DEFAULT_SIZES));
	if (fold_blocks(&number, PG_INT64_MAX, &replay, context, &block_arena, PG_GETARG_BOOL(0), &fault) != CODE_OK)
		put(&replay, "block", arena_printf(&block_arena, INT64_FORMAT, number), NULL, STR_NONE, str_from(fault.detail));
	else
	{
		context_arena_init(&lists, AllocSetContextCreate(context, "commune lists of rows", ALLOCSET_DEFAULT_SIZES));
		compare_tables(&(Compare) {replay.store, replay.state, &lists, &scratch, put_difference, &replay});
	}
	if (replay.differences > DIFFERENCES_MAX)
		ereport(WARNING, (errmsg("replay() found " INT64_FORMAT " differences and lists the first %d",
								 replay.differences, DIFFERENCES_MAX)));
	table_store_close(tables);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return (Datum) 0;
}

/* ---- a table as it was ---- */

/* The relation of the state whose rows have this type; an error if there is none. */
static const Rel *
state_relation(Oid type)
{
	Oid			relid = OidIsValid(type) ? get_typ_typrelid(type) : InvalidOid;

	if (OidIsValid(relid))
		for (int rel = REL_CHARTER; rel < REL_COUNT; rel++)
			if (commune_relation(schema.rel[rel]->name) == relid)
				return schema.rel[rel];
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("%s is not the row type of a table that acts change", OidIsValid(type) ? format_type_be(type) : "unknown"),
			 errhint("Name the table by a NULL of its row type: commune.as_of(NULL::commune.member, 17).")));
}

typedef struct Showing
{
	const Rel  *rel;
	Tuplestorestate *rows;
	TupleTableSlot *slot;
	MemoryContext context;		/* of one row */
} Showing;

static bool
show_row(void *self, const void *row)
{
	Showing    *showing = self;
	MemoryContext old = MemoryContextSwitchTo(showing->context);

	state_fill_slot(showing->rel, showing->slot, row);
	tuplestore_puttupleslot(showing->rows, showing->slot);
	ExecClearTuple(showing->slot);
	MemoryContextSwitchTo(old);
	MemoryContextReset(showing->context);
	return true;
}

/* SQL function: as_of(state anyelement, block bigint) returns setof anyelement */
COMMUNE_FUNCTION(commune_fold_as_of)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "commune replay", ALLOCSET_DEFAULT_SIZES);
	Showing		showing = {.rel = state_relation(get_fn_expr_argtype(fcinfo->flinfo, 0))};
	int64		block = PG_ARGISNULL(1) ? -1 : PG_GETARG_INT64(1);
	MemoryContext old;
	TableStore *tables;
	Arena		arena;
	Arena		scratch;
	Arena		block_arena;
	Replay		replay = {0};
	int64		number;
	Fault		fault;

	InitMaterializedSRF(fcinfo, 0);
	old = MemoryContextSwitchTo(context);
	tables = table_store_open(GetActiveSnapshot(), false, context);
	context_arena_init(&arena, AllocSetContextCreate(context, "commune state", ALLOCSET_DEFAULT_SIZES));
	context_arena_init(&scratch, AllocSetContextCreate(context, "commune scratch", ALLOCSET_DEFAULT_SIZES));
	context_arena_init(&block_arena, AllocSetContextCreate(context, "commune block", ALLOCSET_DEFAULT_SIZES));
	replay.store = table_store(tables);
	replay.scratch = &scratch;
	replay.state = state_new(&arena, NULL);
	if (fold_blocks(&number, block, &replay, context, &block_arena, false, &fault) != CODE_OK)
		fault_raise(&fault);
	if (block < 0 || number != block + 1)
		code_raise(CODE_NO_SUCH_BLOCK, block < 0 ? "It must be 0, before the first, or more." :
				   psprintf("The last one is " INT64_FORMAT ".", number - 1));
	showing.rows = result->setResult;
	showing.slot = MakeSingleTupleTableSlot(result->setDesc, &TTSOpsVirtual);
	showing.context = AllocSetContextCreate(context, "commune row", ALLOCSET_DEFAULT_SIZES);
	state_scan(replay.state, rel_key(showing.rel->id), 0, NULL, SCAN_ALL, show_row, &showing);
	ExecDropSingleTupleTableSlot(showing.slot);
	table_store_close(tables);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return (Datum) 0;
}
