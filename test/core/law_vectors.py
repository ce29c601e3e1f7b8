"""Turn published vectors of texts that are amended by diffs into lines for law_vectors_test.

Ends with 77 where they are absent.  Fields are in hexadecimal; the result is - where the diff is to be refused.

    name  text  diff  result
"""
import json
import os
import sys

path = os.path.join(os.environ.get("COMMUNE_VECTORS") or "../shared/vectors", "governance", "cosmos", "constitution_unified_diff.json")
if not os.path.isfile(path):
    sys.exit(77)

with open(path, encoding="utf-8") as file:
    for case in json.load(file)["cases"]:
        print(*("-" if case[key] is None else case[key].encode().hex() for key in ("name", "src", "diff", "expected")), sep="\t")
