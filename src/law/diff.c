/*
 * diff.c -- reads hunks and copies lines.
 */
#include "law/diff.h"

/* A text that is read line by line. */
typedef struct Lines
{
	Str			rest;
	bool		more;			/* there is a line left, it may be empty */
	int64_t		number;			/* of the line that was read last, from 1 */
} Lines;

/* A text has as many lines as LF and one; the empty text has one, which is empty. */
static Lines
lines_of(Str text)
{
	return (Lines){.rest = text, .more = true};
}

static bool
next_line(Str *line, Lines *lines)
{
	const char *end;

	if (!lines->more)
		return false;
	end = lines->rest.n > 0 ? memchr(lines->rest.p, '\n', lines->rest.n) : NULL;
	*line = (Str){lines->rest.p, end != NULL ? (size_t) (end - lines->rest.p) : lines->rest.n};
	lines->more = end != NULL;
	if (end != NULL)
		lines->rest = (Str){end + 1, lines->rest.n - line->n - 1};
	lines->number++;
	return true;
}

typedef struct Patch
{
	Lines		source;
	Lines		diff;
	Buf			out;
	bool		wrote;			/* a line: the next one comes behind LF */
	int64_t		old_left;		/* lines that the hunk still has to have */
	int64_t		new_left;
	int64_t		written;		/* lines */
	Fault	   *fault;
} Patch;

static Code
refuse(Patch *patch, const char *why)
{
	return fault_set(patch->fault, CODE_BAD_DIFF, patch->diff.number, "Line %lld of the diff: %s.", (long long) patch->diff.number, why);
}

static void
put_line(Patch *patch, Str line)
{
	if (patch->wrote)
		buf_char(&patch->out, '\n');
	buf_str(&patch->out, line);
	patch->wrote = true;
	patch->written++;
}

static bool
starts(Str line, const char *with)
{
	size_t		n = strlen(with);

	return line.n >= n && memcmp(line.p, with, n) == 0;
}

/* Read a number and move behind it. */
static bool
read_number(int64_t *out, Str *at)
{
	size_t		n = 0;

	*out = 0;
	while (n < at->n && n < 9 && at->p[n] >= '0' && at->p[n] <= '9')
		*out = *out * 10 + (at->p[n++] - '0');
	at->p += n;
	at->n -= n;
	return n > 0;
}

/* Read `-a,b` or `+a,b`; without b it is 1. */
static bool
read_range(int64_t *first, int64_t *count, Str *at, char sign)
{
	*count = 1;
	if (at->n == 0 || *at->p != sign)
		return false;
	at->p++;
	at->n--;
	if (!read_number(first, at))
		return false;
	if (at->n == 0 || *at->p != ',')
		return true;
	at->p++;
	at->n--;
	return read_number(count, at);
}

/* Read `@@ -a,b +c,d @@ ...` and copy the lines before the hunk. */
static Code
begin_hunk(Patch *patch, Str line)
{
	int64_t		old_first;
	int64_t		new_first;
	Str			copied;

	line.p += 3;
	line.n -= 3;
	if (!read_range(&old_first, &patch->old_left, &line, '-') || !starts(line, " ") ||
		(line.p++, line.n--, !read_range(&new_first, &patch->new_left, &line, '+')) || !starts(line, " @@"))
		return refuse(patch, "a hunk begins with @@ -line,lines +line,lines @@");

	/* A hunk that takes nothing away stands behind its line; others begin with it. */
	if (patch->old_left > 0)
		old_first--;
	if (old_first < patch->source.number)
		return refuse(patch, "the hunk lies before the end of the one before");
	while (patch->source.number < old_first)
	{
		if (!next_line(&copied, &patch->source))
			return refuse(patch, "the hunk lies beyond the end of the text");
		put_line(patch, copied);
	}
	if ((patch->new_left > 0 ? new_first - 1 : new_first) != patch->written)
		return refuse(patch, "the hunk says another line of the new text than the one where it comes to lie");
	return CODE_OK;
}

/* Apply one line of a hunk. */
static Code
hunk_line(Patch *patch, Str line)
{
	char		sign = line.n > 0 ? line.p[0] : ' ';	/* an empty line of context whose blank was lost */
	Str			text = line.n > 0 ? (Str){line.p + 1, line.n - 1} : line;
	Str			there;

	if (sign != ' ' && sign != '-' && sign != '+')
		return refuse(patch, "lines of a hunk begin with a blank, - or +");
	if (sign != '+')
	{
		if (patch->old_left-- == 0)
			return refuse(patch, "the hunk has more lines than it says");
		if (!next_line(&there, &patch->source))
			return refuse(patch, "the text has no such line");
		if (there.n != text.n || (text.n > 0 && memcmp(there.p, text.p, text.n) != 0))
			return refuse(patch, "the text has another line here");
	}
	if (sign != '-')
	{
		if (patch->new_left-- == 0)
			return refuse(patch, "the hunk has more lines than it says");
		put_line(patch, text);
	}
	return CODE_OK;
}

Code
diff_apply(Str *out, Arena *arena, Str text, Str diff, Fault *fault)
{
	Patch		patch = {.source = lines_of(text), .diff = lines_of(diff), .fault = fault};
	bool		any = false;
	Str			line;
	Code		code;

	buf_init(&patch.out, arena);
	while (next_line(&line, &patch.diff))
	{
		bool		last = !patch.diff.more && line.n == 0;	/* behind the last LF */

		if (patch.old_left > 0 || patch.new_left > 0)
		{
			if (last)
				return refuse(&patch, "the hunk has fewer lines than it says");
			if ((code = hunk_line(&patch, line)) != CODE_OK)
				return code;
		}
		else if (starts(line, "@@ "))
		{
			any = true;
			if ((code = begin_hunk(&patch, line)) != CODE_OK)
				return code;
		}
		else if (!last && (any || !(starts(line, "--- ") || starts(line, "+++ "))))
			return refuse(&patch, any && patch.new_left == 0 ? "the hunk has more lines than it says" : "it belongs to no hunk");
	}
	if (patch.old_left > 0 || patch.new_left > 0)
		return refuse(&patch, "the hunk has fewer lines than it says");
	if (!any)
		return refuse(&patch, "there is no hunk");
	while (next_line(&line, &patch.source))
		put_line(&patch, line);
	*out = buf_done(&patch.out);
	return CODE_OK;
}
