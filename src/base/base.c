/*
 * base.c -- arena, buffer and base64url.
 */
#include "base/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
arena_init(Arena *arena, void *(*chunk)(void *owner, size_t size), void (*release)(void *owner), void *owner)
{
	*arena = (Arena){.chunk = chunk, .release = release, .owner = owner, .chunk_size = ARENA_CHUNK_MIN};
}

void
arena_reset(Arena *arena)
{
	if (arena->chunks == 1 && arena->start != NULL)
	{
		arena->left += (size_t) (arena->next - arena->start);
		arena->next = arena->start;
	}
	else if (arena->chunks > 0)
	{
		arena->release(arena->owner);
		arena->start = arena->next = NULL;
		arena->left = 0;
		arena->chunks = 0;
	}
}

void *
arena_alloc(Arena *arena, size_t size)
{
	char	   *p;

	size = size > 0 ? (size + 7) & ~(size_t) 7 : 8;
	if (size > arena->left)
	{
		arena->chunks++;

		/* A large piece gets a chunk of its own, and the current one goes on. */
		if (size > arena->chunk_size / 4)
			return arena->chunk(arena->owner, size);
		arena->next = arena->start = arena->chunk(arena->owner, arena->chunk_size);
		arena->left = arena->chunk_size;
		if (arena->chunk_size < ARENA_CHUNK_MAX)
			arena->chunk_size *= 2;
	}
	p = arena->next;
	arena->next += size;
	arena->left -= size;
	return p;
}

void *
arena_zero(Arena *arena, size_t size)
{
	return memset(arena_alloc(arena, size), 0, size);
}

void *
arena_copy(Arena *arena, const void *bytes, size_t n)
{
	void	   *p = arena_alloc(arena, n);

	if (n > 0)
		memcpy(p, bytes, n);
	return p;
}

Str
arena_str(Arena *arena, Str s)
{
	return s.p == NULL ? STR_NONE : (Str){arena_copy(arena, s.p, s.n), s.n};
}

Str
arena_printf(Arena *arena, const char *format, ...)
{
	char		small[256];
	char	   *p;
	va_list		args;
	int			n;

	va_start(args, format);
	n = vsnprintf(small, sizeof small, format, args);
	va_end(args);
	if (n < 0)
		n = 0;
	p = arena_alloc(arena, (size_t) n + 1);
	va_start(args, format);
	vsnprintf(p, (size_t) n + 1, format, args);
	va_end(args);
	return (Str){p, (size_t) n};
}

static void *
heap_chunk(void *owner, size_t size)
{
	HeapArena  *heap = owner;
	void	  **chunk = malloc(size + 2 * sizeof(void *));

	if (chunk == NULL)
	{
		fputs("commune: out of memory\n", stderr);
		exit(70);
	}
	chunk[0] = heap->chunks;
	heap->chunks = chunk;
	return chunk + 2;
}

static void
heap_release(void *owner)
{
	HeapArena  *heap = owner;

	while (heap->chunks != NULL)
	{
		void	   *chunk = heap->chunks;

		heap->chunks = *(void **) chunk;
		free(chunk);
	}
}

void
heap_arena_init(HeapArena *heap)
{
	heap->chunks = NULL;
	arena_init(&heap->arena, heap_chunk, heap_release, heap);
}

void
heap_arena_free(HeapArena *heap)
{
	heap_release(heap);
	arena_init(&heap->arena, heap_chunk, heap_release, heap);
}

void
buf_init(Buf *buf, Arena *arena)
{
	*buf = (Buf){.arena = arena};
}

void
buf_add(Buf *buf, const void *bytes, size_t n)
{
	if (n > buf->room - buf->n)
	{
		size_t		room = buf->room ? buf->room * 2 : 128;
		char	   *p;

		while (room - buf->n < n)
			room *= 2;
		p = arena_alloc(buf->arena, room);
		if (buf->n > 0)
			memcpy(p, buf->p, buf->n);
		buf->p = p;
		buf->room = room;
	}
	if (n > 0)
		memcpy(buf->p + buf->n, bytes, n);
	buf->n += n;
}

void
buf_str(Buf *buf, Str s)
{
	buf_add(buf, s.p, s.n);
}

void
buf_text(Buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void
buf_char(Buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void
buf_int(Buf *buf, int64_t value)
{
	char		digits[24];
	char	   *p = digits + sizeof digits;
	uint64_t	v = value < 0 ? -(uint64_t) value : (uint64_t) value;

	do
		*--p = (char) ('0' + v % 10);
	while ((v /= 10) != 0);
	if (value < 0)
		*--p = '-';
	buf_add(buf, p, (size_t) (digits + sizeof digits - p));
}

static const char base64url_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

size_t
base64url_encode(char *out, const uint8_t *bytes, size_t n)
{
	char	   *o = out;

	for (; n >= 3; bytes += 3, n -= 3)
	{
		uint32_t	v = (uint32_t) bytes[0] << 16 | (uint32_t) bytes[1] << 8 | bytes[2];

		*o++ = base64url_alphabet[v >> 18];
		*o++ = base64url_alphabet[v >> 12 & 63];
		*o++ = base64url_alphabet[v >> 6 & 63];
		*o++ = base64url_alphabet[v & 63];
	}
	if (n > 0)
	{
		uint32_t	v = (uint32_t) bytes[0] << 16 | (n > 1 ? (uint32_t) bytes[1] << 8 : 0);

		*o++ = base64url_alphabet[v >> 18];
		*o++ = base64url_alphabet[v >> 12 & 63];
		if (n > 1)
			*o++ = base64url_alphabet[v >> 6 & 63];
	}
	return (size_t) (o - out);
}

/* The value of each byte in base64url, plus one; 0 for a byte that does not belong to it. */
static const uint8_t base64url_value[256] = {
	['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6, ['G'] = 7, ['H'] = 8,
	['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
	['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
	['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
	['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
	['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
	['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
	['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['-'] = 63, ['_'] = 64,
};

/* Name the first byte that is not of the alphabet; the slow path of the decoder. */
static size_t
base64url_first_stray(const char *text, size_t n)
{
	size_t		i = 0;

	while (i < n && base64url_value[(uint8_t) text[i]] != 0)
		i++;
	return i;
}

bool
base64url_decode(uint8_t *out, size_t *out_n, size_t *at, const char *text, size_t n)
{
	const uint8_t *t = (const uint8_t *) text;
	uint8_t    *o = out;
	size_t		left = n;

	for (; left >= 4; left -= 4, t += 4)
	{
		uint32_t	a = base64url_value[t[0]];
		uint32_t	b = base64url_value[t[1]];
		uint32_t	c = base64url_value[t[2]];
		uint32_t	d = base64url_value[t[3]];
		uint32_t	v;

		if (a == 0 || b == 0 || c == 0 || d == 0)
			goto stray;
		v = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);
		*o++ = (uint8_t) (v >> 16);
		*o++ = (uint8_t) (v >> 8);
		*o++ = (uint8_t) v;
	}
	if (left == 1)
		goto stray;
	if (left > 1)
	{
		uint32_t	a = base64url_value[t[0]];
		uint32_t	b = base64url_value[t[1]];
		uint32_t	c = left == 3 ? base64url_value[t[2]] : 1;
		uint32_t	v;

		if (a == 0 || b == 0 || c == 0)
			goto stray;
		v = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6;
		if ((v & (left == 3 ? 0xffu : 0xffffu)) != 0)
		{
			*at = n - 1;
			return false;
		}
		*o++ = (uint8_t) (v >> 16);
		if (left == 3)
			*o++ = (uint8_t) (v >> 8);
	}
	*out_n = (size_t) (o - out);
	return true;

stray:
	*at = base64url_first_stray(text, n);
	if (*at == n)
		*at = n - 1;
	return false;
}

/* Between the two alphabets only the last two letters differ. */
static char
swap_alphabet(char c, bool to_url)
{
	if (to_url)
		return c == '+' ? '-' : c == '/' ? '_' : c == '-' || c == '_' ? '=' : c;
	return c == '-' ? '+' : c == '_' ? '/' : c;
}

size_t
base64_encode(char *out, const uint8_t *bytes, size_t n)
{
	size_t		len = base64url_encode(out, bytes, n);

	for (size_t i = 0; i < len; i++)
		out[i] = swap_alphabet(out[i], false);
	while (len % 4 != 0)
		out[len++] = '=';
	return len;
}

void
buf_base64(Buf *buf, const void *bytes, size_t n)
{
	char	   *text = arena_alloc(buf->arena, BASE64_LEN(n));

	buf_add(buf, text, base64_encode(text, bytes, n));
}

bool
base64_decode(uint8_t *out, size_t *out_n, const char *text, size_t n)
{
	char		group[4];
	size_t		at;

	*out_n = 0;
	if (n % 4 != 0)
		return false;
	for (size_t i = 0; i < n; i += 4)
	{
		size_t		letters = 4;
		size_t		bytes;

		if (i + 4 == n)
			while (letters > 2 && text[i + letters - 1] == '=')
				letters--;
		for (size_t j = 0; j < letters; j++)
			group[j] = swap_alphabet(text[i + j], true);
		if (!base64url_decode(out + *out_n, &bytes, &at, group, letters))
			return false;
		*out_n += bytes;
	}
	return true;
}
