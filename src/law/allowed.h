/*
 * allowed.h -- what the query of a law may call: reviewed signatures, everything else is refused.
 *
 * On the list is what gives one result on every machine, in bounded time and memory, from its arguments alone: no
 * clock, no chance, no locale, no floating point, no server, and nothing that can make a text grow by a factor.
 */
#ifndef COMMUNE_LAW_ALLOWED_H
#define COMMUNE_LAW_ALLOWED_H

#include "base/base.h"

typedef enum AllowedKind
{
	ALLOWED_FUNCTION,			/* of pg_catalog, casts included */
	ALLOWED_OPERATOR,
	ALLOWED_AGGREGATE,
	ALLOWED_LAW					/* functions of schema law */
} AllowedKind;

typedef enum Allowed
{
	ALLOWED_NO,
	ALLOWED_YES,
	ALLOWED_COLLATED			/* only under COLLATE "C": it orders texts */
} Allowed;

/* Look a signature up: args are the types' names, as pg_type has them, with commas; "" for none, ",int8" for a prefix. */
extern Allowed law_allowed(AllowedKind kind, const char *name, const char *args);

/* The whole list as text, one group a line: for the hash of what a law rests on, and for people. */
extern Str	law_allowed_text(Arena *arena);

/* The group with this number, from 0; false behind the last.  names are words with blanks between. */
extern bool law_allowed_group(AllowedKind *kind, const char **names, const char **args, Allowed *how, size_t i);

extern const char *law_allowed_kind(AllowedKind kind);

#endif
