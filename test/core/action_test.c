/*
 * action_test.c -- plans: their shape, their level, all of it or nothing, and what people read of them.
 */
#include "deciding.h"

#include "action/resolution.h"

static Commune c;

static void
begin(void)
{
	commune_begin(&c);
	commune_found(&c, "ann bob cid", 1, "");
}

/* ---- shape ---- */

/* What is no plan is refused, and the fault says which action is wrong. */
static void
test_shapes(void)
{
	static const struct
	{
		const char *actions;
		Code		code;
		int64_t		at;
		const char *detail;
	}			cases[] = {
		{"", CODE_BAD_PLAN, -1, "A plan is an array of 1 to 50 actions."},
		{"1", CODE_BAD_PLAN, 0, "Action 1: Each action is an object whose member \"do\" names its kind."},
		{"{'title':'x'}", CODE_BAD_PLAN, 0, "Action 1: Each action is an object whose member \"do\" names its kind."},
		{"{'do':5}", CODE_BAD_PLAN, 0, "Action 1: Each action is an object whose member \"do\" names its kind."},
		{"{'do':'publish','title':'x'},{'do':'conquer'}", CODE_UNKNOWN_ACTION, 1, "Action 2: The kind is \"conquer\"."},
		{"{'do':'publish'}", CODE_BAD_ACTION, 0, "Action 1: An action \"publish\" needs a member \"title\"."},
		{"{'do':'publish','title':''}", CODE_BAD_ACTION, 0,
		"Action 1: The member \"title\" of an action \"publish\" is a text that is not empty, not too long and has no control characters."},
		{"{'do':'publish','title':'x','force':true}", CODE_BAD_ACTION, 0, "Action 1: An action \"publish\" has no member \"force\"."},
		{"{'do':'publish','title':'x','title':'y'}", CODE_BAD_PLAN, 29, NULL},
	};
	Buf			many;
	Plan		plan;
	Fault		fault;

	begin();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
	{
		CHECK_INT(deciding_read(&plan, &c, c.state, cases[i].actions, &fault), cases[i].code);
		CHECK_INT(fault.code, cases[i].code);
		CHECK_INT(fault.at, cases[i].at);
		if (cases[i].detail != NULL)
			CHECK_STR(str_from(fault.detail), cases[i].detail);
	}
	CHECK(plan_read(&plan, &c.forever.arena, c.state, STR("{\"do\":\"publish\"}"), &fault) == CODE_BAD_PLAN);

	buf_init(&many, &c.forever.arena);
	for (int i = 0; i < 50; i++)
		buf_text(&many, i > 0 ? ",{'do':'publish','title':'x'}" : "{'do':'publish','title':'x'}");
	buf_char(&many, '\0');
	CHECK(deciding_read(&plan, &c, c.state, many.p, &fault) == CODE_OK);
	CHECK_INT(plan.n, 50);
	CHECK_INT(plan.kinds, 1);
	many.n--;
	buf_text(&many, ",{'do':'publish','title':'x'}");
	buf_char(&many, '\0');
	CHECK(deciding_read(&plan, &c, c.state, many.p, &fault) == CODE_BAD_PLAN);
	commune_free(&c);
}

/* A plan has one canonical text, and its hash is that of the text: the order of members and white space do not matter. */
static void
test_canonical(void)
{
	Plan		one;
	Plan		two;
	Digest		hash = {{0}};
	Fault		fault;

	begin();
	CHECK(deciding_read(&one, &c, c.state, "{'title':'x','do':'publish','text':'y'}", &fault) == CODE_OK);
	CHECK(deciding_read(&two, &c, c.state, " { 'do' : 'publish', 'text':'y','title':'x'} ", &fault) == CODE_OK);
	CHECK_STR(one.text, "[{\"do\":\"publish\",\"text\":\"y\",\"title\":\"x\"}]");
	CHECK(str_eq(one.text, two.text));
	sha256(hash.b, one.text.p, one.text.n);
	CHECK(memcmp(&one.hash, &hash, sizeof hash) == 0 && memcmp(&two.hash, &hash, sizeof hash) == 0);
	CHECK_INT(one.level, LEVEL_REGULATION);
	CHECK_INT(one.timelock, 0);
	commune_free(&c);
}

/* ---- resolutions ---- */

static void
test_publish(void)
{
	ResolutionRow *row;

	begin();
	PLAN(&c, OK, LEVEL_REGULATION, "{'do':'publish','title':'Wells are common','text':'All of them.'},{'do':'publish','title':'And rain'}");
	row = state_find(c.state, RESOLUTION_BY_SINCE, &(ResolutionRow){.since = c.last.size - 1, .place = 1});
	if (CHECK(row != NULL))
	{
		CHECK_STR(row->title, "Wells are common");
		CHECK_STR(row->text, "All of them.");
		CHECK(row->proposal == 7 && row->law == INT8_NONE && row->published_at == c.time);
	}
	row = state_find(c.state, RESOLUTION_BY_SINCE, &(ResolutionRow){.since = c.last.size - 1, .place = 2});
	CHECK(row != NULL && row->text.p == NULL);
	CHECK_STR(sentence(&c, "{'do':'publish','title':'Wells are common'}"), "Publish the resolution \"Wells are common\"");
	commune_free(&c);
}

int
main(void)
{
	test_shapes();
	test_canonical();
	test_publish();
	return check_done("action");
}
