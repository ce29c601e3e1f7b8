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

CREATE TABLE commune.account (
	name text NOT NULL COLLATE "C",
	owner bigint,
	balance bigint NOT NULL,
	since bigint NOT NULL,
	first_paid bigint,
	CONSTRAINT account_pkey PRIMARY KEY (name)
);
COMMENT ON TABLE commune.account IS 'accounts: balances are never negative, and together what was ever issued';
COMMENT ON COLUMN commune.account.name IS 'name; that of a members own account is his DID';
COMMENT ON COLUMN commune.account.owner IS 'member.id; NULL: it is the communes';
COMMENT ON COLUMN commune.account.balance IS 'what it holds';
COMMENT ON COLUMN commune.account.since IS 'index of the entry that opened it';
COMMENT ON COLUMN commune.account.first_paid IS 'index of the entry that first paid something in; NULL before';

CREATE TABLE commune.transfer (
	since bigint NOT NULL,
	place integer NOT NULL,
	giver text COLLATE "C",
	taker text NOT NULL COLLATE "C",
	amount bigint NOT NULL,
	reason text NOT NULL COLLATE "C",
	proposal bigint,
	law bigint,
	at timestamptz NOT NULL,
	CONSTRAINT transfer_pkey PRIMARY KEY (since, place)
);
COMMENT ON TABLE commune.transfer IS 'what was issued and paid';
COMMENT ON COLUMN commune.transfer.since IS 'index of the entry that made it';
COMMENT ON COLUMN commune.transfer.place IS 'place of the action in its plan or run';
COMMENT ON COLUMN commune.transfer.giver IS 'account that paid; NULL: it was issued';
COMMENT ON COLUMN commune.transfer.taker IS 'account that was paid';
COMMENT ON COLUMN commune.transfer.amount IS 'how much';
COMMENT ON COLUMN commune.transfer.reason IS 'why';
COMMENT ON COLUMN commune.transfer.proposal IS 'the proposal that decided it; NULL if a law did it';
COMMENT ON COLUMN commune.transfer.law IS 'law.id of the law that did it; NULL if a proposal did';
COMMENT ON COLUMN commune.transfer.at IS 'time of the block';

CREATE TABLE commune.issuance (
	year integer NOT NULL,
	amount bigint NOT NULL,
	total bigint NOT NULL,
	CONSTRAINT issuance_pkey PRIMARY KEY (year)
);
COMMENT ON TABLE commune.issuance IS 'what was issued, by year';
COMMENT ON COLUMN commune.issuance.year IS 'year, UTC';
COMMENT ON COLUMN commune.issuance.amount IS 'issued in it';
COMMENT ON COLUMN commune.issuance.total IS 'issued until its end';

CREATE TABLE commune.parameter (
	name text NOT NULL COLLATE "C",
	type text NOT NULL COLLATE "C",
	level integer NOT NULL,
	min bigint,
	max bigint,
	since bigint NOT NULL,
	CONSTRAINT parameter_pkey PRIMARY KEY (name)
);
COMMENT ON TABLE commune.parameter IS 'the parameters that rules go by';
COMMENT ON COLUMN commune.parameter.name IS 'name';
COMMENT ON COLUMN commune.parameter.type IS 'integer, amount, seconds or boolean';
COMMENT ON COLUMN commune.parameter.level IS 'the lowest rank of rule that may set it';
COMMENT ON COLUMN commune.parameter.min IS 'smallest value; NULL: that of the type';
COMMENT ON COLUMN commune.parameter.max IS 'greatest value; NULL: that of the type';
COMMENT ON COLUMN commune.parameter.since IS 'index of the entry that defined it';

CREATE TABLE commune.parameter_value (
	name text NOT NULL COLLATE "C",
	valid timestamptz NOT NULL,
	value bigint NOT NULL,
	since bigint NOT NULL,
	proposal bigint,
	law bigint,
	CONSTRAINT parameter_value_pkey PRIMARY KEY (name, valid)
);
COMMENT ON TABLE commune.parameter_value IS 'the values of parameters, each in force from a date on';
COMMENT ON COLUMN commune.parameter_value.name IS 'parameter.name';
COMMENT ON COLUMN commune.parameter_value.valid IS 'in force from this time on, until the next value';
COMMENT ON COLUMN commune.parameter_value.value IS 'the value';
COMMENT ON COLUMN commune.parameter_value.since IS 'index of the entry that set it';
COMMENT ON COLUMN commune.parameter_value.proposal IS 'the proposal that decided it; NULL if a law did it';
COMMENT ON COLUMN commune.parameter_value.law IS 'law.id of the law that did it; NULL if a proposal did';

CREATE TABLE commune.office (
	name text NOT NULL COLLATE "C",
	title text NOT NULL COLLATE "C",
	days integer NOT NULL,
	since bigint NOT NULL,
	CONSTRAINT office_pkey PRIMARY KEY (name)
);
COMMENT ON TABLE commune.office IS 'offices';
COMMENT ON COLUMN commune.office.name IS 'name';
COMMENT ON COLUMN commune.office.title IS 'what it is';
COMMENT ON COLUMN commune.office.days IS 'the longest term';
COMMENT ON COLUMN commune.office.since IS 'index of the entry that created it';

CREATE TABLE commune.mandate (
	office text NOT NULL COLLATE "C",
	member bigint NOT NULL,
	since bigint NOT NULL,
	ends_at timestamptz NOT NULL,
	ended bigint,
	proposal bigint,
	CONSTRAINT mandate_pkey PRIMARY KEY (office, member, since)
);
CREATE UNIQUE INDEX mandate_in_force_idx ON commune.mandate (office, member) WHERE ended IS NULL;
COMMENT ON TABLE commune.mandate IS 'who holds offices, and held them';
COMMENT ON COLUMN commune.mandate.office IS 'office.name';
COMMENT ON COLUMN commune.mandate.member IS 'member.id';
COMMENT ON COLUMN commune.mandate.since IS 'index of the entry that granted it';
COMMENT ON COLUMN commune.mandate.ends_at IS 'the term ends by itself at this time';
COMMENT ON COLUMN commune.mandate.ended IS 'index of the entry that revoked or followed it; NULL before';
COMMENT ON COLUMN commune.mandate.proposal IS 'the proposal that decided it; NULL if a law did it';

CREATE TABLE commune.replica (
	name text NOT NULL COLLATE "C",
	since bigint NOT NULL,
	until bigint,
	address text NOT NULL COLLATE "C",
	proposal bigint,
	CONSTRAINT replica_pkey PRIMARY KEY (name, since)
);
CREATE UNIQUE INDEX replica_in_force_idx ON commune.replica (name) WHERE until IS NULL;
COMMENT ON TABLE commune.replica IS 'replicas that the commune relies on';
COMMENT ON COLUMN commune.replica.name IS 'name';
COMMENT ON COLUMN commune.replica.since IS 'index of the entry that added it';
COMMENT ON COLUMN commune.replica.until IS 'index of the entry that removed it; NULL while it counts';
COMMENT ON COLUMN commune.replica.address IS 'where it is';
COMMENT ON COLUMN commune.replica.proposal IS 'the proposal that decided it; NULL if a law did it';

CREATE TABLE commune.trusted_key (
	purpose text NOT NULL COLLATE "C",
	name text NOT NULL COLLATE "C",
	since bigint NOT NULL,
	until bigint,
	vkey text NOT NULL COLLATE "C",
	reason text NOT NULL COLLATE "C",
	proposal bigint,
	CONSTRAINT trusted_key_pkey PRIMARY KEY (purpose, name, since)
);
CREATE UNIQUE INDEX trusted_key_in_force_idx ON commune.trusted_key (purpose, name) WHERE until IS NULL;
COMMENT ON TABLE commune.trusted_key IS 'keys by which checkpoints and cosignatures are to be checked';
COMMENT ON COLUMN commune.trusted_key.purpose IS 'checkpoint, witness or replica';
COMMENT ON COLUMN commune.trusted_key.name IS 'name of the key';
COMMENT ON COLUMN commune.trusted_key.since IS 'index of the entry that named it';
COMMENT ON COLUMN commune.trusted_key.until IS 'index of the entry that named the next one; NULL while it counts';
COMMENT ON COLUMN commune.trusted_key.vkey IS 'the key, as a C2SP vkey';
COMMENT ON COLUMN commune.trusted_key.reason IS 'why';
COMMENT ON COLUMN commune.trusted_key.proposal IS 'the proposal that decided it; NULL if a law did it';

CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.resolution
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.resolution ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.account
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.account ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.transfer
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.transfer ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.issuance
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.issuance ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.parameter
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.parameter ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.parameter_value
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.parameter_value ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.office
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.office ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.mandate
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.mandate ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.replica
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.replica ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.trusted_key
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.trusted_key ENABLE ALWAYS TRIGGER commune_protect;

SELECT pg_catalog.pg_extension_config_dump('commune.resolution', '');
SELECT pg_catalog.pg_extension_config_dump('commune.account', '');
SELECT pg_catalog.pg_extension_config_dump('commune.transfer', '');
SELECT pg_catalog.pg_extension_config_dump('commune.issuance', '');
SELECT pg_catalog.pg_extension_config_dump('commune.parameter', '');
SELECT pg_catalog.pg_extension_config_dump('commune.parameter_value', '');
SELECT pg_catalog.pg_extension_config_dump('commune.office', '');
SELECT pg_catalog.pg_extension_config_dump('commune.mandate', '');
SELECT pg_catalog.pg_extension_config_dump('commune.replica', '');
SELECT pg_catalog.pg_extension_config_dump('commune.trusted_key', '');
