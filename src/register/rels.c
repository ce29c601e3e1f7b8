/*
 * rels.c -- columns and paths of the register's tables.
 */
#include "register/rels.h"

static const Col era_cols[] = {
	COL(COL_INT8, EraRow, begun),
	COL(COL_INT4, EraRow, era),
	COL(COL_TEXT, EraRow, binding),
	COL(COL_TEXT, EraRow, origin),
	COL(COL_TEXT, EraRow, reason),
};

static const Col act_cols[] = {
	COL(COL_INT8, ActRow, seq),
	COL(COL_XID, ActRow, xid),
	COL(COL_TIME, ActRow, received_at),
	COL(COL_INT8, ActRow, nonce),
	COL(COL_INT4, ActRow, era),
	COL(COL_TEXT, ActRow, kind),
	COL(COL_DID, ActRow, signer),
	COL(COL_BYTES, ActRow, leaf),
	COL(COL_TEXT, ActRow, record),
	COL(COL_BYTES, ActRow, key),
};

static const Col row_leaf_cols[] = {
	COL(COL_INT8, RowLeaf, seq),
	COL(COL_XID, RowLeaf, xid),
	COL(COL_TIME, RowLeaf, received_at),
	COL(COL_INT4, RowLeaf, era),
	COL(COL_INT4, RowLeaf, n),
	COL(COL_BYTES, RowLeaf, leaf),
	COL(COL_TEXT, RowLeaf, relation),
	COL(COL_TEXT, RowLeaf, key),
	COL(COL_TEXT, RowLeaf, keys),
};

static const Col entry_cols[] = {
	COL(COL_INT8, EntryRow, seq),
	COL(COL_XID, EntryRow, xid),
	COL(COL_TIME, EntryRow, written_at),
	COL(COL_INT4, EntryRow, era),
	COL(COL_TEXT, EntryRow, kind),
	COL(COL_BYTES, EntryRow, leaf),
	COL(COL_TEXT, EntryRow, body),
};

static const Col verdict_cols[] = {
	COL(COL_INT8, VerdictRow, seq),
	COL(COL_TEXT, VerdictRow, sqlstate),
};

static const Col block_cols[] = {
	COL(COL_INT8, BlockRow, number),
	COL(COL_TIME, BlockRow, time),
	COL(COL_INT8, BlockRow, first),
	COL(COL_INT8, BlockRow, size),
	COL(COL_INT4, BlockRow, era),
	COL(COL_BOOL, BlockRow, finished),
	COL(COL_SNAPSHOT, BlockRow, snapshot),
	COL(COL_BYTES, BlockRow, root),
	COL(COL_BYTES, BlockRow, frontier),
	COL(COL_BYTES, BlockRow, members),
	COL(COL_TEXT, BlockRow, header),
};

static const Col tile_cols[] = {
	COL(COL_INT8, TileRow, n),
	COL(COL_INT4, TileRow, level),
	COL(COL_BYTES, TileRow, root),
	COL(COL_BYTES, TileRow, data),
};

static const Col follower_cols[] = {
	COL(COL_INT8, FollowerRow, block),
	COL(COL_INT4, FollowerRow, id),
	COL(COL_TEXT, FollowerRow, promoted),
	COL(COL_TEXT, FollowerRow, origin),
};


const Rel	era_rel = REL(REL_ERA, "era", EraRow, era_cols);
const Rel	act_rel = REL(REL_ACT, "act", ActRow, act_cols);
const Rel	row_leaf_rel = REL(REL_ROW_LEAF, "row_leaf", RowLeaf, row_leaf_cols);
const Rel	entry_rel = REL(REL_ENTRY, "entry", EntryRow, entry_cols);
const Rel	verdict_rel = REL(REL_VERDICT, "verdict", VerdictRow, verdict_cols);
const Rel	block_rel = REL(REL_BLOCK, "block", BlockRow, block_cols);
const Rel	tile_rel = REL(REL_TILE, "tile", TileRow, tile_cols);
const Rel	follower_rel = REL(REL_FOLLOWER, "follower", FollowerRow, follower_cols);

const RowPath era_by_number = {ERA_BY_NUMBER, REL_ERA, "era_pkey", true, 1, {1}, PATH_ALL, 0};
const RowPath act_by_seq = {ACT_BY_SEQ, REL_ACT, "act_pkey", true, 1, {0}, PATH_ALL, 0};
const RowPath act_by_xid = {ACT_BY_XID, REL_ACT, "act_xid_idx", false, 1, {1}, PATH_ALL, 0};
const RowPath row_leaf_by_seq = {ROW_LEAF_BY_SEQ, REL_ROW_LEAF, "row_leaf_pkey", true, 1, {0}, PATH_ALL, 0};
const RowPath row_leaf_by_xid = {ROW_LEAF_BY_XID, REL_ROW_LEAF, "row_leaf_xid_idx", false, 1, {1}, PATH_ALL, 0};
const RowPath row_leaf_by_relation = {ROW_LEAF_BY_RELATION, REL_ROW_LEAF, "row_leaf_relation_idx", false, 1, {6}, PATH_ALL, 0};
const RowPath entry_by_seq = {ENTRY_BY_SEQ, REL_ENTRY, "entry_pkey", true, 1, {0}, PATH_ALL, 0};
const RowPath entry_by_xid = {ENTRY_BY_XID, REL_ENTRY, "entry_xid_idx", false, 1, {1}, PATH_WHERE_SET, 1};
const RowPath verdict_by_seq = {VERDICT_BY_SEQ, REL_VERDICT, "verdict_pkey", true, 1, {0}, PATH_ALL, 0};
const RowPath block_by_number = {BLOCK_BY_NUMBER, REL_BLOCK, "block_pkey", true, 1, {0}, PATH_ALL, 0};
const RowPath tile_by_place = {TILE_BY_PLACE, REL_TILE, "tile_pkey", true, 2, {1, 0}, PATH_ALL, 0};
const RowPath follower_by_id = {FOLLOWER_BY_ID, REL_FOLLOWER, "follower_pkey", true, 1, {1}, PATH_ALL, 0};
