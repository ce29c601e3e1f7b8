/*
 * voting_wide_test.c -- 128-bit integers: quotients with their roundings, products compared beyond 128 bits, decimals.
 */
#include "check.h"

#include "seeded.h"
#include "voting/wide.h"

static Wide
wide_of(uint64_t high, uint64_t low)
{
	return (Wide) ((unsigned __int128) high << 64 | low);
}

/* A number of some size that looks random, not negative. */
static Wide
some_wide(void)
{
	return wide_of(seeded_next() >> 1, seeded_next()) >> seeded_below(127);
}

static void
check_print(Wide value, int decimals, const char *text, int line)
{
	HeapArena	heap;
	Buf			buf;

	heap_arena_init(&heap);
	buf_init(&buf, &heap.arena);
	wide_print(&buf, value, decimals);
	check_str(buf_done(&buf), text, __FILE__, line, text);
	heap_arena_free(&heap);
}

static void
test_print(void)
{
	check_print(0, 0, "0", __LINE__);
	check_print(0, 5, "0.00000", __LINE__);
	check_print(7, 5, "0.00007", __LINE__);
	check_print(-7, 1, "-0.7", __LINE__);
	check_print(1234567, 3, "1234.567", __LINE__);
	check_print(-100, 0, "-100", __LINE__);
	check_print(WIDE_MAX, 0, "170141183460469231731687303715884105727", __LINE__);
	check_print(WIDE_MIN, 9, "-170141183460469231731687303715.884105728", __LINE__);
	check_print(wide_pow10(38), 38, "1.00000000000000000000000000000000000000", __LINE__);
	check_print(1, 38, "0.00000000000000000000000000000000000001", __LINE__);
}

static void
check_muldiv(Wide a, Wide b, Wide c, Wide down, Wide up, int line)
{
	Wide		found = -1;

	check_that(!wide_muldiv_overflows(a, b, c, WIDE_DOWN, &found) && found == down, __FILE__, line, "rounded down");
	check_that(!wide_muldiv_overflows(a, b, c, WIDE_UP, &found) && found == up, __FILE__, line, "rounded up");
}

static void
test_muldiv(void)
{
	Wide		out;

	check_muldiv(0, 5, 7, 0, 0, __LINE__);
	check_muldiv(6, 7, 2, 21, 21, __LINE__);
	check_muldiv(10, 10, 3, 33, 34, __LINE__);
	check_muldiv(WIDE_MAX, WIDE_MAX, WIDE_MAX, WIDE_MAX, WIDE_MAX, __LINE__);
	check_muldiv(WIDE_MAX, 3, 4, WIDE_MAX / 4 * 3 + 2, WIDE_MAX / 4 * 3 + 3, __LINE__);
	check_muldiv(wide_pow10(38), wide_pow10(38), wide_pow10(38) + 1, wide_pow10(38) - 1, wide_pow10(38), __LINE__);
	CHECK(wide_muldiv_overflows(WIDE_MAX, 2, 1, WIDE_DOWN, &out));
	CHECK(wide_muldiv_overflows(WIDE_MAX, WIDE_MAX, 1, WIDE_DOWN, &out));
	CHECK(!wide_muldiv_overflows(WIDE_MAX, 2, 2, WIDE_UP, &out) && out == WIDE_MAX);
	/* (2^127 - 1) * 3 / 2 is beyond 127 bits, but not beyond 128 */
	CHECK(wide_muldiv_overflows(WIDE_MAX, 3, 2, WIDE_DOWN, &out));
	/* 2^127 - 1/2, rounded up */
	CHECK(!wide_muldiv_overflows(WIDE_MAX, 1, 1, WIDE_UP, &out) && out == WIDE_MAX);

	/* Long division agrees with short: scale a product that fits up by a factor that takes it out of 128 bits. */
	for (int i = 0; i < 20000; i++)
	{
		Wide		a = some_wide() >> 64;
		Wide		b = some_wide() >> 64;
		Wide		c = (some_wide() >> 65) + 1;
		Wide		factor = (some_wide() >> 66) + 1;
		Wide		want = a * b / c;
		Wide		rest = a * b % c;
		Wide		found;

		if (!check_that(!wide_muldiv_overflows(a * factor, b, c * factor, WIDE_DOWN, &found) && found == want, __FILE__,
						__LINE__, "long division, down"))
			break;
		if (!check_that(!wide_muldiv_overflows(a, b * factor, c * factor, WIDE_UP, &found) && found == want + (rest > 0),
						__FILE__, __LINE__, "long division, up"))
			break;
	}
}

static void
test_compare(void)
{
	CHECK_INT(wide_cmp_products(WIDE_MAX, WIDE_MAX, WIDE_MIN, WIDE_MIN), -1);
	CHECK_INT(wide_cmp_products(WIDE_MIN, WIDE_MAX, WIDE_MAX, WIDE_MIN), 0);
	CHECK_INT(wide_cmp_products(WIDE_MIN, 1, 0, 5), -1);
	CHECK_INT(wide_cmp_products(0, 5, WIDE_MIN, 1), 1);
	CHECK_INT(wide_cmp_products(-1, WIDE_MAX, -1, WIDE_MAX - 1), -1);
	CHECK_INT(wide_cmp_products(3, -4, 2, -6), 0);
	for (int i = 0; i < 20000; i++)
	{
		Wide		a = some_wide();
		Wide		b = some_wide() + 1;
		int64_t		more = (int64_t) seeded_below(3) - 1;

		/* a (b + more) against a b */
		if (b < WIDE_MAX && !check_that(wide_cmp_products(a, b + more, b, a) == (a > 0 ? more : 0), __FILE__, __LINE__,
										"products of 256 bits"))
			break;
	}
}

static void
test_memory(void)
{
	HeapArena	heap;
	bool		aligned = true;

	heap_arena_init(&heap);
	for (size_t n = 0; n < 100; n++)
	{
		Wide	   *p = wide_alloc(&heap.arena, n * sizeof(Wide));

		arena_alloc(&heap.arena, 8 * (n % 3));
		aligned = aligned && (uintptr_t) p % sizeof(Wide) == 0;
		if (n > 0)
			p[n - 1] = WIDE_MAX;
	}
	CHECK(aligned);
	heap_arena_free(&heap);
}

int
main(void)
{
	test_print();
	test_muldiv();
	test_compare();
	test_memory();
	return check_done("voting_wide");
}
