/*
 * status.c -- what a server says of itself.
 */
#include "cli/cli.h"

#include <stdio.h>

#include "cli/wire.h"
#include "record/json.h"

ExitCode
run_status(Cli *cli)
{
	static const char sql[] =
		"SELECT c.name, commune.base64url(c.id), c.members, c.pending, b.number, b.size, commune.base64url(b.root), "
		"pg_catalog.to_char(b.time AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), e.origin "
		"FROM (SELECT 1) one LEFT JOIN commune.charter c ON true "
		"LEFT JOIN (SELECT number, size, root, time FROM commune.block ORDER BY number DESC LIMIT 1) b ON true "
		"LEFT JOIN (SELECT origin FROM commune.era ORDER BY era DESC LIMIT 1) e ON true";
	static const char polls[] =
		"SELECT name, status, title, method, "
		"pg_catalog.to_char(closes AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') "
		"FROM commune.poll WHERE status IN ('announced', 'open') ORDER BY closes, seq";
	static const char *const names[] = {"name", "commune", "members", "candidates", "block", "size", "root", "time", "origin"};
	static const char *const poll_names[] = {"name", "status", "title", "method", "closes"};
	PGresult   *answer;
	Result		result;
	Buf			json;
	Buf			text;

	server_connect(cli);
	answer = server_query(cli, sql, 0, NULL);
	result_begin(&result, cli);
	for (int i = 0; i < 9; i++)
	{
		Str			value = cell(answer, 0, i);

		if (value.p != NULL && ((i >= 2 && i <= 5)))
			result_int(&result, names[i], read_int(cli, names[i], value.p, 0, INT64_MAX));
		else
			result_text(&result, names[i], value);
	}
	PQclear(answer);
	answer = server_query(cli, polls, 0, NULL);
	buf_init(&json, cli->arena);
	buf_init(&text, cli->arena);
	buf_char(&json, '[');
	for (int row = 0; row < PQntuples(answer); row++)
	{
		buf_text(&json, row > 0 ? ",{" : "{");
		for (int i = 0; i < 5; i++)
		{
			Str			value = wire_clean(cli->arena, cell(answer, row, i), false);

			buf_text(&json, i > 0 ? ",\"" : "\"");
			buf_text(&json, poll_names[i]);
			buf_text(&json, "\":");
			json_quote(&json, value);
		}
		buf_char(&json, '}');
		buf_text(&text, row > 0 ? "\npoll " : "");
		for (int i = 0; i < 5; i++)
		{
			static const int order[] = {0, 1, 3, 4, 2};

			buf_str(&text, wire_clean(cli->arena, cell(answer, row, order[i]), false));
			buf_text(&text, i < 4 ? " " : "");
		}
	}
	buf_char(&json, ']');
	if (cli->json)
		result_raw(&result, "polls", buf_done(&json), STR(""));
	else if (PQntuples(answer) > 0)
		result_raw(&result, "poll", STR(""), buf_done(&text));
	PQclear(answer);
	result_end(&result);
	return EXIT_FINE;
}
