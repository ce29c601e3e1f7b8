/*
 * export.c -- writes the published register as files that any static web server can serve: C2SP tlog-tiles.
 *
 *     DIR/checkpoint              the published checkpoint, replaced last
 *     DIR/tile/L/N, N.p/W         tiles of hashes, full and partial
 *     DIR/tile/entries/N, N.p/W   the leaves' bytes, 256 in a bundle, each after its length in two bytes
 *
 * What is there is gone on with: the tree is built up again from the last full tile of the exported checkpoint, and
 * must give both its root and the new one.  So what is served has been recomputed, and it never shrinks.
 */
#include "cli/cli.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/rows.h"
#include "cli/store.h"
#include "cli/tiles.h"
#include "register/note.h"
#include "register/stored.h"

#define CHECKPOINT_MAX ((size_t) 1 << 20)
#define BUNDLE_MAX ((size_t) TILE_WIDTH * (UINT16_MAX + 3))
#define ENTRY_MAX UINT16_MAX

const Option export_options[] = {
	{0, "log", "VKEY", "the verifier's key of the log: refuse a checkpoint that it has not signed; may be repeated"},
	{0}
};

typedef struct Export
{
	const Cli  *cli;
	const char *folder;
	Str			note;
	Checkpoint	checkpoint;		/* to be exported */
	bool		has_old;
	Checkpoint	old;			/* exported already */
	Tree		tree;
	HeapArena	heap;			/* of the bundle */
	Buf			bundle;			/* of the last, incomplete 256 leaves */
	bool		bundle_is_whole;	/* every entry could be had and fits */
	RowReader  *rows;
	int64_t		tiles;
	int64_t		left_out;		/* bundles */
} Export;

/* ---- files ---- */

/* Name the file of a tile, or of a bundle. */
static const char *
path_below(const Export *e, int level, uint64_t n, unsigned width)
{
	char		tile[TILE_PATH_MAX];

	tile_path(tile, level, n, width);
	return arena_printf(e->cli->arena, "%s/%s", e->folder, tile).p;
}

/* Write a file unless it is there already as it ought to be. */
static void
put(Export *e, const char *path, Str bytes)
{
	Str			there;

	folder_make(e->cli, folder_of(e->cli, path), 0755);
	there = file_read_if(e->cli, path, BUNDLE_MAX);
	if (there.p != NULL && str_eq(there, bytes))
		return;
	file_replace(e->cli, path, bytes, 0644);
}

/* Write a tile that has become full. */
static void
put_tile(void *self, int level, uint64_t n, const Digest tile[TILE_WIDTH], const Digest *root)
{
	Export	   *e = self;

	(void) root;
	put(e, path_below(e, level, n, TILE_WIDTH), (Str){(const char *) tile, TILE_BYTES});
	e->tiles++;
}

/* Write the bundle of the last leaves, and begin the next one. */
static void
put_bundle(Export *e)
{
	uint64_t	last = e->tree.frontier.size - 1;
	const char *path = path_below(e, LEVEL_ENTRIES, last / TILE_WIDTH, (unsigned) (last % TILE_WIDTH) + 1);

	if (e->bundle_is_whole)
		put(e, path, buf_done(&e->bundle));
	else
		e->left_out++;
	arena_reset(&e->heap.arena);
	buf_init(&e->bundle, &e->heap.arena);
	e->bundle_is_whole = true;
}

/* Remove the partial tiles beside a tile that is full now. */
static void
remove_partials(const Export *e, int level, uint64_t n)
{
	const char *folder = arena_printf(e->cli->arena, "%s.p", path_below(e, level, n, TILE_WIDTH)).p;
	DIR		   *dir = opendir(folder);

	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
		if (entry->d_name[0] != '.')
			(void) unlink(arena_printf(e->cli->arena, "%s/%s", folder, entry->d_name).p);
	if (dir != NULL)
		closedir(dir);
	(void) rmdir(folder);
}

/* ---- the checkpoints ---- */

/* Read the published checkpoint, and check who signed it if that was asked for. */
static void
read_published(Export *e)
{
	PGresult   *result = server_query(e->cli, "SELECT commune.checkpoint()", 0, NULL);
	const char *vkey;
	size_t		next = 0;
	bool		is_signed = !option_given(e->cli, "log");
	Note		parsed;
	NoteKey		key;
	NoteVerdict verdict;
	Fault		fault;

	e->note = arena_str(e->cli->arena, PQntuples(result) == 1 ? cell(result, 0, 0) : STR_NONE);
	PQclear(result);
	if (e->note.p == NULL)
	{
		fault_set(&fault, CODE_NO_CHECKPOINT, -1, "Nothing is published yet.");
		fail_fault(e->cli, EXIT_REFUSED, &fault);
	}
	if (note_parse(&parsed, e->cli->arena, e->note, &fault) != CODE_OK ||
		checkpoint_parse(&e->checkpoint, parsed.text, &fault) != CODE_OK)
		fail_fault(e->cli, EXIT_UNVERIFIED, &fault);
	while ((vkey = option_next(e->cli, "log", &next)) != NULL)
	{
		if (note_key_parse(&key, e->cli->arena, str_from(vkey), &fault) != CODE_OK)
			fail_fault(e->cli, EXIT_USAGE, &fault);
		if (!str_eq(key.name, e->checkpoint.origin))
			continue;
		if (note_verify(&verdict, e->cli->arena, &parsed, &key, &fault) != CODE_OK)
			fail_fault(e->cli, EXIT_UNVERIFIED, &fault);
		is_signed |= verdict.signature != NULL;
	}
	if (!is_signed)
	{
		fault_set(&fault, CODE_BAD_NOTE, -1, "The checkpoint is not signed by the log that --log names.");
		fail_fault(e->cli, EXIT_UNVERIFIED, &fault);
	}
}

/* End because the published register contradicts the exported one. */
static void contradict(const Export *e, const char *what) __attribute__((noreturn));

static void
contradict(const Export *e, const char *what)
{
	print_error(e->cli, code_sqlstate(CODE_BEHIND), str_from(what),
				arena_printf(e->cli->arena, "Exported is size %llu, published is size %llu.", (unsigned long long) e->old.size,
							 (unsigned long long) e->checkpoint.size),
				STR("Keep the folder: its checkpoint is evidence."));
	exit(EXIT_UNVERIFIED);
}

/* Read the checkpoint that was exported last. */
static void
read_exported(Export *e, const char *path)
{
	Str			text = file_read_if(e->cli, path, CHECKPOINT_MAX);
	Note		parsed;
	Fault		fault;

	if (text.p == NULL)
		return;
	if (note_parse(&parsed, e->cli->arena, text, &fault) != CODE_OK || checkpoint_parse(&e->old, parsed.text, &fault) != CODE_OK)
		fail(e->cli, EXIT_FILE, "\"%s\" is no checkpoint: %s", path, fault.detail);
	if (!str_eq(e->old.origin, e->checkpoint.origin))
		fail(e->cli, EXIT_FILE, "the folder \"%s\" holds another register", e->folder);
	e->has_old = true;
	if (e->checkpoint.size < e->old.size)
		contradict(e, "what is published is shorter than what was exported");
}

/* ---- the tree ---- */

/* Get the tree ready to grow from the last full tile of what was exported. */
static void
resume(Export *e)
{
	uint64_t	size = e->has_old ? e->old.size : 0;

	e->tree.tile = put_tile;
	e->tree.self = e;
	for (int level = 1; level < TILE_LEVELS; level++)
	{
		unsigned	width = tree_edge_width(size, level);
		const char *path = path_below(e, level, (size >> (TILE_HEIGHT * level)) / TILE_WIDTH, width);
		Str			bytes;

		if (width == 0)
			continue;
		bytes = file_read(e->cli, path, TILE_BYTES);
		if (bytes.n != width * sizeof(Digest))
			fail(e->cli, EXIT_FILE, "\"%s\" is cut off\nhint: Export into a new folder.", path);
		memcpy(e->tree.edge[level], bytes.p, bytes.n);
	}
	tree_resume(&e->tree, size - size % TILE_WIDTH);
}

/* Add a leaf; prefix and bytes are what it is hashed from, none if that cannot be had. */
static void
add_leaf(Export *e, const Digest *leaf, Str prefix, Str bytes)
{
	size_t		n = prefix.n + bytes.n;
	uint8_t		length[2] = {(uint8_t) (n >> 8), (uint8_t) n};
	Digest		root;

	if (bytes.p == NULL || n > ENTRY_MAX)
		e->bundle_is_whole = false;
	else
	{
		buf_add(&e->bundle, length, sizeof length);
		buf_str(&e->bundle, prefix);
		buf_str(&e->bundle, bytes);
	}
	tree_add(&e->tree, leaf);
	if (e->tree.frontier.size % TILE_WIDTH == 0)
		put_bundle(e);
	if (e->has_old && e->tree.frontier.size == e->old.size)
	{
		frontier_root(&root, &e->tree.frontier);
		if (memcmp(&root, &e->old.root, sizeof root) != 0)
			contradict(e, "at the size that was exported the register has another root");
	}
}

/* Add a member of a block. */
static void
add_member(Export *e, const StoredBlock *block, size_t i)
{
	const LeafMember *m = &block->members[i];

	switch (m->source)
	{
		case LEAF_ACT:
			add_leaf(e, &block->leaves[i], STR(""), m->bytes);
			break;
		case LEAF_ROW:
			add_leaf(e, &block->leaves[i], STR(""), rows_find(e->rows, m->seq, &block->leaves[i]));
			break;
		case LEAF_ENTRY:
		case LEAF_ENGINE:
			add_leaf(e, &block->leaves[i], STR(ENTRY_PREFIX), m->bytes);
			break;
	}
}

/* Add the leaves that the tree does not have yet, block by block. */
static void
grow(Export *e, Store *store)
{
	HeapArena	heap;
	BlockRow	row;
	StoredBlock block;
	Digest		leaf;
	Fault		fault = {.detail = "Its leaves are gone."};
	bool		is_whole = true;

	heap_arena_init(&heap);
	while (is_whole && e->tree.frontier.size < e->checkpoint.size)
	{
		arena_reset(&heap.arena);
		is_whole = log_block_at(&row, store, &heap.arena, (int64_t) e->tree.frontier.size) &&
			stored_read(&block, &is_whole, store, &heap.arena, &row, STORED_BYTES, &fault) == CODE_OK && is_whole &&
			(int64_t) block.n + 1 == row.size - row.first;
		for (size_t i = 0; is_whole && i < block.n; i++)
			if (row.first + (int64_t) i >= (int64_t) e->tree.frontier.size)
				add_member(e, &block, i);
		if (is_whole)
		{
			block_header_leaf(&leaf, row.header);
			add_leaf(e, &leaf, STR(HEADER_PREFIX), row.header);
		}
		progress(e->cli, "leaves", (int64_t) e->tree.frontier.size, (int64_t) e->checkpoint.size);
	}
	progress_end();
	heap_arena_free(&heap);
	if (!is_whole)
	{
		fault.code = CODE_DAMAGED;
		fail_fault(e->cli, EXIT_UNVERIFIED, &fault);
	}
}

/* Write what is beyond the last full tiles. */
static void
put_edge(Export *e)
{
	uint64_t	size = e->checkpoint.size;

	for (int level = 0; level < TILE_LEVELS; level++)
	{
		unsigned	width = tree_edge_width(size, level);

		if (width == 0)
			continue;
		put(e, path_below(e, level, (size >> (TILE_HEIGHT * level)) / TILE_WIDTH, width),
			(Str){(const char *) e->tree.edge[level], width * sizeof(Digest)});
		e->tiles++;
	}
	if (size % TILE_WIDTH > 0)
		put_bundle(e);
}

/* Remove the partial tiles of the old checkpoint that full ones stand for now. */
static void
remove_old(const Export *e)
{
	for (int level = 0; e->has_old && level < TILE_LEVELS; level++)
	{
		uint64_t	n = (e->old.size >> (TILE_HEIGHT * level)) / TILE_WIDTH;

		if (n == (e->checkpoint.size >> (TILE_HEIGHT * level)) / TILE_WIDTH)
			continue;
		remove_partials(e, level, n);
		if (level == 0)
			remove_partials(e, LEVEL_ENTRIES, n);
	}
}

ExitCode
run_export(Cli *cli)
{
	static Export e;
	const char *path = arena_printf(cli->arena, "%s/checkpoint", cli->args[0]).p;
	Store	   *store;
	Digest		root;
	Result		result;
	Fault		fault;

	e = (Export){.cli = cli, .folder = cli->args[0], .bundle_is_whole = true};
	heap_arena_init(&e.heap);
	buf_init(&e.bundle, &e.heap.arena);
	server_connect(cli);
	PQclear(server_query(cli, "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", 0, NULL));
	read_published(&e);
	read_exported(&e, path);
	resume(&e);
	store = server_store(cli);
	e.rows = rows_begin(cli, store);
	grow(&e, store);
	frontier_root(&root, &e.tree.frontier);
	if (e.tree.frontier.size != e.checkpoint.size || memcmp(&root, &e.checkpoint.root, sizeof root) != 0)
	{
		fault_set(&fault, CODE_DAMAGED, -1, "The leaves do not give the root that is published.");
		fail_fault(cli, EXIT_UNVERIFIED, &fault);
	}
	put_edge(&e);
	put(&e, path, e.note);
	remove_old(&e);
	rows_end(e.rows);
	PQclear(server_query(cli, "COMMIT", 0, NULL));
	server_store_free(store);
	heap_arena_free(&e.heap);
	if (e.left_out > 0)
		note(cli, "%lld bundle%s left out: rows of chained tables in %s cannot be read here, or an entry has more than %d bytes.",
			 (long long) e.left_out, e.left_out == 1 ? " is" : "s are", e.left_out == 1 ? "it" : "them", ENTRY_MAX);
	result_begin(&result, cli);
	result_int(&result, "size", (int64_t) e.checkpoint.size);
	result_text(&result, "root", show_hash(cli->arena, root.b));
	result_text(&result, "origin", e.checkpoint.origin);
	result_int(&result, "tiles", e.tiles);
	result_int(&result, "left_out", e.left_out);
	result_end(&result);
	return EXIT_FINE;
}
