/*
 * majority.h -- whether an option has enough votes.
 *
 * Enough is num / den of a base, or more than that if it is strict.  The base is
 *     cast             all votes for options
 *     cast_abstained   and the abstentions
 *     electorate       a number that is given
 *     against          the votes for another option: with 3 / 1, an option needs three times as many
 * Everything is compared by multiplying, so a fraction is what it says.  An option without a vote never has enough.
 *
 * A quorum is the least number of votes and abstentions together; without it nothing passes.
 */
#ifndef COMMUNE_BUDGET_MAJORITY_H
#define COMMUNE_BUDGET_MAJORITY_H

#include "budget/sums.h"

typedef enum MajorityBase
{
	BASE_CAST,
	BASE_CAST_ABSTAINED,
	BASE_ELECTORATE,
	BASE_AGAINST
} MajorityBase;

typedef struct MajorityRule
{
	MajorityBase base;
	int64_t		num;
	int64_t		den;
	bool		strict;
	int64_t		electorate;		/* for BASE_ELECTORATE */
	int32_t		against;		/* for BASE_AGAINST */
	int64_t		quorum;			/* 0 for none */
} MajorityRule;

extern const char *const majority_base_words[];

typedef struct Majority
{
	MajorityRule rule;
	Wide		base;
	Wide		needed;			/* the fewest votes that are enough */
	bool		quorum_met;
} Majority;

/* Prepare to decide about sums at rest.  Faults: BAD_TERMS, NEGATIVE_COUNT, NUMBER_OVERFLOW. */
extern Code majority_of(Majority *out, const Sums *sums, const MajorityRule *rule, Fault *fault);

#endif
