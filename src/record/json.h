/*
 * json.h -- a strict reader of the JSON that records and register entries are made of, and its canonical writer.
 *
 * Strict means RFC 8259 and less: UTF-8 without a byte order mark, well-formed, no overlong forms, no surrogates, no
 * NUL, no duplicate names in an object, numbers are integers within +-(2^53-1) without fraction, exponent, leading zero
 * or minus zero, at most JSON_DEPTH_MAX arrays and objects inside one another.  The same holds for what escapes stand
 * for: \u0000 and a lone surrogate are refused, two that make a pair are one character, and "a" and "\u0061" are the same
 * name.  White space is allowed where RFC 8259 allows it.
 */
#ifndef COMMUNE_JSON_H
#define COMMUNE_JSON_H

#include "base/base.h"

#define JSON_DEPTH_MAX 16

typedef enum JsonType
{
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_INT,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
} JsonType;

/*
 * A value.  Strings point into the text that was read, or into the arena when they held an escape.  The items of an
 * array and the members of an object are a list in the order of the text.
 */
typedef struct Json
{
	JsonType	type;
	uint32_t	count;			/* items or members */
	int64_t		number;
	Str			string;
	Str			name;			/* of a member of an object */
	struct Json *child;			/* first item or member */
	struct Json *next;			/* next sibling */
	size_t		at;				/* byte position in the text: of a member's name, of any other value */
} Json;

/*
 * Read all of text as one value.  The text must outlive the result.  Time is n log n at worst, memory at most 72 bytes
 * for each two of text, and a little.  Fault: BAD_RECORD, at = byte position, counted from 0; detail names it too.
 */
extern Code json_parse(const Json **out, Arena *arena, const char *text, size_t n, Fault *fault);

/* The member of this name, or NULL. */
extern const Json *json_get(const Json *object, const char *name);

/*
 * Write the canonical form: members sorted by their names' bytes, no white space, strings with \" \\ \b \f \n \r \t and
 * \u00xx for the other control characters escaped and nothing else.  For the JSON that is allowed here this is RFC 8785,
 * but for the order of names with characters beyond U+FFFF, which RFC 8785 sorts as UTF-16.
 */
extern void json_canonical(Buf *out, const Json *value);

/* Append a string as canonical JSON, quotes included. */
extern void json_quote(Buf *out, Str s);

/* Write a name or a text for a fault's detail: at most 40 bytes of it, whole characters, no control characters. */
#define JSON_SHOWN_SIZE 48
extern const char *json_shown(char out[JSON_SHOWN_SIZE], Str s);

#endif
