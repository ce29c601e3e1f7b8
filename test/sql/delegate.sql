-- delegate: the commune's own delegations.  Whom they lead to is counted in tally.
CREATE EXTENSION commune;
\set VERBOSITY sqlstate
\i test/found.psql
\set r `build/sign ann 3 :aud topic '{"topic":"water"}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 4 :aud poll '{"name":"open","title":"x","options":["x"],"method":"approval","opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 5 :aud poll '{"name":"later","title":"x","options":["x"],"method":"approval","opens":4102444000,"closes":4102444800}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
SELECT commune.base64url(id) AS open FROM commune.poll WHERE name = 'open' \gset
SELECT commune.base64url(id) AS later FROM commune.poll WHERE name = 'later' \gset

-- ---- refused

\set r `build/sign eve 1 :aud delegate '{"scope":{},"to":["@ann"]}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 3 :aud delegate '{"scope":{},"to":"@ann"}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 3 :aud delegate '{"scope":{},"to":["@a","@b","@c","@d","@e","@f"]}'`
SELECT commune.submit(:'r');
\set VERBOSITY default
\set r `build/sign bob 3 :aud delegate '{"scope":{},"to":["@ann","@bob"]}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 3 :aud delegate '{"scope":{},"to":["@ann","@cid","@ann"]}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 3 :aud delegate '{"scope":{"topic":"wells"},"to":["@ann"]}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 3 :aud delegate '{"scope":{"poll":":open"},"to":["@ann"]}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 3 :aud delegate '{"scope":{"country":"all"},"to":["@ann"]}'`
SELECT commune.submit(:'r');
\set VERBOSITY sqlstate
\set r `build/sign bob 3 :aud delegate '{"scope":{},"to":["@ann"],"until":1767225600}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 3 :aud delegate '{"scope":{},"to":["@ann"],"until":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 3 :aud delegate '{"scope":{},"to":["@ann"],"must_vote":[2]}'`
SELECT commune.submit(:'r');

-- ---- taken

\set r `build/sign bob 3 :aud delegate '{"scope":{},"to":["@ann","@stranger"],"must_vote":[2]}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 4 :aud delegate '{"scope":{"topic":"water"},"to":[],"until":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 5 :aud delegate '{"scope":{"poll":":later"},"to":["@cid"]}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
SELECT truster, scope, trustees, must_vote, since, until FROM commune.delegation ORDER BY scope;
-- A list that names somebody ends by itself.
SELECT scope, CASE WHEN trustees = '{}' THEN extract(epoch FROM expires) ELSE extract(epoch FROM expires - b.time) / 86400 END::bigint AS ends
FROM commune.delegation d JOIN commune.block b ON d.since BETWEEN b.first AND b.size - 1 ORDER BY scope;
SELECT id, status FROM commune.member ORDER BY id;

-- A list replaces the one before; the past is kept.
\set r `build/sign bob 6 :aud delegate '{"scope":{},"to":["@cid","@ann"]}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
SELECT truster, scope, trustees, since, until FROM commune.delegation ORDER BY scope, since;
SELECT scope, trustees FROM commune.delegation WHERE until IS NULL ORDER BY scope;

-- What was in force at the opening is committed to by the manifest: nobody delegated then.
SELECT body::json->>'delegations' = commune.base64url(sha256('')) AS of_nobody
FROM commune.entry e JOIN commune.poll p ON p.manifest = e.leaf WHERE name = 'open';

SELECT * FROM commune.verify();
SELECT * FROM commune.replay();
DROP EXTENSION commune;
DROP SCHEMA commune;
