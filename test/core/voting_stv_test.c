/*
 * voting_stv_test.c -- the single transferable vote: counts by hand by each rule, what is refused, and for many small
 * counts, that the sums of each round are those of all ballots, and that who was elected or excluded remains so.
 */
#include "voting.h"

#include "seeded.h"
#include "voting/stv.h"

static StvRules
by(StvRule rule, int64_t seats)
{
	return (StvRules){.sheets = {.max_skipped = -1}, .rule = rule, .seats = seats, .decimals = -1};
}

/* The same, but for some. */
#define WITH(rule, seats, changes) ({ StvRules rules = by(rule, seats); changes; rules; })

/* Count, and print each round: votes, a letter for each status, exhausted, lost. */
static Code
print_count(Str *out, const char *text, StvRules rules, const char *ties_text)
{
	static const char letters[] = {[STV_CONTINUING] = ' ', [STV_ELECTED] = '!', [STV_EXCLUDED] = '.', [STV_NOT_ELECTED] = '~',
	[STV_WITHDRAWN] = 'w'};
	Profile		profile = profile_of(text);
	Ties		ties = ties_by(ties_text, profile.options);
	Stv			stv;
	Buf			buf;
	Code		code = stv_count(&stv, &profile, &rules, &ties, NULL, ARENA, NULL);

	if (code != CODE_OK)
		return code;
	buf_init(&buf, ARENA);
	for (uint32_t r = 0; r < stv.rounds; r++)
	{
		const StvRound *round = &stv.round[r];

		buf_text(&buf, r > 0 ? " / " : "");
		for (uint32_t o = 1; o <= stv.options; o++)
		{
			wide_print(&buf, round->votes[o], stv.decimals);
			buf_char(&buf, letters[round->status[o]]);
			if (round->status[o] != STV_CONTINUING)
				buf_char(&buf, ' ');
		}
		buf_char(&buf, '+');
		wide_print(&buf, round->sums[SUM_EXHAUSTED], stv.decimals);
		buf_char(&buf, '-');
		wide_print(&buf, round->sums[SUM_LOST], stv.decimals);
	}
	*out = buf_done(&buf);
	return CODE_OK;
}

static void
expect_count(const char *text, StvRules rules, const char *ties, const char *want, int line)
{
	Str			found = STR_NONE;

	check_int(print_count(&found, text, rules, ties), CODE_OK, __FILE__, line, text);
	check_str(found, want, __FILE__, line, text);
}

static void
expect_refused(const char *text, StvRules rules, const char *ties, Code code, int line)
{
	Str			found = STR_NONE;

	check_int(print_count(&found, text, rules, ties), code, __FILE__, line, text);
}

static void
test_scottish(void)
{
	/* quota 34: 16 of 50 go on, at 0.32 a paper */
	expect_count("3: 50*1>2 20*2 30*3", by(STV_SCOTTISH, 2), "error",
				 "50.00000! 20.00000 30.00000 +0.00000-0.00000 / 34.00000! 36.00000! 30.00000~ +0.00000-0.00000", __LINE__);
	/* quota 4: 3 of 7 go on, at 0.42857 */
	expect_count("4: 7*1>2 1*2 2*3 1*4>3", by(STV_SCOTTISH, 2), "error",
				 "7.00000! 1.00000 2.00000 1.00000 +0.00000-0.00000 / 4.00000! 3.99999 2.00000 1.00000 +0.00000-0.00001 / "
				 "4.00000! 3.99999 3.00000 0.00000. +0.00000-0.00001 / 4.00000! 3.99999! 0.00000. 0.00000. +3.00000-0.00001", __LINE__);
	/* nobody has more votes than seats need */
	expect_count("2: 3*1", by(STV_SCOTTISH, 2), "error", "3.00000! 0.00000! +0.00000-0.00000", __LINE__);
	expect_count("2: 5*", by(STV_SCOTTISH, 1), "error", "0.00000 0.00000 +0.00000-0.00000", __LINE__);
	expect_count("1:", by(STV_SCOTTISH, 1), "error", "0.00000 +0.00000-0.00000", __LINE__);
	expect_count("3: 4*1 3*2 3*3", by(STV_SCOTTISH, 1), "option_order",
				 "4.00000 3.00000 3.00000 +0.00000-0.00000 / 4.00000 3.00000 0.00000. +3.00000-0.00000 / "
				 "4.00000! 0.00000. 0.00000. +6.00000-0.00000", __LINE__);
	expect_refused("3: 4*1 3*2 3*3", by(STV_SCOTTISH, 1), "prior_round", CODE_TIE_UNBROKEN, __LINE__);
}

static void
test_wigm(void)
{
	uint8_t		withdrawn[5] = {[3] = 1};

	/* quota 33.3334: 16.6666 of 50 go on, at 0.3333 */
	expect_count("3: 50*1>2 20*2 30*3", by(STV_WIGM, 2), "error",
				 "50.0000! 20.0000 30.0000 +0.0000-0.0000 / 33.3334! 36.6650! 30.0000~ +0.0000-0.0016", __LINE__);
	expect_count("3: 50*1>2 20*2 30*3", WITH(STV_WIGM, 2, rules.decimals = 0; rules.quota = QUOTA_DROOP), "error",
				 "50! 20 30 +0-0 / 34! 20 30 +0-16 / 34! 0. 30! +20-16", __LINE__);
	expect_count("3: 50*1>2 20*2 30*3", WITH(STV_WIGM, 2, rules.quota = QUOTA_HARE), "error",
				 "50.0000! 20.0000 30.0000 +0.0000-0.0000 / 50.0000! 0.0000. 30.0000! +20.0000-0.0000", __LINE__);
	/* once the surplus has gone nowhere, 3 and 4 cannot catch up with 2 even together; their votes need not go on */
	expect_count("4: 50*1 20*2 10*3>4 5*4", WITH(STV_WIGM, 2, rules.batch = true), "error",
				 "50.0000! 20.0000 10.0000 5.0000 +0.0000-0.0000 / 28.3334! 20.0000 10.0000 5.0000 +21.6650-0.0016 / "
				 "28.3334! 20.0000! 10.0000. 5.0000. +21.6650-0.0016", __LINE__);
	expect_count("4: 50*1 20*2 30*3>4 5*4", WITH(STV_WIGM, 2, rules.sheets.withdrawn = withdrawn), "error",
				 "50.0000! 20.0000 0.0000w 35.0000 +0.0000-0.0000 / 35.0001! 20.0000 0.0000w 35.0000 +14.9950-0.0049 / "
				 "35.0001! 0.0000. 0.0000w 35.0000! +34.9950-0.0049", __LINE__);
}

static void
test_meek(void)
{
	/* option 1 keeps two thirds: quota 33.333333334 of 100 */
	expect_count("3: 50*1>2 20*2 30*3", by(STV_MEEK, 2), "error",
				 "50.000000000! 20.000000000 30.000000000 +0.000000000-0.000000000 / "
				 "33.333333350! 36.666666650! 30.000000000~ +0.000000000-0.000000000", __LINE__);
	expect_refused("3: 5*1 3*2", WITH(STV_MEEK, 2, rules.quota = QUOTA_DROOP), "error", CODE_BAD_RULE, __LINE__);
	expect_refused("3: 5*1 3*2", WITH(STV_MEEK, 2, rules.decimals = 8), "error", CODE_BAD_RULE, __LINE__);
	expect_refused("3: 5*1 3*2", WITH(STV_MEEK, 2, rules.batch = true), "error", CODE_BAD_RULE, __LINE__);
	expect_refused("3: 5*1 3*2", WITH(STV_MEEK, 2, rules.sheets.overvote = OVERVOTE_IF_ONE), "error", CODE_BAD_RULE, __LINE__);
}

static void
test_refused(void)
{
	expect_refused("3: 5*1 3*2", by(STV_SCOTTISH, 0), "error", CODE_BAD_RULE, __LINE__);
	expect_refused("3: 5*1 3*2", by(STV_SCOTTISH, INT64_MAX), "error", CODE_BAD_RULE, __LINE__);
	expect_refused("3: 5*1 3*2", WITH(STV_SCOTTISH, 1, rules.batch = true), "error", CODE_BAD_RULE, __LINE__);
	expect_refused("3: 5*1 3*2", WITH(STV_SCOTTISH, 1, rules.decimals = 19), "error", CODE_BAD_RULE, __LINE__);
	expect_refused("3: 5*1 3*2", WITH(STV_SCOTTISH, 1, rules.decimals = -2), "error", CODE_BAD_RULE, __LINE__);
	expect_refused("3: 5*1 3*2", WITH(STV_SCOTTISH, 1, rules.sheets.overvote = OVERVOTE_WAIT), "error", CODE_BAD_RULE, __LINE__);
	expect_refused("3: 5*1 -3*2", by(STV_WIGM, 1), "error", CODE_NEGATIVE_COUNT, __LINE__);
}

/* The greatest weights there are, with the most decimals. */
static void
test_great(void)
{
	expect_count("3: 6000000000000000000*1>2 3223372036854775807*3", WITH(STV_WIGM, 2, rules.decimals = 18), "error",
				 "6000000000000000000.000000000000000000! 0.000000000000000000~ 3223372036854775807.000000000000000000! "
				 "+0.000000000000000000-0.000000000000000000", __LINE__);
	expect_count("3: 6000000000000000000*1>2 3223372036854775807*2>3", by(STV_MEEK, 2), "error",
				 "6000000000000000000.000000000! 3223372036854775807.000000000! 0.000000000~ +0.000000000-0.000000000", __LINE__);
}

/* ---- many small counts */

static Profile
some_profile(uint32_t m)
{
	Profile		profile;
	uint32_t	papers = 1 + seeded_below(30);

	CHECK_INT(profile_init(&profile, m, ARENA, NULL), CODE_OK);
	for (uint32_t i = 0; i < papers; i++)
	{
		Buf			buf;
		Str			bytes;
		uint32_t	ranks = seeded_below(m + 1);

		buf_init(&buf, ARENA);
		for (uint32_t r = 0; r < ranks; r++)
			CHECK_INT(ranking_add(&buf, (uint32_t[]) {1 + seeded_below(m)}, 1, NULL), CODE_OK);
		CHECK_INT(ranking_done(&bytes, &buf, NULL), CODE_OK);
		CHECK_INT(profile_add(&profile, (const uint8_t *) bytes.p, bytes.n, 1 + seeded_below(i % 3 == 0 ? 1000000 : 30), NULL), CODE_OK);
	}
	profile_sort(&profile, ARENA);
	return profile;
}

static void
check_sums(const Stv *stv, int64_t seats)
{
	uint32_t	elected = 0;
	Wide		all = (Wide) stv->ballots * wide_pow10(stv->decimals);

	for (uint32_t r = 0; r < stv->rounds; r++)
	{
		const StvRound *round = &stv->round[r];
		Wide		sum = round->sums[SUM_EXHAUSTED] + round->sums[SUM_LOST] + (Wide) stv->blank * wide_pow10(stv->decimals);

		elected = 0;
		for (uint32_t o = 1; o <= stv->options; o++)
		{
			sum += round->votes[o];
			elected += round->status[o] == STV_ELECTED;
			CHECK(round->votes[o] >= 0);
			if (r > 0 && round[-1].status[o] != STV_CONTINUING)
				CHECK_INT(round->status[o], round[-1].status[o]);
			if (round->keep != NULL)
				CHECK(round->keep[o] >= 0 && round->keep[o] <= wide_pow10(MEEK_DECIMALS));
		}
		CHECK(sum == all);
		CHECK(round->sums[SUM_LOST] >= 0);
		CHECK(elected <= seats);
	}
	if (elected > 0)
		CHECK_INT(elected, seats < stv->options ? seats : stv->options);
}

static void
test_many(void)
{
	for (int i = 0; i < 3000; i++)
	{
		uint32_t	m = 1 + seeded_below(8);
		Profile		profile = some_profile(m);

		for (StvRule rule = STV_SCOTTISH; rule <= STV_MEEK; rule++)
		{
			StvRules	rules = by(rule, 1 + seeded_below(4));
			Ties		ties = ties_by("prior_round,lot", m);
			Stv			stv;

			rules.batch = rule == STV_WIGM && seeded_below(2);
			CHECK_INT(stv_count(&stv, &profile, &rules, &ties, NULL, ARENA, NULL), CODE_OK);
			check_sums(&stv, rules.seats);
		}
		arena_reset(ARENA);
	}
}

int
main(void)
{
	if (!crypto_init())
		return 1;
	heap_arena_init(&heap);
	test_scottish();
	test_wigm();
	test_meek();
	test_refused();
	test_great();
	test_many();
	heap_arena_free(&heap);
	return check_done("voting_stv");
}
