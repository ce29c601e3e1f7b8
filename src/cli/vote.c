/*
 * vote.c -- casts a ballot: shows what is voted on, and signs an id only after recomputing it from what was shown.
 */
#include "cli/polls.h"
#include "cli/seen.h"
#include "cli/sign.h"

#include <stdio.h>

#include "cli/times.h"
#include "cli/wire.h"
#include "voting/ranking.h"

const Option vote_options[] = {
	{'o', "option", "N", "the option, where the method asks for one"},
	{0, "votes", "N,N,...", "a number for each option in order: votes, scores, points"},
	{0, "approve", "N,N,...", "the options that you approve, in place of votes of 1 and 0"},
	{'r', "ranking", "3>1=2", "options in ranks, the best first (quote it for the shell)"},
	{0, "principle", "N", "with --option 4 in a poll of consent: the article of the constitution for which you block"},
	{0, "reason", "TEXT", "and why"},
	{0, "abstain", NULL, "take part without a choice"},
	{0, "manifest", "ID", "refuse if what is voted on is not this, which you know from elsewhere"},
	{'y', "yes", NULL, "do not ask before signing"},
	{0}
};

/* Read the next number of a list; false at its end. */
static bool
next_number(int64_t *out, const Cli *cli, const char *name, const char **list)
{
	size_t		n = strcspn(*list, ",");

	if (**list == '\0')
		return false;
	*out = read_int(cli, name, arena_printf(cli->arena, "%.*s", (int) n, *list).p, -SAFE_INT_MAX, SAFE_INT_MAX);
	*list += n;
	if (**list == ',')
	{
		++*list;
		if (**list == '\0')
			fail_usage(cli, "%s ends with a comma", name);
	}
	return true;
}

/* Turn a list of approved options into a vote for each. */
static void
put_approvals(Buf *choice, const Cli *cli, const char *list, int64_t options)
{
	uint8_t    *approved = arena_zero(cli->arena, (size_t) options + 1);
	int64_t		option;
	Fault		fault;

	while (next_number(&option, cli, "--approve", &list))
	{
		if (option < 1 || option > options)
		{
			fault_set(&fault, CODE_UNKNOWN_OPTION, -1, "The option is %lld, the poll has 1 to %lld.", (long long) option,
					  (long long) options);
			fail_fault(cli, EXIT_REFUSED, &fault);
		}
		approved[option] = 1;
	}
	buf_text(choice, "{\"votes\":");
	for (int64_t i = 1; i <= options; i++)
	{
		buf_char(choice, i == 1 ? '[' : ',');
		buf_int(choice, approved[i]);
	}
	buf_text(choice, "]}");
}

/* The choice as JSON. */
static Str
read_choice(const Cli *cli, int64_t options)
{
	const char *one = option(cli, "option");
	const char *votes = option(cli, "votes");
	const char *approve = option(cli, "approve");
	const char *ranking = option(cli, "ranking");
	bool		abstain = option_given(cli, "abstain");
	int64_t		vote;
	Buf			choice;

	if ((one != NULL) + (votes != NULL) + (approve != NULL) + (ranking != NULL) + abstain != 1)
		fail_usage(cli, "one of --option, --votes, --approve, --ranking and --abstain says what you vote");
	buf_init(&choice, cli->arena);
	if (abstain)
		buf_text(&choice, "{\"abstain\":true}");
	else if (one != NULL)
	{
		buf_text(&choice, "{\"option\":");
		buf_int(&choice, read_int(cli, "--option", one, 1, SAFE_INT_MAX));
		if (option_given(cli, "principle"))
		{
			buf_text(&choice, ",\"principle\":");
			buf_int(&choice, option_int(cli, "principle", 1, INT32_MAX, 0));
		}
		if (option_given(cli, "reason"))
		{
			buf_text(&choice, ",\"reason\":");
			json_quote(&choice, str_from(option(cli, "reason")));
		}
		buf_char(&choice, '}');
	}
	else if (ranking != NULL)
	{
		buf_text(&choice, "{\"ranking\":");
		json_quote(&choice, str_from(ranking));
		buf_char(&choice, '}');
	}
	else if (approve != NULL)
		put_approvals(&choice, cli, approve, options);
	else
	{
		buf_text(&choice, "{\"votes\":[");
		for (bool first = true; next_number(&vote, cli, "--votes", &votes); first = false)
		{
			if (!first)
				buf_char(&choice, ',');
			buf_int(&choice, vote);
		}
		buf_text(&choice, "]}");
	}
	return buf_done(&choice);
}

/* Check a choice by the rules of the method, as the register will. */
static void
check_choice(Ballot *ballot, const Cli *cli, const Manifest *manifest, Str choice)
{
	const Json *json;
	Fault		fault;

	*ballot = (Ballot){.option = INT4_NONE, .abstain = option_given(cli, "abstain")};
	if (ballot->abstain)
		return;
	if (json_parse(&json, cli->arena, choice.p, choice.n, &fault) != CODE_OK ||
		method_read_choice(ballot, manifest->method, json, manifest->params, (int64_t) manifest->options->count, cli->arena,
						   &fault) != CODE_OK)
		fail_fault(cli, EXIT_REFUSED, &fault);
}

static void
show_text(const Cli *cli, const char *label, const Json *text)
{
	Str			clean;

	if (text == NULL || text->type != JSON_STRING)
		return;
	clean = wire_clean(cli->arena, text->string, true);
	note(cli, "%s%.*s", label, (int) clean.n, clean.p);
}

/* What a ballot says of an option: its rank, its votes, 1 for the one that is chosen; none where it says nothing. */
static Str
say(const Cli *cli, const Ballot *ballot, int32_t option)
{
	const uint8_t *p;
	const uint8_t *end;
	Rank		rank;

	if (ballot->ranking.p == NULL)
		return arena_printf(cli->arena, "%lld", ballot->option == option ? 1LL :
							(size_t) option <= ballot->votes.n ? (long long) ballot->votes.v[option - 1] : 0LL);
	p = (const uint8_t *) ballot->ranking.p;
	end = p + ballot->ranking.n;
	for (int place = 1; rank_next(&rank, &p, end); place++)
		for (uint32_t i = 0; i < rank.n; i++)
			if (rank_option(&rank, i) == (uint32_t) option)
				return arena_printf(cli->arena, "%d.", place);
	return STR("-");
}

/* Show what is voted on, and what the ballot says. */
static void
show_ballot(const Cli *cli, const Manifest *manifest, const Ballot *ballot)
{
	char		closes[TIME_TEXT_MAX];
	Str			id = show_hash(cli->arena, manifest->id.b);
	Buf			params;
	int32_t		number = 0;

	buf_init(&params, cli->arena);
	if (manifest->params != NULL)
		json_canonical(&params, manifest->params);
	if (manifest->about.p != NULL)
		note(cli, "%.*s", (int) manifest->about.n, manifest->about.p);
	else
	{
		const Json *payload = manifest->act.record.payload;

		show_text(cli, "poll     ", json_get(payload, "name"));
		show_text(cli, "title    ", json_get(payload, "title"));
		show_text(cli, "", json_get(payload, "text"));
	}
	note(cli, "method   %s %.*s", manifest->method->name, (int) params.n, params.n > 0 ? params.p : "");
	note(cli, "closes   %s", time_print(closes, manifest->closes));
	note(cli, "manifest %.*s", (int) id.n, id.p);
	for (const Json *o = manifest->options->child; o != NULL; o = o->next)
	{
		Str			text = wire_clean(cli->arena, o->string, false);
		Str			said = say(cli, ballot, ++number);

		note(cli, "%5.*s  %d. %.*s", (int) said.n, said.p, number, (int) text.n, text.p);
	}
	if (ballot->abstain)
		note(cli, "You abstain.");
}

ExitCode
run_vote(Cli *cli)
{
	const char *expected = option(cli, "manifest");
	Str			commune;
	Str			choice;
	Str			id;
	Manifest	manifest;
	Ballot		ballot;
	Draft		draft;

	if (option_given(cli, "offline"))
		fail_usage(cli, "voting asks the server what is voted on: use --no-submit to carry the record by hand");
	commune = commune_id(cli);
	manifest_fetch(&manifest, cli, cli->args[0], commune);
	id = show_hash(cli->arena, manifest.id.b);
	if (expected != NULL && !str_is(id, expected))
		fail(cli, EXIT_UNVERIFIED, "the server shows another manifest\nexpected: %s\nserver:   %.*s", expected, (int) id.n, id.p);
	choice = read_choice(cli, (int64_t) manifest.options->count);
	check_choice(&ballot, cli, &manifest, choice);
	show_ballot(cli, &manifest, &ballot);
	if (!confirm(cli, "Sign this ballot?"))
	{
		note(cli, "Nothing was signed.");
		return EXIT_DECLINED;
	}
	draft_begin(&draft, cli, "ballot");
	draft_text(&draft, "poll", id);
	draft_raw(&draft, STR("choice"), choice);
	return draft_finish(cli, &draft, NULL);
}
