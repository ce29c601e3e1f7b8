-- base_roles: the group roles, and what each may do.
CREATE EXTENSION commune;
\set VERBOSITY terse
\i test/found.psql
\set r `build/sign ann 3 :aud topic '{"topic":"a"}'`
\set s `build/sign bob 3 :aud topic '{"topic":"b"}'`
\set t `build/sign cid 3 :aud topic '{"topic":"c"}'`

-- Nobody may do anything yet.
CREATE ROLE commune_test_nobody;
SET ROLE commune_test_nobody;
SELECT count(*) FROM commune.act;
SELECT commune.submit(:'r');
RESET ROLE;
SELECT commune.create_roles();
SELECT commune.create_roles();
SELECT rolname, rolcanlogin, rolsuper, rolcreaterole, rolinherit FROM pg_roles WHERE rolname IN ('commune_reader', 'commune_submit', 'commune_operator', 'commune_witness', 'commune_law') ORDER BY 1;
SET ROLE commune_test_nobody;
SELECT count(*) FROM commune.act;
SELECT commune.create_roles();
RESET ROLE;

-- ---- who submits: acts, one by one and in bulk, and what becomes of them

CREATE ROLE commune_test_carrier IN ROLE commune_submit;
SET ROLE commune_test_carrier;
SELECT commune.submit(:'r') AS seq \gset
INSERT INTO commune.act (record) VALUES (:'s');
\copy commune.act (record) FROM PROGRAM 'build/sign cid 3 "$AUD" topic "{\"topic\":\"c\"}"'
SELECT commune.submit(:'t') - :seq AS same_again;
SELECT commune.await(:seq, '0');
INSERT INTO commune.act (record, seq) VALUES (:'s', 1);
INSERT INTO commune.act (record) VALUES (:'s') RETURNING seq;
SELECT count(*) FROM commune.act;
SELECT commune.seal();
UPDATE commune.act SET seq = 0;
SELECT * FROM commune.verify();
RESET ROLE;

-- ---- who operates: blocks

SET ROLE commune_operator;
SELECT commune.seal() > 0 AS sealed;
SELECT commune.submit(:'r');
SELECT count(*) FROM commune.act;
SELECT commune.sign_checkpoint();
SELECT commune.promote('I like it');
RESET ROLE;

-- ---- who carries checkpoints to witnesses and their answers back

SET ROLE commune_witness;
SELECT commune.checkpoint();
SELECT commune.add_checkpoint_request('nobody');
SELECT commune.add_cosignatures('x');
SELECT commune.witness_saw('x');
SELECT commune.sign_checkpoint();
SELECT count(*) FROM commune.act;
RESET ROLE;

SET ROLE commune_test_carrier;
SELECT commune.await(:seq);
SELECT split_part(commune.receipt(:seq), E'\n', 1) AS receipt;
RESET ROLE;

-- ---- who reads: everything, and checks it

CREATE ROLE commune_test_analyst IN ROLE commune_reader;
SET ROLE commune_test_analyst;
SELECT topic FROM commune.topic ORDER BY topic;
SELECT relname FROM pg_class
WHERE relnamespace = 'commune'::regnamespace AND relkind IN ('r', 'v', 'S') AND NOT has_table_privilege(oid, 'SELECT');
SELECT commune.signer(record)::text = signer::text AS signer, commune.verify_record(record) AS verified, commune.base64url(leaf) = commune.base64url(commune.leaf(record)) AS leaf
FROM commune.act WHERE kind = 'charter';
SELECT * FROM commune.verify();
SELECT * FROM commune.replay();
SELECT count(*) FROM commune.members(3);
SELECT split_part(commune.receipt(:seq), E'\n', 1) AS receipt;
SELECT * FROM commune.tally('none');
SELECT count(*) >= 0 AS workers FROM commune.workers();
SELECT size > 0 AS size, signing_problem FROM commune.register_status;
SELECT * FROM commune.witness_status;
SELECT commune.submit(:'r');
INSERT INTO commune.act (record) VALUES (:'r');
SELECT commune.seal();
SELECT commune.add_cosignatures('x');
SELECT commune.repair_triggers();
SELECT commune.chain('commune.topic');
SELECT commune.nonce_key(1, signer) IS NOT NULL AS nonce_key FROM commune.act WHERE kind = 'charter';
CREATE TABLE commune.mine (a integer);
RESET ROLE;

DROP OWNED BY commune_reader, commune_submit, commune_operator, commune_witness, commune_law;
DROP ROLE commune_test_nobody, commune_test_carrier, commune_test_analyst, commune_reader, commune_submit, commune_operator, commune_witness, commune_law;
DROP EXTENSION commune;
DROP SCHEMA commune;
