/*
 * big.h -- natural numbers of any size.
 *
 * Some answers are fractions that no machine integer holds: the price of a project under equal shares, the square of a
 * sum of roots.  They are computed with these, and rounded only where an answer is printed.
 *
 * A number is a value: no function changes one, every result lives in an arena.  Unless said otherwise, operands may
 * be shared by results.
 */
#ifndef COMMUNE_BUDGET_BIG_H
#define COMMUNE_BUDGET_BIG_H

#include "voting/wide.h"

typedef unsigned __int128 UWide;

typedef struct Big
{
	const uint64_t *limb;		/* the lowest first; the highest is not 0 */
	uint32_t	n;				/* 0 for zero */
} Big;

#define BIG_ZERO ((Big){NULL, 0})

extern Big	big_word(uint64_t value, Arena *arena);
extern Big	big_wide(Wide value, Arena *arena);	/* value >= 0 */

extern int	big_cmp(Big a, Big b);
extern Big	big_add(Big a, Big b, Arena *arena);
extern Big	big_sub(Big a, Big b, Arena *arena);	/* a >= b */
extern Big	big_mul(Big a, Big b, Arena *arena);
extern Big	big_mul_word(Big a, uint64_t b, Arena *arena);
extern Big	big_shift_left(Big a, uint32_t bits, Arena *arena);

/* Divide a by b > 0; either result may be NULL. */
extern void big_divide(Big *quotient, Big *rest, Big a, Big b, Arena *arena);

/* Return the greatest common divisor; that of 0 and a is a. */
extern Big	big_gcd(Big a, Big b, Arena *arena);

/* False if the number does not fit. */
extern bool big_to_word(uint64_t *out, Big a);

/* Print a / 10^decimals with all its decimals. */
extern void big_print(Buf *out, Big a, int decimals, Arena *arena);

#endif
