/*
 * delegation_acts_test.c -- acts of delegation, and whose list counts in a poll.
 */
#include "commune.h"

#define NOW(c) ((long long) ((c).time / USECS_PER_SECOND))
#define DAY 86400
#define POLL_FORM "'name':'%s','title':'x','options':['a','b'],'method':'approval'%s,'opens':%lld,'closes':%lld"

/* Announce a poll that opens after so many seconds. */
static void
announce(Commune *c, const char *name, const char *more, int opens)
{
	ACT(c, OK, "ann", "poll", POLL_FORM, name, more, NOW(*c) + opens, NOW(*c) + opens + 100000);
}

/* How somebody stands in a poll: "" votes or has no delegate, else his delegate. */
static void
check_delegate(Commune *c, int line, const char *name, const char *who, const char *delegate)
{
	HeapArena	heap;
	Representation r;
	Fault		fault;
	int32_t		place;
	uint32_t	found;

	heap_arena_init(&heap);
	if (check_that(representation_read(&r, &heap.arena, c->state, poll(c, name), INT64_MAX, &fault) == CODE_OK, __FILE__, line, "the poll can be counted"))
	{
		place = electorate_place(&r.electorate, member(c, who)->id);
		check_that(place >= 0, __FILE__, line, "he is in the electorate");
		found = r.resolution.delegate[place];
		check_int(found == NOBODY ? 0 : r.electorate.id[found], *delegate ? member(c, delegate)->id : 0, __FILE__, line, delegate);
	}
	heap_arena_free(&heap);
}

#define CHECK_DELEGATE(c, name, who, delegate) check_delegate(c, __LINE__, name, who, delegate)

static void
check_tally(Commune *c, int line, const char *name, int direct, int represented, int unrepresented)
{
	HeapArena	heap;
	Tally		tally;
	Fault		fault;

	heap_arena_init(&heap);
	if (check_that(tally_poll(&tally, &heap.arena, c->state, poll(c, name), &fault) == CODE_OK, __FILE__, line, "the poll can be counted"))
	{
		check_int(tally.direct, direct, __FILE__, line, "direct");
		check_int(tally.represented, represented, __FILE__, line, "represented");
		check_int(tally.unrepresented, unrepresented, __FILE__, line, "unrepresented");
	}
	heap_arena_free(&heap);
}

#define CHECK_TALLY(c, name, d, r, u) check_tally(c, __LINE__, name, d, r, u)

/* The list of somebody for a scope that is in force. */
static const Delegation *
list(Commune *c, const char *who, const char *scope)
{
	return state_find(c->state, DELEGATION_IN_FORCE, &(Delegation){.truster = member(c, who)->id, .scope = str_from(scope)});
}

/* ---- the act ---- */

static void
test_refusals(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob cid", 1, "");
	ACT(&c, OK, "ann", "topic", "'topic':'water'");
	announce(&c, "soon", "", 100);
	announce(&c, "open", "", 0);

	ACT(&c, BAD_MEMBERS, "ann", "delegate", "'to':[]");
	ACT(&c, BAD_MEMBERS, "ann", "delegate", "'scope':{}");
	ACT(&c, BAD_MEMBERS, "ann", "delegate", "'scope':'everything','to':[]");
	ACT(&c, BAD_MEMBERS, "ann", "delegate", "'scope':{},'to':'@bob'");
	ACT(&c, BAD_MEMBERS, "ann", "delegate", "'scope':{},'to':['bob']");
	ACT(&c, BAD_MEMBERS, "ann", "delegate", "'scope':{},'to':['@d1','@d2','@d3','@d4','@d5','@d6']");
	ACT(&c, BAD_MEMBERS, "ann", "delegate", "'scope':{},'to':[],'until':'1'");
	ACT(&c, BAD_MEMBERS, "ann", "delegate", "'scope':{},'to':[],'until':0");
	ACT(&c, BAD_MEMBERS, "ann", "delegate", "'scope':{},'to':[],'until':-1");
	ACT(&c, BAD_MEMBERS, "ann", "delegate", "'scope':{},'to':[],'until':253402300800");
	ACT(&c, BAD_MEMBERS, "ann", "delegate", "'scope':{},'to':['@bob'],'must_vote':[]");
	ACT(&c, BAD_MEMBERS, "ann", "delegate", "'scope':{},'to':['@bob'],'must_vote':true");
	ACT(&c, BAD_MEMBERS, "ann", "delegate", "'scope':{},'to':['@bob'],'must_vote':[0]");
	ACT(&c, BAD_MEMBERS, "ann", "delegate", "'scope':{},'to':['@bob','@cid'],'must_vote':[2,1]");
	ACT(&c, BAD_MEMBERS, "ann", "delegate", "'scope':{},'to':['@bob','@cid'],'must_vote':[1,1]");
	ACT(&c, BAD_MEMBERS, "ann", "delegate", "'scope':{},'to':['@bob'],'must_vote':[6]");
	ACT(&c, BAD_MEMBERS, "ann", "delegate", "'scope':{},'to':['@bob'],'must_vote':['1']");
	ACT(&c, BAD_MEMBERS, "ann", "delegate", "'scope':{},'to':[],'since':1");

	/* Who signs, then the list, then the scope, then until. */
	ACT(&c, NOT_A_MEMBER, "eve", "delegate", "'scope':{'x':1},'to':['@eve'],'until':1");
	ACT(&c, BAD_DELEGATES, "ann", "delegate", "'scope':{'x':1},'to':['@ann'],'until':1");
	ACT(&c, BAD_DELEGATES, "ann", "delegate", "'scope':{'x':1},'to':['@bob','@cid','@bob'],'until':1");
	ACT(&c, BAD_DELEGATES, "ann", "delegate", "'scope':{},'to':['@bob','@cid','@dan','@ann']");
	ACT(&c, BAD_DELEGATES, "ann", "delegate", "'scope':{'x':1},'to':['@bob','@cid'],'must_vote':[1,3],'until':1");
	ACT(&c, BAD_DELEGATES, "ann", "delegate", "'scope':{},'to':[],'must_vote':[1]");
	ACT(&c, BAD_SCOPE, "ann", "delegate", "'scope':{'x':1},'to':['@bob'],'until':1");
	ACT(&c, BAD_SCOPE, "ann", "delegate", "'scope':{'topic':'wells'},'to':['@bob']");
	ACT(&c, BAD_SCOPE, "ann", "delegate", "'scope':{'topic':1},'to':['@bob']");
	ACT(&c, BAD_SCOPE, "ann", "delegate", "'scope':{'topic':''},'to':['@bob']");
	ACT(&c, BAD_SCOPE, "ann", "delegate", "'scope':{'topic':'water','poll':'=soon'},'to':['@bob']");
	ACT(&c, BAD_SCOPE, "ann", "delegate", "'scope':{'poll':'soon'},'to':['@bob']");
	ACT(&c, BAD_SCOPE, "ann", "delegate", "'scope':{'poll':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'},'to':['@bob']");
	ACT(&c, BAD_SCOPE, "ann", "delegate", "'scope':{'poll':'=open'},'to':['@bob']");
	ACT(&c, BAD_SCOPE, "ann", "delegate", "'scope':{'poll':'#open'},'to':['@bob']");
	ACT(&c, BAD_UNTIL, "ann", "delegate", "'scope':{},'to':['@bob'],'until':1");
	ACT(&c, BAD_UNTIL, "ann", "delegate", "'scope':{'poll':'=soon'},'to':['@bob'],'until':%lld", NOW(c));
	ACT(&c, UNTIL_TOO_FAR, "ann", "delegate", "'scope':{},'to':['@bob'],'until':%lld", NOW(c) + 366 * DAY + 1);
	ACT(&c, UNTIL_TOO_FAR, "ann", "delegate", "'scope':{},'to':['@dan'],'until':253402300799");
	CHECK_INT(count_table(&c, REL_DELEGATION), 0);
	CHECK(member(&c, "dan") == NULL);		/* a refusal names nobody */

	ACT(&c, OK, "ann", "delegate", "'scope':{'poll':'=soon'},'to':['@bob'],'until':%lld", NOW(c) + 1);
	ACT(&c, OK, "ann", "delegate", "'scope':{'topic':'water'},'to':['@d1','@d2','@d3','@d4','@d5']");
	CHECK_INT(charter(&c)->identities, 3 + 5);
	CHECK_STR(member(&c, "d5")->status, "named");

	/* A poll that has opened, or lapsed, is no scope any more. */
	pass(&c, 100);
	ACT(&c, BAD_SCOPE, "bob", "delegate", "'scope':{'poll':'=soon'},'to':['@ann']");
	announce(&c, "lapses", "", 100);
	pass(&c, 300000);
	ACT(&c, BAD_SCOPE, "bob", "delegate", "'scope':{'poll':'=lapses'},'to':['@ann']");
	commune_end(&c);
}

/* A list replaces the one before of the same scope; both are kept. */
static void
test_rows(void)
{
	Commune		c;
	const Delegation *first;
	int64_t		since;
	int64_t		until;

	commune_begin(&c);
	commune_found(&c, "ann bob cid", 1, "");
	ACT(&c, OK, "ann", "topic", "'topic':'water'");
	since = c.last.size;
	ACT(&c, OK, "ann", "delegate", "'scope':{},'to':['@cid','@bob'],'until':%lld", NOW(c) + 50);
	first = list(&c, "ann", "everything");
	CHECK_INT(first->since, since);
	CHECK_INT(first->expires, c.time + SECONDS(50));
	CHECK_INT(first->trustees.n, 2);
	CHECK_INT(first->trustees.v[0], member(&c, "cid")->id);
	CHECK_INT(first->trustees.v[1], member(&c, "bob")->id);
	CHECK(first->must_vote.v == NULL);
	ACT(&c, OK, "ann", "delegate", "'scope':{'topic':'water'},'to':[],'until':253402300799");
	CHECK_INT(list(&c, "ann", "topic/water")->expires, SECONDS(INT64_C(253402300799)));
	CHECK_INT(list(&c, "ann", "topic/water")->trustees.n, 0);
	CHECK(list(&c, "ann", "topic/water")->trustees.v != NULL);
	CHECK(first->until == INT8_NONE);

	until = c.last.size;
	ACT(&c, OK, "ann", "delegate", "'scope':{},'to':[]");
	CHECK_INT(first->until, until);
	CHECK_INT(list(&c, "ann", "everything")->since, until);
	CHECK(list(&c, "ann", "everything")->expires == INT8_NONE);

	/* Twice in a block: two rows. */
	ADD(&c, OK, "ann", "delegate", "'scope':{},'to':['@bob']");
	ADD(&c, OK, "ann", "delegate", "'scope':{},'to':['@cid']");
	SEAL(&c);
	CHECK_INT(count_table(&c, REL_DELEGATION), 5);
	CHECK_INT(list(&c, "ann", "everything")->trustees.v[0], member(&c, "cid")->id);
	CHECK(list(&c, "ann", "poll/none") == NULL);
	commune_end(&c);
}

/* A list that names somebody ends; one that gives nothing away need not. */
static void
test_expiry(void)
{
	Commune		c;
	int64_t		made;

	commune_begin(&c);
	commune_found(&c, "ann bob cid dan", 1, ",'limits':{'delegation_days':2}");
	CHECK_INT(charter(&c)->delegation_days, 2);
	ACT(&c, OK, "ann", "delegate", "'scope':{},'to':['@bob','@cid'],'must_vote':[2]");
	CHECK_INT(list(&c, "ann", "everything")->expires, c.time + SECONDS(2 * DAY));
	CHECK_INT(list(&c, "ann", "everything")->must_vote.n, 1);
	CHECK_INT(list(&c, "ann", "everything")->must_vote.v[0], 2);
	ACT(&c, OK, "bob", "delegate", "'scope':{},'to':['@cid'],'until':%lld", NOW(c) + 2 * DAY);
	ACT(&c, UNTIL_TOO_FAR, "cid", "delegate", "'scope':{},'to':['@dan'],'until':%lld", NOW(c) + 2 * DAY + 1);
	ACT(&c, OK, "dan", "delegate", "'scope':{},'to':[]");
	CHECK(list(&c, "dan", "everything")->expires == INT8_NONE);
	made = c.time;

	/* Renewed by the same act again: it counts on, and the one that was not renewed ends. */
	pass(&c, DAY);
	ACT(&c, OK, "ann", "delegate", "'scope':{},'to':['@bob','@cid'],'must_vote':[2]");
	announce(&c, "last", "", (int) ((made - c.time) / USECS_PER_SECOND) + 2 * DAY - 1);
	announce(&c, "next", "", (int) ((made - c.time) / USECS_PER_SECOND) + 2 * DAY);
	pass(&c, DAY - 1);
	CHECK_DELEGATE(&c, "last", "ann", "bob");
	CHECK_DELEGATE(&c, "last", "bob", "cid");
	pass(&c, 1);
	CHECK_DELEGATE(&c, "next", "ann", "bob");
	CHECK_DELEGATE(&c, "next", "bob", "");
	commune_end(&c);
}

/* ---- which list counts ---- */

/* The most specific one, as a whole. */
static void
test_scopes(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob cid dan eve fay", 1, "");
	ACT(&c, OK, "ann", "topic", "'topic':'land'");
	ACT(&c, OK, "ann", "topic", "'topic':'water','parent':'land'");
	ACT(&c, OK, "ann", "topic", "'topic':'wells','parent':'water'");
	ACT(&c, OK, "ann", "topic", "'topic':'taxes'");
	announce(&c, "on-wells", ",'topic':'wells'", 10);
	announce(&c, "on-water", ",'topic':'water'", 10);
	announce(&c, "on-taxes", ",'topic':'taxes'", 10);
	announce(&c, "on-all", "", 10);

	ACT(&c, OK, "ann", "delegate", "'scope':{},'to':['@bob']");
	ACT(&c, OK, "ann", "delegate", "'scope':{'topic':'land'},'to':['@cid']");
	ACT(&c, OK, "ann", "delegate", "'scope':{'topic':'wells'},'to':['@dan']");
	ACT(&c, OK, "ann", "delegate", "'scope':{'poll':'=on-water'},'to':['@eve']");

	ACT(&c, OK, "bob", "delegate", "'scope':{'topic':'water'},'to':['@eve']");
	ACT(&c, OK, "bob", "delegate", "'scope':{'topic':'taxes'},'to':['@dan']");

	/* An empty list means that nobody acts for him there; so does one of strangers. */
	ACT(&c, OK, "cid", "delegate", "'scope':{},'to':['@ann']");
	ACT(&c, OK, "cid", "delegate", "'scope':{'topic':'land'},'to':[]");
	ACT(&c, OK, "dan", "delegate", "'scope':{},'to':['@ann']");
	ACT(&c, OK, "dan", "delegate", "'scope':{'topic':'water'},'to':['@stranger']");
	pass(&c, 10);

	CHECK_DELEGATE(&c, "on-wells", "ann", "dan");
	CHECK_DELEGATE(&c, "on-water", "ann", "eve");		/* the poll's over the topic's */
	CHECK_DELEGATE(&c, "on-taxes", "ann", "bob");
	CHECK_DELEGATE(&c, "on-all", "ann", "bob");
	CHECK_DELEGATE(&c, "on-wells", "bob", "eve");		/* the nearest ancestor's */
	CHECK_DELEGATE(&c, "on-water", "bob", "eve");
	CHECK_DELEGATE(&c, "on-taxes", "bob", "dan");
	CHECK_DELEGATE(&c, "on-all", "bob", "");
	CHECK_DELEGATE(&c, "on-wells", "cid", "");
	CHECK_DELEGATE(&c, "on-taxes", "cid", "ann");
	CHECK_DELEGATE(&c, "on-water", "dan", "");
	CHECK_DELEGATE(&c, "on-taxes", "dan", "ann");
	CHECK_DELEGATE(&c, "on-all", "eve", "");
	commune_end(&c);
}

/* Names that are no members when the poll opens are skipped, in the order of the list. */
static void
test_names(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob cid dan", 1, "");
	ACT(&c, OK, "ann", "delegate", "'scope':{},'to':['@eve','@fay','@dan','@bob']");
	ACT(&c, OK, "bob", "delegate", "'scope':{},'to':['@eve','@fay']");
	ACT(&c, OK, "eve", "join", "%s", "");				/* a candidate */
	ACT(&c, OK, "dan", "leave", "%s", "");
	announce(&c, "p", "", 0);
	CHECK_DELEGATE(&c, "p", "ann", "bob");
	CHECK_DELEGATE(&c, "p", "bob", "");

	/* The same lists lead elsewhere once they are members; the poll that is open stays as it was. */
	ACT(&c, OK, "cid", "vouch", "'member':'@eve'");
	ACT(&c, OK, "dan", "join", "%s", "");
	announce(&c, "q", "", 0);
	CHECK_DELEGATE(&c, "q", "ann", "eve");
	CHECK_DELEGATE(&c, "q", "bob", "eve");
	CHECK_DELEGATE(&c, "p", "ann", "bob");
	ACT(&c, OK, "eve", "leave", "%s", "");
	announce(&c, "r", "", 0);
	CHECK_DELEGATE(&c, "r", "ann", "dan");
	CHECK_DELEGATE(&c, "r", "bob", "");
	CHECK_DELEGATE(&c, "q", "ann", "eve");		/* who leaves stays in the electorate of what is open */
	ACT(&c, OK, "ann", "leave", "%s", "");
	CHECK_DELEGATE(&c, "q", "ann", "eve");

	/* A list outlives a membership. */
	ACT(&c, OK, "ann", "join", "%s", "");
	announce(&c, "s", "", 0);
	CHECK_DELEGATE(&c, "s", "ann", "dan");
	commune_end(&c);
}

/* Lists count as they stand at the opening, of its block included. */
static void
test_opening(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob cid", 1, "");
	ACT(&c, OK, "ann", "delegate", "'scope':{},'to':['@bob']");
	announce(&c, "p", "", 100);
	announce(&c, "q", "", 200);
	ADD(&c, OK, "ann", "delegate", "'scope':{},'to':['@cid']");
	pass(&c, 100);
	ACT(&c, OK, "ann", "delegate", "'scope':{},'to':['@bob']");
	CHECK_DELEGATE(&c, "p", "ann", "cid");
	ADD(&c, OK, "ann", "delegate", "'scope':{'poll':'=q'},'to':[]");
	pass(&c, 100);
	ACT(&c, OK, "ann", "delegate", "'scope':{},'to':[]");
	CHECK_DELEGATE(&c, "p", "ann", "cid");
	CHECK_DELEGATE(&c, "q", "ann", "");

	/* Expiry is looked at once, at the opening; then what is less specific counts. */
	ACT(&c, OK, "bob", "delegate", "'scope':{},'to':['@ann']");
	announce(&c, "r", "", 100);
	ACT(&c, OK, "bob", "delegate", "'scope':{'poll':'=r'},'to':['@cid'],'until':%lld", NOW(c) + 100);
	ACT(&c, OK, "cid", "delegate", "'scope':{'poll':'=r'},'to':['@ann'],'until':%lld", NOW(c) + 101);
	pass(&c, 100);
	CHECK_DELEGATE(&c, "r", "bob", "ann");
	CHECK_DELEGATE(&c, "r", "cid", "ann");
	pass(&c, 100);
	CHECK_DELEGATE(&c, "r", "cid", "ann");
	announce(&c, "s", "", 0);
	CHECK_DELEGATE(&c, "s", "cid", "");
	commune_end(&c);
}

/* ---- who represents whom ---- */

static void
test_chains(void)
{
	Commune		c;

	commune_begin(&c);
	commune_found(&c, "ann bob cid dan eve fay gus", 1, "");
	ACT(&c, OK, "ann", "delegate", "'scope':{},'to':['@bob']");
	ACT(&c, OK, "bob", "delegate", "'scope':{},'to':['@cid']");
	ACT(&c, OK, "cid", "delegate", "'scope':{},'to':['@dan']");
	ACT(&c, OK, "eve", "delegate", "'scope':{},'to':['@fay']");
	ACT(&c, OK, "fay", "delegate", "'scope':{},'to':['@eve']");
	ACT(&c, OK, "gus", "delegate", "'scope':{},'to':['@eve']");
	announce(&c, "p", "", 0);
	CHECK_TALLY(&c, "p", 0, 0, 7);

	ACT(&c, OK, "dan", "ballot", "'poll':'#p','choice':{'votes':[1,0]}");
	CHECK_TALLY(&c, "p", 1, 3, 3);

	/* Who votes himself takes those behind him along; his own delegation does not count. */
	ACT(&c, OK, "bob", "ballot", "'poll':'#p','choice':{'votes':[0,1]}");
	CHECK_TALLY(&c, "p", 2, 2, 3);

	/* A ring without a voter leaves all on it unrepresented; one ballot opens it. */
	ACT(&c, OK, "fay", "ballot", "'poll':'#p','choice':{'abstain':true}");
	CHECK_TALLY(&c, "p", 3, 4, 0);
	ACT(&c, OK, "gus", "ballot", "'poll':'#p','choice':{'votes':[1,1]}");
	CHECK_TALLY(&c, "p", 4, 3, 0);

	/* A chain that ends with somebody who neither votes nor delegates. */
	announce(&c, "q", "", 0);
	ACT(&c, OK, "bob", "ballot", "'poll':'#q','choice':{'votes':[0,1]}");
	CHECK_TALLY(&c, "q", 1, 1, 5);
	commune_end(&c);
}

/* Thousands in a row, and in a ring. */
static void
test_long_chain(void)
{
	enum {N = 3000};
	Commune		c;

	commune_begin(&c);
	c.once = true;
	commune_found(&c, "ann", 1, ",'limits':{'acts_per_day':1000000,'pending_joins':100000}");
	for (int i = 0; i < N; i++)
	{
		char		name[20];

		snprintf(name, sizeof name, "m%d", i);
		ADD(&c, OK, "ann", "vouch", "'member':'@%s'", name);
		ADD(&c, OK, name, "join", "%s", "");
		if (i > 0)
			ADD(&c, OK, name, "delegate", "'scope':{},'to':['@m%d']", i - 1);
	}
	SEAL(&c);
	CHECK_INT(charter(&c)->members, N + 1);
	announce(&c, "p", "", 0);
	CHECK_INT(poll(&c, "p")->electorate, N + 1);
	CHECK_TALLY(&c, "p", 0, 0, N + 1);
	ACT(&c, OK, "m0", "ballot", "'poll':'#p','choice':{'votes':[1,0]}");
	CHECK_TALLY(&c, "p", 1, N - 1, 1);
	ACT(&c, OK, "m1000", "ballot", "'poll':'#p','choice':{'votes':[0,1]}");
	CHECK_TALLY(&c, "p", 2, N - 2, 1);

	ACT(&c, OK, "m0", "delegate", "'scope':{},'to':['@m%d']", N - 1);
	announce(&c, "q", "", 0);
	CHECK_TALLY(&c, "q", 0, 0, N + 1);
	ACT(&c, OK, "ann", "ballot", "'poll':'#q','choice':{'votes':[1,0]}");
	CHECK_TALLY(&c, "q", 1, 0, N);
	ACT(&c, OK, "m2000", "ballot", "'poll':'#q','choice':{'votes':[1,0]}");
	CHECK_TALLY(&c, "q", 2, N - 1, 0);
	commune_end(&c);
}

/* The root: an empty list has a leaf of its own, no list has none. */
static void
test_root(void)
{
	Commune		c;
	Electorate	electorate;
	Directory	directory;
	DelegateLists lists;
	Digest		leaves[2];
	Digest		root;
	Digest		expected;
	char		text[200];
	size_t		n;
	Fault		fault;
	int			bob_first;

	commune_begin(&c);
	commune_found(&c, "ann bob cid", 1, "");
	announce(&c, "p", "", 100);
	ACT(&c, OK, "bob", "delegate", "'scope':{},'to':['@stranger','@cid'],'must_vote':[2]");
	ACT(&c, OK, "cid", "delegate", "'scope':{'poll':'=p'},'to':[]");
	pass(&c, 100);
	CHECK(member_electorate(&electorate, &c.block.arena, c.state, poll(&c, "p")->opened, &fault) == CODE_OK);
	member_directory(&directory, &c.block.arena, c.state);
	delegation_lists(&lists, &c.block.arena, c.state, poll(&c, "p"), &electorate, poll(&c, "p")->opened, poll(&c, "p")->opened_at);
	CHECK(lists.at[electorate_place(&electorate, member(&c, "ann")->id)].to == NULL);
	CHECK_INT(lists.at[electorate_place(&electorate, member(&c, "bob")->id)].n, 2);
	CHECK(lists.at[electorate_place(&electorate, member(&c, "cid")->id)].to != NULL);
	CHECK_INT(lists.at[electorate_place(&electorate, member(&c, "cid")->id)].n, 0);
	delegation_root(&root, &lists, &electorate, &directory);

	bob_first = did_cmp(&person(&c, "bob")->did, &person(&c, "cid")->did) < 0;
	n = did_print(text, &person(&c, "bob")->did);
	text[n++] = '\n';
	n += did_print(text + n, &person(&c, "stranger")->did);
	text[n++] = '\n';
	n += did_print(text + n, &person(&c, "cid")->did);
	text[n++] = '.';
	text[n++] = '\n';
	merkle_leaf(leaves[!bob_first].b, text, n);
	n = did_print(text, &person(&c, "cid")->did);
	text[n++] = '\n';
	merkle_leaf(leaves[bob_first].b, text, n);
	merkle_root(&expected, leaves, 2);
	CHECK(memcmp(&root, &expected, sizeof root) == 0);
	commune_end(&c);
}

int
main(void)
{
	test_refusals();
	test_rows();
	test_expiry();
	test_scopes();
	test_names();
	test_opening();
	test_chains();
	test_long_chain();
	test_root();
	return check_done("delegation_acts");
}
