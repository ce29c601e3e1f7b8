/*
 * delegation_represent_test.c -- who represents whom in a poll: lists of several, delegates who must vote themselves,
 * the override window, and how all of it is explained.
 */
#include "commune.h"
#include "delegation/flow.h"
#include "seeded.h"

#define NOW(c) ((long long) ((c).time / USECS_PER_SECOND))

static void
announce(Commune *c, const char *name, const char *params, int seconds)
{
	ACT(c, OK, "ann", "poll", "'name':'%s','title':'x','options':['a','b'],'method':'approval','params':{%s},'opens':1,'closes':%lld",
		name, params, NOW(*c) + seconds);
}

static void
vote(Commune *c, const char *who, const char *name)
{
	ACT(c, OK, who, "ballot", "'poll':'#%s','choice':{'votes':[1,0]}", name);
}

static void
trust(Commune *c, const char *who, const char *to)
{
	ACT(c, OK, who, "delegate", "'scope':{},'to':[%s]", to);
}

/* What somebody is called. */
static Str
name_of(Commune *c, int64_t id)
{
	const Member *m = member_find_id(c->state, id);

	for (size_t i = 0; i < sizeof c->people / sizeof *c->people; i++)
		for (const Person *p = c->people[i]; p != NULL; p = p->next)
			if (did_cmp(&p->did, &m->did) == 0)
				return p->name;
	return STR("?");
}

/* Write weights: "ann 3, bob 1". */
static Str
weights(Commune *c, const char *name)
{
	Representation r;
	Fault		fault;
	Buf			b;

	buf_init(&b, &c->block.arena);
	if (CHECK(representation_read(&r, &c->block.arena, c->state, poll(c, name), INT64_MAX, &fault) == CODE_OK))
		for (uint32_t v = 0; v < r.graph.n; v++)
		{
			if (r.weight[v] == 0)
				continue;
			if (b.n > 0)
				buf_text(&b, ", ");
			buf_str(&b, name_of(c, r.electorate.id[v]));
			buf_char(&b, ' ');
			buf_int(&b, r.weight[v]);
		}
	return buf_done(&b);
}

/* Write a way: "ann 1 bob not a member; ann 2 cid backup; cid votes", as it was before an index. */
static Str
way_before(Commune *c, const char *name, const char *who, int64_t index)
{
	Representation r;
	Way			way;
	Fault		fault;
	Buf			b;
	Member	   *m = member(c, who);

	buf_init(&b, &c->block.arena);
	if (!CHECK(representation_read(&r, &c->block.arena, c->state, poll(c, name), index, &fault) == CODE_OK))
		return STR("");
	representation_explain(&way, &r, m ? m->id : -1, &c->block.arena);
	for (size_t i = 0; i < way.n; i++)
	{
		const Hop  *hop = &way.hop[i];

		CHECK_INT(hop->hop, i == 0 ? 0 : hop->place == way.hop[i - 1].place ? way.hop[i - 1].hop : way.hop[i - 1].hop + 1);
		if (i > 0)
			buf_text(&b, "; ");
		buf_str(&b, hop->place < 0 ? str_from(who) : name_of(c, r.electorate.id[hop->place]));
		buf_char(&b, ' ');
		if (hop->rank > 0)
		{
			buf_int(&b, hop->rank);
			buf_char(&b, ' ');
			buf_str(&b, name_of(c, hop->trustee));
			buf_char(&b, ' ');
		}
		buf_text(&b, hop->reason);
	}
	return buf_done(&b);
}

#define CHECK_WAY(c, name, who, want) CHECK_STR(way_before(c, name, who, INT64_MAX), want)

/* ---- lists of several ---- */

static void
test_ranked(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob cid dan eve fay gus", 1, "");
	trust(&c, "ann", "'@stranger','@bob','@cid'");
	trust(&c, "bob", "'@dan'");
	trust(&c, "cid", "");
	trust(&c, "eve", "'@fay','@gus'");
	trust(&c, "fay", "'@eve'");
	announce(&c, "p", "", 1000);
	CHECK_WAY(&c, "p", "ann", "ann 1 stranger not a member; ann 2 bob backup; ann 3 cid leads to nobody; bob 1 dan delegates; dan no list");
	CHECK_WAY(&c, "p", "eve", "eve 1 fay delegates; eve 2 gus leads to nobody; fay 1 eve delegates; eve ring");
	CHECK_WAY(&c, "p", "cid", "cid nobody");
	CHECK_WAY(&c, "p", "stranger", "stranger not in the electorate");
	CHECK_WAY(&c, "p", "never named", "never named not in the electorate");
	CHECK_STR(weights(&c, "p"), "");

	/* A backup who votes helps where the first choice leads to nobody. */
	vote(&c, "cid", "p");
	vote(&c, "gus", "p");
	CHECK_STR(weights(&c, "p"), "cid 2, gus 3");
	CHECK_WAY(&c, "p", "ann", "ann 1 stranger not a member; ann 2 bob leads to nobody; ann 3 cid backup; cid votes");
	CHECK_WAY(&c, "p", "fay", "fay 1 eve delegates; eve 1 fay longer way; eve 2 gus backup; gus votes");

	/* Of equal sums the earlier choice: 2 and 1 by bob, 3 by cid. */
	vote(&c, "dan", "p");
	CHECK_STR(weights(&c, "p"), "cid 1, dan 3, gus 3");
	CHECK_WAY(&c, "p", "ann", "ann 1 stranger not a member; ann 2 bob backup; bob 1 dan delegates; dan votes");
	CHECK_WAY(&c, "p", "bob", "bob 1 dan delegates; dan votes");
	CHECK_WAY(&c, "p", "dan", "dan votes");
	commune_end(&c);
}

/* Somebody who left is passed over; he comes again, and so does his rank. */
static void
test_members(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob cid dan", 1, "");
	trust(&c, "ann", "'@bob','@cid'");
	trust(&c, "cid", "'@dan'");
	ACT(&c, OK, "bob", "leave", "%s", "");
	announce(&c, "p", "", 1000);
	vote(&c, "dan", "p");
	CHECK_WAY(&c, "p", "ann", "ann 1 bob not a member; ann 2 cid backup; cid 1 dan delegates; dan votes");
	ACT(&c, OK, "bob", "join", "%s", "");
	announce(&c, "q", "", 1000);
	vote(&c, "dan", "q");
	CHECK_WAY(&c, "q", "ann", "ann 1 bob leads to nobody; ann 2 cid backup; cid 1 dan delegates; dan votes");
	vote(&c, "bob", "q");
	CHECK_WAY(&c, "q", "ann", "ann 1 bob delegates; bob votes");
	CHECK_WAY(&c, "p", "bob", "bob not in the electorate");
	commune_end(&c);
}

static void
test_must_vote(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob cid dan", 1, "");
	ACT(&c, OK, "ann", "delegate", "'scope':{},'to':['@bob','@dan'],'must_vote':[1]");
	ACT(&c, OK, "cid", "delegate", "'scope':{},'to':['@bob'],'must_vote':[1]");
	trust(&c, "bob", "'@cid'");
	announce(&c, "p", "", 1000);
	CHECK_WAY(&c, "p", "ann", "ann 1 bob does not vote; ann 2 dan backup; dan no list");
	vote(&c, "cid", "p");
	CHECK_WAY(&c, "p", "bob", "bob 1 cid delegates; cid votes");
	CHECK_WAY(&c, "p", "ann", "ann 1 bob does not vote; ann 2 dan backup; dan no list");
	CHECK_STR(weights(&c, "p"), "cid 2");
	vote(&c, "bob", "p");
	CHECK_WAY(&c, "p", "ann", "ann 1 bob delegates; bob votes");

	announce(&c, "q", "", 1000);
	CHECK_WAY(&c, "q", "cid", "cid 1 bob does not vote; cid no choice helps");
	CHECK_WAY(&c, "q", "bob", "bob 1 cid delegates; cid 1 bob does not vote; cid no choice helps");
	vote(&c, "dan", "q");
	CHECK_STR(weights(&c, "q"), "dan 2");
	commune_end(&c);
}

/* A list that had expired when the poll opened is as if it were not there, and is named. */
static void
test_expired(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob cid", 1, "");
	ACT(&c, OK, "ann", "topic", "'topic':'water'");
	ACT(&c, OK, "bob", "delegate", "'scope':{'topic':'water'},'to':['@ann'],'until':%lld", NOW(c) + 10);
	ACT(&c, OK, "cid", "delegate", "'scope':{'topic':'water'},'to':['@ann'],'until':%lld", NOW(c) + 10);
	trust(&c, "cid", "'@bob'");
	pass(&c, 10);
	ACT(&c, OK, "ann", "poll", "'name':'p','title':'x','topic':'water','options':['a','b'],'method':'approval','opens':1,'closes':%lld", NOW(c) + 100);
	CHECK_WAY(&c, "p", "bob", "bob expired");
	CHECK_WAY(&c, "p", "cid", "cid 1 bob delegates; bob expired");
	CHECK_WAY(&c, "p", "ann", "ann no list");
	commune_end(&c);
}

/* ---- the override window ---- */

static void
test_window_params(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann", 1, "");
	ACT(&c, BAD_PARAMS, "ann", "poll", "'name':'p','title':'x','options':['a'],'method':'approval','params':{'override_window':0},'opens':%lld,'closes':%lld", NOW(c), NOW(c) + 100);
	ACT(&c, BAD_PARAMS, "ann", "poll", "'name':'p','title':'x','options':['a'],'method':'approval','params':{'override_window':'1'},'opens':%lld,'closes':%lld", NOW(c), NOW(c) + 100);
	ACT(&c, BAD_PARAMS, "ann", "poll", "'name':'p','title':'x','options':['a'],'method':'approval','params':{'override_window':100},'opens':%lld,'closes':%lld", NOW(c), NOW(c) + 100);
	ACT(&c, BAD_PARAMS, "ann", "poll", "'name':'p','title':'x','options':['a'],'method':'approval','params':{'override_window':253402300800},'opens':%lld,'closes':%lld", NOW(c), NOW(c) + 100);
	ACT(&c, OK, "ann", "poll", "'name':'p','title':'x','options':['a'],'method':'majority','params':{'override_window':99},'opens':%lld,'closes':%lld", NOW(c), NOW(c) + 100);
	CHECK_INT(poll(&c, "p")->due, poll(&c, "p")->closes - SECONDS(99));
	commune_end(&c);
}

static void
test_window(void)
{
	Commune		c;
	int64_t		frozen;
	char		id[ID_TEXT_LEN];
	char		body[200];
	Str			all;

	commune_begin(&c);
	commune_found(&c, "ann bob cid dan eve fay gus hal", 1, "");
	trust(&c, "ann", "'@bob'");
	trust(&c, "bob", "'@cid'");
	trust(&c, "eve", "'@fay','@dan'");
	trust(&c, "hal", "'@gus'");
	announce(&c, "p", "'override_window':40,'running':true", 100);
	vote(&c, "cid", "p");			/* carries ann and bob */
	vote(&c, "dan", "p");			/* and eve, by her second choice */
	vote(&c, "gus", "p");			/* and hal, who votes in time */
	vote(&c, "hal", "p");
	pass(&c, 59);
	CHECK(poll(&c, "p")->frozen == INT8_NONE);
	vote(&c, "cid", "p");			/* free to change until the window begins */
	CHECK_STR(weights(&c, "p"), "cid 3, dan 2, gus 1, hal 1");

	/* The pre-check judges by the clock, before any block of the window. */
	c.time += SECONDS(1);
	frozen = c.last.size;
	ACT(&c, BALLOT_FINAL, "cid", "ballot", "'poll':'#p','choice':{'votes':[0,1]}");
	CHECK_INT(poll(&c, "p")->frozen, frozen);
	CHECK_INT(c.out.nentries, 1);
	id_print(id, (const uint8_t *) poll(&c, "p")->manifest.p);
	snprintf(body, sizeof body, "{\"entry\":\"freeze\",\"final\":2,\"index\":%lld,\"poll\":\"%.*s\",\"represented\":3}",
			 (long long) frozen, (int) sizeof id, id);
	CHECK_STR(entry(&c, 0), body);
	ACT(&c, BALLOT_FINAL, "dan", "ballot", "'poll':'#p','choice':{'abstain':true}");
	ACT(&c, BALLOT_FINAL, "dan", "ballot", "'poll':'#p','choice':{'nonsense':true}");

	/* Who represents nobody may change his mind to the end. */
	vote(&c, "gus", "p");
	vote(&c, "hal", "p");

	/* Who takes his vote back votes for himself alone: ann stays with cid, though bob stands between them. */
	vote(&c, "bob", "p");
	CHECK_STR(weights(&c, "p"), "bob 1, cid 2, dan 2, gus 1, hal 1");
	CHECK_WAY(&c, "p", "bob", "bob votes");
	CHECK_WAY(&c, "p", "ann", "ann 1 bob delegates; bob 1 cid delegates; cid votes");
	vote(&c, "bob", "p");

	/* A first choice who comes too late does not draw votes away, nor does he get any. */
	vote(&c, "fay", "p");
	CHECK_STR(weights(&c, "p"), "bob 1, cid 2, dan 2, fay 1, gus 1, hal 1");
	CHECK_WAY(&c, "p", "eve", "eve 1 fay leads to nobody; eve 2 dan backup; dan votes");
	vote(&c, "eve", "p");
	CHECK_STR(weights(&c, "p"), "bob 1, cid 2, dan 1, eve 1, fay 1, gus 1, hal 1");
	ACT(&c, BALLOT_FINAL, "dan", "ballot", "'poll':'#p','choice':{'votes':[0,1]}");		/* as it was when the window began */

	/* Any earlier block can be asked about. */
	CHECK_STR(way_before(&c, "p", "eve", frozen), "eve 1 fay leads to nobody; eve 2 dan backup; dan votes");
	CHECK_STR(way_before(&c, "p", "bob", frozen), "bob 1 cid delegates; cid votes");
	CHECK_STR(way_before(&c, "p", "bob", poll(&c, "p")->opened + 1), "bob 1 cid delegates; cid no list");

	all = arena_str(&c.forever.arena, weights(&c, "p"));
	c.time = poll(&c, "p")->closes;
	SEAL(&c);
	pass(&c, 1);
	CHECK(poll(&c, "p")->result.p != NULL);
	CHECK(str_eq(weights(&c, "p"), all));
	commune_end(&c);
}

/* Late voters on the way: nobody there, and a delegate who must vote himself. */
static void
test_window_ends(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob cid dan", 1, "");
	trust(&c, "ann", "'@bob'");
	ACT(&c, OK, "cid", "delegate", "'scope':{},'to':['@bob'],'must_vote':[1]");
	announce(&c, "p", "'override_window':40", 100);
	pass(&c, 60);
	CHECK_INT(c.out.nentries, 1);
	vote(&c, "bob", "p");
	CHECK_STR(weights(&c, "p"), "bob 1");
	CHECK_WAY(&c, "p", "ann", "ann 1 bob delegates; bob voted too late");
	CHECK_WAY(&c, "p", "cid", "cid 1 bob voted too late; cid no choice helps");
	CHECK_WAY(&c, "p", "bob", "bob votes");
	commune_end(&c);
}

/* A gap in the register moves the window with the closing. */
static void
test_window_gap(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob", 1, "");
	trust(&c, "bob", "'@ann'");
	announce(&c, "p", "'override_window':40", 100);
	announce(&c, "q", "'override_window':90", 100);
	announce(&c, "r", "'override_window':40", 100);
	vote(&c, "ann", "p");
	vote(&c, "ann", "q");

	/* 200 seconds swallow both: the poll closes 200 seconds later, and is frozen 40 seconds before that. */
	c.time += SECONDS(200);
	ACT(&c, OK, "ann", "ballot", "'poll':'#p','choice':{'votes':[0,1]}");
	CHECK(poll(&c, "p")->frozen == INT8_NONE);
	CHECK_INT(poll(&c, "p")->extensions, 1);
	CHECK_INT(poll(&c, "p")->due, poll(&c, "p")->closes - SECONDS(40));
	c.time = poll(&c, "q")->closes - SECONDS(90);
	ACT(&c, BALLOT_FINAL, "ann", "ballot", "'poll':'#q','choice':{'votes':[0,1]}");
	c.time = poll(&c, "p")->closes - SECONDS(40) - 1;
	ACT(&c, OK, "ann", "ballot", "'poll':'#p','choice':{'votes':[1,1]}");
	c.time++;
	ACT(&c, BALLOT_FINAL, "ann", "ballot", "'poll':'#p','choice':{'votes':[0,1]}");

	/* Once frozen, a poll stays so, also if it is extended. */
	c.time += SECONDS(500);
	ACT(&c, BALLOT_FINAL, "ann", "ballot", "'poll':'#p','choice':{'votes':[0,1]}");
	CHECK_INT(poll(&c, "p")->extensions, 2);
	CHECK_INT(poll(&c, "p")->due, poll(&c, "p")->closes);
	ACT(&c, OK, "bob", "ballot", "'poll':'#p','choice':{'votes':[0,1]}");
	CHECK_STR(weights(&c, "p"), "ann 1, bob 1");
	commune_end(&c);
}

/* A poll that opens when its window has begun already: nobody can be represented.  It is frozen as it is extended. */
static void
test_window_late(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob", 1, "");
	trust(&c, "bob", "'@ann'");
	announce(&c, "p", "'override_window':600", 100);
	CHECK(poll(&c, "p")->frozen == INT8_NONE);
	c.time += SECONDS(200);
	ACT(&c, OK, "ann", "ballot", "'poll':'#p','choice':{'votes':[0,1]}");
	CHECK_INT(poll(&c, "p")->extensions, 1);
	CHECK(poll(&c, "p")->frozen != INT8_NONE);
	CHECK_INT(poll(&c, "p")->due, poll(&c, "p")->closes);
	CHECK_INT(c.out.nentries, 2);
	CHECK_STR(weights(&c, "p"), "ann 1");
	ACT(&c, OK, "ann", "ballot", "'poll':'#p','choice':{'votes':[1,1]}");
	commune_end(&c);
}

/* ---- caps */

static void
test_cap_params(void)
{
	static const char *const wrong[] = {"0", "-1", "'2'", "true", "[0,2]", "[3,2]", "[1]", "[1,2,3]", "[1,0]", "[]"};
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob cid", 1, "");
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		ACT(&c, BAD_PARAMS, "ann", "poll", "'name':'p','title':'x','options':['a'],'method':'majority','params':{'cap':%s},'opens':1,'closes':%lld",
			wrong[i], NOW(c) + 100);
	announce(&c, "p", "'cap':9007199254740991", 100);
	announce(&c, "q", "'cap':[1,1]", 100);
	CHECK_INT(method_cap(NULL, 100), 0);
	CHECK_INT(method_cap(poll_params(c.state, poll(&c, "p")), 3), SAFE_INT_MAX);
	CHECK_INT(method_cap(poll_params(c.state, poll(&c, "q")), 67108863), 67108863);
	announce(&c, "r", "'cap':[1,200]", 100);
	CHECK_INT(method_cap(poll_params(c.state, poll(&c, "r")), 1199), 5);
	CHECK_INT(method_cap(poll_params(c.state, poll(&c, "r")), 199), 1);
	commune_end(&c);
}

static void
check_concentration(Commune *c, const char *name, int64_t votes, int64_t squares, int64_t largest, int64_t nakamoto)
{
	Representation r;
	Concentration found;
	Fault		fault;

	if (!CHECK(representation_read(&r, &c->block.arena, c->state, poll(c, name), INT64_MAX, &fault) == CODE_OK))
		return;
	representation_concentration(&found, &r, &c->block.arena);
	CHECK_INT(found.votes, votes);
	CHECK_INT(found.squares, squares);
	CHECK_INT(found.largest, largest);
	CHECK_INT(found.nakamoto, nakamoto);
}

/* What does not fit moves to the next choice, or is lost; and the member is told. */
static void
test_cap(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob cid dan eve fay gus", 1, "");
	trust(&c, "bob", "'@ann'");
	trust(&c, "cid", "'@ann'");
	trust(&c, "dan", "'@ann','@fay'");
	trust(&c, "eve", "'@dan'");
	trust(&c, "gus", "'@ann'");
	announce(&c, "free", "", 1000);
	announce(&c, "p", "'cap':3,'running':true", 1000);
	announce(&c, "share", "'cap':[1,2]", 1000);
	vote(&c, "ann", "free");
	vote(&c, "ann", "p");
	vote(&c, "ann", "share");
	CHECK_STR(weights(&c, "free"), "ann 6");
	CHECK_STR(weights(&c, "p"), "ann 3");
	CHECK_STR(weights(&c, "share"), "ann 3");		/* half of seven, rounded down */
	check_concentration(&c, "free", 6, 36, 6, 1);
	CHECK_WAY(&c, "p", "cid", "cid 1 ann delegates; ann votes");
	CHECK_WAY(&c, "p", "dan", "dan 1 ann cap reached; dan 2 fay leads to nobody; dan cap reached");
	CHECK_WAY(&c, "p", "eve", "eve 1 dan delegates; dan 1 ann cap reached; dan 2 fay leads to nobody; dan cap reached");
	CHECK_WAY(&c, "p", "gus", "gus 1 ann cap reached; gus cap reached");

	/* With a backup, the excess moves on, and whoever is behind it with it. */
	vote(&c, "fay", "p");
	CHECK_STR(weights(&c, "p"), "ann 3, fay 3");
	check_concentration(&c, "p", 6, 18, 3, 2);
	CHECK_WAY(&c, "p", "dan", "dan 1 ann cap reached; dan 2 fay backup; fay votes");
	CHECK_WAY(&c, "p", "eve", "eve 1 dan delegates; dan 1 ann cap reached; dan 2 fay backup; fay votes");

	/* Who votes himself makes room for the next in turn. */
	vote(&c, "bob", "p");
	CHECK_STR(weights(&c, "p"), "ann 3, bob 1, fay 1");
	CHECK_WAY(&c, "p", "dan", "dan 1 ann delegates; ann votes");
	CHECK_WAY(&c, "p", "eve", "eve 1 dan cap reached; eve cap reached");
	CHECK_WAY(&c, "p", "gus", "gus 1 ann cap reached; gus cap reached");
	check_concentration(&c, "p", 5, 11, 3, 1);
	commune_end(&c);
}

/* In the override window everybody's way stays as it is: a late voter's place is not given away. */
static void
test_cap_window(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob cid", 1, "");
	trust(&c, "bob", "'@ann'");
	trust(&c, "cid", "'@ann'");
	announce(&c, "p", "'cap':2,'override_window':40", 100);
	vote(&c, "ann", "p");
	CHECK_STR(weights(&c, "p"), "ann 2");
	pass(&c, 60);
	ACT(&c, BALLOT_FINAL, "ann", "ballot", "'poll':'#p','choice':{'abstain':true}");
	vote(&c, "bob", "p");
	CHECK_STR(weights(&c, "p"), "ann 1, bob 1");
	CHECK_WAY(&c, "p", "cid", "cid 1 ann cap reached; cid cap reached");
	vote(&c, "cid", "p");
	CHECK_STR(weights(&c, "p"), "ann 1, bob 1, cid 1");
	check_concentration(&c, "p", 3, 3, 1, 2);
	commune_end(&c);
}

/* The least number of ballots that have more than half, however they are spread. */
static void
test_concentration(void)
{
	int64_t		weight[12];
	Representation r = {.weight = weight};
	HeapArena	heap;
	bool		right = true;

	heap_arena_init(&heap);
	for (int round = 0; round < 1000; round++)
	{
		Concentration found;
		int64_t		votes = 0;
		int64_t		squares = 0;
		int64_t		least = 0;

		r.graph.n = seeded_below(13);
		for (uint32_t v = 0; v < r.graph.n; v++)
		{
			weight[v] = seeded_below(round % 2 ? 4 : 30);
			votes += weight[v];
			squares += weight[v] * weight[v];
		}
		for (uint32_t set = 0; set < 1u << r.graph.n && votes > 0; set++)
		{
			int64_t		sum = 0;

			for (uint32_t v = 0; v < r.graph.n; v++)
				sum += set >> v & 1 ? weight[v] : 0;
			if (2 * sum > votes && (least == 0 || __builtin_popcount(set) < least))
				least = __builtin_popcount(set);
		}
		representation_concentration(&found, &r, &heap.arena);
		right = right && found.votes == votes && found.squares == squares && found.nakamoto == least;
		heap_arena_free(&heap);
	}
	CHECK(right);
}

/* ---- what comes to each */

/* Whether the vote of u passes v on its way, or rests with him. */
static bool
passes(const Resolution *res, uint32_t u, uint32_t v, uint32_t n)
{
	for (uint32_t hop = 0; hop <= n && u != NOBODY; hop++, u = res->delegate[u])
		if (u == v)
			return true;
	return false;
}

static void
test_flow(void)
{
	HeapArena	heap;
	bool		votes_right = true;
	bool		weights_right = true;
	bool		through_right = true;
	bool		rows_right = true;
	int			rings = 0;

	heap_arena_init(&heap);
	for (int round = 0; round < 5000; round++)
	{
		uint32_t	n = seeded_below(13);
		uint32_t	choice[2][12];
		uint8_t		votes[12];
		uint8_t		late[12];
		Representation r = {.graph = {.n = n, .ranks = 2, .choice = {choice[0], choice[1]}, .votes = votes, .cap = seeded_below(6)},
							.votes = votes, .late = late};
		Flow		flow;

		for (uint32_t v = 0; v < n; v++)
		{
			for (int rank = 0; rank < 2; rank++)
				choice[rank][v] = seeded_below(4) == 0 ? NOBODY : (v + 1 + seeded_below(n)) % n;
			for (int rank = 0; rank < 2; rank++)
				choice[rank][v] = choice[rank][v] == v ? NOBODY : choice[rank][v];
			votes[v] = seeded_below(5) == 0;
			late[v] = !votes[v] && seeded_below(5) == 0;
		}
		representation_end(&r, &heap.arena);
		flow_make(&flow, &r, &heap.arena, &heap.arena);
		for (uint32_t v = 0; v < n; v++)
		{
			const Resolution *res = &r.resolution;
			int64_t		come = 0;
			int64_t		through = !late[v];
			uint32_t	trusters = 0;

			for (uint32_t u = 0; u < n; u++)
			{
				come += !late[u] && passes(res, u, v, n);
				trusters += res->delegate[u] == v;
			}
			for (uint32_t i = flow.first[v]; i < flow.first[v + 1]; i++)
			{
				rows_right = rows_right && res->delegate[flow.truster[i]] == v &&
					(i == flow.first[v] || flow.truster[i - 1] < flow.truster[i]);
				through += flow_through(&flow, v, flow.truster[i]);
			}
			votes_right = votes_right && flow.votes[v] == come;
			weights_right = weights_right && (!(flow.cast[v] & FLOW_CAST) || r.weight[v] == flow_weight(&flow, v));
			through_right = through_right && through == come;
			rows_right = rows_right && trusters == flow.first[v + 1] - flow.first[v];
			rings += (flow.cast[v] & FLOW_RING) != 0;
		}
		heap_arena_free(&heap);
	}
	CHECK(votes_right);
	CHECK(weights_right);
	CHECK(through_right);
	CHECK(rows_right);
	CHECK(rings > 100);
}

int
main(void)
{
	test_flow();
	test_cap_params();
	test_cap();
	test_cap_window();
	test_concentration();
	test_ranked();
	test_members();
	test_must_vote();
	test_expired();
	test_window_params();
	test_window();
	test_window_ends();
	test_window_gap();
	test_window_late();
	return check_done("delegation_represent");
}
