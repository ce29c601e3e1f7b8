/*
 * cli_wire_test.c -- values as PostgreSQL sends them, and texts made fit to be shown.
 */
#include "check.h"

#include <stddef.h>

#include "cli/wire.h"

typedef struct Everything
{
	int64_t		int8;
	int32_t		int4;
	bool		flag;
	int64_t		xid;
	int64_t		time;
	Str			text;
	Str			bytes;
	Did			did;
	DidList		dids;
	Int4List	int4s;
	Int8List	int8s;
	StrList		texts;
} Everything;

static HeapArena heap;

/* Read a value into a fresh row. */
static bool
take(Everything *row, const Col *col, const void *bytes, size_t n)
{
	memset(row, 0, sizeof *row);
	return wire_read(row, col, bytes, n, &heap.arena);
}

#define TAKE(type, field, bytes) take(&row, &(Col) {#field, type, offsetof(Everything, field)}, bytes, sizeof(bytes) - 1)

static void
test_scalars(void)
{
	Everything	row;

	CHECK(TAKE(COL_INT8, int8, "\0\0\0\0\0\0\1\2"));
	CHECK_INT(row.int8, 258);
	CHECK(TAKE(COL_INT8, int8, "\xff\xff\xff\xff\xff\xff\xff\xfe"));
	CHECK_INT(row.int8, -2);
	CHECK(!TAKE(COL_INT8, int8, "\0\0\0\0"));
	CHECK(!TAKE(COL_INT8, int8, ""));
	CHECK(TAKE(COL_INT4, int4, "\xff\xff\xff\xff"));
	CHECK_INT(row.int4, -1);
	CHECK(!TAKE(COL_INT4, int4, "\0\0\0\0\0\0\0\1"));
	CHECK(TAKE(COL_BOOL, flag, "\1"));
	CHECK(row.flag);
	CHECK(TAKE(COL_BOOL, flag, "\0"));
	CHECK(!row.flag);
	CHECK(!TAKE(COL_BOOL, flag, "\2"));
	CHECK(!TAKE(COL_BOOL, flag, ""));
	CHECK(TAKE(COL_XID, xid, "\0\0\0\1\0\0\0\0"));
	CHECK_INT(row.xid, INT64_C(1) << 32);
	CHECK(TAKE(COL_TIME, time, "\0\0\0\0\0\0\0\1"));
	CHECK_INT(row.time, INT64_C(946684800000001));
	CHECK(!TAKE(COL_TIME, time, "\x7f\xff\xff\xff\xff\xff\xff\xff"));	/* infinity */
	CHECK(TAKE(COL_TEXT, text, "abc"));
	CHECK_STR(row.text, "abc");
	CHECK(TAKE(COL_TEXT, text, ""));
	CHECK_STR(row.text, "");
	CHECK(TAKE(COL_BYTES, bytes, "\0\1"));
	CHECK_INT((int64_t) row.bytes.n, 2);
	CHECK(TAKE(COL_DID, did, "c" "01234567890123456789"));
	CHECK(row.did.b[0] == 'c' && row.did.b[20] == '9');
	CHECK(!TAKE(COL_DID, did, "c" "0123456789012345678"));
	CHECK(!TAKE(COL_DID, did, ""));
}

#define HEAD(flags, items) "\0\0\0\1\0\0\0" flags "\0\0\0\x17\0\0\0" items "\0\0\0\1"

static void
test_lists(void)
{
	Everything	row;

	CHECK(TAKE(COL_INT4S, int4s, HEAD("\0", "\2") "\0\0\0\4\0\0\0\7\0\0\0\4\xff\xff\xff\xff"));
	CHECK_INT((int64_t) row.int4s.n, 2);
	CHECK_INT(row.int4s.v[0], 7);
	CHECK_INT(row.int4s.v[1], -1);
	CHECK(TAKE(COL_INT8S, int8s, HEAD("\0", "\1") "\0\0\0\x8\0\0\0\0\0\0\0\5"));
	CHECK_INT(row.int8s.v[0], 5);
	CHECK(TAKE(COL_TEXTS, texts, HEAD("\0", "\2") "\0\0\0\0\0\0\0\2hi"));
	CHECK_STR(row.texts.v[0], "");
	CHECK_STR(row.texts.v[1], "hi");
	CHECK(TAKE(COL_DIDS, dids, HEAD("\0", "\1") "\0\0\0\x15" "c01234567890123456789"));
	CHECK_INT((int64_t) row.dids.n, 1);

	/* The empty array has no dimension, and is not NULL. */
	CHECK(TAKE(COL_INT4S, int4s, "\0\0\0\0\0\0\0\0\0\0\0\x17"));
	CHECK(row.int4s.n == 0 && row.int4s.v != NULL);

	/* A NULL item, an item that is too short, two dimensions, more items than bytes, bytes left over. */
	CHECK(!TAKE(COL_INT4S, int4s, HEAD("\1", "\1") "\xff\xff\xff\xff"));
	CHECK(!TAKE(COL_INT4S, int4s, HEAD("\0", "\1") "\0\0\0\3\0\0\0"));
	CHECK(!TAKE(COL_INT4S, int4s, "\0\0\0\2\0\0\0\0\0\0\0\x17\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\4\0\0\0\1"));
	CHECK(!TAKE(COL_INT4S, int4s, HEAD("\0", "\xff") "\0\0\0\4\0\0\0\7"));
	CHECK(!TAKE(COL_INT4S, int4s, "\0\0\0\1\0\0\0\0\0\0\0\x17\xff\xff\xff\xff\0\0\0\1"));
	CHECK(!TAKE(COL_INT4S, int4s, HEAD("\0", "\1") "\0\0\0\4\0\0\0\7\0"));
	CHECK(!TAKE(COL_INT4S, int4s, "\0\0\0\1"));
	CHECK(!TAKE(COL_TEXTS, texts, HEAD("\0", "\1") "\0\0\0\5hi"));
}

/* NULL is told from every value. */
static void
test_null(void)
{
	static const Col cols[] = {
		COL(COL_INT8, Everything, int8), COL(COL_INT4, Everything, int4), COL(COL_XID, Everything, xid),
		COL(COL_TIME, Everything, time), COL(COL_TEXT, Everything, text), COL(COL_BYTES, Everything, bytes),
		COL(COL_JSON, Everything, text), COL(COL_SNAPSHOT, Everything, text), COL(COL_DID, Everything, did),
		COL(COL_DIDS, Everything, dids), COL(COL_INT4S, Everything, int4s), COL(COL_INT8S, Everything, int8s),
		COL(COL_TEXTS, Everything, texts),
	};
	Everything	row;

	for (size_t i = 0; i < sizeof cols / sizeof *cols; i++)
	{
		memset(&row, 0x55, sizeof row);
		wire_null(&row, &cols[i]);
		CHECK(col_is_null(&cols[i], &row));
	}
	wire_null(&row, &(Col) COL(COL_BOOL, Everything, flag));
	CHECK(!row.flag);
}

static void
test_clean(void)
{
	static const char *const pairs[][2] = {
		{"plain", "plain"}, {"", ""}, {"gr\xc3\xbc\xc3\x9f\xe2\x82\xac\xf0\x9f\x8c\xb1", "gr\xc3\xbc\xc3\x9f\xe2\x82\xac\xf0\x9f\x8c\xb1"},
		{"a\033[31mb", "a?[31mb"}, {"a\tb", "a\tb"}, {"a\rb", "a?b"}, {"a\177" "b", "a?b"}, {"a\xc2\x9b" "b", "a?b"},
		{"a\xe2\x80\xae" "b", "a?b"}, {"a\xe2\x81\xa6" "b", "a?b"}, {"a\x80" "b", "a?b"}, {"a\xc3", "a?"}, {"a\xe2\x82", "a??"},
		{"\xc0\x80", "??"}, {"\xed\xa0\x80", "???"}, {"\xf4\x90\x80\x80", "????"}, {"\xe0\x80\x80", "???"}, {"\xff", "?"},
		{"\xf0\x9f\x8c\xb1", "\xf0\x9f\x8c\xb1"},
	};

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		CHECK_STR(wire_clean(&heap.arena, str_from(pairs[i][0]), false), pairs[i][1]);
	CHECK_STR(wire_clean(&heap.arena, STR("a\nb"), false), "a?b");
	CHECK_STR(wire_clean(&heap.arena, STR("a\nb"), true), "a\nb");
	CHECK_STR(wire_clean(&heap.arena, STR("a\0b"), true), "a?b");
	CHECK_INT(wire_clean(&heap.arena, STR("ab"), true).p[2], 0);
	CHECK_STR(wire_clean(&heap.arena, STR_NONE, true), "");
}

int
main(void)
{
	heap_arena_init(&heap);
	test_scalars();
	test_lists();
	test_null();
	test_clean();
	heap_arena_free(&heap);
	return check_done("cli_wire");
}
