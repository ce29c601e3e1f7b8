# Count from the members' own files, without the database.
# Input: delegations, then ballots (number, votes or "abstain"; only those who vote).  MEMBERS is the electorate.
# Output: option, votes, direct votes, represented votes for each; then direct, represented, unrepresented, abstained.
BEGIN { FS = "\t"; level["poll"] = 4; level["topic"] = 3; level["parent"] = 2; level["everything"] = 1 }
FNR == NR {
	if (level[$2] > best[$1]) {
		best[$1] = level[$2]
		to[$1] = $3
	}
	next
}
{ ballot[$1] = $2; direct++ }
END {
	for (i = 1; i <= MEMBERS; i++) {
		at = i
		for (steps = 0; !(at in ballot) && (at in to) && steps < MEMBERS; steps++)
			at = to[at]
		if (!(at in ballot))
			unrepresented++
		else if (at != i) {
			represents[at]++
			represented++
		}
	}
	for (i in ballot) {
		if (ballot[i] == "abstain") {
			abstained += 1 + represents[i]
			continue
		}
		options = split(ballot[i], votes, ",")
		for (o = 1; o <= options; o++) {
			by_voters[o] += votes[o]
			by_delegates[o] += votes[o] * represents[i]
		}
	}
	for (o = 1; o <= options; o++)
		print o "\t" by_voters[o] + by_delegates[o] "\t" by_voters[o] + 0 "\t" by_delegates[o] + 0
	print direct "\t" represented + 0 "\t" unrepresented + 0 "\t" abstained + 0
}
