/*
 * funding.h -- quadratic funding: a pool of money that follows many small contributions.
 *
 * What a project would ideally get out of the pool is, by the formula,
 *     exact       S * S - C: the square of the sum of the roots of its contributions, less their sum.  Roots have 9
 *                 decimals, cut off; the rest is exact.
 *     square      S * S, nothing taken off
 *     gitcoin     s * s + r - C, where s adds up the whole parts of the roots, and r what their squares leave over
 *     pairwise, pairwise_gitcoin      see pairs.h
 * but never less than nothing.  The pool is divided in proportion to that: if it is too small for all (saturated), or
 * always.  Otherwise everybody gets the ideal.
 *
 * Money is whole units.  By largest_remainder, what is divided is divided to the last unit: shares are rounded down,
 * and what is left goes to those whose shares lost most, one unit each; ties are broken by rules.  By floor, it is left.
 *
 * A cap is the most that one project may get.  What is beyond it goes to the others, in proportion, as long as they are
 * below it; but beyond their ideals only if the pool is always divided.  With floor, all of it is passed on again and
 * again, the way that Gitcoin does.
 */
#ifndef COMMUNE_BUDGET_FUNDING_H
#define COMMUNE_BUDGET_FUNDING_H

#include "budget/big.h"
#include "budget/contributions.h"
#include "budget/listed.h"

typedef enum Formula
{
	FORMULA_EXACT,
	FORMULA_SQUARE,
	FORMULA_GITCOIN
} Formula;

typedef enum Scaling
{
	SCALING_SATURATED,
	SCALING_ALWAYS
} Scaling;

typedef enum Rounding
{
	ROUNDING_LARGEST_REMAINDER,
	ROUNDING_FLOOR
} Rounding;

extern const char *const formula_words[];
extern const char *const scaling_words[];
extern const char *const rounding_words[];

#define FUNDING_PROJECTS_MAX 1000000

/* Decimals of a root. */
#define ROOT_DECIMALS 9

/* The root of an amount in units of 10^-ROOT_DECIMALS, rounded down. */
extern uint64_t root_of_amount(int64_t amount);

/* What a project received, and what it would ideally get. */
typedef struct Claim
{
	int64_t		contributors;
	Wide		received;
	Wide		roots;			/* the sum of them, with root_decimals */
	Big			ideal;			/* with ideal_decimals */
} Claim;

typedef struct Claims
{
	uint32_t	n;
	const int32_t *id;			/* of the projects, ascending */
	Claim	   *claim;
	int			root_decimals;
	int			ideal_decimals;
} Claims;

/*
 * List the projects that received anything, or those in a given list; each other field is left empty.  n is that of
 * the list, id NULL if there is none.  Faults: UNLISTED, NEGATIVE_COUNT, TOO_LARGE.
 */
extern Code claims_list(Claims *out, const Contributions *c, const int32_t *id, uint32_t n, Arena *arena, Fault *fault);

/* Compute the claims by a formula.  pause is called now and then. */
extern void claims_compute(Claims *claims, const Contributions *c, Formula formula, void (*pause)(void), Arena *arena);

typedef struct PoolRule
{
	int64_t		pool;
	Scaling		scaling;
	Rounding	rounding;
	int64_t		cap;			/* INT64_MAX for none */
} PoolRule;

/* What a project gets. */
typedef struct Match
{
	int64_t		uncapped;		/* if there were no cap */
	int64_t		match;
	const TieBreak *tie;		/* that gave it its last unit, or refused it one; NULL if there was none */
} Match;

/*
 * Divide the pool among claims; pause is called now and then, scratch emptied.  Faults: BAD_TERMS, and those of ties.
 */
extern Code pool_divide(Match *out, const Claims *claims, const PoolRule *rule, Listed *ties, void (*pause)(void),
						Arena *arena, Arena *scratch, Fault *fault);

/*
 * The alpha of clr.fund: whoever voted for a project with v credits has given v; a part alpha of the square of a
 * project's votes, and 1 - alpha of its credits, add up to what it gets.  alpha has 18 decimals, rounded down, and so
 * are the amounts.
 */
#define ALPHA_DECIMALS 18

typedef struct AlphaRule
{
	Big			budget;			/* contributions and matching pool together */
	Big			factor;			/* units of money in a credit */
} AlphaRule;

/* Compute the amounts for n projects, of which votes[i] and credits[i] are 0 or more.  Fault: BAD_TERMS. */
extern Code alpha_divide(Big *out, Big *alpha, const AlphaRule *rule, const Wide *votes, const Wide *credits, uint32_t n,
						 Arena *arena, Fault *fault);

#endif
