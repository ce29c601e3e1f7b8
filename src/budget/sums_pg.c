/*
 * sums_pg.c -- the type tally_sums, the aggregates that make it, and what is decided on it: majority and seats.
 */
#include "budget/open_pg.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "budget/funding.h"
#include "budget/limits.h"
#include "budget/majority.h"
#include "budget/seats.h"
#include "budget/sums.h"
#include "voting/wide_pg.h"

/* ---- the kind of state */

static void
kind_begin(void *content, Arena *arena)
{
	sums_init(content, arena);
}

static Code
kind_rest(void *content, Arena *scratch, Fault *fault)
{
	sums_rest(content);
	return CODE_OK;
}

static uint64_t
kind_bytes(const void *content)
{
	return sums_size(content);
}

static void
kind_write(uint8_t *out, const void *content)
{
	sums_write(out, content);
}

static Code
kind_read(void *content, const uint8_t *bytes, size_t n, Arena *arena, Fault *fault)
{
	return sums_read(content, bytes, n, arena, fault);
}

static Code
kind_merge(void *content, const void *other, bool subtract, Arena *scratch, Fault *fault)
{
	return sums_merge(content, other, subtract, fault);
}

static void
kind_print(Buf *out, const void *content)
{
	sums_print(out, content);
}

static Code
kind_parse(void *content, Str text, Arena *scratch, Fault *fault)
{
	return sums_parse(content, text, fault);
}

static const OpenKind sums_kind = {
	"vote sums", sizeof(Sums), kind_begin, kind_rest, kind_bytes, kind_write, kind_read, kind_merge, kind_print, kind_parse
};

#define ENTRY(what) \
	COMMUNE_FUNCTION(commune_budget_sums_##what) \
	{ \
		return open_##what(fcinfo, &sums_kind); \
	}

ENTRY(input)
ENTRY(output)
ENTRY(receive)
ENTRY(combine)
ENTRY(plus)
ENTRY(minus)

/* ---- adding ballots */

static inline void
check(Code code, const Fault *fault)
{
	if (unlikely(code != CODE_OK))
		fault_raise(fault);
}

/* The weight of a ballot: the argument at this place, if there is one. */
static inline int64
weight_at(FunctionCallInfo fcinfo, int arg)
{
	return PG_NARGS() > arg ? weight_arg(fcinfo, arg) : 1;
}

/* (state, choice integer [, weight bigint]); a choice that is NULL abstains */
COMMUNE_FUNCTION(commune_budget_choice_add)
{
	OpenState  *open = open_arg(fcinfo, &sums_kind);
	Sums	   *sums = open->content;
	int64		weight = weight_at(fcinfo, 2);
	Fault		fault;

	check(sums_count(PG_ARGISNULL(1) ? &sums->abstained : &sums->ballots, weight, &fault), &fault);
	if (!PG_ARGISNULL(1))
		check(sums_add(sums, PG_GETARG_INT32(1), 1, weight, &fault), &fault);
	RETURN_OPEN(open);
}

/* (state, option integer, votes bigint [, weight bigint]) */
COMMUNE_FUNCTION(commune_budget_votes_add)
{
	OpenState  *open;
	Fault		fault;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return open_unchanged(fcinfo);
	open = open_arg(fcinfo, &sums_kind);
	check(sums_add(open->content, PG_GETARG_INT32(1), PG_GETARG_INT64(2), weight_at(fcinfo, 3), &fault), &fault);
	RETURN_OPEN(open);
}

/* What a ballot may spend: the limits of quadratic and of cumulative voting. */
typedef struct BallotLimit
{
	bool		quadratic;
	int64		sum;			/* credits, or points */
	int64		most;			/* points on one option */
	bool		negative;
	Over		over;
} BallotLimit;

static void
check_limit(const BallotLimit *limit)
{
	if (limit->sum < 0 || limit->most < 0)
		bad_terms("A limit is 0 or more.");
}

static Over
over_arg(FunctionCallInfo fcinfo, int arg)
{
	return (Over) word_arg(fcinfo, arg, "over", over_words);
}

static inline Fate
apply_limit(int32_t *votes, uint32_t n, const BallotLimit *limit)
{
	return limit->quadratic ? limit_quadratic(votes, n, limit->sum, limit->over, limit->negative) :
		limit_cumulative(votes, n, limit->sum, limit->most, limit->over);
}

/* Add the ballot at argument 1 as far as its limit allows. */
static inline Datum
add_limited(FunctionCallInfo fcinfo, const BallotLimit *limit, int64 weight)
{
	OpenState  *open = open_arg(fcinfo, &sums_kind);
	Sums	   *sums = open->content;
	uint32_t	n;
	Fate		fate;
	Fault		fault;

	check_limit(limit);
	if (PG_ARGISNULL(1))
	{
		check(sums_count(&sums->abstained, weight, &fault), &fault);
		RETURN_OPEN(open);
	}
	n = open_ints(open, ints_of(PG_GETARG_DATUM(1)));
	fate = apply_limit(open->ints, n, limit);
	check(sums_count(fate == BALLOT_REJECTED ? &sums->rejected : &sums->ballots, weight, &fault), &fault);
	if (fate == BALLOT_CUT)
		check(sums_count(&sums->cut, weight, &fault), &fault);
	if (fate != BALLOT_REJECTED)
		check(sums_add_ballot(sums, open->ints, n, weight, &fault), &fault);
	RETURN_OPEN(open);
}

/* (state, votes integer[], credits bigint [, weight bigint [, over text, negative boolean]]) */
COMMUNE_FUNCTION(commune_budget_quadratic_add)
{
	BallotLimit		limit = {.quadratic = true, .sum = bigint_arg(fcinfo, 2, "credits")};

	if (PG_NARGS() > 4)
	{
		limit.over = over_arg(fcinfo, 4);
		limit.negative = boolean_arg(fcinfo, 5, "negative");
	}
	return add_limited(fcinfo, &limit, weight_at(fcinfo, 3));
}

/* (state, points integer[], total bigint [, weight bigint [, over text, most bigint]]); most NULL is no limit */
COMMUNE_FUNCTION(commune_budget_cumulative_add)
{
	BallotLimit		limit = {.sum = bigint_arg(fcinfo, 2, "total"), .most = PG_INT64_MAX};

	if (PG_NARGS() > 4)
	{
		limit.over = over_arg(fcinfo, 4);
		if (!PG_ARGISNULL(5))
			limit.most = PG_GETARG_INT64(5);
	}
	return add_limited(fcinfo, &limit, weight_at(fcinfo, 3));
}

/* Return a ballot as it counts; NULL if it is rejected. */
static Datum
limited_ballot(FunctionCallInfo fcinfo, const BallotLimit *limit)
{
	Ints		ints = ints_of(PG_GETARG_DATUM(0));
	OpenState	open = {.header.eoh_context = CurrentMemoryContext};
	uint32_t	n = open_ints(&open, ints);
	Datum	   *items;

	check_limit(limit);
	if (apply_limit(open.ints, n, limit) == BALLOT_REJECTED)
		PG_RETURN_NULL();
	items = palloc_extended(sizeof(Datum) * n + 1, MCXT_ALLOC_HUGE);
	for (uint32_t i = 0; i < n; i++)
		items[i] = Int32GetDatum(open.ints[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(items, (int) n, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

/* quadratic_ballot(votes integer[], credits bigint, over text, negative boolean) returns integer[] */
COMMUNE_FUNCTION(commune_budget_quadratic_ballot)
{
	BallotLimit		limit = {.quadratic = true, .sum = PG_GETARG_INT64(1), .over = over_arg(fcinfo, 2), .negative = PG_GETARG_BOOL(3)};

	return limited_ballot(fcinfo, &limit);
}

/* cumulative_ballot(points integer[], total bigint, over text, most bigint) returns integer[] */
COMMUNE_FUNCTION(commune_budget_cumulative_ballot)
{
	BallotLimit		limit = {.sum = PG_GETARG_INT64(1), .over = over_arg(fcinfo, 2), .most = PG_GETARG_INT64(3)};

	return limited_ballot(fcinfo, &limit);
}

/* ---- listing options */

/* The options that a question is about: those that are listed, or else those that have votes. */
typedef struct Listing
{
	const Sums *sums;
	int32_t    *id;
	uint32_t	n;
} Listing;

/* Read (sums, ..., options integer[]), the last at options_arg; false if there are no sums. */
static bool
list_options(Listing *out, FunctionCallInfo fcinfo, int options_arg, Workspace *work)
{
	size_t		n;

	if (PG_ARGISNULL(0))
		return false;
	out->sums = open_read(PG_GETARG_DATUM(0), &sums_kind, work);
	out->id = integers_arg(&n, fcinfo, options_arg, &work->arena);
	out->n = (uint32_t) n;
	if (out->id == NULL)
	{
		out->n = out->sums->n;
		out->id = arena_alloc(&work->arena, sizeof(int32_t) * out->n);
		for (uint32_t i = 0; i < out->n; i++)
			out->id[i] = out->sums->sum[i].option;
		return true;
	}
	sort_ids(out->id, n);
	for (uint32_t i = 0; i < out->sums->n; i++)
		if (listed_find(out->id, out->n, out->sums->sum[i].option) == NOT_LISTED)
			code_raise(CODE_UNLISTED, psprintf("Option %d has votes.", out->sums->sum[i].option));
	return true;
}

static Sum
sum_at(const Listing *listing, uint32_t i)
{
	const Sum  *sum = sums_find(listing->sums, listing->id[i]);

	return sum != NULL ? *sum : (Sum){.option = listing->id[i]};
}

/* Return the votes for an option less those against it. */
static Wide
votes_of(const Sum *sum)
{
	Wide		votes;

	if (sub_overflows(sum->plus, sum->minus, &votes))
		code_raise(CODE_NUMBER_OVERFLOW, psprintf("The votes on option %d do not fit.", sum->option));
	return votes;
}

/* option_votes(sums, options) -> (option, votes, votes_for, votes_against, credits numeric, voters bigint) */
COMMUNE_FUNCTION(commune_budget_option_votes)
{
	Rows		rows;
	Listing		listing;
	bool		nulls[6] = {0};

	rows_begin(&rows, fcinfo);
	if (!list_options(&listing, fcinfo, 1, &rows.work))
		return rows_end(&rows);
	rows_start(&rows);
	for (uint32_t i = 0; i < listing.n; i++)
	{
		Sum			sum = sum_at(&listing, i);
		Datum		values[6] = {
			Int32GetDatum(sum.option), wide_numeric(votes_of(&sum), 0), wide_numeric(sum.plus, 0),
			wide_numeric(sum.minus, 0), wide_numeric(sum.credits, 0), Int64GetDatum(sum.voters)
		};

		rows_add(&rows, values, nulls);
	}
	return rows_end(&rows);
}

/* ballots(sums) -> (ballots, cut, abstained, rejected bigint), one row */
COMMUNE_FUNCTION(commune_budget_ballots)
{
	Rows		rows;
	const Sums *sums;
	bool		nulls[4] = {0};

	rows_begin(&rows, fcinfo);
	if (!PG_ARGISNULL(0))
	{
		sums = open_read(PG_GETARG_DATUM(0), &sums_kind, &rows.work);
		rows_start(&rows);
		rows_add(&rows, (Datum[]) {Int64GetDatum(sums->ballots), Int64GetDatum(sums->cut),
				 Int64GetDatum(sums->abstained), Int64GetDatum(sums->rejected)}, nulls);
	}
	return rows_end(&rows);
}

/* ---- majority */

/*
 * majority(sums, num bigint, den bigint, strict boolean, base text, electorate bigint, against integer, quorum bigint,
 * options integer[]) -> (option, votes numeric, base numeric, needed numeric, reached, quorum_met, passed boolean)
 */
COMMUNE_FUNCTION(commune_budget_majority)
{
	Rows		rows;
	Listing		listing;
	MajorityRule rule = {0};
	Majority	majority;
	bool		nulls[7] = {0};
	Fault		fault;

	rows_begin(&rows, fcinfo);
	if (!list_options(&listing, fcinfo, 8, &rows.work))
		return rows_end(&rows);
	rule.num = bigint_arg(fcinfo, 1, "num");
	rule.den = bigint_arg(fcinfo, 2, "den");
	rule.strict = boolean_arg(fcinfo, 3, "strict");
	rule.base = (MajorityBase) word_arg(fcinfo, 4, "base", majority_base_words);
	if (rule.base == BASE_ELECTORATE)
		rule.electorate = bigint_arg(fcinfo, 5, "electorate");
	if (rule.base == BASE_AGAINST && PG_ARGISNULL(6))
		bad_terms("The parameter against must be given.");
	if (rule.base == BASE_AGAINST)
		rule.against = PG_GETARG_INT32(6);
	if (!PG_ARGISNULL(7))
		rule.quorum = PG_GETARG_INT64(7);
	check(majority_of(&majority, listing.sums, &rule, &fault), &fault);

	rows_start(&rows);
	for (uint32_t i = 0; i < listing.n; i++)
	{
		Wide		votes = sum_at(&listing, i).plus;
		bool		reached = votes >= majority.needed;
		Datum		values[7] = {
			Int32GetDatum(listing.id[i]), wide_numeric(votes, 0), wide_numeric(majority.base, 0),
			wide_numeric(majority.needed, 0), BoolGetDatum(reached), BoolGetDatum(majority.quorum_met),
			BoolGetDatum(reached && majority.quorum_met)
		};

		rows_add(&rows, values, nulls);
	}
	return rows_end(&rows);
}

/* ---- seats */

/* What seats() and seat_steps() ask. */
typedef struct SeatQuestion
{
	Rows		rows;
	Listing		listing;
	Wide	   *votes;			/* of each option, those below the threshold and of less than none among them */
	Seats		seats;
} SeatQuestion;

/* Leave out options below a threshold of all votes. */
static void
apply_threshold(Wide *counted, const Wide *votes, uint32_t n, int64 num, int64 den)
{
	Wide		sum = 0;

	if (num < 0 || den < 1 || num > den)
		bad_terms("The threshold is a fraction from 0 to 1.");
	for (uint32_t i = 0; i < n; i++)
		if (add_overflows(sum, counted[i], &sum))
			code_raise(CODE_NUMBER_OVERFLOW, "The votes do not fit.");
	for (uint32_t i = 0; i < n; i++)
		if (wide_cmp_products(votes[i], den, sum, num) < 0)
			counted[i] = 0;
}

/*
 * Answer (sums, seats integer, method text, ties text, seed bytea, permutation integer[], threshold_num bigint,
 * threshold_den bigint, options integer[]); false if there are no sums.
 */
static bool
ask_seats(SeatQuestion *q, FunctionCallInfo fcinfo)
{
	Arena	   *arena = &q->rows.work.arena;
	ListedRules rules;
	Listed		ties;
	SeatMethod	method;
	Wide	   *counted;
	Fault		fault;

	rows_begin(&q->rows, fcinfo);
	if (!list_options(&q->listing, fcinfo, 8, &q->rows.work))
		return false;
	if (PG_ARGISNULL(1) || PG_GETARG_INT32(1) < 1)
		bad_terms("There is at least 1 seat.");
	method = (SeatMethod) word_arg(fcinfo, 2, "method", seat_method_words);
	rules = ties_arg(fcinfo, 3, arena);
	check(listed_init(&ties, &rules, TIES_BY_LIST, q->listing.id, q->listing.n, arena, &fault), &fault);

	q->votes = wide_alloc(arena, sizeof(Wide) * q->listing.n);
	counted = wide_alloc(arena, sizeof(Wide) * q->listing.n);
	for (uint32_t i = 0; i < q->listing.n; i++)
	{
		Sum			sum = sum_at(&q->listing, i);

		q->votes[i] = votes_of(&sum);
		if (q->votes[i] < 0 && method != SEATS_MOST_VOTES)
			bad_terms(psprintf("List %d has less than no votes.", sum.option));
		counted[i] = q->votes[i] > 0 ? q->votes[i] : 0;
	}
	apply_threshold(counted, q->votes, q->listing.n, bigint_arg(fcinfo, 6, "threshold_num"),
					bigint_arg(fcinfo, 7, "threshold_den"));
	check(seats_divide(&q->seats, method, (uint32_t) PG_GETARG_INT32(1), counted, q->listing.n, &ties, query_pause, arena,
					   &fault), &fault);
	rows_start(&q->rows);
	return true;
}

/* seats(...) -> (option integer, votes numeric, seats integer) */
COMMUNE_FUNCTION(commune_budget_seats)
{
	SeatQuestion q;
	bool		nulls[3] = {0};

	if (ask_seats(&q, fcinfo))
		for (uint32_t i = 0; i < q.listing.n; i++)
		{
			Datum		values[3] = {
				Int32GetDatum(q.listing.id[i]), wide_numeric(q.votes[i], 0), Int32GetDatum((int32) q.seats.seats[i])
			};

			rows_add(&q.rows, values, nulls);
		}
	return rows_end(&q.rows);
}

/* seat_steps(...) -> (seat integer, option integer, reason text, num numeric, den numeric, tie text) */
COMMUNE_FUNCTION(commune_budget_seat_steps)
{
	static const char *const reasons[] = {
		[SEAT_BY_AVERAGE] = "average",
		[SEAT_BY_QUOTA] = "quota",
		[SEAT_BY_REMAINDER] = "remainder",
		[SEAT_BY_VOTES] = "votes",
	};
	SeatQuestion q;
	bool		nulls[6] = {0};

	if (ask_seats(&q, fcinfo))
		for (uint32_t i = 0; i < q.seats.n; i++)
		{
			const Seat *seat = &q.seats.seat[i];
			Datum		values[6] = {
				Int32GetDatum((int32) i + 1), Int32GetDatum(q.listing.id[seat->list]), text_datum(reasons[seat->by]),
				wide_numeric(seat->num, 0), wide_numeric(seat->den, 0), tie_datum(&nulls[5], seat->tie)
			};

			rows_add(&q.rows, values, nulls);
		}
	return rows_end(&q.rows);
}

/* ---- alpha */

#define ALPHA_DIGITS_MAX 100

/* Read a natural number of any size. */
static Big
natural_arg(FunctionCallInfo fcinfo, int arg, const char *name, Arena *arena)
{
	const char *digits;
	Big			value = BIG_ZERO;

	if (PG_ARGISNULL(arg))
		bad_terms(psprintf("The parameter %s must be given.", name));
	digits = DatumGetCString(DirectFunctionCall1(numeric_out, PG_GETARG_DATUM(arg)));
	if (strlen(digits) > ALPHA_DIGITS_MAX || strspn(digits, "0123456789") != strlen(digits))
		bad_terms(psprintf("The parameter %s is a whole number of at most %d digits, not negative.", name, ALPHA_DIGITS_MAX));
	for (; *digits != '\0'; digits++)
		value = big_add(big_mul_word(value, 10, arena), big_word((uint64_t) (*digits - '0'), arena), arena);
	return value;
}

/*
 * alpha_funding(sums, budget numeric, factor numeric, options integer[]) -> (option integer, votes, credits, amount,
 * alpha numeric)
 */
COMMUNE_FUNCTION(commune_budget_alpha_funding)
{
	Rows		rows;
	Arena	   *arena = &rows.work.arena;
	Listing		listing;
	AlphaRule	rule;
	Wide	   *votes;
	Wide	   *credits;
	Big		   *amount;
	Big			alpha;
	bool		nulls[5] = {0};
	Fault		fault;

	rows_begin(&rows, fcinfo);
	if (!list_options(&listing, fcinfo, 3, &rows.work))
		return rows_end(&rows);
	rule.budget = natural_arg(fcinfo, 1, "budget", arena);
	rule.factor = natural_arg(fcinfo, 2, "factor", arena);
	votes = wide_alloc(arena, sizeof(Wide) * listing.n);
	credits = wide_alloc(arena, sizeof(Wide) * listing.n);
	for (uint32_t i = 0; i < listing.n; i++)
	{
		Sum			sum = sum_at(&listing, i);

		votes[i] = votes_of(&sum);
		credits[i] = sum.credits;
		if (credits[i] < 0)
			code_raise(CODE_NEGATIVE_COUNT, psprintf("Option %d has less than no credits.", sum.option));
		if (votes[i] < 0)
			votes[i] = 0;
	}
	amount = arena_alloc(arena, sizeof(Big) * listing.n);
	check(alpha_divide(amount, &alpha, &rule, votes, credits, listing.n, arena, &fault), &fault);

	rows_start(&rows);
	for (uint32_t i = 0; i < listing.n; i++)
	{
		Datum		values[5] = {
			Int32GetDatum(listing.id[i]), wide_numeric(votes[i], 0), wide_numeric(credits[i], 0),
			big_numeric(&rows, amount[i], 0), big_numeric(&rows, alpha, ALPHA_DECIMALS)
		};

		rows_add(&rows, values, nulls);
	}
	return rows_end(&rows);
}
