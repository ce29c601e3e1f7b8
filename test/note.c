/*
 * note.c -- signs checkpoints for tests, with keys that are made from names.
 *
 *     build/note file log|witness NAME             print the line of a key file
 *     build/note key log|witness NAME              print the verifier's key
 *     build/note checkpoint NAME SIZE ROOT         print a checkpoint that the log NAME has signed; ROOT in hexadecimal
 *     build/note cosign NAME TIME <NOTE            print the witness's signature line; TIME in Unix seconds
 *
 * The seed of a key is SHA-256 of "log" or "witness" and the name.
 */
#include <stdio.h>
#include <stdlib.h>

#include "crypto/crypto.h"
#include "witness/signer.h"

static HeapArena heap;
static Arena *arena = &heap.arena;

static void
fail(const char *what)
{
	fprintf(stderr, "note: %s\n", what);
	exit(2);
}

static void
make_key(SigningKey *out, const char *use, const char *name)
{
	uint8_t		seed[SEED_SIZE];

	sha256_begin();
	sha256_add(use, strlen(use));
	sha256_add(name, strlen(name));
	sha256_end(seed);
	signing_key_make(out, arena, str_from(name), strcmp(use, "log") == 0 ? KEY_LOG : KEY_COSIGNER, seed);
}

static void
print_line(Str line)
{
	printf("%.*s\n", (int) line.n, line.p);
}

static void
print_checkpoint(const char *name, const char *size, const char *root)
{
	SigningKey	key;
	Checkpoint	checkpoint = {.origin = str_from(name)};
	Str			text;

	if (!decimal_parse(&checkpoint.size, str_from(size)) || strlen(root) != 2 * HASH_SIZE)
		fail("the size or the root cannot be read");
	for (size_t i = 0; i < HASH_SIZE; i++)
	{
		char		byte[3] = {root[2 * i], root[2 * i + 1], '\0'};

		checkpoint.root.b[i] = (uint8_t) strtoul(byte, NULL, 16);
	}
	make_key(&key, "log", name);
	text = checkpoint_print(arena, &checkpoint);
	printf("%.*s\n", (int) text.n, text.p);
	print_line(note_sign(arena, text, &key.key, key.secret, 0));
}

static void
print_cosignature(const char *name, const char *at)
{
	static char bytes[1 << 16];
	size_t		n = fread(bytes, 1, sizeof bytes, stdin);
	SigningKey	key;
	uint64_t	time;
	Note		note;
	Fault		fault;

	if (!decimal_parse(&time, str_from(at)))
		fail("the time cannot be read");
	if (note_parse(&note, arena, (Str){bytes, n}, &fault) != CODE_OK)
		fail(fault.detail);
	make_key(&key, "witness", name);
	print_line(note_sign(arena, note.text, &key.key, key.secret, (int64_t) time));
}

int
main(int argc, char **argv)
{
	const char *what = argc > 3 ? argv[1] : "";
	SigningKey	key;

	if (!crypto_init())
		fail("a cryptographic library cannot be used");
	heap_arena_init(&heap);
	if ((strcmp(what, "file") == 0 || strcmp(what, "key") == 0) && argc == 4)
	{
		make_key(&key, argv[2], argv[3]);
		print_line(strcmp(what, "file") == 0 ? signing_key_print(arena, &key) : note_key_print(arena, &key.key));
	}
	else if (strcmp(what, "checkpoint") == 0 && argc == 5)
		print_checkpoint(argv[2], argv[3], argv[4]);
	else if (strcmp(what, "cosign") == 0 && argc == 4)
		print_cosignature(argv[2], argv[3]);
	else
		fail("usage: note file|key log|witness NAME, note checkpoint NAME SIZE ROOT, note cosign NAME TIME <NOTE");
	heap_arena_free(&heap);
	return 0;
}
