/*
 * score.c -- counts plurality, approval, score and STAR.
 */
#include "voting/score.h"

/* ---- votes */

static int
order_by_votes(const void *context, uint32_t a, uint32_t b)
{
	return wide_cmp(counts_get(context, a, 0), counts_get(context, b, 0));
}

Code
votes_fill(Place *place, const Counts *counts, int64_t seats, Ties *ties, Fault *fault)
{
	return places_fill(place, counts->options, order_by_votes, counts, seats, ties, fault);
}

/* ---- scores */

/* Count the ballots that scored an option. */
static Wide
scored(const Counts *counts, uint32_t option)
{
	Wide		n = 0;

	for (uint32_t score = 0; score <= counts->highest; score++)
		n += counts_get(counts, option, score);
	return n;
}

static Wide
sum_of(const Counts *counts, uint32_t option)
{
	Wide		sum = 0;

	for (uint32_t score = 1; score <= counts->highest; score++)
		sum += (Wide) score * counts_get(counts, option, score);
	return sum;
}

/* Count a score of an option, with those that are filled in. */
static int64_t
times(const Scores *scores, uint32_t option, uint32_t score)
{
	const ScoreRow *row = &scores->row[option];

	return counts_get(scores->counts, option, score) + (score == 0 ? row->n - row->scored : 0);
}

/* Find the score in the middle, the lower one of two. */
static int32_t
median_of(const Scores *scores, uint32_t option)
{
	int64_t		below = 0;
	int64_t		middle = scores->row[option].n - scores->row[option].n / 2;
	uint32_t	score = 0;

	if (scores->row[option].n == 0)
		return -1;
	while ((below += times(scores, option, score)) < middle)
		score++;
	return (int32_t) score;
}

/*
 * A walk through the scores of an option in their order, from the middle up or down: `left` more of them are equal to
 * `score`.
 */
typedef struct Walk
{
	int32_t		score;
	int64_t		left;
} Walk;

static void
walk_on(Walk *walk, const Scores *scores, uint32_t option, int32_t step)
{
	while (walk->left == 0 && walk->score + step >= 0 && walk->score + step <= (int32_t) scores->counts->highest)
	{
		walk->score += step;
		walk->left = times(scores, option, (uint32_t) walk->score);
	}
}

/* Begin a walk behind the score in the middle. */
static Walk
walk_from_middle(const Scores *scores, uint32_t option, int32_t step)
{
	const ScoreRow *row = &scores->row[option];
	Walk		walk = {row->median, 0};
	int64_t		below = 0;

	for (int32_t score = 0; score < row->median; score++)
		below += times(scores, option, (uint32_t) score);
	walk.left = row->n - row->n / 2 - below - 1;	/* equal ones below the middle */
	if (step > 0)
		walk.left = times(scores, option, (uint32_t) row->median) - walk.left - 1;
	return walk;
}

/* Count how many steps from the middle two options first differ; INT64_MAX if they never do.  *order is how. */
static int64_t
first_difference(int *order, const Scores *scores, uint32_t a, uint32_t b, int32_t step)
{
	Walk		x = walk_from_middle(scores, a, step);
	Walk		y = walk_from_middle(scores, b, step);
	int64_t		steps = 0;

	for (;;)
	{
		int64_t		same;

		walk_on(&x, scores, a, step);
		walk_on(&y, scores, b, step);
		if (x.left == 0 || y.left == 0)
			return INT64_MAX;
		if (x.score != y.score)
		{
			*order = x.score > y.score ? 1 : -1;
			return steps + 1;
		}
		same = x.left < y.left ? x.left : y.left;
		x.left -= same;
		y.left -= same;
		steps += same;
	}
}

/*
 * Compare by majority judgment.  Taking medians out of n scores one by one goes outwards from the middle, to either side
 * in turn: first down if n is odd, first up if it is even.  So the nearest difference decides.
 */
static int
order_by_judgment(const Scores *scores, uint32_t a, uint32_t b)
{
	int32_t		x = scores->row[a].median;
	int32_t		y = scores->row[b].median;
	int			up_order = 0;
	int			down_order = 0;
	int64_t		up;
	int64_t		down;
	bool		down_first = scores->row[a].n % 2 == 1;

	if (x != y || x < 0)
		return wide_cmp(x, y);
	up = first_difference(&up_order, scores, a, b, 1);
	down = first_difference(&down_order, scores, a, b, -1);
	if (up == INT64_MAX && down == INT64_MAX)
		return 0;
	return down < up || (down == up && down_first) ? down_order : up_order;
}

static int
order_by_scores(const void *context, uint32_t a, uint32_t b)
{
	const Scores *scores = context;
	const ScoreRow *x = &scores->row[a];
	const ScoreRow *y = &scores->row[b];

	switch (scores->by)
	{
		case SCORE_SUM:
			return wide_cmp(scores->sum[a], scores->sum[b]);
		case SCORE_MEAN:
			if (x->n == 0 || y->n == 0)
				return wide_cmp(x->n > 0, y->n > 0);	/* no score is less than any */
			return wide_cmp_products(scores->sum[a], y->n, scores->sum[b], x->n);
		case SCORE_MEDIAN:
			return wide_cmp(x->median, y->median);
		default:
			return order_by_judgment(scores, a, b);
	}
}

Code
scores_count(Scores *out, const Counts *counts, ScoreBy by, bool fill, int64_t seats, Ties *ties, Arena *arena, Fault *fault)
{
	uint32_t	m = counts->options;

	if (by == SCORE_JUDGMENT && !fill)
		return fault_set(fault, CODE_BAD_RULE, -1, "Majority judgment wants as many scores for each option: unscored => 'lowest'.");
	*out = (Scores){.counts = counts, .by = by, .fill = fill};
	out->sum = wide_alloc(arena, sizeof(Wide) * (m + 1));
	out->row = arena_alloc(arena, sizeof(ScoreRow) * (m + 1));
	out->place = arena_alloc(arena, sizeof(Place) * (m + 1));
	for (uint32_t o = 1; o <= m; o++)
	{
		ScoreRow   *row = &out->row[o];

		if (scored(counts, o) > counts->ballots - counts->blank)
			return fault_set(fault, CODE_NEGATIVE_COUNT, o, "Option %u has more scores than there are ballots.", o);
		out->sum[o] = sum_of(counts, o);
		row->scored = (int64_t) scored(counts, o);
		row->n = fill ? counts->ballots - counts->blank : row->scored;
		row->median = median_of(out, o);
	}
	return places_fill(out->place, m, order_by_scores, out, seats, ties, fault);
}

/* ---- STAR */

/* What a rule for ties looks at. */
typedef struct StarTie
{
	const Counts *counts;
	const Tie  *tie;
} StarTie;

/* Count the ballots that score a higher than b. */
static int64_t
higher(const Counts *counts, uint32_t a, uint32_t b)
{
	return counts_get(counts, a, counts->highest + b);
}

static Wide
star_merit(const void *context, TieRule rule, uint32_t option)
{
	const StarTie *star = context;
	Wide		merit = 0;

	if (rule == TIE_TOP_SCORES)
		return counts_get(star->counts, option, star->counts->highest);
	for (uint32_t i = 0; i < star->tie->n; i++)
	{
		uint32_t	other = star->tie->tied[i];

		merit += wide_cmp(higher(star->counts, option, other), higher(star->counts, other, option));
	}
	return merit;
}

/* Break a tie of STAR. */
static Code
star_tie(uint32_t *chosen, const Counts *counts, uint32_t *tied, uint32_t n, uint32_t round, const char *purpose, Ties *ties,
		 Fault *fault)
{
	Tie			tie = {.round = round, .purpose = purpose, .merit = star_merit, .n = n, .tied = tied};
	StarTie		context = {counts, &tie};
	TieRule		rule;

	tie.context = &context;
	return ties_break(chosen, &rule, ties, &tie, fault);
}

/* Choose the option with the highest sum, but for one that was chosen already. */
static Code
choose_finalist(uint32_t *chosen, const Star *star, const Counts *counts, uint32_t but, Ties *ties, Arena *arena, Fault *fault)
{
	uint32_t   *tied = arena_alloc(arena, sizeof(uint32_t) * counts->options);
	uint32_t	n = 0;
	Wide		best = -1;

	for (uint32_t o = 1; o <= counts->options; o++)
	{
		if (o == but || star->sum[o] < best)
			continue;
		if (star->sum[o] > best)
			n = 0;
		best = star->sum[o];
		tied[n++] = o;
	}
	*chosen = n > 0 ? tied[0] : 0;
	return n > 1 ? star_tie(chosen, counts, tied, n, 1, "finalist", ties, fault) : CODE_OK;
}

/* Whether both of the highest sums go to the same two options, so that nobody need choose who comes first. */
static bool
two_lead(const Star *star, uint32_t options, uint32_t finalist[2])
{
	Wide		best = -1;
	uint32_t	n = 0;

	for (uint32_t o = 1; o <= options; o++)
	{
		if (star->sum[o] < best)
			continue;
		if (star->sum[o] > best)
			n = 0;
		best = star->sum[o];
		if (n < 2)
			finalist[n] = o;
		n++;
	}
	return n == 2;
}

Code
star_count(Star *out, const Counts *counts, Ties *ties, Arena *arena, Fault *fault)
{
	uint32_t   *both = arena_alloc(arena, sizeof(uint32_t) * 2);
	uint32_t	a;
	uint32_t	b;
	Tie			tie = {.round = 2, .purpose = "runoff", .n = 2, .tied = both};
	Code		code;

	*out = (Star){.sum = wide_alloc(arena, sizeof(Wide) * (counts->options + 1))};
	for (uint32_t o = 1; o <= counts->options; o++)
		out->sum[o] = sum_of(counts, o);
	if (!two_lead(out, counts->options, out->finalist) &&
		((code = choose_finalist(&out->finalist[0], out, counts, 0, ties, arena, fault)) != CODE_OK ||
		 (code = choose_finalist(&out->finalist[1], out, counts, out->finalist[0], ties, arena, fault)) != CODE_OK))
		return code;
	a = out->finalist[0];
	b = out->finalist[1];
	out->winner = a;
	if (b == 0)
		return CODE_OK;

	out->votes[0] = higher(counts, a, b);
	out->votes[1] = higher(counts, b, a);
	if (out->votes[0] != out->votes[1])
	{
		out->winner = out->votes[0] > out->votes[1] ? a : b;
		return CODE_OK;
	}
	both[0] = a < b ? a : b;
	both[1] = a < b ? b : a;
	if (out->sum[a] != out->sum[b])
	{
		out->winner = out->sum[a] > out->sum[b] ? a : b;
		ties_record(ties, &tie, TIE_SCORE, out->winner);
		return CODE_OK;
	}
	return star_tie(&out->winner, counts, both, 2, 2, "runoff", ties, fault);
}
