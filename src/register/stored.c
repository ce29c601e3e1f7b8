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

typedef struct Reading
{
	StoredBlock *block;
	Arena	   *arena;
	const MemberRef *refs;
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
	LeafMember *m = &r->block->members[i];

	m->era = act->era;
	m->xid = (uint64_t) act->xid;
	m->received_at = act->received_at;
	m->leaf = str_hash(act->leaf);
	m->signer = act->signer;
	merkle_leaf(r->block->leaves[i].b, act->record.p, act->record.n);
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
take_row(Reading *r, size_t i, const RowLeaf *row)
{
	LeafMember *m = &r->block->members[i];

	m->era = row->era;
	m->xid = (uint64_t) row->xid;
	m->received_at = row->received_at;
	m->leaf = r->block->leaves[i] = str_hash(row->leaf);
}

static void
take_entry(Reading *r, size_t i, const EntryRow *entry)
{
	LeafMember *m = &r->block->members[i];

	m->era = entry->era;
	m->xid = entry->xid == INT8_NONE ? 0 : (uint64_t) entry->xid;
	m->received_at = entry->written_at;
	m->leaf = str_hash(entry->leaf);
	m->bytes = arena_str(r->arena, entry->body);
	entry_leaf(&r->block->leaves[i], entry->body);
	if (r->entries != NULL)
	{
		r->entries[i] = *entry;
		r->entries[i].kind = arena_str(r->arena, entry->kind);
		r->entries[i].leaf = arena_str(r->arena, entry->leaf);
	}
}

/* The place of the member with this seq among those of the scan's source, coming from below; -1 if it is no member. */
static int64_t
come_to(Reading *r, int64_t seq)
{
	while (r->next < r->n && (r->refs[r->next].source != r->source || r->refs[r->next].seq < seq))
		r->next++;
	return r->next < r->n && r->refs[r->next].seq == seq ? (int64_t) r->next : -1;
}

static bool
visit_act(void *self, const void *row)
{
	Reading    *r = self;
	int64_t		i = come_to(r, ((const ActRow *) row)->seq);

	if (i >= 0)
		take_act(r, (size_t) i, row);
	return r->next < r->n;
}

static bool
visit_row(void *self, const void *row)
{
	Reading    *r = self;
	int64_t		i = come_to(r, ((const RowLeaf *) row)->seq);

	if (i >= 0)
		take_row(r, (size_t) i, row);
	return r->next < r->n;
}

static bool
visit_entry(void *self, const void *row)
{
	Reading    *r = self;
	int64_t		i = come_to(r, ((const EntryRow *) row)->seq);

	if (i >= 0)
		take_entry(r, (size_t) i, row);
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
		RowLeaf		row = {.seq = seq};
		RowLeaf		probe = row;

		if (store->find(store, r->arena, &row, ROW_LEAF_BY_SEQ, &probe))
			take_row(r, i, &row);
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
			if (r->refs[i].source == source)
				look_for(r, store, i);
	}
	else if (source == LEAF_ACT)
		store->scan(store, ACT_BY_SEQ, 0, &(ActRow){.seq = first}, SCAN_FROM, 0, visit_act, r);
	else if (source == LEAF_ROW)
		store->scan(store, ROW_LEAF_BY_SEQ, 0, &(RowLeaf){.seq = first}, SCAN_FROM, 0, visit_row, r);
	else
		store->scan(store, ENTRY_BY_SEQ, 0, &(EntryRow){.seq = first}, SCAN_FROM, 0, visit_entry, r);
}

static bool
visit_verdict(void *self, const void *row)
{
	Reading    *r = self;
	const VerdictRow *verdict = row;
	int64_t		i = come_to(r, verdict->seq);
	char		sqlstate[6] = "";

	if (i >= 0)
	{
		if (verdict->sqlstate.n == 5)
			memcpy(sqlstate, verdict->sqlstate.p, 5);
		r->block->verdicts[r->block->nverdicts++] = (Verdict){
			.seq = verdict->seq, .index = r->block->row->first + i, .code = code_from_sqlstate(sqlstate)};
	}
	return r->next < r->n;
}

/* Read the verdicts of the block's acts. */
static void
read_verdicts(Reading *r, Store *store)
{
	size_t		i = 0;

	r->block->verdicts = arena_alloc(r->arena, r->n * sizeof *r->block->verdicts);
	while (i < r->n && r->refs[i].source != LEAF_ACT)
		i++;
	r->source = LEAF_ACT;
	r->next = i;
	if (i < r->n)
		store->scan(store, VERDICT_BY_SEQ, 0, &(VerdictRow){.seq = r->refs[i].seq}, SCAN_FROM, 0, visit_verdict, r);
}

Code
stored_read(StoredBlock *out, bool *found, Store *store, Arena *arena, const BlockRow *row, int keep, Fault *fault)
{
	Reading		r = {.block = out, .arena = arena, .keep = keep};
	Code		code;

	*out = (StoredBlock){.row = row};
	if ((code = block_members_unpack(&r.refs, &r.n, arena, row->members, fault)) != CODE_OK)
		return code;
	out->n = r.n;
	out->members = arena_zero(arena, r.n * sizeof *out->members);
	out->leaves = arena_zero(arena, r.n * sizeof *out->leaves);
	for (size_t i = 0; i < r.n; i++)
		out->members[i] = (LeafMember){.source = r.refs[i].source, .seq = r.refs[i].seq, .era = -1};
	if (keep & STORED_COLUMNS)
	{
		out->acts = r.acts = arena_zero(arena, r.n * sizeof *r.acts);
		out->entries = r.entries = arena_zero(arena, r.n * sizeof *r.entries);
	}
	for (int source = LEAF_ACT; source <= LEAF_ENGINE; source++)
		read_source(&r, store, (LeafSource) source);
	read_verdicts(&r, store);
	*found = true;
	for (size_t i = 0; i < r.n; i++)
		*found &= out->members[i].era >= 0;
	return CODE_OK;
}
