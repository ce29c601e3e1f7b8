"""The budget methods on real elections and rounds with published results.  Every case is a row of
docs/budget-agreement.md, which this makes anew and compares; the new page is left in the folder of results."""
import csv
import gzip
import io
import json
import os
import sys

import psycopg2

VECTORS = os.environ.get("COMMUNE_VECTORS", "../shared/vectors")
TALLY = VECTORS + "/tally/public/"
PAGE = "docs/budget-agreement.md"
DEFAULT_TIES = "max_votes,min_cost"

if not os.path.isdir(TALLY):
    print("no vectors at %s: %s is not checked" % (TALLY, PAGE))
    sys.exit(77)

table = []
failed = []


def case(name, source, method, parameters, agrees, note=""):
    """Note a case down; a note explains what differs from the publication, although the result agrees."""
    table.append((name, source, method, parameters, ("agrees" if agrees is True else agrees or "DISAGREES") + (": " + note if note else "")))
    if agrees is not True and not isinstance(agrees, str):
        failed.append(table[-1])


def ask(query, *arguments):
    cursor.execute(query, arguments)
    return cursor.fetchall()


def read(path):
    with open(TALLY + path, encoding="utf-8") as file:
        return json.load(file)


# ---- Pabulib

def open_text(path):
    return gzip.open(path, "rt", encoding="utf-8") if path.endswith(".gz") else open(path, encoding="utf-8")


class Election:
    """A Pabulib file in the database: projects are numbered in the order of their names as texts."""

    def __init__(self, path):
        section, head = None, None
        self.meta, projects, ballots = {}, {}, []
        with open_text(TALLY + path) as file:
            for row in csv.reader(file, delimiter=";"):
                if row and row[0].strip() in ("META", "PROJECTS", "VOTES"):
                    section, head = row[0].strip(), None
                elif row and head is None:
                    head = [column.strip() for column in row]
                elif row and section == "META":
                    self.meta[row[0]] = row[1]
                elif row and section == "PROJECTS":
                    projects[row[0]] = dict(zip(head, row))
                elif row:
                    ballots.append(dict(zip(head, row)))
        self.rows = projects
        self.names = sorted(projects)
        self.number = {name: i for i, name in enumerate(self.names, 1)}
        amounts = [projects[name]["cost"] for name in self.names] + [self.meta["budget"]]
        self.unit = 100 if any("." in amount for amount in amounts) else 1      # of the currency
        self.costs = [[self.number[name], round(float(projects[name]["cost"]) * self.unit)] for name in self.names]
        self.cost = {name: c for name, (i, c) in zip(self.names, self.costs)}
        self.money = round(float(self.meta["budget"]) * self.unit)
        self.ballots = ballots
        lines = "".join("{%s}\n" % ",".join(str(self.number[p]) for p in b["vote"].split(",") if p) for b in ballots)
        cursor.execute("CREATE TEMPORARY TABLE IF NOT EXISTS ballot (projects integer[]); TRUNCATE ballot")
        cursor.copy_from(io.StringIO(lines), "ballot")
        [(self.state, self.voters)] = ask("SELECT commune.tally_budget(projects), count(*) FROM ballot")

    def shares(self, utility="cost", completion="none", increment=None, integral=None, exhaustive=None, ties=DEFAULT_TIES):
        """The projects in the order in which they were bought, and the last share of a voter."""
        arguments = (self.state, self.costs, self.money, utility, completion, increment, integral, exhaustive, ties)
        call = "(%s::commune.tally_budget, %s::bigint[], %s, %s, %s, %s, %s, %s, %s)"
        found = ask("SELECT project FROM commune.equal_shares" + call + " WHERE funded ORDER BY place", *arguments)
        [(share,)] = ask("SELECT max(share) FROM commune.equal_shares_rounds" + call + " WHERE kept", *arguments)
        return [self.names[i - 1] for i, in found], share

    def greedy(self, measure, ties, unaffordable="skip"):
        found = ask("SELECT project, votes FROM commune.greedy_budget(%s::commune.tally_budget, %s::bigint[], %s, %s, %s, %s) WHERE funded ORDER BY place",
                    self.state, self.costs, self.money, measure, unaffordable, ties)
        return [self.names[i - 1] for i, votes in found]

    def votes(self):
        return {self.names[i - 1]: votes for i, votes in ask(
            "SELECT project, votes FROM commune.greedy_budget(%s::commune.tally_budget, %s::bigint[], 0, 'votes', 'skip', 'option_order')",
            self.state, self.costs)}

    def total(self, names):
        return sum(self.cost[name] for name in names)


def js_rules(tie_breaking):
    return ",".join({"maxVotes": "max_votes", "minCost": "min_cost", "maxCost": "max_cost"}[rule] for rule in tie_breaking) or "error"


def check_js(name, election, reference, source):
    """A result of the tool of equalshares.net: projects in the order of purchase, cost, and the share."""
    params, expected = reference["params"], reference.get("result", reference)
    completion = {"none": "none", "utilitarian": "utilitarian", "add1": "add1", "add1u": "add1_utilitarian"}[params["completion"]]
    terms = {"completion": completion, "ties": js_rules(params["tieBreaking"])}
    if completion.startswith("add1"):
        terms.update(increment=params["increment"], integral="integral" in params["add1options"], exhaustive="exhaustive" in params["add1options"])
    shown = ", ".join("%s %s" % (k, str(v).lower()) for k, v in terms.items())
    if "error" in expected:
        try:
            election.shares(**terms)
            case(name, source, "equal_shares, cost", shown, False)
        except psycopg2.Error as error:
            connection.rollback()
            case(name, source, "equal_shares, cost", shown, error.pgcode == "QC602", "both refuse the tie")
        return
    winners, share = election.shares(**terms)
    note = "the tool's comparison with the greedy result, which we do not have, changes nothing" if params["comparison"] != "none" else ""
    case(name, source, "equal_shares, cost", shown, winners == expected["winners"] and election.total(winners) == expected["totalCost"] and
         abs(float(share) - expected["endowment"]) < 1e-8 * expected["endowment"], note)


def check_wieliczka():
    folder = "mes_pb/wieliczka_2023_official_mes/"
    election = Election(folder + "poland_wieliczka_2023_green-budget.pb")
    expected = read(folder + "expected.json")
    winners, share = election.shares(completion="add1", increment=1, integral=True, exhaustive=False, ties="error")
    case("Wieliczka 2023, official", "Pabulib, Green Million", "equal_shares, cost", "completion add1, increment 1, integral true, exhaustive false",
         sorted(winners) == sorted(expected["official_selected"]) and election.total(winners) == expected["official_total_cost"],
         "30 projects for 995,079; the report names 313 as the share at which counting ended, where we find %d, and 316 is the first that is too much" % share)
    winners, share = election.shares(ties="error")
    case("Wieliczka 2023, no completion", "equalshares.net, fractions", "equal_shares, cost", "completion none",
         winners == expected["without_completion_fractions"] and election.total(winners) == expected["without_completion_total_cost"])
    for name, reference in read(folder + "js_reference.json").items():
        check_js("Wieliczka 2023, " + name, election, reference, "equalshares.net")
    for path, reference in read(folder + "pabutools_reference.json").items():
        if "wieliczka" in path:
            winners, share = election.shares(ties="option_order")
            case("Wieliczka 2023, pabutools", "pabutools", "equal_shares, cost", "completion none, ties option_order",
                 sorted(winners) == reference["winners"] and election.total(winners) == reference["total_cost"])
        elif "budapest" in path:
            case("Budapest 2024", "pabutools", "equal_shares, cost", "completion none", "not checked", "the ballots are not among the vectors")


def check_refs():
    folder = "mes_pb/equalshares_refs/"
    names = {"netherlands_amsterdam_2022_west.pb": "Amsterdam West 2022", "poland_warszawa_2021_bielany.pb": "Warsaw Bielany 2021"}
    satisfaction = read("mes_pb/wieliczka_2023_official_mes/pabutools_satisfaction_reference.json")
    for file, name in names.items():
        election = Election(folder + file)
        for key, reference in read(folder + "pb_reference.json").items():
            if reference["fixture"] == file:
                check_js("%s, %s" % (name, key.split("::")[1]), election, dict(reference, **({"result": {"error": True}} if "error" in reference else {})), "equalshares.net")
        reference = read(folder + "pabutools_reference.json")[file]
        winners, share = election.shares(ties="option_order")
        case(name + ", pabutools", "pabutools", "equal_shares, cost", "completion none, ties option_order",
             sorted(winners) == reference["winners"] and election.total(winners) == reference["total_cost"])
        for utility in "cost", "cardinality", "effort":
            expected = satisfaction["test/fixtures/pb/" + file][utility]
            winners, share = election.shares(utility=utility, ties="option_order")
            case("%s, %s" % (name, utility), "pabutools", "equal_shares, " + utility, "completion none, ties option_order", sorted(winners) == sorted(expected))
        rules = read(folder + "pabutools_rules_reference.json")[file]
        for key, measure in ("greedy_cost", "votes"), ("greedy_cardinality", "votes_per_cost"):
            case("%s, %s" % (name, key), "pabutools", "greedy_budget", "measure %s, ties option_order" % measure,
                 sorted(election.greedy(measure, "option_order")) == sorted(rules[key]))
        case(name + ", phragmen", "pabutools", "sequential Phragmen", "", "not checked", "not one of our methods")


def check_cities():
    for folder, name in ("poland_gdansk_2020", "Gdansk 2020"), ("poland_wroclaw_2018", "Wroclaw 2018"):
        election = Election("mes_pb/%s/%s_.pb.gz" % (folder, folder))
        expected = read("mes_pb/%s/expected.json" % folder)
        case(name + ", votes", "the city, Pabulib", "greedy_budget", "votes of each project", election.votes() == expected["approval_totals"])
        if expected["official_selected"]:
            case(name + ", official", "the city, Pabulib", "greedy_budget", "measure votes",
                 sorted(election.greedy("votes", DEFAULT_TIES)) == sorted(expected["official_selected"]))
        for key, reference in expected["mes_reference"].items():
            check_js("%s, %s" % (name, key.split("_-")[1]), election, reference, "equalshares.net")


# Where a city did not choose as greedy by votes does: the budget and the least votes with which it would have.
LOCAL_RULES = {
    "poland_gdynia_2020_srodmiescie-small.pb": (36189, 0, "the choice is that of greedy with a tenth of the budget that the file names"),
    "poland_lodz_2022_zdrowie-mania.pb": (433000, 37, "the choice is that of greedy among projects with a least number of votes, between 37 and 59"),
}


def check_small():
    folder = "mes_pb/pabulib_greedy_small/"
    for file in sorted(os.listdir(TALLY + folder)):
        if not file.endswith(".pb"):
            continue
        election = Election(folder + file)
        name = file[:-3].replace("_", " ").replace("poland ", "").title()
        official = {p for p, row in election.rows.items() if row.get("selected", "").strip() == "1"}
        votes = election.votes()
        case(name + ", votes", "the city, Pabulib", "greedy_budget", "votes of each project",
             all(votes[p] == int(row["votes"]) for p, row in election.rows.items()))
        if "selected" not in next(iter(election.rows.values())):
            case(name, "the city, Pabulib", "greedy_budget", "measure votes", "not checked", "the file does not say what was selected")
        else:
            ours = set(election.greedy("votes", DEFAULT_TIES))
            if ours != official and file in LOCAL_RULES:
                election.money, least, note = LOCAL_RULES[file]
                election.costs = [[i, c if votes[election.names[i - 1]] >= least else election.money + 1] for i, c in election.costs]
                case(name, "the city, Pabulib", "greedy_budget", "measure votes",
                     set(election.greedy("votes", DEFAULT_TIES)) == official and "differs by a local rule", note)
            else:
                case(name, "the city, Pabulib", "greedy_budget", "measure votes", ours == official)


def check_committees():
    """Committees of a fixed size: projects that cost 1.  Any of the published committees may be ours."""
    import yaml
    with gzip.open(TALLY + "borda_approval/abcvoting/instances.yaml.gz", "rt") as file:
        instances = [d for d in yaml.safe_load_all(file) if d]
    agree = {"equal-shares-with-av-completion": 0}
    for d in instances:
        ballots = [(v[1], v[0]) if len(v) == 2 and isinstance(v[1], list) else (v, 1) for v in d["profile"]]
        state = " ".join("%d*(%s)" % (w, ",".join(map(str, sorted(p)))) for p, w in ballots)
        for rule in d["compute"]:
            if rule["rule_id"] == "equal-shares-with-av-completion" and rule["resolute"]:
                found = ask("SELECT project FROM commune.equal_shares(%s::commune.tally_budget, %s::bigint[], %s, 'cardinality', 'utilitarian', "
                            "NULL, NULL, NULL, 'option_order') WHERE funded ORDER BY project",
                            state, [[c, 1] for c in range(d["num_cand"])], d["committeesize"])
                agree[rule["rule_id"]] += [c for c, in found] in map(sorted, rule["result"])
    case("240 committees", "abcvoting", "equal_shares, cardinality", "completion utilitarian, every cost 1",
         agree["equal-shares-with-av-completion"] == len(instances) == 240)


# ---- quadratic funding

def fund(rows, pool, formula="gitcoin", scaling="saturated", rounding="floor", cap=None):
    """{project: match, and match less cap before the cap was applied}; rows are contributor, project, amount with any names."""
    projects = sorted({p for c, p, a in rows})
    people = sorted({c for c, p, a in rows})
    found = ask("SELECT project, match, uncapped, roots, ideal FROM (SELECT commune.tally_contributions(p, c, a) AS t FROM unnest(%s::integer[], %s::bigint[], "
                "%s::bigint[]) AS u (p, c, a)) s, commune.quadratic_funding(t, %s, %s, %s, %s, %s, 'option_order')",
                [projects.index(p) for c, p, a in rows], [people.index(c) for c, p, a in rows], [a for c, p, a in rows], pool, formula, scaling, rounding, cap)
    return {projects[p]: rest for p, *rest in found}


def check_linear():
    contributions = [(r["contributor"], r["recipient"], r["amount"]) for r in read("quadratic_funding/gitcoin_linear/contributions.json")]
    source = "pluralistic.js"
    for scenario in read("quadratic_funding/gitcoin_linear/scenarios.json"):
        rows = [tuple(c) for c in scenario.get("contributions", contributions)]
        scaling = "always" if scenario["ignore_saturation"] else "saturated"
        found = fund(rows, scenario["match_amount"], scaling=scaling, cap=scenario.get("cap"))
        agrees = True
        for project, expected in scenario["expected"].items():
            match, uncapped, roots, ideal = found[project]
            if isinstance(expected, dict):
                amounts = sum(a for c, p, a in rows if p == project)
                agrees = agrees and int(roots) == expected["sum_of_sqrt"] and match == expected["matched"] and (
                    sum(a for c, p, a in rows if p == project) - expected["sum_of_sqrt"] ** 2 == expected["remainder"] or amounts < 0)
            else:
                agrees = agrees and match == expected
        for project, over in scenario.get("cap_overflow", {}).items():
            agrees = agrees and found[project][1] - scenario["cap"] == over
        case("linear, " + scenario["name"], source, "quadratic_funding, gitcoin",
             "pool %d, scaling %s, rounding floor%s" % (scenario["match_amount"], scaling, ", cap %d" % scenario["cap"] if scenario.get("cap") else ""), agrees)
    with open(VECTORS + "/governance/qf/linear_qf.json") as file:
        data = json.load(file)
    for c in data["cases"]:
        rows = [(r["contributor"], r["recipient"], r["amount"]) for r in c.get("contributions", data["contributions"])]
        scaling = "always" if c["ignoreSaturation"] else "saturated"
        found = fund(rows, c["match"], scaling=scaling, cap=c["cap"])
        agrees = {p: r[0] for p, r in found.items()} == c["matched"] and all(
            found[p][1] - c["cap"] == over for p, over in c.get("capOverflow", {}).items())
        case("governance/qf, " + c["name"], source, "quadratic_funding, gitcoin", "pool %d, scaling %s, rounding floor%s" % (
            c["match"], scaling, ", cap %d" % c["cap"] if c["cap"] else ""), agrees)


def check_pairwise():
    data = read("quadratic_funding/gitcoin_pairwise/example.json")
    unit = 10 ** 9
    rows = [(int(grant["id"]), int(person), round(amount * unit)) for grant in data["contributions"]
            for gift in grant["contributions"] for person, amount in gift.items()]
    [(state,)] = ask("SELECT commune.tally_contributions(p, c, a) FROM unnest(%s::integer[], %s::bigint[], %s::bigint[]) AS u (p, c, a)", *map(list, zip(*rows)))
    for run in data["runs"]:
        # Their bound counts from 1 whole unit: (M + 1) / T in units of 10^-9 is (M 10^9 + 10^9 - 1 + 1) / T.
        bound = round(run["threshold"] * unit) + unit - 1
        found = ask("SELECT project, contributors, received, match FROM commune.pairwise_funding(%s::commune.tally_contributions, %s, %s, 'gitcoin', 'saturated', "
                    "'largest_remainder', NULL, 'option_order')", state, run["pot"] * unit, bound)
        agrees = all(n == r["number_contributions"] and int(received) == r["contribution_amount"] * unit and
                     abs(match / unit - r["clr_amount"]) < 1e-9 * r["clr_amount"] and str(project) == r["id"]
                     for (project, n, received, match), r in zip(found, run["result"])) and len(found) == len(run["result"])
        case("pairwise, bound %d, pot %d" % (run["threshold"], run["pot"]), "gitcoin clr.py", "pairwise_funding, gitcoin",
             "units of 10^-9; floats, to 9 digits", agrees)


# ---- votes

def check_votes():
    data = read("quadratic_voting/maci_suites/suites.json")
    for suite in data["suites"]:
        options = len(suite["expectedTally"])
        ballots = []
        for user in range(suite["numUsers"]):
            votes = [0] * options
            for message in suite["votes"][str(user)].values():
                votes[message["voteOptionIndex"]] = message["voteWeight"]
            ballots.append("{%s}" % ",".join(map(str, votes)))
        found = ask("SELECT votes, credits FROM (SELECT commune.tally_quadratic(v::integer[], 100) AS t FROM unnest(%s::text[]) v) s, "
                    "commune.option_votes(t, %s) ORDER BY option", ballots, list(range(1, options + 1)))
        spent = suite["expectedSpentVoiceCredits"]
        case("MACI, " + suite["name"], "MACI", "tally_quadratic", "credits 100", [int(v) for v, c in found] == suite["expectedTally"] and
             [int(c) for v, c in found] == spent[:options] and not any(spent[options:]) and sum(int(c) for v, c in found) == suite["expectedTotalSpentVoiceCredits"])

    data = read("quadratic_voting/clrfund_credits/round.json")
    votes, spent = [list(map(int, data[key])) for key in ("vote_option_tally", "spent_voice_credits_per_option")]
    state = " ".join("%d=%d,0,%d,1" % (i, v, c) for i, (v, c) in enumerate(zip(votes, spent), 1) if v)
    found = ask("SELECT votes, credits FROM commune.option_votes(%s::commune.tally_sums)", state)
    total = sum(c for v, c in found)
    factor, pool = 10 ** 13, 10 ** 20
    [(paid, n)] = ask("SELECT sum(amount), count(*) FROM commune.alpha_funding(%s::commune.tally_sums, %s, %s)", state, total * factor + pool, factor)
    case("EthStaker round", "clr.fund", "option_votes, alpha_funding", "the sums that were published",
         total == int(data["total_spent_voice_credits"]) and all(v * v >= c for v, c in found) and
         0 <= total * factor + pool - paid <= n + sum(v * v for v in votes) * factor // 10 ** 18 + 1,
         "ballots are secret: their sums add up; no payments were published")

    data = read("quadratic_voting/snapshot_quadratic/quadratic.json")
    rows = []
    for voter, vote in enumerate(data["votes"]):
        whole = sum(vote["choice"].values())
        rows += [(voter, int(o), vote["balance"] * share * 10 ** 12 // whole) for o, share in vote["choice"].items() if share]
    found = fund(rows, data["scoresTotal"] * 10 ** 12, formula="square", scaling="always", rounding="largest_remainder")
    case("Snapshot, quadratic", "snapshot.js", "quadratic_funding, square", "shares of power as contributions, scaling always; floats, to 9 digits",
         all(abs(found[i][0] / 10 ** 12 - score) < 1e-9 * score for i, score in enumerate(data["scores"], 1)) and
         sum(r[0] for r in found.values()) == data["scoresTotal"] * 10 ** 12)

    data = read("majority/snapshot_single_choice/singleChoice.json")
    [(state,)] = ask("SELECT commune.tally_votes(c, w) FROM unnest(%s::integer[], %s::bigint[]) AS u (c, w)",
                     [v["choice"] for v in data["votes"]], [v["balance"] for v in data["votes"]])
    found = ask("SELECT option, votes, base, passed FROM commune.majority(%s::commune.tally_sums, options => '{1,2,3,4}')", state)
    case("Snapshot, single choice", "snapshot.js", "majority", "more than half of the votes cast", [int(r[1]) for r in found] == data["scores"] and
         all(int(r[2]) == data["scoresTotal"] for r in found) and [r[0] for r in found if r[3]] == [1])

    folder = "borda_approval/pabulib_france_toulouse_2019/"
    election = Election(folder + "france_toulouse_2019_.pb.gz")
    expected = read(folder + "expected.json")
    ballots = []
    for ballot in election.ballots:
        points = [0] * len(election.names)
        for p, x in zip(ballot["vote"].split(","), ballot["points"].split(",")):
            points[election.number[p] - 1] += int(x)
        ballots.append("{%s}" % ",".join(map(str, points)))
    found = ask("SELECT votes, voters FROM (SELECT commune.tally_cumulative(p::integer[], %s) AS t FROM unnest(%s::text[]) p) s, commune.option_votes(t, %s)",
                int(election.meta["max_sum_points"]), ballots, list(range(1, len(election.names) + 1)))
    score = {name: int(v) for name, (v, n) in zip(election.names, found)}
    count = {name: n for name, (v, n) in zip(election.names, found)}
    case("Toulouse 2019", "the city, Pabulib", "tally_cumulative", "total 7",
         score == expected["recount_score"] and count == expected["recount_votes"])


HEAD = """# Agreement with published results

Made by `test/model/budget_agreement.py`, which runs each case and compares this page; `build/out/budget-agreement.md` is the new one.
Winners agree when they are the same, in the same order where the source has one; costs and shares of voters, too. Results that a source
computed in floating point agree to 9 digits.

| case | source | method | parameters | agreement |
|---|---|---|---|---|
"""

with psycopg2.connect("") as connection, connection.cursor() as cursor:
    for check in check_wieliczka, check_refs, check_cities, check_small, check_committees, check_linear, check_pairwise, check_votes:
        check()
page = HEAD + "".join("| %s |\n" % " | ".join(row) for row in table)
with open(os.path.join(os.environ.get("COMMUNE_OUT", "."), "budget-agreement.md"), "w") as file:
    file.write(page)
for row in failed:
    print("disagrees: %s" % " | ".join(map(str, row)))
with open(PAGE) as file:
    if file.read() != page:
        print("%s is old" % PAGE)
        failed.append(PAGE)
print("%d cases" % len(table))
sys.exit(1 if failed else 0)
