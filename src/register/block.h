/*
 * block.h -- what a block commits to: its members, its verdicts and its header, which is its last leaf.
 *
 * leaf      one place of the register.  Its bytes tell where it comes from:
 *             act      the record itself (begins "eyJ")
 *             entry    commune/entry/1\n and canonical JSON, written by the engine, or by a session (chain, unchain)
 *             row      commune/row/1\n and a row of a chained table (row.h)
 *             header   commune/block/1\n and canonical JSON
 * member    any leaf of a block but its header.  Members are in this order: what sessions committed, by seq; then what
 *           the engine wrote in this block, by seq.
 */
#ifndef COMMUNE_BLOCK_H
#define COMMUNE_BLOCK_H

#include "record/did.h"
#include "record/json.h"
#include "register/tree.h"

#define ENTRY_PREFIX "commune/entry/1\n"
#define ROW_PREFIX "commune/row/1\n"
#define HEADER_PREFIX "commune/block/1\n"

typedef enum LeafSource
{
	LEAF_ACT,
	LEAF_ROW,
	LEAF_ENTRY,					/* written by a session: chain, unchain */
	LEAF_ENGINE					/* written by the engine in the block that holds it */
} LeafSource;

typedef struct LeafMember
{
	LeafSource	source;
	int64_t		seq;
	int64_t		era;
	uint64_t	xid;			/* top-level transaction; 0 for what the engine wrote */
	int64_t		received_at;	/* microseconds since 1970; the block's time for what the engine wrote */
	Digest		leaf;
	Str			bytes;			/* of an act or an entry, without the entry's prefix */
	Did			signer;			/* of an act, as a hint what to read ahead; may be none */
} LeafMember;

typedef struct Verdict
{
	int64_t		seq;
	int64_t		index;
	Code		code;
} Verdict;

typedef struct BlockHeader
{
	int64_t		number;			/* 1, 2, ... */
	int64_t		era;
	int64_t		time;			/* microseconds since 1970; never goes back */
	int64_t		first;			/* index of its first leaf */
	int64_t		size;			/* leaves of the register with this block: its header has index size - 1 */
	bool		finished;		/* the last block of its snapshot */
	Str			snapshot;		/* pg_snapshot as text */
	Digest		previous;		/* root before this block */
	Digest		members;		/* SHA-256 over the members' places, see block.c */
	Digest		verdicts;		/* SHA-256 over the verdicts */
} BlockHeader;

/* SHA-256 over (index, source, seq, era, xid, received_at) of each member, the first at index first. */
extern void block_members_hash(Digest *out, int64_t first, const LeafMember *members, size_t n);

/*
 * SHA-256 over (index, SQLSTATE) of each verdict, in the order of the acts.  The index, not the seq: an inclusion proof
 * proves an act's index, and so a receipt can prove its verdict.
 */
extern void block_verdicts_hash(Digest *out, const Verdict *verdicts, size_t n);

/* The header's canonical JSON. */
extern Str	block_header_print(Arena *arena, const BlockHeader *header);

/* Read a header and insist that it is canonical.  Fault: DAMAGED. */
extern Code block_header_parse(BlockHeader *out, Arena *arena, Str text, Fault *fault);

extern void block_header_leaf(Digest *out, Str header);
extern void entry_leaf(Digest *out, Str body);

/*
 * The list of members as it is stored: source and seq of each, delta-coded, one to a few bytes a member; neighbours,
 * each one seq above the one before, take a few bytes together.
 */
extern Str	block_members_pack(Arena *arena, const LeafMember *members, size_t n);

/* A list that is longer is damage: commune.block_limit is 2^20 at most, and the engine's entries are few. */
#define MEMBERS_MAX ((size_t) 1 << 21)

typedef struct MemberRef
{
	LeafSource	source;
	int64_t		seq;
} MemberRef;

/* Members of one source with the seqs seq .. seq + n - 1. */
typedef struct MemberRun
{
	LeafSource	source;
	int64_t		seq;
	int64_t		n;
} MemberRun;

/* A walk through a list; begin with nothing but packed. */
typedef struct MemberWalk
{
	Str			packed;
	size_t		at;				/* in packed */
	size_t		n;				/* members that were read */
	int64_t		seq;			/* of the last of them */
	bool		has_ahead;
	MemberRun	ahead;			/* read already */
} MemberWalk;

/* The next members, as many as are neighbours; n is 0 at the end.  Fault: DAMAGED. */
extern Code block_members_next(MemberRun *run, MemberWalk *walk, Fault *fault);

/* The last seq that sessions have in it; 0 if they have none.  Fault: DAMAGED. */
extern Code block_members_last(int64_t *seq, Str packed, Fault *fault);

/* All of them; those in the places from .. upto - 1, *n of them; how many there are.  Fault: DAMAGED. */
extern Code block_members_unpack(const MemberRef **out, size_t *n, Arena *arena, Str packed, Fault *fault);
extern Code block_members_slice(MemberRef *out, size_t *n, Str packed, size_t from, size_t upto, Fault *fault);
extern Code block_members_count(size_t *n, Str packed, Fault *fault);

/* Frontiers as they are stored: the peaks, the largest subtree first.  Fault: DAMAGED. */
extern Str	frontier_pack(Arena *arena, const Frontier *frontier);
extern Code frontier_unpack(Frontier *out, uint64_t size, Str packed, Fault *fault);

#endif
