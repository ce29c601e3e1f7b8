"""The register of a live database, recomputed and compared: docs/register.md.

A Mirror takes blocks as they come, folds them, and compares what it finds in the tables with what it comes to.  Each
difference is a line of text in `faults`."""
import functools
import hashlib
import struct

from . import fold, merkle, tables
from .record import Malformed, Record, base64url, base64url_decode, canonical, key_of_did, leaf

HEADER = b"commune/block/1\n"
LETTERS = {"act": b"a", "row": b"r", "entry": b"e", "engine": b"g"}


def us(column):
    """A timestamptz in SQL as microseconds since 1970."""
    return "(extract(epoch FROM %s) * 1000000)::bigint" % column


@functools.lru_cache(maxsize=None)
def read_record(text):
    """The record and whether its signature holds; nothing if it is none."""
    try:
        record = Record(text)
        return record, key_of_did(record.iss) is not None and record.verified()
    except Malformed:
        return None, False


class Snapshot:
    """A pg_snapshot: what is visible in it is what was finished when it was taken."""

    def __init__(self, text):
        xmin, xmax, running = text.split(":")
        self.xmin, self.xmax = int(xmin), int(xmax)
        self.running = {int(xid) for xid in running.split(",") if xid}

    def finished(self, xid):
        return xid < self.xmax and xid not in self.running


class Leaf:
    """A leaf: what a session committed, or an entry of the engine."""

    def __init__(self, source, seq, era, xid, at, hash, record=None):
        self.source, self.seq, self.era, self.xid, self.at = source, seq, era, xid, at
        self.hash, self.record = hash, record

    def place(self, index):
        return struct.pack(">Qc4Q", index, LETTERS[self.source], self.seq, self.era, self.xid, self.at)


class Mirror:
    def __init__(self, connection):
        self.connection = connection
        self.state = fold.State()
        self.tree = merkle.Tree()
        self.faults = []
        self.block = self.time = self.era = 0       # of the last block taken
        self.snapshot = None                        # of the last finished block of this era
        self.waiting = {}                           # seq: leaf of a session that is in no block yet
        self.index = {}                             # seq: index of a leaf in a block
        self.engine = 0                             # entries of the engine in blocks
        self.acts = {}                              # seq: record of an act in a block
        self.verdicts = {}                          # seq: SQLSTATE
        self.eras = []

    def rows(self, query, *arguments):
        with self.connection.cursor() as cursor:
            cursor.execute(query, arguments)
            return cursor.fetchall() if cursor.description else []

    def fault(self, what):
        self.faults.append(what)

    def equal(self, what, found, expected):
        if found != expected:
            self.fault("%s: found %r, expected %r" % (what, found, expected))

    def check(self):
        """Take the blocks that are new, and compare everything.  Returns the faults so far.

        The connection reads one snapshot while this runs, in a transaction."""
        self.advance()
        self.compare_register()
        for what, found, expected in tables.compare(self):
            self.equal(what, found, expected)
        return self.faults

    def advance(self):
        """Take the blocks that are new."""
        blocks = self.rows('SELECT number, %s, first, size, era, finished, snapshot::text, root, frontier, header'
                           ' FROM commune.block WHERE number > %%s ORDER BY number' % us('"time"'), self.block)
        self.read_sessions(afresh=any(block[4] != self.era for block in blocks))
        entries = iter(self.rows(
            "SELECT seq, era, %s, kind, leaf, body FROM commune.entry WHERE xid IS NULL ORDER BY seq OFFSET %%s"
            % us("written_at"), self.engine))
        for block in blocks:
            self.take(entries, *block)
        for entry in entries:
            self.fault("entry %d is in no block" % entry[0])

    # ---- leaves of sessions

    def read_sessions(self, afresh):
        """What sessions committed since the last finished block, by its snapshot."""
        since = str(self.snapshot.xmin if self.snapshot and not afresh else 0)
        for seq, era, xid, at, hash, record, *columns in self.rows(
                "SELECT seq, era, xid::text, %s, leaf, record::text, signer::text, kind, nonce, key FROM commune.act"
                " WHERE xid >= %%s::xid8" % us("received_at"), since):
            if seq not in self.index and seq not in self.waiting:
                self.waiting[seq] = self.read_act(seq, era, int(xid), at, bytes(hash), record, columns)
        for last, era, xid, at, n, hashes in self.rows(
                "SELECT seq, era, xid::text, %s, n, leaf FROM commune.row_leaf WHERE xid >= %%s::xid8" % us("received_at"), since):
            self.equal("leaves of the run that ends at %d" % last, (len(hashes), 1 <= n <= 59), (32 * n, True))
            for i in range(n):
                seq = last - n + 1 + i
                if seq not in self.index:
                    self.waiting[seq] = Leaf("row", seq, era, int(xid), at, bytes(hashes[32 * i:32 * i + 32]))
        for seq, era, xid, at, hash, kind, body in self.rows(
                "SELECT seq, era, xid::text, %s, leaf, kind, body FROM commune.entry WHERE xid >= %%s::xid8" % us("written_at"), since):
            if seq not in self.index:
                self.waiting[seq] = Leaf("entry", seq, era, int(xid), at, fold.entry_leaf(body))
                self.equal("entry %d" % seq, (bytes(hash), kind, body), (
                    fold.entry_leaf(body), tables.read_json(body).get("entry"), canonical(tables.read_json(body))))

    def read_act(self, seq, era, xid, at, hash, text, columns):
        record, verified = read_record(text)
        if not record:
            self.fault("act %d is no record" % seq)
            return Leaf("act", seq, era, xid, at, leaf(text.encode()))
        if not verified:
            self.fault("act %d: its signature does not hold" % seq)
        *columns, key = columns
        self.equal("act %d" % seq, (hash, *columns, bytes(key)), (record.id, record.iss, record.act, record.nonce, b""))
        return Leaf("act", seq, era, xid, at, record.id, record)

    def due(self, what, era, finished, snapshot, number):
        """The leaves of sessions that have to be in a block which has this many: those that its snapshot made new."""
        if era != self.era:
            self.snapshot = None
        new = sorted((found for found in self.waiting.values()
                      if found.era < era or found.era == era and snapshot.finished(found.xid)
                      and not (self.snapshot and self.snapshot.finished(found.xid))), key=lambda found: found.seq)
        if finished and number < len(new):
            self.fault("%s leaves out %s" % (what, [found.seq for found in new[number:]]))
        if not finished and number >= len(new):
            self.fault("%s says that it is not finished" % what)
        if finished:
            self.snapshot = snapshot
        for found in new[:number]:
            del self.waiting[found.seq]
        return new[:number]

    # ---- blocks

    def take(self, entries, number, time, first, size, era, finished, snapshot, root, frontier, header):
        what = "block %d" % number
        self.equal(what + ", number", number, self.block + 1)
        self.equal(what + ", first", first, len(self.tree.leaves))
        if time < self.time:
            self.fault(what + ": its time goes back")
        previous = self.tree.root()
        listed = self.rows("SELECT index, source, seq FROM commune.members(%s)", number)
        leaves = self.due(what, era, finished, Snapshot(snapshot), sum(source != "engine" for _, source, _ in listed))

        verdicts, made, places = b"", [], b""
        extended = self.state.extend(time, self.time, first)
        for found in leaves:
            index = self.append(found)
            if found.record:
                self.acts[found.seq] = found.record
                refused = self.state.fold(found.record, time, found.seq, index)
                if refused:
                    self.verdicts[found.seq] = refused
                    verdicts += struct.pack(">Q5s", index, refused.encode())
        begun = self.begin_era(what, era) if era != self.era else []
        results = self.rows("SELECT body FROM commune.entry WHERE kind = 'result' AND seq = ANY (%s)",
                            [seq for _, source, seq in listed if source == "engine"])
        counted = {base64url_decode(tables.read_json(body)["poll"]) for body, in results}
        bodies = begun + self.state.clock(time, extended, first, len(self.tree.leaves) + len(begun), counted)
        leaves = leaves + [self.read_entry(what, entries, body, era, time) for body in bodies]
        for found in leaves[len(leaves) - len(bodies):]:
            self.append(found)
            self.engine += 1
        for index, found in enumerate(leaves, first):
            places += found.place(index)
            made.append((index, found.source, found.seq))
        self.equal(what + ", members()", listed, made)

        made = canonical({
            "number": number, "era": era, "time": time, "first": first, "size": len(self.tree.leaves) + 1,
            "finished": finished, "snapshot": snapshot, "previous": base64url(previous),
            "members": base64url(hashlib.sha256(places).digest()), "verdicts": base64url(hashlib.sha256(verdicts).digest()),
        })
        self.equal(what + ", header", header, made)
        self.tree.append(leaf(HEADER + made.encode()))
        self.equal(what + ", size", size, len(self.tree.leaves))
        self.equal(what + ", root", bytes(root), self.tree.root())
        self.equal(what + ", frontier", bytes(frontier), self.tree.frontier())
        self.block, self.time, self.era = number, time, era

    def append(self, found):
        index = len(self.tree.leaves)
        self.index[found.seq] = index
        self.tree.append(found.hash)
        return index

    def begin_era(self, what, era):
        """The entry that begins an era; what it binds is only known from the table."""
        self.equal(what + ", era", era, self.era + 1)
        found = self.rows("SELECT era, begun, binding, origin, reason FROM commune.era WHERE era = %s", era)
        self.equal("%s, row of era %d" % (what, era), [row[:2] for row in found], [(era, len(self.tree.leaves))])
        self.eras += found
        return [canonical({"entry": "era", "era": era, "binding": binding, "origin": origin, "reason": reason})
                for _, _, binding, origin, reason in found]

    def read_entry(self, what, entries, body, era, time):
        """The next entry of the engine, which has to be this one."""
        hash = fold.entry_leaf(body)
        found = next(entries, None)
        if found is None:
            self.fault("%s has no entry %s" % (what, body))
            return Leaf("engine", 0, era, 0, time, hash)
        seq, *columns, stored, text = found
        self.equal("%s, entry %d" % (what, seq), (text, bytes(stored), *columns),
                   (body, hash, era, time, tables.read_json(body)["entry"]))
        return Leaf("engine", seq, era, 0, time, hash)

    # ---- what stands beside the blocks

    def compare_register(self):
        for found in self.waiting.values():
            if self.snapshot and found.era == self.era and self.snapshot.finished(found.xid):
                self.fault("%s %d was left out" % (found.source, found.seq))
        [(acts, others, engine)] = self.rows(
            "SELECT (SELECT count(*) FROM commune.act),"
            " (SELECT coalesce(sum(n), 0)::bigint FROM commune.row_leaf) + (SELECT count(*) FROM commune.entry WHERE xid IS NOT NULL),"
            " (SELECT count(*) FROM commune.entry WHERE xid IS NULL)")
        self.equal("number of leaves", acts + others + engine, len(self.index) + len(self.waiting))
        self.equal("verdict", dict(self.rows("SELECT seq, sqlstate FROM commune.verdict")), self.verdicts)
        self.equal("era", self.rows("SELECT era, begun, binding, origin, reason FROM commune.era ORDER BY era"), self.eras)
        self.equal("tile", {(level, n): (bytes(data), bytes(root)) for level, n, data, root in self.rows(
            "SELECT level, n, data, root FROM commune.tile")}, self.tree.tiles())
