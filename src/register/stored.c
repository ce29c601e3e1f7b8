/*
 * stored.c -- reads a block's members from their tables.
 *
 * The members of a block are neighbours: most blocks hold almost all seqs between their first and their last one.  So
 * each table is read by one scan over that range, and only where a block is scattered, by one look for each member.
 */
#include "register/stored.h"

#include "crypto/crypto.h"

/* A block is scattered when its range of seqs is more than this many times its members. */
#define SCATTER 8

/* Columns of a table up to its leaf. */
#define ACT_LEAF_COLS 8
#define ROW_LEAF_COLS 6
#define ENTRY_LEAF_COLS 6

typedef struct Reading
{
	Arena	   *arena;
	const MemberRef *refs;
	LeafMember *members;		/* what is found, in the places of refs */
	Digest	   *leaves;			/* hashed from the bytes; NULL if the recorded leaf is all that is wanted */
	size_t		n;				/* members that the scan looks for */
	size_t		next;			/* the first that it has not come to */
	LeafSource	source;
	int			keep;
	ActRow	   *acts;
	EntryRow   *entries;
} Reading;

static void
take_act(Reading *r, size_t i, const ActRow *act)
{
	LeafMember *m = &r->members[i];

	m->era = act->era;
	m->xid = (uint64_t) act->xid;
	m->received_at = act->received_at;
	m->leaf = str_hash(act->leaf);
	if (r->leaves == NULL)
		return;
	m->signer = act->signer;
	merkle_leaf(r->leaves[i].b, act->record.p, act->record.n);
	if (r->keep & STORED_BYTES)
		m->bytes = arena_str(r->arena, act->record);
	if (r->acts != NULL)
	{
		r->acts[i] = *act;
		r->acts[i].kind = arena_str(r->arena, act->kind);
		r->acts[i].leaf = arena_str(r->arena, act->leaf);
		r->acts[i].key = arena_str(r->arena, act->key);
	}
}

static void
take_row(Reading *r, size_t i, const RowLeaf *run)
{
	LeafMember *m = &r->members[i];

	m->era = run->era;
	m->xid = (uint64_t) run->xid;
	m->received_at = run->received_at;
	m->leaf = run_leaf(run, m->seq);
	if (r->leaves != NULL)
		r->leaves[i] = m->leaf;
}

static void
take_entry(Reading *r, size_t i, const EntryRow *entry)
{
	LeafMember *m = &r->members[i];

	m->era = entry->era;
	m->xid = entry->xid == INT8_NONE ? 0 : (uint64_t) entry->xid;
	m->received_at = entry->written_at;
	m->leaf = str_hash(entry->leaf);
	if (r->leaves == NULL)
		return;
	m->bytes = arena_str(r->arena, entry->body);
	entry_leaf(&r->leaves[i], entry->body);
	if (r->entries != NULL)
	{
		r->entries[i] = *entry;
		r->entries[i].kind = arena_str(r->arena, entry->kind);
		r->entries[i].leaf = arena_str(r->arena, entry->leaf);
	}
}

/* Go to the first member of the scan's source whose seq is not below; false if there is none. */
static bool
come_to(Reading *r, int64_t seq)
{
	while (r->next < r->n && (r->refs[r->next].source != r->source || r->refs[r->next].seq < seq))
		r->next++;
	return r->next < r->n;
}

static bool
visit_act(void *self, const void *row)
{
	Reading    *r = self;
	const ActRow *act = row;

	if (come_to(r, act->seq) && r->refs[r->next].seq == act->seq)
		take_act(r, r->next, act);
	return r->next < r->n;
}

static bool
visit_row(void *self, const void *row)
{
	Reading    *r = self;
	const RowLeaf *run = row;

	while (come_to(r, run_first(run)) && r->refs[r->next].seq <= run->seq)
		take_row(r, r->next++, run);
	return r->next < r->n;
}

static bool
visit_run(void *self, const void *row)
{
	(void) visit_row(self, row);
	return false;
}

static bool
visit_entry(void *self, const void *row)
{
	Reading    *r = self;
	const EntryRow *entry = row;

	if (come_to(r, entry->seq) && r->refs[r->next].seq == entry->seq)
		take_entry(r, r->next, entry);
	return r->next < r->n;
}

static void
look_for(Reading *r, Store *store, size_t i)
{
	int64_t		seq = r->refs[i].seq;

	if (r->refs[i].source == LEAF_ACT)
	{
		ActRow		row = {.seq = seq};
		ActRow		probe = row;

		if (store->find(store, r->arena, &row, ACT_BY_SEQ, &probe))
			take_act(r, i, &row);
	}
	else if (r->refs[i].source == LEAF_ROW)
	{
		r->next = i;
		store->scan(store, ROW_LEAF_BY_SEQ, 0, &(RowLeaf){.seq = seq}, SCAN_FROM, ROW_LEAF_COLS, visit_run, r);
	}
	else
	{
		EntryRow	row = {.seq = seq};
		EntryRow	probe = row;

		if (store->find(store, r->arena, &row, ENTRY_BY_SEQ, &probe))
			take_entry(r, i, &row);
	}
}

/* Read all members of one source. */
static void
read_source(Reading *r, Store *store, LeafSource source)
{
	size_t		n = 0;
	int64_t		first = 0;
	int64_t		last = 0;

	for (size_t i = 0; i < r->n; i++)
		if (r->refs[i].source == source)
		{
			if (n++ == 0)
				first = r->refs[i].seq;
			last = r->refs[i].seq;
		}
	if (n == 0)
		return;
	r->source = source;
	r->next = 0;
	if (last < first || (uint64_t) (last - first) / SCATTER > n)
	{
		for (size_t i = 0; i < r->n; i++)
			if (r->refs[i].source == source && r->members[i].era < 0)
				look_for(r, store, i);
	}
	else if (source == LEAF_ACT)
		store->scan(store, ACT_BY_SEQ, 0, &(ActRow){.seq = first}, SCAN_FROM, r->leaves ? 0 : ACT_LEAF_COLS, visit_act, r);
	else if (source == LEAF_ROW)
		store->scan(store, ROW_LEAF_BY_SEQ, 0, &(RowLeaf){.seq = first}, SCAN_FROM, ROW_LEAF_COLS, visit_row, r);
	else
		store->scan(store, ENTRY_BY_SEQ, 0, &(EntryRow){.seq = first}, SCAN_FROM, r->leaves ? 0 : ENTRY_LEAF_COLS, visit_entry, r);
}

/* Look for all members. */
static void
read_sources(Reading *r, Store *store)
{
	for (size_t i = 0; i < r->n; i++)
		r->members[i] = (LeafMember){.source = r->refs[i].source, .seq = r->refs[i].seq, .era = -1};
	for (int source = LEAF_ACT; source <= LEAF_ENGINE; source++)
		read_source(r, store, (LeafSource) source);
}

/* ---- verdicts ---- */

typedef struct Verdicts
{
	Arena	   *arena;
	MemberWalk	walk;
	MemberRun	run;			/* where the scan is */
	int64_t		index;			/* of its first member */
	Code		code;
	Fault	   *fault;
	Verdict    *v;
	size_t		n;
	size_t		room;
} Verdicts;

/* Go to the next members that are acts and do not end before a seq; false if there are none. */
static bool
next_acts(Verdicts *verdicts, int64_t seq)
{
	while (verdicts->run.source != LEAF_ACT || verdicts->run.n == 0 || verdicts->run.seq + verdicts->run.n <= seq)
	{
		verdicts->index += verdicts->run.n;
		verdicts->code = block_members_next(&verdicts->run, &verdicts->walk, verdicts->fault);
		if (verdicts->code != CODE_OK || verdicts->run.n == 0)
			return false;
	}
	return true;
}

static bool
visit_verdict(void *self, const void *row)
{
	Verdicts   *verdicts = self;
	const VerdictRow *verdict = row;
	char		sqlstate[6] = "";

	if (!next_acts(verdicts, verdict->seq))
		return false;
	if (verdict->seq < verdicts->run.seq)
		return true;
	if (verdict->sqlstate.n == 5)
		memcpy(sqlstate, verdict->sqlstate.p, 5);
	if (verdicts->n == verdicts->room)
	{
		size_t		room = verdicts->room * 2 + 16;
		Verdict    *grown = arena_alloc(verdicts->arena, room * sizeof *grown);

		if (verdicts->n > 0)
			memcpy(grown, verdicts->v, verdicts->n * sizeof *grown);
		verdicts->v = grown;
		verdicts->room = room;
	}
	verdicts->v[verdicts->n++] = (Verdict){
		.seq = verdict->seq, .index = verdicts->index + (verdict->seq - verdicts->run.seq), .code = code_from_sqlstate(sqlstate)};
	return true;
}

Code
stored_verdicts(Verdict **out, size_t *n, Store *store, Arena *arena, const BlockRow *row, Fault *fault)
{
	Verdicts	verdicts = {.arena = arena, .walk = {.packed = row->members}, .index = row->first, .fault = fault};

	if (next_acts(&verdicts, INT64_MIN))
		store->scan(store, VERDICT_BY_SEQ, 0, &(VerdictRow){.seq = verdicts.run.seq}, SCAN_FROM, 0, visit_verdict, &verdicts);
	*out = verdicts.v;
	*n = verdicts.n;
	return verdicts.code;
}

/* ---- the whole ---- */

Code
stored_read(StoredBlock *out, bool *found, Store *store, Arena *arena, const BlockRow *row, int keep, Fault *fault)
{
	Reading		r = {.arena = arena, .keep = keep};
	Code		code;

	*out = (StoredBlock){.row = row};
	if ((code = block_members_unpack(&r.refs, &r.n, arena, row->members, fault)) != CODE_OK)
		return code;
	out->n = r.n;
	out->members = r.members = arena_alloc(arena, r.n * sizeof *r.members);
	out->leaves = r.leaves = arena_zero(arena, r.n * sizeof *r.leaves);
	if (keep & STORED_COLUMNS)
	{
		out->acts = r.acts = arena_zero(arena, r.n * sizeof *r.acts);
		out->entries = r.entries = arena_zero(arena, r.n * sizeof *r.entries);
	}
	read_sources(&r, store);
	if ((code = stored_verdicts(&out->verdicts, &out->nverdicts, store, arena, row, fault)) != CODE_OK)
		return code;
	*found = true;
	for (size_t i = 0; i < r.n; i++)
		*found &= out->members[i].era >= 0;
	return CODE_OK;
}

Code
stored_leaves(Digest *out, Store *store, Arena *arena, const BlockRow *row, size_t from, size_t upto, Fault *fault)
{
	MemberRef  *refs = arena_alloc(arena, (upto - from) * sizeof *refs);
	Reading		r = {.arena = arena, .refs = refs};
	Code		code;

	if ((code = block_members_slice(refs, &r.n, row->members, from, upto, fault)) != CODE_OK)
		return code;
	r.members = arena_alloc(arena, r.n * sizeof *r.members);
	read_sources(&r, store);
	for (size_t i = 0; i < r.n; i++)
	{
		if (r.members[i].era < 0)
			return fault_set(fault, CODE_DAMAGED, row->first + (int64_t) (from + i), "The leaf of index %lld, seq %lld, is gone.",
							 (long long) row->first + (long long) (from + i), (long long) refs[i].seq);
		out[i] = r.members[i].leaf;
	}
	if (from + r.n < upto)
		block_header_leaf(&out[r.n], row->header);
	return CODE_OK;
}
