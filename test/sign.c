/*
 * sign.c -- signs acts for tests, with keys that are made from names.
 *
 *     build/sign NAME                              print the DID
 *     build/sign NAME NONCE AUD KIND [MEMBERS]     print a record; AUD is '' for a charter, MEMBERS a JSON object
 *
 * The seed of a key is SHA-256 of the name.  In MEMBERS a text "@NAME" stands for the DID of that name.  The same
 * arguments always give the same record.
 */
#include <stdio.h>
#include <stdlib.h>

#include "record/record.h"

/* Make somebody's keys; did has room for DID_TEXT_MAX bytes. */
static Str
make_keys(char *did, uint8_t secret[SECRET_KEY_SIZE], Str name)
{
	uint8_t		seed[SEED_SIZE];
	uint8_t		key[PUBLIC_KEY_SIZE];
	Did			made;

	sha256(seed, name.p, name.n);
	ed25519_from_seed(key, secret, seed);
	did_from_key(&made, key);
	return (Str){did, did_print(did, &made)};
}

/* Append members, DIDs in place of names. */
static void
put_members(Buf *out, Str members)
{
	for (size_t i = 0; i < members.n; i++)
	{
		const char *end = memchr(members.p + i + 1, '"', members.n - i - 1);
		uint8_t		secret[SECRET_KEY_SIZE];
		char		did[DID_TEXT_MAX];

		buf_char(out, members.p[i]);
		if (members.p[i] != '"' || end == NULL || members.p[i + 1] != '@' || end == members.p + i + 2)
			continue;
		buf_str(out, make_keys(did, secret, (Str){members.p + i + 2, (size_t) (end - members.p) - i - 2}));
		i = (size_t) (end - members.p) - 1;
	}
}

static void
print_record(Str did, const uint8_t secret[SECRET_KEY_SIZE], char **argv, Arena *arena)
{
	Str			members = str_from(argv[3] ? argv[3] : "{}");
	Buf			payload;
	Str			record;

	buf_init(&payload, arena);
	buf_text(&payload, "{\"iss\":\"");
	buf_str(&payload, did);
	if (*argv[1] != '\0')
	{
		buf_text(&payload, "\",\"aud\":\"");
		buf_text(&payload, argv[1]);
	}
	buf_text(&payload, "\",\"iat\":1735689600,\"nonce\":");
	buf_text(&payload, argv[0]);
	buf_text(&payload, ",\"act\":\"");
	buf_text(&payload, argv[2]);
	buf_text(&payload, members.n > 2 ? "\"," : "\"");
	put_members(&payload, (Str){members.p + 1, members.n - 1});
	record = record_sign(arena, buf_done(&payload), secret);
	printf("%.*s\n", (int) record.n, record.p);
}

int
main(int argc, char **argv)
{
	HeapArena	heap;
	uint8_t		secret[SECRET_KEY_SIZE];
	char		text[DID_TEXT_MAX];
	Str			did;

	if (!crypto_init() || (argc != 2 && argc != 5 && argc != 6) || (argc == 6 && *argv[5] != '{'))
	{
		fputs("usage: sign NAME [NONCE AUD KIND [MEMBERS]]\n", stderr);
		return 2;
	}
	did = make_keys(text, secret, str_from(argv[1]));
	heap_arena_init(&heap);
	if (argc == 2)
		printf("%.*s\n", (int) did.n, did.p);
	else
		print_record(did, secret, argv + 2, &heap.arena);
	heap_arena_free(&heap);
	return 0;
}
