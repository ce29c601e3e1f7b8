/*
 * cli.h -- the command-line program: what its commands share.
 *
 * A command is a row of the table in main.c: its name, its options, what it does.  Options are declared once and serve
 * for reading the command line, for --help and for the manual page.  A command that cannot go on ends the program by
 * one of the fail_...() functions; what must be undone then (echo of the terminal, secrets in memory) is undone by
 * atexit().  Results go to standard output, everything else to standard error.
 *
 * The server is a stranger: what it says is checked where that is possible, and cleaned before it is shown.
 */
#ifndef COMMUNE_CLI_H
#define COMMUNE_CLI_H

#include <libpq-fe.h>

#include "base/base.h"

typedef enum ExitCode
{
	EXIT_FINE = 0,
	EXIT_USAGE = 1,
	EXIT_UNVERIFIED = 2,		/* what was checked does not hold */
	EXIT_CONNECTION = 3,
	EXIT_REFUSED = 4,			/* by the server, or by the rules that the program knows as well */
	EXIT_FILE = 5,				/* a key, or another file */
	EXIT_DECLINED = 6,			/* the user answered no */
	EXIT_INTERNAL = 70
} ExitCode;

typedef struct Option
{
	char		letter;			/* 0: it has none */
	const char *name;			/* NULL ends the list */
	const char *argument;		/* what it takes; NULL: nothing */
	const char *help;
} Option;

/* Options that several commands share. */
#define OPTIONS_KEY 1			/* which key, and its passphrase */
#define OPTIONS_SERVER 2		/* how to connect, which commune is meant */
#define OPTIONS_SIGN 4			/* of commands that make a record */
#define OPTIONS_SUBMIT 8		/* of those that submit it as well */
#define OPTIONS_ACT (OPTIONS_KEY | OPTIONS_SERVER | OPTIONS_SIGN | OPTIONS_SUBMIT)

typedef struct Cli Cli;

typedef struct Command
{
	const char *name;			/* one or two words; NULL ends the list */
	const char *arguments;		/* as they are shown; those in [] may be left out */
	int			min;
	int			max;			/* -1: any number */
	const char *summary;
	const char *text;			/* more about it, or NULL */
	int			shared;			/* OPTIONS_... */
	const Option *options;		/* its own, or NULL */
	ExitCode	(*run) (Cli *cli);
} Command;

typedef struct Given
{
	const Option *option;
	const char *value;
} Given;

struct Cli
{
	HeapArena	heap;
	Arena	   *arena;			/* for whatever lives as long as the program */
	const Command *command;
	size_t		ngiven;
	Given	   *given;
	int			nargs;
	char	  **args;
	bool		quiet;
	bool		json;
	PGconn	   *conn;			/* NULL until server_connect() */
};

/* ---- options.c ---- */

/* Read the command line; --help and --version end the program. */
extern void options_read(Cli *cli, int argc, char **argv, const Command *commands);

/* Print what `help` prints. */
extern void options_help(const Command *commands, const Command *command);
extern void options_manual(const Command *commands);

/* What was given for an option of the command: the last value, or NULL; every one in turn, from *next on. */
extern const char *option(const Cli *cli, const char *name);
extern bool option_given(const Cli *cli, const char *name);
extern const char *option_next(const Cli *cli, const char *name, size_t *next);

/* Values that are read; the program ends if they cannot be. */
extern int64_t option_int(const Cli *cli, const char *name, int64_t min, int64_t max, int64_t otherwise);
extern bool option_time(int64_t *out, const Cli *cli, const char *name);
extern int64_t read_int(const Cli *cli, const char *what, const char *text, int64_t min, int64_t max);

/* ---- print.c ---- */

extern void fail(const Cli *cli, ExitCode exit_code, const char *format, ...)
	__attribute__((format(printf, 3, 4), noreturn));
extern void fail_usage(const Cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3), noreturn));

/* With SQLSTATE, message, detail and hint of the fault's code. */
extern void fail_fault(const Cli *cli, ExitCode exit_code, const Fault *fault) __attribute__((noreturn));

/* Say something on standard error; notes are left out with -q, warnings never. */
extern void note(const Cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
extern void warn(const Cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Print an error's parts on standard error; empty ones are left out. */
extern void print_error(const Cli *cli, const char *sqlstate, Str message, Str detail, Str hint);

/*
 * A result: lines "name value", or an object of JSON, or with -q the value of the first member alone.
 */
typedef struct Result
{
	const Cli  *cli;
	Buf			json;
	Buf			text;
	size_t		members;
} Result;

extern void result_begin(Result *result, const Cli *cli);
extern void result_text(Result *result, const char *name, Str value);	/* none: null */
extern void result_int(Result *result, const char *name, int64_t value);
extern void result_bool(Result *result, const char *name, bool value);
extern void result_raw(Result *result, const char *name, Str json, Str text);
extern void result_end(Result *result);

/* A hash as base64url, in the arena; a time of microseconds as ISO 8601. */
extern Str	show_hash(Arena *arena, const uint8_t hash[HASH_SIZE]);
extern Str	show_time(Arena *arena, int64_t microseconds);

/* Ask a question on the terminal if there is one on both sides; without, the answer is yes. */
extern bool confirm(const Cli *cli, const char *question);

/* A line on standard error that is written over: how far something has come.  Only on a terminal. */
extern void progress(const Cli *cli, const char *what, int64_t done, int64_t all);
extern void progress_end(void);

/* ---- files.c ---- */

/* Read a file, or standard input for "-", of at most max bytes; terminated.  Fails the program. */
extern Str	file_read(const Cli *cli, const char *path, size_t max);

/* The same; none if there is no such file. */
extern Str	file_read_if(const Cli *cli, const char *path, size_t max);

/* Write a file that must not exist yet, with this mode: it is there whole, or not at all. */
extern void file_create(const Cli *cli, const char *path, Str text, int mode);

/* Write a file that may exist: readers see the old one or the new one. */
extern void file_replace(const Cli *cli, const char *path, Str text, int mode);

/* The folder of a path. */
extern const char *folder_of(const Cli *cli, const char *path);

/* Make a folder, and those above it, with this mode. */
extern void folder_make(const Cli *cli, const char *path, int mode);

/* $name, or home and what follows. */
extern const char *path_of(const Cli *cli, const char *variable, const char *below_variable, const char *below_home);

/* ---- connect.c ---- */

/* Connect as the options say, once; or to what a connection string says. */
extern void server_connect(Cli *cli);
extern void server_connect_to(Cli *cli, const char *conninfo);

/* Run a statement with parameters as text; the result has rows or is of a command.  Ends the program on an error. */
extern PGresult *server_query(const Cli *cli, const char *sql, int nparams, const char *const *params);

/* The same, with the results in binary. */
extern PGresult *server_query_binary(const Cli *cli, const char *sql);

/* Print an error of the server; returns what the program would end with: EXIT_REFUSED or EXIT_CONNECTION. */
extern ExitCode server_print_error(const Cli *cli, const PGresult *result);

/* Where the connection leads, as it is remembered: host, port and database. */
extern Str	server_address(const Cli *cli);

/* A cell; none for NULL. */
extern Str	cell(const PGresult *result, int row, int column);

/* ---- commands ---- */

extern ExitCode run_key_new(Cli *cli);
extern ExitCode run_key_show(Cli *cli);
extern ExitCode run_sign(Cli *cli);
extern ExitCode run_sign_batch(Cli *cli);
extern ExitCode run_submit(Cli *cli);
extern ExitCode run_found(Cli *cli);
extern ExitCode run_join(Cli *cli);
extern ExitCode run_vouch(Cli *cli);
extern ExitCode run_leave(Cli *cli);
extern ExitCode run_topic(Cli *cli);
extern ExitCode run_poll(Cli *cli);
extern ExitCode run_delegate(Cli *cli);
extern ExitCode run_vote(Cli *cli);
extern ExitCode run_propose(Cli *cli);
extern ExitCode run_support(Cli *cli);
extern ExitCode run_amend(Cli *cli);
extern ExitCode run_withdraw(Cli *cli);
extern ExitCode run_object(Cli *cli);
extern ExitCode run_guard(Cli *cli);
extern ExitCode run_receipt(Cli *cli);
extern ExitCode run_receipt_check(Cli *cli);
extern ExitCode run_verify(Cli *cli);
extern ExitCode run_status(Cli *cli);
extern ExitCode run_witness(Cli *cli);
extern ExitCode run_export(Cli *cli);

extern const Option key_new_options[];
extern const Option sign_options[];
extern const Option submit_options[];
extern const Option found_options[];
extern const Option join_options[];
extern const Option vouch_options[];
extern const Option topic_options[];
extern const Option poll_options[];
extern const Option delegate_options[];
extern const Option vote_options[];
extern const Option propose_options[];
extern const Option support_options[];
extern const Option amend_options[];
extern const Option object_options[];
extern const Option guard_options[];
extern const Option receipt_options[];
extern const Option receipt_check_options[];
extern const Option verify_options[];
extern const Option witness_options[];
extern const Option export_options[];

#endif
