"""The lists that count in a poll, and counting: docs/acts.md."""
import hashlib

from . import methods
from .way import Ways


def lists_that_count(electorate, delegations, poll_scope, topics, opened_at):
    """For each of the electorate who has one, the list that counts: the most specific that has not expired; its scope; and who has
    none because his have expired.

    A list is its names and the ranks of those who must vote themselves.  `delegations` maps (member, scope) to (list,
    expires); `topics` are the poll's topic and those above it, in order."""
    scopes = [poll_scope, *(("topic", topic) for topic in topics), ("everything",)]
    found, scope_of, expired = {}, {}, set()
    for member in electorate:
        for scope in scopes:
            made, expires = delegations.get((member, scope), (None, None))
            if made is not None and (expires is None or expires > opened_at):
                found[member], scope_of[member] = made, scope
                break
            if made is not None:
                expired.add(member)
    return found, scope_of, expired - set(found)


class Count:
    """What a poll comes to.  `ballots` maps voters to choices, `numbers` to the numbers that the register gave them; those who are
    `late` vote for themselves alone."""

    def __init__(self, poll, electorate, lists, ballots, late, numbers):
        options = len(poll.options)
        represents = dict.fromkeys(ballots, 0)
        for member, voter in Ways(electorate, lists, set(ballots) - late, poll.cap(), numbers).represented().items():
            represents[voter] += member not in late

        self.electorate = len(electorate)
        self.direct = len(ballots)
        self.represented = sum(represents.values())
        self.unrepresented = self.electorate - self.direct - self.represented
        self.weight = {voter: 1 + others for voter, others in represents.items()}
        weights = sorted(self.weight.values(), reverse=True)
        self.largest, self.squares = max(weights, default=0), sum(weight ** 2 for weight in weights)
        self.nakamoto = next((n for n in range(1, len(weights) + 1) if 2 * sum(weights[:n]) > sum(weights)), 0)
        self.abstained = 0
        self.direct_votes = [0] * options
        self.represented_votes = [0] * options
        counted = []
        for voter, choice in ballots.items():
            if "abstain" in choice:
                self.abstained += 1 + represents[voter]
            else:
                counted.append((choice, 1 + represents[voter]))
                for i, v in enumerate(methods.given(choice, options)):
                    self.direct_votes[i] += v
                    self.represented_votes[i] += represents[voter] * v
        self.votes = [a + b for a, b in zip(self.direct_votes, self.represented_votes)]

        num, den = poll.quorum or (0, 1)
        self.quorum_reached = (self.direct + self.represented) * den >= self.electorate * num
        found = methods.Result(poll, counted, seed(poll, ballots, numbers), self.quorum_reached)
        self.rank, self.tied, self.rounds = found.rank, found.tied, found.rounds
        self.ties, self.state = found.ties.broken, hashlib.sha256(found.state).digest()
        self.winners = [i + 1 for i in sorted(found.elected)]


def seed(poll, ballots, numbers):
    """The seed of a poll's lots."""
    lines = "".join("%d %s\n" % (numbers[voter], written(choice)) for voter, choice in sorted(ballots.items(), key=lambda b: numbers[b[0]]))
    return hashlib.sha256(b"commune/lot/1\n" + poll.manifest + lines.encode()).digest()


def written(choice):
    if "abstain" in choice:
        return "-"
    if "ranking" in choice:
        return methods.canonical_ranking(choice["ranking"])
    return str(choice["option"]) if "option" in choice else ",".join(map(str, choice["votes"]))
