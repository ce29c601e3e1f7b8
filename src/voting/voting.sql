-- voting: counting votes, on anybody's tables.
--
-- Ballots are choices, sets, scores or rankings.  Aggregates make small states of them, in one pass, in any order and
-- any parts; functions on the states give results and every step towards them, as rows.  Options are numbered from 1.

-- ---- ranking

CREATE TYPE commune.ranking;

CREATE FUNCTION commune.ranking_in(cstring)
RETURNS commune.ranking LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_ranking_input';
COMMENT ON FUNCTION commune.ranking_in(cstring) IS 'input of ranking';
REVOKE ALL ON FUNCTION commune.ranking_in(cstring) FROM PUBLIC;

CREATE FUNCTION commune.ranking_out(commune.ranking)
RETURNS cstring LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_ranking_output';
COMMENT ON FUNCTION commune.ranking_out(commune.ranking) IS 'output of ranking';
REVOKE ALL ON FUNCTION commune.ranking_out(commune.ranking) FROM PUBLIC;

CREATE FUNCTION commune.ranking_recv(internal)
RETURNS commune.ranking LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_ranking_receive';
COMMENT ON FUNCTION commune.ranking_recv(internal) IS 'binary input of ranking';
REVOKE ALL ON FUNCTION commune.ranking_recv(internal) FROM PUBLIC;

CREATE FUNCTION commune.ranking_send(commune.ranking)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_ranking_send';
COMMENT ON FUNCTION commune.ranking_send(commune.ranking) IS 'binary output of ranking: its canonical bytes';
REVOKE ALL ON FUNCTION commune.ranking_send(commune.ranking) FROM PUBLIC;

CREATE TYPE commune.ranking (
	INPUT = commune.ranking_in,
	OUTPUT = commune.ranking_out,
	RECEIVE = commune.ranking_recv,
	SEND = commune.ranking_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE commune.ranking IS 'what a voter wrote: options in ranks, the best first: 3>1=2>4';
REVOKE ALL ON TYPE commune.ranking FROM PUBLIC;

CREATE FUNCTION commune.ranking_eq(commune.ranking, commune.ranking)
RETURNS boolean LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_ranking_eq';
COMMENT ON FUNCTION commune.ranking_eq(commune.ranking, commune.ranking) IS 'implementation of the operator =';
REVOKE ALL ON FUNCTION commune.ranking_eq(commune.ranking, commune.ranking) FROM PUBLIC;

CREATE FUNCTION commune.ranking_ne(commune.ranking, commune.ranking)
RETURNS boolean LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_ranking_ne';
COMMENT ON FUNCTION commune.ranking_ne(commune.ranking, commune.ranking) IS 'implementation of the operator <>';
REVOKE ALL ON FUNCTION commune.ranking_ne(commune.ranking, commune.ranking) FROM PUBLIC;

CREATE FUNCTION commune.ranking_lt(commune.ranking, commune.ranking)
RETURNS boolean LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_ranking_lt';
COMMENT ON FUNCTION commune.ranking_lt(commune.ranking, commune.ranking) IS 'implementation of the operator <';
REVOKE ALL ON FUNCTION commune.ranking_lt(commune.ranking, commune.ranking) FROM PUBLIC;

CREATE FUNCTION commune.ranking_le(commune.ranking, commune.ranking)
RETURNS boolean LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_ranking_le';
COMMENT ON FUNCTION commune.ranking_le(commune.ranking, commune.ranking) IS 'implementation of the operator <=';
REVOKE ALL ON FUNCTION commune.ranking_le(commune.ranking, commune.ranking) FROM PUBLIC;

CREATE FUNCTION commune.ranking_gt(commune.ranking, commune.ranking)
RETURNS boolean LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_ranking_gt';
COMMENT ON FUNCTION commune.ranking_gt(commune.ranking, commune.ranking) IS 'implementation of the operator >';
REVOKE ALL ON FUNCTION commune.ranking_gt(commune.ranking, commune.ranking) FROM PUBLIC;

CREATE FUNCTION commune.ranking_ge(commune.ranking, commune.ranking)
RETURNS boolean LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_ranking_ge';
COMMENT ON FUNCTION commune.ranking_ge(commune.ranking, commune.ranking) IS 'implementation of the operator >=';
REVOKE ALL ON FUNCTION commune.ranking_ge(commune.ranking, commune.ranking) FROM PUBLIC;

CREATE FUNCTION commune.ranking_cmp(commune.ranking, commune.ranking)
RETURNS integer LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_ranking_cmp';
COMMENT ON FUNCTION commune.ranking_cmp(commune.ranking, commune.ranking) IS 'order of rankings by their bytes: -1, 0, 1';
REVOKE ALL ON FUNCTION commune.ranking_cmp(commune.ranking, commune.ranking) FROM PUBLIC;

CREATE FUNCTION commune.ranking_hash(commune.ranking)
RETURNS integer LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_ranking_hash';
COMMENT ON FUNCTION commune.ranking_hash(commune.ranking) IS 'hash of a ranking';
REVOKE ALL ON FUNCTION commune.ranking_hash(commune.ranking) FROM PUBLIC;

CREATE FUNCTION commune.ranking_hash_extended(commune.ranking, bigint)
RETURNS bigint LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_ranking_hash_extended';
COMMENT ON FUNCTION commune.ranking_hash_extended(commune.ranking, bigint) IS 'hash of a ranking, seeded';
REVOKE ALL ON FUNCTION commune.ranking_hash_extended(commune.ranking, bigint) FROM PUBLIC;

CREATE OPERATOR commune.= (
	FUNCTION = commune.ranking_eq,
	LEFTARG = commune.ranking,
	RIGHTARG = commune.ranking,
	COMMUTATOR = OPERATOR(commune.=),
	NEGATOR = OPERATOR(commune.<>),
	RESTRICT = eqsel,
	JOIN = eqjoinsel,
	HASHES,
	MERGES
);
COMMENT ON OPERATOR commune.= (commune.ranking, commune.ranking) IS 'the same ranking';

CREATE OPERATOR commune.<> (
	FUNCTION = commune.ranking_ne,
	LEFTARG = commune.ranking,
	RIGHTARG = commune.ranking,
	COMMUTATOR = OPERATOR(commune.<>),
	NEGATOR = OPERATOR(commune.=),
	RESTRICT = neqsel,
	JOIN = neqjoinsel
);
COMMENT ON OPERATOR commune.<> (commune.ranking, commune.ranking) IS 'another ranking';

CREATE OPERATOR commune.< (
	FUNCTION = commune.ranking_lt,
	LEFTARG = commune.ranking,
	RIGHTARG = commune.ranking,
	COMMUTATOR = OPERATOR(commune.>),
	NEGATOR = OPERATOR(commune.>=),
	RESTRICT = scalarltsel,
	JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR commune.< (commune.ranking, commune.ranking) IS 'comes before, in the order of the bytes';

CREATE OPERATOR commune.<= (
	FUNCTION = commune.ranking_le,
	LEFTARG = commune.ranking,
	RIGHTARG = commune.ranking,
	COMMUTATOR = OPERATOR(commune.>=),
	NEGATOR = OPERATOR(commune.>),
	RESTRICT = scalarlesel,
	JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR commune.<= (commune.ranking, commune.ranking) IS 'comes before or is the same';

CREATE OPERATOR commune.> (
	FUNCTION = commune.ranking_gt,
	LEFTARG = commune.ranking,
	RIGHTARG = commune.ranking,
	COMMUTATOR = OPERATOR(commune.<),
	NEGATOR = OPERATOR(commune.<=),
	RESTRICT = scalargtsel,
	JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR commune.> (commune.ranking, commune.ranking) IS 'comes after, in the order of the bytes';

CREATE OPERATOR commune.>= (
	FUNCTION = commune.ranking_ge,
	LEFTARG = commune.ranking,
	RIGHTARG = commune.ranking,
	COMMUTATOR = OPERATOR(commune.<=),
	NEGATOR = OPERATOR(commune.<),
	RESTRICT = scalargesel,
	JOIN = scalargejoinsel
);
COMMENT ON OPERATOR commune.>= (commune.ranking, commune.ranking) IS 'comes after or is the same';

CREATE OPERATOR FAMILY commune.ranking_ops USING btree;
COMMENT ON OPERATOR FAMILY commune.ranking_ops USING btree IS 'order of rankings by their bytes';
CREATE OPERATOR CLASS commune.ranking_ops DEFAULT FOR TYPE commune.ranking USING btree FAMILY commune.ranking_ops AS
	OPERATOR 1 commune.<,
	OPERATOR 2 commune.<=,
	OPERATOR 3 commune.=,
	OPERATOR 4 commune.>=,
	OPERATOR 5 commune.>,
	FUNCTION 1 commune.ranking_cmp(commune.ranking, commune.ranking);
COMMENT ON OPERATOR CLASS commune.ranking_ops USING btree IS 'order of rankings by their bytes';

CREATE OPERATOR FAMILY commune.ranking_hash_ops USING hash;
COMMENT ON OPERATOR FAMILY commune.ranking_hash_ops USING hash IS 'equality of rankings';
CREATE OPERATOR CLASS commune.ranking_hash_ops DEFAULT FOR TYPE commune.ranking USING hash FAMILY commune.ranking_hash_ops AS
	OPERATOR 1 commune.=,
	FUNCTION 1 commune.ranking_hash(commune.ranking),
	FUNCTION 2 commune.ranking_hash_extended(commune.ranking, bigint);
COMMENT ON OPERATOR CLASS commune.ranking_hash_ops USING hash IS 'equality of rankings';

CREATE FUNCTION commune.ranking(smallint[])
RETURNS commune.ranking LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_ranking_from_array';
COMMENT ON FUNCTION commune.ranking(smallint[]) IS 'the ranking that an array is: options in their order, NULL for a skipped rank';
REVOKE ALL ON FUNCTION commune.ranking(smallint[]) FROM PUBLIC;

CREATE CAST (smallint[] AS commune.ranking) WITH FUNCTION commune.ranking(smallint[]) AS ASSIGNMENT;
COMMENT ON CAST (smallint[] AS commune.ranking) IS 'options in their order, NULL for a skipped rank';

CREATE FUNCTION commune.ranking(integer[])
RETURNS commune.ranking LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_ranking_from_array';
COMMENT ON FUNCTION commune.ranking(integer[]) IS 'the ranking that an array is: options in their order, NULL for a skipped rank';
REVOKE ALL ON FUNCTION commune.ranking(integer[]) FROM PUBLIC;

CREATE CAST (integer[] AS commune.ranking) WITH FUNCTION commune.ranking(integer[]) AS ASSIGNMENT;
COMMENT ON CAST (integer[] AS commune.ranking) IS 'options in their order, NULL for a skipped rank';

CREATE CAST (text AS commune.ranking) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (text AS commune.ranking) IS 'the text form of a ranking';

CREATE FUNCTION commune.ranks(commune.ranking)
RETURNS integer LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_ranking_ranks';
COMMENT ON FUNCTION commune.ranks(commune.ranking) IS 'number of ranks of a ranking, skipped ones included';
REVOKE ALL ON FUNCTION commune.ranks(commune.ranking) FROM PUBLIC;

CREATE FUNCTION commune.rank_of(ballot commune.ranking, option integer)
RETURNS integer LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_ranking_rank_of';
COMMENT ON FUNCTION commune.rank_of(commune.ranking, integer) IS 'the rank in which an option stands first; NULL if it is not ranked';
REVOKE ALL ON FUNCTION commune.rank_of(commune.ranking, integer) FROM PUBLIC;

CREATE FUNCTION commune.options_at(ballot commune.ranking, rank integer)
RETURNS integer[] LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_ranking_options_at';
COMMENT ON FUNCTION commune.options_at(commune.ranking, integer) IS 'the options in a rank; empty if it was skipped, NULL after the last';
REVOKE ALL ON FUNCTION commune.options_at(commune.ranking, integer) FROM PUBLIC;

CREATE FUNCTION commune.ranked(ballot commune.ranking)
RETURNS TABLE (rank integer, option integer) LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 10
AS 'MODULE_PATHNAME', 'commune_ranking_ranked';
COMMENT ON FUNCTION commune.ranked(commune.ranking) IS 'a row for each option of a ranking';
REVOKE ALL ON FUNCTION commune.ranked(commune.ranking) FROM PUBLIC;

-- ---- states

CREATE TYPE commune.tally_counts;

CREATE FUNCTION commune.tally_counts_in(cstring)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_counts_input';
COMMENT ON FUNCTION commune.tally_counts_in(cstring) IS 'input of tally_counts';
REVOKE ALL ON FUNCTION commune.tally_counts_in(cstring) FROM PUBLIC;

CREATE FUNCTION commune.tally_counts_out(commune.tally_counts)
RETURNS cstring LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_counts_output';
COMMENT ON FUNCTION commune.tally_counts_out(commune.tally_counts) IS 'output of tally_counts';
REVOKE ALL ON FUNCTION commune.tally_counts_out(commune.tally_counts) FROM PUBLIC;

CREATE FUNCTION commune.tally_counts_recv(internal)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_counts_receive';
COMMENT ON FUNCTION commune.tally_counts_recv(internal) IS 'binary input of tally_counts';
REVOKE ALL ON FUNCTION commune.tally_counts_recv(internal) FROM PUBLIC;

CREATE FUNCTION commune.tally_counts_send(commune.tally_counts)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_send';
COMMENT ON FUNCTION commune.tally_counts_send(commune.tally_counts) IS 'binary output of tally_counts: its canonical bytes, the same for the same ballots';
REVOKE ALL ON FUNCTION commune.tally_counts_send(commune.tally_counts) FROM PUBLIC;

CREATE TYPE commune.tally_counts (
	INPUT = commune.tally_counts_in,
	OUTPUT = commune.tally_counts_out,
	RECEIVE = commune.tally_counts_recv,
	SEND = commune.tally_counts_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE commune.tally_counts IS 'counts of choices, approvals, scores or points: plurality 3: 10 1 | 4 3 2';
REVOKE ALL ON TYPE commune.tally_counts FROM PUBLIC;

CREATE FUNCTION commune.tally_counts_combine(commune.tally_counts, commune.tally_counts)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_counts_combine';
COMMENT ON FUNCTION commune.tally_counts_combine(commune.tally_counts, commune.tally_counts) IS 'adds what two parts of the ballots make';
REVOKE ALL ON FUNCTION commune.tally_counts_combine(commune.tally_counts, commune.tally_counts) FROM PUBLIC;

CREATE FUNCTION commune.tally_counts_final(commune.tally_counts)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_final';
COMMENT ON FUNCTION commune.tally_counts_final(commune.tally_counts) IS 'hands a state on';
REVOKE ALL ON FUNCTION commune.tally_counts_final(commune.tally_counts) FROM PUBLIC;

CREATE FUNCTION commune.tally_counts_plus(commune.tally_counts, commune.tally_counts)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_counts_plus';
COMMENT ON FUNCTION commune.tally_counts_plus(commune.tally_counts, commune.tally_counts) IS 'implementation of the operator +';
REVOKE ALL ON FUNCTION commune.tally_counts_plus(commune.tally_counts, commune.tally_counts) FROM PUBLIC;

CREATE FUNCTION commune.tally_counts_minus(commune.tally_counts, commune.tally_counts)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_counts_minus';
COMMENT ON FUNCTION commune.tally_counts_minus(commune.tally_counts, commune.tally_counts) IS 'implementation of the operator -';
REVOKE ALL ON FUNCTION commune.tally_counts_minus(commune.tally_counts, commune.tally_counts) FROM PUBLIC;

CREATE OPERATOR commune.+ (
	FUNCTION = commune.tally_counts_plus,
	LEFTARG = commune.tally_counts,
	RIGHTARG = commune.tally_counts,
	COMMUTATOR = OPERATOR(commune.+)
);
COMMENT ON OPERATOR commune.+ (commune.tally_counts, commune.tally_counts) IS 'the state of the ballots of both';

CREATE OPERATOR commune.- (
	FUNCTION = commune.tally_counts_minus,
	LEFTARG = commune.tally_counts,
	RIGHTARG = commune.tally_counts
);
COMMENT ON OPERATOR commune.- (commune.tally_counts, commune.tally_counts) IS 'the state without the ballots of another';

CREATE FUNCTION commune.digest(state commune.tally_counts)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_digest';
COMMENT ON FUNCTION commune.digest(commune.tally_counts) IS 'SHA-256 of the canonical bytes of a state, which are the same for the same ballots';
REVOKE ALL ON FUNCTION commune.digest(commune.tally_counts) FROM PUBLIC;

CREATE TYPE commune.tally_pairs;

CREATE FUNCTION commune.tally_pairs_in(cstring)
RETURNS commune.tally_pairs LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_pairs_input';
COMMENT ON FUNCTION commune.tally_pairs_in(cstring) IS 'input of tally_pairs';
REVOKE ALL ON FUNCTION commune.tally_pairs_in(cstring) FROM PUBLIC;

CREATE FUNCTION commune.tally_pairs_out(commune.tally_pairs)
RETURNS cstring LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_pairs_output';
COMMENT ON FUNCTION commune.tally_pairs_out(commune.tally_pairs) IS 'output of tally_pairs';
REVOKE ALL ON FUNCTION commune.tally_pairs_out(commune.tally_pairs) FROM PUBLIC;

CREATE FUNCTION commune.tally_pairs_recv(internal)
RETURNS commune.tally_pairs LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_pairs_receive';
COMMENT ON FUNCTION commune.tally_pairs_recv(internal) IS 'binary input of tally_pairs';
REVOKE ALL ON FUNCTION commune.tally_pairs_recv(internal) FROM PUBLIC;

CREATE FUNCTION commune.tally_pairs_send(commune.tally_pairs)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_send';
COMMENT ON FUNCTION commune.tally_pairs_send(commune.tally_pairs) IS 'binary output of tally_pairs: its canonical bytes, the same for the same ballots';
REVOKE ALL ON FUNCTION commune.tally_pairs_send(commune.tally_pairs) FROM PUBLIC;

CREATE TYPE commune.tally_pairs (
	INPUT = commune.tally_pairs_in,
	OUTPUT = commune.tally_pairs_out,
	RECEIVE = commune.tally_pairs_recv,
	SEND = commune.tally_pairs_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE commune.tally_pairs IS 'how many ballots prefer each option to each other: pairs 2: 3 0 | 2 1 | 1 3';
REVOKE ALL ON TYPE commune.tally_pairs FROM PUBLIC;

CREATE FUNCTION commune.tally_pairs_combine(commune.tally_pairs, commune.tally_pairs)
RETURNS commune.tally_pairs LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_pairs_combine';
COMMENT ON FUNCTION commune.tally_pairs_combine(commune.tally_pairs, commune.tally_pairs) IS 'adds what two parts of the ballots make';
REVOKE ALL ON FUNCTION commune.tally_pairs_combine(commune.tally_pairs, commune.tally_pairs) FROM PUBLIC;

CREATE FUNCTION commune.tally_pairs_final(commune.tally_pairs)
RETURNS commune.tally_pairs LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_final';
COMMENT ON FUNCTION commune.tally_pairs_final(commune.tally_pairs) IS 'hands a state on';
REVOKE ALL ON FUNCTION commune.tally_pairs_final(commune.tally_pairs) FROM PUBLIC;

CREATE FUNCTION commune.tally_pairs_plus(commune.tally_pairs, commune.tally_pairs)
RETURNS commune.tally_pairs LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_pairs_plus';
COMMENT ON FUNCTION commune.tally_pairs_plus(commune.tally_pairs, commune.tally_pairs) IS 'implementation of the operator +';
REVOKE ALL ON FUNCTION commune.tally_pairs_plus(commune.tally_pairs, commune.tally_pairs) FROM PUBLIC;

CREATE FUNCTION commune.tally_pairs_minus(commune.tally_pairs, commune.tally_pairs)
RETURNS commune.tally_pairs LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_pairs_minus';
COMMENT ON FUNCTION commune.tally_pairs_minus(commune.tally_pairs, commune.tally_pairs) IS 'implementation of the operator -';
REVOKE ALL ON FUNCTION commune.tally_pairs_minus(commune.tally_pairs, commune.tally_pairs) FROM PUBLIC;

CREATE OPERATOR commune.+ (
	FUNCTION = commune.tally_pairs_plus,
	LEFTARG = commune.tally_pairs,
	RIGHTARG = commune.tally_pairs,
	COMMUTATOR = OPERATOR(commune.+)
);
COMMENT ON OPERATOR commune.+ (commune.tally_pairs, commune.tally_pairs) IS 'the state of the ballots of both';

CREATE OPERATOR commune.- (
	FUNCTION = commune.tally_pairs_minus,
	LEFTARG = commune.tally_pairs,
	RIGHTARG = commune.tally_pairs
);
COMMENT ON OPERATOR commune.- (commune.tally_pairs, commune.tally_pairs) IS 'the state without the ballots of another';

CREATE FUNCTION commune.digest(state commune.tally_pairs)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_digest';
COMMENT ON FUNCTION commune.digest(commune.tally_pairs) IS 'SHA-256 of the canonical bytes of a state, which are the same for the same ballots';
REVOKE ALL ON FUNCTION commune.digest(commune.tally_pairs) FROM PUBLIC;

CREATE TYPE commune.tally_profile;

CREATE FUNCTION commune.tally_profile_in(cstring)
RETURNS commune.tally_profile LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_profile_input';
COMMENT ON FUNCTION commune.tally_profile_in(cstring) IS 'input of tally_profile';
REVOKE ALL ON FUNCTION commune.tally_profile_in(cstring) FROM PUBLIC;

CREATE FUNCTION commune.tally_profile_out(commune.tally_profile)
RETURNS cstring LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_profile_output';
COMMENT ON FUNCTION commune.tally_profile_out(commune.tally_profile) IS 'output of tally_profile';
REVOKE ALL ON FUNCTION commune.tally_profile_out(commune.tally_profile) FROM PUBLIC;

CREATE FUNCTION commune.tally_profile_recv(internal)
RETURNS commune.tally_profile LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_profile_receive';
COMMENT ON FUNCTION commune.tally_profile_recv(internal) IS 'binary input of tally_profile';
REVOKE ALL ON FUNCTION commune.tally_profile_recv(internal) FROM PUBLIC;

CREATE FUNCTION commune.tally_profile_send(commune.tally_profile)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_send';
COMMENT ON FUNCTION commune.tally_profile_send(commune.tally_profile) IS 'binary output of tally_profile: its canonical bytes, the same for the same ballots';
REVOKE ALL ON FUNCTION commune.tally_profile_send(commune.tally_profile) FROM PUBLIC;

CREATE TYPE commune.tally_profile (
	INPUT = commune.tally_profile_in,
	OUTPUT = commune.tally_profile_out,
	RECEIVE = commune.tally_profile_recv,
	SEND = commune.tally_profile_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE commune.tally_profile IS 'the rankings that were cast, with their weights: 4: 3*1>2 5*2>1=3';
REVOKE ALL ON TYPE commune.tally_profile FROM PUBLIC;

CREATE FUNCTION commune.tally_profile_combine(commune.tally_profile, commune.tally_profile)
RETURNS commune.tally_profile LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_profile_combine';
COMMENT ON FUNCTION commune.tally_profile_combine(commune.tally_profile, commune.tally_profile) IS 'adds what two parts of the ballots make';
REVOKE ALL ON FUNCTION commune.tally_profile_combine(commune.tally_profile, commune.tally_profile) FROM PUBLIC;

CREATE FUNCTION commune.tally_profile_final(commune.tally_profile)
RETURNS commune.tally_profile LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_final';
COMMENT ON FUNCTION commune.tally_profile_final(commune.tally_profile) IS 'hands a state on';
REVOKE ALL ON FUNCTION commune.tally_profile_final(commune.tally_profile) FROM PUBLIC;

CREATE FUNCTION commune.tally_profile_plus(commune.tally_profile, commune.tally_profile)
RETURNS commune.tally_profile LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_profile_plus';
COMMENT ON FUNCTION commune.tally_profile_plus(commune.tally_profile, commune.tally_profile) IS 'implementation of the operator +';
REVOKE ALL ON FUNCTION commune.tally_profile_plus(commune.tally_profile, commune.tally_profile) FROM PUBLIC;

CREATE FUNCTION commune.tally_profile_minus(commune.tally_profile, commune.tally_profile)
RETURNS commune.tally_profile LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_profile_minus';
COMMENT ON FUNCTION commune.tally_profile_minus(commune.tally_profile, commune.tally_profile) IS 'implementation of the operator -';
REVOKE ALL ON FUNCTION commune.tally_profile_minus(commune.tally_profile, commune.tally_profile) FROM PUBLIC;

CREATE OPERATOR commune.+ (
	FUNCTION = commune.tally_profile_plus,
	LEFTARG = commune.tally_profile,
	RIGHTARG = commune.tally_profile,
	COMMUTATOR = OPERATOR(commune.+)
);
COMMENT ON OPERATOR commune.+ (commune.tally_profile, commune.tally_profile) IS 'the state of the ballots of both';

CREATE OPERATOR commune.- (
	FUNCTION = commune.tally_profile_minus,
	LEFTARG = commune.tally_profile,
	RIGHTARG = commune.tally_profile
);
COMMENT ON OPERATOR commune.- (commune.tally_profile, commune.tally_profile) IS 'the state without the ballots of another';

CREATE FUNCTION commune.digest(state commune.tally_profile)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_digest';
COMMENT ON FUNCTION commune.digest(commune.tally_profile) IS 'SHA-256 of the canonical bytes of a state, which are the same for the same ballots';
REVOKE ALL ON FUNCTION commune.digest(commune.tally_profile) FROM PUBLIC;

-- ---- aggregates that make states

CREATE FUNCTION commune.tally_plurality_add(commune.tally_counts, integer, integer)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_plurality_add';
COMMENT ON FUNCTION commune.tally_plurality_add(commune.tally_counts, integer, integer) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_plurality_add(commune.tally_counts, integer, integer) FROM PUBLIC;

CREATE AGGREGATE commune.tally_plurality(option integer, options integer) (
	SFUNC = commune.tally_plurality_add,
	STYPE = commune.tally_counts,
	SSPACE = 1000,
	FINALFUNC = commune.tally_counts_final,
	COMBINEFUNC = commune.tally_counts_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_plurality(integer, integer) IS 'counts ballots that name one option; 0 is a blank one';
REVOKE ALL ON FUNCTION commune.tally_plurality(integer, integer) FROM PUBLIC;

CREATE FUNCTION commune.tally_plurality_add(commune.tally_counts, integer, integer, bigint)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_plurality_add';
COMMENT ON FUNCTION commune.tally_plurality_add(commune.tally_counts, integer, integer, bigint) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_plurality_add(commune.tally_counts, integer, integer, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_plurality(option integer, options integer, weight bigint) (
	SFUNC = commune.tally_plurality_add,
	STYPE = commune.tally_counts,
	SSPACE = 1000,
	FINALFUNC = commune.tally_counts_final,
	COMBINEFUNC = commune.tally_counts_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_plurality(integer, integer, bigint) IS 'counts ballots that name one option; 0 is a blank one, each with a weight; NULL stands for 1, a negative one takes a ballot out again';
REVOKE ALL ON FUNCTION commune.tally_plurality(integer, integer, bigint) FROM PUBLIC;

CREATE FUNCTION commune.tally_approval_add(commune.tally_counts, smallint[], integer)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_approval_add';
COMMENT ON FUNCTION commune.tally_approval_add(commune.tally_counts, smallint[], integer) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_approval_add(commune.tally_counts, smallint[], integer) FROM PUBLIC;

CREATE AGGREGATE commune.tally_approval(approved smallint[], options integer) (
	SFUNC = commune.tally_approval_add,
	STYPE = commune.tally_counts,
	SSPACE = 1000,
	FINALFUNC = commune.tally_counts_final,
	COMBINEFUNC = commune.tally_counts_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_approval(smallint[], integer) IS 'counts ballots that approve of options';
REVOKE ALL ON FUNCTION commune.tally_approval(smallint[], integer) FROM PUBLIC;

CREATE FUNCTION commune.tally_approval_add(commune.tally_counts, smallint[], integer, bigint)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_approval_add';
COMMENT ON FUNCTION commune.tally_approval_add(commune.tally_counts, smallint[], integer, bigint) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_approval_add(commune.tally_counts, smallint[], integer, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_approval(approved smallint[], options integer, weight bigint) (
	SFUNC = commune.tally_approval_add,
	STYPE = commune.tally_counts,
	SSPACE = 1000,
	FINALFUNC = commune.tally_counts_final,
	COMBINEFUNC = commune.tally_counts_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_approval(smallint[], integer, bigint) IS 'counts ballots that approve of options, each with a weight; NULL stands for 1, a negative one takes a ballot out again';
REVOKE ALL ON FUNCTION commune.tally_approval(smallint[], integer, bigint) FROM PUBLIC;

CREATE FUNCTION commune.tally_approval_add(commune.tally_counts, integer[], integer)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_approval_add';
COMMENT ON FUNCTION commune.tally_approval_add(commune.tally_counts, integer[], integer) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_approval_add(commune.tally_counts, integer[], integer) FROM PUBLIC;

CREATE AGGREGATE commune.tally_approval(approved integer[], options integer) (
	SFUNC = commune.tally_approval_add,
	STYPE = commune.tally_counts,
	SSPACE = 1000,
	FINALFUNC = commune.tally_counts_final,
	COMBINEFUNC = commune.tally_counts_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_approval(integer[], integer) IS 'counts ballots that approve of options';
REVOKE ALL ON FUNCTION commune.tally_approval(integer[], integer) FROM PUBLIC;

CREATE FUNCTION commune.tally_approval_add(commune.tally_counts, integer[], integer, bigint)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_approval_add';
COMMENT ON FUNCTION commune.tally_approval_add(commune.tally_counts, integer[], integer, bigint) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_approval_add(commune.tally_counts, integer[], integer, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_approval(approved integer[], options integer, weight bigint) (
	SFUNC = commune.tally_approval_add,
	STYPE = commune.tally_counts,
	SSPACE = 1000,
	FINALFUNC = commune.tally_counts_final,
	COMBINEFUNC = commune.tally_counts_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_approval(integer[], integer, bigint) IS 'counts ballots that approve of options, each with a weight; NULL stands for 1, a negative one takes a ballot out again';
REVOKE ALL ON FUNCTION commune.tally_approval(integer[], integer, bigint) FROM PUBLIC;

CREATE FUNCTION commune.tally_scores_add(commune.tally_counts, smallint[], integer, integer)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_scores_add';
COMMENT ON FUNCTION commune.tally_scores_add(commune.tally_counts, smallint[], integer, integer) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_scores_add(commune.tally_counts, smallint[], integer, integer) FROM PUBLIC;

CREATE AGGREGATE commune.tally_scores(scores smallint[], options integer, highest integer) (
	SFUNC = commune.tally_scores_add,
	STYPE = commune.tally_counts,
	SSPACE = 1000,
	FINALFUNC = commune.tally_counts_final,
	COMBINEFUNC = commune.tally_counts_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_scores(smallint[], integer, integer) IS 'counts ballots that score the options in their order, from 0 to the highest score; NULL gives none';
REVOKE ALL ON FUNCTION commune.tally_scores(smallint[], integer, integer) FROM PUBLIC;

CREATE FUNCTION commune.tally_scores_add(commune.tally_counts, smallint[], integer, integer, bigint)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_scores_add';
COMMENT ON FUNCTION commune.tally_scores_add(commune.tally_counts, smallint[], integer, integer, bigint) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_scores_add(commune.tally_counts, smallint[], integer, integer, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_scores(scores smallint[], options integer, highest integer, weight bigint) (
	SFUNC = commune.tally_scores_add,
	STYPE = commune.tally_counts,
	SSPACE = 1000,
	FINALFUNC = commune.tally_counts_final,
	COMBINEFUNC = commune.tally_counts_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_scores(smallint[], integer, integer, bigint) IS 'counts ballots that score the options in their order, from 0 to the highest score; NULL gives none, each with a weight; NULL stands for 1, a negative one takes a ballot out again';
REVOKE ALL ON FUNCTION commune.tally_scores(smallint[], integer, integer, bigint) FROM PUBLIC;

CREATE FUNCTION commune.tally_scores_add(commune.tally_counts, integer[], integer, integer)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_scores_add';
COMMENT ON FUNCTION commune.tally_scores_add(commune.tally_counts, integer[], integer, integer) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_scores_add(commune.tally_counts, integer[], integer, integer) FROM PUBLIC;

CREATE AGGREGATE commune.tally_scores(scores integer[], options integer, highest integer) (
	SFUNC = commune.tally_scores_add,
	STYPE = commune.tally_counts,
	SSPACE = 1000,
	FINALFUNC = commune.tally_counts_final,
	COMBINEFUNC = commune.tally_counts_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_scores(integer[], integer, integer) IS 'counts ballots that score the options in their order, from 0 to the highest score; NULL gives none';
REVOKE ALL ON FUNCTION commune.tally_scores(integer[], integer, integer) FROM PUBLIC;

CREATE FUNCTION commune.tally_scores_add(commune.tally_counts, integer[], integer, integer, bigint)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_scores_add';
COMMENT ON FUNCTION commune.tally_scores_add(commune.tally_counts, integer[], integer, integer, bigint) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_scores_add(commune.tally_counts, integer[], integer, integer, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_scores(scores integer[], options integer, highest integer, weight bigint) (
	SFUNC = commune.tally_scores_add,
	STYPE = commune.tally_counts,
	SSPACE = 1000,
	FINALFUNC = commune.tally_counts_final,
	COMBINEFUNC = commune.tally_counts_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_scores(integer[], integer, integer, bigint) IS 'counts ballots that score the options in their order, from 0 to the highest score; NULL gives none, each with a weight; NULL stands for 1, a negative one takes a ballot out again';
REVOKE ALL ON FUNCTION commune.tally_scores(integer[], integer, integer, bigint) FROM PUBLIC;

CREATE FUNCTION commune.tally_star_add(commune.tally_counts, smallint[], integer, integer)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_star_add';
COMMENT ON FUNCTION commune.tally_star_add(commune.tally_counts, smallint[], integer, integer) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_star_add(commune.tally_counts, smallint[], integer, integer) FROM PUBLIC;

CREATE AGGREGATE commune.tally_star(scores smallint[], options integer, highest integer) (
	SFUNC = commune.tally_star_add,
	STYPE = commune.tally_counts,
	SSPACE = 1000,
	FINALFUNC = commune.tally_counts_final,
	COMBINEFUNC = commune.tally_counts_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_star(smallint[], integer, integer) IS 'counts ballots that score the options in their order, and who is scored higher than whom';
REVOKE ALL ON FUNCTION commune.tally_star(smallint[], integer, integer) FROM PUBLIC;

CREATE FUNCTION commune.tally_star_add(commune.tally_counts, smallint[], integer, integer, bigint)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_star_add';
COMMENT ON FUNCTION commune.tally_star_add(commune.tally_counts, smallint[], integer, integer, bigint) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_star_add(commune.tally_counts, smallint[], integer, integer, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_star(scores smallint[], options integer, highest integer, weight bigint) (
	SFUNC = commune.tally_star_add,
	STYPE = commune.tally_counts,
	SSPACE = 1000,
	FINALFUNC = commune.tally_counts_final,
	COMBINEFUNC = commune.tally_counts_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_star(smallint[], integer, integer, bigint) IS 'counts ballots that score the options in their order, and who is scored higher than whom, each with a weight; NULL stands for 1, a negative one takes a ballot out again';
REVOKE ALL ON FUNCTION commune.tally_star(smallint[], integer, integer, bigint) FROM PUBLIC;

CREATE FUNCTION commune.tally_star_add(commune.tally_counts, integer[], integer, integer)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_star_add';
COMMENT ON FUNCTION commune.tally_star_add(commune.tally_counts, integer[], integer, integer) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_star_add(commune.tally_counts, integer[], integer, integer) FROM PUBLIC;

CREATE AGGREGATE commune.tally_star(scores integer[], options integer, highest integer) (
	SFUNC = commune.tally_star_add,
	STYPE = commune.tally_counts,
	SSPACE = 1000,
	FINALFUNC = commune.tally_counts_final,
	COMBINEFUNC = commune.tally_counts_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_star(integer[], integer, integer) IS 'counts ballots that score the options in their order, and who is scored higher than whom';
REVOKE ALL ON FUNCTION commune.tally_star(integer[], integer, integer) FROM PUBLIC;

CREATE FUNCTION commune.tally_star_add(commune.tally_counts, integer[], integer, integer, bigint)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_star_add';
COMMENT ON FUNCTION commune.tally_star_add(commune.tally_counts, integer[], integer, integer, bigint) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_star_add(commune.tally_counts, integer[], integer, integer, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_star(scores integer[], options integer, highest integer, weight bigint) (
	SFUNC = commune.tally_star_add,
	STYPE = commune.tally_counts,
	SSPACE = 1000,
	FINALFUNC = commune.tally_counts_final,
	COMBINEFUNC = commune.tally_counts_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_star(integer[], integer, integer, bigint) IS 'counts ballots that score the options in their order, and who is scored higher than whom, each with a weight; NULL stands for 1, a negative one takes a ballot out again';
REVOKE ALL ON FUNCTION commune.tally_star(integer[], integer, integer, bigint) FROM PUBLIC;

CREATE FUNCTION commune.tally_borda_add(commune.tally_counts, commune.ranking, integer)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_borda_add';
COMMENT ON FUNCTION commune.tally_borda_add(commune.tally_counts, commune.ranking, integer) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_borda_add(commune.tally_counts, commune.ranking, integer) FROM PUBLIC;

CREATE AGGREGATE commune.tally_borda(ballot commune.ranking, options integer) (
	SFUNC = commune.tally_borda_add,
	STYPE = commune.tally_counts,
	SSPACE = 1000,
	FINALFUNC = commune.tally_counts_final,
	COMBINEFUNC = commune.tally_counts_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_borda(commune.ranking, integer) IS 'counts the positions of options in rankings';
REVOKE ALL ON FUNCTION commune.tally_borda(commune.ranking, integer) FROM PUBLIC;

CREATE FUNCTION commune.tally_borda_add(commune.tally_counts, commune.ranking, integer, bigint)
RETURNS commune.tally_counts LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_borda_add';
COMMENT ON FUNCTION commune.tally_borda_add(commune.tally_counts, commune.ranking, integer, bigint) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_borda_add(commune.tally_counts, commune.ranking, integer, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_borda(ballot commune.ranking, options integer, weight bigint) (
	SFUNC = commune.tally_borda_add,
	STYPE = commune.tally_counts,
	SSPACE = 1000,
	FINALFUNC = commune.tally_counts_final,
	COMBINEFUNC = commune.tally_counts_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_borda(commune.ranking, integer, bigint) IS 'counts the positions of options in rankings, each with a weight; NULL stands for 1, a negative one takes a ballot out again';
REVOKE ALL ON FUNCTION commune.tally_borda(commune.ranking, integer, bigint) FROM PUBLIC;

CREATE FUNCTION commune.tally_pairs_add(commune.tally_pairs, commune.ranking, integer)
RETURNS commune.tally_pairs LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_pairs_add';
COMMENT ON FUNCTION commune.tally_pairs_add(commune.tally_pairs, commune.ranking, integer) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_pairs_add(commune.tally_pairs, commune.ranking, integer) FROM PUBLIC;

CREATE AGGREGATE commune.tally_pairs(ballot commune.ranking, options integer) (
	SFUNC = commune.tally_pairs_add,
	STYPE = commune.tally_pairs,
	SSPACE = 10000,
	FINALFUNC = commune.tally_pairs_final,
	COMBINEFUNC = commune.tally_pairs_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_pairs(commune.ranking, integer) IS 'counts how many rankings prefer each option to each other; options that are not ranked are last';
REVOKE ALL ON FUNCTION commune.tally_pairs(commune.ranking, integer) FROM PUBLIC;

CREATE FUNCTION commune.tally_pairs_add(commune.tally_pairs, commune.ranking, integer, bigint)
RETURNS commune.tally_pairs LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_pairs_add';
COMMENT ON FUNCTION commune.tally_pairs_add(commune.tally_pairs, commune.ranking, integer, bigint) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_pairs_add(commune.tally_pairs, commune.ranking, integer, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_pairs(ballot commune.ranking, options integer, weight bigint) (
	SFUNC = commune.tally_pairs_add,
	STYPE = commune.tally_pairs,
	SSPACE = 10000,
	FINALFUNC = commune.tally_pairs_final,
	COMBINEFUNC = commune.tally_pairs_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_pairs(commune.ranking, integer, bigint) IS 'counts how many rankings prefer each option to each other; options that are not ranked are last, each with a weight; NULL stands for 1, a negative one takes a ballot out again';
REVOKE ALL ON FUNCTION commune.tally_pairs(commune.ranking, integer, bigint) FROM PUBLIC;

CREATE FUNCTION commune.tally_pairs_add(commune.tally_pairs, commune.ranking, integer, bigint, boolean)
RETURNS commune.tally_pairs LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_pairs_add';
COMMENT ON FUNCTION commune.tally_pairs_add(commune.tally_pairs, commune.ranking, integer, bigint, boolean) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_pairs_add(commune.tally_pairs, commune.ranking, integer, bigint, boolean) FROM PUBLIC;

CREATE AGGREGATE commune.tally_pairs(ballot commune.ranking, options integer, weight bigint, unranked_last boolean) (
	SFUNC = commune.tally_pairs_add,
	STYPE = commune.tally_pairs,
	SSPACE = 10000,
	FINALFUNC = commune.tally_pairs_final,
	COMBINEFUNC = commune.tally_pairs_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_pairs(commune.ranking, integer, bigint, boolean) IS 'counts how many rankings prefer each option to each other; options that are not ranked are last, each with a weight; NULL stands for 1, a negative one takes a ballot out again; unranked_last false: only ballots that rank both count';
REVOKE ALL ON FUNCTION commune.tally_pairs(commune.ranking, integer, bigint, boolean) FROM PUBLIC;

CREATE FUNCTION commune.tally_profile_add(commune.tally_profile, commune.ranking, integer)
RETURNS commune.tally_profile LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_profile_add';
COMMENT ON FUNCTION commune.tally_profile_add(commune.tally_profile, commune.ranking, integer) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_profile_add(commune.tally_profile, commune.ranking, integer) FROM PUBLIC;

CREATE AGGREGATE commune.tally_profile(ballot commune.ranking, options integer) (
	SFUNC = commune.tally_profile_add,
	STYPE = commune.tally_profile,
	SSPACE = 1000000,
	FINALFUNC = commune.tally_profile_final,
	COMBINEFUNC = commune.tally_profile_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_profile(commune.ranking, integer) IS 'gathers rankings';
REVOKE ALL ON FUNCTION commune.tally_profile(commune.ranking, integer) FROM PUBLIC;

CREATE FUNCTION commune.tally_profile_add(commune.tally_profile, commune.ranking, integer, bigint)
RETURNS commune.tally_profile LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_tally_profile_add';
COMMENT ON FUNCTION commune.tally_profile_add(commune.tally_profile, commune.ranking, integer, bigint) IS 'adds a ballot';
REVOKE ALL ON FUNCTION commune.tally_profile_add(commune.tally_profile, commune.ranking, integer, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_profile(ballot commune.ranking, options integer, weight bigint) (
	SFUNC = commune.tally_profile_add,
	STYPE = commune.tally_profile,
	SSPACE = 1000000,
	FINALFUNC = commune.tally_profile_final,
	COMBINEFUNC = commune.tally_profile_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_profile(commune.ranking, integer, bigint) IS 'gathers rankings, each with a weight; NULL stands for 1, a negative one takes a ballot out again';
REVOKE ALL ON FUNCTION commune.tally_profile(commune.ranking, integer, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_counts(part commune.tally_counts) (
	SFUNC = commune.tally_counts_combine,
	STYPE = commune.tally_counts,
	SSPACE = 1000,
	FINALFUNC = commune.tally_counts_final,
	COMBINEFUNC = commune.tally_counts_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_counts(commune.tally_counts) IS 'one state of parts that were made and stored before';
REVOKE ALL ON FUNCTION commune.tally_counts(commune.tally_counts) FROM PUBLIC;

CREATE AGGREGATE commune.tally_pairs(part commune.tally_pairs) (
	SFUNC = commune.tally_pairs_combine,
	STYPE = commune.tally_pairs,
	SSPACE = 10000,
	FINALFUNC = commune.tally_pairs_final,
	COMBINEFUNC = commune.tally_pairs_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_pairs(commune.tally_pairs) IS 'one state of parts that were made and stored before';
REVOKE ALL ON FUNCTION commune.tally_pairs(commune.tally_pairs) FROM PUBLIC;

CREATE AGGREGATE commune.tally_profile(part commune.tally_profile) (
	SFUNC = commune.tally_profile_combine,
	STYPE = commune.tally_profile,
	SSPACE = 1000000,
	FINALFUNC = commune.tally_profile_final,
	COMBINEFUNC = commune.tally_profile_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_profile(commune.tally_profile) IS 'one state of parts that were made and stored before';
REVOKE ALL ON FUNCTION commune.tally_profile(commune.tally_profile) FROM PUBLIC;

-- ---- methods: results and every step towards them

CREATE FUNCTION commune.plurality(state commune.tally_counts, seats integer DEFAULT 1, ties text DEFAULT 'lot', seed bytea DEFAULT NULL, permutation integer[] DEFAULT NULL)
RETURNS TABLE (option integer, votes bigint, rank integer, elected boolean, tie text, ballots bigint, blank bigint) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_voting_plurality';
COMMENT ON FUNCTION commune.plurality(commune.tally_counts, integer, text, bytea, integer[]) IS 'whoever has the most votes is elected';
REVOKE ALL ON FUNCTION commune.plurality(commune.tally_counts, integer, text, bytea, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.approval(state commune.tally_counts, seats integer DEFAULT 1, ties text DEFAULT 'lot', seed bytea DEFAULT NULL, permutation integer[] DEFAULT NULL)
RETURNS TABLE (option integer, approvals bigint, rank integer, elected boolean, tie text, ballots bigint, blank bigint) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_voting_approval';
COMMENT ON FUNCTION commune.approval(commune.tally_counts, integer, text, bytea, integer[]) IS 'whoever has the most approvals is elected';
REVOKE ALL ON FUNCTION commune.approval(commune.tally_counts, integer, text, bytea, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.score(state commune.tally_counts, method text DEFAULT 'sum', unscored text DEFAULT 'lowest', seats integer DEFAULT 1, ties text DEFAULT 'lot', seed bytea DEFAULT NULL, permutation integer[] DEFAULT NULL)
RETURNS TABLE (option integer, sum numeric, scored bigint, mean numeric, median integer, rank integer, elected boolean, tie text) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_voting_score';
COMMENT ON FUNCTION commune.score(commune.tally_counts, text, text, integer, text, bytea, integer[]) IS 'whoever has the greatest sum, mean or median of scores, or wins by majority judgment, is elected';
REVOKE ALL ON FUNCTION commune.score(commune.tally_counts, text, text, integer, text, bytea, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.star(state commune.tally_counts, ties text DEFAULT 'pairwise,top_scores,lot', seed bytea DEFAULT NULL, permutation integer[] DEFAULT NULL)
RETURNS TABLE (round integer, option integer, score numeric, votes bigint, status text) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_voting_star';
COMMENT ON FUNCTION commune.star(commune.tally_counts, text, bytea, integer[]) IS 'STAR: of the two options with the highest sums of scores, the one that more ballots score higher';
REVOKE ALL ON FUNCTION commune.star(commune.tally_counts, text, bytea, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.star_ties(state commune.tally_counts, ties text DEFAULT 'pairwise,top_scores,lot', seed bytea DEFAULT NULL, permutation integer[] DEFAULT NULL)
RETURNS TABLE (round integer, purpose text, tied integer[], chosen integer, rule text) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 5
AS 'MODULE_PATHNAME', 'commune_voting_star_ties';
COMMENT ON FUNCTION commune.star_ties(commune.tally_counts, text, bytea, integer[]) IS 'the ties that were broken in a count by STAR';
REVOKE ALL ON FUNCTION commune.star_ties(commune.tally_counts, text, bytea, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.borda(state commune.tally_counts, mode text DEFAULT 'average', lowest integer DEFAULT NULL, seats integer DEFAULT 1, ties text DEFAULT 'lot', seed bytea DEFAULT NULL, permutation integer[] DEFAULT NULL)
RETURNS TABLE (option integer, points numeric, numerator numeric, denominator numeric, ranked bigint, rank integer, elected boolean, tie text) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_voting_borda';
COMMENT ON FUNCTION commune.borda(commune.tally_counts, text, integer, integer, text, bytea, integer[]) IS 'whoever has the most points for positions is elected: modes average, zero, modified';
REVOKE ALL ON FUNCTION commune.borda(commune.tally_counts, text, integer, integer, text, bytea, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.borda(profile commune.tally_profile, mode text DEFAULT 'average', lowest integer DEFAULT NULL, seats integer DEFAULT 1, ties text DEFAULT 'lot', seed bytea DEFAULT NULL, permutation integer[] DEFAULT NULL)
RETURNS TABLE (option integer, points numeric, numerator numeric, denominator numeric, ranked bigint, rank integer, elected boolean, tie text) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_voting_borda_of_profile';
COMMENT ON FUNCTION commune.borda(commune.tally_profile, text, integer, integer, text, bytea, integer[]) IS 'whoever has the most points for positions is elected: modes average, zero, modified, dowdall';
REVOKE ALL ON FUNCTION commune.borda(commune.tally_profile, text, integer, integer, text, bytea, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.pairs(profile commune.tally_profile, unranked_last boolean DEFAULT true)
RETURNS commune.tally_pairs LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000
AS 'MODULE_PATHNAME', 'commune_voting_pairs_of_profile';
COMMENT ON FUNCTION commune.pairs(commune.tally_profile, boolean) IS 'how many of the rankings of a profile prefer each option to each other';
REVOKE ALL ON FUNCTION commune.pairs(commune.tally_profile, boolean) FROM PUBLIC;

CREATE FUNCTION commune.pairwise(state commune.tally_pairs)
RETURNS TABLE (option integer, other integer, preferred bigint, beaten bigint, equal bigint, margin bigint) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1000
AS 'MODULE_PATHNAME', 'commune_voting_pairwise';
COMMENT ON FUNCTION commune.pairwise(commune.tally_pairs) IS 'for each two options, how many ballots prefer one to the other';
REVOKE ALL ON FUNCTION commune.pairwise(commune.tally_pairs) FROM PUBLIC;

CREATE FUNCTION commune.copeland(state commune.tally_pairs, seats integer DEFAULT 1, ties text DEFAULT 'lot', seed bytea DEFAULT NULL, permutation integer[] DEFAULT NULL)
RETURNS TABLE (option integer, wins integer, draws integer, losses integer, smith boolean, condorcet_winner boolean, condorcet_loser boolean, rank integer, elected boolean, tie text) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_voting_copeland';
COMMENT ON FUNCTION commune.copeland(commune.tally_pairs, integer, text, bytea, integer[]) IS 'whoever wins most comparisons is elected; with the Smith set, and the Condorcet winner and loser';
REVOKE ALL ON FUNCTION commune.copeland(commune.tally_pairs, integer, text, bytea, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.minimax(state commune.tally_pairs, strength text DEFAULT 'winning', seats integer DEFAULT 1, ties text DEFAULT 'lot', seed bytea DEFAULT NULL, permutation integer[] DEFAULT NULL)
RETURNS TABLE (option integer, worst numeric, against integer, rank integer, elected boolean, tie text) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_voting_minimax';
COMMENT ON FUNCTION commune.minimax(commune.tally_pairs, text, integer, text, bytea, integer[]) IS 'whoever has the least worst defeat is elected: strengths winning, margin, opposition';
REVOKE ALL ON FUNCTION commune.minimax(commune.tally_pairs, text, integer, text, bytea, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.schulze(state commune.tally_pairs, strength text DEFAULT 'winning', seats integer DEFAULT 1, ties text DEFAULT 'lot', seed bytea DEFAULT NULL, permutation integer[] DEFAULT NULL)
RETURNS TABLE (option integer, rank integer, elected boolean, tie text) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_voting_schulze';
COMMENT ON FUNCTION commune.schulze(commune.tally_pairs, text, integer, text, bytea, integer[]) IS 'the Schulze method: whoever has the stronger paths is elected: strengths winning, margin, ratio';
REVOKE ALL ON FUNCTION commune.schulze(commune.tally_pairs, text, integer, text, bytea, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.schulze_paths(state commune.tally_pairs, strength text DEFAULT 'winning')
RETURNS TABLE (option integer, other integer, strength numeric, to_one numeric, ahead boolean) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1000
AS 'MODULE_PATHNAME', 'commune_voting_schulze_paths';
COMMENT ON FUNCTION commune.schulze_paths(commune.tally_pairs, text) IS 'for each two options, how strong the strongest path from one to the other is';
REVOKE ALL ON FUNCTION commune.schulze_paths(commune.tally_pairs, text) FROM PUBLIC;

CREATE FUNCTION commune.ranked_pairs(state commune.tally_pairs, strength text DEFAULT 'winning', equal text DEFAULT 'ranked', seats integer DEFAULT 1, ties text DEFAULT 'lot', seed bytea DEFAULT NULL, permutation integer[] DEFAULT NULL)
RETURNS TABLE (option integer, rank integer, elected boolean, tie text) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_voting_ranked_pairs';
COMMENT ON FUNCTION commune.ranked_pairs(commune.tally_pairs, text, text, integer, text, bytea, integer[]) IS 'ranked pairs: victories are locked, the strongest first, unless that closes a circle';
REVOKE ALL ON FUNCTION commune.ranked_pairs(commune.tally_pairs, text, text, integer, text, bytea, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.ranked_pairs_steps(state commune.tally_pairs, strength text DEFAULT 'winning', equal text DEFAULT 'ranked', seats integer DEFAULT 1, ties text DEFAULT 'lot', seed bytea DEFAULT NULL, permutation integer[] DEFAULT NULL)
RETURNS TABLE (step integer, winner integer, loser integer, preferred bigint, beaten bigint, locked boolean, tie text) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1000
AS 'MODULE_PATHNAME', 'commune_voting_ranked_pairs_steps';
COMMENT ON FUNCTION commune.ranked_pairs_steps(commune.tally_pairs, text, text, integer, text, bytea, integer[]) IS 'the victories in the order in which ranked pairs lock them, or not';
REVOKE ALL ON FUNCTION commune.ranked_pairs_steps(commune.tally_pairs, text, text, integer, text, bytea, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.irv(profile commune.tally_profile, overvote text DEFAULT 'exhaust', max_skipped integer DEFAULT NULL, duplicates text DEFAULT 'skip', withdrawn integer[] DEFAULT NULL, majority_of text DEFAULT 'continuing', run_to integer DEFAULT 1, batch boolean DEFAULT false, first_out integer[] DEFAULT NULL, minimum bigint DEFAULT 0, seats integer DEFAULT 1, share_num integer DEFAULT 0, share_den integer DEFAULT 100, ties text DEFAULT 'prior_round,lot', seed bytea DEFAULT NULL, permutation integer[] DEFAULT NULL)
RETURNS TABLE (round integer, option integer, votes bigint, transfer bigint, status text, needed numeric, exhausted bigint, blank bigint) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1000
AS 'MODULE_PATHNAME', 'commune_voting_irv';
COMMENT ON FUNCTION commune.irv(commune.tally_profile, text, integer, text, integer[], text, integer, boolean, integer[], bigint, integer, integer, integer, text, bytea, integer[]) IS 'instant runoff: a row for each round and option';
REVOKE ALL ON FUNCTION commune.irv(commune.tally_profile, text, integer, text, integer[], text, integer, boolean, integer[], bigint, integer, integer, integer, text, bytea, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.irv_transfers(profile commune.tally_profile, overvote text DEFAULT 'exhaust', max_skipped integer DEFAULT NULL, duplicates text DEFAULT 'skip', withdrawn integer[] DEFAULT NULL, majority_of text DEFAULT 'continuing', run_to integer DEFAULT 1, batch boolean DEFAULT false, first_out integer[] DEFAULT NULL, minimum bigint DEFAULT 0, seats integer DEFAULT 1, share_num integer DEFAULT 0, share_den integer DEFAULT 100, ties text DEFAULT 'prior_round,lot', seed bytea DEFAULT NULL, permutation integer[] DEFAULT NULL)
RETURNS TABLE (round integer, from_option integer, to_option integer, votes bigint) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1000
AS 'MODULE_PATHNAME', 'commune_voting_irv_transfers';
COMMENT ON FUNCTION commune.irv_transfers(commune.tally_profile, text, integer, text, integer[], text, integer, boolean, integer[], bigint, integer, integer, integer, text, bytea, integer[]) IS 'instant runoff: whose votes went to whom before a round; NULL are those that are exhausted';
REVOKE ALL ON FUNCTION commune.irv_transfers(commune.tally_profile, text, integer, text, integer[], text, integer, boolean, integer[], bigint, integer, integer, integer, text, bytea, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.irv_ties(profile commune.tally_profile, overvote text DEFAULT 'exhaust', max_skipped integer DEFAULT NULL, duplicates text DEFAULT 'skip', withdrawn integer[] DEFAULT NULL, majority_of text DEFAULT 'continuing', run_to integer DEFAULT 1, batch boolean DEFAULT false, first_out integer[] DEFAULT NULL, minimum bigint DEFAULT 0, seats integer DEFAULT 1, share_num integer DEFAULT 0, share_den integer DEFAULT 100, ties text DEFAULT 'prior_round,lot', seed bytea DEFAULT NULL, permutation integer[] DEFAULT NULL)
RETURNS TABLE (round integer, purpose text, tied integer[], chosen integer, rule text) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 5
AS 'MODULE_PATHNAME', 'commune_voting_irv_ties';
COMMENT ON FUNCTION commune.irv_ties(commune.tally_profile, text, integer, text, integer[], text, integer, boolean, integer[], bigint, integer, integer, integer, text, bytea, integer[]) IS 'instant runoff: the ties that were broken';
REVOKE ALL ON FUNCTION commune.irv_ties(commune.tally_profile, text, integer, text, integer[], text, integer, boolean, integer[], bigint, integer, integer, integer, text, bytea, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.stv(profile commune.tally_profile, seats integer, rule text DEFAULT 'scottish', quota text DEFAULT NULL, decimals integer DEFAULT NULL, batch boolean DEFAULT false, overvote text DEFAULT 'exhaust', max_skipped integer DEFAULT NULL, duplicates text DEFAULT 'skip', withdrawn integer[] DEFAULT NULL, ties text DEFAULT 'prior_round,lot', seed bytea DEFAULT NULL, permutation integer[] DEFAULT NULL)
RETURNS TABLE (round integer, option integer, votes numeric, transfer numeric, keep numeric, status text, event text, quota numeric, surplus numeric, exhausted numeric, lost numeric, blank bigint, iterations integer) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1000
AS 'MODULE_PATHNAME', 'commune_voting_stv';
COMMENT ON FUNCTION commune.stv(commune.tally_profile, integer, text, text, integer, boolean, text, integer, text, integer[], text, bytea, integer[]) IS 'the single transferable vote by the rules scottish, wigm or meek: a row for each round and option';
REVOKE ALL ON FUNCTION commune.stv(commune.tally_profile, integer, text, text, integer, boolean, text, integer, text, integer[], text, bytea, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.stv_ties(profile commune.tally_profile, seats integer, rule text DEFAULT 'scottish', quota text DEFAULT NULL, decimals integer DEFAULT NULL, batch boolean DEFAULT false, overvote text DEFAULT 'exhaust', max_skipped integer DEFAULT NULL, duplicates text DEFAULT 'skip', withdrawn integer[] DEFAULT NULL, ties text DEFAULT 'prior_round,lot', seed bytea DEFAULT NULL, permutation integer[] DEFAULT NULL)
RETURNS TABLE (round integer, purpose text, tied integer[], chosen integer, rule text) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 5
AS 'MODULE_PATHNAME', 'commune_voting_stv_ties';
COMMENT ON FUNCTION commune.stv_ties(commune.tally_profile, integer, text, text, integer, boolean, text, integer, text, integer[], text, bytea, integer[]) IS 'the single transferable vote: the ties that were broken';
REVOKE ALL ON FUNCTION commune.stv_ties(commune.tally_profile, integer, text, text, integer, boolean, text, integer, text, integer[], text, bytea, integer[]) FROM PUBLIC;
