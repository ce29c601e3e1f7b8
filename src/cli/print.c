/*
 * print.c -- results, errors, questions, progress.
 */
#include "cli/cli.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/times.h"
#include "cli/wire.h"
#include "record/record.h"

/* ---- errors ---- */

/* Print a label; in colour on a terminal, unless NO_COLOR (no-color.org) or the terminal speaks against it. */
static void
print_label(const char *label, int colour)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	progress_end();
	fflush(stdout);
	if ((no_color == NULL || *no_color == '\0') && term != NULL && strcmp(term, "dumb") != 0 && isatty(STDERR_FILENO))
		fprintf(stderr, "commune: \033[1;%dm%s:\033[0m ", colour, label);
	else
		fprintf(stderr, "commune: %s: ", label);
}

#define RED 31
#define YELLOW 33

void
fail(const Cli *cli, ExitCode exit_code, const char *format, ...)
{
	va_list		args;

	(void) cli;
	print_label("error", RED);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(exit_code);
}

void
fail_usage(const Cli *cli, const char *format, ...)
{
	va_list		args;

	if (strcmp(format, "%s") != 0)	/* getopt_long() has said it already */
	{
		print_label("error", RED);
		va_start(args, format);
		vfprintf(stderr, format, args);
		va_end(args);
		fputc('\n', stderr);
	}
	fprintf(stderr, "Try: commune help%s%s\n", cli->command ? " " : "", cli->command ? cli->command->name : "");
	exit(EXIT_USAGE);
}

static void
print_part(const Cli *cli, const char *label, Str text)
{
	if (text.n > 0)
	{
		text = wire_clean(cli->arena, text, true);
		fprintf(stderr, "%s%.*s\n", label, (int) text.n, text.p);
	}
}

void
print_error(const Cli *cli, const char *sqlstate, Str message, Str detail, Str hint)
{
	print_label("error", RED);
	if (*sqlstate)
		fprintf(stderr, "%s: ", sqlstate);
	print_part(cli, "", message);
	print_part(cli, "detail: ", detail);
	print_part(cli, "hint: ", hint);
}

void
fail_fault(const Cli *cli, ExitCode exit_code, const Fault *fault)
{
	print_error(cli, code_sqlstate(fault->code), str_from(code_message(fault->code)), str_from(fault->detail),
				str_from(code_hint(fault->code)));
	exit(exit_code);
}

void
note(const Cli *cli, const char *format, ...)
{
	va_list		args;

	if (cli->quiet)
		return;
	progress_end();
	fflush(stdout);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

void
warn(const Cli *cli, const char *format, ...)
{
	va_list		args;

	(void) cli;
	print_label("warning", YELLOW);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

/* ---- results ---- */

void
result_begin(Result *result, const Cli *cli)
{
	*result = (Result){.cli = cli};
	buf_init(&result->json, cli->arena);
	buf_init(&result->text, cli->arena);
	buf_char(&result->json, '{');
}

void
result_raw(Result *result, const char *name, Str json, Str text)
{
	if (result->members > 0)
		buf_char(&result->json, ',');
	json_quote(&result->json, str_from(name));
	buf_char(&result->json, ':');
	buf_str(&result->json, json);

	if (!result->cli->quiet)
	{
		buf_text(&result->text, name);
		buf_char(&result->text, ' ');
	}
	if (!result->cli->quiet || result->members == 0)
	{
		buf_str(&result->text, text);
		buf_char(&result->text, '\n');
	}
	result->members++;
}

void
result_text(Result *result, const char *name, Str value)
{
	Buf			json;

	if (value.p == NULL)
	{
		result_raw(result, name, STR("null"), STR("-"));
		return;
	}
	value = wire_clean(result->cli->arena, value, true);
	buf_init(&json, result->cli->arena);
	json_quote(&json, value);
	result_raw(result, name, buf_done(&json), value);
}

void
result_int(Result *result, const char *name, int64_t value)
{
	Str			text = arena_printf(result->cli->arena, "%lld", (long long) value);

	result_raw(result, name, text, text);
}

void
result_bool(Result *result, const char *name, bool value)
{
	result_raw(result, name, value ? STR("true") : STR("false"), value ? STR("yes") : STR("no"));
}

void
result_end(Result *result)
{
	Str			text;

	buf_text(&result->json, "}\n");
	text = buf_done(result->cli->json ? &result->json : &result->text);
	progress_end();
	fwrite(text.p, 1, text.n, stdout);
	fflush(stdout);
}

Str
show_hash(Arena *arena, const uint8_t hash[HASH_SIZE])
{
	char		id[ID_TEXT_LEN];

	id_print(id, hash);
	return arena_str(arena, (Str){id, sizeof id});
}

Str
show_time(Arena *arena, int64_t microseconds)
{
	char		text[TIME_TEXT_MAX];

	return arena_str(arena, str_from(time_print(text, microseconds / USECS_PER_SECOND)));
}

/* ---- the terminal ---- */

bool
confirm(const Cli *cli, const char *question)
{
	char		answer[16];
	bool		whole;

	if (option_given(cli, "yes") || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return true;
	progress_end();
	fprintf(stderr, "%s [y/N] ", question);
	if (fgets(answer, sizeof answer, stdin) == NULL)
		return false;
	whole = strchr(answer, '\n') != NULL;
	return whole && (strcmp(answer, "y\n") == 0 || strcmp(answer, "Y\n") == 0 || strcmp(answer, "yes\n") == 0);
}

static bool progress_shown;

#define BAR_WIDTH 30

void
progress(const Cli *cli, const char *what, int64_t done, int64_t all)
{
	static struct timespec last;
	struct timespec now;
	char		bar[BAR_WIDTH + 1];
	int64_t		share = all > 0 ? (int64_t) ((double) done / (double) all * BAR_WIDTH) : BAR_WIDTH;

	if (cli->quiet || !isatty(STDERR_FILENO))
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (progress_shown && done < all && (now.tv_sec - last.tv_sec) * 1000 + (now.tv_nsec - last.tv_nsec) / 1000000 < 100)
		return;
	last = now;
	for (int i = 0; i < BAR_WIDTH; i++)
		bar[i] = i < share ? '#' : '.';
	bar[BAR_WIDTH] = '\0';
	fprintf(stderr, "\r%-10s [%s] %lld of %lld ", what, bar, (long long) done, (long long) all);
	fflush(stderr);
	progress_shown = true;
}

void
progress_end(void)
{
	if (progress_shown)
		fputs("\r\033[K", stderr);
	progress_shown = false;
}
