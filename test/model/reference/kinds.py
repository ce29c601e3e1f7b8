"""The members of each kind of act: the tables of docs/acts.md."""
import re

from . import methods
from .record import LARGEST, Malformed, base64url_decode, did_binary, is_integer


def integer(least=-LARGEST, most=LARGEST):
    return lambda value: is_integer(value) and least <= value <= most


def text(longest=None):
    """Not empty, at most so many characters, no U+0000 to U+001F but tab and newline, no U+007F to U+009F, and none that breaks lines
    or turns their direction."""
    def holds(value):
        return (isinstance(value, str) and value != "" and (longest is None or len(value) <= longest)
                and not re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", value))
    return holds


def did(value):
    try:
        return isinstance(value, str) and did_binary(value) is not None
    except Malformed:
        return False


def id(value):
    try:
        return isinstance(value, str) and len(base64url_decode(value)) == 32
    except Malformed:
        return False


def array(item, least, most, different=False):
    def holds(value):
        return (isinstance(value, list) and least <= len(value) <= most and all(item(v) for v in value)
                and (not different or len(set(value)) == len(value)))
    return holds


def members(required, optional):
    """An object with these members and no others."""
    def holds(value):
        return (isinstance(value, dict) and set(required) <= set(value) <= {*required, *optional}
                and all({**required, **optional}[name](v) for name, v in value.items()))
    return holds


def share(value):
    """[num, den] with 0 <= num <= den, den > 0."""
    return array(integer(), 2, 2)(value) and 0 <= value[0] <= value[1] and value[1] > 0


def is_object(value):
    return isinstance(value, dict)


def name(value):
    return isinstance(value, str) and bool(re.fullmatch("[a-z0-9-]{1,60}", value))


def ranks(value):
    """One to five ascending ranks."""
    return array(integer(1, 5), 1, 5, True)(value) and value == sorted(value)


LIMIT = integer(1, 10 ** 9)
TIME = integer(0, 253402300799)      # the end of the year 9999
DAYS = integer(1, 36525)
UNTIL = integer(1, 253402300799)

KINDS = {
    "charter": ({"name": text(200), "founders": array(did, 1, 100, True), "vouches": integer(1, 100), "rules": integer(1)},
                {"limits": members({}, {"pending_joins": LIMIT, "acts_per_day": LIMIT, "open_polls": LIMIT, "delegation_days": DAYS})}),
    "join": ({}, {"profile": id}),
    "vouch": ({"member": did}, {"withdraw": lambda value: value is True}),
    "leave": ({}, {}),
    "topic": ({"topic": text(60)}, {"parent": text(60)}),
    "poll": ({"name": name, "title": text(200), "options": array(text(200), 1, 255, True), "method": text(30),
              "opens": TIME, "closes": TIME},
             {"text": text(), "topic": text(60), "params": is_object, "quorum": share}),
    "ballot": ({"poll": id, "choice": is_object}, {}),
    "delegate": ({"scope": is_object, "to": array(did, 0, 5)}, {"until": UNTIL, "must_vote": ranks}),
}

ENVELOPE = {"iss", "aud", "iat", "exp", "nonce", "act"}


def well_formed(payload):
    """Whether the members of a known kind of act are its own, each of its type."""
    own = {name: value for name, value in payload.items() if name not in ENVELOPE}
    if not members(*KINDS[payload["act"]])(own):
        return False
    return payload["act"] != "charter" or payload["vouches"] <= len(payload["founders"])


INT4 = 2 ** 31 - 1


# ---- parameters of methods, and choices

def parameters(method, params, options):
    """Whether the parameters are those of the method."""
    flag = lambda value: isinstance(value, bool)
    fraction = lambda value: share(value) and value[0] > 0
    common = {"running": flag, "override_window": integer(1, 253402300799), "cap": lambda value: integer(1)(value) or fraction(value)}
    seats = {"seats": integer(1, options), "ties": word("none", "lot", "option_order"), **common}
    optional = {
        "majority": {"threshold": fraction, **common},
        "score": {"by": word("sum", "median"), **seats},
        "quadratic": {"negative": flag, **seats},
        "borda": {"mode": word("average", "zero", "modified"), **seats},
        "irv": {"ties": word("lot", "option_order", "prior_round,lot", "first_round,option_order"), **common},
        "schulze": {"strength": word("winning"), **seats},
    }
    required = {"score": {"highest": integer(1, 1000)}, "quadratic": {"credits": integer(1)}}
    return members(required.get(method, {}), optional.get(method, seats))(params)


def word(*words):
    """One of a few; of those that the methods have, people here use no others."""
    return lambda value: isinstance(value, str) and value in words


def choice_refused(method, params, options, choice):
    """The SQLSTATE that refuses a choice, or none."""
    if choice == {"abstain": True}:
        return None
    if method in ("majority", "plurality"):
        if not members({"option": integer()}, {})(choice):
            return "QC410"
        return None if 1 <= choice["option"] <= options else "QC411"
    if method in methods.RANKINGS:
        return ranking_refused(method, options, choice)
    if not members({"votes": lambda value: isinstance(value, list)}, {})(choice):
        return "QC410"
    votes = choice["votes"]
    if method == "quadratic" and sum(v * v for v in votes if is_integer(v)) > params["credits"]:
        return "QC412"
    if len(votes) > options:
        return "QC411"
    if method in ("approval", "score"):
        single = integer(0, params.get("highest", 1))
    else:
        single = integer(-INT4 if params.get("negative", False) else 0, INT4)
    return None if array(single, options, options)(votes) else "QC410"


def ranking_refused(method, options, choice):
    if not members({"ranking": lambda value: isinstance(value, str)}, {})(choice):
        return "QC410"
    text = choice["ranking"].rstrip("> ")
    if not re.fullmatch("( *[0-9]+ *(= *[0-9]+ *)*| *)(>( *[0-9]+ *(= *[0-9]+ *)*| *))*", text):
        return "QC410"
    ranks = [[int(option) - 1 for option in rank.split("=")] if rank.strip() else [] for rank in text.split(">")] if text else []
    named = [option for rank in ranks for option in rank]
    if any(len(set(rank)) != len(rank) for rank in ranks) or any(not 0 <= option < 32767 for option in named):
        return "QC410"
    if any(option >= options for option in named):
        return "QC411"
    if len(set(named)) != len(named) or [] in ranks or method == "irv" and any(len(rank) > 1 for rank in ranks):
        return "QC410"
    return None
