/*
 * witness_policy_test.c -- policies: what is one, and which witnesses are enough.
 */
#include "check.h"
#include "seeded.h"

#include <stdlib.h>

#include "crypto/crypto.h"
#include "witness/policy.h"
#include "witness/signer.h"

#define ORIGIN "example.org/log"

static HeapArena heap;
static Arena *arena;

static SigningKey log_key;
static SigningKey witness[8];
static char *vkey[8];
static char *log_vkey;

static void
make_keys(void)
{
	uint8_t		seed[SEED_SIZE];

	seeded_bytes(seed, sizeof seed);
	signing_key_make(&log_key, arena, STR(ORIGIN), KEY_LOG, seed);
	log_vkey = (char *) arena_printf(arena, "%.*s", (int) note_key_print(arena, &log_key.key).n, note_key_print(arena, &log_key.key).p).p;
	for (int i = 0; i < 8; i++)
	{
		Str			text;

		seeded_bytes(seed, sizeof seed);
		signing_key_make(&witness[i], arena, arena_printf(arena, "w%d.example.org", i), KEY_COSIGNER, seed);
		text = note_key_print(arena, &witness[i].key);
		vkey[i] = (char *) arena_printf(arena, "%.*s", (int) text.n, text.p).p;
	}
}

static Code
parse(Policy *out, Str text)
{
	Fault		fault = {.code = CODE_OK};
	Code		code = policy_parse(out, arena, text, &fault);

	CHECK(code == CODE_OK || (code == CODE_BAD_POLICY && fault.code == code && fault.at > 0 && fault.detail[0] != '\0'));
	return code;
}

/* Parse a text in which %1 ... %8 stand for the witnesses' keys and %0 for the log's. */
static Code
parse_with(Policy *out, const char *text)
{
	Buf			b;

	buf_init(&b, arena);
	for (const char *p = text; *p; p++)
		if (*p == '%')
		{
			p++;
			buf_text(&b, *p == '0' ? log_vkey : vkey[*p - '1']);
		}
		else
			buf_char(&b, *p);
	return parse(out, buf_done(&b));
}

static bool
met(const Policy *policy, const char *names)
{
	bool		cosigned[POLICY_NAMES_MAX] = {false};

	for (size_t i = 0; i < policy->n; i++)
		for (const char *p = names; *p; p++)
			cosigned[i] |= !policy->members[i].is_group && policy->members[i].name.n == 1 && *policy->members[i].name.p == *p;
	return policy_is_met(policy, cosigned);
}

static void
test_forms(void)
{
	static const char *const good[] = {
		"quorum none\n",
		"\n \t\n# a comment\n  # another\nquorum none\n",
		"log %0\nquorum none\n",
		"log %0 https://example.org/log\nwitness a %1\nquorum a\n",
		"witness a %1 https://example.org/w # a comment\n\tquorum  a \n",
		"witness a %1\nwitness b %2\ngroup g 2 a b\ngroup h any g\nquorum h\n",
		"witness none_of_it %1\nquorum none_of_it\n",
		"witness Gr\xc3\xb6\xc3\x9f" "e %1\nwitness \xff %2\ngroup \xfe all \xff\nquorum \xfe\n",
		"witness a %1\n# class a mirror\n# class a witness\n# classes\n#class b mirror\n# class a\nquorum a\n",
		"quorum none\nwitness a %1\n",
	};
	static const char *const bad[] = {
		"", "\n", "quorum none", "quorum\n", "quorum a\n", "quorum none none\n", "quorum none\nquorum none\n",
		"witness a %1\nquorum none\nquorum a\n",
		"Quorum none\n", "include other\nquorum none\n",
		"log\nquorum none\n", "log x\nquorum none\n", "log %0 a b\nquorum none\n", "log %0\nlog %0\nquorum none\n", "log %1\nquorum none\n",
		"witness a\nquorum none\n", "witness a x\nquorum none\n", "witness a %1 b c\nquorum none\n", "witness %1\nquorum none\n",
		"witness a %1\nwitness a %2\nquorum none\n",	/* one name */
		"witness a %1\nwitness b %1\nquorum none\n",	/* one key */
		"log %0\nwitness a %0\nquorum a\n",	/* the log's own key is no witness */
		"witness a %0\nlog %0\nquorum a\n",
		"witness none %1\nquorum none\n", "witness all %1\nquorum none\n", "witness any %1\nquorum none\n",
		"witness a %1\ngroup none any a\nquorum none\n", "witness a %1\ngroup a any a\nquorum none\n",
		"witness a %1\ngroup g any b\nquorum none\n", "witness a %1\ngroup g any none\nquorum none\n", "group g any g\nquorum none\n",
		"witness a %1\ngroup g 0 a\nquorum g\n", "witness a %1\ngroup g 2 a\nquorum g\n", "witness a %1\ngroup g -1 a\nquorum g\n",
		"witness a %1\ngroup g 01 a\nquorum g\n", "witness a %1\ngroup g 1.0 a\nquorum g\n", "witness a %1\ngroup g some a\nquorum g\n",
		"witness a %1\ngroup g all\nquorum g\n", "witness a %1\ngroup g\nquorum g\n", "witness a %1\ngroup g any a a\nquorum g\n",
		"witness a %1\ngroup g any a\ngroup h any a\nquorum h\n",	/* a member twice */
		"quorum a\nwitness a %1\n", "group g any a\nwitness a %1\nquorum g\n",
		"# class of things\nquorum none\n", "# class a mirror\nwitness a %1\nquorum a\n", "witness a %1\n# class a miror\nquorum a\n", "witness a %1\ngroup g any a\n# class g mirror\nquorum g\n",
		"quorum none\r\n", "quorum\vnone\n", "quorum none\n\x7f\n",
	};
	Policy		policy;
	Buf			large;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		if (!CHECK(parse_with(&policy, good[i]) == CODE_OK))
			printf("    good %zu\n", i);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (!CHECK(parse_with(&policy, bad[i]) == CODE_BAD_POLICY))
			printf("    bad %zu\n", i);
	CHECK(parse(&policy, STR("quorum none\n\0\n")) == CODE_BAD_POLICY);

	buf_init(&large, arena);
	buf_text(&large, "quorum none\n");
	while (large.n < POLICY_SIZE_MAX)
		buf_char(&large, '\n');
	CHECK(parse(&policy, buf_done(&large)) == CODE_OK);
	buf_char(&large, '\n');
	CHECK(parse(&policy, buf_done(&large)) == CODE_BAD_POLICY);
}

/* As many names as there may be, in one group; one more is refused. */
static void
test_limits(void)
{
	Policy		policy;
	bool		cosigned[POLICY_NAMES_MAX] = {false};
	Buf			b;

	for (int n = POLICY_NAMES_MAX; n <= POLICY_NAMES_MAX + 1; n++)
	{
		buf_init(&b, arena);
		for (int i = 0; i < n - 1; i++)
		{
			SigningKey	key;
			uint8_t		seed[SEED_SIZE];

			seeded_bytes(seed, sizeof seed);
			signing_key_make(&key, arena, STR("w"), KEY_COSIGNER, seed);
			buf_str(&b, arena_printf(arena, "witness n%d ", i));
			buf_str(&b, note_key_print(arena, &key.key));
			buf_char(&b, '\n');
		}
		buf_str(&b, arena_printf(arena, "group g %d", n - 2));
		for (int i = 0; i < n - 1; i++)
			buf_str(&b, arena_printf(arena, " n%d", i));
		buf_text(&b, "\nquorum g\n");
		CHECK(parse(&policy, buf_done(&b)) == (n == POLICY_NAMES_MAX ? CODE_OK : CODE_BAD_POLICY));
		if (n > POLICY_NAMES_MAX)
			break;
		CHECK_INT(policy.n, POLICY_NAMES_MAX);
		for (int i = 1; i < n - 1; i++)
			cosigned[i] = true;
		CHECK(policy_is_met(&policy, cosigned));
		cosigned[1] = false;
		CHECK(!policy_is_met(&policy, cosigned));
	}
}

static void
test_quorums(void)
{
	Policy		policy;

	CHECK(parse_with(&policy, "witness a %1\nwitness b %2\nwitness c %3\ngroup g 2 a b c\nquorum g\n") == CODE_OK);
	CHECK(!met(&policy, "") && !met(&policy, "a") && !met(&policy, "c") && met(&policy, "ab") && met(&policy, "bc") && met(&policy, "abc"));
	CHECK(parse_with(&policy, "witness a %1\nwitness b %2\nquorum b\n") == CODE_OK);
	CHECK(!met(&policy, "a") && met(&policy, "b"));
	CHECK(parse_with(&policy, "witness a %1\nquorum none\n") == CODE_OK);
	CHECK(met(&policy, ""));
	CHECK(parse_with(&policy, "witness a %1\nwitness b %2\nwitness c %3\nwitness d %4\nwitness e %5\n"
					 "group x 2 a b c\ngroup y any d e\ngroup z all x y\nquorum z\n") == CODE_OK);
	CHECK(met(&policy, "abd") && met(&policy, "ace") && !met(&policy, "abc") && !met(&policy, "ade") && !met(&policy, "de"));
	CHECK(parse_with(&policy, "witness a %1 u\nwitness b %2\n# class b mirror\ngroup x all a b\nquorum x\n") == CODE_OK);
	CHECK(!policy.members[0].is_mirror && policy.members[1].is_mirror);
	CHECK_STR(policy.members[0].url, "u");
	CHECK(policy.members[1].url.p == NULL);
	CHECK(met(&policy, "ab") && !met(&policy, "a"));
}

static Str
sign(Str text, const SigningKey *key)
{
	return note_sign(arena, text, &key->key, key->secret, 1700000000);
}

/* A note against a policy: the log's signature, the witnesses', the quorum. */
static void
test_check(void)
{
	static const char text[] = ORIGIN "\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
	const SigningKey *keys[] = {&log_key, &witness[0], &witness[2], &witness[5]};
	Policy		policy;
	PolicyVerdict verdict;
	Note		note;
	Buf			b;
	Fault		fault;

	buf_init(&b, arena);
	buf_text(&b, text);
	buf_char(&b, '\n');
	for (size_t i = 0; i < 4; i++)
	{
		buf_str(&b, sign(str_from(text), keys[i]));
		buf_char(&b, '\n');
	}
	CHECK(note_parse(&note, arena, buf_done(&b), &fault) == CODE_OK);
	CHECK(parse_with(&policy, "log %0\nwitness a %1\nwitness b %2\nwitness c %3\ngroup g 2 a b c\nquorum g\n") == CODE_OK);
	CHECK(policy_check(&verdict, arena, &policy, &note, STR(ORIGIN), &fault) == CODE_OK);
	CHECK(verdict.log != NULL && verdict.n == 2 && verdict.met);
	CHECK(verdict.members[0].signature != NULL && verdict.members[0].at == 1700000000 && verdict.members[1].signature == NULL);
	CHECK(policy_check(&verdict, arena, &policy, &note, STR("example.org/other"), &fault) == CODE_OK && verdict.log == NULL);
	CHECK(parse_with(&policy, "witness b %2\nwitness c %3\ngroup g all b c\nquorum g\n") == CODE_OK);
	CHECK(policy_check(&verdict, arena, &policy, &note, STR(ORIGIN), &fault) == CODE_OK);
	CHECK(verdict.log == NULL && verdict.n == 1 && !verdict.met);

	/* A signature that does not hold, of somebody who is named. */
	note.text = STR(ORIGIN "\n2\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
	CHECK(policy_check(&verdict, arena, &policy, &note, STR(ORIGIN), &fault) == CODE_BAD_NOTE);
	CHECK(parse_with(&policy, "log %0\nwitness b %2\nquorum b\n") == CODE_OK);
	CHECK(policy_check(&verdict, arena, &policy, &note, STR(ORIGIN), &fault) == CODE_BAD_NOTE);
	CHECK(parse_with(&policy, "witness b %2\nquorum b\n") == CODE_OK);
	CHECK(policy_check(&verdict, arena, &policy, &note, STR(ORIGIN), &fault) == CODE_OK && !verdict.met);
}

/* A witness's key in a log's form becomes the cosigner's. */
static void
test_conversion(void)
{
	NoteKey		key = witness[0].key;
	Policy		policy;
	Str			text;

	key.type = KEY_LOG;
	key.id = note_key_id(key.name, KEY_LOG, key.bytes);
	text = note_key_print(arena, &key);
	CHECK(parse(&policy, arena_printf(arena, "witness a %.*s\nquorum a\n", (int) text.n, text.p)) == CODE_OK);
	CHECK_INT(policy.members[0].key.type, KEY_COSIGNER);
	CHECK_INT(policy.members[0].key.id, witness[0].key.id);
}

int
main(void)
{
	if (!crypto_init())
		return 1;
	heap_arena_init(&heap);
	arena = &heap.arena;
	make_keys();
	test_forms();
	test_limits();
	test_quorums();
	test_check();
	test_conversion();
	heap_arena_free(&heap);
	return check_done("witness_policy");
}
