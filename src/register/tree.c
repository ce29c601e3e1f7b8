/*
 * tree.c -- Merkle tree, tiles and proofs.
 *
 * A subtree of height h and number i covers the leaves i*2^h up to (i+1)*2^h.  Its root is found by reducing 2^(h%8)
 * entries of one tile of level h/8, so that a proof reads one tile a level and the right edge.
 */
#include "register/tree.h"

#include "crypto/crypto.h"

static void
node(Digest *out, const Digest *left, const Digest *right)
{
	merkle_node(out->b, left->b, right->b);
}

void
frontier_add(Frontier *frontier, const Digest *leaf)
{
	int			n = frontier_peaks(frontier->size);
	Digest		h = *leaf;

	/* Each trailing one of the size is a complete subtree of the same height: merge, as a binary counter carries. */
	for (uint64_t carry = frontier->size; carry & 1; carry >>= 1)
		node(&h, &frontier->peak[--n], &h);
	frontier->peak[n] = h;
	frontier->size++;
}

void
frontier_root(Digest *root, const Frontier *frontier)
{
	int			n = frontier_peaks(frontier->size);

	if (n == 0)
	{
		sha256(root->b, "", 0);
		return;
	}
	*root = frontier->peak[--n];
	while (n > 0)
		node(root, &frontier->peak[--n], root);
}

void
tree_add(Tree *tree, const Digest *leaf)
{
	Frontier   *f = &tree->frontier;
	int			n = frontier_peaks(f->size);
	int			height = 0;
	Digest		h = *leaf;

	tree->edge[0][f->size % TILE_WIDTH] = h;
	for (uint64_t carry = f->size; carry & 1; carry >>= 1)
	{
		node(&h, &f->peak[--n], &h);
		if (++height % TILE_HEIGHT == 0)
		{
			int			level = height / TILE_HEIGHT - 1;
			uint64_t	number = f->size >> height;

			tree->tile(tree->self, level, number, tree->edge[level], &h);
			if (level + 1 < TILE_LEVELS)
				tree->edge[level + 1][number % TILE_WIDTH] = h;
		}
	}
	f->peak[n] = h;
	f->size++;
}

/* Reduce 2^height neighbouring hashes to their root, in place. */
static void
reduce(Digest *out, Digest *h, int height)
{
	for (size_t width = (size_t) 1 << height; width > 1; width /= 2)
		for (size_t i = 0; i < width / 2; i++)
			node(&h[i], &h[2 * i], &h[2 * i + 1]);
	*out = h[0];
}

void
tree_resume(Tree *tree, uint64_t size)
{
	int			n = 0;

	tree->frontier.size = size;
	for (int level = TILE_LEVELS - 1; level >= 0; level--)
	{
		unsigned	width = tree_edge_width(size, level);
		unsigned	at = 0;

		for (int height = TILE_HEIGHT - 1; height >= 0; height--)
			if (width & 1u << height)
			{
				Digest		scratch[TILE_WIDTH];

				memcpy(scratch, &tree->edge[level][at], sizeof(Digest) << height);
				reduce(&tree->frontier.peak[n++], scratch, height);
				at += 1u << height;
			}
	}
}

/* ---- proofs ---- */

/* The tile that was read last, for each level: a proof comes back to the same few. */
typedef struct Reading
{
	const TileReader *reader;
	uint64_t	size;			/* tiles are read as wide as a tree of this size has them */
	struct
	{
		bool		have;
		uint64_t	n;
		Digest		tile[TILE_WIDTH];
	}			level[TILE_LEVELS];
} Reading;

/* The root of the complete subtree of this height and number. */
static bool
subtree(Digest *out, int height, uint64_t number, Reading *r)
{
	int			level = height / TILE_HEIGHT;
	int			rest = height % TILE_HEIGHT;
	uint64_t	first = number << rest;
	uint64_t	n = first / TILE_WIDTH;
	Digest		scratch[TILE_WIDTH / 2];
	const Frontier *peaks = r->reader->peaks;

	/* It is the frontier's peak of this height if the next subtree would lie beyond the tree's end. */
	if (peaks != NULL && peaks->size == r->size && r->size >> height == number + 1 && (number & 1) == 0)
	{
		*out = peaks->peak[height < TREE_HEIGHT_MAX - 1 ? frontier_peaks(r->size >> (height + 1)) : 0];
		return true;
	}
	if (!r->level[level].have || r->level[level].n != n)
	{
		uint64_t	entries = r->size >> (TILE_HEIGHT * level);
		unsigned	width = entries - n * TILE_WIDTH < TILE_WIDTH ? (unsigned) (entries - n * TILE_WIDTH) : TILE_WIDTH;

		r->level[level].have = false;
		if (!r->reader->read(r->reader->self, r->level[level].tile, level, n, width))
			return false;
		r->level[level].have = true;
		r->level[level].n = n;
	}
	memcpy(scratch, &r->level[level].tile[first % TILE_WIDTH], sizeof(Digest) << rest);
	reduce(out, scratch, rest);
	return true;
}

/* The largest power of two below n, as its exponent; n > 1. */
static int
split(uint64_t n)
{
	return 63 - __builtin_clzll(n - 1);
}

/* The root over the leaves from start up to end, where start is a multiple of the tree's split: MTH of RFC 9162. */
static bool
range_root(Digest *out, uint64_t start, uint64_t end, Reading *r)
{
	uint64_t	n = end - start;
	int			k;
	Digest		right;

	if ((n & (n - 1)) == 0)
		return subtree(out, __builtin_ctzll(n), start >> __builtin_ctzll(n), r);
	k = split(n);
	if (!subtree(out, k, start >> k, r) || !range_root(&right, start + (UINT64_C(1) << k), end, r))
		return false;
	node(out, out, &right);
	return true;
}

bool
tree_root(Digest *root, uint64_t size, const TileReader *reader)
{
	Reading		r = {.reader = reader, .size = size};

	if (size == 0)
	{
		sha256(root->b, "", 0);
		return true;
	}
	return range_root(root, 0, size, &r);
}

bool
tree_inclusion(Proof *proof, uint64_t index, uint64_t size, const TileReader *reader)
{
	Reading		r = {.reader = reader, .size = size};
	uint64_t	start = 0;
	uint64_t	end = size;
	struct
	{
		uint64_t	start,
					end;
	}			side[TREE_HEIGHT_MAX];
	int			depth = 0;

	/* Walk down to the leaf and remember the other side of each split; the proof lists them from the leaf up. */
	while (end - start > 1)
	{
		uint64_t	mid = start + (UINT64_C(1) << split(end - start));

		if (index < mid)
		{
			side[depth].start = mid;
			side[depth++].end = end;
			end = mid;
		}
		else
		{
			side[depth].start = start;
			side[depth++].end = mid;
			start = mid;
		}
	}
	for (proof->n = 0; depth > 0; proof->n++)
	{
		depth--;
		if (!range_root(&proof->hash[proof->n], side[depth].start, side[depth].end, &r))
			return false;
	}
	return true;
}

/* SUBPROOF of RFC 9162 section 2.1.4.1; whole: the old tree is a subtree whose root the verifier has. */
static bool
subproof(Proof *proof, uint64_t from, uint64_t start, uint64_t end, bool whole, Reading *r)
{
	uint64_t	mid;

	if (from == end)
		return whole || range_root(&proof->hash[proof->n++], start, end, r);
	mid = start + (UINT64_C(1) << split(end - start));
	if (from <= mid)
		return subproof(proof, from, start, mid, whole, r) &&
			range_root(&proof->hash[proof->n++], mid, end, r);
	return subproof(proof, from, mid, end, false, r) &&
		range_root(&proof->hash[proof->n++], start, mid, r);
}

bool
tree_consistency(Proof *proof, uint64_t from, uint64_t to, const TileReader *reader)
{
	Reading		r = {.reader = reader, .size = to};

	proof->n = 0;
	return subproof(proof, from, 0, to, true, &r);
}

bool
verify_inclusion(const Digest *leaf, uint64_t index, uint64_t size, const Digest *root, const Digest *proof, size_t n)
{
	uint64_t	fn = index;
	uint64_t	sn = size - 1;
	Digest		h = *leaf;

	if (index >= size)
		return false;
	for (size_t i = 0; i < n; i++)
	{
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn)
		{
			node(&h, &proof[i], &h);
			while (!(fn & 1) && fn != 0)
			{
				fn >>= 1;
				sn >>= 1;
			}
		}
		else
			node(&h, &h, &proof[i]);
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(h.b, root->b, HASH_SIZE) == 0;
}

bool
verify_consistency(uint64_t from, uint64_t to, const Digest *from_root, const Digest *to_root, const Digest *proof, size_t n)
{
	uint64_t	fn = from - 1;
	uint64_t	sn = to - 1;
	Digest		fr;
	Digest		sr;
	size_t		i = 0;

	if (from == 0 || from > to)
		return false;
	if (from == to)
		return n == 0 && memcmp(from_root->b, to_root->b, HASH_SIZE) == 0;
	if ((from & (from - 1)) == 0)
		fr = sr = *from_root;
	else if (n > 0)
		fr = sr = proof[i++];
	else
		return false;
	while (fn & 1)
	{
		fn >>= 1;
		sn >>= 1;
	}
	for (; i < n; i++)
	{
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn)
		{
			node(&fr, &proof[i], &fr);
			node(&sr, &proof[i], &sr);
			while (!(fn & 1) && fn != 0)
			{
				fn >>= 1;
				sn >>= 1;
			}
		}
		else
			node(&sr, &sr, &proof[i]);
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(fr.b, from_root->b, HASH_SIZE) == 0 && memcmp(sr.b, to_root->b, HASH_SIZE) == 0;
}

void
merkle_root(Digest *root, const Digest *leaves, size_t n)
{
	Frontier	f = {.size = 0};

	for (size_t i = 0; i < n; i++)
		frontier_add(&f, &leaves[i]);
	frontier_root(root, &f);
}
