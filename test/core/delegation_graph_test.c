/*
 * delegation_graph_test.c -- delegates, heads, weights, rings and paths, against answers that are computed the slow
 * way, and on graphs that are long.
 */
#include "check.h"

#include "delegation/graph.h"
#include "seeded.h"

#define SMALL 7
#define LARGE 1000000

static int	pauses;

static void
count_pause(void)
{
	pauses++;
}

/* ---- one choice each */

static void
test_one_by_one(void)
{
	/* 0 > 1 > 2, a voter; 3 > 4, a dead end; 5 > 6 > 7 > 6, a ring; 8 alone */
	static const uint32_t choice[] = {1, 2, 3, 4, NOBODY, 6, 7, 6, NOBODY};
	static const uint8_t votes[] = {0, 0, 1, 0, 0, 0, 0, 0, 0};
	static const int64_t weights[] = {1, 10, 100, 1000, 10000, 5, 50, 500, 0};
	Graph		graph = {.n = 9, .ranks = 1, .choice = {choice}, .votes = votes, .weight = weights};
	Resolution	res;
	HeapArena	heap;
	int64_t		weight[9];
	int64_t		members[9];
	uint32_t	steps;
	uint32_t	ring;

	heap_arena_init(&heap);
	graph_resolve(&res, &graph, true, &heap.arena);
	CHECK_INT(res.head[0], 2);
	CHECK_INT(res.hops[0], 2);
	CHECK_INT(graph_standing(&res, 0), STANDING_REPRESENTED);
	CHECK_INT(graph_standing(&res, 2), STANDING_DIRECT);
	CHECK_INT(res.delegate[2], NOBODY);
	CHECK_INT(res.head[3], 4);
	CHECK_INT(graph_standing(&res, 3), STANDING_DEAD_END);
	CHECK_INT(graph_standing(&res, 4), STANDING_DEAD_END);
	CHECK_INT(res.head[5], 6);
	CHECK_INT(res.head[7], 6);
	CHECK_INT(graph_standing(&res, 5), STANDING_RING);
	CHECK(graph_names_ring(&res, 6));
	CHECK(!graph_names_ring(&res, 7));
	CHECK(!graph_names_ring(&res, 2));

	CHECK_INT(graph_weigh(weight, members, &res, NULL), CODE_OK);
	CHECK_INT(weight[2], 111);
	CHECK_INT(members[2], 3);
	CHECK_INT(weight[4], 11000);
	CHECK_INT(weight[6], 555);
	CHECK_INT(weight[8], 0);
	CHECK_INT(members[8], 1);
	CHECK_INT(weight[0], 0);

	graph_measure(&steps, &ring, res.delegate, 0);
	CHECK_INT(steps, 2);
	CHECK_INT(ring, 0);
	graph_measure(&steps, &ring, res.delegate, 5);
	CHECK_INT(steps, 1);
	CHECK_INT(ring, 2);
	graph_measure(&steps, &ring, res.delegate, 8);
	CHECK_INT(steps, 0);
	CHECK_INT(ring, 0);

	/* If it is not known who votes, whoever trusts nobody does. */
	graph.votes = NULL;
	graph_resolve(&res, &graph, false, &heap.arena);
	CHECK(res.hops == NULL);
	CHECK_INT(res.head[0], 4);
	CHECK_INT(graph_standing(&res, 0), STANDING_REPRESENTED);
	CHECK_INT(graph_standing(&res, 4), STANDING_DIRECT);
	CHECK_INT(graph_standing(&res, 8), STANDING_DIRECT);
	CHECK_INT(graph_standing(&res, 7), STANDING_RING);

	graph = (Graph){.ranks = 1, .choice = {choice}};
	graph_resolve(&res, &graph, true, &heap.arena);
	CHECK_INT(graph_weigh(weight, NULL, &res, NULL), CODE_OK);
	heap_arena_free(&heap);
}

/* A choice may insist that the chosen votes himself. */
static void
test_ends(void)
{
	static const uint32_t choice[] = {1, 2, NOBODY, 2};
	static const uint8_t ends[] = {1, 0, 0, 1};
	static const uint8_t votes[] = {0, 0, 1, 0};
	Graph		graph = {.n = 4, .ranks = 1, .choice = {choice}, .ends = ends, .votes = votes};
	Resolution	res;
	HeapArena	heap;

	heap_arena_init(&heap);
	graph_resolve(&res, &graph, false, &heap.arena);
	CHECK_INT(graph_standing(&res, 0), STANDING_DEAD_END);
	CHECK_INT(res.head[0], 0);
	CHECK_INT(graph_standing(&res, 1), STANDING_REPRESENTED);
	CHECK_INT(graph_standing(&res, 3), STANDING_REPRESENTED);
	graph.votes = NULL;
	graph_resolve(&res, &graph, false, &heap.arena);
	CHECK_INT(graph_standing(&res, 0), STANDING_DEAD_END);
	CHECK_INT(graph_standing(&res, 3), STANDING_REPRESENTED);
	heap_arena_free(&heap);
}

static void
test_overflow(void)
{
	static const uint32_t choice[] = {1, NOBODY, NOBODY};
	int64_t		weights[] = {INT64_MAX, 0, INT64_MAX};
	Graph		graph = {.n = 3, .ranks = 1, .choice = {choice}, .weight = weights};
	Resolution	res;
	HeapArena	heap;
	int64_t		weight[3];
	Fault		fault;

	heap_arena_init(&heap);
	graph_resolve(&res, &graph, false, &heap.arena);
	CHECK_INT(graph_weigh(weight, NULL, &res, &fault), CODE_OK);
	CHECK_INT(weight[1], INT64_MAX);
	weights[1] = 1;
	CHECK_INT(graph_weigh(weight, NULL, &res, &fault), CODE_NUMBER_OVERFLOW);
	CHECK_INT(fault.at, 1);
	heap_arena_free(&heap);
}

/* Follow one member, step by step. */
static void
follow(uint32_t *head, uint32_t *hops, Standing *standing, const Graph *graph, uint32_t v)
{
	uint32_t	u = v;

	for (*hops = 0; *hops <= graph->n; ++*hops)
	{
		bool		voter = graph->votes != NULL ? graph->votes[u] : graph->choice[0][u] >= graph->n;
		uint32_t	to = graph->choice[0][u];
		bool		blocked = to < graph->n && graph->ends != NULL && (graph->ends[u] & 1) &&
			!(graph->votes != NULL ? graph->votes[to] : graph->choice[0][to] >= graph->n);

		if (voter || to >= graph->n || blocked)
		{
			*head = u;
			*standing = !voter ? STANDING_DEAD_END : u == v ? STANDING_DIRECT : STANDING_REPRESENTED;
			return;
		}
		u = to;
	}
	/* After so many steps u is in the ring. */
	*standing = STANDING_RING;
	*head = u;
	for (uint32_t w = graph->choice[0][u]; w != u; w = graph->choice[0][w])
		*head = w < *head ? w : *head;
}

static void
test_against_following(void)
{
	bool		heads = true;
	bool		standings = true;
	bool		hops = true;
	bool		sums = true;
	HeapArena	heap;

	heap_arena_init(&heap);
	for (int round = 0; round < 20000; round++)
	{
		uint32_t	n = 1 + seeded_below(12);
		uint32_t	choice[12];
		uint8_t		votes[12];
		uint8_t		ends[12];
		int64_t		weights[12];
		int64_t		weight[12];
		int64_t		total = 0;
		int64_t		found = 0;
		Graph		graph = {.n = n, .ranks = 1, .choice = {choice}};
		Resolution	res;

		for (uint32_t v = 0; v < n; v++)
		{
			choice[v] = seeded_below(4) == 0 ? NOBODY - seeded_below(2) : seeded_below(n);
			votes[v] = seeded_below(4) == 0;
			ends[v] = seeded_below(3) == 0;
			total += weights[v] = seeded_below(100);
		}
		if (round % 2)
			graph.votes = votes;
		if (round % 3 == 0)
			graph.ends = ends;
		graph.weight = weights;
		graph_resolve(&res, &graph, true, &heap.arena);
		graph_weigh(weight, NULL, &res, NULL);
		for (uint32_t v = 0; v < n; v++)
		{
			uint32_t	head;
			uint32_t	steps;
			uint32_t	ring;
			uint32_t	distance;
			Standing	standing;

			follow(&head, &distance, &standing, &graph, v);
			graph_measure(&steps, &ring, res.delegate, v);
			heads = heads && head == res.head[v];
			standings = standings && standing == graph_standing(&res, v);
			if (standing == STANDING_RING)
				hops = hops && ring > 0;
			else
				hops = hops && res.hops[v] == distance && steps == distance && ring == 0;
			found += weight[v];
		}
		sums = sums && found == total;
		heap_arena_free(&heap);
	}
	CHECK(heads);
	CHECK(standings);
	CHECK(hops);
	CHECK(sums);
}

/* ---- long ones */

/* Lay a chain through all members in random order; closed, it is a ring.  Return its first member. */
static uint32_t
lay_chain(uint32_t *choice, uint32_t *order, uint32_t n, bool closed)
{
	for (uint32_t i = 0; i < n; i++)
		order[i] = i;
	for (uint32_t i = n; i > 1; i--)
	{
		uint32_t	j = seeded_below(i);
		uint32_t	swap = order[j];

		order[j] = order[i - 1];
		order[i - 1] = swap;
	}
	for (uint32_t i = 0; i < n; i++)
		choice[order[i]] = i + 1 < n ? order[i + 1] : closed ? order[0] : NOBODY;
	return order[0];
}

static void
test_long(void)
{
	HeapArena	heap;
	uint32_t   *choice;
	uint32_t   *order;
	uint32_t   *sums;
	uint32_t   *delegate;
	int64_t    *weight;
	uint32_t	first;
	uint32_t	steps;
	uint32_t	ring;
	Graph		graph = {.n = LARGE, .ranks = 1, .pause = count_pause};
	Resolution	res;

	heap_arena_init(&heap);
	choice = arena_alloc(&heap.arena, sizeof(uint32_t) * LARGE);
	order = arena_alloc(&heap.arena, sizeof(uint32_t) * LARGE);
	weight = arena_alloc(&heap.arena, sizeof(int64_t) * LARGE);
	graph.choice[0] = choice;

	first = lay_chain(choice, order, LARGE, false);
	graph_resolve(&res, &graph, true, &heap.arena);
	graph_weigh(weight, NULL, &res, NULL);
	CHECK_INT(res.head[first], order[LARGE - 1]);
	CHECK_INT(res.hops[first], LARGE - 1);
	CHECK_INT(weight[order[LARGE - 1]], LARGE);
	CHECK(pauses > 0);
	graph_measure(&steps, &ring, res.delegate, first);
	CHECK_INT(steps, LARGE - 1);

	/* The same chain by the way of ranks, whose second rank is empty. */
	sums = arena_alloc(&heap.arena, sizeof(uint32_t) * LARGE);
	delegate = arena_alloc(&heap.arena, sizeof(uint32_t) * LARGE);
	graph.ranks = 2;
	graph.choice[1] = memset(arena_alloc(&heap.arena, sizeof(uint32_t) * LARGE), 0xff, sizeof(uint32_t) * LARGE);
	graph_choose(delegate, sums, &graph, &heap.arena);
	CHECK_INT(sums[first], LARGE - 1);
	CHECK(memcmp(delegate, res.delegate, sizeof(uint32_t) * LARGE) == 0);
	graph.ranks = 1;

	first = lay_chain(choice, order, LARGE, true);
	graph_resolve(&res, &graph, true, &heap.arena);
	graph_weigh(weight, NULL, &res, NULL);
	CHECK_INT(res.head[first], 0);
	CHECK(graph_names_ring(&res, 0));
	CHECK_INT(weight[0], LARGE);
	graph_measure(&steps, &ring, res.delegate, first);
	CHECK_INT(steps, 0);
	CHECK_INT(ring, LARGE);
	heap_arena_free(&heap);
}

/* ---- ranks */

/* Walk all ways from v that visit nobody twice, and return the smallest sum of ranks that ends with a voter. */
static uint32_t
smallest_sum(const Graph *graph, uint32_t v, unsigned visited)
{
	uint32_t	best = NOBODY;

	if (graph_is_voter(graph, v))
		return 0;
	for (int r = 0; r < graph->ranks; r++)
	{
		uint32_t	to = graph->choice[r][v];
		uint32_t	sum;

		if (to >= graph->n || (visited >> to & 1))
			continue;
		if (graph->ends != NULL && (graph->ends[v] >> r & 1) && !graph_is_voter(graph, to))
			continue;
		sum = smallest_sum(graph, to, visited | 1u << to);
		if (sum != NOBODY && sum + (uint32_t) r + 1 < best)
			best = sum + (uint32_t) r + 1;
	}
	return best;
}

/* Return the choice that the rule prescribes, given all smallest sums. */
static uint32_t
prescribed(const Graph *graph, const uint32_t *sums, uint32_t v)
{
	if (graph_is_voter(graph, v))
		return NOBODY;
	for (int r = 0; r < graph->ranks; r++)
	{
		uint32_t	to = graph->choice[r][v];
		bool		ends = graph->ends != NULL && (graph->ends[v] >> r & 1);

		if (to >= graph->n || (ends && !graph_is_voter(graph, to)))
			continue;
		if (sums[v] == NOBODY || (sums[to] != NOBODY && sums[to] + (uint32_t) r + 1 == sums[v]))
			return to;
	}
	return NOBODY;
}

static void
test_ranks(void)
{
	bool		right_sums = true;
	bool		right_choices = true;
	bool		right_heads = true;
	int			reached = 0;
	int			in_vain = 0;
	HeapArena	heap;

	heap_arena_init(&heap);
	for (int round = 0; round < 20000; round++)
	{
		uint32_t	n = 1 + seeded_below(SMALL);
		int			ranks = 1 + (int) seeded_below(RANKS_MAX);
		uint32_t	choice[RANKS_MAX][SMALL];
		uint8_t		votes[SMALL];
		uint8_t		ends[SMALL];
		uint32_t	sums[SMALL];
		uint32_t	delegate[SMALL];
		Graph		graph = {.n = n, .ranks = ranks};
		Resolution	res;

		for (uint32_t v = 0; v < n; v++)
		{
			for (int r = 0; r < ranks; r++)
			{
				choice[r][v] = seeded_below(3) == 0 ? NOBODY : seeded_below(n);
				if (choice[r][v] == v)
					choice[r][v] = NOBODY;
			}
			votes[v] = seeded_below(4) == 0;
			ends[v] = (uint8_t) seeded_below(1u << ranks) & (uint8_t) seeded_below(1u << ranks);
		}
		for (int r = 0; r < ranks; r++)
			graph.choice[r] = choice[r];
		if (round % 2)
			graph.votes = votes;
		if (round % 3 == 0)
			graph.ends = ends;

		graph_choose(delegate, sums, &graph, &heap.arena);
		graph_resolve(&res, &graph, false, &heap.arena);
		for (uint32_t v = 0; v < n; v++)
		{
			right_sums = right_sums && sums[v] == smallest_sum(&graph, v, 1u << v);
			right_choices = right_choices && delegate[v] == prescribed(&graph, sums, v) && delegate[v] == res.delegate[v];
			right_heads = right_heads && (sums[v] == NOBODY) == (graph_standing(&res, v) >= STANDING_DEAD_END);
			reached += sums[v] != NOBODY && sums[v] > 0;
			in_vain += sums[v] == NOBODY;
		}
		heap_arena_free(&heap);
	}
	CHECK(right_sums);
	CHECK(right_choices);
	CHECK(right_heads);
	CHECK(reached > 10000);
	CHECK(in_vain > 10000);
}

static void
test_rank_of_choice(void)
{
	static const uint32_t first[] = {1, 2, NOBODY};
	static const uint32_t third[] = {2, NOBODY, NOBODY};
	static const uint32_t none[] = {NOBODY, NOBODY, NOBODY};
	static const uint8_t votes[] = {0, 0, 1};
	Graph		graph = {.n = 3, .ranks = 3, .choice = {first, none, third}, .votes = votes};
	uint32_t	delegate[3];
	uint32_t	sums[3];
	HeapArena	heap;

	heap_arena_init(&heap);
	graph_choose(delegate, sums, &graph, &heap.arena);
	CHECK_INT(sums[0], 2);
	CHECK_INT(delegate[0], 1);
	CHECK_INT(graph_rank(&graph, 0, 1), 1);
	CHECK_INT(graph_rank(&graph, 0, 2), 3);
	CHECK_INT(graph_rank(&graph, 2, NOBODY), 0);
	CHECK(graph_has_choice(&graph, 1));
	CHECK(!graph_has_choice(&graph, 2));
	heap_arena_free(&heap);
}

/* ---- caps */

/* A member arrives: through which rank, and with what sum of ranks. */
typedef struct Arrival
{
	uint32_t	sum;
	int			rank;
	uint32_t	member;
	bool		found;
} Arrival;

/* Find the next who arrives, the slow way: the least of all that are not settled and fit. */
static Arrival
next_arrival(const Graph *graph, const uint32_t *sums, const uint32_t *head, const int64_t *power)
{
	Arrival		next = {0};

	for (uint32_t v = 0; v < graph->n; v++)
		for (int r = 0; r < graph->ranks && sums[v] == NOBODY; r++)
		{
			uint32_t	to = graph->choice[r][v];
			Arrival		a = {.rank = r + 1, .member = v, .found = true};

			if (to >= graph->n || sums[to] == NOBODY || (graph->ends != NULL && (graph->ends[v] >> r & 1) && sums[to] > 0) ||
				power[head[to]] + graph->weight[v] > graph->cap)
				continue;
			a.sum = sums[to] + (uint32_t) r + 1;
			if (!next.found || a.sum < next.sum || (a.sum == next.sum && (a.rank < next.rank || (a.rank == next.rank && v < next.member))))
				next = a;
		}
	return next;
}

/* Whether everybody whom nobody carries has a reason: each choice leads to nobody, must vote, or is full. */
static bool
lost_for_a_reason(const Graph *graph, const uint32_t *sums, const uint32_t *head, const int64_t *power)
{
	for (uint32_t v = 0; v < graph->n; v++)
		for (int r = 0; r < graph->ranks && sums[v] == NOBODY; r++)
		{
			uint32_t	to = graph->choice[r][v];

			if (to < graph->n && sums[to] != NOBODY && !(graph->ends != NULL && (graph->ends[v] >> r & 1) && sums[to] > 0) &&
				power[head[to]] + graph->weight[v] <= graph->cap)
				return false;
		}
	return true;
}

static void
test_cap(void)
{
	bool		as_prescribed = true;
	bool		bounded = true;
	bool		reasons = true;
	bool		the_same = true;
	bool		cuts = true;
	int			cut = 0;
	int			moved = 0;
	HeapArena	heap;

	heap_arena_init(&heap);
	for (int round = 0; round < 20000; round++)
	{
		uint32_t	n = 1 + seeded_below(12);
		int			ranks = 1 + (int) seeded_below(RANKS_MAX);
		uint32_t	choice[RANKS_MAX][12];
		uint8_t		votes[12];
		uint8_t		ends[12];
		uint32_t	free_sums[12];
		uint32_t	free_delegate[12];
		uint32_t	sums[12];
		uint32_t	delegate[12];
		uint32_t	want[12];
		uint32_t	head[12];
		int64_t		power[12] = {0};
		int64_t		weight[12];
		int64_t		total[12];
		Graph		graph = {.n = n, .ranks = ranks, .weight = weight};
		Resolution	res;
		Arrival		a;

		for (uint32_t v = 0; v < n; v++)
		{
			for (int r = 0; r < ranks; r++)
			{
				choice[r][v] = seeded_below(3) == 0 ? NOBODY : seeded_below(n);
				if (choice[r][v] == v)
					choice[r][v] = NOBODY;
			}
			votes[v] = seeded_below(4) == 0;
			ends[v] = (uint8_t) seeded_below(1u << ranks) & (uint8_t) seeded_below(1u << ranks);
			weight[v] = round % 5 == 0 ? (int64_t) seeded_below(4) : 1;
		}
		for (int r = 0; r < ranks; r++)
			graph.choice[r] = choice[r];
		if (round % 2)
			graph.votes = votes;
		if (round % 3 == 0)
			graph.ends = ends;

		/* A cap that bounds nothing changes nothing. */
		graph_choose(free_delegate, free_sums, &graph, &heap.arena);
		graph.cap = INT64_MAX;
		graph_choose(delegate, sums, &graph, &heap.arena);
		the_same = the_same && memcmp(delegate, free_delegate, n * sizeof *delegate) == 0 && memcmp(sums, free_sums, n * sizeof *sums) == 0;

		graph.cap = 1 + seeded_below(4);
		graph_choose(delegate, sums, &graph, &heap.arena);
		graph_resolve(&res, &graph, false, &heap.arena);
		graph_weigh(total, NULL, &res, NULL);
		for (uint32_t v = 0; v < n; v++)
		{
			want[v] = graph_is_voter(&graph, v) ? 0 : NOBODY;
			head[v] = v;
			power[v] = want[v] == 0 ? weight[v] : 0;
		}
		while ((a = next_arrival(&graph, want, head, power)).found)
		{
			uint32_t	to = choice[a.rank - 1][a.member];

			as_prescribed = as_prescribed && delegate[a.member] == to && res.head[a.member] == head[to];
			want[a.member] = a.sum;
			head[a.member] = head[to];
			power[head[to]] += weight[a.member];
		}
		for (uint32_t v = 0; v < n; v++)
		{
			bool		carried = sums[v] != NOBODY;

			as_prescribed = as_prescribed && sums[v] == want[v] && carried == (graph_standing(&res, v) <= STANDING_REPRESENTED);
			if (graph_is_voter(&graph, v))
				bounded = bounded && total[v] == power[v] && (total[v] <= graph.cap || total[v] == weight[v]);
			cuts = cuts && graph_is_cut(&graph, v, sums) == (!carried && free_sums[v] != NOBODY && delegate[v] == NOBODY);
			cut += graph_is_cut(&graph, v, sums);
			moved += carried && delegate[v] != free_delegate[v];
		}
		reasons = reasons && lost_for_a_reason(&graph, sums, head, power);
		heap_arena_free(&heap);
	}
	CHECK(as_prescribed);
	CHECK(bounded);
	CHECK(reasons);
	CHECK(the_same);
	CHECK(cuts);
	CHECK(cut > 1000);
	CHECK(moved > 500);
}

/* A cap on many: lines that are long, a star whose hundred thousand trusters move on, and a chain that is cut. */
static void
test_cap_large(void)
{
	HeapArena	heap;
	uint32_t   *choice;
	uint32_t   *second;
	uint32_t   *order;
	uint8_t    *votes;
	int64_t    *weight;
	Graph		graph = {.n = LARGE, .ranks = 2, .cap = 400000, .pause = count_pause};
	Resolution	res;
	uint32_t	first;

	heap_arena_init(&heap);
	choice = arena_alloc(&heap.arena, sizeof(uint32_t) * LARGE);
	second = arena_alloc(&heap.arena, sizeof(uint32_t) * LARGE);
	order = arena_alloc(&heap.arena, sizeof(uint32_t) * LARGE);
	votes = arena_zero(&heap.arena, LARGE);
	weight = arena_alloc(&heap.arena, sizeof(int64_t) * LARGE);
	graph.choice[0] = choice;
	graph.choice[1] = second;
	graph.votes = votes;
	votes[0] = votes[1] = 1;
	for (uint32_t v = 0; v < LARGE; v++)
	{
		choice[v] = 0;
		second[v] = v % 2 ? 1 : NOBODY;
	}
	graph_resolve(&res, &graph, false, &heap.arena);
	graph_weigh(weight, NULL, &res, NULL);
	CHECK_INT(weight[0], 400000);
	CHECK_INT(weight[1], 1 + (LARGE - 400001) / 2 + (LARGE - 400001) % 2);
	CHECK_INT(res.head[400000], 0);
	CHECK_INT(res.head[400001], 1);
	CHECK_INT(graph_standing(&res, 400002), STANDING_DEAD_END);

	memset(votes, 0, LARGE);
	graph.ranks = 1;
	first = lay_chain(choice, order, LARGE, false);
	votes[order[LARGE - 1]] = 1;
	graph_resolve(&res, &graph, true, &heap.arena);
	CHECK_INT(res.head[order[LARGE - 400000]], order[LARGE - 1]);
	CHECK_INT(graph_standing(&res, order[LARGE - 400001]), STANDING_DEAD_END);
	CHECK_INT(res.head[first], order[LARGE - 400001]);
	CHECK_INT(res.hops[first], LARGE - 400001);
	heap_arena_free(&heap);
}

int
main(void)
{
	test_one_by_one();
	test_ends();
	test_overflow();
	test_against_following();
	test_long();
	test_ranks();
	test_rank_of_choice();
	test_cap();
	test_cap_large();
	return check_done("delegation_graph");
}
