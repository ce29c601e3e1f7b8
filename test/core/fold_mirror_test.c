/*
 * fold_mirror_test.c -- a mirror refuses every block in which anything was changed, and names the place; and it refuses
 * a sealer who lies consistently.
 */
#include "scenario.h"
#include "seeded.h"

static Commune c;

/* A mirror before some block, and that block as it is stored; the test may change it. */
typedef struct Case
{
	HeapArena	snapshots[2];
	HeapArena	forever;
	HeapArena	heap;
	HeapArena	scratch;
	Mirror		mirror;
	State	   *state;
	BlockRow	row;
	StoredBlock block;
	Fault		fault;
} Case;

static void
read_block(Case *t, int64_t number)
{
	bool		found;

	CHECK(log_block(&t->row, &c.tables.store, &t->heap.arena, number));
	CHECK(stored_read(&t->block, &found, &c.tables.store, &t->heap.arena, &t->row, STORED_BYTES, &t->fault) == CODE_OK && found);
}

static Code
step(Case *t)
{
	BlockOutput out;

	t->fault = (Fault){.code = CODE_OK, .at = -1};
	return mirror_block(&t->mirror, &t->block, &out, t->state, &t->heap.arena, &t->scratch.arena, &t->fault);
}

/* Mirror everything before a block. */
static void
begin(Case *t, int64_t number, bool signatures)
{
	for (int i = 0; i < 2; i++)
		heap_arena_init(&t->snapshots[i]);
	heap_arena_init(&t->forever);
	heap_arena_init(&t->heap);
	heap_arena_init(&t->scratch);
	t->state = state_new(&t->forever.arena, NULL);
	mirror_init(&t->mirror, &t->snapshots[0].arena, &t->snapshots[1].arena);
	t->mirror.skip_signatures = !signatures;
	for (int64_t i = 1; i < number; i++)
	{
		read_block(t, i);
		CHECK(step(t) == CODE_OK);
		arena_reset(&t->heap.arena);
	}
	read_block(t, number);
}

static void
end(Case *t)
{
	for (int i = 0; i < 2; i++)
		heap_arena_free(&t->snapshots[i]);
	heap_arena_free(&t->forever);
	heap_arena_free(&t->heap);
	heap_arena_free(&t->scratch);
}

/* A copy of some bytes with one bit changed. */
static Str
flipped(Case *t, Str s)
{
	char	   *copy = arena_copy(&t->heap.arena, s.p, s.n);

	copy[seeded_below((uint32_t) s.n)] ^= (char) (1 << seeded_below(8));
	return (Str){copy, s.n};
}

/* Take the step, which is refused and names one of two indexes. */
static void
refused(Case *t, const char *what, int64_t at, int64_t or_at, int line)
{
	Code		code = step(t);

	if (!check_that(code == CODE_DAMAGED && t->fault.code == code, __FILE__, line, "the block is refused") ||
		!check_that(t->fault.at == at || t->fault.at == or_at, __FILE__, line, "the place is named"))
		printf("    block %lld, %s: code %d, at %lld, not %lld: %s\n", (long long) t->row.number, what, code,
			   (long long) t->fault.at, (long long) at, t->fault.detail);
}

/* ---- columns of the block ---- */

static void
test_block_columns(int64_t number)
{
	static const char *const columns[] = {"number", "time", "first", "size", "era", "finished", "snapshot", "root", "frontier"};

	for (int i = 0; i < 9; i++)
	{
		Case		t;

		begin(&t, number, false);
		switch (i)
		{
			case 0: t.row.number++; break;
			case 1: t.row.time++; break;
			case 2: t.row.first++; break;
			case 3: t.row.size++; break;
			case 4: t.row.era++; break;
			case 5: t.row.finished = !t.row.finished; break;
			case 6: t.row.snapshot = arena_printf(&t.heap.arena, "%.*s1", (int) t.row.snapshot.n, t.row.snapshot.p); break;
			case 7: t.row.root = flipped(&t, t.row.root); break;
			case 8: t.row.frontier = flipped(&t, t.row.frontier); break;
		}
		refused(&t, columns[i], t.row.size - 1, t.row.size - 1, __LINE__);
		CHECK(strstr(t.fault.detail, columns[i]) != NULL);
		end(&t);
	}
}

/* Every byte of the header. */
static void
test_headers(int64_t number)
{
	Case		t;
	Str			header;
	char	   *copy;

	begin(&t, number, false);
	header = t.row.header;
	copy = arena_copy(&t.forever.arena, header.p, header.n);
	t.row.header = (Str){copy, header.n};
	for (size_t i = 0; i < header.n; i++)
	{
		/* The hash of what follows from the fold is looked at last, when the state has changed. */
		if (strncmp(header.p + i, "\"verdicts", 9) == 0)
			break;
		copy[i] ^= (char) (1 << (i % 7));
		if (!CHECK(step(&t) == CODE_DAMAGED))
			printf("    byte %zu of the header of block %lld\n", i, (long long) number);
		copy[i] = header.p[i];
	}
	CHECK(step(&t) == CODE_OK);
	end(&t);
}

/* ---- members ---- */

static void
test_members(int64_t number)
{
	static const char *const fields[] = {"source", "seq", "era", "xid", "received_at", "leaf", "bytes"};
	Case		t;
	size_t		n;

	begin(&t, number, false);
	n = t.block.n;
	end(&t);
	for (size_t i = 0; i < n; i++)
		for (int field = 0; field < 7; field++)
		{
			LeafMember *m;
			int64_t		index;
			int64_t		last;

			begin(&t, number, false);
			m = &t.block.members[i];
			index = t.row.first + (int64_t) i;
			last = t.row.size - 1;
			switch (field)
			{
				case 0: m->source = m->source == LEAF_ACT ? LEAF_ROW : m->source == LEAF_ROW ? LEAF_ACT : m->source == LEAF_ENTRY ? LEAF_ENGINE : LEAF_ENTRY; break;
				case 1: m->seq -= 1; break;
				case 2: m->era += i % 2 ? 1 : -1; break;
				case 3: m->xid += 1; break;
				case 4: m->received_at += 1; break;
				case 5: m->leaf.b[i % HASH_SIZE] ^= 1; break;
				case 6:
					if (m->source != LEAF_ROW)
						m->bytes = flipped(&t, m->bytes);
					break;
			}
			if (field == 6 && m->source == LEAF_ROW)
				CHECK(step(&t) == CODE_OK);		/* a row's bytes are elsewhere */
			else if (field >= 5 && m->source != LEAF_ROW)
				refused(&t, fields[field], index, index, __LINE__);
			else
				refused(&t, fields[field], index, last, __LINE__);		/* a place: by itself, or by the header's hash of all */
			end(&t);
		}
}

/* A member missing, one twice, two in the other's place. */
static void
test_lists(int64_t number)
{
	Case		t;

	begin(&t, number, false);
	t.block.n--;
	refused(&t, "one missing", t.row.size - 1, t.row.size - 1, __LINE__);
	end(&t);

	begin(&t, number, false);
	if (t.block.n > 1)
	{
		t.block.members[1] = t.block.members[0];
		refused(&t, "one twice", t.row.first + 1, t.row.first + 1, __LINE__);
	}
	end(&t);

	begin(&t, number, false);
	if (t.block.n > 1)
	{
		LeafMember	first = t.block.members[0];

		t.block.members[0] = t.block.members[1];
		t.block.members[1] = first;
		refused(&t, "two exchanged", t.row.first, t.row.first + 1, __LINE__);
	}
	end(&t);
}

/* ---- verdicts ---- */

static void
test_verdicts(int64_t number)
{
	for (int what = 0; what < 5; what++)
	{
		Case		t;
		size_t		i = 0;
		Verdict		list[20];
		int64_t		index;
		Code		code;

		begin(&t, number, false);
		while (i < t.block.n && t.block.members[i].source != LEAF_ACT)
			i++;
		if (i == t.block.n || (what < 3 && t.block.nverdicts == 0))
		{
			end(&t);
			continue;
		}
		for (size_t j = 0; j < t.block.nverdicts; j++)
			list[j] = t.block.verdicts[j];
		t.block.verdicts = list;
		index = t.block.nverdicts > 0 ? list[0].index : t.row.first + (int64_t) i;
		switch (what)
		{
			case 0: list[0].code = list[0].code == CODE_NO_CHANGE ? CODE_TOPIC_EXISTS : CODE_NO_CHANGE; break;
			case 1: list[0].code = CODE_COUNT; break;		/* what is no SQLSTATE of ours */
			case 2: t.block.nverdicts--; break;
			case 3: list[t.block.nverdicts++] = (Verdict){.seq = 99999, .index = t.row.size - 2, .code = CODE_NO_CHANGE}; break;
			case 4:
				if (t.block.nverdicts == 0)
					list[t.block.nverdicts++] = (Verdict){.index = index};
				list[0].seq = t.block.members[i].seq;
				list[0].code = CODE_EXPIRED;
				break;
		}
		code = step(&t);
		CHECK(code == CODE_DAMAGED && strstr(t.fault.detail, "verdict") != NULL);
		CHECK(t.fault.at >= t.row.first && t.fault.at < t.row.size);
		end(&t);

		/* Who has no verdicts goes by the header's hash of them. */
		begin(&t, number, false);
		t.mirror.stored_verdicts = false;
		t.block.nverdicts = 0;
		CHECK(step(&t) == CODE_OK);
		end(&t);
	}
}

/* ---- lies that are consistent ---- */

/* Compute header, root and frontier of a block again, from what the test has changed; h may hold changes of its own. */
static void
commit(Case *t, BlockHeader *h)
{
	Frontier	frontier = t->mirror.frontier;
	Arena	   *arena = &t->heap.arena;
	Digest		leaf;
	Digest		root;

	h->size = h->first + (int64_t) t->block.n + 1;
	for (size_t i = 0; i < t->block.n; i++)
	{
		LeafMember *m = &t->block.members[i];

		if (m->source == LEAF_ACT)
			merkle_leaf(m->leaf.b, m->bytes.p, m->bytes.n);
		else if (m->source != LEAF_ROW)
			entry_leaf(&m->leaf, m->bytes);
		frontier_add(&frontier, &m->leaf);
	}
	block_members_hash(&h->members, h->first, t->block.members, t->block.n);
	block_verdicts_hash(&h->verdicts, t->block.verdicts, t->block.nverdicts);
	t->row.number = h->number;
	t->row.time = h->time;
	t->row.first = h->first;
	t->row.size = h->size;
	t->row.era = (int32_t) h->era;
	t->row.finished = h->finished;
	t->row.snapshot = h->snapshot;
	t->row.header = block_header_print(arena, h);
	block_header_leaf(&leaf, t->row.header);
	frontier_add(&frontier, &leaf);
	frontier_root(&root, &frontier);
	t->row.root = arena_str(arena, hash_str(&root));
	t->row.frontier = frontier_pack(arena, &frontier);
}

static BlockHeader
header_of(Case *t)
{
	BlockHeader h;

	CHECK(block_header_parse(&h, &t->heap.arena, t->row.header, &t->fault) == CODE_OK);
	return h;
}

/* Commit to the changed block, and see it refused for the right reason, at an index or, if that is -1, at the header. */
static void
lie(Case *t, BlockHeader *h, const char *reason, int64_t at, int line)
{
	commit(t, h);
	if (!check_that(step(t) == CODE_DAMAGED, __FILE__, line, "the lie is found") ||
		!check_that(strstr(t->fault.detail, reason) != NULL, __FILE__, line, reason) ||
		!check_int(t->fault.at, at < 0 ? h->size - 1 : at, __FILE__, line, "the place"))
		printf("    %s\n", t->fault.detail);
	end(t);
}

#define LIE(t, h, reason, at) lie(t, h, reason, at, __LINE__)

/* Make room for one more member at the end. */
static LeafMember *
one_more(Case *t)
{
	LeafMember *members = arena_alloc(&t->heap.arena, (t->block.n + 1) * sizeof *members);

	memcpy(members, t->block.members, t->block.n * sizeof *members);
	t->block.members = members;
	return &members[t->block.n++];
}

static void
test_lies(void)
{
	Case		t;
	BlockHeader h;
	int64_t		first;

	/* Without a lie the test's own commitment is what the sealer wrote. */
	for (int64_t number = 1; number <= 12; number++)
	{
		Str			root;
		Str			header;

		begin(&t, number, true);
		root = t.row.root;
		header = t.row.header;
		h = header_of(&t);
		commit(&t, &h);
		CHECK(str_eq(root, t.row.root) && str_eq(header, t.row.header));
		CHECK(step(&t) == CODE_OK);
		end(&t);
	}

	/* Block 2: a refusal left out, another one in its place, one that is made up. */
	begin(&t, 2, false);
	h = header_of(&t);
	first = h.first;
	t.block.nverdicts = 0;
	LIE(&t, &h, "QC305", first + 1);
	begin(&t, 2, false);
	h = header_of(&t);
	t.block.verdicts[0].code = CODE_NO_CHANGE;
	LIE(&t, &h, "QC305", first + 1);
	begin(&t, 2, false);
	h = header_of(&t);
	t.block.verdicts = (Verdict[]){{t.block.members[0].seq, first, CODE_NO_CHANGE}, t.block.verdicts[0]};
	t.block.nverdicts = 2;
	LIE(&t, &h, "QC309", first);

	/* The same to a mirror that has no verdicts. */
	begin(&t, 2, false);
	t.mirror.stored_verdicts = false;
	h = header_of(&t);
	t.block.nverdicts = 0;
	LIE(&t, &h, "verdicts are not those of the header", -1);

	/* Block 10: another result, none, two. */
	begin(&t, 10, false);
	h = header_of(&t);
	t.block.members[0].bytes = arena_printf(&t.heap.arena, "{\"abstained\":2%s", strchr(t.block.members[0].bytes.p, ','));
	LIE(&t, &h, "The fold writes the entry", h.first);
	begin(&t, 10, false);
	h = header_of(&t);
	*one_more(&t) = t.block.members[0];
	t.block.members[1].seq++;
	LIE(&t, &h, "The fold writes the entry none", h.first + 1);

	/* Block 9: it closes; the entry left out, and one that nothing calls for. */
	begin(&t, 9, false);
	h = header_of(&t);
	CHECK_INT(t.block.n, 2);
	t.block.n = 1;
	LIE(&t, &h, "the register has none", h.first + 1);
	begin(&t, 9, false);
	h = header_of(&t);
	*one_more(&t) = t.block.members[1];
	t.block.members[2].seq++;
	t.block.members[2].bytes = arena_printf(&t.heap.arena, "{\"entry\":\"isolated\",\"seq\":%lld}", (long long) t.block.members[0].seq);
	LIE(&t, &h, "The fold ", h.first);

	/* Block 8: what is isolated is an act of the block. */
	static const long long strangers[] = {1, 1000000, -1};

	for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
	{
		begin(&t, 8, false);
		h = header_of(&t);
		CHECK(t.block.n == 3);
		t.block.members[2].bytes = arena_printf(&t.heap.arena, "{\"entry\":\"isolated\",\"seq\":%lld}", strangers[i]);
		LIE(&t, &h, "does not hold it", h.first + 2);
	}

	/* Block 11: an era that begins with something else than its entry, with none, twice; and one that does not begin. */
	static const char *const eras[] = {"{\"entry\":\"era\"}", "{\"entry\":\"era\",\"era\":null}",
		"{\"binding\":\"1/1/1\",\"entry\":\"era\",\"era\":3,\"origin\":\"o\",\"reason\":\"r\"}",
		"{\"binding\":1,\"entry\":\"era\",\"era\":2,\"origin\":\"o\",\"reason\":\"r\"}",
		"{\"binding\":\"1/1/1\",\"entry\":\"era\",\"era\":2,\"more\":1,\"origin\":\"o\",\"reason\":\"r\"}",
		"{\"entry\":\"era\",\"binding\":\"1/1/1\",\"era\":2,\"origin\":\"o\",\"reason\":\"r\"}"};

	for (size_t i = 0; i < sizeof eras / sizeof *eras; i++)
	{
		begin(&t, 11, false);
		h = header_of(&t);
		CHECK(t.block.n == 2);
		t.block.members[1].bytes = str_from(eras[i]);
		LIE(&t, &h, "not of its form", h.first + 1);
	}
	begin(&t, 11, false);
	h = header_of(&t);
	t.block.n = 1;
	LIE(&t, &h, "begins with 0 entries", -1);
	begin(&t, 11, false);
	h = header_of(&t);
	*one_more(&t) = t.block.members[1];
	t.block.members[2].seq++;
	LIE(&t, &h, "begins with 2 entries", -1);
	begin(&t, 9, false);
	h = header_of(&t);
	*one_more(&t) = t.block.members[1];
	t.block.members[2].seq++;
	t.block.members[2].bytes = STR("{\"binding\":\"1/1/1\",\"entry\":\"era\",\"era\":1,\"origin\":\"o\",\"reason\":\"r\"}");
	LIE(&t, &h, "an era that does not begin", h.first + 2);

	/* Block 3: out of order, not committed yet, not new any more, of another era. */
	begin(&t, 3, false);
	h = header_of(&t);
	t.block.members[1].seq = t.block.members[3].seq;
	LIE(&t, &h, "out of order", h.first + 2);
	begin(&t, 3, false);
	h = header_of(&t);
	t.block.members[2].xid += 100;
	LIE(&t, &h, "not yet committed", h.first + 2);
	begin(&t, 3, false);
	h = header_of(&t);
	t.block.members[2].xid = 700;
	LIE(&t, &h, "belonged into an earlier block", h.first + 2);
	begin(&t, 3, false);
	h = header_of(&t);
	t.block.members[2].era = 2;
	LIE(&t, &h, "of another era", h.first + 2);
	begin(&t, 3, false);
	h = header_of(&t);
	t.block.members[2].era = 0;
	LIE(&t, &h, "of another era", h.first + 2);

	/* Block 8: what the slow transaction brought was not in block 5, though its id is below the others'. */
	begin(&t, 5, false);
	h = header_of(&t);
	t.block.members[0].xid = t.block.members[0].xid - 1;
	LIE(&t, &h, "not yet committed", h.first);

	/* Block 4: the engine's entry, and what a session wrote behind it. */
	begin(&t, 4, false);
	h = header_of(&t);
	t.block.members[1].received_at--;
	LIE(&t, &h, "does not bear its block's time", h.first + 1);
	begin(&t, 4, false);
	h = header_of(&t);
	t.block.members[1].xid = 1;
	LIE(&t, &h, "does not bear its block's time", h.first + 1);
	begin(&t, 4, false);
	h = header_of(&t);
	t.block.members[1].era = 2;
	LIE(&t, &h, "does not bear its block's time", h.first + 1);
	begin(&t, 4, false);
	h = header_of(&t);
	*one_more(&t) = t.block.members[0];
	t.block.members[2].seq = 1000;
	LIE(&t, &h, "stands after the engine's entries", h.first + 2);
}

static void
test_header_lies(void)
{
	Case		t;
	BlockHeader h;

	begin(&t, 5, false);
	h = header_of(&t);
	h.number++;
	LIE(&t, &h, "number does not follow", -1);
	begin(&t, 5, false);
	h = header_of(&t);
	h.first++;
	LIE(&t, &h, "first does not follow", -1);
	begin(&t, 5, false);
	h = header_of(&t);
	h.time = t.mirror.time - 1;
	LIE(&t, &h, "time does not follow", -1);
	begin(&t, 5, false);
	h = header_of(&t);
	h.era = 3;
	LIE(&t, &h, "era does not follow", -1);
	begin(&t, 5, false);
	h = header_of(&t);
	h.era = 0;
	LIE(&t, &h, "era does not follow", -1);
	begin(&t, 5, false);
	h = header_of(&t);
	h.previous.b[0] ^= 1;
	LIE(&t, &h, "previous does not follow", -1);
	begin(&t, 5, false);
	h = header_of(&t);
	h.snapshot = STR("5:x:");
	commit(&t, &h);
	CHECK(step(&t) == CODE_DAMAGED && strstr(t.fault.detail, "no snapshot") != NULL);
	end(&t);

	/* Block 7 goes on with the snapshot of block 6, and with no other, and in no other era. */
	begin(&t, 7, false);
	h = header_of(&t);
	h.snapshot = arena_printf(&t.heap.arena, "%llu:%llu:", (unsigned long long) c.xid, (unsigned long long) c.xid + 9000);
	LIE(&t, &h, "snapshot does not follow", -1);
	begin(&t, 7, false);
	h = header_of(&t);
	h.era = 2;
	LIE(&t, &h, "snapshot does not follow", -1);

	/* A seq below those of block 6 is not new there. */
	begin(&t, 7, false);
	h = header_of(&t);
	t.block.members[0].seq = t.mirror.last_seq;
	LIE(&t, &h, "out of order", h.first);
}

/* A record whose signature does not hold, where everything else does. */
static void
test_signatures(void)
{
	Case		t;
	BlockHeader h;
	char	   *copy;
	Str			record;

	begin(&t, 12, true);
	h = header_of(&t);
	record = t.block.members[7].bytes;
	copy = arena_copy(&t.heap.arena, record.p, record.n);
	copy[record.n - 10] = copy[record.n - 10] == 'A' ? 'B' : 'A';
	t.block.members[7].bytes = (Str){copy, record.n};
	commit(&t, &h);
	CHECK(step(&t) == CODE_BAD_SIGNATURE);
	CHECK_INT(t.fault.at, h.first + 7);
	t.mirror.skip_signatures = true;
	CHECK(step(&t) == CODE_OK);		/* nothing else depends on it */
	end(&t);
}

/* ---- going on ---- */

/* A mirror that is resumed after any block takes all that follow. */
static void
test_resume(void)
{
	for (int64_t number = 2; number <= 13; number++)
	{
		Case		t;
		HeapArena	fresh[2];
		Mirror		resumed;
		BlockRow	last;
		BlockRow	finished;
		int64_t		at;

		begin(&t, number, false);
		heap_arena_init(&fresh[0]);
		heap_arena_init(&fresh[1]);
		CHECK(log_block(&last, &c.tables.store, &t.forever.arena, number - 1));
		for (at = number - 1, finished = last; at > 0 && finished.era == last.era && !finished.finished; at--)
			CHECK(log_block(&finished, &c.tables.store, &t.forever.arena, at - 1));
		mirror_init(&resumed, &fresh[0].arena, &fresh[1].arena);
		mirror_resume(&resumed, &last, finished.era == last.era && finished.finished ? &finished : NULL,
					  &t.mirror.frontier, &t.forever.arena);
		resumed.skip_signatures = true;
		CHECK_INT(resumed.number, t.mirror.number);
		CHECK_INT(resumed.era, t.mirror.era);
		CHECK_INT(resumed.last_seq, t.mirror.last_seq);
		CHECK_INT(resumed.has_p, t.mirror.has_p);
		CHECK(str_eq(resumed.unfinished, t.mirror.unfinished));
		t.mirror = resumed;
		for (int64_t i = number; i <= 13; i++)
		{
			read_block(&t, i);
			if (!CHECK(step(&t) == CODE_OK))
				printf("    resumed before %lld, block %lld: %s\n", (long long) number, (long long) i, t.fault.detail);
		}
		heap_arena_free(&fresh[0]);
		heap_arena_free(&fresh[1]);
		end(&t);
	}
}

int
main(void)
{
	scenario(&c);
	mirror_all(&c);
	for (int64_t number = 1; number <= 11; number++)
	{
		test_block_columns(number);
		test_headers(number);
		test_members(number);
		test_lists(number);
		test_verdicts(number);
	}
	test_lies();
	test_header_lies();
	test_signatures();
	test_resume();
	commune_free(&c);
	return check_done("fold_mirror");
}
