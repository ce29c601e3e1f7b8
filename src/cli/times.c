/*
 * times.c -- reads and writes times.
 */
#include "cli/times.h"

#include <inttypes.h>
#include <stdio.h>

#define DAY INT64_C(86400)

/* Read up to max digits; false when there is none. */
static bool
digits(int64_t *out, const char **p, int max)
{
	const char *start = *p;

	for (*out = 0; **p >= '0' && **p <= '9' && *p - start < max; ++*p)
		*out = *out * 10 + (**p - '0');
	return *p > start;
}

/* Read exactly n digits. */
static bool
field(int64_t *out, const char **p, int n)
{
	const char *start = *p;

	return digits(out, p, n) && *p - start == n;
}

static bool
is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int64_t
days_of_month(int64_t year, int64_t month)
{
	static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days before a year, counted from the year 0. */
static int64_t
days_before(int64_t year)
{
	return year == 0 ? 0 : year * 365 + (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400 + 1;
}

/* Read year-month-day[Thour:minute[:second]Z]. */
static bool
parse_date(int64_t *out, const char *p)
{
	int64_t		year;
	int64_t		month;
	int64_t		day;
	int64_t		hour = 0;
	int64_t		minute = 0;
	int64_t		second = 0;
	int64_t		days;

	if (!field(&year, &p, 4) || *p++ != '-' || !field(&month, &p, 2) || *p++ != '-' || !field(&day, &p, 2) ||
		year < 1970 || month < 1 || month > 12 || day < 1 || day > days_of_month(year, month))
		return false;
	if (*p != '\0')
	{
		if (*p++ != 'T' || !field(&hour, &p, 2) || *p++ != ':' || !field(&minute, &p, 2) ||
			(*p == ':' && (p++, !field(&second, &p, 2))) || *p++ != 'Z' || *p != '\0')
			return false;
		if (hour > 23 || minute > 59 || second > 59)
			return false;
	}
	days = days_before(year) - days_before(1970) + day - 1;
	for (int64_t m = 1; m < month; m++)
		days += days_of_month(year, m);
	*out = days * DAY + hour * 3600 + minute * 60 + second;
	return true;
}

/* Read +1d12h or -90m. */
static bool
parse_offset(int64_t *out, const char *p)
{
	static const char units[] = "wdhms";
	static const int64_t seconds[] = {7 * DAY, DAY, 3600, 60, 1};
	int64_t		sign = *p == '-' ? -1 : 1;
	size_t		next = 0;

	*out = 0;
	if (*p != '+' && *p != '-')
		return false;
	p++;
	do
	{
		int64_t		n;
		const char *unit;

		if (!digits(&n, &p, 12) || *p == '\0' || (unit = strchr(units + next, *p)) == NULL)
			return false;
		p++;
		*out += sign * n * seconds[unit - units];
		next = (size_t) (unit - units) + 1;
	} while (*p != '\0');
	return true;
}

bool
time_parse(int64_t *out, const char *text, int64_t now)
{
	const char *p = text;

	if (strncmp(text, "now", 3) == 0)
	{
		*out = 0;
		if (text[3] != '\0' && !parse_offset(out, text + 3))
			return false;
		*out += now;
	}
	else if (strlen(text) > 4 && text[4] == '-')
	{
		if (!parse_date(out, text))
			return false;
	}
	else if (!digits(out, &p, 12) || *p != '\0')
		return false;
	return *out >= 0 && *out <= TIMES_MAX;
}

const char *
time_print(char out[TIME_TEXT_MAX], int64_t seconds)
{
	int64_t		year = 1970;
	int64_t		month = 1;
	int64_t		day;

	if (seconds < 0 || seconds > TIMES_MAX)
	{
		snprintf(out, TIME_TEXT_MAX, "%" PRId64, seconds);
		return out;
	}
	day = seconds / DAY;
	seconds %= DAY;
	year += day / 366;
	while (days_before(year + 1) - days_before(1970) <= day)
		year++;
	day -= days_before(year) - days_before(1970);
	while (day >= days_of_month(year, month))
		day -= days_of_month(year, month++);
	snprintf(out, TIME_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int) year, (int) month, (int) day + 1,
			 (int) (seconds / 3600), (int) (seconds / 60 % 60), (int) (seconds % 60));
	return out;
}
