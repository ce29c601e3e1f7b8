-- witness: checkpoints, the signing key, witnesses and their quorum, and what happens when two histories are signed.
CREATE EXTENSION commune;
\set VERBOSITY terse
SET commune.origin = 'example.org/log';

-- A folder that the server can write to and read from.
\set dir `mktemp -u`
\set make 'mkdir -m 700 ':dir
COPY (SELECT) TO PROGRAM :'make';
\set key :dir/key
\set state :dir/key.state
\set policy :dir/policy
\set put_key 'umask 077; cat >':key
\set put_state 'umask 077; cat >':state
\set put_policy 'cat >':policy

-- ---- before the first block there is nothing to sign

SELECT origin, follower, blocks, size, waiting, signing_key, signing_problem, signed_size, published_size, forks FROM commune.register_status;
SELECT commune.sign_checkpoint(), commune.checkpoint(), commune.checkpoint(false);

\set r `build/sign ann 1 '' charter '{"name":"Test","founders":["@ann"],"vouches":1,"rules":1}'`
BEGIN;
SELECT commune.submit(:'r') > 0 AS submitted;
SELECT waiting FROM commune.register_status;
ROLLBACK;

\i test/found.psql
SELECT max(seq) AS early FROM commune.act \gset

-- ---- without a key there are blocks and no checkpoints, and the status says so

SELECT origin, era, follower, blocks, size > blocks AS size, root = commune.root(size) AS root, waiting, signing_key, signing_problem, signed_size, published_size, cosigned_at, forks FROM commune.register_status;
SELECT commune.sign_checkpoint(), commune.checkpoint(), commune.checkpoint(false);
SELECT commune.receipt(:early) ~ E'\n\nexample.org/log\n[0-9]+\n[^\n]{44}\n$' AS unsigned;
\set r `build/sign ann 3 "$AUD" topic '{"topic":"a"}'`
SELECT commune.submit(:'r') > 0 AS submitted;
SELECT waiting FROM commune.register_status;
SELECT commune.seal() > 0 AS sealed;
SELECT waiting FROM commune.register_status;
SELECT * FROM commune.witnesses();
SELECT * FROM commune.witness_status;
\set VERBOSITY sqlstate
SELECT commune.add_checkpoint_request('w1');
SELECT commune.add_cosignatures('x');
SELECT commune.add_cosignatures(NULL), commune.add_checkpoint_request(NULL), commune.witness_saw(NULL);

-- ---- a key that cannot be used

SET commune.signing_key_file = :'key';
SELECT commune.sign_checkpoint();
SELECT signing_key, signing_problem LIKE '%No such file%' AS problem FROM commune.register_status;
\set text `build/note file log example.org/log`
\set loose 'umask 022; cat >':key
COPY (SELECT :'text') TO PROGRAM :'loose';
SELECT commune.sign_checkpoint();
SELECT signing_key, signing_problem LIKE '%Others may read%' AS problem FROM commune.register_status;
\set remove 'rm ':key
COPY (SELECT) TO PROGRAM :'remove';
COPY (SELECT 'no key') TO PROGRAM :'put_key';
SELECT commune.sign_checkpoint();
SELECT signing_key, signing_problem LIKE '%holds no signing key%' AS problem FROM commune.register_status;
\set text `build/note file log example.org/other`
COPY (SELECT :'text') TO PROGRAM :'put_key';
\set VERBOSITY default
SELECT commune.sign_checkpoint();
SELECT signing_key, signing_problem FROM commune.register_status;
\set VERBOSITY sqlstate
\set text `build/note file witness example.org/log`
COPY (SELECT :'text') TO PROGRAM :'put_key';
SELECT commune.sign_checkpoint();
SELECT signing_key, signing_problem FROM commune.register_status;
SELECT commune.checkpoint(false);

-- ---- without a policy what is signed is published

\set text `build/note file log example.org/log`
COPY (SELECT :'text') TO PROGRAM :'put_key';
SELECT signing_key, signing_problem FROM commune.register_status;
SELECT commune.sign_checkpoint() = (SELECT max(size) FROM commune.block) AS signed;
SELECT commune.sign_checkpoint() = (SELECT max(size) FROM commune.block) AS signed_already;
SELECT count(*), bool_and(published_at >= signed_at) AS published, bool_and(note = commune.checkpoint()) AS note FROM commune.checkpoint;
SELECT regexp_replace(commune.checkpoint(), '\n.*', '', 's') AS origin, split_part(commune.checkpoint(), E'\n', 2)::bigint = size AS size,
	decode(split_part(commune.checkpoint(), E'\n', 3), 'base64') = root AS root, split_part(commune.checkpoint(), E'\n', 4) AS empty_line,
	split_part(commune.checkpoint(), E'\n', 5) LIKE '_ example.org/log ____________%' AS signature, split_part(commune.checkpoint(), E'\n', 6) AS rest
FROM commune.block ORDER BY number DESC LIMIT 1;
SELECT pg_read_file(:'state') || E'\n' = left(commune.checkpoint(), strpos(commune.checkpoint(), E'\n\n') + 1) AS state;
SELECT right(commune.receipt(:early), length(commune.checkpoint())) = commune.checkpoint() AS signed_receipt,
	commune.receipt(:early) = commune.receipt(:early) AS same;
SELECT commune.checkpoint() AS old \gset

-- ---- policies

SET commune.policy_file = :'policy';
SELECT * FROM commune.witnesses();
COPY (SELECT 'quorum nobody') TO PROGRAM :'put_policy';
\set VERBOSITY default
SELECT * FROM commune.witnesses();
\set VERBOSITY sqlstate
\set log `build/note key log example.org/log`
\set w1 `build/note key witness w.example/1`
\set w2 `build/note key witness w.example/2`
\set w3 `build/note key witness w.example/3`
COPY (SELECT unnest(ARRAY['log ' || :'log', 'witness w1 ' || :'w1', 'witness w2 ' || :'w2' || ' https://w.example/2', 'witness w3 ' || :'w3', '# class w3 mirror',
	'group all 2 w1 w2 w3', 'quorum most'])) TO PROGRAM :'put_policy';
SELECT * FROM commune.witness_status;
COPY (SELECT unnest(ARRAY['log ' || :'log', 'witness w1 ' || :'w1', 'witness w2 ' || :'w2' || ' https://w.example/2', 'witness w3 ' || :'w3', '# class w3 mirror',
	'group most 2 w1 w2 w3', 'quorum most'])) TO PROGRAM :'put_policy';
SELECT * FROM commune.witnesses();
SELECT * FROM commune.witness_status WHERE behind > 0 ORDER BY name;

-- ---- a signed checkpoint waits for its quorum

\set r `build/sign ann 4 "$AUD" topic '{"topic":"b"}'`
SELECT commune.submit(:'r') AS late \gset
SELECT commune.seal() > 0 AS sealed;
SELECT commune.sign_checkpoint() AS size \gset
SELECT commune.checkpoint() = :'old' AS published_before, commune.checkpoint(false) <> :'old' AS signed,
	(SELECT published_at FROM commune.checkpoint WHERE size = :size) AS published_at;
SELECT signed_size = :size AS signed, published_size < :size AS published FROM commune.register_status;
SELECT commune.receipt(:late);
SELECT right(commune.receipt(:early), length(:'old')) = :'old' AS signed_receipt;

-- What a witness is sent.
SELECT commune.add_checkpoint_request('nobody');
SELECT commune.add_checkpoint_request('most');
SELECT commune.add_checkpoint_request('w1') = E'old 0\n\n' || commune.checkpoint(false) AS from_nothing;
SELECT commune.add_checkpoint_request('w1', 0) = commune.add_checkpoint_request('w1') AS from_0;
SELECT split_part(commune.add_checkpoint_request('w1', 3), E'\n\n', 1) ~ E'^old 3\n([^\n]{44}\n?)+$' AS from_3;
SELECT commune.add_checkpoint_request('w1', :size) = 'old ' || :size || E'\n\n' || commune.checkpoint(false) AS from_the_same;
SELECT commune.add_checkpoint_request('w1', :size + 1);
SELECT commune.add_checkpoint_request('w1', -1);

-- What it answers.
SELECT commune.checkpoint(false) AS note \gset
\setenv NOTE :note
\setenv OLD :old
SELECT commune.add_cosignatures('');
SELECT commune.add_cosignatures(E'\n');
SELECT commune.add_cosignatures('no signature');
\set line `printf %s "$OLD" | build/note cosign w.example/1 $(date +%s)`
SELECT commune.add_cosignatures(:'line');
\set line `printf %s "$NOTE" | build/note cosign w.example/4 $(date +%s)`
SELECT commune.add_cosignatures(:'line');
\set line `printf %s "$NOTE" | build/note cosign w.example/1 $(($(date +%s) + 400))`
SELECT commune.add_cosignatures(:'line');
SELECT commune.add_cosignatures(substr(:'note', strpos(:'note', E'\n\n') + 2));
\set line `printf %s "$NOTE" | build/note cosign w.example/1 $(($(date +%s) - 100))`
SELECT commune.add_cosignatures(:'line', :size + 1);
SELECT commune.add_cosignatures(replace(:'line', 'w.example/1', 'w.example/2'));
SELECT count(*) FROM commune.cosignature;
SELECT commune.add_cosignatures(:'line');
SELECT commune.add_cosignatures(:'line');
SELECT commune.add_cosignatures(:'line' || E'\n', :size);
SELECT size = :size AS size, witness, line = :'line' AS line, at BETWEEN now() - interval '110 s' AND now() - interval '90 s' AS at FROM commune.cosignature;
SELECT commune.checkpoint() = :'old' AS published_before, commune.checkpoint(false) = :'note' || :'line' || E'\n' AS signed;
SELECT name, class, url, size = :size AS size, at IS NULL AS never, behind FROM commune.witness_status WHERE name = 'w1';

-- A minute later it is asked again; then it is left alone for a minute.
SELECT commune.add_checkpoint_request('w1') = 'old ' || :size || E'\n\n' || :'note' AS again;
\set line `printf %s "$NOTE" | build/note cosign w.example/1 $(date +%s)`
SELECT commune.add_cosignatures(:'line');
SELECT commune.add_checkpoint_request('w1') IS NULL AS nothing_to_ask, commune.add_checkpoint_request('w1', :size) IS NULL AS nothing_either,
	commune.add_checkpoint_request('w1', 3) IS NOT NULL AS it_lost_its_state;
SELECT count(*), count(DISTINCT line) FROM commune.cosignature;
SELECT commune.checkpoint(false) = :'note' || :'line' || E'\n' AS newest_alone;

-- The second one makes the quorum, the third adds to it.
\set other `printf %s "$NOTE" | build/note cosign w.example/3 $(date +%s)`
\set last `printf %s "$NOTE" | build/note cosign w.example/2 $(date +%s)`
SELECT commune.add_cosignatures(:'line' || E'\n' || :'other' || E'\n');
SELECT commune.checkpoint() = :'note' || :'line' || E'\n' || :'other' || E'\n' AS published,
	(SELECT published_at >= signed_at FROM commune.checkpoint WHERE size = :size) AS at;
SELECT published_at AS published_at FROM commune.checkpoint WHERE size = :size \gset
SELECT commune.add_cosignatures(:'last');
SELECT commune.checkpoint() = :'note' || :'line' || E'\n' || :'last' || E'\n' || :'other' || E'\n' AS published,
	(SELECT published_at = :'published_at' FROM commune.checkpoint WHERE size = :size) AS still;
SELECT right(commune.receipt(:late), length(commune.checkpoint())) = commune.checkpoint() AS receipt;
SELECT published_size = :size AS published, cosigned_at > now() - interval '1 minute' AS fresh FROM commune.register_status;
SELECT name, class, size = :size AS size, behind FROM commune.witness_status ORDER BY name;

-- The next request proves consistency from what was seen.
\set r `build/sign ann 5 "$AUD" topic '{"topic":"c"}'`
SELECT commune.submit(:'r') > 0 AS submitted;
SELECT commune.seal() > 0 AS sealed;
SELECT commune.sign_checkpoint() AS next \gset
SELECT commune.add_checkpoint_request('w2') AS request \gset
SELECT split_part(:'request', E'\n', 1) = 'old ' || :size AS old, split_part(:'request', E'\n\n', 2) || E'\n\n' || split_part(:'request', E'\n\n', 3) = commune.checkpoint(false) AS note,
	commune.verify_consistency(:size, :next, commune.root(:size), commune.root(:next), p) AS proof
FROM (SELECT array_agg(decode(line, 'base64') ORDER BY i) FROM regexp_split_to_table(split_part(:'request', E'\n\n', 1), E'\n') WITH ORDINALITY AS l (line, i) WHERE i > 1) AS x (p);
SELECT name, behind = :next - :size AS behind FROM commune.witness_status ORDER BY name;

-- A cosignature of the checkpoint before is still taken.
\set line `printf %s "$NOTE" | build/note cosign w.example/2 $(($(date +%s) + 1))`
SELECT commune.add_cosignatures(:'line');
SELECT commune.add_cosignatures(:'line', :size);

-- Somebody who is no longer in the policy counts no more.
COPY (SELECT unnest(ARRAY['log ' || :'log', 'witness w1 ' || :'w1', 'witness w2 ' || :'w2', 'group most all w1 w2', 'quorum most'])) TO PROGRAM :'put_policy';
SELECT name, class, key IS NULL AS no_key FROM commune.witness_status ORDER BY name;
SELECT commune.add_cosignatures(:'other', :size);

-- ---- who signed what at which size is kept outside of the database

SELECT pg_read_file(:'state') AS kept \gset
SELECT split_part(:'kept', E'\n', 2)::bigint = :next AS kept_size;
\set r `build/sign ann 6 "$AUD" topic '{"topic":"d"}'`
SELECT commune.submit(:'r') > 0 AS submitted;
SELECT commune.seal() > 0 AS sealed;
COPY (SELECT unnest(ARRAY['example.org/log', '1000000', encode(commune.root(3), 'base64')])) TO PROGRAM :'put_state';
SELECT commune.sign_checkpoint();
COPY (SELECT unnest(ARRAY['example.org/log', '4', encode(commune.root(3), 'base64')])) TO PROGRAM :'put_state';
SELECT commune.sign_checkpoint();
COPY (SELECT unnest(ARRAY['example.org/other', '3', encode(commune.root(3), 'base64')])) TO PROGRAM :'put_state';
SELECT commune.sign_checkpoint();
COPY (SELECT 'nothing') TO PROGRAM :'put_state';
SELECT commune.sign_checkpoint();
SELECT max(size) = :next AS nothing_signed FROM commune.checkpoint;
COPY (SELECT unnest(ARRAY['example.org/log', '3', encode(commune.root(3), 'base64')])) TO PROGRAM :'put_state';
SELECT commune.sign_checkpoint() > :next AS signed;

-- ---- histories that were witnessed elsewhere

\set VERBOSITY sqlstate
SELECT commune.witness_saw('x');
SELECT commune.witness_saw(:'old');
\set line `printf %s "$NOTE" | build/note cosign w.example/1 $(date +%s)`
SELECT commune.witness_saw(:'note' || :'line' || E'\n') AS contained;

-- Not signed by this log, or by its key and about another log.
\set other `build/note checkpoint example.org/other 3 $(printf %064d 7)`
\setenv OTHER :other
\set line `printf '%s\n' "$OTHER" | build/note cosign w.example/1 $(date +%s)`
SELECT commune.witness_saw(:'other' || E'\n' || :'line' || E'\n');
SELECT commune.witness_saw(regexp_replace(:'note', E'\n\n.*', E'\n\n') || :'line' || E'\n');
\set line `printf %s "$NOTE" | build/note cosign w.example/1 $(date +%s)`
SELECT commune.witness_saw(regexp_replace(:'note', E'\n\n.*', E'\n\n') || :'line' || E'\n');
RESET commune.signing_key_file;
SELECT commune.witness_saw(:'note' || :'line' || E'\n') AS contained_by_the_policy;
COPY (SELECT unnest(ARRAY['witness w1 ' || :'w1', 'quorum w1'])) TO PROGRAM :'put_policy';
SELECT commune.witness_saw(:'note' || :'line' || E'\n');
SET commune.signing_key_file = :'key';
SELECT commune.witness_saw(:'note' || :'line' || E'\n') AS contained_by_the_key;
SELECT * FROM commune.fork_evidence;

-- Another root at a size that was signed here: kept as evidence, and there are no more blocks.
\setenv SIZE :size
\set fork `build/note checkpoint example.org/log $SIZE $(printf '%064d' 7)`
\setenv FORK :fork
\set line `printf '%s\n' "$FORK" | build/note cosign w.example/1 $(date +%s)`
\set VERBOSITY terse
SELECT commune.witness_saw(:'fork' || E'\n' || :'line' || E'\n') AS contained;
SELECT id, note_a = :'note' AS ours, note_b = :'fork' || E'\n' || :'line' || E'\n' AS theirs FROM commune.fork_evidence;
SELECT forks FROM commune.register_status;
\set VERBOSITY sqlstate
SELECT commune.seal();

-- A size that was not signed here: what was signed next contradicts it.
\set fork `build/note checkpoint example.org/log 2 $(printf '%064d' 7)`
\setenv FORK :fork
\set line `printf '%s\n' "$FORK" | build/note cosign w.example/1 $(date +%s)`
SELECT commune.witness_saw(:'fork' || E'\n' || :'line' || E'\n') AS contained;
SELECT id, note_a = :'old' AS ours, note_b = :'fork' || E'\n' || :'line' || E'\n' AS theirs FROM commune.fork_evidence WHERE id = 2;
SELECT commune.seal();

-- The witness goes on with this history: so do we.
SELECT commune.checkpoint(false) AS note \gset
\setenv NOTE :note
\set line `printf %s "$NOTE" | build/note cosign w.example/1 $(date +%s)`
SELECT commune.add_cosignatures(:'line');
SELECT commune.seal();
SELECT forks FROM commune.register_status;

-- A witness that has seen more than there is: this copy has lost history.
\set ahead `build/note checkpoint example.org/log 1000000 $(printf '%064d' 7)`
\setenv AHEAD :ahead
\set line `printf '%s\n' "$AHEAD" | build/note cosign w.example/1 $(date +%s)`
SELECT commune.witness_saw(:'ahead' || E'\n' || :'line' || E'\n') AS contained;
SELECT count(*) FROM commune.fork_evidence;
\set VERBOSITY default
SELECT commune.seal();
SELECT commune.add_checkpoint_request('w1');
\set VERBOSITY sqlstate

-- ---- nobody else writes, and who may do what

INSERT INTO commune.checkpoint SELECT * FROM commune.checkpoint;
UPDATE commune.checkpoint SET published_at = now();
DELETE FROM commune.cosignature;
TRUNCATE commune.witness_seen;
DELETE FROM commune.fork_evidence;
CREATE ROLE commune_test_user;
SET ROLE commune_test_user;
SET commune.signing_key_file = '';
SET commune.policy_file = '';
SHOW commune.signing_key_file;
SELECT * FROM commune.register_status;
SELECT commune.add_cosignatures('x');
RESET ROLE;
DROP ROLE commune_test_user;

\set remove 'rm -r ':dir
COPY (SELECT) TO PROGRAM :'remove';
DROP EXTENSION commune;
DROP SCHEMA commune;
