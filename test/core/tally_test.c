/*
 * tally_test.c -- counting: methods, seats, ties, thresholds, quorums, and against a count that the test makes itself.
 */
#include "commune.h"
#include "seeded.h"

#define NOW(c) ((long long) ((c).time / USECS_PER_SECOND))

static const char *const names[] = {"ann", "bob", "cid", "dan", "eve", "fay", "gus", "hal", "ida", "jon"};
#define EVERYBODY "ann bob cid dan eve fay gus hal ida jon"

/* Announce a poll that is open at once. */
static void
announce(Commune *c, const char *name, const char *method, const char *options, const char *more)
{
	ACT(c, OK, "ann", "poll", "'name':'%s','title':'x','options':%s,'method':'%s'%s,'opens':1,'closes':%lld",
		name, options, method, more, NOW(*c) + 100000);
}

static void
cast(Commune *c, const char *who, const char *name, const char *choice)
{
	ACT(c, OK, who, "ballot", "'poll':'#%s','choice':{%s}", name, choice);
}

static Tally
count(Commune *c, const char *name)
{
	Tally		tally = {0};
	Fault		fault;

	CHECK(tally_poll(&tally, &c->block.arena, c->state, poll(c, name), &fault) == CODE_OK);
	return tally;
}

/* Write votes, ranks and winners of a tally: "3/1* 2/2 2/2 tied". */
static Str
show(Commune *c, const char *name)
{
	Tally		tally = count(c, name);
	Buf			b;

	buf_init(&b, &c->block.arena);
	for (size_t i = 0; i < tally.options; i++)
	{
		if (i > 0)
			buf_char(&b, ' ');
		buf_int(&b, tally.option[i].votes);
		buf_char(&b, '/');
		buf_int(&b, tally.option[i].rank);
		if (tally.option[i].winner)
			buf_char(&b, '*');
		CHECK_INT(tally.option[i].votes, tally.option[i].direct_votes + tally.option[i].represented_votes);
	}
	if (tally.tied)
		buf_text(&b, " tied");
	if (!tally.quorum_reached)
		buf_text(&b, " no quorum");
	return buf_done(&b);
}

/* ---- methods ---- */

static void
test_majority(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, EVERYBODY, 1, ",'limits':{'open_polls':100}");
	announce(&c, "p", "majority", "['a','b','c']", "");
	announce(&c, "third", "majority", "['a','b','c']", ",'params':{'threshold':[1,3]}");
	announce(&c, "half", "majority", "['a','b','c']", ",'params':{'threshold':[1,2]}");
	announce(&c, "most", "majority", "['a','b','c']", ",'params':{'threshold':[2,3]}");
	announce(&c, "all", "majority", "['a','b','c']", ",'params':{'threshold':[1,1]}");
	announce(&c, "tiny", "majority", "['a','b','c']", ",'params':{'threshold':[1,9007199254740991]}");
	CHECK_STR(show(&c, "p"), "0/1 0/1 0/1");
	CHECK_STR(show(&c, "tiny"), "0/1 0/1 0/1");

	cast(&c, "ann", "p", "'option':2");
	CHECK_STR(show(&c, "p"), "0/2 1/1* 0/2");
	cast(&c, "bob", "p", "'option':3");
	CHECK_STR(show(&c, "p"), "0/3 1/1 1/1 tied");
	cast(&c, "cid", "p", "'option':2");
	CHECK_STR(show(&c, "p"), "0/3 2/1* 1/2");
	cast(&c, "dan", "p", "'option':1");
	CHECK_STR(show(&c, "p"), "1/2 2/1 1/2");		/* half is not more than half, and nobody is tied with it */
	cast(&c, "eve", "p", "'abstain':true");
	CHECK_STR(show(&c, "p"), "1/2 2/1 1/2");		/* an abstention is no vote */
	CHECK_INT(count(&c, "p").abstained, 1);
	CHECK_INT(count(&c, "p").direct, 5);

	/* 3 : 2 : 1 */
	for (int i = 0; i < 6; i++)
	{
		const char *choice = i < 3 ? "'option':1" : i < 5 ? "'option':2" : "'option':3";

		cast(&c, names[i], "third", choice);
		cast(&c, names[i], "half", choice);
		cast(&c, names[i], "most", choice);
		cast(&c, names[i], "tiny", choice);
		cast(&c, names[i], "all", "'option':3");
	}
	CHECK_STR(show(&c, "third"), "3/1* 2/2 1/3");	/* only the first can win, though the second reaches it too */
	CHECK_STR(show(&c, "half"), "3/1* 2/2 1/3");	/* the threshold itself is enough */
	CHECK_STR(show(&c, "most"), "3/1 2/2 1/3");
	CHECK_STR(show(&c, "tiny"), "3/1* 2/2 1/3");
	CHECK_STR(show(&c, "all"), "0/2 0/2 6/1*");
	cast(&c, "gus", "most", "'option':1");
	cast(&c, "fay", "most", "'option':1");
	CHECK_STR(show(&c, "most"), "5/1* 2/2 0/3");
	cast(&c, "gus", "half", "'option':2");
	CHECK_STR(show(&c, "half"), "3/1 3/1 1/3 tied");
	cast(&c, "gus", "all", "'option':1");
	CHECK_STR(show(&c, "all"), "1/2 0/3 6/1");
	commune_end(&c);
}

static void
test_approval(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, EVERYBODY, 1, ",'limits':{'open_polls':100}");
	announce(&c, "one", "approval", "['a','b','c','d']", "");
	announce(&c, "two", "approval", "['a','b','c','d']", ",'params':{'seats':2}");
	announce(&c, "three", "approval", "['a','b','c','d']", ",'params':{'seats':3}");
	announce(&c, "four", "approval", "['a','b','c','d']", ",'params':{'seats':4}");
	CHECK_STR(show(&c, "one"), "0/1 0/1 0/1 0/1");	/* nobody wins without a vote, and nobody is tied */
	CHECK_STR(show(&c, "four"), "0/1 0/1 0/1 0/1");
	for (int i = 0; i < 3; i++)
	{
		static const char *const ballots[] = {"'votes':[1,1,1,0]", "'votes':[1,1,0,0]", "'votes':[1,0,1,0]"};
		static const char *const polls[] = {"one", "two", "three", "four"};

		for (int j = 0; j < 4; j++)
			cast(&c, names[i], polls[j], ballots[i]);
	}
	CHECK_STR(show(&c, "one"), "3/1* 2/2 2/2 0/4");
	CHECK_STR(show(&c, "two"), "3/1* 2/2 2/2 0/4 tied");	/* two share the last seat: nobody gets it */
	CHECK_STR(show(&c, "three"), "3/1* 2/2* 2/2* 0/4");
	CHECK_STR(show(&c, "four"), "3/1* 2/2* 2/2* 0/4");		/* a seat stays empty: no votes, no seat */
	cast(&c, "dan", "two", "'votes':[0,0,1,0]");
	CHECK_STR(show(&c, "two"), "3/1* 2/3 3/1* 0/4");
	cast(&c, "eve", "two", "'votes':[0,1,0,0]");
	CHECK_STR(show(&c, "two"), "3/1 3/1 3/1 0/4 tied");		/* three for two seats: none of them */
	cast(&c, "dan", "two", "'votes':[0,0,0,1]");			/* a later ballot takes the place of the earlier one */
	CHECK_STR(show(&c, "two"), "3/1* 3/1* 2/3 1/4");
	commune_end(&c);
}

static void
test_quadratic(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, EVERYBODY, 1, ",'limits':{'open_polls':100}");
	announce(&c, "p", "quadratic", "['a','b','c']", ",'params':{'credits':9,'seats':2,'negative':true}");
	cast(&c, "ann", "p", "'votes':[3,0,0]");
	cast(&c, "bob", "p", "'votes':[-2,2,-1]");
	CHECK_STR(show(&c, "p"), "1/2* 2/1* -1/3");
	cast(&c, "cid", "p", "'votes':[-3,0,0]");
	CHECK_STR(show(&c, "p"), "-2/3 2/1* -1/2");				/* what has no more than 0 does not win */
	cast(&c, "cid", "p", "'votes':[-1,0,1]");
	CHECK_STR(show(&c, "p"), "0/2 2/1* 0/2");

	/* The greatest sums: each of ten members gives 94906265. */
	announce(&c, "max", "quadratic", "['a','b']", ",'params':{'credits':9007199254740991,'negative':true}");
	for (int i = 0; i < 10; i++)
		cast(&c, names[i], "max", i % 2 ? "'votes':[94906265,0]" : "'votes':[0,-94906265]");
	CHECK_STR(show(&c, "max"), "474531325/1* -474531325/2");

	/* The same by one who represents the nine others. */
	for (int i = 1; i < 10; i++)
		ACT(&c, OK, names[i], "delegate", "'scope':{},'to':['@%s']", names[i - 1]);
	announce(&c, "one", "quadratic", "['a','b']", ",'params':{'credits':9007199254740991,'negative':true}");
	cast(&c, "ann", "one", "'votes':[0,-94906265]");
	CHECK_STR(show(&c, "one"), "0/1 -949062650/2");
	CHECK_INT(count(&c, "one").option[1].direct_votes, -94906265);
	CHECK_INT(count(&c, "one").option[1].represented_votes, -94906265 * 9);
	CHECK_INT(count(&c, "one").represented, 9);
	commune_end(&c);
}

/* ---- quorum ---- */

static void
test_quorum(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob cid dan eve", 1, ",'limits':{'open_polls':100}");
	ACT(&c, OK, "eve", "delegate", "'scope':{},'to':['@dan']");
	announce(&c, "none", "approval", "['a']", "");
	announce(&c, "zero", "approval", "['a']", ",'quorum':[0,1]");
	announce(&c, "half", "approval", "['a']", ",'quorum':[1,2]");
	announce(&c, "two-fifths", "approval", "['a']", ",'quorum':[2,5]");
	announce(&c, "all", "majority", "['a']", ",'quorum':[1,1]");
	announce(&c, "huge", "approval", "['a']", ",'quorum':[9007199254740990,9007199254740991]");
	CHECK_STR(show(&c, "none"), "0/1");
	CHECK_STR(show(&c, "zero"), "0/1");
	CHECK_STR(show(&c, "half"), "0/1 no quorum");

	cast(&c, "ann", "half", "'votes':[1]");
	cast(&c, "bob", "half", "'votes':[1]");
	CHECK_STR(show(&c, "half"), "2/1 no quorum");		/* without it nothing wins */
	cast(&c, "cid", "half", "'abstain':true");
	CHECK_STR(show(&c, "half"), "2/1*");				/* abstentions take part */

	cast(&c, "dan", "two-fifths", "'votes':[1]");		/* and so do those who are represented */
	CHECK_STR(show(&c, "two-fifths"), "2/1*");
	CHECK_INT(count(&c, "two-fifths").unrepresented, 3);

	for (int i = 0; i < 4; i++)
	{
		CHECK(!count(&c, "all").quorum_reached && !count(&c, "huge").quorum_reached);
		cast(&c, names[i], "all", "'option':1");
		cast(&c, names[i], "huge", "'votes':[1]");
	}
	CHECK_STR(show(&c, "all"), "5/1*");
	CHECK_STR(show(&c, "huge"), "5/1*");
	commune_end(&c);
}

/* ---- results ---- */

/* The entry, byte by byte; what happens after the closing changes nothing in it. */
static void
test_result(void)
{
	Commune		c;
	char		manifest[ID_TEXT_LEN];
	Digest		leaf;
	Str			body;

	commune_begin(&c);
	commune_found(&c, "ann bob cid dan eve", 1, "");
	ACT(&c, OK, "bob", "delegate", "'scope':{},'to':['@ann']");
	ACT(&c, OK, "dan", "delegate", "'scope':{},'to':['@cid']");
	announce(&c, "p", "quadratic", "['a','b','c']", ",'params':{'credits':10,'negative':true,'seats':2},'quorum':[4,5]");
	cast(&c, "ann", "p", "'votes':[1,-3,0]");
	cast(&c, "cid", "p", "'abstain':true");
	for (int i = 0; i < 2; i++)
	{
		c.time = poll(&c, "p")->closes - SECONDS(60);
		seal(&c);
	}
	pass(&c, 60);
	CHECK_STR(poll(&c, "p")->status, "closed");

	/* In the same block as the result: who left and who delegates otherwise. */
	ADD(&c, OK, "bob", "delegate", "'scope':{},'to':['@eve']");
	ADD(&c, OK, "ann", "leave", "%s", "");
	SEAL(&c);
	id_print(manifest, (const uint8_t *) poll(&c, "p")->manifest.p);
	body = arena_printf(&c.forever.arena,
						"{\"abstained\":2,\"direct\":2,\"electorate\":5,\"entry\":\"result\",\"largest\":2,\"nakamoto\":2,\"poll\":\"%.43s\",\"quorum_reached\":true,"
						"\"represented\":2,\"seats\":[1],\"squares\":8,\"state\":\"hAB_FhpyTNAkDzxSHPyrBAIRj_cHQOXzNP381W8K_3I\",\"tie_breaks\":0,\"tied\":false,"
						"\"ties\":[],\"unrepresented\":1,\"votes\":[2,-6,0],\"winners\":[1]}", manifest);
	CHECK_INT(c.out.nentries, 1);
	if (!CHECK(str_eq(entry(&c, 0), body)))
		printf("    got %.*s\n", (int) entry(&c, 0).n, entry(&c, 0).p);
	entry_leaf(&leaf, body);
	CHECK(str_eq(poll(&c, "p")->result, hash_str(&leaf)));
	CHECK(poll(&c, "p")->due == INT8_NONE);

	/* A closed poll gives the same at any later time. */
	ACT(&c, OK, "bob", "leave", "%s", "");
	ACT(&c, OK, "ann", "join", "%s", "");
	CHECK_STR(show(&c, "p"), "2/1* -6/3 0/2");
	CHECK_INT(count(&c, "p").electorate, 5);
	commune_end(&c);
}

/* What has not opened cannot be counted. */
static void
test_not_open(void)
{
	Commune		c;
	Tally		tally;
	Representation representation;
	Str			body;
	Fault		fault;

	commune_begin(&c);
	commune_found(&c, "ann bob", 1, "");
	ACT(&c, OK, "ann", "poll", "'name':'p','title':'x','options':['a'],'method':'approval','opens':%lld,'closes':%lld",
		NOW(c) + 100, NOW(c) + 200);
	CHECK(tally_poll(&tally, &c.block.arena, c.state, poll(&c, "p"), &fault) == CODE_POLL_NOT_OPEN);
	CHECK(fault.code == CODE_POLL_NOT_OPEN && strstr(fault.detail, "announced") != NULL);
	CHECK(representation_read(&representation, &c.block.arena, c.state, poll(&c, "p"), INT64_MAX, &fault) == CODE_POLL_NOT_OPEN);
	pass(&c, 200);
	CHECK_STR(poll(&c, "p")->status, "lapsed");
	CHECK(tally_result(&body, &c.block.arena, c.state, poll(&c, "p"), &fault) == CODE_POLL_NOT_OPEN);
	commune_end(&c);
}

/* ---- against a count of the test's own ---- */

/* What the test remembers: who trusts whom, and who gave what. */
typedef struct Model
{
	int			trusts[10];		/* -1: nobody */
	bool		casts[10];
	bool		abstains[10];
	int			votes[10][3];
} Model;

/* Whom a member's vote ends with by following one after the other; -1 for nobody who votes. */
static int
follow(const Model *m, int who)
{
	for (int steps = 0; steps <= 10; steps++)
	{
		if (m->casts[who])
			return who;
		if (m->trusts[who] < 0)
			return -1;
		who = m->trusts[who];
	}
	return -1;
}

static void
compare(Commune *c, const char *name, const Model *m)
{
	Tally		tally = count(c, name);
	int64_t		votes[3] = {0};
	int			direct = 0;
	int			represented = 0;
	int			abstained = 0;

	for (int i = 0; i < 10; i++)
	{
		int			head = follow(m, i);

		if (head < 0)
			continue;
		direct += head == i;
		represented += head != i;
		abstained += m->abstains[head];
		for (int j = 0; j < 3 && !m->abstains[head]; j++)
			votes[j] += m->votes[head][j];
	}
	CHECK_INT(tally.direct, direct);
	CHECK_INT(tally.represented, represented);
	CHECK_INT(tally.unrepresented, 10 - direct - represented);
	CHECK_INT(tally.abstained, abstained);
	for (int j = 0; j < 3; j++)
	{
		int			more = 0;

		for (int k = 0; k < 3; k++)
			more += votes[k] > votes[j];
		CHECK_INT(tally.option[j].votes, votes[j]);
		CHECK_INT(tally.option[j].rank, 1 + more);
	}
}

static void
test_random(void)
{
	Commune		c;
	Model		m;
	static const char *const methods[] = {"majority", "approval", "quadratic"};

	commune_begin(&c);
	commune_found(&c, EVERYBODY, 1, ",'limits':{'acts_per_day':100000,'open_polls':1000}");
	for (int i = 0; i < 10; i++)
		m.trusts[i] = -1;
	for (int round = 0; round < 40; round++)
	{
		int			method = round % 3;
		char		name[20];

		for (int i = 0; i < 10; i++)
		{
			m.casts[i] = m.abstains[i] = false;
			if (seeded_below(3) > 0)
				continue;
			m.trusts[i] = (i + 1 + (int) seeded_below(9)) % 10;
			if (seeded_below(6) == 0)
				m.trusts[i] = -1;
			ADD(&c, OK, names[i], "delegate", "'scope':{},'to':[%s%s%s]", m.trusts[i] < 0 ? "" : "'@stranger','@",
				m.trusts[i] < 0 ? "" : names[m.trusts[i]], m.trusts[i] < 0 ? "" : "'");
		}
		SEAL(&c);
		snprintf(name, sizeof name, "p%d", round);
		announce(&c, name, methods[method], "['a','b','c']", method == 2 ? ",'params':{'credits':300,'negative':true}" : "");
		for (int cast = 0; cast < 8; cast++)
		{
			int			i = (int) seeded_below(10);

			m.casts[i] = true;
			m.abstains[i] = seeded_below(5) == 0;
			memset(m.votes[i], 0, sizeof m.votes[i]);
			if (method == 0)
				m.votes[i][seeded_below(3)] = 1;
			else
				for (int j = 0; j < 3; j++)
					m.votes[i][j] = method == 1 ? (int) seeded_below(2) : (int) seeded_below(21) - 10;
			if (m.abstains[i])
				ADD(&c, OK, names[i], "ballot", "'poll':'#%s','choice':{'abstain':true}", name);
			else if (method == 0)
				ADD(&c, OK, names[i], "ballot", "'poll':'#%s','choice':{'option':%d}", name,
					m.votes[i][0] ? 1 : m.votes[i][1] ? 2 : 3);
			else
				ADD(&c, OK, names[i], "ballot", "'poll':'#%s','choice':{'votes':[%d,%d,%d]}", name,
					m.votes[i][0], m.votes[i][1], m.votes[i][2]);
			if (seeded_below(2))
				SEAL(&c);
		}
		SEAL(&c);
		compare(&c, name, &m);
	}
	commune_end(&c);
}

int
main(void)
{
	test_majority();
	test_approval();
	test_quadratic();
	test_quorum();
	test_result();
	test_not_open();
	test_random();
	return check_done("tally");
}
