/*
 * count.c -- what all methods share: dispatch, ranks, seats, rounds.
 */
#include "tally/count.h"

#include "crypto/crypto.h"

void		(*count_pause) (void);

static const Counter counters[METHOD_COUNT] = {
	[METHOD_MAJORITY] = count_scores,
	[METHOD_PLURALITY] = count_scores,
	[METHOD_APPROVAL] = count_scores,
	[METHOD_SCORE] = count_scores,
	[METHOD_STAR] = count_scores,
	[METHOD_QUADRATIC] = count_scores,
	[METHOD_CUMULATIVE] = count_scores,
	[METHOD_BORDA] = count_rankings,
	[METHOD_COPELAND] = count_rankings,
	[METHOD_MINIMAX] = count_rankings,
	[METHOD_SCHULZE] = count_rankings,
	[METHOD_RANKED_PAIRS] = count_rankings,
	[METHOD_IRV] = count_transfers,
	[METHOD_STV] = count_transfers,
	[METHOD_DHONDT] = count_lists,
	[METHOD_SAINTE_LAGUE] = count_lists,
	[METHOD_LARGEST_REMAINDER] = count_lists,
	[METHOD_GREEDY] = count_budget,
	[METHOD_EQUAL_SHARES] = count_budget,
	[METHOD_CONSENT] = count_scores,
};

/* Note at each option of a round which tie it was in; a round that is not told belongs to the last one that is. */
static void
note_ties(Count *count)
{
	for (const TieBreak *tie = count->ties.first; tie != NULL; tie = tie->next)
	{
		CountRound *round = count->first;

		for (uint32_t r = 1; r < tie->round && round->next != NULL; r++)
			round = round->next;
		for (uint32_t i = 0; i < tie->n; i++)
			round->tie[tie->tied[i]] = tie;
	}
}

/* Let nothing win without a quorum. */
static void
undo_seats(Count *count)
{
	memset(count->seats, 0, sizeof(uint32_t) * (count->options + 1));
	count->tied = false;
	for (CountRound *round = count->first; round != NULL; round = round->next)
		for (uint32_t o = 1; o <= count->options; o++)
			if (strcmp(round->status[o], "elected") == 0 || strcmp(round->status[o], "funded") == 0 ||
				strcmp(round->status[o], "added") == 0)
				round->status[o] = "no quorum";
}

Code
count_ballots(Count *count)
{
	uint32_t	allowed;
	Str			rules = method_ties(&allowed, count->method, count->params);
	Code		code;

	count->rank = arena_zero(count->arena, sizeof(uint32_t) * (count->options + 1));
	count->seats = arena_zero(count->arena, sizeof(uint32_t) * (count->options + 1));
	if ((code = ties_init(&count->ties, rules, allowed, count->seed, NULL, 0, count->options, count->arena, count->fault)) != CODE_OK ||
		(code = counters[count->method->id] (count)) != CODE_OK)
		return code;
	if (!count->decides)
		undo_seats(count);
	if (count->first != NULL)
		note_ties(count);
	return CODE_OK;
}

void
count_digest(Count *count, const uint8_t *bytes, size_t n)
{
	sha256(count->state.b, bytes, n);
}

Code
count_profile(Profile *out, Count *count)
{
	uint8_t    *bytes;
	uint64_t	size;
	Code		code = profile_init(out, count->options, count->arena, count->fault);

	for (size_t i = 0; i < count->n && code == CODE_OK; i++)
		code = profile_add(out, (const uint8_t *) count->ballot[i].ballot->ranking.p, count->ballot[i].ballot->ranking.n,
						   count->ballot[i].weight, count->fault);
	if (code != CODE_OK)
		return code;
	profile_sort(out, count->arena);
	size = profile_size(out);
	bytes = arena_alloc(count->arena, size);
	profile_write(bytes, out);
	count_digest(count, bytes, size);
	return CODE_OK;
}

CountRound *
count_round(Count *count, int decimals)
{
	size_t		items = count->options + 1;
	CountRound *round = arena_zero(count->arena, sizeof *round);

	round->decimals = decimals;
	round->votes = wide_alloc(count->arena, sizeof(Wide) * items);
	memset(round->votes, 0, sizeof(Wide) * items);
	round->has_votes = arena_zero(count->arena, sizeof(bool) * items);
	round->status = arena_zero(count->arena, sizeof(char *) * items);
	round->tie = arena_zero(count->arena, sizeof(TieBreak *) * items);
	if (count->last != NULL)
		count->last->next = round;
	else
		count->first = round;
	count->last = round;
	count->rounds++;
	return round;
}

void
count_rank(Count *count, CountOrder order, const void *context)
{
	for (uint32_t a = 1; a <= count->options; a++)
	{
		count->rank[a] = 1;
		for (uint32_t b = 1; b <= count->options; b++)
			count->rank[a] += order(count, context, b, a) > 0;
	}
}

static int
order_by_votes(const Count *count, const void *context, uint32_t a, uint32_t b)
{
	const Wide *votes = context;

	(void) count;
	return wide_cmp(votes[a], votes[b]);
}

void
count_rank_by(Count *count, const Wide *votes)
{
	count_rank(count, order_by_votes, votes);
}

/* Choose among options that share a rank; those that the rules prefer get the seats that are left. */
static Code
seat_tied(Count *count, uint32_t *tied, uint32_t n, int64_t seats)
{
	uint32_t	chosen;
	TieRule		rule;
	Code		code;

	for (; seats > 0; seats--)
	{
		uint32_t   *left = arena_copy(count->arena, tied, sizeof(uint32_t) * n);
		Tie			tie = {.round = count->rounds, .purpose = "elect", .n = n, .tied = left};
		uint32_t	kept = 0;

		if (n == 1)
			chosen = tied[0];
		else if ((code = ties_break(&chosen, &rule, &count->ties, &tie, count->fault)) != CODE_OK)
			return code;
		count->seats[chosen] = 1;
		for (uint32_t i = 0; i < n; i++)
			if (tied[i] != chosen)
				tied[kept++] = tied[i];
		n = kept;
	}
	return CODE_OK;
}

Code
count_seat(Count *count, const bool *may, int64_t seats)
{
	uint32_t   *equal = arena_alloc(count->arena, sizeof(uint32_t) * count->options);
	bool		leaves = count->ties.rules == 0 || count->ties.rule[0] == TIE_NONE;

	for (uint32_t rank = 1; count->decides && rank <= count->options && seats > 0; rank++)
	{
		uint32_t	n = 0;

		for (uint32_t o = 1; o <= count->options; o++)
			if (count->rank[o] == rank && may[o])
				equal[n++] = o;
		if (n > seats && !leaves)
			return seat_tied(count, equal, n, seats);
		if (n > seats)
		{
			count->tied = true;
			return CODE_OK;
		}
		for (uint32_t i = 0; i < n; i++)
			count->seats[equal[i]] = 1;
		seats -= n;
	}
	return CODE_OK;
}

void
count_conclude(Count *count)
{
	for (uint32_t o = 1; o <= count->options; o++)
		count->last->status[o] = count->seats[o] > 0 ? "elected" : "not elected";
}
