/*
 * register_audit_test.c -- an audit names every damage to the stored register by table and column.
 */
#include "scenario.h"

static Commune c;

/* What an audit reported. */
typedef struct Reports
{
	Damage		v[600];
	int			n;
} Reports;

static void
keep_report(void *self, const Damage *damage)
{
	Reports    *reports = self;

	if (CHECK(reports->n < 600))
		reports->v[reports->n++] = *damage;
}

static Reports
audit(void)
{
	Reports		reports = {.n = 0};
	int64_t		n = audit_all(&c, keep_report, &reports);

	CHECK_INT(n, reports.n);
	for (int i = 0; i < reports.n; i++)
		CHECK(reports.v[i].table[0] != '\0' && reports.v[i].kind[0] != '\0' && reports.v[i].detail[0] != '\0');
	return reports;
}

static bool
says(const Reports *reports, const char *table, const char *column, const char *kind)
{
	for (int i = 0; i < reports->n; i++)
		if (strcmp(reports->v[i].table, table) == 0 && strcmp(reports->v[i].column, column) == 0 &&
			(kind == NULL || strcmp(reports->v[i].kind, kind) == 0))
			return true;
	return false;
}

static void
print(const Reports *reports)
{
	for (int i = 0; i < reports->n && i < 10; i++)
		print_damage(NULL, &reports->v[i]);
}

/* An audit with one report, of this. */
static void
check_one(int line, int64_t index, const char *table, const char *column, const char *kind)
{
	Reports		reports = audit();

	if (!check_int(reports.n, 1, __FILE__, line, "reports") ||
		!check_that(says(&reports, table, column, kind), __FILE__, line, "the damage is named") ||
		!check_int(reports.v[0].index, index, __FILE__, line, "its index"))
		print(&reports);
}

#define CHECK_ONE(index, table, column, kind) check_one(__LINE__, index, table, column, kind)

/* ---- every column ---- */

/* Change a column of a row as little as may be. */
static void
change(const Col *col, void *row)
{
	char	   *at = (char *) row + col->offset;
	Str			s;
	char	   *copy;

	switch (col->type)
	{
		case COL_INT8:
		case COL_XID:
		case COL_TIME:
			*(int64_t *) at = *(int64_t *) at == INT8_NONE ? 1 : *(int64_t *) at + 1;
			return;
		case COL_INT4:
			*(int32_t *) at += 1;
			return;
		case COL_BOOL:
			*(bool *) at = !*(bool *) at;
			return;
		case COL_DID:
			at[5] ^= 1;
			return;
		default:
			s = *(Str *) at;
			copy = arena_copy(&c.forever.arena, s.n > 0 ? s.p : "y", s.n > 0 ? s.n : 1);
			copy[s.n / 2] ^= 1;
			*(Str *) at = (Str){copy, s.n > 0 ? s.n : 1};
	}
}

/*
 * What names the damage in a column: the column itself, the row as a whole (table.), or the block whose header covers
 * it together with others.
 */
static const char *
named_by(const char *table, const char *column, bool engine)
{
	static const char *const as_rows[] = {"era.era", "act.seq", "row_leaf.seq", "entry.seq", "verdict.seq", "block.number", "tile.n", "tile.level"};
	static const char *const as_places[] = {"act.xid", "act.received_at", "act.era", "row_leaf.xid", "row_leaf.received_at", "row_leaf.era"};
	static char name[100];

	snprintf(name, sizeof name, "%s.%s", table, column);
	for (size_t i = 0; i < sizeof as_rows / sizeof *as_rows; i++)
		if (strcmp(name, as_rows[i]) == 0)
			*(strchr(name, '.') + 1) = '\0';
	for (size_t i = 0; i < sizeof as_places / sizeof *as_places; i++)
		if (strcmp(name, as_places[i]) == 0)
			return "block.members";
	if (strcmp(table, "entry") == 0 && !engine &&
		(strcmp(column, "xid") == 0 || strcmp(column, "era") == 0 || strcmp(column, "written_at") == 0))
		return "block.members";
	if (strcmp(name, "verdict.sqlstate") == 0)
		return "verdict.";		/* one that is another verdict; the header covers them together */
	return name;
}

static void
test_columns(RelId id, size_t at)
{
	const Rel  *rel = schema.rel[id];
	size_t		n;
	char	   *row = memory_rows(&c.tables, id, &n)[at];
	bool		engine = id == REL_ENTRY && ((const EntryRow *) row)->xid == INT8_NONE;

	for (int i = 0; i < rel->ncols; i++)
	{
		char		kept[ROW_SIZE_MAX];
		const char *name = named_by(rel->name, rel->cols[i].name, engine);
		char		table[24];
		Reports		reports;

		memcpy(kept, row, rel->size);
		change(&rel->cols[i], row);
		if (strcmp(name, "verdict.") == 0 && strcmp(rel->cols[i].name, "sqlstate") == 0)
			((VerdictRow *) row)->sqlstate = STR("QC309");
		reports = audit();
		memcpy(row, kept, rel->size);

		/* Not covered by any hash, because nothing depends on it. */
		if (strcmp(name, "row_leaf.relation") == 0 || strcmp(name, "row_leaf.key") == 0 || strcmp(name, "row_leaf.keys") == 0)
		{
			CHECK_INT(reports.n, 0);
			continue;
		}
		snprintf(table, sizeof table, "%.*s", (int) (strchr(name, '.') - name), name);
		if (!CHECK(says(&reports, table, strchr(name, '.') + 1, NULL)))
		{
			printf("    %s.%s of row %zu\n", rel->name, rel->cols[i].name, at);
			print(&reports);
		}
	}
}

/* Every byte of a header: some damage of the block is named, and the block after it finds nothing of its own. */
static void
test_header(int64_t number)
{
	BlockRow   *block = memory_row(&c.tables, BLOCK_BY_NUMBER, &(BlockRow){.number = number});
	Str			header = block->header;
	char	   *copy = arena_copy(&c.forever.arena, header.p, header.n);

	block->header.p = copy;
	for (size_t i = 0; i < header.n; i += 1 + i % 12)
	{
		Reports		reports;
		bool		named = false;

		copy[i] ^= 1;
		reports = audit();
		copy[i] = header.p[i];
		for (int j = 0; j < reports.n; j++)
			named |= strcmp(reports.v[j].table, "block") == 0 || strcmp(reports.v[j].table, "verdict") == 0;
		if (!CHECK(named && reports.v[0].index < block->size))
		{
			printf("    byte %zu of the header of block %lld\n", i, (long long) number);
			print(&reports);
		}
	}
	block->header = header;
}

/* ---- rows ---- */

/* Take a row out of its table, audit, and put it back. */
static Reports
without(RelId rel, size_t at)
{
	Table	   *table = &c.tables.table[rel];
	Row		   *row = table->rows[at];
	Reports		reports;

	memmove(&table->rows[at], &table->rows[at + 1], (--table->n - at) * sizeof *table->rows);
	reports = audit();
	memmove(&table->rows[at + 1], &table->rows[at], (table->n++ - at) * sizeof *table->rows);
	table->rows[at] = row;
	return reports;
}

static void
test_missing(void)
{
	static const RelId rels[] = {REL_ERA, REL_ACT, REL_ROW_LEAF, REL_ENTRY, REL_VERDICT, REL_BLOCK, REL_TILE};

	for (size_t i = 0; i < sizeof rels / sizeof *rels; i++)
	{
		size_t		n = c.tables.table[rels[i]].n;

		for (size_t at = 0; at < n; at += n > 20 ? 40 : 1)
		{
			Reports		reports = without(rels[i], at);

			/* Without its last block a register is a shorter one: that is for whoever has seen it to say. */
			if (rels[i] == REL_BLOCK && at == n - 1)
				CHECK(!says(&reports, "block", "root", NULL));
			if (!CHECK(says(&reports, schema.rel[rels[i]]->name, "", rels[i] == REL_VERDICT ? "changed" : "missing")))
			{
				printf("    %s, row %zu\n", schema.rel[rels[i]]->name, at);
				print(&reports);
			}

			/* Without a member the root cannot be computed: that is no other damage. */
			if (rels[i] == REL_ACT || rels[i] == REL_ROW_LEAF || rels[i] == REL_ENTRY)
				CHECK(!says(&reports, "block", "root", NULL) && !says(&reports, "block", "", NULL));
		}
	}
}

/* Put a row into a table, audit, and take it out again. */
static void
with(int line, RelId rel, Row *row, const char *kind)
{
	Reports		reports;

	memory_put(&c.tables, rel, row);
	reports = audit();
	if (!check_int(reports.n, kind != NULL, __FILE__, line, "reports") ||
		(kind != NULL && !check_that(says(&reports, schema.rel[rel]->name, "", kind), __FILE__, line, kind)))
		print(&reports);
	row->stored = row->dead = true;
	memory_put(&c.tables, rel, row);
}

#define WITH(rel, added, kind) with(__LINE__, rel, &(added).row, kind)

/* The seq of an entry that is in a block. */
static int64_t
sealed_entry(void)
{
	size_t		n;

	return ((EntryRow **) memory_rows(&c.tables, REL_ENTRY, &n))[0]->seq;
}

static void
test_added(void)
{
	const ActRow *one = memory_row(&c.tables, ACT_BY_SEQ, &(ActRow){.seq = 1});
	ActRow		act = *one;
	RowLeaf		leaf = {.seq = 5000, .xid = 101, .era = 2, .n = 1, .leaf = one->leaf};
	EntryRow	chain = {.seq = 5000, .xid = 101, .era = 2, .leaf = one->leaf};
	EntryRow	engine = {.seq = 5000, .xid = INT8_NONE, .era = 2, .leaf = one->leaf};
	VerdictRow	verdict = {.seq = 5000, .sqlstate = STR("QC304")};
	VerdictRow	on_act = {.seq = 1, .sqlstate = STR("QC304")};
	EraRow		era = {.era = 3};
	TileRow		tile = {.level = 0, .n = 2, .data = {c.last.root.p, 1}};
	TileRow		high = {.level = 7, .n = 0};
	TileRow		higher = {.level = INT32_MAX, .n = 0};
	TileRow		low = {.level = -1, .n = 0};
	TileRow		negative = {.level = 0, .n = -1};

	/* Committed for the last snapshot, or of an earlier era, and in no block: left out. */
	act.seq = 5000;
	act.xid = 101;
	act.era = 2;
	WITH(REL_ACT, act, "omitted");
	act = *one;
	act.seq = 5000;
	WITH(REL_ACT, act, "omitted");
	WITH(REL_ROW_LEAF, leaf, "omitted");
	WITH(REL_ENTRY, chain, "omitted");

	/* Not committed then: the next block takes it. */
	act = *one;
	act.seq = 5000;
	act.era = 2;
	act.xid = (int64_t) c.xid;
	WITH(REL_ACT, act, NULL);
	act = *one;
	act.seq = 5000;
	act.era = 3;
	WITH(REL_ACT, act, NULL);

	/* What only the engine writes, and did not. */
	WITH(REL_ENTRY, engine, "added");
	WITH(REL_VERDICT, verdict, "added");
	WITH(REL_VERDICT, on_act, "changed");
	WITH(REL_ERA, era, "added");
	era = (EraRow){.era = 0};
	WITH(REL_ERA, era, "added");
	era = (EraRow){.era = -5};
	WITH(REL_ERA, era, "added");

	/* A seq that a block holds, in another table. */
	leaf = (RowLeaf){.seq = 1, .xid = 101, .era = 2, .n = 1, .leaf = one->leaf};
	WITH(REL_ROW_LEAF, leaf, "added");
	chain = (EntryRow){.seq = 1, .xid = 101, .era = 2, .leaf = one->leaf};
	WITH(REL_ENTRY, chain, "added");
	engine = (EntryRow){.seq = 1, .xid = INT8_NONE, .era = 2, .leaf = one->leaf};
	WITH(REL_ENTRY, engine, "added");
	act = *one;
	act.row = (Row){0};
	act.seq = sealed_entry();
	WITH(REL_ACT, act, "added");
	verdict = (VerdictRow){.seq = sealed_entry(), .sqlstate = STR("QC304")};
	WITH(REL_VERDICT, verdict, "added");

	WITH(REL_TILE, tile, "added");
	WITH(REL_TILE, high, "added");
	WITH(REL_TILE, higher, "added");
	WITH(REL_TILE, low, "added");
	WITH(REL_TILE, negative, "added");
}

/* ---- changes that fit ---- */

/* A superuser who edits a record and everything beside it: the tree finds it, and so does the signature. */
static void
test_edited_record(void)
{
	size_t		nacts;
	ActRow	   *act = memory_rows(&c.tables, REL_ACT, &nacts)[60];
	ActRow		kept = *act;
	Digest		leaf;
	Str			forged;
	Reports		reports;
	char	   *payload;
	size_t		n;
	size_t		at;
	const char *dot = memchr(act->record.p, '.', act->record.n);
	const char *end = memchr(dot + 1, '.', act->record.n - (size_t) (dot + 1 - act->record.p));

	payload = arena_alloc(&c.forever.arena, act->record.n);
	CHECK(base64url_decode((uint8_t *) payload, &n, &at, dot + 1, (size_t) (end - dot - 1)));
	payload[n - 3] = payload[n - 3] == '1' ? '2' : '1';		/* the topic's name */
	forged = arena_str(&c.forever.arena, act->record);
	base64url_encode((char *) forged.p + (dot + 1 - act->record.p), (const uint8_t *) payload, n);
	merkle_leaf(leaf.b, forged.p, forged.n);
	act->record = forged;
	act->leaf = arena_str(&c.forever.arena, hash_str(&leaf));
	reports = audit();
	CHECK_INT(reports.n, 2);
	CHECK(says(&reports, "act", "record", "signature") && says(&reports, "act", "record", "changed"));
	CHECK(reports.v[0].index == reports.v[1].index);

	/* Who does not look at signatures finds it all the same. */
	c.forge = true;
	reports = audit();
	CHECK_INT(reports.n, 1);
	CHECK(says(&reports, "act", "record", "changed"));
	c.forge = false;
	*act = kept;
	CHECK_INT(audit().n, 0);
}

/* A tile that was changed is named, not the leaves in it, which are as they were. */
static void
test_tiles(void)
{
	TileRow    *tile = memory_row(&c.tables, TILE_BY_PLACE, &(TileRow){.level = 0, .n = 0});
	TileRow		kept = *tile;
	char	   *data = arena_copy(&c.forever.arena, tile->data.p, tile->data.n);
	Digest		hashes[TILE_WIDTH];
	Digest		root;
	Reports		reports;

	data[100 * HASH_SIZE] ^= 1;
	tile->data.p = data;
	memcpy(hashes, data, TILE_BYTES);
	merkle_root(&root, hashes, TILE_WIDTH);
	tile->root = arena_str(&c.forever.arena, hash_str(&root));
	CHECK_ONE(100, "tile", "data", "changed");
	*tile = kept;
	tile->data.n--;
	reports = audit();
	CHECK(says(&reports, "tile", "data", "changed") && !says(&reports, "act", "record", NULL));
	*tile = kept;
	CHECK_INT(audit().n, 0);
}

/* A block that claims places before the register, and a tile that stands there. */
static void
test_impossible_places(void)
{
	BlockRow   *block = memory_row(&c.tables, BLOCK_BY_NUMBER, &(BlockRow){.number = 3});
	BlockRow	kept = *block;
	int64_t		leaves = kept.size - kept.first;
	TileRow		tile = {.level = 0, .n = -1, .root = c.last.root, .data = {arena_zero(&c.forever.arena, TILE_BYTES), TILE_BYTES}};
	static const int64_t firsts[] = {-256, -1, INT64_MIN};
	Reports		reports;

	memory_put(&c.tables, REL_TILE, &tile.row);
	for (int i = 0; i < 3; i++)
	{
		block->first = firsts[i];
		block->size = firsts[i] + leaves;
		reports = audit();
		CHECK(says(&reports, "block", "first", "changed") && !says(&reports, "tile", "data", NULL));
		*block = kept;
	}
	block->size = block->first;
	reports = audit();
	CHECK(says(&reports, "block", "size", "changed"));
	*block = kept;
	tile.row.stored = tile.row.dead = true;
	memory_put(&c.tables, REL_TILE, &tile.row);
	CHECK_INT(audit().n, 0);
}

/* What an audit is asked to leave out. */
static void
test_options(void)
{
	HeapArena	heap;
	HeapArena	scratch;
	Reports		reports = {.n = 0};
	Audit		bare = {.store = &c.tables.store, .arena = &heap.arena, .scratch = &scratch.arena, .report = keep_report, .self = &reports};
	size_t		nacts;
	ActRow	   *act = memory_rows(&c.tables, REL_ACT, &nacts)[1];
	EntryRow	arrived = {.seq = 5000, .xid = INT8_NONE, .era = 2, .leaf = act->leaf};

	heap_arena_init(&heap);
	heap_arena_init(&scratch);
	act->nonce++;
	for (int64_t number = 1; number <= c.last.number; number++)
		audit_block(&bare, number);
	CHECK_INT(reports.n, 0);
	act->nonce--;

	/* On a follower blocks arrive before they are folded: entries beyond the last one are no damage. */
	memory_put(&c.tables, REL_ENTRY, &arrived.row);
	audit_rest(&bare, c.last.number);
	CHECK_INT(reports.n, 1);
	bare.follower = true;
	audit_rest(&bare, c.last.number);
	CHECK_INT(reports.n, 1);
	arrived.row.stored = arrived.row.dead = true;
	memory_put(&c.tables, REL_ENTRY, &arrived.row);
	heap_arena_free(&heap);
	heap_arena_free(&scratch);
}

int
main(void)
{
	scenario(&c);
	CHECK_INT(audit().n, 0);
	c.forge = true;				/* signatures are looked at below; without them it is fast */
	for (int rel = 0; rel <= REL_TILE; rel++)
	{
		size_t		n = c.tables.table[rel].n;

		for (size_t at = 0; at < n; at += rel != REL_ACT ? 1 : at < 25 ? 6 : 100)
			test_columns((RelId) rel, at);
	}
	test_header(2);
	test_header(13);
	test_missing();
	test_added();
	c.forge = false;
	test_edited_record();
	test_tiles();
	test_impossible_places();
	test_options();
	commune_free(&c);
	return check_done("register_audit");
}
