/*
 * wire.h -- values as PostgreSQL sends them in binary, read into the rows that the cores know; and texts from a server
 * made fit to be shown.  A server is a stranger: every length is checked.
 */
#ifndef COMMUNE_WIRE_H
#define COMMUNE_WIRE_H

#include "state/state.h"

/* Set a column to SQL's NULL. */
extern void wire_null(void *row, const Col *col);

/* Read a value of n bytes into a column; strings and lists are copied to the arena.  False if it is not of its type. */
extern bool wire_read(void *row, const Col *col, const uint8_t *bytes, size_t n, Arena *arena);

/*
 * A copy that can be printed: well-formed UTF-8 without control characters (but newlines, where lines is true, and
 * tabs) and without characters that change the direction of writing; a ? stands for each byte that was not.
 */
extern Str	wire_clean(Arena *arena, Str text, bool lines);

#endif
