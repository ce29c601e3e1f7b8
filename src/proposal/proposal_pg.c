/*
 * proposal_pg.c -- plan(), preview() and backtest() in SQL: what a proposal would do, and what other rules would have
 * decided.  Nothing is written: a plan is applied to rows in memory, over tables that are only read.
 */
#include "state/state_pg.h"

#include "funcapi.h"
#include "register/rels.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#define Plan ActionPlan			/* PostgreSQL has a Plan of its own */
#include "proposal/proposal.h"

/* A look at the state, and the proposal that is asked about. */
typedef struct Look
{
	Workspace	work;
	ReturnSetInfo *result;
	TableStore *tables;
	State	   *state;
	Proposal   *proposal;
} Look;

static void
look_open(Look *look, FunctionCallInfo fcinfo)
{
	InitMaterializedSRF(fcinfo, 0);
	look->result = (ReturnSetInfo *) fcinfo->resultinfo;
	workspace_open(&look->work);
	look->tables = table_store_open(GetActiveSnapshot(), false, look->work.context);
	look->state = state_new(&look->work.arena, table_store(look->tables));
	look->proposal = NULL;
}

static void
look_close(Look *look)
{
	table_store_close(look->tables);
	workspace_close(&look->work);
}

/* Find a proposal that has a plan. */
static void
look_for_plan(Look *look, Str name)
{
	look->proposal = proposal_find_name(look->state, name);
	if (look->proposal == NULL)
		code_raise(CODE_NO_SUCH_PROPOSAL, psprintf("No proposal is called \"%s\".", pnstrdup(name.p, name.n)));
}

static void
put_row(Look *look, int n, const Str *text)
{
	Datum	   *values = palloc(sizeof(Datum) * n);
	bool	   *nulls = palloc(sizeof(bool) * n);

	for (int i = 0; i < n; i++)
	{
		nulls[i] = text[i].p == NULL;
		values[i] = nulls[i] ? (Datum) 0 : PointerGetDatum(varlena_from_str(text[i]));
	}
	tuplestore_putvalues(look->result->setResult, look->result->setDesc, values, nulls);
}

/* ---- what a plan does ---- */

/* SQL function: plan(proposal text) returns setof (action text, sentence text) */
COMMUNE_FUNCTION(commune_proposal_plan)
{
	Look		look;
	ActionPlan	plan;
	StrList		sentences;
	Fault		fault;

	look_open(&look, fcinfo);
	look_for_plan(&look, DatumGetStr(PG_GETARG_DATUM(0)));
	if (look.proposal->plan.p != NULL)
	{
		if (plan_read(&plan, &look.work.arena, look.state, look.proposal->plan, &fault) != CODE_OK)
			fault_raise(&fault);
		sentences = plan_sentences(&look.work.arena, look.state, &plan);
		for (size_t i = 0; i < sentences.n; i++)
			put_row(&look, 2, (Str[]) {str_from(plan.action[i].kind->name), sentences.v[i]});
	}
	look_close(&look);
	return (Datum) 0;
}

/* The key of a row, as people read it. */
static Str
print_key(Arena *arena, const Rel *rel, const void *row)
{
	const RowPath *path = schema.path[rel_key(rel->id)];
	Buf			b;

	buf_init(&b, arena);
	for (int i = 0; i < path->ncols; i++)
	{
		if (i > 0)
			buf_text(&b, ", ");
		buf_str(&b, col_print(arena, &rel->cols[path->col[i]], row));
	}
	return buf_done(&b);
}

static Str
print_or_none(Arena *arena, const Col *col, const void *row)
{
	return row == NULL || col_is_null(col, row) ? STR_NONE : col_print(arena, col, row);
}

typedef struct Comparison
{
	Look	   *look;
	State	   *before;
} Comparison;

/* Show in which columns a row would change; of a new row and of one that would go, all that it has. */
static bool
show_change(void *self, const void *row)
{
	Comparison *comparison = self;
	Arena	   *arena = &comparison->look->work.arena;
	const Rel  *rel = schema.rel[((const Row *) row)->rel];
	const void *before = state_find(comparison->before, rel_key(rel->id), row);
	const void *after = ((const Row *) row)->dead ? NULL : row;

	for (int i = 0; i < rel->ncols && (before != NULL || after != NULL); i++)
	{
		const Col  *col = &rel->cols[i];
		Str			text[5] = {
			str_from(rel->name), print_key(arena, rel, row), str_from(col->name),
			print_or_none(arena, col, before), print_or_none(arena, col, after),
		};

		if (before != NULL && after != NULL ? col_cmp(col, before, after) != 0 : text[3].p != NULL || text[4].p != NULL)
			put_row(comparison->look, 5, text);
	}
	return true;
}

static bool
last_block(void *self, const void *row)
{
	*(int64 *) self = ((const BlockRow *) row)->size;
	return false;
}

/* SQL function: preview(proposal text) returns setof ("table" text, key text, "column" text, before text, after text) */
COMMUNE_FUNCTION(commune_proposal_preview)
{
	Look		look;
	Comparison	comparison = {.look = &look};
	ActionPlan	plan;
	Terms		terms;
	Fault		fault;
	Fold		fold;
	Doing		doing;
	int64		size = 0;

	look_open(&look, fcinfo);
	look_for_plan(&look, DatumGetStr(PG_GETARG_DATUM(0)));
	if (look.proposal->plan.p == NULL)
	{
		look_close(&look);
		return (Datum) 0;
	}
	state_scan(look.state, BLOCK_BY_NUMBER, 0, NULL, SCAN_BACK, last_block, &size);
	fold = (Fold) {
		.state = look.state, .arena = &look.work.arena, .output = &look.work.arena, .scratch = &look.work.arena,
		.fault = &fault, .time = TIMESTAMP_TO_UNIX_US(GetCurrentTimestamp()), .index = size, .charter = charter_find(look.state),
	};
	terms_of(&terms, &look.work.arena, look.proposal->terms);

	/* Before it is voted on: as if everybody were for it. */
	if (look.proposal->yes == INT8_NONE)
	{
		look.proposal->yes = look.proposal->electorate = fold.charter->members;
		look.proposal->no = look.proposal->abstained = 0;
		look.proposal->average = AVERAGE_FIRST;
	}
	doing = (Doing) {.fold = &fold, .level = (int) terms.level, .proposal = look.proposal->seq};
	if (plan_read(&plan, &look.work.arena, look.state, look.proposal->plan, &fault) != CODE_OK ||
		plan_apply(&fold, &plan, &doing) != CODE_OK)
		fault_raise(&fault);
	comparison.before = state_new(&look.work.arena, table_store(look.tables));
	state_changes(look.state, show_change, &comparison);
	look_close(&look);
	return (Datum) 0;
}

/* ---- other rules ---- */

typedef struct Backtest
{
	Look	   *look;
	Terms		other;
	int64		from;
	int64		to;
} Backtest;

/* The register's time; as it is if it is infinite. */
static int64
unix_time(TimestampTz t)
{
	return TIMESTAMP_NOT_FINITE(t) ? t : TIMESTAMP_TO_UNIX_US(t);
}

static bool
decides(const Terms *terms, const Proposal *p)
{
	YesNo		counts = {p->yes, p->no, p->abstained, p->electorate};
	Decision	decision;

	bars_decide(&decision, &terms->bars, &counts, p->average, SHARE_ONE);
	return decision.accepted;
}

static bool
test_proposal(void *self, const void *row)
{
	Backtest   *b = self;
	const Proposal *p = row;
	Terms		own;
	Datum		values[9];
	bool		nulls[lengthof(values)] = {false};

	if (p->decided_at == INT8_NONE || p->yes == INT8_NONE || p->average == INT8_NONE ||
		p->decided_at < b->from || p->decided_at >= b->to)
		return true;
	terms_of(&own, &b->look->work.arena, p->terms);
	values[0] = PointerGetDatum(varlena_from_str(p->name));
	values[1] = TimestampTzGetDatum(UNIX_US_TO_TIMESTAMP(p->decided_at));
	values[2] = PointerGetDatum(varlena_from_str(p->policy));
	values[3] = Int64GetDatum(p->yes);
	values[4] = Int64GetDatum(p->no);
	values[5] = Int64GetDatum(p->abstained);
	values[6] = Int64GetDatum(p->electorate);
	values[7] = BoolGetDatum(decides(&own, p));
	values[8] = BoolGetDatum(decides(&b->other, p));
	tuplestore_putvalues(b->look->result->setResult, b->look->result->setDesc, values, nulls);
	return true;
}

/*
 * SQL function: backtest(policy text, since timestamptz, until timestamptz) returns setof (proposal text,
 * decided_at timestamptz, policy_then text, yes bigint, no bigint, abstained bigint, electorate bigint, cleared boolean,
 * would_clear boolean)
 */
COMMUNE_FUNCTION(commune_proposal_backtest)
{
	Str			rules = DatumGetStr(PG_GETARG_DATUM(0));
	Look		look;
	Backtest	backtest = {.look = &look};
	PolicyRow  *policy;
	const Json *body;
	Fault		fault;

	look_open(&look, fcinfo);
	backtest.from = unix_time(PG_GETARG_TIMESTAMPTZ(1));
	backtest.to = unix_time(PG_GETARG_TIMESTAMPTZ(2));
	if (rules.n > 0 && *rules.p != '{')
	{
		policy = policy_find(look.state, rules);
		if (policy == NULL)
			code_raise(CODE_NO_SUCH_POLICY, psprintf("The policy is \"%s\".", pnstrdup(rules.p, rules.n)));
		rules = policy->body;
	}
	if (json_parse(&body, &look.work.arena, rules.p, rules.n, &fault) != CODE_OK ||
		terms_read(&backtest.other, body, &fault) != CODE_OK)
		fault_raise(&fault);
	state_scan(look.state, PROPOSAL_BY_SEQ, 0, NULL, SCAN_ALL, test_proposal, &backtest);
	look_close(&look);
	return (Datum) 0;
}
