"""Delegation in a poll, and counting: docs/acts.md."""
import hashlib

from . import methods


def lists_that_count(electorate, delegations, poll_scope, topics, opened_at):
    """For each of the electorate who has one, the list that counts: the most specific that has not expired.

    A list is its names and the ranks of those who must vote themselves.  `delegations` maps (member, scope) to (list,
    expires); `topics` are the poll's topic and those above it, in order."""
    scopes = [poll_scope, *(("topic", topic) for topic in topics), ("everything",)]
    found = {}
    for member in electorate:
        for scope in scopes:
            made, expires = delegations.get((member, scope), (None, None))
            if made is not None and (expires is None or expires > opened_at):
                found[member] = made
                break
    return found


def represented_by(electorate, lists, voters):
    """For each of the electorate who does not vote himself and is represented: by whom.

    The way with the smallest sum of ranks is looked for as long as somebody finds a shorter one."""
    choices = {member: [(rank, name) for rank, name in enumerate(names, 1)
                        if name in electorate and (rank not in must_vote or name in voters)]
               for member, (names, must_vote) in lists.items()}
    sums, delegate, better = dict.fromkeys(voters, 0), {}, True
    while better:
        better = False
        for member in electorate - voters:
            ways = [(sums[name] + rank, rank, name) for rank, name in choices.get(member, ()) if name in sums]
            if ways and min(ways)[:2] != (sums.get(member), delegate.get(member, (None,))[0]):
                (sums[member], rank, name), better = min(ways), True
                delegate[member] = rank, name
    found = {}
    for member in delegate:
        at = member
        while at not in voters:
            at = delegate[at][1]
        found[member] = at
    return found


class Count:
    """What a poll comes to.  `ballots` maps voters to choices, `numbers` to the numbers that the register gave them; those who are
    `late` vote for themselves alone."""

    def __init__(self, poll, electorate, lists, ballots, late, numbers):
        options = len(poll.options)
        represents = dict.fromkeys(ballots, 0)
        for member, voter in represented_by(electorate, lists, set(ballots) - late).items():
            represents[voter] += member not in late

        self.electorate = len(electorate)
        self.direct = len(ballots)
        self.represented = sum(represents.values())
        self.unrepresented = self.electorate - self.direct - self.represented
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
