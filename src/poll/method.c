/*
 * method.c -- parameters and choices of the voting methods.
 */
#include "poll/method.h"

#include "budget/seats.h"
#include "budget/shares.h"
#include "poll/poll.h"
#include "voting/counts.h"
#include "voting/stv.h"
#include "voting/words.h"

#include <stdio.h>

/* ---- the table ---- */

#define LOTS (TIE_BIT(TIE_LOT) | TIE_BIT(TIE_OPTION_ORDER))
#define ROUND_RULES (LOTS | TIE_BIT(TIE_PRIOR_ROUND) | TIE_BIT(TIE_FIRST_ROUND))
#define STAR_RULES (LOTS | TIE_BIT(TIE_PAIRWISE) | TIE_BIT(TIE_TOP_SCORES))
#define BUDGET_RULES (LOTS | TIE_BIT(TIE_MAX_VOTES) | TIE_BIT(TIE_MIN_COST) | TIE_BIT(TIE_MAX_COST))

/* Rules that leave no tie: a list ends with one of them. */
#define LAST_RULES (LOTS | TIE_BIT(TIE_NONE))

#define SEATS {.name = "seats", .type = PARAM_SEATS}
#define TIES(rule_bits, otherwise) {.name = "ties", .type = PARAM_TIES, .rules = rule_bits, .ties = otherwise}
#define SEAT_TIES TIES(LOTS | TIE_BIT(TIE_NONE), "none")
#define NUMBER(name_is, least, most) {.name = name_is, .type = PARAM_INT, .min = least, .max = most}
#define NEEDED(name_is, least, most) {.name = name_is, .type = PARAM_INT, .required = true, .min = least, .max = most}
#define WORD(name_is, list) {.name = name_is, .type = PARAM_WORD, .words = list}
#define NEEDED_WORD(name_is, list) {.name = name_is, .type = PARAM_WORD, .required = true, .words = list}
#define FLAG(name_is) {.name = name_is, .type = PARAM_FLAG}
#define THRESHOLD {.name = "threshold", .type = PARAM_FRACTION}
#define LISTS NEEDED("seats", 1, SEATS_MAX), THRESHOLD, TIES(LOTS, "lot")
#define MONEY \
	NEEDED("budget", 1, SAFE_INT_MAX), {.name = "costs", .type = PARAM_COSTS, .required = true}, \
	NUMBER("highest", 1, SCORE_MAX), TIES(BUDGET_RULES, "max_votes,min_cost,lot")

/* The ratio is no strength of minimax, opposition one of no other. */
static const char *const path_strengths[] = {"winning", "margin", "ratio", NULL};
static const char *const minimax_strengths[] = {"winning", "margin", "opposition", NULL};
static const char *const list_quotas[] = {"hare", "droop", NULL};

static const MethodParam majority_params[] = {THRESHOLD, {NULL}};
static const MethodParam seat_params[] = {SEATS, SEAT_TIES, {NULL}};
static const MethodParam score_params[] = {NEEDED("highest", 1, SCORE_MAX), WORD("by", score_by_words), SEATS, SEAT_TIES, {NULL}};
static const MethodParam star_params[] = {NEEDED("highest", 1, SCORE_MAX), TIES(STAR_RULES, "pairwise,top_scores,lot"), {NULL}};
static const MethodParam quadratic_params[] = {NEEDED("credits", 1, SAFE_INT_MAX), FLAG("negative"), SEATS, SEAT_TIES, {NULL}};
static const MethodParam cumulative_params[] = {NEEDED("credits", 1, INT32_MAX), NUMBER("highest", 1, INT32_MAX), SEATS, SEAT_TIES, {NULL}};
static const MethodParam borda_params[] = {WORD("mode", borda_mode_words), SEATS, SEAT_TIES, {NULL}};
static const MethodParam irv_params[] = {TIES(ROUND_RULES, "prior_round,lot"), {NULL}};
static const MethodParam stv_params[] = {
	{.name = "seats", .type = PARAM_SEATS, .required = true}, WORD("rule", stv_rule_words), WORD("quota", stv_quota_words),
	TIES(ROUND_RULES, "prior_round,lot"), {NULL}
};
static const MethodParam minimax_params[] = {WORD("strength", minimax_strengths), SEATS, SEAT_TIES, {NULL}};
static const MethodParam schulze_params[] = {WORD("strength", path_strengths), SEATS, SEAT_TIES, {NULL}};
static const MethodParam ranked_pairs_params[] = {
	WORD("strength", path_strengths), WORD("equal", equal_pairs_words), SEATS, TIES(LOTS, "lot"), {NULL}
};
static const MethodParam list_params[] = {LISTS, {NULL}};
static const MethodParam remainder_params[] = {WORD("quota", list_quotas), LISTS, {NULL}};
static const MethodParam greedy_params[] = {NEEDED_WORD("measure", measure_words), WORD("unaffordable", unaffordable_words), MONEY, {NULL}};
static const MethodParam shares_params[] = {
	NEEDED_WORD("utility", utility_words), NEEDED_WORD("completion", completion_words), NUMBER("increment", 1, SAFE_INT_MAX),
	FLAG("integral"), FLAG("exhaustive"), MONEY, {NULL}
};

static const MethodParam consent_params[] = {{NULL}};

/* Parameters that a poll may have whatever its method is. */
static const MethodParam common[] = {
	{.name = "cap", .type = PARAM_SHARE, .min = 1, .max = SAFE_INT_MAX}, NUMBER("override_window", 1, TIME_MAX), FLAG("running"), {NULL}
};

const Method methods[METHOD_COUNT] = {
	{METHOD_MAJORITY, "majority", majority_params, CHOICE_OPTION},
	{METHOD_PLURALITY, "plurality", seat_params, CHOICE_OPTION},
	{METHOD_APPROVAL, "approval", seat_params, CHOICE_VOTES},
	{METHOD_SCORE, "score", score_params, CHOICE_VOTES},
	{METHOD_STAR, "star", star_params, CHOICE_VOTES},
	{METHOD_QUADRATIC, "quadratic", quadratic_params, CHOICE_VOTES},
	{METHOD_CUMULATIVE, "cumulative", cumulative_params, CHOICE_VOTES},
	{METHOD_BORDA, "borda", borda_params, CHOICE_RANKING},
	{METHOD_IRV, "irv", irv_params, CHOICE_STRICT},
	{METHOD_STV, "stv", stv_params, CHOICE_STRICT},
	{METHOD_COPELAND, "copeland", seat_params, CHOICE_RANKING},
	{METHOD_MINIMAX, "minimax", minimax_params, CHOICE_RANKING},
	{METHOD_SCHULZE, "schulze", schulze_params, CHOICE_RANKING},
	{METHOD_RANKED_PAIRS, "ranked_pairs", ranked_pairs_params, CHOICE_RANKING},
	{METHOD_DHONDT, "dhondt", list_params, CHOICE_OPTION},
	{METHOD_SAINTE_LAGUE, "sainte_lague", list_params, CHOICE_OPTION},
	{METHOD_LARGEST_REMAINDER, "largest_remainder", remainder_params, CHOICE_OPTION},
	{METHOD_GREEDY, "greedy", greedy_params, CHOICE_VOTES},
	{METHOD_EQUAL_SHARES, "equal_shares", shares_params, CHOICE_VOTES},
	{METHOD_CONSENT, "consent", consent_params, CHOICE_CONSENT},
};

const Method *
method_find(Str name)
{
	for (int i = 0; i < METHOD_COUNT; i++)
		if (str_is(name, methods[i].name))
			return &methods[i];
	return NULL;
}

static const MethodParam *
find_param(const MethodParam *params, Str name)
{
	while (params->name != NULL && !str_is(name, params->name))
		params++;
	return params->name != NULL ? params : NULL;
}

#define CONSENT_OPTIONS 4			/* agree, reservations, stand aside, block */

/* ---- parameters ---- */

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
method_fraction(int64_t *num, int64_t *den, const Json *params, const char *name)
{
	const Json *v = params ? json_get(params, name) : NULL;

	if (v == NULL)
		return false;
	*num = v->child->number;
	*den = v->child->next->number;
	return true;
}

int64_t
method_cap(const Json *params, int64_t electorate)
{
	const Json *v = params ? json_get(params, "cap") : NULL;
	int64_t		share;

	if (v == NULL || v->type == JSON_INT)
		return v != NULL ? v->number : 0;
	share = (int64_t) ((__int128) electorate * v->child->number / v->child->next->number);
	return share > 1 ? share : 1;
}

int
method_word(const Method *method, const Json *params, const char *name)
{
	const Json *v = params ? json_get(params, name) : NULL;

	return v != NULL ? word_find(find_param(method->params, str_from(name))->words, v->string) : 0;
}

Str
method_ties(uint32_t *allowed, const Method *method, const Json *params)
{
	const MethodParam *param = find_param(method->params, STR("ties"));
	const Json *v = params ? json_get(params, "ties") : NULL;

	*allowed = param != NULL ? param->rules : 0;
	return v != NULL ? v->string : param != NULL ? str_from(param->ties) : STR_NONE;
}

int64_t
method_highest(const Method *method, const Json *params)
{
	switch (method->id)
	{
		case METHOD_QUADRATIC:
		case METHOD_CUMULATIVE:
			return method_int(params, "highest", INT32_MAX);
		default:
			return method_int(params, "highest", 1);
	}
}

/* Whether a text lists rules for ties of which the last one decides whatever is left. */
static bool
ties_fit(Str text, uint32_t rules)
{
	Ties		ties;

	/* No list is given and no tie is broken, so no memory is needed. */
	if (ties_init(&ties, text, rules, STR_NONE, NULL, 0, 0, NULL, NULL) != CODE_OK)
		return false;
	for (int i = 0; i < ties.rules - 1; i++)
		if ((TIE_BIT(ties.rule[i]) & LAST_RULES) != 0)
			return false;
	return (TIE_BIT(ties.rule[ties.rules - 1]) & LAST_RULES) != 0;
}

static bool
costs_fit(const Json *v, int64_t options)
{
	if (v->type != JSON_ARRAY || v->count != options)
		return false;
	for (const Json *item = v->child; item != NULL; item = item->next)
		if (item->type != JSON_INT || item->number < 1)
			return false;
	return true;
}

static bool
fraction_fits(const Json *v)
{
	return v->type == JSON_ARRAY && v->count == 2 &&
		v->child->type == JSON_INT && v->child->next->type == JSON_INT &&
		v->child->number > 0 && v->child->number <= v->child->next->number;
}

static bool
param_fits(const Json *v, const MethodParam *param, int64_t options)
{
	switch (param->type)
	{
		case PARAM_FLAG:
			return v->type == JSON_TRUE || v->type == JSON_FALSE;
		case PARAM_INT:
			return v->type == JSON_INT && v->number >= param->min && v->number <= param->max;
		case PARAM_SEATS:
			return v->type == JSON_INT && v->number >= 1 && v->number <= options;
		case PARAM_FRACTION:
			return fraction_fits(v);
		case PARAM_SHARE:
			return fraction_fits(v) || (v->type == JSON_INT && v->number >= param->min && v->number <= param->max);
		case PARAM_WORD:
			return v->type == JSON_STRING && word_find(param->words, v->string) >= 0;
		case PARAM_TIES:
			return v->type == JSON_STRING && ties_fit(v->string, param->rules);
		case PARAM_COSTS:
			return costs_fit(v, options);
	}
	return false;
}

/* Write the words of a list into a text of limited size: a, b, c. */
static void
list_words(char *out, size_t size, const char *const *words)
{
	size_t		n = 0;

	out[0] = '\0';
	for (int i = 0; words[i] != NULL && n < size; i++)
		n += (size_t) snprintf(out + n, size - n, "%s%s", i > 0 ? ", " : "", words[i]);
}

static void
list_rules(char *out, size_t size, uint32_t rules)
{
	size_t		n = 0;

	out[0] = '\0';
	for (TieRule rule = 0; rule < TIE_RULE_COUNT && n < size; rule++)
		if ((rules & TIE_BIT(rule)) != 0)
			n += (size_t) snprintf(out + n, size - n, "%s%s", n > 0 ? ", " : "", tie_rule_name(rule));
}

/* Refuse a parameter, and say what it may be. */
static Code
refuse_param(const MethodParam *param, int64_t options, Fault *fault)
{
	char		list[160];

	switch (param->type)
	{
		case PARAM_FLAG:
			return fault_set(fault, CODE_BAD_PARAMS, -1, "The parameter \"%s\" is true or false.", param->name);
		case PARAM_INT:
			return fault_set(fault, CODE_BAD_PARAMS, -1, "The parameter \"%s\" is an integer from %lld to %lld.", param->name,
							 (long long) param->min, (long long) param->max);
		case PARAM_SEATS:
			return fault_set(fault, CODE_BAD_PARAMS, -1, "The parameter \"%s\" is an integer from 1 to %lld, the number of options.",
							 param->name, (long long) options);
		case PARAM_FRACTION:
			return fault_set(fault, CODE_BAD_PARAMS, -1, "The parameter \"%s\" is a fraction [num, den] with 0 < num <= den.", param->name);
		case PARAM_SHARE:
			return fault_set(fault, CODE_BAD_PARAMS, -1,
							 "The parameter \"%s\" is an integer from %lld to %lld, or a fraction [num, den] with 0 < num <= den.",
							 param->name, (long long) param->min, (long long) param->max);
		case PARAM_WORD:
			list_words(list, sizeof list, param->words);
			return fault_set(fault, CODE_BAD_PARAMS, -1, "The parameter \"%s\" is one of: %s.", param->name, list);
		case PARAM_TIES:
			list_rules(list, sizeof list, param->rules);
			return fault_set(fault, CODE_BAD_PARAMS, -1, "The parameter \"%s\" lists rules of: %s; the last one, and no other, decides any tie.",
							 param->name, list);
		case PARAM_COSTS:
			return fault_set(fault, CODE_BAD_PARAMS, -1, "The parameter \"%s\" is an array of %lld integers from 1, one for each option.",
							 param->name, (long long) options);
	}
	return CODE_BAD_PARAMS;
}

/* Check parameters that depend on each other. */
static Code
check_together(const Method *method, const Json *params, int64_t options, Fault *fault)
{
	if (method->id == METHOD_STV && method_word(method, params, "rule") == STV_MEEK && json_get(params, "quota") != NULL)
		return fault_set(fault, CODE_BAD_PARAMS, -1, "The rule \"meek\" has its own quota.");
	if (method->id == METHOD_EQUAL_SHARES)
	{
		int			completion = method_word(method, params, "completion");
		bool		adds = completion == COMPLETION_ADD1 || completion == COMPLETION_ADD1_UTILITARIAN;

		if (adds != (json_get(params, "increment") != NULL))
			return fault_set(fault, CODE_BAD_PARAMS, -1, "An \"increment\" goes with the completions \"add1\" and \"add1_utilitarian\".");
	}
	if (method->id == METHOD_CONSENT && options != CONSENT_OPTIONS)
		return fault_set(fault, CODE_BAD_PARAMS, -1, "A poll of consent has four options: agree, reservations, stand aside, block.");
	return CODE_OK;
}

Code
method_check_params(const Method *method, const Json *params, int64_t options, Fault *fault)
{
	for (const Json *v = params ? params->child : NULL; v != NULL; v = v->next)
	{
		const MethodParam *param = find_param(method->params, v->name);

		if (param == NULL)
			param = find_param(common, v->name);
		if (param == NULL)
			return fault_set(fault, CODE_BAD_PARAMS, -1, "The method has no parameter \"%.*s\".",
							 (int) (v->name.n < 60 ? v->name.n : 60), v->name.p);
		if (!param_fits(v, param, options))
			return refuse_param(param, options, fault);
	}
	for (const MethodParam *param = method->params; param->name != NULL; param++)
		if (param->required && (params == NULL || json_get(params, param->name) == NULL))
			return fault_set(fault, CODE_BAD_PARAMS, -1, "The method needs a parameter \"%s\".", param->name);
	return check_together(method, params, options, fault);
}

/* ---- choices ---- */

/* Find the one member that a choice must consist of. */
static Code
only_member(const Json **out, const Json *choice, const char *name, JsonType type, Fault *fault)
{
	*out = json_get(choice, name);
	if (choice->count != 1 || *out == NULL || (*out)->type != type)
		return fault_set(fault, CODE_BAD_CHOICE, -1, "The choice is {\"%s\": ...} or {\"abstain\": true}.", name);
	return CODE_OK;
}

static Code
read_option(Ballot *out, const Json *choice, int64_t options, Fault *fault)
{
	const Json *option;
	Code		code = only_member(&option, choice, "option", JSON_INT, fault);

	if (code != CODE_OK)
		return code;
	if (option->number < 1 || option->number > options)
		return fault_set(fault, CODE_UNKNOWN_OPTION, -1, "The option is %lld, the poll has 1 to %lld.",
						 (long long) option->number, (long long) options);
	out->option = (int32_t) option->number;
	return CODE_OK;
}

#define REASON_MAX 2000			/* characters */

/* Read an answer to a question of consent; who blocks says why, and names the article of the constitution it is about. */
static Code
read_consent(Ballot *out, const Json *choice, Arena *arena, Fault *fault)
{
	const Json *option = json_get(choice, "option");
	const Json *principle = json_get(choice, "principle");
	const Json *reason = json_get(choice, "reason");
	bool		blocks = option != NULL && option->type == JSON_INT && option->number == CONSENT_OPTIONS;
	int32_t    *article;

	if (!blocks)
		return read_option(out, choice, CONSENT_OPTIONS, fault);
	if (choice->count != 3 || principle == NULL || principle->type != JSON_INT || principle->number < 1 ||
		principle->number > INT32_MAX || reason == NULL || reason->type != JSON_STRING || reason->string.n == 0 ||
		reason->string.n > REASON_MAX * 4)
		return fault_set(fault, CODE_BAD_CHOICE, -1,
						 "To block, the choice is {\"option\": 4, \"principle\": article of the constitution, \"reason\": text}.");
	article = arena_alloc(arena, sizeof *article);
	*article = (int32_t) principle->number;
	out->option = CONSENT_OPTIONS;
	out->votes = (Int4List){article, 1};
	return CODE_OK;
}

/*
 * Check what votes cost together.  What does not fit into the register's 32 bits is beyond any credits: the price is
 * looked at first.
 */
static Code
check_credits(const Json *choice, bool squares, int64_t credits, Fault *fault)
{
	const Json *votes = json_get(choice, "votes");
	int64_t		cost = 0;

	for (const Json *item = votes && votes->type == JSON_ARRAY ? votes->child : NULL; item != NULL; item = item->next)
	{
		int64_t		price = item->number > 0 ? item->number : 0;

		if (item->type == JSON_INT &&
			((squares && mul_overflows(item->number, item->number, &price)) || add_overflows(cost, price, &cost) ||
			 cost > credits))
			return fault_set(fault, CODE_UNAFFORDABLE, -1, "The voter has %lld credits.", (long long) credits);
	}
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

/* Check that a ranking skips no rank and names no option twice; and none of them equal to another if it is strict. */
static Code
check_ranking(Str bytes, bool strict, Fault *fault)
{
	const uint8_t *p = (const uint8_t *) bytes.p;
	const uint8_t *end = p + bytes.n;
	bool		seen[POLL_OPTIONS_MAX + 1] = {false};
	Rank		rank;

	while (rank_next(&rank, &p, end))
	{
		if (rank.n == 0)
			return fault_set(fault, CODE_BAD_CHOICE, -1, "The ranking skips a rank.");
		if (strict && rank.n > 1)
			return fault_set(fault, CODE_BAD_CHOICE, -1, "The method takes no equal options, such as %u and %u.",
							 rank_option(&rank, 0), rank_option(&rank, 1));
		for (uint32_t i = 0; i < rank.n; i++)
		{
			uint32_t	option = rank_option(&rank, i);

			if (seen[option])
				return fault_set(fault, CODE_BAD_CHOICE, -1, "The ranking names option %u twice.", option);
			seen[option] = true;
		}
	}
	return CODE_OK;
}

static Code
read_ranking(Ballot *out, const Json *choice, int64_t options, bool strict, Arena *arena, Fault *fault)
{
	const Json *ranking;
	uint32_t	high;
	Fault		wrong;
	Code		code = only_member(&ranking, choice, "ranking", JSON_STRING, fault);

	if (code != CODE_OK)
		return code;
	if (ranking_parse(&out->ranking, ranking->string, arena, &wrong) != CODE_OK)
		return fault_set(fault, CODE_BAD_CHOICE, wrong.at, "%s", wrong.detail);
	if (!ranking_fits(&high, (const uint8_t *) out->ranking.p, out->ranking.n, (uint32_t) options))
		return fault_set(fault, CODE_UNKNOWN_OPTION, -1, "The ranking names option %u, the poll has 1 to %lld.", high,
						 (long long) options);
	return check_ranking(out->ranking, strict, fault);
}

Code
method_read_choice(Ballot *out, const Method *method, const Json *choice, const Json *params, int64_t options, Arena *arena,
				   Fault *fault)
{
	int64_t		highest = method_highest(method, params);
	Code		code = CODE_OK;

	switch (method->form)
	{
		case CHOICE_OPTION:
			return read_option(out, choice, options, fault);
		case CHOICE_CONSENT:
			return read_consent(out, choice, arena, fault);
		case CHOICE_VOTES:
			if (method->id == METHOD_QUADRATIC || method->id == METHOD_CUMULATIVE)
				code = check_credits(choice, method->id == METHOD_QUADRATIC, method_int(params, "credits", 0), fault);
			return code != CODE_OK ? code :
				read_votes(out, choice, options, method_flag(params, "negative") ? -highest : 0, highest, arena, fault);
		case CHOICE_STRICT:
		case CHOICE_RANKING:
			return read_ranking(out, choice, options, method->form == CHOICE_STRICT, arena, fault);
	}
	return fault_set(fault, CODE_BAD_CHOICE, -1, "The method takes no choices.");
}
