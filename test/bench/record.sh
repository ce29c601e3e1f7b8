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

# milliseconds SQL [BEFORE]: the best of three runs of a statement, each after another one.
milliseconds()
{
	for run in 1 2 3; do
		psql -qXAt -c "${2:-}" -c '\timing on' -c "$1"
	done | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | sort -n | head -n 1
}

# per_record NAME SQL GOAL FLOOR: microseconds for one of the 100,000.
per_record()
{
	milliseconds "$2" | awk -v name="$1" -v limits="goal $3 floor $4" \
		'{ printf "bench record.%s %.2f us %s\n", name, $1 / 100, limits }'
}

plain=$(milliseconds "\\copy plain FROM '$TMPDIR/records'" 'TRUNCATE plain')
record=$(milliseconds "\\copy record FROM '$TMPDIR/records'" 'TRUNCATE record')
echo "$plain $record" | awk '{ printf "bench record.copy_ratio %.2f times goal 1.5 floor 3\n", $2 / $1 }'
psql -qX -c 'VACUUM ANALYZE source, record'
per_record scan 'SELECT count(record) FROM record' 1 3
per_record input 'SELECT count(line::commune.jws) FROM source' 3 8
per_record signer 'SELECT count(commune.signer(record)) FROM record' 3 8
per_record payload 'SELECT count(commune.payload(record)) FROM record' 6 15
per_record sort_dids 'SELECT count(*) FROM (SELECT commune.signer(record) AS did FROM record ORDER BY did OFFSET 0) s' 4 10
