/*
 * state_pg.h -- what the shells of counts share: the states as values of SQL.
 */
#ifndef COMMUNE_VOTING_STATE_PG_H
#define COMMUNE_VOTING_STATE_PG_H

#include "base/base_pg.h"

#include "voting/counts.h"
#include "voting/profile.h"

/*
 * Take a state of SQL to count it: of this kind (COUNT_PAIRS stands for both kinds of pairs), and with no number below
 * zero.  What is taken lives as long as the state and work, and must not be changed.
 */
extern void counts_from_datum(Counts *out, Datum datum, CountKind kind, Workspace *work);
extern void profile_from_datum(Profile *out, Datum datum, Workspace *work);

/* Return a state as a value of SQL. */
extern Datum counts_datum(const Counts *counts);

#endif
