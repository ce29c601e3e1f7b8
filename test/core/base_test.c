/*
 * base_test.c -- strings, arena, buffer, base64url, checked arithmetic and the table of codes.
 */
#include "check.h"

#include <stdlib.h>

static void
test_strings(void)
{
	CHECK(str_eq(STR("abc"), str_from("abc")));
	CHECK(!str_eq(STR("abc"), STR("abd")));
	CHECK(!str_eq(STR("abc"), STR("ab")));
	CHECK(str_eq(STR_NONE, STR_NONE));
	CHECK(!str_eq(STR_NONE, STR("")));
	CHECK(!str_eq(STR(""), STR_NONE));
	CHECK(str_is(STR(""), ""));
	CHECK(!str_is(STR_NONE, ""));
	CHECK(str_cmp(STR("a"), STR("b")) < 0);
	CHECK(str_cmp(STR("a"), STR("ab")) < 0);
	CHECK(str_cmp(STR("\xff"), STR("a")) > 0);
	CHECK_INT(str_cmp(STR("ab"), STR("ab")), 0);
	CHECK_INT(str_cmp(STR_NONE, STR("")), 0);
}

/* Pieces of every size are aligned, apart from each other, and wholly writable (the sanitizer looks on). */
static void
test_arena(void)
{
	HeapArena	heap;
	uint8_t    *piece[3000];
	bool		intact = true;
	bool		aligned = true;

	heap_arena_init(&heap);
	for (int round = 0; round < 2; round++)
	{
		for (int i = 0; i < 3000; i++)
		{
			piece[i] = arena_alloc(&heap.arena, (size_t) i);
			aligned = aligned && (uintptr_t) piece[i] % 8 == 0;
			memset(piece[i], i & 0xff, (size_t) i);
		}
		for (int i = 0; i < 3000; i++)
			for (int j = 0; j < i; j++)
				intact = intact && piece[i][j] == (i & 0xff);
		heap_arena_free(&heap);
	}
	CHECK(aligned);
	CHECK(intact);

	memset(arena_alloc(&heap.arena, 512), 0xff, 512);
	heap_arena_free(&heap);
	piece[0] = arena_zero(&heap.arena, 512);
	for (int i = 0; i < 512; i++)
		intact = intact && piece[0][i] == 0;
	CHECK(intact);

	CHECK_STR(arena_str(&heap.arena, STR("copied")), "copied");
	CHECK(arena_str(&heap.arena, STR_NONE).p == NULL);
	CHECK(arena_str(&heap.arena, STR("")).p != NULL);
	CHECK_STR(arena_printf(&heap.arena, "%d-%s", 12, "x"), "12-x");
	CHECK_INT((int64_t) arena_printf(&heap.arena, "%0*d", 1000, 7).n, 1000);
	heap_arena_free(&heap);
}

static void
test_buf(void)
{
	HeapArena	heap;
	Buf			buf;
	Str			text;
	bool		intact = true;

	heap_arena_init(&heap);
	buf_init(&buf, &heap.arena);
	CHECK_STR(buf_done(&buf), "");
	buf_str(&buf, STR_NONE);
	buf_text(&buf, "n=");
	buf_int(&buf, 0);
	buf_char(&buf, ' ');
	buf_int(&buf, INT64_MIN);
	buf_char(&buf, ' ');
	buf_int(&buf, INT64_MAX);
	CHECK_STR(buf_done(&buf), "n=0 -9223372036854775808 9223372036854775807");

	buf_init(&buf, &heap.arena);
	for (int i = 0; i < 100000; i++)
		buf_char(&buf, (char) ('a' + i % 26));
	text = buf_done(&buf);
	CHECK_INT((int64_t) text.n, 100000);
	for (int i = 0; i < 100000; i++)
		intact = intact && text.p[i] == 'a' + i % 26;
	CHECK(intact);
	heap_arena_free(&heap);
}

static void
test_arithmetic(void)
{
	int64_t		r;
	uint8_t		bytes[8];

	CHECK(!add_overflows(INT64_MAX - 1, (int64_t) 1, &r));
	CHECK_INT(r, INT64_MAX);
	CHECK(add_overflows(INT64_MAX, (int64_t) 1, &r));
	CHECK(add_overflows(INT64_MIN, (int64_t) -1, &r));
	CHECK(!sub_overflows(INT64_MIN + 1, (int64_t) 1, &r));
	CHECK_INT(r, INT64_MIN);
	CHECK(sub_overflows(INT64_MIN, (int64_t) 1, &r));
	CHECK(sub_overflows((int64_t) 0, INT64_MIN, &r));
	CHECK(!mul_overflows(INT64_C(3037000499), INT64_C(3037000499), &r));
	CHECK_INT(r, INT64_C(9223372030926249001));
	CHECK(mul_overflows(INT64_C(3037000500), INT64_C(3037000500), &r));
	CHECK(mul_overflows(INT64_MIN, (int64_t) -1, &r));

	put_be64(bytes, UINT64_C(0x0102030405060708));
	CHECK(memcmp(bytes, "\1\2\3\4\5\6\7\10", 8) == 0);
	CHECK(get_be64(bytes) == UINT64_C(0x0102030405060708));
	put_be64(bytes, UINT64_MAX);
	CHECK(get_be64(bytes) == UINT64_MAX);
}

/* Decode from memory of exactly the text's size into memory of exactly the promised room. */
static bool
decode(Str *out, HeapArena *heap, size_t *at, const char *text, size_t n)
{
	char	   *in = malloc(n);
	uint8_t    *room = malloc(BASE64URL_ROOM(n));
	size_t		out_n = 0;
	bool		ok;

	if (n > 0)
		memcpy(in, text, n);
	ok = base64url_decode(room, &out_n, at, in, n);
	if (ok)
		*out = (Str){arena_copy(&heap->arena, room, out_n), out_n};
	free(in);
	free(room);
	return ok;
}

static void
test_base64url(void)
{
	static const char *const pairs[][2] = {	/* RFC 4648 section 10, without padding */
		{"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"},
		{"foobar", "Zm9vYmFy"}, {"\xfb\xff", "-_8"}
	};
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	HeapArena	heap;
	Str			got;
	char		text[16];
	size_t		at;

	heap_arena_init(&heap);
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
	{
		size_t		n = base64url_encode(text, (const uint8_t *) pairs[i][0], strlen(pairs[i][0]));

		CHECK_INT((int64_t) n, (int64_t) BASE64URL_LEN(strlen(pairs[i][0])));
		CHECK_STR(((Str){text, n}), pairs[i][1]);
		CHECK(decode(&got, &heap, &at, pairs[i][1], strlen(pairs[i][1])));
		CHECK_STR(got, pairs[i][0]);
	}

	/* Every byte value at every place: taken if and only if it is one of the 64, and named when it is not. */
	for (int place = 0; place < 8; place++)
		for (int byte = 0; byte < 256; byte++)
		{
			bool		belongs = byte != 0 && strchr(alphabet, byte) != NULL;

			memcpy(text, "AAAAAAAA", 8);
			text[place] = (char) byte;
			CHECK_INT(decode(&got, &heap, &at, text, 8), belongs);
			CHECK(belongs || at == (size_t) place);
			if (place < 6)		/* in a text of 6 and 7, where the last characters take another path */
			{
				bool		strays = place == 5 && belongs && (strchr(alphabet, byte) - alphabet) % 16 != 0;

				CHECK_INT(decode(&got, &heap, &at, text, 6), belongs && !strays);
				CHECK(belongs ? !strays || at == 5 : at == (size_t) place);
			}
			if (place < 7)
			{
				bool		strays = place == 6 && belongs && (strchr(alphabet, byte) - alphabet) % 4 != 0;

				CHECK_INT(decode(&got, &heap, &at, text, 7), belongs && !strays);
				CHECK(belongs ? !strays || at == 6 : at == (size_t) place);
			}
		}

	/* No padding, no length of 1 mod 4. */
	CHECK(!decode(&got, &heap, &at, "Zg==", 4));
	CHECK_INT((int64_t) at, 2);
	CHECK(!decode(&got, &heap, &at, "Zm8=", 4));
	CHECK(!decode(&got, &heap, &at, "A", 1));
	CHECK(!decode(&got, &heap, &at, "AAAAA", 5));
	CHECK_INT((int64_t) at, 4);

	/* Round trips of every length up to 64. */
	for (size_t n = 0; n <= 64; n++)
	{
		uint8_t		bytes[64];
		char		coded[BASE64URL_LEN(64)] = {0};
		size_t		length;

		for (size_t i = 0; i < n; i++)
			bytes[i] = (uint8_t) (i * 37 + n * 101);
		length = base64url_encode(coded, bytes, n);
		CHECK(decode(&got, &heap, &at, coded, length));
		CHECK(got.n == n && (n == 0 || memcmp(got.p, bytes, n) == 0));
	}
	heap_arena_free(&heap);
}

static void
test_codes(void)
{
	Fault		fault;

	for (int i = 0; i < CODE_COUNT; i++)
	{
		const char *state = code_sqlstate((Code) i);

		CHECK_INT((int64_t) strspn(state, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 5);
		CHECK_INT((int64_t) strlen(state), 5);
		CHECK(code_message((Code) i)[0] != '\0');
		if (strncmp(state, "QC", 2) == 0)
			CHECK_INT(code_from_sqlstate(state), i);	/* no two codes share a SQLSTATE of our own */
		else
			CHECK(code_from_sqlstate(state) <= (Code) i);	/* the first that bears it */
	}
	CHECK_INT(code_from_sqlstate("00000"), CODE_OK);
	CHECK_INT(code_from_sqlstate("QC000"), CODE_COUNT);
	CHECK_INT(code_from_sqlstate(""), CODE_COUNT);

	CHECK_INT(fault_set(&fault, CODE_TOO_LARGE, 7, "%d bytes", 70000), CODE_TOO_LARGE);
	CHECK_INT(fault.code, CODE_TOO_LARGE);
	CHECK_INT(fault.at, 7);
	CHECK_STR(str_from(fault.detail), "70000 bytes");
	fault_set(&fault, CODE_TOO_LARGE, -1, "%0*d", 1000, 1);
	CHECK_INT((int64_t) strlen(fault.detail), (int64_t) sizeof fault.detail - 1);
	CHECK_INT(fault_set(NULL, CODE_BAD_DID, -1, "unused"), CODE_BAD_DID);
}

int
main(void)
{
	test_strings();
	test_arena();
	test_buf();
	test_arithmetic();
	test_base64url();
	test_codes();
	return check_done("base");
}
