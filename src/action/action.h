/*
 * action.h -- what a decision does: kinds of actions, plans made of them, and how a plan is carried out.
 *
 * action    something that changes the state by decision instead of by a member's own act: {"do":"pay","amount":5,...}
 * plan      1 to 50 actions that happen together or not at all
 * level     rank of a rule, 1 constitution to 4 regulation; the smaller number is the higher rank.  An action has the
 *           level of the lowest rule that may do it, a plan that of the highest of its actions.  Level 0, the rights
 *           that nobody can decide away, is code: see rights.h.
 * timelock  time that must pass between the decision and its effect, so that people can react
 *
 * A slice declares its kinds as it declares its acts.  A kind's apply() looks, refuses with a Code of its own, and only
 * then changes the state.  It writes no entry: whoever applies a plan writes one next, whose index is fold->index while
 * the plan is applied; rows name it as since.  It changes only rows that it finds or adds itself, and fold->charter.
 */
#ifndef COMMUNE_ACTION_H
#define COMMUNE_ACTION_H

#include "member/member.h"

#define PLAN_ACTIONS_MAX 50

#define LEVEL_CONSTITUTION 1
#define LEVEL_ORGANIC 2
#define LEVEL_LAW 3
#define LEVEL_REGULATION 4

#define DAYS(n) (INT64_C(86400) * (n) * USECS_PER_SECOND)

/* Who acts, and with what. */
typedef struct Doing
{
	Fold	   *fold;
	const Json *args;			/* the action, checked against its kind */
	const struct ActionKind *kind;
	int			level;			/* of the policy or law that acts */
	int64_t		proposal;		/* that acts, 0 if none */
	int64_t		law;			/* that acts, 0 if none */
	Str			from;			/* account that a law may pay from; none for a proposal */
	int			place;			/* of the action in its plan, from 1 */
} Doing;

/* What one action asks for beyond its kind; starts as the kind says, and may only become stricter. */
typedef struct Needs
{
	int			level;
	int64_t		timelock;
	Str			note;			/* for its sentence, none if there is nothing to say */
} Needs;

typedef struct ActionKind
{
	const char *name;			/* NULL ends a list */
	int			level;			/* the lowest rank of rule that may do it */
	int64_t		timelock;		/* the least, in microseconds */
	bool		irreversible;	/* nothing takes it back: doubles the timelock */
	const char *sentence;		/* for the ballot: "Pay {amount}[ to {to}]: {reason}"; brackets hold what may be absent */
	const MemberSpec *members;	/* as of acts */
	Code		(*apply) (Doing *doing);
	void		(*needs) (Needs *needs, Arena *arena, State *state, const Json *args);	/* may be NULL */
} ActionKind;

/* All kinds: lists, NULL behind the last.  fold/actions.c. */
extern const ActionKind *const action_kinds[];

/* The kind of this name, or NULL. */
extern const ActionKind *action_kind(Str name);

typedef struct Action
{
	const ActionKind *kind;
	const Json *args;
	Needs		needs;
} Action;

typedef struct Plan
{
	Str			text;			/* canonical JSON */
	Digest		hash;			/* SHA-256 of text */
	int			level;			/* the highest of the actions' */
	int64_t		timelock;		/* the longest */
	size_t		kinds;			/* different ones among the actions */
	size_t		n;
	const Action *action;
} Plan;

/*
 * Read a plan and check its shape: known kinds, each with its members.  Level, timelock and sentences are those of the
 * state as it is.  What the plan points to lies in arena and in the text.  Fault: at is the number of the action, from 0.
 */
extern Code plan_check(Plan *out, Arena *arena, State *state, const Json *plan, Fault *fault);
extern Code plan_read(Plan *out, Arena *arena, State *state, Str text, Fault *fault);

/*
 * Apply a plan, all of it or nothing: a refusal leaves every row as it was.  as says who acts; place, args and kind in
 * it are filled in.  Fault: detail names the action.
 */
extern Code plan_apply(Fold *fold, const Plan *plan, const Doing *as);

/* Say whether the plan could be applied now, and change nothing. */
extern Code plan_try(Fold *fold, const Plan *plan, const Doing *as);

/* A sentence for each action, in the arena. */
extern StrList plan_sentences(Arena *arena, State *state, const Plan *plan);

/* Read members of an action; absent optional ones give none. */
extern Str	doing_text(const Doing *doing, const char *name);
extern int64_t doing_int(const Doing *doing, const char *name, int64_t otherwise);

/* NULL for what is not there. */
static inline int64_t
int8_or_none(int64_t number)
{
	return number != 0 ? number : INT8_NONE;
}

/* Keep a text of an action as long as the state. */
extern Str	doing_keep(const Doing *doing, const char *name);

/* The member of this number in the state; NULL if there is none. */
extern Member *action_member(State *state, int64_t id);

/* Fault: NO_SUCH_PERSON. */
extern Code doing_member(Member **out, const Doing *doing, const char *name);

#endif
