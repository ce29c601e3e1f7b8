/*
 * json.c -- what the reader takes has a canonical form, which reads back to itself; what it refuses, it says where.
 */
#include "record/json.h"

#include <stdlib.h>

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Look at every node: positions lie in the text, counts are those of the lists, names are found again. */
static void
walk(const Json *value, size_t size, int depth)
{
	uint32_t	n = 0;

	if (value->at >= size || depth > JSON_DEPTH_MAX + 1)
		abort();
	if (value->type == JSON_INT && (value->number > SAFE_INT_MAX || value->number < -SAFE_INT_MAX))
		abort();
	if (value->type == JSON_STRING && value->string.n > 0 && memchr(value->string.p, 0, value->string.n) != NULL)
		abort();
	for (const Json *child = value->child; child != NULL; child = child->next)
	{
		if (child->at <= value->at || (child->next != NULL && child->next->at <= child->at))
			abort();
		if (value->type == JSON_OBJECT && n < 50)
		{
			char		name[64];

			if (child->name.n < sizeof name)
			{
				memcpy(name, child->name.p, child->name.n);
				name[child->name.n] = '\0';
				if (json_get(value, name) != child)
					abort();
			}
		}
		walk(child, size, depth + 1);
		n++;
	}
	if (n != value->count)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	HeapArena	heap;
	const Json *value;
	const Json *again;
	Fault		fault = {0};
	Buf			once;
	Buf			twice;

	heap_arena_init(&heap);
	if (json_parse(&value, &heap.arena, (const char *) data, size, &fault) == CODE_OK)
	{
		walk(value, size, 1);
		buf_init(&once, &heap.arena);
		buf_init(&twice, &heap.arena);
		json_canonical(&once, value);
		if (json_parse(&again, &heap.arena, once.p, once.n, NULL) != CODE_OK)
			abort();
		walk(again, once.n, 1);
		json_canonical(&twice, again);
		if (!str_eq(buf_done(&once), buf_done(&twice)))
			abort();
	}
	else if (fault.code != CODE_BAD_RECORD || fault.at < 0 || fault.at > (int64_t) size || fault.detail[0] == '\0')
		abort();
	heap_arena_free(&heap);
	return 0;
}
