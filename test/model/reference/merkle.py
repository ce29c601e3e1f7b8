"""The Merkle tree of RFC 9162, section 2.1: docs/register.md."""
import hashlib

EMPTY = hashlib.sha256(b"").digest()
TILE = 256


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root(leaves):
    """The root over leaf hashes, as the RFC defines it."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return node(root(leaves[:half]), root(leaves[half:]))


class Tree:
    """A tree that grows: all leaf hashes, and the roots of the largest complete subtrees."""

    def __init__(self):
        self.leaves = []
        self.peaks = []     # (size, root), left to right

    def append(self, hash):
        self.leaves.append(hash)
        size = 1
        while self.peaks and self.peaks[-1][0] == size:
            hash = node(self.peaks.pop()[1], hash)
            size *= 2
        self.peaks.append((size, hash))

    def root(self):
        if not self.peaks:
            return EMPTY
        found = self.peaks[-1][1]
        for _, peak in reversed(self.peaks[:-1]):
            found = node(peak, found)
        return found

    def frontier(self):
        return b"".join(peak for _, peak in self.peaks)

    def tiles(self):
        """Full tiles of 256 hashes: {(level, n): (data, root)}."""
        found, level, hashes = {}, 0, self.leaves
        while len(hashes) >= TILE:
            above = []
            for n in range(len(hashes) // TILE):
                data = hashes[n * TILE:(n + 1) * TILE]
                above.append(root(data))
                found[level, n] = b"".join(data), above[-1]
            level, hashes = level + 1, above
        return found


def root_from_proof(hash, index, size, proof):
    """The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2); none if it does not fit."""
    if index >= size:
        return None
    last = size - 1
    for step in proof:
        if last == 0:
            return None
        if index & 1 or index == last:
            hash = node(step, hash)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            hash = node(hash, step)
        index, last = index >> 1, last >> 1
    return hash if last == 0 else None
