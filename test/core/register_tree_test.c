/*
 * register_tree_test.c -- the Merkle tree: roots, tiles, frontiers, proofs, against the recursive definitions of RFC 9162
 * section 2.1, which are written out here once more.
 */
#include "check.h"
#include "seeded.h"

#include <stdlib.h>

#include "crypto/crypto.h"
#include "register/tree.h"

enum {ALL = 600, LARGE = 65536 + 300};

static Digest leaf[LARGE];
static Digest *complete[20];		/* complete[h][i]: the root over the 2^h leaves from i * 2^h on; only to save time */

/* ---- the definitions ---- */

static void
make_leaves(void)
{
	for (uint32_t i = 0; i < LARGE; i++)
		merkle_leaf(leaf[i].b, &i, sizeof i);
	complete[0] = leaf;
	for (int h = 1; LARGE >> h > 0; h++)
	{
		complete[h] = malloc((LARGE >> h) * sizeof(Digest));
		for (uint32_t i = 0; i < LARGE >> h; i++)
			merkle_node(complete[h][i].b, complete[h - 1][2 * i].b, complete[h - 1][2 * i + 1].b);
	}
}

/* MTH(D[start:end]) of section 2.1.1. */
static Digest
mth(uint64_t start, uint64_t end)
{
	Digest		left = {{0}};
	Digest		right;
	uint64_t	k = 1;

	for (int h = 0; complete[h] != NULL; h++)
		if (end - start == UINT64_C(1) << h && start % (end - start) == 0)
			return complete[h][start >> h];

	if (start == end)
	{
		sha256(left.b, "", 0);
		return left;
	}
	while (k * 2 < end - start)
		k *= 2;
	left = mth(start, start + k);
	right = mth(start + k, end);
	merkle_node(left.b, left.b, right.b);
	return left;
}

/* PATH(m, D[start:end]) of section 2.1.3.1. */
static void
path(Proof *proof, uint64_t m, uint64_t start, uint64_t end)
{
	uint64_t	k = 1;

	if (end - start == 1)
		return;
	while (k * 2 < end - start)
		k *= 2;
	if (m < k)
	{
		path(proof, m, start, start + k);
		proof->hash[proof->n++] = mth(start + k, end);
	}
	else
	{
		path(proof, m - k, start + k, end);
		proof->hash[proof->n++] = mth(start, start + k);
	}
}

/* SUBPROOF(m, D[start:end], b) of section 2.1.4.1. */
static void
subproof(Proof *proof, uint64_t m, uint64_t start, uint64_t end, bool b)
{
	uint64_t	k = 1;

	if (m == end - start)
	{
		if (!b)
			proof->hash[proof->n++] = mth(start, end);
		return;
	}
	while (k * 2 < end - start)
		k *= 2;
	if (m <= k)
	{
		subproof(proof, m, start, start + k, b);
		proof->hash[proof->n++] = mth(start + k, end);
	}
	else
	{
		subproof(proof, m - k, start + k, end, false);
		proof->hash[proof->n++] = mth(start, start + k);
	}
}

static bool
same(const Digest *a, const Digest *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

static bool
same_proof(const Proof *a, const Proof *b)
{
	return a->n == b->n && memcmp(a->hash, b->hash, (size_t) a->n * sizeof(Digest)) == 0;
}

/* ---- roots ---- */

/* Eight leaves whose roots are in the test suites of most implementations of Certificate Transparency. */
static void
test_known_roots(void)
{
	static const struct
	{
		const char *input;
		size_t		n;
		const char *root;		/* of the tree that ends with this leaf */
	}			known[] = {
		{"", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
		{"\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
		{"\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
		{"\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
		{"\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
		{"\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
		{"\x50\x51\x52\x53\x54\x55\x56\x57", 8, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
		{"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
			"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
	};
	Frontier	frontier = {.size = 0};
	Digest		leaves[8];
	Digest		root;
	char		hex[2 * HASH_SIZE + 1];

	frontier_root(&root, &frontier);
	for (int i = 0; i < HASH_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", root.b[i]);
	CHECK_STR(str_from(hex), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	for (size_t i = 0; i < 8; i++)
	{
		Digest		again;

		merkle_leaf(leaves[i].b, known[i].input, known[i].n);
		frontier_add(&frontier, &leaves[i]);
		frontier_root(&root, &frontier);
		for (int j = 0; j < HASH_SIZE; j++)
			snprintf(hex + 2 * j, 3, "%02x", root.b[j]);
		CHECK_STR(str_from(hex), known[i].root);
		merkle_root(&again, leaves, i + 1);
		CHECK(same(&again, &root));
	}
}

/* ---- growing ---- */

/* The tiles that a tree has handed out. */
typedef struct Tiles
{
	Digest		level0[LARGE / TILE_WIDTH][TILE_WIDTH];
	Digest		level1[1][TILE_WIDTH];
	Digest		root0[LARGE / TILE_WIDTH];
	Digest		root1[1];
	unsigned	n[2];
} Tiles;

static Tiles tiles;

static void
keep_tile(void *self, int level, uint64_t n, const Digest tile[TILE_WIDTH], const Digest *root)
{
	CHECK(self == &tiles && level < 2);
	CHECK_INT(n, tiles.n[level]);
	memcpy(level == 0 ? tiles.level0[n] : tiles.level1[n], tile, TILE_BYTES);
	(level == 0 ? tiles.root0 : tiles.root1)[n] = *root;
	tiles.n[level]++;
}

/* Check a tree's edge and frontier: those of a tree that grew, and those of one that is resumed from its tiles. */
static void
check_tree(const Tree *tree, uint64_t size)
{
	Tree		resumed = {.frontier = {.size = 0}};
	uint64_t	start = 0;
	int			peak = 0;

	CHECK_INT(tree->frontier.size, size);
	for (int level = 0; level < 3; level++)
	{
		unsigned	width = tree_edge_width(size, level);
		uint64_t	entries = size >> (8 * level);

		CHECK_INT(width, entries % 256);
		memcpy(resumed.edge[level], tree->edge[level], width * sizeof(Digest));
		for (unsigned i = 0; i < width; i++)
		{
			uint64_t	at = entries - width + i;
			const Digest *ought = level == 0 ? &leaf[at] : level == 1 ? &tiles.root0[at] : &tiles.root1[at];

			CHECK(same(&tree->edge[level][i], ought));
		}
	}
	tree_resume(&resumed, size);
	CHECK_INT(resumed.frontier.size, size);
	CHECK(memcmp(resumed.frontier.peak, tree->frontier.peak, (size_t) frontier_peaks(size) * sizeof(Digest)) == 0);
	for (int height = 63; height >= 0; height--)
		if (size & UINT64_C(1) << height)
		{
			Digest		root = mth(start, start + (UINT64_C(1) << height));

			CHECK(same(&tree->frontier.peak[peak++], &root));
			start += UINT64_C(1) << height;
		}
	CHECK_INT(peak, frontier_peaks(size));
}

static void
test_growth(void)
{
	Tree		tree = {.tile = keep_tile, .self = &tiles};
	Frontier	frontier = {.size = 0};

	for (uint64_t size = 0; size <= LARGE; size++)
	{
		Digest		root;
		Digest		other;

		/* Every size at first, then those around full tiles. */
		if (size <= ALL || (size % 65536 < 3 && size > 65000) || size == LARGE || size == LARGE - 1)
		{
			Digest		ought = mth(0, size);

			check_tree(&tree, size);
			frontier_root(&root, &tree.frontier);
			frontier_root(&other, &frontier);
			CHECK(same(&root, &ought) && same(&other, &ought));
			CHECK_INT(tiles.n[0], size / 256);
			CHECK_INT(tiles.n[1], size / 65536);
		}
		if (size < LARGE)
		{
			tree_add(&tree, &leaf[size]);
			frontier_add(&frontier, &leaf[size]);
		}
	}
	for (uint64_t i = 0; i < tiles.n[0]; i++)
	{
		Digest		root;

		CHECK(memcmp(tiles.level0[i], &leaf[i * 256], TILE_BYTES) == 0);
		merkle_root(&root, tiles.level0[i], TILE_WIDTH);
		CHECK(same(&root, &tiles.root0[i]));
	}
	CHECK(memcmp(tiles.level1[0], tiles.root0, TILE_BYTES) == 0);
}

/* ---- proofs ---- */

/* Tiles of a tree of some size, as a store has them; one may be missing. */
typedef struct Reader
{
	TileReader	reader;
	uint64_t	size;
	int			missing_level;	/* -1: none */
	int			reads;
} Reader;

static bool
read_tile(void *self, Digest *out, int level, uint64_t n, unsigned width)
{
	Reader	   *r = self;
	uint64_t	entries = r->size >> (8 * level);
	const Digest *from = level == 0 ? leaf : level == 1 ? tiles.root0 : tiles.root1;

	r->reads++;
	if (level == r->missing_level)
		return false;
	CHECK(width > 0 && width <= TILE_WIDTH);
	CHECK(n * TILE_WIDTH + width <= entries);
	CHECK(width == TILE_WIDTH || n * TILE_WIDTH + width == entries);
	memcpy(out, from + n * TILE_WIDTH, width * sizeof *out);
	return true;
}

static Reader
reader_of(uint64_t size)
{
	return (Reader){.reader = {.read = read_tile}, .size = size, .missing_level = -1};
}

/* A proof holds, and no longer does once anything of it is changed. */
static void
check_inclusion(const Proof *proof, uint64_t index, uint64_t size, const Digest *root)
{
	Proof		broken = *proof;
	Digest		wrong = leaf[index];
	uint64_t	other = seeded_below((uint32_t) size);
	int			at = proof->n > 0 ? (int) seeded_below((uint32_t) proof->n) : 0;

	CHECK(verify_inclusion(&leaf[index], index, size, root, proof->hash, (size_t) proof->n));
	if (proof->n > 0)
	{
		broken.hash[at].b[seeded_below(HASH_SIZE)] ^= (uint8_t) (1 << seeded_below(8));
		CHECK(!verify_inclusion(&leaf[index], index, size, root, broken.hash, (size_t) proof->n));
		CHECK(!verify_inclusion(&leaf[index], index, size, root, proof->hash, (size_t) proof->n - 1));
		CHECK(!verify_inclusion(&leaf[index], index, size, root, proof->hash + 1, (size_t) proof->n - 1));
	}
	broken = *proof;
	broken.hash[proof->n] = leaf[0];
	CHECK(!verify_inclusion(&leaf[index], index, size, root, broken.hash, (size_t) proof->n + 1));
	wrong.b[0] ^= 1;
	CHECK(!verify_inclusion(&wrong, index, size, root, proof->hash, (size_t) proof->n));
	CHECK(!verify_inclusion(&leaf[index], index, size, &wrong, proof->hash, (size_t) proof->n));
	if (other != index)
		CHECK(!verify_inclusion(&leaf[index], other, size, root, proof->hash, (size_t) proof->n));
	CHECK(!verify_inclusion(&leaf[index], size, size, root, proof->hash, (size_t) proof->n));
}

static void
check_consistency(const Proof *proof, uint64_t from, uint64_t to, const Digest *from_root, const Digest *to_root)
{
	Proof		broken = *proof;
	Digest		wrong = *from_root;
	size_t		n = (size_t) proof->n;

	CHECK(verify_consistency(from, to, from_root, to_root, proof->hash, n));
	wrong.b[31] ^= 1;
	CHECK(!verify_consistency(from, to, &wrong, to_root, proof->hash, n));
	wrong = *to_root;
	wrong.b[31] ^= 1;
	CHECK(!verify_consistency(from, to, from_root, &wrong, proof->hash, n));
	broken.hash[n] = leaf[0];
	CHECK(!verify_consistency(from, to, from_root, to_root, broken.hash, n + 1));
	CHECK(!verify_consistency(to + 1, to, from_root, to_root, proof->hash, n));
	if (n == 0)
		return;
	broken = *proof;
	broken.hash[seeded_below((uint32_t) n)].b[seeded_below(HASH_SIZE)] ^= (uint8_t) (1 << seeded_below(8));
	CHECK(!verify_consistency(from, to, from_root, to_root, broken.hash, n));
	CHECK(!verify_consistency(from, to, from_root, to_root, proof->hash, n - 1));
	CHECK(!verify_consistency(from, to, from_root, to_root, proof->hash + 1, n - 1));
	CHECK(!verify_consistency(from, to, to_root, from_root, proof->hash, n));
}

/* Sizes whose proofs are made from tiles and compared with the definitions, for every index; of others some. */
static bool
is_looked_at(uint64_t size)
{
	return size <= 70 || size == 256 || size == 257 || size == ALL;
}

static void
test_inclusion(void)
{
	static Digest root[ALL + 1];
	Frontier	peaks = {.size = 0};

	for (uint64_t size = 0; size <= ALL; size++)
		root[size] = mth(0, size);
	for (uint64_t size = 1; size <= ALL; size++)
	{
		Reader		reader = reader_of(size);
		Digest		made;

		/* Every other tree with its peaks at hand. */
		frontier_add(&peaks, &leaf[size - 1]);
		reader.reader.self = &reader;
		reader.reader.peaks = size % 2 || size == 256 ? &peaks : NULL;
		CHECK(tree_root(&made, size, &reader.reader) && same(&made, &root[size]));
		for (uint64_t index = 0; index < size; index++)
		{
			Proof		proof;
			Proof		ought = {.n = 0};

			if (!is_looked_at(size) && seeded_below(100) > 0)
				continue;
			CHECK(tree_inclusion(&proof, index, size, &reader.reader));
			path(&ought, index, 0, size);
			CHECK(same_proof(&proof, &ought));
			check_inclusion(&proof, index, size, &root[size]);
		}
		for (uint64_t from = 1; from <= size; from++)
		{
			Proof		proof;
			Proof		ought = {.n = 0};

			if (!is_looked_at(size) && seeded_below(100) > 0)
				continue;
			CHECK(tree_consistency(&proof, from, size, &reader.reader));
			subproof(&ought, from, 0, size, true);
			CHECK(same_proof(&proof, &ought));
			if (from < size)
				check_consistency(&proof, from, size, &root[from], &root[size]);
		}
	}

	/* Of another size they are of no use. */
	for (uint64_t size = 1; size < ALL; size++)
	{
		Reader		reader = reader_of(size);
		Digest		made;

		reader.reader.self = &reader;
		reader.reader.peaks = &peaks;
		CHECK(tree_root(&made, size, &reader.reader) && same(&made, &root[size]) && reader.reads > 0);
	}
	CHECK(verify_consistency(5, 5, &root[5], &root[5], NULL, 0));
	CHECK(!verify_consistency(5, 5, &root[5], &root[6], NULL, 0));
	CHECK(!verify_consistency(5, 5, &root[5], &root[5], root, 1));
	CHECK(!verify_consistency(0, 5, &root[0], &root[5], NULL, 0));
	CHECK(!verify_consistency(0, 0, &root[0], &root[0], NULL, 0));
	CHECK(!verify_inclusion(&leaf[0], 0, 0, &root[0], NULL, 0));
	CHECK(verify_inclusion(&leaf[0], 0, 1, &leaf[0], NULL, 0));
}

/* Proofs that need tiles of three levels. */
static void
test_large(void)
{
	Reader		reader = reader_of(LARGE);
	Digest		root = mth(0, LARGE);
	Digest		made;
	Frontier	peaks = {.size = 0};

	for (uint32_t i = 0; i < LARGE; i++)
		frontier_add(&peaks, &leaf[i]);
	reader.reader.self = &reader;
	CHECK(tree_root(&made, LARGE, &reader.reader) && same(&made, &root));
	for (int i = 0; i < 60; i++)
	{
		static const uint64_t edges[] = {0, 255, 256, 65535, 65536, LARGE - 1};
		uint64_t	index = i < 6 ? edges[i] : seeded_below(LARGE);
		uint64_t	from = i < 6 ? edges[i] + 1 : 1 + seeded_below(LARGE - 1);
		Digest		from_root = mth(0, from);
		Proof		proof;
		Proof		ought = {.n = 0};

		reader.reads = 0;
		reader.reader.peaks = i < 30 ? NULL : &peaks;
		CHECK(tree_inclusion(&proof, index, LARGE, &reader.reader));
		CHECK(reader.reads <= (i < 30 ? 5 : 2));	/* a tile a level, and the edge, whose roots are the peaks */
		path(&ought, index, 0, LARGE);
		CHECK(same_proof(&proof, &ought));
		check_inclusion(&proof, index, LARGE, &root);

		ought.n = 0;
		CHECK(tree_consistency(&proof, from, LARGE, &reader.reader));
		subproof(&ought, from, 0, LARGE, true);
		CHECK(same_proof(&proof, &ought));
		if (from < LARGE)
			check_consistency(&proof, from, LARGE, &from_root, &root);
	}
}

/* Where a tile is not to be had there is no proof. */
static void
test_missing_tile(void)
{
	Proof		proof;
	Digest		root;

	for (int level = 0; level < 2; level++)
	{
		Reader		reader = reader_of(LARGE);

		reader.reader.self = &reader;
		reader.missing_level = level;
		CHECK(!tree_inclusion(&proof, 70, LARGE, &reader.reader));
		CHECK(!tree_consistency(&proof, 70, LARGE, &reader.reader));
		CHECK(!tree_root(&root, LARGE, &reader.reader));
	}
}

int
main(void)
{
	if (!crypto_init())
		return 1;
	make_leaves();
	test_known_roots();
	test_growth();
	test_inclusion();
	test_large();
	test_missing_tile();
	for (int h = 1; complete[h] != NULL; h++)
		free(complete[h]);
	return check_done("register_tree");
}
