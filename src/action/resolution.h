/*
 * resolution.h -- what the commune has said by decision.
 */
#ifndef COMMUNE_RESOLUTION_H
#define COMMUNE_RESOLUTION_H

#include "action/action.h"

typedef struct ResolutionRow
{
	Row			row;
	int64_t		since;			/* index of the entry that published it */
	int32_t		place;			/* of the action in its plan */
	int64_t		proposal;		/* INT8_NONE if a law published it */
	int64_t		law;			/* INT8_NONE if a proposal did */
	int64_t		published_at;	/* time of the block */
	Str			title;
	Str			text;
} ResolutionRow;

extern const Rel resolution_rel;
extern const RowPath resolution_by_since;
extern const ActionKind resolution_actions[];	/* publish */

#endif
