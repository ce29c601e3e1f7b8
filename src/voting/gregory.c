/*
 * gregory.c -- counts by the rules scottish and wigm: papers lie in piles and have a value.
 */
#include "voting/stv_state.h"

#define NO_SHEET UINT32_MAX
#define PAUSE_SHEETS 65536

typedef struct Gregory
{
	StvCount   *c;
	int64_t    *value;			/* of each sheet, in units */
	uint32_t   *pile;			/* first sheet of each option */
	uint32_t   *next;			/* sheet in the same pile */
	uint8_t    *pending;		/* of each option: it has a surplus that has not gone on */
} Gregory;

/* Put a sheet on the pile of its next option, with the value it has. */
static inline void
deal(Gregory *g, uint32_t sheet)
{
	StvCount   *c = g->c;
	uint32_t	to = sheet_next(&c->sheets.sheet[sheet], c->in, c->rules->sheets.overvote);
	Wide		votes = (Wide) g->value[sheet] * c->sheets.sheet[sheet].weight;

	if (sheet % PAUSE_SHEETS == 0 && c->pause != NULL)
		c->pause();
	if (to == SHEET_EXHAUSTED)
		c->sums[SUM_EXHAUSTED] += votes;
	else
	{
		c->votes[to] += votes;
		g->next[sheet] = g->pile[to];
		g->pile[to] = sheet;
	}
}

/* Deal out the pile of an option that takes no more votes. */
static void
deal_pile(Gregory *g, uint32_t option)
{
	uint32_t	sheet = g->pile[option];

	g->pile[option] = NO_SHEET;
	while (sheet != NO_SHEET)
	{
		uint32_t	next = g->next[sheet];

		deal(g, sheet);
		sheet = next;
	}
}

/* Lower the values of an option's papers to what its surplus is worth. */
static Code
lower_values(Gregory *g, uint32_t option, Wide surplus)
{
	int64_t		before = -1;
	Wide		after = 0;

	for (uint32_t sheet = g->pile[option]; sheet != NO_SHEET; sheet = g->next[sheet])
	{
		if (g->value[sheet] != before)
		{
			before = g->value[sheet];
			if (wide_muldiv_overflows(before, surplus, g->c->votes[option], WIDE_DOWN, &after))
				return fault_set(g->c->fault, CODE_NUMBER_OVERFLOW, option, "A surplus cannot be divided.");
		}
		g->value[sheet] = (int64_t) after;
	}
	return CODE_OK;
}

static Wide
surplus_of(const Gregory *g, uint32_t option)
{
	return g->pending[option] ? g->c->votes[option] - g->c->sums[SUM_QUOTA] : 0;
}

/* Elect whoever has the quota, and add up the surpluses. */
static void
elect(Gregory *g)
{
	StvCount   *c = g->c;

	stv_elect_by_quota(c);
	c->sums[SUM_SURPLUS] = 0;
	for (uint32_t o = 1; o <= c->out->options; o++)
	{
		if (c->event[o] == EVENT_ELECTED)
		{
			c->in[o] = 0;
			g->pending[o] = c->votes[o] > c->sums[SUM_QUOTA];
		}
		c->sums[SUM_SURPLUS] += surplus_of(g, o);
	}
}

/* Let the greatest surplus go on. */
static Code
transfer_surplus(Gregory *g)
{
	StvCount   *c = g->c;
	Wide		greatest = 0;
	Wide		surplus;
	Wide		before = 0;
	uint32_t	n = 0;
	uint32_t	option;
	Code		code;

	for (uint32_t o = 1; o <= c->out->options; o++)
	{
		surplus = surplus_of(g, o);
		if (surplus == 0 || surplus < greatest)
			continue;
		if (surplus > greatest)
			n = 0;
		greatest = surplus;
		c->list[n++] = o;
	}
	if ((code = stv_choose(c, &option, "surplus", false, n, c->out->rounds)) != CODE_OK ||
		(code = lower_values(g, option, greatest)) != CODE_OK)
		return code;
	for (uint32_t o = 1; o <= c->out->options; o++)
		before += c->votes[o];
	before += c->sums[SUM_EXHAUSTED];
	g->pending[option] = 0;
	c->votes[option] = c->sums[SUM_QUOTA];
	deal_pile(g, option);
	c->event[option] = EVENT_SURPLUS;
	for (uint32_t o = 1; o <= c->out->options; o++)
		before -= c->votes[o];
	c->sums[SUM_LOST] += before - c->sums[SUM_EXHAUSTED];
	return CODE_OK;
}

/*
 * List those who cannot catch up: the largest set from the bottom whose votes, with all surpluses, are fewer than those of
 * the next one, and without whom there are enough to fill the seats.
 */
static uint32_t
list_batch(Gregory *g)
{
	StvCount   *c = g->c;
	uint32_t	listed = 0;
	Wide		sum = c->sums[SUM_SURPLUS];
	uint32_t	batch = 0;
	Wide		last = -1;

	/* From the fewest votes up, level by level. */
	for (;;)
	{
		Wide		level = WIDE_MAX;

		for (uint32_t o = 1; o <= c->out->options; o++)
			if (c->status[o] == STV_CONTINUING && c->votes[o] > last && c->votes[o] < level)
				level = c->votes[o];
		if (level == WIDE_MAX)
			return batch;
		if (listed > 0 && sum < level && c->elected + c->continuing - listed >= c->rules->seats)
			batch = listed;
		for (uint32_t o = 1; o <= c->out->options; o++)
			if (c->status[o] == STV_CONTINUING && c->votes[o] == level)
			{
				sum += level;
				c->list[listed++] = o;
			}
		last = level;
	}
}

static void
take_out(Gregory *g, uint32_t option)
{
	stv_exclude(g->c, option);
	g->c->in[option] = 0;
}

/* Let the votes of an excluded option go on. */
static void
transfer_excluded(Gregory *g, uint32_t option)
{
	g->c->votes[option] = 0;
	deal_pile(g, option);
}

/* Do the next thing, whatever it is; *over if it ends the count without a transfer. */
static Code
step(Gregory *g, bool *over)
{
	StvCount   *c = g->c;
	uint32_t	option;
	uint32_t	batch;
	Code		code;

	if (c->rules->batch && (batch = list_batch(g)) > 0)
	{
		for (uint32_t i = 0; i < batch; i++)
			take_out(g, c->list[i]);
		*over = c->elected + c->continuing <= c->rules->seats;
		for (uint32_t i = 0; i < batch && !*over; i++)
			transfer_excluded(g, c->list[i]);
		return CODE_OK;
	}
	if (c->sums[SUM_SURPLUS] > 0)
		return transfer_surplus(g);
	if ((code = stv_choose(c, &option, "exclude", true, stv_list_last(c, 0), c->out->rounds)) != CODE_OK)
		return code;
	take_out(g, option);
	transfer_excluded(g, option);
	return CODE_OK;
}

static void
set_quota(StvCount *c)
{
	Wide		votes = 0;
	int64_t		seats = c->rules->seats;

	for (uint32_t o = 1; o <= c->out->options; o++)
		votes += c->votes[o];
	switch (c->rules->quota)
	{
		case QUOTA_DROOP:
			c->sums[SUM_QUOTA] = (votes / c->unit / (seats + 1) + 1) * c->unit;
			break;
		case QUOTA_HARE:
			c->sums[SUM_QUOTA] = votes / seats > 0 ? votes / seats : 1;
			break;
		default:
			c->sums[SUM_QUOTA] = votes / (seats + 1) + 1;
			break;
	}
}

Code
gregory_count(StvCount *c)
{
	uint32_t	m = c->out->options;
	Gregory		g = {.c = c};
	bool		over = false;
	Code		code;

	g.value = arena_alloc(c->arena, sizeof(int64_t) * c->sheets.n);
	g.next = arena_alloc(c->arena, sizeof(uint32_t) * c->sheets.n);
	g.pile = arena_alloc(c->arena, sizeof(uint32_t) * (m + 1));
	g.pending = arena_zero(c->arena, m + 1);
	for (uint32_t o = 0; o <= m; o++)
		g.pile[o] = NO_SHEET;
	for (uint32_t i = 0; i < c->sheets.n; i++)
	{
		g.value[i] = c->unit;
		deal(&g, i);
	}
	set_quota(c);
	if (c->sums[SUM_EXHAUSTED] == (Wide) (c->sheets.ballots - c->sheets.blank) * c->unit)
	{
		stv_note(c, 0);				/* nobody has a vote */
		return CODE_OK;
	}
	for (;;)
	{
		elect(&g);
		over = stv_is_over(c) || over;
		stv_note(c, 0);
		if (over)
			return CODE_OK;
		if ((code = step(&g, &over)) != CODE_OK)
			return code;
	}
}
