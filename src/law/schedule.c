/*
 * schedule.c -- reads the five fields, and walks the calendar.
 *
 * The calendar repeats every 400 years, but eight are enough: between two 29th of February lie at most eight years, and
 * a weekday is never asked for together with a date.
 */
#include "law/schedule.h"

#define USECS_PER_MINUTE (60 * USECS_PER_SECOND)
#define MINUTES_PER_DAY 1440

typedef struct Field
{
	const char *what;
	int			min;
	int			max;
	const char *names;			/* of three letters each, for min, min + 1, ...; NULL for none */
} Field;

static const Field fields[5] = {
	{"minute", 0, 59, NULL},
	{"hour", 0, 23, NULL},
	{"day of the month", 1, 31, NULL},
	{"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
	{"day of the week", 0, 7, "sunmontuewedthufrisat"},
};

/* ---- reading ---- */

/* Read a number or a name; false if there is none in the field's range. */
static bool
read_value(int *out, Str *at, const Field *field)
{
	int			n = 0;
	size_t		digits = 0;

	while (digits < at->n && digits < 3 && at->p[digits] >= '0' && at->p[digits] <= '9')
		n = n * 10 + (at->p[digits++] - '0');
	if (digits == 0 && field->names != NULL && at->n >= 3)
		for (size_t i = 0; field->names[i] != '\0' && digits == 0; i += 3)
			if ((at->p[0] | 0x20) == field->names[i] && (at->p[1] | 0x20) == field->names[i + 1] && (at->p[2] | 0x20) == field->names[i + 2])
			{
				n = field->min + (int) (i / 3);
				digits = 3;
			}
	at->p += digits;
	at->n -= digits;
	*out = n;
	return digits > 0 && n >= field->min && n <= field->max;
}

static bool
take(Str *at, char c)
{
	if (at->n == 0 || *at->p != c)
		return false;
	at->p++;
	at->n--;
	return true;
}

/* Read one item of a list into the bits. */
static bool
read_item(uint64_t *bits, Str *at, const Field *field)
{
	int			first = field->min;
	int			last = field->max;
	int			step = 1;
	static const Field steps = {"step", 1, 99, NULL};

	if (!take(at, '*'))
	{
		if (!read_value(&first, at, field))
			return false;
		last = first;
		if (take(at, '-'))
		{
			if (!read_value(&last, at, field) || last < first)
				return false;
		}
		else if (at->n > 0 && *at->p == '/')
			last = field->max;	/* a/n counts on from a */
	}
	if (take(at, '/') && !read_value(&step, at, &steps))
		return false;
	for (int i = first; i <= last; i += step)
		*bits |= UINT64_C(1) << i;
	return true;
}

static bool
read_field(uint64_t *bits, Str text, const Field *field)
{
	*bits = 0;
	do
	{
		if (!read_item(bits, &text, field))
			return false;
	} while (take(&text, ','));
	return text.n == 0;
}

/* Cut the next word off a text. */
static Str
next_word(Str *text)
{
	Str			word;

	while (take(text, ' '))
		;
	word = (Str){text->p, 0};
	while (word.n < text->n && text->p[word.n] != ' ')
		word.n++;
	text->p += word.n;
	text->n -= word.n;
	return word;
}

/* The most days that a month has. */
static int
most_days(int month)
{
	return month == 2 ? 29 : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static bool
names_a_day(const Schedule *s)
{
	for (int month = 1; month <= 12; month++)
		for (int day = 1; day <= most_days(month); day++)
			if ((s->months >> month & 1) && (s->days >> day & 1))
				return true;
	return !s->any_weekday;
}

Code
schedule_parse(Schedule *out, Str text, Fault *fault)
{
	uint64_t	bits[5];
	Str			rest = text;

	for (int i = 0; i < 5; i++)
	{
		Str			word = next_word(&rest);

		if (i == 2)
			out->any_day = str_is(word, "*");
		if (i == 4)
			out->any_weekday = str_is(word, "*");
		if (!read_field(&bits[i], word, &fields[i]))
			return fault_set(fault, CODE_BAD_SCHEDULE, i, "Field %d, the %s, is \"%.*s\".", i + 1, fields[i].what,
							 (int) (word.n < 40 ? word.n : 40), word.p);
	}
	if (next_word(&rest).n > 0)
		return fault_set(fault, CODE_BAD_SCHEDULE, 5, "There are more than five fields.");
	out->minutes = bits[0];
	out->hours = (uint32_t) bits[1];
	out->days = (uint32_t) bits[2];
	out->months = (uint32_t) bits[3];
	out->weekdays = (uint32_t) (bits[4] | bits[4] >> 7) & 0x7f;
	if (!names_a_day(out))
		return fault_set(fault, CODE_BAD_SCHEDULE, -1, "None of its months has such a day.");
	return CODE_OK;
}

/* ---- the calendar ---- */

/* Month and day of a day counted from 1970-01-01. */
static void
civil(int *month, int *day, int64_t days)
{
	int64_t		from_march = days + 719468;		/* since 0000-03-01 */
	int64_t		of_cycle = (from_march % 146097 + 146097) % 146097;
	int64_t		year = (of_cycle - of_cycle / 1460 + of_cycle / 36524 - of_cycle / 146096) / 365;
	int64_t		of_year = of_cycle - (365 * year + year / 4 - year / 100);
	int64_t		m = (5 * of_year + 2) / 153;

	*day = (int) (of_year - (153 * m + 2) / 5 + 1);
	*month = (int) (m < 10 ? m + 3 : m - 9);
}

static bool
day_matches(const Schedule *s, int64_t days)
{
	int			month;
	int			day;
	bool		by_date;
	bool		by_weekday;

	civil(&month, &day, days);
	if (!(s->months >> month & 1))
		return false;
	by_date = s->days >> day & 1;
	by_weekday = s->weekdays >> ((days % 7 + 11) % 7) & 1;	/* 1970-01-01 was a Thursday */
	return s->any_day || s->any_weekday ? by_date && by_weekday : by_date || by_weekday;
}

/* The first minute of a day, from one on, that matches; -1 if there is none. */
static int
minute_of_day(const Schedule *s, int from)
{
	for (int m = from; m < MINUTES_PER_DAY; m++)
		if ((s->hours >> m / 60 & 1) && (s->minutes >> m % 60 & 1))
			return m;
	return -1;
}

bool
schedule_next(int64_t *out, const Schedule *schedule, int64_t after)
{
	int64_t		minute = after / USECS_PER_MINUTE + 1;
	int64_t		day = minute / MINUTES_PER_DAY;
	int			from = (int) (minute % MINUTES_PER_DAY);

	for (int tried = 0; tried < 9 * 366; tried++, day++, from = 0)
		if (day_matches(schedule, day) && (from = minute_of_day(schedule, from)) >= 0)
		{
			*out = (day * MINUTES_PER_DAY + from) * USECS_PER_MINUTE;
			return true;
		}
	return false;
}
