/*
 * lot.c -- draws lots and breaks ties.
 */
#include "voting/lot.h"

#include <stdlib.h>

#include "crypto/crypto.h"

static const char *const rule_names[] = {
#define TIE_RULE_TEXT(name, sql) sql,
	TIE_RULES(TIE_RULE_TEXT)
#undef TIE_RULE_TEXT
};

const char *
tie_rule_name(TieRule rule)
{
	return rule_names[rule];
}

void
lot_ticket(uint8_t ticket[LOT_TICKET_SIZE], Str seed, uint32_t option)
{
	uint8_t		number[4] = {(uint8_t) (option >> 24), (uint8_t) (option >> 16), (uint8_t) (option >> 8), (uint8_t) option};

	sha256_begin();
	sha256_add(seed.p, seed.n);
	sha256_add(number, sizeof number);
	sha256_end(ticket);
}

typedef struct Ticket
{
	uint8_t		hash[LOT_TICKET_SIZE];
	uint32_t	option;
} Ticket;

static int
compare_tickets(const void *a, const void *b)
{
	return memcmp(((const Ticket *) a)->hash, ((const Ticket *) b)->hash, LOT_TICKET_SIZE);
}

void
lot_draw(uint32_t *place, uint32_t options, Str seed, Arena *arena)
{
	Ticket	   *tickets = arena_alloc(arena, sizeof(Ticket) * options);

	for (uint32_t i = 0; i < options; i++)
	{
		tickets[i].option = i + 1;
		lot_ticket(tickets[i].hash, seed, i + 1);
	}
	qsort(tickets, options, sizeof(Ticket), compare_tickets);
	for (uint32_t i = 0; i < options; i++)
		place[tickets[i].option] = i + 1;
}

/* ---- the list of rules */

static Code
parse_rule(TieRule *out, Str name, uint32_t allowed, Fault *fault)
{
	for (int rule = 0; rule < TIE_RULE_COUNT; rule++)
		if ((allowed & TIE_BIT(rule)) && str_is(name, rule_names[rule]))
		{
			*out = (TieRule) rule;
			return CODE_OK;
		}
	return fault_set(fault, CODE_BAD_RULE, -1, "This method has no rule for ties that is called \"%.*s\".",
					 name.n < 40 ? (int) name.n : 40, name.p);
}

/* Cut the next name off a list, without the spaces round it; false at the end. */
static bool
next_name(Str *name, Str *list)
{
	const char *comma;

	if (list->p == NULL)
		return false;
	comma = memchr(list->p, ',', list->n);
	*name = (Str){list->p, comma != NULL ? (size_t) (comma - list->p) : list->n};
	*list = comma != NULL ? (Str){comma + 1, list->n - name->n - 1} : STR_NONE;
	while (name->n > 0 && name->p[0] == ' ')
		name->p++, name->n--;
	while (name->n > 0 && name->p[name->n - 1] == ' ')
		name->n--;
	return true;
}

static Code
parse_list(Ties *ties, const int32_t *list, size_t n, Fault *fault)
{
	if (n != ties->options)
		return fault_set(fault, CODE_BAD_RULE, -1, "The permutation has %zu entries, but there are %u options.", n,
						 ties->options);
	ties->given = arena_zero(ties->arena, sizeof(uint32_t) * (n + 1));
	for (size_t i = 0; i < n; i++)
	{
		if (list[i] < 1 || (uint32_t) list[i] > ties->options || ties->given[list[i]] != 0)
			return fault_set(fault, CODE_BAD_RULE, (int64_t) i, "The permutation must name each option from 1 to %u once.",
							 ties->options);
		ties->given[list[i]] = (uint32_t) i + 1;
	}
	return CODE_OK;
}

Code
ties_init(Ties *ties, Str rules, uint32_t allowed, Str seed, const int32_t *list, size_t n, uint32_t options,
		  Arena *arena, Fault *fault)
{
	Str			name;
	Code		code;

	*ties = (Ties){.arena = arena, .options = options, .seed = seed.n > 0 ? seed : STR_NONE};
	while (next_name(&name, &rules))
	{
		if (ties->rules == TIE_LIST_MAX)
			return fault_set(fault, CODE_BAD_RULE, -1, "At most %d rules break a tie.", TIE_LIST_MAX);
		if ((code = parse_rule(&ties->rule[ties->rules], name, allowed, fault)) != CODE_OK)
			return code;
		ties->rules++;
	}
	if (list != NULL && (code = parse_list(ties, list, n, fault)) != CODE_OK)
		return code;
	if (ties_have(ties, TIE_PERMUTATION) && ties->given == NULL)
		return fault_set(fault, CODE_BAD_RULE, -1, "The rule permutation needs a list of all options.");
	return CODE_OK;
}

bool
ties_have(const Ties *ties, TieRule rule)
{
	for (int i = 0; i < ties->rules; i++)
		if (ties->rule[i] == rule)
			return true;
	return false;
}

/* ---- breaking a tie */

/* Keep those of the tied who have the greatest merit, or the smallest if the worst is wanted. */
static void
keep_best(Tie *tie, const Wide *merit, bool worst)
{
	Wide		best = merit[0];
	uint32_t	kept = 0;

	for (uint32_t i = 1; i < tie->n; i++)
		if (worst ? merit[i] < best : merit[i] > best)
			best = merit[i];
	for (uint32_t i = 0; i < tie->n; i++)
		if (merit[i] == best)
			tie->tied[kept++] = tie->tied[i];
	tie->n = kept;
}

/* Keep those who had the most votes in an earlier round, or the fewest. */
static void
keep_by_round(Tie *tie, const Wide *votes, Wide *merit)
{
	for (uint32_t i = 0; i < tie->n; i++)
		merit[i] = votes[tie->tied[i]];
	keep_best(tie, merit, tie->worst);
}

/* Keep the one who is ranked first, or last; without places, options are ranked by their numbers. */
static void
keep_by_place(Tie *tie, const uint32_t *place, bool last, Wide *merit)
{
	for (uint32_t i = 0; i < tie->n; i++)
		merit[i] = -(Wide) (place != NULL ? place[tie->tied[i]] : tie->tied[i]);
	keep_best(tie, merit, last);
}

/* Say that a tie is left, and why. */
static Code
left_tied(Fault *fault, Code code, const Tie *tie)
{
	return fault_set(fault, code, -1, "%u options, among them %u and %u, are tied (%s, round %u).", tie->n, tie->tied[0],
					 tie->tied[1], tie->purpose, tie->round);
}

static Code
draw_once(Ties *ties, const Tie *tie, Fault *fault)
{
	if (ties->drawn != NULL)
		return CODE_OK;
	if (ties->seed.p == NULL)
		return left_tied(fault, CODE_TIE_NEEDS_SEED, tie);
	ties->drawn = arena_alloc(ties->arena, sizeof(uint32_t) * (ties->options + 1));
	lot_draw(ties->drawn, ties->options, ties->seed, ties->arena);
	return CODE_OK;
}

/* Narrow a tie down by one rule. */
static Code
narrow(Ties *ties, Tie *tie, TieRule rule, Wide *merit, Fault *fault)
{
	Code		code;

	switch (rule)
	{
		case TIE_LOT:
			if ((code = draw_once(ties, tie, fault)) != CODE_OK)
				return code;
			keep_by_place(tie, ties->drawn, tie->worst, merit);
			break;
		case TIE_OPTION_ORDER:
			keep_by_place(tie, NULL, tie->worst, merit);
			break;
		case TIE_PERMUTATION:
			keep_by_place(tie, ties->given, tie->worst, merit);
			break;
		case TIE_PICKED_FIRST:
			keep_by_place(tie, ties->given, false, merit);
			break;
		case TIE_PRIOR_ROUND:
			for (uint32_t r = tie->rounds; r-- > 0;)
				keep_by_round(tie, tie->votes[r], merit);
			break;
		case TIE_FIRST_ROUND:
			for (uint32_t r = 0; r < tie->rounds; r++)
				keep_by_round(tie, tie->votes[r], merit);
			break;
		case TIE_ERROR:
			return left_tied(fault, CODE_TIE_UNBROKEN, tie);
		default:
			for (uint32_t i = 0; i < tie->n; i++)
				merit[i] = tie->merit(tie->context, rule, tie->tied[i]);
			keep_best(tie, merit, tie->worst);
			break;
	}
	return CODE_OK;
}

/* Record a tie among those whom the tie had before it was narrowed down. */
static void
record(Ties *ties, const Tie *tie, uint32_t *tied, uint32_t n, TieRule rule, uint32_t chosen)
{
	TieBreak   *made = arena_alloc(ties->arena, sizeof(TieBreak));

	*made = (TieBreak){.round = tie->round, .purpose = tie->purpose, .rule = rule, .chosen = chosen, .n = n, .tied = tied};
	if (ties->last != NULL)
		ties->last->next = made;
	else
		ties->first = made;
	ties->last = made;
	ties->breaks++;
}

void
ties_record(Ties *ties, const Tie *tie, TieRule rule, uint32_t chosen)
{
	record(ties, tie, tie->tied, tie->n, rule, chosen);
}

Code
ties_break(uint32_t *chosen, TieRule *rule, Ties *ties, Tie *tie, Fault *fault)
{
	uint32_t	n = tie->n;
	uint32_t   *tied = arena_copy(ties->arena, tie->tied, sizeof(uint32_t) * n);
	Wide	   *merit = wide_alloc(ties->arena, sizeof(Wide) * n);
	Code		code;

	for (int i = 0; i < ties->rules; i++)
	{
		*rule = ties->rule[i];
		*chosen = 0;
		if (*rule != TIE_NONE && *rule != TIE_ALL)
		{
			if ((code = narrow(ties, tie, *rule, merit, fault)) != CODE_OK)
				return code;
			if (tie->n > 1)
				continue;
			*chosen = tie->tied[0];
		}
		record(ties, tie, tied, n, *rule, *chosen);
		return CODE_OK;
	}
	return left_tied(fault, CODE_TIE_UNBROKEN, tie);
}

Code
ties_rank(const uint32_t **place, TieRule *rule, Ties *ties, const Tie *tie, Fault *fault)
{
	uint32_t   *numbers;
	Code		code;

	for (int i = 0; i < ties->rules; i++)
	{
		*rule = ties->rule[i];
		if (*rule == TIE_ERROR)
			break;
		if (*rule == TIE_LOT)
		{
			if ((code = draw_once(ties, tie, fault)) != CODE_OK)
				return code;
			*place = ties->drawn;
			return CODE_OK;
		}
		if (*rule == TIE_PERMUTATION)
		{
			*place = ties->given;
			return CODE_OK;
		}
		if (*rule == TIE_OPTION_ORDER)
		{
			numbers = arena_alloc(ties->arena, sizeof(uint32_t) * (ties->options + 1));
			for (uint32_t o = 0; o <= ties->options; o++)
				numbers[o] = o;
			*place = numbers;
			return CODE_OK;
		}
	}
	return left_tied(fault, CODE_TIE_UNBROKEN, tie);
}
