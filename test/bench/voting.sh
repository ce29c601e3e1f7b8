#!/bin/sh
# voting: aggregates of a million ballots against count(*) of the same table, and whole counts in milliseconds.  Each round
# runs all of them once; a ratio is the median of the rounds' ratios, a time the median of the rounds' times.
# conf: shared_buffers = 1GB
# conf: max_parallel_workers_per_gather = 2
set -eu

# Dublin North 2002, as one ranking a ballot; where the file is missing, as many ballots that look a little like it.
blt=$COMMUNE_VECTORS/tally/public/stv/dublin_north_2002/dublin_north_2002.blt
if [ -e "$blt" ]; then
	awk 'NR > 1 && $1 == 0 { exit }
		NR > 1 && $1 ~ /^[0-9]+$/ { r = $2; for (i = 3; i < NF; i++) r = r ">" $i; for (n = 0; n < $1; n++) print r }' "$blt" >"$TMPDIR/dublin"
else
	echo "# no vectors at $blt: Dublin North is made up"
	awk 'BEGIN { srand(2002)
		for (n = 0; n < 43942; n++) {
			split("", seen); r = ""
			for (k = 1 + int(rand() * 8); k > 0; k--) { do o = 1 + int(12 * rand() ^ 1.5); while (o in seen); seen[o]; r = r (r == "" ? "" : ">") o }
			print r
		} }' >"$TMPDIR/dublin"
fi

psql -qXAt -v ON_ERROR_STOP=1 -v rounds="${ROUNDS:-5}" -v dublin="$TMPDIR/dublin" <<'SQL'
SET jit = off;
SET max_parallel_workers_per_gather = 0;
SELECT setseed(0.42);

-- A million ballots: one of 26 options; some of them; scores of ten; one to ten of 26 in order, some options liked by many.
CREATE TABLE choice AS SELECT (1 + i % 26)::smallint AS option FROM generate_series(1, 1000000) i;
CREATE TABLE approved AS SELECT ARRAY[1 + i % 26, 1 + i * 7 % 26, 1 + i * 11 % 26]::smallint[] AS options FROM generate_series(1, 1000000) i;
CREATE TABLE scored AS
	SELECT ARRAY[i % 6, i / 2 % 6, i / 3 % 6, i / 5 % 6, i / 7 % 6, i / 11 % 6, i / 13 % 6, i / 17 % 6, i / 19 % 6, i / 23 % 6]::smallint[] AS scores
	FROM generate_series(1, 1000000) i;
CREATE FUNCTION some_ranking() RETURNS commune.ranking LANGUAGE plpgsql AS $$
DECLARE
	options int[] := '{}';
	o int;
BEGIN
	FOR r IN 1 .. 1 + floor(10 * random())::int LOOP
		o := 1 + floor(26 * random() ^ 2)::int;
		IF o <> ALL (options) THEN
			options := options || o;
		END IF;
	END LOOP;
	RETURN options;
END $$;
CREATE TABLE paper AS SELECT some_ranking() AS r FROM generate_series(1, 50000);
CREATE TABLE ranked AS SELECT r FROM paper, generate_series(1, 20) ORDER BY random();
CREATE TABLE dublin (r commune.ranking);
COPY dublin FROM :'dublin';
CREATE TABLE hundred AS SELECT ('pairs 100: 1000 0' || string_agg(line, '' ORDER BY a))::commune.tally_pairs AS pairs
	FROM (SELECT a, ' | ' || string_agg(CASE WHEN a = b THEN 1000 WHEN a < b THEN w ELSE 1000 - w END::text, ' ' ORDER BY b) AS line
		FROM (SELECT a, b, (least(a, b) * 7919 + greatest(a, b) * 104729) % 1001 AS w FROM generate_series(1, 100) a, generate_series(1, 100) b) p GROUP BY a) l;
VACUUM ANALYZE;

-- Run a query to its end, and return the milliseconds that it took.
CREATE FUNCTION ms(query text) RETURNS float LANGUAGE plpgsql AS $$
DECLARE
	start timestamptz := clock_timestamp();
BEGIN
	EXECUTE query;
	RETURN 1000 * extract(epoch FROM clock_timestamp() - start);
END $$;

CREATE TEMPORARY TABLE run (name text, query text, per text);
INSERT INTO run VALUES
	('plurality', 'SELECT commune.tally_plurality(option, 26) FROM choice', 'SELECT count(*) FROM choice'),
	('approval', 'SELECT commune.tally_approval(options, 26) FROM approved', 'SELECT count(*) FROM approved'),
	('score', 'SELECT commune.tally_scores(scores, 10, 5) FROM scored', 'SELECT count(*) FROM scored'),
	('borda', 'SELECT commune.tally_borda(r, 26) FROM ranked', 'SELECT count(*) FROM ranked'),
	('pairwise', 'SELECT commune.tally_pairs(r, 26) FROM ranked', 'SELECT count(*) FROM ranked'),
	('irv_1m', 'SELECT count(*) FROM commune.irv((SELECT commune.tally_profile(r, 26) FROM ranked), seed => ''x'')', NULL),
	('stv_scottish', 'SELECT count(*) FROM commune.stv((SELECT commune.tally_profile(r, 12) FROM dublin), 4, seed => ''x'')', NULL),
	('stv_meek', 'SELECT count(*) FROM commune.stv((SELECT commune.tally_profile(r, 12) FROM dublin), 4, ''meek'', seed => ''x'')', NULL),
	('schulze_100', 'SELECT count(*) FROM hundred, commune.schulze(pairs, seed => ''x'')', NULL),
	('ranked_pairs_100', 'SELECT count(*) FROM hundred, commune.ranked_pairs(pairs, seed => ''x'')', NULL);
CREATE TEMPORARY TABLE taken (name text, n int, value float);
SELECT format('INSERT INTO taken SELECT %L, %s, ms(%L)%s', name, n, query, ' / ms(' || quote_literal(per) || ')') FROM generate_series(0, :rounds) n, run WHERE per IS NOT NULL
UNION ALL SELECT format('INSERT INTO taken SELECT %L, %s, ms(%L)', name, n, query) FROM generate_series(0, :rounds) n, run WHERE per IS NULL
\gexec

-- One worker against two, without the leader.
SET parallel_leader_participation = off;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
ALTER TABLE ranked SET (parallel_workers = 2);
SELECT format('SET max_parallel_workers_per_gather = 1; INSERT INTO taken SELECT ''one'', %1$s, ms(%2$L); SET max_parallel_workers_per_gather = 2; INSERT INTO taken SELECT ''two'', %1$s, ms(%2$L)',
	n, 'SELECT commune.tally_pairs(r, 26), commune.tally_borda(r, 26) FROM ranked') FROM generate_series(0, :rounds) n
\gexec
INSERT INTO taken SELECT 'parallel', n, a.value / b.value FROM taken a JOIN taken b USING (n) WHERE a.name = 'one' AND b.name = 'two';

SELECT format('bench tally.%s %s %s goal %s floor %s', f.name, round(median::numeric, 2), unit, goal, floor)
FROM (VALUES (1, 'plurality', 'times', 2, 3.0), (2, 'approval', 'times', 2, 3), (3, 'score', 'times', 2, 3), (4, 'borda', 'times', 3, 4), (5, 'pairwise', 'times', 4, 7),
		(6, 'irv_1m', 'ms', 250, 500), (7, 'stv_scottish', 'ms', 25, 60), (8, 'stv_meek', 'ms', 150, 400), (9, 'schulze_100', 'ms', 3, 8),
		(10, 'ranked_pairs_100', 'ms', 10, 30), (11, 'parallel', 'times', 1.7, 1.4)) f (place, name, unit, goal, floor)
	JOIN (SELECT name, percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS median FROM taken WHERE n > 0 GROUP BY name) m USING (name)
ORDER BY place;
SQL
