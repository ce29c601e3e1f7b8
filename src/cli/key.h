/*
 * key.h -- the member's key: the file, the secret in memory, the last nonce.
 *
 * The secret lies in one place that is locked in memory and wiped when the program ends.
 */
#ifndef COMMUNE_KEY_H
#define COMMUNE_KEY_H

#include "cli/cli.h"
#include "record/did.h"

/* Whose key it is; reads the file, asks for nothing. */
extern const Did *key_did(const Cli *cli);

/* The secret key; asks for the passphrase if the file has one. */
extern const uint8_t *key_secret(const Cli *cli);

/*
 * The nonce for the next record: max(last + 1, Unix milliseconds).  With keep it is noted beside the key file before
 * it is returned, so that no other process and no later run takes it again.
 */
extern int64_t key_nonce(const Cli *cli, bool keep);

#endif
