/*
 * key.h -- the member's key: the file, the secret in memory, the last nonce.
 *
 * The secret lies in one place that is locked in memory and wiped when the program ends.
 */
#ifndef COMMUNE_KEY_H
#define COMMUNE_KEY_H

#include "cli/cli.h"
#include "record/did.h"

/* Use another key file than the options name from now on; NULL: that of the options again.  path is not copied. */
extern void key_use(const char *path);

/* Whose key it is; reads the file, asks for nothing. */
extern const Did *key_did(const Cli *cli);

/* The secret key; asks for the passphrase if the file has one. */
extern const uint8_t *key_secret(const Cli *cli);

/*
 * The first of n nonces in a row for the next records: max(last + 1, Unix milliseconds).  With keep the last of them is
 * noted beside the key file before they are returned, so that no other process and no later run takes them again.
 */
extern int64_t key_nonces(const Cli *cli, size_t n, bool keep);

#endif
