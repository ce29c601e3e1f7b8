/*
 * facts.h -- a delegation graph while rows still come in.
 *
 * A fact is what one row says: a truster, whom he trusts, and perhaps the rank of that choice, his weight, whether he
 * votes, and whether the choice counts only if the trustee votes himself.  Facts add up in any order.  Saying the same
 * twice is saying it once; saying two things that exclude each other is an error, never settled by the order of rows:
 * two trustees at one rank, somebody and nobody, two weights.  A member votes if one row says so, and a choice has its
 * mark if one row says so.
 *
 * Whoever names himself as trustee keeps his vote: he trusts nobody.
 *
 * Facts are noted down in a log, and now and then brought to rest: sorted, and merged with those that rest already.
 * It is then that contradictions are found.
 */
#ifndef COMMUNE_DELEGATION_FACTS_H
#define COMMUNE_DELEGATION_FACTS_H

#include "delegation/ids.h"
#include "delegation/web.h"

/* Ids in the log from which on it is worth while to bring the facts to rest. */
#define FACTS_LOG_MIN 8388608

typedef struct Fact
{
	Id			truster;
	Id			trustee;
	bool		nobody;			/* then trustee and rank do not matter */
	bool		votes;
	bool		ends;			/* the trustee must vote himself */
	bool		weighs;			/* the weight is stated */
	int			rank;			/* 1 .. RANKS_MAX */
	int64_t		weight;
} Fact;

typedef struct Facts
{
	Arena	   *arena;
	Web		web;			/* the facts at rest */
	Ids			log;			/* the others: truster and trustee in turn, himself for nobody */
	uint32_t	room;			/* of the log, in facts */
	uint32_t	quick;			/* ids that the log may have for facts_add_number() to add more */
	uint8_t    *mark;			/* of each fact in the log; NULL while none says more than who trusts whom */
	int64_t    *weight;			/* the same; NULL while none states a weight */
} Facts;

extern void facts_init(Facts *facts, IdKind kind, Arena *arena);

/* Note down a fact; texts are copied.  Faults: BAD_WEIGHT, BAD_RANK, TOO_LARGE. */
extern Code facts_add(Facts *facts, const Fact *fact, Fault *fault);

/* What a fact says beyond who trusts whom: its rank less one, and these. */
#define MARK_RANK 7
#define MARK_ENDS 8
#define MARK_VOTES 16
#define MARK_WEIGHS 32

/* Note down that one number trusts another, or himself, with a mark; false where facts_add() is needed. */
static inline bool
facts_add_number(Facts *facts, int64_t truster, int64_t trustee, uint8_t mark)
{
	uint32_t	n = facts->log.n;

	if (n >= facts->quick || (facts->mark == NULL && mark != 0))
		return false;
	if (facts->mark != NULL)
		facts->mark[n / 2] = mark;
	facts->log.number[n] = truster;
	facts->log.number[n + 1] = trustee;
	facts->log.n = n + 2;
	return true;
}

/* State that it is known who votes. */
static inline void
facts_count(Facts *facts)
{
	facts->web.counted = true;
}

/* The ids in the log with which it is long enough to be brought to rest. */
static inline uint32_t
facts_limit(const Facts *facts)
{
	return facts->web.ids.n > FACTS_LOG_MIN / 2 ? 2 * facts->web.ids.n : FACTS_LOG_MIN;
}

/*
 * Whether the log has grown so long that the facts should be brought to rest.  This takes time in proportion to all
 * facts and is due whenever they have doubled, so it costs each fact little, and what repeats itself takes no room.
 */
static inline bool
facts_due(const Facts *facts)
{
	return facts->log.n >= facts_limit(facts);
}

/*
 * Bring all facts to rest.  out lives in arena and shares nothing with the facts, which may be forgotten; pause as in
 * Graph.  Faults: TWO_DELEGATES, TWO_WEIGHTS, TOO_LARGE.
 */
extern Code facts_rest(Web *out, const Facts *facts, void (*pause)(void), Arena *arena, Arena *scratch, Fault *fault);

/* Say what two graphs say together.  out lives in arena, and shares nothing with them.  Faults: the same. */
extern Code web_merge(Web *out, const Web *a, const Web *b, Arena *arena, Arena *scratch, Fault *fault);

#endif
