-- action: the tables that decisions change are there, written by the fold alone, and found by whoever may read.
CREATE EXTENSION commune;
\set VERBOSITY sqlstate
\i test/found.psql

-- Without a decision they are empty; commune.replay() compares them as the others.
SELECT c.relname AS "table", (SELECT count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0) AS columns,
	pg_catalog.has_table_privilege('pg_read_all_data', c.oid, 'SELECT') AS readable, (pg_catalog.query_to_xml(pg_catalog.format(
	'SELECT count(*) AS n FROM commune.%I', c.relname), true, true, ''))::text LIKE '%<n>0</n>%' AS empty
	FROM pg_catalog.pg_class c WHERE c.relnamespace = 'commune'::regnamespace AND c.relname IN ('resolution', 'suspension', 'account', 'transfer', 'issuance', 'parameter', 'parameter_value', 'office', 'mandate', 'replica', 'trusted_key') ORDER BY 1;
INSERT INTO commune.account (name, balance, since) VALUES ('mine', 1000000, 1);
UPDATE commune.account SET balance = 1000000;
INSERT INTO commune.resolution (since, place, published_at, title) VALUES (1, 1, 'epoch', 'Mine');
INSERT INTO commune.mandate (office, member, since, ends_at) VALUES ('guardian', 1, 1, 'infinity');
DELETE FROM commune.suspension;
TRUNCATE commune.transfer;
SELECT * FROM commune.replay();
DROP EXTENSION commune;
DROP SCHEMA commune;
