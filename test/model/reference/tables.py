"""The state as the tables have it: the columns that src/*/*.sql define, compared with a State."""
import json
import random
from decimal import Decimal

import psycopg2

from . import way
from .methods import canonical_ranking
from .record import canonical

SELECTS = {
    "charter": "SELECT seq, name, id, founders::text[], vouches, rules, pending_joins, acts_per_day, open_polls, delegation_days, identities,"
               " members, pending FROM commune.charter",
    "member": "SELECT id, did::text, status, since, nonce, vouches, day, acts, polls, profile FROM commune.member",
    "membership": "SELECT member, since, until FROM commune.membership",
    "vouch": "SELECT candidate, voucher, since FROM commune.vouch",
    "topic": "SELECT seq, author, topic, parent FROM commune.topic",
    "poll": "SELECT seq, author, name, title, text, topic, options, method, params::text, quorum_num, quorum_den, id, status,"
            " {opens}, {closes}, {due}, extensions, opened, {opened_at}, manifest, electorate, ballots, closed, frozen, result"
            " FROM commune.poll",
    "ballot": "SELECT poll, member, seq, since, option, abstain, final, votes, ranking::text FROM commune.ballot",
    "delegation": "SELECT truster, since, until, {expires}, scope, trustees, must_vote FROM commune.delegation",
}
TIMES = {name: "(extract(epoch FROM %s) * 1000000)::bigint" % name for name in ("opens", "closes", "due", "opened_at", "expires")}


def read_json(text):
    return json.loads(text)


def plain(row):
    return tuple(bytes(value) if isinstance(value, memoryview) else tuple(value) if isinstance(value, list) else value
                 for value in row)


def compare(mirror):
    """What was found in each table and what was expected there: (what, found, expected) where they differ."""
    expected = {name: {plain(row) for row in rows} for name, rows in make(mirror.state).items()}
    for name, select in SELECTS.items():
        rows = [plain(row) for row in mirror.rows(select.format(**TIMES))]
        if len(rows) != len(set(rows)) or set(rows) != expected[name]:
            yield name, sorted(set(rows) - expected[name], key=repr), sorted(expected[name] - set(rows), key=repr)
    for poll in mirror.state.polls:
        yield from compare_count(mirror, poll)
    yield from compare_ways(mirror)


def make(state):
    """The rows of each table."""
    number = {did: identity.id for did, identity in state.identities.items()}
    made = {name: [] for name in SELECTS}
    charter = state.charter
    if charter:
        made["charter"].append((charter.seq, charter.name, charter.id, charter.founders, charter.vouches, charter.rules,
                                charter.limits["pending_joins"], charter.limits["acts_per_day"], charter.limits["open_polls"], charter.limits["delegation_days"],
                                len(state.identities), len(state.members()), state.pending()))
    for i in state.identities.values():
        made["member"].append((i.id, i.did, i.status, i.since, i.nonce, state.vouched(i.did), i.day, i.acts, i.polls, i.profile))
    made["membership"] = [(number[did], since, until) for did, since, until in state.stays]
    made["vouch"] = [(number[candidate], number[voucher], since) for (candidate, voucher), since in state.vouches.items()]
    made["topic"] = [(seq, number[author], topic, parent) for topic, (seq, author, parent) in state.topics.items()]
    for p in state.polls:
        made["poll"].append((p.seq, number[p.author], p.name, p.title, p.text, p.topic, p.options, p.method, canonical(p.params),
                             *(p.quorum or (None, None)), p.id, p.status, p.opens, p.closes, p.due, p.extensions, p.opened,
                             p.opened_at, p.manifest, p.electorate and len(p.electorate), len(p.ballots), p.closed, p.frozen, p.result))
        made["ballot"] += [(p.seq, number[did], seq, first, choice.get("option"), "abstain" in choice, did in p.final, choice.get("votes"),
                            canonical_ranking(choice["ranking"]) if "ranking" in choice else None)
                           for did, (seq, choice, first) in p.ballots.items()]
    made["delegation"] = [(number[truster], since, until, expires, "/".join(scope), [number[did] for did in names],
                           must_vote or None)
                          for truster, scope, since, until, expires, (names, must_vote) in state.delegations]
    return made


# ---- tally() and outcome()

def compare_count(mirror, poll):
    """Compare tally() and outcome(); what is not to be known yet is an error of the one and NULL in the other."""
    open_to_see = poll.status == "open" and poll.params.get("running", False)
    if poll.status == "closed" or open_to_see:
        counted = poll.count()
        totals = (counted.electorate, counted.direct, counted.represented, counted.unrepresented, counted.abstained)
        tally = [(i + 1, option, counted.votes[i], counted.direct_votes[i], counted.represented_votes[i], counted.rank[i],
                  int(i + 1 in counted.winners), i + 1 in counted.winners, *totals, counted.quorum_reached) for i, option in enumerate(poll.options)]
        rounds = [(number, i + 1, votes[i]) for number, votes in enumerate(counted.rounds, 1) for i in range(len(poll.options))]
        effective = Decimal(sum(totals[1:3]) ** 2 * 1000 // counted.squares) / 1000 if counted.squares else None
        outcome = counted.winners, counted.tied, counted.quorum_reached, *totals, counted.largest, counted.nakamoto, effective
    else:
        rounds = tally = "QC413" if poll.status == "open" else "QC407"
        outcome = (None,) * 11
    found = answer(mirror, "SELECT * FROM commune.tally(%s)", poll.name)
    if found != tally:
        yield "tally of " + poll.name, found, tally
    found = answer(mirror, "SELECT round, option, votes FROM commune.rounds(%s)", poll.name)
    if found != rounds:
        yield "rounds of " + poll.name, found, rounds
    found = answer(mirror, "SELECT * FROM commune.outcome(%s)", poll.name)
    if found != [(poll.name, poll.status, poll.method, *outcome)]:
        yield "outcome of " + poll.name, found, outcome


WAYS = 8            # so many are compared each time


def compare_ways(mirror):
    """Compare path() for a few members of a few polls, at this block or at an earlier one."""
    rng = random.Random(mirror.block)
    polls = [poll for poll in mirror.state.polls if poll.opened is not None]
    weights = [1 + len(poll.ballots) for poll in polls]
    for _ in range(WAYS if polls else 0):
        [poll] = rng.choices(polls, weights)
        asked = rng.choice(list(poll.lists) if poll.lists and rng.random() < 0.8 else list(mirror.state.identities))
        [(block, size)] = mirror.rows("SELECT number, size FROM commune.block WHERE size > %s ORDER BY random() LIMIT 1", poll.opened)
        as_of = rng.choice([None, block])
        found = answer(mirror, "SELECT hop, holder::text, scope, rank, delegate::text, reason FROM commune.path(%s, %s::commune.did, %s)",
                       poll.name, asked, as_of)
        expected = way.path(poll, asked, size if as_of else float("inf"))
        if found != expected:
            yield "path of %s in %s, as of %s" % (asked, poll.name, as_of), found, expected
        found = answer(mirror, "SELECT votes, counts FROM commune.weight(%s, %s::commune.did)", poll.name, asked)
        if asked in poll.ballots and found != [(poll.count().weight[asked], True)]:
            yield "weight of %s in %s" % (asked, poll.name), found, poll.count().weight[asked]


def answer(mirror, query, *arguments):
    """The rows, or the SQLSTATE."""
    mirror.rows("SAVEPOINT answer")
    try:
        return mirror.rows(query, *arguments)
    except psycopg2.Error as error:
        mirror.rows("ROLLBACK TO answer")
        return error.pgcode
