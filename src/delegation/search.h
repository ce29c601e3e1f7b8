/*
 * search.h -- what the two searches for shortest ways share: ranked.c, which bounds nothing, and capped.c.
 */
#ifndef COMMUNE_DELEGATION_SEARCH_H
#define COMMUNE_DELEGATION_SEARCH_H

#include "delegation/graph.h"
#include "delegation/pulse.h"

/* Steps are at most RANKS_MAX long, so that this many buckets used in turn hold everything that waits. */
#define BUCKETS (RANKS_MAX + 1)
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

typedef struct Search
{
	const Graph *graph;
	Arena	   *arena;
	uint32_t   *best;			/* of each member */
	uint32_t   *first;			/* arcs into u are arc[first[u]] to arc[first[u + 1] - 1] */
	uint32_t   *arc;			/* and AHEAD more at the end, of nobody */
	Pulse		pulse;
} Search;

static inline bool
must_vote(const Graph *graph, uint32_t v, int r)
{
	return graph->ends != NULL && (graph->ends[v] >> r & 1);
}

/* Find the best way of everybody, from the voters on. */
extern void ranked_search(Search *s);

/* The same, as far as the graph's cap allows. */
extern void capped_search(Search *s);

#endif
