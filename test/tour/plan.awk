# Decide who votes and who delegates to whom, from the voters' file.  Members 1 to FOUNDERS are the founders; every fifth
# member after them stays at home.  Writes, with tabs between the columns,
#   OUT/home         numbers of those who do not vote
#   OUT/delegations  from, scope (topic, parent, everything), to
# The one for the poll itself is left to the story.

function delegate(from, scope, to) { print from "\t" scope "\t" to >(OUT "/delegations") }

# A member of the same district who votes, the next one after; a founder if there is none.
function neighbour(i,    j)
{
	for (j = i + 1; j <= n; j++)
		if (district[j] == district[i] && !home[j])
			return j
	return founder(i)
}

function founder(i) { return 1 + i % FOUNDERS }

BEGIN { FS = "\t" }
{ district[n = $1] = $2 }
END {
	for (i = 1; i <= n; i++)
		if (i > FOUNDERS && i % 5 == 0)
			home[i] = ++homes

	for (i = 1; i <= n; i++) {
		if (!home[i]) {
			if (i % 100 == 1 && i > FOUNDERS)		# who has a delegate and votes himself
				delegate(i, "everything", founder(i))
			continue
		}
		print i >(OUT "/home")
		if (home[i] <= 3)							# a ring: 10, 15, 20
			delegate(i, "everything", home[i] < 3 ? i + 5 : 10)
		else if (home[i] <= 6)						# a chain of four: 25, 30, 35, 40, a founder
			delegate(i, "topic", i + 5)
		else if (home[i] == 7)
			delegate(i, "everything", 2)
		else if (home[i] <= 9)						# 45 and 50 do nothing at all
			continue
		else if (home[i] == 10)						# a dead end: 55, 45
			delegate(i, "topic", 45)
		else if (home[i] % 3 == 0)
			delegate(i, "everything", founder(i / 5))
		else if (home[i] % 3 == 1)
			delegate(i, "parent", founder(i / 5))
		else {										# for the topic a neighbour, for all else a founder
			delegate(i, "topic", neighbour(i))
			delegate(i, "everything", founder(i / 5))
		}
	}
}
