-- delegate: the commune's own delegations.  Written by the fold alone.

CREATE TABLE commune.delegation (
	truster bigint NOT NULL,
	since bigint NOT NULL,
	until bigint,
	expires timestamptz,
	scope text NOT NULL COLLATE "C",
	trustees bigint[] NOT NULL,
	must_vote integer[],
	CONSTRAINT delegation_pkey PRIMARY KEY (truster, scope, since)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX delegation_in_force_idx ON commune.delegation (truster, scope) WHERE until IS NULL;
COMMENT ON TABLE commune.delegation IS 'lists of delegates, those in force and those of the past';
COMMENT ON COLUMN commune.delegation.truster IS 'member.id of the one who delegates';
COMMENT ON COLUMN commune.delegation.since IS 'index of the act';
COMMENT ON COLUMN commune.delegation.until IS 'index of the act that replaced the list; NULL while it is in force';
COMMENT ON COLUMN commune.delegation.expires IS 'time from which it no longer counts; NULL only for an empty list that names none';
COMMENT ON COLUMN commune.delegation.scope IS 'poll/NAME, topic/NAME or everything';
COMMENT ON COLUMN commune.delegation.trustees IS 'member.id of each delegate by preference; empty: nobody acts for the truster there';
COMMENT ON COLUMN commune.delegation.must_vote IS 'places in trustees, from 1, of those who count only if they vote themselves; NULL for none';

CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.delegation
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.delegation ENABLE ALWAYS TRIGGER commune_protect;

SELECT pg_catalog.pg_extension_config_dump('commune.delegation', '');

CREATE FUNCTION commune.path(
	poll text, member commune.did, as_of bigint DEFAULT NULL,
	OUT hop integer, OUT holder commune.did, OUT scope text, OUT rank smallint, OUT delegate commune.did, OUT reason text
) RETURNS SETOF record
	LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_represent_path';
COMMENT ON FUNCTION commune.path(text, commune.did, bigint) IS
	'what becomes of a member''s vote in a poll, now or after a block: each choice on the way, and why it was taken or passed over';
REVOKE ALL ON FUNCTION commune.path(text, commune.did, bigint) FROM PUBLIC;

CREATE FUNCTION commune.weight(
	poll text, member commune.did,
	OUT votes bigint, OUT trusters bigint, OUT counts boolean
) RETURNS record
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_represent_weight';
COMMENT ON FUNCTION commune.weight(text, commune.did) IS
	'how many votes are with a member in a poll now, through how many others, and whether he cast a ballot that counts for them';
REVOKE ALL ON FUNCTION commune.weight(text, commune.did) FROM PUBLIC;

CREATE FUNCTION commune.trusters(
	poll text, member commune.did,
	OUT truster commune.did, OUT rank smallint, OUT votes bigint
) RETURNS SETOF record
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_represent_trusters';
COMMENT ON FUNCTION commune.trusters(text, commune.did) IS
	'those who pass votes on to a member in a poll now: as which choice, and how many votes come with each';
REVOKE ALL ON FUNCTION commune.trusters(text, commune.did) FROM PUBLIC;
