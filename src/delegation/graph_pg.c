/*
 * graph_pg.c -- the types delegation_graph and text_delegation_graph, and the aggregates that make them.
 *
 * At rest a graph is the canonical bytes of web.h in a varlena.  While an aggregate runs, it is an expanded object
 * that holds the facts so far (facts.h): rows are added in place, and only when the value leaves the aggregate, or goes
 * from a parallel worker to its leader, do the facts come to rest.
 */
#include "delegation/graph_pg.h"

#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"

#include "delegation/facts.h"
#include "delegation/notation.h"

/* Read bytes, check what they are, and raise what is wrong with them. */
static void
read_bytes(Web *out, Str bytes, IdKind kind, Arena *arena)
{
	Fault		fault;

	if (web_read(out, (const uint8_t *) bytes.p, bytes.n, arena, &fault) != CODE_OK)
		fault_raise(&fault);
	if (out->ids.kind != kind)
		code_raise(CODE_BAD_GRAPH_BYTES, "The ids are not of the kind that this type has.");
}

void
graph_from_datum(Web *out, Datum datum, IdKind kind, Workspace *work)
{
	MemoryContext old = MemoryContextSwitchTo(work->context);

	read_bytes(out, DatumGetStr(datum), kind, &work->arena);
	MemoryContextSwitchTo(old);
}

/* Raise an error before memory is asked for that the server cannot give in one piece. */
static void
check_size(uint64_t size)
{
	if (size > MaxAllocSize - VARHDRSZ)
		code_raise(CODE_TOO_LARGE, "A delegation graph takes at most 1 GB.");
}

/* Return a web as a value of SQL. */
static Datum
web_datum(const Web *web)
{
	uint64_t	size = web_size(web);
	bytea	   *value;

	check_size(size);
	value = palloc(VARHDRSZ + size);
	SET_VARSIZE(value, VARHDRSZ + size);
	web_write((uint8_t *) VARDATA(value), web);
	return PointerGetDatum(value);
}

/* ---- the expanded object */

typedef struct OpenGraph
{
	ExpandedObjectHeader header;
	MemoryContext content;		/* where the facts are; a new one each time that they come to rest */
	Arena		arena;
	Facts		facts;
} OpenGraph;

/* Begin the facts in memory of their own. */
static void
open_graph_begin(OpenGraph *open, IdKind kind)
{
	open->content = AllocSetContextCreate(open->header.eoh_context, "commune delegation facts", ALLOCSET_SMALL_SIZES);
	context_arena_init(&open->arena, open->content);
	facts_init(&open->facts, kind, &open->arena);
}

/* Bring the facts to rest. */
static void
open_graph_rest(OpenGraph *open)
{
	OpenGraph	old = *open;
	Workspace	work;
	Fault		fault;

	if (old.facts.log.n == 0)
		return;
	workspace_open(&work);
	open_graph_begin(open, old.facts.log.kind);
	if (facts_rest(&open->facts.web, &old.facts, query_pause, &open->arena, &work.arena, &fault) != CODE_OK)
		fault_raise(&fault);
	MemoryContextDelete(old.content);
	workspace_close(&work);
}

/* Add what another graph says. */
static void
open_graph_merge(OpenGraph *open, Datum datum, IdKind kind)
{
	OpenGraph	old;
	Workspace	work;
	Web		other;
	Fault		fault;

	open_graph_rest(open);
	old = *open;
	workspace_open(&work);
	graph_from_datum(&other, datum, kind, &work);
	open_graph_begin(open, kind);
	if (web_merge(&open->facts.web, &old.facts.web, &other, &open->arena, &work.arena, &fault) != CODE_OK)
		fault_raise(&fault);
	MemoryContextDelete(old.content);
	workspace_close(&work);
}

static Size
open_graph_size(ExpandedObjectHeader *header)
{
	OpenGraph  *open = (OpenGraph *) header;
	uint64_t	size;

	open_graph_rest(open);
	size = web_size(&open->facts.web);
	check_size(size);
	return VARHDRSZ + size;
}

static void
open_graph_flatten(ExpandedObjectHeader *header, void *result, Size size)
{
	SET_VARSIZE(result, size);
	web_write((uint8_t *) VARDATA(result), &((OpenGraph *) header)->facts.web);
}

static const ExpandedObjectMethods open_graph_methods = {open_graph_size, open_graph_flatten};

/* Return the first argument if it is an aggregate's state that is ready to be added to, else NULL. */
static inline OpenGraph *
open_graph_quick(FunctionCallInfo fcinfo)
{
	OpenGraph  *open;

	if (PG_ARGISNULL(0) || !VARATT_IS_EXTERNAL_EXPANDED_RW(PG_GETARG_POINTER(0)))
		return NULL;
	memcpy(&open, VARDATA_EXTERNAL(PG_GETARG_POINTER(0)), sizeof open);
	return open->header.eoh_methods == &open_graph_methods ? open : NULL;
}

/* Return the first argument, an aggregate's state so far, ready to be added to. */
static OpenGraph *
open_graph_arg(FunctionCallInfo fcinfo, IdKind kind)
{
	MemoryContext parent;
	MemoryContext context;
	OpenGraph  *open = open_graph_quick(fcinfo);

	if (open != NULL)
		return open;
	if (!AggCheckCallContext(fcinfo, &parent))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("rows are added to a delegation graph by the aggregate only")));
	context = AllocSetContextCreate(parent, "commune delegation graph", ALLOCSET_SMALL_SIZES);
	open = MemoryContextAlloc(context, sizeof(OpenGraph));
	EOH_init_header(&open->header, &open_graph_methods, context);
	open_graph_begin(open, kind);
	if (!PG_ARGISNULL(0))
		open_graph_merge(open, PG_GETARG_DATUM(0), kind);
	return open;
}

/* ---- the aggregate */

/*
 * Add a row without more than a mark to a state that is ready for it, as most rows are: of these there may be millions.
 * False if that cannot be.
 */
static inline bool
add_quickly(FunctionCallInfo fcinfo, uint8_t mark)
{
	OpenGraph  *open = open_graph_quick(fcinfo);
	int64_t		truster = PG_GETARG_INT64(1);

	return open != NULL && !PG_ARGISNULL(1) &&
		facts_add_number(&open->facts, truster, PG_ARGISNULL(2) ? truster : PG_GETARG_INT64(2), mark);
}

/*
 * Add a row: state, truster, trustee, and what else the fact says.  A row without a truster says nothing.
 */
static pg_noinline Datum
add_row(FunctionCallInfo fcinfo, IdKind kind, Fact *fact, bool counted)
{
	OpenGraph  *open;
	Fault		fault;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	open = open_graph_arg(fcinfo, kind);
	fact->truster = id_from_datum(PG_GETARG_DATUM(1), kind);
	fact->nobody = PG_ARGISNULL(2);
	if (!fact->nobody)
		fact->trustee = id_from_datum(PG_GETARG_DATUM(2), kind);
	if (facts_add(&open->facts, fact, &fault) != CODE_OK)
		fault_raise(&fault);
	if (counted)
		facts_count(&open->facts);
	if (facts_due(&open->facts))
		open_graph_rest(open);
	PG_RETURN_DATUM(EOHPGetRWDatum(&open->header));
}

static inline bool
flag_arg(FunctionCallInfo fcinfo, int arg)
{
	return !PG_ARGISNULL(arg) && PG_GETARG_BOOL(arg);
}

static inline void
weight_arg(Fact *fact, FunctionCallInfo fcinfo, int arg)
{
	fact->weighs = !PG_ARGISNULL(arg);
	if (fact->weighs)
		fact->weight = PG_GETARG_INT64(arg);
}

static inline int
rank_arg(FunctionCallInfo fcinfo, int arg)
{
	return PG_ARGISNULL(arg) ? 1 : PG_GETARG_INT16(arg);
}

/* (state, truster, trustee) */
static inline Datum
add(FunctionCallInfo fcinfo, IdKind kind)
{
	if (kind == ID_NUMBER && add_quickly(fcinfo, 0))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	return add_row(fcinfo, kind, &(Fact){.rank = 1}, false);
}

/* (state, truster, trustee, votes boolean) */
static inline Datum
add_votes(FunctionCallInfo fcinfo, IdKind kind)
{
	Fact		fact = {.rank = 1, .votes = flag_arg(fcinfo, 3)};

	return add_row(fcinfo, kind, &fact, true);
}

/* (state, truster, trustee, votes boolean, weight bigint) */
static inline Datum
add_weighted(FunctionCallInfo fcinfo, IdKind kind)
{
	Fact		fact = {.rank = 1, .votes = flag_arg(fcinfo, 3)};

	weight_arg(&fact, fcinfo, 4);
	return add_row(fcinfo, kind, &fact, true);
}

/* (state, truster, trustee, rank smallint) */
static inline Datum
add_ranked(FunctionCallInfo fcinfo, IdKind kind)
{
	int			rank = rank_arg(fcinfo, 3);

	if (kind == ID_NUMBER && rank >= 1 && rank <= RANKS_MAX && add_quickly(fcinfo, PG_ARGISNULL(2) ? 0 : (uint8_t) (rank - 1)))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	return add_row(fcinfo, kind, &(Fact){.rank = rank}, false);
}

/* (state, truster, trustee, rank smallint, votes boolean, weight bigint, must_vote boolean) */
static inline Datum
add_full(FunctionCallInfo fcinfo, IdKind kind)
{
	Fact		fact = {.rank = rank_arg(fcinfo, 3), .votes = flag_arg(fcinfo, 4), .ends = flag_arg(fcinfo, 6)};

	weight_arg(&fact, fcinfo, 5);
	return add_row(fcinfo, kind, &fact, true);
}

/* combine(state, state) */
static Datum
combine(FunctionCallInfo fcinfo, IdKind kind)
{
	OpenGraph  *open;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	open = open_graph_arg(fcinfo, kind);
	open_graph_merge(open, PG_GETARG_DATUM(1), kind);
	PG_RETURN_DATUM(EOHPGetRWDatum(&open->header));
}

/* final(state): bring it to rest once, for all who will read it */
COMMUNE_FUNCTION(commune_delegation_graph_final)
{
	OpenGraph  *open;

	if (!VARATT_IS_EXTERNAL_EXPANDED(PG_GETARG_POINTER(0)))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	open = (OpenGraph *) DatumGetEOHP(PG_GETARG_DATUM(0));
	open_graph_rest(open);
	PG_RETURN_DATUM(web_datum(&open->facts.web));
}

/* ---- input and output */

static Datum
input(FunctionCallInfo fcinfo, IdKind kind)
{
	Workspace	work;
	Facts		facts;
	Web		web;
	Fault		fault;
	Datum		value;

	workspace_open(&work);
	facts_init(&facts, kind, &work.arena);
	if (notation_parse(&facts, str_from(PG_GETARG_CSTRING(0)), &fault) != CODE_OK ||
		facts_rest(&web, &facts, query_pause, &work.arena, &work.arena, &fault) != CODE_OK)
		fault_raise(&fault);
	value = web_datum(&web);
	workspace_close(&work);
	PG_RETURN_DATUM(value);
}

static Datum
output(FunctionCallInfo fcinfo, IdKind kind)
{
	Workspace	work;
	Web		web;
	Buf			buf;
	Str			text;
	char	   *value;

	workspace_open(&work);
	graph_from_datum(&web, PG_GETARG_DATUM(0), kind, &work);
	buf_init(&buf, &work.arena);
	notation_print(&buf, &web);
	text = buf_done(&buf);
	check_size(text.n);
	value = palloc(text.n + 1);
	memcpy(value, text.p, text.n);
	value[text.n] = '\0';
	workspace_close(&work);
	PG_RETURN_CSTRING(value);
}

static Datum
receive(FunctionCallInfo fcinfo, IdKind kind)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	Str			bytes = {message->data + message->cursor, message->len - message->cursor};
	Workspace	work;
	Web		web;

	workspace_open(&work);
	read_bytes(&web, bytes, kind, &work.arena);
	if (kind == ID_TEXT)
		for (uint32_t v = 0; v < web.ids.n; v++)
			pg_verifymbstr(web.ids.text[v].p, web.ids.text[v].n, false);
	workspace_close(&work);
	message->cursor = message->len;
	PG_RETURN_BYTEA_P(varlena_from_str(bytes));
}

COMMUNE_FUNCTION(commune_delegation_graph_send)
{
	PG_RETURN_BYTEA_P(varlena_from_str(DatumGetStr(PG_GETARG_DATUM(0))));
}

/* ---- the entry points: one for each kind of id */

#define BOTH_KINDS(what) \
	COMMUNE_FUNCTION(commune_delegation_graph_##what) \
	{ \
		return what(fcinfo, ID_NUMBER); \
	} \
	COMMUNE_FUNCTION(commune_text_delegation_graph_##what) \
	{ \
		return what(fcinfo, ID_TEXT); \
	}

BOTH_KINDS(add)
BOTH_KINDS(add_votes)
BOTH_KINDS(add_weighted)
BOTH_KINDS(add_ranked)
BOTH_KINDS(add_full)
BOTH_KINDS(combine)
BOTH_KINDS(input)
BOTH_KINDS(output)
BOTH_KINDS(receive)
