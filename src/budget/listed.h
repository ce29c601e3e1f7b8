/*
 * listed.h -- ties among options that have numbers of their own.
 *
 * lot.h numbers options from 1.  Here options are a list in ascending order of ids: the one at i is option i + 1 for
 * lot.h; its ticket is made of its id, permutations name ids, and faults do.
 */
#ifndef COMMUNE_BUDGET_LISTED_H
#define COMMUNE_BUDGET_LISTED_H

#include "voting/lot.h"

typedef struct Listed
{
	Ties		ties;
	const int32_t *id;
	uint32_t	n;
	uint64_t	recorded;		/* options in all ties that were broken */
} Listed;

/* What ties_init() takes, in words of ids. */
typedef struct ListedRules
{
	Str			rules;
	Str			seed;
	const int32_t *permutation; /* NULL if there is none */
	size_t		permuted;
} ListedRules;

extern Code listed_init(Listed *listed, const ListedRules *rules, uint32_t allowed, const int32_t *id, uint32_t n,
						Arena *arena, Fault *fault);

/* Every tie is recorded with all who were tied; so ties that are too large to be kept are refused. */
#define LISTED_TIED_MAX (UINT64_C(1) << 24)

/* As ties_break(); and the fault TOO_LARGE. */
extern Code listed_break(uint32_t *chosen, Listed *listed, Tie *tie, Fault *fault);

/* Forget the ties that were broken. */
extern void listed_forget(Listed *listed);

/* Find an id in an ascending list; NOT_LISTED if it is not there. */
#define NOT_LISTED UINT32_MAX
extern uint32_t listed_find(const int32_t *id, uint32_t n, int32_t wanted);

#endif
