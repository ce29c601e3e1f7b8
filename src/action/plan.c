/*
 * plan.c -- reads plans, applies them, and says them in sentences.
 */
#include "action/action.h"

#include <stdio.h>

static const char *const not_of_kind[] = {"do", NULL};

const ActionKind *
action_kind(Str name)
{
	for (size_t i = 0; action_kinds[i] != NULL; i++)
		for (const ActionKind *kind = action_kinds[i]; kind->name != NULL; kind++)
			if (str_is(name, kind->name))
				return kind;
	return NULL;
}

/* ---- what an action says ---- */

Str
doing_text(const Doing *doing, const char *name)
{
	const Json *v = json_get(doing->args, name);

	return v != NULL ? v->string : STR_NONE;
}

int64_t
doing_int(const Doing *doing, const char *name, int64_t otherwise)
{
	const Json *v = json_get(doing->args, name);

	return v != NULL ? v->number : otherwise;
}

Str
doing_keep(const Doing *doing, const char *name)
{
	return arena_str(doing->fold->arena, doing_text(doing, name));
}

Member *
action_member(State *state, int64_t id)
{
	Member		probe = {.id = id};

	return state_find(state, MEMBER_BY_ID, &probe);
}

Code
doing_member(Member **out, const Doing *doing, const char *name)
{
	int64_t		id = doing_int(doing, name, 0);

	*out = action_member(doing->fold->state, id);
	if (*out != NULL)
		return CODE_OK;
	return fault_set(doing->fold->fault, CODE_NO_SUCH_PERSON, -1, "The register has named nobody with the number %lld.", (long long) id);
}

/* ---- reading ---- */

/* Check one action of a plan. */
static Code
read_action(Action *out, Arena *arena, State *state, const Json *args, Fault *fault)
{
	const Json *name = args->type == JSON_OBJECT ? json_get(args, "do") : NULL;
	char		shown[JSON_SHOWN_SIZE];

	if (name == NULL || name->type != JSON_STRING)
		return fault_set(fault, CODE_BAD_PLAN, -1, "Each action is an object whose member \"do\" names its kind.");
	*out = (Action){.kind = action_kind(name->string), .args = args};
	if (out->kind == NULL)
		return fault_set(fault, CODE_UNKNOWN_ACTION, -1, "The kind is \"%s\".", json_shown(shown, name->string));
	out->needs = (Needs){.level = out->kind->level, .timelock = out->kind->timelock};
	if (members_check(args, "action", name->string, not_of_kind, out->kind->members, fault) != CODE_OK)
		return fault->code = CODE_BAD_ACTION;
	if (out->kind->needs != NULL)
		out->kind->needs(&out->needs, arena, state, args);
	if (out->kind->irreversible)
		out->needs.timelock *= 2;
	return CODE_OK;
}

/* Say in a fault which action of a plan it is about. */
static Code
blame(Fault *fault, size_t i, const char *name)
{
	char		detail[sizeof fault->detail];

	memcpy(detail, fault->detail, sizeof detail);
	return fault_set(fault, fault->code, (int64_t) i, "Action %zu%s%s%s: %s", i + 1, name ? " (" : "", name ? name : "",
					 name ? ")" : "", detail);
}

static bool
is_new_kind(const Action *actions, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (actions[j].kind == actions[i].kind)
			return false;
	return true;
}

Code
plan_check(Plan *out, Arena *arena, State *state, const Json *plan, Fault *fault)
{
	Action	   *actions;
	size_t		i = 0;
	Buf			text;

	if (plan->type != JSON_ARRAY || plan->count == 0 || plan->count > PLAN_ACTIONS_MAX)
		return fault_set(fault, CODE_BAD_PLAN, -1, "A plan is an array of 1 to %d actions.", PLAN_ACTIONS_MAX);
	actions = arena_alloc(arena, plan->count * sizeof *actions);
	*out = (Plan){.level = LEVEL_REGULATION, .n = plan->count, .action = actions};
	for (const Json *item = plan->child; item != NULL; item = item->next, i++)
	{
		if (read_action(&actions[i], arena, state, item, fault) != CODE_OK)
			return blame(fault, i, NULL);
		if (actions[i].needs.level < out->level)
			out->level = actions[i].needs.level;
		if (actions[i].needs.timelock > out->timelock)
			out->timelock = actions[i].needs.timelock;
		out->kinds += is_new_kind(actions, i);
	}
	buf_init(&text, arena);
	json_canonical(&text, plan);
	out->text = buf_done(&text);
	sha256(out->hash.b, out->text.p, out->text.n);
	return CODE_OK;
}

Code
plan_read(Plan *out, Arena *arena, State *state, Str text, Fault *fault)
{
	const Json *plan;
	Code		code = json_parse(&plan, arena, text.p, text.n, fault);

	if (code != CODE_OK)
		return fault->code = CODE_BAD_PLAN;
	return plan_check(out, arena, state, plan, fault);
}

/* ---- applying ---- */

/* Apply one action.  What it needs is asked again: the state may have changed since the plan was read. */
static Code
apply_action(Fold *fold, const Action *action, Doing doing)
{
	Needs		needs = {.level = action->kind->level, .timelock = action->kind->timelock};

	if (action->kind->needs != NULL)
		action->kind->needs(&needs, fold->scratch, fold->state, action->args);
	if (doing.level > needs.level)
		return fault_set(fold->fault, CODE_LEVEL_TOO_LOW, -1, "It needs a rule of level %d, the one that acts has level %d.",
						 needs.level, doing.level);
	doing.fold = fold;
	doing.kind = action->kind;
	doing.args = action->args;
	return action->kind->apply(&doing);
}

/* Apply all actions in a trial that the caller ends. */
static Code
apply_all(Fold *fold, const Plan *plan, const Doing *as)
{
	Doing		doing = *as;

	for (size_t i = 0; i < plan->n; i++)
	{
		doing.place = (int) i + 1;
		if (apply_action(fold, &plan->action[i], doing) != CODE_OK)
			return blame(fold->fault, i, plan->action[i].kind->name);
	}
	return CODE_OK;
}

static void
begin(Fold *fold)
{
	state_begin(fold->state);
	state_watch(fold->state, fold->charter);
}

Code
plan_apply(Fold *fold, const Plan *plan, const Doing *as)
{
	Code		code;

	begin(fold);
	code = apply_all(fold, plan, as);
	if (code == CODE_OK)
		state_keep(fold->state);
	else
		state_undo(fold->state);
	return code;
}

Code
plan_try(Fold *fold, const Plan *plan, const Doing *as)
{
	Code		code;

	begin(fold);
	code = apply_all(fold, plan, as);
	state_undo(fold->state);
	return code;
}

/* Apply the actions of a run in a trial that the caller ends. */
static Code
apply_run(Fold *fold, const Json *actions, const Doing *as, Str (*from) (const void *self, const Json *action, Arena *arena),
		  const void *self)
{
	Doing		doing = *as;
	size_t		i = 0;

	for (const Json *item = actions->child; item != NULL; item = item->next, i++)
	{
		Action		action;

		doing.place = (int) i + 1;
		if (read_action(&action, fold->scratch, fold->state, item, fold->fault) != CODE_OK)
			return blame(fold->fault, i, NULL);
		if (action.kind->law_text != NULL)
		{
			(void) fault_set(fold->fault, CODE_LAW_ACTION, -1, "A law makes no law: its text would come into force unread.");
			return blame(fold->fault, i, action.kind->name);
		}
		doing.from = from(self, item, fold->scratch);
		if (apply_action(fold, &action, doing) != CODE_OK)
			return blame(fold->fault, i, action.kind->name);
	}
	return CODE_OK;
}

Code
actions_apply(Fold *fold, const Json *actions, const Doing *as, Str (*from) (const void *self, const Json *action, Arena *arena),
			  const void *self)
{
	Code		code;

	begin(fold);
	code = apply_run(fold, actions, as, from, self);
	if (code == CODE_OK)
		state_keep(fold->state);
	else
		state_undo(fold->state);
	return code;
}

/* ---- sentences ---- */

/* Write a member of an action as people read it; false if it is absent. */
static bool
put_value(Buf *out, State *state, const Json *args, Str name)
{
	char		key[32];
	const Json *v;
	const Member *member;
	char		did[DID_TEXT_MAX];

	snprintf(key, sizeof key, "%.*s", (int) name.n, name.p);
	v = json_get(args, key);
	if (v == NULL)
		return false;
	if (v->type == JSON_STRING)
		buf_str(out, v->string);
	else
		json_canonical(out, v);
	if (!str_is(name, "member") || v->type != JSON_INT || (member = action_member(state, v->number)) == NULL)
		return true;
	buf_text(out, " (");
	buf_add(out, did, did_print(did, &member->did));
	buf_char(out, ')');
	return true;
}

/* Fill in a sentence from where it stands to the closing bracket or the end; false if a value is absent. */
static bool
put_sentence(Buf *out, State *state, const Json *args, const char **at)
{
	bool		complete = true;

	while (**at != '\0' && **at != ']')
	{
		if (**at == '{')
		{
			size_t		n = strcspn(++*at, "}");

			complete &= put_value(out, state, args, (Str){*at, n});
			*at += n + 1;
		}
		else if (**at == '[')
		{
			size_t		before = out->n;

			++*at;
			if (!put_sentence(out, state, args, at))
				out->n = before;
			++*at;
		}
		else
			buf_char(out, *(*at)++);
	}
	return complete;
}

StrList
plan_sentences(Arena *arena, State *state, const Plan *plan)
{
	Str		   *sentence = arena_alloc(arena, plan->n * sizeof *sentence);

	for (size_t i = 0; i < plan->n; i++)
	{
		const char *at = plan->action[i].kind->sentence;
		Buf			text;

		buf_init(&text, arena);
		(void) put_sentence(&text, state, plan->action[i].args, &at);
		if (plan->action[i].needs.note.p != NULL)
		{
			buf_text(&text, " (");
			buf_str(&text, plan->action[i].needs.note);
			buf_char(&text, ')');
		}
		sentence[i] = buf_done(&text);
	}
	return (StrList){sentence, plan->n};
}
