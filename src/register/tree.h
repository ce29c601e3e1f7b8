/*
 * tree.h -- the Merkle tree over the register's leaves (RFC 9162 section 2.1, SHA-256), its tiles (C2SP tlog-tiles)
 * and its proofs.
 *
 * frontier   the roots of the largest complete subtrees of a tree, left to right: one a set bit of the size.
 * tile       256 hashes side by side.  Tile n of level 0 holds leaves 256n to 256n+255; an entry of level l+1 is the
 *            root over one full tile of level l.  Only full tiles are stored; what is beyond them is the edge.
 * edge       for each level the entries after the last full tile: 0 to 255 hashes.
 */
#ifndef COMMUNE_TREE_H
#define COMMUNE_TREE_H

#include "base/base.h"

#define TILE_WIDTH 256
#define TILE_HEIGHT 8
#define TILE_LEVELS 8			/* enough for 2^64 leaves */
#define TILE_BYTES (TILE_WIDTH * HASH_SIZE)
#define TREE_HEIGHT_MAX 64
#define PROOF_MAX 128			/* hashes in a proof: two a level at most */

typedef struct Digest
{
	uint8_t		b[HASH_SIZE];
} Digest;

typedef struct Frontier
{
	uint64_t	size;			/* leaves */
	Digest		peak[TREE_HEIGHT_MAX];	/* popcount(size) of them, the largest subtree first */
} Frontier;

static inline int
frontier_peaks(uint64_t size)
{
	return __builtin_popcountll(size);
}

extern void frontier_add(Frontier *frontier, const Digest *leaf);

/* The root of the tree; SHA-256 of nothing for size 0. */
extern void frontier_root(Digest *root, const Frontier *frontier);

/* A tree that grows by leaves and hands out each tile that fills up. */
typedef struct Tree
{
	Frontier	frontier;
	Digest		edge[TILE_LEVELS][TILE_WIDTH];

	/* Called for each tile that becomes full.  root is the next level's entry. */
	void		(*tile)(void *self, int level, uint64_t n, const Digest tile[TILE_WIDTH], const Digest *root);
	void	   *self;
} Tree;

extern void tree_add(Tree *tree, const Digest *leaf);

/* How many entries the edge of this level has in a tree of this size. */
static inline unsigned
tree_edge_width(uint64_t size, int level)
{
	return (unsigned) ((size >> (TILE_HEIGHT * level)) % TILE_WIDTH);
}

/*
 * Set the size of a tree whose edge has been filled in, and compute its frontier from the edge.  The caller compares
 * frontier_root() with the root that was recorded: a difference is damage.
 */
extern void tree_resume(Tree *tree, uint64_t size);

/*
 * Where proofs take their hashes from: the first width entries of tile n of a level.  Returns false if they are not to
 * be had.  Every tile that is asked for lies within the size that was asked about.
 */
typedef struct TileReader
{
	bool		(*read)(void *self, Digest *out, int level, uint64_t n, unsigned width);
	void	   *self;
	const Frontier *peaks;		/* of a tree, to be taken instead of its tiles when it is asked about; or NULL */
} TileReader;

typedef struct Proof
{
	int			n;
	Digest		hash[PROOF_MAX];
} Proof;

/* RFC 9162 sections 2.1.3.1 and 2.1.4.1.  False if a tile is missing.  index < size; 0 < from <= to. */
extern bool tree_inclusion(Proof *proof, uint64_t index, uint64_t size, const TileReader *reader);
extern bool tree_consistency(Proof *proof, uint64_t from, uint64_t to, const TileReader *reader);
extern bool tree_root(Digest *root, uint64_t size, const TileReader *reader);

/* RFC 9162 sections 2.1.3.2 and 2.1.4.2. */
extern bool verify_inclusion(const Digest *leaf, uint64_t index, uint64_t size, const Digest *root,
							 const Digest *proof, size_t n);
extern bool verify_consistency(uint64_t from, uint64_t to, const Digest *from_root, const Digest *to_root,
							   const Digest *proof, size_t n);

/* The root over any list of leaves: electorates, delegations, test data. */
extern void merkle_root(Digest *root, const Digest *leaves, size_t n);

#endif
