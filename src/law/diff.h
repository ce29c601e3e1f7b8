/*
 * diff.h -- amends a text by a unified diff.
 *
 * The diff must fit exactly: every line of context and every line that it takes away stands where its hunk says.  A text
 * is lines that LF separates; whether the last one ends with LF is kept.
 */
#ifndef COMMUNE_LAW_DIFF_H
#define COMMUNE_LAW_DIFF_H

#include "base/base.h"

/* Fault: BAD_DIFF, at = number of the diff's line, from 1. */
extern Code diff_apply(Str *out, Arena *arena, Str text, Str diff, Fault *fault);

#endif
