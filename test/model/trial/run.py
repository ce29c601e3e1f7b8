"""One run: a commune founded from a seed, driven step by step, and compared after every few."""
import collections
import concurrent.futures
import copy
import json
import os
import pathlib
import random
import re
import threading
import time
import traceback

import psycopg2

from reference import receipt
from reference.record import Record, Signer, base64url
from reference.register import Mirror
from reference.rows import row_leaf

from .faults import FAULTS
from .people import Author, People
from .sessions import Session, now


class Failure(Exception):
    pass


class Unsuited(Exception):
    """The state of things does not allow a scene."""


ACTS = pathlib.Path(__file__).parents[3] / "docs" / "acts.md"
DOCUMENTED = set(re.findall("QC[0-9]{3}", ACTS.read_text()))


class Run:
    """`steps` steps from a seed.  What each step does follows from the seed and the step's number, and from the state that the
    steps before have left, which hangs on the clock where polls open and close."""

    WEIGHTS = {"act": 40, "fault": 30, "bulk": 5, "votes": 10, "web": 4, "again": 4, "begin": 6, "savepoint": 4, "end": 10, "end_prepared": 2, "seal": 12,
               "hold": 2, "check": 3, "ask": 2, "note": 4, "wait": 2, "malformed": 2}

    def __init__(self, seed, steps):
        self.seed, self.steps_in_all, self.steps = seed, steps, 0
        self.log = collections.deque(maxlen=20)
        self.refusals = collections.Counter()       # at submit, by SQLSTATE
        self.accepted = 0
        self.seen = {}                              # seq: what its session had read when it wrote the act
        self.prepared = []
        self.notes = {}                             # rows of the chained table, whatever became of them
        self.texts = []
        self.held = self.waiting = None
        self.pool = concurrent.futures.ThreadPoolExecutor(1)
        self.database = "trial_%s_%d" % (seed, os.getpid())

    # ---- the database

    def connect(self, database=None):
        connection = psycopg2.connect("", dbname=database or self.database)
        connection.autocommit = True
        return connection

    def __enter__(self):
        self.admin = self.connect(os.environ.get("PGDATABASE", "postgres"))
        with self.admin.cursor() as cursor:
            cursor.execute("CREATE DATABASE " + self.database)
        self.checker = self.connect()
        with self.checker.cursor() as cursor:
            cursor.execute("CREATE EXTENSION commune")
            cursor.execute("CREATE TABLE notes (id bigint PRIMARY KEY, text text)")
            cursor.execute("SELECT commune.chain('notes')")
        self.mirror = Mirror(self.checker)
        self.sessions = [Session(self, number) for number in range(5)]
        self.sealers = [self.connect() for _ in range(2)]
        return self

    def __exit__(self, *failure):
        if self.held:
            self.held.close()           # lets the other one go on
        self.pool.shutdown()
        for connection in [self.checker, *self.sealers, *(session.connection for session in self.sessions)]:
            connection.close()
        if not (failure[0] and os.environ.get("KEEP")):
            connection = self.connect()
            with connection.cursor() as cursor:
                for gid in self.prepared:
                    cursor.execute("ROLLBACK PREPARED %s", (gid,))
            connection.close()
            with self.admin.cursor() as cursor:
                cursor.execute("DROP DATABASE %s WITH (FORCE)" % self.database)
        self.admin.close()

    def fail(self, what):
        raise Failure(what)

    # ---- the whole

    def go(self):
        """Everything; raises Failure, with the seed in it."""
        try:
            rng = self.set_up()
            scenes = [self.all_faults, self.time_runs_out, self.window_begins, self.acts_race, self.lists_are_full, self.a_day_is_full]
            rng.shuffle(scenes)
            every = self.steps_in_all // (len(scenes) + 1)
            for self.steps in range(1, self.steps_in_all + 1):
                rng = self.random(self.steps)
                if scenes and self.steps % every == 0:
                    self.scene(rng, scenes)
                self.step(rng)
            for _ in range(2 * len(scenes)):
                if scenes:
                    self.scene(rng, scenes)
            self.settle()
            self.storm(self.random("storm"))
            self.settle()
            self.check_places()
        except Exception as failure:
            raise Failure("seed %s, step %d: %s\nlast: %s\n\nCOMMUNE_SEED=%s COMMUNE_STEPS=%d repeats this run" % (
                self.seed, self.steps, failure if isinstance(failure, Failure) else traceback.format_exc(),
                "\n      ".join(self.log), self.seed, self.steps_in_all))

    def set_up(self):
        rng = self.random("beginning")
        self.people = People(rng, str(self.seed))
        self.found(rng)
        return rng

    def random(self, what):
        return random.Random("%s/%s" % (self.seed, what))

    def author(self, rng):
        return Author(rng, self.people, self.mirror.state)

    def found(self, rng):
        """Before there is a commune, and its first members."""
        people, session = self.people, self.sessions[0]
        people.found(rng, self.steps_in_all)
        founders = [who.did for who in people.founders]
        charter = {"name": "C", "founders": founders, "vouches": 1, "rules": 1}
        for text in (people.sign(people.founders[0], "join"), people.strangers[0].sign("charter", **charter),
                     people.founders[0].sign("charter", **{**charter, "rules": 2}),
                     people.founders[0].sign("charter", **{**charter, "vouches": len(founders) + 1})):
            session.bring(rng, [text], "submit")
        session.bring(rng, [people.charter, people.founders[1].sign("charter", **charter)], rng.choice(["INSERT", "COPY"]))
        self.seal(rng)
        session.bring(rng, [people.sign(who, "join") for who in people.founders], "COPY")
        self.sealed(rng)
        first = people.others[:rng.randint(5, 12)]
        session.bring(rng, [people.sign(voucher, "vouch", member=who.did) for who in first for voucher in people.founders[:2]], "COPY")
        self.sealed(rng)
        session.bring(rng, [people.sign(who, "join") for who in first], "INSERT")
        self.sealed(rng)
        signer = people.founders[0]
        session.bring(rng, [people.sign(signer, "topic", topic="topic 0"), people.sign(signer, "topic", topic="topic 1")], "COPY")
        self.seal(rng)
        author = self.author(rng)
        session.bring(rng, author.first_lists(), "COPY")
        self.seal(rng)
        for who, method in zip(people.founders, ["quadratic", "approval", "irv", "score", "borda", "schulze"]):
            params = {"running": True, **{"quadratic": {"credits": 100, "cap": 3}, "score": {"highest": 5, "cap": [1, 6]},
                                          "approval": {"override_window": 997}, "irv": {"override_window": 995, "cap": 2}}.get(method, {})}
            session.bring(rng, [author.poll(who, method=method, params=params, name="long-" + method,
                                            topic="topic 0", options=["bread", "roses", "water"], opens=author.now - 1, closes=author.now + 1000)], "submit")
        self.seal(rng)
        self.check(rng)

    def step(self, rng):
        name = rng.choices(list(self.WEIGHTS), list(self.WEIGHTS.values()))[0]
        self.log.append("%d %s" % (self.steps, name))
        getattr(self, name)(rng)

    # ---- steps

    def session(self, rng):
        return rng.choice(self.sessions)

    def bring(self, rng, texts, how=None, session=None):
        self.texts += texts
        (session or self.session(rng)).bring(rng, texts, how or rng.choice(["submit", "submit", "INSERT", "COPY"]))

    def act(self, rng):
        self.bring(rng, [self.author(rng).act()])

    def fault(self, rng):
        self.bring(rng, [rng.choice(FAULTS)(self.author(rng))])

    def bulk(self, rng):
        author = self.author(rng)
        texts = [author.act() for _ in range(rng.randint(2, 12))]
        if rng.random() < 0.3:
            texts.append(rng.choice(texts))
        if rng.random() < 0.2:
            texts.append(rng.choice(FAULTS)(author))
        rng.shuffle(texts)
        self.bring(rng, texts, rng.choice(["INSERT", "COPY", "COPY"]))

    def votes(self, rng):
        self.bring_good(rng, self.author(rng).votes())

    def web(self, rng):
        self.bring_good(rng, self.author(rng).web())

    def bring_good(self, rng, texts):
        """Bring in one by one what would be taken; or, now and then, all in one statement."""
        if rng.random() < 0.1:
            self.bring(rng, texts)
            return
        good = [text for text in texts if not self.mirror.state.check(Record(text), now())]
        if good:
            self.bring(rng, good)

    def again(self, rng):
        """The same bytes again."""
        if self.texts:
            self.bring(rng, [rng.choice(self.texts[-200:])])

    def note(self, rng):
        """Rows into a chained table."""
        rows = [(len(self.notes) + n, rng.choice([None, "we met", "\u00fcber 'a' \"b\" \\ \n"])) for n in range(rng.randint(1, 3))]
        self.notes.update(rows)
        self.session(rng).note(rows)

    def malformed(self, rng):
        """Many damaged records, which nobody submits: whether they are read as the model reads them."""
        author, session = self.author(rng), self.sessions[0]
        if session.isolation:
            return
        for _ in range(20):
            text = FAULTS[0](author)
            expected = session.expected([text])
            try:
                found = session.rows("SELECT commune.verify_record(%s)", text)[0][0]
            except psycopg2.Error as error:
                found = error.pgcode
            if found != (expected if expected in ("22P02", "QC110") else expected != "QC101"):
                self.fail("verify_record(%s) is %s, expected %s" % (text, found, expected))

    def begin(self, rng):
        session = self.session(rng)
        if not session.isolation:
            session.begin(rng)

    def savepoint(self, rng):
        session = self.session(rng)
        if session.isolation:
            session.savepoint(rng)

    def end(self, rng):
        session = self.session(rng)
        if session.isolation:
            room = len(self.prepared) < 3
            session.end(rng.choices(["COMMIT", "ROLLBACK", "PREPARE"], [6, 2, 2 if room else 0])[0])

    def end_prepared(self, rng):
        session = self.session(rng)
        if self.prepared and not session.isolation:
            gid = self.prepared.pop(rng.randrange(len(self.prepared)))
            session.rows("%s PREPARED %%s" % rng.choice(["COMMIT", "COMMIT", "ROLLBACK"]), gid)

    def seal(self, rng):
        """Seal, unless a sealer is held: then the other one begins to wait for it."""
        limit = rng.choice([65536, 65536, 65536, 1, 3, 10])
        if not self.held:
            self.run_seal(rng.choice(self.sealers), limit)
            self.mirror.advance()
        elif not self.waiting:
            self.waiting = self.pool.submit(self.run_seal, self.sealers[1 - self.sealers.index(self.held)], limit)

    def run_seal(self, sealer, limit):
        with sealer.cursor() as cursor:
            cursor.execute("SET commune.block_limit = %s", (limit,))
            cursor.execute("SELECT commune.seal()")
            return cursor.fetchone()[0]

    def hold(self, rng):
        """Leave the transaction of a sealer open, or end it."""
        if self.held:
            self.let_go(rng)
            return
        sealer = rng.choice(self.sealers)
        with sealer.cursor() as cursor:
            cursor.execute("BEGIN")
        self.run_seal(sealer, 65536)
        self.held = sealer

    def let_go(self, rng):
        with self.held.cursor() as cursor:
            cursor.execute(rng.choice(["COMMIT", "COMMIT", "ROLLBACK"]))
        self.held = None
        if self.waiting:
            self.waiting.result(60)
            self.waiting = None
        self.mirror.advance()

    def check(self, rng):
        with self.checker.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            faults = list(self.mirror.check())
            for function in "verify", "replay":
                cursor.execute("SELECT * FROM commune.%s()" % function)
                faults += ["%s() finds %r" % (function, row) for row in cursor.fetchall()]
            cursor.execute("COMMIT")
        if faults:
            self.fail("\n".join(fault[:2000] for fault in faults[:5]))

    def ask(self, rng):
        """The verdict and the receipt of a sealed act."""
        records = self.mirror.acts
        if not records:
            return
        seq = rng.choice(sorted(records))
        session = self.sessions[0] if not self.sessions[0].isolation else None
        if not session:
            return
        [(verdict, proof)] = session.rows("SELECT commune.await(%s), commune.receipt(%s)", seq, seq)
        expected = self.mirror.verdicts.get(seq)
        index, refused, size, root = receipt.read(proof, records[seq].text)
        if (verdict, index, refused) != (expected or "00000", self.mirror.index[seq], expected):
            self.fail("act %d: verdict %s, receipt %r, expected %s" % (seq, verdict, (index, refused), expected))
        if (size, root) != (len(self.mirror.tree.leaves), self.mirror.tree.root()):
            self.fail("act %d: the receipt is for a tree of %d leaves, not of %d" % (seq, size, len(self.mirror.tree.leaves)))

    def wait(self, rng):
        time.sleep(rng.choice([0.02, 0.1, 0.3]))

    # ---- scenes, which every run has: what chance alone would seldom bring

    def scene(self, rng, scenes):
        """Play the next one; if the state of things does not allow it, later."""
        scene = scenes.pop(0)
        self.log.append("scene " + scene.__name__)
        try:
            scene(rng)
        except Unsuited:
            scenes.append(scene)

    def all_faults(self, rng):
        """Each fault, and those again that came to something else."""
        for _ in range(10):
            for fault in rng.sample(FAULTS, len(FAULTS)):
                if fault.__name__[8:].upper() not in self.refusals:
                    self.bring(rng, [fault(self.author(rng))], "submit", self.free(rng))

    def free(self, rng):
        """A session without a transaction."""
        session = self.session(rng)
        if session.isolation:
            session.end("COMMIT")
        return session

    def sealed(self, rng):
        """Seal now all there is, whoever is held."""
        if self.held:
            self.let_go(rng)
        while self.run_seal(self.sealers[0], 65536):
            pass
        self.mirror.advance()

    def members(self):
        return [self.people.by_did[did] for did in self.mirror.state.members() if did in self.people.by_did]

    def rested(self, rng, number):
        """Members who may announce a poll and act today, those first who did little."""
        members = [who for who in self.members()
                   if self.mirror.state.identities[who.did].polls < self.mirror.state.charter.limits["open_polls"]]
        rng.shuffle(members)
        if len(members) < number:
            raise Unsuited
        return sorted(members, key=lambda who: self.mirror.state.identities[who.did].acts)[:number]

    def poll(self, name):
        found = self.mirror.state.poll_of("name", name)
        if not found:
            raise Unsuited
        return found

    def time_runs_out(self, rng):
        """Acts that were good when they came in, and are late when they are sealed."""
        people, session = self.people, self.free(rng)
        self.sealed(rng)
        a, b, c = self.rested(rng, 3)
        author, at = self.author(rng), int(time.time()) + 3
        late, next_one = "late-%d" % self.steps, "next-%d" % self.steps
        session.bring(rng, [author.poll(a, name=late, opens=0, closes=at, method="approval", params={}),
                            author.poll(b, name=next_one, opens=at, closes=at + 2),
                            author.poll(c, opens=at - 1, closes=at)], "COPY")
        self.sealed(rng)
        if time.time() > at - 0.5:
            raise Unsuited              # a slow machine
        late, next_one = self.poll(late), self.poll(next_one)
        other = rng.choice([one for one in self.sessions if one is not session])
        if not other.isolation:
            other.begin(rng)
        other.bring(rng, [people.sign(c, "delegate", scope={"poll": base64url(next_one.id)}, to=[b.did])], "submit")
        session.bring(rng, [people.sign(who, "ballot", poll=base64url(late.manifest), choice={"abstain": True}) for who in (a, b)]
                      + [people.sign(b, "topic", topic="topic in time", exp=at), author.poll(b, opens=0, closes=at),
                         people.sign(b, "delegate", scope={}, to=[], until=at)], "COPY")
        time.sleep(max(0, at - time.time()) + 0.01)
        self.sealed(rng)
        if other.isolation:
            other.end("COMMIT")
        self.sealed(rng)

    def window_begins(self, rng):
        """A delegate changes his ballot when it is final: once before a block says so, once after."""
        people, session = self.people, self.free(rng)
        self.sealed(rng)
        a, b, c = self.rested(rng, 3)
        at, name = int(time.time()) + 3, "window-%d" % self.steps
        session.bring(rng, [people.sign(b, "delegate", scope={}, to=[c.did, a.did], must_vote=[2]),
                            people.sign(a, "poll", name=name, title="Shall we?", options=["yes"], method="approval", opens=0,
                                        closes=at + 50, params={"override_window": 50, "running": True})], "COPY")
        self.sealed(rng)
        poll = self.poll(name)
        ballots = {who: dict(poll=base64url(poll.manifest), choice={"votes": [1]}) for who in (a, b, c)}
        session.bring(rng, [people.sign(a, "ballot", **ballots[a])], "submit")
        self.sealed(rng)
        if time.time() > at - 0.5 or b.did not in poll.electorate:
            raise Unsuited              # a slow machine
        session.bring(rng, [people.sign(a, "ballot", **ballots[a])], "submit")
        time.sleep(max(0, at - time.time()) + 0.01)
        session.bring(rng, [people.sign(a, "ballot", **ballots[a])], "submit")
        session.bring(rng, [people.sign(c, "ballot", **ballots[c])], "submit")
        self.sealed(rng)
        session.bring(rng, [people.sign(a, "ballot", **ballots[a])], "submit")
        session.bring(rng, [people.sign(b, "ballot", **ballots[b])], "submit")
        self.sealed(rng)

    def acts_race(self, rng):
        """Acts that are good each by itself, in one block."""
        people, names = self.people, "race %d" % self.steps
        self.sealed(rng)
        a, b, c = self.rested(rng, 3)
        d = Signer("%s, %s" % (self.seed, names))
        author = self.author(rng)
        poll = dict(name=names.replace(" ", "-"), opens=author.now - 1, closes=author.now + 2)
        pairs = [[people.sign(who, "topic", topic=names) for who in (a, b)], [author.poll(who, **poll) for who in (a, c)],
                 [people.sign(a, "vouch", member=d.did) for _ in range(2)], [people.sign(d, "join") for _ in range(2)],
                 [people.sign(b, "delegate", scope={}, to=[]) for _ in range(2)][::-1]]
        for pair in pairs:
            for text in pair:
                self.bring(rng, [text], None, self.free(rng))
        self.sealed(rng)
        # A founder leaves and joins again while a ballot of his is on its way.
        founders = [who for who in people.founders if who in self.members()]
        if not founders:
            raise Unsuited
        who = rng.choice(founders)
        open_poll = next((poll for poll in self.mirror.state.polls if poll.name.startswith("long-")), None)
        if not open_poll:
            raise Unsuited
        ballot = people.sign(who, "ballot", nonce=who.nonce + 90000, poll=base64url(open_poll.manifest), choice={"abstain": True})
        slow = self.free(rng)
        slow.rows("BEGIN")
        slow.isolation = "READ COMMITTED"
        slow.bring(rng, [ballot], "submit")
        quick = next(one for one in self.sessions if one is not slow)
        if quick.isolation:
            quick.end("ROLLBACK")
        quick.bring(rng, [people.sign(who, "leave"), people.sign(who, "leave")], "COPY")
        self.sealed(rng)
        quick.bring(rng, [people.sign(who, "join")], "submit")
        self.sealed(rng)
        quick.bring(rng, [people.sign(who, "ballot", poll=base64url(open_poll.manifest), choice={"abstain": True})], "submit")
        slow.end("COMMIT")
        self.sealed(rng)
        who.nonce += 90000

    def lists_are_full(self, rng):
        """More candidates and more open polls than the charter allows, in one block and after it."""
        people, limits = self.people, self.mirror.state.charter.limits
        self.sealed(rng)
        newcomers = [Signer("%s, newcomer %d %d" % (self.seed, self.steps, n)) for n in range(limits["pending_joins"] + 3)]
        a, b, c = self.rested(rng, 3)
        author, session = self.author(rng), self.free(rng)
        for who in newcomers[:-1]:      # each in a transaction of its own: one alone would be refused
            session.bring(rng, [people.sign(who, "join")], "submit")
        session.bring(rng, [author.poll(a, opens=author.now + 1, closes=author.now + 4) for _ in range(limits["open_polls"] + 1)], "COPY")
        self.sealed(rng)
        session.bring(rng, [people.sign(newcomers[-1], "join")], "submit")
        session.bring(rng, [author.poll(a, opens=author.now + 1, closes=author.now + 4)], "submit")
        session.bring(rng, [people.sign(who, "vouch", member=newcomer.did) for newcomer in newcomers[:-2] for who in (b, c)], "COPY")

    def a_day_is_full(self, rng):
        self.sealed(rng)
        [a], session = self.rested(rng, 1), self.free(rng)
        for _ in range(self.mirror.state.charter.limits["acts_per_day"] + 2):
            session.bring(rng, [self.people.sign(a, "delegate", scope={}, to=[])], "submit")
        self.sealed(rng)
        session.bring(rng, [self.people.sign(a, "leave")], "submit")

    # ---- many at once

    def storm(self, rng, seconds=1.5):
        """Sessions and both sealers at the same time, each in a thread of its own; what comes in is left to chance."""
        state, until, failures = copy.deepcopy(self.mirror.state), time.time() + seconds, []
        allowed = DOCUMENTED | {"40001"}

        def guarded(work, *arguments):
            try:
                while time.time() < until:
                    work(*arguments)
            except Exception:
                failures.append(traceback.format_exc())

        def write(session, rng):
            author = Author(rng, self.people, state)
            several = rng.random() < 0.4
            if several:
                session.rows("BEGIN ISOLATION LEVEL " + rng.choice(["READ COMMITTED", "REPEATABLE READ"]))
            for _ in range(rng.randint(2, 6) if several else 1):
                if several:
                    session.rows("SAVEPOINT act")
                seen = [seq for seq, in session.rows("SELECT seq FROM commune.act")]
                text = author.act()
                try:
                    seq = session.write([text], "submit")
                    if seq not in seen:
                        self.seen[seq] = seen
                except psycopg2.Error as error:
                    if error.pgcode not in allowed:
                        raise
                    if several:
                        session.rows("ROLLBACK TO act")
            if several:
                session.rows(rng.choice(["COMMIT", "COMMIT", "ROLLBACK"]))

        def seal(sealer, rng):
            self.run_seal(sealer, rng.choice([65536, 65536, 5]))
            time.sleep(rng.random() * 0.02)

        threads = [threading.Thread(target=guarded, args=(write, session, random.Random(rng.random()))) for session in self.sessions]
        threads += [threading.Thread(target=guarded, args=(seal, sealer, random.Random(rng.random()))) for sealer in self.sealers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            self.fail("\n".join(failures))

    # ---- a register that stands still

    def lie_down(self):
        self.set_up()
        self.wake()

    def wake(self):
        """Seal after a long sleep, which extends polls; then announce another, and leave ballots for the next time."""
        rng = self.random(self.mirror.block)
        self.sealed(rng)
        self.check(rng)
        author = self.author(rng)
        self.sessions[0].bring(rng, [author.poll(self.people.founders[0], opens=author.now - 1, closes=author.now + 60)], "submit")
        self.sealed(rng)
        author = self.author(rng)
        for _ in range(6):
            self.sessions[0].bring(rng, [author.ballot()], "submit")
        self.check(rng)

    # ---- the end

    def settle(self):
        """End every transaction, seal until nothing is left, compare."""
        rng = self.random("settle")
        if self.held:
            self.let_go(rng)
        for session in self.sessions:
            if session.isolation:
                session.end("COMMIT")
        for gid in self.prepared:
            self.sessions[0].rows("COMMIT PREPARED %s", gid)
        self.prepared.clear()
        while self.run_seal(rng.choice(self.sealers), rng.choice([4, 65536])):
            pass
        self.check(rng)
        for poll in self.mirror.state.polls:
            if poll.status == "closed" and not poll.result:
                self.fail("the poll %s has no result" % poll.name)

    def check_places(self):
        """Each act has one place, after everything that its author had read; a mirror that starts afresh finds the same."""
        rows = self.sessions[0].rows
        acts = [seq for seq, in rows("SELECT seq FROM commune.act ORDER BY seq")]
        places = rows("SELECT m.seq FROM commune.block b, commune.members(b.number) m WHERE m.source = 'act' ORDER BY m.seq")
        if [seq for seq, in places] != acts:
            self.fail("acts %r, places %r" % (acts, places))
        self.check_notes(rows)
        index = self.mirror.index
        for seq, seen in self.seen.items():
            for earlier in seen:
                if seq in index and earlier in index and index[earlier] >= index[seq]:
                    self.fail("act %d was sealed before act %d, which its author had read" % (seq, earlier))
        followed, self.mirror = self.mirror, Mirror(self.checker)
        self.check(None)
        if self.mirror.tree.root() != followed.tree.root():
            self.fail("a mirror that starts afresh has another root")

    def check_notes(self, rows):
        """The rows of the chained table are in the register, each with the bytes that the page says."""
        made = [("public.notes", '["%d"]' % id, row_leaf("public.notes", [("id", "pg_catalog.int8", id), ("text", "pg_catalog.text", text)]))
                for id, text in rows("SELECT id, text FROM notes ORDER BY id")]
        found = []
        for table, n, key, keys, hashes in rows("SELECT relation, n, key, keys, leaf FROM commune.row_leaf"):
            parts = [key] + [json.dumps(part, separators=(",", ":")) for part in json.loads(keys or "[]")]
            found += [(table, parts[i], bytes(hashes[32 * i:32 * i + 32])) for i in range(n)]
        if sorted(found) != sorted(made):
            self.fail("rows: found %r, expected %r" % (sorted(set(found) - set(made)), sorted(set(made) - set(found))))
        if rows("SELECT * FROM commune.verify_table('notes')"):
            self.fail("verify_table() finds %r" % rows("SELECT * FROM commune.verify_table('notes')"))
