/*
 * exact.h -- a few fractions with one denominator that grows, as a run of equal shares needs them.
 *
 * The first is the share that each voter began with, the others are the rates of the purchases so far.
 */
#ifndef COMMUNE_BUDGET_EXACT_H
#define COMMUNE_BUDGET_EXACT_H

#include "budget/big.h"

#define EXACT_LIMBS_MAX (UINT64_C(1) << 26)

typedef struct Exact
{
	Arena	   *arena;
	uint64_t   *limb;			/* the denominator, then the numerators, each in its row */
	uint32_t	rows;			/* in use */
	uint32_t	row_room;
	uint32_t	width;			/* limbs a row */
} Exact;

/* Make room for so many fractions after the first. */
extern void exact_init(Exact *exact, uint32_t fractions, Arena *arena);

/* Begin, or begin again, with the fraction num / den. */
extern void exact_begin(Exact *exact, Wide num, int64_t den);

extern Big	exact_den(const Exact *exact);
extern Big	exact_num(const Exact *exact, uint32_t i);

/* Add up fractions after the first, each so many times as its count says, which is 0 or more: n of them, as a numerator. */
extern Big	exact_sum(const Exact *exact, const int64_t *count, uint32_t n, Arena *scratch);

/* Append the fraction num / (denominator * factor).  False if all of them would have more than EXACT_LIMBS_MAX. */
extern bool exact_append(Exact *exact, Big num, uint64_t factor, Arena *scratch);

#endif
