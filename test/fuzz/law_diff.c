/*
 * law_diff.c -- a text, a byte 0, a diff: a result is within bounds, comes again, and the diff turned around takes it
 * back; a refusal says where, and leaves no part of a result.
 */
#include "law/diff.h"

#include <stdlib.h>

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * Turn a diff that was applied around.  False if it has empty lines: one that comes to lie behind the last LF of a text
 * is not seen there, so that the way back is another.
 */
static bool
turn_around(Buf *out, Str diff)
{
	const char *p = diff.p;
	const char *end = diff.p + diff.n;

	for (int number = 1; p < end; number++)
	{
		const char *lf = memchr(p, '\n', (size_t) (end - p));
		size_t		n = (size_t) ((lf != NULL ? lf : end) - p);

		if (n == 0 || (n == 1 && *p != '\\'))
			return false;
		if (n >= 2 && memcmp(p, "@@", 2) == 0)
		{
			const char *plus = memchr(p, '+', n);
			const char *rest = memchr(plus, '@', n - (size_t) (plus - p));

			buf_text(out, "@@ -");
			buf_add(out, plus + 1, (size_t) (rest - plus - 1));
			buf_char(out, '+');
			buf_add(out, p + 4, (size_t) (plus - p - 4));
			buf_add(out, rest, n - (size_t) (rest - p));
			buf_char(out, '\n');
		}
		else if (number > 2 || memcmp(diff.p, "--- ", 4) != 0)
		{
			buf_char(out, *p == '-' ? '+' : *p == '+' ? '-' : *p);
			buf_add(out, p + 1, n - 1);
			buf_char(out, '\n');
		}
		p += n + (lf != NULL);
	}
	return true;
}

/* A text without its last LF: a diff may be silent about that one. */
static Str
without_lf(Str s)
{
	return (Str){s.n > 0 ? s.p : "", s.n - (s.n > 0 && s.p[s.n - 1] == '\n')};
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *zero = size > 0 ? memchr(data, 0, size) : NULL;
	size_t		n = zero != NULL ? (size_t) (zero - data) : 0;
	Str			text = {(const char *) data, n};
	Str			diff = {zero != NULL ? (const char *) zero + 1 : "", zero != NULL ? size - n - 1 : 0};
	Str			out = STR_NONE;
	Str			again = STR_NONE;
	Fault		fault = {0};
	HeapArena	heap;
	Code		code;
	Buf			back;

	heap_arena_init(&heap);
	buf_init(&back, &heap.arena);
	code = diff_apply(&out, &heap.arena, text, diff, &fault);
	if (diff_apply(&again, &heap.arena, text, diff, NULL) != code || !str_eq(out, again))
		abort();
	if (code != CODE_OK)
	{
		if (out.p != NULL || fault.code != code || fault.detail[0] == '\0' ||
			!(code == CODE_TOO_LARGE || code == CODE_BAD_DIFF || code == CODE_DIFF_MISMATCH) ||
			(code != CODE_TOO_LARGE && (fault.at < 0 || fault.at > (int64_t) diff.n)))
			abort();
	}
	else if (out.p == NULL || out.n > LAW_TEXT_MAX)
		abort();
	else if (diff.n < LAW_DIFF_MAX && turn_around(&back, diff))
	{
		if (diff_apply(&again, &heap.arena, out, buf_done(&back), NULL) != CODE_OK || !str_eq(without_lf(again), without_lf(text)))
			abort();
	}
	heap_arena_free(&heap);
	return 0;
}
