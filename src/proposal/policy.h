/*
 * policy.h -- the rules by which proposals are decided, as data.
 *
 * A policy is a row with a name, a version and a body, an object in canonical JSON.  Terms are the body, read and
 * checked.  A proposal takes a copy of the body when it is made, so that no later change touches it.
 *
 * The rows of a new commune come from the charter: the policies that ship, and those that the charter's member `policies`
 * adds or puts in their place.  Later they are changed by the action policy.set alone.
 *
 * Times in a body are seconds; shares are [num, den].  docs/proposals.md lists the members.
 */
#ifndef COMMUNE_POLICY_ROW_H
#define COMMUNE_POLICY_ROW_H

#include "action/action.h"
#include "proposal/threshold.h"

#define POLICY_NAME_MAX 40
#define POLICY_BODY_MAX 4000
#define POLICIES_MAX 50				/* in a charter */

typedef struct PolicyRow
{
	Row			row;
	int64_t		version;		/* 1, 2, ... */
	int64_t		level;
	int64_t		proposal;		/* that set it; INT8_NONE: the charter */
	int64_t		since;			/* time */
	int64_t		until;			/* INT8_NONE while it is in force */
	Str			name;
	Str			body;			/* canonical JSON */
	Str			hash;			/* SHA-256 of the body */
} PolicyRow;

typedef enum PolicyMode
{
	MODE_VOTE,					/* a poll on the alternatives and the status quo */
	MODE_CONSENT,				/* rounds of consent, then the fallback */
	MODE_OPTIMISTIC				/* accepted unless enough members object; else the fallback */
} PolicyMode;

typedef struct Terms
{
	int64_t		level;
	int64_t		mode;			/* PolicyMode */
	bool		plan;			/* a proposal may hold a plan */
	int64_t		kinds;			/* most different kinds of actions in a plan */
	const Json *actions;		/* names of those that are allowed; NULL: all */
	Str			method;			/* of a poll on several alternatives */
	Str			fallback;		/* name of a policy */

	/* microseconds */
	int64_t		admission_min;
	int64_t		admission_max;
	int64_t		discussion;
	int64_t		verification;
	int64_t		voting;
	int64_t		late_window;	/* before the poll closes: what is decided differently since prolongs it */
	int64_t		late_extension;
	int64_t		late_max;
	int64_t		override_window;
	int64_t		confirm;		/* with curves: how long a proposal must stay above them */
	int64_t		objection;		/* window in which members may object to what a late swing decided, or to the optimistic */
	int64_t		reading_gap;
	int64_t		timelock;
	int64_t		grace;
	int64_t		suspend_max;
	int64_t		retry;
	int64_t		cooldown;		/* in which the same plan may not come back */

	int64_t		working_days;	/* Monday to Friday (UTC) that a poll must contain */
	int64_t		readings;
	int64_t		supporters;		/* least number for admission */
	Fraction	issue_quorum;	/* least share for admission */
	Fraction	initiative_quorum;	/* share that supports the last version, to come into the poll */
	int64_t		slots;			/* most proposals of a topic between admission and the end of the count */
	int64_t		per_member;		/* most proposals of a member that are under way */

	Bars		bars;
	Fraction	dormancy;		/* participation below which only what protects is decided */
	int64_t		objectors;		/* least number that counts */
	Fraction	objectors_share;
	Lengthening	lengthening;	/* of the timelock, by objections */

	int64_t		rounds;			/* of consent */
	int64_t		cosigners;		/* members who cite the same principle in a valid block */
	Fraction	stand_aside;	/* more of the electorate than this standing aside is no consent */
} Terms;

extern const Rel policy_rel;
extern const RowPath policy_by_name;
extern const RowPath policy_in_force;

/* The policy of this name that is in force, or NULL. */
extern PolicyRow *policy_find(State *state, Str name);

/* Read a body; what terms point to is the body's.  Fault: BAD_POLICY_BODY. */
extern Code terms_read(Terms *out, const Json *body, Fault *fault);

/* The same of text that was checked before. */
extern void terms_of(Terms *out, Arena *arena, Str body);

/* Check the charter's own policies; and put them in, with those that ship. */
extern Code policy_check_charter(const Fold *fold);
extern void policy_found(Fold *fold);

/* Put a new version of a policy in force; the body was checked. */
extern PolicyRow *policy_put(Fold *fold, Str name, int64_t level, Str body, int64_t proposal);

/* Whether a name is one that a policy may have. */
extern bool policy_name_fits(Str name);

#endif
