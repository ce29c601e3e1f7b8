/*
 * member.h -- the charter, the members and what they owe each other, and the tree of topics.
 *
 * identity   a DID that the register has named: it signed an act, or a member vouched for it or delegated to it
 * status     named       it has not asked for membership
 *            candidate   it asked for membership (join) and waits for vouches
 *            member      admitted; a founder is admitted by his own join
 *            left        was a member; may join again
 *            suspended   was a member, and will be one again when the suspension ends: he has no stay in between, so
 *                        that he is in no electorate, nobody's delegate, and proposes, votes and vouches for nothing
 */
#ifndef COMMUNE_MEMBER_H
#define COMMUNE_MEMBER_H

#include "register/act.h"

#define RULES_VERSION 1			/* the newest version of the rules that this library knows */

/* The one row of the table charter: what the charter says, and the counts that go with it. */
typedef struct Charter
{
	Row			row;
	int64_t		seq;
	int64_t		vouches;		/* that a new member needs */
	int64_t		rules;			/* version */
	int64_t		pending_joins;	/* limits */
	int64_t		acts_per_day;
	int64_t		open_polls;
	int64_t		delegation_days;
	int64_t		identities;		/* members ever named: the last member.id */
	int64_t		members;
	int64_t		pending;		/* candidates for whom nobody vouches yet */
	Str			name;
	Str			id;
	DidList		founders;
} Charter;

typedef struct Member
{
	Row			row;
	int64_t		id;				/* 1, 2, ... in the order in which the register named them */
	int64_t		nonce;			/* of his last act */
	int64_t		since;			/* index of the leaf that admitted him; INT8_NONE while he is not a member */
	int64_t		vouches;		/* standing, by members */
	int32_t		day;			/* of his last act, days since 1970 */
	int32_t		acts;			/* on that day */
	int32_t		polls;			/* announced or open */
	Str			status;			/* named, candidate, member, left, suspended */
	Did			did;
	Str			profile;
} Member;

/* One stay of a member: since is the index of the leaf that admitted him, until of the one that ended it. */
typedef struct Membership
{
	Row			row;
	int64_t		member;
	int64_t		since;
	int64_t		until;
} Membership;

typedef struct Vouch
{
	Row			row;
	int64_t		candidate;
	int64_t		voucher;
	int64_t		since;			/* index of the leaf */
} Vouch;

/* That somebody is suspended, by decision.  Leaving does not end it. */
typedef struct Suspension
{
	Row			row;
	int64_t		member;
	int64_t		since;			/* index of the entry that suspended him */
	int64_t		ends_at;
	int64_t		ended;			/* index of the entry that ended it; INT8_NONE while it lasts */
	int64_t		proposal;		/* that decided it */
	Str			reference;		/* to what was adjudicated */
	Str			reason;
} Suspension;

typedef struct Topic
{
	Row			row;
	int64_t		seq;
	int64_t		author;			/* member */
	Str			topic;
	Str			parent;
} Topic;

extern const Rel charter_rel;
extern const Rel member_rel;
extern const Rel membership_rel;
extern const Rel vouch_rel;
extern const Rel suspension_rel;
extern const Rel topic_rel;

extern const RowPath charter_by_seq;
extern const RowPath member_by_id;
extern const RowPath member_by_did;
extern const RowPath membership_by_member;
extern const RowPath vouch_by_candidate;
extern const RowPath vouch_by_voucher;
extern const RowPath suspension_by_member;
extern const RowPath suspension_in_force;
extern const RowPath suspension_by_end;
extern const RowPath topic_by_name;

extern const ActKind member_acts[];		/* charter, join, vouch, leave */
extern const ActKind topic_acts[];

extern Charter *charter_find(State *state);
extern Member *member_find(State *state, const Did *did);
extern Member *member_find_id(State *state, int64_t id);	/* of a member whom the state refers to */
extern Suspension *suspension_find(State *state, int64_t member);	/* the one that lasts */
extern Topic *topic_find(State *state, Str name);

static inline bool
is_member(const Member *member)
{
	return member != NULL && member->since != INT8_NONE;
}

/*
 * Count an act of a signer: his nonce must be greater than the last one, and the day's acts within the charter's
 * limit.  Afterwards the nonce is used up, whatever becomes of the act.
 */
extern Code member_count_act(Fold *fold);

/* Refuse a signer who is not a member. */
extern Code member_check_signer(const Fold *fold);

/* Refuse an identity whose key could never sign soundly: libsodium's check of the curve point, once an identity. */
extern Code member_check_key(const Did *did, Fault *fault);

/* Begin a stay of somebody who is no member, and end one. */
extern void member_admit(Fold *fold, Member *member);
extern void member_end(Fold *fold, Member *member, Str status);

/* Name an identity for the first time. */
extern Member *member_name(Fold *fold, const Did *did, const char *status);

/*
 * The members at an index of the register.  id has them in ascending order; place[id] is a member's place in it, or
 * -1, for ids 0 to identities.
 */
typedef struct Electorate
{
	int32_t		n;
	const int64_t *id;
	const int32_t *place;
	int64_t		identities;
} Electorate;

static inline int32_t
electorate_place(const Electorate *electorate, int64_t id)
{
	return id >= 0 && id <= electorate->identities ? electorate->place[id] : -1;
}

/* All identities: their DIDs by id (1 to identities), and their ids in the order of the DIDs. */
typedef struct Directory
{
	const Did  *did;
	const int64_t *in_order;
	int64_t		n;				/* of in_order */
	int64_t		identities;
} Directory;

/* The DID of an id; of one that nobody has, none. */
static inline const Did *
directory_did(const Directory *directory, int64_t id)
{
	return &directory->did[id > 0 && id <= directory->identities ? id : 0];
}

extern void member_directory(Directory *out, Arena *arena, State *state);

/* The Merkle root over an electorate in the order of the DIDs; a leaf is the DID's text. */
extern void member_root(Digest *root, const Electorate *electorate, const Directory *directory);

/* Fault: TOO_LARGE for more than 2^31 - 1 identities. */
extern Code member_electorate(Electorate *out, Arena *arena, State *state, int64_t index, Fault *fault);

#endif
