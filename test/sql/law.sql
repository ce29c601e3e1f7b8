-- law: what the text of a law may hold, what it may do, and what it says when it may not.
CREATE EXTENSION commune;
\i test/found.psql

-- ---- nobody runs laws as before the role is there, nor as one that could do more

SELECT commune.law_check('select law.publish(''a'', ''b'')');
CREATE ROLE commune_law SUPERUSER;
SELECT commune.law_check('select law.publish(''a'', ''b'')');
ALTER ROLE commune_law NOSUPERUSER;
SELECT commune.law_check('select law.publish(''a'', ''b'')');
DROP ROLE commune_law;
SELECT commune.create_roles();
SELECT rolcanlogin, rolsuper FROM pg_roles WHERE rolname = 'commune_law';

-- ---- one query: each kind of refusal once, with its place and what to do

SELECT length(commune.law_check('select law.publish(''a'', ''b'')'));
SELECT commune.law_check(E'select law.publish(''\u00e4'', ''b'')');
SELECT commune.law_check('delete from law.members');
SELECT commune.law_check('select law.publish(''a'', ''b''); select 1');
SELECT commune.law_check('select law.publish(m::text, ''b'') from law.members m for update');
SELECT commune.law_check('select law.publish(''a'', kind) from commune.act');
SELECT commune.law_check('select law.publish(''a'', kind) from pg_class');
SELECT commune.law_check('select law.publish(''a'', ''b'') where random() < 0.5');
SELECT commune.law_check('select law.publish(''a'', ''b'') from law.members where handle like ''%x''');
SELECT commune.law_check('select law.publish(id::text, ''b'') from law.members');
SELECT commune.law_check('select law.publish(''a'', ''b'') where 1 < 2::float8');
SELECT commune.law_check('select law.publish(''a'', ''b'') from law.members where joined > ''yesterday''');
SELECT commune.law_check('select law.publish(handle, ''b'') from law.members limit 1');
SELECT commune.law_check('select 1 from law.members a, law.members b, law.members c, law.members d, law.members e, law.members f, law.members g, law.members h, law.members i');
SELECT commune.law_check('select id from law.members');
SELECT commune.law_check('select law.publish(nothing, ''b'') from law.members');

-- Nothing but a constructor makes an action.
SELECT '{"do":"publish"}'::law.action;
SELECT law.pay(1, 9007199254740992, 'too much');

-- ---- a run: what it would do, sorted; nothing happens

SELECT commune.law_run('select law.pay(m.id, m.id * m.id, m.handle) from law.members m where m.active');
SELECT commune.law_run('select law.publish(law.text(r), law.text(law.isqrt(r))) from law.range(8, 10) r');
SELECT commune.law_run('select law.pay(g, 1, ''x'') from law.range(1, 10000) g, law.range(1, 10000) h');
SELECT commune.law_run('select law.pay(nullif(g, 2), 1, ''x'') from law.range(1, 2) g');
SELECT commune.law_run($$ VALUES (law.pay(1, 2, 'a')), (law.pay_account('treasury.general', 2, 'a "b"')), (law.set_param('p', -1)), (law.open_account('a.b')), (law.publish('a', E'b\n')),
	(law.suspend_member(1, law.date(2026, 1, 31), 'case 7', 'a')), (law.restore_member(1)), (law.revoke_office(1, 'clerk', 'a')), (law.open_poll('n', 't', 'majority', 'yes|no', 7)) $$);
SELECT commune.law_run('select law.suspend_member(1, law.date(1969, 12, 31), ''a'', ''b'')');
SELECT commune.law_run('select law.publish(a.name, law.text(a.amount)) from law.accounts a left join law.balances b on b.owner = a.owner left join law.offices o on o.member = a.owner');
SELECT commune.law_run(NULL);
SELECT law.today() = (SELECT max(joined) FROM law.members) AS today, law.day(-1);
SELECT law.isqrt(n) FROM unnest('{0,1,3,4,8,9,9223372030926249000,9223372030926249001,9223372036854775807}'::bigint[]) n;
SELECT law.isqrt(-1);
SELECT array_agg(r) FROM law.range(-1, 2) r;
SELECT array_agg(r) FROM law.range(9223372036854775806, 9223372036854775807) r;
SELECT count(*) FROM law.range(1, 10000);
SELECT count(*) FROM law.range(1, 10001);
SELECT count(*) FROM law.range(-9223372036854775808, 9223372036854775807);
SELECT count(*) FROM law.range(1, 0);
SELECT law.date(2026, 2, 29);

-- A limit of time stops it, and the session goes on.
SET commune.law_timeout = 100;
SELECT commune.law_run('select law.publish(law.text(count(*)), ''b'') from law.range(1, 10000) a, law.range(1, 10000) b, law.range(1, 10000) c');
RESET commune.law_timeout;
SELECT commune.law_run('select law.publish(''after'', ''it'')');
SELECT current_user = session_user AS user, current_setting('transaction_read_only') AS read_only, current_setting('search_path') AS path,
	current_setting('work_mem') AS work_mem;

-- In a transaction that goes on, a refused law leaves no trace.
BEGIN;
CREATE TABLE note (a integer);
SAVEPOINT a;
SELECT commune.law_check('select 1');
ROLLBACK TO a;
INSERT INTO note SELECT 1 FROM commune.law_run('select law.publish(''a'', ''b'')');
SELECT * FROM note;
COMMIT;
DROP TABLE note;

-- ---- who may do what

CREATE ROLE commune_test_nobody;
SET ROLE commune_test_nobody;
SELECT commune.law_check('select law.publish(''a'', ''b'')');
SELECT count(*) FROM law.members;
SELECT law.publish('a', 'b');
RESET ROLE;
CREATE ROLE commune_test_analyst IN ROLE commune_reader;
SET ROLE commune_test_analyst;
SELECT count(*) FROM law.members;
SELECT commune.law_run('select law.publish(''a'', ''b'')');
RESET ROLE;
-- The rights of laws are those of the views and of the functions, and nothing else.
SET ROLE commune_law;
SELECT count(*) FROM law.members;
SELECT count(*) FROM commune.member;
SELECT commune.law_run('select law.publish(''a'', ''b'')');
CREATE TABLE law.mine (a integer);
RESET ROLE;
DROP ROLE commune_test_nobody, commune_test_analyst;
-- What was put into the schema by somebody else is not trusted.
CREATE VIEW law.planted AS SELECT 1::bigint AS id;
CREATE FUNCTION law.isqrt(n integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 42::bigint';
GRANT SELECT ON law.planted TO commune_law;
SELECT commune.law_check('select law.pay(id, 1, ''x'') from law.planted');
SELECT commune.law_check('select law.pay(law.isqrt(4), 1, ''x'')');
DROP VIEW law.planted;
DROP FUNCTION law.isqrt(integer);
-- A view that was replaced changes the hash of what a law rests on, and it only.
CREATE TEMPORARY TABLE before AS SELECT q, commune.law_check('select law.publish(topic, ''x'') from law.' || q) AS hash FROM unnest('{topics,polls}'::text[]) q;
CREATE OR REPLACE VIEW law.topics WITH (security_barrier = true) AS SELECT t.topic, t.parent FROM commune.topic t WHERE t.parent IS NULL;
SELECT q, commune.law_check('select law.publish(topic, ''x'') from law.' || q) = hash AS same FROM before ORDER BY q;
CREATE OR REPLACE VIEW law.topics WITH (security_barrier = true) AS SELECT t.topic, t.parent FROM commune.topic t;
SELECT q, commune.law_check('select law.publish(topic, ''x'') from law.' || q) = hash AS same FROM before ORDER BY q;

-- ---- a whole law

\set VERBOSITY terse
SELECT $law$# A basic income

## Article 1 - Basic income
Every active member receives the amount of the parameter on the first day of a month.

```law-parameter ubi.amount
from 2026-01-01: 100
from 2027-01-01: 120
```
```law ubi
on schedule '0 0 1 * *'
may pay at most 1000 TOK per run from treasury.general
select law.pay(m.id, p.value, 'basic income')
  from law.members m, law.param('ubi.amount') p
 where m.active
```

## Article 2 - Suspended members
```law-exception ubi
select m.id from law.members m where m.suspended
```
```law-test ubi
given law.members (id, active, suspended): (1, true, false), (2, false, false), (3, true, true)
given param ubi.amount = 7
expect pay(1, 7, 'basic income')
```
```law-test ubi
given law.members (id, active): (1, true), (12, true)
given today = 2026-12-31
expect pay(12, 100, 'basic income')
expect pay(1, 100, 'basic income')
```
```law-test ubi
given law.members (id, active): (1, true)
given today = 2027-01-01
expect pay(1, 120, 'basic income')
```
```law-test ubi
given today = 2025-12-31
given law.members (id, active): (1, true)
expect nothing
```
```law-test ubi
given law.members (id, active): (1, true), (2, true)
given param ubi.amount = 501
expect error LAW10
```
$law$ AS law \gset
SELECT length(commune.law_check(:'law'));
SELECT commune.law_check(:'law') = commune.law_check(:'law') AS same, commune.law_check(:'law') = commune.law_check(:'law' || E'\nMore.\n') AS other_text;
SELECT commune.law_run(:'law', 'ubi');
SELECT commune.law_run(:'law', 'uby');
SELECT commune.law_run(:'law');
SELECT commune.law_run('select 1', 'ubi');

-- What is wrong with a law, and where.
\set VERBOSITY default
SELECT commune.law_check(replace(:'law', 'pay(12, 100', 'pay(12, 101'));
SELECT commune.law_check(replace(:'law', 'expect error LAW10', 'expect error 22012'));
SELECT commune.law_check(replace(:'law', '501', '500'));
SELECT commune.law_check(replace(:'law', 'may pay at most', 'may publish at most'));
SELECT commune.law_check(replace(:'law', 'select m.id from', 'select m.id, 1 from'));
SELECT commune.law_check(replace(:'law', 'given param', 'given parameter'));
SELECT commune.law_check(replace(:'law', '(id, active, suspended)', '(id, active, banned)'));
SELECT commune.law_check(replace(:'law', '(3, true, true)', '(3, true, maybe)'));
SELECT commune.law_check(replace(:'law', 'expect pay(1, 7', 'expect pay(pg_backend_pid(), 7'));
SELECT commune.law_check(replace(:'law', '## Article 2', '## Article 1'));

-- Two exceptions that apply to the same member contradict each other.
\set VERBOSITY terse
SELECT commune.law_check(:'law' || $law$
## Article 3 - The same again
```law-exception ubi
select m.id from law.members m where m.id = 3
```
$law$);

-- ---- what belongs to the sandbox's list

SELECT kind, count(*) FROM commune.law_allowed() GROUP BY kind ORDER BY kind;
SELECT name FROM (SELECT proname AS name FROM pg_proc WHERE pronamespace = 'law'::regnamespace AND proname NOT IN ('action_in', 'action_out', 'moment', 'day')) f
WHERE NOT EXISTS (SELECT FROM commune.law_allowed() a, regexp_split_to_table(a.names, ' ') n WHERE a.kind = 'law' AND n = name);

-- Each function, operator and aggregate on the list exists, and depends on its arguments alone.
CREATE TEMPORARY TABLE listed AS
	SELECT a.kind, n.name, a.arguments FROM commune.law_allowed() a, regexp_split_to_table(a.names, ' ') n (name);
SELECT l.* FROM listed l WHERE kind IN ('function', 'aggregate') AND NOT EXISTS (
	SELECT FROM pg_proc p WHERE proname = l.name AND pronamespace = 'pg_catalog'::regnamespace AND provolatile = 'i' AND oid < 12000 AND (prokind = 'a') = (kind = 'aggregate')
		AND (SELECT coalesce(string_agg(typname, ',' ORDER BY i), '') FROM unnest(proargtypes) WITH ORDINALITY t (oid, i) JOIN pg_type ON pg_type.oid = t.oid) = l.arguments);
SELECT l.* FROM listed l WHERE kind = 'operator' AND NOT EXISTS (
	SELECT FROM pg_operator o JOIN pg_proc p ON p.oid = oprcode WHERE oprname = l.name AND oprnamespace = 'pg_catalog'::regnamespace AND provolatile = 'i'
		AND coalesce((SELECT typname FROM pg_type WHERE oid = oprleft), '') || ',' || (SELECT typname FROM pg_type WHERE oid = oprright) = l.arguments);
SELECT count(*) FROM listed WHERE kind = 'law' AND NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace = 'law'::regnamespace AND proname = name);

-- What a law rests on: a view that says something else gives another hash, however little is written otherwise.
CREATE TEMPORARY TABLE rests (closure bytea);
CREATE FUNCTION pg_temp.with_view(condition text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
	EXECUTE 'CREATE OR REPLACE VIEW law.topics WITH (security_barrier = true) AS SELECT t.topic, t.parent FROM commune.topic t WHERE ' || condition;
	INSERT INTO rests VALUES (commune.law_check('select law.publish(topic, topic) from law.topics'));
END $$;
SELECT pg_temp.with_view(c) FROM unnest('{(length(t.topic) + 1) * 2 > 1.5, length(t.topic) + 1 * 2 > 1.5, (length(t.topic) + 1) * 2 > 2.5, t.topic <> ''a b'', t.topic <> ''ab'', t.topic <> ''x.ab'', t.topic <> ''y.ab''}'::text[]) c;
SELECT count(*), count(DISTINCT closure) FROM rests;

DROP OWNED BY commune_reader, commune_submit, commune_operator, commune_witness, commune_law;
DROP ROLE commune_reader, commune_submit, commune_operator, commune_witness, commune_law;
DROP EXTENSION commune;
DROP SCHEMA commune;
