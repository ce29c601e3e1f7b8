/*
 * register_log_test.c -- reading the register through a store: blocks, eras, places, tiles.
 */
#include "scenario.h"

static Commune c;

static Store *
store(void)
{
	return &c.tables.store;
}

/* Every member is found where its block has it. */
static void
test_places(void)
{
	int64_t		acts = 0;
	int64_t		engine = 0;

	for (int64_t number = 1; number <= c.last.number; number++)
	{
		BlockRow	row;
		StoredBlock block;
		bool		found;
		Fault		fault;

		arena_reset(&c.block.arena);
		CHECK(log_block(&row, store(), &c.block.arena, number));
		CHECK(stored_read(&block, &found, store(), &c.block.arena, &row, 0, &fault) == CODE_OK && found);
		for (size_t i = 0; i < block.n; i++)
		{
			const LeafMember *m = &block.members[i];
			BlockRow	at;
			int64_t		index;

			if (number == 12 && i % 20 > 0)
				continue;		/* of many some */
			if (m->source == LEAF_ENGINE)
				CHECK(log_place_engine(&index, &at, store(), &c.block.arena, m->seq, m->received_at, &fault) == CODE_OK);
			else
				CHECK(log_place(&index, &at, store(), &c.block.arena, m->source, m->seq, m->era, (int64_t) m->xid, &fault) == CODE_OK);
			CHECK_INT(index, row.first + (int64_t) i);
			CHECK_INT(at.number, number);
			acts += m->source == LEAF_ACT;
			engine += m->source == LEAF_ENGINE;

			/* The same seq of another source is nowhere. */
			CHECK(log_place(&index, &at, store(), &c.block.arena, m->source == LEAF_ACT ? LEAF_ROW : LEAF_ACT, m->seq, m->era,
							(int64_t) m->xid, &fault) == CODE_OK && index == -1);
		}
	}
	CHECK(acts > 20);
	CHECK_INT(engine, 6);
}

/* What is not sealed is in no block, whenever it was committed. */
static void
test_nowhere(void)
{
	BlockRow	at;
	int64_t		index;
	Fault		fault;

	CHECK(log_place(&index, &at, store(), &c.block.arena, LEAF_ACT, 5000, 1, 1, &fault) == CODE_OK && index == -1);
	CHECK(log_place(&index, &at, store(), &c.block.arena, LEAF_ACT, 5000, 2, (int64_t) c.xid, &fault) == CODE_OK && index == -1);
	CHECK(log_place(&index, &at, store(), &c.block.arena, LEAF_ACT, 5000, 3, 1, &fault) == CODE_OK && index == -1);
	CHECK(log_place_engine(&index, &at, store(), &c.block.arena, 5000, 0, &fault) == CODE_OK && index == -1);
	CHECK(log_place_engine(&index, &at, store(), &c.block.arena, 5000, c.last.time, &fault) == CODE_OK && index == -1);
	CHECK(log_place_engine(&index, &at, store(), &c.block.arena, 5000, INT64_MAX, &fault) == CODE_OK && index == -1);
}

/* A run of rows is found by each of its seqs, whatever block they are in. */
static void
test_runs(void)
{
	size_t		nruns = c.tables.table[REL_ROW_LEAF].n;
	const RowLeaf *const *runs = (void *) c.tables.table[REL_ROW_LEAF].rows;
	RowLeaf		run;
	int64_t		rows = 0;
	int64_t		longest = 0;

	for (size_t i = 0; i < nruns; i++)
		for (int64_t seq = run_first(runs[i]); seq <= runs[i]->seq; seq++, rows++)
		{
			Digest		leaf;
			Digest		again = run_leaf(runs[i], seq);

			CHECK(log_row_leaf(&run, store(), &c.block.arena, seq) && run.seq == runs[i]->seq && run.n == runs[i]->n);
			CHECK_STR(run.relation, "public.minutes");
			leaf = run_leaf(&run, seq);
			CHECK(memcmp(&leaf, &again, sizeof leaf) == 0);
			longest = run.n > longest ? run.n : longest;
		}
	CHECK_INT(rows, 8);
	CHECK_INT(longest, 4);		/* in blocks 6 and 7 */
	CHECK(!log_row_leaf(&run, store(), &c.block.arena, 1));
	CHECK(!log_row_leaf(&run, store(), &c.block.arena, run_first(runs[0]) - 1));
	CHECK(!log_row_leaf(&run, store(), &c.block.arena, INT64_MAX));
}

/* Any leaves of a block, and its verdicts, are those that reading the whole block gives. */
static void
test_parts(void)
{
	size_t		verdicts = 0;

	for (int64_t number = 1; number <= c.last.number; number++)
	{
		BlockRow	row;
		BlockRow	head;
		StoredBlock block;
		Digest		leaves[300];
		Digest		header;
		Verdict    *list;
		size_t		n;
		size_t		step = number == 12 ? 37 : 1;
		bool		found;
		Fault		fault;

		arena_reset(&c.block.arena);
		CHECK(log_block(&row, store(), &c.block.arena, number));
		CHECK(log_block_head(&head, store(), &c.block.arena, number));
		CHECK(head.first == row.first && head.size == row.size && head.era == row.era && head.time == row.time &&
			  head.finished == row.finished && str_eq(head.snapshot, row.snapshot));
		CHECK(stored_read(&block, &found, store(), &c.block.arena, &row, 0, &fault) == CODE_OK && found && block.n < 300);
		block_header_leaf(&header, row.header);
		for (size_t from = 0; from <= block.n; from += step)
			for (size_t upto = from; upto <= block.n + 1; upto += step)
			{
				CHECK(stored_leaves(leaves, store(), &c.block.arena, &row, from, upto, &fault) == CODE_OK);
				for (size_t i = from; i < upto; i++)
					CHECK(memcmp(&leaves[i - from], i < block.n ? &block.leaves[i] : &header, sizeof header) == 0);
			}
		CHECK(stored_verdicts(&list, &n, store(), &c.block.arena, &row, &fault) == CODE_OK && n == block.nverdicts);
		for (size_t i = 0; i < n; i++)
			CHECK(list[i].seq == block.verdicts[i].seq && list[i].index == block.verdicts[i].index &&
				  list[i].seq == block.members[list[i].index - row.first].seq && list[i].code != CODE_OK);
		verdicts += n;
	}
	CHECK_INT(verdicts, c.tables.table[REL_VERDICT].n);
	CHECK(verdicts > 3);
}

/* Where a list cannot be read or a member is gone, that is said. */
static void
test_broken_parts(void)
{
	BlockRow	row;
	Digest		leaves[300];
	Verdict    *list;
	size_t		n;
	Table	   *acts = &c.tables.table[REL_ACT];
	Fault		fault;

	CHECK(log_block(&row, store(), &c.block.arena, 1));
	acts->rows++;
	acts->n--;
	CHECK(stored_leaves(leaves, store(), &c.block.arena, &row, 0, 2, &fault) == CODE_DAMAGED && fault.at == 0);
	CHECK(stored_leaves(leaves, store(), &c.block.arena, &row, 1, 2, &fault) == CODE_OK);
	acts->rows--;
	acts->n++;
	CHECK(stored_leaves(leaves, store(), &c.block.arena, &row, 0, 2, &fault) == CODE_OK);
	row.members = STR("\x80");
	CHECK(stored_leaves(leaves, store(), &c.block.arena, &row, 0, 2, &fault) == CODE_DAMAGED);
	CHECK(stored_verdicts(&list, &n, store(), &c.block.arena, &row, &fault) == CODE_DAMAGED);
	CHECK(!log_block_head(&row, store(), &c.block.arena, 14) && !log_block_head(&row, store(), &c.block.arena, 0));
}

/* Proofs take the right edge from the last block's frontier, if that gives the root. */
static void
test_peaks(void)
{
	BlockRow	last;
	LogTiles	tiles;
	LogTiles	bare;
	Proof		proof;
	Proof		other;
	Fault		fault;
	char	   *bytes;
	int			finds;

	CHECK(log_last_block(&last, store(), &c.block.arena));
	log_tiles_init(&tiles, store(), &c.block.arena, &last, &fault);
	log_tiles_init(&bare, store(), &c.block.arena, &last, &fault);
	CHECK(tiles.reader.peaks == NULL && log_tiles_take_peaks(&tiles) == CODE_OK && tiles.reader.peaks != NULL);
	for (int64_t size = 1; size <= last.size; size += 7)
		for (int64_t index = 0; index < size; index += 13)
		{
			CHECK(tree_inclusion(&proof, (uint64_t) index, (uint64_t) size, &tiles.reader));
			CHECK(tree_inclusion(&other, (uint64_t) index, (uint64_t) size, &bare.reader));
			CHECK(proof.n == other.n && memcmp(proof.hash, other.hash, (size_t) proof.n * sizeof *proof.hash) == 0);
		}

	/* Of leaves in a full tile nothing but that tile is read, once. */
	log_tiles_init(&tiles, store(), &c.block.arena, &last, &fault);
	CHECK(log_tiles_take_peaks(&tiles) == CODE_OK);
	finds = c.tables.finds + c.tables.scans;
	for (uint64_t index = 3; index < 256; index += 100)
		CHECK(tree_inclusion(&proof, index, (uint64_t) last.size, &tiles.reader));
	CHECK_INT(c.tables.finds + c.tables.scans - finds, 1);

	bytes = arena_copy(&c.block.arena, last.frontier.p, last.frontier.n);
	bytes[0] ^= 1;
	last.frontier.p = bytes;
	CHECK(log_tiles_take_peaks(&tiles) == CODE_DAMAGED && strstr(fault.detail, "root") != NULL);
	last.frontier.n--;
	CHECK(log_tiles_take_peaks(&tiles) == CODE_DAMAGED);
}

static void
test_blocks(void)
{
	BlockRow	row;
	EraRow		era;
	FollowerRow following = {.id = 1, .block = 7};
	FollowerRow follower;

	CHECK(log_last_block(&row, store(), &c.block.arena) && row.number == 13);
	CHECK(!log_block(&row, store(), &c.block.arena, 14) && !log_block(&row, store(), &c.block.arena, 0));
	CHECK(log_last_era(&era, store(), &c.block.arena) && era.era == 2);
	CHECK_STR(era.origin, ORIGIN);
	for (int64_t index = 0; index < c.last.size; index++)
		CHECK(log_block_at(&row, store(), &c.block.arena, index) && row.first <= index && index < row.size);
	CHECK(!log_block_at(&row, store(), &c.block.arena, c.last.size));
	CHECK(!log_block_at(&row, store(), &c.block.arena, -1));

	/* On a follower the last block is the last one that was folded, if one was. */
	CHECK(!log_follower(&follower, store(), &c.block.arena));
	memory_put(&c.tables, REL_FOLLOWER, &following.row);
	CHECK(log_follower(&follower, store(), &c.block.arena) && follower.block == 7);
	CHECK(log_last_block(&row, store(), &c.block.arena) && row.number == 7);
	((FollowerRow *) memory_row(&c.tables, FOLLOWER_BY_ID, &following))->block = 0;
	CHECK(!log_last_block(&row, store(), &c.block.arena));
	following.row.stored = following.row.dead = true;
	memory_put(&c.tables, REL_FOLLOWER, &following.row);
}

/* A tree that goes on after any block has the edge and the root of one that grew. */
static void
test_resume(void)
{
	for (int64_t number = 1; number <= 13; number++)
	{
		Tree		tree = {.tile = NULL};
		BlockRow	row;
		Digest		root;
		Fault		fault;

		arena_reset(&c.block.arena);
		CHECK(log_block(&row, store(), &c.block.arena, number));
		CHECK(log_resume(&tree, store(), &c.block.arena, &row, &fault) == CODE_OK);
		frontier_root(&root, &tree.frontier);
		CHECK(str_eq(row.root, hash_str(&root)));
		CHECK_INT(tree.frontier.size, row.size);
		if (number == 13)
			for (int level = 0; level < TILE_LEVELS; level++)
				CHECK(memcmp(tree.edge[level], c.tree.edge[level], tree_edge_width((uint64_t) row.size, level) * sizeof(Digest)) == 0);
	}
}

/* Where something is missing, or does not fit, it does not go on. */
static void
test_damage(void)
{
	Table	   *tiles = &c.tables.table[REL_TILE];
	TileRow    *tile = (TileRow *) tiles->rows[0];
	size_t		nacts;
	ActRow	   *act = memory_rows(&c.tables, REL_ACT, &nacts)[c.tables.table[REL_ACT].n - 1];
	BlockRow   *first = memory_row(&c.tables, BLOCK_BY_NUMBER, &(BlockRow){.number = 1});
	BlockRow	row;
	int64_t		index;
	Str			kept;
	Tree		tree;
	Fault		fault;

	CHECK(log_block(&row, store(), &c.block.arena, 13));
	tiles->n = 0;
	CHECK(log_resume(&tree, store(), &c.block.arena, &row, &fault) == CODE_DAMAGED && strstr(fault.detail, "Tile") != NULL);
	tiles->n = 1;
	kept = tile->root;
	tile->root = c.last.root;
	CHECK(log_resume(&tree, store(), &c.block.arena, &row, &fault) == CODE_DAMAGED && strstr(fault.detail, "root of block 13") != NULL);
	tile->root = kept;
	kept = act->leaf;
	act->leaf = c.last.root;
	CHECK(log_resume(&tree, store(), &c.block.arena, &row, &fault) == CODE_DAMAGED);
	act->leaf = kept;
	CHECK(log_resume(&tree, store(), &c.block.arena, &row, &fault) == CODE_OK);

	kept = first->snapshot;
	first->snapshot = STR("x");
	CHECK(log_place(&index, &row, store(), &c.block.arena, LEAF_ACT, 1, 1, 700, &fault) == CODE_DAMAGED);
	first->snapshot = kept;
	kept = first->members;
	first->members = STR("\x80");
	CHECK(log_place(&index, &row, store(), &c.block.arena, LEAF_ACT, 1, 1, 700, &fault) == CODE_DAMAGED);
	first->members = kept;
	first->number = 0;			/* and so it is gone */
	CHECK(log_place(&index, &row, store(), &c.block.arena, LEAF_ACT, 1, 1, 700, &fault) == CODE_DAMAGED);
	CHECK(log_place_engine(&index, &row, store(), &c.block.arena, 2, NOON * USECS_PER_SECOND, &fault) == CODE_DAMAGED);
	first->number = 1;
	CHECK(log_place(&index, &row, store(), &c.block.arena, LEAF_ACT, 1, 1, 700, &fault) == CODE_OK && index == 0);
}

/* The roots of neighbouring tiles, up to a gap. */
static void
test_tile_roots(void)
{
	Digest		roots[4];
	TileRow		tile = {.level = 0, .root = c.last.root, .data = STR("")};
	static const int64_t more[] = {1, 2, 4};

	CHECK_INT(log_tile_roots(roots, store(), 0, 0, 4), 1);
	for (int i = 0; i < 3; i++)
	{
		tile.n = more[i];
		memory_put(&c.tables, REL_TILE, &tile.row);
	}
	CHECK_INT(log_tile_roots(roots, store(), 0, 0, 4), 3);
	CHECK_INT(log_tile_roots(roots, store(), 0, 0, 2), 2);
	CHECK_INT(log_tile_roots(roots, store(), 0, 1, 4), 2);
	CHECK_INT(log_tile_roots(roots, store(), 0, 3, 4), 0);
	CHECK_INT(log_tile_roots(roots, store(), 1, 0, 4), 0);
	CHECK_INT(log_tile_roots(roots, store(), 0, 0, 0), 0);
	CHECK(str_eq(hash_str(&roots[0]), c.last.root));
}

/* In an empty register there is nothing. */
static void
test_empty(void)
{
	Memory		memory;
	HeapArena	heap;
	BlockRow	row;
	EraRow		era;
	int64_t		index;
	Fault		fault;

	memory_init(&memory);
	heap_arena_init(&heap);
	CHECK(!log_last_block(&row, &memory.store, &heap.arena));
	CHECK(!log_last_era(&era, &memory.store, &heap.arena));
	CHECK(!log_block_at(&row, &memory.store, &heap.arena, 0));
	CHECK(log_place(&index, &row, &memory.store, &heap.arena, LEAF_ACT, 1, 1, 700, &fault) == CODE_OK && index == -1);
	CHECK(log_place_engine(&index, &row, &memory.store, &heap.arena, 1, 700, &fault) == CODE_OK && index == -1);
	heap_arena_free(&heap);
	memory_free(&memory);
}

int
main(void)
{
	scenario(&c);
	test_places();
	test_nowhere();
	test_runs();
	test_parts();
	test_broken_parts();
	test_peaks();
	test_blocks();
	test_resume();
	test_damage();
	test_tile_roots();
	test_empty();
	commune_free(&c);
	return check_done("register_log");
}
