/*
 * actions.c -- the list of all kinds of actions.
 */
#include "action/resolution.h"
#include "law/enacted.h"
#include "proposal/proposal.h"

const ActionKind *const action_kinds[] = {
	resolution_actions,
	law_actions,
	proposal_actions,
	NULL
};
