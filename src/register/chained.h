/*
 * chained.h -- what the register says of a chained table, and whether the table is still as it says.
 *
 * definition    the table's columns with their types, in order, and which of them are its key
 * promise       that a table is append-only and registered.  It begins with an entry `chain`, which bears the
 *               definition, and ends with an entry `unchain`; both are of the session that did it.
 *
 *     {"columns":[[name,type],...],"entry":"chain","key":[name,...],"table":schema.name}
 *     {"entry":"unchain","table":schema.name}
 */
#ifndef COMMUNE_CHAINED_H
#define COMMUNE_CHAINED_H

#include "register/rels.h"

typedef struct ChainColumn
{
	Str			name;
	Str			type;			/* schema.name */
	bool		filled;			/* rows from before the column was added have a value in it; not in entries */
} ChainColumn;

typedef struct ChainDefinition
{
	Str			table;			/* schema.name */
	size_t		ncolumns;
	ChainColumn *columns;
	StrList		key;
} ChainDefinition;

/* What the last entries of a table say. */
typedef struct ChainPromise
{
	bool		known;			/* there is an entry of the table */
	bool		in_force;		/* it is chained */
	int64_t		since;			/* seq of the entry with which it began */
	ChainDefinition definition; /* of that entry */
} ChainPromise;

extern Str	chain_entry(Arena *arena, const ChainDefinition *definition);
extern Str	unchain_entry(Arena *arena, Str table);

/* Read the body of an entry `chain`.  Fault: DAMAGED. */
extern Code chain_entry_parse(ChainDefinition *out, Arena *arena, Str body, Fault *fault);

/*
 * Find what the entries that the store sees say of a table.  A second `chain` changes nothing: a promise that was made
 * cannot be made to begin later.  Fault: DAMAGED.
 */
extern Code chain_promise(ChainPromise *out, Store *store, Arena *arena, Str table, Fault *fault);

/* Call visit with the name of each table whose promise is in force, in the order in which they were chained. */
extern Code chain_promises(Store *store, Arena *arena, void (*visit) (void *self, const ChainPromise *promise),
						   void *self, Fault *fault);

/*
 * Check that a table is as it was chained: the same columns in the same order with the same types and the same key.
 * Further columns may follow if no row from before has a value in them.  Fault: TABLE_CHAINED.
 */
extern Code chain_check(const ChainDefinition *recorded, const ChainDefinition *found, Fault *fault);

#endif
