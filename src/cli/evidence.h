/*
 * evidence.h -- what a witness keeps when a log shows two histories.
 */
#ifndef COMMUNE_EVIDENCE_H
#define COMMUNE_EVIDENCE_H

#include "cli/cli.h"

typedef struct Evidence
{
	const char *seen;			/* file with the note that was cosigned */
	const char *shown;			/* and with the one that contradicts it */
} Evidence;

/*
 * Keep two notes below the folder of the states.  The files are named by the notes' hashes, so that the same two are
 * kept once.  Fails the program.
 */
extern void evidence_keep(Evidence *out, const Cli *cli, const char *folder, Str seen, Str shown);

#endif
