/*
 * may.h -- what a rule was given: its lines `may ...`, held against the actions that it returns.
 */
#ifndef COMMUNE_LAW_MAY_H
#define COMMUNE_LAW_MAY_H

#include "law/text.h"
#include "record/json.h"

/* The key of an action: whom or what it is done to, as a text in the arena; none if it names nothing. */
extern Str	law_action_key(Arena *arena, const Json *action);

/*
 * Hold the actions of a run, a JSON array, against the rule.  Each must be of a kind that a line names, and of its thing
 * where the line names one; amounts are not negative and add up to no more than the limit of their line.  Fault:
 * LAW_ACTION, at = number of the action, from 0.
 */
extern Code law_may(const LawRule *rule, const Json *actions, Arena *arena, Fault *fault);

/*
 * Check what the form of a law leaves open: schedules that come due, and lines `may` that name kinds of actions.  Fault:
 * BAD_SCHEDULE, UNKNOWN_ACTION; at = number of the rule, from 0.
 */
extern Code law_check_rules(const LawText *law, Fault *fault);

/* The account that a rule pays from with this action; none if its line names none. */
extern Str	law_pays_from(const LawRule *rule, const Json *action, Arena *arena);

#endif
