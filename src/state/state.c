/*
 * state.c -- rows in memory, found by hashing on their paths.
 *
 * Each row has one node for each path of its relation.  A node knows the hash under which it was entered, so that a
 * row whose columns changed can be moved.
 */
#include "state/state.h"

#include <stdlib.h>

typedef struct Node
{
	Row		   *row;
	bool		entered;
	struct Link
	{
		struct Node *next;		/* in the bucket */
		uint64_t	hash;
	}			link[2];		/* by the whole key; by its first column */
} Node;

#define BY_KEY 0
#define BY_GROUP 1

typedef struct Index
{
	Node	  **bucket;
	size_t		buckets;		/* a power of two, or 0 */
	size_t		n;
} Index;

typedef struct RowList
{
	Row		  **v;
	size_t		n;
	size_t		room;
} RowList;

typedef struct Relation
{
	Row		   *rows;
	size_t		n;
	Row		   *dirty;
	size_t		ndirty;
	int			npaths;
	PathId		path[PATH_COUNT];
} Relation;

/* What a row was when a trial first had to do with it. */
typedef struct Saved
{
	struct Saved *next;			/* the one before */
	Row		   *row;
	Row			image[];		/* all of the row's struct */
} Saved;

struct State
{
	Arena	   *arena;
	Store	   *store;
	uint64_t	seed;			/* of the hashes: DIDs and names are chosen by strangers */
	Relation	rel[REL_COUNT];
	Index		index[PATH_COUNT][2];
	RowList		found;			/* by a scan of memory; used again by the next one */
	bool		trying;			/* a trial goes on */
	Saved	   *saved;			/* its rows, the last one first */
};

/* ---- values ---- */

static inline const void *
value(const Col *col, const void *row)
{
	return (const char *) row + col->offset;
}

bool
col_is_null(const Col *col, const void *row)
{
	const void *v = value(col, row);

	switch (col->type)
	{
		case COL_INT8:
		case COL_XID:
		case COL_TIME:
			return *(const int64_t *) v == INT8_NONE;
		case COL_INT4:
			return *(const int32_t *) v == INT4_NONE;
		case COL_BOOL:
			return false;
		case COL_TEXT:
		case COL_BYTES:
		case COL_JSON:
		case COL_SNAPSHOT:
			return ((const Str *) v)->p == NULL;
		case COL_DID:
			return did_is_none(v);
		case COL_DIDS:
			return ((const DidList *) v)->v == NULL;
		case COL_INT4S:
			return ((const Int4List *) v)->v == NULL;
		case COL_INT8S:
			return ((const Int8List *) v)->v == NULL;
		case COL_TEXTS:
			return ((const StrList *) v)->v == NULL;
	}
	return true;
}

#define CMP(a, b) (((a) > (b)) - ((a) < (b)))

/* Compare item by item, the shorter list first. */
#define CMP_LISTS(type, a, b, item_cmp) \
	do { \
		const type *x = (a); \
		const type *y = (b); \
		size_t n = x->n < y->n ? x->n : y->n; \
		for (size_t i = 0; i < n; i++) \
		{ \
			int c = item_cmp; \
			if (c != 0) \
				return c; \
		} \
		return CMP(x->n, y->n); \
	} while (0)

int
col_cmp(const Col *col, const void *row_a, const void *row_b)
{
	const void *a = value(col, row_a);
	const void *b = value(col, row_b);
	bool		null_a = col_is_null(col, row_a);
	bool		null_b = col_is_null(col, row_b);

	if (null_a || null_b)
		return null_a - null_b;
	switch (col->type)
	{
		case COL_INT8:
		case COL_XID:
		case COL_TIME:
			return CMP(*(const int64_t *) a, *(const int64_t *) b);
		case COL_INT4:
			return CMP(*(const int32_t *) a, *(const int32_t *) b);
		case COL_BOOL:
			return CMP(*(const bool *) a, *(const bool *) b);
		case COL_TEXT:
		case COL_BYTES:
		case COL_JSON:
		case COL_SNAPSHOT:
			return str_cmp(*(const Str *) a, *(const Str *) b);
		case COL_DID:
			return did_cmp(a, b);
		case COL_DIDS:
			CMP_LISTS(DidList, a, b, did_cmp(&x->v[i], &y->v[i]));
		case COL_INT4S:
			CMP_LISTS(Int4List, a, b, CMP(x->v[i], y->v[i]));
		case COL_INT8S:
			CMP_LISTS(Int8List, a, b, CMP(x->v[i], y->v[i]));
		case COL_TEXTS:
			CMP_LISTS(StrList, a, b, str_cmp(x->v[i], y->v[i]));
	}
	return 0;
}

PathId
rel_key(RelId rel)
{
	for (int i = 0; i < PATH_COUNT; i++)
		if (schema.path[i]->rel == rel)
			return (PathId) i;
	return PATH_COUNT;
}

/* Append the items of a list, each by an expression over i. */
#define PRINT_LIST(type, print_item) \
	do { \
		const type *list = v; \
		buf_char(&b, '{'); \
		for (size_t i = 0; i < list->n; i++) \
		{ \
			if (i > 0) \
				buf_char(&b, ','); \
			print_item; \
		} \
		buf_char(&b, '}'); \
	} while (0)

static void
print_did(Buf *b, const Did *did)
{
	char		text[DID_TEXT_MAX];

	buf_add(b, text, did_print(text, did));
}

Str
col_print(Arena *arena, const Col *col, const void *row)
{
	const void *v = value(col, row);
	Buf			b;

	if (col_is_null(col, row))
		return STR("NULL");
	buf_init(&b, arena);
	switch (col->type)
	{
		case COL_INT8:
		case COL_XID:
		case COL_TIME:
			buf_int(&b, *(const int64_t *) v);
			break;
		case COL_INT4:
			buf_int(&b, *(const int32_t *) v);
			break;
		case COL_BOOL:
			buf_text(&b, *(const bool *) v ? "true" : "false");
			break;
		case COL_TEXT:
		case COL_JSON:
		case COL_SNAPSHOT:
			buf_str(&b, *(const Str *) v);
			break;
		case COL_BYTES:
			{
				const Str  *s = v;
				char	   *text = arena_alloc(arena, BASE64URL_LEN(s->n));

				buf_add(&b, text, base64url_encode(text, (const uint8_t *) s->p, s->n));
				break;
			}
		case COL_DID:
			print_did(&b, v);
			break;
		case COL_DIDS:
			PRINT_LIST(DidList, print_did(&b, &list->v[i]));
			break;
		case COL_INT4S:
			PRINT_LIST(Int4List, buf_int(&b, list->v[i]));
			break;
		case COL_INT8S:
			PRINT_LIST(Int8List, buf_int(&b, list->v[i]));
			break;
		case COL_TEXTS:
			PRINT_LIST(StrList, buf_str(&b, list->v[i]));
			break;
	}
	return buf_done(&b);
}

int
path_cmp(PathId id, const void *a, const void *b)
{
	const RowPath *path = schema.path[id];
	const Rel  *rel = schema.rel[path->rel];

	for (int i = 0; i < path->ncols; i++)
	{
		int			c = col_cmp(&rel->cols[path->col[i]], a, b);

		if (c != 0)
			return c;
	}
	return 0;
}

/* ---- hashing ---- */

static inline uint64_t
mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 32;
}

static uint64_t
mix_bytes(uint64_t h, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	uint64_t	v;

	for (; n >= 8; p += 8, n -= 8)
	{
		memcpy(&v, p, 8);
		h = mix(h, v);
	}
	v = n;
	memcpy((uint8_t *) &v + 1, p, n);
	return mix(h, v);
}

static uint64_t
hash_col(uint64_t h, const Col *col, const void *row)
{
	const void *v = value(col, row);

	switch (col->type)
	{
		case COL_INT8:
		case COL_XID:
		case COL_TIME:
			return mix(h, (uint64_t) *(const int64_t *) v);
		case COL_INT4:
			return mix(h, (uint32_t) *(const int32_t *) v);
		case COL_BOOL:
			return mix(h, *(const bool *) v);
		case COL_TEXT:
		case COL_BYTES:
		case COL_JSON:
		case COL_SNAPSHOT:
			return mix_bytes(h, ((const Str *) v)->p, ((const Str *) v)->n);
		case COL_DID:
			return mix_bytes(h, v, DID_SIZE_MAX);
		case COL_DIDS:
		case COL_INT4S:
		case COL_INT8S:
		case COL_TEXTS:
			break;				/* lists are no keys */
	}
	return h;
}

/* Hash the first ncols columns of a path. */
static uint64_t
hash_path(const State *state, const RowPath *path, int ncols, const void *row)
{
	const Rel  *rel = schema.rel[path->rel];
	uint64_t	h = state->seed;

	for (int i = 0; i < ncols; i++)
		h = hash_col(h, &rel->cols[path->col[i]], row);
	return mix(h, state->seed);
}

/* The first path of a relation is on columns that never change and leaves out nothing. */
static inline bool
is_primary(const State *state, const RowPath *path)
{
	return state->rel[path->rel].path[0] == path->id;
}

/*
 * True if a row belongs to a path: its limit holds, and no column of the key is NULL.  A deleted row stays on the
 * primary path, so that the store's version of it is not taken for alive.
 */
static bool
on_path(const State *state, const RowPath *path, const void *row)
{
	const Rel  *rel = schema.rel[path->rel];

	if (((const Row *) row)->dead && !is_primary(state, path))
		return false;
	if (path->limit != PATH_ALL &&
		col_is_null(&rel->cols[path->limit_col], row) != (path->limit == PATH_WHERE_NULL))
		return false;
	for (int i = 0; i < path->ncols; i++)
		if (col_is_null(&rel->cols[path->col[i]], row))
			return false;
	return true;
}

static void
index_grow(State *state, Index *index, int by)
{
	size_t		buckets = index->buckets ? index->buckets * 4 : 8;
	Node	  **bucket = arena_zero(state->arena, buckets * sizeof *bucket);

	for (size_t i = 0; i < index->buckets; i++)
		for (Node *node = index->bucket[i], *next; node != NULL; node = next)
		{
			Node	  **head = &bucket[node->link[by].hash & (buckets - 1)];

			next = node->link[by].next;
			node->link[by].next = *head;
			*head = node;
		}
	index->bucket = bucket;
	index->buckets = buckets;
}

static void
index_enter(State *state, Index *index, int by, Node *node, uint64_t hash)
{
	Node	  **head;

	if (index->n >= index->buckets)
		index_grow(state, index, by);
	head = &index->bucket[hash & (index->buckets - 1)];
	node->link[by] = (struct Link){.next = *head, .hash = hash};
	*head = node;
	index->n++;
}

static void
index_leave(Index *index, int by, Node *node)
{
	Node	  **at = &index->bucket[node->link[by].hash & (index->buckets - 1)];

	while (*at != node)
		at = &(*at)->link[by].next;
	*at = node->link[by].next;
	index->n--;
}

/* Groups serve scans of memory; a store scans by its own indexes. */
static inline bool
has_groups(const State *state, const RowPath *path)
{
	return state->store == NULL && path->ncols > 1;
}

/* Enter, move or take out a row on each path of its relation. */
static void
index_row(State *state, Row *row)
{
	Relation   *relation = &state->rel[row->rel];

	for (int i = 0; i < relation->npaths; i++)
	{
		const RowPath *path = schema.path[relation->path[i]];
		Index	   *index = state->index[path->id];
		Node	   *node = &row->node[i];
		bool		belongs = on_path(state, path, row);
		uint64_t	hash = belongs ? hash_path(state, path, path->ncols, row) : 0;

		if (node->entered && (!belongs || hash != node->link[BY_KEY].hash))
		{
			index_leave(&index[BY_KEY], BY_KEY, node);
			if (has_groups(state, path))
				index_leave(&index[BY_GROUP], BY_GROUP, node);
			node->entered = false;
		}
		if (belongs && !node->entered)
		{
			index_enter(state, &index[BY_KEY], BY_KEY, node, hash);
			if (has_groups(state, path))
				index_enter(state, &index[BY_GROUP], BY_GROUP, node, hash_path(state, path, 1, row));
			node->entered = true;
		}
	}
}

/* The row on a path that agrees with the probe, dead ones on the primary path included. */
static Row *
index_find(const State *state, const RowPath *path, const void *probe)
{
	const Index *index = &state->index[path->id][BY_KEY];
	uint64_t	hash;

	if (index->n == 0)
		return NULL;
	hash = hash_path(state, path, path->ncols, probe);
	for (Node *node = index->bucket[hash & (index->buckets - 1)]; node != NULL; node = node->link[BY_KEY].next)
		if (node->link[BY_KEY].hash == hash && path_cmp(path->id, node->row, probe) == 0)
			return node->row;
	return NULL;
}

static inline const RowPath *
primary_path(const State *state, RelId rel)
{
	return schema.path[state->rel[rel].path[0]];
}

/* ---- rows ---- */

State *
state_new(Arena *arena, Store *store)
{
	State	   *state = arena_zero(arena, sizeof *state);

	state->arena = arena;
	state->store = store;
	random_bytes(&state->seed, sizeof state->seed);
	for (int i = 0; i < PATH_COUNT; i++)
	{
		Relation   *relation = &state->rel[schema.path[i]->rel];

		relation->path[relation->npaths++] = (PathId) i;
	}
	return state;
}

Arena *
state_arena(State *state)
{
	return state->arena;
}

bool
state_has_store(const State *state)
{
	return state->store != NULL;
}

/* Take a copy of a row into the state. */
static Row *
enter(State *state, RelId rel, const void *source, bool stored, uint64_t place)
{
	Relation   *relation = &state->rel[rel];
	size_t		size = (schema.rel[rel]->size + 7) & ~(size_t) 7;
	char	   *memory = arena_alloc(state->arena, size + (size_t) relation->npaths * sizeof(Node));
	Row		   *row = memcpy(memory, source, schema.rel[rel]->size);

	*row = (Row){.rel = (uint8_t) rel, .stored = stored, .place = place, .next = relation->rows,
				 .node = (Node *) (memory + size)};
	for (int i = 0; i < relation->npaths; i++)
		row->node[i] = (Node){.row = row};
	relation->rows = row;
	relation->n++;
	index_row(state, row);
	return row;
}

/* ---- trials ---- */

/* Keep what a row is, once a trial. */
static void
save(State *state, Row *row)
{
	size_t		size = schema.rel[row->rel]->size;
	Saved	   *saved;

	if (!state->trying || row->saved)
		return;
	saved = arena_alloc(state->arena, sizeof *saved + size);
	saved->row = row;
	saved->next = state->saved;
	memcpy(saved->image, row, size);
	state->saved = saved;
	row->saved = true;
}

void
state_begin(State *state)
{
	if (state->trying)
		abort();				/* whoever began the first trial would lose what it can bring back */
	state->trying = true;
}

void
state_watch(State *state, void *row)
{
	save(state, row);
}

void
state_keep(State *state)
{
	for (Saved *saved = state->saved; saved != NULL; saved = saved->next)
		saved->row->saved = false;
	state->saved = NULL;
	state->trying = false;
}

/* A row keeps what it knows of the store, which may have been written in between. */
void
state_undo(State *state)
{
	Saved	   *list = state->saved;

	state_keep(state);
	for (Saved *saved = list; saved != NULL; saved = saved->next)
	{
		Row			kept = *saved->row;

		/* Most rows were only looked at. */
		if (kept.dead == saved->image->dead &&
			memcmp(saved->row + 1, saved->image + 1, schema.rel[kept.rel]->size - sizeof kept) == 0)
			continue;
		kept.dead = saved->image->dead;
		memcpy(saved->row, saved->image, schema.rel[kept.rel]->size);
		*saved->row = kept;
		state_change(state, saved->row);
	}
}

/* ---- finding and changing ---- */

void *
state_find(State *state, PathId id, const void *probe)
{
	const RowPath *path = schema.path[id];
	Row		   *row = index_find(state, path, probe);
	union
	{
		Row			row;
		char		bytes[ROW_SIZE_MAX];
	}			offered;

	if (row != NULL)
	{
		if (row->dead)
			return NULL;
		save(state, row);
		return row;
	}
	if (state->store == NULL)
		return NULL;
	memset(&offered, 0, schema.rel[path->rel]->size);
	if (!state->store->find(state->store, state->arena, &offered, id, probe))
		return NULL;

	/* Memory is newer than the store: a row that it holds has left this path since it was stored. */
	if (index_find(state, primary_path(state, path->rel), &offered) != NULL)
		return NULL;
	row = enter(state, path->rel, &offered, true, offered.row.place);
	save(state, row);
	return row;
}

void *
state_expect(State *state, PathId id, const void *probe)
{
	void	   *row = state_find(state, id, probe);

	if (row == NULL)
	{
		if (state->store != NULL)
			state->store->missing(state->store, id);
		abort();				/* memory holds only what the rules have put there */
	}
	return row;
}

static void
mark_dirty(State *state, Row *row)
{
	Relation   *relation = &state->rel[row->rel];

	if (row->dirty)
		return;
	row->dirty = true;
	row->next_dirty = relation->dirty;
	relation->dirty = row;
	relation->ndirty++;
}

void *
state_add(State *state, RelId rel, const void *source)
{
	Row		   *row = index_find(state, primary_path(state, rel), source);

	if (row != NULL)
	{
		/* The same key was deleted a moment ago: bring the row back with its new values. */
		Row			kept;

		save(state, row);
		kept = *row;
		memcpy(row, source, schema.rel[rel]->size);
		*row = kept;
		row->dead = false;
		index_row(state, row);
	}
	else
	{
		row = enter(state, rel, source, false, 0);
		row->dead = true;		/* which it was before the trial */
		save(state, row);
		row->dead = false;
	}
	mark_dirty(state, row);
	return row;
}

void
state_change(State *state, void *row)
{
	if (state->trying && !((Row *) row)->saved)
		abort();				/* what it was is lost: the rule must find its rows in the trial */
	index_row(state, row);
	mark_dirty(state, row);
}

void
state_delete(State *state, void *row)
{
	((Row *) row)->dead = true;
	state_change(state, row);
}

/* ---- scans and the flush ---- */

static PathId sort_path;		/* what compare_rows() goes by: qsort() passes nothing on */

static int
compare_rows(const void *a, const void *b)
{
	return path_cmp(sort_path, *(Row *const *) a, *(Row *const *) b);
}

static void
sort_rows(PathId path, Row **rows, size_t n)
{
	sort_path = path;
	if (n > 1)
		qsort(rows, n, sizeof *rows, compare_rows);
}

/* The changed rows of a relation, sorted; of those that were deleted only what the store has. */
static Row **
changed_rows(size_t *n, State *state, const Relation *relation)
{
	Row		  **rows = arena_alloc(state->arena, relation->ndirty * sizeof *rows);

	*n = 0;
	for (Row *row = relation->dirty; row != NULL; row = row->next_dirty)
		if (row->stored || !row->dead)
			rows[(*n)++] = row;
	sort_rows(relation->path[0], rows, *n);
	return rows;
}

void
state_changes(State *state, RowVisitor visit, void *self)
{
	for (int i = 0; i < REL_COUNT; i++)
	{
		size_t		n;
		Row		  **rows = changed_rows(&n, state, &state->rel[i]);

		for (size_t j = 0; j < n; j++)
			if (!visit(self, rows[j]))
				return;
	}
}

void
state_flush(State *state)
{
	if (state->store == NULL || state->store->write == NULL)
		return;
	for (int i = 0; i < REL_COUNT; i++)
	{
		Relation   *relation = &state->rel[i];
		Row		  **rows;
		size_t		n;

		if (relation->ndirty == 0)
			continue;
		rows = changed_rows(&n, state, relation);
		for (Row *row = relation->dirty; row != NULL; row = row->next_dirty)
			row->dirty = false;
		relation->dirty = NULL;
		relation->ndirty = 0;
		state->store->write(state->store, (RelId) i, rows, n);
		for (size_t j = 0; j < n; j++)
			rows[j]->stored = !rows[j]->dead;
	}
}

/* True if a scan visits a row. */
static bool
in_scan(const RowPath *path, int ncols, const void *probe, ScanRange range, const Row *row)
{
	const Rel  *rel = schema.rel[path->rel];

	for (int i = 0; i < ncols; i++)
		if (col_cmp(&rel->cols[path->col[i]], row, probe) != 0)
			return false;
	if (range == SCAN_UPTO)
		return col_cmp(&rel->cols[path->col[ncols]], row, probe) <= 0;
	if (range == SCAN_FROM)
		return col_cmp(&rel->cols[path->col[ncols]], row, probe) >= 0;
	return true;
}

static void
add_found(State *state, Row *row)
{
	RowList    *list = &state->found;

	if (list->n == list->room)
	{
		Row		  **v = arena_alloc(state->arena, (list->room * 2 + 8) * sizeof *v);

		if (list->n > 0)
			memcpy(v, list->v, list->n * sizeof *v);
		list->v = v;
		list->room = list->room * 2 + 8;
	}
	list->v[list->n++] = row;
}

/* A scan of a store that is only read, and of the rows that differ from it in memory. */
typedef struct Both
{
	State	   *state;
	const RowPath *path;
	bool		back;
	RowVisitor	visit;
	void	   *self;
	bool		stopped;
	size_t		next;			/* of the rows found in memory */
} Both;

/* Visit the rows in memory that come before a row, or all that are left. */
static bool
visit_memory(Both *both, const void *before)
{
	const RowList *found = &both->state->found;

	for (; !both->stopped && both->next < found->n; both->next++)
	{
		const Row  *row = found->v[both->back ? found->n - 1 - both->next : both->next];
		int			c = before != NULL ? path_cmp(both->path->id, row, before) : -1;

		if (before != NULL && (both->back ? c < 0 : c > 0))
			break;
		both->stopped = !both->visit(both->self, row);
	}
	return !both->stopped;
}

static bool
visit_stored(void *self, const void *row)
{
	Both	   *both = self;
	const Row  *newer = index_find(both->state, primary_path(both->state, both->path->rel), row);

	if (newer != NULL && newer->dirty)
		return true;
	if (visit_memory(both, row))
		both->stopped = !both->visit(both->self, row);
	return !both->stopped;
}

static void
scan_both(State *state, PathId id, int ncols, const void *probe, ScanRange range, RowVisitor visit, void *self)
{
	Both		both = {.state = state, .path = schema.path[id], .back = range == SCAN_BACK, .visit = visit, .self = self};

	state->found.n = 0;
	for (Row *row = state->rel[both.path->rel].dirty; row != NULL; row = row->next_dirty)
		if (!row->dead && on_path(state, both.path, row) && in_scan(both.path, ncols, probe, range, row))
			add_found(state, row);
	sort_rows(id, state->found.v, state->found.n);
	state->store->scan(state->store, id, ncols, probe, range, 0, visit_stored, &both);
	(void) visit_memory(&both, NULL);
}

void
state_scan(State *state, PathId id, int ncols, const void *probe, ScanRange range, RowVisitor visit, void *self)
{
	const RowPath *path = schema.path[id];
	const Relation *relation = &state->rel[path->rel];
	int			node = 0;

	if (state->store != NULL)
	{
		state_flush(state);
		if (relation->dirty != NULL)
			scan_both(state, id, ncols, probe, range, visit, self);
		else
			state->store->scan(state->store, id, ncols, probe, range, 0, visit, self);
		return;
	}
	state->found.n = 0;
	while (relation->path[node] != id)
		node++;
	if (ncols > 0 && has_groups(state, path))
	{
		const Index *groups = &state->index[id][BY_GROUP];
		uint64_t	hash = hash_path(state, path, 1, probe);

		if (groups->n > 0)
			for (Node *at = groups->bucket[hash & (groups->buckets - 1)]; at != NULL; at = at->link[BY_GROUP].next)
				if (!at->row->dead && in_scan(path, ncols, probe, range, at->row))
					add_found(state, at->row);
	}
	else if (path->limit != PATH_ALL)
	{
		const Index *keys = &state->index[id][BY_KEY];

		for (size_t i = 0; i < keys->buckets; i++)
			for (Node *at = keys->bucket[i]; at != NULL; at = at->link[BY_KEY].next)
				if (!at->row->dead && in_scan(path, ncols, probe, range, at->row))
					add_found(state, at->row);
	}
	else
	{
		for (Row *row = relation->rows; row != NULL; row = row->next)
			if (!row->dead && row->node[node].entered && in_scan(path, ncols, probe, range, row))
				add_found(state, row);
	}
	sort_rows(id, state->found.v, state->found.n);
	for (size_t i = 0; i < state->found.n; i++)
		if (!visit(self, state->found.v[range == SCAN_BACK ? state->found.n - 1 - i : i]))
			break;
}
