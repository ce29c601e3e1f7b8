/*
 * voting_ranking.c -- rankings that may be anything.  The first byte says what the rest is: t for the text form, else bytes.
 * What is taken is written back the same, by way of the other form, and is found again in a profile and in its bytes.
 */
#include "voting/profile.h"

#include "crypto/crypto.h"

#include <stdlib.h>

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Print, parse, and compare. */
static void
there_and_back(Str bytes, Arena *arena)
{
	Buf			text;
	Str			again;

	buf_init(&text, arena);
	ranking_print(&text, (const uint8_t *) bytes.p, bytes.n);
	if (ranking_parse(&again, buf_done(&text), arena, NULL) != CODE_OK || !str_eq(again, bytes))
		abort();
}

/* Add the ranking to a profile that has just enough options, and look for it there. */
static void
gather(Str bytes, Arena *arena)
{
	Profile		profile;
	Profile		read;
	uint32_t	high;
	uint8_t    *written;

	if (!ranking_fits(&high, (const uint8_t *) bytes.p, bytes.n, OPTIONS_MAX))
		abort();
	if (profile_init(&profile, high > 0 ? high : 1, arena, NULL) != CODE_OK ||
		profile_add(&profile, (const uint8_t *) bytes.p, bytes.n, -7, NULL) != CODE_OK)
		abort();
	profile_sort(&profile, arena);
	written = arena_alloc(arena, profile_size(&profile));
	profile_write(written, &profile);
	if (profile_read(&read, written, profile_size(&profile), arena, NULL) != CODE_OK || read.n != 1 || read.paper[0].weight != -7 ||
		!str_eq((Str){(const char *) read.paper[0].p, read.paper[0].n}, bytes))
		abort();
	if (high > 1 && (profile_init(&profile, high - 1, arena, NULL) != CODE_OK ||
					 profile_add(&profile, (const uint8_t *) bytes.p, bytes.n, 1, NULL) != CODE_NO_SUCH_OPTION))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	HeapArena	heap;
	Str			bytes;

	if (size == 0 || !crypto_init())
		return 0;
	heap_arena_init(&heap);
	if (data[0] == 't')
	{
		if (ranking_parse(&bytes, (Str){(const char *) data + 1, size - 1}, &heap.arena, NULL) != CODE_OK)
			bytes = STR_NONE;
		else if (ranking_check((const uint8_t *) bytes.p, bytes.n, NULL) != CODE_OK)
			abort();
	}
	else
		bytes = ranking_check(data + 1, size - 1, NULL) == CODE_OK ? (Str){(const char *) data + 1, size - 1} : STR_NONE;
	if (bytes.p != NULL)
	{
		there_and_back(bytes, &heap.arena);
		gather(bytes, &heap.arena);
	}
	heap_arena_free(&heap);
	return 0;
}
