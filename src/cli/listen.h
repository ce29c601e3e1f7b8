/*
 * listen.h -- a witness that other logs' tools can ask: C2SP tlog-witness over HTTP.
 */
#ifndef COMMUNE_LISTEN_H
#define COMMUNE_LISTEN_H

#include "cli/cli.h"
#include "witness/cosign.h"

/*
 * Serve at ADDRESS:PORT until a signal says to end: POST /add-checkpoint, and for monitors GET /HASH/checkpoint, where
 * HASH is SHA-256 of a log's origin in hexadecimal.  Port 0: any, which is printed.
 */
extern ExitCode listen_run(Cli *cli, const char *address, const Cosigner *cosigner);

#endif
