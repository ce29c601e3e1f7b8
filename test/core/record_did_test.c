/*
 * record_did_test.c -- DIDs in their text and their binary form, their order, and what is no DID.
 */
#include "check.h"

#include "record/did.h"
#include "seeded.h"

#include <stdlib.h>

static void
from_hex(uint8_t *out, const char *hex)
{
	for (; *hex; hex += 2)
		*out++ = (uint8_t) (((hex[0] & 15) + (hex[0] > '9' ? 9 : 0)) << 4 | ((hex[1] & 15) + (hex[1] > '9' ? 9 : 0)));
}

static Str
print(char out[DID_TEXT_MAX], const Did *did)
{
	return (Str){out, did_print(out, did)};
}

static void
test_known(void)
{
	/* Seeds of W3C CCG's did:key vectors, of RFC 8032 section 7.1, and keys at the edges of the range. */
	static const struct
	{
		const char *seed;
		const char *key;
		const char *text;
	}			keys[] = {
		{"0000000000000000000000000000000000000000000000000000000000000000", NULL,
		 "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"},
		{NULL, "2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6",
		 "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"},
		{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		 "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
		 "did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw"},
		{NULL, "0000000000000000000000000000000000000000000000000000000000000000",
		 "did:key:z6MkeTG3bFFSLYVU7VqhgZxqr6YzpaGrQtFMh1uvqGy1vDnP"},
		{NULL, "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		 "did:key:z6MkwgaR63138bEEgad7uk993KMX54vBA6KTB4sFhCPnSB2e"},
	};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
	{
		uint8_t		seed[SEED_SIZE];
		uint8_t		key[PUBLIC_KEY_SIZE];
		uint8_t		want[PUBLIC_KEY_SIZE];
		uint8_t		secret[SECRET_KEY_SIZE];
		char		text[DID_TEXT_MAX];
		Did			did = {0};
		Did			again;

		if (keys[i].seed != NULL)
		{
			from_hex(seed, keys[i].seed);
			ed25519_from_seed(key, secret, seed);
		}
		if (keys[i].key != NULL)
		{
			from_hex(want, keys[i].key);
			CHECK(keys[i].seed == NULL || memcmp(key, want, sizeof key) == 0);
			memcpy(key, want, sizeof key);
		}
		did_from_key(&did, key);
		CHECK_STR(print(text, &did), keys[i].text);
		CHECK_INT(did_size(&did), 33);
		CHECK_INT(did_parse(&again, keys[i].text, strlen(keys[i].text), NULL), CODE_OK);
		CHECK_INT(did_cmp(&did, &again), 0);
		CHECK(did_key(want, &again) && memcmp(key, want, sizeof key) == 0);
		CHECK(!did_is_none(&again));
	}
}

/* "fooba" is mzxw6ytb in RFC 4648 section 10. */
static void
test_commune(void)
{
	Did			did;
	uint8_t		key[PUBLIC_KEY_SIZE];
	char		text[DID_TEXT_MAX];

	CHECK_INT(did_parse(&did, "did:commune:mzxw6ytbmzxw6ytbmzxw6ytbmzxw6ytb", 44, NULL), CODE_OK);
	CHECK_INT(did_size(&did), 21);
	CHECK(memcmp(did.b, "cfoobafoobafoobafooba\0\0\0\0\0\0\0\0\0\0\0", DID_SIZE_MAX) == 0);
	CHECK_STR(print(text, &did), "did:commune:mzxw6ytbmzxw6ytbmzxw6ytbmzxw6ytb");
	CHECK(!did_key(key, &did));
	CHECK_INT(did_parse(&did, "did:commune:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 44, NULL), CODE_OK);
	CHECK_INT(did_parse(&did, "did:commune:77777777777777777777777777777777", 44, NULL), CODE_OK);
	CHECK_STR(print(text, &did), "did:commune:77777777777777777777777777777777");
	CHECK_INT(did_size(&(Did){0}), 0);
	CHECK(did_is_none(&(Did){0}));
}

static void
test_refused(void)
{
	static const struct
	{
		Str			text;
		const char *detail;
	}			cases[] = {
		{STR(""), "it begins neither with did:key:z nor with did:commune:"},
		{STR("did:"), "it begins neither with did:key:z nor with did:commune:"},
		{STR("did:key:"), "it begins neither with did:key:z nor with did:commune:"},
		{STR("z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"), "it begins neither with did:key:z nor with did:commune:"},
		{STR(" did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"), "it begins neither with did:key:z nor with did:commune:"},
		{STR("DID:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"), "it begins neither with did:key:z nor with did:commune:"},
		{STR("did:web:example.org"), "it begins neither with did:key:z nor with did:commune:"},
		{STR("did:plc:vyuosvns3imj4hqisd77qfop"), "it begins neither with did:key:z nor with did:commune:"},
		/* base64url and base16 are multibases as well, but not the one of did:key */
		{STR("did:key:u7QHXWpgBgrEKt9VL_tPJZAc6DuFy89qmIyWvAhpo9wdRGg"), "it begins neither with did:key:z nor with did:commune:"},
		{STR("did:key:fed01d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"),
		 "it begins neither with did:key:z nor with did:commune:"},

		{STR("did:key:z"), "a did:key of Ed25519 has 56 characters, this has 9"},
		{STR("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooW"), "a did:key of Ed25519 has 56 characters, this has 55"},
		{STR("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp "), "a did:key of Ed25519 has 56 characters, this has 57"},
		{STR("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp\0"), "a did:key of Ed25519 has 56 characters, this has 57"},
		{STR("did:key:z16MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"), "a did:key of Ed25519 has 56 characters, this has 57"},
		{STR("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp#z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"),
		 "a did:key of Ed25519 has 56 characters, this has 105"},

		/* 0 O I l are no base58 */
		{STR("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDoo0p"), "no character of base58 at byte 54"},
		{STR("did:key:z0MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"), "no character of base58 at byte 9"},
		{STR("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWO"), "no character of base58 at byte 55"},
		{STR("did:key:z6MkITBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"), "no character of base58 at byte 12"},
		{STR("did:key:z6MklTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"), "no character of base58 at byte 12"},
		{STR("did:key:z6Mk TBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"), "no character of base58 at byte 12"},
		{STR("did:key:z6Mk\xc3\xa4TBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooW"), "no character of base58 at byte 12"},
		{STR("did:key:z6Mk\0TBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"), "no character of base58 at byte 12"},

		/* one below and one above the keys: codec 0xed00 and 0xed02; then the least and the greatest number */
		{STR("did:key:z6MkeTG3bFFSLYVU7VqhgZxqr6YzpaGrQtFMh1uvqGy1vDnN"), "the key is not an Ed25519 key (z6Mk...)"},
		{STR("did:key:z6MkwgaR63138bEEgad7uk993KMX54vBA6KTB4sFhCPnSB2f"), "the key is not an Ed25519 key (z6Mk...)"},
		{STR("did:key:z11111111111111111111111111111111111111111111111"), "the key is not an Ed25519 key (z6Mk...)"},
		{STR("did:key:zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"), "the key is not an Ed25519 key (z6Mk...)"},

		/* an X25519 key, as it belongs to the DID of seed 0; then secp256k1 and P-256 */
		{STR("did:key:z6LShs9GGnqk85isEBzzshkuVWrVKsRp24GnDuHk8QWkARMW"), "the key is not an Ed25519 key (z6Mk...)"},
		{STR("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme"), "a did:key of Ed25519 has 56 characters, this has 57"},
		{STR("did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv"), "a did:key of Ed25519 has 56 characters, this has 57"},

		{STR("did:commune:"), "a did:commune has 44 characters, this has 12"},
		{STR("did:commune:mzxw6ytbmzxw6ytbmzxw6ytbmzxw6yt"), "a did:commune has 44 characters, this has 43"},
		{STR("did:commune:mzxw6ytbmzxw6ytbmzxw6ytbmzxw6ytb="), "a did:commune has 44 characters, this has 45"},
		{STR("did:commune:Mzxw6ytbmzxw6ytbmzxw6ytbmzxw6ytb"), "no character of base32 (a-z 2-7) at byte 12"},
		{STR("did:commune:mzxw6ytbmzxw6ytbmzxw6ytbmzxw6yt1"), "no character of base32 (a-z 2-7) at byte 43"},
		{STR("did:commune:mzxw6ytbmzxw6ytb8zxw6ytbmzxw6ytb"), "no character of base32 (a-z 2-7) at byte 28"},
		{STR("did:commune:mzxw6ytbmzxw6ytbmzxw6ytbmzxw6yt\xe4"), "no character of base32 (a-z 2-7) at byte 43"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
	{
		char	   *copy = malloc(cases[i].text.n);
		Did			did;
		Fault		fault = {0};

		memcpy(copy, cases[i].text.p, cases[i].text.n);
		CHECK_INT(did_parse(&did, copy, cases[i].text.n, &fault), CODE_BAD_DID);
		CHECK_INT(fault.code, CODE_BAD_DID);
		CHECK_STR(str_from(fault.detail), cases[i].detail);
		CHECK_INT(did_parse(&did, copy, cases[i].text.n, NULL), CODE_BAD_DID);
		free(copy);
	}
}

static void
test_binary(void)
{
	static const struct
	{
		Str			bytes;
		const char *detail;
	}			cases[] = {
		{STR(""), "the binary form begins with the byte k or c"},
		{STR("did:key:z"), "the binary form begins with the byte k or c"},
		{STR("\0"), "the binary form begins with the byte k or c"},
		{STR("K0123456789abcdef0123456789abcdef"), "the binary form begins with the byte k or c"},
		{STR("k"), "the binary form of this method has 33 bytes, this has 1"},
		{STR("k0123456789abcdef0123456789abcde"), "the binary form of this method has 33 bytes, this has 32"},
		{STR("k0123456789abcdef0123456789abcdef0"), "the binary form of this method has 33 bytes, this has 34"},
		{STR("c"), "the binary form of this method has 21 bytes, this has 1"},
		{STR("c0123456789abcdef012"), "the binary form of this method has 21 bytes, this has 20"},
		{STR("c0123456789abcdef01234"), "the binary form of this method has 21 bytes, this has 22"},
		{STR("c0123456789abcdef0123456789abcdef"), "the binary form of this method has 21 bytes, this has 33"},
	};
	Did			did;
	Did			want = {0};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
	{
		Fault		fault = {0};

		CHECK_INT(did_from_bytes(&did, (const uint8_t *) cases[i].bytes.p, cases[i].bytes.n, &fault), CODE_BAD_DID);
		CHECK_STR(str_from(fault.detail), cases[i].detail);
	}
	CHECK_INT(did_from_bytes(&did, (const uint8_t *) "k0123456789abcdef0123456789abcdef", 33, NULL), CODE_OK);
	did_from_key(&want, (const uint8_t *) "0123456789abcdef0123456789abcdef");
	CHECK_INT(did_cmp(&did, &want), 0);
	CHECK_INT(did_from_bytes(&did, (const uint8_t *) "cfoobafoobafoobafooba", 21, NULL), CODE_OK);
	CHECK_INT(did_parse(&want, "did:commune:mzxw6ytbmzxw6ytbmzxw6ytbmzxw6ytb", 44, NULL), CODE_OK);
	CHECK_INT(did_cmp(&did, &want), 0);
}

static int
sign(int c)
{
	return (c > 0) - (c < 0);
}

/* Random keys read back; the order of did:key texts is that of the binary forms; no two texts are one DID. */
static void
test_round_trips(void)
{
	Did			last = {0};
	char		last_text[DID_TEXT_MAX] = {0};

	for (int i = 0; i < 20000; i++)
	{
		uint8_t		key[PUBLIC_KEY_SIZE];
		char		text[DID_TEXT_MAX];
		char		other[DID_TEXT_MAX];
		Did			did = {0};
		Did			again;
		int			place = 9 + (int) seeded_below(47);

		seeded_bytes(key, sizeof key);
		if (i % 3 == 0)
			memcpy(key, last.b + 1, seeded_below(sizeof key));	/* keys that share a beginning */
		did_from_key(&did, key);
		if (did_print(text, &did) != DID_TEXT_MAX || memcmp(text, "did:key:z6Mk", 12) != 0 ||
			did_parse(&again, text, DID_TEXT_MAX, NULL) != CODE_OK || did_cmp(&again, &did) != 0)
		{
			CHECK(!"a key does not read back");
			return;
		}
		if (i > 0)
			CHECK(sign(memcmp(text, last_text, DID_TEXT_MAX)) == sign(did_cmp(&did, &last)));

		/* Change one digit: another DID, or none. */
		memcpy(other, text, DID_TEXT_MAX);
		other[place] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[seeded_below(58)];
		if (did_parse(&again, other, DID_TEXT_MAX, NULL) == CODE_OK)
			CHECK((did_cmp(&again, &did) == 0) == (other[place] == text[place]));
		last = did;
		memcpy(last_text, text, DID_TEXT_MAX);
	}
	for (int i = 0; i < 2000; i++)
	{
		uint8_t		bytes[21];
		char		text[DID_TEXT_MAX];
		Did			did;
		Did			again;

		bytes[0] = 'c';
		seeded_bytes(bytes + 1, 20);
		CHECK_INT(did_from_bytes(&did, bytes, sizeof bytes, NULL), CODE_OK);
		CHECK_INT(did_print(text, &did), 44);
		CHECK_INT(did_parse(&again, text, 44, NULL), CODE_OK);
		CHECK_INT(did_cmp(&again, &did), 0);
	}
}

int
main(void)
{
	if (!crypto_init())
		return 1;
	test_known();
	test_commune();
	test_refused();
	test_binary();
	test_round_trips();
	return check_done("record_did");
}
