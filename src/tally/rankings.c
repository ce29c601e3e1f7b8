/*
 * rankings.c -- methods that look at whole rankings: Borda, and those that compare options two by two.
 */
#include "tally/count.h"

#include "voting/borda.h"
#include "voting/condorcet.h"

#define POINTS_DECIMALS 12		/* of Dowdall's fractions */

/* Make the pairs of a profile. */
static Code
make_pairs(Counts *out, const Count *count, const Profile *profile)
{
	Code		code = counts_init(out, COUNT_PAIRS, profile->options, 0, count->arena, count->fault);

	for (uint32_t i = 0; i < profile->n && code == CODE_OK; i++)
	{
		code = counts_add_ranking(out, profile->paper[i].p, profile->paper[i].n, profile->paper[i].weight, count->fault);
		if (count_pause != NULL)
			count_pause();
	}
	if (code == CODE_OK)
		counts_settle(out);
	return code;
}

/* Mark the options that somebody ranks: nobody else wins. */
static bool *
mark_ranked(const Count *count, const Profile *profile)
{
	bool	   *ranked = arena_zero(count->arena, sizeof(bool) * (count->options + 1));

	for (uint32_t i = 0; i < profile->n; i++)
	{
		const uint8_t *p = profile->paper[i].p;
		const uint8_t *end = p + profile->paper[i].n;
		Rank		rank;

		while (rank_next(&rank, &p, end))
			for (uint32_t j = 0; j < rank.n; j++)
				ranked[rank_option(&rank, j)] = true;
	}
	return ranked;
}

/* Say what an option has in the round, and where it stands. */
static void
note(Count *count, uint32_t option, Wide votes, const Place *place)
{
	count->last->votes[option] = votes;
	count->last->has_votes[option] = true;
	count->rank[option] = place->rank;
}

/* Round a / b to the nearest of the decimals, halves up. */
static Code
quotient(Wide *out, Wide a, Wide b, Fault *fault)
{
	if (wide_muldiv_overflows(a, 2 * wide_pow10(POINTS_DECIMALS), b, WIDE_DOWN, out))
		return fault_set(fault, CODE_NUMBER_OVERFLOW, -1, "The points of an option do not fit.");
	*out = (*out + 1) / 2;
	return CODE_OK;
}

static Code
rank_borda(Count *count, const Profile *profile, Ties *all)
{
	BordaMode	mode = (BordaMode) method_word(count->method, count->params, "mode");
	Borda		borda;
	Code		code = borda_count_profile(&borda, profile, mode, mode == BORDA_MODIFIED, count->options, all, count_pause,
										   count->arena, count->fault);

	if (code != CODE_OK)
		return code;
	count_round(count, mode == BORDA_DOWDALL ? POINTS_DECIMALS : 1);
	for (uint32_t o = 1; o <= count->options; o++)
	{
		Wide		points = borda.points[o] * 5;	/* they are halves */

		if (mode == BORDA_DOWDALL &&
			(code = quotient(&points, borda.points[o], *borda.denominator, count->fault)) != CODE_OK)
			return code;
		note(count, o, points, &borda.place[o]);
	}
	return CODE_OK;
}

/* Two points for each whom the option beats, one for a draw. */
static Code
rank_copeland(Count *count, const Counts *pairs, Ties *all)
{
	Duels	   *duels = arena_alloc(count->arena, sizeof(Duels) * (count->options + 1));
	Code		code = duels_count(duels, pairs, count->options, all, count->arena, count->fault);

	if (code != CODE_OK)
		return code;
	count_round(count, 0);
	for (uint32_t o = 1; o <= count->options; o++)
		note(count, o, 2 * (Wide) duels[o].wins + duels[o].ties, &duels[o].place);
	return CODE_OK;
}

/* The worst defeat. */
static Code
rank_minimax(Count *count, const Counts *pairs, Ties *all)
{
	static const Strength strengths[] = {STRENGTH_WINNING, STRENGTH_MARGIN, STRENGTH_OPPOSITION};
	Minimax		minimax;
	Code		code = minimax_count(&minimax, pairs, strengths[method_word(count->method, count->params, "strength")],
									 count->options, all, count->arena, count->fault);

	if (code != CODE_OK)
		return code;
	count_round(count, 0);
	for (uint32_t o = 1; o <= count->options; o++)
		note(count, o, minimax.worst[o], &minimax.place[o]);
	return CODE_OK;
}

/* How many others an option is ahead of by its paths. */
static Code
rank_schulze(Count *count, const Counts *pairs, Ties *all)
{
	Strength	strength = (Strength) method_word(count->method, count->params, "strength");
	size_t		stride = count->options + 1;
	Schulze		schulze;
	Code		code = schulze_count(&schulze, pairs, strength, count->options, all, count_pause, count->arena, count->fault);

	if (code != CODE_OK)
		return code;
	count_round(count, 0);
	for (uint32_t a = 1; a <= count->options; a++)
	{
		Wide		ahead = 0;

		for (uint32_t b = 1; b <= count->options; b++)
			ahead += a != b && schulze.path[stride * a + b] > schulze.path[stride * b + a];
		note(count, a, ahead, &schulze.place[a]);
	}
	return CODE_OK;
}

/* How many victories of an option are locked. */
static Code
rank_ranked_pairs(Count *count, const Counts *pairs)
{
	Strength	strength = (Strength) method_word(count->method, count->params, "strength");
	EqualPairs	equal = (EqualPairs) method_word(count->method, count->params, "equal");
	Wide	   *locked = wide_alloc(count->arena, sizeof(Wide) * (count->options + 1));
	RankedPairs ranked;
	Code		code = ranked_pairs_count(&ranked, pairs, strength, equal, count->options, &count->ties, count_pause,
										  count->arena, count->fault);

	if (code != CODE_OK)
		return code;
	count_round(count, 0);
	memset(locked, 0, sizeof(Wide) * (count->options + 1));
	for (size_t i = 0; i < ranked.n; i++)
	{
		const LockedPair *pair = &ranked.pair[i];
		uint32_t   *both;

		locked[pair->winner] += pair->locked;
		if (!pair->tied || equal != EQUAL_RANKED)
			continue;
		both = arena_alloc(count->arena, 2 * sizeof *both);
		both[0] = pair->winner < pair->loser ? pair->winner : pair->loser;
		both[1] = pair->winner < pair->loser ? pair->loser : pair->winner;
		ties_record(&count->ties, &(Tie){.round = 1, .purpose = "lock", .n = 2, .tied = both}, pair->rule,
					pair->locked ? pair->winner : pair->loser);
	}
	for (uint32_t o = 1; o <= count->options; o++)
		note(count, o, locked[o], &ranked.place[o]);
	return CODE_OK;
}

Code
count_rankings(Count *count)
{
	bool	   *may;
	Ties		all;
	Profile		profile;
	Counts		pairs;
	Code		code;

	/* The cores are asked for the ranks, with seats for everybody, so that they break no tie. */
	if ((code = ties_init(&all, STR_NONE, PLACE_TIES, STR_NONE, NULL, 0, count->options, count->arena, count->fault)) != CODE_OK ||
		(code = count_profile(&profile, count)) != CODE_OK ||
		(code = make_pairs(&pairs, count, &profile)) != CODE_OK)
		return code;
	switch (count->method->id)
	{
		case METHOD_BORDA:
			code = rank_borda(count, &profile, &all);
			break;
		case METHOD_COPELAND:
			code = rank_copeland(count, &pairs, &all);
			break;
		case METHOD_MINIMAX:
			code = rank_minimax(count, &pairs, &all);
			break;
		case METHOD_SCHULZE:
			code = rank_schulze(count, &pairs, &all);
			break;
		default:
			code = rank_ranked_pairs(count, &pairs);
			break;
	}
	may = mark_ranked(count, &profile);
	if (code != CODE_OK || (code = count_seat(count, may, method_int(count->params, "seats", 1))) != CODE_OK)
		return code;
	count_conclude(count);
	return CODE_OK;
}
