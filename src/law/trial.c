/*
 * trial.c -- reads the tests of a law.
 */
#include "law/trial.h"

#include <stdarg.h>
#include <stdio.h>

#define YEAR_2000 INT64_C(946684800000000)

typedef struct Parser
{
	Trial	   *out;
	Arena	   *arena;
	Str			law;			/* the law's whole text */
	const char *p;
	const char *end;			/* of the statement */
	size_t		rows;
	Fault	   *fault;
} Parser;

static Code refuse(const Parser *parser, const char *format,...) __attribute__((format(printf, 2, 3)));

static Code
refuse(const Parser *parser, const char *format,...)
{
	size_t		at = (size_t) (parser->p - parser->law.p);
	char		text[160];
	va_list		args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return fault_set(parser->fault, CODE_LAW_TEXT, (int64_t) at, "Line %d: %s.", law_line(parser->law, at), text);
}

/* ---- words ---- */

static void
skip_blanks(Parser *parser)
{
	while (parser->p < parser->end && strchr(" \t\n", *parser->p) != NULL)
		parser->p++;
}

static bool
take_char(Parser *parser, char c)
{
	skip_blanks(parser);
	if (parser->p == parser->end || *parser->p != c)
		return false;
	parser->p++;
	return true;
}

/* Take everything up to white space or one of the characters; empty if there is nothing. */
static Str
take_until(Parser *parser, const char *stops)
{
	Str			s;

	skip_blanks(parser);
	s = (Str){parser->p, 0};
	while (parser->p < parser->end && strchr(" \t\n", *parser->p) == NULL && strchr(stops, *parser->p) == NULL)
		parser->p++;
	s.n = (size_t) (parser->p - s.p);
	return s;
}

static bool
take_word(Parser *parser, const char *word)
{
	const char *saved = parser->p;

	if (str_is(take_until(parser, "=(:"), word))
		return true;
	parser->p = saved;
	return false;
}

static Code
expect_end(Parser *parser)
{
	skip_blanks(parser);
	return parser->p == parser->end ? CODE_OK : refuse(parser, "something stands behind the end of the statement");
}

/* Add room for one item to a list that doubles. */
static void *
add_item(Parser *parser, void **items, size_t *n, size_t size)
{
	if ((*n & (*n - 1)) == 0)
	{
		void	   *more = arena_zero(parser->arena, (*n == 0 ? 1 : *n * 2) * size);

		if (*n > 0)
			memcpy(more, *items, *n * size);
		*items = more;
	}
	return (char *) *items + (*n)++ * size;
}

/* ---- given ---- */

/* Read a cell: 'text', with '' for a quote; null; or a word such as 7 or true. */
static Code
read_cell(Str *out, Parser *parser)
{
	Buf			text;

	skip_blanks(parser);
	if (parser->p < parser->end && *parser->p == '\'')
	{
		buf_init(&text, parser->arena);
		for (parser->p++;; parser->p++)
		{
			if (parser->p == parser->end)
				return refuse(parser, "a quote is not closed");
			if (*parser->p == '\'' && (parser->p + 1 == parser->end || parser->p[1] != '\''))
				break;
			parser->p += *parser->p == '\'';
			buf_char(&text, *parser->p);
		}
		parser->p++;
		*out = buf_done(&text);
		return CODE_OK;
	}
	*out = take_until(parser, ",()'");
	if (out->n == 0)
		return refuse(parser, "a value is missing");
	if (str_is(*out, "null") || str_is(*out, "NULL"))
		*out = STR_NONE;
	return CODE_OK;
}

/* Read `(a, b)`: names or cells, n of them if n is not 0. */
static Code
read_tuple(Str **items, size_t *n, size_t want, Parser *parser, bool names)
{
	size_t		count = 0;
	Code		code;

	if (!take_char(parser, '('))
		return refuse(parser, "( is expected");
	do
	{
		Str			item;

		if (count == TRIAL_COLUMNS_MAX)
			return refuse(parser, "more than %d columns", TRIAL_COLUMNS_MAX);
		if (!names && (code = read_cell(&item, parser)) != CODE_OK)
			return code;
		if (names && (item = take_until(parser, ",()"), !law_is_name(item)))
			return refuse(parser, "the name of a column is expected");
		*(Str *) add_item(parser, (void **) items, n, sizeof item) = item;
		count++;
	} while (take_char(parser, ','));
	if (!take_char(parser, ')'))
		return refuse(parser, ") is expected");
	if (want != 0 && count != want)
		return refuse(parser, "the row has %zu values, not %zu", count, want);
	return CODE_OK;
}

static Code
read_view(Parser *parser, Str name)
{
	TrialView  *view;
	size_t		cells = 0;
	Code		code;

	for (size_t i = 0; i < parser->out->nviews; i++)
		if (str_eq(parser->out->view[i].view, name))
			return refuse(parser, "the view is given twice");
	view = add_item(parser, (void **) &parser->out->view, &parser->out->nviews, sizeof *view);
	view->view = name;
	if ((code = read_tuple(&view->column, &view->ncolumns, 0, parser, true)) != CODE_OK)
		return code;
	if (!take_char(parser, ':'))
		return refuse(parser, "rows are written as given law.members (id, active): (1, true), (2, false)");
	do
	{
		if (parser->rows++ == TRIAL_ROWS_MAX)
			return refuse(parser, "more than %d rows", TRIAL_ROWS_MAX);
		if ((code = read_tuple(&view->cell, &cells, view->ncolumns, parser, false)) != CODE_OK)
			return code;
		view->nrows++;
	} while (take_char(parser, ','));
	return expect_end(parser);
}

/* Read a whole number, with a sign. */
static bool
read_integer(int64_t *out, Str s)
{
	bool		negative = s.n > 0 && *s.p == '-';

	*out = 0;
	s.p += negative, s.n -= negative;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9' || mul_overflows(*out, (int64_t) 10, out) || add_overflows(*out, (int64_t) (s.p[i] - '0'), out))
			return false;
	if (s.n == 0 || *out > SAFE_INT_MAX)
		return false;
	*out = negative ? -*out : *out;
	return true;
}

static Code
read_given(Parser *parser)
{
	Str			name;

	if (take_word(parser, "today"))
	{
		if (!take_char(parser, '=') || !law_day(&parser->out->today, take_until(parser, "")))
			return refuse(parser, "the day is written as given today = 2026-03-01");
		return expect_end(parser);
	}
	if (take_word(parser, "param"))
	{
		LawParameter *parameter;
		LawDated   *value = arena_zero(parser->arena, sizeof *value);

		name = take_until(parser, "=");
		if (!law_is_name(name) || !take_char(parser, '=') || !read_integer(&value->value, take_until(parser, "")))
			return refuse(parser, "a parameter is written as given param ubi.amount = 100");
		parameter = add_item(parser, (void **) &parser->out->parameter, &parser->out->nparameters, sizeof *parameter);
		*parameter = (LawParameter){.name = name, .values = value, .nvalues = 1};
		return expect_end(parser);
	}
	name = take_until(parser, "(:=");
	if (name.n <= 4 || memcmp(name.p, "law.", 4) != 0 || !law_is_name((Str){name.p + 4, name.n - 4}))
		return refuse(parser, "given is followed by a view of schema law, param or today");
	return read_view(parser, (Str){name.p + 4, name.n - 4});
}

/* ---- expect ---- */

static Code
read_expect(Parser *parser)
{
	Trial	   *out = parser->out;
	Str			call;

	if (take_word(parser, "nothing"))
		return expect_end(parser);
	if (take_word(parser, "error"))
	{
		out->error = take_until(parser, "");
		if (out->error.n != 5)
			return refuse(parser, "an error is written as expect error 22012");
		return expect_end(parser);
	}
	skip_blanks(parser);
	call = (Str){parser->p, (size_t) (parser->end - parser->p)};
	while (call.n > 0 && strchr(" \t\n", call.p[call.n - 1]) != NULL)
		call.n--;
	if (call.n == 0)
		return refuse(parser, "expect is followed by an action such as pay(1, 100, 'x'), by nothing or by error");
	*(Str *) add_item(parser, (void **) &out->expect, &out->nexpect, sizeof call) = call;
	return CODE_OK;
}

/* ---- the whole ---- */

/* True if a statement begins here, at the begin of a line. */
static bool
begins_statement(const char *p, const char *end)
{
	return (end - p > 6 && memcmp(p, "given ", 6) == 0) || (end - p > 7 && memcmp(p, "expect ", 7) == 0);
}

Code
trial_parse(Trial *out, Arena *arena, Str text, const LawTest *test, Fault *fault)
{
	Parser		parser = {.out = out, .arena = arena, .law = text, .p = test->text.p, .fault = fault};
	const char *end = test->text.p + test->text.n;
	size_t		expects = 0;

	*out = (Trial){.today = YEAR_2000, .error = STR_NONE};
	parser.end = end;
	skip_blanks(&parser);
	while (parser.p < end)
	{
		const char *next = parser.p;
		Code		code;

		if (!begins_statement(parser.p, end))
			return refuse(&parser, "a test is made of lines that begin with given or expect");
		do
		{
			next = memchr(next, '\n', (size_t) (end - next));
			next = next != NULL ? next + 1 : end;
		} while (next < end && !begins_statement(next, end));
		parser.end = next;
		expects += *parser.p == 'e';
		if (take_word(&parser, "given"))
			code = read_given(&parser);
		else
		{
			(void) take_word(&parser, "expect");
			code = read_expect(&parser);
		}
		if (code != CODE_OK)
			return code;
		parser.p = next;
		parser.end = end;
		skip_blanks(&parser);
	}
	if (expects == 0)
		return refuse(&parser, "the test expects nothing: write expect nothing, if that is meant");
	if (out->error.p != NULL && out->nexpect > 0)
		return refuse(&parser, "the test expects both an error and actions");
	return CODE_OK;
}
