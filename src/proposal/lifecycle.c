/*
 * lifecycle.c -- what the engine does with proposals at a block's time.
 *
 * A phase lasts from the block that begins it; its end is in due.  Each change of status writes an entry, and a block goes
 * on until nothing is due any more, so phases without length pass at once.
 */
#include "proposal/outlook.h"

#include "action/evaluation.h"
#include "crypto/crypto.h"

#define DORMANCY_POLLS 5			/* polls without which nobody can say that the commune is dormant */
#define BACKOFF_MAX 10				/* doublings of the time between attempts */

/* ---- entries ---- */

static void
put_hash(Buf *body, const char *name, Str hash)
{
	Digest		digest;

	memcpy(digest.b, hash.p, HASH_SIZE);
	entry_hash(body, name, &digest);
}

/* Change the status; the leaf of the entry that says so is kept where the caller wants it. */
static void
enter(Fold *fold, Proposal *proposal, const char *status, int64_t due, Str reason, Digest *leaf)
{
	Digest		unused;
	Buf			body;

	entry_begin(&body, fold->output);
	entry_text(&body, "entry", STR("phase"));
	entry_text(&body, "from", proposal->status);
	put_hash(&body, "proposal", proposal->id);
	if (reason.p != NULL)
		entry_text(&body, "reason", reason);
	entry_text(&body, "to", str_from(status));
	if (due != INT8_NONE)
		entry_int(&body, "until_us", due);
	fold->write_entry(fold, (Entry){.kind = STR("phase"), .body = entry_end(&body)}, leaf != NULL ? leaf : &unused);
	proposal->status = str_from(status);
	proposal->reason = arena_str(fold->arena, reason);
	proposal->since = fold->time;
	proposal->due = due;
	state_change(fold->state, proposal);
}

void
proposal_enter(Fold *fold, Proposal *proposal, const char *status, int64_t due, Str reason)
{
	enter(fold, proposal, status, due, reason, NULL);
}

/* ---- issues ---- */

/* The phases that the proposals of an issue share. */
static bool
is_shared(Str status)
{
	return str_is(status, "admission") || str_is(status, "discussion") || str_is(status, "verification") ||
		str_is(status, "voting") || str_is(status, "counting");
}

/* The proposals of an issue that are in the same phase as its head, the head among them. */
static void
issue_read(Proposals *out, Fold *fold, const Proposal *head)
{
	Proposals	all;

	proposals_read(&all, fold->scratch, fold->state, PROPOSAL_BY_ISSUE, 1, &(Proposal){.issue = head->issue}, SCAN_ALL);
	*out = (Proposals){arena_alloc(fold->scratch, all.n * sizeof *out->v), 0};
	for (size_t i = 0; i < all.n; i++)
		if (str_eq(all.v[i]->status, head->status))
			out->v[out->n++] = all.v[i];
}

static void
enter_all(Fold *fold, const Proposals *list, const char *status, int64_t due, Str reason)
{
	for (size_t i = 0; i < list->n; i++)
		enter(fold, list->v[i], status, due, reason, NULL);
}

/* Make another proposal the head of those that remain of an issue. */
static void
pass_on(Fold *fold, const Proposals *rest)
{
	for (size_t i = 0; i < rest->n; i++)
	{
		rest->v[i]->issue = rest->v[0]->seq;
		state_change(fold->state, rest->v[i]);
	}
}

static int64_t
members_of(const Fold *fold)
{
	return fold->charter->members;
}

/* ---- places in a topic ---- */

typedef struct Places
{
	Str			topic;
	int64_t		taken;
	int64_t		waiting;
	int64_t		next;			/* seq of the one that waits with most supporters; INT8_NONE */
	int64_t		supporters;
} Places;

static bool
count_place(void *self, const void *row)
{
	Places	   *places = self;
	const Proposal *p = row;

	if (p->issue != p->seq || !str_eq(p->topic, places->topic))
		return true;
	if (str_is(p->status, "admission"))
	{
		bool		waits = p->reason.p != NULL;

		places->waiting += waits;
		if (waits && (places->next == INT8_NONE || p->supporters > places->supporters ||
					  (p->supporters == places->supporters && p->seq < places->next)))
		{
			places->next = p->seq;
			places->supporters = p->supporters;
		}
	}
	else
		places->taken += is_shared(p->status);
	return true;
}

static void
places_read(Places *out, Fold *fold, Str topic)
{
	*out = (Places){.topic = topic, .next = INT8_NONE};
	state_scan(fold->state, PROPOSAL_BY_DUE, 0, NULL, SCAN_ALL, count_place, out);
}

/* A place became free: let the clock look at whoever waits for it. */
static void
free_place(Fold *fold, Str topic)
{
	Places		places;
	Proposal   *next;

	places_read(&places, fold, topic);
	if (places.next == INT8_NONE)
		return;
	next = proposal_find(fold->state, places.next);
	if (next->due > fold->time)
	{
		Terms		terms;

		terms_of(&terms, fold->scratch, next->terms);
		if (fold->time >= next->since + terms.admission_min && fold->time < next->since + terms.admission_max)
		{
			next->due = fold->time;
			state_change(fold->state, next);
		}
	}
}

/* ---- polls ---- */

static Poll *
poll_of(State *state, const Proposal *proposal)
{
	Poll		probe = {.seq = proposal->poll};

	return state_expect(state, POLL_BY_SEQ, &probe);
}

/* The proposals on which a poll votes, in the order of its options. */
static void
options_read(Proposals *out, Fold *fold, const Poll *poll)
{
	proposals_read(out, fold->scratch, fold->state, PROPOSAL_BY_POLL, 1, &(Proposal){.poll = poll->seq}, SCAN_ALL);
}

/* Whole days from Monday to Friday (UTC) between two times. */
static int64_t
working_days(int64_t from, int64_t to)
{
	int64_t		day = (from + INT64_C(86400) * USECS_PER_SECOND - 1) / (INT64_C(86400) * USECS_PER_SECOND);
	int64_t		last = to / (INT64_C(86400) * USECS_PER_SECOND);
	int64_t		n = 0;

	for (; day < last; day++)
		n += (day + 3) % 7 < 5;	/* 1970-01-01 was a Thursday */
	return n;
}

/* When a poll that opens now closes: later than its time if that holds too few working days. */
static int64_t
closing_time(const Terms *terms, int64_t opens)
{
	int64_t		closes = opens + terms->voting;

	while (working_days(opens, closes) < terms->working_days)
		closes += INT64_C(86400) * USECS_PER_SECOND;
	return closes;
}

/* What a ballot is about, for the manifest: each proposal with its text, its plan and what its laws rest on. */
static Str
describe(Fold *fold, const Proposals *list)
{
	Buf			all;

	buf_init(&all, fold->output);
	for (size_t i = 0; i < list->n; i++)
	{
		const Proposal *p = list->v[i];
		Buf			text;
		Buf			one;
		Digest		hash;

		buf_init(&text, fold->scratch);
		buf_char(&text, '[');
		json_quote(&text, p->title);
		buf_char(&text, ',');
		json_quote(&text, p->text.p != NULL ? p->text : STR(""));
		buf_char(&text, ']');
		sha256(hash.b, text.p, text.n);
		entry_begin(&one, fold->output);
		if (p->closure.p != NULL)
			entry_text(&one, "closure", p->closure);
		put_hash(&one, "id", p->id);
		if (p->plan_hash.p != NULL)
			put_hash(&one, "plan", p->plan_hash);
		entry_hash(&one, "text", &hash);
		buf_char(&all, i == 0 ? '[' : ',');
		buf_str(&all, entry_end(&one));
	}
	buf_char(&all, ']');
	return buf_done(&all);
}

static StrList
options_of(Fold *fold, const Proposals *list, bool consent)
{
	static const Str answers[] = {{"agree", 5}, {"reservations", 12}, {"stand aside", 11}, {"block", 5}};
	Str		   *v;

	if (consent)
		return (StrList){answers, 4};
	v = arena_alloc(fold->arena, (list->n + 1) * sizeof *v);
	for (size_t i = 0; i < list->n; i++)
		v[i] = list->v[i]->name;
	v[list->n] = STR("status quo");
	return (StrList){v, list->n + 1};
}

/* Open the next round on proposals whose first is the head. */
static void
begin_poll(Fold *fold, const Proposals *list, const Terms *terms, Str reason)
{
	Proposal   *head = list->v[0];
	bool		consent = terms->mode == MODE_CONSENT;
	int64_t		closes = closing_time(terms, fold->time);
	Digest		policy;
	Poll		poll = {
		.seq = -fold->index,
		.author = head->author,
		.opens = fold->time,
		.closes = closes,
		.due = fold->time,
		.opened = INT8_NONE,
		.opened_at = INT8_NONE,
		.closed = INT8_NONE,
		.frozen = INT8_NONE,
		.electorate = INT8_NONE,
		.quorum_num = INT8_NONE,
		.quorum_den = INT8_NONE,
		.status = STR("announced"),
		.name = arena_printf(fold->arena, "%.*s/%d", (int) head->name.n, head->name.p, head->round + 1),
		.title = head->title,
		.text = STR_NONE,
		.topic = head->topic,
		.options = options_of(fold, list, consent),
		.method = consent ? STR("consent") : list->n == 1 ? STR("majority") : arena_str(fold->arena, terms->method),
		.params = terms->override_window == 0 ? STR("{}") :
			arena_printf(fold->arena, "{\"override_window\":%lld}", (long long) (terms->override_window / USECS_PER_SECOND)),
	};
	Digest		leaf;

	poll.proposals = describe(fold, list);
	sha256(policy.b, head->terms.p, head->terms.n);
	poll.policy = arena_str(fold->output, (Str){(const char *) policy.b, HASH_SIZE});
	for (size_t i = 0; i < list->n; i++)
	{
		Proposal   *p = list->v[i];

		p->poll = poll.seq;
		p->round = head->round + (i == 0);
		p->leader = INT8_NONE;
		p->swung = false;
		p->prolonged = 0;
		enter(fold, p, "voting", terms->confirm > 0 ? fold->time + terms->confirm : closes - terms->late_window, reason, i == 0 ? &leaf : NULL);
	}
	poll.id = arena_str(fold->arena, (Str){(const char *) leaf.b, HASH_SIZE});
	state_add(fold->state, REL_POLL, &poll);
}

/* ---- deciding ---- */

/* Whether a plan does nothing but hold things up, give rights back and ask. */
static bool
is_protective(Fold *fold, const Proposal *proposal)
{
	static const char *const names[] = {"law.suspend", "office.revoke", "member.restore", "poll.open", "publish",
	"proposal.veto", NULL};
	Plan		plan;

	proposal_plan(&plan, fold, proposal);
	for (size_t i = 0; i < plan.n; i++)
	{
		int			at = 0;

		while (names[at] != NULL && strcmp(plan.action[i].kind->name, names[at]) != 0)
			at++;
		if (names[at] == NULL)
			return false;
	}
	return true;
}

/* Whether too few take part for anything but protection to be decided. */
static bool
is_dormant(const Turnout *turnout, const Terms *terms, int64_t cast, int64_t electorate)
{
	return terms->dormancy.den > 0 && turnout->polls >= DORMANCY_POLLS &&
		!share_reached(turnout->average, AVERAGE_ONE, terms->dormancy) &&
		!share_reached(cast, electorate, terms->dormancy);
}

/* A decided proposal waits out its timelock, or is done if it has no plan. */
static void
queue(Fold *fold, Proposal *proposal, const Terms *terms, Str reason)
{
	if (proposal->plan.p == NULL)
	{
		enter(fold, proposal, "executed", INT8_NONE, reason, NULL);
		free_place(fold, proposal->topic);
		return;
	}
	proposal->eta = proposal_eta(fold, proposal, terms);

	/* Never in the block that decides: everybody can see it coming. */
	if (proposal->eta <= fold->time)
		proposal->eta = fold->time + 1;
	proposal->expires = proposal->eta + terms->grace;
	enter(fold, proposal, "queued", proposal->eta, reason, NULL);
	free_place(fold, proposal->topic);
}

/* Go on by the policy that a policy falls back to; the proposal is rejected where there is none that votes. */
static void
fall_back(Fold *fold, Proposal *proposal, const Terms *terms, Str reason)
{
	PolicyRow  *policy = policy_find(fold->state, terms->fallback);
	Terms		other = {0};

	if (policy != NULL)
		terms_of(&other, fold->scratch, policy->body);
	if (policy == NULL || other.mode != MODE_VOTE || other.level > terms->level)
	{
		enter(fold, proposal, "rejected", INT8_NONE, STR("there is no policy to fall back to"), NULL);
		free_place(fold, proposal->topic);
		return;
	}
	proposal->terms = policy->body;
	proposal_forget_objections(fold, proposal);
	begin_poll(fold, &(Proposals){&proposal, 1}, &other, reason);
}

static void
note_counts(Proposal *p, const YesNo *counts, const Turnout *turnout, int64_t time)
{
	p->yes = counts->yes;
	p->no = counts->no;
	p->abstained = counts->abstain;
	p->electorate = counts->electorate;
	p->average = turnout->average;
	p->decided_at = time;
}

static Str
json_counts(Fold *fold, const Outlook *s, const Proposals *list)
{
	Buf			all;

	buf_init(&all, fold->output);
	for (size_t i = 0; i < s->n; i++)
	{
		Buf			one;

		entry_begin(&one, fold->output);
		entry_int(&one, "abstain", s->counts[i].abstain);
		entry_int(&one, "needed", s->decision[i].needed);
		entry_int(&one, "no", s->counts[i].no);
		put_hash(&one, "proposal", list->v[i]->id);
		entry_raw(&one, "supported", s->decision[i].supported ? STR("true") : STR("false"));
		entry_int(&one, "yes", s->counts[i].yes);
		buf_char(&all, i == 0 ? '[' : ',');
		buf_str(&all, entry_end(&one));
	}
	buf_char(&all, ']');
	return buf_done(&all);
}

/* Write what was counted and what it decides. */
static void
write_decision(Fold *fold, const Outlook *s, const Proposals *list, const Poll *poll, const Turnout *turnout)
{
	Digest		unused;
	Buf			body;

	entry_begin(&body, fold->output);
	entry_int(&body, "average", turnout->average);
	entry_raw(&body, "counts", json_counts(fold, s, list));
	entry_int(&body, "electorate", poll->electorate);
	entry_text(&body, "entry", STR("decide"));
	put_hash(&body, "poll", poll->manifest);
	if (s->winner < s->n)
		put_hash(&body, "winner", list->v[s->winner]->id);
	fold->write_entry(fold, (Entry){.kind = STR("decide"), .body = entry_end(&body)}, &unused);
}

/* Why an alternative that did not win did not. */
static const char *
why_rejected(const Outlook *s, size_t i, bool dormant)
{
	const Decision *d = &s->decision[i];

	return dormant ? "too few take part in polls: only what protects is decided" :
		!d->supported ? "not enough of those who voted are for it" :
		!d->approved ? "not enough of all members are for it" :
		!d->participated ? "too few took part" :
		!d->ahead ? "it is not far enough ahead" :
		s->winner == s->n ? "two alternatives stand equal: the status quo wins" : "another alternative was preferred";
}

static void
decide_vote(Fold *fold, Poll *poll, const Proposals *list, const Terms *terms)
{
	Turnout    *turnout = turnout_find(fold);
	const Proposal *head = list->v[0];
	bool		swung = head->swung;
	int32_t		round = head->round;
	bool		dormant = false;
	Outlook	s;

	if (outlook(&s, fold, poll, list, terms, poll->closes) != CODE_OK)
	{
		enter_all(fold, list, "returned", INT8_NONE, STR("the poll cannot be counted"));
		free_place(fold, head->topic);
		return;
	}
	if (s.winner < s.n && list->v[s.winner]->plan.p != NULL &&
		is_dormant(turnout, terms, s.cast, poll->electorate) && !is_protective(fold, list->v[s.winner]))
	{
		dormant = true;
		s.winner = s.n;
	}
	write_decision(fold, &s, list, poll, turnout);
	for (size_t i = 0; i < list->n; i++)
		note_counts(list->v[i], &s.counts[i], turnout, fold->time);
	turnout->average = average_next(turnout->average, s.cast, poll->electorate);
	turnout->polls++;
	state_change(fold->state, turnout);

	for (size_t i = 0; i < list->n; i++)
	{
		Proposal   *p = list->v[i];

		p->issue = p->seq;		/* from here on each goes its own way */
		if (i != s.winner)
			enter(fold, p, "rejected", INT8_NONE, str_from(why_rejected(&s, i, dormant)), NULL);
		else if (round < terms->readings && !p->raised)
			enter(fold, p, "verification", fold->time + terms->reading_gap, STR("accepted; it is read again"), NULL);
		else if (swung && terms->objection > 0)
			enter(fold, p, "objection", fold->time + terms->objection, STR("the poll turned in its last days"), NULL);
		else
			queue(fold, p, terms, STR("accepted"));
	}
	if (s.winner == s.n)
		free_place(fold, head->topic);
}

static void
decide_consent(Fold *fold, Poll *poll, Proposal *proposal, const Terms *terms)
{
	Digest		unused;
	Consent		consent;
	Buf			body;

	if (consent_count(&consent, fold->scratch, fold->state, poll, terms, fold->fault) != CODE_OK)
	{
		enter(fold, proposal, "returned", INT8_NONE, STR("the poll cannot be counted"), NULL);
		free_place(fold, proposal->topic);
		return;
	}
	entry_begin(&body, fold->output);
	entry_int(&body, "agree", consent.votes[CONSENT_AGREE]);
	entry_int(&body, "block", consent.votes[CONSENT_BLOCK]);
	entry_raw(&body, "blocked", consent.blocked ? STR("true") : STR("false"));
	entry_int(&body, "electorate", consent.electorate);
	entry_text(&body, "entry", STR("decide"));
	put_hash(&body, "poll", poll->manifest);
	if (consent.blocked)
		entry_int(&body, "principle", consent.principle);
	entry_raw(&body, "reached", consent.reached ? STR("true") : STR("false"));
	entry_int(&body, "reservations", consent.votes[CONSENT_RESERVATIONS]);
	entry_int(&body, "stand_aside", consent.votes[CONSENT_STAND_ASIDE]);
	fold->write_entry(fold, (Entry){.kind = STR("decide"), .body = entry_end(&body)}, &unused);

	proposal->yes = consent.votes[CONSENT_AGREE] + consent.votes[CONSENT_RESERVATIONS];
	proposal->no = consent.votes[CONSENT_BLOCK];
	proposal->abstained = consent.votes[CONSENT_STAND_ASIDE] + consent.abstained;
	proposal->electorate = consent.electorate;
	proposal->decided_at = fold->time;
	if (consent.reached)
		queue(fold, proposal, terms, STR("consent"));
	else if (proposal->round < terms->rounds)
		enter(fold, proposal, "discussion", fold->time + terms->discussion, STR("no consent yet: another round follows"), NULL);
	else
		fall_back(fold, proposal, terms, STR("no consent after all rounds"));
}

void
proposal_counted(Fold *fold, Poll *poll)
{
	Proposals	list;
	Terms		terms;

	options_read(&list, fold, poll);
	if (list.n == 0 || !str_is(list.v[0]->status, "counting"))
		return;
	terms_of(&terms, fold->scratch, list.v[0]->terms);
	if (terms.mode == MODE_CONSENT)
		decide_consent(fold, poll, list.v[0], &terms);
	else
		decide_vote(fold, poll, &list, &terms);
}

/* ---- late swings ---- */

/* Look at the poll of an issue, as it is before the acts of a block. */
static void
look(Fold *fold, Proposal *head)
{
	Poll	   *poll;
	Proposals	list;
	Outlook	s;
	Terms		terms;
	int64_t		closing;
	int64_t		leader;

	terms_of(&terms, fold->scratch, head->terms);
	if (terms.late_window == 0 || terms.mode != MODE_VOTE || head->poll == INT8_NONE)
		return;
	poll = poll_of(fold->state, head);
	closing = poll_closing(poll, fold->previous_time, fold->time);
	if (!str_is(poll->status, "open") || fold->time < closing - terms.late_window ||
		(head->leader != INT8_NONE &&
		 (closing > fold->time || head->prolonged >= terms.late_max / terms.late_extension)))
		return;
	options_read(&list, fold, poll);
	if (outlook(&s, fold, poll, &list, &terms, closing) != CODE_OK)
		return;
	leader = s.winner < s.n ? list.v[s.winner]->seq : 0;
	if (closing <= fold->time && head->leader != INT8_NONE && leader != head->leader)
	{
		head->swung = head->note = true;
		head->prolonged++;
		poll_prolong(fold, poll, fold->time + terms.late_extension);
	}
	head->leader = leader;
	head->due = head->note ? fold->time : poll->closes;	/* the clock writes the entry, in this block */
	state_change(fold->state, head);
}

void
proposals_begin(Fold *fold, int64_t first_index)
{
	Proposals	due;

	arena_reset(fold->scratch);
	fold->index = first_index;
	proposals_read(&due, fold->output, fold->state, PROPOSAL_BY_DUE, 0, &(Proposal){.due = fold->time}, SCAN_UPTO);
	for (size_t i = 0; i < due.n; i++)
		if (due.v[i]->issue == due.v[i]->seq && str_is(due.v[i]->status, "voting"))
		{
			arena_reset(fold->scratch);
			look(fold, due.v[i]);
		}
}

void
proposals_look(Fold *fold, const Poll *poll)
{
	Proposals	list;

	options_read(&list, fold, poll);
	if (list.n > 0 && str_is(list.v[0]->status, "voting") && list.v[0]->due <= fold->time)
		look(fold, list.v[0]);
}

/* ---- carrying out ---- */

/* The time until the next attempt: twice as long each time. */
static int64_t
backoff(const Proposal *proposal, const Terms *terms)
{
	int			doublings = proposal->attempts - 1;

	return terms->retry << (doublings > BACKOFF_MAX ? BACKOFF_MAX : doublings);
}

/* Write that a plan was carried out, or that it could not be. */
static void
write_execution(Fold *fold, const Proposal *proposal, Str sqlstate)
{
	Digest		unused;
	Buf			body;

	entry_begin(&body, fold->output);
	entry_int(&body, "attempt", proposal->attempts);
	entry_text(&body, "entry", STR("execute"));
	if (sqlstate.p != NULL)
		entry_text(&body, "error", sqlstate);
	put_hash(&body, "plan", proposal->plan_hash);
	put_hash(&body, "proposal", proposal->id);
	fold->write_entry(fold, (Entry){.kind = STR("execute"), .body = entry_end(&body)}, &unused);
}

static void
fail(Fold *fold, Proposal *proposal, const Terms *terms, Str sqlstate, Str message)
{
	int64_t		due = fold->time + backoff(proposal, terms);
	Str			reason = arena_printf(fold->output, "%.*s: %.*s", (int) sqlstate.n, sqlstate.p, (int) message.n, message.p);

	write_execution(fold, proposal, sqlstate);
	enter(fold, proposal, "failed", due < proposal->expires ? due : proposal->expires, reason, NULL);
}

static void
execute(Fold *fold, Proposal *proposal, const Terms *terms)
{
	Doing		doing = {.fold = fold, .level = (int) terms->level, .proposal = proposal->seq};
	Plan		plan;
	Code		code;

	proposal->attempts++;
	proposal_plan(&plan, fold, proposal);
	code = plan_apply(fold, &plan, &doing);
	if (code != CODE_OK)
	{
		fail(fold, proposal, terms, str_from(code_sqlstate(code)), arena_str(fold->scratch, str_from(fold->fault->detail)));
		return;
	}
	write_execution(fold, proposal, STR_NONE);
	enter(fold, proposal, "executed", INT8_NONE, STR_NONE, NULL);
}

bool
proposal_wants(const Proposal *proposal, int64_t time)
{
	if (proposal->due == INT8_NONE || proposal->due > time || !proposal->law)
		return false;
	return (str_is(proposal->status, "verification") && proposal->closure.p == NULL) ||
		((str_is(proposal->status, "queued") || str_is(proposal->status, "failed")) && proposal->eta <= time &&
		 proposal->expires > time);
}

/* Leave an issue to the others in it. */
static void
leave_issue(Fold *fold, Proposal *proposal)
{
	Proposals	all;
	Proposals	rest;

	proposals_read(&all, fold->scratch, fold->state, PROPOSAL_BY_ISSUE, 1, &(Proposal){.issue = proposal->issue}, SCAN_ALL);
	rest = (Proposals){arena_alloc(fold->scratch, all.n * sizeof *rest.v), 0};
	for (size_t i = 0; i < all.n; i++)
		if (all.v[i] != proposal && is_shared(all.v[i]->status))
			rest.v[rest.n++] = all.v[i];
	if (proposal->issue == proposal->seq)
		pass_on(fold, &rest);
	proposal->issue = proposal->seq;
}

/* Go on with a proposal that waited for an evaluation. */
static void
evaluated(Fold *fold, Proposal *proposal, const Json *outcome)
{
	const Json *closure = json_get(outcome, "closure");
	const Json *failed = json_get(outcome, "failed");
	const Json *message = json_get(outcome, "message");
	bool		verified = str_is(proposal->status, "verification");
	Terms		terms;

	terms_of(&terms, fold->scratch, proposal->terms);
	if (verified && closure != NULL && closure->type == JSON_STRING)
	{
		proposal->closure = arena_str(fold->arena, closure->string);
		state_change(fold->state, proposal);
	}
	else if (verified)
	{
		leave_issue(fold, proposal);
		enter(fold, proposal, "returned", INT8_NONE, message != NULL ? message->string : STR_NONE, NULL);
		free_place(fold, proposal->topic);
	}
	else if (closure != NULL && closure->type == JSON_STRING && str_eq(closure->string, proposal->closure))
		execute(fold, proposal, &terms);
	else
	{
		proposal->attempts++;
		if (failed != NULL && message != NULL)
			fail(fold, proposal, &terms, failed->string, message->string);
		else
			fail(fold, proposal, &terms, str_from(code_sqlstate(CODE_CLOSURE_CHANGED)), str_from(code_message(CODE_CLOSURE_CHANGED)));
	}
}

/* True if a proposal has to wait for the evaluation of its plan; one that is there is used. */
static bool
waits(Fold *fold, Proposal *proposal)
{
	const Json *outcome;

	if (!proposal_wants(proposal, fold->time))
		return false;
	outcome = evaluation_take(fold, EVALUATE_PLAN, proposal->seq);
	if (outcome != NULL)
		evaluated(fold, proposal, outcome);
	return outcome == NULL;
}

/* ---- the steps ---- */

static void
step_admission(Fold *fold, Proposal *head, const Terms *terms)
{
	int64_t		deadline = head->since + terms->admission_max;
	bool		enough = head->reason.p != NULL && head->supporters >= proposal_supporters_needed(fold, terms);
	Places		places;
	Proposals	issue;

	issue_read(&issue, fold, head);
	places_read(&places, fold, head->topic);
	if (enough && head->due < deadline && fold->time >= head->since + terms->admission_min &&
		places.taken < terms->slots && (places.next == head->seq || places.taken + places.waiting <= terms->slots))
	{
		enter_all(fold, &issue, "discussion", fold->time + terms->discussion, STR_NONE);
		free_place(fold, head->topic);
		return;
	}
	if (fold->time >= deadline)
	{
		enter_all(fold, &issue, "lapsed", INT8_NONE, enough ? STR("no place in its topic became free") : STR("too few supporters"));
		return;
	}

	/* It waits: for supporters, for a place, or for others who have more supporters. */
	if (!enough)
		head->reason = STR_NONE;
	head->due = deadline;
	for (size_t i = 0; i < issue.n; i++)
	{
		issue.v[i]->due = head->due;
		state_change(fold->state, issue.v[i]);
	}
}

/* Those of an issue that come into the poll; the others go back to their authors. */
static void
admit_to_poll(Proposals *out, Fold *fold, const Proposals *issue, const Terms *terms)
{
	int64_t		needed = share_ceil(members_of(fold), terms->initiative_quorum);

	*out = (Proposals){arena_alloc(fold->scratch, issue->n * sizeof *out->v), 0};
	for (size_t i = 0; i < issue->n; i++)
		if (issue->v[i]->informed >= (needed > 1 ? needed : 1))
			out->v[out->n++] = issue->v[i];
		else
			enter(fold, issue->v[i], "returned", INT8_NONE, STR("too few support its last version"), NULL);
	if (out->n > 0)
		pass_on(fold, out);
}

static void
step_verification(Fold *fold, Proposal *head, const Terms *terms)
{
	Str			topic = head->topic;
	bool		waiting = false;
	Proposals	issue;
	Proposals	list;

	issue_read(&issue, fold, head);
	for (size_t i = 0; i < issue.n; i++)
		waiting |= waits(fold, issue.v[i]);

	/* Laws that no machine could evaluate in all that time hold nobody up for ever: their authors get them back. */
	if (waiting && fold->time >= head->due + terms->grace)
	{
		issue_read(&issue, fold, head);
		enter_all(fold, &issue, "returned", INT8_NONE, STR("its laws could not be evaluated"));
		free_place(fold, topic);
		return;
	}
	if (waiting || !str_is(head->status, "verification"))
		return;					/* or the head was returned: the next turn is that of another one */
	issue_read(&issue, fold, head);
	admit_to_poll(&list, fold, &issue, terms);
	if (list.n == 0)
		free_place(fold, topic);
	else if (terms->mode == MODE_OPTIMISTIC)
		enter(fold, list.v[0], "objection", fold->time + terms->objection, STR_NONE, NULL);
	else
		begin_poll(fold, &list, terms, STR_NONE);
}

/* Write that the poll of an issue closes later. */
static void
write_prolonged(Fold *fold, Proposal *head, const Poll *poll)
{
	Digest		unused;
	Buf			body;

	head->note = false;
	entry_begin(&body, fold->output);
	entry_int(&body, "closes_us", poll->closes);
	entry_text(&body, "entry", STR("extend"));
	put_hash(&body, "poll", poll->manifest);
	entry_text(&body, "reason", STR("late swing"));
	fold->write_entry(fold, (Entry){.kind = STR("extend"), .body = entry_end(&body)}, &unused);
}

/* When to look at a poll under curves again: when they have fallen to what the ballots say, which may change before. */
static int64_t
clearing_time(const Fold *fold, const Outlook *s, const Poll *poll, const Terms *terms)
{
	int64_t		next = fold->time + terms->confirm;

	for (size_t i = 0; i < s->n; i++)
	{
		const YesNo *c = &s->counts[i];
		int64_t		cast = c->yes + c->no;
		int64_t		support = cast > 0 ? (int64_t) ((__int128) c->yes * SHARE_ONE / cast) : 0;
		int64_t		approval = c->electorate > 0 ? (int64_t) ((__int128) c->yes * SHARE_ONE / c->electorate) : 0;
		int64_t		a = curve_time(&terms->bars.support_curve, support);
		int64_t		b = curve_time(&terms->bars.approval_curve, approval);
		int64_t		at = poll->opened_at + (int64_t) ((__int128) terms->voting * (a > b ? a : b) / SHARE_ONE) + 1;

		if (at > fold->time && at < next)
			next = at;
	}
	return next;
}

/* Under curves: close a poll that has stayed above them long enough. */
static void
step_curve(Fold *fold, Proposal *head, Poll *poll, const Terms *terms)
{
	Proposals	list;
	Outlook	s;
	int64_t		next;

	options_read(&list, fold, poll);
	if (terms->bars.quorum != QUORUM_CURVE || terms->confirm == 0 ||
		outlook(&s, fold, poll, &list, terms, fold->time) != CODE_OK)
		return;
	if (s.winner == s.n)
	{
		head->leader = INT8_NONE;

		next = clearing_time(fold, &s, poll, terms);
	}
	else if (head->leader != list.v[s.winner]->seq)
	{
		head->leader = list.v[s.winner]->seq;
		next = fold->time + terms->confirm;
	}
	else
	{
		/* In the next block: the ballots of this one were taken. */
		poll_prolong(fold, poll, fold->time + 1);
		next = poll->closes;
	}
	head->due = next < poll->closes ? next : poll->closes;
	state_change(fold->state, head);
}

static void
step_voting(Fold *fold, Proposal *head, const Terms *terms)
{
	Poll	   *poll = poll_of(fold->state, head);
	Proposals	list;
	int64_t		due;

	if (head->note)
		write_prolonged(fold, head, poll);
	options_read(&list, fold, poll);
	if (str_is(poll->status, "lapsed"))
	{
		enter_all(fold, &list, "returned", INT8_NONE, STR("the poll could not be opened"));
		free_place(fold, head->topic);
		return;
	}
	if (str_is(poll->status, "closed"))
	{
		enter_all(fold, &list, "counting", poll->closes, STR_NONE);
		return;
	}
	due = terms->mode == MODE_VOTE && terms->late_window > 0 && head->leader == INT8_NONE ?
		poll->closes - terms->late_window : poll->closes;
	for (size_t i = 0; i < list.n; i++)
	{
		list.v[i]->due = due;
		state_change(fold->state, list.v[i]);
	}
	step_curve(fold, head, poll, terms);
}

static void
step_objection(Fold *fold, Proposal *proposal, const Terms *terms)
{
	bool		stopped = proposal_objected(proposal, terms, members_of(fold));

	if (terms->mode == MODE_OPTIMISTIC && stopped)
		fall_back(fold, proposal, terms, STR("enough members object: it is voted on"));
	else if (stopped)
	{
		enter(fold, proposal, "rejected", INT8_NONE, STR("enough members object"), NULL);
		free_place(fold, proposal->topic);
	}
	else
	{
		if (terms->mode == MODE_OPTIMISTIC)
			proposal->electorate = members_of(fold);
		proposal->decided_at = fold->time;
		queue(fold, proposal, terms, STR("not enough members object"));
	}
}

static void
step_queued(Fold *fold, Proposal *proposal, const Terms *terms)
{
	if (fold->time >= proposal->expires)
		enter(fold, proposal, "expired", INT8_NONE, STR("it was not carried out in time"), NULL);
	else if (fold->time < proposal->eta)
	{
		proposal_forget_objections(fold, proposal);
		begin_poll(fold, &(Proposals){&proposal, 1}, terms, STR("so many members object that it is voted on again"));
	}
	else if (proposal->law)
		(void) waits(fold, proposal);
	else
		execute(fold, proposal, terms);
}

static void
step_suspended(Fold *fold, Proposal *proposal)
{
	int64_t		held = fold->time - proposal->since;

	if (proposal->eta <= fold->time)
		proposal->eta = fold->time + 1;
	proposal->expires += held;
	enter(fold, proposal, "queued", proposal->eta, STR("the suspension is over"), NULL);
}

/* Do what is due with a proposal. */
static void
advance(Fold *fold, Proposal *proposal)
{
	Terms		terms;

	terms_of(&terms, fold->scratch, proposal->terms);
	if (str_is(proposal->status, "withdrawing"))
	{
		leave_issue(fold, proposal);
		proposal->status = STR("discussion");
		enter(fold, proposal, "withdrawn", INT8_NONE, STR("by its author"), NULL);
		free_place(fold, proposal->topic);
	}
	else if (str_is(proposal->status, "suspending"))
	{
		proposal->status = STR("queued");
		enter(fold, proposal, "suspended", fold->time + terms.suspend_max, proposal->reason, NULL);
	}
	else if (is_shared(proposal->status) && proposal->issue != proposal->seq)
		return;
	else if (str_is(proposal->status, "admission"))
		step_admission(fold, proposal, &terms);
	else if (str_is(proposal->status, "discussion"))
	{
		Proposals	issue;

		issue_read(&issue, fold, proposal);
		enter_all(fold, &issue, "verification", fold->time + terms.verification, STR_NONE);
	}
	else if (str_is(proposal->status, "verification"))
		step_verification(fold, proposal, &terms);
	else if (str_is(proposal->status, "voting"))
		step_voting(fold, proposal, &terms);
	else if (str_is(proposal->status, "objection"))
		step_objection(fold, proposal, &terms);
	else if (str_is(proposal->status, "queued") || str_is(proposal->status, "failed"))
		step_queued(fold, proposal, &terms);
	else if (str_is(proposal->status, "suspended"))
		step_suspended(fold, proposal);
}

void
proposals_advance(Fold *fold)
{
	Proposals	due;

	arena_reset(fold->scratch);
	proposals_read(&due, fold->output, fold->state, PROPOSAL_BY_DUE, 0, &(Proposal){.due = fold->time}, SCAN_UPTO);
	for (size_t i = 0; i < due.n; i++)
		if (due.v[i]->due != INT8_NONE && due.v[i]->due <= fold->time)
		{
			arena_reset(fold->scratch);
			advance(fold, due.v[i]);
		}
}

/* ---- the clock ---- */

typedef struct Watch
{
	int64_t		time;
	bool		due;
} Watch;

static bool
watch_proposal(void *self, const void *row)
{
	Watch	   *watch = self;
	const Proposal *p = row;

	/* Polls and evaluations ask for their blocks themselves; an issue's clock is its head's. */
	if (!(is_shared(p->status) && p->issue != p->seq) && !str_is(p->status, "counting") && !proposal_wants(p, watch->time))
		watch->due = true;
	return !watch->due;
}

bool
proposals_are_due(State *state, int64_t time)
{
	Watch		watch = {time, false};

	state_scan(state, PROPOSAL_BY_DUE, 0, &(Proposal){.due = time}, SCAN_UPTO, watch_proposal, &watch);
	return watch.due;
}
