/*
 * law_enacted_test.c -- laws from their enactment to what their rules do: in time, once, within what they were given.
 *
 * Queries are not run here: what they return is handed in, as the sealer does.
 */
#include "commune.h"

#include "law/enacted.h"

#define TIMES "'admission_max':100,'discussion':0,'verification':10,'voting':100,'timelock':0,'grace':2000,'retry':5,'cooldown':0,'kinds':5"

/* Laws of three rules: of a schedule, of an event, by hand.  \u0027 is a quote, which the harness would take for its own. */
#define QUOTE "\\u0027"
#define LAW(title, more) \
	"# " title "\\n## Article 1\\nIt is announced.\\n" \
	"```law tell\\non schedule " QUOTE "*/5 * * * *" QUOTE "\\nmay publish at most 2 per run\\nselect law.publish(" QUOTE "x" QUOTE "," QUOTE "y" QUOTE ")\\n```\\n" \
	"```law topics\\non event topic\\nmay publish\\nselect law.publish(" QUOTE "x" QUOTE "," QUOTE "y" QUOTE ")\\n```\\n" \
	"```law hand\\non proposal\\nmay publish\\nselect law.publish(" QUOTE "x" QUOTE "," QUOTE "y" QUOTE ")\\n```\\n" more

#define ENACT(name, text) "[{'do':'law.enact','name':'" name "','text':'" text "'}]"
#define CLOSED "{\"closure\":\"abc\"}"
#define TELL(n) "{\"actions\":[" n "],\"closure\":\"xyz\"}"
#define ONE "{\"do\":\"publish\",\"text\":\"y\",\"title\":\"x\"}"

static Proposal *
proposal(Commune *c, const char *name)
{
	return proposal_find_name(c->state, str_from(name));
}

static LawRow *
law(Commune *c, const char *name)
{
	return law_find(c->state, str_from(name));
}

static RuleRow *
rule(Commune *c, const char *law_name, const char *name)
{
	RuleRow		probe = {.law = law(c, law_name)->seq, .name = str_from(name)};

	return state_find(c->state, LAW_RULE_BY_LAW, &probe);
}

#define STATUS(c, name, want) CHECK_STR(proposal(c, name)->status, want)

static void
begin(Commune *c)
{
	commune_begin(c);
	commune_found(c, "ann bob cid", 1, ",'policies':{'p':{'level':3,'approval':[2,5],'per_member':50," TIMES "}}");
}

/* A proposal from its author to the block before it is carried out. */
static void
propose(Commune *c, const char *name, const char *plan, bool law_text)
{
	ACT(c, OK, "ann", "propose", "'name':'%s','title':'T','policy':'p','plan':%s", name, plan);
	pass(c, 1);
	if (law_text)
	{
		pass(c, 10);
		STATUS(c, name, "verification");
		evaluated(c, EVALUATE_PLAN, proposal(c, name)->seq, CLOSED);
		pass(c, 0);
	}
	else
		pass(c, 10);
	STATUS(c, name, "voting");
	ADD(c, OK, "ann", "ballot", "'poll':'#%s/1','choice':{'option':1}", name);
	ADD(c, OK, "bob", "ballot", "'poll':'#%s/1','choice':{'option':1}", name);
	SEAL(c);
	pass(c, 100);
	pass(c, 1);
	STATUS(c, name, "queued");
}

static void
carry_out(Commune *c, const char *name, bool law_text)
{
	pass(c, 1);
	if (law_text)
	{
		STATUS(c, name, "queued");
		evaluated(c, EVALUATE_PLAN, proposal(c, name)->seq, CLOSED);
		pass(c, 0);
	}
}

static void
enact(Commune *c, const char *name, const char *plan)
{
	propose(c, name, plan, true);
	carry_out(c, name, true);
	STATUS(c, name, "executed");
}

/* ---- enacting ---- */

static void
test_enact(void)
{
	Commune		c;
	Evaluations wanted;

	begin(&c);
	ACT(&c, OK, "ann", "propose", "'name':'a','title':'T','policy':'p','plan':%s", ENACT("notice", LAW("Notice", "")));
	pass(&c, 1);
	CHECK(proposal(&c, "a")->law);

	/* It waits, and asks for no block of its own: an evaluation does. */
	pass(&c, 10);
	pass(&c, 1000);
	STATUS(&c, "a", "verification");
	CHECK(!fold_is_due(c.state, c.time, c.time));
	wanted = (Evaluations){.arena = &c.scratch.arena};
	fold_wanted(&wanted, c.state, c.time);
	CHECK_INT(wanted.n, 1);
	CHECK(wanted.v[0].kind == EVALUATE_PLAN && wanted.v[0].subject == proposal(&c, "a")->seq);
	evaluated(&c, EVALUATE_PLAN, proposal(&c, "a")->seq, "{\"failed\":\"LAW05\",\"message\":\"it calls pg_sleep()\"}");
	pass(&c, 0);
	STATUS(&c, "a", "returned");
	CHECK_STR(proposal(&c, "a")->reason, "it calls pg_sleep()");

	/* Nobody can evaluate it: it goes back in the end. */
	ACT(&c, OK, "ann", "propose", "'name':'slow','title':'T','policy':'p','plan':%s", ENACT("slow", LAW("Slow", "")));
	pass(&c, 11);
	pass(&c, 1998);
	STATUS(&c, "slow", "verification");
	pass(&c, 2);
	STATUS(&c, "slow", "returned");

	/* What it rests on is another thing when it would come into force. */
	propose(&c, "b", ENACT("notice", LAW("Notice", "")), true);
	pass(&c, 1);
	evaluated(&c, EVALUATE_PLAN, proposal(&c, "b")->seq, "{\"closure\":\"other\"}");
	pass(&c, 0);
	STATUS(&c, "b", "failed");
	CHECK(law(&c, "notice") == NULL);
	pass(&c, 5);
	evaluated(&c, EVALUATE_PLAN, proposal(&c, "b")->seq, CLOSED);
	pass(&c, 0);
	STATUS(&c, "b", "executed");
	CHECK_STR(law(&c, "notice")->status, "in force");
	CHECK_STR(law(&c, "notice")->title, "Notice");
	CHECK_INT(law(&c, "notice")->level, 3);
	CHECK_INT(law(&c, "notice")->version, 1);
	CHECK_INT(count_table(&c, REL_LAW_RULE), 3);
	CHECK_STR(rule(&c, "notice", "topics")->event, "topic");
	CHECK(rule(&c, "notice", "hand")->due == INT8_NONE);
	CHECK(rule(&c, "notice", "tell")->due > c.time && rule(&c, "notice", "tell")->due % SECONDS(300) == 0);

	/* A law waits as long as what it may do would: three days to pay; so does an amendment that lets it. */
	ACT(&c, OK, "ann", "propose", "'name':'pays','title':'T','policy':'p','plan':%s", ENACT("pays",
		"# Pays\\n## Article 1\\n```law x\\non proposal\\nmay pay at most 1 per run from treasury.general\\nselect law.pay(1,1," QUOTE "x" QUOTE ")\\n```\\n"));
	pass(&c, 11);
	evaluated(&c, EVALUATE_PLAN, proposal(&c, "pays")->seq, CLOSED);
	pass(&c, 0);
	ADD(&c, OK, "ann", "ballot", "'poll':'#pays/1','choice':{'option':1}");
	ADD(&c, OK, "bob", "ballot", "'poll':'#pays/1','choice':{'option':1}");
	SEAL(&c);
	pass(&c, 100);
	pass(&c, 1);
	STATUS(&c, "pays", "queued");
	CHECK_INT(proposal(&c, "pays")->eta - c.time, DAYS(3));

	/* Not twice; and no law of a rank that the policy may not decide. */
	propose(&c, "c", ENACT("notice", LAW("Again", "")), true);
	carry_out(&c, "c", true);
	STATUS(&c, "c", "failed");
	ACT(&c, POLICY_TOO_LOW, "ann", "propose", "'name':'d','title':'T','policy':'p','plan':[{'do':'law.enact','level':2,'name':'x','text':'%s'}]", LAW("X", ""));
	ACT(&c, POLICY_TOO_LOW, "ann", "propose", "'name':'d','title':'T','policy':'p','plan':%s", ENACT("constitution", LAW("X", "")));
	commune_end(&c);
}

/* ---- running ---- */

/* Run a rule at its due time. */
static void
run(Commune *c, const char *name, const char *outcome)
{
	evaluated(c, EVALUATE_LAW, rule(c, "notice", name)->seq, outcome);
	pass(c, 0);
}

static void
test_schedule(void)
{
	Commune		c;
	RuleRow    *tell;
	int64_t		slot;

	begin(&c);
	enact(&c, "a", ENACT("notice", LAW("Notice", "")));
	tell = rule(&c, "notice", "tell");
	slot = tell->slot;
	c.time = slot - SECONDS(1);
	run(&c, "tell", TELL(ONE));	/* too early: nothing takes it */
	CHECK_INT(count_table(&c, REL_LAW_RUN), 0);
	pass(&c, 1);
	CHECK_INT(tell->slot, slot);
	run(&c, "tell", TELL(ONE "," ONE));
	CHECK_INT(count_table(&c, REL_RESOLUTION), 2);
	CHECK_INT(count_table(&c, REL_LAW_RUN), 1);
	CHECK_INT(tell->slot, slot + SECONDS(300));
	CHECK_STR(law(&c, "notice")->closure, "xyz");

	/* Asleep for an hour: each moment is made up for, in order, one a block, even if two outcomes are handed in. */
	pass(&c, 3600);
	evaluated(&c, EVALUATE_LAW, tell->seq, TELL(ONE));
	run(&c, "tell", TELL(ONE));
	CHECK_INT(tell->slot, slot + SECONDS(600));
	CHECK_INT(count_table(&c, REL_RESOLUTION), 3);
	for (int i = 0; i < 11; i++)
		run(&c, "tell", TELL(""));
	CHECK_INT(tell->slot, slot + SECONDS(3900));
	CHECK_INT(tell->runs, 13);
	CHECK(!rule_wants(c.state, tell, c.time));
	commune_end(&c);
}

static void
test_failures(void)
{
	Commune		c;
	RuleRow    *tell;
	int64_t		slot;

	begin(&c);
	enact(&c, "a", ENACT("notice", LAW("Notice", "")));
	tell = rule(&c, "notice", "tell");
	slot = c.time = tell->slot;

	/* More than it was given: nothing of it happens, and the same moment is tried again after a minute. */
	run(&c, "tell", TELL(ONE "," ONE "," ONE));
	CHECK_INT(count_table(&c, REL_RESOLUTION), 0);
	CHECK_INT(tell->failures, 1);
	CHECK_INT(tell->slot, slot);
	CHECK_INT(tell->due, slot + SECONDS(60));
	c.time = tell->due;
	run(&c, "tell", TELL("{\"do\":\"law.repeal\",\"name\":\"notice\"}"));
	CHECK_STR(law(&c, "notice")->status, "in force");
	CHECK_INT(tell->due, c.time + SECONDS(120));

	/* All or nothing: the second action is none. */
	c.time = tell->due;
	run(&c, "tell", TELL(ONE ",{\"do\":\"publish\"}"));
	CHECK_INT(count_table(&c, REL_RESOLUTION), 0);
	c.time = tell->due;
	run(&c, "tell", "{\"failed\":\"22012\",\"message\":\"division by zero\"}");
	CHECK_INT(tell->failures, 4);
	c.time = tell->due;
	run(&c, "tell", "{\"actions\":7}");
	CHECK_STR(tell->status, "stopped");
	CHECK(tell->due == INT8_NONE);
	CHECK_INT(count_table(&c, REL_LAW_RUN), 5);

	/* A success between failures begins anew; another closure is a failure. */
	enact(&c, "b", ENACT("other", LAW("Other", "")));
	tell = rule(&c, "other", "tell");
	c.time = tell->due;
	evaluated(&c, EVALUATE_LAW, tell->seq, "{\"failed\":\"22012\",\"message\":\"division by zero\"}");
	pass(&c, 0);
	c.time = tell->due;
	evaluated(&c, EVALUATE_LAW, tell->seq, TELL(ONE));
	pass(&c, 0);
	CHECK_INT(tell->failures, 0);
	c.time = tell->due;
	evaluated(&c, EVALUATE_LAW, tell->seq, "{\"actions\":[],\"closure\":\"changed\"}");
	pass(&c, 0);
	CHECK_INT(tell->failures, 1);
	commune_end(&c);
}

/* What a rule does to laws. */
static void
test_laws_on_laws(void)
{
	Commune		c;
	RuleRow    *hand;

	begin(&c);
	enact(&c, "a", ENACT("notice", "# Notice\\n## Article 1\\n```law hand\\non proposal\\nmay law.repeal\\nmay law.enact\\nmay publish\\n"
						 "select law.publish(" QUOTE "x" QUOTE "," QUOTE "y" QUOTE ")\\n```\\n"));
	propose(&c, "b", "[{'do':'law.run','name':'notice','rule':'hand'}]", false);
	carry_out(&c, "b", false);
	hand = rule(&c, "notice", "hand");

	/* It cannot bring a text that nobody read. */
	run(&c, "hand", TELL(ONE ",{\"do\":\"law.enact\",\"name\":\"x\",\"text\":\"# X\\n## Article 1\\n\"}"));
	CHECK(law(&c, "x") == NULL);
	CHECK_INT(count_table(&c, REL_RESOLUTION), 0);
	CHECK_INT(hand->failures, 1);

	/* It can end its own law, and is gone with it. */
	c.time = hand->due;
	run(&c, "hand", TELL("{\"do\":\"law.repeal\",\"name\":\"notice\"}"));
	CHECK_STR(law(&c, "notice")->status, "repealed");
	CHECK_INT(count_table(&c, REL_LAW_RULE), 0);
	CHECK_INT(count_table(&c, REL_LAW_RUN), 2);
	commune_end(&c);
}

static void
test_event(void)
{
	Commune		c;
	RuleRow    *topics;

	begin(&c);
	enact(&c, "a", ENACT("notice", LAW("Notice", "")));
	topics = rule(&c, "notice", "topics");
	run(&c, "topics", TELL(ONE));	/* nothing happened */
	CHECK_INT(count_table(&c, REL_LAW_RUN), 0);

	/* Two acts of a block are one event; a refused one is none. */
	ACT(&c, NOT_A_MEMBER, "dan", "topic", "'topic':'x'");
	CHECK(topics->due == INT8_NONE);
	ADD(&c, OK, "ann", "topic", "'topic':'x'");
	ADD(&c, OK, "ann", "topic", "'topic':'y'");
	SEAL(&c);
	CHECK_INT(topics->due, c.time);
	CHECK(rule_wants(c.state, topics, c.time));
	run(&c, "topics", TELL(ONE));
	CHECK(topics->due == INT8_NONE && topics->slot == INT8_NONE);
	CHECK_INT(topics->runs, 1);
	CHECK_INT(count_table(&c, REL_RESOLUTION), 1);
	commune_end(&c);
}

static void
test_by_hand(void)
{
	Commune		c;

	begin(&c);
	enact(&c, "a", ENACT("notice", LAW("Notice", "")));
	propose(&c, "b", "[{'do':'law.run','name':'notice','rule':'hand'}]", false);
	carry_out(&c, "b", false);
	STATUS(&c, "b", "executed");
	CHECK_INT(rule(&c, "notice", "hand")->due, c.time);
	run(&c, "hand", TELL(ONE));
	CHECK_INT(count_table(&c, REL_RESOLUTION), 1);
	propose(&c, "c", "[{'do':'law.run','name':'notice','rule':'foot'}]", false);
	carry_out(&c, "c", false);
	STATUS(&c, "c", "failed");
	commune_end(&c);
}

/* ---- changing ---- */

static void
test_amend(void)
{
	Commune		c;
	char		hash[ID_TEXT_LEN + 1] = "";
	char		plan[500];

	begin(&c);
	enact(&c, "a", ENACT("notice", LAW("Notice", "")));
	base64url_encode(hash, (const uint8_t *) law(&c, "notice")->hash.p, HASH_SIZE);
	snprintf(plan, sizeof plan, "[{'do':'law.amend','diff':'--- a\\n+++ b\\n@@ -1,2 +1,2 @@\\n-# Notice\\n+# A notice\\n ## Article 1\\n','hash':'%s','name':'notice'}]", hash);
	propose(&c, "b", plan, true);
	snprintf(plan, sizeof plan, "[{'do':'law.amend','diff':'--- a\\n+++ b\\n@@ -1,2 +1,2 @@\\n-# Notice\\n+# No notice\\n ## Article 1\\n','hash':'%s','name':'notice'}]", hash);
	propose(&c, "c", plan, true);
	carry_out(&c, "b", true);
	STATUS(&c, "b", "executed");
	CHECK_STR(law(&c, "notice")->title, "A notice");
	CHECK_INT(law(&c, "notice")->version, 2);
	CHECK_INT(count_table(&c, REL_LAW_VERSION), 2);
	CHECK_INT(count_table(&c, REL_LAW_RULE), 3);

	/* The text is another one by now. */
	carry_out(&c, "c", true);
	STATUS(&c, "c", "failed");
	CHECK_INT(law(&c, "notice")->version, 2);

	propose(&c, "d", "[{'do':'law.repeal','name':'notice'}]", false);
	carry_out(&c, "d", false);
	CHECK_STR(law(&c, "notice")->status, "repealed");
	CHECK_INT(count_table(&c, REL_LAW_RULE), 0);
	propose(&c, "e", "[{'do':'law.repeal','name':'notice'}]", false);
	carry_out(&c, "e", false);
	STATUS(&c, "e", "failed");
	enact(&c, "f", ENACT("notice", LAW("Once more", "")));
	CHECK_INT(law(&c, "notice")->version, 3);
	commune_end(&c);
}

static void
test_time(void)
{
	Commune		c;
	RuleRow    *tell;
	char		plan[3000];

	begin(&c);
	snprintf(plan, sizeof plan, "[{'do':'law.enact','name':'notice','text':'%s','until':%lld}]", LAW("Notice", ""), (long long) NOON + 8 * 86400);
	enact(&c, "a", plan);
	tell = rule(&c, "notice", "tell");
	propose(&c, "b", "[{'do':'law.suspend','days':1,'name':'notice','reason':'It errs.'}]", false);
	carry_out(&c, "b", false);
	CHECK_STR(law(&c, "notice")->status, "suspended");
	c.time = tell->due;
	run(&c, "tell", TELL(ONE));
	CHECK_INT(count_table(&c, REL_LAW_RUN), 0);
	pass(&c, 86400);
	CHECK_STR(law(&c, "notice")->status, "in force");
	run(&c, "tell", TELL(ONE));
	CHECK_INT(count_table(&c, REL_LAW_RUN), 1);

	/* Once a version; and its time ends, with whatever was still to run. */
	propose(&c, "c", "[{'do':'law.suspend','days':1,'name':'notice','reason':'It errs.'}]", false);
	carry_out(&c, "c", false);
	STATUS(&c, "c", "failed");
	c.time = SECONDS(NOON + 8 * 86400);
	CHECK(fold_is_due(c.state, c.time, c.time));
	evaluated(&c, EVALUATE_LAW, tell->seq, TELL(ONE));
	pass(&c, 0);
	CHECK_STR(law(&c, "notice")->status, "ended");
	CHECK_INT(count_table(&c, REL_LAW_RUN), 1);
	CHECK_INT(count_table(&c, REL_LAW_RULE), 0);
	commune_end(&c);
}

/* ---- the constitution */

static void
consent(Commune *c, const char *name, int article, const char *status)
{
	ACT(c, OK, "ann", "propose", "'name':'%s','title':'T','policy':'k','plan':[{'do':'publish','title':'%s'}]", name, name);
	pass(c, 1);
	pass(c, 10);
	ADD(c, OK, "ann", "ballot", "'poll':'#%s/1','choice':{'option':1}", name);
	ADD(c, OK, "bob", "ballot", "'poll':'#%s/1','choice':{'option':1}", name);
	ADD(c, OK, "cid", "ballot", "'poll':'#%s/1','choice':{'option':4,'principle':%d,'reason':'No.'}", name, article);
	SEAL(c);
	pass(c, 100);
	pass(c, 1);
	STATUS(c, name, status);
}

static void
test_constitution(void)
{
	Commune		c;
	int64_t		decided;

	commune_begin(&c);
	commune_found(&c, "ann bob cid", 1, ",'policies':{'p':{'level':1,'approval':[2,5],'per_member':50," TIMES "},"
				  "'k':{'level':3,'mode':'consent','approval':[2,5],'rounds':2,'cosigners':1,'fallback':'p'," TIMES "}}");

	/* Whatever its policy says, it waits for thirty days. */
	propose(&c, "a", ENACT("constitution", LAW("Constitution", "")), true);
	decided = c.time;
	CHECK_INT(proposal(&c, "a")->eta - decided, DAYS(30));
	pass(&c, 86400);
	STATUS(&c, "a", "queued");
	c.time = decided + DAYS(30);
	evaluated(&c, EVALUATE_PLAN, proposal(&c, "a")->seq, CLOSED);
	pass(&c, 0);
	CHECK_INT(law(&c, "constitution")->level, 1);
	CHECK(constitution_has(c.state, &c.scratch.arena, STR("1")));
	CHECK(!constitution_has(c.state, &c.scratch.arena, STR("2")));

	/* A block names an article that there is. */
	consent(&c, "b", 2, "queued");
	consent(&c, "c", 1, "verification");	/* of the next round */

	/* No law of lesser rank takes its name, and none is taken for it. */
	ACT(&c, POLICY_TOO_LOW, "ann", "propose", "'name':'d','title':'T','policy':'k','plan':[{'do':'law.repeal','name':'constitution'}]");
	commune_end(&c);
}

int
main(void)
{
	if (!crypto_init())
		return 1;
	test_enact();
	test_schedule();
	test_failures();
	test_laws_on_laws();
	test_event();
	test_by_hand();
	test_amend();
	test_time();
	test_constitution();
	return check_done("law_enacted");
}
