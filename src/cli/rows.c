/*
 * rows.c -- reads chained tables.
 */
#include "cli/rows.h"

#include <stdlib.h>

#include "crypto/crypto.h"
#include "register/row.h"

typedef struct EncodedRow
{
	Digest		leaf;
	Str			bytes;
} EncodedRow;

typedef struct ChainedTable
{
	struct ChainedTable *next;
	Str			name;			/* as the register has it */
	size_t		n;
	size_t		room;
	EncodedRow *rows;			/* by leaf */
} ChainedTable;

struct RowReader
{
	const Cli  *cli;
	Store	   *store;
	HeapArena	heap;
	ChainedTable *tables;
};

RowReader *
rows_begin(const Cli *cli, Store *store)
{
	RowReader  *rows = arena_zero(cli->arena, sizeof *rows);

	rows->cli = cli;
	rows->store = store;
	heap_arena_init(&rows->heap);
	return rows;
}

void
rows_end(RowReader *rows)
{
	for (ChainedTable *table = rows->tables; table != NULL; table = table->next)
		free(table->rows);
	heap_arena_free(&rows->heap);
}

/* Order rows by leaf. */
static int
compare(const void *a, const void *b)
{
	return memcmp(&((const EncodedRow *) a)->leaf, &((const EncodedRow *) b)->leaf, sizeof(Digest));
}

/* Encode a row of a result; columns has their names and the schemas and names of their types. */
static void
encode(RowReader *rows, ChainedTable *table, const PGresult *columns, const PGresult *result, int number)
{
	Arena	   *arena = &rows->heap.arena;
	EncodedRow *row;
	Buf			bytes;

	if (table->n == table->room)
	{
		size_t		room = table->room * 2 + 1024;
		EncodedRow *grown = realloc(table->rows, room * sizeof *grown);

		if (grown == NULL)
			fail(rows->cli, EXIT_INTERNAL, "out of memory");
		table->rows = grown;
		table->room = room;
	}
	row = &table->rows[table->n++];
	buf_init(&bytes, arena);
	row_begin(&bytes, table->name);
	for (int i = 0; i < PQntuples(columns); i++)
		if (!PQgetisnull(result, number, i))
			row_column(&bytes, cell(columns, i, 0),
					   row_name(arena, PQgetvalue(columns, i, 1), PQgetvalue(columns, i, 2)), cell(result, number, i));
	row->bytes = buf_done(&bytes);
	merkle_leaf(row->leaf.b, row->bytes.p, row->bytes.n);
}

/* Write an identifier in quotes. */
static void
put_identifier(RowReader *rows, Buf *sql, Str name)
{
	char	   *quoted = PQescapeIdentifier(rows->cli->conn, name.p, name.n);

	if (quoted == NULL)
		fail(rows->cli, EXIT_UNVERIFIED, "the server has a table with a name that cannot be read");
	buf_text(sql, quoted);
	PQfreemem(quoted);
}

/* Read a table whole, through a cursor. */
static void
load(RowReader *rows, ChainedTable *table, const PGresult *columns)
{
	Buf			sql;
	int			n;

	buf_init(&sql, rows->cli->arena);
	buf_text(&sql, "DECLARE chained NO SCROLL CURSOR FOR SELECT ");
	for (int i = 0; i < PQntuples(columns); i++)
	{
		buf_text(&sql, i > 0 ? ", " : "");
		put_identifier(rows, &sql, cell(columns, i, 0));
	}
	buf_text(&sql, " FROM ");
	put_identifier(rows, &sql, cell(columns, 0, 3));
	buf_char(&sql, '.');
	put_identifier(rows, &sql, cell(columns, 0, 4));
	buf_char(&sql, '\0');
	PQclear(server_query(rows->cli, sql.p, 0, NULL));
	do
	{
		PGresult   *result = server_query_binary(rows->cli, "FETCH FORWARD 1000 FROM chained");

		n = PQntuples(result);
		if (PQnfields(result) != PQntuples(columns))
			fail(rows->cli, EXIT_UNVERIFIED, "the server answers with another number of columns");
		for (int i = 0; i < n; i++)
			encode(rows, table, columns, result, i);
		PQclear(result);
	} while (n > 0);
	PQclear(server_query(rows->cli, "CLOSE chained", 0, NULL));
	if (table->n > 0)
		qsort(table->rows, table->n, sizeof *table->rows, compare);
}

/* Find a table by its name; it has its rows unless it is gone, or closed to this role. */
static const ChainedTable *
find_table(RowReader *rows, Str name)
{
	const char *params[] = {arena_printf(rows->cli->arena, "%.*s", (int) name.n, name.p).p};
	ChainedTable *table = rows->tables;
	PGresult   *columns;

	while (table != NULL && !str_eq(table->name, name))
		table = table->next;
	if (table != NULL)
		return table;
	table = arena_zero(rows->cli->arena, sizeof *table);
	table->name = arena_str(rows->cli->arena, name);
	table->next = rows->tables;
	rows->tables = table;
	columns = server_query(rows->cli,
						   "SELECT a.attname, tn.nspname, t.typname, cn.nspname, c.relname FROM pg_catalog.pg_class c "
						   "JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace "
						   "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
						   "JOIN pg_catalog.pg_type t ON t.oid = a.atttypid "
						   "JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace "
						   "WHERE c.oid = pg_catalog.to_regclass($1) AND pg_catalog.has_table_privilege(c.oid, 'SELECT') "
						   "AND pg_catalog.has_schema_privilege(cn.oid, 'USAGE') ORDER BY a.attnum", 1, params);
	if (PQntuples(columns) > 0)
		load(rows, table, columns);
	PQclear(columns);
	return table;
}

typedef struct Looking
{
	RowReader  *rows;
	int64_t		seq;
	const ChainedTable *table;
} Looking;

/* Take the table of the run that holds a seq: the first one that does not end before it. */
static bool
take_table(void *self, const void *row)
{
	Looking    *looking = self;
	const RowLeaf *run = row;

	if (run->seq - run->n < looking->seq && run->relation.p != NULL)
		looking->table = find_table(looking->rows, run->relation);
	return false;
}

Str
rows_find(RowReader *rows, int64_t seq, const Digest *leaf)
{
	Looking		looking = {rows, seq, NULL};
	EncodedRow	wanted = {.leaf = *leaf};
	const EncodedRow *found = NULL;

	rows->store->scan(rows->store, ROW_LEAF_BY_SEQ, 0, &(RowLeaf){.seq = seq}, SCAN_FROM, 0, take_table, &looking);
	if (looking.table != NULL && looking.table->n > 0)
		found = bsearch(&wanted, looking.table->rows, looking.table->n, sizeof wanted, compare);
	return found != NULL ? found->bytes : STR_NONE;
}
