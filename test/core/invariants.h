/*
 * invariants.h -- what holds of the state after every block, whatever the acts were: counts add up, rows refer to rows
 * that are there, nobody is in two places.  For tests and for fuzzing; the state must be one without a store.
 */
#ifndef COMMUNE_INVARIANTS_H
#define COMMUNE_INVARIANTS_H

#include <stdlib.h>

#include "action/account.h"
#include "fold/fold.h"
#include "proposal/proposal.h"

/* Rows of a relation, in the order of a path. */
typedef struct RowVec
{
	const void **v;
	size_t		n;
	size_t		room;
} RowVec;

static inline bool
row_vec_add(void *self, const void *row)
{
	RowVec	   *vec = self;

	if (vec->n == vec->room)
	{
		vec->room = vec->room * 2 + 16;
		vec->v = realloc(vec->v, vec->room * sizeof *vec->v);
	}
	vec->v[vec->n++] = row;
	return true;
}

static inline RowVec
rows_of(State *state, PathId path)
{
	RowVec		vec = {0};

	state_scan(state, path, 0, NULL, SCAN_ALL, row_vec_add, &vec);
	return vec;
}

/* Count the rows that agree in a column of 64 bits. */
static inline int64_t
count_rows(const RowVec *rows, size_t offset, int64_t value)
{
	int64_t		n = 0;

	for (size_t i = 0; i < rows->n; i++)
		n += *(const int64_t *) ((const char *) rows->v[i] + offset) == value;
	return n;
}

#define COUNT(rows, type, field, value) count_rows(rows, offsetof(type, field), value)

typedef struct Tables
{
	State	   *state;
	Arena	   *arena;
	const Charter *charter;
	RowVec		members;
	RowVec		stays;
	RowVec		vouches;
	RowVec		topics;
	RowVec		polls;
	RowVec		ballots;
	RowVec		delegations;
	RowVec		policies;
	RowVec		proposals;
	RowVec		supports;
	RowVec		objections;
} Tables;

static inline const Member *
member_row(const Tables *t, int64_t id)
{
	return id >= 1 && id <= (int64_t) t->members.n ? t->members.v[id - 1] : NULL;
}

static inline const char *
broken_member(const Tables *t, const Member *m)
{
	bool		member = str_is(m->status, "member");
	bool		candidate = str_is(m->status, "candidate");
	bool		suspended = str_is(m->status, "suspended");
	int64_t		open_polls = 0;
	int64_t		open_stays = 0;

	if (!member && !candidate && !str_is(m->status, "named") && !str_is(m->status, "left") && !suspended)
		return "a status that is none";
	if (member != (m->since != INT8_NONE))
		return "since and status of a member differ";
	if (suspended ? suspension_find(t->state, m->id) == NULL : !str_is(m->status, "left") && suspension_find(t->state, m->id) != NULL)
		return "a suspension that is none, or none where there ought to be one";
	if (m->vouches != COUNT(&t->vouches, Vouch, candidate, m->id))
		return "a member's vouches are miscounted";
	if (candidate && m->vouches >= t->charter->vouches)
		return "a candidate has enough vouches";
	for (size_t i = 0; i < t->polls.n; i++)
	{
		const Poll *p = t->polls.v[i];

		open_polls += p->author == m->id && p->seq > 0 && (str_is(p->status, "announced") || str_is(p->status, "open"));
	}
	if (m->polls != open_polls)
		return "a member's polls are miscounted";
	if (m->polls > t->charter->open_polls || m->acts > t->charter->acts_per_day)
		return "a limit does not hold";
	for (size_t i = 0; i < t->stays.n; i++)
	{
		const Membership *s = t->stays.v[i];

		if (s->member != m->id)
			continue;
		if (s->until == INT8_NONE && s->since != m->since)
			return "the open stay is not the one of the member";
		open_stays += s->until == INT8_NONE;
		if (s->until != INT8_NONE && s->until <= s->since)
			return "a stay ends before it begins";
		if (i > 0 && ((const Membership *) t->stays.v[i - 1])->member == m->id &&
			(((const Membership *) t->stays.v[i - 1])->until == INT8_NONE ||
			 ((const Membership *) t->stays.v[i - 1])->until > s->since))
			return "two stays overlap";
	}
	return open_stays != member ? "a member has no open stay, or somebody else has one" : NULL;
}

static inline const char *
broken_ballot(const Tables *t, const Ballot *b, Poll *poll)
{
	ChoiceForm	form = method_find(poll->method)->form;
	int64_t		cost = 0;
	uint32_t	high;

	if (b->since <= poll->opened || (poll->closed != INT8_NONE && b->since >= poll->closed))
		return "a ballot from before the opening or after the closing";
	if (b->final && (poll->frozen == INT8_NONE || b->since >= poll->frozen))
		return "a ballot is final that carries nobody";
	if (b->abstain)
		return b->option != INT4_NONE || b->votes.v != NULL || b->ranking.p != NULL ? "an abstention votes" : NULL;
	if (form == CHOICE_CONSENT)
		return b->option < 1 || b->option > 4 || (b->option == 4) != (b->votes.n == 1) ? "an answer of consent is none" : NULL;
	if ((b->option != INT4_NONE) + (b->votes.v != NULL) + (b->ranking.p != NULL) != 1)
		return "a ballot votes in two ways, or in none";
	if (form == CHOICE_OPTION)
		return b->option < 1 || b->option > (int64_t) poll->options.n ? "a vote for no option" : NULL;
	if (form != CHOICE_VOTES)
		return b->ranking.p == NULL || ranking_check((const uint8_t *) b->ranking.p, b->ranking.n, NULL) != CODE_OK ||
			!ranking_fits(&high, (const uint8_t *) b->ranking.p, b->ranking.n, (uint32_t) poll->options.n) ?
			"a ranking is none" : NULL;
	if (b->votes.n != poll->options.n)
		return "a ballot does not vote on each option";
	for (size_t i = 0; i < b->votes.n; i++)
		cost += (int64_t) b->votes.v[i] * b->votes.v[i];
	if (str_is(poll->method, "quadratic") && cost > method_int(poll_params(t->state, poll), "credits", 0))
		return "a ballot costs more than the credits";
	return NULL;
}

/* Check the rounds of a count: where there is a rest, nothing is lost. */
static inline const char *
broken_rounds(const Tally *tally)
{
	Wide		all = tally->direct + tally->represented - tally->abstained;

	for (const CountRound *round = tally->count->first; round != NULL; round = round->next)
	{
		Wide		sum = round->votes[0];

		for (uint32_t o = 1; o <= tally->options; o++)
		{
			if (round->status[o] == NULL)
				return "an option has no status in a round";
			sum += round->votes[o];
		}
		if (round->rest && sum != all * wide_pow10(round->decimals))
			return "the votes of a round do not add up";
	}
	return tally->count->first == NULL ? "a count without rounds" : NULL;
}

static inline int64_t
due_time(const Tables *t, Poll *poll, bool announced)
{
	if (announced)
		return poll->opens;
	if (poll->closed != INT8_NONE || poll->frozen != INT8_NONE)
		return poll->closes;
	return poll->closes - method_int(poll_params(t->state, poll), "override_window", 0) * USECS_PER_SECOND;
}

static inline const char *
broken_poll(const Tables *t, Poll *poll)
{
	bool		announced = str_is(poll->status, "announced");
	bool		open = str_is(poll->status, "open");
	bool		closed = str_is(poll->status, "closed");
	bool		due = announced || open || (closed && poll->result.p == NULL);
	const char *wrong = NULL;
	int64_t		cast = 0;
	Tally		tally;
	Fault		fault;
	Code		code;

	if (!announced && !open && !closed && !str_is(poll->status, "lapsed"))
		return "a poll's status is none";
	if (poll->opens >= poll->closes || poll->extensions > EXTENSIONS_MAX)
		return "a poll's times do not fit";
	if ((poll->due != INT8_NONE) != due || (due && poll->due != due_time(t, poll, announced)))
		return "a poll is due at a wrong time";
	if (poll->frozen != INT8_NONE && (poll->opened == INT8_NONE || poll->frozen <= poll->opened ||
									  method_int(poll_params(t->state, poll), "override_window", 0) == 0))
		return "a poll froze that has no window, or before it opened";
	if ((poll->manifest.p != NULL) != (open || closed) || (poll->opened != INT8_NONE) != (open || closed) ||
		(poll->electorate != INT8_NONE) != (open || closed) || (poll->closed != INT8_NONE) != closed)
		return "a poll's status and its columns differ";
	for (size_t i = 0; i < t->ballots.n && wrong == NULL; i++)
	{
		const Ballot *b = t->ballots.v[i];

		if (b->poll != poll->seq)
			continue;
		cast++;
		wrong = broken_ballot(t, b, poll);
	}
	if (wrong != NULL)
		return wrong;
	if (cast != poll->ballots)
		return "a poll's ballots are miscounted";
	if (!open && !closed)
		return cast > 0 ? "a ballot in a poll that never opened" : NULL;
	code = tally_poll(&tally, t->arena, t->state, poll, &fault);
	if (code == CODE_NUMBER_OVERFLOW || code == CODE_TOO_LARGE)
		return NULL;
	if (code != CODE_OK)
		return "a poll cannot be counted";
	if (tally.electorate != poll->electorate || tally.direct != cast ||
		tally.direct + tally.represented + tally.unrepresented != tally.electorate)
		return "a tally does not add up";
	return broken_rounds(&tally);
}

static inline const char *
broken_delegation(const Tables *t, const Delegation *d, const Delegation *before)
{
	if (member_row(t, d->truster) == NULL || d->trustees.n > DELEGATES_MAX ||
		(d->until != INT8_NONE && d->until <= d->since) ||
		(d->trustees.n > 0 && d->expires == INT8_NONE) ||
		(d->must_vote.n > 0 && d->must_vote.v[d->must_vote.n - 1] > (int32_t) d->trustees.n))
		return "a delegation is out of bounds";
	if (before != NULL && before->truster == d->truster && str_eq(before->scope, d->scope) && before->until != d->since)
		return "two lists of a scope do not follow each other";
	for (size_t i = 0; i < d->trustees.n; i++)
	{
		if (member_row(t, d->trustees.v[i]) == NULL || d->trustees.v[i] == d->truster)
			return "a delegate is nobody, or the truster";
		for (size_t j = 0; j < i; j++)
			if (d->trustees.v[i] == d->trustees.v[j])
				return "a delegate stands on a list twice";
	}
	return NULL;
}

/* Money: no balance is negative, each is what came in less what went out, and all of them together are what was issued. */
static inline const char *
broken_accounts(State *state)
{
	RowVec		accounts = rows_of(state, ACCOUNT_BY_NAME);
	RowVec		transfers = rows_of(state, TRANSFER_BY_SINCE);
	RowVec		years = rows_of(state, ISSUANCE_BY_YEAR);
	const char *wrong = NULL;
	int64_t		sum = 0;
	int64_t		issued = 0;
	int64_t		total = 0;

	for (size_t i = 0; i < accounts.n; i++)
	{
		const Account *a = accounts.v[i];
		int64_t		balance = 0;

		for (size_t j = 0; j < transfers.n; j++)
		{
			const Transfer *t = transfers.v[j];

			balance += str_eq(t->taker, a->name) ? t->amount : 0;
			balance -= t->giver.p != NULL && str_eq(t->giver, a->name) ? t->amount : 0;
		}
		if (a->balance < 0 || a->balance != balance)
			wrong = "a balance is negative, or not what its transfers say";
		if (a->owner != INT8_NONE && action_member(state, a->owner) == NULL)
			wrong = "an account belongs to nobody";
		sum += a->balance;
	}
	for (size_t j = 0; j < transfers.n; j++)
	{
		const Transfer *t = transfers.v[j];

		if (t->amount <= 0)
			wrong = "a transfer moves nothing";
		issued += t->giver.p == NULL ? t->amount : 0;
	}
	for (size_t j = 0; j < years.n; j++)
	{
		const Issuance *y = years.v[j];

		total += y->amount;
		if (y->total != total)
			wrong = "what was issued until the end of a year is miscounted";
	}
	if (sum != issued || issued != total)
		wrong = "the balances are not what was issued";
	free(accounts.v);
	free(transfers.v);
	free(years.v);
	return wrong;
}

/* Whether a status is one in which nothing more happens. */
static inline bool
is_final(Str status)
{
	static const char *const ends[] = {"executed", "lapsed", "withdrawn", "returned", "rejected", "vetoed", "expired"};

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (str_is(status, ends[i]))
			return true;
	return false;
}

static inline const char *
broken_proposal(const Tables *t, const Proposal *p)
{
	const Proposal *head = proposal_find(t->state, p->issue);
	int64_t		informed = 0;
	int64_t		live = 0;

	for (size_t i = 0; i < t->supports.n; i++)
	{
		const Support *s = t->supports.v[i];

		if (s->proposal == p->seq && s->version > p->version)
			return "somebody supports a version that is not there";
		informed += s->proposal == p->seq && s->version == p->version;
	}
	if (p->supporters != COUNT(&t->supports, Support, proposal, p->seq) || p->informed != informed)
		return "a proposal's supporters are miscounted";
	if (p->objectors != COUNT(&t->objections, Objection, proposal, p->seq))
		return "a proposal's objectors are miscounted";
	if ((p->due == INT8_NONE) != is_final(p->status))
		return "a proposal is due that has ended, or the other way round";
	if (head == NULL || head->issue != head->seq)
		return "an issue has no head";
	if ((p->plan.p != NULL) != (p->plan_hash.p != NULL) || (p->plan.p != NULL) != (p->level != INT8_NONE))
		return "a plan without its hash or its level";
	if ((str_is(p->status, "voting") || str_is(p->status, "counting")) !=
		(p->poll != INT8_NONE && state_find(t->state, POLL_BY_SEQ, &(Poll){.seq = p->poll}) != NULL &&
		 ((const Poll *) state_find(t->state, POLL_BY_SEQ, &(Poll){.seq = p->poll}))->result.p == NULL &&
		 !str_is(((const Poll *) state_find(t->state, POLL_BY_SEQ, &(Poll){.seq = p->poll}))->status, "lapsed")))
		return "a proposal is voted on without a poll, or a poll goes on without it";
	if ((str_is(p->status, "queued") || str_is(p->status, "failed")) &&
		(p->plan.p == NULL || p->eta == INT8_NONE || p->expires <= p->eta || p->eta <= p->decided_at))
		return "what is queued has no plan, or no time";
	for (size_t i = 0; i < t->proposals.n; i++)
	{
		const Proposal *other = t->proposals.v[i];

		live += other->due != INT8_NONE && other->plan_hash.p != NULL && str_eq(other->plan_hash, p->plan_hash);
	}
	return live > 1 ? "a plan is under way twice" : NULL;
}

static inline const char *
broken_policy(const Tables *t, const PolicyRow *policy)
{
	const Json *body;
	Terms		terms;

	if (json_parse(&body, t->arena, policy->body.p, policy->body.n, NULL) != CODE_OK ||
		terms_read(&terms, body, NULL) != CODE_OK || terms.level != policy->level)
		return "a policy cannot be read";
	return policy->until == INT8_NONE && policy_find(t->state, policy->name) != policy ? "a policy is in force twice" : NULL;
}

static inline const char *
broken_commune(const Tables *t)
{
	const Charter *c = t->charter;
	const char *wrong = NULL;
	int64_t		members = 0;
	int64_t		pending = 0;

	if (c == NULL)
		return t->members.n + t->polls.n + t->topics.n > 0 ? "rows without a charter" : NULL;
	if (c->identities != (int64_t) t->members.n)
		return "the identities are miscounted";
	for (size_t i = 0; i < t->members.n && wrong == NULL; i++)
	{
		const Member *m = t->members.v[i];

		if (m->id != (int64_t) i + 1)
			return "the members' ids have a gap";
		members += str_is(m->status, "member");
		pending += str_is(m->status, "candidate") && m->vouches == 0;
		wrong = broken_member(t, m);
	}
	if (wrong != NULL)
		return wrong;
	if (c->members != members || c->pending != pending)
		return "the charter's counts are wrong";
	for (size_t i = 0; i < t->vouches.n; i++)
	{
		const Vouch *v = t->vouches.v[i];
		const Member *voucher = member_row(t, v->voucher);

		if (voucher == NULL || !(str_is(voucher->status, "member") || suspension_find(t->state, voucher->id) != NULL) || v->voucher == v->candidate)
			return "somebody vouches who may not";
	}
	for (size_t i = 0; i < t->topics.n; i++)
	{
		const Topic *topic = t->topics.v[i];
		const Topic *parent = topic->parent.p ? topic_find(t->state, topic->parent) : NULL;

		if (topic->parent.p != NULL && (parent == NULL || parent->seq >= topic->seq))
			return "a topic is not younger than its parent";
	}
	for (size_t i = 0; i < t->polls.n && wrong == NULL; i++)
		wrong = broken_poll(t, (Poll *) t->polls.v[i]);
	for (size_t i = 0; i < t->policies.n && wrong == NULL; i++)
		wrong = broken_policy(t, t->policies.v[i]);
	for (size_t i = 0; i < t->proposals.n && wrong == NULL; i++)
		wrong = broken_proposal(t, t->proposals.v[i]);
	for (size_t i = 0; i < t->delegations.n && wrong == NULL; i++)
		wrong = broken_delegation(t, t->delegations.v[i], i > 0 ? t->delegations.v[i - 1] : NULL);
	return wrong;
}

/* What does not hold of a state, or NULL. */
static inline const char *
broken_invariant(State *state, Arena *arena)
{
	Tables		t = {
		.state = state,
		.arena = arena,
		.charter = charter_find(state),
		.members = rows_of(state, MEMBER_BY_ID),
		.stays = rows_of(state, MEMBERSHIP_BY_MEMBER),
		.vouches = rows_of(state, VOUCH_BY_CANDIDATE),
		.topics = rows_of(state, TOPIC_BY_NAME),
		.polls = rows_of(state, POLL_BY_SEQ),
		.ballots = rows_of(state, BALLOT_BY_POLL),
		.delegations = rows_of(state, DELEGATION_BY_TRUSTER),
		.policies = rows_of(state, POLICY_BY_NAME),
		.proposals = rows_of(state, PROPOSAL_BY_SEQ),
		.supports = rows_of(state, SUPPORT_BY_PROPOSAL),
		.objections = rows_of(state, OBJECTION_BY_PROPOSAL),
	};
	const char *wrong = broken_commune(&t);

	if (wrong == NULL)
		wrong = broken_accounts(state);

	free(t.members.v);
	free(t.stays.v);
	free(t.vouches.v);
	free(t.topics.v);
	free(t.polls.v);
	free(t.ballots.v);
	free(t.delegations.v);
	free(t.policies.v);
	free(t.proposals.v);
	free(t.supports.v);
	free(t.objections.v);
	return wrong;
}

#endif
