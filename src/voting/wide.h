/*
 * wide.h -- 128-bit integers, checked, and printed as decimals.
 *
 * Counts are 64-bit integers.  What is made of them in a count (votes in units of 10^-9, products, sums of squares) is
 * a Wide.  add_overflows() and its like (base.h) take Wides, too.  Nothing here or in the methods is ever rounded
 * without saying so, and nothing is a floating-point number: the same ballots give the same digits everywhere.
 */
#ifndef COMMUNE_VOTING_WIDE_H
#define COMMUNE_VOTING_WIDE_H

#include "base/base.h"

#ifndef __SIZEOF_INT128__
#error a compiler with 128-bit integers is needed
#endif

typedef __int128 Wide;

/* Memory for Wides, which want to be aligned to 16 bytes; not cleared. */
extern void *wide_alloc(Arena *arena, size_t size);

#define WIDE_MAX ((Wide) (~(unsigned __int128) 0 >> 1))
#define WIDE_MIN (-WIDE_MAX - 1)

/* The greatest power of ten that fits. */
#define WIDE_DECIMALS_MAX 38

/* 10 to the n, 0 <= n <= WIDE_DECIMALS_MAX. */
extern Wide wide_pow10(int n);

typedef enum WideRounding
{
	WIDE_DOWN,
	WIDE_UP
} WideRounding;

/*
 * Compute a * b / c, rounded down or up, for a >= 0, b >= 0, c > 0.  The product may take 256 bits; true when the
 * quotient does not fit.
 */
extern bool wide_muldiv_overflows(Wide a, Wide b, Wide c, WideRounding rounding, Wide *out);

/* Compare a * b with c * d, whatever their size and signs: -1, 0, 1.  So are a / d and c / b compared for b, d > 0. */
extern int	wide_cmp_products(Wide a, Wide b, Wide c, Wide d);

static inline int
wide_cmp(Wide a, Wide b)
{
	return (a > b) - (a < b);
}

/* Print value / 10^decimals with all its decimals. */
extern void wide_print(Buf *out, Wide value, int decimals);

#endif
