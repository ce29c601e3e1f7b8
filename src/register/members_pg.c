/*
 * members_pg.c -- what a block consists of, in SQL.
 */
#include "register/register_pg.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

/* SQL function: members(block bigint) returns setof record */
COMMUNE_FUNCTION(commune_register_members)
{
	static const char *const sources[] = {"act", "row", "entry", "engine"};
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	TableStore *tables = table_store_open(GetActiveSnapshot(), false, CurrentMemoryContext);
	Arena		arena;
	BlockRow	block;
	const MemberRef *refs;
	size_t		n;
	Fault		fault;

	context_arena_init(&arena, CurrentMemoryContext);
	InitMaterializedSRF(fcinfo, 0);
	if (log_block(&block, table_store(tables), &arena, PG_GETARG_INT64(0)))
	{
		if (block_members_unpack(&refs, &n, &arena, block.members, &fault) != CODE_OK)
			fault_raise(&fault);
		for (size_t i = 0; i < n; i++)
		{
			Datum		values[3] = {Int64GetDatum(block.first + (int64) i), CStringGetTextDatum(sources[refs[i].source]),
			Int64GetDatum(refs[i].seq)};
			bool		nulls[3] = {false};

			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
	}
	table_store_close(tables);
	return (Datum) 0;
}
