/*
 * represent.h -- who represents whom in a poll, and with how many votes a ballot counts.
 *
 * A member of the electorate is
 *     direct          he cast a ballot
 *     represented     he did not, and his delegations lead to somebody who did
 *     unrepresented   neither
 *
 * In a poll with an override window, whose first ballot came when the window had begun is late: his ballot counts for
 * himself alone, and whoever passes a vote on to him is represented as if he had cast none.
 *
 * In a poll with a cap no ballot counts for more members than that (graph.h).  A late voter keeps the place that his vote
 * had at somebody else's ballot, so that nobody else's way changes.
 */
#ifndef COMMUNE_REPRESENT_H
#define COMMUNE_REPRESENT_H

#include "delegation/delegate.h"

typedef struct Representation
{
	Electorate	electorate;
	DelegateLists lists;
	Graph		graph;			/* its members are the places of the electorate; its voters carry others */
	uint8_t    *votes;			/* those of the graph */
	uint8_t    *late;			/* at each place: 1 for a late ballot */
	Resolution	resolution;
	int64_t    *weight;			/* members for whom the ballot of this place counts, himself included; 0 if there is none */
} Representation;

/* Read the electorate and the delegations of a poll that is or was open.  Fault: POLL_NOT_OPEN, TOO_LARGE. */
extern Code representation_begin(Representation *out, Arena *arena, State *state, Poll *poll, Fault *fault);

/* Note that a member cast a ballot; returns his place, -1 if he is not in the electorate. */
extern int32_t representation_cast(Representation *r, const Poll *poll, const Ballot *ballot);

/* Find out who represents whom. */
extern void representation_end(Representation *r, Arena *arena);

/* Forget who voted, so that the ballots can be read once more; the arena is for what they will say. */
extern void representation_renew(Representation *r, Arena *arena);

/* Note the ballots whose first version came before an index of the register, and find out who represents whom. */
extern void representation_count(Representation *r, Arena *arena, State *state, const Poll *poll, int64_t index);

/* All of it, with the ballots whose first version came before an index of the register. */
extern Code representation_read(Representation *out, Arena *arena, State *state, Poll *poll, int64_t index, Fault *fault);

/* ---- how the votes are spread over those who cast them */

typedef struct Concentration
{
	int64_t		votes;			/* of all ballots: members who are direct or represented */
	int64_t		squares;		/* the sum of the squares of the ballots' weights: votes * votes / squares is 1/HHI */
	int64_t		largest;		/* the greatest weight; 0 without ballots */
	int64_t		nakamoto;		/* the fewest ballots that have more than half of the votes together; 0 without ballots */
} Concentration;

extern void representation_concentration(Concentration *out, const Representation *r, Arena *arena);

/* ---- explained ---- */

/* A choice that was looked at on the way of a vote, or where the way ends. */
typedef struct Hop
{
	uint32_t	hop;			/* steps from the member who is asked about */
	int32_t		place;			/* of the one whose vote it is by now; -1: the member asked about is not in the electorate */
	const Str  *scope;			/* of his list; NULL where none counts */
	int			rank;			/* of the choice; 0 where the way ends */
	int64_t		trustee;		/* member; INT8_NONE where the way ends */
	const char *reason;
} Hop;

typedef struct Way
{
	Hop		   *hop;
	size_t		n;
	size_t		room;
} Way;

/*
 * Explain what becomes of a member's vote.  The reasons of choices:
 *     delegates            the first choice leads on to the next hop
 *     backup               so does a later one
 *     not a member         he was none when the poll opened
 *     does not vote        he must vote himself, and does not
 *     voted too late       the same; his ballot is late
 *     leads to nobody      no way from him ends with a voter
 *     cap reached          the voter to whom he leads carries as many as the poll's cap allows
 *     longer way           there is a way whose ranks add up to less
 * and of ends:
 *     votes                his ballot counts for all who came here
 *     voted too late       it counts for himself alone, and he delegates to nobody who votes
 *     no list              he neither votes nor has a list that counts
 *     expired              the same; he had one that had expired when the poll opened
 *     nobody               his list says that nobody acts for him
 *     no choice helps      all choices were passed over
 *     cap reached          the same; a voter would carry the vote, were there no cap
 *     ring                 the way was here before
 *     not in the electorate
 */
extern void representation_explain(Way *out, const Representation *r, int64_t member, Arena *arena);

#endif
