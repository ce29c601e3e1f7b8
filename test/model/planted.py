"""Faults planted on purpose, by a superuser who switched the triggers off: every column of every table changed, every table
with a row too few, one twice and one more; and what an attacker would do.  verify() or replay() has to report each, and so has
the model, which knows nothing of the two.

    COMMUNE_FAULT=text   only those whose name has this text in it, with what is reported"""
import os
import sys
import time

import psycopg2

from reference.record import Signer, base64url, leaf
from reference.register import Mirror

ONLY = os.environ.get("COMMUNE_FAULT")
TABLES = ["act", "row_leaf", "entry", "verdict", "block", "tile", "era", "charter", "member", "membership", "vouch", "topic", "poll", "ballot",
          "delegation", "resolution", "suspension", "account", "transfer", "issuance", "parameter", "parameter_value", "office", "mandate", "replica", "trusted_key"]

NOT_HASHED = ("row_leaf.relation", "row_leaf.key", "row_leaf.keys")      # docs/register.md; verify_table() is who checks them

# A value of each type that differs from the one that is there.
OTHER = {
    "bigint": "COALESCE({0} + 1, 1)", "integer": "COALESCE({0} + 1, 1)", "text": "COALESCE({0} || 'x', 'x')",
    "bytea": r"COALESCE(set_byte({0} || '\x04', 0, get_byte({0} || '\x04', 0) # 1), '\x04')", "boolean": "NOT {0}",
    "timestamp with time zone": "COALESCE({0} + interval '1 microsecond', now())", "xid8": "COALESCE(({0}::text::bigint + 1)::text, '1')::xid8",
    "json": """'{{"running":true,"x":1}}'::json""", "pg_snapshot": "(pg_snapshot_xmin({0})::text || ':999999999:')::pg_snapshot",
    "commune.did": "'did:commune:abcdefghijklmnopqrstuvwxyz234567'::commune.did",
    "commune.ranking": "COALESCE(({0}::text || '>9')::commune.ranking, '1')",
    "commune.did[]": "{0}[2:]", "text[]": "{0} || 'x'::text", "bigint[]": "{0} || 1::bigint", "integer[]": "COALESCE({0} || 1, '{{1}}')",
}

connection = psycopg2.connect("")
connection.autocommit = True
cursor = connection.cursor()


def rows(query, *arguments):
    cursor.execute(query, arguments)
    return cursor.fetchall() if cursor.description else []


def bring(*texts):
    for text in texts:
        rows("SELECT commune.submit(%s)", text)


def seal():
    rows("SELECT commune.seal()")


# ---- a small commune that has some of everything

rows("CREATE TABLE notes (id bigint PRIMARY KEY, text text)")
rows("SELECT commune.chain('notes')")
rows("INSERT INTO notes VALUES (1, 'We met.'), (2, NULL), (3, 'We parted.')")
founders = [Signer("planted founder %d" % n) for n in range(3)]
others = [Signer("planted member %d" % n) for n in range(5)]
charter = founders[0].sign("charter", name="Planted", founders=[who.did for who in founders], vouches=2, rules=1)
aud = base64url(leaf(charter.encode()))
bring(charter)
seal()
bring(*[who.sign("join", aud, profile=aud) for who in founders + others])
seal()
bring(*[voucher.sign("vouch", aud, member=who.did) for who in others for voucher in founders[:2]])
bring(founders[2].sign("topic", aud, topic="town"), founders[0].sign("topic", aud, topic="town"))
seal()
bring(founders[2].sign("topic", aud, topic="parks", parent="town"), founders[1].sign("leave", aud))
now = int(time.time())
poll = dict(options=["bread", "roses"], opens=now - 1, quorum=[1, 4], topic="town", text="At length.")
bring(founders[0].sign("poll", aud, name="first", title="First", method="quadratic", params={"credits": 25, "running": True},
                       closes=now + 2, **poll),
      founders[0].sign("poll", aud, name="second", title="Second", method="majority", params={"running": True}, closes=now + 900, **poll),
      founders[0].sign("poll", aud, name="third", title="Third", method="irv", closes=now + 900, **poll),
      others[0].sign("delegate", aud, scope={}, to=[others[1].did, others[2].did], until=now + 800),
      others[3].sign("delegate", aud, scope={"topic": "town"}, to=[others[0].did]))
seal()
manifest = {name: base64url(bytes(id)) for name, id in rows("SELECT name, manifest FROM commune.poll")}
bring(*[who.sign("ballot", aud, poll=manifest["first"], choice={"votes": [3, 4]}) for who in others[1:3]],
      others[4].sign("ballot", aud, poll=manifest["first"], choice={"abstain": True}),
      *[who.sign("ballot", aud, poll=manifest["second"], choice={"option": 2}) for who in others[1:4]],
      *[who.sign("ballot", aud, poll=manifest["third"], choice={"ranking": "2>1"}) for who in others[1:4]])
# Enough for a tile, and for lists of delegates that were replaced.
bring(*[who.sign("delegate", aud, scope={"topic": "parks"}, to=[founders[0].did]) for who in others for _ in range(50)])
seal()
time.sleep(max(0, now + 2.05 - time.time()))
for _ in range(3):
    seal()
assert rows("SELECT name FROM commune.poll WHERE result IS NOT NULL") == [("first",)]
assert rows("SELECT count(*) FROM commune.tile") == [(1,)]


# ---- planting

def reported(signatures=True):
    """What verify() and replay() report, and what the model does."""
    server = rows("SELECT * FROM commune.verify(signatures => %s, workers => 0)", signatures) + rows("SELECT * FROM commune.replay()")
    mirror = Mirror(connection)
    try:
        mirror.check()
    except psycopg2.Error:
        raise
    except Exception as error:      # the tables make no sense to it
        mirror.fault(repr(error))
    return server, mirror.faults


def plant(name, *statements):
    """Plant a fault, ask both, take it back.  Returns who has not found it; nothing if it cannot be planted."""
    if ONLY and ONLY not in name:
        return None
    rows("BEGIN")
    try:
        rows("".join("ALTER TABLE commune.%s DISABLE TRIGGER USER;" % table for table in TABLES))
        for statement in statements:
            rows(statement)
            if cursor.rowcount == 0:
                return None
        rows("SELECT commune.repair_triggers()")        # verify() would miss them
        if name.startswith(NOT_HASHED):
            return "" if rows("SELECT * FROM commune.verify_table('notes')") else "verify_table()"
        server, model = reported("signature" in name)
        if ONLY:
            print(name, *server, *model, sep="\n    ")
        return " and ".join(who for who, found in (("verify() or replay()", server), ("the model", model)) if not found)
    except psycopg2.IntegrityError:     # a constraint of the table forbids it
        return None
    finally:
        rows("ROLLBACK")


def key(table):
    return ", ".join(column for column, in rows(
        "SELECT attname FROM pg_index i JOIN pg_attribute a ON attrelid = indrelid AND attnum = ANY (indkey)"
        " WHERE indrelid = %s::regclass AND indisprimary ORDER BY attnum", "commune." + table))


def columns():
    """A change of each column of each table, in a row in the middle."""
    for table, column, type, null in rows(
            "SELECT relname, quote_ident(attname), format_type(atttypid, NULL), NOT attnotnull FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid"
            " WHERE relnamespace = 'commune'::regnamespace AND relname = ANY (%s) AND attnum > 0 ORDER BY 1, attnum", TABLES):
        if type == "commune.jws":
            continue                # others below
        at = "(SELECT ctid FROM commune.{0} ORDER BY {1} IS NULL, {2} LIMIT 1 OFFSET (SELECT count({1}) / 2 FROM commune.{0}))".format(
            table, column, key(table))
        change = OTHER[type].format(column)
        # Out of the way of keys.
        if type in ("bigint", "integer") and column in key(table):
            change = column + " + 1000000"
        yield "%s.%s" % (table, column), "UPDATE commune.%s SET %s = %s WHERE ctid = %s" % (table, column, change, at)
        if null:
            yield "%s.%s to NULL" % (table, column), (
                "UPDATE commune.{0} SET {1} = NULL WHERE ctid = (SELECT min(ctid) FROM commune.{0} WHERE {1} IS NOT NULL)".format(table, column))


def whole_rows():
    for table in TABLES:
        for end in "min", "max":
            yield "%s without its %s row" % (table, end), "DELETE FROM commune.{0} WHERE ctid = (SELECT {1}(ctid) FROM commune.{0})".format(
                table, end)


COPY_ACT = ("INSERT INTO commune.act SELECT nextval('commune.act_seq'), xid, received_at, nonce, era, kind, signer, leaf, record, key"
            " FROM commune.act ORDER BY seq DESC LIMIT 1")
SWAP = ("UPDATE commune.act a SET record = b.record, leaf = b.leaf, nonce = b.nonce, signer = b.signer, kind = b.kind FROM commune.act b"
        " WHERE a.kind = 'ballot' AND b.kind = 'ballot' AND a.seq + b.seq = (SELECT min(seq) + max(seq) FROM commune.act WHERE kind = 'ballot')")
forged = others[1].sign("ballot", aud, poll=manifest["first"], choice={"votes": [0, 5]})
FORGE = "UPDATE commune.act SET record = '%s'%%s WHERE seq = (SELECT seq FROM commune.ballot ORDER BY seq LIMIT 1)" % forged


def attacks():
    yield "a ballot's record", FORGE % ""
    yield "a ballot's record with all that follows from it", FORGE % (", leaf = '\\x%s', nonce = %d" % (leaf(forged.encode()).hex(), others[1].nonce)),
    yield "a ballot's signature", (
        "UPDATE commune.act SET record = overlay(record::text PLACING"
        " CASE substr(record::text, length(record::text) - 20, 1) WHEN 'A' THEN 'B' ELSE 'A' END FROM length(record::text) - 20)::commune.jws"
        " WHERE seq = (SELECT min(seq) FROM commune.act WHERE kind = 'ballot')")
    yield "two acts swapped", SWAP
    yield "an act more, that looks old", COPY_ACT
    yield "a verdict more", "INSERT INTO commune.verdict SELECT min(seq), 'QC408' FROM commune.act WHERE kind = 'ballot'"
    yield "a verdict taken back", "DELETE FROM commune.verdict"
    yield "a ballot's votes", "UPDATE commune.ballot SET votes = '{5,0}' WHERE votes IS NOT NULL"
    yield "a ballot more", "INSERT INTO commune.ballot SELECT poll, 1, seq, since, option, abstain, final, votes FROM commune.ballot LIMIT 1"
    yield "somebody made a member", "UPDATE commune.member SET status = 'member', since = 1 WHERE status = 'left'"
    yield "the last block", "DELETE FROM commune.block WHERE number = (SELECT max(number) FROM commune.block)"
    yield "a poll that closes earlier", "UPDATE commune.poll SET closes = closes - interval '1 minute' WHERE name = 'second'"
    yield "a delegate put in", "UPDATE commune.delegation SET trustees = '{1}' WHERE scope = 'everything'"
    yield "the result", "UPDATE commune.entry SET body = replace(body, '\"winners\":[2]', '\"winners\":[1]') WHERE kind = 'result'"


assert plant("nothing: the signatures hold", "UPDATE commune.act SET seq = seq") == "verify() or replay() and the model" or ONLY
planted = missed = 0
for name, *statements in [*columns(), *whole_rows(), *attacks()]:
    not_found = plant(name, *statements)
    planted += not_found is not None
    if not_found:
        missed += 1
        print("%s: not found by %s" % (name, not_found))
print("%d faults planted, %d not found" % (planted, missed))
sys.exit(missed > 0)
