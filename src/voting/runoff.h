/*
 * runoff.h -- instant runoff: round by round the option with the fewest votes is excluded, and its ballots go on to the
 * next option that is still in the count, until one has a majority.
 */
#ifndef COMMUNE_VOTING_RUNOFF_H
#define COMMUNE_VOTING_RUNOFF_H

#include "voting/place.h"
#include "voting/sheets.h"

#define SHARE_DECIMALS 6			/* share_den is at most 10^6 */
#define RUNOFF_TIES (TIES_BY_LIST | TIES_BY_ROUND | TIE_BIT(TIE_ALL))

/* What a majority is one of. */
typedef enum MajorityOf
{
	MAJORITY_OF_CONTINUING,		/* the votes of the round */
	MAJORITY_OF_FIRST_ROUND,	/* the votes of the first round */
	MAJORITY_OF_BALLOTS			/* all ballots, also blank ones */
} MajorityOf;

typedef struct RunoffRules
{
	SheetRules	sheets;
	MajorityOf	majority_of;
	int64_t		run_to;			/* go on until so many options are left, though one has a majority; 1: stop at a majority */
	bool		batch;			/* exclude at once all who cannot catch up, even with all votes of those below them */
	const uint8_t *first_out;	/* if they have votes, excluded after the first round, before all others; NULL: none is */
	int64_t		minimum;		/* so are all with fewer votes in the first round */

	/* Instead of a majority: */
	int64_t		seats;			/* more than 1: go on until so many are left, who are all elected */
	int64_t		share_num;		/* more than 0: go on until all who are left have this share of the votes that a majority */
	int64_t		share_den;		/* would be one of, and are all elected */
} RunoffRules;

typedef enum RunoffStatus
{
	RUNOFF_CONTINUING,
	RUNOFF_ELECTED,
	RUNOFF_EXCLUDED,			/* at the end of this round */
	RUNOFF_OUT,					/* in an earlier round */
	RUNOFF_WITHDRAWN
} RunoffStatus;

typedef struct RunoffRound
{
	int64_t    *votes;			/* of each option; [0] those that are exhausted, or wait */
	RunoffStatus *status;
	Wide	   *needed;			/* points to the votes that are needed, in units of 1 / needed_den; NULL if nothing is */
	int64_t		needed_den;
} RunoffRound;

/*
 * Votes that went from one option to another, and the round that counts them; to = 0 if they are exhausted or wait, from =
 * 0 if they waited.
 */
typedef struct RunoffTransfer
{
	uint32_t	round;
	uint32_t	from;
	uint32_t	to;
	int64_t		votes;
} RunoffTransfer;

/* In each round, votes of all options, exhausted and blank ballots add up to all ballots. */
typedef struct Runoff
{
	uint32_t	options;
	uint32_t	rounds;
	RunoffRound *round;
	size_t		transfers;
	RunoffTransfer *transfer;
	int64_t		ballots;
	int64_t		blank;
	Ties	   *ties;
} Runoff;

/*
 * Count.  Where nobody has a vote, nobody is elected.  Faults: BAD_RULE, those of sheets_read() and of ties_break().
 */
extern Code runoff_count(Runoff *out, const Profile *profile, const RunoffRules *rules, Ties *ties, void (*pause)(void),
						 Arena *arena, Fault *fault);

#endif
