/*
 * base_pg.c -- turns codes into errors, and memory contexts into arenas; what every call needs.
 */
#include "base/base_pg.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

int
code_errcode(Code code)
{
	const char *s = code_sqlstate(code);

	return MAKE_SQLSTATE(s[0], s[1], s[2], s[3], s[4]);
}

void
code_raise(Code code, const char *detail)
{
	ereport(ERROR,
			(errcode(code_errcode(code)),
			 errmsg("%s", code_message(code)),
			 detail && *detail ? errdetail("%s", detail) : 0,
			 *code_hint(code) ? errhint("%s", code_hint(code)) : 0));
	pg_unreachable();
}

void
fault_raise(const Fault *fault)
{
	code_raise(fault->code, fault->detail);
}

static void *
context_chunk(void *owner, size_t size)
{
	return MemoryContextAllocHuge(owner, size);
}

static void
context_release(void *owner)
{
	MemoryContextReset(owner);
}

void
context_arena_init(Arena *arena, MemoryContext context)
{
	arena_init(arena, context_chunk, context_release, context);
}

void
workspace_open(Workspace *work)
{
	work->context = AllocSetContextCreate(CurrentMemoryContext, "commune call", ALLOCSET_DEFAULT_SIZES);
	context_arena_init(&work->arena, work->context);
}

void
workspace_close(Workspace *work)
{
	MemoryContextDelete(work->context);
}

void
query_pause(void)
{
	CHECK_FOR_INTERRUPTS();
}

Str
str_from_varlena(struct varlena *v)
{
	return (Str){VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v)};
}

bytea *
varlena_from_str(Str s)
{
	bytea	   *v = palloc(VARHDRSZ + s.n);

	SET_VARSIZE(v, VARHDRSZ + s.n);
	if (s.n > 0)
		memcpy(VARDATA(v), s.p, s.n);
	return v;
}
