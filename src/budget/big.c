/*
 * big.c -- natural numbers of any size: schoolbook arithmetic on limbs of 64 bits.
 */
#include "budget/big.h"

#define DIGITS_PER_LIMB 19		/* decimal digits that always fit */
#define TEN_TO_19 UINT64_C(10000000000000000000)

/* Return a number of n limbs without those at the top that are 0. */
static Big
trimmed(const uint64_t *limb, uint32_t n)
{
	while (n > 0 && limb[n - 1] == 0)
		n--;
	return (Big){limb, n};
}

static uint64_t *
alloc_limbs(uint32_t n, Arena *arena)
{
	return arena_alloc(arena, sizeof(uint64_t) * n);
}

Big
big_word(uint64_t value, Arena *arena)
{
	return value > 0 ? (Big){arena_copy(arena, &value, sizeof value), 1} : BIG_ZERO;
}

Big
big_wide(Wide value, Arena *arena)
{
	uint64_t   *limb = alloc_limbs(2, arena);

	limb[0] = (uint64_t) value;
	limb[1] = (uint64_t) (value >> 64);
	return trimmed(limb, 2);
}

int
big_cmp(Big a, Big b)
{
	if (a.n != b.n)
		return a.n > b.n ? 1 : -1;
	for (uint32_t i = a.n; i-- > 0;)
		if (a.limb[i] != b.limb[i])
			return a.limb[i] > b.limb[i] ? 1 : -1;
	return 0;
}

Big
big_add(Big a, Big b, Arena *arena)
{
	uint64_t   *limb;
	uint64_t	carry = 0;

	if (a.n < b.n)
	{
		Big			swap = a;

		a = b;
		b = swap;
	}
	if (b.n == 0)
		return a;
	limb = alloc_limbs(a.n + 1, arena);
	for (uint32_t i = 0; i < a.n; i++)
	{
		UWide sum = (UWide) a.limb[i] + (i < b.n ? b.limb[i] : 0) + carry;

		limb[i] = (uint64_t) sum;
		carry = (uint64_t) (sum >> 64);
	}
	limb[a.n] = carry;
	return trimmed(limb, a.n + 1);
}

Big
big_sub(Big a, Big b, Arena *arena)
{
	uint64_t   *limb;
	uint64_t	borrow = 0;

	if (b.n == 0)
		return a;
	limb = alloc_limbs(a.n, arena);
	for (uint32_t i = 0; i < a.n; i++)
	{
		UWide difference = (UWide) a.limb[i] - (i < b.n ? b.limb[i] : 0) - borrow;

		limb[i] = (uint64_t) difference;
		borrow = (uint64_t) (difference >> 64) & 1;
	}
	return trimmed(limb, a.n);
}

/* Add a * b to the limbs of out, and return what goes over their end. */
static uint64_t
add_product(uint64_t *out, Big a, uint64_t b)
{
	uint64_t	carry = 0;

	for (uint32_t i = 0; i < a.n; i++)
	{
		UWide sum = (UWide) a.limb[i] * b + out[i] + carry;

		out[i] = (uint64_t) sum;
		carry = (uint64_t) (sum >> 64);
	}
	return carry;
}

Big
big_mul(Big a, Big b, Arena *arena)
{
	uint64_t   *limb;

	if (a.n == 0 || b.n == 0)
		return BIG_ZERO;
	limb = arena_zero(arena, sizeof(uint64_t) * ((size_t) a.n + b.n));
	for (uint32_t i = 0; i < b.n; i++)
		limb[i + a.n] = add_product(limb + i, a, b.limb[i]);
	return trimmed(limb, a.n + b.n);
}

Big
big_mul_word(Big a, uint64_t b, Arena *arena)
{
	uint64_t   *limb;

	if (b == 1)
		return a;
	if (a.n == 0 || b == 0)
		return BIG_ZERO;
	limb = arena_zero(arena, sizeof(uint64_t) * ((size_t) a.n + 1));
	limb[a.n] = add_product(limb, a, b);
	return trimmed(limb, a.n + 1);
}

Big
big_shift_left(Big a, uint32_t bits, Arena *arena)
{
	uint32_t	whole = bits / 64;
	uint32_t	part = bits % 64;
	uint64_t   *limb;

	if (a.n == 0 || bits == 0)
		return a;
	limb = arena_zero(arena, sizeof(uint64_t) * ((size_t) a.n + whole + 1));
	for (uint32_t i = 0; i < a.n; i++)
	{
		limb[i + whole] |= a.limb[i] << part;
		if (part > 0)
			limb[i + whole + 1] = a.limb[i] >> (64 - part);
	}
	return trimmed(limb, a.n + whole + 1);
}

/* Divide by one limb, in place of the quotient, and return the rest. */
static uint64_t
divide_by_limb(uint64_t *quotient, const uint64_t *a, uint32_t n, uint64_t b)
{
	uint64_t	rest = 0;

	for (uint32_t i = n; i-- > 0;)
	{
		UWide part = (UWide) rest << 64 | a[i];

		quotient[i] = (uint64_t) (part / b);
		rest = (uint64_t) (part % b);
	}
	return rest;
}

/* Take b * q away from n + 1 limbs at a, where b has n; return whether that was too much. */
static bool
subtract_product(uint64_t *a, Big b, uint64_t q)
{
	uint64_t	carry = 0;
	uint64_t	borrow = 0;

	for (uint32_t i = 0; i <= b.n; i++)
	{
		UWide product = (i < b.n ? (UWide) b.limb[i] * q : 0) + carry;
		UWide difference = (UWide) a[i] - (uint64_t) product - borrow;

		carry = (uint64_t) (product >> 64);
		a[i] = (uint64_t) difference;
		borrow = (uint64_t) (difference >> 64) & 1;
	}
	return borrow != 0;
}

/* Give b back to n + 1 limbs at a; return whether a is no longer short of anything. */
static bool
give_back(uint64_t *a, Big b)
{
	uint64_t	carry = 0;

	for (uint32_t i = 0; i <= b.n; i++)
	{
		UWide		sum = (UWide) a[i] + (i < b.n ? b.limb[i] : 0) + carry;

		a[i] = (uint64_t) sum;
		carry = (uint64_t) (sum >> 64);
	}
	return carry != 0;
}

/*
 * Find one limb of a quotient (Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D): guess it from the
 * highest limbs, which is at most 2 too much, and correct.  The highest bit of b is set.
 */
static uint64_t
quotient_limb(uint64_t *a, Big b)
{
	uint64_t	top = b.limb[b.n - 1];
	UWide		head = (UWide) a[b.n] << 64 | a[b.n - 1];
	uint64_t	guess = a[b.n] >= top ? UINT64_MAX : (uint64_t) (head / top);
	bool		too_much = subtract_product(a, b, guess);

	for (; too_much; guess--)
		too_much = !give_back(a, b);
	return guess;
}

void
big_divide(Big *quotient, Big *rest, Big a, Big b, Arena *arena)
{
	Big			q = BIG_ZERO;
	Big			r = a;

	if (b.n == 1)
	{
		uint64_t   *limb = alloc_limbs(a.n, arena);

		r = big_word(divide_by_limb(limb, a.limb, a.n, b.limb[0]), arena);
		q = trimmed(limb, a.n);
	}
	else if (big_cmp(a, b) >= 0)
	{
		uint32_t	shift = (uint32_t) __builtin_clzll(b.limb[b.n - 1]);
		uint32_t	steps = a.n - b.n + 1;
		Big			high = big_shift_left(b, shift, arena);
		uint64_t   *left = arena_zero(arena, sizeof(uint64_t) * ((size_t) a.n + 1));
		uint64_t   *limb = alloc_limbs(steps, arena);
		Big			moved = big_shift_left(a, shift, arena);

		memcpy(left, moved.limb, sizeof(uint64_t) * moved.n);
		for (uint32_t i = steps; i-- > 0;)
			limb[i] = quotient_limb(left + i, high);
		q = trimmed(limb, steps);
		if (shift > 0)
			for (uint32_t i = 0; i < b.n; i++)
				left[i] = left[i] >> shift | left[i + 1] << (64 - shift);
		r = trimmed(left, b.n);
	}
	if (quotient != NULL)
		*quotient = q;
	if (rest != NULL)
		*rest = r;
}

Big
big_gcd(Big a, Big b, Arena *arena)
{
	while (b.n > 0)
	{
		Big			rest;

		big_divide(NULL, &rest, a, b, arena);
		a = b;
		b = rest;
	}
	return a;
}

bool
big_to_word(uint64_t *out, Big a)
{
	*out = a.n > 0 ? a.limb[0] : 0;
	return a.n <= 1;
}

void
big_print(Buf *out, Big a, int decimals, Arena *arena)
{
	size_t		room = ((size_t) a.n + 1) * (DIGITS_PER_LIMB + 1) + (size_t) decimals + 2;
	char	   *digits = arena_alloc(arena, room);
	char	   *p = digits + room;
	uint64_t   *limb = arena_copy(arena, a.limb, sizeof(uint64_t) * a.n);
	uint32_t	n = a.n;

	for (int printed = 0; n > 0 || printed <= decimals;)
	{
		uint64_t	part = divide_by_limb(limb, limb, n, TEN_TO_19);

		n = trimmed(limb, n).n;
		for (int i = 0; i < DIGITS_PER_LIMB && (n > 0 || part > 0 || printed <= decimals); i++, part /= 10)
		{
			if (printed == decimals && decimals > 0)
				*--p = '.';
			*--p = (char) ('0' + part % 10);
			printed++;
		}
	}
	buf_add(out, p, (size_t) (digits + room - p));
}
