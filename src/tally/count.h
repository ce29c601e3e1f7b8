/*
 * count.h -- counting the ballots of a poll by its method.
 *
 * Ballots become the same states that the aggregates in SQL make (voting/, budget/), and the same cores count them.  A
 * method says of each option its rank and its seats, and of the way there a number of rounds.
 *
 *     scores.c      majority, plurality, approval, score, STAR, quadratic, cumulative
 *     rankings.c    Borda, Copeland, minimax, Schulze, ranked pairs
 *     transfers.c   instant runoff, the single transferable vote
 *     lists.c       seats for lists: D'Hondt, Sainte-Lague, largest remainder
 *     budgets.c     a budget: greedy, equal shares
 *
 * Options are numbered from 1; arrays for them have options + 1 items.
 */
#ifndef COMMUNE_COUNT_H
#define COMMUNE_COUNT_H

#include "poll/poll.h"
#include "voting/counts.h"
#include "voting/lot.h"
#include "voting/profile.h"

/* A ballot that says something, and how often it counts. */
typedef struct CountBallot
{
	const Ballot *ballot;
	int64_t		weight;
} CountBallot;

/* A round of a count: what each option had, and what became of it. */
typedef struct CountRound
{
	struct CountRound *next;
	int			decimals;		/* votes are in units of 10^-decimals */
	Wide	   *votes;			/* [0]: those that no option has, if rest is true */
	bool		rest;
	bool	   *has_votes;		/* false where there is no number to be told */
	Wide	   *needed;			/* points to the votes that are needed; NULL if nothing is */
	const char **status;
	const TieBreak **tie;		/* the last one of this round in which the option was tied; NULL for none */
} CountRound;

typedef struct Count
{
	const Method *method;
	const Json *params;
	uint32_t	options;
	size_t		n;
	const CountBallot *ballot;	/* in the order of the voters' numbers */
	Str			seed;			/* of lots */
	bool		decides;		/* false without a quorum: nothing wins */
	int64_t		most_steps;		/* COUNT_STEPS_MAX; 0 for any number */
	Arena	   *arena;
	Fault	   *fault;

	/* what it comes to */
	Digest		state;			/* SHA-256 of the canonical state */
	uint32_t   *rank;			/* of each option */
	uint32_t   *seats;
	bool		tied;			/* a tie left a seat empty */
	Ties		ties;			/* rules, and those that were broken */
	CountRound *first;
	CountRound *last;
	uint32_t	rounds;
} Count;

/*
 * Called now and then in long counts; may jump out.  NULL, or what the program has set: the server looks whether it is
 * to end.
 */
extern void (*count_pause) (void);

/*
 * A count that takes more steps than this is given up with TOO_LARGE, which becomes the poll's result.  Equal shares and
 * Meek's method count them: their work has no bound in the number of ballots and options, and with a few numbers in a
 * poll one member could stop the register for everybody.  A step takes some nanoseconds, but no clock is asked, so
 * replicas agree; which also makes the way in which steps are counted a part of the rules.
 */
#define COUNT_STEPS_MAX (INT64_C(1) << 32)

/*
 * Count; everything before "what it comes to" is given.  Faults: NUMBER_OVERFLOW, TOO_LARGE, and those of the cores, all
 * of them the same wherever the same ballots are counted.
 */
extern Code count_ballots(Count *count);

/* ---- for the methods ---- */

/* What a method does: it makes a state of the ballots, sets state, rank and seats, and adds rounds. */
typedef Code (*Counter) (Count *count);

extern Code count_scores(Count *count);
extern Code count_rankings(Count *count);
extern Code count_transfers(Count *count);
extern Code count_lists(Count *count);
extern Code count_budget(Count *count);

/* Set the digest of a state's bytes. */
extern void count_digest(Count *count, const uint8_t *bytes, size_t n);

/* Make the profile of all rankings, in order, and set its digest. */
extern Code count_profile(Profile *out, Count *count);

/* Add a round in which nobody has votes or a status yet. */
extern CountRound *count_round(Count *count, int decimals);

/* Whether option a stands before option b, behind it, or beside it: 1, -1, 0. */
typedef int (*CountOrder) (const Count *count, const void *context, uint32_t a, uint32_t b);

/* Rank all options: 1 and the number of those that stand before it. */
extern void count_rank(Count *count, CountOrder order, const void *context);

/* Rank them by votes, the more the better. */
extern void count_rank_by(Count *count, const Wide *votes);

/*
 * Give the first seats options in the order of their ranks a seat, but only those that may have one.  Where more share a
 * rank than there are seats left, the rules for ties decide; by the rule none, or without rules, nobody of them gets one.
 */
extern Code count_seat(Count *count, const bool *may, int64_t seats);

/* Set the status of the last round by who has seats: elected, tied, not elected. */
extern void count_conclude(Count *count);

#endif
