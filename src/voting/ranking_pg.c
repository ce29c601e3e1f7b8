/*
 * ranking_pg.c -- the type ranking: input and output, casts, comparison, and what it tells.
 */
#include "base/base_pg.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "voting/ranking.h"

/* Memory of the function's own, which the caller's context takes back. */
static void
call_arena(Arena *arena)
{
	context_arena_init(arena, CurrentMemoryContext);
}

/* ranking_in(cstring) */
COMMUNE_FUNCTION(commune_ranking_input)
{
	Arena		arena;
	Str			bytes;
	Fault		fault;

	call_arena(&arena);
	if (ranking_parse(&bytes, str_from(PG_GETARG_CSTRING(0)), &arena, &fault) != CODE_OK)
		fault_raise(&fault);
	PG_RETURN_BYTEA_P(varlena_from_str(bytes));
}

/* ranking_out(ranking) */
COMMUNE_FUNCTION(commune_ranking_output)
{
	Str			bytes = DatumGetStr(PG_GETARG_DATUM(0));
	Arena		arena;
	Buf			text;

	call_arena(&arena);
	buf_init(&text, &arena);
	ranking_print(&text, (const uint8_t *) bytes.p, bytes.n);
	buf_char(&text, '\0');
	PG_RETURN_CSTRING(text.p);
}

/* ranking_recv(internal) */
COMMUNE_FUNCTION(commune_ranking_receive)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	Str			bytes = {message->data + message->cursor, message->len - message->cursor};
	Fault		fault;

	if (ranking_check((const uint8_t *) bytes.p, bytes.n, &fault) != CODE_OK)
		fault_raise(&fault);
	message->cursor = message->len;
	PG_RETURN_BYTEA_P(varlena_from_str(bytes));
}

/* ranking_send(ranking) */
COMMUNE_FUNCTION(commune_ranking_send)
{
	PG_RETURN_BYTEA_P(varlena_from_str(DatumGetStr(PG_GETARG_DATUM(0))));
}

/* ---- casts */

/* ranking(smallint[]), ranking(integer[]): the options in their order; NULL skips a rank */
COMMUNE_FUNCTION(commune_ranking_from_array)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	ArrayIterator each;
	Datum		datum;
	bool		isnull;
	Arena		arena;
	Buf			buf;
	Str			bytes;
	Fault		fault;

	if (ARR_NDIM(array) > 1)
		code_raise(CODE_BAD_RANKING, "An array that is a ranking has one dimension.");
	call_arena(&arena);
	buf_init(&buf, &arena);
	each = array_create_iterator(array, 0, NULL);
	while (array_iterate(each, &datum, &isnull))
	{
		int32		option = isnull ? 0 : ARR_ELEMTYPE(array) == INT2OID ? DatumGetInt16(datum) : DatumGetInt32(datum);
		uint32_t	options[1] = {option < 0 ? 0 : (uint32_t) option};

		if (ranking_add(&buf, options, isnull ? 0 : 1, &fault) != CODE_OK)
			fault_raise(&fault);
	}
	if (ranking_done(&bytes, &buf, &fault) != CODE_OK)
		fault_raise(&fault);
	PG_RETURN_BYTEA_P(varlena_from_str(bytes));
}

/* ---- comparison: of the bytes, which are canonical */

static inline int
compare(FunctionCallInfo fcinfo)
{
	return str_cmp(DatumGetStr(PG_GETARG_DATUM(0)), DatumGetStr(PG_GETARG_DATUM(1)));
}

/* (ranking, ranking) returns boolean */
#define COMPARISON(name, operator) \
	COMMUNE_FUNCTION(commune_ranking_##name) \
	{ \
		PG_RETURN_BOOL(compare(fcinfo) operator 0); \
	}

COMPARISON(eq, ==)
COMPARISON(ne, !=)
COMPARISON(lt, <)
COMPARISON(le, <=)
COMPARISON(gt, >)
COMPARISON(ge, >=)

/* ranking_cmp(ranking, ranking) returns integer */
COMMUNE_FUNCTION(commune_ranking_cmp)
{
	int			order = compare(fcinfo);

	PG_RETURN_INT32((order > 0) - (order < 0));
}

/* ranking_hash(ranking) returns integer */
COMMUNE_FUNCTION(commune_ranking_hash)
{
	Str			bytes = DatumGetStr(PG_GETARG_DATUM(0));

	return hash_any((const unsigned char *) bytes.p, bytes.n);
}

/* ranking_hash_extended(ranking, bigint) returns bigint */
COMMUNE_FUNCTION(commune_ranking_hash_extended)
{
	Str			bytes = DatumGetStr(PG_GETARG_DATUM(0));

	return hash_any_extended((const unsigned char *) bytes.p, bytes.n, PG_GETARG_INT64(1));
}

/* ---- what a ranking tells */

/* ranks(ranking) returns integer */
COMMUNE_FUNCTION(commune_ranking_ranks)
{
	Str			bytes = DatumGetStr(PG_GETARG_DATUM(0));
	const uint8_t *p = (const uint8_t *) bytes.p;
	const uint8_t *end = p + bytes.n;
	Rank		rank;
	int32		n = 0;

	while (rank_next(&rank, &p, end))
		n++;
	PG_RETURN_INT32(n);
}

/* rank_of(ranking, option integer) returns integer */
COMMUNE_FUNCTION(commune_ranking_rank_of)
{
	Str			bytes = DatumGetStr(PG_GETARG_DATUM(0));
	const uint8_t *p = (const uint8_t *) bytes.p;
	const uint8_t *end = p + bytes.n;
	int64		option = PG_GETARG_INT32(1);
	Rank		rank;

	for (int32 n = 1; rank_next(&rank, &p, end); n++)
		for (uint32_t i = 0; i < rank.n; i++)
			if (rank_option(&rank, i) == option)
				PG_RETURN_INT32(n);
	PG_RETURN_NULL();
}

/* options_at(ranking, rank integer) returns integer[] */
COMMUNE_FUNCTION(commune_ranking_options_at)
{
	Str			bytes = DatumGetStr(PG_GETARG_DATUM(0));
	const uint8_t *p = (const uint8_t *) bytes.p;
	const uint8_t *end = p + bytes.n;
	int32		at = PG_GETARG_INT32(1);
	Rank		rank;

	for (int32 n = 1; rank_next(&rank, &p, end); n++)
		if (n == at)
		{
			Datum	   *options = palloc(sizeof(Datum) * (rank.n + 1));

			for (uint32_t i = 0; i < rank.n; i++)
				options[i] = Int32GetDatum(rank_option(&rank, i));
			PG_RETURN_ARRAYTYPE_P(construct_array(options, rank.n, INT4OID, sizeof(int32), true, TYPALIGN_INT));
		}
	PG_RETURN_NULL();
}

/* ranked(ranking) -> (rank integer, option integer), a row for each option on the paper */
COMMUNE_FUNCTION(commune_ranking_ranked)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Str			bytes = DatumGetStr(PG_GETARG_DATUM(0));
	const uint8_t *p = (const uint8_t *) bytes.p;
	const uint8_t *end = p + bytes.n;
	bool		nulls[2] = {0};
	Rank		rank;

	InitMaterializedSRF(fcinfo, 0);
	for (int32 n = 1; rank_next(&rank, &p, end); n++)
		for (uint32_t i = 0; i < rank.n; i++)
		{
			Datum		values[2] = {Int32GetDatum(n), Int32GetDatum(rank_option(&rank, i))};

			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
	return (Datum) 0;
}
