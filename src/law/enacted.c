/*
 * enacted.c -- enacting, amending and repealing laws, and applying what their rules return.
 */
#include "law/enacted.h"

#include "action/evaluation.h"
#include "action/parameter.h"
#include "crypto/crypto.h"
#include "law/diff.h"
#include "law/may.h"
#include "law/schedule.h"
#include "register/rels.h"

#define RULE_BACKOFF_MAX 10			/* doublings */

static const Col law_cols[] = {
	COL(COL_INT8, LawRow, seq),
	COL(COL_INT8, LawRow, level),
	COL(COL_INT8, LawRow, proposal),
	COL(COL_TIME, LawRow, since),
	COL(COL_TIME, LawRow, sunset),
	COL(COL_TIME, LawRow, due),
	COL(COL_INT4, LawRow, version),
	COL(COL_BOOL, LawRow, held),
	COL(COL_TEXT, LawRow, status),
	COL(COL_TEXT, LawRow, name),
	COL(COL_TEXT, LawRow, title),
	COL(COL_TEXT, LawRow, text),
	COL(COL_BYTES, LawRow, hash),
	COL(COL_TEXT, LawRow, closure),
};

static const Col law_version_cols[] = {
	COL(COL_INT8, LawVersion, law),
	COL(COL_INT8, LawVersion, level),
	COL(COL_INT8, LawVersion, proposal),
	COL(COL_TIME, LawVersion, since),
	COL(COL_TIME, LawVersion, until),
	COL(COL_INT4, LawVersion, version),
	COL(COL_BYTES, LawVersion, hash),
	COL(COL_TEXT, LawVersion, text),
};

static const Col law_rule_cols[] = {
	COL(COL_INT8, RuleRow, seq),
	COL(COL_INT8, RuleRow, law),
	COL(COL_TIME, RuleRow, due),
	COL(COL_TIME, RuleRow, slot),
	COL(COL_INT8, RuleRow, runs),
	COL(COL_INT4, RuleRow, failures),
	COL(COL_TEXT, RuleRow, name),
	COL(COL_TEXT, RuleRow, event),
	COL(COL_TEXT, RuleRow, status),
};

static const Col law_run_cols[] = {
	COL(COL_INT8, RunRow, since),
	COL(COL_INT8, RunRow, law),
	COL(COL_INT8, RunRow, rule),
	COL(COL_TIME, RunRow, slot),
	COL(COL_TIME, RunRow, at),
	COL(COL_INT4, RunRow, version),
	COL(COL_INT8, RunRow, actions),
	COL(COL_TEXT, RunRow, name),
	COL(COL_BYTES, RunRow, hash),
	COL(COL_TEXT, RunRow, error),
	COL(COL_TEXT, RunRow, message),
};

const Rel	law_rel = REL(REL_LAW, "law", LawRow, law_cols);
const Rel	law_version_rel = REL(REL_LAW_VERSION, "law_version", LawVersion, law_version_cols);
const Rel	law_rule_rel = REL(REL_LAW_RULE, "law_rule", RuleRow, law_rule_cols);
const Rel	law_run_rel = REL(REL_LAW_RUN, "law_run", RunRow, law_run_cols);
const RowPath law_by_seq = {LAW_BY_SEQ, REL_LAW, "law_pkey", true, 1, {0}, PATH_ALL, 0};
const RowPath law_by_name = {LAW_BY_NAME, REL_LAW, "law_name_key", true, 1, {9}, PATH_ALL, 0};
const RowPath law_by_due = {LAW_BY_DUE, REL_LAW, "law_due_idx", true, 2, {5, 0}, PATH_WHERE_SET, 5};
const RowPath law_version_by_law = {LAW_VERSION_BY_LAW, REL_LAW_VERSION, "law_version_pkey", true, 2, {0, 5}, PATH_ALL, 0};
const RowPath law_rule_by_seq = {LAW_RULE_BY_SEQ, REL_LAW_RULE, "law_rule_pkey", true, 1, {0}, PATH_ALL, 0};
const RowPath law_rule_by_law = {LAW_RULE_BY_LAW, REL_LAW_RULE, "law_rule_law_key", true, 2, {1, 6}, PATH_ALL, 0};
const RowPath law_rule_by_due = {LAW_RULE_BY_DUE, REL_LAW_RULE, "law_rule_due_idx", true, 2, {2, 0}, PATH_WHERE_SET, 2};
const RowPath law_rule_by_event = {LAW_RULE_BY_EVENT, REL_LAW_RULE, "law_rule_event_idx", true, 2, {7, 0}, PATH_WHERE_SET, 7};
const RowPath law_run_by_since = {LAW_RUN_BY_SINCE, REL_LAW_RUN, "law_run_pkey", true, 1, {0}, PATH_ALL, 0};

/* ---- finding ---- */

LawRow *
law_find(State *state, Str name)
{
	LawRow		probe = {.name = name};

	return state_find(state, LAW_BY_NAME, &probe);
}

LawRow *
law_find_seq(State *state, int64_t seq)
{
	LawRow		probe = {.seq = seq};

	return state_find(state, LAW_BY_SEQ, &probe);
}

RuleRow *
law_find_rule(State *state, int64_t seq)
{
	RuleRow		probe = {.seq = seq};

	return state_find(state, LAW_RULE_BY_SEQ, &probe);
}

static bool
is_in_force(const LawRow *law)
{
	return str_is(law->status, "in force") || str_is(law->status, "suspended");
}

/* The law of this name that is in force.  Fault: NO_SUCH_LAW. */
static Code
find_in_force(LawRow **out, const Doing *doing, Str name)
{
	*out = law_find(doing->fold->state, name);
	if (*out != NULL && is_in_force(*out))
		return CODE_OK;
	return fault_set(doing->fold->fault, CODE_NO_SUCH_LAW, -1, "No law that is in force is called \"%.*s\".", (int) name.n, name.p);
}

bool
constitution_has(State *state, Arena *scratch, Str number)
{
	LawRow	   *law = law_find(state, CONSTITUTION);
	LawText		text;

	if (law == NULL || !is_in_force(law) || law_parse(&text, scratch, law->text, NULL) != CODE_OK)
		return false;
	for (size_t i = 0; i < text.narticles; i++)
		if (str_eq(text.articles[i].number, number))
			return true;
	return false;
}

static bool
take_last(void *self, const void *row)
{
	/* Both rows begin with their number. */
	*(int64_t *) self = ((const LawRow *) row)->seq;
	return false;
}

static bool
take_last_rule(void *self, const void *row)
{
	*(int64_t *) self = ((const RuleRow *) row)->seq;
	return false;
}

static int64_t
next_seq(State *state, PathId path, RowVisitor take)
{
	int64_t		last = 0;

	state_scan(state, path, 0, NULL, SCAN_BACK, take, &last);
	return last + 1;
}

static Str
text_hash(Arena *arena, Str text)
{
	Digest		hash;

	sha256(hash.b, text.p, text.n);
	return arena_str(arena, hash_str(&hash));
}

/* ---- rules of a version ---- */

typedef struct Numbers
{
	Arena	   *arena;
	int64_t    *v;
	size_t		n;
	size_t		room;
} Numbers;

static bool
collect_rule(void *self, const void *row)
{
	Numbers    *numbers = self;

	if (numbers->n == numbers->room)
	{
		size_t		room = numbers->room * 2 + 8;
		int64_t    *grown = arena_alloc(numbers->arena, room * sizeof *grown);

		if (numbers->n > 0)
			memcpy(grown, numbers->v, numbers->n * sizeof *grown);
		numbers->v = grown;
		numbers->room = room;
	}
	numbers->v[numbers->n++] = ((const RuleRow *) row)->seq;
	return true;
}

static void
drop_rules(Fold *fold, int64_t law)
{
	Numbers		rules = {.arena = fold->scratch};

	state_scan(fold->state, LAW_RULE_BY_LAW, 1, &(RuleRow){.law = law}, SCAN_ALL, collect_rule, &rules);
	for (size_t i = 0; i < rules.n; i++)
		state_delete(fold->state, law_find_rule(fold->state, rules.v[i]));
}

/* The next moment of a schedule after a time; INT8_NONE if there is none. */
static int64_t
next_slot(const LawRule *rule, int64_t after)
{
	Schedule	schedule;
	int64_t		next;

	if (rule->trigger != LAW_ON_SCHEDULE || schedule_parse(&schedule, rule->schedule, NULL) != CODE_OK ||
		!schedule_next(&next, &schedule, after))
		return INT8_NONE;
	return next;
}

static void
add_rules(Fold *fold, const LawRow *law, const LawText *text)
{
	int64_t		seq = next_seq(fold->state, LAW_RULE_BY_SEQ, take_last_rule);

	for (size_t i = 0; i < text->nrules; i++)
	{
		const LawRule *rule = &text->rules[i];
		int64_t		slot = next_slot(rule, fold->time);

		state_add(fold->state, REL_LAW_RULE, &(RuleRow){
			.seq = seq + (int64_t) i,
			.law = law->seq,
			.due = slot,
			.slot = slot,
			.name = arena_str(fold->arena, rule->name),
			.event = rule->trigger == LAW_ON_EVENT ? arena_str(fold->arena, rule->event) : STR_NONE,
			.status = STR("active"),
		});
	}
}

/* Give the parameters of a text the values that are new; a value of before counts from now. */
static Code
set_parameters(const Doing *doing, const LawText *text)
{
	Fold	   *fold = doing->fold;

	for (size_t i = 0; i < text->nparameters; i++)
	{
		const LawParameter *p = &text->parameters[i];

		for (size_t j = 0; j < p->nvalues; j++)
		{
			int64_t		from = p->values[j].from;
			int64_t		now;
			Code		code;

			if (from < fold->time && j + 1 < p->nvalues && p->values[j + 1].from <= fold->time)
				continue;		/* another one has taken its place */
			if (from < fold->time)
				from = fold->time;
			if (parameter_value(&now, fold->state, p->name, from) && now == p->values[j].value)
				continue;
			if ((code = parameter_set(doing, p->name, from, p->values[j].value)) != CODE_OK)
				return code;
		}
	}
	return CODE_OK;
}

/* Put a text into force as the next version of a law whose row has everything else. */
static Code
begin_version(const Doing *doing, LawRow *law, Str text)
{
	Fold	   *fold = doing->fold;
	LawText		read;
	Code		code;

	if ((code = law_parse(&read, fold->scratch, text, fold->fault)) != CODE_OK ||
		(code = law_check_rules(&read, fold->fault)) != CODE_OK ||
		(code = set_parameters(doing, &read)) != CODE_OK)
		return code;
	law->version++;
	law->proposal = doing->proposal;
	law->since = fold->time;
	law->held = false;
	law->status = STR("in force");
	law->due = law->sunset;
	law->text = arena_str(fold->arena, text);
	law->title = arena_str(fold->arena, read.title);
	law->hash = text_hash(fold->arena, text);
	law->closure = STR_NONE;
	state_add(fold->state, REL_LAW_VERSION, &(LawVersion){
		.law = law->seq, .level = law->level, .proposal = law->proposal, .since = law->since, .until = INT8_NONE,
		.version = law->version, .hash = law->hash, .text = law->text,
	});
	drop_rules(fold, law->seq);
	add_rules(fold, law, &read);
	return CODE_OK;
}

/* End the version in force. */
static void
end_version(Fold *fold, const LawRow *law)
{
	LawVersion	probe = {.law = law->seq, .version = law->version};
	LawVersion *version = state_expect(fold->state, LAW_VERSION_BY_LAW, &probe);

	version->until = fold->time;
	state_change(fold->state, version);
}

static void
end_law(Fold *fold, LawRow *law, const char *status)
{
	end_version(fold, law);
	drop_rules(fold, law->seq);
	law->status = str_from(status);
	law->due = INT8_NONE;
	state_change(fold->state, law);
}

/* ---- actions ---- */

/* What a law's rules may do waits no less than if a plan did it: the law waits as long as the longest of it. */
static void
needs_of_text(Needs *needs, Arena *arena, Str text)
{
	LawText		law;

	if (law_parse(&law, arena, text, NULL) != CODE_OK)
		return;
	for (size_t i = 0; i < law.nrules; i++)
		for (size_t j = 0; j < law.rules[i].nmay; j++)
		{
			const ActionKind *kind = action_kind(law.rules[i].may[j].verb);
			int64_t		timelock = kind == NULL ? 0 : kind->irreversible ? 2 * kind->timelock : kind->timelock;

			if (timelock > needs->timelock)
				needs->timelock = timelock;
		}
}

static Code amended(Str *out, Arena *arena, State *state, Str name, const Json *args, Fault *fault);

/*
 * The rank of the law that an action is about, where it stands above that of the kind, and what the text that it brings
 * asks for.
 */
static void
needs_of_law(Needs *needs, Arena *arena, State *state, const Json *args)
{
	const Json *name = json_get(args, "name");
	const Json *level = json_get(args, "level");
	const LawRow *law = name != NULL ? law_find(state, name->string) : NULL;
	Str			text;

	if (name != NULL && str_eq(name->string, CONSTITUTION))
		needs->level = LEVEL_CONSTITUTION;

	if (law != NULL && law->level < needs->level)
		needs->level = (int) law->level;
	if (level != NULL && level->number < needs->level)
		needs->level = (int) level->number;
	if (needs->level == LEVEL_CONSTITUTION)
		needs->timelock = DAYS(30);
	else if (needs->level == LEVEL_ORGANIC)
		needs->timelock = DAYS(14);
	if (json_get(args, "text") != NULL)
		needs_of_text(needs, arena, json_get(args, "text")->string);
	else if (json_get(args, "diff") != NULL && name != NULL && amended(&text, arena, state, name->string, args, NULL) == CODE_OK)
		needs_of_text(needs, arena, text);
}

static const MemberSpec enact_members[] = {
	{"name", MEMBER_NAME, false, 0, LAWS_NAME_MAX},
	{"text", MEMBER_TEXT, false, 0, LAW_TEXT_MAX},
	{"level", MEMBER_INT, true, LEVEL_CONSTITUTION, LEVEL_REGULATION},
	{"until", MEMBER_INT, true, 1, TIME_MAX},
	{NULL}
};

static Code
enact(Doing *doing)
{
	Fold	   *fold = doing->fold;
	Str			name = doing_text(doing, "name");
	bool		constitution = str_eq(name, CONSTITUTION);
	int64_t		level = doing_int(doing, "level", constitution ? LEVEL_CONSTITUTION : LEVEL_LAW);
	int64_t		until = doing_int(doing, "until", 0);
	LawRow	   *law = law_find(fold->state, name);
	LawRow		fresh = {.closure = STR_NONE};
	Code		code;

	if (law != NULL && is_in_force(law))
		return fault_set(fold->fault, CODE_LAW_EXISTS, -1, "\"%.*s\" is in force in version %d.", (int) name.n, name.p, law->version);
	if (constitution != (level == LEVEL_CONSTITUTION))
		return fault_set(fold->fault, CODE_BAD_LAW, -1, "The law of level 1 is called \"constitution\", and no other one.");
	if (until != 0 && until * USECS_PER_SECOND <= fold->time)
		return fault_set(fold->fault, CODE_BAD_LAW, -1, "Its sunset, %lld, is over.", (long long) until);
	if (law == NULL)
	{
		fresh.seq = next_seq(fold->state, LAW_BY_SEQ, take_last);
		fresh.name = arena_str(fold->arena, name);
		law = &fresh;
	}
	law->level = level;
	law->sunset = until != 0 ? until * USECS_PER_SECOND : INT8_NONE;
	if ((code = begin_version(doing, law, doing_text(doing, "text"))) != CODE_OK)
		return code;
	if (law == &fresh)
		state_add(fold->state, REL_LAW, &fresh);
	else
		state_change(fold->state, law);
	return CODE_OK;
}

static Code
enact_text(Str *out, Arena *arena, State *state, const Json *args, Fault *fault)
{
	*out = json_get(args, "text")->string;
	return CODE_OK;
}

static const MemberSpec amend_members[] = {
	{"name", MEMBER_NAME, false, 0, LAWS_NAME_MAX},
	{"hash", MEMBER_ID, false, 0, 0},
	{"diff", MEMBER_TEXT, false, 0, RECORD_PAYLOAD_MAX},
	{NULL}
};
static const MemberSpec constitution_members[] = {
	{"hash", MEMBER_ID, false, 0, 0},
	{"diff", MEMBER_TEXT, false, 0, RECORD_PAYLOAD_MAX},
	{NULL}
};

/* The text that an amendment makes of a law: only of the version that it was written for. */
static Code
amended(Str *out, Arena *arena, State *state, Str name, const Json *args, Fault *fault)
{
	const LawRow *law = law_find(state, name);
	Digest		hash;

	if (law == NULL || !is_in_force(law))
		return fault_set(fault, CODE_NO_SUCH_LAW, -1, "No law that is in force is called \"%.*s\".", (int) name.n, name.p);
	if (!id_parse(hash.b, json_get(args, "hash")->string) || !str_eq(hash_str(&hash), law->hash))
		return fault_set(fault, CODE_LAW_CHANGED, -1, "\"%.*s\" has another hash: it is in version %d.", (int) name.n, name.p, law->version);
	return diff_apply(out, arena, law->text, json_get(args, "diff")->string, fault);
}

static Str
amended_name(const Json *args)
{
	const Json *name = json_get(args, "name");

	return name != NULL ? name->string : CONSTITUTION;
}

static Code
amend_text(Str *out, Arena *arena, State *state, const Json *args, Fault *fault)
{
	return amended(out, arena, state, amended_name(args), args, fault);
}

static Code
amend(Doing *doing)
{
	Fold	   *fold = doing->fold;
	LawRow	   *law;
	Str			text;
	Code		code = amended(&text, fold->scratch, fold->state, amended_name(doing->args), doing->args, fold->fault);

	if (code != CODE_OK)
		return code;
	law = law_find(fold->state, amended_name(doing->args));
	end_version(fold, law);
	if ((code = begin_version(doing, law, text)) == CODE_OK)
		state_change(fold->state, law);
	return code;
}

static const MemberSpec name_members[] = {
	{"name", MEMBER_NAME, false, 0, LAWS_NAME_MAX},
	{NULL}
};

static Code
repeal(Doing *doing)
{
	LawRow	   *law;
	Code		code = find_in_force(&law, doing, doing_text(doing, "name"));

	if (code == CODE_OK)
		end_law(doing->fold, law, "repealed");
	return code;
}

static const MemberSpec suspend_members[] = {
	{"name", MEMBER_NAME, false, 0, LAWS_NAME_MAX},
	{"days", MEMBER_INT, false, 1, LAW_SUSPEND_DAYS_MAX},
	{"reason", MEMBER_TEXT, false, 0, 1000},
	{NULL}
};

static Code
suspend(Doing *doing)
{
	Fold	   *fold = doing->fold;
	LawRow	   *law;
	int64_t		end = fold->time + DAYS(doing_int(doing, "days", 1));
	Code		code = find_in_force(&law, doing, doing_text(doing, "name"));

	if (code != CODE_OK)
		return code;
	if (law->held)
		return fault_set(fold->fault, CODE_LAW_HELD, -1, "Version %d of \"%.*s\" was suspended before.", law->version, (int) law->name.n, law->name.p);
	law->held = true;
	law->status = STR("suspended");
	law->due = law->sunset != INT8_NONE && law->sunset < end ? law->sunset : end;
	state_change(fold->state, law);
	return CODE_OK;
}

static const MemberSpec run_members[] = {
	{"name", MEMBER_NAME, false, 0, LAWS_NAME_MAX},
	{"rule", MEMBER_TEXT, false, 0, LAW_NAME_MAX},
	{NULL}
};

static Code
run(Doing *doing)
{
	Fold	   *fold = doing->fold;
	Str			name = doing_text(doing, "rule");
	LawRow	   *law;
	RuleRow		probe;
	RuleRow    *rule;
	Code		code = find_in_force(&law, doing, doing_text(doing, "name"));

	if (code != CODE_OK)
		return code;
	probe = (RuleRow){.law = law->seq, .name = name};
	rule = state_find(fold->state, LAW_RULE_BY_LAW, &probe);
	if (rule == NULL || !str_is(rule->status, "active"))
		return fault_set(fold->fault, CODE_NO_SUCH_RULE, -1, "The law \"%.*s\" has no active rule \"%.*s\".", (int) law->name.n, law->name.p,
						 (int) name.n, name.p);
	rule->due = rule->slot = fold->time;
	state_change(fold->state, rule);
	return CODE_OK;
}

const ActionKind law_actions[] = {
	{"law.enact", LEVEL_LAW, 0, false, "Enact the law \"{name}\"[ of level {level}][ until {until}]", enact_members, enact, needs_of_law, enact_text},
	{"law.amend", LEVEL_LAW, 0, false, "Amend the law \"{name}\"", amend_members, amend, needs_of_law, amend_text},
	{"law.repeal", LEVEL_LAW, 0, false, "Repeal the law \"{name}\"", name_members, repeal, needs_of_law, NULL},
	{"law.suspend", LEVEL_REGULATION, 0, false, "Suspend the law \"{name}\" for {days} days: {reason}", suspend_members, suspend, NULL, NULL},
	{"law.run", LEVEL_LAW, 0, false, "Run the rule \"{rule}\" of the law \"{name}\"", run_members, run, needs_of_law, NULL},
	{"constitution.amend", LEVEL_CONSTITUTION, DAYS(30), false, "Amend the constitution", constitution_members, amend, NULL, amend_text},
	{NULL}
};

/* ---- runs ---- */

static bool
is_active(State *state, const RuleRow *rule, int64_t time)
{
	const LawRow *law = law_find_seq(state, rule->law);

	return str_is(rule->status, "active") && law != NULL && str_is(law->status, "in force") &&
		(law->due == INT8_NONE || law->due > time);
}

bool
rule_wants(State *state, const RuleRow *rule, int64_t time)
{
	return rule->due != INT8_NONE && rule->due <= time && is_active(state, rule, time);
}

static void
rules_due(Numbers *out, State *state, int64_t time)
{
	state_scan(state, LAW_RULE_BY_DUE, 0, &(RuleRow){.due = time}, SCAN_UPTO, collect_rule, out);
}

void
rules_wanted(Int8List *out, Arena *arena, State *state, int64_t time)
{
	Numbers		due = {.arena = arena};
	size_t		n = 0;

	rules_due(&due, state, time);
	for (size_t i = 0; i < due.n; i++)
		if (rule_wants(state, law_find_rule(state, due.v[i]), time))
			due.v[n++] = due.v[i];
	*out = (Int8List){due.v, n};
}

/* Write what came of a run, as an entry and as a row. */
static void
write_run(Fold *fold, const LawRow *law, const RuleRow *rule, size_t actions, Str hash, Str error, Str message)
{
	Digest		unused;
	Digest		digest;
	Buf			body;
	RunRow		row = {
		.since = fold->index, .law = law->seq, .rule = rule->seq, .slot = rule->slot, .at = fold->time, .version = law->version,
		.actions = (int64_t) actions, .name = rule->name, .hash = hash, .error = arena_str(fold->arena, error),
		.message = arena_str(fold->arena, message),
	};

	entry_begin(&body, fold->output);
	entry_int(&body, "actions", row.actions);
	entry_text(&body, "entry", STR("run"));
	if (error.p != NULL)
		entry_text(&body, "error", error);
	if (hash.p != NULL)
	{
		memcpy(digest.b, hash.p, HASH_SIZE);
		entry_hash(&body, "hash", &digest);
	}
	entry_text(&body, "law", law->name);
	if (message.p != NULL)
		entry_text(&body, "message", message);
	entry_text(&body, "rule", rule->name);
	entry_int(&body, "slot_us", rule->slot);
	entry_int(&body, "version", law->version);
	fold->write_entry(fold, (Entry){.kind = STR("run"), .body = entry_end(&body)}, &unused);
	state_add(fold->state, REL_LAW_RUN, &row);
}

/* After a run that did nothing: again later, or no more. */
static void
fail(Fold *fold, const LawRow *law, RuleRow *rule, Str error, Str message)
{
	int			doublings = rule->failures < RULE_BACKOFF_MAX ? rule->failures : RULE_BACKOFF_MAX;

	write_run(fold, law, rule, 0, STR_NONE, error, message);
	rule->failures++;
	rule->due = fold->time + (RULE_RETRY << doublings);
	if (rule->failures >= RULE_FAILURES_MAX)
	{
		rule->status = STR("stopped");
		rule->due = rule->slot = INT8_NONE;
	}
	state_change(fold->state, rule);
}

/* After a run: the next moment of the schedule, or nothing until something happens. */
static void
go_on(Fold *fold, const LawRule *text, RuleRow *rule)
{
	rule->runs++;
	rule->failures = 0;
	rule->due = rule->slot = next_slot(text, rule->slot);
	state_change(fold->state, rule);
}

static Str
pays_from(const void *self, const Json *action, Arena *arena)
{
	return law_pays_from(self, action, arena);
}

/* Apply what a rule was evaluated to. */
static void
apply_outcome(Fold *fold, LawRow *law, RuleRow *rule, const Json *outcome)
{
	const Json *actions = json_get(outcome, "actions");
	const Json *closure = json_get(outcome, "closure");
	const Json *failed = json_get(outcome, "failed");
	const Json *message = json_get(outcome, "message");
	Doing		doing = {.fold = fold, .level = (int) law->level, .law = law->seq};
	RuleRow		before = *rule;
	const LawRule *rule_text;
	LawText		text;
	Buf			bytes;
	Code		code;

	if (failed != NULL && failed->type == JSON_STRING)
	{
		fail(fold, law, rule, failed->string, message != NULL && message->type == JSON_STRING ? message->string : STR_NONE);
		return;
	}
	if (actions == NULL || actions->type != JSON_ARRAY || closure == NULL || closure->type != JSON_STRING ||
		law_parse(&text, fold->scratch, law->text, NULL) != CODE_OK || (rule_text = law_rule(&text, rule->name)) == NULL)
		code = fault_set(fold->fault, CODE_LAW_RESULT, -1, "The evaluation is not of its form.");
	else if (law->closure.p != NULL && !str_eq(law->closure, closure->string))
		code = fault_set(fold->fault, CODE_CLOSURE_MOVED, -1, "A view that it reads, or the list of what laws may call, is another one.");
	else if ((code = law_may(rule_text, actions, fold->scratch, fold->fault)) == CODE_OK)
		code = actions_apply(fold, actions, &doing, pays_from, rule_text);
	if (code != CODE_OK)
	{
		fail(fold, law, rule, str_from(code_sqlstate(code)), arena_str(fold->scratch, str_from(fold->fault->detail)));
		return;
	}
	if (law->closure.p == NULL)
	{
		law->closure = arena_str(fold->arena, closure->string);
		state_change(fold->state, law);
	}
	buf_init(&bytes, fold->scratch);
	json_canonical(&bytes, actions);
	write_run(fold, law, &before, actions->count, text_hash(fold->arena, buf_done(&bytes)), STR_NONE, STR_NONE);

	/* The rule may have ended its own law. */
	rule = law_find_rule(fold->state, before.seq);
	if (rule != NULL)
		go_on(fold, rule_text, rule);
}

/* ---- the clock ---- */

static bool
collect_law(void *self, const void *row)
{
	Numbers    *numbers = self;
	RuleRow		as_rule = {.seq = ((const LawRow *) row)->seq};

	return collect_rule(numbers, &as_rule);
}

/* A suspension is over, or a law. */
static void
advance_law(Fold *fold, LawRow *law)
{
	Digest		unused;
	Buf			body;

	if (law->sunset != INT8_NONE && law->sunset <= fold->time)
		end_law(fold, law, "ended");
	else
	{
		law->status = STR("in force");
		law->due = law->sunset;
		state_change(fold->state, law);
	}
	entry_begin(&body, fold->output);
	entry_text(&body, "entry", STR("law"));
	entry_text(&body, "law", law->name);
	entry_text(&body, "status", law->status);
	entry_int(&body, "version", law->version);
	fold->write_entry(fold, (Entry){.kind = STR("law"), .body = entry_end(&body)}, &unused);
}

void
laws_advance(Fold *fold)
{
	Numbers		due = {.arena = fold->output};

	state_scan(fold->state, LAW_BY_DUE, 0, &(LawRow){.due = fold->time}, SCAN_UPTO, collect_law, &due);
	for (size_t i = 0; i < due.n; i++)
	{
		arena_reset(fold->scratch);
		advance_law(fold, law_find_seq(fold->state, due.v[i]));
	}
	due.n = 0;
	rules_due(&due, fold->state, fold->time);
	for (size_t i = 0; i < due.n; i++)
	{
		RuleRow    *rule = law_find_rule(fold->state, due.v[i]);
		const Json *outcome;

		arena_reset(fold->scratch);
		if (rule == NULL || !rule_wants(fold->state, rule, fold->time))
			continue;
		outcome = evaluation_take(fold, EVALUATE_LAW, rule->seq);
		if (outcome != NULL)
			apply_outcome(fold, law_find_seq(fold->state, rule->law), rule, outcome);
	}
}

static bool
note_due(void *self, const void *row)
{
	*(bool *) self = true;
	return false;
}

bool
laws_are_due(State *state, int64_t time)
{
	bool		due = false;

	state_scan(state, LAW_BY_DUE, 0, &(LawRow){.due = time}, SCAN_UPTO, note_due, &due);
	return due;
}

/* ---- events ---- */

typedef struct Listening
{
	Numbers		rules;
	const Str  *kinds;
	size_t		n;
} Listening;

static bool
collect_listening(void *self, const void *row)
{
	Listening  *listening = self;
	const RuleRow *rule = row;

	for (size_t i = 0; i < listening->n; i++)
		if (str_eq(listening->kinds[i], rule->event))
			return collect_rule(&listening->rules, rule);
	return true;
}

void
laws_event(Fold *fold, const Str *kinds, size_t n)
{
	Listening	listening = {.rules = {.arena = fold->output}, .kinds = kinds, .n = n};

	if (n == 0)
		return;
	state_scan(fold->state, LAW_RULE_BY_EVENT, 0, NULL, SCAN_ALL, collect_listening, &listening);
	for (size_t i = 0; i < listening.rules.n; i++)
	{
		RuleRow    *rule = law_find_rule(fold->state, listening.rules.v[i]);

		/* What happens while it is due already belongs to the same run. */
		if (!str_is(rule->status, "active") || rule->due != INT8_NONE)
			continue;
		rule->due = rule->slot = fold->time;
		state_change(fold->state, rule);
	}
}
