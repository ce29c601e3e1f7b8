/*
 * standing.h -- who is a member by decision: admitted, suspended for a time, restored.
 */
#ifndef COMMUNE_STANDING_H
#define COMMUNE_STANDING_H

#include "action/action.h"

#define SUSPENSION_DAYS_MAX 90

extern const ActionKind standing_actions[];		/* member.admit, member.suspend, member.restore */

/* End the suspensions whose time is over; an entry `restored` for each. */
extern void standing_advance(Fold *fold);
extern bool standing_is_due(State *state, int64_t time);

#endif
