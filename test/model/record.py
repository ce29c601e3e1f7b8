"""docs/record-format.md, read a second time in Python: both readers take the same records and see the same in them."""
import base64
import contextlib
import hashlib
import io
import json
import random
import re

import nacl.exceptions
import nacl.signing
import psycopg2
import psycopg2.extras

SAFE = 2**53 - 1
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class Refused(Exception):
    pass


def need(condition):
    if not condition:
        raise Refused


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    need(re.fullmatch(r"[A-Za-z0-9_-]*", text, re.ASCII) and len(text) % 4 != 1)
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    need(encode(data) == text)
    return data


# ---- JSON

def integer(text):
    need(text != "-0" and abs(int(text)) <= SAFE)
    return int(text)


def no_number(text):
    raise Refused


def unique(pairs):
    need(len({name for name, value in pairs}) == len(pairs))
    return dict(pairs)


def check_value(value, depth=1):
    if isinstance(value, str):
        value.encode()  # a lone surrogate has no UTF-8
        need("\0" not in value)
    elif isinstance(value, (list, dict)):
        need(depth <= 16)
        for item in value:
            check_value(item, depth + 1)
        if isinstance(value, dict):
            for item in value.values():
                check_value(item, depth + 1)


def read_object(data):
    try:
        value = json.loads(data.decode(), object_pairs_hook=unique, parse_int=integer, parse_float=no_number,
                           parse_constant=no_number)
        check_value(value)
    except ValueError as error:  # of json and of Unicode
        raise Refused from error
    need(isinstance(value, dict))
    return value


# ---- DIDs

def base58(data):
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return text


def did_of(key):
    return "did:key:z" + base58(b"\xed\x01" + key)


def read_did(text):
    """The key, or None for a did:commune."""
    if re.fullmatch(r"did:commune:[a-z2-7]{32}", text, re.ASCII):
        return None
    need(re.fullmatch(r"did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}", text, re.ASCII))
    number = 0
    for digit in text[len("did:key:z"):]:
        number = number * 58 + BASE58.index(digit)
    data = number.to_bytes(35, "big")
    need(data[:3] == b"\x00\xed\x01" and did_of(data[3:]) == text)
    return data[3:]


# ---- records

def is_string(value):
    return isinstance(value, str)


def is_integer(value, least):
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def read_record(text):
    need(len(text.encode()) <= 65535)
    parts = text.split(".")
    need(len(parts) == 3 and all(parts))
    header, payload, signature = (decode(part) for part in parts)
    need(len(signature) == 64 and len(header) <= 1024)

    header = read_object(header)
    need(set(header) <= {"alg", "typ", "kid"} and all(map(is_string, header.values())))
    need(header.get("alg") in ("Ed25519", "EdDSA") and header.get("typ") == "commune+jwt")

    payload = read_object(payload)
    need(is_string(payload.get("iss")) and is_string(payload.get("act")))
    key = read_did(payload["iss"])
    need(re.fullmatch(r"[a-z_]{1,32}", payload["act"], re.ASCII))
    need(("aud" in payload) == (payload["act"] != "charter"))
    if "aud" in payload:
        need(is_string(payload["aud"]) and len(payload["aud"]) == 43 and len(decode(payload["aud"])) == 32)
    need(is_integer(payload.get("iat"), 0) and is_integer(payload.get("nonce"), 1))
    need("exp" not in payload or is_integer(payload["exp"], 1))

    if "kid" in header and header["kid"] != payload["iss"]:
        did, hash_sign, fragment = header["kid"].partition("#")
        need(did == payload["iss"] and hash_sign)
        if key is None:
            need(re.fullmatch(r"[A-Za-z0-9._-]{1,64}", fragment, re.ASCII))
        else:
            need(fragment == did[len("did:key:"):])
    return header, payload, key, parts, signature


def model(text):
    """What SQL shows of a text: None if it is no record."""
    try:
        header, payload, key, parts, signature = read_record(text)
    except Refused:
        return None
    verified = None
    if key is not None:
        try:
            nacl.signing.VerifyKey(key).verify(".".join(parts[:2]).encode(), signature)
            verified = True
        except nacl.exceptions.BadSignatureError:
            verified = False
    leaf = hashlib.sha256(b"\0" + text.encode()).digest()
    return header, payload, payload["iss"], payload["act"], payload["nonce"], encode(leaf), verified


# ---- random texts, most of them nearly right

random.seed(20260101)
keys = [nacl.signing.SigningKey(bytes([i]) * 32) for i in range(5)]
dids = [did_of(bytes(key.verify_key)) for key in keys]
COMMUNE = "did:commune:mzxw6ytbmzxw6ytbmzxw6ytbmzxw6ytb"
VALUES = [None, True, [], {}, "", "x", 0, -1, 1, SAFE, SAFE + 1, 1.5, "é", "\0", "\x01", "\x7f", "\ud800", "🌱", "charter",
          "topic_", COMMUNE, dids[0], dids[0] + "#" + dids[0][8:], dids[1], {"a": {"b": [1]}}, [[[[[[[[[[[[[[1]]]]]]]]]]]]]],
          [[[[[[[[[[[[[[[1]]]]]]]]]]]]]]], [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]], "A" * 43, "A" * 42 + "B", "A" * 44]
PIECES = [b"", b" ", b"\n", b"0", b"-", b".0", b"e1", b'"', b"\\", b"\\u0000", b"\\u0061", b"\\ud83c\\udf31", b"\\ud83c", b",",
          b":", b"{", b"}", b"[", b"]", b"null", b"\0", b"\x1f", b"\x7f", b"\x80", b"\xc3\xa4", b"\xed\xa0\x80", b"\xef\xbb\xbf",
          b"\xff", b',"a":1', b',"iss":1', b',"a":1,"a":1']


def chance(n):
    return random.randrange(n) == 0


def damage(data, pieces):
    place = random.randrange(len(data) + 1)
    return data[:place] + random.choice(pieces) + data[place + random.randrange(3):]


def write(value):
    members = list(value.items())
    random.shuffle(members)
    text = json.dumps(dict(members), ensure_ascii=chance(2), separators=random.choice([(",", ":"), (" , ", " : ")]))
    return text.encode("utf-8", "surrogatepass")


def random_text():
    who = random.randrange(len(keys))
    header = {"alg": "Ed25519", "typ": "commune+jwt"}
    payload = {"iss": dids[who], "aud": encode(random.randbytes(32)), "iat": random.randrange(2**31),
               "nonce": random.randrange(1, 2**53), "act": random.choice(["topic", "ballot", "a" * 32, "charter"])}
    if payload["act"] == "charter" and not chance(5):
        del payload["aud"]
    if chance(5):
        payload["iss"] = COMMUNE
    if chance(4):
        payload["exp"] = random.randrange(1, 2**53)
    if chance(3):
        header["kid"] = payload["iss"] + random.choice(["", "#k1", "#" + payload["iss"][8:], "#"])
    if chance(4):
        header["alg"] = random.choice(["EdDSA", "none", "ES256", 1])
    for i in range(random.randrange(4)):
        payload[random.choice(["x", "text", "a", "ä"])] = random.choice(VALUES)
    if chance(6):
        header[random.choice(["alg", "typ", "kid", "crit", "jwk"])] = random.choice(VALUES)
    if chance(6):
        payload[random.choice(list(payload))] = random.choice(VALUES)
    if chance(8):
        del payload[random.choice(list(payload))]
    header, payload = write(header), write(payload)
    if chance(8):
        header = damage(header, PIECES)
    if chance(5):
        payload = damage(payload, PIECES)
    signed = encode(header) + "." + encode(payload)
    text = signed + "." + encode(keys[who].sign(signed.encode()).signature)
    if chance(6):
        text = damage(text, ["", "A", "B", "-", "_", "+", "/", "=", ".", " ", "\n", "é"])
    if chance(50):
        text += "A" * random.choice([65536, 65535 - len(text)])
    return text


# ---- the page's own example prints the record and its id

with open("docs/record-format.md", encoding="utf-8") as file:
    page = file.read()
printed = io.StringIO()
with contextlib.redirect_stdout(printed):
    exec(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], {})
example, example_id = printed.getvalue().split()
assert "\n    %s\n" % example in page and "\n    %s\n" % example_id in page
assert model(example)[5:] == (example_id, True)

# ---- both readers

with psycopg2.connect("") as connection, connection.cursor() as cursor:
    psycopg2.extras.register_default_jsonb(connection)
    cursor.execute("""
        CREATE FUNCTION pg_temp.look(t text) RETURNS TABLE (header jsonb, payload jsonb, signer text, kind text, nonce bigint,
            id text, verified boolean) LANGUAGE plpgsql AS $$
        BEGIN
            RETURN QUERY SELECT commune.header(r), commune.payload(r), commune.signer(r)::text, commune.kind(r),
                commune.nonce(r), commune.base64url(commune.leaf(r)),
                CASE WHEN commune.public_key(commune.signer(r)) IS NOT NULL THEN commune.verify_record(r) END
            FROM CAST(t AS commune.jws) r;
        EXCEPTION WHEN invalid_text_representation THEN
            RETURN;
        END
        $$""")
    taken = verified = 0
    texts = [example] + [random_text() for i in range(6000)]
    for text in texts:
        cursor.execute("SELECT * FROM pg_temp.look(%s)", (text,))
        found, expected = cursor.fetchone(), model(text)
        assert found == expected, (text, found, expected)
        taken += found is not None
        verified += found is not None and found[6] is True

# The comparison says something only if there were many of each kind.
assert taken > 1000 and len(texts) - taken > 1000 and verified > 500, (taken, verified)
print("%d texts, %d records, %d verified" % (len(texts), taken, verified))
