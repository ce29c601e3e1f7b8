/*
 * poll_test.c -- announcing, opening, extending and closing polls, and casting ballots.
 */
#include "commune.h"

#define NOW(c) ((long long) ((c).time / USECS_PER_SECOND))

/* Announce a poll that opens in this block and closes after 1000 seconds. */
static void
announce(Commune *c, const char *name, const char *method)
{
	ACT(c, OK, "ann", "poll", "'name':'%s','title':'Which?','options':['a','b','c'],'method':%s,'opens':%lld,'closes':%lld",
		name, method, NOW(*c), NOW(*c) + 1000);
}

/* An id as text. */
static Str
id_of(Commune *c, Str hash)
{
	char	   *text = arena_alloc(&c->forever.arena, ID_TEXT_LEN);

	id_print(text, (const uint8_t *) hash.p);
	return (Str){text, ID_TEXT_LEN};
}

static const Ballot *
ballot(Commune *c, const char *name, const char *who)
{
	return state_find(c->state, BALLOT_BY_POLL, &(Ballot){.poll = poll(c, name)->seq, .member = member(c, who)->id});
}

/* ---- announcing ---- */

/* An announcement with one member as given and the others right. */
static void
announce_with(Commune *c, Code code, int line, const char *member, const char *value)
{
	static const char *const names[] = {"name", "title", "options", "method", "opens", "closes", NULL};
	static const char *const values[] = {"'p'", "'Which?'", "['a','b']", "'approval'", "1", "4000000000"};
	char		text[60000];
	size_t		n = 0;
	bool		given = false;

	for (int i = 0; names[i] != NULL; i++)
	{
		bool		is = strcmp(names[i], member) == 0;

		given |= is;
		if (!is || value != NULL)
			n += (size_t) snprintf(text + n, sizeof text - n, "%s'%s':%s", n ? "," : "", names[i], is ? value : values[i]);
	}
	if (!given)
		snprintf(text + n, sizeof text - n, ",'%s':%s", member, value);
	commune_add(c, code, line, "ann", "poll", "%s", text);
	seal_one(c, code, line);
}

#define ANNOUNCE(c, code, member, value) announce_with(c, CODE_##code, __LINE__, member, value)

/* A list of n different options. */
static const char *
options(Commune *c, int n)
{
	Buf			b;

	buf_init(&b, &c->forever.arena);
	for (int i = 0; i < n; i++)
	{
		buf_text(&b, i == 0 ? "['" : ",'");
		buf_int(&b, i);
		buf_char(&b, '\'');
	}
	buf_char(&b, ']');
	buf_char(&b, '\0');
	return buf_done(&b).p;
}

static void
test_announce(void)
{
	Commune		c;
	char		text[1000];
	static const char *const needed[] = {"name", "title", "options", "method", "opens", "closes"};

	commune_begin(&c);
	commune_found(&c, "ann bob", 1, ",'limits':{'open_polls':1000000000}");
	ACT(&c, NOT_A_MEMBER, "eve", "poll", "'name':'p','title':'x','options':['a'],'method':'approval','opens':1,'closes':4000000000");
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		ANNOUNCE(&c, BAD_MEMBERS, needed[i], NULL);
	ANNOUNCE(&c, BAD_MEMBERS, "more", "1");

	/* name */
	ANNOUNCE(&c, BAD_MEMBERS, "name", "''");
	ANNOUNCE(&c, BAD_MEMBERS, "name", "'P'");
	ANNOUNCE(&c, BAD_MEMBERS, "name", "'a b'");
	ANNOUNCE(&c, BAD_MEMBERS, "name", "'a_b'");
	ANNOUNCE(&c, BAD_MEMBERS, "name", "'\\u00e9'");
	ANNOUNCE(&c, BAD_MEMBERS, "name", "1");
	snprintf(text, sizeof text, "'%061d'", 0);
	ANNOUNCE(&c, BAD_MEMBERS, "name", text);
	snprintf(text, sizeof text, "'%060d'", 0);
	ANNOUNCE(&c, OK, "name", text);
	ANNOUNCE(&c, POLL_EXISTS, "name", text);
	ANNOUNCE(&c, OK, "name", "'a-z0-9'");

	/* texts */
	snprintf(text, sizeof text, "'%0201d'", 0);
	ANNOUNCE(&c, BAD_MEMBERS, "title", text);
	ANNOUNCE(&c, BAD_MEMBERS, "title", "''");
	ANNOUNCE(&c, BAD_MEMBERS, "text", "''");
	ANNOUNCE(&c, NO_SUCH_TOPIC, "topic", "'water'");
	ANNOUNCE(&c, BAD_MEMBERS, "topic", "''");

	/* options */
	ANNOUNCE(&c, BAD_MEMBERS, "options", "[]");
	ANNOUNCE(&c, BAD_MEMBERS, "options", "['a','b','a']");
	ANNOUNCE(&c, BAD_MEMBERS, "options", "['a','']");
	ANNOUNCE(&c, BAD_MEMBERS, "options", "['a',1]");
	ANNOUNCE(&c, BAD_MEMBERS, "options", "{'a':'b'}");
	snprintf(text, sizeof text, "['%0201d']", 0);
	ANNOUNCE(&c, BAD_MEMBERS, "options", text);
	ANNOUNCE(&c, BAD_MEMBERS, "options", options(&c, 256));

	/* times */
	snprintf(text, sizeof text, "%lld", NOW(c));
	ANNOUNCE(&c, BAD_TIMES, "closes", text);
	ANNOUNCE(&c, BAD_TIMES, "closes", "1");
	ANNOUNCE(&c, BAD_TIMES, "closes", "0");
	ANNOUNCE(&c, BAD_TIMES, "opens", "4000000000");
	ANNOUNCE(&c, BAD_TIMES, "opens", "4000000001");
	ANNOUNCE(&c, BAD_MEMBERS, "opens", "-1");
	ANNOUNCE(&c, BAD_MEMBERS, "opens", "'1'");
	ANNOUNCE(&c, BAD_MEMBERS, "closes", "253402300800");

	/* quorum */
	ANNOUNCE(&c, BAD_MEMBERS, "quorum", "[1]");
	ANNOUNCE(&c, BAD_MEMBERS, "quorum", "[1,2,3]");
	ANNOUNCE(&c, BAD_MEMBERS, "quorum", "[2,1]");
	ANNOUNCE(&c, BAD_MEMBERS, "quorum", "[-1,2]");
	ANNOUNCE(&c, BAD_MEMBERS, "quorum", "[0,0]");
	ANNOUNCE(&c, BAD_MEMBERS, "quorum", "['1',2]");
	ANNOUNCE(&c, BAD_MEMBERS, "quorum", "1");

	/* method and parameters */
	ANNOUNCE(&c, UNKNOWN_METHOD, "method", "'dice'");
	ANNOUNCE(&c, UNKNOWN_METHOD, "method", "'Approval'");
	ANNOUNCE(&c, BAD_MEMBERS, "method", "1");
	ANNOUNCE(&c, BAD_MEMBERS, "params", "[]");
	ANNOUNCE(&c, BAD_PARAMS, "params", "{'x':1}");
	ANNOUNCE(&c, BAD_PARAMS, "params", "{'seats':0}");
	ANNOUNCE(&c, BAD_PARAMS, "params", "{'seats':3}");
	ANNOUNCE(&c, BAD_PARAMS, "params", "{'seats':'1'}");
	ANNOUNCE(&c, BAD_PARAMS, "params", "{'running':1}");
	ANNOUNCE(&c, BAD_PARAMS, "params", "{'threshold':[1,2]}");
	ANNOUNCE(&c, BAD_PARAMS, "params", "{'credits':1}");

	/* What is taken stands in the row; params in canonical form. */
	ACT(&c, OK, "bob", "topic", "'topic':'water'");
	ACT(&c, OK, "bob", "poll",
		"'name':'p','title':'Which?','text':'At\\nlength','topic':'water','options':['b','a'],'method':'approval',"
		"'params': { 'seats' : 2, 'running' : true },'quorum':[0,9007199254740991],'opens':%lld,'closes':253402300799",
		NOW(c) + 1);
	CHECK_STR(poll(&c, "p")->status, "announced");
	CHECK_STR(poll(&c, "p")->title, "Which?");
	CHECK_STR(poll(&c, "p")->text, "At\nlength");
	CHECK_STR(poll(&c, "p")->topic, "water");
	CHECK_STR(poll(&c, "p")->method, "approval");
	CHECK_STR(poll(&c, "p")->params, "{\"running\":true,\"seats\":2}");
	CHECK_INT(poll(&c, "p")->options.n, 2);
	CHECK_STR(poll(&c, "p")->options.v[0], "b");
	CHECK_INT(poll(&c, "p")->quorum_num, 0);
	CHECK_INT(poll(&c, "p")->quorum_den, SAFE_INT_MAX);
	CHECK_INT(poll(&c, "p")->opens, c.time + SECONDS(1));
	CHECK_INT(poll(&c, "p")->closes, SECONDS(INT64_C(253402300799)));
	CHECK_INT(poll(&c, "p")->due, poll(&c, "p")->opens);
	CHECK_INT(poll(&c, "p")->author, member(&c, "bob")->id);
	CHECK(poll(&c, "p")->opened == INT8_NONE && poll(&c, "p")->electorate == INT8_NONE);
	CHECK(poll(&c, "p")->manifest.p == NULL && poll(&c, "p")->result.p == NULL);
	CHECK(poll_find_id(c.state, poll(&c, "p")->id) == poll(&c, "p"));
	ANNOUNCE(&c, OK, "name", "'q'");
	CHECK_STR(poll(&c, "q")->params, "{}");
	CHECK(poll(&c, "q")->text.p == NULL && poll(&c, "q")->topic.p == NULL && poll(&c, "q")->quorum_num == INT8_NONE);
	commune_end(&c);
}

/* The parameters of each method. */
static void
test_params(void)
{
	Commune		c;
	int			n = 0;
	static const struct
	{
		const char *method;
		const char *params;
		bool		fit;
	}			cases[] = {
		{"majority", "{}", true},
		{"majority", "{'running':false}", true},
		{"majority", "{'threshold':[2,3],'running':true}", true},
		{"majority", "{'threshold':[1,1]}", true},
		{"majority", "{'threshold':[1,9007199254740991]}", true},
		{"majority", "{'threshold':[0,3]}", false},
		{"majority", "{'threshold':[4,3]}", false},
		{"majority", "{'threshold':[-1,3]}", false},
		{"majority", "{'threshold':[2]}", false},
		{"majority", "{'threshold':[1,2,3]}", false},
		{"majority", "{'threshold':2}", false},
		{"majority", "{'threshold':[true,3]}", false},
		{"majority", "{'seats':1}", false},
		{"approval", "{'seats':1}", true},
		{"approval", "{'seats':2,'running':false}", true},
		{"approval", "{'seats':-1}", false},
		{"quadratic", "{'credits':1}", true},
		{"quadratic", "{'credits':9007199254740991,'seats':2,'negative':true,'running':true}", true},
		{"quadratic", "{}", false},
		{"quadratic", "{'seats':1}", false},
		{"quadratic", "{'credits':0}", false},
		{"quadratic", "{'credits':-5}", false},
		{"quadratic", "{'credits':'100'}", false},
		{"quadratic", "{'credits':100,'negative':0}", false},
		{"quadratic", "{'credits':100,'seats':3}", false},
		{"quadratic", "{'credits':100,'threshold':[1,2]}", false},
		{"plurality", "{'seats':2,'ties':'lot'}", true},
		{"plurality", "{'ties':' option_order '}", true},
		{"plurality", "{'ties':''}", false},
		{"plurality", "{'ties':'dice'}", false},
		{"plurality", "{'ties':'lot,option_order'}", false},	/* the second would never be asked */
		{"plurality", "{'ties':'prior_round,lot'}", false},
		{"plurality", "{'ties':1}", false},
		{"score", "{'highest':1000,'by':'majority_judgment'}", true},
		{"score", "{}", false},
		{"score", "{'highest':0}", false},
		{"score", "{'highest':1001}", false},
		{"score", "{'highest':5,'by':'luck'}", false},
		{"score", "{'highest':5,'by':1}", false},
		{"star", "{'highest':5}", true},
		{"star", "{'highest':5,'ties':'top_scores,option_order'}", true},
		{"star", "{'highest':5,'ties':'pairwise'}", false},		/* that may leave a tie */
		{"star", "{'highest':5,'seats':1}", false},
		{"cumulative", "{'credits':10,'highest':5}", true},
		{"cumulative", "{'highest':5}", false},
		{"borda", "{}", true},
		{"borda", "{'mode':'dowdall','seats':2}", true},
		{"borda", "{'mode':'Dowdall'}", false},
		{"irv", "{}", true},
		{"irv", "{'ties':'first_round,lot'}", true},
		{"irv", "{'ties':'all'}", false},
		{"irv", "{'seats':1}", false},
		{"stv", "{'seats':2,'rule':'wigm','quota':'hare'}", true},
		{"stv", "{'rule':'wigm'}", false},
		{"stv", "{'seats':2,'rule':'meek'}", true},
		{"stv", "{'seats':2,'rule':'meek','quota':'droop'}", false},
		{"copeland", "{}", true},
		{"copeland", "{'strength':'winning'}", false},
		{"minimax", "{'strength':'opposition'}", true},
		{"minimax", "{'strength':'ratio'}", false},
		{"schulze", "{'strength':'ratio'}", true},
		{"schulze", "{'strength':'opposition'}", false},
		{"ranked_pairs", "{'strength':'margin','equal':'together'}", true},
		{"ranked_pairs", "{'ties':'none'}", false},
		{"dhondt", "{'seats':100000,'threshold':[1,20]}", true},
		{"dhondt", "{}", false},
		{"dhondt", "{'seats':100001}", false},
		{"sainte_lague", "{'seats':3,'quota':'hare'}", false},
		{"largest_remainder", "{'seats':3,'quota':'droop'}", true},
		{"greedy", "{'measure':'votes_per_cost','unaffordable':'stop','budget':10,'costs':[1,9007199254740991]}", true},
		{"greedy", "{'measure':'votes','budget':10,'costs':[1]}", false},
		{"greedy", "{'measure':'votes','budget':10,'costs':[1,0]}", false},
		{"greedy", "{'measure':'votes','budget':10,'costs':[1,'2']}", false},
		{"greedy", "{'measure':'votes','budget':10,'costs':3}", false},
		{"greedy", "{'measure':'votes','costs':[1,2]}", false},
		{"greedy", "{'budget':10,'costs':[1,2]}", false},
		{"equal_shares", "{'utility':'cost','completion':'none','budget':10,'costs':[1,2]}", true},
		{"equal_shares", "{'utility':'cost','completion':'add1','increment':1,'exhaustive':true,'budget':10,'costs':[1,2]}", true},
		{"equal_shares", "{'utility':'cost','completion':'add1','budget':10,'costs':[1,2]}", false},
		{"equal_shares", "{'utility':'cost','completion':'none','increment':1,'budget':10,'costs':[1,2]}", false},
		{"equal_shares", "{'completion':'none','budget':10,'costs':[1,2]}", false},
	};

	commune_begin(&c);
	commune_found(&c, "ann bob", 1, ",'limits':{'open_polls':100}");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
	{
		Code		code = cases[i].fit ? CODE_OK : CODE_BAD_PARAMS;

		commune_add(&c, code, __LINE__, "ann", "poll",
					"'name':'p%d','title':'x','options':['a','b'],'method':'%s','params':%s,'opens':1,'closes':4000000000",
					n++, cases[i].method, cases[i].params);
		seal_one(&c, code, __LINE__);
	}
	ACT(&c, BAD_PARAMS, "ann", "poll",
		"'name':'none','title':'x','options':['a'],'method':'quadratic','opens':1,'closes':4000000000");

	for (int i = 0; i < METHOD_COUNT; i++)
		CHECK(methods[i].id == (MethodId) i && method_find(str_from(methods[i].name)) == &methods[i]);
	CHECK(method_find(STR("majority")) != NULL && method_find(STR("")) == NULL && method_find(STR("majorit")) == NULL);
	CHECK_INT(method_int(NULL, "seats", 7), 7);
	CHECK(!method_flag(NULL, "running"));
	commune_end(&c);
}

/* A member has so many polls announced or open; a poll that closes or lapses makes room. */
static void
test_open_polls(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob", 1, ",'limits':{'open_polls':2}");
	announce(&c, "p", "'approval'");
	ADD(&c, OK, "ann", "poll", "'name':'q','title':'x','options':['a'],'method':'approval','opens':%lld,'closes':%lld",
		NOW(c) + 100, NOW(c) + 200);
	ADD(&c, TOO_MANY_POLLS, "ann", "poll", "'name':'r','title':'x','options':['a'],'method':'approval','opens':%lld,'closes':%lld",
		NOW(c) + 100, NOW(c) + 200);
	SEAL(&c);
	CHECK_INT(member(&c, "ann")->polls, 2);
	ACT(&c, TOO_MANY_POLLS, "ann", "poll", "'name':'r','title':'x','options':['a'],'method':'approval','opens':1,'closes':%lld", NOW(c) + 9);
	ACT(&c, BAD_PARAMS, "ann", "poll", "'name':'r','title':'x','options':['a'],'method':'quadratic','opens':1,'closes':%lld", NOW(c) + 9);

	pass(&c, 300);				/* q lapses */
	CHECK_STR(poll(&c, "q")->status, "lapsed");
	CHECK_INT(member(&c, "ann")->polls, 1);
	ACT(&c, POLL_EXISTS, "ann", "poll", "'name':'q','title':'x','options':['a'],'method':'approval','opens':1,'closes':%lld", NOW(c) + 9);
	ACT(&c, OK, "ann", "poll", "'name':'r','title':'x','options':['a'],'method':'approval','opens':1,'closes':%lld", NOW(c) + 650);
	pass(&c, 600);
	pass(&c, 100);
	CHECK_STR(poll(&c, "p")->status, "closed");
	CHECK_STR(poll(&c, "r")->status, "closed");
	CHECK_INT(member(&c, "ann")->polls, 0);
	ACT(&c, OK, "ann", "poll", "'name':'s','title':'x','options':['a'],'method':'approval','opens':1,'closes':%lld", NOW(c) + 10);
	ACT(&c, OK, "ann", "leave", "%s", "");
	CHECK_INT(member(&c, "ann")->polls, 1);
	pass(&c, 10);
	CHECK_INT(member(&c, "ann")->polls, 0);
	commune_end(&c);
}

/* ---- opening ---- */

/* The manifest, byte by byte, with roots that the test computes itself. */
static void
test_manifest(void)
{
	Commune		c;
	static const char *const names[] = {"ann", "bob", "cid", "dan"};
	const Did  *dids[4] = {NULL};
	Digest		electorate[4];
	Digest		delegations[1];
	Digest		root;
	Digest		leaf;
	char		text[200];
	size_t		n;
	Str			expected;

	commune_begin(&c);
	commune_found(&c, "ann bob cid", 1, "");
	ACT(&c, OK, "ann", "topic", "'topic':'water'");
	ACT(&c, OK, "bob", "delegate", "'scope':{'topic':'water'},'to':['@eve','@ann']");
	c.time += 500;
	ADD(&c, OK, "ann", "poll", "'name':'p','title':'Which?','text':'no part of it','topic':'water','options':['\\u00e9','say \\\"no\\\"'],"
		"'method':'quadratic','params':{'seats':2,'credits':100},'quorum':[1,2],'opens':%lld,'closes':%lld", NOW(c), NOW(c) + 7);
	ADD(&c, OK, "dan", "join", "%s", "");
	ADD(&c, OK, "ann", "vouch", "'member':'@dan'");		/* admitted in the block that opens it: in the electorate */
	SEAL(&c);

	/* Members in the order of their keys. */
	for (int i = 0; i < 4; i++)
	{
		int			at = i;

		for (; at > 0 && memcmp(dids[at - 1]->b, person(&c, names[i])->did.b, 33) > 0; at--)
			dids[at] = dids[at - 1];
		dids[at] = &person(&c, names[i])->did;
	}
	for (int i = 0; i < 4; i++)
		merkle_leaf(electorate[i].b, text, did_print(text, dids[i]));

	/* One list counts: bob's, with both names that stand on it. */
	n = did_print(text, &person(&c, "bob")->did);
	text[n++] = '\n';
	n += did_print(text + n, &person(&c, "eve")->did);
	text[n++] = '\n';
	n += did_print(text + n, &person(&c, "ann")->did);
	text[n++] = '\n';
	merkle_leaf(delegations[0].b, text, n);

	merkle_root(&root, electorate, 4);
	expected = arena_printf(&c.forever.arena,
							"{\"closes\":%lld,\"delegations\":\"%.43s\",\"electorate\":4,\"electorate_root\":\"%.43s\",\"entry\":\"open\","
							"\"method\":\"quadratic\",\"options\":[\"\xc3\xa9\",\"say \\\"no\\\"\"],\"params\":{\"credits\":100,\"seats\":2},"
							"\"poll\":\"%.43s\",\"rules\":1}",
							NOW(c) + 7, id_of(&c, hash_str(&delegations[0])).p, id_of(&c, hash_str(&root)).p,
							id_of(&c, poll(&c, "p")->id).p);
	CHECK_INT(c.out.nentries, 1);
	if (!CHECK(str_eq(entry(&c, 0), expected)))
		printf("    got %.*s\n", (int) entry(&c, 0).n, entry(&c, 0).p);
	n = expected.n + 16;
	expected = arena_printf(&c.forever.arena, "commune/entry/1\n%.*s", (int) expected.n, expected.p);
	merkle_leaf(leaf.b, expected.p, n);
	CHECK(str_eq(poll(&c, "p")->manifest, hash_str(&leaf)));

	CHECK_STR(poll(&c, "p")->status, "open");
	CHECK_INT(poll(&c, "p")->electorate, 4);
	CHECK_INT(poll(&c, "p")->opened, c.last.size - 2);
	CHECK_INT(poll(&c, "p")->opened_at, c.time);
	CHECK_INT(poll(&c, "p")->due, poll(&c, "p")->closes);
	commune_end(&c);
}

static void
test_opening(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob", 1, "");
	ACT(&c, OK, "ann", "poll", "'name':'p','title':'x','options':['a'],'method':'approval','opens':%lld,'closes':%lld",
		NOW(c) + 10, NOW(c) + 20);
	c.time = poll(&c, "p")->opens - 1;
	seal(&c);
	CHECK_STR(poll(&c, "p")->status, "announced");
	ACT(&c, POLL_NOT_OPEN, "ann", "ballot", "'poll':'=p','choice':{'votes':[1]}");
	c.time += 1;
	seal(&c);
	CHECK_STR(poll(&c, "p")->status, "open");

	/* The first block at or after closes finds it announced still: it lapses. */
	ACT(&c, OK, "ann", "poll", "'name':'q','title':'x','options':['a'],'method':'approval','opens':%lld,'closes':%lld",
		NOW(c) + 30, NOW(c) + 40);
	c.time = poll(&c, "q")->closes;
	seal(&c);
	CHECK_STR(poll(&c, "q")->status, "lapsed");
	CHECK(poll(&c, "q")->due == INT8_NONE && poll(&c, "q")->manifest.p == NULL);
	CHECK(str_eq(entry(&c, 1), arena_printf(&c.block.arena, "{\"entry\":\"lapse\",\"poll\":\"%.43s\"}", id_of(&c, poll(&c, "q")->id).p)));
	ACT(&c, POLL_NOT_OPEN, "ann", "ballot", "'poll':'=q','choice':{'votes':[1]}");

	/* An electorate of nobody. */
	ACT(&c, OK, "ann", "poll", "'name':'r','title':'x','options':['a'],'method':'approval','opens':%lld,'closes':%lld",
		NOW(c) + 30, NOW(c) + 40);
	ADD(&c, OK, "ann", "leave", "%s", "");
	ADD(&c, OK, "bob", "leave", "%s", "");
	pass(&c, 30);
	CHECK_STR(poll(&c, "r")->status, "open");
	CHECK_INT(poll(&c, "r")->electorate, 0);
	ACT(&c, OK, "ann", "join", "%s", "");
	ACT(&c, NOT_IN_ELECTORATE, "ann", "ballot", "'poll':'#r','choice':{'votes':[1]}");
	pass(&c, 10);
	pass(&c, 0);
	CHECK_STR(poll(&c, "r")->status, "closed");
	commune_end(&c);
}

/* ---- ballots ---- */

static void
test_ballot_order(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob cid", 1, "");
	announce(&c, "p", "'majority'");
	ACT(&c, BAD_MEMBERS, "ann", "ballot", "'poll':'#p'");
	ACT(&c, BAD_MEMBERS, "ann", "ballot", "'choice':{'option':1}");
	ACT(&c, BAD_MEMBERS, "ann", "ballot", "'poll':'p','choice':{'option':1}");
	ACT(&c, BAD_MEMBERS, "ann", "ballot", "'poll':'#p','choice':[1]");
	ACT(&c, BAD_MEMBERS, "ann", "ballot", "'poll':'#p','choice':{'option':1},'x':1");

	/* Which poll, who, whether he may, whether it is open, and what. */
	ACT(&c, NO_SUCH_POLL, "eve", "ballot", "'poll':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA','choice':{}");
	ACT(&c, POLL_NOT_OPEN, "eve", "ballot", "'poll':'=p','choice':{}");
	ACT(&c, NOT_A_MEMBER, "eve", "ballot", "'poll':'#p','choice':{}");
	admit(&c, "eve", "ann");
	ACT(&c, NOT_IN_ELECTORATE, "eve", "ballot", "'poll':'#p','choice':{}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{}");
	ACT(&c, OK, "ann", "ballot", "'poll':'#p','choice':{'option':1}");

	/* Who left is no member; who came back was not one all along. */
	ACT(&c, OK, "bob", "ballot", "'poll':'#p','choice':{'option':2}");
	ACT(&c, OK, "bob", "leave", "%s", "");
	ACT(&c, NOT_A_MEMBER, "bob", "ballot", "'poll':'#p','choice':{'option':1}");
	ACT(&c, OK, "bob", "join", "%s", "");
	ACT(&c, NOT_IN_ELECTORATE, "bob", "ballot", "'poll':'#p','choice':{'option':1}");
	CHECK_INT(ballot(&c, "p", "bob")->option, 2);		/* his ballot stays */

	pass(&c, 900);
	pass(&c, 100);
	ACT(&c, POLL_NOT_OPEN, "ann", "ballot", "'poll':'=p','choice':{}");
	ACT(&c, NOT_A_MEMBER, "fay", "ballot", "'poll':'#p','choice':{}");
	ACT(&c, NOT_IN_ELECTORATE, "eve", "ballot", "'poll':'#p','choice':{}");
	ACT(&c, POLL_CLOSED, "ann", "ballot", "'poll':'#p','choice':{}");
	CHECK_INT(poll(&c, "p")->ballots, 2);
	commune_end(&c);
}

static void
test_majority_choice(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob", 1, "");
	announce(&c, "p", "'majority'");
	ACT(&c, UNKNOWN_OPTION, "ann", "ballot", "'poll':'#p','choice':{'option':0}");
	ACT(&c, UNKNOWN_OPTION, "ann", "ballot", "'poll':'#p','choice':{'option':4}");
	ACT(&c, UNKNOWN_OPTION, "ann", "ballot", "'poll':'#p','choice':{'option':-1}");
	ACT(&c, UNKNOWN_OPTION, "ann", "ballot", "'poll':'#p','choice':{'option':4294967297}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'option':'1'}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'option':null}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'option':[1]}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'votes':[1,0,0]}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'option':1,'votes':[1]}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'abstain':false}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'abstain':1}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'abstain':true,'option':1}");
	CHECK(ballot(&c, "p", "ann") == NULL);

	/* The last one counts; there is one a member. */
	ACT(&c, OK, "ann", "ballot", "'poll':'#p','choice':{'option':3}");
	CHECK_INT(ballot(&c, "p", "ann")->option, 3);
	CHECK(ballot(&c, "p", "ann")->votes.v == NULL && !ballot(&c, "p", "ann")->abstain);
	ACT(&c, OK, "ann", "ballot", "'poll':'#p','choice':{'abstain':true}");
	CHECK(ballot(&c, "p", "ann")->abstain);
	CHECK(ballot(&c, "p", "ann")->option == INT4_NONE);
	ADD(&c, OK, "ann", "ballot", "'poll':'#p','choice':{'option':1}");
	ADD(&c, OK, "bob", "ballot", "'poll':'#p','choice':{'option':1}");
	ADD(&c, UNKNOWN_OPTION, "ann", "ballot", "'poll':'#p','choice':{'option':7}");
	ADD(&c, OK, "ann", "ballot", "'poll':'#p','choice':{'option':2}");
	SEAL(&c);
	CHECK_INT(ballot(&c, "p", "ann")->option, 2);
	CHECK_INT(ballot(&c, "p", "ann")->seq, c.seq);
	CHECK(!ballot(&c, "p", "ann")->abstain);
	CHECK_INT(poll(&c, "p")->ballots, 2);
	commune_end(&c);
}

static void
test_approval_choice(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob", 1, "");
	announce(&c, "p", "'approval'");
	ACT(&c, UNKNOWN_OPTION, "ann", "ballot", "'poll':'#p','choice':{'votes':[1,0,1,0]}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'votes':[1,0]}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'votes':[]}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'votes':[1,0,2]}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'votes':[1,0,-1]}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'votes':[1,0,true]}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'votes':[1,0,'1']}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'votes':{'a':1,'b':0,'c':1}}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'votes':1}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'option':1}");
	ACT(&c, OK, "ann", "ballot", "'poll':'#p','choice':{'votes':[1,0,1]}");
	CHECK_INT(ballot(&c, "p", "ann")->votes.n, 3);
	CHECK_INT(ballot(&c, "p", "ann")->votes.v[0], 1);
	CHECK_INT(ballot(&c, "p", "ann")->votes.v[1], 0);
	CHECK(ballot(&c, "p", "ann")->option == INT4_NONE);
	ACT(&c, OK, "bob", "ballot", "'poll':'#p','choice':{'votes':[0,0,0]}");
	commune_end(&c);
}

static void
test_quadratic_choice(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob", 1, "");
	announce(&c, "p", "'quadratic','params':{'credits':14}");
	ACT(&c, OK, "ann", "ballot", "'poll':'#p','choice':{'votes':[1,2,3]}");
	ACT(&c, UNAFFORDABLE, "ann", "ballot", "'poll':'#p','choice':{'votes':[1,1,4]}");
	ACT(&c, UNAFFORDABLE, "ann", "ballot", "'poll':'#p','choice':{'votes':[2,2,3]}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'votes':[1,2,-3]}");
	CHECK_INT(ballot(&c, "p", "ann")->votes.v[2], 3);

	/* The price is looked at before the form: of votes that are none, too many or too few. */
	ACT(&c, UNAFFORDABLE, "ann", "ballot", "'poll':'#p','choice':{'votes':[4,'x',0]}");
	ACT(&c, UNAFFORDABLE, "ann", "ballot", "'poll':'#p','choice':{'votes':[4,0,0,0]}");
	ACT(&c, UNAFFORDABLE, "ann", "ballot", "'poll':'#p','choice':{'votes':[4]}");
	ACT(&c, UNAFFORDABLE, "ann", "ballot", "'poll':'#p','choice':{'votes':[0,0,-4]}");
	ACT(&c, UNKNOWN_OPTION, "ann", "ballot", "'poll':'#p','choice':{'votes':[1,1,1,1]}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'votes':[1]}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'votes':[1,'x',0]}");

	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'option':1}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'votes':{'a':9}}");

	/* What would not fit into 32 or 64 bits. */
	ACT(&c, UNAFFORDABLE, "ann", "ballot", "'poll':'#p','choice':{'votes':[2147483648,0,0]}");
	ACT(&c, UNAFFORDABLE, "ann", "ballot", "'poll':'#p','choice':{'votes':[4294967296,0,0]}");
	ACT(&c, UNAFFORDABLE, "ann", "ballot", "'poll':'#p','choice':{'votes':[9007199254740991,0,0]}");
	ACT(&c, UNAFFORDABLE, "ann", "ballot", "'poll':'#p','choice':{'votes':[-9007199254740991,0,0]}");
	ACT(&c, UNAFFORDABLE, "ann", "ballot", "'poll':'#p','choice':{'votes':[3037000499,3037000499,3037000499]}");

	announce(&c, "n", "'quadratic','params':{'credits':14,'negative':true}");
	ACT(&c, OK, "ann", "ballot", "'poll':'#n','choice':{'votes':[-1,2,-3]}");
	CHECK_INT(ballot(&c, "n", "ann")->votes.v[2], -3);
	ACT(&c, UNAFFORDABLE, "ann", "ballot", "'poll':'#n','choice':{'votes':[-2,2,-3]}");

	/* The greatest credits: floor(sqrt(2^53 - 1)) = 94906265. */
	announce(&c, "max", "'quadratic','params':{'credits':9007199254740991,'negative':true}");
	ACT(&c, OK, "ann", "ballot", "'poll':'#max','choice':{'votes':[94906265,0,0]}");
	ACT(&c, UNAFFORDABLE, "bob", "ballot", "'poll':'#max','choice':{'votes':[94906266,0,0]}");
	ACT(&c, OK, "bob", "ballot", "'poll':'#max','choice':{'votes':[0,-94906265,10885]}");
	ACT(&c, UNAFFORDABLE, "bob", "ballot", "'poll':'#max','choice':{'votes':[0,-94906265,10886]}");
	ACT(&c, UNAFFORDABLE, "bob", "ballot", "'poll':'#max','choice':{'votes':[2147483647,0,0]}");
	CHECK_INT(ballot(&c, "max", "bob")->votes.v[1], -94906265);
	commune_end(&c);
}

/* 255 options, each of which can be voted for. */
static void
test_many_options(void)
{
	Commune		c;
	char		votes[1000] = "[";
	char		half[1000] = "[";

	for (int i = 0; i < 255; i++)
	{
		strncat(votes, i ? ",1" : "1", 3);
		if (i < 254)
			strncat(half, i ? ",1" : "1", 3);
	}
	strncat(votes, "]", 2);
	strncat(half, "]", 2);
	commune_begin(&c);
	commune_found(&c, "ann bob", 1, "");
	ACT(&c, OK, "ann", "poll", "'name':'p','title':'x','options':%s,'method':'approval','params':{'seats':255},'opens':1,'closes':4000000000",
		options(&c, 255));
	ACT(&c, OK, "ann", "poll", "'name':'q','title':'x','options':%s,'method':'quadratic','params':{'credits':255},'opens':1,'closes':4000000000",
		options(&c, 255));
	ACT(&c, OK, "ann", "poll", "'name':'m','title':'x','options':%s,'method':'majority','opens':1,'closes':4000000000",
		options(&c, 255));
	ACT(&c, OK, "ann", "ballot", "'poll':'#p','choice':{'votes':%s}", votes);
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#p','choice':{'votes':%s}", half);
	ACT(&c, OK, "ann", "ballot", "'poll':'#q','choice':{'votes':%s}", votes);
	ACT(&c, OK, "ann", "ballot", "'poll':'#m','choice':{'option':255}");
	ACT(&c, UNKNOWN_OPTION, "ann", "ballot", "'poll':'#m','choice':{'option':256}");
	CHECK_INT(ballot(&c, "q", "ann")->votes.n, 255);
	CHECK_INT(ballot(&c, "q", "ann")->votes.v[254], 1);
	CHECK_INT(poll(&c, "p")->options.n, 255);
	commune_end(&c);
}

/* ---- closing ---- */

static void
test_closing(void)
{
	Commune		c;
	int64_t		first;

	commune_begin(&c);
	commune_found(&c, "ann bob cid", 1, "");
	announce(&c, "p", "'majority'");
	pass(&c, 950);
	c.time = poll(&c, "p")->closes - 1;
	ACT(&c, OK, "ann", "ballot", "'poll':'#p','choice':{'option':1}");

	/* A block at closes: what is in it is late. */
	c.time = poll(&c, "p")->closes;
	first = c.last.size;
	ADD(&c, POLL_CLOSED, "bob", "ballot", "'poll':'#p','choice':{'option':2}");
	ADD(&c, POLL_CLOSED, "ann", "ballot", "'poll':'#p','choice':{'option':2}");
	SEAL(&c);
	CHECK_STR(poll(&c, "p")->status, "closed");
	CHECK_INT(poll(&c, "p")->closed, first);
	CHECK_INT(poll(&c, "p")->ballots, 1);
	CHECK_INT(ballot(&c, "p", "ann")->option, 1);
	CHECK(str_eq(entry(&c, 0), arena_printf(&c.block.arena, "{\"ballots\":1,\"entry\":\"close\",\"index\":%lld,\"poll\":\"%.43s\"}",
											(long long) first, id_of(&c, poll(&c, "p")->manifest).p)));
	CHECK_INT(poll(&c, "p")->extensions, 0);
	commune_end(&c);
}

/* A gap of more than two minutes that swallows the closing gives the time back. */
static void
test_gap(void)
{
	Commune		c;
	int64_t		closes;

	commune_begin(&c);
	commune_found(&c, "ann bob cid", 1, "");

	/* 120 seconds are no gap yet. */
	announce(&c, "p", "'majority'");
	pass(&c, 990);
	pass(&c, 120);
	CHECK_STR(poll(&c, "p")->status, "closed");

	/* One more microsecond is: the poll closes later by the whole of it. */
	announce(&c, "q", "'majority'");
	pass(&c, 990);
	closes = poll(&c, "q")->closes;
	c.time += SECONDS(120) + 1;
	ADD(&c, OK, "ann", "ballot", "'poll':'#q','choice':{'option':1}");
	SEAL(&c);
	CHECK_STR(poll(&c, "q")->status, "open");
	CHECK_INT(poll(&c, "q")->closes, closes + SECONDS(120) + 1);
	CHECK_INT(poll(&c, "q")->due, poll(&c, "q")->closes);
	CHECK_INT(poll(&c, "q")->extensions, 1);
	CHECK(str_eq(entry(&c, 0), arena_printf(&c.block.arena, "{\"closes_us\":%lld,\"entry\":\"extend\",\"poll\":\"%.43s\"}",
											(long long) poll(&c, "q")->closes, id_of(&c, poll(&c, "q")->manifest).p)));
	CHECK_INT(poll(&c, "q")->ballots, 1);

	/* The new closing is kept to the microsecond. */
	c.time = poll(&c, "q")->closes - 1;
	ACT(&c, OK, "bob", "ballot", "'poll':'#q','choice':{'option':1}");
	c.time += 1;
	ADD(&c, POLL_CLOSED, "cid", "ballot", "'poll':'#q','choice':{'option':1}");
	SEAL(&c);
	CHECK_STR(poll(&c, "q")->status, "closed");

	/* So it is if the gap ends with the very moment of closing. */
	announce(&c, "s", "'majority'");
	c.time = poll(&c, "s")->closes - SECONDS(200);
	seal(&c);
	pass(&c, 200);
	CHECK_STR(poll(&c, "s")->status, "open");
	CHECK_INT(poll(&c, "s")->closes, c.time + SECONDS(200));
	pass(&c, 100);
	pass(&c, 100);
	CHECK_STR(poll(&c, "s")->status, "closed");

	/* A gap that ends before the closing, or begins at it, gives nothing back. */
	announce(&c, "r", "'majority'");
	pass(&c, 800);
	pass(&c, 190);
	CHECK_INT(poll(&c, "r")->extensions, 0);
	pass(&c, 10);
	CHECK_STR(poll(&c, "r")->status, "closed");
	commune_end(&c);
}

/* At most three times; and two polls are extended each by itself. */
static void
test_gaps(void)
{
	Commune		c;
	int64_t		closes;

	commune_begin(&c);
	commune_found(&c, "ann bob cid dan eve", 1, "");
	announce(&c, "p", "'majority'");
	pass(&c, 500);
	announce(&c, "q", "'majority'");
	pass(&c, 490);
	for (int i = 0; i < 3; i++)
	{
		static const char *const voters[] = {"ann", "bob", "cid"};

		closes = poll(&c, "p")->closes;
		c.time = closes + SECONDS(200);
		ADD(&c, OK, voters[i], "ballot", "'poll':'#p','choice':{'option':1}");
		SEAL(&c);
		CHECK_STR(poll(&c, "p")->status, "open");
		CHECK_INT(poll(&c, "p")->extensions, i + 1);
		c.time = poll(&c, "p")->closes - SECONDS(1);
		seal(&c);
	}
	c.time = poll(&c, "p")->closes + SECONDS(1000);
	ADD(&c, POLL_CLOSED, "dan", "ballot", "'poll':'#p','choice':{'option':1}");
	SEAL(&c);
	CHECK_STR(poll(&c, "p")->status, "closed");
	CHECK_INT(poll(&c, "p")->extensions, 3);
	CHECK_INT(poll(&c, "p")->ballots, 3);
	CHECK(poll(&c, "q")->extensions >= 1);

	/* A register whose first block is late opens and closes in one: there was no block before. */
	CHECK_INT(poll_closing(poll(&c, "p"), INT8_NONE, INT64_MAX), poll(&c, "p")->closes);
	commune_end(&c);
}

/* Two gaps in a row: the second is counted from the new closing. */
static void
test_long_gaps(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob", 1, "");
	announce(&c, "p", "'majority'");
	pass(&c, 86400 * 30);		/* the whole time was one gap, so all of it is given back */
	CHECK_STR(poll(&c, "p")->status, "open");
	CHECK_INT(poll(&c, "p")->closes, c.time + SECONDS(1000));
	pass(&c, 86400 * 30);
	CHECK_INT(poll(&c, "p")->closes, c.time + SECONDS(1000));
	pass(&c, 86400 * 30);
	CHECK_INT(poll(&c, "p")->extensions, 3);
	ADD(&c, OK, "ann", "ballot", "'poll':'#p','choice':{'option':1}");
	pass(&c, 999);
	ADD(&c, POLL_CLOSED, "bob", "ballot", "'poll':'#p','choice':{'option':1}");
	pass(&c, 1);
	CHECK_STR(poll(&c, "p")->status, "closed");
	commune_end(&c);
}

int
main(void)
{
	test_announce();
	test_params();
	test_open_polls();
	test_manifest();
	test_opening();
	test_ballot_order();
	test_majority_choice();
	test_approval_choice();
	test_quadratic_choice();
	test_many_options();
	test_closing();
	test_gap();
	test_gaps();
	test_long_gaps();
	return check_done("poll");
}
