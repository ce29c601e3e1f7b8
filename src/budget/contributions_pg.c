/*
 * contributions_pg.c -- the type tally_contributions, the aggregate that makes it, and quadratic funding.
 */
#include "budget/contributions_pg.h"

#include "utils/builtins.h"
#include "utils/numeric.h"

#include "budget/contributions.h"
#include "budget/funding.h"
#include "budget/pairs.h"
#include "voting/wide_pg.h"

int			contributions_max_pairs;

/* ---- the kind of state */

static void
kind_begin(void *content, Arena *arena)
{
	contributions_init(content, arena);
}

static Code
kind_rest(void *content, Arena *scratch, Fault *fault)
{
	return contributions_rest(content, query_pause, scratch, fault);
}

static uint64_t
kind_bytes(const void *content)
{
	return contributions_size(content);
}

static void
kind_write(uint8_t *out, const void *content)
{
	contributions_write(out, content);
}

static Code
kind_read(void *content, const uint8_t *bytes, size_t n, Arena *arena, Fault *fault)
{
	return contributions_read(content, bytes, n, arena, fault);
}

static Code
kind_merge(void *content, const void *other, bool subtract, Arena *scratch, Fault *fault)
{
	return contributions_merge(content, other, subtract, query_pause, scratch, fault);
}

static void
kind_print(Buf *out, const void *content)
{
	contributions_print(out, content);
}

static Code
kind_parse(void *content, Str text, Arena *scratch, Fault *fault)
{
	return contributions_parse(content, text, scratch, fault);
}

static const OpenKind contributions_kind = {
	"contributions", sizeof(Contributions), kind_begin, kind_rest, kind_bytes, kind_write, kind_read, kind_merge,
	kind_print, kind_parse
};

#define ENTRY(what) \
	COMMUNE_FUNCTION(commune_budget_contributions_##what) \
	{ \
		return open_##what(fcinfo, &contributions_kind); \
	}

ENTRY(input)
ENTRY(output)
ENTRY(receive)
ENTRY(combine)
ENTRY(plus)
ENTRY(minus)

static inline void
check(Code code, const Fault *fault)
{
	if (unlikely(code != CODE_OK))
		fault_raise(fault);
}

static void
make_room(Contributions *c)
{
	Workspace	work;
	Fault		fault;

	workspace_open(&work);
	check(contributions_room(c, query_pause, &work.arena, &fault), &fault);
	workspace_close(&work);
}

/* (state, project integer, contributor bigint, amount bigint); a row with a NULL says nothing */
COMMUNE_FUNCTION(commune_budget_contributions_add)
{
	OpenState  *open;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return open_unchanged(fcinfo);
	open = open_arg(fcinfo, &contributions_kind);
	if (unlikely(contributions_full(open->content)))
		make_room(open->content);
	contributions_add(open->content, PG_GETARG_INT32(1), PG_GETARG_INT64(2), PG_GETARG_INT64(3));
	RETURN_OPEN(open);
}

/* contributed(contributions) -> (project integer, contributor bigint, amount bigint) */
COMMUNE_FUNCTION(commune_budget_contributed)
{
	Rows		rows;
	const Contributions *c;
	bool		nulls[3] = {0};

	rows_begin(&rows, fcinfo);
	if (PG_ARGISNULL(0))
		return rows_end(&rows);
	c = open_read(PG_GETARG_DATUM(0), &contributions_kind, &rows.work);
	rows_start(&rows);
	for (uint32_t i = 0; i < c->n; i++)
	{
		Datum		values[3] = {
			Int32GetDatum(c->entry[i].project), Int64GetDatum(c->entry[i].contributor), Int64GetDatum(c->entry[i].amount)
		};

		rows_add(&rows, values, nulls);
	}
	return rows_end(&rows);
}

/* ---- quadratic funding */

/* Begin a question: contributions at 0, a list of projects at projects_arg.  False if there are no contributions. */
static bool
ask(Rows *rows, const Contributions **c, Claims *claims, FunctionCallInfo fcinfo, int projects_arg)
{
	int32_t    *id;
	size_t		n;
	Fault		fault;

	rows_begin(rows, fcinfo);
	if (PG_ARGISNULL(0))
		return false;
	*c = open_read(PG_GETARG_DATUM(0), &contributions_kind, &rows->work);
	id = integers_arg(&n, fcinfo, projects_arg, &rows->work.arena);
	if (id != NULL)
		sort_ids(id, n);
	check(claims_list(claims, *c, id, (uint32_t) n, &rows->work.arena, &fault), &fault);
	return true;
}

/*
 * Divide the pool and answer with a row for each project: (pool bigint) is at 1; (scaling text, rounding text, cap
 * bigint, ties text, seed bytea, permutation integer[]) are at rule_arg and after.
 */
static Datum
answer(Rows *rows, const Claims *claims, FunctionCallInfo fcinfo, int rule_arg)
{
	Arena	   *arena = &rows->work.arena;
	PoolRule	rule = {.pool = bigint_arg(fcinfo, 1, "pool"), .cap = PG_INT64_MAX};
	Match	   *match = arena_alloc(arena, sizeof(Match) * claims->n);
	ListedRules rules = ties_arg(fcinfo, rule_arg + 3, arena);
	Listed		ties;
	Workspace	scratch;
	Fault		fault;

	rule.scaling = (Scaling) word_arg(fcinfo, rule_arg, "scaling", scaling_words);
	rule.rounding = (Rounding) word_arg(fcinfo, rule_arg + 1, "rounding", rounding_words);
	if (!PG_ARGISNULL(rule_arg + 2))
		rule.cap = PG_GETARG_INT64(rule_arg + 2);
	check(listed_init(&ties, &rules, TIES_BY_LIST, claims->id, claims->n, arena, &fault), &fault);
	workspace_open(&scratch);
	check(pool_divide(match, claims, &rule, &ties, query_pause, arena, &scratch.arena, &fault), &fault);
	workspace_close(&scratch);

	rows_start(rows);
	for (uint32_t i = 0; i < claims->n; i++)
	{
		const Claim *claim = &claims->claim[i];
		bool		nulls[8] = {0};
		Datum		values[8] = {
			Int32GetDatum(claims->id[i]), Int64GetDatum(claim->contributors), wide_numeric(claim->received, 0),
			wide_numeric(claim->roots, claims->root_decimals), big_numeric(rows, claim->ideal, claims->ideal_decimals),
			Int64GetDatum(match[i].uncapped), Int64GetDatum(match[i].match), tie_datum(&nulls[7], match[i].tie)
		};

		rows_add(rows, values, nulls);
	}
	return rows_end(rows);
}

/*
 * quadratic_funding(contributions, pool bigint, formula text, scaling text, rounding text, cap bigint, ties text, seed
 * bytea, permutation integer[], projects integer[]) -> (project integer, contributors bigint, received, roots, ideal
 * numeric, uncapped bigint, match bigint, tie text)
 */
COMMUNE_FUNCTION(commune_budget_quadratic_funding)
{
	Rows		rows;
	const Contributions *c;
	Claims		claims;
	Formula		formula;

	if (!ask(&rows, &c, &claims, fcinfo, 9))
		return rows_end(&rows);
	formula = (Formula) word_arg(fcinfo, 2, "formula", formula_words);
	claims_compute(&claims, c, formula, query_pause, &rows.work.arena);
	return answer(&rows, &claims, fcinfo, 3);
}

/* Read (bound bigint, formula text) from arg on. */
static PairRule
pair_rule_arg(FunctionCallInfo fcinfo, int arg)
{
	return (PairRule){
		.bound = bigint_arg(fcinfo, arg, "bound"),
		.formula = (PairFormula) word_arg(fcinfo, arg + 1, "formula", pair_formula_words),
		.most = contributions_max_pairs
	};
}

/*
 * pairwise_funding(contributions, pool bigint, bound bigint, formula text, scaling text, rounding text, cap bigint, ties
 * text, seed bytea, permutation integer[], projects integer[]) -> as quadratic_funding()
 */
COMMUNE_FUNCTION(commune_budget_pairwise_funding)
{
	Rows		rows;
	const Contributions *c;
	Claims		claims;
	PairRule	rule;
	Fault		fault;

	if (!ask(&rows, &c, &claims, fcinfo, 10))
		return rows_end(&rows);
	rule = pair_rule_arg(fcinfo, 2);
	check(claims_of_pairs(&claims, c, &rule, NULL, NULL, query_pause, &rows.work.arena, &fault), &fault);
	return answer(&rows, &claims, fcinfo, 4);
}

static void
answer_pair(void *context, const Pair *pair)
{
	Rows	   *rows = context;
	bool		nulls[4] = {0};
	Wide		weight;
	Datum		values[4];

	if (wide_muldiv_overflows(pair->num, wide_pow10(ROOT_DECIMALS), pair->den, WIDE_DOWN, &weight))
		code_raise(CODE_NUMBER_OVERFLOW, "The weight of a pair does not fit.");
	values[0] = Int64GetDatum(pair->a);
	values[1] = Int64GetDatum(pair->b);
	values[2] = wide_numeric(pair->shared, ROOT_DECIMALS);
	values[3] = wide_numeric(weight, ROOT_DECIMALS);
	rows_add(rows, values, nulls);
}

/* funding_pairs(contributions, bound bigint, formula text) -> (a bigint, b bigint, shared numeric, weight numeric) */
COMMUNE_FUNCTION(commune_budget_funding_pairs)
{
	Rows		rows;
	const Contributions *c;
	Claims		claims;
	PairRule	rule;
	Fault		fault;

	rows_begin(&rows, fcinfo);
	if (PG_ARGISNULL(0))
		return rows_end(&rows);
	c = open_read(PG_GETARG_DATUM(0), &contributions_kind, &rows.work);
	check(claims_list(&claims, c, NULL, 0, &rows.work.arena, &fault), &fault);
	rule = pair_rule_arg(fcinfo, 1);
	rows_start(&rows);
	check(claims_of_pairs(&claims, c, &rule, answer_pair, &rows, query_pause, &rows.work.arena, &fault), &fault);
	return rows_end(&rows);
}
