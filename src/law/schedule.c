/*
 * schedule.c -- reads schedules into sets of bits, and finds the next match month by month.
 */
#include "law/schedule.h"

#define MINUTES_PER_DAY 1440
#define USECS_PER_MINUTE (60 * USECS_PER_SECOND)
#define YEAR_MAX 9999

/* The calendar, weekdays included, repeats after 400 years: what is not in so many months is never. */
#define MONTHS_OF_CALENDAR (400 * 12)

typedef struct Field
{
	const char *name;
	int			min;
	int			max;
} Field;

static const Field fields[] = {
	{"minute", 0, 59},
	{"hour", 0, 23},
	{"day of the month", 1, 31},
	{"month", 1, 12},
	{"day of the week", 0, 7},
};
#define FIELDS ((int) (sizeof fields / sizeof *fields))

/* ---- reading ---- */

/* Step over a character if it comes next. */
static bool
take(Str *s, char c)
{
	if (s->n == 0 || *s->p != c)
		return false;
	s->p++;
	s->n--;
	return true;
}

/* Read a number of one or two digits within bounds. */
static bool
take_number(int *out, Str *s, int min, int max)
{
	size_t		n = 0;

	*out = 0;
	for (; n < s->n && s->p[n] >= '0' && s->p[n] <= '9'; n++)
	{
		if (n == 2)
			return false;
		*out = *out * 10 + (s->p[n] - '0');
	}
	s->p += n;
	s->n -= n;
	return n > 0 && *out >= min && *out <= max;
}

/* Read an item of a list into the bits. */
static bool
take_item(uint64_t *bits, Str *s, const Field *field)
{
	int			first = field->min;
	int			last = field->max;
	int			step = 1;
	bool		one = false;

	if (!take(s, '*'))
	{
		if (!take_number(&first, s, field->min, field->max))
			return false;
		one = !take(s, '-');
		last = first;
		if (!one && !take_number(&last, s, first, field->max))
			return false;
	}
	if (!one && take(s, '/') && !take_number(&step, s, 1, field->max))
		return false;
	for (int i = first; i <= last; i += step)
		*bits |= UINT64_C(1) << i;
	return true;
}

/* Read a field: a list of items, and nothing else. */
static bool
read_field(uint64_t *bits, Str s, const Field *field)
{
	*bits = 0;
	do
		if (!take_item(bits, &s, field))
			return false;
	while (take(&s, ','));
	return s.n == 0;
}

Code
schedule_parse(Schedule *out, Str text, Fault *fault)
{
	uint64_t	bits[FIELDS];
	bool		star[FIELDS];
	Str			rest = text;

	if (text.n > SCHEDULE_TEXT_MAX)
		return fault_set(fault, CODE_BAD_SCHEDULE, SCHEDULE_TEXT_MAX, "It has %zu bytes; %d are allowed.", text.n, SCHEDULE_TEXT_MAX);
	for (int i = 0;; i++)
	{
		Str			word;

		while (take(&rest, ' ') || take(&rest, '\t'))
			;
		word = (Str){rest.p, 0};
		while (rest.n > 0 && *rest.p != ' ' && *rest.p != '\t')
			word.n++, rest.p++, rest.n--;
		if (i == FIELDS && word.n == 0)
			break;
		if (i == FIELDS || word.n == 0)
			return fault_set(fault, CODE_BAD_SCHEDULE, (int64_t) (text.n - rest.n - word.n), "It has %s than five fields.", i == FIELDS ? "more" : "fewer");
		if (!read_field(&bits[i], word, &fields[i]))
			return fault_set(fault, CODE_BAD_SCHEDULE, (int64_t) (text.n - rest.n - word.n),
							 "Field %d, the %s, is a list of *, numbers from %d to %d, ranges a-b, and steps */n and a-b/n.",
							 i + 1, fields[i].name, fields[i].min, fields[i].max);
		star[i] = *word.p == '*';
	}
	*out = (Schedule){
		.minutes = bits[0], .hours = (uint32_t) bits[1], .days = (uint32_t) bits[2], .months = (uint32_t) bits[3],
		.weekdays = (uint32_t) ((bits[4] | bits[4] >> 7) & 0x7f), .either = !star[2] && !star[4],
	};
	return CODE_OK;
}

/* ---- the calendar ---- */

/* A month, and the day since 1970-01-01 on which it begins. */
typedef struct Month
{
	int64_t		year;
	int			month;			/* 1 to 12 */
	int64_t		begin;
} Month;

/* Divide, rounding down. */
static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int
month_length(const Month *m)
{
	if (m->month == 2)
		return m->year % 4 == 0 && (m->year % 100 != 0 || m->year % 400 == 0) ? 29 : 28;
	return m->month == 4 || m->month == 6 || m->month == 9 || m->month == 11 ? 30 : 31;
}

/* The month in which a day lies (Gregorian calendar, before its time as well). */
static Month
month_of(int64_t day)
{
	Month		m;
	int64_t		since = day + 719468;	/* since 0000-03-01: years that begin with March end with their leap day */
	int64_t		of_cycle = since - floor_div(since, 146097) * 146097;
	int64_t		year = (of_cycle - of_cycle / 1460 + of_cycle / 36524 - of_cycle / 146096) / 365;
	int64_t		of_year = of_cycle - (365 * year + year / 4 - year / 100);
	int64_t		march = (5 * of_year + 2) / 153;	/* months since March */

	m.month = (int) (march < 10 ? march + 3 : march - 9);
	m.year = floor_div(since, 146097) * 400 + year + (march >= 10);
	m.begin = day - (of_year - (153 * march + 2) / 5);
	return m;
}

/* The days of a month that match, as bits 0 (the first day) to 30. */
static uint32_t
days_of(const Schedule *s, const Month *m)
{
	uint32_t	all = (uint32_t) ((UINT64_C(1) << month_length(m)) - 1);
	int			first = (int) (m->begin + 4 - floor_div(m->begin + 4, 7) * 7);	/* its weekday: 1970 began on a Thursday */
	uint64_t	week = s->weekdays | (uint64_t) s->weekdays << 7;
	uint32_t	by_date = s->days >> 1;
	uint32_t	by_weekday = 0;

	if (!(s->months >> m->month & 1))
		return 0;
	week = week >> first & 0x7f;
	for (int day = 0; day < 31; day += 7)
		by_weekday |= (uint32_t) week << day;
	return (s->either ? by_date | by_weekday : by_date & by_weekday) & all;
}

/* The first minute of a day, from one on, that matches; -1 if there is none. */
static int
minute_of(const Schedule *s, int from)
{
	int			hour = from / 60;
	uint64_t	minutes = s->minutes >> from % 60 << from % 60;	/* that are left of the hour */
	uint32_t	later = s->hours >> hour >> 1 << hour << 1;

	if ((s->hours >> hour & 1) && minutes != 0)
		return hour * 60 + __builtin_ctzll(minutes);
	return later != 0 ? __builtin_ctz(later) * 60 + __builtin_ctzll(s->minutes) : -1;
}

bool
schedule_next(int64_t *out, const Schedule *schedule, int64_t after)
{
	int64_t		minute = floor_div(after, USECS_PER_MINUTE) + 1;
	int64_t		today = floor_div(minute, MINUTES_PER_DAY);
	int			found = minute_of(schedule, (int) (minute - today * MINUTES_PER_DAY));
	Month		m = month_of(today);
	int64_t		from = found >= 0 ? today : today + 1;	/* the first day that may match */

	for (int i = 0; i <= MONTHS_OF_CALENDAR + 1 && m.year <= YEAR_MAX; i++)
	{
		uint32_t	days = days_of(schedule, &m);

		if (from > m.begin)
			days = (uint32_t) ((uint64_t) days >> (from - m.begin) << (from - m.begin));
		if (days != 0)
		{
			int64_t		day = m.begin + __builtin_ctz(days);

			if (day != today)
				found = minute_of(schedule, 0);
			*out = (day * MINUTES_PER_DAY + found) * USECS_PER_MINUTE;
			return true;
		}
		m.begin += month_length(&m);
		m.year += m.month == 12;
		m.month = m.month % 12 + 1;
	}
	return false;
}
