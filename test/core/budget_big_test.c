/*
 * budget_big_test.c -- big numbers, square roots, and fractions with one denominator.
 */
#include "check.h"

#include "budget/big.h"
#include "budget/exact.h"
#include "budget/root.h"
#include "seeded.h"

/* Return a number of up to n limbs, of which some are all ones or all zeros, where carries come from. */
static Big
some(uint32_t n, Arena *arena)
{
	uint64_t   *limb = arena_alloc(arena, sizeof(uint64_t) * n);
	uint32_t	kind;

	for (uint32_t i = 0; i < n; i++)
	{
		kind = seeded_below(5);
		limb[i] = kind == 0 ? UINT64_MAX : kind == 1 ? 0 : kind == 2 ? UINT64_C(1) << 63 : seeded_next();
	}
	n = seeded_below(n + 1);
	while (n > 0 && limb[n - 1] == 0)
		n--;
	return (Big){limb, n};
}

static Str
print(Big a, int decimals, Arena *arena)
{
	Buf			buf;

	buf_init(&buf, arena);
	big_print(&buf, a, decimals, arena);
	return buf_done(&buf);
}

/* The laws of arithmetic, on numbers of many sizes. */
static void
test_laws(void)
{
	HeapArena	heap;
	Arena	   *arena = &heap.arena;
	bool		held = true;

	heap_arena_init(&heap);
	for (int round = 0; round < 20000; round++)
	{
		Big			a = some(1 + seeded_below(9), arena);
		Big			b = some(1 + seeded_below(5), arena);
		Big			c = some(1 + seeded_below(3), arena);
		uint64_t	word = seeded_next() >> seeded_below(64);
		uint32_t	shift = seeded_below(200);
		Big			sum = big_add(a, b, arena);
		Big			quotient;
		Big			rest;

		held = held && big_cmp(sum, big_add(b, a, arena)) == 0 && big_cmp(big_sub(sum, b, arena), a) == 0;
		held = held && big_cmp(big_mul(sum, c, arena), big_add(big_mul(a, c, arena), big_mul(b, c, arena), arena)) == 0;
		held = held && big_cmp(big_mul_word(a, word, arena), big_mul(a, big_word(word, arena), arena)) == 0;
		held = held && big_cmp(big_shift_left(a, shift, arena),
							   big_mul(a, big_shift_left(big_word(1, arena), shift, arena), arena)) == 0;
		if (b.n > 0)
		{
			big_divide(&quotient, &rest, a, b, arena);
			held = held && big_cmp(rest, b) < 0 && big_cmp(big_add(big_mul(quotient, b, arena), rest, arena), a) == 0;
			big_divide(&quotient, NULL, big_mul(a, b, arena), b, arena);
			held = held && big_cmp(quotient, a) == 0;
		}
		if (a.n > 0 && b.n > 0)
		{
			Big			common = big_gcd(big_mul(a, c, arena), big_mul(b, c, arena), arena);

			/* It has c in it, and divides both. */
			if (c.n > 0)
			{
				big_divide(NULL, &rest, common, c, arena);
				held = held && rest.n == 0;
				big_divide(NULL, &rest, big_mul(a, c, arena), common, arena);
				held = held && rest.n == 0;
			}
		}
		if (round % 100 == 0)
			heap_arena_free(&heap);
	}
	CHECK(held);
	heap_arena_free(&heap);
}

static void
test_conversions(void)
{
	HeapArena	heap;
	Arena	   *arena = &heap.arena;
	Big			ten = {0};
	uint64_t	word;

	heap_arena_init(&heap);
	CHECK_STR(print(BIG_ZERO, 0, arena), "0");
	CHECK_STR(print(BIG_ZERO, 3, arena), "0.000");
	CHECK_STR(print(big_word(7, arena), 3, arena), "0.007");
	CHECK_STR(print(big_word(12345, arena), 3, arena), "12.345");
	CHECK_STR(print(big_word(UINT64_MAX, arena), 0, arena), "18446744073709551615");
	CHECK_STR(print(big_wide(WIDE_MAX, arena), 20, arena), "1701411834604692317.31687303715884105727");
	ten = big_word(1, arena);
	for (int i = 0; i < 57; i++)
		ten = big_mul_word(ten, 10, arena);
	CHECK_STR(print(ten, 0, arena), "1000000000000000000000000000000000000000000000000000000000");
	CHECK_STR(print(ten, 19, arena), "100000000000000000000000000000000000000.0000000000000000000");
	CHECK_STR(print(big_sub(ten, big_word(1, arena), arena), 57, arena),
			  "0.999999999999999999999999999999999999999999999999999999999");

	CHECK(big_to_word(&word, BIG_ZERO) && word == 0);
	CHECK(big_to_word(&word, big_word(9, arena)) && word == 9);
	CHECK(!big_to_word(&word, big_wide((Wide) UINT64_MAX + 1, arena)));
	CHECK_INT(big_cmp(big_gcd(BIG_ZERO, big_word(6, arena), arena), big_word(6, arena)), 0);
	CHECK_INT(big_cmp(big_gcd(big_word(84, arena), big_word(36, arena), arena), big_word(12, arena)), 0);
	heap_arena_free(&heap);
}

static bool
is_root(UWide n, UWide root)
{
	return root * root <= n && (root == UINT64_MAX || (root + 1) * (root + 1) > n);
}

static void
test_roots(void)
{
	bool		held = true;

	for (uint64_t n = 0; n < 200000; n++)
		held = held && is_root(n, root_of_word(n));
	for (int round = 0; round < 300000; round++)
	{
		UWide		n = ((UWide) seeded_next() << 64 | seeded_next()) >> (1 + seeded_below(127));
		uint64_t	root = seeded_next() >> (1 + seeded_below(63));
		UWide		square = (UWide) root * root;

		held = held && is_root(n, root_of_wide((Wide) n)) && is_root((uint64_t) n, root_of_word((uint64_t) n));
		held = held && root_of_wide((Wide) square) == root && root_of_wide((Wide) (square + root)) == root;
		held = held && root_of_wide((Wide) (square + 2 * (UWide) root)) == root;
		held = held && (root == 0 || root_of_wide((Wide) (square - 1)) == root - 1);
	}
	CHECK(held);
	CHECK(root_of_word(UINT64_MAX) == UINT32_MAX);
	CHECK(root_of_wide(WIDE_MAX) == UINT64_C(13043817825332782212));
}

/* Fractions that are appended stay what they are when the denominator grows. */
static void
test_exact(void)
{
	HeapArena	heap;
	HeapArena	scratch;
	Exact		exact;
	bool		held = true;

	heap_arena_init(&heap);
	heap_arena_init(&scratch);
	exact_init(&exact, 40, &heap.arena);
	for (int again = 0; again < 2; again++)
	{
		Big			num[40];
		Big			den[40];

		exact_begin(&exact, (Wide) 35 << (again * 80), 7);
		for (int i = 0; i < 40; i++)
		{
			uint64_t	factor = i % 5 == 0 ? 1 : 1 + seeded_below(100000);

			/* A numerator may be one of those that are there. */
			num[i] = i % 7 == 0 ? exact_num(&exact, i) : some(3, &heap.arena);
			num[i].limb = arena_copy(&heap.arena, num[i].limb, sizeof(uint64_t) * num[i].n);
			den[i] = big_mul_word(exact_den(&exact), factor, &heap.arena);
			den[i].limb = arena_copy(&heap.arena, den[i].limb, sizeof(uint64_t) * den[i].n);
			exact_append(&exact, i % 7 == 0 ? exact_num(&exact, i) : num[i], factor, &scratch.arena);
			heap_arena_free(&scratch);
		}
		for (int i = 0; i < 40; i++)
			held = held && big_cmp(big_mul(exact_num(&exact, i + 1), den[i], &heap.arena),
								   big_mul(num[i], exact_den(&exact), &heap.arena)) == 0;
		held = held && big_cmp(big_mul_word(exact_num(&exact, 0), 7, &heap.arena),
							   big_mul(big_wide((Wide) 35 << (again * 80), &heap.arena), exact_den(&exact), &heap.arena)) == 0;
	}
	CHECK(held);
	heap_arena_free(&heap);
}

int
main(void)
{
	test_laws();
	test_conversions();
	test_roots();
	test_exact();
	return check_done("budget_big");
}
