/*
 * receipt.h -- what a member keeps: a proof that an act is in the register, where, and with which verdict.
 *
 * Its form is C2SP tlog-proof: the act's index, the inclusion proof, and a checkpoint of the register.  The line
 * "extra" holds, as base64 of canonical JSON, what proves the verdict:
 *
 *     header, header_index, header_proof    the header of the act's block, its place, and the proof of that place
 *     verdicts                              [[index, SQLSTATE], ...] of the whole block; the header commits to them
 *     signed                                false while no signing key is configured: the checkpoint is then unsigned
 *
 * An act whose index is not among the verdicts was accepted.
 */
#ifndef COMMUNE_RECEIPT_H
#define COMMUNE_RECEIPT_H

#include "register/stored.h"

/*
 * Make the receipt of an act, with proofs for a size that the register has or had, and the signed note of that size's
 * checkpoint; STR_NONE: the size is the last one, and the checkpoint is not signed.
 * Fault: NO_SUCH_ACT, NOT_SEALED, NOT_PUBLISHED if it lies beyond the size, DAMAGED.
 */
extern Code receipt_make(Str *out, Store *store, Arena *arena, int64_t seq, int64_t size, Str note, Fault *fault);

/* A C2SP tlog-proof, read but not checked. */
typedef struct ProofText
{
	Str			extra;			/* none if there is none */
	uint64_t	index;
	size_t		n;
	Digest		hash[PROOF_MAX];
	Str			checkpoint;		/* and its signatures */
} ProofText;

/* Fault: DAMAGED, with what is wrong. */
extern Code proof_text_parse(ProofText *out, Arena *arena, Str text, Fault *fault);
extern Str	proof_text_print(Arena *arena, const ProofText *proof);

/* What a receipt says, once it has been checked. */
typedef struct Receipt
{
	int64_t		index;
	Str			sqlstate;		/* the verdict: 00000 or that of the refusal */
	int64_t		time;			/* of the block, microseconds since 1970 */
	int64_t		block;
	Str			origin;
	uint64_t	size;
	Digest		root;
	bool		is_signed;		/* so it says: whether the signatures hold has to be checked by note */
	Str			note;			/* the checkpoint with its signatures */
} Receipt;

/* Check a receipt against the record that it is of.  Fault: DAMAGED, with what does not hold. */
extern Code receipt_check(Receipt *out, Arena *arena, Str receipt, Str record, Fault *fault);

#endif
