/*
 * receipt.c -- receipts that may be anything.  If the first byte is r, the rest is a receipt; if it is x, the rest is the
 * JSON of one, put into a receipt of a record that lies with the JSON's header, if it has one, in a tree of two leaves.
 */
#include "crypto/crypto.h"
#include "register/receipt.h"

#include <stdlib.h>

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RECORD STR("a record")

/* What is taken says something. */
static void
check(Arena *arena, Str text)
{
	Receipt		receipt;
	Fault		fault = {.code = CODE_OK};
	char		sqlstate[6] = "";

	if (receipt_check(&receipt, arena, text, RECORD, &fault) != CODE_OK)
	{
		if (fault.code != CODE_DAMAGED || fault.detail[0] == '\0')
			abort();
		return;
	}
	if (receipt.sqlstate.n != 5 || receipt.index < 0 || (uint64_t) receipt.index >= receipt.size || receipt.origin.n == 0)
		abort();
	memcpy(sqlstate, receipt.sqlstate.p, 5);
	if (code_from_sqlstate(sqlstate) == CODE_COUNT)
		abort();
}

static void
put_base64(Buf *b, const void *bytes, size_t n)
{
	char	   *text = arena_alloc(b->arena, BASE64_LEN(n));

	buf_add(b, text, base64_encode(text, bytes, n));
}

/* Put JSON into a receipt. */
static Str
wrap(Arena *arena, Str json)
{
	const Json *extra;
	const Json *header = NULL;
	Digest		leaf;
	Digest		header_leaf = {{0}};
	Digest		root;
	Buf			b;

	if (json_parse(&extra, arena, json.p, json.n, NULL) == CODE_OK && extra->type == JSON_OBJECT)
		header = json_get(extra, "header");
	merkle_leaf(leaf.b, RECORD.p, RECORD.n);
	if (header != NULL && header->type == JSON_STRING)
		block_header_leaf(&header_leaf, header->string);
	merkle_node(root.b, leaf.b, header_leaf.b);
	buf_init(&b, arena);
	buf_text(&b, "c2sp.org/tlog-proof@v1\nextra ");
	put_base64(&b, json.p, json.n);
	buf_text(&b, "\nindex 0\n");
	put_base64(&b, header_leaf.b, HASH_SIZE);
	buf_text(&b, "\n\nexample.org/commune\n2\n");
	put_base64(&b, root.b, HASH_SIZE);
	buf_char(&b, '\n');
	return buf_done(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	HeapArena	heap;
	Str			rest = {(const char *) data + 1, size - 1};

	if (size == 0 || !crypto_init())
		return 0;
	heap_arena_init(&heap);
	if (data[0] == 'r')
		check(&heap.arena, rest);
	else if (data[0] == 'x')
		check(&heap.arena, wrap(&heap.arena, rest));
	heap_arena_free(&heap);
	return 0;
}
