#!/bin/sh
# delegation: a graph made and weighed in one SQL call, against a scan of the same table, a recursive CTE, long chains
# and rings, and ranks.  Each round runs all of them once; a figure is the median of the rounds' ratios.
# conf: shared_buffers = 512MB
set -eu

psql -qXAt -v ON_ERROR_STOP=1 -v rounds="${ROUNDS:-9}" <<'EOF'
-- One process, no compilation, enough memory for the sorts and hashes of either side.
SET max_parallel_workers_per_gather = 0;
SET jit = off;
SET work_mem = '256MB';

-- Members of whom four of five trust somebody who came before: mostly one whom others trust already, so that few are
-- trusted by many.
CREATE FUNCTION heavy_tailed(n int, ranks int) RETURNS TABLE (voter bigint, delegate bigint, rank smallint) LANGUAGE plpgsql AS $$
DECLARE
	trusted int[];
	k int := 0;
	t int;
BEGIN
	PERFORM setseed(0.42);
	FOR i IN 1 .. n LOOP
		voter := i;
		IF i = 1 OR random() > 0.8 THEN
			delegate := NULL; rank := NULL; RETURN NEXT; CONTINUE;
		END IF;
		FOR r IN 1 .. ranks LOOP
			t := CASE WHEN k > 0 AND random() < 0.7 THEN trusted[1 + floor(random() * k)::int] ELSE 1 + floor(random() * (i - 1))::int END;
			k := k + 1; trusted[k] := t;
			delegate := t; rank := r; RETURN NEXT;
		END LOOP;
	END LOOP;
END $$;

CREATE TABLE heavy_1m AS SELECT voter, delegate FROM heavy_tailed(1000000, 1);
CREATE TABLE heavy_100k AS SELECT voter, delegate FROM heavy_tailed(100000, 1);
CREATE TABLE ranked_1m AS SELECT voter, delegate, rank FROM heavy_tailed(1000000, 3);
CREATE TABLE shuffled AS SELECT v, row_number() OVER (ORDER BY random()) - 1 AS at FROM generate_series(1, 1000000) v;
CREATE TABLE chains_1m AS
	SELECT v::bigint AS voter, CASE WHEN at % 1000 < 999 THEN lead(v) OVER (ORDER BY at) END::bigint AS delegate FROM shuffled ORDER BY v;
CREATE TABLE ring_1m AS
	SELECT v::bigint AS voter, coalesce(lead(v) OVER (ORDER BY at), first_value(v) OVER (ORDER BY at))::bigint AS delegate
	FROM shuffled ORDER BY v;
ALTER TABLE heavy_100k ADD PRIMARY KEY (voter);
CREATE INDEX ON heavy_100k (delegate);
VACUUM ANALYZE;

CREATE FUNCTION ours(t regclass, columns text DEFAULT 'voter, delegate') RETURNS text LANGUAGE sql AS $$
	SELECT format('SELECT member, weight FROM (SELECT commune.delegation_graph(%s) AS g FROM %s) s, commune.weights(g)', columns, t) $$;
CREATE FUNCTION cte() RETURNS text LANGUAGE sql AS $$ SELECT
	'WITH RECURSIVE t (voter, head) AS (
		SELECT voter, voter FROM heavy_100k WHERE delegate IS NULL
		UNION ALL SELECT d.voter, t.head FROM t JOIN heavy_100k d ON d.delegate = t.voter)
	SELECT head AS member, count(*) AS weight FROM t GROUP BY head' $$;

-- Run a query to its end, and return the milliseconds that it took.
CREATE FUNCTION ms(query text, nested boolean DEFAULT true) RETURNS float LANGUAGE plpgsql AS $$
DECLARE
	start timestamptz;
BEGIN
	PERFORM set_config('enable_nestloop', nested::text, true), set_config('enable_mergejoin', nested::text, true);
	start := clock_timestamp();
	EXECUTE format('SELECT count(*), sum(weight) FROM (%s) q', query);
	RETURN 1000 * extract(epoch FROM clock_timestamp() - start);
END $$;

CREATE TEMPORARY TABLE round (n int, scan float, heavy float, chains float, ring float, ranked float, small float, cte float);
DO $$
DECLARE
	wrong bigint;
	query text;
BEGIN
	EXECUTE format('SELECT count(*) FROM (%s) a FULL JOIN (%s) b USING (member) WHERE a.weight IS DISTINCT FROM b.weight',
		cte(), ours('heavy_100k')) INTO wrong;
	IF wrong > 0 THEN
		RAISE EXCEPTION '% weights differ from those of the recursive CTE', wrong;
	END IF;
	-- And nobody is lost or counted twice.
	FOREACH query IN ARRAY ARRAY[ours('heavy_1m'), ours('chains_1m'), ours('ring_1m'), ours('ranked_1m', 'voter, delegate, rank')] LOOP
		EXECUTE format('SELECT sum(weight) - 1000000 FROM (%s) q', query) INTO wrong;
		IF wrong <> 0 THEN
			RAISE EXCEPTION 'the weights add up to % too many: %', wrong, query;
		END IF;
	END LOOP;
END $$;
SELECT format('INSERT INTO round SELECT %s, ms(%L), ms(ours(%L)), ms(ours(%L)), ms(ours(%L)), ms(ours(%L, %L)), ms(ours(%L)), ms(cte(), false)', n,
	'SELECT sum(voter) + sum(delegate) + sum(voter + delegate) AS weight FROM heavy_1m', 'heavy_1m', 'chains_1m', 'ring_1m',
	'ranked_1m', 'voter, delegate, rank', 'heavy_100k') FROM generate_series(0, :rounds) n
\gexec

SELECT '# ms: ' || string_agg(name || ' ' || round(median::numeric, 1), ', ') FROM (
	SELECT key AS name, percentile_cont(0.5) WITHIN GROUP (ORDER BY value::float) AS median
	FROM round, jsonb_each_text(to_jsonb(round)) WHERE n > 0 AND key <> 'n' GROUP BY key) m;
SELECT format('bench delegation.%s %s ratio goal %s floor %s', name, round(value::numeric, 2), goal, floor)
FROM (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY heavy / scan) AS single,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY cte / small) AS vs_cte,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(chains, ring) / heavy) AS chain,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY ranked / heavy) AS ranked
	FROM round WHERE n > 0) r,
	LATERAL (VALUES ('single_1m', single, 3, 5), ('vs_cte_100k', vs_cte, 10, 6), ('chain_1m', chain, 2.5, 4), ('ranked_1m', ranked, 3, 5))
		f (name, value, goal, floor);
EOF
