#!/bin/sh
# The register at ten million leaves: how long the server takes for a proof or a receipt.
# conf: max_wal_size = '8GB'
# conf: checkpoint_timeout = '30min'
# conf: synchronous_commit = off
# conf: autovacuum = off
set -eu
acts=build/bench/acts
leaves=${REGISTER_LEAVES:-10000000}
step=$((leaves / 10))
q() { psql -qXAt -v ON_ERROR_STOP=1 "$@"; }
figure() { echo "$2" | awk -v name="$1" -v goal="$3" -v floor="$4" '{ printf "bench register.%s %.3g ms goal %s floor %s\n", name, $1, goal, floor }'; }

# ---- rows of a chained table, and a few acts among them

q -c "CREATE TABLE leaves (i integer, line text)" -c "SELECT commune.chain('leaves')" >/dev/null
$acts charter 0 1 >"$TMPDIR/charter"
q -c "SET commune.debug_skip_signatures = on" -c "\\copy commune.act (record) FROM '$TMPDIR/charter'" -c "SELECT commune.seal()" >/dev/null
aud=$(q -c "SELECT commune.base64url(id) FROM commune.charter")
for i in 0 1 2 3 4 5 6 7 8 9; do
	q -c "INSERT INTO leaves SELECT g, 'line' FROM generate_series(1, $step) g"
	$acts join $((i * 100)) $((i * 100 + 100)) "$aud" >"$TMPDIR/joins"
	q -c "SET commune.debug_skip_signatures = on" -c "\\copy commune.act (record) FROM '$TMPDIR/joins'" -c "SELECT commune.seal()" >/dev/null
done
q -c "VACUUM (FREEZE, ANALYZE) commune.tile, commune.row_leaf, commune.block, commune.act, commune.verdict"
printf 'size %s\n' "$(q -c "SELECT max(size) FROM commune.block")"

# ---- one session, any leaf, any two sizes; each kind of call by itself

q <<'SQL' >"$TMPDIR/times"
CREATE TEMPORARY TABLE took (what text, ms float8);
CREATE FUNCTION pg_temp.measure(n integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	size bigint := (SELECT max(b.size) FROM commune.block b);
	acts bigint[] := (SELECT array_agg(seq) FROM commune.act);
	begun timestamptz;
	a bigint;
	b bigint;
	what text;
BEGIN
	FOR i IN 1 .. n LOOP
		what := (ARRAY['inclusion', 'consistency', 'inclusion', 'consistency', 'receipt'])[1 + i % 5];
		a := 1 + floor(random() * (size - 1));
		b := CASE WHEN i % 2 = 0 THEN size ELSE least(size, a + 1 + floor(random() * (size - a))) END;
		IF what = 'receipt' THEN
			a := acts[1 + floor(random() * cardinality(acts))];
		ELSIF what = 'inclusion' THEN
			a := (SELECT m.seq FROM commune.row_leaf m WHERE m.seq <= a ORDER BY seq DESC LIMIT 1);
			b := CASE WHEN i % 2 = 0 THEN size ELSE size - floor(random() * greatest(0, size - a - 1000)) END;
		END IF;
		begun := clock_timestamp();
		CASE what
			WHEN 'inclusion' THEN PERFORM commune.inclusion_proof(a, b);
			WHEN 'consistency' THEN PERFORM commune.consistency_proof(a, b);
			ELSE PERFORM commune.receipt(a);
		END CASE;
		INSERT INTO took VALUES (what, extract(epoch FROM clock_timestamp() - begun) * 1000);
	END LOOP;
END
$$;
SELECT pg_temp.measure(2000);
TRUNCATE took;
SELECT pg_temp.measure(20000);
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY ms), percentile_disc(0.99) WITHIN GROUP (ORDER BY ms) FROM took WHERE what <> 'receipt';
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY ms), percentile_disc(0.99) WITHIN GROUP (ORDER BY ms) FROM took WHERE what = 'receipt';
SQL
tr '|' ' ' <"$TMPDIR/times" | sed '/^ *$/d' >"$TMPDIR/percentiles"
figure proof_p50 "$(awk 'NR == 1 { print $1 }' "$TMPDIR/percentiles")" 0.3 0.5
figure proof_p99 "$(awk 'NR == 1 { print $2 }' "$TMPDIR/percentiles")" 1 2
figure receipt_p50 "$(awk 'NR == 2 { print $1 }' "$TMPDIR/percentiles")" 0.3 0.5
figure receipt_p99 "$(awk 'NR == 2 { print $2 }' "$TMPDIR/percentiles")" 1 2
