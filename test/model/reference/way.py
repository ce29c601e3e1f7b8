"""What becomes of a vote in a poll, and why: docs/acts.md and docs/delegation.md."""


class Ways:
    """Who passes his vote on to whom, among an electorate with these lists, if these members vote.

    Members arrive at the voters one after the other: whose sum of ranks is smallest, then whose own rank is, then whose number is.
    Who arrives first is settled; who does not fit, because the voter carries as many as the cap allows, waits for another choice."""

    def __init__(self, electorate, lists, voters, cap, numbers):
        self.electorate, self.lists, self.voters = electorate, lists, voters
        self.sum, self.voter = dict.fromkeys(voters, 0), {member: member for member in voters}
        self.delegate = {}          # of those who are settled and of others: (rank, name)
        weight = dict.fromkeys(voters, 1)
        choices = {member: self.choices(member) for member in electorate - voters}
        while True:
            arriving = [(self.sum[name] + rank, rank, numbers[member], member, name) for member in choices if member not in self.sum
                        for rank, name in choices[member]
                        if name in self.sum and (cap is None or weight[self.voter[name]] < cap)]
            if not arriving:
                break
            at, rank, _, member, name = min(arriving)
            self.sum[member], self.delegate[member], self.voter[member] = at, (rank, name), self.voter[name]
            weight[self.voter[name]] += 1
        self.cut = {member for member in choices if member not in self.sum and any(name in self.sum for _, name in choices[member])}
        for member in choices:
            if member not in self.sum and member not in self.cut and choices[member]:
                self.delegate[member] = choices[member][0]

    def choices(self, member):
        """Those names on his list that could pass a vote on."""
        names, must_vote = self.lists.get(member, ((), ()))
        return [(rank, name) for rank, name in enumerate(names, 1)
                if name in self.electorate and (rank not in must_vote or name in self.voters)]

    def represented(self):
        """For each member who does not vote himself and is represented: by whom."""
        return {member: voter for member, voter in self.voter.items() if member not in self.voters}


def path(poll, asked, size):
    """The rows of path(), as it was when the register had this size."""
    if asked not in poll.electorate:
        return [(0, asked, None, None, None, "not in the electorate")]
    cast = {did for did, (_, _, first) in poll.ballots.items() if first < size}
    late = cast & poll.late()
    ways = Ways(poll.electorate, poll.lists, cast - late, poll.cap(), poll.numbers)
    rows, passed, at, hop = [], [], asked, 0
    while at not in passed and at not in ways.voters and not (at == asked and at in late):
        rows += [(hop, at, "/".join(poll.scopes[at]), *choice) for choice in choices(poll, ways, late, at)]
        if at not in ways.delegate:
            break
        passed.append(at)
        at, hop = ways.delegate[at][1], hop + 1
    ends = "ring" if at in passed else why_here(poll, ways, late, at, asked)
    scope = "/".join(poll.scopes[at]) if at in poll.lists and at not in cast else None
    return [*rows, (hop, at, scope, None, None, ends)]


def choices(poll, ways, late, at):
    """Each choice of a member up to the one that leads to a voter, with a reason."""
    names, must_vote = poll.lists.get(at, ((), ()))
    taken = ways.delegate.get(at, (None, None))[0]
    for rank, name in enumerate(names, 1):
        if rank == taken:
            reason = "delegates" if rank == 1 else "backup"
        elif name not in poll.electorate:
            reason = "not a member"
        elif rank in must_vote and name not in ways.voters:
            reason = "voted too late" if name in late else "does not vote"
        elif name not in ways.sum:
            reason = "leads to nobody"
        elif at not in ways.sum or (ways.sum[name] + rank, rank) < (ways.sum[at], taken):
            reason = "cap reached"
        else:
            reason = "longer way"
        yield rank, name, reason
        if rank == taken and at in ways.sum:
            return


def why_here(poll, ways, late, at, asked):
    if at in ways.voters or (at == asked and at in late):
        return "votes"
    if at in late:
        return "voted too late"
    if poll.lists.get(at, ((), ()))[0]:
        return "cap reached" if at in ways.cut else "no choice helps"
    if at in poll.lists:
        return "nobody"
    return "expired" if at in poll.expired else "no list"
