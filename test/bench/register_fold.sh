#!/bin/sh
# Folding and verifying: a commune of 100,000 members, all of whom vote.
# conf: max_wal_size = '8GB'
# conf: checkpoint_timeout = '30min'
# conf: shared_buffers = '1GB'
set -eu
acts=build/bench/acts
members=100000
q() { psql -qXAt -v ON_ERROR_STOP=1 "$@"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
figure() { echo "$2" | awk -v name="$1" -v unit="$3" -v goal="$4" -v floor="$5" '{ printf "bench register.%s %.3g %s goal %s floor %s\n", name, $1, unit, goal, floor }'; }

# load KIND FROM TO [ARGUMENT...]: acts come in, unverified.
load()
{
	kind=$1 from=$2 to=$3
	shift 3
	$acts "$kind" "$from" "$to" "$@" >"$TMPDIR/acts"
	q -c "SET commune.debug_skip_signatures = on" -c "\\copy commune.act (record) FROM '$TMPDIR/acts'"
}
seal() { q -c "SELECT commune.seal()" >/dev/null; }

q -c "CREATE FUNCTION cpu() RETURNS float8 LANGUAGE sql AS \$\$
	SELECT (a[14]::float8 + a[15]::float8) / 100 FROM (SELECT string_to_array(pg_read_file('/proc/self/stat'), ' ')) s (a) \$\$"
load charter 0 1
seal
aud=$(q -c "SELECT commune.base64url(id) FROM commune.charter")
load join 0 $members "$aud"
seal
load vouch 1 $members "$aud"
seal
load poll 0 1 "$aud"
seal
manifest=$(q -c "SELECT commune.base64url(manifest) FROM commune.poll")

# Ballots folded a second of processor time: first ones, then changed ones, and the median.
for kind in ballot revote; do
	for part in 0 1 2; do
		load $kind $((part * 33000 + 1)) $((part * 33000 + 33000)) "$aud" "$manifest"
		q -c "VACUUM ANALYZE"
		printf '%s\n' "SELECT cpu() AS begin \\gset" "SELECT 1 FROM commune.seal() \\g /dev/null" "SELECT 32.999 / (cpu() - :begin);" | q -f - >>"$TMPDIR/fold"
	done
done
figure fold "$(median <"$TMPDIR/fold")" k/s 60 30

# Verifying leaves and tree, against hashing the same bytes; then by one worker beside the leader, against none.
q -c "VACUUM ANALYZE"
leaves=$(q -c "SELECT max(size) FROM commune.block")
bytes=$(q -c "SELECT avg(length(record::text))::int FROM commune.act")
for round in 1 2 3 4 5; do
	for workers in 0 1; do
		q -c '\timing on' -c "SELECT count(*) FROM commune.verify(signatures => false, projections => false, workers => $workers)" |
			sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' >"$TMPDIR/verify_$workers"
	done
	$acts evp "$leaves" "$bytes" >"$TMPDIR/evp"
	paste "$TMPDIR/evp" "$TMPDIR/verify_0" | awk '{ print $1 * 1000 / $2 }' >>"$TMPDIR/verify"
	paste "$TMPDIR/verify_0" "$TMPDIR/verify_1" | awk '{ print $1 / $2 }' >>"$TMPDIR/parallel"
done
figure verify "$(median <"$TMPDIR/verify")" ratio 0.50 0.35
figure verify_2 "$(median <"$TMPDIR/parallel")" times 1.7 1.5
