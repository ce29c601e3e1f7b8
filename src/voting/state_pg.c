/*
 * state_pg.c -- the types tally_counts, tally_pairs and tally_profile, and the aggregates that make them.
 *
 * At rest a state is its canonical bytes in a varlena.  While an aggregate runs it is an expanded object: ballots are
 * added in place.  It becomes bytes when it is stored, or goes from a parallel worker to its leader, or, before
 * PostgreSQL 16, when the aggregate ends; later servers hand the object itself to the function that is called with it.
 */
#include "voting/state_pg.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"

#include "crypto/crypto.h"

/* Which of the types a value is of. */
typedef enum StateType
{
	TYPE_COUNTS,
	TYPE_PAIRS,
	TYPE_PROFILE
} StateType;

static StateType
type_of_kind(CountKind kind)
{
	return kind == COUNT_PAIRS || kind == COUNT_PAIRS_RANKED ? TYPE_PAIRS : TYPE_COUNTS;
}

/* Either of the two forms of states. */
typedef struct State
{
	StateType	type;
	union
	{
		Counts		counts;
		Profile		profile;
	};
} State;

/* Read bytes, check what they are, and raise what is wrong with them.  A profile's bytes must stay. */
static void
state_read(State *out, Str bytes, StateType type, Arena *arena)
{
	Fault		fault;
	Code		code;

	out->type = type;
	if (type == TYPE_PROFILE)
		code = profile_read(&out->profile, (const uint8_t *) bytes.p, bytes.n, arena, &fault);
	else
		code = counts_read(&out->counts, (const uint8_t *) bytes.p, bytes.n, arena, &fault);
	if (code != CODE_OK)
		fault_raise(&fault);
	if (type != TYPE_PROFILE && type_of_kind(out->counts.kind) != type)
		code_raise(CODE_BAD_STATE_BYTES, "The state is none of the kinds that this type has.");
}

/* Bring a state to rest, and return the size of its value. */
static Size
state_size(State *state)
{
	Workspace	work;
	uint64_t	size;

	if (state->type == TYPE_PROFILE)
	{
		workspace_open(&work);
		profile_sort(&state->profile, &work.arena);
		workspace_close(&work);
		size = profile_size(&state->profile);
	}
	else
	{
		counts_settle(&state->counts);
		size = counts_size(&state->counts);
	}
	if (size > MaxAllocSize - VARHDRSZ)
		code_raise(CODE_TOO_LARGE, "A state takes at most 1 GB.");
	return VARHDRSZ + size;
}

/* Write the value of a state at rest. */
static void
state_write(void *value, Size size, const State *state)
{
	SET_VARSIZE(value, size);
	if (state->type == TYPE_PROFILE)
		profile_write((uint8_t *) VARDATA(value), &state->profile);
	else
		counts_write((uint8_t *) VARDATA(value), &state->counts);
}

static Datum
state_datum(State *state)
{
	Size		size = state_size(state);
	void	   *value = palloc(size);

	state_write(value, size, state);
	return PointerGetDatum(value);
}

Datum
counts_datum(const Counts *counts)
{
	State		state = {.type = type_of_kind(counts->kind), .counts = *counts};

	return state_datum(&state);
}

/* Add or subtract another state of the same type. */
static void
state_combine(State *state, const State *other, bool subtract)
{
	Fault		fault;
	Code		code;

	if (state->type == TYPE_PROFILE)
		code = profile_combine(&state->profile, &other->profile, subtract, &fault);
	else
		code = counts_combine(&state->counts, &other->counts, subtract, &fault);
	if (code != CODE_OK)
		fault_raise(&fault);
}

/* ---- the expanded object */

typedef struct OpenState
{
	ExpandedObjectHeader header;
	Arena		arena;			/* in the object's context */
	State		state;
} OpenState;

static Size
open_state_size(ExpandedObjectHeader *header)
{
	return state_size(&((OpenState *) header)->state);
}

static void
open_state_flatten(ExpandedObjectHeader *header, void *result, Size size)
{
	state_write(result, size, &((OpenState *) header)->state);
}

static const ExpandedObjectMethods open_state_methods = {open_state_size, open_state_flatten};

/* Return the object that a value is, or NULL if it is bytes. */
static OpenState *
open_state_of(Datum datum)
{
	OpenState  *open;

	if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(datum)))
		return NULL;
	open = (OpenState *) DatumGetEOHP(datum);
	return open->header.eoh_methods == &open_state_methods ? open : NULL;
}

/* Make an object for an aggregate, with nothing in it yet. */
static OpenState *
open_state_make(FunctionCallInfo fcinfo)
{
	MemoryContext parent;
	MemoryContext context;
	OpenState  *open;

	if (!AggCheckCallContext(fcinfo, &parent))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("ballots are added to a state by its aggregate only")));
	context = AllocSetContextCreate(parent, "commune voting state", ALLOCSET_SMALL_SIZES);
	open = MemoryContextAlloc(context, sizeof(OpenState));
	EOH_init_header(&open->header, &open_state_methods, context);
	context_arena_init(&open->arena, context);
	return open;
}

/* Take a state, from an object or from bytes; it is not to be changed. */
static void
state_from_datum(State *out, Datum datum, StateType type, Workspace *work)
{
	OpenState  *open = open_state_of(datum);
	MemoryContext old;

	if (open != NULL && open->state.type == type)
	{
		if (type != TYPE_PROFILE)
			counts_settle(&open->state.counts);
		*out = open->state;
		return;
	}
	old = MemoryContextSwitchTo(work->context);
	state_read(out, DatumGetStr(datum), type, &work->arena);
	MemoryContextSwitchTo(old);
}

void
counts_from_datum(Counts *out, Datum datum, CountKind kind, Workspace *work)
{
	State		state;
	Fault		fault;

	state_from_datum(&state, datum, type_of_kind(kind), work);
	*out = state.counts;
	if (out->kind != kind && type_of_kind(kind) != TYPE_PAIRS)
		code_raise(CODE_WRONG_STATE, psprintf("It is of kind %s; what is needed is %s.", counts_kind_name(out->kind),
											  counts_kind_name(kind)));
	if (counts_check(out, &fault) != CODE_OK)
		fault_raise(&fault);
}

void
profile_from_datum(Profile *out, Datum datum, Workspace *work)
{
	State		state;

	state_from_datum(&state, datum, TYPE_PROFILE, work);
	*out = state.profile;
}

/* Begin to add to a state that was at rest. */
static void
open_state_fill(OpenState *open, const State *from)
{
	Fault		fault;
	Code		code;

	open->state.type = from->type;
	if (from->type == TYPE_PROFILE)
		code = profile_init(&open->state.profile, from->profile.options, &open->arena, &fault);
	else
		code = counts_init(&open->state.counts, from->counts.kind, from->counts.options, from->counts.highest, &open->arena,
						   &fault);
	if (code != CODE_OK)
		fault_raise(&fault);
	state_combine(&open->state, from, false);
}

/* Return the first argument, an aggregate's state so far, if it can be added to in place; NULL if it cannot yet. */
static inline OpenState *
open_state_arg(FunctionCallInfo fcinfo)
{
	void	   *pointer = PG_ARGISNULL(0) ? NULL : DatumGetPointer(PG_GETARG_DATUM(0));

	if (pointer != NULL && VARATT_IS_EXTERNAL_EXPANDED_RW(pointer))
	{
		OpenState  *open = (OpenState *) DatumGetEOHP(PG_GETARG_DATUM(0));

		if (open->header.eoh_methods == &open_state_methods)
			return open;
	}
	return NULL;
}

/* Return the same, made an object of. */
static OpenState *
open_state_reopen(FunctionCallInfo fcinfo, StateType type)
{
	OpenState  *open = open_state_make(fcinfo);
	Workspace	work;
	State		state;

	workspace_open(&work);
	state_from_datum(&state, PG_GETARG_DATUM(0), type, &work);
	open_state_fill(open, &state);
	workspace_close(&work);
	return open;
}

/* ---- adding ballots */

static Datum
unchanged(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* The weight of a ballot: the argument at this place, if there is one; NULL stands for 1. */
static inline int64
weight_arg(FunctionCallInfo fcinfo, int arg)
{
	return PG_NARGS() > arg && !PG_ARGISNULL(arg) ? PG_GETARG_INT64(arg) : 1;
}

static int32
number_arg(FunctionCallInfo fcinfo, int arg, const char *what)
{
	if (PG_ARGISNULL(arg))
		code_raise(CODE_BAD_RULE, what);
	return PG_GETARG_INT32(arg);
}

#define OPTIONS_ARG(fcinfo, arg) number_arg(fcinfo, arg, "The number of options is NULL.")
#define HIGHEST_ARG(fcinfo, arg) number_arg(fcinfo, arg, "The highest score is NULL.")

static void
no_match(const char *what, int64 now, int64 before)
{
	code_raise(CODE_STATES_DIFFER, psprintf("%s is " INT64_FORMAT ", and was " INT64_FORMAT " before.", what, now, before));
}

/* Return the counts that a ballot is to be added to; the options are the argument at place 2. */
static inline OpenState *
counts_arg(FunctionCallInfo fcinfo, CountKind kind, int32 highest)
{
	int32		options = OPTIONS_ARG(fcinfo, 2);
	OpenState  *open = open_state_arg(fcinfo);
	Fault		fault;

	if (unlikely(open == NULL))
	{
		if (PG_ARGISNULL(0))
		{
			open = open_state_make(fcinfo);
			open->state.type = type_of_kind(kind);
			if (counts_init(&open->state.counts, kind, options, highest, &open->arena, &fault) != CODE_OK)
				fault_raise(&fault);
		}
		else
			open = open_state_reopen(fcinfo, type_of_kind(kind));
	}
	if (unlikely(open->state.counts.options != options))
		no_match("The number of options", options, open->state.counts.options);
	if (unlikely(open->state.counts.highest != highest))
		no_match("The highest score", highest, open->state.counts.highest);
	if (unlikely(open->state.counts.kind != kind))
		code_raise(CODE_STATES_DIFFER, "The state is one of another kind.");
	return open;
}

static inline Datum
added(OpenState *open, Code code, const Fault *fault)
{
	if (unlikely(code != CODE_OK))
		fault_raise(fault);
	PG_RETURN_DATUM(EOHPGetRWDatum(&open->header));
}

/* (state, option integer, options integer [, weight bigint]) */
COMMUNE_FUNCTION(commune_tally_plurality_add)
{
	OpenState  *open;
	Fault		fault;

	if (PG_ARGISNULL(1))
		return unchanged(fcinfo);
	open = counts_arg(fcinfo, COUNT_PLURALITY, 0);
	return added(open, counts_add_choice(&open->state.counts, PG_GETARG_INT32(1), weight_arg(fcinfo, 3), &fault), &fault);
}

/*
 * Find the items of an array where they lie.  Short values have a header of one byte, which is why nothing in them is
 * aligned; to have them copied would take longer than to count them.
 */
static Items
items_arg(FunctionCallInfo fcinfo, int arg)
{
	struct varlena *value = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(arg));
	const char *base = VARDATA_ANY(value) - VARHDRSZ;	/* offsets count a header of four bytes */
	ArrayType	header;
	int			n;

	memcpy(&header.ndim, base + offsetof(ArrayType, ndim), sizeof(ArrayType) - offsetof(ArrayType, ndim));
	if (header.ndim == 0)
		return (Items){base, 0, sizeof(int32), NULL};
	if (header.ndim > 1)
		code_raise(CODE_BAD_RULE, "The array that is a ballot has more than one dimension.");
	memcpy(&n, base + sizeof(ArrayType), sizeof n);
	return (Items){
		.p = base + (header.dataoffset > 0 ? header.dataoffset : ARR_OVERHEAD_NONULLS(1)),
		.n = (uint32_t) n,
		.width = header.elemtype == INT2OID ? sizeof(int16) : sizeof(int32),
		.nulls = header.dataoffset > 0 ? (const uint8_t *) base + sizeof(ArrayType) + 2 * sizeof(int) : NULL
	};
}

/* (state, options smallint[] or integer[], options integer [, weight bigint]) */
COMMUNE_FUNCTION(commune_tally_approval_add)
{
	OpenState  *open;
	Fault		fault;

	if (PG_ARGISNULL(1))
		return unchanged(fcinfo);
	open = counts_arg(fcinfo, COUNT_APPROVAL, 0);
	return added(open, counts_add_approvals(&open->state.counts, items_arg(fcinfo, 1), weight_arg(fcinfo, 3), &fault), &fault);
}

static inline Datum
add_scores(FunctionCallInfo fcinfo, CountKind kind)
{
	OpenState  *open;
	Fault		fault;

	if (PG_ARGISNULL(1))
		return unchanged(fcinfo);
	open = counts_arg(fcinfo, kind, HIGHEST_ARG(fcinfo, 3));
	return added(open, counts_add_scores(&open->state.counts, items_arg(fcinfo, 1), weight_arg(fcinfo, 4), &fault), &fault);
}

/* (state, scores smallint[] or integer[], options integer, highest integer [, weight bigint]) */
COMMUNE_FUNCTION(commune_tally_scores_add)
{
	return add_scores(fcinfo, COUNT_SCORE);
}

/* the same */
COMMUNE_FUNCTION(commune_tally_star_add)
{
	return add_scores(fcinfo, COUNT_STAR);
}

static inline Datum
add_ranking(FunctionCallInfo fcinfo, CountKind kind)
{
	OpenState  *open;
	Str			bytes;
	Fault		fault;

	if (PG_ARGISNULL(1))
		return unchanged(fcinfo);
	open = counts_arg(fcinfo, kind, 0);
	bytes = DatumGetStr(PG_GETARG_DATUM(1));
	return added(open, counts_add_ranking(&open->state.counts, (const uint8_t *) bytes.p, bytes.n, weight_arg(fcinfo, 3), &fault),
				 &fault);
}

/* (state, ranking, options integer [, weight bigint]) */
COMMUNE_FUNCTION(commune_tally_borda_add)
{
	return add_ranking(fcinfo, COUNT_BORDA);
}

/* (state, ranking, options integer [, weight bigint [, unranked_last boolean]]) */
COMMUNE_FUNCTION(commune_tally_pairs_add)
{
	bool		last = PG_NARGS() < 5 || PG_ARGISNULL(4) || PG_GETARG_BOOL(4);

	return add_ranking(fcinfo, last ? COUNT_PAIRS : COUNT_PAIRS_RANKED);
}

/* (state, ranking, options integer [, weight bigint]) */
COMMUNE_FUNCTION(commune_tally_profile_add)
{
	OpenState  *open;
	int32		options;
	Str			bytes;
	Fault		fault;

	if (PG_ARGISNULL(1))
		return unchanged(fcinfo);
	options = OPTIONS_ARG(fcinfo, 2);
	open = open_state_arg(fcinfo);
	if (unlikely(open == NULL))
	{
		if (PG_ARGISNULL(0))
		{
			open = open_state_make(fcinfo);
			open->state.type = TYPE_PROFILE;
			if (profile_init(&open->state.profile, options, &open->arena, &fault) != CODE_OK)
				fault_raise(&fault);
		}
		else
			open = open_state_reopen(fcinfo, TYPE_PROFILE);
	}
	if (unlikely(open->state.profile.options != options))
		no_match("The number of options", options, open->state.profile.options);
	bytes = DatumGetStr(PG_GETARG_DATUM(1));
	return added(open, profile_add(&open->state.profile, (const uint8_t *) bytes.p, bytes.n, weight_arg(fcinfo, 3), &fault),
				 &fault);
}

/* ---- parts */

static Datum
combine(FunctionCallInfo fcinfo, StateType type)
{
	OpenState  *open;
	Workspace	work;
	State		other;

	if (PG_ARGISNULL(1))
		return unchanged(fcinfo);
	workspace_open(&work);
	state_from_datum(&other, PG_GETARG_DATUM(1), type, &work);
	if (PG_ARGISNULL(0))
	{
		open = open_state_make(fcinfo);
		open_state_fill(open, &other);
	}
	else
	{
		open = open_state_arg(fcinfo);
		if (open == NULL)
			open = open_state_reopen(fcinfo, type);
		state_combine(&open->state, &other, false);
	}
	workspace_close(&work);
	PG_RETURN_DATUM(EOHPGetRWDatum(&open->header));
}

/* (state, state) */
static Datum
sum(FunctionCallInfo fcinfo, StateType type, bool subtract)
{
	Workspace	work;
	OpenState	made;
	State		state;
	Datum		value;

	workspace_open(&work);
	context_arena_init(&made.arena, work.context);
	state_from_datum(&state, PG_GETARG_DATUM(0), type, &work);
	open_state_fill(&made, &state);
	state_from_datum(&state, PG_GETARG_DATUM(1), type, &work);
	state_combine(&made.state, &state, subtract);
	value = state_datum(&made.state);
	workspace_close(&work);
	PG_RETURN_DATUM(value);
}

/*
 * final(state): hand the object on as it is.  A window function goes on adding to it, so there it is brought to rest.
 */
COMMUNE_FUNCTION(commune_tally_final)
{
	OpenState  *open = open_state_of(PG_GETARG_DATUM(0));

	if (open != NULL && AggCheckCallContext(fcinfo, NULL) == AGG_CONTEXT_WINDOW)
		PG_RETURN_DATUM(state_datum(&open->state));
	if (open != NULL)
		PG_RETURN_DATUM(EOHPGetRODatum(&open->header));
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* digest(state) returns bytea: the SHA-256 of the canonical bytes */
COMMUNE_FUNCTION(commune_tally_digest)
{
	Str			bytes = DatumGetStr(PG_GETARG_DATUM(0));
	uint8_t		hash[HASH_SIZE];

	sha256(hash, bytes.p, bytes.n);
	PG_RETURN_BYTEA_P(varlena_from_str((Str){(const char *) hash, sizeof hash}));
}

/* ---- input and output */

static Datum
input(FunctionCallInfo fcinfo, StateType type)
{
	Str			text = str_from(PG_GETARG_CSTRING(0));
	Workspace	work;
	State		state = {.type = type};
	Fault		fault;
	Code		code;
	Datum		value;

	workspace_open(&work);
	if (type == TYPE_PROFILE)
		code = profile_parse(&state.profile, text, &work.arena, &fault);
	else
		code = counts_parse(&state.counts, text, &work.arena, &fault);
	if (code != CODE_OK)
		fault_raise(&fault);
	if (type != TYPE_PROFILE && type_of_kind(state.counts.kind) != type)
		code_raise(CODE_BAD_STATE, "The state is none of the kinds that this type has.");
	value = state_datum(&state);
	workspace_close(&work);
	PG_RETURN_DATUM(value);
}

static Datum
output(FunctionCallInfo fcinfo, StateType type)
{
	Workspace	work;
	State		state;
	Buf			buf;
	char	   *text;

	workspace_open(&work);
	state_read(&state, DatumGetStr(PG_GETARG_DATUM(0)), type, &work.arena);
	buf_init(&buf, &work.arena);
	if (type == TYPE_PROFILE)
		profile_print(&buf, &state.profile);
	else
		counts_print(&buf, &state.counts);
	if (buf.n >= MaxAllocSize)
		code_raise(CODE_TOO_LARGE, "The text would take more than 1 GB.");
	text = palloc(buf.n + 1);
	memcpy(text, buf.p, buf.n);
	text[buf.n] = '\0';
	workspace_close(&work);
	PG_RETURN_CSTRING(text);
}

static Datum
receive(FunctionCallInfo fcinfo, StateType type)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	Str			bytes = {message->data + message->cursor, message->len - message->cursor};
	Workspace	work;
	State		state;

	workspace_open(&work);
	state_read(&state, bytes, type, &work.arena);
	workspace_close(&work);
	message->cursor = message->len;
	PG_RETURN_BYTEA_P(varlena_from_str(bytes));
}

COMMUNE_FUNCTION(commune_tally_send)
{
	PG_RETURN_BYTEA_P(varlena_from_str(DatumGetStr(PG_GETARG_DATUM(0))));
}

/* ---- the entry points of each type */

static Datum
plus(FunctionCallInfo fcinfo, StateType type)
{
	return sum(fcinfo, type, false);
}

static Datum
minus(FunctionCallInfo fcinfo, StateType type)
{
	return sum(fcinfo, type, true);
}

#define EACH_TYPE(what) \
	COMMUNE_FUNCTION(commune_tally_counts_##what) \
	{ \
		return what(fcinfo, TYPE_COUNTS); \
	} \
	COMMUNE_FUNCTION(commune_tally_pairs_##what) \
	{ \
		return what(fcinfo, TYPE_PAIRS); \
	} \
	COMMUNE_FUNCTION(commune_tally_profile_##what) \
	{ \
		return what(fcinfo, TYPE_PROFILE); \
	}

EACH_TYPE(input)
EACH_TYPE(output)
EACH_TYPE(receive)
EACH_TYPE(combine)
EACH_TYPE(plus)
EACH_TYPE(minus)
