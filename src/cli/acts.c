/*
 * acts.c -- founding, joining, vouching, leaving, topics, polls, delegating: options in, an act out.
 */
#include "cli/polls.h"
#include "cli/seen.h"
#include "cli/sign.h"

#include <time.h>

#include "cli/key.h"
#include "delegation/delegate.h"

/* ---- pieces ---- */

/* Read a DID. */
static Did
read_did(const Cli *cli, const char *text)
{
	Did			out;
	Fault		fault;

	if (did_parse(&out, text, strlen(text), &fault) != CODE_OK)
		fail_usage(cli, "\"%s\" is no DID: %s", text, fault.detail);
	return out;
}

static void
put_did(Buf *b, const Did *did)
{
	char		text[DID_TEXT_MAX];

	json_quote(b, (Str){text, did_print(text, did)});
}

/* Add a member that is a text, if its option was given. */
static void
add_text(Draft *draft, const Cli *cli, const char *name)
{
	const char *value = option(cli, name);

	if (value != NULL)
		draft_text(draft, name, str_from(value));
}

static const char *
required(const Cli *cli, const char *name)
{
	const char *value = option(cli, name);

	if (value == NULL)
		fail_usage(cli, "--%s is missing", name);
	return value;
}

/* Add a member of an object that is being written. */
static void
put_name(Buf *object, const char *name)
{
	buf_char(object, object->n == 0 ? '{' : ',');
	json_quote(object, str_from(name));
	buf_char(object, ':');
}

static void
put_int_option(Buf *object, const Cli *cli, const char *option_name, const char *name)
{
	if (!option_given(cli, option_name))
		return;
	put_name(object, name);
	buf_int(object, option_int(cli, option_name, 1, SAFE_INT_MAX, 0));
}

static void
put_flag_option(Buf *object, const Cli *cli, const char *name)
{
	if (!option_given(cli, name))
		return;
	put_name(object, name);
	buf_text(object, "true");
}

/* Add an object that was written, unless it is empty. */
static void
add_object(Draft *draft, const char *name, Buf *object)
{
	if (object->n == 0)
		return;
	buf_char(object, '}');
	draft_raw(draft, str_from(name), buf_done(object));
}

/* Read a fraction, 2/3, as [2,3]. */
static Str
read_fraction(const Cli *cli, const char *name)
{
	const char *text = option(cli, name);
	const char *slash = text ? strchr(text, '/') : NULL;
	Str			num;

	if (text == NULL)
		return STR_NONE;
	if (slash == NULL)
		fail_usage(cli, "--%s is not a fraction like 2/3: \"%s\"", name, text);
	num = arena_printf(cli->arena, "%.*s", (int) (slash - text), text);
	return arena_printf(cli->arena, "[%lld,%lld]", (long long) read_int(cli, name, num.p, 0, SAFE_INT_MAX),
						(long long) read_int(cli, name, slash + 1, 1, SAFE_INT_MAX));
}

/* ---- found ---- */

const Option found_options[] = {
	{0, "founder", "DID", "a founder besides the signer; may be repeated"},
	{0, "vouches", "N", "vouches that a new member needs, 1 to the number of founders (1)"},
	{0, "pending-joins", "N", "limit of candidates for whom nobody vouches (1000)"},
	{0, "acts-per-day", "N", "limit of acts of a member on a day (1000)"},
	{0, "open-polls", "N", "limit of open polls of a member (10)"},
	{0, "delegation-days", "N", "days until a list of delegates ends by itself (366)"},
	{0, "policies", "JSON", "policies by name, in place of those that ship or beside them"},
	{0}
};

ExitCode
run_found(Cli *cli)
{
	Did			self = *key_did(cli);
	const char *given;
	size_t		next = 0;
	Buf			founders;
	Buf			limits;
	Draft		draft;
	Pin			pin = {STR_NONE, STR_NONE};
	ExitCode	exit_code;

	draft_begin(&draft, cli, "charter");
	draft_text(&draft, "name", str_from(cli->args[0]));
	buf_init(&founders, cli->arena);
	buf_char(&founders, '[');
	put_did(&founders, &self);
	while ((given = option_next(cli, "founder", &next)) != NULL)
	{
		Did			founder = read_did(cli, given);

		if (did_cmp(&founder, &self) == 0)
			continue;
		buf_char(&founders, ',');
		put_did(&founders, &founder);
	}
	buf_char(&founders, ']');
	draft_raw(&draft, STR("founders"), buf_done(&founders));
	draft_int(&draft, "vouches", option_int(cli, "vouches", 1, 100, 1));
	buf_init(&limits, cli->arena);
	put_int_option(&limits, cli, "pending-joins", "pending_joins");
	put_int_option(&limits, cli, "acts-per-day", "acts_per_day");
	put_int_option(&limits, cli, "open-polls", "open_polls");
	put_int_option(&limits, cli, "delegation-days", "delegation_days");
	add_object(&draft, "limits", &limits);
	if (option_given(cli, "policies"))
		draft_raw(&draft, STR("policies"), str_from(option(cli, "policies")));
	draft_int(&draft, "rules", RULES_VERSION);
	exit_code = draft_finish(cli, &draft, &pin.commune);
	if (exit_code == EXIT_FINE && pin.commune.p != NULL)
	{
		pin_write(cli, server_address(cli), &pin);
		note(cli, "The commune's id is the charter's: %.*s", (int) pin.commune.n, pin.commune.p);
	}
	return exit_code;
}

/* ---- join, vouch, leave, topic ---- */

const Option join_options[] = {
	{0, "profile", "ID", "hash of a salted profile that is kept elsewhere"},
	{0}
};

ExitCode
run_join(Cli *cli)
{
	Draft		draft;

	draft_begin(&draft, cli, "join");
	add_text(&draft, cli, "profile");
	return draft_finish(cli, &draft, NULL);
}

const Option vouch_options[] = {
	{0, "withdraw", NULL, "take your vouch back"},
	{0}
};

ExitCode
run_vouch(Cli *cli)
{
	Draft		draft;

	(void) read_did(cli, cli->args[0]);
	draft_begin(&draft, cli, "vouch");
	draft_text(&draft, "member", str_from(cli->args[0]));
	if (option_given(cli, "withdraw"))
		draft_raw(&draft, STR("withdraw"), STR("true"));
	return draft_finish(cli, &draft, NULL);
}

ExitCode
run_leave(Cli *cli)
{
	Draft		draft;

	draft_begin(&draft, cli, "leave");
	return draft_finish(cli, &draft, NULL);
}

const Option topic_options[] = {
	{0, "parent", "TOPIC", "the topic above it"},
	{0}
};

ExitCode
run_topic(Cli *cli)
{
	Draft		draft;

	draft_begin(&draft, cli, "topic");
	draft_text(&draft, "topic", str_from(cli->args[0]));
	add_text(&draft, cli, "parent");
	return draft_finish(cli, &draft, NULL);
}

/* ---- poll ---- */

const Option poll_options[] = {
	{0, "title", "TEXT", "the question in a line; required"},
	{0, "text", "TEXT", "the question at length"},
	{0, "topic", "TOPIC", "its topic, for delegations"},
	{'o', "option", "TEXT", "an option; repeat it for each, they are numbered from 1"},
	{0, "method", "METHOD", "the voting method, such as majority, approval, quadratic, irv, schulze or stv; required"},
	{'p', "param", "NAME=VALUE", "a parameter of the method; repeat it for each. A number, a word, a list 50,40,60 or a fraction 2/3"},
	{0, "credits", "N", "the same as --param credits=N: what a voter may spend"},
	{0, "seats", "N", "the same as --param seats=N: how many options win"},
	{0, "negative", NULL, "the same as --param negative=true: votes may be negative"},
	{0, "threshold", "NUM/DEN", "the same as --param threshold=NUM/DEN: the share of the votes that wins"},
	{0, "running", NULL, "show the tally while the poll is open"},
	{0, "cap", "N", "the most members that a ballot may count for, its voter included; or their share of the electorate, NUM/DEN"},
	{0, "override-window", "SECONDS", "for how long before closing the ballots of delegates are final"},
	{0, "quorum", "NUM/DEN", "the share of the electorate that must take part"},
	{0, "opens", "TIME", "when it opens (now)"},
	{0, "closes", "TIME", "when it closes; required"},
	{0}
};

/* Write the value of a parameter: JSON, a fraction, a list of numbers, or a word. */
static void
put_value(Buf *params, const Cli *cli, const char *value)
{
	bool		numbers = value[0] != '\0' && value[strspn(value, "0123456789,")] == '\0';
	const char *slash = strchr(value, '/');
	const Json *json;

	if (json_parse(&json, cli->arena, value, strlen(value), NULL) == CODE_OK)
		buf_text(params, value);
	else if (slash != NULL && value[strspn(value, "0123456789/")] == '\0' && strchr(slash + 1, '/') == NULL)
		buf_str(params, arena_printf(cli->arena, "[%.*s,%s]", (int) (slash - value), value, slash + 1));
	else if (numbers)
		buf_str(params, arena_printf(cli->arena, "[%s]", value));
	else
		json_quote(params, str_from(value));
}

/* Add a parameter of any type that has an option of its name. */
static void
put_value_option(Buf *params, const Cli *cli, const char *name)
{
	if (option(cli, name) == NULL)
		return;
	put_name(params, name);
	put_value(params, cli, option(cli, name));
}

/* Add the parameters that are given by name, and check all of them as the register will. */
static void
finish_params(Buf *params, const Cli *cli, Str method_name, int64_t options)
{
	const Method *method = method_find(method_name);
	const Json *json = NULL;
	const char *given;
	size_t		next = 0;
	Buf			whole;
	Fault		fault;

	while ((given = option_next(cli, "param", &next)) != NULL)
	{
		const char *equals = strchr(given, '=');

		if (equals == NULL || equals == given)
			fail_usage(cli, "--param is not NAME=VALUE: \"%s\"", given);
		put_name(params, arena_printf(cli->arena, "%.*s", (int) (equals - given), given).p);
		put_value(params, cli, equals + 1);
	}
	buf_init(&whole, cli->arena);
	buf_str(&whole, params->n > 0 ? buf_done(params) : STR("{"));
	buf_char(&whole, '}');
	if (json_parse(&json, cli->arena, whole.p, whole.n, &fault) != CODE_OK)
		fail_usage(cli, "the parameters make no sense: %s", fault.detail);
	if (method == NULL)
		fault_set(&fault, CODE_UNKNOWN_METHOD, -1, "The method is \"%.*s\".", (int) method_name.n, method_name.p);
	if (method == NULL || method_check_params(method, json, options, &fault) != CODE_OK)
		fail_fault(cli, EXIT_REFUSED, &fault);
}

ExitCode
run_poll(Cli *cli)
{
	int64_t		opens = (int64_t) time(NULL);
	int64_t		closes;
	const char *given;
	size_t		next = 0;
	int64_t		n = 0;
	Str			fraction;
	Buf			options;
	Buf			params;
	Draft		draft;

	(void) option_time(&opens, cli, "opens");
	(void) required(cli, "closes");
	(void) option_time(&closes, cli, "closes");
	draft_begin(&draft, cli, "poll");
	draft_text(&draft, "name", str_from(cli->args[0]));
	draft_text(&draft, "title", str_from(required(cli, "title")));
	add_text(&draft, cli, "text");
	add_text(&draft, cli, "topic");

	buf_init(&options, cli->arena);
	while ((given = option_next(cli, "option", &next)) != NULL)
	{
		buf_char(&options, options.n == 0 ? '[' : ',');
		json_quote(&options, str_from(given));
		n++;
	}
	if (options.n == 0)
		fail_usage(cli, "--option is missing");
	buf_char(&options, ']');
	draft_raw(&draft, STR("options"), buf_done(&options));

	draft_text(&draft, "method", str_from(required(cli, "method")));
	buf_init(&params, cli->arena);
	put_value_option(&params, cli, "cap");
	put_int_option(&params, cli, "credits", "credits");
	put_flag_option(&params, cli, "negative");
	put_int_option(&params, cli, "override-window", "override_window");
	put_flag_option(&params, cli, "running");
	put_int_option(&params, cli, "seats", "seats");
	fraction = read_fraction(cli, "threshold");
	if (fraction.p != NULL)
	{
		put_name(&params, "threshold");
		buf_str(&params, fraction);
	}
	finish_params(&params, cli, str_from(option(cli, "method")), n);
	add_object(&draft, "params", &params);
	fraction = read_fraction(cli, "quorum");
	if (fraction.p != NULL)
		draft_raw(&draft, STR("quorum"), fraction);
	draft_int(&draft, "opens", opens);
	draft_int(&draft, "closes", closes);
	return draft_finish(cli, &draft, NULL);
}

/* ---- delegate ---- */

const Option delegate_options[] = {
	{0, "poll", "NAME", "for this poll only, which must not be open yet"},
	{0, "poll-id", "ID", "the same by the id of the act that announced it; needs no server"},
	{0, "topic", "TOPIC", "for this topic and those below it"},
	{0, "must-vote", NULL, "the delegates act for you only if they vote themselves"},
	{0, "until", "TIME", "when it ends by itself, instead of as late as the charter allows"},
	{0}
};

/* The scope as JSON; a poll's id is recomputed from the act that announced it. */
static Str
read_scope(Cli *cli)
{
	const char *poll = option(cli, "poll");
	const char *poll_id = option(cli, "poll-id");
	const char *topic = option(cli, "topic");
	Buf			scope;

	if ((poll != NULL) + (poll_id != NULL) + (topic != NULL) > 1)
		fail_usage(cli, "--poll, --poll-id and --topic exclude each other");
	buf_init(&scope, cli->arena);
	if (poll == NULL && poll_id == NULL && topic == NULL)
		return STR("{}");
	put_name(&scope, topic != NULL ? "topic" : "poll");
	if (poll != NULL)
	{
		PollAct		act;

		if (option_given(cli, "offline"))
			fail_usage(cli, "--poll asks the server: use --poll-id with --offline");
		poll_act_fetch(&act, cli, poll, commune_id(cli));
		json_quote(&scope, show_hash(cli->arena, act.id.b));
	}
	else
		json_quote(&scope, str_from(topic != NULL ? topic : poll_id));
	buf_char(&scope, '}');
	return buf_done(&scope);
}

/* Write the places of all names on the list. */
static Str
places(Cli *cli)
{
	Buf			list;

	buf_init(&list, cli->arena);
	buf_char(&list, '[');
	for (int i = 0; i < cli->nargs; i++)
	{
		if (i > 0)
			buf_char(&list, ',');
		buf_int(&list, i + 1);
	}
	buf_char(&list, ']');
	return buf_done(&list);
}

ExitCode
run_delegate(Cli *cli)
{
	int64_t		until;
	Buf			to;
	Draft		draft;

	draft_begin(&draft, cli, "delegate");
	draft_raw(&draft, STR("scope"), read_scope(cli));
	buf_init(&to, cli->arena);
	buf_char(&to, '[');
	for (int i = 0; i < cli->nargs; i++)
	{
		Did			did = read_did(cli, cli->args[i]);

		if (i > 0)
			buf_char(&to, ',');
		put_did(&to, &did);
	}
	buf_char(&to, ']');
	if (option_given(cli, "must-vote") && cli->nargs > 0)
		draft_raw(&draft, STR("must_vote"), places(cli));
	draft_raw(&draft, STR("to"), buf_done(&to));
	if (option_time(&until, cli, "until"))
		draft_int(&draft, "until", until);
	return draft_finish(cli, &draft, NULL);
}
