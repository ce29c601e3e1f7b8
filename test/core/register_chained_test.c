/*
 * register_chained_test.c -- what the register says of chained tables, and comparing a table with it.
 */
#include "memory.h"

#include "register/chained.h"

static Memory memory;
static HeapArena heap;
static Fault fault;

static ChainColumn columns[] = {{STR("id"), STR("pg_catalog.int4"), true}, {STR("a \"b\""), STR("public.mood"), false}, {STR("c"), STR("pg_catalog.text"), false}};
static const Str key[] = {STR("id"), STR("c")};

static ChainDefinition
definition(const char *table)
{
	return (ChainDefinition){.table = str_from(table), .ncolumns = 3, .columns = columns, .key = {key, 2}};
}

static void
put(int64_t seq, const char *kind, Str body)
{
	EntryRow	row = {.seq = seq, .xid = 1000 - seq, .kind = str_from(kind), .leaf = STR(""), .body = body};

	memory_put(&memory, REL_ENTRY, &row.row);
}

static void
chain(int64_t seq, const char *table)
{
	ChainDefinition d = definition(table);

	put(seq, "chain", chain_entry(&heap.arena, &d));
}

static void
unchain(int64_t seq, const char *table)
{
	put(seq, "unchain", unchain_entry(&heap.arena, str_from(table)));
}

static ChainPromise
promise(const char *table)
{
	ChainPromise out;

	CHECK(chain_promise(&out, &memory.store, &heap.arena, str_from(table), &fault) == CODE_OK);
	return out;
}

/* ---- entries ---- */

static void
test_entries(void)
{
	ChainDefinition d = definition("public.\"Minutes\"");
	ChainDefinition bare = {.table = STR("a.b")};
	ChainDefinition back;
	Str			body = chain_entry(&heap.arena, &d);
	static const char *const bad[] = {
		"", "[]", "{}", "{\"table\":1}", "{\"columns\":[],\"table\":\"a.b\"}", "{\"columns\":{},\"key\":[],\"table\":\"a.b\"}",
		"{\"columns\":[[\"a\"]],\"key\":[],\"table\":\"a.b\"}", "{\"columns\":[[\"a\",1]],\"key\":[],\"table\":\"a.b\"}",
		"{\"columns\":[[1,\"a\"]],\"key\":[],\"table\":\"a.b\"}", "{\"columns\":[\"a\"],\"key\":[],\"table\":\"a.b\"}",
		"{\"columns\":[],\"key\":[1],\"table\":\"a.b\"}", "{\"columns\":[],\"key\":\"a\",\"table\":\"a.b\"}", "{\"columns\":[],\"key\":[]}",
	};

	CHECK_STR(body, "{\"columns\":[[\"id\",\"pg_catalog.int4\"],[\"a \\\"b\\\"\",\"public.mood\"],[\"c\",\"pg_catalog.text\"]],\"entry\":\"chain\","
			  "\"key\":[\"id\",\"c\"],\"table\":\"public.\\\"Minutes\\\"\"}");
	CHECK(chain_entry_parse(&back, &heap.arena, body, &fault) == CODE_OK);
	CHECK_STR(back.table, "public.\"Minutes\"");
	CHECK_INT(back.ncolumns, 3);
	CHECK_STR(back.columns[1].name, "a \"b\"");
	CHECK_STR(back.columns[1].type, "public.mood");
	CHECK(back.key.n == 2 && str_is(back.key.v[1], "c"));
	CHECK(chain_check(&back, &d, &fault) == CODE_OK);
	CHECK_STR(chain_entry(&heap.arena, &bare), "{\"columns\":[],\"entry\":\"chain\",\"key\":[],\"table\":\"a.b\"}");
	CHECK_STR(unchain_entry(&heap.arena, STR("a.b")), "{\"entry\":\"unchain\",\"table\":\"a.b\"}");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (!CHECK(chain_entry_parse(&back, &heap.arena, str_from(bad[i]), &fault) == CODE_DAMAGED && fault.code == CODE_DAMAGED))
			printf("    %s\n", bad[i]);
}

/* ---- promises ---- */

typedef struct Names
{
	Buf			list;
} Names;

static void
add_name(void *self, const ChainPromise *found)
{
	Names	   *names = self;

	CHECK(found->known && found->in_force);
	buf_str(&names->list, found->definition.table);
	buf_char(&names->list, '@');
	buf_int(&names->list, found->since);
	buf_char(&names->list, ' ');
}

static Str
all(void)
{
	Names		names;

	buf_init(&names.list, &heap.arena);
	CHECK(chain_promises(&memory.store, &heap.arena, add_name, &names, &fault) == CODE_OK);
	return buf_done(&names.list);
}

static void
test_promises(void)
{
	ChainPromise none = promise("a.b");

	CHECK(!none.known && !none.in_force);
	CHECK_STR(all(), "");
	chain(5, "a.b");
	chain(7, "c.d");
	CHECK(promise("a.b").in_force && promise("a.b").since == 5 && promise("a.b").definition.ncolumns == 3);
	CHECK(!promise("a.bc").known && !promise("").known);
	CHECK_STR(all(), "a.b@5 c.d@7 ");

	/* It cannot be made to begin later. */
	chain(8, "a.b");
	CHECK_INT(promise("a.b").since, 5);
	unchain(9, "a.b");
	CHECK(promise("a.b").known && !promise("a.b").in_force);
	CHECK_STR(all(), "c.d@7 ");
	unchain(10, "a.b");
	CHECK(!promise("a.b").in_force);
	chain(11, "a.b");
	CHECK(promise("a.b").in_force && promise("a.b").since == 11);
	CHECK_STR(all(), "c.d@7 a.b@11 ");

	/* What is no such entry says nothing; what cannot be read is damage. */
	put(12, "chain", STR("{}"));
	put(13, "chain", STR("x"));
	put(14, "open", unchain_entry(&heap.arena, STR("a.b")));
	CHECK_STR(all(), "c.d@7 a.b@11 ");
	put(15, "chain", STR("{\"table\":\"e.f\"}"));
	CHECK(chain_promises(&memory.store, &heap.arena, add_name, NULL, &fault) == CODE_DAMAGED);
	CHECK(chain_promise(&none, &memory.store, &heap.arena, STR("e.f"), &fault) == CODE_DAMAGED);
	CHECK(promise("a.b").in_force);
}

/* ---- comparing ---- */

static bool
refused(const ChainDefinition *found, const char *detail)
{
	ChainDefinition recorded = definition("a.b");
	Fault		said;

	return chain_check(&recorded, found, &said) == CODE_TABLE_CHAINED && CHECK(strstr(said.detail, detail) != NULL);
}

static void
test_check(void)
{
	ChainDefinition recorded = definition("a.b");
	ChainDefinition found = definition("a.b");
	ChainColumn more[4];
	static const Str other[] = {STR("id"), STR("a \"b\""), STR("c")};

	CHECK(chain_check(&recorded, &found, &fault) == CODE_OK);
	found = definition("a.c");
	CHECK(refused(&found, "a.b"));
	memcpy(more, columns, sizeof columns);
	found = definition("a.b");
	found.columns = more;
	found.ncolumns = 2;
	CHECK(refused(&found, "\"c\""));
	found.ncolumns = 4;
	more[3] = (ChainColumn){STR("d"), STR("pg_catalog.int4"), false};
	CHECK(chain_check(&recorded, &found, &fault) == CODE_OK);
	more[3].filled = true;
	CHECK(refused(&found, "\"d\""));
	found.ncolumns = 3;
	more[2].type = STR("pg_catalog.varchar");
	CHECK(refused(&found, "pg_catalog.text"));
	more[2] = columns[1];
	more[1] = columns[2];
	CHECK(refused(&found, "column 2"));
	found = definition("a.b");
	for (size_t n = 0; n <= 3; n++)
	{
		found.key = (StrList){other, n};
		CHECK(refused(&found, "primary key"));
	}
	recorded.key.n = 0;
	found.key.n = 0;
	CHECK(chain_check(&recorded, &found, &fault) == CODE_OK);
}

int
main(void)
{
	heap_arena_init(&heap);
	memory_init(&memory);
	test_entries();
	test_promises();
	test_check();
	memory_free(&memory);
	heap_arena_free(&heap);
	return check_done("register_chained");
}
