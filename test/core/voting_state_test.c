/*
 * voting_state_test.c -- the states of counts: what ballots add, that order and parts make no difference, that ballots
 * can be taken out again, sums that do not fit, the bytes and the text form, and what is refused.
 */
#include "check.h"

#include "crypto/crypto.h"
#include "seeded.h"
#include "voting/counts.h"
#include "voting/profile.h"

#include <stdlib.h>

#define M 6						/* options */

static HeapArena heap;
#define ARENA (&heap.arena)

static Str
bytes_of(const Counts *counts)
{
	uint8_t    *p = arena_alloc(ARENA, counts_size(counts));

	counts_write(p, counts);
	return (Str){(const char *) p, counts_size(counts)};
}

static Str
profile_bytes(Profile *profile)
{
	uint8_t    *p;

	profile_sort(profile, ARENA);
	p = arena_alloc(ARENA, profile_size(profile));
	profile_write(p, profile);
	return (Str){(const char *) p, profile_size(profile)};
}

static Str
print(const Counts *counts)
{
	Buf			buf;

	buf_init(&buf, ARENA);
	counts_print(&buf, counts);
	return buf_done(&buf);
}

static Str
print_profile(Profile *profile)
{
	Buf			buf;

	profile_sort(profile, ARENA);
	buf_init(&buf, ARENA);
	profile_print(&buf, profile);
	return buf_done(&buf);
}

static Str
ranking(const char *text)
{
	Str			bytes = STR("");

	CHECK_INT(ranking_parse(&bytes, str_from(text), ARENA, NULL), CODE_OK);
	return bytes;
}

static Code
add_ranking(Counts *counts, const char *text, int64_t weight, Fault *fault)
{
	Str			bytes = ranking(text);

	return counts_add_ranking(counts, (const uint8_t *) bytes.p, bytes.n, weight, fault);
}

static Code
add_paper(Profile *profile, const char *text, int64_t weight, Fault *fault)
{
	Str			bytes = ranking(text);

	return profile_add(profile, (const uint8_t *) bytes.p, bytes.n, weight, fault);
}

#define INT2(...) ((Items){(const char *) (const int16_t[]){__VA_ARGS__}, sizeof((int16_t[]){__VA_ARGS__}) / 2, 2, NULL})
#define INT4(...) ((Items){(const char *) (const int32_t[]){__VA_ARGS__}, sizeof((int32_t[]){__VA_ARGS__}) / 4, 4, NULL})

/* ---- what ballots add */

static void
test_choices(void)
{
	Counts		counts;
	Fault		fault;

	CHECK_INT(counts_init(&counts, COUNT_PLURALITY, 3, 0, ARENA, NULL), CODE_OK);
	CHECK_STR(print(&counts), "plurality 3: 0 0 | 0 0 0");
	CHECK_INT(counts_add_choice(&counts, 2, 5, NULL), CODE_OK);
	CHECK_INT(counts_add_choice(&counts, 0, 1, NULL), CODE_OK);
	CHECK_INT(counts_add_choice(&counts, 3, 1, NULL), CODE_OK);
	CHECK_INT(counts_add_choice(&counts, 2, -1, NULL), CODE_OK);
	CHECK_INT(counts_add_choice(&counts, 4, 1, &fault), CODE_NO_SUCH_OPTION);
	CHECK_INT(fault.at, 4);
	CHECK_INT(counts_add_choice(&counts, -1, 1, NULL), CODE_NO_SUCH_OPTION);
	CHECK_INT(counts_add_choice(&counts, INT64_MIN, 1, NULL), CODE_NO_SUCH_OPTION);
	CHECK_STR(print(&counts), "plurality 3: 6 1 | 0 4 1");
	CHECK_INT(counts_check(&counts, NULL), CODE_OK);
	CHECK_INT(counts_add_choice(&counts, 1, -1, NULL), CODE_OK);
	CHECK_INT(counts_check(&counts, NULL), CODE_NEGATIVE_COUNT);
}

static void
test_approvals(void)
{
	Counts		counts;
	Items		with_null = INT4(3, 1);
	uint8_t		bits = 5;

	with_null.n = 3;
	with_null.nulls = &bits;
	CHECK_INT(counts_init(&counts, COUNT_APPROVAL, 3, 0, ARENA, NULL), CODE_OK);
	CHECK_INT(counts_add_approvals(&counts, INT2(1, 3, 1), 2, NULL), CODE_OK);
	CHECK_INT(counts_add_approvals(&counts, INT4(3), 1, NULL), CODE_OK);
	CHECK_INT(counts_add_approvals(&counts, with_null, 10, NULL), CODE_OK);
	CHECK_INT(counts_add_approvals(&counts, (Items){NULL, 0, 2, NULL}, 1, NULL), CODE_OK);
	CHECK_INT(counts_add_approvals(&counts, INT2(1, 4), 2, NULL), CODE_NO_SUCH_OPTION);
	CHECK_INT(counts_add_approvals(&counts, INT2(0), 2, NULL), CODE_NO_SUCH_OPTION);
	CHECK_INT(counts_add_approvals(&counts, INT4(INT32_MIN), 2, NULL), CODE_NO_SUCH_OPTION);
	CHECK_STR(print(&counts), "approval 3: 14 1 | 12 0 13");
}

static void
test_scores(void)
{
	Counts		counts;
	Items		with_null = INT2(3, 0);
	uint8_t		bits = 5;

	with_null.n = 3;
	with_null.nulls = &bits;
	CHECK_INT(counts_init(&counts, COUNT_SCORE, 3, 3, ARENA, NULL), CODE_OK);
	CHECK_INT(counts_add_scores(&counts, INT2(3, 0, 1), 2, NULL), CODE_OK);
	CHECK_INT(counts_add_scores(&counts, INT4(1), 1, NULL), CODE_OK);
	CHECK_INT(counts_add_scores(&counts, with_null, 10, NULL), CODE_OK);
	CHECK_INT(counts_add_scores(&counts, (Items){NULL, 0, 2, NULL}, 1, NULL), CODE_OK);
	CHECK_INT(counts_add_scores(&counts, INT2(1, 2, 3, 1), 1, NULL), CODE_NO_SUCH_OPTION);
	CHECK_INT(counts_add_scores(&counts, INT2(1, 4), 1, NULL), CODE_NO_SUCH_SCORE);
	CHECK_INT(counts_add_scores(&counts, INT2(1, -1), 1, NULL), CODE_NO_SUCH_SCORE);
	CHECK_STR(print(&counts), "score 3 3: 14 1 | 0 1 0 12 | 2 0 0 0 | 10 2 0 0");

	CHECK_INT(counts_init(&counts, COUNT_STAR, 3, 3, ARENA, NULL), CODE_OK);
	CHECK_INT(counts_add_scores(&counts, INT2(3, 0, 1), 2, NULL), CODE_OK);
	CHECK_INT(counts_add_scores(&counts, with_null, 10, NULL), CODE_OK);
	CHECK_STR(print(&counts), "star 3 3: 12 0 | 0 0 0 12 0 12 12 | 2 0 0 0 0 0 0 | 10 2 0 0 0 2 0");
}

static void
test_rankings(void)
{
	Counts		counts;

	CHECK_INT(counts_init(&counts, COUNT_BORDA, 4, 0, ARENA, NULL), CODE_OK);
	CHECK_INT(add_ranking(&counts, "3>1=2>4", 1, NULL), CODE_OK);
	CHECK_INT(add_ranking(&counts, "2>>2>3", 10, NULL), CODE_OK);
	CHECK_INT(add_ranking(&counts, "", 100, NULL), CODE_OK);
	CHECK_INT(add_ranking(&counts, "1>5", 1, NULL), CODE_NO_SUCH_OPTION);
	CHECK_INT(add_ranking(&counts, "1=5>2", 1, NULL), CODE_NO_SUCH_OPTION);
	CHECK_INT(add_ranking(&counts, "1>300", 1, NULL), CODE_NO_SUCH_OPTION);
	CHECK_STR(print(&counts), "borda 4: 111 100 24 | 1 5 4 | 11 25 24 | 11 42 24 | 1 8 4");

	CHECK_INT(counts_init(&counts, COUNT_PAIRS, 4, 0, ARENA, NULL), CODE_OK);
	CHECK_INT(add_ranking(&counts, "3>1=2", 1, NULL), CODE_OK);
	CHECK_INT(add_ranking(&counts, "2>>2>3", 10, NULL), CODE_OK);
	CHECK_INT(add_ranking(&counts, "", 100, NULL), CODE_OK);
	counts_settle(&counts);
	CHECK_STR(print(&counts), "pairs 4: 111 100 | 1 0 0 1 | 10 11 10 11 | 11 1 11 11 | 0 0 0 0");

	CHECK_INT(counts_init(&counts, COUNT_PAIRS_RANKED, 4, 0, ARENA, NULL), CODE_OK);
	CHECK_INT(add_ranking(&counts, "3>1=2", 1, NULL), CODE_OK);
	CHECK_INT(add_ranking(&counts, "2>>2>3", 10, NULL), CODE_OK);
	counts_settle(&counts);
	CHECK_STR(print(&counts), "pairs_ranked 4: 11 0 | 1 0 0 0 | 0 11 10 0 | 1 1 11 0 | 0 0 0 0");
}

/* ---- many ballots that look random, against a table that is filled naively */

/* A ranking of M options with equal ones, skipped ranks and repetitions; place[o] is 0 if o is not ranked. */
static Str
some_ranking(uint32_t place[M + 1])
{
	Buf			buf;
	Str			bytes;
	uint32_t	n = seeded_below(M + 2);
	uint32_t	left[M];
	uint32_t	count;

	buf_init(&buf, ARENA);
	memset(place, 0, sizeof(uint32_t) * (M + 1));
	for (uint32_t r = 1; r <= n; r++)
	{
		count = 0;
		for (uint32_t o = 1; o <= M && count < 1 + (seeded_below(4) == 0); o++)
			if (seeded_below(M) == 0 || (o == M && count == 0 && seeded_below(8) > 0))
				left[count++] = o;
		for (uint32_t i = 0; i < count; i++)
			if (place[left[i]] == 0)
				place[left[i]] = r;
		CHECK_INT(ranking_add(&buf, left, count, NULL), CODE_OK);
	}
	CHECK_INT(ranking_done(&bytes, &buf, NULL), CODE_OK);
	return bytes;
}

static void
test_pairs_naively(void)
{
	Counts		counts;
	Counts		ranked;
	int64_t		above[M + 1][M + 1] = {{0}};
	int64_t		both[M + 1][M + 1] = {{0}};
	uint32_t	place[M + 1];

	CHECK_INT(counts_init(&counts, COUNT_PAIRS, M, 0, ARENA, NULL), CODE_OK);
	CHECK_INT(counts_init(&ranked, COUNT_PAIRS_RANKED, M, 0, ARENA, NULL), CODE_OK);
	for (int i = 0; i < 5000; i++)
	{
		Str			bytes = some_ranking(place);
		int64_t		weight = (int64_t) seeded_below(1000) - 300;

		CHECK_INT(counts_add_ranking(&counts, (const uint8_t *) bytes.p, bytes.n, weight, NULL), CODE_OK);
		CHECK_INT(counts_add_ranking(&ranked, (const uint8_t *) bytes.p, bytes.n, weight, NULL), CODE_OK);
		for (uint32_t a = 1; a <= M; a++)
			for (uint32_t b = 1; b <= M; b++)
				if (place[a] > 0 && (a == b || place[b] == 0 || place[a] < place[b]))
				{
					above[a][b] += weight;
					both[a][b] += place[b] > 0 ? weight : 0;
				}
	}
	counts_settle(&counts);
	counts_settle(&ranked);
	for (uint32_t a = 1; a <= M; a++)
		for (uint32_t b = 1; b <= M; b++)
		{
			CHECK_INT(counts_get(&counts, a, b - 1), above[a][b]);
			CHECK_INT(counts_get(&ranked, a, b - 1), both[a][b]);
		}
}

/* ---- parts and order */

#define PARTS_MAX 8

/* Add a ballot of whatever the kind takes. */
static void
add_some(Counts *counts, uint64_t seed, int64_t weight)
{
	uint64_t	kept = seeded_state;
	uint32_t	place[M + 1];
	int16_t		items[M];
	uint32_t	n;
	Str			bytes;
	Code		code;

	seeded_state = seed;
	n = seeded_below(M + 1);
	switch (counts->kind)
	{
		case COUNT_PLURALITY:
			code = counts_add_choice(counts, n, weight, NULL);
			break;
		case COUNT_APPROVAL:
			for (uint32_t i = 0; i < n; i++)
				items[i] = (int16_t) (1 + seeded_below(M));
			code = counts_add_approvals(counts, (Items){(const char *) items, n, 2, NULL}, weight, NULL);
			break;
		case COUNT_SCORE:
		case COUNT_STAR:
			for (uint32_t i = 0; i < n; i++)
				items[i] = (int16_t) seeded_below(counts->highest + 1);
			code = counts_add_scores(counts, (Items){(const char *) items, n, 2, NULL}, weight, NULL);
			break;
		default:
			bytes = some_ranking(place);
			code = counts_add_ranking(counts, (const uint8_t *) bytes.p, bytes.n, weight, NULL);
	}
	CHECK_INT(code, CODE_OK);
	seeded_state = kept;
}

static void
test_parts(CountKind kind)
{
	int64_t		highest = kind == COUNT_SCORE || kind == COUNT_STAR ? 5 : 0;
	uint64_t	seeds[400];
	Counts		whole;
	Counts		other;
	Str			want;

	CHECK_INT(counts_init(&whole, kind, M, highest, ARENA, NULL), CODE_OK);
	for (int i = 0; i < 400; i++)
	{
		seeds[i] = seeded_next();
		add_some(&whole, seeds[i], 1 + i);
	}
	counts_settle(&whole);
	want = bytes_of(&whole);

	for (uint32_t parts = 1; parts <= PARTS_MAX; parts++)
	{
		Counts		part[PARTS_MAX];
		Counts		joined;

		CHECK_INT(counts_init(&joined, kind, M, highest, ARENA, NULL), CODE_OK);
		for (uint32_t p = 0; p < parts; p++)
			CHECK_INT(counts_init(&part[p], kind, M, highest, ARENA, NULL), CODE_OK);
		for (int i = 400; i-- > 0;)
			add_some(&part[seeded_below(parts)], seeds[i], 1 + i);
		for (uint32_t p = parts; p-- > 0;)
		{
			counts_settle(&part[p]);
			CHECK_INT(counts_combine(&joined, &part[p], false, NULL), CODE_OK);
		}
		CHECK(str_eq(bytes_of(&joined), want));

		/* What was put in twice, and what is taken out, ballot by ballot or at once. */
		for (int i = 0; i < 50; i++)
			add_some(&joined, seeds[i], 7);
		for (int i = 50; i-- > 0;)
			add_some(&joined, seeds[i], -7);
		CHECK_INT(counts_combine(&joined, &part[0], true, NULL), CODE_OK);
		CHECK_INT(counts_combine(&joined, &part[0], false, NULL), CODE_OK);
		counts_settle(&joined);
		CHECK(str_eq(bytes_of(&joined), want));
	}
	CHECK_INT(counts_init(&other, kind, M + 1, highest, ARENA, NULL), CODE_OK);
	CHECK_INT(counts_combine(&other, &whole, false, NULL), CODE_STATES_DIFFER);
	CHECK_INT(counts_init(&other, kind == COUNT_PLURALITY ? COUNT_APPROVAL : COUNT_PLURALITY, M, 0, ARENA, NULL), CODE_OK);
	CHECK_INT(counts_combine(&other, &whole, false, NULL), CODE_STATES_DIFFER);
}

static void
test_profile_parts(void)
{
	uint32_t	place[M + 1];
	Str			papers[3000];
	Profile		whole;
	Profile		other;
	Str			want;

	CHECK_INT(profile_init(&whole, M, ARENA, NULL), CODE_OK);
	for (int i = 0; i < 3000; i++)
	{
		papers[i] = some_ranking(place);
		CHECK_INT(profile_add(&whole, (const uint8_t *) papers[i].p, papers[i].n, 1 + i, NULL), CODE_OK);
	}
	want = profile_bytes(&whole);
	for (uint32_t parts = 1; parts <= PARTS_MAX; parts++)
	{
		Profile		part[PARTS_MAX];
		Profile		joined;

		CHECK_INT(profile_init(&joined, M, ARENA, NULL), CODE_OK);
		for (uint32_t p = 0; p < parts; p++)
			CHECK_INT(profile_init(&part[p], M, ARENA, NULL), CODE_OK);
		for (int i = 3000; i-- > 0;)
			CHECK_INT(profile_add(&part[seeded_below(parts)], (const uint8_t *) papers[i].p, papers[i].n, 1 + i, NULL), CODE_OK);
		for (uint32_t p = parts; p-- > 0;)
		{
			Str			bytes = profile_bytes(&part[p]);
			Profile		read;

			CHECK_INT(profile_read(&read, (const uint8_t *) bytes.p, bytes.n, ARENA, NULL), CODE_OK);
			CHECK_INT(profile_combine(&joined, &read, false, NULL), CODE_OK);
		}
		CHECK(str_eq(profile_bytes(&joined), want));

		/* Adding goes on after the profile was brought into order. */
		CHECK_INT(add_paper(&joined, "1>2>3>4>5>6>5>4>3>2>1", 3, NULL), CODE_OK);
		CHECK(!str_eq(profile_bytes(&joined), want));
		CHECK_INT(add_paper(&joined, "1>2>3>4>5>6>5>4>3>2>1", -3, NULL), CODE_OK);
		CHECK(str_eq(profile_bytes(&joined), want));
		CHECK_INT(profile_combine(&joined, &part[0], true, NULL), CODE_OK);
		CHECK_INT(profile_combine(&joined, &part[0], false, NULL), CODE_OK);
		CHECK(str_eq(profile_bytes(&joined), want));
	}
	CHECK_INT(profile_init(&other, M + 1, ARENA, NULL), CODE_OK);
	CHECK_INT(profile_combine(&other, &whole, false, NULL), CODE_STATES_DIFFER);
}

/* ---- sums that do not fit */

static void
test_overflow(void)
{
	static const int64_t half = INT64_C(1) << 62;
	Counts		counts;
	Counts		other;
	Profile		profile;
	Profile		least;

	CHECK_INT(counts_init(&counts, COUNT_PLURALITY, 2, 0, ARENA, NULL), CODE_OK);
	CHECK_INT(counts_add_choice(&counts, 1, half, NULL), CODE_OK);
	CHECK_INT(counts_add_choice(&counts, 2, half, NULL), CODE_NUMBER_OVERFLOW);
	CHECK_INT(counts_add_choice(&counts, 2, half - 1, NULL), CODE_OK);
	CHECK_INT(counts_add_choice(&counts, 2, 1, NULL), CODE_NUMBER_OVERFLOW);
	CHECK_INT(counts_add_choice(&counts, 1, INT64_MIN, NULL), CODE_NUMBER_OVERFLOW);
	CHECK_STR(print(&counts), "plurality 2: 9223372036854775807 0 | 4611686018427387904 4611686018427387903");

	/* Much comes in and goes out again: what counts is the sum. */
	CHECK_INT(counts_init(&counts, COUNT_PAIRS, 2, 0, ARENA, NULL), CODE_OK);
	for (int i = 0; i < 20; i++)
	{
		CHECK_INT(add_ranking(&counts, "1>2", half - 1, NULL), CODE_OK);
		CHECK_INT(add_ranking(&counts, "1>2", 1 - half, NULL), CODE_OK);
	}
	CHECK_INT(add_ranking(&counts, "2", 5, NULL), CODE_OK);
	counts_settle(&counts);
	CHECK_STR(print(&counts), "pairs 2: 5 0 | 0 0 | 5 5");

	CHECK_INT(counts_init(&counts, COUNT_BORDA, 4, 0, ARENA, NULL), CODE_OK);
	CHECK_INT(add_ranking(&counts, "1>2>3>4", INT64_MAX / 8, NULL), CODE_OK);
	CHECK_INT(add_ranking(&counts, "1>2>3>4", INT64_MAX / 8, NULL), CODE_NUMBER_OVERFLOW);
	CHECK_INT(counts_check(&counts, NULL), CODE_OK);

	CHECK_INT(counts_init(&counts, COUNT_APPROVAL, 1, 0, ARENA, NULL), CODE_OK);
	CHECK_INT(counts_init(&other, COUNT_APPROVAL, 1, 0, ARENA, NULL), CODE_OK);
	CHECK_INT(counts_add_approvals(&counts, INT2(1), INT64_MAX, NULL), CODE_OK);
	CHECK_INT(counts_add_approvals(&other, INT2(1), 1, NULL), CODE_OK);
	CHECK_INT(counts_combine(&other, &counts, false, NULL), CODE_NUMBER_OVERFLOW);
	CHECK_INT(counts_combine(&counts, &counts, true, NULL), CODE_OK);

	CHECK_INT(profile_init(&profile, 2, ARENA, NULL), CODE_OK);
	CHECK_INT(add_paper(&profile, "1>2", INT64_MAX, NULL), CODE_OK);
	CHECK_INT(add_paper(&profile, "1>2", 1, NULL), CODE_NUMBER_OVERFLOW);
	CHECK_INT(add_paper(&profile, "2>1", INT64_MIN, NULL), CODE_OK);
	CHECK_STR(print_profile(&profile), "2: 9223372036854775807*1>2 -9223372036854775808*2>1");
	CHECK_INT(profile_init(&least, 2, ARENA, NULL), CODE_OK);
	CHECK_INT(profile_combine(&least, &profile, true, NULL), CODE_NUMBER_OVERFLOW);
}

static void
test_shapes(void)
{
	Counts		counts;
	Profile		profile;
	Fault		fault;

	CHECK_INT(counts_init(&counts, COUNT_PLURALITY, 0, 0, ARENA, NULL), CODE_BAD_RULE);
	CHECK_INT(counts_init(&counts, COUNT_PLURALITY, OPTIONS_MAX + 1, 0, ARENA, NULL), CODE_BAD_RULE);
	CHECK_INT(counts_init(&counts, COUNT_PLURALITY, INT64_MIN, 0, ARENA, NULL), CODE_BAD_RULE);
	CHECK_INT(counts_init(&counts, COUNT_PLURALITY, OPTIONS_MAX, 0, ARENA, NULL), CODE_OK);
	CHECK_INT(counts_init(&counts, COUNT_SCORE, 2, 0, ARENA, NULL), CODE_BAD_RULE);
	CHECK_INT(counts_init(&counts, COUNT_SCORE, 2, SCORE_MAX + 1, ARENA, NULL), CODE_BAD_RULE);
	CHECK_INT(counts_init(&counts, COUNT_SCORE, OPTIONS_MAX, SCORE_MAX, ARENA, &fault), CODE_TOO_LARGE);
	CHECK_INT(counts_init(&counts, COUNT_PAIRS, PAIRS_OPTIONS_MAX + 1, 0, ARENA, NULL), CODE_TOO_LARGE);
	CHECK_INT(counts_init(&counts, COUNT_PAIRS, PAIRS_OPTIONS_MAX, 0, ARENA, NULL), CODE_OK);
	CHECK_INT(profile_init(&profile, 0, ARENA, NULL), CODE_BAD_RULE);
	CHECK_INT(profile_init(&profile, OPTIONS_MAX + 1, ARENA, NULL), CODE_BAD_RULE);
}

/* 255 and 256 options: where the encoding of a ranking changes. */
static void
test_many_options(void)
{
	static const uint32_t sizes[] = {254, 255, 256, 1000};

	for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
	{
		uint32_t	m = sizes[s];
		Counts		pairs;
		Profile		profile;
		Buf			buf;
		Str			bytes;
		Str			written;

		buf_init(&buf, ARENA);
		for (uint32_t o = m; o > 0; o--)
			CHECK_INT(ranking_add(&buf, (uint32_t[]){o}, 1, NULL), CODE_OK);
		CHECK_INT(ranking_done(&bytes, &buf, NULL), CODE_OK);
		CHECK_INT(counts_init(&pairs, COUNT_PAIRS, m, 0, ARENA, NULL), CODE_OK);
		CHECK_INT(counts_add_ranking(&pairs, (const uint8_t *) bytes.p, bytes.n, 3, NULL), CODE_OK);
		counts_settle(&pairs);
		CHECK_INT(counts_get(&pairs, m, 0), 3);
		CHECK_INT(counts_get(&pairs, 1, m - 1), 0);
		CHECK_INT(counts_get(&pairs, 200, 100), 3);
		CHECK_INT(profile_init(&profile, m, ARENA, NULL), CODE_OK);
		CHECK_INT(profile_add(&profile, (const uint8_t *) bytes.p, bytes.n, 3, NULL), CODE_OK);
		written = profile_bytes(&profile);
		CHECK_INT(profile_read(&profile, (const uint8_t *) written.p, written.n, ARENA, NULL), CODE_OK);
		CHECK_INT(profile.n, 1);
		CHECK_INT(counts_init(&pairs, COUNT_PAIRS, m - 1, 0, ARENA, NULL), CODE_OK);
		CHECK_INT(counts_add_ranking(&pairs, (const uint8_t *) bytes.p, bytes.n, 3, NULL), CODE_NO_SUCH_OPTION);
		CHECK_INT(profile_init(&profile, m - 1, ARENA, NULL), CODE_OK);
		CHECK_INT(profile_add(&profile, (const uint8_t *) bytes.p, bytes.n, 3, NULL), CODE_NO_SUCH_OPTION);
	}
}

/* ---- the text form and the bytes */

static const char *const texts[] = {
	"plurality 3: 10 1 | 4 3 2",
	"plurality 1: -9223372036854775808 0 | -9223372036854775808",
	"approval 2: 5 1 | 4 4",
	"score 2 3: 4 0 | 0 1 1 2 | 3 0 0 1",
	"star 2 1: 3 0 | 1 2 0 2 | 3 0 0 0",
	"borda 2: 3 1 3 | 2 4 3 | 1 3 2",
	"pairs 2: 3 0 | 2 1 | 1 3",
	"pairs_ranked 2: 3 0 | 2 1 | 1 3",
};

/* Read bytes from memory of exactly their size. */
static Code
read_exact(Str bytes, Counts *counts, Profile *profile, Fault *fault)
{
	uint8_t    *exact = malloc(bytes.n);
	Code		code;

	memcpy(exact, bytes.p, bytes.n);
	code = counts != NULL ? counts_read(counts, exact, bytes.n, ARENA, fault) : profile_read(profile, exact, bytes.n, ARENA, fault);
	free(exact);
	return code;
}

static void
test_texts(void)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
	{
		Counts		counts = {0};
		Counts		again = {0};
		Str			bytes;

		if (!check_int(counts_parse(&counts, str_from(texts[i]), ARENA, NULL), CODE_OK, __FILE__, __LINE__, texts[i]))
			continue;
		CHECK_STR(print(&counts), texts[i]);
		bytes = bytes_of(&counts);
		CHECK_INT(read_exact(bytes, &again, NULL, NULL), CODE_OK);
		CHECK_STR(print(&again), texts[i]);
		for (size_t n = 0; n < bytes.n; n++)
			CHECK_INT(read_exact((Str){bytes.p, n}, &again, NULL, NULL), CODE_BAD_STATE_BYTES);

		/* A changed bit is found, or makes another state that is as good. */
		for (size_t bit = 0; bit < 8 * bytes.n; bit++)
		{
			char	   *copy = arena_copy(ARENA, bytes.p, bytes.n);

			copy[bit / 8] ^= (char) (1 << bit % 8);
			if (read_exact((Str){copy, bytes.n}, &again, NULL, NULL) == CODE_OK)
			{
				CHECK(str_eq(bytes_of(&again), (Str){copy, bytes.n}));
				CHECK(again.kind != COUNT_PLURALITY);
			}
		}
	}
}

static void
check_bad_text(const char *text, int line)
{
	Counts		counts;

	check_int(counts_parse(&counts, str_from(text), ARENA, NULL), CODE_BAD_STATE, __FILE__, line, text);
}

static void
test_bad_texts(void)
{
	check_bad_text("", __LINE__);
	check_bad_text("plural 3: 10 1 | 4 3 2", __LINE__);
	check_bad_text("plurality 3 10 1 | 4 3 2", __LINE__);
	check_bad_text("plurality 3: 10 1 4 3 2", __LINE__);
	check_bad_text("plurality 3: 10 1 | 4 3", __LINE__);
	check_bad_text("plurality 3: 10 1 | 4 3 2 1", __LINE__);
	check_bad_text("plurality 3: 11 1 | 4 3 2", __LINE__);
	check_bad_text("plurality 3: 10 1 | 4 3 | 2", __LINE__);
	check_bad_text("plurality 0: 0 0 |", __LINE__);
	check_bad_text("plurality 30000: 0 0 |", __LINE__);
	check_bad_text("plurality 1: 9223372036854775808 0 | 9223372036854775808", __LINE__);
	check_bad_text("score 2: 4 0 | 0 1 1 2 | 3 0 0 1", __LINE__);
	check_bad_text("score 2 1001: 4 0 | 0", __LINE__);
	check_bad_text("star 2 1: 3 0 | 1 2 7 2 | 3 0 0 0", __LINE__);
	check_bad_text("borda 2: 3 1 4 | 2 4 3 | 1 3 2", __LINE__);
	check_bad_text("pairs 2049: 3 0 | 2 1 | 1 3", __LINE__);
}

static void
check_profile(const char *text, const char *printed, int line)
{
	Profile		profile = {0};
	Profile		again = {0};
	Str			bytes;

	if (!check_int(profile_parse(&profile, str_from(text), ARENA, NULL), CODE_OK, __FILE__, line, text))
		return;
	check_str(print_profile(&profile), printed, __FILE__, line, text);
	bytes = profile_bytes(&profile);
	for (size_t n = 0; n < bytes.n; n++)
		check_int(read_exact((Str){bytes.p, n}, NULL, &again, NULL), CODE_BAD_STATE_BYTES, __FILE__, line, "cut");
	for (size_t bit = 0; bit < 8 * bytes.n; bit++)
	{
		uint8_t    *copy = arena_copy(ARENA, bytes.p, bytes.n);

		copy[bit / 8] ^= (uint8_t) (1 << bit % 8);
		if (profile_read(&again, copy, bytes.n, ARENA, NULL) == CODE_OK)
			CHECK(str_eq(profile_bytes(&again), (Str){(const char *) copy, bytes.n}));
	}
	CHECK_INT(profile_read(&again, (const uint8_t *) bytes.p, bytes.n, ARENA, NULL), CODE_OK);
	check_str(print_profile(&again), printed, __FILE__, line, text);
}

static void
test_profiles(void)
{
	Profile		profile;

	check_profile("4:", "4:", __LINE__);
	check_profile(" 4:  5*2>1=3 2* 3*1>2", "4: 2* 3*1>2 5*2>1=3", __LINE__);
	check_profile("4: 1*1 1*1 -2*1 3*2", "4: 3*2", __LINE__);
	check_profile("4: -7*>>1>2>3>4>1>2>3>4>1", "4: -7*>>1>2>3>4>1>2>3>4>1", __LINE__);
	check_profile("300: 64*299=300 -64*1 1000000*299>1 63*299", "300: -64*1 63*299 1000000*299>1 64*299=300", __LINE__);
	check_profile("1: 9223372036854775807*1 -9223372036854775808*", "1: -9223372036854775808* 9223372036854775807*1", __LINE__);

	CHECK_INT(profile_parse(&profile, STR(""), ARENA, NULL), CODE_BAD_STATE);
	CHECK_INT(profile_parse(&profile, STR("4"), ARENA, NULL), CODE_BAD_STATE);
	CHECK_INT(profile_parse(&profile, STR("4:5*1"), ARENA, NULL), CODE_BAD_STATE);
	CHECK_INT(profile_parse(&profile, STR("4: 1"), ARENA, NULL), CODE_BAD_STATE);
	CHECK_INT(profile_parse(&profile, STR("4: *1"), ARENA, NULL), CODE_BAD_STATE);
	CHECK_INT(profile_parse(&profile, STR("4: 9223372036854775808*1"), ARENA, NULL), CODE_BAD_STATE);
	CHECK_INT(profile_parse(&profile, STR("4: 1*5"), ARENA, NULL), CODE_NO_SUCH_OPTION);
	CHECK_INT(profile_parse(&profile, STR("4: 1*1=1"), ARENA, NULL), CODE_BAD_RANKING);
	CHECK_INT(profile_parse(&profile, STR("0:"), ARENA, NULL), CODE_BAD_RULE);
}

int
main(void)
{
	static const CountKind kinds[] = {COUNT_PLURALITY, COUNT_APPROVAL, COUNT_SCORE, COUNT_STAR, COUNT_BORDA, COUNT_PAIRS,
	COUNT_PAIRS_RANKED};

	if (!crypto_init())
		return 1;
	heap_arena_init(&heap);
	test_choices();
	test_approvals();
	test_scores();
	test_rankings();
	test_pairs_naively();
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		test_parts(kinds[i]);
	test_profile_parts();
	test_overflow();
	test_shapes();
	test_many_options();
	test_texts();
	test_bad_texts();
	test_profiles();
	heap_arena_free(&heap);
	return check_done("voting_state");
}
