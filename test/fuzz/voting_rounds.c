/*
 * voting_rounds.c -- instant runoffs and transferable votes of any ballots by any rules: four bytes of rules, one of the
 * number of seats, the list of rules for ties up to a line's end, and the profile as text.  Whatever is counted adds up.
 */
#include "crypto/crypto.h"
#include "voting/runoff.h"
#include "voting/stv.h"

#include <stdlib.h>

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEAD 5
#define COUNTED_OPTIONS_MAX 32	/* more are not counted: it takes too long for this */

/* What the first bytes say. */
static SheetRules
sheet_rules(const uint8_t *rules, uint8_t *withdrawn, uint32_t options)
{
	for (uint32_t o = 1; o <= options; o++)
		withdrawn[o] = rules[1] >> o % 8 & 1;
	return (SheetRules){
		.overvote = (Overvote) (rules[0] & 3),
		.max_skipped = (rules[0] >> 2 & 7) - 1,
		.duplicate_exhausts = rules[0] >> 5 & 1,
		.withdrawn = rules[0] & 128 ? withdrawn : NULL
	};
}

static void
check_runoff(const Runoff *runoff, int64_t all)
{
	for (uint32_t r = 0; r < runoff->rounds; r++)
	{
		int64_t		sum = runoff->blank;

		for (uint32_t o = 0; o <= runoff->options; o++)
		{
			if (runoff->round[r].votes[o] < 0)
				abort();
			sum += runoff->round[r].votes[o];
		}
		if (sum != runoff->ballots || sum != all)
			abort();
	}
}

static void
check_stv(const Stv *stv, int64_t all, int64_t seats)
{
	for (uint32_t r = 0; r < stv->rounds; r++)
	{
		const StvRound *round = &stv->round[r];
		Wide		unit = wide_pow10(stv->decimals);
		Wide		sum = round->sums[SUM_EXHAUSTED] + round->sums[SUM_LOST] + stv->blank * unit;
		int64_t		elected = 0;

		for (uint32_t o = 1; o <= stv->options; o++)
		{
			if (round->votes[o] < 0)
				abort();
			sum += round->votes[o];
			elected += round->status[o] == STV_ELECTED;
		}
		if (sum != all * unit || elected > seats || round->sums[SUM_LOST] < 0)
			abort();
	}
}

static void
count(const uint8_t *head, Str ties_text, const Profile *profile, int64_t all, Arena *arena)
{
	uint32_t	m = profile->options;
	uint8_t    *withdrawn = arena_zero(arena, m + 1);
	RunoffRules rules = {
		.sheets = sheet_rules(head, withdrawn, m),
		.majority_of = (MajorityOf) (head[2] % 3),
		.run_to = head[2] / 3 % 4,
		.batch = head[2] >> 7,
		.first_out = head[3] & 1 ? withdrawn : NULL,
		.minimum = head[3] >> 1 & 7,
		.seats = head[4] & 7,
		.share_num = head[4] >> 3,
		.share_den = 100
	};
	StvRules	stv_rules = {
		.sheets = rules.sheets,
		.rule = (StvRule) (head[2] % 3),
		.seats = head[4] & 7,
		.quota = (StvQuota) (head[3] & 3),
		.decimals = (head[3] >> 2 & 31) - 1,
		.batch = head[2] >> 7
	};
	Runoff		runoff;
	Stv			stv;
	Ties		ties;

	if (ties_init(&ties, ties_text, RUNOFF_TIES, STR("seed"), NULL, 0, m, arena, NULL) == CODE_OK &&
		runoff_count(&runoff, profile, &rules, &ties, NULL, arena, NULL) == CODE_OK)
		check_runoff(&runoff, all);
	if (ties_init(&ties, ties_text, STV_TIES, STR("seed"), NULL, 0, m, arena, NULL) == CODE_OK &&
		stv_count(&stv, profile, &stv_rules, &ties, NULL, arena, NULL) == CODE_OK)
		check_stv(&stv, all, stv_rules.seats);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	HeapArena	heap;
	const char *line;
	Profile		profile;
	int64_t		all = 0;

	if (size <= HEAD || (line = memchr(data + HEAD, '\n', size - HEAD)) == NULL || !crypto_init())
		return 0;
	heap_arena_init(&heap);
	if (profile_parse(&profile, (Str){line + 1, (size_t) ((const char *) data + size - line - 1)}, &heap.arena, NULL) == CODE_OK &&
		profile.options <= COUNTED_OPTIONS_MAX)
	{
		profile_sort(&profile, &heap.arena);
		for (uint32_t i = 0; i < profile.n; i++)
			if (add_overflows(all, profile.paper[i].weight, &all))
				all = 0;			/* which is refused */
		count(data, (Str){(const char *) data + HEAD, (size_t) (line - (const char *) data - HEAD)}, &profile, all, &heap.arena);
	}
	heap_arena_free(&heap);
	return 0;
}
