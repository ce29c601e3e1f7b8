-- base: what CREATE EXTENSION asks for, and what DROP EXTENSION leaves.
\set VERBOSITY sqlstate

-- Only databases in UTF8.
CREATE DATABASE commune_latin1 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0;
\set regression :DBNAME
\connect commune_latin1
CREATE EXTENSION commune;
SELECT count(*) FROM pg_extension WHERE extname = 'commune';
\connect :regression
DROP DATABASE commune_latin1;

-- Not in a schema of one's own.
CREATE SCHEMA elsewhere;
CREATE EXTENSION commune SCHEMA elsewhere;
DROP SCHEMA elsewhere;

-- Not by anybody.
CREATE ROLE commune_test_nobody;
SET ROLE commune_test_nobody;
CREATE EXTENSION commune;
RESET ROLE;

-- Everything lies in the schema commune, which is closed to others.
CREATE EXTENSION commune;
SELECT nspname, extrelocatable FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'commune';
SELECT has_schema_privilege('commune_test_nobody', 'commune', 'USAGE') AS usage,
	has_schema_privilege('commune_test_nobody', 'commune', 'CREATE') AS "create";
ALTER EXTENSION commune SET SCHEMA public;

-- The prefix of the settings is ours.
LOAD 'commune';
SET commune.no_such_setting = 1;

DROP EXTENSION commune;
DROP SCHEMA commune;
DROP ROLE commune_test_nobody;
