/*
 * trial.h -- the tests that a law brings along: what is given, and what the rule must do then.
 *
 *     given law.members (id, active): (1, true), (2, false)     rows of a view; columns that are not named are NULL
 *     given param ubi.amount = 100                              a parameter, instead of the law's own
 *     given today = 2026-03-01                                  the day of the run; 2000-01-01 if nothing is said
 *     expect pay(1, 100, 'basic income')                        an action, as its constructor is called; a line each
 *     expect nothing
 *     expect error 22012                                        the SQLSTATE with which the run fails
 *
 * Views that are not given are empty.  A statement may go on in the lines below it.
 */
#ifndef COMMUNE_LAW_TRIAL_H
#define COMMUNE_LAW_TRIAL_H

#include "law/text.h"

#define TRIAL_COLUMNS_MAX 32
#define TRIAL_ROWS_MAX 1000			/* of all views of a test */

typedef struct TrialView
{
	Str			view;			/* without its schema */
	Str		   *column;
	size_t		ncolumns;
	Str		   *cell;			/* ncolumns for each row; none for NULL */
	size_t		nrows;
} TrialView;

typedef struct Trial
{
	TrialView  *view;
	size_t		nviews;
	LawParameter *parameter;	/* with one value each, from 1970 */
	size_t		nparameters;
	int64_t		today;			/* microseconds since 1970 */
	Str		   *expect;			/* calls of constructors */
	size_t		nexpect;
	Str			error;			/* SQLSTATE that is expected; none */
} Trial;

/* Read a test of a law.  text is that of the law, for the numbers of lines.  Fault: LAW_TEXT. */
extern Code trial_parse(Trial *out, Arena *arena, Str text, const LawTest *test, Fault *fault);

#endif
