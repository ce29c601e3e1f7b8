/*
 * record_json_test.c -- what the strict reader takes, what it refuses and where, and the canonical form.
 */
#include "check.h"

#include "record/json.h"
#include "seeded.h"

#include <stdlib.h>

static HeapArena heap;

/* Read a text and write it canonically. */
static Str
canonical(Str text)
{
	const Json *value;
	Fault		fault;
	Buf			out;

	if (json_parse(&value, &heap.arena, text.p, text.n, &fault) != CODE_OK)
		return arena_printf(&heap.arena, "refused: %s", fault.detail);
	buf_init(&out, &heap.arena);
	json_canonical(&out, value);
	return buf_done(&out);
}

static void
test_accepted(void)
{
	static const struct
	{
		const char *text;
		const char *canonical;
	}			cases[] = {
		/* values, and white space round them */
		{"null", "null"},
		{"true", "true"},
		{"false", "false"},
		{"0", "0"},
		{" \t\r\n7 \t\r\n", "7"},
		{"-1", "-1"},
		{"9007199254740991", "9007199254740991"},
		{"-9007199254740991", "-9007199254740991"},
		{"\"\"", "\"\""},
		{"\"text\"", "\"text\""},
		{"[]", "[]"},
		{" [ ] ", "[]"},
		{"{}", "{}"},
		{" { } ", "{}"},
		{"[1 , [2,[]],{ }, null]", "[1,[2,[]],{},null]"},
		{"{ \"b\" : 1 , \"a\" : [ true ] }", "{\"a\":[true],\"b\":1}"},
		{"[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]"},

		/* escapes */
		{"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
		{"\"\\u0041\\u00e4\\u20AC\\u20ac\"", "\"A\xc3\xa4\xe2\x82\xac\xe2\x82\xac\""},
		{"\"\\u0001\\u001F\\u007f\"", "\"\\u0001\\u001f\x7f\""},
		{"\"\\ud83d\\uDE00\"", "\"\xf0\x9f\x98\x80\""},
		{"\"\\uffff\\ue000\\ud7ff\"", "\"\xef\xbf\xbf\xee\x80\x80\xed\x9f\xbf\""},
		{"\"before \\u0041 after\"", "\"before A after\""},
		{"\"12345678\\n12345678\"", "\"12345678\\n12345678\""},
		{"{\"\\u0062\":1,\"a\":2}", "{\"a\":2,\"b\":1}"},

		/* UTF-8 at the edges of its ranges */
		{"\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\"",
		 "\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\""},
		{"\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"", "\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\""},

		/* names are sorted by their bytes, and equal names may stand in different objects */
		{"{\"\":0,\"aa\":1,\"a\":2,\"B\":3,\"\xc3\xa4\":4,\"~\":5}", "{\"\":0,\"B\":3,\"a\":2,\"aa\":1,\"~\":5,\"\xc3\xa4\":4}"},
		{"{\"a\":{\"a\":{\"a\":1}}}", "{\"a\":{\"a\":{\"a\":1}}}"},
		{"[{\"a\":1},{\"a\":1}]", "[{\"a\":1},{\"a\":1}]"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
	{
		CHECK_STR(canonical(str_from(cases[i].text)), cases[i].canonical);
		CHECK_STR(canonical(str_from(cases[i].canonical)), cases[i].canonical);
	}
}

static void
test_refused(void)
{
	static const struct
	{
		Str			text;
		int64_t		at;
		const char *what;
	}			cases[] = {
		/* ends early */
		{STR(""), 0, "unexpected end of the text"},
		{STR("  "), 2, "unexpected end of the text"},
		{STR("["), 1, "unexpected end of the text"},
		{STR("[1"), 2, "unexpected end of the text"},
		{STR("[1,"), 3, "unexpected end of the text"},
		{STR("{"), 1, "unexpected end of the text"},
		{STR("{\"a\":"), 5, "unexpected end of the text"},
		{STR("{\"a\":1"), 6, "unexpected end of the text"},
		{STR("{\"a\":1,"), 7, "unexpected end of the text"},
		{STR("\""), 1, "unexpected end of the text"},
		{STR("\"abc"), 4, "unexpected end of the text"},
		{STR("\"abc\\"), 5, "unexpected end of the text"},
		{STR("\"abc\\\""), 6, "unexpected end of the text"},

		/* is no JSON */
		{STR("x"), 0, "expected a value"},
		{STR("nul"), 0, "expected a value"},
		{STR("True"), 0, "expected a value"},
		{STR("'a'"), 0, "expected a value"},
		{STR("NaN"), 0, "expected a value"},
		{STR("Infinity"), 0, "expected a value"},
		{STR("+1"), 0, "expected a value"},
		{STR(".5"), 0, "expected a value"},
		{STR("[,1]"), 1, "expected a value"},
		{STR("[1,]"), 3, "expected a value"},
		{STR("{\"a\":}"), 5, "expected a value"},
		{STR("/* */1"), 0, "expected a value"},
		{STR("\v1"), 0, "expected a value"},
		{STR("\xc2\xa0" "1"), 0, "expected a value"},
		{STR("\0"), 0, "expected a value"},
		{STR("[1 2]"), 3, "expected , or ]"},
		{STR("[1}"), 2, "expected , or ]"},
		{STR("{\"a\":1]"), 6, "expected , or }"},
		{STR("{\"a\":1 \"b\":2}"), 7, "expected , or }"},
		{STR("{a:1}"), 1, "expected a name"},
		{STR("{1:1}"), 1, "expected a name"},
		{STR("{\"a\":1,}"), 7, "expected a name"},
		{STR("{,\"a\":1}"), 1, "expected a name"},
		{STR("{\"a\" 1}"), 5, "expected :"},
		{STR("{\"a\"}"), 4, "expected :"},
		{STR("{\"a\""), 4, "expected :"},
		{STR("1 2"), 2, "more text after the value"},
		{STR("{}{}"), 2, "more text after the value"},
		{STR("truetrue"), 4, "more text after the value"},
		{STR("1\0"), 1, "more text after the value"},
		{STR("\xef\xbb\xbf{}"), 0, "a byte order mark"},

		/* numbers */
		{STR("-"), 1, "a minus without a digit"},
		{STR("-a"), 1, "a minus without a digit"},
		{STR("--1"), 1, "a minus without a digit"},
		{STR("[-]"), 2, "a minus without a digit"},
		{STR("-0"), 0, "the number minus zero"},
		{STR("00"), 0, "a number with a leading zero"},
		{STR("-01"), 0, "a number with a leading zero"},
		{STR("[012]"), 1, "a number with a leading zero"},
		{STR("0x10"), 1, "more text after the value"},
		{STR("1.0"), 0, "a number with a fraction or an exponent"},
		{STR("-0.0"), 0, "a number with a fraction or an exponent"},
		{STR("[1e5]"), 1, "a number with a fraction or an exponent"},
		{STR("1E+5"), 0, "a number with a fraction or an exponent"},
		{STR("9007199254740992"), 0, "a number outside -(2^53-1) to 2^53-1"},
		{STR("-9007199254740992"), 0, "a number outside -(2^53-1) to 2^53-1"},
		{STR("18446744073709551617"), 0, "a number outside -(2^53-1) to 2^53-1"},
		{STR("100000000000000000000000000000000000000"), 0, "a number outside -(2^53-1) to 2^53-1"},

		/* strings */
		{STR("\"a\nb\""), 2, "a control character in a string"},
		{STR("\"\0\""), 1, "a control character in a string"},
		{STR("\"1234567\x1f\""), 8, "a control character in a string"},
		{STR("\"\\x41\""), 1, "unknown escape"},
		{STR("\"\\'\""), 1, "unknown escape"},
		{STR("\"\\\0\""), 1, "unknown escape"},
		{STR("\"\\U0041\""), 1, "unknown escape"},
		{STR("\"\\u\""), 1, "invalid escape \\u"},
		{STR("\"\\u004\""), 1, "invalid escape \\u"},
		{STR("\"\\u004g\""), 1, "invalid escape \\u"},
		{STR("\"\\u00"), 1, "invalid escape \\u"},
		{STR("\"\\u0000\""), 1, "the character NUL"},
		{STR("{\"a\\u0000b\":1}"), 3, "the character NUL"},
		{STR("\"\\ud800\""), 1, "a lone surrogate"},
		{STR("\"\\udc00\""), 1, "a lone surrogate"},
		{STR("\"\\ude00\\ud83d\""), 1, "a lone surrogate"},
		{STR("\"\\ud83d\\u0041\""), 1, "a lone surrogate"},
		{STR("\"\\ud83d\\n\""), 1, "a lone surrogate"},
		{STR("\"\\ud83d\xf0\x9f\x98\x80\""), 1, "a lone surrogate"},

		/* UTF-8: cut off, stray, overlong, surrogates, beyond the last character */
		{STR("\"\x80\""), 1, "invalid UTF-8"},
		{STR("\"\xbf\""), 1, "invalid UTF-8"},
		{STR("\"\xc3\""), 1, "invalid UTF-8"},
		{STR("\"\xc3"), 1, "invalid UTF-8"},
		{STR("\"\xe2\x82\""), 1, "invalid UTF-8"},
		{STR("\"\xe2\x82"), 1, "invalid UTF-8"},
		{STR("\"\xf0\x9f\x98\""), 1, "invalid UTF-8"},
		{STR("\"\xc0\x80\""), 1, "invalid UTF-8"},
		{STR("\"\xc1\xbf\""), 1, "invalid UTF-8"},
		{STR("\"\xe0\x9f\xbf\""), 1, "invalid UTF-8"},
		{STR("\"\xf0\x8f\xbf\xbf\""), 1, "invalid UTF-8"},
		{STR("\"\xed\xa0\x80\""), 1, "invalid UTF-8"},
		{STR("\"\xed\xbf\xbf\""), 1, "invalid UTF-8"},
		{STR("\"\xf4\x90\x80\x80\""), 1, "invalid UTF-8"},
		{STR("\"\xf5\x80\x80\x80\""), 1, "invalid UTF-8"},
		{STR("\"\xff\""), 1, "invalid UTF-8"},
		{STR("\"abc\xe4\""), 4, "invalid UTF-8"},
		{STR("{\"a\xff\":1}"), 3, "invalid UTF-8"},

		/* names */
		{STR("{\"a\":1,\"a\":1}"), 7, "duplicate member \"a\""},
		{STR("{\"a\":1,\"\\u0061\":1}"), 7, "duplicate member \"a\""},
		{STR("{\"\\u0061\":1,\"a\":1}"), 12, "duplicate member \"a\""},
		{STR("{\"\":1,\"\":1}"), 6, "duplicate member \"\""},
		{STR("[{\"b\":{\"a\":1,\"c\":2,\"a\":3}}]"), 19, "duplicate member \"a\""},
		{STR("{\"a\\n\":1,\"a\\n\":1}"), 9, "duplicate member \"a?\""},

		/* depth */
		{STR("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]"), 16, "more than 16 levels"},
		{STR("{\"a\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}"), 20, "more than 16 levels"},
		{STR("[[[[[[[[[[[[[[[[{}]]]]]]]]]]]]]]]]"), 16, "more than 16 levels"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
	{
		const Json *value;
		Fault		fault = {0};
		char		want[100];

		/* In memory of its own size, so that the sanitizer sees a byte read too many. */
		char	   *copy = malloc(cases[i].text.n);

		memcpy(copy, cases[i].text.p, cases[i].text.n);
		snprintf(want, sizeof want, "%s at byte %d", cases[i].what, (int) cases[i].at);
		CHECK_INT(json_parse(&value, &heap.arena, copy, cases[i].text.n, &fault), CODE_BAD_RECORD);
		CHECK_INT(fault.code, CODE_BAD_RECORD);
		CHECK_INT(fault.at, cases[i].at);
		CHECK_STR(str_from(fault.detail), want);
		CHECK_INT(json_parse(&value, &heap.arena, copy, cases[i].text.n, NULL), CODE_BAD_RECORD);
		free(copy);
	}
}

/* Nodes say what they are and where they stood. */
static void
test_nodes(void)
{
	static const char text[] = " {\"a\": [10, \"x\\ty\"], \"b\": \"plain\"}";
	const Json *object;
	const Json *a;
	const Json *b;

	CHECK_INT(json_parse(&object, &heap.arena, text, sizeof text - 1, NULL), CODE_OK);
	CHECK_INT(object->type, JSON_OBJECT);
	CHECK_INT(object->count, 2);
	CHECK_INT(object->at, 1);
	a = json_get(object, "a");
	b = json_get(object, "b");
	if (!CHECK(a != NULL && b != NULL))
		return;
	CHECK(a->next == b && b->next == NULL && object->child == a);
	CHECK_INT(a->type, JSON_ARRAY);
	CHECK_INT(a->count, 2);
	CHECK_INT(a->at, 2);
	CHECK_INT(a->child->number, 10);
	CHECK_INT(a->child->at, 8);
	CHECK_STR(a->child->next->string, "x\ty");
	CHECK_INT(a->child->next->at, 12);
	CHECK(a->child->next->next == NULL);
	CHECK_STR(b->name, "b");
	CHECK(b->string.p == text + 27);	/* without an escape it stays in the text */
	CHECK(json_get(object, "c") == NULL);
	CHECK(json_get(object, "") == NULL);
	CHECK(json_get(a, "a") == NULL);
	CHECK(json_get(b, "b") == NULL);
}

static void
test_shown(void)
{
	char		out[JSON_SHOWN_SIZE];

	CHECK_STR(str_from(json_shown(out, STR("name"))), "name");
	CHECK_STR(str_from(json_shown(out, STR(""))), "");
	CHECK_STR(str_from(json_shown(out, STR("a\nb\x7f"))), "a?b?");
	CHECK_STR(str_from(json_shown(out, STR("1234567890123456789012345678901234567890"))),
			  "1234567890123456789012345678901234567890");
	CHECK_STR(str_from(json_shown(out, STR("12345678901234567890123456789012345678901"))),
			  "1234567890123456789012345678901234567890...");
	CHECK_STR(str_from(json_shown(out, STR("123456789012345678901234567890123456789\xc3\xa4"))),
			  "123456789012345678901234567890123456789...");
}

/* Write an object of n members m0, m1, ...; the second of the pair, if it is not 0, takes the first's name. */
static Str
big_object(int n, int first, int second)
{
	Buf			out;

	buf_init(&out, &heap.arena);
	buf_char(&out, '{');
	for (int i = 0; i < n; i++)
	{
		buf_text(&out, i > 0 ? ",\"m" : "\"m");
		buf_int(&out, second != 0 && i == second ? first : i);
		buf_text(&out, "\":0");
	}
	buf_char(&out, '}');
	return buf_done(&out);
}

/* Objects round the size at which the reader begins to sort, and a hostile one; duplicates anywhere. */
static void
test_big_objects(void)
{
	static const int sizes[] = {2, 15, 16, 17, 18, 33, 1000, 6000};

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
	{
		int			n = sizes[i];
		int			pairs[][2] = {{0, 1}, {0, n - 1}, {n - 2, n - 1}, {n / 2, n - 1}};
		const Json *value;
		Str			text = big_object(n, 0, 0);

		CHECK_INT(json_parse(&value, &heap.arena, text.p, text.n, NULL), CODE_OK);
		CHECK_INT(value->count, n);
		for (int j = 0; j < 4; j++)
		{
			Fault		fault = {0};
			char		want[80];
			const char *place = NULL;
			char		name[20];

			if (pairs[j][0] >= pairs[j][1])
				continue;
			text = big_object(n, pairs[j][0], pairs[j][1]);
			CHECK_INT(json_parse(&value, &heap.arena, text.p, text.n, &fault), CODE_BAD_RECORD);

			/* The place is that of the second one. */
			snprintf(name, sizeof name, "\"m%d\":", pairs[j][0]);
			for (const char *p = text.p; p < text.p + text.n - strlen(name); p++)
				if (memcmp(p, name, strlen(name)) == 0)
					place = p;
			snprintf(want, sizeof want, "duplicate member \"m%d\" at byte %d", pairs[j][0], (int) (place - text.p));
			CHECK_STR(str_from(fault.detail), want);
			CHECK_INT(fault.at, place - text.p);
		}
		heap_arena_free(&heap);
	}

	/* Of several duplicates in a big object the first repetition is named. */
	{
		static const char text[] = "{\"z\":0,\"b\":0,\"c\":0,\"d\":0,\"e\":0,\"f\":0,\"g\":0,\"h\":0,\"i\":0,\"j\":0,\"k\":0,\"l\":0,"
			"\"m\":0,\"n\":0,\"o\":0,\"p\":0,\"q\":0,\"z\":0,\"b\":0,\"b\":0,\"z\":0}";
		const Json *value;
		Fault		fault = {0};

		CHECK_INT(json_parse(&value, &heap.arena, text, sizeof text - 1, &fault), CODE_BAD_RECORD);
		CHECK_STR(str_from(fault.detail), "duplicate member \"z\" at byte 103");
	}
}

static void
random_space(Buf *out)
{
	while (seeded_below(4) == 0)
		buf_char(out, " \t\r\n"[seeded_below(4)]);
}

static void
random_string(Buf *out)
{
	static const char *const pieces[] = {"a", "Z", "0", " ", "\\n", "\\\"", "\\\\", "\\/", "\\u0041", "\\u001f", "\\u20ac",
	"\\ud83d\\ude00", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "long piece"};

	buf_char(out, '"');
	while (seeded_below(6) != 0)
		buf_text(out, pieces[seeded_below(sizeof pieces / sizeof *pieces)]);
	buf_char(out, '"');
}

static void
random_value(Buf *out, int depth)
{
	static const char *const atoms[] = {"null", "true", "false", "0", "-1", "9007199254740991"};
	uint32_t	kind = seeded_below(depth < 6 ? 8 : 4);
	uint32_t	n = seeded_below(kind == 7 && depth < 2 ? 40 : 5);

	random_space(out);
	if (kind < 2)
		buf_text(out, atoms[seeded_below(sizeof atoms / sizeof *atoms)]);
	else if (kind < 4)
		random_string(out);
	else
	{
		buf_char(out, kind < 6 ? '[' : '{');
		for (uint32_t i = 0; i < n; i++)
		{
			if (i > 0)
				buf_char(out, ',');
			random_space(out);
			if (kind >= 6)
			{
				buf_text(out, "\"");
				buf_int(out, seeded_below(1000));
				buf_char(out, '_');
				buf_int(out, i);
				buf_text(out, "\"");
				random_space(out);
				buf_char(out, ':');
			}
			random_value(out, depth + 1);
		}
		random_space(out);
		buf_char(out, kind < 6 ? ']' : '}');
	}
	random_space(out);
}

static bool
same(const Json *a, const Json *b)
{
	if (a->type != b->type || a->count != b->count || a->number != b->number ||
		(a->type == JSON_STRING && !str_eq(a->string, b->string)))
		return false;
	if (a->type == JSON_ARRAY)
		for (const Json *x = a->child, *y = b->child; x != NULL; x = x->next, y = y->next)
			if (!same(x, y))
				return false;
	if (a->type == JSON_OBJECT)
		for (const Json *x = a->child; x != NULL; x = x->next)
		{
			const Json *y = json_get(b, arena_printf(&heap.arena, "%.*s", (int) x->name.n, x->name.p).p);

			if (y == NULL || !same(x, y))
				return false;
		}
	return true;
}

/* The canonical form of random values reads back as the same value, and is its own canonical form. */
static void
test_round_trips(void)
{
	int			nodes = 0;

	for (int i = 0; i < 3000; i++)
	{
		const Json *value = NULL;
		const Json *again = NULL;
		Buf			text;
		Buf			once;
		Buf			twice;

		buf_init(&text, &heap.arena);
		buf_init(&once, &heap.arena);
		buf_init(&twice, &heap.arena);
		random_value(&text, 0);
		if (!CHECK(json_parse(&value, &heap.arena, text.p, text.n, NULL) == CODE_OK))
			return;
		json_canonical(&once, value);
		if (!CHECK(json_parse(&again, &heap.arena, once.p, once.n, NULL) == CODE_OK))
			return;
		json_canonical(&twice, again);
		CHECK(same(value, again));
		CHECK(str_eq(buf_done(&once), buf_done(&twice)));
		nodes += (int) value->count;
		heap_arena_free(&heap);
	}
	CHECK(nodes > 3000);
}

int
main(void)
{
	heap_arena_init(&heap);
	test_accepted();
	test_refused();
	test_nodes();
	test_shown();
	test_big_objects();
	test_round_trips();
	heap_arena_free(&heap);
	return check_done("record_json");
}
