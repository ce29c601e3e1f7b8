/*
 * voting_score_test.c -- plurality, approval, score, majority judgment, STAR and Borda: small counts by hand, and majority
 * judgment against its definition.
 */
#include "voting.h"

#include "seeded.h"
#include "voting/borda.h"
#include "voting/score.h"

/* ---- votes */

static void
test_votes(void)
{
	Counts		counts = counts_of("plurality 4: 20 1 | 3 8 0 8");
	Place		place[5];
	Ties		ties = ties_by("option_order", 4);

	CHECK_INT(votes_fill(place, &counts, 1, &ties, NULL), CODE_OK);
	CHECK_INT(place[1].rank * 1000 + place[2].rank * 100 + place[3].rank * 10 + place[4].rank, 3141);
	CHECK(place[2].elected && !place[4].elected && place[4].tied);
	CHECK_INT(votes_fill(place, &counts, 2, &ties, NULL), CODE_OK);
	CHECK(place[2].elected && place[4].elected && !place[4].tied);
}

/* ---- scores: option 1 has 0 3 3, option 2 has 2 2 2 2, option 3 has nothing, option 4 has 1 3 3 1; five ballots, one blank */

static const char scores_text[] = "score 4 3: 5 1 | 1 0 0 2 | 0 0 4 0 | 0 0 0 0 | 0 2 0 2";

static void
check_scores(ScoreBy by, bool fill, const char *ranks, int line)
{
	Counts		counts = counts_of(scores_text);
	Ties		ties = ties_by("none", 4);
	Scores		scores;
	char		found[4];

	check_int(scores_count(&scores, &counts, by, fill, 1, &ties, ARENA, NULL), CODE_OK, __FILE__, line, "count");
	for (uint32_t o = 1; o <= 4; o++)
		found[o - 1] = (char) ('0' + scores.place[o].rank);
	check_str((Str){found, 4}, ranks, __FILE__, line, "ranks");
}

static void
test_scores(void)
{
	static const int64_t sums[] = {0, 6, 8, 0, 8};
	static const int64_t scored[] = {0, 3, 4, 0, 4};
	static const int64_t medians[] = {0, 0, 2, 0, 1};
	Counts		counts = counts_of(scores_text);
	Counts		wrong = counts_of("score 2 1: 3 0 | 2 2 | 0 0");
	Ties		ties = ties_by("none", 4);
	Scores		scores;

	CHECK_INT(scores_count(&scores, &counts, SCORE_SUM, true, 1, &ties, ARENA, NULL), CODE_OK);
	for (uint32_t o = 1; o <= 4; o++)
	{
		CHECK_INT((int64_t) scores.sum[o], sums[o]);
		CHECK_INT(scores.row[o].scored, scored[o]);
		CHECK_INT(scores.row[o].n, 4);
		CHECK_INT(scores.row[o].median, medians[o]);
	}
	CHECK_INT(scores_count(&scores, &counts, SCORE_MEDIAN, false, 1, &ties, ARENA, NULL), CODE_OK);
	CHECK_INT(scores.row[1].median, 3);
	CHECK_INT(scores.row[3].median, -1);
	check_scores(SCORE_SUM, true, "3141", __LINE__);
	check_scores(SCORE_SUM, false, "3141", __LINE__);
	check_scores(SCORE_MEAN, true, "3141", __LINE__);
	check_scores(SCORE_MEAN, false, "1141", __LINE__);
	check_scores(SCORE_MEDIAN, true, "3132", __LINE__);
	check_scores(SCORE_MEDIAN, false, "1243", __LINE__);
	check_scores(SCORE_JUDGMENT, true, "3142", __LINE__);
	CHECK_INT(scores_count(&scores, &counts, SCORE_JUDGMENT, false, 1, &ties, ARENA, NULL), CODE_BAD_RULE);
	CHECK_INT(scores_count(&scores, &wrong, SCORE_SUM, true, 1, &ties, ARENA, NULL), CODE_NEGATIVE_COUNT);
}

/* Compare two lists of scores, sorted, by taking medians out one by one. */
static int
judge(const int *a, const int *b, int n)
{
	int			x[12];
	int			y[12];

	memcpy(x, a, sizeof(int) * (size_t) n);
	memcpy(y, b, sizeof(int) * (size_t) n);
	for (; n > 0; n--)
	{
		int			middle = (n - 1) / 2;

		if (x[middle] != y[middle])
			return x[middle] > y[middle] ? 1 : -1;
		memmove(x + middle, x + middle + 1, sizeof(int) * (size_t) (n - middle - 1));
		memmove(y + middle, y + middle + 1, sizeof(int) * (size_t) (n - middle - 1));
	}
	return 0;
}

static void
test_judgment(void)
{
	for (int round = 0; round < 20000; round++)
	{
		int			n = 1 + (int) seeded_below(11);
		int			high = 1 + (int) seeded_below(3);
		int			list[2][12];
		Counts		counts;
		Ties		ties = ties_by("none", 2);
		Scores		scores;
		int			order;

		CHECK_INT(counts_init(&counts, COUNT_SCORE, 2, high, ARENA, NULL), CODE_OK);
		counts.ballots = n;
		for (int o = 0; o < 2; o++)
		{
			for (int i = 0; i < n; i++)
				counts.cell[o * (high + 1) + (int) seeded_below((uint32_t) high + 1)]++;
			for (int score = 0, i = 0; score <= high; score++)
				for (int64_t times = counts.cell[o * (high + 1) + score]; times > 0; times--)
					list[o][i++] = score;
		}
		CHECK_INT(scores_count(&scores, &counts, SCORE_JUDGMENT, true, 1, &ties, ARENA, NULL), CODE_OK);
		order = (scores.place[1].rank < scores.place[2].rank) - (scores.place[1].rank > scores.place[2].rank);
		CHECK_INT(order, judge(list[0], list[1], n));
		arena_reset(ARENA);
	}
}

/* ---- STAR */

static Code
star(Star *out, const char *text, const char *rules, Ties *ties)
{
	Counts		counts = counts_of(text);

	*ties = ties_by(rules, counts.options);
	return star_count(out, &counts, ties, ARENA, NULL);
}

static void
test_star(void)
{
	Ties		ties;
	Star		out;

	/* ballots 5 4 0 three times, 0 4 5 twice: 2 has the highest sum, 1 beats it */
	CHECK_INT(star(&out, "star 3 5: 5 0 | 2 0 0 0 0 3 0 3 3 | 0 0 0 0 5 0 2 0 3 | 3 0 0 0 0 2 2 2 0", "error", &ties), CODE_OK);
	CHECK_INT((int64_t) out.sum[1], 15);
	CHECK_INT((int64_t) out.sum[2], 20);
	CHECK_INT(out.finalist[0], 2);
	CHECK_INT(out.finalist[1], 1);
	CHECK_INT(out.votes[0], 2);
	CHECK_INT(out.votes[1], 3);
	CHECK_INT(out.winner, 1);
	CHECK_INT(ties.breaks, 0);

	/* as many score 1 higher as 2: the higher sum wins */
	CHECK_INT(star(&out, "star 2 5: 2 0 | 1 0 0 0 0 1 0 1 | 0 1 1 0 0 0 1 0", "error", &ties), CODE_OK);
	CHECK_INT(out.winner, 1);
	CHECK_INT(ties.breaks, 1);
	CHECK_INT(ties.first->rule, TIE_SCORE);
	CHECK_INT(ties.first->n, 2);

	/* equal in everything: a rule decides */
	CHECK_INT(star(&out, "star 2 1: 2 0 | 1 1 0 1 | 1 1 1 0", "pairwise,top_scores,option_order", &ties), CODE_OK);
	CHECK_INT(out.winner, 1);
	CHECK_INT(ties.first->rule, TIE_OPTION_ORDER);
	CHECK_INT(star(&out, "star 2 1: 2 0 | 1 1 0 1 | 1 1 1 0", "pairwise,top_scores", &ties), CODE_TIE_UNBROKEN);

	/* three lead and beat each other in a circle: the highest scores find one finalist, the comparison of the rest the other */
	CHECK_INT(star(&out, "star 3 2: 3 0 | 0 3 0 0 2 1 | 1 1 1 1 0 2 | 0 3 0 2 1 0", "pairwise,top_scores,error", &ties), CODE_OK);
	CHECK_INT(out.finalist[0], 2);
	CHECK_INT(out.finalist[1], 3);
	CHECK_INT(out.winner, 2);
	CHECK_INT(ties.breaks, 2);
	CHECK_INT(ties.first->rule, TIE_TOP_SCORES);
	CHECK_INT(ties.last->rule, TIE_PAIRWISE);
	CHECK_INT(star(&out, "star 3 2: 3 0 | 1 1 1 0 2 1 | 1 1 1 1 0 2 | 1 1 1 2 1 0", "pairwise,top_scores,error", &ties), CODE_TIE_UNBROKEN);
	CHECK_INT(star(&out, "star 1 2: 3 0 | 1 1 1 0", "error", &ties), CODE_OK);
	CHECK_INT(out.winner, 1);
	CHECK_INT(out.finalist[1], 0);
}

/* ---- Borda */

static void
check_borda(const char *text, BordaMode mode, int64_t lowest, const char *points, int line)
{
	Profile		profile = profile_of(text);
	Ties		ties = ties_by("none", profile.options);
	Buf			found;
	Borda		borda;

	check_int(borda_count_profile(&borda, &profile, mode, lowest, 1, &ties, NULL, ARENA, NULL), CODE_OK, __FILE__, line, text);
	buf_init(&found, ARENA);
	for (uint32_t o = 1; o <= profile.options; o++)
	{
		wide_print(&found, borda.points[o], 0);
		buf_char(&found, ' ');
	}
	buf_char(&found, '/');
	wide_print(&found, *borda.denominator, 0);
	check_str(buf_done(&found), points, __FILE__, line, text);
}

static void
test_borda(void)
{
	static const char text[] = "4: 1*1>2>3>4 2*2=3>1 10*4 100*";
	Profile		profile = profile_of("2: -1*1");
	Ties		ties = ties_by("none", 2);
	Counts		counts = counts_of("borda 2: 3 1 3 | 2 4 3 | 1 3 2");
	Counts		wrong = counts_of("borda 2: 3 1 3 | 2 400 3 | 1 3 2");
	Borda		borda;

	/* doubled: a blank ballot is 3/2 points for each of four */
	check_borda(text, BORDA_AVERAGE, 0, "330 334 332 360 /2", __LINE__);
	check_borda(text, BORDA_AVERAGE, 1, "556 560 558 586 /2", __LINE__);
	check_borda(text, BORDA_ZERO, 0, "10 14 12 60 /2", __LINE__);
	check_borda(text, BORDA_ZERO, 1, "16 20 18 82 /2", __LINE__);
	check_borda(text, BORDA_MODIFIED, 1, "12 16 14 22 /2", __LINE__);

	/* lcm(1..4) = 12, shared by two: 24 */
	check_borda(text, BORDA_DOWDALL, 0, "40 48 44 246 /24", __LINE__);

	CHECK_INT(borda_count_profile(&borda, &profile, BORDA_AVERAGE, 0, 1, &ties, NULL, ARENA, NULL), CODE_NEGATIVE_COUNT);
	CHECK_INT(borda_count(&borda, &counts, BORDA_ZERO, 0, 1, &ties, ARENA, NULL), CODE_OK);
	CHECK_INT((int64_t) borda.points[1], 4);
	CHECK_INT(borda_count(&borda, &wrong, BORDA_ZERO, 0, 1, &ties, ARENA, NULL), CODE_NEGATIVE_COUNT);
	CHECK_INT(borda_count(&borda, &counts, BORDA_DOWDALL, 0, 1, &ties, ARENA, NULL), CODE_BAD_RULE);
	CHECK_INT(borda_count(&borda, &counts, BORDA_ZERO, 2, 1, &ties, ARENA, NULL), CODE_BAD_RULE);
	CHECK_INT(borda_count(&borda, &counts, BORDA_MODIFIED, 0, 1, &ties, ARENA, NULL), CODE_BAD_RULE);
	profile = profile_of("2: 1*1");
	CHECK_INT(borda_count_profile(&borda, &profile, BORDA_DOWDALL, 1, 1, &ties, NULL, ARENA, NULL), CODE_BAD_RULE);
}

/* Fractions without a common denominator of 128 bits are refused, not rounded. */
static void
test_dowdall_limits(void)
{
	for (uint32_t m = 80; m <= 120; m += 40)
	{
		Profile		profile;
		Ties		ties = ties_by("none", m);
		Borda		borda;
		Buf			buf;
		Str			bytes;

		buf_init(&buf, ARENA);
		for (uint32_t o = 1; o <= m; o++)
			CHECK_INT(ranking_add(&buf, (uint32_t[]){o}, 1, NULL), CODE_OK);
		CHECK_INT(ranking_done(&bytes, &buf, NULL), CODE_OK);
		CHECK_INT(profile_init(&profile, m, ARENA, NULL), CODE_OK);
		CHECK_INT(profile_add(&profile, (const uint8_t *) bytes.p, bytes.n, 1, NULL), CODE_OK);
		CHECK_INT(borda_count_profile(&borda, &profile, BORDA_DOWDALL, 0, 1, &ties, NULL, ARENA, NULL), m == 80 ? CODE_OK : CODE_NUMBER_OVERFLOW);
	}
}

int
main(void)
{
	if (!crypto_init())
		return 1;
	heap_arena_init(&heap);
	test_votes();
	test_scores();
	test_judgment();
	test_star();
	test_borda();
	test_dowdall_limits();
	heap_arena_free(&heap);
	return check_done("voting_score");
}
