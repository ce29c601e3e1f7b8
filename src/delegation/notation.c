/*
 * notation.c -- prints and parses the text form of a delegation graph.
 */
#include "delegation/notation.h"

#include <inttypes.h>

static void
print_id(Buf *out, const Web *web, uint32_t v)
{
	Str			text;

	if (web->ids.kind == ID_NUMBER)
	{
		buf_int(out, web->ids.number[v]);
		return;
	}
	text = web->ids.text[v];
	buf_char(out, '"');
	for (size_t i = 0; i < text.n; i++)
	{
		if (text.p[i] == '"' || text.p[i] == '\\')
			buf_char(out, '\\');
		buf_char(out, text.p[i]);
	}
	buf_char(out, '"');
}

/* Print whom v trusts, with an empty place for each rank that he left out. */
static void
print_choices(Buf *out, const Web *web, uint32_t v)
{
	char		before = '>';
	int			empty = 0;

	for (int r = 0; r < web->ranks; r++)
	{
		if (web->choice[r][v] >= web->ids.n)
		{
			empty++;
			continue;
		}
		for (; empty >= 0; empty--, before = ',')
			buf_char(out, before);
		empty = 0;
		print_id(out, web, web->choice[r][v]);
		if (web->ends != NULL && (web->ends[v] >> r & 1))
			buf_char(out, '.');
	}
}

void
notation_print(Buf *out, const Web *web)
{
	bool		first = true;

	if (web->counted && web->votes == NULL)
	{
		buf_char(out, '!');
		first = false;
	}
	for (uint32_t v = 0; v < web->ids.n; v++)
	{
		if (!web_speaks(web, v))
			continue;
		if (!first)
			buf_char(out, ' ');
		first = false;
		print_id(out, web, v);
		if (web->votes != NULL && web->votes[v])
			buf_char(out, '!');
		if (web->weight != NULL && web->weight[v] != WEIGHT_SILENT)
		{
			buf_char(out, '*');
			buf_int(out, web->weight[v]);
		}
		print_choices(out, web, v);
	}
}

/* A text that is being read. */
typedef struct Cursor
{
	const char *start;
	const char *p;
	const char *end;
	Arena	   *arena;
	Fault	   *fault;
} Cursor;

static Code
bad(Cursor *in, const char *what)
{
	return fault_set(in->fault, CODE_BAD_GRAPH, in->p - in->start, "%s is expected at byte %" PRId64 ".", what,
					 (int64_t) (in->p - in->start) + 1);
}

static bool
take(Cursor *in, char c)
{
	if (in->p == in->end || *in->p != c)
		return false;
	in->p++;
	return true;
}

static bool
at_space(const Cursor *in)
{
	return in->p < in->end && (*in->p == ' ' || (*in->p >= '\t' && *in->p <= '\r'));
}

/* Read a number: an optional sign and digits. */
static Code
parse_number(int64_t *out, Cursor *in)
{
	const char *start = in->p;
	bool		negative = take(in, '-');
	int64_t		value = 0;

	if (in->p == in->end || *in->p < '0' || *in->p > '9')
		return bad(in, "A digit");
	for (; in->p < in->end && *in->p >= '0' && *in->p <= '9'; in->p++)
	{
		int			digit = *in->p - '0';

		/* Downwards, because the smallest number has no positive counterpart. */
		if (mul_overflows(value, 10, &value) || sub_overflows(value, digit, &value))
		{
			in->p = start;
			return bad(in, "A number of 64 bits");
		}
	}
	if (!negative && sub_overflows(0, value, &value))
	{
		in->p = start;
		return bad(in, "A number of 64 bits");
	}
	*out = value;
	return CODE_OK;
}

/* Read a quoted text; one without escapes stays where it is. */
static Code
parse_text(Str *out, Cursor *in)
{
	const char *start;
	bool		escapes = false;
	char	   *p;

	if (!take(in, '"'))
		return bad(in, "A quoted text");
	for (start = in->p; in->p < in->end && *in->p != '"'; in->p++)
		if (*in->p == '\\')
		{
			escapes = true;
			in->p++;
			if (in->p == in->end || (*in->p != '"' && *in->p != '\\'))
				return bad(in, "A quote or a backslash");
		}
	*out = (Str){start, (size_t) (in->p - start)};
	if (!take(in, '"'))
		return bad(in, "A closing quote");
	if (!escapes)
		return CODE_OK;

	p = arena_alloc(in->arena, out->n);
	out->n = 0;
	for (const char *q = start; q < in->p - 1; q++)
		p[out->n++] = *q == '\\' ? *++q : *q;
	out->p = p;
	return CODE_OK;
}

static Code
parse_id(Id *out, const Facts *facts, Cursor *in)
{
	return facts->log.kind == ID_NUMBER ? parse_number(&out->number, in) : parse_text(&out->text, in);
}

/* Read the trustees after a '>'; what was read of the entry before goes into each of the facts. */
static Code
parse_choices(Facts *facts, Fact *fact, Cursor *in)
{
	Code		code;

	for (fact->rank = 1;; fact->rank++)
	{
		if (take(in, ','))
			continue;
		if ((code = parse_id(&fact->trustee, facts, in)) != CODE_OK)
			return code;
		fact->ends = take(in, '.');
		if ((code = facts_add(facts, fact, in->fault)) != CODE_OK || !take(in, ','))
			return code;
	}
}

/* Read an entry: truster, '!', '*' weight, '>' trustees. */
static Code
parse_entry(Facts *facts, Cursor *in)
{
	Fact		fact = {.rank = 1};
	Code		code;

	if ((code = parse_id(&fact.truster, facts, in)) != CODE_OK)
		return code;
	fact.votes = take(in, '!');
	fact.weighs = take(in, '*');
	if (fact.weighs && (code = parse_number(&fact.weight, in)) != CODE_OK)
		return code;
	if (take(in, '>'))
		return parse_choices(facts, &fact, in);
	fact.nobody = true;
	return facts_add(facts, &fact, in->fault);
}

Code
notation_parse(Facts *facts, Str text, Fault *fault)
{
	Cursor		in = {text.p, text.p, text.p + text.n, facts->arena, fault};
	Code		code;

	for (;;)
	{
		while (at_space(&in))
			in.p++;
		if (in.p == in.end)
			return CODE_OK;
		if (take(&in, '!'))
			facts_count(facts);
		else if ((code = parse_entry(facts, &in)) != CODE_OK)
			return code;
		if (in.p < in.end && !at_space(&in))
			return bad(&in, "White space");
	}
}
