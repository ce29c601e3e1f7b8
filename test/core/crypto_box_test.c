/*
 * crypto_box_test.c -- secrets at rest: keys from passphrases, boxes.
 */
#include "check.h"

#include "crypto/crypto.h"

static size_t
from_hex(uint8_t *out, const char *hex)
{
	size_t		n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++, hex += 2)
		out[i] = (uint8_t) (((hex[0] & 15) + (hex[0] > '9' ? 9 : 0)) << 4 | ((hex[1] & 15) + (hex[1] > '9' ? 9 : 0)));
	return n;
}

/* The example of NaCl's documentation of crypto_secretbox, tag first. */
static void
test_box(void)
{
	uint8_t		key[BOX_KEY_SIZE];
	uint8_t		nonce[BOX_NONCE_SIZE];
	uint8_t		secret[256];
	uint8_t		expected[256];
	uint8_t		box[256];
	uint8_t		opened[256];
	size_t		n;
	size_t		box_n;
	int			wrong = 0;

	from_hex(key, "1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
	from_hex(nonce, "69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");
	n = from_hex(secret,
				 "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c6129"
				 "6cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde"
				 "048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705");
	box_n = from_hex(expected,
					 "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186a"
					 "c0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae"
					 "90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74"
					 "e355a5");
	CHECK_INT((int64_t) box_n, (int64_t) n + BOX_TAG_SIZE);
	box_seal(box, secret, n, nonce, key);
	CHECK(memcmp(box, expected, box_n) == 0);
	CHECK(box_open(opened, box, box_n, nonce, key));
	CHECK(memcmp(opened, secret, n) == 0);

	/* No bit of it can be changed. */
	for (size_t bit = 0; bit < box_n * 8; bit++)
	{
		box[bit / 8] ^= (uint8_t) (1 << bit % 8);
		wrong += box_open(opened, box, box_n, nonce, key);
		box[bit / 8] ^= (uint8_t) (1 << bit % 8);
	}
	CHECK_INT(wrong, 0);
	CHECK(!box_open(opened, box, box_n - 1, nonce, key));
	CHECK(!box_open(opened, box, BOX_TAG_SIZE - 1, nonce, key));
	key[0] ^= 1;
	CHECK(!box_open(opened, box, box_n, nonce, key));
}

/* What a passphrase gives is pinned: key files must stay readable. */
static void
test_passphrase(void)
{
	uint8_t		salt[SALT_SIZE];
	uint8_t		expected[BOX_KEY_SIZE];
	uint8_t		key[BOX_KEY_SIZE];

	for (size_t i = 0; i < sizeof salt; i++)
		salt[i] = (uint8_t) i;
	from_hex(expected, "ae69ff0c9cf32024bd114dd8cde7452288f620db007dcf0fdbbb44e70b437d07");
	CHECK(passphrase_key(key, "open sesame", 11, salt, 2, 65536));
	CHECK(memcmp(key, expected, sizeof key) == 0);
	CHECK(passphrase_key(key, "open sesamf", 11, salt, 2, 65536));
	CHECK(memcmp(key, expected, sizeof key) != 0);
	CHECK(passphrase_key(key, "open sesame", 11, salt, 3, 65536));
	CHECK(memcmp(key, expected, sizeof key) != 0);
	CHECK(passphrase_key(key, "open sesame", 11, salt, 2, 131072));
	CHECK(memcmp(key, expected, sizeof key) != 0);
	salt[15] ^= 1;
	CHECK(passphrase_key(key, "open sesame", 11, salt, 2, 65536));
	CHECK(memcmp(key, expected, sizeof key) != 0);
	CHECK(!passphrase_key(key, "open sesame", 11, salt, 0, 65536));
	CHECK(!passphrase_key(key, "open sesame", 11, salt, 2, 1));
}

static void
test_memory(void)
{
	uint8_t		secret[64];
	bool		wiped = true;

	memset(secret, 0x55, sizeof secret);
	lock_memory(secret, sizeof secret);
	CHECK(secret[0] == 0x55);
	unlock_memory(secret, sizeof secret);
	for (size_t i = 0; i < sizeof secret; i++)
		wiped = wiped && secret[i] == 0;
	CHECK(wiped);
}

int
main(void)
{
	if (!CHECK(crypto_init()))
		return check_done("crypto_box");
	test_box();
	test_passphrase();
	test_memory();
	return check_done("crypto_box");
}
