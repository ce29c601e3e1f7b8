/*
 * graph.h -- who represents whom, over dense numbers.
 *
 * Vocabulary.  A member is a number 0 .. n-1.  A choice is somebody whom a member trusts, with a rank: 1 is the first
 * choice, up to RANKS_MAX.  A voter casts a direct ballot: his choices do not matter.  Everybody else passes his vote
 * on to one delegate, who passes it on again, until it rests with the head:
 *
 *   a voter      then the member is represented (the voter himself: direct)
 *   a dead end   a member who neither votes nor has a delegate who helps; everybody who ends with him is unrepresented
 *   a ring       members who pass the vote on in a circle; it is named by its smallest member, and everybody in it or
 *                behind it is unrepresented
 *
 * So every member has exactly one head, and the weights of the heads add up to the weight of all members.
 *
 * With one choice each, the delegate is that choice.  With ranks, the delegate is the next one on the path to a voter
 * whose sum of ranks is smallest (MinSum: Brill, Delemazure, George, Lackner, Schmidt-Kraepelin, "Liquid Democracy
 * with Ranked Delegations", AAAI 2022); of equal sums the one that begins with the earlier choice is taken.  A member
 * whom no voter can be reached from passes on to his first choice, so that the ring or dead end that he hangs on has a
 * name too.
 *
 * With a cap, no voter carries more than that, his own weight included, unless it alone is more.  Members arrive in
 * turn: by the sum of ranks, then by the rank of their own choice, then in ascending order.  Who does not fit any more
 * is carried by the way that begins with another choice of his, if one is left, and else by nobody: then he is a dead
 * end.  Whoever trusts him arrives by way of him where he is carried, or not at all.
 *
 * Everything is iterative and takes O(members + choices) time: a chain of a million needs no stack.
 */
#ifndef COMMUNE_DELEGATION_GRAPH_H
#define COMMUNE_DELEGATION_GRAPH_H

#include "base/base.h"

#define RANKS_MAX 5
#define NOBODY UINT32_MAX			/* no member */
#define GRAPH_MEMBERS_MAX ((1u << 26) - 1)	/* 67 million; ranked.c packs more into the other bits */

typedef struct Graph
{
	uint32_t	n;
	int			ranks;			/* how many ranks are in use, 1 .. RANKS_MAX */
	const uint32_t *choice[RANKS_MAX];	/* choice[r][v]: v's choice of rank r + 1; a value of n or more is none */
	const uint8_t *ends;		/* bit r of ends[v]: the choice of rank r + 1 must vote himself; NULL: none must */
	const uint8_t *votes;		/* not zero: v is a voter; NULL: whoever has no choice is one */
	const int64_t *weight;		/* NULL: one each */
	int64_t		cap;			/* the most that a voter may carry; 0: any weight */
	void		(*pause)(void);	/* called every now and then, may jump out; NULL: nobody waits */
} Graph;

/* What graph_resolve() finds.  All arrays have n items. */
typedef struct Resolution
{
	const Graph *graph;
	uint32_t   *delegate;		/* whom v passes his vote on to; NOBODY for voters and dead ends */
	uint32_t   *head;			/* whom v's vote rests with; of a ring, its smallest member */
	uint32_t   *hops;			/* steps to a head that is no ring; NULL unless asked for */
} Resolution;

typedef enum Standing
{
	STANDING_DIRECT,
	STANDING_REPRESENTED,
	STANDING_DEAD_END,
	STANDING_RING
} Standing;

/*
 * Find each member's delegate.  Without graph_resolve(), enough to follow one path.  sums, which may be NULL, receives
 * the smallest sum of ranks on a way to a voter, NOBODY where there is none.
 */
extern void graph_choose(uint32_t *delegate, uint32_t *sums, const Graph *graph, Arena *arena);

/* Find each member's head. */
extern void graph_resolve(Resolution *out, const Graph *graph, bool with_hops, Arena *arena);

/*
 * Add up the weights behind each head.  weight and members (which may be NULL) have n items; those of members that are
 * no head become 0.  Fault: NUMBER_OVERFLOW.
 */
extern Code graph_weigh(int64_t *weight, int64_t *members, const Resolution *res, Fault *fault);

/*
 * Measure the path of v: the steps until it ends, or until it enters a ring, and the length of that ring, else 0.
 * delegate is what graph_choose() or graph_resolve() found.
 */
extern void graph_measure(uint32_t *steps, uint32_t *ring, const uint32_t *delegate, uint32_t v);

static inline bool
graph_has_choice(const Graph *graph, uint32_t v)
{
	for (int r = 0; r < graph->ranks; r++)
		if (graph->choice[r][v] < graph->n)
			return true;
	return false;
}

static inline bool
graph_is_voter(const Graph *graph, uint32_t v)
{
	return graph->votes != NULL ? graph->votes[v] != 0 : !graph_has_choice(graph, v);
}

/*
 * Whether v, whom no voter carries, has a choice that leads to one, who is full.  sums is what graph_choose() found.
 */
extern bool graph_is_cut(const Graph *graph, uint32_t v, const uint32_t *sums);

/* The rank of the choice by which v passes on to his delegate; 0 if he does not. */
extern int	graph_rank(const Graph *graph, uint32_t v, uint32_t delegate);

/* Whether v is the member that names a ring. */
static inline bool
graph_names_ring(const Resolution *res, uint32_t v)
{
	return res->head[v] == v && res->delegate[v] != NOBODY;
}

static inline Standing
graph_standing(const Resolution *res, uint32_t v)
{
	uint32_t	head = res->head[v];

	if (res->delegate[head] != NOBODY)
		return STANDING_RING;
	if (!graph_is_voter(res->graph, head))
		return STANDING_DEAD_END;
	return head == v ? STANDING_DIRECT : STANDING_REPRESENTED;
}

#endif
