"""Turn published vectors of notes, checkpoints, keys, policies and proofs into lines for witness_vectors_test.

Ends with 77 where they are absent.  Fields are in hexadecimal, lists of them joined by commas.

    note        1|0  note  vkeys  names          do the keys accept it, and which of them has signed?
    sign        skey  note                       a private key, and the note that it makes of its text
    vkey        1|0  vkey  ed25519               is it a key of a kind that is known here?
    checkpoint  1|0|?  note  vkey                does the log's signature hold? ? : its kind is not known here
    body        1|0  body  origin  size  rest    is it the text of a checkpoint?
    timestamp   1|0  base64 of a signature  time
    policy      1|0  policy  name                is it a policy?
    proof       1|0  text                        could it be a receipt, by its form?
    path        level|entries  number  width  path   of a tile
    tiles       size  level  full  partial       how many there are, how wide the last one is
"""
import base64
import glob
import hashlib
import json
import os
import re
import sys

folder = os.path.join(os.environ.get("COMMUNE_VECTORS") or "../shared/vectors", "tlog")
if not os.path.isdir(folder):
    sys.exit(77)


def load(name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return json.load(file)


def hexed(text):
    return (text if isinstance(text, bytes) else str(text).encode()).hex()


def emit(what, *fields):
    print(what, *fields, sep="\t")


# ---- notes and keys

notes = load("c2sp/signed-notes.json")
for case in notes["cases"]:
    emit("note", int(case["expect"] == "accept"), base64.b64decode(case["note_b64"]).hex(), ",".join(map(hexed, case["vkeys"])),
         ",".join(map(hexed, case.get("verified", []))))
signed = [case for case in notes["cases"] if case["name"] == "peter signed"][0]
emit("sign", hexed(notes["signing_key_for_byte_exact_output"]["skey"]), base64.b64decode(signed["note_b64"]).hex())
for vkey in notes["vkeys_bad"]:
    emit("vkey", 0, hexed(vkey), 1)

cosigners = load("c2sp/cosigner-vkeys.json")
for case in cosigners["cases"]:
    # The one of ML-DSA that upstream takes has an id that is not that of its key: ok is null, and it is refused.
    emit("vkey", int(case["ok"] is True), hexed(case["vkey"]), 1)
for case in cosigners["timestamps"]:
    emit("timestamp", int(case["ok"]), hexed(case["sig_b64"]), case.get("unix", 0))

# Those of production logs: Ed25519 ones are known here, those of type 0x02 (ECDSA) are not.
with open(os.path.join(folder, "c2sp", "omniwitness-logs.yaml"), encoding="utf-8") as file:
    for vkey in re.findall(r"^ *PublicKey: (\S+)", file.read(), re.M):
        emit("vkey", int(base64.b64decode(vkey.split("+", 2)[2])[0] == 1), hexed(vkey), 1)

# ---- checkpoints

for case in load("c2sp/signed-checkpoints.json")["cases"]:
    known = case["vkey"] and base64.b64decode(case["vkey"].split("+", 2)[2])[0] == 1
    emit("checkpoint", 1 if known else "?", hexed(case["note"]), hexed(case["vkey"] or ""))
for case in load("c2sp/checkpoint-bodies.json")["cases"]:
    # Upstream takes roots of any length; C2SP says that they are SHA-256.
    ok = case["ok"] and len(base64.b64decode(case["root_b64"])) == 32
    emit("body", int(ok), hexed(case["body"]), hexed(case["origin"] or ""), case["size"] or 0, hexed(case["rest"] or ""))
    if case["ok"] and not ok:
        emit("body", 1, hexed(case["body"].replace(case["root_b64"], base64.b64encode(bytes(32)).decode())), hexed(case["origin"]), case["size"],
             hexed(case["rest"]))
with open(os.path.join(folder, "sumdb", "tree-note.txt"), encoding="utf-8") as file:
    emit("body", 1, hexed(file.read()), hexed("go.sum database tree"), 123456789012, "")

# ---- policies

policies = load("c2sp/policies.json")
for case in policies["ok"] + policies["bad"]:
    # Two witnesses with one key: upstream's tests take that, the specification forbids it ("duplicate witnesses ... are
    # not allowed"), because one signature would count twice.  It is refused here; with different keys it is taken.
    keys = re.findall(r"^\s*witness\s+\S+\s+(\S+)", case["policy"], re.M)
    doubled = len(set(keys)) < len(keys)
    emit("policy", int(case["ok"] and not doubled), hexed(case["policy"]), hexed(case["name"]))
    if case["ok"] and doubled:
        key = b"\x04" + bytes(range(32))
        spare = "spare+%s+%s" % (hashlib.sha256(b"spare\n" + key).hexdigest()[:8], base64.b64encode(key).decode())
        emit("policy", 1, hexed(re.sub(r"(witness w3 )\S+", r"\g<1>" + spare, case["policy"])), hexed(case["name"]))

# Sigsum's have bare keys in hexadecimal: not of this format, the rest of the file is.
for name in sorted(glob.glob(os.path.join(folder, "sigsum", "*.policy"))):
    with open(name, encoding="utf-8") as file:
        emit("policy", 0, hexed(file.read()), hexed(os.path.basename(name)))

# ---- proofs and tiles

proofs = load("c2sp/tlog-proofs.json")
for case in proofs["ok"]:
    emit("proof", 1, hexed(case["text"]))
for case in proofs["bad"]:
    emit("proof", 0, hexed(case["text"]))

tiles = load("c2sp/tile-paths.json")
for case in tiles["tlog_tiles"]:
    for level, count in case["tiles"].items():
        emit("tiles", case["size"], level, count["full"], count["partial"])
for case in tiles["go_tile_paths_H_L_N_W"]:
    # Go names the height of its tiles, and calls entries data.
    level = "entries" if case["L"] < 0 else case["L"]
    parts = case["path"].split("/")
    emit("path", level, case["N"], 256 if case["W"] == 1 << case["H"] else case["W"], hexed("/".join(["tile", str(level)] + parts[3:])))
for case in tiles["index_encoding"]:
    emit("path", 0, case["n"], 256, hexed("tile/0/" + case["path"]))
