/*
 * member.c -- founding, joining, vouching, leaving.
 */
#include "member/member.h"

#include <stdlib.h>

#define USECS_PER_DAY (INT64_C(86400) * USECS_PER_SECOND)

/* Limits of a charter that names none. */
#define PENDING_JOINS_DEFAULT 1000
#define ACTS_PER_DAY_DEFAULT 1000
#define OPEN_POLLS_DEFAULT 10
#define DELEGATION_DAYS_DEFAULT 366
#define LIMIT_MAX INT64_C(1000000000)
#define DELEGATION_DAYS_MAX INT64_C(36525)

static const Col charter_cols[] = {
	COL(COL_INT8, Charter, seq),
	COL(COL_INT8, Charter, vouches),
	COL(COL_INT8, Charter, rules),
	COL(COL_INT8, Charter, pending_joins),
	COL(COL_INT8, Charter, acts_per_day),
	COL(COL_INT8, Charter, open_polls),
	COL(COL_INT8, Charter, delegation_days),
	COL(COL_INT8, Charter, identities),
	COL(COL_INT8, Charter, members),
	COL(COL_INT8, Charter, pending),
	COL(COL_TEXT, Charter, name),
	COL(COL_BYTES, Charter, id),
	COL(COL_DIDS, Charter, founders),
};

static const Col member_cols[] = {
	COL(COL_INT8, Member, id),
	COL(COL_INT8, Member, nonce),
	COL(COL_INT8, Member, since),
	COL(COL_INT8, Member, vouches),
	COL(COL_INT4, Member, day),
	COL(COL_INT4, Member, acts),
	COL(COL_INT4, Member, polls),
	COL(COL_TEXT, Member, status),
	COL(COL_DID, Member, did),
	COL(COL_BYTES, Member, profile),
};

static const Col membership_cols[] = {
	COL(COL_INT8, Membership, member),
	COL(COL_INT8, Membership, since),
	COL(COL_INT8, Membership, until),
};

static const Col vouch_cols[] = {
	COL(COL_INT8, Vouch, candidate),
	COL(COL_INT8, Vouch, voucher),
	COL(COL_INT8, Vouch, since),
};

static const Col suspension_cols[] = {
	COL(COL_INT8, Suspension, member),
	COL(COL_INT8, Suspension, since),
	COL(COL_TIME, Suspension, ends_at),
	COL(COL_INT8, Suspension, ended),
	COL(COL_INT8, Suspension, proposal),
	COL(COL_TEXT, Suspension, reference),
	COL(COL_TEXT, Suspension, reason),
};

const Rel	charter_rel = REL(REL_CHARTER, "charter", Charter, charter_cols);
const Rel	member_rel = REL(REL_MEMBER, "member", Member, member_cols);
const Rel	membership_rel = REL(REL_MEMBERSHIP, "membership", Membership, membership_cols);
const Rel	vouch_rel = REL(REL_VOUCH, "vouch", Vouch, vouch_cols);

const RowPath charter_by_seq = {CHARTER_BY_SEQ, REL_CHARTER, "charter_pkey", true, 1, {0}, PATH_ALL, 0};
const RowPath member_by_id = {MEMBER_BY_ID, REL_MEMBER, "member_pkey", true, 1, {0}, PATH_ALL, 0};
const RowPath member_by_did = {MEMBER_BY_DID, REL_MEMBER, "member_did_key", true, 1, {8}, PATH_ALL, 0};
const RowPath membership_by_member = {MEMBERSHIP_BY_MEMBER, REL_MEMBERSHIP, "membership_pkey", true, 2, {0, 1}, PATH_ALL, 0};
const RowPath vouch_by_candidate = {VOUCH_BY_CANDIDATE, REL_VOUCH, "vouch_pkey", true, 2, {0, 1}, PATH_ALL, 0};
const RowPath vouch_by_voucher = {VOUCH_BY_VOUCHER, REL_VOUCH, "vouch_voucher_idx", true, 2, {1, 0}, PATH_ALL, 0};
const Rel	suspension_rel = REL(REL_SUSPENSION, "suspension", Suspension, suspension_cols);
const RowPath suspension_by_member = {SUSPENSION_BY_MEMBER, REL_SUSPENSION, "suspension_pkey", true, 2, {0, 1}, PATH_ALL, 0};
const RowPath suspension_in_force = {SUSPENSION_IN_FORCE, REL_SUSPENSION, "suspension_in_force_idx", true, 1, {0}, PATH_WHERE_NULL, 3};
const RowPath suspension_by_end = {SUSPENSION_BY_END, REL_SUSPENSION, "suspension_end_idx", true, 2, {2, 0}, PATH_WHERE_NULL, 3};

/* ---- finding ---- */

static bool
keep_first(void *self, const void *row)
{
	*(int64_t *) self = ((const Charter *) row)->seq;
	return false;
}

/* Find the charter, of which there is one at most, without knowing its seq. */
Charter *
charter_find(State *state)
{
	Charter		probe = {.seq = INT8_NONE};

	state_scan(state, CHARTER_BY_SEQ, 0, &probe, SCAN_ALL, keep_first, &probe.seq);
	return probe.seq == INT8_NONE ? NULL : state_find(state, CHARTER_BY_SEQ, &probe);
}

Member *
member_find(State *state, const Did *did)
{
	Member		probe = {.did = *did};

	return state_find(state, MEMBER_BY_DID, &probe);
}

Member *
member_find_id(State *state, int64_t id)
{
	Member		probe = {.id = id};

	return state_expect(state, MEMBER_BY_ID, &probe);
}

Suspension *
suspension_find(State *state, int64_t member)
{
	Suspension	probe = {.member = member};

	return state_find(state, SUSPENSION_IN_FORCE, &probe);
}

Member *
member_name(Fold *fold, const Did *did, const char *status)
{
	Member		member = {
		.id = ++fold->charter->identities,
		.nonce = 0,
		.since = INT8_NONE,
		.did = *did,
		.status = str_from(status),
	};

	state_change(fold->state, fold->charter);
	return state_add(fold->state, REL_MEMBER, &member);
}

/* ---- what every act of a signer goes through ---- */

Code
member_count_act(Fold *fold)
{
	Member	   *signer = fold->signer;
	int32_t		day = (int32_t) (fold->time / USECS_PER_DAY);

	if (signer == NULL)
		return CODE_OK;
	if (fold->record->nonce <= signer->nonce)
		return fault_set(fold->fault, CODE_STALE_NONCE, -1, "The nonce is %lld, the signer's last was %lld.",
						 (long long) fold->record->nonce, (long long) signer->nonce);
	signer->nonce = fold->record->nonce;
	if (signer->day != day)
	{
		signer->day = day;
		signer->acts = 0;
	}
	state_change(fold->state, signer);
	if (signer->acts >= fold->charter->acts_per_day)
		return fault_set(fold->fault, CODE_TOO_MANY_ACTS, -1, "The limit is %lld acts a day.",
						 (long long) fold->charter->acts_per_day);
	signer->acts++;
	return CODE_OK;
}

Code
member_check_signer(const Fold *fold)
{
	char		did[DID_TEXT_MAX];

	if (is_member(fold->signer))
		return CODE_OK;
	if (fold->signer != NULL && str_is(fold->signer->status, "suspended"))
		return fault_set(fold->fault, CODE_SUSPENDED, -1, "The table suspension says until when, and why.");
	return fault_set(fold->fault, CODE_NOT_A_MEMBER, -1, "The signer is %.*s.",
					 (int) did_print(did, &fold->record->signer), did);
}

/* ---- charter ---- */

static const MemberSpec charter_members[] = {
	{"name", MEMBER_TEXT, false, 0, 200},
	{"founders", MEMBER_DIDS, false, 1, 100},
	{"vouches", MEMBER_INT, false, 1, 100},
	{"limits", MEMBER_OBJECT, true, 0, 0},
	{"policies", MEMBER_OBJECT, true, 0, 0},
	{"rules", MEMBER_INT, false, 1, SAFE_INT_MAX},
	{NULL}
};

/* Read one limit of the charter. */
static Code
read_limit(int64_t *out, const Json *v, int64_t max, Fault *fault)
{
	if (v->type != JSON_INT || v->number < 1 || v->number > max)
		return fault_set(fault, CODE_BAD_MEMBERS, -1, "The limit \"%.*s\" is an integer from 1 to %lld.",
						 (int) v->name.n, v->name.p, (long long) max);
	*out = v->number;
	return CODE_OK;
}

static Code
read_limits(Charter *charter, const Json *limits, Fault *fault)
{
	for (const Json *v = limits ? limits->child : NULL; v != NULL; v = v->next)
	{
		int64_t    *out = str_is(v->name, "pending_joins") ? &charter->pending_joins :
			str_is(v->name, "acts_per_day") ? &charter->acts_per_day :
			str_is(v->name, "open_polls") ? &charter->open_polls :
			str_is(v->name, "delegation_days") ? &charter->delegation_days : NULL;
		int64_t		max = out == &charter->delegation_days ? DELEGATION_DAYS_MAX : LIMIT_MAX;
		Code		code = out != NULL ? read_limit(out, v, max, fault) :
			fault_set(fault, CODE_BAD_MEMBERS, -1,
					  "The limits are pending_joins, acts_per_day, open_polls and delegation_days.");

		if (code != CODE_OK)
			return code;
	}
	return CODE_OK;
}

/* Refuse a list in which a DID stands twice; lists are short. */
static Code
check_distinct(DidList dids, Fault *fault)
{
	for (size_t i = 0; i < dids.n; i++)
		for (size_t j = 0; j < i; j++)
			if (did_cmp(&dids.v[i], &dids.v[j]) == 0)
				return fault_set(fault, CODE_BAD_MEMBERS, (int64_t) i, "Item %zu of the list stands there twice.", i + 1);
	return CODE_OK;
}

static bool
did_in_list(const Did *did, DidList list)
{
	for (size_t i = 0; i < list.n; i++)
		if (did_cmp(did, &list.v[i]) == 0)
			return true;
	return false;
}

Code
member_check_key(const Did *did, Fault *fault)
{
	uint8_t		key[PUBLIC_KEY_SIZE];
	char		text[DID_TEXT_MAX];

	if (did_key(key, did) && ed25519_key_is_sound(key))
		return CODE_OK;
	return fault_set(fault, CODE_UNKNOWN_KEY, -1, "%.*s has no sound Ed25519 key.", (int) did_print(text, did), text);
}

static Code
found(Fold *fold)
{
	Charter		charter = {
		.seq = fold->seq,
		.vouches = act_int(fold, "vouches", 0),
		.rules = act_int(fold, "rules", 0),
		.pending_joins = PENDING_JOINS_DEFAULT,
		.acts_per_day = ACTS_PER_DAY_DEFAULT,
		.open_polls = OPEN_POLLS_DEFAULT,
		.delegation_days = DELEGATION_DAYS_DEFAULT,
		.name = arena_str(fold->arena, act_text(fold, "name")),
		.id = arena_str(fold->arena, (Str){(const char *) fold->leaf.b, HASH_SIZE}),
		.founders = act_dids(fold, "founders", fold->arena),
	};
	Code		code;

	if (fold->charter != NULL)
		return fault_set(fold->fault, CODE_ALREADY_FOUNDED, -1, "It is called \"%.*s\".",
						 (int) fold->charter->name.n, fold->charter->name.p);
	if (charter.rules > RULES_VERSION)
		return fault_set(fold->fault, CODE_UNKNOWN_RULES, -1, "The charter asks for version %lld, this library knows version 1 to %d.",
						 (long long) charter.rules, RULES_VERSION);
	if (charter.vouches > (int64_t) charter.founders.n)
		return fault_set(fold->fault, CODE_BAD_MEMBERS, -1, "vouches is 1 to the number of founders, which is %zu.", charter.founders.n);
	if ((code = check_distinct(charter.founders, fold->fault)) != CODE_OK ||
		(code = read_limits(&charter, act_json(fold, "limits"), fold->fault)) != CODE_OK)
		return code;
	if (!did_in_list(&fold->record->signer, charter.founders))
		return fault_set(fold->fault, CODE_NOT_A_FOUNDER, -1, "The signer is not in founders.");
	for (size_t i = 0; i < charter.founders.n; i++)
		if ((code = member_check_key(&charter.founders.v[i], fold->fault)) != CODE_OK)
			return code;

	fold->charter = state_add(fold->state, REL_CHARTER, &charter);

	/* The founder who signed has used a nonce. */
	fold->signer = member_name(fold, &fold->record->signer, "named");
	return member_count_act(fold);
}

/* ---- join, vouch, leave ---- */

void
member_admit(Fold *fold, Member *member)
{
	Membership	stay = {.member = member->id, .since = fold->index, .until = INT8_NONE};

	member->status = STR("member");
	member->since = fold->index;
	state_change(fold->state, member);
	state_add(fold->state, REL_MEMBERSHIP, &stay);
	fold->charter->members++;
	state_change(fold->state, fold->charter);
}

static const MemberSpec join_members[] = {
	{"profile", MEMBER_ID, true, 0, 0},
	{NULL}
};

static Code
join(Fold *fold)
{
	Member	   *signer = fold->signer;
	Charter    *charter = fold->charter;
	bool		founder = did_in_list(&fold->record->signer, charter->founders);
	bool		vouched = signer != NULL && signer->vouches > 0;
	Digest		profile;
	Code		code;

	if (signer != NULL && suspension_find(fold->state, signer->id) != NULL)
		return fault_set(fold->fault, CODE_SUSPENDED, -1, "The suspension ends at %lld (Unix seconds).",
						 (long long) (suspension_find(fold->state, signer->id)->ends_at / USECS_PER_SECOND));
	if (signer != NULL && (is_member(signer) || str_is(signer->status, "candidate")))
		return fault_set(fold->fault, CODE_ALREADY_JOINED, -1, "The signer's status is \"%.*s\".",
						 (int) signer->status.n, signer->status.p);
	if ((code = member_check_key(&fold->record->signer, fold->fault)) != CODE_OK)
		return code;
	if (!founder && !vouched && charter->pending >= charter->pending_joins)
		return fault_set(fold->fault, CODE_JOINS_PENDING, -1, "The limit is %lld.", (long long) charter->pending_joins);

	if (signer == NULL)
	{
		signer = fold->signer = member_name(fold, &fold->record->signer, "candidate");
		if ((code = member_count_act(fold)) != CODE_OK)
			return code;
	}
	if (act_id(&profile, fold, "profile"))
		signer->profile = arena_str(fold->arena, (Str){(const char *) profile.b, HASH_SIZE});
	if (founder || signer->vouches >= charter->vouches)
		member_admit(fold, signer);
	else
	{
		signer->status = STR("candidate");
		state_change(fold->state, signer);
		if (!vouched)
			charter->pending++;
		state_change(fold->state, charter);
	}
	return CODE_OK;
}

/* Change the number of standing vouches for somebody, and what follows from it. */
static void
count_vouch(Fold *fold, Member *candidate, int64_t change)
{
	bool		waits = str_is(candidate->status, "candidate");
	bool		before = candidate->vouches > 0;

	candidate->vouches += change;
	if (waits && before != (candidate->vouches > 0))
		fold->charter->pending += before ? 1 : -1;
	state_change(fold->state, candidate);
	state_change(fold->state, fold->charter);
	if (waits && candidate->vouches >= fold->charter->vouches)
		member_admit(fold, candidate);
}

static const MemberSpec vouch_members[] = {
	{"member", MEMBER_DID, false, 0, 0},
	{"withdraw", MEMBER_TRUE, true, 0, 0},
	{NULL}
};

static Code
vouch(Fold *fold)
{
	Did			did = act_did(fold, "member");
	Member	   *candidate = member_find(fold->state, &did);
	bool		withdraw = act_json(fold, "withdraw") != NULL;
	Vouch		probe = {.candidate = candidate ? candidate->id : 0, .voucher = fold->signer ? fold->signer->id : 0,
						 .since = fold->index};
	Vouch	   *standing;
	Code		code = member_check_signer(fold);

	if (code != CODE_OK)
		return code;
	if (candidate == fold->signer)
		return fault_set(fold->fault, CODE_OWN_VOUCH, -1, "member is the signer.");
	standing = candidate ? state_find(fold->state, VOUCH_BY_CANDIDATE, &probe) : NULL;
	if (withdraw == (standing == NULL))
		return fault_set(fold->fault, CODE_NO_CHANGE, -1, withdraw ?
						 "The signer does not vouch for this member." : "The signer vouches for this member already.");

	if (withdraw)
	{
		state_delete(fold->state, standing);
		count_vouch(fold, candidate, -1);
		return CODE_OK;
	}
	if (candidate == NULL)
	{
		if ((code = member_check_key(&did, fold->fault)) != CODE_OK)
			return code;
		candidate = member_name(fold, &did, "named");
	}
	probe.candidate = candidate->id;
	state_add(fold->state, REL_VOUCH, &probe);
	count_vouch(fold, candidate, 1);
	return CODE_OK;
}

typedef struct Vouches
{
	Arena	   *arena;
	int64_t    *candidate;
	size_t		n;
	size_t		room;
} Vouches;

static bool
collect_vouch(void *self, const void *row)
{
	Vouches    *list = self;

	if (list->n == list->room)
	{
		int64_t    *grown = arena_alloc(list->arena, (list->room * 2 + 8) * sizeof *grown);

		if (list->n > 0)
			memcpy(grown, list->candidate, list->n * sizeof *grown);
		list->candidate = grown;
		list->room = list->room * 2 + 8;
	}
	list->candidate[list->n++] = ((const Vouch *) row)->candidate;
	return true;
}

void
member_end(Fold *fold, Member *member, Str status)
{
	Membership	probe = {.member = member->id, .since = member->since};
	Membership *stay = state_expect(fold->state, MEMBERSHIP_BY_MEMBER, &probe);

	stay->until = fold->index;
	if (stay->since == fold->index)
		state_delete(fold->state, stay);	/* it began with the same entry, and never was */
	else
		state_change(fold->state, stay);
	member->since = INT8_NONE;
	member->status = status;
	state_change(fold->state, member);
	fold->charter->members--;
	state_change(fold->state, fold->charter);
}

static const MemberSpec leave_members[] = {{NULL}};

/* End a membership; the vouches that the member gave end with it, those that he received stay. */
static Code
leave(Fold *fold)
{
	Member	   *signer = fold->signer;
	Vouches		given = {.arena = fold->scratch};
	bool		suspended = signer != NULL && str_is(signer->status, "suspended");
	Code		code = suspended ? CODE_OK : member_check_signer(fold);

	if (code != CODE_OK)
		return code;
	if (suspended)
	{
		signer->status = STR("left");
		state_change(fold->state, signer);
	}
	else
		member_end(fold, signer, STR("left"));

	state_scan(fold->state, VOUCH_BY_VOUCHER, 1, &(Vouch){.voucher = signer->id}, SCAN_ALL, collect_vouch, &given);
	for (size_t i = 0; i < given.n; i++)
	{
		Vouch		key = {.candidate = given.candidate[i], .voucher = signer->id};

		state_delete(fold->state, state_expect(fold->state, VOUCH_BY_CANDIDATE, &key));
		count_vouch(fold, member_find_id(fold->state, given.candidate[i]), -1);
	}
	return CODE_OK;
}

const ActKind member_acts[] = {
	{"charter", charter_members, found},
	{"join", join_members, join},
	{"vouch", vouch_members, vouch},
	{"leave", leave_members, leave},
	{NULL}
};

/* ---- electorates ---- */

typedef struct Roll
{
	Did		   *did;
	int64_t    *in_order;
	int64_t		identities;
	int64_t		n;
} Roll;

static bool
collect_identity(void *self, const void *row)
{
	Roll	   *roll = self;
	const Member *member = row;

	if (member->id > 0 && member->id <= roll->identities && roll->n < roll->identities)
	{
		roll->did[member->id] = member->did;
		roll->in_order[roll->n++] = member->id;
	}
	return true;
}

void
member_directory(Directory *out, Arena *arena, State *state)
{
	Charter    *charter = charter_find(state);
	Roll		roll = {.identities = charter ? charter->identities : 0};

	roll.did = arena_zero(arena, ((size_t) roll.identities + 1) * sizeof *roll.did);
	roll.in_order = arena_alloc(arena, ((size_t) roll.identities + 1) * sizeof *roll.in_order);
	state_scan(state, MEMBER_BY_DID, 0, NULL, SCAN_ALL, collect_identity, &roll);
	*out = (Directory){.did = roll.did, .in_order = roll.in_order, .n = roll.n,
	.identities = roll.identities};
}

void
member_root(Digest *root, const Electorate *electorate, const Directory *directory)
{
	Frontier	frontier = {.size = 0};

	for (int64_t i = 0; i < directory->n; i++)
	{
		int64_t		id = directory->in_order[i];
		char		did[DID_TEXT_MAX];
		Digest		leaf;

		if (electorate_place(electorate, id) < 0)
			continue;
		merkle_leaf(leaf.b, did, did_print(did, directory_did(directory, id)));
		frontier_add(&frontier, &leaf);
	}
	frontier_root(root, &frontier);
}

typedef struct Stays
{
	int64_t		index;
	int64_t    *id;
	int32_t    *place;
	int64_t		identities;
	int32_t		n;
} Stays;

static bool
collect_stay(void *self, const void *row)
{
	Stays	   *stays = self;
	const Membership *stay = row;

	if (stay->since < stays->index && (stay->until == INT8_NONE || stay->until > stays->index) &&
		stay->member >= 0 && stay->member <= stays->identities && stays->place[stay->member] < 0)
	{
		stays->place[stay->member] = stays->n;
		stays->id[stays->n++] = stay->member;
	}
	return true;
}

Code
member_electorate(Electorate *out, Arena *arena, State *state, int64_t index, Fault *fault)
{
	Charter    *charter = charter_find(state);
	Stays		stays = {.index = index, .identities = charter ? charter->identities : 0};

	if (stays.identities >= INT32_MAX)
		return fault_set(fault, CODE_TOO_LARGE, -1, "An electorate has at most 2^31 - 1 members.");
	stays.id = arena_alloc(arena, ((size_t) stays.identities + 1) * sizeof *stays.id);
	stays.place = arena_alloc(arena, ((size_t) stays.identities + 1) * sizeof *stays.place);
	memset(stays.place, -1, ((size_t) stays.identities + 1) * sizeof *stays.place);
	state_scan(state, MEMBERSHIP_BY_MEMBER, 0, NULL, SCAN_ALL, collect_stay, &stays);
	*out = (Electorate){.n = stays.n, .id = stays.id, .place = stays.place, .identities = stays.identities};
	return CODE_OK;
}
