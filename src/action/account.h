/*
 * account.h -- money: accounts, and transfers between them.
 *
 * Balances are whole numbers and never negative; together they are what was ever issued, at most SAFE_INT_MAX.  The
 * account of a member bears his DID as its name and is his: no decision takes from it.  Others have names of their own;
 * treasury.general is the one for everything.
 */
#ifndef COMMUNE_ACCOUNT_H
#define COMMUNE_ACCOUNT_H

#include "action/action.h"

#define TREASURY STR("treasury.general")
#define ACCOUNT_NAME_MAX 100

typedef struct Account
{
	Row			row;
	int64_t		owner;			/* member; INT8_NONE: it is everybody's */
	int64_t		balance;
	int64_t		since;			/* index of the entry that opened it */
	int64_t		first_paid;		/* index of the entry that first paid something in; INT8_NONE before */
	Str			name;
} Account;

typedef struct Transfer
{
	Row			row;
	int64_t		since;			/* index of the entry that made it */
	int32_t		place;			/* of the action in its plan or run */
	int64_t		amount;
	int64_t		proposal;		/* that decided it, or INT8_NONE */
	int64_t		law;			/* that did it, or INT8_NONE */
	int64_t		at;				/* time of the block */
	Str			giver;			/* account; none: issued */
	Str			taker;			/* account */
	Str			reason;
} Transfer;

/* What was issued in a year, UTC, and in all years until its end. */
typedef struct Issuance
{
	Row			row;
	int32_t		year;
	int64_t		amount;
	int64_t		total;
} Issuance;

extern const Rel account_rel;
extern const Rel transfer_rel;
extern const Rel issuance_rel;
extern const RowPath account_by_name;
extern const RowPath transfer_by_since;
extern const RowPath issuance_by_year;
extern const ActionKind account_actions[];	/* account.open, issue, pay */

extern Account *account_find(State *state, Str name);

/* What was issued until now. */
extern int64_t issued_total(State *state);

#endif
