/*
 * standing.c -- admitting, suspending and restoring members.
 *
 * A suspension ends a stay, and its end begins another one: whoever is suspended when a poll opens is in no electorate,
 * and a poll that opened before is one in which he cannot act any more; a ballot that he has cast before stays.
 */
#include "action/standing.h"

/* ---- the actions ---- */

static const MemberSpec admit_members[] = {
	{"did", MEMBER_DID, false, 0, 0},
	{NULL}
};

/* Admit somebody without vouches. */
static Code
admit(Doing *doing)
{
	Fold	   *fold = doing->fold;
	Str			text = doing_text(doing, "did");
	Member	   *member;
	Did			did;
	Code		code;

	(void) did_parse(&did, text.p, text.n, NULL);
	member = member_find(fold->state, &did);
	if (is_member(member))
		return fault_set(fold->fault, CODE_NOTHING_TO_DO, -1, "Number %lld is a member.", (long long) member->id);
	if (member != NULL && suspension_find(fold->state, member->id) != NULL)
		return fault_set(fold->fault, CODE_NOTHING_TO_DO, -1, "Number %lld is suspended: member.restore ends that.", (long long) member->id);
	if (member == NULL)
	{
		if ((code = member_check_key(&did, fold->fault)) != CODE_OK)
			return code;
		member = member_name(fold, &did, "named");
	}
	if (str_is(member->status, "candidate") && member->vouches == 0)
		fold->charter->pending--;
	member_admit(fold, member);
	return CODE_OK;
}

typedef struct Reference
{
	Str			text;
	bool		used;
} Reference;

static bool
compare_reference(void *self, const void *row)
{
	Reference  *reference = self;

	reference->used = str_eq(reference->text, ((const Suspension *) row)->reference);
	return !reference->used;
}

static const MemberSpec suspend_members[] = {
	{"member", MEMBER_INT, false, 1, SAFE_INT_MAX},
	{"reason", MEMBER_TEXT, false, 0, 500},
	{"reference", MEMBER_TEXT, false, 0, 200},
	{"until", MEMBER_INT, false, 1, TIME_MAX},
	{NULL}
};

/* Suspend a member for a time.  What was adjudicated suspends him once: else many times ninety days were for ever. */
static Code
suspend(Doing *doing)
{
	Fold	   *fold = doing->fold;
	Suspension	suspension = {
		.since = fold->index,
		.ends_at = doing_int(doing, "until", 0) * USECS_PER_SECOND,
		.ended = INT8_NONE,
		.proposal = int8_or_none(doing->proposal),
		.reference = doing_keep(doing, "reference"),
		.reason = doing_keep(doing, "reason"),
	};
	Reference	reference = {.text = suspension.reference};
	Member	   *member;
	Code		code = doing_member(&member, doing, "member");

	if (code != CODE_OK)
		return code;
	if (doing->law != 0)
		return fault_set(fold->fault, CODE_NAMES_PERSON, -1, "A law suspends nobody: a proposal does, by its reference to what was adjudicated.");
	if (suspension.ends_at <= fold->time || suspension.ends_at > fold->time + DAYS(SUSPENSION_DAYS_MAX))
		return fault_set(fold->fault, CODE_UNBOUNDED, -1, "A suspension ends in the future, after %d days at most.", SUSPENSION_DAYS_MAX);
	if (!is_member(member))
		return fault_set(fold->fault, CODE_NOTHING_TO_DO, -1, "Number %lld is not a member.", (long long) member->id);
	suspension.member = member->id;
	state_scan(fold->state, SUSPENSION_BY_MEMBER, 1, &suspension, SCAN_ALL, compare_reference, &reference);
	if (reference.used)
		return fault_set(fold->fault, CODE_UNBOUNDED, -1, "Number %lld was suspended by this reference before.", (long long) member->id);
	member_end(fold, member, STR("suspended"));
	state_add(fold->state, REL_SUSPENSION, &suspension);
	return CODE_OK;
}

/* End a suspension. */
static void
end(Fold *fold, Suspension *suspension)
{
	Member	   *member = member_find_id(fold->state, suspension->member);

	suspension->ended = fold->index;
	state_change(fold->state, suspension);
	if (str_is(member->status, "suspended"))
		member_admit(fold, member);
}

static const MemberSpec restore_members[] = {
	{"member", MEMBER_INT, false, 1, SAFE_INT_MAX},
	{NULL}
};

static Code
restore(Doing *doing)
{
	Fold	   *fold = doing->fold;
	int64_t		id = doing_int(doing, "member", 0);
	Suspension *suspension = suspension_find(fold->state, id);

	if (suspension == NULL)
		return fault_set(fold->fault, CODE_NOTHING_TO_DO, -1, "Number %lld is not suspended.", (long long) id);
	end(fold, suspension);
	return CODE_OK;
}

const ActionKind standing_actions[] = {
	{"member.admit", LEVEL_LAW, 0, false, "Admit {did} as a member", admit_members, admit, NULL, NULL},
	{"member.suspend", LEVEL_LAW, DAYS(3), false, "Suspend member {member} until {until} (Unix seconds), by {reference}: {reason}",
	suspend_members, suspend, NULL, NULL},
	{"member.restore", LEVEL_REGULATION, 0, false, "End the suspension of member {member}", restore_members, restore, NULL, NULL},
	{NULL}
};

/* ---- the engine ---- */

static bool
keep_member(void *self, const void *row)
{
	*(int64_t *) self = ((const Suspension *) row)->member;
	return false;
}

/* The member whose suspension ends first, if that is due at a time; 0 if there is none. */
static int64_t
first_due(State *state, int64_t time)
{
	int64_t		member = 0;

	state_scan(state, SUSPENSION_BY_END, 0, &(Suspension){.ends_at = time}, SCAN_UPTO, keep_member, &member);
	return member;
}

void
standing_advance(Fold *fold)
{
	int64_t		member;

	while ((member = first_due(fold->state, fold->time)) != 0)
	{
		Buf			body;
		Digest		leaf;

		end(fold, suspension_find(fold->state, member));
		entry_begin(&body, fold->output);
		entry_text(&body, "entry", STR("restored"));
		entry_int(&body, "member", member);
		fold->write_entry(fold, (Entry){.kind = STR("restored"), .body = entry_end(&body)}, &leaf);
	}
}

bool
standing_is_due(State *state, int64_t time)
{
	return first_due(state, time) != 0;
}
