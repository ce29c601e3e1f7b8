/*
 * budget_state.c -- bytes and texts of the states of votes, contributions and shared budgets, which may be anything.
 * The first byte says what the rest is: v, c, b for bytes of a kind, V, C, B for its text.  What is taken is written
 * back the same, survives the way through the other form, leaves nothing when it is taken away from itself, and can be
 * asked everything: no method spends more than there is.
 */
#include "budget/funding.h"
#include "budget/majority.h"
#include "budget/pairs.h"
#include "budget/seats.h"
#include "budget/shares.h"
#include "budget/sums.h"
#include "crypto/crypto.h"

#include <stdlib.h>

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static HeapArena heap;
static HeapArena scratch;
static Arena *const arena = &heap.arena;

static void
demand(bool held)
{
	if (!held)
		abort();
}

static Listed
ties_of(const int32_t *id, uint32_t n)
{
	Listed		ties;
	ListedRules rules = {.rules = STR("lot"), .seed = STR("seed")};

	demand(listed_init(&ties, &rules, BUDGET_TIES, id, n, arena, NULL) == CODE_OK);
	return ties;
}

/* ---- sums */

static Str
sums_bytes(const Sums *sums)
{
	uint64_t	n = sums_size(sums);
	uint8_t    *p = arena_alloc(arena, n);

	sums_write(p, sums);
	return (Str){(const char *) p, n};
}

/* Seats are never more than wanted; clr.fund gives no more than there is. */
static void
ask_sums(const Sums *sums)
{
	int32_t    *id = arena_alloc(arena, sizeof(int32_t) * sums->n);
	Wide	   *votes = wide_alloc(arena, sizeof(Wide) * sums->n);
	Wide	   *credits = wide_alloc(arena, sizeof(Wide) * sums->n);
	Big		   *amount = arena_alloc(arena, sizeof(Big) * sums->n);
	AlphaRule	rule = {big_wide(WIDE_MAX, arena), big_word(1, arena)};
	MajorityRule half = {.num = 1, .den = 2, .strict = true};
	Majority	majority;
	Big			alpha;
	Big			sum = BIG_ZERO;
	Seats		seats;
	Listed		ties;

	for (uint32_t i = 0; i < sums->n; i++)
	{
		const Sum  *s = &sums->sum[i];

		demand(sums_find(sums, s->option) == s);
		id[i] = s->option;
		votes[i] = s->plus > 0 ? s->plus : 0;
		credits[i] = s->credits > 0 ? s->credits : 0;
	}
	ties = ties_of(id, sums->n);
	if (majority_of(&majority, sums, &half, NULL) == CODE_OK)
		demand(majority.needed > majority.base / 2);
	for (int method = SEATS_DHONDT; method <= SEATS_MOST_VOTES; method++)
		if (seats_divide(&seats, (SeatMethod) method, 7, votes, sums->n, &ties, NULL, arena, NULL) == CODE_OK)
		{
			uint32_t	given = 0;

			for (uint32_t i = 0; i < sums->n; i++)
				given += seats.seats[i];
			demand(given == seats.n && given <= 7);
		}
	if (alpha_divide(amount, &alpha, &rule, votes, credits, sums->n, arena, NULL) == CODE_OK)
	{
		bool		plausible = true;	/* credits of a project are not more than the square of its votes */

		for (uint32_t i = 0; i < sums->n; i++)
		{
			plausible = plausible && big_cmp(big_wide(credits[i], arena),
											 big_mul(big_wide(votes[i], arena), big_wide(votes[i], arena), arena)) <= 0;
			sum = big_add(sum, amount[i], arena);
		}
		demand(!plausible || big_cmp(sum, rule.budget) <= 0);
	}
}

static void
fuzz_sums(const Sums *sums)
{
	Str			bytes = sums_bytes(sums);
	Sums		read;
	Sums		again;
	Buf			text;

	buf_init(&text, arena);
	sums_print(&text, sums);
	sums_init(&again, arena);
	demand(sums_read(&read, (const uint8_t *) bytes.p, bytes.n, arena, NULL) == CODE_OK);
	demand(sums_parse(&again, buf_done(&text), NULL) == CODE_OK);
	sums_rest(&again);
	demand(str_eq(sums_bytes(&again), bytes));
	if (sums_merge(&again, &read, true, NULL) == CODE_OK)
	{
		sums_rest(&again);
		demand(again.n == 0 && again.ballots == 0 && again.rejected == 0);
	}
	ask_sums(&read);
}

/* ---- contributions */

static Str
contributions_bytes(const Contributions *c)
{
	uint64_t	n = contributions_size(c);
	uint8_t    *p = arena_alloc(arena, n);

	contributions_write(p, c);
	return (Str){(const char *) p, n};
}

/* Divide a pool by claims in all ways: never more than the pool, nor than the cap. */
static void
divide_pool(const Claims *claims)
{
	Listed		ties = ties_of(claims->id, claims->n);
	Match	   *match = arena_alloc(arena, sizeof(Match) * claims->n);

	for (int way = 0; way < 8; way++)
	{
		PoolRule	rule = {1001, (Scaling) (way & 1), (Rounding) (way >> 1 & 1), way & 4 ? 300 : INT64_MAX};
		int64_t		sum = 0;

		if (pool_divide(match, claims, &rule, &ties, NULL, arena, &scratch.arena, NULL) != CODE_OK)
			continue;
		for (uint32_t i = 0; i < claims->n; i++)
		{
			demand(match[i].match >= 0 && match[i].match <= rule.cap);
			sum += match[i].match;
		}
		demand(sum <= rule.pool);
	}
}

static void
fuzz_contributions(const Contributions *c)
{
	Str			bytes = contributions_bytes(c);
	PairRule	rule = {PAIRS_PAPER, 10, 10000};
	Contributions read;
	Contributions again;
	Claims		claims;
	Buf			text;

	buf_init(&text, arena);
	contributions_print(&text, c);
	contributions_init(&again, arena);
	demand(contributions_read(&read, (const uint8_t *) bytes.p, bytes.n, arena, NULL) == CODE_OK);
	demand(contributions_parse(&again, buf_done(&text), arena, NULL) == CODE_OK);
	demand(contributions_rest(&again, NULL, arena, NULL) == CODE_OK);
	demand(str_eq(contributions_bytes(&again), bytes));
	if (contributions_merge(&again, &read, true, NULL, arena, NULL) == CODE_OK)
		demand(again.n == 0);
	for (int formula = FORMULA_EXACT; formula <= FORMULA_GITCOIN; formula++)
	{
		if (claims_list(&claims, &read, NULL, 0, arena, NULL) != CODE_OK)
			return;
		claims_compute(&claims, &read, (Formula) formula, NULL, arena);
		divide_pool(&claims);
	}
	for (int formula = PAIRS_PAPER; formula <= PAIRS_GITCOIN; formula++)
	{
		rule.formula = (PairFormula) formula;
		demand(claims_list(&claims, &read, NULL, 0, arena, NULL) == CODE_OK);
		if (claims_of_pairs(&claims, &read, &rule, NULL, NULL, NULL, arena, NULL) == CODE_OK)
			divide_pool(&claims);
	}
}

/* ---- ballots */

static Str
ballots_bytes(const BudgetBallots *b)
{
	uint64_t	n = ballots_size(b);
	uint8_t    *p = arena_alloc(arena, n);

	ballots_write(p, b);
	return (Str){(const char *) p, n};
}

/* Spend a budget in all ways: never more than there is. */
static void
spend(const BudgetBallots *b)
{
	int64_t    *pairs = arena_alloc(arena, 2 * sizeof(int64_t) * 100);
	size_t		n = 0;
	Budget		budget;
	Listed		ties;
	Greedy		greedy;
	Shares		shares;

	for (uint32_t i = 0; i < b->n; i++)
		for (uint32_t j = 0; j < b->ballot[i].n; j++)
		{
			size_t		k = 0;

			while (k < n && pairs[2 * k] != b->ballot[i].project[j])
				k++;
			if (k == 100)
				return;
			if (k < n)
				continue;
			pairs[2 * n] = b->ballot[i].project[j];
			pairs[2 * n++ + 1] = 1 + (uint32_t) b->ballot[i].project[j] % 97;
		}
	if (budget_init(&budget, 250, pairs, n, b, NULL, arena, NULL) != CODE_OK)
		return;
	ties = ties_of(budget.id, budget.projects);
	for (int measure = MEASURE_VOTES; measure <= MEASURE_SCORE_PER_COST; measure++)
		if (greedy_spend(&greedy, &budget, (Measure) measure, measure % 2, 250, NULL, 1, &ties, arena, NULL) == CODE_OK)
			demand(greedy.left >= 0 && greedy.left <= 250);
	for (int way = 0; way < 16; way++)
	{
		SharesTerms terms = {(Utility) (way & 3), (Completion) (way >> 2), 1 + way % 3 * 40, way % 2, way % 5 == 0, 0};

		if (budget.voters > 1000 && terms.completion >= COMPLETION_ADD1)
			continue;			/* shares grow slowly */
		if (shares_decide(&shares, &budget, &terms, &ties, NULL, arena, &scratch.arena, NULL) == CODE_OK)
			demand(shares.cost >= 0 && shares.cost <= 250);
	}
}

static void
fuzz_ballots(const BudgetBallots *b)
{
	Str			bytes = ballots_bytes(b);
	BudgetBallots read;
	BudgetBallots again;
	Buf			text;

	buf_init(&text, arena);
	ballots_print(&text, b);
	ballots_init(&again, arena);
	demand(ballots_read(&read, (const uint8_t *) bytes.p, bytes.n, arena, NULL) == CODE_OK);
	demand(ballots_parse(&again, buf_done(&text), arena, NULL) == CODE_OK);
	ballots_rest(&again, NULL, arena);
	demand(str_eq(ballots_bytes(&again), bytes));
	if (ballots_merge(&again, &read, true, NULL) == CODE_OK)
	{
		ballots_rest(&again, NULL, arena);
		demand(again.n == 0);
	}
	spend(&read);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Str			rest;
	Sums		sums;
	Contributions contributions;
	BudgetBallots ballots;

	if (size == 0 || !crypto_init())
		return 0;
	rest = (Str){(const char *) data + 1, size - 1};
	heap_arena_init(&heap);
	heap_arena_init(&scratch);
	sums_init(&sums, arena);
	contributions_init(&contributions, arena);
	ballots_init(&ballots, arena);
	switch (data[0])
	{
		case 'V':
			if (sums_parse(&sums, rest, NULL) == CODE_OK)
			{
				sums_rest(&sums);
				fuzz_sums(&sums);
			}
			break;
		case 'C':
			if (contributions_parse(&contributions, rest, arena, NULL) == CODE_OK &&
				contributions_rest(&contributions, NULL, arena, NULL) == CODE_OK)
				fuzz_contributions(&contributions);
			break;
		case 'B':
			if (ballots_parse(&ballots, rest, arena, NULL) == CODE_OK)
			{
				ballots_rest(&ballots, NULL, arena);
				fuzz_ballots(&ballots);
			}
			break;
		case 'v':
			if (sums_read(&sums, data + 1, size - 1, arena, NULL) == CODE_OK)
			{
				demand(str_eq(sums_bytes(&sums), rest));
				fuzz_sums(&sums);
			}
			break;
		case 'c':
			if (contributions_read(&contributions, data + 1, size - 1, arena, NULL) == CODE_OK)
			{
				demand(str_eq(contributions_bytes(&contributions), rest));
				fuzz_contributions(&contributions);
			}
			break;
		case 'b':
			if (ballots_read(&ballots, data + 1, size - 1, arena, NULL) == CODE_OK)
			{
				demand(str_eq(ballots_bytes(&ballots), rest));
				fuzz_ballots(&ballots);
			}
			break;
	}
	heap_arena_free(&scratch);
	heap_arena_free(&heap);
	return 0;
}
