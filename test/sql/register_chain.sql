-- register_chain: chained tables under sessions of all kinds, and rows that are put beside the register.
CREATE EXTENSION commune;
\set VERBOSITY sqlstate
\i test/found.psql

-- ---- a row has one hash, whatever encoding its session speaks

CREATE TYPE mood AS ENUM (U&'fr\00f6hlich', 'sober');
CREATE TABLE words (id text PRIMARY KEY, t text, v varchar, c char(4), n name, m mood, j jsonb, q tsvector, x xml);
SELECT commune.chain('words');
SET client_encoding = 'LATIN1';
INSERT INTO words SELECT x, x, x, x, x, U&'fr\00f6hlich', to_jsonb(x), to_tsvector('simple', x), xmlelement(name a, x) FROM (VALUES (U&'caf\00e9')) AS t (x);
SET client_encoding = 'SQL_ASCII';
INSERT INTO words SELECT x, x, x, x, x, U&'fr\00f6hlich', to_jsonb(x), to_tsvector('simple', x), xmlelement(name a, x) FROM (VALUES (U&'th\00e9')) AS t (x);
SET client_encoding = 'UTF8';
INSERT INTO words SELECT x, x, x, x, x, U&'fr\00f6hlich', to_jsonb(x), to_tsvector('simple', x), xmlelement(name a, x) FROM (VALUES (U&'\4e2d')) AS t (x);
SELECT count(*) FROM commune.verify_table('words');
SET client_encoding = 'LATIN1';
SELECT count(*) FROM commune.verify_table('words');
SHOW client_encoding;
SET client_encoding = 'UTF8';

-- ---- who may have a table verified: who may read it

CREATE ROLE regress_commune_reader;
GRANT USAGE ON SCHEMA commune TO regress_commune_reader;
GRANT EXECUTE ON FUNCTION commune.verify_table(regclass) TO regress_commune_reader;
SET ROLE regress_commune_reader;
SELECT * FROM commune.verify_table('words');
RESET ROLE;
GRANT SELECT ON words TO regress_commune_reader;
SET ROLE regress_commune_reader;
SELECT * FROM commune.verify_table('words');
RESET ROLE;

-- ---- what cascades to a chained table is refused as well

CREATE TABLE author (name text PRIMARY KEY);
CREATE TABLE book (title text PRIMARY KEY, author text REFERENCES author ON DELETE CASCADE ON UPDATE CASCADE);
SELECT commune.chain('book');
INSERT INTO author VALUES ('ann');
INSERT INTO book VALUES ('One', 'ann');
DELETE FROM author;
UPDATE author SET name = 'bob';
TRUNCATE author CASCADE;
INSERT INTO book VALUES ('One', 'ann') ON CONFLICT (title) DO UPDATE SET author = NULL;
MERGE INTO book b USING (VALUES ('One')) AS v (title) ON b.title = v.title WHEN MATCHED THEN DELETE;
SET session_replication_role = replica;
DELETE FROM book;
RESET session_replication_role;
SELECT * FROM book;
SELECT * FROM commune.verify_table('book');

-- ---- rows beside the register, with numbers that it knows

SELECT commune.seal();
SELECT count(*) FROM commune.verify();
BEGIN;
DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY '{act,row_leaf,entry,verdict,era}'::text[] LOOP
		EXECUTE format('ALTER TABLE commune.%I DISABLE TRIGGER USER', name);
	END LOOP;
END
$$;
INSERT INTO commune.row_leaf SELECT 1, xid, received_at, era, n, leaf, relation, key, keys FROM commune.row_leaf ORDER BY seq LIMIT 1;
INSERT INTO commune.entry SELECT 1, xid, received_at, era, 'close', leaf, '{}' FROM commune.act WHERE seq = 1;
INSERT INTO commune.act SELECT (SELECT min(seq) FROM commune.entry WHERE seq > 1), xid, received_at, nonce, era, kind, signer, leaf, record, key
	FROM commune.act WHERE seq = 1;
INSERT INTO commune.verdict SELECT max(seq), 'QC304' FROM commune.entry;
INSERT INTO commune.era SELECT 0, e, '', '', '' FROM unnest('{0,-1}'::int[]) AS e;
SELECT commune.repair_triggers();
SELECT index, "table", kind, detail FROM commune.verify() ORDER BY "table", detail COLLATE "C";
ROLLBACK;

REVOKE ALL ON words FROM regress_commune_reader;
REVOKE ALL ON FUNCTION commune.verify_table(regclass) FROM regress_commune_reader;
REVOKE ALL ON SCHEMA commune FROM regress_commune_reader;
DROP ROLE regress_commune_reader;
DROP EXTENSION commune CASCADE;
DROP TABLE words, book, author;
DROP TYPE mood;
