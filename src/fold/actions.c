/*
 * actions.c -- the list of all kinds of actions.
 */
#include "action/account.h"
#include "action/network.h"
#include "action/office.h"
#include "action/opening.h"
#include "action/parameter.h"
#include "action/resolution.h"
#include "action/standing.h"
#include "proposal/proposal.h"

const ActionKind *const action_kinds[] = {
	resolution_actions,
	account_actions,
	parameter_actions,
	standing_actions,
	office_actions,
	network_actions,
	opening_actions,
	proposal_actions,
	NULL
};
