/*
 * compare.h -- compares stored tables with the state that the fold gives: what replay() and the client report.
 */
#ifndef COMMUNE_COMPARE_H
#define COMMUNE_COMPARE_H

#include "state/state.h"

typedef struct Difference
{
	const char *table;
	Str			key;			/* the row, by the columns that tell rows apart */
	const char *column;			/* NULL when it is the row as a whole */
	Str			expected;
	Str			found;
} Difference;

typedef struct Compare
{
	Store	   *store;			/* what is there */
	State	   *state;			/* what ought to be there; it has no store */
	Arena	   *arena;			/* of the lists of rows, a pointer each */
	Arena	   *scratch;		/* reset for each difference, which lives in it */
	void		(*report) (void *self, const Difference *difference);
	void	   *self;
} Compare;

/* Compare all tables that acts change. */
extern void compare_tables(Compare *compare);

#endif
