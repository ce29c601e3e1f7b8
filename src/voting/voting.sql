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
