/*
 * answer_pg.h -- how the shells of the methods take their parameters and give their rows.
 */
#ifndef COMMUNE_VOTING_ANSWER_PG_H
#define COMMUNE_VOTING_ANSWER_PG_H

#include "base/rows_pg.h"

#include "voting/place.h"
#include "voting/state_pg.h"
#include "voting/words.h"

/* An answer that is being given: rows of a function that returns a table. */
typedef struct Answer
{
	FunctionCallInfo fcinfo;
	Rows		rows;
	Fault		fault;
} Answer;

#define ANSWER_ARENA(answer) (&(answer)->rows.work.arena)

/* Begin an answer, which rows_end() ends; false if the first argument, the state, is NULL.  Then there are no rows. */
extern bool answer_open(Answer *answer, FunctionCallInfo fcinfo);

/* Raise a core's fault, if that is how it ended. */
static inline void
answer_check(const Answer *answer, Code code)
{
	if (code != CODE_OK)
		fault_raise(&answer->fault);
}

/* ---- parameters; one that must not be NULL is refused by its name */

extern int32 answer_int(const Answer *answer, int arg, const char *name);
extern int32 answer_int_or(const Answer *answer, int arg, int32 otherwise);
extern bool answer_flag(const Answer *answer, int arg);

/* A parameter that is one of some words; its place among them. */
extern int	answer_word(Answer *answer, int arg, const char *name, const char *const *words);

/* A parameter that is a list of options, NULL if there is none; as marks of each option, options + 1 of them. */
extern const uint8_t *answer_options(Answer *answer, int arg, const char *name, uint32_t options);

/* The parameters ties, seed, permutation, in this order. */
extern void answer_ties(Answer *answer, Ties *ties, int arg, uint32_t allowed, uint32_t options);

/* ---- columns */

/* Three columns that say where an option stands: rank integer, elected boolean, tie text. */
extern void place_columns(Datum *values, bool *nulls, const Place *place);

/* Give all ties that were broken: (round integer, purpose text, tied integer[], chosen integer, rule text). */
extern void answer_tie_rows(Answer *answer, const Ties *ties);

#endif
