/*
 * check.h -- what a core test needs: checks that go on after a failure, and a last line that counts them.
 *
 *     int main(void) { CHECK(1 + 1 == 2); CHECK_INT(sum(), 4); CHECK_STR(name, "x"); return check_done("slice"); }
 *
 * The program prints `ok slice: N checks` and returns 0, or says which checks failed and returns 1.
 */
#ifndef COMMUNE_CHECK_H
#define COMMUNE_CHECK_H

#include <inttypes.h>
#include <stdio.h>

#include "base/base.h"

static int	check_count;
static int	check_failures;

#define CHECK(condition) check_that((condition), __FILE__, __LINE__, #condition)
#define CHECK_INT(got, want) check_int((got), (want), __FILE__, __LINE__, #got)
#define CHECK_STR(got, want) check_str((got), (want), __FILE__, __LINE__, #got)

/* Count a check and return whether it held. */
static inline bool
check_that(bool held, const char *file, int line, const char *what)
{
	check_count++;
	if (!held)
	{
		check_failures++;
		printf("%s:%d: failed: %s\n", file, line, what);
	}
	return held;
}

static inline bool
check_int(int64_t got, int64_t want, const char *file, int line, const char *what)
{
	bool		held = check_that(got == want, file, line, what);

	if (!held)
		printf("    got %" PRId64 ", wanted %" PRId64 "\n", got, want);
	return held;
}

static inline bool
check_str(Str got, const char *want, const char *file, int line, const char *what)
{
	bool		held = check_that(str_is(got, want), file, line, what);

	if (!held)
		printf("    got \"%.*s\", wanted \"%s\"\n", (int) got.n, got.p ? got.p : "", want);
	return held;
}

/* Print the closing line; the status for main(). */
static inline int
check_done(const char *name)
{
	if (check_failures > 0 || check_count == 0)
	{
		printf("FAILED %s: %d of %d checks\n", name, check_failures, check_count);
		return 1;
	}
	printf("ok %s: %d checks\n", name, check_count);
	return 0;
}

#endif
