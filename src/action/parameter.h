/*
 * parameter.h -- numbers that rules go by, each in force from a date on.
 *
 * A parameter is defined once, with its type, its range and the level that may set it; its values are dated.  The value
 * at a time is the last one whose date is not later.  No value is put into the past.
 */
#ifndef COMMUNE_PARAMETER_H
#define COMMUNE_PARAMETER_H

#include "action/action.h"

#define PARAMETER_NAME_MAX 63

typedef struct Parameter
{
	Row			row;
	int32_t		level;			/* the lowest rank of rule that may set it */
	int64_t		min;			/* INT8_NONE: none */
	int64_t		max;
	int64_t		since;			/* index of the entry that defined it */
	Str			name;
	Str			type;			/* integer, amount, seconds, boolean */
} Parameter;

typedef struct ParameterValue
{
	Row			row;
	int64_t		valid;			/* in force from this time on */
	int64_t		value;
	int64_t		since;			/* index of the entry that set it */
	int64_t		proposal;		/* that set it, or INT8_NONE */
	int64_t		law;			/* that set it, or INT8_NONE */
	Str			name;
} ParameterValue;

extern const Rel parameter_rel;
extern const Rel parameter_value_rel;
extern const RowPath parameter_by_name;
extern const RowPath parameter_value_by_name;
extern const ActionKind parameter_actions[];	/* param.set */

extern Parameter *parameter_find(State *state, Str name);

/* The value in force at a time; false and *out left alone if there is none. */
extern bool parameter_value(int64_t *out, State *state, Str name, int64_t time);

/*
 * Set a parameter from a time on, and define it if it is new.  Fault: the rights of level 0, BAD_VALUE.  level is that
 * of the rule that acts.
 */
extern Code parameter_set(const Doing *doing, Str name, int64_t valid, int64_t value);

#endif
