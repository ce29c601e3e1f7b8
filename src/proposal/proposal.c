/*
 * proposal.c -- what members do about proposals: propose, support, amend, withdraw, object, guard.
 */
#include "proposal/proposal.h"

#include "action/office.h"
#include "crypto/crypto.h"

static const Col proposal_cols[] = {
	COL(COL_INT8, Proposal, seq),
	COL(COL_INT8, Proposal, author),
	COL(COL_INT8, Proposal, issue),
	COL(COL_TIME, Proposal, due),
	COL(COL_TIME, Proposal, since),
	COL(COL_TIME, Proposal, proposed_at),
	COL(COL_TIME, Proposal, decided_at),
	COL(COL_INT8, Proposal, poll),
	COL(COL_TIME, Proposal, eta),
	COL(COL_TIME, Proposal, expires),
	COL(COL_INT8, Proposal, supporters),
	COL(COL_INT8, Proposal, informed),
	COL(COL_INT8, Proposal, objectors),
	COL(COL_INT8, Proposal, yes),
	COL(COL_INT8, Proposal, no),
	COL(COL_INT8, Proposal, abstained),
	COL(COL_INT8, Proposal, electorate),
	COL(COL_INT8, Proposal, average),
	COL(COL_INT8, Proposal, level),
	COL(COL_INT8, Proposal, leader),
	COL(COL_INT4, Proposal, version),
	COL(COL_INT4, Proposal, round),
	COL(COL_INT4, Proposal, attempts),
	COL(COL_INT4, Proposal, prolonged),
	COL(COL_BOOL, Proposal, guarded),
	COL(COL_BOOL, Proposal, law),
	COL(COL_BOOL, Proposal, swung),
	COL(COL_BOOL, Proposal, raised),
	COL(COL_TEXT, Proposal, status),
	COL(COL_TEXT, Proposal, reason),
	COL(COL_TEXT, Proposal, name),
	COL(COL_TEXT, Proposal, title),
	COL(COL_TEXT, Proposal, text),
	COL(COL_TEXT, Proposal, topic),
	COL(COL_TEXT, Proposal, policy),
	COL(COL_JSON, Proposal, terms),
	COL(COL_JSON, Proposal, plan),
	COL(COL_BYTES, Proposal, plan_hash),
	COL(COL_TEXT, Proposal, closure),
	COL(COL_BYTES, Proposal, id),
};

static const Col support_cols[] = {
	COL(COL_INT8, Support, proposal),
	COL(COL_INT8, Support, member),
	COL(COL_INT8, Support, since),
	COL(COL_INT4, Support, version),
};

static const Col objection_cols[] = {
	COL(COL_INT8, Objection, proposal),
	COL(COL_INT8, Objection, member),
	COL(COL_INT8, Objection, since),
	COL(COL_TEXT, Objection, text),
};

static const Col turnout_cols[] = {
	COL(COL_INT8, Turnout, seq),
	COL(COL_INT8, Turnout, polls),
	COL(COL_INT8, Turnout, average),
};

#define REL(id, name, type, cols) {id, name, sizeof(type), sizeof(cols) / sizeof *(cols), cols}

const Rel	proposal_rel = REL(REL_PROPOSAL, "proposal", Proposal, proposal_cols);
const Rel	support_rel = REL(REL_SUPPORT, "support", Support, support_cols);
const Rel	objection_rel = REL(REL_OBJECTION, "objection", Objection, objection_cols);
const Rel	turnout_rel = REL(REL_TURNOUT, "turnout", Turnout, turnout_cols);

#define DUE 3

const RowPath proposal_by_seq = {PROPOSAL_BY_SEQ, REL_PROPOSAL, "proposal_pkey", true, 1, {0}, PATH_ALL, 0};
const RowPath proposal_by_name = {PROPOSAL_BY_NAME, REL_PROPOSAL, "proposal_name_key", true, 1, {30}, PATH_ALL, 0};
const RowPath proposal_by_id = {PROPOSAL_BY_ID, REL_PROPOSAL, "proposal_id_key", true, 1, {39}, PATH_ALL, 0};
const RowPath proposal_by_due = {PROPOSAL_BY_DUE, REL_PROPOSAL, "proposal_due_idx", true, 2, {DUE, 0}, PATH_WHERE_SET, DUE};
const RowPath proposal_by_issue = {PROPOSAL_BY_ISSUE, REL_PROPOSAL, "proposal_issue_idx", true, 2, {2, 0}, PATH_ALL, 0};
const RowPath proposal_by_poll = {PROPOSAL_BY_POLL, REL_PROPOSAL, "proposal_poll_idx", true, 2, {7, 0}, PATH_WHERE_SET, 7};
const RowPath proposal_by_plan = {PROPOSAL_BY_PLAN, REL_PROPOSAL, "proposal_plan_idx", true, 2, {37, 0}, PATH_WHERE_SET, 37};
const RowPath proposal_by_author = {PROPOSAL_BY_AUTHOR, REL_PROPOSAL, "proposal_author_idx", true, 2, {1, 0}, PATH_WHERE_SET, DUE};
const RowPath support_by_proposal = {SUPPORT_BY_PROPOSAL, REL_SUPPORT, "support_pkey", true, 2, {0, 1}, PATH_ALL, 0};
const RowPath objection_by_proposal = {OBJECTION_BY_PROPOSAL, REL_OBJECTION, "objection_pkey", true, 2, {0, 1}, PATH_ALL, 0};
const RowPath turnout_by_seq = {TURNOUT_BY_SEQ, REL_TURNOUT, "turnout_pkey", true, 1, {0}, PATH_ALL, 0};

/* ---- finding ---- */

Proposal *
proposal_find(State *state, int64_t seq)
{
	Proposal	probe = {.seq = seq};

	return state_find(state, PROPOSAL_BY_SEQ, &probe);
}

Proposal *
proposal_find_name(State *state, Str name)
{
	Proposal	probe = {.name = name};

	return state_find(state, PROPOSAL_BY_NAME, &probe);
}

Proposal *
proposal_find_id(State *state, Str id)
{
	Proposal	probe = {.id = id};

	return state_find(state, PROPOSAL_BY_ID, &probe);
}

typedef struct Seqs
{
	Arena	   *arena;
	int64_t    *v;
	size_t		n;
	size_t		room;
} Seqs;

static bool
collect_seq(void *self, const void *row)
{
	Seqs	   *seqs = self;

	if (seqs->n == seqs->room)
	{
		int64_t    *grown = arena_alloc(seqs->arena, (seqs->room * 2 + 8) * sizeof *grown);

		if (seqs->n > 0)
			memcpy(grown, seqs->v, seqs->n * sizeof *grown);
		seqs->v = grown;
		seqs->room = seqs->room * 2 + 8;
	}
	seqs->v[seqs->n++] = ((const Proposal *) row)->seq;
	return true;
}

void
proposals_read(Proposals *out, Arena *arena, State *state, PathId path, int ncols, const Proposal *probe, ScanRange range)
{
	Seqs		seqs = {.arena = arena};

	state_scan(state, path, ncols, probe, range, collect_seq, &seqs);
	out->v = arena_alloc(arena, seqs.n * sizeof *out->v);
	out->n = seqs.n;
	for (size_t i = 0; i < seqs.n; i++)
	{
		Proposal	key = {.seq = seqs.v[i]};

		out->v[i] = state_expect(state, PROPOSAL_BY_SEQ, &key);
	}
}

bool
proposal_has_ended(const Proposal *proposal)
{
	return proposal->due == INT8_NONE;
}

Turnout *
turnout_find(Fold *fold)
{
	Turnout		probe = {.seq = fold->charter->seq, .average = AVERAGE_FIRST};
	Turnout	   *turnout = state_find(fold->state, TURNOUT_BY_SEQ, &probe);

	return turnout != NULL ? turnout : state_add(fold->state, REL_TURNOUT, &probe);
}

/* ---- what the acts have in common ---- */

/* Find the proposal that an act names by its id, and its terms. */
static Code
find_named(Proposal **out, Terms *terms, Fold *fold, const char *member)
{
	Digest		id;
	Code		code = member_check_signer(fold);

	if (code != CODE_OK)
		return code;
	(void) act_id(&id, fold, member);
	*out = proposal_find_id(fold->state, (Str){(const char *) id.b, HASH_SIZE});
	if (*out == NULL)
		return fault_set(fold->fault, CODE_NO_SUCH_PROPOSAL, -1, "No proposal has the id in \"%s\".", member);
	terms_of(terms, fold->scratch, (*out)->terms);
	return CODE_OK;
}

static Code
refuse_phase(const Fold *fold, const Proposal *proposal, const char *what)
{
	bool		over = proposal->due != INT8_NONE && fold->time >= proposal->due;

	return fault_set(fold->fault, CODE_WRONG_PHASE, -1, "\"%.*s\" is in the phase %.*s%s: %s.", (int) proposal->name.n,
					 proposal->name.p, (int) proposal->status.n, proposal->status.p, over ? ", which is over" : "", what);
}

/* Whether a proposal may still change.  In admission due is only when the clock looks at it again. */
static bool
is_open(const Proposal *proposal, const Terms *terms, int64_t time)
{
	return str_is(proposal->status, "admission") ? time < proposal->since + terms->admission_max :
		proposal_is_in(proposal, "discussion", time);
}

int64_t
proposal_supporters_needed(const Fold *fold, const Terms *terms)
{
	int64_t		share = share_ceil(fold->charter->members, terms->issue_quorum);

	return share > terms->supporters ? share : terms->supporters;
}

bool
proposal_objected(const Proposal *proposal, const Terms *terms, int64_t members)
{
	int64_t		share = share_ceil(members, terms->objectors_share);

	return proposal->objectors >= (share > terms->objectors ? share : terms->objectors);
}

void
proposal_plan(Plan *out, Fold *fold, const Proposal *proposal)
{
	*out = (Plan){0};
	(void) plan_read(out, fold->scratch, fold->state, proposal->plan, NULL);
}

int64_t
proposal_eta(Fold *fold, const Proposal *proposal, const Terms *terms)
{
	int64_t		held = lengthened(&terms->lengthening, proposal->objectors, proposal->electorate);
	int64_t		wait = terms->timelock;
	Plan		plan;

	proposal_plan(&plan, fold, proposal);
	if (plan.timelock > wait)
		wait = plan.timelock;
	return proposal->decided_at + (held > wait ? held : wait);
}

/* ---- plans ---- */

static bool
is_listed(const Json *names, Str name)
{
	for (const Json *item = names->child; item != NULL; item = item->next)
		if (str_eq(item->string, name))
			return true;
	return false;
}

/* Refuse a plan that was decided against a short while ago, or that is under way. */
static Code
check_repeated(const Fold *fold, const Digest *hash, const Terms *terms, const Proposal *self)
{
	Proposal	probe = {.plan_hash = {(const char *) hash->b, HASH_SIZE}};
	Proposals	same;

	proposals_read(&same, fold->scratch, fold->state, PROPOSAL_BY_PLAN, 1, &probe, SCAN_ALL);
	for (size_t i = 0; i < same.n; i++)
	{
		const Proposal *p = same.v[i];
		Terms		own;
		int64_t		until;

		if (p == self)
			continue;
		if (!proposal_has_ended(p))
			return fault_set(fold->fault, CODE_SAME_PLAN, -1, "\"%.*s\" has the same plan and is in the phase %.*s.",
							 (int) p->name.n, p->name.p, (int) p->status.n, p->status.p);
		if (!str_is(p->status, "rejected") && !str_is(p->status, "vetoed") && !str_is(p->status, "lapsed"))
			continue;
		terms_of(&own, fold->scratch, p->terms);
		until = p->since + (own.cooldown > terms->cooldown ? own.cooldown : terms->cooldown);
		if (fold->time < until)
			return fault_set(fold->fault, CODE_SAME_PLAN, -1, "\"%.*s\" had the same plan and was %.*s; it may come back at %lld (Unix seconds).",
							 (int) p->name.n, p->name.p, (int) p->status.n, p->status.p, (long long) (until / USECS_PER_SECOND));
	}
	return CODE_OK;
}

/* Check that a policy may carry a plan. */
static Code
check_carried(const Fold *fold, const Plan *plan, const Terms *terms, Str policy)
{
	for (size_t i = 0; i < plan->n; i++)
		if (terms->actions != NULL && !is_listed(terms->actions, str_from(plan->action[i].kind->name)))
			return fault_set(fold->fault, CODE_POLICY_TOO_LOW, -1, "The policy \"%.*s\" does not decide on the action \"%s\".",
							 (int) policy.n, policy.p, plan->action[i].kind->name);
	if (plan->kinds > (size_t) terms->kinds)
		return fault_set(fold->fault, CODE_POLICY_TOO_LOW, -1, "The plan mixes %zu kinds of actions, the policy \"%.*s\" allows %lld.",
						 plan->kinds, (int) policy.n, policy.p, (long long) terms->kinds);
	if (plan->level < terms->level)
		return fault_set(fold->fault, CODE_POLICY_TOO_LOW, -1, "The plan needs a policy of level %d, \"%.*s\" is of level %lld.",
						 plan->level, (int) policy.n, policy.p, (long long) terms->level);
	return CODE_OK;
}

/* Read the plan of an act into a proposal, and check that its policy may carry it. */
static Code
read_plan(Fold *fold, Proposal *proposal, const Terms *terms, const Proposal *self)
{
	Plan		plan;
	Code		code;

	if (!terms->plan)
		return fault_set(fold->fault, CODE_POLICY_TOO_LOW, -1, "Proposals under the policy \"%.*s\" have no plan.",
						 (int) proposal->policy.n, proposal->policy.p);
	if ((code = plan_check(&plan, fold->scratch, fold->state, act_json(fold, "plan"), fold->fault)) != CODE_OK ||
		(code = check_carried(fold, &plan, terms, proposal->policy)) != CODE_OK ||
		(code = check_repeated(fold, &plan.hash, terms, self)) != CODE_OK)
		return code;
	proposal->level = plan.level;
	proposal->law = false;
	for (size_t i = 0; i < plan.n; i++)
		proposal->law |= strcmp(plan.action[i].kind->name, "law.enact") == 0 || strcmp(plan.action[i].kind->name, "law.amend") == 0;
	proposal->plan = arena_str(fold->arena, plan.text);
	proposal->plan_hash = arena_str(fold->arena, (Str){(const char *) plan.hash.b, HASH_SIZE});
	return CODE_OK;
}

/* ---- propose ---- */

static const MemberSpec propose_members[] = {
	{"name", MEMBER_NAME, false, 0, PROPOSAL_NAME_MAX},
	{"title", MEMBER_TEXT, false, 0, 200},
	{"text", MEMBER_TEXT, true, 0, RECORD_PAYLOAD_MAX},
	{"topic", MEMBER_TEXT, true, 0, 60},
	{"policy", MEMBER_TEXT, true, 0, POLICY_NAME_MAX},
	{"plan", MEMBER_ARRAY, true, 0, 0},
	{"against", MEMBER_ID, true, 0, 0},
	{NULL}
};

/* Join the issue of another proposal: its policy and topic are those of the head. */
static Code
join_issue(Fold *fold, Proposal *proposal, Terms *terms)
{
	Proposal   *head;
	Proposals	issue;
	Code		code = find_named(&head, terms, fold, "against");

	if (code != CODE_OK)
		return code;
	if (head->issue != head->seq)
		return fault_set(fold->fault, CODE_WRONG_PHASE, -1, "\"%.*s\" is an alternative itself: name the proposal that began the issue.",
						 (int) head->name.n, head->name.p);
	if (!is_open(head, terms, fold->time))
		return refuse_phase(fold, head, "alternatives come before it is frozen");
	if (terms->mode != MODE_VOTE || terms->readings > 1)
		return fault_set(fold->fault, CODE_WRONG_PHASE, -1, "The policy \"%.*s\" takes no alternatives.",
						 (int) head->policy.n, head->policy.p);
	if (act_json(fold, "policy") != NULL && !str_eq(act_text(fold, "policy"), head->policy))
		return fault_set(fold->fault, CODE_NO_SUCH_POLICY, -1, "The issue is decided by the policy \"%.*s\".",
						 (int) head->policy.n, head->policy.p);
	proposals_read(&issue, fold->scratch, fold->state, PROPOSAL_BY_ISSUE, 1, head, SCAN_ALL);
	if (issue.n > PROPOSAL_ALTERNATIVES_MAX)
		return fault_set(fold->fault, CODE_TOO_MANY_PROPOSALS, -1, "An issue has at most %d alternatives.", PROPOSAL_ALTERNATIVES_MAX);
	proposal->issue = head->seq;
	proposal->policy = head->policy;
	proposal->terms = head->terms;
	proposal->topic = head->topic;
	proposal->status = head->status;
	proposal->since = head->since;
	proposal->due = head->due;
	return CODE_OK;
}

/* Begin an issue under a policy. */
static Code
begin_issue(Fold *fold, Proposal *proposal, Terms *terms)
{
	PolicyRow  *policy;

	if (act_json(fold, "policy") == NULL)
		return fault_set(fold->fault, CODE_BAD_MEMBERS, -1, "An act \"propose\" needs a member \"policy\" or \"against\".");
	policy = policy_find(fold->state, act_text(fold, "policy"));
	if (policy == NULL)
		return fault_set(fold->fault, CODE_NO_SUCH_POLICY, -1, "The policy is \"%.*s\".", (int) act_text(fold, "policy").n,
						 act_text(fold, "policy").p);
	if (proposal->topic.p != NULL && topic_find(fold->state, proposal->topic) == NULL)
		return fault_set(fold->fault, CODE_NO_SUCH_TOPIC, -1, "The topic is \"%.*s\".", (int) proposal->topic.n, proposal->topic.p);
	terms_of(terms, fold->scratch, policy->body);
	proposal->policy = policy->name;
	proposal->terms = policy->body;
	proposal->due = fold->time + terms->admission_max;
	return CODE_OK;
}

/* Put a member's support down; his word is for the last version. */
static void
add_support(Fold *fold, Proposal *proposal)
{
	Support		support = {.proposal = proposal->seq, .member = fold->signer->id, .since = fold->index,
						   .version = proposal->version};

	state_add(fold->state, REL_SUPPORT, &support);
	proposal->supporters++;
	proposal->informed++;
}

/* Let the clock look at an issue's head as soon as it may be admitted. */
static void
look_for_admission(Fold *fold, Proposal *proposal, const Terms *terms)
{
	int64_t		earliest = proposal->since + terms->admission_min;

	if (proposal->issue != proposal->seq || !str_is(proposal->status, "admission") || proposal->reason.p != NULL ||
		proposal->supporters < proposal_supporters_needed(fold, terms))
		return;
	if (earliest < proposal->due)
		proposal->due = earliest > fold->time ? earliest : fold->time;
	proposal->reason = STR("supported");
}

static Code
propose(Fold *fold)
{
	Terms		terms;
	Proposal	proposal = {
		.seq = fold->seq,
		.issue = fold->seq,
		.due = INT8_NONE,
		.since = fold->time,
		.proposed_at = fold->time,
		.decided_at = INT8_NONE,
		.poll = INT8_NONE,
		.eta = INT8_NONE,
		.expires = INT8_NONE,
		.level = INT8_NONE,
		.yes = INT8_NONE,
		.no = INT8_NONE,
		.abstained = INT8_NONE,
		.electorate = INT8_NONE,
		.average = INT8_NONE,
		.leader = INT8_NONE,
		.version = 1,
		.status = STR("admission"),
		.name = arena_str(fold->arena, act_text(fold, "name")),
		.title = arena_str(fold->arena, act_text(fold, "title")),
		.text = arena_str(fold->arena, act_text(fold, "text")),
		.topic = arena_str(fold->arena, act_text(fold, "topic")),
		.id = arena_str(fold->arena, (Str){(const char *) fold->leaf.b, HASH_SIZE}),
	};
	Proposals	own;
	Proposal   *added;
	Code		code = member_check_signer(fold);

	if (code != CODE_OK)
		return code;
	proposal.author = fold->signer->id;
	if (proposal_find_name(fold->state, proposal.name) != NULL)
		return fault_set(fold->fault, CODE_PROPOSAL_EXISTS, -1, "The name is \"%.*s\".", (int) proposal.name.n, proposal.name.p);
	code = act_json(fold, "against") != NULL ? join_issue(fold, &proposal, &terms) : begin_issue(fold, &proposal, &terms);
	if (code != CODE_OK ||
		(act_json(fold, "plan") != NULL && (code = read_plan(fold, &proposal, &terms, NULL)) != CODE_OK))
		return code;
	proposals_read(&own, fold->scratch, fold->state, PROPOSAL_BY_AUTHOR, 1, &proposal, SCAN_ALL);
	if (own.n >= (size_t) terms.per_member)
		return fault_set(fold->fault, CODE_TOO_MANY_PROPOSALS, -1, "The policy \"%.*s\" lets a member have %lld.",
						 (int) proposal.policy.n, proposal.policy.p, (long long) terms.per_member);
	added = state_add(fold->state, REL_PROPOSAL, &proposal);
	add_support(fold, added);
	look_for_admission(fold, added, &terms);
	state_change(fold->state, added);
	return CODE_OK;
}

/* ---- support ---- */

static const MemberSpec support_members[] = {
	{"proposal", MEMBER_ID, false, 0, 0},
	{"withdraw", MEMBER_TRUE, true, 0, 0},
	{NULL}
};

static Code
support(Fold *fold)
{
	bool		withdraw = act_json(fold, "withdraw") != NULL;
	Support		probe;
	Support    *standing;
	Proposal   *proposal;
	Terms		terms;
	Code		code = find_named(&proposal, &terms, fold, "proposal");

	if (code != CODE_OK)
		return code;
	if (!is_open(proposal, &terms, fold->time))
		return refuse_phase(fold, proposal, "supporters are gathered before it is frozen");
	probe = (Support){.proposal = proposal->seq, .member = fold->signer->id};
	standing = state_find(fold->state, SUPPORT_BY_PROPOSAL, &probe);
	if (withdraw ? standing == NULL : standing != NULL && standing->version == proposal->version)
		return fault_set(fold->fault, CODE_NO_CHANGE, -1, withdraw ?
						 "The signer does not support this proposal." : "The signer supports this version already.");
	if (withdraw)
	{
		proposal->supporters--;
		proposal->informed -= standing->version == proposal->version;
		state_delete(fold->state, standing);
	}
	else if (standing != NULL)
	{
		standing->version = proposal->version;
		state_change(fold->state, standing);
		proposal->informed++;
	}
	else
		add_support(fold, proposal);
	look_for_admission(fold, proposal, &terms);
	state_change(fold->state, proposal);
	return CODE_OK;
}

/* ---- amend, withdraw ---- */

static const MemberSpec amend_members[] = {
	{"proposal", MEMBER_ID, false, 0, 0},
	{"version", MEMBER_INT, false, 1, INT32_MAX},
	{"title", MEMBER_TEXT, true, 0, 200},
	{"text", MEMBER_TEXT, true, 0, RECORD_PAYLOAD_MAX},
	{"plan", MEMBER_ARRAY, true, 0, 0},
	{NULL}
};

/* Find a proposal that its author may still change. */
static Code
find_own(Proposal **out, Terms *terms, Fold *fold)
{
	Code		code = find_named(out, terms, fold, "proposal");

	if (code != CODE_OK)
		return code;
	if ((*out)->author != fold->signer->id)
		return fault_set(fold->fault, CODE_NOT_THE_AUTHOR, -1, "\"%.*s\" is somebody else's.", (int) (*out)->name.n, (*out)->name.p);
	if (!is_open(*out, terms, fold->time))
		return refuse_phase(fold, *out, "it is frozen");
	return CODE_OK;
}

static Code
amend(Fold *fold)
{
	Proposal	changed;
	Proposal   *proposal;
	Support    *own;
	Terms		terms;
	Code		code = find_own(&proposal, &terms, fold);

	if (code != CODE_OK)
		return code;
	if (act_int(fold, "version", 0) != proposal->version)
		return fault_set(fold->fault, CODE_STALE_VERSION, -1, "The version is %d.", proposal->version);
	changed = *proposal;
	if (act_json(fold, "title") != NULL)
		changed.title = arena_str(fold->arena, act_text(fold, "title"));
	if (act_json(fold, "text") != NULL)
		changed.text = arena_str(fold->arena, act_text(fold, "text"));
	if (act_json(fold, "plan") != NULL && (code = read_plan(fold, &changed, &terms, proposal)) != CODE_OK)
		return code;
	if (str_eq(changed.title, proposal->title) && str_eq(changed.text, proposal->text) &&
		str_eq(changed.plan, proposal->plan))
		return fault_set(fold->fault, CODE_NO_CHANGE, -1, "Title, text and plan are what they were.");
	proposal->title = changed.title;
	proposal->text = changed.text;
	proposal->plan = changed.plan;
	proposal->plan_hash = changed.plan_hash;
	proposal->level = changed.level;
	proposal->law = changed.law;
	proposal->version++;

	/* Others have to look at the new version; the author has. */
	own = state_find(fold->state, SUPPORT_BY_PROPOSAL, &(Support){.proposal = proposal->seq, .member = fold->signer->id});
	proposal->informed = own != NULL;
	if (own != NULL)
	{
		own->version = proposal->version;
		state_change(fold->state, own);
	}
	state_change(fold->state, proposal);
	return CODE_OK;
}

static const MemberSpec withdraw_members[] = {
	{"proposal", MEMBER_ID, false, 0, 0},
	{NULL}
};

static Code
withdraw(Fold *fold)
{
	Proposal   *proposal;
	Terms		terms;
	Code		code = find_own(&proposal, &terms, fold);

	if (code != CODE_OK)
		return code;

	/* The entry is written when the clock is asked, in this block. */
	proposal->reason = STR("withdrawn by its author");
	proposal->status = STR("withdrawing");
	proposal->due = fold->time;
	state_change(fold->state, proposal);
	return CODE_OK;
}

/* ---- object, guard ---- */

static const MemberSpec object_members[] = {
	{"proposal", MEMBER_ID, false, 0, 0},
	{"text", MEMBER_TEXT, true, 0, 10000},
	{"withdraw", MEMBER_TRUE, true, 0, 0},
	{NULL}
};

/* What more objectors mean for a proposal that waits to be carried out. */
static void
hold_back(Fold *fold, Proposal *proposal, const Terms *terms)
{
	int64_t		eta;

	if (!str_is(proposal->status, "queued"))
		return;
	eta = proposal_eta(fold, proposal, terms);

	/* It only moves later: who takes an objection back does not take the time of others. */
	if (eta > proposal->eta)
	{
		proposal->expires += eta - proposal->eta;
		proposal->eta = eta;
		proposal->due = eta;
	}
	if (!proposal->raised && terms->lengthening.to.den > 0 &&
		share_reached(proposal->objectors, proposal->electorate, terms->lengthening.to) && terms->mode == MODE_VOTE)
	{
		proposal->raised = true;
		proposal->due = fold->time;
	}
}

static Code
object(Fold *fold)
{
	bool		withdraw = act_json(fold, "withdraw") != NULL;
	Objection	probe;
	Objection  *standing;
	Proposal   *proposal;
	Terms		terms;
	Code		code = find_named(&proposal, &terms, fold, "proposal");

	if (code != CODE_OK)
		return code;
	if (withdraw != (act_json(fold, "text") == NULL))
		return fault_set(fold->fault, CODE_BAD_MEMBERS, -1, "An objection has a text; taking one back has none.");
	if (!proposal_is_in(proposal, "objection", fold->time) && !proposal_is_in(proposal, "queued", fold->time))
		return refuse_phase(fold, proposal, "members object in the phases objection and queued");
	probe = (Objection){.proposal = proposal->seq, .member = fold->signer->id, .since = fold->index};
	standing = state_find(fold->state, OBJECTION_BY_PROPOSAL, &probe);
	if (withdraw == (standing == NULL))
		return fault_set(fold->fault, CODE_NO_CHANGE, -1, withdraw ?
						 "The signer does not object to this proposal." : "The signer objects to this proposal already.");
	if (withdraw)
	{
		state_delete(fold->state, standing);
		proposal->objectors--;
	}
	else
	{
		probe.text = arena_str(fold->arena, act_text(fold, "text"));
		state_add(fold->state, REL_OBJECTION, &probe);
		proposal->objectors++;
		hold_back(fold, proposal, &terms);
	}
	state_change(fold->state, proposal);
	return CODE_OK;
}

typedef struct Objectors
{
	int64_t    *member;
	size_t		n;
} Objectors;

static bool
collect_objector(void *self, const void *row)
{
	Objectors  *objectors = self;

	objectors->member[objectors->n++] = ((const Objection *) row)->member;
	return true;
}

void
proposal_forget_objections(Fold *fold, Proposal *proposal)
{
	Objectors	objectors = {.member = arena_alloc(fold->scratch, (size_t) proposal->objectors * sizeof(int64_t))};
	Objection	probe = {.proposal = proposal->seq};

	state_scan(fold->state, OBJECTION_BY_PROPOSAL, 1, &probe, SCAN_ALL, collect_objector, &objectors);
	for (size_t i = 0; i < objectors.n; i++)
	{
		probe.member = objectors.member[i];
		state_delete(fold->state, state_expect(fold->state, OBJECTION_BY_PROPOSAL, &probe));
	}
	proposal->objectors = 0;
}

static const MemberSpec guard_members[] = {
	{"proposal", MEMBER_ID, false, 0, 0},
	{"text", MEMBER_TEXT, false, 0, 10000},
	{NULL}
};

/* Hold a decided proposal up: a guardian, with a reason, once. */
static Code
guard(Fold *fold)
{
	Proposal   *proposal;
	Terms		terms;
	Code		code = find_named(&proposal, &terms, fold, "proposal");

	if (code != CODE_OK)
		return code;
	if (!office_holds(fold->state, GUARDIAN, fold->signer->id, fold->time))
		return fault_set(fold->fault, CODE_NOT_A_GUARDIAN, -1, "The signer does not hold the office \"guardian\".");
	if (proposal->guarded)
		return fault_set(fold->fault, CODE_GUARD_SPENT, -1, "\"%.*s\" was suspended before.", (int) proposal->name.n, proposal->name.p);
	if (!proposal_is_in(proposal, "queued", fold->time))
		return refuse_phase(fold, proposal, "a guardian suspends what waits to be carried out");
	proposal->guarded = true;
	proposal->reason = arena_str(fold->arena, act_text(fold, "text"));
	proposal->status = STR("suspending");
	proposal->due = fold->time;
	state_change(fold->state, proposal);
	return CODE_OK;
}

const ActKind proposal_acts[] = {
	{"propose", propose_members, propose},
	{"support", support_members, support},
	{"amend", amend_members, amend},
	{"withdraw", withdraw_members, withdraw},
	{"object", object_members, object},
	{"guard", guard_members, guard},
	{NULL}
};
