/*
 * proposal.h -- from "somebody proposes" to "it has happened".
 *
 * issue         a question: the proposal that began it, its head, and the alternatives to it (act propose, `against`)
 * status        admission     it gathers supporters
 *               discussion    the author may amend it
 *               verification  frozen: what is in it stays as it is
 *               voting        a poll on the alternatives of the issue and the status quo, or a round of consent
 *               counting      the poll has closed, its result is to come
 *               objection     it is accepted unless enough members object: optimistic policies, and what a late swing decided
 *               queued        decided; it waits out its timelock
 *               failed        it could not be carried out; that is tried again until it expires
 *               suspended     a guardian holds it up, once
 *   it ends as  executed lapsed withdrawn returned rejected vetoed expired
 * due           the time at which the engine has to do with it: the end of a phase.  What an act may do depends on the
 *               block's time and due alone, so a sealer that was away lets nobody in who is late.
 * round         polls on it so far: rounds of consent, readings, and the second vote that objections force
 *
 * The phases of an issue change together, by the head's due.  Once it is decided each proposal goes its own way.
 *
 * The poll of an issue is the engine's: its name is that of the head and the round, NAME/ROUND, its number is negative.
 */
#ifndef COMMUNE_PROPOSAL_H
#define COMMUNE_PROPOSAL_H

#include "poll/poll.h"
#include "proposal/policy.h"
#include "tally/tally.h"

#define PROPOSAL_NAME_MAX 50
#define PROPOSAL_ALTERNATIVES_MAX 50	/* in an issue */

typedef struct Proposal
{
	Row			row;
	int64_t		seq;			/* of the act */
	int64_t		author;			/* member */
	int64_t		issue;			/* seq of the head */
	int64_t		due;			/* INT8_NONE when it has ended */
	int64_t		since;			/* time of the block that began its phase */
	int64_t		proposed_at;
	int64_t		decided_at;		/* INT8_NONE before */
	int64_t		poll;			/* Poll.seq of the last round; INT8_NONE before */
	int64_t		eta;			/* not carried out before; INT8_NONE while it is not decided */
	int64_t		expires;		/* nor at or after */
	int64_t		supporters;
	int64_t		informed;		/* supporters of the last version */
	int64_t		objectors;
	int64_t		yes;			/* as counted */
	int64_t		no;
	int64_t		abstained;
	int64_t		electorate;
	int64_t		average;		/* of participation, when it was decided */
	int64_t		level;			/* of the plan; INT8_NONE without one */
	int64_t		leader;			/* of the head: who would have won when the late window began, 0 for the status quo */
	int32_t		version;		/* of the text: 1, 2, ... */
	int32_t		round;
	int32_t		attempts;		/* to carry it out */
	int32_t		prolonged;		/* how often its poll was, for a late swing */
	bool		guarded;		/* a guardian has held it up */
	bool		law;			/* its plan holds texts of laws, which are evaluated outside the fold */
	bool		swung;			/* the late window changed what is decided */
	bool		raised;			/* objections have forced a second vote with a higher bar */
	Str			status;
	Str			reason;			/* of the last change of status */
	Str			name;
	Str			title;
	Str			text;
	Str			topic;
	Str			policy;			/* name */
	Str			terms;			/* the policy's body, canonical JSON */
	Str			plan;			/* canonical JSON */
	Str			plan_hash;
	Str			closure;		/* hash of everything that its laws rest on; none if it has no laws */
	Str			id;				/* leaf hash of the act */
	bool		note;			/* the entry that its poll was prolonged is still to be written; no column */
} Proposal;

typedef struct Support
{
	Row			row;
	int64_t		proposal;		/* Proposal.seq */
	int64_t		member;
	int64_t		since;			/* index */
	int32_t		version;		/* that the member has seen */
} Support;

typedef struct Objection
{
	Row			row;
	int64_t		proposal;
	int64_t		member;
	int64_t		since;
	Str			text;
} Objection;

/* One row: how many took part in the polls on proposals so far. */
typedef struct Turnout
{
	Row			row;
	int64_t		seq;			/* of the charter */
	int64_t		polls;
	int64_t		average;		/* 10^-12 */
} Turnout;

extern const Rel proposal_rel;
extern const Rel support_rel;
extern const Rel objection_rel;
extern const Rel turnout_rel;
extern const RowPath proposal_by_seq;
extern const RowPath proposal_by_name;
extern const RowPath proposal_by_id;
extern const RowPath proposal_by_due;
extern const RowPath proposal_by_issue;
extern const RowPath proposal_by_poll;
extern const RowPath proposal_by_plan;
extern const RowPath proposal_by_author;
extern const RowPath support_by_proposal;
extern const RowPath objection_by_proposal;
extern const RowPath turnout_by_seq;

extern const ActKind proposal_acts[];	/* propose, support, amend, withdraw, object, guard */
extern const ActionKind proposal_actions[];	/* policy.set, proposal.veto */

extern Proposal *proposal_find(State *state, int64_t seq);
extern Proposal *proposal_find_name(State *state, Str name);
extern Proposal *proposal_find_id(State *state, Str id);

/* Proposals of a path that agree with the probe in its first columns, in order. */
typedef struct Proposals
{
	Proposal  **v;
	size_t		n;
} Proposals;

extern void proposals_read(Proposals *out, Arena *arena, State *state, PathId path, int ncols, const Proposal *probe,
						   ScanRange range);

/* Its plan, which it has. */
extern void proposal_plan(Plan *out, Fold *fold, const Proposal *proposal);

/* Forget who objects: the question is put again. */
extern void proposal_forget_objections(Fold *fold, Proposal *proposal);

/* Whether nothing more becomes of it. */
extern bool proposal_has_ended(const Proposal *proposal);

/* Whether its phase lasts at a time. */
static inline bool
proposal_is_in(const Proposal *proposal, const char *status, int64_t time)
{
	return str_is(proposal->status, status) && (proposal->due == INT8_NONE || time < proposal->due);
}

/* The supporters that admission needs. */
extern int64_t proposal_supporters_needed(const Fold *fold, const Terms *terms);

/* True for a member who objects in numbers that count. */
extern bool proposal_objected(const Proposal *proposal, const Terms *terms, int64_t members);

/* When a plan may be carried out, decided now and with the objections that there are. */
extern int64_t proposal_eta(Fold *fold, const Proposal *proposal, const Terms *terms);

extern Turnout *turnout_find(Fold *fold);

/* ---- the engine (lifecycle.c) */

/*
 * Before the acts of a block: mark what would be decided when the late window of a poll begins, and prolong a poll that
 * would close with another decision.
 */
extern void proposals_begin(Fold *fold, int64_t first_index);

/* The same for the poll of a ballot that is pre-checked. */
extern void proposals_look(Fold *fold, const Poll *poll);

/* After the polls: do what is due with the proposals at the block's time. */
extern void proposals_advance(Fold *fold);

/* Decide what a poll of the engine decided, once its result is there. */
extern void proposal_counted(Fold *fold, Poll *poll);

/* Whether the clock asks for a block because of a proposal. */
extern bool proposals_are_due(State *state, int64_t time);

/* Whether a proposal waits at this time for an evaluation of its plan, as it is verified or carried out. */
extern bool proposal_wants(const Proposal *proposal, int64_t time);

/* Change a proposal's status, and write the entry that says so. */
extern void proposal_enter(Fold *fold, Proposal *proposal, const char *status, int64_t due, Str reason);

/* ---- consent (consensus.c) */

typedef enum ConsentChoice
{
	CONSENT_AGREE = 1,
	CONSENT_RESERVATIONS,
	CONSENT_STAND_ASIDE,
	CONSENT_BLOCK
} ConsentChoice;

typedef struct Consent
{
	int64_t		votes[CONSENT_BLOCK + 1];
	int64_t		abstained;
	int64_t		electorate;
	bool		blocked;		/* enough members cite the same principle */
	int32_t		principle;		/* that one */
	bool		reached;
} Consent;

/* Count a round. */
extern Code consent_count(Consent *out, Arena *arena, State *state, Poll *poll, const Terms *terms, Fault *fault);

#endif
