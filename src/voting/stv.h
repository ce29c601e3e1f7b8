/*
 * stv.h -- the single transferable vote: seats go to whoever reaches the quota; what is above it, and the votes of
 * whoever is excluded, go on to the next options on the papers.
 *
 *   scottish   the Scottish Local Government Elections Order 2011, schedule 1, rules 45 to 52.  Quota V / (S + 1) without
 *              its fraction, plus 1.  One surplus at a time, the greatest first: every paper of the option goes on at its
 *              value times surplus / votes, to 5 decimals, the rest lost.  Without a surplus whoever has the fewest votes
 *              is excluded; his papers keep their values.
 *   wigm       the weighted inclusive Gregory method, as in the reference rule of the Proportional Representation
 *              Foundation.  Quota V / (S + 1) to 4 decimals, the rest left out, plus 0.0001; values to 4 decimals.  Batch:
 *              before each surplus, all are excluded who cannot catch up even with all votes below them and all surpluses.
 *   meek       Meek's method, as in the reference rule of the same foundation.  Each elected option keeps such a share of
 *              every paper that reaches it as leaves it with the quota, which is computed anew from the votes that are not
 *              exhausted; 9 decimals, shares are rounded up, and the search ends when the surplus is below 0.000001 or does
 *              not shrink any more.  Options within that surplus of the lowest one are tied with it.
 *
 * Votes are integers in units of 10^-decimals.
 */
#ifndef COMMUNE_VOTING_STV_H
#define COMMUNE_VOTING_STV_H

#include "voting/place.h"
#include "voting/sheets.h"

#define STV_TIES (TIES_BY_LIST | TIES_BY_ROUND)
#define STV_DECIMALS_MAX 18
#define MEEK_DECIMALS 9
#define MEEK_OMEGA 1000			/* 0.000001 */
#define MEEK_ITERATIONS_MAX 1000	/* in one round */

typedef enum StvRule
{
	STV_SCOTTISH,
	STV_WIGM,
	STV_MEEK
} StvRule;

typedef enum StvQuota
{
	QUOTA_OWN,					/* the rule's */
	QUOTA_DROOP,				/* V / (S + 1) without its fraction, plus 1 */
	QUOTA_FRACTION,				/* V / (S + 1) to the decimals, plus one unit of the last */
	QUOTA_HARE					/* V / S to the decimals */
} StvQuota;

typedef struct StvRules
{
	SheetRules	sheets;
	StvRule		rule;
	int64_t		seats;
	StvQuota	quota;
	int64_t		decimals;		/* -1: the rule's own */
	bool		batch;			/* wigm only */
	int64_t		most_steps;		/* meek: that all iterations may take; 0: any number */
} StvRules;

typedef enum StvStatus
{
	STV_CONTINUING,
	STV_ELECTED,
	STV_EXCLUDED,
	STV_NOT_ELECTED,			/* still in the count when the seats were filled */
	STV_WITHDRAWN
} StvStatus;

/* What happened to an option in a round. */
typedef enum StvEvent
{
	EVENT_NONE,
	EVENT_ELECTED,
	EVENT_EXCLUDED,				/* its votes went on, to make this round */
	EVENT_SURPLUS				/* so did its surplus */
} StvEvent;

/* A round: the votes after something went on.  The arrays have options + 1 items. */
typedef struct StvRound
{
	Wide	   *votes;
	int64_t    *keep;			/* meek: the share that is kept, in units; else NULL */
	StvStatus  *status;
	StvEvent   *event;
	Wide	   *sums;			/* what follows */
	uint32_t	iterations;		/* meek */
} StvRound;

/* votes + exhausted + lost + blank ballots = all ballots. */
#define SUM_QUOTA 0
#define SUM_EXHAUSTED 1
#define SUM_LOST 2
#define SUM_SURPLUS 3			/* of those elected, not gone on yet */
#define SUMS 4

typedef struct Stv
{
	uint32_t	options;
	int			decimals;
	uint32_t	rounds;
	StvRound   *round;
	int64_t		ballots;
	int64_t		blank;
	Ties	   *ties;
} Stv;

/*
 * Count.  Where nobody has a vote, nobody is elected.  Faults: BAD_RULE, TOO_LARGE if Meek's search does not end, those of
 * sheets_read() and of ties_break().
 */
extern Code stv_count(Stv *out, const Profile *profile, const StvRules *rules, Ties *ties, void (*pause)(void), Arena *arena,
					  Fault *fault);

#endif
