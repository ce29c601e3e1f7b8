/*
 * weight_pg.c -- what comes to a member in a poll, and through whom: weight() and trusters().
 *
 * Such questions come often while a poll is open, and each alone would read the electorate, all lists and all ballots.  So
 * a session keeps what it found out about the poll that was asked about last: the electorate and the choices, which were
 * fixed when the poll opened, as long as the poll is the same; and what the ballots make of them, as long as no block came.
 */
#include "state/state_pg.h"

#include "delegation/flow.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "record/record_pg.h"
#include "register/log.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

/* What a session keeps. */
typedef struct Kept
{
	MemoryContext fixed;		/* the electorate and the graph; NULL: nothing is kept */
	char		manifest[HASH_SIZE];	/* of which poll */
	Representation r;
	MemoryContext current;		/* the flow; NULL: not known */
	char		root[HASH_SIZE];	/* of the register, after which block */
	int64		block;
	Flow		flow;
} Kept;

static Kept kept;

/* A question: a poll, a member, and what it is answered from. */
typedef struct Asked
{
	Workspace	work;
	TableStore *tables;
	State	   *state;
	Poll	   *poll;
	int32_t		place;			/* of the member; -1 if he is not in the electorate */
} Asked;

static void
forget(MemoryContext *context)
{
	MemoryContext old = *context;

	*context = NULL;
	if (old != NULL)
		MemoryContextDelete(old);
}

/* Begin to keep something; nothing counts as kept until it is complete. */
static MemoryContext
keep_in(Arena *arena)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "commune weights of a poll", ALLOCSET_DEFAULT_SIZES);

	context_arena_init(arena, context);
	return context;
}

/* Read the electorate and the choices of a poll, and keep them. */
static void
read_fixed(Asked *q)
{
	Arena	   *scratch = &q->work.arena;
	MemoryContext context;
	Representation r;
	Arena		arena;
	size_t		n;
	Fault		fault;

	forget(&kept.current);
	forget(&kept.fixed);
	if (representation_begin(&r, scratch, q->state, q->poll, &fault) != CODE_OK)
		fault_raise(&fault);
	n = r.graph.n;
	context = keep_in(&arena);
	r.electorate.id = arena_copy(&arena, r.electorate.id, n * sizeof *r.electorate.id);
	r.electorate.place = arena_copy(&arena, r.electorate.place, ((size_t) r.electorate.identities + 1) * sizeof *r.electorate.place);
	for (int rank = 0; rank < r.graph.ranks; rank++)
		r.graph.choice[rank] = arena_copy(&arena, r.graph.choice[rank], n * sizeof *r.graph.choice[rank]);
	if (r.graph.ends != NULL)
		r.graph.ends = arena_copy(&arena, r.graph.ends, n);
	r.graph.pause = query_pause;
	r.lists = (DelegateLists){NULL};
	MemoryContextSetParent(context, TopMemoryContext);
	kept.fixed = context;
	kept.r = r;
	memcpy(kept.manifest, q->poll->manifest.p, HASH_SIZE);
}

/* Read the ballots up to a block, and keep what they make of the delegations. */
static void
read_current(Asked *q, const BlockRow *block)
{
	Arena	   *scratch = &q->work.arena;
	Representation r = kept.r;
	MemoryContext context;
	Arena		arena;
	Flow		flow;

	forget(&kept.current);
	representation_renew(&r, scratch);
	representation_count(&r, scratch, q->state, q->poll, INT64_MAX);
	context = keep_in(&arena);
	flow_make(&flow, &r, &arena, scratch);
	MemoryContextSetParent(context, TopMemoryContext);
	kept.current = context;
	kept.flow = flow;
	kept.block = block->number;
	memcpy(kept.root, block->root.p, HASH_SIZE);
}

/*
 * Begin a question, and see to it that what is kept answers it.  The root of the register says that the tables, which are
 * its fold, are the same as then, also where a block was rolled back and another one of the same number came.
 */
static void
ask(Asked *q, Str name, const Did *did)
{
	Member	   *member;
	BlockRow	last;

	workspace_open(&q->work);
	q->tables = table_store_open(GetActiveSnapshot(), false, q->work.context);
	q->state = state_new(&q->work.arena, table_store(q->tables));
	q->poll = poll_find_name(q->state, name);
	if (q->poll == NULL)
		code_raise(CODE_NO_SUCH_POLL, psprintf("No poll is called \"%s\".", pnstrdup(name.p, name.n)));
	if (q->poll->manifest.p == NULL)
		code_raise(CODE_POLL_NOT_OPEN, psprintf("The poll is %s.", pnstrdup(q->poll->status.p, q->poll->status.n)));
	if (!log_last_block(&last, table_store(q->tables), &q->work.arena))
		code_raise(CODE_DAMAGED, "A poll is open, but there is no block.");
	if (kept.fixed == NULL || memcmp(kept.manifest, q->poll->manifest.p, HASH_SIZE) != 0)
		read_fixed(q);
	if (kept.current == NULL || kept.block != last.number || memcmp(kept.root, last.root.p, HASH_SIZE) != 0)
		read_current(q, &last);
	member = member_find(q->state, did);
	q->place = member != NULL ? electorate_place(&kept.r.electorate, member->id) : -1;
}

static void
done(Asked *q)
{
	table_store_close(q->tables);
	workspace_close(&q->work);
}

/* SQL function: weight(poll text, member did) returns record */
COMMUNE_FUNCTION(commune_represent_weight)
{
	const Flow *flow = &kept.flow;
	Did			did = PG_GETARG_DID(1);
	TupleDesc	desc;
	Datum		values[3];
	bool		nulls[lengthof(values)] = {false};
	HeapTuple	tuple;
	Asked		q;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "commune: weight() must return a row");
	ask(&q, DatumGetStr(PG_GETARG_DATUM(0)), &did);
	if (q.place >= 0)
	{
		values[0] = Int64GetDatum(flow_weight(flow, (uint32_t) q.place));
		values[1] = Int64GetDatum(flow->first[q.place + 1] - flow->first[q.place]);
		values[2] = BoolGetDatum(flow->cast[q.place] & FLOW_CAST);
	}
	else
		memset(nulls, true, sizeof nulls);
	done(&q);
	tuple = heap_form_tuple(BlessTupleDesc(desc), values, nulls);
	PG_RETURN_DATUM(HeapTupleGetDatum(tuple));
}

/* SQL function: trusters(poll text, member did) returns setof record */
COMMUNE_FUNCTION(commune_represent_trusters)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const Flow *flow = &kept.flow;
	Did			did = PG_GETARG_DID(1);
	Asked		q;

	InitMaterializedSRF(fcinfo, 0);
	ask(&q, DatumGetStr(PG_GETARG_DATUM(0)), &did);
	for (uint32_t i = q.place >= 0 ? flow->first[q.place] : 0; q.place >= 0 && i < flow->first[q.place + 1]; i++)
	{
		uint32_t	u = flow->truster[i];
		bool		nulls[3] = {false};
		Datum		values[3] = {
			DidGetDatum(&member_find_id(q.state, kept.r.electorate.id[u])->did),
			Int16GetDatum((int16) graph_rank(&kept.r.graph, u, (uint32_t) q.place)),
			Int64GetDatum(flow_through(flow, (uint32_t) q.place, u)),
		};

		CHECK_FOR_INTERRUPTS();
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	done(&q);
	return (Datum) 0;
}
