-- register_proof: proofs, roots and tiles of every size that the register ever had.
CREATE EXTENSION commune;
\set VERBOSITY sqlstate

-- An empty register.
SELECT commune.root(0) = sha256('') AS root_of_nothing;
SELECT commune.root(1);
SELECT commune.tile(0, 0, 1);

\i test/found.psql
\copy commune.act (record) FROM PROGRAM 'i=0; while [ $i -lt 520 ]; do i=$((i + 1)); echo "$i"; done | xargs -I% build/sign cid 1000% "$AUD" topic "{\"topic\":\"t%\"}"'
SELECT count(*) FROM commune.act WHERE kind = 'topic';
SET commune.block_limit = 100;
SELECT commune.seal();
RESET commune.block_limit;
SELECT max(size) AS size FROM commune.block \gset
CREATE TABLE leaf AS
	SELECT m.index, m.seq, l.leaf FROM commune.block b, commune.members(b.number) m
		JOIN (SELECT seq, leaf FROM commune.act UNION ALL SELECT seq, leaf FROM commune.entry) AS l ON l.seq = m.seq;
CREATE TABLE size AS
	SELECT s AS size, commune.root(s) AS root FROM generate_series(1, :size) AS s
	WHERE s <= 20 OR s BETWEEN 254 AND 260 OR s BETWEEN 510 AND 514 OR s = :size;

CREATE VIEW edge AS
	SELECT index, leaf FROM leaf
	UNION ALL SELECT size - 1, sha256('\x00'::bytea || convert_to(E'commune/block/1\n' || header, 'UTF8')) FROM commune.block;

-- ---- roots

SELECT count(*), bool_and(b.root = commune.root(b.size)) AS same FROM commune.block b;
SELECT commune.root(NULL) IS NULL AS strict;
\set VERBOSITY default
SELECT commune.root(:size + 1);
\set VERBOSITY sqlstate
SELECT commune.root(-1);

-- ---- inclusion

SELECT count(*) > 100 AS many, bool_and(commune.verify_inclusion(l.leaf, l.index, s.size, s.root, commune.inclusion_proof(l.seq, s.size))) AS hold
FROM leaf l, size s WHERE l.index < s.size AND (l.index < 10 OR l.index % 50 = 0 OR l.index BETWEEN 254 AND 257 OR l.index > :size - 5);
SELECT commune.inclusion_proof(1) = commune.inclusion_proof(1, :size) AS whole_by_default, commune.inclusion_proof(1, 1) AS of_one;
SELECT commune.inclusion_proof(NULL, 5) IS NULL AS strict;
\set VERBOSITY default
SELECT commune.inclusion_proof(1000000);
SELECT commune.inclusion_proof(5, 2);
\set VERBOSITY sqlstate
SELECT commune.inclusion_proof(1, 0);
SELECT commune.inclusion_proof(1, -1);
SELECT commune.inclusion_proof(1, 1000000);

-- Nothing else holds.
SELECT commune.verify_inclusion(l.leaf, l.index, s.size, s.root, p) AS holds,
	commune.verify_inclusion(sha256(l.leaf), l.index, s.size, s.root, p) AS other_leaf,
	commune.verify_inclusion(l.leaf, l.index + 1, s.size, s.root, p) AS other_index,
	commune.verify_inclusion(l.leaf, l.index, s.size, sha256(s.root), p) AS other_root,
	commune.verify_inclusion(l.leaf, l.index, s.size, s.root, p[2:]) AS one_less,
	commune.verify_inclusion(l.leaf, l.index, s.size, s.root, p || l.leaf) AS one_more,
	commune.verify_inclusion(l.leaf, l.index, s.size, s.root, '{}') AS none
FROM leaf l, size s, commune.inclusion_proof(l.seq, s.size) AS p WHERE l.seq = 3 AND s.size = 19;
SELECT commune.verify_inclusion('x', 0, 1, 'x', '{}') AS no_hashes, commune.verify_inclusion(sha256('x'), 0, 1, sha256('x'), '{}') AS one_leaf,
	commune.verify_inclusion(sha256('x'), -1, 1, sha256('x'), '{}') AS negative, commune.verify_inclusion(sha256('x'), 0, 0, sha256('x'), '{}') AS nothing,
	commune.verify_inclusion(sha256('x'), 0, 1, sha256('x'), ARRAY[NULL::bytea]) AS null_in_it,
	commune.verify_inclusion(sha256('x'), 0, 1, sha256('x'), array_fill(sha256('x'), ARRAY[1000])) AS too_long,
	commune.verify_inclusion(NULL, 0, 1, sha256('x'), '{}') IS NULL AS strict;

-- ---- consistency

SELECT count(*) > 100 AS many, bool_and(commune.verify_consistency(a.size, b.size, a.root, b.root, commune.consistency_proof(a.size, b.size))) AS hold
FROM size a, size b WHERE a.size <= b.size;
SELECT commune.verify_consistency(a.size, b.size, a.root, b.root, p) AS holds,
	commune.verify_consistency(a.size, b.size, sha256(a.root), b.root, p) AS other_beginning,
	commune.verify_consistency(a.size, b.size, a.root, sha256(b.root), p) AS other_end,
	commune.verify_consistency(a.size + 1, b.size, a.root, b.root, p) AS other_size,
	commune.verify_consistency(b.size, a.size, b.root, a.root, p) AS backwards,
	commune.verify_consistency(a.size, b.size, a.root, b.root, p[2:]) AS one_less
FROM size a, size b, commune.consistency_proof(a.size, b.size) AS p WHERE a.size = 7 AND b.size = 19;
SELECT commune.consistency_proof(5, 5), commune.consistency_proof(NULL, 5) IS NULL AS strict;
SELECT commune.consistency_proof(0, 5);
SELECT commune.consistency_proof(6, 5);
SELECT commune.consistency_proof(5, 1000000);

-- ---- tiles: what is full is stored, what is not is computed

SELECT level, n, data = commune.tile(level, n) AS same, commune.tile(level, n, 3) = substr(data, 1, 96) AS begins FROM commune.tile ORDER BY level, n;
SELECT commune.tile(0, 2, :size - 512) = (SELECT string_agg(h, '' ORDER BY i) FROM (
	SELECT index, leaf FROM leaf UNION ALL SELECT size - 1, sha256('\x00'::bytea || convert_to(E'commune/block/1\n' || header, 'UTF8')) FROM commune.block
	) AS x (i, h) WHERE i >= 512) AS edge;
SELECT commune.tile(1, 0, 2) = (SELECT string_agg(root, '' ORDER BY n) FROM commune.tile) AS roots;
\set VERBOSITY default
SELECT commune.tile(1, 0, 3);
\set VERBOSITY sqlstate
SELECT commune.tile(0, 2) = commune.tile(0, 2, :size - 512) AS as_wide_as_it_is, commune.tile(1, 0) = commune.tile(1, 0, 2) AS roots_too;
SELECT commune.tile(NULL, 0) IS NULL AND commune.tile(0, NULL) IS NULL AS strict;
SELECT commune.tile(0, 3);
SELECT commune.tile(2, 0);

-- Of each size that was sealed: the leaves of its edge, and the roots of what is full.
SELECT count(*) > 5 AS many, bool_and(commune.tile(0, size / 256, (size % 256)::int) = (SELECT string_agg(leaf, '' ORDER BY index) FROM edge
	WHERE index >= size / 256 * 256 AND index < size)) AS same
FROM commune.block WHERE size % 256 > 0;
SELECT commune.tile(0, 0, 0);
SELECT commune.tile(0, 0, 257);
SELECT commune.tile(0, -1, 1);
SELECT commune.tile(-1, 0, 1);
SELECT commune.tile(8, 0, 1);
SELECT commune.tile(0, 9223372036854775807, 1);

-- ---- where a tile is gone there is no proof

BEGIN;
ALTER TABLE commune.tile DISABLE TRIGGER ALL;
DELETE FROM commune.tile WHERE n = 1;
SELECT commune.inclusion_proof(1);
ROLLBACK;

DROP VIEW edge;
DROP TABLE leaf, size;
DROP EXTENSION commune;
DROP SCHEMA commune;
