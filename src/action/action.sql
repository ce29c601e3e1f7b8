-- action: what decisions change.  Written by the fold alone.

CREATE TABLE commune.resolution (
	since bigint NOT NULL,
	place integer NOT NULL,
	proposal bigint,
	law bigint,
	published_at timestamptz NOT NULL,
	title text NOT NULL COLLATE "C",
	text text COLLATE "C",
	CONSTRAINT resolution_pkey PRIMARY KEY (since, place)
);
COMMENT ON TABLE commune.resolution IS 'what the commune has said by decision';
COMMENT ON COLUMN commune.resolution.since IS 'index of the entry that published it';
COMMENT ON COLUMN commune.resolution.place IS 'place of the action in its plan';
COMMENT ON COLUMN commune.resolution.proposal IS 'the proposal that resolved it; NULL if a law did';
COMMENT ON COLUMN commune.resolution.law IS 'law.id of the law that published it; NULL if a proposal did';
COMMENT ON COLUMN commune.resolution.published_at IS 'time of the block';
COMMENT ON COLUMN commune.resolution.title IS 'the resolution in a line';
COMMENT ON COLUMN commune.resolution.text IS 'the resolution at length';

CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.resolution
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.resolution ENABLE ALWAYS TRIGGER commune_protect;

SELECT pg_catalog.pg_extension_config_dump('commune.resolution', '');
