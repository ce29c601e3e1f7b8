/*
 * pairs.h -- pairwise-bounded quadratic funding (Buterin, Pairwise coordination subsidies: a new quadratic funding
 * design, 2019): contributors who often agree count for less.
 *
 * S * S - C of quadratic funding is a sum over pairs of contributors to a project: twice the root of their amounts,
 * multiplied.  Be shared what a pair has in common in all projects: the sum of the roots of its amounts, multiplied.
 *     pairwise           a pair counts for bound / (bound + shared) of that
 *     pairwise_gitcoin   a pair counts once instead of twice, for (bound + 1) / shared; so Gitcoin's program did
 * As the bound grows, the first becomes quadratic funding.
 *
 * Roots and products of roots have 9 decimals, and so has what a pair counts for; all are cut off.
 *
 * The pairs of one contributor are looked at together, in an array with a place for each other one.  So memory is in
 * proportion to contributions; time is in proportion to the pairs of contributors in each project, which is why their
 * number is limited.
 */
#ifndef COMMUNE_BUDGET_PAIRS_H
#define COMMUNE_BUDGET_PAIRS_H

#include "budget/funding.h"

typedef enum PairFormula
{
	PAIRS_PAPER,
	PAIRS_GITCOIN
} PairFormula;

extern const char *const pair_formula_words[];

typedef struct PairRule
{
	PairFormula formula;
	int64_t		bound;			/* 1 or more */
	int64_t		most;			/* pairs that are looked at */
} PairRule;

/* What a pair has in common, shared, and what it counts for there, num / den; each with 9 decimals. */
typedef struct Pair
{
	int64_t		a;				/* contributors, a < b */
	int64_t		b;
	Wide		shared;
	Wide		num;
	Wide		den;
} Pair;

/*
 * Compute claims from pairs; see may be NULL, or is shown each pair once.  Faults: BAD_TERMS, TOO_MANY_PAIRS,
 * NUMBER_OVERFLOW.
 */
extern Code claims_of_pairs(Claims *claims, const Contributions *c, const PairRule *rule,
							void (*see)(void *context, const Pair *pair), void *context, void (*pause)(void),
							Arena *arena, Fault *fault);

#endif
