/*
 * tally_pg.h -- counting in the server.
 */
#ifndef COMMUNE_TALLY_PG_H
#define COMMUNE_TALLY_PG_H

#include "base/base_pg.h"

/* Have long counts answer to cancel. */
extern void tally_init(void);

#endif
