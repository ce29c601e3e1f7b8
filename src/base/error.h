/*
 * error.h -- every way a core can say no.
 *
 * One table: the name that C uses, the SQLSTATE that SQL sees, the message and the hint.  The class QC is the
 * project's own (classes that begin with I to Z are free for implementations); a standard SQLSTATE stands where a
 * standard one fits.  Codes are grouped by slice and are never renumbered: verdicts in the register name them.
 *
 * A core returns a Code and, when it is not OK, fills a Fault that says where.  Only base_pg.c turns a Code into an
 * ereport, and only cli/ prints one.
 */
#ifndef COMMUNE_ERROR_H
#define COMMUNE_ERROR_H

#include <stdint.h>

/* X(name, sqlstate, message, hint) */
#define COMMUNE_CODES(X) \
	X(OK, "00000", "accepted", "") \
	/* base */ \
	X(NUMBER_OVERFLOW, "22003", "number out of range", "Use smaller numbers: totals are computed exactly in 64 bits.") \
	X(TOO_LARGE, "54000", "limit exceeded", "") \
	X(BAD_BASE64URL, "22P02", "invalid base64url", \
	  "Base64url has the characters A-Z a-z 0-9 - _, no padding and no bits left over (RFC 4648 section 5).") \
	/* record: text that is no record or no DID */ \
	X(BAD_RECORD, "22P02", "invalid record", \
	  "A record is a JWS in compact form, BASE64URL(header).BASE64URL(payload).BASE64URL(signature), with strict JSON inside.") \
	X(BAD_DID, "22P02", "invalid DID", "A DID is did:key:z6Mk... (Ed25519) or did:commune:... .") \
	/* record: well-formed, but not to be taken */ \
	X(BAD_SIGNATURE, "QC101", "the signature does not match the record", \
	  "Sign the exact bytes BASE64URL(header).BASE64URL(payload) with the Ed25519 key of the DID in iss.") \
	X(ISSUED_AHEAD, "QC102", "the record was signed in the future", "Set the signing device's clock: iat may be at most five minutes ahead.") \
	X(EXPIRED, "QC103", "the record has expired", "Sign it again with a later exp, or without one.") \
	X(WRONG_COMMUNE, "QC104", "the record is meant for another commune", "Set aud to the id of this commune: SELECT commune.base64url(id) FROM commune.charter.") \
	X(STALE_NONCE, "QC105", "the nonce is not greater than the signer's last", \
	  "Sign again with a greater nonce: max(last + 1, Unix time in milliseconds).") \
	X(NONCE_REUSED, "QC106", "this nonce was used for other bytes", \
	  "Each record needs a nonce of its own: max(last + 1, Unix time in milliseconds).") \
	X(NONCE_AHEAD, "QC107", "the nonce is too far ahead", \
	  "A nonce may be at most five minutes ahead of the clock, as Unix time in milliseconds.") \
	X(UNKNOWN_ACT, "QC108", "unknown kind of act", "The kinds of acts are listed in docs/acts.md.") \
	X(BAD_MEMBERS, "QC109", "the members of the act are not those of its kind", "The members of each kind of act are listed in docs/acts.md.") \
	X(UNKNOWN_KEY, "QC110", "no key is known for this signer", "Sign with a did:key identity.") \
	/* register */ \
	X(APPEND_ONLY, "QC201", "the register is append-only", "State changes by acts: see commune.submit().") \
	X(NOT_SEALED, "QC202", "not sealed yet", "Wait for the next block: SELECT commune.await(seq), or run SELECT commune.seal().") \
	X(CANNOT_SEAL, "QC203", "cannot seal here", "Call commune.seal() as the first statement of a READ COMMITTED transaction.") \
	X(DAMAGED, "QC204", "the register is damaged", "SELECT * FROM commune.verify() names the places; restore them from a replica.") \
	X(FOLLOWER, "QC205", "this database follows another register", "Seal on the origin, or make this one the origin: SELECT commune.promote(reason).") \
	X(NOT_RESTORING, "QC206", "rows that arrive complete are taken from a restore or a subscription only", \
	  "Insert the column record alone: INSERT INTO commune.act (record) VALUES (...).") \
	X(UNKNOWN_RULES, "QC207", "unknown version of the rules", "Upgrade the library to one that knows this version.") \
	X(ISOLATED, "QC208", "the act could not be folded and was isolated", "Report it: the register went on without this act.") \
	X(NO_SUCH_ACT, "QC209", "there is no such act", "") \
	X(NOT_CHAINED, "QC210", "the table is not chained", "SELECT commune.chain('the_table').") \
	X(CANNOT_CHAIN, "QC211", "this table cannot be chained", "") \
	X(NOT_COMMITTED, "QC212", "the act is not committed yet", "Commit first: a block takes what is committed.") \
	X(BAD_NOTE, "QC213", "the note cannot be accepted", "Notes and checkpoints have the form of C2SP signed-note and tlog-checkpoint.") \
	X(BAD_POLICY, "QC214", "the policy cannot be read", "A policy has the form of C2SP tlog-policy.") \
	X(NO_SIGNING_KEY, "QC215", "the signing key cannot be used", "Set commune.signing_key_file to a key that is named as the register's origin.") \
	X(BEHIND, "QC216", "the register is behind what was signed or witnessed", \
	  "This copy has lost history: do not go on with it. Find the longest copy, or begin a new origin with a succession.") \
	X(NOT_PUBLISHED, "QC217", "not published yet", "Wait until a quorum of witnesses has cosigned.") \
	X(UNKNOWN_WITNESS, "QC218", "the policy names no such witness", "The file of commune.policy_file lists the witnesses.") \
	X(NO_CHECKPOINT, "QC219", "no such checkpoint is signed", "Checkpoints are signed after blocks: SELECT * FROM commune.register_status.") \
	X(TABLE_CHAINED, "QC220", "the table is chained", "End the promise first, for everybody to see: SELECT commune.unchain('the_table').") \
	X(NO_SUCH_BLOCK, "QC221", "there is no such block", "Blocks are numbered from 1: SELECT max(number) FROM commune.block.") \
	/* members and topics */ \
	X(NOT_FOUNDED, "QC301", "no commune is founded here yet", "The first act is a charter, signed by one of its founders.") \
	X(ALREADY_FOUNDED, "QC302", "a commune is founded here already", "One commune a database.") \
	X(NOT_A_FOUNDER, "QC303", "the charter is not signed by one of its founders", "") \
	X(NOT_A_MEMBER, "QC304", "the signer is not a member", "Ask for membership with an act join and have members vouch for you.") \
	X(ALREADY_JOINED, "QC305", "the signer is a member or has asked already", "") \
	X(JOINS_PENDING, "QC306", "too many requests for membership are pending", "Ask a member to vouch for you first.") \
	X(TOO_MANY_ACTS, "QC307", "the signer has used up today's acts", "Try again tomorrow (UTC): the charter limits acts a member and day.") \
	X(OWN_VOUCH, "QC308", "nobody vouches for himself", "") \
	X(NO_CHANGE, "QC309", "the act would change nothing", "") \
	X(TOPIC_EXISTS, "QC310", "the topic exists", "") \
	X(NO_SUCH_TOPIC, "QC311", "there is no such topic", "Topics are made by acts of kind topic: SELECT topic FROM commune.topic.") \
	X(SUSPENDED, "QC312", "the signer is suspended", "Suspensions end by themselves: SELECT ends_at, reference, reason FROM commune.suspension.") \
	/* polls and ballots */ \
	X(POLL_EXISTS, "QC401", "a poll of this name exists", "Choose another name: names are unique in a commune.") \
	X(BAD_TIMES, "QC402", "the times of the poll do not fit", "opens comes before closes, and closes lies in the future.") \
	X(UNKNOWN_METHOD, "QC403", "unknown voting method", "The methods are listed in docs/acts.md.") \
	X(BAD_PARAMS, "QC404", "the parameters do not fit the method", "The parameters of each method are listed in docs/acts.md.") \
	X(TOO_MANY_POLLS, "QC405", "the signer has too many open polls", "Wait until one of them closes: the charter limits open polls a member.") \
	X(NO_SUCH_POLL, "QC406", "there is no such poll", "A ballot names a poll by its manifest, tally() by its name: SELECT name, commune.base64url(manifest) FROM commune.poll.") \
	X(POLL_NOT_OPEN, "QC407", "the poll is not open yet", "A ballot signs the manifest, which exists once the poll is open.") \
	X(POLL_CLOSED, "QC408", "the poll is closed", "Ballots count when they are sealed before the poll closes.") \
	X(NOT_IN_ELECTORATE, "QC409", "the signer is not in the poll's electorate", "The electorate are the members at the poll's opening.") \
	X(BAD_CHOICE, "QC410", "the choice does not fit the method", "The choices of each method are listed in docs/acts.md.") \
	X(UNKNOWN_OPTION, "QC411", "the choice names an option that the poll does not have", "Options are numbered from 1 in the order of the manifest.") \
	X(UNAFFORDABLE, "QC412", "the votes cost more than the voter's credits", "The votes, or their squares in quadratic voting, must not add up to more than the credits.") \
	X(TALLY_HIDDEN, "QC413", "the poll shows no running tally", "Wait until it has closed, or announce polls with params {\"running\": true}.") \
	/* delegation */ \
	X(BAD_SCOPE, "QC501", "the scope of the delegation does not exist", "A scope is {\"poll\": id}, {\"topic\": name} or {}.") \
	X(BAD_DELEGATES, "QC502", "the list of delegates does not fit", "Up to five different members, none of them the signer.") \
	X(BAD_UNTIL, "QC503", "the delegation would end in the past", "") \
	X(TWO_DELEGATES, "QC504", "a member trusts two at once", \
	  "Give each truster one trustee, or one for each rank: delegation_graph(truster, trustee, rank).") \
	X(TWO_WEIGHTS, "QC505", "a member has two weights", "Give each truster one weight, the same in all of his rows.") \
	X(BAD_WEIGHT, "22023", "a weight is negative", "Weights are 0 or more; NULL stands for 1.") \
	X(BAD_RANK, "22023", "a rank is out of range", "Ranks are 1 (first choice) to 5.") \
	X(BAD_GRAPH, "22P02", "invalid delegation graph", \
	  "A delegation graph is written as 1>2 2>3 3: everybody with his trustees; docs/delegation.md explains the rest.") \
	X(BAD_GRAPH_BYTES, "22P03", "invalid bytes of a delegation graph", "") \
	X(UNTIL_TOO_FAR, "QC506", "the delegation would last too long", \
	  "The charter's limit delegation_days says how long a list of delegates counts; sign it again in time to renew it.") \
	X(BALLOT_FINAL, "QC507", "the ballot is final", \
	  "Others rest with it: who represented somebody when the override window began cannot change his ballot; whoever he represents may still vote himself.") \
	X(BAD_CAP, "22023", "a cap is out of range", "A cap is the most weight that may rest with a voter, 1 or more; NULL bounds nothing.") \
	/* counting votes */ \
	X(TIE_NEEDS_SEED, "QC601", "a tie needs a lot, and there is no seed", \
	  "Give a seed that nobody could choose, or name another rule in ties: see docs/voting.md.") \
	X(TIE_UNBROKEN, "QC602", "a tie is left", "None of the rules in ties breaks it: add one.") \
	X(BAD_RULE, "22023", "a parameter does not fit the method", "The parameters of each method are listed in docs/voting.md.") \
	X(BAD_RANKING, "22P02", "invalid ranking", "A ranking is written as 3>1=2>4: the numbers of the options, the best first.") \
	X(BAD_STATE, "22P02", "invalid state of a count", "docs/voting.md explains how the states of counts are written.") \
	X(BAD_STATE_BYTES, "22P03", "invalid bytes of a state of a count", "") \
	X(NO_SUCH_OPTION, "QC603", "the ballot names an option that is not there", "Options are numbered from 1 to the number of options.") \
	X(NO_SUCH_SCORE, "QC604", "the ballot gives a score that is not there", "Scores are 0 to the highest score; NULL gives none.") \
	X(STATES_DIFFER, "QC605", "the states do not belong together", "Combine states of the same kind, for the same options.") \
	X(WRONG_STATE, "QC606", "the state is one of another kind", "Each method says in docs/voting.md what it counts.") \
	X(NEGATIVE_COUNT, "QC607", "more was taken out of the state than was in it", "Take out, with negative weights, only ballots that were put in.") \
	/* shared budgets, seats, shares of votes */ \
	X(BAD_TERMS, "22023", "a parameter does not fit the method", "The parameters of each method are listed in docs/budget.md.") \
	X(UNLISTED, "QC650", "something that is not on the list has votes", \
	  "List all options or projects, or count only the votes on those that are listed.") \
	X(TOO_MANY_PAIRS, "QC651", "there are too many pairs of contributors", \
	  "Raise commune.max_pairs, or use quadratic_funding(), which looks at no pairs.") \
	X(BAD_SUMS, "22P02", "invalid vote sums", \
	  "Vote sums are written as ballots=3 1=2 2=1: each option with its votes; docs/budget.md explains the rest.") \
	X(BAD_SUMS_BYTES, "22P03", "invalid bytes of vote sums", "") \
	X(BAD_CONTRIBUTIONS, "22P02", "invalid contributions", \
	  "Contributions are written as 1:7=500 2:7=20: project, contributor, amount; docs/budget.md explains the rest.") \
	X(BAD_CONTRIBUTIONS_BYTES, "22P03", "invalid bytes of contributions", "") \
	X(BAD_BUDGET_BALLOTS, "22P02", "invalid budget ballots", \
	  "Budget ballots are written as 2*(1,3) 1*(2): weight and projects; docs/budget.md explains the rest.") \
	X(BAD_BUDGET_BALLOTS_BYTES, "22P03", "invalid bytes of budget ballots", "") \
	/* actions: what decisions do */ \
	X(BAD_PLAN, "QC701", "the plan cannot be read", "A plan is an array of 1 to 50 actions; docs/actions.md lists their kinds.") \
	X(UNKNOWN_ACTION, "QC702", "unknown kind of action", "The kinds of actions are listed in docs/actions.md.") \
	X(BAD_ACTION, "QC703", "the members of the action are not those of its kind", \
	  "The members of each kind of action are listed in docs/actions.md.") \
	X(LEVEL_TOO_LOW, "QC704", "the rule that decides ranks too low for this action", \
	  "Decide it under a policy of a higher rank: docs/actions.md gives the level of each action.") \
	X(NO_SUCH_PERSON, "QC705", "there is nobody of this number", "Persons are named by their number: SELECT id, did FROM commune.member.") \
	X(NOTHING_TO_DO, "QC706", "the action would change nothing", "Leave it out of the plan: what it asks for is so already.") \
	X(NO_SUCH_ACCOUNT, "QC707", "there is no such account", "Members have accounts of their own; others are opened by the action account.open.") \
	X(ACCOUNT_EXISTS, "QC708", "the account exists", "Choose another name: SELECT name FROM commune.account.") \
	X(NOT_COVERED, "QC709", "the account does not hold that much", "Balances are never negative: SELECT name, balance FROM commune.account.") \
	X(TOO_MUCH_ISSUED, "QC710", "more may not be issued", "The parameter issue.per_year limits what is issued in a year.") \
	X(NO_SUCH_OFFICE, "QC711", "there is no such office", "Offices are made by the action office.create.") \
	X(OFFICE_EXISTS, "QC712", "the office exists", "Grant it, by the action office.grant, or choose another name.") \
	X(NO_SUCH_REPLICA, "QC713", "there is no such replica", "SELECT name FROM commune.replica WHERE until IS NULL.") \
	X(BAD_VKEY, "QC714", "the key cannot be read", "A key is written as C2SP vkeys are: NAME+ID+BASE64.") \
	X(BAD_VALUE, "QC715", "the value is out of the parameter's range", "SELECT name, type, min, max FROM commune.parameter.") \
	X(PARAMETER_DEFINED, "QC716", "the parameter is defined already", "Type, range and level are given once, when a parameter is set for the first time.") \
	/* rights that nobody decides away: level 0 */ \
	X(TAKES_FROM_PERSON, "QC781", "nothing is taken from a person by decision", \
	  "What belongs to somebody is his: pay from accounts of the commune.") \
	X(NAMES_PERSON, "QC782", "no law is made about a person", "Laws hold for all. What somebody did is adjudicated; member.suspend names the reference.") \
	X(RETROACTIVE, "QC783", "nothing takes effect in the past", "Give a time from now on.") \
	X(BEYOND_DECISION, "QC784", "this is beyond what a decision can change", "Who is vouched for, and what the register keeps, is decided by nobody.") \
	X(UNBOUNDED, "QC785", "it would last too long", "Offices are held for four years at most, suspensions last ninety days at most, once for each reference.") \
	/* the text of laws, and what they do: a class of its own, LA */ \
	X(LAW_TEXT, "LAW01", "the text of the law cannot be accepted", \
	  "docs/law.md has the form: Markdown with numbered articles; what is executed is printable ASCII, 16 KiB a block.") \
	X(LAW_STATEMENT, "LAW02", "the law is not one SELECT", "Write one SELECT that returns actions: a law does nothing else.") \
	X(LAW_CONSTRUCT, "LAW03", "the law uses a construct that laws may not use", "docs/law.md lists what the SELECT of a law may be made of.") \
	X(LAW_RELATION, "LAW04", "the law reads something that laws may not read", "Laws read the views of schema law, which docs/law.md lists.") \
	X(LAW_FUNCTION, "LAW05", "the law uses a function, an operator or a cast that laws may not use", \
	  "docs/law.md lists the functions and operators that laws may use.") \
	X(LAW_TYPE, "LAW06", "the law uses a type that laws may not use", \
	  "The types of laws are boolean, smallint, integer, bigint, numeric, text, date, uuid and law.action.") \
	X(LAW_UNSTABLE, "LAW07", "the law could give different results on different machines", \
	  "Give everything a value that does not depend on the clock, on the order of rows or on a locale.") \
	X(LAW_LIMIT, "LAW08", "the law exceeds a limit", "Make the law smaller, or let it do less in one run: docs/law.md lists the limits.") \
	X(LAW_RESULT, "LAW09", "the law does not return actions", \
	  "The SELECT has one column, an action that a constructor such as law.pay() made, and no NULL in it.") \
	X(LAW_ACTION, "LAW10", "the law may not do this", "A rule does no more than its lines `may ...` allow: give it another line, or let it do less.") \
	X(LAW_TEST, "QC801", "a test of the law fails", "Correct the law or the test: the tests of a law must pass when it is proposed and when it is enacted.") \
	X(NO_LAW_ROLE, "QC802", "there is no role to run laws as", "Make it, once for the cluster: SELECT commune.create_roles().") \
	X(NO_SUCH_LAW, "QC810", "there is no such law in force", "SELECT name, status FROM commune.law.") \
	X(LAW_EXISTS, "QC811", "a law of this name is in force", "Amend it: action law.amend.") \
	X(BAD_LAW, "QC812", "the law cannot be enacted so", "docs/law.md says how laws are enacted.") \
	X(LAW_CHANGED, "QC813", "the law was changed since the amendment was written", "Write the diff against the text in force, and name its hash: SELECT commune.base64url(hash), text FROM commune.law.") \
	X(LAW_HELD, "QC814", "this version of the law was suspended before", "A version can be suspended once: repeal or amend it.") \
	X(CLOSURE_MOVED, "QC815", "what the law rests on is not what it was", "Amend the law, so that its tests are run on what is there now.") \
	X(NO_SUCH_RULE, "QC803", "there is no such rule of a law", "SELECT * FROM commune.law_rule lists the rules in force.") \
	X(DIFF_MISMATCH, "QC804", "the diff does not fit the text", "Make it anew from the text in force: nothing is moved and no line may differ.") \
	X(BAD_DIFF, "QC805", "the diff cannot be read", \
	  "A unified diff is the lines --- and +++, or neither, and then hunks: make it with diff -u old new.") \
	X(BAD_SCHEDULE, "QC806", "the schedule cannot be read", \
	  "A schedule has cron's five fields in UTC: minute, hour, day of the month, month, day of the week, as in 0 0 1 * *.") \
	/* policies and proposals */ \
	X(BAD_POLICY_BODY, "QC751", "the policy cannot be accepted", "docs/proposals.md lists the members of policies.") \
	X(NO_SUCH_POLICY, "QC752", "there is no such policy", "SELECT name FROM commune.policy WHERE until IS NULL.") \
	X(POLICY_TOO_LOW, "QC753", "the policy may not decide this plan", \
	  "The action of the highest rank says which policies may carry a plan; a policy may also name its actions and how many kinds it mixes.") \
	X(PROPOSAL_EXISTS, "QC754", "a proposal of this name exists", "Choose another name: names are unique in a commune.") \
	X(NO_SUCH_PROPOSAL, "QC755", "there is no such proposal", "Acts name a proposal by its id: SELECT name, commune.base64url(id) FROM commune.proposal.") \
	X(WRONG_PHASE, "QC756", "the proposal is in another phase", "SELECT name, status, due FROM commune.proposal.") \
	X(NOT_THE_AUTHOR, "QC757", "only the author may do this", "Propose an alternative instead: act propose with the member against.") \
	X(STALE_VERSION, "QC758", "the proposal has another version by now", "Read the last version, and name its number.") \
	X(SAME_PLAN, "QC759", "the same plan is under way, or was decided a short while ago", \
	  "Support the one that is under way; a plan that was rejected comes back when the policy's cooldown is over.") \
	X(TOO_MANY_PROPOSALS, "QC760", "the signer has too many proposals under way", "Wait until one of them is decided, or withdraw it.") \
	X(NOT_A_GUARDIAN, "QC761", "the signer is not a guardian", "Guardians are elected: SELECT * FROM commune.office.") \
	X(GUARD_SPENT, "QC762", "a guardian has held this proposal up already", "It can be stopped for good by a decision: the action proposal.veto.") \
	X(BAR_NOT_PASSED, "QC763", "the decision does not clear the bars that it changes", \
	  "Whoever raises a bar must have passed the new one, whoever lowers it the old one.") \
	X(CLOSURE_CHANGED, "QC764", "what the laws of the plan rest on has changed since it was decided", "Propose it again.") \
	/* the client's own */ \
	X(BAD_KEY_FILE, "QC901", "the key file cannot be used", "") \
	X(CONTRADICTION, "QC902", "the register contradicts what was seen before", \
	  "Keep both states as evidence and tell the other members: this is a fork or a rollback.")

typedef enum Code
{
#define COMMUNE_CODE_NAME(name, sqlstate, message, hint) CODE_##name,
	COMMUNE_CODES(COMMUNE_CODE_NAME)
#undef COMMUNE_CODE_NAME
		CODE_COUNT
} Code;

/* What went wrong and where.  at is a byte or item position, or -1. */
typedef struct Fault
{
	Code		code;
	int64_t		at;
	char		detail[240];
} Fault;

extern const char *code_sqlstate(Code code);
extern const char *code_message(Code code);
extern const char *code_hint(Code code);

/* The first code that bears a SQLSTATE; CODE_COUNT when there is none. */
extern Code code_from_sqlstate(const char *sqlstate);

/* Fill *fault (which may be NULL) and return code, so that a check can end in `return fault_set(...)`. */
extern Code fault_set(Fault *fault, Code code, int64_t at, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
