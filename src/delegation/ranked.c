/*
 * ranked.c -- shortest ways to a voter, where the length of a step is the rank of the choice.
 *
 * Dijkstra's algorithm, started from all voters at once and run against the direction of trust.  Lengths are small
 * integers, so the queue is Dial's: as a step is at most RANKS_MAX long, RANKS_MAX + 1 buckets used in turn hold
 * everything that waits.  A choice enters a bucket at most once, so the link of the bucket's list lies in the choice
 * itself, and the whole takes O(members + choices).
 */
#include "delegation/ranked.h"

#define FAR NOBODY
#define NO_ARC UINT32_MAX
#define BUCKETS (RANKS_MAX + 1)
#define PAUSE_EVERY 65536

/* A choice, seen from the chosen. */
typedef struct Arc
{
	uint32_t	truster;
	uint32_t	link;			/* the next arc in its bucket */
	uint8_t		rank;
	bool		ends;			/* the chosen must vote himself */
} Arc;

/* The search: arcs into u are arc[first[u]] to arc[first[u + 1] - 1]. */
typedef struct Search
{
	const Graph *graph;
	uint32_t   *delegate;
	uint32_t   *sum;			/* of ranks on the best way so far; FAR while there is none */
	uint8_t    *rank;			/* of the best way's first step */
	uint32_t   *first;
	Arc		   *arc;
	uint32_t	bucket[BUCKETS];	/* sum modulo BUCKETS: the arcs that wait there */
	uint64_t	waiting;
	uint64_t	steps;
} Search;

/* Let others have their turn now and then. */
static void
step(Search *s)
{
	if (++s->steps % PAUSE_EVERY == 0 && s->graph->pause != NULL)
		s->graph->pause();
}

/* Sort the choices by the chosen: count, add up, fill from behind. */
static void
turn_round(Search *s, Arena *arena)
{
	const Graph *graph = s->graph;
	uint32_t	n = graph->n;
	uint32_t   *first = arena_zero(arena, sizeof(uint32_t) * ((size_t) n + 1));
	uint32_t	total = 0;

	for (int r = 0; r < graph->ranks; r++)
		for (uint32_t v = 0; v < n; v++)
			if (graph->choice[r][v] < n && !graph_is_voter(graph, v))
				first[graph->choice[r][v]]++;
	for (uint32_t u = 0; u <= n; u++)
		first[u] = total += first[u];
	s->arc = arena_alloc(arena, sizeof(Arc) * total);
	for (int r = 0; r < graph->ranks; r++)
		for (uint32_t v = 0; v < n; v++)
			if (graph->choice[r][v] < n && !graph_is_voter(graph, v))
				s->arc[--first[graph->choice[r][v]]] =
					(Arc){.truster = v, .rank = (uint8_t) (r + 1),
						  .ends = graph->ends != NULL && (graph->ends[v] >> r & 1)};
	s->first = first;
}

/* Offer the way through u to everybody who trusts u. */
static void
offer(Search *s, uint32_t u)
{
	for (uint32_t a = s->first[u]; a < s->first[u + 1]; a++)
	{
		Arc		   *arc = &s->arc[a];
		uint32_t	v = arc->truster;
		uint32_t	sum = s->sum[u] + arc->rank;

		if ((arc->ends && s->sum[u] > 0) || sum > s->sum[v] || (sum == s->sum[v] && arc->rank >= s->rank[v]))
			continue;
		if (sum < s->sum[v])
		{
			arc->link = s->bucket[sum % BUCKETS];
			s->bucket[sum % BUCKETS] = a;
			s->waiting++;
		}
		s->sum[v] = sum;
		s->rank[v] = arc->rank;
		s->delegate[v] = u;
		step(s);
	}
}

/* Give a member whom no voter can be reached from his first choice that does not insist on a voter. */
static uint32_t
choose_in_vain(const Graph *graph, uint32_t v)
{
	for (int r = 0; r < graph->ranks; r++)
		if (graph->choice[r][v] < graph->n && !(graph->ends != NULL && (graph->ends[v] >> r & 1)))
			return graph->choice[r][v];
	return NOBODY;
}

void
ranked_choose(uint32_t *delegate, uint32_t *sums, const Graph *graph, Arena *arena)
{
	uint32_t	n = graph->n;
	Search		s = {.graph = graph, .delegate = delegate};

	s.sum = sums != NULL ? sums : arena_alloc(arena, sizeof(uint32_t) * n);
	s.rank = arena_zero(arena, n);
	memset(s.bucket, 0xff, sizeof s.bucket);
	turn_round(&s, arena);
	for (uint32_t v = 0; v < n; v++)
	{
		delegate[v] = NOBODY;
		s.sum[v] = graph_is_voter(graph, v) ? 0 : FAR;
	}

	for (uint32_t v = 0; v < n; v++)
		if (s.sum[v] == 0)
			offer(&s, v);
	for (uint32_t sum = 1; s.waiting > 0; sum++)
	{
		uint32_t	a = s.bucket[sum % BUCKETS];

		s.bucket[sum % BUCKETS] = NO_ARC;
		for (; a != NO_ARC; a = s.arc[a].link)
		{
			uint32_t	v = s.arc[a].truster;

			s.waiting--;
			/* A member who was offered a shorter way since had his turn already. */
			if (s.sum[v] == sum)
				offer(&s, v);
		}
	}

	for (uint32_t v = 0; v < n; v++)
		if (s.sum[v] == FAR)
			delegate[v] = choose_in_vain(graph, v);
}
