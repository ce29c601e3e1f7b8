/*
 * score.h -- methods that add up what ballots give: plurality, approval, score, STAR.
 */
#ifndef COMMUNE_VOTING_SCORE_H
#define COMMUNE_VOTING_SCORE_H

#include "voting/counts.h"
#include "voting/place.h"

/* plurality, approval: whoever has the most votes. */
extern Code votes_fill(Place *place, const Counts *counts, int64_t seats, Ties *ties, Fault *fault);

/*
 * score: by the sum of the scores, their mean, or their median, which is the lower one of two in the middle.  Majority
 * judgment goes on where medians are equal: it takes one median score out of each and looks again (Balinski and Laraki,
 * "Majority Judgment", 2011).
 */
typedef enum ScoreBy
{
	SCORE_SUM,
	SCORE_MEAN,
	SCORE_MEDIAN,
	SCORE_JUDGMENT
} ScoreBy;

typedef struct ScoreRow
{
	int64_t		scored;			/* ballots that gave it a score */
	int64_t		n;				/* scores that are looked at */
	int32_t		median;			/* -1 if there are none */
} ScoreRow;

typedef struct Scores
{
	const Counts *counts;
	ScoreBy		by;
	bool		fill;			/* an option that a ballot does not score has the score 0, if the ballot scores another */
	Wide	   *sum;			/* of each option */
	ScoreRow   *row;
	Place	   *place;
} Scores;

/* Faults: BAD_RULE, and those of ties_break(). */
extern Code scores_count(Scores *out, const Counts *counts, ScoreBy by, bool fill, int64_t seats, Ties *ties,
						 Arena *arena, Fault *fault);

/*
 * STAR: of the two options with the highest sums, the one whom more ballots score higher.
 *
 * A tie there goes to the higher sum.  Other ties are broken by rules, of which two are STAR's own: pairwise prefers
 * whoever beats more of the others who are tied (less those who beat him), top_scores whoever has more of the highest
 * scores.
 */
#define STAR_TIES (TIES_BY_LIST | TIE_BIT(TIE_PAIRWISE) | TIE_BIT(TIE_TOP_SCORES))

typedef struct Star
{
	Wide	   *sum;			/* of each option */
	uint32_t	finalist[2];	/* the second is 0 if there is one option only */
	int64_t		votes[2];		/* ballots that score this one higher than the other */
	uint32_t	winner;
} Star;

extern Code star_count(Star *out, const Counts *counts, Ties *ties, Arena *arena, Fault *fault);

#endif
