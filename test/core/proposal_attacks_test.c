/*
 * proposal_attacks_test.c -- what went wrong elsewhere, tried here, and the rule that stops it; and what must hold of
 * every vote on proposals: the order of ballots, clones, and a sealer that sleeps.
 *
 * Attacks by what an action does (payments, laws, names of persons) are in the tests of actions and laws.
 */
#define _GNU_SOURCE
#include "commune.h"
#include "seeded.h"

#define PLAN(text) "[{'do':'publish','text':'" text "','title':'T'}]"

static Proposal *
proposal(Commune *c, const char *name)
{
	return proposal_find_name(c->state, str_from(name));
}

#define STATUS(c, name, want) CHECK_STR(proposal(c, name)->status, want)

/* A commune with the policies that ship, and some of its own. */
static void
begin(Commune *c, const char *founders, const char *policies)
{
	char		more[2000];

	commune_begin(c);
	snprintf(more, sizeof more, ",'policies':{%s}", policies);
	commune_found(c, founders, 1, more);
}

static void
vote(Commune *c, const char *poll_name, const char *who, int option)
{
	ADD(c, OK, who, "ballot", "'poll':'#%s','choice':{'option':%d}", poll_name, option);
}

#define QUICK "'level':3,'approval':[2,5],'discussion':0,'verification':0,'voting':100"

/* Beanstalk 2022, MakerDAO 2020: power that is borrowed for a moment, and used in that moment. */
static void
test_borrowed_power(void)
{
	Commune		c;

	begin(&c, "ann bob cid", "'p':{" QUICK "}");
	ACT(&c, OK, "ann", "propose", "'name':'a','title':'A','policy':'p','plan':%s", PLAN("x"));
	STATUS(&c, "a", "voting");

	/* Who joins for this poll has no vote in it. */
	admit(&c, "eve", "ann");
	ACT(&c, NOT_IN_ELECTORATE, "eve", "ballot", "'poll':'#a/1','choice':{'option':1}");

	/* Even without a timelock nothing happens in the block that decides. */
	vote(&c, "a/1", "ann", 1);
	vote(&c, "a/1", "bob", 1);
	SEAL(&c);
	pass(&c, 100);
	pass(&c, 0);
	STATUS(&c, "a", "queued");
	CHECK_INT(count_table(&c, REL_RESOLUTION), 0);
	CHECK(proposal(&c, "a")->eta > proposal(&c, "a")->decided_at);
	pass(&c, 1);
	STATUS(&c, "a", "executed");

	/* The quick way out is for what protects. */
	ACT(&c, POLICY_TOO_LOW, "ann", "propose",
		"'name':'b','title':'B','policy':'urgent','plan':[{'do':'proposal.veto','proposal':'a','reason':'x'}]");
	ACT(&c, OK, "ann", "propose", "'name':'b','title':'B','policy':'urgent','plan':%s", PLAN("y"));
	commune_end(&c);
}

/* Build Finance 2022: one holder alone, while nobody looks. */
static void
test_alone(void)
{
	Commune		c;

	begin(&c, "ann bob cid", "'p':{" QUICK "}");
	ACT(&c, OK, "ann", "propose", "'name':'a','title':'A','policy':'p','plan':%s", PLAN("x"));
	vote(&c, "a/1", "ann", 1);
	SEAL(&c);
	pass(&c, 100);
	pass(&c, 1);
	STATUS(&c, "a", "rejected");
	commune_end(&c);
}

/* Tornado Cash 2023: what is carried out is not what was read. */
static void
test_other_plan(void)
{
	Commune		c;
	Str			manifest;

	begin(&c, "ann bob cid", "'p':{'level':3,'approval':[2,5],'discussion':10,'verification':10,'voting':100}");
	ACT(&c, OK, "ann", "propose", "'name':'a','title':'A','policy':'p','plan':%s", PLAN("x"));
	pass(&c, 10);
	ACT(&c, WRONG_PHASE, "ann", "amend", "'proposal':'~a','version':1,'plan':%s", PLAN("y"));
	pass(&c, 10);
	manifest = entry(&c, c.out.nentries - 1);
	CHECK(memmem(manifest.p, manifest.n, "\"plan\":\"", 8) != NULL && memmem(manifest.p, manifest.n, "\"policy\":\"", 10) != NULL);
	ACT(&c, WRONG_PHASE, "ann", "amend", "'proposal':'~a','version':1,'plan':%s", PLAN("y"));
	commune_end(&c);
}

/* Compound 289, 2024: the third try, at a weekend, in the last hours. */
static void
test_weekend(void)
{
	Commune		c;
	int64_t		friday = INT64_C(1767366000);	/* 2026-01-02 15:00 UTC */

	begin(&c, "ann bob cid dan eve", "'p':{'level':3,'approval':[2,5],'discussion':0,'verification':0,'voting':86400,'working_days':2,"
		  "'late_window':3600,'late_extension':7200,'late_max':7200,'cooldown':100000}");
	c.time = SECONDS(friday);
	ACT(&c, OK, "ann", "propose", "'name':'a','title':'A','policy':'p','plan':%s", PLAN("x"));

	/* Saturday and Sunday do not count: until Wednesday, 15:00. */
	CHECK_INT(poll(&c, "a/1")->closes, SECONDS(friday + 5 * 86400));
	for (int day = 0; day < 5; day++)
		for (int minute = 0; minute < 86400 - (day == 4) * 3600; minute += 3600)
			pass(&c, 3600);
	vote(&c, "a/1", "ann", 1);
	vote(&c, "a/1", "bob", 1);
	SEAL(&c);
	while (str_is(proposal(&c, "a")->status, "voting") && proposal(&c, "a")->prolonged == 0)
		pass(&c, 100);
	CHECK_INT(proposal(&c, "a")->prolonged, 1);
	vote(&c, "a/1", "cid", 2);
	vote(&c, "a/1", "dan", 2);
	vote(&c, "a/1", "eve", 2);
	SEAL(&c);
	while (!str_is(proposal(&c, "a")->status, "rejected"))
		pass(&c, 100);
	ACT(&c, SAME_PLAN, "ann", "propose", "'name':'b','title':'A once more','policy':'p','plan':%s", PLAN("x"));
	commune_end(&c);
}

/* Synthetify 2023: many look-alikes, of which one passes unseen in a commune that sleeps. */
static void
test_flood(void)
{
	Commune		c;

	begin(&c, "ann bob cid", "'p':{" QUICK ",'per_member':2,'slots':2}");
	ACT(&c, OK, "ann", "propose", "'name':'a','title':'A','policy':'p','plan':%s", PLAN("a"));
	ACT(&c, OK, "ann", "propose", "'name':'b','title':'A','policy':'p','plan':%s", PLAN("b"));
	ACT(&c, TOO_MANY_PROPOSALS, "ann", "propose", "'name':'d','title':'A','policy':'p','plan':%s", PLAN("d"));
	ACT(&c, OK, "bob", "propose", "'name':'d','title':'A','policy':'p','plan':%s", PLAN("d"));
	STATUS(&c, "d", "admission");		/* both places are taken */
	ACT(&c, SAME_PLAN, "cid", "propose", "'name':'e','title':'E','policy':'p','plan':%s", PLAN("d"));
	commune_end(&c);
}

/* Lazy Summer 2026: among harmless actions one that is not. */
static void
test_hidden(void)
{
	Commune		c;

	begin(&c, "ann bob cid", "'p':{" QUICK ",'kinds':5},'q':{" QUICK "}");
	ACT(&c, POLICY_TOO_LOW, "ann", "propose", "'name':'a','title':'A','policy':'p','plan':[{'do':'publish','title':'x'},"
		"{'do':'publish','title':'y'},{'do':'policy.set','policy':'p','body':{'level':3,'approval':[1,100]}}]");
	ACT(&c, POLICY_TOO_LOW, "ann", "propose", "'name':'a','title':'A','policy':'q','plan':[{'do':'publish','title':'x'},"
		"{'do':'proposal.veto','proposal':'b','reason':'x'}]");
	commune_end(&c);
}

/* Cosmos 19397: one "no" that stops an optimistic proposal. */
static void
test_one_no(void)
{
	Commune		c;

	begin(&c, "ann bob cid dan", "'p':{'level':4,'mode':'optimistic','objection':100,'objectors':2,'fallback':'law','discussion':0,"
		  "'verification':0}");
	ACT(&c, OK, "ann", "propose", "'name':'a','title':'A','policy':'p','plan':%s", PLAN("x"));
	STATUS(&c, "a", "objection");
	ACT(&c, OK, "dan", "object", "'proposal':'~a','text':'No.'");
	ACT(&c, NO_CHANGE, "dan", "object", "'proposal':'~a','text':'No, no.'");
	pass(&c, 100);
	STATUS(&c, "a", "queued");
	commune_end(&c);
}

/* LiquidFeedback: two voters and two initiatives, and a poll that never closes. */
static void
test_tie(void)
{
	static const char *const methods[] = {"schulze", "ranked_pairs", "copeland", "minimax", "irv"};

	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
	{
		Commune		c;
		char		policies[300];

		snprintf(policies, sizeof policies, "'p':{'level':4,'discussion':10,'verification':0,'voting':100,'method':'%s'}", methods[i]);
		begin(&c, "ann bob", policies);
		ACT(&c, OK, "ann", "propose", "'name':'a','title':'A','policy':'p'");
		ACT(&c, OK, "bob", "propose", "'name':'b','title':'B','against':'~a'");
		pass(&c, 10);
		ADD(&c, OK, "ann", "ballot", "'poll':'#a/1','choice':{'ranking':'1>2>3'}");
		ADD(&c, OK, "bob", "ballot", "'poll':'#a/1','choice':{'ranking':'2>1>3'}");
		SEAL(&c);
		pass(&c, 100);
		pass(&c, 1);
		CHECK(proposal_has_ended(proposal(&c, "a")) && proposal_has_ended(proposal(&c, "b")));
		commune_end(&c);
	}
}

/* ---- what holds of every vote */

#define VOTERS 7

static const char *const voters[VOTERS] = {"ann", "bob", "cid", "dan", "eve", "fay", "gil"};

/* A vote on three alternatives, by ballots in an order; returns the winner's name. */
static Str
outcome_of(Commune *c, const char *const ballots[VOTERS], const int order[VOTERS], bool clone, bool asleep)
{
	static const char *const names[] = {"a", "b", "d", "e"};
	Str			winner = STR("status quo");

	begin(c, "ann bob cid dan eve fay gil",
		  "'p':{'level':4,'discussion':10,'verification':0,'voting':1000,'approval':[1,7]}");
	ACT(c, OK, "ann", "propose", "'name':'a','title':'A','policy':'p'");
	ACT(c, OK, "bob", "propose", "'name':'b','title':'B','against':'~a'");
	ACT(c, OK, "cid", "propose", "'name':'d','title':'D','against':'~a'");
	if (clone)
		ACT(c, OK, "dan", "propose", "'name':'e','title':'E','against':'~a'");
	pass(c, asleep ? 7 * 86400 : 10);
	for (int i = 0; i < VOTERS; i++)
	{
		ADD(c, OK, voters[order[i]], "ballot", "'poll':'#a/1','choice':{'ranking':'%s'}", ballots[order[i]]);
		if (asleep)
			pass(c, 130);
	}
	SEAL(c);
	for (int i = 0; i < 20 && str_is(proposal(c, "a")->status, "voting"); i++)
		pass(c, asleep ? 7 * 86400 : 1000);
	pass(c, 1);
	for (int i = 0; i < 3 + clone; i++)
		if (str_is(proposal(c, names[i])->status, "executed"))
			winner = proposal(c, names[i])->name;
	return winner;
}

/* A random ranking of three alternatives and the status quo (4); with a clone, the fourth alternative right behind the third. */
static void
random_ballot(char out[2][40])
{
	int			option[4] = {1, 2, 3, 4};

	for (int i = 3; i > 0; i--)
	{
		int			j = (int) seeded_below((uint32_t) i + 1);
		int			kept = option[i];

		option[i] = option[j];
		option[j] = kept;
	}
	out[0][0] = out[1][0] = '\0';
	for (int i = 0; i < 4; i++)
	{
		const char *sign = i == 0 ? "" : ">";
		size_t		n = strlen(out[0]);
		size_t		m = strlen(out[1]);

		snprintf(out[0] + n, 40 - n, "%s%d", sign, option[i]);
		snprintf(out[1] + m, 40 - m, option[i] == 3 ? "%s3>4" : option[i] == 4 ? "%s5" : "%s%d", sign, option[i]);
	}
}

static void
test_properties(void)
{
	int			decided = 0;

	for (int trial = 0; trial < 12; trial++)
	{
		char		text[VOTERS][2][40];
		const char *ballots[VOTERS];
		const char *cloned[VOTERS];
		int			straight[VOTERS];
		int			turned[VOTERS];
		Commune		c[4];
		Str			plain;

		for (int i = 0; i < VOTERS; i++)
		{
			random_ballot(text[i]);
			ballots[i] = text[i][0];
			cloned[i] = text[i][1];
			straight[i] = i;
			turned[i] = (i * 3 + trial) % VOTERS;
		}
		plain = outcome_of(&c[0], ballots, straight, false, false);
		decided += !str_is(plain, "status quo");

		/* The order of ballots, and a sealer that sleeps, change nothing. */
		CHECK(str_eq(outcome_of(&c[1], ballots, turned, false, false), plain));
		CHECK(str_eq(outcome_of(&c[2], ballots, straight, false, true), plain));

		/* A clone right behind its original changes the winner for nobody else. */
		CHECK(str_eq(outcome_of(&c[3], cloned, straight, true, false), plain));
		for (int i = 0; i < 4; i++)
			commune_free(&c[i]);
	}
	CHECK(decided > 2);
}

int
main(void)
{
	test_borrowed_power();
	test_alone();
	test_other_plan();
	test_weekend();
	test_flood();
	test_hidden();
	test_one_no();
	test_tie();
	test_properties();
	return check_done("proposal_attacks");
}
