/*
 * voting_change_test.c -- changes of the ballots whose effect on the result is known: options that are numbered otherwise,
 * ballots in another order and in parts, every ballot many times over, and clones.
 */
#include "voting.h"

#include "seeded.h"
#include "voting/borda.h"
#include "voting/condorcet.h"
#include "voting/runoff.h"
#include "voting/score.h"
#include "voting/stv.h"

#define M 5
#define BALLOTS 24

/* Ballots as strict rankings of some of the options, and their weights. */
typedef struct Ballots
{
	uint32_t	options;
	uint32_t	n;
	struct
	{
		uint32_t	option[M + 1];
		uint32_t	ranks;
		int64_t		weight;
	}			ballot[BALLOTS];
} Ballots;

static Ballots
some_ballots(void)
{
	Ballots		ballots = {.options = M, .n = 1 + seeded_below(BALLOTS)};

	for (uint32_t i = 0; i < ballots.n; i++)
	{
		uint32_t	order[M] = {0};

		for (uint32_t o = 0; o < M; o++)
		{
			uint32_t	at = seeded_below(o + 1);

			order[o] = order[at];
			order[at] = o + 1;
		}
		ballots.ballot[i].ranks = seeded_below(M + 1);
		ballots.ballot[i].weight = 1 + seeded_below(100);
		memcpy(ballots.ballot[i].option, order, sizeof order);
	}
	return ballots;
}

static Profile
gather(const Ballots *ballots)
{
	Profile		profile;

	CHECK_INT(profile_init(&profile, ballots->options, ARENA, NULL), CODE_OK);
	for (uint32_t i = 0; i < ballots->n; i++)
	{
		Buf			buf;
		Str			bytes;

		buf_init(&buf, ARENA);
		for (uint32_t r = 0; r < ballots->ballot[i].ranks; r++)
			CHECK_INT(ranking_add(&buf, (uint32_t[]) {ballots->ballot[i].option[r]}, 1, NULL), CODE_OK);
		CHECK_INT(ranking_done(&bytes, &buf, NULL), CODE_OK);
		CHECK_INT(profile_add(&profile, (const uint8_t *) bytes.p, bytes.n, ballots->ballot[i].weight, NULL), CODE_OK);
	}
	profile_sort(&profile, ARENA);
	return profile;
}

/* ---- the methods: what each says of each option, the more the better; ties are broken by a list */

typedef enum Method
{
	BY_BORDA,
	BY_MODIFIED,
	BY_DOWDALL,
	BY_COPELAND,
	BY_MINIMAX,
	BY_SCHULZE,
	BY_RANKED_PAIRS,
	BY_RUNOFF,
	BY_SCOTTISH,
	BY_WIGM,
	BY_MEEK,
	METHODS
} Method;

/* Which method's result is the same, whatever the number of ballots is multiplied with: no quota is rounded. */
static const bool homogeneous[METHODS] = {[BY_BORDA ... BY_RUNOFF] = true};

/* Which never elects another option because one of the options has a clone. */
static const bool independent_of_clones[METHODS] = {[BY_SCHULZE] = true, [BY_RANKED_PAIRS] = true, [BY_RUNOFF] = true};

static const char *const method_names[METHODS] = {"borda", "modified", "dowdall", "copeland", "minimax", "schulze", "ranked pairs",
"runoff", "scottish", "wigm", "meek"};

/* The options that are elected, as bits; *tied if a rule for ties was asked. */
static uint32_t
elected_by(Method method, const Profile *profile, const int32_t *list, bool *tied)
{
	uint32_t	m = profile->options;
	Counts		pairs = counts_from(profile, COUNT_PAIRS);
	Ties		ties;
	Place	   *place = NULL;
	Duels		duels[M + 2];
	Place		places[M + 2];
	Borda		borda;
	Minimax		minimax;
	Schulze		schulze;
	RankedPairs ranked;
	Runoff		runoff;
	RunoffRules runoff_rules = {.sheets = {.max_skipped = -1}, .run_to = 1, .seats = 1, .share_den = 100};
	Stv			stv;
	StvRules	stv_rules = {.sheets = {.max_skipped = -1}, .seats = 2, .decimals = -1};
	bool		by_pairs = false;
	uint32_t	elected = 0;
	Code		code;

	CHECK_INT(ties_init(&ties, STR("permutation"), ANY_RULE, STR_NONE, list, m, m, ARENA, NULL), CODE_OK);
	switch (method)
	{
		case BY_BORDA:
		case BY_MODIFIED:
		case BY_DOWDALL:
			code = borda_count_profile(&borda, profile, method == BY_BORDA ? BORDA_AVERAGE : method == BY_MODIFIED ? BORDA_MODIFIED : BORDA_DOWDALL,
									   method == BY_MODIFIED, 1, &ties, NULL, ARENA, NULL);
			place = borda.place;
			break;
		case BY_COPELAND:
			code = duels_count(duels, &pairs, 1, &ties, ARENA, NULL);
			for (uint32_t o = 1; o <= m; o++)
				places[o] = duels[o].place;
			place = places;
			break;
		case BY_MINIMAX:
			code = minimax_count(&minimax, &pairs, STRENGTH_WINNING, 1, &ties, ARENA, NULL);
			place = minimax.place;
			break;
		case BY_SCHULZE:
			code = schulze_count(&schulze, &pairs, STRENGTH_WINNING, 1, &ties, NULL, ARENA, NULL);
			place = schulze.place;
			break;
		case BY_RANKED_PAIRS:
			code = ranked_pairs_count(&ranked, &pairs, STRENGTH_WINNING, EQUAL_RANKED, 1, &ties, NULL, ARENA, NULL);
			place = ranked.place;
			for (size_t i = 0; i < ranked.n; i++)
				by_pairs |= ranked.pair[i].tied;
			break;
		case BY_RUNOFF:
			code = runoff_count(&runoff, profile, &runoff_rules, &ties, NULL, ARENA, NULL);
			for (uint32_t o = 1; o <= m; o++)
				elected |= (uint32_t) (runoff.round[runoff.rounds - 1].status[o] == RUNOFF_ELECTED) << o;
			break;
		default:
			stv_rules.rule = (StvRule) (method - BY_SCOTTISH);
			code = stv_count(&stv, profile, &stv_rules, &ties, NULL, ARENA, NULL);
			for (uint32_t o = 1; o <= m; o++)
				elected |= (uint32_t) (stv.round[stv.rounds - 1].status[o] == STV_ELECTED) << o;
			break;
	}
	CHECK_INT(code, CODE_OK);
	for (uint32_t o = 1; place != NULL && o <= m; o++)
		elected |= (uint32_t) place[o].elected << o;
	*tied = ties.breaks > 0 || by_pairs;
	return elected;
}

static const int32_t in_order[] = {1, 2, 3, 4, 5, 6};

static void
check_same(Method method, uint32_t found, uint32_t want, int line)
{
	check_int(found, want, __FILE__, line, method_names[method]);
}

/* Options get other numbers, and the list for ties with them. */
static void
check_relabelled(const Ballots *ballots, Method method, uint32_t elected)
{
	Ballots		other = *ballots;
	Profile		profile;
	int32_t		number[M + 1] = {0};
	uint32_t	want = 0;
	bool		tied;

	for (int32_t o = 1; o <= M; o++)
	{
		uint32_t	at = 1 + seeded_below((uint32_t) o);

		number[o] = number[at];
		number[at] = o;
	}
	for (uint32_t i = 0; i < other.n; i++)
		for (uint32_t r = 0; r < M; r++)
			other.ballot[i].option[r] = (uint32_t) number[ballots->ballot[i].option[r]];
	for (int o = 1; o <= M; o++)
		want |= (elected >> o & 1) << number[o];
	profile = gather(&other);
	check_same(method, elected_by(method, &profile, number + 1, &tied), want, __LINE__);
}

/* Every ballot a thousand times over. */
static void
check_scaled(const Ballots *ballots, Method method, uint32_t elected)
{
	Ballots		other = *ballots;
	Profile		profile;
	bool		tied;

	for (uint32_t i = 0; i < other.n; i++)
		other.ballot[i].weight *= 1000;
	profile = gather(&other);
	check_same(method, elected_by(method, &profile, in_order, &tied), elected, __LINE__);
}

/* Everybody who ranks option 1 ranks option 6 next to it; who is elected is the same, but for the clone. */
static void
check_cloned(const Ballots *ballots, Method method, uint32_t elected)
{
	Ballots		other = *ballots;
	Profile		profile;
	uint32_t	found;
	bool		tied;

	other.options = M + 1;
	for (uint32_t i = 0; i < other.n; i++)
		for (uint32_t r = 0; r < other.ballot[i].ranks; r++)
			if (other.ballot[i].option[r] == 1)
			{
				bool		before = seeded_below(2);

				memmove(&other.ballot[i].option[r + 1], &other.ballot[i].option[r], sizeof(uint32_t) * (M - r));
				other.ballot[i].option[r + before] = M + 1;
				other.ballot[i].ranks++;
				break;
			}
	profile = gather(&other);
	found = elected_by(method, &profile, in_order, &tied);
	if (!tied)
		check_same(method, found == 1u << (M + 1) ? 1u << 1 : found, elected, __LINE__);
}

static void
test_changes(void)
{
	int			decided = 0;

	for (int i = 0; i < 1500; i++)
	{
		Ballots		ballots = some_ballots();
		Profile		profile = gather(&ballots);

		for (Method method = 0; method < METHODS; method++)
		{
			bool		tied;
			uint32_t	elected = elected_by(method, &profile, in_order, &tied);

			check_relabelled(&ballots, method, elected);
			if (homogeneous[method])
				check_scaled(&ballots, method, elected);
			if (independent_of_clones[method] && !tied && elected != 0)
			{
				check_cloned(&ballots, method, elected);
				decided++;
			}
		}
		arena_reset(ARENA);
	}
	CHECK(decided > 2000);
}

/* A Condorcet winner is elected by all methods that promise it; plurality of first ranks does not. */
static void
test_condorcet_winner(void)
{
	int			winners = 0;

	for (int i = 0; i < 1500; i++)
	{
		Ballots		ballots = some_ballots();
		Profile		profile = gather(&ballots);
		Counts		pairs = counts_from(&profile, COUNT_PAIRS);
		Ties		ties = ties_by("option_order", M);
		Duels		duels[M + 1];
		bool		tied;

		CHECK_INT(duels_count(duels, &pairs, 1, &ties, ARENA, NULL), CODE_OK);
		for (uint32_t o = 1; o <= M; o++)
			if (duels[o].wins == M - 1)
			{
				winners++;
				for (Method method = BY_COPELAND; method <= BY_RANKED_PAIRS; method++)
					check_same(method, elected_by(method, &profile, in_order, &tied), 1u << o, __LINE__);
			}
		arena_reset(ARENA);
	}
	CHECK(winners > 500);
}

int
main(void)
{
	if (!crypto_init())
		return 1;
	heap_arena_init(&heap);
	test_changes();
	test_condorcet_winner();
	heap_arena_free(&heap);
	return check_done("voting_change");
}
