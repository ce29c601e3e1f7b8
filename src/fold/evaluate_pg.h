/*
 * evaluate_pg.h -- evaluating, before a block is made, what the clock has made due: texts of laws in plans, rules of laws.
 */
#ifndef COMMUNE_EVALUATE_PG_H
#define COMMUNE_EVALUATE_PG_H

#include "base/base_pg.h"
#include "fold/mirror.h"

/*
 * Evaluate what is due at a time, on the state as it is after the last block; *block is its number, 0 for none.
 * Outcomes are kept in out->arena.  What fails by an accident, or by a limit of time or memory, has no outcome; a
 * warning tells, and this process lets it rest for a while, ever longer.
 */
extern void evaluate_due(Evaluations *out, int64 *block, int64 time);

/*
 * Evaluate again what the entries of a block say was evaluated, on the state as it is.  Fault: DAMAGED, for an outcome
 * that is another one; at is the index of its entry.  An accident is an error.
 */
extern Code evaluate_again(const StoredBlock *block, Arena *arena, Fault *fault);

#endif
