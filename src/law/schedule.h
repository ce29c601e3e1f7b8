/*
 * schedule.h -- when a rule of a law is due: cron's five fields, in UTC.
 *
 *     minute hour day-of-month month day-of-week      '0 0 1 * *' is midnight on the first day of each month
 *
 * A field is * or a list of numbers and ranges a-b, each with a step /n; months and days of the week have their English
 * names of three letters as well, and Sunday is 0 or 7.  If both kinds of day are restricted, either suffices.
 */
#ifndef COMMUNE_LAW_SCHEDULE_H
#define COMMUNE_LAW_SCHEDULE_H

#include "base/base.h"

typedef struct Schedule
{
	uint64_t	minutes;		/* bit for each that matches */
	uint32_t	hours;
	uint32_t	days;			/* bits 1 to 31 */
	uint32_t	months;			/* bits 1 to 12 */
	uint32_t	weekdays;		/* bits 0 (Sunday) to 6 */
	bool		any_day;		/* the field was * */
	bool		any_weekday;
} Schedule;

/* Read the five fields.  Fault: BAD_SCHEDULE, which also has those that name no day there is. */
extern Code schedule_parse(Schedule *out, Str text, Fault *fault);

/* The first time after another, in microseconds since 1970, that a schedule names.  False if it names none. */
extern bool schedule_next(int64_t *out, const Schedule *schedule, int64_t after);

#endif
