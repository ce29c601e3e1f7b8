/*
 * graph.c -- follows delegations to their heads, and adds up weights.
 *
 * Once every member has at most one delegate, the graph is a set of trees whose roots are heads or rings.  A walk goes
 * from a member along the delegates up to the first one whose head is known, or to the end, or back into itself; a
 * second walk along the same way writes down the head.  Each member is walked over twice, whatever the depth.
 */
#include "delegation/graph.h"

#include "delegation/pulse.h"
#include "delegation/ranked.h"

/* What head[] holds of members whose head is not known yet. */
#define NEW NOBODY
#define ON_THE_WAY (NOBODY - 1)

/* Take the only choice of each member, the case without ranks. */
static void
choose_only(uint32_t *delegate, const Graph *graph)
{
	const uint32_t *choice = graph->choice[0];
	const uint8_t *votes = graph->votes;
	const uint8_t *ends = graph->ends;
	uint32_t	n = graph->n;

	for (uint32_t v = 0; v < n; v++)
	{
		uint32_t	to = choice[v];

		if (to >= n || (votes != NULL && votes[v]) || (ends != NULL && (ends[v] & 1) && !graph_is_voter(graph, to)))
			to = NOBODY;
		delegate[v] = to;
	}
}

void
graph_choose(uint32_t *delegate, uint32_t *sums, const Graph *graph, Arena *arena)
{
	if (graph->ranks > 1 || sums != NULL || graph->cap > 0)
		ranked_choose(delegate, sums, graph, arena);
	else
		choose_only(delegate, graph);
}

/*
 * Return the smallest member of the ring that v is in.  A walk starts from the smallest member that was not walked over
 * yet, so that one that comes back to its start has found it.
 */
static uint32_t
smallest_of_ring(const uint32_t *delegate, uint32_t v, uint32_t start, Pulse *p)
{
	uint32_t	least = v;

	if (v == start)
		return v;
	for (uint32_t u = delegate[v]; u != v; u = delegate[u])
	{
		if (u < least)
			least = u;
		pulse(p);
	}
	return least;
}

void
graph_resolve(Resolution *out, const Graph *graph, bool with_hops, Arena *arena)
{
	uint32_t	n = graph->n;
	uint32_t   *delegate = arena_alloc(arena, sizeof(uint32_t) * n);
	uint32_t   *head = arena_alloc(arena, sizeof(uint32_t) * n);
	uint32_t   *hops = with_hops ? arena_zero(arena, sizeof(uint32_t) * n) : NULL;
	Pulse		p = {.pause = graph->pause};

	graph_choose(delegate, NULL, graph, arena);
	memset(head, 0xff, sizeof(uint32_t) * n);
	for (uint32_t start = 0; start < n; start++)
	{
		uint32_t	length = 0;
		uint32_t	end;
		uint32_t	u;

		if (head[start] != NEW)
			continue;
		for (u = start; head[u] == NEW && delegate[u] != NOBODY; u = delegate[u])
		{
			head[u] = ON_THE_WAY;
			length++;
			pulse(&p);
		}
		if (head[u] == NEW)
			head[u] = u;
		end = head[u] == ON_THE_WAY ? smallest_of_ring(delegate, u, start, &p) : head[u];
		if (hops != NULL)
			length += hops[u];
		for (u = start; head[u] == ON_THE_WAY; u = delegate[u])
		{
			head[u] = end;
			if (hops != NULL)
				hops[u] = length--;
			pulse(&p);
		}
	}
	*out = (Resolution){.graph = graph, .delegate = delegate, .head = head, .hops = hops};
}

Code
graph_weigh(int64_t *weight, int64_t *members, const Resolution *res, Fault *fault)
{
	const Graph *graph = res->graph;
	uint32_t	n = graph->n;

	memset(weight, 0, sizeof(int64_t) * n);
	if (members != NULL)
		memset(members, 0, sizeof(int64_t) * n);
	for (uint32_t v = 0; v < n; v++)
	{
		uint32_t	head = res->head[v];

		if (members != NULL)
			members[head]++;
		if (add_overflows(weight[head], graph->weight != NULL ? graph->weight[v] : 1, &weight[head]))
			return fault_set(fault, CODE_NUMBER_OVERFLOW, head, "The weights behind one member add up to more than 64 bits hold.");
	}
	return CODE_OK;
}

void
graph_measure(uint32_t *steps, uint32_t *ring, const uint32_t *delegate, uint32_t v)
{
	uint32_t	slow = v;
	uint32_t	fast = v;

	/* Two walkers, one twice as fast: in a ring they meet, and otherwise the fast one comes to the end. */
	*steps = 0;
	*ring = 0;
	do
	{
		for (int twice = 0; twice < 2; twice++)
		{
			if (delegate[fast] == NOBODY)
				return;
			fast = delegate[fast];
			++*steps;
		}
		slow = delegate[slow];
	}
	while (slow != fast);

	/* From where they met to the ring's entry it is as far as from the start, going round the ring. */
	for (*steps = 0, slow = v; slow != fast; ++*steps)
	{
		slow = delegate[slow];
		fast = delegate[fast];
	}
	do
	{
		fast = delegate[fast];
		++*ring;
	}
	while (fast != slow);
}

int
graph_rank(const Graph *graph, uint32_t v, uint32_t delegate)
{
	if (delegate != NOBODY)
		for (int r = 0; r < graph->ranks; r++)
			if (graph->choice[r][v] == delegate)
				return r + 1;
	return 0;
}

bool
graph_is_cut(const Graph *graph, uint32_t v, const uint32_t *sums)
{
	if (sums[v] != NOBODY)
		return false;
	for (int r = 0; r < graph->ranks; r++)
	{
		uint32_t	to = graph->choice[r][v];

		if (to < graph->n && sums[to] != NOBODY && (sums[to] == 0 || graph->ends == NULL || !(graph->ends[v] >> r & 1)))
			return true;
	}
	return false;
}
