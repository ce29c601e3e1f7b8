# The votes of each voter's ballot: floor(sqrt(CREDITS / approvals)) for each project approved.
# Input: projects, voters.  Output: number, votes with commas between.
BEGIN { FS = "\t" }
FNR == NR { projects = $1; next }
{
	approvals = split($3, approved, ",")
	for (vote = 0; (vote + 1) ^ 2 * approvals <= CREDITS; )
		vote++
	split("", votes)
	for (i = 1; i <= approvals; i++)
		votes[approved[i]] = vote
	line = ""
	for (i = 1; i <= projects; i++)
		line = line (i > 1 ? "," : "") (votes[i] + 0)
	print $1 "\t" line
}
