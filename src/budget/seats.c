/*
 * seats.c -- divides seats among lists.
 */
#include "budget/seats.h"

#include <stdlib.h>

const char *const seat_method_words[] = {
	[SEATS_DHONDT] = "dhondt",
	[SEATS_SAINTE_LAGUE] = "sainte_lague",
	[SEATS_MODIFIED_SAINTE_LAGUE] = "modified_sainte_lague",
	[SEATS_HARE] = "hare",
	[SEATS_DROOP] = "droop",
	[SEATS_MOST_VOTES] = "most_votes",
	NULL
};

typedef struct Dividing
{
	Seats	   *out;
	SeatMethod	method;
	uint32_t	wanted;
	Wide		votes;			/* of all lists */
	Listed	   *ties;
	void		(*pause)(void);
	uint32_t   *tied;			/* lists with the greatest fraction, ascending */
	Fault	   *fault;
} Dividing;

/* The fraction that a list has in the running for a seat. */
typedef struct Fraction
{
	Wide		num;
	Wide		den;
} Fraction;

/* Give a list a seat. */
static void
give(Dividing *d, uint32_t list, SeatBy by, Fraction fraction, const TieBreak *tie)
{
	Seats	   *out = d->out;

	out->seat[out->n++] = (Seat){list, by, fraction.num, fraction.den, tie};
	out->seats[list]++;
}

/*
 * Give a seat to each of n lists that have the same fraction, or to as many as there are seats left.  d->tied holds the
 * lists.
 */
static Code
give_tied(Dividing *d, uint32_t n, SeatBy by, Fraction (*fraction)(const Dividing *, uint32_t))
{
	uint32_t	left = d->wanted - d->out->n;

	if (n <= left)
	{
		for (uint32_t i = 0; i < n; i++)
			give(d, d->tied[i], by, fraction(d, d->tied[i]), NULL);
		return CODE_OK;
	}
	for (; left > 0; left--, n--)
	{
		Tie			tie = {.round = d->out->n + 1, .purpose = "seat", .n = n};
		uint32_t	chosen;
		uint32_t	kept = 0;
		Code		code;

		tie.tied = arena_alloc(d->ties->ties.arena, sizeof(uint32_t) * n);
		for (uint32_t i = 0; i < n; i++)
			tie.tied[i] = d->tied[i] + 1;
		if (d->pause != NULL)
			d->pause();
		if ((code = listed_break(&chosen, d->ties, &tie, d->fault)) != CODE_OK)
			return code;
		give(d, chosen - 1, by, fraction(d, chosen - 1), d->ties->ties.last);
		for (uint32_t i = 0; i < n; i++)
			if (d->tied[i] != chosen - 1)
				d->tied[kept++] = d->tied[i];
	}
	return CODE_OK;
}

/* ---- highest averages */

static Fraction
average(const Dividing *d, uint32_t list)
{
	Wide		votes = d->out->votes[list];
	Wide		seats = d->out->seats[list];

	switch (d->method)
	{
		case SEATS_DHONDT:
			return (Fraction){votes, seats + 1};
		case SEATS_SAINTE_LAGUE:
			return (Fraction){votes, 2 * seats + 1};
		default:
			return (Fraction){votes * 5, seats == 0 ? 7 : 5 * (2 * seats + 1)};
	}
}

/* Compare two fractions. */
static int
compare(Fraction a, Fraction b)
{
	return wide_cmp_products(a.num, b.den, b.num, a.den);
}

/* Note the lists whose average is the greatest, and return how many they are; 0 if it is zero. */
static uint32_t
find_greatest(Dividing *d)
{
	Fraction	best = {0, 1};
	uint32_t	n = 0;

	for (uint32_t i = 0; i < d->out->lists; i++)
	{
		Fraction	f = average(d, i);
		int			order;

		if (f.num == 0)
			continue;
		order = compare(f, best);
		if (order > 0)
		{
			best = f;
			n = 0;
		}
		if (order >= 0)
			d->tied[n++] = i;
	}
	return n;
}

static Code
divide_by_averages(Dividing *d)
{
	uint32_t	n;
	Code		code;

	while (d->out->n < d->wanted && (n = find_greatest(d)) > 0)
	{
		if (d->pause != NULL)
			d->pause();
		if ((code = give_tied(d, n, SEAT_BY_AVERAGE, average)) != CODE_OK)
			return code;
	}
	return CODE_OK;
}

/* ---- one seat each, from the greatest fraction down */

typedef struct Ranked
{
	Wide		num;			/* of its fraction; all have the same denominator */
	uint32_t	list;
} Ranked;

/* Order lists from the greatest fraction down, equal ones by their numbers. */
static int
compare_ranked(const void *a, const void *b)
{
	const Ranked *left = a;
	const Ranked *right = b;

	if (left->num != right->num)
		return left->num < right->num ? 1 : -1;
	return (left->list > right->list) - (left->list < right->list);
}

/* Give the seats that are left, one to a list. */
static Code
give_one_each(Dividing *d, SeatBy by, Fraction (*fraction)(const Dividing *, uint32_t), Arena *arena)
{
	uint32_t	lists = d->out->lists;
	Ranked	   *ranked = wide_alloc(arena, sizeof(Ranked) * lists);
	Code		code = CODE_OK;

	for (uint32_t i = 0; i < lists; i++)
		ranked[i] = (Ranked){fraction(d, i).num, i};
	if (lists > 0)
		qsort(ranked, lists, sizeof(Ranked), compare_ranked);
	for (uint32_t i = 0; i < lists && ranked[i].num > 0 && d->out->n < d->wanted && code == CODE_OK;)
	{
		uint32_t	n = 0;

		for (Wide num = ranked[i].num; i < lists && ranked[i].num == num; i++)
			d->tied[n++] = ranked[i].list;
		code = give_tied(d, n, by, fraction);
	}
	return code;
}

static Fraction
votes_of(const Dividing *d, uint32_t list)
{
	return (Fraction){d->out->votes[list], 1};
}

/* ---- largest remainder */

/* Return the votes of a list as a multiple of the quota. */
static Fraction
quotas(const Dividing *d, uint32_t list)
{
	if (d->method == SEATS_HARE)
		return (Fraction){d->out->votes[list] * d->wanted, d->votes};
	return (Fraction){d->out->votes[list], d->votes / ((Wide) d->wanted + 1) + 1};
}

/* Return what is left of that beside the seats for whole quotas; called before the list gets a seat for the rest. */
static Fraction
remainder_of(const Dividing *d, uint32_t list)
{
	Fraction	f = quotas(d, list);

	return (Fraction){f.num % f.den, f.den};
}

static Code
divide_by_quota(Dividing *d, Arena *arena)
{
	if (d->votes == 0)
		return CODE_OK;
	for (uint32_t i = 0; i < d->out->lists; i++)
	{
		Fraction	f = quotas(d, i);

		if (d->pause != NULL)
			d->pause();
		for (Wide whole = f.num / f.den; whole > 0; whole--)
			give(d, i, SEAT_BY_QUOTA, f, NULL);
	}
	return give_one_each(d, SEAT_BY_REMAINDER, remainder_of, arena);
}

Code
seats_divide(Seats *out, SeatMethod method, uint32_t seats, const Wide *votes, uint32_t lists, Listed *ties,
			 void (*pause)(void), Arena *arena, Fault *fault)
{
	Dividing	d = {.out = out, .method = method, .wanted = seats, .ties = ties, .pause = pause, .fault = fault};

	if (seats < 1 || seats > SEATS_MAX)
		return fault_set(fault, CODE_BAD_TERMS, -1, "There are 1 to %d seats.", SEATS_MAX);
	for (uint32_t i = 0; i < lists; i++)
		if (add_overflows(d.votes, votes[i], &d.votes) || d.votes > WIDE_MAX / (4 * SEATS_MAX))
			return fault_set(fault, CODE_NUMBER_OVERFLOW, -1, "The votes do not fit.");
	*out = (Seats){.lists = lists, .votes = votes, .seats = arena_zero(arena, sizeof(uint32_t) * lists)};
	out->seat = wide_alloc(arena, sizeof(Seat) * seats);
	d.tied = arena_alloc(arena, sizeof(uint32_t) * lists);
	switch (method)
	{
		case SEATS_HARE:
		case SEATS_DROOP:
			return divide_by_quota(&d, arena);
		case SEATS_MOST_VOTES:
			return give_one_each(&d, SEAT_BY_VOTES, votes_of, arena);
		default:
			return divide_by_averages(&d);
	}
}
