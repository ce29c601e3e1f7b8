/*
 * did.h -- decentralised identifiers: did:key for Ed25519, and did:commune.
 *
 * Text      did:key:z6Mk...         z + base58btc(0xed 0x01 || 32-byte key), always 48 characters after "did:key:"
 *           did:commune:...         32 characters a-z 2-7: base32 (RFC 4648, lower case, no padding) of 20 bytes
 * Binary    one byte 'k' and the 32-byte key, or one byte 'c' and 20 bytes; this is also what the SQL type stores
 *           and sends.  Unused bytes of the struct are zero.
 * Order     by the binary form, bytewise; for did:key this is the order of the texts in COLLATE "C".
 */
#ifndef COMMUNE_DID_H
#define COMMUNE_DID_H

#include "base/base.h"
#include "crypto/crypto.h"

#define DID_SIZE_MAX 33
#define DID_TEXT_MAX 56			/* did:key: and 48; not terminated */

typedef struct Did
{
	uint8_t		b[DID_SIZE_MAX];
} Did;

typedef struct DidList
{
	const Did  *v;				/* NULL is SQL's NULL */
	size_t		n;
} DidList;

static inline bool
did_is_none(const Did *did)
{
	return did->b[0] == 0;
}

static inline int
did_cmp(const Did *a, const Did *b)
{
	return memcmp(a->b, b->b, DID_SIZE_MAX);
}

/* Bytes of the binary form: 33 or 21. */
extern size_t did_size(const Did *did);

/* Read the text form, whole.  Fault: BAD_DID. */
extern Code did_parse(Did *out, const char *text, size_t n, Fault *fault);

/* Read the binary form.  Fault: BAD_DID. */
extern Code did_from_bytes(Did *out, const uint8_t *bytes, size_t n, Fault *fault);

/* Write the text form and return its length. */
extern size_t did_print(char out[DID_TEXT_MAX], const Did *did);

extern void did_from_key(Did *out, const uint8_t key[PUBLIC_KEY_SIZE]);

/* The key inside a did:key; false for other methods. */
extern bool did_key(uint8_t key[PUBLIC_KEY_SIZE], const Did *did);

#endif
