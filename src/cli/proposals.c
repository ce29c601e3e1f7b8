/*
 * proposals.c -- proposing, supporting, amending, withdrawing, objecting, suspending; and what a ballot on proposals is
 * about.
 */
#include "cli/polls.h"
#include "cli/sign.h"

#include "cli/wire.h"
#include "crypto/crypto.h"

const Option propose_options[] = {
	{0, "title", "TEXT", "what is proposed, in a line; required"},
	{0, "text", "TEXT", "and at length"},
	{0, "topic", "TOPIC", "its topic, for delegations"},
	{0, "policy", "NAME", "the policy that decides; required unless --against is given"},
	{0, "plan", "JSON", "what is done when it is accepted: an array of actions"},
	{0, "against", "NAME", "the proposal to which this one is an alternative"},
	{0}
};

const Option amend_options[] = {
	{0, "version", "N", "the version that is amended (the last one)"},
	{0, "title", "TEXT", "the new title"},
	{0, "text", "TEXT", "the new text"},
	{0, "plan", "JSON", "the new plan"},
	{0}
};

const Option support_options[] = {
	{0, "withdraw", NULL, "take your support back"},
	{0}
};

const Option object_options[] = {
	{0, "text", "TEXT", "why; required unless --withdraw is given"},
	{0, "withdraw", NULL, "take your objection back"},
	{0}
};

const Option guard_options[] = {
	{0, "text", "TEXT", "why; required"},
	{0}
};

/* What the server says of a proposal: its id and its version. */
typedef struct Named
{
	Str			id;
	Str			version;
} Named;

static Named
name_proposal(Cli *cli, const char *name)
{
	static const char sql[] = "SELECT commune.base64url(id), version FROM commune.proposal WHERE name = $1";
	PGresult   *result;
	Named		named;
	Fault		fault;

	if (option_given(cli, "offline"))
		fail_usage(cli, "a proposal is named by its id, which the server knows: use --no-submit to carry the record by hand");
	server_connect(cli);
	result = server_query(cli, sql, 1, &name);
	if (PQntuples(result) != 1)
	{
		fault_set(&fault, CODE_NO_SUCH_PROPOSAL, -1, "No proposal has the name \"%.60s\".", name);
		fail_fault(cli, EXIT_REFUSED, &fault);
	}
	named = (Named){arena_str(cli->arena, cell(result, 0, 0)), arena_str(cli->arena, cell(result, 0, 1))};
	PQclear(result);
	return named;
}

static void
add_given(Draft *draft, const Cli *cli, const char *name)
{
	const char *value = option(cli, name);

	if (value != NULL)
		draft_text(draft, name, str_from(value));
}

/* Add the plan, which must at least be an array. */
static void
add_plan(Draft *draft, const Cli *cli)
{
	const char *plan = option(cli, "plan");
	const Json *json;
	Buf			canonical;
	Fault		fault;

	if (plan == NULL)
		return;
	if (json_parse(&json, cli->arena, plan, strlen(plan), &fault) != CODE_OK)
		fail_usage(cli, "--plan is no JSON: %s", fault.detail);
	if (json->type != JSON_ARRAY)
		fail_usage(cli, "--plan is an array of actions, such as [{\"do\":\"publish\",\"title\":\"...\"}]");
	buf_init(&canonical, cli->arena);
	json_canonical(&canonical, json);
	draft_raw(draft, STR("plan"), buf_done(&canonical));
}

ExitCode
run_propose(Cli *cli)
{
	const char *against = option(cli, "against");
	Draft		draft;

	if (option(cli, "title") == NULL)
		fail_usage(cli, "--title is missing");
	if (option(cli, "policy") == NULL && against == NULL)
		fail_usage(cli, "--policy is missing, or --against");
	draft_begin(&draft, cli, "propose");
	draft_text(&draft, "name", str_from(cli->args[0]));
	add_given(&draft, cli, "title");
	add_given(&draft, cli, "text");
	add_given(&draft, cli, "topic");
	add_given(&draft, cli, "policy");
	add_plan(&draft, cli);
	if (against != NULL)
		draft_text(&draft, "against", name_proposal(cli, against).id);
	return draft_finish(cli, &draft, NULL);
}

ExitCode
run_amend(Cli *cli)
{
	Named		named = name_proposal(cli, cli->args[0]);
	Draft		draft;

	draft_begin(&draft, cli, "amend");
	draft_text(&draft, "proposal", named.id);
	draft_int(&draft, "version",
			  option_int(cli, "version", 1, INT32_MAX, read_int(cli, "the version", arena_printf(cli->arena, "%.*s", (int) named.version.n, named.version.p).p, 1, INT32_MAX)));
	add_given(&draft, cli, "title");
	add_given(&draft, cli, "text");
	add_plan(&draft, cli);
	return draft_finish(cli, &draft, NULL);
}

/* Sign an act that names a proposal and has a text or takes something back. */
static ExitCode
sign_named(Cli *cli, const char *kind, bool text_needed)
{
	bool		withdraw = option_given(cli, "withdraw");
	Draft		draft;

	if (text_needed && (option(cli, "text") != NULL) == withdraw)
		fail_usage(cli, withdraw ? "--text and --withdraw do not go together" : "--text is missing");
	draft_begin(&draft, cli, kind);
	draft_text(&draft, "proposal", name_proposal(cli, cli->args[0]).id);
	if (text_needed)
		add_given(&draft, cli, "text");
	if (withdraw)
		draft_raw(&draft, STR("withdraw"), STR("true"));
	return draft_finish(cli, &draft, NULL);
}

ExitCode
run_support(Cli *cli)
{
	return sign_named(cli, "support", false);
}

ExitCode
run_withdraw(Cli *cli)
{
	return sign_named(cli, "withdraw", false);
}

ExitCode
run_object(Cli *cli)
{
	return sign_named(cli, "object", true);
}

ExitCode
run_guard(Cli *cli)
{
	return sign_named(cli, "guard", true);
}

/* ---- what a ballot is about ---- */

static void
lies(const Cli *cli, const char *name, const char *what)
{
	fail(cli, EXIT_UNVERIFIED, "what the server shows of the poll \"%s\" does not hold: %s", name, what);
}

/* Whether a manifest has this hash of a text. */
static bool
hash_is(const Json *proposal, const char *member, Str text)
{
	const Json *v = json_get(proposal, member);
	uint8_t		hash[HASH_SIZE];
	Digest		named;

	sha256(hash, text.p, text.n);
	return v != NULL && v->type == JSON_STRING && id_parse(named.b, v->string) && memcmp(named.b, hash, HASH_SIZE) == 0;
}

/* Add a proposal to what is shown, once its title, text and plan are those of the manifest. */
static void
show_proposal(Buf *about, Cli *cli, const char *poll_name, const Json *proposal)
{
	static const char sql[] = "SELECT name, title, text, plan FROM commune.proposal WHERE commune.base64url(id) = $1";
	const Json *id = json_get(proposal, "id");
	const char *value;
	PGresult   *result;
	Str			text;
	Buf			said;

	if (id == NULL || id->type != JSON_STRING)
		lies(cli, poll_name, "its manifest names a proposal without an id");
	value = arena_printf(cli->arena, "%.*s", (int) id->string.n, id->string.p).p;
	result = server_query(cli, sql, 1, &value);
	if (PQntuples(result) != 1)
		lies(cli, poll_name, "a proposal that its manifest names is not there");
	buf_init(&said, cli->arena);
	buf_char(&said, '[');
	json_quote(&said, cell(result, 0, 1));
	buf_char(&said, ',');
	json_quote(&said, cell(result, 0, 2).p != NULL ? cell(result, 0, 2) : STR(""));
	buf_char(&said, ']');
	if (!hash_is(proposal, "text", buf_done(&said)))
		lies(cli, poll_name, "the text of a proposal is not the one that is voted on");
	if ((json_get(proposal, "plan") != NULL) != (cell(result, 0, 3).p != NULL) ||
		(cell(result, 0, 3).p != NULL && !hash_is(proposal, "plan", cell(result, 0, 3))))
		lies(cli, poll_name, "the plan of a proposal is not the one that is voted on");
	text = wire_clean(cli->arena, cell(result, 0, 0), false);
	buf_str(about, arena_printf(cli->arena, "%sproposal %.*s", about->n > 0 ? "\n" : "", (int) text.n, text.p));
	text = wire_clean(cli->arena, cell(result, 0, 1), false);
	buf_str(about, arena_printf(cli->arena, "\ntitle    %.*s", (int) text.n, text.p));
	if (cell(result, 0, 2).p != NULL)
	{
		text = wire_clean(cli->arena, cell(result, 0, 2), true);
		buf_str(about, arena_printf(cli->arena, "\n%.*s", (int) text.n, text.p));
	}
	if (cell(result, 0, 3).p != NULL)
	{
		text = wire_clean(cli->arena, cell(result, 0, 3), false);
		buf_str(about, arena_printf(cli->arena, "\nplan     %.*s", (int) text.n, text.p));
	}
	PQclear(result);
}

void
proposals_fetch(Manifest *out, Cli *cli, const char *name)
{
	static const char sql[] =
		"SELECT e.body, p.status FROM commune.poll p LEFT JOIN commune.entry e ON e.leaf = p.manifest AND e.kind = 'open' "
		"WHERE p.name = $1";
	const Json *proposals;
	const Json *closes;
	const Json *method;
	PGresult   *result;
	Str			text;
	Buf			about;
	Fault		fault;

	server_connect(cli);
	result = server_query(cli, sql, 1, &name);
	if (PQntuples(result) != 1 || PQgetisnull(result, 0, 0))
	{
		fault_set(&fault, CODE_NO_SUCH_POLL, -1, "No poll of the name \"%.60s\" is open.", name);
		fail_fault(cli, EXIT_REFUSED, &fault);
	}
	text = arena_str(cli->arena, cell(result, 0, 0));
	PQclear(result);
	if (json_parse(&out->body, cli->arena, text.p, text.n, &fault) != CODE_OK || out->body->type != JSON_OBJECT)
		lies(cli, name, "its manifest is no JSON");
	entry_leaf(&out->id, text);
	proposals = json_get(out->body, "proposals");
	out->options = json_get(out->body, "options");
	out->params = json_get(out->body, "params");
	closes = json_get(out->body, "closes");
	method = json_get(out->body, "method");
	if (proposals == NULL || proposals->type != JSON_ARRAY || out->options == NULL || out->options->type != JSON_ARRAY ||
		closes == NULL || closes->type != JSON_INT || method == NULL || method->type != JSON_STRING)
		lies(cli, name, "its manifest is not one of a poll on proposals");
	out->method = method_find(method->string);
	out->closes = closes->number;
	if (out->method == NULL)
		fail(cli, EXIT_REFUSED, "this program does not know the poll's voting method");
	if (method_check_params(out->method, out->params, (int64_t) out->options->count, &fault) != CODE_OK)
		fail_fault(cli, EXIT_REFUSED, &fault);
	buf_init(&about, cli->arena);
	for (const Json *p = proposals->child; p != NULL; p = p->next)
		show_proposal(&about, cli, name, p);
	out->about = buf_done(&about);
}
