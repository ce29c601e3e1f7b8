-- proposal: policies, and proposals from the first supporter to what they do.  Written by the fold alone.

CREATE TABLE commune.policy (
	version bigint NOT NULL,
	level bigint NOT NULL,
	proposal bigint,
	since timestamptz NOT NULL,
	until timestamptz,
	name text NOT NULL COLLATE "C",
	body json NOT NULL,
	hash bytea NOT NULL,
	CONSTRAINT policy_pkey PRIMARY KEY (name, version)
);
CREATE UNIQUE INDEX policy_in_force_key ON commune.policy (name) WHERE until IS NULL;
COMMENT ON TABLE commune.policy IS 'the rules by which proposals are decided, every version of them';
COMMENT ON COLUMN commune.policy.version IS '1, 2, ... of this name';
COMMENT ON COLUMN commune.policy.level IS 'rank of what it may decide: 1 constitution, 2 organic law, 3 law, 4 regulation; the smaller, the higher';
COMMENT ON COLUMN commune.policy.proposal IS 'proposal.seq of the one that set it; NULL: the charter';
COMMENT ON COLUMN commune.policy.since IS 'in force from this time';
COMMENT ON COLUMN commune.policy.until IS 'in force until this time; NULL while it is';
COMMENT ON COLUMN commune.policy.name IS 'name';
COMMENT ON COLUMN commune.policy.body IS 'the rules themselves (docs/proposals.md)';
COMMENT ON COLUMN commune.policy.hash IS 'SHA-256 of the body';

CREATE TABLE commune.proposal (
	seq bigint NOT NULL,
	author bigint NOT NULL,
	issue bigint NOT NULL,
	due timestamptz,
	since timestamptz NOT NULL,
	proposed_at timestamptz NOT NULL,
	decided_at timestamptz,
	poll bigint,
	eta timestamptz,
	expires timestamptz,
	supporters bigint NOT NULL,
	informed bigint NOT NULL,
	objectors bigint NOT NULL,
	yes bigint,
	no bigint,
	abstained bigint,
	electorate bigint,
	average bigint,
	level bigint,
	leader bigint,
	version integer NOT NULL,
	round integer NOT NULL,
	attempts integer NOT NULL,
	prolonged integer NOT NULL,
	guarded boolean NOT NULL,
	law boolean NOT NULL,
	swung boolean NOT NULL,
	raised boolean NOT NULL,
	status text NOT NULL COLLATE "C",
	reason text COLLATE "C",
	name text NOT NULL COLLATE "C",
	title text NOT NULL COLLATE "C",
	text text COLLATE "C",
	topic text COLLATE "C",
	policy text NOT NULL COLLATE "C",
	terms json NOT NULL,
	plan json,
	plan_hash bytea,
	closure text COLLATE "C",
	id bytea NOT NULL,
	CONSTRAINT proposal_pkey PRIMARY KEY (seq),
	CONSTRAINT proposal_name_key UNIQUE (name),
	CONSTRAINT proposal_id_key UNIQUE (id)
) WITH (fillfactor = 70);
CREATE INDEX proposal_due_idx ON commune.proposal (due, seq) WHERE due IS NOT NULL;
CREATE INDEX proposal_issue_idx ON commune.proposal (issue, seq);
CREATE INDEX proposal_poll_idx ON commune.proposal (poll, seq) WHERE poll IS NOT NULL;
CREATE INDEX proposal_plan_idx ON commune.proposal (plan_hash, seq) WHERE plan_hash IS NOT NULL;
CREATE INDEX proposal_author_idx ON commune.proposal (author, seq) WHERE due IS NOT NULL;
COMMENT ON TABLE commune.proposal IS 'proposals: made by an act, taken from phase to phase by the engine';
COMMENT ON COLUMN commune.proposal.seq IS 'the act';
COMMENT ON COLUMN commune.proposal.author IS 'member.id';
COMMENT ON COLUMN commune.proposal.issue IS 'proposal.seq of the one that began the issue; its own once it is decided';
COMMENT ON COLUMN commune.proposal.due IS 'when the engine has to do with it: the end of the phase; NULL when it has ended';
COMMENT ON COLUMN commune.proposal.since IS 'time of the block that began the phase';
COMMENT ON COLUMN commune.proposal.proposed_at IS 'time of the block that holds the act';
COMMENT ON COLUMN commune.proposal.decided_at IS 'time of the block that decided it';
COMMENT ON COLUMN commune.proposal.poll IS 'poll.seq of the last poll on it';
COMMENT ON COLUMN commune.proposal.eta IS 'it is carried out at this time, not before';
COMMENT ON COLUMN commune.proposal.expires IS 'and not at or after this one';
COMMENT ON COLUMN commune.proposal.supporters IS 'members who support it';
COMMENT ON COLUMN commune.proposal.informed IS 'those of them who support the last version';
COMMENT ON COLUMN commune.proposal.objectors IS 'members who object to it';
COMMENT ON COLUMN commune.proposal.yes IS 'votes for it against the status quo, as counted';
COMMENT ON COLUMN commune.proposal.no IS 'votes for the status quo against it';
COMMENT ON COLUMN commune.proposal.abstained IS 'votes for neither';
COMMENT ON COLUMN commune.proposal.electorate IS 'members when the poll opened';
COMMENT ON COLUMN commune.proposal.average IS 'average participation before this poll, in 10^-12';
COMMENT ON COLUMN commune.proposal.level IS 'rank that its plan needs; NULL without one';
COMMENT ON COLUMN commune.proposal.leader IS 'while its poll is open: proposal.seq of who would have won when the late window began, 0 for the status quo';
COMMENT ON COLUMN commune.proposal.version IS 'of title, text and plan';
COMMENT ON COLUMN commune.proposal.round IS 'polls on it so far';
COMMENT ON COLUMN commune.proposal.attempts IS 'to carry it out';
COMMENT ON COLUMN commune.proposal.prolonged IS 'how often its poll was prolonged for a late swing';
COMMENT ON COLUMN commune.proposal.guarded IS 'true: a guardian has held it up';
COMMENT ON COLUMN commune.proposal.law IS 'true: its plan holds texts of laws';
COMMENT ON COLUMN commune.proposal.swung IS 'true: the last days of the poll changed what it decides';
COMMENT ON COLUMN commune.proposal.raised IS 'true: objections forced a second vote with a higher bar';
COMMENT ON COLUMN commune.proposal.status IS 'admission, discussion, verification, voting, counting, objection, queued, failed, suspended, executed, lapsed, withdrawn, returned, rejected, vetoed or expired';
COMMENT ON COLUMN commune.proposal.reason IS 'of the last change of status';
COMMENT ON COLUMN commune.proposal.name IS 'unique name';
COMMENT ON COLUMN commune.proposal.title IS 'what is proposed, in a line';
COMMENT ON COLUMN commune.proposal.text IS 'and at length';
COMMENT ON COLUMN commune.proposal.topic IS 'topic, for delegations';
COMMENT ON COLUMN commune.proposal.policy IS 'policy.name';
COMMENT ON COLUMN commune.proposal.terms IS 'the body of the policy, as it was when this was proposed';
COMMENT ON COLUMN commune.proposal.plan IS 'what is done when it is accepted (docs/actions.md)';
COMMENT ON COLUMN commune.proposal.plan_hash IS 'SHA-256 of the plan';
COMMENT ON COLUMN commune.proposal.closure IS 'hash of everything that the laws of the plan rest on';
COMMENT ON COLUMN commune.proposal.id IS 'leaf hash of the act';

CREATE TABLE commune.support (
	proposal bigint NOT NULL,
	member bigint NOT NULL,
	since bigint NOT NULL,
	version integer NOT NULL,
	CONSTRAINT support_pkey PRIMARY KEY (proposal, member)
);
COMMENT ON TABLE commune.support IS 'who supports which proposal';
COMMENT ON COLUMN commune.support.proposal IS 'proposal.seq';
COMMENT ON COLUMN commune.support.member IS 'member.id';
COMMENT ON COLUMN commune.support.since IS 'index of the act';
COMMENT ON COLUMN commune.support.version IS 'of the proposal that the member supports';

CREATE TABLE commune.objection (
	proposal bigint NOT NULL,
	member bigint NOT NULL,
	since bigint NOT NULL,
	text text NOT NULL COLLATE "C",
	CONSTRAINT objection_pkey PRIMARY KEY (proposal, member)
);
COMMENT ON TABLE commune.objection IS 'who objects to which proposal, and why';
COMMENT ON COLUMN commune.objection.proposal IS 'proposal.seq';
COMMENT ON COLUMN commune.objection.member IS 'member.id';
COMMENT ON COLUMN commune.objection.since IS 'index of the act';
COMMENT ON COLUMN commune.objection.text IS 'why';

CREATE TABLE commune.turnout (
	seq bigint NOT NULL,
	polls bigint NOT NULL,
	average bigint NOT NULL,
	CONSTRAINT turnout_pkey PRIMARY KEY (seq)
) WITH (fillfactor = 70);
COMMENT ON TABLE commune.turnout IS 'how many take part in polls on proposals: one row';
COMMENT ON COLUMN commune.turnout.seq IS 'charter.seq';
COMMENT ON COLUMN commune.turnout.polls IS 'polls that were counted';
COMMENT ON COLUMN commune.turnout.average IS 'average participation, in 10^-12: a fifth of the last poll and four fifths of what was before';

CREATE VIEW commune.docket AS
	SELECT p.name, p.title, p.policy, p.status, p.due AS until, p.reason, p.version, p.supporters, p.objectors, l.name AS poll,
		p.yes, p.no, p.abstained, p.electorate, p.eta
	FROM commune.proposal p LEFT JOIN commune.poll l ON l.seq = p.poll;
COMMENT ON VIEW commune.docket IS 'proposals, for people: where each stands and until when';
COMMENT ON COLUMN commune.docket.name IS 'name of the proposal';
COMMENT ON COLUMN commune.docket.title IS 'what is proposed';
COMMENT ON COLUMN commune.docket.policy IS 'name of the policy that decides';
COMMENT ON COLUMN commune.docket.status IS 'the phase, or how it ended';
COMMENT ON COLUMN commune.docket.until IS 'end of the phase';
COMMENT ON COLUMN commune.docket.reason IS 'of the last change of status';
COMMENT ON COLUMN commune.docket.version IS 'of title, text and plan';
COMMENT ON COLUMN commune.docket.supporters IS 'members who support it';
COMMENT ON COLUMN commune.docket.objectors IS 'members who object to it';
COMMENT ON COLUMN commune.docket.poll IS 'name of the last poll on it: SELECT * FROM commune.tally(name)';
COMMENT ON COLUMN commune.docket.yes IS 'votes for it against the status quo';
COMMENT ON COLUMN commune.docket.no IS 'votes for the status quo against it';
COMMENT ON COLUMN commune.docket.abstained IS 'votes for neither';
COMMENT ON COLUMN commune.docket.electorate IS 'members when its poll opened';
COMMENT ON COLUMN commune.docket.eta IS 'when its plan is carried out';

CREATE FUNCTION commune.plan(proposal text, OUT action text, OUT sentence text) RETURNS SETOF record
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_proposal_plan';
COMMENT ON FUNCTION commune.plan(text) IS 'what a proposal does when it is accepted: a sentence for each action';
REVOKE ALL ON FUNCTION commune.plan(text) FROM PUBLIC;

CREATE FUNCTION commune.preview(
	proposal text, OUT "table" text, OUT key text, OUT "column" text, OUT before text, OUT after text
) RETURNS SETOF record
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_proposal_preview';
COMMENT ON FUNCTION commune.preview(text) IS
	'what a proposal would change if it were carried out now, a row for each value; it is tried in memory, and nothing stays';
REVOKE ALL ON FUNCTION commune.preview(text) FROM PUBLIC;

CREATE FUNCTION commune.backtest(
	policy text, since timestamptz, until timestamptz,
	OUT proposal text, OUT decided_at timestamptz, OUT policy_then text, OUT yes bigint, OUT no bigint, OUT abstained bigint,
	OUT electorate bigint, OUT cleared boolean, OUT would_clear boolean
) RETURNS SETOF record
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_proposal_backtest';
COMMENT ON FUNCTION commune.backtest(text, timestamptz, timestamptz) IS
	'which past votes on proposals clear the bars of a policy, given by its name or by its body: a row for each, with what its own policy said';
REVOKE ALL ON FUNCTION commune.backtest(text, timestamptz, timestamptz) FROM PUBLIC;

CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.policy
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.policy ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.proposal
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.proposal ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.support
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.support ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.objection
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.objection ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.turnout
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.turnout ENABLE ALWAYS TRIGGER commune_protect;

SELECT pg_catalog.pg_extension_config_dump('commune.policy', '');
SELECT pg_catalog.pg_extension_config_dump('commune.proposal', '');
SELECT pg_catalog.pg_extension_config_dump('commune.support', '');
SELECT pg_catalog.pg_extension_config_dump('commune.objection', '');
SELECT pg_catalog.pg_extension_config_dump('commune.turnout', '');
