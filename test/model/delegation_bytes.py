"""Bytes of delegation graphs over the wire: what is sent is received, and what is damaged is refused with an error."""
import io
import struct

import psycopg2

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0)
KINDS = {
    "delegation_graph": ["", "1>2", "! 1>2 2>1", "1>2,3. 2!*5>3 3 4>1 9>,,4"],
    "text_delegation_graph": ["", '"ann">"bob"', '"ann"!*5>"bob","\u00e4". ""'],
}


def copy_in(cursor, kind, value):
    """Insert one value in binary form."""
    message = SIGNATURE + struct.pack("!hi", 1, len(value)) + value + struct.pack("!h", -1)
    cursor.copy_expert("COPY %s FROM STDIN (FORMAT binary)" % kind, io.BytesIO(message))


def copy_out(cursor, kind):
    out = io.BytesIO()
    cursor.copy_expert("COPY %s TO STDOUT (FORMAT binary)" % kind, out)
    size, = struct.unpack_from("!i", out.getvalue(), len(SIGNATURE) + 2)
    return out.getvalue()[len(SIGNATURE) + 6:][:size]


def code_of(cursor, kind, value):
    """The SQLSTATE that a value is refused with; one that is taken comes back the same, and answers."""
    try:
        copy_in(cursor, kind, value)
        assert copy_out(cursor, kind) == value
        for question in "weights", "resolve", "cycles":
            cursor.execute("SELECT count(*) FROM %s, commune.%s(graph)" % (kind, question))
        return None
    except psycopg2.Error as error:
        return error.pgcode
    finally:
        cursor.connection.rollback()


refused = taken = 0
with psycopg2.connect("") as connection, connection.cursor() as cursor:
    for kind, texts in KINDS.items():
        cursor.execute("CREATE TABLE %s (graph commune.%s)" % (kind, kind))
        connection.commit()
        for text in texts:
            cursor.execute("SELECT commune.%s_send(%%s)" % kind, (text,))
            value = bytes(cursor.fetchone()[0])
            assert code_of(cursor, kind, value) is None, text
            assert code_of(cursor, kind, value + b"\0") == "22P03", text
            for cut in range(len(value)):
                assert code_of(cursor, kind, value[:cut]) == "22P03", (text, cut)
            for at in range(len(value)):
                for bit in range(8):
                    damaged = value[:at] + bytes([value[at] ^ 1 << bit]) + value[at + 1:]
                    code = code_of(cursor, kind, damaged)
                    # 22021: a text that is no longer UTF-8; 22003: a weight so great that no sum holds it
                    assert code in (None, "22P03", "22021", "22003"), (text, at, bit, code)
                    refused += code is not None
                    taken += code is None
        other, = set(KINDS) - {kind}
        cursor.execute("SELECT commune.%s_send(%%s)" % other, (KINDS[other][1],))
        assert code_of(cursor, kind, bytes(cursor.fetchone()[0])) == "22P03"
        cursor.execute("DROP TABLE %s" % kind)
assert refused > 1000 and taken > 100, (refused, taken)
print("%d damaged graphs refused, %d others taken and the same" % (refused, taken))
