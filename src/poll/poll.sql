-- poll: polls and ballots.  Written by the fold alone.

CREATE TABLE commune.poll (
	seq bigint NOT NULL,
	author bigint NOT NULL,
	opens timestamptz NOT NULL,
	closes timestamptz NOT NULL,
	due timestamptz,
	opened bigint,
	opened_at timestamptz,
	closed bigint,
	frozen bigint,
	electorate bigint,
	ballots bigint NOT NULL,
	quorum_num bigint,
	quorum_den bigint,
	extensions integer NOT NULL,
	status text NOT NULL COLLATE "C",
	name text NOT NULL COLLATE "C",
	title text NOT NULL COLLATE "C",
	text text COLLATE "C",
	topic text COLLATE "C",
	options text[] NOT NULL,
	method text NOT NULL COLLATE "C",
	params json NOT NULL,
	id bytea NOT NULL,
	manifest bytea,
	result bytea,
	CONSTRAINT poll_pkey PRIMARY KEY (seq),
	CONSTRAINT poll_name_key UNIQUE (name),
	CONSTRAINT poll_id_key UNIQUE (id)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX poll_manifest_key ON commune.poll (manifest) WHERE manifest IS NOT NULL;
CREATE INDEX poll_due_idx ON commune.poll (due, seq) WHERE due IS NOT NULL;
COMMENT ON TABLE commune.poll IS 'polls: announced by an act; opened, extended and closed by the engine';
COMMENT ON COLUMN commune.poll.seq IS 'the act that announced it: the poll''s number';
COMMENT ON COLUMN commune.poll.author IS 'member.id';
COMMENT ON COLUMN commune.poll.opens IS 'opens with the first block at or after';
COMMENT ON COLUMN commune.poll.closes IS 'ballots sealed at or after are late; extensions included';
COMMENT ON COLUMN commune.poll.due IS 'since when the engine has to do with it; NULL when it is done';
COMMENT ON COLUMN commune.poll.opened IS 'index of the manifest';
COMMENT ON COLUMN commune.poll.opened_at IS 'time of the block that opened it';
COMMENT ON COLUMN commune.poll.closed IS 'ballots at a lower index count';
COMMENT ON COLUMN commune.poll.frozen IS 'index from which a first ballot counts for its voter alone, and ballots of those who represent others are final; NULL until the override window begins';
COMMENT ON COLUMN commune.poll.electorate IS 'members when it opened';
COMMENT ON COLUMN commune.poll.ballots IS 'members who cast a ballot';
COMMENT ON COLUMN commune.poll.quorum_num IS 'quorum: numerator of the share of the electorate';
COMMENT ON COLUMN commune.poll.quorum_den IS 'quorum: denominator';
COMMENT ON COLUMN commune.poll.extensions IS 'how often it was extended for a gap in the register';
COMMENT ON COLUMN commune.poll.status IS 'announced, open, closed or lapsed';
COMMENT ON COLUMN commune.poll.name IS 'unique name';
COMMENT ON COLUMN commune.poll.title IS 'the question in a line';
COMMENT ON COLUMN commune.poll.text IS 'the question at length';
COMMENT ON COLUMN commune.poll.topic IS 'topic, for delegations';
COMMENT ON COLUMN commune.poll.options IS 'what is voted on, numbered from 1';
COMMENT ON COLUMN commune.poll.method IS 'the voting method: majority, irv, ... (docs/acts.md)';
COMMENT ON COLUMN commune.poll.params IS 'parameters of the method';
COMMENT ON COLUMN commune.poll.id IS 'leaf hash of the act';
COMMENT ON COLUMN commune.poll.manifest IS 'leaf hash of the entry open: what ballots name';
COMMENT ON COLUMN commune.poll.result IS 'leaf hash of the entry result';

CREATE TABLE commune.ballot (
	poll bigint NOT NULL,
	member bigint NOT NULL,
	seq bigint NOT NULL,
	since bigint NOT NULL,
	option integer,
	abstain boolean NOT NULL,
	final boolean NOT NULL,
	votes integer[],
	ranking commune.ranking,
	CONSTRAINT ballot_pkey PRIMARY KEY (poll, member)
) WITH (fillfactor = 80);
COMMENT ON TABLE commune.ballot IS 'the ballot that counts of each voter in each poll';
COMMENT ON COLUMN commune.ballot.poll IS 'poll.seq';
COMMENT ON COLUMN commune.ballot.member IS 'member.id';
COMMENT ON COLUMN commune.ballot.seq IS 'the act: the voter''s last';
COMMENT ON COLUMN commune.ballot.since IS 'index of the voter''s first ballot in this poll';
COMMENT ON COLUMN commune.ballot.option IS 'the option chosen, where the method asks for one';
COMMENT ON COLUMN commune.ballot.abstain IS 'true: an abstention';
COMMENT ON COLUMN commune.ballot.final IS 'true: it cannot change any more, because the voter represented others when the override window began';
COMMENT ON COLUMN commune.ballot.votes IS 'votes, one for each option, where the method asks for them';
COMMENT ON COLUMN commune.ballot.ranking IS 'the ranking, where the method asks for one';

CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.poll
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.poll ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.ballot
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.ballot ENABLE ALWAYS TRIGGER commune_protect;

SELECT pg_catalog.pg_extension_config_dump('commune.poll', '');
SELECT pg_catalog.pg_extension_config_dump('commune.ballot', '');
