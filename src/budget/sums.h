/*
 * sums.h -- votes added up, option by option: what majority, seats, quadratic and cumulative voting are decided on.
 *
 * A ballot gives each option a number of votes, which may be negative (against it), and has a weight.  An option's sums
 * are over all ballots, each times its weight:
 *     plus      votes for it
 *     minus     votes against it, as a positive number
 *     credits   the squares of the votes
 *     voters    1 for each ballot that gives it any
 * Beside the options, ballots counts those that were counted, cut those of them that were changed to keep their limits,
 * abstained those that chose nothing, rejected those that broke the rules.
 *
 * Sums are a group: adding is commutative and associative, and a ballot of negative weight takes one away that was
 * added before.  An option whose sums are all zero is as if it had never been named.
 *
 * The bytes are canonical.  All numbers are little-endian; n is the number of options.
 *
 *   1 byte        version, SUMS_VERSION
 *   1 byte        'v'
 *   2 bytes       0
 *   4 bytes       n
 *   4 * 8 bytes   ballots, cut, abstained, rejected
 *   n * 4 bytes   the options, ascending
 *   n * 16 bytes  plus; then minus, and credits
 *   n * 8 bytes   voters
 *
 * The text is a list of words: ballots=759 cut=1 abstained=3 rejected=2, each where it is not 0, then the options:
 * 1=586 for votes of 1 each, 1=586,0,2000,300 for plus, minus, credits and voters.
 */
#ifndef COMMUNE_BUDGET_SUMS_H
#define COMMUNE_BUDGET_SUMS_H

#include "voting/wide.h"

#define SUMS_VERSION 1
#define SUMS_HEADER 40
#define SUMS_OPTIONS_MAX 1000000

typedef struct Sum
{
	Wide		plus;
	Wide		minus;
	Wide		credits;
	int64_t		voters;
	int32_t		option;
} Sum;

typedef struct Sums
{
	Arena	   *arena;
	int64_t		ballots;
	int64_t		cut;
	int64_t		abstained;
	int64_t		rejected;
	Sum		   *sum;			/* in the order in which the options came; at rest in ascending order, none empty */
	uint32_t	n;
	uint32_t	room;
	uint32_t   *place;			/* a hash table: places in sum plus 1, 0 for an empty slot */
	uint32_t	slots;			/* 0 if it is out of date */
	uint32_t	place_room;
	uint32_t	dense;			/* the options 1 .. dense are at 0 .. dense - 1 */
} Sums;

extern void sums_init(Sums *sums, Arena *arena);

/* Add votes on one option.  Faults: NUMBER_OVERFLOW, TOO_LARGE. */
extern Code sums_add(Sums *sums, int32_t option, int64_t votes, int64_t weight, Fault *fault);

/* Add votes on the options 1 to n. */
extern Code sums_add_ballot(Sums *sums, const int32_t *votes, uint32_t n, int64_t weight, Fault *fault);

/* Add to one of the counters of ballots. */
extern Code sums_count(int64_t *counter, int64_t weight, Fault *fault);

/* Add or subtract what other sums say. */
extern Code sums_merge(Sums *sums, const Sums *other, bool subtract, Fault *fault);

/* Bring sums to rest; they may be added to afterwards. */
extern void sums_rest(Sums *sums);

/* Find an option of sums at rest; NULL if it has none. */
extern const Sum *sums_find(const Sums *sums, int32_t option);

/* Of sums at rest. */
extern uint64_t sums_size(const Sums *sums);
extern void sums_write(uint8_t *out, const Sums *sums);
extern void sums_print(Buf *out, const Sums *sums);

/* Read bytes that may be anything; the sums are at rest.  Fault: BAD_SUMS_BYTES. */
extern Code sums_read(Sums *out, const uint8_t *bytes, size_t n, Arena *arena, Fault *fault);

/* Add what a text says.  Faults: BAD_SUMS, and those of adding. */
extern Code sums_parse(Sums *sums, Str text, Fault *fault);

#endif
