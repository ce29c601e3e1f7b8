/*
 * store.c -- reads rows from a server.
 *
 * page     neighbouring rows of a table by a unique path whose last column is an integer and whose other columns are
 *          fixed; two of them are kept for each path, so that a look back to the row before costs nothing
 * cursor   a scan in any order; scans may be inside one another
 */
#include "cli/store.h"

#include <stdio.h>

#include "cli/wire.h"

/* Rows in a page: few after a jump, more as long as reading goes on where it ended. */
#define PAGE_MIN 16
#define PAGE_MAX 1024
#define PAGE_GROWTH 4
#define PAGE_BYTES ((size_t) 4 << 20)	/* above this a page does not grow */

typedef struct Page
{
	HeapArena	heap;
	char	   *rows;			/* of the path's relation, one after the other */
	size_t		n;
	int64_t		from;			/* all rows with keys from .. upto are in it; from > upto: empty */
	int64_t		upto;
} Page;

typedef struct Window
{
	Page		page[2];		/* the last one read, and the one before */
	int			last;
	size_t		limit;			/* rows in the next page */
	int64_t		prefix;			/* value of the path's first column, if it has two */
	bool		busy;			/* a scan stands in it */
} Window;

typedef struct ServerStore
{
	Store		store;			/* first, so that a Store is a ServerStore */
	const Cli  *cli;
	Window		window[PATH_COUNT];
	int			cursors;		/* open now */
} ServerStore;

/* ---- columns ---- */

static const Col *
path_col(const RowPath *path, int i)
{
	return &schema.rel[path->rel]->cols[path->col[i]];
}

/* Write the list of the first columns of a relation. */
static void
put_columns(Buf *sql, const Rel *rel, int want)
{
	for (int i = 0; i < want; i++)
	{
		buf_text(sql, i > 0 ? ", \"" : "\"");
		buf_text(sql, rel->cols[i].name);
		buf_text(sql, rel->cols[i].type == COL_SNAPSHOT ? "\"::pg_catalog.text" : "\"");
	}
}

/* Write a condition on a column of the path. */
static void
put_condition(Buf *sql, const RowPath *path, int i, const char *comparison, int64_t value)
{
	buf_text(sql, i == 0 ? " WHERE \"" : " AND \"");
	buf_text(sql, path_col(path, i)->name);
	buf_text(sql, comparison);
	buf_char(sql, '\'');
	buf_int(sql, value);
	buf_text(sql, path_col(path, i)->type == COL_XID ? "'::pg_catalog.xid8" : "'::bigint");
}

/* Read a row of a result into a cleared struct. */
static void
read_row(const ServerStore *s, void *row, const Rel *rel, const PGresult *result, int number, int want, Arena *arena)
{
	for (int i = 0; i < rel->ncols; i++)
	{
		const Col  *col = &rel->cols[i];

		if (i >= want || PQgetisnull(result, number, i))
			wire_null(row, col);
		else if (!wire_read(row, col, (const uint8_t *) PQgetvalue(result, number, i),
							(size_t) PQgetlength(result, number, i), arena))
			fail(s->cli, EXIT_UNVERIFIED, "the server's table commune.%s has a column \"%s\" that cannot be read", rel->name,
				 col->name);
	}
}

static PGresult *
run(const ServerStore *s, const char *sql, int columns)
{
	PGresult   *result = server_query_binary(s->cli, sql);

	if (columns > 0 && PQnfields(result) != columns)
		fail(s->cli, EXIT_UNVERIFIED, "the server answers with %d columns instead of %d", PQnfields(result), columns);
	return result;
}

/* ---- pages ---- */

/* An integer column of a path. */
static int64_t
int_of(const RowPath *path, int i, const void *row)
{
	const Col  *col = path_col(path, i);
	const void *v = (const char *) row + col->offset;

	return col->type == COL_INT4 ? *(const int32_t *) v : *(const int64_t *) v;
}

/* What a page is ordered by: the path's last column. */
static int64_t
key_of(const RowPath *path, const void *row)
{
	return int_of(path, path->ncols - 1, row);
}

/* True for a path that is read by pages. */
static bool
has_pages(const RowPath *path)
{
	bool		ints = true;

	for (int i = 0; i < path->ncols; i++)
		ints = ints && (path_col(path, i)->type == COL_INT8 || path_col(path, i)->type == COL_INT4);
	return ints && path->unique && path->limit == PATH_ALL && path->ncols <= 2;
}

/* Read a page that begins at a key; returns the bytes that it took. */
static size_t
load_page(ServerStore *s, Page *page, const RowPath *path, int64_t prefix, int64_t from, size_t limit)
{
	const Rel  *rel = schema.rel[path->rel];
	int			last = path->ncols - 1;
	HeapArena	text;
	Buf			sql;
	PGresult   *result;
	size_t		bytes;

	heap_arena_init(&text);
	buf_init(&sql, &text.arena);
	buf_text(&sql, "SELECT ");
	put_columns(&sql, rel, rel->ncols);
	buf_text(&sql, " FROM commune.");
	buf_text(&sql, rel->name);
	if (last > 0)
		put_condition(&sql, path, 0, "\" = ", prefix);
	put_condition(&sql, path, last, "\" >= ", from);
	buf_text(&sql, " ORDER BY \"");
	buf_text(&sql, path_col(path, last)->name);
	buf_text(&sql, "\" LIMIT ");
	buf_int(&sql, (int64_t) limit);
	buf_char(&sql, '\0');
	result = run(s, sql.p, rel->ncols);
	heap_arena_free(&text);

	heap_arena_free(&page->heap);
	page->n = (size_t) PQntuples(result);
	page->rows = arena_zero(&page->heap.arena, page->n * rel->size);
	page->from = from;
	for (size_t i = 0; i < page->n; i++)
	{
		void	   *row = page->rows + i * rel->size;

		read_row(s, row, rel, result, (int) i, rel->ncols, &page->heap.arena);
		if (key_of(path, row) < (i > 0 ? key_of(path, page->rows + (i - 1) * rel->size) : from))
			fail(s->cli, EXIT_UNVERIFIED, "the server sends the table commune.%s out of order", rel->name);
	}
	page->upto = page->n < limit ? INT64_MAX : key_of(path, page->rows + (page->n - 1) * rel->size);
	bytes = PQresultMemorySize(result);
	PQclear(result);
	return bytes;
}

/* The page that covers a key, read if need be. */
static Page *
page_for(ServerStore *s, PathId id, const void *probe, int64_t key)
{
	const RowPath *path = schema.path[id];
	Window	   *w = &s->window[id];
	int64_t		prefix = path->ncols == 2 ? int_of(path, 0, probe) : 0;

	if (w->limit == 0 || w->prefix != prefix)
	{
		for (int i = 0; i < 2; i++)
		{
			if (w->limit == 0)
				heap_arena_init(&w->page[i].heap);
			w->page[i].from = 1;
			w->page[i].upto = 0;
		}
		w->limit = PAGE_MIN;
		w->prefix = prefix;
	}
	for (;;)
	{
		Page	   *last = &w->page[w->last];
		int64_t		from = key;

		for (int i = 0; i < 2; i++)
			if (w->page[i].from <= key && key <= w->page[i].upto)
				return &w->page[i];
		if (last->from <= last->upto && key > last->upto && (uint64_t) key - (uint64_t) last->upto <= PAGE_MAX)
		{
			from = last->upto + 1;
			w->limit = w->limit * PAGE_GROWTH < PAGE_MAX ? w->limit * PAGE_GROWTH : PAGE_MAX;
		}
		else
			w->limit = PAGE_MIN;
		w->last ^= 1;
		if (load_page(s, &w->page[w->last], path, prefix, from, w->limit) > PAGE_BYTES)
			w->limit = w->limit / PAGE_GROWTH > 0 ? w->limit / PAGE_GROWTH : 1;
	}
}

/* The first row of a page whose key is not below; n if there is none. */
static size_t
first_row(const Page *page, const RowPath *path, int64_t key)
{
	size_t		size = schema.rel[path->rel]->size;
	size_t		low = 0;
	size_t		high = page->n;

	while (low < high)
	{
		size_t		mid = low + (high - low) / 2;

		if (key_of(path, page->rows + mid * size) < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Copy the strings of a row, so that it may outlive its page. */
static void
keep_strings(void *row, const Rel *rel, Arena *arena)
{
	for (int i = 0; i < rel->ncols; i++)
	{
		const Col  *col = &rel->cols[i];
		Str		   *s = (Str *) ((char *) row + col->offset);

		if (col->type == COL_TEXT || col->type == COL_BYTES || col->type == COL_JSON || col->type == COL_SNAPSHOT)
			*s = arena_str(arena, *s);
	}
}

static bool
store_find(Store *store, Arena *arena, void *row, PathId id, const void *probe)
{
	ServerStore *s = (ServerStore *) store;
	const RowPath *path = schema.path[id];
	const Rel  *rel = schema.rel[path->rel];
	int64_t		key;
	Page	   *page;
	size_t		i;

	if (!has_pages(path))
		fail(s->cli, EXIT_INTERNAL, "rows of commune.%s are not looked up by %s", rel->name, path->index);
	key = key_of(path, probe);
	page = page_for(s, id, probe, key);
	i = first_row(page, path, key);
	if (i == page->n || key_of(path, page->rows + i * rel->size) != key)
		return false;
	memcpy(row, page->rows + i * rel->size, rel->size);
	keep_strings(row, rel, arena);
	return true;
}

/* Visit the rows from a key on, page by page. */
static void
scan_pages(ServerStore *s, PathId id, const void *probe, RowVisitor visit, void *self)
{
	const RowPath *path = schema.path[id];
	size_t		size = schema.rel[path->rel]->size;
	int64_t		key = key_of(path, probe);
	Window	   *w = &s->window[id];
	bool		more = true;

	w->busy = true;
	while (more)
	{
		Page	   *page = page_for(s, id, probe, key);

		for (size_t i = first_row(page, path, key); more && i < page->n; i++)
			more = visit(self, page->rows + i * size);
		if (page->upto == INT64_MAX)
			break;
		key = page->upto + 1;
	}
	w->busy = false;
}

/* ---- cursors ---- */

/* Declare a cursor for a scan. */
static void
declare(const ServerStore *s, int cursor, PathId id, int ncols, const void *probe, ScanRange range, int want)
{
	const RowPath *path = schema.path[id];
	const Rel  *rel = schema.rel[path->rel];
	HeapArena	text;
	int			conditions = ncols + (range == SCAN_UPTO || range == SCAN_FROM);
	Buf			sql;

	heap_arena_init(&text);
	buf_init(&sql, &text.arena);
	buf_text(&sql, "DECLARE c");
	buf_int(&sql, cursor);
	buf_text(&sql, " NO SCROLL CURSOR FOR SELECT ");
	put_columns(&sql, rel, want);
	buf_text(&sql, " FROM commune.");
	buf_text(&sql, rel->name);
	for (int i = 0; i < conditions; i++)
		put_condition(&sql, path, i, i < ncols ? "\" = " : range == SCAN_UPTO ? "\" <= " : "\" >= ", int_of(path, i, probe));
	if (path->limit != PATH_ALL)
	{
		buf_text(&sql, conditions > 0 ? " AND \"" : " WHERE \"");
		buf_text(&sql, rel->cols[path->limit_col].name);
		buf_text(&sql, path->limit == PATH_WHERE_NULL ? "\" IS NULL" : "\" IS NOT NULL");
	}
	for (int i = 0; i < path->ncols; i++)
	{
		buf_text(&sql, i == 0 ? " ORDER BY \"" : ", \"");
		buf_text(&sql, path_col(path, i)->name);
		buf_text(&sql, range == SCAN_BACK ? "\" DESC" : "\"");
	}
	buf_char(&sql, '\0');
	PQclear(run(s, sql.p, 0));
	heap_arena_free(&text);
}

static void
scan_cursor(ServerStore *s, PathId id, int ncols, const void *probe, ScanRange range, int want, RowVisitor visit,
			void *self)
{
	const Rel  *rel = schema.rel[schema.path[id]->rel];
	int			cursor = s->cursors++;
	size_t		limit = PAGE_MIN;
	bool		more = true;
	char		sql[64];
	HeapArena	heap;
	union
	{
		Row			row;
		char		bytes[ROW_SIZE_MAX];
	}			row;

	heap_arena_init(&heap);
	declare(s, cursor, id, ncols, probe, range, want);
	while (more)
	{
		PGresult   *result;

		snprintf(sql, sizeof sql, "FETCH FORWARD %zu FROM c%d", limit, cursor);
		result = run(s, sql, want);
		for (int i = 0; more && i < PQntuples(result); i++)
		{
			memset(&row, 0, rel->size);
			read_row(s, &row, rel, result, i, want, &heap.arena);
			more = visit(self, &row);
			arena_reset(&heap.arena);
		}
		more = more && (size_t) PQntuples(result) == limit;
		PQclear(result);
		limit = limit * PAGE_GROWTH < PAGE_MAX ? limit * PAGE_GROWTH : PAGE_MAX;
	}
	snprintf(sql, sizeof sql, "CLOSE c%d", cursor);
	PQclear(run(s, sql, 0));
	heap_arena_free(&heap);
	s->cursors--;
}

static void
store_scan(Store *store, PathId id, int ncols, const void *probe, ScanRange range, int want, RowVisitor visit,
		   void *self)
{
	ServerStore *s = (ServerStore *) store;
	const RowPath *path = schema.path[id];

	if (range == SCAN_FROM && ncols == path->ncols - 1 && has_pages(path) && !s->window[id].busy)
		scan_pages(s, id, probe, visit, self);
	else
		scan_cursor(s, id, ncols, probe, range, want > 0 ? want : schema.rel[path->rel]->ncols, visit, self);
}

/* ---- the store as a whole ---- */

/* What is read by place or written is the server's affair. */
static bool
store_fetch(Store *store, Arena *arena, void *row, RelId rel, uint64_t place, int want)
{
	(void) want;
	(void) arena;
	(void) row;
	(void) place;
	fail(((ServerStore *) store)->cli, EXIT_INTERNAL, "rows of commune.%s are not read by place", schema.rel[rel]->name);
}

static void
store_missing(Store *store, PathId path)
{
	fail(((ServerStore *) store)->cli, EXIT_UNVERIFIED, "a row of commune.%s that others refer to is missing",
		 schema.rel[schema.path[path]->rel]->name);
}

Store *
server_store(const Cli *cli)
{
	ServerStore *s = arena_zero(cli->arena, sizeof *s);

	s->cli = cli;
	s->store = (Store){store_find, store_scan, store_fetch, NULL, store_missing};
	return &s->store;
}

void
server_store_free(Store *store)
{
	ServerStore *s = (ServerStore *) store;

	for (int i = 0; i < PATH_COUNT; i++)
		for (int j = 0; j < 2 && s->window[i].limit > 0; j++)
			heap_arena_free(&s->window[i].page[j].heap);
}
