/*
 * polls.c -- fetches polls.
 */
#include "cli/polls.h"

#include "cli/wire.h"

static void
lies(const Cli *cli, const char *name, const char *what)
{
	fail(cli, EXIT_UNVERIFIED, "what the server shows of the poll \"%s\" does not hold: %s", name, what);
}

static Str
text_member(const Json *object, const char *name)
{
	const Json *v = json_get(object, name);

	return v != NULL && v->type == JSON_STRING ? v->string : STR_NONE;
}

void
poll_act_fetch(PollAct *out, Cli *cli, const char *name, Str commune)
{
	static const char sql[] =
		"SELECT p.status, a.record FROM commune.poll p JOIN commune.act a ON a.seq = p.seq WHERE p.name = $1";
	PGresult   *result;
	Str			text;
	uint8_t		key[PUBLIC_KEY_SIZE];
	uint8_t		aud[HASH_SIZE];
	Fault		fault;

	server_connect(cli);
	result = server_query(cli, sql, 1, &name);
	if (PQntuples(result) != 1)
	{
		fault_set(&fault, CODE_NO_SUCH_POLL, -1, "No poll has the name \"%.60s\".", name);
		fail_fault(cli, EXIT_REFUSED, &fault);
	}
	out->status = wire_clean(cli->arena, cell(result, 0, 0), false);
	text = arena_str(cli->arena, cell(result, 0, 1));
	PQclear(result);
	if (record_parse(&out->record, cli->arena, text.p, text.n, &fault) != CODE_OK ||
		act_check_members(&out->record, poll_acts->members, &fault) != CODE_OK || !str_is(out->record.act, "poll"))
		lies(cli, name, "its act is none");
	if (!did_key(key, &out->record.signer) || record_verify(&out->record, key, &fault) != CODE_OK)
		lies(cli, name, "the signature of its act is wrong");
	if (!id_parse(aud, commune) || memcmp(aud, out->record.aud, sizeof aud) != 0)
		lies(cli, name, "its act is meant for another commune");
	if (!str_is(text_member(out->record.payload, "name"), name))
		lies(cli, name, "its act announces another poll");
	merkle_leaf(out->id.b, text.p, text.n);
}

/* Compare two values by their canonical forms; an absent one is an empty object. */
static bool
same_json(Arena *arena, const Json *a, const Json *b)
{
	static const Json empty = {.type = JSON_OBJECT};
	Buf			x;
	Buf			y;

	buf_init(&x, arena);
	buf_init(&y, arena);
	json_canonical(&x, a ? a : &empty);
	json_canonical(&y, b ? b : &empty);
	return str_eq(buf_done(&x), buf_done(&y));
}

/* Check that a manifest is that of the act, and take it apart. */
static void
read_manifest(Manifest *out, const Cli *cli, const char *name)
{
	const Json *payload = out->act.record.payload;
	const Json *closes = json_get(out->body, "closes");
	const Json *announced = json_get(payload, "closes");
	Digest		poll = {{0}};
	Fault		fault;

	if (!str_is(text_member(out->body, "entry"), "open"))
		lies(cli, name, "its manifest is no entry \"open\"");
	if (!id_parse(poll.b, text_member(out->body, "poll")) || memcmp(&poll, &out->act.id, sizeof poll) != 0)
		lies(cli, name, "its manifest is that of another poll");
	out->options = json_get(out->body, "options");
	out->params = json_get(out->body, "params");
	out->method = method_find(text_member(out->body, "method"));
	if (out->options == NULL || !same_json(cli->arena, out->options, json_get(payload, "options")))
		lies(cli, name, "the options are not those that were announced");
	if (!str_eq(text_member(out->body, "method"), text_member(payload, "method")) ||
		!same_json(cli->arena, out->params, json_get(payload, "params")))
		lies(cli, name, "the voting method is not the one that was announced");
	if (closes == NULL || closes->type != JSON_INT || closes->number != announced->number)
		lies(cli, name, "it closes at another time than announced");
	if (out->method == NULL)
		fail(cli, EXIT_REFUSED, "this program does not know the poll's voting method");
	if (method_check_params(out->method, out->params, (int64_t) out->options->count, &fault) != CODE_OK)
		fail_fault(cli, EXIT_REFUSED, &fault);
	out->closes = closes->number;
}

void
manifest_fetch(Manifest *out, Cli *cli, const char *name, Str commune)
{
	static const char sql[] =
		"SELECT e.body FROM commune.poll p JOIN commune.entry e ON e.leaf = p.manifest "
		"WHERE p.name = $1 AND e.kind = 'open'";
	PGresult   *result;
	Str			text;
	Fault		fault;

	out->about = STR_NONE;
	if (strchr(name, '/') != NULL)
	{
		proposals_fetch(out, cli, name);
		return;
	}
	poll_act_fetch(&out->act, cli, name, commune);
	result = server_query(cli, sql, 1, &name);
	if (PQntuples(result) == 0)
	{
		fault_set(&fault, CODE_POLL_NOT_OPEN, -1, "The poll \"%.60s\" is %.*s.", name, (int) out->act.status.n,
				  out->act.status.p);
		fail_fault(cli, EXIT_REFUSED, &fault);
	}
	text = arena_str(cli->arena, cell(result, 0, 0));
	PQclear(result);
	if (json_parse(&out->body, cli->arena, text.p, text.n, &fault) != CODE_OK)
		lies(cli, name, "its manifest is no JSON");
	entry_leaf(&out->id, text);
	read_manifest(out, cli, name);
}
