/*
 * sandbox_pg.h -- where laws are read and run: a fence around the text, and a box around the execution.
 *
 * The fence (law_read) reads a query in three steps, each of which refuses:
 *     bytes      size, printable ASCII                                                       LAW01
 *     raw tree   one SELECT; names of types, schemas and collations, before any input function of a type can run;
 *                how deep things nest                                                        LAW02 to LAW08
 *     analysed   every node of the tree that PostgreSQL will run is looked at; what is not known is refused; functions,
 *                operators, views and types are told by what they are, not by their names   LAW03 to LAW09
 *
 * The tree that was looked at is the tree that is planned and run: nothing is read again between, and no plan is kept.
 *
 * The box (law_box) is a subtransaction that cannot write, with the rights of the role commune_law, in a
 * security-restricted operation, with all settings that could change a result pinned, and with a time limit of its own.
 */
#ifndef COMMUNE_LAW_SANDBOX_PG_H
#define COMMUNE_LAW_SANDBOX_PG_H

#include "base/base_pg.h"

#include "nodes/parsenodes.h"

#define LAW_NODES_MAX 2000			/* of the analysed tree */
#define LAW_TABLES_MAX 8			/* views, functions, subqueries, lists that are read from */
#define LAW_NESTING_MAX 4			/* subqueries in one another */
#define LAW_DEPTH_MAX 250			/* expressions in one another */
#define LAW_CONCATS_MAX 16			/* operators || : they make texts grow */
#define LAW_PRODUCTS_MAX 32			/* products and quotients of numerics: they make numbers grow */
#define LAW_LITERAL_MAX 1024		/* bytes of a text constant */
#define LAW_DIGITS_MAX 100			/* of a numeric constant */

extern int	law_timeout;			/* commune.law_timeout, ms */

typedef enum LawWants
{
	LAW_WANTS_ACTIONS,			/* one column of type law.action */
	LAW_WANTS_KEYS				/* one column of whole numbers or texts: an exception's */
} LawWants;

typedef struct LawQuery
{
	const char *text;
	Query	   *query;			/* analysed, not rewritten */
	Oid			type;			/* of its column */
	List	   *views;			/* OIDs of the views of schema law that it reads, ascending */
} LawQuery;

/* OIDs that are looked up at each use: they change when the extension is made anew. */
typedef struct LawObjects
{
	Oid			role;
	Oid			schema;			/* law */
	Oid			extension;
	Oid			action;			/* type law.action */
} LawObjects;

extern void law_objects(LawObjects *out);

/* Read a query inside the box.  Raises LAW01 to LAW09, or what PostgreSQL's parser raises. */
extern LawQuery *law_read(const LawObjects *objects, Str text, LawWants wants);

/*
 * Run work in the box.  Returns NULL, or the error that it ended with, in the caller's memory.  What ran out of time is
 * LAW08 with the detail LAW_TIMED_OUT.
 */
extern ErrorData *law_box(void (*work) (void *self, const LawObjects *objects), void *self);

/*
 * True if an error is no verdict on the law: time, memory, locks, a cancelled query, a bug.  It may be gone the next time.
 */
extern bool law_is_accident(const ErrorData *error);

#endif
