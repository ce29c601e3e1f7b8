/*
 * cosign.h -- what a witness does with a request: C2SP tlog-witness, add-checkpoint.
 *
 * request    old N
 *            the consistency proof from N on, a hash a line
 *            an empty line
 *            a checkpoint, signed by its log
 *
 * A witness has one state a log: the last checkpoint that it cosigned, as a note with the log's signature (signer.h),
 * in a file that is named by the origin's hash.  It cosigns what is consistent with that, and nothing else.
 */
#ifndef COMMUNE_COSIGN_H
#define COMMUNE_COSIGN_H

#include "witness/signer.h"

#define REQUEST_SIZE_MAX ((size_t) 1 << 16)
#define REQUEST_PROOF_MAX 63
#define COSIGNER_KEYS_MAX 2

typedef struct CheckpointRequest
{
	uint64_t	old;
	size_t		n;
	Digest		proof[REQUEST_PROOF_MAX];
	Str			bytes;			/* of the note */
	Note		note;
	Checkpoint	checkpoint;
} CheckpointRequest;

/* Read a request.  Fault: BAD_NOTE. */
extern Code request_parse(CheckpointRequest *out, Arena *arena, Str body, Fault *fault);
extern Str	request_print(Arena *arena, uint64_t old, const Digest *proof, size_t n, Str note);

typedef struct Cosigner
{
	size_t		nkeys;
	const SigningKey *keys;		/* at most COSIGNER_KEYS_MAX */
	size_t		nlogs;
	const NoteKey *logs;		/* each named as its origin */
	const char *folder;			/* of the states */

	/*
	 * Says which of the keys cosign a checkpoint that is consistent; NULL: all do.  If none does, *fault says why and
	 * may be repaired by time.
	 */
	void		(*approve) (void *self, bool *use, const Checkpoint *checkpoint, Fault *fault);
	void	   *self;
} Cosigner;

/* Answers, as HTTP has them. */
typedef enum CosignStatus
{
	COSIGN_DONE = 200,
	COSIGN_MALFORMED = 400,
	COSIGN_UNSIGNED = 403,		/* by no key of the log */
	COSIGN_UNKNOWN = 404,		/* no such log */
	COSIGN_CONFLICT = 409,		/* the old size is not that of the state, or the same size has another root */
	COSIGN_INCONSISTENT = 422,	/* the proof does not hold */
	COSIGN_FAILED = 500,		/* the state cannot be read or written */
	COSIGN_LATER = 503			/* not approved */
} CosignStatus;

typedef struct CosignAnswer
{
	CosignStatus status;
	Str			body;			/* signature lines; of a conflict of sizes the size; else what was wrong, a line */
	bool		is_size;		/* the body is a size */
	bool		is_fork;		/* the log has signed two roots of one size: state.note and note */
	SignerState state;			/* as it was before, once the log is known */
	Checkpoint	checkpoint;		/* that was asked for, if it could be read */
	Str			note;			/* it with the signatures of its log that hold, if there are */
	Fault		fault;			/* unless it is done */
} CosignAnswer;

/* Answer a request.  now is in Unix seconds. */
extern void cosign(CosignAnswer *out, Arena *arena, const Cosigner *cosigner, Str body, int64_t now);

/* The file of a log's state. */
extern Str	cosigner_state_path(Arena *arena, const char *folder, Str origin);

/* SHA-256 of an origin, in hexadecimal: by this monitors ask for a log. */
#define ORIGIN_HASH_LEN 64
extern void origin_hash(char out[ORIGIN_HASH_LEN], Str origin);

#endif
