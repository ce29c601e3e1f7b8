/*
 * law_text_test.c -- laws are read to the letter, and what is no law is refused with its line.
 */
#include "check.h"

#include "law/text.h"

#include <stdlib.h>

static const char basic_income[] =
	"# A basic income\n"
	"\n"
	"Some prose \xe2\x80\x93 with a dash.\n"
	"## Article 7 \xe2\x80\x93 Basic income\n"
	"```law ubi\n"
	"on schedule '0 0 1 * *'\n"
	"may pay at most 150000 TOK per run from treasury.general\n"
	"may param.set of ubi.amount\n"
	"\n"
	"select law.pay(m.id, p.value, 'basic income')\n"
	"  from law.members m\n"
	"  join law.param('ubi.amount') p\n"
	"    on true\n"
	"```\n"
	"### 7.1 Exception: suspended members\n"
	"```law-exception ubi\n"
	"select m.id from law.members m where m.suspended\n"
	"```\n"
	"## 8\n"
	"```law-test ubi\n"
	"expect pay(1, 100, 'basic income')\n"
	"```\n"
	"```law-parameter ubi.amount\n"
	"from 1970-01-01: -7\n"
	"\n"
	"from 2024-02-29: 9007199254740991\n"
	"```\n"
	"```sql\n"
	"## 1 this is no heading\n"
	"```\n"
	"~~~~ law\n"
	"```law\n"
	"~~~\n"
	"~~~~\n";

static void
test_whole(void)
{
	HeapArena	heap;
	LawText		law;
	Fault		fault = {0};
	Str			text = str_from(basic_income);

	heap_arena_init(&heap);
	/* The fence of tildes with the word law is refused; everything before it is read. */
	CHECK_INT(law_parse(&law, &heap.arena, text, &fault), CODE_LAW_TEXT);
	text.n = (size_t) (strstr(basic_income, "~~~~ law") - basic_income);
	CHECK_INT(law_parse(&law, &heap.arena, text, &fault), CODE_OK);
	CHECK_STR(law.title, "A basic income");
	CHECK_INT(law.narticles, 3);
	CHECK_STR(law.articles[0].number, "7");
	CHECK_STR(law.articles[0].title, "Basic income");
	CHECK_STR(law.articles[1].number, "7.1");
	CHECK_STR(law.articles[1].title, "Exception: suspended members");
	CHECK_STR(law.articles[2].number, "8");
	CHECK_STR(law.articles[2].title, "");
	CHECK_INT(law.nrules, 1);
	CHECK(law_rule(&law, STR("ubi")) == law.rules);
	CHECK(law_rule(&law, STR("ub")) == NULL);
	CHECK_INT(law.rules[0].article, 0);
	CHECK_INT(law.rules[0].trigger, LAW_ON_SCHEDULE);
	CHECK_STR(law.rules[0].schedule, "0 0 1 * *");
	CHECK_INT(law.rules[0].nmay, 2);
	CHECK_STR(law.rules[0].may[0].verb, "pay");
	CHECK_INT(law.rules[0].may[0].limit, 150000);
	CHECK_STR(law.rules[0].may[0].unit, "TOK");
	CHECK_STR(law.rules[0].may[0].from, "treasury.general");
	CHECK(law.rules[0].may[0].of.p == NULL);
	CHECK_STR(law.rules[0].may[1].verb, "param.set");
	CHECK_STR(law.rules[0].may[1].of, "ubi.amount");
	CHECK_INT(law.rules[0].may[1].limit, -1);
	CHECK(memcmp(law.rules[0].query.p, "select law.pay", 14) == 0);
	CHECK_INT(law.rules[0].query.p - basic_income, (int64_t) law.rules[0].at);
	CHECK(memcmp(law.rules[0].query.p + law.rules[0].query.n - 12, "    on true\n", 12) == 0);
	CHECK_INT(law_line(text, law.rules[0].at), 10);
	CHECK_INT(law.nexceptions, 1);
	CHECK_INT(law.exceptions[0].rule, 0);
	CHECK_INT(law.exceptions[0].article, 1);
	CHECK_STR(law.exceptions[0].query, "select m.id from law.members m where m.suspended\n");
	CHECK_INT(law.ntests, 1);
	CHECK_INT(law.tests[0].article, 2);
	CHECK_STR(law.tests[0].text, "expect pay(1, 100, 'basic income')\n");
	CHECK_INT(law.nparameters, 1);
	CHECK_INT(law.parameters[0].nvalues, 2);
	CHECK_INT(law.parameters[0].values[0].from, 0);
	CHECK_INT(law.parameters[0].values[0].value, -7);
	CHECK_INT(law.parameters[0].values[1].from, INT64_C(1709164800000000));
	CHECK_INT(law.parameters[0].values[1].value, SAFE_INT_MAX);
	heap_arena_free(&heap);
}

/* A law's text, and a part of the detail with which it is refused; NULL for one that is taken. */
static const struct
{
	const char *text;
	const char *detail;
}			forms[] = {
	{"# 1", NULL},
	{"# Article 1", NULL},
	{"# Art. 1. Title\n", NULL},
	{"# A\n## 1\n## 1.1\n## 1.2\n## 1.10\n## 2: B\n", NULL},
	{"# 1\n```\n```\n", NULL},
	{"# 1\n````law-ish\n```\n````\n", "the fence of an executable block"},
	{"# 1\n ```law a\n ```\n", "the fence of an executable block"},
	{"# 1\n```law a\nON PROPOSAL\nMAY pay AT MOST 5 PER RUN\nSELECT 1\n```", NULL},
	{"# 1\n```law a\non event poll.close\nmay pay at most 5 FROM a.b\nselect 1\n```", NULL},
	{"", "begins with a heading"},
	{"Prose\n# 1\n", "begins with a heading"},
	{"# A law\n", "no numbered article"},
	{"# A law of 2026\n", "no numbered article"},
	{"# 7th heaven\n", "no numbered article"},
	{"# 1\n##\n", "Line 2: a heading without words"},
	{"# Article\n", "an article without a number"},
	{"# 1\n# 1\n", "Line 2: the numbers of articles must rise"},
	{"# 1.10\n# 1.9\n", "the numbers of articles must rise"},
	{"# 1.1\n# 1\n", "the numbers of articles must rise"},
	{"# 1\r\n", "Line 1: the character U+000D"},
	{"# 1 \n", "blanks at the end of the line"},
	{"# 1\n\tx", "Line 2: a tab"},
	{"# 1\n\xe2\x80\xae", "the character U+202E"},
	{"# 1\n\xef\xbb\xbf", "the character U+FEFF"},
	{"# 1\n\xff", "Line 2: this is not UTF-8"},
	{"# 1\n\xc0\x80", "this is not UTF-8"},
	{"# 1\n\xed\xa0\x80", "this is not UTF-8"},
	{"# 1\n```law a\n", "Line 2: the fence is not closed"},
	{"# 1\n```law\non proposal\nselect 1\n```", "Line 2: the block needs a name"},
	{"# 1\n```law A\non proposal\nselect 1\n```", "Line 2: a name has a letter"},
	{"# 1\n```law a b\non proposal\nselect 1\n```", "Line 2: \"b\" is not expected"},
	{"# 1\n```lawful a\n```", "the blocks of a law are"},
	{"# Law\n```law a\non proposal\nselect 1\n```\n# 1", "below a numbered article"},
	{"# 1\n```law a\non proposal\nselect '\xc3\xa4'\n```", "Line 4: what is executed is printable ASCII"},
	{"# 1\n```law a\nselect 1\n```", "the rule has no trigger"},
	{"# 1\n```law a\non proposal\n```", "the rule has no query"},
	{"# 1\n```law a\n```", "the rule has no trigger"},
	{"# 1\n```law a\non proposal\non proposal\nselect 1\n```", "Line 4: a rule has one trigger"},
	{"# 1\n```law a\non friday\nselect 1\n```", "Line 3: on schedule"},
	{"# 1\n```law a\non schedule x\nselect 1\n```", "a schedule is written as"},
	{"# 1\n```law a\non schedule ''\nselect 1\n```", "a schedule is written as"},
	{"# 1\n```law a\non schedule 'a'b'\nselect 1\n```", "a schedule is written as"},
	{"# 1\n```law a\non event\nselect 1\n```", "an event needs a name"},
	{"# 1\n```law a\non proposal\nmay\nselect 1\n```", "Line 4: may needs a name"},
	{"# 1\n```law a\non proposal\nmay pay at 5\nselect 1\n```", "a limit is written as"},
	{"# 1\n```law a\non proposal\nmay pay at most -5\nselect 1\n```", "a limit is written as"},
	{"# 1\n```law a\non proposal\nmay pay at most 9007199254740992\nselect 1\n```", "a limit is written as"},
	{"# 1\n```law a\non proposal\nmay pay at most 5 TOK per day\nselect 1\n```", "a limit is per run"},
	{"# 1\n```law a\non proposal\nmay pay from A\nselect 1\n```", "a name has a letter"},
	{"# 1\n```law a\non proposal\nmay pay now\nselect 1\n```", "\"now\" is not expected"},
	{"# 1\n```law a\non proposal\nselect 1\n```\n```law a\non proposal\nselect 1\n```", "two rules of one name"},
	{"# 1\n```law-exception a\nselect 1\n```", "no rule of this name"},
	{"# 1\n```law-test a\nexpect nothing\n```", "no rule of this name"},
	{"# 1\n```law-parameter p\n```", "the parameter has no value"},
	{"# 1\n```law-parameter p\n2026-01-01: 1\n```", "a value is written as"},
	{"# 1\n```law-parameter p\nfrom 2026-02-29: 1\n```", "there is no such day"},
	{"# 1\n```law-parameter p\nfrom 1900-01-01: 1\n```", "there is no such day"},
	{"# 1\n```law-parameter p\nfrom 2026-01-01: 1.5\n```", "a value is a whole number"},
	{"# 1\n```law-parameter p\nfrom 2026-01-01: 1\nfrom 2026-01-01: 2\n```", "Line 4: the days must rise"},
	{"# 1\n```law-parameter p\nfrom 2026-01-01: 1\n```\n```law-parameter p\nfrom 2026-01-01: 1\n```", "two parameters of one name"},
};

static void
test_forms(void)
{
	HeapArena	heap;
	LawText		law;

	heap_arena_init(&heap);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
	{
		Fault		fault = {0};
		Str			text = str_from(forms[i].text);
		Code		code = law_parse(&law, &heap.arena, text, &fault);

		if (forms[i].detail == NULL ? !CHECK_INT(code, CODE_OK) :
			!CHECK_INT(code, CODE_LAW_TEXT) || !CHECK(strstr(fault.detail, forms[i].detail) != NULL) ||
			!CHECK(fault.at >= 0 && fault.at <= (int64_t) text.n))
			printf("    in form %zu: %s\n", i, fault.detail);
	}
	heap_arena_free(&heap);
}

/* What is too much, one by one: a law that is as large as it may be is taken. */
static void
test_bounds(void)
{
	static const struct
	{
		const char *each;
		int			most;
		const char *detail;
	}			bounds[] = {
		{"## %d\n", LAW_ARTICLES_MAX, "more than 500 articles"},
		{"```law r%d\non proposal\nselect 1\n```\n", LAW_BLOCKS_MAX, "more than 100 blocks"},
		{"```law-parameter p%d\nfrom 2026-01-01: 1\n```\n", LAW_BLOCKS_MAX, "more than 100 blocks"},
	};
	HeapArena	heap;
	LawText		law;

	heap_arena_init(&heap);
	for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
		for (int more = 0; more < 2; more++)
		{
			Buf			text;
			Fault		fault = {0};

			buf_init(&text, &heap.arena);
			buf_text(&text, i == 0 ? "# A\n" : "# 0\n");
			for (int n = 1; n <= bounds[i].most + more; n++)
			{
				char		one[80];

				snprintf(one, sizeof one, bounds[i].each, n);
				buf_text(&text, one);
			}
			CHECK_INT(law_parse(&law, &heap.arena, buf_done(&text), &fault), more ? CODE_LAW_TEXT : CODE_OK);
			CHECK(!more || strstr(fault.detail, bounds[i].detail) != NULL);
		}

	for (int more = 0; more < 2; more++)
	{
		Buf			text;
		Buf			query;
		Fault		fault = {0};

		buf_init(&text, &heap.arena);
		buf_init(&query, &heap.arena);
		buf_text(&text, "# 1\n```law a\non proposal\n");
		buf_text(&query, "on proposal\n");
		while (query.n < LAW_BLOCK_MAX + (size_t) more - 1)
			buf_char(&query, 'x');
		buf_char(&query, '\n');
		buf_str(&text, (Str){query.p + 12, query.n - 12});
		buf_text(&text, "```\n");
		CHECK_INT(law_parse(&law, &heap.arena, buf_done(&text), &fault), more ? CODE_LAW_TEXT : CODE_OK);
		CHECK(!more || strstr(fault.detail, "16384 are allowed") != NULL);
		CHECK_INT(law_check_bytes(buf_done(&query), &fault), more ? CODE_LAW_TEXT : CODE_OK);

		text.n = 0;
		buf_text(&text, "# 1\n");
		while (text.n < LAW_TEXT_MAX + (size_t) more)
			buf_char(&text, 'x');
		CHECK_INT(law_parse(&law, &heap.arena, buf_done(&text), &fault), more ? CODE_LAW_TEXT : CODE_OK);
	}
	heap_arena_free(&heap);
}

static void
test_small(void)
{
	int64_t		day;
	Fault		fault = {0};

	CHECK(law_is_name(STR("a")) && law_is_name(STR("ubi.amount_2-x")));
	CHECK(!law_is_name(STR("")) && !law_is_name(STR("1a")) && !law_is_name(STR(".a")) && !law_is_name(STR("aB")));
	{
		Str			longest = STR("abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcd");

		CHECK(!law_is_name(longest) && law_is_name((Str){longest.p, LAW_NAME_MAX}));
	}
	CHECK(law_day(&day, STR("2026-03-01")) && day == INT64_C(1772323200000000));
	CHECK(law_day(&day, STR("9999-12-31")) && day == INT64_C(253402214400000000));
	CHECK(!law_day(&day, STR("2100-02-29")) && !law_day(&day, STR("2026-13-01")) && !law_day(&day, STR("2026-00-01")) &&
		  !law_day(&day, STR("2026-01-00")) && !law_day(&day, STR("2026-01-1")) && !law_day(&day, STR("2026/01/01")));
	CHECK(law_day(&day, STR("2000-02-29")));
	CHECK_INT(law_check_bytes(STR("select\t1\n"), &fault), CODE_OK);
	CHECK_INT(law_check_bytes(STR("select\f1"), &fault), CODE_LAW_TEXT);
	CHECK_INT(fault.at, 6);
	CHECK_INT(law_check_bytes(STR("select\x7f"), &fault), CODE_LAW_TEXT);
	CHECK(law_is_document(STR("# 1")) && !law_is_document(STR("select 1")) && !law_is_document(STR("")));
}

int
main(void)
{
	test_whole();
	test_forms();
	test_bounds();
	test_small();
	return check_done("law text");
}
