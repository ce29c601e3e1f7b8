/*
 * crypto.h -- hashing, signatures and the little else that needs a library.  crypto.c is the only file that includes
 * sodium.h or an OpenSSL header.
 *
 * SHA-256 (FIPS 180-4) goes through one OpenSSL context a process: OpenSSL uses the CPU's SHA instructions, and its
 * one-shot call would look the algorithm up again each time.  Ed25519 (RFC 8032) goes through libsodium, whose answer
 * is the rule: canonical S, no small-order A or R, cofactorless; the same on every platform.
 */
#ifndef COMMUNE_CRYPTO_H
#define COMMUNE_CRYPTO_H

#include "base/base.h"

#define PUBLIC_KEY_SIZE 32
#define SECRET_KEY_SIZE 64		/* seed and public key, as libsodium keeps it */
#define SEED_SIZE 32
#define SIGNATURE_SIZE 64

/* Prepare the libraries; call once a process before anything else.  False if a library is unusable. */
extern bool crypto_init(void);

extern void sha256(uint8_t hash[HASH_SIZE], const void *bytes, size_t n);

/* The same over several pieces.  One hash at a time: the pieces of two hashes must not be interleaved. */
extern void sha256_begin(void);
extern void sha256_add(const void *bytes, size_t n);
extern void sha256_end(uint8_t hash[HASH_SIZE]);

/* RFC 9162 section 2.1.1: SHA-256(0x00 || bytes) and SHA-256(0x01 || left || right). */
extern void merkle_leaf(uint8_t hash[HASH_SIZE], const void *bytes, size_t n);
extern void merkle_node(uint8_t hash[HASH_SIZE], const uint8_t left[HASH_SIZE], const uint8_t right[HASH_SIZE]);

extern bool ed25519_verify(const uint8_t signature[SIGNATURE_SIZE], const void *message, size_t n,
						   const uint8_t key[PUBLIC_KEY_SIZE]);
extern void ed25519_sign(uint8_t signature[SIGNATURE_SIZE], const void *message, size_t n,
						 const uint8_t secret[SECRET_KEY_SIZE]);
extern void ed25519_from_seed(uint8_t key[PUBLIC_KEY_SIZE], uint8_t secret[SECRET_KEY_SIZE],
							  const uint8_t seed[SEED_SIZE]);

/* True for a key that an identity may have: canonical, on the curve, of the prime-order subgroup, not the identity. */
extern bool ed25519_key_is_sound(const uint8_t key[PUBLIC_KEY_SIZE]);

extern void random_bytes(void *out, size_t n);
extern void wipe(void *secret, size_t n);

/* Keep memory out of swap and core dumps, as far as the system allows; unlocking wipes it. */
extern void lock_memory(void *secret, size_t n);
extern void unlock_memory(void *secret, size_t n);

/*
 * Secrets at rest: a key made of a passphrase by Argon2id, which takes ops passes over mem bytes, and a box of
 * XSalsa20-Poly1305 under that key.
 */
#define SALT_SIZE 16
#define BOX_KEY_SIZE 32
#define BOX_NONCE_SIZE 24
#define BOX_TAG_SIZE 16
#define PASSPHRASE_OPS 3
#define PASSPHRASE_MEM (UINT64_C(256) << 20)

/* False when memory is missing, or ops or mem are beyond what the algorithm takes. */
extern bool passphrase_key(uint8_t key[BOX_KEY_SIZE], const void *passphrase, size_t n, const uint8_t salt[SALT_SIZE],
						   uint64_t ops, uint64_t mem);

/* out has room for BOX_TAG_SIZE bytes more than n. */
extern void box_seal(uint8_t *out, const void *secret, size_t n, const uint8_t nonce[BOX_NONCE_SIZE],
					 const uint8_t key[BOX_KEY_SIZE]);

/* Open a box of n bytes; false if it was sealed by another key or changed. */
extern bool box_open(uint8_t *out, const uint8_t *box, size_t n, const uint8_t nonce[BOX_NONCE_SIZE],
					 const uint8_t key[BOX_KEY_SIZE]);

#endif
