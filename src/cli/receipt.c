/*
 * receipt.c -- fetches receipts and checks them here, with nothing but the record.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/seen.h"
#include "cli/wire.h"
#include "record/record.h"
#include "register/receipt.h"

#define RECEIPT_MAX ((size_t) 16 << 20)	/* it lists the verdicts of a block */

const Option receipt_options[] = {
	{'o', "output", "FILE", "write the receipt to FILE, which must not exist, instead of standard output"},
	{0}
};

const Option receipt_check_options[] = {
	{'r', "record", "FILE", "the record that it is of; required"},
	{0}
};

/* The record in a file: its first line. */
static Str
read_record(const Cli *cli, const char *path)
{
	Str			text = file_read(cli, path, RECORD_TEXT_MAX + 2);
	const char *newline = text.n > 0 ? memchr(text.p, '\n', text.n) : NULL;

	if (newline != NULL)
		text.n = (size_t) (newline - text.p);
	if (text.n > 0 && text.p[text.n - 1] == '\r')
		text.n--;
	return text;
}

/* Say what a receipt that holds proves. */
static void
add_receipt(Result *result, const Receipt *receipt)
{
	Arena	   *arena = result->cli->arena;
	char		sqlstate[6] = "";
	Code		code;

	memcpy(sqlstate, receipt->sqlstate.p, 5);
	code = code_from_sqlstate(sqlstate);
	result_text(result, "verdict", receipt->sqlstate);
	result_text(result, "meaning", str_from(code == CODE_COUNT ? "refused" : code_message(code)));
	result_int(result, "index", receipt->index);
	result_int(result, "block", receipt->block);
	result_text(result, "time", show_time(arena, receipt->time));
	result_text(result, "origin", receipt->origin);
	result_int(result, "size", (int64_t) receipt->size);
	result_text(result, "root", show_hash(arena, receipt->root.b));
	result_bool(result, "signed", receipt->is_signed);
}

static void
check(Receipt *out, const Cli *cli, Str receipt, Str record)
{
	Fault		fault;

	if (receipt_check(out, cli->arena, receipt, record, &fault) != CODE_OK)
	{
		/* The damage may be that of the receipt, not of the register: the hint of the code would mislead. */
		print_error(cli, code_sqlstate(fault.code), STR("the receipt does not hold"), str_from(fault.detail), STR_NONE);
		exit(EXIT_UNVERIFIED);
	}
}

ExitCode
run_receipt_check(Cli *cli)
{
	const char *path = option(cli, "record");
	Receipt		receipt;
	Result		result;

	if (path == NULL)
		fail_usage(cli, "--record is missing");
	check(&receipt, cli, file_read(cli, cli->args[0], RECEIPT_MAX), read_record(cli, path));
	result_begin(&result, cli);
	add_receipt(&result, &receipt);
	result_end(&result);
	return EXIT_FINE;
}

/* The record of a seq, or the seq of a record. */
static int64_t
find_act(Str *record, Cli *cli, const char *what)
{
	static const char by_seq[] = "SELECT seq, record FROM commune.act WHERE seq = $1";
	static const char by_nonce[] =
		"SELECT seq, record FROM commune.act WHERE commune.nonce_key(nonce, signer) = commune.nonce_key($1, $2) AND nonce = $1";
	bool		is_seq = strspn(what, "0123456789") == strlen(what) && *what != '\0';
	int64_t		seq = 0;
	PGresult   *result;
	Fault		fault;

	*record = STR_NONE;
	if (is_seq)
	{
		const char *params[] = {arena_printf(cli->arena, "%lld", (long long) read_int(cli, "SEQ", what, 1, INT64_MAX)).p};

		server_connect(cli);
		result = server_query(cli, by_seq, 1, params);
	}
	else
	{
		Record		parsed;
		char		did[DID_TEXT_MAX];
		const char *params[2];

		*record = read_record(cli, what);
		if (record_parse(&parsed, cli->arena, record->p, record->n, &fault) != CODE_OK)
			fail_fault(cli, EXIT_FILE, &fault);
		params[0] = arena_printf(cli->arena, "%lld", (long long) parsed.nonce).p;
		params[1] = arena_printf(cli->arena, "%.*s", (int) did_print(did, &parsed.signer), did).p;
		server_connect(cli);
		result = server_query(cli, by_nonce, 2, params);
	}
	for (int i = 0; i < PQntuples(result); i++)
		if (record->p == NULL || str_eq(*record, cell(result, i, 1)))
		{
			*record = arena_str(cli->arena, cell(result, i, 1));
			seq = read_int(cli, "the seq", PQgetvalue(result, i, 0), 1, INT64_MAX);
		}
	PQclear(result);
	if (seq == 0)
	{
		fault_set(&fault, CODE_NO_SUCH_ACT, -1, "The server has no act \"%.100s\".", what);
		fail_fault(cli, EXIT_REFUSED, &fault);
	}
	return seq;
}

/* Compare a receipt's checkpoint with what verify saw of the same register at the same size. */
static void
compare_seen(const Cli *cli, const Receipt *receipt)
{
	Seen		seen;
	Fault		fault;

	if (!seen_read(&seen, cli, receipt->origin) || seen.size != (int64_t) receipt->size ||
		memcmp(&seen.root, &receipt->root, sizeof seen.root) == 0)
		return;
	fault_set(&fault, CODE_CONTRADICTION, -1, "At size %lld the root was %.*s, the receipt says %.*s.", (long long) seen.size,
			  ID_TEXT_LEN, show_hash(cli->arena, seen.root.b).p, ID_TEXT_LEN, show_hash(cli->arena, receipt->root.b).p);
	fail_fault(cli, EXIT_UNVERIFIED, &fault);
}

ExitCode
run_receipt(Cli *cli)
{
	const char *output = option(cli, "output");
	const char *params[1];
	PGresult   *answer;
	Str			record;
	Str			text;
	int64_t		seq = find_act(&record, cli, cli->args[0]);
	Receipt		receipt;
	Result		result;

	params[0] = arena_printf(cli->arena, "%lld", (long long) seq).p;
	answer = server_query(cli, "SELECT commune.receipt($1)", 1, params);
	text = arena_str(cli->arena, cell(answer, 0, 0));
	PQclear(answer);
	check(&receipt, cli, text, record);
	compare_seen(cli, &receipt);
	if (output != NULL)
		file_create(cli, output, text, 0644);
	else if (!cli->json)
	{
		/* It was checked: nothing in it but its origin is free text, and that has no line breaks. */
		text = wire_clean(cli->arena, text, true);
		printf("%.*s", (int) text.n, text.p);
		return EXIT_FINE;
	}
	result_begin(&result, cli);
	result_int(&result, "seq", seq);
	add_receipt(&result, &receipt);
	if (cli->json)
	{
		result_text(&result, "record", record);
		result_text(&result, "receipt", text);
	}
	result_end(&result);
	return EXIT_FINE;
}
