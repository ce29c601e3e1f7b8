# Read a participatory budget in the form of Pabulib (.pb).  Writes
#   OUT/title     one line
#   OUT/projects  number, name: numbers from 1, in the file's order
#   OUT/voters    number, district, numbers of the projects approved, with commas: the first VOTERS who approve any
# with tabs between the columns.

# Split a line at its semicolons into field[1..]; a field in quotes may have some, and quotes doubled.
function split_line(line,    n, text)
{
	n = 0
	line = line ";"
	while (line != "") {
		if (line ~ /^"/) {
			match(line, /^"([^"]|"")*"/)
			text = substr(line, 2, RLENGTH - 2)
			gsub(/""/, "\"", text)
			line = substr(line, RLENGTH + 2)
		} else {
			text = substr(line, 1, index(line, ";") - 1)
			line = substr(line, length(text) + 2)
		}
		gsub(/[\t ]+/, " ", text)
		field[++n] = text
	}
	return n
}

{ sub(/\r$/, "") }
/^(META|PROJECTS|VOTES)$/ { section = $0; heading = 1; next }
heading {
	split("", column)
	for (i = split_line($0); i > 0; i--)
		column[field[i]] = i
	heading = 0
	next
}
section == "META" && split_line($0) { meta[field[1]] = field[2] }
section == "PROJECTS" && split_line($0) {
	number[field[column["project_id"]]] = ++projects
	print projects "\t" field[column["name"]] >(OUT "/projects")
}
section == "VOTES" && voters < VOTERS && split_line($0) {
	n = split(field[column["vote"]], approved, ",")
	list = ""
	for (i = 1; i <= n; i++)
		list = list (list == "" ? "" : ",") number[approved[i]]
	if (list != "")
		print ++voters "\t" field[column["district"]] "\t" list >(OUT "/voters")
}
END { print meta["description"] ", " meta["instance"] >(OUT "/title") }
