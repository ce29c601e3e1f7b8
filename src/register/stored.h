/*
 * stored.h -- a block as it is stored, with its members and verdicts.
 */
#ifndef COMMUNE_STORED_H
#define COMMUNE_STORED_H

#include "register/log.h"

typedef struct StoredBlock
{
	const BlockRow *row;
	size_t		n;
	LeafMember *members;		/* in order, without the header; leaf as it is stored; bytes of acts and entries */
	Digest	   *leaves;			/* hashed from the bytes; of rows, as stored */
	size_t		nverdicts;
	Verdict    *verdicts;		/* of its acts, in their order; code is CODE_COUNT for what is no SQLSTATE of ours */

	/* With projections: what the tables say beside the bytes, at each member's place. */
	const ActRow *acts;
	const EntryRow *entries;
} StoredBlock;

/* What stored_read() keeps beside leaf hashes, stored and computed. */
#define STORED_BYTES 1			/* the bytes of acts and entries */
#define STORED_COLUMNS 2		/* and the columns beside them */

/*
 * Read what a block consists of.  A member that is gone is reported and left with an era of -1; so *found says whether
 * all are there.  Fault: DAMAGED if its list of members cannot be read.
 */
extern Code stored_read(StoredBlock *out, bool *found, Store *store, Arena *arena, const BlockRow *row,
						int keep, Fault *fault);

/* Read the verdicts of a block's acts, in their order.  Fault: DAMAGED. */
extern Code stored_verdicts(Verdict **out, size_t *n, Store *store, Arena *arena, const BlockRow *row, Fault *fault);

/*
 * Read the recorded leaves in the places from .. upto - 1 of a block, whose length is known to fit its list of members;
 * the last place is the header's.  Fault: DAMAGED, also if one is gone.
 */
extern Code stored_leaves(Digest *out, Store *store, Arena *arena, const BlockRow *row, size_t from, size_t upto,
						  Fault *fault);

#endif
