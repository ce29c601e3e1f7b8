/*
 * poll.h -- polls and ballots.
 *
 * status    announced   by an act poll
 *           open        by the engine, at the first block at or after opens: the manifest is fixed
 *           closed      by the engine, at the first block at or after closes; the result follows in a later block
 *           lapsed      its time was over before it could open
 * frozen    once the poll's override window begins, at the first block at or after closes - override_window: ballots of
 *           those who represent others are final, and who casts his first one votes for himself alone.  So what
 *           represented members get is known early enough for each of them to vote himself instead.
 * A poll of the engine decides on proposals (proposal/): its number is negative, and nobody's limit counts it.
 *
 * manifest  the entry `open`: what is voted on, how, and by whom.  Ballots name its leaf hash, so a member signs the
 *           question that he read.
 */
#ifndef COMMUNE_POLL_H
#define COMMUNE_POLL_H

#include "member/member.h"
#include "poll/method.h"

/*
 * A gap of more than two minutes between two blocks that swallows the closing of a poll gives the time back: the poll
 * closes later by the gap.  Three times at most, so that a register that is sealed too rarely still closes its polls.
 */
#define GAP_MAX (INT64_C(120) * USECS_PER_SECOND)
#define EXTENSIONS_MAX 3

/* While a poll is open, a block is made at least each minute. */
#define OPEN_INTERVAL (INT64_C(60) * USECS_PER_SECOND)

typedef struct Poll
{
	Row			row;
	int64_t		seq;			/* of the act: the poll's number */
	int64_t		author;			/* member */
	int64_t		opens;			/* microseconds since 1970 */
	int64_t		closes;			/* extensions included */
	int64_t		due;			/* since when the engine has to do with it; INT8_NONE when it is done */
	int64_t		opened;			/* index of the manifest */
	int64_t		opened_at;		/* time of its block */
	int64_t		closed;			/* ballots below this index count */
	int64_t		frozen;			/* who votes first at or above this index votes for himself alone; INT8_NONE before */
	int64_t		electorate;		/* number of members */
	int64_t		ballots;		/* members who cast one */
	int64_t		quorum_num;
	int64_t		quorum_den;
	int32_t		extensions;
	Str			status;
	Str			name;
	Str			title;
	Str			text;
	Str			topic;
	StrList		options;
	Str			method;
	Str			params;			/* canonical JSON */
	Str			id;				/* leaf hash of the act */
	Str			manifest;		/* leaf hash of the entry open */
	Str			result;			/* leaf hash of the entry result */
	const Json *parsed;			/* of params, once somebody asked; no column */
	int64_t		final;			/* what the entry `freeze` will say, until it is written; no columns */
	int64_t		represented;
	Str			proposals;		/* of a poll of the engine, until its manifest is written: what it is about; no columns */
	Str			policy;
} Poll;

typedef struct Ballot
{
	Row			row;
	int64_t		poll;			/* Poll.seq */
	int64_t		member;
	int64_t		seq;			/* of the act that counts: the member's last */
	int64_t		since;			/* index of his first */
	int32_t		option;			/* the one chosen, from 1 */
	bool		abstain;
	bool		final;			/* others rested with it when the poll froze: it cannot change */
	Int4List	votes;			/* one for each option */
	Str			ranking;		/* voting/ranking.h */
} Ballot;

extern const Rel poll_rel;
extern const Rel ballot_rel;
extern const RowPath poll_by_seq;
extern const RowPath poll_by_name;
extern const RowPath poll_by_id;
extern const RowPath poll_by_manifest;
extern const RowPath poll_by_due;
extern const RowPath ballot_by_poll;
extern const ActKind poll_acts[];
extern const ActKind ballot_acts[];

/*
 * Announce a poll: the members name, title, text, topic, options, method, params and quorum are those of an act poll, and
 * have been checked as such.  seq, author, id and the times are set in the row before, microseconds since 1970.
 */
extern Code poll_announce(Fold *fold, Poll *poll, const Json *members);

extern Poll *poll_find_name(State *state, Str name);
extern Poll *poll_find_id(State *state, Str id);

/* The time from which ballots are late, as the block at this time sees it: extensions by a gap included. */
extern int64_t poll_closing(const Poll *poll, int64_t previous_time, int64_t time);

/*
 * The time from which delegates' ballots are final, as poll_closing(); that of closing in a poll without an override
 * window.
 */
extern int64_t poll_freezing(State *state, Poll *poll, int64_t previous_time, int64_t time);

/* The poll that an act of kind ballot names by its manifest; NULL if there is none. */
extern Poll *poll_of_ballot(State *state, const Json *payload);

/* The engine's steps; each writes its entry and changes the poll.  The roots are those of the manifest. */
extern void poll_open(Fold *fold, Poll *poll, int64_t electorate, const Digest *electorate_root,
					  const Digest *delegations_root);
extern void poll_lapse(Fold *fold, Poll *poll);
extern void poll_extend(Fold *fold, Poll *poll);
extern void poll_freeze(Fold *fold, Poll *poll);
extern void poll_close(Fold *fold, Poll *poll, int64_t first_index);
extern void poll_result(Fold *fold, Poll *poll, Str body);

/* Let a poll close at another time, which no block has reached yet; the caller writes the entry. */
extern void poll_prolong(Fold *fold, Poll *poll, int64_t closes);

/* The poll's parameters, read once; they were checked when it was announced. */
extern const Json *poll_params(State *state, Poll *poll);

#endif
