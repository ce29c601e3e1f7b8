/*
 * set.c -- the actions of this slice: policy.set, proposal.veto.
 */
#include "proposal/proposal.h"

/* ---- policy.set ---- */

static const MemberSpec set_members[] = {
	{"policy", MEMBER_DOTTED, false, 0, POLICY_NAME_MAX},
	{"body", MEMBER_OBJECT, false, 0, 0},
	{NULL}
};

/* A policy is changed by rules that rank as high as it does, before the change and after it. */
static void
set_needs(Needs *needs, Arena *arena, State *state, const Json *args)
{
	const PolicyRow *before = policy_find(state, json_get(args, "policy")->string);
	Terms		after;

	(void) arena;
	if (before != NULL && before->level < needs->level)
		needs->level = (int) before->level;
	if (terms_read(&after, json_get(args, "body"), NULL) == CODE_OK && after.level < needs->level)
		needs->level = (int) after.level;
	if (needs->level == LEVEL_CONSTITUTION)
		needs->timelock = DAYS(30);
}

/* Whether what was counted clears bars. */
static bool
clears(const Proposal *p, const Terms *terms)
{
	YesNo		counts = {p->yes, p->no, p->abstained, p->electorate};
	Decision	decision;

	bars_decide(&decision, &terms->bars, &counts, p->average, SHARE_ONE);
	return decision.accepted;
}

/*
 * Whoever raises a bar must have passed the new one, and whoever lowers it the old one: so a narrow majority can neither
 * entrench itself nor open the way for a narrower one.
 */
static Code
check_bars(Doing *doing, const Terms *after)
{
	const Proposal *p = doing->proposal != 0 ? proposal_find(doing->fold->state, doing->proposal) : NULL;
	const PolicyRow *before = policy_find(doing->fold->state, doing_text(doing, "policy"));
	Fault	   *fault = doing->fold->fault;
	Terms		old;

	if (p == NULL || p->yes == INT8_NONE)
		return fault_set(fault, CODE_BAR_NOT_PASSED, -1, "Policies are set by proposals that were voted on.");
	if (after->mode == MODE_VOTE && !clears(p, after))
		return fault_set(fault, CODE_BAR_NOT_PASSED, -1, "With %lld yes and %lld no of %lld the proposal does not clear the bars that it sets.",
						 (long long) p->yes, (long long) p->no, (long long) p->electorate);
	if (before == NULL)
		return CODE_OK;
	terms_of(&old, doing->fold->scratch, before->body);
	if (old.mode == MODE_VOTE && !clears(p, &old))
		return fault_set(fault, CODE_BAR_NOT_PASSED, -1, "With %lld yes and %lld no of %lld the proposal does not clear the bars that it replaces.",
						 (long long) p->yes, (long long) p->no, (long long) p->electorate);
	return CODE_OK;
}

static Code
set_policy(Doing *doing)
{
	Fold	   *fold = doing->fold;
	Str			name = doing_text(doing, "policy");
	const PolicyRow *before = policy_find(fold->state, name);
	PolicyRow  *fallback;
	Terms		terms;
	Buf			body;
	Code		code = terms_read(&terms, json_get(doing->args, "body"), fold->fault);

	if (code != CODE_OK)
		return code;
	if (!policy_name_fits(name))
		return fault_set(fold->fault, CODE_BAD_POLICY_BODY, -1, "The name of a policy has no dots.");
	fallback = terms.fallback.p != NULL ? policy_find(fold->state, terms.fallback) : NULL;
	if (terms.fallback.p != NULL && fallback == NULL)
		return fault_set(fold->fault, CODE_NO_SUCH_POLICY, -1, "The fallback is \"%.*s\".", (int) terms.fallback.n, terms.fallback.p);
	buf_init(&body, fold->scratch);
	json_canonical(&body, json_get(doing->args, "body"));
	if (body.n > POLICY_BODY_MAX)
		return fault_set(fold->fault, CODE_BAD_POLICY_BODY, -1, "It has %zu bytes, %d are allowed.", body.n, POLICY_BODY_MAX);
	if (before != NULL && str_eq(before->body, buf_done(&body)))
		return fault_set(fold->fault, CODE_NO_CHANGE, -1, "The policy is what it was.");
	if ((code = check_bars(doing, &terms)) != CODE_OK)
		return code;
	policy_put(fold, name, terms.level, buf_done(&body), doing->proposal);
	return CODE_OK;
}

/* ---- proposal.veto ---- */

static const MemberSpec veto_members[] = {
	{"proposal", MEMBER_NAME, false, 0, PROPOSAL_NAME_MAX},
	{"reason", MEMBER_TEXT, false, 0, 500},
	{NULL}
};

/* What was decided can be stopped by rules that rank as high. */
static void
veto_needs(Needs *needs, Arena *arena, State *state, const Json *args)
{
	const Proposal *p = proposal_find_name(state, json_get(args, "proposal")->string);

	(void) arena;
	if (p != NULL && p->level != INT8_NONE && p->level < needs->level)
		needs->level = (int) p->level;
}

/* Stop a decided proposal for good. */
static Code
veto(Doing *doing)
{
	Fold	   *fold = doing->fold;
	Str			name = doing_text(doing, "proposal");
	Proposal   *p = proposal_find_name(fold->state, name);

	if (p == NULL)
		return fault_set(fold->fault, CODE_NO_SUCH_PROPOSAL, -1, "The name is \"%.*s\".", (int) name.n, name.p);
	if (!str_is(p->status, "queued") && !str_is(p->status, "suspended") && !str_is(p->status, "failed"))
		return fault_set(fold->fault, CODE_WRONG_PHASE, -1, "\"%.*s\" is in the phase %.*s: a veto stops what is decided and not done.",
						 (int) p->name.n, p->name.p, (int) p->status.n, p->status.p);
	p->status = STR("vetoed");
	p->reason = doing_keep(doing, "reason");
	p->since = fold->time;
	p->due = INT8_NONE;
	state_change(fold->state, p);
	return CODE_OK;
}

const ActionKind proposal_actions[] = {
	{"policy.set", LEVEL_ORGANIC, DAYS(14), false, "Set the policy {policy}", set_members, set_policy, set_needs},
	{"proposal.veto", LEVEL_LAW, 0, false, "Stop the decided proposal {proposal}: {reason}", veto_members, veto, veto_needs},
	{NULL}
};
