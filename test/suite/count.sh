# For suites: count results, and print what failed.  Sourced; ends by `counted`.
set -u
passed=0 failed=0 skipped=0
log=$COMMUNE_OUT/$(basename "$0").log
pgxs_test=$(dirname "$(dirname "$(pg_config --pgxs)")")/test	# pg_regress, isolationtester, Perl modules

# skip NAME REASON: not a result of its own where this machine is meant to have everything.
skip()
{
	case "${CI:-}${COMMUNE_CI:-}:$2" in
		*:"needs PostgreSQL"*|*:*"no vectors at"*|:*)
			skipped=$((skipped + 1))
			echo "skipped $1: $2" ;;
		*)
			failed=$((failed + 1))
			echo "FAILED $1: skipped in CI: $2" ;;
	esac
}

# try NAME COMMAND...: status 0 passes, 77 skips (the last line says why), anything else fails.
try()
{
	name=$1 rc=0
	shift
	"$@" >"$log.part" 2>&1 || rc=$?
	last=$(tail -n 1 "$log.part")
	case $rc in
		0) passed=$((passed + 1)); echo "ok $name${last:+ ($last)}" ;;
		77) skip "$name" "$last" ;;
		*) failed=$((failed + 1)); echo "FAILED $name (status $rc)"; tail -n 200 "$log.part" ;;
	esac
	{ echo "-- $name: status $rc"; cat "$log.part"; } >>"$log"
	rm "$log.part"
}

# Leave the counts for test/run.
counted()
{
	echo "$passed $failed $skipped" >"$COUNTS"
	[ "$failed" = 0 ]
}

# names DIR EXTENSION: the files of a folder without the extension, as pg_regress takes them.
names()
{
	for file in "$1"/*."$2"; do basename "$file" ".$2"; done
}

# count_pg_regress DIR: count what pg_regress printed (15 says "test x ... ok", 16 and later say "ok 1 - x").
count_pg_regress()
{
	grep -E '^(test |ok |not ok )' "$log" || cat "$log"
	passed=$(grep -cE '^(test .* ok |ok )' "$log")
	failed=$(grep -cE '^(test .* FAILED|not ok )' "$log")
	cp -r "$1/results" "$COMMUNE_OUT/$(basename "$0")"	# new answers to look at, and to take over
	if [ -s "$1/regression.diffs" ]; then
		head -n 400 "$1/regression.diffs"
		cp "$1/regression.diffs" "$COMMUNE_OUT/$(basename "$0")"
	fi
	counted
}
