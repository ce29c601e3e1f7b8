/*
 * voting_lot_test.c -- lots and ties: tickets that anybody can check, lists of rules, who is chosen by each rule, what is
 * recorded, and what is refused.
 */
#include "check.h"

#include "crypto/crypto.h"
#include "voting/lot.h"

#define ALL_RULES (TIES_BY_LIST | TIES_BY_ROUND | TIE_BIT(TIE_NONE) | TIE_BIT(TIE_ALL) | TIE_BIT(TIE_SCORE))

static HeapArena heap;

static Ties
ties_of(const char *rules, Str seed, const int32_t *list)
{
	Ties		ties;
	Fault		fault;

	if (!check_int(ties_init(&ties, str_from(rules), ALL_RULES, seed, list, 5, 5, &heap.arena, &fault), CODE_OK, __FILE__,
				   __LINE__, rules))
		printf("    %s\n", fault.detail);
	return ties;
}

/* Break a tie between 2, 4 and 5 and return the chosen one, or minus the code. */
static int64_t
chosen_of(const char *rules, Str seed, const int32_t *list, bool worst, const Wide *const *votes, uint32_t rounds)
{
	Ties		ties = ties_of(rules, seed, list);
	uint32_t	tied[] = {2, 4, 5};
	uint32_t	chosen;
	TieRule		rule;
	Tie			tie = {.round = rounds + 1, .purpose = "exclude", .worst = worst, .votes = votes, .rounds = rounds, .n = 3, .tied = tied};
	Fault		fault;
	Code		code = ties_break(&chosen, &rule, &ties, &tie, &fault);

	if (code != CODE_OK)
		return -(int64_t) code;
	CHECK_INT(ties.breaks, 1);
	CHECK_INT(ties.first->n, 3);
	CHECK_INT(ties.first->tied[0] * 100 + ties.first->tied[1] * 10 + ties.first->tied[2], 245);
	CHECK_INT(ties.first->chosen, chosen);
	CHECK_INT(ties.first->rule, rule);
	CHECK_INT(ties.first->round, rounds + 1);
	return chosen;
}

static void
test_lot(void)
{
	/* printf 'beacon\0\0\0\1' | sha256sum, and so on */
	static const char *const tickets[] = {
		"cf6bebec3ab9b9dcb0f28f8b13a6ee95c090f1c9c7ff5503d237826f44e4cc0d",
		"3ee2742ed8e052e3a5d42f5020630eb68416e3515c3b14aaca62d0089a33ae50",
		"8a5954d76782d16f09dff0370c6b1f5fb1944d2e18ddf7ea10e649794a79c75b",
		"3bbe6b5a9e3c3fd7b219347fb3288e7c645ee463c8ca5db3f693f524513c2dfe",
		"e91ff5ebc799713127ceae8902b5e311773fa0d18f13f25fc29e80da7a69f356",
	};
	uint32_t	place[6];
	uint8_t		ticket[LOT_TICKET_SIZE];
	char		hex[2 * LOT_TICKET_SIZE + 1];
	uint32_t	best;

	for (uint32_t o = 1; o <= 5; o++)
	{
		lot_ticket(ticket, STR("beacon"), o);
		for (int i = 0; i < LOT_TICKET_SIZE; i++)
			snprintf(hex + 2 * i, 3, "%02x", ticket[i]);
		CHECK_STR(str_from(hex), tickets[o - 1]);
	}
	lot_draw(place, 5, STR("beacon"), &heap.arena);
	for (uint32_t a = 1; a <= 5; a++)
		for (uint32_t b = 1; b <= 5; b++)
			CHECK((place[a] < place[b]) == (strcmp(tickets[a - 1], tickets[b - 1]) < 0));

	best = place[2] < place[4] ? 2 : 4;
	best = place[5] < place[best] ? 5 : best;
	CHECK_INT(chosen_of("lot", STR("beacon"), NULL, false, NULL, 0), best);
	best = place[2] > place[4] ? 2 : 4;
	best = place[5] > place[best] ? 5 : best;
	CHECK_INT(chosen_of("lot", STR("beacon"), NULL, true, NULL, 0), best);
	CHECK_INT(chosen_of("lot", STR_NONE, NULL, true, NULL, 0), -CODE_TIE_NEEDS_SEED);
	CHECK_INT(chosen_of("lot", STR(""), NULL, true, NULL, 0), -CODE_TIE_NEEDS_SEED);
}

static void
test_lists(void)
{
	static const int32_t list[] = {3, 4, 5, 1, 2};

	CHECK_INT(chosen_of("option_order", STR_NONE, NULL, false, NULL, 0), 2);
	CHECK_INT(chosen_of("option_order", STR_NONE, NULL, true, NULL, 0), 5);
	CHECK_INT(chosen_of("permutation", STR_NONE, list, false, NULL, 0), 4);
	CHECK_INT(chosen_of("permutation", STR_NONE, list, true, NULL, 0), 2);
	CHECK_INT(chosen_of("picked_first", STR_NONE, list, false, NULL, 0), 4);
	CHECK_INT(chosen_of("picked_first", STR_NONE, list, true, NULL, 0), 4);
	CHECK_INT(chosen_of("picked_first", STR_NONE, NULL, true, NULL, 0), 2);
	CHECK_INT(chosen_of(" none ,lot", STR_NONE, NULL, true, NULL, 0), 0);
	CHECK_INT(chosen_of("all", STR_NONE, NULL, true, NULL, 0), 0);
	CHECK_INT(chosen_of("error", STR("x"), NULL, true, NULL, 0), -CODE_TIE_UNBROKEN);
	CHECK_INT(chosen_of("prior_round", STR("x"), NULL, true, NULL, 0), -CODE_TIE_UNBROKEN);
}

static void
test_rounds(void)
{
	const Wide	first[] = {0, 9, 3, 9, 1, 2};
	const Wide	second[] = {0, 9, 2, 9, 2, 5};
	const Wide	third[] = {0, 9, 7, 9, 7, 7};
	const Wide *const rounds[] = {first, second, third};

	CHECK_INT(chosen_of("prior_round", STR_NONE, NULL, false, rounds, 3), 5);
	/* 2 and 4 are both last in the second round; the first one decides between them */
	CHECK_INT(chosen_of("prior_round", STR_NONE, NULL, true, rounds, 3), 4);
	CHECK_INT(chosen_of("first_round", STR_NONE, NULL, false, rounds, 3), 2);
	CHECK_INT(chosen_of("first_round", STR_NONE, NULL, true, rounds, 3), 4);
	CHECK_INT(chosen_of("prior_round", STR_NONE, NULL, true, rounds + 2, 1), -CODE_TIE_UNBROKEN);
	CHECK_INT(chosen_of("prior_round, option_order", STR_NONE, NULL, true, rounds + 1, 2), 4);
	CHECK_INT(chosen_of("prior_round,option_order", STR_NONE, NULL, true, rounds + 2, 1), 5);
}

static Wide
merit(const void *context, TieRule rule, uint32_t option)
{
	return rule == TIE_SCORE ? ((const Wide *) context)[option] : 0;
}

static void
test_merit(void)
{
	const Wide	scores[] = {0, 1, 5, 1, 7, 7};
	Ties		ties = ties_of("score,all", STR_NONE, NULL);
	uint32_t	tied[] = {2, 4, 5};
	uint32_t	chosen;
	TieRule		rule;
	Tie			tie = {.purpose = "elect", .merit = merit, .context = scores, .n = 3, .tied = tied};
	Fault		fault;

	CHECK_INT(ties_break(&chosen, &rule, &ties, &tie, &fault), CODE_OK);
	CHECK_INT(chosen, 0);
	CHECK_INT(rule, TIE_ALL);
	CHECK_INT(tie.n, 2);
	CHECK_INT(tie.tied[0], 4);
	CHECK_INT(tie.tied[1], 5);
	CHECK_INT(ties.first->n, 3);
	ties_record(&ties, &tie, TIE_SCORE, 5);
	CHECK_INT(ties.breaks, 2);
	CHECK_INT(ties.first->next->chosen, 5);
	CHECK(ties.last == ties.first->next);
}

static void
check_refused(const char *rules, uint32_t allowed, const int32_t *list, size_t n, int line)
{
	Ties		ties;
	Fault		fault;

	check_int(ties_init(&ties, str_from(rules), allowed, STR_NONE, list, n, 3, &heap.arena, &fault), CODE_BAD_RULE, __FILE__,
			  line, rules);
}

static void
test_refused(void)
{
	static const int32_t good[] = {3, 1, 2};
	static const int32_t twice[] = {3, 1, 3};
	static const int32_t zero[] = {3, 0, 2};
	static const int32_t high[] = {3, 1, 4};
	static const int32_t low[] = {3, 1, INT32_MIN};
	Ties		ties;

	CHECK_INT(ties_init(&ties, STR("permutation"), ALL_RULES, STR_NONE, good, 3, 3, &heap.arena, NULL), CODE_OK);
	check_refused("permutation", ALL_RULES, twice, 3, __LINE__);
	check_refused("permutation", ALL_RULES, zero, 3, __LINE__);
	check_refused("permutation", ALL_RULES, high, 3, __LINE__);
	check_refused("permutation", ALL_RULES, low, 3, __LINE__);
	check_refused("permutation", ALL_RULES, good, 2, __LINE__);
	check_refused("permutation", ALL_RULES, NULL, 0, __LINE__);
	check_refused("lots", ALL_RULES, NULL, 0, __LINE__);
	check_refused("", ALL_RULES, NULL, 0, __LINE__);
	check_refused("lot,", ALL_RULES, NULL, 0, __LINE__);
	check_refused("all", TIES_BY_LIST, NULL, 0, __LINE__);
	check_refused("lot,lot,lot,lot,lot,lot,lot,lot,lot", ALL_RULES, NULL, 0, __LINE__);
	check_refused("this is a name that is much too long to be shown in an error message", ALL_RULES, NULL, 0, __LINE__);
}

int
main(void)
{
	if (!crypto_init())
		return 1;
	heap_arena_init(&heap);
	test_lot();
	test_lists();
	test_rounds();
	test_merit();
	test_refused();
	heap_arena_free(&heap);
	return check_done("voting_lot");
}
