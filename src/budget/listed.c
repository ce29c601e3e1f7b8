/*
 * listed.c -- ties among options that have numbers of their own.
 */
#include "budget/listed.h"

#include <inttypes.h>
#include <stdlib.h>

uint32_t
listed_find(const int32_t *id, uint32_t n, int32_t wanted)
{
	uint32_t	from = 0;
	uint32_t	to = n;

	while (from < to)
	{
		uint32_t	middle = from + (to - from) / 2;

		if (id[middle] < wanted)
			from = middle + 1;
		else
			to = middle;
	}
	return from < n && id[from] == wanted ? from : NOT_LISTED;
}

typedef struct Drawn
{
	uint8_t		ticket[LOT_TICKET_SIZE];
	uint32_t	option;
} Drawn;

static int
compare_tickets(const void *a, const void *b)
{
	return memcmp(((const Drawn *) a)->ticket, ((const Drawn *) b)->ticket, LOT_TICKET_SIZE);
}

/* Draw the lot among ids. */
static void
draw(Listed *listed, Arena *arena)
{
	Drawn	   *drawn = arena_alloc(arena, sizeof(Drawn) * listed->n);

	listed->ties.drawn = arena_alloc(arena, sizeof(uint32_t) * (listed->n + 1));
	for (uint32_t i = 0; i < listed->n; i++)
	{
		drawn[i].option = i + 1;
		lot_ticket(drawn[i].ticket, listed->ties.seed, (uint32_t) listed->id[i]);
	}
	qsort(drawn, listed->n, sizeof(Drawn), compare_tickets);
	for (uint32_t i = 0; i < listed->n; i++)
		listed->ties.drawn[drawn[i].option] = i + 1;
}

Code
listed_init(Listed *listed, const ListedRules *rules, uint32_t allowed, const int32_t *id, uint32_t n, Arena *arena,
			Fault *fault)
{
	int32_t    *order = NULL;
	Code		code;

	*listed = (Listed){.id = id, .n = n};
	if (rules->permutation != NULL)
	{
		order = arena_alloc(arena, sizeof(int32_t) * rules->permuted);
		for (size_t i = 0; i < rules->permuted; i++)
		{
			uint32_t	at = listed_find(id, n, rules->permutation[i]);

			if (at == NOT_LISTED)
				return fault_set(fault, CODE_BAD_RULE, (int64_t) i, "The permutation names %" PRId32 ", which is not on the list.",
								 rules->permutation[i]);
			order[i] = (int32_t) at + 1;
		}
	}
	if ((code = ties_init(&listed->ties, rules->rules, allowed, rules->seed, order, rules->permuted, n, arena, fault)) != CODE_OK)
		return code;
	if (ties_have(&listed->ties, TIE_LOT) && listed->ties.seed.p != NULL)
		draw(listed, arena);
	return CODE_OK;
}

Code
listed_break(uint32_t *chosen, Listed *listed, Tie *tie, Fault *fault)
{
	TieRule		rule;
	Code		code;

	if (listed->recorded + tie->n > LISTED_TIED_MAX)
		return fault_set(fault, CODE_TOO_LARGE, -1, "Too many options are tied too often (%s): %" PRIu32 " this time.", tie->purpose,
						 tie->n);
	listed->recorded += tie->n;
	code = ties_break(chosen, &rule, &listed->ties, tie, fault);
	if (code != CODE_TIE_NEEDS_SEED && code != CODE_TIE_UNBROKEN)
		return code;
	return fault_set(fault, code, -1, "%" PRIu32 " are tied, among them %" PRId32 " and %" PRId32 " (%s).", tie->n,
					 listed->id[tie->tied[0] - 1], listed->id[tie->tied[1] - 1], tie->purpose);
}

void
listed_forget(Listed *listed)
{
	listed->ties.first = listed->ties.last = NULL;
	listed->ties.breaks = 0;
	listed->recorded = 0;
}
