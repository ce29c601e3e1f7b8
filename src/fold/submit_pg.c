/*
 * submit_pg.c -- how an act comes in.
 *
 * submit(), INSERT INTO commune.act (record) and COPY commune.act (record) all end in the trigger on the table, which
 *     reads the record and verifies its signature,
 *     skips bytes that are there already,
 *     asks the fold what it would say today, so that an error is met at once and nothing is written,
 *     and fills in the other columns.
 * It locks nobody out: the fold decides again, in order, when the act is sealed.
 *
 * A row that arrives complete comes from a restore or a subscription: it is checked, never stamped.
 */
#include "register/register_pg.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "base/debug_pg.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "fold/fold.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"
#include "utils/xid8.h"

/* Columns of commune.act. */
enum
{
	ACT_SEQ,
	ACT_XID,
	ACT_RECEIVED_AT,
	ACT_NONCE,
	ACT_ERA,
	ACT_KIND,
	ACT_SIGNER,
	ACT_LEAF,
	ACT_RECORD,
	ACT_KEY,
	ACT_COLS
};

/* The seq of the act that came in last, or whose bytes came in again: what submit() returns. */
static int64 last_seq;

/* Verify a record's signature by the key of its signer. */
static void
verify_signature(const Record *record)
{
	uint8_t		key[PUBLIC_KEY_SIZE];
	Fault		fault;

	if (!did_key(key, &record->signer))
		code_raise(CODE_UNKNOWN_KEY, "The signer is no did:key.");
	if (!debug_skip_signatures && record_verify(record, key, &fault) != CODE_OK)
		fault_raise(&fault);
}

/* ---- repetitions ---- */

/*
 * Look for an act of the same signer and nonce, committed or of this transaction.  The same bytes: its seq.  Other
 * bytes: an error.  None: 0.
 */
static int64
find_repeated(Relation act, const Record *record, Str did)
{
	Relation	index = index_open(commune_relation("act_nonce_idx"), AccessShareLock);
	TupleTableSlot *slot = table_slot_create(act, NULL);
	IndexScanDesc scan = index_beginscan(act, index, SnapshotSelf, 1, 0);
	ScanKeyData key;
	int64		seq = 0;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(register_nonce_key(record->nonce, did)));
	index_rescan(scan, &key, 1, NULL, 0);
	while (seq == 0 && index_getnext_slot(scan, ForwardScanDirection, slot))
	{
		Str			signer;
		Str			text;
		int64		nonce;

		slot_getallattrs(slot);
		nonce = DatumGetInt64(slot->tts_values[ACT_NONCE]);
		signer = DatumGetStr(slot->tts_values[ACT_SIGNER]);
		if (nonce != record->nonce || !str_eq(signer, did))
			continue;
		text = DatumGetStr(slot->tts_values[ACT_RECORD]);
		seq = DatumGetInt64(slot->tts_values[ACT_SEQ]);
		if (!str_eq(text, record->text))
			code_raise(CODE_NONCE_REUSED, psprintf("Act " INT64_FORMAT " of this signer has the nonce " INT64_FORMAT ".",
												   seq, nonce));
	}
	index_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	index_close(index, AccessShareLock);
	return seq;
}

/* ---- what a transaction brings ---- */

/*
 * The pre-check asks the fold of one act after the last block, so it does not see what the same transaction brought
 * before.  That is counted here (what a savepoint took back, too): else one long COPY could fill the register with what
 * the charter's limits refuse.
 */
typedef struct Brought
{
	Did			signer;
	int64		acts;
} Brought;

static FullTransactionId brought_xid;
static HTAB *brought;			/* lives as long as its transaction */
static int64 brought_joins;		/* of strangers nobody vouches for */

/* The count of a signer in this transaction. */
static Brought *
brought_by(const Did *signer)
{
	FullTransactionId xid = GetTopFullTransactionId();
	Brought    *entry;
	bool		found;

	if (brought == NULL || !FullTransactionIdEquals(xid, brought_xid))
	{
		HASHCTL		control = {.keysize = sizeof(Did), .entrysize = sizeof(Brought), .hcxt = TopTransactionContext};

		brought = NULL;
		brought = hash_create("commune acts", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
		brought_xid = xid;
		brought_joins = 0;
	}
	entry = hash_search(brought, signer, HASH_ENTER, &found);
	if (!found)
		entry->acts = 0;
	return entry;
}

/* Hold an act that the fold would take against the limits again, after all that its transaction brought; count it. */
static Code
check_limits(State *state, const Record *record, Fault *fault)
{
	const Charter *charter = charter_find(state);
	const Member *signer = member_find(state, &record->signer);
	Brought    *before = brought_by(&record->signer);
	bool		stranger = signer != NULL && str_is(record->act, "join") && str_is(signer->status, "candidate") && signer->vouches == 0;

	if (charter != NULL && signer != NULL && before->acts > charter->acts_per_day - signer->acts)
		return fault_set(fault, CODE_TOO_MANY_ACTS, -1, "The limit is %lld acts a day, and this transaction has brought %lld of the signer.",
						 (long long) charter->acts_per_day, (long long) before->acts);
	if (charter != NULL && stranger && brought_joins > charter->pending_joins - charter->pending)
		return fault_set(fault, CODE_JOINS_PENDING, -1, "The limit is %lld, and this transaction has brought %lld.",
						 (long long) charter->pending_joins, (long long) brought_joins);
	before->acts++;
	brought_joins += stranger;
	return CODE_OK;
}

/* ---- the pre-check ---- */

/* Ask the fold, on a state that is thrown away. */
static Code
ask_fold(bool *founded, const Record *record, const Digest *leaf, int64 time, int64 previous_time, Fault *fault)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "commune pre-check", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	TableStore *tables = table_store_open(NULL, false, context);
	Arena		arena;
	State	   *state;
	Code		code;

	context_arena_init(&arena, context);
	state = state_new(&arena, table_store(tables));
	*founded = charter_find(state) != NULL;		/* before the act, which may be the charter */
	code = fold_check(state, record, leaf, time, previous_time, fault);
	if (code == CODE_OK)
		code = check_limits(state, record, fault);
	table_store_close(tables);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return code;
}

/* The time of the last block. */
static int64
last_block_time(void)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "commune last block", ALLOCSET_SMALL_SIZES);
	TableStore *tables = table_store_open(NULL, false, context);
	Arena		arena;
	BlockRow	last;
	int64		time;

	context_arena_init(&arena, context);
	time = log_last_block(&last, table_store(tables), &arena) ? last.time : INT8_NONE;
	table_store_close(tables);
	MemoryContextDelete(context);
	return time;
}

static void
pre_check(const Record *record, const Digest *leaf, TimestampTz now)
{
	int64		time = TIMESTAMP_TO_UNIX_US(now);
	bool		founded;
	Fault		fault;
	Code		code = ask_fold(&founded, record, leaf, time, INT8_NONE, &fault);

	/* A poll that looks closed is open still if the register stood still; so look when that began. */
	if (code == CODE_POLL_CLOSED)
		code = ask_fold(&founded, record, leaf, time, last_block_time(), &fault);
	if (code != CODE_OK)
		fault_raise(&fault);
	if (!founded)
		register_check_owner("found the commune");
}

/* ---- the trigger ---- */

/* Fill in the columns of a row that has only its record.  Returns NULL if the act is there already. */
static HeapTuple
stamp(Relation act, HeapTuple tuple, const Record *record, const Digest *leaf)
{
	Datum		values[ACT_COLS];
	bool		nulls[ACT_COLS] = {false};
	bool		replace[ACT_COLS];
	TimestampTz now = GetCurrentTimestamp();
	Str			did = {(const char *) record->signer.b, did_size(&record->signer)};
	int32		era;
	bool		begun;
	bool		follower;

	era = register_era(&begun, &follower);
	if (follower)
		code_raise(CODE_FOLLOWER, "Acts are submitted to the origin.");
	last_seq = find_repeated(act, record, did);
	if (last_seq != 0)
		return NULL;
	pre_check(record, leaf, now);

	memset(replace, true, sizeof replace);
	replace[ACT_RECORD] = false;
	values[ACT_RECORD] = (Datum) 0;
	values[ACT_XID] = FullTransactionIdGetDatum(GetTopFullTransactionId());
	values[ACT_RECEIVED_AT] = TimestampTzGetDatum(now);
	values[ACT_NONCE] = Int64GetDatum(record->nonce);
	values[ACT_ERA] = Int32GetDatum(era);
	values[ACT_KIND] = PointerGetDatum(varlena_from_str(record->act));
	values[ACT_SIGNER] = PointerGetDatum(varlena_from_str(did));
	values[ACT_LEAF] = PointerGetDatum(varlena_from_str(hash_str(leaf)));
	values[ACT_KEY] = PointerGetDatum(varlena_from_str(STR("")));
	last_seq = register_next_seq();
	values[ACT_SEQ] = Int64GetDatum(last_seq);
	return heap_modify_tuple(tuple, RelationGetDescr(act), values, nulls, replace);
}

/* Refuse a complete row whose columns do not follow from its record. */
static void
check_complete(const Datum *values, const bool *nulls, const Record *record, const Digest *leaf)
{
	const char *wrong = NULL;

	for (int i = 0; i < ACT_COLS; i++)
		if (nulls[i])
			code_raise(CODE_NOT_RESTORING, "The row is neither complete nor a record alone.");
	if (!str_eq(DatumGetStr(values[ACT_LEAF]), hash_str(leaf)))
		wrong = "leaf";
	else if (DatumGetInt64(values[ACT_NONCE]) != record->nonce)
		wrong = "nonce";
	else if (!str_eq(DatumGetStr(values[ACT_KIND]), record->act))
		wrong = "kind";
	else if (!str_eq(DatumGetStr(values[ACT_SIGNER]), (Str){(const char *) record->signer.b, did_size(&record->signer)}))
		wrong = "signer";
	else if (DatumGetStr(values[ACT_KEY]).n != 0)
		wrong = "key";
	if (wrong != NULL)
		code_raise(CODE_DAMAGED, psprintf("Column %s of act " INT64_FORMAT " does not follow from its record.",
										  wrong, DatumGetInt64(values[ACT_SEQ])));
	verify_signature(record);
}

/* Refuse complete rows from anybody but a restore or a subscription. */
static void
check_restoring(void)
{
	bool		begun;
	bool		follower;

	if (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
		return;
	register_era(&begun, &follower);
	if (begun)
		code_raise(CODE_NOT_RESTORING, NULL);
	register_check_owner("restore acts");
}

/* SQL function: act_insert() returns trigger */
COMMUNE_FUNCTION(commune_fold_act_insert)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Relation	act;
	HeapTuple	tuple;
	Datum		values[ACT_COLS];
	bool		nulls[ACT_COLS];
	bool		complete = false;
	Arena		arena;
	Record		record;
	Digest		leaf;
	Str			text;
	Fault		fault;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		!TRIGGER_FIRED_BY_INSERT(trigger->tg_event) || RelationGetRelid(trigger->tg_relation) != commune_relation("act"))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("commune.act_insert() is the trigger function of commune.act, before each row that is inserted")));
	act = trigger->tg_relation;
	tuple = trigger->tg_trigtuple;
	heap_deform_tuple(tuple, RelationGetDescr(act), values, nulls);
	if (nulls[ACT_RECORD])
		ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION), errmsg("the column record of commune.act is missing")));
	for (int i = 0; i < ACT_COLS; i++)
		complete |= i != ACT_RECORD && !nulls[i];

	text = DatumGetStr(values[ACT_RECORD]);
	context_arena_init(&arena, CurrentMemoryContext);
	if (record_parse(&record, &arena, text.p, text.n, &fault) != CODE_OK)
		fault_raise(&fault);
	merkle_leaf(leaf.b, text.p, text.n);
	if (complete)
	{
		check_restoring();
		check_complete(values, nulls, &record, &leaf);
		return PointerGetDatum(tuple);
	}
	if (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
		code_raise(CODE_NOT_RESTORING, "The row is neither complete nor a record alone.");
	verify_signature(&record);
	return PointerGetDatum(stamp(act, tuple, &record, &leaf));
}

/* SQL function: submit(record jws) returns bigint */
COMMUNE_FUNCTION(commune_fold_submit)
{
	static SPIPlanPtr plan = NULL;
	static Oid	planned_type;	/* another one after DROP and CREATE EXTENSION */
	Oid			jws = get_fn_expr_argtype(fcinfo->flinfo, 0);
	Datum		record = PG_GETARG_DATUM(0);

	SPI_connect();
	if (plan == NULL || planned_type != jws)
	{
		if (plan != NULL)
			SPI_freeplan(plan);
		plan = SPI_prepare("INSERT INTO commune.act (record) VALUES ($1)", 1, &jws);
		if (plan == NULL)
			elog(ERROR, "commune: cannot prepare the insert: %s", SPI_result_code_string(SPI_result));
		SPI_keepplan(plan);
		planned_type = jws;
	}
	if (SPI_execute_plan(plan, &record, NULL, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "commune: cannot insert the act");
	SPI_finish();
	PG_RETURN_INT64(last_seq);
}

/* ---- waiting for the verdict ---- */

/* What is known of an act by now. */
typedef enum ActStanding
{
	ACT_UNKNOWN,
	ACT_UNCOMMITTED,			/* of this transaction */
	ACT_WAITING,
	ACT_SEALED
} ActStanding;

/* Look for an act and its verdict as they are committed now. */
static ActStanding
look_for_act(char verdict[6], int64 seq)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "commune await", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	TableStore *tables = table_store_open(NULL, false, context);
	Store	   *store = table_store(tables);
	ActStanding standing = ACT_UNKNOWN;
	ActRow		act = {.seq = seq};
	ActRow		probe = act;
	BlockRow	block;
	int64_t		index;
	Arena		arena;
	Fault		fault;

	context_arena_init(&arena, context);
	if (store->find(store, &arena, &act, ACT_BY_SEQ, &probe))
	{
		VerdictRow	refused = {.seq = seq};
		VerdictRow	key = refused;

		if (log_place(&index, &block, store, &arena, LEAF_ACT, seq, act.era, act.xid, &fault) != CODE_OK)
			fault_raise(&fault);
		if (index >= 0)
		{
			standing = ACT_SEALED;
			strlcpy(verdict, code_sqlstate(CODE_OK), 6);
			if (store->find(store, &arena, &refused, VERDICT_BY_SEQ, &key))
				strlcpy(verdict, pnstrdup(refused.sqlstate.p, refused.sqlstate.n), 6);
		}
		else if (FullTransactionIdEquals(GetTopFullTransactionIdIfAny(), FullTransactionIdFromU64((uint64) act.xid)))
			standing = ACT_UNCOMMITTED;
		else
			standing = ACT_WAITING;
	}
	table_store_close(tables);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return standing;
}

/* SQL function: await(seq bigint, timeout interval) returns text */
COMMUNE_FUNCTION(commune_fold_await)
{
	int64		seq = PG_GETARG_INT64(0);
	Interval   *timeout = PG_GETARG_INTERVAL_P(1);
	TimestampTz until = DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval,
																TimestampTzGetDatum(GetCurrentTimestamp()),
																IntervalPGetDatum(timeout)));
	long		pause = 2;

	for (;;)
	{
		char		verdict[6];
		long		left;

		switch (look_for_act(verdict, seq))
		{
			case ACT_SEALED:
				PG_RETURN_TEXT_P(cstring_to_text(verdict));
			case ACT_UNKNOWN:
				code_raise(CODE_NO_SUCH_ACT, psprintf("No act has the number " INT64_FORMAT ".", seq));
			case ACT_UNCOMMITTED:
				code_raise(CODE_NOT_COMMITTED, psprintf("Act " INT64_FORMAT " belongs to this transaction.", seq));
			case ACT_WAITING:
				break;
		}
		left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), until);
		if (left <= 0)
			code_raise(CODE_NOT_SEALED, psprintf("Act " INT64_FORMAT " is committed and waits for a block.", seq));
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, Min(pause, left), PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
		pause = Min(pause * 2, 50);
	}
}
