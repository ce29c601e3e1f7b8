/*
 * commune.c -- the library's table of contents: magic, start-up, settings.
 *
 * What each slice offers is in its folder; sql/order lists the slices in the order of dependency.
 */
#include "base/base_pg.h"

#include <limits.h>

#include "base/debug_pg.h"
#include "budget/contributions_pg.h"
#include "crypto/crypto.h"
#include "fold/seal_pg.h"
#include "law/sandbox_pg.h"
#include "tally/tally_pg.h"
#include "utils/guc.h"
#include "witness/witness_pg.h"
#include "worker/worker_pg.h"

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	if (!crypto_init())
		ereport(ERROR, (errcode(ERRCODE_SYSTEM_ERROR), errmsg("commune: libsodium or OpenSSL cannot be initialised")));

	DefineCustomIntVariable("commune.block_limit",
							"Leaves that sessions may have in a block.",
							"What a snapshot has beyond that goes into the next blocks.",
							&seal_block_limit, 65536, 1, 1 << 20, PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomStringVariable("commune.origin",
							   "Name of this log in checkpoints, given to the register when it begins.",
							   "A URL without scheme, such as example.org/commune; empty: a random name.",
							   &seal_origin, "", PGC_SUSET, 0, NULL, NULL, NULL);
	witness_settings();
	DefineCustomIntVariable("commune.max_pairs",
							"Pairs of contributors that pairwise_funding() looks at.",
							"Beyond that it refuses: time grows with the square of the contributors of a project.",
							&contributions_max_pairs, 200000000, 0, INT_MAX, PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("commune.law_timeout",
							"Milliseconds that the queries of a law may take.",
							"A run that takes longer has no effect, and is tried again.",
							&law_timeout, 5000, 10, 600000, PGC_SUSET, GUC_UNIT_MS, NULL, NULL, NULL);
	tally_init();
	worker_init();
	debug_settings();
	MarkGUCPrefixReserved("commune");
}
