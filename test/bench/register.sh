#!/bin/sh
# The register: what an act costs to come in, to be sealed, folded, verified and kept.
# conf: shared_preload_libraries = 'commune'
# conf: max_wal_size = '4GB'
# conf: track_commit_timestamp = on
# conf: checkpoint_timeout = '30min'
set -eu
acts=build/bench/acts
q() { psql -qXAt -v ON_ERROR_STOP=1 "$@"; }
now() { date +%s.%N; }
ratio() { echo "$1 $2" | awk '{ print ($2 > 0) ? $1 / $2 : 0 }'; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
figure() { echo "$2" | awk -v name="$1" -v unit="$3" -v goal="$4" -v floor="$5" '{ printf "bench register.%s %.3g %s goal %s floor %s\n", name, $1, unit, goal, floor }'; }

# ---- a commune with members

members=2000
$acts charter 0 1 >"$TMPDIR/charter"
q -c "SET commune.debug_skip_signatures = on" -c "\\copy commune.act (record) FROM '$TMPDIR/charter'" -c "SELECT commune.seal()" >/dev/null
aud=$(q -c "SELECT commune.base64url(id) FROM commune.charter")
{ $acts join 0 $members "$aud"; } >"$TMPDIR/joins"
{ $acts vouch 1 $members "$aud"; } >"$TMPDIR/vouches"
for file in joins vouches; do
	q -c "SET commune.debug_skip_signatures = on" -c "\\copy commune.act (record) FROM '$TMPDIR/$file'" -c "SELECT commune.seal()" >/dev/null
done

# ---- coming in: durable commits, interleaved, the median of five

pool=500000
$acts delegate 0 $pool "$aud" $members >"$TMPDIR/pool"
q <<SQL
CREATE UNLOGGED TABLE pool (i int GENERATED ALWAYS AS IDENTITY (START 0 MINVALUE 0) PRIMARY KEY, record text);
\\copy pool (record) FROM '$TMPDIR/pool'
CREATE SEQUENCE pool_seq MINVALUE 0;
CREATE SEQUENCE other_seq MINVALUE 0;
CREATE TABLE plain (seq bigint PRIMARY KEY, record text);
CREATE SEQUENCE plain_seq;
CREATE TABLE chain (seq bigint PRIMARY KEY, record text, hash bytea);
CREATE FUNCTION chained() RETURNS trigger LANGUAGE plpgsql AS \$\$
BEGIN
	PERFORM pg_advisory_xact_lock(1);
	NEW.hash := sha256(coalesce((SELECT hash FROM chain ORDER BY seq DESC LIMIT 1), '') || NEW.record::bytea);
	NEW.seq := nextval('plain_seq');
	RETURN NEW;
END \$\$;
CREATE TRIGGER chained BEFORE INSERT ON chain FOR EACH ROW EXECUTE FUNCTION chained();
VACUUM ANALYZE pool;
SQL
pick="SELECT record FROM pool WHERE i = (SELECT nextval('pool_seq') % $pool)"
other="SELECT record FROM pool WHERE i = (SELECT nextval('other_seq') % $pool)"
echo "INSERT INTO plain SELECT nextval('plain_seq'), record FROM ($other) p;" >"$TMPDIR/plain.sql"
echo "INSERT INTO chain (record) $other;" >"$TMPDIR/chain.sql"
echo "INSERT INTO commune.act (record) SELECT record::commune.jws FROM ($pick) p;" >"$TMPDIR/insert.sql"
echo "SELECT commune.submit((SELECT record::commune.jws FROM ($pick) p));" >"$TMPDIR/submit.sql"

# tps SCRIPT CLIENTS [OPTIONS]
tps() { PGOPTIONS="${3:-}" pgbench -n -M prepared -f "$TMPDIR/$1.sql" -c "$2" -j 2 -T "${SECONDS_A_RUN:-2}" 2>"$TMPDIR/pgbench.err" | sed -n 's/^tps = \([0-9.]*\).*/\1/p'; }

skip='-c commune.debug_skip_signatures=on'
for round in 1 2 3 4 5; do
	for clients in 1 16; do
		plain=$(tps plain $clients)
		ratio "$(tps insert $clients "$skip")" "$plain" >>"$TMPDIR/hash_$clients"
		[ $clients = 16 ] || ratio "$(tps submit 1)" "$plain" >>"$TMPDIR/signed"
	done
	acts16=$(tps insert 16 "$skip")
	ratio "$acts16" "$(tps chain 16)" >>"$TMPDIR/vs_chain"
done
figure insert_hash_1 "$(median <"$TMPDIR/hash_1")" ratio 0.90 0.85
figure insert_hash_16 "$(median <"$TMPDIR/hash_16")" ratio 0.80 0.70
figure insert_signed_1 "$(median <"$TMPDIR/signed")" ratio 0.75 0.65
figure vs_chain_16 "$(median <"$TMPDIR/vs_chain")" times 8 5

# ---- with the sealer at four a second, and without it

worker() { q -c "ALTER SYSTEM SET commune.databases = '$1'" -c "SELECT pg_reload_conf()" >/dev/null; sleep 6; }
worker "$PGDATABASE"
while [ "$(q -c "SELECT count(*) FROM commune.act WHERE seq > (SELECT max(m.seq) FROM commune.block b, commune.members(b.number) m WHERE b.number > (SELECT max(number) - 2 FROM commune.block))")" != 0 ]; do sleep 1; done
for round in 1 2 3 4 5; do
	q -c "SELECT commune.start_worker()" >/dev/null
	sleep 1
	with=$(tps insert 16 "$skip")
	q -c "SELECT commune.stop_worker()" >/dev/null
	ratio "$with" "$(tps insert 16 "$skip")" >>"$TMPDIR/sealer"
done
figure sealer_cost_16 "$(median <"$TMPDIR/sealer")" ratio 0.95 0.90

# ---- from commit to sealed, at half the rate that signed acts come in

q -c "SELECT commune.seal()" >/dev/null
q -c "SELECT commune.start_worker()" >/dev/null
sleep 6
rate=$(tps submit 16 | awk '{ print int($1 / 2) + 1 }')
first=$(q -c "SELECT max(seq) FROM commune.act")
pgbench -n -M prepared -f "$TMPDIR/submit.sql" -c 16 -j 2 -T 6 -R "$rate" >/dev/null 2>&1
sleep 2
figure sealed_p99 "$(q -c "
	SELECT percentile_disc(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM pg_xact_commit_timestamp(b.xmin) - pg_xact_commit_timestamp(a.xmin)))
	FROM commune.block b, commune.members(b.number) m, commune.act a
	WHERE m.source = 'act' AND a.seq = m.seq AND a.seq > $first AND b.number > (SELECT max(number) - 60 FROM commune.block)")" s 0.5 1
worker ''
q -c "SELECT commune.stop_worker()" >/dev/null

# ---- bytes: acts of different transactions and lengths against a plain table with the same records

before=$(q -c "SELECT count(*) FROM commune.act")
stored="pg_total_relation_size('commune.act') + pg_total_relation_size('commune.block') + pg_total_relation_size('commune.tile') + pg_total_relation_size('commune.verdict')"
q -c "SELECT commune.seal()" >/dev/null
stored_before=$(q -c "SELECT $stored")
$acts delegates 2000000 2030000 "$aud" $members | sed "s/.*/INSERT INTO commune.act (record) VALUES ('&');/" >"$TMPDIR/mixed.sql"
PGOPTIONS="$skip -c synchronous_commit=off" q -f "$TMPDIR/mixed.sql"
q <<SQL >/dev/null
SELECT commune.seal();
CREATE TABLE plain_again (seq bigint PRIMARY KEY, record text);
INSERT INTO plain_again SELECT seq, record::text FROM commune.act ORDER BY seq OFFSET $before;
SQL
figure bytes "$(q -c "SELECT ($stored - $stored_before - pg_total_relation_size('plain_again')) / 30000.0")" bytes 170 200

# ---- sealing rows that have no effect, five full blocks each time: leaves a second of processor time

q <<'SQL' >/dev/null
CREATE FUNCTION cpu() RETURNS float8 LANGUAGE sql AS $$
	SELECT (a[14]::float8 + a[15]::float8) / 100 FROM (SELECT string_to_array(pg_read_file('/proc/self/stat'), ' ')) s (a) $$;
CREATE TABLE leaves (i int, line text);
SELECT commune.chain('leaves');
SELECT commune.seal();
SQL
for round in 1 2 3 4 5; do
	q -c "INSERT INTO leaves SELECT g, 'line' FROM generate_series(1, 327680) g" >/dev/null
	printf '%s\n' "SELECT cpu() AS begin \\gset" "SELECT 1 FROM commune.seal() \\g /dev/null" "SELECT 327.680 / (cpu() - :begin);" | q -f - >>"$TMPDIR/seal"
done
figure seal "$(median <"$TMPDIR/seal")" k/s 600 300
