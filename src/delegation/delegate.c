/*
 * delegate.c -- acts of delegation, and the lists that count in a poll.
 */
#include "delegation/delegate.h"

#define USECS_PER_DAY (INT64_C(86400) * USECS_PER_SECOND)

static const Col delegation_cols[] = {
	COL(COL_INT8, Delegation, truster),
	COL(COL_INT8, Delegation, since),
	COL(COL_INT8, Delegation, until),
	COL(COL_TIME, Delegation, expires),
	COL(COL_TEXT, Delegation, scope),
	COL(COL_INT8S, Delegation, trustees),
	COL(COL_INT4S, Delegation, must_vote),
};

const Rel	delegation_rel = {REL_DELEGATION, "delegation", sizeof(Delegation),
sizeof delegation_cols / sizeof *delegation_cols, delegation_cols};
const RowPath delegation_by_truster = {DELEGATION_BY_TRUSTER, REL_DELEGATION, "delegation_pkey", true, 3, {0, 4, 1}, PATH_ALL, 0};
const RowPath delegation_in_force = {DELEGATION_IN_FORCE, REL_DELEGATION, "delegation_in_force_idx", true, 2, {0, 4}, PATH_WHERE_NULL, 2};

static const MemberSpec delegate_members[] = {
	{"scope", MEMBER_OBJECT, false, 0, 0},
	{"to", MEMBER_DIDS, false, 0, DELEGATES_MAX},
	{"must_vote", MEMBER_INTS, true, 1, DELEGATES_MAX},
	{"until", MEMBER_INT, true, 1, TIME_MAX},
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

/* Refuse a list that names the signer or somebody twice, or that says something of names that it does not have. */
static Code
check_list(const Fold *fold, DidList list, Int4List must_vote)
{
	for (size_t i = 0; i < list.n; i++)
	{
		if (did_cmp(&list.v[i], &fold->record->signer) == 0)
			return fault_set(fold->fault, CODE_BAD_DELEGATES, (int64_t) i, "Name %zu is the signer.", i + 1);
		for (size_t j = 0; j < i; j++)
			if (did_cmp(&list.v[i], &list.v[j]) == 0)
				return fault_set(fold->fault, CODE_BAD_DELEGATES, (int64_t) i, "Names %zu and %zu are the same.", j + 1, i + 1);
	}
	if (must_vote.n > 0 && (size_t) must_vote.v[must_vote.n - 1] > list.n)
		return fault_set(fold->fault, CODE_BAD_DELEGATES, must_vote.v[must_vote.n - 1] - 1, "must_vote has %d, the list %zu names.",
						 must_vote.v[must_vote.n - 1], list.n);
	return CODE_OK;
}

/* Find out when a list ends: when it says so, and if it names somebody, not later than the charter allows. */
static Code
read_until(int64_t *expires, const Fold *fold, bool names)
{
	int64_t		until = act_int(fold, "until", INT8_NONE);
	int64_t		last = fold->time + fold->charter->delegation_days * USECS_PER_DAY;

	*expires = until != INT8_NONE ? until * USECS_PER_SECOND : names ? last : INT8_NONE;
	if (until != INT8_NONE && *expires <= fold->time)
		return fault_set(fold->fault, CODE_BAD_UNTIL, -1, "until is %lld, now is %lld.", (long long) until,
						 (long long) (fold->time / USECS_PER_SECOND));
	if (names && *expires > last)
		return fault_set(fold->fault, CODE_UNTIL_TOO_FAR, -1, "until is %lld, the last possible time is %lld.", (long long) until,
						 (long long) (last / USECS_PER_SECOND));
	return CODE_OK;
}

static Code
delegate(Fold *fold)
{
	DidList		to = act_dids(fold, "to", fold->scratch);
	Delegation	list = {.since = fold->index, .until = INT8_NONE, .must_vote = act_ints(fold, "must_vote", fold->arena)};
	Delegation *earlier;
	int64_t    *trustees;
	Code		code;

	if ((code = member_check_signer(fold)) != CODE_OK ||
		(code = check_list(fold, to, list.must_vote)) != CODE_OK ||
		(code = read_scope(&list.scope, fold)) != CODE_OK ||
		(code = read_until(&list.expires, fold, to.n > 0)) != CODE_OK)
		return code;
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
	DelegateList *at;
	uint32_t   *expired;		/* at each place: the nearest scope whose list had expired, counted from 1 behind the last */
} Collector;

static uint8_t
bits(Int4List ranks)
{
	uint8_t		set = 0;

	for (size_t i = 0; i < ranks.n; i++)
		if (ranks.v[i] >= 1 && ranks.v[i] <= DELEGATES_MAX)
			set |= (uint8_t) (1 << (ranks.v[i] - 1));
	return set;
}

static bool
collect_list(void *self, const void *row)
{
	Collector  *c = self;
	const Delegation *d = row;
	int32_t		place = electorate_place(c->electorate, d->truster);
	uint32_t	scope = 0;
	DelegateList *list;

	if (place < 0 || d->since >= c->index || (d->until != INT8_NONE && d->until < c->index))
		return true;
	while (scope < c->scopes.n && !str_eq(d->scope, c->scopes.scope[scope]))
		scope++;
	list = &c->at[place];
	if (scope == c->scopes.n)
		return true;
	if (d->expires != INT8_NONE && d->expires <= c->time)
	{
		if (c->scopes.n - scope > c->expired[place])
			c->expired[place] = (uint32_t) c->scopes.n - scope;
		return true;
	}
	if (list->to != NULL && list->scope <= scope)
		return true;
	list->scope = scope;
	list->n = (uint8_t) (d->trustees.n < DELEGATES_MAX ? d->trustees.n : DELEGATES_MAX);
	list->to = arena_copy(c->arena, d->trustees.v, list->n * sizeof *d->trustees.v);
	list->must_vote = bits(d->must_vote);
	return true;
}

void
delegation_lists(DelegateLists *out, Arena *arena, State *state, const Poll *poll, const Electorate *electorate,
				 int64_t index, int64_t time)
{
	size_t		n = (size_t) electorate->n + 1;
	Collector	c = {
		.arena = arena,
		.scopes = scopes_of(arena, state, poll),
		.electorate = electorate,
		.index = index,
		.time = time,
		.at = arena_zero(arena, n * sizeof *c.at),
		.expired = arena_zero(arena, n * sizeof *c.expired),
	};

	state_scan(state, DELEGATION_BY_TRUSTER, 0, NULL, SCAN_ALL, collect_list, &c);
	for (int32_t place = 0; place < electorate->n; place++)
		c.at[place].expired = c.expired[place] > (c.at[place].to != NULL ? c.scopes.n - c.at[place].scope : 0);
	*out = (DelegateLists){.at = c.at, .scope = c.scopes.scope};
}

void
delegation_root(Digest *root, const DelegateLists *lists, const Electorate *electorate, const Directory *directory)
{
	Frontier	frontier = {.size = 0};

	for (int64_t i = 0; i < directory->n; i++)
	{
		int32_t		place = electorate_place(electorate, directory->in_order[i]);
		char		leaf[(DELEGATES_MAX + 1) * (DID_TEXT_MAX + 2)];
		size_t		n;
		Digest		hash;
		const DelegateList *list;

		if (place < 0 || lists->at[place].to == NULL)
			continue;
		list = &lists->at[place];
		n = did_print(leaf, directory_did(directory, directory->in_order[i]));
		leaf[n++] = '\n';
		for (int r = 0; r < list->n; r++)
		{
			n += did_print(leaf + n, directory_did(directory, list->to[r]));
			if (list->must_vote >> r & 1)
				leaf[n++] = '.';
			leaf[n++] = '\n';
		}
		merkle_leaf(hash.b, leaf, n);
		frontier_add(&frontier, &hash);
	}
	frontier_root(root, &frontier);
}

/* Write down the choices of a rank; true if somebody has one. */
static bool
choices_of_rank(uint32_t *choice, uint8_t *ends, int r, const DelegateLists *lists, const Electorate *electorate)
{
	bool		used = false;

	for (int32_t place = 0; place < electorate->n; place++)
	{
		const DelegateList *list = &lists->at[place];
		int32_t		trustee = r < list->n ? electorate_place(electorate, list->to[r]) : -1;

		choice[place] = trustee >= 0 ? (uint32_t) trustee : NOBODY;
		if (trustee < 0)
			continue;
		used = true;
		ends[place] |= list->must_vote & (uint8_t) (1 << r);
	}
	return used;
}

void
delegation_graph(Graph *out, Arena *arena, const DelegateLists *lists, const Electorate *electorate)
{
	size_t		n = (size_t) electorate->n + 1;
	uint8_t    *ends = arena_zero(arena, n);
	uint8_t		marks = 0;
	int			longest = 1;

	for (int32_t place = 0; place < electorate->n; place++)
	{
		marks |= lists->at[place].must_vote;
		if (lists->at[place].n > longest)
			longest = lists->at[place].n;
	}
	*out = (Graph){.n = (uint32_t) electorate->n, .ranks = 1, .ends = marks != 0 ? ends : NULL};
	for (int r = 0; r < longest; r++)
	{
		uint32_t   *choice = arena_alloc(arena, n * sizeof *choice);

		out->choice[r] = choice;
		if (choices_of_rank(choice, ends, r, lists, electorate))
			out->ranks = r + 1;
	}
}
