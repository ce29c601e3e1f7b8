/*
 * diff.c -- goes through a text and a diff of it, line by line, and writes the result.
 */
#include "law/diff.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* No text has more lines than bytes, so greater numbers are wrong anyway. */
#define NUMBER_MAX 1000000

typedef struct Lines
{
	Str			rest;			/* behind the line */
	Str			line;			/* the current one, without its LF */
	int64_t		number;			/* of the current one, from 1; 0 before the first */
	bool		lf;				/* the current one ends with LF */
} Lines;

typedef struct Patch
{
	Lines		text;
	Lines		diff;
	Buf			out;
	int64_t		written;		/* lines of the result */
	int64_t		old_left;		/* lines that the hunk still has to have */
	int64_t		new_left;
	char		sign;			/* of the line of a hunk just read; 0 before the first and behind a line "\ " */
	bool		old_end;		/* a line "\ " says that the text ends without LF */
	bool		new_end;		/* ... that the result does */
	bool		empty;			/* the text is empty, and no hunk has taken it for a line yet */
	Str			whole;			/* the diff */
	Fault	   *fault;
} Patch;

/* ---- small things ---- */

/* Read the next line; false at the end, where the current line stays what it was. */
static bool
next_line(Lines *lines)
{
	const char *lf;

	if (lines->rest.n == 0)
		return false;
	lf = memchr(lines->rest.p, '\n', lines->rest.n);
	lines->lf = lf != NULL;
	lines->line = (Str){lines->rest.p, lf != NULL ? (size_t) (lf - lines->rest.p) : lines->rest.n};
	lines->rest.p += lines->line.n + lines->lf;
	lines->rest.n -= lines->line.n + lines->lf;
	lines->number++;
	return true;
}

static Code refuse(const Patch *patch, Code code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Refuse the current line of the diff. */
static Code
refuse(const Patch *patch, Code code, const char *format, ...)
{
	int64_t		at = patch->diff.line.p != NULL ? patch->diff.line.p - patch->whole.p : 0;
	va_list		args;
	char		why[160];

	va_start(args, format);
	vsnprintf(why, sizeof why, format, args);
	va_end(args);
	return fault_set(patch->fault, code, at, "Line %" PRId64 " of the diff: %s.", patch->diff.number, why);
}

/* Write a line of the result.  All but the last one have an LF; end_result() sees to that one. */
static Code
put_line(Patch *patch, Str line)
{
	size_t		lf = patch->written > 0;

	if (patch->new_end)
		return refuse(patch, CODE_BAD_DIFF, "the result goes on behind the line that is said to be its last one");
	if (line.n + lf > LAW_TEXT_MAX - patch->out.n)
		return fault_set(patch->fault, CODE_TOO_LARGE, -1, "The amended text has more than %d bytes.", LAW_TEXT_MAX);
	if (lf)
		buf_char(&patch->out, '\n');
	buf_str(&patch->out, line);
	patch->written++;
	return CODE_OK;
}

/* ---- heads of hunks ---- */

static bool
starts(Str s, const char *with)
{
	size_t		n = strlen(with);

	return s.n >= n && memcmp(s.p, with, n) == 0;
}

/* Step over some characters if they come next. */
static bool
take(Str *s, const char *what)
{
	size_t		n = strlen(what);

	if (!starts(*s, what))
		return false;
	s->p += n;
	s->n -= n;
	return true;
}

static bool
take_number(int64_t *out, Str *s)
{
	size_t		n = 0;

	*out = 0;
	for (; n < s->n && s->p[n] >= '0' && s->p[n] <= '9'; n++)
		if ((*out = *out * 10 + (s->p[n] - '0')) > NUMBER_MAX)
			return false;
	s->p += n;
	s->n -= n;
	return n > 0;
}

/*
 * Read `a,b` or `a`, b lines from the line a; *before is the number of lines before them.  Of no lines, a is the line
 * behind which they would stand.
 */
static bool
take_range(int64_t *before, int64_t *count, Str *s)
{
	*count = 1;
	if (!take_number(before, s) || (take(s, ",") && !take_number(count, s)) || (*count > 0 && *before == 0))
		return false;
	*before -= *count > 0;
	return true;
}

/* Read the head of a hunk, and copy the lines of the text before it. */
static Code
begin_hunk(Patch *patch)
{
	Str			s = patch->diff.line;
	int64_t		old_before;
	int64_t		new_before;
	Code		code;

	patch->sign = '\0';
	if (!take(&s, "@@ -") || !take_range(&old_before, &patch->old_left, &s) ||
		!take(&s, " +") || !take_range(&new_before, &patch->new_left, &s) ||
		!take(&s, " @@") || (s.n > 0 && *s.p != ' '))
		return refuse(patch, CODE_BAD_DIFF, "a hunk begins with @@ -LINE,COUNT +LINE,COUNT @@");
	if (patch->old_left + patch->new_left == 0)
		return refuse(patch, CODE_BAD_DIFF, "a hunk of no lines");
	if (old_before < patch->text.number)
		return refuse(patch, CODE_BAD_DIFF, "the hunk begins before the end of the one above it");
	if (new_before - patch->written != old_before - patch->text.number)
		return refuse(patch, CODE_BAD_DIFF, "what is added and taken away above does not bring the hunk to line %" PRId64 " of the result",
					  new_before + (patch->new_left > 0));
	while (patch->text.number < old_before)
	{
		if (!next_line(&patch->text))
			return refuse(patch, CODE_DIFF_MISMATCH, "the text has %" PRId64 " lines only", patch->text.number);
		if ((code = put_line(patch, patch->text.line)) != CODE_OK)
			return code;
	}
	return CODE_OK;
}

/* ---- lines of hunks ---- */

/* Read the line of the text that a line of the hunk is about. */
static bool
next_old_line(Patch *patch)
{
	if (!patch->empty)
		return next_line(&patch->text);
	patch->empty = false;
	patch->text.line = STR("");
	patch->text.number = 1;
	patch->text.lf = false;
	return true;
}

/* Apply a line of a hunk. */
static Code
apply_line(Patch *patch)
{
	Str			s = patch->diff.line;

	patch->sign = ' ';
	if (s.n > 0)
		patch->sign = *s.p++, s.n--;
	if (patch->sign != ' ' && patch->sign != '-' && patch->sign != '+')
		return refuse(patch, CODE_BAD_DIFF, "a line of a hunk begins with a blank, - or +");
	if ((patch->sign != '+' && patch->old_left-- == 0) || (patch->sign != '-' && patch->new_left-- == 0))
		return refuse(patch, CODE_BAD_DIFF, "the hunk has more such lines than its head says");
	if (patch->sign != '+')
	{
		if (!next_old_line(patch))
			return refuse(patch, CODE_DIFF_MISMATCH, "the text has %" PRId64 " lines only", patch->text.number);
		if (s.n != patch->text.line.n || (s.n > 0 && memcmp(s.p, patch->text.line.p, s.n) != 0))
			return refuse(patch, CODE_DIFF_MISMATCH, "line %" PRId64 " of the text is another", patch->text.number);
	}
	return patch->sign == '-' ? CODE_OK : put_line(patch, s);
}

/* Read a line "\ No newline at end of file", in whatever language: it says that the line above it is a last one. */
static Code
apply_end(Patch *patch)
{
	char		sign = patch->sign;

	if (sign == '\0')
		return refuse(patch, CODE_BAD_DIFF, "there is no line of a hunk above it");
	patch->sign = '\0';
	if (sign != '+')
	{
		if (patch->text.lf)
			return refuse(patch, CODE_DIFF_MISMATCH, "line %" PRId64 " of the text does not end the text, or ends with LF", patch->text.number);
		patch->old_end = true;
	}
	if (sign != '-')
		patch->new_end = true;
	return CODE_OK;
}

/* ---- the whole ---- */

/* Copy what is behind the last hunk, and end the last line. */
static Code
end_result(Patch *patch)
{
	bool		lf;
	Code		code;

	while (next_line(&patch->text))
	{
		if (patch->new_end)
			return refuse(patch, CODE_DIFF_MISMATCH, "the text goes on with line %" PRId64 " where the result is to end", patch->text.number);
		if ((code = put_line(patch, patch->text.line)) != CODE_OK)
			return code;
	}
	lf = patch->written > 0 && !patch->new_end && (patch->text.lf || patch->old_end);
	if (lf && patch->out.n == LAW_TEXT_MAX)
		return fault_set(patch->fault, CODE_TOO_LARGE, -1, "The amended text has more than %d bytes.", LAW_TEXT_MAX);
	if (lf)
		buf_char(&patch->out, '\n');
	return CODE_OK;
}

Code
diff_apply(Str *out, Arena *arena, Str text, Str diff, Fault *fault)
{
	Patch		patch = {.text = {.rest = text, .lf = true}, .diff = {.rest = diff}, .empty = text.n == 0, .whole = diff, .fault = fault};
	bool		any = false;
	Code		code;

	if (text.n > LAW_TEXT_MAX)
		return fault_set(fault, CODE_TOO_LARGE, -1, "The text has %zu bytes; %d are allowed.", text.n, LAW_TEXT_MAX);
	if (diff.n > LAW_DIFF_MAX)
		return fault_set(fault, CODE_TOO_LARGE, -1, "The diff has %zu bytes; %d are allowed.", diff.n, LAW_DIFF_MAX);
	buf_init(&patch.out, arena);
	while (next_line(&patch.diff))
	{
		if (starts(patch.diff.line, "\\ "))
			code = apply_end(&patch);
		else if (patch.old_left > 0 || patch.new_left > 0)
			code = apply_line(&patch);
		else if (starts(patch.diff.line, "@@"))
		{
			any = true;
			code = begin_hunk(&patch);
		}
		else if (patch.diff.number == 1 && starts(patch.diff.line, "--- "))
			code = next_line(&patch.diff) && starts(patch.diff.line, "+++ ") ? CODE_OK :
				refuse(&patch, CODE_BAD_DIFF, "below the line --- comes the line +++");
		else
			code = refuse(&patch, CODE_BAD_DIFF, "it belongs to no hunk");
		if (code != CODE_OK)
			return code;
	}
	if (patch.old_left > 0 || patch.new_left > 0)
		return refuse(&patch, CODE_BAD_DIFF, "the hunk has fewer lines than its head says");
	if (!any)
		return fault_set(fault, CODE_BAD_DIFF, 0, "It has no hunk.");
	if ((code = end_result(&patch)) != CODE_OK)
		return code;
	*out = buf_done(&patch.out);
	return CODE_OK;
}
