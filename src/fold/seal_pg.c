/*
 * seal_pg.c -- makes blocks.
 *
 * What is new is the difference of two snapshots.  The sealer takes its lock, then one snapshot S; P is the snapshot of
 * the last finished block.  An act is new if it is visible in S and its transaction was not in P: its id is not below
 * xmax(P), or it is in P's list of those in progress.  So a slow transaction delays only itself, and nothing is sealed
 * before what its author had read.  S is stored with the block, so that everybody can compute the difference again.
 *
 * All that a block changes is written by one transaction:
 *     state tables (by the fold), entry, verdict, tile, block, era
 */
#include "register/register_pg.h"
#include "register/seqs.h"

#include "access/xact.h"
#include "base/debug_pg.h"
#include "fold/attempt_pg.h"
#include "fold/fold.h"
#include "fold/seal_pg.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "witness/witness_pg.h"

int			seal_block_limit = 65536;
char	   *seal_origin = NULL;

/* Something that a session committed and no block holds yet: an act, an entry, or rows of one run. */
typedef struct Candidate
{
	int64		seq;			/* of the first */
	int64		n;
	uint64		place;
	LeafSource	source;
} Candidate;

typedef struct Sealer
{
	MemoryContext context;		/* of the whole call */
	Arena		arena;
	TableStore *tables;			/* what the sealer writes, and the state */
	Store	   *store;
	TableStore *seen;			/* the acts, as S sees them */

	bool		has_last;
	BlockRow	last;
	int32		era;
	bool		begun;			/* the era has a block */
	bool		follower;		/* to be promoted */
	FollowerRow follower_row;
	EraRow		previous_era;

	Str			snapshot;		/* S */
	XidSnapshot s;
	bool		has_p;
	XidSnapshot p;				/* of the last finished block of the era */

	Candidate  *candidates;
	size_t		ncandidates;
	size_t		room;
	size_t		next;			/* the first one that is not wholly in a block yet */
	int64		left;			/* leaves that are in no block yet */
	Tree		tree;
	int64		time;			/* of the blocks */
	PollResult *results;
	size_t		nresults;
} Sealer;

/* ---- before the lock ---- */

static void
check_transaction(void)
{
	PreventCommandDuringRecovery("commune.seal()");
	PreventCommandIfReadOnly("commune.seal()");
	if (IsolationUsesXactSnapshot())
		code_raise(CODE_CANNOT_SEAL, "The transaction is not READ COMMITTED.");
	if (TransactionIdIsValid(GetTopTransactionIdIfAny()))
		code_raise(CODE_CANNOT_SEAL, "The transaction has written already.");
	if (IsSubTransaction())
		code_raise(CODE_CANNOT_SEAL, "The transaction is in a savepoint.");
}

/* Evaluate the polls that have closed: slow, and not in anybody's way. */
static void
evaluate_results(Sealer *s)
{
	TableStore *tables = table_store_open(NULL, false, s->context);
	State	   *state = state_new(&s->arena, table_store(tables));
	MemoryContext context = AllocSetContextCreate(s->context, "commune count", ALLOCSET_DEFAULT_SIZES);
	Arena		scratch;
	Fault		fault;

	context_arena_init(&scratch, context);
	if (fold_results(&s->results, &s->nresults, &s->arena, &scratch, state, &fault) != CODE_OK)
		fault_raise(&fault);
	MemoryContextDelete(context);
	table_store_close(tables);
}

/* Drop what another sealer wrote while this one waited for its lock. */
static void
drop_written_results(Sealer *s)
{
	State	   *state = state_new(&s->arena, s->store);
	size_t		n = 0;

	for (size_t i = 0; i < s->nresults; i++)
	{
		Poll		probe = {.seq = s->results[i].poll};
		const Poll *poll = state_expect(state, POLL_BY_SEQ, &probe);

		if (poll->result.p == NULL)
			s->results[n++] = s->results[i];
	}
	s->nresults = n;
}

/* A block is durable before anybody is told of it. */
static void
demand_durable_commit(void)
{
	if (synchronous_commit < SYNCHRONOUS_COMMIT_REMOTE_WRITE)
		(void) set_config_option("synchronous_commit", "on", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
}

/* ---- what is new ---- */

static void
add_candidate(Sealer *s, LeafSource source, int64 seq, int64 n, uint64 place)
{
	if (s->ncandidates == s->room)
	{
		s->room = s->room ? s->room * 2 : 1024;
		s->candidates = s->candidates ?
			repalloc_huge(s->candidates, s->room * sizeof(Candidate)) :
			MemoryContextAllocHuge(s->context, s->room * sizeof(Candidate));
	}
	s->candidates[s->ncandidates++] = (Candidate){seq, n, place, source};
	s->left += n;
}

/* Count the first leaves of the next candidate as taken. */
static void
take(Sealer *s, int64 n)
{
	Candidate  *candidate = &s->candidates[s->next];

	candidate->seq += n;
	candidate->n -= n;
	s->left -= n;
	if (candidate->n == 0)
		s->next++;
}

/* True if a transaction of the current era belongs to the difference of S and P. */
static bool
is_new(const Sealer *s, int64 xid)
{
	return snapshot_sees(&s->s, (uint64) xid) && !(s->has_p && snapshot_sees(&s->p, (uint64) xid));
}

static bool
visit_act(void *self, const void *row)
{
	const ActRow *act = row;
	Sealer	   *s = self;

	if (act->era == s->era && is_new(s, act->xid))
		add_candidate(s, LEAF_ACT, act->seq, 1, act->row.place);
	return true;
}

static bool
visit_run(void *self, const void *row)
{
	const RowLeaf *run = row;
	Sealer	   *s = self;

	if (run->era == s->era && is_new(s, run->xid))
		add_candidate(s, LEAF_ROW, run_first(run), run_length(run), run->row.place);
	return true;
}

static bool
visit_entry(void *self, const void *row)
{
	const EntryRow *entry = row;
	Sealer	   *s = self;

	if (entry->era == s->era && is_new(s, entry->xid))
		add_candidate(s, LEAF_ENTRY, entry->seq, 1, entry->row.place);
	return true;
}

/* Visit everything of the sources whose transaction is xid, or not below it. */
static void
scan_xids(Sealer *s, Store *seen, int ncols, int64 xid)
{
	ScanRange	range = ncols == 0 ? SCAN_FROM : SCAN_ALL;

	seen->scan(seen, ACT_BY_XID, ncols, &(ActRow){.xid = xid}, range, 5, visit_act, s);
	seen->scan(seen, ROW_LEAF_BY_XID, ncols, &(RowLeaf){.xid = xid}, range, 5, visit_run, s);
	seen->scan(seen, ENTRY_BY_XID, ncols, &(EntryRow){.xid = xid}, range, 4, visit_entry, s);
}

static int
compare_candidates(const void *a, const void *b)
{
	int64		x = ((const Candidate *) a)->seq;
	int64		y = ((const Candidate *) b)->seq;

	return (x > y) - (x < y);
}

/* ---- the first blocks of an era ---- */

typedef struct EraScan
{
	Sealer	   *sealer;
	SeqSet		sealed;
} EraScan;

static bool
visit_block(void *self, const void *row)
{
	EraScan    *scan = self;
	MemberWalk	walk = {.packed = ((const BlockRow *) row)->members};
	MemberRun	run;
	Fault		fault;
	Code		code;

	while ((code = block_members_next(&run, &walk, &fault)) == CODE_OK && run.n > 0)
		seqs_add(&scan->sealed, run.seq, run.seq + run.n - 1);
	if (code != CODE_OK)
		fault_raise(&fault);
	return true;
}

static void
consider(EraScan *scan, LeafSource source, int64 first, int64 last, int32 era, int64 xid, uint64 place)
{
	SeqRange	gap;

	if (era > scan->sealer->era || (era == scan->sealer->era && !snapshot_sees(&scan->sealer->s, (uint64) xid)))
		return;
	while (seqs_gap(&gap, &scan->sealed, first, last))
	{
		add_candidate(scan->sealer, source, gap.first, gap.last - gap.first + 1, place);
		if (gap.last == last)
			break;
		first = gap.last + 1;
	}
}

static bool
consider_act(void *self, const void *row)
{
	const ActRow *act = row;

	consider(self, LEAF_ACT, act->seq, act->seq, act->era, act->xid, act->row.place);
	return true;
}

static bool
consider_run(void *self, const void *row)
{
	const RowLeaf *run = row;

	consider(self, LEAF_ROW, run_first(run), run->seq, run->era, run->xid, run->row.place);
	return true;
}

static bool
consider_entry(void *self, const void *row)
{
	const EntryRow *entry = row;

	consider(self, LEAF_ENTRY, entry->seq, entry->seq, entry->era, entry->xid, entry->row.place);
	return true;
}

/*
 * Transaction ids of earlier eras say nothing: take everything that no block holds, once.
 */
static void
collect_unsealed(Sealer *s, Store *seen)
{
	EraScan		scan = {.sealer = s, .sealed = {.arena = &s->arena}};

	seen->scan(seen, BLOCK_BY_NUMBER, 0, NULL, SCAN_ALL, 0, visit_block, &scan);
	seqs_order(&scan.sealed, NULL, NULL);
	seen->scan(seen, ACT_BY_SEQ, 0, NULL, SCAN_ALL, 5, consider_act, &scan);
	seen->scan(seen, ROW_LEAF_BY_SEQ, 0, NULL, SCAN_ALL, 5, consider_run, &scan);
	seen->scan(seen, ENTRY_BY_XID, 0, NULL, SCAN_ALL, 4, consider_entry, &scan);
}

/* ---- taking the snapshot ---- */

static Str
snapshot_text(Sealer *s, Snapshot snapshot)
{
	Datum		text;

	PushActiveSnapshot(snapshot);
	text = DirectFunctionCall1(pg_snapshot_out, DirectFunctionCall1(pg_current_snapshot, (Datum) 0));
	PopActiveSnapshot();
	return arena_str(&s->arena, str_from(DatumGetCString(text)));
}

static void
parse_snapshot(XidSnapshot *out, Sealer *s, Str text)
{
	Fault		fault;

	if (snapshot_parse(out, &s->arena, text, &fault) != CODE_OK)
		fault_raise(&fault);
}

/* Find the snapshot of the last finished block of the current era. */
static void
find_previous_snapshot(Sealer *s)
{
	BlockRow	block = s->last;

	while (s->has_last && block.era == s->era && !block.finished)
		if (!log_block(&block, s->store, &s->arena, block.number - 1))
			return;
	if (s->has_last && block.era == s->era)
	{
		s->has_p = true;
		parse_snapshot(&s->p, s, block.snapshot);
	}
}

/* Take S, or go on with that of an unfinished block, and find what is new in it. */
static void
collect(Sealer *s)
{
	bool		go_on = s->has_last && s->last.era == s->era && !s->last.finished;
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	Store	   *seen;
	int64		above = 0;
	Fault		fault;

	s->seen = table_store_open(snapshot, false, s->context);
	seen = table_store(s->seen);
	s->snapshot = go_on ? s->last.snapshot : snapshot_text(s, snapshot);
	parse_snapshot(&s->s, s, s->snapshot);
	UnregisterSnapshot(snapshot);
	s->time = Max(TIMESTAMP_TO_UNIX_US(GetCurrentTimestamp()), s->has_last ? s->last.time : INT64_MIN);

	find_previous_snapshot(s);
	if (!s->has_p)
		collect_unsealed(s, seen);
	else
	{
		scan_xids(s, seen, 0, (int64) s->p.xmax);
		for (size_t i = 0; i < s->p.nxip; i++)
			scan_xids(s, seen, 1, (int64) s->p.xip[i]);
	}
	if (s->ncandidates > 0)
		qsort(s->candidates, s->ncandidates, sizeof(Candidate), compare_candidates);

	/* What is new in an unfinished snapshot lies above what sessions have in its blocks. */
	if (go_on && block_members_last(&above, s->last.members, &fault) != CODE_OK)
		fault_raise(&fault);
	while (s->next < s->ncandidates && s->candidates[s->next].seq <= above)
		take(s, Min(s->candidates[s->next].n, above - s->candidates[s->next].seq + 1));
}

/*
 * Before an era begins: refuse if the tables are still being filled, by a restore or by a subscription that
 * follow() was not called for yet.  Then blocks are there without their era, or the sequence stands below what it numbered; a restore
 * sets it last.
 */
static void
check_arrived(Sealer *s)
{
	int64		greatest = register_greatest_seq(s->store);

	if (register_last_seq() < greatest || (s->has_last && s->last.era >= s->era))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the register has not arrived yet"),
				 errdetail("The sequence commune.act_seq stands below " INT64_FORMAT ", which the tables hold, or an era is missing.", greatest),
				 errhint("Wait until the restore has ended.  On a subscriber call commune.follow().")));
}

/* ---- a follower becomes an origin ---- */

static void
write_one(Sealer *s, RelId rel, Row *row)
{
	s->store->write(s->store, rel, &row, 1);
}

/* Refuse to seal on a follower, unless it was promoted and has folded every block that arrived. */
static void
prepare_promotion(Sealer *s)
{
	BlockRow	next;

	if (!log_follower(&s->follower_row, s->store, &s->arena) || s->follower_row.promoted.p == NULL)
		code_raise(CODE_FOLLOWER, NULL);
	if (log_block(&next, s->store, &s->arena, s->follower_row.block + 1))
		code_raise(CODE_FOLLOWER, psprintf("Block " INT64_FORMAT " has arrived and is not folded yet: SELECT commune.follow().",
										   next.number));
}

static void
end_following(Sealer *s)
{
	FollowerRow row = s->follower_row;

	row.row.stored = true;
	row.row.dead = true;
	write_one(s, REL_FOLLOWER, &row.row);
	s->follower = false;
}

/* ---- a block ---- */

/* Read the first n leaves of a candidate as members of a block. */
static void
read_members(LeafMember *out, Sealer *s, Arena *arena, const Candidate *candidate, int64 n)
{
	Store	   *seen = table_store(s->seen);
	bool		found;

	*out = (LeafMember){.source = candidate->source, .seq = candidate->seq};
	if (candidate->source == LEAF_ACT)
	{
		ActRow		act = {.seq = 0};

		found = seen->fetch(seen, arena, &act, REL_ACT, candidate->place, 9);
		out->era = act.era;
		out->xid = (uint64) act.xid;
		out->received_at = act.received_at;
		out->leaf = str_hash(act.leaf);
		out->bytes = act.record;
		out->signer = act.signer;
	}
	else if (candidate->source == LEAF_ROW)
	{
		RowLeaf		run = {.seq = 0};

		found = seen->fetch(seen, arena, &run, REL_ROW_LEAF, candidate->place, 6);
		for (int64 i = 0; i < n && found; i++)
			out[i] = (LeafMember){.source = LEAF_ROW, .seq = candidate->seq + i, .era = run.era, .xid = (uint64) run.xid,
								  .received_at = run.received_at, .leaf = run_leaf(&run, candidate->seq + i)};
	}
	else
	{
		EntryRow	entry = {.seq = 0};

		found = seen->fetch(seen, arena, &entry, REL_ENTRY, candidate->place, 0);
		out->era = entry.era;
		out->xid = (uint64) entry.xid;
		out->received_at = entry.written_at;
		out->leaf = str_hash(entry.leaf);
		out->bytes = entry.body;
	}
	if (!found)
		code_raise(CODE_DAMAGED, psprintf("What has seq " INT64_FORMAT " was there a moment ago.", candidate->seq));
}

/* Why an era begins where another one was before. */
static Str
era_reason(Str before, Str now)
{
	if (str_eq(before, now))
		return STR("transaction ids went back");
	while (before.n > 0 && before.p[--before.n] != '/')	/* the table is the last part */
		;
	while (now.n > 0 && now.p[--now.n] != '/')
		;
	return str_eq(before, now) ? STR("the register was restored in place") : STR("the register moved to another database");
}

/* The entry that begins an era. */
static Entry
era_entry(Sealer *s, EraRow *era, Arena *arena)
{
	bool		first = s->previous_era.era == 0;
	Buf			body;

	*era = (EraRow){
		.era = s->era,
		.binding = arena_str(arena, str_from(register_binding())),
		.reason = s->follower ? s->follower_row.promoted :
			first ? STR("the register begins") :
			era_reason(s->previous_era.binding, str_from(register_binding())),
	};
	if (s->follower && s->follower_row.origin.p != NULL)
		era->origin = s->follower_row.origin;
	else if (!first)
		era->origin = s->previous_era.origin;
	else if (seal_origin != NULL && *seal_origin)
		era->origin = str_from(seal_origin);
	else
	{
		uint8_t		random[16];
		char		id[BASE64URL_LEN(sizeof random)];

		random_bytes(random, sizeof random);
		era->origin = arena_printf(arena, "commune/%.*s", (int) base64url_encode(id, random, sizeof random), id);
	}
	entry_begin(&body, arena);
	entry_text(&body, "binding", era->binding);
	entry_text(&body, "entry", STR("era"));
	entry_int(&body, "era", s->era);
	entry_text(&body, "origin", era->origin);
	entry_text(&body, "reason", era->reason);
	return (Entry){.kind = STR("era"), .body = entry_end(&body)};
}

typedef struct Tiles
{
	Arena	   *arena;
	Row		  **rows;
	size_t		n;
	size_t		room;
} Tiles;

static void
keep_tile(void *self, int level, uint64_t n, const Digest tile[TILE_WIDTH], const Digest *root)
{
	Tiles	   *tiles = self;
	TileRow    *row = arena_zero(tiles->arena, sizeof *row);

	row->level = level;
	row->n = (int64) n;
	row->root = arena_str(tiles->arena, hash_str(root));
	row->data = arena_str(tiles->arena, (Str){(const char *) tile, TILE_BYTES});
	if (tiles->n == tiles->room)
	{
		Row		  **grown = arena_alloc(tiles->arena, (tiles->room * 2 + 8) * sizeof *grown);

		if (tiles->n > 0)
			memcpy(grown, tiles->rows, tiles->n * sizeof *grown);
		tiles->rows = grown;
		tiles->room = tiles->room * 2 + 8;
	}
	tiles->rows[tiles->n++] = &row->row;
}

static void
write_entries(Sealer *s, Arena *arena, LeafMember *members, size_t n, const BlockOutput *out)
{
	Row		  **rows = arena_alloc(arena, out->nentries * sizeof *rows);

	for (size_t i = 0; i < out->nentries; i++)
	{
		EntryRow   *row = arena_zero(arena, sizeof *row);
		LeafMember *member = &members[n + i];

		*member = (LeafMember){.source = LEAF_ENGINE, .seq = register_next_seq(), .era = s->era,
							   .received_at = s->time, .leaf = out->entry_leaves[i], .bytes = out->entries[i].body};
		row->seq = member->seq;
		row->xid = INT8_NONE;
		row->written_at = s->time;
		row->era = s->era;
		row->kind = out->entries[i].kind;
		row->leaf = hash_str(&member->leaf);
		row->body = member->bytes;
		rows[i] = &row->row;
	}
	s->store->write(s->store, REL_ENTRY, rows, out->nentries);
}

static void
write_verdicts(Sealer *s, Arena *arena, const BlockOutput *out)
{
	Row		  **rows = arena_alloc(arena, out->nverdicts * sizeof *rows);

	for (size_t i = 0; i < out->nverdicts; i++)
	{
		VerdictRow *row = arena_zero(arena, sizeof *row);

		row->seq = out->verdicts[i].seq;
		row->sqlstate = str_from(code_sqlstate(out->verdicts[i].code));
		rows[i] = &row->row;
	}
	s->store->write(s->store, REL_VERDICT, rows, out->nverdicts);
}

typedef struct Careful
{
	Attempt    *attempt;
	State	   *state;
	bool		note;			/* fold and write act by act, and note each */
} Careful;

static void
before_act(void *self, int64_t seq)
{
	Careful    *careful = self;

	CHECK_FOR_INTERRUPTS();
	if (careful->note)
	{
		state_flush(careful->state);
		attempt_suspect(careful->attempt, seq);
	}
	debug_point("fold", seq);
}

/* Make the next block of s->candidates; true if this transaction may make another one. */
static bool
make_block(Sealer *s)
{
	MemoryContext context = AllocSetContextCreate(s->context, "commune block", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	MemoryContext scratch_context = AllocSetContextCreate(context, "commune act", ALLOCSET_DEFAULT_SIZES);
	size_t		n = (size_t) Min(s->left, (int64) seal_block_limit);
	BlockRow	row = {.number = s->has_last ? s->last.number + 1 : 1};
	Attempt		attempt;
	bool		alone;
	Careful		careful = {.attempt = &attempt};
	Arena		arena;
	Arena		scratch;
	LeafMember *members;
	BlockInput	in;
	BlockOutput out;
	BlockHeader header;
	EraRow		era;
	Entry		preface;
	Tiles		tiles;
	Digest		leaf;
	Digest		root;

	context_arena_init(&arena, context);
	context_arena_init(&scratch, scratch_context);
	alone = attempt_begin(&attempt, row.number);
	members = arena_alloc(&arena, n * sizeof *members);
	for (size_t i = 0; i < n;)
	{
		int64		some = Min(s->candidates[s->next].n, (int64) (n - i));

		read_members(&members[i], s, &arena, &s->candidates[s->next], some);
		take(s, some);
		i += (size_t) some;
	}

	in = (BlockInput){
		.time = s->time,
		.previous_time = s->has_last ? s->last.time : INT8_NONE,
		.first = s->has_last ? s->last.size : 0,
		.n = n,
		.members = members,
		.nisolated = (size_t) attempt.nisolated,
		.isolated = attempt.isolated,
		.nresults = s->nresults,
		.results = s->results,
		.before_act = before_act,
		.self = &careful,
	};
	if (!s->begun)
	{
		preface = era_entry(s, &era, &arena);
		in.preface = &preface;
		in.npreface = 1;
	}
	careful.state = state_new(&arena, s->store);
	careful.note = attempt.failures > 0;
	before_shmem_exit(attempt_excuse_at_exit, PointerGetDatum(&attempt));
	PG_TRY();
	{
		fold_block(&out, &in, careful.state, &arena, &scratch);
	}
	PG_CATCH();
	{
		cancel_before_shmem_exit(attempt_excuse_at_exit, PointerGetDatum(&attempt));
		if (attempt_is_accident(geterrcode()))
			attempt_excuse(&attempt);
		PG_RE_THROW();
	}
	PG_END_TRY();
	cancel_before_shmem_exit(attempt_excuse_at_exit, PointerGetDatum(&attempt));
	debug_point("seal", row.number);

	/* The leaves: members, entries, and the header that commits to them. */
	members = memcpy(arena_alloc(&arena, (n + out.nentries) * sizeof *members), members, n * sizeof *members);
	write_entries(s, &arena, members, n, &out);
	write_verdicts(s, &arena, &out);
	header = (BlockHeader){
		.number = row.number,
		.era = s->era,
		.time = s->time,
		.first = in.first,
		.size = in.first + (int64) (n + out.nentries) + 1,
		.finished = s->left == 0,
		.snapshot = s->snapshot,
	};
	frontier_root(&header.previous, &s->tree.frontier);
	block_members_hash(&header.members, in.first, members, n + out.nentries);
	block_verdicts_hash(&header.verdicts, out.verdicts, out.nverdicts);
	row.header = block_header_print(&arena, &header);

	tiles = (Tiles){.arena = &arena};
	s->tree.tile = keep_tile;
	s->tree.self = &tiles;
	for (size_t i = 0; i < n + out.nentries; i++)
		tree_add(&s->tree, &members[i].leaf);
	block_header_leaf(&leaf, row.header);
	tree_add(&s->tree, &leaf);
	frontier_root(&root, &s->tree.frontier);
	s->store->write(s->store, REL_TILE, tiles.rows, tiles.n);

	if (!s->begun)
	{
		era.begun = in.first + (int64) n;
		write_one(s, REL_ERA, &era.row);
		if (s->follower)
			end_following(s);
		register_era_changed();
		s->begun = true;
	}
	row.time = s->time;
	row.first = in.first;
	row.size = header.size;
	row.era = s->era;
	row.finished = header.finished;
	row.snapshot = s->snapshot;
	row.root = hash_str(&root);
	row.frontier = frontier_pack(&arena, &s->tree.frontier);
	row.members = block_members_pack(&arena, members, n + out.nentries);
	write_one(s, REL_BLOCK, &row.row);

	/* What the next block needs outlives this one's memory. */
	s->last = row;
	s->last.root = arena_str(&s->arena, row.root);
	s->last.snapshot = arena_str(&s->arena, row.snapshot);
	s->last.members = arena_str(&s->arena, row.members);
	s->last.header = arena_str(&s->arena, row.header);
	s->last.frontier = arena_str(&s->arena, row.frontier);
	s->has_last = true;
	s->nresults = 0;
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return !alone;
}

/* ---- the whole ---- */

/* True if the clock asks for a block though nothing is new. */
static bool
is_due(Sealer *s)
{
	State	   *state = state_new(&s->arena, s->store);

	return fold_is_due(state, s->time, s->has_last ? s->last.time : INT8_NONE);
}

int64
seal_step(bool one)
{
	Sealer	   *s;
	Fault		fault;
	int64		number = 0;
	MemoryContext context;

	check_transaction();
	demand_durable_commit();
	context = AllocSetContextCreate(CurrentMemoryContext, "commune sealer", ALLOCSET_DEFAULT_SIZES);
	s = MemoryContextAllocZero(context, sizeof *s);
	s->context = context;
	context_arena_init(&s->arena, context);
	evaluate_results(s);

	seal_lock();
	s->tables = table_store_open(NULL, true, context);
	s->store = table_store(s->tables);
	s->era = register_era(&s->begun, &s->follower);
	if (s->follower)
		prepare_promotion(s);
	s->has_last = log_last_block(&s->last, s->store, &s->arena);
	(void) log_last_era(&s->previous_era, s->store, &s->arena);
	drop_written_results(s);
	if (s->has_last)
		witness_check_history(s->store, &s->arena, &s->last,
							  s->follower && s->follower_row.origin.p != NULL ? s->follower_row.origin : s->previous_era.origin);
	collect(s);
	if (s->follower || s->left > 0 || s->nresults > 0 || is_due(s))
	{
		if (!s->begun)
			check_arrived(s);
		if (s->has_last && log_resume(&s->tree, s->store, &s->arena, &s->last, &fault) != CODE_OK)
			fault_raise(&fault);
		while (make_block(s) && !one && s->left > 0)
			;
		attempt_end();
		number = s->last.number;
		debug_point("seal-end", number);
	}
	table_store_close(s->seen);
	table_store_close(s->tables);
	MemoryContextDelete(context);
	return number;
}

/* SQL function: seal() returns bigint */
COMMUNE_FUNCTION(commune_fold_seal)
{
	int64		number = seal_step(false);

	if (number == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(number);
}
