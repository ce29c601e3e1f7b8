/*
 * rows.h -- the bytes of chained tables' rows, encoded here as the server encodes them (register/row.h).
 *
 * A table is read whole when the first of its rows is asked for.  What was asked for is found by its leaf hash, so that
 * whatever is given back is what the register holds.
 */
#ifndef COMMUNE_ROWS_H
#define COMMUNE_ROWS_H

#include "cli/cli.h"
#include "register/rels.h"

typedef struct RowReader RowReader;

extern RowReader *rows_begin(const Cli *cli, Store *store);
extern void rows_end(RowReader *rows);

/* The bytes of the row that has this seq and this leaf; none if the table is gone or closed to this role. */
extern Str	rows_find(RowReader *rows, int64_t seq, const Digest *leaf);

#endif
