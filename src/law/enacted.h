/*
 * enacted.h -- laws in force, their versions, their rules, and what came of each run.
 *
 * A law is enacted, amended and repealed by actions of plans.  Each change makes a version; the rules of a law are those
 * of its version in force.  A rule is due by its schedule (UTC), by an event, or because a proposal runs it.  Then its
 * query is evaluated before the next block (action/evaluation.h), and the fold applies what it returns: all of it or
 * nothing, within the rule's lines `may`, at the level of its law.
 *
 * slot      the moment that a run is for: the minute of the schedule, or the time of the block with the event.  Each slot
 *           runs once; slots that a sealer slept through are made up for, one a block, in order.
 * failures  in a row.  A run that fails is tried again after one minute, then two, four, ...; after RULE_FAILURES_MAX the
 *           rule is stopped until its law is amended.
 *
 * status of a law    in force, suspended (due: until when), repealed, ended (its sunset has come)
 * status of a rule   active, stopped; rows of earlier versions are gone
 */
#ifndef COMMUNE_ENACTED_H
#define COMMUNE_ENACTED_H

#include "action/action.h"
#include "law/text.h"

#define LAWS_NAME_MAX 60
#define CONSTITUTION STR("constitution")
#define RULE_FAILURES_MAX 5
#define RULE_RETRY (INT64_C(60) * USECS_PER_SECOND)
#define LAW_SUSPEND_DAYS_MAX 7

typedef struct LawRow
{
	Row			row;
	int64_t		seq;			/* 1, 2, ... in the order of enactment */
	int64_t		level;
	int64_t		proposal;		/* that made the version in force */
	int64_t		since;			/* time from which this version is in force */
	int64_t		sunset;			/* INT8_NONE: none */
	int64_t		due;			/* sunset, or the end of a suspension; INT8_NONE */
	int32_t		version;
	bool		held;			/* this version was suspended once */
	Str			status;
	Str			name;
	Str			title;
	Str			text;
	Str			hash;			/* SHA-256 of the text */
	Str			closure;		/* of what its rules rest on, base64url; none before the first run */
} LawRow;

typedef struct LawVersion
{
	Row			row;
	int64_t		law;
	int64_t		level;
	int64_t		proposal;
	int64_t		since;			/* time */
	int64_t		until;			/* INT8_NONE while it is in force */
	int32_t		version;
	Str			hash;
	Str			text;
} LawVersion;

typedef struct RuleRow
{
	Row			row;
	int64_t		seq;			/* unique for ever */
	int64_t		law;
	int64_t		due;			/* INT8_NONE: waits for an event or a proposal, or is stopped */
	int64_t		slot;			/* that the next run is for; INT8_NONE */
	int64_t		runs;
	int32_t		failures;
	Str			name;
	Str			event;			/* kind of act or entry; none for other rules */
	Str			status;
} RuleRow;

typedef struct RunRow
{
	Row			row;
	int64_t		since;			/* index of the entry `run` */
	int64_t		law;
	int64_t		rule;
	int64_t		slot;
	int64_t		at;				/* time of the block */
	int32_t		version;
	int64_t		actions;		/* how many were applied */
	Str			name;			/* of the rule */
	Str			hash;			/* SHA-256 of the actions; none for a failure */
	Str			error;			/* SQLSTATE; none */
	Str			message;
} RunRow;

extern const Rel law_rel;
extern const Rel law_version_rel;
extern const Rel law_rule_rel;
extern const Rel law_run_rel;
extern const RowPath law_by_seq;
extern const RowPath law_by_name;
extern const RowPath law_by_due;
extern const RowPath law_version_by_law;
extern const RowPath law_rule_by_seq;
extern const RowPath law_rule_by_law;
extern const RowPath law_rule_by_due;
extern const RowPath law_rule_by_event;
extern const RowPath law_run_by_since;
extern const ActionKind law_actions[];	/* law.enact, law.amend, law.repeal, law.suspend, law.run, constitution.amend */

extern LawRow *law_find(State *state, Str name);
extern LawRow *law_find_seq(State *state, int64_t seq);
extern RuleRow *law_find_rule(State *state, int64_t seq);

/* True if the constitution has an article of this number; what blocks cite. */
extern bool constitution_has(State *state, Arena *scratch, Str number);

/* True if a rule is due and its query has to be evaluated for that. */
extern bool rule_wants(State *state, const RuleRow *rule, int64_t time);

/* Rules that want an evaluation at this time. */
extern void rules_wanted(Int8List *out, Arena *arena, State *state, int64_t time);

/* Let the rules that wait for a kind of act or entry be due; kinds are those of the block, any number of times. */
extern void laws_event(Fold *fold, const Str *kinds, size_t n);

/* Do what is due: end suspensions and laws whose time is over, apply what rules were evaluated to. */
extern void laws_advance(Fold *fold);

/* True if the clock asks for a block, evaluations apart. */
extern bool laws_are_due(State *state, int64_t time);

#endif
