/*
 * shares.c -- the Method of Equal Shares: which sizes of the shares are run, what completes them, who paid.
 */
#include "budget/shares_run.h"

/* ---- words */

const char *const utility_words[] = {
	[UTILITY_COST] = "cost",
	[UTILITY_CARDINALITY] = "cardinality",
	[UTILITY_EFFORT] = "effort",
	[UTILITY_SCORES] = "scores",
	NULL
};

const char *const completion_words[] = {
	[COMPLETION_NONE] = "none",
	[COMPLETION_UTILITARIAN] = "utilitarian",
	[COMPLETION_ADD1] = "add1",
	[COMPLETION_ADD1_UTILITARIAN] = "add1_utilitarian",
	NULL
};

/* ---- deciding */

/* Rounds of add1, in an array that grows. */
typedef struct Rounds
{
	SharesRound *round;
	uint32_t	n;
	uint32_t	room;
} Rounds;

/* Note a round: the size of the shares, and what they buy. */
static Code
note_round(Rounds *rounds, Wide num, int64_t cost, uint32_t bought, Arena *arena, Fault *fault)
{
	if (rounds->n == SHARES_ROUNDS_MAX)
		return fault_set(fault, CODE_TOO_LARGE, -1, "More than %d sizes of the shares would be looked at: choose a greater "
						 "increment.", SHARES_ROUNDS_MAX);
	if (rounds->n == rounds->room)
	{
		SharesRound *grown;

		rounds->room = rounds->room > 0 ? 2 * rounds->room : 64;
		grown = wide_alloc(arena, sizeof(SharesRound) * rounds->room);
		if (rounds->n > 0)
			memcpy(grown, rounds->round, sizeof(SharesRound) * rounds->n);
		rounds->round = grown;
	}
	rounds->round[rounds->n++] = (SharesRound){num, cost, bought};
	return CODE_OK;
}

/* Whether the rest of the budget cannot pay for any project that was not bought. */
static bool
is_exhausted(const Run *run)
{
	for (uint32_t p = 0; p < run->budget->projects; p++)
		if (run->bought_at[p] == NOT_BOUGHT && project_of(run, p)->cost <= run->budget->money - run->cost)
			return false;
	return true;
}

/* Whether everything is bought that anybody supports. */
static bool
is_complete(const Run *run)
{
	for (uint32_t p = 0; p < run->budget->projects; p++)
		if (run->bought_at[p] == NOT_BOUGHT && project_of(run, p)->supporters > 0)
			return false;
	return true;
}

/*
 * Raise the shares as long as what is bought costs no more than the budget.  *num becomes the last share of which that
 * is so.  Between two rounds there may be sizes of which it is known that they buy the same as the first of the two.
 */
static Code
raise_shares(Run *run, Wide *num, int64_t den, Rounds *rounds, Arena *arena)
{
	Wide		next = *num;
	Wide		step;
	Code		code;

	if (mul_overflows((Wide) run->terms->increment, (Wide) den, &step))
		return fault_set(run->fault, CODE_NUMBER_OVERFLOW, -1, "The share of a voter does not fit.");
	run->grows = true;
	for (;;)
	{
		Wide		skip;

		if ((code = run_make(run, next, den, NULL)) != CODE_OK)
			return code;
		if (run->cost > run->budget->money)
		{
			/* The share before it buys the same as the one that was looked at last. */
			if (next - step > *num &&
				(code = note_round(rounds, next - step, rounds->round[rounds->n - 1].cost, rounds->round[rounds->n - 1].bought,
								   arena, run->fault)) != CODE_OK)
				return code;
			if ((code = note_round(rounds, next, run->cost, run->n, arena, run->fault)) != CODE_OK)
				return code;
			*num = next - step;
			break;
		}
		if ((code = note_round(rounds, next, run->cost, run->n, arena, run->fault)) != CODE_OK)
			return code;
		*num = next;
		if (is_complete(run) || (run->terms->exhaustive && is_exhausted(run)))
			break;
		skip = run->limit > 0 ? (run->limit - 1) / ((Wide) run->terms->increment << run->scale) : 0;
		if (mul_overflows(skip + 1, step, &skip) || add_overflows(next, skip, &next))
			return fault_set(run->fault, CODE_NUMBER_OVERFLOW, -1, "The share of a voter does not fit.");
	}
	run->grows = false;
	return CODE_OK;
}

/* Add what the greedy completion takes. */
static Code
complete(Shares *out, const Run *run, Arena *arena)
{
	static const Measure measures[] = {
		[UTILITY_COST] = MEASURE_VOTES,
		[UTILITY_CARDINALITY] = MEASURE_VOTES_PER_COST,
		[UTILITY_EFFORT] = MEASURE_VOTES,
		[UTILITY_SCORES] = MEASURE_SCORE_PER_COST,
	};
	const Budget *budget = run->budget;
	uint8_t    *taken = arena_zero(arena, budget->projects);
	Greedy		greedy;
	Code		code;

	for (uint32_t i = 0; i < out->n; i++)
		taken[out->purchase[i].project] = 1;
	if ((code = greedy_spend(&greedy, budget, measures[run->terms->utility], false, budget->money - out->cost, taken,
							 out->n + 1, run->ties, arena, run->fault)) != CODE_OK)
		return code;
	for (uint32_t i = 0; i < greedy.n; i++)
		if (greedy.pick[i].funded)
			out->purchase[out->n++] = (Purchase){greedy.pick[i].project, true, greedy.pick[i].tie};
	out->cost = budget->money - greedy.left;
	return CODE_OK;
}

Code
shares_decide(Shares *out, const Budget *budget, const SharesTerms *terms, Listed *ties, const SharesWatch *watch,
			  Arena *arena, Arena *scratch, Fault *fault)
{
	bool		adds = terms->completion == COMPLETION_ADD1 || terms->completion == COMPLETION_ADD1_UTILITARIAN;
	bool		fills = terms->completion == COMPLETION_UTILITARIAN || terms->completion == COMPLETION_ADD1_UTILITARIAN;
	Run			run = {.budget = budget, .terms = terms, .ties = ties, .scratch = scratch, .fault = fault};
	Rounds		rounds = {0};
	int64_t		den = budget->voters > 0 ? budget->voters : 1;
	Wide		num = adds && terms->integral ? budget->money / den * (Wide) den : budget->money;
	Code		code;

	if (adds && terms->increment < 1)
		return fault_set(fault, CODE_BAD_TERMS, -1, "The increment is 1 or more.");
	run_init(&run, arena);
	if (adds && (code = raise_shares(&run, &num, den, &rounds, arena)) != CODE_OK)
		return code;
	if ((code = run_make(&run, num, den, NULL)) != CODE_OK ||
		(watch != NULL && (code = run_make(&run, num, den, watch)) != CODE_OK))
		return code;
	*out = (Shares){
		.num = num, .den = den, .n = run.n, .bought = run.n, .purchase = run.purchase, .cost = run.cost,
		.bought_at = run.bought_at, .exact = run.exact, .rounds = rounds.n, .round = rounds.round
	};
	return fills ? complete(out, &run, arena) : CODE_OK;
}

uint32_t
shares_paid(Paid *paid, const Shares *shares, const Budget *budget, Utility utility, uint32_t ballot, Arena *scratch)
{
	const BudgetBallot *content = &budget->ballot[ballot];
	const uint32_t *item = budget->item + budget->first[ballot];
	Big			left = exact_num(&shares->exact, 0);
	uint32_t	n = 0;
	uint32_t	kept = 0;

	for (uint32_t j = 0; j < content->n; j++)
	{
		bool		scored = utility == UTILITY_SCORES && content->score != NULL;
		uint32_t	at;

		if (shares->bought_at[item[j]] == NOT_BOUGHT)
			continue;
		for (at = n++; at > 0 && paid[at - 1].purchase > shares->bought_at[item[j]]; at--)
			paid[at] = paid[at - 1];
		paid[at] = (Paid){shares->bought_at[item[j]], scored ? content->score[j] : 1, BIG_ZERO};
	}
	for (uint32_t i = 0; i < n && left.n > 0; i++)
	{
		Big			part = big_mul_word(exact_num(&shares->exact, paid[i].purchase + 1), (uint64_t) paid[i].score, scratch);

		paid[i].amount = big_cmp(part, left) < 0 ? part : left;
		left = big_sub(left, paid[i].amount, scratch);
		kept++;
	}
	return kept;
}
