/*
 * complete.h -- whether blocks hold everything that their snapshots saw.
 */
#ifndef COMMUNE_COMPLETE_H
#define COMMUNE_COMPLETE_H

#include "register/log.h"

/*
 * Check that what was committed for a block's snapshot, and not for the one before it in the same era, lies in the blocks
 * that bear this snapshot; in the first snapshot of an era, that whatever was committed for it lies in some block.  Of
 * an unfinished block nothing can be said yet.  Fault: DAMAGED; at is the index of the block's header.
 */
extern Code complete_check(Store *store, Arena *arena, const BlockRow *block, Fault *fault);

#endif
