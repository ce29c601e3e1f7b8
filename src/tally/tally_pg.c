/*
 * tally_pg.c -- tally(), rounds() and outcome() in SQL.
 */
#include "tally/tally_pg.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "state/state_pg.h"
#include "tally/tally.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "voting/wide_pg.h"

void
tally_init(void)
{
	count_pause = query_pause;
}

/* A count, and what it was made from. */
typedef struct Counting
{
	Workspace	work;
	TableStore *tables;
	State	   *state;
	Poll	   *poll;
	bool		counted;
	Tally		tally;
} Counting;

/* Find a poll by name and count it, if it is open or closed; an open one only if it may be shown. */
static void
count(Counting *c, Str name)
{
	Fault		fault;

	workspace_open(&c->work);
	c->tables = table_store_open(GetActiveSnapshot(), false, c->work.context);
	c->state = state_new(&c->work.arena, table_store(c->tables));
	c->poll = poll_find_name(c->state, name);
	if (c->poll == NULL)
		code_raise(CODE_NO_SUCH_POLL, psprintf("No poll is called \"%s\".", pnstrdup(name.p, name.n)));
	c->counted = str_is(c->poll->status, "closed") ||
		(str_is(c->poll->status, "open") && method_flag(poll_params(c->state, c->poll), "running"));
	if (c->counted && tally_poll(&c->tally, &c->work.arena, c->state, c->poll, &fault) != CODE_OK)
		fault_raise(&fault);
}

static void
finish(Counting *c)
{
	table_store_close(c->tables);
	workspace_close(&c->work);
}

/* The same; it is an error if there is nothing to be shown. */
static void
count_to_show(Counting *c, Str name)
{
	count(c, name);
	if (!c->counted)
		code_raise(str_is(c->poll->status, "open") ? CODE_TALLY_HIDDEN : CODE_POLL_NOT_OPEN,
				   psprintf("The poll is %s.", pnstrdup(c->poll->status.p, c->poll->status.n)));
}

/* SQL function: tally(poll text) returns setof record */
COMMUNE_FUNCTION(commune_tally_tally)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Counting	c;

	InitMaterializedSRF(fcinfo, 0);
	count_to_show(&c, DatumGetStr(PG_GETARG_DATUM(0)));
	for (size_t i = 0; i < c.tally.options; i++)
	{
		const OptionTally *option = &c.tally.option[i];
		Datum		values[] = {
			Int32GetDatum((int32) i + 1),
			PointerGetDatum(varlena_from_str(c.poll->options.v[i])),
			Int64GetDatum(option->votes),
			Int64GetDatum(option->direct_votes),
			Int64GetDatum(option->represented_votes),
			Int32GetDatum(option->rank),
			Int32GetDatum(option->seats),
			BoolGetDatum(option->winner),
			Int64GetDatum(c.tally.electorate),
			Int64GetDatum(c.tally.direct),
			Int64GetDatum(c.tally.represented),
			Int64GetDatum(c.tally.unrepresented),
			Int64GetDatum(c.tally.abstained),
			BoolGetDatum(c.tally.quorum_reached),
		};
		bool		nulls[lengthof(values)] = {false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	finish(&c);
	return (Datum) 0;
}

static Datum
text_or_null(bool *null, const char *text)
{
	*null = text == NULL;
	return text != NULL ? CStringGetTextDatum(text) : (Datum) 0;
}

static Datum
wide_or_null(bool *null, const Wide *value, int decimals)
{
	*null = value == NULL;
	return value != NULL ? wide_numeric(*value, decimals) : (Datum) 0;
}

/*
 * SQL function: rounds(poll text) returns setof (round integer, option integer, title text, votes numeric, status text,
 * tie text, needed numeric, rest numeric)
 */
COMMUNE_FUNCTION(commune_tally_rounds)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Counting	c;
	int32		number = 0;

	InitMaterializedSRF(fcinfo, 0);
	count_to_show(&c, DatumGetStr(PG_GETARG_DATUM(0)));
	for (const CountRound *round = c.tally.count->first; round != NULL; round = round->next)
	{
		number++;
		for (size_t o = 1; o <= c.tally.options; o++)
		{
			const TieBreak *tie = round->tie[o];
			bool		nulls[8] = {false};
			Datum		values[8] = {
				Int32GetDatum(number),
				Int32GetDatum((int32) o),
				PointerGetDatum(varlena_from_str(c.poll->options.v[o - 1])),
				wide_or_null(&nulls[3], round->has_votes[o] ? &round->votes[o] : NULL, round->decimals),
				CStringGetTextDatum(round->status[o]),
				text_or_null(&nulls[5], tie != NULL ? tie_rule_name(tie->rule) : NULL),
				wide_or_null(&nulls[6], round->needed, round->decimals),
				wide_or_null(&nulls[7], round->rest ? &round->votes[0] : NULL, round->decimals),
			};

			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
		CHECK_FOR_INTERRUPTS();
	}
	finish(&c);
	return (Datum) 0;
}

static Datum
winners_datum(const Tally *tally)
{
	Datum	   *items = palloc((tally->options + 1) * sizeof(Datum));
	int			n = 0;

	for (size_t i = 0; i < tally->options; i++)
		if (tally->option[i].winner)
			items[n++] = Int32GetDatum((int32) i + 1);
	return PointerGetDatum(construct_array(items, n, INT4OID, 4, true, TYPALIGN_INT));
}

/* The number of equal ballots that would be as concentrated: 1/HHI to three decimals, rounded down. */
static Datum
effective_datum(bool *null, const Concentration *c)
{
	*null = c->squares == 0;
	return *null ? (Datum) 0 : wide_numeric((Wide) c->votes * c->votes * 1000 / c->squares, 3);
}

/* SQL function: outcome(poll text) returns record */
COMMUNE_FUNCTION(commune_tally_outcome)
{
	TupleDesc	desc;
	Counting	c;
	Datum		values[14];
	bool		nulls[lengthof(values)] = {false};
	HeapTuple	tuple;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "commune: outcome() must return a row");
	count(&c, DatumGetStr(PG_GETARG_DATUM(0)));
	values[0] = PointerGetDatum(varlena_from_str(c.poll->name));
	values[1] = PointerGetDatum(varlena_from_str(c.poll->status));
	values[2] = PointerGetDatum(varlena_from_str(c.poll->method));
	if (c.counted)
	{
		values[3] = winners_datum(&c.tally);
		values[4] = BoolGetDatum(c.tally.tied);
		values[5] = BoolGetDatum(c.tally.quorum_reached);
		values[6] = Int64GetDatum(c.tally.electorate);
		values[7] = Int64GetDatum(c.tally.direct);
		values[8] = Int64GetDatum(c.tally.represented);
		values[9] = Int64GetDatum(c.tally.unrepresented);
		values[10] = Int64GetDatum(c.tally.abstained);
		values[11] = Int64GetDatum(c.tally.concentration.largest);
		values[12] = Int64GetDatum(c.tally.concentration.nakamoto);
		values[13] = effective_datum(&nulls[13], &c.tally.concentration);
	}
	else
		memset(nulls + 3, true, sizeof nulls - 3);
	tuple = heap_form_tuple(BlessTupleDesc(desc), values, nulls);
	finish(&c);
	PG_RETURN_DATUM(HeapTupleGetDatum(tuple));
}
