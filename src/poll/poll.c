/*
 * poll.c -- announcing, opening, extending, closing.
 */
#include "poll/poll.h"

static const Col poll_cols[] = {
	COL(COL_INT8, Poll, seq),
	COL(COL_INT8, Poll, author),
	COL(COL_TIME, Poll, opens),
	COL(COL_TIME, Poll, closes),
	COL(COL_TIME, Poll, due),
	COL(COL_INT8, Poll, opened),
	COL(COL_TIME, Poll, opened_at),
	COL(COL_INT8, Poll, closed),
	COL(COL_INT8, Poll, frozen),
	COL(COL_INT8, Poll, electorate),
	COL(COL_INT8, Poll, ballots),
	COL(COL_INT8, Poll, quorum_num),
	COL(COL_INT8, Poll, quorum_den),
	COL(COL_INT4, Poll, extensions),
	COL(COL_TEXT, Poll, status),
	COL(COL_TEXT, Poll, name),
	COL(COL_TEXT, Poll, title),
	COL(COL_TEXT, Poll, text),
	COL(COL_TEXT, Poll, topic),
	COL(COL_TEXTS, Poll, options),
	COL(COL_TEXT, Poll, method),
	COL(COL_JSON, Poll, params),
	COL(COL_BYTES, Poll, id),
	COL(COL_BYTES, Poll, manifest),
	COL(COL_BYTES, Poll, result),
};

const Rel	poll_rel = {REL_POLL, "poll", sizeof(Poll), sizeof poll_cols / sizeof *poll_cols, poll_cols};
const RowPath poll_by_seq = {POLL_BY_SEQ, REL_POLL, "poll_pkey", true, 1, {0}, PATH_ALL, 0};
const RowPath poll_by_name = {POLL_BY_NAME, REL_POLL, "poll_name_key", true, 1, {15}, PATH_ALL, 0};
const RowPath poll_by_id = {POLL_BY_ID, REL_POLL, "poll_id_key", true, 1, {22}, PATH_ALL, 0};
const RowPath poll_by_manifest = {POLL_BY_MANIFEST, REL_POLL, "poll_manifest_key", true, 1, {23}, PATH_ALL, 0};
const RowPath poll_by_due = {POLL_BY_DUE, REL_POLL, "poll_due_idx", true, 2, {4, 0}, PATH_WHERE_SET, 4};

Poll *
poll_find_name(State *state, Str name)
{
	Poll		probe = {.name = name};

	return state_find(state, POLL_BY_NAME, &probe);
}

Poll *
poll_find_id(State *state, Str id)
{
	Poll		probe = {.id = id};

	return state_find(state, POLL_BY_ID, &probe);
}

const Json *
poll_params(State *state, Poll *poll)
{
	if (poll->parsed == NULL)
		(void) json_parse(&poll->parsed, state_arena(state), poll->params.p, poll->params.n, NULL);
	return poll->parsed;
}

/* The override window in microseconds; 0 for a poll without one. */
static int64_t
override_window(const Json *params)
{
	return method_int(params, "override_window", 0) * USECS_PER_SECOND;
}

static const MemberSpec poll_members[] = {
	{"name", MEMBER_NAME, false, 0, 60},
	{"title", MEMBER_TEXT, false, 0, 200},
	{"text", MEMBER_TEXT, true, 0, RECORD_PAYLOAD_MAX},
	{"topic", MEMBER_TEXT, true, 0, 60},
	{"options", MEMBER_TEXTS, false, 0, 200},
	{"method", MEMBER_TEXT, false, 0, 30},
	{"params", MEMBER_OBJECT, true, 0, 0},
	{"quorum", MEMBER_FRACTION, true, 0, 0},
	{"opens", MEMBER_INT, false, 0, TIME_MAX},
	{"closes", MEMBER_INT, false, 0, TIME_MAX},
	{NULL}
};

static StrList
read_options(Arena *arena, const Json *v)
{
	Str		   *options = arena_alloc(arena, v->count * sizeof *options);
	size_t		n = 0;

	for (const Json *item = v->child; item != NULL; item = item->next)
		options[n++] = arena_str(arena, item->string);
	return (StrList){options, n};
}

static Code
check_options(StrList options, Fault *fault)
{
	for (size_t i = 0; i < options.n; i++)
		for (size_t j = 0; j < i; j++)
			if (str_eq(options.v[i], options.v[j]))
				return fault_set(fault, CODE_BAD_MEMBERS, (int64_t) i, "Options %zu and %zu are the same.", j + 1, i + 1);
	return CODE_OK;
}

/* Keep a text; none if it is absent. */
static Str
keep_text(Fold *fold, const Json *members, const char *name)
{
	const Json *v = json_get(members, name);

	return v != NULL ? arena_str(fold->arena, v->string) : STR_NONE;
}

Code
poll_announce(Fold *fold, Poll *poll, const Json *members)
{
	const Json *params = json_get(members, "params");
	const Json *quorum = json_get(members, "quorum");
	const Method *method;
	Buf			canonical;
	Code		code;

	poll->due = poll->opens;
	poll->opened = poll->opened_at = poll->closed = poll->frozen = poll->electorate = INT8_NONE;
	poll->quorum_num = quorum ? quorum->child->number : INT8_NONE;
	poll->quorum_den = quorum ? quorum->child->next->number : INT8_NONE;
	poll->status = STR("announced");
	poll->name = keep_text(fold, members, "name");
	poll->title = keep_text(fold, members, "title");
	poll->text = keep_text(fold, members, "text");
	poll->topic = keep_text(fold, members, "topic");
	poll->options = read_options(fold->arena, json_get(members, "options"));
	poll->method = keep_text(fold, members, "method");

	if (poll_find_name(fold->state, poll->name) != NULL)
		return fault_set(fold->fault, CODE_POLL_EXISTS, -1, "The name is \"%.*s\".", (int) poll->name.n, poll->name.p);
	if (poll->topic.p != NULL && topic_find(fold->state, poll->topic) == NULL)
		return fault_set(fold->fault, CODE_NO_SUCH_TOPIC, -1, "The topic is \"%.*s\".", (int) poll->topic.n, poll->topic.p);
	if (poll->opens >= poll->closes || poll->closes <= fold->time)
		return fault_set(fold->fault, CODE_BAD_TIMES, -1, "opens is %lld, closes is %lld, now is %lld.",
						 (long long) (poll->opens / USECS_PER_SECOND), (long long) (poll->closes / USECS_PER_SECOND),
						 (long long) (fold->time / USECS_PER_SECOND));
	if ((code = check_options(poll->options, fold->fault)) != CODE_OK)
		return code;
	method = method_find(poll->method);
	if (method == NULL)
		return fault_set(fold->fault, CODE_UNKNOWN_METHOD, -1, "The method is \"%.*s\".", (int) poll->method.n, poll->method.p);
	if ((code = method_check_params(method, params, (int64_t) poll->options.n, fold->fault)) != CODE_OK)
		return code;
	if (override_window(params) >= (poll->closes - poll->opens))
		return fault_set(fold->fault, CODE_BAD_PARAMS, -1, "The override window is longer than the poll.");

	buf_init(&canonical, fold->arena);
	if (params != NULL)
		json_canonical(&canonical, params);
	else
		buf_text(&canonical, "{}");
	poll->params = buf_done(&canonical);
	return CODE_OK;
}

/* Announce a poll as a member. */
static Code
announce(Fold *fold)
{
	Poll		poll = {.seq = fold->seq};
	Code		code = member_check_signer(fold);

	if (code != CODE_OK)
		return code;
	poll.author = fold->signer->id;
	poll.opens = act_int(fold, "opens", 0) * USECS_PER_SECOND;
	poll.closes = act_int(fold, "closes", 0) * USECS_PER_SECOND;
	poll.id = arena_str(fold->arena, (Str){(const char *) fold->leaf.b, HASH_SIZE});
	if ((code = poll_announce(fold, &poll, fold->record->payload)) != CODE_OK)
		return code;
	if (fold->signer->polls >= fold->charter->open_polls)
		return fault_set(fold->fault, CODE_TOO_MANY_POLLS, -1, "The limit is %lld.", (long long) fold->charter->open_polls);
	state_add(fold->state, REL_POLL, &poll);
	fold->signer->polls++;
	state_change(fold->state, fold->signer);
	return CODE_OK;
}

const ActKind poll_acts[] = {
	{"poll", poll_members, announce},
	{NULL}
};

/* ---- the engine's steps ---- */

int64_t
poll_closing(const Poll *poll, int64_t previous_time, int64_t time)
{
	if (previous_time != INT8_NONE && time >= poll->closes && previous_time < poll->closes &&
		time - previous_time > GAP_MAX && poll->extensions < EXTENSIONS_MAX)
		return poll->closes + (time - previous_time);
	return poll->closes;
}

int64_t
poll_freezing(State *state, Poll *poll, int64_t previous_time, int64_t time)
{
	return poll_closing(poll, previous_time, time) - override_window(poll_params(state, poll));
}

/* When the engine has to do with an open poll next. */
static int64_t
next_due(State *state, Poll *poll)
{
	return poll->frozen == INT8_NONE ? poll_freezing(state, poll, INT8_NONE, poll->closes) : poll->closes;
}

/* Give the author his place for another poll back; a poll that was decided has a number below 0, and no author. */
static void
release(Fold *fold, const Poll *poll)
{
	Member	   *author;

	if (poll->seq < 0)
		return;
	author = member_find_id(fold->state, poll->author);
	author->polls--;
	state_change(fold->state, author);
}

static Str
json_texts(Arena *arena, StrList list)
{
	Buf			b;

	buf_init(&b, arena);
	for (size_t i = 0; i < list.n; i++)
	{
		buf_char(&b, i == 0 ? '[' : ',');
		json_quote(&b, list.v[i]);
	}
	buf_char(&b, ']');
	return buf_done(&b);
}

static void
put_id(Buf *body, const char *name, Str id)
{
	Digest		hash;

	memcpy(hash.b, id.p, HASH_SIZE);
	entry_hash(body, name, &hash);
}

/* Write an entry; its leaf hash is kept when the caller has a use for it. */
static void
write(Fold *fold, const char *kind, Buf *body, Digest *leaf)
{
	Digest		unused;

	fold->write_entry(fold, (Entry){.kind = str_from(kind), .body = entry_end(body)}, leaf ? leaf : &unused);
}

void
poll_open(Fold *fold, Poll *poll, int64_t electorate, const Digest *electorate_root, const Digest *delegations_root)
{
	Buf			body;
	Digest		manifest;

	entry_begin(&body, fold->output);
	entry_int(&body, "closes", poll->closes / USECS_PER_SECOND);
	entry_hash(&body, "delegations", delegations_root);
	entry_int(&body, "electorate", electorate);
	entry_hash(&body, "electorate_root", electorate_root);
	entry_text(&body, "entry", STR("open"));
	entry_text(&body, "method", poll->method);
	entry_raw(&body, "options", json_texts(fold->output, poll->options));
	entry_raw(&body, "params", poll->params);
	if (poll->policy.p != NULL)
		put_id(&body, "policy", poll->policy);
	put_id(&body, "poll", poll->id);
	if (poll->proposals.p != NULL)
		entry_raw(&body, "proposals", poll->proposals);
	entry_int(&body, "rules", fold->charter->rules);

	poll->electorate = electorate;
	poll->opened = fold->index;
	poll->opened_at = fold->time;
	write(fold, "open", &body, &manifest);
	poll->manifest = arena_str(fold->arena, (Str){(const char *) manifest.b, HASH_SIZE});
	poll->status = STR("open");
	poll->due = next_due(fold->state, poll);
	state_change(fold->state, poll);
}

void
poll_lapse(Fold *fold, Poll *poll)
{
	Buf			body;

	entry_begin(&body, fold->output);
	entry_text(&body, "entry", STR("lapse"));
	put_id(&body, "poll", poll->id);
	write(fold, "lapse", &body, NULL);
	poll->status = STR("lapsed");
	poll->due = INT8_NONE;
	state_change(fold->state, poll);
	release(fold, poll);
}

void
poll_extend(Fold *fold, Poll *poll)
{
	Buf			body;

	poll->closes = poll_closing(poll, fold->previous_time, fold->time);
	poll->due = next_due(fold->state, poll);
	poll->extensions++;
	entry_begin(&body, fold->output);
	entry_int(&body, "closes_us", poll->closes);
	entry_text(&body, "entry", STR("extend"));
	put_id(&body, "poll", poll->manifest);
	write(fold, "extend", &body, NULL);
	state_change(fold->state, poll);
}

void
poll_prolong(Fold *fold, Poll *poll, int64_t closes)
{
	poll->closes = closes;
	poll->due = next_due(fold->state, poll);
	state_change(fold->state, poll);
}

void
poll_freeze(Fold *fold, Poll *poll)
{
	Buf			body;

	entry_begin(&body, fold->output);
	entry_text(&body, "entry", STR("freeze"));
	entry_int(&body, "final", poll->final);
	entry_int(&body, "index", poll->frozen);
	put_id(&body, "poll", poll->manifest);
	entry_int(&body, "represented", poll->represented);
	write(fold, "freeze", &body, NULL);
	poll->due = poll->closes;
	state_change(fold->state, poll);
}

void
poll_close(Fold *fold, Poll *poll, int64_t first_index)
{
	Buf			body;

	poll->closed = first_index;
	poll->status = STR("closed");
	entry_begin(&body, fold->output);
	entry_int(&body, "ballots", poll->ballots);
	entry_text(&body, "entry", STR("close"));
	entry_int(&body, "index", first_index);
	put_id(&body, "poll", poll->manifest);
	write(fold, "close", &body, NULL);
	state_change(fold->state, poll);
	release(fold, poll);
}

void
poll_result(Fold *fold, Poll *poll, Str body)
{
	Digest		leaf;

	fold->write_entry(fold, (Entry){.kind = STR("result"), .body = body}, &leaf);
	poll->result = arena_str(fold->arena, (Str){(const char *) leaf.b, HASH_SIZE});
	poll->due = INT8_NONE;
	state_change(fold->state, poll);
}
