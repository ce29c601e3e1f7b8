/*
 * chain_pg.h -- chained tables as the server has them: shared by what registers rows, verifies tables and refuses DDL.
 *
 * root      the table that was chained.  Its partitions at all levels bear its triggers and register under its name and
 *           in the order of its columns, so that a row's leaf does not tell where the row lies
 */
#ifndef COMMUNE_CHAIN_PG_H
#define COMMUNE_CHAIN_PG_H

#include "register/register_pg.h"

#include "executor/tuptable.h"
#include "fmgr.h"
#include "register/chained.h"
#include "utils/rel.h"

#define CHAIN_TRIGGER "commune_chain"
#define PROTECT_TRIGGER "commune_protect"

/* How a column of the root is encoded. */
typedef struct RootColumn
{
	bool		dropped;
	FmgrInfo	send;
	bool		in_key;
	bool		key_as_text;	/* the type's text form does not depend on settings */
	FmgrInfo	output;
} RootColumn;

/* A root whose rows are to be encoded. */
typedef struct Root
{
	Relation	rel;
	ChainDefinition definition;
	int			natts;
	RootColumn *columns;
	const ChainColumn **names;	/* in the definition; by attribute */
} Root;

/* Prepare to encode the rows of a table.  Errors: CANNOT_CHAIN, with the column that has no stable binary form. */
extern void root_open(Root *root, Relation rel);

/* The leaf of a row in the root's order, and its key as a JSON array of texts; none if the table has no key. */
extern void root_encode(Digest *leaf, Str *key, const Root *root, TupleTableSlot *slot, Arena *arena);

/*
 * Visit all rows of a table and of the partitions below it, as slots in the root's order.  Types send texts in the
 * client's encoding: that is UTF-8 meanwhile.
 */
typedef void (*RootVisitor) (void *self, TupleTableSlot *slot);
extern void root_scan(const Root *root, Oid table, Snapshot snapshot, RootVisitor visit, void *self);

/* schema.table, as the register has it. */
extern Str	root_name(Arena *arena, Relation rel);

/* The topmost table that this one is a partition of; itself if it is none. */
extern Oid	root_of(Oid table);

/* What the register says of a table, as the snapshot sees it; NULL for the latest. */
extern ChainPromise root_promise(Str name, Snapshot snapshot);

/* Find what is wrong with the triggers of a chained table or of one of its partitions; returns how much. */
extern int	chain_trigger_faults(const char *faults[2], Relation rel);

/* True if a table bears the trigger that registers rows, whatever its state. */
extern bool has_chain_trigger(Relation rel);

/* Why a table cannot be chained, or remain so: it is no ordinary one, or rows come and go by other tables; NULL if it can. */
extern const char *why_not_chainable(Relation rel);

/* True while triggers are put on or taken off: the guard looks away. */
extern bool chain_at_work;

/* Chain a partition that has come to a chained table: its rows, and its triggers. */
extern void chain_partition(Relation root, Oid partition);

#endif
