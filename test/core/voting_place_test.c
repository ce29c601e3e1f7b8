/*
 * voting_place_test.c -- who stands where: ranks, seats, ties for the last seats by each rule, and what is refused.
 */
#include "voting.h"

#include "voting/place.h"

/* Votes of options 1 to 6: 4 and 6 lead, 1, 2 and 5 share the third rank. */
static const int64_t votes[] = {0, 5, 5, 1, 9, 5, 8};

static int
order_by_votes(const void *context, uint32_t a, uint32_t b)
{
	const int64_t *of = context;

	return (of[a] > of[b]) - (of[a] < of[b]);
}

static Code
fill(Place *place, int64_t seats, const char *rules, Ties *ties)
{
	*ties = ties_by(rules, 6);
	return places_fill(place, 6, order_by_votes, votes, seats, ties, NULL);
}

static void
check_elected(int64_t seats, const char *rules, const char *elected, int line)
{
	Place		place[7];
	Ties		ties;
	char		found[8] = "";
	size_t		n = 0;

	check_int(fill(place, seats, rules, &ties), CODE_OK, __FILE__, line, rules);
	for (uint32_t o = 1; o <= 6; o++)
		if (place[o].elected)
			found[n++] = (char) ('0' + o);
	check_str((Str){found, n}, elected, __FILE__, line, rules);
}

static void
test_ranks(void)
{
	static const uint32_t ranks[] = {0, 3, 3, 6, 1, 3, 2};
	static const uint32_t order[] = {4, 6, 1, 2, 5, 3};
	Place		place[7];
	Ties		ties;
	uint32_t	list[6];

	CHECK_INT(fill(place, 2, "error", &ties), CODE_OK);
	for (uint32_t o = 1; o <= 6; o++)
	{
		CHECK_INT(place[o].rank, ranks[o]);
		CHECK_INT(place[o].elected, o == 4 || o == 6);
		CHECK(!place[o].tied);
	}
	CHECK_INT(ties.breaks, 0);
	places_sort(list, 6, order_by_votes, votes, ARENA);
	for (int i = 0; i < 6; i++)
		CHECK_INT(list[i], order[i]);
}

static void
test_seats(void)
{
	check_elected(1, "error", "4", __LINE__);
	check_elected(5, "error", "12456", __LINE__);
	check_elected(6, "error", "123456", __LINE__);
	check_elected(1000000, "error", "123456", __LINE__);
	check_elected(3, "option_order", "146", __LINE__);
	check_elected(4, "option_order", "1246", __LINE__);
	check_elected(3, "none", "46", __LINE__);
	check_elected(4, "none,lot", "46", __LINE__);
	check_elected(3, "option_order,error", "146", __LINE__);
}

static void
test_lot(void)
{
	uint32_t	drawn[7];
	Place		place[7];
	Ties		ties;
	uint32_t	last = 1;

	lot_draw(drawn, 6, STR("beacon"), ARENA);
	for (uint32_t o = 2; o <= 5; o++)
		if (votes[o] == 5 && drawn[o] > drawn[last])
			last = o;
	CHECK_INT(fill(place, 4, "lot", &ties), CODE_OK);
	for (uint32_t o = 1; o <= 5; o++)
		if (votes[o] == 5)
		{
			CHECK_INT(place[o].elected, o != last);
			CHECK(place[o].tied);
			CHECK_INT(place[o].rule, TIE_LOT);
		}
	CHECK(!place[4].tied && !place[6].tied && !place[3].tied);

	/* a record for each seat: all three were equal, and one was chosen */
	CHECK_INT(ties.breaks, 2);
	CHECK_INT(ties.first->n, 3);
	CHECK_INT(ties.first->tied[0] * 100 + ties.first->tied[1] * 10 + ties.first->tied[2], 125);
	CHECK(ties.first->chosen != ties.last->chosen && ties.first->chosen != last && ties.last->chosen != last);
	CHECK(drawn[ties.first->chosen] < drawn[ties.last->chosen]);

	CHECK_INT(fill(place, 3, "none", &ties), CODE_OK);
	CHECK(place[1].tied && place[2].tied && place[5].tied);
	CHECK_INT(place[1].rule, TIE_NONE);
	CHECK_INT(ties.breaks, 1);
	CHECK_INT(ties.first->chosen, 0);
}

static void
test_refused(void)
{
	Place		place[7];
	Ties		ties;

	CHECK_INT(fill(place, 0, "lot", &ties), CODE_BAD_RULE);
	CHECK_INT(fill(place, -1, "lot", &ties), CODE_BAD_RULE);
	CHECK_INT(fill(place, INT64_MAX, "lot", &ties), CODE_BAD_RULE);
	CHECK_INT(fill(place, 3, "error", &ties), CODE_TIE_UNBROKEN);
	CHECK_INT(fill(place, 3, "error,lot", &ties), CODE_TIE_UNBROKEN);
	CHECK_INT(ties_init(&ties, STR("lot"), PLACE_TIES, STR_NONE, NULL, 0, 6, ARENA, NULL), CODE_OK);
	CHECK_INT(places_fill(place, 6, order_by_votes, votes, 3, &ties, NULL), CODE_TIE_NEEDS_SEED);
	CHECK_INT(places_fill(place, 6, order_by_votes, votes, 2, &ties, NULL), CODE_OK);
}

/* As many options as there can be, all equal, for half as many seats: memory does not grow with both. */
static void
test_many(void)
{
	int64_t    *none = arena_zero(ARENA, sizeof(int64_t) * (OPTIONS_MAX + 1));
	Place	   *place = arena_alloc(ARENA, sizeof(Place) * (OPTIONS_MAX + 1));
	Ties		ties = ties_by("lot", OPTIONS_MAX);
	uint32_t	elected = 0;

	CHECK_INT(places_fill(place, OPTIONS_MAX, order_by_votes, none, OPTIONS_MAX / 2, &ties, NULL), CODE_OK);
	for (uint32_t o = 1; o <= OPTIONS_MAX; o++)
	{
		elected += place[o].elected;
		CHECK_INT(place[o].rank, 1);
	}
	CHECK_INT(elected, OPTIONS_MAX / 2);
	CHECK_INT(ties.breaks, OPTIONS_MAX / 2);
}

int
main(void)
{
	if (!crypto_init())
		return 1;
	heap_arena_init(&heap);
	test_ranks();
	test_seats();
	test_lot();
	test_refused();
	test_many();
	heap_arena_free(&heap);
	return check_done("voting_place");
}
