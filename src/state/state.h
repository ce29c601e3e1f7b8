/*
 * state.h -- the tables that acts change, as the rules see them.
 *
 * The rules of the fold are written once, in C, over rows in memory.  Where the rows come from is the store's affair:
 *
 *     tables    (state_pg.c)  a row is read through an index when a rule first asks for it, and the rows that changed
 *                             are written back, sorted, once each, at the end of a block
 *     memory    (no store)    the state starts empty and holds everything: replay, mirrors, the client's verify
 *
 * relation  a table: its columns and the C struct that holds a row (Row comes first in it)
 * path      a way to find rows: some columns, in order, and the index that supports it.  A path may leave out rows
 *           in which a column is not NULL (until: only what is still in force), or is NULL (due: only what is due)
 * probe     a struct of the relation in which only the path's columns are filled in
 *
 * The structs and descriptions are in the slices that own them; fold/schema.c lists them all.
 */
#ifndef COMMUNE_STATE_H
#define COMMUNE_STATE_H

#include "record/did.h"

typedef enum RelId
{
	/* the register */
	REL_ERA,
	REL_ACT,
	REL_ROW_LEAF,
	REL_ENTRY,
	REL_VERDICT,
	REL_BLOCK,
	REL_TILE,
	REL_FOLLOWER,
	/* about the register */
	REL_CHECKPOINT,
	REL_COSIGNATURE,
	REL_WITNESS_SEEN,
	REL_FORK_EVIDENCE,
	/* the state */
	REL_CHARTER,
	REL_MEMBER,
	REL_MEMBERSHIP,
	REL_VOUCH,
	REL_TOPIC,
	REL_POLL,
	REL_BALLOT,
	REL_DELEGATION,
	REL_POLICY,
	REL_PROPOSAL,
	REL_SUPPORT,
	REL_OBJECTION,
	REL_TURNOUT,
	/* what decisions do */
	REL_SUSPENSION,
	REL_RESOLUTION,
	REL_ACCOUNT,
	REL_TRANSFER,
	REL_ISSUANCE,
	REL_PARAMETER,
	REL_PARAMETER_VALUE,
	REL_OFFICE,
	REL_MANDATE,
	REL_REPLICA,
	REL_TRUSTED_KEY,
	REL_COUNT
} RelId;

typedef enum PathId
{
	ERA_BY_NUMBER,
	ACT_BY_SEQ,
	ACT_BY_XID,
	ROW_LEAF_BY_SEQ,
	ROW_LEAF_BY_XID,
	ROW_LEAF_BY_RELATION,
	ENTRY_BY_SEQ,
	ENTRY_BY_XID,				/* those that sessions wrote */
	VERDICT_BY_SEQ,
	BLOCK_BY_NUMBER,
	TILE_BY_PLACE,				/* level, n */
	FOLLOWER_BY_ID,
	CHECKPOINT_BY_SIZE,
	CHECKPOINT_PUBLISHED,		/* size, of those that are published */
	COSIGNATURE_BY_SIZE,		/* size, witness, at */
	WITNESS_SEEN_BY_NAME,
	FORK_EVIDENCE_BY_ID,
	CHARTER_BY_SEQ,
	MEMBER_BY_ID,
	MEMBER_BY_DID,
	MEMBERSHIP_BY_MEMBER,		/* member, since */
	VOUCH_BY_CANDIDATE,			/* candidate, voucher */
	VOUCH_BY_VOUCHER,			/* voucher, candidate */
	TOPIC_BY_NAME,
	POLL_BY_SEQ,
	POLL_BY_NAME,
	POLL_BY_ID,
	POLL_BY_MANIFEST,
	POLL_BY_DUE,				/* due, seq */
	BALLOT_BY_POLL,				/* poll, member */
	DELEGATION_BY_TRUSTER,		/* truster, scope, since */
	DELEGATION_IN_FORCE,		/* truster, scope, where until is NULL */
	SUSPENSION_BY_MEMBER,		/* member, since */
	SUSPENSION_IN_FORCE,		/* member, where ended is NULL */
	SUSPENSION_BY_END,			/* ends_at, member, where ended is NULL */
	POLICY_BY_NAME,				/* name, version */
	POLICY_IN_FORCE,			/* name, where until is NULL */
	PROPOSAL_BY_SEQ,
	PROPOSAL_BY_NAME,
	PROPOSAL_BY_ID,
	PROPOSAL_BY_DUE,			/* due, seq */
	PROPOSAL_BY_ISSUE,			/* issue, seq */
	PROPOSAL_BY_POLL,			/* poll, seq */
	PROPOSAL_BY_PLAN,			/* plan_hash, seq */
	PROPOSAL_BY_AUTHOR,			/* author, seq, of those under way */
	SUPPORT_BY_PROPOSAL,		/* proposal, member */
	OBJECTION_BY_PROPOSAL,		/* proposal, member */
	TURNOUT_BY_SEQ,
	RESOLUTION_BY_SINCE,		/* since, place */
	ACCOUNT_BY_NAME,
	TRANSFER_BY_SINCE,			/* since, place */
	ISSUANCE_BY_YEAR,
	PARAMETER_BY_NAME,
	PARAMETER_VALUE_BY_NAME,	/* name, valid */
	OFFICE_BY_NAME,
	MANDATE_BY_OFFICE,			/* office, member, since */
	MANDATE_IN_FORCE,			/* office, member, where ended is NULL */
	REPLICA_BY_NAME,			/* name, since */
	REPLICA_IN_FORCE,			/* name, where until is NULL */
	TRUSTED_KEY_BY_NAME,		/* purpose, name, since */
	TRUSTED_KEY_IN_FORCE,		/* purpose, name, where until is NULL */
	PATH_COUNT
} PathId;

/* How a column's value lies in the struct; what is NULL in SQL. */
typedef enum ColType
{
	COL_INT8,					/* int64_t, INT8_NONE */
	COL_INT4,					/* int32_t, INT4_NONE */
	COL_BOOL,					/* bool, never NULL */
	COL_XID,					/* int64_t, INT8_NONE; xid8 */
	COL_TIME,					/* int64_t, microseconds since 1970, INT8_NONE; timestamptz */
	COL_TEXT,					/* Str, p == NULL */
	COL_BYTES,					/* Str; bytea */
	COL_JSON,					/* Str, canonical; json */
	COL_SNAPSHOT,				/* Str, the text form; pg_snapshot */
	COL_DID,					/* Did, did_is_none() */
	COL_DIDS,					/* DidList; did[] */
	COL_INT4S,					/* Int4List; int4[] */
	COL_INT8S,					/* Int8List; int8[] */
	COL_TEXTS					/* StrList; text[] */
} ColType;

#define INT8_NONE INT64_MIN
#define INT4_NONE INT32_MIN

typedef struct Int4List
{
	const int32_t *v;
	size_t		n;
} Int4List;

typedef struct Int8List
{
	const int64_t *v;
	size_t		n;
} Int8List;

typedef struct StrList
{
	const Str  *v;
	size_t		n;
} StrList;

typedef struct Col
{
	const char *name;
	ColType		type;
	uint32_t	offset;			/* in the row's struct */
} Col;

typedef struct Rel
{
	RelId		id;
	const char *name;			/* of the table in schema commune */
	size_t		size;			/* of the row's struct */
	int			ncols;
	const Col  *cols;			/* in the order of the table's columns */
} Rel;

typedef enum PathLimit
{
	PATH_ALL,
	PATH_WHERE_NULL,			/* only rows in which the limiting column is NULL */
	PATH_WHERE_SET				/* only rows in which it is not */
} PathLimit;

#define PATH_COLS_MAX 3

typedef struct RowPath
{
	PathId		id;
	RelId		rel;
	const char *index;			/* name of the index in schema commune, a btree on these columns in this order */
	bool		unique;			/* no two rows agree in these columns */
	int			ncols;
	uint8_t		col[PATH_COLS_MAX];	/* numbers of columns in the relation */
	PathLimit	limit;
	uint8_t		limit_col;
} RowPath;

typedef struct Schema
{
	const Rel  *rel[REL_COUNT];
	const RowPath *path[PATH_COUNT];
} Schema;

#define ROW_SIZE_MAX 512			/* of a row's struct */

/* All relations and paths; fold/schema.c. */
extern const Schema schema;

/* What every row begins with; the state's own. */
typedef struct Row
{
	uint8_t		rel;
	bool		dirty;			/* listed for the next flush */
	bool		stored;			/* the store has a version of it, at place */
	bool		dead;			/* deleted; kept so that the store's version is not found again */
	bool		saved;			/* the trial that goes on can bring back what it was */
	uint64_t	place;			/* the store's: where its version is */
	struct Row *next;			/* all rows of the relation */
	struct Row *next_dirty;
	struct Node *node;			/* the row's entries in the paths, in the order of the relation's paths */
} Row;

/* Which rows a scan visits: those that agree with the probe in its first ncols columns and, in the next one, ... */
typedef enum ScanRange
{
	SCAN_ALL,					/* have any value */
	SCAN_UPTO,					/* are not above the probe */
	SCAN_FROM,					/* are not below the probe */
	SCAN_BACK					/* have any value; the last row first */
} ScanRange;

/* Called with each row of a scan; the row is only lent.  Return false to stop. */
typedef bool (*RowVisitor) (void *self, const void *row);

typedef struct State State;

/* A store of rows outside the state. */
typedef struct Store
{
	/* Fill row (cleared before) with the row that the probe names; strings go into the arena.  False: there is none. */
	bool		(*find) (struct Store *store, Arena *arena, void *row, PathId path, const void *probe);

	/* Visit rows in the path's order; only the first want columns of the relation need be filled in, all if 0. */
	void		(*scan) (struct Store *store, PathId path, int ncols, const void *probe, ScanRange range, int want,
						 RowVisitor visit, void *self);

	/* Fill the first want columns of row (cleared before) from a place that a scan named.  False: it is gone. */
	bool		(*fetch) (struct Store *store, Arena *arena, void *row, RelId rel, uint64_t place, int want);

	/*
	 * Write rows of one relation, sorted by its first path: those that are stored and dead are deleted, those that are
	 * stored changed, the others inserted.  Sets each row's place.  NULL for a store that is only read: what the rules
	 * change then stays in memory.
	 */
	void		(*write) (struct Store *store, RelId rel, Row **rows, size_t n);

	/* A row that the rules rely on is not there: the tables were tampered with.  Does not return. */
	void		(*missing) (struct Store *store, PathId path);
} Store;

extern State *state_new(Arena *arena, Store *store);
extern Arena *state_arena(State *state);
extern bool state_has_store(const State *state);

/* The row that the probe names on a unique path; NULL if there is none. */
extern void *state_find(State *state, PathId path, const void *probe);

/* The same where the rules have seen to it that there is one. */
extern void *state_expect(State *state, PathId path, const void *probe);

/*
 * Add a copy of a row; strings and lists in it must live as long as the state.  The unique paths must be free:
 * the rules have looked before.
 */
extern void *state_add(State *state, RelId rel, const void *row);

/* Say that columns of a row were changed. */
extern void state_change(State *state, void *row);

extern void state_delete(State *state, void *row);

/*
 * A trial: what is changed after state_begin() either stays, with state_keep(), or is taken back by state_undo(), which
 * leaves every row as it was, in a store as well.  Only rows that were found or added in the trial may be changed in
 * it; one that the caller has held since before must be named by state_watch().  One trial at a time.
 */
extern void state_begin(State *state);
extern void state_watch(State *state, void *row);
extern void state_keep(State *state);
extern void state_undo(State *state);

/*
 * Visit the rows that were changed, added or deleted (dead) since the last flush, relation by relation, sorted by their
 * first path.
 */
extern void state_changes(State *state, RowVisitor visit, void *self);

/* Write what changed to the store, relation by relation, sorted by their first path.  Nothing to do without a store. */
extern void state_flush(State *state);

/*
 * As Store.scan, over store and memory alike; flushes first.  The visitor must neither change the state nor scan it.
 */
extern void state_scan(State *state, PathId path, int ncols, const void *probe, ScanRange range,
					   RowVisitor visit, void *self);

/* Compare two values of a column, NULL last. */
extern int	col_cmp(const Col *col, const void *a, const void *b);
extern bool col_is_null(const Col *col, const void *row);

/* A column's value for people to read; "NULL" for none. */
extern Str	col_print(Arena *arena, const Col *col, const void *row);

/* The path by which a relation's rows are told apart: unique, on columns that never change. */
extern PathId rel_key(RelId rel);

/* Compare two rows in the order of a path. */
extern int	path_cmp(PathId path, const void *a, const void *b);

#define COL(type, row, field) {#field, type, offsetof(row, field)}
#define REL(id, name, type, cols) {id, name, sizeof(type), sizeof(cols) / sizeof *(cols), cols}

#endif
