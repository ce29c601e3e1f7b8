-- record: the types did and jws, and the functions that look into records.
CREATE EXTENSION commune;
SET search_path = public, commune;		-- for the operators; everything else is named in full
\set VERBOSITY sqlstate

-- What a refused value raises, whole.
CREATE FUNCTION refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	state text;
	message text;
	detail text;
BEGIN
	EXECUTE statement;
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN state || ': ' || message || ': ' || detail;
END
$$;

-- ---- did

SELECT 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'::commune.did;
SELECT 'did:commune:mzxw6ytbmzxw6ytbmzxw6ytbmzxw6ytb'::commune.did;
SELECT NULL::commune.did IS NULL AS null_is_null;

SELECT text, refusal(format('SELECT %L::commune.did', text)) FROM (VALUES
	(''),
	('did:web:example.org'),
	('did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMs'),
	(' did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'),
	('did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMs0'),
	('did:key:z6LShs9GGnqk85isEBzzshkuVWrVKsRp24GnDuHk8QWkARMW'),
	('did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme'),
	('did:commune:MZXW6YTBMZXW6YTBMZXW6YTBMZXW6YTB')
) AS v (text);
SELECT 'did:web:example.org'::commune.did;

-- from a key and back
SELECT commune.did('\xd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'::bytea);
SELECT commune.public_key('did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw');
SELECT commune.public_key('did:commune:mzxw6ytbmzxw6ytbmzxw6ytbmzxw6ytb') IS NULL AS has_no_key;
SELECT commune.did('did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw') AS a_literal_is_text;
SELECT refusal($$SELECT commune.did('\x00'::bytea)$$);
SELECT refusal(format('SELECT commune.did(%L::bytea)', decode(repeat('00', 33), 'hex')));
SELECT commune.did(NULL::bytea) IS NULL AND commune.public_key(NULL) IS NULL AS strict;

-- the binary form
SELECT commune.did_send('did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw');
SELECT commune.did_send('did:commune:mzxw6ytbmzxw6ytbmzxw6ytbmzxw6ytb');

-- comparing
SELECT a::text COLLATE "C" < b::text COLLATE "C" AS text_order, a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt, did_cmp
FROM (VALUES
	('did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp'::commune.did,
	 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'::commune.did),
	('did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw', 'did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp'),
	('did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw', 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'),
	('did:commune:77777777777777777777777777777777', 'did:key:z6MkeTG3bFFSLYVU7VqhgZxqr6YzpaGrQtFMh1uvqGy1vDnP')
) AS v (a, b), LATERAL (SELECT sign(commune.did_cmp(a, b)) AS did_cmp) AS c;

-- a few thousand, in a table: the bytes on disk, joins, grouping, sorting
CREATE TABLE person (id integer PRIMARY KEY, did commune.did NOT NULL);
INSERT INTO person
SELECT i, CASE i % 10 WHEN 0 THEN ('did:commune:' || translate(substr(encode(sha256(i::text::bytea), 'hex'), 1, 32), '0189', 'ghij'))::commune.did
	ELSE commune.did(sha256(i::text::bytea)) END
FROM generate_series(1, 3000) i;
SELECT pg_column_size(did) AS bytes, count(*) FROM person GROUP BY 1 ORDER BY 1;
SELECT count(*), count(DISTINCT did), count(DISTINCT did::text) FROM person;
SELECT bool_and(a.did = a.did::text::commune.did) AS texts_read_back FROM person a;
SELECT bool_and(did < next) AS sorted FROM (SELECT did, lead(did) OVER (ORDER BY did) AS next FROM person) s;
SELECT bool_and(did::text COLLATE "C" < next::text COLLATE "C") AS sorted_as_text
FROM (SELECT did, lead(did) OVER (ORDER BY did) AS next FROM person WHERE id % 10 <> 0) s;
ANALYZE person;
SET enable_mergejoin = off; SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM person a JOIN person b USING (did);
SELECT count(*) FROM person a JOIN person b USING (did);
RESET enable_mergejoin; SET enable_hashjoin = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM person a JOIN person b USING (did);
SELECT count(*) FROM person a JOIN person b USING (did);
RESET enable_hashjoin; RESET enable_nestloop;

-- indexes
CREATE UNIQUE INDEX person_did_idx ON person (did);
CREATE INDEX person_did_hash ON person USING hash (did);
SET enable_seqscan = off; SET enable_bitmapscan = off;
SELECT did AS some FROM person WHERE id = 77 \gset
EXPLAIN (COSTS OFF) SELECT id FROM person WHERE did < 'did:key:z6Mkf5rGMoatrSj1f4CyvuHBeXJELe9RPdzo2PKGNCKVtZxP' ORDER BY did;
SELECT id FROM person WHERE did = :'some';
SELECT count(*) FILTER (WHERE i.id IS NULL) AS missing
FROM person p LEFT JOIN LATERAL (SELECT id FROM person WHERE did = p.did OFFSET 0) i ON i.id = p.id;
DROP INDEX person_did_idx;
EXPLAIN (COSTS OFF) SELECT id FROM person WHERE did = 'did:key:z6Mkf5rGMoatrSj1f4CyvuHBeXJELe9RPdzo2PKGNCKVtZxP';
SELECT id FROM person WHERE did = :'some';
SELECT count(*) FILTER (WHERE i.id IS NULL) AS missing
FROM person p LEFT JOIN LATERAL (SELECT id FROM person WHERE did = p.did OFFSET 0) i ON i.id = p.id;
RESET enable_seqscan; RESET enable_bitmapscan;
CREATE UNIQUE INDEX ON person (did);
INSERT INTO person SELECT 0, did FROM person WHERE id = 5;

-- equal DIDs share an index entry, and partitions by hash agree with themselves
CREATE TABLE much (did commune.did);
INSERT INTO much SELECT p.did FROM person p, generate_series(1, 100) WHERE p.id <= 20;
CREATE INDEX much_did_idx ON much (did);
SELECT pg_relation_size('much_did_idx') < pg_relation_size('much') / 4 AS deduplicated;
CREATE TABLE part (did commune.did) PARTITION BY HASH (did);
CREATE TABLE part_0 PARTITION OF part FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE part_1 PARTITION OF part FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO part SELECT did FROM person;
SELECT count(*) BETWEEN 1300 AND 1700 AS balanced FROM part_0;

-- casts: to text by assignment, from text when asked for
CREATE TABLE texts (t text);
INSERT INTO texts SELECT did FROM person WHERE id = 1;
SELECT t = did::text AS same FROM texts, person WHERE id = 1;
INSERT INTO person SELECT 0, t FROM texts;
SELECT 'x' || did FROM person WHERE id = 1;

-- ---- jws

\set topic 'eyJhbGciOiJFZDI1NTE5IiwidHlwIjoiY29tbXVuZStqd3QifQ.eyJpc3MiOiJkaWQ6a2V5Ono2TWt0d3VwZG1MWFZWcVR6Q3c0aTQ2cjR1R3lvc0dYUm5SM1hqTjRacTdvTU1zdyIsImF1ZCI6IjV2M3RZM3ZqRWtOWTdEZnMxR0pCSFpvV05IRERGYlp2ejZ3eVVxNFluM00iLCJpYXQiOjE3NjcyMjU2MDAsIm5vbmNlIjoxNzY3MjI1NjAwMDAwLCJhY3QiOiJ0b3BpYyIsInRvcGljIjoid2F0ZXIifQ.ZOgWqGzNBuUlP_LoTqH3VtmKe4SNbhX8-YxEtjfHvUFCw6e0UwymeOo8KFxTxu1RvC5LFw_-p2c2KOnrgH9ECg'
\set kid 'eyJhbGciOiJFZERTQSIsImtpZCI6ImRpZDprZXk6ejZNa3R3dXBkbUxYVlZxVHpDdzRpNDZyNHVHeW9zR1hSblIzWGpONFpxN29NTXN3I3o2TWt0d3VwZG1MWFZWcVR6Q3c0aTQ2cjR1R3lvc0dYUm5SM1hqTjRacTdvTU1zdyIsInR5cCI6ImNvbW11bmUrand0In0.eyJpc3MiOiJkaWQ6a2V5Ono2TWt0d3VwZG1MWFZWcVR6Q3c0aTQ2cjR1R3lvc0dYUm5SM1hqTjRacTdvTU1zdyIsImF1ZCI6IjV2M3RZM3ZqRWtOWTdEZnMxR0pCSFpvV05IRERGYlp2ejZ3eVVxNFluM00iLCJpYXQiOjE3NjcyMjU2MDEsIm5vbmNlIjoxNzY3MjI1NjAxMDAwLCJhY3QiOiJ2b3VjaCIsIm1lbWJlciI6ImRpZDprZXk6ejZNa2lUQnoxeW11ZXBBUTRIRUhZU0YxSDhxdUc1R0xWVlFSM2RqZFgzbURvb1dwIiwibm90ZSI6Ilx1MDBlNCBcdWQ4M2NcdWRmMzEifQ.igwDNntn0KgxRQ9ebXDOjd6hsWKYa_omt4UZcJRD_qRJXdI1RqWKmM4SM0C-KlCp2z7T_I3jN-HEUIEjZnmRBg'
\set charter 'eyJhbGciOiJFZDI1NTE5IiwidHlwIjoiY29tbXVuZStqd3QifQ.eyJpc3MiOiJkaWQ6a2V5Ono2TWt0d3VwZG1MWFZWcVR6Q3c0aTQ2cjR1R3lvc0dYUm5SM1hqTjRacTdvTU1zdyIsImlhdCI6MTc2NzIyNTU5OSwibm9uY2UiOjEsImFjdCI6ImNoYXJ0ZXIiLCJuYW1lIjoiRXhhbXBsZSJ9.VKrpY6TA5ltnYq71Lgk2s5098CGbeBUZrbPYlb_roqE2nJQUWXluM5iRsvCFtRWTixmRlRtoBORd5PbJNa8NBw'
\set other 'eyJhbGciOiJFZDI1NTE5IiwidHlwIjoiY29tbXVuZStqd3QifQ.eyJpc3MiOiJkaWQ6Y29tbXVuZTptenh3Nnl0Ym16eHc2eXRibXp4dzZ5dGJtenh3Nnl0YiIsImF1ZCI6IjV2M3RZM3ZqRWtOWTdEZnMxR0pCSFpvV05IRERGYlp2ejZ3eVVxNFluM00iLCJpYXQiOjE3NjcyMjU2MDIsIm5vbmNlIjo5MDA3MTk5MjU0NzQwOTkxLCJhY3QiOiJsZWF2ZSJ9.Db9F-Lh9bhBzm1sy_6eftmy2eHAV28kUymDGzAg2trgdhTCLl5sla_lRTczafCGTsj9fGCbwsTKXZW-RRBpOCg'
\set tampered 'eyJhbGciOiJFZDI1NTE5IiwidHlwIjoiY29tbXVuZStqd3QifQ.eyJpc3MiOiJkaWQ6a2V5Ono2TWt0d3VwZG1MWFZWcVR6Q3c0aTQ2cjR1R3lvc0dYUm5SM1hqTjRacTdvTU1zdyIsImF1ZCI6IjV2M3RZM3ZqRWtOWTdEZnMxR0pCSFpvV05IRERGYlp2ejZ3eVVxNFluM00iLCJpYXQiOjE3NjcyMjU2MDAsIm5vbmNlIjoxNzY3MjI1NjAwMDAwLCJhY3QiOiJ0b3BpYyIsInRvcGljIjoid2F0ZXIifQ.ZOgWqGzNBuUlP_LoTqH3VtmKe4SNbhX8-YxEtjfHvUFCw6e0UwymeOo8KFxTxu1RvC5LFw_-p2c2AOnrgH9ECg'

SELECT :'topic'::commune.jws;
SELECT :'topic'::commune.jws::text = :'topic' AS unchanged;
CREATE TABLE record (id text PRIMARY KEY, record commune.jws);
INSERT INTO record VALUES ('topic', :'topic'), ('kid', :'kid'), ('charter', :'charter'), ('other', :'other'), ('tampered', :'tampered'), ('null', NULL);
SELECT id, commune.header(record) FROM record ORDER BY id;
SELECT id, commune.payload(record) FROM record ORDER BY id;
SELECT id, commune.signer(record), commune.kind(record), commune.nonce(record) FROM record ORDER BY id;
SELECT id, commune.base64url(commune.leaf(record)) AS leaf, commune.leaf(record) = sha256('\x00'::bytea || convert_to(record::text, 'UTF8')) AS is_rfc_9162
FROM record ORDER BY id;
SELECT id, commune.verify_record(record) FROM record WHERE id <> 'other' ORDER BY id;
SELECT commune.verify_record(record) FROM record WHERE id = 'other';
SELECT refusal(format('SELECT commune.verify_record(%L)', record)) FROM record WHERE id = 'other';

-- what is no record; the form alone counts, so any signature will do
CREATE FUNCTION compose(header text, payload text) RETURNS text LANGUAGE sql AS $$
	SELECT commune.base64url(convert_to(header, 'UTF8')) || '.' || commune.base64url(convert_to(payload, 'UTF8')) || '.' || repeat('A', 86)
$$;
CREATE FUNCTION payload_with(change text) RETURNS text LANGUAGE sql AS $$
	SELECT '{"iss":"did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw","aud":"5v3tY3vjEkNY7Dfs1GJBHZoWNHDDFbZvz6wyUq4Yn3M","iat":1,"act":"topic",' || change || '}'
$$;
SELECT what, refusal(format('SELECT %L::commune.jws', text)) FROM (VALUES
	('well formed', compose('{"alg":"Ed25519","typ":"commune+jwt"}', payload_with('"nonce":1'))),
	('empty', ''),
	('no dots', 'x'),
	('padding', :'topic' || '=='),
	('white space', :'topic' || E'\n'),
	('alg none', compose('{"alg":"none","typ":"commune+jwt"}', payload_with('"nonce":1'))),
	('jku', compose('{"alg":"Ed25519","jku":"https://example.org","typ":"commune+jwt"}', payload_with('"nonce":1'))),
	('typ', compose('{"alg":"Ed25519","typ":"JWT"}', payload_with('"nonce":1'))),
	('kid of another', compose('{"alg":"Ed25519","kid":"did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp","typ":"commune+jwt"}', payload_with('"nonce":1'))),
	('no nonce', compose('{"alg":"Ed25519","typ":"commune+jwt"}', payload_with('"x":1'))),
	('nonce 0', compose('{"alg":"Ed25519","typ":"commune+jwt"}', payload_with('"nonce":0'))),
	('nonce 2^53', compose('{"alg":"Ed25519","typ":"commune+jwt"}', payload_with('"nonce":9007199254740992'))),
	('fraction', compose('{"alg":"Ed25519","typ":"commune+jwt"}', payload_with('"nonce":1.0'))),
	('twice', compose('{"alg":"Ed25519","typ":"commune+jwt"}', payload_with('"nonce":1,"nonce":2'))),
	('NUL', compose('{"alg":"Ed25519","typ":"commune+jwt"}', payload_with('"nonce":1,"x":"\u0000"'))),
	('no object', compose('{"alg":"Ed25519","typ":"commune+jwt"}', '[]')),
	('not UTF-8', 'eyJhbGciOiJFZDI1NTE5IiwidHlwIjoiY29tbXVuZStqd3QifQ.' || commune.base64url('\x7b22ff223a317d') || '.' || repeat('A', 86)),
	('iss', compose('{"alg":"Ed25519","typ":"commune+jwt"}', '{"iss":"did:web:example.org","aud":"5v3tY3vjEkNY7Dfs1GJBHZoWNHDDFbZvz6wyUq4Yn3M","iat":1,"act":"topic","nonce":1}')),
	('charter with aud', compose('{"alg":"Ed25519","typ":"commune+jwt"}', replace(payload_with('"nonce":1'), 'topic', 'charter'))),
	('too long', compose('{"alg":"Ed25519","typ":"commune+jwt"}', payload_with('"nonce":1,"x":"' || repeat('x', 50000) || '"')))
) AS v (what, text);
SELECT 'x'::commune.jws;
INSERT INTO record VALUES ('longest', compose('{"alg":"Ed25519","typ":"commune+jwt"} ', payload_with('"nonce":1,"x":"' || repeat('x', 49047 - length(payload_with('"nonce":1,"x":""'))) || '"'))::commune.jws);
SELECT length(record::text), length(commune.payload(record) ->> 'x'), commune.verify_record(record) FROM record WHERE id = 'longest';

-- comparing: as the text, bytewise; toasted or not
INSERT INTO record SELECT 'longest again', record FROM record WHERE id = 'longest';
SELECT bool_and((a.record < b.record) = (a.record::text COLLATE "C" < b.record::text COLLATE "C")
	AND (a.record <= b.record) = (a.record::text COLLATE "C" <= b.record::text COLLATE "C")
	AND (a.record = b.record) = (a.record::text = b.record::text)
	AND (a.record <> b.record) = (a.record::text <> b.record::text)
	AND (a.record >= b.record) = (a.record::text COLLATE "C" >= b.record::text COLLATE "C")
	AND (a.record > b.record) = (a.record::text COLLATE "C" > b.record::text COLLATE "C")) AS as_text, count(*)
FROM record a, record b WHERE a.record IS NOT NULL AND b.record IS NOT NULL;
SELECT count(*), count(DISTINCT record) FROM record;
SELECT array_agg(id ORDER BY id) FROM record GROUP BY record ORDER BY record;
CREATE INDEX record_hash ON record USING hash (record);
CREATE INDEX record_btree ON record (record) WHERE id NOT LIKE 'longest%';
SET enable_seqscan = off;
SET enable_bitmapscan = off;
PREPARE by_record AS SELECT id FROM record WHERE record = $1;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE by_record(:'kid');
RESET plan_cache_mode;
SELECT id FROM record WHERE record = :'kid';
SELECT id FROM record WHERE record = :'kid' AND id NOT LIKE 'longest%';
SELECT array_agg(id ORDER BY record) FROM record WHERE id NOT LIKE 'longest%';
RESET enable_seqscan;
RESET enable_bitmapscan;

-- casts
INSERT INTO texts SELECT record FROM record WHERE id = 'topic';
SELECT count(*) FROM texts WHERE t = :'topic';
INSERT INTO record SELECT 'from text', t FROM texts;
SELECT length(record::text) FROM record WHERE id = 'topic';

-- ---- COPY in text and in binary

CREATE TABLE copied (id text, record commune.jws, signer commune.did);
\copy (SELECT id, record, commune.signer(record) FROM record) TO 'results/record.copy'
\copy copied FROM 'results/record.copy'
SELECT count(*), bool_and(c.record IS NOT DISTINCT FROM r.record AND c.signer IS NOT DISTINCT FROM commune.signer(r.record)) AS same
FROM copied c JOIN record r USING (id);
TRUNCATE copied;
\copy (SELECT id, record, commune.signer(record) FROM record) TO 'results/record.copy' (FORMAT binary)
\copy copied FROM 'results/record.copy' (FORMAT binary)
SELECT count(*), bool_and(c.record IS NOT DISTINCT FROM r.record AND c.signer IS NOT DISTINCT FROM commune.signer(r.record)) AS same
FROM copied c JOIN record r USING (id);

-- bytes that are neither
TRUNCATE copied;
\copy (SELECT '\x6b00'::bytea) TO 'results/record.copy' (FORMAT binary)
\copy copied (signer) FROM 'results/record.copy' (FORMAT binary)
\copy (SELECT ''::bytea) TO 'results/record.copy' (FORMAT binary)
\copy copied (signer) FROM 'results/record.copy' (FORMAT binary)
\copy copied (record) FROM 'results/record.copy' (FORMAT binary)
\copy (SELECT 'a.b.c'::bytea) TO 'results/record.copy' (FORMAT binary)
\copy copied (record) FROM 'results/record.copy' (FORMAT binary)
SELECT count(*) FROM copied;

-- ---- base64url

SELECT commune.base64url('\x03ecffe0c1'), commune.base64url(''), commune.base64url(NULL) IS NULL AS strict;
SELECT commune.base64url_decode('A-z_4ME'), commune.base64url_decode('');
SELECT text, refusal(format('SELECT commune.base64url_decode(%L)', text))
FROM unnest(ARRAY['A', 'A=', 'AA==', 'AB', 'A+z/', 'AA AA', E'AAAA\n', '€€']) text;
SELECT commune.base64url_decode('A');
SELECT bool_and(commune.base64url_decode(commune.base64url(substr(x, 1, n))) = substr(x, 1, n)) AS reads_back
FROM generate_series(0, 64) n, (SELECT sha512('a') AS x) s;

RESET search_path;
DROP FUNCTION refusal, compose, payload_with;
DROP TABLE person, much, part, texts, record, copied;
DROP EXTENSION commune;
DROP SCHEMA commune;
