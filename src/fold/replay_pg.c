/*
 * replay_pg.c -- replay(): folds the whole register afresh, in memory, and compares the tables with what comes out.
 */
#include "register/register_pg.h"

#include "fold/compare.h"
#include "fold/mirror.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
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

/* Fold all blocks.  False, and a row of the answer, if the register itself does not hold. */
static bool
fold_register(Replay *replay, MemoryContext context, bool signatures)
{
	Arena		snapshots[2];
	Arena		block_arena;
	Mirror		mirror;
	int64		number = 1;
	int64		last = PG_INT64_MAX;
	FollowerRow follower;

	for (int i = 0; i < 2; i++)
		context_arena_init(&snapshots[i], AllocSetContextCreate(context, "commune snapshot", ALLOCSET_SMALL_SIZES));
	context_arena_init(&block_arena, AllocSetContextCreate(context, "commune block", ALLOCSET_DEFAULT_SIZES));
	if (log_follower(&follower, replay->store, &block_arena))
		last = follower.block;
	mirror_init(&mirror, &snapshots[0], &snapshots[1]);
	mirror.skip_signatures = !signatures;
	for (;; number++)
	{
		BlockRow	row;
		StoredBlock block;
		BlockOutput out;
		bool		found;
		Fault		fault = {.code = CODE_OK};

		CHECK_FOR_INTERRUPTS();
		arena_reset(&block_arena);
		if (number > last || !log_block(&row, replay->store, &block_arena, number))
			return true;
		if (stored_read(&block, &found, replay->store, &block_arena, &row, STORED_BYTES, &fault) == CODE_OK)
		{
			if (found && mirror_block(&mirror, &block, &out, replay->state, &block_arena, replay->scratch, &fault) == CODE_OK)
				warn_of_isolated(&out);
			else if (!found)
				fault_set(&fault, CODE_DAMAGED, row.first, "A member of block " INT64_FORMAT " is gone.", number);
		}
		if (fault.code != CODE_OK)
		{
			put(replay, "block", arena_printf(&block_arena, INT64_FORMAT, number), NULL, STR_NONE,
				str_from(fault.detail));
			return false;
		}
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
	Replay		replay = {.result = (ReturnSetInfo *) fcinfo->resultinfo};

	InitMaterializedSRF(fcinfo, 0);
	old = MemoryContextSwitchTo(context);
	tables = table_store_open(GetActiveSnapshot(), false, context);
	context_arena_init(&arena, AllocSetContextCreate(context, "commune state", ALLOCSET_DEFAULT_SIZES));
	context_arena_init(&scratch, AllocSetContextCreate(context, "commune scratch", ALLOCSET_DEFAULT_SIZES));
	replay.store = table_store(tables);
	replay.scratch = &scratch;
	replay.state = state_new(&arena, NULL);
	if (fold_register(&replay, context, PG_GETARG_BOOL(0)))
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
