/*
 * delegate.h -- the commune's own delegations: acts, scopes, and who represents whom in a poll.
 *
 * scope   poll/NAME, topic/NAME or everything.  In a poll the most specific list of a member counts as a whole: for
 *         the poll itself, else for its topic or the nearest topic above it, else for everything.
 * list    up to five names.  The first that is in the poll's electorate is the delegate; an empty list means that
 *         nobody acts for the member there.
 */
#ifndef COMMUNE_DELEGATE_H
#define COMMUNE_DELEGATE_H

#include "delegation/graph.h"
#include "poll/poll.h"

#define DELEGATES_MAX RANKS_MAX

typedef struct Delegation
{
	Row			row;
	int64_t		truster;		/* member */
	int64_t		since;			/* index of the act */
	int64_t		until;			/* index of the act that replaced it */
	int64_t		expires;		/* time, or INT8_NONE */
	Str			scope;
	Int8List	trustees;		/* members, by preference */
} Delegation;

extern const Rel delegation_rel;
extern const RowPath delegation_by_truster;
extern const RowPath delegation_in_force;
extern const ActKind delegation_acts[];

/*
 * The lists that count in a poll which opens, or opened, at this index and time: one for each place of the electorate,
 * v == NULL where a member has none.
 */
extern const Int8List *delegation_lists(Arena *arena, State *state, const Poll *poll, const Electorate *electorate,
										int64_t index, int64_t time);

/*
 * The Merkle root over them in the order of the trusters' DIDs.  A leaf is the truster's DID and the trustees', as
 * texts, each followed by a newline.
 */
extern void delegation_root(Digest *root, const Int8List *lists, const Electorate *electorate,
							const Directory *directory);

/* The delegate at each place: the place of the first trustee who is in the electorate, NOBODY where there is none. */
extern uint32_t *delegation_choices(Arena *arena, const Int8List *lists, const Electorate *electorate);

#endif
