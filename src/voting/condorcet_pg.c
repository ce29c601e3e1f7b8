/*
 * condorcet_pg.c -- pairwise comparisons and the methods that rest on them, as rows.
 */
#include "voting/answer_pg.h"

#include "voting/condorcet.h"
#include "voting/wide_pg.h"

/* Take the state of pairs that is the first argument. */
static void
take_pairs(Answer *answer, Counts *pairs)
{
	FunctionCallInfo fcinfo = answer->fcinfo;

	counts_from_datum(pairs, PG_GETARG_DATUM(0), COUNT_PAIRS, &answer->rows.work);
	answer_check(answer, pairs_check(pairs, &answer->fault));
}

/*
 * pairwise(state) -> (option integer, other integer, preferred bigint, beaten bigint, equal bigint, margin bigint), a
 * row for each two options, both ways
 */
COMMUNE_FUNCTION(commune_voting_pairwise)
{
	Answer		answer;
	Counts		pairs;
	bool		nulls[6] = {0};

	if (!answer_open(&answer, fcinfo))
		return rows_end(&answer.rows);
	take_pairs(&answer, &pairs);
	for (uint32_t a = 1; a <= pairs.options; a++)
		for (uint32_t b = 1; b <= pairs.options; b++)
			if (a != b)
			{
				int64		with = pairs_prefer(&pairs, a, b);
				int64		against = pairs_prefer(&pairs, b, a);
				Datum		values[6] = {
					Int32GetDatum(a),
					Int32GetDatum(b),
					Int64GetDatum(with),
					Int64GetDatum(against),
					Int64GetDatum(pairs.ballots - with - against),
					Int64GetDatum(with - against)
				};

				rows_add(&answer.rows, values, nulls);
			}
	return rows_end(&answer.rows);
}

/*
 * copeland(state, seats, ties, seed, permutation) -> (option, wins, ties, losses, smith boolean, condorcet_winner
 * boolean, condorcet_loser boolean, rank, elected, tie)
 */
COMMUNE_FUNCTION(commune_voting_copeland)
{
	Answer		answer;
	Counts		pairs;
	Duels	   *duels;
	Ties		ties;

	if (!answer_open(&answer, fcinfo))
		return rows_end(&answer.rows);
	take_pairs(&answer, &pairs);
	answer_ties(&answer, &ties, 2, PLACE_TIES, pairs.options);
	duels = arena_alloc(ANSWER_ARENA(&answer), sizeof(Duels) * (pairs.options + 1));
	answer_check(&answer, duels_count(duels, &pairs, answer_int(&answer, 1, "seats"), &ties, ANSWER_ARENA(&answer), &answer.fault));
	for (uint32_t o = 1; o <= pairs.options; o++)
	{
		uint32_t	others = pairs.options - 1;
		bool		nulls[10] = {0};
		Datum		values[10] = {
			Int32GetDatum(o),
			Int32GetDatum(duels[o].wins),
			Int32GetDatum(duels[o].ties),
			Int32GetDatum(duels[o].losses),
			BoolGetDatum(duels[o].smith),
			BoolGetDatum(duels[o].wins == others && others > 0),
			BoolGetDatum(duels[o].losses == others && others > 0)
		};

		place_columns(values + 7, nulls + 7, &duels[o].place);
		rows_add(&answer.rows, values, nulls);
	}
	return rows_end(&answer.rows);
}

/*
 * minimax(state, strength, seats, ties, seed, permutation) -> (option, worst numeric, against integer, rank, elected,
 * tie)
 */
COMMUNE_FUNCTION(commune_voting_minimax)
{
	Answer		answer;
	Counts		pairs;
	Minimax		minimax;
	Ties		ties;

	if (!answer_open(&answer, fcinfo))
		return rows_end(&answer.rows);
	take_pairs(&answer, &pairs);
	answer_ties(&answer, &ties, 3, PLACE_TIES, pairs.options);
	answer_check(&answer, minimax_count(&minimax, &pairs, (Strength) answer_word(&answer, 1, "strength", strength_words),
										answer_int(&answer, 2, "seats"), &ties, ANSWER_ARENA(&answer), &answer.fault));
	for (uint32_t o = 1; o <= pairs.options; o++)
	{
		bool		nulls[6] = {[2] = minimax.against[o] == 0};
		Datum		values[6] = {Int32GetDatum(o), wide_numeric(minimax.worst[o], 0), Int32GetDatum(minimax.against[o])};

		place_columns(values + 3, nulls + 3, &minimax.place[o]);
		rows_add(&answer.rows, values, nulls);
	}
	return rows_end(&answer.rows);
}

static void
count_schulze(Answer *answer, Schulze *schulze, Counts *pairs, Ties *ties, int64 seats)
{
	answer_check(answer, schulze_count(schulze, pairs, (Strength) answer_word(answer, 1, "strength", strength_words), seats, ties,
									   query_pause, ANSWER_ARENA(answer), &answer->fault));
}

/* schulze(state, strength, seats, ties, seed, permutation) -> (option, rank, elected, tie) */
COMMUNE_FUNCTION(commune_voting_schulze)
{
	Answer		answer;
	Counts		pairs;
	Schulze		schulze;
	Ties		ties;

	if (!answer_open(&answer, fcinfo))
		return rows_end(&answer.rows);
	take_pairs(&answer, &pairs);
	answer_ties(&answer, &ties, 3, PLACE_TIES, pairs.options);
	count_schulze(&answer, &schulze, &pairs, &ties, answer_int(&answer, 2, "seats"));
	for (uint32_t o = 1; o <= pairs.options; o++)
	{
		bool		nulls[4] = {0};
		Datum		values[4] = {Int32GetDatum(o)};

		place_columns(values + 1, nulls + 1, &schulze.place[o]);
		rows_add(&answer.rows, values, nulls);
	}
	return rows_end(&answer.rows);
}

/*
 * schulze_paths(state, strength) -> (option integer, other integer, strength numeric, to_one bigint, ahead boolean), a
 * row for each two options, both ways
 */
COMMUNE_FUNCTION(commune_voting_schulze_paths)
{
	Answer		answer;
	Counts		pairs;
	Schulze		schulze;
	Ties		ties;

	if (!answer_open(&answer, fcinfo))
		return rows_end(&answer.rows);
	take_pairs(&answer, &pairs);
	answer_check(&answer, ties_init(&ties, STR("none"), PLACE_TIES, STR_NONE, NULL, 0, pairs.options, ANSWER_ARENA(&answer),
									&answer.fault));
	count_schulze(&answer, &schulze, &pairs, &ties, 1);
	for (uint32_t a = 1; a <= pairs.options; a++)
		for (uint32_t b = 1; b <= pairs.options; b++)
			if (a != b)
			{
				size_t		stride = pairs.options + 1;
				int32		path = schulze.path[stride * a + b];
				bool		nulls[5] = {0};
				Datum		values[5] = {
					Int32GetDatum(a),
					Int32GetDatum(b),
					wide_numeric(schulze.numerator[path], 0),
					wide_numeric(schulze.denominator[path], 0),
					BoolGetDatum(path > schulze.path[stride * b + a])
				};

				rows_add(&answer.rows, values, nulls);
			}
	return rows_end(&answer.rows);
}

/* Count ranked pairs: (state, strength, equal, seats, ties, seed, permutation). */
static void
count_ranked_pairs(Answer *answer, RankedPairs *ranked, Counts *pairs)
{
	Ties		ties;

	take_pairs(answer, pairs);
	answer_ties(answer, &ties, 4, PLACE_TIES, pairs->options);
	answer_check(answer, ranked_pairs_count(ranked, pairs, (Strength) answer_word(answer, 1, "strength", strength_words),
											(EqualPairs) answer_word(answer, 2, "equal", equal_pairs_words), answer_int(answer, 3, "seats"),
											&ties, query_pause, ANSWER_ARENA(answer), &answer->fault));
}

/* ranked_pairs(the same) -> (option, rank, elected, tie) */
COMMUNE_FUNCTION(commune_voting_ranked_pairs)
{
	Answer		answer;
	Counts		pairs;
	RankedPairs ranked;

	if (!answer_open(&answer, fcinfo))
		return rows_end(&answer.rows);
	count_ranked_pairs(&answer, &ranked, &pairs);
	for (uint32_t o = 1; o <= pairs.options; o++)
	{
		bool		nulls[4] = {0};
		Datum		values[4] = {Int32GetDatum(o)};

		place_columns(values + 1, nulls + 1, &ranked.place[o]);
		rows_add(&answer.rows, values, nulls);
	}
	return rows_end(&answer.rows);
}

/*
 * ranked_pairs_steps(the same) -> (step integer, winner integer, loser integer, preferred bigint, beaten bigint, locked
 * boolean, tie text)
 */
COMMUNE_FUNCTION(commune_voting_ranked_pairs_steps)
{
	Answer		answer;
	Counts		pairs;
	RankedPairs ranked;

	if (!answer_open(&answer, fcinfo))
		return rows_end(&answer.rows);
	count_ranked_pairs(&answer, &ranked, &pairs);
	for (size_t i = 0; i < ranked.n; i++)
	{
		const LockedPair *pair = &ranked.pair[i];
		bool		nulls[7] = {[6] = !pair->tied};
		Datum		values[7] = {
			Int32GetDatum(i + 1),
			Int32GetDatum(pair->winner),
			Int32GetDatum(pair->loser),
			Int64GetDatum(pairs_prefer(&pairs, pair->winner, pair->loser)),
			Int64GetDatum(pairs_prefer(&pairs, pair->loser, pair->winner)),
			BoolGetDatum(pair->locked),
			pair->tied ? text_datum(tie_rule_name(pair->rule)) : (Datum) 0
		};

		rows_add(&answer.rows, values, nulls);
	}
	return rows_end(&answer.rows);
}

/* pairs(tally_profile, unranked_last boolean) returns tally_pairs */
COMMUNE_FUNCTION(commune_voting_pairs_of_profile)
{
	Workspace	work;
	Profile		profile;
	Counts		counts;
	Fault		fault;
	Datum		value;

	workspace_open(&work);
	profile_from_datum(&profile, PG_GETARG_DATUM(0), &work);
	if (counts_init(&counts, PG_GETARG_BOOL(1) ? COUNT_PAIRS : COUNT_PAIRS_RANKED, profile.options, 0, &work.arena, &fault) != CODE_OK)
		fault_raise(&fault);
	for (uint32_t i = 0; i < profile.n; i++)
	{
		const Paper *paper = &profile.paper[i];

		if (counts_add_ranking(&counts, paper->p, paper->n, paper->weight, &fault) != CODE_OK)
			fault_raise(&fault);
		query_pause();			/* a ranking of 2,000 options are 2 million pairs */
	}
	counts_settle(&counts);
	value = counts_datum(&counts);
	workspace_close(&work);
	PG_RETURN_DATUM(value);
}
