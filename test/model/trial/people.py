"""Who signs, and what.  Everything is drawn from a random.Random, so that a seed says what is done."""
import hashlib
import json
import time

from reference import record
from reference.methods import METHODS, RANKINGS
from reference.record import Signer, base64url, leaf

OPTIONS = ["bread", "roses", "water", "a \"quoted\" \\ thing", "line\nbreak and\ttab", "\u00fcber \u2020 \U0001f331", "/", "7"]


class Mixed(Signer):
    """A key outside of the subgroup of prime order, and signatures that hold nevertheless."""

    BASE = record.extended(record.point(bytes([0x58] + [0x66] * 31)))

    def __init__(self, seed):
        super().__init__(seed)
        digest = hashlib.sha512(bytes(self.key)).digest()
        self.secret = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
        torsion = record.extended((0, record.P - 1))        # the point of order 2
        self.public = record.encode_point(record.add(record.extended(record.point(self.public)), torsion))
        self.did = record.did_of_key(self.public)

    def sign_bytes(self, payload, header=None):
        header = header or b'{"alg":"Ed25519","typ":"commune+jwt"}'
        signed = base64url(header) + "." + base64url(payload)
        n, challenge = 0, 1
        while challenge & 1:        # an even multiple of the torsion vanishes
            n += 1
            once = int.from_bytes(hashlib.sha512(b"%d" % n + signed.encode()).digest(), "little") % record.ORDER
            r = record.encode_point(record.multiply(once, self.BASE))
            challenge = int.from_bytes(hashlib.sha512(r + self.public + signed.encode()).digest(), "little") % record.ORDER
        s = (once + challenge * self.secret) % record.ORDER
        return signed + "." + base64url(r + s.to_bytes(32, "little"))


class People:
    """The founders, those who join later, and a few who never will."""

    def __init__(self, rng, seed):
        self.founders = [Signer("%s founder %d" % (seed, n)) for n in range(rng.randint(3, 6))]
        self.others = [Signer("%s person %d" % (seed, n)) for n in range(rng.randint(20, 40))]
        self.mixed = Mixed("%s mixed" % seed)
        self.strangers = [Signer("%s stranger %d" % (seed, n)) for n in range(3)]
        self.everybody = self.founders + self.others
        self.by_did = {signer.did: signer for signer in self.everybody}
        self.charter = self.aud = None

    def found(self, rng, steps):
        """The charter; its limits are low, so that they are met."""
        self.charter = self.founders[0].sign(
            "charter", name="Commune %d" % rng.randrange(1000), founders=[signer.did for signer in self.founders],
            vouches=rng.randint(1, 2), rules=1,
            limits={"pending_joins": rng.randint(3, 8), "acts_per_day": rng.randint(90, 130) + steps // 8, "open_polls": rng.randint(2, 4)})
        self.aud = base64url(leaf(self.charter.encode()))

    def sign(self, signer, act, **members):
        return signer.sign(act, self.aud, **members)


class Author:
    """Draws acts, with the state of the last block before his eyes."""

    def __init__(self, rng, people, state):
        self.rng, self.people, self.state = rng, people, state
        self.now = int(time.time())

    def sign(self, signer, act, **members):
        return self.people.sign(signer, act, **members)

    def member(self):
        """A member, if there is one; sometimes anybody."""
        members = [self.people.by_did[did] for did in self.state.members() if did in self.people.by_did]
        return self.rng.choice(members if members and self.rng.random() < 0.93 else self.people.everybody)

    def voter(self, poll):
        """One of the electorate; sometimes any member."""
        voters = [who for who in self.people.everybody if who.did in poll.electorate]
        if self.rng.random() < 0.4:
            asked = {name for names, _ in poll.lists.values() for name in names}
            voters = [who for who in voters if who.did in asked] or voters
        return self.rng.choice(voters) if voters and self.rng.random() < 0.9 else self.member()

    def topic_name(self):
        return self.rng.choice([*self.state.topics, "topic %d" % self.rng.randrange(12)])

    def act(self):
        kinds = {"join": 6, "vouch": 10, "leave": 1, "topic": 2, "poll": 4, "ballot": 30, "delegate": 10}
        kind = self.rng.choices(list(kinds), list(kinds.values()))[0]
        return getattr(self, kind)()

    def join(self):
        strangers = [who for who in self.people.everybody
                     if who.did not in self.state.identities or not self.state.identities[who.did].is_member()]
        members = {"profile": self.people.aud} if self.rng.random() < 0.3 else {}
        return self.sign(self.rng.choice(strangers or self.people.everybody), "join", **members)

    def vouch(self):
        signer = self.member()
        standing = [candidate for candidate, voucher in self.state.vouches if voucher == signer.did]
        if standing and self.rng.random() < 0.15:
            return self.sign(signer, "vouch", member=self.rng.choice(standing), withdraw=True)
        candidates = [did for did, who in self.state.identities.items() if who.status == "candidate"]
        if not candidates or self.rng.random() < 0.2:
            candidates = [who.did for who in self.people.everybody]
        return self.sign(signer, "vouch", member=self.rng.choice(candidates))

    def leave(self):
        return self.sign(self.member(), "leave")

    def topic(self):
        parent = {"parent": self.topic_name()} if self.rng.random() < 0.6 else {}
        return self.sign(self.member(), "topic", topic="topic %d" % self.rng.randrange(12), **parent)

    def poll(self, signer=None, **given):
        rng, now = self.rng, self.now
        method, options = rng.choice(METHODS), rng.sample(OPTIONS, rng.randint(1, 5))
        opens = now + rng.choice([-5, 0, 0, 1, 1, 2])
        members = {
            "name": "poll-%d" % rng.randrange(10 ** 6), "title": "Shall we?", "options": options, "method": method,
            "opens": opens, "closes": max(opens, now) + rng.choice([1, 1, 2, 2, 3, 5, 60]),
            "params": {"running": True} if rng.random() < 0.3 else {},
        }
        if rng.random() < 0.3:
            members["params"]["override_window"] = rng.choice([1, 1, 2, 60])
        if rng.random() < 0.4:
            members["params"]["cap"] = rng.choice([1, 2, 3, 3, [1, 10], [1, 4], 1000])
        if method == "quadratic":
            members["params"]["credits"] = rng.choice([1, 9, 100, record.LARGEST])
            members["params"]["negative"] = rng.random() < 0.3
        if method == "majority" and rng.random() < 0.5:
            members["params"]["threshold"] = rng.choice([[1, 2], [2, 3], [1, 1]])
        if method not in ("majority", "irv") and rng.random() < 0.5:
            members["params"]["seats"] = rng.randint(1, len(options))
        if method not in ("majority", "irv") and rng.random() < 0.5:
            members["params"]["ties"] = rng.choice(["none", "lot", "option_order"])
        if method == "irv" and rng.random() < 0.5:
            members["params"]["ties"] = rng.choice(["lot", "option_order", "first_round,option_order"])
        if method == "score":
            members["params"].update(highest=rng.choice([1, 5, 1000]), by=rng.choice(["sum", "median"]))
        if method == "borda" and rng.random() < 0.7:
            members["params"]["mode"] = rng.choice(["average", "zero", "modified"])
        if not members["params"] and rng.random() < 0.5:
            del members["params"]
        if rng.random() < 0.5:
            members["quorum"] = rng.choice([[0, 1], [1, 3], [1, 2], [1, 1]])
        if rng.random() < 0.5:
            members["text"] = "At length.\n\nAnd more."
        if self.state.topics and rng.random() < 0.6:
            members["topic"] = rng.choice(list(self.state.topics))
        members.update(given)
        return self.sign(signer or self.member(), "poll", **members)

    def ballot(self):
        polls = [poll for poll in self.state.polls if poll.status == "open"]
        if not polls or self.rng.random() < 0.1:
            polls = [poll for poll in self.state.polls if poll.manifest]
        if not polls:
            return self.poll()
        poll = self.rng.choice(polls)
        return self.sign(self.voter(poll), "ballot", poll=base64url(poll.manifest), choice=self.choice(poll))

    def choice(self, poll):
        rng, options = self.rng, len(poll.options)
        if rng.random() < 0.15:
            return {"abstain": True}
        if poll.method in ("majority", "plurality"):
            return {"option": rng.randint(1, options)}
        if poll.method in RANKINGS:
            named = rng.sample(range(1, options + 1), rng.randint(0, options))
            signs = ">" if poll.method == "irv" else ">>="
            return {"ranking": "".join(rng.choice(signs) * (i > 0) + str(option) for i, option in enumerate(named))}
        if poll.method in ("approval", "score"):
            highest = poll.params.get("highest", 1)
            return {"votes": [rng.choice([rng.randint(0, highest), rng.randint(0, min(highest, 2))]) for _ in range(options)]}
        most = int((poll.params["credits"] // options) ** 0.5)
        return {"votes": [rng.randint(-most if poll.params.get("negative") else 0, most) for _ in range(options)]}

    def votes(self):
        """Several ballots in one poll."""
        polls = [poll for poll in self.state.polls if poll.status == "open"]
        if not polls:
            return [self.poll()]
        poll = self.rng.choice(polls)
        return [self.sign(self.voter(poll), "ballot", poll=base64url(poll.manifest), choice=self.choice(poll))
                for _ in range(self.rng.randint(2, 15))]

    def web(self):
        """A chain of delegates, or a ring."""
        members = [who for who in self.people.everybody if who.did in self.state.identities
                   and self.state.identities[who.did].is_member()]
        chain = self.rng.sample(members, min(len(members), self.rng.randint(2, 7)))
        if chain and self.rng.random() < 0.3:
            chain.append(chain[0])
        scope = self.rng.choice([{}, {"topic": self.topic_name()}])
        return [self.sign(a, "delegate", scope=scope, to=[b.did]) for a, b in zip(chain, chain[1:])]

    def first_lists(self):
        """A list of most members, for what is announced next."""
        members = [self.people.by_did[did] for did in self.state.members()]
        acts = []
        for signer in self.rng.sample(members, len(members) * 3 // 4):
            names = self.rng.sample([who.did for who in members if who is not signer], self.rng.choice([1, 2, 2, 3]))
            must_vote = {"must_vote": [1]} if self.rng.random() < 0.2 else {}
            acts.append(self.sign(signer, "delegate", scope=self.rng.choice([{}, {"topic": "topic 0"}]), to=names, **must_vote))
        return acts

    def delegate(self):
        rng, signer = self.rng, self.member()
        announced = [poll for poll in self.state.polls if poll.status == "announced"]
        scope = {}
        if announced and rng.random() < 0.5:
            scope = {"poll": base64url(rng.choice(announced).id)}
        elif self.state.topics and rng.random() < 0.6:
            scope = {"topic": rng.choice(list(self.state.topics))}
        others = [who.did for who in self.people.everybody if who is not signer]
        to = rng.sample(others[:8] if rng.random() < 0.7 else others, rng.choice([0, 1, 1, 1, 2, 5]))     # few are asked often
        more = {"until": self.now + rng.choice([1, 2, 5, 1000])} if rng.random() < 0.3 else {}
        if to and rng.random() < 0.3:
            more["must_vote"] = sorted(rng.sample(range(1, len(to) + 1), rng.randint(1, len(to))))
        return self.sign(signer, "delegate", scope=scope, to=to, **more)
