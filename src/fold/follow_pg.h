/*
 * follow_pg.h -- folding the blocks of another register, for the worker and for SQL.
 */
#ifndef COMMUNE_FOLLOW_PG_H
#define COMMUNE_FOLLOW_PG_H

#include "base/base_pg.h"

/*
 * Check and fold up to limit blocks that have arrived, and return how many there were.  begin: become a follower if
 * this database is none yet.  An error names the first difference, and nothing is folded.
 */
extern int64 follow_step(int64 limit, bool begin);

/* True on a follower that is to become an origin with its next block. */
extern bool follow_is_promoted(void);

#endif
