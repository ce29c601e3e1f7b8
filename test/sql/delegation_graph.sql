-- delegation_graph: the types; the same facts are the same bytes, however they were gathered.
CREATE EXTENSION commune;

-- The text form is read in any order and written in one.
SELECT '3  2>3 1>2'::commune.delegation_graph, '9>1,,2. 9!>,7 5!*3'::commune.delegation_graph, '! 1>2'::commune.delegation_graph, ''::commune.delegation_graph,
	'-9223372036854775808>9223372036854775807'::commune.delegation_graph;
SELECT '"b" "a\"\\">"b" "">"ä"'::commune.text_delegation_graph;
SELECT commune.delegation_graph_send('-2>7,264. 7!*5'), commune.text_delegation_graph_send('"a">"bc"');
SELECT '1>2 1>'::commune.delegation_graph;
\set VERBOSITY sqlstate
SELECT 'x'::commune.delegation_graph;
SELECT '1 > 2'::commune.delegation_graph;
SELECT '9223372036854775808'::commune.delegation_graph;
SELECT '1>2 1>3'::commune.delegation_graph;
SELECT '1*1 1*2'::commune.delegation_graph;
SELECT '1*-1'::commune.delegation_graph;
SELECT '1>2,3,4,5,6,7'::commune.delegation_graph;
SELECT '1>2'::commune.text_delegation_graph;
SELECT '"a'::commune.text_delegation_graph;
SELECT commune.delegation_graph_add(NULL, 1, 2);
\set VERBOSITY default

-- Stored, and read back from text.
CREATE TABLE kept (id int PRIMARY KEY, graph commune.delegation_graph, named commune.text_delegation_graph);
INSERT INTO kept SELECT 1, commune.delegation_graph(v, v / 2), commune.delegation_graph('m' || v, 'm' || v / 2)
	FROM generate_series(1, 5000) v;
INSERT INTO kept SELECT 2, graph::text::commune.delegation_graph, named::text::commune.text_delegation_graph FROM kept;
SELECT count(DISTINCT commune.delegation_graph_send(graph)), count(DISTINCT commune.text_delegation_graph_send(named)),
	min(pg_column_size(graph)) < max(length(commune.delegation_graph_send(graph))) AS compressed FROM kept;
SELECT id, w.*, n.* FROM kept, commune.weights(graph) w, commune.weights(named) n;

-- Many facts, most of them said several times: who trusts whom as which choice, some with weights and votes.
CREATE TABLE facts AS
	SELECT i % 613 AS truster, (i % 613 * 7 + i % 3 * 31) % 700 AS trustee, (1 + i % 3)::smallint AS rank,
		i % 50 = 0 AS votes, CASE WHEN i % 2 = 0 THEN i % 613 END::bigint AS weight, i % 11 = 0 AS must_vote
	FROM generate_series(1, 6000) i
	WHERE (i % 613 * 7 + i % 3 * 31) % 700 <> i % 613
	UNION ALL SELECT i, NULL, NULL, false, NULL, true FROM generate_series(1000, 1020) i;
CREATE FUNCTION whole(OUT numbers bytea, OUT texts bytea) LANGUAGE sql AS $$
	SELECT commune.delegation_graph_send(commune.delegation_graph(truster, trustee, rank, votes, weight, must_vote)),
		commune.text_delegation_graph_send(
			commune.delegation_graph('did:' || truster, 'did:' || trustee, rank, votes, weight, must_vote))
	FROM facts $$;
SELECT length(numbers), length(texts) FROM whole();

-- In any order, divided into 1 to 8 parts that are joined in any order.
CREATE FUNCTION divided(parts int, OUT numbers bytea, OUT texts bytea) LANGUAGE sql AS $$
	SELECT commune.delegation_graph_send(commune.delegation_graph(n ORDER BY random())),
		commune.text_delegation_graph_send(commune.delegation_graph(t ORDER BY random()))
	FROM (SELECT commune.delegation_graph(truster, trustee, rank, votes, weight, must_vote) AS n,
			commune.delegation_graph('did:' || truster, 'did:' || trustee, rank, votes, weight, must_vote) AS t
		FROM (SELECT *, trunc(random() * parts) AS part FROM facts ORDER BY random()) f GROUP BY part) p $$;
SELECT parts, bool_and(d.numbers = w.numbers) AS numbers, bool_and(d.texts = w.texts) AS texts
FROM whole() w, generate_series(1, 8) parts, generate_series(1, 3) again, divided(parts + 0 * again) d
GROUP BY parts ORDER BY parts;

-- As one part, or by parallel workers.
CREATE TABLE many AS SELECT v AS truster, nullif(v * 7919 % 250007, v) AS trustee FROM generate_series(1, 100000) v;
ANALYZE many;
CREATE FUNCTION digest_of_many() RETURNS text LANGUAGE sql AS
	'SELECT md5(commune.delegation_graph_send(commune.delegation_graph(truster, trustee))) FROM many';
SET max_parallel_workers_per_gather = 0;
SELECT digest_of_many() AS alone \gset
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT commune.delegation_graph(truster, trustee) FROM many;
SELECT digest_of_many() = :'alone' AS same;
SELECT md5(commune.text_delegation_graph_send(commune.delegation_graph(truster::text, trustee::text))) AS parallel FROM many \gset
SET max_parallel_workers_per_gather = 0;
SELECT md5(commune.text_delegation_graph_send(commune.delegation_graph(truster::text, trustee::text))) = :'parallel' AS same FROM many;
SET max_parallel_workers_per_gather = 2;
-- With ranks, votes, weights and marks, and for each of several groups; the answers come from workers too.
CREATE TABLE ranked AS SELECT v % 7 AS part, v AS truster, v - 1 - (v * 7919 + r * 104729) % 997 AS trustee, r::smallint AS rank, v % 11 = 0 AS votes,
	v % 5 AS weight, (v + r) % 3 = 0 AS must_vote FROM generate_series(1::bigint, 30000) v, generate_series(1, 3) r;
ANALYZE ranked;
CREATE FUNCTION answers(kind text) RETURNS TABLE (part bigint, graph text, weights text) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT part, md5(%1$s_send(g)), md5((SELECT string_agg(w::text, '' '') FROM commune.weights(g) w)) FROM (
		SELECT part, commune.delegation_graph(truster::%2$s, trustee::%2$s, rank, votes, weight, must_vote) AS g FROM ranked GROUP BY part) q',
		CASE kind WHEN 'bigint' THEN 'commune.delegation_graph' ELSE 'commune.text_delegation_graph' END, kind);
END $$;
EXPLAIN (COSTS OFF) SELECT part, commune.delegation_graph(truster, trustee, rank, votes, weight, must_vote) FROM ranked GROUP BY part;
CREATE TABLE answered AS SELECT 'bigint' AS kind, a.* FROM answers('bigint') a UNION ALL SELECT 'text', a.* FROM answers('text') a;
SET max_parallel_workers_per_gather = 0;
SELECT count(*), count(DISTINCT weights) FROM answered;
SELECT count(*) AS differ FROM (SELECT 'bigint' AS kind, a.* FROM answers('bigint') a UNION ALL SELECT 'text', a.* FROM answers('text') a EXCEPT TABLE answered) d;
SET max_parallel_workers_per_gather = 2;
-- Every aggregate can be divided: it is safe, its state is a type of its own, and there is a function that combines two.
SELECT p.oid::regprocedure AS aggregate, p.proparallel, a.aggtranstype::regtype AS state, a.aggcombinefn::regproc AS combine,
	(SELECT bool_and(f.proparallel = 's') FROM pg_proc f WHERE f.oid IN (a.aggtransfn, a.aggcombinefn, a.aggfinalfn)) AS functions_safe
FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid
WHERE p.pronamespace = 'commune'::regnamespace AND p.proname = 'delegation_graph' ORDER BY p.oid::regprocedure::text COLLATE "C";
INSERT INTO many VALUES (100000, 5);
\set VERBOSITY sqlstate
SELECT commune.delegation_graph(truster, trustee) IS NULL FROM many;
\set VERBOSITY default
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- Who names himself trusts nobody, at whatever rank, and takes no room for it.
SELECT g, commune.delegation_graph_send(g) = commune.delegation_graph_send('1 2>1') AS same
FROM (SELECT commune.delegation_graph(v, 1, CASE v WHEN 1 THEN 5 ELSE 1 END::smallint) AS g FROM generate_series(1::bigint, 2) v) s;

-- What repeats itself takes no room.
SELECT length(commune.delegation_graph_send(commune.delegation_graph(v % 1000, v % 1000 / 2))) FROM (SELECT generate_series(1, 4500000) AS v) s;

-- Many groups; a graph that grows from row to row; a graph that is kept in a variable.
SELECT count(*), count(DISTINCT graph::text) FROM
	(SELECT commune.delegation_graph(v, v + 1) AS graph FROM generate_series(1, 20000) v GROUP BY v % 5000) g;
SELECT v, commune.delegation_graph(v, v + 1) OVER (ORDER BY v ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM generate_series(1, 4) v;
DO $$
DECLARE
	g commune.delegation_graph;
BEGIN
	SELECT commune.delegation_graph(v, v + 1) INTO g FROM generate_series(1, 3) v;
	SELECT commune.delegation_graph(part) INTO g FROM (VALUES (g), ('9>1'), (NULL)) p (part);
	RAISE NOTICE '%', g;
END $$;

DROP TABLE kept, facts, many, ranked, answered;
DROP FUNCTION whole, divided, digest_of_many, answers;
DROP EXTENSION commune;
DROP SCHEMA commune;
