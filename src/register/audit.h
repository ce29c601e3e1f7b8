/*
 * audit.h -- looks for damage in the stored register and names each place.
 *
 * A mirror stops at the first block that does not follow; an audit checks every block by itself, from the stored
 * frontier of the block before, and goes on.  So it can be split among workers, and it names all that is wrong.
 */
#ifndef COMMUNE_AUDIT_H
#define COMMUNE_AUDIT_H

#include "register/stored.h"

typedef struct Damage
{
	int64_t		index;			/* of the leaf; of a block, its header's; -1 for none */
	char		table[24];
	char		column[24];		/* empty when it is the row as a whole */
	char		kind[16];		/* changed, missing, added, signature, order, omitted */
	char		detail[200];
} Damage;

typedef struct Audit
{
	Store	   *store;
	Arena	   *arena;			/* reset for each block */
	Arena	   *scratch;		/* reset for each record */
	bool		signatures;		/* verify the signatures of records */
	bool		projections;	/* compare the columns beside the bytes */
	bool		follower;		/* blocks arrive: what is above the last one's seqs is still to be folded */
	int64_t		reports;		/* how many there were */
	void		(*report) (void *self, const Damage *damage);

	/* Called with each block that could be read whole, after its audit; may be NULL.  What it is given is of arena. */
	void		(*block) (void *self, const StoredBlock *block);
	void	   *self;
} Audit;

/* Audit block number of 1 .. last. */
extern void audit_block(Audit *audit, int64_t number);

/* Audit what lies in no block up to the last one: tiles, acts that ought to be sealed, verdicts, eras. */
extern void audit_rest(Audit *audit, int64_t last);

#endif
