#!/bin/sh
# delegation: "what is my weight now, and through whom" in a poll of a million members, of whom four of five delegate and a
# tenth voted.  Members, lists and ballots are written into the tables by hand, as signing them would take an hour.
# conf: shared_buffers = 512MB
set -eu

psql -qXAt -v ON_ERROR_STOP=1 -v members="${MEMBERS:-1000000}" <<'EOF_SQL'
\i test/found.psql
\set ECHO none
\o /dev/null
\set r `build/sign ann 3 "$AUD" poll '{"name":"big","title":"x","options":["yes","no"],"method":"majority","params":{"running":true},"opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
SELECT commune.seal();
SELECT format('ALTER TABLE %s DISABLE TRIGGER ALL', t::regclass)
FROM unnest('{commune.charter, commune.member, commune.membership, commune.delegation, commune.ballot}'::text[]) t
\gexec
INSERT INTO commune.member (id, nonce, since, vouches, day, acts, polls, status, did)
	SELECT i, 1, 1, 1, 0, 0, 0, 'member', ('did:commune:' || translate(substr(md5(i::text) || md5((-i)::text), 1, 32), '0189', 'ghij'))::commune.did
	FROM generate_series(101, :members) i;
INSERT INTO commune.membership SELECT i, 1, NULL FROM generate_series(101, :members) i;
UPDATE commune.charter SET identities = :members;
SELECT setseed(0.42);
INSERT INTO commune.delegation
	SELECT i, 1, NULL, '2100-01-01', 'everything',
		(ARRAY[101 + floor(power(random(), 3) * (i - 101))::bigint, 101 + floor(power(random(), 3) * (i - 101))::bigint, 101 + floor(random() * (i - 101))::bigint])
			[1:1 + floor(random() * 3)::int], NULL
	FROM generate_series(1000, :members) i WHERE random() < 0.8;
INSERT INTO commune.ballot SELECT p.seq, i, 1, p.opened + 1, 1, false, false, NULL, NULL FROM commune.poll p, generate_series(101, :members, 10) i;
VACUUM ANALYZE;
\o

-- Run a query to its end, and return the milliseconds that it took.
CREATE FUNCTION ms(query text) RETURNS float LANGUAGE plpgsql AS $$
DECLARE
	start timestamptz := clock_timestamp();
BEGIN
	EXECUTE query;
	RETURN 1000 * extract(epoch FROM clock_timestamp() - start);
END $$;
CREATE TEMPORARY TABLE asked AS SELECT did, row_number() OVER () AS n FROM (SELECT did FROM commune.member WHERE id > 100 ORDER BY random() LIMIT 1000) m;
SELECT did AS somebody FROM asked LIMIT 1 \gset
CREATE TEMPORARY TABLE cost (what text, ms float);
INSERT INTO cost SELECT 'first', ms(format('SELECT commune.weight(''big'', %L)', :'somebody'));
-- A block makes it look again at what the ballots say.
\set r `build/sign ann 4 "$AUD" topic '{"topic":"water"}'`
SELECT commune.submit(:'r') IS NULL;
SELECT commune.seal() IS NULL;
INSERT INTO cost SELECT 'block', ms(format('SELECT commune.weight(''big'', %L)', :'somebody'));
INSERT INTO cost SELECT 'weight', ms(format('SELECT commune.weight(''big'', %L)', did)) FROM asked;
INSERT INTO cost SELECT 'trusters', ms(format('SELECT count(*) FROM commune.trusters(''big'', %L)', did)) FROM asked;
DO $$
DECLARE
	wrong bigint;
	all_votes bigint;
BEGIN
	-- Somebody's weight is his own vote and what comes through others; all weights are all votes.
	SELECT count(*) INTO wrong FROM asked a, commune.weight('big', a.did) w
	WHERE w.votes <> 1 + (SELECT coalesce(sum(votes), 0) FROM commune.trusters('big', a.did));
	SELECT sum(w.votes) INTO all_votes FROM (SELECT did FROM commune.ballot b JOIN commune.member m ON m.id = b.member) v, commune.weight('big', v.did) w;
	IF wrong > 0 OR all_votes <> (SELECT direct + represented FROM commune.outcome('big')) THEN
		RAISE EXCEPTION '% weights are wrong, all of them are %', wrong, all_votes;
	END IF;
END $$;
SELECT '# ms: ' || string_agg(format('%s p50 %s p99 %s', what, round(p50::numeric, 3), round(p99::numeric, 3)), ', ' ORDER BY what)
FROM (SELECT what, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50, percentile_cont(0.99) WITHIN GROUP (ORDER BY ms) AS p99 FROM cost GROUP BY what) c;
SELECT format('bench delegation.weight_1m %s ms goal 1 floor 2', round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)::numeric, 3)) FROM cost WHERE what = 'weight';
SELECT format('bench delegation.trusters_1m %s ms goal 1 floor 2', round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)::numeric, 3)) FROM cost WHERE what = 'trusters';
SELECT format('bench delegation.weight_1m_block %s s goal 1 floor 2', round((ms / 1000)::numeric, 2)) FROM cost WHERE what = 'block';
EOF_SQL
