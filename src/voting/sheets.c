/*
 * sheets.c -- reads rankings by the rules for overvotes, skipped ranks and repetitions.
 */
#include "voting/sheets.h"

#include <inttypes.h>

/* What is read. */
typedef struct Reading
{
	const SheetRules *rules;
	uint32_t   *seen;			/* of each option, the last paper that named it */
	uint32_t	paper;
	uint16_t   *to;
} Reading;

static bool
is_withdrawn(const Reading *in, uint32_t option)
{
	return in->rules->withdrawn != NULL && in->rules->withdrawn[option];
}

/* Read a rank with equal options; false if the paper is exhausted there. */
static bool
read_equal(Reading *in, const Rank *rank)
{
	uint16_t   *head = in->to;
	uint32_t	n = 0;

	if (in->rules->overvote == OVERVOTE_EXHAUST)
		return false;
	if (in->rules->overvote == OVERVOTE_SKIP)
		return true;
	for (uint32_t i = 0; i < rank->n; i++)
		if (!is_withdrawn(in, rank_option(rank, i)))
			head[++n] = (uint16_t) rank_option(rank, i);
	if (n == 1)
		head[0] = head[1];
	else if (n > 1)
		head[0] = (uint16_t) (SHEET_EQUAL + n);
	in->to += n > 1 ? n + 1 : n;
	return true;
}

/* Note which options of a rank were named; false if one was before. */
static bool
note_named(Reading *in, const Rank *rank)
{
	bool		again = false;

	for (uint32_t i = 0; i < rank->n; i++)
	{
		uint32_t	option = rank_option(rank, i);

		again |= in->seen[option] == in->paper;
		in->seen[option] = in->paper;
	}
	return !again;
}

/* Read a paper; false if it is blank. */
static bool
read_paper(Reading *in, const Paper *paper)
{
	const uint8_t *p = paper->p;
	const uint8_t *end = p + paper->n;
	int64_t		skipped = 0;
	Rank		rank;

	while (rank_next(&rank, &p, end))
	{
		if (rank.n == 0)
		{
			if (++skipped > in->rules->max_skipped && in->rules->max_skipped >= 0)
				break;
			continue;
		}
		skipped = 0;
		if (rank.n > 1)
		{
			/* Unless repetitions exhaust a paper, what was named here can still be named alone. */
			if ((in->rules->duplicate_exhausts && !note_named(in, &rank)) || !read_equal(in, &rank))
				break;
			continue;
		}
		if (!note_named(in, &rank))
		{
			if (in->rules->duplicate_exhausts)
				break;
			continue;
		}
		if (!is_withdrawn(in, rank_option(&rank, 0)))
			*in->to++ = (uint16_t) rank_option(&rank, 0);
	}
	*in->to++ = 0;
	return paper->n > 0;
}

Code
sheets_read(Sheets *out, const Profile *profile, const SheetRules *rules, void (*pause)(void), Arena *arena, Fault *fault)
{
	Reading		in = {.rules = rules};
	size_t		room = 0;

	if (profile->options > ROUNDS_OPTIONS_MAX)
		return fault_set(fault, CODE_TOO_LARGE, -1, "A count in rounds has at most %d options.", ROUNDS_OPTIONS_MAX);
	if (rules->max_skipped < -1)
		return fault_set(fault, CODE_BAD_RULE, rules->max_skipped, "The number of skipped ranks is negative.");
	for (uint32_t i = 0; i < profile->n; i++)
		room += profile->paper[i].n + 2;	/* no rank takes fewer bytes than it takes numbers, but for one that is wide */
	*out = (Sheets){.options = profile->options, .sheet = arena_alloc(arena, sizeof(Sheet) * profile->n)};
	in.seen = arena_zero(arena, sizeof(uint32_t) * (profile->options + 1));
	in.to = arena_alloc(arena, sizeof(uint16_t) * room);
	for (uint32_t i = 0; i < profile->n; i++)
	{
		const Paper *paper = &profile->paper[i];
		Sheet		sheet = {in.to, paper->weight};

		if (paper->weight < 0)
			return fault_set(fault, CODE_NEGATIVE_COUNT, i, "A ranking has the weight %" PRId64 ".", paper->weight);
		if (add_overflows(out->ballots, paper->weight, &out->ballots))
			return fault_set(fault, CODE_NUMBER_OVERFLOW, -1, "The weights of the ballots add up to more than 64 bits hold.");
		if (i % PAUSE_PAPERS == 0 && pause != NULL)
			pause();
		in.paper = i + 1;
		if (read_paper(&in, paper))
			out->sheet[out->n++] = sheet;
		else
			out->blank += paper->weight;
	}
	return CODE_OK;
}
