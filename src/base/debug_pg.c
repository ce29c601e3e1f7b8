/*
 * debug_pg.c -- debug points of test builds; empty in the library that is shipped.
 */
#include "base/base_pg.h"
#include "base/debug_pg.h"

#ifdef COMMUNE_DEBUG_POINTS

#include <signal.h>
#include <unistd.h>

#include "miscadmin.h"
#include "storage/latch.h"
#include "utils/guc.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

static char *debug_setting;
bool		debug_skip_signatures;

void
debug_settings(void)
{
	DefineCustomStringVariable("commune.debug_point", "Where and how to fail, for tests.", NULL, &debug_setting, "",
							   PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomBoolVariable("commune.debug_skip_signatures", "Take records unverified, for benchmarks.", NULL,
							 &debug_skip_signatures, false, PGC_SUSET, 0, NULL, NULL, NULL);
}

void
debug_point(const char *name, int64 number)
{
	char	   *any = psprintf(":%s", name);
	char	   *one = psprintf(":%s:" INT64_FORMAT, name, number);
	char	   *at = debug_setting ? strchr(debug_setting, ':') : NULL;
	TimestampTz until;

	if (at == NULL || (strcmp(at, any) != 0 && strcmp(at, one) != 0))
		return;
	ereport(LOG, (errmsg("commune: debug point %s", debug_setting)));
	if (strncmp(debug_setting, "crash", 5) == 0)
		kill(getpid(), SIGKILL);
	if (strncmp(debug_setting, "error", 5) == 0)
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("debug point %s", debug_setting)));
	until = GetCurrentTimestamp() + 60 * USECS_PER_SEC;
	while (GetCurrentTimestamp() < until)	/* whoever sets the latch for another reason */
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, 1000, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

#endif
