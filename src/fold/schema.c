/*
 * schema.c -- the list of all relations and paths, in the order of their ids.
 */
#include "action/resolution.h"
#include "fold/fold.h"
#include "register/rels.h"
#include "witness/seen.h"

const Schema schema = {
	.rel = {
		[REL_ERA] = &era_rel,
		[REL_ACT] = &act_rel,
		[REL_ROW_LEAF] = &row_leaf_rel,
		[REL_ENTRY] = &entry_rel,
		[REL_VERDICT] = &verdict_rel,
		[REL_BLOCK] = &block_rel,
		[REL_TILE] = &tile_rel,
		[REL_FOLLOWER] = &follower_rel,
		[REL_CHECKPOINT] = &checkpoint_rel,
		[REL_COSIGNATURE] = &cosignature_rel,
		[REL_WITNESS_SEEN] = &witness_seen_rel,
		[REL_FORK_EVIDENCE] = &fork_evidence_rel,
		[REL_CHARTER] = &charter_rel,
		[REL_MEMBER] = &member_rel,
		[REL_MEMBERSHIP] = &membership_rel,
		[REL_VOUCH] = &vouch_rel,
		[REL_TOPIC] = &topic_rel,
		[REL_POLL] = &poll_rel,
		[REL_BALLOT] = &ballot_rel,
		[REL_DELEGATION] = &delegation_rel,
		[REL_RESOLUTION] = &resolution_rel,
	},
	.path = {
		[ERA_BY_NUMBER] = &era_by_number,
		[ACT_BY_SEQ] = &act_by_seq,
		[ACT_BY_XID] = &act_by_xid,
		[ROW_LEAF_BY_SEQ] = &row_leaf_by_seq,
		[ROW_LEAF_BY_XID] = &row_leaf_by_xid,
		[ROW_LEAF_BY_RELATION] = &row_leaf_by_relation,
		[ENTRY_BY_SEQ] = &entry_by_seq,
		[ENTRY_BY_XID] = &entry_by_xid,
		[VERDICT_BY_SEQ] = &verdict_by_seq,
		[BLOCK_BY_NUMBER] = &block_by_number,
		[TILE_BY_PLACE] = &tile_by_place,
		[FOLLOWER_BY_ID] = &follower_by_id,
		[CHECKPOINT_BY_SIZE] = &checkpoint_by_size,
		[CHECKPOINT_PUBLISHED] = &checkpoint_by_published,
		[COSIGNATURE_BY_SIZE] = &cosignature_by_size,
		[WITNESS_SEEN_BY_NAME] = &witness_seen_by_name,
		[FORK_EVIDENCE_BY_ID] = &fork_evidence_by_id,
		[CHARTER_BY_SEQ] = &charter_by_seq,
		[MEMBER_BY_ID] = &member_by_id,
		[MEMBER_BY_DID] = &member_by_did,
		[MEMBERSHIP_BY_MEMBER] = &membership_by_member,
		[VOUCH_BY_CANDIDATE] = &vouch_by_candidate,
		[VOUCH_BY_VOUCHER] = &vouch_by_voucher,
		[TOPIC_BY_NAME] = &topic_by_name,
		[POLL_BY_SEQ] = &poll_by_seq,
		[POLL_BY_NAME] = &poll_by_name,
		[POLL_BY_ID] = &poll_by_id,
		[POLL_BY_MANIFEST] = &poll_by_manifest,
		[POLL_BY_DUE] = &poll_by_due,
		[BALLOT_BY_POLL] = &ballot_by_poll,
		[DELEGATION_BY_TRUSTER] = &delegation_by_truster,
		[DELEGATION_IN_FORCE] = &delegation_in_force,
		[RESOLUTION_BY_SINCE] = &resolution_by_since,
	},
};

_Static_assert(sizeof(Charter) <= ROW_SIZE_MAX, "row too large");
_Static_assert(sizeof(Poll) <= ROW_SIZE_MAX, "row too large");
