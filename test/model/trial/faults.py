"""Acts that ought to be refused, one function for each SQLSTATE.

What they really come to is for the model to say: these only see to it that everything is tried."""
import json
import time

from reference import kinds
from reference.record import LARGEST, base64url, base64url_decode, did_of_key

NOBODY = base64url(bytes(32))
COMMUNE_DID = "did:commune:" + "a" * 32


def damage(author, text):
    """Bytes of the text changed, added or left out."""
    rng = author.rng
    for _ in range(rng.choice([1, 1, 2])):
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(["", ".", "=", "-", "A", text[at:] * 2]) + text[at + rng.randint(0, 1):]
    return text[:70000]


def payload(author, signer, **members):
    return {"iss": signer.did, "aud": author.people.aud, "iat": author.now, "nonce": signer.next_nonce(), "act": "leave", **members}


def damaged_json(author):
    """A signed record whose header or payload is JSON of another kind, or damaged."""
    rng, signer = author.rng, author.member()
    body = json.dumps(payload(author, signer), ensure_ascii=False)
    header = '{"alg":"Ed25519","typ":"commune+jwt"}'
    change = rng.randrange(8)
    if change == 0:
        body = body[:-1] + "," + rng.choice([
            '"act":"leave"}', '"\\u0061ct":"leave"}', '"x":1.0}', '"x":1e3}', '"x":-0}', '"x":01}', '"x":9007199254740992}',
            '"x":"\\u0000"}', '"x":"\\ud800"}', '"x":"\\ud83c\\udf31"}', '"x":[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}',
            '"x":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}', '"x":nul}', '"x":"\\x"}', '"x":"\x01"}', '}', '"x":1}}', '"x":{"a":1,"a":2}}'])
    elif change == 1:
        header = rng.choice([
            '{"alg":"none","typ":"commune+jwt"}', '{"alg":"EdDSA","typ":"commune+jwt"}', '{"alg":"Ed25519"}', '{}', '[]',
            '{"alg":"Ed25519","typ":"commune+jwt","crit":[]}', '{"alg":"Ed25519","typ":"commune+jwt","b64":true}',
            '{"alg":"Ed25519","typ":"commune+jwt","kid":"%s"}' % signer.did, ' {"typ":"commune+jwt" , "alg":"Ed25519"}\n',
            '{"alg":"Ed25519","typ":"commune+jwt","kid":"%s#%s"}' % (signer.did, signer.did[8:]),
            '{"alg":"Ed25519","typ":"commune+jwt","kid":"%s#key"}' % signer.did,
            '{"alg":"Ed25519","typ":"commune+jwt","kid":"%s"}' % author.people.strangers[0].did,
            '{"alg":"Ed25519","typ":"commune+jwt"}' + " " * rng.randint(980, 995)])
    elif change == 2:
        name = rng.choice(["iss", "aud", "iat", "nonce", "act", "exp"])
        body = json.dumps(payload(author, signer, **{name: rng.choice(
            ["", "x", 0, -1, 1, None, True, [], {}, LARGEST, "did:key:z6Mk", NOBODY, NOBODY + "A", "a" * 33, "A"])}))
    elif change == 3:
        name = rng.choice(["iss", "aud", "iat", "nonce", "act"])
        body = json.dumps({key: value for key, value in json.loads(body).items() if key != name})
    elif change == 4:
        body = json.dumps(payload(author, signer, act=rng.choice(["charter", "join"]), **rng.choice([{}, {"exp": 0}])))
    else:
        data = bytearray(body.encode())
        for _ in range(rng.randint(1, 3)):
            data[rng.randrange(len(data))] = rng.choice([rng.randrange(256), *b'"\\{}[],:0e.u '])
        return signer.sign_bytes(bytes(data), header.encode())
    return signer.sign_bytes(body.encode("utf-8"), header.encode())


def refused_22p02(author):
    return damaged_json(author) if author.rng.random() < 0.7 else damage(author, author.act())


def refused_qc101(author):
    signed, signature = author.act().rsplit(".", 1)
    data = bytearray(base64url_decode(signature))
    data[author.rng.randrange(64)] ^= 1 << author.rng.randrange(8)
    return signed + "." + base64url(data)


def refused_qc102(author):
    return author.sign(author.member(), "leave", iat=author.now + author.rng.choice([303, 10 ** 6, LARGEST]))


def refused_qc103(author):
    return author.sign(author.member(), "leave", exp=author.rng.choice([1, author.now - 1, author.now]))


def refused_qc104(author):
    return author.member().sign(author.rng.choice(["leave", "nothing"]), NOBODY)


def known(author):
    return author.rng.choice([who for who in author.people.everybody if who.did in author.state.identities])


def used_nonce(author, signer):
    identity = author.state.identities.get(signer.did)
    return identity.nonce if identity else 0


def refused_qc105(author):
    signer = known(author)
    last = author.state.identities[signer.did].nonce
    return author.sign(signer, author.rng.choice(["leave", "join", "nothing"]), nonce=max(1, last - author.rng.randint(0, 5)))


def refused_qc106(author):
    """Other bytes with the nonce of the signer's last act that was folded."""
    signer = author.rng.choice([who for who in author.people.everybody if used_nonce(author, who) > 0])
    return author.sign(signer, "topic", topic="again %d" % author.rng.randrange(1000), nonce=used_nonce(author, signer))


def refused_qc107(author):
    return author.sign(author.member(), "leave", nonce=author.rng.choice([author.now * 1000 + 303000, LARGEST]))


def refused_qc108(author):
    return author.sign(author.member(), author.rng.choice(["nothing", "a", "_", "charters"]))


def refused_qc109(author):
    """A valid act, with a member too many, missing or of another type."""
    rng = author.rng
    text = author.act()
    body = json.loads(base64url_decode(text.split(".")[1]))
    signer = author.people.by_did[body["iss"]]
    members = {name: value for name, value in body.items() if name not in kinds.ENVELOPE}
    change = rng.randrange(4)
    if change == 0 or not members:
        members[rng.choice(["foo", "Poll", "text", "withdraw", "until", "must_vote", "profile"])] = rng.choice([1, "x", True, {}])
    elif change == 1:
        del members[rng.choice(sorted(members))]
    else:
        members[rng.choice(sorted(members))] = rng.choice(
            [None, True, False, 0, -1, 1, LARGEST, -LARGEST, 253402300799, 253402300800, 9007199254, 9007199255, "", "x", "x" * 60,
             "x" * 61, "\u00e9" * 200, "\u00e9" * 201, "a\x01", "a\x7f", "a\x80", "a\tb\n", "a\r", [], [1], [1, 2], [0, 0], [2, 1], [1, 5], [1, 6],
             ["a"], ["a", "a"], ["x" * 201], {}, {"a": 1}, NOBODY, NOBODY + "A", NOBODY[:-1] + "B", author.member().did,
             COMMUNE_DID, [COMMUNE_DID], ["o%d" % n for n in range(256)], [author.member().did] * 2])
    return author.sign(signer, body["act"], nonce=body["nonce"], **members)


def refused_qc110(author):
    rng = author.rng
    unsound = rng.choice([COMMUNE_DID, did_of_key(bytes([1] + [0] * 31)), did_of_key(b"\xff" * 32), author.people.mixed.did])
    return rng.choice([
        lambda: author.sign(author.people.mixed, "join"),
        lambda: author.sign(author.people.mixed, rng.choice(["leave", "nothing"])),
        lambda: author.sign(author.member(), "vouch", member=unsound),
        lambda: author.sign(author.member(), "vouch", member=unsound, withdraw=True),
        lambda: author.sign(author.member(), "join", iss=COMMUNE_DID),
        lambda: author.sign(author.member(), "join", iss=did_of_key(bytes([1] + [0] * 31))),
    ])()


def refused_qc302(author):
    founders = [who.did for who in author.people.founders]
    signer = author.rng.choice([author.member(), author.people.strangers[0]])
    return signer.sign("charter", name="Another", founders=founders[:author.rng.randint(1, 2)], vouches=1,
                       rules=author.rng.choice([0, 1, 2]))


def refused_qc304(author):
    signer = author.rng.choice(author.people.strangers)
    return author.rng.choice([
        lambda: author.sign(signer, "leave"),
        lambda: author.sign(signer, "topic", topic=author.topic_name()),
        lambda: author.sign(signer, "vouch", member=author.rng.choice([signer, author.member()]).did),
        lambda: author.poll(signer),
        lambda: author.sign(signer, "delegate", scope={}, to=[]),
        lambda: author.sign(signer, "ballot", poll=some_manifest(author), choice={"abstain": True}),
    ])()


def some_manifest(author):
    polls = [poll for poll in author.state.polls if poll.manifest]
    return base64url(author.rng.choice(polls).manifest) if polls else NOBODY


def refused_qc305(author):
    return author.sign(known(author), "join")


def refused_qc308(author):
    signer = author.member()
    return author.sign(signer, "vouch", member=signer.did, **author.rng.choice([{}, {"withdraw": True}]))


def refused_qc309(author):
    signer = author.member()
    if author.state.vouches and author.rng.random() < 0.5:
        candidate, voucher = author.rng.choice(sorted(author.state.vouches))
        if voucher in author.people.by_did:
            return author.sign(author.people.by_did[voucher], "vouch", member=candidate)
    return author.sign(signer, "vouch", member=author.rng.choice(author.people.strangers).did, withdraw=True)


def refused_qc310(author):
    return author.sign(author.member(), "topic", topic=author.rng.choice(sorted(author.state.topics) or ["topic 1"]),
                       **author.rng.choice([{}, {"parent": "nowhere"}]))


def refused_qc311(author):
    if author.rng.random() < 0.5:
        return author.poll(topic="nowhere")
    return author.sign(author.member(), "topic", topic="new %d" % author.rng.randrange(10 ** 6), parent="nowhere")


def also(author):
    """A second fault of a poll, to see which is found first."""
    return author.rng.choice([{}, {}, {"topic": "nowhere"}, {"method": "dice"}, {"params": {"dice": 1}}, {"opens": 5, "closes": 4}])


def refused_qc401(author):
    polls = author.state.polls
    return author.poll(**{**also(author), "name": author.rng.choice(polls).name if polls else "none"})


def refused_qc402(author):
    opens, closes = author.rng.choice([(author.now + 9, author.now + 9), (author.now + 9, author.now + 8), (0, 1),
                                       (author.now - 5, author.now)])
    return author.poll(**{**also(author), "opens": opens, "closes": closes})


def refused_qc403(author):
    return author.poll(**{**also(author), "method": author.rng.choice(["dice", "Majority", "x" * 30])})


def refused_qc404(author):
    method, params = author.rng.choice([
        ("majority", {"threshold": [0, 1]}), ("majority", {"threshold": [3, 2]}), ("majority", {"threshold": [1]}),
        ("majority", {"seats": 1}), ("majority", {"running": 1}), ("approval", {"seats": 0}), ("approval", {"seats": 256}),
        ("approval", {"credits": 1}), ("quadratic", {}), ("quadratic", {"credits": 0}), ("quadratic", {"credits": "1"}),
        ("quadratic", {"credits": 9, "negative": None}), ("quadratic", {"credits": 9, "threshold": [1, 2]}),
        ("plurality", {"ties": "luck"}), ("plurality", {"ties": "lot,none"}), ("score", {}), ("score", {"highest": 1001}),
        ("score", {"highest": 5, "by": "mood"}), ("borda", {"mode": 1}), ("irv", {"seats": 1}), ("irv", {"ties": "prior_round"}),
        ("schulze", {"strength": "opposition"})])
    return author.poll(**{**also(author), "method": method, "params": params})


def refused_qc405(author):
    authors = [who for who in author.people.everybody if who.did in author.state.identities
               and author.state.identities[who.did].polls >= author.state.charter.limits["open_polls"]]
    return author.poll(author.rng.choice(authors or author.people.everybody), **also(author))


def refused_qc406(author):
    return author.sign(author.member(), "ballot", poll=author.rng.choice([NOBODY, author.people.aud]), choice={"abstain": True})


def refused_qc407(author):
    polls = author.state.polls
    id = base64url(author.rng.choice(polls).id) if polls else NOBODY
    return author.sign(author.member(), "ballot", poll=id, choice={"abstain": True})


def refused_qc408(author):
    polls = [poll for poll in author.state.polls if poll.status == "closed"]
    id = base64url(author.rng.choice(polls).manifest) if polls else NOBODY
    return author.sign(author.member(), "ballot", poll=id, choice=author.rng.choice([{"abstain": True}, {}]))


def choose(author, *choices, **choices_of):
    """A ballot with one of these choices, each a function of the number of options, in a poll of one of these methods."""
    polls = [poll for poll in author.state.polls if poll.status == "open" and poll.method in choices_of]
    if not polls:
        return author.act()
    poll = author.rng.choice(polls)
    choice = author.rng.choice([*choices, *choices_of[poll.method]])
    return author.sign(author.voter(poll), "ballot", poll=base64url(poll.manifest), choice=choice(len(poll.options)))


def refused_qc410(author):
    return choose(author, lambda n: {}, lambda n: {"abstain": False}, lambda n: {"abstain": True, "option": 1}, lambda n: {"x": 1},
                  majority=[lambda n: {"option": "1"}, lambda n: {"option": 1, "x": 1}, lambda n: {"votes": [1] * n}],
                  approval=[lambda n: {"votes": [1] * (n - 1)}, lambda n: {"votes": [2] * n}, lambda n: {"votes": [-1] * n},
                            lambda n: {"votes": ["1"] * n}, lambda n: {"option": 1}],
                  score=[lambda n: {"votes": [1001] * n}, lambda n: {"ranking": "1"}],
                  irv=[lambda n: {"ranking": "1=2"}, lambda n: {"ranking": "1>1"}, lambda n: {"ranking": "1>>2"}, lambda n: {"votes": [1] * n}],
                  borda=[lambda n: {"ranking": "1=1"}, lambda n: {"ranking": "x"}, lambda n: {"ranking": "0"}, lambda n: {"ranking": 1}],
                  quadratic=[lambda n: {"votes": [0] * (n - 1)}, lambda n: {"votes": [-1] + [0] * (n - 1)},
                             lambda n: {"votes": [None] * n}, lambda n: {"votes": 1}])


def refused_qc411(author):
    return choose(author, majority=[lambda n: {"option": n + 1}, lambda n: {"option": 0}, lambda n: {"option": -LARGEST}],
                  approval=[lambda n: {"votes": [1] * (n + 1)}, lambda n: {"votes": [7] * 300}],
                  schulze=[lambda n: {"ranking": str(n + 1)}, lambda n: {"ranking": "1=%d" % (n + 1)}],
                  quadratic=[lambda n: {"votes": [0] * (n + 1)}, lambda n: {"votes": [None] * (n + 1)}])


def refused_qc412(author):
    return choose(author,
                  quadratic=[lambda n: {"votes": [LARGEST] * n}, lambda n: {"votes": [-LARGEST] + [0] * (n - 1)},
                             lambda n: {"votes": [LARGEST] * (n + 1)}, lambda n: {"votes": ["x", LARGEST]},
                             lambda n: {"votes": [3037000500, 3037000500] + [0] * (n - 2)}])


def refused_qc501(author):
    polls = [poll for poll in author.state.polls if poll.status != "announced"]
    scope = author.rng.choice([
        {"topic": "nowhere"}, {"topic": ""}, {"topic": 1}, {"poll": NOBODY}, {"poll": some_manifest(author)}, {"poll": "x"},
        {"poll": None}, {"poll": NOBODY, "topic": "x"}, {"x": 1}, {"topic": "x" * 61},
        *[{"poll": base64url(poll.id)} for poll in polls[-3:]]])
    return author.sign(author.member(), "delegate", scope=scope, to=[], **author.rng.choice([{}, {"until": 1}]))


def refused_qc502(author):
    signer, other = author.member(), author.rng.choice(author.people.strangers)
    return author.sign(signer, "delegate", scope=author.rng.choice([{}, {"topic": "nowhere"}]),
                       to=author.rng.choice([[signer.did], [other.did, other.did], [other.did, signer.did]]))


def refused_qc503(author):
    return author.sign(author.member(), "delegate", scope={}, until=author.rng.choice([1, author.now - 1, author.now]),
                       to=author.rng.choice([[], [COMMUNE_DID], [author.people.mixed.did]]))


def refused_qc506(author):
    return author.sign(author.member(), "delegate", scope={}, to=[author.rng.choice(author.people.strangers).did],
                       until=author.rng.choice([author.now + 86400 * author.state.charter.limits["delegation_days"] + 100, 253402300799]))


def refused_qc507(author):
    final = [(poll, who) for poll in author.state.polls if poll.status == "open" for who in sorted(poll.final) if who in author.people.by_did]
    if not final:
        return author.act()
    poll, who = author.rng.choice(final)
    return author.sign(author.people.by_did[who], "ballot", poll=base64url(poll.manifest), choice=author.rng.choice([{"abstain": True}, {}]))


FAULTS = [value for name, value in sorted(globals().items()) if name.startswith("refused_")]
