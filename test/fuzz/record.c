/*
 * record.c -- records from any bytes: as they are, and as "header NUL payload", which is put into base64url first so
 * that the fuzzer can change the JSON itself.
 */
#include "record/record.h"

#include <stdlib.h>

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Read a text; what is taken encodes back to it. */
static bool
check(Arena *arena, Str text)
{
	Record		record;
	Fault		fault = {0};
	Code		code = record_parse(&record, arena, text.p, text.n, &fault);
	char	   *again;
	size_t		n;

	if (code != CODE_OK)
	{
		if ((code != CODE_BAD_RECORD && code != CODE_BAD_DID) || fault.code != code || fault.detail[0] == '\0')
			abort();
		return false;
	}
	again = arena_alloc(arena, text.n);
	n = base64url_encode(again, (const uint8_t *) record.header_text.p, record.header_text.n);
	again[n++] = '.';
	n += base64url_encode(again + n, (const uint8_t *) record.payload_text.p, record.payload_text.n);
	if (n != record.signed_part.n)
		abort();
	again[n++] = '.';
	n += base64url_encode(again + n, record.signature, SIGNATURE_SIZE);
	if (n != text.n || memcmp(again, text.p, n) != 0 || record.text.p != text.p || record.text.n != text.n)
		abort();
	if (did_is_none(&record.signer) || record.nonce < 1 || record.iat < 0 || record.exp < 0 ||
		record.has_aud == str_is(record.act, "charter") || record.act.n == 0 || record.act.n > ACT_KIND_MAX)
		abort();
	return true;
}

/* The canonical form of a payload that was taken makes a record as well, with the same members. */
static void
check_canonical(Arena *arena, Str text)
{
	static uint8_t key[PUBLIC_KEY_SIZE];
	static uint8_t secret[SECRET_KEY_SIZE];
	static const uint8_t seed[SEED_SIZE];
	Record		record;
	Record		again;
	Buf			payload;
	Str			made;

	if (key[0] == 0)
		ed25519_from_seed(key, secret, seed);
	if (record_parse(&record, arena, text.p, text.n, NULL) != CODE_OK)
		abort();
	buf_init(&payload, arena);
	json_canonical(&payload, record.payload);
	made = record_sign(arena, buf_done(&payload), secret);
	if (record_parse(&again, arena, made.p, made.n, NULL) != CODE_OK)
	{
		/* Only its header, which may be longer than the first one was, can make it too long. */
		if (made.n <= RECORD_TEXT_MAX)
			abort();
		return;
	}
	if (did_cmp(&record.signer, &again.signer) != 0 || record.nonce != again.nonce || record.iat != again.iat ||
		record.exp != again.exp || record.has_aud != again.has_aud || !str_eq(record.act, again.act) ||
		memcmp(record.aud, again.aud, HASH_SIZE) != 0 || record_verify(&again, key, NULL) != CODE_OK)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	HeapArena	heap;
	const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;

	if (!crypto_init())
		abort();
	heap_arena_init(&heap);
	check(&heap.arena, (Str){(const char *) data, size});
	if (end != NULL)
	{
		size_t		header_n = (size_t) (end - data);
		size_t		payload_n = size - header_n - 1;
		char	   *text = arena_alloc(&heap.arena, BASE64URL_LEN(header_n) + BASE64URL_LEN(payload_n) + 88);
		size_t		n = base64url_encode(text, data, header_n);

		text[n++] = '.';
		n += base64url_encode(text + n, end + 1, payload_n);
		text[n++] = '.';
		memset(text + n, 'A', 86);
		n += 86;
		if (check(&heap.arena, (Str){text, n}))
			check_canonical(&heap.arena, (Str){text, n});
	}
	heap_arena_free(&heap);
	return 0;
}
