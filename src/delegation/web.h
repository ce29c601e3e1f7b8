/*
 * web.h -- the web of trust: a delegation graph at rest, its members in ascending order of their ids, and its bytes.
 *
 * The bytes are canonical: the same facts make the same bytes, in whatever order and in however many parts they came.
 * All numbers are little-endian, whatever the machine; n is the number of members.
 *
 *   1 byte    version, WEB_VERSION
 *   1 byte    kind of the ids: 'n' 64-bit numbers, 't' texts
 *   1 byte    ranks in use, 1 to RANKS_MAX
 *   1 byte    sections: the sum of the WEB_ constants below
 *   4 bytes   n
 *   4 bytes   bytes that the texts take, 0 for numbers
 *   ids       n numbers of 8 bytes; or n times 4 bytes, where each text ends
 *   weights   n numbers of 8 bytes, WEIGHT_SILENT where none was stated       if WEB_WEIGHTS
 *   choices   for each rank, n times 4 bytes: the place of the one who is trusted, or SAYS_NOBODY, or SILENT
 *   votes     n bytes, 1 for a voter                                          if WEB_VOTES
 *   ends      n bytes, bit r for a choice of rank r + 1 that must vote        if WEB_ENDS
 *   texts     one after the other
 *
 * Sections without content are left out; WEB_COUNTED alone says that it is known who votes, and nobody does.
 */
#ifndef COMMUNE_DELEGATION_WEB_H
#define COMMUNE_DELEGATION_WEB_H

#include "delegation/graph.h"
#include "delegation/ids.h"

#define WEB_VERSION 1
#define WEB_HEADER 12

#define WEB_COUNTED 1			/* it was stated who votes */
#define WEB_WEIGHTS 2
#define WEB_VOTES 4
#define WEB_ENDS 8

/* What a choice holds that is no member. */
#define SILENT UINT32_MAX			/* nothing was said */
#define SAYS_NOBODY (UINT32_MAX - 1)	/* the member trusts nobody, said in so many words; only at rank 1 */

#define WEIGHT_SILENT INT64_C(-1)

typedef struct Web
{
	Ids			ids;			/* in ascending order; the other arrays follow it */
	int			ranks;			/* in use, at least 1 */
	bool		counted;		/* it was stated who votes, be it that nobody does */
	uint32_t   *choice[RANKS_MAX];
	int64_t    *weight;			/* this and the next two: NULL without content */
	uint8_t    *votes;
	uint8_t    *ends;
} Web;

/* Whether a row was about v, so that he is more than somebody's trustee. */
extern bool web_speaks(const Web *web, uint32_t v);

/* The size of the bytes; web_write() wants one that has one of less than 4 GB. */
extern uint64_t web_size(const Web *web);
extern void web_write(uint8_t *out, const Web *web);

/*
 * Read bytes that may be anything.  What is read may still lie in them, so they must stay and the web must not be
 * written to.  Fault: BAD_GRAPH_BYTES.
 */
extern Code web_read(Web *out, const uint8_t *bytes, size_t n, Arena *arena, Fault *fault);

/* Make the graph that graph.h works on; it shares the arrays of the web. */
extern void web_graph(Graph *out, const Web *web, Arena *arena);

#endif
