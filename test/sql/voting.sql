-- voting: every method on small elections that can be counted by hand, round by round; ties; and what is refused.
CREATE EXTENSION commune;

-- ---- choices and approvals

CREATE TABLE choice AS SELECT * FROM (VALUES (1), (1), (1), (2), (2), (2), (3), (0), (NULL)) c (option);
SELECT * FROM commune.plurality((SELECT commune.tally_plurality(option, 4) FROM choice), seats => 2, ties => 'error');
SELECT option, votes, rank, elected, tie FROM commune.plurality((SELECT commune.tally_plurality(option, 4) FROM choice), seed => 'beacon');
SELECT option, elected, tie FROM commune.plurality('plurality 3: 6 0 | 2 2 2', seats => 2, ties => 'option_order');
SELECT option, elected, tie FROM commune.plurality('plurality 3: 6 0 | 2 2 2', seats => 2, ties => 'permutation', permutation => '{3, 1, 2}');
SELECT option, elected, tie FROM commune.plurality('plurality 3: 6 0 | 2 2 2', seats => 2, ties => 'none');
-- The lot is the order of SHA-256(seed || option), which anybody can repeat.
SELECT option, sha256('beacon'::bytea || int4send(option)) AS ticket, elected
FROM commune.plurality('plurality 3: 6 0 | 2 2 2', seed => 'beacon') ORDER BY ticket;

SELECT * FROM commune.approval((SELECT commune.tally_approval(approved, 3)
	FROM (VALUES ('{1,2}'::int2[]), ('{2}'), ('{2,3,2}'), ('{}'), ('{NULL}'), (NULL)) b (approved)));

-- ---- scores

CREATE TABLE scored AS SELECT * FROM (VALUES ('{5,4,0}'::int[]), ('{5,4,0}'), ('{5,4,0}'), ('{0,4,5}'), ('{0,4,5}'), ('{NULL,NULL,1}'), ('{}')) s (scores);
SELECT * FROM commune.score((SELECT commune.tally_scores(scores, 3, 5) FROM scored));
SELECT * FROM commune.score((SELECT commune.tally_scores(scores, 3, 5) FROM scored), method => 'mean', unscored => 'ignored');
SELECT * FROM commune.score((SELECT commune.tally_scores(scores, 3, 5) FROM scored), method => 'median');
SELECT * FROM commune.score((SELECT commune.tally_scores(scores, 3, 5) FROM scored), method => 'majority_judgment');
SELECT * FROM commune.star((SELECT commune.tally_star(scores, 3, 5) FROM scored));
SELECT * FROM commune.star('star 2 1: 2 0 | 1 1 0 1 | 1 1 1 0', seed => 'beacon');
SELECT * FROM commune.star_ties('star 2 1: 2 0 | 1 1 0 1 | 1 1 1 0', seed => 'beacon');

-- ---- rankings: the capital of Tennessee (1 Memphis, 2 Nashville, 3 Chattanooga, 4 Knoxville)

CREATE TABLE ballot AS SELECT * FROM (VALUES (42, '1>2>3>4'), (26, '2>3>4>1'), (15, '3>4>2>1'), (17, '4>3>2>1')) b (weight, ranking);
ALTER TABLE ballot ALTER ranking TYPE commune.ranking USING ranking::commune.ranking;
SELECT commune.tally_profile(ranking, 4, weight) AS profile, commune.tally_pairs(ranking, 4, weight) AS pairs,
	commune.tally_borda(ranking, 4, weight) AS borda FROM ballot \gset
SELECT :'profile' AS profile, :'pairs' AS pairs, :'borda' AS borda;
SELECT commune.pairs(:'profile') AS pairs, commune.pairs('3: 1*1>2', false) AS ranked_only;

SELECT * FROM commune.borda(:'borda'::commune.tally_counts);
SELECT option, points, rank FROM commune.borda(:'profile'::commune.tally_profile, lowest => 1);
SELECT mode, string_agg(points::text, ' ' ORDER BY option) AS points, string_agg(numerator || '/' || denominator, ' ' ORDER BY option) AS exact
FROM unnest('{average,zero,modified,dowdall}'::text[]) mode, commune.borda('3: 4*1>2 3*2=3 1*'::commune.tally_profile, mode, seed => 'x') GROUP BY mode ORDER BY mode;

SELECT * FROM commune.pairwise(:'pairs') WHERE option < other;
SELECT * FROM commune.copeland(:'pairs');
SELECT * FROM commune.minimax(:'pairs');
SELECT * FROM commune.minimax(:'pairs', 'margin');
SELECT * FROM commune.schulze(:'pairs');
SELECT * FROM commune.schulze_paths(:'pairs') WHERE option < other;
SELECT * FROM commune.ranked_pairs(:'pairs');
SELECT * FROM commune.ranked_pairs_steps(:'pairs');

-- A circle: 1 beats 2 by 10 to 5, 3 beats 1 by 9 to 6, 2 beats 3 by 8 to 7.
\set circle '''pairs 3: 15 0 | 15 10 6 | 5 15 8 | 9 7 15'''
SELECT option, wins, smith, condorcet_winner, tie FROM commune.copeland(:circle, seed => 'x', seats => 3);
SELECT method, string_agg(rank::text, ' ' ORDER BY option) AS ranks FROM (
	SELECT 'schulze' AS method, option, rank FROM commune.schulze(:circle)
	UNION ALL SELECT 'schulze ratio', option, rank FROM commune.schulze(:circle, 'ratio')
	UNION ALL SELECT 'ranked pairs', option, rank FROM commune.ranked_pairs(:circle)
	UNION ALL SELECT 'minimax', option, rank FROM commune.minimax(:circle)
	UNION ALL SELECT 'minimax opposition', option, rank FROM commune.minimax(:circle, 'opposition')) m GROUP BY method ORDER BY method;
SELECT option, other, strength, to_one, ahead FROM commune.schulze_paths(:circle, 'ratio');
-- Equal victories in a circle: the rule for ties decides which yields, or all do.
SELECT * FROM commune.ranked_pairs_steps('pairs 3: 3 0 | 3 2 1 | 1 3 2 | 2 1 3', ties => 'option_order');
SELECT * FROM commune.ranked_pairs_steps('pairs 3: 3 0 | 3 2 1 | 1 3 2 | 2 1 3', equal => 'together', seed => 'x');

-- ---- rounds: in each, the votes, the exhausted and the blank ones are all ballots

SELECT * FROM commune.irv(:'profile');
SELECT * FROM commune.irv_transfers(:'profile');
SELECT * FROM commune.irv_ties(:'profile');
SELECT round, option, votes, status, exhausted, blank FROM commune.irv('3: 10*1 9*2 3*3 3*2=3 2*', overvote => 'wait');
SELECT round, option, votes, status, needed FROM commune.irv('3: 45*1 30*2>3 25*3 5*', majority_of => 'ballots');
SELECT round, option, votes, status, needed FROM commune.irv('4: 40*1 30*2 20*3 9*4>3', share_num => 15, share_den => 100);
SELECT round, option, votes, status, needed FROM commune.irv('4: 40*1 30*2 20*3 9*4>3', seats => 2);
SELECT round, option, votes, status FROM commune.irv('5: 40*1 33*2 4*3>4 3*4>5 2*5>2', batch => true, run_to => 2);
SELECT round, option, votes, status FROM commune.irv('4: 40*1 25*2 20*3>2 6*4>3', withdrawn => '{1}', first_out => '{4}', minimum => 26);
SELECT * FROM commune.irv_ties('4: 5*1 3*2 3*3>4 2*4', ties => 'prior_round,option_order');
SELECT round, option, votes, status FROM commune.irv('3: 2*1>>2 3*2>2>1 4*3=1>2', max_skipped => 0, duplicates => 'exhaust', overvote => 'skip');

SELECT * FROM commune.stv('4: 7*1>2 1*2 2*3 1*4>3', 2);
SELECT round, option, votes, status, event, quota, surplus, lost FROM commune.stv('3: 50*1>2 20*2 30*3', 2, 'wigm');
SELECT round, option, votes, keep, status, event, quota, iterations FROM commune.stv('3: 50*1>2 20*2 30*3', 2, 'meek');
SELECT round, option, votes, status, quota FROM commune.stv('3: 50*1>2 20*2 30*3', 2, 'wigm', quota => 'hare', decimals => 0);
SELECT round, option, votes, status, event FROM commune.stv('4: 40*1 30*2 10*3>4 5*4', 2, 'wigm', batch => true, withdrawn => '{2}');
SELECT * FROM commune.stv_ties('3: 4*1 3*2 3*3', 1, ties => 'prior_round,lot', seed => 'beacon');

-- Weights of delegations join in one query, and a ballot that was replaced is taken out.
SELECT option, votes FROM commune.plurality((SELECT commune.tally_plurality(option, 2, w.weight)
	FROM (VALUES (1, 2), (4, 1)) b (voter, option)
	JOIN commune.weights((SELECT commune.delegation_graph(t, d) FROM (VALUES (1, NULL), (2, 1), (3, 2), (4, NULL)) d (t, d))) w ON member = voter));
SELECT commune.tally_profile(ranking::commune.ranking, 3, weight)
FROM (VALUES ('1>2', 1), ('3', 1), ('1>2', -1), ('2>1', 1), ('3', NULL::int)) b (ranking, weight);

-- No state, no rows.
SELECT count(*) FROM commune.plurality(NULL), commune.irv(NULL), commune.stv(NULL, 1), commune.schulze(NULL), commune.star(NULL), commune.score(NULL);
SELECT commune.tally_plurality(option, 3) IS NULL AS none FROM choice WHERE option > 3;
-- States without ballots, and a single option.
SELECT option, votes, rank, elected FROM commune.plurality('plurality 2: 3 3 | 0 0', ties => 'none');
SELECT * FROM commune.irv('2:');
SELECT * FROM commune.stv('2:', 1);
SELECT option, elected FROM commune.schulze('pairs 1: 0 0 | 0');
SELECT round, option, votes, status FROM commune.irv('1: 3*1');
SELECT round, option, status FROM commune.star('star 1 5: 1 0 | 0 0 0 0 0 1 0');

-- ---- what is refused

-- A tie needs a seed, or another rule.
SELECT * FROM commune.plurality('plurality 2: 2 0 | 1 1');
\set VERBOSITY sqlstate
SELECT * FROM commune.plurality('plurality 2: 2 0 | 1 1', seed => '');
SELECT * FROM commune.plurality('plurality 2: 2 0 | 1 1', ties => 'error');
SELECT * FROM commune.plurality('plurality 2: 2 0 | 1 1', ties => 'coin');
SELECT * FROM commune.plurality('plurality 2: 2 0 | 1 1', ties => 'prior_round');
SELECT * FROM commune.plurality('plurality 2: 2 0 | 1 1', ties => 'permutation');
SELECT * FROM commune.plurality('plurality 2: 2 0 | 1 1', ties => 'permutation', permutation => '{1, 1}');
SELECT * FROM commune.plurality('plurality 2: 2 0 | 1 1', ties => 'permutation', permutation => '{1, NULL}');
SELECT * FROM commune.plurality('plurality 2: 2 0 | 1 1', ties => NULL);
SELECT * FROM commune.plurality('plurality 2: 2 0 | 1 1', seats => 0);
SELECT * FROM commune.plurality('plurality 2: 2 0 | 1 1', seats => NULL);
SELECT * FROM commune.irv('2: 1*1 1*2', ties => 'prior_round');
SELECT * FROM commune.irv('2: 1*1 1*2', ties => 'all');
SELECT * FROM commune.irv('2: 1*1', overvote => 'guess');
SELECT * FROM commune.irv('2: 1*1', withdrawn => '{3}');
SELECT * FROM commune.irv('2: 1*1', share_num => 2, share_den => 1);
SELECT * FROM commune.irv('2: 1*1', run_to => 0);
SELECT * FROM commune.irv('2: 1*1', max_skipped => -2);
SELECT * FROM commune.stv('2: 1*1', 0);
SELECT * FROM commune.stv('2: 1*1', 1, 'hare');
SELECT * FROM commune.stv('2: 1*1', 1, 'meek', decimals => 4);
SELECT * FROM commune.stv('2: 1*1', 1, overvote => 'wait');
SELECT * FROM commune.borda('borda 2: 3 1 3 | 2 4 3 | 1 3 2'::commune.tally_counts, 'dowdall');
SELECT * FROM commune.borda('2: 1*1'::commune.tally_profile, 'dowdall', lowest => 1);
SELECT * FROM commune.score('score 2 1: 2 0 | 1 1 | 1 1', method => 'majority_judgment', unscored => 'ignored');
SELECT * FROM commune.minimax(:'pairs', 'ratio');
SELECT * FROM commune.schulze(:'pairs', 'opposition');
SELECT * FROM commune.ranked_pairs('pairs 3: 3 0 | 3 2 1 | 1 3 2 | 2 1 3', ties => 'none');
-- A state of another kind.
SELECT * FROM commune.approval('plurality 2: 2 0 | 1 1');
SELECT * FROM commune.score('star 2 1: 2 0 | 1 1 0 1 | 1 1 1 0');
-- More was taken out than was put in, or the numbers contradict each other.
SELECT * FROM commune.plurality('plurality 2: 0 0 | 1 -1', ties => 'none');
SELECT * FROM commune.irv('2: -1*1 3*2');
SELECT * FROM commune.stv('2: -1*1 3*2', 1);
SELECT * FROM commune.borda('2: -1*1 3*2'::commune.tally_profile);
SELECT * FROM commune.schulze('pairs 2: 1 0 | 1 1 | 1 1');
SELECT * FROM commune.score('score 2 1: 2 0 | 2 1 | 1 1');
-- Weights that do not add up in 64 bits.
SELECT * FROM commune.irv('2: 9223372036854775807*1 1*2');
SELECT * FROM commune.borda('9: 1*1 9223372036854775807*2'::commune.tally_profile);
SELECT * FROM commune.borda(('9: 576460752303423488*' || (SELECT string_agg(o::text, '>') FROM generate_series(1, 9) o))::commune.tally_profile);
\set VERBOSITY default

DROP TABLE choice, scored, ballot;
DROP EXTENSION commune;
DROP SCHEMA commune;
