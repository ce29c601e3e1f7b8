/*
 * score_pg.c -- plurality, approval, score, STAR and Borda, as rows.
 */
#include "voting/answer_pg.h"

#include "voting/borda.h"
#include "voting/score.h"
#include "voting/wide_pg.h"

/*
 * (state, seats, ties, seed, permutation) -> (option, votes bigint, rank, elected, tie, ballots bigint, blank bigint)
 */
static Datum
votes(FunctionCallInfo fcinfo, CountKind kind)
{
	Answer		answer;
	Counts		counts;
	Ties		ties;
	Place	   *place;

	if (!answer_open(&answer, fcinfo))
		return rows_end(&answer.rows);
	counts_from_datum(&counts, PG_GETARG_DATUM(0), kind, &answer.rows.work);
	answer_ties(&answer, &ties, 2, PLACE_TIES, counts.options);
	place = arena_alloc(ANSWER_ARENA(&answer), sizeof(Place) * (counts.options + 1));
	answer_check(&answer, votes_fill(place, &counts, answer_int(&answer, 1, "seats"), &ties, &answer.fault));
	for (uint32_t o = 1; o <= counts.options; o++)
	{
		bool		nulls[7] = {0};
		Datum		values[7] = {Int32GetDatum(o), Int64GetDatum(counts_get(&counts, o, 0))};

		place_columns(values + 2, nulls + 2, &place[o]);
		values[5] = Int64GetDatum(counts.ballots);
		values[6] = Int64GetDatum(counts.blank);
		rows_add(&answer.rows, values, nulls);
	}
	return rows_end(&answer.rows);
}

COMMUNE_FUNCTION(commune_voting_plurality)
{
	return votes(fcinfo, COUNT_PLURALITY);
}

COMMUNE_FUNCTION(commune_voting_approval)
{
	return votes(fcinfo, COUNT_APPROVAL);
}

/* Return a / b, rounded to the nearest of so many decimals, halves up; both are not negative. */
static Datum
quotient(Wide a, Wide b, int decimals)
{
	Wide		q;

	/* twice as much, so that half of the last decimal is seen */
	if (wide_muldiv_overflows(a, 2 * wide_pow10(decimals), b, WIDE_DOWN, &q))
		code_raise(CODE_NUMBER_OVERFLOW, "A quotient does not fit into 128 bits.");
	return wide_numeric((q + 1) / 2, decimals);
}

#define MEAN_DECIMALS 12

/*
 * score(state, method, unscored, seats, ties, seed, permutation) -> (option, sum numeric, scored bigint, mean numeric,
 * median integer, rank, elected, tie)
 */
COMMUNE_FUNCTION(commune_voting_score)
{
	Answer		answer;
	Counts		counts;
	Scores		scores;
	Ties		ties;

	if (!answer_open(&answer, fcinfo))
		return rows_end(&answer.rows);
	counts_from_datum(&counts, PG_GETARG_DATUM(0), COUNT_SCORE, &answer.rows.work);
	answer_ties(&answer, &ties, 4, PLACE_TIES, counts.options);
	answer_check(&answer, scores_count(&scores, &counts, (ScoreBy) answer_word(&answer, 1, "method", score_by_words),
									   answer_word(&answer, 2, "unscored", unscored_words) == 0, answer_int(&answer, 3, "seats"), &ties,
									   ANSWER_ARENA(&answer), &answer.fault));
	for (uint32_t o = 1; o <= counts.options; o++)
	{
		const ScoreRow *row = &scores.row[o];
		bool		none = row->n == 0;
		bool		nulls[8] = {[3] = none, [4] = none};
		Datum		values[8] = {
			Int32GetDatum(o),
			wide_numeric(scores.sum[o], 0),
			Int64GetDatum(row->scored),
			none ? (Datum) 0 : quotient(scores.sum[o], row->n, MEAN_DECIMALS),
			Int32GetDatum(row->median)
		};

		place_columns(values + 5, nulls + 5, &scores.place[o]);
		rows_add(&answer.rows, values, nulls);
	}
	return rows_end(&answer.rows);
}

static void
count_star(Answer *answer, Star *star, Counts *counts, Ties *ties)
{
	FunctionCallInfo fcinfo = answer->fcinfo;

	counts_from_datum(counts, PG_GETARG_DATUM(0), COUNT_STAR, &answer->rows.work);
	answer_ties(answer, ties, 1, STAR_TIES, counts->options);
	answer_check(answer, star_count(star, counts, ties, ANSWER_ARENA(answer), &answer->fault));
}

/* star(state, ties, seed, permutation) -> (round integer, option integer, score numeric, votes bigint, status text) */
COMMUNE_FUNCTION(commune_voting_star)
{
	Answer		answer;
	Counts		counts;
	Star		star;
	Ties		ties;

	if (!answer_open(&answer, fcinfo))
		return rows_end(&answer.rows);
	count_star(&answer, &star, &counts, &ties);
	for (int round = 1; round <= 2; round++)
		for (uint32_t o = 1; o <= counts.options; o++)
		{
			int			seat = o == star.finalist[0] ? 0 : o == star.finalist[1] ? 1 : -1;
			const char *status = seat < 0 ? "out" : round == 1 ? "finalist" : o == star.winner ? "elected" : "out";
			bool		nulls[5] = {[3] = round == 1 || seat < 0};
			Datum		values[5] = {
				Int32GetDatum(round),
				Int32GetDatum(o),
				wide_numeric(star.sum[o], 0),
				Int64GetDatum(seat < 0 ? 0 : star.votes[seat]),
				text_datum(status)
			};

			rows_add(&answer.rows, values, nulls);
		}
	return rows_end(&answer.rows);
}

/* star_ties(the same) -> (round, purpose, tied, chosen, rule) */
COMMUNE_FUNCTION(commune_voting_star_ties)
{
	Answer		answer;
	Counts		counts;
	Star		star;
	Ties		ties;

	if (!answer_open(&answer, fcinfo))
		return rows_end(&answer.rows);
	count_star(&answer, &star, &counts, &ties);
	answer_tie_rows(&answer, &ties);
	return rows_end(&answer.rows);
}

#define DOWDALL_DECIMALS 12

/*
 * (state, mode, lowest, seats, ties, seed, permutation) -> (option, points numeric, numerator numeric, denominator
 * numeric, ranked bigint, rank, elected, tie)
 */
static Datum
borda(FunctionCallInfo fcinfo, bool of_profile)
{
	Answer		answer;
	Counts		counts;
	Profile		profile;
	Borda		borda;
	BordaMode	mode;
	Ties		ties;
	uint32_t	options;
	int64		lowest;
	int64		seats;

	if (!answer_open(&answer, fcinfo))
		return rows_end(&answer.rows);
	if (of_profile)
		profile_from_datum(&profile, PG_GETARG_DATUM(0), &answer.rows.work);
	else
		counts_from_datum(&counts, PG_GETARG_DATUM(0), COUNT_BORDA, &answer.rows.work);
	options = of_profile ? profile.options : counts.options;
	mode = (BordaMode) answer_word(&answer, 1, "mode", borda_mode_words);
	lowest = answer_int_or(&answer, 2, mode == BORDA_MODIFIED);
	seats = answer_int(&answer, 3, "seats");
	answer_ties(&answer, &ties, 4, PLACE_TIES, options);
	answer_check(&answer, of_profile ?
				 borda_count_profile(&borda, &profile, mode, lowest, seats, &ties, query_pause, ANSWER_ARENA(&answer), &answer.fault) :
				 borda_count(&borda, &counts, mode, lowest, seats, &ties, ANSWER_ARENA(&answer), &answer.fault));
	for (uint32_t o = 1; o <= options; o++)
	{
		bool		nulls[8] = {0};
		Datum		values[8] = {
			Int32GetDatum(o),
			mode == BORDA_DOWDALL ? quotient(borda.points[o], *borda.denominator, DOWDALL_DECIMALS) : wide_numeric(borda.points[o] * 5, 1),
			wide_numeric(borda.points[o], 0),
			wide_numeric(*borda.denominator, 0),
			Int64GetDatum(borda.ranked[o])
		};

		place_columns(values + 5, nulls + 5, &borda.place[o]);
		rows_add(&answer.rows, values, nulls);
	}
	return rows_end(&answer.rows);
}

COMMUNE_FUNCTION(commune_voting_borda)
{
	return borda(fcinfo, false);
}

COMMUNE_FUNCTION(commune_voting_borda_of_profile)
{
	return borda(fcinfo, true);
}
