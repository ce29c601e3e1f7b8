/*
 * register_note_test.c -- notes, keys and checkpoints: what is signed verifies, what is not of the form is refused.
 */
#include "check.h"
#include "seeded.h"

#include <stdlib.h>

#include "crypto/crypto.h"
#include "register/note.h"

#define DASH "\xe2\x80\x94 "

static HeapArena heap;
static Arena *arena;

typedef struct Signer
{
	NoteKey		key;
	uint8_t		public[PUBLIC_KEY_SIZE];
	uint8_t		secret[SECRET_KEY_SIZE];
} Signer;

static void
make_signer(Signer *s, const char *name, uint8_t type)
{
	uint8_t		seed[SEED_SIZE];

	seeded_bytes(seed, sizeof seed);
	ed25519_from_seed(s->public, s->secret, seed);
	s->key = (NoteKey){.name = str_from(name), .type = type, .bytes = {(const char *) s->public, PUBLIC_KEY_SIZE}};
	s->key.id = note_key_id(s->key.name, type, s->key.bytes);
}

static Code
parse(Note *out, Str text)
{
	Fault		fault = {.code = CODE_OK};
	char	   *copy = malloc(text.n);	/* of exactly this size, so that a byte too far is seen */
	Code		code;

	memcpy(copy, text.p, text.n);
	code = note_parse(out, arena, (Str){copy, text.n}, &fault);
	CHECK(code == CODE_OK || (code == CODE_BAD_NOTE && fault.code == code && fault.detail[0] != '\0'));
	free(copy);
	return code;
}

static Str
signed_note(const char *text, const Signer *s, int64_t time)
{
	Str			line = note_sign(arena, str_from(text), &s->key, s->secret, time);

	return arena_printf(arena, "%s\n%.*s\n", text, (int) line.n, line.p);
}

static Code
verify(NoteVerdict *out, Str bytes, const Signer *s)
{
	Note		note;
	Fault		fault;

	if (!CHECK(note_parse(&note, arena, bytes, &fault) == CODE_OK))
		return CODE_BAD_NOTE;
	return note_verify(out, arena, &note, &s->key, &fault);
}

/* ---- keys ---- */

static void
test_keys(void)
{
	static const uint8_t types[] = {KEY_LOG, KEY_COSIGNER};
	char		long_key[1312] = {1};
	NoteKey		key;
	NoteKey		big = {.name = STR("w"), .type = KEY_COSIGNER_ML_DSA, .bytes = {long_key, sizeof long_key}};
	Fault		fault;
	Str			text;

	for (size_t i = 0; i < 2; i++)
	{
		Signer		s;

		make_signer(&s, "example.org/log", types[i]);
		text = note_key_print(arena, &s.key);
		CHECK(note_key_parse(&key, arena, text, &fault) == CODE_OK);
		CHECK(key.type == types[i] && key.id == s.key.id && str_eq(key.name, s.key.name) && str_eq(key.bytes, s.key.bytes));

		/* Nothing of it can be changed but the case of the id. */
		for (size_t j = 0; j < text.n; j++)
			for (int bit = 0; bit < 8; bit++)
			{
				char	   *copy = arena_copy(arena, text.p, text.n);
				bool		id = j > 15 && j < 24;

				copy[j] ^= (char) (1 << bit);
				if (note_key_parse(&key, arena, (Str){copy, text.n}, &fault) == CODE_OK)
					CHECK(id && bit == 5);
			}
		for (size_t n = 0; n < text.n; n++)
			CHECK(note_key_parse(&key, arena, (Str){text.p, n}, &fault) == CODE_BAD_NOTE);
	}
	big.id = note_key_id(big.name, big.type, big.bytes);
	CHECK(note_key_parse(&key, arena, note_key_print(arena, &big), &fault) == CODE_OK);
	CHECK_INT(key.type, KEY_COSIGNER_ML_DSA);
	big.bytes.n--;
	big.id = note_key_id(big.name, big.type, big.bytes);
	CHECK(note_key_parse(&key, arena, note_key_print(arena, &big), &fault) == CODE_BAD_NOTE);
	CHECK(note_key_parse(&key, arena, arena_printf(arena, "w+00000000+%08000d", 0), &fault) == CODE_BAD_NOTE);
	CHECK(note_key_parse(&key, arena, arena_printf(arena, "w+00000000+%010000d", 0), &fault) == CODE_BAD_NOTE);
}

static void
test_names(void)
{
	static const char *const good[] = {"a", "example.org/log", "Gr\xc3\xb6\xc3\x9f" "e", "\xe6\x97\xa5\xe6\x9c\xac", "\xf0\x9f\x98\x80", "#", "a,b"};
	static const char *const bad[] = {
		"", "a b", "a+b", "a\tb", "a\nb", "a\xc2\xa0" "b", "a\xc2\x85" "b", "\xe1\x9a\x80", "\xe2\x80\x83", "\xe2\x80\xa8", "\xe2\x80\xaf",
		"\xe2\x81\x9f", "\xe3\x80\x80", "\x01", "\x7f",
		"\xff", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xe2\x80", "\xf5\x80\x80\x80",
	};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		CHECK(note_name_is_good(str_from(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (!CHECK(!note_name_is_good(str_from(bad[i]))))
			printf("    name %zu\n", i);
}

/* ---- notes ---- */

static void
test_forms(void)
{
	static const char *const good[] = {
		"text\n\n" DASH "a AAAAAAA=\n",
		"text\n\n" DASH "a AAAAAAA=\n" DASH "b AAAAAAAA\n",
		"\n\n" DASH "a AAAAAAA=\n",
		"a\n\nb\n\n" DASH "a AAAAAAA=\n",
		"text\n\n" DASH "Gr\xc3\xb6\xc3\x9f" "e AAAAAAA=\n",
	};
	static const char *const bad[] = {
		"", "\n", "\n\n", "text", "text\n", "text\n\n", "text\n" DASH "a AAAAAAA=\n",
		"text\n\n" DASH "a AAAAAAA=",	/* no newline at the end */
		"text\n\n" DASH "a AAAAAAA=\n\n",	/* no signature after the last empty line */
		"text\n\n" DASH "a AAAAAAA=\nx\n",
		"text\n\n- a AAAAAAA=\n",
		"text\n\n\xe2\x80\x94" "a AAAAAAA=\n",	/* no space */
		"text\n\n" DASH "AAAAAAA=\n",
		"text\n\n" DASH " AAAAAAA=\n",	/* no name */
		"text\n\n" DASH "a+b AAAAAAA=\n",
		"text\n\n" DASH "a AAAA AAA=\n",
		"text\n\n" DASH "a  AAAAAAA=\n",
		"text\n\n" DASH "a AAAAAAA\n",	/* no padding */
		"text\n\n" DASH "a AAAAAAB=\n",	/* stray bits */
		"text\n\n" DASH "a AAAAAAA=AAAA\n",
		"text\n\n" DASH "a AAAAAA==\n",	/* an id and nothing else */
		"text\n\n" DASH "a AAAA\n",
		"text\n\n" DASH "a -_AAAAA=\n",
		"text\r\n\n" DASH "a AAAAAAA=\n",
		"te\txt\n\n" DASH "a AAAAAAA=\n",
		"te\xc0xt\n\n" DASH "a AAAAAAA=\n",
	};
	Note		note;
	Buf			many;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		if (!CHECK(parse(&note, str_from(good[i])) == CODE_OK))
			printf("    good %zu\n", i);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (!CHECK(parse(&note, str_from(bad[i])) == CODE_BAD_NOTE))
			printf("    bad %zu\n", i);
	CHECK(parse(&note, STR("a\0b\n\n" DASH "a AAAAAAA=\n")) == CODE_BAD_NOTE);
	CHECK(note_parse(&note, arena, STR("a\n\nb\n\n" DASH "a AAAAAAA=\n" DASH "bc AQIDBAX/\n"), NULL) == CODE_OK);
	CHECK_STR(note.text, "a\n\nb\n");
	CHECK_INT(note.n, 2);
	CHECK_STR(note.signatures[1].name, "bc");
	CHECK_INT(note.signatures[1].id, 0x01020304);
	CHECK(str_eq(note.signatures[1].bytes, STR("\x05\xff")));
	CHECK_STR(note.signatures[1].line, DASH "bc AQIDBAX/");

	/* As many signatures as there may be, and one more. */
	buf_init(&many, arena);
	buf_text(&many, "text\n\n");
	for (int i = 0; i < NOTE_SIGNATURES_MAX; i++)
		buf_text(&many, DASH "a AAAAAAA=\n");
	CHECK(parse(&note, buf_done(&many)) == CODE_OK);
	CHECK_INT(note.n, NOTE_SIGNATURES_MAX);
	buf_text(&many, DASH "a AAAAAAA=\n");
	CHECK(parse(&note, buf_done(&many)) == CODE_BAD_NOTE);

	/* As large as it may be, and larger. */
	buf_init(&many, arena);
	while (many.n < NOTE_SIZE_MAX - 20)
		buf_char(&many, 'x');
	buf_text(&many, "\n\n" DASH "a AAAAAAA=\n");
	CHECK(many.n <= NOTE_SIZE_MAX && parse(&note, buf_done(&many)) == CODE_OK);
	many.n = 0;
	while (many.n < NOTE_SIZE_MAX)
		buf_char(&many, 'x');
	buf_text(&many, "\n\n" DASH "a AAAAAAA=\n");
	CHECK(parse(&note, buf_done(&many)) == CODE_BAD_NOTE);
}

static void
test_signatures(void)
{
	Signer		log;
	Signer		other;
	Signer		witness;
	NoteVerdict verdict;
	Str			note;
	Str			older;
	Str			newer;
	Fault		fault;
	Note		parsed;
	uint8_t		bytes[9];
	Buf			line;

	bytes[8] = 0;
	make_signer(&log, "example.org/log", KEY_LOG);
	make_signer(&other, "example.org/log", KEY_LOG);
	make_signer(&witness, "example.org/witness", KEY_COSIGNER);
	note = signed_note("hello\n", &log, 0);
	CHECK(verify(&verdict, note, &log) == CODE_OK && verdict.signature != NULL && verdict.at == 0);
	CHECK(verify(&verdict, note, &other) == CODE_OK && verdict.signature == NULL);	/* the same name, another key */
	CHECK(verify(&verdict, note, &witness) == CODE_OK && verdict.signature == NULL);

	/* Each byte of the text and of the signature matters. */
	for (size_t i = 0; i < note.n; i++)
	{
		char	   *copy = arena_copy(arena, note.p, note.n);

		copy[i] ^= 1;
		if (note_parse(&parsed, arena, (Str){copy, note.n}, &fault) == CODE_OK &&
			note_verify(&verdict, arena, &parsed, &log.key, &fault) == CODE_OK)
			CHECK(verdict.signature == NULL);	/* the name or the id was changed */
	}

	/* A cosigner's time is signed with the text; the newest counts. */
	older = note_sign(arena, STR("hello\n"), &witness.key, witness.secret, 1700000000);
	newer = note_sign(arena, STR("hello\n"), &witness.key, witness.secret, 1700000060);
	note = arena_printf(arena, "hello\n\n%.*s\n%.*s\n%.*s\n", (int) older.n, older.p, (int) newer.n, newer.p, (int) older.n, older.p);
	CHECK(verify(&verdict, note, &witness) == CODE_OK && verdict.signature != NULL);
	CHECK_INT(verdict.at, 1700000060);
	CHECK(str_eq(verdict.signature->line, newer));
	note = arena_printf(arena, "hello\n\n%.*s\n", (int) older.n, older.p);
	for (size_t i = 8; i < note.n; i++)
	{
		char	   *copy = arena_copy(arena, note.p, note.n);

		copy[i] ^= 1;
		if (note_parse(&parsed, arena, (Str){copy, note.n}, &fault) == CODE_OK &&
			note_verify(&verdict, arena, &parsed, &witness.key, &fault) == CODE_OK)
			CHECK(verdict.signature == NULL);
	}

	/* The time 0, and one that is out of range. */
	CHECK(verify(&verdict, signed_note("hello\n", &witness, 0), &witness) == CODE_OK && verdict.signature != NULL && verdict.at == 0);
	CHECK(verify(&verdict, signed_note("hello\n", &witness, -1), &witness) == CODE_BAD_NOTE);

	/* A log's signature is none of a cosigner, even by the same key. */
	other = log;
	other.key.type = KEY_COSIGNER;
	other.key.id = note_key_id(other.key.name, KEY_COSIGNER, other.key.bytes);
	note = note_sign(arena, STR("hello\n"), &log.key, log.secret, 0);
	CHECK(verify(&verdict, arena_printf(arena, "hello\n\n%.*s\n", (int) note.n, note.p), &other) == CODE_OK && verdict.signature == NULL);

	/* Another length, with the right name and id; and ML-DSA, which is kept and counts for nothing. */
	put_be64(bytes, (uint64_t) log.key.id << 32);
	buf_init(&line, arena);
	buf_text(&line, "hello\n\n" DASH "example.org/log ");
	buf_base64(&line, bytes, sizeof bytes);
	buf_char(&line, '\n');
	CHECK(verify(&verdict, buf_done(&line), &log) == CODE_BAD_NOTE);
	other.key.type = KEY_COSIGNER_ML_DSA;
	other.key.id = log.key.id;
	CHECK(verify(&verdict, signed_note("hello\n", &log, 0), &other) == CODE_OK && verdict.signature == NULL);
}

/* ---- checkpoints ---- */

#define ROOT "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static void
test_checkpoints(void)
{
	static const char *const good[] = {
		"o\n0\n" ROOT "\n", "example.org/log\n9223372036854775807\n" ROOT "\n", "a b+c\n1\n" ROOT "\n", "o\n1\n" ROOT "\nmore\nand more\n",
	};
	static const char *const bad[] = {
		"", "o", "o\n", "o\n1\n", "o\n1\n" ROOT, "\n1\n" ROOT "\n", "o\n\n" ROOT "\n", "o\n01\n" ROOT "\n", "o\n-1\n" ROOT "\n", "o\n+1\n" ROOT "\n",
		"o\n1 \n" ROOT "\n", "o\n9223372036854775808\n" ROOT "\n", "o\n18446744073709551616\n" ROOT "\n", "o\n1\n" ROOT "A\n",
		"o\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", "o\n1\nAAAA\n", "o\n1\n" ROOT "\n\n", "o\n1\n" ROOT "\nmore\n\nx\n", "o\n1\n" ROOT "\nmore",
		"o\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",	/* stray bits */
	};
	Checkpoint	checkpoint;
	Fault		fault;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		if (CHECK(checkpoint_parse(&checkpoint, str_from(good[i]), &fault) == CODE_OK))
			CHECK_STR(checkpoint_print(arena, &checkpoint), good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (!CHECK(checkpoint_parse(&checkpoint, str_from(bad[i]), &fault) == CODE_BAD_NOTE))
			printf("    bad %zu\n", i);
	CHECK(checkpoint_parse(&checkpoint, STR("o\n17\n" ROOT "\nmore\n"), NULL) == CODE_OK);
	CHECK_STR(checkpoint.origin, "o");
	CHECK_INT(checkpoint.size, 17);
	CHECK_STR(checkpoint.extensions, "more\n");
}

int
main(void)
{
	if (!crypto_init())
		return 1;
	heap_arena_init(&heap);
	arena = &heap.arena;
	test_keys();
	test_names();
	test_forms();
	test_signatures();
	test_checkpoints();
	heap_arena_free(&heap);
	return check_done("register_note");
}
