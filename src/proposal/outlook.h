/*
 * outlook.h -- what the ballots of a poll on proposals decide, at its end or before.
 */
#ifndef COMMUNE_OUTLOOK_H
#define COMMUNE_OUTLOOK_H

#include "proposal/proposal.h"

/* What the ballots of a poll give each alternative against the status quo. */
typedef struct Outlook
{
	size_t		n;
	YesNo	   *counts;
	Decision   *decision;
	int64_t		cast;			/* members who take part, themselves or through others */
	size_t		winner;			/* place in the list, n for the status quo */
} Outlook;

/* Say what the ballots that are there would decide at a time; scratch holds the result. */
extern Code outlook(Outlook *s, Fold *fold, Poll *poll, const Proposals *list, const Terms *terms, int64_t time);

#endif
