-- budget_state: the states of the budget methods: the same rows are the same bytes, however they were added up; limits;
-- bytes and texts that are damaged; long counts that are cancelled.
CREATE EXTENSION commune;

-- Every aggregate can be divided among nodes: a combine function, a state with a type of its own.
SELECT p.oid::regprocedure AS aggregate, a.aggtranstype::regtype AS state, a.aggcombinefn::oid <> 0 AS combines,
	a.aggtranstype <> 'internal'::regtype AND t.typtype = 'b' AS concrete, p.proparallel = 's' AS parallel, a.aggfinalfn::regproc
FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid JOIN pg_type t ON t.oid = a.aggtranstype
WHERE a.aggtranstype::regtype::text ~ '^commune.tally_(sums|contributions|budget)$' ORDER BY 1;

-- The text form is read in any order and written in one.
SELECT ' 2=1 1=5  2=3 ballots=9 -1=2,3,13,4'::commune.tally_sums, ''::commune.tally_sums, '1=5 1=-5'::commune.tally_sums,
	'ballots=-1 1=-170141183460469231731687303715884105728,0,0,-9223372036854775808'::commune.tally_sums;
SELECT '2:1=5 1:9=1 1:-9=4 2:1=1'::commune.tally_contributions, '1:1=5 1:1=-5'::commune.tally_contributions;
SELECT '1*(2:5) 2*(3,1) 1*(1,3) 1*()'::commune.tally_budget, '1*(1) -1*(1)'::commune.tally_budget;
SELECT commune.tally_sums_send('ballots=9 1=5'), commune.tally_contributions_send('1:7=500'), commune.tally_budget_send('2*(1,3) 1*(2:4)');
SELECT commune.digest('ballots=9 1=5'::commune.tally_sums) = sha256(commune.tally_sums_send('ballots=9 1=5')) AS sums,
	commune.digest('1:7=500'::commune.tally_contributions) = sha256(commune.tally_contributions_send('1:7=500')) AS contributions,
	commune.digest('1*(1)'::commune.tally_budget) = sha256(commune.tally_budget_send('1*(1)')) AS budget;

-- A ballot that is replaced: its weight is taken away, or the state of the old ones.
SELECT '1=5 2=3'::commune.tally_sums OPERATOR(commune.+) '1=1 3=1', '1=5 2=3'::commune.tally_sums OPERATOR(commune.-) '1=5 3=1';
SELECT '1:1=5'::commune.tally_contributions OPERATOR(commune.+) '1:1=2 2:1=1', '1:1=5'::commune.tally_contributions OPERATOR(commune.-) '1:1=5 2:1=1';
SELECT '2*(1) 1*(2)'::commune.tally_budget OPERATOR(commune.+) '1*(1)', '2*(1) 1*(2)'::commune.tally_budget OPERATOR(commune.-) '2*(1) 1*(3)';
SELECT commune.tally_votes(choice, weight)::text FROM (VALUES (1, 1), (2, 1), (1, -1), (3, 1), (NULL, 1), (NULL, -1)) v (choice, weight);
SELECT commune.tally_votes(1) FILTER (WHERE false), commune.tally_budget('{1}'::int[]) FILTER (WHERE false), commune.tally_contributions(1, 1, 1) FILTER (WHERE false);

-- ---- the same rows in any order, divided into 1 to 8 parts that are joined in any order
CREATE TABLE rows AS
	SELECT (i % 7 + 1)::int AS option, i % 501 AS contributor, (i * 7919 % 1000)::bigint AS amount, (i % 3 + 1)::bigint AS weight,
		ARRAY[i % 5, i % 3, nullif(i % 2, 0)]::int[] AS votes, ARRAY[i % 11, i % 13 + 20, i % 17 + 40]::int[] AS projects,
		ARRAY[i % 4, 1, i % 2 + 1]::bigint[] AS scores
	FROM generate_series(1, 4000) i;
CREATE FUNCTION whole() RETURNS text LANGUAGE sql AS $$
	SELECT md5(concat(commune.digest(commune.tally_votes(nullif(option, 7), weight)), commune.digest(commune.tally_points(option, amount - 500, weight)),
		commune.digest(commune.tally_quadratic(votes, 17, weight, 'scale', false)), commune.digest(commune.tally_cumulative(votes, 6, weight)),
		commune.digest(commune.tally_contributions(option, contributor, amount)), commune.digest(commune.tally_budget(projects, weight)),
		commune.digest(commune.tally_budget(projects, scores, weight)))) FROM rows $$;
CREATE FUNCTION divided(parts int) RETURNS text LANGUAGE sql AS $$
	SELECT md5(concat(commune.digest(commune.tally_sums(v ORDER BY random())), commune.digest(commune.tally_sums(p ORDER BY random())),
		commune.digest(commune.tally_sums(q ORDER BY random())), commune.digest(commune.tally_sums(u ORDER BY random())),
		commune.digest(commune.tally_contributions(c ORDER BY random())), commune.digest(commune.tally_budget(a ORDER BY random())),
		commune.digest(commune.tally_budget(s ORDER BY random()))))
	FROM (SELECT commune.tally_votes(nullif(option, 7), weight) AS v, commune.tally_points(option, amount - 500, weight) AS p,
			commune.tally_quadratic(votes, 17, weight, 'scale', false) AS q, commune.tally_cumulative(votes, 6, weight) AS u,
			commune.tally_contributions(option, contributor, amount) AS c, commune.tally_budget(projects, weight) AS a,
			commune.tally_budget(projects, scores, weight) AS s
		FROM (SELECT *, trunc(random() * parts) AS part FROM rows ORDER BY random()) r GROUP BY part) g $$;
SELECT parts, bool_and(divided(parts + 0 * again) = whole()) AS same FROM generate_series(1, 8) parts, generate_series(1, 2) again GROUP BY parts ORDER BY parts;

-- by hand: shards that were stored, read back from text and from bytes, and combined
CREATE TABLE shards AS SELECT contributor % 3 AS shard, commune.tally_quadratic(votes, 17, weight) AS sums,
	commune.tally_contributions(option, contributor, amount) AS contributions, commune.tally_budget(projects, scores, weight) AS ballots FROM rows GROUP BY 1;
SELECT count(*), bool_and(sums::text::commune.tally_sums::text = sums::text) AS sums, bool_and(contributions::text::commune.tally_contributions::text = contributions::text) AS contributions,
	bool_and(ballots::text::commune.tally_budget::text = ballots::text) AS ballots FROM shards;
\getenv folder PG_ABS_BUILDDIR
\set file :folder '/results/budget_state.bin'
COPY shards TO :'file' (FORMAT binary);
CREATE TABLE again (LIKE shards);
COPY again FROM :'file' (FORMAT binary);
SELECT commune.digest(commune.tally_sums(a.sums)) = (SELECT commune.digest(commune.tally_quadratic(votes, 17, weight)) FROM rows) AS sums,
	commune.digest(commune.tally_contributions(a.contributions)) = (SELECT commune.digest(commune.tally_contributions(option, contributor, amount)) FROM rows) AS contributions,
	commune.digest(commune.tally_budget(a.ballots)) = (SELECT commune.digest(commune.tally_budget(projects, scores, weight)) FROM rows) AS ballots FROM again a;

-- alone or by parallel workers
ALTER TABLE rows SET (parallel_workers = 2);
ANALYZE rows;
SET max_parallel_workers_per_gather = 0;
SELECT whole() AS alone \gset
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT commune.tally_quadratic(votes, 17), commune.tally_contributions(option, contributor, amount), commune.tally_budget(projects) FROM rows;
SELECT whole() = :'alone' AS same;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- Many groups; a state that grows from row to row; a state that is kept in a variable.
SELECT count(*), count(DISTINCT s::text), count(DISTINCT c::text), count(DISTINCT b::text) FROM (SELECT commune.tally_votes(v % 7) AS s,
	commune.tally_contributions(1, v, v) AS c, commune.tally_budget(ARRAY[v % 9, v % 8]) AS b FROM generate_series(1, 20000) v GROUP BY v % 5000) g;
SELECT v, commune.tally_votes(v % 2) OVER w, commune.tally_contributions(v % 2, 1, v) OVER w, commune.tally_budget(ARRAY[v, v % 2]) OVER w
	FROM generate_series(1, 4) v WINDOW w AS (ORDER BY v ROWS BETWEEN 2 PRECEDING AND CURRENT ROW);
DO $$
DECLARE
	s commune.tally_sums;
	winner int;
BEGIN
	SELECT commune.tally_votes(v % 3) INTO s FROM generate_series(1, 10) v;
	SELECT commune.tally_sums(part) INTO s FROM (VALUES (s), ('0=9'), (NULL)) p (part);
	SELECT option INTO winner FROM commune.option_votes(s) ORDER BY votes DESC LIMIT 1;
	RAISE NOTICE '% %', s, winner;
END $$;

-- ---- metamorphic: other numbers for the options, or all ballots twice, change nothing but that
SELECT array_agg(seats ORDER BY option) AS seats FROM commune.seats((SELECT commune.tally_votes(option, option * weight) FROM rows), 50, 'sainte_lague') \gset
SELECT array_agg(seats ORDER BY option DESC) = :'seats' AS relabelled FROM commune.seats((SELECT commune.tally_votes(-option, option * weight) FROM rows), 50, 'sainte_lague');
SELECT array_agg(seats ORDER BY option) = :'seats' AS doubled FROM commune.seats((SELECT commune.tally_votes(option, 2 * option * weight) FROM rows), 50, 'sainte_lague');
CREATE FUNCTION funded(b commune.tally_budget, money bigint, sign int) RETURNS int[] LANGUAGE sql AS $$
	SELECT array_agg(sign * project ORDER BY place) FROM commune.equal_shares(b,
		(SELECT array_agg(ARRAY[sign * p, 100 + p * 7]) FROM generate_series(0, 60) p), money, 'cost', 'add1_utilitarian', 1, false, false, 'max_votes,min_cost') WHERE funded $$;
SELECT funded(commune.tally_budget(projects), 3000, 1) = funded(commune.tally_budget(ARRAY[-projects[1], -projects[2], -projects[3]]), 3000, -1) AS relabelled FROM rows;
SELECT sum(match) AS pool, count(*) FILTER (WHERE match > 0) FROM commune.quadratic_funding((SELECT commune.tally_contributions(option, contributor, amount) FROM rows), 100003);
-- a contribution that is split up among a contributor's rows is one contribution
SELECT (SELECT commune.tally_contributions(1, 1, 3))::text, (SELECT commune.tally_contributions(1, 1, 1)::text FROM generate_series(1, 3));

-- ---- limits
SELECT funded, tie FROM commune.greedy_budget('9223372036854775806*(1)', '{{1,9223372036854775807}}', 9223372036854775807, 'votes_per_cost');
SELECT funded, rate, effective_votes FROM commune.equal_shares('1*(1:9223372036854775807)', '{{1,1152921504606846975}}', 1152921504606846975, 'scores', 'none');
SELECT count(*), sum(seats) FROM commune.seats((SELECT commune.tally_votes(i % 256) FROM generate_series(0, 9999) i), 100000, 'hare', seed => '\x01');
SELECT match, ideal FROM commune.quadratic_funding('1:1=9223372036854775807 1:2=9223372036854775807', 9223372036854775807);
SELECT count(*), max(votes), max(credits) FROM commune.option_votes((SELECT commune.tally_points(i, 2147483647, 9223372036854775807) FROM generate_series(1, 256) i));
\set VERBOSITY sqlstate
SELECT commune.tally_points(1, 9223372036854775807, 9223372036854775807) IS NULL;
SELECT commune.tally_points(1, 1, 9223372036854775807) IS NULL FROM generate_series(1, 2);
SELECT commune.tally_votes(1, 9223372036854775807) IS NULL FROM generate_series(1, 2);
SELECT commune.tally_votes(NULL, 9223372036854775807) IS NULL FROM generate_series(1, 2);
SELECT commune.tally_contributions(1, 1, 9223372036854775807)::text FROM generate_series(1, 2);
SELECT commune.tally_budget('{1}'::int[], 9223372036854775807)::text FROM generate_series(1, 2);
SELECT '1=1'::commune.tally_sums OPERATOR(commune.-) '1=-170141183460469231731687303715884105728,0,0,0';
SELECT '1:1=1'::commune.tally_contributions OPERATOR(commune.-) '1:1=-9223372036854775808';
SELECT * FROM commune.equal_shares('1*(1)', '{{1,1152921504606846977}}', 9223372036854775807, 'scores', 'none');
SELECT * FROM commune.equal_shares('1*(1)', '{{1,9223372036854775807},{2,1}}', 1, 'cost', 'none');
SELECT * FROM commune.equal_shares('1*(1)', '{{1,1152921504606846975}}', 1, 'cost', 'add1', 9223372036854775807, false, false);
SELECT commune.tally_quadratic(array_fill(1, ARRAY[1000001]), 1) IS NULL;
SELECT commune.tally_budget(array_fill(1, ARRAY[32768])) IS NULL;
SELECT count(*) FROM commune.seats((SELECT commune.tally_votes(i) FROM generate_series(1, 20000) i), 10000, 'most_votes', seed => '\x01');
SELECT count(*) FROM commune.equal_shares('1*(1) 1000000*(2)', '{{1,9000000000000000},{2,9000000000000000}}', 1, 'cost', 'add1', 1, false, false);
SET commune.max_pairs = 5;
SELECT count(*) FROM commune.pairwise_funding((SELECT commune.tally_contributions(1, i, i) FROM generate_series(1, 4) i), 100, 10);
SELECT count(*) FROM commune.funding_pairs((SELECT commune.tally_contributions(1, i, i) FROM generate_series(1, 4) i), 10);
SET commune.max_pairs = 6;
SELECT count(*) FROM commune.funding_pairs((SELECT commune.tally_contributions(1, i, i) FROM generate_series(1, 4) i), 10);
RESET commune.max_pairs;

-- ---- what is not a state
SELECT 'x'::commune.tally_sums;
SELECT '1=5,'::commune.tally_sums;
SELECT '1='::commune.tally_sums;
SELECT '2147483648=1'::commune.tally_sums;
SELECT '1=170141183460469231731687303715884105728,0,0,0'::commune.tally_sums;
SELECT '1:2'::commune.tally_contributions;
SELECT '1:2=9223372036854775808'::commune.tally_contributions;
SELECT '1*1'::commune.tally_budget;
SELECT '1*(1'::commune.tally_budget;
SELECT '1*(1:2,1:3)'::commune.tally_budget;
SELECT '1*(1:-1)'::commune.tally_budget;
-- any bytes: bytea and the states look the same in a binary file
CREATE TABLE received (sums commune.tally_sums, contributions commune.tally_contributions, budget commune.tally_budget);
CREATE FUNCTION receive(kind text, bytes bytea, file text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('COPY (SELECT %L::bytea) TO %L (FORMAT binary)', bytes, file);
	EXECUTE format('COPY received (%I) FROM %L (FORMAT binary)', kind, file);
	RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
CREATE TABLE good (kind text, bytes bytea);
INSERT INTO good VALUES ('sums', commune.tally_sums_send('ballots=9 1=5 2=3,1,20,4')), ('contributions', commune.tally_contributions_send('1:7=500 1:8=4 2:7=20')),
	('budget', commune.tally_budget_send('2*(1,3) 1*(2:4) 3*()')), ('budget', commune.tally_budget_send('2*(1,3)'));
SELECT kind, receive(kind, bytes, :'file') AS whole, receive(kind, substr(bytes, 1, length(bytes) - 1), :'file') AS cut, receive(kind, bytes || '\x00', :'file') AS longer,
	receive(kind, '', :'file') AS empty, receive(kind, substr(bytes, 1, 16), :'file') AS header FROM good;
SELECT kind, receive(kind, set_byte(bytes, at, 255), :'file') AS state, count(*) FROM good, generate_series(0, length(bytes) - 1) at GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*), bool_and(sums::text::commune.tally_sums::text = sums::text) AS sums, bool_and(contributions::text::commune.tally_contributions::text = contributions::text) AS contributions,
	bool_and(budget::text::commune.tally_budget::text = budget::text) AS budget FROM received;
-- what it announces is compared with what there is, before memory is asked for
SELECT receive('sums', '\x01760000ffffff7f' || decode(repeat('00', 32), 'hex'), :'file'), receive('contributions', '\x01630000ffffff7fffffff7f00000000', :'file'),
	receive('budget', '\x01620000ffffff7fffffff7f00000000', :'file');
-- rows are added by aggregates only; a state of one kind is none of another
SELECT commune.tally_votes_add(NULL, 1);
SELECT commune.tally_sums_combine('1=1', '1=1');
SELECT commune.tally_sums_final('1=1');
SELECT * FROM commune.option_votes('1=1'::commune.tally_budget);

-- ---- long counts answer to cancel
CREATE TABLE slow AS SELECT (SELECT commune.tally_contributions(1, i, i) FROM generate_series(1, 19000) i) AS gifts,
	(SELECT commune.tally_budget(ARRAY[i % 997, 1000 + i % 991, 2000 + i % 983]) FROM generate_series(1, 50000) i) AS ballots,
	(SELECT commune.tally_votes(i, i) FROM generate_series(1, 100000) i) AS sums;
SET statement_timeout = '200ms';
SELECT count(*) FROM slow, commune.pairwise_funding(gifts, 100, 10);
SELECT count(*) FROM slow, commune.equal_shares(ballots, (SELECT array_agg(ARRAY[p, 100000 + p]) FROM generate_series(0, 3000) p), 100000000,
	'cost', 'add1', 1, false, false, 'max_votes,option_order');
SELECT count(*) FROM slow, commune.seats(sums, 100000, 'dhondt', 'option_order');
RESET statement_timeout;

DROP TABLE rows, shards, again, received, good, slow;
DROP FUNCTION whole, divided, funded, receive;
DROP EXTENSION commune;
DROP SCHEMA commune;
