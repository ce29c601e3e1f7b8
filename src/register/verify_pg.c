/*
 * verify_pg.c -- verify(): the audit of the stored register, by several processes at once.
 *
 * The leader and its workers take blocks from a common counter, a few at a time; what they find goes into a list in
 * shared memory.  It works without preloading the library, and on a standby.
 */
#include "register/register_pg.h"

#include "access/parallel.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_event_trigger.h"
#include "commands/trigger.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "optimizer/cost.h"
#include "port/atomics.h"
#include "register/audit.h"
#include "storage/spin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#define KEY_SHARED UINT64CONST(1)
#define BLOCKS_AT_ONCE 4
#define WORKERS_MAX 1024

/* What is found beyond this is counted, not listed. */
#define DAMAGES_MAX 4096

typedef struct Shared
{
	pg_atomic_uint64 next;		/* place in numbers of the next block to take */
	int64		blocks;			/* how many there are to audit */
	int64		last;			/* number of the last block */
	bool		follower;
	bool		signatures;
	bool		projections;
	slock_t		mutex;
	int64		found;
	Damage		damage[DAMAGES_MAX];
	int64		numbers[FLEXIBLE_ARRAY_MEMBER];	/* of the blocks, ascending */
} Shared;

static void
keep_damage(void *self, const Damage *damage)
{
	Shared	   *shared = self;
	int64		n;

	SpinLockAcquire(&shared->mutex);
	n = shared->found++;
	if (n < DAMAGES_MAX)
		shared->damage[n] = *damage;
	SpinLockRelease(&shared->mutex);
}

/* Audit blocks until there are no more to take; the leader goes on with what lies in no block. */
static void
audit_blocks(Shared *shared, bool rest)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "commune verify", ALLOCSET_DEFAULT_SIZES);
	MemoryContext block = AllocSetContextCreate(context, "commune block", ALLOCSET_DEFAULT_SIZES);
	MemoryContext scratch = AllocSetContextCreate(context, "commune record", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	TableStore *tables = table_store_open(GetActiveSnapshot(), false, context);
	Arena		block_arena;
	Arena		scratch_arena;
	Audit		audit = {
		.store = table_store(tables),
		.arena = &block_arena,
		.scratch = &scratch_arena,
		.signatures = shared->signatures,
		.projections = shared->projections,
		.follower = shared->follower,
		.report = keep_damage,
		.self = shared,
	};

	context_arena_init(&block_arena, block);
	context_arena_init(&scratch_arena, scratch);
	for (;;)
	{
		int64		first = (int64) pg_atomic_fetch_add_u64(&shared->next, BLOCKS_AT_ONCE);

		if (first >= shared->blocks)
			break;
		for (int64 i = first; i < first + BLOCKS_AT_ONCE && i < shared->blocks; i++)
		{
			CHECK_FOR_INTERRUPTS();
			audit_block(&audit, shared->numbers[i]);
		}
	}
	if (rest)
		audit_rest(&audit, shared->last);
	table_store_close(tables);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

PGDLLEXPORT void commune_register_verify_main(dsm_segment *segment, shm_toc *toc);

void
commune_register_verify_main(dsm_segment *segment, shm_toc *toc)
{
	audit_blocks(shm_toc_lookup(toc, KEY_SHARED, false), false);
}

/* ---- triggers ---- */

/*
 * pg_restore --data-only --disable-triggers leaves the protecting triggers in force for ordinary sessions only, no
 * longer for replication; so does a superuser who switches them off.  Report those that are not ENABLE ALWAYS.
 */
static void
report_trigger(Shared *shared, const char *table, const char *detail)
{
	Damage		damage = {.index = -1};

	strlcpy(damage.table, table, sizeof damage.table);
	strlcpy(damage.kind, "trigger", sizeof damage.kind);
	strlcpy(damage.detail, detail, sizeof damage.detail);
	keep_damage(shared, &damage);
}

static void
check_triggers(Shared *shared)
{
	static const char *const guards[] = {"commune_guard_start", "commune_guard_rewrite", "commune_guard_end", "commune_guard_drop"};

	for (int i = 0; i < REL_COUNT; i++)
	{
		Relation	rel = table_open(commune_relation(schema.rel[i]->name), AccessShareLock);
		int			always = 0;

		for (int j = 0; rel->trigdesc != NULL && j < rel->trigdesc->numtriggers; j++)
			if (strncmp(rel->trigdesc->triggers[j].tgname, "commune_", 8) == 0 &&
				rel->trigdesc->triggers[j].tgenabled == TRIGGER_FIRES_ALWAYS)
				always++;
		if (always < (i == REL_ACT ? 2 : 1))
			report_trigger(shared, schema.rel[i]->name,
						   "A protecting trigger is gone or not ENABLE ALWAYS: SELECT commune.repair_triggers().");
		table_close(rel, AccessShareLock);
	}
	for (int i = 0; i < lengthof(guards); i++)
	{
		HeapTuple	tuple = SearchSysCache1(EVENTTRIGGERNAME, CStringGetDatum(guards[i]));
		char		enabled = HeapTupleIsValid(tuple) ? ((Form_pg_event_trigger) GETSTRUCT(tuple))->evtenabled : TRIGGER_DISABLED;

		if (HeapTupleIsValid(tuple))
			ReleaseSysCache(tuple);
		if (enabled != TRIGGER_FIRES_ON_ORIGIN && enabled != TRIGGER_FIRES_ALWAYS)
			report_trigger(shared, "row_leaf", "An event trigger that guards chained tables is gone or disabled: SELECT commune.repair_triggers().");
	}
}

/* A follower's eras are those of its origin.  A row in `follower` of an origin would end the register at some block. */
static void
check_follower(Shared *shared, bool begun)
{
	Damage		damage = {.index = -1};

	if (!begun || !shared->follower)
		return;
	strlcpy(damage.table, "follower", sizeof damage.table);
	strlcpy(damage.kind, "added", sizeof damage.kind);
	strlcpy(damage.detail, "This database is no follower: it began its era itself.  Nothing beyond that row's block was looked at.",
			sizeof damage.detail);
	keep_damage(shared, &damage);
}

/* ---- the function ---- */

typedef struct Numbers
{
	int64		last;			/* not beyond this one */
	int64		from;			/* blocks that hold leaves from here ... */
	int64		to;				/* ... to here */
	int64	   *v;
	int64		n;
	int64		room;
} Numbers;

static bool
collect_number(void *self, const void *row)
{
	Numbers    *numbers = self;
	const BlockRow *block = row;

	if (block->number > numbers->last)
		return false;
	if (block->size <= numbers->from || block->first > numbers->to)
		return true;
	if (numbers->n == numbers->room)
	{
		numbers->room = numbers->room ? numbers->room * 2 : 1024;
		numbers->v = numbers->v ? repalloc_huge(numbers->v, numbers->room * sizeof(int64)) :
			MemoryContextAllocHuge(CurrentMemoryContext, numbers->room * sizeof(int64));
	}
	numbers->v[numbers->n++] = block->number;
	return true;
}

/* List the blocks that hold the leaves from one index to another. */
static void
list_blocks(Numbers *numbers, int64 from, int64 to)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "commune range", ALLOCSET_DEFAULT_SIZES);
	TableStore *tables = table_store_open(GetActiveSnapshot(), false, context);
	Store	   *store = table_store(tables);
	Arena		arena;
	BlockRow	row;

	context_arena_init(&arena, context);
	*numbers = (Numbers){.from = from, .to = to};
	if (log_last_block(&row, store, &arena))
	{
		numbers->last = row.number;
		store->scan(store, BLOCK_BY_NUMBER, 0, NULL, SCAN_ALL, 4, collect_number, numbers);
	}
	table_store_close(tables);
	MemoryContextDelete(context);
}

/* Report the numbers that are missing between those that are there. */
static void
check_numbers(Shared *shared)
{
	int64		expected = 1;

	for (int64 i = 0; i < shared->blocks; i++)
	{
		if (shared->numbers[i] != expected)
		{
			Damage		damage = {.index = -1};

			strlcpy(damage.table, "block", sizeof damage.table);
			strlcpy(damage.kind, "missing", sizeof damage.kind);
			snprintf(damage.detail, sizeof damage.detail, "Blocks " INT64_FORMAT " to " INT64_FORMAT " are gone.",
					 expected, shared->numbers[i] - 1);
			keep_damage(shared, &damage);
		}
		expected = shared->numbers[i] + 1;
	}
}

static int
compare_damages(const void *a, const void *b)
{
	const Damage *x = a;
	const Damage *y = b;
	uint64		i = (uint64) x->index;	/* what has no index comes last */
	uint64		j = (uint64) y->index;
	int			c = (i > j) - (i < j);

	return c != 0 ? c : strcmp(x->detail, y->detail);
}

static void
put_damages(ReturnSetInfo *result, Shared *shared)
{
	int64		n = Min(shared->found, DAMAGES_MAX);

	qsort(shared->damage, n, sizeof(Damage), compare_damages);
	for (int64 i = 0; i < n; i++)
	{
		const Damage *damage = &shared->damage[i];
		Datum		values[5];
		bool		nulls[5] = {damage->index < 0, false, *damage->column == '\0', false, false};

		values[0] = Int64GetDatum(damage->index);
		values[1] = CStringGetTextDatum(damage->table);
		values[2] = CStringGetTextDatum(damage->column);
		values[3] = CStringGetTextDatum(damage->kind);
		values[4] = CStringGetTextDatum(damage->detail);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	if (shared->found > n)
		ereport(WARNING, (errmsg("verify() found " INT64_FORMAT " damages and lists the first " INT64_FORMAT,
								 shared->found, n)));
}

/* SQL function: verify("from" bigint, "to" bigint, signatures boolean, projections boolean, workers integer) returns setof record */
COMMUNE_FUNCTION(commune_register_verify)
{
	bool		whole = PG_ARGISNULL(0) && PG_ARGISNULL(1);
	int64		from = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
	int64		to = PG_ARGISNULL(1) ? PG_INT64_MAX : PG_GETARG_INT64(1);
	int			workers = PG_ARGISNULL(4) ? max_parallel_workers_per_gather : PG_GETARG_INT32(4);
	Numbers		numbers;
	Size		size;
	bool		begun;
	bool		follower;
	ParallelContext *pcxt;
	Shared	   *shared;

	if (from < 0 || to < from)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the range of indexes is empty or begins below 0")));
	if (workers < 0 || workers > WORKERS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("workers is between 0 and %d", WORKERS_MAX)));
	InitMaterializedSRF(fcinfo, 0);
	list_blocks(&numbers, whole ? PG_INT64_MIN : from, to);
	if (numbers.n == 0 && !whole)
		return (Datum) 0;
	workers = Min(workers, numbers.n / BLOCKS_AT_ONCE);
	size = add_size(offsetof(Shared, numbers), mul_size(numbers.n, sizeof(int64)));

	(void) register_era(&begun, &follower);
	EnterParallelMode();
	pcxt = CreateParallelContext("commune", "commune_register_verify_main", workers);
	shm_toc_estimate_chunk(&pcxt->estimator, size);
	shm_toc_estimate_keys(&pcxt->estimator, 1);
	InitializeParallelDSM(pcxt);
	shared = shm_toc_allocate(pcxt->toc, size);
	pg_atomic_init_u64(&shared->next, 0);
	shared->blocks = numbers.n;
	shared->last = numbers.last;
	if (numbers.n > 0)
		memcpy(shared->numbers, numbers.v, numbers.n * sizeof(int64));
	shared->follower = follower;
	shared->signatures = PG_ARGISNULL(2) || PG_GETARG_BOOL(2);
	shared->projections = PG_ARGISNULL(3) || PG_GETARG_BOOL(3);
	SpinLockInit(&shared->mutex);
	shared->found = 0;
	shm_toc_insert(pcxt->toc, KEY_SHARED, shared);
	if (workers > 0)
		LaunchParallelWorkers(pcxt);
	audit_blocks(shared, whole);
	if (whole)
	{
		check_numbers(shared);
		check_triggers(shared);
		check_follower(shared, begun);
	}
	if (workers > 0)
		WaitForParallelWorkersToFinish(pcxt);
	put_damages((ReturnSetInfo *) fcinfo->resultinfo, shared);
	DestroyParallelContext(pcxt);
	ExitParallelMode();
	return (Datum) 0;
}
