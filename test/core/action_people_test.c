/*
 * action_people_test.c -- what decisions do about people: admission, suspension, offices; and what they cannot do.
 */
#include "deciding.h"

#include "action/office.h"
#include "action/standing.h"

static Commune c;

static void
begin(void)
{
	commune_begin(&c);
	commune_found(&c, "ann bob cid", 2, "");
}

static long long
in_days(int64_t days)
{
	return (long long) (c.time / USECS_PER_SECOND + days * 86400);
}

/* ---- admission ---- */

static void
test_admit(void)
{
	begin();
	PLAN(&c, LEVEL_TOO_LOW, LEVEL_REGULATION, "{'do':'member.admit','did':'@dan'}");
	PLAN(&c, OK, LEVEL_LAW, "{'do':'member.admit','did':'@dan'}");
	CHECK(is_member(member(&c, "dan")));
	CHECK_INT(charter(&c)->members, 4);
	PLAN(&c, NOTHING_TO_DO, LEVEL_LAW, "{'do':'member.admit','did':'@dan'}");
	PLAN(&c, BAD_ACTION, LEVEL_LAW, "{'do':'member.admit','did':'did:web:x'}");

	/* Candidates, with a vouch and without: the count of those who wait is right. */
	commune_free(&c);
	begin();
	ACT(&c, OK, "eve", "join", "%s", "");
	ACT(&c, OK, "fay", "join", "%s", "");
	ACT(&c, OK, "ann", "vouch", "'member':'@fay'");
	CHECK_INT(charter(&c)->pending, 1);
	PLAN(&c, OK, LEVEL_LAW, "{'do':'member.admit','did':'@eve'},{'do':'member.admit','did':'@fay'}");
	CHECK_INT(charter(&c)->pending, 0);
	CHECK(is_member(member(&c, "eve")) && is_member(member(&c, "fay")));
	commune_free(&c);
}

/* ---- suspension ---- */

/* A suspended member does nothing but leave, and is in no electorate that is fixed meanwhile. */
static void
test_suspend(void)
{
	Suspension *s;

	begin();
	ACT(&c, OK, "ann", "poll", "'name':'before','title':'?','options':['a','b'],'method':'majority','opens':1,'closes':%lld", in_days(60));
	ACT(&c, OK, "bob", "ballot", "'poll':'#before','choice':{'option':1}");
	ACT(&c, OK, "cid", "delegate", "'scope':{},'to':['@bob']");
	PLAN(&c, OK, LEVEL_LAW, "{'do':'member.suspend','member':2,'until':%lld,'reference':'case 1','reason':'x'}", in_days(30));
	s = suspension_find(c.state, 2);
	CHECK(s != NULL && s->ends_at == c.time + DAYS(30) && s->proposal == 7);
	CHECK_STR(member(&c, "bob")->status, "suspended");
	CHECK_INT(charter(&c)->members, 2);

	ACT(&c, SUSPENDED, "bob", "ballot", "'poll':'#before','choice':{'option':2}");
	ACT(&c, SUSPENDED, "bob", "poll", "'name':'mine','title':'?','options':['a','b'],'method':'majority','opens':1,'closes':%lld", in_days(10));
	ACT(&c, SUSPENDED, "bob", "vouch", "'member':'@dan'");
	ACT(&c, SUSPENDED, "bob", "topic", "'topic':'mine'");
	ACT(&c, SUSPENDED, "bob", "delegate", "'scope':{},'to':['@ann']");
	ACT(&c, SUSPENDED, "bob", "join", "%s", "");

	/* Who opened while he was out counts without him, and nobody speaks through him. */
	ACT(&c, OK, "ann", "poll", "'name':'during','title':'?','options':['a','b'],'method':'majority','opens':1,'closes':%lld", in_days(60));
	CHECK_INT(poll(&c, "before")->electorate, 3);
	CHECK_INT(poll(&c, "during")->electorate, 2);

	/* It ends by itself, with the first block at or after; then he may do everything again, in what opens from then on. */
	c.time += DAYS(30) - 1;
	SEAL(&c);
	CHECK(!is_member(member(&c, "bob")));
	CHECK(!standing_is_due(c.state, c.time));
	c.time += 1;
	CHECK(standing_is_due(c.state, c.time));
	CHECK(fold_is_due(c.state, c.time, c.previous_time));
	SEAL(&c);
	CHECK_STR(entry(&c, 0), "{\"entry\":\"restored\",\"member\":2}");
	CHECK(is_member(member(&c, "bob")));
	CHECK_INT(charter(&c)->members, 3);
	CHECK(suspension_find(c.state, 2) == NULL);
	ACT(&c, NOT_IN_ELECTORATE, "bob", "ballot", "'poll':'#during','choice':{'option':2}");
	ACT(&c, OK, "bob", "topic", "'topic':'mine'");
	commune_free(&c);
}

/* Who may be suspended, for how long, how often: a chain of suspensions would be an expulsion. */
static void
test_suspend_bounds(void)
{
	begin();
	PLAN(&c, LEVEL_TOO_LOW, LEVEL_REGULATION, "{'do':'member.suspend','member':2,'until':%lld,'reference':'case 1','reason':'x'}", in_days(30));
	PLAN(&c, UNBOUNDED, LEVEL_LAW, "{'do':'member.suspend','member':2,'until':%lld,'reference':'case 1','reason':'x'}", in_days(91));
	PLAN(&c, UNBOUNDED, LEVEL_LAW, "{'do':'member.suspend','member':2,'until':%lld,'reference':'case 1','reason':'x'}", in_days(0));
	PLAN(&c, BAD_ACTION, LEVEL_LAW, "{'do':'member.suspend','member':2,'until':%lld,'reason':'x'}", in_days(1));
	PLAN(&c, NO_SUCH_PERSON, LEVEL_LAW, "{'do':'member.suspend','member':9,'until':%lld,'reference':'case 1','reason':'x'}", in_days(1));

	/* Laws hold for all: none suspends a person. */
	BY_LAW(&c, NAMES_PERSON, "treasury.general", "{'do':'member.suspend','member':2,'until':%lld,'reference':'case 1','reason':'x'}", in_days(1));
	PLAN(&c, OK, LEVEL_LAW, "{'do':'member.suspend','member':2,'until':%lld,'reference':'case 1','reason':'x'}", in_days(90));
	PLAN(&c, NOTHING_TO_DO, LEVEL_LAW, "{'do':'member.suspend','member':2,'until':%lld,'reference':'case 2','reason':'x'}", in_days(1));
	PLAN(&c, NOTHING_TO_DO, LEVEL_LAW, "{'do':'member.admit','did':'@bob'}");
	PLAN(&c, OK, LEVEL_REGULATION, "{'do':'member.restore','member':2}");
	CHECK(is_member(member(&c, "bob")));
	PLAN(&c, NOTHING_TO_DO, LEVEL_REGULATION, "{'do':'member.restore','member':2}");
	c.time += DAYS(1);
	PLAN(&c, UNBOUNDED, LEVEL_LAW, "{'do':'member.suspend','member':2,'until':%lld,'reference':'case 1','reason':'x'}", in_days(1));
	PLAN(&c, OK, LEVEL_LAW, "{'do':'member.suspend','member':2,'until':%lld,'reference':'case 2','reason':'x'}", in_days(1));

	/* In one plan: what began with the same entry. */
	PLAN(&c, OK, LEVEL_LAW, "{'do':'member.restore','member':2},{'do':'member.suspend','member':3,'until':%lld,'reference':'case 3','reason':'x'},"
		 "{'do':'member.restore','member':3}", in_days(1));
	CHECK(is_member(member(&c, "bob")) && is_member(member(&c, "cid")));
	PLAN(&c, OK, LEVEL_LAW, "{'do':'member.admit','did':'@gus'},{'do':'member.suspend','member':4,'until':%lld,'reference':'case 4','reason':'x'}",
		 in_days(1));
	CHECK(!is_member(member(&c, "gus")));
	commune_free(&c);
}

/* Leaving is a right, and no way out of a suspension. */
static void
test_leave(void)
{
	begin();
	PLAN(&c, OK, LEVEL_LAW, "{'do':'member.suspend','member':2,'until':%lld,'reference':'case 1','reason':'x'}", in_days(10));
	ACT(&c, OK, "bob", "leave", "%s", "");
	CHECK_STR(member(&c, "bob")->status, "left");
	CHECK_INT(charter(&c)->members, 2);
	ACT(&c, SUSPENDED, "bob", "join", "%s", "");
	c.time += DAYS(10);
	SEAL(&c);
	CHECK_STR(member(&c, "bob")->status, "left");
	CHECK_INT(charter(&c)->members, 2);
	ACT(&c, OK, "bob", "join", "%s", "");
	CHECK(is_member(member(&c, "bob")));		/* a founder */
	commune_free(&c);
}

/* ---- offices ---- */

static void
test_offices(void)
{
	begin();
	CHECK(!office_holds(c.state, GUARDIAN, 1, c.time));
	PLAN(&c, NO_SUCH_OFFICE, LEVEL_ORGANIC, "{'do':'office.grant','office':'guardian','member':1}");
	PLAN(&c, LEVEL_TOO_LOW, LEVEL_LAW, "{'do':'office.create','office':'guardian','title':'Guardian','days':365}");
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'office.create','office':'guardian','title':'Guardian','days':365},"
		 "{'do':'office.grant','office':'guardian','member':1},{'do':'office.grant','office':'guardian','member':2,'days':10}");
	PLAN(&c, OFFICE_EXISTS, LEVEL_ORGANIC, "{'do':'office.create','office':'guardian','title':'Guardian','days':365}");
	CHECK(office_holds(c.state, GUARDIAN, 1, c.time) && office_holds(c.state, GUARDIAN, 2, c.time));
	CHECK(!office_holds(c.state, GUARDIAN, 3, c.time) && !office_holds(c.state, STR("other"), 1, c.time));

	/* A term ends by itself, to the microsecond. */
	CHECK(office_holds(c.state, GUARDIAN, 2, c.time + DAYS(10) - 1));
	CHECK(!office_holds(c.state, GUARDIAN, 2, c.time + DAYS(10)));

	/* Atlantis Loans: nobody keeps a power because nobody took it away.  There is no office for ever. */
	PLAN(&c, UNBOUNDED, LEVEL_CONSTITUTION, "{'do':'office.create','office':'king','title':'King','days':1462}");
	PLAN(&c, UNBOUNDED, LEVEL_CONSTITUTION, "{'do':'office.grant','office':'guardian','member':3,'days':366}");
	PLAN(&c, NOTHING_TO_DO, LEVEL_ORGANIC, "{'do':'office.grant','office':'guardian','member':3},{'do':'office.grant','office':'guardian','member':3}");

	/* Again before the term is over: the new one follows. */
	c.time += DAYS(5);
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'office.grant','office':'guardian','member':2,'days':10}");
	CHECK(office_holds(c.state, GUARDIAN, 2, c.time + DAYS(10) - 1));

	/* Revoked; and what is not held cannot be. */
	PLAN(&c, LEVEL_TOO_LOW, LEVEL_REGULATION, "{'do':'office.revoke','office':'guardian','member':2,'reason':'x'}");
	PLAN(&c, OK, LEVEL_LAW, "{'do':'office.revoke','office':'guardian','member':2,'reason':'x'}");
	CHECK(!office_holds(c.state, GUARDIAN, 2, c.time));
	PLAN(&c, NOTHING_TO_DO, LEVEL_LAW, "{'do':'office.revoke','office':'guardian','member':2,'reason':'x'}");
	c.time += DAYS(400);
	PLAN(&c, NOTHING_TO_DO, LEVEL_LAW, "{'do':'office.revoke','office':'guardian','member':1,'reason':'x'}");
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'office.grant','office':'guardian','member':1}");

	/* Offices are for members. */
	PLAN(&c, OK, LEVEL_LAW, "{'do':'member.suspend','member':3,'until':%lld,'reference':'case 1','reason':'x'}", in_days(10));
	PLAN(&c, NOTHING_TO_DO, LEVEL_ORGANIC, "{'do':'office.grant','office':'guardian','member':3}");
	CHECK_STR(sentence(&c, "{'do':'office.revoke','office':'guardian','member':77,'reason':'x'}"), "Take the office guardian from member 77: x");
	commune_free(&c);
}

int
main(void)
{
	test_admit();
	test_suspend();
	test_suspend_bounds();
	test_leave();
	test_offices();
	return check_done("action people");
}
