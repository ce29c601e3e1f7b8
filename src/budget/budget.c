/*
 * budget.c -- reads a shared budget, breaks ties among its projects, spends greedily.
 */
#include "budget/budget.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- reading */

static int
compare_pairs(const void *a, const void *b)
{
	int64_t		left = *(const int64_t *) a;
	int64_t		right = *(const int64_t *) b;

	return (left > right) - (left < right);
}

static Code
read_projects(Budget *out, const int64_t *pairs, size_t n, Arena *arena, Fault *fault)
{
	int64_t    *sorted;
	int32_t    *id;

	if (n > BALLOT_PROJECTS_MAX)
		return fault_set(fault, CODE_TOO_LARGE, -1, "There are at most %d projects.", BALLOT_PROJECTS_MAX);
	sorted = arena_copy(arena, pairs, 2 * sizeof(int64_t) * n);
	id = arena_alloc(arena, sizeof(int32_t) * n);
	if (n > 0)
		qsort(sorted, n, 2 * sizeof(int64_t), compare_pairs);
	out->projects = (uint32_t) n;
	out->project = arena_zero(arena, sizeof(Project) * n);
	for (size_t i = 0; i < n; i++)
	{
		int64_t		number = sorted[2 * i];
		int64_t		cost = sorted[2 * i + 1];

		if (number < INT32_MIN || number > INT32_MAX)
			return fault_set(fault, CODE_BAD_TERMS, (int64_t) i, "%" PRId64 " cannot number a project: use 32 bits.", number);
		if (i > 0 && sorted[2 * i - 2] == number)
			return fault_set(fault, CODE_BAD_TERMS, (int64_t) i, "Project %" PRId64 " is listed twice.", number);
		if (cost < 1)
			return fault_set(fault, CODE_BAD_TERMS, (int64_t) i, "Project %" PRId64 " costs %" PRId64 "; costs are 1 or more.",
							 number, cost);
		if (add_overflows(out->cost, cost, &out->cost))
			return fault_set(fault, CODE_NUMBER_OVERFLOW, -1, "The costs of all projects together do not fit.");
		id[i] = (int32_t) number;
		out->project[i].cost = cost;
	}
	out->id = id;
	return CODE_OK;
}

/* Add a ballot to the votes and scores of its projects. */
static Code
add_ballot(Budget *out, const BudgetBallot *ballot, const uint32_t *item, Fault *fault)
{
	if (ballot->weight < 0)
		return fault_set(fault, CODE_NEGATIVE_COUNT, -1, "A ballot has the weight %" PRId64 ".", ballot->weight);
	if (add_overflows(out->voters, ballot->weight, &out->voters))
		return fault_set(fault, CODE_NUMBER_OVERFLOW, -1, "The weight of all ballots does not fit.");
	for (uint32_t j = 0; j < ballot->n; j++)
	{
		Project    *project = &out->project[item[j]];
		int64_t		score;

		if (mul_overflows(ballot->weight, ballot->score != NULL ? ballot->score[j] : 1, &score) ||
			add_overflows(project->score, score, &project->score))
			return fault_set(fault, CODE_NUMBER_OVERFLOW, -1, "The score of project %" PRId32 " does not fit.",
							 ballot->project[j]);
		project->votes += ballot->weight;	/* at most all voters */
		project->supporters++;
	}
	return CODE_OK;
}

/* Find the projects of all ballots. */
static Code
read_ballots(Budget *out, const BudgetBallots *ballots, Arena *arena, Fault *fault)
{
	uint32_t	n = 0;
	Code		code;

	out->ballots = ballots->n;
	out->ballot = ballots->ballot;
	out->first = arena_alloc(arena, sizeof(uint32_t) * ((size_t) ballots->n + 1));
	for (uint32_t i = 0; i < ballots->n; i++)
		n += ballots->ballot[i].n;
	out->item = arena_alloc(arena, sizeof(uint32_t) * n);
	n = 0;
	for (uint32_t i = 0; i < ballots->n; i++)
	{
		const BudgetBallot *ballot = &ballots->ballot[i];

		if (out->pause != NULL && i % 65536 == 0)
			out->pause();
		out->first[i] = n;
		for (uint32_t j = 0; j < ballot->n; j++)
		{
			uint32_t	at = listed_find(out->id, out->projects, ballot->project[j]);

			if (at == NOT_LISTED)
				return fault_set(fault, CODE_UNLISTED, -1, "A ballot names project %" PRId32 ".", ballot->project[j]);
			out->item[n++] = at;
		}
		if ((code = add_ballot(out, ballot, out->item + out->first[i], fault)) != CODE_OK)
			return code;
	}
	out->first[ballots->n] = n;
	return CODE_OK;
}

/* Turn ballots into the supporters of each project. */
static void
find_supporters(Budget *out, Arena *arena)
{
	uint32_t	n = out->first[out->ballots];
	uint32_t   *next = arena_alloc(arena, sizeof(uint32_t) * out->projects);
	uint32_t	begin = 0;
	bool		scores = false;

	for (uint32_t p = 0; p < out->projects; p++)
	{
		next[p] = out->project[p].begin = begin;
		begin += out->project[p].supporters;
	}
	for (uint32_t i = 0; i < out->ballots; i++)
		scores = scores || out->ballot[i].score != NULL;
	out->supporter = arena_alloc(arena, sizeof(uint32_t) * n);
	out->score = scores ? arena_alloc(arena, sizeof(int64_t) * n) : NULL;
	for (uint32_t i = 0; i < out->ballots; i++)
		for (uint32_t j = 0; j < out->ballot[i].n; j++)
		{
			uint32_t	at = next[out->item[out->first[i] + j]]++;

			out->supporter[at] = i;
			if (scores)
				out->score[at] = out->ballot[i].score != NULL ? out->ballot[i].score[j] : 1;
		}
}

Code
budget_init(Budget *out, int64_t money, const int64_t *pairs, size_t n, const BudgetBallots *ballots,
			void (*pause)(void), Arena *arena, Fault *fault)
{
	Code		code;

	*out = (Budget){.money = money, .pause = pause};
	if (money < 0)
		return fault_set(fault, CODE_BAD_TERMS, -1, "The budget is 0 or more.");
	if ((code = read_projects(out, pairs, n, arena, fault)) != CODE_OK ||
		(code = read_ballots(out, ballots, arena, fault)) != CODE_OK)
		return code;
	find_supporters(out, arena);
	return CODE_OK;
}

/* ---- ties */

/* What the rules of budgets prefer. */
static Wide
merit(const void *context, TieRule rule, uint32_t option)
{
	const Project *project = &((const Budget *) context)->project[option - 1];

	if (rule == TIE_MAX_VOTES)
		return project->votes;
	return rule == TIE_MIN_COST ? -(Wide) project->cost : project->cost;
}

Code
budget_break_tie(uint32_t *chosen, const TieBreak **made, const Budget *budget, Listed *ties, const uint32_t *tied,
				 uint32_t n, uint32_t round, Fault *fault)
{
	Tie			tie = {.round = round, .purpose = "project", .merit = merit, .context = budget, .n = n};
	Code		code;

	*chosen = tied[0];
	*made = NULL;
	if (n == 1)
		return CODE_OK;
	tie.tied = arena_alloc(ties->ties.arena, sizeof(uint32_t) * n);
	for (uint32_t i = 0; i < n; i++)
		tie.tied[i] = tied[i] + 1;
	if ((code = listed_break(chosen, ties, &tie, fault)) != CODE_OK)
		return code;
	--*chosen;
	*made = ties->ties.last;
	return CODE_OK;
}

/* ---- greedy */

const char *const measure_words[] = {
	[MEASURE_VOTES] = "votes",
	[MEASURE_VOTES_PER_COST] = "votes_per_cost",
	[MEASURE_SCORE] = "score",
	[MEASURE_SCORE_PER_COST] = "score_per_cost",
	NULL
};

const char *const unaffordable_words[] = {"skip", "stop", NULL};

/* Compare two projects by a measure: 1 if the first has more. */
static int
compare_measures(const Project *a, const Project *b, Measure measure)
{
	bool		votes = measure == MEASURE_VOTES || measure == MEASURE_VOTES_PER_COST;
	bool		per_cost = measure == MEASURE_VOTES_PER_COST || measure == MEASURE_SCORE_PER_COST;
	Wide		left = (Wide) (votes ? a->votes : a->score) * (per_cost ? b->cost : 1);
	Wide		right = (Wide) (votes ? b->votes : b->score) * (per_cost ? a->cost : 1);

	return wide_cmp(left, right);
}

/* Note the projects that are best by a measure among those that are not done with, and return how many they are. */
static uint32_t
find_best(uint32_t *tied, const Budget *budget, Measure measure, const uint8_t *done)
{
	uint32_t	n = 0;

	for (uint32_t p = 0; p < budget->projects; p++)
	{
		int			order;

		if (done[p])
			continue;
		order = n > 0 ? compare_measures(&budget->project[p], &budget->project[tied[0]], measure) : 1;
		if (order > 0)
			n = 0;
		if (order >= 0)
			tied[n++] = p;
	}
	return n;
}

Code
greedy_spend(Greedy *out, const Budget *budget, Measure measure, bool stop, int64_t money, const uint8_t *taken,
			 uint32_t round, Listed *ties, Arena *arena, Fault *fault)
{
	uint8_t    *done = arena_zero(arena, budget->projects);
	uint32_t   *tied = arena_alloc(arena, sizeof(uint32_t) * budget->projects);
	uint32_t	n;
	Code		code;

	*out = (Greedy){.pick = arena_alloc(arena, sizeof(Pick) * budget->projects), .left = money};
	if (taken != NULL)
		memcpy(done, taken, budget->projects);
	while (!out->stopped && (n = find_best(tied, budget, measure, done)) > 0)
	{
		Pick	   *pick = &out->pick[out->n];
		uint32_t	affordable = 0;

		if (budget->pause != NULL)
			budget->pause();

		/* Of those tied, what is too expensive is out of the running, unless it ends everything. */
		for (uint32_t i = 0; i < n; i++)
			if (stop || budget->project[tied[i]].cost <= out->left)
				tied[affordable++] = tied[i];
			else
			{
				done[tied[i]] = 1;
				*pick = (Pick){tied[i], false, out->left, NULL};
				pick = &out->pick[++out->n];
			}
		if (affordable == 0)
			continue;
		if ((code = budget_break_tie(&pick->project, &pick->tie, budget, ties, tied, affordable, round++, fault)) != CODE_OK)
			return code;
		done[pick->project] = 1;
		pick->funded = budget->project[pick->project].cost <= out->left;
		if (pick->funded)
			out->left -= budget->project[pick->project].cost;
		else
			out->stopped = true;
		pick->left = out->left;
		out->n++;
	}
	return CODE_OK;
}
