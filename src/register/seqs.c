/*
 * seqs.c -- sets of seqs as ranges in order.
 */
#include "register/seqs.h"

#include <stdlib.h>

void
seqs_add(SeqSet *set, int64_t first, int64_t last)
{
	SeqRange   *previous = set->n > 0 ? &set->v[set->n - 1] : NULL;

	if (previous != NULL && previous->last < first && previous->last + 1 == first)
	{
		previous->last = last;
		return;
	}
	if (set->n == set->room)
	{
		size_t		room = set->room * 2 + 64;
		SeqRange   *grown = arena_alloc(set->arena, room * sizeof *grown);

		if (set->n > 0)
			memcpy(grown, set->v, set->n * sizeof *grown);
		set->v = grown;
		set->room = room;
	}
	set->v[set->n++] = (SeqRange){first, last};
}

static int
compare(const void *a, const void *b)
{
	const SeqRange *x = a;
	const SeqRange *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

void
seqs_order(SeqSet *set, void (*twice) (void *self, SeqRange range), void *self)
{
	size_t		n = 0;

	if (set->n == 0)
		return;
	qsort(set->v, set->n, sizeof *set->v, compare);
	for (size_t i = 1; i < set->n; i++)
	{
		SeqRange   *last = &set->v[n];
		SeqRange	next = set->v[i];

		if (next.first <= last->last && twice != NULL)
			twice(self, (SeqRange){next.first, next.last < last->last ? next.last : last->last});
		if (next.first > last->last && next.first > last->last + 1)
			set->v[++n] = next;
		else if (next.last > last->last)
			last->last = next.last;
	}
	set->n = n + 1;
}

/* The first range that ends at a seq or after it; n if there is none. */
static size_t
find(const SeqSet *set, int64_t seq)
{
	size_t		low = 0;
	size_t		high = set->n;

	while (low < high)
	{
		size_t		mid = low + (high - low) / 2;

		if (set->v[mid].last < seq)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool
seqs_have(const SeqSet *set, int64_t seq)
{
	size_t		at = find(set, seq);

	return at < set->n && set->v[at].first <= seq;
}

bool
seqs_gap(SeqRange *gap, const SeqSet *set, int64_t from, int64_t upto)
{
	size_t		at = find(set, from);

	if (at < set->n && set->v[at].first <= from)
	{
		from = set->v[at].last;
		if (from >= upto)
			return false;
		from++;
		at++;
	}
	if (from > upto)
		return false;
	*gap = (SeqRange){from, at < set->n && set->v[at].first <= upto ? set->v[at].first - 1 : upto};
	return true;
}
