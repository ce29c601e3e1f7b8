/*
 * wire.c -- reads what a server sends.
 */
#include "cli/wire.h"

/* Microseconds from 1970 to 2000, where PostgreSQL counts from. */
#define EPOCH (INT64_C(946684800) * USECS_PER_SECOND)

typedef struct Bytes
{
	const uint8_t *p;
	size_t		n;
} Bytes;

static bool
take_int4(int32_t *out, Bytes *b)
{
	if (b->n < 4)
		return false;
	*out = (int32_t) ((uint32_t) b->p[0] << 24 | (uint32_t) b->p[1] << 16 | (uint32_t) b->p[2] << 8 | b->p[3]);
	b->p += 4;
	b->n -= 4;
	return true;
}

/* Take the next item of an array; NULL items are refused, no table of ours has any. */
static bool
take_item(Bytes *item, Bytes *b)
{
	int32_t		length;

	if (!take_int4(&length, b) || length < 0 || (size_t) length > b->n)
		return false;
	*item = (Bytes){b->p, (size_t) length};
	b->p += length;
	b->n -= (size_t) length;
	return true;
}

/* Read the head of an array of one dimension: how many items follow. */
static bool
take_array(size_t *count, Bytes *b)
{
	int32_t		dimensions;
	int32_t		flags;
	int32_t		type;
	int32_t		length = 0;
	int32_t		lower;

	if (!take_int4(&dimensions, b) || !take_int4(&flags, b) || !take_int4(&type, b) || dimensions < 0 || dimensions > 1)
		return false;
	if (dimensions == 1 && (!take_int4(&length, b) || !take_int4(&lower, b)))
		return false;
	*count = (size_t) length;
	return length >= 0 && (size_t) length <= b->n / 4;
}

static bool
read_did(Did *out, Bytes b)
{
	return did_from_bytes(out, b.p, b.n, NULL) == CODE_OK;
}

static bool
read_int4(int32_t *out, Bytes b)
{
	return b.n == 4 && take_int4(out, &b);
}

static bool
read_int8(int64_t *out, Bytes b)
{
	if (b.n != 8)
		return false;
	*out = (int64_t) get_be64(b.p);
	return true;
}

static bool
read_str(Str *out, Bytes b, Arena *arena)
{
	*out = (Str){arena_copy(arena, b.p, b.n), b.n};
	return true;
}

/* Read all items of an array by an expression that reads item into *to. */
#define READ_LIST(list_type, item_type, read_item) \
	do { \
		size_t count; \
		Bytes item; \
		item_type *list; \
		if (!take_array(&count, &b)) \
			return false; \
		list = arena_alloc(arena, count * sizeof *list); \
		for (size_t i = 0; i < count; i++) \
		{ \
			item_type *to = &list[i]; \
			*to = (item_type){0}; \
			if (!take_item(&item, &b) || !(read_item)) \
				return false; \
		} \
		*(list_type *) v = (list_type){list, count}; \
		return b.n == 0; \
	} while (0)

void
wire_null(void *row, const Col *col)
{
	void	   *v = (char *) row + col->offset;

	switch (col->type)
	{
		case COL_INT8:
		case COL_XID:
		case COL_TIME:
			*(int64_t *) v = INT8_NONE;
			break;
		case COL_INT4:
			*(int32_t *) v = INT4_NONE;
			break;
		case COL_BOOL:
			*(bool *) v = false;
			break;
		case COL_TEXT:
		case COL_BYTES:
		case COL_JSON:
		case COL_SNAPSHOT:
			*(Str *) v = STR_NONE;
			break;
		case COL_DID:
			*(Did *) v = (Did){{0}};
			break;
		case COL_DIDS:
			*(DidList *) v = (DidList){0};
			break;
		case COL_INT4S:
			*(Int4List *) v = (Int4List){0};
			break;
		case COL_INT8S:
			*(Int8List *) v = (Int8List){0};
			break;
		case COL_TEXTS:
			*(StrList *) v = (StrList){0};
			break;
	}
}

bool
wire_read(void *row, const Col *col, const uint8_t *bytes, size_t n, Arena *arena)
{
	void	   *v = (char *) row + col->offset;
	Bytes		b = {bytes, n};

	switch (col->type)
	{
		case COL_INT8:
		case COL_XID:
			return read_int8(v, b);
		case COL_TIME:
			return read_int8(v, b) && !add_overflows(*(int64_t *) v, EPOCH, (int64_t *) v);
		case COL_INT4:
			return read_int4(v, b);
		case COL_BOOL:
			*(bool *) v = n == 1 && bytes[0] != 0;
			return n == 1 && bytes[0] <= 1;
		case COL_TEXT:
		case COL_BYTES:
		case COL_JSON:
		case COL_SNAPSHOT:
			return read_str(v, b, arena);
		case COL_DID:
			return read_did(v, b);
		case COL_DIDS:
			READ_LIST(DidList, Did, read_did(to, item));
		case COL_INT4S:
			READ_LIST(Int4List, int32_t, read_int4(to, item));
		case COL_INT8S:
			READ_LIST(Int8List, int64_t, read_int8(to, item));
		case COL_TEXTS:
			READ_LIST(StrList, Str, read_str(to, item, arena));
	}
	return false;
}

/* ---- texts ---- */

/* The character at the start of n bytes, and in *length how many it takes; -1 if there is none. */
static int32_t
character(size_t *length, const uint8_t *p, size_t n)
{
	static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t		size = p[0] < 0x80 ? 1 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : p[0] >= 0xe0 && p[0] < 0xf0 ? 3 :
		p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : 0;
	int32_t		c;

	*length = size;
	if (size == 0 || size > n)
		return -1;
	c = size == 1 ? p[0] : p[0] & (0x7f >> size);
	for (size_t i = 1; i < size; i++)
	{
		if ((p[i] & 0xc0) != 0x80)
			return -1;
		c = c << 6 | (p[i] & 0x3f);
	}
	return c < least[size] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? -1 : c;
}

/* True for what a terminal may act upon instead of showing it. */
static bool
is_control(int32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x200e || c == 0x200f || c == 0x061c ||
		(c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

Str
wire_clean(Arena *arena, Str text, bool lines)
{
	const uint8_t *p = (const uint8_t *) text.p;
	char	   *out = arena_alloc(arena, text.n + 1);
	size_t		n = 0;

	for (size_t i = 0; i < text.n;)
	{
		size_t		length;
		int32_t		c = character(&length, p + i, text.n - i);

		if (c < 0 || (is_control(c) && c != '\t' && !(lines && c == '\n')))
		{
			out[n++] = '?';
			i += c < 0 ? 1 : length;
			continue;
		}
		memcpy(out + n, p + i, length);
		n += length;
		i += length;
	}
	out[n] = '\0';
	return (Str){out, n};
}
