/*
 * ids.c -- sorts ids, numbers them, merges and finds them.
 */
#include "delegation/ids.h"

#include <inttypes.h>
#include <stdio.h>

/* Numbers are close together if a table of all between them has less than this many entries for each. */
#define TABLE_PER_ID 8

uint32_t
ids_find(const Ids *ids, Id id)
{
	uint32_t	from = 0;
	uint32_t	to = ids->n;

	while (from < to)
	{
		uint32_t	middle = from + (to - from) / 2;
		int			c = id_cmp(ids->kind, id, ids_get(ids, middle));

		if (c == 0)
			return middle;
		if (c < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return NOBODY;
}

/* An id that is being sorted: a key that orders as the id does, or as its beginning, and where it came from. */
typedef struct Key
{
	uint64_t	key;
	uint32_t	i;
} Key;

/* Make a key: a number with its sign turned, the first eight bytes of a text. */
static inline uint64_t
key_of(const Ids *ids, uint32_t i)
{
	uint8_t		first[8] = {0};

	if (ids->kind == ID_NUMBER)
		return (uint64_t) ids->number[i] ^ UINT64_C(1) << 63;
	if (ids->text[i].n > 0)
		memcpy(first, ids->text[i].p, ids->text[i].n < sizeof first ? ids->text[i].n : sizeof first);
	return get_be64(first);
}

/* Sort by the keys, a byte a pass from the last to the first; bytes that are the same everywhere are skipped. */
static Key *
sort_bytewise(Key *keys, Key *spare, uint32_t n, void (*pause)(void))
{
	uint64_t	differing = 0;

	for (uint32_t i = 0; i < n; i++)
		differing |= keys[i].key ^ keys[0].key;
	for (int shift = 0; shift < 64; shift += 8)
	{
		uint32_t	start[256] = {0};
		uint32_t	sum = 0;
		Key		   *sorted = spare;

		if ((differing >> shift & 255) == 0)
			continue;
		if (pause != NULL)
			pause();
		for (uint32_t i = 0; i < n; i++)
			start[keys[i].key >> shift & 255]++;
		for (int b = 0; b < 256; b++)
		{
			uint32_t	count = start[b];

			start[b] = sum;
			sum += count;
		}
		for (uint32_t i = 0; i < n; i++)
			sorted[start[keys[i].key >> shift & 255]++] = keys[i];
		spare = keys;
		keys = sorted;
	}
	return keys;
}

static inline bool
text_precedes(const Key *a, const Key *b, const Str *text)
{
	return a->key != b->key ? a->key < b->key : str_cmp(text[a->i], text[b->i]) < 0;
}

/* Sort by the texts: merge ever longer runs. */
static Key *
sort_texts(Key *keys, Key *spare, uint32_t n, const Str *text, void (*pause)(void))
{
	for (uint64_t run = 1; run < n; run *= 2)
	{
		Key		   *sorted = spare;

		if (pause != NULL)
			pause();
		for (uint64_t from = 0; from < n; from += 2 * run)
		{
			uint64_t	middle = from + run < n ? from + run : n;
			uint64_t	to = middle + run < n ? middle + run : n;
			uint64_t	a = from;
			uint64_t	b = middle;

			for (uint64_t i = from; i < to; i++)
				sorted[i] = b == to || (a < middle && !text_precedes(&keys[b], &keys[a], text)) ? keys[a++] : keys[b++];
		}
		spare = keys;
		keys = sorted;
	}
	return keys;
}

/*
 * Number numbers that lie close together: a table of all that lie between the smallest and the greatest takes less time
 * than sorting.  False if they do not.
 */
static bool
number_by_table(Ids *out, uint32_t *place, const Ids *ids, Arena *arena, Arena *scratch)
{
	int64_t		least = INT64_MAX;
	int64_t		greatest = INT64_MIN;
	uint64_t	range;
	uint8_t    *seen;
	uint32_t   *table;
	uint32_t	n = 0;

	for (uint32_t i = 0; i < ids->n; i++)
	{
		int64_t		id = ids->number[i];

		least = id < least ? id : least;
		greatest = id > greatest ? id : greatest;
	}
	range = (uint64_t) greatest - (uint64_t) least;
	if (ids->n == 0 || range / TABLE_PER_ID >= ids->n)
		return false;

	seen = arena_zero(scratch, range + 1);
	for (uint32_t i = 0; i < ids->n; i++)
		seen[(uint64_t) ids->number[i] - (uint64_t) least] = 1;
	for (uint64_t x = 0; x <= range; x++)
		n += seen[x];
	out->number = arena_alloc(arena, sizeof(int64_t) * n);
	if (n == range + 1)
	{
		/* All of them are there: an id's place is its distance from the least. */
		out->n = n;
		for (uint64_t x = 0; x <= range; x++)
			out->number[x] = (int64_t) ((uint64_t) least + x);
		for (uint32_t i = 0; i < ids->n; i++)
			place[i] = (uint32_t) ((uint64_t) ids->number[i] - (uint64_t) least);
		return true;
	}
	table = arena_alloc(scratch, sizeof(uint32_t) * (range + 1));
	for (uint64_t x = 0; x <= range; x++)
	{
		table[x] = out->n;
		if (seen[x])
			out->number[out->n++] = (int64_t) ((uint64_t) least + x);
	}
	for (uint32_t i = 0; i < ids->n; i++)
		place[i] = table[(uint64_t) ids->number[i] - (uint64_t) least];
	return true;
}

/* Number ids of any kind by sorting them. */
static void
number_by_sorting(Ids *out, uint32_t *place, const Ids *ids, void (*pause)(void), Arena *arena, Arena *scratch)
{
	Key		   *keys = arena_alloc(scratch, sizeof(Key) * ids->n);
	Key		   *spare = arena_alloc(scratch, sizeof(Key) * ids->n);
	uint32_t	n = 0;

	for (uint32_t i = 0; i < ids->n; i++)
		keys[i] = (Key){key_of(ids, i), i};
	if (ids->kind == ID_NUMBER)
		keys = sort_bytewise(keys, spare, ids->n, pause);
	else
		keys = sort_texts(keys, spare, ids->n, ids->text, pause);

	/* Of those that are equal the first stays; keys[at - 1] is still what it was, for n never overtakes at. */
	for (uint32_t at = 0; at < ids->n; at++)
	{
		uint32_t	i = keys[at].i;

		if (at == 0 || keys[at].key != keys[at - 1].key ||
			(ids->kind == ID_TEXT && str_cmp(ids->text[i], ids->text[keys[at - 1].i]) != 0))
			keys[n++] = keys[at];
		place[i] = n - 1;
	}
	out->n = n;
	out->number = arena_alloc(arena, id_width(ids->kind) * n);
	for (uint32_t v = 0; v < n; v++)
		ids_put(out, v, ids_get(ids, keys[v].i));
}

void
ids_distinct(Ids *out, uint32_t *place, const Ids *ids, void (*pause)(void), Arena *arena, Arena *scratch)
{
	*out = (Ids){.kind = ids->kind};
	if (ids->kind == ID_TEXT || !number_by_table(out, place, ids, arena, scratch))
		number_by_sorting(out, place, ids, pause, arena, scratch);
}

void
ids_merge(Ids *out, uint32_t *place_a, uint32_t *place_b, const Ids *a, const Ids *b, Arena *arena)
{
	uint32_t	i = 0;
	uint32_t	j = 0;

	*out = (Ids){.kind = a->kind};
	out->number = arena_alloc(arena, id_width(a->kind) * ((size_t) a->n + b->n));
	while (i < a->n || j < b->n)
	{
		int			c = i == a->n ? 1 : j == b->n ? -1 : id_cmp(a->kind, ids_get(a, i), ids_get(b, j));

		ids_put(out, out->n, c <= 0 ? ids_get(a, i) : ids_get(b, j));
		if (c <= 0)
			place_a[i++] = out->n;
		if (c >= 0)
			place_b[j++] = out->n;
		out->n++;
	}
}

const char *
id_show(char out[ID_SHOWN_MAX], IdKind kind, Id id)
{
	const size_t most = ID_SHOWN_MAX - sizeof "\"...\"";
	size_t		n;

	if (kind == ID_NUMBER)
	{
		snprintf(out, ID_SHOWN_MAX, "%" PRId64, id.number);
		return out;
	}
	n = id.text.n;
	if (n > most)
		for (n = most; n > 0 && ((uint8_t) id.text.p[n] & 0xc0) == 0x80; n--)
			;
	snprintf(out, ID_SHOWN_MAX, "\"%.*s%s\"", (int) n, id.text.n > 0 ? id.text.p : "", n < id.text.n ? "..." : "");
	return out;
}
