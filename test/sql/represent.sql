-- represent: who represents whom in a poll of the commune, and why.
CREATE EXTENSION commune;
\set VERBOSITY sqlstate
\i test/found.psql
CREATE TEMPORARY TABLE who AS SELECT column1 AS name, column2 AS did FROM (VALUES
\set ann `build/sign ann`
	('ann', :'ann'),
\set bob `build/sign bob`
	('bob', :'bob'),
\set cid `build/sign cid`
	('cid', :'cid'),
\set dan `build/sign dan`
	('dan', :'dan'),
\set eve `build/sign eve`
	('eve', :'eve')) v;
CREATE FUNCTION pg_temp.way(poll text, name text, as_of bigint DEFAULT NULL)
RETURNS TABLE (hop int, holder text, scope text, rank smallint, delegate text, reason text) LANGUAGE sql AS $$
	SELECT p.hop, h.name, p.scope, p.rank, d.name, p.reason
	FROM pg_temp.who w, commune.path(poll, w.did::commune.did, as_of) p JOIN pg_temp.who h ON h.did = p.holder::text
		LEFT JOIN pg_temp.who d ON d.did = p.delegate::text
	WHERE w.name = way.name ORDER BY p.hop, p.rank $$;

-- Dan becomes a member; eve asks and stays a candidate.
\copy commune.act (record) FROM PROGRAM 'for name in dan eve; do build/sign $name 1 "$AUD" join; done; for name in ann bob; do build/sign $name 3 "$AUD" vouch "{\"member\":\"@dan\"}"; done'
SELECT commune.seal();
\set r `build/sign ann 4 :aud topic '{"topic":"water"}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
\set r `build/sign ann 5 :aud delegate '{"scope":{"topic":"water"},"to":["@eve","@bob","@dan"]}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 6 :aud delegate '{"scope":{},"to":[]}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 4 :aud delegate '{"scope":{},"to":["@cid"],"must_vote":[1]}'`
SELECT commune.submit(:'r');

-- A poll whose override window begins in 6 seconds, and in 96 on a server under valgrind; and one without.
\set window `expr 4102444800 - $(date +%s) - ${WRAPPER:+9}6`
\set r `build/sign ann 7 :aud poll '{"name":"wells","title":"x","topic":"water","options":["yes","no"],"method":"majority","params":{"running":true,"override_window"::window},"opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 8 :aud poll '{"name":"other","title":"x","options":["yes","no"],"method":"majority","params":{"running":true},"opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 9 :aud poll '{"name":"later","title":"x","options":["yes","no"],"method":"majority","opens":4102444000,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 5 :aud poll '{"name":"short","title":"x","options":["yes","no"],"method":"majority","params":{"override_window":800},"opens":4102444000,"closes":4102444800}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
SELECT max(number) AS opened FROM commune.block \gset

-- ---- ways

SELECT * FROM pg_temp.way('wells', 'ann');
SELECT * FROM pg_temp.way('other', 'ann');
SELECT * FROM pg_temp.way('other', 'eve');
SELECT reason FROM commune.path('wells', 'did:commune:abcdefghijklmnopqrstuvwxyz234567'::commune.did);
SELECT * FROM commune.path(NULL::text, :'ann'::commune.did);
SELECT * FROM commune.path('wells', NULL::commune.did);

\set VERBOSITY default
SELECT * FROM commune.path('later', :'ann'::commune.did);
SELECT * FROM commune.path('none', :'ann'::commune.did);
SELECT * FROM commune.path('wells', :'ann'::commune.did, 3);
SELECT * FROM commune.path('wells', :'ann'::commune.did, as_of => 1000);
\set VERBOSITY sqlstate

SELECT commune.base64url(manifest) AS wells FROM commune.poll WHERE name = 'wells' \gset
\set r `build/sign dan 2 :aud ballot '{"poll":":wells","choice":{"option":1}}'`
SELECT commune.submit(:'r');
SELECT commune.seal() AS voted \gset
SELECT * FROM pg_temp.way('wells', 'ann');

-- ---- the override window

SELECT pg_sleep(greatest(0, extract(epoch FROM due - clock_timestamp()))) FROM commune.poll WHERE name = 'wells';
-- Dan votes for ann as well, so he cannot change his ballot; before a block says so, and after.
SELECT count(*) FROM commune.ballot WHERE final;
\set r `build/sign dan 3 :aud ballot '{"poll":":wells","choice":{"option":2}}'`
\set VERBOSITY default
SELECT commune.submit(:'r');
\set VERBOSITY sqlstate
SELECT commune.seal() > 0 AS sealed;
SELECT e.kind, e.body::jsonb - 'poll' - 'index' AS body, frozen = (body::jsonb->'index')::bigint AS same
FROM commune.poll JOIN commune.entry e ON e.kind = 'freeze' WHERE name = 'wells';
SELECT w.name, final FROM commune.ballot b JOIN commune.member m ON m.id = b.member JOIN who w ON w.did = m.did::text;
SELECT commune.submit(:'r');

-- Who votes first now votes for himself alone: bob comes earlier on ann's list, but too late.
\set r `build/sign bob 6 :aud ballot '{"poll":":wells","choice":{"option":2}}'`
SELECT commune.submit(:'r');
SELECT commune.seal() > 0 AS sealed;
SELECT title, votes, direct_votes, represented_votes, winner, unrepresented FROM commune.tally('wells');
SELECT * FROM pg_temp.way('wells', 'ann');
SELECT * FROM pg_temp.way('wells', 'bob');
-- Ann takes her vote back, and may change her mind.
\set r `build/sign ann 10 :aud ballot '{"poll":":wells","choice":{"option":1}}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 11 :aud ballot '{"poll":":wells","choice":{"option":2}}'`
SELECT commune.submit(:'r');
SELECT commune.seal() > 0 AS sealed;
SELECT title, votes, direct_votes, represented_votes, winner, unrepresented FROM commune.tally('wells');
SELECT * FROM pg_temp.way('wells', 'ann');
-- As it was.
SELECT * FROM pg_temp.way('wells', 'ann', :voted);
SELECT * FROM pg_temp.way('wells', 'bob', :opened);

-- ---- weights

-- A poll with a cap of two: bob may carry one other, and ann's turn is first; cid's backup leads to him as well, dan's to nobody.
\set r `build/sign ann 20 :aud delegate '{"scope":{},"to":["@bob"]}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 20 :aud delegate '{"scope":{},"to":[]}'`
SELECT commune.submit(:'r');
\set r `build/sign cid 20 :aud delegate '{"scope":{},"to":["@bob","@ann"]}'`
SELECT commune.submit(:'r');
\set r `build/sign dan 20 :aud delegate '{"scope":{},"to":["@bob","@eve","@cid"]}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 21 :aud poll '{"name":"capped","title":"x","options":["yes","no"],"method":"majority","params":{"running":true,"cap":2},"opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 22 :aud poll '{"name":"free","title":"x","options":["yes","no"],"method":"majority","params":{"running":true},"opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 23 :aud poll '{"name":"badly","title":"x","options":["yes","no"],"method":"majority","params":{"cap":0},"opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
SELECT commune.seal() > 0 AS sealed;
CREATE FUNCTION pg_temp.weights(poll text) RETURNS TABLE (name text, votes bigint, trusters bigint, counts boolean, through text) LANGUAGE sql AS $$
	SELECT w.name, m.votes, m.trusters, m.counts,
		(SELECT string_agg(format('%s %s as choice %s', f.name, t.votes, t.rank), ', ' ORDER BY f.name)
		FROM commune.trusters(poll, w.did::commune.did) t JOIN pg_temp.who f ON f.did = t.truster::text)
	FROM pg_temp.who w, commune.weight(poll, w.did::commune.did) m ORDER BY w.name $$;
-- Nobody votes: what would come to each if he did.
SELECT * FROM pg_temp.weights('capped');
SELECT commune.base64url(manifest) AS capped FROM commune.poll WHERE name = 'capped' \gset
\set r `build/sign bob 21 :aud ballot '{"poll":":capped","choice":{"option":1}}'`
SELECT commune.submit(:'r');
-- A block that is rolled back: the weights are those of the tables, before, within and after.
BEGIN;
SELECT commune.seal() > 0 AS sealed;
SELECT * FROM pg_temp.weights('capped') WHERE name = 'bob';
ROLLBACK;
SELECT * FROM pg_temp.weights('capped') WHERE name = 'bob';
SELECT commune.seal() > 0 AS sealed;
SELECT * FROM pg_temp.weights('capped');
SELECT * FROM pg_temp.way('capped', 'ann');
SELECT * FROM pg_temp.way('capped', 'cid');
SELECT * FROM pg_temp.way('capped', 'dan');
SELECT direct, represented, unrepresented, largest, nakamoto, effective FROM commune.outcome('capped');
SELECT * FROM pg_temp.weights('free');
-- In the poll with a window, bob and ann came late: their ballots count for themselves.
SELECT * FROM pg_temp.weights('wells');
SELECT * FROM commune.weight('capped', 'did:commune:abcdefghijklmnopqrstuvwxyz234567');
SELECT * FROM commune.trusters('capped', 'did:commune:abcdefghijklmnopqrstuvwxyz234567');
SELECT * FROM commune.weight(NULL, :'ann');
SELECT * FROM commune.trusters('capped', NULL);
\set VERBOSITY default
SELECT * FROM commune.weight('later', :'ann');
SELECT * FROM commune.trusters('none', :'ann');
\set VERBOSITY sqlstate

-- The same numbers from plain SQL: the query of docs/tally.md.
\set query `sed -n '/^WITH RECURSIVE poll AS/,/;$/p' docs/tally.md`
CREATE FUNCTION pg_temp.compare(poll text, query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'CREATE TEMP TABLE recount AS ' || replace(rtrim(query, E';\n'), '''budget''', quote_literal(poll));
	RETURN QUERY SELECT 'query: ' || r::text FROM (TABLE recount EXCEPT SELECT * FROM commune.tally(poll)) AS r;
	RETURN QUERY SELECT 'tally: ' || r::text FROM (SELECT * FROM commune.tally(poll) EXCEPT TABLE recount) AS r;
	RETURN QUERY SELECT count(*) || ' options' FROM recount;
	DROP TABLE recount;
END
$$;
SELECT p.name, c FROM commune.poll p, pg_temp.compare(p.name, :'query') AS c WHERE p.status = 'open' AND p.name <> 'capped' ORDER BY p.seq;

SELECT * FROM commune.verify();
SELECT * FROM commune.replay();
DROP EXTENSION commune;
DROP SCHEMA commune;
