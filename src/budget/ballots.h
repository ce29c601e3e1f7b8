/*
 * ballots.h -- ballots of a shared budget: which projects a voter supports, and how much.
 *
 * A ballot is a set of projects with a score each: 1 where the ballot only approves.  Equal ballots are kept once, with
 * the sum of their weights.  A ballot without projects is a voter, too.  A negative weight takes ballots away; one of
 * weight 0 is as if it had never been there.
 *
 * Ballots are ordered by their projects, of which a ballot has an ascending list, then by their scores; a list that
 * another one begins with comes before it.
 *
 * The bytes are canonical.  All numbers are little-endian; b is the number of ballots, n that of their projects.
 *
 *   1 byte       version, BALLOTS_VERSION
 *   1 byte       'b'
 *   1 byte       1 if a score is not 1, else 0
 *   1 byte       0
 *   4 bytes      b
 *   4 bytes      n
 *   4 bytes      0
 *   b * 8 bytes  weights, none of them 0
 *   b * 4 bytes  where the projects of each ballot end
 *   n * 4 bytes  the projects
 *   n * 8 bytes  the scores, if a score is not 1
 *
 * The text is a list of words: 2*(1,3) for weight and projects, 1*(2:4,7:10) with scores.
 */
#ifndef COMMUNE_BUDGET_BALLOTS_H
#define COMMUNE_BUDGET_BALLOTS_H

#include "base/base.h"

#define BALLOTS_VERSION 1
#define BALLOTS_HEADER 16
#define BALLOTS_MAX 30000000
#define BALLOTS_ITEMS_MAX 100000000	/* projects of all ballots, counted again in each */
#define BALLOT_PROJECTS_MAX 32767	/* of one ballot, and of all */

typedef struct BudgetBallot
{
	const int32_t *project;		/* ascending */
	const int64_t *score;		/* more than 0; NULL if all are 1 */
	uint32_t	n;
	uint32_t	hash;
	int64_t		weight;
} BudgetBallot;

typedef struct BudgetBallots
{
	Arena	   *arena;
	BudgetBallot *ballot;		/* in the order in which they came; at rest in their own */
	uint32_t	n;
	uint32_t	room;
	uint32_t	items;			/* projects of all that were ever here */
	uint32_t   *place;			/* a hash table: places in ballot plus 1, 0 for an empty slot */
	uint32_t	slots;			/* 0 if it is out of date */
	uint32_t	place_room;
	int32_t    *project;		/* what is left of a chunk of memory for projects */
	size_t		left;
} BudgetBallots;

extern void ballots_init(BudgetBallots *b, Arena *arena);

/*
 * Add a ballot: n projects in any order, which are sorted in place; and scores, or NULL.  A project may be named
 * twice without scores; a score of 0 is as if the project were not named.  Faults: BAD_TERMS, NUMBER_OVERFLOW,
 * TOO_LARGE.
 */
extern Code ballots_add(BudgetBallots *b, int32_t *project, int64_t *score, uint32_t n, int64_t weight, Fault *fault);

/* Add or subtract all ballots of others.  Faults: the same. */
extern Code ballots_merge(BudgetBallots *b, const BudgetBallots *other, bool subtract, Fault *fault);

/* Bring ballots to rest; they may be added to afterwards.  pause is called now and then. */
extern void ballots_rest(BudgetBallots *b, void (*pause)(void), Arena *scratch);

/* Of ballots at rest. */
extern uint64_t ballots_size(const BudgetBallots *b);
extern void ballots_write(uint8_t *out, const BudgetBallots *b);
extern void ballots_print(Buf *out, const BudgetBallots *b);

/* Read bytes that may be anything; the ballots are at rest.  Fault: BAD_BUDGET_BALLOTS_BYTES. */
extern Code ballots_read(BudgetBallots *out, const uint8_t *bytes, size_t n, Arena *arena, Fault *fault);

/* Add what a text says.  Faults: BAD_BUDGET_BALLOTS, and those of adding. */
extern Code ballots_parse(BudgetBallots *b, Str text, Arena *scratch, Fault *fault);

#endif
