/*
 * crypto_signature_test.c -- Ed25519: RFC 8032 section 7.1, and the edges on which libraries differ.
 */
#include "check.h"

#include "crypto/crypto.h"
#include "seeded.h"

static size_t
from_hex(uint8_t *out, const char *hex)
{
	size_t		n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++, hex += 2)
		out[i] = (uint8_t) (((hex[0] & 15) + (hex[0] > '9' ? 9 : 0)) << 4 | ((hex[1] & 15) + (hex[1] > '9' ? 9 : 0)));
	return n;
}

static void
test_rfc8032(void)
{
	static const struct
	{
		const char *seed;
		const char *key;
		const char *message;
		const char *signature;
	}			tests[] = {
		{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		 "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		 "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
		 "d25bf5f0595bbe24655141438e7a100b"},
		{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		 "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		 "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
		 "387b2eaeb4302aeeb00d291612bb0c00"},
		{"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
		 "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
		 "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
		 "4a7c15e9716ed28dc027beceea1ec40a"},
		{"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
		 "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
		 "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
		 "454d4423643ce80e2a9ac94fa54ca49f",
		 "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
		 "3dca179c138ac17ad9bef1177331a704"},
	};

	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
	{
		uint8_t		seed[SEED_SIZE];
		uint8_t		want_key[PUBLIC_KEY_SIZE];
		uint8_t		message[65];
		uint8_t		want[SIGNATURE_SIZE];
		uint8_t		key[PUBLIC_KEY_SIZE];
		uint8_t		secret[SECRET_KEY_SIZE];
		uint8_t		signature[SIGNATURE_SIZE];
		size_t		n = from_hex(message, tests[i].message);

		from_hex(seed, tests[i].seed);
		from_hex(want_key, tests[i].key);
		from_hex(want, tests[i].signature);
		ed25519_from_seed(key, secret, seed);
		CHECK(memcmp(key, want_key, sizeof key) == 0);
		ed25519_sign(signature, message, n, secret);
		CHECK(memcmp(signature, want, sizeof signature) == 0);
		CHECK(ed25519_verify(want, message, n, key));
		CHECK(ed25519_key_is_sound(key));

		/* One bit of the signature, the message or the key makes it another. */
		for (int bit = 0; bit < 512; bit++)
		{
			signature[bit / 8] ^= (uint8_t) (1 << bit % 8);
			CHECK(!ed25519_verify(signature, message, n, key));
			signature[bit / 8] ^= (uint8_t) (1 << bit % 8);
		}
		message[n] = 0;
		CHECK(!ed25519_verify(signature, message, n + 1, key));
		key[seeded_below(PUBLIC_KEY_SIZE)] ^= 1;
		CHECK(!ed25519_verify(signature, message, n, key));
	}
}

/* S must be below the order of the group: adding the order gives the same point, but no signature. */
static void
test_malleability(void)
{
	static const uint8_t order[32] = {
		0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
		[31] = 0x10,
	};
	int			tried = 0;

	for (int i = 0; i < 20; i++)
	{
		uint8_t		seed[SEED_SIZE];
		uint8_t		key[PUBLIC_KEY_SIZE];
		uint8_t		secret[SECRET_KEY_SIZE];
		uint8_t		signature[SIGNATURE_SIZE];
		unsigned	carry = 0;

		seeded_bytes(seed, sizeof seed);
		ed25519_from_seed(key, secret, seed);
		ed25519_sign(signature, seed, sizeof seed, secret);
		CHECK(ed25519_verify(signature, seed, sizeof seed, key));
		for (int j = 0; j < 32; j++)
		{
			carry += (unsigned) signature[32 + j] + order[j];
			signature[32 + j] = (uint8_t) carry;
			carry >>= 8;
		}
		CHECK(!ed25519_verify(signature, seed, sizeof seed, key));
		tried += carry == 0;
	}
	CHECK_INT(tried, 20);
}

/* What an identity's key must not be. */
static void
test_keys(void)
{
	static const struct
	{
		const char *key;
		const char *why;
	}			bad[] = {
		{"0100000000000000000000000000000000000000000000000000000000000000", "the neutral element"},
		{"0100000000000000000000000000000000000000000000000000000000000080", "the same, with a sign"},
		{"0000000000000000000000000000000000000000000000000000000000000000", "order 4"},
		{"0000000000000000000000000000000000000000000000000000000000000080", "order 4"},
		{"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "order 2"},
		{"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "order 8"},
		{"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", "order 8"},
		{"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "p, that is 0, not canonical"},
		{"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "p + 1, not canonical"},
		{"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "not canonical"},
		{"0200000000000000000000000000000000000000000000000000000000000000", "not on the curve"},
	};
	uint8_t		key[PUBLIC_KEY_SIZE];
	int			sound = 0;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
	{
		from_hex(key, bad[i].key);
		if (!CHECK(!ed25519_key_is_sound(key)))
			printf("    %s\n", bad[i].why);
	}

	/* Of random bytes half are a point, and one in eight of these is of the prime order. */
	for (int i = 0; i < 2000; i++)
	{
		seeded_bytes(key, sizeof key);
		sound += ed25519_key_is_sound(key);
	}
	CHECK(sound > 60 && sound < 200);
}

static void
test_the_rest(void)
{
	uint8_t		a[40];
	uint8_t		b[40];

	random_bytes(a, sizeof a);
	random_bytes(b, sizeof b);
	CHECK(memcmp(a, b, sizeof a) != 0);
	wipe(a, sizeof a);
	memset(b, 0, sizeof b);
	CHECK(memcmp(a, b, sizeof a) == 0);
}

int
main(void)
{
	if (!crypto_init())
		return 1;
	test_rfc8032();
	test_malleability();
	test_keys();
	test_the_rest();
	return check_done("crypto_signature");
}
