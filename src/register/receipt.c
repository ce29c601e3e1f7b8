/*
 * receipt.c -- makes and checks receipts.
 */
#include "register/receipt.h"

#include "record/record.h"
#include "register/note.h"

#define FIRST_LINE "c2sp.org/tlog-proof@v1"

static void
put_id(Buf *b, const Digest *hash)
{
	char		id[ID_TEXT_LEN];

	id_print(id, hash->b);
	json_quote(b, (Str){id, sizeof id});
}

/* ---- making ---- */

/* Write the JSON that proves the verdict. */
static Str
print_extra(Arena *arena, const BlockRow *block, const Verdict *verdicts, size_t nverdicts, const Proof *header_proof)
{
	Buf			b;

	buf_init(&b, arena);
	buf_text(&b, "{\"header\":");
	json_quote(&b, block->header);
	buf_text(&b, ",\"header_index\":");
	buf_int(&b, block->size - 1);
	buf_text(&b, ",\"header_proof\":[");
	for (int i = 0; i < header_proof->n; i++)
	{
		if (i > 0)
			buf_char(&b, ',');
		put_id(&b, &header_proof->hash[i]);
	}
	buf_text(&b, "],\"signed\":false,\"verdicts\":[");
	for (size_t i = 0; i < nverdicts; i++)
	{
		buf_text(&b, i == 0 ? "[" : ",[");
		buf_int(&b, verdicts[i].index);
		buf_char(&b, ',');
		json_quote(&b, str_from(code_sqlstate(verdicts[i].code)));
		buf_char(&b, ']');
	}
	buf_text(&b, "]}");
	return buf_done(&b);
}

Code
receipt_make(Str *out, Store *store, Arena *arena, int64_t seq, Fault *fault)
{
	ActRow		act = {.seq = seq};
	ActRow		probe = act;
	BlockRow	row;
	BlockRow	last;
	EraRow		era;
	Verdict    *verdicts;
	size_t		nverdicts;
	LogTiles	tiles;
	Proof		proof;
	Proof		header_proof;
	int64_t		index;
	Str			extra;
	Buf			b;
	Code		code;

	if (!store->find(store, arena, &act, ACT_BY_SEQ, &probe))
		return fault_set(fault, CODE_NO_SUCH_ACT, -1, "No act has the number %lld.", (long long) seq);
	if ((code = log_place(&index, &row, store, arena, LEAF_ACT, seq, act.era, act.xid, fault)) != CODE_OK)
		return code;
	if (index < 0 || !log_last_block(&last, store, arena) || !log_last_era(&era, store, arena))
		return fault_set(fault, CODE_NOT_SEALED, -1, "Act %lld waits for a block.", (long long) seq);
	if ((code = stored_verdicts(&verdicts, &nverdicts, store, arena, &row, fault)) != CODE_OK)
		return code;
	for (size_t i = 0; i < nverdicts; i++)
		if (verdicts[i].code == CODE_COUNT)
			return fault_set(fault, CODE_DAMAGED, verdicts[i].index, "A verdict of the block is none.");
	log_tiles_init(&tiles, store, arena, &last, fault);
	if ((code = log_tiles_take_peaks(&tiles)) != CODE_OK)
		return code;
	if (!tree_inclusion(&proof, (uint64_t) index, (uint64_t) last.size, &tiles.reader) ||
		!tree_inclusion(&header_proof, (uint64_t) row.size - 1, (uint64_t) last.size, &tiles.reader))
		return fault->code;

	extra = print_extra(arena, &row, verdicts, nverdicts, &header_proof);
	buf_init(&b, arena);
	buf_text(&b, FIRST_LINE "\nextra ");
	buf_base64(&b, extra.p, extra.n);
	buf_text(&b, "\nindex ");
	buf_int(&b, index);
	buf_char(&b, '\n');
	for (int i = 0; i < proof.n; i++)
	{
		hash_print(&b, &proof.hash[i]);
		buf_char(&b, '\n');
	}
	buf_char(&b, '\n');
	buf_str(&b, checkpoint_print(arena, &(Checkpoint){.origin = era.origin, .size = (uint64_t) last.size,
													  .root = str_hash(last.root)}));
	*out = buf_done(&b);
	return CODE_OK;
}

/* ---- checking ---- */

static bool
begins(Str *rest, Str line, const char *prefix)
{
	size_t		n = strlen(prefix);

	if (line.n < n || memcmp(line.p, prefix, n) != 0)
		return false;
	*rest = (Str){line.p + n, line.n - n};
	return true;
}

static Code
broken(Fault *fault, const char *what)
{
	return fault_set(fault, CODE_DAMAGED, -1, "The receipt does not hold: %s.", what);
}

/* Check the header's place and find the verdict on the index. */
static Code
check_extra(Receipt *out, Arena *arena, const Json *extra, Fault *fault)
{
	const Json *header = json_get(extra, "header");
	const Json *header_index = json_get(extra, "header_index");
	const Json *header_proof = json_get(extra, "header_proof");
	const Json *verdicts = json_get(extra, "verdicts");
	const Json *is_signed = json_get(extra, "signed");
	Digest		proof[PROOF_MAX];
	size_t		n = 0;
	Digest		leaf;
	Digest		hash;
	BlockHeader h;
	Verdict    *list;
	size_t		nlist = 0;

	if (header == NULL || header->type != JSON_STRING || header_index == NULL || header_index->type != JSON_INT ||
		header_proof == NULL || header_proof->type != JSON_ARRAY || header_proof->count > PROOF_MAX ||
		verdicts == NULL || verdicts->type != JSON_ARRAY)
		return broken(fault, "its extra data is not complete");
	for (const Json *item = header_proof->child; item != NULL; item = item->next)
		if (item->type != JSON_STRING || !id_parse(proof[n++].b, item->string))
			return broken(fault, "the header's proof cannot be read");
	if (block_header_parse(&h, arena, header->string, fault) != CODE_OK)
		return fault->code;
	block_header_leaf(&leaf, header->string);
	if (header_index->number != h.size - 1 ||
		!verify_inclusion(&leaf, (uint64_t) header_index->number, out->size, &out->root, proof, n))
		return broken(fault, "the block's header is not in the tree");
	if (out->index < h.first || out->index >= h.size - 1)
		return broken(fault, "the header is that of another block");

	list = arena_alloc(arena, verdicts->count * sizeof *list);
	out->sqlstate = STR("00000");
	for (const Json *item = verdicts->child; item != NULL; item = item->next)
	{
		const Json *index = item->type == JSON_ARRAY && item->count == 2 ? item->child : NULL;
		char		sqlstate[6] = "";

		if (index == NULL || index->type != JSON_INT || index->next->type != JSON_STRING || index->next->string.n != 5)
			return broken(fault, "a verdict cannot be read");
		memcpy(sqlstate, index->next->string.p, 5);
		list[nlist] = (Verdict){.index = index->number, .code = code_from_sqlstate(sqlstate)};
		if (list[nlist].code == CODE_COUNT)
			return broken(fault, "a verdict is none");
		if (index->number == out->index)
			out->sqlstate = index->next->string;
		nlist++;
	}
	block_verdicts_hash(&hash, list, nlist);
	if (memcmp(&hash, &h.verdicts, sizeof hash) != 0)
		return broken(fault, "the verdicts are not those of the block's header");
	out->time = h.time;
	out->block = h.number;
	out->is_signed = is_signed != NULL && is_signed->type == JSON_TRUE;
	return CODE_OK;
}

Code
receipt_check(Receipt *out, Arena *arena, Str receipt, Str record, Fault *fault)
{
	Str			text = receipt;
	Str			line;
	Str			rest;
	Digest		proof[PROOF_MAX];
	size_t		n = 0;
	Digest		leaf;
	uint8_t    *bytes;
	size_t		nbytes;
	uint64_t	index;
	const Json *extra;

	*out = (Receipt){0};
	if (!next_line(&line, &text) || !str_is(line, FIRST_LINE) ||
		!next_line(&line, &text) || !begins(&rest, line, "extra "))
		return broken(fault, "it does not begin as one");
	bytes = arena_alloc(arena, BASE64URL_ROOM(rest.n) + 3);
	if (!base64_decode(bytes, &nbytes, rest.p, rest.n) ||
		json_parse(&extra, arena, (const char *) bytes, nbytes, fault) != CODE_OK || extra->type != JSON_OBJECT)
		return broken(fault, "its extra data cannot be read");
	if (!next_line(&line, &text) || !begins(&rest, line, "index ") || !decimal_parse(&index, rest))
		return broken(fault, "it has no index");
	while (next_line(&line, &text) && line.n > 0)
		if (n == PROOF_MAX || !hash_parse(&proof[n++], line))
			return broken(fault, "its proof cannot be read");
	if (!next_line(&out->origin, &text) || out->origin.n == 0 ||
		!next_line(&line, &text) || !decimal_parse(&out->size, line) ||
		!next_line(&line, &text) || !hash_parse(&out->root, line))
		return broken(fault, "it has no checkpoint");
	out->index = (int64_t) index;
	merkle_leaf(leaf.b, record.p, record.n);
	if (!verify_inclusion(&leaf, index, out->size, &out->root, proof, n))
		return broken(fault, "the record is not in the tree");
	return check_extra(out, arena, extra, fault);
}
