-- poll: announcing, opening, and casting ballots.  Polls here opened in 1970 and close in 2100; tally has one that closes.
CREATE EXTENSION commune;
\set VERBOSITY sqlstate
\i test/found.psql

-- ---- announcing

\set r `build/sign eve 1 :aud poll '{"name":"p","title":"Which?","options":["a"],"method":"approval","opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 3 :aud poll '{"name":"P","title":"Which?","options":["a"],"method":"approval","opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 3 :aud poll '{"name":"p","title":"Which?","options":["a","a"],"method":"approval","opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 3 :aud poll '{"name":"p","title":"Which?","topic":"water","options":["a"],"method":"approval","opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 3 :aud poll '{"name":"p","title":"Which?","options":["a"],"method":"approval","opens":1,"closes":2}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 3 :aud poll '{"name":"p","title":"Which?","options":["a"],"method":"lottery","opens":1,"closes":4102444800}'`
\set VERBOSITY default
SELECT commune.submit(:'r');
\set r `build/sign ann 3 :aud poll '{"name":"p","title":"Which?","options":["a"],"method":"quadratic","opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set VERBOSITY sqlstate

\set r `build/sign ann 3 :aud topic '{"topic":"water"}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
\set r `build/sign ann 4 :aud poll '{"name":"budget","title":"Which wells?","text":"We have 100.","topic":"water","options":["north","south","east"],"method":"quadratic","params":{"seats":2,"credits":100},"quorum":[1,3],"opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 3 :aud poll '{"name":"board","title":"Who?","options":["x","y"],"method":"majority","opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 4 :aud poll '{"name":"later","title":"When?","options":["x","y"],"method":"approval","opens":4102444000,"closes":4102444800}'`
SELECT commune.submit(:'r');

-- A name is taken once, by the first in the register.
\set r `build/sign cid 3 :aud poll '{"name":"board","title":"Me!","options":["x"],"method":"majority","opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
SELECT seq, sqlstate FROM commune.verdict;
\set r `build/sign cid 4 :aud poll '{"name":"board","title":"Me!","options":["x"],"method":"majority","opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');

-- ---- opening: at the first block at or after opens

\x on
SELECT seq, author, extract(epoch FROM opens) AS opens, extract(epoch FROM closes) AS closes, due = closes AS due, opened,
	opened_at = (SELECT max("time") FROM commune.block) AS opened_now, closed, electorate, ballots, quorum_num, quorum_den, extensions,
	status, name, title, text, topic, options, method, params, commune.base64url(id) AS id,
	commune.base64url(manifest) AS manifest, result
FROM commune.poll WHERE name = 'budget';
SELECT body FROM commune.entry WHERE leaf = (SELECT manifest FROM commune.poll WHERE name = 'budget');
\x off
SELECT name, status, manifest IS NULL AS no_manifest, due = opens AS due FROM commune.poll ORDER BY seq;
SELECT id, polls FROM commune.member ORDER BY id;

-- The manifest is an entry, and its id the leaf hash of the entry.
SELECT p.name, e.leaf = sha256('\x00'::bytea || convert_to(E'commune/entry/1\n' || e.body, 'UTF8')) AS hashes,
	e.body::json->>'poll' = commune.base64url(a.leaf) AS names_the_act, m.index = p.opened AS at_its_index
FROM commune.poll p JOIN commune.entry e ON e.leaf = p.manifest JOIN commune.act a ON a.seq = p.seq,
	LATERAL commune.members(4) m WHERE m.seq = e.seq ORDER BY p.seq;

-- ---- ballots

SELECT commune.base64url(id) AS budget_id, commune.base64url(manifest) AS budget FROM commune.poll WHERE name = 'budget' \gset
SELECT commune.base64url(manifest) AS board FROM commune.poll WHERE name = 'board' \gset
SELECT commune.base64url(id) AS later FROM commune.poll WHERE name = 'later' \gset

-- Which poll: one by its manifest.
\set VERBOSITY default
\set r `build/sign ann 5 :aud ballot '{"poll":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","choice":{"option":1}}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 5 :aud ballot '{"poll":":budget_id","choice":{"votes":[1,2,3]}}'`
SELECT commune.submit(:'r');
\set VERBOSITY sqlstate
\set r `build/sign ann 5 :aud ballot '{"poll":":later","choice":{"votes":[1,0]}}'`
SELECT commune.submit(:'r');

-- Who: a member since before it opened.
\set r `build/sign eve 1 :aud ballot '{"poll":":budget","choice":{"votes":[1,2,3]}}'`
SELECT commune.submit(:'r');
\set r `build/sign dan 1 :aud join`
SELECT commune.submit(:'r');
SELECT commune.seal();
\set r `build/sign ann 5 :aud vouch '{"member":"@dan"}'`
SELECT commune.submit(:'r');
\set r `build/sign bob 5 :aud vouch '{"member":"@dan"}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
\set r `build/sign dan 2 :aud ballot '{"poll":":budget","choice":{"votes":[1,2,3]}}'`
SELECT commune.submit(:'r');

-- What.
\set VERBOSITY default
\set r `build/sign ann 6 :aud ballot '{"poll":":budget","choice":{"votes":[10,1,0]}}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 6 :aud ballot '{"poll":":budget","choice":{"votes":[1,2,3,4]}}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 6 :aud ballot '{"poll":":budget","choice":{"votes":[1,2]}}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 6 :aud ballot '{"poll":":budget","choice":{"option":1}}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 6 :aud ballot '{"poll":":budget","choice":[1,2,3]}'`
SELECT commune.submit(:'r');
\set VERBOSITY sqlstate
\set r `build/sign ann 6 :aud ballot '{"poll":":board","choice":{"option":3}}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 6 :aud ballot '{"poll":":board","choice":{"abstain":false}}'`
SELECT commune.submit(:'r');

-- By COPY, as ballots come from a counting house; a row that is refused fails its COPY.
\setenv BUDGET :budget
\setenv BOARD :board
\copy commune.act (record) FROM PROGRAM 'build/sign ann 6 "$AUD" ballot "{\"poll\":\"$BUDGET\",\"choice\":{\"votes\":[8,6,0]}}"; build/sign cid 4 "$AUD" ballot "{\"poll\":\"$BUDGET\",\"choice\":{\"votes\":[8,7,0]}}"'
SELECT count(*) FROM commune.act WHERE kind = 'ballot';
\copy commune.act (record) FROM PROGRAM 'build/sign ann 6 "$AUD" ballot "{\"poll\":\"$BUDGET\",\"choice\":{\"votes\":[8,6,0]}}"; build/sign cid 4 "$AUD" ballot "{\"poll\":\"$BUDGET\",\"choice\":{\"abstain\":true}}"; build/sign ann 7 "$AUD" ballot "{\"poll\":\"$BOARD\",\"choice\":{\"option\":2}}"'
SELECT count(*) FROM commune.act WHERE kind = 'ballot';
SELECT commune.seal();
SELECT p.name, b.member, b.seq, b.option, b.abstain, b.votes FROM commune.ballot b JOIN commune.poll p ON p.seq = b.poll ORDER BY p.name, member;

-- The last ballot counts, one a member.
\set r `build/sign ann 8 :aud ballot '{"poll":":budget","choice":{"votes":[0,0,10]}}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
SELECT p.name, b.member, b.seq, b.option, b.abstain, b.votes FROM commune.ballot b JOIN commune.poll p ON p.seq = b.poll ORDER BY p.name, member;
SELECT name, ballots FROM commune.poll ORDER BY name;

SELECT * FROM commune.verify();
SELECT * FROM commune.replay();
DROP EXTENSION commune;
DROP SCHEMA commune;
