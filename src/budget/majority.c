/*
 * majority.c -- decides by majority.
 */
#include "budget/majority.h"

const char *const majority_base_words[] = {
	[BASE_CAST] = "cast",
	[BASE_CAST_ABSTAINED] = "cast_abstained",
	[BASE_ELECTORATE] = "electorate",
	[BASE_AGAINST] = "against",
	NULL
};

static Code
check_rule(const MajorityRule *rule, Fault *fault)
{
	if (rule->den < 1 || rule->num < 0 || (rule->base != BASE_AGAINST && rule->num > rule->den))
		return fault_set(fault, CODE_BAD_TERMS, -1, "The fraction is from 0 to 1%s.",
						 rule->base == BASE_AGAINST ? ", or greater against another option" : "");
	if (rule->quorum < 0)
		return fault_set(fault, CODE_BAD_TERMS, -1, "The quorum is 0 or more.");
	return CODE_OK;
}

/* Add up the votes for all options; there are none against any. */
static Code
add_votes(Wide *out, const Sums *sums, Fault *fault)
{
	*out = 0;
	for (uint32_t i = 0; i < sums->n; i++)
	{
		if (sums->sum[i].minus != 0)
			return fault_set(fault, CODE_BAD_TERMS, -1, "A majority is of votes for options; option %d has votes against it.",
							 (int) sums->sum[i].option);
		if (sums->sum[i].plus < 0)
			return fault_set(fault, CODE_NEGATIVE_COUNT, -1, "Option %d has less than no votes.", (int) sums->sum[i].option);
		if (add_overflows(*out, sums->sum[i].plus, out))
			return fault_set(fault, CODE_NUMBER_OVERFLOW, -1, "The votes do not fit.");
	}
	if (sums->abstained < 0)
		return fault_set(fault, CODE_NEGATIVE_COUNT, -1, "There are less than no abstentions.");
	return CODE_OK;
}

Code
majority_of(Majority *out, const Sums *sums, const MajorityRule *rule, Fault *fault)
{
	Wide		cast;
	Wide		voted;
	const Sum  *other;
	Code		code;

	if ((code = check_rule(rule, fault)) != CODE_OK || (code = add_votes(&cast, sums, fault)) != CODE_OK)
		return code;
	if (add_overflows(cast, (Wide) sums->abstained, &voted))
		return fault_set(fault, CODE_NUMBER_OVERFLOW, -1, "The votes do not fit.");
	*out = (Majority){.rule = *rule, .quorum_met = voted >= rule->quorum};
	switch (rule->base)
	{
		case BASE_CAST:
			out->base = cast;
			break;
		case BASE_CAST_ABSTAINED:
			out->base = voted;
			break;
		case BASE_ELECTORATE:
			if (rule->electorate < voted)
				return fault_set(fault, CODE_BAD_TERMS, -1, "The electorate is smaller than the number of votes.");
			out->base = rule->electorate;
			break;
		case BASE_AGAINST:
			other = sums_find(sums, rule->against);
			out->base = other != NULL ? other->plus : 0;
			break;
	}
	if (wide_muldiv_overflows(out->base, rule->num, rule->den, rule->strict ? WIDE_DOWN : WIDE_UP, &out->needed) ||
		add_overflows(out->needed, (Wide) (rule->strict ? 1 : 0), &out->needed))
		return fault_set(fault, CODE_NUMBER_OVERFLOW, -1, "The votes do not fit.");
	if (out->needed < 1)
		out->needed = 1;
	return CODE_OK;
}
