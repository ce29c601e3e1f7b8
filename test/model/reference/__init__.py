"""A second implementation of what docs/record-format.md, docs/acts.md, docs/register.md and
docs/chained-tables.md say,
to compare the server with.

It is written from these pages alone: nothing here calls the library or was taken from its sources, and nothing is fast
for its own sake.  Where it and the server disagree, one of them or the page is wrong.

    record    records and DIDs: made, read strictly, verified
    merkle    the Merkle tree of RFC 9162
    kinds     the members of each kind of act
    fold      the state, and what acts and the clock do to it
    way       delegation in a poll
    count     counting
    rows      the bytes of rows of chained tables
    tables    the state as the tables have it, compared
    receipt   receipts
    register  recomputes a live database's register and compares everything
"""
