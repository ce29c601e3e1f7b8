/*
 * place.c -- orders options and fills seats.
 */
#include "voting/place.h"

#include <inttypes.h>

/* Merge two sorted runs; of equal options the one in the first run comes first. */
static void
merge(uint32_t *to, const uint32_t *a, uint32_t na, const uint32_t *b, uint32_t nb, PlaceOrder order, const void *context)
{
	while (na > 0 || nb > 0)
		if (nb == 0 || (na > 0 && order(context, *a, *b) >= 0))
			*to++ = *a++, na--;
		else
			*to++ = *b++, nb--;
}

/* Sort a list of options, the best first; equal ones stay in their order. */
static void
sort_list(uint32_t *list, uint32_t n, PlaceOrder order, const void *context, Arena *arena)
{
	uint32_t   *other = arena_alloc(arena, sizeof(uint32_t) * n);

	for (uint32_t run = 1; run < n; run *= 2)
	{
		for (uint32_t i = 0; i < n; i += 2 * run)
		{
			uint32_t	na = n - i < run ? n - i : run;
			uint32_t	nb = n - i - na < run ? n - i - na : run;

			merge(other + i, list + i, na, list + i + na, nb, order, context);
		}
		memcpy(list, other, sizeof(uint32_t) * n);
	}
}

void
places_sort(uint32_t *list, uint32_t options, PlaceOrder order, const void *context, Arena *arena)
{
	for (uint32_t i = 0; i < options; i++)
		list[i] = i + 1;
	sort_list(list, options, order, context, arena);
}

Code
seats_check(int64_t seats, Fault *fault)
{
	if (seats < 1 || seats > INT32_MAX)
		return fault_set(fault, CODE_BAD_RULE, seats, "There are %" PRId64 " seats to be filled, but at least one is needed.", seats);
	return CODE_OK;
}

static int
order_by_place(const void *context, uint32_t a, uint32_t b)
{
	const uint32_t *place = context;

	return wide_cmp(place[b], place[a]);
}

/*
 * Fill the last seats from a rank with more options than there are seats.  The rules that decide it rank all options, so
 * it is enough to ask once; each seat is recorded as a tie of its own, of all who were equal.
 */
static Code
fill_from(Place *place, uint32_t *equal, uint32_t n, uint32_t seats, Ties *ties, Fault *fault)
{
	Tie			tie = {.round = 1, .purpose = "elect", .n = n, .tied = equal};
	const uint32_t *order = NULL;
	uint32_t   *sorted;
	TieRule		rule;
	Code		code;

	if (ties->rules > 0 && ties->rule[0] == TIE_NONE)
	{
		seats = 0;
		rule = TIE_NONE;
		ties_record(ties, &tie, rule, 0);
	}
	else if ((code = ties_rank(&order, &rule, ties, &tie, fault)) != CODE_OK)
		return code;
	for (uint32_t i = 0; i < n; i++)
	{
		place[equal[i]].tied = true;
		place[equal[i]].rule = rule;
	}
	sorted = arena_copy(ties->arena, equal, sizeof(uint32_t) * n);
	if (seats > 0)
		sort_list(sorted, n, order_by_place, order, ties->arena);
	for (uint32_t i = 0; i < seats; i++)
	{
		place[sorted[i]].elected = true;
		ties_record(ties, &tie, rule, sorted[i]);
	}
	return CODE_OK;
}

Code
places_fill(Place *place, uint32_t options, PlaceOrder order, const void *context, int64_t seats, Ties *ties, Fault *fault)
{
	uint32_t   *list = arena_alloc(ties->arena, sizeof(uint32_t) * options);
	uint32_t	left;
	Code		code;

	if ((code = seats_check(seats, fault)) != CODE_OK)
		return code;
	left = (uint32_t) seats;
	memset(place, 0, sizeof(Place) * (options + 1));
	places_sort(list, options, order, context, ties->arena);
	for (uint32_t i = 0, next; i < options; i = next)
	{
		for (next = i + 1; next < options && order(context, list[i], list[next]) == 0; next++)
			;
		for (uint32_t j = i; j < next; j++)
		{
			place[list[j]].rank = i + 1;
			place[list[j]].elected = next - i <= left;
		}
		if (next - i <= left)
			left -= next - i;
		else
		{
			if (left > 0 && (code = fill_from(place, list + i, next - i, left, ties, fault)) != CODE_OK)
				return code;
			left = 0;
		}
	}
	return CODE_OK;
}
