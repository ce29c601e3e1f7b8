/*
 * receipt.c -- makes and checks receipts.
 */
#include "register/receipt.h"

#include "record/record.h"
#include "register/note.h"

#define FIRST_LINE "c2sp.org/tlog-proof@v1"

/* ---- the form ---- */

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

Code
proof_text_parse(ProofText *out, Arena *arena, Str text, Fault *fault)
{
	Str			line;
	Str			rest;

	*out = (ProofText){.extra = STR_NONE};
	if (!next_line(&line, &text) || !str_is(line, FIRST_LINE) || !next_line(&line, &text))
		return broken(fault, "it does not begin as one");
	if (begins(&rest, line, "extra "))
	{
		uint8_t    *bytes = arena_alloc(arena, BASE64URL_ROOM(rest.n) + 3);
		size_t		n;

		if (!base64_decode(bytes, &n, rest.p, rest.n) || !next_line(&line, &text))
			return broken(fault, "its extra data cannot be read");
		out->extra = (Str){(const char *) bytes, n};
	}
	if (!begins(&rest, line, "index ") || !decimal_parse(&out->index, rest))
		return broken(fault, "it has no index");
	for (;;)
	{
		if (!next_line(&line, &text))
			return broken(fault, "it has no checkpoint");
		if (line.n == 0)
			break;
		if (out->n == PROOF_MAX || !hash_parse(&out->hash[out->n++], line))
			return broken(fault, "its proof cannot be read");
	}
	out->checkpoint = text;
	return CODE_OK;
}

Str
proof_text_print(Arena *arena, const ProofText *proof)
{
	Buf			b;

	buf_init(&b, arena);
	buf_text(&b, FIRST_LINE "\n");
	if (proof->extra.p != NULL)
	{
		buf_text(&b, "extra ");
		buf_base64(&b, proof->extra.p, proof->extra.n);
		buf_char(&b, '\n');
	}
	buf_text(&b, "index ");
	buf_int(&b, (int64_t) proof->index);
	buf_char(&b, '\n');
	for (size_t i = 0; i < proof->n; i++)
	{
		hash_print(&b, &proof->hash[i]);
		buf_char(&b, '\n');
	}
	buf_char(&b, '\n');
	buf_str(&b, proof->checkpoint);
	return buf_done(&b);
}

/* ---- making ---- */

static void
put_id(Buf *b, const Digest *hash)
{
	char		id[ID_TEXT_LEN];

	id_print(id, hash->b);
	json_quote(b, (Str){id, sizeof id});
}

/* Write the JSON that proves the verdict. */
static Str
print_extra(Arena *arena, const BlockRow *block, const Verdict *verdicts, size_t nverdicts, const Proof *header_proof, bool is_signed)
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
	buf_text(&b, is_signed ? "],\"signed\":true,\"verdicts\":[" : "],\"signed\":false,\"verdicts\":[");
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
receipt_make(Str *out, Store *store, Arena *arena, int64_t seq, int64_t size, Str note, Fault *fault)
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
	ProofText	text;
	Code		code;

	if (!store->find(store, arena, &act, ACT_BY_SEQ, &probe))
		return fault_set(fault, CODE_NO_SUCH_ACT, -1, "No act has the number %lld.", (long long) seq);
	if ((code = log_place(&index, &row, store, arena, LEAF_ACT, seq, act.era, act.xid, fault)) != CODE_OK)
		return code;
	if (index < 0 || !log_last_block(&last, store, arena) || !log_last_era(&era, store, arena))
		return fault_set(fault, CODE_NOT_SEALED, -1, "Act %lld waits for a block.", (long long) seq);
	if (row.size > size)
		return fault_set(fault, CODE_NOT_PUBLISHED, -1, "Act %lld is sealed; size %lld is published, its block ends at %lld.",
						 (long long) seq, (long long) size, (long long) row.size);
	if ((code = stored_verdicts(&verdicts, &nverdicts, store, arena, &row, fault)) != CODE_OK)
		return code;
	for (size_t i = 0; i < nverdicts; i++)
		if (verdicts[i].code == CODE_COUNT)
			return fault_set(fault, CODE_DAMAGED, verdicts[i].index, "A verdict of the block is none.");

	/* The block that ends at the size has the tree's right edge. */
	if (size != last.size && (!log_block_at(&last, store, arena, size - 1) || last.size != size))
		return fault_set(fault, CODE_DAMAGED, size - 1, "No block ends at the published size %lld.", (long long) size);
	log_tiles_init(&tiles, store, arena, &last, fault);
	if ((code = log_tiles_take_peaks(&tiles)) != CODE_OK)
		return code;
	if (!tree_inclusion(&proof, (uint64_t) index, (uint64_t) size, &tiles.reader) ||
		!tree_inclusion(&header_proof, (uint64_t) row.size - 1, (uint64_t) size, &tiles.reader))
		return fault->code;

	text = (ProofText){.extra = print_extra(arena, &row, verdicts, nverdicts, &header_proof, note.p != NULL), .index = (uint64_t) index, .n = (size_t) proof.n};
	memcpy(text.hash, proof.hash, text.n * sizeof *text.hash);
	text.checkpoint = note.p != NULL ? note :
		checkpoint_print(arena, &(Checkpoint){.origin = era.origin, .size = (uint64_t) last.size, .root = str_hash(last.root)});
	*out = proof_text_print(arena, &text);
	return CODE_OK;
}

/* ---- checking ---- */

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
	ProofText	text;
	Str			rest;
	Str			line;
	Digest		leaf;
	const Json *extra;
	Code		code;

	*out = (Receipt){0};
	if ((code = proof_text_parse(&text, arena, receipt, fault)) != CODE_OK)
		return code;
	if (text.extra.p == NULL || json_parse(&extra, arena, text.extra.p, text.extra.n, fault) != CODE_OK ||
		extra->type != JSON_OBJECT)
		return broken(fault, "its extra data cannot be read");
	rest = text.checkpoint;
	if (!next_line(&out->origin, &rest) || out->origin.n == 0 ||
		!next_line(&line, &rest) || !decimal_parse(&out->size, line) ||
		!next_line(&line, &rest) || !hash_parse(&out->root, line))
		return broken(fault, "it has no checkpoint");
	out->note = text.checkpoint;
	out->index = (int64_t) text.index;
	merkle_leaf(leaf.b, record.p, record.n);
	if (!verify_inclusion(&leaf, text.index, out->size, &out->root, text.hash, text.n))
		return broken(fault, "the record is not in the tree");
	return check_extra(out, arena, extra, fault);
}
