/*
 * schedule.h -- when a rule of a law is due: cron's five fields, in UTC.
 *
 *     minute  hour  day-of-month  month  day-of-week
 *     0-59    0-23  1-31          1-12   0-7, Sunday is 0 and 7
 *
 *     0 0 1 * *           midnight, as each month begins
 *     30 8-18/2 * * 1-5   08:30, 10:30, ... 18:30 from Monday to Friday
 *     0 0 1,15 * 5        midnight on each 1st, 15th and Friday
 *
 * A field is a list, with commas, of `*`, a number, or a range a-b; behind `*` and a range, /n takes every nth value from
 * the first.  The two fields of days mean what they mean in cron: a field that does not begin with * restricts; if both
 * restrict, a day that matches either will do, else it must match both.
 */
#ifndef COMMUNE_LAW_SCHEDULE_H
#define COMMUNE_LAW_SCHEDULE_H

#include "base/base.h"

#define SCHEDULE_TEXT_MAX 1000		/* bytes */

/* A bit for each value that matches, bit 0 for 0. */
typedef struct Schedule
{
	uint64_t	minutes;
	uint32_t	hours;
	uint32_t	days;			/* of the month: bits 1 to 31 */
	uint32_t	months;			/* bits 1 to 12 */
	uint32_t	weekdays;		/* bits 0 (Sunday) to 6 */
	bool		either;			/* both fields of days restrict: one of them suffices */
} Schedule;

/* Read the five fields.  Fault: BAD_SCHEDULE, at = byte position; detail names the field. */
extern Code schedule_parse(Schedule *out, Str text, Fault *fault);

/*
 * The first minute after a time that matches, both in microseconds since 1970; false if there is none up to the end of
 * the year 9999, as for the 31st of February.
 */
extern bool schedule_next(int64_t *out, const Schedule *schedule, int64_t after);

#endif
