/*
 * register_vectors_test.c -- published vectors of Merkle trees and proofs.
 *
 * register_vectors.py reads the files below COMMUNE_VECTORS (default ../shared/vectors) and hands over lines, whose form
 * it explains.
 */
#include "check.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "crypto/crypto.h"
#include "register/tree.h"

typedef struct Group
{
	const char *what;
	int			count;
	int			accepted;
} Group;

static const Group groups[] = {{"inclusion", 98, 6}, {"consistency", 98, 6}, {"root", 11, 11}};
#define GROUPS (sizeof groups / sizeof *groups)

static Group seen[GROUPS];

/* Read a hash.  What has another length becomes one that is none of the tree; what is empty, one that is equal to no other. */
static Digest
from_hex(const char *hex)
{
	static uint8_t empty;
	uint8_t		bytes[64] = {0};
	size_t		n = strlen(hex) / 2;
	Digest		digest;

	for (size_t i = 0; i < n && i < sizeof bytes; i++)
	{
		char		pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

		bytes[i] = (uint8_t) strtoul(pair, NULL, 16);
	}
	memcpy(digest.b, bytes, HASH_SIZE);
	if (n != HASH_SIZE)
		sha256(digest.b, n > 0 ? bytes : &empty, n > 0 ? n : 1);
	empty += n == 0;
	return digest;
}

/* Do what a line asks for, and return whether it was accepted. */
static bool
run(char **field, int n)
{
	uint64_t	a = strtoull(field[1], NULL, 10);
	Digest		proof[PROOF_MAX];
	Frontier	frontier = {.size = 0};
	Digest		first;
	Digest		second;

	if (strcmp(field[0], "root") == 0)
	{
		for (uint64_t i = 0; i < a; i++)
		{
			uint8_t		bytes[2] = {(uint8_t) i, (uint8_t) (i >> 8)};

			merkle_leaf(second.b, bytes, sizeof bytes);
			frontier_add(&frontier, &second);
		}
		first = from_hex(field[2]);
		frontier_root(&second, &frontier);
		return memcmp(&first, &second, sizeof first) == 0;
	}
	for (int i = 6; i < n; i++)
		proof[i - 6] = from_hex(field[i]);
	first = from_hex(field[3]);
	second = from_hex(field[4]);
	if (strcmp(field[0], "inclusion") == 0)
		return verify_inclusion(&second, a, strtoull(field[2], NULL, 10), &first, proof, (size_t) n - 6);
	return verify_consistency(a, strtoull(field[2], NULL, 10), &first, &second, proof, (size_t) n - 6);
}

static void
read_line(char *line)
{
	char	   *field[6 + PROOF_MAX] = {line};
	int			n = 1;

	line[strcspn(line, "\n")] = '\0';
	for (char *p = line; *p && n < 6 + PROOF_MAX; p++)
		if (*p == '\t')
		{
			*p = '\0';
			field[n++] = p + 1;
		}
	for (size_t i = 0; i < GROUPS; i++)
		if (strcmp(groups[i].what, field[0]) == 0)
		{
			bool		accepted = run(field, n);

			if (!CHECK(n < 6 || accepted == (*field[5] == '1')))
				printf("    %s %s %s\n", field[0], field[1], field[2]);
			seen[i].count++;
			seen[i].accepted += accepted;
			return;
		}
	CHECK(!"a line that is of no group");
}

int
main(void)
{
	const char *python = getenv("PYTHON");
	char		command[1000];
	char	   *line = NULL;
	size_t		room = 0;
	int			status;
	FILE	   *lines;

	if (!crypto_init())
		return 1;
	snprintf(command, sizeof command, "%s test/core/register_vectors.py", python ? python : "/usr/bin/python3");
	lines = popen(command, "r");
	if (lines == NULL)
	{
		perror(command);
		return 1;
	}
	while (getline(&line, &room, lines) > 0)
		read_line(line);
	free(line);
	status = pclose(lines);
	if (WIFEXITED(status) && (WEXITSTATUS(status) == 77 || WEXITSTATUS(status) == 127))
	{
		printf("skip register_vectors: %s\n", WEXITSTATUS(status) == 77 ? "no vectors at COMMUNE_VECTORS" : "python3 is missing");
		return 77;
	}
	CHECK_INT(status, 0);
	for (size_t i = 0; i < GROUPS; i++)
	{
		CHECK_INT(seen[i].count, groups[i].count);
		CHECK_INT(seen[i].accepted, groups[i].accepted);
	}
	return check_done("register_vectors");
}
