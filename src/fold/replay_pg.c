/*
 * replay_pg.c -- replay(): folds the whole register afresh, in memory, and compares the tables with what comes out.
 */
#include "register/register_pg.h"

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
			if (found)
				(void) mirror_block(&mirror, &block, &out, replay->state, &block_arena, replay->scratch, &fault);
			else
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

typedef struct Expected
{
	Replay	   *replay;
	const Rel  *rel;
	PathId		key;
	const void **rows;			/* in the order of the key */
	size_t		n;
	size_t		room;
	size_t		next;			/* the first that was not found yet */
} Expected;

static bool
collect_row(void *self, const void *row)
{
	Expected   *expected = self;

	if (expected->n == expected->room)
	{
		expected->room = expected->room ? expected->room * 2 : 1024;
		expected->rows = expected->rows ?
			repalloc_huge(expected->rows, expected->room * sizeof(void *)) :
			MemoryContextAllocHuge(CurrentMemoryContext, expected->room * sizeof(void *));
	}
	expected->rows[expected->n++] = row;
	return true;
}

static Str
print_key(Expected *expected, const void *row)
{
	const RowPath *path = schema.path[expected->key];
	Buf			b;

	buf_init(&b, expected->replay->scratch);
	for (int i = 0; i < path->ncols; i++)
	{
		if (i > 0)
			buf_text(&b, ", ");
		buf_str(&b, col_print(expected->replay->scratch, &expected->rel->cols[path->col[i]], row));
	}
	return buf_done(&b);
}

static void
put_row(Expected *expected, const void *row, bool is_expected)
{
	arena_reset(expected->replay->scratch);
	put(expected->replay, expected->rel->name, print_key(expected, row), NULL,
		is_expected ? STR("a row") : STR("no row"), is_expected ? STR("no row") : STR("a row"));
}

/* Compare a row of the table with the one that ought to be there. */
static bool
compare_row(void *self, const void *row)
{
	Expected   *expected = self;
	Replay	   *replay = expected->replay;

	while (expected->next < expected->n && path_cmp(expected->key, expected->rows[expected->next], row) < 0)
		put_row(expected, expected->rows[expected->next++], true);
	if (expected->next == expected->n || path_cmp(expected->key, expected->rows[expected->next], row) > 0)
	{
		put_row(expected, row, false);
		return true;
	}
	for (int i = 0; i < expected->rel->ncols; i++)
	{
		const Col  *col = &expected->rel->cols[i];
		const void *ought = expected->rows[expected->next];

		if (col_cmp(col, ought, row) == 0)
			continue;
		arena_reset(replay->scratch);
		put(replay, expected->rel->name, print_key(expected, row), col->name,
			col_print(replay->scratch, col, ought), col_print(replay->scratch, col, row));
	}
	expected->next++;
	return true;
}

static void
compare_table(Replay *replay, RelId rel)
{
	Expected	expected = {.replay = replay, .rel = schema.rel[rel], .key = rel_key(rel)};

	state_scan(replay->state, expected.key, 0, NULL, SCAN_ALL, collect_row, &expected);
	replay->store->scan(replay->store, expected.key, 0, NULL, SCAN_ALL, 0, compare_row, &expected);
	while (expected.next < expected.n)
		put_row(&expected, expected.rows[expected.next++], true);
}

/* SQL function: replay(signatures boolean) returns setof record */
COMMUNE_FUNCTION(commune_fold_replay)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "commune replay", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old;
	TableStore *tables;
	Arena		arena;
	Arena		scratch;
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
		for (int rel = REL_CHARTER; rel < REL_COUNT; rel++)
			compare_table(&replay, (RelId) rel);
	if (replay.differences > DIFFERENCES_MAX)
		ereport(WARNING, (errmsg("replay() found " INT64_FORMAT " differences and lists the first %d",
								 replay.differences, DIFFERENCES_MAX)));
	table_store_close(tables);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return (Datum) 0;
}
