/*
 * voting_runoff_test.c -- how papers are read, and instant runoff: counts by hand, the sums of each round, and many small
 * ones against a count that reads all papers anew in each round.
 */
#include "voting.h"

#include "seeded.h"
#include "voting/runoff.h"

/* ---- papers */

/* What is read of a single paper, as text: options, equal ones in brackets. */
static void
check_sheet(const char *paper, SheetRules rules, const char *read, int line)
{
	Profile		profile = profile_of((const char *) arena_printf(ARENA, "9: 1*%s%c", paper, 0).p);
	Sheets		sheets;
	Buf			found;

	if (!check_int(sheets_read(&sheets, &profile, &rules, NULL, ARENA, NULL), CODE_OK, __FILE__, line, paper))
		return;
	check_int(sheets.ballots, 1, __FILE__, line, paper);
	buf_init(&found, ARENA);
	for (const uint16_t *at = sheets.n > 0 ? sheets.sheet[0].at : (const uint16_t *) "\0"; *at != 0; at++)
		if (*at >= SHEET_EQUAL)
		{
			buf_char(&found, '(');
			for (uint32_t left = *at - SHEET_EQUAL; left > 0; left--)
				buf_int(&found, *++at);
			buf_char(&found, ')');
		}
		else
			buf_int(&found, *at);
	check_str(buf_done(&found), read, __FILE__, line, paper);
}

static void
test_papers(void)
{
	uint8_t		withdrawn[10] = {[2] = 1};
	SheetRules	plain = {.max_skipped = -1};
	SheetRules	skip = {.overvote = OVERVOTE_SKIP, .max_skipped = -1};
	SheetRules	if_one = {.overvote = OVERVOTE_IF_ONE, .max_skipped = -1};
	SheetRules	strict = {.max_skipped = -1, .duplicate_exhausts = true};
	SheetRules	strict_if_one = {.overvote = OVERVOTE_IF_ONE, .max_skipped = -1, .duplicate_exhausts = true};
	SheetRules	none_skipped = {.max_skipped = 0};
	SheetRules	one_skipped = {.max_skipped = 1};
	SheetRules	without = {.max_skipped = 0, .withdrawn = withdrawn};
	SheetRules	without_if_one = {.overvote = OVERVOTE_IF_ONE, .max_skipped = 0, .withdrawn = withdrawn};
	SheetRules	negative = {.max_skipped = -2};
	Profile		profile = profile_of("9: 1*1");
	Sheets		sheets;

	check_sheet("3>1>2", plain, "312", __LINE__);
	check_sheet("", plain, "", __LINE__);
	check_sheet("3>>>2", plain, "32", __LINE__);
	check_sheet("3>1=2>4", plain, "3", __LINE__);
	check_sheet("1=2", plain, "", __LINE__);
	check_sheet("3>1>3>2", plain, "312", __LINE__);
	check_sheet("3>1=2>4", skip, "34", __LINE__);
	check_sheet("3>1=2>4", if_one, "3(12)4", __LINE__);
	check_sheet("3>1>3>2", strict, "31", __LINE__);
	check_sheet("3>1=3>2", strict_if_one, "3", __LINE__);
	check_sheet("3>1=2>1>4", if_one, "3(12)14", __LINE__);
	check_sheet("3>1=2>1>4", strict_if_one, "3(12)", __LINE__);
	check_sheet("3>>2", none_skipped, "3", __LINE__);
	check_sheet(">3", none_skipped, "", __LINE__);
	check_sheet("3>>2>>>1", one_skipped, "32", __LINE__);
	check_sheet("3>2>1", without, "31", __LINE__);
	check_sheet("1=2=3>4", without_if_one, "(13)4", __LINE__);
	check_sheet("1=2>4", without_if_one, "14", __LINE__);
	CHECK_INT(sheets_read(&sheets, &profile, &negative, NULL, ARENA, NULL), CODE_BAD_RULE);
	profile = profile_of("9: -1*1");
	CHECK_INT(sheets_read(&sheets, &profile, &plain, NULL, ARENA, NULL), CODE_NEGATIVE_COUNT);
	profile = profile_of("9: 9223372036854775807*1 1*2");
	CHECK_INT(sheets_read(&sheets, &profile, &plain, NULL, ARENA, NULL), CODE_NUMBER_OVERFLOW);
	CHECK_INT(profile_init(&profile, ROUNDS_OPTIONS_MAX + 1, ARENA, NULL), CODE_OK);
	CHECK_INT(sheets_read(&sheets, &profile, &plain, NULL, ARENA, NULL), CODE_TOO_LARGE);
}

/* ---- counts by hand */

static RunoffRules
usual(void)
{
	return (RunoffRules){.sheets = {.max_skipped = -1}, .run_to = 1, .seats = 1, .share_den = 100};
}

/* Count, and print each round: votes, a letter for each status, exhausted. */
static Code
print_count(Str *out, const char *text, RunoffRules rules, const char *ties_text)
{
	static const char letters[] = {[RUNOFF_CONTINUING] = ' ', [RUNOFF_ELECTED] = '!', [RUNOFF_EXCLUDED] = '-', [RUNOFF_OUT] = '.',
	[RUNOFF_WITHDRAWN] = 'w'};
	Profile		profile = profile_of(text);
	Ties		ties = ties_by(ties_text, profile.options);
	Runoff		runoff;
	Buf			buf;
	Code		code = runoff_count(&runoff, &profile, &rules, &ties, NULL, ARENA, NULL);

	if (code != CODE_OK)
		return code;
	buf_init(&buf, ARENA);
	for (uint32_t r = 0; r < runoff.rounds; r++)
	{
		if (r > 0)
			buf_text(&buf, "/ ");
		for (uint32_t o = 1; o <= runoff.options; o++)
		{
			buf_int(&buf, runoff.round[r].votes[o]);
			buf_char(&buf, letters[runoff.round[r].status[o]]);
			if (runoff.round[r].status[o] != RUNOFF_CONTINUING)
				buf_char(&buf, ' ');
		}
		buf_char(&buf, '+');
		buf_int(&buf, runoff.round[r].votes[0]);
		buf_char(&buf, ' ');
	}
	*out = buf_done(&buf);
	return CODE_OK;
}

static void
expect_count(const char *text, RunoffRules rules, const char *ties, const char *want, int line)
{
	Str			found = STR_NONE;

	check_int(print_count(&found, text, rules, ties), CODE_OK, __FILE__, line, text);
	check_str(found, want, __FILE__, line, text);
}

static void
expect_refused(const char *text, RunoffRules rules, const char *ties, Code code, int line)
{
	Str			found = STR_NONE;

	check_int(print_count(&found, text, rules, ties), code, __FILE__, line, text);
}

/* The usual rules, but for some. */
#define WITH(changes) ({ RunoffRules rules = usual(); changes; rules; })

static void
test_counts(void)
{
	static const char tennessee[] = "4: 42*1>2>3>4 26*2>3>4>1 15*3>4>2>1 17*4>3>2>1";
	uint8_t		write_in[5] = {[4] = 1};

	expect_count(tennessee, usual(), "error", "42 26 15- 17 +0 / 42 26- 0. 32 +0 / 42 0. 0. 58! +0 ", __LINE__);
	expect_count("3: 60*1 30*2>3 10*3>2", usual(), "error", "60! 30 10 +0 ", __LINE__);
	expect_count("3: 60*1 30*2>3 10*3>2", WITH(rules.run_to = 2), "error", "60! 30 10- +0 / 60! 40 0. +0 ", __LINE__);
	expect_count("3: 45*1 30*2>3 25*3 5*", usual(), "error", "45 30 25- +0 / 45! 30 0. +25 ", __LINE__);
	expect_count("3: 45*1 30*2>3 25*3 5*", WITH(rules.majority_of = MAJORITY_OF_BALLOTS), "error", "45 30 25- +0 / 45! 30 0. +25 ", __LINE__);
	expect_count("1: 3*1", usual(), "error", "3! +0 ", __LINE__);
	expect_count("1:", usual(), "error", "0 +0 ", __LINE__);
	expect_count("3: 5*", usual(), "error", "0 0 0 +0 ", __LINE__);
	expect_count("2: 5*1=2", usual(), "error", "0 0 +5 ", __LINE__);
	expect_count("4: 40*1 25*2 20*3>2 6*4>3", WITH(rules.first_out = write_in), "error", "40 25 20 6- +0 / 40 25- 26 0. +0 / 40! 0. 26 0. +25 ", __LINE__);
	expect_count("4: 40*1 25*2 20*3>2 6*4>3", WITH(rules.minimum = 21), "error", "40 25 20- 6- +0 / 40 45! 0. 0. +6 ", __LINE__);
	expect_count("5: 40*1 33*2 4*3>4 3*4>5 2*5>2", WITH(rules.batch = true), "error", "40 33 4- 3- 2- +0 / 40! 35 0. 0. 0. +7 ", __LINE__);
	expect_count("4: 40*1 30*2 20*3 9*4>3", WITH(rules.seats = 2), "error", "40 30 20 9- +0 / 40 30 29- 0. +0 / 40! 30! 0. 0. +29 ", __LINE__);
	expect_count("4: 40*1 30*2 20*3 9*4>3", WITH(rules.share_num = 15), "error", "40 30 20 9- +0 / 40! 30! 29! 0. +0 ", __LINE__);
}

static void
test_reading(void)
{
	uint8_t		withdrawn[4] = {[1] = 1};
	RunoffRules wait = usual();
	RunoffRules if_one = usual();
	RunoffRules without = usual();

	wait.sheets.overvote = OVERVOTE_WAIT;
	if_one.sheets.overvote = OVERVOTE_IF_ONE;
	without.sheets.withdrawn = withdrawn;
	expect_count("3: 10*1 9*2 3*3 3*2=3", wait, "error", "10 9 3- +3 / 10 12! 0. +3 ", __LINE__);
	expect_count("3: 10*1 9*2 3*3 3*2=3", if_one, "error", "10 9 3- +3 / 10! 9 0. +6 ", __LINE__);
	expect_count("3: 10*1 9*2 3*3>2=3 3*", if_one, "error", "10 9 3- +0 / 10 12! 0. +0 ", __LINE__);
	expect_count("3: 10*1>3 9*2 3*3", without, "error", "0w 9 13! +0 ", __LINE__);
}

static void
test_ties(void)
{
	expect_count("3: 2*1>2 1*2>1 1*3>2 1*", usual(), "option_order", "2 1 1- +0 / 2! 2 0. +0 ", __LINE__);
	expect_count("4: 4*1 3*2 2*3>1 1*4>3 ", usual(), "prior_round,error", "4 3 2 1- +0 / 4 3 3- 0. +0 / 6! 3 0. 0. +1 ", __LINE__);
	expect_count("4: 5*1 2*2 2*3 1*4 ", usual(), "all", "5 2 2 1- +0 / 5! 2 2 0. +1 ", __LINE__);
	expect_count("4: 4*1 2*2>4 2*3>4 3*4", usual(), "all", "4 2- 2- 3 +0 / 4 0. 0. 7! +0 ", __LINE__);
	expect_refused("2: 1*1 1*2", usual(), "all", CODE_TIE_UNBROKEN, __LINE__);
	expect_refused("3: 1*1 1*2 1*3", usual(), "all", CODE_TIE_UNBROKEN, __LINE__);
	expect_refused("2: 1*1 1*2", usual(), "error", CODE_TIE_UNBROKEN, __LINE__);
	expect_refused("2: 1*1 1*2", usual(), "prior_round", CODE_TIE_UNBROKEN, __LINE__);
	expect_refused("2: 1*1", WITH(rules.run_to = 0), "error", CODE_BAD_RULE, __LINE__);
	expect_refused("2: 1*1", WITH(rules.seats = 0), "error", CODE_BAD_RULE, __LINE__);
	expect_refused("2: 1*1", WITH(rules.share_num = -1), "error", CODE_BAD_RULE, __LINE__);
	expect_refused("2: 1*1", WITH(rules.share_num = 101), "error", CODE_BAD_RULE, __LINE__);
	expect_refused("2: 1*1", WITH(rules.share_num = 1; rules.share_den = 1000001), "error", CODE_BAD_RULE, __LINE__);
	expect_refused("2: 1*1", WITH(rules.share_num = 1; rules.batch = true), "error", CODE_BAD_RULE, __LINE__);
	expect_refused("2: 1*1", WITH(rules.share_num = 1; rules.seats = 2), "error", CODE_BAD_RULE, __LINE__);
}

/* ---- against a naive count */

#define M 5

/* The first option of a paper that is in the count; an overvote ends it.  0 if there is none. */
static uint32_t
first_in(const Paper *paper, const bool *in)
{
	const uint8_t *p = paper->p;
	Rank		rank;

	while (rank_next(&rank, &p, paper->p + paper->n))
	{
		if (rank.n > 1)
			return 0;
		if (rank.n == 1 && in[rank_option(&rank, 0)])
			return rank_option(&rank, 0);
	}
	return 0;
}

static Profile
some_profile(void)
{
	Profile		profile;
	uint32_t	papers = 1 + seeded_below(12);

	CHECK_INT(profile_init(&profile, M, ARENA, NULL), CODE_OK);
	for (uint32_t i = 0; i < papers; i++)
	{
		Buf			buf;
		Str			bytes;
		uint32_t	ranks = seeded_below(M + 2);

		buf_init(&buf, ARENA);
		for (uint32_t r = 0; r < ranks; r++)
		{
			uint32_t	options[2] = {1 + seeded_below(M), 1 + seeded_below(M)};
			uint32_t	n = seeded_below(8);

			CHECK_INT(ranking_add(&buf, options, n == 0 && options[0] != options[1] ? 2 : n == 1 ? 0 : 1, NULL), CODE_OK);
		}
		CHECK_INT(ranking_done(&bytes, &buf, NULL), CODE_OK);
		CHECK_INT(profile_add(&profile, (const uint8_t *) bytes.p, bytes.n, 1 + seeded_below(20), NULL), CODE_OK);
	}
	profile_sort(&profile, ARENA);
	return profile;
}

static void
test_naively(void)
{
	int			decided = 0;

	for (int i = 0; i < 5000; i++)
	{
		Profile		profile = some_profile();
		Ties		ties = ties_by("option_order", M);
		RunoffRules rules = usual();
		Runoff		runoff;
		bool		in[M + 1] = {0, 1, 1, 1, 1, 1};

		CHECK_INT(runoff_count(&runoff, &profile, &rules, &ties, NULL, ARENA, NULL), CODE_OK);
		for (uint32_t r = 0; r < runoff.rounds; r++)
		{
			int64_t		votes[M + 1] = {0};
			int64_t		moved[M + 1] = {0};
			int64_t		blank = 0;
			uint32_t	last = 0;

			for (uint32_t p = 0; p < profile.n; p++)
				if (profile.paper[p].n > 0)
					votes[first_in(&profile.paper[p], in)] += profile.paper[p].weight;
				else
					blank += profile.paper[p].weight;
			CHECK_INT(runoff.blank, blank);
			for (size_t t = 0; t < runoff.transfers; t++)
				if (runoff.transfer[t].round == r + 1)
				{
					moved[runoff.transfer[t].to] += runoff.transfer[t].votes;
					moved[runoff.transfer[t].from] -= runoff.transfer[t].votes;
				}
			for (uint32_t o = 0; o <= M; o++)
			{
				CHECK_INT(runoff.round[r].votes[o], votes[o]);
				if (r > 0)
					CHECK_INT(moved[o], votes[o] - runoff.round[r - 1].votes[o]);
				if (o > 0 && in[o] && (last == 0 || votes[o] <= votes[last]))
					last = o;
				if (o > 0 && runoff.round[r].status[o] == RUNOFF_ELECTED)
				{
					int64_t		others = 0;

					for (uint32_t a = 1; a <= M; a++)
						others += a != o ? votes[a] : 0;
					CHECK(votes[o] >= others);
					CHECK_INT(r + 1, runoff.rounds);
					decided++;
				}
			}
			if (r + 1 < runoff.rounds)
			{
				CHECK_INT(runoff.round[r].status[last], RUNOFF_EXCLUDED);
				in[last] = false;
			}
		}
		arena_reset(ARENA);
	}
	CHECK(decided > 4000);
}

int
main(void)
{
	if (!crypto_init())
		return 1;
	heap_arena_init(&heap);
	test_papers();
	test_counts();
	test_reading();
	test_ties();
	test_naively();
	heap_arena_free(&heap);
	return check_done("voting_runoff");
}
