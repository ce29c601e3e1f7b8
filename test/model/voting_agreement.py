"""Counts elections whose results were published, or were counted by other programs, and compares every number.

What agrees and what does not is the table docs/voting-agreement.md; this test fails if it is not as it is written here:
after a change that is meant, copy build/out/voting-agreement.md there.
"""
import collections
import csv
import fractions
import glob
import gzip
import io
import json
import os
import re
import sys
import xml.etree.ElementTree
import zipfile

import psycopg2

VECTORS = os.environ.get("COMMUNE_VECTORS", "../shared/vectors") + "/tally/public"
PAGE = "docs/voting-agreement.md"

if not os.path.isdir(VECTORS):
    print("no vectors at %s: no published result is compared" % VECTORS)
    sys.exit(77)

connection = psycopg2.connect("")
cursor = connection.cursor()
table = []


def note(case, source, method, parameters, problems, count="", why=None):
    """One row of the table.  A case that differs must say why, and one that says why must differ."""
    if problems and why is None:
        print("%s, %s: %s" % (case, method, "; ".join(problems[:4])))
        note.failures += 1
    if why is not None and not problems:
        print("%s, %s: agrees, although it is said that %s" % (case, method, why))
        note.failures += 1
    table.append((case, source, method, parameters, why or "equal" + (": " + count if count else "")))
    note.explained += why is not None


note.failures = note.explained = 0


# ---- calling

def rows(query, **values):
    cursor.execute(query, values)
    return cursor.fetchall()


def call(function, state, kind, columns="*", **parameters):
    """The rows of a function on a state, as dictionaries; numerics as text, which shows their decimals."""
    arguments = "".join(", %s => %%(%s)s" % (name, name) for name in parameters)
    cursor.execute("SELECT %s FROM commune.%s(%%(the_state)s::commune.%s%s) r" % (columns, function, kind, arguments),
                   dict(parameters, the_state=state))
    names = [column.name for column in cursor.description]
    return [dict(zip(names, (str(v) if type(v).__name__ == "Decimal" else v for v in row))) for row in cursor.fetchall()]


def by_round(found):
    rounds = collections.OrderedDict()
    for row in found:
        rounds.setdefault(row["round"], []).append(row)
    return list(rounds.values())


def profile(options, ballots):
    return "%d: " % options + " ".join("%d*%s" % (weight, ranking) for ranking, weight in ballots.items())


def differences(what, found, wanted):
    return [] if found == wanted else ["%s is %s, not %s" % (what, found, wanted)]


def counted(rounds):
    return "%d round%s" % (len(rounds), "" if len(rounds) == 1 else "s")


# ---- reading

def text_of(path):
    opened = gzip.open(path, "rb") if path.endswith(".gz") else open(path, "rb")
    with opened as file:
        return file.read().decode("utf-8", "replace")


def read_json(path):
    return json.loads(text_of(path))


class Election:
    """Options by their names, in order; ballots by their text form."""

    def __init__(self, names, seats=1):
        self.names = names
        self.number = {name: i for i, name in enumerate(names, 1)}
        self.seats = seats
        self.ballots = collections.Counter()
        self.order = None
        self.withdrawn = None
        self.title = ""

    @property
    def profile(self):
        return profile(len(self.names), self.ballots)


def read_blt(path):
    """The format of OpenSTV and droop: options and seats, ballots, names."""
    lines = (line.split("#")[0].strip() for line in text_of(path).splitlines())
    lines = iter([line for line in lines if line])
    options, seats = (int(word) for word in next(lines).split()[:2])
    nick, withdrawn, order, ballots = {}, [], None, collections.Counter()
    number = lambda word: nick.get(word) or int(word)
    for line in lines:
        if line == "0":
            break
        words = line.strip("[] ").split()
        if words[0] == "nick":
            nick = {word: i for i, word in enumerate(words[1:], 1)}
        elif words[0] == "tie":
            order = [number(word) for word in words[1:]]
        elif words[0] == "withdrawn":
            withdrawn += [number(word) for word in words[1:]]
        elif line.startswith("-"):
            withdrawn += [-int(word) for word in words]
        elif line[0] != "[":
            ranks = ["=".join(str(number(option)) for option in rank.split("=")) for rank in words[1:-1]]
            ballots[">".join(ranks)] += int(words[0])
    names = [line.strip('"') for line in lines]
    election = Election(names[:options], seats)
    election.ballots, election.order, election.withdrawn = ballots, order, withdrawn or None
    return election


def read_preflib(path):
    """PrefLib's orders: weight: a,b,{c,d}"""
    names, ballots = {}, collections.Counter()
    for line in text_of(path).splitlines():
        named = re.match(r"# ALTERNATIVE NAME (\d+): (.*)", line)
        if named:
            names[int(named.group(1))] = named.group(2)
        elif line and line[0] != "#":
            weight, order = line.split(":")
            ranks = re.findall(r"\{[^}]*\}|[^,{}\s]+", order)
            ballots[">".join(rank.strip("{}").replace(",", "=") for rank in ranks)] += int(weight)
    election = Election([names[i] for i in sorted(names)])
    election.ballots = ballots
    return election


def read_tsv(folder):
    """weight TAB ranking, as written by us but for ranks that are given as empty fields."""
    with open(folder + "/candidates.csv", encoding="utf-8") as file:
        candidates = list(csv.DictReader(file))
    election = Election([row["name"] for row in candidates])
    number = {row["id"]: str(i) for i, row in enumerate(candidates, 1)}
    for line in text_of(folder + "/ballots.tsv").splitlines():
        if line[0] != "#":
            weight, ranking = line.split("\t")
            ranks = [[number[option] for option in rank.split("=")] if rank else [] for rank in ranking.split(">")]
            election.ballots[">".join("=".join(rank) for rank in ranks)] += int(weight)
    return election


def read_condorcet(lines, names, implicit=True):
    """The format of Condorcet PHP: A > B = C * 5, or ^ 5."""
    election = Election(names)
    for line in lines:
        line = line.split("||")[-1].split("#")[0].strip()
        if not line:
            continue
        line, _, times = re.match(r"([^*^]*)([*^]\s*(\d+))?", line).groups()
        ranks = []
        for rank in line.split(">"):
            options = [name.strip() for name in rank.split("=")]
            options = [str(election.number[name]) for name in options if name in election.number]
            if options:
                ranks.append("=".join(options))
        election.ballots[">".join(ranks)] += int(times or 1)
    return election


# ---- droop: reports of its transferable votes

def read_report(path):
    """A report of droop as a list of actions, each with the options' states and votes, and sums."""
    head, actions, current = {}, [], None
    for line in text_of(path).splitlines():
        action = re.match(r"Action: (.*)", line)
        option = re.match(r"\t(Elected|Pending|Hopeful|Defeated): +(.*) \(([\d.]+)\)$", line)
        total = re.match(r"\t([A-Z][A-Za-z ]*): ([\d.]+)$", line)
        if action:
            current = {"action": action.group(1), "options": {}, "sums": {}}
            actions.append(current)
        elif line.startswith("Round"):
            current = None
        elif option and current:
            names = option.group(2).split(", ") if option.group(1) == "Defeated" else [option.group(2)]
            for name in names:
                current["options"][name] = (option.group(1), option.group(3))
        elif total:
            (current["sums"] if current else head)[total.group(1)] = total.group(2)
    return head, actions


def gregory_states(actions):
    """The actions after which votes lie where one of our rounds has them."""
    states, left = [], False
    for action in actions:
        name = action["action"]
        surplus = re.match(r"Surplus transferred: .* \(([\d.]+)\)$", name)
        if name.startswith(("Begin", "Transfer defeated")) or (surplus and float(surplus.group(1)) > 0):
            states.append(action)
            left = False
        elif name.startswith("Defeat sure loser"):
            left = True
        elif name.startswith("Elect remaining") and left:
            states.append(action)       # a batch was excluded, and the count is over without its transfer
    return states


def meek_states(actions):
    states = []
    for action in actions:
        if action["action"].startswith("Elect:"):
            if states and states[-1]["action"].startswith("Elect:") and states[-1]["sums"] == action["sums"]:
                states.pop()            # several are elected in one round
            states.append(action)
        elif action["action"].startswith("Defeat ("):
            states.append(action)
    return states


def compare_droop(election, report, rule, batch=False):
    ties = "prior_round,picked_first" if rule == "scottish" else "picked_first"
    found = by_round(call("stv", election.profile, "tally_profile", seats=election.seats, rule=rule, batch=batch, ties=ties,
                          permutation=election.order, withdrawn=election.withdrawn))
    head, actions = read_report(report)
    states = meek_states(actions) if rule == "meek" else gregory_states(actions)
    problems = differences("the number of rounds", len(found), len(states))
    for round, (state, options) in enumerate(zip(states, found), 1):
        for name, (status, votes) in state["options"].items():
            row = options[election.number[name] - 1]
            if not (rule == "meek" and float(votes) == 0):      # what they show of those who are out
                problems += differences("round %d, %s" % (round, name), row["votes"], votes)
        if rule == "meek":
            problems += differences("round %d, quota" % round, options[0]["quota"], state["sums"]["Quota"])
        else:
            problems += differences("round %d, exhausted" % round, options[0]["exhausted"], state["sums"]["Nontransferable votes"])
            problems += differences("round %d, lost" % round, options[0]["lost"], state["sums"]["Residual"])
            problems += differences("quota", options[0]["quota"], head["Quota"])
    elected = {name for name, (status, votes) in actions[-1]["options"].items() if status == "Elected"}
    problems += differences("elected", {election.names[row["option"] - 1] for row in found[-1] if row["status"] == "elected"}, elected)
    return problems, len(found)


DROOP_RULES = [("scotland", "scottish", False), ("wigm-prf", "wigm", False), ("meek-prf", "meek", False)]
ONE_MORE = ("equal up to the round that fills the seats; there our count ends, as the rule says, and droop moves one more surplus, "
            "after which the same are elected")


def check_droop(case, source, blt, report, rule, batch=False):
    election = read_blt(blt)
    problems, rounds = compare_droop(election, report, rule, batch)
    parameters = "seats %d, ties as droop" % election.seats + (", batch" if batch else "")
    why = None
    if rule == "wigm" and len(problems) == 1 and problems[0] == "the number of rounds is %d, not %d" % (rounds, rounds + 1):
        why = ONE_MORE
    note(case, source, "STV " + rule, parameters, problems, counted(range(rounds)), why)


def check_all_droop():
    folder = VECTORS + "/stv/droop"
    for case in "42", "42t", "513", "SC":
        for rule, batch, file in (("scottish", False, "scotland-fixed-p5-d5"), ("wigm", False, "wigm-prf-fixed-p4-d4"),
                                  ("wigm", True, "wigm-prf-batch-fixed-p4-d4"), ("meek", False, "meek-prf-o6-fixed-p9-d9")):
            check_droop("droop " + case, "droop 0.14", "%s/blt/%s.blt" % (folder, case),
                        "%s/expected/report/%s-%s.txt" % (folder, case, file), rule, batch)
    for rule in ("Minneapolis", "Meek, parametric", "Warren", "WIGM, guarded or rational arithmetic"):
        note("droop 42, 42t, 513, SC, eq1, tie", "droop 0.14", rule, "", ["not offered"], why="not offered: this rule or arithmetic of droop")
    for blt in sorted(glob.glob(folder + "/blt/scotland/*.blt")):
        name = os.path.basename(blt)[:-4]
        check_droop("Glasgow, " + name if "2007" in name else "droop " + name, "droop 0.14; councillors as declared" if "2007" in name else "droop 0.14",
                    blt, "%s/expected/report/scotland/%s-scotland-fixed-p5-d5.txt" % (folder, name), "scottish")
    for file, rule, batch in DROOP_RULES:
        check_droop("Dublin North 2002", "droop 0.14; elected as declared", VECTORS + "/stv/dublin_north_2002/dublin_north_2002.blt",
                    "%s/stv/dublin_north_2002/droop_%s.txt.gz" % (VECTORS, file), rule)
        check_droop("IMS council, 5 seats", "droop 0.14", VECTORS + "/stv/ims_election/ims_election_5seats.blt",
                    "%s/stv/ims_election/droop_%s.txt.gz" % (VECTORS, file), rule)
        for blt in sorted(glob.glob(VECTORS + "/stv/scottish_council_elections/blt/*.blt")):
            name = os.path.basename(blt)[:-4]
            check_droop("Scotland, " + name, "droop 0.14; councillors as declared" if rule == "scottish" else "droop 0.14", blt,
                        "%s/stv/scottish_council_elections/droop_reports/%s-%s.txt.gz" % (VECTORS, name, file), rule)


# ---- other transferable votes

def elected(election, **parameters):
    found = by_round(call("stv", election.profile, "tally_profile", **parameters))
    return {election.names[row["option"] - 1] for row in found[-1] if row["status"] == "elected"}


def check_portland():
    """Portland, Oregon: official winners.  Their rounds were counted by others in floating point, and tell little."""
    for district, winners in (("d1", {"Candace Avalos", "Loretta Smith", "Jamie Dunphy"}),
                              ("d4", {"Mitch Green", "Olivia Clark", "Eric Zimmerman"})):
        election = read_tsv("%s/stv/portland_2024_%s" % (VECTORS, district))
        parameters = dict(seats=3, rule="wigm", quota="droop", overvote="skip", ties="prior_round,option_order")
        note("Portland, Oregon, 2024 " + district.upper(), "declared winners", "STV wigm",
             "seats 3, quota droop, overvote skip, ties prior_round,option_order",
             differences("elected", elected(election, **parameters), winners),
             "winners (rounds of another program, in floating point, give each paper with an overvote to one of its options)")


def check_stv_rs():
    """Meek with other arithmetic: where papers have no equal ranks, the same are elected."""
    folder = VECTORS + "/stv/stv-rs"
    for log in sorted(glob.glob(folder + "/meek/**/*.log", recursive=True)):
        name = os.path.relpath(log, folder + "/meek")
        case, arithmetic = re.match(r"(.*?)\.(.*)\.log$", name).groups()
        election = read_blt("%s/ballots/%s.blt" % (folder, case))
        _, actions = read_report(log)
        wanted = {option for option, (status, votes) in actions[-1]["options"].items() if status == "Elected"}
        equal = any("=" in ranking for ranking in election.ballots)
        found = elected(election, seats=election.seats, rule="meek", ties="picked_first",
                        permutation=election.order, overvote="exhaust")
        why = None
        if equal:
            why = "not comparable: papers with equal ranks are shared out there; here they are exhausted, or skip over that rank"
            problems = [why]
        else:
            problems = differences("elected", found, wanted)
        note("stv-rs " + case, "stv-rs, " + arithmetic, "STV meek", "seats %d" % election.seats, problems,
             "elected (numbers differ: other roundings, and another end of the search)", why)


def check_block_voting():
    """As many votes as seats, for the first options on each paper: approvals."""
    folder = VECTORS + "/stv/stv-rs"
    election = read_blt(folder + "/ballots/random/rand_2x10.blt")
    _, actions = read_report(folder + "/plurality_block_voting/random/rand_2x10.fixed9.log")
    ballots = [([int(option) for rank in ranking.split(">") for option in rank.split("=")][:election.seats], weight)
               for ranking, weight in election.ballots.items()]
    [(state,)] = rows("""SELECT commune.tally_approval(ARRAY(SELECT s::int FROM json_array_elements_text(b->0) s), %(m)s, (b->>1)::bigint)::text
                         FROM json_array_elements(%(b)s) b""", m=len(election.names), b=json.dumps(ballots))
    found = call("approval", state, "tally_counts", seats=election.seats)
    wanted = {name: (status == "Elected", float(votes)) for name, (status, votes) in actions[-1]["options"].items()}
    note("stv-rs random/rand_2x10, block voting", "stv-rs", "approval", "seats %d" % election.seats,
         differences("votes", {election.names[row["option"] - 1]: (row["elected"], float(row["approvals"])) for row in found}, wanted),
         "all votes, winners")


# ---- RCTab: instant runoff and more

def read_xlsx(path):
    """The first sheet of a workbook, as rows of texts."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(path) as book:
        shared = []
        if "xl/sharedStrings.xml" in book.namelist():
            for item in xml.etree.ElementTree.fromstring(book.read("xl/sharedStrings.xml")):
                shared.append("".join(part.text or "" for part in item.iter(space + "t")))
        sheet = xml.etree.ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    table = []
    for row in sheet.iter(space + "row"):
        cells = {}
        for cell in row:
            letters = re.match(r"[A-Z]+", cell.get("r")).group()
            column = 0
            for letter in letters:
                column = column * 26 + ord(letter) - 64
            value = cell.find(space + "v")
            text = "" if value is None else value.text
            if cell.get("t") == "s":
                text = shared[int(text)]
            elif cell.get("t") == "inlineStr":
                text = "".join(part.text or "" for part in cell.iter(space + "t"))
            cells[column] = text
        table.append([cells.get(column, "") for column in range(1, max(cells, default=0) + 1)])
    return table


def read_rctab(folder):
    """A contest of RCTab: its configuration, and the ballots by their ranks."""
    config, = glob.glob(folder + "/*_config.json")
    config = read_json(config)
    source = config["cvrFileSources"][0]
    rules = config["rules"]
    names = [candidate["name"] for candidate in config["candidates"]]
    writein = source.get("undeclaredWriteInLabel") or ""
    if writein:
        names.append("Undeclared Write-ins")
    election = Election(names)
    election.config, election.rules = config, rules
    election.excluded = [i for i, candidate in enumerate(config["candidates"], 1) if candidate["excluded"]]
    election.write_in = len(names) if writein else None
    election.precincts = collections.defaultdict(collections.Counter)
    limit = rules["maxRankingsAllowed"]
    for precinct, ranks in ballots_of_rctab(folder, source, election, writein):
        if limit != "max":
            ranks = ranks[:int(limit)]
        ranking = ">".join("=".join(str(option) for option in rank) for rank in ranks)
        election.ballots[ranking] += 1
        election.precincts[precinct][ranking] += 1
    return election


def ballots_of_rctab(folder, source, election, writein):
    if source["provider"] == "cdf":
        yield from ballots_of_cdf(read_json(glob.glob(folder + "/*_cvr.json")[0]), election)
        return
    packed = glob.glob(folder + "/*_cvr.csv.gz")
    if packed:
        sheet = list(csv.reader(io.StringIO(text_of(packed[0]))))
    else:
        sheet = read_xlsx(glob.glob(folder + "/*.xlsx")[0])
    first = int(source["firstVoteColumnIndex"]) - 1
    width = len(sheet[0])
    places = election.rules["maxRankingsAllowed"]
    last = width if places == "max" else min(width, first + int(places))
    precinct = source.get("precinctColumnIndex")
    for row in sheet[int(source["firstVoteRowIndex"]) - 1:]:
        row += [""] * (width - len(row))
        if not any(cell.strip() for cell in row):
            continue
        ranks = []
        for cell in row[first:last]:
            cell = cell.strip()
            if cell == source.get("overvoteLabel") and cell:
                ranks.append([1, 2])            # whoever they were: the rules of these contests do not ask
            elif cell in ("", source.get("skippedRankLabel")):
                ranks.append([])
            elif cell == writein:
                ranks.append([election.write_in])
            elif cell in election.number:
                ranks.append([election.number[cell]])
            else:
                ranks.append([])
        yield row[int(precinct) - 1] if precinct else "", ranks


def ballots_of_cdf(report, election):
    contest = report["Election"][0]
    candidates = {candidate["@id"]: candidate["Name"] for candidate in contest["Candidate"]}
    selections = {selection["@id"]: candidates[selection["CandidateIds"][0]]
                  for selection in contest["Contest"][0]["ContestSelection"]}
    for paper in report["CVR"]:
        ranks = collections.defaultdict(list)
        for snapshot in paper["CVRSnapshot"]:
            for selection in snapshot["CVRContest"][0]["CVRContestSelection"]:
                for position in selection["SelectionPosition"]:
                    if position.get("HasIndication") != "no":
                        option = election.number[selections[selection["ContestSelectionId"]]]
                        if option not in ranks[position["Rank"]]:
                            ranks[position["Rank"]].append(option)
        yield "", [ranks[rank] for rank in range(1, max(ranks, default=0) + 1)]


OVERVOTES = {"exhaustImmediately": "exhaust", "alwaysSkipToNextRank": "skip", "exhaustIfMultipleContinuing": "if_one_continuing"}


def rctab_parameters(election):
    rules = election.rules
    parameters = dict(overvote=OVERVOTES[rules["overvoteRule"]], max_skipped=int(rules["maxSkippedRanksAllowed"]))
    if rules["exhaustOnDuplicateCandidate"]:
        parameters["duplicates"] = "exhaust"
    if election.excluded:
        parameters["withdrawn"] = election.excluded
    return parameters


def compare_rctab(election, report, **parameters):
    """Votes, transfers, threshold, who is excluded and elected, and how many are out, in every round."""
    state = election.profile
    found = by_round(call("irv", state, "tally_profile", **parameters))
    transfers = collections.defaultdict(dict)
    for row in call("irv_transfers", state, "tally_profile", **parameters):
        to = "exhausted" if row["to_option"] is None else election.names[row["to_option"] - 1]
        transfers[row["round"] - 1, election.names[row["from_option"] - 1]][to] = str(row["votes"])
    results = [wanted for wanted in report["results"][:-1] if any("eliminated" in result for result in wanted["tallyResults"])]
    results += report["results"][-1:]               # where the count goes on, they give an election a round of its own
    problems = differences("the number of rounds", len(found), len(results))
    for number, (wanted, options) in enumerate(zip(results, found), 1):
        round = "round %d, " % wanted["round"]
        tally = {election.names[row["option"] - 1]: str(row["votes"]) for row in options
                 if row["status"] in ("continuing", "excluded", "elected")}
        problems += differences(round + "votes", tally, wanted["tally"])
        problems += differences(round + "inactive", options[0]["exhausted"], sum(int(n) for n in wanted["inactiveBallots"].values()))
        out = {result["eliminated"]: result["transfers"] for result in wanted["tallyResults"] if "eliminated" in result}
        problems += differences(round + "excluded", {election.names[row["option"] - 1] for row in options if row["status"] == "excluded"}, set(out))
        for name, to in out.items():
            problems += differences(round + "transfers of " + name, transfers[number, name], to)
        problems += differences(round + "needed", options[0]["needed"], wanted["threshold"])
    winners = {result["elected"] for wanted in report["results"] for result in wanted["tallyResults"] if "elected" in result}
    problems += differences("elected", {election.names[row["option"] - 1] for row in found[-1] if row["status"] == "elected"}, winners)
    return problems, counted(found)


def compare_precinct(election, report, ballots, parameters):
    """What each round of the whole count is in one precinct: there, nobody is excluded for its votes."""
    problems, out = [], []
    for wanted in report["results"]:
        options = by_round(call("irv", profile(len(election.names), ballots), "tally_profile", ties="option_order",
                                **dict(parameters, withdrawn=parameters.get("withdrawn", []) + out or None)))[0]
        tally = {election.names[row["option"] - 1]: str(row["votes"]) for row in options if row["status"] != "withdrawn"}
        problems += differences("round %d, votes" % wanted["round"], tally, wanted["tally"])
        problems += differences("round %d, inactive" % wanted["round"], options[0]["exhausted"],
                                sum(int(n) for n in wanted["inactiveBallots"].values()))
        out += [election.number[result["eliminated"]] for result in wanted["tallyResults"] if "eliminated" in result]
    return problems, counted(report["results"])


def check_rctab():
    for folder in sorted(glob.glob(VECTORS + "/irv/rctab_*/") + glob.glob(VECTORS + "/irv/rctab_rule_cases/*/")):
        folder = folder.rstrip("/")
        if not glob.glob(folder + "/*_config.json"):
            continue
        case = os.path.basename(folder)
        election = read_rctab(folder)
        rules = election.rules
        report = read_json(glob.glob(folder + "/*_expected_detailed_report.json")[0])
        parameters = rctab_parameters(election)
        if rules["winnerElectionMode"] != "singleWinnerMajority":
            check_more_winners(case, election, report)
            continue
        if rules["batchElimination"]:
            parameters["batch"] = True
        if rules.get("continueUntilTwoCandidatesRemain"):
            parameters["run_to"] = 2
        if rules.get("doesFirstRoundDetermineThreshold"):
            parameters["majority_of"] = "first_round"
        if election.write_in and int(report["results"][0]["tally"].get("Undeclared Write-ins", 0)) > 0:
            parameters["first_out"] = [election.write_in]
        shown = ", ".join("%s %s" % item for item in parameters.items())
        why = None
        if case == "tiebreak_seed_test":
            # Java's random numbers drew this order; it is given as a permutation here.
            parameters.update(ties="permutation", permutation=[election.number[name] for name in ("George Gervin", "Mookie Blaylock", "Yinka Dare")])
            shown += ", permutation as drawn"
        elif rules["tiebreakMode"] == "random":
            parameters.update(ties="option_order")
        else:
            parameters.update(ties="option_order")
            shown += ", ties option_order"
        problems, count = compare_rctab(election, report, **parameters)
        note("RCTab " + case, "RCTab 2.0.0", "IRV", shown, problems, count)
        for path in sorted(glob.glob(folder + "/Tabulate by Precinct/*_precinct_detailed_report.json")):
            precinct = re.search(r"expected_(.*)_precinct", path).group(1).replace("_", " ")
            problems, count = compare_precinct(election, read_json(path), election.precincts[precinct], rctab_parameters(election))
            note("RCTab %s, %s" % (case, precinct), "RCTab 2.0.0", "IRV", "first round, withdrawn whoever was excluded before", problems, count)


def check_more_winners(case, election, report):
    """More seats than options: all are elected."""
    problems = differences("elected", elected(election, seats=5, rule="wigm"),
                           {result["elected"] for round in report["results"] for result in round["tallyResults"]})
    note("RCTab " + case, "RCTab 2.0.0", "STV wigm", "seats 5", problems, "winners")


def check_rctab_stv():
    folder = VECTORS + "/stv/rctab_rule_cases/"
    election = read_rctab(folder + "multi_seat_bottoms_up_with_static_threshold")
    report = read_json(glob.glob(folder + "multi_seat_bottoms_up_with_static_threshold/*_report.json")[0])
    parameters = dict(rctab_parameters(election), share_num=15, share_den=100, majority_of="first_round", ties="option_order")
    problems, count = compare_rctab(election, report, **parameters)
    note("RCTab multi_seat_bottoms_up", "RCTab 2.0.0", "IRV", "share 15 of 100 of the first round, ties option_order", problems, count)

    election = read_rctab(folder + "sequential_with_batch")
    out = []
    for seat in 1, 2, 3:
        report = read_json("%ssequential_with_batch/sequential_with_batch_%d_expected_detailed_report.json" % (folder, seat))
        parameters = dict(rctab_parameters(election), batch=True, ties="option_order", withdrawn=out or None)
        problems, count = compare_rctab(election, report, **parameters)
        note("RCTab sequential_with_batch, seat %d" % seat, "RCTab 2.0.0", "IRV",
             "batch, ties option_order, the winners before withdrawn", problems, count)
        out.append(election.number[report["results"][-1]["tallyResults"][0]["elected"]])

    election = read_rctab(folder + "test_set_multi_winner_fractional_threshold")
    report = read_json(glob.glob(folder + "test_set_multi_winner_fractional_threshold/*_report.json")[0])
    found = by_round(call("stv", election.profile, "tally_profile", seats=3, rule="wigm", **rctab_parameters(election)))
    problems = []
    exact = lambda text: fractions.Fraction(text)
    for wanted, options in zip(report["results"], found):
        tally = {election.names[row["option"] - 1]: exact(row["votes"]) for row in options if row["status"] not in ("excluded",)}
        problems += differences("round %d" % wanted["round"], tally, {name: exact(votes) for name, votes in wanted["tally"].items()})
        problems += differences("quota", exact(options[0]["quota"]), exact(wanted["threshold"]))
    winners = {result["elected"] for wanted in report["results"] for result in wanted["tallyResults"] if "elected" in result}
    problems += differences("elected", {election.names[row["option"] - 1] for row in found[-1] if row["status"] == "elected"}, winners)
    note("RCTab multi_winner_fractional_threshold", "RCTab 2.0.0", "STV wigm", "seats 3, overvote skip, max_skipped 1", problems,
         "%d rounds; RCTab goes on to spread the last surpluses" % len(found))


# ---- other instant runoffs

def check_nsw():
    with open(VECTORS + "/irv/nsw_legislative_assembly/expected.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            election = read_preflib(VECTORS + "/irv/nsw_legislative_assembly/" + row["file"])
            found = by_round(call("irv", election.profile, "tally_profile", run_to=2))
            final = {election.names[o["option"] - 1]: o["votes"] for o in found[-1] if o["status"] in ("elected", "continuing")}
            wanted = {name: int(votes) for name, votes in re.findall(r"([^;]*?) (\d+)(?:; |$)", row["final_two_after_full_distribution"])}
            problems = differences("final two", final, wanted)
            problems += differences("elected", {election.names[o["option"] - 1] for o in found[-1] if o["status"] == "elected"},
                                    {row["winner_as_named_in_file"]})
            note("New South Wales, %s %s" % (row["district"], row["year"]), "declared winner; final two recounted", "IRV", "run_to 2",
                 problems, "final two, winner")


def check_burlington():
    election = read_preflib(VECTORS + "/irv/burlington_2009/00005-00000002.toi")
    expected = read_json(VECTORS + "/irv/burlington_2009/expected.json")
    for name, parameter in (("exhaust", "exhaust"), ("skip", "skip"), ("if_one_continuing", "wait")):
        found = by_round(call("irv", election.profile, "tally_profile", run_to=2, overvote=parameter))
        final = {election.names[o["option"] - 1]: o["votes"] for o in found[-1] if o["votes"] > 0}
        note("Burlington 2009, overvote " + name, "recount by others", "IRV", "run_to 2, overvote " + parameter,
             differences("final two", final, expected["final_two_recomputed_here"]["overvote=" + name]), "final two")
    rounds = [{election.names[o["option"] - 1]: o["votes"] for o in options if o["status"] in ("elected", "continuing", "excluded")}
              for options in found]
    wanted = [{name: votes for name, votes in round.items() if name not in ("eliminated", "elected")} for round in expected["irv_rounds"]]
    note("Burlington 2009", "pref_voting", "IRV", "run_to 2, overvote wait", differences("rounds", rounds, wanted), "5 rounds")
    pairs = pairs_of(election)
    first = lambda function, **parameters: {election.names[row["option"] - 1] for row in call(function, pairs, "tally_pairs", **parameters) if row["rank"] == 1}
    problems = differences("Schulze", first("schulze"), {expected["schulze_winner"]})
    problems += differences("minimax", first("minimax"), {expected["minimax_winner"]})
    problems += differences("Copeland", first("copeland"), {expected["copeland_winner"]})
    copeland = call("copeland", pairs, "tally_pairs")
    problems += differences("Condorcet winner", [election.names[o["option"] - 1] for o in copeland if o["condorcet_winner"]], [expected["condorcet_winner"]])
    problems += differences("Condorcet loser", [election.names[o["option"] - 1] for o in copeland if o["condorcet_loser"]], [expected["condorcet_loser"]])
    note("Burlington 2009", "pref_voting", "Schulze, minimax, Copeland", "", problems, "winners, Condorcet winner and loser")
    votes = {election.names[o["option"] - 1]: o["votes"] for o in found[0]}
    note("Burlington 2009", "pref_voting", "plurality", "", differences("winner", max(votes, key=votes.get), expected["plurality_winner"]), "winner")


def check_alaska():
    election = Election(["Nick Begich", "Sarah Palin", "Mary Peltola"])
    expected = read_json(VECTORS + "/irv/alaska_2022/expected.json")
    with open(VECTORS + "/irv/alaska_2022/alaska_2022_restricted.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            order = sorted((int(row[letter]), i) for i, letter in enumerate("NSM", 1))
            ranks = collections.OrderedDict()
            for rank, option in order:
                ranks.setdefault(rank, []).append(str(option))
            ranks = list(ranks.values())
            if len(ranks) == 2 and len(ranks[1]) == 2:
                ranks.pop()                             # two share the last rank: neither was ranked
            election.ballots[">".join("=".join(rank) for rank in ranks)] += int(row["#"])
    found = by_round(call("irv", election.profile, "tally_profile"))
    problems = differences("IRV", [election.names[o["option"] - 1] for o in found[-1] if o["status"] == "elected"], [expected["irv_winner"]])
    copeland = call("copeland", pairs_of(election), "tally_pairs")
    problems += differences("Condorcet winner", [election.names[o["option"] - 1] for o in copeland if o["condorcet_winner"]], [expected["condorcet_winner"]])
    problems += differences("Condorcet loser", [election.names[o["option"] - 1] for o in copeland if o["condorcet_loser"]], [expected["condorcet_loser"]])
    note("Alaska 2022", "election-analysis", "IRV, Copeland", "", problems, "winners, Condorcet winner and loser")


# ---- Snapshot

def snapshot(path):
    data = read_json(VECTORS + "/" + path)
    return data, len(data["proposal"]["choices"])


def check_snapshot():
    data, options = snapshot("majority/snapshot_single_choice/singleChoice.json")
    [(state,)] = rows("SELECT commune.tally_plurality((v->>'choice')::int, %(m)s, (v->>'balance')::bigint)::text FROM json_array_elements(%(v)s) v",
                      m=options, v=json.dumps(data["votes"]))
    found = call("plurality", state, "tally_counts")
    note("Snapshot single choice", "Snapshot", "plurality", "", differences("votes", [row["votes"] for row in found], data["scores"]) +
         differences("ballots", found[0]["ballots"], data["scoresTotal"]), "votes")

    data, options = snapshot("borda_approval/snapshot_approval/approval.json")
    [(state,)] = rows("""SELECT commune.tally_approval(ARRAY(SELECT c::int FROM json_array_elements_text(v->'choice') c), %(m)s,
                         (v->>'balance')::bigint)::text FROM json_array_elements(%(v)s) v""", m=options, v=json.dumps(data["votes"]))
    found = call("approval", state, "tally_counts")
    note("Snapshot approval", "Snapshot", "approval", "", differences("approvals", [row["approvals"] for row in found], data["scores"]) +
         differences("ballots", found[0]["ballots"], data["scoresTotal"]), "approvals")

    data, options = snapshot("irv/snapshot_ranked_choice/rankedChoice.json")
    election = Election(data["proposal"]["choices"])
    for vote in data["votes"]:
        election.ballots[">".join(str(option) for option in vote["choice"])] += vote["balance"]
    found = by_round(call("irv", election.profile, "tally_profile", run_to=2, ties="picked_first"))
    note("Snapshot ranked choice", "Snapshot", "IRV", "run_to 2, ties picked_first",
         differences("last round", [row["votes"] for row in found[-1]], data["scores"]), "last round")

    data, options = snapshot("condorcet/snapshot_copeland/copeland.json")
    election = Election(data["proposal"]["choices"])
    for vote in data["votes"]:
        election.ballots[">".join(str(option) for option in vote["choice"])] += vote["balance"]
    found = call("copeland", pairs_of(election), "tally_pairs", ties="none")
    scores = [fractions.Fraction(2 * row["wins"] + row["draws"], 2) for row in found]
    note("Snapshot Copeland", "Snapshot", "Copeland", "a win 1, a draw 1/2", differences("scores", scores, [fractions.Fraction(s) for s in data["scores"]]),
         why="differs: by its scores option 4 beats option 3, whom all ballots that rank both prefer; one ballot there names two of four options")


# ---- Condorcet

def pairs_of(election, implicit=True):
    [(state,)] = rows("SELECT commune.pairs(%(p)s::commune.tally_profile, %(i)s)::text", p=election.profile, i=implicit)
    return state


def ranking_of(found, names):
    """Options by rank, as Condorcet PHP writes a ranking: sets, the best first."""
    ranks = collections.OrderedDict()
    for row in sorted(found, key=lambda row: row["rank"]):
        ranks.setdefault(row["rank"], set()).add(names[row["option"] - 1])
    return list(ranks.values())


def parse_ranking(text):
    return [{name.strip() for name in rank.split("=")} for rank in text.split(">")]


METHODS = [
    ("Schulze Winning", "schulze", dict(strength="winning")),
    ("Schulze Margin", "schulze", dict(strength="margin")),
    ("Schulze Ratio", "schulze", dict(strength="ratio")),
    ("Ranked Pairs Winning", "ranked_pairs", dict(strength="winning", equal="together")),
    ("Ranked Pairs Margin", "ranked_pairs", dict(strength="margin", equal="together")),
    ("Copeland", "copeland", {}),
    ("Minimax Winning", "minimax", dict(strength="winning")),
    ("Minimax Margin", "minimax", dict(strength="margin")),
    ("Minimax Opposition", "minimax", dict(strength="opposition")),
]


def check_tideman():
    folder = VECTORS + "/condorcet/tideman"
    for path in sorted(glob.glob(folder + "/expected/*.json")):
        case = os.path.basename(path)[:-5]
        text = text_of("%s/cvotes/%s.cvotes" % (folder, case))
        names = [name.strip() for name in re.search(r"#/Candidates: (.*)", text).group(1).split(";")]
        election = read_condorcet([line for line in text.splitlines() if line[:1] != "#"], names)
        expected = read_json(path)
        for mode in "implicit", "explicit":
            check_tideman_mode(case, election, expected[mode], mode)
        check_tideman_ballots(case, election, expected)


def check_tideman_mode(case, election, expected, mode):
    names = election.names
    pairs = pairs_of(election, mode == "implicit")
    problems, done = [], []
    wins = {(row["option"], row["other"]): row["preferred"] for row in call("pairwise", pairs, "tally_pairs")}
    for a, row in expected["pairwise_wins"].items():
        for b, votes in row.items():
            problems += differences("%s over %s" % (a, b), wins[election.number[a], election.number[b]], votes)
    for name, function, parameters in METHODS:
        if name not in expected:
            continue
        found = call(function, pairs, "tally_pairs", ties="none", **parameters)
        problems += differences(name, ranking_of(found, names), parse_ranking(expected[name]["ranking"]))
        stats = expected[name].get("stats")
        if function == "schulze" and stats:
            for row in call("schulze_paths", pairs, "tally_pairs", strength=parameters["strength"]):
                a, b = names[row["option"] - 1], names[row["other"] - 1]
                if str(b) in stats[str(a)]:
                    compare_path(problems, name, a, b, row, stats[str(a)][str(b)])
        done.append(name)
    copeland = call("copeland", pairs, "tally_pairs", ties="none")
    if "stats" in expected["Copeland"]:
        for row in copeland:
            problems += differences("balance of %s" % names[row["option"] - 1], row["wins"] - row["losses"],
                                    expected["Copeland"]["stats"][names[row["option"] - 1]]["balance"])
    for what, column in (("Condorcet Winner", "condorcet_winner"), ("Condorcet Loser", "condorcet_loser")):
        found = [names[row["option"] - 1] for row in copeland if row[column]]
        problems += differences(what, "".join(found), expected["Condorcet"].get(what) or "")
    why = None
    if problems and all(problem.startswith("Schulze Ratio") for problem in problems):
        why = "equal but for one rank of the ratio: where nobody prefers the other, they add one to both numbers; here such a victory is stronger than any ratio"
    note("Tideman %s, %s" % (case, mode), "Condorcet PHP", ", ".join(done) + ", pairwise", "unranked_last " + str(mode == "implicit").lower(),
         problems, "all numbers, paths and ranks", why)


def check_tideman_ballots(case, election, expected):
    """What is counted from rankings: Borda, first preferences, and, where nothing is tied, instant runoff and STV."""
    names = election.names
    label, source = "Tideman %s" % case, "Condorcet PHP"
    for mode, borda in (("implicit", "average"), ("explicit", "zero")):
        found = call("borda", election.profile, "tally_profile", mode=borda, lowest=1, ties="none")
        problems = differences("points", {names[row["option"] - 1]: fractions.Fraction(row["points"]) for row in found},
                               {name: fractions.Fraction(points) for name, points in expected[mode]["BordaCount"]["stats"].items()})
        problems += differences("ranks", ranking_of(found, names), parse_ranking(expected[mode]["BordaCount"]["ranking"]))
        note(label, source, "Borda", "mode %s, lowest 1" % borda, problems, "all points and ranks")

    rounds = by_round(call("irv", election.profile, "tally_profile", ties="prior_round,option_order", majority_of="first_round"))
    if all(ranking and "=" not in ranking.split(">")[0] for ranking in election.ballots):
        first = {names[row["option"] - 1]: row["votes"] for row in rounds[0]}
        note(label, source, "plurality", "first preferences",
             differences("votes", first, expected["implicit"]["First-past-the-post voting"]["stats"]["1"]), "all votes")
    ties = call("irv_ties", election.profile, "tally_profile", ties="prior_round,option_order", majority_of="first_round")
    overvotes = any("=" in ranking for ranking in election.ballots)
    wanted = expected["explicit"]["Instant-runoff"]
    why = None
    problems = differences("winner", [names[row["option"] - 1] for row in rounds[-1] if row["status"] == "elected"],
                           wanted["ranking"].split(" > ")[:1])
    if not ties and not overvotes:
        for number, options in enumerate(rounds, 1):
            votes = {names[row["option"] - 1]: row["votes"] for row in options if row["status"] in ("continuing", "excluded", "elected")}
            problems += differences("round %d" % number, votes, wanted["stats"]["rounds"].get(str(number), votes if number > 1 else None))
    elif problems:
        why = "differs: options are tied in the count (%d times), and another rule of theirs breaks ties" % len(ties)
    note(label, source, "IRV", "majority_of first_round", problems, "winner" if ties or overvotes else "all rounds", why)

    check_tideman_stv(label, source, election, expected["explicit"]["STV"])


def check_tideman_stv(label, source, election, wanted):
    """Their transferable votes: the same until a surplus moves that is not the only one, of first preferences only; or a tie."""
    names = election.names
    parameters = dict(seats=wanted["seats"], rule="wigm", quota="droop", decimals=9, ties="prior_round,option_order")
    found = by_round(call("stv", election.profile, "tally_profile", **parameters))
    ties = call("stv_ties", election.profile, "tally_profile", **parameters)
    problems = differences("elected", {names[row["option"] - 1] for row in found[-1] if row["status"] == "elected"},
                           set().union(*parse_ranking(wanted["ranking"])))
    compared = 0
    clean = not ties and all(ranking and "=" not in ranking for ranking in election.ballots)
    for number, options in enumerate(found, 1):
        surplus = any(row["event"] == "surplus" for row in options)
        if not clean or surplus and (number > 2 or sum(row["status"] == "elected" for row in options) > 1):
            break
        for row in options:
            theirs = wanted["stats"]["rounds"].get(str(number), {}).get(names[row["option"] - 1])
            if theirs is not None and abs(float(row["votes"]) - theirs) > 1e-6:
                problems.append("round %d, %s is %s, not %s" % (number, names[row["option"] - 1], row["votes"], theirs))
        compared = number
    why = None
    if problems and clean and all(problem.startswith("elected") for problem in problems):
        why = ("differs: equal for %d rounds, until a surplus moves that is not the first, or not of first preferences only; there they let "
               "more votes go on than it has" % compared)
    elif problems and not clean:
        why = "differs: options are tied in the count (%d times), and another rule of theirs breaks ties" % len(ties)
    note(label, source, "STV wigm", "seats %d, quota droop, decimals 9" % wanted["seats"], problems,
         "winners" + (", %d rounds" % compared if clean else ""), why)


def compare_path(problems, name, a, b, row, wanted):
    """A strength; ratios are given as floating-point numbers there."""
    if "Ratio" not in name:
        problems += differences("%s, path %s to %s" % (name, a, b), int(row["strength"]), int(wanted))
        return
    numerator, denominator = int(row["strength"]), int(row["to_one"])
    if denominator > 0:
        problems += [] if abs(numerator / denominator - wanted) < 1e-9 else differences("%s, path %s to %s" % (name, a, b), numerator / denominator, wanted)


def check_large():
    expected = read_json(VECTORS + "/condorcet/large_votelib/expected.json")
    elections = {
        "dublin_north_2002": read_preflib(VECTORS + "/stv/dublin_north_2002/00001-00000001.soi"),
        "portland_2024_d1": read_tsv(VECTORS + "/stv/portland_2024_d1"),
        "nsw_balmain_2015": read_preflib(VECTORS + "/irv/nsw_legislative_assembly/00058-00000004.soi"),
    }
    for case, wanted in expected.items():
        election = elections[case]
        ballots = collections.Counter()
        for ranking, weight in election.ballots.items():
            seen = []
            for rank in ranking.split(">"):
                if "=" in rank:
                    break                               # their conversion cuts a ballot at its first overvote
                if rank and rank not in seen:
                    seen.append(rank)
            if seen:
                ballots[">".join(seen)] += weight
        election.ballots = ballots
        problems = differences("ballots", sum(ballots.values()), wanted["ballots"]) + differences("distinct", len(ballots), wanted["distinct"])
        ids = [str(i) for i in range(1, len(election.names) + 1)]
        pairs = pairs_of(election)
        wins = {(row["option"], row["other"]): row["preferred"] for row in call("pairwise", pairs, "tally_pairs")}
        for a, row in wanted["pairwise"].items():
            for b, votes in row.items():
                problems += differences("%s over %s" % (a, b), wins[int(a), int(b)], votes)
        for name, function, parameters in (("schulze", "schulze", {}), ("rankedpairs_winvotes", "ranked_pairs", {}),
                                           ("rankedpairs_margins", "ranked_pairs", dict(strength="margin")),
                                           ("copeland_raw", "copeland", {}), ("minimax_winvotes", "minimax", {}),
                                           ("minimax_margins", "minimax", dict(strength="margin"))):
            found = ranking_of(call(function, pairs, "tally_pairs", ties="none", **parameters), ids)
            order = [sorted(rank) for rank in found]
            at = 0
            for rank in order:                          # below a tie their order is arbitrary
                problems += differences(name, rank, sorted(wanted[name][at:at + len(rank)]))
                at += len(rank)
        note("votelib " + case, "votelib", "Schulze, ranked pairs, Copeland, minimax, pairwise", "winning and margin", problems, "all numbers and orders")


PHP_METHODS = {name: (function, parameters) for name, function, parameters in METHODS}
PHP_OTHER = {
    "KemenyYoung": "not offered: Kemeny-Young",
    "Multiple Rounds System": "not offered: rounds of voting anew",
    "Two Rounds": "not offered: rounds of voting anew",
}


def check_condorcet_php():
    for case in read_json(VECTORS + "/condorcet/condorcet_php_cases/cases.json"):
        names = case["candidates"]
        election = read_condorcet(case["votes"], names)
        for expected in case["expected"]:
            check_php_case(case, election, expected)


def as_ranking(value):
    if isinstance(value, dict):
        return [set(names) if isinstance(names, list) else {names} for _, names in sorted(value.items(), key=lambda item: int(item[0]))]
    return [set(value) if isinstance(value, list) else {value}]


def check_php_case(case, election, expected):
    method, value, names = expected["method"], expected["value"], election.names
    label, source = "Condorcet PHP " + case["id"], "Condorcet PHP"
    implicit = case["implicit_ranking"]
    if method in PHP_OTHER:
        note(label, source, method, "", [PHP_OTHER[method]], why=PHP_OTHER[method])
        return
    if method in PHP_METHODS:
        function, parameters = PHP_METHODS[method]
        pairs = pairs_of(election, implicit)
        found = call(function, pairs, "tally_pairs", ties="none", **parameters)
        problems = []
        if expected["what"] == "ranking":
            problems += differences("ranking", ranking_of(found, names), as_ranking(value))
        elif expected["what"] == "winner":
            problems += differences("winner", ranking_of(found, names)[0], as_ranking(value)[0])
        elif function == "schulze":
            for row in call("schulze_paths", pairs, "tally_pairs", strength=parameters["strength"]):
                a, b = names[row["option"] - 1], names[row["other"] - 1]
                compare_path(problems, method, a, b, row, value[a][b])
        elif function == "minimax":
            for row in found:
                worst, = value[names[row["option"] - 1]].values()
                problems += differences("worst of " + names[row["option"] - 1], int(row["worst"]), worst)
        note(label, source, method, "unranked_last " + str(implicit).lower(), problems, expected["what"])
        return
    if method == "Borda Count":
        found = call("borda", election.profile, "tally_profile", ties="none", lowest=1)
        note(label, source, "Borda", "mode average, lowest 1", differences("ranking", ranking_of(found, names), as_ranking(value)), "ranking")
    elif method == "Fptp":
        check_php_first(label, source, election, value)
    elif method == "InstantRunoff":
        check_php_irv(label, source, election, value)
    elif method == "STV":
        check_php_stv(label, source, case, election, value)
    else:
        note(label, source, method, "", ["unknown"])


def check_php_first(label, source, election, value):
    """First preferences; equal ones share a vote there."""
    votes = collections.Counter()
    for ranking, weight in election.ballots.items():
        first = ranking.split(">")[0].split("=")
        if len(first) == 1 and first[0]:
            votes[int(first[0])] += weight
    state = "plurality %d: %d 0 | %s" % (len(election.names), sum(votes.values()), " ".join(str(votes[o]) for o in range(1, len(election.names) + 1)))
    found = call("plurality", state, "tally_counts", ties="none")
    note(label, source, "plurality", "first preferences", differences("ranking", ranking_of(found, election.names), as_ranking(value)), "ranking")


def check_php_irv(label, source, election, value):
    wanted = as_ranking(value)
    if len(wanted[0]) > 1:
        why = "not comparable: %d options tie there; here a tie is broken by a rule or is an error" % len(wanted[0])
        note(label, source, "IRV", "", [why], why=why)
        return
    found = by_round(call("irv", election.profile, "tally_profile", ties="prior_round,option_order"))
    winner = {election.names[row["option"] - 1] for row in found[-1] if row["status"] == "elected"}
    note(label, source, "IRV", "", differences("winner", winner, wanted[0]), "winner")


def check_php_stv(label, source, case, election, value):
    wanted = set().union(*as_ranking(value))
    quota = "hare" if case["id"].endswith("quotas3") else "droop"
    found = elected(election, seats=case["seats"] or len(as_ranking(value)), rule="wigm", quota=quota, ties="prior_round,option_order")
    note(label, source, "STV wigm", "quota " + quota, differences("elected", found, wanted), "winners")


# ---- scores, approvals, points

def check_ims():
    folder = VECTORS + "/borda_approval/ims_election"
    expected = read_json(folder + "/expected_sums.json")
    for kind, function, aggregate, column in (("ims_score", "score", "tally_scores", "sum"), ("ims_approval", "approval", "tally_approval", "approvals"),
                                              ("ims_plurality", "plurality", "tally_plurality", "votes")):
        with open("%s/%s.csv" % (folder, kind), encoding="utf-8") as file:
            reader = csv.reader(file)
            names = next(reader)
            ballots = [[int(cell) if cell not in ("", "NA") else None for cell in row] for row in reader]
        if kind == "ims_score":
            argument, more = "ARRAY(SELECT s::int FROM json_array_elements_text(b) s)", ", 9"
        elif kind == "ims_approval":
            ballots = [[i for i, mark in enumerate(row, 1) if mark] for row in ballots]
            argument, more = "ARRAY(SELECT s::int FROM json_array_elements_text(b) s)", ""
        else:
            ballots = [next((i for i, mark in enumerate(row, 1) if mark), 0) for row in ballots]
            argument, more = "(b::text)::int", ""
        [(state,)] = rows("SELECT commune.%s(%s, %d%s)::text FROM json_array_elements(%%(b)s) b" % (aggregate, argument, len(names), more),
                          b=json.dumps(ballots))
        found = call(function, state, "tally_counts", ties="none")
        sums = {names[row["option"] - 1]: int(row[column]) for row in found}
        note("IMS council, " + kind[4:], "CRAN vote", function, "", differences("sums", sums, expected[kind]), "all sums")


def read_pabulib(path):
    projects, votes, section = [], [], None
    for row in csv.reader(io.StringIO(text_of(path)), delimiter=";"):
        if row and row[0] in ("META", "PROJECTS", "VOTES"):
            section, header = row[0], None
        elif section in ("PROJECTS", "VOTES") and header is None:
            header = row
        elif section == "PROJECTS":
            projects.append(dict(zip(header, row))["project_id"])
        elif section == "VOTES":
            votes.append(dict(zip(header, row)))
    return projects, votes


def check_pabulib():
    folder = VECTORS + "/borda_approval/pabulib_poland_krakow_2021"
    projects, votes = read_pabulib(glob.glob(folder + "/*.pb.gz")[0])
    expected = read_json(folder + "/expected.json")
    number = {project: i for i, project in enumerate(projects, 1)}
    ballots = collections.Counter(">".join(str(number[project]) for project in vote["vote"].split(",")) for vote in votes)
    found = call("borda", profile(len(projects), ballots), "tally_profile", mode="modified", ties="none")
    points = {projects[row["option"] - 1]: int(float(row["points"])) for row in found if row["ranked"] > 0}
    ranked = {projects[row["option"] - 1]: row["ranked"] for row in found if row["ranked"] > 0}
    wanted = {project: int(score) for project, score in expected["recount_score"].items() if score}
    problems = differences("points", points, wanted)
    problems += differences("votes", ranked, {project: int(n) for project, n in expected["recount_votes"].items() if n})
    note("Krakow 2021", "Pabulib, recount of the ballots", "Borda", "mode modified: 3, 2, 1 points for three ranks", problems, "all points")


def check_abcvoting():
    """Committees by approval voting: the rule av."""
    checked, problems = 0, []
    for document in re.split(r"(?m)^# instance", text_of(VECTORS + "/borda_approval/abcvoting/instances.yaml.gz"))[1:]:
        name = document.split(".abc")[0]
        found = re.search(r"(?ms)^profile: (.*?)\n[a-z]", document)
        size = int(re.search(r"(?m)^committeesize: (\d+)$", document).group(1))
        options = int(re.search(r"(?m)^num_cand: (\d+)$", document).group(1))
        rule = re.search(r"(?m)^- rule_id: av\n  result: (\[.*\])\n  resolute: false", document)
        if not (found and rule):
            continue
        ballots = json.loads(found.group(1))
        [(state,)] = rows("""SELECT commune.tally_approval(ARRAY(SELECT s::int + 1 FROM json_array_elements_text(b) s), %(m)s)::text
                             FROM json_array_elements(%(b)s) b""", m=options, b=json.dumps(ballots))
        result = call("approval", state, "tally_counts", seats=size, ties="none")
        committees = [set(committee) for committee in json.loads(rule.group(1))]
        sure = {row["option"] - 1 for row in result if row["elected"]}
        tied = {row["option"] - 1 for row in result if row["tie"]}
        problems += differences("instance" + name + ": in every committee", sure, set.intersection(*committees))
        problems += differences("instance" + name + ": in some committee", sure | tied, set.union(*committees))
        checked += 1
    note("abcvoting, %d instances" % checked, "abcvoting", "approval", "seats as the committee, ties none", problems,
         "who is in every committee, and who in some")


check_all_droop()
check_portland()
check_stv_rs()
check_block_voting()
check_rctab()
check_rctab_stv()
check_nsw()
check_burlington()
check_alaska()
check_snapshot()
check_tideman()
check_large()
check_condorcet_php()
check_ims()
check_pabulib()
check_abcvoting()

page = """# Agreement with published counts

Made by `test/model/voting_agreement.py`, which counts each of these and compares every number that is given: votes in every round, quotas,
transfers, exhausted and lost votes, paths, ranks, winners. Numbers are equal to the last digit. %d counts; %d of them say why they differ or cannot be compared.

| case | source of the result | method | parameters | agreement |
|---|---|---|---|---|
%s
""" % (len(table), note.explained, "\n".join("| %s |" % " | ".join(cell.replace("|", "\\|") for cell in row) for row in table))
out = os.environ.get("COMMUNE_OUT")
if out:
    with open(out + "/voting-agreement.md", "w") as file:
        file.write(page)
try:
    with open(PAGE) as file:
        same = file.read() == page
except FileNotFoundError:
    same = False
if not same:
    print("%s is old: copy build/out/voting-agreement.md there" % PAGE)
print("%d counts compared, %d explained, %d differ" % (len(table), note.explained, note.failures))
sys.exit(0 if same and note.failures == 0 else 1)
