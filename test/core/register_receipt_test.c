/*
 * register_receipt_test.c -- receipts: made of a register in memory, checked, and forged.
 */
#include "scenario.h"
#include "seeded.h"

#include "register/receipt.h"

static Commune c;

/* The receipt for the register as it is, not signed. */
static Code
make(Str *out, int64_t seq, Fault *fault)
{
	return receipt_make(out, &c.tables.store, &c.forever.arena, seq, c.last.size, STR_NONE, fault);
}

static Code
check(Receipt *out, Str receipt, Str record)
{
	Fault		fault = {.code = CODE_OK};
	Code		code;

	arena_reset(&c.block.arena);
	code = receipt_check(out, &c.block.arena, receipt, record, &fault);
	CHECK(code == CODE_OK || (code == CODE_DAMAGED && fault.code == CODE_DAMAGED && fault.detail[0] != '\0'));
	return code;
}

/* The receipt of each act says where it is, when, and with which verdict. */
static void
test_all(void)
{
	size_t		nblocks;
	void	   *const *blocks = memory_rows(&c.tables, REL_BLOCK, &nblocks);
	int			refused = 0;
	int			acts = 0;

	for (size_t i = 0; i < nblocks; i++)
	{
		const BlockRow *block = blocks[i];
		const MemberRef *refs;
		size_t		n;

		CHECK(block_members_unpack(&refs, &n, &c.forever.arena, block->members, NULL) == CODE_OK);
		for (size_t j = 0; j < n; j++)
		{
			const ActRow *act = memory_row(&c.tables, ACT_BY_SEQ, &(ActRow){.seq = refs[j].seq});
			const VerdictRow *verdict = memory_row(&c.tables, VERDICT_BY_SEQ, &(VerdictRow){.seq = refs[j].seq});
			Receipt		receipt;
			Str			text;
			Fault		fault;

			if (refs[j].source != LEAF_ACT)
				continue;
			if (!CHECK(make(&text, refs[j].seq, &fault) == CODE_OK) ||
				!CHECK(check(&receipt, text, act->record) == CODE_OK))
				continue;
			acts++;
			refused += verdict != NULL;
			CHECK_INT(receipt.index, block->first + (int64_t) j);
			CHECK(str_eq(receipt.sqlstate, verdict ? verdict->sqlstate : STR("00000")));
			CHECK_INT(receipt.time, block->time);
			CHECK_INT(receipt.block, block->number);
			CHECK_STR(receipt.origin, ORIGIN);
			CHECK_INT(receipt.size, c.last.size);
			CHECK(str_eq(hash_str(&receipt.root), c.last.root));
			CHECK(!receipt.is_signed);
		}
	}
	CHECK_INT(acts, count_table(&c, REL_ACT));
	CHECK_INT(refused, 4);
}

/* The form, line by line. */
static void
test_form(void)
{
	const ActRow *act = memory_row(&c.tables, ACT_BY_SEQ, &(ActRow){.seq = 1});
	char		root[BASE64_LEN(HASH_SIZE)];
	Receipt		receipt;
	Str			text;
	Fault		fault;
	char		end[200];
	int			n;

	CHECK(make(&text, 1, &fault) == CODE_OK);
	CHECK(memcmp(text.p, "c2sp.org/tlog-proof@v1\nextra ", 29) == 0);
	CHECK(strstr(text.p, "\nindex 0\n") != NULL);
	base64_encode(root, (const uint8_t *) c.last.root.p, HASH_SIZE);
	n = snprintf(end, sizeof end, "\n\n" ORIGIN "\n%lld\n%.44s\n", (long long) c.last.size, root);
	CHECK(text.n > (size_t) n && memcmp(text.p + text.n - n, end, (size_t) n) == 0);

	/* Signatures may follow the checkpoint. */
	CHECK(check(&receipt, arena_printf(&c.forever.arena, "%.*s\n\xe2\x80\x94 example.org AAAA\n", (int) text.n, text.p), act->record) == CODE_OK);
}

/* Nothing of a receipt can be changed that it claims: the place, the verdict, the time, the block, the root. */
static void
test_mutations(int64_t seq)
{
	const ActRow *act = memory_row(&c.tables, ACT_BY_SEQ, &(ActRow){.seq = seq});
	Receipt		good;
	Receipt		bad;
	Str			text;
	char	   *copy;
	char		sqlstate[5];
	Fault		fault;
	size_t		origin;
	int			held = 0;

	CHECK(make(&text, seq, &fault) == CODE_OK);
	CHECK(check(&good, text, act->record) == CODE_OK);
	memcpy(sqlstate, good.sqlstate.p, 5);
	origin = (size_t) (good.origin.p - text.p);
	copy = malloc(text.n + 1);
	for (size_t i = 0; i < text.n; i++)
	{
		bool		free_text = i >= origin && i < origin + strlen(ORIGIN);	/* only a signature binds it */

		CHECK(check(&bad, (Str){text.p, i}, act->record) == CODE_DAMAGED);
		for (int round = 0; round < 4; round++)
		{
			memcpy(copy, text.p, text.n);
			copy[i] = round == 0 ? copy[i] ^ 1 : round == 1 ? copy[i] + 1 : round == 2 ? copy[i] ^ 0x20 : (char) seeded_next();
			if (copy[i] == text.p[i] || check(&bad, (Str){copy, text.n}, act->record) != CODE_OK)
				continue;
			held++;
			CHECK_INT(bad.index, good.index);
			CHECK(memcmp(bad.sqlstate.p, sqlstate, 5) == 0);
			CHECK_INT(bad.time, good.time);
			CHECK_INT(bad.block, good.block);
			CHECK(memcmp(&bad.root, &good.root, sizeof bad.root) == 0);
			CHECK(!bad.is_signed);
			CHECK(free_text || str_is(bad.origin, ORIGIN));
		}

		/* A byte missing. */
		memcpy(copy, text.p, i);
		memcpy(copy + i, text.p + i + 1, text.n - i - 1);
		if (check(&bad, (Str){copy, text.n - 1}, act->record) == CODE_OK)
			CHECK(bad.index == good.index && memcmp(bad.sqlstate.p, sqlstate, 5) == 0 && bad.time == good.time);
	}
	CHECK(held > 0);			/* of the origin at least */
	free(copy);
}

/* A receipt is of one record, and of no other. */
static void
test_other_record(void)
{
	const ActRow *act = memory_row(&c.tables, ACT_BY_SEQ, &(ActRow){.seq = 1});
	size_t		n;
	void	   *const *acts = memory_rows(&c.tables, REL_ACT, &n);
	Receipt		receipt;
	Str			text;
	Fault		fault;

	CHECK(make(&text, 1, &fault) == CODE_OK);
	for (size_t i = 0; i < 20; i++)
		CHECK((check(&receipt, text, ((const ActRow *) acts[i])->record) == CODE_OK) == (((const ActRow *) acts[i])->seq == 1));
	CHECK(check(&receipt, text, (Str){act->record.p, act->record.n - 1}) == CODE_DAMAGED);
	CHECK(check(&receipt, text, STR("")) == CODE_DAMAGED);
	CHECK(check(&receipt, STR(""), act->record) == CODE_DAMAGED);
	CHECK(check(&receipt, STR("c2sp.org/tlog-proof@v1\n"), act->record) == CODE_DAMAGED);
	CHECK(check(&receipt, STR("c2sp.org/tlog-proof@v1\nindex 0\n\ncheckpoint\n"), act->record) == CODE_DAMAGED);
	CHECK(check(&receipt, STR("c2sp.org/tlog-proof@v1\nextra e30=\nindex 0\n\no\n1\n"), act->record) == CODE_DAMAGED);
	CHECK(check(&receipt, STR("c2sp.org/tlog-proof@v1\nextra W10=\nindex 0\n\no\n1\n"
							  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"), act->record) == CODE_DAMAGED);
}

/* Replace the extra data of a receipt by a text with one thing changed. */
static Str
with_extra(Str receipt, const char *from, const char *to)
{
	const char *start = receipt.p + 29;
	size_t		len = (size_t) ((const char *) memchr(start, '\n', receipt.n - 29) - start);
	uint8_t    *json = arena_alloc(&c.forever.arena, len + 1);
	size_t		n;
	const char *at;
	Str			changed;
	char	   *encoded;

	CHECK(base64_decode(json, &n, start, len));
	json[n] = '\0';
	at = strstr((char *) json, from);
	if (!CHECK(at != NULL))
		return receipt;
	changed = arena_printf(&c.forever.arena, "%.*s%s%s", (int) (at - (char *) json), (char *) json, to, at + strlen(from));
	encoded = arena_alloc(&c.forever.arena, BASE64_LEN(changed.n));
	n = base64_encode(encoded, (const uint8_t *) changed.p, changed.n);
	return arena_printf(&c.forever.arena, "%.29s%.*s%.*s", receipt.p, (int) n, encoded, (int) (receipt.n - 29 - len), start + len);
}

/* Forgeries that take more than a byte. */
static void
test_forgeries(void)
{
	const ActRow *act = NULL;
	Receipt		receipt;
	Receipt		good;
	Str			text;
	Str			first;
	Fault		fault;
	size_t		n;
	void	   *const *verdicts = memory_rows(&c.tables, REL_VERDICT, &n);
	int64_t		seq = ((const VerdictRow *) verdicts[0])->seq;
	char		listed[40];

	act = memory_row(&c.tables, ACT_BY_SEQ, &(ActRow){.seq = seq});
	CHECK(make(&text, seq, &fault) == CODE_OK);
	CHECK(check(&good, text, act->record) == CODE_OK);
	CHECK_STR(good.sqlstate, "QC305");
	snprintf(listed, sizeof listed, "[%lld,\"QC305\"]", (long long) good.index);
	CHECK(check(&receipt, with_extra(text, listed, listed), act->record) == CODE_OK);		/* the tool itself */
	CHECK(check(&receipt, with_extra(text, listed, ""), act->record) == CODE_DAMAGED);
	CHECK(check(&receipt, with_extra(text, "\"QC305\"", "\"QC304\""), act->record) == CODE_DAMAGED);
	CHECK(check(&receipt, with_extra(text, "\"QC305\"", "\"00000\""), act->record) == CODE_DAMAGED);
	CHECK(check(&receipt, with_extra(text, "\"QC305\"", "\"XX000\""), act->record) == CODE_DAMAGED);	/* no verdict of ours */
	CHECK(check(&receipt, with_extra(text, "\"QC305\"", "\"QC3050\""), act->record) == CODE_DAMAGED);
	CHECK(check(&receipt, with_extra(text, "\"QC305\"", "7"), act->record) == CODE_DAMAGED);
	CHECK(check(&receipt, with_extra(text, listed, "[1]"), act->record) == CODE_DAMAGED);
	CHECK(check(&receipt, with_extra(text, listed, "[\"1\",\"QC305\"]"), act->record) == CODE_DAMAGED);
	CHECK(check(&receipt, with_extra(text, listed, "7"), act->record) == CODE_DAMAGED);
	CHECK(check(&receipt, with_extra(text, "\"verdicts\"", "\"verdict\""), act->record) == CODE_DAMAGED);
	CHECK(check(&receipt, with_extra(text, "\"header_proof\":[", "\"header_proof\":[1,"), act->record) == CODE_DAMAGED);
	CHECK(check(&receipt, with_extra(text, "\"header_proof\":[", "\"header_proof\":{},\"x\":["), act->record) == CODE_DAMAGED);
	CHECK(check(&receipt, with_extra(text, "\"header_index\":", "\"header_index\":1"), act->record) == CODE_DAMAGED);
	CHECK(check(&receipt, with_extra(text, "\"header_index\":", "\"header_index\":\"x\",\"y\":"), act->record) == CODE_DAMAGED);
	CHECK(check(&receipt, with_extra(text, "\"header\":", "\"header\":1,\"x\":"), act->record) == CODE_DAMAGED);
	CHECK(check(&receipt, with_extra(text, "\\\"era\\\":1", "\\\"era\\\":2"), act->record) == CODE_DAMAGED);

	/* The header, its place and proof of a block without refusals: that it was accepted after all. */
	CHECK(make(&first, 1, &fault) == CODE_OK);
	n = (size_t) ((const char *) memchr(first.p + 29, '\n', first.n - 29) - first.p);
	CHECK(check(&receipt, arena_printf(&c.forever.arena, "%.*s%s", (int) n, first.p, strchr(text.p + 29, '\n')), act->record) == CODE_DAMAGED);
	CHECK(check(&receipt, with_extra(text, "\"signed\":false", "\"signed\":true"), act->record) == CODE_OK && receipt.is_signed);
}

/* A text with more than a proof can have. */
static void
test_bounds(void)
{
	const ActRow *act = memory_row(&c.tables, ACT_BY_SEQ, &(ActRow){.seq = 1});
	Buf			text;
	Str			receipt;
	Receipt		out;
	Fault		fault;
	const char *at;

	CHECK(make(&receipt, 1, &fault) == CODE_OK);
	at = strstr(receipt.p, "\nindex 0\n") + 9;
	buf_init(&text, &c.forever.arena);
	buf_add(&text, receipt.p, (size_t) (at - receipt.p));
	for (int i = 0; i < 1000; i++)
		buf_text(&text, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
	buf_add(&text, at, receipt.n - (size_t) (at - receipt.p));
	CHECK(check(&out, buf_done(&text), act->record) == CODE_DAMAGED);

	buf_init(&text, &c.forever.arena);
	buf_text(&text, "\"header_proof\":[");
	for (int i = 0; i < 1000; i++)
		buf_text(&text, "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",");
	buf_char(&text, '\0');
	CHECK(check(&out, with_extra(receipt, "\"header_proof\":[", buf_done(&text).p), act->record) == CODE_DAMAGED);
	for (const char *const *n = (const char *const[]){"-1", "00", "01", "9223372036854775808", "18446744073709551616", "", "x", "1 ", NULL}; *n; n++)
	{
		Str			changed = arena_printf(&c.forever.arena, "%.*sindex %s\n%s", (int) (at - 8 - receipt.p), receipt.p, *n, at);

		if (!CHECK(check(&out, changed, act->record) == CODE_DAMAGED))
			printf("    index %s\n", *n);
	}
}

/* What cannot be proven has no receipt. */
static void
test_refusals(void)
{
	ActRow		waiting = {.xid = 1000000, .era = 2, .seq = 1000000, .leaf = c.last.root, .record = STR("x")};
	ActRow	   *act;
	VerdictRow *verdict;
	Table	   *tiles = &c.tables.table[REL_TILE];
	BlockRow   *last;
	char	   *bytes;
	Str			kept;
	Str			text;
	Fault		fault;
	size_t		n;

	CHECK(make(&text, 999999, &fault) == CODE_NO_SUCH_ACT);
	memory_put(&c.tables, REL_ACT, &waiting.row);
	CHECK(make(&text, 1000000, &fault) == CODE_NOT_SEALED);

	verdict = memory_rows(&c.tables, REL_VERDICT, &n)[0];
	verdict->sqlstate = STR("QC000");
	CHECK(make(&text, verdict->seq, &fault) == CODE_DAMAGED);
	verdict->sqlstate = STR("QC305");

	/*
	 * The leaves of a tile that is gone are read from the blocks; what is beside it is in the frontier.  Without a leaf
	 * of the edge there is no proof for those in the edge.
	 */
	CHECK_INT(tiles->n, 1);
	tiles->n = 0;
	CHECK(make(&text, 1, &fault) == CODE_OK);
	CHECK(make(&text, c.seq, &fault) == CODE_OK);
	tiles->n = 1;
	act = memory_row(&c.tables, ACT_BY_SEQ, &(ActRow){.seq = c.seq});
	CHECK(act != NULL);
	act->seq = INT64_C(1) << 40;
	CHECK(make(&text, c.seq - 1, &fault) == CODE_DAMAGED);
	CHECK(strstr(fault.detail, "gone") != NULL);
	CHECK(make(&text, 1, &fault) == CODE_OK);
	act->seq = c.seq;
	bytes = arena_copy(&c.forever.arena, c.last.frontier.p, c.last.frontier.n);
	bytes[1] ^= 1;
	last = memory_row(&c.tables, BLOCK_BY_NUMBER, &(BlockRow){.number = c.last.number});
	kept = last->frontier;
	last->frontier.p = bytes;
	CHECK(make(&text, 1, &fault) == CODE_DAMAGED);
	last->frontier = kept;
	CHECK(make(&text, 1, &fault) == CODE_OK);
}

int
main(void)
{
	scenario(&c);
	test_all();
	test_form();
	test_mutations(1);
	test_mutations(((const VerdictRow *) c.tables.table[REL_VERDICT].rows[0])->seq);
	test_other_record();
	test_forgeries();
	test_bounds();
	test_refusals();
	commune_free(&c);
	return check_done("register_receipt");
}
