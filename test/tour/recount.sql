-- Count a poll by approval or quadratic voting once more, from the tables alone: what commune.tally() gives, without the
-- titles.  psql variable: poll, its name.

WITH RECURSIVE
poll AS (
	SELECT *, (params->>'seats')::bigint AS seats FROM commune.poll WHERE name = :'poll'
),
-- who was a member when it opened
electorate AS (
	SELECT m.member FROM poll p JOIN commune.membership m ON m.since < p.opened AND (m.until > p.opened) IS NOT FALSE
),
-- for what one can delegate, the most specific first
topic (level, topic) AS (
	SELECT 1, topic FROM poll WHERE topic IS NOT NULL
	UNION ALL
	SELECT level + 1, parent FROM topic JOIN commune.topic t USING (topic) WHERE parent IS NOT NULL
),
scope (level, scope) AS (
	SELECT 0, 'poll/' || name FROM poll
	UNION ALL
	SELECT level, 'topic/' || topic FROM topic
	UNION ALL
	SELECT NULL, 'everything'
),
-- of the lists in force then, everybody's most specific one
list AS (
	SELECT DISTINCT ON (d.truster) d.truster, d.trustees
	FROM poll p JOIN commune.delegation d ON d.since < p.opened AND (d.until > p.opened) IS NOT FALSE
		AND (d.expires > p.opened_at) IS NOT FALSE
		JOIN scope s USING (scope)
	ORDER BY d.truster, s.level NULLS LAST
),
-- and the first on it who belongs to the electorate
delegate AS (
	SELECT DISTINCT ON (l.truster) l.truster, e.member AS trustee
	FROM list l CROSS JOIN unnest(l.trustees) WITH ORDINALITY t (trustee, place) JOIN electorate e ON e.member = t.trustee
	ORDER BY l.truster, t.place
),
ballot AS (
	SELECT b.* FROM commune.ballot b JOIN poll p ON b.poll = p.seq
),
-- from everybody who did not vote, step by step, to somebody who did; a ring adds nothing new and ends
way (member, at) AS (
	SELECT member, member FROM electorate WHERE member NOT IN (SELECT member FROM ballot)
	UNION
	SELECT w.member, d.trustee FROM way w JOIN delegate d ON d.truster = w.at
	WHERE w.at NOT IN (SELECT member FROM ballot)
),
voter AS (
	SELECT b.member, b.abstain, b.votes, count(w.member) AS represents
	FROM ballot b LEFT JOIN way w ON w.at = b.member
	GROUP BY b.member, b.abstain, b.votes
),
people AS (
	SELECT (SELECT count(*) FROM electorate) AS electorate, count(*) AS direct,
		coalesce(sum(represents), 0) AS represented,
		coalesce(sum(1 + represents) FILTER (WHERE abstain), 0) AS abstained
	FROM voter
),
turnout AS (
	SELECT n.electorate, direct, represented, n.electorate - direct - represented AS unrepresented, abstained,
		coalesce((direct + represented) * quorum_den >= n.electorate * quorum_num, true) AS quorum_reached
	FROM people n, poll
),
counted AS (
	SELECT o.option, coalesce(sum(v.votes[o.option]), 0) AS direct_votes,
		coalesce(sum(v.votes[o.option] * v.represents), 0) AS represented_votes
	FROM poll p CROSS JOIN generate_series(1, cardinality(p.options)) o (option) LEFT JOIN voter v ON NOT v.abstain
	GROUP BY o.option
),
ranked AS (
	SELECT *, direct_votes + represented_votes AS votes,
		rank() OVER (ORDER BY direct_votes + represented_votes DESC) AS rank,
		count(*) OVER (PARTITION BY direct_votes + represented_votes) - 1 AS equals
	FROM counted
)
SELECT option, votes, direct_votes, represented_votes, rank,
	votes > 0 AND rank + equals <= coalesce(seats, 1) AND quorum_reached AS winner,
	t.electorate, direct, represented, unrepresented, abstained, quorum_reached
FROM ranked, turnout t, poll
ORDER BY option;
