/*
 * borda.h -- points for positions.  m options, k of them ranked on a ballot; p is the position of an option there, from
 * 1; equal options share the mean of their positions, or of their points.
 *
 *   average    m - p points; the options that are not ranked share what is left, (m - k - 1) / 2 each
 *   zero       m - p points; nothing for options that are not ranked
 *   modified   k - p points; nothing for options that are not ranked
 *   dowdall    1 / p points; nothing for options that are not ranked
 *
 * To the first three `lowest` is added wherever points are given: 1 by definition for modified, else 0 or 1.
 */
#ifndef COMMUNE_VOTING_BORDA_H
#define COMMUNE_VOTING_BORDA_H

#include "voting/counts.h"
#include "voting/place.h"
#include "voting/profile.h"

typedef enum BordaMode
{
	BORDA_AVERAGE,
	BORDA_ZERO,
	BORDA_MODIFIED,
	BORDA_DOWDALL
} BordaMode;

typedef struct Borda
{
	Wide	   *points;			/* of each option, in units of 1 / denominator */
	Wide	   *denominator;	/* points to one number, which is aligned that way */
	int64_t    *ranked;			/* ballots that rank it */
	Place	   *place;
} Borda;

/* All modes but dowdall.  Faults: BAD_RULE, NUMBER_OVERFLOW, and those of ties_break(). */
extern Code borda_count(Borda *out, const Counts *counts, BordaMode mode, int64_t lowest, int64_t seats, Ties *ties,
						Arena *arena, Fault *fault);

/* All modes.  pause, which may be NULL, is called now and then, and may jump out.  Faults: the same, and NEGATIVE_COUNT. */
extern Code borda_count_profile(Borda *out, const Profile *profile, BordaMode mode, int64_t lowest, int64_t seats, Ties *ties,
								void (*pause)(void), Arena *arena, Fault *fault);

#endif
