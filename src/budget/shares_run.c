/*
 * shares_run.c -- buys projects under equal shares until nothing can be paid for.
 */
#include "budget/shares_run.h"

#include <inttypes.h>

void
run_init(Run *run, Arena *arena)
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
	run->cheapest = arena_alloc(arena, sizeof(uint32_t) * budget->projects);
	run->bought_at = arena_alloc(arena, sizeof(uint32_t) * budget->projects);
	run->count = arena_alloc(arena, sizeof(int64_t) * budget->projects);
	run->purchase = arena_alloc(arena, sizeof(Purchase) * budget->projects);
	run->growth = arena_alloc(arena, sizeof(int64_t) * budget->ballots);
	exact_init(&run->exact, budget->projects, arena);
}

/* ---- the heap of bids, by their lower bounds */

static bool
comes_before(const Run *run, uint32_t p, uint32_t q)
{
	int			order = bid_compare(run, p, run->bid[p].low, q, run->bid[q].low);

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

/* ---- a purchase */

/* Keep the number of a rate, so that others may be computed. */
static void
hold(Run *run, Rate *rate)
{
	if (rate->num.n > run->held_room)
	{
		run->held_room = 2 * rate->num.n;
		run->held = arena_alloc(run->exact.arena, sizeof(uint64_t) * run->held_room);
	}
	memcpy(run->held, rate->num.limb, sizeof(uint64_t) * rate->num.n);
	rate->num.limb = run->held;
}

/*
 * Keep those of n contenders whose exact rate is the lowest, in ascending order; return how many they are, 0 if it takes
 * too many steps to find out.
 */
static uint32_t
keep_cheapest(Run *run, uint32_t n)
{
	uint32_t	kept = 0;
	uint32_t	best = 0;
	Rate		best_rate = {0};

	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t	p = run->contender[i];
		Rate		rate;
		int			order;
		uint32_t	at;

		if (!rate_of(&rate, run, p))
			return 0;
		order = kept > 0 ? rate_compare(run, p, rate, best, best_rate) : -1;
		if (run->budget->pause != NULL)
			run->budget->pause();
		if (order < 0)
		{
			best = p;
			best_rate = rate;
			hold(run, &best_rate);
			kept = 0;
		}
		arena_reset(run->scratch);
		if (order > 0)
			continue;
		for (at = kept++; at > 0 && run->cheapest[at - 1] > p; at--)
			run->cheapest[at] = run->cheapest[at - 1];
		run->cheapest[at] = p;
	}
	return kept;
}

static Code
too_long(const Run *run)
{
	return fault_set(run->fault, CODE_TOO_LARGE, -1, "Equal shares take more than %" PRId64 " steps here%s.", run->terms->most_steps,
					 run->grows ? ": a greater increment takes fewer" : "");
}

/* Break a tie among the n cheapest. */
static Code
break_tie(Run *run, uint32_t *chosen, const TieBreak **tie, uint32_t n, uint32_t step)
{
	Listed	   *ties = run->ties;
	Arena	   *arena = ties->ties.arena;
	uint64_t	recorded = ties->recorded;
	Code		code;

	/* How ties are broken while add1 looks for a size is not kept. */
	if (run->grows)
		ties->ties.arena = run->scratch;
	code = budget_break_tie(chosen, tie, run->budget, ties, run->cheapest, n, step, run->fault);
	if (run->grows)
	{
		*tie = NULL;
		listed_forget(ties);
		ties->ties.arena = arena;
		ties->recorded = recorded;
		arena_reset(run->scratch);
	}
	return code;
}

/*
 * Choose the project to be bought at this step, and take it off the heap.  *found is false if there is none that can
 * be paid for.
 */
static Code
choose(Run *run, bool *found, uint32_t *chosen, const TieBreak **tie, uint32_t step)
{
	uint32_t	n = 0;
	uint32_t	n_cheapest;
	uint32_t	best = 0;
	Code		code = CODE_OK;

	*tie = NULL;
	while (run->heap_n > 0)
	{
		uint32_t	p = run->heap[0];

		if (n > 0 && run->bid[best].high != UNKNOWN &&
			bid_compare(run, best, run->bid[best].high, p, run->bid[p].low) < 0)
			break;
		if (run->bid[p].step != step)
		{
			if (is_too_long(run))
				return too_long(run);
			if (run->budget->pause != NULL)
				run->budget->pause();
			if (bid_make(run, p, step))
				heap_down(run, 0);
			else
				heap_pop(run);
			continue;
		}
		heap_pop(run);
		run->contender[n++] = p;
		if (n == 1 || run->bid[best].high == UNKNOWN ||
			(run->bid[p].high != UNKNOWN && bid_compare(run, p, run->bid[p].high, best, run->bid[best].high) < 0))
			best = p;
	}
	*found = n > 0;
	*chosen = best;
	if (n > 1)
	{
		n_cheapest = keep_cheapest(run, n);
		code = n_cheapest > 0 ? break_tie(run, chosen, tie, n_cheapest, step) : too_long(run);
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
			growth_limit(run, other->low - same, other->slope);
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
static Code
buy(Run *run, uint32_t p, const TieBreak *tie)
{
	Bid		   *bid = &run->bid[p];
	uint32_t	begin = project_of(run, p)->begin;
	Rate		rate;
	Big			units;
	uint64_t	low;

	if (!rate_of(&rate, run, p))
		return too_long(run);
	take_steps(run, words_of_all(run) + bid->live + run->heap_n * STEPS_ASIDE);
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
	if (!exact_append(&run->exact, rate.num, (uint64_t) rate.factor, run->scratch))
		return fault_set(run->fault, CODE_TOO_LARGE, -1, "After %" PRIu32 " purchases the fractions take too much memory.",
						 run->n);
	run->bought_at[p] = run->n;
	run->purchase[run->n++] = (Purchase){.project = p, .tie = tie};
	run->cost += project_of(run, p)->cost;
	arena_reset(run->scratch);
	return CODE_OK;
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
		offer.affordable = bid_make(run, p, step);
		offer.money = money_of_supporters(run, p);
		offer.money_den = exact_den(&run->exact);
		if (offer.affordable)
		{
			Rate		rate;

			(void) rate_of(&rate, run, p);	/* whoever watches sets no limit */
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
	take_steps(run, budget->first[budget->ballots] + budget->ballots + budget->projects * STEPS_ASIDE);
	listed_forget(run->ties);
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

Code
run_make(Run *run, Wide num, int64_t den, const SharesWatch *watch)
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
			code = buy(run, p, tie);
	}
	return code;
}
