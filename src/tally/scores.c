/*
 * scores.c -- methods that add up what ballots give: majority, plurality, approval, score, STAR, quadratic, cumulative.
 */
#include "tally/count.h"

#include "budget/sums.h"
#include "voting/score.h"

/* ---- states ---- */

static CountKind
kind_of(const Count *count)
{
	switch (count->method->id)
	{
		case METHOD_APPROVAL:
			return COUNT_APPROVAL;
		case METHOD_SCORE:
			return COUNT_SCORE;
		case METHOD_STAR:
			return COUNT_STAR;
		default:
			return COUNT_PLURALITY;
	}
}

/* Add the options that a ballot approves; list has room for all of them. */
static Code
add_approvals(Counts *counts, const CountBallot *b, int32_t *list, Fault *fault)
{
	uint32_t	n = 0;

	for (size_t i = 0; i < b->ballot->votes.n; i++)
		if (b->ballot->votes.v[i] != 0)
			list[n++] = (int32_t) i + 1;
	return counts_add_approvals(counts, (Items){(const char *) list, n, sizeof(int32_t), NULL}, b->weight, fault);
}

/* Make a table of numbers of the ballots: tally_plurality, tally_approval, tally_scores, tally_star. */
static Code
make_counts(Counts *out, Count *count)
{
	CountKind	kind = kind_of(count);
	bool		scores = kind == COUNT_SCORE || kind == COUNT_STAR;
	int32_t    *list = arena_alloc(count->arena, sizeof(int32_t) * count->options);
	uint8_t    *bytes;
	Code		code = counts_init(out, kind, count->options, scores ? method_highest(count->method, count->params) : 0,
								   count->arena, count->fault);

	for (size_t i = 0; i < count->n && code == CODE_OK; i++)
	{
		const CountBallot *b = &count->ballot[i];
		Items		items = {(const char *) b->ballot->votes.v, (uint32_t) b->ballot->votes.n, sizeof(int32_t), NULL};

		code = kind == COUNT_PLURALITY ? counts_add_choice(out, b->ballot->option, b->weight, count->fault) :
			kind == COUNT_APPROVAL ? add_approvals(out, b, list, count->fault) :
			counts_add_scores(out, items, b->weight, count->fault);
	}
	if (code != CODE_OK)
		return code;
	counts_settle(out);
	bytes = arena_alloc(count->arena, counts_size(out));
	counts_write(bytes, out);
	count_digest(count, bytes, counts_size(out));
	return CODE_OK;
}

/* Make sums of the ballots: tally_quadratic, tally_cumulative. */
static Code
make_sums(Sums *out, Count *count)
{
	uint8_t    *bytes;
	Code		code = CODE_OK;

	sums_init(out, count->arena);
	for (size_t i = 0; i < count->n && code == CODE_OK; i++)
	{
		const CountBallot *b = &count->ballot[i];

		if ((code = sums_count(&out->ballots, b->weight, count->fault)) == CODE_OK)
			code = sums_add_ballot(out, b->ballot->votes.v, (uint32_t) b->ballot->votes.n, b->weight, count->fault);
	}
	if (code != CODE_OK)
		return code;
	sums_rest(out);
	bytes = arena_alloc(count->arena, sums_size(out));
	sums_write(bytes, out);
	count_digest(count, bytes, sums_size(out));
	return CODE_OK;
}

/* ---- deciding ---- */

/* The winner of a majority has more than half of the votes, or at least the threshold, and nobody has as many. */
static void
decide_majority(Count *count, const Wide *votes)
{
	int64_t		num = 1;
	int64_t		den = 2;
	bool		threshold = method_fraction(&num, &den, count->params, "threshold");
	Wide		all = 0;

	for (uint32_t o = 1; o <= count->options; o++)
		all += votes[o];
	for (uint32_t o = 1; o <= count->options; o++)
		if (wide_cmp_products(votes[o], den, all, num) < (threshold ? 0 : 1))
			count->seats[o] = 0;
}

/* Rank options by votes, and seat those who have any. */
static Code
decide_by_votes(Count *count, const Wide *votes)
{
	CountRound *round = count_round(count, 0);
	bool	   *may = arena_alloc(count->arena, sizeof(bool) * (count->options + 1));
	Code		code;

	for (uint32_t o = 1; o <= count->options; o++)
	{
		round->votes[o] = votes[o];
		round->has_votes[o] = true;
		may[o] = votes[o] > 0;
	}
	count_rank_by(count, votes);
	if ((code = count_seat(count, may, method_int(count->params, "seats", 1))) != CODE_OK)
		return code;
	if (count->method->id == METHOD_MAJORITY)
		decide_majority(count, votes);
	count_conclude(count);
	return CODE_OK;
}

/* By the sum of scores, or by their median. */
static Code
decide_scores(Count *count, const Counts *counts)
{
	int			by = method_word(count->method, count->params, "by");
	CountRound *round = count_round(count, 0);
	bool	   *may = arena_alloc(count->arena, sizeof(bool) * (count->options + 1));
	Ties		all;
	Scores		scores;
	Code		code;

	/* The ranks are asked for alone, with seats for everybody, so no tie is broken. */
	if ((code = ties_init(&all, STR_NONE, PLACE_TIES, STR_NONE, NULL, 0, count->options, count->arena, count->fault)) != CODE_OK ||
		(code = scores_count(&scores, counts, (ScoreBy) by, true, count->options, &all, count->arena, count->fault)) != CODE_OK)
		return code;
	for (uint32_t o = 1; o <= count->options; o++)
	{
		round->votes[o] = by == SCORE_SUM || by == SCORE_MEAN ? scores.sum[o] : scores.row[o].median;
		round->has_votes[o] = scores.row[o].n > 0;
		may[o] = scores.sum[o] > 0;
		count->rank[o] = scores.place[o].rank;
	}
	if ((code = count_seat(count, may, method_int(count->params, "seats", 1))) != CODE_OK)
		return code;
	count_conclude(count);
	return CODE_OK;
}

/* The finalists of STAR stand before all others, the winner first; others by their sums. */
static int
order_star(const Count *count, const void *context, uint32_t a, uint32_t b)
{
	const Star *star = context;
	int			x = a == star->winner ? 2 : a == star->finalist[0] || a == star->finalist[1];
	int			y = b == star->winner ? 2 : b == star->finalist[0] || b == star->finalist[1];

	(void) count;
	return x != y ? x - y : wide_cmp(star->sum[a], star->sum[b]);
}

static Code
decide_star(Count *count, const Counts *counts)
{
	CountRound *sums = count_round(count, 0);
	CountRound *runoff = count_round(count, 0);
	Wide	   *sum = sums->votes;
	Star		star;
	bool		any = false;
	Code		code;

	if (count->n == 0)
		star = (Star){.sum = sum};
	else if ((code = star_count(&star, counts, &count->ties, count->arena, count->fault)) != CODE_OK)
		return code;
	for (uint32_t o = 1; o <= count->options; o++)
	{
		int			seat = o == star.finalist[0] ? 0 : o == star.finalist[1] ? 1 : -1;

		sum[o] = star.sum[o];
		sums->has_votes[o] = true;
		sums->status[o] = seat >= 0 ? "finalist" : "out";
		any |= sum[o] > 0;
		runoff->has_votes[o] = seat >= 0;
		runoff->votes[o] = seat >= 0 ? star.votes[seat] : 0;
	}
	count_rank(count, order_star, &star);
	if (any && count->decides)
		count->seats[star.winner] = 1;
	count_conclude(count);
	return CODE_OK;
}

Code
count_scores(Count *count)
{
	Wide	   *votes = wide_alloc(count->arena, sizeof(Wide) * (count->options + 1));
	Counts		counts;
	Sums		sums;
	Code		code;

	if (count->method->id == METHOD_QUADRATIC || count->method->id == METHOD_CUMULATIVE)
	{
		if ((code = make_sums(&sums, count)) != CODE_OK)
			return code;
		for (uint32_t o = 1; o <= count->options; o++)
		{
			const Sum  *sum = sums_find(&sums, (int32_t) o);

			votes[o] = sum != NULL ? sum->plus - sum->minus : 0;
		}
		return decide_by_votes(count, votes);
	}
	if ((code = make_counts(&counts, count)) != CODE_OK)
		return code;
	if (count->method->id == METHOD_SCORE)
		return decide_scores(count, &counts);
	if (count->method->id == METHOD_STAR)
		return decide_star(count, &counts);
	for (uint32_t o = 1; o <= count->options; o++)
		votes[o] = counts_get(&counts, o, 0);
	return decide_by_votes(count, votes);
}
