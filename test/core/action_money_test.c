/*
 * action_money_test.c -- accounts: what is issued, what is paid, and that nothing is lost, made or taken.
 */
#include "deciding.h"
#include "seeded.h"

#include "action/parameter.h"

static Commune c;

static void
begin(void)
{
	commune_begin(&c);
	commune_found(&c, "ann bob cid", 1, "");
}

static int64_t
balance(const char *name)
{
	const Account *account;
	char		did[DID_TEXT_MAX];
	Str			text = str_from(name);

	if (strchr(name, '.') == NULL)
		text = (Str){did, did_print(did, &person(&c, name)->did)};
	account = account_find(c.state, text);
	return account != NULL ? account->balance : -1;
}

static void
test_issue(void)
{
	begin();
	PLAN(&c, LEVEL_TOO_LOW, LEVEL_LAW, "{'do':'issue','amount':100,'reason':'to begin'}");
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'issue','amount':100,'reason':'to begin'}");
	CHECK_INT(balance("treasury.general"), 100);
	CHECK_INT(issued_total(c.state), 100);
	PLAN(&c, NO_SUCH_ACCOUNT, LEVEL_ORGANIC, "{'do':'issue','amount':1,'reason':'x','to':'treasury.other'}");
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'account.open','account':'treasury.other'},{'do':'issue','amount':11,'reason':'x','to':'treasury.other'}");
	PLAN(&c, ACCOUNT_EXISTS, LEVEL_ORGANIC, "{'do':'account.open','account':'treasury.other'}");
	CHECK_INT(balance("treasury.other"), 11);
	CHECK_INT(issued_total(c.state), 111);

	/* Money is never issued to a person: it is paid to him, for a reason, from what is everybody's. */
	PLAN(&c, BAD_ACTION, LEVEL_ORGANIC, "{'do':'issue','amount':1,'reason':'x','to':'@ann'}");

	/* All that was ever issued stays within the numbers that are exact everywhere. */
	PLAN(&c, TOO_MUCH_ISSUED, LEVEL_ORGANIC, "{'do':'issue','amount':9007199254740991,'reason':'x'}");
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'issue','amount':9007199254740880,'reason':'x'}");
	PLAN(&c, TOO_MUCH_ISSUED, LEVEL_ORGANIC, "{'do':'issue','amount':1,'reason':'x'}");
	commune_free(&c);
}

/* The limit of a year counts what was issued in it, and begins afresh with the next, on 1 January UTC. */
static void
test_year(void)
{
	begin();
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'param.set','name':'issue.per_year','value':50,'type':'amount'},{'do':'issue','amount':30,'reason':'a'}");
	PLAN(&c, TOO_MUCH_ISSUED, LEVEL_ORGANIC, "{'do':'issue','amount':21,'reason':'b'}");
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'issue','amount':20,'reason':'b'}");
	PLAN(&c, TOO_MUCH_ISSUED, LEVEL_ORGANIC, "{'do':'issue','amount':1,'reason':'c'}");
	c.time = INT64_C(1798761599) * USECS_PER_SECOND;	/* 2026-12-31 23:59:59 */
	PLAN(&c, TOO_MUCH_ISSUED, LEVEL_ORGANIC, "{'do':'issue','amount':1,'reason':'c'}");
	c.time += SECONDS(1);
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'issue','amount':50,'reason':'c'}");
	c.time = INT64_C(1835395200) * USECS_PER_SECOND;	/* 2028-02-29 */
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'issue','amount':50,'reason':'d'}");
	CHECK_INT(issued_total(c.state), 150);
	CHECK(state_find(c.state, ISSUANCE_BY_YEAR, &(Issuance){.year = 2026}) != NULL);
	CHECK(state_find(c.state, ISSUANCE_BY_YEAR, &(Issuance){.year = 2027}) != NULL);
	CHECK(state_find(c.state, ISSUANCE_BY_YEAR, &(Issuance){.year = 2028}) != NULL);
	commune_free(&c);
}

static void
test_pay(void)
{
	begin();
	PLAN(&c, NO_SUCH_ACCOUNT, LEVEL_LAW, "{'do':'pay','amount':1,'member':1,'reason':'x'}");
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'issue','amount':100,'reason':'to begin'}");
	PLAN(&c, LEVEL_TOO_LOW, LEVEL_REGULATION, "{'do':'pay','amount':1,'member':1,'reason':'x'}");
	PLAN(&c, OK, LEVEL_LAW, "{'do':'pay','amount':5,'member':1,'reason':'wells'}");
	PLAN(&c, OK, LEVEL_LAW, "{'do':'pay','amount':7,'to':'@ann','reason':'wells'}");
	CHECK_INT(balance("ann"), 12);
	CHECK_INT(balance("treasury.general"), 88);
	PLAN(&c, NOT_COVERED, LEVEL_LAW, "{'do':'pay','amount':89,'member':2,'reason':'x'}");
	CHECK_INT(balance("bob"), -1);
	PLAN(&c, OK, LEVEL_LAW, "{'do':'pay','amount':88,'member':2,'reason':'x'}");
	CHECK_INT(balance("treasury.general"), 0);

	/* Whom: one that there is, and one only. */
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'issue','amount':10,'reason':'x'}");
	PLAN(&c, BAD_ACTION, LEVEL_LAW, "{'do':'pay','amount':1,'reason':'x'}");
	PLAN(&c, BAD_ACTION, LEVEL_LAW, "{'do':'pay','amount':1,'member':1,'to':'@ann','reason':'x'}");
	PLAN(&c, NO_SUCH_PERSON, LEVEL_LAW, "{'do':'pay','amount':1,'member':99,'reason':'x'}");
	PLAN(&c, NO_SUCH_ACCOUNT, LEVEL_LAW, "{'do':'pay','amount':1,'to':'@nobody','reason':'x'}");
	PLAN(&c, NOTHING_TO_DO, LEVEL_LAW, "{'do':'pay','amount':1,'to':'treasury.general','reason':'x'}");
	PLAN(&c, BAD_ACTION, LEVEL_LAW, "{'do':'pay','amount':0,'member':1,'reason':'x'}");
	PLAN(&c, BAD_ACTION, LEVEL_LAW, "{'do':'pay','amount':-5,'member':1,'reason':'x'}");
	commune_free(&c);
}

/* Two payments that the account covers one by one but not together: neither happens. */
static void
test_all_or_nothing(void)
{
	begin();
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'issue','amount':100,'reason':'to begin'}");
	PLAN(&c, NOT_COVERED, LEVEL_LAW, "{'do':'publish','title':'Paid'},{'do':'pay','amount':60,'member':1,'reason':'x'},"
		 "{'do':'pay','amount':60,'member':2,'reason':'x'}");
	CHECK_INT(deciding_fault.at, 2);
	CHECK(strncmp(deciding_fault.detail, "Action 3 (pay): ", 16) == 0);
	CHECK_INT(balance("treasury.general"), 100);
	CHECK_INT(balance("ann"), -1);

	/* What an action before has brought can be spent. */
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'issue','amount':20,'reason':'x'},{'do':'pay','amount':120,'member':1,'reason':'x'}");
	CHECK_INT(balance("ann"), 120);
	commune_free(&c);
}

/* Juno 16 and 20: a majority took one person's tokens.  No decision, no law and no rank takes from a person's account. */
static void
test_juno(void)
{
	begin();
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'issue','amount':100,'reason':'x'},{'do':'pay','amount':50,'member':1,'reason':'x'}");
	for (int level = LEVEL_CONSTITUTION; level <= LEVEL_LAW; level++)
		PLAN(&c, TAKES_FROM_PERSON, level, "{'do':'pay','amount':50,'from':'@ann','to':'treasury.general','reason':'confiscated'}");
	BY_LAW(&c, LAW_ACTION, "treasury.general", "{'do':'pay','amount':50,'from':'@ann','to':'treasury.general','reason':'a tax'}");
	CHECK_INT(balance("ann"), 50);
	commune_free(&c);
}

/* A law pays from the account that it was given, and from no other. */
static void
test_by_law(void)
{
	begin();
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'issue','amount':100,'reason':'x'},{'do':'account.open','account':'fund.wells'},"
		 "{'do':'pay','amount':40,'to':'fund.wells','reason':'x'}");
	BY_LAW(&c, OK, "fund.wells", "{'do':'pay','amount':10,'member':1,'reason':'x'}");
	CHECK_INT(balance("fund.wells"), 30);
	BY_LAW(&c, NOT_COVERED, "fund.wells", "{'do':'pay','amount':31,'member':1,'reason':'x'}");
	BY_LAW(&c, LAW_ACTION, "fund.wells", "{'do':'pay','amount':10,'member':1,'from':'treasury.general','reason':'x'}");
	decide(&c, CODE_LAW_ACTION, __LINE__, (Doing){.level = LEVEL_LAW, .law = 1}, "{'do':'pay','amount':1,'member':1,'reason':'x'}");
	CHECK_INT(balance("treasury.general"), 60);
	commune_free(&c);
}

/* Tornado's look-alike address: who is paid for the first time waits longer, and the sentence says so. */
static void
test_first_payment(void)
{
	Plan		plan;
	Fault		fault;

	begin();
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'issue','amount':100,'reason':'x'}");
	CHECK(deciding_read(&plan, &c, c.state, "{'do':'pay','amount':5,'member':1,'reason':'wells'}", &fault) == CODE_OK);
	CHECK(plan.timelock == DAYS(7) && plan.level == LEVEL_LAW);
	CHECK(strstr(sentence(&c, "{'do':'pay','amount':5,'member':1,'reason':'wells'}").p, ": wells (the first payment into this account)") != NULL);
	PLAN(&c, OK, LEVEL_LAW, "{'do':'pay','amount':5,'member':1,'reason':'wells'}");
	CHECK(deciding_read(&plan, &c, c.state, "{'do':'pay','amount':5,'member':1,'reason':'wells'}", &fault) == CODE_OK);
	CHECK(plan.timelock == DAYS(3));
	CHECK(deciding_read(&plan, &c, c.state, "{'do':'pay','amount':5,'to':'@ann','reason':'wells'}", &fault) == CODE_OK);
	CHECK(plan.timelock == DAYS(3));
	CHECK_STR(sentence(&c, "{'do':'pay','amount':5,'from':'treasury.general','to':'fund','reason':'wells'}"),
			  "Pay 5 from treasury.general to fund: wells (the first payment into this account)");
	CHECK(deciding_read(&plan, &c, c.state, "{'do':'issue','amount':5,'reason':'x'},{'do':'publish','title':'x'}", &fault) == CODE_OK);
	CHECK(plan.timelock == DAYS(14) && plan.level == LEVEL_ORGANIC && plan.kinds == 2);		/* irreversible: twice seven */
	commune_free(&c);
}

/* Plans at random: whatever becomes of them, the invariants of money hold after each. */
static void
test_random(void)
{
	begin();
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'account.open','account':'fund'},{'do':'issue','amount':1000,'reason':'x'}");
	for (int step = 0; step < 40; step++)
	{
		Buf			plan;

		buf_init(&plan, &c.forever.arena);
		for (uint32_t n = 1 + seeded_below(4); n > 0; n--)
		{
			buf_text(&plan, plan.n > 0 ? "," : "");
			if (seeded_below(8) == 0)
				buf_str(&plan, arena_printf(&c.forever.arena, "{'do':'issue','amount':%u,'reason':'x'}", 1 + seeded_below(300)));
			else
				buf_str(&plan, arena_printf(&c.forever.arena, "{'do':'pay','amount':%u,'from':'%s',%s,'reason':'x'}", 1 + seeded_below(200),
											seeded_below(3) ? "treasury.general" : "fund",
											seeded_below(3) ? "'to':'fund'" : seeded_below(2) ? "'to':'@ann'" : "'member':2"));
		}
		decide(&c, ANY_CODE, __LINE__, (Doing){.level = LEVEL_ORGANIC, .proposal = 7}, "%.*s", (int) plan.n, plan.p);
	}
	CHECK(balance("ann") > 0 && balance("bob") > 0);
	commune_free(&c);
}

int
main(void)
{
	test_issue();
	test_year();
	test_pay();
	test_all_or_nothing();
	test_juno();
	test_by_law();
	test_first_payment();
	test_random();
	return check_done("action money");
}
