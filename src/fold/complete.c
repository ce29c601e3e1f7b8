/*
 * complete.c -- compares what a snapshot saw with what the blocks hold.
 */
#include "fold/complete.h"

#include "register/snapshot.h"

#include <stdlib.h>

typedef struct Seqs
{
	Arena	   *arena;
	int64_t    *seq;
	size_t		n;
	size_t		room;
} Seqs;

typedef struct Complete
{
	int64_t		era;
	XidSnapshot s;
	bool		has_p;
	XidSnapshot p;				/* the finished snapshot before, of the same era */
	Seqs		sealed;
	Seqs		seen;
} Complete;

static void
add(Seqs *seqs, int64_t seq)
{
	if (seqs->n == seqs->room)
	{
		size_t		room = seqs->room * 2 + 64;
		int64_t    *grown = arena_alloc(seqs->arena, room * sizeof *grown);

		if (seqs->n > 0)
			memcpy(grown, seqs->seq, seqs->n * sizeof *grown);
		seqs->seq = grown;
		seqs->room = room;
	}
	seqs->seq[seqs->n++] = seq;
}

static int
compare(const void *a, const void *b)
{
	int64_t		x = *(const int64_t *) a;
	int64_t		y = *(const int64_t *) b;

	return (x > y) - (x < y);
}

static void
sort(Seqs *seqs)
{
	if (seqs->n > 0)
		qsort(seqs->seq, seqs->n, sizeof *seqs->seq, compare);
}

/* Gather what sessions have in the blocks that share the snapshot, or in all of them, and find the snapshot before. */
static Code
gather_sealed(Complete *c, Store *store, Arena *arena, const BlockRow *block, Fault *fault)
{
	BlockRow	at = *block;

	for (;;)
	{
		BlockRow	before;
		const MemberRef *refs;
		size_t		n;
		Code		code = block_members_unpack(&refs, &n, arena, at.members, fault);

		if (code != CODE_OK)
			return code;
		for (size_t i = 0; i < n && refs[i].source != LEAF_ENGINE; i++)
			add(&c->sealed, refs[i].seq);
		if (at.number == 1)
			return CODE_OK;
		if (!log_block(&before, store, arena, at.number - 1))
			return fault_set(fault, CODE_DAMAGED, -1, "Block %lld is gone.", (long long) at.number - 1);
		if (before.finished && before.era == block->era)
		{
			c->has_p = true;
			return snapshot_parse(&c->p, arena, before.snapshot, fault);
		}
		at = before;
	}
}

/* Keep what S saw and P did not; true while there can be more of it among higher transaction ids. */
static bool
look(Complete *c, int64_t seq, int64_t era, int64_t xid)
{
	bool		same = era == c->era;

	if (xid == INT8_NONE)		/* the engine's */
		return true;
	if (same ? snapshot_sees(&c->s, (uint64_t) xid) && !(c->has_p && snapshot_sees(&c->p, (uint64_t) xid)) :
		!c->has_p && era < c->era)
		add(&c->seen, seq);
	return !c->has_p || (uint64_t) xid < c->s.xmax;
}

static bool
look_at_act(void *self, const void *row)
{
	const ActRow *act = row;

	return look(self, act->seq, act->era, act->xid);
}

static bool
look_at_row(void *self, const void *row)
{
	const RowLeaf *leaf = row;

	return look(self, leaf->seq, leaf->era, leaf->xid);
}

static bool
look_at_entry(void *self, const void *row)
{
	const EntryRow *entry = row;

	return look(self, entry->seq, entry->era, entry->xid);
}

/* Look at what bears a transaction id, or one that is not below it. */
static void
look_at_xids(Complete *c, Store *store, int ncols, uint64_t xid)
{
	ScanRange	range = ncols == 0 ? SCAN_FROM : SCAN_ALL;

	store->scan(store, ACT_BY_XID, ncols, &(ActRow){.xid = (int64_t) xid}, range, 5, look_at_act, c);
	store->scan(store, ROW_LEAF_BY_XID, ncols, &(RowLeaf){.xid = (int64_t) xid}, range, 4, look_at_row, c);
	store->scan(store, ENTRY_BY_XID, ncols, &(EntryRow){.xid = (int64_t) xid}, range, 4, look_at_entry, c);
}

static void
gather_seen(Complete *c, Store *store)
{
	if (c->has_p)
	{
		look_at_xids(c, store, 0, c->p.xmax);
		for (size_t i = 0; i < c->p.nxip; i++)
			look_at_xids(c, store, 1, c->p.xip[i]);
		return;
	}
	store->scan(store, ACT_BY_SEQ, 0, NULL, SCAN_ALL, 5, look_at_act, c);
	store->scan(store, ROW_LEAF_BY_SEQ, 0, NULL, SCAN_ALL, 4, look_at_row, c);
	store->scan(store, ENTRY_BY_SEQ, 0, NULL, SCAN_ALL, 4, look_at_entry, c);
}

Code
complete_check(Store *store, Arena *arena, const BlockRow *block, Fault *fault)
{
	Complete	c = {.era = block->era, .sealed = {.arena = arena}, .seen = {.arena = arena}};
	size_t		next = 0;
	Code		code;

	if (!block->finished)
		return CODE_OK;
	if ((code = snapshot_parse(&c.s, arena, block->snapshot, fault)) != CODE_OK ||
		(code = gather_sealed(&c, store, arena, block, fault)) != CODE_OK)
		return code;
	gather_seen(&c, store);
	sort(&c.sealed);
	sort(&c.seen);
	for (size_t i = 0; i < c.seen.n; i++)
	{
		while (next < c.sealed.n && c.sealed.seq[next] < c.seen.seq[i])
			next++;
		if (next == c.sealed.n || c.sealed.seq[next] != c.seen.seq[i])
			return fault_set(fault, CODE_DAMAGED, block->size - 1,
							 "What has seq %lld was committed for the snapshot of block %lld and is in no block.",
							 (long long) c.seen.seq[i], (long long) block->number);
	}
	return CODE_OK;
}
