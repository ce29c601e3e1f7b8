/*
 * threshold.c -- compares counts with bars.
 */
#include "proposal/threshold.h"

typedef __int128 Big;

bool
share_reached(int64_t part, int64_t whole, Fraction share)
{
	return share.den == 0 || (Big) part * share.den >= (Big) whole * share.num;
}

/* Divide towards plus infinity; b is positive. */
static Big
div_ceil(Big a, Big b)
{
	return a > 0 ? (a + b - 1) / b : -(-a / b);
}

/* Divide towards minus infinity; b is positive. */
static Big
div_floor(Big a, Big b)
{
	return -div_ceil(-a, b);
}

int64_t
share_ceil(int64_t whole, Fraction share)
{
	return share.den == 0 ? 0 : (int64_t) div_ceil((Big) whole * share.num, share.den);
}

/* ---- curves ---- */

const char *const curve_names[CURVE_RECIPROCAL + 1] = {"none", "linear", "stepped", "reciprocal"};

const char *const curve_numbers[CURVE_RECIPROCAL + 1][5] = {
	{NULL},
	{"length", "floor", "ceil", NULL},
	{"begin", "end", "step", "period", NULL},
	{"factor", "x_offset", "y_offset", NULL},
};

static int64_t
clamp(Big v)
{
	return v < 0 ? 0 : v > SHARE_ONE ? SHARE_ONE : (int64_t) v;
}

int64_t
curve_bar(const Curve *curve, int64_t x)
{
	const int64_t *p = curve->p;

	switch (curve->form)
	{
		case CURVE_LINEAR:
			{
				int64_t		passed = p[0] == 0 || x >= p[0] ? SHARE_ONE : (int64_t) ((Big) x * SHARE_ONE / p[0]);

				return clamp(p[2] - (Big) passed * (p[2] - p[1]) / SHARE_ONE);
			}
		case CURVE_STEPPED:
			{
				Big			fallen = (Big) p[2] * (x / p[3]);

				return fallen > p[0] - p[1] ? p[1] : (int64_t) (p[0] - fallen);
			}
		case CURVE_RECIPROCAL:
			if (x + p[1] <= 0)
				return SHARE_ONE;
			return clamp(div_floor((Big) p[0] * SHARE_ONE, x + p[1]) + p[2]);
		case CURVE_NONE:
			break;
	}
	return 0;
}

int64_t
curve_time(const Curve *curve, int64_t y)
{
	const int64_t *p = curve->p;

	switch (curve->form)
	{
		case CURVE_LINEAR:
			if (y < p[1])
				return SHARE_ONE;
			if (y >= p[2])
				return 0;
			return clamp(div_ceil((Big) clamp(div_ceil((Big) (p[2] - y) * SHARE_ONE, p[2] - p[1])) * p[0], SHARE_ONE));
		case CURVE_STEPPED:
			if (y < p[1])
				return SHARE_ONE;
			if (y >= p[0])
				return 0;
			return clamp((Big) p[3] * div_ceil(p[0] - y, p[2]));
		case CURVE_RECIPROCAL:
			if (y <= p[2])
				return SHARE_ONE;
			return clamp(div_ceil((Big) p[0] * SHARE_ONE, y - p[2]) - p[1]);
		case CURVE_NONE:
			break;
	}
	return 0;
}

/* ---- the average ---- */

int64_t
average_next(int64_t average, int64_t part, int64_t whole)
{
	int64_t		now = whole > 0 ? (int64_t) ((Big) part * AVERAGE_ONE / whole) : 0;

	return (4 * average + now) / 5;
}

/* ---- the decision ---- */

/* Yes votes needed where the bar follows the average: min + (max - min) * average. */
static int64_t
needed_by_average(const Bars *bars, int64_t electorate, int64_t average)
{
	Fraction	min = bars->quorum_min;
	Fraction	max = bars->quorum_max;
	Big			den = (Big) min.den * max.den * AVERAGE_ONE;
	Big			num = (Big) min.num * max.den * AVERAGE_ONE +
		((Big) max.num * min.den - (Big) min.num * max.den) * average;

	return (int64_t) div_ceil(num * electorate, den);
}

/* Yes votes needed where the bar grows with the ballots against, as Nouns counts it: in whole basis points. */
static int64_t
needed_by_opposition(const Bars *bars, int64_t electorate, int64_t no)
{
	int64_t		against = electorate > 0 ? (int64_t) ((Big) no * 10000 / electorate) - bars->offset : 0;
	Big			min = (Big) bars->quorum_min.num * 10000 / bars->quorum_min.den;
	Big			max = (Big) bars->quorum_max.num * 10000 / bars->quorum_max.den;
	Big			points = min + (against > 0 ? (Big) against * bars->coefficient / 1000000 : 0);

	return (int64_t) ((points > max ? max : points) * electorate / 10000);
}

static int64_t
needed_yes(const Bars *bars, const YesNo *c, int64_t average, int64_t x)
{
	switch (bars->quorum)
	{
		case QUORUM_EMA:
			return needed_by_average(bars, c->electorate, average);
		case QUORUM_OPPOSITION:
			return needed_by_opposition(bars, c->electorate, c->no);
		case QUORUM_CURVE:
			return (int64_t) div_ceil((Big) curve_bar(&bars->approval_curve, x) * c->electorate, SHARE_ONE);
		case QUORUM_FIXED:
			break;
	}
	return share_ceil(c->electorate, bars->approval);
}

/* Whether yes has its share of yes and no; without a vote for either it has not. */
static bool
is_supported(const Bars *bars, const YesNo *c, int64_t x)
{
	Big			cast = (Big) c->yes + c->no;
	Big			have = (Big) c->yes * bars->support.den;
	Big			need = cast * bars->support.num;

	if (c->yes == 0)
		return false;
	if (bars->quorum == QUORUM_CURVE && (Big) c->yes * SHARE_ONE < cast * curve_bar(&bars->support_curve, x))
		return false;
	return bars->strict ? have > need : have >= need;
}

void
bars_decide(Decision *out, const Bars *bars, const YesNo *c, int64_t average, int64_t x)
{
	out->needed = needed_yes(bars, c, average, x);
	out->supported = is_supported(bars, c, x);
	out->approved = c->yes >= out->needed;
	out->participated = share_reached(c->yes + c->no + c->abstain, c->electorate, bars->participation);
	out->ahead = bars->margin.den == 0 || c->yes - c->no >= share_ceil(c->electorate, bars->margin);
	out->accepted = out->supported && out->approved && out->participated && out->ahead;
}

/* ---- lengthening ---- */

int64_t
lengthened(const Lengthening *l, int64_t objectors, int64_t electorate)
{
	Big			over;
	Big			span;

	if (l->from.den == 0 || electorate == 0 || !share_reached(objectors, electorate, l->from))
		return 0;
	if (share_reached(objectors, electorate, l->to))
		return l->longest;

	/* Both over electorate * from.den * to.den, which cancels out: (R - R1) / (R2 - R1). */
	over = ((Big) objectors * l->from.den - (Big) electorate * l->from.num) * l->to.den;
	span = ((Big) l->to.num * l->from.den - (Big) l->from.num * l->to.den) * electorate;
	return l->shortest + (int64_t) ((l->longest - l->shortest) * over / span);
}
