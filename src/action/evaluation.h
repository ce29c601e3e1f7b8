/*
 * evaluation.h -- what SQL said of a law, as the fold takes it.
 *
 * The fold is C over rows in memory; the query of a law is SQL.  So whoever makes a block evaluates before, on the state
 * after the block before, and hands the outcomes in.  The fold uses an outcome where it is due, and writes it down in an
 * entry of its own, ahead of what follows from it:
 *
 *     {"entry":"evaluation","kind":"law","outcome":{"actions":[...]},"subject":17}
 *
 * A follower evaluates again, on the same state, and compares; a mirror without a server takes the outcome from the
 * entry.  Either way every guard is applied to what comes out.  What is due and has no outcome stays due.
 *
 * An outcome is a function of the state: a query that was stopped by a limit of time or memory has none.
 *     of a plan    {"closure":"base64url"}, what its laws depend on, or {"failed":"LAW05","message":"..."}
 *     of a rule    {"actions":[...]}, sorted by their bytes, or {"failed":"22012","message":"..."}
 */
#ifndef COMMUNE_EVALUATION_H
#define COMMUNE_EVALUATION_H

#include "register/act.h"

typedef enum EvaluationKind
{
	EVALUATE_PLAN,				/* of a proposal: its laws pass the sandbox and their own tests */
	EVALUATE_LAW				/* a rule that is due */
} EvaluationKind;

typedef struct Evaluation
{
	EvaluationKind kind;
	int64_t		subject;		/* Proposal.seq, LawRule.seq */
	Str			outcome;		/* canonical JSON, an object */
} Evaluation;

/* A list of them, that grows. */
typedef struct Evaluations
{
	Arena	   *arena;
	size_t		n;
	size_t		room;
	Evaluation *v;
} Evaluations;

extern void evaluations_add(Evaluations *list, Evaluation evaluation);

/*
 * The outcome for a subject at this block, NULL if there is none; then whatever wants it waits.  Writes the entry, and
 * is to be called once a block for each subject.
 */
extern const Json *evaluation_take(Fold *fold, EvaluationKind kind, int64_t subject);

/* Read an entry `evaluation` back.  False if it is not of that form. */
extern bool evaluation_read(Evaluation *out, const Json *body, Arena *arena);

#endif
