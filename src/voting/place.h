/*
 * place.h -- who stands where, and who is elected.
 *
 * Options are ordered by what a method makes of them.  Equal ones share a rank, and the next ones are left out: 1, 2, 2,
 * 4.  The first ranks are elected until the seats are filled.  Where a rank has more options than there are seats left,
 * ties decide between them; what is decided by that is marked.
 */
#ifndef COMMUNE_VOTING_PLACE_H
#define COMMUNE_VOTING_PLACE_H

#include "voting/lot.h"

/* The rules for ties that fill seats: each of them decides the whole tie, or leaves it. */
#define PLACE_TIES (TIES_BY_LIST | TIE_BIT(TIE_NONE))

typedef struct Place
{
	uint32_t	rank;
	bool		elected;
	bool		tied;			/* ties decided whether it is elected */
	TieRule		rule;			/* by this rule */
} Place;

/* Whether a is better than b, worse, or as good: 1, -1, 0. */
typedef int (*PlaceOrder) (const void *context, uint32_t a, uint32_t b);

/*
 * Order all options and fill the seats; place has options + 1 items, and ties have rules of PLACE_TIES.  Faults: BAD_RULE for a number of seats that
 * cannot be, and those of ties_break().
 */
extern Code places_fill(Place *place, uint32_t options, PlaceOrder order, const void *context, int64_t seats, Ties *ties,
						Fault *fault);

/* Write the options, the best first, to list; equal ones in the order of their numbers. */
extern void places_sort(uint32_t *list, uint32_t options, PlaceOrder order, const void *context, Arena *arena);

extern Code seats_check(int64_t seats, Fault *fault);

#endif
