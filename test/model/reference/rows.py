"""The bytes of a row of a chained table: docs/chained-tables.md."""
import struct

from .record import leaf


def field(data):
    return struct.pack(">I", len(data)) + data


def row_leaf(table, columns):
    """The leaf hash of a row; `columns` are (name, type, value) in order, with int for int8, str for text, and what was sent as bytes."""
    data = b"commune/row/1\n" + field(table.encode())
    for name, type, value in columns:
        if value is not None:
            sent = value if isinstance(value, bytes) else struct.pack(">q", value) if type == "pg_catalog.int8" else value.encode()
            data += field(name.encode()) + field(type.encode()) + field(sent)
    return leaf(data)
