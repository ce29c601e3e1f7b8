/*
 * condorcet.h -- methods that compare options two by two.
 *
 * a beats b if more ballots prefer a to b than the other way round.  How strong that is, is told by the strength:
 *
 *   winning      the ballots that prefer a
 *   margin       those, less the ballots that prefer b
 *   ratio        those, to the ballots that prefer b; with none of them, the more of a's the stronger
 *   opposition   minimax only: the ballots that prefer the other, whether he beats or not
 */
#ifndef COMMUNE_VOTING_CONDORCET_H
#define COMMUNE_VOTING_CONDORCET_H

#include "voting/counts.h"
#include "voting/place.h"

typedef enum Strength
{
	STRENGTH_WINNING,
	STRENGTH_MARGIN,
	STRENGTH_RATIO,
	STRENGTH_OPPOSITION
} Strength;

/* How many ballots prefer a to b. */
static inline int64_t
pairs_prefer(const Counts *pairs, uint32_t a, uint32_t b)
{
	return counts_get(pairs, a, b - 1);
}

/* Check that the numbers of a state of pairs do not contradict each other.  Fault: NEGATIVE_COUNT. */
extern Code pairs_check(const Counts *pairs, Fault *fault);

/* ---- who beats whom: Copeland, the Smith set */

typedef struct Duels
{
	uint32_t	wins;
	uint32_t	ties;
	uint32_t	losses;
	bool		smith;			/* in the smallest set whose members beat everybody outside */
	Place		place;			/* by Copeland: two points for a win, one for a tie */
} Duels;

/* out has options + 1 items.  Faults: those of ties_break(). */
extern Code duels_count(Duels *out, const Counts *pairs, int64_t seats, Ties *ties, Arena *arena, Fault *fault);

/* ---- minimax: whose worst defeat is the least */

typedef struct Minimax
{
	Wide	   *worst;			/* of each option */
	uint32_t   *against;		/* who inflicts it, 0 for nobody */
	Place	   *place;
} Minimax;

/* The ratio is no strength of minimax.  Faults: BAD_RULE, and those of ties_break(). */
extern Code minimax_count(Minimax *out, const Counts *pairs, Strength strength, int64_t seats, Ties *ties, Arena *arena,
						  Fault *fault);

/*
 * ---- Schulze: a path is as strong as its weakest step, and a is ahead of b if the strongest path from a to b is
 * stronger than that from b to a.  The first rank are those whom nobody is ahead of; without them, the second; and so
 * on (Schulze, "The Schulze Method of Voting", arXiv:1804.02973).
 */

typedef struct Schulze
{
	uint32_t	options;
	int32_t    *path;			/* [a * (options + 1) + b]: the rank of its strength among all, 0 if there is no path */
	const Wide *numerator;		/* of each such rank: the strength; its denominator is 1 but for ratios */
	const Wide *denominator;
	Place	   *place;
} Schulze;

/* pause, which may be NULL, is called now and then, and may jump out.  Faults: BAD_RULE, and those of ties_break(). */
extern Code schulze_count(Schulze *out, const Counts *pairs, Strength strength, int64_t seats, Ties *ties,
						  void (*pause)(void), Arena *arena, Fault *fault);

/*
 * ---- ranked pairs (Tideman): pairs are locked one by one, the strongest first, unless that would close a circle.
 *
 * Of pairs of the same strength, the one with fewer ballots against it comes first.  Those that are equal in that, too,
 * are all locked if they close no circle together; else by the rule
 *
 *   EQUAL_RANKED     those that might be in a circle come in the order in which ties rank all options: that of the
 *                    winners, then that of the losers
 *   EQUAL_TOGETHER   those that are in a circle of what was locked and of all that are equal are left out, all of them
 */
typedef enum EqualPairs
{
	EQUAL_RANKED,
	EQUAL_TOGETHER
} EqualPairs;

typedef struct LockedPair
{
	uint32_t	winner;
	uint32_t	loser;
	bool		locked;
	bool		tied;			/* ties decided when it came */
	TieRule		rule;
} LockedPair;

typedef struct RankedPairs
{
	size_t		n;
	LockedPair *pair;			/* in the order in which they came */
	Place	   *place;
} RankedPairs;

/* Faults: BAD_RULE, and those of ties_break(). */
extern Code ranked_pairs_count(RankedPairs *out, const Counts *pairs, Strength strength, EqualPairs equal, int64_t seats,
							   Ties *ties, void (*pause)(void), Arena *arena, Fault *fault);

#endif
