/*
 * action_rules_test.c -- parameters, replicas and keys, polls that are opened by decision.
 */
#include "deciding.h"

#include "action/network.h"
#include "action/parameter.h"
#include "register/note.h"

static Commune c;

static void
begin(void)
{
	commune_begin(&c);
	commune_found(&c, "ann bob cid", 2, "");
}

/* ---- parameters ---- */

static int64_t
value_at(const char *name, int64_t time)
{
	int64_t		value = -77;

	(void) parameter_value(&value, c.state, str_from(name), time);
	return value;
}

/* A value is in force from its date on, to the microsecond, and the one before it until then. */
static void
test_dates(void)
{
	long long	now;

	begin();
	now = (long long) (c.time / USECS_PER_SECOND);
	CHECK_INT(value_at("ubi.amount", c.time), -77);
	PLAN(&c, OK, LEVEL_LAW, "{'do':'param.set','name':'ubi.amount','value':100}");
	PLAN(&c, OK, LEVEL_LAW, "{'do':'param.set','name':'ubi.amount','value':120,'from':%lld}", now + 1000);
	PLAN(&c, OK, LEVEL_LAW, "{'do':'param.set','name':'ubi.amount','value':150,'from':%lld}", now + 2000);
	CHECK_INT(value_at("ubi.amount", c.time - 1), -77);
	CHECK_INT(value_at("ubi.amount", c.time), 100);
	CHECK_INT(value_at("ubi.amount", SECONDS(now + 1000) - 1), 100);
	CHECK_INT(value_at("ubi.amount", SECONDS(now + 1000)), 120);
	CHECK_INT(value_at("ubi.amount", SECONDS(now + 99999)), 150);
	CHECK_INT(value_at("ubi.amoun", SECONDS(now + 99999)), -77);

	/* What is not yet in force can be changed; what was in force cannot. */
	PLAN(&c, OK, LEVEL_LAW, "{'do':'param.set','name':'ubi.amount','value':130,'from':%lld}", now + 1000);
	CHECK_INT(value_at("ubi.amount", SECONDS(now + 1000)), 130);
	PLAN(&c, RETROACTIVE, LEVEL_CONSTITUTION, "{'do':'param.set','name':'ubi.amount','value':1,'from':%lld}", now - 1);
	c.time += SECONDS(1500);
	PLAN(&c, RETROACTIVE, LEVEL_CONSTITUTION, "{'do':'param.set','name':'ubi.amount','value':1,'from':%lld}", now + 1000);
	CHECK_INT(value_at("ubi.amount", c.time), 130);
	CHECK_STR(sentence(&c, "{'do':'param.set','name':'ubi.amount','value':1}"), "Set the parameter ubi.amount to 1");
	commune_free(&c);
}

static void
test_ranges(void)
{
	begin();
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'param.set','name':'fee','value':5,'type':'amount','max':10,'level':2}");
	PLAN(&c, LEVEL_TOO_LOW, LEVEL_LAW, "{'do':'param.set','name':'fee','value':6}");
	PLAN(&c, BAD_VALUE, LEVEL_ORGANIC, "{'do':'param.set','name':'fee','value':11}");
	PLAN(&c, BAD_VALUE, LEVEL_ORGANIC, "{'do':'param.set','name':'fee','value':-1}");
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'param.set','name':'fee','value':10}");
	PLAN(&c, PARAMETER_DEFINED, LEVEL_ORGANIC, "{'do':'param.set','name':'fee','value':10,'max':1000}");
	PLAN(&c, PARAMETER_DEFINED, LEVEL_ORGANIC, "{'do':'param.set','name':'fee','value':10,'level':4}");
	PLAN(&c, BAD_VALUE, LEVEL_LAW, "{'do':'param.set','name':'on','value':2,'type':'boolean'}");
	PLAN(&c, OK, LEVEL_LAW, "{'do':'param.set','name':'on','value':1,'type':'boolean'}");
	PLAN(&c, BAD_ACTION, LEVEL_LAW, "{'do':'param.set','name':'x','value':1,'type':'float'}");
	PLAN(&c, BAD_ACTION, LEVEL_LAW, "{'do':'param.set','name':'x','value':1,'min':5,'max':4}");
	PLAN(&c, BAD_ACTION, LEVEL_LAW, "{'do':'param.set','name':'.x','value':1}");
	PLAN(&c, BAD_ACTION, LEVEL_LAW, "{'do':'param.set','name':'x..y','value':1}");
	PLAN(&c, OK, LEVEL_REGULATION, "{'do':'param.set','name':'hours','value':1,'level':4}");
	PLAN(&c, LEVEL_TOO_LOW, LEVEL_REGULATION, "{'do':'param.set','name':'hours2','value':1}");

	/* Membership and the register are no numbers that a decision sets, whatever its rank. */
	PLAN(&c, BEYOND_DECISION, LEVEL_CONSTITUTION, "{'do':'param.set','name':'vouches','value':100}");
	PLAN(&c, BEYOND_DECISION, LEVEL_CONSTITUTION, "{'do':'param.set','name':'register.append','value':0}");
	commune_free(&c);
}

/* ---- replicas and keys ---- */

/* A vkey of a name, whose key is one byte again and again. */
static Str
vkey(const char *name, int byte)
{
	char		bytes[PUBLIC_KEY_SIZE];
	NoteKey		key = {.name = str_from(name), .type = KEY_LOG, .bytes = {bytes, sizeof bytes}};

	memset(bytes, byte, sizeof bytes);
	key.id = note_key_id(key.name, key.type, key.bytes);
	return note_key_print(&c.forever.arena, &key);
}

static void
test_network(void)
{
	Replica    *r;
	TrustedKey *k;
	Str			one;
	Str			two;

	begin();
	PLAN(&c, LEVEL_TOO_LOW, LEVEL_LAW, "{'do':'replica.add','replica':'north','address':'north.example.org'}");
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'replica.add','replica':'north','address':'north.example.org'}");
	PLAN(&c, NOTHING_TO_DO, LEVEL_ORGANIC, "{'do':'replica.add','replica':'north','address':'other.example.org'}");
	r = state_find(c.state, REPLICA_IN_FORCE, &(Replica){.name = STR("north")});
	CHECK(r != NULL && str_is(r->address, "north.example.org") && r->proposal == 7);
	PLAN(&c, NO_SUCH_REPLICA, LEVEL_ORGANIC, "{'do':'replica.remove','replica':'south','reason':'x'}");
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'replica.remove','replica':'north','reason':'x'}");
	PLAN(&c, NO_SUCH_REPLICA, LEVEL_ORGANIC, "{'do':'replica.remove','replica':'north','reason':'x'}");
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'replica.add','replica':'north','address':'other.example.org'}");

	one = vkey("example.org/log", 1);
	two = vkey("example.org/log", 2);
	PLAN(&c, BAD_VKEY, LEVEL_ORGANIC, "{'do':'key.rotate','purpose':'checkpoint','vkey':'example.org/log+00000000+AAAA','reason':'x'}");
	PLAN(&c, BAD_ACTION, LEVEL_ORGANIC, "{'do':'key.rotate','purpose':'door','vkey':'%.*s','reason':'x'}", (int) one.n, one.p);
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'key.rotate','purpose':'checkpoint','vkey':'%.*s','reason':'x'}", (int) one.n, one.p);
	PLAN(&c, NOTHING_TO_DO, LEVEL_ORGANIC, "{'do':'key.rotate','purpose':'checkpoint','vkey':'%.*s','reason':'x'}", (int) one.n, one.p);
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'key.rotate','purpose':'checkpoint','vkey':'%.*s','reason':'y'}", (int) two.n, two.p);
	k = state_find(c.state, TRUSTED_KEY_IN_FORCE, &(TrustedKey){.purpose = STR("checkpoint"), .name = STR("example.org/log")});
	CHECK(k != NULL && str_eq(k->vkey, two));
	PLAN(&c, OK, LEVEL_ORGANIC, "{'do':'key.rotate','purpose':'witness','vkey':'%.*s','reason':'y'}", (int) two.n, two.p);
	commune_free(&c);
}

/* ---- polls ---- */

/* A poll by decision opens, is voted in and closes as others do, and counts against nobody's limit. */
static void
test_poll(void)
{
	Poll	   *p;

	begin();
	PLAN(&c, BAD_ACTION, LEVEL_REGULATION, "{'do':'poll.open','name':'p','title':'?','options':['a','b'],'method':'majority'}");
	PLAN(&c, UNKNOWN_METHOD, LEVEL_REGULATION, "{'do':'poll.open','name':'p','title':'?','options':['a','b'],'method':'lots','days':3}");
	PLAN(&c, NO_SUCH_TOPIC, LEVEL_REGULATION, "{'do':'poll.open','name':'p','title':'?','topic':'t','options':['a','b'],'method':'majority','days':3}");
	PLAN(&c, NOTHING_TO_DO, LEVEL_REGULATION, "{'do':'poll.open','name':'p','title':'?','options':['a','b'],'method':'majority','days':3},"
		 "{'do':'poll.open','name':'q','title':'?','options':['a','b'],'method':'majority','days':3}");
	PLAN(&c, OK, LEVEL_REGULATION, "{'do':'poll.open','name':'p','title':'Which?','options':['a','b'],'method':'majority','days':3,'quorum':[1,2]}");
	PLAN(&c, POLL_EXISTS, LEVEL_REGULATION, "{'do':'poll.open','name':'p','title':'?','options':['a','b'],'method':'majority','days':3}");
	p = poll(&c, "p");
	CHECK(p->seq < 0 && p->author == 0 && p->closes == c.time + DAYS(3) && p->id.n == HASH_SIZE);
	c.time += SECONDS(1);
	SEAL(&c);
	CHECK_STR(poll(&c, "p")->status, "open");
	ACT(&c, OK, "ann", "ballot", "'poll':'#p','choice':{'option':2}");
	ACT(&c, OK, "bob", "ballot", "'poll':'#p','choice':{'option':2}");
	c.time = poll(&c, "p")->closes - SECONDS(10);
	SEAL(&c);
	c.time += SECONDS(10);
	SEAL(&c);
	pass(&c, 1);
	CHECK_STR(poll(&c, "p")->status, "closed");
	CHECK(poll(&c, "p")->result.p != NULL);
	CHECK_INT(member(&c, "ann")->polls, 0);
	commune_free(&c);
}

int
main(void)
{
	test_dates();
	test_ranges();
	test_network();
	test_poll();
	return check_done("action rules");
}
