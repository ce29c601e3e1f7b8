/*
 * allowed.c -- the list.  A new line needs a reason: see allowed.h for what may be on it.
 *
 * Not here, and why: random, now, nextval, current_setting and the like (not the arguments alone); LIKE and regular
 * expressions (time); repeat, lpad, replace, string_agg, array_agg (memory); power, exp, ln, sqrt, avg, stddev (the last
 * digits are nobody's promise); lower, upper, initcap, to_char (locale); everything on floats, timestamps, JSON, XML.
 */
#include "law/allowed.h"

#define COMPARE "= <> < <= > >="
#define COUNT "+ - * /"

static const struct
{
	AllowedKind kind;
	Allowed		how;
	const char *names;
	const char *args;
}			groups[] = {
	{ALLOWED_OPERATOR, ALLOWED_YES, COMPARE " " COUNT " %", "int2,int2"},
	{ALLOWED_OPERATOR, ALLOWED_YES, COMPARE " " COUNT " %", "int4,int4"},
	{ALLOWED_OPERATOR, ALLOWED_YES, COMPARE " " COUNT " %", "int8,int8"},
	{ALLOWED_OPERATOR, ALLOWED_YES, COMPARE " " COUNT " %", "numeric,numeric"},
	{ALLOWED_OPERATOR, ALLOWED_YES, COMPARE " " COUNT, "int2,int4"},
	{ALLOWED_OPERATOR, ALLOWED_YES, COMPARE " " COUNT, "int2,int8"},
	{ALLOWED_OPERATOR, ALLOWED_YES, COMPARE " " COUNT, "int4,int2"},
	{ALLOWED_OPERATOR, ALLOWED_YES, COMPARE " " COUNT, "int4,int8"},
	{ALLOWED_OPERATOR, ALLOWED_YES, COMPARE " " COUNT, "int8,int2"},
	{ALLOWED_OPERATOR, ALLOWED_YES, COMPARE " " COUNT, "int8,int4"},
	{ALLOWED_OPERATOR, ALLOWED_YES, "- +", ",int2"},
	{ALLOWED_OPERATOR, ALLOWED_YES, "- +", ",int4"},
	{ALLOWED_OPERATOR, ALLOWED_YES, "- +", ",int8"},
	{ALLOWED_OPERATOR, ALLOWED_YES, "- +", ",numeric"},
	{ALLOWED_OPERATOR, ALLOWED_YES, COMPARE, "bool,bool"},
	{ALLOWED_OPERATOR, ALLOWED_YES, COMPARE, "uuid,uuid"},
	{ALLOWED_OPERATOR, ALLOWED_YES, COMPARE " -", "date,date"},
	{ALLOWED_OPERATOR, ALLOWED_YES, "+ -", "date,int4"},
	{ALLOWED_OPERATOR, ALLOWED_YES, "= <> ||", "text,text"},
	{ALLOWED_OPERATOR, ALLOWED_COLLATED, "< <= > >=", "text,text"},

	{ALLOWED_FUNCTION, ALLOWED_YES, "abs", "int2"},
	{ALLOWED_FUNCTION, ALLOWED_YES, "abs", "int4"},
	{ALLOWED_FUNCTION, ALLOWED_YES, "abs", "int8"},
	{ALLOWED_FUNCTION, ALLOWED_YES, "abs sign floor ceil ceiling trunc round", "numeric"},
	{ALLOWED_FUNCTION, ALLOWED_YES, "trunc round", "numeric,int4"},
	{ALLOWED_FUNCTION, ALLOWED_YES, "mod", "int2,int2"},
	{ALLOWED_FUNCTION, ALLOWED_YES, "mod gcd lcm", "int4,int4"},
	{ALLOWED_FUNCTION, ALLOWED_YES, "mod gcd lcm", "int8,int8"},
	{ALLOWED_FUNCTION, ALLOWED_YES, "mod div", "numeric,numeric"},
	{ALLOWED_FUNCTION, ALLOWED_YES, "length char_length character_length octet_length", "text"},
	{ALLOWED_FUNCTION, ALLOWED_YES, "starts_with strpos", "text,text"},
	{ALLOWED_FUNCTION, ALLOWED_YES, "left right substr substring", "text,int4"},
	{ALLOWED_FUNCTION, ALLOWED_YES, "substr substring", "text,int4,int4"},
	{ALLOWED_FUNCTION, ALLOWED_YES, "extract", "text,date"},
	/* casts */
	{ALLOWED_FUNCTION, ALLOWED_YES, "int4 int8 numeric", "int2"},
	{ALLOWED_FUNCTION, ALLOWED_YES, "bool int2 int8 numeric", "int4"},
	{ALLOWED_FUNCTION, ALLOWED_YES, "int2 int4 numeric", "int8"},
	{ALLOWED_FUNCTION, ALLOWED_YES, "int2 int4 int8", "numeric"},
	{ALLOWED_FUNCTION, ALLOWED_YES, "int4", "bool"},
	{ALLOWED_FUNCTION, ALLOWED_YES, "numeric", "numeric,int4"},

	{ALLOWED_AGGREGATE, ALLOWED_YES, "count", ""},
	{ALLOWED_AGGREGATE, ALLOWED_YES, "count", "any"},
	{ALLOWED_AGGREGATE, ALLOWED_YES, "sum min max", "int2"},
	{ALLOWED_AGGREGATE, ALLOWED_YES, "sum min max", "int4"},
	{ALLOWED_AGGREGATE, ALLOWED_YES, "sum min max", "int8"},
	{ALLOWED_AGGREGATE, ALLOWED_YES, "sum min max", "numeric"},
	{ALLOWED_AGGREGATE, ALLOWED_YES, "min max", "date"},
	{ALLOWED_AGGREGATE, ALLOWED_COLLATED, "min max", "text"},
	{ALLOWED_AGGREGATE, ALLOWED_YES, "bool_and bool_or every", "bool"},

	{ALLOWED_LAW, ALLOWED_YES, "range", "int8,int8"},
	{ALLOWED_LAW, ALLOWED_YES, "isqrt text", "int8"},
	{ALLOWED_LAW, ALLOWED_YES, "date", "int4,int4,int4"},
	{ALLOWED_LAW, ALLOWED_YES, "today", ""},
	{ALLOWED_LAW, ALLOWED_YES, "param", "text"},
	{ALLOWED_LAW, ALLOWED_YES, "pay", "int8,int8,text"},
	{ALLOWED_LAW, ALLOWED_YES, "pay_account", "text,int8,text"},
	{ALLOWED_LAW, ALLOWED_YES, "set_param", "text,int8"},
	{ALLOWED_LAW, ALLOWED_YES, "suspend_member", "int8,date,text,text"},
	{ALLOWED_LAW, ALLOWED_YES, "restore_member", "int8"},
	{ALLOWED_LAW, ALLOWED_YES, "revoke_office", "int8,text,text"},
	{ALLOWED_LAW, ALLOWED_YES, "open_account", "text"},
	{ALLOWED_LAW, ALLOWED_YES, "open_poll", "text,text,text,text,int8"},
	{ALLOWED_LAW, ALLOWED_YES, "publish", "text,text"},
};

#define NGROUPS (sizeof groups / sizeof *groups)

/* True if a word stands in a list of words. */
static bool
has_word(const char *words, const char *word)
{
	size_t		n = strlen(word);

	while (*words != '\0')
	{
		size_t		len = strcspn(words, " ");

		if (len == n && memcmp(words, word, n) == 0)
			return true;
		words += len + (words[len] == ' ');
	}
	return false;
}

Allowed
law_allowed(AllowedKind kind, const char *name, const char *args)
{
	for (size_t i = 0; i < NGROUPS; i++)
		if (groups[i].kind == kind && strcmp(groups[i].args, args) == 0 && has_word(groups[i].names, name))
			return groups[i].how;
	return ALLOWED_NO;
}

const char *
law_allowed_kind(AllowedKind kind)
{
	static const char *const names[] = {"function", "operator", "aggregate", "law"};

	return names[kind];
}

bool
law_allowed_group(AllowedKind *kind, const char **names, const char **args, Allowed *how, size_t i)
{
	if (i >= NGROUPS)
		return false;
	*kind = groups[i].kind;
	*names = groups[i].names;
	*args = groups[i].args;
	*how = groups[i].how;
	return true;
}

Str
law_allowed_text(Arena *arena)
{
	Buf			text;

	buf_init(&text, arena);
	for (size_t i = 0; i < NGROUPS; i++)
	{
		buf_text(&text, law_allowed_kind(groups[i].kind));
		buf_char(&text, ' ');
		buf_text(&text, groups[i].names);
		buf_text(&text, " (");
		buf_text(&text, groups[i].args);
		buf_text(&text, groups[i].how == ALLOWED_COLLATED ? ") C\n" : ")\n");
	}
	return buf_done(&text);
}
