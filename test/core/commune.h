/*
 * commune.h -- a commune in memory for tests: people with keys made from their names, acts that they sign, and a sealer
 * of its own that makes blocks of them.  Time is the test's: c.time is that of the next block.
 *
 *     Commune c;
 *
 *     commune_begin(&c);
 *     commune_found(&c, "ann bob", 1, "");               a charter, and the founders join
 *     ACT(&c, OK, "ann", "topic", "'topic':'water'");    a block of one act, and what becomes of it
 *     ADD(&c, OK, "ann", ...); ADD(&c, ...); SEAL(&c);   a block of several
 *     CHECK_INT(member(&c, "ann")->acts, 2);
 *     commune_end(&c, "slice");
 *
 * In members ' stands for a double quote, and there '@ann' is somebody's DID, '=name' the id of a poll's act, '#name' that
 * of its manifest and '~name' the id of a proposal's act.
 *
 * Each block is folded twice, in memory and over a Store (memory.h), whose rows must be the same afterwards.  For each
 * act in a block of its own the pre-check must say what the fold says.  A refusal must leave every row as it was, but
 * for the signer's nonce and count.  At the end the register that came about is checked by a mirror and by an audit.
 */
#ifndef COMMUNE_COMMUNE_H
#define COMMUNE_COMMUNE_H

#include "invariants.h"
#include "memory.h"

#include <stdarg.h>
#include <stdlib.h>

#include "fold/mirror.h"
#include "proposal/proposal.h"
#include "register/audit.h"
#include "register/rels.h"

#define NOON INT64_C(1767268800)	/* 2026-01-01 12:00:00 UTC, in seconds */
#define SECONDS(n) ((int64_t) (n) * USECS_PER_SECOND)
#define ORIGIN "example.org/commune"
#define ANY_CODE CODE_COUNT			/* as an expected code */

typedef struct Person
{
	struct Person *next;		/* with the same hash */
	Str			name;
	Did			did;
	uint8_t		secret[SECRET_KEY_SIZE];
	int64_t		nonce;			/* the last one that was used */
} Person;

/* An act of the block that is being made. */
typedef struct Pending
{
	Code		expected;
	int			line;
	const Person *person;
} Pending;

typedef struct Commune
{
	HeapArena	forever;
	HeapArena	block;
	HeapArena	scratch;
	State	   *state;
	Memory		tables;			/* the state once more, and the register */
	bool		once;			/* fold in memory alone, for large tests */
	bool		forge;			/* do not sign: for fuzzing */

	int64_t		time;			/* of the next block, in microseconds */
	int64_t		previous_time;
	char		aud[ID_TEXT_LEN];
	Person	   *people[1024];

	/* What the next act says of itself; 0: what is right. */
	int64_t		iat;
	int64_t		exp;
	int64_t		nonce;
	const char *foreign_aud;

	LeafMember *members;
	Pending    *pending;
	size_t		n;
	size_t		room;
	int64_t		isolated;		/* seq of an act that is not to be folded in the next block; 0: none */
	BlockOutput out;			/* of the last block */

	/* Where the register stands; a test may set what the next block is to be. */
	int64_t		seq;
	uint64_t	xid;			/* of the next act */
	int64_t		era;
	bool		begins_era;
	bool		unfinished;
	Str			snapshot;		/* none: one that sees every act so far */
	BlockRow	last;
	Tree		tree;
} Commune;

/* ---- people ---- */

static inline Person *
person(Commune *c, const char *name)
{
	uint8_t		seed[SEED_SIZE];
	uint8_t		key[PUBLIC_KEY_SIZE];
	Person	  **at;
	Person	   *made;

	sha256(seed, name, strlen(name));
	at = &c->people[(seed[0] | seed[1] << 8) % 1024];
	for (made = *at; made != NULL; made = made->next)
		if (str_is(made->name, name))
			return made;
	made = arena_zero(&c->forever.arena, sizeof *made);
	made->name = arena_str(&c->forever.arena, str_from(name));
	made->next = *at;
	*at = made;
	ed25519_from_seed(key, made->secret, seed);
	did_from_key(&made->did, key);
	return made;
}

static inline Member *
member(Commune *c, const char *name)
{
	return member_find(c->state, &person(c, name)->did);
}

static inline Poll *
poll(Commune *c, const char *name)
{
	return poll_find_name(c->state, str_from(name));
}

static inline Charter *
charter(Commune *c)
{
	return charter_find(c->state);
}

/* ---- begin ---- */

static inline void
keep_tile(void *self, int level, uint64_t n, const Digest tile[TILE_WIDTH], const Digest *root)
{
	TileRow		row = {.level = level, .n = (int64_t) n, .root = hash_str(root), .data = {(const char *) tile, TILE_BYTES}};

	memory_put(self, REL_TILE, &row.row);
}

static inline void
commune_begin(Commune *c)
{
	if (!crypto_init())
		abort();
	setvbuf(stdout, NULL, _IOLBF, 0);		/* what failed is to be seen although a sanitizer ends the program */
	*c = (Commune){.time = NOON * USECS_PER_SECOND, .previous_time = INT8_NONE, .xid = 700, .begins_era = true};
	heap_arena_init(&c->forever);
	heap_arena_init(&c->block);
	heap_arena_init(&c->scratch);
	memory_init(&c->tables);
	c->state = state_new(&c->forever.arena, NULL);
	memset(c->aud, 'A', sizeof c->aud);
	c->tree.tile = keep_tile;
	c->tree.self = &c->tables;
}

/* ---- acts ---- */

/* Write what a name in a test stands for: @ a DID, = the id of a poll's act, # that of its manifest, ~ of a proposal's act. */
static inline void
put_name(Buf *out, Commune *c, Str name)
{
	char		text[DID_TEXT_MAX];
	char	   *rest = arena_alloc(&c->scratch.arena, name.n);
	const Poll *found;

	memcpy(rest, name.p + 1, name.n - 1);
	rest[name.n - 1] = '\0';
	if (*name.p == '@')
	{
		buf_add(out, text, did_print(text, &person(c, rest)->did));
		return;
	}
	if (*name.p == '~')
	{
		const Proposal *proposal = proposal_find_name(c->state, str_from(rest));

		if (proposal != NULL)
			id_print(text, (const uint8_t *) proposal->id.p);
		buf_str(out, proposal != NULL ? (Str){text, ID_TEXT_LEN} : name);
		return;
	}
	found = poll(c, rest);
	if (found != NULL && (*name.p == '=' || found->manifest.p != NULL))
	{
		id_print(text, (const uint8_t *) (*name.p == '=' ? found->id.p : found->manifest.p));
		buf_add(out, text, ID_TEXT_LEN);
	}
	else
		buf_str(out, name);
}

static inline void
put_members(Buf *out, Commune *c, Str members)
{
	bool		inside = false;

	for (size_t i = 0; i < members.n; i++)
	{
		size_t		end = i + 1;

		if (members.p[i] == '\'' || members.p[i] == '"')
		{
			inside = !inside;
			buf_char(out, '"');
			if (!inside || end == members.n || strchr("@=#~", members.p[end]) == NULL)
				continue;
			while (end < members.n && members.p[end] != '\'' && members.p[end] != '"')
				end++;
			put_name(out, c, (Str){members.p + i + 1, end - i - 1});
			i = end - 1;
		}
		else
			buf_char(out, members.p[i]);
	}
}

static inline void
put_envelope(Buf *out, Commune *c, Person *signer, Str kind)
{
	char		did[DID_TEXT_MAX];

	buf_text(out, "{\"iss\":\"");
	buf_add(out, did, did_print(did, &signer->did));
	if (!str_is(kind, "charter"))
	{
		buf_text(out, "\",\"aud\":\"");
		buf_str(out, c->foreign_aud ? str_from(c->foreign_aud) : (Str){c->aud, sizeof c->aud});
	}
	buf_text(out, "\",\"iat\":");
	buf_int(out, c->iat ? c->iat : c->time / USECS_PER_SECOND);
	if (c->exp)
	{
		buf_text(out, ",\"exp\":");
		buf_int(out, c->exp);
	}
	buf_text(out, ",\"nonce\":");
	buf_int(out, c->nonce ? c->nonce : signer->nonce + 1);
	if (c->nonce == 0 || c->nonce > signer->nonce)
		signer->nonce = c->nonce ? c->nonce : signer->nonce + 1;
	buf_text(out, ",\"act\":");
	json_quote(out, kind);
	c->iat = c->exp = c->nonce = 0;
	c->foreign_aud = NULL;
}

/* Put a payload into a record without a signature that holds. */
static inline Str
forge_record(Arena *arena, Str payload)
{
	static const uint8_t secret[SECRET_KEY_SIZE];
	static Str	form;			/* of a signed record: what is before the payload, and after it */
	static char text[200];
	size_t		head;
	char	   *out;

	if (form.p == NULL)
	{
		Str			made = record_sign(arena, STR("{}"), secret);

		memcpy(text, made.p, made.n);
		form = (Str){text, made.n};
	}
	head = (size_t) ((const char *) memchr(form.p, '.', form.n) - form.p) + 1;
	out = arena_alloc(arena, form.n + BASE64URL_LEN(payload.n));
	memcpy(out, form.p, head);
	base64url_encode(out + head, (const uint8_t *) payload.p, payload.n);
	memcpy(out + head + BASE64URL_LEN(payload.n), form.p + head + 3, form.n - head - 3);
	return (Str){out, form.n - 3 + BASE64URL_LEN(payload.n)};
}

/* A leaf of a session for the block that is being made. */
static inline LeafMember *
add_leaf(Commune *c, LeafSource source)
{
	if (c->n == c->room)
	{
		c->room = c->room * 2 + 16;
		c->members = realloc(c->members, c->room * sizeof *c->members);
		c->pending = realloc(c->pending, c->room * sizeof *c->pending);
	}
	c->members[c->n] = (LeafMember){.source = source, .seq = ++c->seq, .era = c->era + c->begins_era, .xid = c->xid++,
									.received_at = c->time - 1000};
	c->pending[c->n] = (Pending){.expected = CODE_OK};
	return &c->members[c->n++];
}

/* Add an act whose payload is whole; returns its seq, or 0 if it is no record. */
static inline int64_t
add_payload(Commune *c, Code expected, int line, Person *signer, Str payload)
{
	Str			text = c->forge ? forge_record(&c->forever.arena, payload) :
		record_sign(&c->forever.arena, payload, signer->secret);
	Record		record;
	Fault		fault = {.code = CODE_OK};
	LeafMember *leaf;

	if (record_parse(&record, &c->scratch.arena, text.p, text.n, &fault) != CODE_OK)
	{
		if (!c->forge && !check_that(false, __BASE_FILE__, line, "the act is a record"))
			printf("    %s\n", fault.detail);
		return 0;
	}
	leaf = add_leaf(c, LEAF_ACT);
	leaf->bytes = text;
	leaf->signer = record.signer;
	merkle_leaf(leaf->leaf.b, text.p, text.n);
	c->pending[c->n - 1] = (Pending){.expected = expected, .line = line, .person = signer};
	return leaf->seq;
}

static inline int64_t
commune_add(Commune *c, Code expected, int line, const char *who, const char *kind, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

static inline int64_t
commune_add(Commune *c, Code expected, int line, const char *who, const char *kind, const char *format, ...)
{
	Person	   *signer = person(c, who);
	char	   *members = malloc(RECORD_TEXT_MAX);
	va_list		args;
	Buf			payload;

	va_start(args, format);
	CHECK(vsnprintf(members, RECORD_TEXT_MAX, format, args) < RECORD_TEXT_MAX);
	va_end(args);
	buf_init(&payload, &c->forever.arena);
	put_envelope(&payload, c, signer, str_from(kind));
	if (*members)
		buf_char(&payload, ',');
	put_members(&payload, c, str_from(members));
	buf_char(&payload, '}');
	free(members);
	return add_payload(c, expected, line, signer, buf_done(&payload));
}

/* ---- what the tables look like ---- */

/* All rows of the state as text; of one person nonce, day and acts are left out. */
static inline Str
dump(Commune *c, const Person *but)
{
	Arena	   *arena = &c->block.arena;
	Buf			text;

	buf_init(&text, arena);
	for (int rel = REL_CHARTER; rel < REL_COUNT; rel++)
	{
		RowVec		rows = rows_of(c->state, rel_key((RelId) rel));

		for (size_t i = 0; i < rows.n; i++)
		{
			bool		is_but = rel == REL_MEMBER && but != NULL &&
				did_cmp(&((const Member *) rows.v[i])->did, &but->did) == 0;

			buf_text(&text, schema.rel[rel]->name);
			for (int j = 0; j < schema.rel[rel]->ncols; j++)
			{
				const Col  *col = &schema.rel[rel]->cols[j];

				if (is_but && (strcmp(col->name, "nonce") == 0 || strcmp(col->name, "day") == 0 || strcmp(col->name, "acts") == 0))
					continue;
				buf_char(&text, '|');
				buf_str(&text, col_print(arena, col, rows.v[i]));
			}
			buf_char(&text, '\n');
		}
		free(rows.v);
	}
	return buf_done(&text);
}

/* Check that the tables hold what the state in memory holds. */
static inline void
compare_tables(Commune *c, State *state, Memory *tables)
{
	for (int rel = REL_CHARTER; rel < REL_COUNT; rel++)
	{
		RowVec		rows = rows_of(state, rel_key((RelId) rel));
		size_t		n;
		void	   *const *stored = memory_rows(tables, (RelId) rel, &n);

		if (CHECK_INT(n, rows.n))
			for (size_t i = 0; i < n; i++)
			{
				int			col = row_difference(schema.rel[rel], rows.v[i], stored[i]);

				if (!CHECK_INT(col, -1))
					printf("    in %s.%s: %.*s and %.*s\n", schema.rel[rel]->name, schema.rel[rel]->cols[col].name,
						   (int) col_print(&c->block.arena, &schema.rel[rel]->cols[col], rows.v[i]).n,
						   col_print(&c->block.arena, &schema.rel[rel]->cols[col], rows.v[i]).p,
						   (int) col_print(&c->block.arena, &schema.rel[rel]->cols[col], stored[i]).n,
						   col_print(&c->block.arena, &schema.rel[rel]->cols[col], stored[i]).p);
			}
		free(rows.v);
	}
}

/* ---- sealing ---- */

/* What the first entry of an era says. */
static inline Entry
era_entry(Commune *c)
{
	EraRow		row = {.era = (int32_t) c->era, .binding = STR("7000000000000000001/5"), .origin = STR(ORIGIN),
					   .reason = c->era == 1 ? STR("the register begins") : STR("moved"),
					   .begun = c->last.size + (int64_t) c->n};
	Buf			body;

	memory_put(&c->tables, REL_ERA, &row.row);
	entry_begin(&body, &c->block.arena);
	entry_text(&body, "binding", row.binding);
	entry_text(&body, "entry", STR("era"));
	entry_int(&body, "era", c->era);
	entry_text(&body, "origin", row.origin);
	entry_text(&body, "reason", row.reason);
	return (Entry){.kind = STR("era"), .body = entry_end(&body)};
}

/* Store the leaves of a block, its verdicts and its header. */
static inline void
store_block(Commune *c, const LeafMember *members, size_t n)
{
	Memory	   *t = &c->tables;
	BlockHeader header = {
		.number = c->last.number + 1,
		.era = c->era,
		.time = c->time,
		.first = c->last.size,
		.size = c->last.size + (int64_t) n + 1,
		.finished = !c->unfinished,
	};
	BlockRow	row;
	Digest		leaf;
	Digest		root;

	header.snapshot = c->snapshot.p ? c->snapshot :
		arena_printf(&c->forever.arena, "%llu:%llu:", (unsigned long long) c->xid, (unsigned long long) c->xid);
	frontier_root(&header.previous, &c->tree.frontier);
	block_members_hash(&header.members, header.first, members, n);
	block_verdicts_hash(&header.verdicts, c->out.verdicts, c->out.nverdicts);
	for (size_t i = 0; i < n; i++)
	{
		const LeafMember *m = &members[i];

		if (m->source == LEAF_ACT)
		{
			Record		record;
			ActRow		act = {.seq = m->seq, .xid = (int64_t) m->xid, .received_at = m->received_at,
							   .era = (int32_t) m->era, .leaf = hash_str(&m->leaf), .record = m->bytes,
							   .key = STR("")};

			CHECK(record_parse(&record, &c->scratch.arena, m->bytes.p, m->bytes.n, NULL) == CODE_OK);
			act.nonce = record.nonce;
			act.kind = record.act;
			act.signer = record.signer;
			memory_put(t, REL_ACT, &act.row);
		}
		else if (m->source == LEAF_ROW)
		{
			RowLeaf		run = {.seq = m->seq, .xid = (int64_t) m->xid, .received_at = m->received_at, .era = (int32_t) m->era,
							   .n = 1, .relation = STR("public.minutes"), .leaf = hash_str(&m->leaf)};
			RowLeaf    *before = memory_row(t, ROW_LEAF_BY_SEQ, &(RowLeaf){.seq = m->seq - 1});

			/* A row of the same transaction as the one before belongs to its run, in whatever block it is. */
			if (before != NULL && before->xid == run.xid)
			{
				RowLeaf		gone = *before;

				run.n = before->n + 1;
				run.leaf = arena_printf(&c->block.arena, "%*s", (int) before->leaf.n + HASH_SIZE, "");
				memcpy((char *) run.leaf.p, before->leaf.p, before->leaf.n);
				memcpy((char *) run.leaf.p + before->leaf.n, &m->leaf, HASH_SIZE);
				gone.row.stored = gone.row.dead = true;
				gone.row.place = (uint64_t) (uintptr_t) before;
				memory_put(t, REL_ROW_LEAF, &gone.row);
			}
			memory_put(t, REL_ROW_LEAF, &run.row);
		}
		else
		{
			const Json *body;
			EntryRow	entry = {.seq = m->seq, .xid = m->source == LEAF_ENGINE ? INT8_NONE : (int64_t) m->xid,
								 .written_at = m->received_at, .era = (int32_t) m->era,
								 .leaf = hash_str(&m->leaf), .body = m->bytes};

			CHECK(json_parse(&body, &c->scratch.arena, m->bytes.p, m->bytes.n, NULL) == CODE_OK);
			entry.kind = json_get(body, "entry")->string;
			memory_put(t, REL_ENTRY, &entry.row);
		}
		tree_add(&c->tree, &m->leaf);
	}
	for (size_t i = 0; i < c->out.nverdicts; i++)
	{
		VerdictRow	verdict = {.seq = c->out.verdicts[i].seq, .sqlstate = str_from(code_sqlstate(c->out.verdicts[i].code))};

		memory_put(t, REL_VERDICT, &verdict.row);
	}

	row = (BlockRow){
		.number = header.number,
		.time = header.time,
		.first = header.first,
		.size = header.size,
		.era = (int32_t) header.era,
		.finished = header.finished,
		.snapshot = header.snapshot,
		.header = block_header_print(&c->block.arena, &header),
		.members = block_members_pack(&c->block.arena, members, n),
	};
	block_header_leaf(&leaf, row.header);
	tree_add(&c->tree, &leaf);
	frontier_root(&root, &c->tree.frontier);
	row.root = hash_str(&root);
	row.frontier = frontier_pack(&c->block.arena, &c->tree.frontier);
	memory_put(t, REL_BLOCK, &row.row);
	row_copy(&c->last, &c->forever.arena, &block_rel, &row);
}

/* Fold the block on the tables as well, and check that nothing differs. */
static inline void
fold_again(Commune *c, BlockInput in)
{
	HeapArena	again;
	BlockOutput out;
	PollResult *results;
	size_t		n;
	Fault		fault;

	heap_arena_init(&again);
	CHECK(fold_results(&results, &n, &again.arena, &c->scratch.arena, state_new(&again.arena, &c->tables.store), &fault) == CODE_OK);
	if (CHECK_INT(n, in.nresults))
		for (size_t i = 0; i < n; i++)
			CHECK(results[i].poll == in.results[i].poll && str_eq(results[i].body, in.results[i].body));
	in.results = results;
	fold_block(&out, &in, state_new(&again.arena, &c->tables.store), &again.arena, &c->scratch.arena);
	if (CHECK_INT(out.nverdicts, c->out.nverdicts))
		for (size_t i = 0; i < out.nverdicts; i++)
			CHECK(out.verdicts[i].seq == c->out.verdicts[i].seq && out.verdicts[i].code == c->out.verdicts[i].code);
	if (CHECK_INT(out.nentries, c->out.nentries))
		for (size_t i = 0; i < out.nentries; i++)
			CHECK(str_eq(out.entries[i].body, c->out.entries[i].body));
	compare_tables(c, c->state, &c->tables);
	heap_arena_free(&again);
}

/* Make a block of what was added. */
static inline void
seal(Commune *c)
{
	BlockInput	in = {.time = c->time, .previous_time = c->previous_time, .first = c->last.size, .n = c->n};
	PollResult *results;
	Entry		preface;
	LeafMember *members;
	Fault		fault;
	const char *wrong;

	arena_reset(&c->block.arena);
	if (c->begins_era)
	{
		c->era++;
		preface = era_entry(c);
		in.preface = &preface;
		in.npreface = 1;
	}
	members = arena_copy(&c->block.arena, c->members, c->n * sizeof *members);
	in.members = members;
	in.isolated = &c->isolated;
	in.nisolated = c->isolated != 0;
	CHECK(fold_results(&results, &in.nresults, &c->block.arena, &c->scratch.arena, c->state, &fault) == CODE_OK);
	in.results = results;
	fold_block(&c->out, &in, c->state, &c->block.arena, &c->scratch.arena);
	if (!c->once)
		fold_again(c, in);
	wrong = c->once ? NULL : broken_invariant(c->state, &c->block.arena);
	if (!CHECK(wrong == NULL))
		printf("    %s\n", wrong);

	for (size_t i = 0, v = 0; i < c->n; i++)
	{
		Code		code = CODE_OK;

		if (v < c->out.nverdicts && c->out.verdicts[v].seq == c->members[i].seq)
		{
			CHECK_INT(c->out.verdicts[v].index, in.first + (int64_t) i);
			code = c->out.verdicts[v++].code;
		}
		if (c->pending[i].expected != ANY_CODE &&
			!check_that(code == c->pending[i].expected, __BASE_FILE__, c->pending[i].line, "the verdict"))
			printf("    got %s, wanted %s\n", code_message(code), code_message(c->pending[i].expected));
	}

	members = arena_alloc(&c->block.arena, (c->n + c->out.nentries) * sizeof *members);
	memcpy(members, in.members, c->n * sizeof *members);
	for (size_t i = 0; i < c->out.nentries; i++)
		members[c->n + i] = (LeafMember){.source = LEAF_ENGINE, .seq = ++c->seq, .era = c->era, .received_at = c->time,
										 .leaf = c->out.entry_leaves[i], .bytes = c->out.entries[i].body};
	if (!c->once)
		store_block(c, members, c->n + c->out.nentries);
	else
		c->last.size += (int64_t) (c->n + c->out.nentries) + 1;
	c->previous_time = c->time;
	c->begins_era = c->unfinished = false;
	c->snapshot = STR_NONE;
	c->isolated = 0;
	c->n = 0;
	arena_reset(&c->scratch.arena);
}

/* Say what submit() would say of the act that was added last, reading from the tables. */
static inline Code
pre_check(Commune *c)
{
	Store		reader = c->tables.store;
	const LeafMember *leaf = &c->members[c->n - 1];
	Memory		view = c->tables;
	Record		record;
	HeapArena	heap;
	Fault		fault;
	Code		code;

	reader.write = NULL;		/* what the rules change must stay in memory */
	view.store = reader;
	heap_arena_init(&heap);
	CHECK(record_parse(&record, &heap.arena, leaf->bytes.p, leaf->bytes.n, &fault) == CODE_OK);
	code = fold_check(state_new(&heap.arena, &view.store), &record, &leaf->leaf, c->time, INT8_NONE, &fault);
	if (code == CODE_POLL_CLOSED)
		code = fold_check(state_new(&heap.arena, &view.store), &record, &leaf->leaf, c->time, c->previous_time, &fault);
	CHECK(code == CODE_OK || (fault.code == code && fault.detail[0] != '\0'));
	heap_arena_free(&heap);
	return code;
}

/* Seal an act in a block of its own, and check that a refusal changes nothing but the signer's nonce. */
static inline void
seal_one(Commune *c, Code expected, int line)
{
	const Person *signer = c->pending[c->n - 1].person;
	int64_t		nonce;
	HeapArena	heap;
	Str			before;
	Str			after;
	Code		code;
	Member	   *m;

	if (!check_that(c->n == 1, __BASE_FILE__, line, "the act is the only one of its block"))
		return;
	code = c->once ? expected : pre_check(c);
	if (!check_that(code == expected, __BASE_FILE__, line, "what the pre-check says"))
		printf("    got %s, wanted %s\n", code_message(code), code_message(expected));
	m = member_find(c->state, &signer->did);
	nonce = m ? m->nonce : 0;
	if (c->once || expected == CODE_OK)
	{
		seal(c);
		return;
	}
	heap_arena_init(&heap);
	before = arena_str(&heap.arena, dump(c, signer));
	seal(c);
	after = dump(c, signer);
	if (c->out.nentries == 0)	/* else the clock changed something */
		check_that(str_eq(before, after), __BASE_FILE__, line, "a refusal changes nothing");
	heap_arena_free(&heap);
	m = member_find(c->state, &signer->did);

	/* The nonce is used up as soon as it was looked at. */
	if (m != NULL)
		check_that((m->nonce > nonce) ==
				   (expected != CODE_ISSUED_AHEAD && expected != CODE_EXPIRED && expected != CODE_NONCE_AHEAD &&
					expected != CODE_WRONG_COMMUNE && expected != CODE_STALE_NONCE && expected != CODE_ISOLATED),
				   __BASE_FILE__, line, "the nonce is used up or not, as is right");
}

#define ADD(c, code, ...) commune_add(c, CODE_##code, __LINE__, __VA_ARGS__)
#define SEAL(c) seal(c)
#define ACT(c, code, ...) (ADD(c, code, __VA_ARGS__), seal_one(c, CODE_##code, __LINE__))

/* Let time pass, and make a block. */
static inline void
pass(Commune *c, int64_t seconds)
{
	c->time += SECONDS(seconds);
	seal(c);
}

/* The body of an entry of the last block. */
static inline Str
entry(const Commune *c, size_t i)
{
	return i < c->out.nentries ? c->out.entries[i].body : STR("no entry");
}

/* How many rows a table has. */
static inline int64_t
count_table(const Commune *c, RelId rel)
{
	size_t		n;

	(void) memory_rows(&c->tables, rel, &n);
	return (int64_t) n;
}

/* ---- founding ---- */

/* Found a commune; more are further members of the charter, with a comma before. */
static inline void
commune_found(Commune *c, const char *founders, int vouches, const char *more)
{
	char		name[200];
	char		list[4000] = "";
	char		first[200] = "";
	int			n;

	for (const char *p = founders; sscanf(p, "%199s%n", name, &n) == 1; p += n)
	{
		size_t		used = strlen(list);

		if (!*first)
			snprintf(first, sizeof first, "%s", name);
		snprintf(list + used, sizeof list - used, "%s'@%s'", used ? "," : "", name);
	}
	ACT(c, OK, first, "charter", "'name':'Test','founders':[%s],'vouches':%d,'rules':1%s", list, vouches, more);
	id_print(c->aud, (const uint8_t *) charter(c)->id.p);
	for (const char *p = founders; sscanf(p, "%199s%n", name, &n) == 1; p += n)
		ACT(c, OK, name, "join", "%s", "");
}

/* Somebody asks for membership, and a founder vouches. */
static inline void
admit(Commune *c, const char *name, const char *voucher)
{
	ACT(c, OK, name, "join", "%s", "");
	ACT(c, OK, voucher, "vouch", "'member':'@%s'", name);
	CHECK(is_member(member(c, name)));
}

/* ---- the end ---- */

/* Fold the register afresh, block by block, and compare the state. */
static inline void
mirror_all(Commune *c)
{
	HeapArena	snapshots[2];
	HeapArena	heap;
	HeapArena	block_heap;
	HeapArena	scratch;
	Mirror		mirror;
	State	   *state;

	heap_arena_init(&snapshots[0]);
	heap_arena_init(&snapshots[1]);
	heap_arena_init(&heap);
	heap_arena_init(&block_heap);
	heap_arena_init(&scratch);
	mirror_init(&mirror, &snapshots[0].arena, &snapshots[1].arena);
	mirror.skip_signatures = c->forge;
	state = state_new(&heap.arena, NULL);
	for (int64_t number = 1; number <= c->last.number; number++)
	{
		BlockRow	row;
		StoredBlock block;
		BlockOutput out;
		bool		found;
		Fault		fault = {.code = CODE_OK};

		arena_reset(&block_heap.arena);
		CHECK(log_block(&row, &c->tables.store, &block_heap.arena, number));
		CHECK(stored_read(&block, &found, &c->tables.store, &block_heap.arena, &row, STORED_BYTES, &fault) == CODE_OK && found);
		if (!CHECK(mirror_block(&mirror, &block, &out, state, &block_heap.arena, &scratch.arena, &fault) == CODE_OK))
			printf("    block %lld: %s\n", (long long) number, fault.detail);
	}
	compare_tables(c, state, &c->tables);
	heap_arena_free(&snapshots[0]);
	heap_arena_free(&snapshots[1]);
	heap_arena_free(&heap);
	heap_arena_free(&block_heap);
	heap_arena_free(&scratch);
}

static inline void
print_damage(void *self, const Damage *damage)
{
	(void) self;
	printf("    %lld %s.%s %s: %s\n", (long long) damage->index, damage->table, damage->column, damage->kind, damage->detail);
}

/* Audit the register; returns how much is wrong. */
static inline int64_t
audit_all(Commune *c, void (*report) (void *self, const Damage *damage), void *self)
{
	HeapArena	heap;
	HeapArena	scratch;
	Audit		audit = {.store = &c->tables.store, .arena = &heap.arena, .scratch = &scratch.arena, .signatures = !c->forge,
						 .projections = true, .report = report, .self = self};

	heap_arena_init(&heap);
	heap_arena_init(&scratch);
	for (int64_t number = 1; number <= c->last.number; number++)
		audit_block(&audit, number);
	audit_rest(&audit, c->last.number);
	heap_arena_free(&heap);
	heap_arena_free(&scratch);
	return audit.reports;
}

/* Give everything back. */
static inline void
commune_free(Commune *c)
{
	heap_arena_free(&c->forever);
	heap_arena_free(&c->block);
	heap_arena_free(&c->scratch);
	memory_free(&c->tables);
	free(c->members);
	free(c->pending);
}

/* Check the register that came about, and give everything back. */
static inline void
commune_end(Commune *c)
{
	if (!c->once)
	{
		mirror_all(c);
		CHECK_INT(audit_all(c, print_damage, NULL), 0);
	}
	commune_free(c);
}

#endif
