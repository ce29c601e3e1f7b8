/*
 * graph_pg.h -- what the shells of delegation graphs share.
 */
#ifndef COMMUNE_DELEGATION_GRAPH_PG_H
#define COMMUNE_DELEGATION_GRAPH_PG_H

#include "base/base_pg.h"

#include "delegation/web.h"

/* Read a graph of SQL, whose ids must be of the given kind; texts point into memory that lives as long as work. */
extern void graph_from_datum(Web *out, Datum datum, IdKind kind, Workspace *work);

static inline Id
id_from_datum(Datum datum, IdKind kind)
{
	if (kind == ID_NUMBER)
		return (Id){.number = DatumGetInt64(datum)};
	return (Id){.text = DatumGetStr(datum)};
}

#endif
