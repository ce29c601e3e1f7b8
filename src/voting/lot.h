/*
 * lot.h -- how a tie is broken, and the record of each one that was.
 *
 * Options are numbered from 1.  A tie is broken by a list of rules, one after the other; each narrows down who is
 * tied, until one is left.  No rule is ever added in silence: a tie that the list does not break is a fault.
 *
 *   lot            the ticket of an option is SHA-256(seed || option), the option as 4 bytes, big-endian.  The lot ranks
 *                  all options by their tickets, the smallest first.  Whoever knows the seed can repeat it.
 *   option_order   ranks them by their numbers
 *   permutation    ranks them as a given list does
 *                  In these three the one who is ranked first is preferred: of those tied to be elected he is taken,
 *                  of those tied to be excluded the one who is ranked last.
 *   picked_first   takes whoever comes first in the given list, or has the smallest number if no list is given, be it to
 *                  elect or to exclude: the habit of some programs, for counts of theirs
 *   prior_round    goes back to the last round in which the tied differed, then to earlier ones
 *   first_round    begins at the first round, and goes on to later ones
 *                  There, more votes are preferred.
 *   error          refuses to break a tie
 *
 * Some methods have rules of their own; others cannot use some of these.
 */
#ifndef COMMUNE_VOTING_LOT_H
#define COMMUNE_VOTING_LOT_H

#include "voting/wide.h"

/* X(name in C, name in SQL) */
#define TIE_RULES(X) \
	X(LOT, "lot") \
	X(OPTION_ORDER, "option_order") \
	X(PERMUTATION, "permutation") \
	X(PICKED_FIRST, "picked_first") \
	X(PRIOR_ROUND, "prior_round") \
	X(FIRST_ROUND, "first_round") \
	X(ERROR, "error") \
	/* leave undecided what is tied: a seat stays empty */ \
	X(NONE, "none") \
	/* exclude all who are tied at once */ \
	X(ALL, "all") \
	/* the votes of STAR: who is preferred by more ballots, who has more of the highest scores, the higher score */ \
	X(PAIRWISE, "pairwise") \
	X(TOP_SCORES, "top_scores") \
	X(SCORE, "score") \
	/* projects of a shared budget: more votes, less cost, more cost */ \
	X(MAX_VOTES, "max_votes") \
	X(MIN_COST, "min_cost") \
	X(MAX_COST, "max_cost")

typedef enum TieRule
{
#define TIE_RULE_NAME(name, sql) TIE_##name,
	TIE_RULES(TIE_RULE_NAME)
#undef TIE_RULE_NAME
		TIE_RULE_COUNT
} TieRule;

extern const char *tie_rule_name(TieRule rule);

/* Sets of rules, for those that a method knows. */
#define TIE_BIT(rule) (1u << (rule))
#define TIES_BY_LIST (TIE_BIT(TIE_LOT) | TIE_BIT(TIE_OPTION_ORDER) | TIE_BIT(TIE_PERMUTATION) | TIE_BIT(TIE_ERROR))
#define TIES_BY_ROUND (TIE_BIT(TIE_PRIOR_ROUND) | TIE_BIT(TIE_FIRST_ROUND) | TIE_BIT(TIE_PICKED_FIRST))

#define TIE_LIST_MAX 8			/* rules in a list */

#define LOT_TICKET_SIZE HASH_SIZE

extern void lot_ticket(uint8_t ticket[LOT_TICKET_SIZE], Str seed, uint32_t option);

/* Draw the lot: place[o] is the place of option o, 1 for the first; place has options + 1 items. */
extern void lot_draw(uint32_t *place, uint32_t options, Str seed, Arena *arena);

/* A tie that was broken, or left. */
typedef struct TieBreak
{
	struct TieBreak *next;
	uint32_t	round;
	const char *purpose;
	TieRule		rule;			/* the one that ended it */
	uint32_t	chosen;			/* 0 if the rule was none or all */
	uint32_t	n;
	uint32_t   *tied;			/* in ascending order; the chosen one is among them */
} TieBreak;

/* How ties are broken in a count, and those that were. */
typedef struct Ties
{
	Arena	   *arena;
	uint32_t	options;
	int			rules;
	TieRule		rule[TIE_LIST_MAX];
	Str			seed;			/* STR_NONE if there is none */
	uint32_t   *given;			/* the places of the given list, or NULL */
	uint32_t   *drawn;			/* the places of the lot, once it was drawn */
	uint32_t	breaks;
	TieBreak   *first;
	TieBreak   *last;
} Ties;

/*
 * Read a list of rules: names separated by commas, of those in allowed.  list names all options once, the preferred
 * first; NULL if there is none.  Fault: BAD_RULE.
 */
extern Code ties_init(Ties *ties, Str rules, uint32_t allowed, Str seed, const int32_t *list, size_t n, uint32_t options,
					  Arena *arena, Fault *fault);

extern bool ties_have(const Ties *ties, TieRule rule);

/* A tie that is to be broken. */
typedef struct Tie
{
	uint32_t	round;
	const char *purpose;		/* a constant */
	bool		worst;			/* the least preferred is wanted */
	const Wide *const *votes;	/* of earlier rounds: votes[r][o], r < rounds */
	uint32_t	rounds;

	/* What a rule of the method's own prefers, the more the better; NULL if it has none. */
	Wide		(*merit)(const void *context, TieRule rule, uint32_t option);
	const void *context;

	/* Who is tied, in ascending order; narrowed down in place to those whom the rules left. */
	uint32_t	n;
	uint32_t   *tied;
} Tie;

/*
 * Break a tie of at least two, and record it.  *chosen is the only one left; or 0 before a rule that says what to do
 * with all who are left (none, all).  Faults: TIE_NEEDS_SEED, TIE_UNBROKEN.
 */
extern Code ties_break(uint32_t *chosen, TieRule *rule, Ties *ties, Tie *tie, Fault *fault);

/*
 * Rank all options by the first rule that does so: lot, option_order or permutation.  (*place)[o] is the place of option
 * o.  Faults: TIE_NEEDS_SEED; TIE_UNBROKEN if there is no such rule.
 */
extern Code ties_rank(const uint32_t **place, TieRule *rule, Ties *ties, const Tie *tie, Fault *fault);

/* Record a tie that the method itself broke, or several of the same options; tie->tied must stay. */
extern void ties_record(Ties *ties, const Tie *tie, TieRule rule, uint32_t chosen);

#endif
