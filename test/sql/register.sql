-- register: blocks, receipts, that nothing can be changed, and that what was changed is found.
CREATE EXTENSION commune;
\set VERBOSITY sqlstate

-- ---- a new register

SELECT * FROM commune.verify();
SELECT * FROM commune.members(1);
SELECT commune.seal() IS NULL AS nothing_new;
SELECT count(*) FROM commune.block;
\set VERBOSITY default
SELECT commune.receipt(1);
\set VERBOSITY sqlstate
SELECT commune.receipt(NULL) IS NULL AS strict;

LOAD 'commune';
SHOW commune.origin;
SET commune.origin = 'example.org/test';
\i test/found.psql
RESET commune.origin;
SELECT begun, era, origin, reason, binding = (SELECT system_identifier FROM pg_control_system()) || '/' || oid || '/' || 'commune.act'::regclass::oid AS bound
FROM commune.era, pg_database WHERE datname = current_database();

-- ---- a block, and what its header commits to

\set r `build/sign ann 3 :aud topic '{"topic":"a"}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 4 :aud topic '{"topic":"a"}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 3 :aud poll '{"name":"p","title":"x","options":["x"],"method":"approval","opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
SELECT number, first, size, era, finished FROM commune.block ORDER BY number;
SELECT b.number, m.* FROM commune.block b, commune.members(b.number) m ORDER BY m.index;
SELECT seq, era, kind, xid IS NULL AS engine, leaf = sha256('\x00'::bytea || convert_to(E'commune/entry/1\n' || body, 'UTF8')) AS leaf
FROM commune.entry ORDER BY seq;

-- Columns say what headers say; the members' and verdicts' hashes are over their places, as docs/register.md describes them.
CREATE VIEW place AS
	SELECT b.number, m.index, int8send(m.index) || convert_to(CASE m.source WHEN 'act' THEN 'a' WHEN 'row' THEN 'r' WHEN 'entry' THEN 'e' ELSE 'g' END, 'UTF8')
		|| int8send(m.seq) || int8send(l.era) || int8send(l.xid) || int8send((extract(epoch FROM l.at) * 1000000)::bigint) AS place, l.leaf
	FROM commune.block b, commune.members(b.number) m JOIN (
		SELECT seq, era, xid::text::bigint AS xid, received_at AS at, leaf FROM commune.act
		UNION ALL SELECT seq, era, coalesce(xid::text::bigint, 0), written_at, leaf FROM commune.entry
		UNION ALL SELECT seq, era, xid::text::bigint, received_at, leaf FROM commune.chained_row) AS l ON l.seq = m.seq;
CREATE VIEW header AS
	SELECT b.number, b.header::jsonb = jsonb_build_object('number', b.number, 'era', b.era, 'first', b.first, 'size', b.size,
		'finished', b.finished, 'snapshot', b.snapshot::text, 'time', (extract(epoch FROM b.time) * 1000000)::bigint,
		'previous', commune.base64url(coalesce(p.root, sha256(''))),
		'members', commune.base64url(sha256((SELECT coalesce(string_agg(place, '' ORDER BY index), '') FROM place WHERE place.number = b.number))),
		'verdicts', commune.base64url(sha256((SELECT coalesce(string_agg(int8send(m.index) || convert_to(v.sqlstate, 'UTF8'), '' ORDER BY m.index), '')
			FROM commune.members(b.number) m JOIN commune.verdict v ON v.seq = m.seq)))) AS same
	FROM commune.block b LEFT JOIN commune.block p ON p.number = b.number - 1;
SELECT number, same FROM header ORDER BY number;

-- The root over all leaves, in SQL.
CREATE FUNCTION pg_temp.root(leaves bytea[]) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	n integer := cardinality(leaves);
	k integer := 1;
BEGIN
	IF n = 1 THEN
		RETURN leaves[1];
	END IF;
	WHILE k * 2 < n LOOP
		k := k * 2;
	END LOOP;
	RETURN sha256('\x01'::bytea || pg_temp.root(leaves[:k]) || pg_temp.root(leaves[k + 1:]));
END
$$;
CREATE VIEW leaf AS
	SELECT index, leaf FROM place
	UNION ALL SELECT size - 1, sha256('\x00'::bytea || convert_to(E'commune/block/1\n' || header, 'UTF8')) FROM commune.block;
SELECT b.number, b.root = pg_temp.root((SELECT array_agg(leaf ORDER BY index) FROM leaf WHERE index < b.size)) AS root FROM commune.block b ORDER BY number;

-- ---- receipts

\set r `build/sign cid 3 :aud topic '{"topic":"b"}'`
SELECT commune.submit(:'r') AS waiting \gset
\set VERBOSITY default
SELECT commune.receipt(:waiting);
\set VERBOSITY sqlstate
SELECT commune.seal();
SELECT seq, split_part(r, E'\n', 1) AS "first line", split_part(r, E'\n', 3) AS "index", split_part(split_part(r, E'\n\n', 2), E'\n', 1) AS origin,
	split_part(split_part(r, E'\n\n', 2), E'\n', 2) AS size, split_part(split_part(r, E'\n\n', 2), E'\n', 3) = encode(b.root, 'base64') AS root,
	e->'verdicts' AS verdicts, e->'signed' AS signed, e->'header_index' AS header_index
FROM commune.act a, commune.receipt(seq) AS r, LATERAL (SELECT convert_from(decode(split_part(split_part(r, E'\n', 2), ' ', 2), 'base64'), 'UTF8')::jsonb) AS x (e),
	commune.block b WHERE b.number = (SELECT max(number) FROM commune.block) ORDER BY seq;

-- ---- chained tables

CREATE TABLE minutes (id integer PRIMARY KEY, held date, text text);
INSERT INTO minutes VALUES (1, '2026-01-10', 'We met.');
SELECT * FROM commune.verify_table('minutes');
SELECT commune.chain('minutes');
SELECT commune.chain('minutes');
SELECT commune.chain('commune.act');
INSERT INTO minutes VALUES (2, NULL, 'And again.'), (3, '2026-01-12', '');
UPDATE minutes SET text = '';
DELETE FROM minutes;
TRUNCATE minutes;
SELECT relation, key, seq, n, keys, length(leaf) FROM commune.row_leaf ORDER BY seq;
SELECT relation, key, seq FROM commune.chained_row ORDER BY seq;
SELECT kind, body FROM commune.entry WHERE kind = 'chain';
SELECT commune.seal();
SELECT number, same FROM header ORDER BY number DESC LIMIT 1;
SELECT m.* FROM commune.members(5) m ORDER BY index;
SELECT * FROM commune.verify_table('minutes');
BEGIN;
SET LOCAL session_replication_role = replica;
ALTER TABLE minutes DISABLE TRIGGER ALL;
UPDATE minutes SET text = 'We never met.' WHERE id = 1;
DELETE FROM minutes WHERE id = 2;
INSERT INTO minutes VALUES (4, NULL, '');
SELECT * FROM commune.verify_table('minutes');
ROLLBACK;
SELECT * FROM commune.verify_table('minutes');
CREATE TABLE unfit (a regclass);
\set VERBOSITY default
SELECT commune.chain('unfit');
\set VERBOSITY sqlstate
DROP TABLE unfit;

-- ---- append-only, for superusers too

CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RAISE EXCEPTION SQLSTATE 'ZZ000';		-- and undo it
EXCEPTION
	WHEN SQLSTATE 'ZZ000' THEN RETURN 'taken';
	WHEN OTHERS THEN RETURN SQLSTATE || ': ' || SQLERRM;
END
$$;
CREATE VIEW refusal AS
	SELECT c.relname, s.what, pg_temp.refusal(format(s.statement, c.relname, a.attname)) AS refusal
	FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = 1, (VALUES
		(1, 'UPDATE', 'UPDATE commune.%1$I SET %2$I = %2$I'),
		(2, 'DELETE', 'DELETE FROM commune.%1$I'),
		(3, 'TRUNCATE', 'TRUNCATE commune.%1$I CASCADE'),
		(4, 'INSERT', 'INSERT INTO commune.%1$I SELECT * FROM commune.%1$I'),
		(5, 'UPDATE of nothing', 'UPDATE commune.%1$I SET %2$I = %2$I WHERE false')) AS s (place, what, statement)
	WHERE c.relnamespace = 'commune'::regnamespace AND c.relkind = 'r';
SELECT what, refusal, count(*), string_agg(relname, ' ' ORDER BY relname) AS tables FROM refusal GROUP BY 1, 2 ORDER BY 1, 2;
INSERT INTO commune.topic (seq, author, topic) VALUES (1, 1, 'a') ON CONFLICT (topic) DO UPDATE SET author = 2;
WITH gone AS (DELETE FROM commune.act RETURNING seq) SELECT count(*) FROM gone;
MERGE INTO commune.topic t USING (VALUES ('a')) AS v (topic) ON v.topic = t.topic WHEN MATCHED THEN DELETE;
COPY commune.verdict FROM STDIN;
\.
\set VERBOSITY default
DELETE FROM commune.act;
\set VERBOSITY sqlstate

-- A replica's session may add what it received; it changes nothing either.
SET session_replication_role = replica;
SELECT what, refusal, count(*) FROM refusal WHERE what <> 'INSERT' GROUP BY 1, 2 ORDER BY 1, 2;
RESET session_replication_role;
DROP VIEW refusal;

-- A superuser can switch triggers off: verify() says so, and they can be put back in force.
BEGIN;
ALTER TABLE commune.act DISABLE TRIGGER commune_protect;
ALTER TABLE commune.topic ENABLE REPLICA TRIGGER commune_protect;
ALTER TABLE commune.poll ENABLE TRIGGER commune_protect;
SELECT * FROM commune.verify();
SELECT commune.repair_triggers();
SELECT * FROM commune.verify();
SELECT commune.repair_triggers();
ROLLBACK;

-- ---- damage

SELECT * FROM commune.verify();
\copy commune.act (record) FROM PROGRAM 'i=0; while [ $i -lt 260 ]; do i=$((i + 1)); echo "$i"; done | xargs -I% build/sign cid 1000% "$AUD" topic "{\"topic\":\"t%\"}"'
SELECT commune.seal();
SELECT n, level, root = pg_temp.root((SELECT array_agg(leaf ORDER BY index) FROM leaf WHERE index < 256)) AS root, length(data) FROM commune.tile;
SELECT number, same FROM header ORDER BY number DESC LIMIT 1;
SELECT * FROM commune.verify();

CREATE FUNCTION pg_temp.damage(name text, change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found text;
BEGIN
	EXECUTE format('ALTER TABLE commune.%I DISABLE TRIGGER ALL', name);
	EXECUTE change;
	SELECT string_agg(DISTINCT concat(v."table", '.' || v."column", ' ', v.kind), ', ')
		INTO found FROM commune.verify(signatures => false) v WHERE v.kind <> 'trigger';
	RAISE EXCEPTION SQLSTATE 'ZZ000' USING MESSAGE = coalesce(found, 'nothing');
EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
	RETURN SQLERRM;
END
$$;

-- Each column, in the first row of its table: what names it.  No hash covers what a row leaf says of its row; verify_table() does.
SELECT c.relname, a.attname, pg_temp.damage(c.relname, format('UPDATE commune.%1$I SET %2$I = %3$s WHERE ctid = (SELECT ctid FROM commune.%1$I ORDER BY %4$s LIMIT 1)',
	c.relname, a.attname, CASE format_type(a.atttypid, NULL)
		WHEN 'boolean' THEN format('NOT %I', a.attname)
		WHEN 'timestamp with time zone' THEN format('%I + interval ''1 second''', a.attname)
		WHEN 'text' THEN CASE a.attname WHEN 'body' THEN 'replace(body, ''e'', ''E'')' WHEN 'header' THEN 'replace(header, ''true'', ''false'')'
			WHEN 'sqlstate' THEN '''QC304''' ELSE format('coalesce(%I, '''') || ''x''', a.attname) END
		WHEN 'bytea' THEN CASE WHEN a.attname IN ('key') THEN '''x''' ELSE format('set_byte(%1$I, 0, 255 - get_byte(%1$I, 0))', a.attname) END
		WHEN 'xid8' THEN format('(%I::text::bigint + 1000000)::text::xid8', a.attname)
		WHEN 'pg_snapshot' THEN '''3:4:3'''
		WHEN 'commune.did' THEN '''did:commune:mzxw6ytbmzxw6ytbmzxw6ytbmzxw6ytb'''
		WHEN 'commune.jws' THEN '(SELECT record FROM commune.act WHERE seq = 3)'
		ELSE format('coalesce(%I, 0) + 1000', a.attname) END,
	CASE c.relname WHEN 'block' THEN 'number' WHEN 'era' THEN 'era' WHEN 'tile' THEN 'level, n' ELSE 'seq' END)) AS found
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'commune'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
	AND c.relname IN ('era', 'act', 'row_leaf', 'entry', 'verdict', 'block', 'tile')
	AND NOT (c.relname = 'entry' AND a.attname = 'xid')
ORDER BY c.relname, a.attnum;

-- Each table, without a row.
SELECT t.name, pg_temp.damage(t.name, format('DELETE FROM commune.%1$I WHERE ctid = (SELECT ctid FROM commune.%1$I ORDER BY %2$s LIMIT 1)', t.name, t.key)) AS found
FROM (VALUES ('era', 'era'), ('act', 'seq'), ('row_leaf', 'seq'), ('entry', 'seq'), ('verdict', 'seq'), ('block', 'number'), ('tile', 'n')) AS t (name, key);

-- A signature that does not hold, beside everything that fits.
BEGIN;
ALTER TABLE commune.act DISABLE TRIGGER ALL;
UPDATE commune.act SET record = (overlay(record::text PLACING CASE WHEN substr(record::text, length(record::text) - 30, 1) = 'A' THEN 'B' ELSE 'A' END
	FROM length(record::text) - 30 FOR 1))::commune.jws WHERE seq = 3;
UPDATE commune.act SET leaf = commune.leaf(record) WHERE seq = 3;
SELECT index, "table", "column", kind FROM commune.verify() WHERE kind <> 'trigger' ORDER BY kind;
ROLLBACK;

-- An act that was committed and left out of the blocks.
BEGIN;
SET LOCAL session_replication_role = replica;
INSERT INTO commune.act SELECT 100000, xid, received_at, nonce, era, kind, signer, leaf, record, key FROM commune.act WHERE seq = 3;
SELECT index, "table", kind, detail FROM commune.verify();
ROLLBACK;

-- ---- what verify() looks at

SELECT * FROM commune.verify(0, 10);
SELECT * FROM commune.verify("from" => 1000000);
SELECT * FROM commune.verify(-1);
SELECT * FROM commune.verify(5, 4);
SELECT * FROM commune.verify(workers => -1);
SELECT * FROM commune.verify(workers => 2);
BEGIN;
ALTER TABLE commune.act DISABLE TRIGGER ALL;
UPDATE commune.act SET nonce = nonce + 1 WHERE seq = 3;
SELECT index, "table", "column" FROM commune.verify(0, 10);
SELECT index, "table", "column" FROM commune.verify(20, 40);
SELECT index, "table", "column" FROM commune.verify(0, 10, projections => false);
ROLLBACK;

DROP VIEW leaf, header, place;
SELECT commune.unchain('minutes');
DROP TABLE minutes;
DROP EXTENSION commune;
DROP SCHEMA commune;
