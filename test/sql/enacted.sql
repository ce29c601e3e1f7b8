-- enacted: laws come into force by decision, and do by themselves what they were given, and no more.
CREATE EXTENSION commune;
\set VERBOSITY sqlstate
SET client_min_messages = warning;
SELECT commune.create_roles();
RESET client_min_messages;

-- ---- a commune whose polls take 4 seconds, and 94 on a server under valgrind

\set voting `expr 0${WRAPPER:+9}4 + 0`
\set r `build/sign ann 1 '' charter '{"name":"Test","founders":["@ann","@bob","@cid"],"vouches":2,"rules":1,"policies":{"quick":{"level":3,"approval":[1,2],"discussion":0,"verification":0,"kinds":3,"voting"::voting}}}'`
SELECT commune.submit(:'r') > 0 AS submitted;
SELECT commune.seal();
SELECT commune.base64url(id) AS aud FROM commune.charter \gset
\setenv AUD :aud
\copy commune.act (record) FROM PROGRAM 'for name in ann bob cid; do build/sign $name 2 "$AUD" join; done'
SELECT commune.seal();

-- ---- the texts

-- A law that answers topics with a notice, and a number that it goes by; another one that wants more than it was given.
\set law '# Notices\\n## Article 1\\nA new topic is announced.\\n```law announce\\non event topic\\nmay publish at most 3 per run\\nselect law.publish(\\u0027Topics\\u0027, \\u0027There are \\u0027 || law.text(count(*)) || \\u0027 topics.\\u0027) from law.topics\\n```\\n```law-test announce\\ngiven law.topics (topic): (\\u0027a\\u0027), (\\u0027b\\u0027)\\nexpect publish(\\u0027Topics\\u0027, \\u0027There are 2 topics.\\u0027)\\n```\\n'
\set greedy '# Greed\\n## Article 1\\nIt may speak, and pays.\\n```law pays\\non event topic\\nmay publish\\nselect law.pay(m.id, 10, \\u0027for the author\\u0027) from law.members m\\n```\\n'
\set bad '# Bad\\n## Article 1\\nIt looks where it may not.\\n```law looks\\non event topic\\nmay publish\\nselect law.publish(a.kind, a.kind) from commune.act a\\n```\\n'

-- What cannot be a law is refused when it is proposed for the vote: the proposal comes back with the reason.
\set r `build/sign ann 3 "$AUD" propose '{"name":"bad","title":"Look","policy":"quick","plan":[{"do":"law.enact","name":"bad","text":":bad"}]}'`
SELECT commune.submit(:'r') > 0 AS submitted;
SELECT commune.seal();
SELECT commune.seal();
SELECT commune.seal();
SELECT name, status, reason FROM commune.proposal ORDER BY name;

-- ---- two laws by one decision

\set r `build/sign ann 4 "$AUD" propose '{"name":"notices","title":"Announce topics","policy":"quick","plan":[{"do":"law.enact","name":"notices","text":":law"},{"do":"law.enact","name":"greed","text":":greedy"}]}'`
SELECT commune.submit(:'r') > 0 AS submitted;
SELECT commune.seal();
SELECT status FROM commune.proposal WHERE name = 'notices';
SELECT commune.seal();
SELECT status, closure IS NOT NULL AS has_closure FROM commune.proposal WHERE name = 'notices';
SELECT commune.base64url(manifest) AS manifest FROM commune.poll \gset
\setenv MANIFEST :manifest
\copy commune.act (record) FROM PROGRAM 'for name in ann bob; do build/sign $name 5 "$AUD" ballot "{\"poll\":\"$MANIFEST\",\"choice\":{\"option\":1}}"; done'
SELECT commune.seal();
SELECT pg_catalog.pg_sleep(:voting);
SELECT commune.seal();
SELECT commune.seal();
SELECT commune.seal();
SELECT status, reason FROM commune.proposal WHERE name = 'notices';
SELECT name, level, version, status, title, closure IS NULL AS never_run FROM commune.law ORDER BY seq;
SELECT r.name, r.event, r.status, r.due, r.runs FROM commune.law_rule r ORDER BY seq;

-- ---- they run by themselves

\set r `build/sign ann 6 :aud topic '{"topic":"water"}'`
SELECT commune.submit(:'r') > 0 AS submitted;
SELECT commune.seal() > 0 AS sealed;
SELECT r.name, r.due IS NOT NULL AS due FROM commune.law_rule r ORDER BY seq;
SELECT commune.seal() > 0 AS sealed;
SELECT title, text FROM commune.resolution;
SELECT r.name, r.due IS NOT NULL AS again, r.runs, r.failures FROM commune.law_rule r ORDER BY seq;
SELECT name, actions, error, message FROM commune.law_run ORDER BY since;
SELECT body::json->'outcome'->'actions' AS actions, body::json->'subject' AS subject FROM commune.entry WHERE kind = 'evaluation' AND body LIKE '%"kind":"law"%There are%';
SELECT commune.seal() > 0 AS sealed;

-- ---- what a superuser puts in the way of it

-- Another definition of a view that the law reads: the law rests on something else now, and does nothing.
CREATE OR REPLACE VIEW law.topics WITH (security_barrier = true) AS SELECT 'forged'::text COLLATE "C" AS topic, NULL::text COLLATE "C" AS parent;
\set r `build/sign ann 7 :aud topic '{"topic":"wells","parent":"water"}'`
SELECT commune.submit(:'r') > 0 AS submitted;
SELECT commune.seal() > 0 AS sealed;
SELECT commune.seal() > 0 AS sealed;
SELECT name, actions, error FROM commune.law_run ORDER BY since DESC LIMIT 1;
SELECT count(*) FROM commune.resolution;

-- ---- everybody computes the same

SELECT * FROM commune.verify() WHERE kind <> 'trigger';
SELECT * FROM commune.replay();
SELECT count(*) FROM commune.as_of(NULL::commune.law, 1);
UPDATE commune.law SET status = 'repealed';
DROP OWNED BY commune_reader, commune_submit, commune_operator, commune_witness, commune_law;
DROP ROLE commune_reader, commune_submit, commune_operator, commune_witness, commune_law;
DROP EXTENSION commune;
DROP SCHEMA commune;
