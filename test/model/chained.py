"""Chained tables at random: tables of all shapes, filled, attached, unchained and chained again by statements of all kinds, many of
them rolled back or refused; then damaged by a superuser.  The model knows each row's bytes from docs/chained-tables.md, and so what the
register holds and what verify_table() must say.

    COMMUNE_SEED=n   only this seed; a failure prints it"""
import collections
import datetime
import io
import json
import os
import random
import struct
import uuid

import psycopg2

from reference.record import base64url
from reference.rows import row_leaf

EPOCH = datetime.date(2000, 1, 1)
LABELS = ["sad", "glad", "größer"]
WORDS = ["", "x", "Grüße", "a\\b\"c", "]", "[1],", "tab\t", "日本", "n\nl", "it's"]


class Type:
    """A type: its name in SQL and in the register, values, and how they are sent; text: keys hold the text form."""

    def __init__(self, name, registered, make, send, text=None, show=str):
        self.name, self.registered, self.make, self.send, self.text, self.show = name, registered, make, send, text, show


def word(rng):
    return rng.choice(WORDS) + rng.choice(["", str(rng.randrange(1000))])


TYPES = [
    Type("bigint", "pg_catalog.int8", lambda rng: rng.randrange(-2**63, 2**63), lambda v: struct.pack(">q", v), str),
    Type("integer", "pg_catalog.int4", lambda rng: rng.randrange(-2**31, 2**31), lambda v: struct.pack(">i", v), str),
    Type("smallint", "pg_catalog.int2", lambda rng: rng.randrange(-2**15, 2**15), lambda v: struct.pack(">h", v), str),
    Type("boolean", "pg_catalog.bool", lambda rng: rng.random() < 0.5, lambda v: bytes([v]), lambda v: "ft"[v]),
    Type("text", "pg_catalog.text", word, str.encode, str),
    Type("varchar(20)", "pg_catalog.varchar", word, str.encode, str),
    Type("short", "public.short", word, str.encode, str),
    Type("mood", "public.mood", lambda rng: rng.choice(LABELS), str.encode, str),
    Type("uuid", "pg_catalog.uuid", lambda rng: uuid.UUID(int=rng.getrandbits(128)), lambda v: v.bytes, str),
    Type("date", "pg_catalog.date", lambda rng: EPOCH + datetime.timedelta(rng.randrange(-9999, 9999)),
         lambda v: struct.pack(">i", (v - EPOCH).days)),
    Type("bytea", "pg_catalog.bytea", lambda rng: bytes(rng.getrandbits(8) for _ in range(rng.randrange(40))), bytes,
         show=lambda v: "\\x" + v.hex()),
    Type("double precision", "pg_catalog.float8", lambda rng: rng.uniform(-1e6, 1e6), lambda v: struct.pack(">d", v), show=repr),
    Type("integer[]", "pg_catalog._int4", lambda rng: [rng.randrange(9) for _ in range(rng.randrange(4))],
         lambda v: struct.pack(">iii", bool(v), 0, 23) + (struct.pack(">ii", len(v), 1) if v else b"")
         + b"".join(struct.pack(">ii", 4, item) for item in v), show=lambda v: "{%s}" % ",".join(map(str, v))),
]
PART = Type("integer", "pg_catalog.int4", lambda rng: rng.randrange(8), lambda v: struct.pack(">i", v), str)    # what partitions go by


def quoted(name):
    return '"%s"' % name.replace('"', '""')


def registered(name):
    plain = name[:1] not in tuple("0123456789") and all(c in "abcdefghijklmnopqrstuvwxyz0123456789_" for c in name)
    return "public." + (name if plain and name else quoted(name))


class Table:
    """A table as the model has it: its rows, and what the register has of it."""

    def __init__(self, rng, number):
        self.name = rng.choice(["t%d", "T %d", 'odd"%d', "tür%d"]) % number
        self.columns = [("part", PART)] + [(rng.choice(["c%d", "C %d", "ö%d"]) % i, rng.choice(TYPES)) for i in range(rng.randrange(1, 7))]
        rng.shuffle(self.columns)
        self.partitioned = rng.random() < 0.5
        self.key = []
        if rng.random() < 0.6:
            can = [i for i, (name, type) in enumerate(self.columns) if type.name not in ("boolean", "mood", "double precision", "integer[]")]
            self.key = sorted(set([i for i, (name, type) in enumerate(self.columns) if type is PART] + rng.sample(can, min(len(can), rng.randrange(1, 3)))))
        self.rows = []              # (partition, row)
        self.chained = False
        self.leaves = []            # of the promise in force: (key, leaf)
        self.before = []            # of those that ended
        self.partitions = {}        # value of part: name of the table
        self.added = 0

    def copy(self):
        return list(self.rows), list(self.leaves), list(self.before), self.chained, dict(self.partitions), list(self.columns), self.added

    def restore(self, copy):
        self.rows, self.leaves, self.before, self.chained, self.partitions, self.columns, self.added = copy

    def leaf(self, row):
        return row_leaf(registered(self.name), [(name, type.registered, None if v is None else type.send(v))
                                                for (name, type), v in zip(self.columns, row)])

    def key_of(self, row):
        if not self.key:
            return None
        parts = [self.columns[i][1].text(row[i]) if self.columns[i][1].text else base64url(self.columns[i][1].send(row[i])) for i in self.key]
        return json.dumps(parts, separators=(",", ":"), ensure_ascii=False)

    def known(self, row):
        return self.key_of(row), self.leaf(row)

    def row(self, rng, part=None):
        row = []
        for i, (name, type) in enumerate(self.columns):
            if type is PART:
                row.append(part if part is not None else rng.choice(sorted(self.partitions)) if self.partitioned else type.make(rng))
            else:
                row.append(None if i not in self.key and rng.random() < 0.2 else type.make(rng))
        return tuple(row)

    def is_free(self, row):
        return not self.key or self.key_of(row) not in {self.key_of(other) for _, other in self.rows}

    def part(self, row):
        return next(v for (name, type), v in zip(self.columns, row) if type is PART)

    def add(self, rows):
        self.rows += [(self.part(row), row) for row in rows]
        if self.chained:
            self.leaves += map(self.known, rows)


class Trial:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.seed = seed
        self.connection = psycopg2.connect("")
        self.connection.autocommit = True
        self.cursor = self.connection.cursor()
        self.done = collections.Counter()

    def run(self, query, *arguments):
        self.cursor.execute(query, arguments or None)
        return self.cursor.fetchall() if self.cursor.description else []

    def refused(self, code, query, *arguments):
        self.run("SAVEPOINT refused")
        try:
            self.run(query, *arguments)
        except psycopg2.Error as error:
            assert error.pgcode == code, (query, error.pgcode, str(error))
            self.run("ROLLBACK TO refused")
            return
        raise AssertionError("taken: " + query)

    # ---- tables

    def create(self, number):
        table, rng = Table(self.rng, number), self.rng
        columns = ", ".join("%s %s" % (quoted(name), type.name) for name, type in table.columns)
        if table.key:
            columns += ", PRIMARY KEY (%s)" % ", ".join(quoted(table.columns[i][0]) for i in table.key)
        self.run("CREATE TABLE %s (%s)%s" % (quoted(table.name), columns, " PARTITION BY LIST (part)" if table.partitioned else ""))
        if table.partitioned:
            for value in range(2):
                self.partition(table, value)
        rows = self.fresh(table, rng.randrange(4))
        self.insert(table, rows)
        self.chain(table)
        return table

    def chain(self, table):
        self.run("SELECT commune.chain(%s)", quoted(table.name))
        table.chained = True
        table.leaves = [table.known(row) for _, row in table.rows]

    def partition(self, table, value):
        """A new partition: made for the table, or one with its columns in another order that brings rows."""
        name = "%s part %d" % (table.name, value)
        if self.rng.random() < 0.5:
            self.run("CREATE TABLE %s PARTITION OF %s FOR VALUES IN (%d)" % (quoted(name), quoted(table.name), value))
            table.partitions[value] = name
            return
        columns = [(quoted(name), type.name, i in table.key) for i, (name, type) in enumerate(table.columns)]
        self.rng.shuffle(columns)
        self.run("CREATE TABLE %s (gone integer, %s)" % (quoted(name), ", ".join("%s %s%s" % (name, type, " NOT NULL" if key else "")
                                                                                for name, type, key in columns)))
        self.run("ALTER TABLE %s DROP COLUMN gone" % quoted(name))
        rows = self.fresh(table, self.rng.randrange(4), value)
        self.insert(table, rows, name)
        self.run("ALTER TABLE %s ATTACH PARTITION %s FOR VALUES IN (%d)" % (quoted(table.name), quoted(name), value))
        table.partitions[value] = name

    def fresh(self, table, n, part=None):
        rows, keys = [], {table.key_of(row) for _, row in table.rows}
        for _ in range(n):
            row = table.row(self.rng, part)
            if not table.key or table.key_of(row) not in keys:
                keys.add(table.key_of(row))
                rows.append(row)
        return rows

    def insert(self, table, rows, into=None):
        """Insert rows, by one statement of some kind; into a partition, or the whole table."""
        if not rows:
            return
        names = ", ".join(quoted(name) for name, type in table.columns)
        kind = self.rng.choice(["values", "one by one", "copy", "select", "cte"])
        target = "%s (%s)" % (quoted(into or table.name), names)
        show = [[None if v is None else type.show(v) for (name, type), v in zip(table.columns, row)] for row in rows]
        one = "(%s)" % ", ".join("%%s::%s" % type.name for name, type in table.columns)
        values = ", ".join([one] * len(rows))
        flat = [v for row in show for v in row]
        if kind == "values":
            self.run("INSERT INTO %s VALUES %s" % (target, values), *flat)
        elif kind == "one by one":
            for row in show:
                self.run("INSERT INTO %s VALUES %s" % (target, one), *row)
        elif kind == "select":
            self.run("INSERT INTO %s SELECT * FROM (VALUES %s) AS v" % (target, values), *flat)
        elif kind == "cte":
            self.run("WITH made AS (INSERT INTO %s VALUES %s RETURNING 1) SELECT count(*) FROM made" % (target, values), *flat)
        else:
            escape = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
            lines = "".join("\t".join(r"\N" if v is None else v.translate(escape) for v in row) + "\n" for row in show)
            self.cursor.copy_expert("COPY %s FROM STDIN" % target, io.StringIO(lines))
        self.done[kind] += 1
        table.add(rows)

    # ---- steps

    def step(self, tables):
        table, rng = self.rng.choice(tables), self.rng
        kind = rng.choice(["insert"] * 6 + ["partition", "column", "refused", "unchain", "seal"])
        name = quoted(table.name)
        self.done[kind] += 1
        if kind == "seal":
            self.run("COMMIT")
            self.run("SELECT commune.seal()")
            self.run("BEGIN")
        elif kind == "insert":
            part = rng.choice(sorted(table.partitions)) if table.partitioned and rng.random() < 0.5 else None
            rows = self.fresh(table, rng.choice([1, 2, 3, 5, 70, 130]) if rng.random() < 0.3 else rng.randrange(1, 4), part)
            self.insert(table, rows, None if part is None else table.partitions[part])
        elif kind == "partition":
            free = [value for value in range(8) if value not in table.partitions]
            if table.partitioned and free:
                self.partition(table, rng.choice(free))
        elif kind == "column" and table.added < 3:
            table.added += 1
            type = rng.choice([type for type in TYPES if type.name != "short"])    # a domain with a check: rows would be written anew
            self.run("ALTER TABLE %s ADD COLUMN %s %s" % (name, quoted("added %d" % table.added), type.name))
            table.columns.append(("added %d" % table.added, type))
            table.rows = [(part, row + (None,)) for part, row in table.rows]
        elif kind == "refused" and table.chained:
            self.refused("QC201", "UPDATE %s SET part = part" % name)
            self.refused("QC201", "DELETE FROM %s" % quoted(rng.choice([table.name, *table.partitions.values()])))
            self.refused("QC201", "TRUNCATE %s" % name)
            self.refused("QC220", "DROP TABLE %s" % quoted(rng.choice([table.name, *table.partitions.values()])))
            self.refused("QC220", "ALTER TABLE %s RENAME part TO whole" % name)
            self.refused("QC220", "ALTER TABLE %s DISABLE TRIGGER ALL" % name)
            if table.partitions:
                self.refused("QC220", "ALTER TABLE %s DETACH PARTITION %s" % (name, quoted(rng.choice(list(table.partitions.values())))))
        elif kind == "unchain" and table.chained:
            self.run("SELECT commune.unchain(%s)", name)
            table.chained, table.before, table.leaves = False, table.before + table.leaves, []
            if table.rows and rng.random() < 0.5:
                self.delete_one(table)
            if rng.random() < 0.8:
                self.chain(table)
        elif kind == "unchain":
            self.chain(table)

    def find(self, table, row):
        """A condition that the row fulfils, and how many do."""
        found = " AND ".join("%s IS NOT DISTINCT FROM %%s::%s" % (quoted(name), type.name) for name, type in table.columns)
        return found, [None if v is None else type.show(v) for (name, type), v in zip(table.columns, row)]

    def delete_one(self, table):
        part, row = self.rng.choice(table.rows)
        condition, values = self.find(table, row)
        self.run("DELETE FROM %s WHERE (tableoid, ctid) = (SELECT tableoid, ctid FROM %s WHERE %s LIMIT 1)"
                 % (quoted(table.name), quoted(table.name), condition), *values)
        table.rows.remove((part, row))

    # ---- comparing

    def check(self, table):
        found = sorted((key or "", bytes(leaf)) for key, leaf in self.run(
            "SELECT key, leaf FROM commune.chained_row WHERE relation = %s", registered(table.name)))
        made = sorted((key or "", leaf) for key, leaf in table.before + table.leaves)
        assert found == made, "%s: %d rows in the register, %d expected" % (table.name, len(found), len(made))
        if table.chained:
            damage = self.run("SELECT * FROM commune.verify_table(%s)", quoted(table.name))
            assert not damage, (table.name, damage[:5])
        else:
            self.refused("QC210", "SELECT * FROM commune.verify_table(%s)", quoted(table.name))

    def check_all(self, tables):
        for table in tables:
            self.check(table)
        listed = self.run("SELECT relation FROM commune.chained_table WHERE present")
        assert sorted(name for name, in listed) == sorted(registered(table.name) for table in tables if table.chained)
        assert not self.run("SELECT * FROM commune.verify_tables()")

    def damage(self, table):
        """Change, delete and add rows behind the triggers, and compare what is found with what the model expects."""
        if not table.chained:
            return
        copy = table.copy()
        self.run("SAVEPOINT damage")
        self.run("SET LOCAL session_replication_role = replica")
        for name in [table.name, *table.partitions.values()]:
            self.run("ALTER TABLE %s DISABLE TRIGGER ALL" % quoted(name))
        for _ in range(self.rng.randrange(1, 4)):
            if table.rows and self.rng.random() < 0.6:
                self.delete_one(table)
            if self.rng.random() < 0.6:
                chained, table.chained = table.chained, False
                self.insert(table, self.fresh(table, 1))
                table.chained = chained
        for name in [table.name, *table.partitions.values()]:
            self.run("ALTER TABLE %s ENABLE TRIGGER ALL, ENABLE ALWAYS TRIGGER commune_protect" % quoted(name))
        self.run("SET LOCAL session_replication_role = origin")
        found = collections.Counter((kind, key) for key, kind in self.run("SELECT key, kind FROM commune.verify_table(%s)", quoted(table.name)))
        is_there = collections.Counter(table.known(row) for _, row in table.rows)
        was_there = collections.Counter(table.leaves)
        added, missing = is_there - was_there, was_there - is_there
        ought = collections.Counter()
        for key in {key for key, leaf in added + missing}:
            more = sum(n for (k, leaf), n in added.items() if k == key)
            less = sum(n for (k, leaf), n in missing.items() if k == key)
            both = min(more, less) if key is not None else 0
            ought.update({("changed", key): both, ("added", key): more - both, ("missing", key): less - both})
        assert found == +ought, (table.name, found - ought, ought - found)
        self.done["findings"] += sum(found.values())
        self.run("ROLLBACK TO damage")
        table.restore(copy)

    def go(self):
        tables = []
        for number in range(6):
            tables.append(self.create(self.seed * 100 + number))    # names do not come back
        for round in range(25):
            copies = [table.copy() for table in tables]
            self.connection.set_client_encoding(self.rng.choice(["UTF8", "EUC_JIS_2004"]))
            self.run("BEGIN")
            inner = None
            for _ in range(self.rng.randrange(1, 6)):
                if inner is None and self.rng.random() < 0.3:
                    self.run("SAVEPOINT part")
                    inner = [table.copy() for table in tables]
                sealed = self.done["seal"]
                self.step(tables)
                if self.done["seal"] > sealed:
                    inner, copies = None, [table.copy() for table in tables]
                elif inner is not None and self.rng.random() < 0.4:
                    self.run("ROLLBACK TO part")
                    for table, copy in zip(tables, inner):
                        table.restore(copy)
                    inner = None
            self.check_all(tables)
            self.damage(self.rng.choice(tables))
            if self.rng.random() < 0.2:
                self.run("ROLLBACK")
                for table, copy in zip(tables, copies):
                    table.restore(copy)
            else:
                self.run("COMMIT")
        self.run("SELECT commune.seal()")
        self.run("BEGIN")
        self.check_all(tables)
        for table in tables:
            self.damage(table)
        self.run("COMMIT")
        assert not self.run("SELECT * FROM commune.verify()")
        for table in tables:
            if table.chained:
                self.run("SELECT commune.unchain(%s)", quoted(table.name))
            self.run("DROP TABLE %s" % quoted(table.name))
        self.connection.close()
        return self.done


total = collections.Counter()
setup = psycopg2.connect("")
with setup, setup.cursor() as cursor:
    cursor.execute("CREATE TYPE mood AS ENUM ('%s'); CREATE DOMAIN short AS text CHECK (length(value) < 100)" % "', '".join(LABELS))
seeds = [int(os.environ["COMMUNE_SEED"])] if os.environ.get("COMMUNE_SEED") else [1, 2, 3]
for seed in seeds:
    try:
        total += Trial(seed).go()
    except BaseException:
        print("seed %d" % seed)
        raise
assert len(seeds) < 3 or (total["findings"] > 50 and total["copy"] > 20 and total["unchain"] > 5), total
print("%d seeds, %d statements that insert, %d findings" % (
    len(seeds), sum(total[kind] for kind in ("values", "one by one", "copy", "select", "cte")), total["findings"]))
