/*
 * law_schedule_test.c -- cron's five fields: what is read, what is refused, and when the next time is.
 */
#include "check.h"
#include "seeded.h"

#include <time.h>

#include "law/schedule.h"

/* The time of a date, UTC, in microseconds. */
static int64_t
at(int year, int month, int day, int hour, int minute, int second)
{
	struct tm	tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour, .tm_min = minute, .tm_sec = second};

	return (int64_t) timegm(&tm) * USECS_PER_SECOND;
}

static void
check_next(const char *text, int64_t after, int64_t want, int line)
{
	Schedule	schedule;
	Fault		fault;
	int64_t		next = -1;

	if (check_that(schedule_parse(&schedule, str_from(text), &fault) == CODE_OK, __FILE__, line, text) &&
		check_that(schedule_next(&next, &schedule, after), __FILE__, line, text))
		check_int(next, want, __FILE__, line, text);
}

#define NEXT(text, after, want) check_next(text, after, want, __LINE__)

static void
test_next(void)
{
	int64_t		noon = at(2026, 11, 25, 12, 0, 0);		/* a Wednesday */

	NEXT("* * * * *", noon, at(2026, 11, 25, 12, 1, 0));
	NEXT("* * * * *", noon - 1, noon);
	NEXT("0 0 1 * *", noon, at(2026, 12, 1, 0, 0, 0));
	NEXT("0 0 1 * *", at(2026, 12, 1, 0, 0, 0), at(2027, 1, 1, 0, 0, 0));
	NEXT("0 0 1 * *", at(2026, 12, 1, 0, 0, 0) - 1, at(2026, 12, 1, 0, 0, 0));
	NEXT("30 6 * * mon", noon, at(2026, 11, 30, 6, 30, 0));
	NEXT("30 6 * * MON-fri", noon, at(2026, 11, 26, 6, 30, 0));
	NEXT("0 12 * * 0", noon, at(2026, 11, 29, 12, 0, 0));
	NEXT("0 12 * * 7", noon, at(2026, 11, 29, 12, 0, 0));
	NEXT("*/15 * * * *", noon, at(2026, 11, 25, 12, 15, 0));
	NEXT("5/20 * * * *", noon, at(2026, 11, 25, 12, 5, 0));
	NEXT("0-10/5,58 * * * *", at(2026, 11, 25, 12, 10, 0), at(2026, 11, 25, 12, 58, 0));
	NEXT("0 0 31 * *", at(2026, 11, 1, 0, 0, 0), at(2026, 12, 31, 0, 0, 0));
	NEXT("0 0 1 jan,jul *", noon, at(2027, 1, 1, 0, 0, 0));

	/* Leap days, through the year 2100, which has none. */
	NEXT("0 0 29 2 *", noon, at(2028, 2, 29, 0, 0, 0));
	NEXT("0 0 29 2 *", at(2096, 3, 1, 0, 0, 0), at(2104, 2, 29, 0, 0, 0));

	/* Both kinds of day: either suffices. */
	NEXT("0 0 13 * fri", at(2026, 11, 10, 0, 0, 0), at(2026, 11, 13, 0, 0, 0));
	NEXT("0 0 14 * fri", at(2026, 11, 13, 0, 0, 0), at(2026, 11, 14, 0, 0, 0));
	NEXT("0 0 14 * fri", at(2026, 11, 14, 0, 0, 0), at(2026, 11, 20, 0, 0, 0));
	NEXT("0 0 30 2 fri", noon, at(2027, 2, 5, 0, 0, 0));
}

static void
test_refused(void)
{
	static const char *const bad[] = {
		"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 0 *", "* * * 13 *", "* * * * 8",
		"-1 * * * *", "5-1 * * * *", "*/0 * * * *", "* * * foo *", "1, * * * *", ",1 * * * *", "1-2-3 * * * *", "a * * * *",
		"0 0 30 2 *", "0 0 31 4,6,9,11 *", "@daily", "1\t2 * * *", "100 * * * *", "* * * januar *",
	};
	Schedule	schedule;
	Fault		fault;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
	{
		fault = (Fault){.detail = ""};
		if (!CHECK(schedule_parse(&schedule, str_from(bad[i]), &fault) == CODE_BAD_SCHEDULE) || !CHECK(fault.detail[0] != '\0'))
			printf("    %s\n", bad[i]);
	}
}

/* The next time of schedules at random, against a walk through the minutes by the C library's calendar. */
static void
test_random(void)
{
	for (int round = 0; round < 60; round++)
	{
		Schedule	s = {.minutes = seeded_next() & seeded_next() & ((UINT64_C(1) << 60) - 1), .hours = seeded_next() & 0xffffff,
						 .days = (uint32_t) (seeded_next() & 0xfffffffe), .months = (uint32_t) (seeded_next() & 0x1ffe),
						 .weekdays = (uint32_t) (seeded_next() & 0x7f), .any_day = false, .any_weekday = false};
		int64_t		after = (INT64_C(1700000000) + seeded_below(400000000)) * USECS_PER_SECOND + seeded_below(1000000);
		int64_t		next = 0;
		time_t		walk = (time_t) (after / (60 * USECS_PER_SECOND)) * 60;
		struct tm	tm;

		s.minutes |= 1;
		s.hours |= 2;
		s.months |= 4;
		do
		{
			walk += 60;
			gmtime_r(&walk, &tm);
		} while (!(s.months >> (tm.tm_mon + 1) & 1) || !((s.days >> tm.tm_mday & 1) || (s.weekdays >> tm.tm_wday & 1)) ||
				 !(s.hours >> tm.tm_hour & 1) || !(s.minutes >> tm.tm_min & 1));
		CHECK(schedule_next(&next, &s, after));
		CHECK_INT(next, (int64_t) walk * USECS_PER_SECOND);
	}
}

int
main(void)
{
	test_next();
	test_refused();
	test_random();
	return check_done("law schedule");
}
