/*
 * times.h -- times as people write and read them, without the C library's idea of time zones.
 */
#ifndef COMMUNE_TIMES_H
#define COMMUNE_TIMES_H

#include "base/base.h"

/* The last second of the year 9999. */
#define TIMES_MAX INT64_C(253402300799)

/*
 * Read a time as Unix seconds, 0 to TIMES_MAX; false if it is none:
 *
 *     1767225600
 *     now, now+90m, now-1d12h            w d h m s, each once at most, from large to small
 *     2026-01-01, 2026-01-01T12:00Z, 2026-01-01T12:00:00Z        UTC; a date is its midnight
 */
extern bool time_parse(int64_t *out, const char *text, int64_t now);

/* Write Unix seconds as 2026-01-01T12:00:00Z, terminated; what is out of range as the number. */
#define TIME_TEXT_MAX 24
extern const char *time_print(char out[TIME_TEXT_MAX], int64_t seconds);

#endif
