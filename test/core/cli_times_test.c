/*
 * cli_times_test.c -- times as people write them.
 */
#include "check.h"

#include "cli/times.h"

#define NOW INT64_C(1767225600)		/* 2026-01-01T00:00:00Z */

static int64_t
parse(const char *text)
{
	int64_t		seconds;

	return time_parse(&seconds, text, NOW) ? seconds : -1;
}

static void
test_forms(void)
{
	char		text[TIME_TEXT_MAX];

	CHECK_INT(parse("0"), 0);
	CHECK_INT(parse("1767225600"), NOW);
	CHECK_INT(parse("253402300799"), TIMES_MAX);
	CHECK_INT(parse("now"), NOW);
	CHECK_INT(parse("now+1h"), NOW + 3600);
	CHECK_INT(parse("now-1s"), NOW - 1);
	CHECK_INT(parse("now+1w2d3h4m5s"), NOW + 604800 + 2 * 86400 + 3 * 3600 + 4 * 60 + 5);
	CHECK_INT(parse("now+90m"), NOW + 5400);
	CHECK_INT(parse("2026-01-01"), NOW);
	CHECK_INT(parse("2026-01-01T00:00Z"), NOW);
	CHECK_INT(parse("2026-01-01T23:59:59Z"), NOW + 86399);
	CHECK_INT(parse("1970-01-01"), 0);
	CHECK_INT(parse("2000-02-29"), 951782400);
	CHECK_INT(parse("2024-02-29T12:00Z"), 1709208000);
	CHECK_INT(parse("2100-03-01"), INT64_C(4107542400));
	CHECK_INT(parse("9999-12-31T23:59:59Z"), TIMES_MAX);
	CHECK_STR(str_from(time_print(text, NOW)), "2026-01-01T00:00:00Z");
	CHECK_STR(str_from(time_print(text, 0)), "1970-01-01T00:00:00Z");
	CHECK_STR(str_from(time_print(text, TIMES_MAX)), "9999-12-31T23:59:59Z");
	CHECK_STR(str_from(time_print(text, -1)), "-1");
	CHECK_STR(str_from(time_print(text, TIMES_MAX + 1)), "253402300800");
	CHECK_STR(str_from(time_print(text, INT64_MIN)), "-9223372036854775808");
}

static void
test_refusals(void)
{
	static const char *const wrong[] = {
		"", " ", "x", "1x", " 1", "1 ", "-1", "+1", "1.5", "1e9", "253402300800", "9999999999999999999999", "tomorrow",
		"now ", "now+", "now-", "now+1", "now+h", "now+1h1d", "now+1h2h", "now+1y", "now +1h", "now+1h ", "nowish",
		"now-99999999h", "now+999999999999w", "now+9999999999999s", "+1h",
		"2026-1-1", "2026-13-01", "2026-00-01", "2026-01-00", "2026-01-32", "2026-02-29", "2100-02-29", "1969-12-31",
		"2026-01-01T", "2026-01-01Z", "2026-01-01T00:00", "2026-01-01T24:00Z", "2026-01-01T00:60Z", "2026-01-01T00:00:60Z",
		"2026-01-01 00:00Z", "2026-01-01T00:00+01:00", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00ZZ", "2026-01-01T0:00Z",
		"2026-01", "2026-", "20260-01-01",
	};

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (!CHECK(parse(wrong[i]) == -1))
			printf("    it took \"%s\"\n", wrong[i]);
}

/* What is printed is read as the same, over all years. */
static void
test_round_trip(void)
{
	bool		same = true;

	for (int64_t t = 0; t <= TIMES_MAX; t += 86400 * 37 + 12345)
	{
		char		text[TIME_TEXT_MAX];

		same = same && parse(time_print(text, t)) == t;
	}
	CHECK(same);
}

int
main(void)
{
	test_forms();
	test_refusals();
	test_round_trip();
	return check_done("cli_times");
}
