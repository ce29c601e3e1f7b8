/*
 * voting_condorcet_test.c -- Copeland, Smith set, minimax, Schulze and ranked pairs: counts by hand, and many small ones
 * against what the definitions say.
 */
#include "voting.h"

#include "seeded.h"
#include "voting/condorcet.h"

#define MANY 6					/* options of random counts, at most */

/* ---- by hand */

/* The capital of Tennessee: Memphis, Nashville, Chattanooga, Knoxville. */
static const char tennessee[] = "4: 42*1>2>3>4 26*2>3>4>1 15*3>4>2>1 17*4>3>2>1";

/* Ranks as digits. */
static Str
ranks_of(const Place *place, uint32_t options)
{
	Buf			buf;

	buf_init(&buf, ARENA);
	for (uint32_t o = 1; o <= options; o++)
		buf_int(&buf, place[o].rank);
	return buf_done(&buf);
}

static void
test_tennessee(void)
{
	Profile		profile = profile_of(tennessee);
	Counts		pairs = counts_from(&profile, COUNT_PAIRS);
	Ties		ties = ties_by("error", 4);
	Duels		duels[5];
	Minimax		minimax;
	Schulze		schulze;
	RankedPairs ranked;

	CHECK_INT(pairs_check(&pairs, NULL), CODE_OK);
	CHECK_INT(pairs_prefer(&pairs, 2, 1), 58);
	CHECK_INT(pairs_prefer(&pairs, 1, 2), 42);
	CHECK_INT(pairs_prefer(&pairs, 2, 3), 68);
	CHECK_INT(pairs_prefer(&pairs, 3, 4), 83);
	CHECK_INT(duels_count(duels, &pairs, 1, &ties, ARENA, NULL), CODE_OK);
	CHECK_INT(duels[2].wins, 3);
	CHECK_INT(duels[1].losses, 3);
	CHECK(duels[2].smith && !duels[1].smith && !duels[3].smith && !duels[4].smith);
	CHECK(duels[2].place.elected);
	CHECK_INT(minimax_count(&minimax, &pairs, STRENGTH_WINNING, 1, &ties, ARENA, NULL), CODE_OK);
	CHECK_STR(ranks_of(minimax.place, 4), "2134");
	CHECK_INT((int64_t) minimax.worst[4], 83);
	CHECK_INT(minimax.against[4], 3);
	CHECK_INT(minimax.against[2], 0);
	CHECK_INT(minimax_count(&minimax, &pairs, STRENGTH_MARGIN, 1, &ties, ARENA, NULL), CODE_OK);
	CHECK_INT((int64_t) minimax.worst[2], -16);
	CHECK_INT(minimax.against[2], 1);
	CHECK_INT(minimax_count(&minimax, &pairs, STRENGTH_RATIO, 1, &ties, ARENA, NULL), CODE_BAD_RULE);
	CHECK_INT(schulze_count(&schulze, &pairs, STRENGTH_WINNING, 1, &ties, NULL, ARENA, NULL), CODE_OK);
	CHECK_STR(ranks_of(schulze.place, 4), "4123");
	CHECK_INT(schulze_count(&schulze, &pairs, STRENGTH_OPPOSITION, 1, &ties, NULL, ARENA, NULL), CODE_BAD_RULE);
	CHECK_INT(ranked_pairs_count(&ranked, &pairs, STRENGTH_WINNING, EQUAL_RANKED, 1, &ties, NULL, ARENA, NULL), CODE_OK);
	CHECK_STR(ranks_of(ranked.place, 4), "4123");
	CHECK_INT(ranked.n, 6);
	CHECK_INT(ranked.pair[0].winner * 10 + ranked.pair[0].loser, 34);
	CHECK_INT(ranked_pairs_count(&ranked, &pairs, STRENGTH_OPPOSITION, EQUAL_RANKED, 1, &ties, NULL, ARENA, NULL), CODE_BAD_RULE);
}

/* Three options in a circle, 8 to 7, 9 to 6 and 10 to 5: the weakest victory yields. */
static void
test_circle(void)
{
	Counts		pairs = counts_of("pairs 3: 15 0 | 15 10 6 | 5 15 8 | 9 7 15");
	Ties		ties = ties_by("error", 3);
	Duels		duels[4];
	Schulze		schulze;
	RankedPairs ranked;
	Minimax		minimax;

	CHECK_INT(duels_count(duels, &pairs, 3, &ties, ARENA, NULL), CODE_OK);
	CHECK(duels[1].smith && duels[2].smith && duels[3].smith);
	CHECK_INT(schulze_count(&schulze, &pairs, STRENGTH_WINNING, 1, &ties, NULL, ARENA, NULL), CODE_OK);
	CHECK_STR(ranks_of(schulze.place, 3), "231");
	CHECK_INT((int64_t) schulze.numerator[schulze.path[3 * 4 + 2]], 9);
	CHECK_INT((int64_t) schulze.numerator[schulze.path[2 * 4 + 3]], 8);
	CHECK_INT(ranked_pairs_count(&ranked, &pairs, STRENGTH_WINNING, EQUAL_RANKED, 1, &ties, NULL, ARENA, NULL), CODE_OK);
	CHECK_STR(ranks_of(ranked.place, 3), "231");
	CHECK(ranked.pair[0].locked && ranked.pair[1].locked && !ranked.pair[2].locked);
	CHECK(!ranked.pair[2].tied);
	CHECK_INT(minimax_count(&minimax, &pairs, STRENGTH_WINNING, 1, &ties, ARENA, NULL), CODE_OK);
	CHECK_STR(ranks_of(minimax.place, 3), "231");

	pairs = counts_of("pairs 3: 9 0 | 15 10 6 | 5 15 8 | 9 7 15");
	CHECK_INT(pairs_check(&pairs, NULL), CODE_NEGATIVE_COUNT);
}

/* A circle of equal victories: the lot decides which yields, or all do. */
static void
test_equal_circle(void)
{
	Counts		pairs = counts_of("pairs 3: 3 0 | 3 2 1 | 1 3 2 | 2 1 3");
	Ties		ties = ties_by("option_order", 3);
	RankedPairs ranked;

	CHECK_INT(ranked_pairs_count(&ranked, &pairs, STRENGTH_WINNING, EQUAL_RANKED, 1, &ties, NULL, ARENA, NULL), CODE_OK);
	CHECK_STR(ranks_of(ranked.place, 3), "123");
	CHECK(ranked.pair[0].locked && ranked.pair[1].locked && !ranked.pair[2].locked && ranked.pair[2].tied);
	CHECK_INT(ranked.pair[2].winner * 10 + ranked.pair[2].loser, 31);
	CHECK_INT(ranked_pairs_count(&ranked, &pairs, STRENGTH_WINNING, EQUAL_TOGETHER, 1, &ties, NULL, ARENA, NULL), CODE_OK);
	CHECK_STR(ranks_of(ranked.place, 3), "111");
	CHECK(ranked.place[1].elected && ranked.place[1].tied);
	ties = ties_by("error", 3);
	CHECK_INT(ranked_pairs_count(&ranked, &pairs, STRENGTH_WINNING, EQUAL_RANKED, 1, &ties, NULL, ARENA, NULL), CODE_TIE_UNBROKEN);
	ties = ties_by("none", 3);
	CHECK_INT(ranked_pairs_count(&ranked, &pairs, STRENGTH_WINNING, EQUAL_RANKED, 1, &ties, NULL, ARENA, NULL), CODE_TIE_UNBROKEN);
	ties = ties_by("none,option_order", 3);
	CHECK_INT(ranked_pairs_count(&ranked, &pairs, STRENGTH_WINNING, EQUAL_RANKED, 1, &ties, NULL, ARENA, NULL), CODE_OK);
	CHECK_STR(ranks_of(ranked.place, 3), "123");
}

static void
test_one(void)
{
	Counts		pairs = counts_of("pairs 1: 0 0 | 0");
	Ties		ties = ties_by("error", 1);
	Duels		duels[2];
	Minimax		minimax;
	Schulze		schulze;
	RankedPairs ranked;

	CHECK_INT(duels_count(duels, &pairs, 1, &ties, ARENA, NULL), CODE_OK);
	CHECK(duels[1].smith && duels[1].place.elected);
	CHECK_INT(minimax_count(&minimax, &pairs, STRENGTH_MARGIN, 1, &ties, ARENA, NULL), CODE_OK);
	CHECK_INT(schulze_count(&schulze, &pairs, STRENGTH_RATIO, 1, &ties, NULL, ARENA, NULL), CODE_OK);
	CHECK_INT(ranked_pairs_count(&ranked, &pairs, STRENGTH_RATIO, EQUAL_RANKED, 1, &ties, NULL, ARENA, NULL), CODE_OK);
	CHECK(ranked.place[1].elected && schulze.place[1].elected && minimax.place[1].elected);
}

/* ---- against the definitions */

static Counts
some_pairs(void)
{
	uint32_t	m = 2 + seeded_below(MANY - 1);
	int64_t		high = seeded_below(3) == 0 ? INT64_C(1) << 61 : 2 + seeded_below(12);
	Counts		pairs;

	CHECK_INT(counts_init(&pairs, COUNT_PAIRS, m, 0, ARENA, NULL), CODE_OK);
	for (uint32_t i = 0; i < m * m; i++)
		pairs.cell[i] = (int64_t) (seeded_next() % (uint64_t) high);
	if (high > 100 && seeded_below(2) == 0)
		for (uint32_t i = 0; i < m * m; i++)
			pairs.cell[i] = high - (pairs.cell[i] & 3);
	pairs.ballots = 2 * high;
	return pairs;
}

/* Compare strengths as the definition has them: -1, 0, 1; a pair that is no victory has none. */
static int
naive_strength(const Counts *pairs, Strength strength, const uint32_t x[2], const uint32_t y[2])
{
	Wide		xf = pairs_prefer(pairs, x[0], x[1]);
	Wide		xa = pairs_prefer(pairs, x[1], x[0]);
	Wide		yf = pairs_prefer(pairs, y[0], y[1]);
	Wide		ya = pairs_prefer(pairs, y[1], y[0]);

	if (strength == STRENGTH_WINNING)
		return wide_cmp(xf, yf);
	if (strength == STRENGTH_MARGIN)
		return wide_cmp(xf - xa, yf - ya);
	if (xa == 0 || ya == 0)
		return xa == ya ? wide_cmp(xf, yf) : xa == 0 ? 1 : -1;
	return wide_cmp(xf * ya, yf * xa);		/* below 2^62 each */
}

/* Whether b is reached from a over victories that are at least as strong as one. */
static bool
reaches_by(const Counts *pairs, Strength strength, const uint32_t least[2], uint32_t a, uint32_t b, uint8_t *seen)
{
	seen[a] = 1;
	for (uint32_t o = 1; o <= pairs->options; o++)
	{
		uint32_t	step[2] = {a, o};

		if (a == o || seen[o] || pairs_prefer(pairs, a, o) <= pairs_prefer(pairs, o, a) ||
			naive_strength(pairs, strength, step, least) < 0)
			continue;
		if (o == b || reaches_by(pairs, strength, least, o, b, seen))
			return true;
	}
	return false;
}

/* a is ahead of b if some victory is so strong that a reaches b over such ones, but not the other way round. */
static bool
naive_ahead(const Counts *pairs, Strength strength, uint32_t a, uint32_t b)
{
	for (uint32_t x = 1; x <= pairs->options; x++)
		for (uint32_t y = 1; y <= pairs->options; y++)
		{
			uint32_t	least[2] = {x, y};
			uint8_t		there[MANY + 1] = {0};
			uint8_t		back[MANY + 1] = {0};

			if (x != y && pairs_prefer(pairs, x, y) > pairs_prefer(pairs, y, x) &&
				reaches_by(pairs, strength, least, a, b, there) && !reaches_by(pairs, strength, least, b, a, back))
				return true;
		}
	return false;
}

static void
check_schulze(const Counts *pairs, Strength strength)
{
	Ties		ties = ties_by("lot", pairs->options);
	Schulze		schulze;
	uint32_t	stride = pairs->options + 1;

	CHECK_INT(schulze_count(&schulze, pairs, strength, 1, &ties, NULL, ARENA, NULL), CODE_OK);
	for (uint32_t a = 1; a <= pairs->options; a++)
	{
		bool		first = true;

		for (uint32_t b = 1; b <= pairs->options; b++)
			if (a != b)
			{
				CHECK_INT(schulze.path[stride * a + b] > schulze.path[stride * b + a], naive_ahead(pairs, strength, a, b));
				first = first && !naive_ahead(pairs, strength, b, a);
				if (naive_ahead(pairs, strength, a, b))
					CHECK(schulze.place[a].rank < schulze.place[b].rank);
			}
		CHECK_INT(schulze.place[a].rank == 1, first);
	}
}

/* The smallest set that is not empty and whose members beat all others, among all subsets. */
static void
check_smith(const Counts *pairs)
{
	Ties		ties = ties_by("lot", pairs->options);
	Duels		duels[MANY + 1];
	uint32_t	m = pairs->options;
	uint32_t	smith = 0;

	CHECK_INT(duels_count(duels, pairs, 1, &ties, ARENA, NULL), CODE_OK);
	for (uint32_t set = 1; set < 1u << m; set++)
	{
		bool		dominates = true;

		for (uint32_t a = 0; a < m; a++)
			for (uint32_t b = 0; b < m; b++)
				if ((set >> a & 1) && !(set >> b & 1) && pairs_prefer(pairs, a + 1, b + 1) <= pairs_prefer(pairs, b + 1, a + 1))
					dominates = false;
		if (dominates && (smith == 0 || __builtin_popcount(set) < __builtin_popcount(smith)))
			smith = set;
	}
	for (uint32_t o = 1; o <= m; o++)
		CHECK_INT(duels[o].smith, smith >> (o - 1) & 1);
}

/* Lock pairs as they come, by looking for a way back each time. */
static void
check_ranked_pairs(const Counts *pairs, Strength strength)
{
	Ties		ties = ties_by("lot", pairs->options);
	RankedPairs ranked;
	bool		locked[MANY + 1][MANY + 1] = {{0}};
	size_t		victories = 0;

	CHECK_INT(ranked_pairs_count(&ranked, pairs, strength, EQUAL_RANKED, 1, &ties, NULL, ARENA, NULL), CODE_OK);
	for (size_t i = 0; i < ranked.n; i++)
	{
		uint32_t	now[2] = {ranked.pair[i].winner, ranked.pair[i].loser};
		bool		back[MANY + 1] = {0};

		if (i > 0)
			CHECK(naive_strength(pairs, strength, (uint32_t[]) {ranked.pair[i - 1].winner, ranked.pair[i - 1].loser}, now) >= 0);
		back[now[1]] = true;
		for (uint32_t again = 0; again < pairs->options; again++)
			for (uint32_t a = 1; a <= pairs->options; a++)
				for (uint32_t b = 1; b <= pairs->options; b++)
					back[b] |= back[a] && locked[a][b];
		CHECK_INT(ranked.pair[i].locked, !back[now[0]]);
		locked[now[0]][now[1]] = ranked.pair[i].locked;
	}
	for (uint32_t a = 1; a <= pairs->options; a++)
		for (uint32_t b = 1; b <= pairs->options; b++)
		{
			victories += pairs_prefer(pairs, a, b) > pairs_prefer(pairs, b, a);
			if (locked[a][b])
				CHECK(ranked.place[a].rank < ranked.place[b].rank);
		}
	CHECK_INT(ranked.n, victories);
}

static void
check_minimax(const Counts *pairs, Strength strength)
{
	Ties		ties = ties_by("lot", pairs->options);
	Minimax		minimax;
	uint32_t	m = pairs->options;

	CHECK_INT(minimax_count(&minimax, pairs, strength, 1, &ties, ARENA, NULL), CODE_OK);
	for (uint32_t a = 1; a <= m; a++)
	{
		Wide		worst = WIDE_MIN;

		for (uint32_t b = 1; b <= m; b++)
		{
			Wide		with = pairs_prefer(pairs, a, b);
			Wide		against = pairs_prefer(pairs, b, a);
			Wide		now = strength == STRENGTH_MARGIN ? against - with : strength == STRENGTH_OPPOSITION || against > with ? against : 0;

			if (a != b && now > worst)
				worst = now;
		}
		CHECK(minimax.worst[a] == worst);
		for (uint32_t b = 1; b <= m; b++)
			if (minimax.worst[a] < minimax.worst[b])
				CHECK(minimax.place[a].rank < minimax.place[b].rank);
	}
}

static void
test_definitions(void)
{
	for (int i = 0; i < 1000; i++)
	{
		Counts		pairs = some_pairs();

		check_smith(&pairs);
		for (Strength s = STRENGTH_WINNING; s <= STRENGTH_RATIO; s++)
		{
			check_schulze(&pairs, s);
			check_ranked_pairs(&pairs, s);
		}
		check_minimax(&pairs, STRENGTH_WINNING);
		check_minimax(&pairs, STRENGTH_MARGIN);
		check_minimax(&pairs, STRENGTH_OPPOSITION);
		arena_reset(ARENA);
	}
}

/* ---- as many options as a table of pairs has */

static int	pauses;

static void
pause_now(void)
{
	pauses++;
}

static void
test_many(void)
{
	Counts		pairs;
	Ties		ties = ties_by("option_order", 300);
	RankedPairs ranked;
	Schulze		schulze;

	CHECK_INT(counts_init(&pairs, COUNT_PAIRS, 300, 0, ARENA, NULL), CODE_OK);
	for (uint32_t a = 0; a < 300; a++)
		for (uint32_t b = a + 1; b < 300; b++)
			pairs.cell[a * 300 + b] = 1;
	pairs.ballots = 1;
	CHECK_INT(ranked_pairs_count(&ranked, &pairs, STRENGTH_WINNING, EQUAL_RANKED, 1, &ties, pause_now, ARENA, NULL), CODE_OK);
	CHECK_INT(ranked.place[300].rank, 300);
	CHECK(pauses > 100);
	pauses = 0;
	CHECK_INT(schulze_count(&schulze, &pairs, STRENGTH_WINNING, 1, &ties, pause_now, ARENA, NULL), CODE_OK);
	CHECK_INT(schulze.place[300].rank, 300);
	CHECK(pauses >= 300);
}

int
main(void)
{
	if (!crypto_init())
		return 1;
	heap_arena_init(&heap);
	test_tennessee();
	test_circle();
	test_equal_circle();
	test_one();
	test_definitions();
	test_many();
	heap_arena_free(&heap);
	return check_done("voting_condorcet");
}
