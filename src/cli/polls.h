/*
 * polls.h -- polls as a server shows them, checked against the bytes that were signed and sealed.
 */
#ifndef COMMUNE_POLLS_H
#define COMMUNE_POLLS_H

#include "cli/cli.h"
#include "poll/poll.h"
#include "record/record.h"

typedef struct PollAct
{
	Str			status;			/* as the server says */
	Record		record;			/* of the act poll: its signature holds, and it is for this commune */
	Digest		id;				/* computed from it */
} PollAct;

/* What is voted on. */
typedef struct Manifest
{
	PollAct		act;
	Digest		id;				/* computed from the body: what a ballot signs */
	const Json *body;
	const Json *options;
	const Method *method;
	const Json *params;
	int64_t		closes;			/* Unix seconds */
	Str			about;			/* of a poll on proposals: what they say, checked against the manifest; none of others */
} Manifest;

/* Fetch the act that announced a poll of this name in the commune.  Ends the program if there is none or it lies. */
extern void poll_act_fetch(PollAct *out, Cli *cli, const char *name, Str commune);

/*
 * Fetch what is voted on in a poll of the engine, whose name has a slash, and check titles, texts and plans against the
 * hashes that the manifest has of them.
 */
extern void proposals_fetch(Manifest *out, Cli *cli, const char *name);

/* Fetch the manifest of a poll as well, and check that it is what the act announced. */
extern void manifest_fetch(Manifest *out, Cli *cli, const char *name, Str commune);

#endif
