/*
 * locking.c -- ranked pairs: locks victories, the strongest first, unless that closes a circle.
 *
 * For each option a set of bits tells whom it reaches over locked pairs, so whether a pair would close a circle is one
 * look: it would if the loser reaches the winner.
 */
#include "voting/strength.h"

typedef struct Reach
{
	uint32_t	options;
	size_t		words;			/* of a set */
	uint64_t   *bits;			/* options + 1 sets */
} Reach;

static void
reach_init(Reach *reach, uint32_t options, Arena *arena)
{
	reach->options = options;
	reach->words = options / 64 + 1;
	reach->bits = arena_zero(arena, sizeof(uint64_t) * reach->words * (options + 1));
}

static void
reach_copy(Reach *to, const Reach *from)
{
	memcpy(to->bits, from->bits, sizeof(uint64_t) * from->words * (from->options + 1));
}

static inline uint64_t *
reach_of(const Reach *reach, uint32_t a)
{
	return reach->bits + reach->words * a;
}

static inline bool
reaches(const Reach *reach, uint32_t a, uint32_t b)
{
	return reach_of(reach, a)[b / 64] >> b % 64 & 1;
}

/* Add a step from a to b: whoever reaches a, and a, reach b and all whom b reaches. */
static void
reach_add(Reach *reach, uint32_t a, uint32_t b)
{
	const uint64_t *from_b = reach_of(reach, b);

	if (reaches(reach, a, b))
		return;
	for (uint32_t x = 1; x <= reach->options; x++)
		if (x == a || reaches(reach, x, a))
		{
			uint64_t   *set = reach_of(reach, x);

			for (size_t w = 0; w < reach->words; w++)
				set[w] |= from_b[w];
			set[b / 64] |= UINT64_C(1) << b % 64;
		}
}

/* The order of pairs: by strength; then the one with fewer ballots against it. */
typedef struct ByPair
{
	const Counts *pairs;
	Strength	strength;
} ByPair;

static int
order_by_pair(const void *context, Pair x, Pair y)
{
	const ByPair *by = context;
	int			order = strength_cmp(by->pairs, by->strength, x, y);

	if (order != 0)
		return order;
	return wide_cmp(pairs_prefer(by->pairs, y.loser, y.winner), pairs_prefer(by->pairs, x.loser, x.winner));
}

/* The order of equal pairs: that of their winners; then that of their losers. */
static int
order_by_rank(const void *context, Pair x, Pair y)
{
	const uint32_t *place = context;

	if (x.winner != y.winner)
		return wide_cmp(place[y.winner], place[x.winner]);
	return wide_cmp(place[y.loser], place[x.loser]);
}

/* A count that goes on. */
typedef struct Locking
{
	RankedPairs *out;
	Reach		locked;
	Reach		all;			/* with all equal pairs */
	EqualPairs	equal;
	Ties	   *ties;
	void		(*pause)(void);
	Arena	   *arena;
	Fault	   *fault;
} Locking;

#define PAUSE_PAIRS 1024

static void
put(Locking *l, Pair pair, bool locked, bool tied, TieRule rule)
{
	if (locked)
		reach_add(&l->locked, pair.winner, pair.loser);
	if (l->out->n % PAUSE_PAIRS == 0 && l->pause != NULL)
		l->pause();
	l->out->pair[l->out->n++] = (LockedPair){pair.winner, pair.loser, locked, tied, rule};
}

/* Lock pairs that might be in circles, in the order of the rule for ties, or none of them. */
static Code
put_circling(Locking *l, Pair *circling, size_t n)
{
	uint32_t	both[2] = {circling[0].winner, circling[1].winner};
	Tie			tie = {.round = (uint32_t) l->out->n + 1, .purpose = "lock", .n = 2, .tied = both};
	const uint32_t *place;
	TieRule		rule = TIE_NONE;
	Code		code;

	if (l->equal == EQUAL_RANKED)
	{
		if ((code = ties_rank(&place, &rule, l->ties, &tie, l->fault)) != CODE_OK)
			return code;
		sort_pairs(circling, n, order_by_rank, place, l->pause, l->arena);
	}
	for (size_t i = 0; i < n; i++)
		put(l, circling[i], l->equal == EQUAL_RANKED && !reaches(&l->locked, circling[i].loser, circling[i].winner), true, rule);
	return CODE_OK;
}

/* Lock pairs that are equal. */
static Code
put_equal(Locking *l, const Pair *list, size_t n)
{
	Pair	   *circling;
	bool	   *barred;			/* by what was locked before */
	size_t		circles = 0;

	if (n == 1)
	{
		put(l, list[0], !reaches(&l->locked, list[0].loser, list[0].winner), false, TIE_NONE);
		return CODE_OK;
	}
	circling = arena_alloc(l->arena, sizeof(Pair) * n);
	barred = arena_alloc(l->arena, sizeof(bool) * n);
	reach_copy(&l->all, &l->locked);
	for (size_t i = 0; i < n; i++)
	{
		barred[i] = reaches(&l->locked, list[i].loser, list[i].winner);
		if (!barred[i] || l->equal == EQUAL_TOGETHER)
			reach_add(&l->all, list[i].winner, list[i].loser);
		if (i % PAUSE_PAIRS == 0 && l->pause != NULL)
			l->pause();
	}

	/* What closes no circle even with all others can be locked, whatever their order. */
	for (size_t i = 0; i < n; i++)
		if (barred[i] || !reaches(&l->all, list[i].loser, list[i].winner))
			put(l, list[i], !barred[i], false, TIE_NONE);
		else
			circling[circles++] = list[i];
	return circles > 0 ? put_circling(l, circling, circles) : CODE_OK;
}

static bool
locked_ahead(const void *context, uint32_t a, uint32_t b)
{
	return reaches(context, a, b);
}

Code
ranked_pairs_count(RankedPairs *out, const Counts *pairs, Strength strength, EqualPairs equal, int64_t seats, Ties *ties,
				   void (*pause)(void), Arena *arena, Fault *fault)
{
	uint32_t	m = pairs->options;
	Locking		l = {.out = out, .equal = equal, .ties = ties, .pause = pause, .arena = arena, .fault = fault};
	ByPair		by = {pairs, strength};
	Pair	   *list;
	size_t		n;
	Code		code;

	if (strength == STRENGTH_OPPOSITION)
		return fault_set(fault, CODE_BAD_RULE, -1, "Ranked pairs know the strengths winning, margin and ratio.");
	n = list_victories(&list, pairs, arena);
	sort_pairs(list, n, order_by_pair, &by, pause, arena);
	*out = (RankedPairs){.pair = arena_alloc(arena, sizeof(LockedPair) * n), .place = arena_alloc(arena, sizeof(Place) * (m + 1))};
	reach_init(&l.locked, m, arena);
	reach_init(&l.all, m, arena);
	for (size_t i = 0, next; i < n; i = next)
	{
		for (next = i + 1; next < n && order_by_pair(&by, list[i], list[next]) == 0; next++)
			;
		if ((code = put_equal(&l, list + i, next - i)) != CODE_OK)
			return code;
	}
	return fill_by_peeling(out->place, m, locked_ahead, &l.locked, seats, ties, arena, fault);
}
