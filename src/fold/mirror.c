/*
 * mirror.c -- recomputes blocks and compares.
 */
#include "fold/mirror.h"

void
mirror_init(Mirror *mirror, Arena *first, Arena *second)
{
	*mirror = (Mirror){.time = INT8_NONE, .arena = {first, second}, .stored_verdicts = true};
}

void
mirror_resume(Mirror *mirror, const BlockRow *last, const BlockRow *finished, const Frontier *frontier, Arena *arena)
{
	mirror->frontier = *frontier;
	mirror->number = last->number;
	mirror->time = last->time;
	mirror->era = last->era;
	mirror->has_p = finished != NULL && snapshot_parse(&mirror->p, arena, finished->snapshot, NULL) == CODE_OK;
	if (!last->finished)
	{
		mirror->unfinished = last->snapshot;
		(void) block_members_last(&mirror->last_seq, last->members, NULL);
	}
}

/* ---- the header ---- */

/* Check that the columns of a block say what its header says, and that the header goes on where the last one ended. */
static Code
check_header(const Mirror *mirror, const StoredBlock *block, const BlockHeader *h, Fault *fault)
{
	const BlockRow *row = block->row;
	Digest		previous;
	const char *wrong =
		h->number != row->number ? "number" :
		h->time != row->time ? "time" :
		h->first != row->first ? "first" :
		h->size != row->size ? "size" :
		h->era != row->era ? "era" :
		h->finished != row->finished ? "finished" :
		!str_eq(h->snapshot, row->snapshot) ? "snapshot" : NULL;

	if (wrong != NULL)
		return fault_set(fault, CODE_DAMAGED, row->size - 1, "Block %lld: column %s is not what the header says.",
						 (long long) row->number, wrong);
	frontier_root(&previous, &mirror->frontier);
	wrong = h->number != mirror->number + 1 ? "number" :
		h->first != (int64_t) mirror->frontier.size ? "first" :
		h->size != h->first + (int64_t) block->n + 1 ? "size" :
		mirror->time != INT8_NONE && h->time < mirror->time ? "time" :
		h->era != mirror->era && h->era != mirror->era + 1 ? "era" :
		mirror->unfinished.p != NULL && (h->era != mirror->era || !str_eq(h->snapshot, mirror->unfinished)) ? "snapshot" :
		memcmp(&h->previous, &previous, sizeof previous) != 0 ? "previous" : NULL;
	if (wrong != NULL)
		return fault_set(fault, CODE_DAMAGED, row->size - 1, "Block %lld: %s does not follow from the block before.",
						 (long long) row->number, wrong);
	return CODE_OK;
}

/* ---- the members ---- */

/* Check the bytes of a leaf against its hash, and an act's signature. */
static Code
check_leaf(const Mirror *mirror, const LeafMember *m, int64_t index, Arena *scratch, Fault *fault)
{
	Digest		leaf = m->leaf;
	Record		record;
	uint8_t		key[PUBLIC_KEY_SIZE];

	if (m->source == LEAF_ACT)
		merkle_leaf(leaf.b, m->bytes.p, m->bytes.n);
	else if (m->source != LEAF_ROW)
		entry_leaf(&leaf, m->bytes);
	if (memcmp(&leaf, &m->leaf, sizeof leaf) != 0)
		return fault_set(fault, CODE_DAMAGED, index, "The leaf hash of seq %lld is not that of its bytes.", (long long) m->seq);
	if (m->source != LEAF_ACT || mirror->skip_signatures)
		return CODE_OK;
	arena_reset(scratch);
	if (record_parse(&record, scratch, m->bytes.p, m->bytes.n, fault) != CODE_OK ||
		!did_key(key, &record.signer) || record_verify(&record, key, fault) != CODE_OK)
		return fault_set(fault, CODE_BAD_SIGNATURE, index, "The signature of act %lld does not hold.", (long long) m->seq);
	return CODE_OK;
}

/* Check that a member belongs into this block: the difference of its snapshot and the one before. */
static Code
check_belongs(const Mirror *mirror, const XidSnapshot *s, const BlockHeader *h, const LeafMember *m, int64_t index,
			  int64_t previous_seq, Fault *fault)
{
	const char *wrong = NULL;

	if (m->seq <= previous_seq)
		wrong = "is out of order";
	else if (m->source == LEAF_ENGINE)
		wrong = m->xid != 0 || m->received_at != h->time || m->era != h->era ? "does not bear its block's time" : NULL;
	else if (m->era > h->era || (m->era < h->era && mirror->has_p && mirror->era == h->era))
		wrong = "is of another era";
	else if (m->era == h->era && !snapshot_sees(s, m->xid))
		wrong = "was not yet committed for the block's snapshot";
	else if (m->era == h->era && mirror->era == h->era && mirror->has_p && snapshot_sees(&mirror->p, m->xid))
		wrong = "belonged into an earlier block";
	if (wrong != NULL)
		return fault_set(fault, CODE_DAMAGED, index, "Seq %lld %s.", (long long) m->seq, wrong);
	return CODE_OK;
}

/* Check every member; *sessions is how many of them sessions committed. */
static Code
check_members(size_t *sessions, const Mirror *mirror, const StoredBlock *block, const BlockHeader *h,
			  const XidSnapshot *s, Arena *scratch, Fault *fault)
{
	int64_t		seq = mirror->last_seq;
	size_t		n = 0;

	for (size_t i = 0; i < block->n; i++)
	{
		const LeafMember *m = &block->members[i];
		int64_t		index = h->first + (int64_t) i;
		Code		code;

		if (m->source == LEAF_ENGINE && (i == 0 || m[-1].source != LEAF_ENGINE))
			seq = 0;
		else if (m->source != LEAF_ENGINE && n < i)
			return fault_set(fault, CODE_DAMAGED, index, "Seq %lld stands after the engine's entries.", (long long) m->seq);
		n += m->source != LEAF_ENGINE;
		if ((code = check_leaf(mirror, m, index, scratch, fault)) != CODE_OK ||
			(code = check_belongs(mirror, s, h, m, index, seq, fault)) != CODE_OK)
			return code;
		seq = m->seq;
	}
	*sessions = n;
	return CODE_OK;
}

/* ---- the fold ---- */

static Str
entry_kind(const Json **body, Arena *arena, Str text)
{
	const Json *kind;

	if (json_parse(body, arena, text.p, text.n, NULL) != CODE_OK || (*body)->type != JSON_OBJECT)
		return STR("");
	kind = json_get(*body, "entry");
	return kind != NULL && kind->type == JSON_STRING ? kind->string : STR("");
}

static int64_t
find_poll_by_manifest(State *state, const Json *body)
{
	const Json *poll = json_get(body, "poll");
	Digest		id;
	Poll		probe = {0};
	Poll	   *found;

	if (poll == NULL || poll->type != JSON_STRING || !id_parse(id.b, poll->string))
		return 0;
	probe.manifest = hash_str(&id);
	found = state_find(state, POLL_BY_MANIFEST, &probe);
	return found != NULL && str_is(found->status, "closed") ? found->seq : 0;
}

/* Check that an entry `era` stands where an era begins, and says of it what it has to say and nothing else. */
static Code
check_era(const Mirror *mirror, const BlockHeader *h, const Json *body, Str stored, int64_t index, Arena *arena, Fault *fault)
{
	static const char *const names[] = {"binding", "origin", "reason"};
	Str			text[3];
	Buf			expected;

	if (h->era == mirror->era)
		return fault_set(fault, CODE_DAMAGED, index, "There is an entry of an era that does not begin with block %lld.",
						 (long long) h->number);
	for (int i = 0; i < 3; i++)
	{
		const Json *v = json_get(body, names[i]);

		text[i] = v != NULL && v->type == JSON_STRING ? v->string : STR("");
	}
	entry_begin(&expected, arena);
	entry_text(&expected, "binding", text[0]);
	entry_text(&expected, "entry", STR("era"));
	entry_int(&expected, "era", h->era);
	entry_text(&expected, "origin", text[1]);
	entry_text(&expected, "reason", text[2]);
	if (!str_eq(entry_end(&expected), stored))
		return fault_set(fault, CODE_DAMAGED, index, "The entry that begins era %lld is not of its form.", (long long) h->era);
	return CODE_OK;
}

/* True if a block holds an act of this seq; what sessions committed stands in the order of seqs. */
static bool
holds_act(const StoredBlock *block, size_t sessions, int64_t seq)
{
	size_t		low = 0;
	size_t		high = sessions;

	while (low < high)
	{
		size_t		mid = low + (high - low) / 2;

		if (block->members[mid].seq < seq)
			low = mid + 1;
		else
			high = mid;
	}
	return low < sessions && block->members[low].seq == seq && block->members[low].source == LEAF_ACT;
}

/*
 * Gather what only the sealer could know from the block's entries: that an era begins, which acts were isolated, what
 * SQL said of laws that were due, and which results are due in this block.  What those are is computed here.
 */
static Code
gather(BlockInput *in, const Mirror *mirror, const BlockHeader *h, const StoredBlock *block, size_t sessions, State *state,
	   Arena *arena, Fault *fault)
{
	size_t		n = block->n - sessions;
	Entry	   *preface = arena_alloc(arena, n * sizeof *preface);
	int64_t    *isolated = arena_alloc(arena, n * sizeof *isolated);
	PollResult *results = arena_alloc(arena, n * sizeof *results);

	in->evaluations.arena = arena;
	for (size_t i = sessions; i < block->n; i++)
	{
		const Json *body;
		Str			kind = entry_kind(&body, arena, block->members[i].bytes);
		const Json *seq;
		int64_t		poll;
		Evaluation	evaluation;

		if (str_is(kind, "era"))
		{
			Code		code = check_era(mirror, h, body, block->members[i].bytes, h->first + (int64_t) i, arena, fault);

			if (code != CODE_OK)
				return code;
			preface[in->npreface++] = (Entry){.kind = kind, .body = block->members[i].bytes};
		}
		else if (str_is(kind, "isolated") && (seq = json_get(body, "seq")) != NULL && seq->type == JSON_INT)
		{
			if (in->nisolated == ISOLATED_MAX || !holds_act(block, sessions, seq->number))
				return fault_set(fault, CODE_DAMAGED, h->first + (int64_t) i,
								 "Act %lld is isolated in block %lld, which does not hold it or isolates too many.",
								 (long long) seq->number, (long long) h->number);
			isolated[in->nisolated++] = seq->number;
		}
		else if (str_is(kind, "result") && (poll = find_poll_by_manifest(state, body)) != 0)
		{
			PollResult *result = &results[in->nresults++];
			Poll		probe = {.seq = poll};
			Code		code;

			result->poll = poll;
			code = tally_result(&result->body, arena, state, state_find(state, POLL_BY_SEQ, &probe), fault);
			if (code != CODE_OK)
				return code;
		}
		else if (str_is(kind, "evaluation") && evaluation_read(&evaluation, body, arena))
			evaluations_add(&in->evaluations, evaluation);
	}
	if (in->npreface != (h->era != mirror->era))
		return fault_set(fault, CODE_DAMAGED, h->size - 1, "Era %lld begins with %zu entries that say so.", (long long) h->era,
						 in->npreface);
	in->preface = preface;
	in->isolated = isolated;
	in->results = results;
	return CODE_OK;
}

static const Verdict no_verdict = {.seq = INT64_MAX, .code = CODE_OK};

/* What a verdict says of an act. */
static const char *
verdict_on(const Verdict *verdict, int64_t seq)
{
	return verdict->seq != seq ? "none" : verdict->code == CODE_COUNT ? "one that is none" : code_sqlstate(verdict->code);
}

/* As much of a text as a message has room for, around its first difference to another one. */
static Str
from_difference(Str text, Str other)
{
	size_t		n = 0;

	while (n < text.n && n < other.n && text.p[n] == other.p[n])
		n++;
	n = n > 60 ? n - 40 : 0;
	return (Str){text.p + n, text.n - n < 80 ? text.n - n : 80};
}

static Code
check_fold(const Mirror *mirror, const StoredBlock *block, const BlockOutput *out, size_t sessions, Fault *fault)
{
	int64_t		first = block->row->first;

	for (size_t i = 0; mirror->stored_verdicts && (i < out->nverdicts || i < block->nverdicts); i++)
	{
		const Verdict *computed = i < out->nverdicts ? &out->verdicts[i] : &no_verdict;
		const Verdict *stored = i < block->nverdicts ? &block->verdicts[i] : &no_verdict;
		const Verdict *first = computed->seq < stored->seq ? computed : stored;	/* the act that they disagree on */

		if (computed->seq != stored->seq || computed->code != stored->code)
			return fault_set(fault, CODE_DAMAGED, first->index, "The fold gives act %lld the verdict %s, the register %s.",
							 (long long) first->seq, verdict_on(computed, first->seq), verdict_on(stored, first->seq));
	}
	for (size_t i = 0; i < out->nentries || i < block->n - sessions; i++)
	{
		Str			computed = i < out->nentries ? out->entries[i].body : STR("none");
		Str			stored = sessions + i < block->n ? block->members[sessions + i].bytes : STR("none");

		if (!str_eq(computed, stored))
		{
			Str			a = from_difference(computed, stored);
			Str			b = from_difference(stored, computed);

			return fault_set(fault, CODE_DAMAGED, first + (int64_t) (sessions + i),
							 "The fold writes the entry %s%.*s, the register has %s%.*s.",
							 a.p > computed.p ? "..." : "", (int) a.n, a.p, b.p > stored.p ? "..." : "", (int) b.n, b.p);
		}
	}
	return CODE_OK;
}

/* ---- the block ---- */

/* Compute the root, and the frontier, and compare them with the stored ones. */
static Code
check_root(Mirror *mirror, const StoredBlock *block, Fault *fault)
{
	Digest		leaf;
	Digest		root;
	Frontier	stored;

	for (size_t i = 0; i < block->n; i++)
		frontier_add(&mirror->frontier, &block->members[i].leaf);
	block_header_leaf(&leaf, block->row->header);
	frontier_add(&mirror->frontier, &leaf);
	frontier_root(&root, &mirror->frontier);
	if (!str_eq(block->row->root, hash_str(&root)))
		return fault_set(fault, CODE_DAMAGED, block->row->size - 1, "The leaves do not give the root of block %lld.",
						 (long long) block->row->number);
	if (frontier_unpack(&stored, (uint64_t) block->row->size, block->row->frontier, fault) != CODE_OK ||
		memcmp(stored.peak, mirror->frontier.peak,
			   (size_t) frontier_peaks(stored.size) * sizeof(Digest)) != 0)
		return fault_set(fault, CODE_DAMAGED, block->row->size - 1, "The leaves do not give the frontier of block %lld.",
						 (long long) block->row->number);
	return CODE_OK;
}

/* Remember the snapshot of a block for the next ones. */
static void
keep_snapshot(Mirror *mirror, const BlockHeader *h, size_t sessions, const StoredBlock *block)
{
	Arena	   *arena = mirror->arena[mirror->turn];

	if (h->era != mirror->era)
		mirror->has_p = false;
	mirror->era = h->era;
	if (!h->finished)
	{
		if (mirror->unfinished.p == NULL)
			mirror->unfinished = arena_str(arena, h->snapshot);
		if (sessions > 0)
			mirror->last_seq = block->members[sessions - 1].seq;
		return;
	}
	mirror->turn ^= 1;
	arena = mirror->arena[mirror->turn];
	arena_reset(arena);
	(void) snapshot_parse(&mirror->p, arena, h->snapshot, NULL);
	mirror->has_p = true;
	mirror->unfinished = STR_NONE;
	mirror->last_seq = 0;
}

Code
mirror_block(Mirror *mirror, const StoredBlock *block, BlockOutput *out, State *state, Arena *arena, Arena *scratch,
			 Fault *fault)
{
	BlockHeader h;
	XidSnapshot s;
	Digest		members;
	Digest		verdicts;
	size_t		sessions = 0;
	BlockInput	in;
	Code		code;

	if ((code = block_header_parse(&h, arena, block->row->header, fault)) != CODE_OK ||
		(code = check_header(mirror, block, &h, fault)) != CODE_OK ||
		(code = snapshot_parse(&s, arena, h.snapshot, fault)) != CODE_OK ||
		(code = check_members(&sessions, mirror, block, &h, &s, scratch, fault)) != CODE_OK)
		return code;
	block_members_hash(&members, h.first, block->members, block->n);
	if (memcmp(&members, &h.members, sizeof members) != 0)
		return fault_set(fault, CODE_DAMAGED, h.size - 1, "Block %lld: the places of its members are not those of the header.",
						 (long long) h.number);

	in = (BlockInput){
		.time = h.time,
		.previous_time = mirror->time,
		.first = h.first,
		.n = sessions,
		.members = block->members,
	};
	if ((code = gather(&in, mirror, &h, block, sessions, state, arena, fault)) != CODE_OK)
		return code;
	fold_block(out, &in, state, arena, scratch);
	if ((code = check_fold(mirror, block, out, sessions, fault)) != CODE_OK)
		return code;
	block_verdicts_hash(&verdicts, out->verdicts, out->nverdicts);
	if (memcmp(&verdicts, &h.verdicts, sizeof verdicts) != 0)
		return fault_set(fault, CODE_DAMAGED, h.size - 1, "Block %lld: the verdicts are not those of the header.",
						 (long long) h.number);
	if ((code = check_root(mirror, block, fault)) != CODE_OK)
		return code;
	mirror->number = h.number;
	mirror->time = h.time;
	keep_snapshot(mirror, &h, sessions, block);
	return CODE_OK;
}
