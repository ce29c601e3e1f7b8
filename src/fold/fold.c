/*
 * fold.c -- dispatches acts to the rules of their kinds, and does what the clock asks for.
 */
#include "fold/fold.h"

#include "action/standing.h"
#include "proposal/proposal.h"

#include <stdlib.h>

static const ActKind *const kinds[] = {member_acts, topic_acts, poll_acts, ballot_acts, delegation_acts, proposal_acts};

const ActKind *
fold_kind(Str name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		for (const ActKind *kind = kinds[i]; kind->name != NULL; kind++)
			if (str_is(name, kind->name))
				return kind;
	return NULL;
}

/* ---- one act ---- */

/* Check what the envelope says against the block's time. */
static Code
check_times(const Fold *fold)
{
	const Record *r = fold->record;

	if (r->iat > (fold->time + CLOCK_AHEAD) / USECS_PER_SECOND)
		return fault_set(fold->fault, CODE_ISSUED_AHEAD, -1, "iat is %lld, now is %lld.", (long long) r->iat,
						 (long long) (fold->time / USECS_PER_SECOND));
	if (r->exp != 0 && r->exp <= fold->time / USECS_PER_SECOND)
		return fault_set(fold->fault, CODE_EXPIRED, -1, "exp is %lld, now is %lld.", (long long) r->exp,
						 (long long) (fold->time / USECS_PER_SECOND));
	if (r->nonce > (fold->time + CLOCK_AHEAD) / 1000)
		return fault_set(fold->fault, CODE_NONCE_AHEAD, -1, "The nonce is %lld, now is %lld.", (long long) r->nonce,
						 (long long) (fold->time / 1000));
	return CODE_OK;
}

/* Fold the act in fold->record. */
static Code
fold_act(Fold *fold)
{
	const Record *r = fold->record;
	const ActKind *kind = fold_kind(r->act);
	bool		charter = str_is(r->act, "charter");
	Code		code = check_times(fold);

	fold->signer = NULL;
	if (code != CODE_OK)
		return code;
	if (fold->charter == NULL && !charter)
		return fault_set(fold->fault, CODE_NOT_FOUNDED, -1, "The act is a \"%.*s\".", (int) r->act.n, r->act.p);
	if (fold->charter != NULL && !charter && !str_eq(fold->charter->id, (Str){(const char *) r->aud, HASH_SIZE}))
		return fault_set(fold->fault, CODE_WRONG_COMMUNE, -1, "aud is not this commune's id.");
	if (fold->charter != NULL)
	{
		fold->signer = member_find(fold->state, &r->signer);
		if ((code = member_count_act(fold)) != CODE_OK)
			return code;
	}
	if (kind == NULL)
		return fault_set(fold->fault, CODE_UNKNOWN_ACT, -1, "The kind is \"%.*s\".", (int) r->act.n, r->act.p);
	if ((code = act_check_members(r, kind->members, fold->fault)) != CODE_OK)
		return code;
	if (charter && (code = policy_check_charter(fold)) != CODE_OK)
		return code;
	code = kind->rule(fold);
	if (charter && code == CODE_OK)
		policy_found(fold);
	return code;
}

/* ---- a block ---- */

/* Append to the block's entries; the index goes on by one. */
static void
write_entry(Fold *fold, Entry entry, Digest *leaf)
{
	BlockOutput *out = fold->writer;

	/* Grow at each power of two. */
	if ((out->nentries & (out->nentries + 1)) == 0)
	{
		size_t		room = out->nentries * 2 + 2;
		Entry	   *entries = arena_alloc(fold->output, room * sizeof *entries);
		Digest	   *leaves = arena_alloc(fold->output, room * sizeof *leaves);

		if (out->nentries > 0)
		{
			memcpy(entries, out->entries, out->nentries * sizeof *entries);
			memcpy(leaves, out->entry_leaves, out->nentries * sizeof *leaves);
		}
		out->entries = entries;
		out->entry_leaves = leaves;
	}
	entry_leaf(leaf, entry.body);
	out->entries[out->nentries] = entry;
	out->entry_leaves[out->nentries++] = *leaf;
	fold->index++;
}

static bool
is_isolated(const BlockInput *in, int64_t seq)
{
	for (size_t i = 0; i < in->nisolated; i++)
		if (in->isolated[i] == seq)
			return true;
	return false;
}

static void
fold_member(Fold *fold, BlockOutput *out, const BlockInput *in, const LeafMember *member)
{
	Record		record;
	Code		code;

	if (is_isolated(in, member->seq))
		code = CODE_ISOLATED;
	else
	{
		if (in->before_act != NULL)
			in->before_act(in->self, member->seq);
		arena_reset(fold->scratch);
		code = record_parse(&record, fold->scratch, member->bytes.p, member->bytes.n, fold->fault);
		if (code == CODE_OK)
		{
			fold->record = &record;
			fold->seq = member->seq;
			fold->leaf = member->leaf;
			code = fold_act(fold);
			fold->record = NULL;
		}
	}
	if (code != CODE_OK)
		out->verdicts[out->nverdicts++] = (Verdict){member->seq, fold->index, code};
}

/* ---- what the clock asks for ---- */

typedef struct DueList
{
	Arena	   *arena;
	int64_t    *poll;
	size_t		n;
	size_t		room;
} DueList;

static bool
collect_due(void *self, const void *row)
{
	DueList    *due = self;

	if (due->n == due->room)
	{
		int64_t    *grown = arena_alloc(due->arena, (due->room * 2 + 8) * sizeof *grown);

		if (due->n > 0)
			memcpy(grown, due->poll, due->n * sizeof *grown);
		due->poll = grown;
		due->room = due->room * 2 + 8;
	}
	due->poll[due->n++] = ((const Poll *) row)->seq;
	return true;
}

static Poll *
poll_find_seq(State *state, int64_t seq)
{
	Poll		probe = {.seq = seq};

	return state_expect(state, POLL_BY_SEQ, &probe);
}

/* Fix the electorate and the delegations of a poll, and open it. */
static Code
open_poll(Fold *fold, Poll *poll)
{
	Electorate	electorate;
	Directory	directory;
	DelegateLists lists;
	Digest		members;
	Digest		delegations;
	Code		code = member_electorate(&electorate, fold->scratch, fold->state, fold->index, fold->fault);

	if (code != CODE_OK)
		return code;
	member_directory(&directory, fold->scratch, fold->state);
	delegation_lists(&lists, fold->scratch, fold->state, poll, &electorate, fold->index, fold->time);
	member_root(&members, &electorate, &directory);
	delegation_root(&delegations, &lists, &electorate, &directory);
	poll_open(fold, poll, electorate.n, &members, &delegations);
	return CODE_OK;
}

/* Do what is due with a poll at the block's time. */
static void
advance_poll(Fold *fold, Poll *poll, int64_t first_index)
{
	if (str_is(poll->status, "announced"))
	{
		if (poll->closes <= fold->time || open_poll(fold, poll) != CODE_OK)
			poll_lapse(fold, poll);
	}
	else if (str_is(poll->status, "open"))
	{
		bool		closes = poll_closing(poll, fold->previous_time, fold->time) <= fold->time;

		if (closes)
			poll_close(fold, poll, first_index);
		else if (poll->closes <= fold->time)
			poll_extend(fold, poll);
		if (!closes && poll->frozen == first_index)
			poll_freeze(fold, poll);
	}
}

/* ---- freezing ---- */

/*
 * Freeze a poll whose override window begins, as the ballots below an index are: those of voters who represent others
 * become final.  This happens before the acts of the first block in the window, which are judged by it; the entry
 * follows when the clock is asked.
 */
static void
freeze(Fold *fold, Poll *poll, int64_t index)
{
	Representation r;

	poll->frozen = index;
	poll->final = poll->represented = 0;
	if (representation_read(&r, fold->scratch, fold->state, poll, index, fold->fault) == CODE_OK)
		for (uint32_t v = 0; v < r.graph.n; v++)
		{
			Ballot		probe = {.poll = poll->seq, .member = r.electorate.id[v]};
			Ballot	   *ballot;

			if (r.weight[v] <= 1)
				continue;
			ballot = state_expect(fold->state, BALLOT_BY_POLL, &probe);
			ballot->final = true;
			state_change(fold->state, ballot);
			poll->final++;
			poll->represented += r.weight[v] - 1;
		}
	state_change(fold->state, poll);
}

/* Whether the override window of a poll has begun at the time of the block, and the poll is not frozen yet. */
static bool
must_freeze(Fold *fold, Poll *poll)
{
	return str_is(poll->status, "open") && poll->frozen == INT8_NONE &&
		poll_closing(poll, fold->previous_time, fold->time) > fold->time &&
		poll_freezing(fold->state, poll, fold->previous_time, fold->time) <= fold->time;
}

/* Freeze the polls whose override window begins with this block. */
static void
freeze_polls(Fold *fold, int64_t first_index)
{
	DueList		due = {.arena = fold->output};
	Poll		probe = {.due = fold->time};

	state_scan(fold->state, POLL_BY_DUE, 0, &probe, SCAN_UPTO, collect_due, &due);
	for (size_t i = 0; i < due.n; i++)
	{
		Poll	   *poll = poll_find_seq(fold->state, due.poll[i]);

		arena_reset(fold->scratch);
		if (must_freeze(fold, poll))
			freeze(fold, poll, first_index);
	}
}

/* ---- the pre-check ---- */

Code
fold_check(State *state, const Record *record, const Digest *leaf, int64_t time, int64_t previous_time, Fault *fault)
{
	Fold		fold = {
		.state = state,
		.arena = state_arena(state),
		.output = state_arena(state),
		.scratch = state_arena(state),
		.fault = fault,
		.time = time,
		.previous_time = previous_time,
		.index = INT64_MAX - 1,
		.charter = charter_find(state),
		.record = record,
		.leaf = *leaf,
	};

	Poll	   *poll = str_is(record->act, "ballot") ? poll_of_ballot(state, record->payload) : NULL;

	/* No block has come since the poll's late window or its override window began. */
	if (poll != NULL && poll->seq < 0)
		proposals_look(&fold, poll);
	if (poll != NULL && must_freeze(&fold, poll))
		freeze(&fold, poll, fold.index);
	return fold_act(&fold);
}

/* ---- what the clock asks for, after the acts ---- */

/* Do what is due with polls. */
static void
advance_polls(Fold *fold, int64_t first_index)
{
	DueList		due = {.arena = fold->output};
	Poll		probe = {.due = fold->time};

	state_scan(fold->state, POLL_BY_DUE, 0, &probe, SCAN_UPTO, collect_due, &due);
	for (size_t i = 0; i < due.n; i++)
	{
		arena_reset(fold->scratch);
		advance_poll(fold, poll_find_seq(fold->state, due.poll[i]), first_index);
	}
}

/* Go on until nothing is due: a proposal opens a poll, a poll that closes takes its proposals on. */
static void
run_clock(Fold *fold, int64_t first_index)
{
	const BlockOutput *out = fold->writer;
	size_t		before;

	do
	{
		before = out->nentries;
		advance_polls(fold, first_index);
		proposals_advance(fold);
	} while (out->nentries > before);
}

static void
write_results(Fold *fold, const BlockInput *in)
{
	for (size_t i = 0; i < in->nresults; i++)
	{
		Poll	   *poll = poll_find_seq(fold->state, in->results[i].poll);

		if (str_is(poll->status, "closed") && poll->result.p == NULL)
		{
			poll_result(fold, poll, in->results[i].body);
			if (poll->seq < 0)
				proposal_counted(fold, poll);
		}
	}
}

static void
write_isolated(Fold *fold, int64_t seq)
{
	Buf			body;
	Digest		leaf;

	entry_begin(&body, fold->output);
	entry_text(&body, "entry", STR("isolated"));
	entry_int(&body, "seq", seq);
	write_entry(fold, (Entry){.kind = STR("isolated"), .body = entry_end(&body)}, &leaf);
}

static int
compare_signers(const void *a, const void *b)
{
	return did_cmp(*(const Did *const *) a, *(const Did *const *) b);
}

/*
 * Read the members who signed the block's acts into the state in the order of their DIDs, in which their index has
 * them: neighbours lie on the same page.
 */
static void
read_signers(State *state, Arena *arena, const LeafMember *members, size_t n)
{
	const Did **signers = arena_alloc(arena, n * sizeof *signers);
	size_t		count = 0;

	for (size_t i = 0; i < n; i++)
		if (members[i].source == LEAF_ACT && !did_is_none(&members[i].signer))
			signers[count++] = &members[i].signer;
	if (count > 1)
		qsort(signers, count, sizeof *signers, compare_signers);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || did_cmp(signers[i], signers[i - 1]) != 0)
			(void) member_find(state, signers[i]);
}

void
fold_block(BlockOutput *out, const BlockInput *in, State *state, Arena *arena, Arena *scratch)
{
	Fault		fault;
	Fold		fold = {
		.state = state,
		.arena = state_arena(state),
		.output = arena,
		.scratch = scratch,
		.fault = &fault,
		.time = in->time,
		.previous_time = in->previous_time,
		.charter = charter_find(state),
		.evaluations = &in->evaluations,
		.write_entry = write_entry,
		.writer = out,
	};

	*out = (BlockOutput){.verdicts = arena_alloc(arena, in->n * sizeof *out->verdicts)};
	if (fold.charter != NULL)
		proposals_begin(&fold, in->first);
	freeze_polls(&fold, in->first);
	if (state_has_store(state))
		read_signers(state, arena, in->members, in->n);
	for (size_t i = 0; i < in->n; i++)
	{
		fold.index = in->first + (int64_t) i;
		if (in->members[i].source == LEAF_ACT)
			fold_member(&fold, out, in, &in->members[i]);
	}
	if (in->before_act != NULL)
		in->before_act(in->self, 0);
	fold.index = in->first + (int64_t) in->n;
	for (size_t i = 0; i < in->npreface; i++)
	{
		Digest		leaf;

		write_entry(&fold, in->preface[i], &leaf);
	}
	for (size_t i = 0; i < in->nisolated; i++)
		write_isolated(&fold, in->isolated[i]);
	run_clock(&fold, in->first);
	standing_advance(&fold);
	write_results(&fold, in);
	run_clock(&fold, in->first);
	state_flush(state);
}

typedef struct Watch
{
	int64_t		time;
	int64_t		previous_time;
	bool		due;
} Watch;

static bool
watch_poll(void *self, const void *row)
{
	Watch	   *watch = self;
	const Poll *poll = row;

	if (str_is(poll->status, "open") && watch->previous_time != INT8_NONE &&
		watch->time - watch->previous_time >= OPEN_INTERVAL)
		watch->due = true;
	if (!str_is(poll->status, "closed") && poll->due <= watch->time)
		watch->due = true;
	return !watch->due;
}

bool
fold_is_due(State *state, int64_t time, int64_t previous_time)
{
	Watch		watch = {time, previous_time, false};

	state_scan(state, POLL_BY_DUE, 0, NULL, SCAN_ALL, watch_poll, &watch);
	return watch.due || standing_is_due(state, time) || proposals_are_due(state, time);
}

static bool
collect_closed(void *self, const void *row)
{
	if (str_is(((const Poll *) row)->status, "closed"))
		collect_due(self, row);
	return true;
}

static int
compare_results(const void *a, const void *b)
{
	const PollResult *x = a;
	const PollResult *y = b;

	return (x->poll > y->poll) - (x->poll < y->poll);
}

Code
fold_results(PollResult **out, size_t *n, Arena *arena, Arena *scratch, State *state, Fault *fault)
{
	DueList		closed = {.arena = arena};

	state_scan(state, POLL_BY_DUE, 0, NULL, SCAN_ALL, collect_closed, &closed);
	*out = arena_alloc(arena, closed.n * sizeof **out);
	for (*n = 0; *n < closed.n; ++*n)
	{
		PollResult *result = &(*out)[*n];
		Code		code;

		result->poll = closed.poll[*n];
		arena_reset(scratch);
		code = tally_result(&result->body, scratch, state, poll_find_seq(state, result->poll), fault);
		if (code != CODE_OK)
			return code;
		result->body = arena_str(arena, result->body);
	}
	qsort(*out, *n, sizeof **out, compare_results);
	return CODE_OK;
}
