/*
 * delegate.h -- the commune's own delegations: acts, scopes, and whose list counts in a poll.
 *
 * scope   poll/NAME, topic/NAME or everything.  In a poll the most specific list of a member counts as a whole: for
 *         the poll itself, else for its topic or the nearest topic above it, else for everything.
 * list    up to five names, the first choice first; names that are not in the poll's electorate are passed over, the
 *         others keep their ranks.  An empty list means that nobody acts for the member there.
 * expiry  a list that names somebody ends after the charter's delegation_days at the latest; an empty one gives nothing
 *         away and stands until it is replaced, unless it says otherwise.
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
	int64_t		expires;		/* time; INT8_NONE: only of an empty list */
	Str			scope;
	Int8List	trustees;		/* members, by preference */
	Int4List	must_vote;		/* ranks of those who must vote themselves, ascending; NULL for none */
} Delegation;

extern const Rel delegation_rel;
extern const RowPath delegation_by_truster;
extern const RowPath delegation_in_force;
extern const ActKind delegation_acts[];

/* The list of a member that counts in a poll. */
typedef struct DelegateList
{
	const int64_t *to;			/* NULL: he has none */
	uint8_t		n;
	uint8_t		must_vote;		/* bit r: the choice of rank r + 1 */
	bool		expired;		/* he has none, or one of a wider scope: what was nearer had expired */
	uint32_t	scope;			/* in DelegateLists.scope */
} DelegateList;

typedef struct DelegateLists
{
	const DelegateList *at;		/* at each place of the electorate */
	const Str  *scope;			/* those that matter to the poll, the most specific first */
} DelegateLists;

/* The lists that count in a poll which opens, or opened, at this index and time. */
extern void delegation_lists(DelegateLists *out, Arena *arena, State *state, const Poll *poll,
							 const Electorate *electorate, int64_t index, int64_t time);

/*
 * The Merkle root over them in the order of the trusters' DIDs.  A leaf is the truster's DID and the trustees', as
 * texts, each followed by a newline; a full stop stands before the newline of one who must vote himself.
 */
extern void delegation_root(Digest *root, const DelegateLists *lists, const Electorate *electorate,
							const Directory *directory);

/* The choices at each place; who votes is left open. */
extern void delegation_graph(Graph *out, Arena *arena, const DelegateLists *lists, const Electorate *electorate);

#endif
