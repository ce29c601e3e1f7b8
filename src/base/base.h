/*
 * base.h -- the few things that every core uses: strings with a length, an arena, a growing buffer, checked
 * arithmetic.  Pure C: no header of PostgreSQL, so that the same code runs in the server, in the client and under a
 * fuzzer.
 *
 * Argument order everywhere: what is written first, then what is read; a length right after its array.
 */
#ifndef COMMUNE_BASE_H
#define COMMUNE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"

/* Integers in records lie within +-(2^53-1), the range in which every JSON reader is exact. */
#define SAFE_INT_MAX INT64_C(9007199254740991)

#define USECS_PER_SECOND INT64_C(1000000)

#define HASH_SIZE 32

/* Bytes with a length, not terminated.  p == NULL is "none", SQL's NULL. */
typedef struct Str
{
	const char *p;
	size_t		n;
} Str;

#define STR(literal) ((Str){"" literal, sizeof(literal) - 1})
#define STR_NONE ((Str){NULL, 0})

static inline Str
str_from(const char *text)
{
	return (Str){text, strlen(text)};
}

static inline bool
str_eq(Str a, Str b)
{
	return a.n == b.n && (a.p == b.p || (a.n > 0 && a.p != NULL && b.p != NULL && memcmp(a.p, b.p, a.n) == 0) ||
						  (a.n == 0 && (a.p == NULL) == (b.p == NULL)));
}

static inline bool
str_is(Str a, const char *text)
{
	return a.p != NULL && a.n == strlen(text) && memcmp(a.p, text, a.n) == 0;
}

/* Order bytes as COLLATE "C" does. */
static inline int
str_cmp(Str a, Str b)
{
	size_t		n = a.n < b.n ? a.n : b.n;
	int			c = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

/*
 * Memory that is given back all at once.  Never returns NULL: the server's allocator raises an error, the client's
 * ends the program.  In the server, chunks come from a memory context, so that an error leaves nothing behind.
 */
typedef struct Arena
{
	void	   *(*chunk)(void *owner, size_t size);
	void		(*release)(void *owner);	/* takes all chunks back */
	void	   *owner;
	char	   *start;			/* of the current chunk */
	char	   *next;
	size_t		left;
	size_t		chunk_size;		/* of the next chunk; doubles up to ARENA_CHUNK_MAX */
	size_t		chunks;			/* since the last reset */
} Arena;

#define ARENA_CHUNK_MIN ((size_t) 1024)
#define ARENA_CHUNK_MAX ((size_t) 1024 * 1024)

extern void arena_init(Arena *arena, void *(*chunk)(void *owner, size_t size), void (*release)(void *owner),
					   void *owner);
extern void arena_reset(Arena *arena);	/* forget everything; cheap if it fitted into one chunk */
extern void *arena_alloc(Arena *arena, size_t size);	/* aligned to 8 bytes, not cleared */
extern void *arena_zero(Arena *arena, size_t size);	/* cleared */
extern void *arena_copy(Arena *arena, const void *bytes, size_t n);
extern Str	arena_str(Arena *arena, Str s);
extern Str	arena_printf(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* An arena on malloc for programs; heap_arena_free() gives everything back, and the arena may be used again. */
typedef struct HeapArena
{
	Arena		arena;
	void	   *chunks;
} HeapArena;

extern void heap_arena_init(HeapArena *heap);
extern void heap_arena_free(HeapArena *heap);

/* A text that grows.  The bytes live in the arena; an outgrown copy is left to it. */
typedef struct Buf
{
	Arena	   *arena;
	char	   *p;
	size_t		n;
	size_t		room;
} Buf;

extern void buf_init(Buf *buf, Arena *arena);
extern void buf_add(Buf *buf, const void *bytes, size_t n);
extern void buf_str(Buf *buf, Str s);
extern void buf_text(Buf *buf, const char *text);
extern void buf_char(Buf *buf, char c);
extern void buf_int(Buf *buf, int64_t value);

static inline Str
buf_done(const Buf *buf)
{
	return (Str){buf->p ? buf->p : "", buf->n};
}

/* Checked arithmetic: true when the result does not fit, as the compiler's builtins. */
#define add_overflows(a, b, result) __builtin_add_overflow(a, b, result)
#define sub_overflows(a, b, result) __builtin_sub_overflow(a, b, result)
#define mul_overflows(a, b, result) __builtin_mul_overflow(a, b, result)

/* Big-endian integers, as they are hashed and compared. */
static inline void
put_be64(uint8_t out[8], uint64_t v)
{
	for (int i = 7; i >= 0; i--, v >>= 8)
		out[i] = (uint8_t) v;
}

static inline uint64_t
get_be64(const uint8_t in[8])
{
	uint64_t	v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | in[i];
	return v;
}

/* Base64url without padding (RFC 4648 section 5).  out has room for BASE64URL_LEN(n) bytes; nothing is terminated. */
#define BASE64URL_LEN(n) (((n) * 4 + 2) / 3)
#define BASE64URL_ROOM(len) ((len) * 3 / 4)
extern size_t base64url_encode(char *out, const uint8_t *bytes, size_t n);

/* Standard base64 with padding (RFC 4648 section 4), as C2SP formats have it. */
#define BASE64_LEN(n) (((n) + 2) / 3 * 4)
extern size_t base64_encode(char *out, const uint8_t *bytes, size_t n);

extern void buf_base64(Buf *buf, const void *bytes, size_t n);

/* Decode it strictly: padded, no stray bits.  out has room for BASE64URL_ROOM(n) bytes. */
extern bool base64_decode(uint8_t *out, size_t *out_n, const char *text, size_t n);

/*
 * Decode strictly: only A-Z a-z 0-9 - _, no padding, no length 1 mod 4, no stray bits after the last byte.  out has
 * room for BASE64URL_ROOM(n) bytes.  Returns false and the offending position in *at.
 */
extern bool base64url_decode(uint8_t *out, size_t *out_n, size_t *at, const char *text, size_t n);

#endif
