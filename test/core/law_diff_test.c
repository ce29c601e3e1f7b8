/*
 * law_diff_test.c -- amending by unified diffs: cases of our own, and diffs made at random.
 */
#include "check.h"
#include "seeded.h"

#include "law/diff.h"

static HeapArena heap;

/* Apply a diff; the result, or the name of the refusal. */
static Str
apply(Str text, Str diff)
{
	Str			out;
	Fault		fault = {.detail = ""};
	Code		code = diff_apply(&out, &heap.arena, text, diff, &fault);

	if (code == CODE_OK)
		return out;
	CHECK(code == CODE_BAD_DIFF && fault.code == code && fault.detail[0] != '\0');
	return arena_printf(&heap.arena, "!%s", fault.detail);
}

static void
check(const char *text, const char *diff, const char *want, int line)
{
	check_str(apply(str_from(text), str_from(diff)), want, __FILE__, line, diff);
}

#define DIFF(text, diff, want) check(text, diff, want, __LINE__)

static void
test_cases(void)
{
	/* Into nothing, and down to nothing. */
	DIFF("", "@@ -0,0 +1,2 @@\n+a\n+b\n", "a\nb\n");
	DIFF("a\nb\n", "@@ -1,2 +0,0 @@\n-a\n-b\n", "");

	/* Several hunks; the headings behind @@ are for people; a diff without its last LF. */
	DIFF("a\nb\nc\nd\ne\n", "--- x\n+++ y\n@@ -1,2 +1,1 @@ Article 1\n-a\n b\n@@ -4,2 +3,3 @@\n d\n+D\n e", "b\nc\nd\nD\ne\n");

	/* An empty line of context whose blank an editor has cut. */
	DIFF("a\n\nb\n", "@@ -1,3 +1,3 @@\n-a\n+A\n\n b\n", "A\n\nb\n");

	/* A line of the text that begins with - or @@ is no hunk. */
	DIFF("-- x\n@@ y\n", "@@ -1,2 +1,2 @@\n--- x\n+-- z\n @@ y\n", "-- z\n@@ y\n");

	/* Hunks that stand at a wrong line, or one that another hunk has passed. */
	DIFF("a\nb\n", "@@ -1,1 +2,1 @@\n-a\n+A\n", "!Line 1 of the diff: the hunk says another line of the new text than the one where it comes to lie.");
	DIFF("a\nb\nc\n", "@@ -2,1 +2,1 @@\n-b\n+B\n@@ -1,1 +1,1 @@\n-a\n+A\n", "!Line 4 of the diff: the hunk lies before the end of the one before.");
	DIFF("a\n", "@@ -1 +1 @@\n-a\n", "!Line 3 of the diff: the hunk has fewer lines than it says.");
	DIFF("a\n", "@@ -1 +1 @@\n-a\n+b\n+c\n", "!Line 4 of the diff: the hunk has more lines than it says.");
	DIFF("a\n", "@@ -x +1 @@\n-a\n", "!Line 1 of the diff: a hunk begins with @@ -line,lines +line,lines @@.");
	DIFF("a\n", "", "!Line 1 of the diff: there is no hunk.");
	DIFF("a\n", "@@ -1 +1 @@\n-A\n+b\n", "!Line 2 of the diff: the text has another line here.");
	DIFF("a\n", "@@ -99999999999999999999 +1 @@\n", "!Line 1 of the diff: a hunk begins with @@ -line,lines +line,lines @@.");
}

/* ---- at random ---- */

enum {LINES = 40};

static void
add_line(Buf *b, char sign, int line)
{
	if (sign != 0)
		buf_char(b, sign);
	buf_str(b, arena_printf(&heap.arena, "line %d\n", line));
}

/* Change lines of a text at random, and write the diff in one hunk; it must give the changed text, and fit no other. */
static void
test_random(void)
{
	for (int round = 0; round < 300; round++)
	{
		int			n = 1 + (int) seeded_below(LINES);
		Buf			old;
		Buf			new;
		Buf			lines;
		int			count = n;
		bool		changed = false;
		Str			diff;
		Str			got;

		buf_init(&old, &heap.arena);
		buf_init(&new, &heap.arena);
		buf_init(&lines, &heap.arena);
		for (int i = 0; i < n; i++)
		{
			uint32_t	what = seeded_below(6);

			add_line(&old, 0, i);
			if (what == 0)
			{
				add_line(&lines, '-', i);
				count--;
				changed = true;
				continue;
			}
			add_line(&lines, ' ', i);
			add_line(&new, 0, i);
			if (what == 1)
			{
				add_line(&lines, '+', 1000 + i);
				add_line(&new, 0, 1000 + i);
				count++;
				changed = true;
			}
		}
		diff = arena_printf(&heap.arena, "@@ -1,%d +%d,%d @@\n%.*s", n, count > 0, count, (int) lines.n, lines.p);
		got = apply(buf_done(&old), diff);
		if (!CHECK(str_eq(got, buf_done(&new))))
			printf("%.*s\n", (int) got.n, got.p);
		if (changed && count > 0)
			CHECK(*apply(arena_printf(&heap.arena, "x%.*s", (int) old.n, old.p), diff).p == '!');
	}
}

int
main(void)
{
	heap_arena_init(&heap);
	test_cases();
	test_random();
	heap_arena_free(&heap);
	return check_done("law diff");
}
