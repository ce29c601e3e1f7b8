#!/bin/sh
# Records: the cores, then input, COPY and looking into 100,000 of them in SQL.
set -eu
build/bench/record_core

psql -qX -v ON_ERROR_STOP=1 <<'SQL'
CREATE TABLE source (line text);
INSERT INTO source
SELECT commune.base64url('{"alg":"Ed25519","typ":"commune+jwt"}') || '.' ||
	commune.base64url(convert_to(format('{"iss":"%s","aud":"f9lyUpg0XYoFkFI9qr41cn3qWZCgzGMS5FF9AEqfen8","iat":1767225600,"nonce":%s,"act":"topic","topic":"water"}',
		commune.did(sha256(i::text::bytea)), i), 'UTF8')) || '.' || repeat('A', 86)
FROM generate_series(1, 100000) i;
CREATE UNLOGGED TABLE plain (line text);
CREATE UNLOGGED TABLE record (record commune.jws);
SQL
psql -qX -c "COPY source TO STDOUT" >"$TMPDIR/records"

# milliseconds SQL: the best of three runs.
milliseconds()
{
	for run in 1 2 3; do
		psql -qXAt -c 'TRUNCATE plain, record' -c '\timing on' -c "$1"
	done | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | sort -n | head -n 1
}

plain=$(milliseconds "\\copy plain FROM '$TMPDIR/records'")
record=$(milliseconds "\\copy record FROM '$TMPDIR/records'")
echo "$plain $record" | awk '{ printf "bench record.copy_ratio %.2f times goal 1.5 floor 3\n", $2 / $1 }'
milliseconds 'SELECT count(line::commune.jws) FROM source' | awk '{ printf "bench record.input %.2f us goal 3 floor 8\n", $1 / 100 }'
psql -qX -c "\\copy record FROM '$TMPDIR/records'"
psql -qXAt -c '\timing on' -c 'SELECT count(commune.signer(record)) FROM record' | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' |
	awk '{ printf "bench record.signer %.2f us goal 3 floor 8\n", $1 / 100 }'
