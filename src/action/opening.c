/*
 * opening.c -- announcing a poll by decision.
 */
#include "action/opening.h"

#include "poll/poll.h"

#define OPEN_DAYS_MAX 366

static const MemberSpec open_members[] = {
	{"days", MEMBER_INT, false, 1, OPEN_DAYS_MAX},
	{"method", MEMBER_TEXT, false, 0, 30},
	{"name", MEMBER_NAME, false, 0, 60},
	{"options", MEMBER_TEXTS, false, 0, 200},
	{"params", MEMBER_OBJECT, true, 0, 0},
	{"quorum", MEMBER_FRACTION, true, 0, 0},
	{"text", MEMBER_TEXT, true, 0, RECORD_PAYLOAD_MAX},
	{"title", MEMBER_TEXT, false, 0, 200},
	{"topic", MEMBER_TEXT, true, 0, 60},
	{NULL}
};

/* What the poll is known by: a hash over where and as what it was announced. */
static Str
make_id(const Doing *doing)
{
	Buf			text;
	Digest		id;

	buf_init(&text, doing->fold->scratch);
	buf_text(&text, "poll.open ");
	buf_int(&text, doing->fold->index);
	buf_char(&text, ' ');
	json_canonical(&text, doing->args);
	sha256(id.b, text.p, text.n);
	return arena_str(doing->fold->arena, (Str){(const char *) id.b, HASH_SIZE});
}

/* Announce a poll that opens at once. */
static Code
announce(Doing *doing)
{
	Fold	   *fold = doing->fold;
	Poll		poll = {
		.seq = -fold->index,
		.opens = fold->time,
		.closes = fold->time + DAYS(doing_int(doing, "days", 0)),
		.id = make_id(doing),
	};
	Code		code;

	if (state_find(fold->state, POLL_BY_SEQ, &poll) != NULL)
		return fault_set(fold->fault, CODE_NOTHING_TO_DO, -1, "A plan opens one poll.");
	if ((code = poll_announce(fold, &poll, doing->args)) == CODE_OK)
		state_add(fold->state, REL_POLL, &poll);
	return code;
}

const ActionKind opening_actions[] = {
	{"poll.open", LEVEL_REGULATION, 0, false, "Open the poll {name}, \"{title}\", by {method}, for {days} days", open_members, announce, NULL},
	{NULL}
};
