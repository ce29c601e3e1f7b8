/*
 * memory.h -- a Store for tests: tables as arrays of rows in memory, without a server.
 *
 * It is as unhelpful as a store may be: the row that a scan lends is gone after the visit, columns that the scan does
 * not want hold rubbish, and nothing that was written is shared with the writer.
 */
#ifndef COMMUNE_MEMORY_H
#define COMMUNE_MEMORY_H

#include "check.h"

#include <stdlib.h>

#include "state/state.h"

typedef struct Table
{
	Row		  **rows;			/* in the order of the relation's key */
	size_t		n;
	size_t		room;
} Table;

typedef struct Memory
{
	Store		store;			/* first, so that a Store is a Memory */
	HeapArena	heap;
	Table		table[REL_COUNT];
	int			finds;			/* how often each was called */
	int			scans;
	int			writes;
} Memory;

/* Compare two rows: return the number of the first column that differs, or -1. */
static inline int
row_difference(const Rel *rel, const void *a, const void *b)
{
	for (int i = 0; i < rel->ncols; i++)
		if (col_cmp(&rel->cols[i], a, b) != 0)
			return i;
	return -1;
}

static inline size_t
col_size(ColType type)
{
	switch (type)
	{
		case COL_INT8:
		case COL_XID:
		case COL_TIME:
			return sizeof(int64_t);
		case COL_INT4:
			return sizeof(int32_t);
		case COL_BOOL:
			return sizeof(bool);
		case COL_DID:
			return sizeof(Did);
		default:
			return sizeof(Str);	/* lists have the same form */
	}
}

/* Copy a list of items of a size. */
#define COPY_LIST(type, arena, at) \
	do { \
		type *list = (void *) (at); \
		if (list->v != NULL) \
			list->v = arena_copy(arena, list->v, list->n * sizeof *list->v); \
	} while (0)

/*
 * Copy the columns of a row with everything that they point to, and nothing else that the struct may hold.  out has the
 * size of the relation's struct.
 */
static inline void
row_copy(void *out, Arena *arena, const Rel *rel, const void *row)
{
	memset(out, 0, rel->size);
	for (int i = 0; i < rel->ncols; i++)
	{
		void	   *at = (char *) out + rel->cols[i].offset;

		memcpy(at, (const char *) row + rel->cols[i].offset, col_size(rel->cols[i].type));
		switch (rel->cols[i].type)
		{
			case COL_TEXT:
			case COL_BYTES:
			case COL_JSON:
			case COL_SNAPSHOT:
				*(Str *) at = arena_str(arena, *(Str *) at);
				break;
			case COL_DIDS:
				COPY_LIST(DidList, arena, at);
				break;
			case COL_INT4S:
				COPY_LIST(Int4List, arena, at);
				break;
			case COL_INT8S:
				COPY_LIST(Int8List, arena, at);
				break;
			case COL_TEXTS:
				{
					StrList    *list = at;
					Str		   *v = list->v ? arena_alloc(arena, list->n * sizeof *v) : NULL;

					for (size_t j = 0; v != NULL && j < list->n; j++)
						v[j] = arena_str(arena, list->v[j]);
					list->v = v;
					break;
				}
			default:
				break;
		}
	}
}

/* Leave only the first want columns of a row, all if it is 0. */
static inline void
row_spoil(void *row, const Rel *rel, int want)
{
	for (int i = want; want > 0 && i < rel->ncols; i++)
		memset((char *) row + rel->cols[i].offset, 0xa5, col_size(rel->cols[i].type));
}

/* Where a row with this key is, or would be put. */
static inline size_t
table_place(bool *found, const Table *table, PathId key, const void *probe)
{
	size_t		low = 0;
	size_t		high = table->n;

	while (low < high)
	{
		size_t		mid = low + (high - low) / 2;

		if (path_cmp(key, table->rows[mid], probe) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*found = low < table->n && path_cmp(key, table->rows[low], probe) == 0;
	return low;
}

/* True if the path's index holds the row. */
static inline bool
in_index(const RowPath *path, const void *row)
{
	return path->limit == PATH_ALL ||
		col_is_null(&schema.rel[path->rel]->cols[path->limit_col], row) == (path->limit == PATH_WHERE_NULL);
}

/* The stored row that a probe names on a path, or NULL: for tests that look at it, or damage it. */
static inline void *
memory_row(Memory *memory, PathId id, const void *probe)
{
	const RowPath *path = schema.path[id];
	const Table *table = &memory->table[path->rel];
	bool		found;
	size_t		at;

	for (int i = 0; i < path->ncols; i++)
		if (col_is_null(&schema.rel[path->rel]->cols[path->col[i]], probe))
			return NULL;
	if (id == rel_key(path->rel))
	{
		at = table_place(&found, table, id, probe);
		return found ? table->rows[at] : NULL;
	}
	for (at = 0; at < table->n; at++)
		if (in_index(path, table->rows[at]) && path_cmp(id, table->rows[at], probe) == 0)
			return table->rows[at];
	return NULL;
}

static inline bool
memory_find(Store *store, Arena *arena, void *row, PathId id, const void *probe)
{
	Memory	   *memory = (Memory *) store;
	const RowPath *path = schema.path[id];
	Row		   *found = memory_row(memory, id, probe);

	memory->finds++;
	CHECK(path->unique);
	if (found == NULL)
		return false;
	row_copy(row, arena, schema.rel[path->rel], found);
	((Row *) row)->place = (uint64_t) (uintptr_t) found;
	return true;
}

static PathId memory_sort_path;

static inline int
memory_compare(const void *a, const void *b)
{
	return path_cmp(memory_sort_path, *(Row *const *) a, *(Row *const *) b);
}

static inline void
memory_scan(Store *store, PathId id, int ncols, const void *probe, ScanRange range, int want, RowVisitor visit, void *self)
{
	Memory	   *memory = (Memory *) store;
	const RowPath *path = schema.path[id];
	const Rel  *rel = schema.rel[path->rel];
	Table	   *table = &memory->table[path->rel];
	Row		  **rows = malloc((table->n + 1) * sizeof *rows);
	size_t		n = 0;
	bool		more = true;

	memory->scans++;
	for (size_t i = 0; i < table->n; i++)
	{
		bool		fits = in_index(path, table->rows[i]);

		for (int j = 0; j < ncols; j++)
			fits = fits && col_cmp(&rel->cols[path->col[j]], table->rows[i], probe) == 0;
		if (fits && (range == SCAN_UPTO || range == SCAN_FROM))
		{
			int			c = col_cmp(&rel->cols[path->col[ncols]], table->rows[i], probe);

			fits = c == 0 || (c < 0) == (range == SCAN_UPTO);
		}
		if (fits)
			rows[n++] = table->rows[i];
	}
	memory_sort_path = id;
	if (n > 1)
		qsort(rows, n, sizeof *rows, memory_compare);
	for (size_t i = 0; i < n && more; i++)
	{
		Row		   *row = rows[range == SCAN_BACK ? n - 1 - i : i];
		HeapArena	lent;
		Row		   *copy;

		heap_arena_init(&lent);
		copy = arena_alloc(&lent.arena, rel->size);
		row_copy(copy, &lent.arena, rel, row);
		copy->place = (uint64_t) (uintptr_t) row;
		row_spoil(copy, rel, want);
		more = visit(self, copy);
		heap_arena_free(&lent);
	}
	free(rows);
}

static inline bool
memory_fetch(Store *store, Arena *arena, void *row, RelId rel, uint64_t place, int want)
{
	Memory	   *memory = (Memory *) store;

	for (size_t i = 0; i < memory->table[rel].n; i++)
		if ((uint64_t) (uintptr_t) memory->table[rel].rows[i] == place)
		{
			row_copy(row, arena, schema.rel[rel], memory->table[rel].rows[i]);
			row_spoil(row, schema.rel[rel], want);
			return true;
		}
	return false;
}

/* Write a row: insert, replace or delete it. */
static inline void
memory_put(Memory *memory, RelId rel, Row *row)
{
	Table	   *table = &memory->table[rel];
	Row		   *kept;
	bool		found;
	size_t		at = table_place(&found, table, rel_key(rel), row);

	CHECK_INT(found, row->stored);
	if (row->stored)
		CHECK(found && (uint64_t) (uintptr_t) table->rows[at] == row->place);
	if (row->dead)
	{
		CHECK(row->stored);
		memmove(&table->rows[at], &table->rows[at + 1], (--table->n - at) * sizeof *table->rows);
		return;
	}
	kept = found ? table->rows[at] : arena_alloc(&memory->heap.arena, schema.rel[rel]->size);
	row_copy(kept, &memory->heap.arena, schema.rel[rel], row);
	*kept = (Row){.rel = (uint8_t) rel};
	row->place = (uint64_t) (uintptr_t) kept;
	if (found)
		return;
	if (table->n == table->room)
	{
		Row		  **grown = arena_alloc(&memory->heap.arena, (table->room * 2 + 8) * sizeof *grown);

		if (table->n > 0)
			memcpy(grown, table->rows, table->n * sizeof *grown);
		table->rows = grown;
		table->room = table->room * 2 + 8;
	}
	memmove(&table->rows[at + 1], &table->rows[at], (table->n++ - at) * sizeof *table->rows);
	table->rows[at] = kept;
}

static inline void
memory_write(Store *store, RelId rel, Row **rows, size_t n)
{
	Memory	   *memory = (Memory *) store;

	memory->writes++;
	for (size_t i = 0; i < n; i++)
	{
		if (i > 0)
			CHECK(path_cmp(rel_key(rel), rows[i - 1], rows[i]) < 0);
		memory_put(memory, rel, rows[i]);
	}
}

static inline void
memory_missing(Store *store, PathId path)
{
	(void) store;
	fprintf(stderr, "no row on %s\n", schema.path[path]->index);
	abort();
}

static inline void
memory_init(Memory *memory)
{
	*memory = (Memory){.store = {memory_find, memory_scan, memory_fetch, memory_write, memory_missing}};
	heap_arena_init(&memory->heap);
}

static inline void
memory_free(Memory *memory)
{
	heap_arena_free(&memory->heap);
}

/* The rows of a table, in the order of its key. */
static inline void *const *
memory_rows(const Memory *memory, RelId rel, size_t *n)
{
	*n = memory->table[rel].n;
	return (void *const *) memory->table[rel].rows;
}

#endif
