/*
 * law_diff_test.c -- a diff gives its one result or none: published cases are in law_vectors_test.
 */
#include "check.h"
#include "seeded.h"

#include "law/diff.h"

#define REFUSED(what) NULL, CODE_##what

static const struct
{
	const char *text;
	const char *diff;
	const char *result;			/* NULL: it is refused with the code */
	Code		code;
	const char *detail;			/* a part of the fault's */
}			cases[] = {
	/* the end of the text, as diff -u writes it */
	{"a\n", "--- x\n+++ y\n@@ -1 +1,2 @@\n a\n+b\n", "a\nb\n", CODE_OK, NULL},
	{"", "@@ -0,0 +1 @@\n+a\n", "a\n", CODE_OK, NULL},
	{"", "@@ -0,0 +1 @@\n+a\n\\ No newline at end of file\n", "a", CODE_OK, NULL},
	{"a\n", "@@ -1 +0,0 @@\n-a\n", "", CODE_OK, NULL},
	{"a", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n", "a\n", CODE_OK, NULL},
	{"a\n", "@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n", "a", CODE_OK, NULL},
	{"a", "@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n\\ No newline at end of file\n", "a\nb", CODE_OK, NULL},
	{"a\nb", "@@ -1,2 +1 @@\n a\n-b\n\\ No newline at end of file\n", "a\n", CODE_OK, NULL},
	{"a\nb", "@@ -1,2 +1 @@\n-a\n b\n\\ Kein Zeilenumbruch am Dateiende.\n", "b", CODE_OK, NULL},
	{"a\nb\n", "@@ -2 +1,0 @@\n-b\n", "a\n", CODE_OK, NULL},
	{"a\nb\n", "@@ -0,0 +1 @@\n+z", "z\na\nb\n", CODE_OK, NULL},
	{"a\nb\n", "@@ -1,0 +2 @@ a heading\n+z\n", "a\nz\nb\n", CODE_OK, NULL},
	/* without a word on the end, it stays */
	{"a\nb", "@@ -1 +1 @@\n-a\n+x\n", "x\nb", CODE_OK, NULL},
	{"a\nb\n", "@@ -1 +1 @@\n-a\n+x\n", "x\nb\n", CODE_OK, NULL},
	{"a\nb", "@@ -2 +2,2 @@\n-b\n+x\n+y\n", "a\nx\ny", CODE_OK, NULL},
	{"", "@@ -1 +1,2 @@\n \n+a\n", "\na", CODE_OK, NULL},
	/* several hunks, lines that look like heads, an empty line that lost its blank */
	{"1\n2\n3\n4\n5\n6\n", "@@ -1 +0,0 @@\n-1\n@@ -3 +2,2 @@\n-3\n+x\n+y\n@@ -6,0 +7 @@\n+7\n", "2\nx\ny\n4\n5\n6\n7\n", CODE_OK, NULL},
	{"-- a\n@@ b\n", "@@ -1,2 +1,2 @@\n--- a\n+++ a\n @@ b\n", "++ a\n@@ b\n", CODE_OK, NULL},
	{"a\n\nb\n", "@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n", "a\n\nc\n", CODE_OK, NULL},
	{"a\r\n", "@@ -1 +1,2 @@\n a\r\n+b\n", "a\r\nb\n", CODE_OK, NULL},
	/* diffs of other texts */
	{"a\n", "@@ -1 +1 @@\n-b\n+c\n", REFUSED(DIFF_MISMATCH), "Line 2 of the diff: line 1 of the text is another."},
	{"a\n", "@@ -1 +1 @@\n-a \n+c\n", REFUSED(DIFF_MISMATCH), "line 1 of the text is another"},
	{"ab\n", "@@ -1 +1 @@\n-a\n+c\n", REFUSED(DIFF_MISMATCH), "line 1 of the text is another"},
	{"a\n", "@@ -1 +1 @@\r\n-a\r\n+c\r\n", REFUSED(BAD_DIFF), "a hunk begins with"},
	{"b\na\n", "@@ -1 +1 @@\n-a\n+c\n", REFUSED(DIFF_MISMATCH), "line 1 of the text is another"},
	{"a\n", "@@ -2 +2 @@\n-a\n+c\n", REFUSED(DIFF_MISMATCH), "the text has 1 lines only"},
	{"a\n", "@@ -3 +3 @@\n-a\n+c\n", REFUSED(DIFF_MISMATCH), "Line 1 of the diff: the text has 1 lines only"},
	{"a\n", "@@ -1,2 +1 @@\n a\n-\n", REFUSED(DIFF_MISMATCH), "the text has 1 lines only"},
	{"", "@@ -1,2 +1 @@\n \n-\n", REFUSED(DIFF_MISMATCH), "the text has 1 lines only"},
	{"a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n", REFUSED(DIFF_MISMATCH), "does not end the text"},
	{"a\nb", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+c\n", REFUSED(DIFF_MISMATCH), "does not end the text"},
	{"a\nb", "@@ -1 +1 @@\n-a\n+c\n\\ No newline at end of file\n", REFUSED(DIFF_MISMATCH), "the text goes on with line 2"},
	/* no diffs */
	{"a\n", "", REFUSED(BAD_DIFF), "It has no hunk."},
	{"a\n", "--- x\n+++ y\n", REFUSED(BAD_DIFF), "It has no hunk."},
	{"a\n", "--- x\n@@ -1 +1 @@\n-a\n+b\n", REFUSED(BAD_DIFF), "Line 2 of the diff: below the line ---"},
	{"a\n", "--- x", REFUSED(BAD_DIFF), "below the line ---"},
	{"a\n", "+++ x\n@@ -1 +1 @@\n-a\n+b\n", REFUSED(BAD_DIFF), "it belongs to no hunk"},
	{"a\n", "\n@@ -1 +1 @@\n-a\n+b\n", REFUSED(BAD_DIFF), "it belongs to no hunk"},
	{"a\n", "@@ -1 +1 @@\n-a\n+b\n\n", REFUSED(BAD_DIFF), "Line 4 of the diff: it belongs to no hunk"},
	{"a\n", "@@ -1 +1 @@\n-a\n+b\n--- x\n+++ y\n", REFUSED(BAD_DIFF), "it belongs to no hunk"},
	{"a\n", "@@ -0,0 +0,0 @@\n", REFUSED(BAD_DIFF), "a hunk of no lines"},
	{"a\n", "@@ -0 +1 @@\n-a\n+b\n", REFUSED(BAD_DIFF), "a hunk begins with"},
	{"a\n", "@@ -1 +0 @@\n-a\n+b\n", REFUSED(BAD_DIFF), "a hunk begins with"},
	{"a\n", "@@ -1, +1 @@\n-a\n+b\n", REFUSED(BAD_DIFF), "a hunk begins with"},
	{"a\n", "@@ -1 +1 @\n-a\n+b\n", REFUSED(BAD_DIFF), "a hunk begins with"},
	{"a\n", "@@ -1 +1 @@x\n-a\n+b\n", REFUSED(BAD_DIFF), "a hunk begins with"},
	{"a\n", "@@ -18446744073709551617 +1 @@\n-a\n+b\n", REFUSED(BAD_DIFF), "a hunk begins with"},
	{"a\n", "@@ -1,4294967297 +1 @@\n-a\n+b\n", REFUSED(BAD_DIFF), "a hunk begins with"},
	{"a\n", "@@ -1 +1,2 @@\n-a\n+b\n", REFUSED(BAD_DIFF), "the hunk has fewer lines"},
	{"a\n", "@@ -1,0 +2 @@\n a\n+b\n", REFUSED(BAD_DIFF), "the hunk has more such lines"},
	{"a\nb\n", "@@ -1,2 +1 @@\n a\n b\n", REFUSED(BAD_DIFF), "the hunk has more such lines"},
	{"a\n", "@@ -1 +1 @@\n?a\n", REFUSED(BAD_DIFF), "begins with a blank, - or +"},
	{"a\nb\n", "@@ -2 +2 @@\n-b\n+c\n@@ -1 +1 @@\n-a\n+c\n", REFUSED(BAD_DIFF), "before the end of the one above"},
	{"a\nb\n", "@@ -1 +1 @@\n-a\n+c\n@@ -1 +1 @@\n-c\n+d\n", REFUSED(BAD_DIFF), "before the end of the one above"},
	{"a\nb\n", "@@ -2 +1 @@\n-b\n+c\n", REFUSED(BAD_DIFF), "does not bring the hunk to line 1"},
	{"a\nb\n", "@@ -1 +1,2 @@\n a\n+x\n@@ -2 +2 @@\n-b\n+c\n", REFUSED(BAD_DIFF), "does not bring the hunk to line 2"},
	{"a\n", "\\ No newline at end of file\n", REFUSED(BAD_DIFF), "no line of a hunk above it"},
	{"a\n", "@@ -1 +1 @@\n\\ No newline at end of file\n-a\n+b\n", REFUSED(BAD_DIFF), "no line of a hunk above it"},
	{"a\n", "@@ -1 +1 @@\n-a\n+b\n@@ -1,0 +2 @@\n\\ No newline at end of file\n+b\n", REFUSED(BAD_DIFF), "no line of a hunk above it"},
	{"a\n", "@@ -1 +1 @@\n-a\n+b\n\\ No newline\n\\ No newline\n", REFUSED(BAD_DIFF), "no line of a hunk above it"},
	{"a\n", "@@ -1 +1,2 @@\n-a\n+b\n\\ No newline at end of file\n+c\n", REFUSED(BAD_DIFF), "goes on behind the line"},
	{"a\nb\nc\n", "@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n@@ -3 +3 @@\n-c\n+d\n", REFUSED(BAD_DIFF), "goes on behind the line"},
};

static void
test_cases(Arena *arena)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
	{
		Str			diff = str_from(cases[i].diff);
		Str			out = STR("untouched");
		Fault		fault = {0};
		Code		code = diff_apply(&out, arena, str_from(cases[i].text), diff, &fault);
		bool		good = CHECK_INT(code, cases[i].code);

		if (code == CODE_OK)
			good &= CHECK_STR(out, cases[i].result ? cases[i].result : "");
		else
		{
			good &= CHECK_STR(out, "untouched");
			good &= CHECK(fault.at >= 0 && fault.at <= (int64_t) diff.n);
			good &= CHECK(strstr(fault.detail, cases[i].detail ? cases[i].detail : "taken") != NULL);
		}
		if (!good)
			printf("    of case %zu: %s    %s\n", i, cases[i].diff, fault.detail);
	}
}

/* A text, a diff and a result of the most bytes are taken, one byte more is not. */
static void
test_bounds(Arena *arena)
{
	char	   *text = arena_alloc(arena, LAW_TEXT_MAX + 2);
	Str			add_one = STR("@@ -0,0 +1 @@\n+x\n");	/* two bytes */
	Str			out = STR("untouched");
	Fault		fault;
	Buf			diff;

	memset(text, 'a', LAW_TEXT_MAX + 1);
	text[10] = '\n';
	text[LAW_TEXT_MAX - 3] = '\n';
	CHECK_INT(diff_apply(&out, arena, (Str){text, LAW_TEXT_MAX - 2}, add_one, &fault), CODE_OK);
	CHECK_INT(out.n, LAW_TEXT_MAX);
	CHECK(memcmp(out.p, "x\naaaaaaaaaa\na", 13) == 0 && out.p[LAW_TEXT_MAX - 1] == '\n');
	out = STR("untouched");
	text[LAW_TEXT_MAX - 3] = 'a';
	text[LAW_TEXT_MAX - 2] = '\n';
	CHECK_INT(diff_apply(&out, arena, (Str){text, LAW_TEXT_MAX - 1}, add_one, &fault), CODE_TOO_LARGE);
	CHECK(strstr(fault.detail, "amended text") != NULL);
	text[LAW_TEXT_MAX - 2] = 'a';
	CHECK_INT(diff_apply(&out, arena, (Str){text, LAW_TEXT_MAX - 1}, add_one, &fault), CODE_TOO_LARGE);
	CHECK_INT(diff_apply(&out, arena, (Str){text, LAW_TEXT_MAX}, STR("@@ -1 +1 @@\n aaaaaaaaaa\n"), &fault), CODE_OK);
	CHECK_INT(out.n, LAW_TEXT_MAX);
	out = STR("untouched");
	CHECK_INT(diff_apply(&out, arena, (Str){text, LAW_TEXT_MAX + 1}, STR("@@ -1 +1 @@\n aaaaaaaaaa\n"), &fault), CODE_TOO_LARGE);
	CHECK(strstr(fault.detail, "The text has 60001 bytes") != NULL);

	buf_init(&diff, arena);
	buf_text(&diff, "@@ -0,0 +1 @@\n+");
	while (diff.n < LAW_DIFF_MAX)
		buf_char(&diff, 'b');
	CHECK_STR(out, "untouched");
	CHECK_INT(diff_apply(&out, arena, STR("a\n"), buf_done(&diff), &fault), CODE_OK);
	CHECK_INT(out.n, LAW_DIFF_MAX - 15 + 3);
	buf_char(&diff, 'b');
	CHECK_INT(diff_apply(&out, arena, STR("a\n"), buf_done(&diff), &fault), CODE_TOO_LARGE);
	CHECK(strstr(fault.detail, "The diff has 60001 bytes") != NULL);
}

/* ---- random edits ---- */

#define EDIT_LINES_MAX 40

typedef struct Edit
{
	char		sign[EDIT_LINES_MAX];
	char		line[EDIT_LINES_MAX];	/* one character; '_' for an empty line */
	int			n;
} Edit;

static void
edit_line(Buf *buf, char line)
{
	if (line != '_')
		buf_char(buf, line);
	buf_char(buf, '\n');
}

/* Write one side of an edit: the text before it or behind it. */
static void
edit_side(Buf *buf, const Edit *edit, char side)
{
	for (int i = 0; i < edit->n; i++)
		if (edit->sign[i] == ' ' || edit->sign[i] == side)
			edit_line(buf, edit->line[i]);
}

/* Write the diff of an edit, with up to so many lines of context. */
static void
edit_diff(Buf *buf, const Edit *edit, int context)
{
	int			end = 0;		/* of the hunk before */

	for (int i = 0; i < edit->n; i++)
	{
		int			begin = i;
		int			kept = 0;
		int			before[2] = {0, 0};
		int			count[2] = {0, 0};

		if (edit->sign[i] == ' ')
			continue;
		while (begin > end && i - begin < context)
			begin--;
		for (end = i; end < edit->n && kept < context + 1; end++)
			kept = edit->sign[end] == ' ' ? kept + 1 : 0;
		end -= kept > context;
		for (int j = 0; j < end; j++)
			for (int side = 0; side < 2; side++)
				if (edit->sign[j] == ' ' || edit->sign[j] == "-+"[side])
					(j < begin ? before : count)[side]++;
		buf_text(buf, "@@ -");
		buf_int(buf, before[0] + (count[0] > 0));
		buf_char(buf, ',');
		buf_int(buf, count[0]);
		buf_text(buf, " +");
		buf_int(buf, before[1] + (count[1] > 0));
		buf_char(buf, ',');
		buf_int(buf, count[1]);
		buf_text(buf, " @@\n");
		for (int j = begin; j < end; j++)
		{
			buf_char(buf, edit->sign[j]);
			edit_line(buf, edit->line[j]);
		}
		i = end - 1;
	}
}

static void
test_edits(Arena *arena)
{
	int			refused = 0;

	for (int run = 0; run < 2000; run++)
	{
		Edit		edit = {.n = (int) seeded_below(EDIT_LINES_MAX) + 1};
		uint32_t	much = seeded_below(6) + 2;
		bool		any = false;
		Buf			text;
		Buf			diff;
		Buf			result;
		Str			out = STR_NONE;
		Fault		fault = {0};

		for (int i = 0; i < edit.n; i++)
		{
			uint32_t	what = seeded_below(2 * much);

			edit.sign[i] = what == 0 ? '-' : what == 1 ? '+' : ' ';
			edit.line[i] = "abc_"[seeded_below(4)];
			any |= what < 2;
		}
		buf_init(&text, arena);
		buf_init(&diff, arena);
		buf_init(&result, arena);
		edit_side(&text, &edit, '-');
		edit_side(&result, &edit, '+');
		edit_diff(&diff, &edit, (int) seeded_below(4));
		CHECK_INT(diff_apply(&out, arena, buf_done(&text), buf_done(&diff), &fault), any ? CODE_OK : CODE_BAD_DIFF);
		if (any && !CHECK(str_eq(out, buf_done(&result))))
			printf("    of run %d\n", run);

		/* With a line more above it, the text is another: only what the diff does not look at can hide that. */
		if (any)
		{
			Buf			longer;
			Code		code;

			buf_init(&longer, arena);
			buf_text(&longer, "d\n");
			buf_str(&longer, buf_done(&text));
			code = diff_apply(&out, arena, buf_done(&longer), buf_done(&diff), &fault);
			CHECK(code == CODE_OK || code == CODE_DIFF_MISMATCH);
			refused += code == CODE_DIFF_MISMATCH;
		}
		arena_reset(arena);
	}
	CHECK(refused > 1000);
}

int
main(void)
{
	HeapArena	heap;

	heap_arena_init(&heap);
	test_cases(&heap.arena);
	test_bounds(&heap.arena);
	test_edits(&heap.arena);
	heap_arena_free(&heap);
	return check_done("law_diff");
}
