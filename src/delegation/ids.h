/*
 * ids.h -- gives whatever members are called dense numbers, in ascending order.
 *
 * An id is a 64-bit number or a text (any bytes, compared bytewise).  Dense numbers come from sorting, not from a hash
 * table: numbers are sorted bytewise in O(n), reading and writing memory in order, where a table of a million ids
 * would miss the cache at every look-up; and the order is needed anyway, to make the same bytes of the same facts.
 */
#ifndef COMMUNE_DELEGATION_IDS_H
#define COMMUNE_DELEGATION_IDS_H

#include "delegation/graph.h"

typedef enum IdKind
{
	ID_NUMBER = 'n',
	ID_TEXT = 't'
} IdKind;

/* The kind is known from where the id comes. */
typedef union Id
{
	int64_t		number;
	Str			text;
} Id;

typedef struct Ids
{
	IdKind		kind;
	uint32_t	n;
	union
	{
		int64_t    *number;
		Str		   *text;
	};
} Ids;

static inline Id
ids_get(const Ids *ids, uint32_t i)
{
	Id			id;

	if (ids->kind == ID_NUMBER)
		id.number = ids->number[i];
	else
		id.text = ids->text[i];
	return id;
}

static inline void
ids_put(Ids *ids, uint32_t i, Id id)
{
	if (ids->kind == ID_NUMBER)
		ids->number[i] = id.number;
	else
		ids->text[i] = id.text;
}

static inline int
id_cmp(IdKind kind, Id a, Id b)
{
	return kind == ID_NUMBER ? (a.number > b.number) - (a.number < b.number) : str_cmp(a.text, b.text);
}

static inline size_t
id_width(IdKind kind)
{
	return kind == ID_NUMBER ? sizeof(int64_t) : sizeof(Str);
}

/* Find an id among ids in ascending order; NOBODY if it is not there. */
extern uint32_t ids_find(const Ids *ids, Id id);

/*
 * Write the different ones among ids in ascending order to out, and where each of ids is found there to place, which
 * has ids->n items.  Texts are not copied.  pause, which may be NULL, is called now and then, and may jump out.
 */
extern void ids_distinct(Ids *out, uint32_t *place, const Ids *ids, void (*pause)(void), Arena *arena, Arena *scratch);

/*
 * Merge two ascending lists of ids into out; where the ids of a and of b are found there goes to place_a and place_b.
 */
extern void ids_merge(Ids *out, uint32_t *place_a, uint32_t *place_b, const Ids *a, const Ids *b, Arena *arena);

/* Show an id in an error message: a number, or a quoted text, cut to a readable length between characters. */
#define ID_SHOWN_MAX 80
extern const char *id_show(char out[ID_SHOWN_MAX], IdKind kind, Id id);

#endif
