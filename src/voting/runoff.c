/*
 * runoff.c -- counts instant runoffs.
 *
 * Each option has a pile of sheets, linked by their numbers.  When it is excluded, its pile is dealt out, so that a sheet
 * is touched once for each option on it, whatever the number of rounds.
 */
#include "voting/runoff.h"

#include <inttypes.h>

#define NO_SHEET UINT32_MAX
#define PAUSE_SHEETS 65536

typedef struct Count
{
	Runoff	   *out;
	const RunoffRules *rules;
	Sheets		sheets;
	uint8_t    *in;				/* of each option: it is still in the count */
	uint8_t    *elected;
	uint32_t	left;			/* options in the count */
	uint32_t   *pile;			/* first sheet of each option; [0] of those that wait */
	uint32_t   *next;			/* sheet in the same pile */
	int64_t    *votes;			/* [0]: exhausted */
	const Wide **history;		/* votes of each round, for ties */
	uint32_t	rounds_room;
	size_t		transfers_room;
	void		(*pause)(void);
	Arena	   *arena;
	Fault	   *fault;
} Count;

/* Put a sheet on the pile of its next option; one that waits counts with those that are exhausted. */
static inline uint32_t
deal(Count *c, uint32_t sheet)
{
	uint32_t	to = sheet_next(&c->sheets.sheet[sheet], c->in, c->rules->sheets.overvote);
	uint32_t	pile = to == SHEET_WAITS ? 0 : to;

	if (sheet % PAUSE_SHEETS == 0 && c->pause != NULL)
		c->pause();
	c->votes[pile] += c->sheets.sheet[sheet].weight;	/* no sum is greater than that of all weights, which fits */
	if (to != SHEET_EXHAUSTED)
	{
		c->next[sheet] = c->pile[pile];
		c->pile[pile] = sheet;
	}
	return pile;
}

/* ---- rounds */

/* Give an array room for one item more. */
static void *
more(Arena *arena, const void *array, size_t n, size_t width, size_t room)
{
	void	   *grown = arena_alloc(arena, width * room);

	return n > 0 ? memcpy(grown, array, width * n) : grown;
}

/* Note down the votes and who is where. */
static RunoffRound *
note_round(Count *c)
{
	uint32_t	m = c->out->options;
	Wide	   *votes = wide_alloc(c->arena, sizeof(Wide) * (m + 1));
	RunoffRound *round;

	if (c->out->rounds == c->rounds_room)
	{
		c->rounds_room = c->rounds_room > 0 ? 2 * c->rounds_room : 16;
		c->out->round = more(c->arena, c->out->round, c->out->rounds, sizeof(RunoffRound), c->rounds_room);
		c->history = more(c->arena, c->history, c->out->rounds, sizeof(Wide *), c->rounds_room);
	}
	for (uint32_t o = 0; o <= m; o++)
		votes[o] = c->votes[o];
	c->history[c->out->rounds] = votes;
	round = &c->out->round[c->out->rounds++];
	*round = (RunoffRound){
		.votes = arena_copy(c->arena, c->votes, sizeof(int64_t) * (m + 1)),
		.status = arena_zero(c->arena, sizeof(RunoffStatus) * (m + 1))
	};
	for (uint32_t o = 1; o <= m; o++)
		if (c->rules->sheets.withdrawn != NULL && c->rules->sheets.withdrawn[o])
			round->status[o] = RUNOFF_WITHDRAWN;
		else
			round->status[o] = c->elected[o] ? RUNOFF_ELECTED : c->in[o] ? RUNOFF_CONTINUING : RUNOFF_OUT;
	return round;
}

static void
elect(Count *c, RunoffRound *round, uint32_t option)
{
	c->elected[option] = 1;
	round->status[option] = RUNOFF_ELECTED;
}

static int64_t
votes_in_round(const Count *c)
{
	int64_t		sum = 0;

	for (uint32_t o = 1; o <= c->out->options; o++)
		sum += c->votes[o];
	return sum;
}

/* Set what is needed to be elected in a round: more than half, or a share. */
static void
set_needed(Count *c, RunoffRound *round)
{
	int64_t		base = c->rules->majority_of == MAJORITY_OF_BALLOTS ? c->out->ballots : votes_in_round(c);

	if (c->rules->seats > 1)
		return;
	if (c->rules->majority_of == MAJORITY_OF_FIRST_ROUND && c->out->rounds > 1)
	{
		round->needed = c->out->round[0].needed;
		round->needed_den = c->out->round[0].needed_den;
		return;
	}
	round->needed = wide_alloc(c->arena, sizeof(Wide));
	round->needed_den = c->rules->share_num > 0 ? c->rules->share_den : 1;
	*round->needed = c->rules->share_num > 0 ? (Wide) base * c->rules->share_num : base / 2 + 1;
}

static bool
has_needed(const Count *c, const RunoffRound *round, uint32_t option)
{
	return (Wide) c->votes[option] * round->needed_den >= *round->needed;
}

/* ---- who is elected */

/* List those in the count with the most votes, or with the fewest. */
static uint32_t
list_extreme(const Count *c, uint32_t *list, bool fewest)
{
	uint32_t	n = 0;

	for (uint32_t o = 1; o <= c->out->options; o++)
	{
		if (!c->in[o])
			continue;
		if (n > 0 && c->votes[o] != c->votes[list[0]])
		{
			if ((c->votes[o] > c->votes[list[0]]) == fewest)
				continue;
			n = 0;
		}
		list[n++] = o;
	}
	return n;
}

static Tie
tie_of(const Count *c, const char *purpose, bool worst, uint32_t *tied, uint32_t n)
{
	return (Tie){.round = c->out->rounds, .purpose = purpose, .worst = worst, .votes = c->history, .rounds = c->out->rounds - 1,
	.n = n, .tied = tied};
}

/* Elect the one with the most votes, when no more than run_to are left. */
static Code
elect_first(Count *c, RunoffRound *round, uint32_t *list)
{
	uint32_t	n = list_extreme(c, list, false);
	Tie			tie = tie_of(c, "elect", false, list, n);
	TieRule		rule;
	uint32_t	chosen = list[0];
	Code		code;

	if (n > 1)
	{
		if ((code = ties_break(&chosen, &rule, c->out->ties, &tie, c->fault)) != CODE_OK)
			return code;
		if (chosen == 0)
			return fault_set(c->fault, CODE_TIE_UNBROKEN, -1, "All %u options that are left are tied, and the rule all would leave none.",
							 n);
	}
	elect(c, round, chosen);
	return CODE_OK;
}

/* Elect all who are left, if that is how the count ends; *over says whether it does. */
static void
elect_all(Count *c, RunoffRound *round, bool *over)
{
	*over = c->left <= c->rules->seats;
	if (c->rules->share_num > 0)
	{
		*over = true;
		for (uint32_t o = 1; o <= c->out->options; o++)
			*over = *over && (!c->in[o] || has_needed(c, round, o));
	}
	for (uint32_t o = 1; *over && o <= c->out->options; o++)
		if (c->in[o])
			elect(c, round, o);
}

/* Elect by a majority; *over says whether the count is at its end. */
static Code
elect_by_majority(Count *c, RunoffRound *round, uint32_t *list, bool *over)
{
	bool		decided = false;
	Code		code;

	for (uint32_t o = 1; o <= c->out->options; o++)
		if (c->in[o] && (c->elected[o] || has_needed(c, round, o)))
		{
			elect(c, round, o);
			decided = true;
		}
	*over = c->left <= (c->rules->run_to > 2 ? c->rules->run_to : 2) || (decided && c->rules->run_to <= 1);
	if (*over && !decided)
	{
		if (c->left > 2)
			*over = false;			/* run_to is reached, but there is no majority yet */
		else if ((code = elect_first(c, round, list)) != CODE_OK)
			return code;
	}
	return CODE_OK;
}

/* ---- who is excluded */

/* Choose those who go first of all, after the first round. */
static uint32_t
choose_first_out(const Count *c, uint32_t *list)
{
	uint32_t	n = 0;

	if (c->out->rounds > 1)
		return 0;
	for (uint32_t o = 1; o <= c->out->options; o++)
		if (c->in[o] && !c->elected[o] &&
			((c->rules->first_out != NULL && c->rules->first_out[o] && c->votes[o] > 0) || c->votes[o] < c->rules->minimum))
			list[n++] = o;
	return n < c->left ? n : 0;
}

static int
order_by_votes(const void *context, uint32_t a, uint32_t b)
{
	const Count *c = context;

	if (c->in[a] != c->in[b])
		return c->in[a] ? 1 : -1;
	return wide_cmp(c->votes[a], c->votes[b]);
}

/*
 * Choose as many of the last as there are who together have fewer votes than the next one, so that none of them could
 * ever have come before him; but leave as many as the count is to run to.
 */
static uint32_t
choose_batch(const Count *c, uint32_t *list)
{
	uint32_t	m = c->out->options;
	uint32_t   *order = arena_alloc(c->arena, sizeof(uint32_t) * m);
	int64_t		keep = c->rules->seats > 1 ? c->rules->seats : c->rules->run_to;
	int64_t		below = 0;
	uint32_t	batch = 0;

	places_sort(order, m, order_by_votes, c, c->arena);
	for (uint32_t n = 1; n < c->left && c->left - n >= keep; n++)
	{
		below += c->votes[order[c->left - n]];
		if (below < c->votes[order[c->left - n - 1]])
			batch = n;
	}
	for (uint32_t i = 0; i < batch; i++)
		list[i] = order[c->left - 1 - i];
	return batch;
}

/* Choose whoever has the fewest votes. */
static Code
choose_last(Count *c, uint32_t *list, uint32_t *n)
{
	Tie			tie;
	TieRule		rule;
	uint32_t	chosen;
	Code		code;

	*n = list_extreme(c, list, true);
	if (*n == 1)
		return CODE_OK;
	tie = tie_of(c, "exclude", true, list, *n);
	if ((code = ties_break(&chosen, &rule, c->out->ties, &tie, c->fault)) != CODE_OK)
		return code;
	*n = tie.n;
	if (*n == c->left)
		return fault_set(c->fault, CODE_TIE_UNBROKEN, -1, "All %u options that are left are tied, and the rule all would leave none.",
						 *n);
	return CODE_OK;
}

static Code
choose_excluded(Count *c, uint32_t *list, uint32_t *n)
{
	if ((*n = choose_first_out(c, list)) > 0 || (c->rules->batch && (*n = choose_batch(c, list)) > 0))
		return CODE_OK;
	return choose_last(c, list, n);
}

static void
note_transfers(Count *c, uint32_t from, const int64_t *to)
{
	for (uint32_t o = 0; o <= c->out->options; o++)
	{
		if (to[o] == 0)
			continue;
		if (c->out->transfers == c->transfers_room)
		{
			c->transfers_room = c->transfers_room > 0 ? 2 * c->transfers_room : 64;
			c->out->transfer = more(c->arena, c->out->transfer, c->out->transfers, sizeof(RunoffTransfer), c->transfers_room);
		}
		c->out->transfer[c->out->transfers++] = (RunoffTransfer){c->out->rounds + 1, from, o, to[o]};
	}
}

/* Deal out the pile of an option, or of those that wait. */
static void
deal_pile(Count *c, uint32_t pile, int64_t *to)
{
	uint32_t	sheet = c->pile[pile];

	memset(to, 0, sizeof(int64_t) * (c->out->options + 1));
	c->pile[pile] = NO_SHEET;
	while (sheet != NO_SHEET)
	{
		uint32_t	next = c->next[sheet];
		int64_t		weight = c->sheets.sheet[sheet].weight;

		c->votes[pile] -= weight;
		to[deal(c, sheet)] += weight;
		sheet = next;
	}
	if (pile == 0)
		to[0] = 0;					/* those went nowhere */
	note_transfers(c, pile, to);
}

/* Take options out of the count, and deal out their piles. */
static void
exclude(Count *c, RunoffRound *round, const uint32_t *list, uint32_t n, int64_t *to)
{
	for (uint32_t i = 0; i < n; i++)
	{
		round->status[list[i]] = RUNOFF_EXCLUDED;
		c->in[list[i]] = 0;
		c->left--;
	}
	deal_pile(c, 0, to);
	for (uint32_t i = 0; i < n; i++)
		deal_pile(c, list[i], to);
}

static Code
check_rules(const RunoffRules *rules, Fault *fault)
{
	if (rules->run_to < 1)
		return fault_set(fault, CODE_BAD_RULE, rules->run_to, "At least one option must be left.");
	if (rules->share_num < 0 ||
		(rules->share_num > 0 && (rules->share_den < rules->share_num || rules->share_den > wide_pow10(SHARE_DECIMALS))))
		return fault_set(fault, CODE_BAD_RULE, rules->share_num, "A share is a fraction from 0 to 1, of at most a million parts.");
	if (rules->share_num > 0 && (rules->seats > 1 || rules->batch))
		return fault_set(fault, CODE_BAD_RULE, rules->share_num, "With a share there are neither seats nor batches.");
	return seats_check(rules->seats, fault);
}

Code
runoff_count(Runoff *out, const Profile *profile, const RunoffRules *rules, Ties *ties, void (*pause)(void), Arena *arena,
			 Fault *fault)
{
	uint32_t	m = profile->options;
	Count		c = {.out = out, .rules = rules, .pause = pause, .arena = arena, .fault = fault};
	uint32_t   *list = arena_alloc(arena, sizeof(uint32_t) * m);
	int64_t    *to = arena_alloc(arena, sizeof(int64_t) * (m + 1));
	bool		over = false;
	Code		code;

	if ((code = check_rules(rules, fault)) != CODE_OK ||
		(code = sheets_read(&c.sheets, profile, &rules->sheets, pause, arena, fault)) != CODE_OK)
		return code;
	*out = (Runoff){.options = m, .ballots = c.sheets.ballots, .blank = c.sheets.blank, .ties = ties};
	c.in = arena_zero(arena, m + 1);
	c.elected = arena_zero(arena, m + 1);
	c.pile = arena_alloc(arena, sizeof(uint32_t) * (m + 1));
	c.next = arena_alloc(arena, sizeof(uint32_t) * c.sheets.n);
	c.votes = arena_zero(arena, sizeof(int64_t) * (m + 1));
	c.pile[0] = NO_SHEET;
	for (uint32_t o = 1; o <= m; o++)
	{
		c.in[o] = rules->sheets.withdrawn == NULL || !rules->sheets.withdrawn[o];
		c.left += c.in[o];
		c.pile[o] = NO_SHEET;
	}
	for (uint32_t i = 0; i < c.sheets.n; i++)
		deal(&c, i);

	for (;;)
	{
		RunoffRound *round = note_round(&c);
		uint32_t	n;

		set_needed(&c, round);
		if (votes_in_round(&c) == 0)
			return CODE_OK;
		if (rules->seats > 1 || rules->share_num > 0)
			elect_all(&c, round, &over);
		else if ((code = elect_by_majority(&c, round, list, &over)) != CODE_OK)
			return code;
		if (over || c.left <= 1)
			return CODE_OK;
		if ((code = choose_excluded(&c, list, &n)) != CODE_OK)
			return code;
		exclude(&c, round, list, n, to);
		if (pause != NULL)
			pause();
	}
}
