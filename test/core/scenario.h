/*
 * scenario.h -- a register with a bit of everything, to be mirrored, audited, and damaged.
 */
#ifndef COMMUNE_SCENARIO_H
#define COMMUNE_SCENARIO_H

#include "commune.h"

/* Add rows that one statement brought. */
static inline void
add_run(Commune *c, int n)
{
	for (int i = 0; i < n; i++)
	{
		LeafMember *m = add_leaf(c, LEAF_ROW);

		m->leaf.b[0] = (uint8_t) c->seq;
		m->leaf.b[HASH_SIZE - 1] = 1;
		m->xid = m[-i].xid;
		c->xid -= i > 0;
	}
}

/*
 * Blocks, by number:
 *      1  the charter                              2  joins, one of them refused
 *      3  vouches, topics, delegations             4  a poll is announced and opens
 *      5  ballots, rows and an entry of sessions, while a transaction is in progress
 *   6, 7  one snapshot, two blocks, and a run of rows in both
 *      8  what the slow transaction brought, and an act that is isolated
 *      9  a late ballot; the poll closes          10  its result
 *     11  another era begins, with an act of the one before
 *     12  more than a tile of topics              13  the last act
 */
static inline void
scenario(Commune *c)
{
	int64_t		slow_seq;
	uint64_t	slow_xid;
	uint64_t	run_xid;

	commune_begin(c);
	ACT(c, OK, "ann", "charter", "%s", "'name':'Test','founders':['@ann','@bob','@cid'],'vouches':2,'rules':1");
	id_print(c->aud, (const uint8_t *) charter(c)->id.p);

	c->time += SECONDS(1);
	ADD(c, OK, "ann", "join", "%s", "");
	ADD(c, ALREADY_JOINED, "ann", "join", "%s", "");
	ADD(c, OK, "bob", "join", "%s", "");
	ADD(c, OK, "cid", "join", "'profile':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE'");
	ADD(c, OK, "dan", "join", "%s", "");
	SEAL(c);

	c->time += SECONDS(1);
	ADD(c, OK, "ann", "vouch", "'member':'@dan'");
	ADD(c, OK, "bob", "vouch", "'member':'@dan'");
	ADD(c, OK, "bob", "vouch", "'member':'@eve'");
	ADD(c, OK, "ann", "topic", "'topic':'water'");
	ADD(c, OK, "ann", "topic", "'topic':'wells','parent':'water'");
	ADD(c, OK, "cid", "delegate", "'scope':{'topic':'water'},'to':['@ann']");
	ADD(c, OK, "dan", "delegate", "'scope':{},'to':['@cid','@ann'],'until':%lld",
		(long long) (c->time / USECS_PER_SECOND) + 1000000);
	SEAL(c);

	c->time += SECONDS(1);
	ADD(c, OK, "bob", "poll", "'name':'p','title':'Which?','topic':'wells','options':['a','b'],'method':'quadratic',"
		"'params':{'credits':50,'running':true},'quorum':[1,2],'opens':1,'closes':%lld",
		(long long) (c->time / USECS_PER_SECOND) + 100);
	SEAL(c);

	slow_seq = ++c->seq;
	slow_xid = c->xid++;
	c->time += SECONDS(1);
	ADD(c, OK, "ann", "ballot", "'poll':'#p','choice':{'votes':[3,4]}");
	ADD(c, UNAFFORDABLE, "bob", "ballot", "'poll':'#p','choice':{'votes':[8,0]}");
	sha256(add_leaf(c, LEAF_ROW)->leaf.b, "row", 3);
	add_run(c, 3);
	add_leaf(c, LEAF_ENTRY)->bytes = STR("{\"entry\":\"chain\",\"table\":\"public.minutes\"}");
	entry_leaf(&c->members[c->n - 1].leaf, c->members[c->n - 1].bytes);
	ADD(c, OK, "bob", "ballot", "'poll':'#p','choice':{'abstain':true}");
	c->snapshot = arena_printf(&c->forever.arena, "%llu:%llu:%llu", (unsigned long long) slow_xid, (unsigned long long) c->xid,
							   (unsigned long long) slow_xid);
	SEAL(c);

	c->time += SECONDS(1);
	ADD(c, OK, "ann", "topic", "'topic':'u1'");
	add_run(c, 2);
	run_xid = c->members[c->n - 1].xid;
	c->unfinished = true;
	c->snapshot = arena_printf(&c->forever.arena, "%llu:%llu:%llu", (unsigned long long) slow_xid, (unsigned long long) c->xid + 1,
							   (unsigned long long) slow_xid);
	SEAL(c);
	add_run(c, 2);
	c->members[0].xid = c->members[1].xid = run_xid;
	c->xid--;
	ADD(c, OK, "bob", "topic", "'topic':'u2'");
	c->snapshot = c->last.snapshot;
	SEAL(c);

	c->time += SECONDS(1);
	ADD(c, OK, "dan", "topic", "'topic':'slow'");
	c->members[0].seq = slow_seq;
	c->members[0].xid = slow_xid;
	c->isolated = ADD(c, ISOLATED, "dan", "topic", "'topic':'poison'");
	SEAL(c);

	c->time = poll(c, "p")->closes;
	ADD(c, POLL_CLOSED, "dan", "ballot", "'poll':'#p','choice':{'votes':[1,1]}");
	SEAL(c);
	pass(c, 1);

	c->time += SECONDS(1);
	ADD(c, OK, "ann", "topic", "'topic':'old'");
	c->begins_era = true;
	c->members[0].era = 1;
	c->members[0].xid = 5000;
	c->xid = 100;
	SEAL(c);
	c->time += SECONDS(1);
	for (int i = 0; i < 260; i++)
		ADD(c, OK, "cid", "topic", "'topic':'t%d'", i);
	SEAL(c);
	c->time += SECONDS(1);
	ADD(c, OK, "ann", "leave", "%s", "");
	SEAL(c);
	CHECK_INT(c->last.number, 13);
}

#endif
