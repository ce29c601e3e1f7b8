-- budget: every method on an example that can be followed by hand, with all its steps; ties; what is refused.
CREATE EXTENSION commune;

-- ---- majority: 100 ballots, of which 2 abstain
CREATE TABLE votes AS SELECT CASE WHEN i <= 66 THEN 1 WHEN i <= 98 THEN 2 END AS choice FROM generate_series(1, 100) i;
SELECT commune.tally_votes(choice) AS sums FROM votes \gset
SELECT :'sums' AS sums;
SELECT * FROM commune.ballots(:'sums');
SELECT * FROM commune.option_votes(:'sums');
SELECT * FROM commune.option_votes(:'sums', '{3,2,1}');
SELECT * FROM commune.majority(:'sums');
SELECT * FROM commune.majority(:'sums', base => 'cast_abstained', quorum => 101);
SELECT * FROM commune.majority(:'sums', base => 'electorate', electorate => 150);
-- two thirds of 98 is 65 1/3
SELECT * FROM commune.majority(:'sums', 2, 3, strict => false);
-- 66 of 99: exactly two thirds are enough, but not more than two thirds
SELECT strict, option, needed, passed FROM unnest('{true,false}'::boolean[]) strict,
	commune.majority('1=66 2=33', 2, 3, strict) ORDER BY strict, option;
-- twice as many as those against
SELECT option, votes, base, needed, passed FROM commune.majority('1=67 2=33', 2, 1, base => 'against', against => 2);
-- nobody votes
SELECT * FROM commune.majority('', options => '{1}');

-- ---- quadratic voting: 25 credits each; a vote costs its square
CREATE TABLE quadratic (votes int[], credits bigint, weight bigint);
INSERT INTO quadratic VALUES ('{3,4}', 25, 1), ('{5}', 25, 2), ('{1,NULL,2}', 25, 1), ('{5,1}', 25, 1), (NULL, 25, 1), ('{1,-1}', 25, 1);
SELECT over, negative, b.*, s FROM unnest('{reject,clip,scale}'::text[]) over, unnest('{false,true}'::boolean[]) negative,
	LATERAL (SELECT commune.tally_quadratic(votes, credits, weight, over, negative) AS s FROM quadratic) q, commune.ballots(s) b
	ORDER BY over, negative;
SELECT o.* FROM (SELECT commune.tally_quadratic(votes, credits, weight) AS s FROM quadratic) q, commune.option_votes(s) o;
SELECT (SELECT commune.tally_quadratic(votes, credits) FROM quadratic)::text, (SELECT commune.tally_quadratic(votes, credits, 1) FROM quadratic)::text;
SELECT over, commune.quadratic_ballot('{-4,3,2}', 18, over, true), commune.quadratic_ballot('{4,3,2}', 18, over) FROM unnest('{reject,clip,scale}'::text[]) over;
SELECT commune.quadratic_ballot('{2147483647,-2147483648}', 9223372036854775807, negative => true);

-- ---- cumulative voting: 10 points, at most 6 on one option
SELECT over, b.*, s FROM unnest('{reject,clip,scale}'::text[]) over,
	LATERAL (SELECT commune.tally_cumulative(points, 10, 1, over, 6) AS s
		FROM (VALUES ('{6,4}'::int[]), ('{8,1}'), ('{5,5,5}'), ('{-1}'), (NULL)) v (points)) q, commune.ballots(s) b ORDER BY over;
SELECT commune.tally_cumulative('{6,4}'::int[], 10), commune.tally_cumulative('{6,4}'::int[], 10, 3), commune.tally_cumulative('{8,8}'::int[], 16, 1, 'reject', NULL);
SELECT commune.cumulative_ballot('{8,4}', 9, 'clip'), commune.cumulative_ballot('{8,4}', 9, 'scale'), commune.cumulative_ballot('{8,4}', 9);

-- any votes, a row for each option
SELECT o.* FROM (SELECT commune.tally_points(option, votes) AS s FROM (VALUES (7, 3), (7, -5), (-1, 2)) v (option, votes)) q, commune.option_votes(s) o;
SELECT commune.tally_points(option, votes, weight)::text FROM (VALUES (7, 3, 2), (7, -5, 1), (NULL, 1, 1), (1, NULL, 1)) v (option, votes, weight);

-- ---- seats
SELECT method, array_agg(seats ORDER BY option) FROM unnest('{dhondt,sainte_lague,modified_sainte_lague,hare,droop}'::text[]) method,
	commune.seats('1=47000 2=16000 3=15900 4=12000 5=6000 6=3100', 10, method) GROUP BY method ORDER BY method;
SELECT * FROM commune.seats('1=100 2=80 3=30 4=20', 8, 'dhondt');
SELECT * FROM commune.seat_steps('1=100 2=80 3=30 4=20', 8, 'dhondt');
SELECT * FROM commune.seat_steps('1=60 2=28', 2, 'modified_sainte_lague', 'option_order');
SELECT * FROM commune.seat_steps('1=50 2=30 3=20', 4, 'hare');
SELECT * FROM commune.seat_steps('1=50 2=30 3=20', 4, 'droop');
SELECT * FROM commune.seat_steps('1=5 2=9 3=7', 2, 'most_votes');
-- a threshold of 1/10 of all votes: 30 of 300 is enough, 29 is not
SELECT option, votes, seats FROM commune.seats('1=241 2=30 3=29', 10, 'dhondt', threshold_num => 1, threshold_den => 10);
-- an option without votes; no votes at all
SELECT * FROM commune.seats('2=3', 2, 'hare', options => '{1,2}');
SELECT * FROM commune.seats('', 2, 'sainte_lague', options => '{1,2}');

-- ties: without a seed there is no lot; the lot is the smallest SHA-256 of seed and option; nobody ties who needs not
SELECT option, seats FROM commune.seats('1=5 2=5', 2, 'dhondt', 'error');
\set VERBOSITY sqlstate
SELECT * FROM commune.seats('1=5 2=5', 1, 'dhondt');
SELECT * FROM commune.seats('1=5 2=5', 1, 'dhondt', 'error');
\set VERBOSITY default
SELECT option, (SELECT n FROM generate_series(1, 3) n ORDER BY sha256('\x01' || int4send(n)) LIMIT 1) AS expected, reason, tie
	FROM commune.seat_steps('1=5 2=5 3=5', 1, 'dhondt', seed => '\x01');
SELECT option, tie FROM commune.seat_steps('1=5 2=5 3=5', 2, 'dhondt', 'permutation', permutation => '{3,1,2}');
SELECT option, tie FROM commune.seat_steps('1=5 2=5 3=5', 1, 'dhondt', 'option_order');

-- ---- a shared budget of 100
\set projects '''{{1,50},{2,40},{3,60}}'''
CREATE TABLE approvals (projects int[], weight bigint);
INSERT INTO approvals VALUES ('{1}', 3), ('{2,2,NULL}', 3), ('{3}', 2), ('{1,3}', 1), ('{}', 1), (NULL, 1);
SELECT commune.tally_budget(projects, weight) AS ballots FROM approvals \gset
SELECT :'ballots' AS ballots;
SELECT * FROM commune.distinct_ballots(:'ballots');
SELECT * FROM commune.greedy_budget(:'ballots', :projects, 100, 'votes');
SELECT * FROM commune.greedy_budget(:'ballots', :projects, 100, 'votes_per_cost', 'stop');
SELECT * FROM commune.equal_shares(:'ballots', :projects, 100, 'cost', 'none');
SELECT * FROM commune.equal_shares_steps(:'ballots', :projects, 100, 'cost', 'none');
SELECT * FROM commune.equal_shares(:'ballots', :projects, 100, 'cost', 'utilitarian');
SELECT * FROM commune.equal_shares(:'ballots', :projects, 100, 'cost', 'add1', 1, true, false);
SELECT * FROM commune.equal_shares_rounds(:'ballots', :projects, 100, 'cost', 'add1', 1, true, false);
SELECT * FROM commune.equal_shares_payments(:'ballots', :projects, 100, 'cost', 'add1', 1, true, false);
SELECT * FROM commune.equal_shares(:'ballots', :projects, 100, 'cost', 'add1_utilitarian', 1, true, true);
SELECT utility, how, array_agg(project ORDER BY place) FILTER (WHERE funded) AS funded, sum(cost) FILTER (WHERE funded) AS cost
FROM unnest('{cost,cardinality,effort,scores}'::text[]) utility, unnest('{none,utilitarian}'::text[]) how,
	commune.equal_shares('3*(1) 3*(2) 2*(3) 1*(1:5,3:2)', :projects, 150, utility, how) GROUP BY 1, 2 ORDER BY 1, 2;
-- with scores, whoever likes it more pays more; what is paid covers the cost, and is at most the share
CREATE TABLE scored (projects int[], scores bigint[]);
INSERT INTO scored VALUES ('{1,2}', '{10,1}'), ('{1}', '{5}'), ('{2,3}', '{4,4}'), ('{2,3}', '{4,0}');
SELECT commune.tally_budget(projects, scores) AS scored FROM scored \gset
SELECT :'scored' AS scored, commune.tally_budget(projects, scores, 2)::text AS twice FROM scored;
SELECT * FROM commune.equal_shares_steps(:'scored', '{{1,30},{2,30},{3,40}}', 80, 'scores', 'none');
SELECT project, payments >= cost AS covered, payments - cost < 0.00001 AS exactly FROM
	(SELECT project, sum(total) AS payments FROM commune.equal_shares_payments(:'scored', '{{1,30},{2,30},{3,40}}', 80, 'scores', 'none') GROUP BY 1) p
	JOIN commune.equal_shares(:'scored', '{{1,30},{2,30},{3,40}}', 80, 'scores', 'none') USING (project) ORDER BY 1;
SELECT round, share, share_num, share_den, cost, bought, kept FROM commune.equal_shares_rounds(:'scored', '{{1,30},{2,30},{3,40}}', 80, 'scores', 'none');
-- ties among projects: more votes, less cost, more cost, then the lot
SELECT ties, project, tie FROM unnest('{max_votes,min_cost,max_cost,option_order}'::text[]) ties,
	commune.greedy_budget('2*(1) 1*(2) 1*(3:1)', '{{1,50},{2,25},{3,25}}', 100, 'votes_per_cost', ties => ties || ',option_order') WHERE place = 1;
SELECT project, place, tie FROM commune.equal_shares('1*(1) 1*(2)', '{{1,5},{2,5}}', 10, 'cost', 'none', seed => '\x00') ORDER BY place;
-- nobody votes; no projects; no money
SELECT * FROM commune.equal_shares('', '{{1,5}}', 10, 'cost', 'add1', 1, false, false);
SELECT * FROM commune.equal_shares('2*()', '{}', 10, 'cost', 'utilitarian');
SELECT * FROM commune.equal_shares('2*(1)', '{{1,5}}', 0, 'cost', 'utilitarian');
SELECT * FROM commune.greedy_budget('2*(1)', '{{1,5}}', 0, 'votes');

-- ---- quadratic funding: (1 + 1 + 1)^2 - 3, 3^2 - 9, (2 + 2)^2 - 8
CREATE TABLE gifts (project int, contributor bigint, amount bigint);
INSERT INTO gifts VALUES (1, 1, 1), (1, 2, 1), (1, 3, 1), (2, 1, 4), (2, 1, 5), (3, 4, 4), (3, 5, 4);
SELECT commune.tally_contributions(project, contributor, amount) AS gifts FROM gifts \gset
SELECT :'gifts' AS gifts;
SELECT * FROM commune.contributed(:'gifts');
SELECT * FROM commune.quadratic_funding(:'gifts', 100);
SELECT project, match, tie FROM commune.quadratic_funding(:'gifts', 7);
-- 5 * 6/14, 5 * 8/14: the unit that is left goes to the larger remainder
SELECT rounding, array_agg(match ORDER BY project), sum(match) FROM unnest('{largest_remainder,floor}'::text[]) rounding,
	commune.quadratic_funding(:'gifts', 5, rounding => rounding) GROUP BY 1 ORDER BY 1;
SELECT scaling, cap, array_agg(uncapped ORDER BY project) AS uncapped, array_agg(match ORDER BY project) AS match
	FROM unnest('{saturated,always}'::text[]) scaling, unnest('{NULL,7,13}'::bigint[]) cap,
	commune.quadratic_funding(:'gifts', 28, scaling => scaling, cap => cap) GROUP BY 1, 2 ORDER BY 1, 2;
SELECT formula, array_agg(roots ORDER BY project) AS roots, array_agg(ideal ORDER BY project) AS ideal
	FROM unnest('{exact,square,gitcoin}'::text[]) formula, commune.quadratic_funding('1:1=2 1:2=3 2:1=5', 10, formula) GROUP BY 1 ORDER BY 1;
-- the last unit is drawn
SELECT project, match, tie FROM commune.quadratic_funding('1:1=1 1:2=1 2:1=1 2:2=1', 3, seed => '\x00');
SELECT project, match FROM commune.quadratic_funding('3:1=1 3:2=1', 3, projects => '{9,3}');
-- contributors who agree count for less: 2 * 4 * 4 / (4 + 4), 2 * 3 * 4 / (4 + 3)
SELECT project, contributors, received, roots, ideal, match FROM commune.pairwise_funding('1:1=4 1:2=4 2:3=1 2:4=9', 100, 4);
SELECT * FROM commune.funding_pairs('1:1=4 1:2=4 2:3=1 2:4=9', 4);
SELECT * FROM commune.funding_pairs('1:1=4 1:2=4 2:3=1 2:4=9', 4, 'gitcoin');
-- clr.fund: alpha is (100 - 3) / (4 + 1 - 3)
SELECT * FROM commune.alpha_funding('1=2,0,2,2 2=1', 100);
SELECT * FROM commune.alpha_funding('1=2,0,2,2 2=1', 100000, 1000, options => '{1,2,3}');

-- ---- NULL is no state: no rows
SELECT (SELECT count(*) FROM commune.majority(NULL)), (SELECT count(*) FROM commune.seats(NULL, 1, 'hare')),
	(SELECT count(*) FROM commune.greedy_budget(NULL, '{}', 1, 'votes')), (SELECT count(*) FROM commune.equal_shares(NULL, '{}', 1, 'cost', 'none')),
	(SELECT count(*) FROM commune.quadratic_funding(NULL, 1)), (SELECT count(*) FROM commune.pairwise_funding(NULL, 1, 1)),
	(SELECT count(*) FROM commune.funding_pairs(NULL, 1)), (SELECT count(*) FROM commune.alpha_funding(NULL, 1)),
	(SELECT count(*) FROM commune.ballots(NULL::commune.tally_sums)), (SELECT count(*) FROM commune.option_votes(NULL)),
	(SELECT count(*) FROM commune.distinct_ballots(NULL)), (SELECT count(*) FROM commune.contributed(NULL)), (SELECT count(*) FROM commune.seat_steps(NULL, 1, 'hare')),
	(SELECT count(*) FROM commune.equal_shares_steps(NULL, '{}', 1, 'cost', 'none')), (SELECT count(*) FROM commune.equal_shares_rounds(NULL, '{}', 1, 'cost', 'none')),
	(SELECT count(*) FROM commune.equal_shares_payments(NULL, '{}', 1, 'cost', 'none'));

-- ---- what is refused, and what it says
CREATE FUNCTION refused(query text) RETURNS TABLE (state text, message text, detail text) LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE 'SELECT ' || query || '::text' INTO answer;
	state := 'taken';
	RETURN NEXT;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN NEXT;
END $$;
SELECT q, r.* FROM (VALUES
	('commune.majority(''1=1'', 3, 2)'),
	('commune.majority(''1=1'', 1, 0)'),
	('commune.majority(''1=1'', NULL)'),
	('commune.majority(''1=1'', quorum => -1)'),
	('commune.majority(''1=1'', base => ''all'')'),
	('commune.majority(''1=1'', base => ''electorate'')'),
	('commune.majority(''1=5'', base => ''electorate'', electorate => 4)'),
	('commune.majority(''1=5'', base => ''against'')'),
	('commune.majority(''1=-5'')'),
	('commune.majority(''1=0,1,1,1'')'),
	('commune.majority(''1=5'', options => ''{2}'')'),
	('commune.option_votes(''1=5'', ''{1,1}'')'),
	('commune.option_votes(''1=5'', ''{{1}}'')'),
	('commune.tally_quadratic(''{1}'', -1)'),
	('commune.tally_quadratic(''{1}'', NULL)'),
	('commune.tally_quadratic(''{1}'', 1, 1, ''cut'', false)'),
	('commune.tally_quadratic(''{{1}}'', 1)'),
	('commune.tally_cumulative(''{1}'', 1, 1, ''clip'', -1)'),
	('commune.seats(''1=5'', 0, ''dhondt'')'),
	('commune.seats(''1=5'', 100001, ''dhondt'')'),
	('commune.seats(''1=5'', 1, ''jefferson'')'),
	('commune.seats(''1=5'', 1, NULL)'),
	('commune.seats(''1=-5'', 1, ''hare'')'),
	('commune.seats(''1=5'', 1, ''hare'', ''prior_round'')'),
	('commune.seats(''1=5'', 1, ''hare'', ''permutation'')'),
	('commune.seats(''1=5'', 1, ''hare'', ''permutation'', permutation => ''{2}'')'),
	('commune.seats(''1=5'', 1, ''hare'', threshold_num => 2)'),
	('commune.greedy_budget(''1*(1)'', ''{{1,5}}'', 9, ''cost'')'),
	('commune.greedy_budget(''1*(1)'', ''{{1,5}}'', 9, ''votes'', ''wait'')'),
	('commune.greedy_budget(''1*(1)'', ''{{1,5}}'', -1, ''votes'')'),
	('commune.greedy_budget(''1*(1)'', ''{{1,0}}'', 9, ''votes'')'),
	('commune.greedy_budget(''1*(1)'', ''{{1,5},{1,5}}'', 9, ''votes'')'),
	('commune.greedy_budget(''1*(1)'', ''{1,5}'', 9, ''votes'')'),
	('commune.greedy_budget(''1*(1)'', ''{{1,NULL}}'', 9, ''votes'')'),
	('commune.greedy_budget(''1*(2)'', ''{{1,5}}'', 9, ''votes'')'),
	('commune.greedy_budget(''-1*(1)'', ''{{1,5}}'', 9, ''votes'')'),
	('commune.greedy_budget(''1*(1) 1*(2)'', ''{{1,5},{2,5}}'', 9, ''votes'')'),
	('commune.equal_shares(''1*(1)'', ''{{1,5}}'', 9, ''joy'', ''none'')'),
	('commune.equal_shares(''1*(1)'', ''{{1,5}}'', 9, ''cost'', ''add2'')'),
	('commune.equal_shares(''1*(1)'', ''{{1,5}}'', 9, ''cost'', ''add1'')'),
	('commune.equal_shares(''1*(1)'', ''{{1,5}}'', 9, ''cost'', ''add1'', 0, true, true)'),
	('commune.equal_shares(''1*(1)'', ''{{1,5}}'', 9, ''cost'', ''none'', 1)'),
	('commune.tally_budget(''{1,2}''::int[], ''{1}''::bigint[])'),
	('commune.tally_budget(''{1,1}''::int[], ''{1,2}''::bigint[])'),
	('commune.tally_budget(''{1}''::int[], ''{-1}''::bigint[])'),
	('commune.tally_budget(''{1}''::int[], ''{NULL}''::bigint[])'),
	('commune.quadratic_funding(''1:1=5'', -1)'),
	('commune.quadratic_funding(''1:1=5'', NULL)'),
	('commune.quadratic_funding(''1:1=5'', 1, ''linear'')'),
	('commune.quadratic_funding(''1:1=5'', 1, scaling => ''never'')'),
	('commune.quadratic_funding(''1:1=5'', 1, rounding => ''up'')'),
	('commune.quadratic_funding(''1:1=5'', 1, cap => -1)'),
	('commune.quadratic_funding(''1:1=5'', 1, projects => ''{2}'')'),
	('commune.quadratic_funding(''1:1=-5'', 1)'),
	('commune.quadratic_funding(''1:1=1 1:2=1 2:1=1 2:2=1'', 3)'),
	('commune.pairwise_funding(''1:1=5'', 1, 0)'),
	('commune.pairwise_funding(''1:1=5'', 1, 1, ''exact'')'),
	('commune.alpha_funding(''1=2,0,2,2'', 1)'),
	('commune.alpha_funding(''1=1'', 10)'),
	('commune.alpha_funding(''1=2,0,2,2'', 0.5)'),
	('commune.alpha_funding(''1=2,0,2,2'', ''NaN'')'),
	('commune.alpha_funding(''1=2,0,2,2'', 5, 0)')
) v (q), refused(q) r;

DROP TABLE votes, quadratic, approvals, scored, gifts;
DROP FUNCTION refused;
DROP EXTENSION commune;
DROP SCHEMA commune;
