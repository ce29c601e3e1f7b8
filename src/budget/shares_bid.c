/*
 * shares_bid.c -- what projects cost their supporters under equal shares, by bounds.
 */
#include "budget/shares_run.h"

/* ---- supporters */

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

	take_steps(run, bid->live);
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
crowd_of(Run *run, uint32_t p, int64_t rate)
{
	take_steps(run, run->bid[p].live + STEPS_ASIDE);
	return run->scored ? look_at(run, p, rate, true) : look_at(run, p, rate, false);
}

/* ---- how far shares may grow */

void
growth_limit(Run *run, Wide gap, Wide slope)
{
	Wide		limit;

	if (gap <= 0)
		run->limit = 0;
	else if (slope > 0 && !wide_muldiv_overflows(gap, (Wide) 1 << GROWTH_BITS, slope, WIDE_DOWN, &limit) &&
			 limit < run->limit)
		run->limit = limit;
}

Wide
growth_of_poor(Run *run, uint32_t p, int64_t rate)
{
	const Project *project = project_of(run, p);
	Wide		sum = 0;

	take_steps(run, project->supporters);
	for (uint32_t i = project->begin; i < project->begin + project->supporters; i++)
	{
		uint32_t	v = run->budget->supporter[i];

		if (run->purse[v].low < (Wide) rate * (run->scored ? run->budget->score[i] : 1))
			sum += (Wide) run->purse[v].weight * run->growth[v];
	}
	return sum;
}

/* ---- bids */

/* Whether the supporters of a project can pay for it, exactly. */
static bool
can_pay_exactly(Run *run, uint32_t p)
{
	bool		can;

	can = big_cmp(money_of_supporters(run, p),
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
			growth_limit(run, cost - most, growth_of_poor(run, p, UNKNOWN));
		return false;
	}
	run->limit = 0;
	return true;
}

/*
 * With what purses hold at least, what supporters pay for it is a concave function of the rate, made of straight
 * pieces.  Newton's method, begun at a lower bound, goes from piece to piece and ends at the rate itself.  Were
 * each purse to hold more by width, the poor would pay so much more, and the others less.
 */
bool
bid_make(Run *run, uint32_t p, uint32_t step)
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

/* The utility that a rate buys is rate / (mul / div). */
int
bid_compare(const Run *run, uint32_t p, int64_t rate, uint32_t q, int64_t other)
{
	const Bid  *a = &run->bid[p];
	const Bid  *b = &run->bid[q];

	return wide_cmp_products((Wide) rate * a->div, b->mul, (Wide) other * b->div, a->mul);
}
