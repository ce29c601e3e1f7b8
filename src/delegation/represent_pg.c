/*
 * represent_pg.c -- asking who represents whom in a poll of the commune: path().
 */
#include "state/state_pg.h"

#include "delegation/graph_pg.h"
#include "delegation/represent.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "record/record_pg.h"
#include "register/log.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

/* A question about a poll, and what it is answered from. */
typedef struct Asked
{
	Workspace	work;
	TableStore *tables;
	State	   *state;
	Poll	   *poll;
	Representation r;
} Asked;

/* Find the index that follows a block. */
static int64
size_at(Asked *q, int64 block)
{
	BlockRow	row;

	if (!log_block(&row, table_store(q->tables), &q->work.arena, block))
		code_raise(CODE_NO_SUCH_BLOCK, psprintf("The block is " INT64_FORMAT ".", block));
	return row.size;
}

/* Begin a question: find the poll by its name and resolve its delegations, as they were after a block; NULL: now. */
static void
ask(Asked *q, Datum poll, NullableDatum as_of)
{
	Str			name = DatumGetStr(poll);
	int64		index = INT64_MAX;
	Fault		fault;

	workspace_open(&q->work);
	q->tables = table_store_open(GetActiveSnapshot(), false, q->work.context);
	q->state = state_new(&q->work.arena, table_store(q->tables));
	q->poll = poll_find_name(q->state, name);
	if (q->poll == NULL)
		code_raise(CODE_NO_SUCH_POLL, psprintf("No poll is called \"%s\".", pnstrdup(name.p, name.n)));
	if (!as_of.isnull)
		index = size_at(q, DatumGetInt64(as_of.value));
	if (q->poll->opened != INT8_NONE && q->poll->opened >= index)
		code_raise(CODE_POLL_NOT_OPEN, psprintf("The poll opened after block " INT64_FORMAT ".", DatumGetInt64(as_of.value)));
	if (representation_read(&q->r, &q->work.arena, q->state, q->poll, index, &fault) != CODE_OK)
		fault_raise(&fault);
}

static Datum
done(Asked *q)
{
	table_store_close(q->tables);
	workspace_close(&q->work);
	return (Datum) 0;
}

static Datum
did_of(Asked *q, int64 member)
{
	return DidGetDatum(&member_find_id(q->state, member)->did);
}

/* SQL function: path(poll text, member did, as_of bigint) returns setof record */
COMMUNE_FUNCTION(commune_represent_path)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext caller;
	Asked		q;
	Did			did;
	Member	   *member;
	Way			way;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	did = PG_GETARG_DID(1);
	ask(&q, PG_GETARG_DATUM(0), fcinfo->args[2]);
	member = member_find(q.state, &did);
	representation_explain(&way, &q.r, member ? member->id : -1, &q.work.arena);
	caller = MemoryContextSwitchTo(q.work.context);
	for (size_t i = 0; i < way.n; i++)
	{
		const Hop  *hop = &way.hop[i];
		Datum		values[] = {
			Int32GetDatum((int32) hop->hop),
			hop->place < 0 ? DidGetDatum(&did) : did_of(&q, q.r.electorate.id[hop->place]),
			hop->scope ? PointerGetDatum(varlena_from_str(*hop->scope)) : (Datum) 0,
			Int16GetDatum((int16) hop->rank),
			hop->trustee != INT8_NONE ? did_of(&q, hop->trustee) : (Datum) 0,
			CStringGetTextDatum(hop->reason),
		};
		bool		nulls[lengthof(values)] = {false, false, hop->scope == NULL, hop->rank == 0, hop->trustee == INT8_NONE, false};

		CHECK_FOR_INTERRUPTS();
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	MemoryContextSwitchTo(caller);
	return done(&q);
}
