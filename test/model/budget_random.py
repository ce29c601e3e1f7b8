"""The budget methods against naive models: fractions and lists, no bounds, no heaps, one voter at a time."""
import decimal
import fractions
import hashlib
import math
import os
import random

import psycopg2

Fraction = fractions.Fraction
ROUNDS = 3000 if os.environ.get("COMMUNE_SOAK") else 250
SEED = b"\x01\x02\x03"

decimal.getcontext().prec = 200


def ask(cursor, query, *arguments):
    cursor.execute(query, arguments)
    return cursor.fetchall()


def lot(options):
    """The one of these whom the lot prefers."""
    return min(options, key=lambda o: hashlib.sha256(SEED + (o & 0xffffffff).to_bytes(4, "big")).digest())


def up(x, decimals):
    """A fraction, rounded up to so many decimals."""
    return decimal.Decimal(math.ceil(x * 10 ** decimals)).scaleb(-decimals)


def down(x, decimals):
    return decimal.Decimal(math.floor(x * 10 ** decimals)).scaleb(-decimals)


# ---- equal shares

class Budget:
    """Projects {id: cost}, and voters: one for each unit of weight, {project: score}."""

    def __init__(self, costs, voters, money):
        self.costs, self.voters, self.money = costs, voters, money
        self.votes = {p: sum(p in v for v in voters) for p in costs}

    def tie(self, tied, rules):
        for rule in rules:
            if rule == "lot":
                return lot(tied)
            if rule == "option_order":
                return min(tied)
            key = {"max_votes": lambda p: -self.votes[p], "min_cost": lambda p: self.costs[p], "max_cost": lambda p: -self.costs[p]}[rule]
            best = min(map(key, tied))
            tied = [p for p in tied if key(p) == best]
            if len(tied) == 1:
                return tied[0]

    def utility(self, kind, p):
        """Of one point of score."""
        return {"cost": Fraction(self.costs[p]), "cardinality": Fraction(1), "scores": Fraction(1),
                "effort": Fraction(self.costs[p], self.votes[p] or 1)}[kind]

    def rate(self, purses, p, kind):
        """What a voter with enough money pays for a point of score; None if the supporters have too little."""
        scores = [(purses[i], v[p] if kind == "scores" else 1) for i, v in enumerate(self.voters) if p in v]
        if sum(b for b, s in scores) < self.costs[p] or not scores:
            return None
        scores.sort(key=lambda x: x[0] / x[1])
        left, points = Fraction(self.costs[p]), sum(s for b, s in scores)
        for b, s in scores:
            if b * points >= left * s:
                return left / points
            left, points = left - b, points - s
        raise AssertionError

    def shares(self, share, kind, rules):
        purses = [share] * len(self.voters)
        bought, paid = [], []
        while True:
            rates = {p: self.rate(purses, p, kind) for p in self.costs if p not in [b for b, r in bought]}
            worth = {p: r / self.utility(kind, p) for p, r in rates.items() if r is not None}
            if not worth:
                return bought, paid, purses
            best = min(worth.values())
            p = self.tie(sorted(q for q in worth if worth[q] == best), rules)
            bought.append((p, rates[p]))
            for i, v in enumerate(self.voters):
                if p in v:
                    part = min(purses[i], rates[p] * (v[p] if kind == "scores" else 1))
                    purses[i] -= part
                    if part > 0:
                        paid.append((i, p, part))

    def cost(self, projects):
        return sum(self.costs[p] for p in projects)

    def greedy(self, taken, key, rules):
        taken = list(taken)
        while True:
            left = [p for p in self.costs if p not in taken and self.costs[p] <= self.money - self.cost(taken)]
            if not left:
                return taken
            best = max(map(key, left))
            taken.append(self.tie(sorted(p for p in left if key(p) == best), rules))

    def decide(self, kind, completion, increment, integral, exhaustive, rules):
        share = Fraction(self.money, len(self.voters) or 1)
        if completion.startswith("add1") and integral:
            share = Fraction(math.floor(share))
        result = self.shares(share, kind, rules)
        while completion.startswith("add1"):
            names = [p for p, r in result[0]]
            left = self.money - self.cost(names)
            if exhaustive and not any(p not in names and c <= left for p, c in self.costs.items()):
                break
            if all(p in names for p in self.costs if self.votes[p]):
                break
            following = self.shares(share + increment, kind, rules)
            if self.cost(p for p, r in following[0]) > self.money:
                break
            share, result = share + increment, following
        added = [p for p, r in result[0]]
        if completion.endswith("utilitarian"):
            score = {p: sum(v.get(p, 0) for v in self.voters) for p in self.costs}
            key = {"cost": lambda p: self.votes[p], "effort": lambda p: self.votes[p],
                   "cardinality": lambda p: Fraction(self.votes[p], self.costs[p]),
                   "scores": lambda p: Fraction(score[p], self.costs[p])}[kind]
            added = self.greedy(added, key, rules)
        return share, result, added


def invent_budget(rng):
    """Few voters with few projects and small numbers, so that money often just suffices; or more of everything."""
    small = rng.random() < 0.7
    ids = rng.sample(range(-5, 200), rng.randint(1, 6 if small else 12))
    costs = {p: rng.choice([1, 2, 3, 4, 5, 6, 10, 12]) if small else rng.randint(1, 500) for p in ids}
    money = rng.randint(0, sum(costs.values()) + 3)
    scored = rng.random() < 0.4
    ballots = []
    for i in range(rng.randint(0, 7 if small else 25)):
        chosen = rng.sample(ids, rng.randint(0, min(len(ids), 4)))
        scores = [rng.choice([1, 1, 2, 3, 7]) if scored else 1 for p in chosen]
        ballots.append((chosen, scores, rng.choice([1, 1, 1, 2, 3])))
    return costs, money, ballots, scored


def check_shares(cursor, rng):
    costs, money, ballots, scored = invent_budget(rng)
    voters = [dict(zip(chosen, scores)) for chosen, scores, weight in ballots for i in range(weight)]
    budget = Budget(costs, voters, money)
    kind = rng.choice(["cost", "cardinality", "effort", "scores"])
    completion = rng.choice(["none", "utilitarian", "add1", "add1_utilitarian"])
    rules = rng.choice([["max_votes", "min_cost", "lot"], ["max_cost", "option_order"], ["lot"], ["min_cost", "max_votes", "lot"]])
    terms = (rng.randint(1, 3), rng.random() < 0.5, rng.random() < 0.5) if completion.startswith("add1") else (None, None, None)
    [(state,)] = ask(cursor, "SELECT commune.tally_budget(p, s, w)::text FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS u (ps, ss, w), "
                     "LATERAL (SELECT ps::integer[] AS p, ss::bigint[] AS s) x",
                     ["{%s}" % ",".join(map(str, c)) for c, s, w in ballots], ["{%s}" % ",".join(map(str, s)) for c, s, w in ballots],
                     [w for c, s, w in ballots])
    if state is None:
        state = ""
    pairs = [[p, c] for p, c in costs.items()]
    arguments = (state, pairs, money, kind, completion) + terms + (",".join(rules), psycopg2.Binary(SEED))
    call = "(%s::commune.tally_budget, %s::bigint[], %s, %s, %s, %s, %s, %s, %s, %s)"
    case = (costs, money, ballots, kind, completion, terms, rules)

    share, (bought, paid, purses), added = budget.decide(kind, completion, *(terms if terms[0] else (1, False, False)), rules)
    found = ask(cursor, "SELECT project, place, completion, rate, votes, funded FROM commune.equal_shares" + call, *arguments)
    assert [r[0] for r in found] == sorted(costs), case
    assert [r[0] for r in sorted(found, key=lambda r: r[1] or 0) if r[5]] == added, (case, added, found)
    rates = dict(bought)
    for project, place, completed, rate, votes, funded in found:
        assert votes == budget.votes[project]
        assert completed is (None if not funded else project not in rates), case
        assert rate == (up(rates[project], 9) if project in rates else None), case

    # Everybody pays what he must, and everything that was bought is paid for.
    payments = {}
    for ballot, weight, projects, project, payment, total in ask(
            cursor, "SELECT ballot, weight, projects, project, payment, total FROM commune.equal_shares_payments" + call, *arguments):
        payments.setdefault(project, []).append((payment, weight))
        assert total == payment * weight
    expected = {}
    for voter, project, part in paid:
        expected.setdefault(project, []).append(up(part, 9))
    assert {p: sorted(x for x, w in parts for i in range(w)) for p, parts in payments.items()} == {
        p: sorted(parts) for p, parts in expected.items()}, case
    for project, parts in payments.items():
        assert costs[project] <= sum(x * w for x, w in parts) < costs[project] + len(voters) * decimal.Decimal("1e-9") + 1

    # Every step shows what it chose from.
    purses = [share] * len(voters)
    steps = ask(cursor, "SELECT step, project, status, money, rate_num, rate_den FROM commune.equal_shares_steps" + call, *arguments)
    for step in range(1, len(bought) + 2):
        rows = {r[1]: r[2:] for r in steps if r[0] == step and r[2] != "added"}
        assert set(rows) == set(costs) - {p for p, r in bought[:step - 1]}
        for project, (status, behind, num, den) in rows.items():
            rate = budget.rate(purses, project, kind)
            assert behind == down(sum(b for b, v in zip(purses, voters) if project in v), 9), case
            assert status == ("bought" if [project] == [p for p, r in bought[step - 1:step]] else "offered" if rate is not None else "too expensive")
            assert (rate is None and num is None) or rate == Fraction(int(num), int(den)), case
        for project, rate in bought[step - 1:step]:
            purses = [b - min(b, rate * (v.get(project, 0) if kind == "scores" else project in v)) for b, v in zip(purses, voters)]
    rounds = ask(cursor, "SELECT share_num, share_den, cost, bought, kept FROM commune.equal_shares_rounds" + call, *arguments)
    for num, den, cost, n, kept in rounds:
        model = budget.shares(Fraction(int(num), den), kind, rules)[0]
        assert (cost, n, kept) == (budget.cost(p for p, r in model), len(model), budget.cost(p for p, r in model) <= money), case


# ---- greedy

def check_greedy(cursor, rng):
    costs, money, ballots, scored = invent_budget(rng)
    voters = [dict(zip(chosen, scores)) for chosen, scores, weight in ballots for i in range(weight)]
    budget = Budget(costs, voters, money)
    rules = rng.choice([["max_votes", "min_cost", "lot"], ["option_order"], ["lot"]])
    measure, stop = rng.choice(["votes", "votes_per_cost", "score", "score_per_cost"]), rng.random() < 0.5
    score = {p: sum(v.get(p, 0) for v in voters) for p in costs}
    key = {"votes": lambda p: budget.votes[p], "votes_per_cost": lambda p: Fraction(budget.votes[p], costs[p]),
           "score": lambda p: score[p], "score_per_cost": lambda p: Fraction(score[p], costs[p])}[measure]
    if stop:
        expected, left, rest = [], money, list(costs)
        while rest:
            best = max(map(key, rest))
            p = budget.tie(sorted(q for q in rest if key(q) == best), rules)
            rest.remove(p)
            if costs[p] > left:
                break
            expected.append(p)
            left -= costs[p]
    else:
        expected = budget.greedy([], key, rules)
    state = " ".join("%d*(%s)" % (w, ",".join("%d:%d" % x for x in zip(c, s))) for c, s, w in ballots)
    found = ask(cursor, "SELECT project, votes, score, funded, remaining FROM commune.greedy_budget(%s::commune.tally_budget, %s::bigint[], "
                "%s, %s, %s, %s, %s) ORDER BY place", state, [[p, c] for p, c in costs.items()], money, measure,
                "stop" if stop else "skip", ",".join(rules), psycopg2.Binary(SEED))
    assert [r[0] for r in found if r[3]] == expected, (costs, money, ballots, measure, stop, rules, expected, found)
    assert {r[0]: (r[1], r[2]) for r in found} == {p: (budget.votes[p], score[p]) for p in costs}
    assert [r[4] for r in found if r[3]][-1:] == ([money - budget.cost(expected)] if expected else [])


# ---- votes

def check_limits(cursor, rng):
    """Quadratic and cumulative ballots, one by one, and their sums."""
    options = rng.randint(1, 5)
    limit, negative = rng.randint(0, 60), rng.random() < 0.4
    over, most = rng.choice(["reject", "clip", "scale"]), rng.randint(0, 12)
    ballots = [None if rng.random() < 0.1 else [rng.randint(-6 if negative else -1 if rng.random() < 0.05 else 0, 7) for o in range(rng.randint(0, options))]
               for i in range(rng.randint(1, 12))]
    weights = [rng.choice([1, 1, 2, -1, 5]) for b in ballots]

    def quadratic(votes):
        cost = sum(v * v for v in votes)
        if any(v < 0 for v in votes) and not negative:
            return None
        if cost <= limit:
            return votes
        out, left = [], limit
        for v in votes:
            if over == "scale":
                size = max(x for x in range(abs(v) + 1) if x * x * cost <= v * v * limit)
            else:
                size = max(x for x in range(abs(v) + 1) if x * x <= left)
                left -= size * size
            out.append(-size if v < 0 else size)
        return None if over == "reject" else out

    def cumulative(points):
        if any(v < 0 for v in points):
            return None
        cut = [min(v, most) for v in points]
        if sum(cut) <= limit and cut == points:
            return points
        out, left = [], limit
        for v in cut:
            out.append(v * limit // sum(cut) if over == "scale" and sum(cut) > limit else min(v, left) if over == "clip" else v)
            left -= out[-1]
        return None if over == "reject" else out

    for name, model, tail in ("quadratic", quadratic, negative), ("cumulative", cumulative, most):
        counts = {"ballots": 0, "cut": 0, "abstained": 0, "rejected": 0}
        sums = {}
        for votes, weight in zip(ballots, weights):
            kept = None if votes is None else model(votes)
            counts["abstained" if votes is None else "rejected" if kept is None else "ballots"] += weight
            counts["cut"] += weight * (kept is not None and kept != votes)
            for option, v in enumerate(kept or [], 1):
                plus, minus, credits, voters = sums.get(option, (0, 0, 0, 0))
                sums[option] = (plus + weight * max(v, 0), minus + weight * max(-v, 0), credits + weight * v * v, voters + weight * (v != 0))
            if votes is not None:
                assert ask(cursor, "SELECT commune.%s_ballot(%%s::integer[], %%s, %%s, %%s)" % name, votes, limit, over, tail) == [(kept,)]
        [(state, counted)] = ask(
            cursor, "SELECT s, (SELECT row_to_json(b) FROM commune.ballots(s) b) FROM (SELECT commune.tally_%s(v::integer[], %%s, w, %%s, %%s) AS s "
            "FROM unnest(%%s::text[], %%s::bigint[]) AS u (v, w)) x" % name, limit, over, tail,
            [None if b is None else "{%s}" % ",".join(map(str, b)) for b in ballots], weights)
        assert counted == counts, (name, ballots, weights, limit, over, tail)
        found = ask(cursor, "SELECT option, votes_for, votes_against, credits, voters, votes FROM commune.option_votes(%s::commune.tally_sums)", state)
        assert [tuple(map(int, r)) for r in found] == [
            (o,) + sums[o] + (sums[o][0] - sums[o][1],) for o in sorted(sums) if any(sums[o])], (name, ballots, weights, limit, over, tail)


def check_majority(cursor, rng):
    votes = {o: rng.choice([0, rng.randint(0, 9), rng.randint(0, 10 ** 18)]) for o in rng.sample(range(-3, 9), rng.randint(1, 4))}
    abstained = rng.randint(0, 9)
    cast = sum(votes.values())
    base = rng.choice(["cast", "cast_abstained", "electorate", "against"])
    electorate = cast + abstained + rng.randint(0, 20)
    against = rng.choice(list(votes))
    num, den = rng.choice([(1, 2), (2, 3), (3, 4), (0, 1), (1, 1), (5, 9)] + [(3, 1)] * (base == "against"))
    strict, quorum = rng.random() < 0.5, rng.choice([None, 0, cast + abstained, cast + abstained + 1])
    whole = {"cast": cast, "cast_abstained": cast + abstained, "electorate": electorate, "against": votes[against]}[base]
    state = "ballots=%d abstained=%d " % (min(cast, 2 ** 62), abstained) + " ".join("%d=%d" % x for x in votes.items())
    found = ask(cursor, "SELECT option, votes, base, needed, reached, quorum_met, passed FROM commune.majority(%s::commune.tally_sums, %s, %s, %s, "
                "%s, %s, %s, %s, %s)", state, num, den, strict, base, electorate, against, quorum, list(votes))
    assert [r[0] for r in found] == sorted(votes)
    for option, v, b, needed, reached, quorum_met, passed in found:
        enough = lambda x: x > 0 and (x * den > whole * num if strict else x * den >= whole * num)
        assert (int(v), int(b), reached) == (votes[option], whole, enough(votes[option])), (state, base, num, den, strict)
        assert enough(int(needed)) and not enough(int(needed) - 1)
        assert quorum_met == (cast + abstained >= (quorum or 0)) and passed == (reached and quorum_met)


def check_seats(cursor, rng):
    lists = rng.sample(range(-4, 30), rng.randint(1, 7))
    votes = {l: rng.choice([0, rng.randint(0, 6), rng.randint(0, 1000), 10 * rng.randint(0, 9)]) for l in lists}
    wanted = rng.randint(1, 25)
    num, den = rng.choice([(0, 1), (0, 1), (1, 20), (1, 3)])
    method = rng.choice(["dhondt", "sainte_lague", "modified_sainte_lague", "hare", "droop", "most_votes"])
    counted = {l: v if v * den >= num * sum(votes.values()) else 0 for l, v in votes.items()}
    total = sum(counted.values())
    seats = dict.fromkeys(lists, 0)

    def give(key, once):
        """Seats for the greatest keys; a tie for the last ones by lot."""
        out = set()
        while sum(seats.values()) < wanted:
            rest = [l for l in lists if key(l) > 0 and l not in out]
            if not rest:
                return
            best = max(map(key, rest))
            tied = sorted(l for l in rest if key(l) == best)
            left = wanted - sum(seats.values())
            chosen = tied
            if len(tied) > left:
                chosen = sorted(tied, key=lambda o: hashlib.sha256(SEED + (o & 0xffffffff).to_bytes(4, "big")).digest())[:left]
            if once:
                out |= set(tied)
            for l in chosen:
                seats[l] += 1

    if method in ("hare", "droop"):
        quota = (Fraction(total, wanted) if method == "hare" else total // (wanted + 1) + 1) or 1
        for l in lists:
            seats[l] = math.floor(counted[l] / Fraction(quota))
        rest = {l: counted[l] / Fraction(quota) - seats[l] for l in lists}
        give(lambda l: rest[l], True)
    elif method == "most_votes":
        give(lambda l: counted[l], True)
    else:
        first = {"dhondt": lambda s: s + 1, "sainte_lague": lambda s: 2 * s + 1,
                 "modified_sainte_lague": lambda s: Fraction(7, 5) if s == 0 else 2 * s + 1}[method]
        give(lambda l: Fraction(counted[l]) / first(seats[l]), False)
    state = " ".join("%d=%d" % x for x in votes.items())
    arguments = (state, wanted, method, "lot", psycopg2.Binary(SEED), num, den, lists)
    call = "(%s::commune.tally_sums, %s, %s, %s, %s, NULL, %s, %s, %s)"
    found = ask(cursor, "SELECT option, votes, seats FROM commune.seats" + call, *arguments)
    assert [(r[0], int(r[1]), r[2]) for r in found] == [(l, votes[l], seats[l]) for l in sorted(lists)], (arguments, seats, found)
    steps = ask(cursor, "SELECT seat, option, reason, num, den FROM commune.seat_steps" + call, *arguments)
    assert [r[0] for r in steps] == list(range(1, len(steps) + 1))
    assert {l: sum(r[1] == l for r in steps) for l in lists} == seats
    if method in ("dhondt", "sainte_lague", "modified_sainte_lague"):
        keys = [Fraction(int(r[3]), int(r[4])) for r in steps]
        assert keys == sorted(keys, reverse=True)


# ---- money for many

def isqrt(x):
    return math.isqrt(x)


def divide(ideals, pool, always, floor, cap):
    """Shares of a pool; ideals are fractions."""
    def shares(names, money):
        total = sum(ideals[p] for p in names)
        if total == 0:
            return dict.fromkeys(names, Fraction(0)), 0
        if always or total > money:
            return {p: ideals[p] * money / total for p in names}, money
        return {p: ideals[p] for p in names}, math.floor(total)

    exact, whole = shares(ideals, pool)
    uncapped = {p: math.floor(x) for p, x in exact.items()}
    if floor:
        match = dict(uncapped)
        while True:
            over = sum(max(0, x - cap) for x in match.values())
            match = {p: min(x, cap) for p, x in match.items()}
            base = sum(x for x in match.values() if x < cap)
            if over == 0 or base == 0:
                return uncapped, match
            match = {p: x + over * x // base if x < cap else x for p, x in match.items()}
    names, money, match = list(ideals), pool, {}
    while True:
        exact, whole = shares(names, money)
        beyond = [p for p in names if exact[p] > cap]
        if not beyond:
            break
        for p in beyond:
            match[p] = cap
            names.remove(p)
            money -= cap
    rest = {p: exact[p] - math.floor(exact[p]) for p in names}
    match.update({p: math.floor(exact[p]) for p in names})
    left = whole - sum(match[p] for p in names)
    order = sorted(names, key=lambda o: (-rest[o], hashlib.sha256(SEED + (o & 0xffffffff).to_bytes(4, "big")).digest()))
    for p in order[:left]:
        match[p] += 1
    return uncapped, match


def check_funding(cursor, rng):
    projects, people = rng.sample(range(-3, 50), rng.randint(1, 6)), rng.sample(range(-5, 100), rng.randint(1, 9))
    big = rng.choice([10, 10, 1000, 10 ** 9, 10 ** 15])
    rows = [(rng.choice(projects), rng.choice(people), rng.choice([1, 4, 9, rng.randint(1, big)])) for i in range(rng.randint(1, 30))]
    if rng.random() < 0.3:
        rows += [(p, c, -a) for p, c, a in rng.sample(rows, len(rows) // 3)]
    pool = rng.choice([0, rng.randint(1, 50), rng.randint(1, 20 * big)])
    always, floor = rng.random() < 0.5, rng.random() < 0.4
    cap = rng.choice([2 ** 63 - 1, rng.randint(0, pool + 1), pool // 3 + 1])
    given = {}
    for p, c, a in rows:
        given[p, c] = given.get((p, c), 0) + a
    given = {k: a for k, a in given.items() if a}
    named = sorted({p for p, c in given})
    bound = rng.choice([1, 25, big, 10 ** 12])
    root = {k: isqrt(a * 10 ** 18) for k, a in given.items()}
    shared = {}
    for p, c in given:
        for q, d in given:
            if p == q and c < d:
                shared[c, d] = shared.get((c, d), 0) + root[p, c] * root[p, d] // 10 ** 9
    weight = {"paper": lambda t: Fraction(bound * 10 ** 9, bound * 10 ** 9 + t), "gitcoin": lambda t: Fraction((bound + 1) * 10 ** 9, t)}

    def ideal(formula, p):
        mine = [(c, a) for (q, c), a in given.items() if q == p]
        total = sum(a for c, a in mine)
        if formula == "gitcoin_isqrt":
            s = sum(isqrt(a) for c, a in mine)
            return Fraction(max(0, s * s + sum(a - isqrt(a) ** 2 for c, a in mine) - total))
        if formula in ("exact", "square"):
            s = sum(root[p, c] for c, a in mine)
            return Fraction(max(0, s * s - (total * 10 ** 18 if formula == "exact" else 0)), 10 ** 18)
        return Fraction(sum((2 if formula == "paper" else 1) and math.floor(
            (root[p, c] * root[p, d] // 10 ** 9) * weight[formula](shared[c, d]))
            for c, a in mine for d, b in mine if c < d) * (2 if formula == "paper" else 1), 10 ** 9)

    [(state,)] = ask(cursor, "SELECT commune.tally_contributions(p, c, a) FROM unnest(%s::integer[], %s::bigint[], %s::bigint[]) AS u (p, c, a)",
                     *map(list, zip(*rows)))
    tail = ("always" if always else "saturated", "floor" if floor else "largest_remainder", None if cap == 2 ** 63 - 1 else cap, "lot", psycopg2.Binary(SEED))
    for formula in "exact", "square", "gitcoin_isqrt", "paper", "gitcoin":
        ideals = {p: ideal(formula, p) for p in named}
        uncapped, match = divide(ideals, pool, always, floor, cap)
        columns = "SELECT project, contributors, received, ideal, uncapped, match FROM commune."
        if formula in ("paper", "gitcoin"):
            found = ask(cursor, columns + "pairwise_funding(%s::commune.tally_contributions, %s, %s, %s, %s, %s, %s, %s, %s)",
                        state, pool, bound, formula, *tail)
        else:
            found = ask(cursor, columns + "quadratic_funding(%s::commune.tally_contributions, %s, %s, %s, %s, %s, %s, %s)",
                        state, pool, formula.split("_")[0], *tail)
        case = (rows, pool, bound, formula, tail)
        assert [(r[0], r[1], int(r[2]), Fraction(r[3])) for r in found] == [
            (p, sum(q == p for q, c in given), sum(a for (q, c), a in given.items() if q == p), ideals[p]) for p in named], (case, found, ideals)
        assert [(r[4], r[5]) for r in found] == [(uncapped[p], match[p]) for p in named], (case, found, uncapped, match)
        if not floor and cap > pool:
            assert sum(r[5] for r in found) == min(pool if always and any(ideals.values()) else math.floor(sum(ideals.values())), pool)
        if formula in ("paper", "gitcoin"):
            found = ask(cursor, "SELECT a, b, shared, weight FROM commune.funding_pairs(%s::commune.tally_contributions, %s, %s)", state, bound, formula)
            assert [(a, b, Fraction(t), w) for a, b, t, w in found] == [
                (c, d, Fraction(t, 10 ** 9), down(weight[formula](t), 9)) for (c, d), t in sorted(shared.items())], case


def check_alpha(cursor, rng):
    ballots = [{o: rng.randint(1, 9) for o in rng.sample(range(1, 6), rng.randint(1, 4))} for i in range(rng.randint(2, 8))]
    votes = {o: sum(b.get(o, 0) for b in ballots) for o in range(1, 6)}
    credits = {o: sum(b.get(o, 0) ** 2 for b in ballots) for o in range(1, 6)}
    squares, spent = sum(v * v for v in votes.values()), sum(credits.values())
    factor = rng.choice([1, 10 ** 13])
    budget = spent * factor + rng.randint(0, 10 ** rng.randint(1, 25))
    if squares == spent:
        return
    alpha = (budget - spent * factor) * 10 ** 18 // (factor * (squares - spent))
    state = " ".join("%d=%d,0,%d,1" % (o, votes[o], credits[o]) for o in votes)
    found = ask(cursor, "SELECT option, amount, alpha FROM commune.alpha_funding(%s::commune.tally_sums, %s, %s, '{1,2,3,4,5}')", state, budget, factor)
    for option, amount, a in found:
        assert a == decimal.Decimal(alpha).scaleb(-18)
        assert int(amount) == (alpha * factor * votes[option] ** 2 + 10 ** 18 * factor * credits[option] - alpha * factor * credits[option]) // 10 ** 18
    assert sum(int(r[1]) for r in found) <= budget


checks = {"shared budgets": check_shares, "greedy budgets": check_greedy, "ballots with limits": check_limits, "majorities": check_majority,
          "divisions of seats": check_seats, "pools": check_funding, "rounds with alpha": check_alpha}
with psycopg2.connect("") as connection, connection.cursor() as cursor:
    for name, check in checks.items():
        rng = random.Random(20260101)
        for i in range(ROUNDS):
            check(cursor, rng)
    print("%d each of: %s" % (ROUNDS, ", ".join(checks)))
