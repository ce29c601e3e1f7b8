/*
 * account.c -- opening accounts, issuing money, paying.
 */
#include "action/account.h"

#include "action/parameter.h"

static const Col account_cols[] = {
	COL(COL_TEXT, Account, name),
	COL(COL_INT8, Account, owner),
	COL(COL_INT8, Account, balance),
	COL(COL_INT8, Account, since),
	COL(COL_INT8, Account, first_paid),
};

static const Col transfer_cols[] = {
	COL(COL_INT8, Transfer, since),
	COL(COL_INT4, Transfer, place),
	COL(COL_TEXT, Transfer, giver),
	COL(COL_TEXT, Transfer, taker),
	COL(COL_INT8, Transfer, amount),
	COL(COL_TEXT, Transfer, reason),
	COL(COL_INT8, Transfer, proposal),
	COL(COL_INT8, Transfer, law),
	COL(COL_TIME, Transfer, at),
};

static const Col issuance_cols[] = {
	COL(COL_INT4, Issuance, year),
	COL(COL_INT8, Issuance, amount),
	COL(COL_INT8, Issuance, total),
};

const Rel	account_rel = REL(REL_ACCOUNT, "account", Account, account_cols);
const Rel	transfer_rel = REL(REL_TRANSFER, "transfer", Transfer, transfer_cols);
const Rel	issuance_rel = REL(REL_ISSUANCE, "issuance", Issuance, issuance_cols);
const RowPath account_by_name = {ACCOUNT_BY_NAME, REL_ACCOUNT, "account_pkey", true, 1, {0}, PATH_ALL, 0};
const RowPath transfer_by_since = {TRANSFER_BY_SINCE, REL_TRANSFER, "transfer_pkey", true, 2, {0, 1}, PATH_ALL, 0};
const RowPath issuance_by_year = {ISSUANCE_BY_YEAR, REL_ISSUANCE, "issuance_pkey", true, 1, {0}, PATH_ALL, 0};

/* ---- accounts ---- */

Account *
account_find(State *state, Str name)
{
	Account		probe = {.name = name};

	return state_find(state, ACCOUNT_BY_NAME, &probe);
}

static Account *
open_account(Fold *fold, Str name, int64_t owner)
{
	Account		account = {.name = arena_str(fold->arena, name), .owner = owner, .balance = 0, .since = fold->index,
						   .first_paid = INT8_NONE};

	return state_add(fold->state, REL_ACCOUNT, &account);
}

/* The name of a member's account. */
static Str
member_account(Arena *arena, const Member *member)
{
	char		did[DID_TEXT_MAX];
	size_t		n = did_print(did, &member->did);

	return arena_str(arena, (Str){did, n});
}

/* The member whose account a name is, or would be; NULL for a name that is no member's. */
static Member *
owner_of(State *state, Str name)
{
	Did			did;

	return did_parse(&did, name.p, name.n, NULL) == CODE_OK ? member_find(state, &did) : NULL;
}

/* Find the account that an action pays into, and open a member's when he is first paid. */
static Code
find_taker(Account **out, const Doing *doing)
{
	Fold	   *fold = doing->fold;
	Str			name = doing_text(doing, "to");
	Member	   *member = NULL;
	char		shown[JSON_SHOWN_SIZE];
	Code		code;

	if ((name.p != NULL) == (json_get(doing->args, "member") != NULL))
		return fault_set(fold->fault, CODE_BAD_ACTION, -1, "Name whom to pay by one of member and to.");
	if (name.p == NULL && (code = doing_member(&member, doing, "member")) != CODE_OK)
		return code;
	if (name.p != NULL)
		member = owner_of(fold->state, name);
	if (member != NULL)
		name = member_account(fold->scratch, member);
	*out = account_find(fold->state, name);
	if (*out == NULL && member != NULL)
		*out = open_account(fold, name, member->id);
	if (*out == NULL)
		return fault_set(fold->fault, CODE_NO_SUCH_ACCOUNT, -1, "The name is \"%s\".", json_shown(shown, name));
	return CODE_OK;
}

static const MemberSpec open_members[] = {
	{"account", MEMBER_DOTTED, false, 0, ACCOUNT_NAME_MAX},
	{NULL}
};

/* Open an account of the commune. */
static Code
open_named(Doing *doing)
{
	Str			name = doing_text(doing, "account");

	if (account_find(doing->fold->state, name) != NULL || str_eq(name, TREASURY))
		return fault_set(doing->fold->fault, CODE_ACCOUNT_EXISTS, -1, "The name is \"%.*s\".", (int) name.n, name.p);
	(void) open_account(doing->fold, name, INT8_NONE);
	return CODE_OK;
}

/* ---- moving money ---- */

/* Pay an amount into an account, and write down from where; the caller has seen to it that it is there. */
static void
credit(const Doing *doing, Str giver, Account *taker, int64_t amount)
{
	Fold	   *fold = doing->fold;
	Transfer	transfer = {
		.since = fold->index,
		.place = doing->place,
		.giver = giver,
		.taker = taker->name,
		.amount = amount,
		.reason = doing_keep(doing, "reason"),
		.proposal = int8_or_none(doing->proposal),
		.law = int8_or_none(doing->law),
		.at = fold->time,
	};

	taker->balance += amount;
	if (taker->first_paid == INT8_NONE)
		taker->first_paid = fold->index;
	state_change(fold->state, taker);
	state_add(fold->state, REL_TRANSFER, &transfer);
}

static const MemberSpec pay_members[] = {
	{"amount", MEMBER_INT, false, 1, SAFE_INT_MAX},
	{"from", MEMBER_TEXT, true, 0, ACCOUNT_NAME_MAX},
	{"member", MEMBER_INT, true, 1, SAFE_INT_MAX},
	{"reason", MEMBER_TEXT, false, 0, 500},
	{"to", MEMBER_TEXT, true, 0, ACCOUNT_NAME_MAX},
	{NULL}
};

/* Where a payment comes from.  A law pays from the account that it was given, whatever its actions say. */
static Code
find_giver(Account **out, const Doing *doing)
{
	Str			named = doing_text(doing, "from");
	Str			name = doing->law != 0 ? doing->from : named.p != NULL ? named : TREASURY;
	Fault	   *fault = doing->fold->fault;
	char		shown[JSON_SHOWN_SIZE];

	if (name.p == NULL || (doing->law != 0 && named.p != NULL && !str_eq(named, name)))
		return fault_set(fault, CODE_LAW_ACTION, -1, "The line \"may pay ... from\" of the rule names no such account.");
	if (owner_of(doing->fold->state, name) != NULL)
		return fault_set(fault, CODE_TAKES_FROM_PERSON, -1, "The account \"%s\" is somebody's own.", json_shown(shown, name));
	*out = account_find(doing->fold->state, name);
	if (*out == NULL)
		return fault_set(fault, CODE_NO_SUCH_ACCOUNT, -1, "The name is \"%s\".", json_shown(shown, name));
	return CODE_OK;
}

static Code
pay(Doing *doing)
{
	int64_t		amount = doing_int(doing, "amount", 0);
	Account    *giver;
	Account    *taker = NULL;
	Code		code;

	if ((code = find_giver(&giver, doing)) != CODE_OK)
		return code;
	if (giver->balance < amount)
		return fault_set(doing->fold->fault, CODE_NOT_COVERED, -1, "\"%.*s\" holds %lld, the payment is %lld.",
						 (int) giver->name.n, giver->name.p, (long long) giver->balance, (long long) amount);
	if ((code = find_taker(&taker, doing)) != CODE_OK)
		return code;
	if (taker == giver)
		return fault_set(doing->fold->fault, CODE_NOTHING_TO_DO, -1, "It pays from an account into itself.");
	giver->balance -= amount;
	state_change(doing->fold->state, giver);
	credit(doing, giver->name, taker, amount);
	return CODE_OK;
}

/* A first payment to somebody waits longer: time to find out that the name was mistaken for another. */
static void
pay_needs(Needs *needs, Arena *arena, State *state, const Json *args)
{
	const Json *to = json_get(args, "to");
	const Json *id = json_get(args, "member");
	const Member *member = id != NULL ? action_member(state, id->number) : NULL;
	const Account *account = NULL;

	if (to != NULL)
		account = account_find(state, to->string);
	else if (member != NULL)
		account = account_find(state, member_account(arena, member));
	if (account != NULL && account->first_paid != INT8_NONE)
		return;
	needs->timelock += DAYS(4);
	needs->note = STR("the first payment into this account");
}

/* ---- issuing ---- */

/* The year, UTC, of a time: days are counted in cycles of 400 years from 1 March. */
static int32_t
year_of(int64_t time)
{
	int64_t		day = time / DAYS(1) + 719468;	/* since 0000-03-01; times of blocks are after 1970 */
	int64_t		cycle = day / 146097;
	int64_t		of_cycle = day % 146097;
	int64_t		year = (of_cycle - of_cycle / 1460 + of_cycle / 36524 - of_cycle / 146096) / 365;
	int64_t		of_year = of_cycle - (365 * year + year / 4 - year / 100);

	return (int32_t) (cycle * 400 + year + (of_year >= 306));
}

static bool
keep_year(void *self, const void *row)
{
	*(int32_t *) self = ((const Issuance *) row)->year;
	return false;
}

/* The row of the last year in which something was issued, or NULL. */
static Issuance *
last_issuance(State *state)
{
	Issuance	probe = {.year = INT4_NONE};

	state_scan(state, ISSUANCE_BY_YEAR, 0, NULL, SCAN_BACK, keep_year, &probe.year);
	return probe.year != INT4_NONE ? state_find(state, ISSUANCE_BY_YEAR, &probe) : NULL;
}

int64_t
issued_total(State *state)
{
	const Issuance *last = last_issuance(state);

	return last != NULL ? last->total : 0;
}

static const MemberSpec issue_members[] = {
	{"amount", MEMBER_INT, false, 1, SAFE_INT_MAX},
	{"reason", MEMBER_TEXT, false, 0, 500},
	{"to", MEMBER_DOTTED, true, 0, ACCOUNT_NAME_MAX},
	{NULL}
};

/* Make money, into an account of the commune: who is to have some is paid from there. */
static Code
issue(Doing *doing)
{
	Fold	   *fold = doing->fold;
	int64_t		amount = doing_int(doing, "amount", 0);
	Str			to = doing_text(doing, "to");
	Str			name = to.p != NULL ? to : TREASURY;
	Issuance	year = {.year = year_of(fold->time)};
	Issuance   *last = last_issuance(fold->state);
	bool		same = last != NULL && last->year == year.year;
	int64_t		most = SAFE_INT_MAX;
	Account    *taker = account_find(fold->state, name);

	if (taker == NULL && !str_eq(name, TREASURY))
		return fault_set(fold->fault, CODE_NO_SUCH_ACCOUNT, -1, "The name is \"%.*s\".", (int) name.n, name.p);
	if (add_overflows(last != NULL ? last->total : 0, amount, &year.total) || year.total > SAFE_INT_MAX)
		return fault_set(fold->fault, CODE_TOO_MUCH_ISSUED, -1, "All that was ever issued may come to %lld.", (long long) SAFE_INT_MAX);
	year.amount = (same ? last->amount : 0) + amount;
	if (parameter_value(&most, fold->state, STR("issue.per_year"), fold->time) && year.amount > most)
		return fault_set(fold->fault, CODE_TOO_MUCH_ISSUED, -1, "It would be %lld this year; the parameter issue.per_year is %lld.",
						 (long long) year.amount, (long long) most);

	if (taker == NULL)
		taker = open_account(fold, TREASURY, INT8_NONE);
	if (same)
	{
		last->amount = year.amount;
		last->total = year.total;
		state_change(fold->state, last);
	}
	else
		state_add(fold->state, REL_ISSUANCE, &year);
	credit(doing, STR_NONE, taker, amount);
	return CODE_OK;
}

const ActionKind account_actions[] = {
	{"account.open", LEVEL_LAW, 0, false, "Open the account {account}", open_members, open_named, NULL, NULL},
	{"issue", LEVEL_ORGANIC, DAYS(7), true, "Issue {amount}[ into {to}]: {reason}", issue_members, issue, NULL, NULL},
	{"pay", LEVEL_LAW, DAYS(3), false, "Pay {amount}[ from {from}][ to {to}][ to member {member}]: {reason}", pay_members, pay, pay_needs, NULL},
	{NULL}
};
