/*
 * cli_keyfile_test.c -- key files: what is written can be read, what was touched cannot.
 */
#include "check.h"

#include "cli/keyfile.h"
#include "record/did.h"

/* The least that Argon2id takes, to be quick. */
#define OPS 1
#define MEM 8192

static const uint8_t seed[SEED_SIZE] = "0123456789abcdef0123456789abcde";

static bool
contains(const void *bytes, size_t n, const void *part, size_t m)
{
	for (size_t i = 0; i + m <= n; i++)
		if (memcmp((const char *) bytes + i, part, m) == 0)
			return true;
	return false;
}

static void
test_plain(void)
{
	KeyFile		file;
	KeyFile		again;
	char		text[KEYFILE_TEXT_MAX];
	char		did_text[DID_TEXT_MAX];
	uint8_t		secret[SECRET_KEY_SIZE];
	uint8_t		key[PUBLIC_KEY_SIZE];
	uint8_t		expected[SECRET_KEY_SIZE];
	Did			did;
	size_t		n;
	Fault		fault;

	ed25519_from_seed(key, expected, seed);
	CHECK_INT(keyfile_make(&file, seed, STR_NONE, OPS, MEM, &fault), CODE_OK);
	n = keyfile_print(text, &file);
	CHECK(n < sizeof text && text[n - 1] == '\n');
	did_from_key(&did, key);
	CHECK(did_print(did_text, &did) == DID_TEXT_MAX && contains(text, n, did_text, DID_TEXT_MAX));
	CHECK_INT(keyfile_parse(&again, text, n, &fault), CODE_OK);
	CHECK(!again.is_sealed);
	CHECK(memcmp(again.key, key, sizeof key) == 0);
	CHECK_INT(keyfile_open(secret, &again, STR_NONE, &fault), CODE_OK);
	CHECK(memcmp(secret, expected, sizeof secret) == 0);

	/* The comment is free, the end of the last line may be missing. */
	CHECK_INT(keyfile_parse(&again, text, n - 1, &fault), CODE_OK);

	/* A public key of somebody else. */
	again.key[0] ^= 1;
	CHECK_INT(keyfile_open(secret, &again, STR_NONE, &fault), CODE_BAD_KEY_FILE);
}

static void
test_sealed(void)
{
	KeyFile		file;
	KeyFile		again;
	char		text[KEYFILE_TEXT_MAX];
	uint8_t		secret[SECRET_KEY_SIZE];
	uint8_t		key[PUBLIC_KEY_SIZE];
	uint8_t		expected[SECRET_KEY_SIZE];
	size_t		n;
	Fault		fault;

	ed25519_from_seed(key, expected, seed);
	CHECK_INT(keyfile_make(&file, seed, STR("open sesame"), OPS, MEM, &fault), CODE_OK);
	CHECK(!contains(file.secret, sizeof file.secret, seed, 8));
	n = keyfile_print(text, &file);
	CHECK_INT(keyfile_parse(&again, text, n, &fault), CODE_OK);
	CHECK(again.is_sealed);
	CHECK_INT((int64_t) again.ops, OPS);
	CHECK_INT((int64_t) again.mem, MEM);
	CHECK(memcmp(again.key, key, sizeof key) == 0);
	CHECK_INT(keyfile_open(secret, &again, STR("open sesame"), &fault), CODE_OK);
	CHECK(memcmp(secret, expected, sizeof secret) == 0);
	CHECK_INT(keyfile_open(secret, &again, STR("open sesam"), &fault), CODE_BAD_KEY_FILE);
	CHECK_INT(keyfile_open(secret, &again, STR(""), &fault), CODE_BAD_KEY_FILE);
	again.salt[3] ^= 1;
	CHECK_INT(keyfile_open(secret, &again, STR("open sesame"), &fault), CODE_BAD_KEY_FILE);
	again.salt[3] ^= 1;
	again.secret[20] ^= 1;
	CHECK_INT(keyfile_open(secret, &again, STR("open sesame"), &fault), CODE_BAD_KEY_FILE);
	again.secret[20] ^= 1;
	again.key[0] ^= 1;
	CHECK_INT(keyfile_open(secret, &again, STR("open sesame"), &fault), CODE_BAD_KEY_FILE);

	/* Two files for one key and one passphrase have nothing in common. */
	CHECK_INT(keyfile_make(&again, seed, STR("open sesame"), OPS, MEM, &fault), CODE_OK);
	CHECK(memcmp(again.salt, file.salt, sizeof file.salt) != 0);
	CHECK(memcmp(again.secret, file.secret, sizeof file.secret) != 0);
	CHECK_INT(keyfile_make(&again, seed, STR("x"), OPS, 1, &fault), CODE_BAD_KEY_FILE);
}

static void
test_refusals(void)
{
	KeyFile		file;
	KeyFile		again;
	char		text[KEYFILE_TEXT_MAX];
	char		changed[KEYFILE_TEXT_MAX];
	size_t		n;
	size_t		start;
	int			taken = 0;
	Fault		fault;

	keyfile_make(&file, seed, STR_NONE, 0, 0, &fault);
	n = keyfile_print(text, &file);
	start = (size_t) ((char *) memchr(text, '\n', n) - text) + 1;

	CHECK_INT(keyfile_parse(&again, "", 0, &fault), CODE_BAD_KEY_FILE);
	CHECK_INT(keyfile_parse(&again, text + start, n - start, &fault), CODE_BAD_KEY_FILE);
	CHECK_INT(keyfile_parse(&again, text, start, &fault), CODE_BAD_KEY_FILE);
	memcpy(changed, text, n);
	memcpy(changed + n, "x\n", 2);
	CHECK_INT(keyfile_parse(&again, changed, n + 2, &fault), CODE_BAD_KEY_FILE);

	/* Cut off anywhere. */
	for (size_t cut = 0; cut < n - 1; cut++)
		taken += keyfile_parse(&again, text, cut, &fault) == CODE_OK;
	CHECK_INT(taken, 0);

	/* The magic, the protection, and what is zero in a plain file: base64 characters of bytes 0 to 59. */
	for (size_t i = start; i < start + 80; i++)
	{
		memcpy(changed, text, n);
		changed[i] = changed[i] == '/' ? '+' : '/';
		taken += keyfile_parse(&again, changed, n, &fault) == CODE_OK;
	}
	CHECK_INT(taken, 0);

	/* What a sealed file may demand is bounded. */
	keyfile_make(&file, seed, STR("x"), OPS, MEM, &fault);
	file.ops = KEYFILE_OPS_MAX + 1;
	CHECK_INT(keyfile_parse(&again, text, keyfile_print(text, &file), &fault), CODE_BAD_KEY_FILE);
	file.ops = 0;
	CHECK_INT(keyfile_parse(&again, text, keyfile_print(text, &file), &fault), CODE_BAD_KEY_FILE);
	file.ops = OPS;
	file.mem = KEYFILE_MEM_MAX + 1;
	CHECK_INT(keyfile_parse(&again, text, keyfile_print(text, &file), &fault), CODE_BAD_KEY_FILE);
	file.mem = KEYFILE_MEM_MAX;
	CHECK_INT(keyfile_parse(&again, text, keyfile_print(text, &file), &fault), CODE_OK);
}

int
main(void)
{
	if (!CHECK(crypto_init()))
		return check_done("cli_keyfile");
	test_plain();
	test_sealed();
	test_refusals();
	return check_done("cli_keyfile");
}
