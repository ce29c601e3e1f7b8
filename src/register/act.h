/*
 * act.h -- what a rule of the fold is given, and how kinds of acts are declared.
 *
 * A slice declares its kinds: the members of the payload, checked before the rule runs, and the rule.  A rule looks,
 * refuses with a Code of its own, and only then changes the state: a refusal changes nothing.
 */
#ifndef COMMUNE_ACT_H
#define COMMUNE_ACT_H

#include "record/record.h"
#include "register/block.h"
#include "state/state.h"

#define POLL_OPTIONS_MAX 255			/* of a poll */

/* The year 9999, in seconds since 1970: beyond it timestamps are of no use to anybody. */
#define TIME_MAX INT64_C(253402300799)

typedef enum MemberType
{
	MEMBER_TEXT,				/* 1 to max characters */
	MEMBER_NAME,				/* [a-z0-9-]{1,max} */
	MEMBER_DOTTED,				/* [a-z0-9_-]+ with dots between, at most max characters */
	MEMBER_INT,					/* min to max */
	MEMBER_INTS,				/* 1 to max integers from 1 to max, ascending */
	MEMBER_TRUE,				/* the value true */
	MEMBER_DID,
	MEMBER_DIDS,				/* min to max of them */
	MEMBER_ID,					/* base64url of a leaf hash */
	MEMBER_TEXTS,				/* 1 to 255 texts of 1 to max characters */
	MEMBER_FRACTION,			/* [num, den] with 0 <= num <= den, den > 0 */
	MEMBER_OBJECT,				/* the rule reads it */
	MEMBER_ARRAY				/* the rule reads it */
} MemberType;

typedef struct MemberSpec
{
	const char *name;			/* NULL ends the list */
	MemberType	type;
	bool		optional;
	int64_t		min;
	int64_t		max;
} MemberSpec;

struct Fold;

typedef struct ActKind
{
	const char *name;			/* NULL ends the list */
	const MemberSpec *members;
	Code		(*rule) (struct Fold *fold);
} ActKind;

struct Charter;					/* member/member.h */
struct Member;

typedef struct Entry
{
	Str			kind;
	Str			body;			/* canonical JSON */
} Entry;

typedef struct Fold
{
	State	   *state;
	Arena	   *arena;			/* lives as long as the state */
	Arena	   *output;			/* of this block */
	Arena	   *scratch;		/* of this act */
	Fault	   *fault;

	int64_t		time;			/* of the block, microseconds since 1970 */
	int64_t		previous_time;	/* of the block before; INT8_NONE for the first */
	int64_t		index;			/* of the leaf that is folded */
	struct Charter *charter;	/* NULL before the commune is founded */

	/* the act */
	const Record *record;
	int64_t		seq;
	Digest		leaf;
	struct Member *signer;			/* NULL if the register has not named him yet */

	/* what was evaluated before the block: action/evaluation.h; NULL for nothing */
	const struct Evaluations *evaluations;

	/* what the engine writes, in order */
	void		(*write_entry) (struct Fold *fold, Entry entry, Digest *leaf);
	void	   *writer;
} Fold;

/*
 * Check the members of an object against those of its kind; others, with NULL behind the last, are members of every
 * kind.  what says what the object is, for the fault: BAD_MEMBERS.
 */
extern Code members_check(const Json *object, const char *what, Str kind, const char *const *others,
						  const MemberSpec *members, Fault *fault);

/* Check the members of a payload against their kind: all required ones there, each of its type, none unknown. */
extern Code act_check_members(const Record *record, const MemberSpec *members, Fault *fault);

/* Read members that have been checked; absent optional ones give none. */
extern Str	act_text(const Fold *fold, const char *name);
extern int64_t act_int(const Fold *fold, const char *name, int64_t otherwise);
extern Did	act_did(const Fold *fold, const char *name);
extern bool act_id(Digest *out, const Fold *fold, const char *name);
extern const Json *act_json(const Fold *fold, const char *name);

/* Did list of an array of DIDs that has been checked, in the arena. */
extern DidList act_dids(const Fold *fold, const char *name, Arena *arena);

/* The integers of an array that has been checked. */
extern Int4List act_ints(const Fold *fold, const char *name, Arena *arena);

/* Characters of a UTF-8 text. */
extern size_t text_length(Str text);

/* For entries: open an object, add members in the order of their names, close it. */
extern void entry_begin(Buf *body, Arena *arena);
extern void entry_int(Buf *body, const char *name, int64_t value);
extern void entry_text(Buf *body, const char *name, Str value);
extern void entry_hash(Buf *body, const char *name, const Digest *value);
extern void entry_raw(Buf *body, const char *name, Str json);
extern Str	entry_end(Buf *body);

#endif
