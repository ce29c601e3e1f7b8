/*
 * borda.c -- counts points for positions.
 */
#include "voting/borda.h"

static int
order_by_points(const void *context, uint32_t a, uint32_t b)
{
	const Borda *borda = context;

	return wide_cmp(borda->points[a], borda->points[b]);
}

static void
make(Borda *out, uint32_t options, Wide denominator, Arena *arena)
{
	out->points = wide_alloc(arena, sizeof(Wide) * (options + 1));
	memset(out->points, 0, sizeof(Wide) * (options + 1));
	out->denominator = wide_alloc(arena, sizeof(Wide));
	*out->denominator = denominator;
	out->ranked = arena_zero(arena, sizeof(int64_t) * (options + 1));
	out->place = arena_alloc(arena, sizeof(Place) * (options + 1));
}

Code
borda_count(Borda *out, const Counts *counts, BordaMode mode, int64_t lowest, int64_t seats, Ties *ties, Arena *arena,
			Fault *fault)
{
	Wide		m = counts->options;
	Wide		ballots = counts->ballots;

	if (mode == BORDA_DOWDALL)
		return fault_set(fault, CODE_BAD_RULE, -1, "Dowdall points are counted from a profile.");
	if (lowest < 0 || lowest > 1 || (mode == BORDA_MODIFIED && lowest != 1))
		return fault_set(fault, CODE_BAD_RULE, lowest, "The lowest points are 0 or 1, and 1 in the mode modified.");
	make(out, counts->options, 2, arena);
	for (uint32_t o = 1; o <= counts->options; o++)
	{
		Wide		ranked = counts_get(counts, o, BORDA_RANKED);
		Wide		positions = counts_get(counts, o, BORDA_POSITIONS);	/* doubled */
		Wide		lengths = counts_get(counts, o, BORDA_LENGTHS);
		Wide		others = ballots - ranked;
		Wide		doubled = 2 * (mode == BORDA_MODIFIED ? lengths : m * ranked) - positions + 2 * lowest * ranked;

		if (mode == BORDA_AVERAGE)
			doubled += (m - 1 + 2 * lowest) * others - (counts->lengths - lengths);
		if (doubled < 0 || others < 0)
			return fault_set(fault, CODE_NEGATIVE_COUNT, o, "The counts of option %u contradict each other.", o);
		out->points[o] = doubled;
		out->ranked[o] = (int64_t) ranked;
	}
	return places_fill(out->place, counts->options, order_by_points, out, seats, ties, fault);
}

/* ---- dowdall */

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

static bool
lcm_overflows(Wide a, uint32_t b, Wide *out)
{
	return mul_overflows(a / gcd(a, b), (Wide) b, out);
}

/* List the options of a paper, each at its first mention, and how many of them share each one's rank. */
static uint32_t
list_paper(uint32_t *list, uint32_t *equal, uint32_t *seen, uint32_t ballot, const Paper *paper)
{
	const uint8_t *p = paper->p;
	uint32_t	k = 0;
	Rank		rank;

	while (rank_next(&rank, &p, paper->p + paper->n))
	{
		uint32_t	start = k;

		for (uint32_t i = 0; i < rank.n; i++)
		{
			uint32_t	option = rank_option(&rank, i);

			if (seen[option] != ballot)
			{
				seen[option] = ballot;
				list[k++] = option;
			}
		}
		for (uint32_t i = start; i < k; i++)
			equal[i] = k - start;
	}
	return k;
}

static Code
too_fine(Fault *fault)
{
	return fault_set(fault, CODE_NUMBER_OVERFLOW, -1,
					 "The fractions 1/2, 1/3 and so on, of rankings that long and weights that great, have no common denominator "
					 "of 128 bits.");
}

/*
 * Count in units of 1/denominator: the least common multiple of all positions, times that of the numbers of equal
 * options, which is as fine as any point can be.
 */
static Code
dowdall(Borda *out, const Profile *profile, void (*pause)(void), Arena *arena, Fault *fault)
{
	uint32_t	m = profile->options;
	uint32_t   *list = arena_alloc(arena, sizeof(uint32_t) * m);
	uint32_t   *equal = arena_alloc(arena, sizeof(uint32_t) * m);
	uint32_t   *seen = arena_zero(arena, sizeof(uint32_t) * (m + 1));
	uint32_t	longest = 0;
	Wide		positions = 1;
	Wide		sharing = 1;
	Wide		denominator;

	for (uint32_t i = 0; i < profile->n; i++)
	{
		uint32_t	k = list_paper(list, equal, seen, i + 1, &profile->paper[i]);

		if (i % PAUSE_PAPERS == 0 && pause != NULL)
			pause();
		longest = k > longest ? k : longest;
		for (uint32_t j = 0; j < k; j += equal[j])
			if (lcm_overflows(sharing, equal[j], &sharing))
				return too_fine(fault);
	}
	for (uint32_t p = 2; p <= longest; p++)
		if (lcm_overflows(positions, p, &positions))
			return too_fine(fault);
	if (mul_overflows(positions, sharing, &denominator))
		return too_fine(fault);

	make(out, m, denominator, arena);
	memset(seen, 0, sizeof(uint32_t) * (m + 1));
	for (uint32_t i = 0; i < profile->n; i++)
	{
		uint32_t	k = list_paper(list, equal, seen, i + 1, &profile->paper[i]);
		int64_t		weight = profile->paper[i].weight;

		if (i % PAUSE_PAPERS == 0 && pause != NULL)
			pause();
		for (uint32_t j = 0; j < k; j += equal[j])
		{
			Wide		points = 0;

			for (uint32_t p = j + 1; p <= j + equal[j]; p++)
				points += positions / p;		/* at most k times positions, which was multiplied with k before */
			if (mul_overflows(points * (sharing / equal[j]), (Wide) weight, &points))
				return too_fine(fault);
			for (uint32_t e = j; e < j + equal[j]; e++)
			{
				if (add_overflows(out->points[list[e]], points, &out->points[list[e]]))
					return too_fine(fault);
				out->ranked[list[e]] += weight;	/* checked before: all weights fit */
			}
		}
	}
	return CODE_OK;
}

Code
borda_count_profile(Borda *out, const Profile *profile, BordaMode mode, int64_t lowest, int64_t seats, Ties *ties,
					void (*pause)(void), Arena *arena, Fault *fault)
{
	Counts		counts;
	Code		code;

	/* The weights are checked on the way, whatever the mode. */
	if ((code = counts_init(&counts, COUNT_BORDA, profile->options, 0, arena, fault)) != CODE_OK)
		return code;
	for (uint32_t i = 0; i < profile->n; i++)
	{
		const Paper *paper = &profile->paper[i];

		if (i % PAUSE_PAPERS == 0 && pause != NULL)
			pause();
		if (paper->weight < 0)
			return fault_set(fault, CODE_NEGATIVE_COUNT, i, "A ranking has a negative weight.");
		if ((code = counts_add_ranking(&counts, paper->p, paper->n, paper->weight, fault)) != CODE_OK)
			return code;
	}
	if (mode != BORDA_DOWDALL)
		return borda_count(out, &counts, mode, lowest, seats, ties, arena, fault);
	if (lowest != 0)
		return fault_set(fault, CODE_BAD_RULE, lowest, "The mode dowdall has no lowest points.");
	if ((code = dowdall(out, profile, pause, arena, fault)) != CODE_OK)
		return code;
	return places_fill(out->place, profile->options, order_by_points, out, seats, ties, fault);
}
