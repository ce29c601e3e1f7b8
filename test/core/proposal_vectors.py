"""Turn published cases of governance into lines for proposal_vectors_test: what, group, fields.  Ends with 77 where they are absent.

    bar      group  form p0 p1 p2 p3  x  bar  tolerance      a curve's bar at a part of the time (10^-9)
    time     group  form p0 p1 p2 p3  y  x                   from when on y is enough
    inverse  group  form p0 p1 p2 p3  steps                  y at its time is enough, for so many y
    decide   group  support strict approval participation yes no abstain electorate  supported approved participated accepted
    oppose   group  min max coefficient no electorate needed
    average  group  before part whole after min max quorum   10^-12; the bar in 10^-12 of a million members
    hold     group  from to shortest longest objectors electorate time
    case     group  name                                     a scenario that is told in words: the test says where it is, or why not

Fractions are num/den.
"""
import json
import os
import re
import sys
from fractions import Fraction

folder = os.path.join(os.environ.get("COMMUNE_VECTORS") or "../shared/vectors", "governance")
if not os.path.isdir(folder):
    sys.exit(77)

ONE = 10**9


def load(name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return json.load(file)


def emit(what, group, *fields):
    print(what, group, *fields, sep="\t")


def fraction(value):
    value = Fraction(str(value)).limit_denominator(1000000)
    return f"{value.numerator}/{value.denominator}"


def percent(text):
    number, _, eps = text.partition("-")
    return int(number) * ONE // 100 - (eps == "eps")


# ---- polkadot

curves = load("polkadot/curve_vectors.json")
stepped = ("stepped", 80 * ONE // 100, 30 * ONE // 100, 10 * ONE // 100, 15 * ONE // 100)
for x, y in curves["stepped"]["threshold"]:
    emit("bar", "polkadot", *stepped, percent(x), percent(y), 0)
for y, x in curves["stepped"]["delay"]:
    emit("time", "polkadot", *stepped, percent(y), percent(x))
emit("inverse", "polkadot", *stepped, 10007)
linear = ("linear", ONE, 0, ONE, 0)
emit("time", "polkadot", *linear, 0, ONE)
emit("bar", "polkadot", *linear, ONE, 0, 0)
emit("inverse", "polkadot", *linear, 10007)
example = curves["reciprocal_example"]
reciprocal = ("reciprocal", round(example["factor"] * ONE), round(example["x_offset"] * ONE), round(example["y_offset"] * ONE), 0)
emit("inverse", "polkadot", *reciprocal, 96997)
for track in load("polkadot/opengov_tracks.json")["tracks"]:
    for curve in (track["min_approval"], track["min_support"]):
        if curve["kind"] == "linear":
            numbers = ("linear", *(round(curve[name] * ONE) for name in ("length", "floor", "ceil")), 0)
        else:
            solved = curve["solved"]
            numbers = ("reciprocal", *(round(solved[name] * ONE) for name in "KST"), 0)
        for x, y in curve["points"]:
            emit("bar", "tracks", *numbers, round(x * ONE), round(y * ONE), 2000)
for trace in load("polkadot/referenda_traces.json")["traces"]:
    emit("case", "polkadot", trace["id"])

# ---- counts

for case in load("aragon/majority_voting.json")["cases"]:
    if case["total"] < 2**63:
        emit("decide", "aragon", f"{case['support']}/1000000", 1, f"{case['min_approval']}/1000000", f"{case['participation']}/1000000",
             case["yes"], case["no"], case["abstain"], case["total"],
             *(int(case[name]) for name in ("support_reached", "min_approval_reached", "participation_reached", "can_execute_after_end")))
    else:
        emit("case", "aragon", "total of 10^36")

cosmos = load("cosmos/tally_cases.json")
for case in cosmos["cases"]:
    tally = case["expect"]["tally"]
    bonded = 10 + sum(shares for _, _, shares in case["delegations"])
    high = case["kind"] in ("law", "amendment") and not case["endorsed"]
    emit("decide", "cosmos", "9/10" if high else "667/1000", 1, "0/1", "3/10", tally["yes"], tally["no"], tally["abstain"], bonded,
         "?", "?", "?", int(case["expect"]["passes"]))

zeppelin = load("openzeppelin/scenarios.json")
for case in zeppelin["cases"]:
    emit("case", "openzeppelin", case["id"])
    if case["id"] in ("nominal", "quorum not reached", "score not reached"):
        weight = zeppelin["setup"]["weights"]
        cast = {choice: sum(weight[v] for v, c in case["votes"].items() if c == choice) for choice in ("For", "Against", "Abstain")}
        # Their quorum counts for and abstain: here the approval quorum of one tenth counts for.
        emit("decide", "openzeppelin", "1/2", 1, "1/10", "0/1", cast["For"], cast["Against"], cast["Abstain"], 100,
             "?", "?", "?", int(case["after_deadline"] == "Succeeded"))

# ---- bars that move

for case in load("nouns/dynamic_quorum.json")["cases"]:
    emit("oppose", "nouns", f"{case['min_bps']}/10000", f"{case['max_bps']}/10000", case["coef"], case["against"], case["supply"], case["quorum"])

ema = load("cosmos/dynamic_quorum_and_deposit.json")["quorum"]
before = Fraction(str(ema["pEMA0"]))
for step in ema["steps"]:
    part = Fraction(str(step["participation"]))
    emit("average", "cosmos", int(before * 10**12), part.numerator, part.denominator, int(Fraction(str(step["pEMA"])) * 10**12),
         fraction(ema["Qmin"]), fraction(ema["Qmax"]), int(Fraction(str(step["quorum"])) * 10**12))
    before = Fraction(str(step["pEMA"]))

lido = load("lido/dynamic_timelock.json")
for share, seconds in lido["points"]:
    share = Fraction(share)
    emit("hold", "lido", fraction(lido["R1"]), fraction(lido["R2"]), lido["Lmin_s"], lido["Lmax_s"], share.numerator, share.denominator, seconds)

# ---- Compound's scripts

for name in sorted(os.listdir(os.path.join(folder, "compound"))):
    with open(os.path.join(folder, "compound", name), encoding="utf-8") as file:
        for title in re.findall(r'^Test "(.*)"', file.read(), re.M):
            emit("case", "compound", f"{name[:-5]}: {title}")
