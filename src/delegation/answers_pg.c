/*
 * answers_pg.c -- what can be asked about a delegation graph: weights, resolve, path, cycles.
 *
 * Every question takes a graph and, optionally, the members who vote; those replace what the graph itself knows about
 * who votes.  A voter whom the graph does not know is a stranger: he has weight 1 and represents himself.  The last
 * argument, optional too, is a cap: the most weight that may rest with a voter.
 */
#include "base/rows_pg.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "delegation/facts.h"
#include "delegation/graph_pg.h"

typedef struct Question
{
	Rows		rows;
	Web			web;
	Graph		graph;
	Ids			strangers;
} Question;

/* Sort the voters and go through them and the graph's members side by side: mark members, gather strangers. */
static void
take_voters(Question *q, ArrayType *array)
{
	Arena	   *arena = &q->rows.work.arena;
	const Ids  *members = &q->web.ids;
	ArrayIterator each = array_create_iterator(array, 0, NULL);
	uint32_t	v = 0;
	uint8_t    *votes = arena_zero(arena, members->n);
	Facts		facts;
	Web		voters;
	Fault		fault;
	Datum		datum;
	bool		isnull;

	facts_init(&facts, members->kind, arena);
	while (array_iterate(each, &datum, &isnull))
	{
		Fact		fact = {.nobody = true, .rank = 1};

		if (isnull)
			continue;
		fact.truster = id_from_datum(datum, members->kind);
		if (facts_add(&facts, &fact, &fault) != CODE_OK)
			fault_raise(&fault);
	}
	if (facts_rest(&voters, &facts, query_pause, arena, arena, &fault) != CODE_OK)
		fault_raise(&fault);

	q->strangers = voters.ids;
	q->strangers.n = 0;
	for (uint32_t i = 0; i < voters.ids.n; i++)
	{
		Id			id = ids_get(&voters.ids, i);

		while (v < members->n && id_cmp(members->kind, ids_get(members, v), id) < 0)
			v++;
		if (v < members->n && id_cmp(members->kind, ids_get(members, v), id) == 0)
			votes[v] = 1;
		else
			ids_put(&q->strangers, q->strangers.n++, id);
	}
	q->graph.votes = votes;
}

/*
 * Begin a question: (graph, ..., voters, cap) are its arguments, with voters at voters_arg; member_column is where the
 * result has a member, which tells the kind of id.  False if there is no graph; then there are no rows.
 */
static bool
ask(Question *q, FunctionCallInfo fcinfo, int voters_arg, int member_column)
{
	Oid			type;

	rows_begin(&q->rows, fcinfo);
	if (PG_ARGISNULL(0))
		return false;
	rows_start(&q->rows);
	type = TupleDescAttr(q->rows.result->setDesc, member_column)->atttypid;
	graph_from_datum(&q->web, PG_GETARG_DATUM(0), type == INT8OID ? ID_NUMBER : ID_TEXT, &q->rows.work);
	web_graph(&q->graph, &q->web, &q->rows.work.arena);
	q->graph.pause = query_pause;
	q->strangers = (Ids){.kind = q->web.ids.kind};
	if (!PG_ARGISNULL(voters_arg))
		take_voters(q, PG_GETARG_ARRAYTYPE_P(voters_arg));
	if (!PG_ARGISNULL(voters_arg + 1))
	{
		q->graph.cap = PG_GETARG_INT64(voters_arg + 1);
		if (q->graph.cap < 1)
			code_raise(CODE_BAD_CAP, psprintf("The cap is " INT64_FORMAT ".", q->graph.cap));
	}
	return true;
}

static Datum
id_datum(const Question *q, Id id)
{
	if (q->web.ids.kind == ID_NUMBER)
		return Int64GetDatum(id.number);
	return PointerGetDatum(cstring_to_text_with_len(id.text.p, id.text.n));
}

static Datum
member_datum(const Question *q, uint32_t v)
{
	return id_datum(q, ids_get(&q->web.ids, v));
}

/* weights(graph, voters, cap) -> (member, weight bigint, members bigint, represented boolean), a row for each head */
COMMUNE_FUNCTION(commune_delegation_weights)
{
	Question	q;
	Resolution	res;
	int64_t    *weight;
	int64_t    *members;
	bool		nulls[4] = {0};
	Fault		fault;

	if (!ask(&q, fcinfo, 1, 0))
		return rows_end(&q.rows);
	graph_resolve(&res, &q.graph, false, &q.rows.work.arena);
	weight = arena_alloc(&q.rows.work.arena, sizeof(int64_t) * q.web.ids.n);
	members = q.graph.weight != NULL ? arena_alloc(&q.rows.work.arena, sizeof(int64_t) * q.web.ids.n) : NULL;
	if (graph_weigh(weight, members, &res, &fault) != CODE_OK)
		fault_raise(&fault);

	for (uint32_t v = 0; v < q.web.ids.n; v++)
		if (res.head[v] == v)
		{
			Datum		values[4] = {
				member_datum(&q, v),
				Int64GetDatum(weight[v]),
				Int64GetDatum(members != NULL ? members[v] : weight[v]),
				BoolGetDatum(graph_standing(&res, v) == STANDING_DIRECT)
			};

			rows_add(&q.rows, values, nulls);
		}
	for (uint32_t i = 0; i < q.strangers.n; i++)
	{
		Datum		values[4] = {id_datum(&q, ids_get(&q.strangers, i)), Int64GetDatum(1), Int64GetDatum(1), BoolGetDatum(true)};

		rows_add(&q.rows, values, nulls);
	}
	return rows_end(&q.rows);
}

/* resolve(graph, voters, cap) -> (member, delegate, head, standing text, hops integer), a row for each member */
COMMUNE_FUNCTION(commune_delegation_resolve)
{
	static const char *const standings[] = {
		[STANDING_DIRECT] = "direct",
		[STANDING_REPRESENTED] = "represented",
		[STANDING_DEAD_END] = "dead end",
		[STANDING_RING] = "ring",
	};
	Question	q;
	Resolution	res;

	if (!ask(&q, fcinfo, 1, 0))
		return rows_end(&q.rows);
	graph_resolve(&res, &q.graph, true, &q.rows.work.arena);

	for (uint32_t v = 0; v < q.web.ids.n; v++)
	{
		Standing	standing = graph_standing(&res, v);
		bool		nulls[5] = {[1] = res.delegate[v] == NOBODY, [4] = standing == STANDING_RING};
		Datum		values[5] = {
			member_datum(&q, v),
			nulls[1] ? (Datum) 0 : member_datum(&q, res.delegate[v]),
			member_datum(&q, res.head[v]),
			CStringGetTextDatum(standings[standing]),
			Int32GetDatum(res.hops[v])
		};

		rows_add(&q.rows, values, nulls);
	}
	for (uint32_t i = 0; i < q.strangers.n; i++)
	{
		bool		nulls[5] = {[1] = true};
		Datum		id = id_datum(&q, ids_get(&q.strangers, i));
		Datum		values[5] = {id, (Datum) 0, id, CStringGetTextDatum("direct"), Int32GetDatum(0)};

		rows_add(&q.rows, values, nulls);
	}
	return rows_end(&q.rows);
}

/* Add a row to a path; rank is 0 where nothing is passed on. */
static void
answer_hop(Question *q, uint32_t hop, Datum member, int rank, const char *reason)
{
	bool		nulls[4] = {[2] = rank == 0};
	Datum		values[4] = {Int32GetDatum(hop), member, Int16GetDatum(rank), CStringGetTextDatum(reason)};

	rows_add(&q->rows, values, nulls);
}

/* Say why a path goes on from v to his delegate: whether an earlier choice was passed over. */
static const char *
why_on(const Graph *graph, uint32_t v, int rank)
{
	for (int r = 0; r < rank - 1; r++)
		if (graph->choice[r][v] < graph->n)
			return "backup";
	return "delegates";
}

/* Say why a path ends with v. */
static const char *
why_here(const Graph *graph, uint32_t v, const uint32_t *sums)
{
	if (graph->votes != NULL && graph->votes[v])
		return "votes";
	if (sums != NULL && graph_is_cut(graph, v, sums))
		return "cap reached";
	if (graph_has_choice(graph, v))
		return "no trustee votes";
	return graph->votes != NULL ? "dead end" : "trusts nobody";
}

/* path(graph, member, voters, cap) -> (hop integer, member, rank smallint, reason text), from the member to his head */
COMMUNE_FUNCTION(commune_delegation_path)
{
	Question	q;
	Id			id;
	uint32_t	v;
	uint32_t   *delegate;
	uint32_t   *sums = NULL;
	uint32_t	steps;
	uint32_t	ring;

	if (!ask(&q, fcinfo, 2, 1))
		return rows_end(&q.rows);
	if (PG_ARGISNULL(1))
		return rows_end(&q.rows);
	id = id_from_datum(PG_GETARG_DATUM(1), q.web.ids.kind);
	v = ids_find(&q.web.ids, id);
	if (v == NOBODY)
	{
		if (ids_find(&q.strangers, id) != NOBODY)
			answer_hop(&q, 0, id_datum(&q, id), 0, "votes");
		return rows_end(&q.rows);
	}

	delegate = arena_alloc(&q.rows.work.arena, sizeof(uint32_t) * q.web.ids.n);
	if (q.graph.cap > 0)
		sums = arena_alloc(&q.rows.work.arena, sizeof(uint32_t) * q.web.ids.n);
	graph_choose(delegate, sums, &q.graph, &q.rows.work.arena);
	graph_measure(&steps, &ring, delegate, v);
	for (uint32_t hop = 0; hop < steps + ring; hop++, v = delegate[v])
	{
		int			rank = graph_rank(&q.graph, v, delegate[v]);

		answer_hop(&q, hop, member_datum(&q, v), rank, why_on(&q.graph, v, rank));
	}
	answer_hop(&q, steps + ring, member_datum(&q, v), 0, ring > 0 ? "ring" : why_here(&q.graph, v, sums));
	return rows_end(&q.rows);
}

/* cycles(graph, voters, cap) -> (cycle, member, place integer), a row for each member of a ring, in the ring's order */
COMMUNE_FUNCTION(commune_delegation_cycles)
{
	Question	q;
	Resolution	res;
	bool		nulls[3] = {0};

	if (!ask(&q, fcinfo, 1, 0))
		return rows_end(&q.rows);
	graph_resolve(&res, &q.graph, false, &q.rows.work.arena);
	for (uint32_t ring = 0; ring < q.web.ids.n; ring++)
	{
		uint32_t	v = ring;
		int32		place = 0;

		if (!graph_names_ring(&res, ring))
			continue;
		do
		{
			Datum		values[3] = {member_datum(&q, ring), member_datum(&q, v), Int32GetDatum(place++)};

			rows_add(&q.rows, values, nulls);
			v = res.delegate[v];
		}
		while (v != ring);
	}
	return rows_end(&q.rows);
}
