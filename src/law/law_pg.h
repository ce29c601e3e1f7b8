/*
 * law_pg.h -- running laws: what the engine and the other shells call.
 */
#ifndef COMMUNE_LAW_PG_H
#define COMMUNE_LAW_PG_H

#include "law/sandbox_pg.h"
#include "law/text.h"
#include "register/act.h"

#define LAW_ACTIONS_MAX 10000		/* that a run returns */
#define LAW_RESULT_MAX (4 * 1024 * 1024)	/* bytes of them */
#define LAW_RANGE_MAX 10000			/* numbers of law.range() */

/* What a run sees beside the tables; one at a time in a process. */
typedef struct LawSight
{
	int64_t		moment;			/* microseconds since 1970: the time as of which the law is run */
	const LawParameter *parameters;	/* that stand for those of the register; the first of a name counts */
	size_t		nparameters;
	bool		alone;			/* a test: only these parameters are there */
} LawSight;

extern const LawSight *law_sight;	/* NULL outside of a run: then the time is that of the last block */

/* The moment that law.today() and the views go by. */
extern int64 law_moment(void);

/* The value of a parameter that is in force at that moment; false if there is none. */
extern bool law_parameter(int64 *out, Str name);

/*
 * Check a whole law: its form, every query, and its tests.  Runs inside law_box(); raises.  closure is the hash of what it
 * rests on: its text, the list of what may be called, the definitions of the views that it reads.
 */
extern void law_check_document(Digest *closure, const LawObjects *objects, Arena *arena, Str text);

/* A rule over the state as it is: its actions, canonical JSON each, sorted by their bytes.  Inside law_box(); raises. */
extern StrList law_run_rule(const LawObjects *objects, Arena *arena, const LawText *law, const LawRule *rule);

/*
 * Evaluate a rule of a law as of a moment, on the state that the active snapshot sees: an outcome of evaluation.h.
 * Raises only what is no verdict on the law (law_is_accident).
 */
extern Str	law_evaluate_rule(Arena *arena, Str text, Str rule, int64 moment);

/* Evaluate the laws that a plan would enact. */
extern Str	law_evaluate_texts(Arena *arena, const Str *texts, size_t n);

#endif
