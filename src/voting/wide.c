/*
 * wide.c -- powers, products and quotients of 128-bit integers, and their decimals.
 */
#include "voting/wide.h"

typedef unsigned __int128 Unsigned;

/* A product of 256 bits. */
typedef struct Product
{
	Unsigned	high;
	Unsigned	low;
} Product;

void *
wide_alloc(Arena *arena, size_t size)
{
	uintptr_t	p = (uintptr_t) arena_alloc(arena, size + sizeof(Wide) - 1);

	return (void *) ((p + sizeof(Wide) - 1) & ~(uintptr_t) (sizeof(Wide) - 1));
}

Wide
wide_pow10(int n)
{
	Wide		power = 1;

	while (n-- > 0)
		power *= 10;
	return power;
}

static Unsigned
magnitude(Wide a)
{
	return a < 0 ? -(Unsigned) a : (Unsigned) a;
}

/* Multiply in four parts of 64 bits. */
static Product
multiply(Unsigned a, Unsigned b)
{
	Unsigned	a0 = (uint64_t) a;
	Unsigned	a1 = a >> 64;
	Unsigned	b0 = (uint64_t) b;
	Unsigned	b1 = b >> 64;
	Unsigned	low = a0 * b0;
	Unsigned	left = a1 * b0;
	Unsigned	right = a0 * b1;
	Unsigned	middle = (low >> 64) + (uint64_t) left + (uint64_t) right;

	return (Product){a1 * b1 + (left >> 64) + (right >> 64) + (middle >> 64), middle << 64 | (uint64_t) low};
}

static int
compare(Product a, Product b)
{
	if (a.high != b.high)
		return a.high > b.high ? 1 : -1;
	return (a.low > b.low) - (a.low < b.low);
}

/* Divide bit by bit; the caller sees to it that high < c, so that the quotient fits. */
static Unsigned
divide(Unsigned *rest, Product a, Unsigned c)
{
	Unsigned	quotient = 0;
	Unsigned	r = a.high;

	for (int bit = 127; bit >= 0; bit--)
	{
		bool		carry = r >> 127;

		r = r << 1 | (a.low >> bit & 1);
		if (carry || r >= c)
		{
			r -= c;
			quotient |= (Unsigned) 1 << bit;
		}
	}
	*rest = r;
	return quotient;
}

bool
wide_muldiv_overflows(Wide a, Wide b, Wide c, WideRounding rounding, Wide *out)
{
	Wide		small;
	Unsigned	quotient;
	Unsigned	rest;

	if (!mul_overflows(a, b, &small))
	{
		quotient = (Unsigned) (small / c);
		rest = (Unsigned) (small % c);
	}
	else
	{
		Product		product = multiply((Unsigned) a, (Unsigned) b);

		if (product.high >= (Unsigned) c)
			return true;
		quotient = divide(&rest, product, (Unsigned) c);
	}
	if (rounding == WIDE_UP && rest > 0)
		quotient++;					/* with a rest, the quotient is not all ones */
	if (quotient > (Unsigned) WIDE_MAX)
		return true;
	*out = (Wide) quotient;
	return false;
}

static int
sign_of_product(Wide a, Wide b)
{
	return wide_cmp(a, 0) * wide_cmp(b, 0);
}

int
wide_cmp_products(Wide a, Wide b, Wide c, Wide d)
{
	int			left = sign_of_product(a, b);
	int			right = sign_of_product(c, d);
	int			order;

	if (left != right)
		return left > right ? 1 : -1;
	order = compare(multiply(magnitude(a), magnitude(b)), multiply(magnitude(c), magnitude(d)));
	return left < 0 ? -order : order;
}

void
wide_print(Buf *out, Wide value, int decimals)
{
	char		digits[WIDE_DECIMALS_MAX * 2 + 8];
	char	   *p = digits + sizeof digits;
	Unsigned	left = magnitude(value);

	for (int i = 0; left > 0 || i <= decimals; i++, left /= 10)
	{
		if (i == decimals && decimals > 0)
			*--p = '.';
		*--p = (char) ('0' + (int) (left % 10));
	}
	if (value < 0)
		*--p = '-';
	buf_add(out, p, (size_t) (digits + sizeof digits - p));
}
