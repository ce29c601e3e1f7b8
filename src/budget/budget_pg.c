/*
 * budget_pg.c -- the type tally_budget, the aggregates that make it, and the ways to spend a shared budget.
 */
#include "budget/open_pg.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "budget/budget.h"
#include "budget/shares.h"
#include "voting/wide_pg.h"

#define MONEY_DECIMALS 9		/* of money that is a fraction */

/* ---- the kind of state */

static void
kind_begin(void *content, Arena *arena)
{
	ballots_init(content, arena);
}

static Code
kind_rest(void *content, Arena *scratch, Fault *fault)
{
	ballots_rest(content, query_pause, scratch);
	return CODE_OK;
}

static uint64_t
kind_bytes(const void *content)
{
	return ballots_size(content);
}

static void
kind_write(uint8_t *out, const void *content)
{
	ballots_write(out, content);
}

static Code
kind_read(void *content, const uint8_t *bytes, size_t n, Arena *arena, Fault *fault)
{
	return ballots_read(content, bytes, n, arena, fault);
}

static Code
kind_merge(void *content, const void *other, bool subtract, Arena *scratch, Fault *fault)
{
	return ballots_merge(content, other, subtract, fault);
}

static void
kind_print(Buf *out, const void *content)
{
	ballots_print(out, content);
}

static Code
kind_parse(void *content, Str text, Arena *scratch, Fault *fault)
{
	return ballots_parse(content, text, scratch, fault);
}

static const OpenKind ballots_kind = {
	"budget ballots", sizeof(BudgetBallots), kind_begin, kind_rest, kind_bytes, kind_write, kind_read, kind_merge,
	kind_print, kind_parse
};

#define ENTRY(what) \
	COMMUNE_FUNCTION(commune_budget_ballots_##what) \
	{ \
		return open_##what(fcinfo, &ballots_kind); \
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

/* (state, projects integer[] [, weight bigint]); NULL is no ballot, and NULLs in it are nothing */
COMMUNE_FUNCTION(commune_budget_approvals_add)
{
	OpenState  *open;
	uint32_t	n;
	Fault		fault;

	if (PG_ARGISNULL(1))
		return open_unchanged(fcinfo);
	open = open_arg(fcinfo, &ballots_kind);
	n = open_ids(open, ints_of(PG_GETARG_DATUM(1)));
	check(ballots_add(open->content, open->ints, NULL, n, PG_NARGS() > 2 ? weight_arg(fcinfo, 2) : 1, &fault), &fault);
	RETURN_OPEN(open);
}

/* (state, projects integer[], scores bigint[] [, weight bigint]) */
COMMUNE_FUNCTION(commune_budget_scores_add)
{
	OpenState  *open;
	Ints		projects;
	Ints		scores;
	Fault		fault;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return open_unchanged(fcinfo);
	open = open_arg(fcinfo, &ballots_kind);
	projects = ints_of(PG_GETARG_DATUM(1));
	scores = ints_of(PG_GETARG_DATUM(2));
	if (projects.n != scores.n)
		bad_terms("A ballot has a score for each of its projects.");
	if (projects.nulls != NULL || scores.nulls != NULL)
		bad_terms("A ballot with scores has no NULLs in it.");
	open_ints(open, projects);
	open_bigints(open, scores);
	check(ballots_add(open->content, open->ints, open->bigints, projects.n, PG_NARGS() > 3 ? weight_arg(fcinfo, 3) : 1, &fault),
		  &fault);
	RETURN_OPEN(open);
}

static Datum
projects_datum(const BudgetBallot *ballot)
{
	Datum	   *items = palloc(sizeof(Datum) * ballot->n + 1);

	for (uint32_t j = 0; j < ballot->n; j++)
		items[j] = Int32GetDatum(ballot->project[j]);
	return PointerGetDatum(construct_array(items, (int) ballot->n, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

static Datum
scores_datum(const BudgetBallot *ballot)
{
	Datum	   *items = palloc(sizeof(Datum) * ballot->n + 1);

	for (uint32_t j = 0; j < ballot->n; j++)
		items[j] = Int64GetDatum(ballot->score != NULL ? ballot->score[j] : 1);
	return PointerGetDatum(construct_array(items, (int) ballot->n, INT8OID, sizeof(int64), true, TYPALIGN_DOUBLE));
}

/* distinct_ballots(ballots) -> (ballot integer, weight bigint, projects integer[], scores bigint[]) */
COMMUNE_FUNCTION(commune_budget_distinct_ballots)
{
	Rows		rows;
	const BudgetBallots *ballots;
	bool		nulls[4] = {0};

	rows_begin(&rows, fcinfo);
	if (PG_ARGISNULL(0))
		return rows_end(&rows);
	ballots = open_read(PG_GETARG_DATUM(0), &ballots_kind, &rows.work);
	rows_start(&rows);
	for (uint32_t i = 0; i < ballots->n; i++)
	{
		Datum		values[4] = {
			Int32GetDatum((int32) i + 1), Int64GetDatum(ballots->ballot[i].weight),
			projects_datum(&ballots->ballot[i]), scores_datum(&ballots->ballot[i])
		};

		rows_add(&rows, values, nulls);
	}
	return rows_end(&rows);
}

/* ---- questions */

/* Read projects: an array of pairs of id and cost. */
static int64_t *
pairs_arg(size_t *n, FunctionCallInfo fcinfo, int arg)
{
	ArrayType  *array;

	*n = 0;
	if (PG_ARGISNULL(arg))
		return NULL;
	array = PG_GETARG_ARRAYTYPE_P(arg);
	if (ARR_NDIM(array) == 0)
		return NULL;
	if (ARR_NDIM(array) != 2 || ARR_DIMS(array)[1] != 2 || array_contains_nulls(array))
		bad_terms("Projects are an array of pairs, ARRAY[id, cost] each.");
	*n = (size_t) ARR_DIMS(array)[0];
	return (int64_t *) ARR_DATA_PTR(array);
}

/*
 * Begin a question: (ballots, projects bigint[], budget bigint) are its first arguments, (ties text, seed bytea,
 * permutation integer[]) are at ties_arg_at and after.  False if there are no ballots.
 */
static bool
ask(Rows *rows, Budget *budget, Listed *ties, FunctionCallInfo fcinfo, int ties_arg_at)
{
	const BudgetBallots *ballots;
	ListedRules rules;
	size_t		n;
	int64_t    *pairs;
	Fault		fault;

	rows_begin(rows, fcinfo);
	if (PG_ARGISNULL(0))
		return false;
	ballots = open_read(PG_GETARG_DATUM(0), &ballots_kind, &rows->work);
	pairs = pairs_arg(&n, fcinfo, 1);
	check(budget_init(budget, bigint_arg(fcinfo, 2, "budget"), pairs, n, ballots, query_pause, &rows->work.arena, &fault),
		  &fault);
	rules = ties_arg(fcinfo, ties_arg_at, &rows->work.arena);
	check(listed_init(ties, &rules, BUDGET_TIES, budget->id, budget->projects, &rows->work.arena, &fault), &fault);
	return true;
}

/* ---- greedy */

/*
 * greedy_budget(ballots, projects bigint[], budget bigint, measure text, unaffordable text, ties text, seed bytea,
 * permutation integer[]) -> (place integer, project integer, cost bigint, votes bigint, score bigint, funded boolean,
 * remaining bigint, tie text)
 */
COMMUNE_FUNCTION(commune_budget_greedy)
{
	Rows		rows;
	Budget		budget;
	Listed		ties;
	Greedy		greedy;
	Measure		measure;
	bool		stop;
	bool	   *seen;
	Fault		fault;

	if (!ask(&rows, &budget, &ties, fcinfo, 5))
		return rows_end(&rows);
	measure = (Measure) word_arg(fcinfo, 3, "measure", measure_words);
	stop = word_arg(fcinfo, 4, "unaffordable", unaffordable_words) == 1;
	check(greedy_spend(&greedy, &budget, measure, stop, budget.money, NULL, 1, &ties, &rows.work.arena, &fault), &fault);

	seen = arena_zero(&rows.work.arena, sizeof(bool) * budget.projects);
	rows_start(&rows);
	for (uint32_t i = 0; i < greedy.n + budget.projects; i++)
	{
		/* Those that were looked at, in that order; then the others. */
		uint32_t	p = i < greedy.n ? greedy.pick[i].project : i - greedy.n;
		const Pick *pick = i < greedy.n ? &greedy.pick[i] : NULL;
		bool		nulls[8] = {[0] = pick == NULL, [6] = pick == NULL};
		Datum		values[8];

		if (seen[p])
			continue;
		seen[p] = true;
		values[0] = Int32GetDatum((int32) i + 1);
		values[1] = Int32GetDatum(budget.id[p]);
		values[2] = Int64GetDatum(budget.project[p].cost);
		values[3] = Int64GetDatum(budget.project[p].votes);
		values[4] = Int64GetDatum(budget.project[p].score);
		values[5] = BoolGetDatum(pick != NULL && pick->funded);
		values[6] = Int64GetDatum(pick != NULL ? pick->left : 0);
		values[7] = tie_datum(&nulls[7], pick != NULL ? pick->tie : NULL);
		rows_add(&rows, values, nulls);
	}
	return rows_end(&rows);
}

/* ---- equal shares */

/* What is asked by equal_shares() and those beside it. */
typedef struct SharesQuestion
{
	Rows		rows;
	Budget		budget;
	Listed		ties;
	SharesTerms terms;
	Workspace	scratch;
	Shares		shares;
} SharesQuestion;

/*
 * Read (ballots, projects bigint[], budget bigint, utility text, completion text, increment bigint, integral boolean,
 * exhaustive boolean, ties text, seed bytea, permutation integer[]); false if there are no ballots.
 */
static bool
ask_shares(SharesQuestion *q, FunctionCallInfo fcinfo)
{
	if (!ask(&q->rows, &q->budget, &q->ties, fcinfo, 8))
		return false;
	q->terms = (SharesTerms){0};
	q->terms.utility = (Utility) word_arg(fcinfo, 3, "utility", utility_words);
	q->terms.completion = (Completion) word_arg(fcinfo, 4, "completion", completion_words);
	if (q->terms.completion == COMPLETION_ADD1 || q->terms.completion == COMPLETION_ADD1_UTILITARIAN)
	{
		q->terms.increment = bigint_arg(fcinfo, 5, "increment");
		q->terms.integral = boolean_arg(fcinfo, 6, "integral");
		q->terms.exhaustive = boolean_arg(fcinfo, 7, "exhaustive");
	}
	else if (!PG_ARGISNULL(5) || !PG_ARGISNULL(6) || !PG_ARGISNULL(7))
		bad_terms("The parameters increment, integral and exhaustive are for the completions with add1.");
	workspace_open(&q->scratch);		/* within the work of the question, whose context is current */
	return true;
}

static void
decide(SharesQuestion *q, const SharesWatch *watch)
{
	Fault		fault;

	check(shares_decide(&q->shares, &q->budget, &q->terms, &q->ties, watch, &q->rows.work.arena, &q->scratch.arena, &fault), &fault);
}

/* Return a fraction with MONEY_DECIMALS, rounded down or up. */
static Datum
fraction_numeric(Rows *rows, Big num, Big den, WideRounding rounding)
{
	Big			quotient;
	Big			rest;

	big_divide(&quotient, &rest, big_mul(num, big_wide(wide_pow10(MONEY_DECIMALS), &rows->arena), &rows->arena), den,
			   &rows->arena);
	if (rounding == WIDE_UP && rest.n > 0)
		quotient = big_add(quotient, big_word(1, &rows->arena), &rows->arena);
	return big_numeric(rows, quotient, MONEY_DECIMALS);
}

/* Return cost / rate, rounded down. */
static Datum
effective_votes(Rows *rows, int64_t cost, Big rate, Big den)
{
	return fraction_numeric(rows, big_mul_word(den, (uint64_t) cost, &rows->arena), rate, WIDE_DOWN);
}

/*
 * equal_shares(...) -> (project integer, cost bigint, votes bigint, score bigint, funded boolean, place integer,
 * completion boolean, rate numeric, effective_votes numeric, tie text)
 */
COMMUNE_FUNCTION(commune_budget_equal_shares)
{
	SharesQuestion q;
	uint32_t   *place;

	if (!ask_shares(&q, fcinfo))
		return rows_end(&q.rows);
	decide(&q, NULL);
	place = arena_zero(&q.rows.work.arena, sizeof(uint32_t) * q.budget.projects);
	for (uint32_t i = 0; i < q.shares.n; i++)
		place[q.shares.purchase[i].project] = i + 1;
	rows_start(&q.rows);
	for (uint32_t p = 0; p < q.budget.projects; p++)
	{
		const Purchase *purchase = place[p] > 0 ? &q.shares.purchase[place[p] - 1] : NULL;
		bool		shared = purchase != NULL && !purchase->completion;
		bool		nulls[10] = {[5] = purchase == NULL, [6] = purchase == NULL, [7] = !shared, [8] = !shared};
		Datum		values[10] = {
			Int32GetDatum(q.budget.id[p]), Int64GetDatum(q.budget.project[p].cost), Int64GetDatum(q.budget.project[p].votes),
			Int64GetDatum(q.budget.project[p].score), BoolGetDatum(purchase != NULL), Int32GetDatum((int32) place[p]),
			BoolGetDatum(!shared)
		};

		if (shared)
		{
			Big			den = exact_den(&q.shares.exact);
			Big			rate = exact_num(&q.shares.exact, place[p]);

			values[7] = fraction_numeric(&q.rows, rate, den, WIDE_UP);
			values[8] = effective_votes(&q.rows, q.budget.project[p].cost, rate, den);
		}
		values[9] = tie_datum(&nulls[9], purchase != NULL ? purchase->tie : NULL);
		rows_add(&q.rows, values, nulls);
	}
	return rows_end(&q.rows);
}

/* Add a row for an offer. */
static void
answer_offer(void *context, uint32_t step, const Offer *offer)
{
	SharesQuestion *q = context;
	Rows	   *rows = &q->rows;
	bool		nulls[8] = {[4] = !offer->affordable, [5] = !offer->affordable, [6] = !offer->affordable, [7] = !offer->affordable};
	Datum		values[8] = {
		Int32GetDatum((int32) step), Int32GetDatum(q->budget.id[offer->project]),
		text_datum(offer->bought ? "bought" : offer->affordable ? "offered" : "too expensive"),
		fraction_numeric(rows, offer->money, offer->money_den, WIDE_DOWN)
	};

	if (offer->affordable)
	{
		Big			common = big_gcd(offer->rate, offer->rate_den, &rows->arena);
		Big			num;
		Big			den;

		big_divide(&num, NULL, offer->rate, common, &rows->arena);
		big_divide(&den, NULL, offer->rate_den, common, &rows->arena);
		values[4] = fraction_numeric(rows, num, den, WIDE_UP);
		values[5] = big_numeric(rows, num, 0);
		values[6] = big_numeric(rows, den, 0);
		values[7] = effective_votes(rows, q->budget.project[offer->project].cost, num, den);
	}
	rows_add(rows, values, nulls);
}

/*
 * equal_shares_steps(...) -> (step integer, project integer, status text, money numeric, rate numeric, rate_num numeric,
 * rate_den numeric, effective_votes numeric)
 */
COMMUNE_FUNCTION(commune_budget_equal_shares_steps)
{
	SharesQuestion q;
	SharesWatch watch = {answer_offer, &q};

	if (!ask_shares(&q, fcinfo))
		return rows_end(&q.rows);
	rows_start(&q.rows);
	decide(&q, &watch);
	for (uint32_t i = q.shares.bought; i < q.shares.n; i++)
	{
		bool		nulls[8] = {[3] = true, [4] = true, [5] = true, [6] = true, [7] = true};
		Datum		values[8] = {
			Int32GetDatum((int32) i + 2), Int32GetDatum(q.budget.id[q.shares.purchase[i].project]), text_datum("added")
		};

		rows_add(&q.rows, values, nulls);
	}
	return rows_end(&q.rows);
}

/*
 * equal_shares_payments(...) -> (ballot integer, weight bigint, projects integer[], project integer, payment numeric, total
 * numeric)
 */
COMMUNE_FUNCTION(commune_budget_equal_shares_payments)
{
	SharesQuestion q;
	Paid	   *paid;

	if (!ask_shares(&q, fcinfo))
		return rows_end(&q.rows);
	decide(&q, NULL);
	paid = arena_alloc(&q.rows.work.arena, sizeof(Paid) * BALLOT_PROJECTS_MAX);
	rows_start(&q.rows);
	for (uint32_t i = 0; i < q.budget.ballots; i++)
	{
		const BudgetBallot *ballot = &q.budget.ballot[i];
		uint32_t	n = shares_paid(paid, &q.shares, &q.budget, q.terms.utility, i, &q.scratch.arena);

		for (uint32_t k = 0; k < n; k++)
		{
			bool		nulls[6] = {0};
			Datum		payment = fraction_numeric(&q.rows, paid[k].amount, exact_den(&q.shares.exact), WIDE_UP);
			Datum		values[6] = {
				Int32GetDatum((int32) i + 1), Int64GetDatum(ballot->weight), projects_datum(ballot),
				Int32GetDatum(q.budget.id[q.shares.purchase[paid[k].purchase].project]), payment,
				DirectFunctionCall2(numeric_mul, payment, wide_numeric(ballot->weight, 0))
			};

			rows_add(&q.rows, values, nulls);
		}
		arena_reset(&q.scratch.arena);
	}
	return rows_end(&q.rows);
}

/*
 * equal_shares_rounds(...) -> (round integer, share numeric, share_num numeric, share_den bigint, cost bigint, bought
 * integer, kept boolean)
 */
COMMUNE_FUNCTION(commune_budget_equal_shares_rounds)
{
	SharesQuestion q;
	SharesRound only;

	if (!ask_shares(&q, fcinfo))
		return rows_end(&q.rows);
	decide(&q, NULL);
	if (q.shares.rounds == 0)
	{
		only = (SharesRound){q.shares.num, 0, q.shares.bought};
		for (uint32_t i = 0; i < q.shares.bought; i++)
			only.cost += q.budget.project[q.shares.purchase[i].project].cost;
		q.shares.round = &only;
		q.shares.rounds = 1;
	}
	rows_start(&q.rows);
	for (uint32_t i = 0; i < q.shares.rounds; i++)
	{
		const SharesRound *round = &q.shares.round[i];
		bool		nulls[7] = {0};
		Datum		values[7] = {
			Int32GetDatum((int32) i + 1),
			fraction_numeric(&q.rows, big_wide(round->num, &q.rows.arena), big_word((uint64_t) q.shares.den, &q.rows.arena),
							 WIDE_DOWN),
			wide_numeric(round->num, 0), Int64GetDatum(q.shares.den), Int64GetDatum(round->cost),
			Int32GetDatum((int32) round->bought), BoolGetDatum(round->cost <= q.budget.money)
		};

		rows_add(&q.rows, values, nulls);
	}
	return rows_end(&q.rows);
}
