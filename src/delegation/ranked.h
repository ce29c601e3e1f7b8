/*
 * ranked.h -- MinSum: the delegate of each member when there are backups.  graph.h explains the rule.
 */
#ifndef COMMUNE_DELEGATION_RANKED_H
#define COMMUNE_DELEGATION_RANKED_H

#include "delegation/graph.h"

/* As graph_choose(), for any number of ranks. */
extern void ranked_choose(uint32_t *delegate, uint32_t *sums, const Graph *graph, Arena *arena);

#endif
