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

#include "delegation/search.h"

#define BLOCK_ROOM 1020

/* A piece of a bucket: members who wait for their turn. */
typedef struct Block
{
	struct Block *next;
	uint32_t	n;
	uint32_t	member[BLOCK_ROOM];
} Block;

/* Who waits. */
typedef struct Queue
{
	Search	   *s;
	Block	   *bucket[BUCKETS];	/* sum modulo BUCKETS */
	Block	   *spare;
	uint64_t	waiting;
} Queue;

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
push(Queue *q, uint32_t sum, uint32_t v)
{
	Block	  **bucket = &q->bucket[sum % BUCKETS];

	if (*bucket == NULL || (*bucket)->n == BLOCK_ROOM)
	{
		Block	   *block = q->spare;

		if (block != NULL)
			q->spare = block->next;
		else
			block = arena_alloc(q->s->arena, sizeof(Block));
		block->next = *bucket;
		block->n = 0;
		*bucket = block;
	}
	(*bucket)->member[(*bucket)->n++] = v;
	q->waiting++;
}

/* Offer the way through u, to a voter at this sum of ranks, to everybody who trusts u. */
static void
offer(Queue *q, uint32_t u, uint32_t sum)
{
	Search	   *s = q->s;

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
			push(q, longer, v);
		s->best[v] = best;
	}
	pulse(&s->pulse);
}

/* Offer the ways through all who wait in a block; who was offered a shorter way since had his turn already. */
static void
offer_all(Queue *q, const Block *block, uint32_t sum)
{
	const Search *s = q->s;

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
			offer(q, v, sum);
	}
}

void
ranked_search(Search *s)
{
	Queue		q = {.s = s};

	for (uint32_t v = 0; v < s->graph->n; v++)
		if (s->best[v] == BEST_VOTER)
			offer(&q, v, 0);
	for (uint32_t sum = 1; q.waiting > 0; sum++)
	{
		Block	   *block;

		while ((block = q.bucket[sum % BUCKETS]) != NULL)
		{
			q.bucket[sum % BUCKETS] = block->next;
			q.waiting -= block->n;
			offer_all(&q, block, sum);
			block->next = q.spare;
			q.spare = block;
		}
	}
}

/*
 * Give a member whom no voter can be reached from his first choice that does not insist on a voter.  One whom a voter
 * could have carried but for the cap passes on to nobody.
 */
static uint32_t
choose_in_vain(const Search *s, uint32_t v)
{
	const Graph *graph = s->graph;
	uint32_t	chosen = NOBODY;

	for (int r = graph->ranks - 1; r >= 0; r--)
	{
		uint32_t	to = graph->choice[r][v];

		if (to >= graph->n)
			continue;
		if (graph->cap > 0 && s->best[to] != BEST_NONE && (s->best[to] == BEST_VOTER || !must_vote(graph, v, r)))
			return NOBODY;
		if (!must_vote(graph, v, r))
			chosen = to;
	}
	return chosen;
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
	if (graph->cap > 0)
		capped_search(&s);
	else
		ranked_search(&s);

	for (uint32_t v = 0; v < n; v++)
	{
		uint32_t	best = s.best[v];

		if (best == BEST_NONE)
			delegate[v] = choose_in_vain(&s, v);
		else
			delegate[v] = best == BEST_VOTER ? NOBODY : graph->choice[BEST_RANK(best) - 1][v];
		if (sums != NULL)
			sums[v] = best == BEST_NONE ? NOBODY : BEST_SUM(best);
	}
}
