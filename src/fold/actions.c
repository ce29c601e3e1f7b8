/*
 * actions.c -- the list of all kinds of actions.
 */
#include "action/resolution.h"
#include "proposal/proposal.h"

const ActionKind *const action_kinds[] = {
	resolution_actions,
	proposal_actions,
	NULL
};
