"""Receipts: docs/register.md and the C2SP formats tlog-proof and tlog-checkpoint."""
import base64
import hashlib
import json
import struct

from . import merkle
from .record import base64url, base64url_decode, leaf

HEADER = b"commune/block/1\n"


def read(text, record):
    """What a receipt proves of a record: its index, its verdict, and the size and root of the tree.

    Raises AssertionError if it proves nothing."""
    proof, checkpoint = text.split("\n\n", 1)
    first, extra, index, *path = proof.split("\n")
    assert first == "c2sp.org/tlog-proof@v1"
    assert extra.startswith("extra ") and index.startswith("index ")
    extra = json.loads(base64.b64decode(extra[6:], validate=True))
    index = int(index[6:])

    origin, size, root = checkpoint.split("\n")[:3]
    assert origin
    size, root = int(size), base64.b64decode(root, validate=True)
    path = [base64.b64decode(step, validate=True) for step in path]
    assert merkle.root_from_proof(leaf(record.encode()), index, size, path) == root, "the record is not in the tree"

    path = [base64url_decode(step) for step in extra["header_proof"]]
    hash = leaf(HEADER + extra["header"].encode())
    assert merkle.root_from_proof(hash, extra["header_index"], size, path) == root, "the header is not in the tree"
    header = json.loads(extra["header"])
    assert header["size"] == extra["header_index"] + 1
    assert header["first"] <= index < extra["header_index"], "the header is of another block"
    verdicts = b"".join(struct.pack(">Q5s", place, code.encode()) for place, code in extra["verdicts"])
    assert base64url(hashlib.sha256(verdicts).digest()) == header["verdicts"], "the verdicts are not those of the header"
    return index, dict(extra["verdicts"]).get(index), size, root
