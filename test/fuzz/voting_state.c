/*
 * voting_state.c -- states of counts that may be anything.  The first byte says what the rest is: c and p for the bytes of
 * counts and of a profile, C and P for their text forms.  What is taken is written back the same, survives the way through
 * the other form, doubles and halves when it is added to itself and subtracted, and can be counted by every method for it.
 */
#include "crypto/crypto.h"
#include "voting/borda.h"
#include "voting/condorcet.h"
#include "voting/score.h"

#include <stdlib.h>

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define COUNTED_OPTIONS_MAX 24	/* more are not counted: it takes too long for this */

static Str
counts_bytes(const Counts *counts, Arena *arena)
{
	uint8_t    *p = arena_alloc(arena, counts_size(counts));

	counts_write(p, counts);
	return (Str){(const char *) p, counts_size(counts)};
}

static Str
profile_bytes(Profile *profile, Arena *arena)
{
	uint8_t    *p;

	profile_sort(profile, arena);
	p = arena_alloc(arena, profile_size(profile));
	profile_write(p, profile);
	return (Str){(const char *) p, profile_size(profile)};
}

/* Whoever is elected: no more than there are seats; a rank is that of nobody who comes later. */
static void
check_places(const Place *place, uint32_t options, int64_t seats, Code code)
{
	int64_t		elected = 0;

	if (code != CODE_OK)
		return;
	for (uint32_t o = 1; o <= options; o++)
	{
		elected += place[o].elected;
		if (place[o].rank < 1 || place[o].rank > options)
			abort();
	}
	if (elected != (seats < options ? seats : options))
		abort();
}

static void
count(const Counts *counts, Arena *arena)
{
	uint32_t	m = counts->options;
	int64_t		seats = 1 + counts->ballots % 3;
	Ties		ties;
	Place	   *place = arena_alloc(arena, sizeof(Place) * (m + 1));
	Scores		scores;
	Star		star;
	Borda		borda;
	Minimax		minimax;
	Schulze		schulze;
	RankedPairs ranked;
	Duels	   *duels = arena_alloc(arena, sizeof(Duels) * (m + 1));

	if (m > COUNTED_OPTIONS_MAX || counts_check(counts, NULL) != CODE_OK)
		return;
	ties_init(&ties, STR("lot"), PLACE_TIES, STR("seed"), NULL, 0, m, arena, NULL);
	switch (counts->kind)
	{
		case COUNT_PLURALITY:
		case COUNT_APPROVAL:
			check_places(place, m, seats, votes_fill(place, counts, seats, &ties, NULL));
			break;
		case COUNT_SCORE:
			for (ScoreBy by = SCORE_SUM; by <= SCORE_JUDGMENT; by++)
			{
				Code		code = scores_count(&scores, counts, by, true, seats, &ties, arena, NULL);

				check_places(scores.place, m, seats, code);
				if (by != SCORE_JUDGMENT && (code = scores_count(&scores, counts, by, false, seats, &ties, arena, NULL)) == CODE_OK)
					check_places(scores.place, m, seats, code);
			}
			break;
		case COUNT_STAR:
			ties_init(&ties, STR("pairwise,top_scores,lot"), STAR_TIES, STR("seed"), NULL, 0, m, arena, NULL);
			if (star_count(&star, counts, &ties, arena, NULL) != CODE_OK || star.winner < 1 || star.winner > m)
				abort();
			break;
		case COUNT_BORDA:
			for (BordaMode mode = BORDA_AVERAGE; mode <= BORDA_MODIFIED; mode++)
			{
				Code		code = borda_count(&borda, counts, mode, mode == BORDA_MODIFIED, seats, &ties, arena, NULL);

				check_places(borda.place, m, seats, code);
			}
			break;
		default:
			if (pairs_check(counts, NULL) != CODE_OK)
				return;
			if (duels_count(duels, counts, seats, &ties, arena, NULL) != CODE_OK)
				abort();
			for (Strength s = STRENGTH_WINNING; s <= STRENGTH_OPPOSITION; s++)
			{
				if (s != STRENGTH_RATIO)
					check_places((minimax_count(&minimax, counts, s, seats, &ties, arena, NULL), minimax.place), m, seats, CODE_OK);
				if (s == STRENGTH_OPPOSITION)
					continue;
				check_places((schulze_count(&schulze, counts, s, seats, &ties, NULL, arena, NULL), schulze.place), m, seats, CODE_OK);
				check_places((ranked_pairs_count(&ranked, counts, s, EQUAL_RANKED, seats, &ties, NULL, arena, NULL), ranked.place), m, seats,
							 CODE_OK);
				check_places((ranked_pairs_count(&ranked, counts, s, EQUAL_TOGETHER, seats, &ties, NULL, arena, NULL), ranked.place), m, seats,
							 CODE_OK);
			}
	}
}

static void
use_counts(Counts *counts, Str bytes, Arena *arena)
{
	Counts		other;
	Buf			text;

	buf_init(&text, arena);
	counts_print(&text, counts);
	if (counts_parse(&other, buf_done(&text), arena, NULL) != CODE_OK || !str_eq(counts_bytes(&other, arena), bytes))
		abort();
	if (counts_combine(&other, counts, false, NULL) == CODE_OK &&
		(counts_combine(&other, counts, true, NULL) != CODE_OK || !str_eq(counts_bytes(&other, arena), bytes)))
		abort();
	count(counts, arena);
}

static void
use_profile(Profile *profile, Str bytes, Arena *arena)
{
	Profile		other;
	Counts		pairs;
	Buf			text;

	buf_init(&text, arena);
	profile_print(&text, profile);
	if (profile_parse(&other, buf_done(&text), arena, NULL) != CODE_OK || !str_eq(profile_bytes(&other, arena), bytes))
		abort();
	if (profile_combine(&other, profile, false, NULL) == CODE_OK &&
		(profile_combine(&other, profile, true, NULL) != CODE_OK || !str_eq(profile_bytes(&other, arena), bytes)))
		abort();
	if (profile->options > COUNTED_OPTIONS_MAX || counts_init(&pairs, COUNT_PAIRS, profile->options, 0, arena, NULL) != CODE_OK)
		return;
	for (uint32_t i = 0; i < profile->n; i++)
		if (counts_add_ranking(&pairs, profile->paper[i].p, profile->paper[i].n, profile->paper[i].weight, NULL) != CODE_OK)
			return;
	counts_settle(&pairs);
	count(&pairs, arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	HeapArena	heap;
	Arena	   *arena = &heap.arena;
	Str			given = {(const char *) data + 1, size - 1};
	Counts		counts;
	Profile		profile;
	Str			bytes;

	if (size == 0 || !crypto_init())
		return 0;
	heap_arena_init(&heap);
	switch (data[0])
	{
		case 'c':
			if (counts_read(&counts, data + 1, size - 1, arena, NULL) != CODE_OK)
				break;
			if (!str_eq(counts_bytes(&counts, arena), given))
				abort();
			use_counts(&counts, given, arena);
			break;
		case 'C':
			if (counts_parse(&counts, given, arena, NULL) == CODE_OK)
				use_counts(&counts, counts_bytes(&counts, arena), arena);
			break;
		case 'p':
			if (profile_read(&profile, data + 1, size - 1, arena, NULL) != CODE_OK)
				break;
			if (!str_eq(profile_bytes(&profile, arena), given))
				abort();
			use_profile(&profile, given, arena);
			break;
		default:
			if (profile_parse(&profile, given, arena, NULL) != CODE_OK)
				break;
			bytes = profile_bytes(&profile, arena);
			if (profile_read(&profile, (const uint8_t *) bytes.p, bytes.n, arena, NULL) != CODE_OK)
				abort();
			use_profile(&profile, bytes, arena);
	}
	heap_arena_free(&heap);
	return 0;
}
