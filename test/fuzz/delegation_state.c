/*
 * delegation_state.c -- bytes of a delegation graph that may be anything.  The first byte says what the rest is: bytes
 * to be read, or the text form of one kind.  What is taken is written back the same, survives the way through the other
 * form, and can be asked everything.
 */
#include "delegation/facts.h"
#include "delegation/notation.h"

#include <stdlib.h>

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Str
bytes_of(const Web *web, Arena *arena)
{
	uint64_t	n = web_size(web);
	uint8_t    *p = arena_alloc(arena, n);

	web_write(p, web);
	return (Str){(const char *) p, n};
}

/* Ask all that can be asked; the weights behind the heads must add up. */
static void
ask(const Web *web, Arena *arena)
{
	Graph		graph;
	Resolution	res;
	int64_t    *weight = arena_alloc(arena, sizeof(int64_t) * web->ids.n);
	int64_t    *members = arena_alloc(arena, sizeof(int64_t) * web->ids.n);
	int64_t		sum = 0;
	uint32_t	steps;
	uint32_t	ring;

	web_graph(&graph, web, arena);
	graph_resolve(&res, &graph, true, arena);
	if (graph_weigh(weight, members, &res, NULL) != CODE_OK)
		return;
	for (uint32_t v = 0; v < web->ids.n; v++)
	{
		sum += members[v];
		graph_measure(&steps, &ring, res.delegate, v);
		if ((ring > 0) != (graph_standing(&res, v) == STANDING_RING) || (ring == 0 && steps != res.hops[v]))
			abort();
	}
	if (sum != web->ids.n)
		abort();
}

/* Print, parse, and compare. */
static void
there_and_back(const Web *web, Str bytes, Arena *arena)
{
	Buf			text;
	Facts		facts;
	Web			again = {0};

	buf_init(&text, arena);
	notation_print(&text, web);
	facts_init(&facts, web->ids.kind, arena);
	if (notation_parse(&facts, buf_done(&text), NULL) != CODE_OK ||
		facts_rest(&again, &facts, NULL, arena, arena, NULL) != CODE_OK || !str_eq(bytes_of(&again, arena), bytes))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	HeapArena	heap;
	Arena	   *arena = &heap.arena;
	Web			web = {0};
	Web			read = {0};
	Facts		facts;
	Str			bytes;

	if (size == 0)
		return 0;
	heap_arena_init(&heap);
	if (data[0] == 'n' || data[0] == 't')
	{
		facts_init(&facts, (IdKind) data[0], arena);
		if (notation_parse(&facts, (Str){(const char *) data + 1, size - 1}, NULL) == CODE_OK &&
			facts_rest(&web, &facts, NULL, arena, arena, NULL) == CODE_OK)
		{
			bytes = bytes_of(&web, arena);
			if (web_read(&read, (const uint8_t *) bytes.p, bytes.n, arena, NULL) != CODE_OK)
				abort();
			there_and_back(&read, bytes, arena);
			ask(&read, arena);
		}
	}
	else if (web_read(&web, data + 1, size - 1, arena, NULL) == CODE_OK)
	{
		bytes = bytes_of(&web, arena);
		if (!str_eq(bytes, (Str){(const char *) data + 1, size - 1}))
			abort();
		there_and_back(&web, bytes, arena);
		ask(&web, arena);
	}
	heap_arena_free(&heap);
	return 0;
}
