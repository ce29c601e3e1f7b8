/*
 * budgets.c -- a budget for options that cost something: greedy, and the Method of Equal Shares.  What nobody supports is
 * not funded.
 */
#include "tally/count.h"

#include "budget/shares.h"

/* ---- memory that is used again and again, within another arena ---- */

typedef struct Lent
{
	struct Lent *next;
	size_t		size;
} Lent;

typedef struct Lender
{
	Arena		arena;
	Arena	   *from;
	Lent	   *used;
	Lent	   *spare;
} Lender;

static void *
lend_chunk(void *owner, size_t size)
{
	Lender	   *lender = owner;
	Lent	  **at = &lender->spare;
	Lent	   *lent;

	while (*at != NULL && (*at)->size < size)
		at = &(*at)->next;
	lent = *at;
	if (lent != NULL)
		*at = lent->next;
	else
	{
		lent = arena_alloc(lender->from, sizeof *lent + size);
		lent->size = size;
	}
	lent->next = lender->used;
	lender->used = lent;
	return lent + 1;
}

static void
take_back(void *owner)
{
	Lender	   *lender = owner;

	while (lender->used != NULL)
	{
		Lent	   *lent = lender->used;

		lender->used = lent->next;
		lent->next = lender->spare;
		lender->spare = lent;
	}
}

/* ---- states ---- */

/* Make budget ballots: tally_budget. */
static Code
make_ballots(BudgetBallots *out, Count *count, Arena *scratch)
{
	int32_t    *project = arena_alloc(count->arena, sizeof(int32_t) * count->options);
	int64_t    *score = arena_alloc(count->arena, sizeof(int64_t) * count->options);
	uint8_t    *bytes;
	Code		code = CODE_OK;

	ballots_init(out, count->arena);
	for (size_t i = 0; i < count->n && code == CODE_OK; i++)
	{
		Int4List	votes = count->ballot[i].ballot->votes;
		uint32_t	n = 0;

		for (size_t o = 0; o < votes.n; o++)
			if (votes.v[o] > 0)
			{
				project[n] = (int32_t) o + 1;
				score[n++] = votes.v[o];
			}
		code = ballots_add(out, project, score, n, count->ballot[i].weight, count->fault);
	}
	if (code != CODE_OK)
		return code;
	ballots_rest(out, count_pause, scratch);
	bytes = arena_alloc(count->arena, ballots_size(out));
	ballots_write(bytes, out);
	count_digest(count, bytes, ballots_size(out));
	return CODE_OK;
}

static Code
make_budget(Budget *out, const BudgetBallots *ballots, Count *count)
{
	int64_t    *pairs = arena_alloc(count->arena, sizeof(int64_t) * 2 * count->options);
	const Json *cost = json_get(count->params, "costs")->child;

	for (uint32_t i = 0; i < count->options; i++, cost = cost->next)
	{
		pairs[2 * i] = i + 1;
		pairs[2 * i + 1] = cost->number;
	}
	return budget_init(out, method_int(count->params, "budget", 0), pairs, count->options, ballots, count_pause, count->arena,
					   count->fault);
}

/* ---- rounds ---- */

/* Add a round, with the status of the round before where an option had its turn. */
static CountRound *
next_round(Count *count, const Budget *budget)
{
	const CountRound *before = count->last;
	CountRound *round = count_round(count, 0);

	for (uint32_t o = 1; o <= count->options; o++)
	{
		round->votes[o] = budget->project[o - 1].score;
		round->has_votes[o] = true;
		round->status[o] = before != NULL ? before->status[o] : "waiting";
	}
	return round;
}

/* Fund an option in the last round. */
static void
fund(Count *count, uint32_t option, const char *status)
{
	count->last->status[option] = status;
	count->seats[option] = 1;
}

/* Those funded stand in the order in which they were; then the others by votes. */
typedef struct Funding
{
	const Budget *budget;
	const uint32_t *turn;		/* of each option: when it was funded; 0 for never */
} Funding;

static int
order_funding(const Count *count, const void *context, uint32_t a, uint32_t b)
{
	const Funding *funding = context;
	uint32_t	x = funding->turn[a];
	uint32_t	y = funding->turn[b];

	(void) count;
	if (x == 0 && y == 0)
		return wide_cmp(funding->budget->project[a - 1].score, funding->budget->project[b - 1].score);
	if (x == 0 || y == 0)
		return x == 0 ? -1 : 1;
	return x < y ? 1 : -1;
}

static Code
decide_greedy(Count *count, const Budget *budget, Listed *listed, uint32_t *turn)
{
	uint8_t    *unsupported = arena_zero(count->arena, budget->projects);
	bool		stop = method_word(count->method, count->params, "unaffordable") == 1;
	Measure		measure = (Measure) method_word(count->method, count->params, "measure");
	Greedy		greedy;
	Code		code;

	for (uint32_t i = 0; i < budget->projects; i++)
		unsupported[i] = budget->project[i].votes == 0;
	if ((code = greedy_spend(&greedy, budget, measure, stop, budget->money, unsupported, 1, listed, count->arena,
							 count->fault)) != CODE_OK)
		return code;
	for (uint32_t i = 0; i < greedy.n; i++)
	{
		uint32_t	option = greedy.pick[i].project + 1;

		(void) next_round(count, budget);
		if (greedy.pick[i].funded)
		{
			fund(count, option, "funded");
			turn[option] = i + 1;
		}
		else
			count->last->status[option] = "too expensive";
	}
	return CODE_OK;
}

static Code
decide_shares(Count *count, const Budget *budget, Listed *listed, uint32_t *turn, Arena *scratch)
{
	SharesTerms terms = {
		.utility = (Utility) method_word(count->method, count->params, "utility"),
		.completion = (Completion) method_word(count->method, count->params, "completion"),
		.increment = method_int(count->params, "increment", 1),
		.integral = method_flag(count->params, "integral"),
		.exhaustive = method_flag(count->params, "exhaustive"),
		.most_steps = count->most_steps,
	};
	Shares		shares;
	Code		code = shares_decide(&shares, budget, &terms, listed, NULL, count->arena, scratch, count->fault);

	if (code != CODE_OK)
		return code;
	for (uint32_t i = 0; i < shares.n; i++)
	{
		uint32_t	option = shares.purchase[i].project + 1;

		if (budget->project[option - 1].votes == 0)
			continue;				/* the completion spends what is left, these come last */
		(void) next_round(count, budget);
		fund(count, option, shares.purchase[i].completion ? "added" : "funded");
		turn[option] = i + 1;
	}
	return CODE_OK;
}

Code
count_budget(Count *count)
{
	int32_t    *id = arena_alloc(count->arena, sizeof(int32_t) * count->options);
	uint32_t   *turn = arena_zero(count->arena, sizeof(uint32_t) * (count->options + 1));
	uint32_t	allowed;
	ListedRules rules = {.rules = method_ties(&allowed, count->method, count->params), .seed = count->seed};
	Lender		lender = {.from = count->arena};
	BudgetBallots ballots;
	Budget		budget;
	Listed		listed;
	Code		code;

	arena_init(&lender.arena, lend_chunk, take_back, &lender);
	for (uint32_t i = 0; i < count->options; i++)
		id[i] = (int32_t) i + 1;
	if ((code = make_ballots(&ballots, count, &lender.arena)) != CODE_OK ||
		(code = make_budget(&budget, &ballots, count)) != CODE_OK ||
		(code = listed_init(&listed, &rules, allowed, id, count->options, count->arena, count->fault)) != CODE_OK)
		return code;
	code = count->method->id == METHOD_GREEDY ? decide_greedy(count, &budget, &listed, turn) :
		decide_shares(count, &budget, &listed, turn, &lender.arena);
	if (code != CODE_OK)
		return code;
	count->ties = listed.ties;
	if (count->first == NULL)
		(void) next_round(count, &budget);
	for (uint32_t o = 1; o <= count->options; o++)
		if (strcmp(count->last->status[o], "waiting") == 0)
			count->last->status[o] = "not funded";
	count_rank(count, order_funding, &(Funding){&budget, turn});
	return CODE_OK;
}
