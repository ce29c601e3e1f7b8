-- budget: shares of votes, seats, shared budgets and pools of money, on anybody's tables.
--
-- Three states: tally_sums of votes on options, tally_contributions of money to projects, tally_budget of ballots on
-- projects.  Aggregates make them in one pass, in any order and any parts; functions on them give results and steps as
-- rows.  Options, projects and lists are numbered by any integers.

-- ---- tally_sums

CREATE TYPE commune.tally_sums;

CREATE FUNCTION commune.tally_sums_in(cstring)
RETURNS commune.tally_sums LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_sums_input';
COMMENT ON FUNCTION commune.tally_sums_in(cstring) IS 'input of tally_sums';
REVOKE ALL ON FUNCTION commune.tally_sums_in(cstring) FROM PUBLIC;

CREATE FUNCTION commune.tally_sums_out(commune.tally_sums)
RETURNS cstring LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_sums_output';
COMMENT ON FUNCTION commune.tally_sums_out(commune.tally_sums) IS 'output of tally_sums';
REVOKE ALL ON FUNCTION commune.tally_sums_out(commune.tally_sums) FROM PUBLIC;

CREATE FUNCTION commune.tally_sums_recv(internal)
RETURNS commune.tally_sums LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_sums_receive';
COMMENT ON FUNCTION commune.tally_sums_recv(internal) IS 'binary input of tally_sums';
REVOKE ALL ON FUNCTION commune.tally_sums_recv(internal) FROM PUBLIC;

CREATE FUNCTION commune.tally_sums_send(commune.tally_sums)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_send';
COMMENT ON FUNCTION commune.tally_sums_send(commune.tally_sums) IS 'binary output of tally_sums: its canonical bytes, the same for the same votes';
REVOKE ALL ON FUNCTION commune.tally_sums_send(commune.tally_sums) FROM PUBLIC;

CREATE TYPE commune.tally_sums (
	INPUT = commune.tally_sums_in,
	OUTPUT = commune.tally_sums_out,
	RECEIVE = commune.tally_sums_recv,
	SEND = commune.tally_sums_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE commune.tally_sums IS 'votes added up by options: ballots=3 1=2 2=1';
REVOKE ALL ON TYPE commune.tally_sums FROM PUBLIC;

CREATE FUNCTION commune.tally_sums_combine(commune.tally_sums, commune.tally_sums)
RETURNS commune.tally_sums LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_sums_combine';
COMMENT ON FUNCTION commune.tally_sums_combine(commune.tally_sums, commune.tally_sums) IS 'adds up two parts';
REVOKE ALL ON FUNCTION commune.tally_sums_combine(commune.tally_sums, commune.tally_sums) FROM PUBLIC;

CREATE FUNCTION commune.tally_sums_final(commune.tally_sums)
RETURNS commune.tally_sums LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_final';
COMMENT ON FUNCTION commune.tally_sums_final(commune.tally_sums) IS 'hands a state on';
REVOKE ALL ON FUNCTION commune.tally_sums_final(commune.tally_sums) FROM PUBLIC;

CREATE FUNCTION commune.tally_sums_plus(commune.tally_sums, commune.tally_sums)
RETURNS commune.tally_sums LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_sums_plus';
COMMENT ON FUNCTION commune.tally_sums_plus(commune.tally_sums, commune.tally_sums) IS 'implementation of the operator +';
REVOKE ALL ON FUNCTION commune.tally_sums_plus(commune.tally_sums, commune.tally_sums) FROM PUBLIC;

CREATE FUNCTION commune.tally_sums_minus(commune.tally_sums, commune.tally_sums)
RETURNS commune.tally_sums LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_sums_minus';
COMMENT ON FUNCTION commune.tally_sums_minus(commune.tally_sums, commune.tally_sums) IS 'implementation of the operator -';
REVOKE ALL ON FUNCTION commune.tally_sums_minus(commune.tally_sums, commune.tally_sums) FROM PUBLIC;

CREATE OPERATOR commune.+ (
	FUNCTION = commune.tally_sums_plus,
	LEFTARG = commune.tally_sums,
	RIGHTARG = commune.tally_sums,
	COMMUTATOR = OPERATOR(commune.+)
);
COMMENT ON OPERATOR commune.+ (commune.tally_sums, commune.tally_sums) IS 'both together';

CREATE OPERATOR commune.- (
	FUNCTION = commune.tally_sums_minus,
	LEFTARG = commune.tally_sums,
	RIGHTARG = commune.tally_sums
);
COMMENT ON OPERATOR commune.- (commune.tally_sums, commune.tally_sums) IS 'the first without what is in the second';

CREATE FUNCTION commune.digest(state commune.tally_sums)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_digest';
COMMENT ON FUNCTION commune.digest(commune.tally_sums) IS 'the SHA-256 of the canonical bytes';
REVOKE ALL ON FUNCTION commune.digest(commune.tally_sums) FROM PUBLIC;

CREATE AGGREGATE commune.tally_sums(part commune.tally_sums) (
	SFUNC = commune.tally_sums_combine,
	STYPE = commune.tally_sums,
	FINALFUNC = commune.tally_sums_final,
	COMBINEFUNC = commune.tally_sums_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_sums(commune.tally_sums) IS 'one state of parts that were made and stored before';
REVOKE ALL ON FUNCTION commune.tally_sums(commune.tally_sums) FROM PUBLIC;

CREATE FUNCTION commune.tally_votes_add(commune.tally_sums, integer)
RETURNS commune.tally_sums LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_choice_add';
COMMENT ON FUNCTION commune.tally_votes_add(commune.tally_sums, integer) IS 'a ballot for one option';
REVOKE ALL ON FUNCTION commune.tally_votes_add(commune.tally_sums, integer) FROM PUBLIC;

CREATE AGGREGATE commune.tally_votes(choice integer) (
	SFUNC = commune.tally_votes_add,
	STYPE = commune.tally_sums,
	FINALFUNC = commune.tally_sums_final,
	COMBINEFUNC = commune.tally_sums_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_votes(integer) IS 'votes for one option each; NULL abstains';
REVOKE ALL ON FUNCTION commune.tally_votes(integer) FROM PUBLIC;

CREATE FUNCTION commune.tally_votes_add(commune.tally_sums, integer, bigint)
RETURNS commune.tally_sums LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_choice_add';
COMMENT ON FUNCTION commune.tally_votes_add(commune.tally_sums, integer, bigint) IS 'a ballot for one option, with its weight';
REVOKE ALL ON FUNCTION commune.tally_votes_add(commune.tally_sums, integer, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_votes(choice integer, weight bigint) (
	SFUNC = commune.tally_votes_add,
	STYPE = commune.tally_sums,
	FINALFUNC = commune.tally_sums_final,
	COMBINEFUNC = commune.tally_sums_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_votes(integer, bigint) IS 'votes for one option each, with weights; NULL abstains';
REVOKE ALL ON FUNCTION commune.tally_votes(integer, bigint) FROM PUBLIC;

CREATE FUNCTION commune.tally_points_add(commune.tally_sums, integer, bigint)
RETURNS commune.tally_sums LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_votes_add';
COMMENT ON FUNCTION commune.tally_points_add(commune.tally_sums, integer, bigint) IS 'votes on an option';
REVOKE ALL ON FUNCTION commune.tally_points_add(commune.tally_sums, integer, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_points(option integer, votes bigint) (
	SFUNC = commune.tally_points_add,
	STYPE = commune.tally_sums,
	FINALFUNC = commune.tally_sums_final,
	COMBINEFUNC = commune.tally_sums_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_points(integer, bigint) IS 'any votes on options, a row for each option; no limit is looked at, no ballots are counted';
REVOKE ALL ON FUNCTION commune.tally_points(integer, bigint) FROM PUBLIC;

CREATE FUNCTION commune.tally_points_add(commune.tally_sums, integer, bigint, bigint)
RETURNS commune.tally_sums LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_votes_add';
COMMENT ON FUNCTION commune.tally_points_add(commune.tally_sums, integer, bigint, bigint) IS 'votes on an option, with a weight';
REVOKE ALL ON FUNCTION commune.tally_points_add(commune.tally_sums, integer, bigint, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_points(option integer, votes bigint, weight bigint) (
	SFUNC = commune.tally_points_add,
	STYPE = commune.tally_sums,
	FINALFUNC = commune.tally_sums_final,
	COMBINEFUNC = commune.tally_sums_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_points(integer, bigint, bigint) IS 'any votes on options, a row for each option, with weights; no limit is looked at, no ballots are counted';
REVOKE ALL ON FUNCTION commune.tally_points(integer, bigint, bigint) FROM PUBLIC;

CREATE FUNCTION commune.tally_quadratic_add(commune.tally_sums, integer[], bigint)
RETURNS commune.tally_sums LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_quadratic_add';
COMMENT ON FUNCTION commune.tally_quadratic_add(commune.tally_sums, integer[], bigint) IS 'a ballot of quadratic voting';
REVOKE ALL ON FUNCTION commune.tally_quadratic_add(commune.tally_sums, integer[], bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_quadratic(votes integer[], credits bigint) (
	SFUNC = commune.tally_quadratic_add,
	STYPE = commune.tally_sums,
	FINALFUNC = commune.tally_sums_final,
	COMBINEFUNC = commune.tally_sums_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_quadratic(integer[], bigint) IS 'ballots of quadratic voting: votes on options 1, 2, ..., whose squares add up to the credits at most; others are rejected';
REVOKE ALL ON FUNCTION commune.tally_quadratic(integer[], bigint) FROM PUBLIC;

CREATE FUNCTION commune.tally_quadratic_add(commune.tally_sums, integer[], bigint, bigint)
RETURNS commune.tally_sums LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_quadratic_add';
COMMENT ON FUNCTION commune.tally_quadratic_add(commune.tally_sums, integer[], bigint, bigint) IS 'a ballot of quadratic voting, with its weight';
REVOKE ALL ON FUNCTION commune.tally_quadratic_add(commune.tally_sums, integer[], bigint, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_quadratic(votes integer[], credits bigint, weight bigint) (
	SFUNC = commune.tally_quadratic_add,
	STYPE = commune.tally_sums,
	FINALFUNC = commune.tally_sums_final,
	COMBINEFUNC = commune.tally_sums_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_quadratic(integer[], bigint, bigint) IS 'ballots of quadratic voting, with weights';
REVOKE ALL ON FUNCTION commune.tally_quadratic(integer[], bigint, bigint) FROM PUBLIC;

CREATE FUNCTION commune.tally_quadratic_add(commune.tally_sums, integer[], bigint, bigint, text, boolean)
RETURNS commune.tally_sums LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_quadratic_add';
COMMENT ON FUNCTION commune.tally_quadratic_add(commune.tally_sums, integer[], bigint, bigint, text, boolean) IS 'a ballot of quadratic voting, with its weight and what becomes of it';
REVOKE ALL ON FUNCTION commune.tally_quadratic_add(commune.tally_sums, integer[], bigint, bigint, text, boolean) FROM PUBLIC;

CREATE AGGREGATE commune.tally_quadratic(votes integer[], credits bigint, weight bigint, over text, negative boolean) (
	SFUNC = commune.tally_quadratic_add,
	STYPE = commune.tally_sums,
	FINALFUNC = commune.tally_sums_final,
	COMBINEFUNC = commune.tally_sums_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_quadratic(integer[], bigint, bigint, text, boolean) IS 'ballots of quadratic voting; over says what becomes of those that cost too much (reject, clip, scale), negative whether there may be votes against';
REVOKE ALL ON FUNCTION commune.tally_quadratic(integer[], bigint, bigint, text, boolean) FROM PUBLIC;

CREATE FUNCTION commune.tally_cumulative_add(commune.tally_sums, integer[], bigint)
RETURNS commune.tally_sums LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_cumulative_add';
COMMENT ON FUNCTION commune.tally_cumulative_add(commune.tally_sums, integer[], bigint) IS 'a ballot of cumulative voting';
REVOKE ALL ON FUNCTION commune.tally_cumulative_add(commune.tally_sums, integer[], bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_cumulative(points integer[], total bigint) (
	SFUNC = commune.tally_cumulative_add,
	STYPE = commune.tally_sums,
	FINALFUNC = commune.tally_sums_final,
	COMBINEFUNC = commune.tally_sums_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_cumulative(integer[], bigint) IS 'ballots of cumulative voting: points for options 1, 2, ..., which add up to the total at most; others are rejected';
REVOKE ALL ON FUNCTION commune.tally_cumulative(integer[], bigint) FROM PUBLIC;

CREATE FUNCTION commune.tally_cumulative_add(commune.tally_sums, integer[], bigint, bigint)
RETURNS commune.tally_sums LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_cumulative_add';
COMMENT ON FUNCTION commune.tally_cumulative_add(commune.tally_sums, integer[], bigint, bigint) IS 'a ballot of cumulative voting, with its weight';
REVOKE ALL ON FUNCTION commune.tally_cumulative_add(commune.tally_sums, integer[], bigint, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_cumulative(points integer[], total bigint, weight bigint) (
	SFUNC = commune.tally_cumulative_add,
	STYPE = commune.tally_sums,
	FINALFUNC = commune.tally_sums_final,
	COMBINEFUNC = commune.tally_sums_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_cumulative(integer[], bigint, bigint) IS 'ballots of cumulative voting, with weights';
REVOKE ALL ON FUNCTION commune.tally_cumulative(integer[], bigint, bigint) FROM PUBLIC;

CREATE FUNCTION commune.tally_cumulative_add(commune.tally_sums, integer[], bigint, bigint, text, bigint)
RETURNS commune.tally_sums LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_cumulative_add';
COMMENT ON FUNCTION commune.tally_cumulative_add(commune.tally_sums, integer[], bigint, bigint, text, bigint) IS 'a ballot of cumulative voting, with its weight and what becomes of it';
REVOKE ALL ON FUNCTION commune.tally_cumulative_add(commune.tally_sums, integer[], bigint, bigint, text, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_cumulative(points integer[], total bigint, weight bigint, over text, most bigint) (
	SFUNC = commune.tally_cumulative_add,
	STYPE = commune.tally_sums,
	FINALFUNC = commune.tally_sums_final,
	COMBINEFUNC = commune.tally_sums_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_cumulative(integer[], bigint, bigint, text, bigint) IS 'ballots of cumulative voting; over says what becomes of those with too many points (reject, clip, scale), most is the limit for one option';
REVOKE ALL ON FUNCTION commune.tally_cumulative(integer[], bigint, bigint, text, bigint) FROM PUBLIC;

CREATE FUNCTION commune.quadratic_ballot(votes integer[], credits bigint, over text DEFAULT 'reject', negative boolean DEFAULT false)
RETURNS integer[] LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_quadratic_ballot';
COMMENT ON FUNCTION commune.quadratic_ballot(integer[], bigint, text, boolean) IS 'a ballot of quadratic voting as it counts; NULL if it is rejected';
REVOKE ALL ON FUNCTION commune.quadratic_ballot(integer[], bigint, text, boolean) FROM PUBLIC;

CREATE FUNCTION commune.cumulative_ballot(points integer[], total bigint, over text DEFAULT 'reject', most bigint DEFAULT 9223372036854775807)
RETURNS integer[] LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_cumulative_ballot';
COMMENT ON FUNCTION commune.cumulative_ballot(integer[], bigint, text, bigint) IS 'a ballot of cumulative voting as it counts; NULL if it is rejected';
REVOKE ALL ON FUNCTION commune.cumulative_ballot(integer[], bigint, text, bigint) FROM PUBLIC;

CREATE FUNCTION commune.option_votes(sums commune.tally_sums, options integer[] DEFAULT NULL)
RETURNS TABLE (option integer, votes numeric, votes_for numeric, votes_against numeric, credits numeric, voters bigint) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_budget_option_votes';
COMMENT ON FUNCTION commune.option_votes(commune.tally_sums, integer[]) IS 'the votes on each option: those for it less those against it; what they cost, and how many gave it any';
REVOKE ALL ON FUNCTION commune.option_votes(commune.tally_sums, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.ballots(sums commune.tally_sums)
RETURNS TABLE (ballots bigint, cut bigint, abstained bigint, rejected bigint) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 ROWS 1
AS 'MODULE_PATHNAME', 'commune_budget_ballots';
COMMENT ON FUNCTION commune.ballots(commune.tally_sums) IS 'how many ballots were counted, cut to their limit, abstained, rejected';
REVOKE ALL ON FUNCTION commune.ballots(commune.tally_sums) FROM PUBLIC;

CREATE FUNCTION commune.majority(
	sums commune.tally_sums,
	num bigint DEFAULT 1,
	den bigint DEFAULT 2,
	strict boolean DEFAULT true,
	base text DEFAULT 'cast',
	electorate bigint DEFAULT NULL,
	against integer DEFAULT NULL,
	quorum bigint DEFAULT NULL,
	options integer[] DEFAULT NULL
)
RETURNS TABLE (option integer, votes numeric, base numeric, needed numeric, reached boolean, quorum_met boolean, passed boolean) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_budget_majority';
COMMENT ON FUNCTION commune.majority(commune.tally_sums, bigint, bigint, boolean, text, bigint, integer, bigint, integer[]) IS 'whether an option has more than num / den of the base (or as much, if not strict), and the quorum is met';
REVOKE ALL ON FUNCTION commune.majority(commune.tally_sums, bigint, bigint, boolean, text, bigint, integer, bigint, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.seats(
	sums commune.tally_sums,
	wanted integer,
	method text,
	ties text DEFAULT 'lot',
	seed bytea DEFAULT NULL,
	permutation integer[] DEFAULT NULL,
	threshold_num bigint DEFAULT 0,
	threshold_den bigint DEFAULT 1,
	options integer[] DEFAULT NULL
)
RETURNS TABLE (option integer, votes numeric, seats integer) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_budget_seats';
COMMENT ON FUNCTION commune.seats(commune.tally_sums, integer, text, text, bytea, integer[], bigint, bigint, integer[]) IS 'the seats of each list, by dhondt, sainte_lague, modified_sainte_lague, hare or droop; or of each option, by most_votes';
REVOKE ALL ON FUNCTION commune.seats(commune.tally_sums, integer, text, text, bytea, integer[], bigint, bigint, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.seat_steps(
	sums commune.tally_sums,
	wanted integer,
	method text,
	ties text DEFAULT 'lot',
	seed bytea DEFAULT NULL,
	permutation integer[] DEFAULT NULL,
	threshold_num bigint DEFAULT 0,
	threshold_den bigint DEFAULT 1,
	options integer[] DEFAULT NULL
)
RETURNS TABLE (seat integer, option integer, reason text, num numeric, den numeric, tie text) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_budget_seat_steps';
COMMENT ON FUNCTION commune.seat_steps(commune.tally_sums, integer, text, text, bytea, integer[], bigint, bigint, integer[]) IS 'who got each seat, and why: the fraction that was the greatest';
REVOKE ALL ON FUNCTION commune.seat_steps(commune.tally_sums, integer, text, text, bytea, integer[], bigint, bigint, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.alpha_funding(
	sums commune.tally_sums,
	budget numeric,
	factor numeric DEFAULT 1,
	options integer[] DEFAULT NULL
)
RETURNS TABLE (option integer, votes numeric, credits numeric, amount numeric, alpha numeric) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_budget_alpha_funding';
COMMENT ON FUNCTION commune.alpha_funding(commune.tally_sums, numeric, numeric, integer[]) IS 'quadratic funding the way of clr.fund: alpha times the squares of votes, and the rest in proportion to credits';
REVOKE ALL ON FUNCTION commune.alpha_funding(commune.tally_sums, numeric, numeric, integer[]) FROM PUBLIC;

-- ---- tally_contributions

CREATE TYPE commune.tally_contributions;

CREATE FUNCTION commune.tally_contributions_in(cstring)
RETURNS commune.tally_contributions LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_contributions_input';
COMMENT ON FUNCTION commune.tally_contributions_in(cstring) IS 'input of tally_contributions';
REVOKE ALL ON FUNCTION commune.tally_contributions_in(cstring) FROM PUBLIC;

CREATE FUNCTION commune.tally_contributions_out(commune.tally_contributions)
RETURNS cstring LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_contributions_output';
COMMENT ON FUNCTION commune.tally_contributions_out(commune.tally_contributions) IS 'output of tally_contributions';
REVOKE ALL ON FUNCTION commune.tally_contributions_out(commune.tally_contributions) FROM PUBLIC;

CREATE FUNCTION commune.tally_contributions_recv(internal)
RETURNS commune.tally_contributions LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_contributions_receive';
COMMENT ON FUNCTION commune.tally_contributions_recv(internal) IS 'binary input of tally_contributions';
REVOKE ALL ON FUNCTION commune.tally_contributions_recv(internal) FROM PUBLIC;

CREATE FUNCTION commune.tally_contributions_send(commune.tally_contributions)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_send';
COMMENT ON FUNCTION commune.tally_contributions_send(commune.tally_contributions) IS 'binary output of tally_contributions: its canonical bytes, the same for the same contributions';
REVOKE ALL ON FUNCTION commune.tally_contributions_send(commune.tally_contributions) FROM PUBLIC;

CREATE TYPE commune.tally_contributions (
	INPUT = commune.tally_contributions_in,
	OUTPUT = commune.tally_contributions_out,
	RECEIVE = commune.tally_contributions_recv,
	SEND = commune.tally_contributions_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE commune.tally_contributions IS 'who gave how much to which project: 1:7=500 2:7=20';
REVOKE ALL ON TYPE commune.tally_contributions FROM PUBLIC;

CREATE FUNCTION commune.tally_contributions_combine(commune.tally_contributions, commune.tally_contributions)
RETURNS commune.tally_contributions LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_contributions_combine';
COMMENT ON FUNCTION commune.tally_contributions_combine(commune.tally_contributions, commune.tally_contributions) IS 'adds up two parts';
REVOKE ALL ON FUNCTION commune.tally_contributions_combine(commune.tally_contributions, commune.tally_contributions) FROM PUBLIC;

CREATE FUNCTION commune.tally_contributions_final(commune.tally_contributions)
RETURNS commune.tally_contributions LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_final';
COMMENT ON FUNCTION commune.tally_contributions_final(commune.tally_contributions) IS 'hands a state on';
REVOKE ALL ON FUNCTION commune.tally_contributions_final(commune.tally_contributions) FROM PUBLIC;

CREATE FUNCTION commune.tally_contributions_plus(commune.tally_contributions, commune.tally_contributions)
RETURNS commune.tally_contributions LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_contributions_plus';
COMMENT ON FUNCTION commune.tally_contributions_plus(commune.tally_contributions, commune.tally_contributions) IS 'implementation of the operator +';
REVOKE ALL ON FUNCTION commune.tally_contributions_plus(commune.tally_contributions, commune.tally_contributions) FROM PUBLIC;

CREATE FUNCTION commune.tally_contributions_minus(commune.tally_contributions, commune.tally_contributions)
RETURNS commune.tally_contributions LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_contributions_minus';
COMMENT ON FUNCTION commune.tally_contributions_minus(commune.tally_contributions, commune.tally_contributions) IS 'implementation of the operator -';
REVOKE ALL ON FUNCTION commune.tally_contributions_minus(commune.tally_contributions, commune.tally_contributions) FROM PUBLIC;

CREATE OPERATOR commune.+ (
	FUNCTION = commune.tally_contributions_plus,
	LEFTARG = commune.tally_contributions,
	RIGHTARG = commune.tally_contributions,
	COMMUTATOR = OPERATOR(commune.+)
);
COMMENT ON OPERATOR commune.+ (commune.tally_contributions, commune.tally_contributions) IS 'both together';

CREATE OPERATOR commune.- (
	FUNCTION = commune.tally_contributions_minus,
	LEFTARG = commune.tally_contributions,
	RIGHTARG = commune.tally_contributions
);
COMMENT ON OPERATOR commune.- (commune.tally_contributions, commune.tally_contributions) IS 'the first without what is in the second';

CREATE FUNCTION commune.digest(state commune.tally_contributions)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_digest';
COMMENT ON FUNCTION commune.digest(commune.tally_contributions) IS 'the SHA-256 of the canonical bytes';
REVOKE ALL ON FUNCTION commune.digest(commune.tally_contributions) FROM PUBLIC;

CREATE AGGREGATE commune.tally_contributions(part commune.tally_contributions) (
	SFUNC = commune.tally_contributions_combine,
	STYPE = commune.tally_contributions,
	FINALFUNC = commune.tally_contributions_final,
	COMBINEFUNC = commune.tally_contributions_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_contributions(commune.tally_contributions) IS 'one state of parts that were made and stored before';
REVOKE ALL ON FUNCTION commune.tally_contributions(commune.tally_contributions) FROM PUBLIC;

CREATE FUNCTION commune.tally_contributions_add(commune.tally_contributions, integer, bigint, bigint)
RETURNS commune.tally_contributions LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_contributions_add';
COMMENT ON FUNCTION commune.tally_contributions_add(commune.tally_contributions, integer, bigint, bigint) IS 'a contribution';
REVOKE ALL ON FUNCTION commune.tally_contributions_add(commune.tally_contributions, integer, bigint, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_contributions(project integer, contributor bigint, amount bigint) (
	SFUNC = commune.tally_contributions_add,
	STYPE = commune.tally_contributions,
	FINALFUNC = commune.tally_contributions_final,
	COMBINEFUNC = commune.tally_contributions_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_contributions(integer, bigint, bigint) IS 'who gave how much to which project; amounts of the same add up';
REVOKE ALL ON FUNCTION commune.tally_contributions(integer, bigint, bigint) FROM PUBLIC;

CREATE FUNCTION commune.contributed(contributions commune.tally_contributions)
RETURNS TABLE (project integer, contributor bigint, amount bigint) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1000
AS 'MODULE_PATHNAME', 'commune_budget_contributed';
COMMENT ON FUNCTION commune.contributed(commune.tally_contributions) IS 'each contributor to each project, with all that he gave';
REVOKE ALL ON FUNCTION commune.contributed(commune.tally_contributions) FROM PUBLIC;

CREATE FUNCTION commune.quadratic_funding(
	contributions commune.tally_contributions,
	pool bigint,
	formula text DEFAULT 'exact',
	scaling text DEFAULT 'saturated',
	rounding text DEFAULT 'largest_remainder',
	cap bigint DEFAULT NULL,
	ties text DEFAULT 'lot',
	seed bytea DEFAULT NULL,
	permutation integer[] DEFAULT NULL,
	projects integer[] DEFAULT NULL
)
RETURNS TABLE (project integer, contributors bigint, received numeric, roots numeric, ideal numeric, uncapped bigint, match bigint, tie text) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_budget_quadratic_funding';
COMMENT ON FUNCTION commune.quadratic_funding(commune.tally_contributions, bigint, text, text, text, bigint, text, bytea, integer[], integer[]) IS 'what each project gets out of a pool by quadratic funding; the formula is exact, square or gitcoin';
REVOKE ALL ON FUNCTION commune.quadratic_funding(commune.tally_contributions, bigint, text, text, text, bigint, text, bytea, integer[], integer[]) FROM PUBLIC;

CREATE FUNCTION commune.pairwise_funding(
	contributions commune.tally_contributions,
	pool bigint,
	bound bigint,
	formula text DEFAULT 'paper',
	scaling text DEFAULT 'saturated',
	rounding text DEFAULT 'largest_remainder',
	cap bigint DEFAULT NULL,
	ties text DEFAULT 'lot',
	seed bytea DEFAULT NULL,
	permutation integer[] DEFAULT NULL,
	projects integer[] DEFAULT NULL
)
RETURNS TABLE (project integer, contributors bigint, received numeric, roots numeric, ideal numeric, uncapped bigint, match bigint, tie text) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_budget_pairwise_funding';
COMMENT ON FUNCTION commune.pairwise_funding(commune.tally_contributions, bigint, bigint, text, text, text, bigint, text, bytea, integer[], integer[]) IS 'the same, with a bound for what a pair of contributors counts for; the formula is paper or gitcoin';
REVOKE ALL ON FUNCTION commune.pairwise_funding(commune.tally_contributions, bigint, bigint, text, text, text, bigint, text, bytea, integer[], integer[]) FROM PUBLIC;

CREATE FUNCTION commune.funding_pairs(contributions commune.tally_contributions, bound bigint, formula text DEFAULT 'paper')
RETURNS TABLE (a bigint, b bigint, shared numeric, weight numeric) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1000
AS 'MODULE_PATHNAME', 'commune_budget_funding_pairs';
COMMENT ON FUNCTION commune.funding_pairs(commune.tally_contributions, bigint, text) IS 'what each pair of contributors shares in all projects, and what it counts for';
REVOKE ALL ON FUNCTION commune.funding_pairs(commune.tally_contributions, bigint, text) FROM PUBLIC;

-- ---- tally_budget

CREATE TYPE commune.tally_budget;

CREATE FUNCTION commune.tally_budget_in(cstring)
RETURNS commune.tally_budget LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_ballots_input';
COMMENT ON FUNCTION commune.tally_budget_in(cstring) IS 'input of tally_budget';
REVOKE ALL ON FUNCTION commune.tally_budget_in(cstring) FROM PUBLIC;

CREATE FUNCTION commune.tally_budget_out(commune.tally_budget)
RETURNS cstring LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_ballots_output';
COMMENT ON FUNCTION commune.tally_budget_out(commune.tally_budget) IS 'output of tally_budget';
REVOKE ALL ON FUNCTION commune.tally_budget_out(commune.tally_budget) FROM PUBLIC;

CREATE FUNCTION commune.tally_budget_recv(internal)
RETURNS commune.tally_budget LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_ballots_receive';
COMMENT ON FUNCTION commune.tally_budget_recv(internal) IS 'binary input of tally_budget';
REVOKE ALL ON FUNCTION commune.tally_budget_recv(internal) FROM PUBLIC;

CREATE FUNCTION commune.tally_budget_send(commune.tally_budget)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_send';
COMMENT ON FUNCTION commune.tally_budget_send(commune.tally_budget) IS 'binary output of tally_budget: its canonical bytes, the same for the same ballots';
REVOKE ALL ON FUNCTION commune.tally_budget_send(commune.tally_budget) FROM PUBLIC;

CREATE TYPE commune.tally_budget (
	INPUT = commune.tally_budget_in,
	OUTPUT = commune.tally_budget_out,
	RECEIVE = commune.tally_budget_recv,
	SEND = commune.tally_budget_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE commune.tally_budget IS 'ballots of a shared budget: 2*(1,3) 1*(2:4)';
REVOKE ALL ON TYPE commune.tally_budget FROM PUBLIC;

CREATE FUNCTION commune.tally_budget_combine(commune.tally_budget, commune.tally_budget)
RETURNS commune.tally_budget LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_ballots_combine';
COMMENT ON FUNCTION commune.tally_budget_combine(commune.tally_budget, commune.tally_budget) IS 'adds up two parts';
REVOKE ALL ON FUNCTION commune.tally_budget_combine(commune.tally_budget, commune.tally_budget) FROM PUBLIC;

CREATE FUNCTION commune.tally_budget_final(commune.tally_budget)
RETURNS commune.tally_budget LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_final';
COMMENT ON FUNCTION commune.tally_budget_final(commune.tally_budget) IS 'hands a state on';
REVOKE ALL ON FUNCTION commune.tally_budget_final(commune.tally_budget) FROM PUBLIC;

CREATE FUNCTION commune.tally_budget_plus(commune.tally_budget, commune.tally_budget)
RETURNS commune.tally_budget LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_ballots_plus';
COMMENT ON FUNCTION commune.tally_budget_plus(commune.tally_budget, commune.tally_budget) IS 'implementation of the operator +';
REVOKE ALL ON FUNCTION commune.tally_budget_plus(commune.tally_budget, commune.tally_budget) FROM PUBLIC;

CREATE FUNCTION commune.tally_budget_minus(commune.tally_budget, commune.tally_budget)
RETURNS commune.tally_budget LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_ballots_minus';
COMMENT ON FUNCTION commune.tally_budget_minus(commune.tally_budget, commune.tally_budget) IS 'implementation of the operator -';
REVOKE ALL ON FUNCTION commune.tally_budget_minus(commune.tally_budget, commune.tally_budget) FROM PUBLIC;

CREATE OPERATOR commune.+ (
	FUNCTION = commune.tally_budget_plus,
	LEFTARG = commune.tally_budget,
	RIGHTARG = commune.tally_budget,
	COMMUTATOR = OPERATOR(commune.+)
);
COMMENT ON OPERATOR commune.+ (commune.tally_budget, commune.tally_budget) IS 'both together';

CREATE OPERATOR commune.- (
	FUNCTION = commune.tally_budget_minus,
	LEFTARG = commune.tally_budget,
	RIGHTARG = commune.tally_budget
);
COMMENT ON OPERATOR commune.- (commune.tally_budget, commune.tally_budget) IS 'the first without what is in the second';

CREATE FUNCTION commune.digest(state commune.tally_budget)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_digest';
COMMENT ON FUNCTION commune.digest(commune.tally_budget) IS 'the SHA-256 of the canonical bytes';
REVOKE ALL ON FUNCTION commune.digest(commune.tally_budget) FROM PUBLIC;

CREATE AGGREGATE commune.tally_budget(part commune.tally_budget) (
	SFUNC = commune.tally_budget_combine,
	STYPE = commune.tally_budget,
	FINALFUNC = commune.tally_budget_final,
	COMBINEFUNC = commune.tally_budget_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_budget(commune.tally_budget) IS 'one state of parts that were made and stored before';
REVOKE ALL ON FUNCTION commune.tally_budget(commune.tally_budget) FROM PUBLIC;

CREATE FUNCTION commune.tally_budget_add(commune.tally_budget, integer[])
RETURNS commune.tally_budget LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_approvals_add';
COMMENT ON FUNCTION commune.tally_budget_add(commune.tally_budget, integer[]) IS 'a ballot that approves projects';
REVOKE ALL ON FUNCTION commune.tally_budget_add(commune.tally_budget, integer[]) FROM PUBLIC;

CREATE AGGREGATE commune.tally_budget(projects integer[]) (
	SFUNC = commune.tally_budget_add,
	STYPE = commune.tally_budget,
	FINALFUNC = commune.tally_budget_final,
	COMBINEFUNC = commune.tally_budget_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_budget(integer[]) IS 'ballots that approve projects';
REVOKE ALL ON FUNCTION commune.tally_budget(integer[]) FROM PUBLIC;

CREATE FUNCTION commune.tally_budget_add(commune.tally_budget, integer[], bigint)
RETURNS commune.tally_budget LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_approvals_add';
COMMENT ON FUNCTION commune.tally_budget_add(commune.tally_budget, integer[], bigint) IS 'a ballot that approves projects, with its weight';
REVOKE ALL ON FUNCTION commune.tally_budget_add(commune.tally_budget, integer[], bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_budget(projects integer[], weight bigint) (
	SFUNC = commune.tally_budget_add,
	STYPE = commune.tally_budget,
	FINALFUNC = commune.tally_budget_final,
	COMBINEFUNC = commune.tally_budget_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_budget(integer[], bigint) IS 'ballots that approve projects, with weights';
REVOKE ALL ON FUNCTION commune.tally_budget(integer[], bigint) FROM PUBLIC;

CREATE FUNCTION commune.tally_budget_add(commune.tally_budget, integer[], bigint[])
RETURNS commune.tally_budget LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_scores_add';
COMMENT ON FUNCTION commune.tally_budget_add(commune.tally_budget, integer[], bigint[]) IS 'a ballot that scores projects';
REVOKE ALL ON FUNCTION commune.tally_budget_add(commune.tally_budget, integer[], bigint[]) FROM PUBLIC;

CREATE AGGREGATE commune.tally_budget(projects integer[], scores bigint[]) (
	SFUNC = commune.tally_budget_add,
	STYPE = commune.tally_budget,
	FINALFUNC = commune.tally_budget_final,
	COMBINEFUNC = commune.tally_budget_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_budget(integer[], bigint[]) IS 'ballots that score projects';
REVOKE ALL ON FUNCTION commune.tally_budget(integer[], bigint[]) FROM PUBLIC;

CREATE FUNCTION commune.tally_budget_add(commune.tally_budget, integer[], bigint[], bigint)
RETURNS commune.tally_budget LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_budget_scores_add';
COMMENT ON FUNCTION commune.tally_budget_add(commune.tally_budget, integer[], bigint[], bigint) IS 'a ballot that scores projects, with its weight';
REVOKE ALL ON FUNCTION commune.tally_budget_add(commune.tally_budget, integer[], bigint[], bigint) FROM PUBLIC;

CREATE AGGREGATE commune.tally_budget(projects integer[], scores bigint[], weight bigint) (
	SFUNC = commune.tally_budget_add,
	STYPE = commune.tally_budget,
	FINALFUNC = commune.tally_budget_final,
	COMBINEFUNC = commune.tally_budget_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.tally_budget(integer[], bigint[], bigint) IS 'ballots that score projects, with weights';
REVOKE ALL ON FUNCTION commune.tally_budget(integer[], bigint[], bigint) FROM PUBLIC;

CREATE FUNCTION commune.distinct_ballots(ballots commune.tally_budget)
RETURNS TABLE (ballot integer, weight bigint, projects integer[], scores bigint[]) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1000
AS 'MODULE_PATHNAME', 'commune_budget_distinct_ballots';
COMMENT ON FUNCTION commune.distinct_ballots(commune.tally_budget) IS 'each different ballot, with the weight of all that are equal';
REVOKE ALL ON FUNCTION commune.distinct_ballots(commune.tally_budget) FROM PUBLIC;

CREATE FUNCTION commune.greedy_budget(
	ballots commune.tally_budget,
	projects bigint[],
	budget bigint,
	measure text,
	unaffordable text DEFAULT 'skip',
	ties text DEFAULT 'max_votes,min_cost,lot',
	seed bytea DEFAULT NULL,
	permutation integer[] DEFAULT NULL
)
RETURNS TABLE (place integer, project integer, cost bigint, votes bigint, score bigint, funded boolean, remaining bigint, tie text) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_budget_greedy';
COMMENT ON FUNCTION commune.greedy_budget(commune.tally_budget, bigint[], bigint, text, text, text, bytea, integer[]) IS 'spends a budget on the best project first, by votes, votes_per_cost, score or score_per_cost; what is unaffordable is skipped, or stops it';
REVOKE ALL ON FUNCTION commune.greedy_budget(commune.tally_budget, bigint[], bigint, text, text, text, bytea, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.equal_shares(
	ballots commune.tally_budget,
	projects bigint[],
	budget bigint,
	utility text,
	completion text,
	increment bigint DEFAULT NULL,
	integral boolean DEFAULT NULL,
	exhaustive boolean DEFAULT NULL,
	ties text DEFAULT 'max_votes,min_cost,lot',
	seed bytea DEFAULT NULL,
	permutation integer[] DEFAULT NULL
)
RETURNS TABLE (project integer, cost bigint, votes bigint, score bigint, funded boolean, place integer, completion boolean, rate numeric, effective_votes numeric, tie text) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_budget_equal_shares';
COMMENT ON FUNCTION commune.equal_shares(commune.tally_budget, bigint[], bigint, text, text, bigint, boolean, boolean, text, bytea, integer[]) IS 'spends a budget by the Method of Equal Shares; utility is cost, cardinality, effort or scores; completion is none, utilitarian, add1 or add1_utilitarian';
REVOKE ALL ON FUNCTION commune.equal_shares(commune.tally_budget, bigint[], bigint, text, text, bigint, boolean, boolean, text, bytea, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.equal_shares_steps(
	ballots commune.tally_budget,
	projects bigint[],
	budget bigint,
	utility text,
	completion text,
	increment bigint DEFAULT NULL,
	integral boolean DEFAULT NULL,
	exhaustive boolean DEFAULT NULL,
	ties text DEFAULT 'max_votes,min_cost,lot',
	seed bytea DEFAULT NULL,
	permutation integer[] DEFAULT NULL
)
RETURNS TABLE (step integer, project integer, status text, money numeric, rate numeric, rate_num numeric, rate_den numeric, effective_votes numeric) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 1000
AS 'MODULE_PATHNAME', 'commune_budget_equal_shares_steps';
COMMENT ON FUNCTION commune.equal_shares_steps(commune.tally_budget, bigint[], bigint, text, text, bigint, boolean, boolean, text, bytea, integer[]) IS 'every project at every step of equal_shares(): what its supporters have, and what they would pay';
REVOKE ALL ON FUNCTION commune.equal_shares_steps(commune.tally_budget, bigint[], bigint, text, text, bigint, boolean, boolean, text, bytea, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.equal_shares_payments(
	ballots commune.tally_budget,
	projects bigint[],
	budget bigint,
	utility text,
	completion text,
	increment bigint DEFAULT NULL,
	integral boolean DEFAULT NULL,
	exhaustive boolean DEFAULT NULL,
	ties text DEFAULT 'max_votes,min_cost,lot',
	seed bytea DEFAULT NULL,
	permutation integer[] DEFAULT NULL
)
RETURNS TABLE (ballot integer, weight bigint, projects integer[], project integer, payment numeric, total numeric) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 1000
AS 'MODULE_PATHNAME', 'commune_budget_equal_shares_payments';
COMMENT ON FUNCTION commune.equal_shares_payments(commune.tally_budget, bigint[], bigint, text, text, bigint, boolean, boolean, text, bytea, integer[]) IS 'who pays what in equal_shares(): for each different ballot, what one weight of it pays for each project, rounded up';
REVOKE ALL ON FUNCTION commune.equal_shares_payments(commune.tally_budget, bigint[], bigint, text, text, bigint, boolean, boolean, text, bytea, integer[]) FROM PUBLIC;

CREATE FUNCTION commune.equal_shares_rounds(
	ballots commune.tally_budget,
	projects bigint[],
	budget bigint,
	utility text,
	completion text,
	increment bigint DEFAULT NULL,
	integral boolean DEFAULT NULL,
	exhaustive boolean DEFAULT NULL,
	ties text DEFAULT 'max_votes,min_cost,lot',
	seed bytea DEFAULT NULL,
	permutation integer[] DEFAULT NULL
)
RETURNS TABLE (round integer, share numeric, share_num numeric, share_den bigint, cost bigint, bought integer, kept boolean) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_budget_equal_shares_rounds';
COMMENT ON FUNCTION commune.equal_shares_rounds(commune.tally_budget, bigint[], bigint, text, text, bigint, boolean, boolean, text, bytea, integer[]) IS 'the sizes of the shares that equal_shares() looked at, and what they bought; sizes that are left out buy the same as the one before';
REVOKE ALL ON FUNCTION commune.equal_shares_rounds(commune.tally_budget, bigint[], bigint, text, text, bigint, boolean, boolean, text, bytea, integer[]) FROM PUBLIC;
