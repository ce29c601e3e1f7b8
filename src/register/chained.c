/*
 * chained.c -- writes, reads and compares what the register says of chained tables.
 */
#include "register/chained.h"

#include "record/json.h"
#include "register/act.h"

#include <stdlib.h>

/* ---- entries ---- */

Str
chain_entry(Arena *arena, const ChainDefinition *definition)
{
	Buf			body;
	Buf			list;

	entry_begin(&body, arena);
	buf_init(&list, arena);
	buf_char(&list, '[');
	for (size_t i = 0; i < definition->ncolumns; i++)
	{
		buf_text(&list, i > 0 ? ",[" : "[");
		json_quote(&list, definition->columns[i].name);
		buf_char(&list, ',');
		json_quote(&list, definition->columns[i].type);
		buf_char(&list, ']');
	}
	buf_char(&list, ']');
	entry_raw(&body, "columns", buf_done(&list));
	entry_text(&body, "entry", STR("chain"));
	buf_init(&list, arena);
	buf_char(&list, '[');
	for (size_t i = 0; i < definition->key.n; i++)
	{
		if (i > 0)
			buf_char(&list, ',');
		json_quote(&list, definition->key.v[i]);
	}
	buf_char(&list, ']');
	entry_raw(&body, "key", buf_done(&list));
	entry_text(&body, "table", definition->table);
	return entry_end(&body);
}

Str
unchain_entry(Arena *arena, Str table)
{
	Buf			body;

	entry_begin(&body, arena);
	entry_text(&body, "entry", STR("unchain"));
	entry_text(&body, "table", table);
	return entry_end(&body);
}

/* The table that an entry names; NULL if it names none. */
static const Json *
table_of(const Json **body, Arena *arena, Str text)
{
	const Json *table;

	if (json_parse(body, arena, text.p, text.n, NULL) != CODE_OK || (*body)->type != JSON_OBJECT)
		return NULL;
	table = json_get(*body, "table");
	return table != NULL && table->type == JSON_STRING ? table : NULL;
}

static bool
is_list(const Json *list)
{
	return list != NULL && list->type == JSON_ARRAY;
}

Code
chain_entry_parse(ChainDefinition *out, Arena *arena, Str body, Fault *fault)
{
	const Json *entry;
	const Json *table = table_of(&entry, arena, body);
	const Json *columns = table != NULL ? json_get(entry, "columns") : NULL;
	const Json *key = table != NULL ? json_get(entry, "key") : NULL;
	Str		   *parts;

	if (!is_list(columns) || !is_list(key))
		return fault_set(fault, CODE_DAMAGED, -1, "An entry chain cannot be read.");
	*out = (ChainDefinition){.table = table->string, .columns = arena_zero(arena, columns->count * sizeof *out->columns + 1)};
	for (const Json *item = columns->child; item != NULL; item = item->next)
	{
		if (!is_list(item) || item->count != 2 || item->child->type != JSON_STRING || item->child->next->type != JSON_STRING)
			return fault_set(fault, CODE_DAMAGED, -1, "An entry chain cannot be read.");
		out->columns[out->ncolumns++] = (ChainColumn){.name = item->child->string, .type = item->child->next->string};
	}
	parts = arena_zero(arena, key->count * sizeof *parts + 1);
	out->key.v = parts;
	for (const Json *item = key->child; item != NULL; item = item->next)
	{
		if (item->type != JSON_STRING)
			return fault_set(fault, CODE_DAMAGED, -1, "An entry chain cannot be read.");
		parts[out->key.n++] = item->string;
	}
	return CODE_OK;
}

/* ---- promises ---- */

typedef struct Found
{
	int64_t		seq;
	bool		chains;
	Str			table;
	Str			body;
} Found;

typedef struct Gathered
{
	Arena	   *arena;
	Str			table;			/* the one that is asked for; none: all */
	Found	   *v;
	size_t		n;
	size_t		room;
} Gathered;

static bool
gather(void *self, const void *row)
{
	Gathered   *g = self;
	const EntryRow *entry = row;
	bool		chains = str_is(entry->kind, "chain");
	const Json *body;
	const Json *table;
	Str			text;

	if (!chains && !str_is(entry->kind, "unchain"))
		return true;
	text = arena_str(g->arena, entry->body);
	table = table_of(&body, g->arena, text);
	if (table == NULL || (g->table.p != NULL && !str_eq(table->string, g->table)))
		return true;
	if (g->n == g->room)
	{
		size_t		room = g->room * 2 + 16;
		Found	   *grown = arena_alloc(g->arena, room * sizeof *grown);

		if (g->n > 0)
			memcpy(grown, g->v, g->n * sizeof *grown);
		g->v = grown;
		g->room = room;
	}
	g->v[g->n++] = (Found){.seq = entry->seq, .chains = chains, .table = table->string, .body = text};
	return true;
}

static int
compare_found(const void *a, const void *b)
{
	const Found *x = a;
	const Found *y = b;
	int			c = str_cmp(x->table, y->table);

	return c != 0 ? c : (x->seq > y->seq) - (x->seq < y->seq);
}

/* Gather the entries of one table or of all: table by table, each in order. */
static Gathered
gather_entries(Store *store, Arena *arena, Str table)
{
	Gathered	g = {.arena = arena, .table = table};

	store->scan(store, ENTRY_BY_XID, 0, NULL, SCAN_ALL, 0, gather, &g);
	if (g.n > 0)
		qsort(g.v, g.n, sizeof *g.v, compare_found);
	return g;
}

/* Follow the entries of one table, the first at *at, to the end; and let *at be that of the next. */
static Code
follow(ChainPromise *out, size_t *at, const Gathered *g, Fault *fault)
{
	const Found *first = NULL;
	Str			table = g->v[*at].table;

	*out = (ChainPromise){.known = true};
	for (; *at < g->n && str_eq(g->v[*at].table, table); ++*at)
	{
		if (!g->v[*at].chains)
			first = NULL;
		else if (first == NULL)
			first = &g->v[*at];
	}
	out->definition.table = table;
	if (first == NULL)
		return CODE_OK;
	out->in_force = true;
	out->since = first->seq;
	return chain_entry_parse(&out->definition, g->arena, first->body, fault);
}

Code
chain_promise(ChainPromise *out, Store *store, Arena *arena, Str table, Fault *fault)
{
	Gathered	g = gather_entries(store, arena, table);
	size_t		at = 0;

	*out = (ChainPromise){.known = false};
	return g.n == 0 ? CODE_OK : follow(out, &at, &g, fault);
}

static int
compare_promises(const void *a, const void *b)
{
	const ChainPromise *x = a;
	const ChainPromise *y = b;

	return (x->since > y->since) - (x->since < y->since);
}

Code
chain_promises(Store *store, Arena *arena, void (*visit) (void *self, const ChainPromise *promise), void *self, Fault *fault)
{
	Gathered	g = gather_entries(store, arena, STR_NONE);
	ChainPromise *promises = arena_alloc(arena, (g.n + 1) * sizeof *promises);
	size_t		n = 0;
	Code		code;

	for (size_t at = 0; at < g.n;)
	{
		if ((code = follow(&promises[n], &at, &g, fault)) != CODE_OK)
			return code;
		n += promises[n].in_force;
	}
	qsort(promises, n, sizeof *promises, compare_promises);
	for (size_t i = 0; i < n; i++)
		visit(self, &promises[i]);
	return CODE_OK;
}

/* ---- comparing ---- */

Code
chain_check(const ChainDefinition *recorded, const ChainDefinition *found, Fault *fault)
{
	if (!str_eq(recorded->table, found->table))
		return fault_set(fault, CODE_TABLE_CHAINED, -1, "It was chained as %.*s.", (int) recorded->table.n, recorded->table.p);
	for (size_t i = 0; i < recorded->ncolumns; i++)
	{
		const ChainColumn *ought = &recorded->columns[i];
		const ChainColumn *is = &found->columns[i];

		if (i >= found->ncolumns || !str_eq(ought->name, is->name))
			return fault_set(fault, CODE_TABLE_CHAINED, -1, "Its column %zu was \"%.*s\" when it was chained.", i + 1,
							 (int) ought->name.n, ought->name.p);
		if (!str_eq(ought->type, is->type))
			return fault_set(fault, CODE_TABLE_CHAINED, -1, "Its column \"%.*s\" had type %.*s when it was chained.",
							 (int) ought->name.n, ought->name.p, (int) ought->type.n, ought->type.p);
	}
	for (size_t i = recorded->ncolumns; i < found->ncolumns; i++)
		if (found->columns[i].filled)
			return fault_set(fault, CODE_TABLE_CHAINED, -1, "Its column \"%.*s\" gives a value to rows from before it was there.",
							 (int) found->columns[i].name.n, found->columns[i].name.p);
	for (size_t i = 0; i < recorded->key.n || i < found->key.n; i++)
		if (i >= recorded->key.n || i >= found->key.n || !str_eq(recorded->key.v[i], found->key.v[i]))
			return fault_set(fault, CODE_TABLE_CHAINED, -1, "It had another primary key when it was chained.");
	return CODE_OK;
}
