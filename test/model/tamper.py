"""The tamper matrix: a superuser who switched the triggers off changes one byte of each column of each table of the register, deletes,
adds and swaps rows, and puts others in their place.  Three who look by themselves have to name the first place that is bad:

    verify()           in the database
    commune verify     the program, over a connection
    a follower         that receives the changed rows as a subscription would bring them, and folds them

What no hash covers is written down in docs/register.md; the list here is compared with the catalog, so that no column is forgotten.

    COMMUNE_FAULT=text   only those whose name has this text in it, with what is reported"""
import json
import os
import subprocess
import sys
import tempfile
import time

import psycopg2

from reference.record import Signer, base64url, base64url_decode, canonical, leaf

ONLY = os.environ.get("COMMUNE_FAULT")
REGISTER = {"era": "era", "act": "seq", "row_leaf": "seq", "entry": "seq", "verdict": "seq", "block": "number", "tile": "level, n"}
STATE = {"charter", "member", "membership", "vouch", "topic", "poll", "ballot", "delegation", "resolution", "suspension", "account", "transfer", "issuance", "parameter", "parameter_value", "office", "mandate", "replica", "trusted_key",
         "policy", "proposal", "support", "objection", "turnout", "law", "law_version", "law_rule", "law_run"}     # replay() compares them: planted.py
# What is signed by itself, and said of the register rather than in it: documented as checked by whoever reads the signatures.
SIGNED = {"checkpoint", "cosignature", "witness_seen", "fork_evidence"}

# Documented as covered by no hash.  row_leaf's are for verify_table(); a follower's place is its own affair.
UNCOVERED = {"row_leaf.relation", "row_leaf.key", "row_leaf.keys", "follower.block", "follower.id", "follower.promoted",
             "follower.origin"}

# What a subscription does not bring: a follower computes it.
COMPUTED = {"era", "verdict", "tile"}
# To a follower, a block that does not go on where it stands is one before which others have yet to arrive.
NOT_ARRIVED = "block with a row more, 99"
BROUGHT = [table for table in REGISTER if table not in COMPUTED]

connection = psycopg2.connect("")
connection.autocommit = True
cursor = connection.cursor()


def rows(query, *arguments):
    cursor.execute(query, arguments or None)
    return cursor.fetchall() if cursor.description else []


def value(query, *arguments):
    return rows(query, *arguments)[0][0]


def bring(*texts):
    for text in texts:
        rows("SELECT commune.submit(%s)", text)


def seal():
    rows("SELECT commune.seal()")


# ---- a small commune that has some of everything, and a database that follows it

rows("CREATE TABLE notes (id bigint PRIMARY KEY, text text)")
rows("SELECT commune.chain('notes')")
people = [Signer("tamper %d" % n) for n in range(3)]
charter = people[0].sign("charter", name="Tampered", founders=[who.did for who in people], vouches=1, rules=1)
aud = base64url(leaf(charter.encode()))
bring(charter)
seal()
bring(*[who.sign("join", aud) for who in people])
seal()
now = int(time.time())
bring(people[0].sign("poll", aud, name="p", title="Which?", options=["bread", "roses"], method="majority", opens=now - 1, closes=now + 2),
      people[1].sign("topic", aud, topic="town"), people[2].sign("topic", aud, topic="town"), people[2].sign("topic", aud, topic="park"))
seal()
manifest = base64url(bytes(value("SELECT manifest FROM commune.poll")))
bring(*[who.sign("ballot", aud, poll=manifest, choice={"option": n + 1}) for n, who in enumerate(people[:2])])
rows("INSERT INTO notes SELECT i, 'Note ' || i FROM generate_series(1, 300) AS i")
seal()
time.sleep(max(0, now + 2.05 - time.time()))
for _ in range(3):
    seal()
assert rows("SELECT count(*) FROM commune.tile") == [(1,)] and rows("SELECT count(*) FROM commune.verdict") == [(1,)]
assert rows("SELECT kind FROM commune.entry ORDER BY seq") == [(kind,) for kind in ("chain", "era", "open", "close", "result")]

here = value("SELECT current_database()")
rows('CREATE DATABASE "%s follower" TEMPLATE template0' % here)
follower = psycopg2.connect("dbname='%s follower'" % here)
with follower.cursor() as first:
    first.execute("CREATE EXTENSION commune; SELECT commune.follow()")
follower.commit()
columns = {}
for table, column, type in rows(
        "SELECT relname, attname, format_type(atttypid, NULL) FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid"
        " WHERE relnamespace = 'commune'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped ORDER BY 1, attnum"):
    columns.setdefault(table, {})[column] = type
rows("CREATE SCHEMA kept")
for table in REGISTER:
    rows("CREATE TABLE kept.{0} AS SELECT * FROM commune.{0}; ALTER TABLE commune.{0} DISABLE TRIGGER USER".format(table))

# Where a leaf is: its block's first index, its own, and that of the header, which commits to it.
place, header = {}, {}
for number, first, size in rows("SELECT number, first, size FROM commune.block"):
    header[number] = (first, size - 1, size - 1)
    for index, source, seq in rows("SELECT * FROM commune.members(%s)", number):
        place[seq] = (first, index, size - 1)


# ---- three who look

def by_verify():
    return [(index, table, column, detail) for index, table, column, kind, detail in rows(
        "SELECT index, \"table\", \"column\", kind, detail FROM commune.verify(workers => 0) WHERE kind <> 'trigger'")]


def by_program():
    with tempfile.TemporaryDirectory() as home:
        environment = {name: v for name, v in os.environ.items() if not name.startswith(("XDG_", "COMMUNE_"))}
        done = subprocess.run(["commune", "verify", "--json"], env=dict(environment, HOME=home), capture_output=True, text=True)
    try:
        found = json.loads(done.stdout)["list"]
    except ValueError:
        return [(None, "", None, done.stderr)] if done.returncode == 2 else []
    assert done.returncode == (2 if found else 0), done
    return [(damage.get("index"), damage["table"], damage.get("column"), damage["detail"]) for damage in found]


def by_follower():
    """What stops a subscription, or folding.  It reads in the order of arrival, so it names one place."""
    with follower.cursor() as there:
        there.execute("SET LOCAL session_replication_role = replica")
        try:
            for table in BROUGHT:
                with tempfile.TemporaryFile() as file:
                    cursor.copy_expert("COPY (SELECT * FROM commune.%s ORDER BY %s) TO STDOUT" % (table, REGISTER[table]), file)
                    file.seek(0)
                    there.copy_expert("COPY commune.%s FROM STDIN" % table, file)
            there.execute("SELECT commune.follow()")
            folded = there.fetchone()[0]
            if folded != len(header):
                return [(None, "block", None, "It folded %d blocks of %d." % (folded, len(header)))]
            there.execute("SELECT index, \"table\", \"column\", detail FROM commune.verify(workers => 0)")
            return there.fetchall()
        except psycopg2.Error as error:
            return [(None, None, None, "%s %s" % (error.diag.message_primary, error.diag.message_detail))]
        finally:
            follower.rollback()


# ---- planting

class Impossible(Exception):
    """The tables do not take the change: a type or a key forbids it."""


def restore(*tables):
    for table in tables:
        rows("DELETE FROM commune.{0}; INSERT INTO commune.{0} SELECT * FROM kept.{0}".format(table))


def change(statement, *arguments):
    try:
        rows(statement, *arguments)
    except psycopg2.errors.DataError as error:
        raise Impossible from error
    except psycopg2.IntegrityError as error:
        raise Impossible from error
    if cursor.rowcount == 0:
        raise Impossible


planted = 0
missed = []
unnoticed = set()       # columns whose change nobody but verify_table() could see


def judge(name, who, found, table, column, spot):
    """Whether the first that is named is the bad place: it is in the block, and a row of the table or what commits to it."""
    if not found:
        return "%s: %s finds nothing" % (name, who)
    if who == "the follower":
        return None
    first = min((index for index, *_ in found if index is not None and index >= 0), default=None)
    if spot is not None and first is not None and not spot[0] - 1 <= first <= spot[2]:
        return "%s: %s names index %s, not one from %d to %d" % (name, who, first, spot[0], spot[2])
    if not any(t in (table, "block") and (c in (column, None, "") or t == "block") for _, t, c, _ in found):
        return "%s: %s does not name %s.%s: %s" % (name, who, table, column, found[:3])
    return None


def plant(name, table, column, spot, *statements, arguments=()):
    global planted
    if ONLY and ONLY not in name:
        return
    try:
        for statement in statements:
            change(statement, *arguments)
    except Impossible:
        restore(table)
        return
    answers = {"verify()": by_verify(), "the program": by_program()}
    if table not in COMPUTED and not name.startswith(NOT_ARRIVED):
        answers["the follower"] = by_follower()
    restore(table)
    planted += 1
    if ONLY:
        print(name, *answers.items(), sep="\n    ")
    if not any(answers.values()):
        unnoticed.add("%s.%s" % (table, column))
        return
    missed.extend(filter(None, (judge(name, who, found, table, column, spot) for who, found in answers.items())))


def spot_of(table, row):
    if table == "block":
        return header[row["number"]]
    if table == "era":
        return place[value("SELECT seq FROM commune.entry WHERE kind = 'era'")]
    if table == "tile":
        return (row["n"] * 256, row["n"] * 256, row["n"] * 256 + 255)
    return place.get(row["seq"])


# ---- one byte of a column

def flipped(type, old):
    """Texts of values that differ from a value by a byte."""
    if type in ("bigint", "integer", "xid8"):
        return [str(int(old) ^ 1 << 8 * byte) for byte in range(3)]
    if type == "boolean":
        return ["false" if old == "true" else "true"]
    if type == "bytea":
        data = bytes.fromhex(old[2:])
        return ["\\x" + (data[:i] + bytes([data[i] ^ 1]) + data[i + 1:]).hex() for i in {0, len(data) // 2, len(data) - 1} if data] or ["\\x00"]
    if type == "pg_snapshot":
        return [old[:i] + digit + old[i + 1:] for i in range(len(old)) if old[i].isdigit() for digit in "0123456789" if digit != old[i]]
    if type == "commune.did":
        return [who.did for who in people if who.did != old]
    if type == "commune.jws":
        head, payload, signature = old.split(".")
        changed = json.loads(base64url_decode(payload))
        changed["iat"] ^= 1
        middle = len(signature) // 2
        return [".".join((head, base64url(canonical(changed).encode()), signature)),
                ".".join((head, payload, signature[:middle] + ("A" if signature[middle] != "A" else "B") + signature[middle + 1:]))]
    return [old[:i] + chr(ord(old[i]) ^ 1) + old[i + 1:] for i in sorted({0, len(old) // 2, len(old) - 1}) if old] or ["x"]


for table, key in REGISTER.items():
    for column, type in columns[table].items():
        found = rows("SELECT t.ctid::text, t.\"{1}\"::text, t.* FROM commune.{0} t ORDER BY t.\"{1}\" IS NULL, {2} OFFSET"
                     " (SELECT count(\"{1}\") / 2 FROM commune.{0}) LIMIT 1".format(
                         table, column, ", ".join("t." + name for name in key.split(", "))))
        names = [d.name for d in cursor.description]
        ctid, old = found[0][:2]
        row = dict(zip(names[2:], found[0][2:]))
        spot = spot_of(table, row)
        if type == "timestamp with time zone":
            changes = [("\"%s\" + interval '256 microseconds'" % column, ())]
        else:
            changes = [("%%s::%s" % type, (new,)) for new in flipped(type, old or "")]
        for n, (expression, arguments) in enumerate(changes):
            plant("%s.%s, change %d" % (table, column, n + 1), table, column, spot,
                  "UPDATE commune.{0} SET \"{1}\" = {2} WHERE ctid = '{3}'".format(table, column, expression, ctid), arguments=arguments)

# ---- whole rows

for table, key in REGISTER.items():
    last = value("SELECT max(ctid)::text FROM commune.%s" % table)
    for end in "min", "max":
        row = rows("SELECT * FROM commune.{0} WHERE ctid = (SELECT {1}(ctid) FROM commune.{0})".format(table, end))
        row = dict(zip([d.name for d in cursor.description], row[0]))
        if table == "block" and end == "max":
            continue            # a shorter register: whoever remembers the longer one finds it, t/040_client.pl
        plant("%s without its %s row" % (table, end), table, None, spot_of(table, row),
              "DELETE FROM commune.{0} WHERE ctid = (SELECT {1}(ctid) FROM commune.{0})".format(table, end))

# A row more, under a number of its own and under one that another table has.
COPIES = {
    "era": ["-1", "9"], "verdict": ["(SELECT max(seq) FROM commune.entry)", "(SELECT max(seq) FROM commune.act)", "99999"],
    "act": ["99999", "(SELECT min(seq) FROM commune.entry)"], "row_leaf": ["99999", "(SELECT min(seq) FROM commune.act)"],
    "entry": ["99999", "(SELECT min(seq) FROM commune.act)"], "block": ["0", "99"], "tile": ["7"],
}
for table, numbers in COPIES.items():
    key = {"era": "era", "block": "number", "tile": "n"}.get(table, "seq")
    list = ", ".join(number if name == key else '"%s"' % name for number in ["%s"] for name in columns[table])
    for number in numbers:
        plant("%s with a row more, %s" % (table, number), table, None, None,
              "INSERT INTO commune.{0} SELECT {1} FROM commune.{0} ORDER BY {2} LIMIT 1".format(table, list % number, REGISTER[table]))

# Two rows that change places: all but their keys.
for table in "act", "row_leaf", "entry", "block":
    key = REGISTER[table]
    rest = [name for name in columns[table] if name != key]
    a, b = rows("SELECT {1} FROM commune.{0} ORDER BY 1 LIMIT 2 OFFSET 2".format(table, key))
    plant("%s: two rows swapped" % table, table, None, header[a[0]][:2] + header[b[0]][2:] if table == "block" else place[a[0]],
          "UPDATE commune.{0} x SET {1} FROM commune.{0} y WHERE x.{2} IN ({3}, {4}) AND y.{2} IN ({3}, {4}) AND x.{2} <> y.{2}".format(
              table, ", ".join('"{0}" = y."{0}"'.format(name) for name in rest), key, a[0], b[0]))

# ---- what an attacker puts in their place: all that follows from it is right, but for the signature or the root

mark = "(SELECT seq FROM commune.act WHERE kind = 'ballot' ORDER BY seq LIMIT 1)"
forged = people[0].sign("ballot", aud, poll=manifest, choice={"option": 2})
fits = ", leaf = '\\x%s', nonce = %d" % (leaf(forged.encode()).hex(), people[0].nonce)
ballot = place[value("SELECT seq FROM commune.act WHERE kind = 'ballot' ORDER BY seq LIMIT 1")]
plant("a ballot replaced by another one of its member", "act", "record", ballot, "UPDATE commune.act SET record = '%s'%s WHERE seq = %s" % (forged, fits, mark))
result = value("SELECT body FROM commune.entry WHERE kind = 'result'").replace('"winners":[', '"winners":[1')
plant("a result replaced, with its hash", "entry", "body", place[value("SELECT seq FROM commune.entry WHERE kind = 'result'")],
      "UPDATE commune.entry SET body = '%s', leaf = '\\x%s' WHERE kind = 'result'" % (result, leaf(b"commune/entry/1\n" + result.encode()).hex()))
plant("a verdict replaced", "verdict", "sqlstate", place[value("SELECT seq FROM commune.verdict")], "UPDATE commune.verdict SET sqlstate = 'QC304'")
plant("a block replaced by the one before, under its number", "block", None, header[3],
      "UPDATE commune.block x SET time = y.time, first = y.first, size = y.size, snapshot = y.snapshot, root = y.root, frontier = y.frontier,"
      " members = y.members, header = y.header FROM commune.block y WHERE x.number = 3 AND y.number = 2")
plant("a header replaced by that of the block before", "block", "header", header[3],
      "UPDATE commune.block x SET header = y.header FROM commune.block y WHERE x.number = 3 AND y.number = 2")
plant("a tile replaced, with its root", "tile", "data", (0, 0, 255),
      "UPDATE commune.tile SET data = x, root = (SELECT root FROM commune.block LIMIT 1) FROM (SELECT overlay(data PLACING '\\x00ff' FROM 65) AS x FROM commune.tile) AS y")

# ---- an origin that is said to be a follower, which looks no further than it has folded

rows("ALTER TABLE commune.follower DISABLE TRIGGER USER")
change("INSERT INTO commune.follower VALUES (3, 1, NULL)")
for who, found in ("verify()", by_verify()), ("the program", by_program()):
    planted += 1
    if not found:
        missed.append("a row of follower: %s finds nothing" % who)
rows("DELETE FROM commune.follower")

# ---- nothing was forgotten

follower.close()
rows('DROP DATABASE "%s follower"' % here)
if not ONLY:
    others = set(columns) ^ (set(REGISTER) | STATE | SIGNED | {"follower"})
    assert not others, "tables that nobody checks: %s" % others
    uncovered = unnoticed | {"follower." + column for column in columns["follower"]}
    if uncovered != UNCOVERED:
        missed.append("columns that nobody covers, or that are documented so and covered: %s" % sorted(uncovered ^ UNCOVERED))
    for table in SIGNED:
        if "`%s`" % table not in open("docs/register.md").read():
            missed.append("docs/register.md does not say that %s is covered by nothing" % table)
    for column in UNCOVERED:
        for page in "docs/register.md", "docs/threat-model.md":
            if "`%s`" % column.replace("follower.", "") not in open(page).read():
                missed.append("%s does not say that %s is covered by nothing" % (page, column))
for line in missed:
    print(line)
print("%d changes planted, %d not found where they are" % (planted, len(missed)))
sys.exit(len(missed) > 0)
