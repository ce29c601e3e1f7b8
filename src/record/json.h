/*
 * json.h -- a strict reader of the JSON that records and register entries are made of, and its canonical writer.
 *
 * Strict means RFC 8259 and less: UTF-8 without a byte order mark, well-formed, no overlong forms, no surrogates (also
 * not a lone one by escape), no NUL, no duplicate names, numbers are integers within +-(2^53-1) without fraction,
 * exponent, leading zero or minus zero, at most JSON_DEPTH_MAX levels.  Whitespace is allowed where RFC 8259 allows it.
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
} Json;

/* Read all of text as one value.  The text must outlive the result.  Fault: BAD_RECORD, at = byte position. */
extern Code json_parse(const Json **out, Arena *arena, const char *text, size_t n, Fault *fault);

/* The member of this name, or NULL. */
extern const Json *json_get(const Json *object, const char *name);

/*
 * Write the canonical form: members sorted by their names' bytes, no white space, strings with \" \\ \b \f \n \r \t and
 * \u00xx for the other control characters escaped and nothing else (RFC 8785 for the JSON that is allowed here).
 */
extern void json_canonical(Buf *out, const Json *value);

/* Append a string as canonical JSON, quotes included. */
extern void json_quote(Buf *out, Str s);

#endif
