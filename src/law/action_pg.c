/*
 * action_pg.c -- the type law.action, its constructors, and the few functions that laws have beside the server's.
 *
 * All of them are C: the body of an SQL function would be read again when it is inlined, and then stands where the law's
 * text stands.
 *
 * An action is the canonical JSON of an action of a plan.  It has no input: only constructors make one.
 */
#include "law/law_pg.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "record/json.h"
#include "register/register_pg.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

const LawSight *law_sight = NULL;

/* ---- the type ---- */

/* law.action_in(cstring) -> law.action */
COMMUNE_FUNCTION(commune_law_action_in)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("an action cannot be written as a text"),
			 errhint("Make it with a constructor, such as law.pay().")));
	PG_RETURN_NULL();
}

/* law.action_out(law.action) -> cstring */
COMMUNE_FUNCTION(commune_law_action_out)
{
	Str			s = DatumGetStr(PG_GETARG_DATUM(0));

	PG_RETURN_CSTRING(pnstrdup(s.p, s.n));
}

/* ---- constructors: the members of an object, in the order of their names ---- */

typedef struct Making
{
	Workspace	work;
	Buf			text;
} Making;

static void
begin_action(Making *making)
{
	workspace_open(&making->work);
	buf_init(&making->text, &making->work.arena);
	buf_char(&making->text, '{');
}

static void
put_name(Making *making, const char *name)
{
	if (making->text.n > 1)
		buf_char(&making->text, ',');
	json_quote(&making->text, str_from(name));
	buf_char(&making->text, ':');
}

static void
put_text(Making *making, const char *name, Str value)
{
	put_name(making, name);
	json_quote(&making->text, value);
}

static void
put_int(Making *making, const char *name, int64 value)
{
	Fault		fault;

	if (value > SAFE_INT_MAX || value < -SAFE_INT_MAX)
	{
		fault_set(&fault, CODE_NUMBER_OVERFLOW, -1, "The %s of an action is a number between -(2^53-1) and 2^53-1.", name);
		fault_raise(&fault);
	}
	put_name(making, name);
	buf_int(&making->text, value);
}

static Datum
end_action(Making *making)
{
	bytea	   *action;

	buf_char(&making->text, '}');
	action = varlena_from_str(buf_done(&making->text));
	workspace_close(&making->work);
	PG_RETURN_BYTEA_P(action);
}

/* law.pay(member bigint, amount bigint, reason text) -> law.action */
COMMUNE_FUNCTION(commune_law_pay)
{
	Making		making;

	begin_action(&making);
	put_int(&making, "amount", PG_GETARG_INT64(1));
	put_text(&making, "do", STR("pay"));
	put_int(&making, "member", PG_GETARG_INT64(0));
	put_text(&making, "reason", DatumGetStr(PG_GETARG_DATUM(2)));
	return end_action(&making);
}

/* law.pay_account(account text, amount bigint, reason text) -> law.action */
COMMUNE_FUNCTION(commune_law_pay_account)
{
	Making		making;

	begin_action(&making);
	put_int(&making, "amount", PG_GETARG_INT64(1));
	put_text(&making, "do", STR("pay"));
	put_text(&making, "reason", DatumGetStr(PG_GETARG_DATUM(2)));
	put_text(&making, "to", DatumGetStr(PG_GETARG_DATUM(0)));
	return end_action(&making);
}

/* law.set_param(name text, value bigint) -> law.action */
COMMUNE_FUNCTION(commune_law_set_param)
{
	Making		making;

	begin_action(&making);
	put_text(&making, "do", STR("param.set"));
	put_text(&making, "name", DatumGetStr(PG_GETARG_DATUM(0)));
	put_int(&making, "value", PG_GETARG_INT64(1));
	return end_action(&making);
}

/* law.publish(title text, text text) -> law.action */
COMMUNE_FUNCTION(commune_law_publish)
{
	Making		making;

	begin_action(&making);
	put_text(&making, "do", STR("publish"));
	put_text(&making, "text", DatumGetStr(PG_GETARG_DATUM(1)));
	put_text(&making, "title", DatumGetStr(PG_GETARG_DATUM(0)));
	return end_action(&making);
}

/* Days as the acts count time: seconds since 1970. */
static int64
seconds_of(DateADT day)
{
	Fault		fault;

	if (DATE_NOT_FINITE(day) || day + (int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) < 0)
	{
		fault_set(&fault, CODE_NUMBER_OVERFLOW, -1, "The day lies before 1970 or is infinite.");
		fault_raise(&fault);
	}
	return (day + (int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE)) * SECS_PER_DAY;
}

/* law.suspend_member(member bigint, until date, reference text, reason text) -> law.action */
COMMUNE_FUNCTION(commune_law_suspend_member)
{
	Making		making;

	begin_action(&making);
	put_text(&making, "do", STR("member.suspend"));
	put_int(&making, "member", PG_GETARG_INT64(0));
	put_text(&making, "reason", DatumGetStr(PG_GETARG_DATUM(3)));
	put_text(&making, "reference", DatumGetStr(PG_GETARG_DATUM(2)));
	put_int(&making, "until", seconds_of(PG_GETARG_DATEADT(1)));
	return end_action(&making);
}

/* law.restore_member(member bigint) -> law.action */
COMMUNE_FUNCTION(commune_law_restore_member)
{
	Making		making;

	begin_action(&making);
	put_text(&making, "do", STR("member.restore"));
	put_int(&making, "member", PG_GETARG_INT64(0));
	return end_action(&making);
}

/* law.revoke_office(member bigint, office text, reason text) -> law.action */
COMMUNE_FUNCTION(commune_law_revoke_office)
{
	Making		making;

	begin_action(&making);
	put_text(&making, "do", STR("office.revoke"));
	put_int(&making, "member", PG_GETARG_INT64(0));
	put_text(&making, "office", DatumGetStr(PG_GETARG_DATUM(1)));
	put_text(&making, "reason", DatumGetStr(PG_GETARG_DATUM(2)));
	return end_action(&making);
}

/* law.open_account(account text) -> law.action */
COMMUNE_FUNCTION(commune_law_open_account)
{
	Making		making;

	begin_action(&making);
	put_text(&making, "account", DatumGetStr(PG_GETARG_DATUM(0)));
	put_text(&making, "do", STR("account.open"));
	return end_action(&making);
}

/* law.open_poll(name text, title text, method text, options text, days bigint) -> law.action; options with | between */
COMMUNE_FUNCTION(commune_law_open_poll)
{
	Str			options = DatumGetStr(PG_GETARG_DATUM(3));
	Making		making;
	size_t		begin = 0;

	begin_action(&making);
	put_int(&making, "days", PG_GETARG_INT64(4));
	put_text(&making, "do", STR("poll.open"));
	put_text(&making, "method", DatumGetStr(PG_GETARG_DATUM(2)));
	put_text(&making, "name", DatumGetStr(PG_GETARG_DATUM(0)));
	put_name(&making, "options");
	for (size_t i = 0; i <= options.n; i++)
		if (i == options.n || options.p[i] == '|')
		{
			buf_char(&making.text, begin == 0 ? '[' : ',');
			json_quote(&making.text, (Str){options.p + begin, i - begin});
			begin = i + 1;
		}
	buf_char(&making.text, ']');
	put_text(&making, "title", DatumGetStr(PG_GETARG_DATUM(1)));
	return end_action(&making);
}

/* ---- functions of laws ---- */

/* law.range(first bigint, last bigint) -> setof bigint */
COMMUNE_FUNCTION(commune_law_range)
{
	FuncCallContext *calls;
	int64		next;

	if (SRF_IS_FIRSTCALL())
	{
		int64		first = PG_GETARG_INT64(0);
		int64		last = PG_GETARG_INT64(1);
		int64		n = 0;
		Fault		fault;

		if (first <= last && (sub_overflows(last, first, &n) || ++n > LAW_RANGE_MAX))
		{
			fault_set(&fault, CODE_LAW_LIMIT, -1, "law.range(" INT64_FORMAT ", " INT64_FORMAT ") has more than %d numbers.", first, last, LAW_RANGE_MAX);
			fault_raise(&fault);
		}
		calls = SRF_FIRSTCALL_INIT();
		calls->max_calls = (uint64) n;
	}
	calls = SRF_PERCALL_SETUP();
	next = (int64) ((uint64) PG_GETARG_INT64(0) + calls->call_cntr);	/* now: SRF_RETURN_NEXT counts first */
	if (calls->call_cntr < calls->max_calls)
		SRF_RETURN_NEXT(calls, Int64GetDatum(next));
	SRF_RETURN_DONE(calls);
}

/* law.isqrt(n bigint) -> bigint: the greatest number whose square is not greater */
COMMUNE_FUNCTION(commune_law_isqrt)
{
	int64		n = PG_GETARG_INT64(0);
	int64		low = 0;
	int64		high = INT64CONST(3037000499);

	if (n < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_ARGUMENT_FOR_POWER_FUNCTION),
				 errmsg("cannot take the square root of a negative number")));
	while (low < high)
	{
		int64		mid = high - (high - low) / 2;

		if (mid * mid <= n)
			low = mid;
		else
			high = mid - 1;
	}
	PG_RETURN_INT64(low);
}

/* law.date(year integer, month integer, day integer) -> date */
COMMUNE_FUNCTION(commune_law_date)
{
	return DirectFunctionCall3(make_date, PG_GETARG_DATUM(0), PG_GETARG_DATUM(1), PG_GETARG_DATUM(2));
}

/* law.text(n bigint) -> text */
COMMUNE_FUNCTION(commune_law_text)
{
	char		digits[MAXINT8LEN + 1];

	pg_lltoa(PG_GETARG_INT64(0), digits);
	PG_RETURN_TEXT_P(cstring_to_text(digits));
}

static int64
last_block_time(void)
{
	TableStore *tables;
	Workspace	work;
	BlockRow	last;
	int64		time = 0;

	workspace_open(&work);
	tables = table_store_open(GetActiveSnapshot(), false, work.context);
	if (log_last_block(&last, table_store(tables), &work.arena))
		time = last.time;
	table_store_close(tables);
	workspace_close(&work);
	return time;
}

int64
law_moment(void)
{
	return law_sight != NULL ? law_sight->moment : last_block_time();
}

/* law.moment() -> timestamptz: for the views of this schema */
COMMUNE_FUNCTION(commune_law_moment)
{
	PG_RETURN_TIMESTAMPTZ(UNIX_US_TO_TIMESTAMP(law_moment()));
}

/* Whole days since 2000-01-01, UTC, as dates count them. */
static DateADT
day_of(int64 time)
{
	int64		since = UNIX_US_TO_TIMESTAMP(time);

	return (DateADT) (since >= 0 ? since / USECS_PER_DAY : -((-since + USECS_PER_DAY - 1) / USECS_PER_DAY));
}

/* law.today() -> date */
COMMUNE_FUNCTION(commune_law_today)
{
	PG_RETURN_DATEADT(day_of(law_moment()));
}

/* ---- the day of a leaf ---- */

/* Blocks in the order of their numbers, for looking many leaves up. */
typedef struct Days
{
	size_t		n;
	size_t		room;
	struct
	{
		int64		first;
		int64		time;
	}		   *block;
} Days;

static bool
keep_day(void *self, const void *row)
{
	const BlockRow *block = row;
	Days	   *days = self;

	if (days->n == days->room)
	{
		days->room *= 2;
		days->block = repalloc_huge(days->block, days->room * sizeof *days->block);
	}
	days->block[days->n].first = block->first;
	days->block[days->n++].time = block->time;
	return true;
}

static Days *
read_days(MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	Days	   *days = palloc0(sizeof *days);
	TableStore *tables;
	Store	   *store;

	days->room = 64;
	days->block = palloc(days->room * sizeof *days->block);
	tables = table_store_open(GetActiveSnapshot(), false, context);
	store = table_store(tables);
	store->scan(store, BLOCK_BY_NUMBER, 0, NULL, SCAN_ALL, 3, keep_day, days);
	table_store_close(tables);
	MemoryContextSwitchTo(old);
	return days;
}

/* law.day(leaf bigint) -> date: of the block that holds the leaf; for the views of this schema */
COMMUNE_FUNCTION(commune_law_day)
{
	int64		leaf = PG_GETARG_INT64(0);
	Days	   *days = fcinfo->flinfo->fn_extra;
	size_t		low = 0;
	size_t		high;

	if (days == NULL)
		days = fcinfo->flinfo->fn_extra = read_days(fcinfo->flinfo->fn_mcxt);
	high = days->n;
	while (low < high)
	{
		size_t		mid = low + (high - low) / 2;

		if (days->block[mid].first <= leaf)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(day_of(days->block[low - 1].time));
}

/* ---- parameters ---- */

/* law.param(name text) -> setof bigint: one row, or none if there is no such parameter at the time of the run */
COMMUNE_FUNCTION(commune_law_param)
{
	FuncCallContext *calls;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext old;
		int64	   *value;

		calls = SRF_FIRSTCALL_INIT();
		old = MemoryContextSwitchTo(calls->multi_call_memory_ctx);
		calls->user_fctx = value = palloc(sizeof *value);
		MemoryContextSwitchTo(old);
		calls->max_calls = law_parameter(value, DatumGetStr(PG_GETARG_DATUM(0))) ? 1 : 0;
	}
	calls = SRF_PERCALL_SETUP();
	if (calls->call_cntr < calls->max_calls)
		SRF_RETURN_NEXT(calls, Int64GetDatum(*(int64 *) calls->user_fctx));
	SRF_RETURN_DONE(calls);
}
