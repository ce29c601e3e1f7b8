/*
 * flow.c -- adds up the votes that come to each member, from the leaves of the trees on.
 */
#include "delegation/flow.h"

/* Sort the members by whom they pass on to: count, add up, fill from behind, the last ones first. */
static void
turn_round(Flow *flow, const uint32_t *delegate, Arena *arena)
{
	uint32_t	n = flow->n;
	uint32_t	total = 0;

	flow->first = arena_zero(arena, sizeof(uint32_t) * ((size_t) n + 1));
	for (uint32_t v = 0; v < n; v++)
		if (delegate[v] != NOBODY)
			flow->first[delegate[v]]++;
	for (uint32_t v = 0; v <= n; v++)
		flow->first[v] = total += flow->first[v];
	flow->truster = arena_alloc(arena, sizeof(uint32_t) * total);
	for (uint32_t v = n; v-- > 0;)
		if (delegate[v] != NOBODY)
			flow->truster[--flow->first[delegate[v]]] = v;
}

/* Let everybody's votes run down to his delegate, once all that come to him are there; what is left is rings. */
static void
run_down(Flow *flow, const uint32_t *delegate, Arena *scratch)
{
	uint32_t	n = flow->n;
	uint32_t   *missing = arena_alloc(scratch, sizeof(uint32_t) * n);

	for (uint32_t v = 0; v < n; v++)
	{
		flow->votes[v] = !(flow->cast[v] & FLOW_LATE);
		missing[v] = flow->first[v + 1] - flow->first[v];
		flow->cast[v] |= FLOW_RING;
	}
	for (uint32_t start = 0; start < n; start++)
		for (uint32_t v = start; missing[v] == 0 && (flow->cast[v] & FLOW_RING);)
		{
			flow->cast[v] &= (uint8_t) ~FLOW_RING;
			if (delegate[v] == NOBODY)
				break;
			flow->votes[delegate[v]] += flow->votes[v];
			v = delegate[v];
			missing[v]--;
		}
}

/* Give each member of a ring all the votes that are in it. */
static void
fill_ring(Flow *flow, const uint32_t *delegate, uint32_t start)
{
	uint32_t	all = 0;
	uint32_t	v = start;

	do
	{
		all += flow->votes[v];
		v = delegate[v];
	}
	while (v != start);
	do
	{
		flow->votes[v] = all;
		v = delegate[v];
	}
	while (v != start);
}

void
flow_make(Flow *out, const Representation *r, Arena *arena, Arena *scratch)
{
	const Resolution *res = &r->resolution;
	uint32_t	n = r->graph.n;

	*out = (Flow){.n = n, .cap = r->graph.cap, .votes = arena_alloc(arena, sizeof(uint32_t) * n), .cast = arena_alloc(arena, n)};
	for (uint32_t v = 0; v < n; v++)
		out->cast[v] = r->votes[v] ? FLOW_CAST : r->late[v] ? FLOW_CAST | FLOW_LATE : 0;
	turn_round(out, res->delegate, arena);
	run_down(out, res->delegate, scratch);
	for (uint32_t v = 0; v < n; v++)
		if (graph_names_ring(res, v))
			fill_ring(out, res->delegate, v);
}

uint32_t
flow_through(const Flow *flow, uint32_t v, uint32_t u)
{
	uint32_t	others = !(flow->cast[v] & FLOW_LATE);

	if (!(flow->cast[u] & FLOW_RING))
		return flow->votes[u];
	for (uint32_t i = flow->first[v]; i < flow->first[v + 1]; i++)
		if (!(flow->cast[flow->truster[i]] & FLOW_RING))
			others += flow->votes[flow->truster[i]];
	return flow->votes[v] - others;
}

uint32_t
flow_weight(const Flow *flow, uint32_t v)
{
	if (flow->cast[v] & FLOW_LATE)
		return 1;
	return flow->cap > 0 && flow->votes[v] > flow->cap ? (uint32_t) flow->cap : flow->votes[v];
}
