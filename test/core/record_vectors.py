"""Turn published test vectors into lines for record_vectors_test: what, group, fields.  Ends with 77 where they are absent.

    ed25519    group  key  signature  message  1|0|?     does the signature verify? (? the vectors do not say)
    sign       group  seed  key  message  signature
    record     group  text                               no record: refused
    jws        group  text  key  1|0                     a compact JWS that is no record: does the signature verify?
    did        group  text  key|-                        the key in a did:key; - for what is no did
    base64url  group  text  1|0                          is it strict base64url?

Fields other than DIDs are in hexadecimal.
"""
import base64
import csv
import glob
import json
import os
import sys

folder = os.path.join(os.environ.get("COMMUNE_VECTORS") or "../shared/vectors", "crypto")
if not os.path.isdir(folder):
    sys.exit(77)


def path(name):
    return os.path.join(folder, name)


def names(pattern):
    return sorted(os.path.relpath(name, folder) for name in glob.glob(path(pattern)))


def load(name):
    with open(path(name), encoding="utf-8") as file:
        return json.load(file)


def emit(what, group, *fields):
    print(what, group, *(f.hex() if isinstance(f, bytes) else f for f in fields), sep="\t")


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def as_text(jws):
    """A JWS as it stands in a vector: compact, or an object in one of the JSON serialisations."""
    return (jws if isinstance(jws, str) else json.dumps(jws)).encode()


# ---- signatures

for test in load("ed25519/rfc8032_7.1.json")["tests"].values():
    if "seed" in test:
        emit("sign", "rfc8032", test["seed"], test["pk"], test["msg"], test["sig"])
    else:
        emit("ed25519", "rfc8032", test["pk"], test["sig"], test["msg"], 1)

with open(path("ed25519/sign.input.TESTVECTORS"), encoding="ascii") as file:
    for line in file:
        secret, key, message, signed = line.split(":")[:4]
        emit("sign", "sign.input", secret[:64], key, message, signed[:128])

for group in load("wycheproof/ed25519_test.json")["testGroups"]:
    for test in group["tests"]:
        emit("ed25519", "wycheproof", group["publicKey"]["pk"], test["sig"], test["msg"], int(test["result"] == "valid"))

for name, group in (("cctv/ed25519vectors.json", "cctv"), ("ed25519/dalek.VALIDATIONVECTORS", "dalek")):
    for test in load(name):
        emit("ed25519", group, test["key"], test["sig"], test["msg"].encode(), "?")

# ---- JWS

# Wycheproof has no EdDSA group.  The JWS groups (HMAC, ECDSA, RSA; keysets; unfit keys) are refused for their alg, those
# with parts missing for their form; the JWE groups have five parts.  Nothing of them may pass, the valid ones neither.
for name in ("json_web_crypto", "json_web_key"):
    for group in load("wycheproof/%s_test.json" % name)["testGroups"]:
        for test in group["tests"]:
            emit("record", name, as_text(test.get("jws", test.get("jwe"))))

# RFC 7520: other algorithms, headers that are not protected, several signatures.
for name in names("rfc8037/rfc7520_*.json"):
    for form in load(name)["output"].values():
        emit("record", "rfc7520", as_text(form))

cookbook = load("rfc8037/cookbook_curve25519_jws.json")
emit("jws", "rfc8037", cookbook["output"]["compact"].encode(), decode(cookbook["input"]["key"]["x"]), 1)
emit("record", "rfc8037", as_text(cookbook["output"]["json"]))
emit("record", "rfc8037", as_text(cookbook["output"]["json_flat"]))

# VC-JOSE-COSE: those of alg EdDSA.  Other things than the signature are wrong with some, but not of concern here.
key = decode(load("vc/vm-ed25519.json")["publicKeyJwk"]["x"])
for name in names("vc/*.txt"):
    with open(path(name), encoding="ascii") as file:
        text = file.read().strip()
    if "jose" in os.path.basename(name) or name.endswith("-signed.txt"):
        if json.loads(decode(text.split(".")[0]))["alg"] == "EdDSA":
            emit("jws", "vc", text.encode(), key, int("bad-signature" not in name))
        else:
            emit("record", "vc", text.encode())

# ---- DIDs

alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58(text):
    number = 0
    for character in text:
        number = number * 58 + alphabet.index(character)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


for did, case in load("didkey/ed25519-x25519.json").items():
    pair = case["verificationKeyPair"]
    key = decode(pair["publicKeyJwk"]["x"]) if "publicKeyJwk" in pair else base58(pair["publicKeyBase58"])
    emit("did", "ed25519", did, key)
    emit("did", "x25519", "did:key:" + case["keyAgreementKeyPair"]["id"].split("#")[1], "-")

examples = load("didkey/spec_examples.json")
for did in examples["ed25519"]:
    emit("did", "ed25519", did, base58(did[len("did:key:z"):])[2:])
for did in examples["must_reject_for_ed25519_policy"]:
    emit("did", "other", did, "-")
for name in ("bls12381", "nist-curves", "rsa", "secp256k1"):
    for did in load("didkey/%s.json" % name):
        emit("did", "other", did, "-")
for did in load("didkey/x25519.json")["didDocument"]:
    emit("did", "x25519", did, "-")

# Multibase: no encoding of another length than a key's, in whatever base, is a did:key.
for name in names("multibase/*.csv"):
    with open(path(name), encoding="utf-8", newline="") as file:
        for row in list(csv.reader(file, skipinitialspace=True))[1:]:
            emit("did", "multibase", "did:key:" + row[1], "-")

# ---- base64url: signatures in did:plc logs; three of the invalid ones are not canonical

for name in names("didplc/audit_log/*/*.json"):
    for entry in load(name):
        emit("base64url", "didplc", entry["operation"]["sig"].encode(), int("sig_b64" not in name))
