/*
 * office.c -- creating offices, granting and revoking them.
 */
#include "action/office.h"

static const Col office_cols[] = {
	COL(COL_TEXT, Office, name),
	COL(COL_TEXT, Office, title),
	COL(COL_INT4, Office, days),
	COL(COL_INT8, Office, since),
};

static const Col mandate_cols[] = {
	COL(COL_TEXT, Mandate, office),
	COL(COL_INT8, Mandate, member),
	COL(COL_INT8, Mandate, since),
	COL(COL_TIME, Mandate, ends_at),
	COL(COL_INT8, Mandate, ended),
	COL(COL_INT8, Mandate, proposal),
};

const Rel	office_rel = REL(REL_OFFICE, "office", Office, office_cols);
const Rel	mandate_rel = REL(REL_MANDATE, "mandate", Mandate, mandate_cols);
const RowPath office_by_name = {OFFICE_BY_NAME, REL_OFFICE, "office_pkey", true, 1, {0}, PATH_ALL, 0};
const RowPath mandate_by_office = {MANDATE_BY_OFFICE, REL_MANDATE, "mandate_pkey", true, 3, {0, 1, 2}, PATH_ALL, 0};
const RowPath mandate_in_force = {MANDATE_IN_FORCE, REL_MANDATE, "mandate_in_force_idx", true, 2, {0, 1}, PATH_WHERE_NULL, 4};

/* The mandate of a member that nobody ended, its term may be over. */
static Mandate *
find_mandate(State *state, Str office, int64_t member)
{
	Mandate		probe = {.office = office, .member = member};

	return state_find(state, MANDATE_IN_FORCE, &probe);
}

bool
office_holds(State *state, Str office, int64_t member, int64_t time)
{
	const Mandate *mandate = find_mandate(state, office, member);

	return mandate != NULL && mandate->ends_at > time;
}

static Code
find_office(Office **out, const Doing *doing)
{
	Office		probe = {.name = doing_text(doing, "office")};

	*out = state_find(doing->fold->state, OFFICE_BY_NAME, &probe);
	if (*out != NULL)
		return CODE_OK;
	return fault_set(doing->fold->fault, CODE_NO_SUCH_OFFICE, -1, "The name is \"%.*s\".", (int) probe.name.n, probe.name.p);
}

static const MemberSpec create_members[] = {
	{"days", MEMBER_INT, false, 1, SAFE_INT_MAX},
	{"office", MEMBER_DOTTED, false, 0, OFFICE_NAME_MAX},
	{"title", MEMBER_TEXT, false, 0, 200},
	{NULL}
};

static Code
create(Doing *doing)
{
	Fold	   *fold = doing->fold;
	int64_t		days = doing_int(doing, "days", 0);
	Office		office = {.name = doing_keep(doing, "office"), .title = doing_keep(doing, "title"), .since = fold->index};

	if (days > TERM_DAYS_MAX)
		return fault_set(fold->fault, CODE_UNBOUNDED, -1, "A term is %d days at most, not %lld.", TERM_DAYS_MAX, (long long) days);
	if (state_find(fold->state, OFFICE_BY_NAME, &office) != NULL)
		return fault_set(fold->fault, CODE_OFFICE_EXISTS, -1, "The name is \"%.*s\".", (int) office.name.n, office.name.p);
	office.days = (int32_t) days;
	state_add(fold->state, REL_OFFICE, &office);
	return CODE_OK;
}

static const MemberSpec grant_members[] = {
	{"days", MEMBER_INT, true, 1, SAFE_INT_MAX},
	{"member", MEMBER_INT, false, 1, SAFE_INT_MAX},
	{"office", MEMBER_DOTTED, false, 0, OFFICE_NAME_MAX},
	{NULL}
};

static Code
grant(Doing *doing)
{
	Fold	   *fold = doing->fold;
	Office	   *office;
	Member	   *member;
	Mandate	   *before;
	int64_t		days;
	Code		code;

	if ((code = find_office(&office, doing)) != CODE_OK || (code = doing_member(&member, doing, "member")) != CODE_OK)
		return code;
	if (!is_member(member))
		return fault_set(fold->fault, CODE_NOTHING_TO_DO, -1, "Number %lld is not a member.", (long long) member->id);
	days = doing_int(doing, "days", office->days);
	if (days > office->days)
		return fault_set(fold->fault, CODE_UNBOUNDED, -1, "The term of \"%.*s\" is %d days at most, not %lld.",
						 (int) office->name.n, office->name.p, office->days, (long long) days);
	before = find_mandate(fold->state, office->name, member->id);
	if (before != NULL && before->since == fold->index)
		return fault_set(fold->fault, CODE_NOTHING_TO_DO, -1, "The plan grants it twice.");
	if (before != NULL)
	{
		before->ended = fold->index;
		state_change(fold->state, before);
	}
	state_add(fold->state, REL_MANDATE, &(Mandate){.office = office->name, .member = member->id, .since = fold->index,
			  .ends_at = fold->time + DAYS(days), .ended = INT8_NONE, .proposal = int8_or_none(doing->proposal)});
	return CODE_OK;
}

static const MemberSpec revoke_members[] = {
	{"member", MEMBER_INT, false, 1, SAFE_INT_MAX},
	{"office", MEMBER_DOTTED, false, 0, OFFICE_NAME_MAX},
	{"reason", MEMBER_TEXT, false, 0, 500},
	{NULL}
};

static Code
revoke(Doing *doing)
{
	Fold	   *fold = doing->fold;
	Office	   *office;
	Mandate	   *mandate;
	int64_t		member = doing_int(doing, "member", 0);
	Code		code;

	if ((code = find_office(&office, doing)) != CODE_OK)
		return code;
	mandate = find_mandate(fold->state, office->name, member);
	if (mandate == NULL || mandate->ends_at <= fold->time || mandate->since == fold->index)
		return fault_set(fold->fault, CODE_NOTHING_TO_DO, -1, "Number %lld does not hold \"%.*s\".", (long long) member,
						 (int) office->name.n, office->name.p);
	mandate->ended = fold->index;
	state_change(fold->state, mandate);
	return CODE_OK;
}

const ActionKind office_actions[] = {
	{"office.create", LEVEL_ORGANIC, 0, false, "Create the office {office}, \"{title}\", for {days} days at most", create_members, create, NULL},
	{"office.grant", LEVEL_ORGANIC, DAYS(14), false, "Make member {member} {office}[ for {days} days]", grant_members, grant, NULL},
	{"office.revoke", LEVEL_LAW, 0, false, "Take the office {office} from member {member}: {reason}", revoke_members, revoke, NULL},
	{NULL}
};
