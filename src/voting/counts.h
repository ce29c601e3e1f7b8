/*
 * counts.h -- states that are tables of numbers: each ballot adds to them, and two of them add up.
 *
 * A state has a row for each option.  What its columns are depends on the kind:
 *
 *   plurality   votes
 *   approval    approvals
 *   score       how often each score was given, from 0 to the highest
 *   star        the same; then for each option, how many ballots score this one higher
 *   borda       ballots that rank the option; the sum of its doubled positions in them (the first is 2; equal options
 *               share theirs); the sum of the numbers of options that they rank
 *   pairs       for each option, how many ballots rank this one above it; for itself, how many rank it at all.  Options
 *               that are not ranked are below all that are.
 *   pairs_ranked   the same, but only ballots that rank both options count
 *
 * Every number is a sum of weights, so ballots may come in any order and in any parts, and a ballot with the negative
 * weight takes an earlier one out again.  Sums are exact in 64 bits; a ballot with which one might not fit is a fault,
 * before anything is changed: the greatest number and the weight, whatever their signs, must add up.
 *
 * The bytes are canonical.  All numbers are little-endian, whatever the machine.
 *
 *   1 byte    version, COUNTS_VERSION
 *   1 byte    kind
 *   2 bytes   the highest score, 0 for kinds without scores
 *   4 bytes   number of options
 *   8 bytes   ballots
 *   8 bytes   ballots that are blank
 *   8 bytes   borda: the sum of the numbers of options that all ballots rank; 0 for others
 *   8 bytes   for each option and column
 */
#ifndef COMMUNE_VOTING_COUNTS_H
#define COMMUNE_VOTING_COUNTS_H

#include "voting/ranking.h"

#define COUNTS_VERSION 1
#define COUNTS_HEADER 32
#define COUNTS_CELLS_MAX (1u << 22)	/* 32 MB */
#define PAIRS_OPTIONS_MAX 2048		/* whose table has that many cells */
#define SCORE_MAX 1000

/* X(name in C, byte, name in the text form) */
#define COUNT_KINDS(X) \
	X(PLURALITY, 'p', "plurality") \
	X(APPROVAL, 'a', "approval") \
	X(SCORE, 's', "score") \
	X(STAR, 't', "star") \
	X(BORDA, 'b', "borda") \
	X(PAIRS, 'w', "pairs") \
	X(PAIRS_RANKED, 'r', "pairs_ranked")

typedef enum CountKind
{
#define COUNT_KIND_NAME(name, byte, text) COUNT_##name = byte,
	COUNT_KINDS(COUNT_KIND_NAME)
#undef COUNT_KIND_NAME
} CountKind;

/* Columns of borda. */
#define BORDA_RANKED 0
#define BORDA_POSITIONS 1
#define BORDA_LENGTHS 2

typedef struct Counts
{
	CountKind	kind;
	uint32_t	options;
	uint32_t	highest;		/* score */
	uint32_t	columns;
	int64_t		ballots;
	int64_t		blank;
	int64_t		lengths;		/* borda */
	int64_t    *cell;

	/* While ballots come in. */
	int64_t		bound;			/* no number here is further from 0 */
	int64_t    *above;			/* pairs: what is not in cell yet; above[a][b] for b at or above a, a itself included */
	uint32_t   *seen;			/* of each option, the last ballot that named it */
	uint32_t	ballot;
	uint32_t   *list;			/* options of the ballot, in their order */
} Counts;

static inline int64_t
counts_get(const Counts *counts, uint32_t option, uint32_t column)
{
	return counts->cell[(size_t) (option - 1) * counts->columns + column];
}

extern const char *counts_kind_name(CountKind kind);

/* Begin a state without ballots.  Fault: BAD_RULE for numbers out of range, TOO_LARGE. */
extern Code counts_init(Counts *counts, CountKind kind, int64_t options, int64_t highest, Arena *arena, Fault *fault);

/*
 * Add a ballot.  Faults: NO_SUCH_OPTION, NO_SUCH_SCORE, NUMBER_OVERFLOW; then nothing was added.  Arrays hold integers
 * of 2 or 4 bytes, not necessarily aligned; of a NULL in them, no item is there, and its bit in nulls (which may be
 * NULL) is 0.
 */
typedef struct Items
{
	const char *p;
	uint32_t	n;				/* NULLs included */
	uint32_t	width;			/* 2 or 4 */
	const uint8_t *nulls;
} Items;

extern Code counts_add_choice(Counts *counts, int64_t option, int64_t weight, Fault *fault);	/* plurality; 0: blank */
extern Code counts_add_approvals(Counts *counts, Items options, int64_t weight, Fault *fault);	/* NULLs do not count */
extern Code counts_add_scores(Counts *counts, Items scores, int64_t weight, Fault *fault);	/* score, star */
extern Code counts_add_ranking(Counts *counts, const uint8_t *bytes, size_t n, int64_t weight, Fault *fault);	/* others */

/* Bring all that was added into cell; a state that was only read has nothing to bring. */
extern void counts_settle(Counts *counts);

/*
 * Add or subtract another state, which must be settled; both may have been only read.  Faults: STATES_DIFFER,
 * NUMBER_OVERFLOW.
 */
extern Code counts_combine(Counts *counts, const Counts *other, bool subtract, Fault *fault);

/* Check before a count that no number is negative.  Fault: NEGATIVE_COUNT. */
extern Code counts_check(const Counts *counts, Fault *fault);

/* The bytes of a settled state. */
extern size_t counts_size(const Counts *counts);
extern void counts_write(uint8_t *out, const Counts *counts);

/* Read bytes that may be anything.  Fault: BAD_STATE_BYTES. */
extern Code counts_read(Counts *out, const uint8_t *bytes, size_t n, Arena *arena, Fault *fault);

/*
 * The text form: kind, number of options, the highest score if there are scores, a colon, ballots, blank ones, for
 * borda the sum of lengths; then the rows, each after a bar.  Kinds with one column have a single row.
 *
 *   plurality 3: 10 1 | 4 3 2
 *   score 2 3: 4 0 | 0 1 1 2 | 3 0 0 1
 */
extern void counts_print(Buf *out, const Counts *counts);
extern Code counts_parse(Counts *out, Str text, Arena *arena, Fault *fault);

#endif
