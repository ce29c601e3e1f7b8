/*
 * method.h -- the voting methods of polls: their parameters, and what a choice looks like.
 *
 * Each method is a row of a table, so that a poll is refused when it is announced and a ballot when it is cast, by the
 * register and by the client alike.  How methods count is in tally/.
 */
#ifndef COMMUNE_METHOD_H
#define COMMUNE_METHOD_H

#include "record/json.h"
#include "state/state.h"

typedef enum MethodId
{
	METHOD_MAJORITY,
	METHOD_PLURALITY,
	METHOD_APPROVAL,
	METHOD_SCORE,
	METHOD_STAR,
	METHOD_QUADRATIC,
	METHOD_CUMULATIVE,
	METHOD_BORDA,
	METHOD_IRV,
	METHOD_STV,
	METHOD_COPELAND,
	METHOD_MINIMAX,
	METHOD_SCHULZE,
	METHOD_RANKED_PAIRS,
	METHOD_DHONDT,
	METHOD_SAINTE_LAGUE,
	METHOD_LARGEST_REMAINDER,
	METHOD_GREEDY,
	METHOD_EQUAL_SHARES,
	METHOD_CONSENT,
	METHOD_COUNT
} MethodId;

/* What a choice is made of. */
typedef enum ChoiceForm
{
	CHOICE_OPTION,				/* {"option": n} */
	CHOICE_VOTES,				/* {"votes": [n, ...]}, one for each option */
	CHOICE_STRICT,				/* {"ranking": "3>1>2"}, without equal options */
	CHOICE_RANKING,				/* {"ranking": "3>1=2"} */
	CHOICE_CONSENT				/* {"option": n}; to block {"option": 4, "principle": article, "reason": text} */
} ChoiceForm;

typedef enum ParamType
{
	PARAM_FLAG,
	PARAM_INT,					/* min to max */
	PARAM_SEATS,				/* 1 to the number of options */
	PARAM_FRACTION,				/* [num, den], 0 < num <= den */
	PARAM_SHARE,				/* min to max, or a fraction */
	PARAM_WORD,					/* one of words */
	PARAM_TIES,					/* rules for ties, of those in rules, separated by commas; the last one decides any tie */
	PARAM_COSTS					/* an integer from 1 for each option */
} ParamType;

typedef struct MethodParam
{
	const char *name;			/* NULL ends the list */
	ParamType	type;
	bool		required;
	int64_t		min;
	int64_t		max;
	const char *const *words;	/* end with NULL; without required, the first one is the default */
	uint32_t	rules;			/* bits of TieRule */
	const char *ties;			/* the default of rules for ties */
} MethodParam;

typedef struct Method
{
	MethodId	id;
	const char *name;
	const MethodParam *params;
	ChoiceForm	form;
} Method;

struct Ballot;

/* In the order of their ids. */
extern const Method methods[METHOD_COUNT];

extern const Method *method_find(Str name);

/* Check parameters, which may be NULL.  Fault: BAD_PARAMS. */
extern Code method_check_params(const Method *method, const Json *params, int64_t options, Fault *fault);

/*
 * Read a choice by parameters that were checked; what it says lies in the arena.  Faults: BAD_CHOICE, UNKNOWN_OPTION,
 * UNAFFORDABLE.
 */
extern Code method_read_choice(struct Ballot *out, const Method *method, const Json *choice, const Json *params,
							   int64_t options, Arena *arena, Fault *fault);

/* ---- parameters that were checked; params may be NULL */

/* One that is an integer, or what stands for it when it is absent. */
extern int64_t method_int(const Json *params, const char *name, int64_t otherwise);
extern bool method_flag(const Json *params, const char *name);

/* True and num/den if the fraction is there. */
extern bool method_fraction(int64_t *num, int64_t *den, const Json *params, const char *name);

/*
 * The most members, himself included, that a voter may stand for, of an electorate of this number; 0 if there is no cap.
 */
extern int64_t method_cap(const Json *params, int64_t electorate);

/* The place of a word among those of the parameter. */
extern int	method_word(const Method *method, const Json *params, const char *name);

/* The rules for ties, and as bits those that the method may have; none if it breaks no ties. */
extern Str	method_ties(uint32_t *allowed, const Method *method, const Json *params);

/* The most that a choice may give an option. */
extern int64_t method_highest(const Method *method, const Json *params);

#endif
