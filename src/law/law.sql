-- law: what the text of a law may read and call, in a schema of its own; and functions that check and run laws.

CREATE SCHEMA law;
COMMENT ON SCHEMA law IS 'what laws may read and call: views of the state, constructors of actions';
REVOKE ALL ON SCHEMA law FROM PUBLIC;

-- ---- actions

CREATE TYPE law.action;
CREATE FUNCTION law.action_in(cstring) RETURNS law.action
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_law_action_in';
COMMENT ON FUNCTION law.action_in(cstring) IS 'refuses: only constructors make actions';
REVOKE ALL ON FUNCTION law.action_in(cstring) FROM PUBLIC;
CREATE FUNCTION law.action_out(law.action) RETURNS cstring
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_law_action_out';
COMMENT ON FUNCTION law.action_out(law.action) IS 'the canonical JSON of an action';
REVOKE ALL ON FUNCTION law.action_out(law.action) FROM PUBLIC;
CREATE TYPE law.action (INPUT = law.action_in, OUTPUT = law.action_out, STORAGE = extended);
COMMENT ON TYPE law.action IS 'something that a law does: made by a constructor such as law.pay(), checked and applied by the engine';
REVOKE ALL ON TYPE law.action FROM PUBLIC;

CREATE FUNCTION law.pay(member bigint, amount bigint, reason text) RETURNS law.action
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_law_pay';
COMMENT ON FUNCTION law.pay(bigint, bigint, text) IS 'action: pay a member, from the account that the line `may pay ... from` of the rule names';
REVOKE ALL ON FUNCTION law.pay(bigint, bigint, text) FROM PUBLIC;
CREATE FUNCTION law.pay_account(account text, amount bigint, reason text) RETURNS law.action
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_law_pay_account';
COMMENT ON FUNCTION law.pay_account(text, bigint, text) IS 'action: pay into an account by its name';
REVOKE ALL ON FUNCTION law.pay_account(text, bigint, text) FROM PUBLIC;
CREATE FUNCTION law.set_param(name text, value bigint) RETURNS law.action
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_law_set_param';
COMMENT ON FUNCTION law.set_param(text, bigint) IS 'action: give a parameter another value from now on';
REVOKE ALL ON FUNCTION law.set_param(text, bigint) FROM PUBLIC;
CREATE FUNCTION law.suspend_member(member bigint, until date, reference text, reason text) RETURNS law.action
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_law_suspend_member';
COMMENT ON FUNCTION law.suspend_member(bigint, date, text, text) IS 'action: suspend a member until a day; reference says by what decision';
REVOKE ALL ON FUNCTION law.suspend_member(bigint, date, text, text) FROM PUBLIC;
CREATE FUNCTION law.restore_member(member bigint) RETURNS law.action
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_law_restore_member';
COMMENT ON FUNCTION law.restore_member(bigint) IS 'action: end the suspension of a member';
REVOKE ALL ON FUNCTION law.restore_member(bigint) FROM PUBLIC;
CREATE FUNCTION law.revoke_office(member bigint, office text, reason text) RETURNS law.action
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_law_revoke_office';
COMMENT ON FUNCTION law.revoke_office(bigint, text, text) IS 'action: take an office from a member';
REVOKE ALL ON FUNCTION law.revoke_office(bigint, text, text) FROM PUBLIC;
CREATE FUNCTION law.open_account(account text) RETURNS law.action
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_law_open_account';
COMMENT ON FUNCTION law.open_account(text) IS 'action: open an account of the commune';
REVOKE ALL ON FUNCTION law.open_account(text) FROM PUBLIC;
CREATE FUNCTION law.open_poll(name text, title text, method text, options text, days bigint) RETURNS law.action
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_law_open_poll';
COMMENT ON FUNCTION law.open_poll(text, text, text, text, bigint) IS 'action: open a poll for some days; the options stand in one text with | between';
REVOKE ALL ON FUNCTION law.open_poll(text, text, text, text, bigint) FROM PUBLIC;
CREATE FUNCTION law.publish(title text, text text) RETURNS law.action
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_law_publish';
COMMENT ON FUNCTION law.publish(text, text) IS 'action: publish a resolution';
REVOKE ALL ON FUNCTION law.publish(text, text) FROM PUBLIC;

-- ---- functions of laws

CREATE FUNCTION law.range(first bigint, last bigint) RETURNS SETOF bigint
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 100 AS 'MODULE_PATHNAME', 'commune_law_range';
COMMENT ON FUNCTION law.range(bigint, bigint) IS 'the whole numbers from first to last, 10,000 at most';
REVOKE ALL ON FUNCTION law.range(bigint, bigint) FROM PUBLIC;
CREATE FUNCTION law.isqrt(n bigint) RETURNS bigint
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_law_isqrt';
COMMENT ON FUNCTION law.isqrt(bigint) IS 'square root, rounded down';
REVOKE ALL ON FUNCTION law.isqrt(bigint) FROM PUBLIC;
CREATE FUNCTION law.date(year integer, month integer, day integer) RETURNS date
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_law_date';
COMMENT ON FUNCTION law.date(integer, integer, integer) IS 'a day';
REVOKE ALL ON FUNCTION law.date(integer, integer, integer) FROM PUBLIC;
CREATE FUNCTION law.text(n bigint) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_law_text';
COMMENT ON FUNCTION law.text(bigint) IS 'a number in digits';
REVOKE ALL ON FUNCTION law.text(bigint) FROM PUBLIC;
CREATE FUNCTION law.moment() RETURNS timestamptz
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_law_moment';
COMMENT ON FUNCTION law.moment() IS 'the time as of which a law is run: when its rule was due; elsewhere the time of the last block';
REVOKE ALL ON FUNCTION law.moment() FROM PUBLIC;
CREATE FUNCTION law.today() RETURNS date
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_law_today';
COMMENT ON FUNCTION law.today() IS 'the day of moment(), UTC';
REVOKE ALL ON FUNCTION law.today() FROM PUBLIC;
CREATE FUNCTION law.day(leaf bigint) RETURNS date
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_law_day';
COMMENT ON FUNCTION law.day(bigint) IS 'the day, UTC, of the block that holds the leaf with this index';
REVOKE ALL ON FUNCTION law.day(bigint) FROM PUBLIC;
CREATE FUNCTION law.param(name text, OUT value bigint) RETURNS SETOF bigint
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED ROWS 1 AS 'MODULE_PATHNAME', 'commune_law_param';
COMMENT ON FUNCTION law.param(text) IS 'the value of a parameter that is in force at moment(); no row if there is none';
REVOKE ALL ON FUNCTION law.param(text) FROM PUBLIC;

-- ---- views

CREATE VIEW law.members WITH (security_barrier = true) AS
	SELECT m.id, m.did::text COLLATE "C" AS handle, m.status = 'member' AS active, m.status = 'suspended' AS suspended,
		law.day((SELECT min(s.since) FROM commune.membership s WHERE s.member = m.id)) AS joined
	FROM commune.member m WHERE m.status IN ('member', 'suspended');
COMMENT ON VIEW law.members IS 'the members';
COMMENT ON COLUMN law.members.id IS 'number: what law.pay() and the like take';
COMMENT ON COLUMN law.members.handle IS 'the DID';
COMMENT ON COLUMN law.members.active IS 'false while suspended';
COMMENT ON COLUMN law.members.suspended IS 'true while suspended';
COMMENT ON COLUMN law.members.joined IS 'day of the first admission, UTC';

CREATE VIEW law.balances WITH (security_barrier = true) AS
	SELECT a.owner, a.balance AS amount FROM commune.account a WHERE a.owner IS NOT NULL;
COMMENT ON VIEW law.balances IS 'what members have; one to whom nothing was ever paid is not there';
COMMENT ON COLUMN law.balances.owner IS 'members.id';
COMMENT ON COLUMN law.balances.amount IS 'a whole number, not negative';

CREATE VIEW law.accounts WITH (security_barrier = true) AS
	SELECT a.name, a.owner, a.balance AS amount FROM commune.account a;
COMMENT ON VIEW law.accounts IS 'all accounts';
COMMENT ON COLUMN law.accounts.name IS 'name; that of a member''s own account is his DID';
COMMENT ON COLUMN law.accounts.owner IS 'members.id; NULL: the commune''s';
COMMENT ON COLUMN law.accounts.amount IS 'a whole number, not negative';

CREATE VIEW law.offices WITH (security_barrier = true) AS
	SELECT m.office, m.member, (m.ends_at AT TIME ZONE 'UTC')::date AS ends FROM commune.mandate m
	WHERE m.ended IS NULL AND m.ends_at > (SELECT law.moment());
COMMENT ON VIEW law.offices IS 'who holds an office';
COMMENT ON COLUMN law.offices.office IS 'name';
COMMENT ON COLUMN law.offices.member IS 'members.id';
COMMENT ON COLUMN law.offices.ends IS 'day on which the term ends, UTC';

CREATE VIEW law.topics WITH (security_barrier = true) AS
	SELECT t.topic, t.parent FROM commune.topic t;
COMMENT ON VIEW law.topics IS 'the tree of topics';
COMMENT ON COLUMN law.topics.topic IS 'name';
COMMENT ON COLUMN law.topics.parent IS 'the topic above; NULL at the top';

CREATE VIEW law.polls WITH (security_barrier = true) AS
	SELECT p.seq AS id, p.name, p.title, p.topic, p.method, p.status, p.author, p.electorate, p.ballots,
		(p.opens AT TIME ZONE 'UTC')::date AS opens, (p.closes AT TIME ZONE 'UTC')::date AS closes
	FROM commune.poll p;
COMMENT ON VIEW law.polls IS 'the polls';
COMMENT ON COLUMN law.polls.id IS 'number';
COMMENT ON COLUMN law.polls.name IS 'unique name';
COMMENT ON COLUMN law.polls.title IS 'the question in a line';
COMMENT ON COLUMN law.polls.topic IS 'topic; NULL without one';
COMMENT ON COLUMN law.polls.method IS 'voting method';
COMMENT ON COLUMN law.polls.status IS 'announced, open, closed or lapsed';
COMMENT ON COLUMN law.polls.author IS 'members.id';
COMMENT ON COLUMN law.polls.electorate IS 'members when it opened';
COMMENT ON COLUMN law.polls.ballots IS 'members who cast a ballot';
COMMENT ON COLUMN law.polls.opens IS 'day, UTC';
COMMENT ON COLUMN law.polls.closes IS 'day, UTC';

-- ---- checking and running

CREATE FUNCTION commune.law_check(law text) RETURNS bytea
	LANGUAGE c STABLE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_law_check';
COMMENT ON FUNCTION commune.law_check(text) IS
	'check a law with its tests, or one query: raises what is wrong (LAW01 to LAW10, QC801), or returns the hash of everything that it rests on';
REVOKE ALL ON FUNCTION commune.law_check(text) FROM PUBLIC;
CREATE FUNCTION commune.law_run(law text, rule text DEFAULT NULL) RETURNS SETOF law.action
	LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_law_run';
COMMENT ON FUNCTION commune.law_run(text, text) IS
	'what a rule of a law, or one query, would do now: its actions, none of which is applied';
REVOKE ALL ON FUNCTION commune.law_run(text, text) FROM PUBLIC;
CREATE FUNCTION commune.law_allowed(OUT kind text, OUT names text, OUT arguments text, OUT "collation" text) RETURNS SETOF record
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_law_allowed';
COMMENT ON FUNCTION commune.law_allowed() IS 'the functions, operators and aggregates that laws may use; collation: only under this one';
REVOKE ALL ON FUNCTION commune.law_allowed() FROM PUBLIC;
