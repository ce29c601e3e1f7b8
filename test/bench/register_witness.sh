#!/bin/sh
# Witnesses: from an act's commit to the publication of a checkpoint that covers it, by a quorum of two of three of them
# beside the server.
# conf: shared_preload_libraries = 'commune'
# conf: max_wal_size = '4GB'
# conf: track_commit_timestamp = on
set -eu
acts=build/bench/acts
dir=$TMPDIR/witness
q() { psql -qXAt -v ON_ERROR_STOP=1 "$@"; }
figure() { echo "$2" | awk -v name="$1" -v unit="$3" -v goal="$4" -v floor="$5" '{ printf "bench register.%s %.3g %s goal %s floor %s\n", name, $1, unit, goal, floor }'; }
setting() { q -c "ALTER DATABASE \"$PGDATABASE\" SET $1 = '$2'"; }

# ---- keys, a policy, a commune

mkdir "$dir"
key=$(build/commune key new -q --log example.org/log --file "$dir/log.key")
{
	echo "log $key"
	for i in 1 2 3; do
		echo "witness w$i $(build/commune key new -q --witness "w$i.example" --file "$dir/$i.key")"
	done
	echo "group most 2 w1 w2 w3"
	echo "quorum most"
} >"$dir/policy"
setting commune.origin example.org/log
setting commune.signing_key_file "$dir/log.key"
setting commune.policy_file "$dir/policy"

members=2000
$acts charter 0 1 >"$TMPDIR/charter"
q -c "SET commune.debug_skip_signatures = on" -c "\\copy commune.act (record) FROM '$TMPDIR/charter'" -c "SELECT commune.seal()" >/dev/null
aud=$(q -c "SELECT commune.base64url(id) FROM commune.charter")
$acts join 0 $members "$aud" >"$TMPDIR/joins"
$acts vouch 1 $members "$aud" >"$TMPDIR/vouches"
for file in joins vouches; do
	q -c "SET commune.debug_skip_signatures = on" -c "\\copy commune.act (record) FROM '$TMPDIR/$file'" -c "SELECT commune.seal()" >/dev/null
done

pool=60000
$acts delegate 0 $pool "$aud" $members >"$TMPDIR/pool"
q <<SQL
CREATE UNLOGGED TABLE pool (i int GENERATED ALWAYS AS IDENTITY (START 0 MINVALUE 0) PRIMARY KEY, record text);
\\copy pool (record) FROM '$TMPDIR/pool'
CREATE SEQUENCE pool_seq MINVALUE 0;
VACUUM ANALYZE pool;
SQL
echo "SELECT commune.submit((SELECT record::commune.jws FROM (SELECT record FROM pool WHERE i = (SELECT nextval('pool_seq') % $pool)) p));" >"$TMPDIR/submit.sql"

# ---- the worker and three witnesses

q -c "ALTER SYSTEM SET commune.databases = '$PGDATABASE'" -c "SELECT pg_reload_conf()" >/dev/null
pids=
trap 'kill $pids 2>/dev/null || :' EXIT
for i in 1 2 3; do
	build/commune witness -q --log "$key" -k "$dir/$i.key" --state "$dir/$i" &
	pids="$pids $!"
done
sleep 8
[ "$(q -c 'SELECT count(*) FROM commune.witness_seen')" = 3 ]

# ---- at half the rate that signed acts come in

run() { pgbench -n -M prepared -f "$TMPDIR/submit.sql" -c 16 -j 2 "$@" 2>"$TMPDIR/pgbench.err"; }
rate=$(run -T 3 | sed -n 's/^tps = \([0-9.]*\).*/\1/p' | awk '{ print int($1 / 2) + 1 }')
sleep 3
first=$(q -c "SELECT max(seq) FROM commune.act")
run -T 8 -R "$rate" >/dev/null
sleep 3
figure cosigned_p99 "$(q -c "
	SELECT percentile_disc(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM coalesce(published_at, clock_timestamp()) - pg_xact_commit_timestamp(a.xmin)))
	FROM (SELECT b.number, (SELECT min(c.published_at) FROM commune.checkpoint c WHERE c.size >= b.size) AS published_at FROM commune.block b) AS p,
		commune.members(p.number) m, commune.act a
	WHERE m.source = 'act' AND a.seq = m.seq AND a.seq > $first")" s 1 2
