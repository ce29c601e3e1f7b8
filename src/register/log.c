/*
 * log.c -- reads the register through a store.
 */
#include "register/log.h"

static bool
keep_block(void *self, const void *row)
{
	((BlockRow *) self)->number = ((const BlockRow *) row)->number;
	return false;
}

bool
log_block(BlockRow *out, Store *store, Arena *arena, int64_t number)
{
	BlockRow	probe = {.number = number};

	memset(out, 0, sizeof *out);
	return store->find(store, arena, out, BLOCK_BY_NUMBER, &probe);
}

bool
log_follower(FollowerRow *out, Store *store, Arena *arena)
{
	FollowerRow probe = {.id = 1};

	memset(out, 0, sizeof *out);
	return store->find(store, arena, out, FOLLOWER_BY_ID, &probe);
}

bool
log_last_block(BlockRow *out, Store *store, Arena *arena)
{
	BlockRow	last = {.number = 0};
	FollowerRow follower;

	if (log_follower(&follower, store, arena))
		return follower.block > 0 && log_block(out, store, arena, follower.block);
	store->scan(store, BLOCK_BY_NUMBER, 0, NULL, SCAN_BACK, 1, keep_block, &last);
	return last.number > 0 && log_block(out, store, arena, last.number);
}

bool
log_block_at(BlockRow *out, Store *store, Arena *arena, int64_t index)
{
	int64_t		low = 1;
	int64_t		high;

	if (!log_last_block(out, store, arena) || index < 0 || index >= out->size)
		return false;
	for (high = out->number; low < high;)
	{
		int64_t		mid = low + (high - low) / 2;

		if (!log_block(out, store, arena, mid))
			return false;
		if (out->size <= index)
			low = mid + 1;
		else
			high = mid;
	}
	return log_block(out, store, arena, low) && out->first <= index && index < out->size;
}

static bool
keep_era(void *self, const void *row)
{
	((EraRow *) self)->era = ((const EraRow *) row)->era;
	return false;
}

bool
log_last_era(EraRow *out, Store *store, Arena *arena)
{
	EraRow		last = {.era = 0};

	store->scan(store, ERA_BY_NUMBER, 0, NULL, SCAN_BACK, 2, keep_era, &last);
	if (last.era == 0)
		return false;
	memset(out, 0, sizeof *out);
	return store->find(store, arena, out, ERA_BY_NUMBER, &last);
}

/* ---- leaves ---- */

/* The recorded leaf hash of a member. */
static bool
member_leaf(Digest *out, Store *store, Arena *arena, MemberRef ref)
{
	switch (ref.source)
	{
		case LEAF_ACT:
			{
				ActRow		act = {.seq = ref.seq};
				ActRow		probe = act;

				if (!store->find(store, arena, &act, ACT_BY_SEQ, &probe))
					return false;
				*out = str_hash(act.leaf);
				return true;
			}
		case LEAF_ROW:
			{
				RowLeaf		row = {.seq = ref.seq};
				RowLeaf		probe = row;

				if (!store->find(store, arena, &row, ROW_LEAF_BY_SEQ, &probe))
					return false;
				*out = str_hash(row.leaf);
				return true;
			}
		case LEAF_ENTRY:
		case LEAF_ENGINE:
			{
				EntryRow	entry = {.seq = ref.seq};
				EntryRow	probe = entry;

				if (!store->find(store, arena, &entry, ENTRY_BY_SEQ, &probe))
					return false;
				*out = str_hash(entry.leaf);
				return true;
			}
	}
	return false;
}

/* Unpack a block's list of members and check its length. */
static Code
block_refs(const MemberRef **refs, size_t *n, Arena *arena, const BlockRow *block, Fault *fault)
{
	Code		code = block_members_unpack(refs, n, arena, block->members, fault);

	if (code != CODE_OK)
		return code;
	if ((int64_t) *n + 1 != block->size - block->first)
		return fault_set(fault, CODE_DAMAGED, block->first, "Block %lld lists %zu members for %lld leaves.",
						 (long long) block->number, *n, (long long) (block->size - block->first));
	return CODE_OK;
}

/* Look for a member in a block; *index stays -1 if it is not there. */
static Code
find_member(int64_t *index, BlockRow *block, Store *store, Arena *arena, int64_t number, LeafSource source, int64_t seq,
			Fault *fault)
{
	const MemberRef *refs;
	size_t		n;
	Code		code;

	if (!log_block(block, store, arena, number))
		return fault_set(fault, CODE_DAMAGED, -1, "Block %lld is gone.", (long long) number);
	if ((code = block_members_unpack(&refs, &n, arena, block->members, fault)) != CODE_OK)
		return code;
	for (size_t i = 0; i < n && *index < 0; i++)
		if (refs[i].seq == seq && refs[i].source == source)
			*index = block->first + (int64_t) i;
	return CODE_OK;
}

Code
log_place(int64_t *index, BlockRow *block, Store *store, Arena *arena, LeafSource source, int64_t seq, int64_t era,
		  int64_t xid, Fault *fault)
{
	BlockRow	last;
	int64_t		low = 1;
	int64_t		high;
	Code		code;

	*index = -1;
	if (!log_last_block(&last, store, arena))
		return CODE_OK;

	/* Find the first block whose snapshot sees the transaction; later eras see everything of earlier ones. */
	for (high = last.number + 1; low < high;)
	{
		int64_t		mid = low + (high - low) / 2;
		XidSnapshot	snapshot;

		if (!log_block(block, store, arena, mid))
			return fault_set(fault, CODE_DAMAGED, -1, "Block %lld is gone.", (long long) mid);
		if ((code = snapshot_parse(&snapshot, arena, block->snapshot, fault)) != CODE_OK)
			return code;
		if (block->era > era || (block->era == era && snapshot_sees(&snapshot, (uint64_t) xid)))
			high = mid;
		else
			low = mid + 1;
	}

	/* It is in that block, or in a later one that goes on with the same snapshot. */
	for (; low <= last.number; low++)
		if ((code = find_member(index, block, store, arena, low, source, seq, fault)) != CODE_OK || *index >= 0 || block->finished)
			return code;
	return CODE_OK;
}

Code
log_place_engine(int64_t *index, BlockRow *block, Store *store, Arena *arena, int64_t seq, int64_t time, Fault *fault)
{
	BlockRow	last;
	int64_t		low = 1;
	int64_t		high;
	Code		code;

	*index = -1;
	if (!log_last_block(&last, store, arena))
		return CODE_OK;

	/* Find the first block of this time; several may have it. */
	for (high = last.number + 1; low < high;)
	{
		int64_t		mid = low + (high - low) / 2;

		if (!log_block(block, store, arena, mid))
			return fault_set(fault, CODE_DAMAGED, -1, "Block %lld is gone.", (long long) mid);
		if (block->time >= time)
			high = mid;
		else
			low = mid + 1;
	}
	for (; low <= last.number; low++)
		if ((code = find_member(index, block, store, arena, low, LEAF_ENGINE, seq, fault)) != CODE_OK || *index >= 0 || block->time > time)
			return code;
	return CODE_OK;
}

/* ---- tiles ---- */

/* Read the leaves with indexes from first up to end, all within a block. */
static Code
read_block_leaves(Digest *out, LogTiles *t, const BlockRow *block, int64_t first, int64_t end)
{
	const MemberRef *refs;
	size_t		n;
	Code		code = block_refs(&refs, &n, t->arena, block, t->fault);

	for (int64_t index = first; index < end && code == CODE_OK; index++, out++)
	{
		int64_t		i = index - block->first;

		if (i == (int64_t) n)
			block_header_leaf(out, block->header);
		else if (!member_leaf(out, t->store, t->arena, refs[i]))
			code = fault_set(t->fault, CODE_DAMAGED, index, "The leaf of index %lld, seq %lld, is gone.",
							 (long long) index, (long long) refs[i].seq);
	}
	return code;
}

/* Read the first width leaves from index first on, which lie in the last blocks. */
static bool
read_edge_leaves(Digest *out, LogTiles *t, int64_t first, unsigned width)
{
	BlockRow	block = *t->last;
	int64_t		end = first + width;

	for (;;)
	{
		int64_t		from = block.first > first ? block.first : first;
		int64_t		upto = block.size < end ? block.size : end;

		if (from < upto && read_block_leaves(out + (from - first), t, &block, from, upto) != CODE_OK)
			return false;
		if (block.first <= first)
			return true;
		if (!log_block(&block, t->store, t->arena, block.number - 1))
		{
			fault_set(t->fault, CODE_DAMAGED, first, "A block before index %lld is gone.", (long long) block.first);
			return false;
		}
	}
}

typedef struct RootCollector
{
	Digest	   *out;
	int64_t		first;
	unsigned	width;
	unsigned	n;
} RootCollector;

static bool
collect_root(void *self, const void *row)
{
	RootCollector *c = self;
	const TileRow *tile = row;

	if (tile->n != c->first + c->n)
		return false;
	c->out[c->n++] = str_hash(tile->root);
	return c->n < c->width;
}

unsigned
log_tile_roots(Digest *out, Store *store, int level, int64_t first, unsigned width)
{
	RootCollector c = {.out = out, .first = first, .width = width};
	TileRow		probe = {.level = level, .n = first};

	if (width > 0)
		store->scan(store, TILE_BY_PLACE, 1, &probe, SCAN_FROM, 3, collect_root, &c);
	return c.n;
}

static bool
read_tile(void *self, Digest *out, int level, uint64_t n, unsigned width)
{
	LogTiles   *t = self;
	TileRow		tile = {.level = level, .n = (int64_t) n};
	TileRow		probe = tile;
	int64_t		first = (int64_t) (n * TILE_WIDTH);

	/* An entry of a higher level is the root of a tile below, kept beside it. */
	if (level > 0 && width < TILE_WIDTH)
	{
		if (log_tile_roots(out, t->store, level - 1, first, width) == width)
			return true;
	}
	else if (t->store->find(t->store, t->arena, &tile, TILE_BY_PLACE, &probe))
	{
		if (tile.data.n == TILE_BYTES)
		{
			memcpy(out, tile.data.p, width * sizeof *out);
			return true;
		}
	}
	else if (level == 0)
		return read_edge_leaves(out, t, first, width);
	fault_set(t->fault, CODE_DAMAGED, first, "Tile %llu of level %d is gone or cut off.", (unsigned long long) n, level);
	return false;
}

void
log_tiles_init(LogTiles *tiles, Store *store, Arena *arena, const BlockRow *last, Fault *fault)
{
	*tiles = (LogTiles){.reader = {read_tile, tiles}, .store = store, .arena = arena, .last = last, .fault = fault};
}

Code
log_resume(Tree *tree, Store *store, Arena *arena, const BlockRow *last, Fault *fault)
{
	LogTiles	tiles;
	Digest		root;

	log_tiles_init(&tiles, store, arena, last, fault);
	for (int level = 0; level < TILE_LEVELS; level++)
	{
		unsigned	width = tree_edge_width((uint64_t) last->size, level);

		if (width > 0 && !read_tile(&tiles, tree->edge[level], level,
									((uint64_t) last->size >> (TILE_HEIGHT * level)) / TILE_WIDTH, width))
			return fault->code;
	}
	tree_resume(tree, (uint64_t) last->size);
	frontier_root(&root, &tree->frontier);
	if (!str_eq(last->root, hash_str(&root)))
		return fault_set(fault, CODE_DAMAGED, last->size, "The tiles do not give the root of block %lld.", (long long) last->number);
	return CODE_OK;
}
