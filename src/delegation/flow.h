/*
 * flow.h -- how many votes come to each member of a poll, and through whom: represent.h seen from the other end.
 *
 * Made once for a moment of a poll, it answers for any member in the time that it takes to name those who pass on to him.
 * It stands alone: nothing of the representation that it was made from is needed any more.
 */
#ifndef COMMUNE_FLOW_H
#define COMMUNE_FLOW_H

#include "delegation/represent.h"

typedef struct Flow
{
	uint32_t	n;
	int64_t		cap;			/* of the poll; 0: none */
	uint32_t   *first;			/* those who pass on to v are truster[first[v]] to truster[first[v + 1] - 1], ascending */
	uint32_t   *truster;
	uint32_t   *votes;			/* those that come to v, his own included; late voters keep theirs */
	uint8_t    *cast;			/* FLOW_ bits */
} Flow;

#define FLOW_CAST 1				/* he cast a ballot */
#define FLOW_LATE 2				/* it counts for himself alone */
#define FLOW_RING 4				/* he is in a ring */

extern void flow_make(Flow *out, const Representation *r, Arena *arena, Arena *scratch);

/*
 * The votes that come to v through u, who passes on to him.  In a ring they are all but those that would come to v anyway:
 * what he would carry if he voted.
 */
extern uint32_t flow_through(const Flow *flow, uint32_t v, uint32_t u);

/* The members for whom the ballot of v counts; if he cast none, those whose votes come to him, as many as the cap allows. */
extern uint32_t flow_weight(const Flow *flow, uint32_t v);

#endif
