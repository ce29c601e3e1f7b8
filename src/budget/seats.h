/*
 * seats.h -- seats for lists in proportion to their votes, one after the other.
 *
 * Highest averages: each seat goes to the list with the greatest quotient of its votes and a divisor that grows with the
 * seats that it has.
 *     dhondt                   1, 2, 3, ...
 *     sainte_lague             1, 3, 5, ...
 *     modified_sainte_lague    1.4, 3, 5, ...
 * Largest remainder: each list gets a seat for every whole quota among its votes; what is left goes to the lists with
 * the largest remainders, one each.
 *     hare                     votes / seats, a fraction that is not rounded
 *     droop                    the whole number next above votes / (seats + 1)
 * Most votes: each seat goes to one option, which gets no other.
 *     most_votes
 *
 * Equal fractions are a tie only if there are fewer seats left than lists tied; otherwise each of them gets one, in
 * ascending order.  A list without votes gets no seat, and if no list has any, seats stay empty.
 */
#ifndef COMMUNE_BUDGET_SEATS_H
#define COMMUNE_BUDGET_SEATS_H

#include "budget/listed.h"

#define SEATS_MAX 100000

typedef enum SeatMethod
{
	SEATS_DHONDT,
	SEATS_SAINTE_LAGUE,
	SEATS_MODIFIED_SAINTE_LAGUE,
	SEATS_HARE,
	SEATS_DROOP,
	SEATS_MOST_VOTES
} SeatMethod;

extern const char *const seat_method_words[];

typedef enum SeatBy
{
	SEAT_BY_AVERAGE,
	SEAT_BY_QUOTA,
	SEAT_BY_REMAINDER,
	SEAT_BY_VOTES
} SeatBy;

/* Why a list got a seat: the fraction that decided.  For a seat by quota it is the votes as a multiple of the quota. */
typedef struct Seat
{
	uint32_t	list;			/* from 0 */
	SeatBy		by;
	Wide		num;
	Wide		den;
	const TieBreak *tie;		/* NULL if there was none */
} Seat;

typedef struct Seats
{
	uint32_t	lists;
	const Wide *votes;			/* of each list, 0 or more */
	uint32_t   *seats;			/* of each list */
	uint32_t	n;				/* seats that were given */
	Seat	   *seat;			/* in the order in which they were given */
} Seats;

/*
 * Divide seats among lists; pause is called now and then.  Faults:
 * BAD_TERMS, NUMBER_OVERFLOW, and those of ties.
 */
extern Code seats_divide(Seats *out, SeatMethod method, uint32_t seats, const Wide *votes, uint32_t lists, Listed *ties,
						 void (*pause)(void), Arena *arena, Fault *fault);

#endif
