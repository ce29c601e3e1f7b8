/*
 * connect.c -- the connection, and statements.
 */
#include "cli/cli.h"

#include <stdlib.h>

#include "cli/wire.h"

/* Show what the server has to say. */
static void
show_notice(void *self, const PGresult *result)
{
	const Cli  *cli = self;
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	Str			text = wire_clean(cli->arena, str_from(message ? message : ""), false);

	note(cli, "server: %s: %.*s", severity && strcmp(severity, "WARNING") == 0 ? "warning" : "notice", (int) text.n, text.p);
}

void
server_connect_to(Cli *cli, const char *dbname)
{
	const char *const keywords[] = {"dbname", "client_encoding", "fallback_application_name", NULL};
	const char *const values[] = {dbname, "UTF8", "commune", NULL};

	cli->conn = PQconnectdbParams(keywords, values, true);
	if (cli->conn == NULL)
		fail(cli, EXIT_INTERNAL, "out of memory");
	if (PQstatus(cli->conn) != CONNECTION_OK)
	{
		print_error(cli, "", str_from(PQerrorMessage(cli->conn)), STR_NONE, STR_NONE);
		exit(EXIT_CONNECTION);
	}
	PQsetNoticeReceiver(cli->conn, show_notice, cli);
	PQclear(server_query(cli, "SELECT pg_catalog.set_config('search_path', '', false)", 0, NULL));
}

void
server_connect(Cli *cli)
{
	if (cli->conn == NULL)
		server_connect_to(cli, option(cli, "dbname"));
}

static Str
field(const PGresult *result, int code)
{
	const char *text = result ? PQresultErrorField(result, code) : NULL;

	return text ? str_from(text) : STR_NONE;
}

ExitCode
server_print_error(const Cli *cli, const PGresult *result)
{
	Str			sqlstate = field(result, PG_DIAG_SQLSTATE);
	Str			message = field(result, PG_DIAG_MESSAGE_PRIMARY);

	if (message.n == 0)
		message = str_from(PQerrorMessage(cli->conn));
	print_error(cli, sqlstate.n > 0 ? wire_clean(cli->arena, sqlstate, false).p : "", message,
				field(result, PG_DIAG_MESSAGE_DETAIL), field(result, PG_DIAG_MESSAGE_HINT));

	/* Without a SQLSTATE libpq speaks itself; 08 and 57P are a connection that is gone. */
	return sqlstate.n == 0 || PQstatus(cli->conn) != CONNECTION_OK || memcmp(sqlstate.p, "08", 2) == 0 ||
		memcmp(sqlstate.p, "57P", 3) == 0 ? EXIT_CONNECTION : EXIT_REFUSED;
}

static PGresult *
check(const Cli *cli, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
	{
		ExitCode	exit_code = server_print_error(cli, result);

		PQclear(result);
		exit(exit_code);
	}
	return result;
}

PGresult *
server_query(const Cli *cli, const char *sql, int nparams, const char *const *params)
{
	return check(cli, PQexecParams(cli->conn, sql, nparams, NULL, params, NULL, NULL, 0));
}

PGresult *
server_query_binary(const Cli *cli, const char *sql)
{
	return check(cli, PQexecParams(cli->conn, sql, 0, NULL, NULL, NULL, NULL, 1));
}

Str
server_address(const Cli *cli)
{
	return arena_printf(cli->arena, "%s:%s/%s", PQhost(cli->conn), PQport(cli->conn), PQdb(cli->conn));
}

Str
cell(const PGresult *result, int row, int column)
{
	if (PQgetisnull(result, row, column))
		return STR_NONE;
	return (Str){PQgetvalue(result, row, column), (size_t) PQgetlength(result, row, column)};
}
