-- fold: how acts come in, how blocks are made, and how the state is computed anew.
CREATE EXTENSION commune;
\set VERBOSITY sqlstate
\i test/found.psql

-- ---- coming in: submit(), INSERT and COPY do the same

\set a `build/sign ann 3 :aud topic '{"topic":"a"}'`
\set b `build/sign bob 3 :aud topic '{"topic":"b"}'`
\set c `build/sign cid 3 :aud topic '{"topic":"c"}'`
SELECT commune.submit(:'a');
INSERT INTO commune.act (record) VALUES (:'b') RETURNING seq, nonce, era, kind, signer::text = commune.signer(record)::text AS signer,
	leaf = commune.leaf(record) AS leaf, record::text = :'b' AS record, key, received_at > now() - interval '1 hour' AS now,
	xid = pg_current_xact_id() AS xid;
\copy commune.act (record) FROM PROGRAM 'build/sign cid 3 "$AUD" topic "{\"topic\":\"c\"}"'

-- The same bytes again are the same act: submit() says which, INSERT and COPY skip them.
SELECT commune.submit(:'a'), commune.submit(:'b'), commune.submit(:'c');
INSERT INTO commune.act (record) VALUES (:'a'), (:'b') RETURNING seq;
\copy commune.act (record) FROM PROGRAM 'build/sign cid 3 "$AUD" topic "{\"topic\":\"c\"}"; build/sign cid 3 "$AUD" topic "{\"topic\":\"c\"}"'
SELECT seq, kind, nonce FROM commune.act WHERE kind = 'topic' ORDER BY seq;
SELECT commune.seal();
SELECT commune.submit(:'a');
SELECT count(*) FROM commune.act WHERE kind = 'topic';

-- Other bytes with the same nonce are refused; so is a nonce below the last one.
\set VERBOSITY default
\set r `build/sign ann 3 :aud topic '{"topic":"other"}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 1 :aud topic '{"topic":"other"}'`
SELECT commune.submit(:'r');
\set VERBOSITY sqlstate

-- Within a transaction too, and twice in a COPY.
BEGIN;
\set r `build/sign ann 4 :aud topic '{"topic":"d"}'`
SELECT commune.submit(:'r');
SELECT commune.submit(:'r');
\set r `build/sign ann 4 :aud topic '{"topic":"e"}'`
SELECT commune.submit(:'r');
ROLLBACK;

-- What is no record, or none of its signer.
\set VERBOSITY default
SELECT commune.submit('nothing');
INSERT INTO commune.act (record) VALUES (NULL);
INSERT INTO commune.act DEFAULT VALUES;
\set r `build/sign ann 4 :aud topic '{"topic":"d"}'`
SELECT overlay(:'r' PLACING CASE WHEN substr(:'r', length(:'r') - 30, 1) = 'A' THEN 'B' ELSE 'A' END FROM length(:'r') - 30 FOR 1) AS forged \gset
SELECT commune.submit(:'forged');
\set VERBOSITY sqlstate
SELECT commune.submit(NULL);
\set r `build/sign ann 9007199254740991 :aud topic '{"topic":"d"}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 4 :aud topic '{"topic":"d","exp":1767225600}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 4 :aud nonsense`
SELECT commune.submit(:'r');
\set r `build/sign ann 4 :aud topic '{"topic":"d","iss":"@bob"}'`
SELECT commune.submit(:'r');

-- A refused row fails its COPY, and nothing of it stays.
\copy commune.act (record) FROM PROGRAM 'build/sign ann 4 "$AUD" topic "{\"topic\":\"d\"}"; build/sign ann 5 "$AUD" topic "{\"topic\":\"a\"}"'
SELECT count(*) FROM commune.act WHERE kind = 'topic';

-- ---- rows that arrive complete come from a restore or a subscription

CREATE TEMP TABLE kept AS SELECT * FROM commune.act;
\set VERBOSITY default
INSERT INTO commune.act SELECT * FROM kept WHERE seq = 1;
INSERT INTO commune.act (record, seq) SELECT record, 100 FROM kept WHERE seq = 1;
INSERT INTO commune.act (record, received_at) SELECT record, now() FROM kept WHERE seq = 1;
\set VERBOSITY sqlstate

-- As a subscription's they are checked, and never stamped.
SET session_replication_role = replica;
\set r `build/sign ann 4 :aud topic '{"topic":"d"}'`
INSERT INTO commune.act (record) VALUES (:'r');
BEGIN;
INSERT INTO commune.act SELECT seq + 1000, xid, received_at, nonce, era, kind, signer, leaf, record, key FROM kept WHERE seq = 1;
SELECT seq, received_at = (SELECT received_at FROM kept WHERE seq = 1) AS not_stamped FROM commune.act WHERE seq > 1000;
ROLLBACK;
\set VERBOSITY default
INSERT INTO commune.act SELECT seq + 1000, xid, received_at, nonce + 1, era, kind, signer, leaf, record, key FROM kept WHERE seq = 1;
INSERT INTO commune.act SELECT seq + 1000, xid, received_at, nonce, era, 'join', signer, leaf, record, key FROM kept WHERE seq = 1;
INSERT INTO commune.act SELECT seq + 1000, xid, received_at, nonce, era, kind, 'did:commune:mzxw6ytbmzxw6ytbmzxw6ytbmzxw6ytb', leaf, record, key FROM kept WHERE seq = 1;
INSERT INTO commune.act SELECT seq + 1000, xid, received_at, nonce, era, kind, signer, sha256(leaf), record, key FROM kept WHERE seq = 1;
INSERT INTO commune.act SELECT seq + 1000, xid, received_at, nonce, era, kind, signer, leaf, record, 'x' FROM kept WHERE seq = 1;
INSERT INTO commune.act SELECT seq + 1000, xid, received_at, nonce, NULL, kind, signer, leaf, record, key FROM kept WHERE seq = 1;
INSERT INTO commune.act (seq, xid, received_at, nonce, era, kind, signer, leaf, record, key)
	SELECT seq + 1000, xid, received_at, 4, era, kind, signer, commune.leaf(:'forged'), :'forged', key FROM kept WHERE kind = 'topic' AND signer::text = commune.signer(:'forged')::text;
\set VERBOSITY sqlstate
RESET session_replication_role;

-- ---- blocks

-- Sealing is the first thing that a READ COMMITTED transaction does.
SELECT commune.seal() IS NULL AS nothing_new;
\set r `build/sign ann 4 :aud topic '{"topic":"d"}'`
BEGIN;
SELECT commune.submit(:'r');
\set VERBOSITY default
SELECT commune.seal();
\set VERBOSITY sqlstate
ROLLBACK;
SELECT commune.submit(:'r');
BEGIN ISOLATION LEVEL REPEATABLE READ;
\set VERBOSITY default
SELECT commune.seal();
\set VERBOSITY sqlstate
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT commune.seal();
ROLLBACK;
BEGIN READ ONLY;
SELECT commune.seal();
ROLLBACK;
BEGIN;
SAVEPOINT s;
\set VERBOSITY default
SELECT commune.seal();
\set VERBOSITY sqlstate
ROLLBACK;
DO $$ BEGIN PERFORM commune.seal(); EXCEPTION WHEN SQLSTATE '22012' THEN NULL; END $$;

-- What a rolled back seal did is undone.
BEGIN;
SELECT commune.seal();
SELECT topic FROM commune.topic WHERE topic = 'd';
SELECT commune.seal();
ROLLBACK;
SELECT count(*) FROM commune.topic WHERE topic = 'd';
BEGIN;
SELECT commune.seal();
COMMIT;
SELECT count(*) FROM commune.topic WHERE topic = 'd';
SELECT commune.seal() IS NULL AS nothing_new;

-- No more than so many leaves of sessions in a block: the next ones go on with its snapshot.
SET commune.block_limit = 0;
SET commune.block_limit = 2;
\copy commune.act (record) FROM PROGRAM 'for i in 4 5 6 7 8; do build/sign bob $i "$AUD" topic "{\"topic\":\"t$i\"}"; done'
SELECT commune.seal();
SELECT b.number, b.finished, b.snapshot::text = l.snapshot::text AS same_snapshot, b.time = l.time AS same_time, b.size - b.first AS leaves
FROM commune.block b, commune.block l WHERE l.number = (SELECT max(number) FROM commune.block) AND b.number > l.number - 3 ORDER BY 1;
SELECT m.* FROM commune.block b, commune.members(b.number) m WHERE b.number > (SELECT max(number) - 3 FROM commune.block) ORDER BY index;
RESET commune.block_limit;
SELECT commune.seal() IS NULL AS nothing_new;

-- ---- waiting for the verdict

\set VERBOSITY default
SELECT commune.await(1000000);
\set r `build/sign cid 4 :aud topic '{"topic":"f"}'`
BEGIN;
SELECT commune.submit(:'r') AS seq \gset
SELECT commune.await(:seq);
ROLLBACK;
SELECT commune.submit(:'r') AS seq \gset
SELECT commune.await(:seq, '0') AS "verdict";
\set VERBOSITY terse
SELECT commune.await(:seq, '10 ms');
\set VERBOSITY sqlstate
\set r `build/sign cid 5 :aud topic '{"topic":"f"}'`
SELECT commune.submit(:'r') AS second \gset
SELECT commune.seal() > 0 AS sealed;
SELECT commune.await(:seq), commune.await(:second);
SELECT commune.await(NULL), commune.await(:seq, NULL);

-- ---- the state, computed anew

SELECT * FROM commune.replay();
SELECT * FROM commune.replay(signatures => true);

-- One row of each table with one column changed behind the fold's back: replay() names it.
\set r `build/sign ann 5 :aud poll '{"name":"p","title":"x","text":"x","topic":"a","options":["x","y"],"method":"approval","quorum":[1,2],"opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 6 :aud vouch '{"member":"@dan"}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 7 :aud delegate '{"scope":{},"to":[],"until":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 8 :aud topic '{"topic":"u","parent":"a"}'`
SELECT commune.submit(:'r');
SELECT commune.seal() > 0 AS sealed;
SELECT commune.base64url(manifest) AS manifest FROM commune.poll WHERE name = 'p' \gset
\set r `build/sign ann 9 :aud ballot '{"poll":":manifest","choice":{"votes":[1,0]}}'`
SELECT commune.submit(:'r');
SELECT commune.seal() > 0 AS sealed;

CREATE FUNCTION pg_temp.damage(name text, change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found text;
BEGIN
	EXECUTE format('ALTER TABLE commune.%I DISABLE TRIGGER ALL', name);
	EXECUTE change;
	SELECT string_agg(concat(r."table", ' ' || r."column", ': ', left(r.found, 60), ' instead of ' || left(r.expected, 20)), '; ' ORDER BY r."column", r.expected)
		INTO found FROM commune.replay() r;
	RAISE EXCEPTION SQLSTATE 'ZZ000' USING MESSAGE = coalesce(found, 'nothing');
EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
	RETURN SQLERRM;
END
$$;
SELECT c.relname, a.attname, pg_temp.damage(c.relname, format('UPDATE commune.%1$I SET %2$I = %3$s WHERE ctid = (SELECT ctid FROM commune.%1$I ORDER BY 1 DESC LIMIT 1)',
	c.relname, a.attname, CASE format_type(a.atttypid, NULL)
		WHEN 'boolean' THEN format('NOT %I', a.attname)
		WHEN 'timestamp with time zone' THEN format('coalesce(%I, ''1970-01-01Z'') + interval ''1 second''', a.attname)
		WHEN 'text' THEN format('coalesce(%I, '''') || ''x''', a.attname)
		WHEN 'json' THEN '''{"x":1}'''
		WHEN 'bytea' THEN 'sha256(''x'')'
		WHEN 'text[]' THEN '''{z}'''
		WHEN 'integer[]' THEN '''{7}'''
		WHEN 'bigint[]' THEN '''{7}'''
		WHEN 'commune.ranking' THEN '''2>1'''
		WHEN 'commune.did' THEN '''did:commune:mzxw6ytbmzxw6ytbmzxw6ytbmzxw6ytb'''
		WHEN 'commune.did[]' THEN '''{did:commune:mzxw6ytbmzxw6ytbmzxw6ytbmzxw6ytb}'''
		ELSE format('coalesce(%I, 0) + 1000', a.attname) END)) AS found
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'commune'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
	AND c.relname IN ('charter', 'member', 'membership', 'vouch', 'topic', 'poll', 'ballot', 'delegation')
	AND a.attname NOT IN ('opened_at', 'day', 'acts')	-- what is there depends on the clock
ORDER BY c.relname, a.attnum;

-- A row that is gone, one that was added, one whose key was changed; and the register itself.
SELECT pg_temp.damage('ballot', 'DELETE FROM commune.ballot');
SELECT pg_temp.damage('vouch', 'INSERT INTO commune.vouch VALUES (1, 2, 3)');
SELECT pg_temp.damage('verdict', 'DELETE FROM commune.verdict');
SELECT pg_temp.damage('act', 'DELETE FROM commune.act WHERE seq = 3');
SELECT * FROM commune.replay();

-- ---- one thing at a time

-- The trigger works on its own table, for rows that are inserted.
CREATE TABLE other (a integer, record commune.jws);
CREATE TRIGGER insert BEFORE INSERT ON other FOR EACH ROW EXECUTE FUNCTION commune.act_insert();
INSERT INTO other VALUES (1, :'r');
DROP TABLE other;
CREATE TRIGGER insert AFTER INSERT ON commune.act FOR EACH ROW EXECUTE FUNCTION commune.act_insert();
\set r `build/sign ann 10 :aud topic '{"topic":"v"}'`
SELECT commune.submit(:'r');
DROP TRIGGER insert ON commune.act;
CREATE TRIGGER insert BEFORE INSERT ON commune.act FOR EACH STATEMENT EXECUTE FUNCTION commune.act_insert();
SELECT commune.submit(:'r');
DROP TRIGGER insert ON commune.act;
SELECT commune.submit(:'r') > 0 AS submitted;

SELECT * FROM commune.verify();
DROP TABLE kept;
DROP EXTENSION commune;
DROP SCHEMA commune;
