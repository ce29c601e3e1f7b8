/*
 * bytes.h -- what the forms of all states of this slice share: little-endian numbers in their bytes, words in their
 * texts.
 */
#ifndef COMMUNE_BUDGET_BYTES_H
#define COMMUNE_BUDGET_BYTES_H

#include "voting/wide.h"

/* ---- bytes: each put returns where to go on */

static inline uint8_t *
bytes_put32(uint8_t *out, int32_t value)
{
	for (int i = 0; i < 4; i++)
		*out++ = (uint8_t) ((uint32_t) value >> 8 * i);
	return out;
}

static inline uint8_t *
bytes_put64(uint8_t *out, int64_t value)
{
	for (int i = 0; i < 8; i++)
		*out++ = (uint8_t) ((uint64_t) value >> 8 * i);
	return out;
}

static inline uint8_t *
bytes_put128(uint8_t *out, Wide value)
{
	return bytes_put64(bytes_put64(out, (int64_t) value), (int64_t) (value >> 64));
}

static inline int32_t
bytes_get32(const uint8_t *in)
{
	uint32_t	value = 0;

	for (int i = 4; i-- > 0;)
		value = value << 8 | in[i];
	return (int32_t) value;
}

static inline int64_t
bytes_get64(const uint8_t *in)
{
	uint64_t	value = 0;

	for (int i = 8; i-- > 0;)
		value = value << 8 | in[i];
	return (int64_t) value;
}

static inline Wide
bytes_get128(const uint8_t *in)
{
	return (Wide) ((unsigned __int128) (uint64_t) bytes_get64(in + 8) << 64 | (uint64_t) bytes_get64(in));
}

/* The first eight bytes of every state: version, kind, flags, 0, and how many of its items there are. */
static inline uint8_t *
bytes_begin(uint8_t *out, uint8_t version, char kind, uint8_t flags, uint32_t n)
{
	*out++ = version;
	*out++ = (uint8_t) kind;
	*out++ = flags;
	*out++ = 0;
	return bytes_put32(out, (int32_t) n);
}

static inline bool
bytes_begins(uint32_t *n, const uint8_t *in, uint8_t version, char kind, uint8_t flags)
{
	*n = (uint32_t) bytes_get32(in + 4);
	return in[0] == version && in[1] == (uint8_t) kind && (in[2] & ~flags) == 0 && in[3] == 0;
}

/* ---- text: words separated by white space */

typedef struct Words
{
	const char *start;
	const char *p;
	const char *end;
	Code		code;			/* what a bad text is called */
	Fault	   *fault;
} Words;

extern Words words_begin(Str text, Code code, Fault *fault);

/* Go to the next word; false at the end. */
extern bool words_next(Words *in);

/* Take a character, or a name, if it is there. */
extern bool words_take(Words *in, char c);
extern bool words_name(Words *in, const char *name);

/* Each of these returns in->code for a text that goes on in another way. */
extern Code words_char(Words *in, char c);
extern Code words_number(Wide *out, Words *in, Wide min, Wide max);
extern Code words_end(Words *in);	/* of a word */

#endif
