/*
 * wide_pg.h -- 128-bit integers as numeric.
 */
#ifndef COMMUNE_VOTING_WIDE_PG_H
#define COMMUNE_VOTING_WIDE_PG_H

#include "base/base_pg.h"

#include "voting/wide.h"

/* Return value / 10^decimals as numeric, with all its decimals. */
extern Datum wide_numeric(Wide value, int decimals);

#endif
