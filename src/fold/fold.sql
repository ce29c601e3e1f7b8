-- fold: acts come in, blocks are made, the fold changes the state.

CREATE FUNCTION commune.act_insert() RETURNS trigger
	LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_fold_act_insert';
COMMENT ON FUNCTION commune.act_insert() IS
	'verifies and pre-checks a record and fills in the other columns; a row that arrives complete is checked, never stamped';
REVOKE ALL ON FUNCTION commune.act_insert() FROM PUBLIC;

CREATE TRIGGER commune_insert BEFORE INSERT ON commune.act
	FOR EACH ROW EXECUTE FUNCTION commune.act_insert();
ALTER TABLE commune.act ENABLE ALWAYS TRIGGER commune_insert;

CREATE FUNCTION commune.submit(record commune.jws) RETURNS bigint
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_fold_submit';
COMMENT ON FUNCTION commune.submit(commune.jws) IS
	'append a signed act and return its seq, which is no receipt; the same bytes again return the first seq';
REVOKE ALL ON FUNCTION commune.submit(commune.jws) FROM PUBLIC;

CREATE FUNCTION commune.await(seq bigint, timeout interval DEFAULT '10 seconds') RETURNS text
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_fold_await';
COMMENT ON FUNCTION commune.await(bigint, interval) IS
	'wait until a committed act is sealed and return its verdict: 00000, or the SQLSTATE of its refusal';
REVOKE ALL ON FUNCTION commune.await(bigint, interval) FROM PUBLIC;

CREATE FUNCTION commune.seal() RETURNS bigint
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_fold_seal';
COMMENT ON FUNCTION commune.seal() IS
	'make the next block and return its number, NULL if nothing was new or due; first statement of a READ COMMITTED transaction';
REVOKE ALL ON FUNCTION commune.seal() FROM PUBLIC;

CREATE FUNCTION commune.replay(
	signatures boolean DEFAULT false,
	OUT "table" text, OUT key text, OUT "column" text, OUT expected text, OUT found text
) RETURNS SETOF record
	LANGUAGE c STABLE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_fold_replay';
COMMENT ON FUNCTION commune.replay(boolean) IS
	'fold the whole register afresh in memory and return a row for each difference to the tables';
REVOKE ALL ON FUNCTION commune.replay(boolean) FROM PUBLIC;

CREATE FUNCTION commune.as_of(state anyelement, block bigint) RETURNS SETOF anyelement
	LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_fold_as_of';
COMMENT ON FUNCTION commune.as_of(anyelement, bigint) IS
	'the rows of a table that acts change as they were after a block: as_of(NULL::commune.member, 17); folds the register up to there in memory';
REVOKE ALL ON FUNCTION commune.as_of(anyelement, bigint) FROM PUBLIC;

CREATE FUNCTION commune.as_of(state anyelement, moment timestamptz) RETURNS SETOF anyelement
	LANGUAGE sql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
	AS $$ SELECT * FROM commune.as_of($1, (SELECT coalesce(max(b.number), 0) FROM commune.block b WHERE b."time" <= $2)) $$;
COMMENT ON FUNCTION commune.as_of(anyelement, timestamptz) IS
	'the rows of a table that acts change as they were at a moment: after the last block until then';
REVOKE ALL ON FUNCTION commune.as_of(anyelement, timestamptz) FROM PUBLIC;

CREATE FUNCTION commune.follow() RETURNS bigint
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_fold_follow';
COMMENT ON FUNCTION commune.follow() IS
	'on a subscriber: check and fold the blocks that have arrived, and return how many; the first call makes it a follower';
REVOKE ALL ON FUNCTION commune.follow() FROM PUBLIC;

CREATE FUNCTION commune.promote(reason text, origin text DEFAULT NULL) RETURNS void
	LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_fold_promote';
COMMENT ON FUNCTION commune.promote(text, text) IS
	'make a follower an origin, or let a copy that has lost history go on under a new name: the next seal() begins an era with this reason, and this name if there is one';
REVOKE ALL ON FUNCTION commune.promote(text, text) FROM PUBLIC;
