/*
 * strength.h -- pairs of options and how strong they are: what condorcet.c and locking.c share.
 */
#ifndef COMMUNE_VOTING_STRENGTH_H
#define COMMUNE_VOTING_STRENGTH_H

#include "voting/condorcet.h"

typedef struct Pair
{
	uint32_t	winner;
	uint32_t	loser;
} Pair;

/* Whether a pair is stronger than another, of which both are victories: 1, -1, or 0. */
extern int	strength_cmp(const Counts *pairs, Strength strength, Pair x, Pair y);

/* List all victories, in ascending order of winner and loser. */
extern size_t list_victories(Pair **out, const Counts *pairs, Arena *arena);

/* Sort pairs, the greatest first; equal ones stay in their order.  pause may be NULL. */
typedef int (*PairOrder) (const void *context, Pair x, Pair y);
extern void sort_pairs(Pair *list, size_t n, PairOrder order, const void *context, void (*pause)(void), Arena *arena);

/*
 * Fill places from a relation that has no circles: the first rank are those whom nobody is ahead of; without them, the
 * second; and so on.  Fault: NEGATIVE_COUNT for circles, and those of ties_break().
 */
typedef bool (*IsAhead) (const void *context, uint32_t a, uint32_t b);
extern Code fill_by_peeling(Place *place, uint32_t options, IsAhead is_ahead, const void *context, int64_t seats, Ties *ties,
							Arena *arena, Fault *fault);

#endif
