/*
 * network.c -- naming replicas and keys.
 */
#include "action/network.h"

#include "register/note.h"

static const Col replica_cols[] = {
	COL(COL_TEXT, Replica, name),
	COL(COL_INT8, Replica, since),
	COL(COL_INT8, Replica, until),
	COL(COL_TEXT, Replica, address),
	COL(COL_INT8, Replica, proposal),
};

static const Col key_cols[] = {
	COL(COL_TEXT, TrustedKey, purpose),
	COL(COL_TEXT, TrustedKey, name),
	COL(COL_INT8, TrustedKey, since),
	COL(COL_INT8, TrustedKey, until),
	COL(COL_TEXT, TrustedKey, vkey),
	COL(COL_TEXT, TrustedKey, reason),
	COL(COL_INT8, TrustedKey, proposal),
};

const Rel	replica_rel = REL(REL_REPLICA, "replica", Replica, replica_cols);
const Rel	trusted_key_rel = REL(REL_TRUSTED_KEY, "trusted_key", TrustedKey, key_cols);
const RowPath replica_by_name = {REPLICA_BY_NAME, REL_REPLICA, "replica_pkey", true, 2, {0, 1}, PATH_ALL, 0};
const RowPath replica_in_force = {REPLICA_IN_FORCE, REL_REPLICA, "replica_in_force_idx", true, 1, {0}, PATH_WHERE_NULL, 2};
const RowPath trusted_key_by_name = {TRUSTED_KEY_BY_NAME, REL_TRUSTED_KEY, "trusted_key_pkey", true, 3, {0, 1, 2}, PATH_ALL, 0};
const RowPath trusted_key_in_force = {TRUSTED_KEY_IN_FORCE, REL_TRUSTED_KEY, "trusted_key_in_force_idx", true, 2, {0, 1}, PATH_WHERE_NULL, 3};

static Replica *
find_replica(const Doing *doing)
{
	Replica		probe = {.name = doing_text(doing, "replica")};

	return state_find(doing->fold->state, REPLICA_IN_FORCE, &probe);
}

static const MemberSpec add_members[] = {
	{"address", MEMBER_TEXT, false, 0, 200},
	{"replica", MEMBER_DOTTED, false, 0, 60},
	{NULL}
};

static Code
add(Doing *doing)
{
	Replica		replica = {.name = doing_keep(doing, "replica"), .address = doing_keep(doing, "address"), .since = doing->fold->index,
						   .until = INT8_NONE, .proposal = int8_or_none(doing->proposal)};

	/* One that the same plan has removed is there under the same key. */
	if (find_replica(doing) != NULL || state_find(doing->fold->state, REPLICA_BY_NAME, &replica) != NULL)
		return fault_set(doing->fold->fault, CODE_NOTHING_TO_DO, -1, "There is a replica \"%.*s\".", (int) replica.name.n, replica.name.p);
	state_add(doing->fold->state, REL_REPLICA, &replica);
	return CODE_OK;
}

static const MemberSpec remove_members[] = {
	{"reason", MEMBER_TEXT, false, 0, 500},
	{"replica", MEMBER_DOTTED, false, 0, 60},
	{NULL}
};

static Code
remove_replica(Doing *doing)
{
	Replica    *replica = find_replica(doing);
	Str			name = doing_text(doing, "replica");

	if (replica == NULL)
		return fault_set(doing->fold->fault, CODE_NO_SUCH_REPLICA, -1, "The name is \"%.*s\".", (int) name.n, name.p);
	replica->until = doing->fold->index;
	state_change(doing->fold->state, replica);
	return CODE_OK;
}

static const MemberSpec rotate_members[] = {
	{"purpose", MEMBER_NAME, false, 0, 20},
	{"reason", MEMBER_TEXT, false, 0, 500},
	{"vkey", MEMBER_TEXT, false, 0, 2000},
	{NULL}
};

/* Name the key that is good from now on; the one before stays, with the index at which it ended. */
static Code
rotate(Doing *doing)
{
	Fold	   *fold = doing->fold;
	TrustedKey	key = {.purpose = doing_keep(doing, "purpose"), .vkey = doing_keep(doing, "vkey"), .reason = doing_keep(doing, "reason"),
					   .since = fold->index, .until = INT8_NONE, .proposal = int8_or_none(doing->proposal)};
	NoteKey		read;
	TrustedKey *before;

	if (!str_is(key.purpose, "checkpoint") && !str_is(key.purpose, "witness") && !str_is(key.purpose, "replica"))
		return fault_set(fold->fault, CODE_BAD_ACTION, -1, "The purposes of keys are checkpoint, witness and replica.");
	if (note_key_parse(&read, fold->scratch, key.vkey, fold->fault) != CODE_OK)
		return fold->fault->code = CODE_BAD_VKEY;
	key.name = arena_str(fold->arena, read.name);
	before = state_find(fold->state, TRUSTED_KEY_IN_FORCE, &key);
	if (before != NULL && (before->since == fold->index || str_eq(before->vkey, key.vkey)))
		return fault_set(fold->fault, CODE_NOTHING_TO_DO, -1, "It is the key of \"%.*s\" already.", (int) key.name.n, key.name.p);
	if (before != NULL)
	{
		before->until = fold->index;
		state_change(fold->state, before);
	}
	state_add(fold->state, REL_TRUSTED_KEY, &key);
	return CODE_OK;
}

const ActionKind network_actions[] = {
	{"replica.add", LEVEL_ORGANIC, DAYS(7), false, "Add the replica {replica} at {address}", add_members, add, NULL},
	{"replica.remove", LEVEL_ORGANIC, DAYS(7), false, "Remove the replica {replica}: {reason}", remove_members, remove_replica, NULL},
	{"key.rotate", LEVEL_ORGANIC, DAYS(7), false, "Trust {vkey} as a key for the purpose {purpose}: {reason}", rotate_members, rotate, NULL},
	{NULL}
};
