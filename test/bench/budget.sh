#!/bin/sh
# budget: quadratic voting and quadratic funding against count(*) on the same table, by one and by two workers; the
# Method of Equal Shares from the ballots to the funded projects, on an invented city.  Each round runs all of them once;
# a figure is the median of the rounds' ratios or times.
# conf: shared_buffers = 1GB
# conf: max_parallel_workers = 4
set -eu

psql -qXAt -v ON_ERROR_STOP=1 -v rounds="${ROUNDS:-5}" <<'EOF'
SET max_parallel_workers_per_gather = 0;
SET jit = off;
SET work_mem = '256MB';
SELECT setseed(0.42) \g /dev/null

-- 1 M ballots with votes on ten options, of which most get none; 1 M gifts of 100 k people to 1,000 projects.
CREATE TABLE votes AS SELECT ARRAY[i % 7, i % 3, 0, i / 5 % 5, 0, i % 2, 0, i / 3 % 4, 0, i % 11 / 8]::int[] AS votes FROM generate_series(1, 1000000) i;
CREATE TABLE gifts AS SELECT (random() * random() * 999)::int AS project, (random() * 99999)::bigint AS contributor, (1 + random() * 5000)::bigint AS amount
	FROM generate_series(1, 1000000);
ALTER TABLE votes SET (parallel_workers = 2);

-- A city of 90,000 voters in 20 districts, who approve one to five of 160 projects, mostly of their own district.
CREATE TABLE projects AS SELECT p AS id, (5000 + random() * random() * 300000)::bigint AS cost FROM generate_series(1, 160) p;
CREATE TABLE ballots AS SELECT array_agg(1 + CASE WHEN random() < 0.8 THEN 8 * (v % 20) + floor(random() * random() * 8) ELSE floor(random() * random() * 160) END::int) AS projects
	FROM generate_series(1, 90000) v, generate_series(0, v % 5) choice GROUP BY v;
VACUUM ANALYZE;

-- Run a query to its end, and return the milliseconds that it took.
CREATE FUNCTION ms(query text, workers int DEFAULT 0) RETURNS float LANGUAGE plpgsql AS $$
DECLARE
	start timestamptz;
BEGIN
	PERFORM set_config('max_parallel_workers_per_gather', workers::text, true), set_config('parallel_leader_participation', 'off', true);
	start := clock_timestamp();
	EXECUTE query;
	RETURN 1000 * extract(epoch FROM clock_timestamp() - start);
END $$;
CREATE FUNCTION shares(completion text) RETURNS text LANGUAGE sql AS $$
	SELECT format('SELECT count(*) FILTER (WHERE funded) FROM commune.equal_shares((SELECT commune.tally_budget(projects) FROM ballots),
		(SELECT array_agg(ARRAY[id, cost]) FROM projects), 5000000, ''cost'', %s, ties => ''max_votes,min_cost,option_order'')', completion) $$;

CREATE TEMPORARY TABLE round (n int, scan float, quadratic float, gifts float, funding float, one float, two float, shares float, add1 float);
SELECT format('INSERT INTO round SELECT %1$s, ms(%2$L), ms(%3$L), ms(%4$L), ms(%5$L), ms(%3$L, 1), ms(%3$L, 2), ms(shares(%6$L)), ms(shares(%7$L))', n,
	'SELECT count(*) FROM votes',
	'SELECT commune.tally_quadratic(votes, 100) FROM votes',
	'SELECT count(*) FROM gifts',
	'SELECT count(*) FROM commune.quadratic_funding((SELECT commune.tally_contributions(project, contributor, amount) FROM gifts), 1000000, seed => ''x'')',
	'''none''', '''add1'', 1, true, false')
FROM generate_series(0, :rounds) n
\gexec

SELECT '# ms: ' || string_agg(name || ' ' || round(median::numeric, 1), ', ') FROM (
	SELECT key AS name, percentile_cont(0.5) WITHIN GROUP (ORDER BY value::float) AS median
	FROM round, jsonb_each_text(to_jsonb(round)) WHERE n > 0 AND key <> 'n' GROUP BY key) m;
SELECT format('bench tally.%s %s %s goal %s floor %s', name, round(value::numeric, 2), unit, goal, floor)
FROM (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY quadratic / scan) AS quadratic,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY funding / gifts) AS funding,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY one / two) AS parallel,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY shares) AS shares,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY add1) AS add1
	FROM round WHERE n > 0) r,
	LATERAL (VALUES ('quadratic', quadratic, 'ratio', 3, 5), ('qf_linear', funding, 'ratio', 5, 8), ('parallel_quadratic', parallel, 'ratio', 1.7, 1.4),
		('mes_50k', shares, 'ms', 150, 400), ('mes_add1_50k', add1, 'ms', 2000, 5000)) f (name, value, unit, goal, floor);
EOF
