/*
 * shares.c -- the Method of Equal Shares.
 *
 * A run makes all purchases for one size of the shares.  What a voter has left is known to lie in low .. low + width,
 * in units of 2^-scale; the rate of a project in low .. high of its bid.  Money only gets less, so a rate only rises: a
 * bid made earlier is a lower bound, and bids are made anew only for the projects that seem cheapest (a heap).  Where
 * bounds overlap, the fractions of exact.h decide.
 *
 * Whoever could not pay his part of a purchase has nothing left from then on.  Everybody else paid the full rate of all
 * purchases that he supports, so his money is the share less these: an exact sum of a few fractions, and for a set of
 * voters a linear combination of all of them with whole coefficients.
 */
#include "budget/shares.h"

#include <stdlib.h>

#define EMPTY INT64_C(-1)		/* a purse with nothing in it */
#define UNKNOWN INT64_MAX		/* a bid without an upper bound */

/* Bits before and after the point of what a purse holds, which is less than PURSE_MAX. */
#define PURSE_BITS 60
#define PURSE_MAX (INT64_C(1) << 61)

/* The growth of purses with the shares is counted in units of 2^-GROWTH_BITS, and not beyond GROWTH_MAX. */
#define GROWTH_BITS 20
#define GROWTH_MAX (INT64_C(1) << 50)

typedef struct Purse
{
	int64_t		low;			/* EMPTY if there is nothing left for sure */
	int64_t		weight;
} Purse;

typedef struct Bid
{
	int64_t		low;			/* of the rate */
	int64_t		high;
	uint32_t	step;			/* when it was made */
	uint32_t	live;			/* supporters who are not empty, as far as is known */
	int64_t		mul;			/* utility of one point of score: mul / div */
	int64_t		div;
	int64_t		top_score;		/* of a supporter */
	Wide		slope;			/* no unit more of all shares lowers the rate by more units; in growth units */
} Bid;

typedef struct Run
{
	const Budget *budget;
	const SharesTerms *terms;
	Listed	   *ties;
	Arena	   *scratch;
	Fault	   *fault;
	bool		scored;			/* scores differ */

	int			scale;
	int64_t		width;			/* of what is known about a purse */
	Purse	   *purse;			/* of each ballot */
	uint32_t   *supporter;		/* as in the budget, but without those who are empty */
	int64_t    *score;			/* likewise; NULL if not scored */
	Bid		   *bid;			/* of each project */
	uint32_t   *heap;			/* projects that are still to be had; the lowest bid is on top */
	uint32_t	heap_n;
	uint32_t   *contender;		/* projects that may be the cheapest, at one step */

	Exact		exact;
	uint32_t   *bought_at;		/* step at which a project was bought, from 0, or NOT_BOUGHT */
	int64_t    *count;			/* of each purchase: how often a set of voters paid its rate */
	uint8_t    *poor;			/* of each live supporter of a project: he pays all that he has */

	uint32_t	n;
	Purchase   *purchase;
	int64_t		cost;

	/* add1: how far the shares may grow before another purchase is possible. */
	bool		grows;
	int64_t    *growth;			/* no unit more of all shares leaves more of these growth units to a purse */
	Wide		limit;			/* less than so many units change nothing */
} Run;

/* ---- names */

static const char *const utility_names[] = {
	[UTILITY_COST] = "cost",
	[UTILITY_CARDINALITY] = "cardinality",
	[UTILITY_EFFORT] = "effort",
	[UTILITY_SCORES] = "scores",
};

Code
utility_find(Utility *out, Str name, Fault *fault)
{
	for (int i = 0; i < (int) (sizeof utility_names / sizeof *utility_names); i++)
		if (str_is(name, utility_names[i]))
		{
			*out = (Utility) i;
			return CODE_OK;
		}
	return fault_set(fault, CODE_BAD_TERMS, -1, "The utility is \"cost\", \"cardinality\", \"effort\" or \"scores\".");
}

static const char *const completion_names[] = {
	[COMPLETION_NONE] = "none",
	[COMPLETION_UTILITARIAN] = "utilitarian",
	[COMPLETION_ADD1] = "add1",
	[COMPLETION_ADD1_UTILITARIAN] = "add1_utilitarian",
};

Code
completion_find(Completion *out, Str name, Fault *fault)
{
	for (int i = 0; i < (int) (sizeof completion_names / sizeof *completion_names); i++)
		if (str_is(name, completion_names[i]))
		{
			*out = (Completion) i;
			return CODE_OK;
		}
	return fault_set(fault, CODE_BAD_TERMS, -1,
					 "The completion is \"none\", \"utilitarian\", \"add1\" or \"add1_utilitarian\".");
}

/* ---- bids, by bounds */

static inline const Project *
project_of(const Run *run, uint32_t p)
{
	return &run->budget->project[p];
}

static inline int64_t
score_of(const Run *run, uint32_t at)
{
	return run->scored ? run->score[at] : 1;
}

/* What the supporters of a project can do, if its rate is a given one. */
typedef struct Crowd
{
	Wide		poor_money;		/* of those who cannot pay their part, at least */
	int64_t		poor_weight;
	int64_t		rich_score;		/* of the others */
} Crowd;

/* Forget the supporters who have become empty; the others keep their order, which is that of the purses. */
static void
drop_empty(Run *run, uint32_t p)
{
	Bid		   *bid = &run->bid[p];
	uint32_t	begin = project_of(run, p)->begin;
	uint32_t	kept = begin;

	for (uint32_t i = begin; i < begin + bid->live; i++)
	{
		run->supporter[kept] = run->supporter[i];
		if (run->scored)
			run->score[kept] = run->score[i];
		kept += run->purse[run->supporter[i]].low != EMPTY;
	}
	bid->live = kept - begin;
}

/* Without branches on what each supporter has, which nothing could foresee. */
static inline Crowd
look_at(const Run *run, uint32_t p, int64_t rate, bool scored)
{
	Crowd		crowd = {0};
	uint32_t	begin = project_of(run, p)->begin;
	uint32_t	end = begin + run->bid[p].live;

	for (uint32_t i = begin; i < end; i++)
	{
		Purse		purse = run->purse[run->supporter[i]];
		int64_t		score = scored ? run->score[i] : 1;
		bool		poor = scored ? purse.low < (Wide) rate * score : purse.low < rate;
		int64_t		weight = poor ? purse.weight : 0;

		crowd.poor_money += (Wide) purse.low * weight;
		crowd.poor_weight += weight;
		crowd.rich_score += (purse.weight - weight) * score;
	}
	return crowd;
}

static Crowd
crowd_of(const Run *run, uint32_t p, int64_t rate)
{
	return run->scored ? look_at(run, p, rate, true) : look_at(run, p, rate, false);
}

static Wide
cost_in_units(const Run *run, uint32_t p)
{
	return (Wide) project_of(run, p)->cost << run->scale;
}

static Wide
divide_up(Wide a, Wide b)
{
	return (a + b - 1) / b;
}

/* ---- how far shares may grow */

static void
limit_growth(Run *run, Wide gap, Wide slope)
{
	Wide		limit;

	if (gap <= 0)
		run->limit = 0;
	else if (slope > 0 && !wide_muldiv_overflows(gap, (Wide) 1 << GROWTH_BITS, slope, WIDE_DOWN, &limit) &&
			 limit < run->limit)
		run->limit = limit;
}

/* Whether it is still of use to know how far they may: by one increment and more. */
static bool
may_grow(const Run *run)
{
	return run->grows && run->limit > (Wide) run->terms->increment << run->scale;
}

/* Add up the growth of all supporters who cannot pay a rate in full, those who are empty among them. */
static Wide
growth_of_poor(const Run *run, uint32_t p, int64_t rate)
{
	const Project *project = project_of(run, p);
	Wide		sum = 0;

	for (uint32_t i = project->begin; i < project->begin + project->supporters; i++)
	{
		uint32_t	v = run->budget->supporter[i];

		if (run->purse[v].low < (Wide) rate * (run->scored ? run->budget->score[i] : 1))
			sum += (Wide) run->purse[v].weight * run->growth[v];
	}
	return sum;
}

/* ---- bids */

static Big exact_money(Run *run, uint32_t p);

/* Whether the supporters of a project can pay for it, exactly. */
static bool
can_pay_exactly(Run *run, uint32_t p)
{
	bool		can;

	can = big_cmp(exact_money(run, p),
				  big_mul_word(exact_den(&run->exact), (uint64_t) project_of(run, p)->cost, run->scratch)) >= 0;
	arena_reset(run->scratch);
	return can;
}

/* End a bid for a project whose supporters are all poor: they can pay for it if their money is enough. */
static bool
bid_of_poor(Run *run, uint32_t p, Crowd crowd, int64_t rate)
{
	Wide		cost = cost_in_units(run, p);
	Wide		most = crowd.poor_money + (Wide) run->width * crowd.poor_weight;

	if (crowd.poor_money >= cost)
		run->bid[p].high = rate;
	else if (most < cost || !can_pay_exactly(run, p))
	{
		if (may_grow(run))
			limit_growth(run, cost - most, growth_of_poor(run, p, UNKNOWN));
		return false;
	}
	run->limit = 0;
	return true;
}

/*
 * Make a bid for a project at this step: find the bounds of its rate.  False if its supporters cannot pay for it.
 *
 * With what purses hold at least, what supporters pay for it is a concave function of the rate, made of straight
 * pieces.  Newton's method, begun at a lower bound, goes from piece to piece and ends at the rate itself.  Were
 * each purse to hold more by width, the poor would pay so much more, and the others less.
 */
static bool
make_bid(Run *run, uint32_t p, uint32_t step)
{
	Bid		   *bid = &run->bid[p];
	Wide		cost = cost_in_units(run, p);
	int64_t		rate = bid->low;
	Crowd		crowd;
	Wide		low;

	bid->step = step;
	bid->high = UNKNOWN;
	drop_empty(run, p);
	for (;;)
	{
		Wide		next;

		crowd = crowd_of(run, p, rate);
		if (crowd.rich_score == 0)
			return bid_of_poor(run, p, crowd, rate);
		next = divide_up(cost - crowd.poor_money, crowd.rich_score);
		if (next <= rate)
			break;
		rate = next < PURSE_MAX ? (int64_t) next : PURSE_MAX;
	}
	bid->high = rate;
	low = rate - 1 - divide_up((Wide) run->width * crowd.poor_weight, crowd.rich_score);
	if (low > bid->low)
		bid->low = (int64_t) low;
	if (may_grow(run))
		bid->slope = divide_up(growth_of_poor(run, p, rate), crowd.rich_score);
	return true;
}

/* Compare rates by the utility that they give: a / (mul / div). */
static int
compare_rates(const Run *run, uint32_t p, int64_t rate, uint32_t q, int64_t other)
{
	const Bid  *a = &run->bid[p];
	const Bid  *b = &run->bid[q];

	return wide_cmp_products((Wide) rate * a->div, b->mul, (Wide) other * b->div, a->mul);
}

/* ---- the heap of bids, by their lower bounds */

static bool
comes_before(const Run *run, uint32_t p, uint32_t q)
{
	int			order = compare_rates(run, p, run->bid[p].low, q, run->bid[q].low);

	return order < 0 || (order == 0 && p < q);
}

static void
heap_down(Run *run, uint32_t at)
{
	uint32_t	p = run->heap[at];

	for (uint32_t child; (child = 2 * at + 1) < run->heap_n; at = child)
	{
		if (child + 1 < run->heap_n && comes_before(run, run->heap[child + 1], run->heap[child]))
			child++;
		if (comes_before(run, p, run->heap[child]))
			break;
		run->heap[at] = run->heap[child];
	}
	run->heap[at] = p;
}

static uint32_t
heap_pop(Run *run)
{
	uint32_t	top = run->heap[0];

	run->heap[0] = run->heap[--run->heap_n];
	if (run->heap_n > 0)
		heap_down(run, 0);
	return top;
}

static void
heap_push(Run *run, uint32_t p)
{
	uint32_t	at = run->heap_n++;

	for (uint32_t parent; at > 0 && comes_before(run, p, run->heap[parent = (at - 1) / 2]); at = parent)
		run->heap[at] = run->heap[parent];
	run->heap[at] = p;
}

/* ---- exactly */

/* Count a supporter's purchases, so many times as he weighs. */
static void
count_purchases(Run *run, uint32_t v)
{
	const BudgetBallot *ballot = &run->budget->ballot[v];
	const uint32_t *item = run->budget->item + run->budget->first[v];

	for (uint32_t j = 0; j < ballot->n; j++)
		if (run->bought_at[item[j]] != NOT_BOUGHT)
			run->count[run->bought_at[item[j]]] += ballot->weight *
				(run->scored && ballot->score != NULL ? ballot->score[j] : 1);
}

/* Add up the rates of the purchases that were counted. */
static Big
counted_rates(Run *run)
{
	Big			sum = BIG_ZERO;

	for (uint32_t t = 0; t < run->n; t++)
		if (run->count[t] > 0)
			sum = big_add(sum, big_mul_word(exact_num(&run->exact, t + 1), (uint64_t) run->count[t], run->scratch), run->scratch);
	return sum;
}

static void
count_nothing(Run *run)
{
	memset(run->count, 0, sizeof(int64_t) * run->n);
}

/* Return what the live supporters of a project have, over the common denominator; a bid was made at this step. */
static Big
exact_money(Run *run, uint32_t p)
{
	uint32_t	begin = project_of(run, p)->begin;
	int64_t		weight = 0;

	count_nothing(run);
	for (uint32_t i = begin; i < begin + run->bid[p].live; i++)
	{
		weight += run->purse[run->supporter[i]].weight;
		count_purchases(run, run->supporter[i]);
	}
	return big_sub(big_mul_word(exact_num(&run->exact, 0), (uint64_t) weight, run->scratch), counted_rates(run), run->scratch);
}

/* Return what is left to one voter who is not empty, over the common denominator. */
static Big
exact_purse(Run *run, uint32_t v)
{
	const BudgetBallot *ballot = &run->budget->ballot[v];
	const uint32_t *item = run->budget->item + run->budget->first[v];
	Big			left = exact_num(&run->exact, 0);

	for (uint32_t j = 0; j < ballot->n; j++)
	{
		uint32_t	t = run->bought_at[item[j]];
		int64_t		score = run->scored && ballot->score != NULL ? ballot->score[j] : 1;

		if (t != NOT_BOUGHT)
			left = big_sub(left, big_mul_word(exact_num(&run->exact, t + 1), (uint64_t) score, run->scratch), run->scratch);
	}
	return left;
}

/* A fraction: num / (the common denominator * factor). */
typedef struct Rate
{
	Big			num;
	int64_t		factor;
} Rate;

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
	rate.num = big_sub(big_add(cost, counted_rates(run), run->scratch),
					   big_mul_word(exact_num(&run->exact, 0), (uint64_t) poor_weight, run->scratch), run->scratch);
	return rate;
}

/*
 * Compute the rate of a project of which a bid was made at this step, and mark those who are poor.  It is Newton's
 * method again: those in doubt are rich until they turn out to be poor at a rate that is not too high.
 */
static Rate
exact_rate(Run *run, uint32_t p)
{
	const Bid  *bid = &run->bid[p];
	uint32_t	begin = project_of(run, p)->begin;
	Doubt	   *doubt = arena_alloc(run->scratch, sizeof(Doubt) * bid->live);
	uint32_t	doubts = 0;

	for (uint32_t i = 0; i < bid->live; i++)
	{
		uint32_t	v = run->supporter[begin + i];
		int64_t		score = score_of(run, begin + i);
		Wide		low = run->purse[v].low;

		run->poor[i] = low + run->width < (Wide) bid->low * score;
		if (!run->poor[i] && (bid->high == UNKNOWN || low < (Wide) bid->high * score))
			doubt[doubts++] = (Doubt){i, exact_purse(run, v)};
	}
	for (;;)
	{
		Rate		rate = rate_of_rich(run, p);
		uint32_t	left = settle_doubts(run, p, doubt, doubts, rate);

		if (left == doubts)
			return rate;
		doubts = left;
	}
}

/* Compare two exact rates by the utility that they give. */
static int
compare_exactly(Run *run, uint32_t p, Rate a, uint32_t q, Rate b)
{
	Big			left = big_mul_word(big_mul_word(a.num, (uint64_t) run->bid[p].div, run->scratch), (uint64_t) b.factor, run->scratch);
	Big			right = big_mul_word(big_mul_word(b.num, (uint64_t) run->bid[q].div, run->scratch), (uint64_t) a.factor, run->scratch);

	return big_cmp(big_mul_word(left, (uint64_t) run->bid[q].mul, run->scratch),
				   big_mul_word(right, (uint64_t) run->bid[p].mul, run->scratch));
}

/* ---- a purchase */

/* Keep those of n contenders whose exact rate is the lowest, in ascending order; return how many they are. */
static uint32_t
keep_cheapest(Run *run, uint32_t *cheapest, uint32_t n)
{
	uint32_t	kept = 0;
	uint32_t	best = 0;
	Rate		best_rate = {0};

	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t	p = run->contender[i];
		Rate		rate = exact_rate(run, p);
		int			order = kept > 0 ? compare_exactly(run, p, rate, best, best_rate) : -1;
		uint32_t	at;

		if (order < 0)
		{
			best = p;
			best_rate = rate;
			kept = 0;
		}
		if (order > 0)
			continue;
		for (at = kept++; at > 0 && cheapest[at - 1] > p; at--)
			cheapest[at] = cheapest[at - 1];
		cheapest[at] = p;
	}
	return kept;
}

/*
 * Choose the project to be bought at this step, and take it off the heap.  *found is false if there is none that can
 * be paid for.
 */
static Code
choose(Run *run, bool *found, uint32_t *chosen, const TieBreak **tie, uint32_t step)
{
	uint32_t	n = 0;
	uint32_t	best = 0;
	Code		code = CODE_OK;

	*tie = NULL;
	while (run->heap_n > 0)
	{
		uint32_t	p = run->heap[0];

		if (n > 0 && run->bid[best].high != UNKNOWN &&
			compare_rates(run, best, run->bid[best].high, p, run->bid[p].low) < 0)
			break;
		if (run->bid[p].step != step)
		{
			if (run->budget->pause != NULL)
				run->budget->pause();
			if (make_bid(run, p, step))
				heap_down(run, 0);
			else
				heap_pop(run);
			continue;
		}
		heap_pop(run);
		run->contender[n++] = p;
		if (n == 1 || run->bid[best].high == UNKNOWN ||
			(run->bid[p].high != UNKNOWN && compare_rates(run, p, run->bid[p].high, best, run->bid[best].high) < 0))
			best = p;
	}
	*found = n > 0;
	*chosen = best;
	if (n > 1)
	{
		uint32_t   *cheapest = arena_alloc(run->scratch, sizeof(uint32_t) * n);
		uint32_t	left = keep_cheapest(run, cheapest, n);

		code = budget_break_tie(chosen, tie, run->budget, run->ties, cheapest, left, step, run->fault);
		arena_reset(run->scratch);
	}
	for (uint32_t i = 0; i < n; i++)
		if (run->contender[i] != *chosen)
			heap_push(run, run->contender[i]);
	return code;
}

/* Find how far shares may grow before another project could be cheaper than the one that is being bought. */
static void
limit_by_others(Run *run, uint32_t p, int64_t rate)
{
	const Bid  *bought = &run->bid[p];

	for (uint32_t i = 0; i < run->heap_n && run->limit > 0; i++)
	{
		const Bid  *other = &run->bid[run->heap[i]];
		Wide		same;

		/* the rate at which the other gives the same utility */
		if (wide_muldiv_overflows((Wide) rate * bought->div, other->mul, (Wide) bought->mul * other->div, WIDE_UP, &same))
			run->limit = 0;
		else
			limit_growth(run, other->low - same, other->slope);
	}
}

/* Note how the purses of a project's supporters grow by what its rate, at most the given one, falls when shares grow. */
static void
grow(Run *run, uint32_t p, int64_t rate, int64_t rich_score)
{
	const Project *project = project_of(run, p);
	Wide		more = divide_up(growth_of_poor(run, p, rate), rich_score);

	for (uint32_t i = project->begin; i < project->begin + project->supporters; i++)
	{
		int64_t    *growth = &run->growth[run->budget->supporter[i]];
		int64_t		score = run->scored ? run->budget->score[i] : 1;

		if (more > GROWTH_MAX || *growth + more * score > GROWTH_MAX)
		{
			run->limit = 0;
			return;
		}
		*growth += (int64_t) more * score;
	}
}

/* Have the supporters of a project pay for it. */
static void
buy(Run *run, uint32_t p, const TieBreak *tie)
{
	Bid		   *bid = &run->bid[p];
	uint32_t	begin = project_of(run, p)->begin;
	Rate		rate = exact_rate(run, p);
	Big			units;
	uint64_t	low;

	big_divide(&units, NULL, big_shift_left(rate.num, (uint32_t) run->scale, run->scratch),
			   big_mul_word(exact_den(&run->exact), (uint64_t) rate.factor, run->scratch), run->scratch);
	big_to_word(&low, units);
	if (may_grow(run))
	{
		limit_by_others(run, p, (int64_t) low + 1);
		grow(run, p, (int64_t) low + 1, rate.factor);
	}
	for (uint32_t i = 0; i < bid->live; i++)
	{
		Purse	   *purse = &run->purse[run->supporter[begin + i]];
		Wide		left = purse->low - ((Wide) low + 1) * score_of(run, begin + i);

		purse->low = run->poor[i] ? EMPTY : left > 0 ? (int64_t) left : 0;
	}
	run->width += bid->top_score;
	exact_append(&run->exact, rate.num, (uint64_t) rate.factor, run->scratch);
	run->bought_at[p] = run->n;
	run->purchase[run->n++] = (Purchase){.project = p, .tie = tie};
	run->cost += project_of(run, p)->cost;
	arena_reset(run->scratch);
}

/* ---- a run */

/* Show what all projects that are not bought yet would cost their supporters. */
static void
show_offers(Run *run, const SharesWatch *watch, const Purchase *known, uint32_t knowns, uint32_t step)
{
	for (uint32_t p = 0; p < run->budget->projects; p++)
	{
		Bid			kept = run->bid[p];
		Offer		offer = {.project = p, .bought = step <= knowns && known[step - 1].project == p};

		if (run->bought_at[p] != NOT_BOUGHT)
			continue;
		if (run->budget->pause != NULL)
			run->budget->pause();
		offer.affordable = make_bid(run, p, step);
		offer.money = exact_money(run, p);
		offer.money_den = exact_den(&run->exact);
		if (offer.affordable)
		{
			Rate		rate = exact_rate(run, p);

			offer.rate = rate.num;
			offer.rate_den = big_mul_word(exact_den(&run->exact), (uint64_t) rate.factor, run->scratch);
		}
		watch->offer(watch->context, step, &offer);
		kept.live = run->bid[p].live;
		run->bid[p] = kept;
		arena_reset(run->scratch);
	}
}

/* Fill the purses with the share num / den, and begin all bids anew. */
static Code
begin_run(Run *run, Wide num, int64_t den)
{
	const Budget *budget = run->budget;
	Wide		whole = num / den;
	Wide		low;
	int			bits = 0;

	while (whole >> bits > 0)
		bits++;
	if (bits > PURSE_BITS)
		return fault_set(run->fault, CODE_NUMBER_OVERFLOW, -1, "The share of a voter does not fit.");
	run->scale = PURSE_BITS - bits;
	wide_muldiv_overflows(num, (Wide) 1 << run->scale, den, WIDE_DOWN, &low);
	run->width = 1;
	for (uint32_t v = 0; v < budget->ballots; v++)
		run->purse[v].low = (int64_t) low;
	memcpy(run->supporter, budget->supporter, sizeof(uint32_t) * budget->first[budget->ballots]);
	if (run->scored)
		memcpy(run->score, budget->score, sizeof(int64_t) * budget->first[budget->ballots]);
	for (uint32_t v = 0; v < budget->ballots && run->grows; v++)
		run->growth[v] = INT64_C(1) << GROWTH_BITS;
	run->limit = run->grows ? WIDE_MAX : 0;
	run->n = 0;
	run->cost = 0;
	run->heap_n = 0;
	run->ties->ties.first = run->ties->ties.last = NULL;
	run->ties->ties.breaks = 0;
	exact_begin(&run->exact, num, den);
	for (uint32_t p = 0; p < budget->projects; p++)
	{
		Bid		   *bid = &run->bid[p];

		run->bought_at[p] = NOT_BOUGHT;
		bid->live = budget->project[p].supporters;
		bid->step = 0;
		bid->slope = 0;
		if (bid->live == 0)
			continue;
		/* If all had enough.  More than anybody has is as good as unaffordable, which the bid will tell. */
		low = cost_in_units(run, p) / (run->scored ? budget->project[p].score : budget->project[p].votes);
		bid->low = low < PURSE_MAX ? (int64_t) low : PURSE_MAX;
		heap_push(run, p);
	}
	return CODE_OK;
}

/* Make all purchases.  To show what is offered, it must be known already what will be bought: from the run before. */
static Code
make_run(Run *run, Wide num, int64_t den, const SharesWatch *watch)
{
	Purchase   *known = watch != NULL ? arena_copy(run->exact.arena, run->purchase, sizeof(Purchase) * run->n) : NULL;
	uint32_t	knowns = run->n;
	Code		code = begin_run(run, num, den);
	bool		found = true;

	for (uint32_t step = 1; code == CODE_OK && found; step++)
	{
		uint32_t	p;
		const TieBreak *tie;

		if (watch != NULL)
			show_offers(run, watch, known, knowns, step);
		if ((code = choose(run, &found, &p, &tie, step)) == CODE_OK && found)
			buy(run, p, tie);
	}
	return code;
}

/* ---- deciding */

/* Set up what all runs use. */
static void
init_run(Run *run, Arena *arena)
{
	const Budget *budget = run->budget;
	uint32_t	items = budget->first[budget->ballots];
	uint32_t	most = 0;

	run->scored = run->terms->utility == UTILITY_SCORES && budget->score != NULL;
	run->purse = arena_alloc(arena, sizeof(Purse) * budget->ballots);
	for (uint32_t v = 0; v < budget->ballots; v++)
		run->purse[v].weight = budget->ballot[v].weight;
	run->supporter = arena_alloc(arena, sizeof(uint32_t) * items);
	if (run->scored)
		run->score = arena_alloc(arena, sizeof(int64_t) * items);
	run->bid = arena_zero(arena, sizeof(Bid) * budget->projects + sizeof(Wide));
	run->bid = (Bid *) (((uintptr_t) run->bid + sizeof(Wide) - 1) & ~(uintptr_t) (sizeof(Wide) - 1));
	for (uint32_t p = 0; p < budget->projects; p++)
	{
		const Project *project = &budget->project[p];
		Bid		   *bid = &run->bid[p];
		bool		costly = run->terms->utility == UTILITY_COST || run->terms->utility == UTILITY_EFFORT;

		bid->mul = costly ? project->cost : 1;
		bid->div = run->terms->utility == UTILITY_EFFORT && project->votes > 0 ? project->votes : 1;
		bid->top_score = 1;
		for (uint32_t i = project->begin; run->scored && i < project->begin + project->supporters; i++)
			if (budget->score[i] > bid->top_score)
				bid->top_score = budget->score[i];
		most = project->supporters > most ? project->supporters : most;
	}
	run->poor = arena_alloc(arena, most);
	run->heap = arena_alloc(arena, sizeof(uint32_t) * budget->projects);
	run->contender = arena_alloc(arena, sizeof(uint32_t) * budget->projects);
	run->bought_at = arena_alloc(arena, sizeof(uint32_t) * budget->projects);
	run->count = arena_alloc(arena, sizeof(int64_t) * budget->projects);
	run->purchase = arena_alloc(arena, sizeof(Purchase) * budget->projects);
	run->growth = arena_alloc(arena, sizeof(int64_t) * budget->ballots);
	exact_init(&run->exact, budget->projects, arena);
}

/* Rounds of add1, in an array that grows. */
typedef struct Rounds
{
	SharesRound *round;
	uint32_t	n;
	uint32_t	room;
} Rounds;

/* Note a round: the size of the shares, and what they buy. */
static void
note_round(Rounds *rounds, Wide num, int64_t cost, uint32_t bought, Arena *arena)
{
	if (rounds->n == rounds->room)
	{
		SharesRound *grown;

		rounds->room = rounds->room > 0 ? 2 * rounds->room : 64;
		grown = wide_alloc(arena, sizeof(SharesRound) * rounds->room);
		if (rounds->n > 0)
			memcpy(grown, rounds->round, sizeof(SharesRound) * rounds->n);
		rounds->round = grown;
	}
	rounds->round[rounds->n++] = (SharesRound){num, cost, bought};
}

/* Whether the rest of the budget cannot pay for any project that was not bought. */
static bool
is_exhausted(const Run *run)
{
	for (uint32_t p = 0; p < run->budget->projects; p++)
		if (run->bought_at[p] == NOT_BOUGHT && project_of(run, p)->cost <= run->budget->money - run->cost)
			return false;
	return true;
}

/* Whether everything is bought that anybody supports. */
static bool
is_complete(const Run *run)
{
	for (uint32_t p = 0; p < run->budget->projects; p++)
		if (run->bought_at[p] == NOT_BOUGHT && project_of(run, p)->supporters > 0)
			return false;
	return true;
}

/*
 * Raise the shares as long as what is bought costs no more than the budget.  *num becomes the last share of which that
 * is so.  Between two rounds there may be sizes of which it is known that they buy the same as the first of the two.
 */
static Code
raise_shares(Run *run, Wide *num, int64_t den, Rounds *rounds, Arena *arena)
{
	Wide		next = *num;
	Wide		step;
	Code		code;

	if (mul_overflows((Wide) run->terms->increment, (Wide) den, &step))
		return fault_set(run->fault, CODE_NUMBER_OVERFLOW, -1, "The share of a voter does not fit.");
	run->grows = true;
	for (;;)
	{
		Wide		skip;

		if ((code = make_run(run, next, den, NULL)) != CODE_OK)
			return code;
		if (run->cost > run->budget->money)
		{
			/* The share before it buys the same as the one that was looked at last. */
			if (next - step > *num)
				note_round(rounds, next - step, rounds->round[rounds->n - 1].cost, rounds->round[rounds->n - 1].bought, arena);
			note_round(rounds, next, run->cost, run->n, arena);
			*num = next - step;
			break;
		}
		note_round(rounds, next, run->cost, run->n, arena);
		*num = next;
		if (is_complete(run) || (run->terms->exhaustive && is_exhausted(run)))
			break;
		skip = run->limit > 0 ? (run->limit - 1) / ((Wide) run->terms->increment << run->scale) : 0;
		if (mul_overflows(skip + 1, step, &skip) || add_overflows(next, skip, &next))
			return fault_set(run->fault, CODE_NUMBER_OVERFLOW, -1, "The share of a voter does not fit.");
	}
	run->grows = false;
	return CODE_OK;
}

/* Add what the greedy completion takes. */
static Code
complete(Shares *out, const Run *run, Arena *arena)
{
	static const Measure measures[] = {
		[UTILITY_COST] = MEASURE_VOTES,
		[UTILITY_CARDINALITY] = MEASURE_VOTES_PER_COST,
		[UTILITY_EFFORT] = MEASURE_VOTES,
		[UTILITY_SCORES] = MEASURE_SCORE_PER_COST,
	};
	const Budget *budget = run->budget;
	uint8_t    *taken = arena_zero(arena, budget->projects);
	Greedy		greedy;
	Code		code;

	for (uint32_t i = 0; i < out->n; i++)
		taken[out->purchase[i].project] = 1;
	if ((code = greedy_spend(&greedy, budget, measures[run->terms->utility], false, budget->money - out->cost, taken,
							 out->n + 1, run->ties, arena, run->fault)) != CODE_OK)
		return code;
	for (uint32_t i = 0; i < greedy.n; i++)
		if (greedy.pick[i].funded)
			out->purchase[out->n++] = (Purchase){greedy.pick[i].project, true, greedy.pick[i].tie};
	out->cost = budget->money - greedy.left;
	return CODE_OK;
}

Code
shares_decide(Shares *out, const Budget *budget, const SharesTerms *terms, Listed *ties, const SharesWatch *watch,
			  Arena *arena, Arena *scratch, Fault *fault)
{
	bool		adds = terms->completion == COMPLETION_ADD1 || terms->completion == COMPLETION_ADD1_UTILITARIAN;
	bool		fills = terms->completion == COMPLETION_UTILITARIAN || terms->completion == COMPLETION_ADD1_UTILITARIAN;
	Run			run = {.budget = budget, .terms = terms, .ties = ties, .scratch = scratch, .fault = fault};
	Rounds		rounds = {0};
	int64_t		den = budget->voters > 0 ? budget->voters : 1;
	Wide		num = adds && terms->integral ? budget->money / den * (Wide) den : budget->money;
	Code		code;

	if (adds && terms->increment < 1)
		return fault_set(fault, CODE_BAD_TERMS, -1, "The increment is 1 or more.");
	init_run(&run, arena);
	if (adds && (code = raise_shares(&run, &num, den, &rounds, arena)) != CODE_OK)
		return code;
	if ((code = make_run(&run, num, den, NULL)) != CODE_OK ||
		(watch != NULL && (code = make_run(&run, num, den, watch)) != CODE_OK))
		return code;
	*out = (Shares){
		.num = num, .den = den, .n = run.n, .bought = run.n, .purchase = run.purchase, .cost = run.cost,
		.bought_at = run.bought_at, .exact = run.exact, .rounds = rounds.n, .round = rounds.round
	};
	return fills ? complete(out, &run, arena) : CODE_OK;
}

uint32_t
shares_paid(Paid *paid, const Shares *shares, const Budget *budget, Utility utility, uint32_t ballot, Arena *scratch)
{
	const BudgetBallot *content = &budget->ballot[ballot];
	const uint32_t *item = budget->item + budget->first[ballot];
	Big			left = exact_num(&shares->exact, 0);
	uint32_t	n = 0;
	uint32_t	kept = 0;

	for (uint32_t j = 0; j < content->n; j++)
	{
		bool		scored = utility == UTILITY_SCORES && content->score != NULL;
		uint32_t	at;

		if (shares->bought_at[item[j]] == NOT_BOUGHT)
			continue;
		for (at = n++; at > 0 && paid[at - 1].purchase > shares->bought_at[item[j]]; at--)
			paid[at] = paid[at - 1];
		paid[at] = (Paid){shares->bought_at[item[j]], scored ? content->score[j] : 1, BIG_ZERO};
	}
	for (uint32_t i = 0; i < n && left.n > 0; i++)
	{
		Big			part = big_mul_word(exact_num(&shares->exact, paid[i].purchase + 1), (uint64_t) paid[i].score, scratch);

		paid[i].amount = big_cmp(part, left) < 0 ? part : left;
		left = big_sub(left, paid[i].amount, scratch);
		kept++;
	}
	return kept;
}
