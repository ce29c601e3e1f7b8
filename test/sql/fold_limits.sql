-- fold_limits: one transaction cannot bring more than the charter's limits let in.
CREATE EXTENSION commune;
\set VERBOSITY sqlstate
\set r `build/sign ann 1 '' charter '{"name":"Small","founders":["@ann"],"vouches":1,"limits":{"pending_joins":2,"acts_per_day":4},"rules":1}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
SELECT commune.base64url(id) AS aud FROM commune.charter \gset
\setenv AUD :aud

-- Strangers ask to join: two may wait.
BEGIN;
\set r `build/sign dan 1 :aud join`
SELECT commune.submit(:'r');
\set r `build/sign eve 1 :aud join`
SELECT commune.submit(:'r');
SELECT commune.submit(:'r');
\set r `build/sign fay 1 :aud join`
\set VERBOSITY default
SELECT commune.submit(:'r');
\set VERBOSITY sqlstate
ROLLBACK;
\copy commune.act (record) FROM PROGRAM 'for name in dan eve fay; do build/sign $name 1 "$AUD" join; done'
SELECT count(*) FROM commune.act;

-- Those of another transaction are not seen before they are sealed, and counted then.
\copy commune.act (record) FROM PROGRAM 'for name in dan eve; do build/sign $name 1 "$AUD" join; done'
\set r `build/sign fay 1 :aud join`
SELECT commune.submit(:'r');
SELECT commune.seal();
SELECT sqlstate FROM commune.verdict;
\set r `build/sign gus 1 :aud join`
SELECT commune.submit(:'r');

-- A member has four acts a day; the charter was one.
BEGIN;
\set r `build/sign ann 2 :aud join`
SELECT commune.submit(:'r') > 0 AS taken;
COMMIT;
SELECT commune.seal() > 0 AS sealed;
BEGIN;
\set r `build/sign ann 3 :aud topic '{"topic":"a"}'`
SELECT commune.submit(:'r') > 0 AS taken;
\set r `build/sign ann 4 :aud topic '{"topic":"b"}'`
SELECT commune.submit(:'r') > 0 AS taken;
\set r `build/sign ann 5 :aud topic '{"topic":"c"}'`
\set VERBOSITY default
SELECT commune.submit(:'r');
\set VERBOSITY sqlstate
ROLLBACK;
SELECT commune.submit(:'r') > 0 AS taken;
SELECT commune.seal() > 0 AS sealed;
SELECT acts, nonce FROM commune.member WHERE did::text = commune.signer(:'r')::text;
SELECT count(*) FROM commune.verify();
SELECT count(*) FROM commune.replay();

DROP EXTENSION commune;
DROP SCHEMA commune;
