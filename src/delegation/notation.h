/*
 * notation.h -- the text form of a delegation graph.
 *
 *   1>2 2>3 3         1 trusts 2, 2 trusts 3, 3 trusts nobody; a member who is only trusted needs no entry of his own
 *   1>2,,4            1's first choice is 2, his third is 4, he has no second
 *   1>2.              1 trusts 2, but only to vote himself
 *   1!>2              1 votes (and would pass his vote on to 2 if he did not)
 *   1*5>2             1 has weight 5
 *   ! 1>2             it is known who votes: nobody
 *   "ann">"bob"       ids that are texts, in double quotes; \" and \\ stand for a quote and a backslash
 *
 * Entries are separated by white space.  They are read in any order, and may repeat each other; they are written in
 * ascending order of the trusters.
 */
#ifndef COMMUNE_DELEGATION_NOTATION_H
#define COMMUNE_DELEGATION_NOTATION_H

#include "delegation/facts.h"

extern void notation_print(Buf *out, const Web *web);

/* Add what a text says.  Faults: BAD_GRAPH, and those of facts_add(). */
extern Code notation_parse(Facts *facts, Str text, Fault *fault);

#endif
