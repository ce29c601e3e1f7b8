"""How polls are counted, method by method, in the plainest way there is: docs/acts.md, docs/voting.md.

Ballots come as (choice, weight); options are numbered from 0 here, from 1 in what goes out."""
import hashlib
import struct
from decimal import Decimal
from fractions import Fraction

METHODS = ["majority", "plurality", "approval", "score", "quadratic", "borda", "irv", "schulze"]
RANKINGS = {"borda", "irv", "schulze"}


class Unseated(Exception):
    """A tie leaves seats empty."""


def ranks_of(text):
    """A ranking as lists of options, the best first."""
    return [[int(option) - 1 for option in rank.split("=")] for rank in text.split(">")] if text.strip() else []


def canonical_ranking(text):
    """A ranking as the database prints it."""
    return ">".join("=".join(str(o + 1) for o in sorted(rank)) for rank in ranks_of(text))


def given(choice, options):
    """What a choice gives each option: votes, 1 for the one that is chosen, 1 for a first preference that stands alone."""
    if "votes" in choice:
        return choice["votes"]
    if "option" in choice:
        first = choice["option"] - 1
    else:
        ranks = ranks_of(choice["ranking"])
        first = ranks[0][0] if ranks and len(ranks[0]) == 1 else None
    return [int(o == first) for o in range(options)]


# ---- ties

class Ties:
    """Rules, and the ties that they broke."""

    def __init__(self, rules, seed):
        self.rules, self.seed, self.broken = [rule.strip() for rule in rules.split(",")], seed, []

    def ticket(self, option):
        return hashlib.sha256(self.seed + struct.pack(">i", option + 1)).digest()

    def pick(self, tied, round, purpose, worst=False, history=()):
        """The one of the tied who is preferred; or, if the worst is wanted, who is preferred least."""
        left = list(tied)
        for rule in self.rules:
            if rule == "none":
                raise Unseated
            if rule == "lot":
                left = [(max if worst else min)(left, key=self.ticket)]
            elif rule == "option_order":
                left = [(max if worst else min)(left)]
            else:
                for votes in reversed(history) if rule == "prior_round" else history:
                    wanted = (min if worst else max)(votes[o] for o in left)
                    left = [o for o in left if votes[o] == wanted]
            if len(left) == 1:
                break
        self.broken.append({"chosen": left[0] + 1, "purpose": purpose, "round": round, "rule": rule, "tied": [o + 1 for o in tied]})
        return left[0]


def ranked(key):
    """Ranks of options by their keys, the greatest first."""
    return [1 + sum(other > own for other in key) for own in key]


def seat(rank, may, seats, ties):
    """Seats for the first ranks, and whether a tie left some empty."""
    chosen = set()
    for place in sorted(set(rank)):
        equal = [o for o, r in enumerate(rank) if r == place and may[o]]
        left = seats - len(chosen)
        if len(equal) <= left:
            chosen.update(equal)
            continue
        try:
            while left > 0:
                picked = ties.pick(equal, 1, "elect") if len(equal) > 1 else equal[0]
                equal.remove(picked)
                chosen.add(picked)
                left -= 1
        except Unseated:
            return chosen, True
        break
    return chosen, False


# ---- states

def counts(kind, highest, options, ballots, rows):
    cells = [cell for row in rows for cell in row]
    return struct.pack("<BcHI3q", 1, kind, highest, options, sum(w for _, w in ballots),
                       sum(w for c, w in ballots if kind == b"a" and not any(c["votes"])), 0) + struct.pack("<%dq" % len(cells), *cells)


def sums(options, ballots):
    """Of quadratic votes."""
    plus, minus, credits, voters = ([0] * options for _ in range(4))
    for choice, w in ballots:
        for o, v in enumerate(choice["votes"]):
            plus[o] += max(v, 0) * w
            minus[o] += max(-v, 0) * w
            credits[o] += v * v * w
            voters[o] += w * (v != 0)
    named = [o for o in range(options) if voters[o]]
    wide = b"".join(column[o].to_bytes(16, "little") for column in (plus, minus, credits) for o in named)
    return (struct.pack("<BcHI4q", 1, b"v", 0, len(named), sum(w for _, w in ballots), 0, 0, 0)
            + struct.pack("<%di" % len(named), *(o + 1 for o in named)) + wide + struct.pack("<%dq" % len(named), *(voters[o] for o in named)))


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes(out + bytes([n]))


def profile(options, ballots):
    papers = {}
    for choice, w in ballots:
        data = b"".join(bytes([rank[0] + 1]) if len(rank) == 1 else struct.pack(">BH", 255, len(rank)) + bytes(sorted(o + 1 for o in rank))
                        for rank in ranks_of(choice["ranking"]))
        papers[data] = papers.get(data, 0) + w
    return struct.pack("<B3xII", 1, options, len(papers)) + b"".join(
        varint(len(data)) + data + varint(2 * w) for data, w in sorted(papers.items()))


# ---- methods: each gives ranks, who may have a seat, and what options have in each round

class Result:
    def __init__(self, poll, ballots, seed, quorum_reached):
        self.options, self.params, self.ballots = len(poll.options), poll.params, ballots
        default = "prior_round,lot" if poll.method == "irv" else "none"
        self.ties = Ties(poll.params.get("ties", default), seed)
        self.quorum_reached = quorum_reached
        self.tied, self.rounds, self.elected = False, [], set()
        self.votes = [sum(given(choice, self.options)[o] * w for choice, w in ballots) for o in range(self.options)]
        getattr(self, "count_" + poll.method)()
        if not quorum_reached:
            self.elected, self.tied = set(), False

    def fill(self, key, may):
        self.rank = ranked(key)
        if self.quorum_reached:
            self.elected, self.tied = seat(self.rank, may, self.params.get("seats", 1), self.ties)

    def by_votes(self):
        self.rounds = [self.votes]
        self.fill(self.votes, [v > 0 for v in self.votes])

    def ranked_by_somebody(self):
        return [any(o in rank for c, _ in self.ballots for rank in ranks_of(c["ranking"])) for o in range(self.options)]

    def count_plurality(self):
        self.state = counts(b"p", 0, self.options, self.ballots, [[v] for v in self.votes])
        self.by_votes()

    def count_majority(self):
        self.count_plurality()
        threshold = self.params.get("threshold")
        total = sum(self.votes)
        if threshold:
            self.elected = {o for o in self.elected if self.votes[o] >= Fraction(*threshold) * total}
        else:
            self.elected = {o for o in self.elected if self.votes[o] * 2 > total}

    def count_approval(self):
        self.state = counts(b"a", 0, self.options, self.ballots, [[v] for v in self.votes])
        self.by_votes()

    def count_quadratic(self):
        self.state = sums(self.options, self.ballots)
        self.by_votes()

    def count_score(self):
        highest = self.params["highest"]
        rows = [[sum(w for c, w in self.ballots if c["votes"][o] == score) for score in range(highest + 1)] for o in range(self.options)]
        self.state = counts(b"s", highest, self.options, self.ballots, rows)
        if self.params.get("by", "sum") == "sum":
            self.by_votes()
            if not self.ballots:
                self.rounds = [[None] * self.options]
            return
        scores = [sorted(c["votes"][o] for c, w in self.ballots for _ in range(w)) for o in range(self.options)]
        median = [s[(len(s) - 1) // 2] if s else None for s in scores]
        self.rounds = [median]
        self.fill([-1 if m is None else m for m in median], [v > 0 for v in self.votes])

    def count_borda(self):
        self.state = profile(self.options, self.ballots)
        mode, points = self.params.get("mode", "average"), [Fraction(0)] * self.options
        for choice, w in self.ballots:
            ranks, place = ranks_of(choice["ranking"]), 1
            listed = sum(map(len, ranks))
            for rank in ranks:
                mean = Fraction(sum(range(place, place + len(rank))), len(rank))
                place += len(rank)
                for o in rank:
                    points[o] += w * ((listed + 1 if mode == "modified" else self.options) - mean)
            if mode == "average":
                for o in set(range(self.options)) - {o for rank in ranks for o in rank}:
                    points[o] += w * Fraction(self.options - listed - 1, 2)
        self.rounds = [[Decimal(p.numerator) / p.denominator for p in points]]
        self.fill(points, self.ranked_by_somebody())

    def count_schulze(self):
        self.state = profile(self.options, self.ballots)
        everybody = range(self.options)
        over = {(a, b): 0 for a in everybody for b in everybody}
        for choice, w in self.ballots:
            place = {o: i for i, rank in enumerate(ranks_of(choice["ranking"])) for o in rank}
            for a, b in over:
                over[a, b] += w * (place.get(a, self.options) < place.get(b, self.options))
        path = {(a, b): over[a, b] if over[a, b] > over[b, a] else 0 for a, b in over}
        for k in everybody:
            for i in everybody:
                for j in everybody:
                    path[i, j] = max(path[i, j], min(path[i, k], path[k, j]))
        ahead = {(a, b): path[a, b] > path[b, a] for a, b in path if a != b}
        self.rounds = [[sum(ahead[a, b] for b in everybody if a != b) for a in everybody]]
        left, key = set(everybody), [0] * self.options
        while left:
            first = {a for a in left if not any(ahead[b, a] for b in left if b != a)}
            for a in first:
                key[a] = len(left)
            left -= first
        self.fill(key, self.ranked_by_somebody())

    def count_irv(self):
        self.state = profile(self.options, self.ballots)
        papers = [([o for rank in ranks_of(c["ranking"]) for o in rank], w) for c, w in self.ballots]
        left, course = set(range(self.options)), [None] * self.options
        while True:
            votes = [sum(w for p, w in papers if next((x for x in p if x in left), None) == o) for o in range(self.options)]
            self.rounds.append(votes)
            number, history = len(self.rounds), self.rounds[:-1]
            for o in left:
                course[o] = (0, number, votes[o])
            if not sum(votes):
                break
            winner = next((o for o in left if votes[o] * 2 > sum(votes)), None)
            if winner is None and len(left) <= 2:
                best = sorted(o for o in left if votes[o] == max(votes[x] for x in left))
                winner = best[0] if len(best) == 1 else self.ties.pick(best, number, "elect", history=history)
            if winner is not None:
                self.elected, course[winner] = {winner}, (1, number, votes[winner])
                break
            last = sorted(o for o in left if votes[o] == min(votes[x] for x in left))
            left.remove(last[0] if len(last) == 1 else self.ties.pick(last, number, "exclude", worst=True, history=history))
        self.rank = ranked(course)
