/*
 * policy.h -- whose cosignatures make a checkpoint count: C2SP tlog-policy, with the classes that a register needs.
 *
 *     log VKEY [URL]                       a key of the log
 *     witness NAME VKEY [URL]              somebody who checks that the register only grows
 *     group NAME all|any|K NAME...         witnessed when all, any or K of its members have
 *     quorum NAME|none
 *
 * A comment line "# class NAME mirror" makes a witness a mirror: somebody who checks everything, completeness and the
 * fold included.  To others it is a comment, so that the file stays a tlog-policy.
 */
#ifndef COMMUNE_POLICY_H
#define COMMUNE_POLICY_H

#include "register/note.h"

#define POLICY_SIZE_MAX ((size_t) 1 << 16)
#define POLICY_NAMES_MAX 256

typedef struct PolicyMember
{
	Str			name;
	bool		is_group;
	bool		is_mirror;
	NoteKey		key;			/* of a witness */
	Str			url;			/* of a witness, or none */
	size_t		threshold;		/* of a group */
	size_t		n;
	const size_t *members;		/* of a group: numbers of members before it */
} PolicyMember;

typedef struct Policy
{
	size_t		nlogs;
	NoteKey    *logs;
	size_t		n;
	PolicyMember *members;		/* witnesses and groups, in the order of the file */
	bool		needs_none;
	size_t		quorum;			/* number of the member that has to witness */
} Policy;

/* Read a policy.  Fault: BAD_POLICY, at = number of the line. */
extern Code policy_parse(Policy *out, Arena *arena, Str text, Fault *fault);

/* True if the witnesses that have cosigned, by their numbers among members, fulfil the quorum. */
extern bool policy_is_met(const Policy *policy, const bool *cosigned);

#endif
