/*
 * condorcet.c -- Copeland, Smith set, minimax, Schulze; and what ranked pairs share with them.
 */
#include "voting/condorcet.h"

#include <stdlib.h>

#include "voting/strength.h"

Code
pairs_check(const Counts *pairs, Fault *fault)
{
	for (uint32_t a = 1; a <= pairs->options; a++)
		for (uint32_t b = 1; b <= pairs->options; b++)
			if (a != b && (Wide) pairs_prefer(pairs, a, b) + pairs_prefer(pairs, b, a) > pairs->ballots)
				return fault_set(fault, CODE_NEGATIVE_COUNT, a, "More ballots compare options %u and %u than there are.", a, b);
	return CODE_OK;
}

/* Say who of two is preferred by more ballots: 1, -1, or 0. */
static int
duel(const Counts *pairs, uint32_t a, uint32_t b)
{
	return wide_cmp(pairs_prefer(pairs, a, b), pairs_prefer(pairs, b, a));
}

int
strength_cmp(const Counts *pairs, Strength strength, Pair x, Pair y)
{
	Wide		x_for = pairs_prefer(pairs, x.winner, x.loser);
	Wide		x_against = pairs_prefer(pairs, x.loser, x.winner);
	Wide		y_for = pairs_prefer(pairs, y.winner, y.loser);
	Wide		y_against = pairs_prefer(pairs, y.loser, y.winner);

	switch (strength)
	{
		case STRENGTH_MARGIN:
			return wide_cmp(x_for - x_against, y_for - y_against);
		case STRENGTH_RATIO:
			if (x_against == 0 && y_against == 0)
				return wide_cmp(x_for, y_for);
			return wide_cmp_products(x_for, y_against, y_for, x_against);
		default:
			return wide_cmp(x_for, y_for);
	}
}

size_t
list_victories(Pair **out, const Counts *pairs, Arena *arena)
{
	uint32_t	m = pairs->options;
	size_t		n = 0;

	*out = arena_alloc(arena, sizeof(Pair) * ((size_t) m * (m - 1) / 2));
	for (uint32_t a = 1; a <= m; a++)
		for (uint32_t b = 1; b <= m; b++)
			if (duel(pairs, a, b) > 0)
				(*out)[n++] = (Pair){a, b};
	return n;
}

/* Merge two runs of pairs, of which equal ones stay in their order. */
static void
merge_pairs(Pair *to, const Pair *a, size_t na, const Pair *b, size_t nb, PairOrder order, const void *context)
{
	while (na > 0 || nb > 0)
		if (nb == 0 || (na > 0 && order(context, *a, *b) >= 0))
			*to++ = *a++, na--;
		else
			*to++ = *b++, nb--;
}

void
sort_pairs(Pair *list, size_t n, PairOrder order, const void *context, void (*pause)(void), Arena *arena)
{
	Pair	   *other = arena_alloc(arena, sizeof(Pair) * n);

	for (size_t run = 1; run < n; run *= 2)
	{
		for (size_t i = 0; i < n; i += 2 * run)
		{
			size_t		na = n - i < run ? n - i : run;
			size_t		nb = n - i - na < run ? n - i - na : run;

			merge_pairs(other + i, list + i, na, list + i + na, nb, order, context);
		}
		if (pause != NULL)
			pause();
		memcpy(list, other, sizeof(Pair) * n);
	}
}

static int
order_by_level(const void *context, uint32_t a, uint32_t b)
{
	const uint32_t *level = context;

	return wide_cmp(level[b], level[a]);
}

Code
fill_by_peeling(Place *place, uint32_t options, IsAhead is_ahead, const void *context, int64_t seats, Ties *ties, Arena *arena,
				Fault *fault)
{
	uint32_t   *level = arena_zero(arena, sizeof(uint32_t) * (options + 1));
	uint32_t   *ahead = arena_zero(arena, sizeof(uint32_t) * (options + 1));
	uint32_t	peeled = 0;

	for (uint32_t a = 1; a <= options; a++)
		for (uint32_t b = 1; b <= options; b++)
			ahead[b] += is_ahead(context, a, b);
	for (uint32_t now = 1; peeled < options; now++)
	{
		uint32_t	before = peeled;

		for (uint32_t a = 1; a <= options; a++)
			if (level[a] == 0 && ahead[a] == 0)
			{
				level[a] = now;
				peeled++;
			}
		if (peeled == before)
			return fault_set(fault, CODE_NEGATIVE_COUNT, -1, "The order of the options is no order.");
		for (uint32_t a = 1; a <= options; a++)
			for (uint32_t b = 1; level[a] == now && b <= options; b++)
				ahead[b] -= is_ahead(context, a, b);
	}
	return places_fill(place, options, order_by_level, level, seats, ties, fault);
}

/* ---- Copeland and the Smith set */

static int
order_by_duels(const void *context, uint32_t a, uint32_t b)
{
	const Duels *duels = context;

	return wide_cmp(2 * duels[a].wins + duels[a].ties, 2 * duels[b].wins + duels[b].ties);
}

/*
 * Find the Smith set: it holds whoever does best by Copeland, and with each member all whom the member does not beat.
 */
static void
find_smith_set(Duels *out, const Counts *pairs, Arena *arena)
{
	uint32_t	m = pairs->options;
	uint32_t   *queue = arena_alloc(arena, sizeof(uint32_t) * m);
	uint32_t	n = 1;
	uint32_t	best = 1;

	for (uint32_t o = 2; o <= m; o++)
		if (order_by_duels(out, o, best) > 0)
			best = o;
	queue[0] = best;
	out[best].smith = true;
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t o = 1; o <= m; o++)
			if (!out[o].smith && duel(pairs, queue[i], o) <= 0)
			{
				out[o].smith = true;
				queue[n++] = o;
			}
}

Code
duels_count(Duels *out, const Counts *pairs, int64_t seats, Ties *ties, Arena *arena, Fault *fault)
{
	uint32_t	m = pairs->options;
	Place	   *place = arena_alloc(arena, sizeof(Place) * (m + 1));
	Code		code;

	memset(out, 0, sizeof(Duels) * (m + 1));
	for (uint32_t a = 1; a <= m; a++)
		for (uint32_t b = 1; b <= m; b++)
			if (a != b)
			{
				int			order = duel(pairs, a, b);

				out[a].wins += order > 0;
				out[a].ties += order == 0;
				out[a].losses += order < 0;
			}
	find_smith_set(out, pairs, arena);
	if ((code = places_fill(place, m, order_by_duels, out, seats, ties, fault)) != CODE_OK)
		return code;
	for (uint32_t o = 1; o <= m; o++)
		out[o].place = place[o];
	return CODE_OK;
}

/* ---- minimax */

static int
order_by_worst(const void *context, uint32_t a, uint32_t b)
{
	const Minimax *minimax = context;

	return wide_cmp(minimax->worst[b], minimax->worst[a]);
}

/* How bad it is for a to be compared with b. */
static Wide
defeat(const Counts *pairs, Strength strength, uint32_t a, uint32_t b)
{
	Wide		with = pairs_prefer(pairs, a, b);
	Wide		against = pairs_prefer(pairs, b, a);

	if (strength == STRENGTH_MARGIN)
		return against - with;
	return strength == STRENGTH_OPPOSITION || against > with ? against : 0;
}

Code
minimax_count(Minimax *out, const Counts *pairs, Strength strength, int64_t seats, Ties *ties, Arena *arena, Fault *fault)
{
	uint32_t	m = pairs->options;

	if (strength == STRENGTH_RATIO)
		return fault_set(fault, CODE_BAD_RULE, -1, "Minimax knows the strengths winning, margin and opposition.");
	out->worst = wide_alloc(arena, sizeof(Wide) * (m + 1));
	out->against = arena_zero(arena, sizeof(uint32_t) * (m + 1));
	out->place = arena_alloc(arena, sizeof(Place) * (m + 1));
	for (uint32_t a = 1; a <= m; a++)
	{
		out->worst[a] = 0;
		for (uint32_t b = 1; b <= m; b++)
			if (a != b)
			{
				Wide		now = defeat(pairs, strength, a, b);

				/* A margin may be negative: whoever wins everywhere has no worse than his closest victory. */
				if (out->against[a] == 0 || now > out->worst[a])
				{
					out->worst[a] = now;
					out->against[a] = b;
				}
			}
		if (strength == STRENGTH_WINNING && out->worst[a] == 0)
			out->against[a] = 0;
	}
	return places_fill(out->place, m, order_by_worst, out, seats, ties, fault);
}

/* ---- Schulze */

/* Strengths of pairs, for sorting. */
typedef struct ByStrength
{
	const Counts *pairs;
	Strength	strength;
} ByStrength;

static int
order_by_strength(const void *context, Pair x, Pair y)
{
	const ByStrength *by = context;

	return strength_cmp(by->pairs, by->strength, x, y);
}

static Wide
gcd(Wide a, Wide b)
{
	while (b != 0)
	{
		Wide		rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* Write the strength of a pair as a fraction. */
static void
strength_of(Wide *numerator, Wide *denominator, const Counts *pairs, Strength strength, Pair pair)
{
	Wide		with = pairs_prefer(pairs, pair.winner, pair.loser);
	Wide		against = pairs_prefer(pairs, pair.loser, pair.winner);
	Wide		divisor = strength == STRENGTH_RATIO && against > 0 ? gcd(with, against) : 1;

	*numerator = strength == STRENGTH_MARGIN ? with - against : with / divisor;
	*denominator = strength == STRENGTH_RATIO ? against / divisor : 1;
}

/*
 * Replace each strength by its rank among all of them.  Which path is the strongest depends on no more than that, and
 * small numbers are compared many at a time.
 */
static void
rank_strengths(Schulze *out, const Counts *pairs, Strength strength, void (*pause)(void), Arena *arena)
{
	size_t		stride = pairs->options + 1;
	ByStrength	by = {pairs, strength};
	Pair	   *list;
	size_t		n = list_victories(&list, pairs, arena);
	Wide	   *numerator = wide_alloc(arena, sizeof(Wide) * (n + 1));
	Wide	   *denominator = wide_alloc(arena, sizeof(Wide) * (n + 1));
	int32_t		rank = 0;

	out->path = arena_zero(arena, sizeof(int32_t) * stride * stride);
	numerator[0] = 0;
	denominator[0] = 1;
	sort_pairs(list, n, order_by_strength, &by, pause, arena);
	for (size_t i = n; i-- > 0;)
	{
		if (i + 1 == n || order_by_strength(&by, list[i], list[i + 1]) != 0)
		{
			rank++;
			strength_of(&numerator[rank], &denominator[rank], pairs, strength, list[i]);
		}
		out->path[stride * list[i].winner + list[i].loser] = rank;
	}
	out->numerator = numerator;
	out->denominator = denominator;
}

/* Take a step to `over` and on from there, wherever that is stronger than what is known. */
static inline void
widen(int32_t *restrict path, const int32_t *restrict over, int32_t step, size_t n)
{
	for (size_t b = 0; b < n; b++)
	{
		int32_t		there = over[b] < step ? over[b] : step;

		path[b] = path[b] > there ? path[b] : there;
	}
}

static bool
schulze_ahead(const void *context, uint32_t a, uint32_t b)
{
	const Schulze *schulze = context;
	size_t		stride = schulze->options + 1;

	return a != b && schulze->path[stride * a + b] > schulze->path[stride * b + a];
}

Code
schulze_count(Schulze *out, const Counts *pairs, Strength strength, int64_t seats, Ties *ties, void (*pause)(void), Arena *arena,
			  Fault *fault)
{
	uint32_t	m = pairs->options;
	size_t		stride = m + 1;

	if (strength == STRENGTH_OPPOSITION)
		return fault_set(fault, CODE_BAD_RULE, -1, "Schulze knows the strengths winning, margin and ratio.");
	*out = (Schulze){.options = m, .place = arena_alloc(arena, sizeof(Place) * (m + 1))};
	rank_strengths(out, pairs, strength, pause, arena);
	for (uint32_t over = 1; over <= m; over++)
	{
		for (uint32_t a = 1; a <= m; a++)
			if (a != over && out->path[stride * a + over] > 0)
				widen(out->path + stride * a, out->path + stride * over, out->path[stride * a + over], stride);
		if (pause != NULL)
			pause();
	}
	for (uint32_t a = 1; a <= m; a++)
		out->path[stride * a + a] = 0;
	return fill_by_peeling(out->place, m, schulze_ahead, out, seats, ties, arena, fault);
}
