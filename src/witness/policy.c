/*
 * policy.c -- reads tlog-policy files and counts quorums.
 */
#include "witness/policy.h"

#define WORDS_MAX (POLICY_NAMES_MAX + 3)

typedef struct Reader
{
	Policy	   *policy;
	Arena	   *arena;
	Fault	   *fault;
	int64_t		line;
	bool		used[POLICY_NAMES_MAX];	/* is a member of some group */
	bool		has_quorum;
} Reader;

static Code
bad(Reader *r, const char *what)
{
	return fault_set(r->fault, CODE_BAD_POLICY, r->line, "Line %lld: %s.", (long long) r->line, what);
}

/* Split a line into words; more than there is room for count as too many. */
static size_t
split(Str *words, Str line)
{
	size_t		n = 0;
	size_t		i = 0;

	while (i < line.n && n < WORDS_MAX)
	{
		size_t		start;

		while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
			i++;
		start = i;
		while (i < line.n && line.p[i] != ' ' && line.p[i] != '\t')
			i++;
		if (i > start && n > 0 && line.p[start] == '#' && words[0].p[0] != '#')
			break;				/* a comment behind a line */
		if (i > start)
			words[n++] = (Str){line.p + start, i - start};
	}
	return n;
}

/* The number of the member of a name, or that of members if there is none. */
static size_t
find(const Policy *policy, Str name)
{
	size_t		i = 0;

	while (i < policy->n && !str_eq(policy->members[i].name, name))
		i++;
	return i;
}

/* True if a log and a witness share a key: a log's own signature counts for nothing. */
static bool
is_shared(const Policy *policy, const NoteKey *key, bool of_log)
{
	for (size_t i = 0; !of_log && i < policy->nlogs; i++)
		if (str_eq(policy->logs[i].bytes, key->bytes))
			return true;
	for (size_t i = 0; of_log && i < policy->n; i++)
		if (!policy->members[i].is_group && str_eq(policy->members[i].key.bytes, key->bytes))
			return true;
	return false;
}

static Code
read_log(Reader *r, const Str *words, size_t n)
{
	Policy	   *p = r->policy;
	NoteKey		key;

	if (n < 2 || n > 3)
		return bad(r, "a log is: log VKEY [URL]");
	if (note_key_parse(&key, r->arena, words[1], r->fault) != CODE_OK)
		return bad(r, "the log's key cannot be read");
	if (key.type != KEY_LOG)
		return bad(r, "the key is not one that a log signs with");
	for (size_t i = 0; i < p->nlogs; i++)
		if (str_eq(p->logs[i].bytes, key.bytes))
			return bad(r, "two logs have the same key");
	if (is_shared(p, &key, true))
		return bad(r, "a witness has the same key");
	if (p->nlogs == POLICY_NAMES_MAX)
		return bad(r, "there are too many logs");
	p->logs[p->nlogs++] = key;
	return CODE_OK;
}

static Code
add_member(Reader *r, PolicyMember member)
{
	if (str_is(member.name, "none") || str_is(member.name, "all") || str_is(member.name, "any"))
		return bad(r, "none, all and any are no names");
	if (find(r->policy, member.name) < r->policy->n)
		return bad(r, "the name is taken");
	if (r->policy->n == POLICY_NAMES_MAX)
		return bad(r, "there are too many names");
	r->policy->members[r->policy->n++] = member;
	return CODE_OK;
}

static Code
read_witness(Reader *r, const Str *words, size_t n)
{
	PolicyMember member = {.url = n == 4 ? words[3] : STR_NONE};

	if (n < 3 || n > 4)
		return bad(r, "a witness is: witness NAME VKEY [URL]");
	member.name = words[1];
	if (note_key_parse(&member.key, r->arena, words[2], r->fault) != CODE_OK)
		return bad(r, "the witness's key cannot be read");
	if (member.key.type == KEY_LOG)
	{
		member.key.type = KEY_COSIGNER;
		member.key.id = note_key_id(member.key.name, KEY_COSIGNER, member.key.bytes);
	}
	for (size_t i = 0; i < r->policy->n; i++)
		if (!r->policy->members[i].is_group && str_eq(r->policy->members[i].key.bytes, member.key.bytes))
			return bad(r, "two witnesses have the same key");
	if (is_shared(r->policy, &member.key, false))
		return bad(r, "a log has the same key");
	return add_member(r, member);
}

static Code
read_group(Reader *r, const Str *words, size_t n)
{
	PolicyMember group = {.is_group = true};
	size_t	   *members;
	uint64_t	k;

	if (n < 4 || n >= WORDS_MAX)
		return bad(r, "a group is: group NAME all|any|K NAME...");
	group.name = words[1];
	group.n = n - 3;
	if (str_is(words[2], "all"))
		group.threshold = group.n;
	else if (str_is(words[2], "any"))
		group.threshold = 1;
	else if (decimal_parse(&k, words[2]) && k >= 1 && k <= group.n)
		group.threshold = (size_t) k;
	else
		return bad(r, "the threshold of a group is all, any, or 1 to the number of its members");
	members = arena_alloc(r->arena, group.n * sizeof *members);
	for (size_t i = 0; i < group.n; i++)
	{
		members[i] = find(r->policy, words[i + 3]);
		if (members[i] == r->policy->n)
			return bad(r, "a member of the group is not defined above");
		if (r->used[members[i]])
			return bad(r, "a name is a member twice");
		r->used[members[i]] = true;
	}
	group.members = members;
	return add_member(r, group);
}

static Code
read_quorum(Reader *r, const Str *words, size_t n)
{
	if (n != 2 || r->has_quorum)
		return bad(r, "there is one quorum: quorum NAME");
	r->has_quorum = true;
	r->policy->needs_none = str_is(words[1], "none");
	if (r->policy->needs_none)
		return CODE_OK;
	r->policy->quorum = find(r->policy, words[1]);
	return r->policy->quorum < r->policy->n ? CODE_OK : bad(r, "the quorum is not defined above");
}

/* "# class NAME mirror" */
static Code
read_comment(Reader *r, const Str *words, size_t n)
{
	size_t		i;

	if (n != 4 || !str_is(words[0], "#") || !str_is(words[1], "class"))
		return CODE_OK;
	i = find(r->policy, words[2]);
	if (i == r->policy->n || r->policy->members[i].is_group)
		return bad(r, "the class is that of no witness defined above");
	if (!str_is(words[3], "mirror") && !str_is(words[3], "witness"))
		return bad(r, "a class is mirror or witness");
	r->policy->members[i].is_mirror = str_is(words[3], "mirror");
	return CODE_OK;
}

static Code
read_line(Reader *r, Str line)
{
	Str			words[WORDS_MAX];
	size_t		n;

	for (size_t i = 0; i < line.n; i++)
		if (((uint8_t) line.p[i] < 0x20 && line.p[i] != '\t') || line.p[i] == 0x7f)
			return bad(r, "there is a control character");
	n = split(words, line);
	if (n == 0)
		return CODE_OK;
	if (words[0].p[0] == '#')
		return read_comment(r, words, n);
	if (str_is(words[0], "log"))
		return read_log(r, words, n);
	if (str_is(words[0], "witness"))
		return read_witness(r, words, n);
	if (str_is(words[0], "group"))
		return read_group(r, words, n);
	if (str_is(words[0], "quorum"))
		return read_quorum(r, words, n);
	return bad(r, "it begins with none of log, witness, group, quorum");
}

Code
policy_parse(Policy *out, Arena *arena, Str text, Fault *fault)
{
	Reader		r = {.policy = out, .arena = arena, .fault = fault};
	Str			rest = text;
	Str			line;
	Code		code;

	*out = (Policy){
		.logs = arena_alloc(arena, POLICY_NAMES_MAX * sizeof *out->logs),
		.members = arena_alloc(arena, POLICY_NAMES_MAX * sizeof *out->members),
	};
	if (text.n > POLICY_SIZE_MAX)
	{
		r.line = 1;
		return bad(&r, "the policy is too large");
	}
	while (next_line(&line, &rest))
	{
		r.line++;
		if ((code = read_line(&r, line)) != CODE_OK)
			return code;
	}
	r.line++;
	if (rest.n > 0)
		return bad(&r, "the last line does not end in a newline");
	return r.has_quorum ? CODE_OK : bad(&r, "there is no quorum");
}

bool
policy_is_met(const Policy *policy, const bool *cosigned)
{
	bool		met[POLICY_NAMES_MAX];

	if (policy->needs_none)
		return true;
	for (size_t i = 0; i < policy->n; i++)
	{
		const PolicyMember *m = &policy->members[i];
		size_t		n = 0;

		for (size_t j = 0; m->is_group && j < m->n; j++)
			n += met[m->members[j]];
		met[i] = m->is_group ? n >= m->threshold : cosigned[i];
	}
	return met[policy->quorum];
}

Code
policy_check(PolicyVerdict *out, Arena *arena, const Policy *policy, const Note *note, Str origin, Fault *fault)
{
	bool		cosigned[POLICY_NAMES_MAX] = {false};
	Code		code;

	*out = (PolicyVerdict){.members = arena_zero(arena, policy->n * sizeof *out->members)};
	for (size_t i = 0; i < policy->nlogs; i++)
	{
		NoteVerdict verdict;

		if (!str_eq(policy->logs[i].name, origin))
			continue;
		if ((code = note_verify(&verdict, arena, note, &policy->logs[i], fault)) != CODE_OK)
			return code;
		if (verdict.signature != NULL)
			out->log = &policy->logs[i];
	}
	for (size_t i = 0; i < policy->n; i++)
	{
		if (policy->members[i].is_group)
			continue;
		if ((code = note_verify(&out->members[i], arena, note, &policy->members[i].key, fault)) != CODE_OK)
			return code;
		cosigned[i] = out->members[i].signature != NULL;
		out->n += cosigned[i];
	}
	out->met = policy_is_met(policy, cosigned);
	return CODE_OK;
}
