"""Turn published vectors of Merkle trees into lines for register_vectors_test.  Ends with 77 where they are absent.

    inclusion    index  size  root  leaf  1|0  proof...        does the proof hold?
    consistency  from  to  root  root  1|0  proof...
    root         size  root                                    over the leaves of which each is its number, 2 bytes, the low one first
    node         height  number  hash                          over 2^height of Trillian's leaves, SHA-256 of "Leaf 0", "Leaf 1", ...
    checkpoint   origin  size  root  leaf                      the text of a checkpoint in its lines; the root is that of one leaf

Hashes are in hexadecimal.
"""
import base64
import glob
import json
import os
import sys

vectors = os.path.join(os.environ.get("COMMUNE_VECTORS") or "../shared/vectors", "tlog")
folder = os.path.join(vectors, "merkle")
if not os.path.isdir(folder):
    sys.exit(77)
ESCAPES = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, '"': 34, "'": 39}


def decode(text):
    return base64.b64decode(text or "").hex() or "-"


def unquote(text):
    """The bytes of a string of Go."""
    out, at = b"", 0
    while at < len(text):
        if text[at] != "\\":
            out += text[at].encode()
            at += 1
        elif text[at + 1] in ESCAPES:
            out += bytes([ESCAPES[text[at + 1]]])
            at += 2
        else:
            digits = {"x": 2, "u": 4, "U": 8}[text[at + 1]]
            code = int(text[at + 2:at + 2 + digits], 16)
            out += bytes([code]) if digits == 2 else chr(code).encode()
            at += 2 + digits
    return out


def nodes(lines):
    """The nodes of a dump of Trillian's subtrees: height, number, hash."""
    for line in lines:
        name, _, value = line.strip().partition(": ")
        if name == "prefix":
            prefix = int.from_bytes(unquote(value[1:-1]), "big")
            above = 8 * (7 - len(unquote(value[1:-1])))
        elif name == "key":
            depth, path = base64.b64decode(value)
        elif name == "value":
            yield above + 8 - depth, prefix << depth | path >> 8 - depth, unquote(value[1:-1])


def cases(what):
    for name in sorted(glob.glob(os.path.join(folder, "testdata", what, "**", "*.json"), recursive=True)):
        with open(name, encoding="utf-8") as file:
            yield json.load(file)


for case in cases("inclusion"):
    print("inclusion", case["leafIdx"], case["treeSize"], decode(case["root"]), decode(case["leafHash"]), int(not case["wantErr"]),
          *map(decode, case["proof"] or []), sep="\t")
for case in cases("consistency"):
    print("consistency", case["size1"], case["size2"], decode(case["root1"]), decode(case["root2"]), int(not case["wantErr"]),
          *map(decode, case["proof"] or []), sep="\t")
with open(os.path.join(folder, "golden.json"), encoding="utf-8") as file:
    for case in json.load(file)["golden_roots_2byte_le_leaves"]["cases"]:
        print("root", case["size"], decode(case["root_b64"]), sep="\t")
for name in sorted(glob.glob(os.path.join(vectors, "trillian", "dump_tree_output_*"))):
    with open(name, encoding="utf-8", newline="\n") as file:
        for height, number, hash in nodes(file.read().split("\n")):
            print("node", height, number, hash.hex(), sep="\t")
with open(os.path.join(vectors, "sumdb", "tree-note.txt"), encoding="utf-8") as file:
    print("checkpoint", *file.read().split("\n")[:3], "hello world", sep="\t")
