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
#include "register/note.h"

enum {NODES = 5966, LEAVES = 1024};

static Digest leaves[LEAVES];		/* SHA-256 of "Leaf 0", "Leaf 1", ... */
static Tree tree;					/* over them */
static Digest tile_roots[LEAVES / TILE_WIDTH];

typedef struct Group
{
	const char *what;
	int			count;
	int			accepted;
} Group;

static const Group groups[] = {{"inclusion", 98, 6}, {"consistency", 98, 6}, {"root", 11, 11},
	{"node", NODES, NODES}, {"checkpoint", 1, 1}};
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

static void
keep_root(void *self, int level, uint64_t n, const Digest tile[TILE_WIDTH], const Digest *root)
{
	CHECK(level == 0 && memcmp(tile, &leaves[n * TILE_WIDTH], TILE_BYTES) == 0);
	tile_roots[n] = *root;
}

static void
grow_tree(void)
{
	tree.tile = keep_root;
	for (int i = 0; i < LEAVES; i++)
	{
		char		text[20];

		sha256(leaves[i].b, text, (size_t) snprintf(text, sizeof text, "Leaf %d", i));
		tree_add(&tree, &leaves[i]);
	}
}

/* Whether a node has this hash: a leaf, an entry of a tile, or what proofs compute over entries of tiles. */
static bool
is_node(int height, uint64_t number, Digest hash)
{
	Digest		root;

	if (!CHECK(height >= 0 && height <= 10 && (number + 1) << height <= LEAVES))
		return false;
	if (height < TILE_HEIGHT)
		merkle_root(&root, &leaves[number << height], (size_t) 1 << height);
	else
		merkle_root(&root, &tile_roots[number << (height - TILE_HEIGHT)], (size_t) 1 << (height - TILE_HEIGHT));
	return memcmp(&root, &hash, sizeof hash) == 0;
}

/* Whether a checkpoint of these lines is read, and printed the same. */
static bool
is_checkpoint(char **field)
{
	HeapArena	heap;
	Checkpoint	checkpoint;
	Digest		leaf = {{0}};
	Str			text;
	bool		good;

	heap_arena_init(&heap);
	text = arena_printf(&heap.arena, "%s\n%s\n%s\n", field[1], field[2], field[3]);
	merkle_leaf(leaf.b, field[4], strlen(field[4]));
	good = checkpoint_parse(&checkpoint, text, NULL) == CODE_OK && str_is(checkpoint.origin, field[1]) &&
		checkpoint.size == strtoull(field[2], NULL, 10) && memcmp(&checkpoint.root, &leaf, sizeof leaf) == 0 &&
		str_eq(checkpoint_print(&heap.arena, &checkpoint), text);
	heap_arena_free(&heap);
	return good;
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
	if (strcmp(field[0], "node") == 0)
		return is_node((int) a, strtoull(field[2], NULL, 10), from_hex(field[3]));
	if (strcmp(field[0], "checkpoint") == 0)
		return is_checkpoint(field);
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
	grow_tree();
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
