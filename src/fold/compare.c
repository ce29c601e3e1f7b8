/*
 * compare.c -- walks a table and the rows that ought to be in it side by side, in the order of the key.
 *
 * A table that comes out of order differs: it never passes.
 */
#include "fold/compare.h"

typedef struct Expected
{
	Compare    *compare;
	const Rel  *rel;
	PathId		key;
	const void **rows;			/* in the order of the key */
	size_t		n;
	size_t		room;
	size_t		next;			/* the first that was not found yet */
} Expected;

static bool
collect_row(void *self, const void *row)
{
	Expected   *expected = self;

	if (expected->n == expected->room)
	{
		const void **grown = arena_alloc(expected->compare->arena, (expected->room * 2 + 1024) * sizeof *grown);

		if (expected->n > 0)
			memcpy(grown, expected->rows, expected->n * sizeof *grown);
		expected->rows = grown;
		expected->room = expected->room * 2 + 1024;
	}
	expected->rows[expected->n++] = row;
	return true;
}

static Str
print_key(const Expected *expected, const void *row)
{
	const RowPath *path = schema.path[expected->key];
	Arena	   *scratch = expected->compare->scratch;
	Buf			b;

	buf_init(&b, scratch);
	for (int i = 0; i < path->ncols; i++)
	{
		if (i > 0)
			buf_text(&b, ", ");
		buf_str(&b, col_print(scratch, &expected->rel->cols[path->col[i]], row));
	}
	return buf_done(&b);
}

/* Report a row that is there or is not, against what ought to be. */
static void
report_row(const Expected *expected, const void *row, bool is_expected)
{
	Difference	difference = {
		.table = expected->rel->name,
		.expected = is_expected ? STR("a row") : STR("no row"),
		.found = is_expected ? STR("no row") : STR("a row"),
	};

	arena_reset(expected->compare->scratch);
	difference.key = print_key(expected, row);
	expected->compare->report(expected->compare->self, &difference);
}

/* Compare a row of the table with the one that ought to be there. */
static bool
compare_row(void *self, const void *row)
{
	Expected   *expected = self;
	Compare    *compare = expected->compare;
	const void *ought;

	while (expected->next < expected->n && path_cmp(expected->key, expected->rows[expected->next], row) < 0)
		report_row(expected, expected->rows[expected->next++], true);
	if (expected->next == expected->n || path_cmp(expected->key, expected->rows[expected->next], row) > 0)
	{
		report_row(expected, row, false);
		return true;
	}
	ought = expected->rows[expected->next++];
	for (int i = 0; i < expected->rel->ncols; i++)
	{
		const Col  *col = &expected->rel->cols[i];
		Difference	difference = {.table = expected->rel->name, .column = col->name};

		if (col_cmp(col, ought, row) == 0)
			continue;
		arena_reset(compare->scratch);
		difference.key = print_key(expected, row);
		difference.expected = col_print(compare->scratch, col, ought);
		difference.found = col_print(compare->scratch, col, row);
		compare->report(compare->self, &difference);
	}
	return true;
}

/* Compare a relation with its table. */
static void
compare_table(Compare *compare, RelId rel)
{
	Expected	expected = {.compare = compare, .rel = schema.rel[rel], .key = rel_key(rel)};

	state_scan(compare->state, expected.key, 0, NULL, SCAN_ALL, collect_row, &expected);
	compare->store->scan(compare->store, expected.key, 0, NULL, SCAN_ALL, 0, compare_row, &expected);
	while (expected.next < expected.n)
		report_row(&expected, expected.rows[expected.next++], true);
}

void
compare_tables(Compare *compare)
{
	for (int rel = REL_CHARTER; rel < REL_COUNT; rel++)
		compare_table(compare, (RelId) rel);
}
