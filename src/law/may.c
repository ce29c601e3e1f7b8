/*
 * may.c -- holds actions against the lines `may ...` of a rule.
 */
#include "law/may.h"

#include "action/action.h"
#include "law/schedule.h"

Str
law_action_key(Arena *arena, const Json *action)
{
	static const char *const names[] = {"member", "to", "name", "account", "title"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
	{
		const Json *key = json_get(action, names[i]);

		if (key != NULL && key->type == JSON_STRING)
			return key->string;
		if (key != NULL && key->type == JSON_INT)
		{
			Buf			text;

			buf_init(&text, arena);
			buf_int(&text, key->number);
			return buf_done(&text);
		}
	}
	return STR_NONE;
}

/* The first line of the rule that covers an action; NULL if none does. */
static const LawMay *
covering(const LawRule *rule, const Json *action, Arena *arena)
{
	const Json *verb = json_get(action, "do");

	if (verb == NULL || verb->type != JSON_STRING)
		return NULL;
	for (size_t i = 0; i < rule->nmay; i++)
		if (str_eq(rule->may[i].verb, verb->string) &&
			(rule->may[i].of.p == NULL || str_eq(rule->may[i].of, law_action_key(arena, action))))
			return &rule->may[i];
	return NULL;
}

Code
law_may(const LawRule *rule, const Json *actions, Arena *arena, Fault *fault)
{
	int64_t		used[LAW_LINES_MAX] = {0};
	int64_t		at = 0;

	for (const Json *action = actions->child; action != NULL; action = action->next, at++)
	{
		const LawMay *may = covering(rule, action, arena);
		const Json *amount = json_get(action, "amount");
		const Json *verb = json_get(action, "do");
		int64_t    *sum;
		char		shown[JSON_SHOWN_SIZE];

		if (may == NULL)
			return fault_set(fault, CODE_LAW_ACTION, at, "Action %lld: no line \"may %s ...\" of the rule covers it.", (long long) at + 1,
							 verb != NULL && verb->type == JSON_STRING ? json_shown(shown, verb->string) : "?");
		if (amount != NULL && (amount->type != JSON_INT || amount->number < 0))
			return fault_set(fault, CODE_LAW_ACTION, at, "Action %lld: the amount is %lld.", (long long) at + 1, (long long) amount->number);
		sum = &used[may - rule->may];
		if (add_overflows(*sum, amount != NULL ? amount->number : 1, sum) || (may->limit >= 0 && *sum > may->limit))
			return fault_set(fault, CODE_LAW_ACTION, at, "Action %lld: with it the rule goes beyond the limit of %lld of its line \"may %s ...\".",
							 (long long) at + 1, (long long) may->limit, json_shown(shown, may->verb));
	}
	return CODE_OK;
}

Code
law_check_rules(const LawText *law, Fault *fault)
{
	for (size_t i = 0; i < law->nrules; i++)
	{
		const LawRule *rule = &law->rules[i];
		Schedule	schedule;
		Fault		why;

		if (rule->trigger == LAW_ON_SCHEDULE && schedule_parse(&schedule, rule->schedule, &why) != CODE_OK)
			return fault_set(fault, why.code, (int64_t) i, "The rule %.*s: %s", (int) rule->name.n, rule->name.p, why.detail);
		for (size_t j = 0; j < rule->nmay; j++)
			if (action_kind(rule->may[j].verb) == NULL)
				return fault_set(fault, CODE_UNKNOWN_ACTION, (int64_t) i, "The rule %.*s may \"%.*s\".", (int) rule->name.n, rule->name.p,
								 (int) rule->may[j].verb.n, rule->may[j].verb.p);
	}
	return CODE_OK;
}

Str
law_pays_from(const LawRule *rule, const Json *action, Arena *arena)
{
	const LawMay *may = covering(rule, action, arena);

	return may != NULL ? may->from : STR_NONE;
}
