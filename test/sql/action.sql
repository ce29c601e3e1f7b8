-- action: the tables that decisions change are there, written by the fold alone, and found by whoever may read.
CREATE EXTENSION commune;
\set VERBOSITY sqlstate
\i test/found.psql

SELECT since, place, proposal, law, published_at, title, text FROM commune.resolution;
INSERT INTO commune.resolution (since, place, published_at, title) VALUES (1, 1, 'epoch', 'Mine');
DELETE FROM commune.resolution;
TRUNCATE commune.resolution;
SELECT * FROM commune.replay();
DROP EXTENSION commune;
