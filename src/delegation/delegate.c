/*
 * delegate.c -- acts of delegation, and the lists that count in a poll.
 */
#include "delegation/delegate.h"

static const Col delegation_cols[] = {
	COL(COL_INT8, Delegation, truster),
	COL(COL_INT8, Delegation, since),
	COL(COL_INT8, Delegation, until),
	COL(COL_TIME, Delegation, expires),
	COL(COL_TEXT, Delegation, scope),
	COL(COL_INT8S, Delegation, trustees),
};

const Rel	delegation_rel = {REL_DELEGATION, "delegation", sizeof(Delegation),
sizeof delegation_cols / sizeof *delegation_cols, delegation_cols};
const RowPath delegation_by_truster = {DELEGATION_BY_TRUSTER, REL_DELEGATION, "delegation_pkey", true, 3, {0, 4, 1}, PATH_ALL, 0};
const RowPath delegation_in_force = {DELEGATION_IN_FORCE, REL_DELEGATION, "delegation_in_force_idx", true, 2, {0, 4}, PATH_WHERE_NULL, 2};

static const MemberSpec delegate_members[] = {
	{"scope", MEMBER_OBJECT, false, 0, 0},
	{"to", MEMBER_DIDS, false, 0, DELEGATES_MAX},
	{"until", MEMBER_INT, true, 1, SAFE_INT_MAX / USECS_PER_SECOND},
	{NULL}
};

static Str
topic_scope(Arena *arena, Str topic)
{
	return arena_printf(arena, "topic/%.*s", (int) topic.n, topic.p);
}

static Str
poll_scope(Arena *arena, Str poll)
{
	return arena_printf(arena, "poll/%.*s", (int) poll.n, poll.p);
}

#define SCOPE_EVERYTHING STR("everything")

/* Read the scope that an act names and see that it exists. */
static Code
read_scope(Str *out, const Fold *fold)
{
	const Json *scope = act_json(fold, "scope");
	const Json *topic = json_get(scope, "topic");
	const Json *poll = json_get(scope, "poll");
	Digest		id;
	const Poll *found;

	if (scope->count == 0)
	{
		*out = SCOPE_EVERYTHING;
		return CODE_OK;
	}
	if (scope->count == 1 && topic != NULL && topic->type == JSON_STRING)
	{
		if (topic_find(fold->state, topic->string) == NULL)
			return fault_set(fold->fault, CODE_BAD_SCOPE, -1, "There is no topic \"%.*s\".",
							 (int) (topic->string.n < 60 ? topic->string.n : 60), topic->string.p);
		*out = topic_scope(fold->arena, topic->string);
		return CODE_OK;
	}
	if (scope->count == 1 && poll != NULL && poll->type == JSON_STRING && id_parse(id.b, poll->string))
	{
		found = poll_find_id(fold->state, (Str){(const char *) id.b, HASH_SIZE});
		if (found == NULL)
			return fault_set(fold->fault, CODE_BAD_SCOPE, -1, "No act announced a poll of this id.");
		if (!str_is(found->status, "announced"))
			return fault_set(fold->fault, CODE_BAD_SCOPE, -1,
							 "The poll \"%.*s\" is %.*s; delegations count as they stand when it opens.",
							 (int) found->name.n, found->name.p, (int) found->status.n, found->status.p);
		*out = poll_scope(fold->arena, found->name);
		return CODE_OK;
	}
	return fault_set(fold->fault, CODE_BAD_SCOPE, -1, "The scope has other members than one of poll and topic.");
}

/* Refuse a list that names the signer or somebody twice. */
static Code
check_list(const Fold *fold, DidList list)
{
	for (size_t i = 0; i < list.n; i++)
	{
		if (did_cmp(&list.v[i], &fold->record->signer) == 0)
			return fault_set(fold->fault, CODE_BAD_DELEGATES, (int64_t) i, "Name %zu is the signer.", i + 1);
		for (size_t j = 0; j < i; j++)
			if (did_cmp(&list.v[i], &list.v[j]) == 0)
				return fault_set(fold->fault, CODE_BAD_DELEGATES, (int64_t) i, "Names %zu and %zu are the same.", j + 1, i + 1);
	}
	return CODE_OK;
}

static Code
delegate(Fold *fold)
{
	DidList		to = act_dids(fold, "to", fold->scratch);
	int64_t		until = act_int(fold, "until", INT8_NONE);
	Delegation	list = {.since = fold->index, .until = INT8_NONE, .expires = INT8_NONE};
	Delegation *earlier;
	int64_t    *trustees;
	Code		code;

	if ((code = member_check_signer(fold)) != CODE_OK ||
		(code = check_list(fold, to)) != CODE_OK ||
		(code = read_scope(&list.scope, fold)) != CODE_OK)
		return code;
	if (until != INT8_NONE)
	{
		list.expires = until * USECS_PER_SECOND;
		if (list.expires <= fold->time)
			return fault_set(fold->fault, CODE_BAD_UNTIL, -1, "until is %lld, now is %lld.", (long long) until,
							 (long long) (fold->time / USECS_PER_SECOND));
	}
	list.truster = fold->signer->id;
	earlier = state_find(fold->state, DELEGATION_IN_FORCE, &list);
	if (earlier != NULL)
	{
		earlier->until = fold->index;
		state_change(fold->state, earlier);
	}
	trustees = arena_alloc(fold->arena, (to.n + 1) * sizeof *trustees);
	for (size_t i = 0; i < to.n; i++)
	{
		Member	   *member = member_find(fold->state, &to.v[i]);

		trustees[i] = (member ? member : member_name(fold, &to.v[i], "named"))->id;
	}
	list.trustees = (Int8List){trustees, to.n};
	state_add(fold->state, REL_DELEGATION, &list);
	return CODE_OK;
}

const ActKind delegation_acts[] = {
	{"delegate", delegate_members, delegate},
	{NULL}
};

/* ---- in a poll ---- */

/* The scopes that matter to a poll, the most specific first. */
typedef struct Scopes
{
	Str		   *scope;
	size_t		n;
} Scopes;

static Scopes
scopes_of(Arena *arena, State *state, const Poll *poll)
{
	Scopes		scopes = {.n = 0};
	size_t		depth = 0;
	Str			topic = poll->topic;

	while (topic.p != NULL)
	{
		Topic	   *found = topic_find(state, topic);

		depth++;
		topic = found ? found->parent : STR_NONE;
	}
	scopes.scope = arena_alloc(arena, (depth + 2) * sizeof *scopes.scope);
	scopes.scope[scopes.n++] = poll_scope(arena, poll->name);
	for (topic = poll->topic; topic.p != NULL;)
	{
		Topic	   *found = topic_find(state, topic);

		scopes.scope[scopes.n++] = topic_scope(arena, topic);
		topic = found ? found->parent : STR_NONE;
	}
	scopes.scope[scopes.n++] = SCOPE_EVERYTHING;
	return scopes;
}

typedef struct Collector
{
	Arena	   *arena;
	Scopes		scopes;
	const Electorate *electorate;
	int64_t		index;
	int64_t		time;
	Int8List   *list;			/* at each place */
	uint32_t   *scope;			/* the number of the scope that it is of */
} Collector;

static bool
collect_list(void *self, const void *row)
{
	Collector  *c = self;
	const Delegation *d = row;
	int32_t		place = electorate_place(c->electorate, d->truster);
	uint32_t	scope = 0;

	if (place < 0 || d->since >= c->index || (d->until != INT8_NONE && d->until < c->index) ||
		(d->expires != INT8_NONE && d->expires <= c->time))
		return true;
	while (scope < c->scopes.n && !str_eq(d->scope, c->scopes.scope[scope]))
		scope++;
	if (scope == c->scopes.n || (c->list[place].v != NULL && c->scope[place] <= scope))
		return true;
	c->scope[place] = scope;
	c->list[place].n = d->trustees.n;
	c->list[place].v = arena_copy(c->arena, d->trustees.v, d->trustees.n * sizeof *d->trustees.v);
	return true;
}

const Int8List *
delegation_lists(Arena *arena, State *state, const Poll *poll, const Electorate *electorate, int64_t index, int64_t time)
{
	size_t		n = (size_t) electorate->n + 1;
	Collector	c = {
		.arena = arena,
		.scopes = scopes_of(arena, state, poll),
		.electorate = electorate,
		.index = index,
		.time = time,
		.list = arena_zero(arena, n * sizeof *c.list),
		.scope = arena_zero(arena, n * sizeof *c.scope),
	};

	state_scan(state, DELEGATION_BY_TRUSTER, 0, NULL, SCAN_ALL, collect_list, &c);
	return c.list;
}

void
delegation_root(Digest *root, const Int8List *lists, const Electorate *electorate, const Directory *directory)
{
	Frontier	frontier = {.size = 0};

	for (int64_t i = 0; i < directory->n; i++)
	{
		int32_t		place = electorate_place(electorate, directory->in_order[i]);
		char		leaf[(DELEGATES_MAX + 1) * (DID_TEXT_MAX + 1)];
		size_t		n;
		Digest		hash;

		if (place < 0 || lists[place].v == NULL)
			continue;
		n = did_print(leaf, directory_did(directory, directory->in_order[i]));
		leaf[n++] = '\n';
		for (size_t j = 0; j < lists[place].n && j < DELEGATES_MAX; j++)
		{
			n += did_print(leaf + n, directory_did(directory, lists[place].v[j]));
			leaf[n++] = '\n';
		}
		merkle_leaf(hash.b, leaf, n);
		frontier_add(&frontier, &hash);
	}
	frontier_root(root, &frontier);
}

uint32_t *
delegation_choices(Arena *arena, const Int8List *lists, const Electorate *electorate)
{
	uint32_t   *choice = arena_alloc(arena, ((size_t) electorate->n + 1) * sizeof *choice);

	for (int32_t place = 0; place < electorate->n; place++)
	{
		choice[place] = NOBODY;
		for (size_t i = 0; i < lists[place].n && choice[place] == NOBODY; i++)
		{
			int32_t		trustee = electorate_place(electorate, lists[place].v[i]);

			if (trustee >= 0)
				choice[place] = (uint32_t) trustee;
		}
	}
	return choice;
}
