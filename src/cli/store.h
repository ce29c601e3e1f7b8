/*
 * store.h -- the register and the tables of a server as a Store (state/state.h), read over a connection.
 *
 * The cores that audit and fold a register inside the server do so from outside by the same code.  What is read in
 * order comes in pages of bounded size; a page is asked for where the one before ended, so that a run over the
 * whole register takes one pass over each table and a few thousand rows of memory.  Everything is read in the
 * transaction that is open.
 *
 * An error of the server ends the program, and so does a value that is not of its column's type.
 */
#ifndef COMMUNE_STORE_H
#define COMMUNE_STORE_H

#include "cli/cli.h"
#include "state/state.h"

extern Store *server_store(const Cli *cli);
extern void server_store_free(Store *store);

#endif
