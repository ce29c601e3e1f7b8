-- chain: tables of the user's that are append-only and registered, and what keeps them so.
CREATE EXTENSION commune;
\set VERBOSITY terse
SET client_min_messages = warning;

-- What a command says, undone; taken if it says nothing.
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RAISE EXCEPTION SQLSTATE 'ZZ000';
EXCEPTION
	WHEN SQLSTATE 'ZZ000' THEN RETURN 'taken';
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
		RETURN SQLSTATE || ': ' || SQLERRM || coalesce(nullif(' - ' || detail, ' - '), '');
END
$$;

-- ---- what can be chained

CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE DOMAIN short AS text CHECK (length(value) < 20);
CREATE DOMAIN numbers AS integer[];
CREATE DOMAIN table_name AS regclass;
CREATE TYPE pair AS (a integer, b text);
CREATE TYPE span AS RANGE (subtype = integer, multirange_type_name = multispan);
CREATE TABLE parent (a integer);
CREATE TABLE child () INHERITS (parent);
CREATE TABLE whole (a integer) PARTITION BY LIST (a);
CREATE TABLE part PARTITION OF whole FOR VALUES IN (1);
CREATE TEMPORARY TABLE fleeting (a integer);
CREATE UNLOGGED TABLE unlogged (a integer);
CREATE VIEW seen AS SELECT 1 AS a;
CREATE TABLE plain (a integer);
SELECT name, pg_temp.refusal(format('SELECT commune.chain(%L)', name)) FROM unnest(ARRAY['parent', 'child', 'part', 'fleeting', 'unlogged', 'seen', 'plain', 'whole',
	'commune.act', 'pg_catalog.pg_class', 'pg_catalog.pg_type']) AS name;
SELECT type, pg_temp.refusal(format('CREATE TABLE one (good integer, tried %s); SELECT commune.chain(''one'')', type)) FROM unnest(ARRAY[
	'bool', 'int2', 'int8', 'float8', 'numeric', 'money', '"char"', 'name', 'text', 'varchar(5)', 'char(5)', 'bytea', 'bit(3)', 'date', 'time', 'timetz',
	'timestamptz', 'interval', 'uuid', 'inet', 'macaddr', 'point', 'path', 'json', 'jsonb', 'jsonpath', 'xml', 'tsvector', 'pg_lsn', 'xid8', 'int4range',
	'int4multirange', 'text[]', 'date[]', 'int4range[]', 'mood', 'short', 'numbers', 'span', 'multispan', 'commune.did', 'commune.jws',
	'mood[]', 'short[]', 'pair', 'pair[]', 'oid', 'oid[]', 'oidvector', 'regclass', 'regclass[]', 'regtype', 'regrole', 'table_name', 'aclitem', 'plain',
	'gtsvector']) AS type;

-- ---- a table with a key

CREATE TABLE minutes (id integer, held date, text text, PRIMARY KEY (held, id));
INSERT INTO minutes VALUES (1, '2026-01-10', 'We met.');
SELECT * FROM commune.verify_table('minutes');
SELECT commune.chain('minutes');
SELECT commune.chain('minutes');
INSERT INTO minutes VALUES (2, '2026-01-10', NULL), (3, '2026-01-10', 'Grüße'), (1, '2026-01-12', '');
COPY minutes FROM stdin;
4	2026-01-12	One
5	2026-01-12	Two
6	2026-01-12	\N
\.
INSERT INTO minutes VALUES (1, '2026-01-10', 'Again.') ON CONFLICT DO NOTHING;
SELECT pg_temp.refusal(statement) FROM unnest(ARRAY['UPDATE minutes SET text = ''x''', 'DELETE FROM minutes WHERE false', 'TRUNCATE minutes',
	'INSERT INTO minutes VALUES (1, ''2026-01-10'', NULL) ON CONFLICT (held, id) DO UPDATE SET text = ''x''',
	'MERGE INTO minutes USING (VALUES (1)) AS v (a) ON id = a WHEN MATCHED THEN UPDATE SET text = ''x''']) AS statement;
MERGE INTO minutes USING (VALUES (7)) AS v (a) ON id = a WHEN NOT MATCHED THEN INSERT VALUES (a, '2026-01-13', 'Merged.');
SELECT seq, n, relation, key, keys FROM commune.row_leaf ORDER BY seq;
SELECT relation, columns, key, present FROM commune.chained_table;

-- The bytes, written out.
CREATE FUNCTION pg_temp.field(bytes bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT int4send(length(bytes)) || bytes $$;
CREATE FUNCTION pg_temp.field(string text) RETURNS bytea LANGUAGE sql AS $$ SELECT pg_temp.field(convert_to(string, 'UTF8')) $$;
SELECT m.id, m.held, r.leaf = sha256('\x00'::bytea || convert_to(E'commune/row/1\n', 'UTF8') || pg_temp.field('public.minutes')
	|| pg_temp.field('id') || pg_temp.field('pg_catalog.int4') || pg_temp.field(int4send(m.id)) || pg_temp.field('held') || pg_temp.field('pg_catalog.date') || pg_temp.field(date_send(m.held))
	|| coalesce(pg_temp.field('text') || pg_temp.field('pg_catalog.text') || pg_temp.field(m.text), '')) AS leaf
FROM commune.chained_row r, minutes m
WHERE r.key::json ->> 0 = m.id::text AND r.key::json ->> 1 = commune.base64url(date_send(m.held)) ORDER BY r.seq;

-- In whatever encoding the client speaks.
SET client_encoding = 'LATIN1';
INSERT INTO minutes VALUES (8, '2026-01-13', U&'\00fc');
SHOW client_encoding;
SELECT * FROM commune.verify_table('minutes');
RESET client_encoding;
SELECT * FROM commune.verify_table('minutes');

-- ---- what must stay as it is

CREATE TABLE counts (a integer, m mood, b integer) PARTITION BY RANGE (a);
CREATE TABLE counts_1 PARTITION OF counts FOR VALUES FROM (0) TO (10);
SELECT commune.chain('counts');
CREATE TABLE bystander (id integer, held date, FOREIGN KEY (held, id) REFERENCES minutes ON DELETE CASCADE);
CREATE TABLE range_of (a integer PRIMARY KEY);
CREATE TABLE referring (a integer REFERENCES range_of ON DELETE CASCADE ON UPDATE SET NULL);
INSERT INTO range_of VALUES (1);
INSERT INTO referring VALUES (1);
SELECT commune.chain('referring');
CREATE SCHEMA away;
CREATE TABLE other_whole (a integer, m mood, b integer) PARTITION BY RANGE (a);
CREATE TABLE heir (id integer NOT NULL, held date NOT NULL, text text);
SELECT statement, pg_temp.refusal(statement) FROM unnest(ARRAY[
	'ALTER TABLE minutes DROP COLUMN text', 'ALTER TABLE minutes ALTER text TYPE varchar', 'ALTER TABLE minutes ALTER id TYPE bigint',
	'ALTER TABLE minutes RENAME TO hours', 'ALTER TABLE minutes RENAME text TO words', 'ALTER TABLE minutes SET SCHEMA away',
	'ALTER TABLE minutes DROP CONSTRAINT minutes_pkey CASCADE', 'ALTER TABLE minutes SET UNLOGGED', 'ALTER TABLE minutes INHERIT parent',
	'ALTER TABLE heir INHERIT minutes', 'CREATE TABLE heir_2 () INHERITS (minutes)', 'ALTER TABLE minutes ADD COLUMN more text DEFAULT ''x''',
	'ALTER TABLE minutes ADD COLUMN more float8 DEFAULT random()', 'ALTER TABLE minutes ADD COLUMN more regclass',
	'ALTER TABLE minutes ADD COLUMN more integer GENERATED ALWAYS AS (id + 1) STORED',
	'ALTER TABLE minutes DISABLE TRIGGER commune_chain', 'ALTER TABLE minutes DISABLE TRIGGER ALL', 'ALTER TABLE minutes DISABLE TRIGGER USER',
	'ALTER TABLE minutes ENABLE TRIGGER commune_protect', 'ALTER TABLE minutes ENABLE REPLICA TRIGGER commune_chain',
	'ALTER TABLE minutes ENABLE ALWAYS TRIGGER commune_chain', 'ALTER TRIGGER commune_chain ON minutes RENAME TO other',
	'DROP TRIGGER commune_chain ON minutes', 'DROP TRIGGER commune_protect ON counts_1',
	'CREATE OR REPLACE TRIGGER commune_protect BEFORE DELETE ON minutes FOR EACH STATEMENT EXECUTE FUNCTION commune.protect()',
	'DROP TABLE minutes CASCADE', 'DROP TABLE counts', 'DROP TABLE counts_1', 'DROP TYPE mood CASCADE', 'DROP SCHEMA public CASCADE',
	'ALTER SCHEMA public RENAME TO private', 'ALTER TYPE mood RENAME TO humour', 'ALTER TYPE mood SET SCHEMA away',
	'ALTER TYPE mood RENAME VALUE ''sad'' TO ''sorry''', 'ALTER TABLE counts DETACH PARTITION counts_1',
	'ALTER TABLE other_whole ATTACH PARTITION counts_1 FOR VALUES FROM (0) TO (10)',
	'ALTER TABLE counts ADD PRIMARY KEY (a)', 'ALTER TABLE counts_1 SET UNLOGGED', 'DELETE FROM counts_1', 'TRUNCATE counts', 'UPDATE counts SET b = 1',
	'DELETE FROM range_of', 'UPDATE range_of SET a = 2', 'DROP EXTENSION commune CASCADE']) AS statement;

-- And what may change.
SELECT statement, pg_temp.refusal(statement) FROM unnest(ARRAY[
	'ALTER TABLE minutes ADD COLUMN more text', 'ALTER TABLE minutes ALTER text SET DEFAULT ''none''', 'ALTER TABLE minutes ALTER text SET NOT NULL',
	'ALTER TABLE minutes ADD CHECK (id > 0)', 'ALTER TABLE minutes OWNER TO CURRENT_USER', 'ALTER TABLE minutes ALTER text SET STATISTICS 10',
	'CREATE INDEX ON minutes (text)', 'ALTER TABLE minutes CLUSTER ON minutes_pkey', 'CLUSTER minutes', 'ALTER TYPE mood ADD VALUE ''calm''',
	'CREATE TRIGGER mine AFTER INSERT ON minutes FOR EACH STATEMENT EXECUTE FUNCTION suppress_redundant_updates_trigger()',
	'ALTER TABLE minutes ENABLE ROW LEVEL SECURITY', 'COMMENT ON TABLE minutes IS ''ours''', 'ALTER TABLE plain RENAME TO plainer', 'DROP TABLE plain',
	'ALTER TABLE plain ADD COLUMN b integer DEFAULT 7', 'CREATE TABLE plainest () INHERITS (plain)', 'ALTER TABLE minutes ENABLE ALWAYS TRIGGER commune_protect'
	]) AS statement WHERE pg_temp.refusal(statement) <> 'taken' OR statement ~ '(ADD COLUMN|VALUE)';
ALTER TABLE minutes ADD COLUMN more text;
INSERT INTO minutes VALUES (9, '2026-01-13', NULL, 'more');
ALTER TABLE minutes ALTER more SET DEFAULT 'none';
INSERT INTO minutes VALUES (10, '2026-01-13', '');
SELECT * FROM commune.verify_tables();

-- ---- partitions

CREATE TABLE counts_2 (b integer, dropped text, m mood, a integer);
ALTER TABLE counts_2 DROP COLUMN dropped;
INSERT INTO counts_2 VALUES (1, 'sad', 11);
ALTER TABLE counts ATTACH PARTITION counts_2 FOR VALUES FROM (10) TO (20);
CREATE TABLE counts_3 PARTITION OF counts FOR VALUES FROM (20) TO (40) PARTITION BY LIST (a);
CREATE TABLE counts_4 PARTITION OF counts_3 FOR VALUES IN (20, 21);
CREATE TABLE counts_5 (m mood, b integer, a integer);
CREATE INDEX ON counts_5 (a);
INSERT INTO counts_5 VALUES ('glad', 2, 22), (NULL, 3, 22);
ALTER TABLE counts_3 ATTACH PARTITION counts_5 FOR VALUES IN (22);
INSERT INTO counts VALUES (1, 'glad', 1), (12, 'sad', NULL), (20, NULL, NULL), (22, 'sad', 5), (1, 'glad', 1);
INSERT INTO counts_2 (a, m, b) VALUES (13, 'sad', 9);
INSERT INTO counts_4 VALUES (21, 'sad', 10);
COPY counts_3 (b, a) FROM stdin;
1	20
2	22
\.
SELECT * FROM commune.verify_table('counts');
SELECT pg_temp.refusal(statement) FROM unnest(ARRAY['INSERT INTO counts VALUES (50, NULL, NULL)', 'ALTER TABLE counts_3 DETACH PARTITION counts_5', 'DROP TABLE counts_5',
	'UPDATE counts_5 SET b = 1', 'TRUNCATE counts_4', 'SELECT commune.chain(''counts_5'')', 'SELECT commune.verify_table(''counts_5'')',
	'SELECT commune.unchain(''counts_5'')', 'ALTER TABLE counts ATTACH PARTITION minutes FOR VALUES FROM (40) TO (50)',
	'ALTER TABLE counts DETACH PARTITION counts_1 CONCURRENTLY']) AS statement;
SELECT count(*), count(DISTINCT relation), sum(n) FROM commune.row_leaf WHERE relation = 'public.counts';
CREATE TABLE counts_same (LIKE counts);
INSERT INTO counts_same SELECT * FROM counts;
SELECT c.a, c.m, c.b, count(*) FROM counts c GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;

-- ---- what a superuser does with the triggers off is found

CREATE FUNCTION pg_temp.found(target text, statements text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	result text[];
BEGIN
	SET LOCAL session_replication_role = replica;
	EXECUTE statements;
	result := ARRAY(SELECT concat_ws(' ', v.relation, v.kind, v.key, v.detail) FROM commune.verify_tables() v WHERE v.relation = target ORDER BY v.kind, v.key, v.seq);
	RAISE EXCEPTION SQLSTATE 'ZZ000';
EXCEPTION
	WHEN SQLSTATE 'ZZ000' THEN RETURN QUERY SELECT * FROM unnest(result);
END
$$;
SELECT statements, f FROM unnest(ARRAY[
	'ALTER TABLE minutes DISABLE TRIGGER ALL; UPDATE minutes SET text = ''x'' WHERE id = 2',
	'ALTER TABLE minutes DISABLE TRIGGER commune_protect; DELETE FROM minutes WHERE id = 2',
	'INSERT INTO minutes VALUES (99, ''2026-02-01'')',
	'ALTER TABLE minutes DISABLE TRIGGER ALL; UPDATE minutes SET id = 99 WHERE id = 2',
	'DROP TRIGGER commune_chain ON minutes', 'DROP TRIGGER commune_protect ON minutes', 'ALTER TABLE minutes ENABLE TRIGGER commune_protect',
	'ALTER TABLE minutes RENAME TO hours', 'DROP TABLE minutes CASCADE',
	'ALTER TABLE minutes DROP COLUMN more',
	'ALTER TABLE minutes DROP CONSTRAINT minutes_pkey CASCADE', 'ALTER TABLE minutes RENAME text TO words', 'ALTER TABLE minutes ALTER text TYPE varchar',
	'ALTER TABLE minutes ADD COLUMN most text DEFAULT ''y''']) AS statements, pg_temp.found('public.minutes', statements) AS f
WHERE statements !~ '(CONSTRAINT|words|varchar|most)' OR f ~ 'definition';
SELECT statements, f FROM unnest(ARRAY[
	'ALTER TABLE counts_5 DISABLE TRIGGER ALL; UPDATE counts_5 SET b = 7 WHERE m = ''glad''',
	'ALTER TABLE counts_3 DETACH PARTITION counts_4', 'DROP TABLE counts_2',
	'CREATE TABLE counts_6 PARTITION OF counts FOR VALUES FROM (70) TO (80); INSERT INTO counts VALUES (71)',
	'ALTER TYPE mood RENAME VALUE ''glad'' TO ''happy''',
	'DROP TRIGGER commune_protect ON counts_2']) AS statements, pg_temp.found('public.counts', statements) AS f;
SELECT * FROM commune.verify_tables();

-- ---- the end of a promise

SELECT commune.seal() IS NOT NULL AS sealed;
SELECT commune.unchain('plain');
SELECT commune.unchain('counts');
SELECT commune.unchain('counts');
\set VERBOSITY default
SELECT commune.verify_table('counts');
SELECT commune.verify_table('plain');
\set VERBOSITY terse
UPDATE counts SET b = 0 WHERE a = 1;
ALTER TABLE counts DETACH PARTITION counts_2;
DROP TABLE counts_2;
ALTER TYPE mood RENAME VALUE 'glad' TO 'happy';
SELECT count(*), sum(n) FROM commune.row_leaf WHERE relation = 'public.counts';
SELECT kind, body FROM commune.entry WHERE kind IN ('chain', 'unchain') ORDER BY seq;
SELECT commune.chain('counts');
INSERT INTO counts VALUES (2, 'happy', 2);
SELECT * FROM commune.verify_table('counts');
SELECT relation, present FROM commune.chained_table;
SELECT commune.seal() IS NOT NULL AS sealed;
SELECT * FROM commune.verify();

-- A promise in force does not begin anew, whatever became of the triggers.
BEGIN;
SET LOCAL session_replication_role = replica;
ALTER TABLE minutes DISABLE TRIGGER ALL;
DELETE FROM minutes WHERE id = 2;
DROP TRIGGER commune_chain ON minutes;
SELECT commune.chain('minutes');
SELECT * FROM commune.verify_table('minutes');
SELECT commune.repair_triggers();
ROLLBACK;

-- ---- who may

CREATE ROLE chain_owner;
CREATE ROLE chain_other;
GRANT USAGE ON SCHEMA commune TO chain_owner, chain_other;
GRANT EXECUTE ON FUNCTION commune.chain(regclass), commune.unchain(regclass), commune.verify_table(regclass) TO chain_owner, chain_other;
CREATE TABLE owned (a integer PRIMARY KEY);
ALTER TABLE owned OWNER TO chain_owner;
SET ROLE chain_other;
SELECT commune.chain('owned');
SET ROLE chain_owner;
SELECT commune.chain('owned');
INSERT INTO owned VALUES (1), (2);
ALTER TABLE owned DISABLE TRIGGER commune_protect;
DROP TABLE owned;
SELECT * FROM commune.verify_table('owned');
SET ROLE chain_other;
SELECT commune.verify_table('owned');
SELECT commune.unchain('owned');
SET ROLE chain_owner;
SELECT commune.unchain('owned');
DROP TABLE owned;
RESET ROLE;
DROP OWNED BY chain_owner, chain_other;
DROP ROLE chain_owner, chain_other;

-- ---- operators of others

-- The guard's queries run as whoever gives a command, who has a schema of somebody else's in the search_path.
CREATE SCHEMA trap;
CREATE FUNCTION trap.spring(oid, integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
CREATE FUNCTION trap.spring(oid, regnamespace) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
CREATE OPERATOR trap.= (LEFTARG = oid, RIGHTARG = integer, FUNCTION = trap.spring);
CREATE OPERATOR trap.= (LEFTARG = oid, RIGHTARG = regnamespace, FUNCTION = trap.spring);
CREATE FUNCTION trap.nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
SET search_path = public, trap;
CREATE TABLE trapped (a integer);
ALTER TABLE trapped RENAME TO trapped_too;
CREATE TRIGGER nothing AFTER INSERT ON trapped_too FOR EACH ROW EXECUTE FUNCTION nothing();
SHOW search_path;
RESET search_path;
DROP TABLE trapped_too;
DROP SCHEMA trap CASCADE;

-- ---- calls out of place

SELECT commune.chain_rows();
SELECT commune.guard();
CREATE TRIGGER out_of_place AFTER INSERT ON plain FOR EACH ROW EXECUTE FUNCTION commune.chain_rows();
INSERT INTO plain VALUES (1);
SELECT commune.chain(NULL) IS NULL AS strict;
DROP EXTENSION commune;
SELECT commune.unchain(relation::regclass) FROM commune.chained_table;
DROP TRIGGER out_of_place ON plain;
DROP EXTENSION commune;
DROP TABLE minutes, counts, counts_same, bystander, referring, range_of, heir, other_whole, parent, child, whole, unlogged, plain CASCADE;
DROP VIEW seen;
DROP TYPE mood, short, numbers, table_name, pair, span;
DROP SCHEMA away, commune;
