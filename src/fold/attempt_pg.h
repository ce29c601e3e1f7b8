/*
 * attempt_pg.h -- a note outside the database of what the sealer is about to do.
 *
 * A transaction that fails leaves no trace in tables, and a crash leaves none anywhere.  So before it folds, the sealer
 * writes into a file which block it makes.  If a note on the same block is found, an attempt has failed: then the
 * block is folded act by act, each noted before.  An act that is noted when an attempt fails for the second time is
 * isolated: the fold goes on without it.
 *
 * The file is PGDATA/commune.attempt.DATABASE, and is there only while a block is made or after that failed.  It is an
 * aid, not a record: losing it costs two more attempts.
 */
#ifndef COMMUNE_ATTEMPT_PG_H
#define COMMUNE_ATTEMPT_PG_H

#include "base/base_pg.h"
#include "fold/fold.h"

typedef struct Attempt
{
	int64		block;			/* number of the block that is made */
	int32		failures;		/* attempts at it that failed before */
	int64		suspect;		/* seq of the act that is folded now, if acts are noted; else 0 */
	int64		blamed;			/* seq of the act at which the last attempt failed */
	int32		blames;			/* attempts in a row that failed there */
	int32		nisolated;
	int64		isolated[ISOLATED_MAX];
} Attempt;

/*
 * Read what is known of earlier attempts at this block, isolate what has failed twice, and note a new attempt.
 * Returns true if an attempt at a later block failed and took this one back with it: then this block is to be committed
 * before the other is tried again.
 */
extern bool attempt_begin(Attempt *attempt, int64 block);

/* Note the act that is folded next; 0 when all are. */
extern void attempt_suspect(Attempt *attempt, int64 seq);

/* Forget the note: the blocks are made, and what may still fail is no act's fault. */
extern void attempt_end(void);

/* Take an attempt back that ended by an accident which no act is to blame for. */
extern void attempt_excuse(Attempt *attempt);

/* The same as a callback of before_shmem_exit(): a session that is told to end in the middle of it is no act's fault. */
extern void attempt_excuse_at_exit(int code, Datum attempt);

/* True if an error belongs to nobody's act: transaction state, serialization, resources, operators, system. */
extern bool attempt_is_accident(int sqlerrcode);

#endif
