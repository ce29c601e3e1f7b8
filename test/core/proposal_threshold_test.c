/*
 * proposal_threshold_test.c -- bars at their edges, and what must hold of every bar: nobody's vote against helps, nobody's
 * vote for harms.
 */
#include "check.h"

#include "proposal/threshold.h"
#include "seeded.h"

static bool
accepted(const Bars *bars, int64_t yes, int64_t no, int64_t abstain, int64_t electorate)
{
	YesNo		counts = {yes, no, abstain, electorate};
	Decision	d;

	bars_decide(&d, bars, &counts, AVERAGE_FIRST, SHARE_ONE);
	return d.accepted;
}

static void
test_shares(void)
{
	CHECK_INT(share_ceil(100, (Fraction){1, 3}), 34);
	CHECK_INT(share_ceil(99, (Fraction){1, 3}), 33);
	CHECK_INT(share_ceil(0, (Fraction){1, 3}), 0);
	CHECK_INT(share_ceil(100, (Fraction){0, 0}), 0);
	CHECK_INT(share_ceil(INT64_MAX, (Fraction){FRACTION_MAX, FRACTION_MAX}), INT64_MAX);
	CHECK(share_reached(34, 100, (Fraction){1, 3}));
	CHECK(!share_reached(33, 100, (Fraction){1, 3}));
	CHECK(share_reached(0, 100, (Fraction){0, 0}));
	CHECK(share_reached(INT64_MAX, INT64_MAX, (Fraction){FRACTION_MAX, FRACTION_MAX}));
	CHECK(!share_reached(INT64_MAX - 1, INT64_MAX, (Fraction){FRACTION_MAX, FRACTION_MAX}));
}

static void
test_bars(void)
{
	Bars		half = {.support = {1, 2}, .strict = true};
	Bars		thirds = {.support = {2, 3}};
	Bars		tenth = {.support = {1, 2}, .strict = true, .approval = {1, 10}};
	Bars		part = {.support = {1, 2}, .strict = true, .participation = {1, 2}};
	Bars		ahead = {.support = {1, 2}, .strict = true, .margin = {1, 10}};
	Bars		against = {.support = {1, 2}, .strict = true, .quorum = QUORUM_OPPOSITION, .quorum_min = {1, 10}, .quorum_max = {2, 5},
						   .coefficient = 2000000, .offset = 1000};

	CHECK(accepted(&half, 2, 1, 0, 100));
	CHECK(!accepted(&half, 1, 1, 0, 100));
	CHECK(!accepted(&half, 0, 0, 5, 100));
	CHECK(accepted(&thirds, 2, 1, 50, 100));
	CHECK(!accepted(&thirds, 199, 100, 0, 1000));
	CHECK(accepted(&tenth, 10, 0, 0, 100));
	CHECK(!accepted(&tenth, 9, 0, 91, 100));
	CHECK(!accepted(&tenth, 10, 0, 0, 101));
	CHECK(accepted(&part, 2, 1, 47, 100));
	CHECK(!accepted(&part, 2, 1, 46, 100));
	CHECK(accepted(&ahead, 20, 10, 0, 100));
	CHECK(!accepted(&ahead, 20, 11, 0, 100));

	/* Opposition up to a tenth of the electorate raises nothing; then a point against raises the bar by two, to two fifths. */
	CHECK(accepted(&against, 20, 10, 0, 200));
	CHECK(accepted(&against, 25, 20, 0, 200));
	CHECK(!accepted(&against, 34, 33, 0, 200));
	CHECK(accepted(&against, 80, 79, 0, 200));

	CHECK(accepted(&tenth, INT64_MAX / 2 + 1, INT64_MAX / 2, 0, INT64_MAX));
	CHECK(!accepted(&tenth, INT64_MAX / 2, INT64_MAX / 2, 1, INT64_MAX));
}

static void
test_average(void)
{
	Bars		bars = {.support = {1, 2}, .strict = true, .quorum = QUORUM_EMA, .quorum_min = {1, 10}, .quorum_max = {1, 2}};
	int64_t		average = AVERAGE_FIRST;
	YesNo		counts = {29, 0, 0, 100};
	Decision	d;

	bars_decide(&d, &bars, &counts, average, SHARE_ONE);
	CHECK_INT(d.needed, 30);			/* 10 % and half of 40 % */
	CHECK(!d.accepted);
	average = average_next(average, 0, 100);
	CHECK_INT(average, AVERAGE_ONE * 4 / 10);
	bars_decide(&d, &bars, &counts, average, SHARE_ONE);
	CHECK_INT(d.needed, 26);
	CHECK(d.accepted);
	CHECK_INT(average_next(AVERAGE_ONE, 5, 5), AVERAGE_ONE);
	CHECK_INT(average_next(AVERAGE_ONE, 0, 0), AVERAGE_ONE * 8 / 10);
}

static void
test_curves(void)
{
	Curve		steep = {CURVE_LINEAR, {SHARE_ONE / 2, SHARE_ONE / 10, SHARE_ONE * 9 / 10, 0}};
	Curve		at_once = {CURVE_LINEAR, {0, 0, SHARE_ONE, 0}};
	Curve		steps = {CURVE_STEPPED, {SHARE_ONE, SHARE_ONE / 2, SHARE_ONE / 4, SHARE_ONE / 10}};
	Curve		hyperbola = {CURVE_RECIPROCAL, {SHARE_ONE, 0, -SHARE_ONE, 0}};

	CHECK_INT(curve_bar(&steep, 0), SHARE_ONE * 9 / 10);
	CHECK_INT(curve_bar(&steep, SHARE_ONE / 4), SHARE_ONE / 2);
	CHECK_INT(curve_bar(&steep, SHARE_ONE), SHARE_ONE / 10);
	CHECK_INT(curve_time(&steep, SHARE_ONE / 2), SHARE_ONE / 4);
	CHECK_INT(curve_time(&steep, SHARE_ONE), 0);
	CHECK_INT(curve_time(&steep, 0), SHARE_ONE);
	CHECK_INT(curve_bar(&at_once, 0), 0);
	CHECK_INT(curve_bar(&steps, SHARE_ONE / 10 - 1), SHARE_ONE);
	CHECK_INT(curve_bar(&steps, SHARE_ONE / 10), SHARE_ONE * 3 / 4);
	CHECK_INT(curve_bar(&steps, SHARE_ONE), SHARE_ONE / 2);
	CHECK_INT(curve_bar(&hyperbola, 0), SHARE_ONE);		/* not beyond the whole */
	CHECK_INT(curve_bar(&hyperbola, SHARE_ONE), 0);
}

static void
test_lengthened(void)
{
	Lengthening l = {{1, 100}, {1, 10}, 432000, 3888000};
	Lengthening none = {{0, 0}, {0, 0}, 5, 10};

	CHECK_INT(lengthened(&l, 0, 1000), 0);
	CHECK_INT(lengthened(&l, 9, 1000), 0);
	CHECK_INT(lengthened(&l, 10, 1000), 432000);
	CHECK_INT(lengthened(&l, 99, 1000), 3849600);
	CHECK_INT(lengthened(&l, 1000, 1000), 3888000);
	CHECK_INT(lengthened(&l, 1, 0), 0);
	CHECK_INT(lengthened(&none, 1000, 1000), 0);
}

/* Bars without participation, at random. */
static Bars
random_bars(void)
{
	Bars		bars = {.strict = seeded_below(2) == 0};
	int64_t		den = 2 + (int64_t) seeded_below(50);

	bars.support = (Fraction){den / 2 + 1 + (int64_t) seeded_below((uint32_t) (den - den / 2)), den};
	bars.quorum = (QuorumMode) seeded_below(3);
	if (bars.quorum == QUORUM_FIXED)
		bars.approval = (Fraction){(int64_t) seeded_below(50), 100};
	else
	{
		bars.quorum_min = (Fraction){(int64_t) seeded_below(30), 100};
		bars.quorum_max = (Fraction){bars.quorum_min.num + (int64_t) seeded_below(60), 100};
	}
	if (bars.quorum == QUORUM_OPPOSITION)
	{
		bars.coefficient = (int64_t) seeded_below(3000000);
		bars.offset = (int64_t) seeded_below(2000);
	}
	if (seeded_below(3) == 0)
		bars.margin = (Fraction){(int64_t) seeded_below(20), 100};
	return bars;
}

static void
test_properties(void)
{
	bool		no_show = true;
	bool		monotone = true;
	bool		doubled = true;

	for (int i = 0; i < 200000; i++)
	{
		Bars		bars = random_bars();
		int64_t		n = 1 + (int64_t) seeded_below(60);
		int64_t		yes = (int64_t) seeded_below((uint32_t) n + 1);
		int64_t		no = (int64_t) seeded_below((uint32_t) (n - yes) + 1);
		int64_t		abstain = (int64_t) seeded_below((uint32_t) (n - yes - no) + 1);
		bool		before = accepted(&bars, yes, no, abstain, n);

		/* Whoever turns up and votes against, or abstains, does not make it pass. */
		if (yes + no + abstain < n && !before)
			no_show &= !accepted(&bars, yes, no + 1, abstain, n) && !accepted(&bars, yes, no, abstain + 1, n);

		/* Whoever changes from against to for, or turns up for it, does not stop it. */
		if (before && no > 0)
			monotone &= accepted(&bars, yes + 1, no - 1, abstain, n);
		if (before && yes + no + abstain < n)
			monotone &= accepted(&bars, yes + 1, no, abstain, n);

		/* Twice the community decides the same, where no bar counts in whole members. */
		if (bars.quorum == QUORUM_FIXED && bars.margin.den == 0)
			doubled &= accepted(&bars, 2 * yes, 2 * no, 2 * abstain, 2 * n) == before;
	}
	CHECK(no_show);
	CHECK(monotone);
	CHECK(doubled);
}

/* The bar that is not for constitutions: here turning up against a proposal makes it pass. */
static void
test_participation_is_no_quorum(void)
{
	Bars		bars = {.support = {1, 2}, .strict = true, .participation = {1, 2}};

	CHECK(!accepted(&bars, 49, 0, 0, 100));
	CHECK(accepted(&bars, 49, 1, 0, 100));
}

int
main(void)
{
	test_shares();
	test_bars();
	test_average();
	test_curves();
	test_lengthened();
	test_properties();
	test_participation_is_no_quorum();
	return check_done("proposal_threshold");
}
