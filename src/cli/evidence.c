/*
 * evidence.c -- keeps notes that contradict each other.
 */
#include "cli/evidence.h"

#include "crypto/crypto.h"

#define NAME_LEN 16

/* The file of a note: some of the hash of both in hexadecimal, and which it is. */
static const char *
file_of(const Cli *cli, const char *folder, const char *name, const char *what)
{
	return arena_printf(cli->arena, "%s/%s-%s", folder, name, what).p;
}

void
evidence_keep(Evidence *out, const Cli *cli, const char *folder, Str seen, Str shown)
{
	uint8_t		hash[HASH_SIZE];
	char		name[NAME_LEN + 1];

	sha256_begin();
	sha256_add(seen.p, seen.n);
	sha256_add(shown.p, shown.n);
	sha256_end(hash);
	for (size_t i = 0; i < NAME_LEN; i++)
		name[i] = "0123456789abcdef"[i % 2 == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 15];
	name[NAME_LEN] = '\0';
	folder = arena_printf(cli->arena, "%s/evidence", folder).p;
	folder_make(cli, folder, 0700);
	out->seen = file_of(cli, folder, name, "seen");
	out->shown = file_of(cli, folder, name, "shown");
	file_replace(cli, out->seen, seen, 0644);
	file_replace(cli, out->shown, shown, 0644);
}
