"""Delegation against answers that others gave: ranked delegation by brute force, LiquidFeedback's weights and chains,
and the delegations that Snapshot's users really made."""
import collections
import json
import os
import sys

import psycopg2

VECTORS = os.environ.get("COMMUNE_VECTORS", "../shared/vectors")
RANKED = VECTORS + "/governance/ranked_delegation/bruteforce.json"
LIQUID = [VECTORS + "/governance/liquidfeedback/oracle_%s.json" % name for name in ("small", "weights", "rights")]
SNAPSHOT = VECTORS + "/tally/public/delegation/snapshot_delegates/%s.json"

if not os.path.isdir(VECTORS):
    print("no vectors at %s: 160 ranked graphs, 18 polls and 1,382 delegations are not checked" % VECTORS)
    sys.exit(77)


def read(path):
    with open(path) as file:
        return json.load(file)


def rows(cursor, query, *arguments):
    cursor.execute(query, arguments)
    return cursor.fetchall()


def graph(cursor, table, *columns):
    """A graph of rows of Python, by way of the aggregate."""
    names = ", ".join(name for name, kind in columns)
    kinds = ", ".join("%s %s" % column for column in columns)
    [(text,)] = rows(cursor, "SELECT commune.delegation_graph(%s)::text FROM json_to_recordset(%%s) AS r (%s)" % (names, kinds),
                     json.dumps([dict(zip([name for name, kind in columns], row)) for row in table]))
    return text


def check_ranked(cursor):
    """MinSum: the sum of ranks is the smallest, and the voter at the end is one of those whom it leads to."""
    checked = 0
    for case in read(RANKED)["cases"]:
        table = [(truster, trustee, rank) for truster, trustees in enumerate(case["ranked_delegates"])
                 for rank, trustee in enumerate(trustees or [None], 1)]
        text = graph(cursor, table, ("truster", "bigint"), ("trustee", "bigint"), ("rank", "smallint"))
        found = {row[0]: row[1:] for row in rows(
            cursor, "SELECT member, head, standing FROM commune.resolve(%s::commune.delegation_graph, %s::bigint[])",
            text, case["casting"])}
        assert len(found) == case["n"]
        for voter in case["casting"]:
            assert found[voter] == (voter, "direct")
        for expected in case["expected"]:
            head, standing = found[expected["voter"]]
            assert (standing == "represented") == expected["reachable"], (case["seed"], expected)
            if expected["reachable"]:
                path = rows(cursor, "SELECT member, rank, reason FROM commune.path(%s::commune.delegation_graph, %s, %s::bigint[])",
                            text, expected["voter"], case["casting"])
                assert head in expected["minsum"]["gurus"], (case["seed"], expected)
                assert path[-1] == (head, None, "votes")
                assert sum(rank for member, rank, reason in path[:-1]) == expected["minsum"]["sum"], (case["seed"], expected)
            checked += 1
    assert checked == 926
    return checked


def check_liquid(cursor, path):
    """LiquidFeedback: issue before area before unit; whoever has lost his right is as if he were not there."""
    data = read(path)
    given = data["input"]
    absent = set(given["inactive"]) | set(given["no_voting_right"])
    for issue, expected in zip(given["issues"], data["expected"]):
        assert issue["id"] == expected["issue"]
        scopes = [("issue", issue["id"]), ("area", issue["area"]), ("unit", 1)]
        lists = {(d["truster"], d["scope"], d["scope_id"]): d["trustee"] for d in given["delegations"]}
        voters = set(issue["direct_voters"]) - absent
        table = []
        for member in set(given["members"]) - absent:
            trustee = next((lists[(member,) + scope] for scope in scopes if (member,) + scope in lists), None)
            table.append((member, None if trustee in absent else trustee, member in voters, given["weight"][str(member)]))
        text = graph(cursor, table, ("truster", "bigint"), ("trustee", "bigint"), ("votes", "boolean"), ("weight", "bigint"))

        weights = dict(rows(cursor, "SELECT member, weight FROM commune.weights(%s::commune.delegation_graph) WHERE represented", text))
        assert weights == {row["member_id"]: row["weight"] for row in expected["direct_voter"]}, (path, issue["id"])
        assert sum(weights.values()) == expected["voter_count"]
        chains = {row["member_id"]: row["delegate_member_ids"] for row in expected["delegating_voter"]}
        represented = rows(cursor, "SELECT member FROM commune.resolve(%s::commune.delegation_graph) WHERE standing = 'represented'", text)
        assert {member for member, in represented} == set(chains)
        for member, chain in chains.items():
            assert [hop for hop, in rows(cursor, "SELECT member FROM commune.path(%s::commune.delegation_graph, %s) WHERE hop > 0",
                                         text, member)] == chain
    return len(given["issues"])


def check_snapshot(cursor):
    """Snapshot: texts as ids; nobody is known to vote, so the weight rests with whoever trusts nobody."""
    expected = read(SNAPSHOT % "expected")
    chosen = {}
    for space in ("", expected["scope"]):
        for row in read(SNAPSHOT % "delegates"):
            if row["space"] == space:
                chosen[row["delegator"]] = row["delegate"]
    text = graph(cursor, list(chosen.items()), ("truster", "text"), ("trustee", "text"))
    members = rows(cursor, "SELECT member, head, standing, hops FROM commune.resolve(%s::commune.text_delegation_graph)", text)
    assert len(chosen) == expected["delegators"]
    assert len(members) == expected["nodes"]
    assert sum(standing == "ring" for member, head, standing, hops in members) == expected["unresolved_in_cycle"]
    # They count the steps until the way ends or comes back into itself.
    depths = collections.Counter()
    for member, head, standing, hops in members:
        if standing == "ring":
            hops = len(rows(cursor, "SELECT FROM commune.path(%s::commune.text_delegation_graph, %s)", text, member)) - 1
        depths[hops] += 1
    del depths[0]
    assert {str(hops): n for hops, n in depths.items()} == expected["depth_histogram"]
    assert max(depths) == expected["max_depth"]
    weights = dict(rows(cursor, "SELECT member, weight FROM commune.weights(%s::commune.text_delegation_graph) WHERE represented", text))
    for member, weight in expected["top_terminals"]:
        assert weights[member] == weight, (member, weights[member], weight)
    return len(chosen)


with psycopg2.connect("") as connection, connection.cursor() as cursor:
    print("%d ranked members, %d polls of LiquidFeedback, %d delegations of Snapshot" % (
        check_ranked(cursor), sum(check_liquid(cursor, path) for path in LIQUID), check_snapshot(cursor)))
