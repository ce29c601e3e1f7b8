/*
 * cli_wire.c -- what a server sends: the first byte chooses the type of the column.  A value that is taken can be
 * printed and equals itself; a text that was cleaned is clean.
 */
#include "cli/wire.h"

#include <stdlib.h>

typedef union Value
{
	int64_t		int8;
	int32_t		int4;
	bool		flag;
	Str			str;
	Did			did;
	DidList		dids;
	Int4List	int4s;
	Int8List	int8s;
	StrList		texts;
} Value;

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	HeapArena	heap;
	Col			col = {"value", COL_INT8, 0};
	Value		value = {0};
	Str			clean;
	Str			again;

	if (size == 0)
		return 0;
	heap_arena_init(&heap);
	col.type = (ColType) (data[0] % (COL_TEXTS + 1));
	if (wire_read(&value, &col, data + 1, size - 1, &heap.arena))
	{
		(void) col_print(&heap.arena, &col, &value);
		if (col_cmp(&col, &value, &value) != 0)
			abort();
	}
	clean = wire_clean(&heap.arena, (Str){(const char *) data + 1, size - 1}, data[0] & 1);
	again = wire_clean(&heap.arena, clean, data[0] & 1);
	if (!str_eq(clean, again) || memchr(clean.p, '\033', clean.n + 1) != NULL)
		abort();
	heap_arena_free(&heap);
	return 0;
}
