-- poll_methods: a poll of each method, from its announcement to its result; and the same from plain SQL.
CREATE EXTENSION commune;
\set VERBOSITY default
\i test/found.psql

-- Dan, eve and fay become members.  Bob trusts ann, so her ballots count twice.
\copy commune.act (record) FROM PROGRAM 'for name in dan eve fay; do build/sign $name 1 "$AUD" join; done'
SELECT commune.seal();
\copy commune.act (record) FROM PROGRAM 'for name in ann bob; do build/sign $name 3 "$AUD" vouch "{\"member\":\"@dan\"}"; build/sign $name 4 "$AUD" vouch "{\"member\":\"@eve\"}"; build/sign $name 5 "$AUD" vouch "{\"member\":\"@fay\"}"; done; build/sign bob 6 "$AUD" delegate "{\"scope\":{},\"to\":[\"@ann\"]}"'
SELECT commune.seal();

-- ---- polls that close soon: in 15 seconds, and in 315 on a server under valgrind

\set closes `expr $(date +%s) + ${WRAPPER:+3}15`
\setenv CLOSES :closes
\copy commune.act (record) FROM PROGRAM 'test/polls announce'
SELECT commune.seal();
SELECT string_agg(name || ' ' || commune.base64url(manifest), E'\n') AS manifests FROM commune.poll \gset
\setenv MANIFESTS :manifests
\copy commune.act (record) FROM PROGRAM 'test/polls vote'
SELECT commune.seal();
SELECT count(*) AS polls, sum(ballots) AS ballots FROM commune.poll;
SELECT seq, sqlstate FROM commune.verdict;
SELECT DISTINCT p.name, b.ranking, b.option, b.votes FROM commune.ballot b JOIN commune.poll p ON p.seq = b.poll
WHERE p.name IN ('borda', 'greedy', 'dhondt') ORDER BY 1, 2, 3, 4;

-- An open poll shows its rounds if it shows its tally.
SELECT count(*) FROM commune.rounds('irv');
SELECT * FROM commune.rounds('borda');
SELECT * FROM commune.rounds('nothing');

-- ---- what is refused

\set r `build/sign ann 200 :aud poll '{"name":"p","title":"Which?","options":["a","b"],"method":"stv","opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 200 :aud poll '{"name":"p","title":"Which?","options":["a","b"],"method":"stv","params":{"seats":1,"rule":"irish"},"opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 200 :aud poll '{"name":"p","title":"Which?","options":["a","b"],"method":"irv","params":{"ties":"prior_round"},"opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 200 :aud poll '{"name":"p","title":"Which?","options":["a","b"],"method":"greedy","params":{"measure":"votes","budget":9,"costs":[1]},"opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 200 :aud poll '{"name":"p","title":"Which?","options":["a","b"],"method":"equal_shares","params":{"utility":"cost","completion":"add1","budget":9,"costs":[1,2]},"opens":1,"closes":4102444800}'`
SELECT commune.submit(:'r');
SELECT commune.base64url(manifest) AS irv FROM commune.poll WHERE name = 'irv' \gset
SELECT commune.base64url(manifest) AS cumulative FROM commune.poll WHERE name = 'cumulative' \gset
\set r `build/sign ann 200 :aud ballot '{"poll":":irv","choice":{"ranking":"1=2"}}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 200 :aud ballot '{"poll":":irv","choice":{"ranking":"1>4"}}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 200 :aud ballot '{"poll":":irv","choice":{"ranking":"1>2>1"}}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 200 :aud ballot '{"poll":":irv","choice":{"ranking":"first"}}'`
SELECT commune.submit(:'r');
\set r `build/sign ann 200 :aud ballot '{"poll":":cumulative","choice":{"votes":[9,1,1]}}'`
SELECT commune.submit(:'r');

-- ---- results

SELECT pg_sleep(greatest(0, extract(epoch FROM max(closes) - clock_timestamp()))) FROM commune.poll;
SELECT commune.seal() > 0 AS closed;
SELECT commune.seal() > 0 AS counted;
SELECT count(*) FROM commune.poll WHERE result IS NULL;

-- By the lot the winner is another one each time this runs; not here.
SELECT o.poll, o.method, t.votes, t.ranks, t.seats, o.winners, o.tied
FROM commune.poll p, commune.outcome(p.name) AS o, LATERAL (
	SELECT array_agg(votes ORDER BY option) AS votes, array_agg(rank ORDER BY option) AS ranks, array_agg(seats ORDER BY option) AS seats
	FROM commune.tally(p.name)
) AS t
WHERE NOT EXISTS (SELECT FROM commune.rounds(p.name) WHERE tie = 'lot') ORDER BY p.seq;
SELECT DISTINCT name FROM commune.poll p, commune.rounds(p.name) WHERE tie = 'lot' ORDER BY name;
SELECT round, option, votes, status, tie, needed, rest FROM commune.rounds('star');
SELECT round, option, votes, status, tie, needed, rest FROM commune.rounds('meek');
SELECT round, option, votes, status, tie, needed, rest FROM commune.rounds('shares');
SELECT round, option, votes, status FROM commune.rounds('remainder');
SELECT e.body::jsonb - 'poll' AS body FROM commune.poll p JOIN commune.entry e ON e.leaf = p.result WHERE name = 'copeland';

-- ---- the same from plain SQL: the ballots with their weights by the query of docs/tally.md, the methods by functions

\set voters `sed -n '/^WITH RECURSIVE poll AS/,/^), counts AS/p' docs/tally.md | sed '$s/.*/) SELECT * FROM voter/'`
\set seed `sed -n "/^SELECT sha256(convert_to/,/;$/p" docs/tally.md`
CREATE TEMP TABLE voter (poll text, member bigint, option integer, abstain boolean, votes integer[], ranking commune.ranking, weight bigint);
CREATE TEMP TABLE seed (poll text, seed bytea);
CREATE FUNCTION pg_temp.prepare(voters text, seed text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	name text;
BEGIN
	FOR name IN SELECT p.name FROM commune.poll p LOOP
		EXECUTE format('INSERT INTO voter SELECT %L, v.* FROM (%s) v', name, replace(voters, '''budget''', quote_literal(name)));
		EXECUTE format('INSERT INTO seed SELECT %L, s.* FROM (%s) s', name, replace(rtrim(seed, E';\n'), '''budget''', quote_literal(name)));
	END LOOP;
END
$$;
SELECT pg_temp.prepare(:'voters', :'seed');
CREATE TEMP TABLE cast_ballot AS
SELECT v.*, p.method, coalesce((p.params->>'highest')::integer, 1) AS highest, (p.params->>'credits')::bigint AS credits,
	(SELECT coalesce(array_agg(o), '{}') FROM generate_series(1, 3) o WHERE v.votes[o] > 0) AS chosen,
	(SELECT coalesce(array_agg(v.votes[o]::bigint ORDER BY o), '{}') FROM generate_series(1, 3) o WHERE v.votes[o] > 0) AS scores
FROM voter v JOIN commune.poll p ON p.name = v.poll WHERE NOT v.abstain;

-- The digest of what was counted, from the aggregates, and from the result.
WITH state AS (
	SELECT poll, commune.digest(commune.tally_plurality(option, 3, weight)) AS digest FROM cast_ballot WHERE method IN ('majority', 'plurality') GROUP BY poll
	UNION ALL
	SELECT poll, commune.digest(commune.tally_approval(chosen, 3, weight)) FROM cast_ballot WHERE method = 'approval' GROUP BY poll
	UNION ALL
	SELECT poll, commune.digest(commune.tally_scores(votes, 3, 5, weight)) FROM cast_ballot WHERE method = 'score' GROUP BY poll
	UNION ALL
	SELECT poll, commune.digest(commune.tally_star(votes, 3, 5, weight)) FROM cast_ballot WHERE method = 'star' GROUP BY poll
	UNION ALL
	SELECT poll, commune.digest(commune.tally_quadratic(votes, credits, weight, 'reject', true)) FROM cast_ballot WHERE method = 'quadratic' GROUP BY poll
	UNION ALL
	SELECT poll, commune.digest(commune.tally_cumulative(votes, credits, weight)) FROM cast_ballot WHERE method = 'cumulative' GROUP BY poll
	UNION ALL
	SELECT poll, commune.digest(commune.tally_profile(ranking, 3, weight)) FROM cast_ballot
	WHERE method IN ('borda', 'irv', 'stv', 'copeland', 'minimax', 'schulze', 'ranked_pairs') GROUP BY poll
	UNION ALL
	SELECT poll, commune.digest(commune.tally_votes(option, weight)) FROM cast_ballot
	WHERE method IN ('dhondt', 'sainte_lague', 'largest_remainder') GROUP BY poll
	UNION ALL
	SELECT poll, commune.digest(commune.tally_budget(chosen, scores, weight)) FROM cast_ballot WHERE method IN ('greedy', 'equal_shares') GROUP BY poll
)
SELECT count(*) AS polls, bool_and(e.body::json->>'state' = commune.base64url(s.digest)) AS same
FROM state s JOIN commune.poll p ON p.name = s.poll JOIN commune.entry e ON e.leaf = p.result;

-- Ranks and seats.
CREATE TEMP VIEW profile AS
SELECT poll, commune.tally_profile(ranking, 3, weight) AS state FROM cast_ballot WHERE ranking IS NOT NULL GROUP BY poll;
CREATE TEMP VIEW recount AS
WITH counted AS (SELECT poll, commune.tally_plurality(option, 3, weight) AS state FROM cast_ballot WHERE method IN ('majority', 'plurality') GROUP BY poll),
	lists AS (SELECT poll, commune.tally_votes(option, weight) AS state FROM cast_ballot WHERE option IS NOT NULL GROUP BY poll),
	fund AS (SELECT poll, commune.tally_budget(chosen, scores, weight) AS state FROM cast_ballot WHERE method IN ('greedy', 'equal_shares') GROUP BY poll),
	pairs AS (SELECT poll, commune.pairs(state) AS state FROM profile)
SELECT c.poll, x.option, x.rank, x.elected::integer AS seats
FROM counted c JOIN seed USING (poll), commune.plurality(c.state, CASE WHEN poll = 'plurality' THEN 2 ELSE 1 END, CASE WHEN poll = 'plurality' THEN 'none' ELSE 'lot' END, seed) x
WHERE c.poll LIKE 'plurality%'
UNION ALL
SELECT 'approval', x.option, x.rank, x.elected::integer
FROM (SELECT commune.tally_approval(chosen, 3, weight) AS state FROM cast_ballot WHERE poll = 'approval') c, commune.approval(c.state, 2, 'none') x
UNION ALL
SELECT c.poll, x.option, x.rank, x.elected::integer
FROM (SELECT poll, commune.tally_scores(votes, 3, 5, weight) AS state FROM cast_ballot WHERE method = 'score' GROUP BY poll) c,
	commune.score(c.state, CASE poll WHEN 'score' THEN 'sum' WHEN 'median' THEN 'median' ELSE 'majority_judgment' END, ties => 'none') x
UNION ALL
SELECT 'star', x.option, t.rank, (x.status = 'elected')::integer
FROM (SELECT commune.tally_star(votes, 3, 5, weight) AS state FROM cast_ballot WHERE poll = 'star') c JOIN seed ON poll = 'star', commune.star(c.state, seed => seed) x
	JOIN commune.tally('star') t USING (option)
WHERE x.round = 2
UNION ALL
SELECT c.poll, x.option, x.rank, x.elected::integer
FROM profile c, commune.borda(c.state, CASE poll WHEN 'borda' THEN 'average' ELSE 'dowdall' END, seats => CASE poll WHEN 'borda' THEN 2 ELSE 1 END, ties => 'none') x
WHERE c.poll IN ('borda', 'dowdall')
UNION ALL
SELECT 'copeland', x.option, x.rank, x.elected::integer FROM pairs c, commune.copeland(c.state, ties => 'option_order') x WHERE c.poll = 'copeland'
UNION ALL
SELECT 'minimax', x.option, x.rank, x.elected::integer FROM pairs c, commune.minimax(c.state, 'margin', ties => 'none') x WHERE c.poll = 'minimax'
UNION ALL
SELECT 'schulze', x.option, x.rank, x.elected::integer FROM pairs c, commune.schulze(c.state, seats => 3, ties => 'none') x WHERE c.poll = 'schulze'
UNION ALL
SELECT 'ranked-pairs', x.option, x.rank, x.elected::integer FROM pairs c JOIN seed USING (poll), commune.ranked_pairs(c.state, seed => seed) x WHERE c.poll = 'ranked-pairs'
UNION ALL
SELECT c.poll, x.option, t.rank, coalesce(x.seats, 0)
FROM lists c JOIN seed USING (poll), commune.seats(c.state, 7, CASE c.poll WHEN 'dhondt' THEN 'dhondt' WHEN 'sainte-lague' THEN 'sainte_lague' ELSE 'droop' END,
	CASE c.poll WHEN 'sainte-lague' THEN 'option_order' ELSE 'lot' END, seed,
	threshold_num => CASE c.poll WHEN 'remainder' THEN 1 ELSE 0 END, threshold_den => 5) x
	JOIN LATERAL commune.tally(c.poll) t USING (option)
WHERE c.poll IN ('dhondt', 'sainte-lague', 'remainder')
UNION ALL
SELECT c.poll, x.project, t.rank, x.funded::integer
FROM fund c JOIN seed USING (poll), commune.greedy_budget(c.state, '{{1,50},{2,60},{3,30}}'::bigint[], 100, 'votes_per_cost', seed => seed) x
	JOIN commune.tally('greedy') t ON t.option = x.project
WHERE c.poll = 'greedy'
UNION ALL
SELECT c.poll, x.project, t.rank, x.funded::integer
FROM fund c JOIN seed USING (poll), commune.equal_shares(c.state, '{{1,50},{2,60},{3,30}}'::bigint[], 100, 'cost', 'add1_utilitarian', 1, false, false, seed => seed) x
	JOIN commune.tally('shares') t ON t.option = x.project
WHERE c.poll = 'shares'
UNION ALL
SELECT c.poll, x.project, t.rank, x.funded::integer
FROM fund c JOIN seed USING (poll), commune.equal_shares(c.state, '{{1,50},{2,60},{3,30}}'::bigint[], 100, 'scores', 'none', seed => seed) x
	JOIN commune.tally('scored') t ON t.option = x.project
WHERE c.poll = 'scored';
SELECT count(DISTINCT r.poll) AS polls, count(*) AS options, bool_and((r.rank, r.seats) = (t.rank, t.seats)) AS same
FROM recount r JOIN LATERAL commune.tally(r.poll) t USING (option);

-- Rounds.
WITH again AS (
	SELECT c.poll, x.round, x.option, x.votes::numeric, x.status, x.exhausted + x.blank AS rest
	FROM profile c JOIN seed USING (poll), commune.irv(c.state, ties => CASE poll WHEN 'irv' THEN 'prior_round,lot' ELSE 'lot' END, seed => seed) x
	WHERE poll LIKE 'irv%'
	UNION ALL
	SELECT c.poll, x.round, x.option, x.votes, x.status, x.exhausted + x.lost + x.blank
	FROM profile c JOIN seed USING (poll), commune.stv(c.state, 2, CASE poll WHEN 'scottish' THEN 'scottish' WHEN 'wigm' THEN 'wigm' ELSE 'meek' END,
		ties => CASE poll WHEN 'meek' THEN 'first_round,option_order' ELSE 'prior_round,lot' END, seed => seed) x
	WHERE poll IN ('scottish', 'wigm', 'meek')
), shown AS (
	SELECT p.name, x.round, x.option, x.votes, x.status, x.rest FROM commune.poll p, commune.rounds(p.name) x WHERE p.method IN ('irv', 'stv')
)
SELECT (SELECT count(DISTINCT poll) FROM again) AS polls, (SELECT count(*) FROM (TABLE again EXCEPT ALL TABLE shown) x) AS missing,
	(SELECT count(*) FROM (TABLE shown EXCEPT ALL TABLE again) x) AS more;

-- Votes and what no option has add up to all votes.
SELECT count(*) AS rounds, bool_and(r.votes = o.direct + o.represented - o.abstained) AS add_up
FROM commune.poll p, commune.outcome(p.name) o, LATERAL (
	SELECT round, sum(votes) + min(rest) AS votes FROM commune.rounds(p.name) GROUP BY round
) AS r
WHERE p.method IN ('irv', 'stv');

SELECT * FROM commune.verify();
SELECT * FROM commune.replay();
DROP EXTENSION commune CASCADE;
DROP SCHEMA commune;
