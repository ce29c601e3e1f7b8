-- delegation: who represents whom, on anybody's tables.
--
-- Two types that differ only in their ids: delegation_graph for bigint, text_delegation_graph for text; whatever else
-- a table calls its members (uuid, did) is cast to text.  A graph is made by the aggregate delegation_graph() and asked
-- by weights(), resolve(), path() and cycles(); which overload is meant follows from the types.

-- ---- delegation_graph

CREATE TYPE commune.delegation_graph;

CREATE FUNCTION commune.delegation_graph_in(cstring)
RETURNS commune.delegation_graph LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_delegation_graph_input';
COMMENT ON FUNCTION commune.delegation_graph_in(cstring) IS 'input of delegation_graph';
REVOKE ALL ON FUNCTION commune.delegation_graph_in(cstring) FROM PUBLIC;

CREATE FUNCTION commune.delegation_graph_out(commune.delegation_graph)
RETURNS cstring LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_delegation_graph_output';
COMMENT ON FUNCTION commune.delegation_graph_out(commune.delegation_graph) IS 'output of delegation_graph';
REVOKE ALL ON FUNCTION commune.delegation_graph_out(commune.delegation_graph) FROM PUBLIC;

CREATE FUNCTION commune.delegation_graph_recv(internal)
RETURNS commune.delegation_graph LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_delegation_graph_receive';
COMMENT ON FUNCTION commune.delegation_graph_recv(internal) IS 'binary input of delegation_graph';
REVOKE ALL ON FUNCTION commune.delegation_graph_recv(internal) FROM PUBLIC;

CREATE FUNCTION commune.delegation_graph_send(commune.delegation_graph)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_delegation_graph_send';
COMMENT ON FUNCTION commune.delegation_graph_send(commune.delegation_graph) IS 'binary output of delegation_graph: its canonical bytes, the same for the same facts';
REVOKE ALL ON FUNCTION commune.delegation_graph_send(commune.delegation_graph) FROM PUBLIC;

CREATE TYPE commune.delegation_graph (
	INPUT = commune.delegation_graph_in,
	OUTPUT = commune.delegation_graph_out,
	RECEIVE = commune.delegation_graph_recv,
	SEND = commune.delegation_graph_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE commune.delegation_graph IS 'who trusts whom, with bigint as ids: 1>2 2>3 3';
REVOKE ALL ON TYPE commune.delegation_graph FROM PUBLIC;

CREATE FUNCTION commune.delegation_graph_add(commune.delegation_graph, bigint, bigint)
RETURNS commune.delegation_graph LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_delegation_graph_add';
COMMENT ON FUNCTION commune.delegation_graph_add(commune.delegation_graph, bigint, bigint) IS 'a row: who trusts whom';
REVOKE ALL ON FUNCTION commune.delegation_graph_add(commune.delegation_graph, bigint, bigint) FROM PUBLIC;

CREATE FUNCTION commune.delegation_graph_add(commune.delegation_graph, bigint, bigint, boolean)
RETURNS commune.delegation_graph LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_delegation_graph_add_votes';
COMMENT ON FUNCTION commune.delegation_graph_add(commune.delegation_graph, bigint, bigint, boolean) IS 'a row: who trusts whom, and whether he votes himself';
REVOKE ALL ON FUNCTION commune.delegation_graph_add(commune.delegation_graph, bigint, bigint, boolean) FROM PUBLIC;

CREATE FUNCTION commune.delegation_graph_add(commune.delegation_graph, bigint, bigint, boolean, bigint)
RETURNS commune.delegation_graph LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_delegation_graph_add_weighted';
COMMENT ON FUNCTION commune.delegation_graph_add(commune.delegation_graph, bigint, bigint, boolean, bigint) IS 'a row: who trusts whom, whether he votes himself, his weight';
REVOKE ALL ON FUNCTION commune.delegation_graph_add(commune.delegation_graph, bigint, bigint, boolean, bigint) FROM PUBLIC;

CREATE FUNCTION commune.delegation_graph_add(commune.delegation_graph, bigint, bigint, smallint)
RETURNS commune.delegation_graph LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_delegation_graph_add_ranked';
COMMENT ON FUNCTION commune.delegation_graph_add(commune.delegation_graph, bigint, bigint, smallint) IS 'a row: who trusts whom as which choice';
REVOKE ALL ON FUNCTION commune.delegation_graph_add(commune.delegation_graph, bigint, bigint, smallint) FROM PUBLIC;

CREATE FUNCTION commune.delegation_graph_add(commune.delegation_graph, bigint, bigint, smallint, boolean, bigint, boolean)
RETURNS commune.delegation_graph LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_delegation_graph_add_full';
COMMENT ON FUNCTION commune.delegation_graph_add(commune.delegation_graph, bigint, bigint, smallint, boolean, bigint, boolean) IS 'a row: who trusts whom as which choice, whether he votes himself, his weight, whether the trustee must vote himself';
REVOKE ALL ON FUNCTION commune.delegation_graph_add(commune.delegation_graph, bigint, bigint, smallint, boolean, bigint, boolean) FROM PUBLIC;

CREATE FUNCTION commune.delegation_graph_combine(commune.delegation_graph, commune.delegation_graph)
RETURNS commune.delegation_graph LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_delegation_graph_combine';
COMMENT ON FUNCTION commune.delegation_graph_combine(commune.delegation_graph, commune.delegation_graph) IS 'adds what two parts of a table say';
REVOKE ALL ON FUNCTION commune.delegation_graph_combine(commune.delegation_graph, commune.delegation_graph) FROM PUBLIC;

CREATE FUNCTION commune.delegation_graph_final(commune.delegation_graph)
RETURNS commune.delegation_graph LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_delegation_graph_final';
COMMENT ON FUNCTION commune.delegation_graph_final(commune.delegation_graph) IS 'brings a graph to rest';
REVOKE ALL ON FUNCTION commune.delegation_graph_final(commune.delegation_graph) FROM PUBLIC;

CREATE AGGREGATE commune.delegation_graph(truster bigint, trustee bigint) (
	SFUNC = commune.delegation_graph_add,
	STYPE = commune.delegation_graph,
	FINALFUNC = commune.delegation_graph_final,
	COMBINEFUNC = commune.delegation_graph_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.delegation_graph(bigint, bigint) IS 'who trusts whom; a trustee NULL says that the truster trusts nobody';
REVOKE ALL ON FUNCTION commune.delegation_graph(bigint, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.delegation_graph(truster bigint, trustee bigint, votes boolean) (
	SFUNC = commune.delegation_graph_add,
	STYPE = commune.delegation_graph,
	FINALFUNC = commune.delegation_graph_final,
	COMBINEFUNC = commune.delegation_graph_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.delegation_graph(bigint, bigint, boolean) IS 'who trusts whom, and who votes himself';
REVOKE ALL ON FUNCTION commune.delegation_graph(bigint, bigint, boolean) FROM PUBLIC;

CREATE AGGREGATE commune.delegation_graph(truster bigint, trustee bigint, votes boolean, weight bigint) (
	SFUNC = commune.delegation_graph_add,
	STYPE = commune.delegation_graph,
	FINALFUNC = commune.delegation_graph_final,
	COMBINEFUNC = commune.delegation_graph_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.delegation_graph(bigint, bigint, boolean, bigint) IS 'who trusts whom, who votes himself, and the weight of each truster (NULL is 1)';
REVOKE ALL ON FUNCTION commune.delegation_graph(bigint, bigint, boolean, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.delegation_graph(truster bigint, trustee bigint, rank smallint) (
	SFUNC = commune.delegation_graph_add,
	STYPE = commune.delegation_graph,
	FINALFUNC = commune.delegation_graph_final,
	COMBINEFUNC = commune.delegation_graph_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.delegation_graph(bigint, bigint, smallint) IS 'who trusts whom as which choice, 1 to 5; a backup is taken when the sum of ranks to a voter gets smaller';
REVOKE ALL ON FUNCTION commune.delegation_graph(bigint, bigint, smallint) FROM PUBLIC;

CREATE AGGREGATE commune.delegation_graph(truster bigint, trustee bigint, rank smallint, votes boolean, weight bigint, must_vote boolean) (
	SFUNC = commune.delegation_graph_add,
	STYPE = commune.delegation_graph,
	FINALFUNC = commune.delegation_graph_final,
	COMBINEFUNC = commune.delegation_graph_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.delegation_graph(bigint, bigint, smallint, boolean, bigint, boolean) IS 'who trusts whom as which choice, who votes himself, the weight of each truster, and whether the trustee must vote himself';
REVOKE ALL ON FUNCTION commune.delegation_graph(bigint, bigint, smallint, boolean, bigint, boolean) FROM PUBLIC;

CREATE AGGREGATE commune.delegation_graph(part commune.delegation_graph) (
	SFUNC = commune.delegation_graph_combine,
	STYPE = commune.delegation_graph,
	FINALFUNC = commune.delegation_graph_final,
	COMBINEFUNC = commune.delegation_graph_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.delegation_graph(commune.delegation_graph) IS 'one graph of parts that were made and stored before';
REVOKE ALL ON FUNCTION commune.delegation_graph(commune.delegation_graph) FROM PUBLIC;

CREATE FUNCTION commune.weights(graph commune.delegation_graph, voters bigint[] DEFAULT NULL, cap bigint DEFAULT NULL)
RETURNS TABLE (member bigint, weight bigint, members bigint, represented boolean) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1000
AS 'MODULE_PATHNAME', 'commune_delegation_weights';
COMMENT ON FUNCTION commune.weights(commune.delegation_graph, bigint[], bigint) IS 'the weight that rests with each head: a voter, or unrepresented a dead end or the smallest member of a ring; a cap bounds what rests with a voter';
REVOKE ALL ON FUNCTION commune.weights(commune.delegation_graph, bigint[], bigint) FROM PUBLIC;

CREATE FUNCTION commune.resolve(graph commune.delegation_graph, voters bigint[] DEFAULT NULL, cap bigint DEFAULT NULL)
RETURNS TABLE (member bigint, delegate bigint, head bigint, standing text, hops integer) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1000
AS 'MODULE_PATHNAME', 'commune_delegation_resolve';
COMMENT ON FUNCTION commune.resolve(commune.delegation_graph, bigint[], bigint) IS 'for each member: whom he passes his vote on to, whom it rests with, and how he stands';
REVOKE ALL ON FUNCTION commune.resolve(commune.delegation_graph, bigint[], bigint) FROM PUBLIC;

CREATE FUNCTION commune.path(graph commune.delegation_graph, asked bigint, voters bigint[] DEFAULT NULL, cap bigint DEFAULT NULL)
RETURNS TABLE (hop integer, member bigint, rank smallint, reason text) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 10
AS 'MODULE_PATHNAME', 'commune_delegation_path';
COMMENT ON FUNCTION commune.path(commune.delegation_graph, bigint, bigint[], bigint) IS 'the way of one member to his head, with a reason for each step';
REVOKE ALL ON FUNCTION commune.path(commune.delegation_graph, bigint, bigint[], bigint) FROM PUBLIC;

CREATE FUNCTION commune.cycles(graph commune.delegation_graph, voters bigint[] DEFAULT NULL, cap bigint DEFAULT NULL)
RETURNS TABLE (cycle bigint, member bigint, place integer) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_delegation_cycles';
COMMENT ON FUNCTION commune.cycles(commune.delegation_graph, bigint[], bigint) IS 'the rings in which nobody votes; a ring bears the name of its smallest member';
REVOKE ALL ON FUNCTION commune.cycles(commune.delegation_graph, bigint[], bigint) FROM PUBLIC;

-- ---- text_delegation_graph

CREATE TYPE commune.text_delegation_graph;

CREATE FUNCTION commune.text_delegation_graph_in(cstring)
RETURNS commune.text_delegation_graph LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_text_delegation_graph_input';
COMMENT ON FUNCTION commune.text_delegation_graph_in(cstring) IS 'input of text_delegation_graph';
REVOKE ALL ON FUNCTION commune.text_delegation_graph_in(cstring) FROM PUBLIC;

CREATE FUNCTION commune.text_delegation_graph_out(commune.text_delegation_graph)
RETURNS cstring LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_text_delegation_graph_output';
COMMENT ON FUNCTION commune.text_delegation_graph_out(commune.text_delegation_graph) IS 'output of text_delegation_graph';
REVOKE ALL ON FUNCTION commune.text_delegation_graph_out(commune.text_delegation_graph) FROM PUBLIC;

CREATE FUNCTION commune.text_delegation_graph_recv(internal)
RETURNS commune.text_delegation_graph LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_text_delegation_graph_receive';
COMMENT ON FUNCTION commune.text_delegation_graph_recv(internal) IS 'binary input of text_delegation_graph';
REVOKE ALL ON FUNCTION commune.text_delegation_graph_recv(internal) FROM PUBLIC;

CREATE FUNCTION commune.text_delegation_graph_send(commune.text_delegation_graph)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_delegation_graph_send';
COMMENT ON FUNCTION commune.text_delegation_graph_send(commune.text_delegation_graph) IS 'binary output of text_delegation_graph: its canonical bytes, the same for the same facts';
REVOKE ALL ON FUNCTION commune.text_delegation_graph_send(commune.text_delegation_graph) FROM PUBLIC;

CREATE TYPE commune.text_delegation_graph (
	INPUT = commune.text_delegation_graph_in,
	OUTPUT = commune.text_delegation_graph_out,
	RECEIVE = commune.text_delegation_graph_recv,
	SEND = commune.text_delegation_graph_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE commune.text_delegation_graph IS 'who trusts whom, with text as ids: "ann">"bob" "bob"';
REVOKE ALL ON TYPE commune.text_delegation_graph FROM PUBLIC;

CREATE FUNCTION commune.text_delegation_graph_add(commune.text_delegation_graph, text, text)
RETURNS commune.text_delegation_graph LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_text_delegation_graph_add';
COMMENT ON FUNCTION commune.text_delegation_graph_add(commune.text_delegation_graph, text, text) IS 'a row: who trusts whom';
REVOKE ALL ON FUNCTION commune.text_delegation_graph_add(commune.text_delegation_graph, text, text) FROM PUBLIC;

CREATE FUNCTION commune.text_delegation_graph_add(commune.text_delegation_graph, text, text, boolean)
RETURNS commune.text_delegation_graph LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_text_delegation_graph_add_votes';
COMMENT ON FUNCTION commune.text_delegation_graph_add(commune.text_delegation_graph, text, text, boolean) IS 'a row: who trusts whom, and whether he votes himself';
REVOKE ALL ON FUNCTION commune.text_delegation_graph_add(commune.text_delegation_graph, text, text, boolean) FROM PUBLIC;

CREATE FUNCTION commune.text_delegation_graph_add(commune.text_delegation_graph, text, text, boolean, bigint)
RETURNS commune.text_delegation_graph LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_text_delegation_graph_add_weighted';
COMMENT ON FUNCTION commune.text_delegation_graph_add(commune.text_delegation_graph, text, text, boolean, bigint) IS 'a row: who trusts whom, whether he votes himself, his weight';
REVOKE ALL ON FUNCTION commune.text_delegation_graph_add(commune.text_delegation_graph, text, text, boolean, bigint) FROM PUBLIC;

CREATE FUNCTION commune.text_delegation_graph_add(commune.text_delegation_graph, text, text, smallint)
RETURNS commune.text_delegation_graph LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_text_delegation_graph_add_ranked';
COMMENT ON FUNCTION commune.text_delegation_graph_add(commune.text_delegation_graph, text, text, smallint) IS 'a row: who trusts whom as which choice';
REVOKE ALL ON FUNCTION commune.text_delegation_graph_add(commune.text_delegation_graph, text, text, smallint) FROM PUBLIC;

CREATE FUNCTION commune.text_delegation_graph_add(commune.text_delegation_graph, text, text, smallint, boolean, bigint, boolean)
RETURNS commune.text_delegation_graph LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_text_delegation_graph_add_full';
COMMENT ON FUNCTION commune.text_delegation_graph_add(commune.text_delegation_graph, text, text, smallint, boolean, bigint, boolean) IS 'a row: who trusts whom as which choice, whether he votes himself, his weight, whether the trustee must vote himself';
REVOKE ALL ON FUNCTION commune.text_delegation_graph_add(commune.text_delegation_graph, text, text, smallint, boolean, bigint, boolean) FROM PUBLIC;

CREATE FUNCTION commune.text_delegation_graph_combine(commune.text_delegation_graph, commune.text_delegation_graph)
RETURNS commune.text_delegation_graph LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_text_delegation_graph_combine';
COMMENT ON FUNCTION commune.text_delegation_graph_combine(commune.text_delegation_graph, commune.text_delegation_graph) IS 'adds what two parts of a table say';
REVOKE ALL ON FUNCTION commune.text_delegation_graph_combine(commune.text_delegation_graph, commune.text_delegation_graph) FROM PUBLIC;

CREATE FUNCTION commune.text_delegation_graph_final(commune.text_delegation_graph)
RETURNS commune.text_delegation_graph LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'commune_delegation_graph_final';
COMMENT ON FUNCTION commune.text_delegation_graph_final(commune.text_delegation_graph) IS 'brings a graph to rest';
REVOKE ALL ON FUNCTION commune.text_delegation_graph_final(commune.text_delegation_graph) FROM PUBLIC;

CREATE AGGREGATE commune.delegation_graph(truster text, trustee text) (
	SFUNC = commune.text_delegation_graph_add,
	STYPE = commune.text_delegation_graph,
	FINALFUNC = commune.text_delegation_graph_final,
	COMBINEFUNC = commune.text_delegation_graph_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.delegation_graph(text, text) IS 'who trusts whom; a trustee NULL says that the truster trusts nobody';
REVOKE ALL ON FUNCTION commune.delegation_graph(text, text) FROM PUBLIC;

CREATE AGGREGATE commune.delegation_graph(truster text, trustee text, votes boolean) (
	SFUNC = commune.text_delegation_graph_add,
	STYPE = commune.text_delegation_graph,
	FINALFUNC = commune.text_delegation_graph_final,
	COMBINEFUNC = commune.text_delegation_graph_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.delegation_graph(text, text, boolean) IS 'who trusts whom, and who votes himself';
REVOKE ALL ON FUNCTION commune.delegation_graph(text, text, boolean) FROM PUBLIC;

CREATE AGGREGATE commune.delegation_graph(truster text, trustee text, votes boolean, weight bigint) (
	SFUNC = commune.text_delegation_graph_add,
	STYPE = commune.text_delegation_graph,
	FINALFUNC = commune.text_delegation_graph_final,
	COMBINEFUNC = commune.text_delegation_graph_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.delegation_graph(text, text, boolean, bigint) IS 'who trusts whom, who votes himself, and the weight of each truster (NULL is 1)';
REVOKE ALL ON FUNCTION commune.delegation_graph(text, text, boolean, bigint) FROM PUBLIC;

CREATE AGGREGATE commune.delegation_graph(truster text, trustee text, rank smallint) (
	SFUNC = commune.text_delegation_graph_add,
	STYPE = commune.text_delegation_graph,
	FINALFUNC = commune.text_delegation_graph_final,
	COMBINEFUNC = commune.text_delegation_graph_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.delegation_graph(text, text, smallint) IS 'who trusts whom as which choice, 1 to 5; a backup is taken when the sum of ranks to a voter gets smaller';
REVOKE ALL ON FUNCTION commune.delegation_graph(text, text, smallint) FROM PUBLIC;

CREATE AGGREGATE commune.delegation_graph(truster text, trustee text, rank smallint, votes boolean, weight bigint, must_vote boolean) (
	SFUNC = commune.text_delegation_graph_add,
	STYPE = commune.text_delegation_graph,
	FINALFUNC = commune.text_delegation_graph_final,
	COMBINEFUNC = commune.text_delegation_graph_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.delegation_graph(text, text, smallint, boolean, bigint, boolean) IS 'who trusts whom as which choice, who votes himself, the weight of each truster, and whether the trustee must vote himself';
REVOKE ALL ON FUNCTION commune.delegation_graph(text, text, smallint, boolean, bigint, boolean) FROM PUBLIC;

CREATE AGGREGATE commune.delegation_graph(part commune.text_delegation_graph) (
	SFUNC = commune.text_delegation_graph_combine,
	STYPE = commune.text_delegation_graph,
	FINALFUNC = commune.text_delegation_graph_final,
	COMBINEFUNC = commune.text_delegation_graph_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE commune.delegation_graph(commune.text_delegation_graph) IS 'one graph of parts that were made and stored before';
REVOKE ALL ON FUNCTION commune.delegation_graph(commune.text_delegation_graph) FROM PUBLIC;

CREATE FUNCTION commune.weights(graph commune.text_delegation_graph, voters text[] DEFAULT NULL, cap bigint DEFAULT NULL)
RETURNS TABLE (member text, weight bigint, members bigint, represented boolean) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1000
AS 'MODULE_PATHNAME', 'commune_delegation_weights';
COMMENT ON FUNCTION commune.weights(commune.text_delegation_graph, text[], bigint) IS 'the weight that rests with each head: a voter, or unrepresented a dead end or the smallest member of a ring; a cap bounds what rests with a voter';
REVOKE ALL ON FUNCTION commune.weights(commune.text_delegation_graph, text[], bigint) FROM PUBLIC;

CREATE FUNCTION commune.resolve(graph commune.text_delegation_graph, voters text[] DEFAULT NULL, cap bigint DEFAULT NULL)
RETURNS TABLE (member text, delegate text, head text, standing text, hops integer) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1000
AS 'MODULE_PATHNAME', 'commune_delegation_resolve';
COMMENT ON FUNCTION commune.resolve(commune.text_delegation_graph, text[], bigint) IS 'for each member: whom he passes his vote on to, whom it rests with, and how he stands';
REVOKE ALL ON FUNCTION commune.resolve(commune.text_delegation_graph, text[], bigint) FROM PUBLIC;

CREATE FUNCTION commune.path(graph commune.text_delegation_graph, asked text, voters text[] DEFAULT NULL, cap bigint DEFAULT NULL)
RETURNS TABLE (hop integer, member text, rank smallint, reason text) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 10
AS 'MODULE_PATHNAME', 'commune_delegation_path';
COMMENT ON FUNCTION commune.path(commune.text_delegation_graph, text, text[], bigint) IS 'the way of one member to his head, with a reason for each step';
REVOKE ALL ON FUNCTION commune.path(commune.text_delegation_graph, text, text[], bigint) FROM PUBLIC;

CREATE FUNCTION commune.cycles(graph commune.text_delegation_graph, voters text[] DEFAULT NULL, cap bigint DEFAULT NULL)
RETURNS TABLE (cycle text, member text, place integer) LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100
AS 'MODULE_PATHNAME', 'commune_delegation_cycles';
COMMENT ON FUNCTION commune.cycles(commune.text_delegation_graph, text[], bigint) IS 'the rings in which nobody votes; a ring bears the name of its smallest member';
REVOKE ALL ON FUNCTION commune.cycles(commune.text_delegation_graph, text[], bigint) FROM PUBLIC;
