-- delegation: who represents whom, asked on a table of anybody's.
CREATE EXTENSION commune;

-- 1 > 2 > 3 and 4 > 3; 5 > 6 > 7 > 5, with 8 behind it; 9 is only in the table, 10 is only trusted.
CREATE TABLE trust (truster bigint PRIMARY KEY, trustee bigint);
INSERT INTO trust VALUES (1, 2), (2, 3), (4, 3), (5, 6), (6, 7), (7, 5), (8, 5), (9, NULL), (11, 10);
CREATE VIEW g AS SELECT commune.delegation_graph(truster, trustee) AS graph FROM trust;

-- As long as nobody says who votes, the weight rests with whoever trusts nobody.
SELECT w.* FROM g, commune.weights(graph) w;
SELECT r.* FROM g, commune.resolve(graph) r;
SELECT c.* FROM g, commune.cycles(graph) c;
SELECT p.* FROM g, commune.path(graph, 1) p;
SELECT p.* FROM g, commune.path(graph, 8) p;
SELECT p.* FROM g, commune.path(graph, 9) p;

-- Who votes keeps his vote and that of all behind him; without a voter at its end a chain is unrepresented.  12 votes,
-- but nothing else is known of him.
SELECT w.* FROM g, commune.weights(graph, '{12, 2, 6, 6, NULL}') w;
SELECT r.* FROM g, commune.resolve(graph, '{12, 2, 6}') r;
SELECT count(*) FROM g, commune.cycles(graph, '{12, 2, 6}');
SELECT p.* FROM g, commune.path(graph, 8, '{12, 2, 6}') p;
SELECT p.* FROM g, commune.path(graph, 4, '{12, 2, 6}') p;
SELECT p.* FROM g, commune.path(graph, 12, '{12, 2, 6}') p;
SELECT count(*) FROM g, commune.path(graph, 13, '{12, 2, 6}');

-- Nobody votes.
SELECT w.* FROM g, commune.weights(graph, '{}') w;

-- The same, when the rows say who votes; voters that are handed over count instead.
CREATE TABLE ballot (voter bigint PRIMARY KEY, choice text);
INSERT INTO ballot VALUES (2, 'yes'), (6, 'no'), (9, 'yes');
CREATE VIEW counted AS
	SELECT commune.delegation_graph(truster, trustee, voter IS NOT NULL) AS graph
	FROM trust LEFT JOIN ballot ON voter = truster;
SELECT graph FROM counted;
SELECT choice, sum(weight) FROM counted, commune.weights(graph) w JOIN ballot ON voter = member GROUP BY choice ORDER BY choice;
SELECT w.* FROM counted, commune.weights(graph, '{3}') w;

-- Everybody is behind exactly one head, so the sums are those of all members.
SELECT (SELECT count(*) FROM commune.resolve(graph)) AS members, sum(members) AS behind, sum(weight) AS weight,
	sum(weight) FILTER (WHERE represented) AS represented
FROM counted, commune.weights(graph) GROUP BY 1;

-- Weights: NULL is 1, and so is a member who is only trusted.
SELECT w.* FROM commune.weights((SELECT commune.delegation_graph(truster, trustee, votes, weight)
	FROM (VALUES (1, 2, false, 10), (2, 3, NULL, NULL), (4, 3, true, 5), (5, NULL, true, 0)) v (truster, trustee, votes, weight))) w;

-- Ranks.  The way to a voter with the smallest sum of ranks is taken; of equal sums the one that begins with the
-- earlier choice.
CREATE TABLE ranked (truster bigint, trustee bigint, rank smallint, PRIMARY KEY (truster, rank));
INSERT INTO ranked VALUES (1, 2, 1), (1, 5, 2), (2, 3, 1), (3, 4, 1), (4, 1, 1), (6, 1, 1), (6, 5, 3), (7, 8, 1), (7, 9, 2), (8, 7, 1);
CREATE VIEW r AS SELECT commune.delegation_graph(truster, trustee, rank) AS graph FROM ranked;
SELECT graph FROM r;
SELECT r.* FROM r AS g, commune.resolve(graph, '{5}') r;
SELECT p.* FROM r, commune.path(graph, 4, '{5}') p;
SELECT p.* FROM r, commune.path(graph, 6, '{5}') p;
SELECT p.* FROM r, commune.path(graph, 7, '{5}') p;
SELECT c.* FROM r, commune.cycles(graph, '{5}') c;
SELECT w.* FROM r, commune.weights(graph, '{5}') w;

-- A choice that holds only if the trustee votes himself.
SELECT commune.delegation_graph(truster, trustee, rank::smallint, votes, weight, must_vote)
FROM (VALUES (1, 2, 1, false, 3, true), (1, 3, 2, false, NULL, true), (2, 3, NULL, NULL, NULL, NULL), (3, NULL, 5, true, 2, true))
	v (truster, trustee, rank, votes, weight, must_vote);
SELECT r.* FROM commune.resolve('1>2. 2>3 3!'::commune.delegation_graph) r;
SELECT p.* FROM commune.path('1>2. 2>3 3!'::commune.delegation_graph, 1) p;
SELECT r.* FROM commune.resolve('1>2.,3. 2>3 3!'::commune.delegation_graph) r;

-- Whoever names himself keeps his vote.
SELECT r.* FROM commune.resolve((SELECT commune.delegation_graph(a, b) FROM (VALUES (1, 1), (2, 1)) v (a, b))) r;

-- Ids that are texts; other ids are cast.
SELECT w.* FROM commune.weights((SELECT commune.delegation_graph(a, b) FROM (VALUES ('ann', 'bob'), ('bob', 'cyd'), ('dan', 'dan')) v (a, b))) w;
SELECT w.* FROM commune.weights('"ann">"bob" "dan">"bob"'::commune.text_delegation_graph, '{ann, eve}') w;
SELECT p.* FROM commune.path('"ann">"bob" "bob">"ann"'::commune.text_delegation_graph, 'ann') p;
SELECT c.* FROM commune.cycles('"b">"a" "a">"b"'::commune.text_delegation_graph) c;
SELECT r.* FROM commune.resolve('"ann">"bob"'::commune.text_delegation_graph, ARRAY['bob', NULL]) r;
SELECT commune.delegation_graph(truster::text, trustee::text, true, 7::bigint)
FROM (VALUES ('00000000-0000-0000-0000-000000000001'::uuid, '00000000-0000-0000-0000-000000000002'::uuid)) v (truster, trustee);
SELECT commune.delegation_graph('a'::text, 'b', 2::smallint), commune.delegation_graph('a'::text, 'b', 2::smallint, true, 3, true),
	commune.delegation_graph('a'::text, 'b', false);

-- A graph for each group, from one scan.
SELECT topic, commune.delegation_graph(truster, trustee) AS graph
FROM (VALUES ('water', 1, 2), ('water', 2, 3), ('parks', 1, 4)) v (topic, truster, trustee) GROUP BY topic ORDER BY topic;
SELECT topic, w.*
FROM (SELECT topic, commune.delegation_graph(truster, trustee) AS graph
	FROM (VALUES ('water', 1, 2), ('water', 2, 3), ('parks', 1, 4)) v (topic, truster, trustee) GROUP BY topic) t,
	commune.weights(graph) w ORDER BY topic, member;

-- Nothing in, nothing out: no rows, no trusters, no graph, no member.
SELECT commune.delegation_graph(truster, trustee) IS NULL FROM trust WHERE false;
SELECT commune.delegation_graph(a, b) IS NULL FROM (VALUES (NULL::bigint, 1::bigint)) v (a, b);
SELECT commune.delegation_graph(a, b) FROM (VALUES (NULL, 1), (2, 3), (NULL, NULL)) v (a, b);
SELECT * FROM commune.weights(NULL::commune.delegation_graph);
SELECT * FROM commune.resolve(NULL::commune.delegation_graph, '{1}');
SELECT * FROM commune.cycles(NULL::commune.text_delegation_graph);
SELECT * FROM commune.path(NULL::commune.delegation_graph, 1);
SELECT * FROM commune.path('1>2'::commune.delegation_graph, NULL);
SELECT * FROM commune.weights(''::commune.delegation_graph);
SELECT * FROM commune.weights(''::commune.delegation_graph, '{1}');

-- Contradictions are errors, whatever the order of rows; what is said twice is said once.
SELECT commune.delegation_graph(a, b) FROM (VALUES (1, 2), (1, 2)) v (a, b);
SELECT commune.delegation_graph(a, b) FROM (VALUES (1, 2), (1, 3)) v (a, b);
\set VERBOSITY sqlstate
SELECT commune.delegation_graph(a, b) FROM (VALUES (1, NULL), (1, 3)) v (a, b);
SELECT commune.delegation_graph(a, b) FROM (VALUES ('x', 'y'), ('x', 'z')) v (a, b);
SELECT commune.delegation_graph(a, b, r::smallint) FROM (VALUES (1, 2, 2), (1, 3, 2)) v (a, b, r);
SELECT commune.delegation_graph(a, 2, true, w) FROM (VALUES (1, 4), (1, 5)) v (a, w);
SELECT commune.delegation_graph(1, 2, true, -1);
SELECT commune.delegation_graph(1, 2, 0::smallint);
SELECT commune.delegation_graph(1, 2, 6::smallint);
SELECT * FROM commune.weights('1*9223372036854775807>2'::commune.delegation_graph);

-- Chains and rings of any length.
\set VERBOSITY default
WITH chain AS (SELECT commune.delegation_graph(v, nullif(v + 1, 100001)) AS graph FROM generate_series(1, 100000) v)
SELECT w.*, (SELECT count(*) FROM commune.path(graph, 1)), (SELECT max(hops) FROM commune.resolve(graph))
FROM chain, commune.weights(graph) w;
WITH ring AS (SELECT commune.delegation_graph(v, v % 100000 + 1) AS graph FROM generate_series(1, 100000) v)
SELECT w.*, (SELECT count(*) FROM commune.path(graph, 1)), (SELECT count(*) FROM commune.cycles(graph))
FROM ring, commune.weights(graph) w;

DROP VIEW g, counted, r;
DROP TABLE trust, ballot, ranked;
DROP EXTENSION commune;
DROP SCHEMA commune;
