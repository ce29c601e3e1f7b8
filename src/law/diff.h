/*
 * diff.h -- amends a text by a unified diff, to the letter.
 *
 *     --- law
 *     +++ law
 *     @@ -2,2 +2,3 @@
 *      The treasury pays on the first day of a month.
 *     -The amount is 100.
 *     +The amount is 120.
 *     +It is set by the parameter `ubi.amount`.
 *
 * Every line that a hunk keeps or takes away must stand in the text where the hunk says.  There is no search for a
 * place that fits and no line of context that may differ: who voted for a diff voted for one result.  Hunks rise; counts
 * that are left out are 1; the two lines of names may be missing; nothing else stands outside of hunks.  An empty line
 * of a hunk is an empty line that is kept (POSIX), its blank having been lost on the way.
 *
 * Lines end with LF, the last one perhaps without.  A line that begins with "\ " says that the line above it is such a
 * last one.  A diff without such lines leaves the end of the text as it is, whichever of the two it is.  The empty text
 * has no lines; a hunk may take it for one empty line without LF as well.
 */
#ifndef COMMUNE_LAW_DIFF_H
#define COMMUNE_LAW_DIFF_H

#include "law/text.h"

#define LAW_DIFF_MAX LAW_TEXT_MAX	/* bytes of a diff: it travels in a record */

/*
 * Apply a diff to a text: *out is the whole result, in the arena, of at most LAW_TEXT_MAX bytes; it is not touched when
 * the diff is refused.  Faults: TOO_LARGE; BAD_DIFF, it is none; DIFF_MISMATCH, it is one of another text; at = byte
 * position in the diff, detail names the lines.
 */
extern Code diff_apply(Str *out, Arena *arena, Str text, Str diff, Fault *fault);

#endif
