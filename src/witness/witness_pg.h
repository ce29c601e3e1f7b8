/*
 * witness_pg.h -- signing checkpoints and what witnesses say, for the worker and the sealer.
 */
#ifndef COMMUNE_WITNESS_PG_H
#define COMMUNE_WITNESS_PG_H

#include "register/register_pg.h"

/* Define the settings commune.signing_key_file and commune.policy_file. */
extern void witness_settings(void);

/* Sign the register as it is.  Returns its size, or 0 if there is no key or nothing to sign. */
extern int64 witness_sign(void);

/*
 * Raise an error if a witness is known to have seen more than this register has, or something else: then this copy has
 * lost history, and going on would fork it.  What they saw of a log of another name than origin is no matter: after a
 * succession this register is not the one that they saw.  Looked at once a process and after each witness_saw().
 */
extern void witness_check_history(Store *store, Arena *arena, const BlockRow *last, Str origin);

#endif
