-- history: any table of the state as it was after an earlier block.
CREATE EXTENSION commune;
\set VERBOSITY sqlstate
\i test/found.psql

-- After each block, a copy of every table that acts change.
CREATE TEMPORARY TABLE kept (block bigint, name text, line jsonb);
CREATE TEMPORARY VIEW state AS
	SELECT c.relname AS name FROM pg_class c JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
	WHERE c.relnamespace = 'commune'::regnamespace AND c.relkind = 'r' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'commune')
	AND c.relname NOT IN ('era', 'act', 'row_leaf', 'entry', 'verdict', 'block', 'tile', 'follower', 'checkpoint', 'cosignature', 'witness_seen', 'fork_evidence');
CREATE FUNCTION pg_temp.keep() RETURNS bigint LANGUAGE plpgsql AS $$
	DECLARE
		last bigint := (SELECT max(number) FROM commune.block);
		t text;
	BEGIN
		FOR t IN SELECT name FROM pg_temp.state LOOP
			EXECUTE format('INSERT INTO pg_temp.kept SELECT %L, %L, to_jsonb(r) FROM commune.%I r', last, t, t);
		END LOOP;
		RETURN last;
	END $$;
SELECT pg_temp.keep();
\copy commune.act (record) FROM PROGRAM 'for name in dan eve; do build/sign $name 1 "$AUD" join; done; build/sign ann 3 "$AUD" vouch "{\"member\":\"@dan\"}"'
SELECT commune.seal();
SELECT pg_temp.keep();
\copy commune.act (record) FROM PROGRAM 'build/sign bob 3 "$AUD" vouch "{\"member\":\"@dan\"}"; build/sign ann 4 "$AUD" topic "{\"topic\":\"water\"}"'
SELECT commune.seal();
SELECT pg_temp.keep();
\set r `build/sign dan 2 :aud delegate '{"scope":{},"to":["@ann"]}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
SELECT pg_temp.keep();
\set r `build/sign ann 5 :aud poll '{"name":"wells","title":"x","topic":"water","options":["yes","no"],"method":"majority","opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
SELECT pg_temp.keep();
SELECT commune.base64url(manifest) AS wells FROM commune.poll \gset
\set r `build/sign bob 4 :aud ballot '{"poll":":wells","choice":{"option":1}}'`
SELECT commune.submit(:'r');
\set r `build/sign cid 3 :aud leave`
SELECT commune.submit(:'r');
SELECT commune.seal();
SELECT pg_temp.keep();
SELECT block, count(*) > 6 AS kept FROM kept GROUP BY block ORDER BY block;

-- What as_of() answers is what the tables held: nothing is missing and nothing is too much.
CREATE FUNCTION pg_temp.differences() RETURNS TABLE (block bigint, name text, line jsonb) LANGUAGE plpgsql AS $$
	DECLARE
		b bigint;
		t text;
	BEGIN
		FOR b, t IN SELECT k.block, s.name FROM (SELECT DISTINCT k.block FROM pg_temp.kept k) k, pg_temp.state s LOOP
			RETURN QUERY EXECUTE format(
				'WITH was AS (SELECT to_jsonb(r) AS line FROM commune.as_of(NULL::commune.%I, $1) r),'
				' is_kept AS (SELECT k.line FROM pg_temp.kept k WHERE k.block = $1 AND k.name = $2)'
				' SELECT $1, $2, d.line FROM (TABLE was EXCEPT TABLE is_kept UNION ALL (TABLE is_kept EXCEPT TABLE was)) d', t) USING b, t;
		END LOOP;
	END $$;
SELECT * FROM pg_temp.differences();
UPDATE kept SET line = jsonb_set(line, '{status}', '"left"') WHERE block = 3 AND name = 'member' AND line ->> 'id' = '4';
SELECT block, name, line ->> 'status' AS status FROM pg_temp.differences() ORDER BY status;

-- By the moment: after the last block until then.
SELECT count(*) FROM commune.as_of(NULL::commune.membership, (SELECT "time" FROM commune.block WHERE number = 4));
SELECT count(*) FROM commune.as_of(NULL::commune.membership, (SELECT "time" FROM commune.block WHERE number = 4) - interval '1 microsecond');
SELECT count(*) FROM commune.as_of(NULL::commune.membership, '2000-01-01'::timestamptz);
SELECT count(*) FROM commune.as_of(NULL::commune.membership, 0);

\set VERBOSITY default
SELECT count(*) FROM commune.as_of(NULL::commune.member, 8);
SELECT count(*) FROM commune.as_of(NULL::commune.member, -1);
SELECT count(*) FROM commune.as_of(NULL::commune.member, NULL::bigint);
SELECT count(*) FROM commune.as_of(NULL::commune.act, 1);
SELECT count(*) FROM commune.as_of(1, 1);

-- A register that was tampered with is not told as history.
ALTER TABLE commune.act DISABLE TRIGGER USER;
UPDATE commune.act SET leaf = set_byte(leaf, 0, get_byte(leaf, 0) # 1) WHERE kind = 'vouch' AND seq = (SELECT max(seq) FROM commune.act WHERE kind = 'vouch');

SELECT count(*) FROM commune.as_of(NULL::commune.member, 2);
SELECT count(*) FROM commune.as_of(NULL::commune.member, 4);
DROP VIEW state;
DROP EXTENSION commune;
DROP SCHEMA commune;
