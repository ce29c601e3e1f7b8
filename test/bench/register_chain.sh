#!/bin/sh
# Chained tables: what it costs that rows are registered.
# conf: max_wal_size = '4GB'
# conf: checkpoint_timeout = '30min'
set -eu
q() { psql -qXAt -v ON_ERROR_STOP=1 "$@"; }
ratio() { echo "$1 $2" | awk '{ print ($2 > 0) ? $1 / $2 : 0 }'; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
figure() { echo "$2" | awk -v name="$1" -v unit="$3" -v goal="$4" -v floor="$5" '{ printf "bench register.%s %.3g %s goal %s floor %s\n", name, $1, unit, goal, floor }'; }

rows=100000
q <<SQL >/dev/null
CREATE TABLE rows (id bigint, at timestamptz, text text);
INSERT INTO rows SELECT g, now(), repeat(md5(g::text), 8) FROM generate_series(1, $rows) g;
\\copy rows TO '$TMPDIR/rows'
CREATE TABLE plain (id bigint PRIMARY KEY, at timestamptz, text text);
CREATE TABLE chained (LIKE plain INCLUDING ALL);
CREATE SEQUENCE plain_id START 1000000000;
CREATE SEQUENCE chained_id START 1000000000;
CREATE FUNCTION cpu() RETURNS float8 LANGUAGE sql AS \$\$
	SELECT (a[14]::float8 + a[15]::float8) / 100 FROM (SELECT string_to_array(pg_read_file('/proc/self/stat'), ' ')) s (a) \$\$;
SELECT commune.chain('chained');
SQL
for table in plain chained; do
	echo "INSERT INTO $table VALUES (nextval('${table}_id'), now(), repeat('We met and talked of rain. ', 10));" >"$TMPDIR/$table.sql"
done

# ---- COPY of rows of about 270 bytes: processor time of the session, plain / chained

# copy TABLE ROUND
copy()
{
	printf '%s\n' "SELECT cpu() AS begin \\gset" "\\copy $1 FROM PROGRAM 'awk -F\"\\t\" -v OFS=\"\\t\" \"{ \\\$1 += $2 * $rows } 1\" $TMPDIR/rows'" \
		"SELECT cpu() - :begin;" | q -f -
}
for round in 1 2 3 4 5; do
	plain=$(copy plain $round)
	ratio "$plain" "$(copy chained $round)" >>"$TMPDIR/copy"
done
figure chain_copy "$(median <"$TMPDIR/copy")" ratio 0.55 0.45

# ---- single rows, durable commits, interleaved: rate chained / plain

# tps TABLE CLIENTS
tps() { pgbench -n -M prepared -f "$TMPDIR/$1.sql" -c "$2" -j 2 -T "${SECONDS_A_RUN:-2}" 2>"$TMPDIR/pgbench.err" | sed -n 's/^tps = \([0-9.]*\).*/\1/p'; }
for clients in 1 16; do
	for round in 1 2 3 4 5; do
		plain=$(tps plain $clients)
		ratio "$(tps chained $clients)" "$plain" >>"$TMPDIR/chained_$clients"
	done
done
figure chain_insert_1 "$(median <"$TMPDIR/chained_1")" ratio 0.90 0.85
figure chain_insert_16 "$(median <"$TMPDIR/chained_16")" ratio 0.80 0.70

# ---- bytes that the register has for a chained row, its tile included, by COPY and by single rows; verify_table()

q -c "SELECT commune.seal()" >/dev/null
count=$(q -c "SELECT sum(n) FROM commune.row_leaf WHERE n > 1")
figure chain_bytes_copy "$(q -c "SELECT 32.5 + sum(pg_column_size(r)) / $count::float8 FROM commune.row_leaf r WHERE n > 1")" bytes 80 100
printf '%s\n' "SELECT cpu() AS begin, count(*) AS n FROM chained \\gset" "SELECT count(*) FROM commune.verify_table('chained') \\g /dev/null" \
	"SELECT :n / 1000 / (cpu() - :begin);" | q -f - >"$TMPDIR/verify"
figure chain_verify "$(cat "$TMPDIR/verify")" k/s 200 100
[ "$(q -c "SELECT count(*) FROM commune.verify_table('chained')")" = 0 ]
