/*
 * rels.h -- the register's own tables as relations.  The columns are described in register.sql.
 */
#ifndef COMMUNE_RELS_H
#define COMMUNE_RELS_H

#include "register/block.h"
#include "state/state.h"

typedef struct EraRow
{
	Row			row;
	int64_t		begun;
	int32_t		era;
	Str			binding;
	Str			origin;
	Str			reason;
} EraRow;

typedef struct ActRow
{
	Row			row;
	int64_t		seq;
	int64_t		xid;
	int64_t		received_at;
	int64_t		nonce;
	int32_t		era;
	Str			kind;
	Did			signer;
	Str			leaf;
	Str			record;
	Str			key;
} ActRow;

/*
 * A run of rows of a chained table that came in one after the other by one statement: the last of them has seq, those
 * before it the n - 1 seqs before.  Most runs have one row.
 */
typedef struct RowLeaf
{
	Row			row;
	int64_t		seq;
	int64_t		xid;
	int64_t		received_at;
	int32_t		era;
	int32_t		n;
	Str			leaf;			/* n hashes */
	Str			relation;
	Str			key;			/* of the first row */
	Str			keys;			/* of the others: a JSON array of keys */
} RowLeaf;

/* Relation, leaves and keys of a run take no more than this, so that its row stays below a quarter of a page. */
#define ROW_RUN_BYTES 1900
#define ROW_RUN_MAX (ROW_RUN_BYTES / HASH_SIZE)

typedef struct EntryRow
{
	Row			row;
	int64_t		seq;
	int64_t		xid;			/* NONE for what the engine wrote */
	int64_t		written_at;
	int32_t		era;
	Str			kind;
	Str			leaf;
	Str			body;
} EntryRow;

typedef struct VerdictRow
{
	Row			row;
	int64_t		seq;
	Str			sqlstate;
} VerdictRow;

typedef struct BlockRow
{
	Row			row;
	int64_t		number;
	int64_t		time;
	int64_t		first;
	int64_t		size;
	int32_t		era;
	bool		finished;
	Str			snapshot;
	Str			root;
	Str			frontier;
	Str			members;
	Str			header;
} BlockRow;

typedef struct TileRow
{
	Row			row;
	int64_t		n;
	int32_t		level;
	Str			root;
	Str			data;
} TileRow;

/* On a subscriber: one row, with id 1. */
typedef struct FollowerRow
{
	Row			row;
	int64_t		block;			/* the last one that was folded */
	int32_t		id;
	Str			promoted;		/* the reason, once it is to become an origin itself */
	Str			origin;			/* the log's name from then on; none: the one that it has */
} FollowerRow;

extern const Rel era_rel;
extern const Rel act_rel;
extern const Rel row_leaf_rel;
extern const Rel entry_rel;
extern const Rel verdict_rel;
extern const Rel block_rel;
extern const Rel tile_rel;
extern const Rel follower_rel;

extern const RowPath era_by_number;
extern const RowPath act_by_seq;
extern const RowPath act_by_xid;
extern const RowPath row_leaf_by_seq;
extern const RowPath row_leaf_by_xid;
extern const RowPath row_leaf_by_relation;
extern const RowPath entry_by_seq;
extern const RowPath entry_by_xid;
extern const RowPath verdict_by_seq;
extern const RowPath block_by_number;
extern const RowPath tile_by_place;
extern const RowPath follower_by_id;

static inline Str
hash_str(const Digest *hash)
{
	return (Str){(const char *) hash->b, HASH_SIZE};
}

/* The hash in a column; zeros if the column does not hold one. */
static inline Digest
str_hash(Str s)
{
	Digest		hash = {{0}};

	if (s.n == HASH_SIZE)
		memcpy(hash.b, s.p, HASH_SIZE);
	return hash;
}

/* How many rows a run has, and the first one's seq; one that cannot be is taken for one row. */
static inline int64_t
run_length(const RowLeaf *run)
{
	return run->n >= 1 && run->n <= ROW_RUN_MAX ? run->n : 1;
}

static inline int64_t
run_first(const RowLeaf *run)
{
	int64_t		before = run_length(run) - 1;

	return run->seq >= INT64_MIN + before ? run->seq - before : run->seq;
}

/* True if a run has as many leaves as rows. */
static inline bool
run_is_whole(const RowLeaf *run)
{
	return run->n == run_length(run) && run->leaf.n == (size_t) run->n * HASH_SIZE;
}

/* The leaf of the row with this seq, which is one of the run's; zeros if the run is not whole. */
static inline Digest
run_leaf(const RowLeaf *run, int64_t seq)
{
	Digest		hash = {{0}};

	if (run_is_whole(run))
		memcpy(hash.b, run->leaf.p + (seq - run_first(run)) * HASH_SIZE, HASH_SIZE);
	return hash;
}

#endif
