/*
 * crypto_hash_test.c -- SHA-256 in one piece and in several, Merkle hashes, and the small helpers.
 */
#include "check.h"

#include "crypto/crypto.h"

/* Compare a hash with its hexadecimal text. */
static bool
is_hash(const uint8_t hash[HASH_SIZE], const char *hex)
{
	char		text[2 * HASH_SIZE + 1];

	for (int i = 0; i < HASH_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", hash[i]);
	return strcmp(text, hex) == 0;
}

/* The examples of FIPS 180-4. */
static void
test_sha256(void)
{
	static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	static char million[1000000];
	uint8_t		hash[HASH_SIZE];

	sha256(hash, "", 0);
	CHECK(is_hash(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
	sha256(hash, "abc", 3);
	CHECK(is_hash(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
	sha256(hash, two_blocks, strlen(two_blocks));
	CHECK(is_hash(hash, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));

	memset(million, 'a', sizeof million);
	sha256_begin();
	for (size_t at = 0, piece = 1; at < sizeof million; at += piece, piece = piece * 3 + 1)
	{
		if (piece > sizeof million - at)
			piece = sizeof million - at;
		sha256_add(million + at, piece);
	}
	sha256_end(hash);
	CHECK(is_hash(hash, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
}

/* The tree of the leaves "" and 0x00, as Certificate Transparency's test vectors have it. */
static void
test_merkle(void)
{
	uint8_t		first[HASH_SIZE];
	uint8_t		second[HASH_SIZE];
	uint8_t		root[HASH_SIZE];

	merkle_leaf(first, "", 0);
	CHECK(is_hash(first, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"));
	merkle_leaf(second, "\0", 1);
	CHECK(is_hash(second, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"));
	merkle_node(root, first, second);
	CHECK(is_hash(root, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"));
}

static void
test_helpers(void)
{
	uint8_t		a[32] = {0};
	uint8_t		b[32] = {0};

	b[31] = 1;
	wipe(b, sizeof b);
	CHECK(memcmp(a, b, sizeof a) == 0);
	random_bytes(a, sizeof a);
	random_bytes(b, sizeof b);
	CHECK(memcmp(a, b, sizeof a) != 0);
}

int
main(void)
{
	CHECK(crypto_init());
	CHECK(crypto_init());		/* twice is once */
	test_sha256();
	test_merkle();
	test_helpers();
	return check_done("crypto_hash");
}
