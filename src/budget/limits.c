/*
 * limits.c -- applies the limits of a ballot.
 */
#include "budget/limits.h"

#include "budget/root.h"

const char *const over_words[] = {[OVER_REJECT] = "reject", [OVER_CLIP] = "clip", [OVER_SCALE] = "scale", NULL};

/* Return the vote with the sign of v and the given size. */
static int32_t
signed_vote(int32_t v, uint64_t size)
{
	return v < 0 ? (int32_t) -(int64_t) size : (int32_t) size;
}

Fate
limit_quadratic(int32_t *votes, uint32_t n, int64_t credits, Over over, bool negative)
{
	Wide		cost = 0;
	int64_t		left = credits;

	for (uint32_t i = 0; i < n; i++)
	{
		if (votes[i] < 0 && !negative)
			return BALLOT_REJECTED;
		cost += (int64_t) votes[i] * votes[i];
	}
	if (cost <= credits)
		return BALLOT_WHOLE;
	if (over == OVER_REJECT)
		return BALLOT_REJECTED;

	for (uint32_t i = 0; i < n; i++)
	{
		int64_t		square = (int64_t) votes[i] * votes[i];

		if (over == OVER_SCALE)
			votes[i] = signed_vote(votes[i], root_of_wide((Wide) square * credits / cost));
		else if (square > left)
		{
			votes[i] = signed_vote(votes[i], root_of_word((uint64_t) left));
			left -= (int64_t) votes[i] * votes[i];
		}
		else
			left -= square;
	}
	return BALLOT_CUT;
}

Fate
limit_cumulative(int32_t *points, uint32_t n, int64_t total, int64_t most, Over over)
{
	Fate		fate = BALLOT_WHOLE;
	int64_t		sum = 0;
	int64_t		left = total;

	for (uint32_t i = 0; i < n; i++)
	{
		if (points[i] < 0)
			return BALLOT_REJECTED;
		if (points[i] > most)
			fate = BALLOT_CUT;
		sum += points[i] < most ? points[i] : most;
	}
	if (sum > total)
		fate = BALLOT_CUT;
	if (fate == BALLOT_WHOLE)
		return fate;
	if (over == OVER_REJECT)
		return BALLOT_REJECTED;

	for (uint32_t i = 0; i < n; i++)
	{
		int64_t		kept = points[i] < most ? points[i] : most;

		if (over == OVER_SCALE && sum > total)
			kept = (int64_t) ((Wide) kept * total / sum);
		else if (over == OVER_CLIP && kept > left)
			kept = left;
		points[i] = (int32_t) kept;
		left -= kept;
	}
	return fate;
}
