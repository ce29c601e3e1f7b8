/*
 * main.c -- the commands of the program `commune`.
 */
#include "cli/cli.h"

#include <signal.h>

#include "crypto/crypto.h"

static ExitCode run_help(Cli *cli);

static const Option help_options[] = {
	{0, "man", NULL, "print the manual page, for man -l -"},
	{0}
};

static const Command commands[] = {
	{"key new", "", 0, 0, "make a key",
		"The file is for its owner alone and is never overwritten.  Without a passphrase whoever reads the file has the "
		"key.",
	OPTIONS_KEY, key_new_options, run_key_new},
	{"key show", "", 0, 0, "show whose key it is", NULL, OPTIONS_KEY, NULL, run_key_show},
	{"found", "NAME", 1, 1, "found a commune: sign and submit its charter",
		"The signer is always one of the founders.  Until the charter is sealed, only the owner of the extension may "
		"submit.",
	OPTIONS_ACT, found_options, run_found},
	{"join", "", 0, 0, "ask for membership", NULL, OPTIONS_ACT, join_options, run_join},
	{"vouch", "DID", 1, 1, "vouch for somebody's membership", NULL, OPTIONS_ACT, vouch_options, run_vouch},
	{"leave", "", 0, 0, "end your membership", NULL, OPTIONS_ACT, NULL, run_leave},
	{"topic", "TOPIC", 1, 1, "make a topic", NULL, OPTIONS_ACT, topic_options, run_topic},
	{"poll", "NAME", 1, 1, "announce a poll", NULL, OPTIONS_ACT, poll_options, run_poll},
	{"vote", "POLL", 1, 1, "vote in a poll",
		"Fetches what is voted on, recomputes its id and shows it; only then it signs.",
	OPTIONS_ACT, vote_options, run_vote},
	{"delegate", "[DID...]", 0, -1, "name who votes when you do not, by preference",
		"Replaces your list for this scope.  No DID: nobody acts for you there.",
	OPTIONS_ACT, delegate_options, run_delegate},
	{"propose", "NAME", 1, 1, "propose something, with what is to be done when it is accepted",
		"Its poll is called NAME/1: commune vote NAME/1.",
	OPTIONS_ACT, propose_options, run_propose},
	{"support", "PROPOSAL", 1, 1, "support a proposal, so that it is voted on", NULL, OPTIONS_ACT, support_options, run_support},
	{"amend", "PROPOSAL", 1, 1, "change your own proposal before it is frozen", NULL, OPTIONS_ACT, amend_options, run_amend},
	{"withdraw", "PROPOSAL", 1, 1, "take your own proposal back before it is frozen", NULL, OPTIONS_ACT, NULL, run_withdraw},
	{"object", "PROPOSAL", 1, 1, "object to what is decided and not yet carried out", NULL, OPTIONS_ACT, object_options, run_object},
	{"guard", "PROPOSAL", 1, 1, "as a guardian, hold a decided proposal up, once", NULL, OPTIONS_ACT, guard_options, run_guard},
	{"sign", "KIND [FILE]", 1, 2, "make a record of any kind and print it",
		"Members of the act come as JSON from --member and --text, or as one object from FILE (- for standard input).  "
		"iss, aud, iat, nonce and act are filled in.  Nothing is submitted.",
	OPTIONS_KEY | OPTIONS_SERVER | OPTIONS_SIGN, sign_options, run_sign},
	{"sign batch", "[FILE]", 0, 1, "make many records, also of many keys, and print them",
		"A line of FILE, or of standard input, is KEYFILE, a tab, KIND, a tab, MEMBERS: one JSON object.  No KEYFILE: the "
		"key of the options.  Prints a record for each line, in their order; if one line is wrong, none at all.",
	OPTIONS_KEY | OPTIONS_SERVER | OPTIONS_SIGN, NULL, run_sign_batch},
	{"submit", "[FILE]", 0, 1, "submit records, one a line, from FILE or standard input", NULL,
	OPTIONS_SERVER, submit_options, run_submit},
	{"receipt", "SEQ|FILE", 1, 1, "fetch the receipt of an act and check it",
		"FILE holds the record.  The receipt proves that the act is in the register, where, and with which verdict.",
	OPTIONS_SERVER, receipt_options, run_receipt},
	{"receipt check", "FILE", 1, 1, "check a receipt that was saved; needs no server", NULL, 0, receipt_check_options,
	run_receipt_check},
	{"verify", "", 0, 0, "recompute the whole register from outside",
		"Reads every leaf and recomputes hashes, signatures, blocks, verdicts, entries and tables.  Remembers the size and "
		"the root, and refuses a register that contradicts what was seen before.",
	OPTIONS_SERVER, verify_options, run_verify},
	{"witness", "", 0, 0, "check what a log signs, and cosign it, day and night",
		"Verifies what is new by itself, cosigns each checkpoint that goes on where the last one ended, and hands the "
		"cosignature in.  Ends with 2, and keeps both notes, when the log shows two histories.",
	OPTIONS_SERVER, witness_options, run_witness},
	{"export", "DIR", 1, 1, "write the published register as tiles for any static web server",
		"DIR gets the published checkpoint and the register as C2SP tlog-tiles.  What is there is gone on with, after it has "
		"been checked against the new checkpoint; it never shrinks.",
	OPTIONS_SERVER, export_options, run_export},
	{"status", "", 0, 0, "what the server says of itself; nothing is checked", NULL,
	OPTIONS_SERVER, NULL, run_status},
	{"help", "[COMMAND]", 0, 2, "explain a command", NULL, 0, help_options, run_help},
	{NULL}
};

static ExitCode
run_help(Cli *cli)
{
	const Command *command = NULL;

	if (option_given(cli, "man"))
		options_manual(commands);
	else
	{
		if (cli->nargs > 0)
		{
			Str			name = cli->nargs == 1 ? str_from(cli->args[0]) :
				arena_printf(cli->arena, "%s %s", cli->args[0], cli->args[1]);

			for (command = commands; command->name != NULL && !str_is(name, command->name);)
				command++;
			if (command->name == NULL)
				fail_usage(cli, "there is no command \"%.*s\"", (int) name.n, name.p);
		}
		options_help(commands, command);
	}
	return EXIT_FINE;
}

int
main(int argc, char **argv)
{
	Cli			cli = {0};
	ExitCode	exit_code;

	signal(SIGPIPE, SIG_DFL);
	heap_arena_init(&cli.heap);
	cli.arena = &cli.heap.arena;
	if (!crypto_init())
		fail(&cli, EXIT_INTERNAL, "a cryptographic library cannot be used");
	options_read(&cli, argc, argv, commands);
	exit_code = cli.command->run(&cli);
	if (cli.conn != NULL)
		PQfinish(cli.conn);
	heap_arena_free(&cli.heap);
	if (fflush(stdout) != 0 || ferror(stdout))
		fail(&cli, EXIT_FILE, "standard output cannot be written");
	return exit_code;
}
