/*
 * complete.c -- compares what a snapshot saw with what the blocks hold.
 */
#include "fold/complete.h"

#include "register/seqs.h"
#include "register/snapshot.h"

typedef struct Complete
{
	int64_t		era;
	XidSnapshot s;
	bool		has_p;
	XidSnapshot p;				/* the finished snapshot before, of the same era */
	SeqSet		sealed;
	bool		missing;		/* something is in no block; the first of it: */
	int64_t		seq;
} Complete;

/* Gather what sessions have in the blocks that share the snapshot, or in all of them, and find the snapshot before. */
static Code
gather_sealed(Complete *c, Store *store, Arena *arena, const BlockRow *block, Fault *fault)
{
	BlockRow	at = *block;

	for (;;)
	{
		BlockRow	before;
		MemberWalk	walk = {.packed = at.members};
		MemberRun	run;
		Code		code;

		while ((code = block_members_next(&run, &walk, fault)) == CODE_OK && run.n > 0 && run.source != LEAF_ENGINE)
			seqs_add(&c->sealed, run.seq, run.seq + run.n - 1);
		if (code != CODE_OK)
			return code;
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

/*
 * Look whether what S saw and P did not, the seqs first to last, is in a block; true while there can be more of it among
 * higher transaction ids.
 */
static bool
look(Complete *c, int64_t first, int64_t last, int64_t era, int64_t xid)
{
	bool		same = era == c->era;
	SeqRange	gap;

	if (xid == INT8_NONE)		/* the engine's */
		return true;
	if ((same ? snapshot_sees(&c->s, (uint64_t) xid) && !(c->has_p && snapshot_sees(&c->p, (uint64_t) xid)) :
		 !c->has_p && era < c->era) &&
		seqs_gap(&gap, &c->sealed, first, last) && (!c->missing || gap.first < c->seq))
	{
		c->missing = true;
		c->seq = gap.first;
	}
	return !c->has_p || (uint64_t) xid < c->s.xmax;
}

static bool
look_at_act(void *self, const void *row)
{
	const ActRow *act = row;

	return look(self, act->seq, act->seq, act->era, act->xid);
}

static bool
look_at_row(void *self, const void *row)
{
	const RowLeaf *run = row;

	return look(self, run_first(run), run->seq, run->era, run->xid);
}

static bool
look_at_entry(void *self, const void *row)
{
	const EntryRow *entry = row;

	return look(self, entry->seq, entry->seq, entry->era, entry->xid);
}

/* Look at what bears a transaction id, or one that is not below it. */
static void
look_at_xids(Complete *c, Store *store, int ncols, uint64_t xid)
{
	ScanRange	range = ncols == 0 ? SCAN_FROM : SCAN_ALL;

	store->scan(store, ACT_BY_XID, ncols, &(ActRow){.xid = (int64_t) xid}, range, 5, look_at_act, c);
	store->scan(store, ROW_LEAF_BY_XID, ncols, &(RowLeaf){.xid = (int64_t) xid}, range, 5, look_at_row, c);
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
	store->scan(store, ROW_LEAF_BY_SEQ, 0, NULL, SCAN_ALL, 5, look_at_row, c);
	store->scan(store, ENTRY_BY_SEQ, 0, NULL, SCAN_ALL, 4, look_at_entry, c);
}

Code
complete_check(Store *store, Arena *arena, const BlockRow *block, Fault *fault)
{
	Complete	c = {.era = block->era, .sealed = {.arena = arena}};
	Code		code;

	if (!block->finished)
		return CODE_OK;
	if ((code = snapshot_parse(&c.s, arena, block->snapshot, fault)) != CODE_OK ||
		(code = gather_sealed(&c, store, arena, block, fault)) != CODE_OK)
		return code;
	seqs_order(&c.sealed, NULL, NULL);
	gather_seen(&c, store);
	if (c.missing)
		return fault_set(fault, CODE_DAMAGED, block->size - 1,
						 "What has seq %lld was committed for the snapshot of block %lld and is in no block.",
						 (long long) c.seq, (long long) block->number);
	return CODE_OK;
}
