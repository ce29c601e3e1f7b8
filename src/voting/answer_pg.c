/*
 * answer_pg.c -- parameters and rows of the methods.
 */
#include "voting/answer_pg.h"

#include "catalog/pg_type.h"
#include "utils/array.h"

bool
answer_open(Answer *answer, FunctionCallInfo fcinfo)
{
	answer->fcinfo = fcinfo;
	rows_begin(&answer->rows, fcinfo);
	rows_start(&answer->rows);
	return !PG_ARGISNULL(0);
}

/* ---- parameters */

static void
refuse_null(const char *name)
{
	code_raise(CODE_BAD_RULE, psprintf("%s is NULL.", name));
}

int32
answer_int_or(const Answer *answer, int arg, int32 otherwise)
{
	FunctionCallInfo fcinfo = answer->fcinfo;

	return PG_ARGISNULL(arg) ? otherwise : PG_GETARG_INT32(arg);
}

int32
answer_int(const Answer *answer, int arg, const char *name)
{
	FunctionCallInfo fcinfo = answer->fcinfo;

	if (PG_ARGISNULL(arg))
		refuse_null(name);
	return PG_GETARG_INT32(arg);
}

bool
answer_flag(const Answer *answer, int arg)
{
	FunctionCallInfo fcinfo = answer->fcinfo;

	return !PG_ARGISNULL(arg) && PG_GETARG_BOOL(arg);
}

int
answer_word(Answer *answer, int arg, const char *name, const char *const *words)
{
	FunctionCallInfo fcinfo = answer->fcinfo;
	Buf			list;
	int			found;

	if (PG_ARGISNULL(arg))
		refuse_null(name);
	found = word_find(words, DatumGetStr(PG_GETARG_DATUM(arg)));
	if (found >= 0)
		return found;
	buf_init(&list, ANSWER_ARENA(answer));
	words_print(&list, words);
	code_raise(CODE_BAD_RULE, psprintf("%s is %.*s.", name, (int) list.n, list.p));
}

/* Take an array of integers; NULL, if it is. */
static int32 *
int_array(Answer *answer, int arg, const char *name, size_t *n)
{
	FunctionCallInfo fcinfo = answer->fcinfo;
	ArrayType  *array;

	*n = 0;
	if (PG_ARGISNULL(arg))
		return NULL;
	array = PG_GETARG_ARRAYTYPE_P(arg);
	if (ARR_NDIM(array) > 1 || array_contains_nulls(array))
		code_raise(CODE_BAD_RULE, psprintf("%s is no list of options.", name));
	*n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	return arena_copy(ANSWER_ARENA(answer), ARR_DATA_PTR(array), sizeof(int32) * *n);
}

const uint8_t *
answer_options(Answer *answer, int arg, const char *name, uint32_t options)
{
	size_t		n;
	int32	   *list = int_array(answer, arg, name, &n);
	uint8_t    *marks;

	if (list == NULL)
		return NULL;
	marks = arena_zero(ANSWER_ARENA(answer), options + 1);
	for (size_t i = 0; i < n; i++)
	{
		if (list[i] < 1 || list[i] > options)
			code_raise(CODE_BAD_RULE, psprintf("%s names option %d, but there are options 1 to %u.", name, list[i], options));
		marks[list[i]] = 1;
	}
	return marks;
}

void
answer_ties(Answer *answer, Ties *ties, int arg, uint32_t allowed, uint32_t options)
{
	FunctionCallInfo fcinfo = answer->fcinfo;
	Str			rules = PG_ARGISNULL(arg) ? STR_NONE : arena_str(ANSWER_ARENA(answer), DatumGetStr(PG_GETARG_DATUM(arg)));
	Str			seed = PG_ARGISNULL(arg + 1) ? STR_NONE : arena_str(ANSWER_ARENA(answer), DatumGetStr(PG_GETARG_DATUM(arg + 1)));
	size_t		n;
	int32	   *list = int_array(answer, arg + 2, "permutation", &n);

	if (rules.p == NULL)
		refuse_null("ties");
	answer_check(answer, ties_init(ties, rules, allowed, seed, list, n, options, ANSWER_ARENA(answer), &answer->fault));
}

/* ---- columns */

void
place_columns(Datum *values, bool *nulls, const Place *place)
{
	values[0] = Int32GetDatum(place->rank);
	values[1] = BoolGetDatum(place->elected);
	nulls[2] = !place->tied;
	values[2] = place->tied ? text_datum(tie_rule_name(place->rule)) : (Datum) 0;
}

void
answer_tie_rows(Answer *answer, const Ties *ties)
{
	for (const TieBreak *tie = ties->first; tie != NULL; tie = tie->next)
	{
		Datum	   *tied = palloc(sizeof(Datum) * tie->n);
		bool		nulls[5] = {[3] = tie->chosen == 0};
		Datum		values[5];

		for (uint32_t i = 0; i < tie->n; i++)
			tied[i] = Int32GetDatum(tie->tied[i]);
		values[0] = Int32GetDatum(tie->round);
		values[1] = text_datum(tie->purpose);
		values[2] = PointerGetDatum(construct_array(tied, tie->n, INT4OID, sizeof(int32), true, TYPALIGN_INT));
		values[3] = Int32GetDatum(tie->chosen);
		values[4] = text_datum(tie_rule_name(tie->rule));
		rows_add(&answer->rows, values, nulls);
	}
}
