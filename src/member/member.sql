-- member: the charter, the members, vouches, topics.  Written by the fold alone.

CREATE TABLE commune.charter (
	seq bigint NOT NULL,
	vouches bigint NOT NULL,
	rules bigint NOT NULL,
	pending_joins bigint NOT NULL,
	acts_per_day bigint NOT NULL,
	open_polls bigint NOT NULL,
	delegation_days bigint NOT NULL,
	identities bigint NOT NULL,
	members bigint NOT NULL,
	pending bigint NOT NULL,
	name text NOT NULL COLLATE "C",
	id bytea NOT NULL,
	founders commune.did[] NOT NULL,
	CONSTRAINT charter_pkey PRIMARY KEY (seq)
) WITH (fillfactor = 50);
COMMENT ON TABLE commune.charter IS 'the commune: one row once it is founded';
COMMENT ON COLUMN commune.charter.seq IS 'the act that founded it';
COMMENT ON COLUMN commune.charter.vouches IS 'signatures that a new member needs';
COMMENT ON COLUMN commune.charter.rules IS 'version of the rules in force';
COMMENT ON COLUMN commune.charter.pending_joins IS 'limit: candidates for whom nobody vouches';
COMMENT ON COLUMN commune.charter.acts_per_day IS 'limit: acts of a member on a day (UTC)';
COMMENT ON COLUMN commune.charter.open_polls IS 'limit: polls of a member that are announced or open';
COMMENT ON COLUMN commune.charter.delegation_days IS 'limit: days until a list of delegates expires';
COMMENT ON COLUMN commune.charter.identities IS 'identities that the register has named';
COMMENT ON COLUMN commune.charter.members IS 'members now';
COMMENT ON COLUMN commune.charter.pending IS 'candidates for whom nobody vouches yet';
COMMENT ON COLUMN commune.charter.name IS 'name of the commune';
COMMENT ON COLUMN commune.charter.id IS 'leaf hash of the charter: aud of every other act, as base64url';
COMMENT ON COLUMN commune.charter.founders IS 'members by their own join';

CREATE TABLE commune.member (
	id bigint NOT NULL,
	nonce bigint NOT NULL,
	since bigint,
	vouches bigint NOT NULL,
	day integer NOT NULL,
	acts integer NOT NULL,
	polls integer NOT NULL,
	status text NOT NULL COLLATE "C",
	did commune.did NOT NULL,
	profile bytea,
	CONSTRAINT member_pkey PRIMARY KEY (id),
	CONSTRAINT member_did_key UNIQUE (did)
) WITH (fillfactor = 75);
COMMENT ON TABLE commune.member IS 'every identity that the register has named, members and others';
COMMENT ON COLUMN commune.member.id IS 'number, in the order in which the register named them';
COMMENT ON COLUMN commune.member.nonce IS 'of the last act';
COMMENT ON COLUMN commune.member.since IS 'index of the leaf that admitted the member; NULL if not a member';
COMMENT ON COLUMN commune.member.vouches IS 'members who vouch';
COMMENT ON COLUMN commune.member.day IS 'day of the last act, counted from 1970-01-01 (UTC)';
COMMENT ON COLUMN commune.member.acts IS 'acts on that day';
COMMENT ON COLUMN commune.member.polls IS 'own polls that are announced or open';
COMMENT ON COLUMN commune.member.status IS 'named, candidate, member, left or suspended';
COMMENT ON COLUMN commune.member.did IS 'the identity';
COMMENT ON COLUMN commune.member.profile IS 'hash of a salted profile that is kept elsewhere';

CREATE TABLE commune.membership (
	member bigint NOT NULL,
	since bigint NOT NULL,
	until bigint,
	CONSTRAINT membership_pkey PRIMARY KEY (member, since)
);
COMMENT ON TABLE commune.membership IS 'every stay of every member, so that any past electorate can be told';
COMMENT ON COLUMN commune.membership.member IS 'member.id';
COMMENT ON COLUMN commune.membership.since IS 'index of the leaf that admitted the member';
COMMENT ON COLUMN commune.membership.until IS 'index of the leaf that ended it; NULL while it lasts';

CREATE TABLE commune.vouch (
	candidate bigint NOT NULL,
	voucher bigint NOT NULL,
	since bigint NOT NULL,
	CONSTRAINT vouch_pkey PRIMARY KEY (candidate, voucher)
);
COMMENT ON TABLE commune.vouch IS 'standing vouches';
COMMENT ON COLUMN commune.vouch.candidate IS 'member.id of the one vouched for';
COMMENT ON COLUMN commune.vouch.voucher IS 'member.id of the one who vouches';
COMMENT ON COLUMN commune.vouch.since IS 'index of the act';
CREATE INDEX vouch_voucher_idx ON commune.vouch (voucher, candidate);

CREATE TABLE commune.suspension (
	member bigint NOT NULL,
	since bigint NOT NULL,
	ends_at timestamptz NOT NULL,
	ended bigint,
	proposal bigint,
	reference text NOT NULL COLLATE "C",
	reason text NOT NULL COLLATE "C",
	CONSTRAINT suspension_pkey PRIMARY KEY (member, since)
);
CREATE UNIQUE INDEX suspension_in_force_idx ON commune.suspension (member) WHERE ended IS NULL;
CREATE INDEX suspension_end_idx ON commune.suspension (ends_at, member) WHERE ended IS NULL;
COMMENT ON TABLE commune.suspension IS 'suspensions of members, by decision';
COMMENT ON COLUMN commune.suspension.member IS 'member.id';
COMMENT ON COLUMN commune.suspension.since IS 'index of the entry that suspended the member';
COMMENT ON COLUMN commune.suspension.ends_at IS 'it ends with the first block at or after';
COMMENT ON COLUMN commune.suspension.ended IS 'index of the entry that ended it; NULL while it lasts';
COMMENT ON COLUMN commune.suspension.proposal IS 'the proposal that decided it';
COMMENT ON COLUMN commune.suspension.reference IS 'to what was adjudicated; a reference suspends somebody once';
COMMENT ON COLUMN commune.suspension.reason IS 'why';

CREATE TABLE commune.topic (
	seq bigint NOT NULL,
	author bigint NOT NULL,
	topic text NOT NULL COLLATE "C",
	parent text COLLATE "C",
	CONSTRAINT topic_pkey PRIMARY KEY (topic)
);
COMMENT ON TABLE commune.topic IS 'the tree of topics';
COMMENT ON COLUMN commune.topic.seq IS 'the act that made it';
COMMENT ON COLUMN commune.topic.author IS 'member.id';
COMMENT ON COLUMN commune.topic.topic IS 'name';
COMMENT ON COLUMN commune.topic.parent IS 'the topic above; NULL at the top';

CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.charter
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.charter ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.member
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.member ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.membership
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.membership ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.vouch
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.vouch ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.topic
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.topic ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.suspension
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.suspension ENABLE ALWAYS TRIGGER commune_protect;

SELECT pg_catalog.pg_extension_config_dump('commune.charter', '');
SELECT pg_catalog.pg_extension_config_dump('commune.member', '');
SELECT pg_catalog.pg_extension_config_dump('commune.membership', '');
SELECT pg_catalog.pg_extension_config_dump('commune.vouch', '');
SELECT pg_catalog.pg_extension_config_dump('commune.topic', '');
SELECT pg_catalog.pg_extension_config_dump('commune.suspension', '');
