/*
 * log.h -- reading the register through a store: blocks, places, leaves, tiles.
 */
#ifndef COMMUNE_LOG_H
#define COMMUNE_LOG_H

#include "register/rels.h"
#include "register/snapshot.h"

/* The row that makes this database a follower of another register.  False if it is none. */
extern bool log_follower(FollowerRow *out, Store *store, Arena *arena);

/*
 * The last block, the block of a number, the block that holds an index.  False if there is none.  On a follower the
 * last block is the last one that was folded; later ones have only arrived.
 */
extern bool log_last_block(BlockRow *out, Store *store, Arena *arena);
extern bool log_block(BlockRow *out, Store *store, Arena *arena, int64_t number);
extern bool log_block_at(BlockRow *out, Store *store, Arena *arena, int64_t index);

/* A block with nothing but its columns up to snapshot: what it is searched by.  Much quicker than the whole. */
extern bool log_block_head(BlockRow *out, Store *store, Arena *arena, int64_t number);

/* The run of rows of chained tables that holds a seq.  False if there is none. */
extern bool log_row_leaf(RowLeaf *out, Store *store, Arena *arena, int64_t seq);

/* The last era.  False if none was begun. */
extern bool log_last_era(EraRow *out, Store *store, Arena *arena);

/*
 * The block and the index of something that a session committed.  *index is -1 if it is in no block.
 * Fault: DAMAGED.
 */
extern Code log_place(int64_t *index, BlockRow *block, Store *store, Arena *arena, LeafSource source, int64_t seq,
					  int64_t era, int64_t xid, Fault *fault);

/* The same of an entry that the engine wrote at a block's time. */
extern Code log_place_engine(int64_t *index, BlockRow *block, Store *store, Arena *arena, int64_t seq, int64_t time,
							 Fault *fault);

/* Get a tree ready to grow from its last block on, and check that its edge gives the recorded root.  Fault: DAMAGED. */
extern Code log_resume(Tree *tree, Store *store, Arena *arena, const BlockRow *last, Fault *fault);

/* Read the roots of neighbouring tiles of a level; returns how many there are without a gap. */
extern unsigned log_tile_roots(Digest *out, Store *store, int level, int64_t first, unsigned width);

/* A reader of tiles for proofs; last is the last block. */
typedef struct LogTiles
{
	TileReader	reader;			/* reader.self is the LogTiles */
	Store	   *store;
	Arena	   *arena;
	const BlockRow *last;
	Fault	   *fault;
	Frontier	peaks;

	/* The tile of each level that was read last: the proofs of a receipt have most in common. */
	struct
	{
		Digest	   *hashes;		/* NULL: none yet */
		uint64_t	n;
		unsigned	width;
	}			recent[TILE_LEVELS];
} LogTiles;

extern void log_tiles_init(LogTiles *tiles, Store *store, Arena *arena, const BlockRow *last, Fault *fault);

/* Take the roots at the right edge of the whole tree from the last block's frontier, not from its leaves.  Fault: DAMAGED. */
extern Code log_tiles_take_peaks(LogTiles *tiles);

#endif
