/*
 * signer.h -- a signing key in a file, and the state beside it that keeps its owner honest.
 *
 * A log must never sign two checkpoints that contradict each other, and a witness must never cosign them.  What was
 * signed last is therefore kept in a file, which is compared and replaced under a lock before each signature.  The
 * file must not be restored from a backup with the database: it lies outside of it.
 *
 * key     PRIVATE+KEY+NAME+KEYID+BASE64(type || seed), one line, as Go's note package writes it; mode 0600
 * state   a checkpoint's text: origin, size, root; a witness keeps the whole note, for it is evidence
 */
#ifndef COMMUNE_SIGNER_H
#define COMMUNE_SIGNER_H

#include "register/note.h"

#define SIGNER_NOTE_MAX ((size_t) 1 << 16)

typedef struct SigningKey
{
	NoteKey		key;
	uint8_t		secret[SECRET_KEY_SIZE];	/* to be wiped */
} SigningKey;

/* Read a key file.  Fault: NO_SIGNING_KEY, also for a file that others may read. */
extern Code signing_key_read(SigningKey *out, Arena *arena, const char *path, Fault *fault);

/* Make the key of a name and type from a seed.  name and bytes are in the arena. */
extern void signing_key_make(SigningKey *out, Arena *arena, Str name, uint8_t type, const uint8_t seed[SEED_SIZE]);

/* The line of a key file, without its newline.  It is secret. */
extern Str	signing_key_print(Arena *arena, const SigningKey *key);

typedef struct SignerState
{
	bool		found;			/* something was signed */
	Checkpoint	checkpoint;		/* the last of it */
	Str			note;			/* with signatures, if they were kept; else the checkpoint's text alone */
} SignerState;

/* Read what was signed last.  Fault: NO_SIGNING_KEY. */
extern Code signer_state_read(SignerState *out, Arena *arena, const char *path, Fault *fault);

/*
 * Replace the state: *expected by next, durably, or not at all if it is no longer the expected one.  next is a
 * checkpoint's text, or a whole note.  Fault: BEHIND if somebody else replaced it, NO_SIGNING_KEY if files fail.
 */
extern Code signer_state_swap(Arena *arena, const char *path, const SignerState *expected, Str next, Fault *fault);

#endif
