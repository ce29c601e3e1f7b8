/*
 * budget.h -- a shared budget: projects with their costs, ballots, and money; and the greedy way to spend it.
 *
 * A project is supported by the ballots that name it.  Its votes are their weight, its score the sum of weight times
 * score.  Money is counted in whole units of the smallest coin; nothing costs less than 1.
 */
#ifndef COMMUNE_BUDGET_BUDGET_H
#define COMMUNE_BUDGET_BUDGET_H

#include "budget/ballots.h"
#include "budget/listed.h"
#include "voting/words.h"

typedef struct Project
{
	int64_t		cost;
	int64_t		votes;
	int64_t		score;
	uint32_t	begin;			/* where its supporters are, and their number */
	uint32_t	supporters;
} Project;

typedef struct Budget
{
	int64_t		money;
	uint32_t	projects;
	const int32_t *id;			/* of the projects, ascending */
	Project    *project;
	int64_t		cost;			/* of all projects together */
	int64_t		voters;			/* weight of all ballots */
	uint32_t	ballots;
	const BudgetBallot *ballot;
	uint32_t   *first;			/* where the items of each ballot begin; ballots + 1 of them */
	uint32_t   *item;			/* the projects of all ballots, by their places here */
	uint32_t   *supporter;		/* the ballots that support a project */
	int64_t    *score;			/* their scores for it; NULL if all are 1 */
	void		(*pause)(void);
} Budget;

/*
 * Read a budget: n projects in any order, as pairs of id and cost, and ballots at rest.  Everything lives in arena and
 * shares the ballots.  Faults: BAD_TERMS, TOO_LARGE, UNLISTED, NEGATIVE_COUNT, NUMBER_OVERFLOW.
 */
extern Code budget_init(Budget *out, int64_t money, const int64_t *pairs, size_t n, const BudgetBallots *ballots,
						void (*pause)(void), Arena *arena, Fault *fault);

/*
 * How ties among projects are broken: beside the rules that go by a list, more votes, less cost, more cost.
 */
#define BUDGET_TIES (TIES_BY_LIST | TIE_BIT(TIE_MAX_VOTES) | TIE_BIT(TIE_MIN_COST) | TIE_BIT(TIE_MAX_COST))

/* Break a tie among n projects (from 0, ascending), which is recorded in *made, NULL if there was just one. */
extern Code budget_break_tie(uint32_t *chosen, const TieBreak **made, const Budget *budget, Listed *ties,
							 const uint32_t *tied, uint32_t n, uint32_t round, Fault *fault);

/* ---- greedy: the best project first, as long as the money lasts */

typedef enum Measure
{
	MEASURE_VOTES,
	MEASURE_VOTES_PER_COST,
	MEASURE_SCORE,
	MEASURE_SCORE_PER_COST
} Measure;

extern const char *const measure_words[];
extern const char *const unaffordable_words[];	/* what becomes of those after a project that is too expensive */

typedef struct Pick
{
	uint32_t	project;
	bool		funded;
	int64_t		left;			/* money after it */
	const TieBreak *tie;		/* NULL if there was none */
} Pick;

typedef struct Greedy
{
	uint32_t	n;
	Pick	   *pick;			/* in the order in which projects were looked at */
	int64_t		left;
	bool		stopped;		/* at a project that was too expensive; those after it were not looked at */
} Greedy;

/*
 * Spend money greedily on the projects that are not taken yet; taken may be NULL.  A project that costs more than what
 * is left is passed over, or ends everything if stop is true.
 */
extern Code greedy_spend(Greedy *out, const Budget *budget, Measure measure, bool stop, int64_t money,
						 const uint8_t *taken, uint32_t round, Listed *ties, Arena *arena, Fault *fault);

#endif
