/*
 * exact.c -- fractions with one denominator that grows.
 */
#include "budget/exact.h"

static uint64_t *
row_of(const Exact *exact, uint32_t row)
{
	return exact->limb + (size_t) row * exact->width;
}

static Big
value_of(const Exact *exact, uint32_t row)
{
	uint32_t	n = exact->width;
	const uint64_t *limb = row_of(exact, row);

	while (n > 0 && limb[n - 1] == 0)
		n--;
	return (Big){limb, n};
}

Big
exact_den(const Exact *exact)
{
	return value_of(exact, 0);
}

Big
exact_num(const Exact *exact, uint32_t i)
{
	return value_of(exact, i + 1);
}

/* Have so many limbs a row; false if that is too much. */
static bool
widen(Exact *exact, uint32_t width)
{
	uint64_t   *limb;

	if ((uint64_t) exact->row_room * width > EXACT_LIMBS_MAX)
		return false;
	limb = arena_zero(exact->arena, sizeof(uint64_t) * exact->row_room * width);
	for (uint32_t row = 0; row < exact->rows; row++)
		memcpy(limb + (size_t) row * width, row_of(exact, row), sizeof(uint64_t) * exact->width);
	exact->limb = limb;
	exact->width = width;
	return true;
}

/* Put a number in a row, whose limbs are 0; false if it is too large. */
static bool
put(Exact *exact, uint32_t row, Big value)
{
	if (value.n > exact->width && !widen(exact, 2 * value.n))
		return false;
	if (value.n > 0)
		memcpy(row_of(exact, row), value.limb, sizeof(uint64_t) * value.n);
	return true;
}

void
exact_init(Exact *exact, uint32_t fractions, Arena *arena)
{
	*exact = (Exact){.arena = arena, .row_room = fractions + 2};
	widen(exact, 4);
}

void
exact_begin(Exact *exact, Wide num, int64_t den)
{
	uint64_t	limbs[2] = {(uint64_t) num, (uint64_t) (num >> 64)};
	uint64_t	one = (uint64_t) den;

	memset(exact->limb, 0, sizeof(uint64_t) * exact->row_room * exact->width);
	put(exact, 0, (Big){&one, 1});
	put(exact, 1, (Big){limbs, 2});
	exact->rows = 2;
}

Big
exact_sum(const Exact *exact, const int64_t *count, uint32_t n, Arena *scratch)
{
	/* At most 2^32 counts of less than 2^63. */
	uint32_t	width = exact->width + 2;
	uint64_t   *limb = arena_zero(scratch, sizeof(uint64_t) * width);

	for (uint32_t t = 0; t < n; t++)
	{
		Big			num = count[t] > 0 ? exact_num(exact, t + 1) : BIG_ZERO;
		uint64_t	carry = 0;

		for (uint32_t i = 0; i < num.n; i++)
		{
			UWide		sum = (UWide) num.limb[i] * (uint64_t) count[t] + limb[i] + carry;

			limb[i] = (uint64_t) sum;
			carry = (uint64_t) (sum >> 64);
		}
		for (uint32_t i = num.n; carry > 0; i++)
		{
			limb[i] += carry;
			carry = limb[i] < carry;
		}
	}
	while (width > 0 && limb[width - 1] == 0)
		width--;
	return (Big){limb, width};
}

/* Multiply a row, in which there is room for one limb more. */
static void
multiply(uint64_t *limb, uint32_t width, uint64_t factor)
{
	uint64_t	carry = 0;

	for (uint32_t i = 0; i < width; i++)
	{
		UWide		product = (UWide) limb[i] * factor + carry;

		limb[i] = (uint64_t) product;
		carry = (uint64_t) (product >> 64);
	}
}

bool
exact_append(Exact *exact, Big num, uint64_t factor, Arena *scratch)
{
	Big			by = big_word(factor, scratch);
	Big			common = big_gcd(num, by, scratch);
	uint64_t	divisor;

	num.limb = arena_copy(scratch, num.limb, sizeof(uint64_t) * num.n);	/* it may be one of the rows */

	/* What the numerator has in common with the factor need not be in the denominator; the factor is one limb. */
	if (common.n > 0 && big_to_word(&divisor, common) && divisor > 1)
	{
		big_divide(&num, NULL, num, common, scratch);
		factor /= divisor;
	}
	if (factor > 1)
	{
		for (uint32_t row = 0; row < exact->rows; row++)
			if (value_of(exact, row).n == exact->width)
			{
				if (!widen(exact, 2 * exact->width))
					return false;
				break;
			}
		for (uint32_t row = 0; row < exact->rows; row++)
			multiply(row_of(exact, row), value_of(exact, row).n + 1, factor);
	}
	exact->rows++;
	return put(exact, exact->rows - 1, num);
}
