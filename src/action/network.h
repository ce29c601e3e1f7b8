/*
 * network.h -- who the commune relies on: replicas, and the keys with which checkpoints and cosignatures are checked.
 *
 * Rows say what was decided.  The operators of a server and of replicas follow them in their files: no decision turns a
 * machine on, and no key in the register can sign for one that is elsewhere.  Whoever verifies may take the keys from
 * here, as of any block.
 */
#ifndef COMMUNE_NETWORK_H
#define COMMUNE_NETWORK_H

#include "action/action.h"

typedef struct Replica
{
	Row			row;
	int64_t		since;			/* index of the entry that added it */
	int64_t		until;			/* index of the entry that removed it; INT8_NONE while it counts */
	int64_t		proposal;
	Str			name;
	Str			address;
} Replica;

typedef struct TrustedKey
{
	Row			row;
	int64_t		since;			/* index of the entry that named it */
	int64_t		until;			/* index of the entry that named the next one; INT8_NONE while it counts */
	int64_t		proposal;
	Str			purpose;		/* checkpoint, witness, replica */
	Str			name;			/* of the key, as in its vkey */
	Str			vkey;
	Str			reason;
} TrustedKey;

extern const Rel replica_rel;
extern const Rel trusted_key_rel;
extern const RowPath replica_by_name;
extern const RowPath replica_in_force;
extern const RowPath trusted_key_by_name;
extern const RowPath trusted_key_in_force;
extern const ActionKind network_actions[];	/* replica.add, replica.remove, key.rotate */

#endif
