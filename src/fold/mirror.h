/*
 * mirror.h -- checks a register block by block: recomputes what the sealer claims.
 *
 * A mirror is given each block as it is stored, with its members and verdicts, and says whether it follows from what
 * came before: hashes, signatures, the header's commitments, completeness against the stored snapshots, the fold's
 * verdicts and entries, the root.  It needs no server: replay(), subscribers and the client use it.
 */
#ifndef COMMUNE_MIRROR_H
#define COMMUNE_MIRROR_H

#include "fold/fold.h"
#include "register/snapshot.h"
#include "register/stored.h"

typedef struct Mirror
{
	Frontier	frontier;
	int64_t		number;			/* of the last block; 0 before the first */
	int64_t		time;
	int64_t		era;
	int64_t		last_seq;		/* of sessions, in the blocks of an unfinished snapshot; 0 otherwise */
	bool		has_p;			/* p is the last finished snapshot of the era */
	XidSnapshot p;
	Str			unfinished;		/* the snapshot that the next block must go on with, or none */
	Arena	   *arena[2];		/* of p, in turn */
	int			turn;
	bool		skip_signatures;
	bool		stored_verdicts;	/* compare verdicts with stored ones; else only with the header's hash of them */
} Mirror;

/* Begin before the first block.  The two arenas are reset in turn, one each block that ends a snapshot. */
extern void mirror_init(Mirror *mirror, Arena *first, Arena *second);

/*
 * Begin after a block that was checked before: last; finished is the last finished one of its era, or NULL.  The
 * strings of both must live as long as the mirror.
 */
extern void mirror_resume(Mirror *mirror, const BlockRow *last, const BlockRow *finished, const Frontier *frontier,
						  Arena *arena);

/*
 * Check the next block and fold it into the state; *out is what the fold gave.  arena takes what is of the block alone;
 * scratch is reset for each act.  Fault: DAMAGED or a record's own code; at is the index of the first leaf that is
 * wrong, or that of the block's header.
 */
extern Code mirror_block(Mirror *mirror, const StoredBlock *block, BlockOutput *out, State *state, Arena *arena,
						 Arena *scratch, Fault *fault);

#endif
