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
	ballots->v[ballots->n - 1].ranking = arena_str(ballots->arena, ballot->ranking);
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

/* The option that stands first in a ranking alone; 0 if there is none. */
static uint32_t
first_preference(Str ranking)
{
	const uint8_t *p = (const uint8_t *) ranking.p;
	Rank		rank;

	return ranking.n > 0 && rank_next(&rank, &p, p + ranking.n) && rank.n == 1 ? rank_option(&rank, 0) : 0;
}

static Code
add_ballot(Tally *tally, const Ballot *ballot, int64_t weight, Fault *fault)
{
	uint32_t	first = first_preference(ballot->ranking);
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
	if (first >= 1 && first <= tally->options)
		code = add_votes(&tally->option[first - 1], 1, weight, fault);
	for (size_t i = 0; ballot->option == INT4_NONE && i < ballot->votes.n && i < tally->options && code == CODE_OK; i++)
		code = add_votes(&tally->option[i], ballot->votes.v[i], weight, fault);
	return code;
}

/* Write what a ballot says, as SQL prints the column that says it; - for an abstention. */
static void
put_choice(Buf *out, const Ballot *ballot)
{
	if (ballot->abstain)
		buf_char(out, '-');
	else if (ballot->ranking.p != NULL)
		ranking_print(out, (const uint8_t *) ballot->ranking.p, ballot->ranking.n);
	else if (ballot->option != INT4_NONE)
		buf_int(out, ballot->option);
	for (size_t i = 0; i < ballot->votes.n; i++)
	{
		if (i > 0)
			buf_char(out, ',');
		buf_int(out, ballot->votes.v[i]);
	}
}

/*
 * Make the seed of a poll's lots: SHA-256 of a line that says what it is for, the manifest, and for each ballot a line
 * with the voter's number and what he votes.  Nobody knows it before the last ballot is cast.  Signatures and nonces are
 * left out on purpose: they can be changed at will, and whoever votes last could choose among any number of seeds.
 */
static Str
make_seed(const Ballots *ballots, const Poll *poll, Arena *arena)
{
	uint8_t    *seed = arena_alloc(arena, HASH_SIZE);
	Buf			text;

	buf_init(&text, arena);
	buf_text(&text, "commune/lot/1\n");
	buf_str(&text, poll->manifest);
	sha256_begin();
	for (size_t i = 0; i < ballots->n; i++)
	{
		buf_int(&text, ballots->v[i].member);
		buf_char(&text, ' ');
		put_choice(&text, &ballots->v[i]);
		buf_char(&text, '\n');
		sha256_add(text.p, text.n);
		text.n = 0;					/* ballots may be gigabytes together */
	}
	sha256_add(text.p, text.n);
	sha256_end(seed);
	return (Str){(const char *) seed, HASH_SIZE};
}

/*
 * Check the rows once more: tables may have been tampered with, and then a poll is not counted, instead of counted as it
 * never was announced.
 */
static Code
check_rows(const Count *count, const Poll *poll)
{
	Code		code;

	if (count->method == NULL)
		return fault_set(count->fault, CODE_UNKNOWN_METHOD, -1, "The method is \"%.*s\".", (int) poll->method.n, poll->method.p);
	if (count->options > POLL_OPTIONS_MAX)
		return fault_set(count->fault, CODE_TOO_LARGE, -1, "The poll has %u options.", count->options);
	if ((code = method_check_params(count->method, count->params, count->options, count->fault)) != CODE_OK)
		return code;
	for (size_t i = 0; i < count->n; i++)
		if (count->method->form == CHOICE_VOTES && count->ballot[i].ballot->votes.n != count->options)
			return fault_set(count->fault, CODE_BAD_CHOICE, -1, "The ballot of member %lld has %zu votes.",
							 (long long) count->ballot[i].ballot->member, count->ballot[i].ballot->votes.n);
	return CODE_OK;
}

/* Count what the ballots say by the poll's method. */
static Code
count_poll(Tally *out, const Ballots *ballots, const int64_t *weight, State *state, Poll *poll, Arena *arena, Fault *fault)
{
	CountBallot *list = arena_alloc(arena, ballots->n * sizeof *list);
	Count	   *count = arena_zero(arena, sizeof *count);
	Code		code;

	*count = (Count){
		.method = method_find(poll->method),
		.params = poll_params(state, poll),
		.options = (uint32_t) out->options,
		.ballot = list,
		.seed = make_seed(ballots, poll, arena),
		.decides = out->quorum_reached,
		.most_steps = COUNT_STEPS_MAX,
		.arena = arena,
		.fault = fault,
	};
	for (size_t i = 0; i < ballots->n; i++)
		if (!ballots->v[i].abstain)
			list[count->n++] = (CountBallot){&ballots->v[i], weight[i]};
	if ((code = check_rows(count, poll)) != CODE_OK || (code = count_ballots(count)) != CODE_OK)
		return code;
	out->count = count;
	out->tied = count->tied;
	for (size_t i = 0; i < out->options; i++)
	{
		out->option[i].rank = (int32_t) count->rank[i + 1];
		out->option[i].seats = (int32_t) count->seats[i + 1];
		out->option[i].winner = count->seats[i + 1] > 0;
	}
	return CODE_OK;
}

Code
tally_poll(Tally *out, Arena *arena, State *state, Poll *poll, Fault *fault)
{
	Representation representation;
	Ballots		ballots;
	int64_t    *weight;
	Code		code = represent(&representation, &ballots, arena, state, poll, fault);

	if (code != CODE_OK)
		return code;
	*out = (Tally){
		.options = poll->options.n,
		.option = arena_zero(arena, poll->options.n * sizeof *out->option),
		.electorate = representation.electorate.n,
	};
	weight = arena_alloc(arena, ballots.n * sizeof *weight);
	for (size_t i = 0; i < ballots.n && code == CODE_OK; i++)
	{
		weight[i] = representation.weight[electorate_place(&representation.electorate, ballots.v[i].member)];
		code = add_ballot(out, &ballots.v[i], weight[i], fault);
	}
	if (code != CODE_OK)
		return code;
	representation_concentration(&out->concentration, &representation, arena);
	out->unrepresented = out->electorate - out->direct - out->represented;
	out->quorum_reached = poll->quorum_num == INT8_NONE ||
		(__int128) (out->direct + out->represented) * poll->quorum_den >= (__int128) out->electorate * poll->quorum_num;
	return count_poll(out, &ballots, weight, state, poll, arena, fault);
}

/* ---- the entry ---- */

#define TIES_SHOWN 100			/* in the entry; of lists with thousands of seats there may be more */

/* Begin an item of a list in JSON. */
static void
next_item(Buf *b, bool *first)
{
	buf_char(b, *first ? '[' : ',');
	*first = false;
}

/* End a list in JSON. */
static Str
end_list(Buf *b, bool first)
{
	if (first)
		buf_char(b, '[');
	buf_char(b, ']');
	return buf_done(b);
}

static Str
json_votes(Arena *arena, const Tally *tally)
{
	Buf			b;
	bool		first = true;

	buf_init(&b, arena);
	for (size_t i = 0; i < tally->options; i++)
	{
		next_item(&b, &first);
		buf_int(&b, tally->option[i].votes);
	}
	return end_list(&b, first);
}

/* The numbers of the winners; or their seats, in the same order. */
static Str
json_winners(Arena *arena, const Tally *tally, bool seats)
{
	Buf			b;
	bool		first = true;

	buf_init(&b, arena);
	for (size_t i = 0; i < tally->options; i++)
		if (tally->option[i].winner)
		{
			next_item(&b, &first);
			buf_int(&b, seats ? tally->option[i].seats : (int64_t) i + 1);
		}
	return end_list(&b, first);
}

static Str
json_tied(Arena *arena, const TieBreak *tie)
{
	Buf			b;
	bool		first = true;

	buf_init(&b, arena);
	for (uint32_t i = 0; i < tie->n; i++)
	{
		next_item(&b, &first);
		buf_int(&b, tie->tied[i]);
	}
	return end_list(&b, first);
}

/* The ties that were broken, the first ones of them. */
static Str
json_ties(Arena *arena, const Count *count)
{
	const TieBreak *tie = count->ties.first;
	Buf			b;
	bool		first = true;

	buf_init(&b, arena);
	for (int i = 0; i < TIES_SHOWN && tie != NULL; i++, tie = tie->next)
	{
		Buf			item;

		next_item(&b, &first);
		entry_begin(&item, arena);
		entry_int(&item, "chosen", tie->chosen);
		entry_text(&item, "purpose", str_from(tie->purpose));
		entry_int(&item, "round", tie->round);
		entry_text(&item, "rule", str_from(tie_rule_name(tie->rule)));
		entry_raw(&item, "tied", json_tied(arena, tie));
		buf_str(&b, entry_end(&item));
	}
	return end_list(&b, first);
}

static void
put_tally(Buf *b, const Tally *tally, const Digest *manifest, Arena *arena)
{
	entry_int(b, "abstained", tally->abstained);
	entry_int(b, "direct", tally->direct);
	entry_int(b, "electorate", tally->electorate);
	entry_text(b, "entry", STR("result"));
	entry_int(b, "largest", tally->concentration.largest);
	entry_int(b, "nakamoto", tally->concentration.nakamoto);
	entry_hash(b, "poll", manifest);
	entry_raw(b, "quorum_reached", tally->quorum_reached ? STR("true") : STR("false"));
	entry_int(b, "represented", tally->represented);
	entry_raw(b, "seats", json_winners(arena, tally, true));
	entry_int(b, "squares", tally->concentration.squares);
	entry_hash(b, "state", &tally->count->state);
	entry_int(b, "tie_breaks", tally->count->ties.breaks);
	entry_raw(b, "tied", tally->tied ? STR("true") : STR("false"));
	entry_raw(b, "ties", json_ties(arena, tally->count));
	entry_int(b, "unrepresented", tally->unrepresented);
	entry_raw(b, "votes", json_votes(arena, tally));
	entry_raw(b, "winners", json_winners(arena, tally, false));
}

Code
tally_result(Str *body, Arena *arena, State *state, Poll *poll, Fault *fault)
{
	Tally		tally;
	Buf			b;
	Digest		manifest;
	Code		code = tally_poll(&tally, arena, state, poll, fault);

	if (code == CODE_POLL_NOT_OPEN)
		return code;
	memcpy(manifest.b, poll->manifest.p, HASH_SIZE);
	entry_begin(&b, arena);
	if (code == CODE_OK)
		put_tally(&b, &tally, &manifest, arena);
	else
	{
		entry_text(&b, "entry", STR("result"));
		entry_text(&b, "error", str_from(code_sqlstate(code)));
		entry_hash(&b, "poll", &manifest);
	}
	*body = entry_end(&b);
	return CODE_OK;
}
