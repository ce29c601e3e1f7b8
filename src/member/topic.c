/*
 * topic.c -- the tree of topics, along which delegations are scoped.
 */
#include "member/member.h"

static const Col topic_cols[] = {
	COL(COL_INT8, Topic, seq),
	COL(COL_INT8, Topic, author),
	COL(COL_TEXT, Topic, topic),
	COL(COL_TEXT, Topic, parent),
};

const Rel	topic_rel = {REL_TOPIC, "topic", sizeof(Topic), sizeof topic_cols / sizeof *topic_cols, topic_cols};
const RowPath topic_by_name = {TOPIC_BY_NAME, REL_TOPIC, "topic_pkey", true, 1, {2}, PATH_ALL, 0};

Topic *
topic_find(State *state, Str name)
{
	Topic		probe = {.topic = name};

	return state_find(state, TOPIC_BY_NAME, &probe);
}

static const MemberSpec topic_members[] = {
	{"topic", MEMBER_TEXT, false, 0, 60},
	{"parent", MEMBER_TEXT, true, 0, 60},
	{NULL}
};

/* Make a topic.  A parent must exist before its children, so the tree has no rings. */
static Code
topic(Fold *fold)
{
	Topic		made = {
		.seq = fold->seq,
		.author = fold->signer ? fold->signer->id : 0,
		.topic = arena_str(fold->arena, act_text(fold, "topic")),
		.parent = arena_str(fold->arena, act_text(fold, "parent")),
	};
	Code		code = member_check_signer(fold);

	if (code != CODE_OK)
		return code;
	if (topic_find(fold->state, made.topic) != NULL)
		return fault_set(fold->fault, CODE_TOPIC_EXISTS, -1, "The topic is \"%.*s\".", (int) made.topic.n, made.topic.p);
	if (made.parent.p != NULL && topic_find(fold->state, made.parent) == NULL)
		return fault_set(fold->fault, CODE_NO_SUCH_TOPIC, -1, "The parent is \"%.*s\".", (int) made.parent.n, made.parent.p);
	state_add(fold->state, REL_TOPIC, &made);
	return CODE_OK;
}

const ActKind topic_acts[] = {
	{"topic", topic_members, topic},
	{NULL}
};
