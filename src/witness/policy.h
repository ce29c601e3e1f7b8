/*
 * policy.h -- whose cosignatures make a checkpoint count: C2SP tlog-policy, with the classes that a register needs.
 *
 *     log VKEY [URL]                       a key of the log
 *     witness NAME VKEY [URL]              somebody who checks that the register only grows
 *     group NAME all|any|K NAME...         witnessed when all, any or K of its members have
 *     quorum NAME|none
 *
 * A witness's key is one of type 0x04 or 0x06.  One of type 0x01 is taken as the cosigner's key of the same bytes, as
 * other tools do: some witnesses publish theirs in this form.
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

/* What a note has of a policy's logs and witnesses. */
typedef struct PolicyVerdict
{
	const NoteKey *log;			/* that has signed and is named as the origin; NULL: none has */
	size_t		n;				/* witnesses that have cosigned */
	NoteVerdict *members;		/* by their numbers; of groups nothing */
	bool		met;			/* the quorum has cosigned */
} PolicyVerdict;

/* Verify a checkpoint's note.  Fault: BAD_NOTE if a signature by a known key does not hold. */
extern Code policy_check(PolicyVerdict *out, Arena *arena, const Policy *policy, const Note *note, Str origin,
						 Fault *fault);

/* True if the witnesses that have cosigned, by their numbers among members, fulfil the quorum. */
extern bool policy_is_met(const Policy *policy, const bool *cosigned);

#endif
