#!/bin/sh
# law: what checking a law costs, and running it against the plain query.  Ten runs a round, interleaved; the median of the rounds.
# conf: fsync = off
set -eu

psql -qXAt -v ON_ERROR_STOP=1 -v rounds="${ROUNDS:-15}" <<'SQL'
SET jit = off;
SELECT commune.create_roles() \g /dev/null
-- 1,000 members of whom 800 have something.
ALTER TABLE commune.member DISABLE TRIGGER ALL;
ALTER TABLE commune.account DISABLE TRIGGER ALL;
INSERT INTO commune.member (id, nonce, since, vouches, day, acts, polls, status, did)
	SELECT i, 0, i, 0, 0, 0, 0, 'member', ('did:commune:' || translate(lpad(to_hex(i), 32, '0'), '0189', 'ghij'))::commune.did FROM generate_series(1, 1000) i;
INSERT INTO commune.account (name, owner, balance, since) SELECT did::text, id, id * 97, 1 FROM commune.member WHERE id <= 800;
VACUUM ANALYZE;

CREATE FUNCTION ms(query text, n integer) RETURNS float LANGUAGE plpgsql AS $$
DECLARE
	start timestamptz := clock_timestamp();
BEGIN
	FOR i IN 1 .. n LOOP
		EXECUTE query;
	END LOOP;
	RETURN 1000 * extract(epoch FROM clock_timestamp() - start) / n;
END $$;

-- A law of twenty nodes, and one that pays 793 members.
\set small 'SELECT law.pay(m.id, b.amount / 100, ''dividend'') FROM law.members m JOIN law.balances b ON b.owner = m.id WHERE m.active AND b.amount >= 1000'
\set paying 'SELECT law.pay(m.id, b.amount / 100, ''dividend'') FROM law.members m JOIN law.balances b ON b.owner = m.id WHERE m.active AND b.amount >= 776'
SELECT count(*) = 793 AS right FROM commune.law_run(:'paying') \gset
\if :right
\else
	\echo the law does not pay 793 members
	\quit 3
\endif

CREATE TEMPORARY TABLE taken (name text, n int, value float);
SELECT format('INSERT INTO taken SELECT %L, %s, %s', name, n, value) FROM generate_series(0, :rounds) n,
	(VALUES ('check', format('ms(%L, 10)', format('SELECT commune.law_check(%L)', :'small'))),
		('run', format('ms(%L, 10) / ms(%L, 10)', format('SELECT * FROM commune.law_run(%L)', :'paying'), format('SELECT count(*) FROM (%s OFFSET 0) q', :'paying')))) v (name, value)
\gexec

SELECT format('bench law.%s %s %s goal %s floor %s', f.name, round(median::numeric, 2), unit, goal, floor)
FROM (VALUES (1, 'check', 'ms', 1, 2), (2, 'run', 'times', 2, 3)) f (place, name, unit, goal, floor)
	JOIN (SELECT name, percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS median FROM taken WHERE n > 0 GROUP BY name) m USING (name)
ORDER BY place;
SQL
