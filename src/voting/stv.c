/*
 * stv.c -- what all rules of the single transferable vote share: quota, election, rounds, the end.
 */
#include "voting/stv_state.h"

#include <inttypes.h>

void
stv_note(StvCount *c, uint32_t iterations)
{
	Stv		   *out = c->out;
	size_t		items = out->options + 1;
	StvRound   *round;

	if (out->rounds == c->rounds_room)
	{
		uint32_t	room = out->rounds > 0 ? 2 * out->rounds : 16;
		StvRound   *rounds = arena_alloc(c->arena, sizeof(StvRound) * room);
		const Wide **history = arena_alloc(c->arena, sizeof(Wide *) * room);

		if (out->rounds > 0)
		{
			memcpy(rounds, out->round, sizeof(StvRound) * out->rounds);
			memcpy(history, c->history, sizeof(Wide *) * out->rounds);
		}
		out->round = rounds;
		c->history = history;
		c->rounds_room = room;
	}
	round = &out->round[out->rounds];
	round->votes = wide_alloc(c->arena, sizeof(Wide) * items);
	memcpy(round->votes, c->votes, sizeof(Wide) * items);
	round->keep = c->keep != NULL ? arena_copy(c->arena, c->keep, sizeof(int64_t) * items) : NULL;
	round->status = arena_copy(c->arena, c->status, sizeof(StvStatus) * items);
	round->event = arena_copy(c->arena, c->event, sizeof(StvEvent) * items);
	round->sums = wide_alloc(c->arena, sizeof(Wide) * SUMS);
	memcpy(round->sums, c->sums, sizeof(Wide) * SUMS);
	round->iterations = iterations;
	c->history[out->rounds++] = round->votes;
	memset(c->event, 0, sizeof(StvEvent) * items);
	if (c->pause != NULL)
		c->pause();
}

static void
elect(StvCount *c, uint32_t option)
{
	c->status[option] = STV_ELECTED;
	c->event[option] = EVENT_ELECTED;
	c->continuing--;
	c->elected++;
}

void
stv_exclude(StvCount *c, uint32_t option)
{
	c->status[option] = STV_EXCLUDED;
	c->event[option] = EVENT_EXCLUDED;
	c->continuing--;
}

void
stv_elect_by_quota(StvCount *c)
{
	for (uint32_t o = 1; o <= c->out->options; o++)
		if (c->status[o] == STV_CONTINUING && c->votes[o] >= c->sums[SUM_QUOTA])
			elect(c, o);
}

bool
stv_is_over(StvCount *c)
{
	bool		filled = c->elected >= c->rules->seats;

	if (!filled && c->elected + c->continuing > c->rules->seats)
		return false;
	for (uint32_t o = 1; o <= c->out->options; o++)
		if (c->status[o] == STV_CONTINUING)
		{
			if (!filled)
				elect(c, o);
			else
				c->status[o] = STV_NOT_ELECTED;
		}
	return true;
}

Code
stv_choose(StvCount *c, uint32_t *chosen, const char *purpose, bool worst, uint32_t n, uint32_t round)
{
	Tie			tie = {.round = round, .purpose = purpose, .worst = worst, .votes = c->history, .rounds = round - 1, .n = n,
	.tied = c->list};
	TieRule		rule;

	*chosen = c->list[0];
	return n > 1 ? ties_break(chosen, &rule, c->out->ties, &tie, c->fault) : CODE_OK;
}

uint32_t
stv_list_last(StvCount *c, Wide within)
{
	uint32_t	n = 0;
	Wide		least = WIDE_MAX;

	for (uint32_t o = 1; o <= c->out->options; o++)
		if (c->status[o] == STV_CONTINUING && c->votes[o] < least)
			least = c->votes[o];
	for (uint32_t o = 1; o <= c->out->options; o++)
		if (c->status[o] == STV_CONTINUING && c->votes[o] <= least + within)
			c->list[n++] = o;
	return n;
}

/* Set the decimals and the quota that a rule has, where nobody asks for others. */
static Code
check_rules(StvRules *rules, Fault *fault)
{
	static const int own_decimals[] = {[STV_SCOTTISH] = 5, [STV_WIGM] = 4, [STV_MEEK] = MEEK_DECIMALS};

	if (rules->decimals < -1 || rules->decimals > STV_DECIMALS_MAX)
		return fault_set(fault, CODE_BAD_RULE, rules->decimals, "Votes have 0 to %d decimals.", STV_DECIMALS_MAX);
	if (rules->rule == STV_MEEK && (rules->quota != QUOTA_OWN || (rules->decimals != -1 && rules->decimals != MEEK_DECIMALS)))
		return fault_set(fault, CODE_BAD_RULE, -1, "Meek's method has its own quota, and %d decimals.", MEEK_DECIMALS);
	if (rules->sheets.overvote == OVERVOTE_WAIT || (rules->rule == STV_MEEK && rules->sheets.overvote == OVERVOTE_IF_ONE))
		return fault_set(fault, CODE_BAD_RULE, -1, "This rule does not read overvotes in that way.");
	if (rules->batch && rules->rule != STV_WIGM)
		return fault_set(fault, CODE_BAD_RULE, -1, "Batches are excluded by the rule wigm only.");
	if (rules->decimals == -1)
		rules->decimals = own_decimals[rules->rule];
	if (rules->quota == QUOTA_OWN)
		rules->quota = rules->rule == STV_SCOTTISH ? QUOTA_DROOP : QUOTA_FRACTION;
	return seats_check(rules->seats, fault);
}

Code
stv_count(Stv *out, const Profile *profile, const StvRules *given, Ties *ties, void (*pause)(void), Arena *arena, Fault *fault)
{
	uint32_t	m = profile->options;
	StvRules	rules = *given;
	StvCount	c = {.out = out, .rules = &rules, .pause = pause, .arena = arena, .fault = fault};
	Code		code;

	if ((code = check_rules(&rules, fault)) != CODE_OK ||
		(code = sheets_read(&c.sheets, profile, &rules.sheets, pause, arena, fault)) != CODE_OK)
		return code;
	*out = (Stv){.options = m, .decimals = (int) rules.decimals, .ballots = c.sheets.ballots, .blank = c.sheets.blank,
	.ties = ties};
	c.unit = (int64_t) wide_pow10(out->decimals);
	c.in = arena_zero(arena, m + 1);
	c.status = arena_zero(arena, sizeof(StvStatus) * (m + 1));
	c.event = arena_zero(arena, sizeof(StvEvent) * (m + 1));
	c.list = arena_alloc(arena, sizeof(uint32_t) * (m + 1));
	c.votes = wide_alloc(arena, sizeof(Wide) * (m + 1));
	memset(c.votes, 0, sizeof(Wide) * (m + 1));
	c.sums = wide_alloc(arena, sizeof(Wide) * SUMS);
	memset(c.sums, 0, sizeof(Wide) * SUMS);
	for (uint32_t o = 1; o <= m; o++)
	{
		c.in[o] = rules.sheets.withdrawn == NULL || !rules.sheets.withdrawn[o];
		c.continuing += c.in[o];
		if (!c.in[o])
			c.status[o] = STV_WITHDRAWN;
	}
	return rules.rule == STV_MEEK ? meek_count(&c) : gregory_count(&c);
}
