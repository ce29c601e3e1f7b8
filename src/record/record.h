/*
 * record.h -- a signed act as it travels: a JWS in compact form (RFC 7515) with strict JSON inside.
 *
 *     BASE64URL(header) . BASE64URL(payload) . BASE64URL(signature)
 *
 * header   {"alg":"Ed25519","typ":"commune+jwt"}; "EdDSA" means the same; "kid" may repeat the signer as a DID URL:
 *          the DID, then optionally # and a fragment: for a did:key the DID's own multibase value (z6Mk...), for
 *          other methods 1 to KID_FRAGMENT_MAX characters A-Z a-z 0-9 . _ -
 * payload  iss aud iat exp nonce act and the members of that kind of act (docs/record-format.md).
 *
 * The leaf hash of a record, SHA-256(0x00 || text), is its id.
 */
#ifndef COMMUNE_RECORD_H
#define COMMUNE_RECORD_H

#include "crypto/crypto.h"
#include "record/did.h"
#include "record/json.h"

#define RECORD_PAYLOAD_MAX 65535	/* bytes of the payload, decoded */
#define RECORD_TEXT_MAX 65535	/* bytes of the whole record: a C2SP entry bundle takes no longer leaf */
#define RECORD_HEADER_MAX 1024	/* bytes of the header, decoded */
#define KID_FRAGMENT_MAX 64
#define ACT_KIND_MAX 32

typedef struct Record
{
	Str			text;			/* the whole record */
	Str			signed_part;	/* header and payload with the dot between, as in the text */
	Str			header_text;	/* decoded */
	Str			payload_text;
	uint8_t		signature[SIGNATURE_SIZE];
	const Json *header;
	const Json *payload;
	Did			signer;			/* iss */
	bool		has_aud;		/* a charter alone has none */
	uint8_t		aud[HASH_SIZE];
	int64_t		iat;			/* Unix seconds */
	int64_t		exp;			/* Unix seconds; 0 when absent */
	int64_t		nonce;			/* 1 .. SAFE_INT_MAX */
	Str			act;			/* [a-z_]{1,32} */
} Record;

/*
 * The three parts of any compact JWS, decoded: exactly two dots, three non-empty parts of strict base64url, a header
 * and a payload of at most RECORD_HEADER_MAX and RECORD_PAYLOAD_MAX bytes.
 * Used by record_parse(); on its own it serves to check signatures over payloads that are not records (RFC 8037 A.4).
 */
typedef struct JwsParts
{
	Str			signed_part;
	Str			header;
	Str			payload;
	Str			signature;
} JwsParts;

extern Code jws_split(JwsParts *out, Arena *arena, const char *text, size_t n, Fault *fault);

/*
 * Check a protected header: a strict JSON object with alg "Ed25519" or "EdDSA", no members but alg, typ and kid, all
 * strings.  With record = true, typ must be "commune+jwt".  Whether kid fits the signer is not looked at here.
 */
extern Code jws_check_header(const Json **out, Arena *arena, Str header, bool record, Fault *fault);

/*
 * Read a record: everything that can be said without a key and without state.  Fault: BAD_RECORD or BAD_DID; detail
 * says what and where, and at is a position in the part that detail names.  The members of the kind of act are not
 * looked at.  text must outlive the result.
 */
extern Code record_parse(Record *out, Arena *arena, const char *text, size_t n, Fault *fault);

/* Check the signature.  Fault: BAD_SIGNATURE. */
extern Code record_verify(const Record *record, const uint8_t key[PUBLIC_KEY_SIZE], Fault *fault);

/*
 * Make a record: sign the payload, a JSON text, and return the compact form in the arena.  For clients and tests.
 */
extern Str	record_sign(Arena *arena, Str payload, const uint8_t secret[SECRET_KEY_SIZE]);

/* Read BASE64URL of exactly 32 bytes, as ids are written. */
extern bool id_parse(uint8_t id[HASH_SIZE], Str text);
#define ID_TEXT_LEN 43
extern void id_print(char out[ID_TEXT_LEN], const uint8_t id[HASH_SIZE]);

#endif
