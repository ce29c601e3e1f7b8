/*
 * funding.c -- quadratic funding.
 */
#include "budget/funding.h"

#include <inttypes.h>
#include <stdlib.h>

#include "budget/root.h"

/* ---- words */

const char *const formula_words[] = {
	[FORMULA_EXACT] = "exact", [FORMULA_SQUARE] = "square", [FORMULA_GITCOIN] = "gitcoin", NULL
};
const char *const scaling_words[] = {[SCALING_SATURATED] = "saturated", [SCALING_ALWAYS] = "always", NULL};
const char *const rounding_words[] = {
	[ROUNDING_LARGEST_REMAINDER] = "largest_remainder", [ROUNDING_FLOOR] = "floor", NULL
};

/* ---- claims */

Code
claims_list(Claims *out, const Contributions *c, const int32_t *id, uint32_t n, Arena *arena, Fault *fault)
{
	int32_t    *named = NULL;

	*out = (Claims){.n = n, .id = id};
	if (id == NULL)
	{
		for (uint32_t i = 0; i < c->n; i++)
			out->n += i == 0 || c->entry[i - 1].project != c->entry[i].project;
		out->id = named = arena_alloc(arena, sizeof(int32_t) * out->n);
	}
	if (out->n > FUNDING_PROJECTS_MAX)
		return fault_set(fault, CODE_TOO_LARGE, -1, "There are at most %d projects.", FUNDING_PROJECTS_MAX);
	for (uint32_t i = 0, at = 0; i < c->n; i++)
	{
		int32_t		project = c->entry[i].project;

		if (c->entry[i].amount < 0)
			return fault_set(fault, CODE_NEGATIVE_COUNT, project, "Contributor %" PRId64 " gave %" PRId64 " to project %" PRId32 ".",
							 c->entry[i].contributor, c->entry[i].amount, project);
		if (i > 0 && c->entry[i - 1].project == project)
			continue;
		if (named != NULL)
			named[at++] = project;
		else if (listed_find(id, n, project) == NOT_LISTED)
			return fault_set(fault, CODE_UNLISTED, project, "Project %" PRId32 " received something.", project);
	}
	out->claim = wide_alloc(arena, sizeof(Claim) * out->n);
	memset(out->claim, 0, sizeof(Claim) * out->n);
	return CODE_OK;
}

uint64_t
root_of_amount(int64_t amount)
{
	return root_of_wide((Wide) amount * INT64_C(1000000000000000000));
}

/* Return a * a + b - c, and nothing if that is less. */
static Big
ideal_of(Big a, Big b, Big c, Arena *arena)
{
	Big			sum = big_add(big_mul(a, a, arena), b, arena);

	return big_cmp(sum, c) > 0 ? big_sub(sum, c, arena) : BIG_ZERO;
}

void
claims_compute(Claims *claims, const Contributions *c, Formula formula, void (*pause)(void), Arena *arena)
{
	bool		whole = formula == FORMULA_GITCOIN;
	Big			unit = big_wide(wide_pow10(2 * ROOT_DECIMALS), arena);

	claims->root_decimals = whole ? 0 : ROOT_DECIMALS;
	claims->ideal_decimals = whole ? 0 : 2 * ROOT_DECIMALS;
	for (uint32_t i = 0; i < c->n;)
	{
		uint32_t	at = listed_find(claims->id, claims->n, c->entry[i].project);
		Claim	   *claim = &claims->claim[at];
		Wide		rest = 0;
		Big			received;

		for (; i < c->n && c->entry[i].project == claims->id[at]; i++)
		{
			int64_t		amount = c->entry[i].amount;
			int64_t		root = (int64_t) (whole ? root_of_word((uint64_t) amount) : root_of_amount(amount));

			if (pause != NULL && i % 65536 == 0)
				pause();
			claim->contributors++;
			claim->received += amount;
			claim->roots += root;
			if (whole)
				rest += amount - root * root;
		}
		/* At most 2^26 contributions of less than 2^63, and roots of less than 2^62. */
		received = big_wide(formula == FORMULA_SQUARE ? 0 : claim->received, arena);
		claim->ideal = ideal_of(big_wide(claim->roots, arena), big_wide(rest, arena),
								whole ? received : big_mul(received, unit, arena), arena);
	}
}

/* ---- dividing */

/* What rounding took from a share. */
typedef struct Lost
{
	Big			rest;			/* over a denominator that all have */
	uint32_t	i;
} Lost;

typedef struct Division
{
	const Claims *claims;
	const PoolRule *rule;
	Big			unit;			/* of the ideals */
	Listed	   *ties;
	Match	   *out;
	bool	   *done;			/* projects whose match is known */
	int64_t    *share;			/* of the others, rounded down */
	Lost	   *lost;
	void		(*pause)(void);
	Arena	   *arena;
	Arena	   *scratch;		/* for what is lost */
	Fault	   *fault;
} Division;

/* Add up the ideals of those who are not done. */
static Big
sum_of_ideals(const Division *d)
{
	Big			sum = BIG_ZERO;

	for (uint32_t i = 0; i < d->claims->n; i++)
		if (!d->done[i])
			sum = big_add(sum, d->claims->claim[i].ideal, d->scratch);
	return sum;
}

/*
 * Share money among those who are not done: everybody's ideal times money / all ideals, rounded down; or the ideals
 * themselves, if the money is enough and the rule has it so.  Return what is to be given away in all.
 */
static int64_t
share_money(Division *d, int64_t money)
{
	Big			sum;
	Big			pool;
	bool		scaled;
	uint64_t	whole;
	Big			quotient;

	arena_reset(d->scratch);
	if (d->pause != NULL)
		d->pause();
	sum = sum_of_ideals(d);
	pool = big_word((uint64_t) money, d->scratch);
	scaled = d->rule->scaling == SCALING_ALWAYS || big_cmp(sum, big_mul(pool, d->unit, d->scratch)) > 0;
	whole = sum.n > 0 ? (uint64_t) money : 0;
	if (!scaled)
	{
		big_divide(&quotient, NULL, sum, d->unit, d->scratch);
		big_to_word(&whole, quotient);		/* it is no more than the money */
	}
	for (uint32_t i = 0; i < d->claims->n; i++)
	{
		Big			ideal = d->claims->claim[i].ideal;
		uint64_t	part = 0;

		d->share[i] = 0;
		d->lost[i] = (Lost){BIG_ZERO, i};
		if (d->done[i] || ideal.n == 0)
			continue;
		if (scaled)
			big_divide(&quotient, &d->lost[i].rest, big_mul(ideal, pool, d->scratch), sum, d->scratch);
		else
			big_divide(&quotient, &d->lost[i].rest, ideal, d->unit, d->scratch);
		big_to_word(&part, quotient);
		d->share[i] = (int64_t) part;
	}
	return (int64_t) whole;
}

/* Order by what was lost, the most first, then by the projects' numbers. */
static int
compare_lost(const void *a, const void *b)
{
	const Lost *left = a;
	const Lost *right = b;
	int			order = big_cmp(right->rest, left->rest);

	return order != 0 ? order : (left->i > right->i) - (left->i < right->i);
}

/* Give one unit to as many of n projects that lost the same as there are units left, fewer than n. */
static Code
draw_units(Division *d, const Lost *lost, uint32_t n, int64_t left)
{
	uint32_t   *tied = arena_alloc(d->arena, sizeof(uint32_t) * n);

	for (uint32_t k = 0; k < n; k++)
		tied[k] = lost[k].i + 1;
	for (; left > 0; left--, n--)
	{
		Tie			tie = {.round = 1, .purpose = "unit", .n = n, .tied = arena_copy(d->arena, tied, sizeof(uint32_t) * n)};
		uint32_t	chosen;
		uint32_t	kept = 0;
		Code		code;

		if (d->pause != NULL)
			d->pause();
		if ((code = listed_break(&chosen, d->ties, &tie, d->fault)) != CODE_OK)
			return code;
		d->out[chosen - 1].match++;
		for (uint32_t k = 0; k < n; k++)
		{
			d->out[tied[k] - 1].tie = d->ties->ties.last;
			if (tied[k] != chosen)
				tied[kept++] = tied[k];
		}
	}
	return CODE_OK;
}

/* Hand out what rounding left of the money, one unit to each of those who lost most. */
static Code
give_units(Division *d, int64_t left)
{
	uint32_t	n = d->claims->n;

	qsort(d->lost, n, sizeof(Lost), compare_lost);
	for (uint32_t i = 0; i < n && left > 0;)
	{
		uint32_t	end = i;

		while (end < n && big_cmp(d->lost[end].rest, d->lost[i].rest) == 0)
			end++;
		if (end - i > left)
			return draw_units(d, d->lost + i, end - i, left);
		left -= end - i;
		for (; i < end; i++)
			d->out[d->lost[i].i].match++;
	}
	return CODE_OK;
}

/* Give the cap to all whose share is beyond it; return how many they are. */
static uint32_t
apply_cap(Division *d)
{
	uint32_t	n = 0;

	for (uint32_t i = 0; i < d->claims->n; i++)
		if (!d->done[i] &&
			(d->share[i] > d->rule->cap || (d->share[i] == d->rule->cap && d->lost[i].rest.n > 0)))
		{
			d->done[i] = true;
			d->out[i].match = d->rule->cap;
			n++;
		}
	return n;
}

/* Divide to the last unit. */
static Code
divide_exactly(Division *d)
{
	int64_t		money = d->rule->pool;
	int64_t		left = share_money(d, money);
	uint32_t	capped;

	while ((capped = apply_cap(d)) > 0)
	{
		money -= (int64_t) capped * d->rule->cap;	/* each had at least that */
		left = share_money(d, money);
	}
	for (uint32_t i = 0; i < d->claims->n; i++)
		if (!d->done[i])
		{
			d->out[i].match = d->share[i];
			left -= d->share[i];
		}
	return left > 0 ? give_units(d, left) : CODE_OK;
}

/* Pass on what is beyond the cap, again and again, rounded down. */
static void
pass_on(Division *d)
{
	for (;;)
	{
		Wide		over = 0;
		Wide		base = 0;

		if (d->pause != NULL)
			d->pause();
		for (uint32_t i = 0; i < d->claims->n; i++)
			if (d->out[i].match > d->rule->cap)
			{
				over += d->out[i].match - d->rule->cap;
				d->out[i].match = d->rule->cap;
			}
			else if (d->out[i].match < d->rule->cap)
				base += d->out[i].match;
		if (over == 0 || base == 0)
			return;
		for (uint32_t i = 0; i < d->claims->n; i++)
			if (d->out[i].match < d->rule->cap)
				d->out[i].match += (int64_t) (over * d->out[i].match / base);
	}
}

Code
pool_divide(Match *out, const Claims *claims, const PoolRule *rule, Listed *ties, void (*pause)(void), Arena *arena,
			Arena *scratch, Fault *fault)
{
	uint32_t	n = claims->n;
	Division	d = {
		.claims = claims, .rule = rule, .unit = big_wide(wide_pow10(claims->ideal_decimals), arena), .ties = ties, .out = out,
		.done = arena_zero(arena, sizeof(bool) * n), .share = arena_alloc(arena, sizeof(int64_t) * n),
		.lost = arena_alloc(arena, sizeof(Lost) * n), .pause = pause, .arena = arena, .scratch = scratch,
		.fault = fault
	};

	if (rule->pool < 0 || rule->cap < 0)
		return fault_set(fault, CODE_BAD_TERMS, -1, "The pool and the cap are 0 or more.");
	share_money(&d, rule->pool);
	for (uint32_t i = 0; i < n; i++)
		out[i] = (Match){.uncapped = d.share[i], .match = d.share[i]};
	if (n == 0)
		return CODE_OK;
	if (rule->rounding == ROUNDING_LARGEST_REMAINDER)
		return divide_exactly(&d);
	pass_on(&d);
	return CODE_OK;
}

/* ---- alpha */

Code
alpha_divide(Big *out, Big *alpha, const AlphaRule *rule, const Wide *votes, const Wide *credits, uint32_t n,
			 Arena *arena, Fault *fault)
{
	Big			one = big_wide(wide_pow10(ALPHA_DECIMALS), arena);
	Big			squares = BIG_ZERO;
	Big			spent = BIG_ZERO;
	Big			given;

	for (uint32_t i = 0; i < n; i++)
	{
		Big			v = big_wide(votes[i], arena);

		squares = big_add(squares, big_mul(v, v, arena), arena);
		spent = big_add(spent, big_wide(credits[i], arena), arena);
	}
	given = big_mul(spent, rule->factor, arena);
	if (rule->factor.n == 0 || big_cmp(rule->budget, given) < 0)
		return fault_set(fault, CODE_BAD_TERMS, -1, "The budget is less than what the credits are worth.");
	if (big_cmp(squares, spent) <= 0)
		return fault_set(fault, CODE_BAD_TERMS, -1, "No project has votes of more than one voter.");
	big_divide(alpha, NULL, big_mul(big_sub(rule->budget, given, arena), one, arena),
			   big_mul(rule->factor, big_sub(squares, spent, arena), arena), arena);
	for (uint32_t i = 0; i < n; i++)
	{
		Big			v = big_wide(votes[i], arena);
		Big			worth = big_mul(rule->factor, big_wide(credits[i], arena), arena);
		Big			gain = big_add(big_mul(big_mul(*alpha, rule->factor, arena), big_mul(v, v, arena), arena),
								   big_mul(one, worth, arena), arena);
		Big			loss = big_mul(*alpha, worth, arena);

		/* Votes that cancel each other out may leave a project less than nothing. */
		out[i] = BIG_ZERO;
		if (big_cmp(gain, loss) > 0)
			big_divide(&out[i], NULL, big_sub(gain, loss, arena), one, arena);
	}
	return CODE_OK;
}
