/*
 * rows_pg.h -- rows that are added to the result of a function that returns a table.
 *
 * Memory comes from work until rows_start(), from then on from what is emptied after each row.
 */
#ifndef COMMUNE_BASE_ROWS_PG_H
#define COMMUNE_BASE_ROWS_PG_H

#include "base/base_pg.h"

#include "funcapi.h"

typedef struct Rows
{
	ReturnSetInfo *result;
	Workspace	work;
	MemoryContext row;
	Arena		arena;			/* in row */
	MemoryContext caller;
} Rows;

extern void rows_begin(Rows *rows, FunctionCallInfo fcinfo);
extern void rows_start(Rows *rows);
extern void rows_add(Rows *rows, Datum *values, bool *nulls);
extern Datum rows_end(Rows *rows);

extern Datum text_datum(const char *text);

#endif
