/*
 * rounds_pg.c -- instant runoff and the single transferable vote, round by round.
 */
#include "voting/answer_pg.h"

#include "voting/runoff.h"
#include "voting/stv.h"
#include "voting/wide_pg.h"

/* Take the parameters overvote, max_skipped, duplicates, withdrawn, in this order. */
static void
take_sheet_rules(Answer *answer, SheetRules *rules, int arg, uint32_t options)
{
	*rules = (SheetRules){
		.overvote = (Overvote) answer_word(answer, arg, "overvote", overvote_words),
		.max_skipped = answer_int_or(answer, arg + 1, -1),
		.duplicate_exhausts = answer_word(answer, arg + 2, "duplicates", duplicate_words) == 1,
		.withdrawn = answer_options(answer, arg + 3, "withdrawn", options)
	};
}

/* ---- instant runoff */

/*
 * Count: (profile, overvote, max_skipped, duplicates, withdrawn, majority_of, run_to, batch, first_out, minimum, seats,
 * share_num, share_den, ties, seed, permutation)
 */
static void
count_runoff(Answer *answer, Runoff *runoff, Ties *ties)
{
	FunctionCallInfo fcinfo = answer->fcinfo;
	Profile		profile;
	RunoffRules rules = {0};

	profile_from_datum(&profile, PG_GETARG_DATUM(0), &answer->rows.work);
	take_sheet_rules(answer, &rules.sheets, 1, profile.options);
	rules.majority_of = (MajorityOf) answer_word(answer, 5, "majority_of", majority_of_words);
	rules.run_to = answer_int_or(answer, 6, 1);
	rules.batch = answer_flag(answer, 7);
	rules.first_out = answer_options(answer, 8, "first_out", profile.options);
	rules.minimum = PG_ARGISNULL(9) ? 0 : PG_GETARG_INT64(9);
	rules.seats = answer_int(answer, 10, "seats");
	rules.share_num = answer_int_or(answer, 11, 0);
	rules.share_den = answer_int(answer, 12, "share_den");
	answer_ties(answer, ties, 13, RUNOFF_TIES, profile.options);
	answer_check(answer, runoff_count(runoff, &profile, &rules, ties, query_pause, ANSWER_ARENA(answer), &answer->fault));
}

/* The votes that are needed in a round; a share that no decimals say exactly is rounded up. */
static Datum
needed_datum(const RunoffRound *round)
{
	int			decimals = 0;
	Wide		needed = *round->needed;

	for (; needed % round->needed_den != 0 && decimals < SHARE_DECIMALS; decimals++)
		needed *= 10;
	return wide_numeric((needed + round->needed_den - 1) / round->needed_den, decimals);
}

/*
 * irv(...) -> (round integer, option integer, votes bigint, transfer bigint, status text, needed numeric, exhausted
 * bigint, blank bigint), a row for each round and option
 */
COMMUNE_FUNCTION(commune_voting_irv)
{
	Answer		answer;
	Runoff		runoff;
	Ties		ties;

	if (!answer_open(&answer, fcinfo))
		return rows_end(&answer.rows);
	count_runoff(&answer, &runoff, &ties);
	for (uint32_t r = 0; r < runoff.rounds; r++)
		for (uint32_t o = 1; o <= runoff.options; o++)
		{
			const RunoffRound *round = &runoff.round[r];
			bool		nulls[8] = {[5] = round->needed == NULL};
			Datum		values[8] = {
				Int32GetDatum(r + 1),
				Int32GetDatum(o),
				Int64GetDatum(round->votes[o]),
				Int64GetDatum(round->votes[o] - (r > 0 ? runoff.round[r - 1].votes[o] : 0)),
				text_datum(runoff_status_words[round->status[o]]),
				nulls[5] ? (Datum) 0 : needed_datum(round),
				Int64GetDatum(round->votes[0]),
				Int64GetDatum(runoff.blank)
			};

			rows_add(&answer.rows, values, nulls);
		}
	return rows_end(&answer.rows);
}

/* irv_transfers(...) -> (round integer, from_option integer, to_option integer, votes bigint) */
COMMUNE_FUNCTION(commune_voting_irv_transfers)
{
	Answer		answer;
	Runoff		runoff;
	Ties		ties;

	if (!answer_open(&answer, fcinfo))
		return rows_end(&answer.rows);
	count_runoff(&answer, &runoff, &ties);
	for (size_t i = 0; i < runoff.transfers; i++)
	{
		const RunoffTransfer *transfer = &runoff.transfer[i];
		bool		nulls[4] = {[1] = transfer->from == 0, [2] = transfer->to == 0};
		Datum		values[4] = {
			Int32GetDatum(transfer->round),
			Int32GetDatum(transfer->from),
			Int32GetDatum(transfer->to),
			Int64GetDatum(transfer->votes)
		};

		rows_add(&answer.rows, values, nulls);
	}
	return rows_end(&answer.rows);
}

/* irv_ties(...) -> (round, purpose, tied, chosen, rule) */
COMMUNE_FUNCTION(commune_voting_irv_ties)
{
	Answer		answer;
	Runoff		runoff;
	Ties		ties;

	if (!answer_open(&answer, fcinfo))
		return rows_end(&answer.rows);
	count_runoff(&answer, &runoff, &ties);
	answer_tie_rows(&answer, &ties);
	return rows_end(&answer.rows);
}

/* ---- the single transferable vote */

/*
 * Count: (profile, seats, rule, quota, decimals, batch, overvote, max_skipped, duplicates, withdrawn, ties, seed,
 * permutation)
 */
static void
count_stv(Answer *answer, Stv *stv, Ties *ties)
{
	FunctionCallInfo fcinfo = answer->fcinfo;
	Profile		profile;
	StvRules	rules = {0};

	profile_from_datum(&profile, PG_GETARG_DATUM(0), &answer->rows.work);
	rules.seats = answer_int(answer, 1, "seats");
	rules.rule = (StvRule) answer_word(answer, 2, "rule", stv_rule_words);
	rules.quota = PG_ARGISNULL(3) ? QUOTA_OWN : (StvQuota) answer_word(answer, 3, "quota", stv_quota_words);
	rules.decimals = answer_int_or(answer, 4, -1);
	rules.batch = answer_flag(answer, 5);
	take_sheet_rules(answer, &rules.sheets, 6, profile.options);
	answer_ties(answer, ties, 10, STV_TIES, profile.options);
	answer_check(answer, stv_count(stv, &profile, &rules, ties, query_pause, ANSWER_ARENA(answer), &answer->fault));
}

/*
 * stv(...) -> (round integer, option integer, votes numeric, transfer numeric, keep numeric, status text, event text,
 * quota numeric, surplus numeric, exhausted numeric, lost numeric, blank bigint, iterations integer), a row for each
 * round and option
 */
COMMUNE_FUNCTION(commune_voting_stv)
{
	static const char *const events[] = {
		[EVENT_ELECTED] = "elected",
		[EVENT_EXCLUDED] = "excluded",
		[EVENT_SURPLUS] = "surplus",
	};
	Answer		answer;
	Stv			stv;
	Ties		ties;

	if (!answer_open(&answer, fcinfo))
		return rows_end(&answer.rows);
	count_stv(&answer, &stv, &ties);
	for (uint32_t r = 0; r < stv.rounds; r++)
		for (uint32_t o = 1; o <= stv.options; o++)
		{
			const StvRound *round = &stv.round[r];
			bool		nulls[13] = {[4] = round->keep == NULL, [6] = round->event[o] == EVENT_NONE, [12] = round->keep == NULL};
			Datum		values[13] = {
				Int32GetDatum(r + 1),
				Int32GetDatum(o),
				wide_numeric(round->votes[o], stv.decimals),
				wide_numeric(round->votes[o] - (r > 0 ? stv.round[r - 1].votes[o] : 0), stv.decimals),
				nulls[4] ? (Datum) 0 : wide_numeric(round->keep[o], stv.decimals),
				text_datum(stv_status_words[round->status[o]]),
				nulls[6] ? (Datum) 0 : text_datum(events[round->event[o]]),
				wide_numeric(round->sums[SUM_QUOTA], stv.decimals),
				wide_numeric(round->sums[SUM_SURPLUS], stv.decimals),
				wide_numeric(round->sums[SUM_EXHAUSTED], stv.decimals),
				wide_numeric(round->sums[SUM_LOST], stv.decimals),
				Int64GetDatum(stv.blank),
				Int32GetDatum(round->iterations)
			};

			rows_add(&answer.rows, values, nulls);
		}
	return rows_end(&answer.rows);
}

/* stv_ties(...) -> (round, purpose, tied, chosen, rule) */
COMMUNE_FUNCTION(commune_voting_stv_ties)
{
	Answer		answer;
	Stv			stv;
	Ties		ties;

	if (!answer_open(&answer, fcinfo))
		return rows_end(&answer.rows);
	count_stv(&answer, &stv, &ties);
	answer_tie_rows(&answer, &ties);
	return rows_end(&answer.rows);
}
