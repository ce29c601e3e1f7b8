/*
 * register_pg.h -- where this database stands in the register.
 */
#ifndef COMMUNE_REGISTER_PG_H
#define COMMUNE_REGISTER_PG_H

#include "state/state_pg.h"

#include "register/log.h"

/*
 * The era of what is committed now.  *begun is false if no block of it was sealed yet: in a new database, after a
 * restore, or when transaction ids cannot be compared with those of the last block.  *follower is true on a
 * subscriber: blocks are folded here, not made, and acts are not taken.
 */
extern int32 register_era(bool *begun, bool *follower);

/* What an era is bound to: system identifier, database and table act, by their numbers. */
extern char *register_binding(void);

/* Say to all sessions that this has changed, when this transaction commits. */
extern void register_era_changed(void);

/* Raise an error unless the current user owns the register's tables. */
extern void register_check_owner(const char *what);

/* Draw the next seq.  Last of all: what draws it appends at once. */
extern int64 register_next_seq(void);

/*
 * Take the lock under which blocks are made, folded and signed; until the end of the transaction.  No SQL function can
 * take it: advisory locks of SQL have 1 or 2 in the last field.
 */
extern void seal_lock(void);

/* Let the next seq be above this one. */
extern void register_set_seq(int64 seq);

/* The seq that was drawn last, in a transaction that committed or not; 0 if none was. */
extern int64 register_last_seq(void);

/* The greatest seq in the tables; 0 if they are empty. */
extern int64 register_greatest_seq(Store *store);

/*
 * What act_nonce_idx holds for an act: the upper bits of the nonce, which grows with time, so that inserts go to the
 * index's end; below them 24 bits that tell signers and nonces apart.  signer is the DID's binary form.  Kept in an
 * index: never change it.
 */
static inline int64
register_nonce_key(int64 nonce, Str signer)
{
	uint64		h = signer.n < 9 ? 0 : get_be64((const uint8 *) signer.p + 1);

	h = (h ^ (uint64) nonce) * UINT64CONST(0x9e3779b97f4a7c15);
	h = (h ^ h >> 32) * UINT64CONST(0x9e3779b97f4a7c15);
	return (int64) ((uint64) nonce >> 14 << 24 | h >> 40);
}

#endif
