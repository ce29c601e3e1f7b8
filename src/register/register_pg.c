/*
 * register_pg.c -- eras, and what keeps the register append-only.
 */
#include "register/register_pg.h"

#include "access/relation.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "commands/sequence.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/acl.h"
#include "utils/fmgrprotos.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/* What register_era() found, for as long as the table era does not change. */
static struct
{
	bool		valid;
	Oid			relid;
	int32		era;
	bool		begun;
	bool		follower;
}			cache;

static void
forget_era(Datum arg, Oid relid)
{
	if (relid == InvalidOid || relid == cache.relid)
		cache.valid = false;
}

char *
register_binding(void)
{
	return psprintf(UINT64_FORMAT "/%u/%u", GetSystemIdentifier(), MyDatabaseId, commune_relation("act"));
}

/* True if transaction ids have not yet come as far as the last block of an era saw them: an older backup runs. */
static bool
is_rewound(Store *store, Arena *arena)
{
	BlockRow	last;
	XidSnapshot snapshot;
	Fault		fault;

	if (!log_last_block(&last, store, arena))
		return false;
	if (snapshot_parse(&snapshot, arena, last.snapshot, &fault) != CODE_OK)
		fault_raise(&fault);
	return snapshot.xmax > U64FromFullTransactionId(ReadNextFullTransactionId());
}

int32
register_era(bool *begun, bool *follower)
{
	static bool registered = false;
	MemoryContext context;
	TableStore *tables;
	Arena		arena;
	EraRow		era;
	FollowerRow row;

	if (!registered)
	{
		CacheRegisterRelcacheCallback(forget_era, (Datum) 0);
		registered = true;
	}
	if (!cache.valid)
	{
		context = AllocSetContextCreate(CurrentMemoryContext, "commune era", ALLOCSET_SMALL_SIZES);
		context_arena_init(&arena, context);
		tables = table_store_open(NULL, false, context);
		cache.relid = commune_relation("era");
		if (!log_last_era(&era, table_store(tables), &arena))
			cache.era = 0;
		else
			cache.era = era.era;
		cache.follower = log_follower(&row, table_store(tables), &arena);
		cache.begun = cache.era > 0 && str_eq(era.binding, str_from(register_binding())) &&
			!is_rewound(table_store(tables), &arena) && !(cache.follower && row.promoted.p != NULL);
		if (!cache.begun)
			cache.era++;
		table_store_close(tables);
		MemoryContextDelete(context);
		cache.valid = true;
	}
	*begun = cache.begun;
	*follower = cache.follower;
	return cache.era;
}

void
register_era_changed(void)
{
	CacheInvalidateRelcacheByRelid(commune_relation("era"));
}

void
register_check_owner(const char *what)
{
	if (!compat_owns_table(commune_relation("act"), GetUserId()))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only the owner of the extension may %s", what)));
}

int64
register_next_seq(void)
{
	return nextval_internal(commune_relation("act_seq"), false);
}

void
seal_lock(void)
{
	LOCKTAG		tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, 0, 0, 3);
	(void) LockAcquire(&tag, ExclusiveLock, false, false);
}

void
register_set_seq(int64 seq)
{
	(void) DirectFunctionCall2(setval_oid, ObjectIdGetDatum(commune_relation("act_seq")), Int64GetDatum(seq));
}

typedef struct GreatestSeq
{
	int64		seq;
} GreatestSeq;

static bool
keep_act_seq(void *self, const void *row)
{
	GreatestSeq *greatest = self;

	greatest->seq = Max(greatest->seq, ((const ActRow *) row)->seq);
	return false;
}

static bool
keep_row_seq(void *self, const void *row)
{
	GreatestSeq *greatest = self;

	greatest->seq = Max(greatest->seq, ((const RowLeaf *) row)->seq);
	return false;
}

static bool
keep_entry_seq(void *self, const void *row)
{
	GreatestSeq *greatest = self;

	greatest->seq = Max(greatest->seq, ((const EntryRow *) row)->seq);
	return false;
}

int64
register_last_seq(void)
{
	Relation	rel = relation_open(commune_relation("act_seq"), AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, GetActiveSnapshot(), 0, NULL);
	int64		last = 0;

	if (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		slot_getallattrs(slot);
		last = DatumGetInt64(slot->tts_values[SEQ_COL_LASTVAL - 1]) - !DatumGetBool(slot->tts_values[SEQ_COL_CALLED - 1]);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	relation_close(rel, AccessShareLock);
	return last;
}

int64
register_greatest_seq(Store *store)
{
	GreatestSeq greatest = {0};

	store->scan(store, ACT_BY_SEQ, 0, NULL, SCAN_BACK, 1, keep_act_seq, &greatest);
	store->scan(store, ROW_LEAF_BY_SEQ, 0, NULL, SCAN_BACK, 1, keep_row_seq, &greatest);
	store->scan(store, ENTRY_BY_SEQ, 0, NULL, SCAN_BACK, 1, keep_entry_seq, &greatest);
	return greatest.seq;
}

/* SQL function: protect() returns trigger */
COMMUNE_FUNCTION(commune_register_protect)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	bool		begun;
	bool		follower;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("commune.protect() is a trigger function")));

	/* A restore fills tables in which no era of this database was begun; a subscription's copy comes as replica. */
	if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
	{
		if (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
			return PointerGetDatum(NULL);
		register_era(&begun, &follower);
		if (!begun)
			return PointerGetDatum(NULL);
	}
	code_raise(CODE_APPEND_ONLY,
			   psprintf("The table is %s.%s.",
						get_namespace_name(RelationGetNamespace(trigger->tg_relation)),
						RelationGetRelationName(trigger->tg_relation)));
}

/* SQL function: nonce_key(nonce bigint, signer did) returns bigint */
COMMUNE_FUNCTION(commune_register_nonce_key)
{
	PG_RETURN_INT64(register_nonce_key(PG_GETARG_INT64(0), DatumGetStr(PG_GETARG_DATUM(1))));
}
