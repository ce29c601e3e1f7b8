/*
 * parameter.c -- setting parameters, and reading them as of a time.
 */
#include "action/parameter.h"

static const Col parameter_cols[] = {
	COL(COL_TEXT, Parameter, name),
	COL(COL_TEXT, Parameter, type),
	COL(COL_INT4, Parameter, level),
	COL(COL_INT8, Parameter, min),
	COL(COL_INT8, Parameter, max),
	COL(COL_INT8, Parameter, since),
};

static const Col value_cols[] = {
	COL(COL_TEXT, ParameterValue, name),
	COL(COL_TIME, ParameterValue, valid),
	COL(COL_INT8, ParameterValue, value),
	COL(COL_INT8, ParameterValue, since),
	COL(COL_INT8, ParameterValue, proposal),
	COL(COL_INT8, ParameterValue, law),
};

const Rel	parameter_rel = REL(REL_PARAMETER, "parameter", Parameter, parameter_cols);
const Rel	parameter_value_rel = REL(REL_PARAMETER_VALUE, "parameter_value", ParameterValue, value_cols);
const RowPath parameter_by_name = {PARAMETER_BY_NAME, REL_PARAMETER, "parameter_pkey", true, 1, {0}, PATH_ALL, 0};
const RowPath parameter_value_by_name = {PARAMETER_VALUE_BY_NAME, REL_PARAMETER_VALUE, "parameter_value_pkey", true, 2, {0, 1}, PATH_ALL, 0};

Parameter *
parameter_find(State *state, Str name)
{
	Parameter	probe = {.name = name};

	return state_find(state, PARAMETER_BY_NAME, &probe);
}

static bool
keep_value(void *self, const void *row)
{
	*(int64_t *) self = ((const ParameterValue *) row)->value;
	return true;
}

bool
parameter_value(int64_t *out, State *state, Str name, int64_t time)
{
	ParameterValue probe = {.name = name, .valid = time};
	int64_t		value = INT8_NONE;

	state_scan(state, PARAMETER_VALUE_BY_NAME, 1, &probe, SCAN_UPTO, keep_value, &value);
	if (value == INT8_NONE)
		return false;
	*out = value;
	return true;
}

/* ---- setting ---- */

static const struct
{
	const char *name;
	int64_t		min;
	int64_t		max;
}			types[] = {
	{"integer", -SAFE_INT_MAX, SAFE_INT_MAX},
	{"amount", 0, SAFE_INT_MAX},
	{"seconds", 0, SAFE_INT_MAX},
	{"boolean", 0, 1},
	{NULL}
};

/* What no decision may make a number of: who belongs to the commune, and the register. */
static bool
is_beyond(Str name)
{
	static const char *const prefixes[] = {"register.", "charter.", "vouch", "member.", "right"};

	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
	{
		size_t		n = strlen(prefixes[i]);

		if (name.n >= n && memcmp(name.p, prefixes[i], n) == 0)
			return true;
	}
	return false;
}

static Code
check_value(const Parameter *p, int64_t value, Fault *fault)
{
	int64_t		min = p->min;
	int64_t		max = p->max;

	for (int i = 0; types[i].name != NULL; i++)
		if (str_is(p->type, types[i].name))
		{
			min = min != INT8_NONE && min > types[i].min ? min : types[i].min;
			max = max != INT8_NONE && max < types[i].max ? max : types[i].max;
		}
	if (value >= min && value <= max)
		return CODE_OK;
	return fault_set(fault, CODE_BAD_VALUE, -1, "\"%.*s\" is from %lld to %lld, the value is %lld.", (int) p->name.n, p->name.p,
					 (long long) min, (long long) max, (long long) value);
}

Code
parameter_set(const Doing *doing, Str name, int64_t valid, int64_t value)
{
	Fold	   *fold = doing->fold;
	ParameterValue row = {.name = arena_str(fold->arena, name), .valid = valid, .value = value, .since = fold->index,
						  .proposal = int8_or_none(doing->proposal), .law = int8_or_none(doing->law)};
	Parameter  *p = parameter_find(fold->state, name);
	ParameterValue *there;
	Code		code;

	if (is_beyond(name))
		return fault_set(fold->fault, CODE_BEYOND_DECISION, -1, "The parameter is \"%.*s\".", (int) name.n, name.p);
	if (valid < fold->time)
		return fault_set(fold->fault, CODE_RETROACTIVE, -1, "It would be in force from %lld, now is %lld.",
						 (long long) (valid / USECS_PER_SECOND), (long long) (fold->time / USECS_PER_SECOND));
	if (p == NULL)
		p = state_add(fold->state, REL_PARAMETER, &(Parameter){.name = row.name, .type = STR("integer"), .level = LEVEL_LAW,
					  .min = INT8_NONE, .max = INT8_NONE, .since = fold->index});
	if (doing->level > p->level)
		return fault_set(fold->fault, CODE_LEVEL_TOO_LOW, -1, "\"%.*s\" is set by rules of level %d or higher, this one has level %d.",
						 (int) name.n, name.p, p->level, doing->level);
	if ((code = check_value(p, value, fold->fault)) != CODE_OK)
		return code;
	there = state_find(fold->state, PARAMETER_VALUE_BY_NAME, &row);
	if (there == NULL)
		state_add(fold->state, REL_PARAMETER_VALUE, &row);
	else
	{
		/* Not yet in force, or only now. */
		there->value = value;
		there->since = row.since;
		there->proposal = row.proposal;
		there->law = row.law;
		state_change(fold->state, there);
	}
	return CODE_OK;
}

static const MemberSpec set_members[] = {
	{"from", MEMBER_INT, true, 0, TIME_MAX},
	{"level", MEMBER_INT, true, LEVEL_CONSTITUTION, LEVEL_REGULATION},
	{"max", MEMBER_INT, true, -SAFE_INT_MAX, SAFE_INT_MAX},
	{"min", MEMBER_INT, true, -SAFE_INT_MAX, SAFE_INT_MAX},
	{"name", MEMBER_DOTTED, false, 0, PARAMETER_NAME_MAX},
	{"type", MEMBER_TEXT, true, 0, 20},
	{"value", MEMBER_INT, false, -SAFE_INT_MAX, SAFE_INT_MAX},
	{NULL}
};

/* Define a parameter that is new. */
static Code
define(const Doing *doing, Str name)
{
	Fold	   *fold = doing->fold;
	Str			type = doing_text(doing, "type");
	Parameter	p = {
		.name = doing_keep(doing, "name"),
		.type = STR("integer"),
		.level = (int32_t) doing_int(doing, "level", LEVEL_LAW),
		.min = doing_int(doing, "min", INT8_NONE),
		.max = doing_int(doing, "max", INT8_NONE),
		.since = fold->index,
	};
	int			i = 0;

	while (type.p != NULL && types[i].name != NULL && !str_is(type, types[i].name))
		i++;
	if (types[i].name == NULL)
		return fault_set(fold->fault, CODE_BAD_ACTION, -1, "The types are integer, amount, seconds and boolean.");
	if (p.min != INT8_NONE && p.max != INT8_NONE && p.min > p.max)
		return fault_set(fold->fault, CODE_BAD_ACTION, -1, "min is %lld and max is %lld.", (long long) p.min, (long long) p.max);
	p.type = str_from(types[i].name);
	state_add(fold->state, REL_PARAMETER, &p);
	return CODE_OK;
}

static Code
set(Doing *doing)
{
	static const char *const defining[] = {"type", "min", "max", "level"};
	Fold	   *fold = doing->fold;
	Str			name = doing_text(doing, "name");
	int64_t		from = doing_int(doing, "from", INT8_NONE);
	Parameter  *p = parameter_find(fold->state, name);
	Code		code;

	for (size_t i = 0; i < sizeof defining / sizeof *defining; i++)
		if (p != NULL && json_get(doing->args, defining[i]) != NULL)
			return fault_set(fold->fault, CODE_PARAMETER_DEFINED, -1, "\"%.*s\" has its %s already.", (int) name.n, name.p, defining[i]);
	if (p == NULL && (code = define(doing, name)) != CODE_OK)
		return code;
	return parameter_set(doing, name, from != INT8_NONE ? from * USECS_PER_SECOND : fold->time, doing_int(doing, "value", 0));
}

/* Who may set it says who may decide it. */
static void
set_needs(Needs *needs, Arena *arena, State *state, const Json *args)
{
	const Json *level = json_get(args, "level");
	const Parameter *p = parameter_find(state, json_get(args, "name")->string);

	(void) arena;
	needs->level = p != NULL ? p->level : level != NULL ? (int) level->number : LEVEL_LAW;
}

const ActionKind parameter_actions[] = {
	{"param.set", LEVEL_REGULATION, 0, false, "Set the parameter {name} to {value}[ from {from} (Unix seconds) on]", set_members, set, set_needs},
	{NULL}
};
