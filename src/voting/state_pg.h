/*
 * state_pg.h -- what the shells of counts share: the states as values of SQL, and memory for one call.
 */
#ifndef COMMUNE_VOTING_STATE_PG_H
#define COMMUNE_VOTING_STATE_PG_H

#include "base/base_pg.h"

#include "voting/counts.h"
#include "voting/profile.h"

/* Memory for one call of a function, given back at its end. */
typedef struct Workspace
{
	MemoryContext context;
	Arena		arena;
} Workspace;

extern void workspace_open(Workspace *space);
extern void workspace_close(Workspace *space);

/*
 * Take a state of SQL to count it: of this kind (COUNT_PAIRS stands for both kinds of pairs), and with no number below
 * zero.  What is taken lives as long as the state and the workspace, and must not be changed.
 */
extern void counts_from_datum(Counts *out, Datum datum, CountKind kind, Workspace *space);
extern void profile_from_datum(Profile *out, Datum datum, Workspace *space);

/* Return a state as a value of SQL. */
extern Datum counts_datum(const Counts *counts);

/* What cores call now and then: let a cancelled query end. */
extern void voting_pause(void);

#endif
