-- tally: counting the commune's polls.

CREATE FUNCTION commune.tally(
	poll text,
	OUT option integer, OUT title text, OUT votes bigint, OUT direct_votes bigint, OUT represented_votes bigint,
	OUT rank integer, OUT seats integer, OUT winner boolean,
	OUT electorate bigint, OUT direct bigint, OUT represented bigint, OUT unrepresented bigint, OUT abstained bigint,
	OUT quorum_reached boolean
) RETURNS SETOF record
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_tally_tally';
COMMENT ON FUNCTION commune.tally(text) IS
	'count a poll: one row an option; votes = direct_votes + represented_votes, electorate = direct + represented + unrepresented';
REVOKE ALL ON FUNCTION commune.tally(text) FROM PUBLIC;

CREATE FUNCTION commune.rounds(
	poll text,
	OUT round integer, OUT option integer, OUT title text, OUT votes numeric, OUT status text, OUT tie text, OUT needed numeric, OUT rest numeric
) RETURNS SETOF record
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_tally_rounds';
COMMENT ON FUNCTION commune.rounds(text) IS
	'the way to the result of a poll: one row for each round and option; where there is a rest, votes and rest add up to all votes';
REVOKE ALL ON FUNCTION commune.rounds(text) FROM PUBLIC;

CREATE FUNCTION commune.outcome(
	INOUT poll text,
	OUT status text, OUT method text, OUT winners integer[], OUT tied boolean, OUT quorum_reached boolean,
	OUT electorate bigint, OUT direct bigint, OUT represented bigint, OUT unrepresented bigint, OUT abstained bigint,
	OUT largest bigint, OUT nakamoto bigint, OUT effective numeric
) RETURNS record
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_tally_outcome';
COMMENT ON FUNCTION commune.outcome(text) IS
	'what a poll decided, in one row; what is not to be known yet is NULL';
REVOKE ALL ON FUNCTION commune.outcome(text) FROM PUBLIC;
