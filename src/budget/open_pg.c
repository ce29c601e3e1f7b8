/*
 * open_pg.c -- states that aggregates fill, arguments, results.
 */
#include "budget/open_pg.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include "crypto/crypto.h"

/* ---- the expanded object */

/* Raise an error before memory is asked for that the server cannot give in one piece. */
static void
check_size(uint64_t size)
{
	if (size > MaxAllocSize - VARHDRSZ)
		code_raise(CODE_TOO_LARGE, "A state takes at most 1 GB.");
}

/* Bring the content to rest. */
static void
rest(OpenState *open)
{
	Workspace	work;
	Fault		fault;

	workspace_open(&work);
	if (open->kind->rest(open->content, &work.arena, &fault) != CODE_OK)
		fault_raise(&fault);
	workspace_close(&work);
}

static Size
flat_size(ExpandedObjectHeader *header)
{
	OpenState  *open = (OpenState *) header;
	uint64_t	size;

	rest(open);
	size = open->kind->bytes(open->content);
	check_size(size);
	return VARHDRSZ + size;
}

static void
flatten(ExpandedObjectHeader *header, void *result, Size size)
{
	OpenState  *open = (OpenState *) header;

	SET_VARSIZE(result, size);
	open->kind->write((uint8_t *) VARDATA(result), open->content);
}

static const ExpandedObjectMethods open_methods = {flat_size, flatten};

/* Return the object that a value is, or NULL if it is bytes or an object of another kind. */
static OpenState *
object_of(Datum datum, const OpenKind *kind)
{
	OpenState  *open;

	if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(datum)))
		return NULL;
	open = (OpenState *) DatumGetEOHP(datum);
	return open->header.eoh_methods == &open_methods && open->kind == kind ? open : NULL;
}

const void *
open_read(Datum datum, const OpenKind *kind, Workspace *work)
{
	OpenState  *open = object_of(datum, kind);
	MemoryContext old;
	void	   *content;
	Str			bytes;
	Fault		fault;

	if (open != NULL)
	{
		rest(open);
		return open->content;
	}
	old = MemoryContextSwitchTo(work->context);
	bytes = DatumGetStr(datum);
	content = wide_alloc(&work->arena, kind->size);
	if (kind->read(content, (const uint8_t *) bytes.p, bytes.n, &work->arena, &fault) != CODE_OK)
		fault_raise(&fault);
	MemoryContextSwitchTo(old);
	return content;
}

/* Add or subtract what another state says. */
static void
merge(void *content, const OpenKind *kind, Datum datum, bool subtract)
{
	Workspace	work;
	Fault		fault;

	workspace_open(&work);
	if (kind->merge(content, open_read(datum, kind, &work), subtract, &work.arena, &fault) != CODE_OK)
		fault_raise(&fault);
	workspace_close(&work);
}

OpenState *
open_arg(FunctionCallInfo fcinfo, const OpenKind *kind)
{
	MemoryContext parent;
	MemoryContext context;
	OpenState  *open;

	if (!PG_ARGISNULL(0) && VARATT_IS_EXTERNAL_EXPANDED_RW(PG_GETARG_POINTER(0)) &&
		(open = object_of(PG_GETARG_DATUM(0), kind)) != NULL)
		return open;
	if (!AggCheckCallContext(fcinfo, &parent))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("rows are added to %s by aggregates only", kind->what)));
	context = AllocSetContextCreate(parent, "commune budget state", ALLOCSET_SMALL_SIZES);
	open = MemoryContextAllocZero(context, sizeof(OpenState));
	EOH_init_header(&open->header, &open_methods, context);
	open->kind = kind;
	context_arena_init(&open->arena, context);
	open->content = wide_alloc(&open->arena, kind->size);
	kind->begin(open->content, &open->arena);
	if (!PG_ARGISNULL(0))
		merge(open->content, kind, PG_GETARG_DATUM(0), false);
	return open;
}

Datum
open_unchanged(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

Datum
open_combine(FunctionCallInfo fcinfo, const OpenKind *kind)
{
	OpenState  *open;

	if (PG_ARGISNULL(1))
		return open_unchanged(fcinfo);
	open = open_arg(fcinfo, kind);
	merge(open->content, kind, PG_GETARG_DATUM(1), false);
	RETURN_OPEN(open);
}

/* Return the content, at rest, as a value of SQL. */
static Datum
content_datum(const void *content, const OpenKind *kind)
{
	uint64_t	size = kind->bytes(content);
	bytea	   *value;

	check_size(size);
	value = palloc(VARHDRSZ + size);
	SET_VARSIZE(value, VARHDRSZ + size);
	kind->write((uint8_t *) VARDATA(value), content);
	return PointerGetDatum(value);
}

/* Return the sum or the difference of two states. */
static Datum
combined(FunctionCallInfo fcinfo, const OpenKind *kind, bool subtract)
{
	Workspace	work;
	void	   *content;
	Fault		fault;
	Datum		value;

	workspace_open(&work);
	content = wide_alloc(&work.arena, kind->size);
	kind->begin(content, &work.arena);
	merge(content, kind, PG_GETARG_DATUM(0), false);
	merge(content, kind, PG_GETARG_DATUM(1), subtract);
	if (kind->rest(content, &work.arena, &fault) != CODE_OK)
		fault_raise(&fault);
	value = content_datum(content, kind);
	workspace_close(&work);
	PG_RETURN_DATUM(value);
}

Datum
open_plus(FunctionCallInfo fcinfo, const OpenKind *kind)
{
	return combined(fcinfo, kind, false);
}

Datum
open_minus(FunctionCallInfo fcinfo, const OpenKind *kind)
{
	return combined(fcinfo, kind, true);
}

/*
 * final(state): hand the object on as it is.  A window function goes on adding to it, so there it becomes bytes.
 */
COMMUNE_FUNCTION(commune_budget_final)
{
	OpenState  *open;

	if (!VARATT_IS_EXTERNAL_EXPANDED(PG_GETARG_POINTER(0)))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	open = (OpenState *) DatumGetEOHP(PG_GETARG_DATUM(0));
	if (AggCheckCallContext(fcinfo, NULL) != AGG_CONTEXT_WINDOW)
		PG_RETURN_DATUM(EOHPGetRODatum(&open->header));
	rest(open);
	PG_RETURN_DATUM(content_datum(open->content, open->kind));
}

/* send(state) returns bytea: its canonical bytes */
COMMUNE_FUNCTION(commune_budget_send)
{
	PG_RETURN_BYTEA_P(varlena_from_str(DatumGetStr(PG_GETARG_DATUM(0))));
}

/* digest(state) returns bytea: the SHA-256 of its canonical bytes */
COMMUNE_FUNCTION(commune_budget_digest)
{
	Str			bytes = DatumGetStr(PG_GETARG_DATUM(0));
	uint8_t		hash[HASH_SIZE];

	sha256(hash, bytes.p, bytes.n);
	PG_RETURN_BYTEA_P(varlena_from_str((Str){(const char *) hash, sizeof hash}));
}

/* ---- input and output */

Datum
open_input(FunctionCallInfo fcinfo, const OpenKind *kind)
{
	Workspace	work;
	void	   *content;
	Fault		fault;
	Datum		value;

	workspace_open(&work);
	content = wide_alloc(&work.arena, kind->size);
	kind->begin(content, &work.arena);
	if (kind->parse(content, str_from(PG_GETARG_CSTRING(0)), &work.arena, &fault) != CODE_OK ||
		kind->rest(content, &work.arena, &fault) != CODE_OK)
		fault_raise(&fault);
	value = content_datum(content, kind);
	workspace_close(&work);
	PG_RETURN_DATUM(value);
}

Datum
open_output(FunctionCallInfo fcinfo, const OpenKind *kind)
{
	Workspace	work;
	Buf			buf;
	Str			text;
	char	   *value;

	workspace_open(&work);
	buf_init(&buf, &work.arena);
	kind->print(&buf, open_read(PG_GETARG_DATUM(0), kind, &work));
	text = buf_done(&buf);
	check_size(text.n);
	value = palloc(text.n + 1);
	memcpy(value, text.p, text.n);
	value[text.n] = '\0';
	workspace_close(&work);
	PG_RETURN_CSTRING(value);
}

Datum
open_receive(FunctionCallInfo fcinfo, const OpenKind *kind)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	Str			bytes = {message->data + message->cursor, message->len - message->cursor};
	Workspace	work;
	void	   *content;
	Fault		fault;

	workspace_open(&work);
	content = wide_alloc(&work.arena, kind->size);
	if (kind->read(content, (const uint8_t *) bytes.p, bytes.n, &work.arena, &fault) != CODE_OK)
		fault_raise(&fault);
	workspace_close(&work);
	message->cursor = message->len;
	PG_RETURN_BYTEA_P(varlena_from_str(bytes));
}

/* ---- arguments */

void
bad_terms(const char *detail)
{
	code_raise(CODE_BAD_TERMS, detail);
}

static void
need(FunctionCallInfo fcinfo, int arg, const char *name)
{
	if (PG_ARGISNULL(arg))
		bad_terms(psprintf("The parameter %s must be given.", name));
}

Str
text_arg(FunctionCallInfo fcinfo, int arg, const char *name)
{
	need(fcinfo, arg, name);
	return DatumGetStr(PG_GETARG_DATUM(arg));
}

int64
bigint_arg(FunctionCallInfo fcinfo, int arg, const char *name)
{
	need(fcinfo, arg, name);
	return PG_GETARG_INT64(arg);
}

bool
boolean_arg(FunctionCallInfo fcinfo, int arg, const char *name)
{
	need(fcinfo, arg, name);
	return PG_GETARG_BOOL(arg);
}

int
word_arg(FunctionCallInfo fcinfo, int arg, const char *name, const char *const *words)
{
	int			found = word_find(words, text_arg(fcinfo, arg, name));
	Arena		arena;
	Buf			list;

	if (found >= 0)
		return found;
	context_arena_init(&arena, CurrentMemoryContext);
	buf_init(&list, &arena);
	words_print(&list, words);
	bad_terms(psprintf("The parameter %s is %.*s.", name, (int) list.n, list.p));
}

/* Read a number of an array's header, which may lie anywhere. */
static int32
header_int(const char *p)
{
	int32		value;

	memcpy(&value, p, sizeof value);
	return value;
}

/*
 * The header of an array is looked at where it is, so that short ones need not be copied to be aligned.  ArrayType
 * counts its offsets from the length word, which may have one byte instead of four.
 */
Ints
ints_of(Datum datum)
{
	Str			bytes = DatumGetStr(datum);
	const char *start = bytes.p - VARHDRSZ;
	int			dims = header_int(start + offsetof(ArrayType, ndim));
	int32		offset = header_int(start + offsetof(ArrayType, dataoffset));
	Ints		ints = {0};

	if (dims == 0)
		return ints;
	if (dims != 1)
		bad_terms("The array must have one dimension.");
	ints.n = (uint32_t) header_int(start + sizeof(ArrayType));
	if (offset > 0)
		ints.nulls = (const uint8_t *) start + sizeof(ArrayType) + 2 * sizeof(int);
	ints.data = start + (offset > 0 ? offset : (int32) ARR_OVERHEAD_NONULLS(1));
	return ints;
}

static inline bool
is_null(const Ints *ints, uint32_t i)
{
	return ints->nulls != NULL && !(ints->nulls[i / 8] >> i % 8 & 1);
}

/* Items of a ballot; each kind of state may allow fewer. */
#define ITEMS_MAX 1000000

/* Have room in a state for the array of a row. */
static void
make_room(OpenState *open, uint32_t n)
{
	if (n <= open->room)
		return;
	if (n > ITEMS_MAX)
		code_raise(CODE_TOO_LARGE, psprintf("A ballot has at most %d items.", ITEMS_MAX));
	open->room = Max(n, 64);
	if (open->ints != NULL)
	{
		pfree(open->ints);
		pfree(open->bigints);
	}
	open->ints = MemoryContextAllocHuge(open->header.eoh_context, sizeof(int32_t) * open->room);
	open->bigints = MemoryContextAllocHuge(open->header.eoh_context, sizeof(int64_t) * open->room);
}

uint32_t
open_ints(OpenState *open, Ints ints)
{
	const char *p = ints.data;

	make_room(open, ints.n);
	if (ints.nulls == NULL)
	{
		if (ints.n > 0)
			memcpy(open->ints, p, sizeof(int32_t) * ints.n);
		return ints.n;
	}
	for (uint32_t i = 0; i < ints.n; i++)
	{
		open->ints[i] = 0;
		if (is_null(&ints, i))
			continue;
		memcpy(&open->ints[i], p, sizeof(int32_t));
		p += sizeof(int32_t);
	}
	return ints.n;
}

uint32_t
open_bigints(OpenState *open, Ints ints)
{
	make_room(open, ints.n);
	if (ints.n > 0)
		memcpy(open->bigints, ints.data, sizeof(int64_t) * ints.n);
	return ints.n;
}

/* Copy the items that are not NULL. */
static size_t
copy_items(char *out, Ints ints, int width)
{
	const char *p = ints.data;
	size_t		n = 0;

	for (uint32_t i = 0; i < ints.n; i++)
		if (!is_null(&ints, i))
		{
			memcpy(out + n++ * width, p, width);
			p += width;
		}
	return n;
}

uint32_t
open_ids(OpenState *open, Ints ints)
{
	if (ints.nulls == NULL)
		return open_ints(open, ints);
	make_room(open, ints.n);
	return (uint32_t) copy_items((char *) open->ints, ints, sizeof(int32_t));
}

int32_t *
integers_arg(size_t *n, FunctionCallInfo fcinfo, int arg, Arena *arena)
{
	Ints		ints;
	int32_t    *out;

	*n = 0;
	if (PG_ARGISNULL(arg))
		return NULL;
	ints = ints_of(PG_GETARG_DATUM(arg));
	out = arena_alloc(arena, sizeof(int32_t) * ints.n);
	*n = copy_items((char *) out, ints, sizeof(int32_t));
	return out;
}

static int
compare_ids(const void *a, const void *b)
{
	int32_t		left = *(const int32_t *) a;
	int32_t		right = *(const int32_t *) b;

	return (left > right) - (left < right);
}

void
sort_ids(int32_t *id, size_t n)
{
	qsort(id, n, sizeof(int32_t), compare_ids);
	for (size_t i = 1; i < n; i++)
		if (id[i - 1] == id[i])
			bad_terms(psprintf("%d is listed twice.", id[i]));
}

ListedRules
ties_arg(FunctionCallInfo fcinfo, int arg, Arena *arena)
{
	ListedRules rules = {.rules = text_arg(fcinfo, arg, "ties"), .seed = STR_NONE};

	if (!PG_ARGISNULL(arg + 1))
		rules.seed = DatumGetStr(PG_GETARG_DATUM(arg + 1));
	rules.permutation = integers_arg(&rules.permuted, fcinfo, arg + 2, arena);
	return rules;
}

/* ---- results */

Datum
big_numeric(Rows *rows, Big value, int decimals)
{
	Buf			text;

	buf_init(&text, &rows->arena);
	big_print(&text, value, decimals, &rows->arena);
	buf_char(&text, '\0');
	return DirectFunctionCall3(numeric_in, CStringGetDatum(text.p), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

Datum
tie_datum(bool *isnull, const TieBreak *tie)
{
	*isnull = tie == NULL;
	return tie != NULL ? text_datum(tie_rule_name(tie->rule)) : (Datum) 0;
}
