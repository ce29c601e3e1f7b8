/*
 * proposal_test.c -- proposals from phase to phase: every transition, every refusal.
 *
 * The policies of these tests come with the charter and have short times, in seconds: admission at most 100, discussion
 * 50, verification 10, voting 100, timelock 40, grace 200.
 */
#include "commune.h"

#define TIMES \
	"'admission_max':100,'discussion':50,'verification':10,'voting':100,'timelock':40,'grace':200,'retry':5," \
	"'cooldown':1000"

#define PLAN(text) "[{'do':'publish','text':'" text "','title':'T'}]"

static Proposal *
proposal(Commune *c, const char *name)
{
	return proposal_find_name(c->state, str_from(name));
}

#define STATUS(c, name, want) CHECK_STR(proposal(c, name)->status, want)
#define REASON(c, name, want) CHECK_STR(proposal(c, name)->reason, want)

/* A commune of five; more are further members of the policy `p`, with a comma before. */
static void
begin(Commune *c, const char *more)
{
	char		members[3000];

	commune_begin(c);
	snprintf(members, sizeof members, ",'policies':{'p':{'level':3,'approval':[2,5],'per_member':50," TIMES "%s}}", more);
	commune_found(c, "ann bob cid dan eve", 1, members);
}

static void
propose(Commune *c, const char *name, const char *plan)
{
	ACT(c, OK, "ann", "propose", "'name':'%s','title':'Title of %s','policy':'p'%s%s", name, name, plan ? ",'plan':" : "",
		plan ? plan : "");
}

/* Vote on the round of a proposal: y yes, n no, a abstain, - nothing, by ann, bob, cid, dan, eve. */
static void
vote(Commune *c, const char *poll_name, const char *votes)
{
	static const char *const who[] = {"ann", "bob", "cid", "dan", "eve"};

	for (int i = 0; votes[i] != '\0'; i++)
		if (votes[i] == 'a')
			ADD(c, OK, who[i], "ballot", "'poll':'#%s','choice':{'abstain':true}", poll_name);
		else if (votes[i] != '-')
			ADD(c, OK, who[i], "ballot", "'poll':'#%s','choice':{'option':%d}", poll_name, votes[i] == 'y' ? 1 : 2);
	SEAL(c);
}

/* Take a proposal that was just made to its poll. */
static void
to_poll(Commune *c, const char *name)
{
	pass(c, 50);
	STATUS(c, name, "verification");
	pass(c, 10);
	STATUS(c, name, "voting");
}

/* From the poll to what it decides. */
static void
decide(Commune *c, const char *name, const char *votes)
{
	char		poll_name[80];

	snprintf(poll_name, sizeof poll_name, "%s/1", name);
	vote(c, poll_name, votes);
	pass(c, 100);
	STATUS(c, name, "counting");
	pass(c, 1);
}

static void
test_way(void)
{
	Commune		c;

	begin(&c, "");
	propose(&c, "wells", PLAN("Dig."));
	STATUS(&c, "wells", "discussion");
	CHECK_INT(proposal(&c, "wells")->supporters, 1);
	CHECK_INT(proposal(&c, "wells")->level, 4);
	to_poll(&c, "wells");
	CHECK_STR(poll(&c, "wells/1")->method, "majority");
	CHECK_INT(poll(&c, "wells/1")->options.n, 2);
	CHECK_INT(member(&c, "ann")->polls, 0);
	decide(&c, "wells", "yyn-a");
	STATUS(&c, "wells", "queued");
	CHECK_INT(proposal(&c, "wells")->yes, 2);
	CHECK_INT(proposal(&c, "wells")->no, 1);
	CHECK_INT(proposal(&c, "wells")->abstained, 1);
	CHECK_INT(proposal(&c, "wells")->electorate, 5);
	pass(&c, 39);
	STATUS(&c, "wells", "queued");
	CHECK_INT(count_table(&c, REL_RESOLUTION), 0);
	pass(&c, 1);
	STATUS(&c, "wells", "executed");
	CHECK_INT(count_table(&c, REL_RESOLUTION), 1);
	CHECK(proposal_has_ended(proposal(&c, "wells")));
	commune_end(&c);
}

/* ---- admission ---- */

static void
test_admission(void)
{
	Commune		c;

	begin(&c, ",'supporters':2,'issue_quorum':[3,5],'admission_min':20");
	propose(&c, "a", NULL);
	STATUS(&c, "a", "admission");
	ACT(&c, NO_CHANGE, "ann", "support", "'proposal':'~a'");
	ACT(&c, OK, "bob", "support", "'proposal':'~a'");
	ACT(&c, NO_CHANGE, "cid", "support", "'proposal':'~a','withdraw':true");
	ACT(&c, OK, "bob", "support", "'proposal':'~a','withdraw':true");
	CHECK_INT(proposal(&c, "a")->supporters, 1);
	ACT(&c, OK, "bob", "support", "'proposal':'~a'");
	ACT(&c, OK, "cid", "support", "'proposal':'~a'");
	STATUS(&c, "a", "admission");	/* three of five, but admission_min */
	pass(&c, 19);
	STATUS(&c, "a", "admission");
	pass(&c, 1);
	STATUS(&c, "a", "discussion");

	/* Enough supporters, of whom one leaves before it is looked at. */
	propose(&c, "b", NULL);
	ADD(&c, OK, "bob", "support", "'proposal':'~b'");
	ADD(&c, OK, "cid", "support", "'proposal':'~b'");
	SEAL(&c);
	ACT(&c, OK, "cid", "support", "'proposal':'~b','withdraw':true");
	pass(&c, 20);
	STATUS(&c, "b", "admission");
	pass(&c, 79);
	STATUS(&c, "b", "admission");
	pass(&c, 1);
	STATUS(&c, "b", "lapsed");
	REASON(&c, "b", "too few supporters");
	ACT(&c, WRONG_PHASE, "cid", "support", "'proposal':'~b'");

	/* Who is late is late, although no block came at the end. */
	propose(&c, "d", NULL);
	ACT(&c, OK, "bob", "support", "'proposal':'~d'");
	c.time += SECONDS(700000);
	ACT(&c, WRONG_PHASE, "cid", "support", "'proposal':'~d'");
	STATUS(&c, "d", "lapsed");

	/* Who was in time is in time, although the block that looks at it came late. */
	propose(&c, "e", NULL);
	ADD(&c, OK, "bob", "support", "'proposal':'~e'");
	ADD(&c, OK, "cid", "support", "'proposal':'~e'");
	SEAL(&c);
	pass(&c, 700000);
	STATUS(&c, "e", "discussion");
	commune_end(&c);
}

static void
test_places(void)
{
	Commune		c;

	begin(&c, ",'slots':1,'supporters':2");
	propose(&c, "a", NULL);
	propose(&c, "b", NULL);
	propose(&c, "d", NULL);
	ACT(&c, OK, "bob", "support", "'proposal':'~a'");
	STATUS(&c, "a", "discussion");
	ACT(&c, OK, "bob", "support", "'proposal':'~b'");
	STATUS(&c, "b", "admission");
	ADD(&c, OK, "bob", "support", "'proposal':'~d'");
	ADD(&c, OK, "cid", "support", "'proposal':'~d'");
	SEAL(&c);
	STATUS(&c, "d", "admission");
	CHECK(!proposals_are_due(c.state, c.time));	/* it waits for a place, not for a block */

	/* The one with most supporters takes the place that becomes free. */
	ACT(&c, OK, "ann", "withdraw", "'proposal':'~a'");
	STATUS(&c, "a", "withdrawn");
	STATUS(&c, "d", "discussion");
	STATUS(&c, "b", "admission");
	pass(&c, 100);
	STATUS(&c, "b", "lapsed");
	REASON(&c, "b", "no place in its topic became free");

	/* Another topic has places of its own. */
	ACT(&c, OK, "ann", "topic", "'topic':'water'");
	ACT(&c, OK, "ann", "propose", "'name':'w','title':'W','policy':'p','topic':'water'");
	ACT(&c, OK, "bob", "support", "'proposal':'~w'");
	STATUS(&c, "w", "discussion");
	commune_end(&c);
}

/* ---- proposing ---- */

static void
test_refused(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob", 1,
				  ",'policies':{'p':{'level':3,'approval':[1,2],'per_member':2," TIMES "},"
				  "'low':{'level':4," TIMES "},'none':{'level':4,'plan':false," TIMES "},"
				  "'few':{'level':2,'approval':[1,2],'kinds':1,'actions':['publish','policy.set']," TIMES "}}");
	ACT(&c, NOT_A_MEMBER, "eve", "propose", "'name':'a','title':'A','policy':'p'");
	ACT(&c, BAD_MEMBERS, "ann", "propose", "'name':'A','title':'A','policy':'p'");
	ACT(&c, BAD_MEMBERS, "ann", "propose", "'name':'a','policy':'p'");
	ACT(&c, BAD_MEMBERS, "ann", "propose", "'name':'a','title':'A'");
	ACT(&c, BAD_MEMBERS, "ann", "propose", "'name':'a','title':'A','policy':'p','more':1");
	ACT(&c, BAD_MEMBERS, "ann", "propose", "'name':'a','title':'A','policy':'p','plan':{}");
	ACT(&c, NO_SUCH_POLICY, "ann", "propose", "'name':'a','title':'A','policy':'q'");
	ACT(&c, NO_SUCH_TOPIC, "ann", "propose", "'name':'a','title':'A','policy':'p','topic':'t'");
	ACT(&c, BAD_PLAN, "ann", "propose", "'name':'a','title':'A','policy':'p','plan':[]");
	ACT(&c, UNKNOWN_ACTION, "ann", "propose", "'name':'a','title':'A','policy':'p','plan':[{'do':'fly'}]");
	ACT(&c, BAD_ACTION, "ann", "propose", "'name':'a','title':'A','policy':'p','plan':[{'do':'publish'}]");

	/* The plan's highest action says which policies may carry it. */
	ACT(&c, POLICY_TOO_LOW, "ann", "propose", "'name':'a','title':'A','policy':'none','plan':%s", PLAN("x"));
	ACT(&c, POLICY_TOO_LOW, "ann", "propose", "'name':'a','title':'A','policy':'p','plan':[{'do':'policy.set','policy':'z','body':{'level':4}}]");
	ACT(&c, POLICY_TOO_LOW, "ann", "propose",
		"'name':'a','title':'A','policy':'few','plan':[{'do':'policy.set','policy':'z','body':{'level':1,'approval':[1,2]}}]");
	ACT(&c, POLICY_TOO_LOW, "ann", "propose",
		"'name':'a','title':'A','policy':'few','plan':[{'do':'policy.set','policy':'constitution','body':{'level':4}}]");
	ACT(&c, POLICY_TOO_LOW, "ann", "propose",
		"'name':'a','title':'A','policy':'few','plan':[{'do':'proposal.veto','proposal':'b','reason':'x'}]");
	ACT(&c, POLICY_TOO_LOW, "ann", "propose",
		"'name':'a','title':'A','policy':'few','plan':[{'do':'publish','title':'x'},{'do':'policy.set','policy':'z','body':{'level':4}}]");
	ACT(&c, OK, "ann", "propose", "'name':'a','title':'A','policy':'low','plan':%s", PLAN("x"));
	ACT(&c, PROPOSAL_EXISTS, "bob", "propose", "'name':'a','title':'A','policy':'p'");
	ACT(&c, SAME_PLAN, "bob", "propose", "'name':'b','title':'A','policy':'p','plan':%s", PLAN("x"));
	ACT(&c, OK, "ann", "propose", "'name':'b','title':'A','policy':'p'");
	ACT(&c, TOO_MANY_PROPOSALS, "ann", "propose", "'name':'d','title':'A','policy':'p'");
	ACT(&c, OK, "bob", "propose", "'name':'d','title':'A','policy':'p'");

	/* support, amend, withdraw, object, guard */
	ACT(&c, NO_SUCH_PROPOSAL, "bob", "support", "'proposal':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'");
	ACT(&c, NOT_A_MEMBER, "eve", "support", "'proposal':'~a'");
	ACT(&c, NOT_THE_AUTHOR, "bob", "amend", "'proposal':'~a','version':1,'title':'B'");
	ACT(&c, STALE_VERSION, "ann", "amend", "'proposal':'~a','version':2,'title':'B'");
	ACT(&c, NO_CHANGE, "ann", "amend", "'proposal':'~a','version':1,'title':'A'");
	ACT(&c, NOT_THE_AUTHOR, "bob", "withdraw", "'proposal':'~a'");
	ACT(&c, BAD_MEMBERS, "bob", "object", "'proposal':'~a'");
	ACT(&c, BAD_MEMBERS, "bob", "object", "'proposal':'~a','text':'x','withdraw':true");
	ACT(&c, WRONG_PHASE, "bob", "object", "'proposal':'~a','text':'x'");
	ACT(&c, NOT_A_GUARDIAN, "bob", "guard", "'proposal':'~a','text':'x'");
	commune_end(&c);
}

/* A charter with a policy that cannot be. */
static void
charter_with(Commune *c, Code code, int line, const char *body)
{
	commune_add(c, code, line, "ann", "charter", "'name':'T','founders':['@ann'],'vouches':1,'rules':1,'policies':%s", body);
	seal_one(c, code, line);
}

#define BAD(body) charter_with(&c, CODE_BAD_POLICY_BODY, __LINE__, body)

static void
test_policies(void)
{
	Commune		c;

	commune_begin(&c);
	BAD("{'P':{'level':4}}");
	BAD("{'p':1}");
	BAD("{'p':{}}");
	BAD("{'p':{'level':0}}");
	BAD("{'p':{'level':5}}");
	BAD("{'p':{'level':4,'more':1}}");
	BAD("{'p':{'level':4,'voting':0}}");
	BAD("{'p':{'level':4,'voting':-1}}");
	BAD("{'p':{'level':4,'mode':'fight'}}");
	BAD("{'p':{'level':3}}");					/* no approval quorum */
	BAD("{'p':{'level':3,'approval':[0,1]}}");
	BAD("{'p':{'level':4,'support':[1,3]}}");
	BAD("{'p':{'level':4,'support':[1,2],'strict':false}}");
	BAD("{'p':{'level':4,'approval':[1,1000001]}}");
	BAD("{'p':{'level':4,'approval':[2,1]}}");
	BAD("{'p':{'level':1,'approval':[1,2],'participation':[1,2]}}");
	BAD("{'p':{'level':4,'quorum':'ema'}}");
	BAD("{'p':{'level':4,'quorum':'ema','quorum_min':[1,2],'quorum_max':[1,3]}}");
	BAD("{'p':{'level':4,'quorum_min':[1,3],'quorum_max':[1,2]}}");
	BAD("{'p':{'level':4,'coefficient':1}}");
	BAD("{'p':{'level':4,'quorum':'curve'}}");
	BAD("{'p':{'level':4,'quorum':'curve','support_curve':{'form':'linear','length':1,'floor':2,'ceil':1},'approval_curve':{'form':'linear','length':1,'floor':0,'ceil':1}}}");
	BAD("{'p':{'level':4,'support_curve':{'form':'linear','length':1,'floor':0,'ceil':1}}}");
	BAD("{'p':{'level':4,'confirm':1}}");
	BAD("{'p':{'level':4,'voting':100,'late_window':100,'late_extension':10,'late_max':10}}");
	BAD("{'p':{'level':4,'voting':100,'late_window':10}}");
	BAD("{'p':{'level':4,'voting':100,'late_window':10,'late_extension':101,'late_max':200}}");
	BAD("{'p':{'level':4,'voting':100,'late_window':10,'late_extension':20,'late_max':10}}");
	BAD("{'p':{'level':4,'override_window':604800}}");
	BAD("{'p':{'level':4,'hold_from':[1,10]}}");
	BAD("{'p':{'level':4,'hold_from':[1,10],'hold_to':[1,10]}}");
	BAD("{'p':{'level':4,'mode':'optimistic'}}");
	BAD("{'p':{'level':3,'mode':'optimistic','objection':1,'fallback':'law'}}");
	BAD("{'p':{'level':4,'mode':'optimistic','objection':1,'fallback':'nothing'}}");
	BAD("{'p':{'level':4,'mode':'consent'}}");
	BAD("{'p':{'level':4,'fallback':'law'}}");
	BAD("{'p':{'level':4,'method':'stv'}}");
	BAD("{'p':{'level':4,'admission_min':2,'admission_max':1}}");
	BAD("{'p':{'level':4,'actions':[]}}");
	BAD("{'p':{'level':4,'plan':1}}");
	charter_with(&c, CODE_OK, __LINE__, "{'p':{'level':4},'law':{'level':3,'approval':[1,2]}}");
	CHECK_INT(count_table(&c, REL_POLICY), 10);
	CHECK_INT(policy_find(c.state, STR("law"))->version, 1);
	CHECK_STR(policy_find(c.state, STR("law"))->body, "{\"approval\":[1,2],\"level\":3}");
	commune_end(&c);
}

/* ---- amending, withdrawing, alternatives ---- */

static void
test_amend(void)
{
	Commune		c;

	begin(&c, ",'initiative_quorum':[2,5]");
	propose(&c, "a", PLAN("x"));
	ACT(&c, OK, "bob", "support", "'proposal':'~a'");
	CHECK_INT(proposal(&c, "a")->informed, 2);
	ACT(&c, OK, "ann", "amend", "'proposal':'~a','version':1,'text':'Better.','plan':%s", PLAN("y"));
	CHECK_INT(proposal(&c, "a")->version, 2);
	CHECK_INT(proposal(&c, "a")->supporters, 2);
	CHECK_INT(proposal(&c, "a")->informed, 1);

	/* The plan that it gave up is free again. */
	propose(&c, "b", PLAN("x"));
	ACT(&c, SAME_PLAN, "ann", "amend", "'proposal':'~b','version':1,'plan':%s", PLAN("y"));
	pass(&c, 50);
	ACT(&c, WRONG_PHASE, "ann", "amend", "'proposal':'~a','version':2,'text':'Best.'");
	ACT(&c, WRONG_PHASE, "ann", "withdraw", "'proposal':'~a'");
	ACT(&c, WRONG_PHASE, "cid", "support", "'proposal':'~a'");
	pass(&c, 10);
	STATUS(&c, "a", "returned");
	REASON(&c, "a", "too few support its last version");

	propose(&c, "d", PLAN("z"));
	ACT(&c, OK, "bob", "support", "'proposal':'~d'");
	ACT(&c, OK, "ann", "amend", "'proposal':'~d','version':1,'title':'Other'");
	ACT(&c, OK, "bob", "support", "'proposal':'~d'");
	CHECK_INT(proposal(&c, "d")->informed, 2);
	CHECK_INT(proposal(&c, "d")->supporters, 2);
	to_poll(&c, "d");

	/* The author may take it back as long as it is open, not later in the block that ends the phase. */
	propose(&c, "e", NULL);
	ACT(&c, OK, "ann", "withdraw", "'proposal':'~e'");
	STATUS(&c, "e", "withdrawn");
	ACT(&c, WRONG_PHASE, "ann", "withdraw", "'proposal':'~e'");
	propose(&c, "f", NULL);
	c.time += SECONDS(50);
	ACT(&c, WRONG_PHASE, "ann", "withdraw", "'proposal':'~f'");
	STATUS(&c, "f", "verification");
	commune_end(&c);
}

static void
rank(Commune *c, const char *poll_name, const char *who, const char *ranking)
{
	ADD(c, OK, who, "ballot", "'poll':'#%s','choice':{'ranking':'%s'}", poll_name, ranking);
}

static void
test_alternatives(void)
{
	Commune		c;

	begin(&c, ",'initiative_quorum':[1,5]");
	propose(&c, "a", PLAN("a"));
	ACT(&c, OK, "bob", "propose", "'name':'b','title':'B','against':'~a','plan':%s", PLAN("b"));
	ACT(&c, WRONG_PHASE, "bob", "propose", "'name':'x','title':'B','against':'~b'");
	ACT(&c, NO_SUCH_POLICY, "bob", "propose", "'name':'x','title':'B','against':'~a','policy':'law'");
	ACT(&c, OK, "cid", "propose", "'name':'d','title':'D','against':'~a','policy':'p','plan':%s", PLAN("d"));
	STATUS(&c, "d", "discussion");
	ACT(&c, OK, "cid", "amend", "'proposal':'~d','version':1,'text':'More.'");
	ACT(&c, OK, "cid", "support", "'proposal':'~d','withdraw':true");
	to_poll(&c, "a");
	STATUS(&c, "b", "voting");
	STATUS(&c, "d", "returned");
	CHECK_STR(poll(&c, "a/1")->method, "schulze");
	CHECK_INT(poll(&c, "a/1")->options.n, 3);
	CHECK_STR(poll(&c, "a/1")->options.v[1], "b");
	CHECK_STR(poll(&c, "a/1")->options.v[2], "status quo");
	rank(&c, "a/1", "ann", "1>2>3");
	rank(&c, "a/1", "bob", "2>1>3");
	rank(&c, "a/1", "cid", "2>3>1");
	rank(&c, "a/1", "dan", "2>1");
	SEAL(&c);
	pass(&c, 100);
	pass(&c, 1);
	STATUS(&c, "b", "queued");
	STATUS(&c, "a", "rejected");
	REASON(&c, "a", "another alternative was preferred");
	CHECK_INT(proposal(&c, "a")->yes, 3);
	CHECK_INT(proposal(&c, "b")->yes, 4);
	pass(&c, 40);
	STATUS(&c, "b", "executed");
	CHECK_INT(count_table(&c, REL_RESOLUTION), 1);

	/* Two that stand equal: nothing changes. */
	propose(&c, "e", NULL);
	ACT(&c, OK, "bob", "propose", "'name':'f','title':'F','against':'~e'");
	to_poll(&c, "e");
	rank(&c, "e/1", "ann", "1>2>3");
	rank(&c, "e/1", "bob", "2>1>3");
	SEAL(&c);
	pass(&c, 100);
	pass(&c, 1);
	STATUS(&c, "e", "rejected");
	REASON(&c, "e", "two alternatives stand equal: the status quo wins");
	STATUS(&c, "f", "rejected");

	/* The head leaves: the issue goes on with the others. */
	propose(&c, "g", NULL);
	ACT(&c, OK, "bob", "propose", "'name':'h','title':'H','against':'~g'");
	ACT(&c, OK, "ann", "withdraw", "'proposal':'~g'");
	STATUS(&c, "g", "withdrawn");
	STATUS(&c, "h", "discussion");
	CHECK_INT(proposal(&c, "h")->issue, proposal(&c, "h")->seq);
	to_poll(&c, "h");
	CHECK_STR(poll(&c, "h/1")->method, "majority");

	/* The head has too few who know its last version; the alternative has not. */
	propose(&c, "i", NULL);
	ACT(&c, OK, "bob", "propose", "'name':'j','title':'J','against':'~i'");
	ACT(&c, OK, "ann", "support", "'proposal':'~i','withdraw':true");
	pass(&c, 50);
	pass(&c, 10);
	STATUS(&c, "i", "returned");
	STATUS(&c, "j", "voting");
	CHECK(poll(&c, "j/1") != NULL);
	ACT(&c, WRONG_PHASE, "ann", "propose", "'name':'k','title':'K','against':'~j'");
	commune_end(&c);
}

/* ---- deciding ---- */

static void
decided(Commune *c, const char *name, const char *votes, const char *status, const char *reason)
{
	propose(c, name, NULL);
	to_poll(c, name);
	decide(c, name, votes);
	STATUS(c, name, status);
	REASON(c, name, reason);
}

static void
test_decide(void)
{
	Commune		c;

	begin(&c, "");
	decided(&c, "a", "yy---", "executed", "accepted");	/* without a plan there is nothing to wait for */
	decided(&c, "b", "y----", "rejected", "not enough of all members are for it");
	decided(&c, "d", "yynn-", "rejected", "not enough of those who voted are for it");
	decided(&c, "e", "yynaa", "executed", "accepted");
	decided(&c, "f", "aaaaa", "rejected", "not enough of those who voted are for it");
	decided(&c, "g", "", "rejected", "not enough of those who voted are for it");
	CHECK_INT(turnout_find(&(Fold){.state = c.state, .charter = charter(&c)})->polls, 6);
	commune_end(&c);

	begin(&c, ",'participation':[4,5],'margin':[2,5]");
	decided(&c, "a", "yyy--", "rejected", "too few took part");
	decided(&c, "b", "yyna-", "rejected", "it is not far enough ahead");
	decided(&c, "d", "yyyn-", "executed", "accepted");
	commune_end(&c);
}

static void
test_delegation(void)
{
	Commune		c;

	begin(&c, ",'override_window':20");
	ACT(&c, OK, "cid", "delegate", "'scope':{},'to':['@ann']");
	ACT(&c, OK, "dan", "delegate", "'scope':{},'to':['@cid']");
	propose(&c, "a", NULL);
	to_poll(&c, "a");
	vote(&c, "a/1", "yn");
	pass(&c, 80);
	ACT(&c, BALLOT_FINAL, "ann", "ballot", "'poll':'#a/1','choice':{'option':2}");
	pass(&c, 20);
	pass(&c, 1);
	CHECK_INT(proposal(&c, "a")->yes, 3);
	CHECK_INT(proposal(&c, "a")->no, 1);
	commune_end(&c);
}

/* ---- late swings ---- */

#define LATE ",'late_window':20,'late_extension':30,'late_max':60"

static void
test_swing(void)
{
	Commune		c;

	begin(&c, LATE);
	propose(&c, "a", NULL);
	to_poll(&c, "a");
	vote(&c, "a/1", "ynn");
	pass(&c, 80);
	CHECK_INT(proposal(&c, "a")->leader, 0);
	vote(&c, "a/1", "-yy");				/* in the late window */
	c.time += SECONDS(19);
	vote(&c, "a/1", "---y");
	c.time += SECONDS(1);
	ADD(&c, OK, "eve", "ballot", "'poll':'#a/1','choice':{'option':2}");	/* the poll is prolonged before the block's acts */
	SEAL(&c);
	STATUS(&c, "a", "voting");
	CHECK_INT(proposal(&c, "a")->prolonged, 1);
	CHECK_INT(poll(&c, "a/1")->closes, c.time + SECONDS(30));
	CHECK(strstr(arena_printf(&c.scratch.arena, "%.*s", (int) entry(&c, 0).n, entry(&c, 0).p).p, "late swing") != NULL);

	/* It swings back: once more. */
	vote(&c, "a/1", "nnn");
	pass(&c, 30);
	CHECK_INT(proposal(&c, "a")->prolonged, 2);
	vote(&c, "a/1", "yyy");
	pass(&c, 30);						/* late_max is used up */
	STATUS(&c, "a", "counting");
	pass(&c, 1);
	STATUS(&c, "a", "executed");
	commune_end(&c);

	/* Nothing changes in the last days: nothing is prolonged. */
	begin(&c, LATE);
	propose(&c, "a", NULL);
	to_poll(&c, "a");
	vote(&c, "a/1", "yy");
	pass(&c, 85);
	vote(&c, "a/1", "--nyy");
	pass(&c, 15);
	STATUS(&c, "a", "counting");
	CHECK_INT(proposal(&c, "a")->prolonged, 0);
	commune_end(&c);

	/* What a late swing decided can still be objected to. */
	begin(&c, LATE ",'objection':25,'objectors_share':[2,5]");
	for (int i = 0; i < 2; i++)
	{
		const char *name = i == 0 ? "a" : "b";

		propose(&c, name, NULL);
		to_poll(&c, name);
		pass(&c, 80);
		vote(&c, i == 0 ? "a/1" : "b/1", "yyy");
		pass(&c, 20);
		pass(&c, 30);
		pass(&c, 1);
		STATUS(&c, name, "objection");
		ACT(&c, OK, "dan", "object", "'proposal':'~%s','text':'Too fast.'", name);
		ACT(&c, NO_CHANGE, "dan", "object", "'proposal':'~%s','text':'Too fast.'", name);
		ACT(&c, NO_CHANGE, "eve", "object", "'proposal':'~%s','withdraw':true", name);
		if (i == 0)
			ACT(&c, OK, "eve", "object", "'proposal':'~a','text':'Too fast.'");
		c.time += SECONDS(25);
		ACT(&c, WRONG_PHASE, "cid", "object", "'proposal':'~%s','text':'Late.'", name);
		STATUS(&c, name, i == 0 ? "rejected" : "executed");
		REASON(&c, name, i == 0 ? "enough members object" : "not enough members object");
	}
	commune_end(&c);
}

/* ---- waiting ---- */

static void
queued(Commune *c, const char *name, const char *plan)
{
	propose(c, name, plan);
	to_poll(c, name);
	decide(c, name, "yyy");
	STATUS(c, name, "queued");
}

static void
test_hold(void)
{
	Commune		c;
	int64_t		decided_at;

	begin(&c, ",'hold_from':[1,5],'hold_to':[3,5],'hold_shortest':60,'hold_longest':100");
	queued(&c, "a", PLAN("a"));
	decided_at = proposal(&c, "a")->decided_at;
	CHECK_INT(proposal(&c, "a")->eta, decided_at + SECONDS(40));
	ACT(&c, OK, "eve", "object", "'proposal':'~a','text':'No.'");
	CHECK_INT(proposal(&c, "a")->eta, decided_at + SECONDS(60));
	ACT(&c, OK, "dan", "object", "'proposal':'~a','text':'No.'");
	CHECK_INT(proposal(&c, "a")->eta, decided_at + SECONDS(80));
	ACT(&c, OK, "dan", "object", "'proposal':'~a','withdraw':true");
	CHECK_INT(proposal(&c, "a")->eta, decided_at + SECONDS(80));	/* only later, never earlier */
	CHECK_INT(proposal(&c, "a")->expires, decided_at + SECONDS(280));
	ACT(&c, OK, "dan", "object", "'proposal':'~a','text':'No.'");
	ACT(&c, OK, "cid", "object", "'proposal':'~a','text':'No.'");

	/* So many object that it is voted on again, and has to pass a higher bar: three quarters. */
	STATUS(&c, "a", "voting");
	CHECK(poll(&c, "a/2") != NULL);
	vote(&c, "a/2", "yyn");
	pass(&c, 100);
	pass(&c, 1);
	STATUS(&c, "a", "rejected");

	queued(&c, "b", PLAN("b"));
	ADD(&c, OK, "eve", "object", "'proposal':'~b','text':'No.'");
	ADD(&c, OK, "dan", "object", "'proposal':'~b','text':'No.'");
	ADD(&c, OK, "cid", "object", "'proposal':'~b','text':'No.'");
	SEAL(&c);
	STATUS(&c, "b", "voting");
	vote(&c, "b/2", "yyyyn");
	pass(&c, 100);
	pass(&c, 1);
	STATUS(&c, "b", "queued");
	ADD(&c, OK, "eve", "object", "'proposal':'~b','text':'No.'");
	ADD(&c, OK, "dan", "object", "'proposal':'~b','text':'No.'");
	ADD(&c, OK, "cid", "object", "'proposal':'~b','text':'No.'");
	SEAL(&c);
	STATUS(&c, "b", "queued");			/* once */
	CHECK_INT(proposal(&c, "b")->eta, proposal(&c, "b")->decided_at + SECONDS(100));
	pass(&c, 100);
	STATUS(&c, "b", "executed");
	commune_end(&c);
}

/* Make bob a guardian, by a decision of a policy that ranks as high as that needs. */
static void
make_guardian(Commune *c)
{
	ACT(c, OK, "ann", "propose", "'name':'guardian','title':'A guardian','policy':'o','plan':[{'do':'office.create','office':'guardian',"
		"'title':'Guardian','days':300},{'do':'office.grant','office':'guardian','member':%lld,'days':300}]",
		(long long) member(c, "bob")->id);
	to_poll(c, "guardian");
	decide(c, "guardian", "yyyyy");
	pass(c, 14 * 86400);
	STATUS(c, "guardian", "executed");
}

#define OFFICES "},'o':{'level':2,'approval':[2,5],'kinds':2," TIMES

static void
test_guard(void)
{
	Commune		c;

	begin(&c, ",'suspend_max':60" OFFICES);
	admit(&c, "fay", "ann");
	queued(&c, "z", PLAN("z"));
	ACT(&c, NOT_A_GUARDIAN, "bob", "guard", "'proposal':'~z','text':'Not yet.'");
	make_guardian(&c);
	queued(&c, "a", PLAN("a"));
	ACT(&c, NOT_A_GUARDIAN, "fay", "guard", "'proposal':'~a','text':'It pays the wrong people.'");
	ACT(&c, BAD_MEMBERS, "bob", "guard", "'proposal':'~a'");
	ACT(&c, OK, "bob", "guard", "'proposal':'~a','text':'It pays the wrong people.'");
	STATUS(&c, "a", "suspended");
	REASON(&c, "a", "It pays the wrong people.");
	pass(&c, 59);
	STATUS(&c, "a", "suspended");
	pass(&c, 1);
	STATUS(&c, "a", "queued");
	ACT(&c, GUARD_SPENT, "bob", "guard", "'proposal':'~a','text':'Again.'");
	pass(&c, 1);
	STATUS(&c, "a", "executed");

	commune_end(&c);

	/* Held up, and then stopped for good by a decision. */
	begin(&c, ",'suspend_max':1000" OFFICES);
	make_guardian(&c);
	queued(&c, "b", PLAN("b"));
	ACT(&c, OK, "bob", "guard", "'proposal':'~b','text':'Wait.'");
	queued(&c, "stop", "[{'do':'proposal.veto','proposal':'b','reason':'It would harm.'}]");
	pass(&c, 40);
	STATUS(&c, "stop", "executed");
	STATUS(&c, "b", "vetoed");
	REASON(&c, "b", "It would harm.");
	pass(&c, 2000);
	CHECK_INT(count_table(&c, REL_RESOLUTION), 0);
	ACT(&c, OK, "ann", "topic", "'topic':'t'");

	/* Vetoing what is not decided fails, is tried again, and expires. */
	queued(&c, "stop2", "[{'do':'proposal.veto','proposal':'b','reason':'Once more.'}]");
	pass(&c, 40);
	STATUS(&c, "stop2", "failed");
	REASON(&c, "stop2", "QC756: the proposal is in another phase");
	CHECK_INT(proposal(&c, "stop2")->attempts, 1);
	pass(&c, 4);
	CHECK_INT(proposal(&c, "stop2")->attempts, 1);
	pass(&c, 1);
	CHECK_INT(proposal(&c, "stop2")->attempts, 2);
	pass(&c, 10);
	CHECK_INT(proposal(&c, "stop2")->attempts, 3);
	pass(&c, 200);
	STATUS(&c, "stop2", "expired");
	commune_end(&c);
}

/* Whatever comes of it, a sealer that was away for a week decides nothing. */
static void
test_asleep(void)
{
	Commune		c;
	int64_t		week = 7 * 86400;

	commune_begin(&c);
	commune_found(&c, "ann bob cid dan eve", 1,
				  ",'policies':{'p':{'level':3,'approval':[2,5],'admission_max':100,'discussion':50,'verification':10,'voting':100,"
				  "'timelock':40,'grace':10000000" LATE "}}");
	propose(&c, "a", PLAN("a"));
	pass(&c, week);
	STATUS(&c, "a", "verification");
	pass(&c, week);
	STATUS(&c, "a", "voting");
	vote(&c, "a/1", "yy");
	c.time += SECONDS(week);

	/* The poll gives the time back that nobody could use; what is sealed now is in time. */
	ADD(&c, OK, "cid", "ballot", "'poll':'#a/1','choice':{'option':2}");
	SEAL(&c);
	STATUS(&c, "a", "voting");
	pass(&c, week);
	pass(&c, week);
	pass(&c, week);
	STATUS(&c, "a", "counting");
	ACT(&c, POLL_CLOSED, "dan", "ballot", "'poll':'#a/1','choice':{'option':2}");
	STATUS(&c, "a", "queued");
	CHECK_INT(proposal(&c, "a")->no, 1);
	pass(&c, week);
	STATUS(&c, "a", "executed");
	commune_end(&c);

	/* What could have been carried out, and was not, expires. */
	begin(&c, "");
	queued(&c, "a", PLAN("a"));
	pass(&c, week);
	STATUS(&c, "a", "expired");
	commune_end(&c);
}

/* ---- other ways to decide ---- */

static void
test_readings(void)
{
	Commune		c;

	begin(&c, ",'readings':2,'reading_gap':500");
	propose(&c, "a", PLAN("a"));
	ACT(&c, WRONG_PHASE, "bob", "propose", "'name':'b','title':'B','against':'~a'");
	to_poll(&c, "a");
	decide(&c, "a", "yyy");
	STATUS(&c, "a", "verification");
	pass(&c, 499);
	STATUS(&c, "a", "verification");
	pass(&c, 1);
	STATUS(&c, "a", "voting");
	vote(&c, "a/2", "yyy");
	pass(&c, 100);
	pass(&c, 1);
	STATUS(&c, "a", "queued");

	/* The second reading counts as much as the first. */
	propose(&c, "d", PLAN("d"));
	to_poll(&c, "d");
	decide(&c, "d", "yyy");
	pass(&c, 500);
	vote(&c, "d/2", "ynn");
	pass(&c, 100);
	pass(&c, 1);
	STATUS(&c, "d", "rejected");
	commune_end(&c);
}

static void
test_optimistic(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob cid dan eve", 1,
				  ",'policies':{'p':{'level':4,'mode':'optimistic','objection':70,'objectors':2,'objectors_share':[2,5],"
				  "'fallback':'q'," TIMES "},'q':{'level':3,'approval':[2,5]," TIMES "}}");
	propose(&c, "a", PLAN("a"));
	pass(&c, 50);
	pass(&c, 10);
	STATUS(&c, "a", "objection");
	ACT(&c, OK, "eve", "object", "'proposal':'~a','text':'No.'");
	pass(&c, 70);
	STATUS(&c, "a", "queued");			/* one is not enough */
	pass(&c, 40);
	STATUS(&c, "a", "executed");

	/* Enough object: it is not dropped, it is voted on, under the policy that was named. */
	propose(&c, "b", PLAN("b"));
	pass(&c, 50);
	pass(&c, 10);
	ADD(&c, OK, "eve", "object", "'proposal':'~b','text':'No.'");
	ADD(&c, OK, "dan", "object", "'proposal':'~b','text':'No.'");
	SEAL(&c);
	STATUS(&c, "b", "objection");
	pass(&c, 70);
	STATUS(&c, "b", "voting");
	decide(&c, "b", "yyynn");
	STATUS(&c, "b", "queued");
	pass(&c, 40);
	STATUS(&c, "b", "executed");
	commune_end(&c);
}

/* Answer a round of consent: a agree, r reservations, s stand aside, 1-9 block for that article. */
static void
answer(Commune *c, const char *poll_name, const char *answers)
{
	static const char *const who[] = {"ann", "bob", "cid", "dan", "eve"};

	for (int i = 0; answers[i] != '\0'; i++)
		if (answers[i] >= '1' && answers[i] <= '9')
			ADD(c, OK, who[i], "ballot", "'poll':'#%s','choice':{'option':4,'principle':%c,'reason':'It breaks it.'}", poll_name, answers[i]);
		else if (answers[i] != '-')
			ADD(c, OK, who[i], "ballot", "'poll':'#%s','choice':{'option':%d}", poll_name,
				answers[i] == 'a' ? 1 : answers[i] == 'r' ? 2 : 3);
	SEAL(c);
	pass(c, 100);
	pass(c, 1);
}

static void
test_consent(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob cid dan eve", 1,
				  ",'policies':{'p':{'level':3,'mode':'consent','approval':[2,5],'rounds':2,'cosigners':2,'stand_aside':[1,5],"
				  "'fallback':'q'," TIMES "},'q':{'level':3,'approval':[2,5]," TIMES "}}");
	propose(&c, "a", PLAN("a"));
	to_poll(&c, "a");
	CHECK_STR(poll(&c, "a/1")->method, "consent");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#a/1','choice':{'option':4}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#a/1','choice':{'option':4,'principle':1}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#a/1','choice':{'option':4,'principle':0,'reason':'x'}");
	ACT(&c, BAD_CHOICE, "ann", "ballot", "'poll':'#a/1','choice':{'option':1,'reason':'x'}");
	ACT(&c, UNKNOWN_OPTION, "ann", "ballot", "'poll':'#a/1','choice':{'option':5}");
	answer(&c, "a/1", "ars14");			/* two block, for different articles: neither is valid */
	STATUS(&c, "a", "queued");
	REASON(&c, "a", "consent");
	CHECK_INT(proposal(&c, "a")->yes, 2);
	CHECK_INT(proposal(&c, "a")->no, 2);

	/* A valid block: another round, in which the author may amend. */
	propose(&c, "b", PLAN("b"));
	to_poll(&c, "b");
	answer(&c, "b/1", "aar33");
	STATUS(&c, "b", "discussion");
	ACT(&c, OK, "ann", "amend", "'proposal':'~b','version':1,'text':'Better.'");
	to_poll(&c, "b");
	answer(&c, "b/2", "aaa-a");
	STATUS(&c, "b", "queued");

	/* Too many stand aside; after the last round the fallback decides. */
	propose(&c, "d", PLAN("d"));
	to_poll(&c, "d");
	answer(&c, "d/1", "aaass");
	STATUS(&c, "d", "discussion");
	to_poll(&c, "d");
	answer(&c, "d/2", "a----");			/* too few agree */
	STATUS(&c, "d", "voting");
	CHECK_STR(poll(&c, "d/3")->method, "majority");
	vote(&c, "d/3", "yyy");
	pass(&c, 100);
	pass(&c, 1);
	STATUS(&c, "d", "queued");
	commune_end(&c);
}

static void
test_curve(void)
{
	Commune		c;

	/* Support falls from all to half, approval from 80 % to 20 %, over the 100 seconds of the poll. */
	begin(&c, ",'quorum':'curve','confirm':10,'approval_curve':{'form':'linear','length':1000000000,'floor':200000000,'ceil':800000000},"
		  "'support_curve':{'form':'linear','length':1000000000,'floor':500000000,'ceil':1000000000}");
	propose(&c, "a", NULL);
	to_poll(&c, "a");
	vote(&c, "a/1", "yy");				/* two of five clear 80 % - 60 % * t from t = 2/3 on */
	for (int i = 0; i < 6; i++)
	{
		pass(&c, 10);
		STATUS(&c, "a", "voting");
		CHECK_INT(proposal(&c, "a")->leader, INT8_NONE);
	}
	CHECK(proposals_are_due(c.state, poll(&c, "a/1")->opened_at + SECONDS(68)));
	pass(&c, 7);
	CHECK_INT(proposal(&c, "a")->leader, proposal(&c, "a")->seq);

	/* It must stay above for ten seconds; ballots against throw it out. */
	vote(&c, "a/1", "--nn");
	pass(&c, 10);
	STATUS(&c, "a", "voting");
	CHECK_INT(proposal(&c, "a")->leader, INT8_NONE);
	vote(&c, "a/1", "--yy");
	pass(&c, 10);
	CHECK_INT(proposal(&c, "a")->leader, proposal(&c, "a")->seq);
	pass(&c, 10);
	STATUS(&c, "a", "voting");
	pass(&c, 1);
	STATUS(&c, "a", "counting");		/* before its time */
	pass(&c, 1);
	STATUS(&c, "a", "executed");
	commune_end(&c);
}

static void
test_dormancy(void)
{
	Commune		c;

	begin(&c, ",'dormancy':[1,2]");
	for (int i = 0; i < 5; i++)
	{
		char		name[2] = {(char) ('a' + i), '\0'};

		propose(&c, name, NULL);
		to_poll(&c, name);
		decide(&c, name, "");
	}

	/* Two of five could decide; in a commune that sleeps they decide only what protects. */
	propose(&c, "pay", "[{'do':'proposal.veto','proposal':'a','reason':'x'},{'do':'proposal.veto','proposal':'b','reason':'x'}]");
	to_poll(&c, "pay");
	decide(&c, "pay", "yy");
	STATUS(&c, "pay", "queued");
	propose(&c, "rule", "[{'do':'proposal.veto','proposal':'d','reason':'x'}]");
	to_poll(&c, "rule");
	decide(&c, "rule", "yy");
	STATUS(&c, "rule", "queued");
	commune_end(&c);
}

/* ---- setting policies ---- */

static void
set_policy(Commune *c, const char *name, const char *body, const char *votes)
{
	char		plan[1000];

	snprintf(plan, sizeof plan, "[{'do':'policy.set','policy':'q','body':%s}]", body);
	propose(c, name, plan);
	to_poll(c, name);
	decide(c, name, votes);
	STATUS(c, name, "queued");
	pass(c, 14 * 86400);
}

#define REPLACED(support, approval) "{'level':3,'support':" support ",'strict':false,'approval':" approval "}"

static void
test_set_policy(void)
{
	Commune		c;

	begin(&c, "");
	commune_end(&c);
	commune_begin(&c);
	commune_found(&c, "ann bob cid dan eve", 1,
				  ",'policies':{'p':{'level':2,'approval':[2,5],'per_member':50," TIMES "},'q':" REPLACED("[3,5]", "[2,5]") "}");

	/* Who raises a bar must clear the new one: three of four are not nine tenths. */
	set_policy(&c, "a", REPLACED("[9,10]", "[2,5]"), "yyyn");
	STATUS(&c, "a", "failed");
	REASON(&c, "a", "QC763: the decision does not clear the bars that it changes");
	CHECK_INT(policy_find(c.state, STR("q"))->version, 1);
	set_policy(&c, "b", REPLACED("[9,10]", "[3,5]"), "yyyy");
	STATUS(&c, "b", "executed");
	CHECK_INT(policy_find(c.state, STR("q"))->version, 2);
	CHECK_INT(policy_find(c.state, STR("q"))->proposal, proposal(&c, "b")->seq);

	/* Who lowers it must clear the old one. */
	set_policy(&c, "d", REPLACED("[2,3]", "[2,5]"), "yyyn");
	STATUS(&c, "d", "failed");
	set_policy(&c, "e", REPLACED("[2,3]", "[1,5]"), "yyy");
	STATUS(&c, "e", "executed");
	CHECK_INT(policy_find(c.state, STR("q"))->version, 3);
	CHECK_INT(count_table(&c, REL_POLICY), 13);

	/* What a proposal was made under stays what it was. */
	set_policy(&c, "f", "{'level':3,'approval':[1,5],'discussion':1}", "yyyyy");
	ACT(&c, OK, "ann", "propose", "'name':'g','title':'G','policy':'q'");
	pass(&c, 1);
	STATUS(&c, "g", "verification");
	set_policy(&c, "h", "{'level':4,'plan':false,'mode':'optimistic','objection':1,'fallback':'nothing'}", "yyyyy");
	STATUS(&c, "h", "failed");
	commune_end(&c);
}

/* ---- plans that are evaluated outside ---- */

static void
test_same_plan(void)
{
	Commune		c;

	begin(&c, "");
	propose(&c, "a", PLAN("x"));
	to_poll(&c, "a");
	decide(&c, "a", "nn");
	STATUS(&c, "a", "rejected");
	ACT(&c, SAME_PLAN, "bob", "propose", "'name':'b','title':'B','policy':'p','plan':%s", PLAN("x"));
	ACT(&c, OK, "bob", "propose", "'name':'b','title':'B','policy':'p','plan':%s", PLAN("xx"));
	ACT(&c, SAME_PLAN, "bob", "amend", "'proposal':'~b','version':1,'plan':%s", PLAN("x"));
	c.time = proposal(&c, "a")->since + SECONDS(999);
	ACT(&c, SAME_PLAN, "cid", "propose", "'name':'d','title':'D','policy':'p','plan':%s", PLAN("x"));
	c.time += SECONDS(1);
	ACT(&c, OK, "cid", "propose", "'name':'d','title':'D','policy':'p','plan':%s", PLAN("x"));
	commune_end(&c);
}

int
main(void)
{
	test_way();
	test_admission();
	test_places();
	test_refused();
	test_policies();
	test_amend();
	test_alternatives();
	test_decide();
	test_delegation();
	test_swing();
	test_hold();
	test_guard();
	test_asleep();
	test_readings();
	test_optimistic();
	test_consent();
	test_curve();
	test_dormancy();
	test_set_policy();
	test_same_plan();
	return check_done("proposal");
}
