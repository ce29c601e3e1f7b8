/*
 * register_seqs_test.c -- sets of seqs, against one flag for each seq.
 */
#include "check.h"
#include "seeded.h"

#include "register/seqs.h"

enum {UPTO = 100};

static HeapArena heap;

/* How often each seq was added, and how often it was reported as added twice. */
typedef struct Counts
{
	int			added[UPTO];
	int			twice[UPTO];
} Counts;

static void
count_twice(void *self, SeqRange range)
{
	Counts	   *counts = self;

	CHECK(range.first <= range.last);
	for (int64_t seq = range.first; seq <= range.last; seq++)
		counts->twice[seq]++;
}

static void
check_set(const SeqSet *set, const Counts *counts)
{
	SeqRange	gap;

	for (size_t i = 1; i < set->n; i++)
		CHECK(set->v[i].first > set->v[i - 1].last + 1);	/* neighbours are one range */
	for (int64_t seq = 0; seq < UPTO; seq++)
		CHECK(seqs_have(set, seq) == (counts->added[seq] > 0));
	for (int64_t from = 0; from < UPTO; from++)
		for (int64_t upto = from; upto < UPTO; upto += 7)
		{
			int64_t		first = from;
			int64_t		last;

			while (first <= upto && counts->added[first])
				first++;
			for (last = first; last < upto && !counts->added[last + 1]; last++)
				;
			if (CHECK(seqs_gap(&gap, set, from, upto) == (first <= upto)) && first <= upto)
				CHECK(gap.first == first && gap.last == last);
		}
}

/* Ranges at random, many of them one after the other, some of them overlapping. */
static void
test_random(bool overlapping)
{
	for (int round = 0; round < 100; round++)
	{
		SeqSet		set = {.arena = &heap.arena};
		Counts		counts = {.added = {0}};
		int64_t		next = 0;

		for (size_t i = seeded_below(12); i > 0; i--)
		{
			int64_t		first = seeded_below(3) == 0 ? (int64_t) seeded_below(UPTO) : next;
			int64_t		last = first + (int64_t) seeded_below(9);
			bool		taken = last >= UPTO;

			for (int64_t seq = first; seq <= last && !taken; seq++)
				taken = !overlapping && counts.added[seq] > 0;
			if (taken)
				continue;
			for (int64_t seq = first; seq <= last; seq++)
				counts.added[seq]++;
			seqs_add(&set, first, last);
			next = last + 1 < UPTO ? last + 1 : 0;
		}
		seqs_order(&set, count_twice, &counts);
		for (int seq = 0; seq < UPTO; seq++)
			CHECK_INT(counts.twice[seq], counts.added[seq] > 0 ? counts.added[seq] - 1 : 0);
		check_set(&set, &counts);
	}
}

/* At the ends of what a seq can be. */
static void
test_ends(void)
{
	SeqSet		set = {.arena = &heap.arena};
	SeqRange	gap;

	seqs_order(&set, NULL, NULL);
	CHECK(!seqs_have(&set, 1));
	CHECK(seqs_gap(&gap, &set, INT64_MIN, INT64_MAX) && gap.first == INT64_MIN && gap.last == INT64_MAX);
	seqs_add(&set, INT64_MAX - 1, INT64_MAX);
	seqs_add(&set, INT64_MIN, INT64_MIN);
	seqs_add(&set, INT64_MAX, INT64_MAX);
	seqs_order(&set, NULL, NULL);
	CHECK_INT(set.n, 2);
	CHECK(seqs_have(&set, INT64_MIN) && seqs_have(&set, INT64_MAX) && !seqs_have(&set, 0));
	CHECK(!seqs_gap(&gap, &set, INT64_MAX - 1, INT64_MAX) && !seqs_gap(&gap, &set, INT64_MIN, INT64_MIN));
	CHECK(seqs_gap(&gap, &set, INT64_MIN, INT64_MAX) && gap.first == INT64_MIN + 1 && gap.last == INT64_MAX - 2);
}

/* What comes in order takes one range, however much it is. */
static void
test_compact(void)
{
	SeqSet		set = {.arena = &heap.arena};

	for (int64_t seq = 1; seq <= 100000; seq++)
		seqs_add(&set, seq, seq);
	CHECK_INT(set.n, 1);
	for (int64_t seq = 200000; seq < 202000; seq += 2)
		seqs_add(&set, seq, seq);
	seqs_order(&set, NULL, NULL);
	CHECK_INT(set.n, 1001);
}

int
main(void)
{
	heap_arena_init(&heap);
	test_random(false);
	test_random(true);
	test_ends();
	test_compact();
	heap_arena_free(&heap);
	return check_done("register_seqs");
}
