/*
 * seen.c -- columns and paths of the tables about checkpoints and witnesses.
 */
#include "witness/seen.h"

static const Col checkpoint_cols[] = {
	COL(COL_INT8, CheckpointRow, size),
	COL(COL_TIME, CheckpointRow, signed_at),
	COL(COL_TIME, CheckpointRow, published_at),
	COL(COL_TEXT, CheckpointRow, note),
	COL(COL_TEXT, CheckpointRow, origin),
};

static const Col cosignature_cols[] = {
	COL(COL_INT8, CosignatureRow, size),
	COL(COL_TIME, CosignatureRow, at),
	COL(COL_TEXT, CosignatureRow, witness),
	COL(COL_TEXT, CosignatureRow, line),
};

static const Col witness_seen_cols[] = {
	COL(COL_INT8, WitnessSeenRow, size),
	COL(COL_TIME, WitnessSeenRow, at),
	COL(COL_TEXT, WitnessSeenRow, witness),
	COL(COL_BYTES, WitnessSeenRow, root),
	COL(COL_TEXT, WitnessSeenRow, origin),
};

static const Col fork_evidence_cols[] = {
	COL(COL_INT8, ForkEvidenceRow, id),
	COL(COL_TIME, ForkEvidenceRow, found_at),
	COL(COL_TEXT, ForkEvidenceRow, note_a),
	COL(COL_TEXT, ForkEvidenceRow, note_b),
};


const Rel	checkpoint_rel = REL(REL_CHECKPOINT, "checkpoint", CheckpointRow, checkpoint_cols);
const Rel	cosignature_rel = REL(REL_COSIGNATURE, "cosignature", CosignatureRow, cosignature_cols);
const Rel	witness_seen_rel = REL(REL_WITNESS_SEEN, "witness_seen", WitnessSeenRow, witness_seen_cols);
const Rel	fork_evidence_rel = REL(REL_FORK_EVIDENCE, "fork_evidence", ForkEvidenceRow, fork_evidence_cols);

const RowPath checkpoint_by_size = {CHECKPOINT_BY_SIZE, REL_CHECKPOINT, "checkpoint_pkey", true, 1, {0}, PATH_ALL, 0};
const RowPath checkpoint_by_published = {CHECKPOINT_PUBLISHED, REL_CHECKPOINT, "checkpoint_published_idx", true, 1, {0}, PATH_WHERE_SET, 2};
const RowPath cosignature_by_size = {COSIGNATURE_BY_SIZE, REL_COSIGNATURE, "cosignature_pkey", true, 3, {0, 2, 1}, PATH_ALL, 0};
const RowPath witness_seen_by_name = {WITNESS_SEEN_BY_NAME, REL_WITNESS_SEEN, "witness_seen_pkey", true, 1, {2}, PATH_ALL, 0};
const RowPath fork_evidence_by_id = {FORK_EVIDENCE_BY_ID, REL_FORK_EVIDENCE, "fork_evidence_pkey", true, 1, {0}, PATH_ALL, 0};
