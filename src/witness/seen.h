/*
 * seen.h -- what is known of checkpoints and witnesses.  Nothing of it is folded: it is about the register, not in it.
 */
#ifndef COMMUNE_SEEN_H
#define COMMUNE_SEEN_H

#include "state/state.h"

/* A checkpoint that the log has signed. */
typedef struct CheckpointRow
{
	Row			row;
	int64_t		size;
	int64_t		signed_at;
	int64_t		published_at;	/* when the quorum was there */
	Str			note;			/* with the log's signature alone */
	Str			origin;			/* the log's name in it */
} CheckpointRow;

/* A cosignature, kept for ever. */
typedef struct CosignatureRow
{
	Row			row;
	int64_t		size;
	int64_t		at;				/* the witness's time */
	Str			witness;		/* its name in the policy */
	Str			line;
} CosignatureRow;

/* The last checkpoint that a witness is known to have cosigned. */
typedef struct WitnessSeenRow
{
	Row			row;
	int64_t		size;
	int64_t		at;
	Str			witness;
	Str			root;
	Str			origin;			/* of which log */
} WitnessSeenRow;

/* Two signed checkpoints of this log that contradict each other. */
typedef struct ForkEvidenceRow
{
	Row			row;
	int64_t		id;
	int64_t		found_at;
	Str			note_a;
	Str			note_b;
} ForkEvidenceRow;

extern const Rel checkpoint_rel;
extern const Rel cosignature_rel;
extern const Rel witness_seen_rel;
extern const Rel fork_evidence_rel;
extern const RowPath checkpoint_by_size;
extern const RowPath checkpoint_by_published;	/* published_at IS NOT NULL, by size */
extern const RowPath cosignature_by_size;	/* size, witness, at */
extern const RowPath witness_seen_by_name;
extern const RowPath fork_evidence_by_id;

#endif
