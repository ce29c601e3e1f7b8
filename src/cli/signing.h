/*
 * signing.h -- the keys of logs and witnesses, in the command-line program.
 */
#ifndef COMMUNE_SIGNING_H
#define COMMUNE_SIGNING_H

#include "cli/cli.h"
#include "witness/signer.h"

#define SIGNING_KEYS_MAX 2

/* Make a key of type KEY_LOG or KEY_COSIGNER, write it to a file that must not exist yet, and print its public half. */
extern void signing_key_create(const Cli *cli, const char *path, Str name, uint8_t type);

/* Read a key; it is wiped when the program ends. */
extern const SigningKey *signing_key_load(const Cli *cli, const char *path);

/* Print the public half of a key file. */
extern void signing_key_show(const Cli *cli, const char *path);

/* True for a file that begins as one of these. */
extern bool signing_key_is_one(const char *path);

#endif
