"""Attempts to get out of the sandbox of laws, and laws that must run: the published ones, and some of our own
(reference/law_attempts.json).

Each is run as a law of a commune of 1,000 members, by an attacker who may call law_run() and whose schema is full of traps.  It
must be refused with one of the SQLSTATEs that it names, or run and give what it says; afterwards nothing has changed: no row,
no lock, no setting, no large object, no table.  The published ones lie beside the checkout; without them ours alone are run.

    COMMUNE_LAW=E041   only those whose id has this text in it, with what they end with"""
import json
import os
import re
import sys
import time

import psycopg2

VECTORS = os.environ.get("COMMUNE_VECTORS", "../shared/vectors") + "/sandbox"
OWN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference/law_attempts.json")
ONLY = os.environ.get("COMMUNE_LAW", "")
LONGEST = 10        # seconds that anything may take

FILL = """
SELECT commune.create_roles();
DO $$ BEGIN CREATE ROLE law_mallory LOGIN IN ROLE commune_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER TABLE commune.member DISABLE TRIGGER ALL;
ALTER TABLE commune.membership DISABLE TRIGGER ALL;
ALTER TABLE commune.block DISABLE TRIGGER ALL;
ALTER TABLE commune.account DISABLE TRIGGER ALL;
INSERT INTO commune.block (number, time, first, size, era, finished, snapshot, root, frontier, members, header)
    SELECT i, timestamptz '2024-12-31 12:00+00' + i * interval '1 day', (i - 1) * 10, i * 10, 1, true, '1:1:', '', '', '', ''
    FROM generate_series(1, 200) i;
INSERT INTO commune.member (id, nonce, since, vouches, day, acts, polls, status, did)
    SELECT i, 0, i, 0, 0, 0, 0, CASE WHEN i % 10 = 0 THEN 'suspended' ELSE 'member' END,
        ('did:commune:' || translate(lpad(to_hex(i), 32, '0'), '0189', 'ghij'))::commune.did FROM generate_series(1, 1000) i WHERE i <> 666;      -- the attackers' number
INSERT INTO commune.membership (member, since) SELECT id, id FROM commune.member;
INSERT INTO commune.account (name, owner, balance, since) SELECT did::text, id, id * 97, 1 FROM commune.member WHERE id <= 990;
CREATE SCHEMA mal AUTHORIZATION law_mallory;
CREATE TABLE mal.hits (what text);
GRANT ALL ON mal.hits TO PUBLIC;
CREATE FUNCTION mal.trap() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN INSERT INTO mal.hits VALUES (current_user); RETURN 42; END';
CREATE FUNCTION mal.plus(integer, integer) RETURNS integer LANGUAGE sql AS 'SELECT mal.trap()::integer';
CREATE OPERATOR mal.+ (LEFTARG = integer, RIGHTARG = integer, FUNCTION = mal.plus);
CREATE SEQUENCE commune_law_sequence;
ALTER DATABASE {database} SET commune.law_timeout = '1s';
ANALYZE;
"""

# What no law may change.
STATE = """
SELECT (SELECT sum(hashtext(m::text)) FROM commune.member m), (SELECT sum(hashtext(b::text)) FROM law.balances b),
    (SELECT count(*) FROM pg_class WHERE relpersistence <> 't' AND relnamespace <> 'mal'::regnamespace), (SELECT count(*) FROM pg_largeobject_metadata), (SELECT count(*) FROM mal.hits),
    (SELECT count(*) FROM pg_proc WHERE pronamespace <> 'mal'::regnamespace), (SELECT last_value FROM commune_law_sequence), (SELECT count(*) FROM pg_roles)
"""
SESSION = """
SELECT current_user, session_user, current_setting('search_path'), current_setting('statement_timeout'), current_setting('TimeZone'),
    current_setting('work_mem'), current_setting('transaction_read_only'), current_setting('lc_messages'), current_setting('lock_timeout'),
    (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'), (SELECT count(*) FROM pg_prepared_statements),
    (SELECT count(*) FROM pg_cursors WHERE name <> ''), (SELECT count(*) FROM pg_listening_channels())
"""


def connect(user=None):
    c = psycopg2.connect("" if user is None else "user=" + user)
    c.autocommit = True
    return c, c.cursor()


owner, own = connect()
own.execute("SELECT to_regclass('commune.account') IS NOT NULL")
assert own.fetchone()[0], "there are no accounts"
own.execute("SELECT current_database()")
own.execute(FILL.replace("{database}", own.fetchone()[0]))
own.execute("SELECT count(*) FROM law.members WHERE active")
assert own.fetchone()[0] == 899
own.execute("SELECT handle FROM law.members WHERE id = 1")
HANDLE = own.fetchone()[0]
own.execute("SELECT min(amount), max(amount), count(*) FROM law.balances WHERE amount > 0")
assert own.fetchone() == (97, 990 * 97, 989)
own.execute(STATE)
BEFORE = own.fetchone()


def read(name):
    try:
        with open(name) as f:
            return json.load(f)
    except FileNotFoundError:
        print("# no vectors at", name)
        return []


failures, ran, slowest = 0, 0, (0.0, "")


def fail(case, what):
    global failures
    failures += 1
    print("FAILED %s (%s): %s" % (case["id"], case.get("technique", ""), what))


def action(shown):
    """(pay,1,3,x) as the product writes it."""
    m = re.fullmatch(r"\(pay,(\d+),(-?\d+),(.*)\)", shown)
    reason = HANDLE if m.group(3) == "m1" else m.group(3)
    return '{"amount":%s,"do":"pay","member":%s,"reason":"%s"}' % (m.group(2), m.group(1), reason)


def attempt(case):
    """Check a law, and run it if it passes; what it ends with, and its actions."""
    global slowest
    c, cursor = connect("law_mallory")
    begin = time.monotonic()
    try:
        if case.get("preamble"):
            cursor.execute(case["preamble"])
        cursor.execute(SESSION)
        session = cursor.fetchone()
        codes, actions, message = [], "", ""
        for query in ("SELECT commune.law_check(%s)", "SELECT a::text FROM commune.law_run(%s) a"):
            try:
                cursor.execute(query, (case["law"],))
                rows = cursor.fetchall()
                codes.append("OK")
                actions = "\n".join(row[0] for row in rows) if "law_run" in query else ""
            except psycopg2.Error as error:
                codes.append(error.pgcode or "lost: %s" % error)
                message = str(error)
        took = time.monotonic() - begin
        if took > slowest[0]:
            slowest = (took, case["id"])
        if took > LONGEST:
            fail(case, "it took %.1f seconds" % took)
        # What the check refuses, the run refuses for the same reason; the run may fail where the check did not.
        if codes[0] != "OK" and codes[0] != codes[1]:
            fail(case, "the check ends with %s, the run with %s" % tuple(codes))
        cursor.execute(SESSION)
        if cursor.fetchone() != session:
            fail(case, "the session is another one")
        return codes[1], actions, message
    finally:
        c.close()


attempts = read(VECTORS + "/attempts.json") + read(OWN)
accepted = read(VECTORS + "/must_accept.json")
for case in attempts:
    if ONLY not in case["id"]:
        continue
    code, actions, message = attempt(case)
    ran += 1
    if ONLY:
        print(case["id"], code, message or actions[:500])
    if code not in case["expect"]:
        fail(case, "expected %s, got %s %s" % (case["expect"], code, message or actions[:200]))
    if code == "OK" and case.get("must_contain") and action(case["must_contain"]) not in actions:
        fail(case, "%s is missing in %s" % (case["must_contain"], actions[:200]))
    if code == "OK" and case.get("must_lack") and case["must_lack"] in actions.replace(HANDLE, ""):
        fail(case, "%s is in %s" % (case["must_lack"], actions[:200]))
    if code != "OK" and not ("DETAIL" in message or code[:2] not in ("LA", "QC")):
        fail(case, "the message says no detail: " + message)
for case in accepted:
    if ONLY not in case["id"]:
        continue
    code, actions, message = attempt(case)
    ran += 1
    if ONLY:
        print(case["id"], code, message or actions[:500])
    if code != "OK":
        fail(case, "it is refused: " + message)

# Everything in the catalog that takes values of the types of laws, put into a law: what is not on the list is refused.
own.execute("""
    WITH type AS (SELECT unnest('{bool,int2,int4,int8,numeric,text,date,uuid}'::regtype[])::oid AS oid)
    SELECT 'function', p.proname, prokind, (SELECT array_agg(t::regtype::text ORDER BY i) FROM unnest(proargtypes) WITH ORDINALITY u (t, i))
    FROM pg_proc p WHERE pronamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) AND prokind IN ('f', 'a', 'w')
        AND proargtypes::oid[] <@ ARRAY(SELECT oid FROM type) AND proname ~ '^[a-z_0-9]+$'
    UNION ALL
    SELECT 'operator', oprname, oprkind, ARRAY[oprleft::regtype::text, oprright::regtype::text]
    FROM pg_operator WHERE oprright IN (SELECT oid FROM type) AND oprleft IN (SELECT oid FROM type UNION SELECT 0)""")
swept, passed_names = 0, set()
for what, name, kind, types in own.fetchall() if not ONLY else []:
    values = ["NULL::" + t for t in types or [] if t != "-"]
    if what == "operator":
        call = " ".join(values[:-1] + ["OPERATOR(pg_catalog.%s)" % name] + values[-1:])
    else:
        call = '"%s"(%s)' % (name, ", ".join(values)) + (" OVER ()" if kind == "w" else "")
    swept += 1
    try:
        own.execute("SELECT commune.law_check(%s)", ("SELECT law.pay(count(*), 1, 'x') HAVING (%s) IS NOT NULL" % call,))
        passed_names.add(name)
    except psycopg2.Error as error:
        if not (error.pgcode or "").startswith("LAW") and error.pgcode[:2] not in ("0A", "22", "42"):
            fail({"id": call}, "it ends with %s" % error)
own.execute("SELECT unnest(string_to_array(string_agg(names, ' '), ' ')) FROM commune.law_allowed() WHERE kind <> 'law'")
listed = {row[0] for row in own.fetchall()}
if not passed_names <= listed:
    fail({"id": "sweep"}, "these passed and are not on the list: %s" % sorted(passed_names - listed))
if not ONLY and (swept < 800 or len(passed_names) < 30):
    fail({"id": "sweep"}, "it looked at %d, and %d passed" % (swept, len(passed_names)))

own.execute(STATE)
after = own.fetchone()
if after != BEFORE:
    failures += 1
    print("FAILED: something has changed:", BEFORE, after)
own.execute("DROP SCHEMA mal CASCADE")
own.execute("DROP OWNED BY law_mallory")
print("%d laws and %d calls, the slowest %s in %.2f s%s" % (ran, swept, slowest[1], slowest[0], "" if attempts and accepted else "; ours alone"))
sys.exit(failures > 0 or ran == 0)
