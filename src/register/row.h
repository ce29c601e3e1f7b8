/*
 * row.h -- the bytes of a chained table's row as a leaf.
 *
 *     commune/row/1\n
 *     field(schema.table)
 *     for each column that is not NULL, in the order of the columns:
 *         field(column name) field(schema.type) field(the type's binary send form)
 *
 * field(x) is the length of x as 4 bytes, big-endian, and x.  Columns that are NULL are left out, so that a column
 * which is added later changes no old row's hash.
 */
#ifndef COMMUNE_ROW_H
#define COMMUNE_ROW_H

#include "base/base.h"

/*
 * The name of a table or type with its schema: schema.name, each part in double quotes unless it consists of a-z, 0-9
 * and _ and begins with a letter or _.  PostgreSQL's own quoting depends on the key words of its version.
 */
extern Str	row_name(Arena *arena, const char *schema, const char *name);

extern void row_begin(Buf *row, Str table);
extern void row_column(Buf *row, Str column, Str type, Str value);

/*
 * Take the first key off the rest of a JSON array of keys, each an array of texts; begin with the whole array.  False if
 * there is none: at the end, where *rest is "]", or because it is no such array.
 */
extern bool row_next_key(Str *key, Str *rest);

#endif
