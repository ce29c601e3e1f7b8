/*
 * method.c -- parameters and choices of the voting methods.
 *
 * majority   one option; the winner has more than half of the votes, or reaches params.threshold of them
 * approval   0 or 1 for each option; params.seats options win
 * quadratic  an integer for each option; the squares add up to params.credits at most
 */
#include "poll/poll.h"

int64_t
method_int(const Json *params, const char *name, int64_t otherwise)
{
	const Json *v = params ? json_get(params, name) : NULL;

	return v != NULL ? v->number : otherwise;
}

bool
method_flag(const Json *params, const char *name)
{
	const Json *v = params ? json_get(params, name) : NULL;

	return v != NULL && v->type == JSON_TRUE;
}

bool
method_threshold(int64_t *num, int64_t *den, const Json *params)
{
	const Json *v = params ? json_get(params, "threshold") : NULL;

	if (v == NULL)
		return false;
	*num = v->child->number;
	*den = v->child->next->number;
	return true;
}

/* What a parameter may be. */
typedef enum ParamType
{
	PARAM_FLAG,
	PARAM_SEATS,				/* 1 to the number of options */
	PARAM_CREDITS,				/* 1 to 2^53 - 1 */
	PARAM_THRESHOLD,			/* [num, den], 0 < num <= den */
	PARAM_SECONDS				/* 1 to TIME_MAX */
} ParamType;

typedef struct Param
{
	const char *name;			/* NULL ends the list */
	ParamType	type;
	bool		required;
} Param;

static bool
param_fits(const Json *v, ParamType type, int64_t options)
{
	switch (type)
	{
		case PARAM_FLAG:
			return v->type == JSON_TRUE || v->type == JSON_FALSE;
		case PARAM_SEATS:
			return v->type == JSON_INT && v->number >= 1 && v->number <= options;
		case PARAM_CREDITS:
			return v->type == JSON_INT && v->number >= 1;
		case PARAM_SECONDS:
			return v->type == JSON_INT && v->number >= 1 && v->number <= TIME_MAX;
		case PARAM_THRESHOLD:
			return v->type == JSON_ARRAY && v->count == 2 &&
				v->child->type == JSON_INT && v->child->next->type == JSON_INT &&
				v->child->number > 0 && v->child->number <= v->child->next->number;
	}
	return false;
}

/* Parameters that a poll may have whatever its method is. */
static const Param common[] = {
	{"override_window", PARAM_SECONDS, false},
	{"running", PARAM_FLAG, false},
	{NULL}
};

static const Param *
find_param(const Param *params, Str name)
{
	while (params->name != NULL && !str_is(name, params->name))
		params++;
	return params->name != NULL ? params : NULL;
}

static Code
check_params(const Json *params, const Param *allowed, int64_t options, Fault *fault)
{
	for (const Json *v = params ? params->child : NULL; v != NULL; v = v->next)
	{
		const Param *param = find_param(allowed, v->name);

		if (param == NULL)
			param = find_param(common, v->name);
		if (param == NULL)
			return fault_set(fault, CODE_BAD_PARAMS, -1, "The method has no parameter \"%.*s\".",
							 (int) (v->name.n < 60 ? v->name.n : 60), v->name.p);
		if (!param_fits(v, param->type, options))
			return fault_set(fault, CODE_BAD_PARAMS, -1, "The parameter \"%s\" is not of its type or range.", param->name);
	}
	for (const Param *param = allowed; param->name != NULL; param++)
		if (param->required && (params == NULL || json_get(params, param->name) == NULL))
			return fault_set(fault, CODE_BAD_PARAMS, -1, "The method needs a parameter \"%s\".", param->name);
	return CODE_OK;
}

/* Find the one member that a choice must consist of. */
static Code
only_member(const Json **out, const Json *choice, const char *name, JsonType type, Fault *fault)
{
	*out = json_get(choice, name);
	if (choice->count != 1 || *out == NULL || (*out)->type != type)
		return fault_set(fault, CODE_BAD_CHOICE, -1, "The choice is {\"%s\": ...} or {\"abstain\": true}.", name);
	return CODE_OK;
}

/* Read a vote for each option. */
static Code
read_votes(Ballot *out, const Json *choice, int64_t options, int64_t min, int64_t max, Arena *arena, Fault *fault)
{
	const Json *votes;
	int32_t    *v;
	size_t		n = 0;
	Code		code = only_member(&votes, choice, "votes", JSON_ARRAY, fault);

	if (code != CODE_OK)
		return code;
	if (votes->count > options)
		return fault_set(fault, CODE_UNKNOWN_OPTION, options, "The poll has %lld options, the ballot votes on %u.",
						 (long long) options, votes->count);
	if (votes->count < options)
		return fault_set(fault, CODE_BAD_CHOICE, -1, "The poll has %lld options, the ballot votes on %u.",
						 (long long) options, votes->count);
	v = arena_alloc(arena, (size_t) options * sizeof *v);
	for (const Json *item = votes->child; item != NULL; item = item->next)
	{
		if (item->type != JSON_INT || item->number < min || item->number > max)
			return fault_set(fault, CODE_BAD_CHOICE, (int64_t) n, "The vote on option %zu is an integer from %lld to %lld.",
							 n + 1, (long long) min, (long long) max);
		v[n++] = (int32_t) item->number;
	}
	out->votes = (Int4List){v, n};
	return CODE_OK;
}

/* ---- majority ---- */

static Code
majority_params(const Json *params, int64_t options, Fault *fault)
{
	static const Param allowed[] = {{"threshold", PARAM_THRESHOLD, false}, {NULL}};

	return check_params(params, allowed, options, fault);
}

static Code
majority_choice(Ballot *out, const Json *choice, const Json *params, int64_t options, Arena *arena, Fault *fault)
{
	const Json *option;
	Code		code = only_member(&option, choice, "option", JSON_INT, fault);

	(void) params;
	(void) arena;
	if (code != CODE_OK)
		return code;
	if (option->number < 1 || option->number > options)
		return fault_set(fault, CODE_UNKNOWN_OPTION, -1, "The option is %lld, the poll has 1 to %lld.",
						 (long long) option->number, (long long) options);
	out->option = (int32_t) option->number;
	return CODE_OK;
}

/* ---- approval ---- */

static Code
approval_params(const Json *params, int64_t options, Fault *fault)
{
	static const Param allowed[] = {{"seats", PARAM_SEATS, false}, {NULL}};

	return check_params(params, allowed, options, fault);
}

static Code
approval_choice(Ballot *out, const Json *choice, const Json *params, int64_t options, Arena *arena, Fault *fault)
{
	(void) params;
	return read_votes(out, choice, options, 0, 1, arena, fault);
}

/* ---- quadratic ---- */

static Code
quadratic_params(const Json *params, int64_t options, Fault *fault)
{
	static const Param allowed[] = {{"credits", PARAM_CREDITS, true}, {"seats", PARAM_SEATS, false},
	{"negative", PARAM_FLAG, false}, {NULL}};

	return check_params(params, allowed, options, fault);
}

static Code
quadratic_choice(Ballot *out, const Json *choice, const Json *params, int64_t options, Arena *arena, Fault *fault)
{
	int64_t		credits = method_int(params, "credits", 0);
	bool		negative = method_flag(params, "negative");
	int64_t		cost = 0;
	const Json *votes = json_get(choice, "votes");

	/* What does not fit into the register's 32 bits is beyond any credits: the price is looked at first. */
	for (const Json *item = votes && votes->type == JSON_ARRAY ? votes->child : NULL; item != NULL; item = item->next)
	{
		int64_t		square;

		if (item->type == JSON_INT &&
			(mul_overflows(item->number, item->number, &square) || add_overflows(cost, square, &cost) || cost > credits))
			return fault_set(fault, CODE_UNAFFORDABLE, -1, "The voter has %lld credits.", (long long) credits);
	}
	return read_votes(out, choice, options, negative ? INT32_MIN + 1 : 0, INT32_MAX, arena, fault);
}

static const Method methods[] = {
	{"majority", majority_params, majority_choice},
	{"approval", approval_params, approval_choice},
	{"quadratic", quadratic_params, quadratic_choice},
	{NULL}
};

const Method *
method_find(Str name)
{
	for (const Method *method = methods; method->name != NULL; method++)
		if (str_is(name, method->name))
			return method;
	return NULL;
}
