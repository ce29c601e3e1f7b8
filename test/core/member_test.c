/*
 * member_test.c -- founding, joining, vouching, leaving, topics, and the electorate at an index.
 */
#include "commune.h"

/* A point that no honest library makes: the neutral one. */
static const uint8_t low_order_key[PUBLIC_KEY_SIZE] = {1};

static const char *
did_text(char out[DID_TEXT_MAX + 1], const Did *did)
{
	out[did_print(out, did)] = '\0';
	return out;
}

#define COMMUNE_DID "did:commune:mzxw6ytbmzxw6ytbmzxw6ytbmzxw6ytb"

/* ---- charter ---- */

/* A charter that is refused; nothing is founded. */
static void
refuse_charter(Commune *c, Code code, const char *members)
{
	commune_add(c, code, __LINE__, "ann", "charter", "%s", members);
	seal_one(c, code, __LINE__);
	if (!CHECK(charter(c) == NULL && member(c, "ann") == NULL))
		printf("    %s\n", members);
}

static void
test_charter(void)
{
	Commune		c;
	Charter    *made;
	char		did[DID_TEXT_MAX + 1];
	char		text[20000];
	Did			low;
	size_t		n;
	int64_t		seq;

	commune_begin(&c);
	for (size_t i = 0; i < 4; i++)
	{
		/* Each required member is missed. */
		static const char *const parts[] = {"'name':'Test'", "'founders':['@ann','@bob']", "'vouches':1", "'rules':1"};

		text[0] = '\0';
		n = 0;
		for (size_t j = 0; j < 4; j++)
			if (j != i)
				n += (size_t) snprintf(text + n, sizeof text - n, "%s%s", n ? "," : "", parts[j]);
		refuse_charter(&c, CODE_BAD_MEMBERS, text);
	}
	refuse_charter(&c, CODE_BAD_MEMBERS, "'name':'','founders':['@ann'],'vouches':1,'rules':1");
	refuse_charter(&c, CODE_BAD_MEMBERS, "'name':'T','founders':[],'vouches':1,'rules':1");
	refuse_charter(&c, CODE_BAD_MEMBERS, "'name':'T','founders':'@ann','vouches':1,'rules':1");
	refuse_charter(&c, CODE_BAD_MEMBERS, "'name':'T','founders':['ann'],'vouches':1,'rules':1");
	refuse_charter(&c, CODE_BAD_MEMBERS, "'name':'T','founders':['@ann','@bob','@ann'],'vouches':1,'rules':1");
	refuse_charter(&c, CODE_BAD_MEMBERS, "'name':'T','founders':['@ann','@bob'],'vouches':0,'rules':1");
	refuse_charter(&c, CODE_BAD_MEMBERS, "'name':'T','founders':['@ann','@bob'],'vouches':3,'rules':1");
	refuse_charter(&c, CODE_BAD_MEMBERS, "'name':'T','founders':['@ann','@bob'],'vouches':'1','rules':1");
	refuse_charter(&c, CODE_BAD_MEMBERS, "'name':'T','founders':['@ann'],'vouches':1,'rules':0");
	refuse_charter(&c, CODE_UNKNOWN_RULES, "'name':'T','founders':['@ann'],'vouches':1,'rules':2");
	refuse_charter(&c, CODE_UNKNOWN_RULES, "'name':'T','founders':['@ann'],'vouches':1,'rules':9007199254740991");
	refuse_charter(&c, CODE_NOT_A_FOUNDER, "'name':'T','founders':['@bob'],'vouches':1,'rules':1");
	refuse_charter(&c, CODE_BAD_MEMBERS, "'name':'T','founders':['@ann'],'vouches':1,'rules':1,'more':1");
	refuse_charter(&c, CODE_BAD_MEMBERS, "'name':'T','founders':['@ann'],'vouches':1,'rules':1,'limits':[]");
	refuse_charter(&c, CODE_BAD_MEMBERS, "'name':'T','founders':['@ann'],'vouches':1,'rules':1,'limits':{'x':1}");
	refuse_charter(&c, CODE_BAD_MEMBERS, "'name':'T','founders':['@ann'],'vouches':1,'rules':1,'limits':{'open_polls':0}");
	refuse_charter(&c, CODE_BAD_MEMBERS, "'name':'T','founders':['@ann'],'vouches':1,'rules':1,'limits':{'open_polls':1000000001}");
	refuse_charter(&c, CODE_BAD_MEMBERS, "'name':'T','founders':['@ann'],'vouches':1,'rules':1,'limits':{'open_polls':true}");

	/* Founders need sound keys. */
	refuse_charter(&c, CODE_UNKNOWN_KEY, "'name':'T','founders':['@ann','" COMMUNE_DID "'],'vouches':1,'rules':1");
	did_from_key(&low, low_order_key);
	snprintf(text, sizeof text, "'name':'T','founders':['@ann','%s'],'vouches':1,'rules':1", did_text(did, &low));
	refuse_charter(&c, CODE_UNKNOWN_KEY, text);

	/* 101 founders are too many, 100 are not. */
	n = (size_t) snprintf(text, sizeof text, "'name':'T','vouches':100,'rules':1,'founders':['@ann'");
	for (int i = 0; i < 99; i++)
		n += (size_t) snprintf(text + n, sizeof text - n, ",'@f%d'", i);
	snprintf(text + n, sizeof text - n, ",'@f99']");
	refuse_charter(&c, CODE_BAD_MEMBERS, text);
	snprintf(text + n, sizeof text - n, "]");
	seq = ADD(&c, OK, "ann", "charter", "%s", text);
	SEAL(&c);

	made = charter(&c);
	CHECK_INT(made->founders.n, 100);
	CHECK_INT(made->vouches, 100);
	CHECK_INT(made->rules, 1);
	CHECK_INT(made->pending_joins, 1000);
	CHECK_INT(made->acts_per_day, 1000);
	CHECK_INT(made->open_polls, 10);
	CHECK_STR(made->name, "T");
	CHECK_INT(made->seq, seq);

	/* Founding makes nobody a member; the founder who signed is named. */
	CHECK_INT(made->members, 0);
	CHECK_INT(made->identities, 1);
	CHECK_STR(member(&c, "ann")->status, "named");
	CHECK_INT(member(&c, "ann")->nonce, person(&c, "ann")->nonce);
	CHECK_INT(member(&c, "ann")->acts, 1);

	/* One commune a database. */
	ACT(&c, ALREADY_FOUNDED, "bob", "charter", "'name':'U','founders':['@bob'],'vouches':1,'rules':1");
	ACT(&c, ALREADY_FOUNDED, "ann", "charter", "'name':'U','founders':['@bob'],'vouches':1,'rules':2");
	CHECK_STR(charter(&c)->name, "T");
	commune_end(&c);
}

/* The id of the commune is the charter's leaf hash; of two charters in a block the first one founds. */
static void
test_first_charter(void)
{
	Commune		c;
	Digest		leaf;

	commune_begin(&c);
	ADD(&c, OK, "ann", "charter", "'name':'A','founders':['@ann'],'vouches':1,'rules':1");
	ADD(&c, ALREADY_FOUNDED, "bob", "charter", "'name':'B','founders':['@bob'],'vouches':1,'rules':1");
	ADD(&c, WRONG_COMMUNE, "ann", "join", "%s", "");
	leaf = c.members[0].leaf;
	SEAL(&c);
	CHECK(str_eq(charter(&c)->id, hash_str(&leaf)));
	CHECK_STR(charter(&c)->name, "A");
	CHECK(member(&c, "bob") == NULL);
	id_print(c.aud, leaf.b);
	ACT(&c, OK, "ann", "join", "%s", "");
	commune_end(&c);
}

/* Texts are counted in characters and have no control characters but tab and newline. */
static void
test_texts(void)
{
	Commune		c;
	char		text[1000] = "";

	commune_begin(&c);
	commune_found(&c, "ann", 1, "");
	for (int i = 0; i < 60; i++)
		strncat(text, "\xc3\xa9", 3);	/* two bytes, one character */
	ACT(&c, OK, "ann", "topic", "'topic':'%s'", text);
	ACT(&c, BAD_MEMBERS, "ann", "topic", "'topic':'%sx'", text);
	ACT(&c, OK, "ann", "topic", "'topic':'a\\tb\\nc'");
	ACT(&c, BAD_MEMBERS, "ann", "topic", "'topic':'a\\rb'");
	ACT(&c, BAD_MEMBERS, "ann", "topic", "'topic':'a\\u001fb'");
	ACT(&c, BAD_MEMBERS, "ann", "topic", "'topic':'a\\u007fb'");
	ACT(&c, BAD_MEMBERS, "ann", "topic", "'topic':'a\\u0080b'");
	ACT(&c, BAD_MEMBERS, "ann", "topic", "'topic':'a\xc2\x9b" "31mb'");
	ACT(&c, OK, "ann", "topic", "'topic':'a\\u00a0b'");
	ACT(&c, OK, "ann", "topic", "'topic':'a\\u2027b'");
	ACT(&c, BAD_MEMBERS, "ann", "topic", "'topic':'a\\u2028b'");
	ACT(&c, BAD_MEMBERS, "ann", "topic", "'topic':'\xe2\x80\xae" "eno'");
	ACT(&c, OK, "ann", "topic", "'topic':'a\\u202fb'");
	ACT(&c, OK, "ann", "topic", "'topic':'a\\u2065b'");
	ACT(&c, BAD_MEMBERS, "ann", "topic", "'topic':'a\\u2066b'");
	ACT(&c, BAD_MEMBERS, "ann", "topic", "'topic':'a\\u2069'");
	ACT(&c, OK, "ann", "topic", "'topic':'a\\u206ab'");
	ACT(&c, OK, "ann", "topic", "'topic':' '");
	ACT(&c, BAD_MEMBERS, "ann", "topic", "'topic':''");
	ACT(&c, BAD_MEMBERS, "ann", "topic", "'topic':1");
	ACT(&c, BAD_MEMBERS, "ann", "topic", "'topic':null");
	ACT(&c, BAD_MEMBERS, "ann", "topic", "'topic':['a']");
	CHECK_INT(text_length(STR("\xf0\x9f\x8c\xb1 ok")), 4);
	CHECK_INT(text_length(STR("")), 0);
	commune_end(&c);
}

/* ---- join ---- */

static void
test_join(void)
{
	Commune		c;
	int64_t		index;

	commune_begin(&c);
	commune_found(&c, "ann bob cid", 2, "");

	/* A founder is admitted by his own join, at the index of that act. */
	CHECK_STR(member(&c, "ann")->status, "member");
	CHECK_INT(charter(&c)->members, 3);
	index = c.last.size;
	ACT(&c, OK, "dan", "join", "'profile':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE'");
	CHECK_STR(member(&c, "dan")->status, "candidate");
	CHECK(member(&c, "dan")->since == INT8_NONE);
	CHECK_INT(member(&c, "dan")->profile.n, 32);
	CHECK_INT(member(&c, "dan")->profile.p[31], 1);
	CHECK(member(&c, "ann")->profile.p == NULL);
	CHECK_INT(charter(&c)->pending, 1);
	CHECK_INT(charter(&c)->identities, 4);

	ACT(&c, ALREADY_JOINED, "dan", "join", "%s", "");
	ACT(&c, ALREADY_JOINED, "ann", "join", "%s", "");
	ACT(&c, BAD_MEMBERS, "eve", "join", "'profile':'AAAA'");
	ACT(&c, BAD_MEMBERS, "eve", "join", "'profile':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAF'");	/* stray bits */
	ACT(&c, BAD_MEMBERS, "eve", "join", "'profile':null");
	ACT(&c, NOT_A_MEMBER, "dan", "topic", "'topic':'a'");

	/* One vouch is not enough, the second one admits, at its own index. */
	ACT(&c, OK, "ann", "vouch", "'member':'@dan'");
	CHECK_STR(member(&c, "dan")->status, "candidate");
	CHECK_INT(charter(&c)->pending, 0);		/* somebody vouches: no longer of those that are limited */
	index = c.last.size;
	ACT(&c, OK, "bob", "vouch", "'member':'@dan'");
	CHECK_STR(member(&c, "dan")->status, "member");
	CHECK_INT(member(&c, "dan")->since, index);
	CHECK_INT(charter(&c)->members, 4);
	CHECK_INT(charter(&c)->pending, 0);
	ACT(&c, OK, "dan", "topic", "'topic':'a'");

	/* Vouches may come before the join: then it admits at once. */
	ACT(&c, OK, "ann", "vouch", "'member':'@eve'");
	CHECK_STR(member(&c, "eve")->status, "named");
	ACT(&c, OK, "dan", "vouch", "'member':'@eve'");
	CHECK_STR(member(&c, "eve")->status, "named");
	index = c.last.size;
	ACT(&c, OK, "eve", "join", "%s", "");
	CHECK_INT(member(&c, "eve")->since, index);
	CHECK_INT(charter(&c)->pending, 0);

	/* Whom somebody only delegated to waits as everybody does. */
	ACT(&c, OK, "ann", "delegate", "'scope':{},'to':['@ida']");
	ACT(&c, OK, "ida", "join", "%s", "");
	CHECK_STR(member(&c, "ida")->status, "candidate");
	CHECK_INT(charter(&c)->pending, 1);

	/* In one block: join, vouch, vouch, and the first act as a member. */
	ADD(&c, OK, "fay", "join", "%s", "");
	ADD(&c, OK, "ann", "vouch", "'member':'@fay'");
	ADD(&c, NOT_A_MEMBER, "fay", "topic", "'topic':'b'");
	ADD(&c, OK, "eve", "vouch", "'member':'@fay'");
	ADD(&c, OK, "fay", "topic", "'topic':'b'");
	SEAL(&c);
	CHECK_INT(charter(&c)->members, 6);
	commune_end(&c);
}

/* Who has no sound key does not get in.  He cannot sign either, so these are records that no honest server took. */
static void
test_keys(void)
{
	Commune		c;
	Person	   *p;

	commune_begin(&c);
	commune_found(&c, "ann bob", 1, "");
	p = person(&c, "low");
	did_from_key(&p->did, low_order_key);
	c.forge = true;
	ACT(&c, UNKNOWN_KEY, "low", "join", "%s", "");
	CHECK(member(&c, "low") == NULL);
	p = person(&c, "method");
	CHECK(did_parse(&p->did, COMMUNE_DID, strlen(COMMUNE_DID), NULL) == CODE_OK);
	ACT(&c, UNKNOWN_KEY, "method", "join", "%s", "");
	ACT(&c, UNKNOWN_KEY, "ann", "vouch", "'member':'@low'");
	ACT(&c, UNKNOWN_KEY, "ann", "vouch", "'member':'@method'");
	CHECK_INT(charter(&c)->identities, 2);
	commune_free(&c);			/* a mirror would refuse the signatures */
}

/* At most so many candidates wait for whom nobody vouches. */
static void
test_pending_joins(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob cid", 3, ",'limits':{'pending_joins':2}");
	ACT(&c, OK, "dan", "join", "%s", "");
	ACT(&c, OK, "eve", "join", "%s", "");
	CHECK_INT(charter(&c)->pending, 2);
	ACT(&c, JOINS_PENDING, "fay", "join", "%s", "");
	CHECK(member(&c, "fay") == NULL);

	/* For whom a member vouches is taken nonetheless, and does not count. */
	ACT(&c, OK, "ann", "vouch", "'member':'@fay'");
	ACT(&c, OK, "fay", "join", "%s", "");
	CHECK_STR(member(&c, "fay")->status, "candidate");
	CHECK_INT(charter(&c)->pending, 2);

	/* A vouch makes room; its withdrawal takes it back, beyond the limit if need be. */
	ACT(&c, OK, "ann", "vouch", "'member':'@dan'");
	CHECK_INT(charter(&c)->pending, 1);
	ACT(&c, OK, "gus", "join", "%s", "");
	CHECK_INT(charter(&c)->pending, 2);
	ACT(&c, OK, "bob", "vouch", "'member':'@dan'");
	ACT(&c, OK, "bob", "vouch", "'member':'@dan','withdraw':true");
	CHECK_INT(charter(&c)->pending, 2);
	ACT(&c, OK, "ann", "vouch", "'member':'@dan','withdraw':true");
	CHECK_INT(charter(&c)->pending, 3);
	ACT(&c, JOINS_PENDING, "hal", "join", "%s", "");

	/* Whom the register knows for another reason is limited as everybody is. */
	ACT(&c, OK, "ann", "delegate", "'scope':{},'to':['@ivo']");
	CHECK_STR(member(&c, "ivo")->status, "named");
	ACT(&c, JOINS_PENDING, "ivo", "join", "%s", "");

	/* A founder is not limited. */
	ACT(&c, OK, "cid", "leave", "%s", "");
	ACT(&c, OK, "cid", "join", "%s", "");
	CHECK(is_member(member(&c, "cid")));

	/* Within a block the limit holds act by act. */
	ACT(&c, OK, "ann", "vouch", "'member':'@dan'");
	ACT(&c, OK, "ann", "vouch", "'member':'@eve'");
	ADD(&c, OK, "hal", "join", "%s", "");
	ADD(&c, JOINS_PENDING, "ida", "join", "%s", "");
	ADD(&c, OK, "bob", "vouch", "'member':'@hal'");
	ADD(&c, OK, "ida", "join", "%s", "");
	SEAL(&c);
	commune_end(&c);
}

/* ---- vouch ---- */

static void
test_vouch(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob cid", 2, "");
	ACT(&c, NOT_A_MEMBER, "eve", "vouch", "'member':'@dan'");
	ACT(&c, NOT_A_MEMBER, "eve", "vouch", "'member':'@eve'");
	ACT(&c, OWN_VOUCH, "ann", "vouch", "'member':'@ann'");
	ACT(&c, OWN_VOUCH, "ann", "vouch", "'member':'@ann','withdraw':true");
	ACT(&c, NO_CHANGE, "ann", "vouch", "'member':'@dan','withdraw':true");
	CHECK(member(&c, "dan") == NULL);
	ACT(&c, BAD_MEMBERS, "ann", "vouch", "'member':'@dan','withdraw':false");
	ACT(&c, BAD_MEMBERS, "ann", "vouch", "'member':'dan'");
	ACT(&c, BAD_MEMBERS, "ann", "vouch", "'withdraw':true");

	ACT(&c, OK, "ann", "vouch", "'member':'@dan'");
	CHECK_INT(member(&c, "dan")->vouches, 1);
	CHECK_INT(member(&c, "dan")->id, 4);
	ACT(&c, NO_CHANGE, "ann", "vouch", "'member':'@dan'");
	ACT(&c, NO_CHANGE, "bob", "vouch", "'member':'@dan','withdraw':true");
	ACT(&c, OK, "ann", "vouch", "'member':'@dan','withdraw':true");
	CHECK_INT(member(&c, "dan")->vouches, 0);
	ACT(&c, NO_CHANGE, "ann", "vouch", "'member':'@dan','withdraw':true");
	ACT(&c, OK, "ann", "vouch", "'member':'@dan'");		/* and again */
	ACT(&c, OK, "dan", "join", "%s", "");

	/* In one block there and back and there. */
	ADD(&c, OK, "bob", "vouch", "'member':'@eve'");
	ADD(&c, OK, "bob", "vouch", "'member':'@eve','withdraw':true");
	ADD(&c, OK, "bob", "vouch", "'member':'@eve'");
	ADD(&c, NO_CHANGE, "bob", "vouch", "'member':'@eve'");
	SEAL(&c);
	CHECK_INT(member(&c, "eve")->vouches, 1);

	/* A withdrawal does not end a membership. */
	ACT(&c, OK, "bob", "vouch", "'member':'@dan'");
	CHECK(is_member(member(&c, "dan")));
	ACT(&c, OK, "bob", "vouch", "'member':'@dan','withdraw':true");
	ACT(&c, OK, "ann", "vouch", "'member':'@dan','withdraw':true");
	CHECK(is_member(member(&c, "dan")));
	CHECK_INT(member(&c, "dan")->vouches, 0);

	/* A member may be vouched for. */
	ACT(&c, OK, "cid", "vouch", "'member':'@dan'");
	CHECK_INT(member(&c, "dan")->vouches, 1);
	CHECK_INT(charter(&c)->members, 4);
	commune_end(&c);
}

/* ---- leave ---- */

static void
test_leave(void)
{
	Commune		c;
	Membership *stay;
	int64_t		since;
	int64_t		until;

	commune_begin(&c);
	commune_found(&c, "ann bob cid", 2, "");
	ACT(&c, NOT_A_MEMBER, "eve", "leave", "%s", "");

	ACT(&c, OK, "dan", "join", "%s", "");
	ACT(&c, NOT_A_MEMBER, "dan", "leave", "%s", "");	/* a candidate is no member */
	ACT(&c, OK, "ann", "vouch", "'member':'@dan'");
	ACT(&c, OK, "bob", "vouch", "'member':'@dan'");
	ACT(&c, OK, "dan", "vouch", "'member':'@eve'");
	ACT(&c, OK, "ann", "vouch", "'member':'@fay'");
	ACT(&c, OK, "dan", "vouch", "'member':'@ann'");
	ACT(&c, OK, "eve", "join", "%s", "");
	CHECK_INT(charter(&c)->pending, 0);

	/* Those he vouched for lose that vouch; a candidate is pending again. */
	since = member(&c, "dan")->since;
	until = c.last.size;
	ACT(&c, OK, "dan", "leave", "%s", "");
	CHECK_STR(member(&c, "dan")->status, "left");
	CHECK(!is_member(member(&c, "dan")));
	CHECK_INT(charter(&c)->members, 3);
	CHECK_INT(member(&c, "eve")->vouches, 0);
	CHECK_INT(member(&c, "ann")->vouches, 0);
	CHECK_INT(member(&c, "fay")->vouches, 1);
	CHECK_INT(charter(&c)->pending, 1);
	stay = state_find(c.state, MEMBERSHIP_BY_MEMBER, &(Membership){.member = member(&c, "dan")->id, .since = since});
	CHECK(stay != NULL && stay->until == until);
	ACT(&c, NOT_A_MEMBER, "dan", "leave", "%s", "");
	ACT(&c, NOT_A_MEMBER, "dan", "topic", "'topic':'a'");

	/* Those he received stand: so he is a member again as soon as he asks. */
	CHECK_INT(member(&c, "dan")->vouches, 2);
	ACT(&c, OK, "dan", "join", "'profile':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE'");
	CHECK(is_member(member(&c, "dan")));
	CHECK_INT(member(&c, "dan")->id, 4);
	CHECK_INT(member(&c, "dan")->profile.n, 32);
	CHECK_INT(charter(&c)->members, 4);

	/* With a vouch too few he waits. */
	ACT(&c, OK, "dan", "leave", "%s", "");
	ACT(&c, OK, "ann", "vouch", "'member':'@dan','withdraw':true");
	ACT(&c, OK, "dan", "join", "%s", "");
	CHECK_STR(member(&c, "dan")->status, "candidate");
	CHECK_INT(member(&c, "dan")->profile.n, 32);		/* what he said before is kept */
	ACT(&c, OK, "ann", "vouch", "'member':'@dan'");
	CHECK(is_member(member(&c, "dan")));

	/* In and out in one block, twice. */
	ADD(&c, OK, "cid", "leave", "%s", "");
	ADD(&c, NOT_A_MEMBER, "cid", "topic", "'topic':'a'");
	ADD(&c, OK, "cid", "join", "%s", "");
	ADD(&c, OK, "cid", "leave", "%s", "");
	ADD(&c, OK, "cid", "join", "%s", "");
	SEAL(&c);
	CHECK(is_member(member(&c, "cid")));
	CHECK_INT(count_table(&c, REL_MEMBERSHIP), 3 + 3 + 2);

	/* A leave that takes the last vouch does not take the membership of who was admitted by it. */
	ACT(&c, OK, "ann", "leave", "%s", "");
	CHECK(is_member(member(&c, "dan")));
	CHECK_INT(member(&c, "dan")->vouches, 1);
	commune_end(&c);
}

/* ---- topics ---- */

static void
test_topics(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob", 1, "");
	ACT(&c, OK, "ann", "topic", "'topic':'water'");
	CHECK(topic_find(c.state, STR("water"))->parent.p == NULL);
	CHECK_INT(topic_find(c.state, STR("water"))->author, member(&c, "ann")->id);
	ACT(&c, TOPIC_EXISTS, "bob", "topic", "'topic':'water'");
	ACT(&c, TOPIC_EXISTS, "bob", "topic", "'topic':'water','parent':'none'");
	ACT(&c, NO_SUCH_TOPIC, "bob", "topic", "'topic':'wells','parent':'waters'");
	ACT(&c, NO_SUCH_TOPIC, "bob", "topic", "'topic':'wells','parent':'wells'");
	ACT(&c, OK, "bob", "topic", "'topic':'wells','parent':'water'");
	CHECK_STR(topic_find(c.state, STR("wells"))->parent, "water");
	ACT(&c, OK, "bob", "topic", "'topic':'Water'");		/* names are compared as bytes */
	ACT(&c, OK, "bob", "topic", "'topic':'\\u0077ater2'");
	CHECK(topic_find(c.state, STR("water2")) != NULL);	/* and escapes are read */
	ACT(&c, NOT_A_MEMBER, "eve", "topic", "'topic':'x'");
	ADD(&c, OK, "ann", "topic", "'topic':'up'");
	ADD(&c, OK, "bob", "topic", "'topic':'down','parent':'up'");
	ADD(&c, TOPIC_EXISTS, "bob", "topic", "'topic':'up'");
	SEAL(&c);
	commune_end(&c);
}

/* ---- electorates ---- */

/* The members at each index, against what was noted as it happened; and their root, computed anew. */
static void
test_electorate(void)
{
	Commune		c;
	Electorate	electorate;
	Directory	directory;
	RowVec		members;
	Digest		leaves[10];
	Digest		root;
	Digest		expected;
	size_t		n = 0;
	int64_t		before;
	int64_t		joined;
	int64_t		left;
	Fault		fault;

	commune_begin(&c);
	CHECK(member_electorate(&electorate, &c.block.arena, c.state, 100, &fault) == CODE_OK);
	CHECK_INT(electorate.n, 0);
	member_directory(&directory, &c.block.arena, c.state);
	member_root(&root, &electorate, &directory);
	merkle_root(&expected, NULL, 0);
	CHECK(memcmp(&root, &expected, sizeof root) == 0);

	commune_found(&c, "ann bob cid", 1, "");
	before = c.last.size;
	ACT(&c, OK, "dan", "join", "%s", "");
	joined = c.last.size;
	ACT(&c, OK, "ann", "vouch", "'member':'@dan'");
	left = c.last.size;
	ACT(&c, OK, "bob", "leave", "%s", "");
	ACT(&c, OK, "ann", "vouch", "'member':'@eve'");		/* named, and no more */

	CHECK(member_electorate(&electorate, &c.block.arena, c.state, before, &fault) == CODE_OK);
	CHECK_INT(electorate.n, 3);
	CHECK(member_electorate(&electorate, &c.block.arena, c.state, joined, &fault) == CODE_OK);
	CHECK_INT(electorate.n, 3);		/* who is admitted at an index belongs to what is above it */
	CHECK(member_electorate(&electorate, &c.block.arena, c.state, joined + 1, &fault) == CODE_OK);
	CHECK_INT(electorate.n, 4);
	CHECK(member_electorate(&electorate, &c.block.arena, c.state, left, &fault) == CODE_OK);
	CHECK_INT(electorate.n, 3);		/* who leaves at an index no longer does from it on */
	CHECK(member_electorate(&electorate, &c.block.arena, c.state, left - 1, &fault) == CODE_OK);
	CHECK_INT(electorate.n, 4);
	CHECK(member_electorate(&electorate, &c.block.arena, c.state, left + 1, &fault) == CODE_OK);
	CHECK_INT(electorate.n, 3);
	CHECK_INT(electorate.identities, 5);

	/* Ids ascend, and places lead back; whoever is not in it has none. */
	for (int32_t i = 0; i < electorate.n; i++)
	{
		CHECK(i == 0 || electorate.id[i - 1] < electorate.id[i]);
		CHECK_INT(electorate_place(&electorate, electorate.id[i]), i);
	}
	CHECK_INT(electorate_place(&electorate, member(&c, "bob")->id), -1);
	CHECK_INT(electorate_place(&electorate, member(&c, "eve")->id), -1);
	CHECK_INT(electorate_place(&electorate, 0), -1);
	CHECK_INT(electorate_place(&electorate, -5), -1);
	CHECK_INT(electorate_place(&electorate, 6), -1);
	CHECK_INT(electorate_place(&electorate, INT64_MAX), -1);

	/* The directory has everybody, in the order of the DIDs. */
	member_directory(&directory, &c.block.arena, c.state);
	CHECK_INT(directory.n, 5);
	for (int64_t i = 1; i < directory.n; i++)
		CHECK(did_cmp(directory_did(&directory, directory.in_order[i - 1]), directory_did(&directory, directory.in_order[i])) < 0);
	CHECK(did_cmp(directory_did(&directory, member(&c, "dan")->id), &person(&c, "dan")->did) == 0);
	CHECK(did_is_none(directory_did(&directory, 0)) && did_is_none(directory_did(&directory, 6)));

	members = rows_of(c.state, MEMBER_BY_DID);
	for (size_t i = 0; i < members.n; i++)
	{
		const Member *m = members.v[i];
		char		did[DID_TEXT_MAX];

		if (is_member(m))
			merkle_leaf(leaves[n++].b, did, did_print(did, &m->did));
	}
	free(members.v);
	merkle_root(&expected, leaves, n);
	member_root(&root, &electorate, &directory);
	CHECK_INT(n, 3);
	CHECK(memcmp(&root, &expected, sizeof root) == 0);
	commune_end(&c);
}

int
main(void)
{
	test_charter();
	test_first_charter();
	test_texts();
	test_join();
	test_keys();
	test_pending_joins();
	test_vouch();
	test_leave();
	test_topics();
	test_electorate();
	return check_done("member");
}
