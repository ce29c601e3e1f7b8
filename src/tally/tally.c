/*
 * tally.c -- counts a poll from its ballots, its electorate and its delegations.
 *
 * What is counted was fixed at the poll's opening or ends at its closing, so a closed poll gives the same result at any
 * later time, on any replica.
 */
#include "tally/tally.h"

#include "crypto/crypto.h"

/* The ballots of a poll, one a voter. */
typedef struct Ballots
{
	Arena	   *arena;
	Representation *representation;
	const Poll *poll;
	Ballot	   *v;
	size_t		n;
	size_t		room;
} Ballots;

static bool
collect_ballot(void *self, const void *row)
{
	Ballots    *ballots = self;
	const Ballot *ballot = row;

	if (representation_cast(ballots->representation, ballots->poll, ballot) < 0)
		return true;
	if (ballots->n == ballots->room)
	{
		Ballot	   *grown = arena_alloc(ballots->arena, (ballots->room * 2 + 64) * sizeof *grown);

		if (ballots->n > 0)
			memcpy(grown, ballots->v, ballots->n * sizeof *grown);
		ballots->v = grown;
		ballots->room = ballots->room * 2 + 64;
	}
	ballots->v[ballots->n] = *ballot;
	ballots->v[ballots->n++].votes = (Int4List){
		arena_copy(ballots->arena, ballot->votes.v, ballot->votes.n * sizeof *ballot->votes.v), ballot->votes.n};
	return true;
}

/* Read a poll's electorate, ballots and delegations and find who represents whom. */
static Code
represent(Representation *out, Ballots *ballots, Arena *arena, State *state, Poll *poll, Fault *fault)
{
	Code		code = representation_begin(out, arena, state, poll, fault);

	if (code != CODE_OK)
		return code;
	*ballots = (Ballots){.arena = arena, .representation = out, .poll = poll};
	state_scan(state, BALLOT_BY_POLL, 1, &(Ballot){.poll = poll->seq}, SCAN_ALL, collect_ballot, ballots);
	representation_end(out, arena);
	return CODE_OK;
}

/* Add v votes of a voter of this weight to an option. */
static Code
add_votes(OptionTally *option, int64_t v, int64_t weight, Fault *fault)
{
	int64_t		represented;

	if (mul_overflows(v, weight - 1, &represented) ||
		add_overflows(option->direct_votes, v, &option->direct_votes) ||
		add_overflows(option->represented_votes, represented, &option->represented_votes) ||
		add_overflows(option->direct_votes, option->represented_votes, &option->votes))
		return fault_set(fault, CODE_NUMBER_OVERFLOW, -1, "The votes of an option do not fit into 64 bits.");
	return CODE_OK;
}

static Code
add_ballot(Tally *tally, const Ballot *ballot, int64_t weight, Fault *fault)
{
	Code		code = CODE_OK;

	tally->direct++;
	tally->represented += weight - 1;
	if (ballot->abstain)
	{
		tally->abstained += weight;
		return CODE_OK;
	}
	if (ballot->option != INT4_NONE && ballot->option >= 1 && (size_t) ballot->option <= tally->options)
		code = add_votes(&tally->option[ballot->option - 1], 1, weight, fault);
	for (size_t i = 0; i < ballot->votes.n && i < tally->options && code == CODE_OK; i++)
		code = add_votes(&tally->option[i], ballot->votes.v[i], weight, fault);
	return code;
}

/* Rank the options by votes: 1 and the number of options with more votes. */
static void
rank(Tally *tally)
{
	for (size_t i = 0; i < tally->options; i++)
	{
		tally->option[i].rank = 1;
		for (size_t j = 0; j < tally->options; j++)
			tally->option[i].rank += tally->option[j].votes > tally->option[i].votes;
	}
}

/* The first seats options win, if they have votes at all; a tie for the last seat seats nobody of the tied. */
static void
seat(Tally *tally, int64_t seats)
{
	for (size_t i = 0; i < tally->options; i++)
	{
		OptionTally *option = &tally->option[i];
		int64_t		equals = 0;

		if (option->votes <= 0 || option->rank > seats)
			continue;
		for (size_t j = 0; j < tally->options; j++)
			equals += tally->option[j].votes == option->votes;
		option->winner = option->rank + equals - 1 <= seats;
		tally->tied |= !option->winner;
	}
}

/* The winner of a majority has more than half of the votes, or at least the threshold, and nobody has as many. */
static void
elect(Tally *tally, const Json *params)
{
	int64_t		num = 0;
	int64_t		den = 1;
	bool		threshold = method_threshold(&num, &den, params);
	int64_t		all = 0;

	seat(tally, 1);
	for (size_t i = 0; i < tally->options; i++)
		all += tally->option[i].votes;
	for (size_t i = 0; i < tally->options; i++)
	{
		OptionTally *option = &tally->option[i];

		if (threshold)
			option->winner &= (__int128) option->votes * den >= (__int128) all * num;
		else
			option->winner &= option->votes > all - option->votes;
	}
}

Code
tally_poll(Tally *out, Arena *arena, State *state, Poll *poll, Fault *fault)
{
	const Json *params = poll_params(state, poll);
	Representation representation;
	Ballots		ballots;
	Code		code = represent(&representation, &ballots, arena, state, poll, fault);

	if (code != CODE_OK)
		return code;
	*out = (Tally){
		.options = poll->options.n,
		.option = arena_zero(arena, poll->options.n * sizeof *out->option),
		.electorate = representation.electorate.n,
	};
	for (size_t i = 0; i < ballots.n && code == CODE_OK; i++)
		code = add_ballot(out, &ballots.v[i],
						  representation.weight[electorate_place(&representation.electorate, ballots.v[i].member)], fault);
	if (code != CODE_OK)
		return code;
	out->unrepresented = out->electorate - out->direct - out->represented;
	out->quorum_reached = poll->quorum_num == INT8_NONE ||
		(__int128) (out->direct + out->represented) * poll->quorum_den >= (__int128) out->electorate * poll->quorum_num;

	rank(out);
	if (!out->quorum_reached)
		return CODE_OK;
	if (str_is(poll->method, "majority"))
		elect(out, params);
	else
		seat(out, method_int(params, "seats", 1));
	return CODE_OK;
}

/* Write a list of integers as JSON. */
static Str
json_ints(Arena *arena, const Tally *tally, bool winners)
{
	Buf			b;
	bool		first = true;

	buf_init(&b, arena);
	buf_char(&b, '[');
	for (size_t i = 0; i < tally->options; i++)
	{
		if (winners && !tally->option[i].winner)
			continue;
		if (!first)
			buf_char(&b, ',');
		first = false;
		buf_int(&b, winners ? (int64_t) i + 1 : tally->option[i].votes);
	}
	buf_char(&b, ']');
	return buf_done(&b);
}

Code
tally_result(Str *body, Arena *arena, State *state, Poll *poll, Fault *fault)
{
	Tally		tally;
	Buf			b;
	Digest		manifest;
	Code		code = tally_poll(&tally, arena, state, poll, fault);

	if (code != CODE_OK)
		return code;
	memcpy(manifest.b, poll->manifest.p, HASH_SIZE);
	entry_begin(&b, arena);
	entry_int(&b, "abstained", tally.abstained);
	entry_int(&b, "direct", tally.direct);
	entry_int(&b, "electorate", tally.electorate);
	entry_text(&b, "entry", STR("result"));
	entry_hash(&b, "poll", &manifest);
	entry_raw(&b, "quorum_reached", tally.quorum_reached ? STR("true") : STR("false"));
	entry_int(&b, "represented", tally.represented);
	entry_raw(&b, "tied", tally.tied ? STR("true") : STR("false"));
	entry_int(&b, "unrepresented", tally.unrepresented);
	entry_raw(&b, "votes", json_ints(arena, &tally, false));
	entry_raw(&b, "winners", json_ints(arena, &tally, true));
	*body = entry_end(&b);
	return CODE_OK;
}
