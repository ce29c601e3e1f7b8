/*
 * threshold.h -- whether a count is enough: bars in exact fractions, and bars that move.
 *
 * Integers only; nothing is rounded where something depends on it, but where a published formula rounds (the curves of
 * OpenGov, the basis points of Nouns), it is rounded as there.
 *
 * support        of those who voted yes or no, yes has more than num/den (strict), or at least so much
 * approval       yes has at least num/den of the electorate: the quorum that no ballot against it can help to reach
 * participation  yes, no and abstain together are at least num/den of the electorate: here a ballot no may help
 * margin         yes is ahead of no by at least num/den of the electorate
 *
 * The share that approval needs is fixed, or follows
 *     ema          how many took part in the polls before: between two bounds
 *     opposition   the ballots no: between two bounds
 *     curve        the time since the poll opened; support has a curve as well then
 */
#ifndef COMMUNE_THRESHOLD_H
#define COMMUNE_THRESHOLD_H

#include "base/base.h"

/* Numerators and denominators of bars are at most this, so that products fit into 128 bits. */
#define FRACTION_MAX INT64_C(1000000)

typedef struct Fraction
{
	int64_t		num;
	int64_t		den;			/* 0: there is none */
} Fraction;

typedef struct YesNo
{
	int64_t		yes;
	int64_t		no;
	int64_t		abstain;
	int64_t		electorate;
} YesNo;

/* True if part is at least num/den of whole; true if there is no fraction. */
extern bool share_reached(int64_t part, int64_t whole, Fraction share);

/* The least integer that is at least num/den of whole. */
extern int64_t share_ceil(int64_t whole, Fraction share);

/* ---- bars that fall with time */

/* Parts of the whole are in 10^-9. */
#define SHARE_ONE INT64_C(1000000000)

typedef enum CurveForm
{
	CURVE_NONE,
	CURVE_LINEAR,				/* length, floor, ceil */
	CURVE_STEPPED,				/* begin, end, step, period */
	CURVE_RECIPROCAL			/* factor, x_offset, y_offset: factor / (x + x_offset) + y_offset */
} CurveForm;

typedef struct Curve
{
	CurveForm	form;
	int64_t		p[4];			/* in the order above, 10^-9 */
} Curve;

/* The names of a form's numbers, NULL after the last. */
extern const char *const curve_numbers[CURVE_RECIPROCAL + 1][5];
extern const char *const curve_names[CURVE_RECIPROCAL + 1];

/* The bar at a part of the time. */
extern int64_t curve_bar(const Curve *curve, int64_t x);

/* The part of the time from which y is enough: SHARE_ONE if it never is. */
extern int64_t curve_time(const Curve *curve, int64_t y);

/* ---- what took part before */

/* The average of participation is in 10^-12, so that a step of it is exact for a long time. */
#define AVERAGE_ONE INT64_C(1000000000000)
#define AVERAGE_FIRST (AVERAGE_ONE / 2)	/* before the first poll */

/* A fifth of what took part now, and four fifths of what did before. */
extern int64_t average_next(int64_t average, int64_t part, int64_t whole);

/* ---- the decision */

typedef enum QuorumMode
{
	QUORUM_FIXED,
	QUORUM_EMA,
	QUORUM_OPPOSITION,
	QUORUM_CURVE
} QuorumMode;

typedef struct Bars
{
	Fraction	support;
	bool		strict;
	QuorumMode	quorum;
	Fraction	approval;		/* fixed */
	Fraction	quorum_min;		/* ema, opposition */
	Fraction	quorum_max;
	int64_t		coefficient;	/* opposition: 10^-6 */
	int64_t		offset;			/* opposition: 10^-4 of the electorate */
	Curve		support_curve;	/* curve: of yes among yes and no */
	Curve		approval_curve;	/* curve: of yes among the electorate */
	Fraction	participation;
	Fraction	margin;
} Bars;

typedef struct Decision
{
	bool		supported;
	bool		approved;
	bool		participated;
	bool		ahead;
	bool		accepted;		/* all of them */
	int64_t		needed;			/* votes yes that approval needs */
} Decision;

/* Decide; average is that of participation, x the part of the time that has passed, in 10^-9. */
extern void bars_decide(Decision *out, const Bars *bars, const YesNo *counts, int64_t average, int64_t x);

/* ---- a timelock that lengthens with objections */

typedef struct Lengthening
{
	Fraction	from;			/* share of objectors at which it begins to count; none: never */
	Fraction	to;				/* ... and from which it does not grow any more */
	int64_t		shortest;		/* at from */
	int64_t		longest;		/* at to */
} Lengthening;

/* The time for which objections hold a decision back: 0 below the first share, and between the two in proportion. */
extern int64_t lengthened(const Lengthening *l, int64_t objectors, int64_t electorate);

#endif
