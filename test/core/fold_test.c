/*
 * fold_test.c -- what every act goes through, and blocks as a whole.
 */
#include "commune.h"

#define NOW(c) ((c).time / USECS_PER_SECOND)

/* ---- the envelope ---- */

/* Times and nonces are compared with the block's time, to the second and millisecond. */
static void
test_clock(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob", 1, "");

	c.iat = NOW(c) + 300;
	ACT(&c, OK, "ann", "topic", "'topic':'a'");
	c.iat = NOW(c) + 301;
	ACT(&c, ISSUED_AHEAD, "ann", "topic", "'topic':'b'");
	c.iat = 1;
	ACT(&c, OK, "ann", "topic", "'topic':'b'");

	c.exp = NOW(c) + 1;
	ACT(&c, OK, "ann", "topic", "'topic':'c'");
	c.exp = NOW(c);
	ACT(&c, EXPIRED, "ann", "topic", "'topic':'d'");
	c.exp = 1;
	ACT(&c, EXPIRED, "ann", "topic", "'topic':'d'");
	c.time += 999999;			/* still the same second */
	c.exp = NOW(c) + 1;
	ACT(&c, OK, "ann", "topic", "'topic':'d'");

	/* A millisecond is one when it has passed. */
	c.time = SECONDS(NOW(c) + 1) + 999;
	c.nonce = (NOW(c) + 300) * 1000 + 1;
	ACT(&c, NONCE_AHEAD, "ann", "topic", "'topic':'e'");
	c.time += 1;
	c.nonce = (NOW(c) + 300) * 1000 + 2;
	ACT(&c, NONCE_AHEAD, "ann", "topic", "'topic':'e'");
	c.nonce = (NOW(c) + 300) * 1000 + 1;
	ACT(&c, OK, "ann", "topic", "'topic':'e'");
	CHECK_INT(member(&c, "ann")->nonce, (NOW(c) + 300) * 1000 + 1);
	commune_end(&c);
}

/* The order of the checks: what is refused early is not looked at further. */
static void
test_order(void)
{
	Commune		c;
	static const char other[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

	commune_begin(&c);

	/* Nothing but a charter before there is one; its times are looked at first. */
	ACT(&c, NOT_FOUNDED, "ann", "join", "%s", "");
	ACT(&c, NOT_FOUNDED, "ann", "no_such_act", "'x':1");
	c.iat = NOW(c) + 301;
	ACT(&c, ISSUED_AHEAD, "ann", "join", "%s", "");
	CHECK(charter(&c) == NULL);
	commune_found(&c, "ann bob", 1, "");

	c.foreign_aud = other;
	ACT(&c, WRONG_COMMUNE, "ann", "topic", "'topic':'a'");
	c.foreign_aud = other;
	c.exp = 1;
	ACT(&c, EXPIRED, "ann", "topic", "'topic':'a'");
	c.foreign_aud = other;
	c.nonce = 1;				/* stale too */
	ACT(&c, WRONG_COMMUNE, "ann", "topic", "'topic':'a'");

	c.nonce = 1;
	ACT(&c, STALE_NONCE, "ann", "no_such_act", "%s", "");
	c.nonce = member(&c, "ann")->nonce;
	ACT(&c, STALE_NONCE, "ann", "topic", "'topic':'a'");

	ACT(&c, UNKNOWN_ACT, "ann", "no_such_act", "%s", "");
	ACT(&c, UNKNOWN_ACT, "ann", "joi", "%s", "");
	ACT(&c, UNKNOWN_ACT, "ann", "joins", "%s", "");
	ACT(&c, BAD_MEMBERS, "ann", "topic", "%s", "");
	ACT(&c, BAD_MEMBERS, "eve", "topic", "%s", "");		/* before it is asked who signs */
	ACT(&c, NOT_A_MEMBER, "eve", "topic", "'topic':'a'");
	ACT(&c, BAD_MEMBERS, "ann", "leave", "'topic':'a'");
	ACT(&c, BAD_MEMBERS, "ann", "charter", "'name':'x'");
	CHECK(member(&c, "eve") == NULL);		/* a refusal names nobody */
	commune_end(&c);
}

/* ---- nonces ---- */

static void
test_nonces(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob", 1, "");

	/* Refused acts use their nonce up, and what follows in the block sees it. */
	c.nonce = 100;
	ADD(&c, NO_SUCH_TOPIC, "ann", "topic", "'topic':'a','parent':'none'");
	c.nonce = 100;
	ADD(&c, STALE_NONCE, "ann", "topic", "'topic':'a'");
	c.nonce = 99;
	ADD(&c, STALE_NONCE, "ann", "topic", "'topic':'a'");
	c.nonce = 101;
	ADD(&c, OK, "ann", "topic", "'topic':'a'");
	SEAL(&c);
	CHECK_INT(member(&c, "ann")->nonce, 101);
	CHECK_INT(member(&c, "ann")->acts, 4);	/* charter, join, and the two whose nonces were new */

	/* Everybody has nonces of his own. */
	c.nonce = 100;
	ACT(&c, OK, "bob", "topic", "'topic':'b'");

	/* Whom the register does not know has none; what he signs is looked at each time. */
	c.nonce = 50;
	ACT(&c, NOT_A_MEMBER, "eve", "topic", "'topic':'c'");
	c.nonce = 50;
	ACT(&c, NOT_A_MEMBER, "eve", "leave", "%s", "");
	c.nonce = 1;
	ACT(&c, OK, "eve", "join", "%s", "");
	c.nonce = 1;
	ACT(&c, STALE_NONCE, "eve", "join", "%s", "");
	c.nonce = 2;
	ACT(&c, ALREADY_JOINED, "eve", "join", "%s", "");

	/* Once a member vouched for somebody, he is known before he signs anything. */
	ACT(&c, OK, "ann", "vouch", "'member':'@fay'");
	CHECK_INT(member(&c, "fay")->nonce, 0);
	c.nonce = 7;
	ACT(&c, NOT_A_MEMBER, "fay", "topic", "'topic':'c'");
	CHECK_INT(member(&c, "fay")->nonce, 7);
	c.nonce = 7;
	ACT(&c, STALE_NONCE, "fay", "join", "%s", "");
	c.nonce = 8;
	ACT(&c, OK, "fay", "join", "%s", "");
	CHECK(is_member(member(&c, "fay")));

	/* The charter's nonce counts as well. */
	CHECK(member(&c, "ann")->nonce > 0);
	commune_end(&c);
}

/* ---- acts a day ---- */

static void
test_acts_per_day(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob", 1, ",'limits':{'acts_per_day':4}");
	CHECK_INT(member(&c, "ann")->acts, 2);
	CHECK_INT(member(&c, "ann")->day, NOON / 86400);
	ACT(&c, OK, "ann", "topic", "'topic':'a'");
	ACT(&c, TOPIC_EXISTS, "ann", "topic", "'topic':'a'");		/* refused acts count */
	ACT(&c, TOO_MANY_ACTS, "ann", "topic", "'topic':'b'");
	ACT(&c, TOO_MANY_ACTS, "ann", "no_such_act", "%s", "");
	CHECK_INT(member(&c, "ann")->acts, 4);
	ACT(&c, OK, "bob", "topic", "'topic':'c'");

	/* What is refused for its nonce or its clock does not count. */
	c.nonce = 1;
	ACT(&c, STALE_NONCE, "bob", "topic", "'topic':'d'");
	c.exp = 1;
	ACT(&c, EXPIRED, "bob", "topic", "'topic':'d'");
	CHECK_INT(member(&c, "bob")->acts, 2);

	/* A day ends at midnight UTC. */
	c.time = SECONDS(NOON + 12 * 3600) - 1;
	ACT(&c, TOO_MANY_ACTS, "ann", "topic", "'topic':'b'");
	c.time += 1;
	ACT(&c, OK, "ann", "topic", "'topic':'b'");
	CHECK_INT(member(&c, "ann")->acts, 1);
	CHECK_INT(member(&c, "ann")->day, NOON / 86400 + 1);

	/* The limit holds within a block. */
	for (int i = 0; i < 3; i++)
		ADD(&c, OK, "ann", "topic", "'topic':'e%d'", i);
	ADD(&c, TOO_MANY_ACTS, "ann", "topic", "'topic':'f'");
	SEAL(&c);
	commune_end(&c);
}

/* ---- blocks ---- */

/* In a block acts come first; then the entries: era, isolated, what is due by time and seq, results by seq. */
static void
test_entries(void)
{
	Commune		c;
	int64_t		seq;

	commune_begin(&c);
	commune_found(&c, "ann bob", 1, "");
	CHECK_INT(c.out.nentries, 0);

	/* Announced in another order than they are due. */
	ADD(&c, OK, "ann", "poll", "'name':'late','title':'x','options':['a'],'method':'approval','opens':%lld,'closes':%lld",
		(long long) NOW(c) + 20, (long long) NOW(c) + 100);
	ADD(&c, OK, "ann", "poll", "'name':'early','title':'x','options':['a'],'method':'approval','opens':%lld,'closes':%lld",
		(long long) NOW(c) + 10, (long long) NOW(c) + 50);
	ADD(&c, OK, "ann", "poll", "'name':'same','title':'x','options':['a'],'method':'approval','opens':%lld,'closes':%lld",
		(long long) NOW(c) + 10, (long long) NOW(c) + 100);
	ADD(&c, OK, "ann", "poll", "'name':'short','title':'x','options':['a'],'method':'approval','opens':%lld,'closes':%lld",
		(long long) NOW(c) + 5, (long long) NOW(c) + 15);
	SEAL(&c);
	CHECK_INT(c.out.nentries, 0);

	seq = ADD(&c, ISOLATED, "bob", "topic", "'topic':'poisoned'");
	c.isolated = seq;
	c.begins_era = true;
	c.members[0].era = 1;
	pass(&c, 30);
	CHECK_INT(c.out.nentries, 6);
	CHECK(strstr(entry(&c, 0).p, "\"entry\":\"era\",\"era\":2,") != NULL);
	CHECK(str_eq(entry(&c, 1), arena_printf(&c.block.arena, "{\"entry\":\"isolated\",\"seq\":%lld}", (long long) seq)));
	CHECK(strstr(entry(&c, 2).p, "\"entry\":\"lapse\"") != NULL);
	CHECK_STR(poll(&c, "short")->status, "lapsed");
	for (int i = 3; i < 6; i++)
		CHECK(strstr(entry(&c, (size_t) i).p, "\"entry\":\"open\"") != NULL);
	CHECK(poll(&c, "early")->opened < poll(&c, "same")->opened);
	CHECK(poll(&c, "same")->opened < poll(&c, "late")->opened);
	CHECK(topic_find(c.state, STR("poisoned")) == NULL);
	CHECK_INT(member(&c, "bob")->acts, 1);		/* it was not looked at */

	/* Two close in one block; their results follow in the next one. */
	pass(&c, 80);
	CHECK_INT(c.out.nentries, 3);
	CHECK(strstr(entry(&c, 0).p, "\"entry\":\"close\"") != NULL);
	CHECK_STR(poll(&c, "early")->status, "closed");
	CHECK(poll(&c, "early")->result.p == NULL);
	pass(&c, 0);
	CHECK_INT(c.out.nentries, 3);
	for (int i = 0; i < 3; i++)
		CHECK(strstr(entry(&c, (size_t) i).p, "\"entry\":\"result\"") != NULL);
	CHECK(poll(&c, "early")->result.p != NULL && poll(&c, "early")->due == INT8_NONE);
	pass(&c, 1000);
	CHECK_INT(c.out.nentries, 0);
	commune_end(&c);
}

typedef struct Steps
{
	int64_t		seq[10];
	int			n;
} Steps;

static void
note_step(void *self, int64_t seq)
{
	Steps	   *steps = self;

	steps->seq[steps->n++] = seq;
}

/* Who folds is told before each act, and before the end; rows and entries of sessions are no acts. */
static void
test_steps(void)
{
	Commune		c;
	Steps		steps = {.n = 0};
	BlockOutput out;
	BlockInput	in;

	commune_begin(&c);
	commune_found(&c, "ann bob", 1, "");
	ADD(&c, OK, "ann", "topic", "'topic':'a'");
	add_leaf(&c, LEAF_ROW);
	ADD(&c, OK, "bob", "topic", "'topic':'b'");
	add_leaf(&c, LEAF_ENTRY)->bytes = STR("{\"entry\":\"chain\"}");
	in = (BlockInput){.time = c.time, .previous_time = c.previous_time, .first = c.last.size, .n = c.n,
	.members = c.members, .before_act = note_step, .self = &steps};
	fold_block(&out, &in, c.state, &c.block.arena, &c.scratch.arena);
	CHECK_INT(steps.n, 3);
	CHECK_INT(steps.seq[0], c.members[0].seq);
	CHECK_INT(steps.seq[1], c.members[2].seq);
	CHECK_INT(steps.seq[2], 0);
	CHECK_INT(out.nverdicts, 0);
	CHECK(topic_find(c.state, STR("a")) != NULL && topic_find(c.state, STR("b")) != NULL);
	commune_free(&c);
}

/* The clock asks for a block when something is due, and each minute while a poll is open. */
static void
test_due(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob", 1, "");
	CHECK(!fold_is_due(c.state, c.time + SECONDS(1000000), c.previous_time));
	ACT(&c, OK, "ann", "poll", "'name':'p','title':'x','options':['a'],'method':'approval','opens':%lld,'closes':%lld",
		(long long) NOW(c) + 1000, (long long) NOW(c) + 2000);
	CHECK(!fold_is_due(c.state, c.time + SECONDS(1000) - 1, c.previous_time));
	CHECK(fold_is_due(c.state, c.time + SECONDS(1000), c.previous_time));
	pass(&c, 1000);
	CHECK(!fold_is_due(c.state, c.time, c.previous_time));
	CHECK(!fold_is_due(c.state, c.time + SECONDS(60) - 1, c.previous_time));
	CHECK(fold_is_due(c.state, c.time + SECONDS(60), c.previous_time));
	CHECK(!fold_is_due(c.state, c.time + SECONDS(60), INT8_NONE));
	c.time += SECONDS(980);
	seal(&c);
	CHECK(fold_is_due(c.state, c.time + SECONDS(20), c.previous_time));
	CHECK(!fold_is_due(c.state, c.time + SECONDS(20) - 1, c.previous_time));
	pass(&c, 20);
	CHECK_STR(poll(&c, "p")->status, "closed");

	/* The result is no matter of the clock: it is evaluated, and that asks for a block. */
	CHECK(!fold_is_due(c.state, c.time + SECONDS(1000), c.previous_time));
	pass(&c, 0);
	CHECK(!fold_is_due(c.state, c.time + SECONDS(1000), c.previous_time));
	commune_end(&c);
}

/* Many entries in one block. */
static void
test_many_entries(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob", 1, ",'limits':{'open_polls':300}");
	for (int i = 0; i < 300; i++)
		ADD(&c, OK, "ann", "poll", "'name':'p%d','title':'x','options':['a'],'method':'approval','opens':1,'closes':%lld",
			i, (long long) NOW(c) + 100);
	SEAL(&c);
	CHECK_INT(c.out.nentries, 300);
	CHECK_STR(poll(&c, "p0")->status, "open");
	CHECK_STR(poll(&c, "p299")->status, "open");
	CHECK_INT(poll(&c, "p299")->opened, poll(&c, "p0")->opened + 299);
	pass(&c, 100);
	CHECK_INT(c.out.nentries, 300);
	CHECK_INT(member(&c, "ann")->polls, 0);
	pass(&c, 0);
	CHECK_INT(c.out.nentries, 300);
	commune_end(&c);
}

int
main(void)
{
	test_clock();
	test_order();
	test_nonces();
	test_acts_per_day();
	test_entries();
	test_steps();
	test_due();
	test_many_entries();
	return check_done("fold");
}
