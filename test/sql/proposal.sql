-- proposal: a proposal goes from its author to what it does, by policies that the charter brings.
CREATE EXTENSION commune;
\set VERBOSITY sqlstate

-- ---- a commune whose polls take 4 seconds, and 94 on a server under valgrind

\set voting `expr 0${WRAPPER:+9}4 + 0`
\set r `build/sign ann 1 '' charter '{"name":"Test","founders":["@ann","@bob","@cid"],"vouches":2,"rules":1,"policies":{"bad":{"level":9}}}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 1 '' charter '{"name":"Test","founders":["@ann","@bob","@cid"],"vouches":2,"rules":1,"policies":{"quick":{"level":3,"approval":[1,2],"discussion":0,"verification":0,"voting"::voting}}}'`
SELECT commune.submit(:'r') > 0 AS submitted;
SELECT commune.seal();
SELECT commune.base64url(id) AS aud FROM commune.charter \gset
\setenv AUD :aud
\copy commune.act (record) FROM PROGRAM 'for name in ann bob cid; do build/sign $name 2 "$AUD" join; done'
SELECT commune.seal();
SELECT name, version, level, body->>'mode' AS mode, proposal, until FROM commune.policy ORDER BY name;

-- ---- refused at submit

\set r `build/sign dan 1 "$AUD" propose '{"name":"a","title":"A","policy":"quick"}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 3 "$AUD" propose '{"name":"a","title":"A","policy":"slow"}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 3 "$AUD" propose '{"name":"a","title":"A","policy":"poll","plan":[{"do":"publish","title":"x"}]}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 3 "$AUD" propose '{"name":"a","title":"A","policy":"quick","plan":[{"do":"policy.set","policy":"law","body":{"level":4}}]}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 3 "$AUD" support '{"proposal":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}'`
SELECT commune.submit(:'r');

-- ---- proposed, voted on, carried out

\set r `build/sign ann 3 "$AUD" propose '{"name":"wells","title":"Dig a well","text":"North of the mill.","policy":"quick","plan":[{"do":"publish","title":"A well is dug"}]}'`
SELECT commune.submit(:'r') > 0 AS submitted;
SELECT commune.seal();
SELECT name, status, policy, supporters, poll FROM commune.docket;
SELECT seq < 0 AS of_the_engine, status, options, method, electorate FROM commune.poll;
SELECT e.body::json->'proposals'->0->>'id' = commune.base64url(p.id) AS id, e.body::json->'proposals'->0->>'plan' = commune.base64url(p.plan_hash) AS plan,
	e.body::json->>'policy' = commune.base64url(pg_catalog.sha256(pg_catalog.convert_to(p.terms::text, 'UTF8'))) AS policy
	FROM commune.entry e, commune.proposal p WHERE e.kind = 'open';
-- What it would do: in sentences, and in rows of which nothing stays.
SELECT * FROM commune.plan('wells');
SELECT p."table", p."column", p.before, p.after FROM commune.preview('wells') p WHERE p."column" NOT IN ('published_at', 'since');
SELECT count(*) FROM commune.resolution;
SELECT * FROM commune.preview('nothing');

SELECT commune.base64url(manifest) AS manifest FROM commune.poll \gset
\setenv MANIFEST :manifest
\copy commune.act (record) FROM PROGRAM 'for name in ann bob; do build/sign $name 4 "$AUD" ballot "{\"poll\":\"$MANIFEST\",\"choice\":{\"option\":1}}"; done'
SELECT commune.seal();
SELECT pg_catalog.pg_sleep(:voting);
SELECT commune.seal();
SELECT status FROM commune.docket;
SELECT commune.seal();
SELECT status, yes, no, abstained, electorate, eta IS NOT NULL AS has_eta FROM commune.docket;
SELECT commune.seal();
SELECT status, reason, until FROM commune.docket;
SELECT title FROM commune.resolution;
SELECT e.kind, e.body::json->>'to' AS phase, e.body::json->>'reason' AS reason FROM commune.entry e WHERE kind IN ('phase', 'open', 'close', 'result', 'decide', 'execute')
	ORDER BY seq;

-- ---- what other rules would have decided

SELECT proposal, policy_then, yes, no, abstained, electorate, cleared, would_clear FROM commune.backtest('constitution', '-infinity', 'infinity');
SELECT proposal, cleared, would_clear FROM commune.backtest('{"level":3,"approval":[1,1]}', '-infinity', 'infinity');
SELECT proposal FROM commune.backtest('{"level":3,"approval":[1,1]}', '-infinity', '2020-01-01');
SELECT commune.backtest('nothing', '-infinity', 'infinity');
SELECT commune.backtest('{"level":3}', '-infinity', 'infinity');

-- ---- nothing of it was written by anybody else, and everybody computes the same

UPDATE commune.proposal SET yes = 3;
DELETE FROM commune.policy;
SELECT * FROM commune.verify();
SELECT * FROM commune.replay();
DROP EXTENSION commune;
