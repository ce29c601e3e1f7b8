/*
 * record_test.c -- records: one with its exact bytes, every refusal, signatures, and the examples of RFC 7515 and 8037
 * that apply.
 */
#include "check.h"

#include "record/record.h"
#include "seeded.h"

#include <stdlib.h>

#define HEADER "{\"alg\":\"Ed25519\",\"typ\":\"commune+jwt\"}"

/* The key of RFC 8032 section 7.1, test 1, which is also that of RFC 8037 appendix A. */
#define SEED "\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4" \
	"\x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60"
#define MULTIBASE "z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw"
#define DID "did:key:" MULTIBASE
#define DID2 "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
#define DID3 "did:commune:mzxw6ytbmzxw6ytbmzxw6ytbmzxw6ytb"
#define AUD "5v3tY3vjEkNY7Dfs1GJBHZoWNHDDFbZvz6wyUq4Yn3M"

/* The common members, in pieces that a case can leave out or change. */
#define ISS_ "\"iss\":\"" DID "\","
#define AUD_ "\"aud\":\"" AUD "\","
#define IAT_ "\"iat\":1767225600,"
#define NONCE_ "\"nonce\":1767225600000,"
#define ACT_ "\"act\":\"topic\""

static HeapArena heap;
static uint8_t key[PUBLIC_KEY_SIZE];
static uint8_t secret[SECRET_KEY_SIZE];

static Str
encode(Str bytes)
{
	char	   *text = arena_alloc(&heap.arena, BASE64URL_LEN(bytes.n));

	return (Str){text, base64url_encode(text, (const uint8_t *) bytes.p, bytes.n)};
}

/* Sign any header and payload. */
static Str
sign(Str header, Str payload)
{
	uint8_t		signature[SIGNATURE_SIZE];
	Buf			out;

	buf_init(&out, &heap.arena);
	buf_str(&out, encode(header));
	buf_char(&out, '.');
	buf_str(&out, encode(payload));
	ed25519_sign(signature, out.p, out.n, secret);
	buf_char(&out, '.');
	buf_str(&out, encode((Str){(const char *) signature, sizeof signature}));
	return buf_done(&out);
}

/* Read a text in memory of its own size; "accepted" or the detail of the fault. */
static Str
verdict(Str text)
{
	char	   *copy = malloc(text.n);
	Record		record;
	Fault		fault = {0};
	Code		code;
	Str			out;

	if (text.n > 0)
		memcpy(copy, text.p, text.n);
	code = record_parse(&record, &heap.arena, copy, text.n, &fault);
	if (code == CODE_OK)
		code = record_verify(&record, key, &fault);
	if (code == CODE_OK)
		out = STR("accepted");
	else
		out = arena_printf(&heap.arena, "%s%s", code == CODE_BAD_DID ? "DID " : "", fault.detail);
	CHECK(code == CODE_OK || fault.code == code);
	CHECK_INT(record_parse(&record, &heap.arena, copy, text.n, NULL) != CODE_OK, code != CODE_OK);
	free(copy);
	return out;
}

/* The example of docs/record-format.md, byte for byte. */
static void
test_example(void)
{
	static const char payload[] = "{\"iss\":\"" DID "\",\"aud\":\"" AUD "\",\"iat\":1767225600,\"nonce\":1767225600000,"
		"\"act\":\"topic\",\"topic\":\"water\"}";
	static const char text[] = "eyJhbGciOiJFZDI1NTE5IiwidHlwIjoiY29tbXVuZStqd3QifQ"
		".eyJpc3MiOiJkaWQ6a2V5Ono2TWt0d3VwZG1MWFZWcVR6Q3c0aTQ2cjR1R3lvc0dYUm5SM1hqTjRacTdvTU1zdyIsImF1ZCI6IjV2M3RZM3Zq"
		"RWtOWTdEZnMxR0pCSFpvV05IRERGYlp2ejZ3eVVxNFluM00iLCJpYXQiOjE3NjcyMjU2MDAsIm5vbmNlIjoxNzY3MjI1NjAwMDAwLCJhY3QiOi"
		"J0b3BpYyIsInRvcGljIjoid2F0ZXIifQ"
		".ZOgWqGzNBuUlP_LoTqH3VtmKe4SNbhX8-YxEtjfHvUFCw6e0UwymeOo8KFxTxu1RvC5LFw_-p2c2KOnrgH9ECg";
	Record		record;
	uint8_t		leaf[HASH_SIZE];
	char		id[ID_TEXT_LEN];
	char		did[DID_TEXT_MAX];
	Str			made = record_sign(&heap.arena, str_from(payload), secret);
	FILE	   *docs;
	static char page[100000];
	size_t		n;

	CHECK_STR(made, text);
	if (record_parse(&record, &heap.arena, text, sizeof text - 1, NULL) != CODE_OK)
	{
		CHECK(!"the example does not read back");
		return;
	}
	CHECK(record.text.p == text && record.text.n == sizeof text - 1);
	CHECK(record.signed_part.p == text && text[record.signed_part.n] == '.' &&
		  record.signed_part.n == sizeof text - 1 - 87);
	CHECK_STR(record.header_text, HEADER);
	CHECK_STR(record.payload_text, payload);
	CHECK_STR(json_get(record.header, "typ")->string, "commune+jwt");
	CHECK_STR(json_get(record.payload, "topic")->string, "water");
	CHECK_INT(did_print(did, &record.signer), DID_TEXT_MAX);
	CHECK(memcmp(did, DID, DID_TEXT_MAX) == 0);
	CHECK(record.has_aud);
	id_print(id, record.aud);
	CHECK_STR(((Str){id, sizeof id}), AUD);
	CHECK_INT(record.iat, 1767225600);
	CHECK_INT(record.exp, 0);
	CHECK_INT(record.nonce, 1767225600000);
	CHECK_STR(record.act, "topic");
	CHECK_INT(record_verify(&record, key, NULL), CODE_OK);
	merkle_leaf(leaf, text, sizeof text - 1);
	id_print(id, leaf);
	CHECK_STR(((Str){id, sizeof id}), "f9lyUpg0XYoFkFI9qr41cn3qWZCgzGMS5FF9AEqfen8");

	/* The page says the same. */
	docs = fopen("docs/record-format.md", "r");
	if (docs == NULL)
	{
		CHECK(!"docs/record-format.md is missing");
		return;
	}
	n = fread(page, 1, sizeof page - 1, docs);
	fclose(docs);
	CHECK(n > 0 && strstr(page, text) != NULL);
	CHECK(strstr(page, payload) != NULL);
	CHECK(strstr(page, "f9lyUpg0XYoFkFI9qr41cn3qWZCgzGMS5FF9AEqfen8") != NULL);
	CHECK(strstr(page, "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60") != NULL);
}

/* Headers and payloads that are taken. */
static void
test_accepted(void)
{
	static const struct
	{
		const char *header;
		const char *payload;
	}			cases[] = {
		{HEADER, "{" ISS_ AUD_ IAT_ NONCE_ ACT_ "}"},
		{HEADER, " {\n\t" ACT_ ", " NONCE_ " " IAT_ AUD_ ISS_ " \"x\" : [ ] }\r\n"},
		{"{\"typ\":\"commune+jwt\",\"alg\":\"EdDSA\"}", "{" ISS_ AUD_ IAT_ NONCE_ ACT_ "}"},
		{" { \"alg\" : \"Ed25519\" , \"typ\" : \"commune+jwt\" } ", "{" ISS_ AUD_ IAT_ NONCE_ ACT_ "}"},
		{"{\"alg\":\"\\u0045d25519\",\"typ\":\"commune+jwt\"}", "{" ISS_ AUD_ IAT_ NONCE_ ACT_ "}"},
		{"{\"alg\":\"Ed25519\",\"kid\":\"" DID "\",\"typ\":\"commune+jwt\"}", "{" ISS_ AUD_ IAT_ NONCE_ ACT_ "}"},
		{"{\"alg\":\"Ed25519\",\"kid\":\"" DID "#" MULTIBASE "\",\"typ\":\"commune+jwt\"}",
		 "{" ISS_ AUD_ IAT_ NONCE_ ACT_ "}"},
		{HEADER, "{\"iss\":\"" DID3 "\"," AUD_ IAT_ NONCE_ ACT_ "}"},
		{"{\"alg\":\"Ed25519\",\"kid\":\"" DID3 "\",\"typ\":\"commune+jwt\"}",
		 "{\"iss\":\"" DID3 "\"," AUD_ IAT_ NONCE_ ACT_ "}"},
		{"{\"alg\":\"Ed25519\",\"kid\":\"" DID3 "#Key-1_a.b\",\"typ\":\"commune+jwt\"}",
		 "{\"iss\":\"" DID3 "\"," AUD_ IAT_ NONCE_ ACT_ "}"},
		{HEADER, "{" ISS_ IAT_ NONCE_ "\"act\":\"charter\"}"},
		{HEADER, "{" ISS_ AUD_ "\"iat\":0,\"nonce\":1,\"exp\":1," ACT_ "}"},
		{HEADER, "{" ISS_ AUD_ "\"iat\":9007199254740991,\"nonce\":9007199254740991,\"exp\":9007199254740991," ACT_ "}"},
		{HEADER, "{" ISS_ AUD_ IAT_ NONCE_ "\"act\":\"a\"}"},
		{HEADER, "{" ISS_ AUD_ IAT_ NONCE_ "\"act\":\"_abcdefghijklmnopqrstuvwxyz____\"}"},
		{HEADER, "{" ISS_ AUD_ IAT_ NONCE_ ACT_ ",\"Iss\":1,\"sub\":null,\"text\":\"\xf0\x9f\x8c\xb1\\ud83c\\udf31\"}"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK_STR(verdict(sign(str_from(cases[i].header), str_from(cases[i].payload))), "accepted");
}

static void
test_header_refused(void)
{
	static const struct
	{
		const char *header;
		const char *detail;
	}			cases[] = {
		{"{\"typ\":\"commune+jwt\"}", "header: alg is missing"},
		{"{\"alg\":\"Ed25519\"}", "header: typ is missing"},
		{"{}", "header: alg is missing"},
		{"{\"alg\":\"none\",\"typ\":\"commune+jwt\"}", "header: alg is \"none\", not \"Ed25519\""},
		{"{\"alg\":\"\",\"typ\":\"commune+jwt\"}", "header: alg is \"\", not \"Ed25519\""},
		{"{\"alg\":\"HS256\",\"typ\":\"commune+jwt\"}", "header: alg is \"HS256\", not \"Ed25519\""},
		{"{\"alg\":\"ES256\",\"typ\":\"commune+jwt\"}", "header: alg is \"ES256\", not \"Ed25519\""},
		{"{\"alg\":\"Ed448\",\"typ\":\"commune+jwt\"}", "header: alg is \"Ed448\", not \"Ed25519\""},
		{"{\"alg\":\"ed25519\",\"typ\":\"commune+jwt\"}", "header: alg is \"ed25519\", not \"Ed25519\""},
		{"{\"alg\":\"eddsa\",\"typ\":\"commune+jwt\"}", "header: alg is \"eddsa\", not \"Ed25519\""},
		{"{\"alg\":\"Ed25519 \",\"typ\":\"commune+jwt\"}", "header: alg is \"Ed25519 \", not \"Ed25519\""},
		{"{\"alg\":null,\"typ\":\"commune+jwt\"}", "header: alg is not a string"},
		{"{\"alg\":[\"Ed25519\"],\"typ\":\"commune+jwt\"}", "header: alg is not a string"},
		{"{\"alg\":\"Ed25519\",\"typ\":\"JWT\"}", "header: typ is \"JWT\", not \"commune+jwt\""},
		{"{\"alg\":\"Ed25519\",\"typ\":\"Commune+jwt\"}", "header: typ is \"Commune+jwt\", not \"commune+jwt\""},
		{"{\"alg\":\"Ed25519\",\"typ\":\"application/commune+jwt\"}",
		 "header: typ is \"application/commune+jwt\", not \"commune+jwt\""},
		{"{\"alg\":\"Ed25519\",\"typ\":1}", "header: typ is not a string"},

		/* what other profiles of JWS allow */
		{"{\"alg\":\"Ed25519\",\"typ\":\"commune+jwt\",\"crit\":[\"b64\"],\"b64\":false}", "header: unknown member \"crit\""},
		{"{\"b64\":true,\"alg\":\"Ed25519\",\"typ\":\"commune+jwt\"}", "header: unknown member \"b64\""},
		{"{\"alg\":\"Ed25519\",\"typ\":\"commune+jwt\",\"jku\":\"https://example.org/\"}", "header: unknown member \"jku\""},
		{"{\"alg\":\"Ed25519\",\"typ\":\"commune+jwt\",\"jwk\":{}}", "header: unknown member \"jwk\""},
		{"{\"alg\":\"Ed25519\",\"typ\":\"commune+jwt\",\"x5u\":\"\"}", "header: unknown member \"x5u\""},
		{"{\"alg\":\"Ed25519\",\"typ\":\"commune+jwt\",\"x5c\":[]}", "header: unknown member \"x5c\""},
		{"{\"alg\":\"Ed25519\",\"typ\":\"commune+jwt\",\"x5t\":\"\"}", "header: unknown member \"x5t\""},
		{"{\"alg\":\"Ed25519\",\"typ\":\"commune+jwt\",\"x5t#S256\":\"\"}", "header: unknown member \"x5t#S256\""},
		{"{\"alg\":\"Ed25519\",\"typ\":\"commune+jwt\",\"cty\":\"\"}", "header: unknown member \"cty\""},
		{"{\"alg\":\"Ed25519\",\"typ\":\"commune+jwt\",\"zip\":\"DEF\"}", "header: unknown member \"zip\""},
		{"{\"alg\":\"Ed25519\",\"typ\":\"commune+jwt\",\"Kid\":\"\"}", "header: unknown member \"Kid\""},
		{"{\"alg\":\"Ed25519\",\"typ\":\"commune+jwt\",\"\":\"\"}", "header: unknown member \"\""},

		{"{\"alg\":\"Ed25519\",\"alg\":\"none\",\"typ\":\"commune+jwt\"}", "header: duplicate member \"alg\" at byte 17"},
		{"{\"alg\":\"Ed25519\",\"typ\":\"commune+jwt\",\"t\\u0079p\":\"x\"}", "header: duplicate member \"typ\" at byte 37"},
		{"[\"Ed25519\"]", "header: not an object"},
		{"\"Ed25519\"", "header: not an object"},
		{"null", "header: not an object"},
		{"Ed25519", "header: expected a value at byte 0"},
		{"{\"alg\":\"Ed25519\xff\"}", "header: invalid UTF-8 at byte 15"},
		{"{\"alg\":\"Ed25519\",\"typ\":\"commune+jwt\\u0000\"}", "header: the character NUL at byte 35"},
		{"\xef\xbb\xbf" HEADER, "header: a byte order mark at byte 0"},
		{HEADER "x", "header: more text after the value at byte 37"},

		/* kid */
		{"{\"alg\":\"Ed25519\",\"kid\":7,\"typ\":\"commune+jwt\"}", "header: kid is not a string"},
		{"{\"alg\":\"Ed25519\",\"kid\":\"\",\"typ\":\"commune+jwt\"}", "header: kid is not a DID URL of the signer in iss"},
		{"{\"alg\":\"Ed25519\",\"kid\":\"#" MULTIBASE "\",\"typ\":\"commune+jwt\"}",
		 "header: kid is not a DID URL of the signer in iss"},
		{"{\"alg\":\"Ed25519\",\"kid\":\"" DID2 "\",\"typ\":\"commune+jwt\"}",
		 "header: kid is not a DID URL of the signer in iss"},
		{"{\"alg\":\"Ed25519\",\"kid\":\"" DID "?versionId=1#" MULTIBASE "\",\"typ\":\"commune+jwt\"}",
		 "header: kid is not a DID URL of the signer in iss"},
		{"{\"alg\":\"Ed25519\",\"kid\":\"" DID " \",\"typ\":\"commune+jwt\"}",
		 "header: kid is not a DID URL of the signer in iss"},
		{"{\"alg\":\"Ed25519\",\"kid\":\"" DID "#\",\"typ\":\"commune+jwt\"}",
		 "header: the fragment of kid is not the key of its DID"},
		{"{\"alg\":\"Ed25519\",\"kid\":\"" DID "#key-1\",\"typ\":\"commune+jwt\"}",
		 "header: the fragment of kid is not the key of its DID"},
		{"{\"alg\":\"Ed25519\",\"kid\":\"" DID "#" MULTIBASE "#\",\"typ\":\"commune+jwt\"}",
		 "header: the fragment of kid is not the key of its DID"},
		{"{\"alg\":\"Ed25519\",\"kid\":\"" DID "#" DID "\",\"typ\":\"commune+jwt\"}",
		 "header: the fragment of kid is not the key of its DID"},
	};
	static const struct
	{
		const char *kid;
		const char *detail;
	}			kids[] = {
		{DID3 "#", "header: the fragment of kid has not 1 to 64 characters"},
		{DID3 "#1234567890123456789012345678901234567890123456789012345678901234", ""},
		{DID3 "#12345678901234567890123456789012345678901234567890123456789012345",
		 "header: the fragment of kid has not 1 to 64 characters"},
		{DID3 "#a#b", "header: the fragment of kid has characters other than A-Z a-z 0-9 . _ -"},
		{DID3 "#k\xc3\xa4", "header: the fragment of kid has characters other than A-Z a-z 0-9 . _ -"},
		{DID3 "/a", "header: kid is not a DID URL of the signer in iss"},
		{DID, "header: kid is not a DID URL of the signer in iss"},
	};
	Str			payload = STR("{" ISS_ AUD_ IAT_ NONCE_ ACT_ "}");

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK_STR(verdict(sign(str_from(cases[i].header), payload)), cases[i].detail);

	/* A did:commune has no key here to verify with, but its form is checked. */
	for (size_t i = 0; i < sizeof kids / sizeof *kids; i++)
	{
		Record		record;
		Fault		fault = {0};
		Str			text = sign(arena_printf(&heap.arena, "{\"alg\":\"Ed25519\",\"kid\":\"%s\",\"typ\":\"commune+jwt\"}",
											 kids[i].kid),
								STR("{\"iss\":\"" DID3 "\"," AUD_ IAT_ NONCE_ ACT_ "}"));

		CHECK_INT(record_parse(&record, &heap.arena, text.p, text.n, &fault) == CODE_OK, *kids[i].detail == '\0');
		CHECK_STR(str_from(fault.detail), kids[i].detail);
	}
}

static void
test_payload_refused(void)
{
	static const struct
	{
		const char *payload;
		const char *detail;
	}			cases[] = {
		{"[]", "payload: not an object"},
		{"\"foo\"", "payload: not an object"},
		{"foo", "payload: expected a value at byte 0"},
		{"{", "payload: unexpected end of the text at byte 1"},
		{"{" ISS_ AUD_ IAT_ NONCE_ ACT_ "} {}", "payload: more text after the value at byte 172"},
		{"\xef\xbb\xbf{" ISS_ AUD_ IAT_ NONCE_ ACT_ "}", "payload: a byte order mark at byte 0"},
		{"{}", "payload: iss is missing"},
		{"{" AUD_ IAT_ NONCE_ ACT_ "}", "payload: iss is missing"},
		{"{" ISS_ IAT_ NONCE_ ACT_ "}", "payload: aud is missing"},
		{"{" ISS_ AUD_ NONCE_ ACT_ "}", "payload: iat is missing"},
		{"{" ISS_ AUD_ IAT_ ACT_ "}", "payload: nonce is missing"},
		{"{" ISS_ AUD_ IAT_ "\"nonce\":1}", "payload: act is missing"},

		{"{\"iss\":null," AUD_ IAT_ NONCE_ ACT_ "}", "payload: iss is not a string"},
		{"{\"iss\":[\"" DID "\"]," AUD_ IAT_ NONCE_ ACT_ "}", "payload: iss is not a string"},
		{"{\"iss\":\"\"," AUD_ IAT_ NONCE_ ACT_ "}",
		 "DID payload: iss: it begins neither with did:key:z nor with did:commune:"},
		{"{\"iss\":\"https://example.org\"," AUD_ IAT_ NONCE_ ACT_ "}",
		 "DID payload: iss: it begins neither with did:key:z nor with did:commune:"},
		{"{\"iss\":\"" DID "#" MULTIBASE "\"," AUD_ IAT_ NONCE_ ACT_ "}",
		 "DID payload: iss: a did:key of Ed25519 has 56 characters, this has 105"},
		{"{\"iss\":\"did:key:z6LShs9GGnqk85isEBzzshkuVWrVKsRp24GnDuHk8QWkARMW\"," AUD_ IAT_ NONCE_ ACT_ "}",
		 "DID payload: iss: the key is not an Ed25519 key (z6Mk...)"},

		{"{" ISS_ "\"aud\":null," IAT_ NONCE_ ACT_ "}", "payload: aud is not a string"},
		{"{" ISS_ "\"aud\":[\"" AUD "\"]," IAT_ NONCE_ ACT_ "}", "payload: aud is not a string"},
		{"{" ISS_ "\"aud\":\"\"," IAT_ NONCE_ ACT_ "}", "payload: aud is not BASE64URL of 32 bytes"},
		{"{" ISS_ "\"aud\":\"" AUD "=\"," IAT_ NONCE_ ACT_ "}", "payload: aud is not BASE64URL of 32 bytes"},
		{"{" ISS_ "\"aud\":\"5v3tY3vjEkNY7Dfs1GJBHZoWNHDDFbZvz6wyUq4Yn3\"," IAT_ NONCE_ ACT_ "}",
		 "payload: aud is not BASE64URL of 32 bytes"},
		{"{" ISS_ "\"aud\":\"5v3tY3vjEkNY7Dfs1GJBHZoWNHDDFbZvz6wyUq4Yn3N\"," IAT_ NONCE_ ACT_ "}",
		 "payload: aud is not BASE64URL of 32 bytes"},
		{"{" ISS_ "\"aud\":\"5v3tY3vjEkNY7Dfs1GJBHZoWNHDDFbZvz6wy+q4Yn3M\"," IAT_ NONCE_ ACT_ "}",
		 "payload: aud is not BASE64URL of 32 bytes"},
		{"{" ISS_ AUD_ IAT_ NONCE_ "\"act\":\"charter\"}", "payload: a charter has no aud"},

		{"{" ISS_ AUD_ "\"iat\":\"1767225600\"," NONCE_ ACT_ "}", "payload: iat is not an integer"},
		{"{" ISS_ AUD_ "\"iat\":-1," NONCE_ ACT_ "}", "payload: iat is less than 0"},
		{"{" ISS_ AUD_ "\"iat\":1.5," NONCE_ ACT_ "}",
		 "payload: a number with a fraction or an exponent at byte 124"},
		{"{" ISS_ AUD_ IAT_ "\"exp\":0," NONCE_ ACT_ "}", "payload: exp is less than 1"},
		{"{" ISS_ AUD_ IAT_ "\"exp\":-5," NONCE_ ACT_ "}", "payload: exp is less than 1"},
		{"{" ISS_ AUD_ IAT_ "\"exp\":null," NONCE_ ACT_ "}", "payload: exp is not an integer"},
		{"{" ISS_ AUD_ IAT_ "\"exp\":true," NONCE_ ACT_ "}", "payload: exp is not an integer"},
		{"{" ISS_ AUD_ IAT_ "\"nonce\":0," ACT_ "}", "payload: nonce is less than 1"},
		{"{" ISS_ AUD_ IAT_ "\"nonce\":-1," ACT_ "}", "payload: nonce is less than 1"},
		{"{" ISS_ AUD_ IAT_ "\"nonce\":-0," ACT_ "}", "payload: the number minus zero at byte 143"},
		{"{" ISS_ AUD_ IAT_ "\"nonce\":01," ACT_ "}", "payload: a number with a leading zero at byte 143"},
		{"{" ISS_ AUD_ IAT_ "\"nonce\":1e3," ACT_ "}",
		 "payload: a number with a fraction or an exponent at byte 143"},
		{"{" ISS_ AUD_ IAT_ "\"nonce\":9007199254740992," ACT_ "}",
		 "payload: a number outside -(2^53-1) to 2^53-1 at byte 143"},
		{"{" ISS_ AUD_ IAT_ "\"nonce\":\"1\"," ACT_ "}", "payload: nonce is not an integer"},

		{"{" ISS_ AUD_ IAT_ NONCE_ "\"act\":\"\"}", "payload: act does not consist of 1 to 32 characters a-z and _"},
		{"{" ISS_ AUD_ IAT_ NONCE_ "\"act\":\"Topic\"}", "payload: act does not consist of 1 to 32 characters a-z and _"},
		{"{" ISS_ AUD_ IAT_ NONCE_ "\"act\":\"topic1\"}", "payload: act does not consist of 1 to 32 characters a-z and _"},
		{"{" ISS_ AUD_ IAT_ NONCE_ "\"act\":\"a-b\"}", "payload: act does not consist of 1 to 32 characters a-z and _"},
		{"{" ISS_ AUD_ IAT_ NONCE_ "\"act\":\"abcdefghijklmnopqrstuvwxyz_______\"}",
		 "payload: act does not consist of 1 to 32 characters a-z and _"},
		{"{" ISS_ AUD_ IAT_ NONCE_ "\"act\":7}", "payload: act is not a string"},

		{"{" ISS_ AUD_ IAT_ NONCE_ "\"nonce\":2," ACT_ "}", "payload: duplicate member \"nonce\" at byte 157"},
		{"{" ISS_ AUD_ IAT_ NONCE_ ACT_ ",\"x\":{\"y\":[{\"z\":1,\"z\":2}]}}",
		 "payload: duplicate member \"z\" at byte 188"},
		{"{" ISS_ AUD_ IAT_ NONCE_ ACT_ ",\"x\":\"\\u0000\"}", "payload: the character NUL at byte 176"},
		{"{" ISS_ AUD_ IAT_ NONCE_ ACT_ ",\"x\":\"\xed\xa0\x80\"}", "payload: invalid UTF-8 at byte 176"},
		{"{" ISS_ AUD_ IAT_ NONCE_ ACT_ ",\"x\":\"\\ud800\"}", "payload: a lone surrogate at byte 176"},
		{"{" ISS_ AUD_ IAT_ NONCE_ ACT_ ",\"x\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}",
		 "payload: more than 16 levels at byte 190"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK_STR(verdict(sign(STR(HEADER), str_from(cases[i].payload))), cases[i].detail);

	/* A NUL byte in either part; C strings cannot hold these. */
	CHECK_STR(verdict(sign(STR(HEADER), STR("{\"iss\":\"\0\"}"))), "payload: a control character in a string at byte 8");
	CHECK_STR(verdict(sign(STR(HEADER "\0"), STR("{" ISS_ AUD_ IAT_ NONCE_ ACT_ "}"))),
			  "header: more text after the value at byte 37");
}

/* What is wrong with the three parts, whatever they hold. */
static void
test_parts_refused(void)
{
	Str			good = sign(STR(HEADER), STR("{" ISS_ AUD_ IAT_ NONCE_ ACT_ "}"));
	const char *dot = memchr(good.p, '.', good.n);
	const char *dot2 = memchr(dot + 1, '.', (size_t) (good.p + good.n - dot - 1));
	int			h = (int) (dot - good.p);
	int			p = (int) (dot2 - dot - 1);
	const char *H = good.p;
	const char *P = dot + 1;
	const char *S = dot2 + 1;
	Arena	   *a = &heap.arena;

	CHECK_STR(verdict(good), "accepted");
	CHECK_INT(good.p + good.n - S, 86);
	CHECK_STR(verdict(STR("")), "it does not have three parts with two dots between");
	CHECK_STR(verdict(STR("x")), "it does not have three parts with two dots between");
	CHECK_STR(verdict(STR(".")), "it does not have three parts with two dots between");
	CHECK_STR(verdict(arena_printf(a, "%.*s.%.*s", h, H, p, P)), "it does not have three parts with two dots between");
	CHECK_STR(verdict(arena_printf(a, "%.*s.", (int) good.n, H)), "it has more than three parts");
	CHECK_STR(verdict(arena_printf(a, "%.*s.Zm9v", (int) good.n, H)), "it has more than three parts");
	CHECK_STR(verdict(STR("..")), "header: empty");
	CHECK_STR(verdict(STR("...")), "it has more than three parts");
	CHECK_STR(verdict(arena_printf(a, ".%.*s.%.86s", p, P, S)), "header: empty");
	CHECK_STR(verdict(arena_printf(a, "%.*s..%.86s", h, H, S)), "payload: empty");
	CHECK_STR(verdict(arena_printf(a, "%.*s.%.*s.", h, H, p, P)), "signature: empty");

	/* padding, white space, the other alphabet, bytes above 0x7f */
	CHECK_STR(verdict(arena_printf(a, " %.*s", (int) good.n, H)), "header: no strict base64url at character 0");
	CHECK_STR(verdict(arena_printf(a, "%.*s\n", (int) good.n, H)), "signature: no strict base64url at character 86");
	CHECK_STR(verdict(arena_printf(a, "%.*s==.%.*s.%.86s", h, H, p, P, S)), "header: no strict base64url at character 50");
	CHECK_STR(verdict(arena_printf(a, "%.*s.%.*s.%.86s==", h, H, p, P, S)),
			  "signature: no strict base64url at character 86");
	CHECK_STR(verdict(arena_printf(a, "%.*s.%.*s\n%.*s.%.86s", h, H, 10, P, p - 10, P + 10, S)),
			  "payload: no strict base64url at character 10");
	CHECK_STR(verdict(arena_printf(a, "%.*s.+%.*s.%.86s", h, H, p - 1, P + 1, S)),
			  "payload: no strict base64url at character 0");
	CHECK_STR(verdict(arena_printf(a, "%.*s./%.*s.%.86s", h, H, p - 1, P + 1, S)),
			  "payload: no strict base64url at character 0");
	CHECK_STR(verdict(arena_printf(a, "%.*s.\xff%.*s.%.86s", h, H, p - 1, P + 1, S)),
			  "payload: no strict base64url at character 0");

	/* one character more than full groups, and bits that belong to no byte */
	CHECK_STR(verdict(arena_printf(a, "%.*s.%.*s.%.85s", h, H, p, P, S)), "signature: no strict base64url at character 84");
	CHECK_STR(verdict(arena_printf(a, "%.*sA.%.*s.%.86s", h - 1, H, p, P, S)), "header: expected , or } at byte 36");
	CHECK_STR(verdict(arena_printf(a, "%.*sR.%.*s.%.86s", h - 1, H, p, P, S)), "header: no strict base64url at character 49");
	for (const char *c = "BCDEFGHIJKLMNOP"; *c; c++)
		CHECK_STR(verdict(arena_printf(a, "%.*s.%.*s.%.85s%c", h, H, p, P, S, *c)),
				  "signature: no strict base64url at character 85");

	/* signatures of another length */
	CHECK_STR(verdict(arena_printf(a, "%.*s.%.*s.%.84s", h, H, p, P, S)), "signature: 63 bytes, not 64");
	CHECK_STR(verdict(arena_printf(a, "%.*s.%.*s.%.86sAA", h, H, p, P, S)), "signature: 66 bytes, not 64");
	CHECK_STR(verdict(arena_printf(a, "%.*s.%.*s.AA", h, H, p, P)), "signature: 1 bytes, not 64");
}

/* A payload of exactly n bytes. */
static Str
long_payload(size_t n)
{
	Buf			out;

	buf_init(&out, &heap.arena);
	buf_text(&out, "{" ISS_ AUD_ IAT_ NONCE_ ACT_ ",\"x\":\"");
	while (out.n < n - 2)
		buf_char(&out, 'x');
	buf_text(&out, "\"}");
	return buf_done(&out);
}

static void
test_sizes(void)
{
	/* 51 + 1 + 65,396 + 1 + 86 characters are 65,535, and two more are too many */
	Str			header = STR(HEADER " ");
	Str			longest = sign(header, long_payload(49047));
	Str			too_long = sign(header, long_payload(49048));
	Buf			big;
	JwsParts	parts;
	Fault		fault;

	CHECK_INT(longest.n, RECORD_TEXT_MAX);
	CHECK_STR(verdict(longest), "accepted");
	CHECK_STR(verdict(too_long), "it has 65537 bytes, more than 65535");

	/* The header's own bound, and that of a payload in a JWS that is no record. */
	buf_init(&big, &heap.arena);
	buf_text(&big, HEADER);
	while (big.n < RECORD_HEADER_MAX)
		buf_char(&big, ' ');
	CHECK_STR(verdict(sign(buf_done(&big), STR("{" ISS_ AUD_ IAT_ NONCE_ ACT_ "}"))), "accepted");
	buf_char(&big, ' ');
	CHECK_STR(verdict(sign(buf_done(&big), STR("{" ISS_ AUD_ IAT_ NONCE_ ACT_ "}"))), "header: more than 1024 bytes");
	longest = sign(STR(HEADER), long_payload(RECORD_PAYLOAD_MAX));
	CHECK_INT(jws_split(&parts, &heap.arena, longest.p, longest.n, &fault), CODE_OK);
	CHECK_INT(parts.payload.n, RECORD_PAYLOAD_MAX);
	too_long = sign(STR(HEADER), long_payload(RECORD_PAYLOAD_MAX + 1));
	CHECK_INT(jws_split(&parts, &heap.arena, too_long.p, too_long.n, &fault), CODE_BAD_RECORD);
	CHECK_STR(str_from(fault.detail), "payload: more than 65535 bytes");
	heap_arena_free(&heap);
}

/* Whatever character of a record changes, it is no record any more or its signature does not match. */
static void
test_tampering(void)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
	Str			good = record_sign(&heap.arena, STR("{" ISS_ AUD_ IAT_ NONCE_ ACT_ "}"), secret);
	uint8_t		other[PUBLIC_KEY_SIZE];
	uint8_t		other_secret[SECRET_KEY_SIZE];
	uint8_t		seed[SEED_SIZE] = {0};
	Record		record;
	Fault		fault;
	int			unreadable = 0;
	int			unsigned_ = 0;
	int			taken = 0;

	for (size_t i = 0; i < good.n; i++)
	{
		char	   *text = arena_copy(&heap.arena, good.p, good.n);

		do
			text[i] = alphabet[seeded_below(sizeof alphabet - 1)];
		while (text[i] == good.p[i]);
		if (record_parse(&record, &heap.arena, text, good.n, &fault) != CODE_OK)
			unreadable++;
		else if (record_verify(&record, key, &fault) != CODE_OK)
			unsigned_++;
		else
			taken++;
	}
	CHECK_INT(taken, 0);
	CHECK(unreadable > 0 && unsigned_ > 0);

	ed25519_from_seed(other, other_secret, seed);
	CHECK_INT(record_parse(&record, &heap.arena, good.p, good.n, NULL), CODE_OK);
	CHECK_INT(record_verify(&record, key, &fault), CODE_OK);
	CHECK_INT(record_verify(&record, other, &fault), CODE_BAD_SIGNATURE);
	CHECK_INT(fault.code, CODE_BAD_SIGNATURE);
	CHECK_INT(record_verify(&record, other, NULL), CODE_BAD_SIGNATURE);
	heap_arena_free(&heap);
}

/* RFC 8037 appendix A: the key, its thumbprint, a signature over a payload that is no record. */
static void
test_rfc8037(void)
{
	static const char jws[] = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
		"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
	static const char jwk[] = "{\"kty\":\"OKP\", \"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}";
	JwsParts	parts;
	const Json *header;
	const Json *value;
	Record		record;
	Fault		fault;
	Buf			canonical;
	uint8_t		hash[HASH_SIZE];
	uint8_t		signature[SIGNATURE_SIZE];
	char		id[ID_TEXT_LEN];

	id_print(id, key);
	CHECK_STR(((Str){id, sizeof id}), "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
	CHECK_STR(encode(STR(SEED)), "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");

	CHECK_INT(json_parse(&value, &heap.arena, jwk, sizeof jwk - 1, NULL), CODE_OK);
	buf_init(&canonical, &heap.arena);
	json_canonical(&canonical, value);
	sha256(hash, canonical.p, canonical.n);
	id_print(id, hash);
	CHECK_STR(((Str){id, sizeof id}), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");

	CHECK_INT(jws_split(&parts, &heap.arena, jws, sizeof jws - 1, NULL), CODE_OK);
	CHECK_STR(parts.header, "{\"alg\":\"EdDSA\"}");
	CHECK_STR(parts.payload, "Example of Ed25519 signing");
	CHECK_INT(parts.signature.n, SIGNATURE_SIZE);
	CHECK_INT(jws_check_header(&header, &heap.arena, parts.header, false, NULL), CODE_OK);
	CHECK(ed25519_verify((const uint8_t *) parts.signature.p, parts.signed_part.p, parts.signed_part.n, key));
	ed25519_sign(signature, parts.signed_part.p, parts.signed_part.n, secret);
	CHECK(memcmp(signature, parts.signature.p, SIGNATURE_SIZE) == 0);

	/* It is no record. */
	CHECK_INT(jws_check_header(&header, &heap.arena, parts.header, true, NULL), CODE_BAD_RECORD);
	CHECK_INT(record_parse(&record, &heap.arena, jws, sizeof jws - 1, &fault), CODE_BAD_RECORD);
	CHECK_STR(str_from(fault.detail), "header: typ is missing");
}

/* RFC 7515: appendix C, and forms of a JWS that are none here. */
static void
test_rfc7515(void)
{
	static const char crit[] = "{\"alg\":\"none\",\r\n \"crit\":[\"http://example.com/UNDEFINED\"],\r\n"
		" \"http://example.com/UNDEFINED\":true\r\n}";
	const Json *header;
	Fault		fault;

	CHECK_STR(encode(STR("\x03\xec\xff\xe0\xc1")), "A-z_4ME");

	/* A.1: HMAC; A.5: unsecured; E: an unknown crit; A.6 and A.7: the JSON serialisations */
	CHECK_STR(verdict(STR("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9"
						  "leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")),
			  "signature: 32 bytes, not 64");
	CHECK_INT(jws_check_header(&header, &heap.arena, STR("{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}"), false, &fault), CODE_BAD_RECORD);
	CHECK_STR(str_from(fault.detail), "header: alg is \"HS256\", not \"Ed25519\"");
	CHECK_STR(verdict(STR("eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19y"
						  "b290Ijp0cnVlfQ.")),
			  "signature: empty");
	CHECK_INT(jws_check_header(&header, &heap.arena, str_from(crit), false, &fault), CODE_BAD_RECORD);
	CHECK_STR(str_from(fault.detail), "header: unknown member \"crit\"");
	CHECK_STR(verdict(STR("{\"payload\":\"Zm9v\",\"signatures\":[]}")), "it does not have three parts with two dots between");
	CHECK_STR(verdict(STR("{\"payload\":\"Zm9v\",\"protected\":\"e30\",\"signature\":\"AA\"}")),
			  "it does not have three parts with two dots between");
}

static void
test_ids(void)
{
	uint8_t		id[HASH_SIZE];
	uint8_t		again[HASH_SIZE];
	char		text[ID_TEXT_LEN];

	for (int i = 0; i < 1000; i++)
	{
		seeded_bytes(id, sizeof id);
		id_print(text, id);
		CHECK(id_parse(again, (Str){text, sizeof text}) && memcmp(id, again, sizeof id) == 0);
	}
	CHECK(!id_parse(id, STR_NONE));
	CHECK(!id_parse(id, STR("")));
	CHECK(!id_parse(id, STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")));
	CHECK(!id_parse(id, STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")));
	CHECK(!id_parse(id, STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB")));
	CHECK(!id_parse(id, STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")));
	CHECK(id_parse(id, STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")));
}

/* Random records of random signers read back and verify. */
static void
test_round_trips(void)
{
	for (int i = 0; i < 200; i++)
	{
		uint8_t		seed[SEED_SIZE];
		uint8_t		k[PUBLIC_KEY_SIZE];
		uint8_t		s[SECRET_KEY_SIZE];
		uint8_t		aud[HASH_SIZE];
		char		aud_text[ID_TEXT_LEN];
		char		did_text[DID_TEXT_MAX];
		char		act[ACT_KIND_MAX];
		size_t		act_n = 1 + seeded_below(ACT_KIND_MAX);
		int64_t		iat = (int64_t) (seeded_next() % (SAFE_INT_MAX + 1));
		int64_t		nonce = 1 + (int64_t) (seeded_next() % SAFE_INT_MAX);
		int64_t		exp = seeded_below(2) ? 1 + (int64_t) (seeded_next() % SAFE_INT_MAX) : 0;
		Did			did = {0};
		Buf			payload;
		Str			text;
		Record		record = {0};

		seeded_bytes(seed, sizeof seed);
		seeded_bytes(aud, sizeof aud);
		ed25519_from_seed(k, s, seed);
		did_from_key(&did, k);
		did_print(did_text, &did);
		id_print(aud_text, aud);
		for (size_t j = 0; j < act_n; j++)
			act[j] = "abcdefghijklmnopqrstuvwxyz_"[seeded_below(27)];
		buf_init(&payload, &heap.arena);
		buf_str(&payload, arena_printf(&heap.arena, "{\"act\":\"%.*s\",\"nonce\":%" PRId64 ",\"iat\":%" PRId64, (int) act_n, act,
									   nonce, iat));
		if (exp > 0)
			buf_str(&payload, arena_printf(&heap.arena, ",\"exp\":%" PRId64, exp));
		buf_str(&payload, arena_printf(&heap.arena, ",\"iss\":\"%.56s\",\"aud\":\"%.43s\",\"x\":\"%0*d\"}", did_text, aud_text,
									   (int) seeded_below(50), i));
		text = record_sign(&heap.arena, buf_done(&payload), s);
		if (!CHECK(record_parse(&record, &heap.arena, text.p, text.n, NULL) == CODE_OK))
			return;
		CHECK_INT(record_verify(&record, k, NULL), CODE_OK);
		CHECK_INT(did_cmp(&record.signer, &did), 0);
		CHECK(memcmp(record.aud, aud, sizeof aud) == 0);
		CHECK(str_eq(record.act, (Str){act, act_n}));
		CHECK_INT(record.iat, iat);
		CHECK_INT(record.exp, exp);
		CHECK_INT(record.nonce, nonce);
		CHECK(str_eq(record.payload_text, buf_done(&payload)));
		heap_arena_free(&heap);
	}
}

int
main(void)
{
	heap_arena_init(&heap);
	if (!crypto_init())
		return 1;
	ed25519_from_seed(key, secret, (const uint8_t *) SEED);
	test_example();
	test_accepted();
	test_header_refused();
	test_payload_refused();
	test_parts_refused();
	test_sizes();
	test_tampering();
	test_rfc8037();
	test_rfc7515();
	test_ids();
	test_round_trips();
	heap_arena_free(&heap);
	return check_done("record");
}
