# Make up a participatory budget in the form of Pabulib (.pb): VOTERS voters, each of whom approves one to four of twelve
# projects.  The numbers come from a generator with a fixed seed, so that every awk gives the same.

function below(n)
{
	seed = seed * 16807 % 2147483647
	return seed % n
}

BEGIN {
	seed = 2020
	n = split("A footbridge over the mill stream;Forty trees for Station Street;A roof for the swimming pool;" \
		"Lights for the cycle path;Benches in the old park;A playground by the school;A workshop with tools to lend;" \
		"Night buses on Fridays;A fountain on the market;A meadow for bees;Books for the library;" \
		"A ramp at the town hall", name, ";")
	districts = split("North;South;Old Town;Harbour;Mill Side", district, ";")

	print "META\nkey;value\ndescription;Participatory budget of a made-up town\ninstance;2020"
	print "PROJECTS\nproject_id;cost;name"
	for (i = 1; i <= n; i++)
		print i ";" 5000 * (1 + below(40)) ";" name[i]
	print "VOTES\nvoter_id;vote;district"
	for (voter = 1; voter <= VOTERS; voter++) {
		vote = ""
		split("", taken)
		for (k = 1 + below(4); k > 0; k--) {
			do			# the smaller of two numbers: some projects are liked more than others
				{ a = 1 + below(n); b = 1 + below(n); if (b < a) a = b } while (a in taken)
			taken[a] = 1
			vote = vote (vote == "" ? "" : ",") a
		}
		print voter ";" vote ";" district[1 + below(districts)]
	}
}
