/*
 * voting_ranking_test.c -- rankings: their text form, their canonical bytes, and what is refused.
 */
#include "check.h"

#include "seeded.h"
#include "voting/ranking.h"

#include <stdlib.h>

static HeapArena heap;

static Str
print(Str bytes)
{
	Buf			buf;

	buf_init(&buf, &heap.arena);
	ranking_print(&buf, (const uint8_t *) bytes.p, bytes.n);
	return buf_done(&buf);
}

/* Check what a text is printed as, and the bytes it makes, as hexadecimal digits. */
static void
check_form(const char *text, const char *printed, const char *hex, int line)
{
	Str			bytes = STR_NONE;
	Fault		fault = {0};
	Buf			digits;
	char		pair[3];

	if (!check_int(ranking_parse(&bytes, str_from(text), &heap.arena, &fault), CODE_OK, __FILE__, line, text))
	{
		printf("    %s\n", fault.detail);
		return;
	}
	check_str(print(bytes), printed, __FILE__, line, text);
	check_int(ranking_check((const uint8_t *) bytes.p, bytes.n, NULL), CODE_OK, __FILE__, line, text);
	buf_init(&digits, &heap.arena);
	for (size_t i = 0; i < bytes.n; i++)
	{
		snprintf(pair, sizeof pair, "%02x", (uint8_t) bytes.p[i]);
		buf_text(&digits, pair);
	}
	check_str(buf_done(&digits), hex, __FILE__, line, text);
}

static void
test_forms(void)
{
	check_form("", "", "", __LINE__);
	check_form("7", "7", "07", __LINE__);
	check_form("3>1=2>4", "3>1=2>4", "03ff0002010204", __LINE__);
	check_form("3>2=1>4", "3>1=2>4", "03ff0002010204", __LINE__);
	check_form(" 3 > 1 =\t2\n> 4 ", "3>1=2>4", "03ff0002010204", __LINE__);
	check_form("3>>4", "3>>4", "030004", __LINE__);
	check_form(">>4", ">>4", "000004", __LINE__);
	check_form("4>>", "4", "04", __LINE__);
	check_form(">>>", "", "", __LINE__);
	check_form("1>2>1", "1>2>1", "010201", __LINE__);
	check_form("254>255>256", "254>255>256", "feff800100ffff80010100", __LINE__);
	check_form("1=254", "1=254", "ff000201fe", __LINE__);
	check_form("1=255", "1=255", "ff8002000100ff", __LINE__);
	check_form("32767", "32767", "ff80017fff", __LINE__);
	check_form("007", "7", "07", __LINE__);
}

static void
check_refused(const char *text, int64_t at, int line)
{
	Str			bytes;
	Fault		fault = {0};

	check_int(ranking_parse(&bytes, str_from(text), &heap.arena, &fault), CODE_BAD_RANKING, __FILE__, line, text);
	check_int(fault.at, at, __FILE__, line, text);
}

static void
test_refused(void)
{
	check_refused("0", 0, __LINE__);
	check_refused("32768", 32768, __LINE__);
	check_refused("99999999999999999999", 99999, __LINE__);
	check_refused("1=1", 1, __LINE__);
	check_refused("1>3=2=3", 3, __LINE__);
	check_refused("x", 0, __LINE__);
	check_refused("-1", 0, __LINE__);
	check_refused("1<2", 1, __LINE__);
	check_refused("1 2", 2, __LINE__);
	check_refused("1=", 2, __LINE__);
	check_refused("=1", 0, __LINE__);
	check_refused("1=>2", 2, __LINE__);
}

/* Whether bytes, given as a string, are those of a ranking. */
static bool
taken(const char *bytes, size_t n)
{
	uint8_t    *exact = malloc(n);	/* so that reading beyond the end is seen */
	bool		good;

	memcpy(exact, bytes, n);
	good = ranking_check(exact, n, NULL) == CODE_OK;
	free(exact);
	return good;
}

#define TAKEN(bytes) taken(bytes, sizeof(bytes) - 1)

static void
test_bytes(void)
{
	CHECK(TAKEN("\1\2\3"));
	CHECK(TAKEN("\0\0\3"));
	CHECK(!TAKEN("\3\0"));
	CHECK(TAKEN("\xff\0\2\1\2"));
	CHECK(!TAKEN("\xff\0\2\1"));
	CHECK(!TAKEN("\xff\0"));
	CHECK(!TAKEN("\xff"));
	CHECK(!TAKEN("\xff\0\2\2\1"));
	CHECK(!TAKEN("\xff\0\2\2\2"));
	CHECK(!TAKEN("\xff\0\2\0\2"));
	CHECK(!TAKEN("\xff\0\1\2"));
	CHECK(!TAKEN("\xff\0\0"));
	CHECK(!TAKEN("\xff\x80\0"));
	CHECK(TAKEN("\xff\x80\1\1\0"));	/* 256: its last byte looks like a skipped rank */
	CHECK(!TAKEN("\xff\x80\2\1\0\1\0"));
	CHECK(!TAKEN("\xff\x80\1\0\1"));
	CHECK(!TAKEN("\xff\x80\2\0\1\0\2"));
	CHECK(!TAKEN("\xff\x80\1\x80\0"));
	CHECK(!TAKEN("\xff\0\2\1\xff"));
	CHECK(TAKEN("\xff\x80\2\0\1\0\xff"));
}

/* Whatever bytes are taken, they are what their text makes. */
static void
test_random(void)
{
	int			good = 0;

	for (int i = 0; i < 200000; i++)
	{
		static const uint8_t liked[] = {0, 1, 2, 3, 254, 255, 255, 0x80};
		uint8_t		bytes[12];
		size_t		n = seeded_below(sizeof bytes + 1);
		uint8_t    *exact = malloc(n);
		Str			again;
		Str			text;
		uint32_t	high;

		for (size_t j = 0; j < n; j++)
			exact[j] = seeded_below(4) ? liked[seeded_below(sizeof liked)] : (uint8_t) seeded_next();
		if (ranking_check(exact, n, NULL) == CODE_OK)
		{
			good++;
			text = print((Str){(const char *) exact, n});
			if (!check_that(ranking_parse(&again, text, &heap.arena, NULL) == CODE_OK &&
							str_eq(again, (Str){(const char *) exact, n}), __FILE__, __LINE__, "there and back"))
				printf("    %.*s\n", (int) text.n, text.p);
			CHECK(ranking_fits(&high, exact, n, OPTIONS_MAX));
			CHECK(high == 0 || !ranking_fits(&high, exact, n, high - 1));
		}
		free(exact);
		arena_reset(&heap.arena);
	}
	CHECK(good > 10000);
}

static void
test_limits(void)
{
	uint32_t   *options = arena_alloc(&heap.arena, sizeof(uint32_t) * OPTIONS_MAX);
	Buf			buf;
	Str			bytes;
	Str			again;

	/* All options there are, equal, and then each alone, from the last to the first. */
	for (uint32_t i = 0; i < OPTIONS_MAX; i++)
		options[i] = OPTIONS_MAX - i;
	buf_init(&buf, &heap.arena);
	CHECK_INT(ranking_add(&buf, options, OPTIONS_MAX, NULL), CODE_OK);
	for (uint32_t o = OPTIONS_MAX; o > 0; o--)
		CHECK_INT(ranking_add(&buf, &o, 1, NULL), CODE_OK);
	CHECK_INT(ranking_done(&bytes, &buf, NULL), CODE_OK);
	CHECK_INT(ranking_check((const uint8_t *) bytes.p, bytes.n, NULL), CODE_OK);
	CHECK_INT(ranking_parse(&again, print(bytes), &heap.arena, NULL), CODE_OK);
	CHECK(str_eq(bytes, again));

	for (uint32_t i = 0; i < 3; i++)
		CHECK_INT(ranking_add(&buf, options, 1, NULL), CODE_OK);
	CHECK_INT(ranking_done(&again, &buf, NULL), CODE_BAD_RANKING);
	CHECK_INT(ranking_check((const uint8_t *) buf.p, buf.n, NULL), CODE_BAD_RANKING);
}

int
main(void)
{
	heap_arena_init(&heap);
	test_forms();
	test_refused();
	test_bytes();
	test_random();
	test_limits();
	heap_arena_free(&heap);
	return check_done("voting_ranking");
}
