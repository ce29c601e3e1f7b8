/*
 * commune.c -- the library's table of contents: magic, start-up, settings.
 *
 * What each slice offers is in its folder; sql/order lists the slices in the order of dependency.
 */
#include "base/base_pg.h"

#include "crypto/crypto.h"
#include "utils/guc.h"

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	if (!crypto_init())
		ereport(ERROR, (errcode(ERRCODE_SYSTEM_ERROR), errmsg("commune: libsodium or OpenSSL cannot be initialised")));
	MarkGUCPrefixReserved("commune");
}
