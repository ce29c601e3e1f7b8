/*
 * proposal_vectors_test.c -- published cases of governance: curves, counts, moving bars, and what scenarios come to here.
 *
 * proposal_vectors.py reads the files below COMMUNE_VECTORS (default ../shared/vectors) and hands over lines, whose form
 * it explains.  The tables say how many there are of each group, so that nothing is left out unseen.  A scenario that is
 * told in words stands in a table with the test that does the same here, or with the reason why nothing does.
 */
#include "check.h"

#include "proposal/threshold.h"

#include <stdlib.h>
#include <sys/wait.h>

typedef struct Group
{
	const char *what;
	const char *name;
	int			count;
} Group;

static const Group groups[] = {
	{"bar", "polkadot", 13},
	{"bar", "tracks", 320},
	{"time", "polkadot", 15},
	{"inverse", "polkadot", 3},
	{"decide", "aragon", 120},
	{"decide", "cosmos", 21},
	{"decide", "openzeppelin", 3},
	{"oppose", "nouns", 9},
	{"average", "cosmos", 10},
	{"hold", "lido", 8},
	{"case", "aragon", 24},
	{"case", "openzeppelin", 36},
	{"case", "polkadot", 10},
	{"case", "compound", 74},
};
#define GROUPS (sizeof groups / sizeof *groups)

static int seen[GROUPS];

/* Cases whose names begin so: the test of ours that they are like, or why there is none. */
typedef struct Scenario
{
	const char *group;
	const char *begins;
	const char *here;
} Scenario;

#define NOT "not here: "

static const Scenario scenarios[] = {
	{"aragon", "total", NOT "no electorate is larger than 2^63"},

	{"polkadot", "basic_happy_path", "proposal_test: test_curve"},
	{"polkadot", "confirm_then_reconfirm_with_elapsed_trigger", "proposal_test: test_curve"},
	{"polkadot", "confirming_then_fail", "proposal_test: test_curve"},
	{"polkadot", "voting_should_extend_for_late_confirmation", NOT "at its end a poll is counted with the bars as they are then"},
	{"polkadot", "should_instafail_during_extension_confirmation", NOT "at its end a poll is counted with the bars as they are then"},
	{"polkadot", "queueing", "proposal_test: test_places"},
	{"polkadot", "auto_timeout", "proposal_test: test_admission"},
	{"polkadot", "cancel_queued", "proposal_test: test_places (places are counted, not kept)"},
	{"polkadot", "kill_queued", "proposal_test: test_places (places are counted, not kept)"},
	{"polkadot", "referendum_rejected_from_a_full_queue", "proposal_test: test_places"},

	{"openzeppelin", "nominal", "proposal_test: test_way"},
	{"openzeppelin", "duplicate proposal", "proposal_test: test_refused, test_same_plan"},
	{"openzeppelin", "below proposal threshold", "proposal_test: test_admission"},
	{"openzeppelin", "vote before snapshot", "poll_test: a ballot names a manifest, which is not there before"},
	{"openzeppelin", "vote twice", NOT "the last ballot counts, so that nobody can be held to the first"},
	{"openzeppelin", "vote after deadline", "proposal_test: test_asleep"},
	{"openzeppelin", "invalid support value", "proposal_test: test_consent (UNKNOWN_OPTION)"},
	{"openzeppelin", "quorum not reached", "proposal_test: test_decide"},
	{"openzeppelin", "score not reached", "proposal_test: test_decide"},
	{"openzeppelin", "execute", NOT "nobody calls execution: the engine does it, once, at eta"},
	{"openzeppelin", "action reverts", "proposal_test: test_guard (failed, tried again)"},
	{"openzeppelin", "cancel by proposer", "proposal_test: test_amend (withdraw until it is frozen)"},
	{"openzeppelin", "setVotingPeriod(0)", "proposal_test: test_policies"},
	{"openzeppelin", "parameters only changeable", "proposal_test: test_set_policy"},
	{"openzeppelin", "description suffix", NOT "an act is signed: nobody can propose in another's name"},
	{"openzeppelin", "late quorum", "proposal_test: test_swing, test_policies"},
	{"openzeppelin", "super quorum", NOT "ballots can change until the poll closes, so nothing is certain before"},
	{"openzeppelin", "fractional", NOT "a member has one vote"},
	{"openzeppelin", "override", "delegation_represent_test: who votes himself is not represented"},
	{"openzeppelin", "delegated vote and own override", "delegation_represent_test: delegations are transitive here"},
	{"openzeppelin", "timelock: execute before eta", "proposal_test: test_way"},
	{"openzeppelin", "timelock: cancel", "proposal_test: test_guard (proposal.veto)"},
	{"openzeppelin", "timelock: operation with undone predecessor", NOT "a plan is one, and plans do not name each other"},
	{"openzeppelin", "guardian may cancel", "proposal_test: test_guard (guardians only suspend)"},
	{"openzeppelin", "votes checkpoints", NOT "the electorate is fixed when the poll opens"},

	{"compound", "GovernorBravo_Admin", "proposal_test: test_set_policy, test_policies (there is no admin)"},
	{"compound", "GovernorBravo_Cancel: Proposer can cancel", "proposal_test: test_amend"},
	{"compound", "GovernorBravo_Cancel: Cancel a Pending", "proposal_test: test_amend"},
	{"compound", "GovernorBravo_Cancel", NOT "what is frozen is stopped by proposal.veto alone: test_guard"},
	{"compound", "GovernorBravo_Defeat", "proposal_test: test_decide"},
	{"compound", "GovernorBravo_Execute: Execute", "proposal_test: test_way"},
	{"compound", "GovernorBravo_Execute: Revert when trying to execute a succeeded but unqueued", NOT "the engine queues"},
	{"compound", "GovernorBravo_Execute: Revert when executing a proposal that reverts", "proposal_test: test_guard"},
	{"compound", "GovernorBravo_Execute: Revert when executing an expired", "proposal_test: test_asleep"},
	{"compound", "GovernorBravo_Execute: Assert execution order", "action_test"},
	{"compound", "GovernorBravo_Execute: Cannot execute cancelled", "proposal_test: test_guard (vetoed)"},
	{"compound", "GovernorBravo_Propose: Propose fails when insufficient", "proposal_test: test_admission"},
	{"compound", "GovernorBravo_Propose: Propose fails when proposer has", "proposal_test: test_refused (per_member)"},
	{"compound", "GovernorBravo_Propose: Propose fails", "proposal_test: test_refused"},
	{"compound", "GovernorBravo_Propose: Can re-propose", "proposal_test: test_same_plan"},
	{"compound", "GovernorBravo_Propose: Propose", "proposal_test: test_way"},
	{"compound", "GovernorBravo_Queue: Queue", "proposal_test: test_way"},
	{"compound", "GovernorBravo_Queue: Revert", NOT "nobody calls queueing: the engine does it"},
	{"compound", "GovernorBravo_Vote: Fail to vote twice", NOT "the last ballot counts"},
	{"compound", "GovernorBravo_Vote", "proposal_test: test_decide, test_asleep; poll_test"},
	{"compound", "GovernorBravo_WhitelistedAccount", NOT "there are no privileged authors"},
	{"compound", "Timelock: Reverts if calling", "proposal_test: test_set_policy (only a decision sets a policy)"},
	{"compound", "Timelock: Queuing and execute", "proposal_test: test_set_policy"},
	{"compound", "Timelock", NOT "actions of another system"},
};
#define SCENARIOS (sizeof scenarios / sizeof *scenarios)

static int	met[SCENARIOS];

/* ---- fields ---- */

static Fraction
fraction(const char *text)
{
	Fraction	f = {strtoll(text, NULL, 10), 1};
	const char *slash = strchr(text, '/');

	if (slash != NULL)
		f.den = strtoll(slash + 1, NULL, 10);
	return f;
}

static int64_t
number(const char *text)
{
	return strtoll(text, NULL, 10);
}

static Curve
curve(char **field)
{
	Curve		c = {CURVE_NONE, {0}};

	for (int i = CURVE_LINEAR; i <= CURVE_RECIPROCAL; i++)
		if (strcmp(field[0], curve_names[i]) == 0)
			c.form = (CurveForm) i;
	for (int i = 0; i < 4; i++)
		c.p[i] = number(field[i + 1]);
	CHECK(c.form != CURVE_NONE);
	return c;
}

/* A flag in a line, ? where the case does not say. */
static bool
same(bool got, const char *want)
{
	return *want == '?' || got == (*want == '1');
}

/* ---- lines ---- */

static bool
run_bar(char **f)
{
	Curve		c = curve(f + 2);
	int64_t		off = curve_bar(&c, number(f[7])) - number(f[8]);

	return CHECK(llabs(off) <= number(f[9]));
}

/* At its time each bar is cleared, and not a moment before: else the engine would look too late, or in vain. */
static bool
run_inverse(char **f)
{
	Curve		c = curve(f + 2);
	int64_t		steps = number(f[7]);
	bool		right = true;

	for (int64_t i = 0; i <= steps; i++)
	{
		int64_t		y = (int64_t) ((__int128) SHARE_ONE * i / steps);
		int64_t		x = curve_time(&c, y);

		right &= x == SHARE_ONE || y >= curve_bar(&c, x);
		right &= x < 100 || y < curve_bar(&c, x - 100);
	}
	return CHECK(right);
}

static bool
run_decide(char **f)
{
	Bars		bars = {.support = fraction(f[2]), .strict = *f[3] == '1', .approval = fraction(f[4]), .participation = fraction(f[5])};
	YesNo		counts = {number(f[6]), number(f[7]), number(f[8]), number(f[9])};
	Decision	d;

	bars_decide(&d, &bars, &counts, AVERAGE_FIRST, SHARE_ONE);
	return CHECK(same(d.supported, f[10]) && same(d.approved, f[11]) && same(d.participated, f[12]) && same(d.accepted, f[13]));
}

static bool
run_oppose(char **f)
{
	Bars		bars = {.support = {1, 2}, .quorum = QUORUM_OPPOSITION, .quorum_min = fraction(f[2]), .quorum_max = fraction(f[3]),
						.coefficient = number(f[4])};
	YesNo		counts = {0, number(f[5]), 0, number(f[6])};
	Decision	d;

	bars_decide(&d, &bars, &counts, AVERAGE_FIRST, SHARE_ONE);
	return CHECK_INT(d.needed, number(f[7]));
}

/* The bar, of an electorate so large that nothing is rounded which the case tells. */
static bool
run_average(char **f)
{
	Bars		bars = {.support = {1, 2}, .quorum = QUORUM_EMA, .quorum_min = fraction(f[6]), .quorum_max = fraction(f[7])};
	YesNo		counts = {0, 0, 0, AVERAGE_ONE};
	int64_t		next = average_next(number(f[2]), number(f[3]), number(f[4]));
	Decision	d;

	bars_decide(&d, &bars, &counts, next, SHARE_ONE);
	return CHECK_INT(next, number(f[5])) && CHECK_INT(d.needed, number(f[8]));
}

static bool
run_hold(char **f)
{
	Lengthening l = {fraction(f[2]), fraction(f[3]), number(f[4]), number(f[5])};

	return CHECK_INT(lengthened(&l, number(f[6]), number(f[7])), number(f[8]));
}

static bool
run_case(char **f)
{
	for (size_t i = 0; i < SCENARIOS; i++)
		if (strcmp(scenarios[i].group, f[1]) == 0 && strncmp(scenarios[i].begins, f[2], strlen(scenarios[i].begins)) == 0)
		{
			met[i]++;
			return true;
		}
	return CHECK(!"a scenario that the table does not know");
}

static bool
run(char **f)
{
	return strcmp(f[0], "bar") == 0 ? run_bar(f) :
		strcmp(f[0], "inverse") == 0 ? run_inverse(f) :
		strcmp(f[0], "decide") == 0 ? run_decide(f) :
		strcmp(f[0], "oppose") == 0 ? run_oppose(f) :
		strcmp(f[0], "average") == 0 ? run_average(f) :
		strcmp(f[0], "hold") == 0 ? run_hold(f) :
		strcmp(f[0], "case") == 0 ? run_case(f) : false;
}

static bool
run_time(char **f)
{
	Curve		c = curve(f + 2);

	return CHECK_INT(curve_time(&c, number(f[7])), number(f[8]));
}

/* Take a line apart and count it in its group. */
static void
read_line(char *line)
{
	static char none[] = "";
	char	   *field[16] = {line};
	int			n = 1;

	for (int i = 1; i < 16; i++)
		field[i] = none;
	line[strcspn(line, "\n")] = '\0';
	for (char *p = line; *p && n < 16; p++)
		if (*p == '\t')
		{
			*p = '\0';
			field[n++] = p + 1;
		}
	for (size_t i = 0; i < GROUPS; i++)
		if (strcmp(groups[i].what, field[0]) == 0 && strcmp(groups[i].name, field[1]) == 0)
		{
			if (!(strcmp(field[0], "time") == 0 ? run_time(field) : run(field)))
				printf("    %s %s %s %s %s %s %s %s %s %s\n", field[0], field[1], field[2], field[3], field[4], field[5], field[6],
					   field[7], field[8], field[9]);
			seen[i]++;
			return;
		}
	CHECK(!"a line that is of no group");
}

int
main(void)
{
	const char *python = getenv("PYTHON");
	char		command[1000];
	char	   *line = NULL;
	size_t		room = 0;
	int			total = 0;
	int			status;
	FILE	   *lines;

	for (size_t i = 0; i < GROUPS; i++)
		total += groups[i].count;
	snprintf(command, sizeof command, "%s test/core/proposal_vectors.py", python ? python : "/usr/bin/python3");
	lines = popen(command, "r");
	if (lines == NULL)
	{
		perror(command);
		return 1;
	}
	while (getline(&line, &room, lines) > 0)
		read_line(line);
	free(line);
	status = pclose(lines);
	if (WIFEXITED(status) && (WEXITSTATUS(status) == 77 || WEXITSTATUS(status) == 127))
	{
		printf("skip proposal_vectors: %d cases, %s\n", total,
			   WEXITSTATUS(status) == 77 ? "no vectors at COMMUNE_VECTORS" : "python3 is missing");
		return 77;
	}
	CHECK_INT(status, 0);
	for (size_t i = 0; i < GROUPS; i++)
		if (!CHECK_INT(seen[i], groups[i].count))
			printf("    in %s %s\n", groups[i].what, groups[i].name);
	for (size_t i = 0; i < SCENARIOS; i++)
		if (!CHECK(met[i] > 0))
			printf("    no scenario of %s begins with %s\n", scenarios[i].group, scenarios[i].begins);
	return check_done("proposal_vectors");
}
