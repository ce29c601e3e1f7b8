/*
 * shares_exact.c -- what voters have and projects cost under equal shares, exactly.
 */
#include "budget/shares_run.h"

/* Count a supporter's purchases, so many times as he weighs. */
static void
count_purchases(Run *run, uint32_t v)
{
	const BudgetBallot *ballot = &run->budget->ballot[v];
	const uint32_t *item = run->budget->item + run->budget->first[v];

	take_steps(run, ballot->n);
	for (uint32_t j = 0; j < ballot->n; j++)
		if (run->bought_at[item[j]] != NOT_BOUGHT)
			run->count[run->bought_at[item[j]]] += ballot->weight *
				(run->scored && ballot->score != NULL ? ballot->score[j] : 1);
}

static void
count_nothing(Run *run)
{
	memset(run->count, 0, sizeof(int64_t) * run->n);
}

Big
money_of_supporters(Run *run, uint32_t p)
{
	uint32_t	begin = project_of(run, p)->begin;
	int64_t		weight = 0;

	take_steps(run, words_of_all(run));
	count_nothing(run);
	for (uint32_t i = begin; i < begin + run->bid[p].live; i++)
	{
		weight += run->purse[run->supporter[i]].weight;
		count_purchases(run, run->supporter[i]);
	}
	return big_sub(big_mul_word(exact_num(&run->exact, 0), (uint64_t) weight, run->scratch), exact_sum(&run->exact, run->count, run->n, run->scratch), run->scratch);
}

/* Return what is left to one voter who is not empty, over the common denominator. */
static Big
exact_purse(Run *run, uint32_t v)
{
	const BudgetBallot *ballot = &run->budget->ballot[v];
	const uint32_t *item = run->budget->item + run->budget->first[v];

	count_nothing(run);
	for (uint32_t j = 0; j < ballot->n; j++)
		if (run->bought_at[item[j]] != NOT_BOUGHT)
			run->count[run->bought_at[item[j]]] = run->scored && ballot->score != NULL ? ballot->score[j] : 1;
	return big_sub(exact_num(&run->exact, 0), exact_sum(&run->exact, run->count, run->n, run->scratch), run->scratch);
}

/* A supporter of whom the bounds do not tell whether he can pay his part. */
typedef struct Doubt
{
	uint32_t	i;				/* among the live supporters */
	Big			money;
} Doubt;

/* Go on with the doubts that remain when those who cannot pay a rate are poor for sure. */
static uint32_t
settle_doubts(Run *run, uint32_t p, Doubt *doubt, uint32_t doubts, Rate rate)
{
	uint32_t	begin = project_of(run, p)->begin;
	uint32_t	kept = 0;

	take_steps(run, (uint64_t) doubts * run->exact.width);
	for (uint32_t d = 0; d < doubts; d++)
	{
		int64_t		score = score_of(run, begin + doubt[d].i);

		if (big_cmp(big_mul_word(doubt[d].money, (uint64_t) rate.factor, run->scratch),
					big_mul_word(rate.num, (uint64_t) score, run->scratch)) < 0)
			run->poor[doubt[d].i] = true;
		else
			doubt[kept++] = doubt[d];
	}
	return kept;
}

/* Compute a rate from those who are marked as poor: the cost less what they have, divided by the scores of the rest. */
static Rate
rate_of_rich(Run *run, uint32_t p)
{
	uint32_t	begin = project_of(run, p)->begin;
	int64_t		poor_weight = 0;
	Rate		rate = {.factor = 0};
	Big			cost = big_mul_word(exact_den(&run->exact), (uint64_t) project_of(run, p)->cost, run->scratch);

	take_steps(run, words_of_all(run) + run->bid[p].live);
	count_nothing(run);
	for (uint32_t i = 0; i < run->bid[p].live; i++)
	{
		uint32_t	v = run->supporter[begin + i];

		if (run->poor[i])
		{
			poor_weight += run->purse[v].weight;
			count_purchases(run, v);
		}
		else
			rate.factor += run->purse[v].weight * score_of(run, begin + i);
	}
	/* What the poor have is their shares less what they paid. */
	rate.num = big_sub(big_add(cost, exact_sum(&run->exact, run->count, run->n, run->scratch), run->scratch),
					   big_mul_word(exact_num(&run->exact, 0), (uint64_t) poor_weight, run->scratch), run->scratch);
	return rate;
}

/* It is Newton's method again: those in doubt are rich until they turn out to be poor at a rate that is not too high. */
bool
rate_of(Rate *out, Run *run, uint32_t p)
{
	const Bid  *bid = &run->bid[p];
	uint32_t	begin = project_of(run, p)->begin;
	Doubt	   *doubt = arena_alloc(run->scratch, sizeof(Doubt) * bid->live);
	uint32_t	doubts = 0;
	uint32_t	left;

	take_steps(run, bid->live + STEPS_ASIDE);
	for (uint32_t i = 0; i < bid->live; i++)
	{
		int64_t		score = score_of(run, begin + i);
		Wide		low = run->purse[run->supporter[begin + i]].low;

		run->poor[i] = low + run->width < (Wide) bid->low * score;
		if (!run->poor[i] && (bid->high == UNKNOWN || low < (Wide) bid->high * score))
			doubt[doubts++] = (Doubt){.i = i};
	}
	for (uint32_t d = 0; d < doubts; d++)
	{
		take_steps(run, words_of_all(run));
		if (is_too_long(run))
			return false;
		doubt[d].money = exact_purse(run, run->supporter[begin + doubt[d].i]);
	}
	for (;; doubts = left)
	{
		*out = rate_of_rich(run, p);
		left = settle_doubts(run, p, doubt, doubts, *out);
		if (left == doubts)
			return true;
		if (is_too_long(run))
			return false;
	}
}

int
rate_compare(Run *run, uint32_t p, Rate a, uint32_t q, Rate b)
{
	Big			left = big_mul_word(big_mul_word(a.num, (uint64_t) run->bid[p].div, run->scratch), (uint64_t) b.factor, run->scratch);
	Big			right = big_mul_word(big_mul_word(b.num, (uint64_t) run->bid[q].div, run->scratch), (uint64_t) a.factor, run->scratch);

	return big_cmp(big_mul_word(left, (uint64_t) run->bid[q].mul, run->scratch),
				   big_mul_word(right, (uint64_t) run->bid[p].mul, run->scratch));
}
