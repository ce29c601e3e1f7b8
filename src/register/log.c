/*
 * log.c -- reads the register through a store.
 */
#include "register/log.h"

#include "register/stored.h"

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

/* The columns of a block that it is searched by, in front of the long ones. */
#define BLOCK_HEAD_COLS 7

typedef struct Head
{
	BlockRow   *out;
	Arena	   *arena;
} Head;

static bool
keep_head(void *self, const void *row)
{
	Head	   *head = self;
	const BlockRow *block = row;

	*head->out = (BlockRow){.number = block->number, .time = block->time, .first = block->first, .size = block->size,
							.era = block->era, .finished = block->finished, .snapshot = arena_str(head->arena, block->snapshot)};
	return false;
}

bool
log_block_head(BlockRow *out, Store *store, Arena *arena, int64_t number)
{
	Head		head = {out, arena};

	*out = (BlockRow){.number = 0};
	store->scan(store, BLOCK_BY_NUMBER, 0, &(BlockRow){.number = number}, SCAN_FROM, BLOCK_HEAD_COLS, keep_head, &head);
	return out->number == number;
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

		if (!log_block_head(out, store, arena, mid))
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

/* ---- places ---- */

typedef struct FoundRun
{
	RowLeaf    *out;
	Arena	   *arena;
	int64_t		seq;
	bool		found;
} FoundRun;

static bool
keep_run(void *self, const void *row)
{
	FoundRun   *found = self;

	*found->out = *(const RowLeaf *) row;
	found->out->leaf = arena_str(found->arena, found->out->leaf);
	found->out->relation = arena_str(found->arena, found->out->relation);
	found->out->key = arena_str(found->arena, found->out->key);
	found->out->keys = arena_str(found->arena, found->out->keys);
	found->found = run_first(found->out) <= found->seq;
	return false;
}

bool
log_row_leaf(RowLeaf *out, Store *store, Arena *arena, int64_t seq)
{
	FoundRun	found = {.out = out, .arena = arena, .seq = seq};

	store->scan(store, ROW_LEAF_BY_SEQ, 0, &(RowLeaf){.seq = seq}, SCAN_FROM, 0, keep_run, &found);
	return found.found;
}

/* Check that a block's list of members is as long as the block. */
static Code
check_length(const BlockRow *block, Fault *fault)
{
	size_t		n;
	Code		code = block_members_count(&n, block->members, fault);

	if (code != CODE_OK)
		return code;
	if ((int64_t) n + 1 != block->size - block->first)
		return fault_set(fault, CODE_DAMAGED, block->first, "Block %lld lists %zu members for %lld leaves.",
						 (long long) block->number, n, (long long) (block->size - block->first));
	return CODE_OK;
}

/* Look for a member in a block; *index stays -1 if it is not there. */
static Code
find_member(int64_t *index, BlockRow *block, Store *store, Arena *arena, int64_t number, LeafSource source, int64_t seq,
			Fault *fault)
{
	MemberWalk	walk;
	MemberRun	run;
	int64_t		at;
	Code		code;

	if (!log_block(block, store, arena, number))
		return fault_set(fault, CODE_DAMAGED, -1, "Block %lld is gone.", (long long) number);
	walk = (MemberWalk){.packed = block->members};
	at = block->first;
	while ((code = block_members_next(&run, &walk, fault)) == CODE_OK && run.n > 0)
	{
		if (run.source == source && run.seq <= seq && seq - run.seq < run.n)
		{
			*index = at + (seq - run.seq);
			break;
		}
		at += run.n;
	}
	return code;
}

/*
 * Find the block that would hold a seq of a session among those that bear the snapshot of block first, up to block last:
 * they hold ascending seqs.
 */
static Code
find_in_snapshot(int64_t *number, Store *store, Arena *arena, int64_t first, int64_t last, int64_t seq, Fault *fault)
{
	BlockRow	one;
	BlockRow	other;
	int64_t		high = last;
	Code		code;

	*number = first;
	if (!log_block_head(&one, store, arena, first))
		return fault_set(fault, CODE_DAMAGED, -1, "Block %lld is gone.", (long long) first);
	if (one.finished)
		return CODE_OK;
	for (int64_t low = first; low < high;)
	{
		int64_t		mid = low + (high - low + 1) / 2;

		if (!log_block_head(&other, store, arena, mid))
			return fault_set(fault, CODE_DAMAGED, -1, "Block %lld is gone.", (long long) mid);
		if (other.era == one.era && str_eq(other.snapshot, one.snapshot))
			low = mid;
		else
			high = mid - 1;
	}
	while (*number < high)
	{
		int64_t		mid = *number + (high - *number) / 2;
		int64_t		upto;

		if (!log_block(&other, store, arena, mid))
			return fault_set(fault, CODE_DAMAGED, -1, "Block %lld is gone.", (long long) mid);
		if ((code = block_members_last(&upto, other.members, fault)) != CODE_OK)
			return code;
		if (upto < seq)
			*number = mid + 1;
		else
			high = mid;
	}
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

		if (!log_block_head(block, store, arena, mid))
			return fault_set(fault, CODE_DAMAGED, -1, "Block %lld is gone.", (long long) mid);
		if ((code = snapshot_parse(&snapshot, arena, block->snapshot, fault)) != CODE_OK)
			return code;
		if (block->era > era || (block->era == era && snapshot_sees(&snapshot, (uint64_t) xid)))
			high = mid;
		else
			low = mid + 1;
	}

	if (low > last.number)
		return CODE_OK;
	if ((code = find_in_snapshot(&low, store, arena, low, last.number, seq, fault)) != CODE_OK)
		return code;
	return find_member(index, block, store, arena, low, source, seq, fault);
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

		if (!log_block_head(block, store, arena, mid))
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

		if (from < upto &&
			(check_length(&block, t->fault) != CODE_OK ||
			 stored_leaves(out + (from - first), t->store, t->arena, &block, (size_t) (from - block.first),
						   (size_t) (upto - block.first), t->fault) != CODE_OK))
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

/* Read the first hashes of a tile from where they are stored. */
static bool
find_tile(LogTiles *t, Digest *out, int level, uint64_t n, unsigned width)
{
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

static bool
read_tile(void *self, Digest *out, int level, uint64_t n, unsigned width)
{
	LogTiles   *t = self;

	if (t->recent[level].hashes == NULL || t->recent[level].n != n || t->recent[level].width < width)
	{
		if (!find_tile(t, out, level, n, width))
			return false;
		if (t->recent[level].hashes == NULL)
			t->recent[level].hashes = arena_alloc(t->arena, TILE_BYTES);
		memcpy(t->recent[level].hashes, out, width * sizeof *out);
		t->recent[level].n = n;
		t->recent[level].width = width;
		return true;
	}
	memcpy(out, t->recent[level].hashes, width * sizeof *out);
	return true;
}

void
log_tiles_init(LogTiles *tiles, Store *store, Arena *arena, const BlockRow *last, Fault *fault)
{
	*tiles = (LogTiles){.reader = {read_tile, tiles, NULL}, .store = store, .arena = arena, .last = last, .fault = fault};
}

Code
log_tiles_take_peaks(LogTiles *tiles)
{
	const BlockRow *last = tiles->last;
	Code		code = frontier_unpack(&tiles->peaks, (uint64_t) last->size, last->frontier, tiles->fault);
	Digest		root;

	if (code != CODE_OK)
		return code;
	frontier_root(&root, &tiles->peaks);
	if (last->size > 0 && !str_eq(last->root, hash_str(&root)))
		return fault_set(tiles->fault, CODE_DAMAGED, last->size, "The frontier of block %lld does not give its root.",
						 (long long) last->number);
	tiles->reader.peaks = &tiles->peaks;
	return CODE_OK;
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
