/*
 * shares.h -- a shared budget spent by the Method of Equal Shares (Peters, Pierczynski, Skowron, Proportional
 * Participatory Budgeting with Additive Utilities, NeurIPS 2021).
 *
 * Every voter begins with the same share.  A project is paid for by those who support it: each pays in proportion to
 * his score for it, or all that he has left, if that is less.  What a voter pays for each point of score is the rate
 * of the project.  Again and again the project is bought that gives its supporters the most utility for their money,
 * until no project is left that its supporters can pay for.  Utility is score times
 *     cost          the cost of the project
 *     cardinality   1, the scores 1, too
 *     effort        the cost of the project, divided by its votes
 *     scores        1
 * The scores count with the last only; with the others, a supporter is a supporter.
 *
 * Equal shares leave money over.  Completions use it:
 *     none               it is left
 *     utilitarian        greedily, by the same utility (budget.h: votes for cost and effort, votes per cost for
 *                        cardinality, scores per cost for scores)
 *     add1               shares are raised, again and again by the increment, as long as what is bought costs no more
 *                        than the budget; with exhaustive, only until no project is left that the rest could pay for
 *     add1_utilitarian   both, one after the other
 * With integral, shares begin at a whole number, rounded down.
 *
 * Everything is decided exactly.  Shares and rates are fractions whose denominators grow with every purchase; so the
 * money of voters is kept to 62 bits, with a bound for what is cut off, and only where that does not decide, the
 * fractions do: of each purchase just the rate is a fraction of big numbers, and what a voter has left is the share less
 * the rates that he paid.
 */
#ifndef COMMUNE_BUDGET_SHARES_H
#define COMMUNE_BUDGET_SHARES_H

#include "budget/budget.h"
#include "budget/exact.h"

typedef enum Utility
{
	UTILITY_COST,
	UTILITY_CARDINALITY,
	UTILITY_EFFORT,
	UTILITY_SCORES
} Utility;

typedef enum Completion
{
	COMPLETION_NONE,
	COMPLETION_UTILITARIAN,
	COMPLETION_ADD1,
	COMPLETION_ADD1_UTILITARIAN
} Completion;

extern const char *const utility_words[];
extern const char *const completion_words[];

typedef struct SharesTerms
{
	Utility		utility;
	Completion	completion;
	int64_t		increment;		/* the next three are for add1; 1 or more */
	bool		integral;
	bool		exhaustive;
	int64_t		most_steps;		/* shares_run.h says what a step is; 0: any number */
} SharesTerms;

/* A project that was bought, or added by the completion. */
typedef struct Purchase
{
	uint32_t	project;
	bool		completion;
	const TieBreak *tie;		/* NULL if there was none */
} Purchase;

/* One size of the shares, of those that add1 looked at; those in between buy the same as the one before. */
typedef struct SharesRound
{
	Wide		num;			/* the share is num / den of the result */
	int64_t		cost;
	uint32_t	bought;
} SharesRound;

#define SHARES_ROUNDS_MAX 1000000

#define NOT_BOUGHT UINT32_MAX

typedef struct Shares
{
	Wide		num;			/* the share of a voter, num / den */
	int64_t		den;
	uint32_t	n;
	Purchase   *purchase;		/* first what was bought, then what was added */
	uint32_t	bought;
	int64_t		cost;			/* of all of them */
	uint32_t   *bought_at;		/* of each project: the purchase from 0, or NOT_BOUGHT if shares did not buy it */
	Exact		exact;			/* the rates of what was bought */
	uint32_t	rounds;
	SharesRound *round;			/* add1: the last one may be too expensive; the others are not */
} Shares;

/* How a project stands at a step, before something is bought. */
typedef struct Offer
{
	uint32_t	project;
	bool		bought;			/* at this step */
	bool		affordable;
	Big			money;			/* of its supporters, money / money_den */
	Big			money_den;
	Big			rate;			/* rate / rate_den, if it is affordable */
	Big			rate_den;
} Offer;

/*
 * What is shown while the final purchases are made: each project that is not bought yet, at each step; step counts from
 * 1, the last one buys nothing.  The offer lives until the next.
 */
typedef struct SharesWatch
{
	void		(*offer)(void *context, uint32_t step, const Offer *offer);
	void	   *context;
} SharesWatch;

/*
 * Decide about a budget.  The result lives in arena; scratch is emptied now and then.  watch may be NULL.  Faults:
 * BAD_TERMS, NUMBER_OVERFLOW, TOO_LARGE, and those of ties.
 */
extern Code shares_decide(Shares *out, const Budget *budget, const SharesTerms *terms, Listed *ties,
						  const SharesWatch *watch, Arena *arena, Arena *scratch, Fault *fault);

/* What each weight of 1 of a ballot paid for a purchase: a numerator over exact_den(). */
typedef struct Paid
{
	uint32_t	purchase;
	int64_t		score;
	Big			amount;
} Paid;

/*
 * Compute what a ballot paid, in the order of the purchases, and return for how many of them it paid.  paid has room
 * for the ballot's projects; the numbers live in scratch.
 */
extern uint32_t shares_paid(Paid *paid, const Shares *shares, const Budget *budget, Utility utility, uint32_t ballot,
							Arena *scratch);

#endif
