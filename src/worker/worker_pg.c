/*
 * worker_pg.c -- seals (and on followers folds) by itself, when the library is preloaded.
 *
 * launcher   one a server; is connected to no database; looks every few seconds which databases of the setting
 *            commune.databases exist and have no worker, and starts one for each
 * worker     one a database; takes a step every commune.seal_interval: seal() or follow(), a block a transaction;
 *            leaves when the extension is gone, the database is no longer listed, or stop_worker() asks it to
 *
 * What a worker does is what the SQL functions do: without the library preloaded, any scheduler can call them.  README.md
 * beside this file draws the states.
 */
#include "base/base_pg.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "commands/async.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "fold/follow_pg.h"
#include "fold/seal_pg.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "register/register_pg.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "storage/shmem.h"
#include "tcop/tcopprot.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"
#include "utils/wait_event.h"
#include "witness/witness_pg.h"
#include "worker/worker_pg.h"

#define WORKERS_MAX 64
#define LAUNCHER_INTERVAL 5000	/* milliseconds */
#define RETRY_MAX 30000			/* milliseconds: the longest pause after errors */
#define NOTIFY_INTERVAL 100		/* milliseconds: at most ten notifications a second */
#define FOLLOW_BLOCKS 16		/* a transaction */
#define SIGN_AGAIN 30000		/* milliseconds: when signing failed */

static char *databases;
static int	seal_interval = 250;

/* What is known of the worker of a database. */
typedef struct Slot
{
	char		database[NAMEDATALEN];	/* empty: the slot is free */
	pid_t		pid;			/* 0: none runs */
	bool		stopped;		/* by stop_worker(), until start_worker() or a restart */
	TimestampTz started_at;		/* when the launcher last started a worker; 0: it may at once */
	int64		blocks;			/* made or folded since the server started */
	int64		last_block;
	TimestampTz last_step;
	TimestampTz last_error_at;
	char		last_error[256];
} Slot;

typedef struct WorkerShared
{
	LWLock	   *lock;
	Slot		slot[WORKERS_MAX];
} WorkerShared;

static WorkerShared *shared;
static Slot *my_slot;
static shmem_request_hook_type next_request_hook;
static shmem_startup_hook_type next_startup_hook;

PGDLLEXPORT void commune_launcher_main(Datum arg);
PGDLLEXPORT void commune_worker_main(Datum arg);

/* ---- shared memory ---- */

static void
request_shmem(void)
{
	if (next_request_hook)
		next_request_hook();
	RequestAddinShmemSpace(MAXALIGN(sizeof(WorkerShared)));
	RequestNamedLWLockTranche("commune", 1);
}

static void
startup_shmem(void)
{
	bool		found;

	if (next_startup_hook)
		next_startup_hook();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	shared = ShmemInitStruct("commune workers", sizeof(WorkerShared), &found);
	if (!found)
	{
		memset(shared, 0, sizeof *shared);
		shared->lock = &GetNamedLWLockTranche("commune")->lock;
	}
	LWLockRelease(AddinShmemInitLock);
}

/* Find the slot of a database, or take a free one; NULL if all are taken.  The lock is held. */
static Slot *
find_slot(const char *database, bool take)
{
	Slot	   *empty = NULL;

	for (int i = 0; i < WORKERS_MAX; i++)
	{
		if (strcmp(shared->slot[i].database, database) == 0)
			return &shared->slot[i];
		if (empty == NULL && shared->slot[i].database[0] == '\0')
			empty = &shared->slot[i];
	}
	if (!take || empty == NULL)
		return NULL;
	memset(empty, 0, sizeof *empty);
	strlcpy(empty->database, database, NAMEDATALEN);
	return empty;
}

/* ---- the list of databases ---- */

static List *
listed_databases(void)
{
	List	   *names;

	if (!SplitGUCList(pstrdup(databases), ',', &names))
		return NIL;
	return names;
}

static bool
is_listed(const char *database)
{
	ListCell   *cell;

	foreach(cell, listed_databases())
		if (strcmp(lfirst(cell), database) == 0)
			return true;
	return false;
}

static bool
check_databases(char **value, void **extra, GucSource source)
{
	List	   *names;
	char	   *copy = pstrdup(*value);
	bool		good = SplitGUCList(copy, ',', &names);

	if (!good)
		GUC_check_errdetail("It is a list of database names, separated by commas.");
	pfree(copy);
	return good;
}

/* ---- the launcher ---- */

static void
start_worker(const char *database)
{
	BackgroundWorker worker = {
		.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION,
		.bgw_start_time = BgWorkerStart_RecoveryFinished,
		.bgw_restart_time = BGW_NEVER_RESTART,
		.bgw_notify_pid = MyProcPid,
	};
	BackgroundWorkerHandle *handle;
	pid_t		pid;

	strlcpy(worker.bgw_library_name, "commune", sizeof worker.bgw_library_name);
	strlcpy(worker.bgw_function_name, "commune_worker_main", sizeof worker.bgw_function_name);
	snprintf(worker.bgw_name, sizeof worker.bgw_name, "commune worker for %s", database);
	strlcpy(worker.bgw_type, "commune worker", sizeof worker.bgw_type);
	strlcpy(worker.bgw_extra, database, sizeof worker.bgw_extra);
	if (!RegisterDynamicBackgroundWorker(&worker, &handle))
	{
		ereport(WARNING,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("commune: no worker process is free for database \"%s\"", database),
				 errhint("Increase max_worker_processes.")));
		return;
	}
	(void) WaitForBackgroundWorkerStartup(handle, &pid);
}

/*
 * True if a database exists.  The launcher is in no database, and after a start of the server there is no file yet from
 * which it would know the indexes of shared catalogs: so it reads the table as it is.
 */
static bool
database_exists(const char *name)
{
	Relation	rel = table_open(DatabaseRelationId, AccessShareLock);
	TableScanDesc scan = table_beginscan_catalog(rel, 0, NULL);
	HeapTuple	tuple;
	bool		found = false;

	while (!found && HeapTupleIsValid(tuple = heap_getnext(scan, ForwardScanDirection)))
		found = strcmp(NameStr(((Form_pg_database) GETSTRUCT(tuple))->datname), name) == 0;
	table_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

/* Start workers for the databases that lack one. */
static void
look_after_databases(void)
{
	ListCell   *cell;

	StartTransactionCommand();
	foreach(cell, listed_databases())
	{
		const char *database = lfirst(cell);
		Slot	   *slot;
		bool		wanted;

		if (!database_exists(database))
			continue;
		LWLockAcquire(shared->lock, LW_EXCLUSIVE);
		slot = find_slot(database, true);
		wanted = slot != NULL && slot->pid == 0 && !slot->stopped &&
			TimestampDifferenceExceeds(slot->started_at, GetCurrentTimestamp(), LAUNCHER_INTERVAL);
		if (wanted)
			slot->started_at = GetCurrentTimestamp();
		LWLockRelease(shared->lock);
		if (wanted)
			start_worker(database);
	}
	CommitTransactionCommand();
}

void
commune_launcher_main(Datum arg)
{
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);
	for (;;)
	{
		if (ShutdownRequestPending)
			proc_exit(0);
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
		}
		look_after_databases();
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, LAUNCHER_INTERVAL, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

/* ---- a worker ---- */

static void
leave_slot(int code, Datum arg)
{
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	my_slot->pid = 0;
	LWLockRelease(shared->lock);
}

/* Take the database's slot; leave if another worker has it. */
static void
take_slot(const char *database)
{
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	my_slot = find_slot(database, true);
	if (my_slot == NULL || my_slot->pid != 0 || my_slot->stopped)
	{
		LWLockRelease(shared->lock);
		proc_exit(0);
	}
	my_slot->pid = MyProcPid;
	LWLockRelease(shared->lock);
	before_shmem_exit(leave_slot, (Datum) 0);
}

static void
note_step(int64 blocks, int64 last_block)
{
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	my_slot->blocks += blocks;
	if (last_block > 0)
		my_slot->last_block = last_block;
	my_slot->last_step = GetCurrentTimestamp();
	LWLockRelease(shared->lock);
}

static void
note_error(const ErrorData *error)
{
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	my_slot->last_error_at = GetCurrentTimestamp();
	snprintf(my_slot->last_error, sizeof my_slot->last_error, "%s: %s%s%s", unpack_sql_state(error->sqlerrcode),
			 error->message, error->detail ? ": " : "", error->detail ? error->detail : "");
	LWLockRelease(shared->lock);
}

/* The last block of which listeners have not been told, or 0; and when they were told last. */
static int64 untold;
static TimestampTz told_at;

/* Tell listeners of a block unless they were told of one a moment ago; true if they are told when this commits. */
static bool
tell(int64 block)
{
	char		payload[64];

	if (block == 0 || !TimestampDifferenceExceeds(told_at, GetCurrentTimestamp(), NOTIFY_INTERVAL))
		return false;
	snprintf(payload, sizeof payload, "{\"block\":" INT64_FORMAT "}", block);
	Async_Notify("commune", payload);
	return true;
}

/* What the last step left: there may be more to do at once; what is sealed is to be signed, though not before a time. */
static bool more;
static bool to_sign = true;
static TimestampTz sign_after;

/* Take one step in a transaction of its own. */
static void
step(void)
{
	static bool started = false;
	int64		blocks = 0;
	int64		last_block = 0;
	bool		begun;
	bool		follower;
	bool		telling;

	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	if (!OidIsValid(get_extension_oid("commune", true)))
	{
		CommitTransactionCommand();
		ereport(started ? LOG : DEBUG1,
				(errmsg("commune worker leaves: there is no extension commune in database \"%s\"", my_slot->database)));
		proc_exit(0);
	}
	if (!started)
		ereport(LOG, (errmsg("commune worker started for database \"%s\"", my_slot->database)));
	started = true;
	PushActiveSnapshot(GetTransactionSnapshot());
	(void) register_era(&begun, &follower);
	pgstat_report_activity(STATE_RUNNING, follower ? "commune: follow" : "commune: seal");
	if (follower)
		blocks = follow_step(FOLLOW_BLOCKS, false);
	if (!follower || (blocks == 0 && follow_is_promoted()))
	{
		last_block = seal_step(true);
		blocks = last_block > 0;
	}
	to_sign = !follower && (to_sign || blocks > 0);
	PopActiveSnapshot();
	telling = tell(last_block > 0 ? last_block : untold);
	CommitTransactionCommand();
	if (telling)
	{
		untold = 0;
		told_at = GetCurrentTimestamp();
	}
	else if (last_block > 0)
		untold = last_block;
	pgstat_report_stat(true);
	pgstat_report_activity(STATE_IDLE, NULL);
	note_step(blocks, last_block);
	more = blocks > 0;
}

/*
 * Sign what is sealed, if there is a key: in a transaction of its own, for it may fail, and sealing must go on.  After a
 * failure it waits.
 */
static void
sign(void)
{
	TimestampTz now = GetCurrentTimestamp();

	if (!to_sign || now < sign_after)
		return;
	sign_after = TimestampTzPlusMilliseconds(now, SIGN_AGAIN);
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	(void) witness_sign();
	PopActiveSnapshot();
	CommitTransactionCommand();
	sign_after = TimestampTzPlusMilliseconds(now, seal_interval);
	to_sign = false;
}

/* Do one of the above; after an error, end its transaction and say so. */
static bool
try(void (*act) (void), MemoryContext loop)
{
	volatile bool good = false;

	PG_TRY();
	{
		act();
		good = true;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		HOLD_INTERRUPTS();
		MemoryContextSwitchTo(loop);
		error = CopyErrorData();
		EmitErrorReport();
		FlushErrorState();
		AbortCurrentTransaction();
		pgstat_report_activity(STATE_IDLE, NULL);
		note_error(error);
		FreeErrorData(error);
		RESUME_INTERRUPTS();
	}
	PG_END_TRY();
	return good;
}

void
commune_worker_main(Datum arg)
{
	const char *database = MyBgworkerEntry->bgw_extra;
	MemoryContext loop = AllocSetContextCreate(TopMemoryContext, "commune worker", ALLOCSET_DEFAULT_SIZES);
	long		pause = 0;

	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	take_slot(database);
	BackgroundWorkerInitializeConnection(database, NULL, 0);
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SET, true, 0, false);
	(void) set_config_option("default_transaction_isolation", "read committed", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SET, true, 0, false);
	(void) set_config_option("default_transaction_read_only", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SET, true, 0, false);
	for (;;)
	{
		MemoryContextSwitchTo(loop);
		MemoryContextReset(loop);
		CHECK_FOR_INTERRUPTS();
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
			to_sign = true;
			sign_after = 0;
			if (!is_listed(database))
			{
				ereport(LOG, (errmsg("commune worker leaves: database \"%s\" is no longer listed", database)));
				proc_exit(0);
			}
		}
		if (try(step, loop))
			pause = more ? 0 : untold > 0 ? Min(seal_interval, NOTIFY_INTERVAL) : seal_interval;
		else
			pause = Min(Max(pause, seal_interval) * 2, RETRY_MAX);
		(void) try(sign, loop);

		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, pause, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
	}
}

/* ---- SQL ---- */

static void
check_preloaded(void)
{
	if (shared == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("there are no workers: commune is not preloaded"),
				 errhint("Add commune to shared_preload_libraries, or call commune.seal() by a scheduler.")));
}

/* SQL function: stop_worker() returns boolean */
COMMUNE_FUNCTION(commune_worker_stop)
{
	const char *database = get_database_name(MyDatabaseId);
	bool		ran = false;
	pid_t		pid;

	check_preloaded();
	do
	{
		Slot	   *slot;

		LWLockAcquire(shared->lock, LW_EXCLUSIVE);
		slot = find_slot(database, true);
		if (slot != NULL)
			slot->stopped = true;
		pid = slot != NULL ? slot->pid : 0;
		LWLockRelease(shared->lock);
		if (pid != 0)
		{
			if (!ran && kill(pid, SIGTERM) != 0)
				ereport(WARNING, (errmsg("could not send a signal to the worker: %m")));
			ran = true;
			(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, 20, PG_WAIT_EXTENSION);
			ResetLatch(MyLatch);
			CHECK_FOR_INTERRUPTS();
		}
	} while (pid != 0);
	PG_RETURN_BOOL(ran);
}

/* SQL function: start_worker() returns void */
COMMUNE_FUNCTION(commune_worker_start)
{
	Slot	   *slot;

	check_preloaded();
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	slot = find_slot(get_database_name(MyDatabaseId), false);
	if (slot != NULL)
	{
		slot->stopped = false;
		slot->started_at = 0;
	}
	LWLockRelease(shared->lock);
	PG_RETURN_VOID();
}

/* SQL function: workers() returns setof record */
COMMUNE_FUNCTION(commune_worker_workers)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Slot		slots[WORKERS_MAX];

	InitMaterializedSRF(fcinfo, 0);
	if (shared == NULL)
		return (Datum) 0;
	LWLockAcquire(shared->lock, LW_SHARED);
	memcpy(slots, shared->slot, sizeof slots);
	LWLockRelease(shared->lock);
	for (int i = 0; i < WORKERS_MAX; i++)
	{
		const Slot *slot = &slots[i];
		Datum		values[8];
		bool		nulls[8] = {false};

		if (slot->database[0] == '\0')
			continue;
		values[0] = CStringGetTextDatum(slot->database);
		values[1] = Int32GetDatum(slot->pid);
		nulls[1] = slot->pid == 0;
		values[2] = BoolGetDatum(slot->stopped);
		values[3] = Int64GetDatum(slot->blocks);
		values[4] = Int64GetDatum(slot->last_block);
		nulls[4] = slot->last_block == 0;
		values[5] = TimestampTzGetDatum(slot->last_step);
		nulls[5] = slot->last_step == 0;
		values[6] = TimestampTzGetDatum(slot->last_error_at);
		nulls[6] = slot->last_error_at == 0;
		values[7] = CStringGetTextDatum(slot->last_error);
		nulls[7] = slot->last_error[0] == '\0';
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* ---- start-up ---- */

void
worker_init(void)
{
	BackgroundWorker launcher = {
		.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION,
		.bgw_start_time = BgWorkerStart_RecoveryFinished,
		.bgw_restart_time = 5,
		.bgw_library_name = "commune",
		.bgw_function_name = "commune_launcher_main",
		.bgw_name = "commune launcher",
		.bgw_type = "commune launcher",
	};

	DefineCustomStringVariable("commune.databases",
							   "Databases in which a worker seals and folds.",
							   "Names separated by commas.  Works only with commune in shared_preload_libraries.",
							   &databases, "", PGC_SIGHUP, GUC_LIST_INPUT, check_databases, NULL, NULL);
	DefineCustomIntVariable("commune.seal_interval",
							"Time between two steps of a worker.",
							NULL,
							&seal_interval, 250, 10, 60000, PGC_SIGHUP, GUC_UNIT_MS, NULL, NULL, NULL);
	if (!process_shared_preload_libraries_in_progress || IsBinaryUpgrade)
		return;
	next_request_hook = shmem_request_hook;
	shmem_request_hook = request_shmem;
	next_startup_hook = shmem_startup_hook;
	shmem_startup_hook = startup_shmem;
	RegisterBackgroundWorker(&launcher);
}
