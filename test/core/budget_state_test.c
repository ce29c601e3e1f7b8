/*
 * budget_state_test.c -- the three states: the same rows make the same bytes, in any order and in any parts; what is
 * taken away leaves nothing behind; texts; bytes that are damaged are refused.
 */
#include "check.h"

#include "budget/ballots.h"
#include "budget/contributions.h"
#include "budget/sums.h"
#include "seeded.h"

#include <stdlib.h>

/* Any of the states, and what the tests do with it. */
typedef union State
{
	Sums		sums;
	Contributions contributions;
	BudgetBallots ballots;
} State;

typedef struct Kind
{
	const char *name;
	Code		bad_text;
	Code		bad_bytes;
	void		(*begin)(State *s, Arena *arena);
	void		(*add)(State *s, uint32_t row, int64_t weight, Arena *arena);	/* a row that is the same each time */
	Code		(*merge)(State *s, const State *other, bool subtract, Arena *arena);
	Str			(*bytes)(State *s, Arena *arena);
	Str			(*print)(State *s, Arena *arena);
	Code		(*parse)(State *s, Str text, Arena *arena, Fault *fault);
	Code		(*read)(State *s, Str bytes, Arena *arena, Fault *fault);
} Kind;

static Str
as_str(const uint8_t *p, uint64_t n)
{
	return (Str){(const char *) p, n};
}

/* ---- sums */

static void
sums_begin(State *s, Arena *arena)
{
	sums_init(&s->sums, arena);
}

/* A number that depends on a row. */
static uint32_t
of_row(uint32_t row, uint32_t salt, uint32_t below)
{
	return (uint32_t) ((row * UINT64_C(2654435761) + salt * UINT64_C(40503)) >> 7) % below;
}

static void
sums_add_row(State *s, uint32_t row, int64_t weight, Arena *arena)
{
	int32_t		votes[7];

	(void) arena;
	switch (of_row(row, 1, 4))
	{
		case 0:
			CHECK_INT(sums_count(&s->sums.abstained, weight, NULL), CODE_OK);
			break;
		case 1:
			CHECK_INT(sums_add(&s->sums, (int32_t) of_row(row, 2, 40) - 10, (int64_t) of_row(row, 3, 100) - 30, weight, NULL), CODE_OK);
			break;
		default:
			for (uint32_t i = 0; i < 7; i++)
				votes[i] = (int32_t) of_row(row, 4 + i, 9) - 3;
			CHECK_INT(sums_count(&s->sums.ballots, weight, NULL), CODE_OK);
			CHECK_INT(sums_add_ballot(&s->sums, votes, of_row(row, 20, 8), weight, NULL), CODE_OK);
	}
}

static Code
sums_merge_state(State *s, const State *other, bool subtract, Arena *arena)
{
	(void) arena;
	return sums_merge(&s->sums, &other->sums, subtract, NULL);
}

static Str
sums_bytes(State *s, Arena *arena)
{
	uint8_t    *p;

	sums_rest(&s->sums);
	p = arena_alloc(arena, sums_size(&s->sums));
	sums_write(p, &s->sums);
	return as_str(p, sums_size(&s->sums));
}

static Str
sums_text(State *s, Arena *arena)
{
	Buf			buf;

	buf_init(&buf, arena);
	sums_rest(&s->sums);
	sums_print(&buf, &s->sums);
	return buf_done(&buf);
}

static Code
sums_parse_state(State *s, Str text, Arena *arena, Fault *fault)
{
	(void) arena;
	return sums_parse(&s->sums, text, fault);
}

static Code
sums_read_state(State *s, Str bytes, Arena *arena, Fault *fault)
{
	return sums_read(&s->sums, (const uint8_t *) bytes.p, bytes.n, arena, fault);
}

/* ---- contributions */

static void
contributions_begin(State *s, Arena *arena)
{
	contributions_init(&s->contributions, arena);
}

static void
contributions_add_row(State *s, uint32_t row, int64_t weight, Arena *arena)
{
	Contributions *c = &s->contributions;
	int64_t		contributor = (int64_t) of_row(row, 2, 50) - 5;

	/* Close together, or far apart. */
	if (row % 16 == 0)
		contributor *= INT64_C(0x123456789abcdef);
	if (contributions_full(c))
		CHECK_INT(contributions_room(c, NULL, arena, NULL), CODE_OK);
	contributions_add(c, (int32_t) of_row(row, 1, 30) * (row % 32 == 1 ? 70000000 : 1) - 7, contributor, weight * (1 + of_row(row, 3, 1000)));
}

static Code
contributions_merge_state(State *s, const State *other, bool subtract, Arena *arena)
{
	return contributions_merge(&s->contributions, &other->contributions, subtract, NULL, arena, NULL);
}

static Str
contributions_bytes(State *s, Arena *arena)
{
	uint8_t    *p;

	CHECK_INT(contributions_rest(&s->contributions, NULL, arena, NULL), CODE_OK);
	p = arena_alloc(arena, contributions_size(&s->contributions));
	contributions_write(p, &s->contributions);
	return as_str(p, contributions_size(&s->contributions));
}

static Str
contributions_text(State *s, Arena *arena)
{
	Buf			buf;

	buf_init(&buf, arena);
	CHECK_INT(contributions_rest(&s->contributions, NULL, arena, NULL), CODE_OK);
	contributions_print(&buf, &s->contributions);
	return buf_done(&buf);
}

static Code
contributions_parse_state(State *s, Str text, Arena *arena, Fault *fault)
{
	return contributions_parse(&s->contributions, text, arena, fault);
}

static Code
contributions_read_state(State *s, Str bytes, Arena *arena, Fault *fault)
{
	return contributions_read(&s->contributions, (const uint8_t *) bytes.p, bytes.n, arena, fault);
}

/* ---- ballots */

static void
ballots_begin(State *s, Arena *arena)
{
	ballots_init(&s->ballots, arena);
}

static void
ballots_add_row(State *s, uint32_t row, int64_t weight, Arena *arena)
{
	int32_t		project[80];
	int64_t		score[80];
	bool		scored = of_row(row, 1, 2) == 0;
	uint32_t	n = of_row(row, 2, row % 50 == 0 ? 80 : 4);

	(void) arena;
	for (uint32_t i = 0; i < n; i++)
	{
		/* Scored ballots must not name a project twice; others may. */
		project[i] = (int32_t) (scored ? (i * 37 + row) % 83 : of_row(row, 3 + i, 12)) - 4;
		score[i] = of_row(row, 90 + i, 4);
	}
	CHECK_INT(ballots_add(&s->ballots, project, scored ? score : NULL, n, weight, NULL), CODE_OK);
}

static Code
ballots_merge_state(State *s, const State *other, bool subtract, Arena *arena)
{
	(void) arena;
	return ballots_merge(&s->ballots, &other->ballots, subtract, NULL);
}

static Str
ballots_bytes(State *s, Arena *arena)
{
	uint8_t    *p;

	ballots_rest(&s->ballots, NULL, arena);
	p = arena_alloc(arena, ballots_size(&s->ballots));
	ballots_write(p, &s->ballots);
	return as_str(p, ballots_size(&s->ballots));
}

static Str
ballots_text(State *s, Arena *arena)
{
	Buf			buf;

	buf_init(&buf, arena);
	ballots_rest(&s->ballots, NULL, arena);
	ballots_print(&buf, &s->ballots);
	return buf_done(&buf);
}

static Code
ballots_parse_state(State *s, Str text, Arena *arena, Fault *fault)
{
	return ballots_parse(&s->ballots, text, arena, fault);
}

static Code
ballots_read_state(State *s, Str bytes, Arena *arena, Fault *fault)
{
	return ballots_read(&s->ballots, (const uint8_t *) bytes.p, bytes.n, arena, fault);
}

static const Kind kinds[] = {
	{"sums", CODE_BAD_SUMS, CODE_BAD_SUMS_BYTES, sums_begin, sums_add_row, sums_merge_state, sums_bytes, sums_text,
	sums_parse_state, sums_read_state},
	{"contributions", CODE_BAD_CONTRIBUTIONS, CODE_BAD_CONTRIBUTIONS_BYTES, contributions_begin, contributions_add_row,
	contributions_merge_state, contributions_bytes, contributions_text, contributions_parse_state,
	contributions_read_state},
	{"ballots", CODE_BAD_BUDGET_BALLOTS, CODE_BAD_BUDGET_BALLOTS_BYTES, ballots_begin, ballots_add_row,
	ballots_merge_state, ballots_bytes, ballots_text, ballots_parse_state, ballots_read_state},
};

#define KINDS ((int) (sizeof kinds / sizeof *kinds))

/* Reading does not write into the bytes, and finds what was written. */
static bool
reads_back(const Kind *kind, Str bytes, Arena *arena)
{
	uint8_t    *copy = malloc(bytes.n);		/* of exactly this size, for the sanitizers */
	State		state;
	bool		same;

	memcpy(copy, bytes.p, bytes.n);
	same = kind->read(&state, (Str){(const char *) copy, bytes.n}, arena, NULL) == CODE_OK &&
		str_eq(kind->bytes(&state, arena), bytes) && memcmp(copy, bytes.p, bytes.n) == 0;
	free(copy);
	return same;
}

#define ROWS 900

static void
test_order(const Kind *kind)
{
	HeapArena	heap;
	Arena	   *arena = &heap.arena;
	bool		same = true;

	heap_arena_init(&heap);
	for (int round = 0; round < 40; round++)
	{
		uint32_t	rows = 1 + seeded_below(ROWS);
		uint32_t	order[ROWS];
		State		whole;
		State		part[8];
		State		read;
		State		parsed;
		Str			bytes;
		uint32_t	parts = 1 + (uint32_t) round % 8;

		kind->begin(&whole, arena);
		for (uint32_t i = 0; i < rows; i++)
		{
			kind->add(&whole, i, 1 + i % 3, arena);
			order[i] = i;
		}
		bytes = kind->bytes(&whole, arena);

		/* In another order, in parts of which some go through their bytes, joined in any order. */
		for (uint32_t i = rows; i > 1; i--)
		{
			uint32_t	j = seeded_below(i);
			uint32_t	swap = order[j];

			order[j] = order[i - 1];
			order[i - 1] = swap;
		}
		for (uint32_t p = 0; p < parts; p++)
			kind->begin(&part[p], arena);
		for (uint32_t i = 0; i < rows; i++)
		{
			uint32_t	p = seeded_below(parts);

			kind->add(&part[p], order[i], 1 + order[i] % 3, arena);
			if (seeded_below(100) == 0)
				kind->bytes(&part[p], arena);	/* it rests for a while */
		}
		for (uint32_t left = parts; left > 1;)
		{
			uint32_t	a = seeded_below(left);
			State		one = part[a];
			Str			rested = kind->bytes(&one, arena);

			part[a] = part[--left];
			CHECK_INT(kind->read(&read, rested, arena, NULL), CODE_OK);
			CHECK_INT(kind->merge(&part[seeded_below(left)], &read, false, arena), CODE_OK);
		}
		same = same && str_eq(kind->bytes(&part[0], arena), bytes) && reads_back(kind, bytes, arena);

		/* The text says the same. */
		kind->begin(&parsed, arena);
		CHECK_INT(kind->parse(&parsed, kind->print(&whole, arena), arena, NULL), CODE_OK);
		same = same && str_eq(kind->bytes(&parsed, arena), bytes);

		/* What was added is taken away again: row by row, or all at once. */
		if (round % 2)
			for (uint32_t i = rows; i-- > 0;)
				kind->add(&whole, i, -(int64_t) (1 + i % 3), arena);
		else
			CHECK_INT(kind->merge(&whole, &parsed, true, arena), CODE_OK);
		kind->begin(&read, arena);
		same = same && str_eq(kind->bytes(&whole, arena), kind->bytes(&read, arena));
		heap_arena_free(&heap);
	}
	CHECK(same);
}

/* Every cut and every changed bit is refused, or is another state that reads back. */
static void
test_damage(const Kind *kind)
{
	HeapArena	heap;
	Arena	   *arena = &heap.arena;
	int			refused = 0;
	int			taken = 0;
	bool		right = true;

	heap_arena_init(&heap);
	for (uint32_t rows = 0; rows < 12; rows++)
	{
		State		state;
		State		read;
		Str			bytes;
		uint8_t    *copy;

		kind->begin(&state, arena);
		for (uint32_t i = 0; i < rows; i++)
			kind->add(&state, i + rows * 100, 2, arena);
		bytes = kind->bytes(&state, arena);
		copy = malloc(bytes.n + 1);
		memcpy(copy, bytes.p, bytes.n);
		copy[bytes.n] = 0;
		right = right && kind->read(&read, as_str(copy, bytes.n + 1), arena, NULL) == kind->bad_bytes;
		free(copy);
		for (size_t n = 0; n < bytes.n; n++)
		{
			copy = malloc(n + (n == 0));
			memcpy(copy, bytes.p, n);
			right = right && kind->read(&read, as_str(copy, n), arena, NULL) == kind->bad_bytes;
			free(copy);
		}
		for (size_t bit = 0; bit < 8 * bytes.n; bit++)
		{
			Code		code;

			copy = malloc(bytes.n);
			memcpy(copy, bytes.p, bytes.n);
			copy[bit / 8] ^= (uint8_t) (1 << bit % 8);
			code = kind->read(&read, as_str(copy, bytes.n), arena, NULL);
			if (code == CODE_OK)
				right = right && reads_back(kind, as_str(copy, bytes.n), arena);
			else
				right = right && code == kind->bad_bytes;
			refused += code != CODE_OK;
			taken += code == CODE_OK;
			free(copy);
		}
		heap_arena_free(&heap);
	}
	CHECK(right);
	CHECK(refused > 1000 && taken > 1000);
	if (!right)
		printf("    %s\n", kind->name);
}

/* ---- texts */

static void
check_text(int k, const char *text, const char *printed, int line)
{
	HeapArena	heap;
	State		state;

	heap_arena_init(&heap);
	kinds[k].begin(&state, &heap.arena);
	check_int(kinds[k].parse(&state, str_from(text), &heap.arena, NULL), CODE_OK, __FILE__, line, text);
	check_str(kinds[k].print(&state, &heap.arena), printed, __FILE__, line, text);
	heap_arena_free(&heap);
}

static void
check_refused(int k, const char *text, Code code, const char *detail, int line)
{
	HeapArena	heap;
	State		state;
	Fault		fault = {0};

	heap_arena_init(&heap);
	kinds[k].begin(&state, &heap.arena);
	check_int(kinds[k].parse(&state, str_from(text), &heap.arena, &fault), code, __FILE__, line, text);
	check_str(str_from(fault.detail), detail, __FILE__, line, text);
	heap_arena_free(&heap);
}

#define TEXT(kind, text, printed) check_text(kind, text, printed, __LINE__)
#define REFUSED(kind, text, code, detail) check_refused(kind, text, code, detail, __LINE__)
#define SUMS 0
#define CONTRIBUTIONS 1
#define BALLOTS 2

static void
test_texts(void)
{
	TEXT(SUMS, "", "");
	TEXT(SUMS, " 2=1 1=5\n2=3 ", "1=5 2=4");
	TEXT(SUMS, "1=5 1=-5 2=0", "");
	TEXT(SUMS, "1=15,3,107,9", "1=15,3,107,9");
	TEXT(SUMS, "1=5,0,5,5", "1=5");
	TEXT(SUMS, "rejected=2 abstained=3 cut=1 ballots=9 -2147483648=1", "ballots=9 cut=1 abstained=3 rejected=2 -2147483648=1");
	TEXT(SUMS, "1=170141183460469231731687303715884105727,0,0,0", "1=170141183460469231731687303715884105727,0,0,0");
	TEXT(SUMS, "1=-170141183460469231731687303715884105728,0,0,0", "1=-170141183460469231731687303715884105728,0,0,0");
	REFUSED(SUMS, "1", CODE_BAD_SUMS, "'=' is expected at byte 2.");
	REFUSED(SUMS, "1=", CODE_BAD_SUMS, "A digit is expected at byte 3.");
	REFUSED(SUMS, "1=5;", CODE_BAD_SUMS, "White space is expected at byte 4.");
	REFUSED(SUMS, "1=5,2", CODE_BAD_SUMS, "',' is expected at byte 6.");
	REFUSED(SUMS, "2147483648=1", CODE_BAD_SUMS, "A number that fits is expected at byte 1.");
	REFUSED(SUMS, "1=170141183460469231731687303715884105728,0,0,0", CODE_BAD_SUMS, "A number that fits is expected at byte 3.");
	REFUSED(SUMS, "1=9223372036854775808", CODE_NUMBER_OVERFLOW, "The votes on option 1 do not fit.");
	REFUSED(SUMS, "1=9223372036854775807 1=1", CODE_NUMBER_OVERFLOW, "The votes on option 1 do not fit.");
	REFUSED(SUMS, "ballots=9223372036854775807 ballots=1", CODE_NUMBER_OVERFLOW, "The number of ballots does not fit.");
	REFUSED(SUMS, "votes=1", CODE_BAD_SUMS, "A digit is expected at byte 1.");

	TEXT(CONTRIBUTIONS, "", "");
	TEXT(CONTRIBUTIONS, "2:1=5 1:9=1 1:-9=4 2:1=1", "1:-9=4 1:9=1 2:1=6");
	TEXT(CONTRIBUTIONS, "2:1=5 2:1=-5", "");
	TEXT(CONTRIBUTIONS, "-2147483648:9223372036854775807=-9223372036854775808", "-2147483648:9223372036854775807=-9223372036854775808");
	REFUSED(CONTRIBUTIONS, "1:2", CODE_BAD_CONTRIBUTIONS, "'=' is expected at byte 4.");
	REFUSED(CONTRIBUTIONS, "1=2", CODE_BAD_CONTRIBUTIONS, "':' is expected at byte 2.");
	REFUSED(CONTRIBUTIONS, "1:2=9223372036854775808", CODE_BAD_CONTRIBUTIONS, "A number that fits is expected at byte 5.");

	TEXT(BALLOTS, "", "");
	TEXT(BALLOTS, "1*(3,1) 2*(1,3) 1*()", "1*() 3*(1,3)");
	TEXT(BALLOTS, "1*(2,1) 1*(2) 1*(1:1) 1*(1:2) 1*(1,2,3)", "1*(1) 1*(1:2) 1*(1,2) 1*(1,2,3) 1*(2)");
	TEXT(BALLOTS, "1*(1:0,2:5) -1*(2:5)", "");
	TEXT(BALLOTS, "-3*(-7)", "-3*(-7)");
	REFUSED(BALLOTS, "(1)", CODE_BAD_BUDGET_BALLOTS, "A digit is expected at byte 1.");
	REFUSED(BALLOTS, "1*1", CODE_BAD_BUDGET_BALLOTS, "'(' is expected at byte 3.");
	REFUSED(BALLOTS, "1*(1", CODE_BAD_BUDGET_BALLOTS, "',' is expected at byte 5.");
	REFUSED(BALLOTS, "1*(1,", CODE_BAD_BUDGET_BALLOTS, "A digit is expected at byte 6.");
	REFUSED(BALLOTS, "1*(1:-1)", CODE_BAD_BUDGET_BALLOTS, "A number that fits is expected at byte 6.");
	REFUSED(BALLOTS, "1*(1,2:3,1)", CODE_BAD_TERMS, "A ballot scores project 1 twice.");
	REFUSED(BALLOTS, "9223372036854775807*(1) 1*(1)", CODE_NUMBER_OVERFLOW, "The weight of a ballot does not fit.");
}

/* Sums, weights and amounts that do not fit, one by one. */
static void
test_overflow(void)
{
	HeapArena	heap;
	Sums		sums;
	Contributions c;
	BudgetBallots b;
	int32_t		project[2] = {1, 1};
	int64_t		score[2] = {1, -1};
	Fault		fault = {0};

	heap_arena_init(&heap);
	sums_init(&sums, &heap.arena);
	CHECK_INT(sums_add(&sums, 1, INT64_MAX, 1, NULL), CODE_OK);
	CHECK_INT(sums_add(&sums, 1, INT64_MIN, INT64_MIN, NULL), CODE_NUMBER_OVERFLOW);
	CHECK_INT(sums_add(&sums, 2, INT64_MAX, 3, NULL), CODE_NUMBER_OVERFLOW);
	CHECK_INT(sums_add(&sums, 3, 1, INT64_MAX, NULL), CODE_OK);
	CHECK_INT(sums_add(&sums, 3, 1, 1, NULL), CODE_NUMBER_OVERFLOW);
	sums.n = SUMS_OPTIONS_MAX;
	sums.slots = 0;
	sums.sum = calloc(SUMS_OPTIONS_MAX, sizeof(Sum));
	sums.room = SUMS_OPTIONS_MAX;
	for (int i = 0; i < SUMS_OPTIONS_MAX; i++)
		sums.sum[i].option = i;
	CHECK_INT(sums_add(&sums, -1, 1, 1, &fault), CODE_TOO_LARGE);
	CHECK_STR(str_from(fault.detail), "Votes are added up for at most 1000000 options.");
	free(sums.sum);

	contributions_init(&c, &heap.arena);
	for (int i = 0; i < 2; i++)
	{
		CHECK_INT(contributions_room(&c, NULL, &heap.arena, NULL), CODE_OK);
		contributions_add(&c, 1, 2, INT64_MAX);
	}
	CHECK_INT(contributions_rest(&c, NULL, &heap.arena, &fault), CODE_NUMBER_OVERFLOW);
	CHECK_STR(str_from(fault.detail), "What contributor 2 gave to project 1 does not fit.");

	ballots_init(&b, &heap.arena);
	CHECK_INT(ballots_add(&b, project, score, 2, 1, &fault), CODE_BAD_TERMS);
	project[1] = 2;
	CHECK_INT(ballots_add(&b, project, score, 2, 1, &fault), CODE_BAD_TERMS);
	CHECK_STR(str_from(fault.detail), "A ballot gives project 2 the score -1; scores are 0 or more.");
	CHECK_INT(ballots_add(&b, project, NULL, BALLOT_PROJECTS_MAX + 1, 1, &fault), CODE_TOO_LARGE);
	heap_arena_free(&heap);
}

/* A log in which little is new is brought to rest instead of growing. */
static void
test_repeated(void)
{
	HeapArena	heap;
	HeapArena	scratch;
	Contributions c;

	heap_arena_init(&heap);
	heap_arena_init(&scratch);
	contributions_init(&c, &heap.arena);
	for (uint32_t i = 0; i < 3 * CONTRIBUTIONS_LOG_MIN; i++)
	{
		if (contributions_full(&c))
			CHECK_INT(contributions_room(&c, NULL, &scratch.arena, NULL), CODE_OK);
		contributions_add(&c, (int32_t) (i % 7), i % 1001, 1);
	}
	CHECK_INT(c.room, CONTRIBUTIONS_LOG_MIN);
	CHECK_INT(contributions_rest(&c, NULL, &scratch.arena, NULL), CODE_OK);
	CHECK_INT(c.n, 1001);
	heap_arena_free(&scratch);
	heap_arena_free(&heap);
}

int
main(void)
{
	for (int k = 0; k < KINDS; k++)
	{
		test_order(&kinds[k]);
		test_damage(&kinds[k]);
	}
	test_texts();
	test_overflow();
	test_repeated();
	return check_done("budget_state");
}
