/*
 * ranking.h -- what a voter wrote: options in ranks, the best first.
 *
 * Options are numbered from 1 to OPTIONS_MAX.  A rank holds one option; or several that are equal; or none: then it was
 * skipped.  A ranking is what is on the paper: an option may stand in two ranks, though not twice in one; methods look
 * at the first.  Skipped ranks at the end mean nothing and are left out.  A ranking without ranks is a blank ballot.
 *
 * As text:  3>1=2>4     3 before 1 and 2, which are equal, before 4
 *           3>>4        the second rank is skipped
 *                       (empty) blank
 *
 * The bytes are canonical, so that rankings are equal if their bytes are.  For each rank:
 *
 *   0             it is skipped
 *   1 to 254      that option alone
 *   255           2 bytes follow, big-endian: the number of options in the rank, plus RANK_WIDE if they take 2 bytes
 *                 each (big-endian) and not 1; then the options in ascending order.  They are wide if one of them is
 *                 above 254, and there are several options if they are not.
 */
#ifndef COMMUNE_VOTING_RANKING_H
#define COMMUNE_VOTING_RANKING_H

#include "base/base.h"

#define OPTIONS_MAX 32767
#define RANKING_MARKS_MAX 65535		/* ranks and further options in them */

#define RANK_SKIPPED 0
#define RANK_SINGLE_MAX 254
#define RANK_ESCAPE 255
#define RANK_WIDE 0x8000

/* One rank of a ranking. */
typedef struct Rank
{
	uint32_t	n;				/* options in it */
	uint32_t	single;			/* the option, if it was written in one byte; else 0 */
	const uint8_t *options;		/* else where they are */
	bool		wide;
} Rank;

static inline uint32_t
rank_option(const Rank *rank, uint32_t i)
{
	if (rank->single != 0)
		return rank->single;
	return rank->wide ? (uint32_t) rank->options[2 * i] << 8 | rank->options[2 * i + 1] : rank->options[i];
}

/* Read a rank that was escaped; *p is behind the escape.  False, at the end, if bytes are missing. */
extern bool rank_escaped(Rank *rank, const uint8_t **p, const uint8_t *end);

/* Read the next rank; false at the end.  Never reads beyond it, whatever the bytes are. */
static inline bool
rank_next(Rank *rank, const uint8_t **p, const uint8_t *end)
{
	if (*p == end)
		return false;
	rank->single = *(*p)++;
	if (rank->single == RANK_ESCAPE)
		return rank_escaped(rank, p, end);
	rank->n = rank->single != RANK_SKIPPED;
	return true;
}

/*
 * Append a rank to the bytes of a ranking.  options are sorted in place.  Fault: BAD_RANKING, for options that do not
 * exist or are there twice.
 */
extern Code ranking_add(Buf *out, uint32_t *options, uint32_t n, Fault *fault);

/* End a ranking: leave out the skipped ranks at its end.  Fault: BAD_RANKING, if it is too long. */
extern Code ranking_done(Str *out, const Buf *bytes, Fault *fault);

/* Check that bytes are those of a ranking.  Fault: BAD_RANKING. */
extern Code ranking_check(const uint8_t *bytes, size_t n, Fault *fault);

/* Whether checked bytes name no option above that number; *high is the greatest. */
extern bool ranking_fits(uint32_t *high, const uint8_t *bytes, size_t n, uint32_t options);

extern Code ranking_parse(Str *bytes, Str text, Arena *arena, Fault *fault);
extern void ranking_print(Buf *out, const uint8_t *bytes, size_t n);

#endif
