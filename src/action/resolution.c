/*
 * resolution.c -- publishing what was resolved.  It changes nothing else: a plan of it alone is a statement.
 */
#include "action/resolution.h"

static const Col resolution_cols[] = {
	COL(COL_INT8, ResolutionRow, since),
	COL(COL_INT4, ResolutionRow, place),
	COL(COL_INT8, ResolutionRow, proposal),
	COL(COL_INT8, ResolutionRow, law),
	COL(COL_TIME, ResolutionRow, published_at),
	COL(COL_TEXT, ResolutionRow, title),
	COL(COL_TEXT, ResolutionRow, text),
};

const Rel	resolution_rel = {REL_RESOLUTION, "resolution", sizeof(ResolutionRow),
sizeof resolution_cols / sizeof *resolution_cols, resolution_cols};
const RowPath resolution_by_since = {RESOLUTION_BY_SINCE, REL_RESOLUTION, "resolution_pkey", true, 2, {0, 1}, PATH_ALL, 0};

static const MemberSpec publish_members[] = {
	{"title", MEMBER_TEXT, false, 0, 200},
	{"text", MEMBER_TEXT, true, 0, RECORD_PAYLOAD_MAX},
	{NULL}
};

static Code
publish(Doing *doing)
{
	ResolutionRow	resolution = {
		.since = doing->fold->index,
		.place = doing->place,
		.proposal = int8_or_none(doing->proposal),
		.law = int8_or_none(doing->law),
		.published_at = doing->fold->time,
		.title = doing_keep(doing, "title"),
		.text = doing_keep(doing, "text"),
	};

	state_add(doing->fold->state, REL_RESOLUTION, &resolution);
	return CODE_OK;
}

const ActionKind resolution_actions[] = {
	{"publish", LEVEL_REGULATION, 0, false, "Publish the resolution \"{title}\"", publish_members, publish, NULL},
	{NULL}
};
