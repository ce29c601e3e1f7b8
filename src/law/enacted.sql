-- enacted: laws in force, their versions and rules, and what came of each run.  Written by the fold alone.

CREATE TABLE commune.law (
	seq bigint NOT NULL,
	level bigint NOT NULL,
	proposal bigint NOT NULL,
	since timestamptz NOT NULL,
	sunset timestamptz,
	due timestamptz,
	version integer NOT NULL,
	held boolean NOT NULL,
	status text NOT NULL COLLATE "C",
	name text NOT NULL COLLATE "C",
	title text NOT NULL COLLATE "C",
	text text NOT NULL COLLATE "C",
	hash bytea NOT NULL,
	closure text COLLATE "C",
	CONSTRAINT law_pkey PRIMARY KEY (seq),
	CONSTRAINT law_name_key UNIQUE (name)
);
CREATE INDEX law_due_idx ON commune.law (due, seq) WHERE due IS NOT NULL;
COMMENT ON TABLE commune.law IS 'the laws, each in its last version';
COMMENT ON COLUMN commune.law.seq IS '1, 2, ... in the order of enactment';
COMMENT ON COLUMN commune.law.level IS 'rank: 1 constitution, 2 organic law, 3 law, 4 regulation; the smaller, the higher';
COMMENT ON COLUMN commune.law.proposal IS 'proposal.seq of the one that made this version';
COMMENT ON COLUMN commune.law.since IS 'this version is in force from then on';
COMMENT ON COLUMN commune.law.sunset IS 'it ends by itself then; NULL: never';
COMMENT ON COLUMN commune.law.due IS 'when its status changes by itself: the sunset, or the end of a suspension';
COMMENT ON COLUMN commune.law.version IS '1, 2, ...';
COMMENT ON COLUMN commune.law.held IS 'this version was suspended once, which is all that is allowed';
COMMENT ON COLUMN commune.law.status IS 'in force, suspended, repealed, or ended by its sunset';
COMMENT ON COLUMN commune.law.name IS 'unique name';
COMMENT ON COLUMN commune.law.title IS 'first heading of the text';
COMMENT ON COLUMN commune.law.text IS 'the law: Markdown with executable blocks (docs/law.md)';
COMMENT ON COLUMN commune.law.hash IS 'SHA-256 of the text, which an amendment names';
COMMENT ON COLUMN commune.law.closure IS 'hash of everything that its rules rest on, as of the first run; a run on anything else is refused';

CREATE TABLE commune.law_version (
	law bigint NOT NULL,
	level bigint NOT NULL,
	proposal bigint NOT NULL,
	since timestamptz NOT NULL,
	until timestamptz,
	version integer NOT NULL,
	hash bytea NOT NULL,
	text text NOT NULL COLLATE "C",
	CONSTRAINT law_version_pkey PRIMARY KEY (law, version)
);
COMMENT ON TABLE commune.law_version IS 'every version of every law';
COMMENT ON COLUMN commune.law_version.law IS 'law.seq';
COMMENT ON COLUMN commune.law_version.level IS 'rank that it had';
COMMENT ON COLUMN commune.law_version.proposal IS 'proposal.seq of the one that made it';
COMMENT ON COLUMN commune.law_version.since IS 'in force from then on';
COMMENT ON COLUMN commune.law_version.until IS 'until then; NULL while it is in force';
COMMENT ON COLUMN commune.law_version.version IS '1, 2, ...';
COMMENT ON COLUMN commune.law_version.hash IS 'SHA-256 of the text';
COMMENT ON COLUMN commune.law_version.text IS 'the text';

CREATE TABLE commune.law_rule (
	seq bigint NOT NULL,
	law bigint NOT NULL,
	due timestamptz,
	slot timestamptz,
	runs bigint NOT NULL,
	failures integer NOT NULL,
	name text NOT NULL COLLATE "C",
	event text COLLATE "C",
	status text NOT NULL COLLATE "C",
	CONSTRAINT law_rule_pkey PRIMARY KEY (seq),
	CONSTRAINT law_rule_law_key UNIQUE (law, name)
);
CREATE INDEX law_rule_due_idx ON commune.law_rule (due, seq) WHERE due IS NOT NULL;
CREATE INDEX law_rule_event_idx ON commune.law_rule (event, seq) WHERE event IS NOT NULL;
COMMENT ON TABLE commune.law_rule IS 'the rules of the laws in force, and when they run next';
COMMENT ON COLUMN commune.law_rule.seq IS 'unique number';
COMMENT ON COLUMN commune.law_rule.law IS 'law.seq';
COMMENT ON COLUMN commune.law_rule.due IS 'when it runs next, or is tried again; NULL: it waits for an event or a proposal';
COMMENT ON COLUMN commune.law_rule.slot IS 'the moment that the next run is for';
COMMENT ON COLUMN commune.law_rule.runs IS 'runs that were applied';
COMMENT ON COLUMN commune.law_rule.failures IS 'failures in a row; five stop the rule';
COMMENT ON COLUMN commune.law_rule.name IS 'name of the block in the law';
COMMENT ON COLUMN commune.law_rule.event IS 'kind of act or entry that it runs on; NULL for other rules';
COMMENT ON COLUMN commune.law_rule.status IS 'active, or stopped after too many failures';

CREATE TABLE commune.law_run (
	since bigint NOT NULL,
	law bigint NOT NULL,
	rule bigint NOT NULL,
	slot timestamptz NOT NULL,
	at timestamptz NOT NULL,
	version integer NOT NULL,
	actions bigint NOT NULL,
	name text NOT NULL COLLATE "C",
	hash bytea,
	error text COLLATE "C",
	message text COLLATE "C",
	CONSTRAINT law_run_pkey PRIMARY KEY (since)
);
COMMENT ON TABLE commune.law_run IS 'what came of each run of a rule';
COMMENT ON COLUMN commune.law_run.since IS 'index of the entry that says so; the entry before it holds the actions';
COMMENT ON COLUMN commune.law_run.law IS 'law.seq';
COMMENT ON COLUMN commune.law_run.rule IS 'law_rule.seq';
COMMENT ON COLUMN commune.law_run.slot IS 'the moment that it was for';
COMMENT ON COLUMN commune.law_run.at IS 'time of the block';
COMMENT ON COLUMN commune.law_run.version IS 'version of the law';
COMMENT ON COLUMN commune.law_run.actions IS 'how many actions were applied';
COMMENT ON COLUMN commune.law_run.name IS 'name of the rule';
COMMENT ON COLUMN commune.law_run.hash IS 'SHA-256 of the actions, canonical JSON; NULL for a failure';
COMMENT ON COLUMN commune.law_run.error IS 'SQLSTATE of a failure, which changed nothing';
COMMENT ON COLUMN commune.law_run.message IS 'what was wrong';

CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.law
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.law ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.law_version
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.law_version ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.law_rule
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.law_rule ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.law_run
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.law_run ENABLE ALWAYS TRIGGER commune_protect;

SELECT pg_catalog.pg_extension_config_dump('commune.law', '');
SELECT pg_catalog.pg_extension_config_dump('commune.law_version', '');
SELECT pg_catalog.pg_extension_config_dump('commune.law_rule', '');
SELECT pg_catalog.pg_extension_config_dump('commune.law_run', '');
