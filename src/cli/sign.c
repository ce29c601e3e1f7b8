/*
 * sign.c -- makes records of acts and submits them.
 */
#include "cli/sign.h"

#include <stdio.h>
#include <time.h>

#include "cli/key.h"
#include "cli/seen.h"
#include "cli/wire.h"
#include "fold/fold.h"

/* ---- drafts ---- */

void
draft_begin(Draft *draft, const Cli *cli, const char *kind)
{
	draft->kind = str_from(kind);
	buf_init(&draft->members, cli->arena);
}

void
draft_raw(Draft *draft, Str name, Str json)
{
	buf_char(&draft->members, ',');
	json_quote(&draft->members, name);
	buf_char(&draft->members, ':');
	buf_str(&draft->members, json);
}

void
draft_text(Draft *draft, const char *name, Str value)
{
	Buf			json;

	buf_init(&json, draft->members.arena);
	json_quote(&json, value);
	draft_raw(draft, str_from(name), buf_done(&json));
}

void
draft_int(Draft *draft, const char *name, int64_t value)
{
	draft_raw(draft, str_from(name), arena_printf(draft->members.arena, "%lld", (long long) value));
}

/* ---- signing ---- */

/* The commune for which acts of a kind are signed; none for a charter. */
static Str
kind_audience(Cli *cli, Str kind)
{
	return str_is(kind, "charter") ? STR_NONE : commune_id(cli);
}

/* The payload of a draft. */
static Str
make_payload(const Cli *cli, const Draft *draft, Str aud, int64_t nonce)
{
	char		iss[DID_TEXT_MAX];
	size_t		n = did_print(iss, key_did(cli));
	int64_t		exp;
	Buf			b;

	buf_init(&b, cli->arena);
	buf_text(&b, "{\"iss\":");
	json_quote(&b, (Str){iss, n});
	if (aud.p != NULL)
	{
		buf_text(&b, ",\"aud\":");
		json_quote(&b, aud);
	}
	buf_text(&b, ",\"iat\":");
	buf_int(&b, (int64_t) time(NULL));
	if (option_time(&exp, cli, "expires"))
	{
		buf_text(&b, ",\"exp\":");
		buf_int(&b, exp);
	}
	buf_text(&b, ",\"nonce\":");
	buf_int(&b, nonce);
	buf_text(&b, ",\"act\":");
	json_quote(&b, draft->kind);
	buf_str(&b, buf_done(&draft->members));
	buf_char(&b, '}');
	return buf_done(&b);
}

/* See that a payload gives a record with the members of its kind, before anything is signed. */
static Code
check_payload(const Cli *cli, Str payload, Fault *fault)
{
	static const uint8_t nobody[SECRET_KEY_SIZE];
	Str			text = record_sign(cli->arena, payload, nobody);
	const ActKind *kind;
	Record		record;
	Code		code = record_parse(&record, cli->arena, text.p, text.n, fault);

	if (code != CODE_OK)
		return code;
	kind = fold_kind(record.act);
	if (kind != NULL)
		return act_check_members(&record, kind->members, fault);
	warn(cli, "this program does not know acts of kind \"%.*s\": the members are not checked", (int) record.act.n, record.act.p);
	return CODE_OK;
}

static ExitCode
show_payload(const Cli *cli, Str payload)
{
	uint8_t		hash[HASH_SIZE];
	Buf			hex;
	Buf			json;
	Result		result;

	sha256(hash, payload.p, payload.n);
	buf_init(&hex, cli->arena);
	for (size_t i = 0; i < sizeof hash; i++)
		buf_str(&hex, arena_printf(cli->arena, "%02x", hash[i]));
	buf_init(&json, cli->arena);
	json_quote(&json, payload);
	result_begin(&result, cli);
	result_raw(&result, "payload", buf_done(&json), payload);
	result_text(&result, "sha256", buf_done(&hex));
	result_end(&result);
	return EXIT_FINE;
}

static Str
record_id(Arena *arena, Str record)
{
	Digest		leaf;

	merkle_leaf(leaf.b, record.p, record.n);
	return show_hash(arena, leaf.b);
}

static ExitCode
print_record(const Cli *cli, Str record)
{
	Result		result;

	if (!cli->json)
	{
		printf("%.*s\n", (int) record.n, record.p);
		return EXIT_FINE;
	}
	result_begin(&result, cli);
	result_text(&result, "record", record);
	result_text(&result, "id", record_id(cli->arena, record));
	result_end(&result);
	return EXIT_FINE;
}

/* ---- submitting ---- */

/* Hand in one record: its seq, or an error that was printed. */
static ExitCode
submit_record(int64_t *seq, const Cli *cli, Str record)
{
	const char *params[] = {arena_printf(cli->arena, "%.*s", (int) record.n, record.p).p};
	PGresult   *result = PQexecParams(cli->conn, "SELECT commune.submit($1)", 1, NULL, params, NULL, NULL, 0);
	ExitCode	exit_code = EXIT_FINE;

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		exit_code = server_print_error(cli, result);
	else
		*seq = read_int(cli, "the seq", PQgetvalue(result, 0, 0), 1, INT64_MAX);
	PQclear(result);
	return exit_code;
}

/* Wait for the verdict on an act: accepted, or an error that was printed. */
static ExitCode
await_verdict(Str *verdict, const Cli *cli, int64_t seq)
{
	int64_t		timeout = option_int(cli, "timeout", 0, 86400, 10);
	const char *params[] = {
		arena_printf(cli->arena, "%lld", (long long) seq).p,
		arena_printf(cli->arena, "%lld seconds", (long long) timeout).p,
	};
	PGresult   *result = PQexecParams(cli->conn, "SELECT commune.await($1, $2)", 2, NULL, params, NULL, NULL, 0);
	ExitCode	exit_code = EXIT_FINE;
	Code		code;

	*verdict = STR_NONE;
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		exit_code = server_print_error(cli, result);
	else
	{
		*verdict = wire_clean(cli->arena, cell(result, 0, 0), false);
		code = code_from_sqlstate(verdict->p);
		if (!str_is(*verdict, code_sqlstate(CODE_OK)))
		{
			print_error(cli, verdict->p, code == CODE_COUNT ? STR("refused") : str_from(code_message(code)),
						arena_printf(cli->arena, "Act %lld is in the register with this verdict.", (long long) seq),
						code == CODE_COUNT ? STR_NONE : str_from(code_hint(code)));
			exit_code = EXIT_REFUSED;
		}
	}
	PQclear(result);
	return exit_code;
}

ExitCode
draft_finish(Cli *cli, const Draft *draft, Str *id)
{
	bool		dry = option_given(cli, "dry-run");
	Str			aud = kind_audience(cli, draft->kind);
	Str			payload = make_payload(cli, draft, aud, key_nonces(cli, 1, !dry));
	Str			record;
	Str			verdict;
	int64_t		seq = 0;
	Result		result;
	ExitCode	exit_code;
	Fault		fault;

	if (check_payload(cli, payload, &fault) != CODE_OK)
		fail_fault(cli, EXIT_REFUSED, &fault);
	if (dry)
		return show_payload(cli, payload);
	record = record_sign(cli->arena, payload, key_secret(cli));
	if (!(cli->command->shared & OPTIONS_SUBMIT) || option_given(cli, "offline") || option_given(cli, "no-submit"))
		return print_record(cli, record);
	server_connect(cli);
	if ((exit_code = submit_record(&seq, cli, record)) != EXIT_FINE)
		return exit_code;
	if (id != NULL)
		*id = record_id(cli->arena, record);
	result_begin(&result, cli);
	result_int(&result, "seq", seq);
	result_text(&result, "id", record_id(cli->arena, record));
	if (option_given(cli, "wait"))
	{
		exit_code = await_verdict(&verdict, cli, seq);
		result_text(&result, "verdict", verdict);
	}
	result_end(&result);
	return exit_code;
}

/* ---- commands ---- */

const Option sign_options[] = {
	{'m', "member", "NAME=JSON", "a member of the act; may be repeated"},
	{'t', "text", "NAME=TEXT", "a member that is a text; may be repeated"},
	{0}
};

/* Add the members of an object. */
static void
add_members(Draft *draft, const Json *object)
{
	for (const Json *member = object->child; member != NULL; member = member->next)
	{
		Buf			json;

		buf_init(&json, draft->members.arena);
		json_canonical(&json, member);
		draft_raw(draft, member->name, buf_done(&json));
	}
}

static void
add_file(Draft *draft, const Cli *cli, const char *path)
{
	Str			text = file_read(cli, path, RECORD_TEXT_MAX);
	const Json *object;
	Fault		fault;

	if (json_parse(&object, cli->arena, text.p, text.n, &fault) != CODE_OK)
		fail_fault(cli, EXIT_REFUSED, &fault);
	if (object->type != JSON_OBJECT)
		fail_usage(cli, "\"%s\" does not hold a JSON object", path);
	add_members(draft, object);
}

/* Split name=value. */
static Str
split(const char **value, const Cli *cli, const char *name, const char *given)
{
	const char *equals = strchr(given, '=');

	if (equals == NULL || equals == given)
		fail_usage(cli, "--%s is not NAME=VALUE: \"%s\"", name, given);
	*value = equals + 1;
	return (Str){given, (size_t) (equals - given)};
}

ExitCode
run_sign(Cli *cli)
{
	const char *given;
	const char *value;
	size_t		next = 0;
	Draft		draft;

	draft_begin(&draft, cli, cli->args[0]);
	if (cli->nargs > 1)
		add_file(&draft, cli, cli->args[1]);
	while ((given = option_next(cli, "member", &next)) != NULL)
	{
		Str			name = split(&value, cli, "member", given);
		const Json *json;
		Fault		fault;
		Buf			canonical;

		if (json_parse(&json, cli->arena, value, strlen(value), &fault) != CODE_OK)
			fail_fault(cli, EXIT_REFUSED, &fault);
		buf_init(&canonical, cli->arena);
		json_canonical(&canonical, json);
		draft_raw(&draft, name, buf_done(&canonical));
	}
	next = 0;
	while ((given = option_next(cli, "text", &next)) != NULL)
	{
		Str			name = split(&value, cli, "text", given);
		Buf			quoted;

		buf_init(&quoted, cli->arena);
		json_quote(&quoted, str_from(value));
		draft_raw(&draft, name, buf_done(&quoted));
	}
	return draft_finish(cli, &draft, NULL);
}

/* ---- lines ---- */

/* Take the next line that is not empty off a text, without its end; *number counts every line.  False at the end. */
static bool
next_line(Str *line, size_t *number, Str *text)
{
	while (text->n > 0)
	{
		const char *newline = memchr(text->p, '\n', text->n);
		size_t		n = newline ? (size_t) (newline - text->p) : text->n;

		*line = (Str){text->p, n > 0 && text->p[n - 1] == '\r' ? n - 1 : n};
		text->p += n + (newline != NULL);
		text->n -= n + (newline != NULL);
		++*number;
		if (line->n > 0)
			return true;
	}
	return false;
}

static size_t
count_lines(Str text)
{
	Str			line;
	size_t		number = 0;
	size_t		n = 0;

	while (next_line(&line, &number, &text))
		n++;
	return n;
}

/* ---- batches ---- */

/* A line of a batch. */
typedef struct Order
{
	const char *key;			/* file; NULL: that of the options */
	Str			kind;
	Str			members;		/* JSON */
	size_t		line;
	Str			done;			/* the record; in a dry run the payload */
} Order;

/* Take the text up to the next tab, or all of it. */
static Str
next_field(Str *line)
{
	const char *tab = memchr(line->p, '\t', line->n);
	size_t		n = tab ? (size_t) (tab - line->p) : line->n;
	Str			field = {line->p, n};

	line->p += n + (tab != NULL);
	line->n -= n + (tab != NULL);
	return field;
}

static Order *
read_orders(size_t *n, const Cli *cli, Str text)
{
	Order	   *orders = arena_zero(cli->arena, (count_lines(text) + 1) * sizeof *orders);
	size_t		number = 0;
	Str			line;

	for (*n = 0; next_line(&line, &number, &text); ++*n)
	{
		Order	   *order = &orders[*n];
		Str			key = next_field(&line);

		order->kind = next_field(&line);
		order->members = line.n > 0 ? line : STR("{}");
		order->line = number;
		if (order->kind.n == 0)
			fail_usage(cli, "line %zu is not KEYFILE, tab, KIND, tab, MEMBERS", number);
		if (key.n == 0)
			continue;

		/* Neighbours with the same key share the text, so that equal keys are equal pointers. */
		if (*n > 0 && order[-1].key != NULL && str_is(key, order[-1].key))
			order->key = order[-1].key;
		else
			order->key = arena_printf(cli->arena, "%.*s", (int) key.n, key.p).p;
	}
	return orders;
}

/* Make what one line asks for, with the key in use; in the arena of *keep, while everything else is forgotten. */
static Code
fill_order(Order *order, const Cli *cli, const Cli *keep, Str aud, int64_t nonce, Fault *fault)
{
	const Json *object;
	Draft		draft;
	Str			payload;
	Code		code = json_parse(&object, cli->arena, order->members.p, order->members.n, fault);

	if (code != CODE_OK)
		return code;
	if (object->type != JSON_OBJECT)
		return fault_set(fault, CODE_BAD_MEMBERS, -1, "The members are not a JSON object.");
	draft.kind = order->kind;
	buf_init(&draft.members, cli->arena);
	add_members(&draft, object);
	payload = make_payload(cli, &draft, aud, nonce);
	if ((code = check_payload(cli, payload, fault)) != CODE_OK)
		return code;
	order->done = option_given(cli, "dry-run") ? arena_str(keep->arena, payload) :
		record_sign(keep->arena, payload, key_secret(cli));
	return CODE_OK;
}

ExitCode
run_sign_batch(Cli *cli)
{
	bool		dry = option_given(cli, "dry-run");
	Str			text = file_read(cli, cli->nargs > 0 ? cli->args[0] : "-", SIZE_MAX / 4);
	Str			aud = STR_NONE;
	Cli			scratch = *cli;
	size_t		n;
	Order	   *orders = read_orders(&n, cli, text);
	Fault		fault;

	heap_arena_init(&scratch.heap);
	scratch.arena = &scratch.heap.arena;
	for (size_t begin = 0, end; begin < n; begin = end)
	{
		int64_t		nonce;

		for (end = begin + 1; end < n && orders[end].key == orders[begin].key;)
			end++;
		key_use(orders[begin].key);
		nonce = key_nonces(&scratch, end - begin, !dry);
		for (size_t i = begin; i < end; i++)
		{
			if (aud.p == NULL)
				aud = kind_audience(cli, orders[i].kind);
			if (fill_order(&orders[i], &scratch, cli, str_is(orders[i].kind, "charter") ? STR_NONE : aud,
						   nonce + (int64_t) (i - begin), &fault) != CODE_OK)
			{
				fprintf(stderr, "commune: line %zu\n", orders[i].line);
				fail_fault(cli, EXIT_REFUSED, &fault);
			}
			arena_reset(scratch.arena);
		}
	}
	heap_arena_free(&scratch.heap);
	for (size_t i = 0; i < n; i++)
		(void) (dry ? show_payload(cli, orders[i].done) : print_record(cli, orders[i].done));
	return EXIT_FINE;
}

/* ---- submitting many ---- */

const Option submit_options[] = {
	{'1', "single-transaction", NULL, "all of them or none: stop at the first that is refused"},
	{'w', "wait", NULL, "wait for the verdicts"},
	{0, "timeout", "SECONDS", "how long to wait for each (10)"},
	{0}
};

typedef struct Submitted
{
	int64_t		seq;
	Str			id;
	bool		refused;
} Submitted;

/* Submit the records of a text; *n of them. */
static ExitCode
submit_lines(Submitted **out, size_t *n, Cli *cli, Str text)
{
	bool		single = option_given(cli, "single-transaction");
	ExitCode	exit_code = EXIT_FINE;
	size_t		line = 0;
	Str			record;

	*out = arena_alloc(cli->arena, (count_lines(text) + 1) * sizeof **out);
	*n = 0;
	while (!(single && exit_code != EXIT_FINE) && next_line(&record, &line, &text))
	{
		Submitted  *submitted = &(*out)[*n];
		ExitCode	refused;

		*submitted = (Submitted){.id = record_id(cli->arena, record)};
		refused = submit_record(&submitted->seq, cli, record);
		if (refused != EXIT_FINE)
		{
			fprintf(stderr, "commune: line %zu was refused\n", line);
			submitted->refused = true;
			exit_code = refused;
			if (refused == EXIT_CONNECTION)
				break;
		}
		++*n;
	}
	return exit_code;
}

ExitCode
run_submit(Cli *cli)
{
	bool		single = option_given(cli, "single-transaction");
	Str			text = file_read(cli, cli->nargs > 0 ? cli->args[0] : "-", SIZE_MAX / 4);
	Submitted  *submitted;
	size_t		n;
	ExitCode	exit_code;

	server_connect(cli);
	if (single)
		PQclear(server_query(cli, "BEGIN", 0, NULL));
	exit_code = submit_lines(&submitted, &n, cli, text);
	if (single && exit_code != EXIT_CONNECTION)
		PQclear(server_query(cli, exit_code == EXIT_FINE ? "COMMIT" : "ROLLBACK", 0, NULL));
	if (single && exit_code != EXIT_FINE)
		return exit_code;
	for (size_t i = 0; i < n; i++)
	{
		Result		result;

		if (submitted[i].refused)
			continue;
		result_begin(&result, cli);
		result_int(&result, "seq", submitted[i].seq);
		result_text(&result, "id", submitted[i].id);
		if (option_given(cli, "wait"))
		{
			Str			verdict;
			ExitCode	refused = await_verdict(&verdict, cli, submitted[i].seq);

			result_text(&result, "verdict", verdict);
			exit_code = refused != EXIT_FINE ? refused : exit_code;
		}
		result_end(&result);
	}
	return exit_code;
}
