/*
 * tally.h -- counting the commune's polls.
 *
 * A member of the electorate is direct, represented or unrepresented (delegation/represent.h), so that
 * direct + represented + unrepresented = electorate.  A voter who represents w members (himself not counted)
 * casts his ballot w + 1 times: where he gave an option v votes, he and they add (w + 1) * v, each paying v * v of his
 * own credits.  abstained counts the members, direct and represented, whose ballot abstains.
 */
#ifndef COMMUNE_TALLY_H
#define COMMUNE_TALLY_H

#include "delegation/represent.h"
#include "tally/count.h"

/*
 * votes are a sum over ballots, so they can be split: what ballots give an option, which is 1 for the one that is chosen
 * or stands first in a ranking alone.  What a method makes of it is in rank and seats.
 */
typedef struct OptionTally
{
	int64_t		votes;			/* direct_votes + represented_votes */
	int64_t		direct_votes;
	int64_t		represented_votes;
	int32_t		rank;			/* 1 for the best; equal options share a rank, and the next is left out */
	int32_t		seats;			/* more than 1 only of lists */
	bool		winner;			/* it has a seat */
} OptionTally;

typedef struct Tally
{
	size_t		options;
	OptionTally *option;
	int64_t		electorate;
	int64_t		direct;
	int64_t		represented;
	int64_t		unrepresented;
	int64_t		abstained;
	Concentration concentration;
	bool		quorum_reached;	/* direct + represented reach the poll's quorum; true when it has none */
	bool		tied;			/* a tie for the last seat left it empty */
	const Count *count;			/* rounds, ties, the digest of what was counted */
} Tally;

/* Count a poll that is open or closed.  Fault: POLL_NOT_OPEN, and those of count_ballots(). */
extern Code tally_poll(Tally *out, Arena *arena, State *state, Poll *poll, Fault *fault);

/*
 * The body of the entry `result` of a closed poll.  A poll that cannot be counted has a result that says so, with the
 * SQLSTATE, so that the register goes on.  Fault: POLL_NOT_OPEN.
 */
extern Code tally_result(Str *body, Arena *arena, State *state, Poll *poll, Fault *fault);

#endif
