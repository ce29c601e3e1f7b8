/*
 * delegation_vectors_test.c -- polls of a commune against answers that others computed: ranked delegation by brute force,
 * and what LiquidFeedback made of its delegations.
 *
 * delegation_vectors.py reads the files below COMMUNE_VECTORS (default ../shared/vectors) and hands over lines, whose form
 * it explains.  Every line is acts that are folded, or a question about the poll that they led to.
 */
#include "commune.h"

#include <sys/wait.h>

#define FIELDS_MAX 4

typedef struct Group
{
	const char *what;
	int			count;
} Group;

static const Group groups[] = {
	{"commune", 5}, {"topic", 13}, {"leave", 11}, {"list", 1846}, {"poll", 185}, {"own", 136}, {"open", 185}, {"sum", 462}, {"lost", 464},
	{"chain", 298}, {"weight", 121}, {"total", 14},
};
#define GROUPS (sizeof groups / sizeof *groups)

static int	seen[GROUPS];
static bool begun;
static Commune c;
static char name[20];				/* of the poll */
static int	polls;
static HeapArena heap;
static Representation found;
static int64_t way[100];			/* members */

/* Take the next out of a list; NULL if there is none. */
static char *
next_of(char **list)
{
	return *list != NULL && **list != '\0' ? strsep(list, ",") : NULL;
}

static int64_t
number(const char *text)
{
	return strtoll(text, NULL, 10);
}

static const char *
name_in(char out[12], const char *member)
{
	snprintf(out, 12, "m%s", member);
	return out;
}

/* Write names as a list of JSON. */
static const char *
json_names(char out[400], char *members)
{
	size_t		used = 0;

	out[0] = '\0';
	for (char *m; (m = next_of(&members)) != NULL;)
		used += (size_t) snprintf(out + used, 400 - used, "%s'@m%s'", used > 0 ? "," : "", m);
	return out;
}

static void
end_commune(void)
{
	if (begun)
		commune_end(&c);
	heap_arena_free(&heap);
	begun = false;
}

static void
begin_commune(int members)
{
	char		names[1000] = "m1";

	end_commune();
	commune_begin(&c);
	c.once = c.forge = begun = true;
	for (int m = 2; m <= members; m++)
		snprintf(names + strlen(names), sizeof names - strlen(names), " m%d", m);
	commune_found(&c, names, 1, ",'limits':{'acts_per_day':100000,'open_polls':1000}");
}

static void
announce(const char *topic)
{
	char		of[80] = "";
	long long	now;

	pass(&c, 10);
	now = (long long) (c.time / USECS_PER_SECOND);
	snprintf(name, sizeof name, "p%d", ++polls);
	if (strcmp(topic, "-") != 0)
		snprintf(of, sizeof of, "'topic':'%s',", topic);
	ACT(&c, OK, "m1", "poll", "'name':'%s','title':'x',%s'options':['a'],'method':'approval','opens':%lld,'closes':%lld", name, of,
		now + 1, now + 1000000);
}

/* Let members vote in the poll, and find out who represents whom. */
static void
open_poll(char *voters)
{
	char		who[12];
	Fault		fault;

	pass(&c, 1);
	for (char *m; (m = next_of(&voters)) != NULL;)
		ADD(&c, OK, name_in(who, m), "ballot", "'poll':'#%s','choice':{'votes':[1]}", name);
	SEAL(&c);
	heap_arena_free(&heap);
	CHECK(representation_read(&found, &heap.arena, c.state, poll(&c, name), INT64_MAX, &fault) == CODE_OK);
}

/* Follow a member's way, and add up its ranks; in way goes who is on it.  Returns how many there are. */
static size_t
follow(const char *who, int64_t *sum, const char **reason)
{
	Way			path;
	char		m[12];
	size_t		n = 0;

	representation_explain(&path, &found, member(&c, name_in(m, who))->id, &heap.arena);
	*sum = 0;
	for (size_t i = 0; i < path.n && n < sizeof way / sizeof *way; i++)
	{
		if (strcmp(path.hop[i].reason, "delegates") == 0 || strcmp(path.hop[i].reason, "backup") == 0)
			*sum += path.hop[i].rank;
		if (i == 0 || path.hop[i].hop != path.hop[i - 1].hop)
			way[n++] = found.electorate.id[path.hop[i].place];
	}
	*reason = path.hop[path.n - 1].reason;
	return n;
}

static int64_t
id_of(const char *who)
{
	char		m[12];

	return member(&c, name_in(m, who))->id;
}

static bool
check_sum(const char *who, int64_t want, char *voters)
{
	const char *reason;
	int64_t		sum;
	size_t		n = follow(who, &sum, &reason);

	if (sum != want || strcmp(reason, "votes") != 0)
		return false;
	for (char *m; (m = next_of(&voters)) != NULL;)
		if (id_of(m) == way[n - 1])
			return true;
	return false;
}

static bool
check_chain(const char *who, char *members)
{
	const char *reason;
	int64_t		sum;
	size_t		n = follow(who, &sum, &reason);
	size_t		i = 0;

	for (char *m; (m = next_of(&members)) != NULL;)
		if (i == n || way[i++] != id_of(m))
			return false;
	return i == n;
}

static int64_t
total(void)
{
	Concentration all;

	representation_concentration(&all, &found, &heap.arena);
	return all.votes;
}

/* Fold the acts of a line, or check what it says. */
static bool
run(const char *what, char **field)
{
	const char *reason;
	int64_t		sum;
	char		who[12];
	char		names[400];

	if (strcmp(what, "commune") == 0)
		begin_commune((int) number(field[0]));
	else if (strcmp(what, "topic") == 0)
		ACT(&c, OK, "m1", "topic", "'topic':'%s'", field[0]);
	else if (strcmp(what, "leave") == 0)
		ADD(&c, OK, name_in(who, field[0]), "leave", "%s", "");
	else if (strcmp(what, "list") == 0 && strcmp(field[1], "*") == 0)
		ADD(&c, OK, name_in(who, field[0]), "delegate", "'scope':{},'to':[%s]", json_names(names, field[2]));
	else if (strcmp(what, "list") == 0)
		ADD(&c, OK, name_in(who, field[0]), "delegate", "'scope':{'topic':'%s'},'to':[%s]", field[1], json_names(names, field[2]));
	else if (strcmp(what, "poll") == 0)
		announce(field[0]);
	else if (strcmp(what, "own") == 0)
		ADD(&c, OK, name_in(who, field[0]), "delegate", "'scope':{'poll':'=%s'},'to':[%s]", name, json_names(names, field[1]));
	else if (strcmp(what, "open") == 0)
		open_poll(field[0]);
	else if (strcmp(what, "sum") == 0)
		return check_sum(field[0], number(field[1]), field[2]);
	else if (strcmp(what, "lost") == 0)
		return follow(field[0], &sum, &reason) > 0 && strcmp(reason, "votes") != 0;
	else if (strcmp(what, "chain") == 0)
		return check_chain(field[0], field[1]);
	else if (strcmp(what, "weight") == 0)
		return found.weight[electorate_place(&found.electorate, id_of(field[0]))] == number(field[1]);
	else
		return strcmp(what, "total") == 0 && total() == number(field[0]);
	return true;
}

static void
read_line(char *line)
{
	static char none[] = "";
	char	   *field[FIELDS_MAX + 1];
	char	   *shown = strdup(line);
	int			n = 0;

	line[strcspn(line, "\n")] = '\0';
	for (char *at = line; at != NULL && n <= FIELDS_MAX; n++)
		field[n] = strsep(&at, "\t");
	for (; n <= FIELDS_MAX; n++)
		field[n] = none;
	for (size_t i = 0; i < GROUPS; i++)
		seen[i] += strcmp(field[0], groups[i].what) == 0;
	if (!CHECK(run(field[0], field + 1)))
		printf("    poll %d: %s", polls, shown);
	free(shown);
}

int
main(void)
{
	const char *python = getenv("PYTHON");
	char		command[1000];
	char	   *line = NULL;
	size_t		room = 0;
	int			status;
	FILE	   *lines;

	if (!crypto_init())
		return 1;
	heap_arena_init(&heap);
	snprintf(command, sizeof command, "%s test/core/delegation_vectors.py", python ? python : "/usr/bin/python3");
	lines = popen(command, "r");
	if (lines == NULL)
	{
		perror(command);
		return 1;
	}
	while (getline(&line, &room, lines) > 0)
		read_line(line);
	free(line);
	end_commune();
	status = pclose(lines);
	if (WIFEXITED(status) && (WEXITSTATUS(status) == 77 || WEXITSTATUS(status) == 127))
	{
		printf("skip delegation_vectors: %s\n", WEXITSTATUS(status) == 77 ? "no vectors at COMMUNE_VECTORS" : "python3 is missing");
		return 77;
	}
	CHECK_INT(status, 0);
	for (size_t i = 0; i < GROUPS; i++)
		if (!CHECK_INT(seen[i], groups[i].count))
			printf("    of %s\n", groups[i].what);
	return check_done("delegation_vectors");
}
