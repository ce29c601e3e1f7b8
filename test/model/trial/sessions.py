"""Connections, their transactions, and what is expected of each statement."""
import collections
import functools
import io
import time

import psycopg2

from reference.record import Malformed, Record, key_of_did

ISOLATION = ["READ COMMITTED", "READ COMMITTED", "REPEATABLE READ", "REPEATABLE READ", "SERIALIZABLE"]


def now():
    return int(time.time() * 1000000)


def serializable(method):
    """In a SERIALIZABLE transaction any statement may fail by 40001; then the transaction is given up."""
    @functools.wraps(method)
    def guarded(self, *arguments):
        try:
            return method(self, *arguments)
        except psycopg2.errors.SerializationFailure:
            if self.isolation != "SERIALIZABLE":
                raise
            self.rows("ROLLBACK")
            self.isolation = None
    return guarded


class Session:
    """A connection that brings in acts.  `run` tells it what the register looks like, and takes what it finds."""

    def __init__(self, run, number):
        self.run, self.number = run, number
        self.connection = run.connect()
        self.cursor = self.connection.cursor()
        self.isolation = None       # of its open transaction
        self.tried = collections.Counter()      # what it has brought in its transaction: acts by signer, and joins
        self.savepoints = 0

    def rows(self, query, *arguments):
        self.cursor.execute(query, arguments)
        return self.cursor.fetchall() if self.cursor.description else []

    # ---- transactions

    def begin(self, rng):
        self.isolation = rng.choice(ISOLATION)
        self.tried = collections.Counter()
        self.rows("BEGIN ISOLATION LEVEL " + self.isolation)
        self.savepoints = 0
        if self.isolation != "READ COMMITTED":
            self.rows("SELECT 1 FROM commune.act LIMIT 1")      # takes the snapshot

    @serializable
    def end(self, how):
        """COMMIT, ROLLBACK or PREPARE TRANSACTION; what was prepared is ended by another session one day."""
        if how == "PREPARE":
            gid = "%s-%d" % (self.run.database, self.run.steps)
            self.rows("PREPARE TRANSACTION %s", gid)
            self.run.prepared.append(gid)
        else:
            self.rows(how)
        self.isolation = None

    @serializable
    def savepoint(self, rng):
        """Set, release or go back to a savepoint; now and then more of them than a snapshot lists."""
        if self.savepoints and rng.random() < 0.5:
            name = "s%d" % rng.randint(1, self.savepoints)
            self.rows(rng.choice(["ROLLBACK TO ", "RELEASE "]) + name)
            self.savepoints = int(name[1:]) - 1
            return
        for _ in range(70 if rng.random() < 0.1 else 1):
            self.savepoints += 1
            self.rows("SAVEPOINT s%d" % self.savepoints)

    @serializable
    def note(self, rows):
        for row in rows:
            self.rows("INSERT INTO notes VALUES (%s, %s)", *row)

    # ---- acts

    @serializable
    def bring(self, rng, texts, how):
        """Bring in acts in one statement, and hold what comes of it against what is expected."""
        if how == "submit" and len(texts) > 1:
            how = "INSERT"
        seen = [seq for seq, in self.rows("SELECT seq FROM commune.act")]
        if self.isolation:
            self.rows("SAVEPOINT act")
        if how == "INSERT" and not all(read(text) for text in texts):
            texts = [text for text in texts if not read(text)]      # constants are read before anything is done
        if not self.isolation:
            self.tried = collections.Counter()
        for record in filter(None, map(read, texts)):
            self.tried.update([record.iss] + ["join"] * (record.payload["act"] == "join"))
        before = self.expected(texts)
        try:
            found = [None] * len(texts), self.write(texts, how)
        except psycopg2.Error as error:
            if error.pgcode == "40001":
                raise
            found = error.pgcode, None
            if self.isolation:
                self.rows("ROLLBACK TO act")
        after = self.expected(texts)
        self.judge(texts, how, seen, before, after, found)

    def write(self, texts, how):
        """Write acts; what comes back: a seq for submit(), else the number of rows that were new."""
        if how == "submit":
            return self.rows("SELECT commune.submit(%s)", texts[0])[0][0]
        if how == "INSERT":
            self.cursor.execute("INSERT INTO commune.act (record) VALUES " + ", ".join(["(%s)"] * len(texts)), texts)
        else:
            self.cursor.copy_expert("COPY commune.act (record) FROM STDIN",
                                    io.StringIO("".join(text.replace("\\", "\\\\") + "\n" for text in texts)))
        return self.cursor.rowcount

    def expected(self, texts):
        """What is expected now: the SQLSTATE of the first refusal, or for each text the seq that it has, None if it is new."""
        moment, state, places, used = now(), self.run.mirror.state, [], {}
        for text in texts:
            record = read(text)
            if not record:
                return "22P02"
            if key_of_did(record.iss) is None:
                return "QC110"
            if not record.verified():
                return "QC101"
            # Of the same text twice, which two sessions brought at once, the first one's place counts.
            others = {other: seq for seq, other in sorted((row for rows in (self.rows, self.run.mirror.rows) for row in rows(
                "SELECT seq, record::text FROM commune.act WHERE signer::text = %s AND nonce = %s", record.iss, record.nonce)),
                reverse=True)}
            others.update(used.get((record.iss, record.nonce), {}))
            if text in others:
                places.append(others[text])
                continue
            if others:
                return "QC106"
            refused = state.check(record, moment)
            if refused:
                return refused
            used[record.iss, record.nonce] = {text: 0}
            places.append(None)
        return places

    def is_burst(self, outcome):
        """Whether a limit may have been met by what the transaction has brought, which the state does not know of."""
        signers = [count for who, count in self.tried.items() if who != "join"]
        return outcome == "QC306" and self.tried["join"] > 1 or outcome == "QC307" and max(signers, default=0) > 1

    def judge(self, texts, how, seen, before, after, found):
        outcome, value = found
        if isinstance(outcome, str):
            self.run.refusals[outcome] += 1
            self.run.log.append("%s refused with %s" % (how, outcome))
            if outcome not in (before, after) and not self.is_burst(outcome):
                self.run.fail("%s of %s was refused with %s, expected was %s (%s)" % (how, show(texts), outcome, before, self.isolation))
            return
        if isinstance(before, str):
            self.run.fail("%s of %s was taken, expected was %s (%s)" % (how, show(texts), before, self.isolation))
        # Now each text has its place.
        new = [seq for seq, earlier in zip(after, before) if earlier is None]
        if None in after or len(set(new)) != len(new):
            self.run.fail("%s of %s: places %r" % (how, show(texts), after))
        if value != (after[0] if how == "submit" else len(new)):
            self.run.fail("%s of %s gives %r, the places are %r" % (how, show(texts), value, after))
        self.run.accepted += len(new)
        for seq in new:
            self.run.seen[seq] = seen


def read(text):
    try:
        return Record(text)
    except Malformed:
        return None


def show(texts):
    return "; ".join(repr(read(text).payload) if read(text) else text for text in texts[:5])
