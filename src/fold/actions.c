/*
 * actions.c -- the list of all kinds of actions.
 */
#include "action/resolution.h"

const ActionKind *const action_kinds[] = {
	resolution_actions,
	NULL
};
