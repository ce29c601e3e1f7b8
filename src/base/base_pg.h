/*
 * base_pg.h -- what every shell (*_pg.c) needs to sit between PostgreSQL and a core.  Shells include this first.
 */
#ifndef COMMUNE_BASE_PG_H
#define COMMUNE_BASE_PG_H

#include "postgres.h"
#include "fmgr.h"

#include "base/base.h"
#include "base/compat.h"

/* Declare and export an SQL entry point; nothing else leaves the library. */
#define COMMUNE_FUNCTION(name) \
	PGDLLEXPORT Datum name(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(name); \
	Datum name(PG_FUNCTION_ARGS)

/* Raise a core's fault: SQLSTATE, message, detail and hint from the table of codes. */
extern void fault_raise(const Fault *fault) pg_attribute_noreturn();
extern void code_raise(Code code, const char *detail) pg_attribute_noreturn();

/* The SQLSTATE of a code, packed as errcode() takes it. */
extern int	code_errcode(Code code);

/* An arena in a memory context, which must be its own if arena_reset() is used: chunks are freed with the context. */
extern void context_arena_init(Arena *arena, MemoryContext context);

/* Memory for one call of a function, given back at its end. */
typedef struct Workspace
{
	MemoryContext context;
	Arena		arena;
} Workspace;

extern void workspace_open(Workspace *work);
extern void workspace_close(Workspace *work);

/* What cores call now and then: let a cancelled query end. */
extern void query_pause(void);

#define DatumGetStr(d) str_from_varlena(PG_DETOAST_DATUM_PACKED(d))
extern Str	str_from_varlena(struct varlena *v);
extern bytea *varlena_from_str(Str s);	/* text, bytea and everything of their form */

#endif
