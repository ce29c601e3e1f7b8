"""Records and DIDs: docs/record-format.md."""
import base64
import functools
import hashlib
import json
import re
import time

import nacl.exceptions
import nacl.signing

LARGEST = 2 ** 53 - 1
LONGEST = 65535


class Malformed(ValueError):
    """The text is no record, no DID."""


# ---- base64url, base58, canonical JSON

def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def base64url_decode(text):
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise Malformed("not base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Malformed("no length of base64url") from None
    if base64url(data) != text:
        raise Malformed("stray bits")
    return data


BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58(data):
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def base58_decode(text, length):
    number = 0
    for letter in text:
        number = number * 58 + BASE58.index(letter)
    try:
        return number.to_bytes(length, "big")
    except OverflowError:
        raise Malformed("base58 of more bytes") from None


def canonical(value):
    """Members sorted by name, no white space."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def leaf(data):
    """The leaf hash of RFC 9162: of a record, its id."""
    return hashlib.sha256(b"\0" + data).digest()


# ---- DIDs

def did_of_key(key):
    return "did:key:z" + base58(b"\xed\x01" + key)


@functools.lru_cache(maxsize=None)
def did_binary(text):
    """The binary form, by which DIDs are ordered."""
    if re.fullmatch(r"did:key:z6Mk[%s]{44}" % BASE58, text):
        data = base58_decode(text[9:], 34)
        if data[:2] == b"\xed\x01" and did_of_key(data[2:]) == text:
            return b"k" + data[2:]
    elif re.fullmatch(r"did:commune:[a-z2-7]{32}", text):
        return b"c" + base64.b32decode(text[12:].upper())
    raise Malformed("no DID")


def key_of_did(text):
    """The key of a did:key; none for a did:commune."""
    data = did_binary(text)
    return data[1:] if data[:1] == b"k" else None


# ---- strict JSON

class Reader:
    """A JSON object as records have it: no name twice, integers only, no NUL, depth 16."""

    SPACE = re.compile(r"[ \t\n\r]*")
    NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(?![0-9.eE])")
    PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
    ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}

    def __init__(self, data):
        try:
            self.text = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("not UTF-8") from None
        self.at = 0

    def read(self):
        self.space()
        if self.text[self.at:self.at + 1] != "{":
            raise Malformed("no object")
        value = self.value(0)
        self.space()
        if self.at != len(self.text):
            raise Malformed("something after the object")
        return value

    def space(self):
        self.at = self.SPACE.match(self.text, self.at).end()

    def take(self, token):
        if not self.text.startswith(token, self.at):
            raise Malformed("no %s at %d" % (token, self.at))
        self.at += len(token)

    def value(self, depth):
        begin = self.text[self.at:self.at + 1]
        if begin and begin in "{[":
            if depth == 16:
                raise Malformed("too deep")
            return self.object(depth + 1) if begin == "{" else self.array(depth + 1)
        if begin == '"':
            return self.string()
        for token, value in ("true", True), ("false", False), ("null", None):
            if self.text.startswith(token, self.at):
                self.at += len(token)
                return value
        match = self.NUMBER.match(self.text, self.at)
        if not match or match[0] == "-0" or abs(int(match[0])) > LARGEST:
            raise Malformed("no value at %d" % self.at)
        self.at = match.end()
        return int(match[0])

    def object(self, depth):
        found = {}
        self.take("{")
        self.space()
        while not self.text.startswith("}", self.at):
            if found:
                self.take(",")
                self.space()
            name = self.string()
            if name in found:
                raise Malformed("twice: " + name)
            self.space()
            self.take(":")
            self.space()
            found[name] = self.value(depth)
            self.space()
        self.take("}")
        return found

    def array(self, depth):
        found = []
        self.take("[")
        self.space()
        while not self.text.startswith("]", self.at):
            if found:
                self.take(",")
                self.space()
            found.append(self.value(depth))
            self.space()
        self.take("]")
        return found

    def string(self):
        self.take('"')
        found = ""
        while True:
            match = self.PLAIN.match(self.text, self.at)
            found += match[0]
            self.at = match.end()
            if self.text.startswith('"', self.at):
                self.at += 1
                return found
            self.take("\\")
            letter = self.text[self.at:self.at + 1]
            self.at += 1
            if letter in self.ESCAPES:
                found += self.ESCAPES[letter]
            elif letter == "u":
                found += self.escaped()
            else:
                raise Malformed("no escape")

    def escaped(self):
        code = self.unit()
        if 0xD800 <= code < 0xDC00:
            self.take("\\u")
            low = self.unit()
            if not 0xDC00 <= low < 0xE000:
                raise Malformed("half a pair")
            return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00))
        if 0xDC00 <= code < 0xE000 or code == 0:
            raise Malformed("no character")
        return chr(code)

    def unit(self):
        digits = self.text[self.at:self.at + 4]
        if not re.fullmatch("[0-9A-Fa-f]{4}", digits):
            raise Malformed("no hexadecimal digits")
        self.at += 4
        return int(digits, 16)


# ---- records

class Record:
    """A record that was read: `header` and `payload`, objects; `id`, the leaf hash; `iss`, `act`, `nonce`."""

    def __init__(self, text):
        self.text = text
        try:
            self.bytes = text.encode("ascii")
        except UnicodeEncodeError:
            raise Malformed("not ASCII") from None
        if len(self.bytes) > LONGEST:
            raise Malformed("too long")
        parts = text.split(".")
        if len(parts) != 3 or "" in parts:
            raise Malformed("not three parts")
        header, payload, self.signature = (base64url_decode(part) for part in parts)
        if len(header) > 1024 or len(self.signature) != 64:
            raise Malformed("size of header or signature")
        self.signed = self.bytes[:self.bytes.rindex(b".")]
        self.header = Reader(header).read()
        self.payload = Reader(payload).read()
        self.check_payload()
        self.check_header()
        self.id = leaf(self.bytes)

    def check_payload(self):
        payload = self.payload
        for name in "iss", "act":
            if not isinstance(payload.get(name), str):
                raise Malformed(name)
        if not re.fullmatch("[a-z_]{1,32}", payload["act"]):
            raise Malformed("act")
        did_binary(payload["iss"])
        if payload["act"] == "charter":
            if "aud" in payload:
                raise Malformed("aud")
        elif not isinstance(payload.get("aud"), str) or len(base64url_decode(payload["aud"])) != 32:
            raise Malformed("aud")
        for name, least in ("iat", 0), ("exp", 1), ("nonce", 1):
            if name == "exp" and name not in payload:
                continue
            if not is_integer(payload.get(name)) or payload[name] < least:
                raise Malformed(name)
        self.iss, self.act, self.nonce = payload["iss"], payload["act"], payload["nonce"]

    def check_header(self):
        header = self.header
        if not set(header) <= {"alg", "typ", "kid"}:
            raise Malformed("header")
        if header.get("alg") not in ("Ed25519", "EdDSA") or header.get("typ") != "commune+jwt":
            raise Malformed("alg or typ")
        if "kid" in header:
            if not isinstance(header["kid"], str):
                raise Malformed("kid")
            did, mark, fragment = header["kid"].partition("#")
            form = re.escape(did[8:]) if did.startswith("did:key:") else "[A-Za-z0-9._-]{1,64}"
            if did != self.iss or mark and not re.fullmatch(form, fragment):
                raise Malformed("kid")

    def verified(self):
        """Whether the signature is that of the did:key in `iss`."""
        return signature_holds(key_of_did(self.iss), self.signed, self.signature)


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


def signature_holds(key, message, signature):
    try:
        nacl.signing.VerifyKey(key).verify(message, signature)
    except nacl.exceptions.BadSignatureError:
        return False
    return True


class Signer:
    """A key, and the records that it signs."""

    def __init__(self, seed):
        self.key = nacl.signing.SigningKey(hashlib.sha256(seed.encode()).digest())
        self.public = bytes(self.key.verify_key)
        self.did = did_of_key(self.public)
        self.nonce = 0

    def next_nonce(self):
        self.nonce = max(self.nonce + 1, int(time.time() * 1000))
        return self.nonce

    def sign(self, act, aud=None, header=None, **members):
        payload = {"iss": self.did, "iat": int(time.time()), "nonce": self.next_nonce(), "act": act, **members}
        if aud is not None:
            payload["aud"] = aud
        return self.sign_bytes(json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode(), header)

    def sign_bytes(self, payload, header=None):
        header = header or b'{"alg":"Ed25519","typ":"commune+jwt"}'
        signed = base64url(header) + "." + base64url(payload)
        return signed + "." + base64url(self.key.sign(signed.encode()).signature)


# ---- the subgroup of prime order: RFC 8032, section 5.1

P = 2 ** 255 - 19
ORDER = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def point(key):
    """The point that a key encodes, or none."""
    y = int.from_bytes(key, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return (P - x if x & 1 != sign else x), y


def add(a, b):
    """The sum of two points in extended coordinates."""
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(n, a):
    total = (0, 1, 1, 0)
    while n:
        if n & 1:
            total = add(total, a)
        a = add(a, a)
        n >>= 1
    return total


def extended(a):
    return a[0], a[1], 1, a[0] * a[1] % P


def encode_point(a):
    inverse = pow(a[2], -1, P)
    x, y = a[0] * inverse % P, a[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def is_of_prime_order(key):
    """Whether a key lies in the subgroup of prime order and is not its neutral element."""
    found = point(key)
    if found is None or found == (0, 1):
        return False
    x, y, z, _ = multiply(ORDER, extended(found))
    return x % P == 0 and (y - z) % P == 0
