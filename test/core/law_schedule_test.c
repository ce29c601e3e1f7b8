/*
 * law_schedule_test.c -- schedules are read to the letter, and their next match is the one that a walk of the minutes
 * finds.
 */
#include "check.h"
#include "seeded.h"

#include <time.h>

#include "law/schedule.h"

/* Microseconds since 1970 of "YYYY-MM-DD HH:MM:SS", by the C library. */
static int64_t
at(const char *text)
{
	struct tm	tm = {0};

	CHECK_INT(sscanf(text, "%d-%d-%d %d:%d:%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec), 6);
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return (int64_t) timegm(&tm) * USECS_PER_SECOND;
}

/* ---- known answers ---- */

static const struct
{
	const char *schedule;
	const char *after;
	const char *next;			/* NULL: there is none */
}			answers[] = {
	{"* * * * *", "1970-01-01 00:00:00", "1970-01-01 00:01:00"},
	{"* * * * *", "1969-12-31 23:59:59", "1970-01-01 00:00:00"},
	{"* * * * *", "2026-12-31 23:59:59", "2027-01-01 00:00:00"},
	{"0 0 1 * *", "2026-11-25 19:45:00", "2026-12-01 00:00:00"},
	{"0 0 1 * *", "2026-11-30 23:59:59", "2026-12-01 00:00:00"},
	{"0 0 1 * *", "2026-12-01 00:00:00", "2027-01-01 00:00:00"},
	{"30 8-18/2 * * 1-5", "2026-11-27 18:29:59", "2026-11-27 18:30:00"},	/* a Friday */
	{"30 8-18/2 * * 1-5", "2026-11-27 18:30:00", "2026-11-30 08:30:00"},
	{"59 23 31 12 *", "2026-12-31 23:59:00", "2027-12-31 23:59:00"},
	{"0 12 29 2 *", "2096-02-29 12:00:00", "2104-02-29 12:00:00"},	/* 2100 has no such day */
	{"0 12 29 2 *", "1999-01-01 00:00:00", "2000-02-29 12:00:00"},
	{"0 0 31 4,6,9,11,12 *", "2026-01-01 00:00:00", "2026-12-31 00:00:00"},
	/* Sunday is 0 and 7 */
	{"0 0 * * 0", "2026-11-25 00:00:00", "2026-11-29 00:00:00"},
	{"0 0 * * 7", "2026-11-25 00:00:00", "2026-11-29 00:00:00"},
	{"0 0 * * 6-7", "2026-11-28 00:00:00", "2026-11-29 00:00:00"},
	{"0 0 * * 1-6", "2026-11-28 00:00:00", "2026-11-30 00:00:00"},
	/* either of two days that restrict; both if one begins with a star */
	{"0 0 13 * 5", "2026-11-14 00:00:00", "2026-11-20 00:00:00"},
	{"0 0 1 * 3", "2026-11-25 00:00:00", "2026-12-01 00:00:00"},
	{"0 0 13 2 5", "2026-11-25 00:00:00", "2027-02-05 00:00:00"},
	{"0 0 */2 * 5", "2026-11-18 00:00:00", "2026-11-27 00:00:00"},	/* not Friday the 20th */
	{"0 0 13 * */5", "2026-11-14 00:00:00", "2026-12-13 00:00:00"},	/* a 13th that is Sunday or Friday */
	{"0 0 29 2 */7", "2026-01-01 00:00:00", "2032-02-29 00:00:00"},
	{"0 0 29 2 */7", "2088-02-29 00:00:00", "2128-02-29 00:00:00"},	/* forty years */
	/* the end of time */
	{"0 0 31 2 *", "2026-01-01 00:00:00", NULL},
	{"0 0 31 2,4,6,9,11 *", "2026-01-01 00:00:00", NULL},
	{"0 0 30-31 2 *", "1970-01-01 00:00:00", NULL},
	{"0 0 31 2 1", "2026-01-01 00:00:00", "2026-02-02 00:00:00"},
	{"59 23 31 12 *", "9999-12-31 23:58:59", "9999-12-31 23:59:00"},
	{"* * * * *", "9999-12-31 23:58:59", "9999-12-31 23:59:00"},
	{"* * * * *", "9999-12-31 23:59:00", NULL},
	{"0 0 29 2 *", "9996-02-29 00:00:00", NULL},
	/* before 1970 */
	{"0 0 1 1 *", "1899-12-31 23:59:59", "1900-01-01 00:00:00"},
	{"0 0 29 2 *", "1896-02-29 00:00:00", "1904-02-29 00:00:00"},
	{"0 0 * * 4", "1969-12-26 00:00:00", "1970-01-01 00:00:00"},
};

static void
test_answers(void)
{
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
	{
		Schedule	schedule;
		int64_t		next = -1;
		int64_t		want = answers[i].next ? at(answers[i].next) : -1;
		bool		good = CHECK_INT(schedule_parse(&schedule, str_from(answers[i].schedule), NULL), CODE_OK);

		good = good && CHECK_INT(schedule_next(&next, &schedule, at(answers[i].after)), answers[i].next != NULL);
		if (!good || !CHECK_INT(next, want))
			printf("    of %s after %s\n", answers[i].schedule, answers[i].after);
	}
}

/* Every time has an answer, and a microsecond counts. */
static void
test_edges(void)
{
	Schedule	all;
	Schedule	never;
	int64_t		next = 0;

	CHECK_INT(schedule_parse(&all, STR(" * *\t*  * * "), NULL), CODE_OK);
	CHECK(schedule_next(&next, &all, at("2026-11-25 19:45:00") - 1));
	CHECK_INT(next, at("2026-11-25 19:45:00"));
	CHECK(schedule_next(&next, &all, -1));
	CHECK_INT(next, 0);
	CHECK(schedule_next(&next, &all, INT64_MIN));
	CHECK(next - INT64_MIN > 0 && next - INT64_MIN <= 60 * USECS_PER_SECOND);
	CHECK(!schedule_next(&next, &all, INT64_MAX));
	/* What never comes is known soon: a walk of the minutes would not end while anybody waits. */
	CHECK_INT(schedule_parse(&never, STR("* * 30 2 *"), NULL), CODE_OK);
	for (int i = 0; i < 1000; i++)
		CHECK(!schedule_next(&next, &never, i * INT64_C(7000000000000)));
	CHECK(!schedule_next(&next, &never, INT64_MIN));
}

/* ---- what is no schedule ---- */

static const struct
{
	const char *text;
	int64_t		at;
	const char *detail;			/* a part of the fault's */
}			refused[] = {
	{"", 0, "fewer than five fields"},
	{"* * * *", 7, "fewer than five fields"},
	{"* * * * * *", 10, "more than five fields"},
	{"* * * * * root", 10, "more than five fields"},
	{"@daily", 0, "Field 1, the minute"},
	{"60 * * * *", 0, "Field 1, the minute, is a list of *, numbers from 0 to 59"},
	{"-1 * * * *", 0, "Field 1"},
	{"+1 * * * *", 0, "Field 1"},
	{"001 * * * *", 0, "Field 1"},
	{"1.5 * * * *", 0, "Field 1"},
	{"1, * * * *", 0, "Field 1"},
	{",1 * * * *", 0, "Field 1"},
	{"1,,2 * * * *", 0, "Field 1"},
	{"5- * * * *", 0, "Field 1"},
	{"5-4 * * * *", 0, "Field 1"},
	{"1-2-3 * * * *", 0, "Field 1"},
	{"*/0 * * * *", 0, "Field 1"},
	{"*/60 * * * *", 0, "Field 1"},
	{"*/ * * * *", 0, "Field 1"},
	{"*/2/2 * * * *", 0, "Field 1"},
	{"** * * * *", 0, "Field 1"},
	{"*1 * * * *", 0, "Field 1"},
	{"5/10 * * * *", 0, "Field 1"},
	{"18446744073709551617 * * * *", 0, "Field 1"},
	{"0 24 * * *", 2, "Field 2, the hour"},
	{"0 0 0 * *", 4, "Field 3, the day of the month"},
	{"0 0 32 * *", 4, "Field 3"},
	{"0 0 1 0 *", 6, "Field 4, the month"},
	{"0 0 1 13 *", 6, "Field 4"},
	{"0 0 1 jan *", 6, "Field 4"},
	{"0 0 1 1 8", 8, "Field 5, the day of the week, is a list of *, numbers from 0 to 7"},
	{"0 0 1 1 6-0", 8, "Field 5"},
	{"0 0 1 1 *\n", 8, "Field 5"},
	{"0 0 1 1 ?", 8, "Field 5"},
};

static void
test_refused(void)
{
	char		text[SCHEDULE_TEXT_MAX + 1];
	Schedule	schedule;
	Fault		fault;

	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
	{
		bool		good = CHECK_INT(schedule_parse(&schedule, str_from(refused[i].text), &fault), CODE_BAD_SCHEDULE);

		good = good && CHECK_INT(fault.at, refused[i].at) && CHECK(strstr(fault.detail, refused[i].detail) != NULL);
		if (!good)
			printf("    of %s\n", refused[i].text);
	}
	CHECK_INT(schedule_parse(&schedule, (Str){"* * * * *\0", 10}, &fault), CODE_BAD_SCHEDULE);
	memset(text, ' ', sizeof text);
	memcpy(text, "* * * * *", 9);
	CHECK_INT(schedule_parse(&schedule, (Str){text, SCHEDULE_TEXT_MAX}, &fault), CODE_OK);
	CHECK_INT(schedule_parse(&schedule, (Str){text, SCHEDULE_TEXT_MAX + 1}, &fault), CODE_BAD_SCHEDULE);
}

/* ---- against a walk ---- */

typedef struct Item
{
	bool		star;
	int			first;
	int			last;
	int			step;
} Item;

typedef struct Plain
{
	Item		item[3];
	int			n;
	int			min;
} Plain;

static const int bounds[5][2] = {{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 7}};

static int
between(int min, int max)
{
	return min + (int) seeded_below((uint32_t) (max - min + 1));
}

/* Make a field, and write it. */
static void
make_field(Plain *plain, Buf *buf, int which)
{
	int			min = bounds[which][0];
	int			max = bounds[which][1];

	*plain = (Plain){.n = between(1, 3), .min = min};
	if (seeded_below(3) == 0)
		plain->n = 1;
	for (int i = 0; i < plain->n; i++)
	{
		Item	   *item = &plain->item[i];
		int			form = between(0, plain->n > 1 ? 3 : 5);

		*item = (Item){form > 3 || form == 3, min, max, form > 3 ? 1 : between(1, max)};
		if (form < 3)
		{
			item->first = between(min, max);
			item->last = form == 0 ? item->first : between(item->first, max);
			item->step = form == 2 ? item->step : 1;
		}
		if (i > 0)
			buf_char(buf, ',');
		if (item->star)
			buf_char(buf, '*');
		else
			buf_int(buf, item->first);
		if (form == 1 || form == 2)
		{
			buf_char(buf, '-');
			buf_int(buf, item->last);
		}
		if (form == 2 || form == 3)
		{
			buf_char(buf, '/');
			buf_int(buf, item->step);
		}
	}
}

static bool
in_field(const Plain *plain, int value)
{
	for (int i = 0; i < plain->n; i++)
	{
		const Item *item = &plain->item[i];

		if (value >= item->first && value <= item->last && (value - item->first) % item->step == 0)
			return true;
	}
	return false;
}

static bool
day_fits(const Plain *field, const struct tm *tm)
{
	bool		date = in_field(&field[2], tm->tm_mday);
	bool		weekday = in_field(&field[4], tm->tm_wday) || (tm->tm_wday == 0 && in_field(&field[4], 7));

	if (!in_field(&field[3], tm->tm_mon + 1))
		return false;
	return field[2].item[0].star || field[4].item[0].star ? date && weekday : date || weekday;
}

/* Walk up to so many days, minute by minute, with the C library's calendar; -1 without a match. */
static int64_t
walk(const Plain *field, int64_t after, int days)
{
	time_t		minute = (time_t) (after / USECS_PER_SECOND / 60 + 1) * 60;
	time_t		end = minute + (time_t) days * 86400;
	struct tm	tm;
	bool		fits = false;
	time_t		day = -1;

	for (; minute < end; minute += 60)
	{
		if (minute / 86400 != day)
		{
			day = minute / 86400;
			gmtime_r(&minute, &tm);
			fits = day_fits(field, &tm);
		}
		if (fits && in_field(&field[1], (int) (minute % 86400 / 3600)) && in_field(&field[0], (int) (minute % 3600 / 60)))
			return (int64_t) minute * USECS_PER_SECOND;
	}
	return -1;
}

static void
test_walk(void)
{
	HeapArena	heap;
	int			far = 0;
	int			found = 0;

	heap_arena_init(&heap);
	for (int run = 0; run < 1500; run++)
	{
		Plain		field[5];
		Schedule	schedule;
		int64_t		after = (int64_t) (seeded_next() % (UINT64_C(400) * 366 * 86400)) * USECS_PER_SECOND;
		Buf			text;
		Str			s;

		buf_init(&text, &heap.arena);
		for (int i = 0; i < 5; i++)
		{
			if (i > 0)
				buf_char(&text, ' ');
			make_field(&field[i], &text, i);
		}
		s = buf_done(&text);
		if (!CHECK_INT(schedule_parse(&schedule, s, NULL), CODE_OK))
			printf("    of %.*s\n", (int) s.n, s.p);
		for (int step = 0; step < 4; step++)
		{
			int64_t		next = -1;
			int64_t		want = walk(field, after, 1500);
			bool		any = schedule_next(&next, &schedule, after);

			/* More than four years: that the answer is not nearer is all that a walk knows. */
			if (!(want >= 0 ? CHECK(any) && CHECK_INT(next, want) :
				  CHECK(!any || next > after + INT64_C(1500) * 86400 * USECS_PER_SECOND)))
				printf("    of %.*s after %" PRId64 "\n", (int) s.n, s.p, after);
			found += want >= 0;
			far += want < 0;
			if (want < 0)
				break;
			after = want + (int64_t) seeded_below(2) * (int64_t) seeded_below(3000000) * USECS_PER_SECOND;
		}
		arena_reset(&heap.arena);
	}
	CHECK(found > 4000);
	CHECK(far > 0);
	heap_arena_free(&heap);
}

int
main(void)
{
	test_answers();
	test_edges();
	test_refused();
	test_walk();
	return check_done("law_schedule");
}
