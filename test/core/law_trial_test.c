/*
 * law_trial_test.c -- tests of laws as they are written; what a rule may do; the list of what laws may call.
 */
#include "check.h"

#include "law/allowed.h"
#include "law/may.h"
#include "law/trial.h"

/* ---- tests ---- */

static Code
parse(Trial *out, Arena *arena, const char *text, Fault *fault)
{
	LawTest		test = {.text = str_from(text)};

	return trial_parse(out, arena, test.text, &test, fault);
}

static void
test_trial(void)
{
	HeapArena	heap;
	Trial		trial;
	Fault		fault = {0};

	heap_arena_init(&heap);
	CHECK_INT(parse(&trial, &heap.arena,
					"given law.members (id, active, handle):\n"
					"  (1, true, 'it''s, (one)'),\n"
					"  (-2,null,'null')\n"
					"given law.balances (owner): (7)\n"
					"given param ubi.amount = -5\n"
					"given today = 2026-03-01\n\n"
					"expect pay(1, 5,\n"
					"  'x')\n"
					"expect publish('given', 'a')\n", &fault), CODE_OK);
	CHECK_INT(trial.nviews, 2);
	CHECK_STR(trial.view[0].view, "members");
	CHECK_INT(trial.view[0].ncolumns, 3);
	CHECK_STR(trial.view[0].column[2], "handle");
	CHECK_INT(trial.view[0].nrows, 2);
	CHECK_STR(trial.view[0].cell[2], "it's, (one)");
	CHECK_STR(trial.view[0].cell[3], "-2");
	CHECK(trial.view[0].cell[4].p == NULL);
	CHECK_STR(trial.view[0].cell[5], "null");
	CHECK_INT(trial.view[1].nrows, 1);
	CHECK_INT(trial.nparameters, 1);
	CHECK_STR(trial.parameter[0].name, "ubi.amount");
	CHECK_INT(trial.parameter[0].values[0].value, -5);
	CHECK_INT(trial.parameter[0].values[0].from, 0);
	CHECK_INT(trial.today, INT64_C(1772323200000000));
	CHECK_INT(trial.nexpect, 2);
	CHECK_STR(trial.expect[0], "pay(1, 5,\n  'x')");
	CHECK_STR(trial.expect[1], "publish('given', 'a')");
	CHECK(trial.error.p == NULL);

	CHECK_INT(parse(&trial, &heap.arena, "expect nothing", &fault), CODE_OK);
	CHECK_INT(trial.nexpect, 0);
	CHECK_INT(trial.today, INT64_C(946684800000000));
	CHECK_INT(parse(&trial, &heap.arena, "expect error 22012\n", &fault), CODE_OK);
	CHECK_STR(trial.error, "22012");
	heap_arena_free(&heap);
}

static void
test_refused(void)
{
	static const struct
	{
		const char *text;
		const char *detail;
	}			forms[] = {
		{"", "the test expects nothing"},
		{"given today = 2026-01-01\n", "the test expects nothing"},
		{"when x\n", "Line 1: a test is made of lines"},
		{"expect nothing more\n", "behind the end"},
		{"expect error 1\n", "an error is written as"},
		{"expect error 22012\nexpect pay(1)\n", "both an error and actions"},
		{"expect \n", "expect is followed by"},
		{"given nothing\nexpect nothing\n", "given is followed by"},
		{"given members (id): (1)\nexpect nothing\n", "given is followed by"},
		{"given law.Members (id): (1)\nexpect nothing\n", "given is followed by"},
		{"expect nothing\ngiven law.members: (1)\n", "Line 2: ( is expected"},
		{"given law.members ():\nexpect nothing\n", "the name of a column"},
		{"given law.members (id (1)\nexpect nothing\n", ") is expected"},
		{"given law.members (id) (1)\nexpect nothing\n", "rows are written as"},
		{"given law.members (id): 1\nexpect nothing\n", "( is expected"},
		{"given law.members (id): (1, 2)\nexpect nothing\n", "the row has 2 values, not 1"},
		{"given law.members (id): (1),\nexpect nothing\n", "( is expected"},
		{"given law.members (id): ()\nexpect nothing\n", "a value is missing"},
		{"given law.members (id): ('1)\nexpect nothing\n", "a quote is not closed"},
		{"given law.members (id): (1) x\nexpect nothing\n", "behind the end"},
		{"given law.members (id): (1)\ngiven law.members (id): (1)\nexpect nothing\n", "given twice"},
		{"given param = 1\nexpect nothing\n", "a parameter is written as"},
		{"given param a = 1.5\nexpect nothing\n", "a parameter is written as"},
		{"given param a = 9007199254740992\nexpect nothing\n", "a parameter is written as"},
		{"given param a 1\nexpect nothing\n", "a parameter is written as"},
		{"given today = yesterday\nexpect nothing\n", "the day is written as"},
	};
	HeapArena	heap;
	Trial		trial;
	Buf			text;
	Fault		fault = {0};

	heap_arena_init(&heap);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
	{
		CHECK_INT(parse(&trial, &heap.arena, forms[i].text, &fault), CODE_LAW_TEXT);
		if (!CHECK(strstr(fault.detail, forms[i].detail) != NULL))
			printf("    in form %zu: %s\n", i, fault.detail);
	}
	for (int more = 0; more < 2; more++)
	{
		buf_init(&text, &heap.arena);
		buf_text(&text, "expect nothing\ngiven law.members (id): (1)");
		for (int i = 1; i < TRIAL_ROWS_MAX + more; i++)
			buf_text(&text, ",(1)");
		buf_char(&text, '\0');
		CHECK_INT(parse(&trial, &heap.arena, text.p, &fault), more ? CODE_LAW_TEXT : CODE_OK);

		text.n = 0;
		buf_text(&text, "expect nothing\ngiven law.members (c");
		for (int i = 1; i < TRIAL_COLUMNS_MAX + more; i++)
			buf_text(&text, ",c");
		buf_text(&text, "): (1");
		for (int i = 1; i < TRIAL_COLUMNS_MAX + more; i++)
			buf_text(&text, ",1");
		buf_text(&text, ")");
		buf_char(&text, '\0');
		CHECK_INT(parse(&trial, &heap.arena, text.p, &fault), more ? CODE_LAW_TEXT : CODE_OK);
	}
	heap_arena_free(&heap);
}

/* ---- what a rule may do ---- */

static LawMay lines[] = {
	{STR("pay"), STR_NONE, 100, STR("TOK"), STR("treasury.general")},
	{STR("param.set"), STR("ubi.amount"), 1, STR_NONE, STR_NONE},
	{STR("publish"), STR_NONE, -1, STR_NONE, STR_NONE},
};
static const LawRule rule = {.name = STR("r"), .may = lines, .nmay = 3};

static Code
may(const char *actions, int64_t *at)
{
	HeapArena	heap;
	const Json *array = NULL;
	Fault		fault = {.at = -1};
	Code		code;

	heap_arena_init(&heap);
	CHECK_INT(json_parse(&array, &heap.arena, actions, strlen(actions), &fault), CODE_OK);
	code = law_may(&rule, array, &heap.arena, &fault);
	*at = fault.at;
	heap_arena_free(&heap);
	return code;
}

static void
test_may(void)
{
	static const struct
	{
		const char *actions;
		int			at;			/* of the one that is refused; -1 if all pass */
	}			cases[] = {
		{"[]", -1},
		{"[{\"amount\":100,\"do\":\"pay\",\"member\":1}]", -1},
		{"[{\"amount\":60,\"do\":\"pay\",\"member\":1},{\"amount\":40,\"do\":\"pay\",\"to\":\"a\"}]", -1},
		{"[{\"amount\":60,\"do\":\"pay\",\"member\":1},{\"amount\":41,\"do\":\"pay\",\"to\":\"a\"}]", 1},
		{"[{\"amount\":0,\"do\":\"pay\",\"member\":1}]", -1},
		{"[{\"amount\":-1,\"do\":\"pay\",\"member\":1}]", 0},
		{"[{\"amount\":\"1\",\"do\":\"pay\",\"member\":1}]", 0},
		{"[{\"do\":\"param.set\",\"name\":\"ubi.amount\",\"value\":1}]", -1},
		{"[{\"do\":\"param.set\",\"name\":\"ubi.other\",\"value\":1}]", 0},
		{"[{\"do\":\"param.set\",\"name\":\"ubi.amount\",\"value\":1},{\"do\":\"param.set\",\"name\":\"ubi.amount\",\"value\":2}]", 1},
		{"[{\"do\":\"publish\",\"title\":\"a\"},{\"do\":\"publish\",\"title\":\"b\"},{\"do\":\"law.enact\"}]", 2},
		{"[{\"title\":\"a\"}]", 0},
		{"[{\"do\":7}]", 0},
	};
	HeapArena	heap;
	const Json *action;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
	{
		int64_t		at;

		CHECK_INT(may(cases[i].actions, &at), cases[i].at < 0 ? CODE_OK : CODE_LAW_ACTION);
		CHECK_INT(at, cases[i].at);
	}

	heap_arena_init(&heap);
	CHECK_INT(json_parse(&action, &heap.arena, "{\"do\":\"pay\",\"member\":12}", 24, NULL), CODE_OK);
	CHECK_STR(law_action_key(&heap.arena, action), "12");
	CHECK_STR(law_pays_from(&rule, action, &heap.arena), "treasury.general");
	CHECK_INT(json_parse(&action, &heap.arena, "{\"do\":\"mint\",\"to\":\"a\"}", 22, NULL), CODE_OK);
	CHECK_STR(law_action_key(&heap.arena, action), "a");
	CHECK(law_pays_from(&rule, action, &heap.arena).p == NULL);
	CHECK_INT(json_parse(&action, &heap.arena, "{\"do\":\"mint\"}", 13, NULL), CODE_OK);
	CHECK(law_action_key(&heap.arena, action).p == NULL);
	heap_arena_free(&heap);
}

static void
test_rules(void)
{
	static const struct
	{
		const char *clauses;
		Code		code;
	}			cases[] = {
		{"on schedule '0 0 1 * *'\nmay pay\nmay param.set of a", CODE_OK},
		{"on schedule '0 0 31 2 *'", CODE_BAD_SCHEDULE},
		{"on schedule 'daily'", CODE_BAD_SCHEDULE},
		{"on proposal\nmay pay\nmay mint", CODE_UNKNOWN_ACTION},
	};
	HeapArena	heap;

	heap_arena_init(&heap);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
	{
		LawText		law;
		Fault		fault = {0};
		Str			text = arena_printf(&heap.arena, "# 1\n```law a\n%s\nselect 1\n```\n", cases[i].clauses);

		CHECK_INT(law_parse(&law, &heap.arena, text, &fault), CODE_OK);
		CHECK_INT(law_check_rules(&law, &fault), cases[i].code);
		CHECK(cases[i].code == CODE_OK || strstr(fault.detail, "The rule a") != NULL);
	}
	heap_arena_free(&heap);
}

/* ---- the list ---- */

static void
test_allowed(void)
{
	HeapArena	heap;
	Str			text;
	AllowedKind kind;
	const char *names;
	const char *args;
	Allowed		how;
	size_t		n = 0;

	CHECK_INT(law_allowed(ALLOWED_OPERATOR, "+", "int8,int4"), ALLOWED_YES);
	CHECK_INT(law_allowed(ALLOWED_OPERATOR, "-", ",numeric"), ALLOWED_YES);
	CHECK_INT(law_allowed(ALLOWED_OPERATOR, "<", "text,text"), ALLOWED_COLLATED);
	CHECK_INT(law_allowed(ALLOWED_OPERATOR, "^", "numeric,numeric"), ALLOWED_NO);
	CHECK_INT(law_allowed(ALLOWED_OPERATOR, "", "int8,int8"), ALLOWED_NO);
	CHECK_INT(law_allowed(ALLOWED_OPERATOR, "= <>", "int8,int8"), ALLOWED_NO);
	CHECK_INT(law_allowed(ALLOWED_FUNCTION, "round", "numeric"), ALLOWED_YES);
	CHECK_INT(law_allowed(ALLOWED_FUNCTION, "roun", "numeric"), ALLOWED_NO);
	CHECK_INT(law_allowed(ALLOWED_FUNCTION, "sum", "int8"), ALLOWED_NO);
	CHECK_INT(law_allowed(ALLOWED_AGGREGATE, "max", "text"), ALLOWED_COLLATED);
	CHECK_INT(law_allowed(ALLOWED_LAW, "pay", "int8,int8,text"), ALLOWED_YES);
	CHECK_INT(law_allowed(ALLOWED_LAW, "pay", "int8,int8"), ALLOWED_NO);
	heap_arena_init(&heap);
	text = law_allowed_text(&heap.arena);
	while (law_allowed_group(&kind, &names, &args, &how, n))
	{
		CHECK(law_allowed_kind(kind)[0] != '\0' && names[0] != '\0' && how != ALLOWED_NO);
		n++;
	}
	for (size_t i = 0; i < text.n; i++)
		n -= text.p[i] == '\n';
	CHECK_INT(n, 0);
	heap_arena_free(&heap);
}

int
main(void)
{
	test_trial();
	test_refused();
	test_may();
	test_rules();
	test_allowed();
	return check_done("law trial");
}
