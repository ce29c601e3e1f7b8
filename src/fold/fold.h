/*
 * fold.h -- the fold: how a block of the register changes the state.
 *
 * A deterministic function of the register's leaves in the order of their indexes.  The sealer computes it on the
 * tables; a subscriber, replay(), a mirror and the client compute it again and compare.
 *
 * A block, in order:
 *     0  polls whose override window begins at the block's time are frozen; those that a late swing prolongs are prolonged
 *     1  its acts, one after the other; a refused one gets a verdict and changes nothing but its signer's nonce
 *     2  entries of the engine: acts that were isolated; what the clock made due at the block's time, by (due, poll) and
 *        (due, proposal), until nothing is due; results of closed polls, by poll, and what they decide
 */
#ifndef COMMUNE_FOLD_H
#define COMMUNE_FOLD_H

#include "action/evaluation.h"
#include "tally/tally.h"

/* How far ahead a clock may be: iat and nonce. */
#define CLOCK_AHEAD (INT64_C(300) * USECS_PER_SECOND)

/* How many acts of a block may be isolated. */
#define ISOLATED_MAX 64

typedef struct PollResult
{
	int64_t		poll;			/* Poll.seq */
	Str			body;
} PollResult;

/* The kind of act of this name, or NULL. */
extern const ActKind *fold_kind(Str name);

/*
 * What a block is folded from.  A block that begins an era or starts with other things that only the sealer knows
 * has them in preface: entries that come before those of the fold.
 */
typedef struct BlockInput
{
	int64_t		time;			/* microseconds since 1970 */
	int64_t		previous_time;	/* of the block before; INT8_NONE for the first */
	int64_t		first;			/* index of the first leaf */
	size_t		n;				/* members that sessions committed, in order */
	const LeafMember *members;
	size_t		npreface;
	const Entry *preface;
	size_t		nisolated;
	const int64_t *isolated;	/* seqs of acts that are not to be folded */
	size_t		nresults;
	const PollResult *results;	/* of closed polls, by poll */
	Evaluations evaluations;	/* of what is due, made on the state before the block */

	/* Called before each act is folded, and with seq 0 after the last; may be NULL. */
	void		(*before_act) (void *self, int64_t seq);
	void	   *self;
} BlockInput;

typedef struct BlockOutput
{
	size_t		nverdicts;
	Verdict    *verdicts;
	size_t		nentries;
	Entry	   *entries;
	Digest	   *entry_leaves;
} BlockOutput;

/*
 * Fold a block.  state is changed, and flushed if it has a store.  The output lies in arena; scratch is reset for each
 * act.
 */
extern void fold_block(BlockOutput *out, const BlockInput *in, State *state, Arena *arena, Arena *scratch);

/*
 * Say what the fold would say of an act at this time, after the state as it is: the pre-check at submit.  The state is
 * to be thrown away afterwards.  previous_time is that of the last block.
 */
extern Code fold_check(State *state, const Record *record, const Digest *leaf, int64_t time, int64_t previous_time,
					   Fault *fault);

/*
 * Evaluate the polls that have closed and have no result yet.  Slow; needs no lock, because what it counts is frozen.
 * The results lie in arena; scratch is reset for each poll.
 */
extern Code fold_results(PollResult **out, size_t *n, Arena *arena, Arena *scratch, State *state, Fault *fault);

/* True if the clock asks for a block at this time, though no act does. */
extern bool fold_is_due(State *state, int64_t time, int64_t previous_time);

#endif
