"""The state of a commune, and what acts and the clock do to it: docs/acts.md.

A State is changed by fold() for each act of a block and then by clock(), which gives the engine's entries.  check() asks
what an act would come to, and changes nothing.  Times are microseconds since 1970."""
import functools

from . import count, kinds, merkle, methods
from .record import base64url, base64url_decode, canonical, did_binary, is_of_prime_order, key_of_did, leaf
from .way import Ways

SECOND = 1000000
DAY = 86400 * SECOND
AHEAD = 300         # seconds that clocks may differ
GAP = 120 * SECOND
EXTENSIONS = 3
RULES = 1
LIMITS = {"pending_joins": 1000, "acts_per_day": 1000, "open_polls": 10, "delegation_days": 366}


NONCE_IS_LEFT = {"QC102", "QC103", "QC107", "QC301", "QC104", "QC105"}


class Refused(Exception):
    """An act is refused; the SQLSTATE is its only argument."""

    @property
    def code(self):
        return self.args[0]


class Charter:
    def __init__(self, seq, record):
        payload = record.payload
        self.seq, self.id = seq, record.id
        self.name, self.founders = payload["name"], payload["founders"]
        self.vouches, self.rules = payload["vouches"], payload["rules"]
        self.limits = {**LIMITS, **payload.get("limits", {})}


class Identity:
    """Whoever the register knows."""

    def __init__(self, id, did):
        self.id, self.did = id, did
        self.nonce = self.day = self.acts = self.polls = 0
        self.status, self.since, self.profile = "named", None, None

    def is_member(self):
        return self.status == "member"


class Poll:
    def __init__(self, record):
        payload = record.payload
        self.seq, self.id, self.author = None, record.id, record.iss
        self.name, self.title, self.text, self.topic = (payload.get(name) for name in ("name", "title", "text", "topic"))
        self.options, self.method, self.params = payload["options"], payload["method"], payload.get("params", {})
        self.quorum = payload.get("quorum")
        self.opens, self.closes = payload["opens"] * SECOND, payload["closes"] * SECOND
        self.due = self.opens
        self.status = "announced"
        self.extensions, self.ballots = 0, {}       # DID: (seq, choice, index of the first)
        self.opened = self.opened_at = self.closed = self.manifest = self.result = None
        self.window = self.params.get("override_window", 0) * SECOND
        self.frozen, self.final = None, set()       # from this index on; whose ballots cannot change
        self.electorate = self.lists = self.scopes = self.expired = None         # as they were when it opened
        self.numbers = None         # of the electorate

    def count(self):
        return count.Count(self, self.electorate, self.lists, {did: choice for did, (_, choice, _) in self.ballots.items()}, self.late(),
                           self.numbers)

    def late(self):
        return {did for did, (_, _, first) in self.ballots.items() if self.frozen is not None and first >= self.frozen}

    def window_begins(self, now):
        return self.status == "open" and self.frozen is None and self.closes - self.window <= now < self.closes

    def cap(self):
        given = self.params.get("cap")
        return max(1, len(self.electorate) * given[0] // given[1]) if isinstance(given, list) else given

    def represented(self):
        return Ways(self.electorate, self.lists, set(self.ballots) - self.late(), self.cap(), self.numbers).represented()

    def next_due(self):
        return self.closes - self.window if self.frozen is None else self.closes


class State:
    def __init__(self):
        self.charter = None
        self.identities = {}        # DID: Identity, in the order in which they were named
        self.stays = []             # [DID, since, until]
        self.vouches = {}           # (candidate, voucher): index
        self.topics = {}            # name: (seq, author, parent)
        self.polls = []
        self.delegations = []       # [truster, scope, since, until, expires, (names, must_vote)]
        self.in_force = {}          # (truster, scope): the one of `delegations` that is in force

    # ---- questions

    def vouched(self, did):
        return sum(candidate == did for candidate, _ in self.vouches)

    def members(self):
        """The members, in the order of their DIDs' binary forms."""
        return sorted((i.did for i in self.identities.values() if i.is_member()), key=did_binary)

    def pending(self):
        return sum(i.status == "candidate" and not self.vouched(i.did) for i in self.identities.values())

    def poll_of(self, field, value):
        return next((poll for poll in self.polls if getattr(poll, field) == value), None)

    def topics_above(self, topic):
        while topic is not None:
            yield topic
            topic = self.topics[topic][2]

    # ---- acts

    def check(self, record, now):
        """The SQLSTATE with which an act would be refused at this time; none if it would be folded.  Changes nothing."""
        try:
            self.judge(record, now)
        except Refused as refused:
            return refused.code
        return None

    def fold(self, record, now, seq, index):
        """Fold an act; the SQLSTATE of its refusal, or none."""
        signer = self.identities.get(record.iss)
        code = effect = None
        try:
            effect = self.judge(record, now)
        except Refused as refused:
            code = refused.code
        if signer and code not in NONCE_IS_LEFT:
            self.note(signer, record, now, counts=code != "QC307")
        if effect:
            finish(effect, (seq, index))
        return code

    def judge(self, record, now):
        """What every act goes through, then the rule of its kind: a generator that has made its checks, and waits for the
        act's seq and index to take effect."""
        payload = record.payload
        refuse_if(payload["iat"] > now / SECOND + AHEAD, "QC102")
        refuse_if("exp" in payload and payload["exp"] * SECOND <= now, "QC103")
        refuse_if(record.nonce > now / 1000 + AHEAD * 1000, "QC107")
        refuse_if(self.charter is None and record.act != "charter", "QC301")
        if record.act != "charter":
            refuse_if(payload["aud"] != base64url(self.charter.id), "QC104")
        signer = self.identities.get(record.iss)
        if signer:
            refuse_if(record.nonce <= signer.nonce, "QC105")
            acts = signer.acts + 1 if signer.day == now // DAY else 1
            refuse_if(acts > self.charter.limits["acts_per_day"], "QC307")
        refuse_if(record.act not in kinds.KINDS, "QC108")
        refuse_if(not kinds.well_formed(payload), "QC109")
        effect = getattr(self, "act_" + record.act)(record, now)
        next(effect)
        return effect

    def note(self, signer, record, now, counts=True):
        """Use up a nonce, and count the acts of a day."""
        signer.nonce = record.nonce
        if signer.day != now // DAY:
            signer.day, signer.acts = now // DAY, 0
        signer.acts += counts

    def name(self, did):
        """The identity of a DID, which the register knows from here on."""
        if did not in self.identities:
            self.identities[did] = Identity(len(self.identities) + 1, did)
        return self.identities[did]

    def name_signer(self, record, now):
        if record.iss not in self.identities:
            self.note(self.name(record.iss), record, now)
        return self.identities[record.iss]

    def member(self, record):
        signer = self.identities.get(record.iss)
        refuse_if(signer is None or not signer.is_member(), "QC304")
        return signer

    def act_charter(self, record, now):
        refuse_if(self.charter is not None, "QC302")
        refuse_if(record.payload["rules"] != RULES, "QC207")
        refuse_if(record.iss not in record.payload["founders"], "QC303")
        seq, index = yield
        self.charter = Charter(seq, record)
        self.name_signer(record, now)

    def act_join(self, record, now):
        did = record.iss
        known = self.identities.get(did)
        founder = did in self.charter.founders
        refuse_if(known and known.status in ("candidate", "member"), "QC305")
        refuse_if(not is_sound(did), "QC110")
        refuse_if(not founder and not self.vouched(did) and self.pending() >= self.charter.limits["pending_joins"], "QC306")
        seq, index = yield
        signer = self.name_signer(record, now)
        if "profile" in record.payload:
            signer.profile = base64url_decode(record.payload["profile"])
        signer.status = "candidate"
        if founder:
            self.become_member(signer, index)
        else:
            self.consider(signer, index)

    def consider(self, candidate, index):
        """Make a candidate a member whom enough members vouch for."""
        if candidate.status == "candidate" and self.vouched(candidate.did) >= self.charter.vouches:
            self.become_member(candidate, index)

    def become_member(self, candidate, index):
        candidate.status, candidate.since = "member", index
        self.stays.append([candidate.did, index, None])

    def act_vouch(self, record, now):
        signer, did = self.member(record), record.payload["member"]
        withdraw = "withdraw" in record.payload
        refuse_if(did == signer.did, "QC308")
        refuse_if(((did, signer.did) in self.vouches) != withdraw, "QC309")
        refuse_if(not withdraw and not is_sound(did), "QC110")
        seq, index = yield
        if withdraw:
            del self.vouches[did, signer.did]
        else:
            self.vouches[did, signer.did] = index
            self.consider(self.name(did), index)

    def act_leave(self, record, now):
        signer = self.member(record)
        seq, index = yield
        signer.status, signer.since = "left", None
        for stay in self.stays:
            if stay[0] == signer.did and stay[2] is None:
                stay[2] = index
        self.vouches = {pair: since for pair, since in self.vouches.items() if pair[1] != signer.did}

    def act_topic(self, record, now):
        signer, topic, parent = self.member(record), record.payload["topic"], record.payload.get("parent")
        refuse_if(topic in self.topics, "QC310")
        refuse_if(parent is not None and parent not in self.topics, "QC311")
        seq, index = yield
        self.topics[topic] = seq, signer.did, parent

    def act_poll(self, record, now):
        signer, poll = self.member(record), Poll(record)
        refuse_if(self.poll_of("name", poll.name), "QC401")
        refuse_if(poll.topic is not None and poll.topic not in self.topics, "QC311")
        refuse_if(poll.opens >= poll.closes or poll.closes <= now, "QC402")
        refuse_if(poll.method not in methods.METHODS, "QC403")
        refuse_if(not kinds.parameters(poll.method, poll.params, len(poll.options)), "QC404")
        refuse_if(poll.window >= poll.closes - poll.opens, "QC404")
        refuse_if(signer.polls >= self.charter.limits["open_polls"], "QC405")
        seq, index = yield
        poll.seq = seq
        self.polls.append(poll)
        signer.polls += 1

    def act_ballot(self, record, now):
        id = base64url_decode(record.payload["poll"])
        choice = record.payload["choice"]
        refuse_if(self.poll_of("id", id), "QC407")
        poll = self.poll_of("manifest", id)
        refuse_if(poll is None, "QC406")
        signer = self.member(record)
        refuse_if(signer.since >= poll.opened, "QC409")
        refuse_if(poll.status != "open" or now >= poll.closes, "QC408")
        final = set(poll.represented().values()) if poll.window_begins(now) else poll.final
        refuse_if(signer.did in final, "QC507")
        refused = kinds.choice_refused(poll.method, poll.params, len(poll.options), choice)
        refuse_if(refused, refused)
        seq, index = yield
        poll.ballots[signer.did] = seq, choice, poll.ballots.get(signer.did, (None, None, index))[2]

    def act_delegate(self, record, now):
        signer, payload, until = self.member(record), record.payload, record.payload.get("until")
        names, must_vote = payload["to"], payload.get("must_vote", [])
        refuse_if(signer.did in names or len(set(names)) < len(names) or max(must_vote, default=0) > len(names), "QC502")
        scope = self.scope(payload["scope"])
        if scope[0] == "topic":
            refuse_if(scope[1] not in self.topics, "QC501")
        elif scope[0] == "poll":
            refuse_if(self.poll_of("name", scope[1]).status != "announced", "QC501")
        refuse_if(until is not None and until * SECOND <= now, "QC503")
        last = now + self.charter.limits["delegation_days"] * DAY
        refuse_if(names and until is not None and until * SECOND > last, "QC506")
        seq, index = yield
        for did in names:
            self.name(did)
        before = self.in_force.get((signer.did, scope))
        if before:
            before[3] = index
        expires = until * SECOND if until is not None else last if names else None
        made = [signer.did, scope, index, None, expires, (names, must_vote)]
        self.delegations.append(made)
        self.in_force[signer.did, scope] = made

    def scope(self, given):
        if not given:
            return ("everything",)
        [(name, value), *others] = given.items()
        refuse_if(others or not isinstance(value, str), "QC501")
        if name == "topic":
            return name, value
        poll = self.poll_of("id", base64url_decode(value)) if name == "poll" and kinds.id(value) else None
        refuse_if(poll is None, "QC501")
        return name, poll.name

    # ---- the clock

    def extend(self, now, before, first):
        """Before the acts of a block, whose first leaf has this index: extend polls that a gap in the register cut short, and
        freeze those whose override window begins.  Gives entries by due time and seq of the poll."""
        found = {}
        for poll in self.polls:
            due = poll.due
            if (poll.status == "open" and before < poll.closes <= now and now - before > GAP
                    and poll.extensions < EXTENSIONS):
                poll.closes, poll.extensions = poll.closes + now - before, poll.extensions + 1
                poll.due = poll.next_due()
                found[due, poll.seq] = [{"entry": "extend", "poll": base64url(poll.manifest), "closes_us": poll.closes}]
            if poll.window_begins(now):
                represented = poll.represented()
                poll.frozen, poll.final, poll.due = first, set(represented.values()), poll.closes
                found.setdefault((due, poll.seq), []).append(
                    {"entry": "freeze", "poll": base64url(poll.manifest), "index": first, "final": len(poll.final),
                     "represented": len(represented)})
        return found

    def clock(self, now, extended, first, index, counted):
        """After the acts of a block: its entries, whose first leaf has this index.  Changes the polls.

        When a poll is counted is left to the sealer: `counted` holds the manifests of those that this block has a result of."""
        results = sorted((poll for poll in self.polls if poll.manifest in counted and poll.status == "closed" and poll.result is None),
                         key=lambda poll: poll.seq)
        due = {(poll.due, poll.seq): poll for poll in self.polls
               if poll.due is not None and (poll.status == "announced" and poll.due <= now or poll.status == "open" and poll.closes <= now)}
        bodies = []

        def write(body):
            bodies.append(canonical(body))
            return entry_leaf(bodies[-1]), index + len(bodies) - 1

        for key in sorted({*due, *extended}):
            if key in extended:
                for body in extended[key]:
                    write(body)
                continue
            poll = due[key]
            if poll.status == "open":
                poll.status, poll.closed = "closed", first
                self.identities[poll.author].polls -= 1
                write({"entry": "close", "poll": base64url(poll.manifest), "index": first, "ballots": len(poll.ballots)})
            elif poll.closes <= now:
                poll.status, poll.due = "lapsed", None
                self.identities[poll.author].polls -= 1
                write({"entry": "lapse", "poll": base64url(poll.id)})
            else:
                self.open(poll, now)
                poll.manifest, poll.opened = write(self.manifest(poll))
        for poll in results:
            (poll.result, _), poll.due = write(result(poll)), None
        return bodies

    def open(self, poll, now):
        poll.status, poll.opened_at, poll.due = "open", now, poll.next_due()
        poll.electorate = set(self.members())
        poll.numbers = {did: self.identities[did].id for did in poll.electorate}
        in_force = {pair: (made[5], made[4]) for pair, made in self.in_force.items()}
        poll.lists, poll.scopes, poll.expired = count.lists_that_count(poll.electorate, in_force, ("poll", poll.name), self.topics_above(poll.topic), now)

    def manifest(self, poll):
        lists = sorted(poll.lists.items(), key=lambda item: did_binary(item[0]))
        return {
            "entry": "open", "poll": base64url(poll.id), "rules": self.charter.rules, "closes": poll.closes // SECOND,
            "options": poll.options, "method": poll.method, "params": poll.params, "electorate": len(poll.electorate),
            "electorate_root": base64url(merkle.root([leaf(did.encode()) for did in self.members()])),
            "delegations": base64url(merkle.root(
                [leaf("".join(line + "\n" for line in [did, *marked(names, must_vote)]).encode()) for did, (names, must_vote) in lists])),
        }


def marked(names, must_vote):
    return [name + "." if rank in must_vote else name for rank, name in enumerate(names, 1)]


def refuse_if(condition, code):
    if condition:
        raise Refused(code)


def finish(effect, place):
    try:
        effect.send(place)
    except StopIteration:
        return
    raise AssertionError("a rule has two points of no return")


@functools.lru_cache(maxsize=None)
def is_sound(did):
    """Whether a member can have this key."""
    key = key_of_did(did)
    return key is not None and is_of_prime_order(key)


def result(poll):
    found = poll.count()
    return {"entry": "result", "poll": base64url(poll.manifest), "votes": found.votes, "winners": found.winners,
            "tied": found.tied, "quorum_reached": found.quorum_reached, "electorate": found.electorate,
            "direct": found.direct, "represented": found.represented, "unrepresented": found.unrepresented,
            "abstained": found.abstained, "seats": [1] * len(found.winners), "state": base64url(found.state), "ties": found.ties,
            "tie_breaks": len(found.ties), "largest": found.largest, "nakamoto": found.nakamoto, "squares": found.squares}


ENTRY = b"commune/entry/1\n"


def entry_leaf(body):
    return leaf(ENTRY + body.encode())
