"""Turn published vectors of Merkle trees into lines for register_vectors_test.  Ends with 77 where they are absent.

    inclusion    index  size  root  leaf  1|0  proof...        does the proof hold?
    consistency  from  to  root  root  1|0  proof...
    root         size  root                                    over the leaves of which each is its number, 2 bytes, the low one first

Hashes are in hexadecimal.
"""
import base64
import glob
import json
import os
import sys

folder = os.path.join(os.environ.get("COMMUNE_VECTORS") or "../shared/vectors", "tlog", "merkle")
if not os.path.isdir(folder):
    sys.exit(77)


def decode(text):
    return base64.b64decode(text or "").hex() or "-"


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
