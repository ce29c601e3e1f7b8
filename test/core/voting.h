/*
 * voting.h -- what the tests of counting methods share: states and rules from texts.
 */
#ifndef COMMUNE_TEST_VOTING_H
#define COMMUNE_TEST_VOTING_H

#include "check.h"

#include "crypto/crypto.h"
#include "voting/counts.h"
#include "voting/lot.h"
#include "voting/profile.h"

static HeapArena heap;
#define ARENA (&heap.arena)

#define ANY_RULE ((1u << TIE_RULE_COUNT) - 1)

static inline Profile
profile_of(const char *text)
{
	Profile		profile = {0};
	Fault		fault;

	if (profile_parse(&profile, str_from(text), ARENA, &fault) != CODE_OK)
		check_that(false, __FILE__, __LINE__, fault.detail);
	profile_sort(&profile, ARENA);
	return profile;
}

static inline Counts
counts_of(const char *text)
{
	Counts		counts = {0};
	Fault		fault;

	if (counts_parse(&counts, str_from(text), ARENA, &fault) != CODE_OK)
		check_that(false, __FILE__, __LINE__, fault.detail);
	return counts;
}

/* Count the rankings of a profile. */
static inline Counts
counts_from(const Profile *profile, CountKind kind)
{
	Counts		counts = {0};

	CHECK_INT(counts_init(&counts, kind, profile->options, 0, ARENA, NULL), CODE_OK);
	for (uint32_t i = 0; i < profile->n; i++)
		CHECK_INT(counts_add_ranking(&counts, profile->paper[i].p, profile->paper[i].n, profile->paper[i].weight, NULL), CODE_OK);
	counts_settle(&counts);
	return counts;
}

static inline Ties
ties_by(const char *rules, uint32_t options)
{
	Ties		ties = {0};
	Fault		fault;

	if (ties_init(&ties, str_from(rules), ANY_RULE, STR("beacon"), NULL, 0, options, ARENA, &fault) != CODE_OK)
		check_that(false, __FILE__, __LINE__, fault.detail);
	return ties;
}

#endif
