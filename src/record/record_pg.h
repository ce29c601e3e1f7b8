/*
 * record_pg.h -- the SQL types did and jws, for the shells of other slices.
 *
 * A did is a varlena of the binary form of did.h, 33 or 21 bytes, which packs to one byte more on disk.  A jws is a
 * varlena of exactly the record's text.  Both are checked when they are made, and Datums of them are trusted.
 */
#ifndef COMMUNE_RECORD_PG_H
#define COMMUNE_RECORD_PG_H

#include "base/base_pg.h"

#include "record/record.h"

/* Copy a did out of a Datum; an error if a damaged page holds something else. */
extern Did	DatumGetDid(Datum datum);
extern Datum DidGetDatum(const Did *did);

/* The text of a jws, in the Datum or in a detoasted copy of it. */
#define DatumGetJws(datum) DatumGetStr(datum)

/* Make a jws of a text that record_parse() has taken. */
#define JwsGetDatum(text) PointerGetDatum(varlena_from_str(text))

#define PG_GETARG_DID(n) DatumGetDid(PG_GETARG_DATUM(n))
#define PG_GETARG_JWS(n) DatumGetJws(PG_GETARG_DATUM(n))

#endif
