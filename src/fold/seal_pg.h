/*
 * seal_pg.h -- making blocks, for the worker and for SQL.
 */
#ifndef COMMUNE_SEAL_PG_H
#define COMMUNE_SEAL_PG_H

#include "base/base_pg.h"

/* Settings commune.block_limit and commune.origin. */
extern int	seal_block_limit;
extern char *seal_origin;

/*
 * Seal what is new: one block, or all that the snapshot has.  Returns the number of the last block made, 0 if there
 * was nothing to do.  To be called first in a READ COMMITTED transaction, which commits the blocks.
 */
extern int64 seal_step(bool one);

#endif
