/*
 * ranked.c -- shortest ways to a voter, where the length of a step is the rank of the choice.
 *
 * Dijkstra's algorithm, started from all voters at once and run against the direction of trust.  Lengths are small
 * integers, so the queue is Dial's: as a step is at most RANKS_MAX long, RANKS_MAX + 1 buckets used in turn hold
 * everything that waits.  Every choice is looked at once, so the whole takes O(members + choices).
 *
 * The time goes into memory that is touched in no order.  So what is touched is small, four bytes a member and four a
 * choice, and it is asked for some steps before it is needed.
 */
#include "delegation/ranked.h"

#include "delegation/pulse.h"

#define BUCKETS (RANKS_MAX + 1)
#define BLOCK_ROOM 1020
#define AHEAD 12				/* steps from asking for memory to needing it */

/* The best way of a member so far: its sum of ranks, and then the rank of its first step; less is better. */
#define BEST(sum, rank) ((uint32_t) (sum) << 3 | (uint32_t) (rank))
#define BEST_SUM(best) ((best) >> 3)
#define BEST_RANK(best) ((best) & 7)
#define BEST_NONE UINT32_MAX
#define BEST_VOTER BEST(0, 0)

/* An arc is a choice, seen from the chosen: who chose him, at which rank, and whether he must vote himself. */
#define ARC(truster, rank, ends) ((uint32_t) (truster) << 4 | (uint32_t) (rank) << 1 | (uint32_t) (ends))
#define ARC_TRUSTER(arc) ((arc) >> 4)
#define ARC_RANK(arc) ((arc) >> 1 & 7)
#define ARC_ENDS(arc) ((arc) & 1)

_Static_assert(RANKS_MAX < 8 && GRAPH_MEMBERS_MAX < 1u << 28, "an arc has 28 bits for the member and 3 for the rank");
_Static_assert((uint64_t) GRAPH_MEMBERS_MAX * RANKS_MAX < 1u << 29, "a best way has 29 bits for the sum");

/* A piece of a bucket: members who wait for their turn. */
typedef struct Block
{
	struct Block *next;
	uint32_t	n;
	uint32_t	member[BLOCK_ROOM];
} Block;

typedef struct Search
{
	const Graph *graph;
	Arena	   *arena;
	uint32_t   *best;			/* of each member */
	uint32_t   *first;			/* arcs into u are arc[first[u]] to arc[first[u + 1] - 1] */
	uint32_t   *arc;			/* and AHEAD more at the end, of nobody */
	Block	   *bucket[BUCKETS];	/* sum modulo BUCKETS: who waits there */
	Block	   *spare;
	uint64_t	waiting;
	Pulse		pulse;
} Search;

static inline bool
must_vote(const Graph *graph, uint32_t v, int r)
{
	return graph->ends != NULL && (graph->ends[v] >> r & 1);
}

/* Sort the choices of those who do not vote by the chosen: count, add up, fill from behind. */
static void
turn_round(Search *s)
{
	const Graph *graph = s->graph;
	uint32_t	n = graph->n;
	uint32_t   *first = arena_zero(s->arena, sizeof(uint32_t) * ((size_t) n + 1));
	uint32_t	total = 0;

	for (int r = 0; r < graph->ranks; r++)
		for (uint32_t v = 0; v < n; v++)
			if (graph->choice[r][v] < n && s->best[v] != BEST_VOTER)
				first[graph->choice[r][v]]++;
	for (uint32_t u = 0; u <= n; u++)
		first[u] = total += first[u];
	s->first = first;
	s->arc = arena_alloc(s->arena, sizeof(uint32_t) * ((size_t) total + AHEAD));
	memset(s->arc + total, 0, sizeof(uint32_t) * AHEAD);
	for (int r = 0; r < graph->ranks; r++)
		for (uint32_t v = 0; v < n; v++)
			if (graph->choice[r][v] < n && s->best[v] != BEST_VOTER)
				s->arc[--first[graph->choice[r][v]]] = ARC(v, r + 1, must_vote(graph, v, r));
}

/* Let v wait for the turn of a sum. */
static void
push(Search *s, uint32_t sum, uint32_t v)
{
	Block	  **bucket = &s->bucket[sum % BUCKETS];

	if (*bucket == NULL || (*bucket)->n == BLOCK_ROOM)
	{
		Block	   *block = s->spare;

		if (block != NULL)
			s->spare = block->next;
		else
			block = arena_alloc(s->arena, sizeof(Block));
		block->next = *bucket;
		block->n = 0;
		*bucket = block;
	}
	(*bucket)->member[(*bucket)->n++] = v;
	s->waiting++;
}

/* Offer the way through u, to a voter at this sum of ranks, to everybody who trusts u. */
static void
offer(Search *s, uint32_t u, uint32_t sum)
{
	for (uint32_t a = s->first[u]; a < s->first[u + 1]; a++)
	{
		uint32_t	arc = s->arc[a];
		uint32_t	v = ARC_TRUSTER(arc);
		uint32_t	longer = sum + ARC_RANK(arc);
		uint32_t	best = BEST(longer, ARC_RANK(arc));

		__builtin_prefetch(&s->best[ARC_TRUSTER(s->arc[a + AHEAD])]);
		if (best >= s->best[v] || (ARC_ENDS(arc) && sum > 0))
			continue;
		if (longer < BEST_SUM(s->best[v]))
			push(s, longer, v);
		s->best[v] = best;
	}
	pulse(&s->pulse);
}

/* Offer the ways through all who wait in a block; who was offered a shorter way since had his turn already. */
static void
offer_all(Search *s, const Block *block, uint32_t sum)
{
	for (uint32_t i = 0; i < block->n; i++)
	{
		uint32_t	v = block->member[i];

		if (i + 2 * AHEAD < block->n)
		{
			__builtin_prefetch(&s->best[block->member[i + 2 * AHEAD]]);
			__builtin_prefetch(&s->first[block->member[i + 2 * AHEAD]]);
		}
		if (i + AHEAD < block->n)
			__builtin_prefetch(&s->arc[s->first[block->member[i + AHEAD]]]);
		if (BEST_SUM(s->best[v]) == sum)
			offer(s, v, sum);
	}
}

/* Find the best way of everybody, from the voters on. */
static void
search(Search *s)
{
	for (uint32_t v = 0; v < s->graph->n; v++)
		if (s->best[v] == BEST_VOTER)
			offer(s, v, 0);
	for (uint32_t sum = 1; s->waiting > 0; sum++)
	{
		Block	   *block;

		while ((block = s->bucket[sum % BUCKETS]) != NULL)
		{
			s->bucket[sum % BUCKETS] = block->next;
			s->waiting -= block->n;
			offer_all(s, block, sum);
			block->next = s->spare;
			s->spare = block;
		}
	}
}

/* Give a member whom no voter can be reached from his first choice that does not insist on a voter. */
static uint32_t
choose_in_vain(const Graph *graph, uint32_t v)
{
	for (int r = 0; r < graph->ranks; r++)
		if (graph->choice[r][v] < graph->n && !must_vote(graph, v, r))
			return graph->choice[r][v];
	return NOBODY;
}

void
ranked_choose(uint32_t *delegate, uint32_t *sums, const Graph *graph, Arena *arena)
{
	uint32_t	n = graph->n;
	Search		s = {.graph = graph, .arena = arena, .pulse = {.pause = graph->pause}};

	s.best = arena_alloc(arena, sizeof(uint32_t) * n);
	for (uint32_t v = 0; v < n; v++)
		s.best[v] = graph_is_voter(graph, v) ? BEST_VOTER : BEST_NONE;
	turn_round(&s);
	search(&s);

	for (uint32_t v = 0; v < n; v++)
	{
		uint32_t	best = s.best[v];

		if (best == BEST_NONE)
			delegate[v] = choose_in_vain(graph, v);
		else
			delegate[v] = best == BEST_VOTER ? NOBODY : graph->choice[BEST_RANK(best) - 1][v];
		if (sums != NULL)
			sums[v] = best == BEST_NONE ? NOBODY : BEST_SUM(best);
	}
}
