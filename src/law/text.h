/*
 * text.h -- the text of a law: Markdown with numbered articles, and executable blocks between fences.
 *
 *     # A basic income
 *     ## Article 7 - Basic income
 *     Every active member receives the amount of the parameter `ubi.amount` on the first day of a month.
 *     ```law ubi
 *     on schedule '0 0 1 * *'
 *     may pay at most 150000 TOK per run from treasury.general
 *     select law.pay(m.id, p.value, 'basic income') from law.members m, law.param('ubi.amount') p where m.active
 *     ```
 *     ```law-exception ubi
 *     select m.id from law.members m where m.suspended
 *     ```
 *     ```law-test ubi
 *     given law.members (id, active, suspended): (1, true, false), (2, true, true)
 *     given param ubi.amount = 100
 *     expect pay(1, 100, 'basic income')
 *     ```
 *     ```law-parameter ubi.amount
 *     from 2026-01-01: 100
 *     ```
 *
 * A rule is a block `law NAME`: its trigger, what it may do, and one SELECT.  An exception takes actions of the rule
 * away: those on the keys that it returns.  What is between other fences is prose.  Executable blocks are printable
 * ASCII, so that what people read is what runs.
 *
 * Strings point into the text.  This file knows the form alone; what a query may do is checked by the sandbox.
 */
#ifndef COMMUNE_LAW_TEXT_H
#define COMMUNE_LAW_TEXT_H

#include "base/base.h"

#define LAW_TEXT_MAX 60000			/* bytes of the whole text: it travels in a record */
#define LAW_BLOCK_MAX 16384			/* bytes of an executable block */
#define LAW_ARTICLES_MAX 500
#define LAW_BLOCKS_MAX 100			/* of each kind */
#define LAW_LINES_MAX 50			/* clauses of a rule, dated values of a parameter */
#define LAW_NAME_MAX 63				/* bytes of a name */

typedef struct LawArticle
{
	Str			number;			/* "7", "7.1" */
	Str			title;			/* may be empty */
} LawArticle;

typedef enum LawTrigger
{
	LAW_ON_PROPOSAL,			/* by hand: when a proposal says so */
	LAW_ON_SCHEDULE,
	LAW_ON_EVENT
} LawTrigger;

/* A line `may VERB [of NAME] [at most N [UNIT] [per run]] [from ACCOUNT]`: what the rule was given, and no more. */
typedef struct LawMay
{
	Str			verb;			/* a kind of action: "pay", "param.set" */
	Str			of;				/* the only thing that it may be done to, a parameter say; none: any */
	int64_t		limit;			/* of amounts in a run, of actions where the kind has no amount; -1 without */
	Str			unit;			/* of the limit; none if the line names none */
	Str			from;			/* the account; none if the line names none */
} LawMay;

typedef struct LawRule
{
	Str			name;
	int32_t		article;		/* index in articles */
	LawTrigger	trigger;
	Str			schedule;		/* LAW_ON_SCHEDULE: cron's five fields */
	Str			event;			/* LAW_ON_EVENT: a kind of entry or act */
	LawMay	   *may;
	size_t		nmay;
	Str			query;
	size_t		at;				/* of the query in the text */
} LawRule;

typedef struct LawException
{
	int32_t		rule;			/* index in rules */
	int32_t		article;
	Str			query;
	size_t		at;
} LawException;

typedef struct LawTest
{
	int32_t		rule;
	int32_t		article;
	Str			text;			/* lines given and expect */
	size_t		at;
} LawTest;

typedef struct LawDated
{
	int64_t		from;			/* microseconds since 1970: a midnight, UTC */
	int64_t		value;
} LawDated;

typedef struct LawParameter
{
	Str			name;
	int32_t		article;
	LawDated   *values;			/* ascending by from */
	size_t		nvalues;
} LawParameter;

typedef struct LawText
{
	Str			title;			/* of the first heading */
	LawArticle *articles;
	size_t		narticles;
	LawRule    *rules;
	size_t		nrules;
	LawException *exceptions;
	size_t		nexceptions;
	LawTest    *tests;
	size_t		ntests;
	LawParameter *parameters;
	size_t		nparameters;
} LawText;

/*
 * Read the text of a law.  It begins with a heading, has at least one article, and LF alone as the end of its lines.
 * Everything lives in the arena or points into the text.  Fault: LAW_TEXT, at = byte position; detail names the line.
 */
extern Code law_parse(LawText *out, Arena *arena, Str text, Fault *fault);

/* The rule, by its name; NULL if there is none. */
extern const LawRule *law_rule(const LawText *law, Str name);

/* True if a text is a whole law, not a query alone: it begins with a heading. */
extern bool law_is_document(Str text);

/* Check the bytes of a query: size, printable ASCII and white space.  Fault: LAW_TEXT, at = byte position. */
extern Code law_check_bytes(Str query, Fault *fault);

/* True for UTF-8 in which every character is seen as it is: no control characters, none that turn the writing around. */
extern bool law_is_plain(Str s);

/* Names of rules and parameters: [a-z][a-z0-9_.-]*, LAW_NAME_MAX bytes at most. */
extern bool law_is_name(Str s);

/* The number of the line, from 1, in which a byte lies. */
extern int	law_line(Str text, size_t at);

/* Midnight, UTC, of YYYY-MM-DD in microseconds since 1970; false if there is no such day from 1970 to 9999. */
extern bool law_day(int64_t *out, Str s);

#endif
