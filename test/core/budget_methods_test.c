/*
 * budget_methods_test.c -- majority, limits of ballots, seats, greedy and equal shares, quadratic funding: examples
 * that can be followed by hand, ties, and what is refused.  Random ones are in test/model/budget_random.py.
 */
#include "check.h"

#include "budget/bytes.h"
#include "budget/funding.h"
#include "budget/limits.h"
#include "budget/majority.h"
#include "budget/pairs.h"
#include "budget/seats.h"
#include "budget/shares.h"
#include "crypto/crypto.h"

static HeapArena heap;
static HeapArena scratch;
static Arena *const arena = &heap.arena;
static int	pauses;

static void
count_pause(void)
{
	pauses++;
}

/* Numbers, separated by blanks. */
static Str
list(const int64_t *number, size_t n)
{
	Buf			buf;

	buf_init(&buf, arena);
	for (size_t i = 0; i < n; i++)
	{
		if (i > 0)
			buf_char(&buf, ' ');
		buf_int(&buf, number[i]);
	}
	return buf_done(&buf);
}

static Sums
sums_from(const char *text)
{
	Sums		sums;

	sums_init(&sums, arena);
	CHECK_INT(sums_parse(&sums, str_from(text), NULL), CODE_OK);
	sums_rest(&sums);
	return sums;
}

static Listed
ties_from(const char *rules, const int32_t *id, uint32_t n)
{
	Listed		ties;
	ListedRules given = {.rules = str_from(rules), .seed = STR("seed")};

	CHECK_INT(listed_init(&ties, &given, BUDGET_TIES, id, n, arena, NULL), CODE_OK);
	return ties;
}

/* ---- majority */

static Majority
majority(const Sums *sums, MajorityRule rule)
{
	Majority	out;

	CHECK_INT(majority_of(&out, sums, &rule, NULL), CODE_OK);
	return out;
}

static void
test_majority(void)
{
	Sums		sums = sums_from("abstained=2 1=66 2=33");
	Majority	out;
	MajorityRule half = {.num = 1, .den = 2, .strict = true};
	MajorityRule two_thirds = {.num = 2, .den = 3};
	MajorityRule bad;
	Fault		fault;

	out = majority(&sums, half);
	CHECK_INT((int64_t) out.base, 99);
	CHECK_INT((int64_t) out.needed, 50);
	CHECK_INT((int64_t) majority(&sums, two_thirds).needed, 66);
	two_thirds.strict = true;
	CHECK_INT((int64_t) majority(&sums, two_thirds).needed, 67);
	half.base = BASE_CAST_ABSTAINED;
	CHECK_INT((int64_t) majority(&sums, half).needed, 51);
	half.base = BASE_ELECTORATE;
	half.electorate = 200;
	half.quorum = 101;
	out = majority(&sums, half);
	CHECK_INT((int64_t) out.needed, 101);
	CHECK(out.quorum_met);
	half.quorum = 102;
	CHECK(!majority(&sums, half).quorum_met);
	half = (MajorityRule){.base = BASE_AGAINST, .num = 2, .den = 1, .strict = true, .against = 2};
	CHECK_INT((int64_t) majority(&sums, half).needed, 67);
	half.against = 3;
	CHECK_INT((int64_t) majority(&sums, half).needed, 1);

	CHECK_INT(word_find(majority_base_words, STR("cast_abstained")), BASE_CAST_ABSTAINED);
	CHECK_INT(word_find(majority_base_words, STR("all")), -1);
	bad = (MajorityRule){.num = 3, .den = 2};
	CHECK_INT(majority_of(&out, &sums, &bad, NULL), CODE_BAD_TERMS);
	bad = (MajorityRule){.num = 1, .den = 0};
	CHECK_INT(majority_of(&out, &sums, &bad, NULL), CODE_BAD_TERMS);
	bad = (MajorityRule){.num = 1, .den = 2, .quorum = -1};
	CHECK_INT(majority_of(&out, &sums, &bad, NULL), CODE_BAD_TERMS);
	bad = (MajorityRule){.base = BASE_ELECTORATE, .num = 1, .den = 2, .electorate = 100};
	CHECK_INT(majority_of(&out, &sums, &bad, NULL), CODE_BAD_TERMS);
	bad = (MajorityRule){.num = 1, .den = 2};
	sums = sums_from("1=-1");
	CHECK_INT(majority_of(&out, &sums, &bad, NULL), CODE_NEGATIVE_COUNT);
	sums = sums_from("1=0,1,1,1");
	CHECK_INT(majority_of(&out, &sums, &bad, &fault), CODE_BAD_TERMS);
	sums = sums_from("1=170141183460469231731687303715884105727,0,1,1 2=1");
	CHECK_INT(majority_of(&out, &sums, &bad, NULL), CODE_NUMBER_OVERFLOW);
}

/* ---- limits */

static void
check_limit(bool quadratic, const char *votes, int64_t sum, int64_t most, Over over, Fate fate, const char *left, int line)
{
	Words		in = words_begin(str_from(votes), CODE_BAD_SUMS, NULL);
	int32_t		vote[8];
	int64_t		got[8];
	uint32_t	n = 0;
	Wide		number;

	while (words_next(&in) && words_number(&number, &in, INT32_MIN, INT32_MAX) == CODE_OK)
		vote[n++] = (int32_t) number;
	check_int(quadratic ? limit_quadratic(vote, n, sum, over, most != 0) : limit_cumulative(vote, n, sum, most, over), fate,
			  __FILE__, line, votes);
	for (uint32_t i = 0; i < n; i++)
		got[i] = vote[i];
	if (fate != BALLOT_REJECTED)
		check_str(list(got, n), left, __FILE__, line, votes);
}

#define QUADRATIC(votes, credits, negative, over, fate, left) \
	check_limit(true, votes, credits, negative, over, fate, left, __LINE__)
#define CUMULATIVE(votes, total, most, over, fate, left) \
	check_limit(false, votes, total, most, over, fate, left, __LINE__)

static void
test_limits(void)
{

	QUADRATIC("", 0, 0, OVER_REJECT, BALLOT_WHOLE, "");
	QUADRATIC("3 4", 25, 0, OVER_REJECT, BALLOT_WHOLE, "3 4");
	QUADRATIC("3 4", 24, 0, OVER_REJECT, BALLOT_REJECTED, "");
	QUADRATIC("3 4", 24, 0, OVER_CLIP, BALLOT_CUT, "3 3");
	QUADRATIC("3 4", 24, 0, OVER_SCALE, BALLOT_CUT, "2 3");
	QUADRATIC("3 -4", 25, 0, OVER_CLIP, BALLOT_REJECTED, "");
	QUADRATIC("3 -4", 25, 1, OVER_REJECT, BALLOT_WHOLE, "3 -4");
	QUADRATIC("-4 3", 18, 1, OVER_CLIP, BALLOT_CUT, "-4 1");
	QUADRATIC("2147483647 -2147483648", 9, 1, OVER_SCALE, BALLOT_CUT, "2 -2");
	QUADRATIC("1 1", 0, 0, OVER_CLIP, BALLOT_CUT, "0 0");
	CUMULATIVE("3 4", 7, INT64_MAX, OVER_REJECT, BALLOT_WHOLE, "3 4");
	CUMULATIVE("3 4", 6, INT64_MAX, OVER_REJECT, BALLOT_REJECTED, "");
	CUMULATIVE("3 4", 6, INT64_MAX, OVER_CLIP, BALLOT_CUT, "3 3");
	CUMULATIVE("3 4", 6, INT64_MAX, OVER_SCALE, BALLOT_CUT, "2 3");
	CUMULATIVE("3 4", 7, 3, OVER_REJECT, BALLOT_REJECTED, "");
	CUMULATIVE("5 1", 7, 3, OVER_CLIP, BALLOT_CUT, "3 1");
	CUMULATIVE("3 -1", 7, INT64_MAX, OVER_CLIP, BALLOT_REJECTED, "");
	CHECK_INT(word_find(over_words, STR("clip")), OVER_CLIP);
	CHECK_INT(word_find(over_words, STR("cut")), -1);
}

/* ---- seats */

static Code
divide(Seats *out, const char *method, uint32_t wanted, const char *votes, const char *rules, Fault *fault)
{
	Words		in = words_begin(str_from(votes), CODE_BAD_SUMS, fault);
	Wide	   *vote = wide_alloc(arena, sizeof(Wide) * 8);
	int32_t    *id = arena_alloc(arena, sizeof(int32_t) * 8);
	uint32_t	n = 0;
	Listed		ties;
	int			found;

	while (words_next(&in) && words_number(&vote[n], &in, 0, WIDE_MAX) == CODE_OK)
	{
		id[n] = (int32_t) n + 1;
		n++;
	}
	ties = ties_from(rules, id, n);
	found = word_find(seat_method_words, str_from(method));
	CHECK(found >= 0);
	return seats_divide(out, (SeatMethod) found, wanted, vote, n, &ties, count_pause, arena, fault);
}

static void
check_seats(const char *method, uint32_t wanted, const char *votes, const char *want, int line)
{
	Seats		out;
	int64_t		seats[8];

	check_int(divide(&out, method, wanted, votes, "error", NULL), CODE_OK, __FILE__, line, method);
	for (uint32_t i = 0; i < out.lists; i++)
		seats[i] = out.seats[i];
	check_str(list(seats, out.lists), want, __FILE__, line, method);
}

#define SEATS(method, wanted, votes, want) check_seats(method, wanted, votes, want, __LINE__)

static void
test_seats(void)
{
	Seats		out;
	Fault		fault;

	SEATS("dhondt", 8, "100000 80000 30000 20000", "4 3 1 0");
	SEATS("sainte_lague", 7, "53000 24000 23000", "3 2 2");
	SEATS("modified_sainte_lague", 7, "53000 24000 23000", "3 2 2");
	SEATS("sainte_lague", 3, "60 28 12", "2 1 0");
	SEATS("hare", 10, "47000 16000 15900 12000 6000 3100", "5 2 1 1 1 0");
	SEATS("droop", 10, "47000 16000 15900 12000 6000 3100", "5 2 2 1 0 0");
	SEATS("most_votes", 2, "5 9 7", "0 1 1");
	SEATS("dhondt", 3, "0 0", "0 0");
	SEATS("hare", 3, "0 0", "0 0");
	SEATS("dhondt", 2, "5 5", "1 1");	/* no tie: there are seats for both */

	CHECK_INT(divide(&out, "dhondt", 1, "5 5", "error", &fault), CODE_TIE_UNBROKEN);
	CHECK_STR(str_from(fault.detail), "2 are tied, among them 1 and 2 (seat).");
	CHECK_INT(divide(&out, "modified_sainte_lague", 2, "60 28", "error", NULL), CODE_TIE_UNBROKEN);	/* 60 / 3 and 28 / 1.4 */
	CHECK_INT(divide(&out, "dhondt", 1, "5 5", "option_order", NULL), CODE_OK);
	CHECK_INT(out.seat[0].list, 0);
	CHECK(out.seat[0].tie != NULL && out.seat[0].tie->n == 2);
	CHECK_INT(divide(&out, "dhondt", 0, "5 5", "error", NULL), CODE_BAD_TERMS);
	CHECK_INT(divide(&out, "dhondt", SEATS_MAX + 1, "5 5", "error", NULL), CODE_BAD_TERMS);
	CHECK_INT(divide(&out, "dhondt", 1, "170141183460469231731687303715884105727 1", "error", NULL), CODE_NUMBER_OVERFLOW);
	CHECK_INT(word_find(seat_method_words, STR("jefferson")), -1);
	CHECK(pauses > 0);
}

/* Ties that are too large to be recorded are refused. */
static void
test_listed(void)
{
	static const int32_t ids[] = {-5, 2, 9};
	Listed		ties = ties_from("lot", ids, 3);
	Listed		none;
	int32_t		permutation[] = {9, -5, 2};
	ListedRules rules = {.rules = STR("permutation"), .seed = STR_NONE, .permutation = permutation, .permuted = 3};
	uint32_t	tied[] = {1, 2, 3};
	Tie			tie = {.round = 1, .purpose = "test", .n = 3, .tied = tied};
	uint32_t	chosen;
	Fault		fault;

	CHECK_INT(listed_find(ids, 3, 2), 1);
	CHECK_INT(listed_find(ids, 3, 3), NOT_LISTED);
	CHECK_INT(listed_init(&none, &rules, TIES_BY_LIST, ids, 3, arena, NULL), CODE_OK);
	CHECK_INT(listed_break(&chosen, &none, &tie, NULL), CODE_OK);
	CHECK_INT(chosen, 3);
	permutation[0] = 8;
	CHECK_INT(listed_init(&none, &rules, TIES_BY_LIST, ids, 3, arena, NULL), CODE_BAD_RULE);
	rules.rules = STR("lot");
	rules.permutation = NULL;
	rules.permuted = 0;
	CHECK_INT(listed_init(&none, &rules, TIES_BY_LIST, ids, 3, arena, NULL), CODE_OK);
	tie.n = 2;
	CHECK_INT(listed_break(&chosen, &none, &tie, NULL), CODE_TIE_NEEDS_SEED);
	ties.recorded = LISTED_TIED_MAX - 1;
	CHECK_INT(listed_break(&chosen, &ties, &tie, &fault), CODE_TOO_LARGE);
	listed_forget(&ties);
	CHECK_INT(listed_break(&chosen, &ties, &tie, NULL), CODE_OK);
}

/* ---- shared budgets */

static Code
budget_from(Budget *out, int64_t money, const char *ballots, const int64_t *pairs, size_t n, Fault *fault)
{
	BudgetBallots *b = arena_alloc(arena, sizeof(BudgetBallots));

	ballots_init(b, arena);
	CHECK_INT(ballots_parse(b, str_from(ballots), arena, NULL), CODE_OK);
	ballots_rest(b, NULL, arena);
	return budget_init(out, money, pairs, n, b, count_pause, arena, fault);
}

static void
test_greedy(void)
{
	static const int64_t pairs[] = {3, 60, 1, 50, 2, 40};
	static const int64_t twice[] = {1, 50, 1, 40};
	static const int64_t wide[] = {2147483648, 1};
	static const int64_t free_of_charge[] = {1, 0};
	static const int64_t dear[] = {1, INT64_MAX, 2, 1};
	const char *ballots = "3*(1) 2*(2) 2*(3) 1*(2:5)";
	Budget		budget;
	Greedy		out;
	Listed		ties;
	Fault		fault;

	CHECK_INT(budget_from(&budget, 100, ballots, pairs, 3, NULL), CODE_OK);
	CHECK_INT(budget.voters, 8);
	CHECK_INT(budget.project[1].votes, 3);
	CHECK_INT(budget.project[1].score, 7);
	ties = ties_from("min_cost", budget.id, 3);
	CHECK_INT(greedy_spend(&out, &budget, MEASURE_VOTES, false, 100, NULL, 1, &ties, arena, NULL), CODE_OK);
	CHECK_INT(out.n, 3);
	CHECK_INT(budget.id[out.pick[0].project], 2);	/* as many votes as 1, and cheaper */
	CHECK(out.pick[0].tie != NULL && out.pick[0].tie->rule == TIE_MIN_COST);
	CHECK_INT(out.pick[1].left, 10);
	CHECK(!out.pick[2].funded && out.pick[2].tie == NULL);
	CHECK_INT(out.left, 10);
	CHECK_INT(greedy_spend(&out, &budget, MEASURE_SCORE_PER_COST, true, 30, NULL, 1, &ties, arena, NULL), CODE_OK);
	CHECK(out.stopped && out.n == 1);
	CHECK_INT(greedy_spend(&out, &budget, MEASURE_VOTES, false, 100, (const uint8_t[]) {0, 1, 0}, 1, &ties, arena, NULL), CODE_OK);
	CHECK_INT(out.n, 2);

	CHECK_INT(word_find(measure_words, STR("votes_per_cost")), MEASURE_VOTES_PER_COST);
	CHECK_INT(word_find(measure_words, STR("cost")), -1);
	CHECK_INT(budget_from(&budget, -1, "", pairs, 3, NULL), CODE_BAD_TERMS);
	CHECK_INT(budget_from(&budget, 1, "", twice, 2, NULL), CODE_BAD_TERMS);
	CHECK_INT(budget_from(&budget, 1, "", wide, 1, NULL), CODE_BAD_TERMS);
	CHECK_INT(budget_from(&budget, 1, "", free_of_charge, 1, NULL), CODE_BAD_TERMS);
	CHECK_INT(budget_from(&budget, 1, "", dear, 2, NULL), CODE_NUMBER_OVERFLOW);
	CHECK_INT(budget_from(&budget, 1, "1*(4)", pairs, 3, NULL), CODE_UNLISTED);
	CHECK_INT(budget_from(&budget, 1, "-1*(1)", pairs, 3, NULL), CODE_NEGATIVE_COUNT);
	CHECK_INT(budget_from(&budget, 1, "9223372036854775807*(1) 1*(2)", pairs, 3, NULL), CODE_NUMBER_OVERFLOW);
	CHECK_INT(budget_from(&budget, 1, "2*(1:4611686018427387904)", pairs, 3, &fault), CODE_NUMBER_OVERFLOW);
	CHECK_STR(str_from(fault.detail), "The score of project 1 does not fit.");
	CHECK_INT(budget_from(&budget, 1, "", pairs, BALLOT_PROJECTS_MAX + 1, NULL), CODE_TOO_LARGE);
}

/* What is seen of the steps: for each project a letter, upper-case for the one that is bought. */
static char seen[100];

static void
see_offer(void *context, uint32_t step, const Offer *offer)
{
	size_t		n = strlen(seen);

	(void) context;
	CHECK(n + 2 < sizeof seen);
	CHECK(offer->affordable == (offer->rate.n > 0));
	seen[n] = (char) ((offer->bought ? 'A' : 'a') + offer->project);
	seen[n + 1] = '\0';
	CHECK(step >= 1);
}

static Code
share(Shares *out, Budget *budget, SharesTerms terms, const char *rules)
{
	static const SharesWatch watch = {see_offer, NULL};
	Listed		ties = ties_from(rules, budget->id, budget->projects);

	seen[0] = '\0';
	return shares_decide(out, budget, &terms, &ties, &watch, arena, &scratch.arena, NULL);
}

static void
test_shares(void)
{
	static const int64_t two[] = {1, 2, 2, 3};
	static const int64_t equal[] = {1, 3, 2, 3};
	Budget		budget;
	Shares		out;
	Paid		paid[4];
	SharesTerms terms = {.utility = UTILITY_COST};

	/* Three voters have 2 each.  All pay 1 for project 2; then two of them pay 1 for project 1. */
	CHECK_INT(budget_from(&budget, 6, "2*(1,2) 1*(2)", two, 2, NULL), CODE_OK);
	CHECK_INT(share(&out, &budget, terms, "error"), CODE_OK);
	CHECK_STR(str_from(seen), "aBA");
	CHECK_INT(out.n, 2);
	CHECK_INT(out.purchase[0].project, 1);
	CHECK_INT(out.cost, 5);
	CHECK_INT(shares_paid(paid, &out, &budget, UTILITY_COST, 0, arena), 2);
	CHECK(big_cmp(paid[0].amount, exact_den(&out.exact)) == 0);
	CHECK_INT(shares_paid(paid, &out, &budget, UTILITY_COST, 1, arena), 1);

	/* Whoever has too little pays all of it: of 3/2 each, 1 goes to project 2; for project 1 there is not enough. */
	CHECK_INT(budget_from(&budget, 4, "2*(1,2) 1*(2)", two, 2, NULL), CODE_OK);
	CHECK_INT(share(&out, &budget, terms, "error"), CODE_OK);
	CHECK_INT(out.n, 1);
	terms.completion = COMPLETION_UTILITARIAN;
	CHECK_INT(budget_from(&budget, 5, "2*(1,2) 1*(2)", two, 2, NULL), CODE_OK);
	CHECK_INT(share(&out, &budget, terms, "error"), CODE_OK);
	CHECK_INT(out.n, 2);
	CHECK_INT(out.bought, 1);
	CHECK(out.purchase[1].completion);

	/* Two voters have 2 each; at 3 both projects would be bought for 6, which is too much. */
	terms = (SharesTerms){.completion = COMPLETION_ADD1, .increment = 1, .integral = true};
	CHECK_INT(budget_from(&budget, 5, "1*(1) 1*(2)", equal, 2, NULL), CODE_OK);
	CHECK_INT(share(&out, &budget, terms, "option_order"), CODE_OK);
	CHECK_INT(out.n, 0);
	CHECK_INT(out.rounds, 2);
	CHECK_INT((int64_t) out.round[1].num, 6);
	CHECK_INT(out.round[1].cost, 6);
	terms.completion = COMPLETION_ADD1_UTILITARIAN;
	CHECK_INT(share(&out, &budget, terms, "option_order"), CODE_OK);
	CHECK_INT(out.n, 1);
	CHECK(out.purchase[0].project == 0 && out.purchase[0].tie != NULL);
	CHECK_INT(share(&out, &budget, terms, "error"), CODE_TIE_UNBROKEN);
	terms.increment = 0;
	CHECK_INT(share(&out, &budget, terms, "error"), CODE_BAD_TERMS);
	terms.increment = INT64_MAX;
	CHECK_INT(share(&out, &budget, terms, "error"), CODE_NUMBER_OVERFLOW);

	/* Nobody votes, or nothing can be bought. */
	terms = (SharesTerms){.completion = COMPLETION_ADD1, .increment = 1};
	CHECK_INT(budget_from(&budget, 5, "", equal, 2, NULL), CODE_OK);
	CHECK_INT(share(&out, &budget, terms, "error"), CODE_OK);
	CHECK_INT(out.n, 0);
	CHECK_INT(budget_from(&budget, 0, "1*(1)", NULL, 0, NULL), CODE_UNLISTED);
	CHECK_INT(budget_from(&budget, 0, "1*()", NULL, 0, NULL), CODE_OK);
	CHECK_INT(share(&out, &budget, terms, "error"), CODE_OK);

	CHECK_INT(word_find(utility_words, STR("effort")), UTILITY_EFFORT);
	CHECK_INT(word_find(utility_words, STR("votes")), -1);
	CHECK_INT(word_find(completion_words, STR("add1")), COMPLETION_ADD1);
	CHECK_INT(word_find(completion_words, STR("add2")), -1);
}

/* The fractions 1/2 and 2/6; and one that would take too much memory. */
static void
test_exact(void)
{
	Exact		exact;
	Big			sum;
	uint64_t	word;

	exact_init(&exact, 3, arena);
	exact_begin(&exact, 1, 2);
	CHECK(exact_append(&exact, big_word(2, arena), 3, arena));	/* 2 / (2 * 3) */
	sum = exact_sum(&exact, (const int64_t[]) {5}, 1, arena);
	CHECK(big_to_word(&word, sum) && word == 10);
	CHECK(big_to_word(&word, exact_den(&exact)) && word == 6);
	CHECK(big_to_word(&word, exact_num(&exact, 0)) && word == 3);
	sum = exact_sum(&exact, (const int64_t[]) {INT64_MAX}, 1, arena);
	CHECK(big_to_word(&word, sum) && word == UINT64_C(2) * INT64_MAX);
	exact.row_room = UINT32_MAX;
	CHECK(!exact_append(&exact, big_shift_left(big_word(1, arena), 640, arena), 1, arena));
}

/* ---- funding */

static void
fund(Match *match, Claims *claims, const char *text, Formula formula, PoolRule rule, const char *rules, Code code)
{
	Contributions c;
	Listed		ties;

	contributions_init(&c, arena);
	CHECK_INT(contributions_parse(&c, str_from(text), arena, NULL), CODE_OK);
	CHECK_INT(contributions_rest(&c, NULL, arena, NULL), CODE_OK);
	CHECK_INT(claims_list(claims, &c, NULL, 0, arena, NULL), CODE_OK);
	claims_compute(claims, &c, formula, count_pause, arena);
	ties = ties_from(rules, claims->id, claims->n);
	CHECK_INT(pool_divide(match, claims, &rule, &ties, count_pause, arena, &scratch.arena, NULL), code);
}

static void
check_fund(const char *text, Formula formula, PoolRule rule, const char *rules, const char *want, int line)
{
	Claims		claims;
	Match		match[8];
	int64_t		got[8];

	fund(match, &claims, text, formula, rule, rules, CODE_OK);
	for (uint32_t i = 0; i < claims.n; i++)
		got[i] = match[i].match;
	check_str(list(got, claims.n), want, __FILE__, line, text);
}

#define FUND(text, formula, pool, scaling, rounding, cap, rules, want) \
	check_fund(text, formula, (PoolRule){pool, scaling, rounding, cap}, rules, want, __LINE__)
#define THREE "1:1=1 1:2=1 1:3=1 2:1=9 3:4=4 3:5=4"	/* (1 + 1 + 1)^2 - 3, 3^2 - 9, (2 + 2)^2 - 8 */

static void
test_funding(void)
{
	Claims		claims;
	Match		match[8];
	Contributions c;
	Big			amount[2];
	Big			alpha;
	Wide		votes[2] = {2, 1};
	AlphaRule	rule = {big_word(100, arena), big_word(1, arena)};
	uint64_t	word;

	FUND(THREE, FORMULA_EXACT, 100, SCALING_SATURATED, ROUNDING_LARGEST_REMAINDER, INT64_MAX, "error", "6 0 8");
	FUND(THREE, FORMULA_EXACT, 7, SCALING_SATURATED, ROUNDING_LARGEST_REMAINDER, INT64_MAX, "error", "3 0 4");
	FUND(THREE, FORMULA_EXACT, 5, SCALING_SATURATED, ROUNDING_LARGEST_REMAINDER, INT64_MAX, "error", "2 0 3");
	FUND(THREE, FORMULA_EXACT, 5, SCALING_SATURATED, ROUNDING_FLOOR, INT64_MAX, "error", "2 0 2");
	FUND(THREE, FORMULA_EXACT, 28, SCALING_ALWAYS, ROUNDING_LARGEST_REMAINDER, INT64_MAX, "error", "12 0 16");
	FUND(THREE, FORMULA_EXACT, 28, SCALING_ALWAYS, ROUNDING_LARGEST_REMAINDER, 13, "error", "13 0 13");
	FUND(THREE, FORMULA_EXACT, 100, SCALING_SATURATED, ROUNDING_LARGEST_REMAINDER, 7, "error", "6 0 7");
	FUND(THREE, FORMULA_EXACT, 28, SCALING_ALWAYS, ROUNDING_FLOOR, 13, "error", "13 0 13");
	FUND(THREE, FORMULA_SQUARE, 34, SCALING_ALWAYS, ROUNDING_LARGEST_REMAINDER, INT64_MAX, "error", "9 9 16");
	FUND(THREE, FORMULA_GITCOIN, 100, SCALING_SATURATED, ROUNDING_FLOOR, INT64_MAX, "error", "6 0 8");
	FUND("1:1=1 1:2=1 2:1=1 2:2=1", FORMULA_EXACT, 3, SCALING_SATURATED, ROUNDING_LARGEST_REMAINDER, INT64_MAX, "option_order",
		 "2 1");
	FUND("", FORMULA_EXACT, 3, SCALING_ALWAYS, ROUNDING_LARGEST_REMAINDER, INT64_MAX, "error", "");
	fund(match, &claims, "1:1=1 1:2=1 2:1=1 2:2=1", FORMULA_EXACT, (PoolRule){3, 0, 0, INT64_MAX}, "error", CODE_TIE_UNBROKEN);
	fund(match, &claims, THREE, FORMULA_EXACT, (PoolRule){-1, 0, 0, INT64_MAX}, "error", CODE_BAD_TERMS);

	contributions_init(&c, arena);
	CHECK_INT(contributions_parse(&c, STR("1:1=-1"), arena, NULL), CODE_OK);
	CHECK_INT(contributions_rest(&c, NULL, arena, NULL), CODE_OK);
	CHECK_INT(claims_list(&claims, &c, NULL, 0, arena, NULL), CODE_NEGATIVE_COUNT);
	CHECK_INT(contributions_parse(&c, STR("1:1=2"), arena, NULL), CODE_OK);
	CHECK_INT(contributions_rest(&c, NULL, arena, NULL), CODE_OK);
	CHECK_INT(claims_list(&claims, &c, (const int32_t[]) {2}, 1, arena, NULL), CODE_UNLISTED);
	CHECK_INT(claims_list(&claims, &c, (const int32_t[]) {2}, FUNDING_PROJECTS_MAX + 1, arena, NULL), CODE_TOO_LARGE);

	CHECK_INT(word_find(formula_words, STR("gitcoin")), FORMULA_GITCOIN);
	CHECK_INT(word_find(formula_words, STR("linear")), -1);
	CHECK_INT(word_find(scaling_words, STR("always")), SCALING_ALWAYS);
	CHECK_INT(word_find(scaling_words, STR("never")), -1);
	CHECK_INT(word_find(rounding_words, STR("floor")), ROUNDING_FLOOR);
	CHECK_INT(word_find(rounding_words, STR("up")), -1);

	/* Three credits are worth 3; alpha is 97 / (4 + 1 - 3), so 1 gets 48.5 * 4 - 47.5 * 2, and 2 gets 48.5 - 47.5. */
	CHECK_INT(alpha_divide(amount, &alpha, &rule, votes, votes, 2, arena, NULL), CODE_OK);
	CHECK(big_to_word(&word, amount[0]) && word == 99);
	CHECK(big_to_word(&word, amount[1]) && word == 1);
	CHECK(big_cmp(alpha, big_mul_word(big_word(485, arena), UINT64_C(100000000000000000), arena)) == 0);
	rule.budget = big_word(2, arena);
	CHECK_INT(alpha_divide(amount, &alpha, &rule, votes, votes, 2, arena, NULL), CODE_BAD_TERMS);
	votes[0] = 1;
	rule.budget = big_word(100, arena);
	CHECK_INT(alpha_divide(amount, &alpha, &rule, votes, votes, 2, arena, NULL), CODE_BAD_TERMS);
}

static int	pairs_seen;

static void
see_pair(void *context, const Pair *pair)
{
	CHECK(context == &pairs_seen && pair->a < pair->b);
	pairs_seen++;
}

static void
test_pairs(void)
{
	Contributions c;
	Claims		claims;
	PairRule	rule = {.formula = PAIRS_PAPER, .bound = 4, .most = 2};
	uint64_t	word;
	Fault		fault;

	contributions_init(&c, arena);
	CHECK_INT(contributions_parse(&c, STR("1:1=4 1:2=4 2:3=1 2:4=9"), arena, NULL), CODE_OK);
	CHECK_INT(contributions_rest(&c, NULL, arena, NULL), CODE_OK);
	CHECK_INT(claims_list(&claims, &c, NULL, 0, arena, NULL), CODE_OK);
	CHECK_INT(claims_of_pairs(&claims, &c, &rule, see_pair, &pairs_seen, count_pause, arena, NULL), CODE_OK);
	CHECK_INT(pairs_seen, 2);
	/* A pair with 2 * 2 in common counts for 4 / (4 + 4), one with 1 * 3 for 4 / 7; both count twice. */
	CHECK(big_to_word(&word, claims.claim[0].ideal) && word == 4000000000);
	CHECK(big_to_word(&word, claims.claim[1].ideal) && word == 2 * UINT64_C(1714285714));
	rule.formula = PAIRS_GITCOIN;
	CHECK_INT(claims_list(&claims, &c, NULL, 0, arena, NULL), CODE_OK);
	CHECK_INT(claims_of_pairs(&claims, &c, &rule, NULL, NULL, NULL, arena, NULL), CODE_OK);
	CHECK(big_to_word(&word, claims.claim[0].ideal) && word == 5000000000);
	rule.most = 1;
	CHECK_INT(claims_of_pairs(&claims, &c, &rule, NULL, NULL, NULL, arena, &fault), CODE_TOO_MANY_PAIRS);
	CHECK_STR(str_from(fault.detail), "There are 2 pairs; commune.max_pairs is 1.");
	rule.bound = 0;
	CHECK_INT(claims_of_pairs(&claims, &c, &rule, NULL, NULL, NULL, arena, NULL), CODE_BAD_TERMS);
	CHECK_INT(word_find(pair_formula_words, STR("paper")), PAIRS_PAPER);
	CHECK_INT(word_find(pair_formula_words, STR("exact")), -1);
}

int
main(void)
{
	if (!crypto_init())
		return 1;
	heap_arena_init(&heap);
	heap_arena_init(&scratch);
	test_majority();
	test_limits();
	test_seats();
	test_listed();
	test_greedy();
	test_shares();
	test_exact();
	test_funding();
	test_pairs();
	heap_arena_free(&scratch);
	heap_arena_free(&heap);
	return check_done("budget_methods");
}
