/*
 * register_block_test.c -- the bytes of blocks: headers, members, verdicts, snapshots, frontiers, rows of chained tables.
 */
#include "check.h"
#include "seeded.h"

#include "crypto/crypto.h"
#include "register/block.h"
#include "register/row.h"
#include "register/snapshot.h"

static HeapArena heap;

static Digest
digest_of(const char *text)
{
	Digest		digest = {{0}};

	sha256(digest.b, text, strlen(text));
	return digest;
}

static bool
same(const Digest *a, const Digest *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

/* ---- headers ---- */

static BlockHeader
make_header(void)
{
	return (BlockHeader){.number = 7, .era = 2, .time = INT64_C(1767268800000001), .first = 300, .size = 345, .finished = true,
						 .snapshot = STR("700:705:701,703"), .previous = digest_of("previous"), .members = digest_of("members"),
						 .verdicts = digest_of("verdicts")};
}

static void
test_header(void)
{
	BlockHeader h = make_header();
	BlockHeader back;
	Digest		leaf;
	Digest		expected;
	Fault		fault;
	Str			text = block_header_print(&heap.arena, &h);
	Str			bytes;

	CHECK_STR(text, "{\"era\":2,\"finished\":true,\"first\":300,\"members\":\"Fzc8ocdjSkvkoThhqJGr2XXskWyquPPc9RQvpJl9C5Y\",\"number\":7,"
			  "\"previous\":\"baBjNSjeqgFE57BYMV8LdT7AuUUWOnK_lqDRgYD53g0\",\"size\":345,\"snapshot\":\"700:705:701,703\","
			  "\"time\":1767268800000001,\"verdicts\":\"cN0n49Q0ng-tTANW_7ybloPe8mBngJLYvxFxgPYIxSM\"}");
	CHECK(block_header_parse(&back, &heap.arena, text, &fault) == CODE_OK);
	CHECK(back.number == h.number && back.era == h.era && back.time == h.time && back.first == h.first && back.size == h.size);
	CHECK(back.finished && str_eq(back.snapshot, h.snapshot));
	CHECK(same(&back.previous, &h.previous) && same(&back.members, &h.members) && same(&back.verdicts, &h.verdicts));
	h.finished = false;
	CHECK(block_header_parse(&back, &heap.arena, block_header_print(&heap.arena, &h), &fault) == CODE_OK && !back.finished);

	bytes = arena_printf(&heap.arena, "commune/block/1\n%.*s", (int) text.n, text.p);
	merkle_leaf(expected.b, bytes.p, bytes.n);
	block_header_leaf(&leaf, text);
	CHECK(same(&leaf, &expected));
	bytes = arena_printf(&heap.arena, "commune/entry/1\n%.*s", (int) text.n, text.p);
	merkle_leaf(expected.b, bytes.p, bytes.n);
	entry_leaf(&leaf, text);
	CHECK(same(&leaf, &expected));
}

/* What is taken is printed the same. */
static void
check_canonical(Str text)
{
	BlockHeader h;

	if (block_header_parse(&h, &heap.arena, text, NULL) == CODE_OK)
		CHECK(str_eq(block_header_print(&heap.arena, &h), text));
}

/* What is not canonical, or lacks something, is refused. */
static void
test_bad_headers(void)
{
	BlockHeader h = make_header();
	BlockHeader back;
	Fault		fault;
	Str			text = block_header_print(&heap.arena, &h);
	char	   *copy = arena_alloc(&heap.arena, text.n + 2);
	static const char *const bad[] = {
		"", "x", "null", "[]", "{}", "{\"era\":2}", "\"header\"", "7",
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(block_header_parse(&back, &heap.arena, str_from(bad[i]), &fault) == CODE_DAMAGED && fault.code == CODE_DAMAGED);
	for (size_t i = 0; i < text.n; i++)
	{
		/* Cut off; a byte missing; a space put in; another byte in its place. */
		CHECK(block_header_parse(&back, &heap.arena, (Str){text.p, i}, NULL) == CODE_DAMAGED);
		memcpy(copy, text.p, i);
		memcpy(copy + i, text.p + i + 1, text.n - i - 1);
		check_canonical((Str){copy, text.n - 1});
		copy[i] = ' ';
		memcpy(copy + i + 1, text.p + i, text.n - i);
		check_canonical((Str){copy, text.n + 1});
		for (int round = 0; round < 4; round++)
		{
			memcpy(copy, text.p, text.n);
			copy[i] = (char) seeded_next();
			check_canonical((Str){copy, text.n});
		}
	}

	/* Members in another order, with white space, with more, and with numbers as texts. */
	CHECK(block_header_parse(&back, &heap.arena, STR("{\"finished\":true,\"era\":2}"), NULL) == CODE_DAMAGED);
	CHECK(block_header_parse(&back, &heap.arena, arena_printf(&heap.arena, "%.*s,\"zz\":1}", (int) text.n - 1, text.p), NULL) == CODE_DAMAGED);
	CHECK(block_header_parse(&back, &heap.arena, arena_printf(&heap.arena, "%.*s\n", (int) text.n, text.p), NULL) == CODE_DAMAGED);
}

/* ---- members ---- */

static void
test_members_hash(void)
{
	LeafMember	members[4] = {
		{.source = LEAF_ACT, .seq = 5, .era = 1, .xid = 700, .received_at = 1000},
		{.source = LEAF_ROW, .seq = 6, .era = 1, .xid = 701, .received_at = 1001},
		{.source = LEAF_ENTRY, .seq = 9, .era = 1, .xid = 701, .received_at = 1002},
		{.source = LEAF_ENGINE, .seq = 10, .era = 2, .xid = 0, .received_at = INT64_C(0x0102030405060708)},
	};
	uint8_t		places[4 * 41];
	size_t		n = 0;
	Digest		hash;
	Digest		expected;

	for (int i = 0; i < 4; i++)
	{
		const uint64_t values[] = {100 + (uint64_t) i, (uint64_t) members[i].seq, (uint64_t) members[i].era, members[i].xid,
		(uint64_t) members[i].received_at};

		for (int j = 0; j < 5; j++)
		{
			for (int byte = 7; byte >= 0; byte--)
				places[n++] = (uint8_t) (values[j] >> (8 * byte));
			if (j == 0)
				places[n++] = (uint8_t) "areg"[i];
		}
	}
	CHECK_INT(n, sizeof places);
	sha256(expected.b, places, n);
	block_members_hash(&hash, 100, members, 4);
	CHECK(same(&hash, &expected));
	expected = digest_of("");
	block_members_hash(&hash, 100, members, 0);
	CHECK(same(&hash, &expected));
}

static void
test_verdicts_hash(void)
{
	static const Verdict verdicts[] = {{.seq = 4, .index = 258, .code = CODE_STALE_NONCE}, {.seq = 9, .index = 259, .code = CODE_POLL_CLOSED}};
	static const char bytes[] = "\0\0\0\0\0\0\1\2QC105\0\0\0\0\0\0\1\3QC408";
	Digest		hash;
	Digest		expected;

	sha256(expected.b, bytes, sizeof bytes - 1);
	block_verdicts_hash(&hash, verdicts, 2);
	CHECK(same(&hash, &expected));
	block_verdicts_hash(&hash, verdicts, 0);
	expected = digest_of("");
	CHECK(same(&hash, &expected));
}

/* True if a list that is cut off here is one. */
static bool
ends_item(Str packed, size_t cut)
{
	for (size_t at = 0; at < cut;)
	{
		int			numbers = (uint8_t) packed.p[at] < 4 ? 2 : 1;	/* neighbours: the source, and how many */

		for (; numbers > 0; numbers--)
		{
			while (at < cut && packed.p[at] & 0x80)
				at++;
			if (at++ >= cut)
				return false;
		}
	}
	return true;
}

/* What is read by runs, in parts, and counted, against the list. */
static void
check_walk(Str packed, const MemberRef *refs, size_t n)
{
	MemberWalk	walk = {.packed = packed};
	MemberRun	run;
	MemberRef	slice[300];
	size_t		from = seeded_below(n + 1);
	size_t		upto = from + seeded_below(n + 1 - from);
	size_t		at = 0;
	size_t		count;
	int64_t		last;
	int64_t		expected = 0;

	while (CHECK(block_members_next(&run, &walk, NULL) == CODE_OK) && run.n > 0)
	{
		/* As long as there are neighbours. */
		CHECK(at == 0 || refs[at - 1].source != run.source || refs[at - 1].seq + 1 != run.seq);
		for (int64_t i = 0; i < run.n; i++, at++)
			CHECK(at < n && refs[at].source == run.source && refs[at].seq == run.seq + i);
	}
	CHECK_INT(at, n);
	CHECK(block_members_count(&count, packed, NULL) == CODE_OK && count == n);
	CHECK(block_members_slice(slice, &count, packed, from, upto, NULL) == CODE_OK && count == upto - from);
	for (size_t i = 0; i < count; i++)
		CHECK(slice[i].source == refs[from + i].source && slice[i].seq == refs[from + i].seq);
	for (size_t i = 0; i < n && refs[i].source != LEAF_ENGINE; i++)
		expected = refs[i].seq;
	CHECK(block_members_last(&last, packed, NULL) == CODE_OK);
	CHECK_INT(last, expected);
}

static void
test_pack(void)
{
	LeafMember	members[300];
	const MemberRef *refs;
	size_t		n;
	Str			packed;
	Fault		fault;

	/* Neighbouring acts take a few bytes together; three of them a byte each. */
	for (int i = 0; i < 300; i++)
		members[i] = (LeafMember){.source = LEAF_ACT, .seq = 1000 + i};
	packed = block_members_pack(&heap.arena, members, 300);
	CHECK_INT(packed.n, 2 + 3);
	CHECK(block_members_unpack(&refs, &n, &heap.arena, packed, &fault) == CODE_OK);
	CHECK_INT(n, 300);
	CHECK(refs[299].seq == 1299 && refs[299].source == LEAF_ACT);
	CHECK_INT(block_members_pack(&heap.arena, members, 4).n, 2 + 3);
	CHECK_INT(block_members_pack(&heap.arena, members, 5).n, 2 + 2);
	CHECK_STR(block_members_pack(&heap.arena, members, 0), "");
	CHECK(block_members_unpack(&refs, &n, &heap.arena, STR(""), &fault) == CODE_OK && n == 0);

	/* The bytes of a small one: zigzag of the difference, times four, plus the source. */
	members[0] = (LeafMember){.source = LEAF_ROW, .seq = 1};
	members[1] = (LeafMember){.source = LEAF_ENGINE, .seq = 0};
	members[2] = (LeafMember){.source = LEAF_ENTRY, .seq = 20};
	packed = block_members_pack(&heap.arena, members, 3);
	CHECK(str_eq(packed, STR("\x09\x07\xa2\x01")));

	for (int round = 0; round < 500; round++)
	{
		size_t		count = seeded_below(20);

		for (size_t i = 0; i < count; i++)
		{
			members[i] = (LeafMember){.source = (LeafSource) seeded_below(4),
									  .seq = (int64_t) (seeded_next() >> (3 + seeded_below(61)))};
			if (i > 0 && round % 2 && seeded_below(8) > 0)
			{
				members[i].source = members[i - 1].source;
				members[i].seq = members[i - 1].seq + 1 - (seeded_below(20) == 0);
			}
		}
		packed = block_members_pack(&heap.arena, members, count);
		if (!CHECK(block_members_unpack(&refs, &n, &heap.arena, packed, &fault) == CODE_OK && n == count))
			continue;
		for (size_t i = 0; i < n; i++)
			CHECK(refs[i].source == members[i].source && refs[i].seq == members[i].seq);
		check_walk(packed, refs, n);
		if (packed.n == 0)
			continue;

		/* Cut off within a number, or with bytes that go on for ever. */
		for (size_t cut = 0; cut < packed.n; cut++)
		{
			Code		code = block_members_unpack(&refs, &n, &heap.arena, (Str){packed.p, cut}, &fault);

			CHECK((code == CODE_OK) == ends_item(packed, cut));
			if (code != CODE_OK)
				CHECK(code == CODE_DAMAGED && fault.at == (int64_t) cut);
		}
	}
	CHECK(block_members_unpack(&refs, &n, &heap.arena, STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), NULL) == CODE_DAMAGED);
	CHECK(block_members_unpack(&refs, &n, &heap.arena, STR("\x80"), NULL) == CODE_DAMAGED);
	CHECK(block_members_unpack(&refs, &n, &heap.arena, STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), NULL) == CODE_OK);
	CHECK_INT(n, 1);

	/* No list is longer than a block can be; nor do seqs come to their end. */
	CHECK(block_members_count(&n, STR("\x00\xff\xff\x7f\x00\x01"), NULL) == CODE_OK && n == MEMBERS_MAX);
	CHECK(block_members_count(&n, STR("\x00\xff\xff\x7f\x00\x02"), &fault) == CODE_DAMAGED);
	CHECK(block_members_count(&n, STR("\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), NULL) == CODE_DAMAGED);
	members[0] = (LeafMember){.source = LEAF_ACT, .seq = INT64_MAX};
	packed = block_members_pack(&heap.arena, members, 1);
	CHECK(block_members_count(&n, packed, NULL) == CODE_OK);
}

/* ---- frontiers ---- */

static void
test_frontiers(void)
{
	Frontier	frontier = {.size = 0};
	Frontier	back;
	Fault		fault;

	for (uint64_t size = 0; size < 40; size++)
	{
		Str			packed = frontier_pack(&heap.arena, &frontier);
		Digest		leaf = digest_of("leaf");

		CHECK_INT(packed.n, 32 * __builtin_popcountll(size));
		memset(&back, 0, sizeof back);
		CHECK(frontier_unpack(&back, size, packed, &fault) == CODE_OK);
		CHECK(back.size == size && memcmp(back.peak, frontier.peak, packed.n) == 0);
		CHECK(frontier_unpack(&back, size, (Str){packed.p, packed.n - (packed.n > 0)}, &fault) == (packed.n > 0 ? CODE_DAMAGED : CODE_OK));
		CHECK(frontier_unpack(&back, 2 * size + 1, packed, &fault) == CODE_DAMAGED);
		frontier_add(&frontier, &leaf);
	}
}

/* ---- snapshots ---- */

static bool
parses(XidSnapshot *out, const char *text)
{
	Fault		fault = {.code = CODE_OK};
	Code		code = snapshot_parse(out, &heap.arena, str_from(text), &fault);

	CHECK(code == CODE_OK || (code == CODE_DAMAGED && fault.code == CODE_DAMAGED));
	return code == CODE_OK;
}

static void
test_snapshots(void)
{
	XidSnapshot s;
	static const char *const bad[] = {
		"", ":", "::", "1", "1:", "1:2", "1::", ":2:", "2:1:", "1:2:,", "1:2:1,", "1:3:,1", "1:3:1,,2", "1:2:2", "2:3:1", "1:5:3,2",
		"1:5:2,2", "1:5:2;3", "1:5:2 ,3", " 1:5:", "1:5: ", "-1:5:", "1:5:+2", "1:5:0x2", "a:b:", "1:18446744073709551616:",
		"1:5:99999999999999999999", "1:5:2:3",
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (!CHECK(!parses(&s, bad[i])))
			printf("    \"%s\"\n", bad[i]);
	CHECK(parses(&s, "1:1:"));
	CHECK_INT(s.nxip, 0);
	CHECK(parses(&s, "10:18446744073709551615:10,4294967296,18446744073709551614"));
	CHECK(s.xmin == 10 && s.xmax == UINT64_MAX && s.nxip == 3 && s.xip[1] == UINT64_C(4294967296) && s.xip[2] == UINT64_MAX - 1);

	CHECK(parses(&s, "700:705:700,703"));
	CHECK(snapshot_sees(&s, 0) && snapshot_sees(&s, 699) && !snapshot_sees(&s, 700) && snapshot_sees(&s, 701));
	CHECK(snapshot_sees(&s, 702) && !snapshot_sees(&s, 703) && snapshot_sees(&s, 704) && !snapshot_sees(&s, 705));
	CHECK(!snapshot_sees(&s, UINT64_MAX));

	/* At random, against looking through the list. */
	for (int round = 0; round < 300; round++)
	{
		uint64_t	xmin = seeded_below(30);
		uint64_t	xmax = xmin + seeded_below(30);
		bool		running[100] = {false};
		Buf			text;

		buf_init(&text, &heap.arena);
		buf_int(&text, (int64_t) xmin);
		buf_char(&text, ':');
		buf_int(&text, (int64_t) xmax);
		buf_char(&text, ':');
		for (uint64_t xid = xmin; xid < xmax; xid++)
			if (seeded_below(3) == 0)
			{
				running[xid] = true;
				if (text.p[text.n - 1] != ':')
					buf_char(&text, ',');
				buf_int(&text, (int64_t) xid);
			}
		if (!CHECK(snapshot_parse(&s, &heap.arena, buf_done(&text), NULL) == CODE_OK))
			continue;
		for (uint64_t xid = 0; xid < 70; xid++)
			CHECK(snapshot_sees(&s, xid) == (xid < xmin || (xid < xmax && !running[xid])));
	}
}

/* ---- rows of chained tables ---- */

static void
test_rows(void)
{
	Buf			row;
	Digest		leaf;
	Digest		expected;
	static const char bytes[] =
		"commune/row/1\n\0\0\0\016public.minutes" "\0\0\0\2id\0\0\0\017pg_catalog.int4\0\0\0\4\0\0\0\7"
		"\0\0\0\4text\0\0\0\017pg_catalog.text\0\0\0\0";

	buf_init(&row, &heap.arena);
	row_begin(&row, row_name(&heap.arena, "public", "minutes"));
	row_column(&row, STR("id"), STR("pg_catalog.int4"), STR("\0\0\0\7"));
	row_column(&row, STR("text"), STR("pg_catalog.text"), STR(""));
	CHECK(str_eq(buf_done(&row), (Str){bytes, sizeof bytes - 1}));
	merkle_leaf(leaf.b, row.p, row.n);
	merkle_leaf(expected.b, bytes, sizeof bytes - 1);
	CHECK(same(&leaf, &expected));

	CHECK_STR(row_name(&heap.arena, "a", "b"), "a.b");
	CHECK_STR(row_name(&heap.arena, "_a1", "b_"), "_a1.b_");
	CHECK_STR(row_name(&heap.arena, "public", "Minutes"), "public.\"Minutes\"");
	CHECK_STR(row_name(&heap.arena, "1a", "a b"), "\"1a\".\"a b\"");
	CHECK_STR(row_name(&heap.arena, "a.b", "c"), "\"a.b\".c");
	CHECK_STR(row_name(&heap.arena, "a", "x\"y"), "a.\"x\"\"y\"");
	CHECK_STR(row_name(&heap.arena, "", "select"), "\"\".select");
}

/* ---- keys of a run's rows ---- */

static void
test_keys(void)
{
	static const char *const whole[] = {"[\"1\"]", "[\"a\",\"]\"]", "[\"\\\"],[\"]", "[]", "[\"\\\\\"]"};
	static const char *const bad[] = {"", "x", "[", "[[", "[[\"1\"", "[[\"1\"]", "[\"1\"]", "[[\"1\"]x", "[[\"1\"],", "[[\"1\"],]", "[[\"1\\\"]]"};
	Str			rest;
	Str			key;
	Buf			keys;

	buf_init(&keys, &heap.arena);
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
	{
		buf_char(&keys, i == 0 ? '[' : ',');
		buf_text(&keys, whole[i]);
	}
	buf_char(&keys, ']');
	rest = buf_done(&keys);
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		if (CHECK(row_next_key(&key, &rest)))
			CHECK_STR(key, whole[i]);
	CHECK(!row_next_key(&key, &rest));
	CHECK_STR(rest, "]");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
	{
		rest = str_from(bad[i]);
		while (row_next_key(&key, &rest))
			;
		if (!CHECK(!str_is(rest, "]")))
			printf("    %s\n", bad[i]);
	}
}

int
main(void)
{
	heap_arena_init(&heap);
	if (!crypto_init())
		return 1;
	test_header();
	test_bad_headers();
	test_members_hash();
	test_verdicts_hash();
	test_pack();
	test_frontiers();
	test_snapshots();
	test_rows();
	test_keys();
	heap_arena_free(&heap);
	return check_done("register_block");
}
