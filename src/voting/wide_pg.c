/*
 * wide_pg.c -- makes numeric of 128-bit integers.
 */
#include "voting/wide_pg.h"

#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

Datum
wide_numeric(Wide value, int decimals)
{
	Arena		arena;
	Buf			text;

	if (value >= INT64_MIN && value <= INT64_MAX)
		return NumericGetDatum(int64_div_fast_to_numeric((int64) value, decimals));
	context_arena_init(&arena, CurrentMemoryContext);
	buf_init(&text, &arena);
	wide_print(&text, value, decimals);
	buf_char(&text, '\0');
	return DirectFunctionCall3(numeric_in, CStringGetDatum(text.p), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}
