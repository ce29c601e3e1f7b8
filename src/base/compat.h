/*
 * compat.h -- the only place that asks for PostgreSQL's version.  15 to 18 are supported.
 */
#ifndef COMMUNE_COMPAT_H
#define COMMUNE_COMPAT_H

#if PG_VERSION_NUM < 150000
#error commune needs PostgreSQL 15 or later
#endif

#if PG_VERSION_NUM >= 160000
#include "varatt.h"

#define CompatUpdateIndexes TU_UpdateIndexes
#define compat_wants_indexes(update_indexes) ((update_indexes) != TU_None)
#define compat_insert_index_tuples(info, slot, estate) \
	list_free(ExecInsertIndexTuples(info, slot, estate, false, false, NULL, NIL, false))
#define compat_drop_permissions(rte) ((rte)->perminfoindex = 0)
#define compat_owns_table(table, user) object_ownercheck(RelationRelationId, table, user)
#else
#define CompatUpdateIndexes bool
#define compat_wants_indexes(update_indexes) (update_indexes)
#define compat_insert_index_tuples(info, slot, estate) \
	list_free(ExecInsertIndexTuples(info, slot, estate, false, false, NULL, NIL))
#define compat_drop_permissions(rte) ((rte)->requiredPerms = 0)
#define compat_owns_table(table, user) pg_class_ownercheck(table, user)
#endif

#if PG_VERSION_NUM >= 180000
#define compat_is_group(rte) ((rte)->rtekind == RTE_GROUP)
#define compat_group_exprs(rte) ((rte)->groupexprs)
#define compat_executor_run(query) ExecutorRun(query, ForwardScanDirection, 0)
#else
#define compat_is_group(rte) false
#define compat_group_exprs(rte) NIL
#define compat_executor_run(query) ExecutorRun(query, ForwardScanDirection, 0, true)
#endif

#endif
