-- tally: counting, and the same numbers from plain SQL.
CREATE EXTENSION commune;
\set VERBOSITY sqlstate
\i test/found.psql

-- Dan, eve and fay become members.
\copy commune.act (record) FROM PROGRAM 'for name in dan eve fay; do build/sign $name 1 "$AUD" join; done'
SELECT commune.seal();
\copy commune.act (record) FROM PROGRAM 'for name in ann bob; do build/sign $name 3 "$AUD" vouch "{\"member\":\"@dan\"}"; build/sign $name 4 "$AUD" vouch "{\"member\":\"@eve\"}"; build/sign $name 5 "$AUD" vouch "{\"member\":\"@fay\"}"; done'
SELECT commune.seal();

-- ---- a poll that closes while the rest goes on: in 6 seconds, and in 96 on a server under valgrind

\set closes `expr $(date +%s) + ${WRAPPER:+9}6`
\set r `build/sign ann 6 :aud poll '{"name":"closing","title":"Soon","options":["yes","no"],"method":"majority","opens":1,"closes"::closes}'`
SELECT commune.submit(:'r') > 0 AS announced;
SELECT commune.seal();
SELECT commune.base64url(manifest) AS manifest FROM commune.poll WHERE name = 'closing' \gset
\setenv MANIFEST :manifest
\copy commune.act (record) FROM PROGRAM 'for name in bob cid dan; do build/sign $name 6 "$AUD" ballot "{\"poll\":\"$MANIFEST\",\"choice\":{\"option\":1}}"; done; build/sign eve 6 "$AUD" ballot "{\"poll\":\"$MANIFEST\",\"choice\":{\"option\":2}}"'
SELECT commune.seal();

-- ---- delegations: along topics, in a row, in a ring

\set r `build/sign ann 7 :aud topic '{"topic":"land"}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
\set r `build/sign ann 8 :aud topic '{"topic":"water","parent":"land"}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
\set r `build/sign bob 7 :aud delegate '{"scope":{"topic":"land"},"to":["@nobody","@ann"]}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 8 :aud delegate '{"scope":{},"to":["@dan"]}'`
SELECT commune.submit(:'r');
\set r `build/sign cid 7 :aud delegate '{"scope":{},"to":["@bob"]}'`
SELECT commune.submit(:'r');
\set r `build/sign dan 7 :aud delegate '{"scope":{},"to":["@eve"]}'`
SELECT commune.submit(:'r');
\set r `build/sign eve 7 :aud delegate '{"scope":{},"to":["@dan"]}'`
SELECT commune.submit(:'r');
SELECT commune.seal();

-- ---- open polls

\set r `build/sign ann 9 :aud poll '{"name":"budget","title":"x","topic":"water","options":["north","south","east"],"method":"quadratic","params":{"credits":100,"seats":2,"negative":true,"running":true},"quorum":[1,2],"opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 10 :aud poll '{"name":"board","title":"x","options":["x","y","z"],"method":"approval","params":{"seats":2,"running":true},"opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 11 :aud poll '{"name":"motion","title":"x","options":["yes","no"],"method":"majority","params":{"threshold":[2,3],"running":true},"opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 12 :aud poll '{"name":"hidden","title":"x","options":["x"],"method":"approval","opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 13 :aud poll '{"name":"later","title":"x","options":["x"],"method":"approval","params":{"running":true},"opens":4102444000,"closes":4102444800}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
\set VERBOSITY default
SELECT * FROM commune.tally('hidden');
SELECT * FROM commune.tally('later');
SELECT * FROM commune.tally('no such poll');
\set VERBOSITY sqlstate
SELECT * FROM commune.outcome('no such poll');
SELECT * FROM commune.outcome('hidden');
SELECT * FROM commune.outcome('later');
SELECT * FROM commune.tally(NULL);
SELECT * FROM commune.outcome(NULL);

-- Nobody has voted.
SELECT option, title, votes, rank, winner, electorate, direct, represented, unrepresented, quorum_reached FROM commune.tally('budget');

SELECT commune.base64url(manifest) AS budget FROM commune.poll WHERE name = 'budget' \gset
\set r `build/sign ann 14 :aud ballot '{"poll":":budget","choice":{"votes":[6,-8,0]}}'`
SELECT commune.submit(:'r');
\set r `build/sign fay 6 :aud ballot '{"poll":":budget","choice":{"votes":[0,10,0]}}'`
SELECT commune.submit(:'r');
SELECT commune.base64url(manifest) AS board FROM commune.poll WHERE name = 'board' \gset
\set r `build/sign ann 15 :aud ballot '{"poll":":board","choice":{"votes":[1,1,1]}}'`
SELECT commune.submit(:'r');
\set r `build/sign dan 8 :aud ballot '{"poll":":board","choice":{"votes":[1,0,0]}}'`
SELECT commune.submit(:'r');
\set r `build/sign cid 8 :aud ballot '{"poll":":board","choice":{"abstain":true}}'`
SELECT commune.submit(:'r');
SELECT commune.base64url(manifest) AS motion FROM commune.poll WHERE name = 'motion' \gset
\set r `build/sign ann 16 :aud ballot '{"poll":":motion","choice":{"option":2}}'`
SELECT commune.submit(:'r');
\set r `build/sign eve 8 :aud ballot '{"poll":":motion","choice":{"option":1}}'`
SELECT commune.submit(:'r');
SELECT commune.seal();

-- budget: bob (by his topic) and cid (by bob) are represented by ann; dan and eve trust each other, and nobody votes.
SELECT option, title, votes, direct_votes, represented_votes, rank, winner FROM commune.tally('budget');
SELECT * FROM commune.outcome('budget');

-- board: bob and eve are represented by dan, and cid speaks for himself.  The second seat is tied.
SELECT option, title, votes, direct_votes, represented_votes, rank, winner FROM commune.tally('board');
SELECT * FROM commune.outcome('board');

-- motion: eve votes for dan, bob and cid as well; four of five reach two thirds.
SELECT option, title, votes, direct_votes, represented_votes, rank, winner FROM commune.tally('motion');
SELECT * FROM commune.outcome('motion');

-- ---- the same numbers from plain SQL: the query of docs/tally.md

\set query `sed -n '/^WITH RECURSIVE poll AS/,/;$/p' docs/tally.md`
:query
CREATE FUNCTION pg_temp.compare(poll text, query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'CREATE TEMP TABLE recount AS ' || replace(rtrim(query, E';\n'), '''budget''', quote_literal(poll));
	RETURN QUERY SELECT 'query: ' || r::text FROM (TABLE recount EXCEPT SELECT * FROM commune.tally(poll)) AS r;
	RETURN QUERY SELECT 'tally: ' || r::text FROM (SELECT * FROM commune.tally(poll) EXCEPT TABLE recount) AS r;
	RETURN QUERY SELECT count(*) || ' options' FROM recount;
	DROP TABLE recount;
END
$$;
SELECT p.name, c FROM commune.poll p, pg_temp.compare(p.name, :'query') AS c WHERE p.name IN ('budget', 'board', 'motion') ORDER BY p.seq;

-- ---- what happens later changes nothing in polls that are open

\set r `build/sign bob 9 :aud delegate '{"scope":{},"to":["@fay"]}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 10 :aud delegate '{"scope":{"topic":"land"},"to":[]}'`
SELECT commune.submit(:'r');
\set r `build/sign cid 9 :aud leave`
SELECT commune.submit(:'r');
SELECT commune.seal();
SELECT poll, winners, direct, represented, unrepresented, abstained FROM commune.outcome('budget');
SELECT p.name, c FROM commune.poll p, pg_temp.compare(p.name, :'query') AS c WHERE p.name IN ('budget', 'board', 'motion') ORDER BY p.seq;

-- ---- closing

SELECT pg_sleep(greatest(0, extract(epoch FROM closes - clock_timestamp()))) FROM commune.poll WHERE name = 'closing';
SELECT commune.seal() > 0 AS sealed;
SELECT status, closed IS NOT NULL AS closed, result IS NULL AS no_result, ballots FROM commune.poll WHERE name = 'closing';
SELECT commune.base64url(manifest) AS manifest FROM commune.poll WHERE name = 'closing' \gset
\set r `build/sign fay 8 :aud ballot '{"poll":":manifest","choice":{"option":1}}'`
SELECT commune.submit(:'r');
SELECT commune.seal() > 0 AS sealed;
SELECT e.kind, e.body::jsonb - 'poll' AS body FROM commune.poll p JOIN commune.entry e ON e.leaf = p.result WHERE name = 'closing';
SELECT * FROM commune.outcome('closing');
SELECT c FROM pg_temp.compare('closing', :'query') AS c;
SELECT commune.seal() IS NULL AS nothing_to_do;

SELECT * FROM commune.verify();
SELECT * FROM commune.replay();
DROP EXTENSION commune;
DROP SCHEMA commune;
