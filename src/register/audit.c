/*
 * audit.c -- checks stored blocks one by one.
 */
#include "register/audit.h"

#include "record/record.h"
#include "register/seqs.h"

#include <stdarg.h>
#include <stdio.h>

static void report(Audit *audit, int64_t index, const char *table, const char *column, const char *kind,
				   const char *format, ...) __attribute__((format(printf, 6, 7)));

static void
report(Audit *audit, int64_t index, const char *table, const char *column, const char *kind, const char *format, ...)
{
	Damage		damage = {.index = index};
	va_list		args;

	snprintf(damage.table, sizeof damage.table, "%s", table);
	snprintf(damage.column, sizeof damage.column, "%s", column);
	snprintf(damage.kind, sizeof damage.kind, "%s", kind);
	va_start(args, format);
	vsnprintf(damage.detail, sizeof damage.detail, format, args);
	va_end(args);
	audit->reports++;
	audit->report(audit->self, &damage);
}

static inline bool
same(const Digest *a, const Digest *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

/* ---- a block's columns and header ---- */

/* What an audit of a block goes by. */
typedef struct Block
{
	BlockRow	row;
	BlockHeader header;
	int64_t		at;				/* index of its header, by the block before and its members */
	bool		has_previous;
	BlockRow	previous;
	Frontier	frontier;		/* before the block, as stored */
	XidSnapshot s;
	bool		has_p;
	XidSnapshot p;				/* the last finished snapshot of the era */
	int64_t		above;			/* seqs of sessions are above this */
	StoredBlock stored;
	bool		complete;		/* no member is missing */
	Digest	   *leaves;			/* recomputed; of rows, as stored */
} Block;

/* Where a block's header stands: what the block says of itself may have been changed, or be another block's. */
static int64_t
place_of(const Block *b)
{
	size_t		n;
	int64_t		at;

	if (block_members_count(&n, b->row.members, NULL) != CODE_OK || (b->row.number > 1 && !b->has_previous) ||
		add_overflows(b->has_previous ? b->previous.size : 0, (int64_t) n, &at))
		return b->row.size > 0 ? b->row.size - 1 : -1;
	return at;
}

static void
check_columns(Audit *audit, const Block *b)
{
	const BlockRow *row = &b->row;
	const BlockHeader *h = &b->header;
	const struct
	{
		const char *column;
		bool		same;
	}			columns[] = {
		{"number", h->number == row->number},
		{"time", h->time == row->time},
		{"first", h->first == row->first},
		{"size", h->size == row->size},
		{"era", h->era == row->era},
		{"finished", h->finished == row->finished},
		{"snapshot", str_eq(h->snapshot, row->snapshot)},
	};

	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		if (!columns[i].same)
			report(audit, b->at, "block", columns[i].column, "changed",
				   "Block %lld: the column is not what the header says.", (long long) row->number);
}

/* Check that a block goes on where the one before ended. */
static void
check_chain(Audit *audit, const Block *b)
{
	const BlockHeader *h = &b->header;
	Digest		root;
	int64_t		size = b->has_previous ? b->previous.size : 0;
	Digest		previous;

	frontier_root(&root, &b->frontier);
	previous = b->has_previous ? str_hash(b->previous.root) : root;
	if (h->first != size)
		report(audit, b->at, "block", "first", "order", "Block %lld begins at %lld, the one before ends at %lld.",
			   (long long) h->number, (long long) h->first, (long long) size);
	if (!same(&previous, &root))
		report(audit, size - 1, "block", "root", "changed", "The root of block %lld is not that of its frontier.",
			   (long long) h->number - 1);
	else if (!same(&h->previous, &root))
		report(audit, b->at, "block", "header", "changed", "The header of block %lld does not commit to the root of block %lld.",
			   (long long) h->number, (long long) h->number - 1);
	if (b->has_previous && h->time < b->previous.time)
		report(audit, b->at, "block", "time", "order", "Block %lld is older than the one before.", (long long) h->number);
	if (b->has_previous && h->era != b->previous.era && h->era != b->previous.era + 1)
		report(audit, b->at, "block", "era", "order", "Block %lld skips an era.", (long long) h->number);
}

/* Find what the block's snapshot is compared with. */
static bool
find_bounds(Audit *audit, Block *b)
{
	BlockRow	at = b->previous;
	bool		have = b->has_previous;
	Fault		fault;

	if (snapshot_parse(&b->s, audit->arena, b->header.snapshot, &fault) != CODE_OK)
	{
		report(audit, b->at, "block", "snapshot", "changed", "%s", fault.detail);
		return false;
	}
	while (have && at.era == b->row.era && !at.finished)
	{
		if (b->above == 0)
			(void) block_members_last(&b->above, at.members, &fault);
		if (at.number == 1 || !log_block(&at, audit->store, audit->arena, at.number - 1))
			have = false;
	}
	if (have && at.era == b->row.era)
		b->has_p = snapshot_parse(&b->p, audit->arena, at.snapshot, &fault) == CODE_OK;
	return true;
}

/* ---- members ---- */

static const char *
table_of(LeafSource source)
{
	return source == LEAF_ACT ? "act" : source == LEAF_ROW ? "row_leaf" : "entry";
}

/* Compare the columns of an act with its record, and verify the signature. */
static void
check_act(Audit *audit, const ActRow *act, const LeafMember *m, int64_t index)
{
	Record		record;
	Fault		fault;
	uint8_t		key[PUBLIC_KEY_SIZE];
	const char *wrong;

	arena_reset(audit->scratch);
	if (record_parse(&record, audit->scratch, m->bytes.p, m->bytes.n, &fault) != CODE_OK)
	{
		report(audit, index, "act", "record", "changed", "Act %lld is no record: %.120s", (long long) m->seq, fault.detail);
		return;
	}
	if (audit->projections)
	{
		wrong = act->nonce != record.nonce ? "nonce" :
			!str_eq(act->kind, record.act) ? "kind" :
			did_cmp(&act->signer, &record.signer) != 0 ? "signer" :
			act->key.p == NULL || act->key.n != 0 ? "key" : NULL;
		if (wrong != NULL)
			report(audit, index, "act", wrong, "changed", "The column of act %lld does not follow from its record.", (long long) m->seq);
	}
	if (audit->signatures && (!did_key(key, &record.signer) || record_verify(&record, key, &fault) != CODE_OK))
		report(audit, index, "act", "record", "signature", "The signature of act %lld does not hold.", (long long) m->seq);
}

/* Compare the columns of an entry with its body. */
static void
check_entry(Audit *audit, const EntryRow *entry, const LeafMember *m, int64_t index, const BlockHeader *h)
{
	const Json *body;
	const Json *kind;
	Buf			canonical;

	arena_reset(audit->scratch);
	if (json_parse(&body, audit->scratch, m->bytes.p, m->bytes.n, NULL) != CODE_OK || body->type != JSON_OBJECT ||
		(kind = json_get(body, "entry")) == NULL || kind->type != JSON_STRING)
	{
		report(audit, index, "entry", "body", "changed", "Entry %lld is no entry.", (long long) m->seq);
		return;
	}
	buf_init(&canonical, audit->scratch);
	json_canonical(&canonical, body);
	if (!str_eq(buf_done(&canonical), m->bytes))
		report(audit, index, "entry", "body", "changed", "Entry %lld is not canonical.", (long long) m->seq);
	if (audit->projections && !str_eq(entry->kind, kind->string))
		report(audit, index, "entry", "kind", "changed", "The column of entry %lld does not follow from its body.", (long long) m->seq);
	if (m->source == LEAF_ENGINE && (m->received_at != h->time || m->era != h->era || m->xid != 0))
		report(audit, index, "entry", m->received_at != h->time ? "written_at" : m->era != h->era ? "era" : "xid", "changed",
			   "Entry %lld does not bear its block's time and era.", (long long) m->seq);
}

/* Check where a member stands: in the order of seqs, and in the difference of the snapshots. */
static void
check_place(Audit *audit, const Block *b, const LeafMember *m, int64_t index, int64_t after)
{
	const char *wrong = NULL;

	if (m->seq <= after)
		wrong = "is out of order";
	else if (m->source != LEAF_ENGINE && m->era > b->header.era)
		wrong = "is of a later era";
	else if (m->source != LEAF_ENGINE && m->era < b->header.era && b->has_p)
		wrong = "is of an earlier era";
	else if (m->source != LEAF_ENGINE && m->era == b->header.era && !snapshot_sees(&b->s, m->xid))
		wrong = "was not committed yet for the block's snapshot";
	else if (m->source != LEAF_ENGINE && m->era == b->header.era && b->has_p && snapshot_sees(&b->p, m->xid))
		wrong = "belonged into an earlier block";
	if (wrong != NULL)
		report(audit, index, table_of(m->source), "", "order", "What has seq %lld %s.", (long long) m->seq, wrong);
}

static bool
is_none(const Digest *hash)
{
	static const Digest none;

	return same(hash, &none);
}

/* Recompute the leaves and check each member by itself. */
static void
check_members(Audit *audit, Block *b)
{
	int64_t		after = b->above;

	b->leaves = arena_alloc(audit->arena, (b->stored.n + 1) * sizeof *b->leaves);
	for (size_t i = 0; i < b->stored.n; i++)
	{
		LeafMember *m = &b->stored.members[i];
		int64_t		index = b->row.first + (int64_t) i;

		b->leaves[i] = b->stored.leaves[i];
		if (m->era < 0)
		{
			report(audit, index, table_of(m->source), "", "missing", "What has seq %lld is gone.", (long long) m->seq);
			continue;
		}
		if (m->source == LEAF_ENGINE && (i == 0 || m[-1].source != LEAF_ENGINE))
			after = 0;
		if (m->source == LEAF_ROW && is_none(&m->leaf))
			report(audit, index, "row_leaf", "n", "changed", "The rows that seq %lld belongs to are not as many as their leaves.",
				   (long long) m->seq);
		check_place(audit, b, m, index, after);
		after = m->seq;
		if (m->source == LEAF_ACT && (audit->projections || audit->signatures))
			check_act(audit, audit->projections ? &b->stored.acts[i] : NULL, m, index);
		else if (m->source == LEAF_ENTRY || m->source == LEAF_ENGINE)
			check_entry(audit, audit->projections ? &b->stored.entries[i] : NULL, m, index, &b->header);
	}
	block_header_leaf(&b->leaves[b->stored.n], b->row.header);
}

/* ---- tree ---- */

/*
 * Compare the block's leaves with the tiles that hold them, as far as they are full.  If the leaves give the block's
 * root, a difference names the tile; else it names the leaf, unless that is known to be changed.
 */
static void
check_tiles(Audit *audit, const Block *b, bool holds)
{
	int64_t		tile = b->row.first / TILE_WIDTH;

	for (; tile <= (b->row.size - 1) / TILE_WIDTH; tile++)
	{
		TileRow		row = {.n = tile};
		TileRow		probe = row;

		if (!audit->store->find(audit->store, audit->arena, &row, TILE_BY_PLACE, &probe))
			continue;
		if (row.data.n != TILE_BYTES)
		{
			report(audit, tile * TILE_WIDTH, "tile", "data", "changed", "Tile %lld of level 0 is cut off.", (long long) tile);
			continue;
		}
		for (int64_t i = tile * TILE_WIDTH; i < (tile + 1) * TILE_WIDTH; i++)
		{
			int64_t		at = i - b->row.first;

			if (at < 0 || at > (int64_t) b->stored.n ||
				memcmp(row.data.p + (i % TILE_WIDTH) * HASH_SIZE, &b->leaves[at], HASH_SIZE) == 0)
				continue;
			if (holds)
			{
				report(audit, i, "tile", "data", "changed", "Tile %lld of level 0 does not hold the leaf of index %lld.",
					   (long long) tile, (long long) i);
				break;
			}
			if (at == (int64_t) b->stored.n)
				report(audit, i, "block", "header", "changed", "The header of block %lld is not what its tile holds.", (long long) b->row.number);
			else if (b->stored.members[at].era >= 0 && same(&b->leaves[at], &b->stored.members[at].leaf))
				report(audit, i, table_of(b->stored.members[at].source),
					   b->stored.members[at].source == LEAF_ACT ? "record" : b->stored.members[at].source == LEAF_ROW ? "leaf" : "body",
					   "changed", "What has seq %lld is not what its tile holds.", (long long) b->stored.members[at].seq);
		}
	}
}

static void
check_tree(Audit *audit, Block *b)
{
	Digest		root;
	Digest		stored_root = str_hash(b->row.root);
	Frontier	stored;
	Fault		fault;
	bool		holds;			/* the leaves give the root */
	bool		frontier;		/* and the frontier */
	int64_t		reports = audit->reports;

	for (size_t i = 0; i <= b->stored.n; i++)
		frontier_add(&b->frontier, &b->leaves[i]);
	frontier_root(&root, &b->frontier);
	holds = same(&root, &stored_root);
	for (size_t i = 0; i < b->stored.n; i++)
		if (b->stored.members[i].era >= 0 && !same(&b->leaves[i], &b->stored.members[i].leaf))
			report(audit, b->row.first + (int64_t) i, table_of(b->stored.members[i].source),
				   holds ? "leaf" : b->stored.members[i].source == LEAF_ACT ? "record" : "body", "changed",
				   "The leaf hash of seq %lld is not that of its bytes.", (long long) b->stored.members[i].seq);
	check_tiles(audit, b, holds);
	frontier = frontier_unpack(&stored, (uint64_t) b->row.size, b->row.frontier, &fault) == CODE_OK &&
		memcmp(stored.peak, b->frontier.peak, (size_t) frontier_peaks(stored.size) * sizeof(Digest)) == 0;
	if (holds != frontier)
		report(audit, b->at, "block", holds ? "frontier" : "root", "changed",
			   "The leaves do not give the %s of block %lld.", holds ? "frontier" : "root", (long long) b->row.number);
	else if (!holds && b->complete && audit->reports == reports)
		report(audit, b->at, "block", "", "changed", "The leaves with the header of block %lld do not give its root.",
			   (long long) b->row.number);
}

/* ---- commitments ---- */

static void
check_commitments(Audit *audit, const Block *b)
{
	Digest		hash;

	block_members_hash(&hash, b->header.first, b->stored.members, b->stored.n);
	if (!same(&hash, &b->header.members))
		report(audit, b->at, "block", "members", "changed",
			   "Of a leaf %lld to %lld the seq, era, xid or time is not what the header of block %lld commits to.",
			   (long long) b->row.first, (long long) b->row.size - 2, (long long) b->row.number);
	for (size_t i = 0; i < b->stored.nverdicts; i++)
		if (b->stored.verdicts[i].code == CODE_COUNT)
		{
			report(audit, b->stored.verdicts[i].index, "verdict", "sqlstate", "changed", "Act %lld has a verdict that is none.",
				   (long long) b->stored.verdicts[i].seq);
			return;
		}
	block_verdicts_hash(&hash, b->stored.verdicts, b->stored.nverdicts);
	if (!same(&hash, &b->header.verdicts))
		report(audit, b->at, "verdict", "", "changed", "The verdicts are not those that the header of block %lld commits to.",
			   (long long) b->row.number);
}

/* Compare an entry `era` with the table of eras. */
static void
check_era(Audit *audit, const Json *body, int64_t index)
{
	const Json *number = json_get(body, "era");
	EraRow		row = {.era = number != NULL && number->type == JSON_INT ? (int32_t) number->number : 0};
	EraRow		probe = row;
	static const char *const columns[] = {"binding", "origin", "reason"};

	if (!audit->store->find(audit->store, audit->arena, &row, ERA_BY_NUMBER, &probe))
	{
		report(audit, index, "era", "", "missing", "Era %d is gone.", row.era);
		return;
	}
	if (row.begun != index)
		report(audit, index, "era", "begun", "changed", "Era %d began at index %lld.", row.era, (long long) index);
	for (size_t i = 0; i < 3; i++)
	{
		const Json *v = json_get(body, columns[i]);
		Str			stored = i == 0 ? row.binding : i == 1 ? row.origin : row.reason;

		if (v == NULL || v->type != JSON_STRING || !str_eq(v->string, stored))
			report(audit, index, "era", columns[i], "changed", "Era %d: the column is not what its entry says.", row.era);
	}
}

static void
check_eras(Audit *audit, const Block *b)
{
	for (size_t i = 0; i < b->stored.n; i++)
	{
		const LeafMember *m = &b->stored.members[i];
		const Json *body;
		const Json *kind;

		if (m->source != LEAF_ENGINE || m->era < 0)
			continue;
		arena_reset(audit->scratch);
		if (json_parse(&body, audit->scratch, m->bytes.p, m->bytes.n, NULL) == CODE_OK && body->type == JSON_OBJECT &&
			(kind = json_get(body, "entry")) != NULL && kind->type == JSON_STRING && str_is(kind->string, "era"))
			check_era(audit, body, b->row.first + (int64_t) i);
	}
}

void
audit_block(Audit *audit, int64_t number)
{
	Block		b = {.has_previous = false};
	Fault		fault;
	int			keep = 0;

	arena_reset(audit->arena);
	if (!log_block(&b.row, audit->store, audit->arena, number))
	{
		report(audit, -1, "block", "", "missing", "Block %lld is gone.", (long long) number);
		return;
	}
	b.has_previous = number > 1 && log_block(&b.previous, audit->store, audit->arena, number - 1);
	b.at = place_of(&b);
	if (block_header_parse(&b.header, audit->arena, b.row.header, &fault) != CODE_OK)
	{
		report(audit, b.at, "block", "header", "changed", "Block %lld: %s", (long long) number, fault.detail);
		return;
	}
	if (number > 1)
	{
		if (!b.has_previous ||
			frontier_unpack(&b.frontier, (uint64_t) b.previous.size, b.previous.frontier, &fault) != CODE_OK)
		{
			if (b.has_previous)
				report(audit, b.previous.size - 1, "block", "frontier", "changed", "Block %lld: %s", (long long) number - 1, fault.detail);
			return;
		}
	}
	check_columns(audit, &b);
	if (b.row.first < 0 || b.row.size <= b.row.first)
	{
		if (b.row.first == b.header.first && b.row.size == b.header.size)
			report(audit, -1, "block", "header", "order", "No block goes from index %lld to %lld.", (long long) b.row.first,
				   (long long) b.row.size - 1);
		return;					/* nothing can be found by these */
	}
	check_chain(audit, &b);
	if (b.row.first == b.header.first && b.row.first != (b.has_previous ? b.previous.size : 0))
		return;					/* it is another block's place: what it says of its members is said of others */
	if (!find_bounds(audit, &b))
		return;
	if (audit->projections)
		keep = STORED_BYTES | STORED_COLUMNS;
	else if (audit->signatures || audit->block != NULL)
		keep = STORED_BYTES;
	if (stored_read(&b.stored, &b.complete, audit->store, audit->arena, &b.row, keep, &fault) != CODE_OK)
	{
		report(audit, b.at, "block", "members", "changed", "Block %lld: %s", (long long) number, fault.detail);
		return;
	}
	if ((int64_t) b.stored.n + 1 != b.row.size - b.row.first)
	{
		report(audit, b.at, "block", "members", "changed", "Block %lld lists %zu members for %lld leaves.",
			   (long long) number, b.stored.n, (long long) (b.row.size - b.row.first));
		return;
	}
	check_members(audit, &b);
	check_tree(audit, &b);
	check_commitments(audit, &b);
	check_eras(audit, &b);
	if (b.complete && audit->block != NULL)
		audit->block(audit->self, &b.stored);
}

/* ---- what lies in no block ---- */

/* Everything that is in a block, by seq, and how far the blocks have come. */
typedef struct Sealed
{
	Audit	   *audit;
	SeqSet		seqs;			/* in whatever table */
	SeqSet		of[3];			/* in act, row_leaf, entry */
	int64_t		size;
	int32_t		era;
	bool		has_p;
	XidSnapshot p;				/* the last finished snapshot */
	Str			snapshot;
	int64_t		last;			/* number of the last block */
	int64_t		upto;			/* that is looked at */
} Sealed;

/* The table of a source as a number; what the engine wrote is an entry, too. */
static int
table_number(LeafSource source)
{
	return source == LEAF_ENGINE ? LEAF_ENTRY : (int) source;
}

static bool
gather_block(void *self, const void *row)
{
	Sealed	   *sealed = self;
	const BlockRow *block = row;
	MemberWalk	walk = {.packed = block->members};
	MemberRun	run;

	if (block->number > sealed->upto)
		return false;
	while (block_members_next(&run, &walk, NULL) == CODE_OK && run.n > 0)	/* audit_block() reports what cannot be read */
	{
		seqs_add(&sealed->seqs, run.seq, run.seq + run.n - 1);
		seqs_add(&sealed->of[table_number(run.source)], run.seq, run.seq + run.n - 1);
	}
	if (block->era != sealed->era)
		sealed->has_p = false;
	sealed->era = block->era;
	sealed->size = block->size;
	sealed->last = block->number;
	if (block->finished)
	{
		sealed->snapshot = arena_str(sealed->seqs.arena, block->snapshot);
		sealed->has_p = true;
	}
	return true;
}

static void
report_twice(void *self, SeqRange range)
{
	if (range.first == range.last)
		report(self, -1, "block", "members", "added", "What has seq %lld is in the register twice.", (long long) range.first);
	else
		report(self, -1, "block", "members", "added", "What has the seqs %lld to %lld is in the register twice.",
			   (long long) range.first, (long long) range.last);
}

/* Report a row that no block holds if one holds its seq, as that of a row of another table; true if it was reported. */
static bool
is_impostor(Sealed *sealed, LeafSource source, int64_t seq)
{
	for (LeafSource other = LEAF_ACT; other <= LEAF_ENTRY; other++)
		if (other != source && seqs_have(&sealed->of[table_number(other)], seq))
		{
			report(sealed->audit, -1, table_of(source), "", "added",
				   "What has seq %lld here is in no block: the seq is that of a row of %s.", (long long) seq, table_of(other));
			return true;
		}
	return false;
}

/* Report what a session committed that ought to be in a block by now. */
static void
check_sealed(Sealed *sealed, LeafSource source, int64_t first, int64_t last, int32_t era, int64_t xid)
{
	bool		due = sealed->has_p && (era < sealed->era || (era == sealed->era && snapshot_sees(&sealed->p, (uint64_t) xid)));
	SeqRange	gap;

	while (seqs_gap(&gap, &sealed->of[table_number(source)], first, last))
	{
		for (int64_t seq = gap.first; seq <= gap.last; seq++)
			if (!is_impostor(sealed, source, seq) && due)
				report(sealed->audit, -1, table_of(source), "", "omitted",
					   "What has seq %lld was committed for the snapshot of block %lld and is in no block.",
					   (long long) seq, (long long) sealed->last);
		if (gap.last >= last)
			break;
		first = gap.last + 1;
	}
}

static bool
rest_act(void *self, const void *row)
{
	const ActRow *act = row;

	check_sealed(self, LEAF_ACT, act->seq, act->seq, act->era, act->xid);
	return true;
}

static bool
rest_row(void *self, const void *row)
{
	const RowLeaf *run = row;
	Sealed	   *sealed = self;

	check_sealed(sealed, LEAF_ROW, run_first(run), run->seq, run->era, run->xid);
	if (!run_is_whole(run) && !seqs_have(&sealed->of[table_number(LEAF_ROW)], run->seq))	/* else audit_block() reports it */
		report(sealed->audit, -1, "row_leaf", "n", "changed", "The rows up to seq %lld are not as many as their leaves.", (long long) run->seq);
	return true;
}

static bool
rest_entry(void *self, const void *row)
{
	const EntryRow *entry = row;
	Sealed	   *sealed = self;

	if (entry->xid != INT8_NONE)
		check_sealed(sealed, LEAF_ENTRY, entry->seq, entry->seq, entry->era, entry->xid);
	else if (!seqs_have(&sealed->of[table_number(LEAF_ENTRY)], entry->seq) && !is_impostor(sealed, LEAF_ENTRY, entry->seq) &&
			 !(sealed->audit->follower &&
			   (sealed->seqs.n == 0 || entry->seq > sealed->seqs.v[sealed->seqs.n - 1].last)))
		report(sealed->audit, -1, "entry", "", "added", "Entry %lld is in no block.", (long long) entry->seq);
	return true;
}

static bool
rest_verdict(void *self, const void *row)
{
	const VerdictRow *verdict = row;
	Sealed	   *sealed = self;

	if (!seqs_have(&sealed->of[table_number(LEAF_ACT)], verdict->seq))
		report(sealed->audit, -1, "verdict", "", "added", "There is a verdict on %lld, which is no act in a block.", (long long) verdict->seq);
	return true;
}

static bool
rest_era(void *self, const void *row)
{
	const EraRow *era = row;
	Sealed	   *sealed = self;

	if (era->era < 1 || era->era > sealed->era)
		report(sealed->audit, -1, "era", "", "added", "No block is of era %d.", era->era);
	return true;
}

typedef struct TileWalk
{
	Sealed	   *sealed;
	int32_t		level;
	int64_t		next;			/* the number that ought to come */
} TileWalk;

static int64_t
tiles_of_level(const Sealed *sealed, int32_t level)
{
	return level >= 0 && level < TILE_LEVELS - 1 && sealed->size > 0 ? (int64_t) ((uint64_t) sealed->size >> (TILE_HEIGHT * (level + 1))) : 0;
}

/* Report the tiles of a level that ought to have come before this number. */
static void
expect_tiles(TileWalk *walk, int64_t upto)
{
	int64_t		index;

	if (walk->next >= upto)
		return;
	index = walk->next << (TILE_HEIGHT * (walk->level + 1));
	if (walk->next + 1 == upto)
		report(walk->sealed->audit, index, "tile", "", "missing", "Tile %lld of level %d is gone.", (long long) walk->next,
			   walk->level);
	else
		report(walk->sealed->audit, index, "tile", "", "missing", "Tiles %lld to %lld of level %d are gone.",
			   (long long) walk->next, (long long) upto - 1, walk->level);
	walk->next = upto;
}

static bool
rest_tile(void *self, const void *row)
{
	const TileRow *tile = row;
	TileWalk   *walk = self;
	Audit	   *audit = walk->sealed->audit;
	int64_t		index;
	Digest		root;
	Digest		hashes[TILE_WIDTH];

	if (tile->n < 0 || tile->n >= tiles_of_level(walk->sealed, tile->level))
	{
		report(audit, -1, "tile", "", "added", "Tile %lld of level %d is beyond the register.", (long long) tile->n, tile->level);
		return true;
	}
	index = tile->n << (TILE_HEIGHT * (tile->level + 1));
	while (walk->level < tile->level)
	{
		expect_tiles(walk, tiles_of_level(walk->sealed, walk->level));
		walk->level++;
		walk->next = 0;
	}
	expect_tiles(walk, tile->n);
	walk->next = tile->n + 1;
	if (tile->data.n != TILE_BYTES)
	{
		report(audit, index, "tile", "data", "changed", "Tile %lld of level %d is cut off.", (long long) tile->n, tile->level);
		return true;
	}
	memcpy(hashes, tile->data.p, TILE_BYTES);
	merkle_root(&root, hashes, TILE_WIDTH);
	if (!str_eq(tile->root, hash_str(&root)))
		report(audit, index, "tile", "root", "changed", "Tile %lld of level %d does not have this root.", (long long) tile->n, tile->level);
	if (tile->level > 0)
	{
		Digest		below[TILE_WIDTH];
		unsigned	n = log_tile_roots(below, audit->store, tile->level - 1, tile->n * TILE_WIDTH, TILE_WIDTH);

		if (memcmp(below, hashes, n * sizeof(Digest)) != 0)
			report(audit, index, "tile", "data", "changed", "Tile %lld of level %d does not hold the roots of the tiles below.",
				   (long long) tile->n, tile->level);
	}
	return true;
}

void
audit_rest(Audit *audit, int64_t last)
{
	Store	   *store = audit->store;
	Sealed		sealed = {.audit = audit, .seqs = {.arena = audit->arena}, .upto = last,
								 .of = {{.arena = audit->arena}, {.arena = audit->arena}, {.arena = audit->arena}}};
	TileWalk	walk = {.sealed = &sealed};

	arena_reset(audit->arena);
	store->scan(store, BLOCK_BY_NUMBER, 0, NULL, SCAN_ALL, 0, gather_block, &sealed);
	seqs_order(&sealed.seqs, report_twice, audit);
	for (size_t i = 0; i < sizeof sealed.of / sizeof *sealed.of; i++)
		seqs_order(&sealed.of[i], NULL, NULL);
	if (sealed.has_p && snapshot_parse(&sealed.p, audit->arena, sealed.snapshot, NULL) != CODE_OK)
		sealed.has_p = false;
	store->scan(store, ACT_BY_SEQ, 0, NULL, SCAN_ALL, 5, rest_act, &sealed);
	store->scan(store, ROW_LEAF_BY_SEQ, 0, NULL, SCAN_ALL, 6, rest_row, &sealed);
	store->scan(store, ENTRY_BY_SEQ, 0, NULL, SCAN_ALL, 4, rest_entry, &sealed);
	store->scan(store, VERDICT_BY_SEQ, 0, NULL, SCAN_ALL, 0, rest_verdict, &sealed);
	store->scan(store, ERA_BY_NUMBER, 0, NULL, SCAN_ALL, 0, rest_era, &sealed);
	store->scan(store, TILE_BY_PLACE, 0, NULL, SCAN_ALL, 0, rest_tile, &walk);
	while (walk.level < TILE_LEVELS)
	{
		expect_tiles(&walk, tiles_of_level(&sealed, walk.level));
		walk.level++;
		walk.next = 0;
	}
}
