/*
 * delegation_state_test.c -- facts, their canonical bytes and their text form: the same facts make the same bytes, in
 * any order and in any parts; contradictions are found; bytes that are damaged are refused.
 */
#include "check.h"

#include "delegation/facts.h"
#include "delegation/notation.h"
#include "seeded.h"

#include <stdlib.h>

static Str
bytes_of(const Web *web, Arena *arena)
{
	Str			bytes;
	uint8_t    *p;

	bytes.n = web_size(web);
	p = arena_alloc(arena, bytes.n);
	web_write(p, web);
	bytes.p = (const char *) p;
	return bytes;
}

static Code
parse(Web *out, IdKind kind, const char *text, Arena *arena, Fault *fault)
{
	Facts		facts;
	Code		code;

	facts_init(&facts, kind, arena);
	if ((code = notation_parse(&facts, str_from(text), fault)) != CODE_OK)
		return code;
	return facts_rest(out, &facts, NULL, arena, arena, fault);
}

static Str
print(const Web *web, Arena *arena)
{
	Buf			buf;

	buf_init(&buf, arena);
	notation_print(&buf, web);
	return buf_done(&buf);
}

/* ---- the text form */

/* Check what a text is printed as; parsed again it gives the same bytes. */
static void
check_form(IdKind kind, const char *text, const char *printed, int line)
{
	HeapArena	heap;
	Web		web = {0};
	Web		again = {0};
	Fault		fault = {0};

	heap_arena_init(&heap);
	if (!check_int(parse(&web, kind, text, &heap.arena, &fault), CODE_OK, __FILE__, line, text))
		printf("    %s\n", fault.detail);
	else
	{
		check_str(print(&web, &heap.arena), printed, __FILE__, line, text);
		check_int(parse(&again, kind, printed, &heap.arena, &fault), CODE_OK, __FILE__, line, printed);
		check_that(str_eq(bytes_of(&web, &heap.arena), bytes_of(&again, &heap.arena)), __FILE__, line, printed);
	}
	heap_arena_free(&heap);
}

static void
check_refused(IdKind kind, const char *text, Code code, const char *detail, int line)
{
	HeapArena	heap;
	Web		web = {0};
	Fault		fault = {0};

	heap_arena_init(&heap);
	check_int(parse(&web, kind, text, &heap.arena, &fault), code, __FILE__, line, text);
	check_str(str_from(fault.detail), detail, __FILE__, line, text);
	heap_arena_free(&heap);
}

#define FORM(kind, text, printed) check_form(kind, text, printed, __LINE__)
#define REFUSED(kind, text, code, detail) check_refused(kind, text, code, detail, __LINE__)

static void
test_notation(void)
{
	FORM(ID_NUMBER, "", "");
	FORM(ID_NUMBER, "!", "!");
	FORM(ID_NUMBER, "1>2", "1>2");
	FORM(ID_NUMBER, "  3 2>3\n\t1>2 ", "1>2 2>3 3");
	FORM(ID_NUMBER, "1>1 2", "1 2");
	FORM(ID_NUMBER, "1>2 1>2", "1>2");
	FORM(ID_NUMBER, "1>2,,4 1>,5", "1>2,5,4");
	FORM(ID_NUMBER, "1>,,,,9", "1>,,,,9");
	FORM(ID_NUMBER, "1>2. 1>,3 1>2", "1>2.,3");
	FORM(ID_NUMBER, "1!>2 3!", "1!>2 3!");
	FORM(ID_NUMBER, "1>2 1!>2", "1!>2");
	FORM(ID_NUMBER, "! 1>2", "! 1>2");
	FORM(ID_NUMBER, "! 1!>2", "1!>2");
	FORM(ID_NUMBER, "1*5>2 2*0", "1*5>2 2*0");
	FORM(ID_NUMBER, "1!*9223372036854775807", "1!*9223372036854775807");
	FORM(ID_NUMBER, "1>2 1*5>2", "1*5>2");
	FORM(ID_NUMBER, "-9223372036854775808>9223372036854775807 0", "-9223372036854775808>9223372036854775807 0");
	FORM(ID_TEXT, "\"bob\" \"ann\">\"bob\"", "\"ann\">\"bob\" \"bob\"");
	FORM(ID_TEXT, "\"a \\\" b\">\"\\\\\" \"\"", "\"\" \"a \\\" b\">\"\\\\\"");
	FORM(ID_TEXT, "\"\">\"x\" \"\"!>\"x\".", "\"\"!>\"x\".");
	FORM(ID_TEXT, "\"aaaaaaaaab\" \"aaaaaaaaa\" \"aaaaaaaa\"", "\"aaaaaaaa\" \"aaaaaaaaa\" \"aaaaaaaaab\"");

	REFUSED(ID_NUMBER, "1>", CODE_BAD_GRAPH, "A digit is expected at byte 3.");
	REFUSED(ID_NUMBER, "x", CODE_BAD_GRAPH, "A digit is expected at byte 1.");
	REFUSED(ID_NUMBER, "1>2 ,", CODE_BAD_GRAPH, "A digit is expected at byte 5.");
	REFUSED(ID_NUMBER, "1>2;", CODE_BAD_GRAPH, "White space is expected at byte 4.");
	REFUSED(ID_NUMBER, "!!", CODE_BAD_GRAPH, "White space is expected at byte 2.");
	REFUSED(ID_NUMBER, "1*>2", CODE_BAD_GRAPH, "A digit is expected at byte 3.");
	REFUSED(ID_NUMBER, "1>9223372036854775808", CODE_BAD_GRAPH, "A number of 64 bits is expected at byte 3.");
	REFUSED(ID_NUMBER, "-9223372036854775809", CODE_BAD_GRAPH, "A number of 64 bits is expected at byte 1.");
	REFUSED(ID_NUMBER, "99999999999999999999", CODE_BAD_GRAPH, "A number of 64 bits is expected at byte 1.");
	REFUSED(ID_NUMBER, "\"a\"", CODE_BAD_GRAPH, "A digit is expected at byte 1.");
	REFUSED(ID_NUMBER, "1*-2", CODE_BAD_WEIGHT, "The weight is -2.");
	REFUSED(ID_NUMBER, "1>2,3,4,5,6,7", CODE_BAD_RANK, "The rank is 6.");
	REFUSED(ID_TEXT, "1", CODE_BAD_GRAPH, "A quoted text is expected at byte 1.");
	REFUSED(ID_TEXT, "\"a", CODE_BAD_GRAPH, "A closing quote is expected at byte 3.");
	REFUSED(ID_TEXT, "\"\\a\"", CODE_BAD_GRAPH, "A quote or a backslash is expected at byte 3.");
	REFUSED(ID_TEXT, "\"\\", CODE_BAD_GRAPH, "A quote or a backslash is expected at byte 3.");
}

static void
test_contradictions(void)
{
	char		long_text[200] = {0};
	char		text[600];
	char		detail[600];

	REFUSED(ID_NUMBER, "1>2 1>3", CODE_TWO_DELEGATES, "Member 1 trusts both 2 and 3.");
	REFUSED(ID_NUMBER, "1>2 1", CODE_TWO_DELEGATES, "Member 1 trusts both 2 and nobody.");
	REFUSED(ID_NUMBER, "1 1>2", CODE_TWO_DELEGATES, "Member 1 trusts both nobody and 2.");
	REFUSED(ID_NUMBER, "1>1 1>2", CODE_TWO_DELEGATES, "Member 1 trusts both nobody and 2.");
	REFUSED(ID_NUMBER, "1>,2 1>,3", CODE_TWO_DELEGATES, "Member 1 trusts both 2 and 3 at rank 2.");
	REFUSED(ID_NUMBER, "1>,2 1", CODE_TWO_DELEGATES, "Member 1 trusts both 2 and nobody.");
	REFUSED(ID_NUMBER, "1*4 1*5", CODE_TWO_WEIGHTS, "Member 1 has the weights 4 and 5.");
	REFUSED(ID_TEXT, "\"a\">\"b\" \"a\">\"c\"", CODE_TWO_DELEGATES, "Member \"a\" trusts both \"b\" and \"c\".");

	/* A long id is cut between characters: here the 74th byte is the second of two. */
	memset(long_text, 'x', 73);
	memcpy(long_text + 73, "\xc3\xa9yz", 4);
	snprintf(text, sizeof text, "\"%s\"*1 \"%s\"*2", long_text, long_text);
	snprintf(detail, sizeof detail, "Member \"%.73s...\" has the weights 1 and 2.", long_text);
	REFUSED(ID_TEXT, text, CODE_TWO_WEIGHTS, detail);
}

/* ---- the bytes */

/* The format, byte by byte: it is stored and dumped, and so does not change. */
static void
test_bytes(void)
{
	static const uint8_t numbers[] = {
		1, 'n', 2, 15, 3, 0, 0, 0, 0, 0, 0, 0,
		0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 7, 0, 0, 0, 0, 0, 0, 0, 8, 1, 0, 0, 0, 0, 0, 0,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 5, 0, 0, 0, 0, 0, 0, 0,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		2, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0, 1, 0,
		2, 0, 0,
	};
	static const uint8_t texts[] = {
		1, 't', 1, 0, 2, 0, 0, 0, 3, 0, 0, 0,
		1, 0, 0, 0, 3, 0, 0, 0,
		1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
		'a', 'b', 'c',
	};
	HeapArena	heap;
	Web		web = {0};
	Str			bytes;

	heap_arena_init(&heap);
	CHECK_INT(parse(&web, ID_NUMBER, "-2>7,264. 7!*5", &heap.arena, NULL), CODE_OK);
	bytes = bytes_of(&web, &heap.arena);
	CHECK(str_eq(bytes, (Str){(const char *) numbers, sizeof numbers}));
	CHECK_INT(parse(&web, ID_TEXT, "\"a\">\"bc\"", &heap.arena, NULL), CODE_OK);
	bytes = bytes_of(&web, &heap.arena);
	CHECK(str_eq(bytes, (Str){(const char *) texts, sizeof texts}));
	heap_arena_free(&heap);
}

/* Read bytes from memory of exactly their size, at any alignment; whatever is taken is written back the same. */
static Code
read_back(const uint8_t *bytes, size_t n, int shift, bool *same)
{
	HeapArena	heap;
	uint8_t    *copy = malloc(n + (size_t) shift);
	Web		web = {0};
	Fault		fault = {0};
	Code		code;

	heap_arena_init(&heap);
	if (n > 0)
		memcpy(copy + shift, bytes, n);
	code = web_read(&web, copy + shift, n, &heap.arena, &fault);
	if (code == CODE_OK)
		*same = *same && str_eq(bytes_of(&web, &heap.arena), (Str){(const char *) bytes, n});
	else
		*same = *same && code == CODE_BAD_GRAPH_BYTES && fault.detail[0] != '\0';
	heap_arena_free(&heap);
	free(copy);
	return code;
}

static void
test_damage(void)
{
	static const char *const graphs[] = {"", "1>2", "1>2,3. 2!*5>3 3 4>1 9>,,4", "! 5>6 6>7 7>5"};
	HeapArena	heap;
	bool		same = true;
	int			taken = 0;
	int			refused = 0;

	heap_arena_init(&heap);
	for (size_t g = 0; g < sizeof graphs / sizeof *graphs; g++)
		for (int kind = 0; kind < 2; kind++)
		{
			char		text[200];
			size_t		n = 0;
			Web		web = {0};
			Str			bytes;
			uint8_t    *damaged;

			/* For texts, put each number into quotes. */
			for (const char *p = graphs[g]; *p != '\0'; p++)
			{
				bool		digit = kind == 1 && *p >= '0' && *p <= '9' && (p == graphs[g] || p[-1] != '*');

				if (digit)
					text[n++] = '"';
				text[n++] = *p;
				if (digit)
					text[n++] = '"';
			}
			text[n] = '\0';
			CHECK_INT(parse(&web, kind == 0 ? ID_NUMBER : ID_TEXT, text, &heap.arena, NULL), CODE_OK);
			bytes = bytes_of(&web, &heap.arena);
			damaged = arena_copy(&heap.arena, bytes.p, bytes.n);
			for (int shift = 0; shift < 8; shift++)
				CHECK_INT(read_back(damaged, bytes.n, shift, &same), CODE_OK);
			for (size_t cut = 0; cut < bytes.n; cut++)
				refused += read_back(damaged, cut, 0, &same) != CODE_OK;
			CHECK_INT(refused, bytes.n);
			refused = 0;
			for (size_t at = 0; at < bytes.n; at++)
			{
				for (int value = 0; value < 256; value++)
				{
					damaged[at] = (uint8_t) value;
					taken += read_back(damaged, bytes.n, 0, &same) == CODE_OK;
				}
				damaged[at] = (uint8_t) bytes.p[at];
			}
		}
	CHECK(same);
	CHECK(taken > 1000);
	heap_arena_free(&heap);
}

/* ---- the same facts, the same bytes */

#define FACTS 400

/* Invent facts that do not contradict each other, many of them twice. */
static void
invent(Fact *facts, IdKind kind, int variant, Arena *arena)
{
	uint32_t	members = 1 + seeded_below(120);

	for (int i = 0; i < FACTS; i++)
	{
		uint32_t	truster = seeded_below(members);
		int			rank = variant & 1 ? 1 + (int) (truster * 7 + (uint32_t) i) % RANKS_MAX : 1;
		uint32_t	trustee = (truster * 31 + (uint32_t) rank * 17) % (members + 9);
		Fact		fact = {.rank = rank, .nobody = truster % 5 == 0};

		if (truster == trustee)
			fact.nobody = true;
		/* Whoever trusts nobody at one rank trusts nobody at all. */
		for (int r = 1; r <= RANKS_MAX; r++)
			if ((truster * 31 + (uint32_t) r * 17) % (members + 9) == truster)
				fact.nobody = true;
		if (variant & 2)
		{
			fact.votes = seeded_below(6) == 0;
			fact.ends = seeded_below(6) == 0;
			fact.weighs = seeded_below(2) == 0;
			fact.weight = truster * 3;
		}
		if (kind == ID_NUMBER)
		{
			/* Close together, or far apart. */
			int64_t		factor = variant & 4 ? INT64_C(0x12345678912345) : 1;

			fact.truster.number = ((int64_t) truster - 20) * factor;
			fact.trustee.number = ((int64_t) trustee - 20) * factor;
		}
		else
		{
			const char *before = variant & 4 ? "did:key:" : "";

			fact.truster.text = arena_printf(arena, "%s%u", before, truster);
			fact.trustee.text = arena_printf(arena, "%s%u", before, trustee);
		}
		facts[i] = fact;
	}
}

/* Gather facts in a part; now and then they come to rest in between. */
static void
gather(Web *out, const Fact *facts, int n, IdKind kind, Arena *arena)
{
	Facts		part;
	bool		taken = true;

	facts_init(&part, kind, arena);
	for (int i = 0; i < n; i++)
	{
		taken = taken && facts_add(&part, &facts[i], NULL) == CODE_OK;
		if (seeded_below(50) == 0)
		{
			Facts		rested;

			facts_init(&rested, kind, arena);
			CHECK_INT(facts_rest(&rested.web, &part, NULL, arena, arena, NULL), CODE_OK);
			part = rested;
		}
	}
	CHECK(taken);
	CHECK_INT(facts_rest(out, &part, NULL, arena, arena, NULL), CODE_OK);
}

static void
test_order(void)
{
	HeapArena	heap;
	bool		same = true;

	heap_arena_init(&heap);
	for (int round = 0; round < 160; round++)
	{
		IdKind		kind = round % 2 ? ID_NUMBER : ID_TEXT;
		Fact		facts[FACTS];
		Facts		parsed;
		Web		whole = {0};
		Web		part[8];
		int			parts = 1 + round / 2 % 8;
		int			from = 0;
		Str			bytes;

		invent(facts, kind, round / 2 % 8, &heap.arena);
		gather(&whole, facts, FACTS, kind, &heap.arena);
		bytes = bytes_of(&whole, &heap.arena);

		/* Shuffle, divide into parts, and join the parts in random order. */
		for (int i = FACTS; i > 1; i--)
		{
			int			j = (int) seeded_below((uint32_t) i);
			Fact		swap = facts[j];

			facts[j] = facts[i - 1];
			facts[i - 1] = swap;
		}
		for (int p = 0; p < parts; p++)
		{
			int			to = p + 1 == parts ? FACTS : from + (int) seeded_below((uint32_t) (FACTS - from));

			gather(&part[p], facts + from, to - from, kind, &heap.arena);
			from = to;
		}
		while (parts > 1)
		{
			int			a = (int) seeded_below((uint32_t) parts);
			Web		joined = {0};
			Web		one = part[a];

			part[a] = part[--parts];
			a = (int) seeded_below((uint32_t) parts);
			CHECK_INT(web_merge(&joined, &one, &part[a], &heap.arena, &heap.arena, NULL), CODE_OK);
			part[a] = joined;
		}
		same = same && str_eq(bytes_of(&part[0], &heap.arena), bytes);
		CHECK_INT(read_back((const uint8_t *) bytes.p, bytes.n, round % 8, &same), CODE_OK);

		facts_init(&parsed, kind, &heap.arena);
		CHECK_INT(notation_parse(&parsed, print(&whole, &heap.arena), NULL), CODE_OK);
		CHECK_INT(facts_rest(&whole, &parsed, NULL, &heap.arena, &heap.arena, NULL), CODE_OK);
		same = same && str_eq(bytes_of(&whole, &heap.arena), bytes);
		heap_arena_free(&heap);
	}
	CHECK(same);
}

/* Contradictions are found between parts, too. */
static void
test_merge(void)
{
	HeapArena	heap;
	Web		a = {0};
	Web		b = {0};
	Web		c = {0};
	Fault		fault = {0};

	heap_arena_init(&heap);
	parse(&a, ID_NUMBER, "1>2 2*3 4>5", &heap.arena, NULL);
	parse(&b, ID_NUMBER, "1>3", &heap.arena, NULL);
	CHECK_INT(web_merge(&c, &a, &b, &heap.arena, &heap.arena, &fault), CODE_TWO_DELEGATES);
	CHECK_STR(str_from(fault.detail), "Member 1 trusts both 2 and 3.");
	parse(&b, ID_NUMBER, "4", &heap.arena, NULL);
	CHECK_INT(web_merge(&c, &a, &b, &heap.arena, &heap.arena, &fault), CODE_TWO_DELEGATES);
	CHECK_INT(web_merge(&c, &b, &a, &heap.arena, &heap.arena, &fault), CODE_TWO_DELEGATES);
	parse(&b, ID_NUMBER, "2*4", &heap.arena, NULL);
	CHECK_INT(web_merge(&c, &a, &b, &heap.arena, &heap.arena, &fault), CODE_TWO_WEIGHTS);
	parse(&b, ID_NUMBER, "! 0>1 5>,9", &heap.arena, NULL);
	CHECK_INT(web_merge(&c, &a, &b, &heap.arena, &heap.arena, &fault), CODE_OK);
	CHECK_STR(print(&c, &heap.arena), "! 0>1 1>2 2*3 4>5 5>,9");
	CHECK_INT(ids_find(&c.ids, (Id){.number = 4}), 3);
	CHECK_INT(ids_find(&c.ids, (Id){.number = 6}), NOBODY);
	heap_arena_free(&heap);
}

/* The log is due for rest when it is long, and then each time that the facts have doubled. */
static void
test_due(void)
{
	HeapArena	heap;
	Facts		facts;
	Fact		fact = {.rank = 1, .nobody = true};

	heap_arena_init(&heap);
	facts_init(&facts, ID_NUMBER, &heap.arena);
	for (int i = 0; i < FACTS_LOG_MIN / 2 - 1; i++)
	{
		fact.truster.number = i;
		facts_add(&facts, &fact, NULL);
	}
	CHECK(!facts_due(&facts));
	facts_add(&facts, &fact, NULL);
	CHECK(facts_due(&facts));
	facts.web.ids.n = FACTS_LOG_MIN;
	CHECK(!facts_due(&facts));
	heap_arena_free(&heap);
}

static void
test_graph(void)
{
	HeapArena	heap;
	Web		web = {0};
	Graph		graph;

	heap_arena_init(&heap);
	parse(&web, ID_NUMBER, "1*5>2", &heap.arena, NULL);
	web_graph(&graph, &web, &heap.arena);
	CHECK_INT(graph.weight[0], 5);
	CHECK_INT(graph.weight[1], 1);
	CHECK(graph.votes == NULL);
	parse(&web, ID_NUMBER, "! 1>2", &heap.arena, NULL);
	web_graph(&graph, &web, &heap.arena);
	CHECK(graph.weight == NULL);
	CHECK(graph.votes != NULL);
	CHECK_INT(graph.votes[1], 0);
	heap_arena_free(&heap);
}

int
main(void)
{
	test_notation();
	test_contradictions();
	test_bytes();
	test_damage();
	test_order();
	test_merge();
	test_due();
	test_graph();
	return check_done("delegation_state");
}
