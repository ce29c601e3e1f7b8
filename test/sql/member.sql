-- member: founding, joining, vouching, leaving, topics.  Acts are signed by build/sign (test/sign.c).
CREATE EXTENSION commune;
\set VERBOSITY sqlstate

-- ---- founding

-- Before a commune is founded there is nothing to do but to found one.
\set r `build/sign ann 1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA join`
SELECT commune.submit(:'r');
\set r `build/sign ann 1 '' charter '{"name":"Test","founders":["@ann","@bob"],"vouches":3,"rules":1}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 1 '' charter '{"name":"Test","founders":["@ann","@bob"],"vouches":1,"rules":2}'`
SELECT commune.submit(:'r');
\set r `build/sign cid 1 '' charter '{"name":"Test","founders":["@ann","@bob"],"vouches":1,"rules":1}'`
SELECT commune.submit(:'r');

-- Only the owner of the extension may: he says which commune this database is for.
\set r `build/sign ann 1 '' charter '{"name":"Other","founders":["@ann"],"vouches":1,"rules":1}'`
CREATE ROLE commune_test_carrier;
GRANT USAGE ON SCHEMA commune TO commune_test_carrier;
GRANT EXECUTE ON FUNCTION commune.submit(commune.jws), commune.nonce_key(bigint, commune.did) TO commune_test_carrier;
GRANT INSERT (record) ON commune.act TO commune_test_carrier;
SET ROLE commune_test_carrier;
\set VERBOSITY default
SELECT commune.submit(:'r');
\set VERBOSITY sqlstate
RESET ROLE;
DROP OWNED BY commune_test_carrier;
DROP ROLE commune_test_carrier;
SELECT count(*) FROM commune.act;

\i test/found.psql
SELECT seq, name, vouches, rules, pending_joins, acts_per_day, open_polls, identities, members, pending, founders FROM commune.charter;
SELECT id = (SELECT leaf FROM commune.act WHERE kind = 'charter') AS id_is_the_leaf_hash FROM commune.charter;
\set r `build/sign bob 3 '' charter '{"name":"Other","founders":["@bob"],"vouches":1,"rules":1}'`
\set VERBOSITY default
SELECT commune.submit(:'r');
\set r `build/sign bob 3 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA join`
SELECT commune.submit(:'r');
\set VERBOSITY sqlstate

-- ---- joining

-- Names for the DIDs.
\set ann `build/sign ann`
\set bob `build/sign bob`
\set cid `build/sign cid`
\set dan `build/sign dan`
\set eve `build/sign eve`
CREATE VIEW person AS SELECT m.id, n.name, m.status, m.since, m.vouches, m.nonce, m.profile
	FROM commune.member m JOIN (VALUES (:'ann'::commune.did, 'ann'), (:'bob', 'bob'), (:'cid', 'cid'), (:'dan', 'dan'), (:'eve', 'eve'))
	AS n (did, name) ON n.did::text = m.did::text;
SELECT * FROM person ORDER BY id;

\set r `build/sign ann 3 :aud join`
SELECT commune.submit(:'r');
\set r `build/sign dan 1 :aud join '{"profile":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"}'`
SELECT commune.submit(:'r');

-- What is submitted is checked against the last block: two of the same are both taken, the fold refuses the second.
\set r `build/sign dan 2 :aud join`
SELECT commune.submit(:'r');
SELECT commune.seal();
SELECT sqlstate FROM commune.verdict;
\set r `build/sign dan 3 :aud join`
SELECT commune.submit(:'r');
SELECT * FROM person WHERE name = 'dan';
SELECT pending, members FROM commune.charter;
\set r `build/sign dan 3 :aud topic '{"topic":"water"}'`
\set VERBOSITY default
SELECT commune.submit(:'r');
\set VERBOSITY sqlstate

-- ---- vouching

\set r `build/sign ann 3 :aud vouch '{"member":"@ann"}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 3 :aud vouch '{"member":"@dan","withdraw":true}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 3 :aud vouch '{"member":"@dan"}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
SELECT * FROM person WHERE name = 'dan';
\set r `build/sign ann 4 :aud vouch '{"member":"@dan"}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 3 :aud vouch '{"member":"@dan"}'`
SELECT commune.submit(:'r');
\set r `build/sign cid 3 :aud vouch '{"member":"@eve"}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
SELECT * FROM person ORDER BY id;
SELECT v.candidate, v.voucher, v.since FROM commune.vouch v ORDER BY candidate, voucher;
SELECT pending, members, identities FROM commune.charter;

-- ---- leaving

\set r `build/sign eve 1 :aud leave`
SELECT commune.submit(:'r');
\set r `build/sign cid 4 :aud leave`
SELECT commune.submit(:'r');
SELECT commune.seal();
SELECT * FROM person ORDER BY id;
SELECT v.candidate, v.voucher FROM commune.vouch v ORDER BY candidate, voucher;
\set r `build/sign cid 5 :aud join`
SELECT commune.submit(:'r');
SELECT commune.seal();
SELECT * FROM commune.membership ORDER BY member, since;

-- ---- topics

\set r `build/sign dan 3 :aud topic '{"topic":"wells","parent":"water"}'`
SELECT commune.submit(:'r');
\set r `build/sign dan 3 :aud topic '{"topic":"water"}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 4 :aud topic '{"topic":"water"}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
\set r `build/sign dan 4 :aud topic '{"topic":"wells","parent":"water"}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
SELECT * FROM commune.topic ORDER BY seq;
\set r `build/sign ann 5 :aud topic '{"topic":"water"}'`
SELECT commune.submit(:'r');
SELECT v.seq, a.kind, v.sqlstate FROM commune.verdict v JOIN commune.act a USING (seq) ORDER BY seq;

SELECT * FROM commune.verify();
SELECT * FROM commune.replay(true);
DROP VIEW person;
DROP EXTENSION commune;
DROP SCHEMA commune;
