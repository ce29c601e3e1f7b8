/*
 * limits.h -- what a ballot may spend, and what becomes of one that spends more.
 *
 *   quadratic    v votes on an option cost v * v credits; all options together may cost so many
 *   cumulative   points are spread over the options: so many together, and perhaps so many at most on one
 *
 * A ballot beyond its limit is rejected, or cut:
 *   reject   it does not count
 *   clip     its votes are taken in the order of the options; the one that no longer fits is cut to what is left, and
 *            so are those after it.  A limit for one option cuts that option alone.
 *   scale    all its votes are made smaller in proportion: by the root of credits / cost, by total / sum; rounded
 *            towards 0
 * A ballot with a vote of a sign that is not allowed is rejected in any case.
 */
#ifndef COMMUNE_BUDGET_LIMITS_H
#define COMMUNE_BUDGET_LIMITS_H

#include "base/base.h"

typedef enum Over
{
	OVER_REJECT,
	OVER_CLIP,
	OVER_SCALE
} Over;

extern const char *const over_words[];

typedef enum Fate
{
	BALLOT_WHOLE,
	BALLOT_CUT,
	BALLOT_REJECTED
} Fate;

/* Apply the limit to n votes, which are cut in place.  credits >= 0. */
extern Fate limit_quadratic(int32_t *votes, uint32_t n, int64_t credits, Over over, bool negative);

/* The same for points; most is the limit for one option.  total >= 0, most >= 0. */
extern Fate limit_cumulative(int32_t *points, uint32_t n, int64_t total, int64_t most, Over over);

#endif
