/*
 * opening.h -- polls that are opened by decision.
 *
 * Such a poll is as any other, but for its number, which is below 0 (the index of the entry that announced it), and its
 * author, which is 0: it counts against nobody's limit.
 */
#ifndef COMMUNE_OPENING_H
#define COMMUNE_OPENING_H

#include "action/action.h"

extern const ActionKind opening_actions[];	/* poll.open */

#endif
