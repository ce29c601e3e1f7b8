/*
 * note.h -- signed notes and checkpoints, as C2SP defines them (signed-note, tlog-checkpoint, tlog-cosignature).
 *
 * note         a text that ends in a newline, an empty line, and signature lines
 * checkpoint   a note whose text is origin, size and root, one a line
 * vkey         a verifier's key as text: NAME+KEYID+BASE64(type || key); the id is 8 hex digits of
 *              SHA-256(NAME || newline || type || key)
 * log key      type 0x01: signs the text
 * cosigner     type 0x04: signs "cosignature/v1\n" "time T\n" and the text, and puts T before the signature
 *
 * Signatures by keys that are not known are kept and count for nothing; one by a known key that does not hold makes
 * the whole note bad.  Type 0x06 (ML-DSA-44) is parsed and kept, not verified: no library here has it.
 */
#ifndef COMMUNE_NOTE_H
#define COMMUNE_NOTE_H

#include "crypto/crypto.h"
#include "register/tree.h"

#define NOTE_SIZE_MAX ((size_t) 1 << 20)
#define NOTE_SIGNATURES_MAX 100

#define KEY_LOG 0x01
#define KEY_COSIGNER 0x04
#define KEY_COSIGNER_ML_DSA 0x06

typedef struct NoteKey
{
	Str			name;
	uint32_t	id;
	uint8_t		type;
	Str			bytes;			/* of the public key: 32, or 1312 for ML-DSA-44 */
} NoteKey;

typedef struct NoteSignature
{
	Str			name;
	uint32_t	id;
	Str			bytes;			/* after the key id */
	Str			line;			/* without the newline */
} NoteSignature;

typedef struct Note
{
	Str			text;			/* with its last newline */
	size_t		n;
	NoteSignature *signatures;
} Note;

extern uint32_t note_key_id(Str name, uint8_t type, Str bytes);

/* Read a vkey.  Fault: BAD_NOTE. */
extern Code note_key_parse(NoteKey *out, Arena *arena, Str vkey, Fault *fault);
extern Str	note_key_print(Arena *arena, const NoteKey *key);

/* True for a name that a key may have: not empty, no white space, no plus, valid UTF-8. */
extern bool note_name_is_good(Str name);

/* Read a note.  Fault: BAD_NOTE. */
extern Code note_parse(Note *out, Arena *arena, Str bytes, Fault *fault);

/* What a note has of one key. */
typedef struct NoteVerdict
{
	const NoteSignature *signature;	/* NULL: none; of a cosigner the newest */
	int64_t		at;				/* when a cosigner signed, Unix seconds; 0 for others */
} NoteVerdict;

/* Verify the signatures of a known key.  Fault: BAD_NOTE if one does not hold. */
extern Code note_verify(NoteVerdict *out, Arena *arena, const Note *note, const NoteKey *key, Fault *fault);

/* Make a signature line, without newline.  time is for cosigners, Unix seconds. */
extern Str	note_sign(Arena *arena, Str text, const NoteKey *key, const uint8_t secret[SECRET_KEY_SIZE], int64_t time);

typedef struct Checkpoint
{
	Str			origin;
	uint64_t	size;
	Digest		root;
	Str			extensions;		/* further lines, or empty */
} Checkpoint;

/* Read a checkpoint's text.  Fault: BAD_NOTE. */
extern Code checkpoint_parse(Checkpoint *out, Str text, Fault *fault);
extern Str	checkpoint_print(Arena *arena, const Checkpoint *checkpoint);

/* Take the next line off a text, without its newline; false at its end.  Used by everything that has lines. */
extern bool next_line(Str *line, Str *text);

/* A decimal number without leading zeros, at most INT64_MAX. */
extern bool decimal_parse(uint64_t *out, Str digits);

/* Standard base64 of exactly one hash. */
extern bool hash_parse(Digest *out, Str text);
extern void hash_print(Buf *out, const Digest *hash);

#endif
