"""Turn vectors of delegation into lines for delegation_vectors_test: acts for polls of a commune, and what is to come of them.

Ends with 77 where the vectors are absent.  Members are numbers from 1, lists are joined by commas, fields by tabs.

    commune   members                 a new commune of so many
    topic     name
    leave     member
    list      member  topic  names    a list for a topic, or for everything if it is *; no names: nobody acts for him
    poll      topic                   announces a poll, of no topic if it is -
    own       member  names           a list for this poll alone
    open      voters                  opens the poll, and lets them vote
    sum       member  sum  voters     the way of a member: the sum of its ranks, and at whom it may end
    lost      member                  he has no way to a voter
    chain     member  members         everybody on the way of a member, in order; in a ring the last one was there before
    weight    member  members         for how many his ballot counts
    total     members                 for how many all ballots count
"""
import json
import os
import sys

folder = os.path.join(os.environ.get("COMMUNE_VECTORS") or "../shared/vectors", "governance")
if not os.path.isdir(folder):
    sys.exit(77)


def load(name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return json.load(file)


def emit(what, *fields):
    print(what, *(",".join(map(str, field)) if isinstance(field, (list, set)) else field for field in fields), sep="\t")


# ---- ranked delegation, by brute force

ranked = load("ranked_delegation/bruteforce.json")["cases"]
size = max(case["n"] for case in ranked)
emit("commune", size)
for case in ranked:
    for member in range(size):
        names = case["ranked_delegates"][member] if member < case["n"] else []
        emit("list", member + 1, "*", [name + 1 for name in names])
    emit("poll", "-")
    emit("open", [voter + 1 for voter in case["casting"]])
    for expected in case["expected"]:
        if expected["reachable"]:
            emit("sum", expected["voter"] + 1, expected["minsum"]["sum"], [voter + 1 for voter in expected["minsum"]["gurus"]])
        else:
            emit("lost", expected["voter"] + 1)


# ---- LiquidFeedback: a unit is everything, an area is a topic, an issue is a poll

def begin(members, areas, delegations):
    emit("commune", members)
    for area in sorted(areas):
        emit("topic", "area %d" % area)
    for truster, scope, scope_id, trustee in delegations:
        if scope != "issue":
            emit("list", truster, "*" if scope == "unit" else "area %d" % scope_id, [trustee] if trustee else [])


def poll(area, own, voters):
    emit("poll", "area %d" % area if area else "-")
    for truster, trustee in own:
        emit("own", truster, [trustee] if trustee else [])
    emit("open", voters)


def expect(direct, delegating, weighted=False):
    """Chains; and weights, unless members have weights of their own, which there are none of in a commune."""
    for row in delegating:
        emit("chain", row["member_id"], [row["member_id"], *row["delegate_member_ids"]])
    if not weighted:
        for row in direct:
            emit("weight", row["member_id"], row["weight"])
        emit("total", sum(row["weight"] for row in direct))


for name in "small", "weights", "rights":
    data = load("liquidfeedback/oracle_%s.json" % name)
    given = data["input"]
    lists = [(d["truster"], d["scope"], d["scope_id"], d["trustee"]) for d in given["delegations"]]
    begin(max(given["members"]), {issue["area"] for issue in given["issues"]} | {id for _, scope, id, _ in lists if scope == "area"}, lists)
    # Who has lost his right when votes are counted is as if he were not there.
    absent = set(given["inactive"]) | set(given["no_voting_right"])
    for member in sorted(absent):
        emit("leave", member)
    for issue, expected in zip(given["issues"], data["expected"]):
        poll(issue["area"], [(truster, trustee) for truster, scope, id, trustee in lists
                             if scope == "issue" and id == issue["id"] and truster not in absent],
             [voter for voter in issue["direct_voters"] if voter not in absent])
        expect(expected["direct_voter"], expected["delegating_voter"], name == "weights")

data = load("liquidfeedback/test_sql_v4.2.2.json")
begin(len(data["members"]), range(1, 5), [(d["truster_id"], d["scope"], d["area_id"], d["trustee_id"]) for d in data["delegations"]])
for issue in data["issues"]:
    of_issue = [[row for row in data["expected"][table] if row["issue_id"] == issue["id"]] for table in ("direct_voter", "delegating_voter")]
    poll(issue["area_id"], [], [row["member_id"] for row in of_issue[0]])
    expect(*of_issue)
# Where nobody votes, the chain goes on to its end, or into a ring.
for area in range(5):
    poll(area, [], [])
    chains = {}
    for row in data["expected"]["delegation_chain_area_%d" % area if area else "delegation_chain_unit_1"]:
        chains.setdefault(row["truster"], []).append(row["member_id"])
    for truster, chain in chains.items():
        emit("chain", truster, chain)
