/*
 * state_pg.h -- the tables of schema commune as a store of the state.
 */
#ifndef COMMUNE_STATE_PG_H
#define COMMUNE_STATE_PG_H

#include "base/base_pg.h"

#include "executor/tuptable.h"
#include "state/state.h"
#include "utils/snapshot.h"

typedef struct TableStore TableStore;

/*
 * Open a store.  snapshot is what it reads by; NULL takes the latest one now and again after each write.  With write
 * access the tables are locked against each other's writers (RowExclusiveLock).  Everything lives in the context.
 */
extern TableStore *table_store_open(Snapshot snapshot, bool write, MemoryContext context);
extern Store *table_store(TableStore *store);
extern void table_store_close(TableStore *store);

/* Put a row into a slot of its table's row type. */
extern void state_fill_slot(const Rel *def, TupleTableSlot *slot, const Row *row);

/* The OID of a relation of schema commune; an error if there is none. */
extern Oid	commune_relation(const char *name);

/* Convert between PostgreSQL's and the register's clocks: microseconds since 2000 and since 1970. */
#define TIMESTAMP_TO_UNIX_US(t) \
	((int64) (t) + (int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)
#define UNIX_US_TO_TIMESTAMP(t) \
	((TimestampTz) ((t) - (int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY))

#endif
