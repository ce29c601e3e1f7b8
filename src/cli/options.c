/*
 * options.c -- reads the command line and explains it, both from the tables.
 */
#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cli/times.h"

#ifndef COMMUNE_VERSION			/* it comes from the Makefile; analyzers go without */
#define COMMUNE_VERSION "of no version"
#endif

#define OPTIONS_MAX 48			/* of one command, shared ones included */
#define HELP_COLUMN 30
#define HELP_WIDTH 100

static const Option general_options[] = {
	{'q', "quiet", NULL, "print only the result itself, and errors"},
	{0, "json", NULL, "print the result as JSON"},
	{'h', "help", NULL, "explain the command"},
	{0}
};

static const Option key_options[] = {
	{'k', "key", "FILE", "the key file; else $COMMUNE_KEY, else ~/.config/commune/key"},
	{0, "passphrase-file", "FILE", "read the passphrase from the first line of FILE (- for standard input); else "
	"$COMMUNE_PASSPHRASE, else it is asked for on the terminal"},
	{0}
};

static const Option server_options[] = {
	{'d', "dbname", "CONNINFO", "database, connection string or URI, as psql takes it; else the PG... variables"},
	{'c', "commune", "ID", "the commune that is meant; else the one remembered for this server"},
	{0, "state", "DIR", "where it is remembered what was seen; else $XDG_STATE_HOME/commune, else "
	"~/.local/state/commune"},
	{0}
};

static const Option sign_shared_options[] = {
	{'n', "dry-run", NULL, "show the payload and its hash; sign nothing"},
	{0, "expires", "TIME", "when the record ceases to be valid"},
	{0, "offline", NULL, "do not connect: print the record"},
	{0}
};

static const Option submit_shared_options[] = {
	{0, "no-submit", NULL, "print the record instead of submitting it"},
	{'w', "wait", NULL, "wait for the verdict"},
	{0, "timeout", "SECONDS", "how long to wait (10)"},
	{0}
};

static const char times_help[] =
"TIME is a number of Unix seconds, 2026-01-31, 2026-01-31T12:00Z (UTC), or now+90m, now+1d12h (w d h m s).\n";

static const char exit_help[] =
"Ends with 0 if all went well; 1 for a command line that makes no sense; 2 when what was checked does\n"
"not hold; 3 when the server cannot be reached; 4 when the server or the rules refuse, with the\n"
"SQLSTATE printed; 5 for a key file or another file; 6 when you answered no.\n";

/* ---- the tables ---- */

static size_t
add_options(const Option *out[OPTIONS_MAX], size_t n, const Option *list)
{
	for (; list != NULL && list->name != NULL; list++)
		out[n++] = list;
	return n;
}

/* The options of a command, shared ones included; general ones alone if there is no command. */
static size_t
gather(const Option *out[OPTIONS_MAX], const Command *command)
{
	int			shared = command ? command->shared : 0;
	size_t		n = add_options(out, 0, command ? command->options : NULL);

	n = add_options(out, n, shared & OPTIONS_SUBMIT ? submit_shared_options : NULL);
	n = add_options(out, n, shared & OPTIONS_SIGN ? sign_shared_options : NULL);
	n = add_options(out, n, shared & OPTIONS_KEY ? key_options : NULL);
	n = add_options(out, n, shared & OPTIONS_SERVER ? server_options : NULL);
	return add_options(out, n, general_options);
}

/* The command that the arguments name, and in *words how many of them do. */
static const Command *
find_command(int *words, int argc, char **argv, const Command *commands)
{
	const Command *found = NULL;

	*words = 0;
	for (const Command *c = commands; c->name != NULL; c++)
	{
		const char *space = strchr(c->name, ' ');
		size_t		n = space ? (size_t) (space - c->name) : strlen(c->name);

		if (argc < 1 + (space != NULL) || strlen(argv[0]) != n || memcmp(argv[0], c->name, n) != 0 ||
			(space != NULL && strcmp(argv[1], space + 1) != 0) || *words >= 1 + (space != NULL))
			continue;
		found = c;
		*words = 1 + (space != NULL);
	}
	return found;
}

/* ---- explaining ---- */

/* Print a text from a column on, broken between words. */
static void
print_wrapped(const char *text, int at, int column)
{
	while (*text != '\0')
	{
		size_t		word = strcspn(text, " ");

		if (at > column && at + 1 + (int) word > HELP_WIDTH)
		{
			printf("\n%*s", column, "");
			at = column;
		}
		else if (at > column)
		{
			putchar(' ');
			at++;
		}
		printf("%.*s", (int) word, text);
		at += (int) word;
		text += word;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void
print_option(const Option *o)
{
	int			at = o->letter ? printf("  -%c, --%s", o->letter, o->name) : printf("      --%s", o->name);

	if (o->argument != NULL)
		at += printf("=%s", o->argument);
	if (at >= HELP_COLUMN)
	{
		printf("\n%*s", HELP_COLUMN, "");
		at = HELP_COLUMN;
	}
	printf("%*s", HELP_COLUMN - at, "");
	print_wrapped(o->help, HELP_COLUMN, HELP_COLUMN);
}

static bool
takes_time(const Option *const *options, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (options[i]->argument != NULL && strcmp(options[i]->argument, "TIME") == 0)
			return true;
	return false;
}

void
options_help(const Command *commands, const Command *command)
{
	const Option *options[OPTIONS_MAX];
	size_t		n = gather(options, command);

	if (command == NULL)
	{
		printf("commune: sign acts, vote, delegate, and check the register of a commune in PostgreSQL.\n\n"
			   "Usage: commune COMMAND [OPTION...] [ARGUMENT...]\n"
			   "       commune help COMMAND\n       commune --version\n\nCommands:\n");
		for (const Command *c = commands; c->name != NULL; c++)
			printf("  %-16s%s\n", c->name, c->summary);
		printf("\nSecret keys stay on this machine: they are never sent anywhere.\n\n%s", exit_help);
		return;
	}
	printf("Usage: commune %s [OPTION...]%s%s\n\n", command->name, *command->arguments ? " " : "", command->arguments);
	printf("%c", command->summary[0] - 'a' + 'A');
	printf("%s.\n", command->summary + 1);
	if (command->text != NULL)
		print_wrapped(command->text, 0, 0);
	printf("\nOptions:\n");
	for (size_t i = 0; i < n; i++)
		print_option(options[i]);
	if (takes_time(options, n))
		printf("\n%s", times_help);
}

/* Print a text for troff: dashes and backslashes are its own. */
static void
print_troff(const char *text)
{
	if (*text == '.' || *text == '\'')
		printf("\\&");
	for (; *text != '\0'; text++)
		if (*text == '-')
			printf("\\-");
		else if (*text == '\\')
			printf("\\e");
		else
			putchar(*text);
}

static void
manual_options(const Option *o)
{
	for (; o != NULL && o->name != NULL; o++)
	{
		printf(".TP\n\\fB");
		if (o->letter)
			printf("\\-%c\\fR, \\fB", o->letter);
		printf("\\-\\-");
		print_troff(o->name);
		printf(o->argument ? "\\fR=\\fI%s\\fR\n" : "\\fR\n", o->argument);
		print_troff(o->help);
		printf(".\n");
	}
}

void
options_manual(const Command *commands)
{
	static const struct
	{
		const char *title;
		const Option *options;
	}			shared[] = {
		{"Options of every command", general_options},
		{"Options of commands that connect", server_options},
		{"Options of commands that use a key", key_options},
		{"Options of commands that make a record", sign_shared_options},
		{"Options of commands that submit it", submit_shared_options},
	};

	printf(".TH COMMUNE 1 \"\" \"commune " COMMUNE_VERSION "\"\n.SH NAME\ncommune \\- sign acts, vote, delegate, and check "
		   "the register of a commune in PostgreSQL\n.SH SYNOPSIS\n\\fBcommune\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...] "
		   "[\\fIARGUMENT\\fR...]\n.SH COMMANDS\n");
	for (const Command *c = commands; c->name != NULL; c++)
	{
		printf(".SS ");
		print_troff(c->name);
		printf(" ");
		print_troff(c->arguments);
		printf("\n%c", c->summary[0] - 'a' + 'A');
		print_troff(c->summary + 1);
		printf(".\n");
		if (c->text != NULL)
		{
			print_troff(c->text);
			printf("\n");
		}
		manual_options(c->options);
	}
	printf(".SH OPTIONS\n");
	for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
	{
		printf(".SS %s\n", shared[i].title);
		manual_options(shared[i].options);
	}
	printf(".PP\n");
	print_troff(times_help);
	printf(".SH EXIT STATUS\n");
	print_troff(exit_help);
}

/* ---- reading ---- */

/* Read the options of the command by getopt_long(). */
static void
read_options(Cli *cli, int argc, char **argv, const Command *commands)
{
	const Option *options[OPTIONS_MAX];
	size_t		n = gather(options, cli->command);
	struct option longs[OPTIONS_MAX + 1] = {{0}};
	char		shorts[2 * OPTIONS_MAX + 1];
	size_t		nshorts = 0;
	int			c;

	for (size_t i = 0; i < n; i++)
	{
		longs[i] = (struct option){options[i]->name, options[i]->argument ? required_argument : no_argument, NULL,
			UCHAR_MAX + 1 + (int) i};
		if (options[i]->letter)
		{
			shorts[nshorts++] = options[i]->letter;
			if (options[i]->argument)
				shorts[nshorts++] = ':';
		}
	}
	shorts[nshorts] = '\0';
	cli->given = arena_alloc(cli->arena, (size_t) argc * sizeof *cli->given);
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1)
	{
		const Option *o = NULL;

		if (c == '?')
			fail_usage(cli, "%s", "");
		for (size_t i = 0; i < n; i++)
			if (c == UCHAR_MAX + 1 + (int) i || (c <= UCHAR_MAX && c == options[i]->letter))
				o = options[i];
		if (o == NULL)
			fail(cli, EXIT_INTERNAL, "an option got lost");
		if (strcmp(o->name, "help") == 0)
		{
			options_help(commands, cli->command);
			exit(EXIT_FINE);
		}
		cli->given[cli->ngiven++] = (Given){o, optarg};
	}
	cli->nargs = argc - optind;
	cli->args = argv + optind;
	cli->quiet = option_given(cli, "quiet");
	cli->json = option_given(cli, "json");
}

void
options_read(Cli *cli, int argc, char **argv, const Command *commands)
{
	static char program[] = "commune";
	int			words;

	if (argc < 2)
	{
		options_help(commands, NULL);
		exit(EXIT_USAGE);
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
	{
		printf("commune " COMMUNE_VERSION "\n");
		exit(EXIT_FINE);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
	{
		options_help(commands, NULL);
		exit(EXIT_FINE);
	}
	cli->command = find_command(&words, argc - 1, argv + 1, commands);
	if (cli->command == NULL)
		fail_usage(cli, "there is no command \"%s\"", argv[1]);

	/* getopt_long() names the program by its first argument. */
	argv[words] = program;
	read_options(cli, argc - words, argv + words, commands);
	if (cli->nargs < cli->command->min)
		fail_usage(cli, "%s is missing", cli->command->arguments);
	if (cli->command->max >= 0 && cli->nargs > cli->command->max)
		fail_usage(cli, "there are too many arguments, from \"%s\" on", cli->args[cli->command->max]);
}

/* ---- asking ---- */

const char *
option_next(const Cli *cli, const char *name, size_t *next)
{
	while (*next < cli->ngiven)
	{
		const Given *given = &cli->given[(*next)++];

		if (strcmp(given->option->name, name) == 0)
			return given->value != NULL ? given->value : "";
	}
	return NULL;
}

const char *
option(const Cli *cli, const char *name)
{
	const char *value = NULL;
	const char *found;
	size_t		next = 0;

	while ((found = option_next(cli, name, &next)) != NULL)
		value = found;
	return value;
}

bool
option_given(const Cli *cli, const char *name)
{
	return option(cli, name) != NULL;
}

int64_t
read_int(const Cli *cli, const char *what, const char *text, int64_t min, int64_t max)
{
	char	   *end;
	long long	value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || (*text != '-' && (*text < '0' || *text > '9')) || value < min ||
		value > max)
		fail_usage(cli, "%s is not an integer from %lld to %lld: \"%s\"", what, (long long) min, (long long) max, text);
	return value;
}

int64_t
option_int(const Cli *cli, const char *name, int64_t min, int64_t max, int64_t otherwise)
{
	const char *text = option(cli, name);
	char		what[64];

	snprintf(what, sizeof what, "--%s", name);
	return text != NULL ? read_int(cli, what, text, min, max) : otherwise;
}

bool
option_time(int64_t *out, const Cli *cli, const char *name)
{
	const char *text = option(cli, name);

	if (text != NULL && !time_parse(out, text, (int64_t) time(NULL)))
		fail_usage(cli, "--%s is not a time: \"%s\"\n%.*s", name, text, (int) sizeof times_help - 2, times_help);
	return text != NULL;
}
