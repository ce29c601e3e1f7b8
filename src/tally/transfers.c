/*
 * transfers.c -- methods in which votes go from one option to the next: instant runoff, the single transferable vote.
 */
#include "tally/count.h"

#include "voting/runoff.h"
#include "voting/stv.h"
#include "voting/words.h"

/* How far an option came, for its rank: who was elected in an earlier round, or excluded in a later one, is ahead. */
typedef struct Course
{
	bool		elected;
	uint32_t	round;			/* in which it was elected; or the last one in which it was in the count */
	Wide		votes;			/* in that round */
} Course;

static int
order_by_course(const Count *count, const void *context, uint32_t a, uint32_t b)
{
	const Course *course = context;
	const Course *x = &course[a];
	const Course *y = &course[b];

	(void) count;
	if (x->elected != y->elected)
		return x->elected - y->elected;
	if (x->round != y->round)
		return (x->round > y->round) == x->elected ? -1 : 1;
	return wide_cmp(x->votes, y->votes);
}

/* Rank options by their courses, and give seats to those elected. */
static void
conclude(Count *count, const Course *course)
{
	count_rank(count, order_by_course, course);
	for (uint32_t o = 1; o <= count->options; o++)
		count->seats[o] = course[o].elected;
}

static Course *
new_courses(const Count *count)
{
	Course	   *course = wide_alloc(count->arena, sizeof(Course) * (count->options + 1));

	memset(course, 0, sizeof(Course) * (count->options + 1));
	return course;
}

/* ---- instant runoff ---- */

static void
note_runoff_round(Count *count, const Runoff *runoff, uint32_t number, Course *course)
{
	const RunoffRound *round = &runoff->round[number - 1];
	CountRound *out = count_round(count, 0);

	out->rest = true;
	out->votes[0] = (Wide) round->votes[0] + runoff->blank;
	if (round->needed != NULL)
	{
		out->needed = wide_alloc(count->arena, sizeof(Wide));
		*out->needed = *round->needed / round->needed_den;
	}
	for (uint32_t o = 1; o <= count->options; o++)
	{
		RunoffStatus status = round->status[o];

		out->votes[o] = round->votes[o];
		out->has_votes[o] = true;
		out->status[o] = runoff_status_words[status];
		if (status != RUNOFF_OUT && !course[o].elected)
			course[o] = (Course){status == RUNOFF_ELECTED, number, round->votes[o]};
	}
}

static Code
count_runoff(Count *count, const Profile *profile)
{
	RunoffRules rules = {.sheets = {.max_skipped = -1}, .run_to = 1, .seats = 1, .share_den = 100};
	Course	   *course = new_courses(count);
	Runoff		runoff;
	Code		code = runoff_count(&runoff, profile, &rules, &count->ties, count_pause, count->arena, count->fault);

	if (code != CODE_OK)
		return code;
	for (uint32_t r = 1; r <= runoff.rounds; r++)
		note_runoff_round(count, &runoff, r, course);
	conclude(count, course);
	return CODE_OK;
}

/* ---- the single transferable vote ---- */

static void
note_stv_round(Count *count, const Stv *stv, uint32_t number, Course *course)
{
	const StvRound *round = &stv->round[number - 1];
	CountRound *out = count_round(count, stv->decimals);

	out->rest = true;
	out->votes[0] = round->sums[SUM_EXHAUSTED] + round->sums[SUM_LOST] + stv->blank * wide_pow10(stv->decimals);
	out->needed = wide_alloc(count->arena, sizeof(Wide));
	*out->needed = round->sums[SUM_QUOTA];
	for (uint32_t o = 1; o <= count->options; o++)
	{
		StvStatus	status = round->status[o];

		out->votes[o] = round->votes[o];
		out->has_votes[o] = true;
		out->status[o] = stv_status_words[status];
		if (status != STV_EXCLUDED && !course[o].elected)
			course[o] = (Course){status == STV_ELECTED, number, round->votes[o]};
	}
}

static Code
count_stv(Count *count, const Profile *profile)
{
	StvRules	rules = {
		.sheets = {.max_skipped = -1},
		.rule = (StvRule) method_word(count->method, count->params, "rule"),
		.quota = (StvQuota) method_word(count->method, count->params, "quota"),
		.seats = method_int(count->params, "seats", 1),
		.decimals = -1,
		.most_steps = count->most_steps,
	};
	Course	   *course = new_courses(count);
	Stv			stv;
	Code		code = stv_count(&stv, profile, &rules, &count->ties, count_pause, count->arena, count->fault);

	if (code != CODE_OK)
		return code;
	for (uint32_t r = 1; r <= stv.rounds; r++)
		note_stv_round(count, &stv, r, course);
	conclude(count, course);
	return CODE_OK;
}

Code
count_transfers(Count *count)
{
	Profile		profile;
	Code		code = count_profile(&profile, count);

	if (code != CODE_OK)
		return code;
	return count->method->id == METHOD_IRV ? count_runoff(count, &profile) : count_stv(count, &profile);
}
