/*
 * contributions.h -- who gave how much to which project.
 *
 * An entry is a project, a contributor and an amount.  Amounts of the same contributor to the same project add up; a
 * negative amount takes back.  Whoever gave nothing in the end is as if he had never been there.
 *
 * The bytes are canonical.  All numbers are little-endian; p is the number of projects, n that of entries.
 *
 *   1 byte       version, CONTRIBUTIONS_VERSION
 *   1 byte       'c'
 *   2 bytes      0
 *   4 bytes      p
 *   4 bytes      n
 *   4 bytes      0
 *   p * 4 bytes  the projects, ascending
 *   p * 4 bytes  where the entries of each end
 *   n * 8 bytes  the contributors, ascending within a project
 *   n * 8 bytes  the amounts, none of them 0
 *
 * The text is a list of words: 1:7=500 for project, contributor and amount.
 */
#ifndef COMMUNE_BUDGET_CONTRIBUTIONS_H
#define COMMUNE_BUDGET_CONTRIBUTIONS_H

#include "base/base.h"

#define CONTRIBUTIONS_VERSION 1
#define CONTRIBUTIONS_HEADER 16
#define CONTRIBUTIONS_MAX 50000000

/* Entries from which on it is worth while to look for those that add up before making room for more. */
#define CONTRIBUTIONS_LOG_MIN 1048576

typedef struct Contribution
{
	int64_t		contributor;
	int64_t		amount;
	int32_t		project;
} Contribution;

typedef struct Contributions
{
	Arena	   *arena;
	Contribution *entry;
	uint32_t	n;
	uint32_t	room;
	bool		rests;			/* in order, and each project and contributor once */
} Contributions;

extern void contributions_init(Contributions *c, Arena *arena);

/* Have room for another entry.  pause is called now and then.  Faults: NUMBER_OVERFLOW, TOO_LARGE. */
extern Code contributions_room(Contributions *c, void (*pause)(void), Arena *scratch, Fault *fault);

/* Note down an entry; there is room. */
static inline void
contributions_add(Contributions *c, int32_t project, int64_t contributor, int64_t amount)
{
	c->entry[c->n++] = (Contribution){contributor, amount, project};
	c->rests = false;
}

static inline bool
contributions_full(const Contributions *c)
{
	return c->n == c->room;
}

/* Add or subtract what other contributions say.  Faults: the same. */
extern Code contributions_merge(Contributions *c, const Contributions *other, bool subtract, void (*pause)(void),
								Arena *scratch, Fault *fault);

/* Bring them to rest; they may be added to afterwards.  Fault: NUMBER_OVERFLOW. */
extern Code contributions_rest(Contributions *c, void (*pause)(void), Arena *scratch, Fault *fault);

/* Of contributions at rest. */
extern uint64_t contributions_size(const Contributions *c);
extern void contributions_write(uint8_t *out, const Contributions *c);
extern void contributions_print(Buf *out, const Contributions *c);

/* Read bytes that may be anything; the contributions are at rest.  Fault: BAD_CONTRIBUTIONS_BYTES. */
extern Code contributions_read(Contributions *out, const uint8_t *bytes, size_t n, Arena *arena, Fault *fault);

/* Add what a text says.  Faults: BAD_CONTRIBUTIONS, and those of adding. */
extern Code contributions_parse(Contributions *c, Str text, Arena *scratch, Fault *fault);

#endif
