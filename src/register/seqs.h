/*
 * seqs.h -- a set of seqs, kept as ranges: what is in a block is mostly neighbours.
 */
#ifndef COMMUNE_SEQS_H
#define COMMUNE_SEQS_H

#include "base/base.h"

typedef struct SeqRange
{
	int64_t		first;
	int64_t		last;
} SeqRange;

typedef struct SeqSet
{
	Arena	   *arena;
	SeqRange   *v;
	size_t		n;
	size_t		room;
} SeqSet;

/* Add first .. last; the set is to be put in order before anybody asks. */
extern void seqs_add(SeqSet *set, int64_t first, int64_t last);

/* Put the set in order.  twice, if not NULL, is called with each range that was added more than once. */
extern void seqs_order(SeqSet *set, void (*twice) (void *self, SeqRange range), void *self);

extern bool seqs_have(const SeqSet *set, int64_t seq);

/* Find the first range between from and upto that is not in the set, as far as it goes; false if there is none. */
extern bool seqs_gap(SeqRange *gap, const SeqSet *set, int64_t from, int64_t upto);

#endif
