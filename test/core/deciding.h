/*
 * deciding.h -- for tests of actions: plans that are applied to a commune of commune.h without a proposal.
 *
 *     PLAN(&c, OK, LEVEL_LAW, "{'do':'publish','title':'x'}");
 *
 * Each plan is applied in memory and over a store, at c.time and at an index of its own, and the rows must be the same
 * afterwards.  A refusal, and a mere try, must leave every row as it was.  The register knows nothing of it: end such a
 * commune with commune_free().
 */
#ifndef COMMUNE_DECIDING_H
#define COMMUNE_DECIDING_H

#include "commune.h"

#include "action/action.h"

static Fault deciding_fault;		/* of the last plan */

static inline Fold
deciding_fold(Commune *c, State *state, Fault *fault)
{
	return (Fold){
		.state = state, .arena = state_arena(state), .output = &c->forever.arena, .scratch = &c->forever.arena, .fault = fault,
		.time = c->time, .previous_time = c->previous_time, .index = c->last.size, .charter = charter_find(state),
	};
}

/* Read a plan written with single quotes. */
static inline Code
deciding_read(Plan *out, Commune *c, State *state, const char *actions, Fault *fault)
{
	Buf			text;

	buf_init(&text, &c->forever.arena);
	buf_char(&text, '[');
	put_members(&text, c, str_from(actions));
	buf_char(&text, ']');
	return plan_read(out, &c->forever.arena, state, buf_done(&text), fault);
}

static inline Code
decide(Commune *c, Code expected, int line, Doing as, const char *format, ...) __attribute__((format(printf, 5, 6)));

static inline Code
decide(Commune *c, Code expected, int line, Doing as, const char *format, ...)
{
	char	   *actions = malloc(RECORD_TEXT_MAX);
	HeapArena	heap;
	Str			before;
	Plan		plan;
	Fold		fold;
	Fold		again;
	Fault		fault = {.code = CODE_OK};
	State	   *tables;
	Code		code;
	const char *wrong;
	va_list		args;

	va_start(args, format);
	CHECK(vsnprintf(actions, RECORD_TEXT_MAX, format, args) < RECORD_TEXT_MAX);
	va_end(args);
	heap_arena_init(&heap);
	deciding_fault = (Fault){.code = CODE_OK};
	fold = deciding_fold(c, c->state, &deciding_fault);
	before = arena_str(&heap.arena, dump(c, NULL));
	code = deciding_read(&plan, c, c->state, actions, &deciding_fault);
	if (code == CODE_OK)
	{
		code = plan_try(&fold, &plan, &as);
		check_that(str_eq(before, dump(c, NULL)), __BASE_FILE__, line, "a try changes nothing");
		check_that(plan_apply(&fold, &plan, &as) == code, __BASE_FILE__, line, "the try says what happens");
	}
	if (expected != ANY_CODE && !check_that(code == expected, __BASE_FILE__, line, "what becomes of the plan"))
		printf("    got %s, wanted %s: %s\n", code_message(code), code_message(expected), deciding_fault.detail);
	if (code != CODE_OK)
		check_that(str_eq(before, dump(c, NULL)), __BASE_FILE__, line, "a refusal changes nothing");

	/* The same on the tables. */
	tables = state_new(&heap.arena, &c->tables.store);
	again = deciding_fold(c, tables, &fault);
	if (deciding_read(&plan, c, tables, actions, &fault) == CODE_OK)
	{
		check_that(plan_try(&again, &plan, &as) == code, __BASE_FILE__, line, "the same on tables, tried");
		check_that(plan_apply(&again, &plan, &as) == code, __BASE_FILE__, line, "the same on tables");
	}
	state_flush(tables);
	compare_tables(c, c->state, &c->tables);
	wrong = broken_invariant(c->state, &heap.arena);
	if (!check_that(wrong == NULL, __BASE_FILE__, line, "the invariants hold"))
		printf("    %s\n", wrong);

	/* The entry that says so. */
	c->last.size++;
	heap_arena_free(&heap);
	free(actions);
	return code;
}

#define PLAN(c, code, rank, ...) decide(c, CODE_##code, __LINE__, (Doing){.level = (rank), .proposal = 7}, __VA_ARGS__)
#define BY_LAW(c, code, account, ...) decide(c, CODE_##code, __LINE__, (Doing){.level = LEVEL_LAW, .law = 1, .from = STR(account)}, __VA_ARGS__)

/* The sentence for an action. */
static inline Str
sentence(Commune *c, const char *action)
{
	Plan		plan;
	Fault		fault = {.detail = ""};

	if (deciding_read(&plan, c, c->state, action, &fault) != CODE_OK)
		return arena_printf(&c->forever.arena, "%s", fault.detail);
	return plan_sentences(&c->forever.arena, c->state, &plan).v[0];
}

#endif
