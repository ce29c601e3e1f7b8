/*
 * shares_run.h -- one run of equal shares: all purchases for one size of the shares.  For the files shares*.c.
 *
 *   shares_bid.c     what projects cost their supporters, by bounds; how far shares may grow
 *   shares_exact.c   the same exactly, where bounds do not decide
 *   shares_run.c     choosing and buying until nothing can be paid for
 *   shares.c         which sizes of the shares are run, and what completes them
 *
 * What a voter has left is known to lie in low .. low + width, in units of 2^-scale; the rate of a project in low ..
 * high of its bid.  Money only gets less, so a rate only rises: a bid made earlier is a lower bound, and bids are made
 * anew only for the projects that seem cheapest (a heap).  Where bounds overlap, the fractions of exact.h decide.
 *
 * Whoever could not pay his part of a purchase has nothing left from then on.  Everybody else paid the full rate of all
 * purchases that he supports, so his money is the share less these: an exact sum of a few fractions, and for a set of
 * voters a linear combination of all of them with whole coefficients.
 *
 * Work is counted in steps: a supporter of a project who is looked at, a word of a big number that is added up; what is
 * done beside that for a project takes as long as STEPS_ASIDE of them.  Their number depends on nothing but the ballots
 * and the terms, so that a limit is reached everywhere or nowhere.
 */
#ifndef COMMUNE_BUDGET_SHARES_RUN_H
#define COMMUNE_BUDGET_SHARES_RUN_H

#include "budget/shares.h"

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
	uint32_t   *cheapest;		/* those of the contenders who are left when their rates are known */
	uint64_t   *held;			/* the number of the lowest rate so far */
	uint32_t	held_room;

	uint32_t	n;
	Purchase   *purchase;
	int64_t		cost;
	int64_t		steps;			/* in all runs */

	/* add1, while it looks for a size: how far the shares may grow before another purchase is possible. */
	bool		grows;
	int64_t    *growth;			/* no unit more of all shares leaves more of these growth units to a purse */
	Wide		limit;			/* less than so many units change nothing */
} Run;

static inline const Project *
project_of(const Run *run, uint32_t p)
{
	return &run->budget->project[p];
}

/* The score that a live supporter, at his place among all supporters, gives. */
static inline int64_t
score_of(const Run *run, uint32_t at)
{
	return run->scored ? run->score[at] : 1;
}

static inline Wide
cost_in_units(const Run *run, uint32_t p)
{
	return (Wide) project_of(run, p)->cost << run->scale;
}

static inline Wide
divide_up(Wide a, Wide b)
{
	return (a + b - 1) / b;
}

#define STEPS_ASIDE 64

/* Count what takes so many steps. */
static inline void
take_steps(Run *run, uint64_t n)
{
	run->steps += (int64_t) n;
}

static inline bool
is_too_long(const Run *run)
{
	return run->terms->most_steps > 0 && run->steps > run->terms->most_steps;
}

/* Words that are touched when all fractions are added up, or another one is appended. */
static inline uint64_t
words_of_all(const Run *run)
{
	return (uint64_t) run->exact.rows * run->exact.width;
}

/* ---- by bounds */

/* Make a bid for a project at this step: find the bounds of its rate.  False if its supporters cannot pay for it. */
extern bool bid_make(Run *run, uint32_t p, uint32_t step);

/* Compare rates by the utility that they give. */
extern int	bid_compare(const Run *run, uint32_t p, int64_t rate, uint32_t q, int64_t other);

/* Whether it is still of use to know how far shares may grow: by one increment and more. */
static inline bool
may_grow(const Run *run)
{
	return run->grows && run->limit > (Wide) run->terms->increment << run->scale;
}

/* Let shares grow only so far that a gap, which closes by slope for each unit, stays open. */
extern void growth_limit(Run *run, Wide gap, Wide slope);

/* Add up the growth of all supporters who cannot pay a rate in full, those who are empty among them. */
extern Wide growth_of_poor(Run *run, uint32_t p, int64_t rate);

/* ---- exactly, in numbers that live in scratch */

/* A fraction: num / (the common denominator * factor). */
typedef struct Rate
{
	Big			num;
	int64_t		factor;
} Rate;

/* What the live supporters of a project have, over the common denominator; a bid was made at this step. */
extern Big	money_of_supporters(Run *run, uint32_t p);

/* Find the rate of a project of which a bid was made at this step; poor is set.  False if that takes too many steps. */
extern bool rate_of(Rate *out, Run *run, uint32_t p);

/* Compare two rates by the utility that they give. */
extern int	rate_compare(Run *run, uint32_t p, Rate a, uint32_t q, Rate b);

/* ---- runs */

/* Set up what all runs use. */
extern void run_init(Run *run, Arena *arena);

/*
 * Make all purchases for the share num / den.  To show what is offered, it must be known already what will be bought:
 * from the run before.
 */
extern Code run_make(Run *run, Wide num, int64_t den, const SharesWatch *watch);

#endif
