/*
 * crypto.c -- the only file that includes sodium.h or OpenSSL.
 */
#include "crypto/crypto.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

static EVP_MD_CTX *context;		/* one a process: PostgreSQL's backends and the programs are single-threaded */
static EVP_MD *algorithm;

bool
crypto_init(void)
{
	if (context != NULL)
		return true;
	if (sodium_init() < 0)
		return false;
	algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (algorithm == NULL)
		return false;
	context = EVP_MD_CTX_new();
	return context != NULL;
}

/*
 * A digest that cannot be computed leaves nothing to go on with: every caller would have to stop.  OpenSSL's SHA-256
 * fails only when memory for its context is missing, which crypto_init() has shown not to be.
 */
static void
check(int ok)
{
	if (ok != 1)
	{
		fputs("commune: SHA-256 failed\n", stderr);
		abort();
	}
}

void
sha256_begin(void)
{
	check(EVP_DigestInit_ex2(context, algorithm, NULL));
}

void
sha256_add(const void *bytes, size_t n)
{
	check(EVP_DigestUpdate(context, bytes, n));
}

void
sha256_end(uint8_t hash[HASH_SIZE])
{
	check(EVP_DigestFinal_ex(context, hash, NULL));
}

void
sha256(uint8_t hash[HASH_SIZE], const void *bytes, size_t n)
{
	sha256_begin();
	sha256_add(bytes, n);
	sha256_end(hash);
}

void
merkle_leaf(uint8_t hash[HASH_SIZE], const void *bytes, size_t n)
{
	static const uint8_t prefix = 0;

	sha256_begin();
	sha256_add(&prefix, 1);
	sha256_add(bytes, n);
	sha256_end(hash);
}

void
merkle_node(uint8_t hash[HASH_SIZE], const uint8_t left[HASH_SIZE], const uint8_t right[HASH_SIZE])
{
	uint8_t		node[1 + 2 * HASH_SIZE];

	node[0] = 1;
	memcpy(node + 1, left, HASH_SIZE);
	memcpy(node + 1 + HASH_SIZE, right, HASH_SIZE);
	sha256(hash, node, sizeof node);
}

bool
ed25519_verify(const uint8_t signature[SIGNATURE_SIZE], const void *message, size_t n,
			   const uint8_t key[PUBLIC_KEY_SIZE])
{
	return crypto_sign_verify_detached(signature, message, n, key) == 0;
}

void
ed25519_sign(uint8_t signature[SIGNATURE_SIZE], const void *message, size_t n,
			 const uint8_t secret[SECRET_KEY_SIZE])
{
	crypto_sign_detached(signature, NULL, message, n, secret);
}

void
ed25519_from_seed(uint8_t key[PUBLIC_KEY_SIZE], uint8_t secret[SECRET_KEY_SIZE], const uint8_t seed[SEED_SIZE])
{
	crypto_sign_seed_keypair(key, secret, seed);
}

bool
ed25519_key_is_sound(const uint8_t key[PUBLIC_KEY_SIZE])
{
	return crypto_core_ed25519_is_valid_point(key) == 1;
}

void
random_bytes(void *out, size_t n)
{
	randombytes_buf(out, n);
}

void
wipe(void *secret, size_t n)
{
	sodium_memzero(secret, n);
}

void
lock_memory(void *secret, size_t n)
{
	(void) sodium_mlock(secret, n);
}

void
unlock_memory(void *secret, size_t n)
{
	(void) sodium_munlock(secret, n);
	sodium_memzero(secret, n);	/* munlock wipes only what could be unlocked */
}

_Static_assert(SALT_SIZE == crypto_pwhash_SALTBYTES, "salt");
_Static_assert(BOX_KEY_SIZE == crypto_secretbox_KEYBYTES, "key of a box");
_Static_assert(BOX_NONCE_SIZE == crypto_secretbox_NONCEBYTES, "nonce of a box");
_Static_assert(BOX_TAG_SIZE == crypto_secretbox_MACBYTES, "tag of a box");

bool
passphrase_key(uint8_t key[BOX_KEY_SIZE], const void *passphrase, size_t n, const uint8_t salt[SALT_SIZE],
			   uint64_t ops, uint64_t mem)
{
	return crypto_pwhash(key, BOX_KEY_SIZE, passphrase, n, salt, ops, mem, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

void
box_seal(uint8_t *out, const void *secret, size_t n, const uint8_t nonce[BOX_NONCE_SIZE],
		 const uint8_t key[BOX_KEY_SIZE])
{
	crypto_secretbox_easy(out, secret, n, nonce, key);
}

bool
box_open(uint8_t *out, const uint8_t *box, size_t n, const uint8_t nonce[BOX_NONCE_SIZE],
		 const uint8_t key[BOX_KEY_SIZE])
{
	return crypto_secretbox_open_easy(out, box, n, nonce, key) == 0;
}
