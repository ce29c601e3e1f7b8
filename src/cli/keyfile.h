/*
 * keyfile.h -- the text of a file that holds a member's secret key, in the manner of minisign:
 *
 *     untrusted comment: commune secret key of did:key:z6Mk...
 *     base64 of the bytes below, in one line
 *
 *     3 bytes    CK1
 *     1          p: plain; s: sealed with a passphrase
 *     8, 8       passes and bytes of memory of Argon2id, big-endian; 0 when plain, as what follows
 *     16, 24     salt of the passphrase, nonce of the box
 *     32         public key
 *     32 or 48   seed; or the box that holds it
 *
 * The comment serves people only.  That the seed gives the public key is checked when the key is opened.
 */
#ifndef COMMUNE_KEYFILE_H
#define COMMUNE_KEYFILE_H

#include "crypto/crypto.h"

#define KEYFILE_TEXT_MAX 1024

/* What a file may demand: more would only serve to stop the reader's machine. */
#define KEYFILE_OPS_MAX 64
#define KEYFILE_MEM_MAX (UINT64_C(2) << 30)

typedef struct KeyFile
{
	bool		is_sealed;
	uint64_t	ops;
	uint64_t	mem;
	uint8_t		salt[SALT_SIZE];
	uint8_t		nonce[BOX_NONCE_SIZE];
	uint8_t		key[PUBLIC_KEY_SIZE];
	uint8_t		secret[SEED_SIZE + BOX_TAG_SIZE];	/* the seed alone, or the box */
} KeyFile;

/* Read a file's text.  Fault: BAD_KEY_FILE. */
extern Code keyfile_parse(KeyFile *out, const char *text, size_t n, Fault *fault);

/* Write the text, and return its length. */
extern size_t keyfile_print(char out[KEYFILE_TEXT_MAX], const KeyFile *file);

/* Make a file for a seed; plain if there is no passphrase.  Fault: BAD_KEY_FILE when memory is missing. */
extern Code keyfile_make(KeyFile *out, const uint8_t seed[SEED_SIZE], Str passphrase, uint64_t ops, uint64_t mem,
						 Fault *fault);

/* Take the secret key out.  Fault: BAD_KEY_FILE: a wrong passphrase, or a file that was changed. */
extern Code keyfile_open(uint8_t secret[SECRET_KEY_SIZE], const KeyFile *file, Str passphrase, Fault *fault);

#endif
