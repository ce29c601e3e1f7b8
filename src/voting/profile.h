/*
 * profile.h -- the profile of an election: each ranking that was cast, with the weight of the ballots that say so.
 *
 * Few rankings stand for many ballots, and whatever can be counted from rankings can be counted from a profile.  A
 * negative weight takes a ballot out again; a ranking of weight 0 is not there.
 *
 * The bytes are canonical: the same ballots make the same bytes, in whatever order and in however many parts they came.
 *
 *   1 byte    version, PROFILE_VERSION
 *   3 bytes   0
 *   4 bytes   number of options, little-endian
 *   4 bytes   number of rankings, little-endian
 *   rankings  in ascending order of their bytes; each is
 *               the number of its bytes, in groups of 7 bits, the lowest first, all but the last with bit 7 set
 *               its bytes (ranking.h)
 *               its weight, in such groups, too: twice the weight, or for w < 0 twice -w less 1
 */
#ifndef COMMUNE_VOTING_PROFILE_H
#define COMMUNE_VOTING_PROFILE_H

#include "voting/ranking.h"

#define PROFILE_VERSION 1
#define PROFILE_HEADER 12
#define PROFILE_PAPERS_MAX (1u << 25)		/* different rankings */
#define PROFILE_BYTES_MAX (UINT64_C(1) << 29)	/* of all of them */

#define PAUSE_PAPERS 1024			/* after so many, whoever reads a profile looks whether he is to end */

/* A ranking, and the weight of the ballots that say so. */
typedef struct Paper
{
	const uint8_t *p;
	uint32_t	n;
	uint32_t	hash;			/* while ballots come in */
	int64_t		weight;
} Paper;

/* A ballot that was taken and is not in the table yet. */
typedef struct Waiting
{
	uint32_t	n;
	uint32_t	hash;
	int64_t		weight;
	uint8_t		bytes[48];		/* a longer ranking does not wait */
} Waiting;

#define WAITING_MAX 64

typedef struct Profile
{
	uint32_t	options;
	uint32_t	n;				/* while ballots come in, some may have weight 0 */
	Paper	   *paper;

	/* While ballots come in. */
	Arena	   *arena;			/* holds everything */
	uint64_t	bytes;			/* of all rankings */
	uint32_t	room;			/* of paper */
	uint32_t	slots;			/* a power of two */
	uint64_t   *slot;			/* open addressing: a paper's number + 1 in the lower half, its hash in the upper */
	bool		indexed;		/* slot is there and tells where papers are */
	bool		sorted;			/* paper is in ascending order of the bytes, and without weights of 0 */
	uint32_t	waiting;		/* ballots that wait; together they are looked for in less time */
	Waiting    *queue;			/* WAITING_MAX of them, or NULL */
	int64_t		bound;			/* while it is no overflow: all weights without their signs, so that no sum is one */
} Profile;

/* Begin a profile without ballots.  Fault: BAD_RULE. */
extern Code profile_init(Profile *profile, int64_t options, Arena *arena, Fault *fault);

/* Add a ballot.  Faults: NO_SUCH_OPTION, NUMBER_OVERFLOW, TOO_LARGE; then nothing was added. */
extern Code profile_add(Profile *profile, const uint8_t *bytes, size_t n, int64_t weight, Fault *fault);

/* Add or subtract another profile.  Faults: STATES_DIFFER, NUMBER_OVERFLOW, TOO_LARGE. */
extern Code profile_combine(Profile *profile, const Profile *other, bool subtract, Fault *fault);

/* Bring what waits into the table, and the papers into order: after ballots were added, before anything is read. */
extern void profile_sort(Profile *profile, Arena *scratch);

/* The bytes of a profile that is in order. */
extern uint64_t profile_size(const Profile *profile);
extern void profile_write(uint8_t *out, const Profile *profile);

/* Read bytes that may be anything.  What is read lies in them, so they must stay.  Fault: BAD_STATE_BYTES. */
extern Code profile_read(Profile *out, const uint8_t *bytes, size_t n, Arena *arena, Fault *fault);

/*
 * The text form: the number of options, a colon, and weight*ranking for each ranking; the blank one has nothing after
 * the star.  They are read in any order, and add up.
 *
 *   4: 3*1>2 5*2>1=3 2*
 */
extern void profile_print(Buf *out, const Profile *profile);
extern Code profile_parse(Profile *out, Str text, Arena *arena, Fault *fault);

#endif
