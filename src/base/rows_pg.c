/*
 * rows_pg.c -- rows of a function that returns a table.
 */
#include "base/rows_pg.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

void
rows_begin(Rows *rows, FunctionCallInfo fcinfo)
{
	InitMaterializedSRF(fcinfo, 0);
	rows->result = (ReturnSetInfo *) fcinfo->resultinfo;
	workspace_open(&rows->work);
	rows->caller = MemoryContextSwitchTo(rows->work.context);
}

void
rows_start(Rows *rows)
{
	rows->row = AllocSetContextCreate(rows->work.context, "commune row", ALLOCSET_SMALL_SIZES);
	context_arena_init(&rows->arena, rows->row);
	MemoryContextSwitchTo(rows->row);
}

void
rows_add(Rows *rows, Datum *values, bool *nulls)
{
	CHECK_FOR_INTERRUPTS();
	tuplestore_putvalues(rows->result->setResult, rows->result->setDesc, values, nulls);
	MemoryContextReset(rows->row);
	context_arena_init(&rows->arena, rows->row);
}

Datum
rows_end(Rows *rows)
{
	MemoryContextSwitchTo(rows->caller);
	workspace_close(&rows->work);
	return (Datum) 0;
}

Datum
text_datum(const char *text)
{
	return CStringGetTextDatum(text);
}
