/*
 * facts.c -- notes facts down, brings them to rest, and merges what rests.
 */
#include "delegation/facts.h"

#include <inttypes.h>

#define ROOM_MIN 16
#define ROOM_MAX (1u << 28)		/* so that 32 bits count the ids of the log */

/* What fills the arrays of a web where nothing is said: SILENT and WEIGHT_SILENT are all ones, the others zero. */
#define ONES 0xff
#define ZERO 0

/* ---- putting facts into a web whose ids are known */

/* A web that is being made. */
typedef struct Making
{
	Web	   *web;
	Arena	   *arena;
	Fault	   *fault;
} Making;

/* Return an array for all members in which nothing is said. */
static void *
silence(const Making *m, size_t width, int silent)
{
	size_t		size = width * m->web->ids.n;

	return memset(arena_alloc(m->arena, size), silent, size);
}

/* Say that v trusts both a and b, each of which may be SAYS_NOBODY. */
static Code
two_delegates(const Making *m, uint32_t v, uint32_t a, uint32_t b, int rank)
{
	const Ids  *ids = &m->web->ids;
	char		member[ID_SHOWN_MAX];
	char		first[ID_SHOWN_MAX] = "nobody";
	char		second[ID_SHOWN_MAX] = "nobody";
	bool		ranked = m->web->ranks > 1 && a < ids->n && b < ids->n;

	id_show(member, ids->kind, ids_get(ids, v));
	if (a < ids->n)
		id_show(first, ids->kind, ids_get(ids, a));
	if (b < ids->n)
		id_show(second, ids->kind, ids_get(ids, b));
	return fault_set(m->fault, CODE_TWO_DELEGATES, v, ranked ? "Member %s trusts both %s and %s at rank %d." :
					 "Member %s trusts both %s and %s.", member, first, second, rank);
}

static inline Code
put_nobody(const Making *m, uint32_t v)
{
	Web	   *web = m->web;

	for (int r = 0; r < web->ranks; r++)
		if (web->choice[r][v] < web->ids.n)
			return two_delegates(m, v, web->choice[r][v], SAYS_NOBODY, r + 1);
	web->choice[0][v] = SAYS_NOBODY;
	return CODE_OK;
}

static inline Code
put_choice(const Making *m, uint32_t v, uint32_t to, int rank, bool ends)
{
	Web	   *web = m->web;
	uint32_t   *choice;

	for (; web->ranks < rank; web->ranks++)
		web->choice[web->ranks] = silence(m, sizeof(uint32_t), ONES);
	choice = &web->choice[rank - 1][v];
	if (web->choice[0][v] == SAYS_NOBODY)
		return two_delegates(m, v, SAYS_NOBODY, to, rank);
	if (*choice != SILENT && *choice != to)
		return two_delegates(m, v, *choice, to, rank);
	*choice = to;
	if (ends)
	{
		if (web->ends == NULL)
			web->ends = silence(m, 1, ZERO);
		web->ends[v] |= (uint8_t) (1 << (rank - 1));
	}
	return CODE_OK;
}

static Code
put_weight(const Making *m, uint32_t v, int64_t weight)
{
	Web	   *web = m->web;
	char		member[ID_SHOWN_MAX];

	if (web->weight == NULL)
		web->weight = silence(m, sizeof(int64_t), ONES);
	if (web->weight[v] != WEIGHT_SILENT && web->weight[v] != weight)
		return fault_set(m->fault, CODE_TWO_WEIGHTS, v, "Member %s has the weights %" PRId64 " and %" PRId64 ".",
						 id_show(member, web->ids.kind, ids_get(&web->ids, v)), web->weight[v], weight);
	web->weight[v] = weight;
	return CODE_OK;
}

static void
put_vote(const Making *m, uint32_t v)
{
	if (m->web->votes == NULL)
		m->web->votes = silence(m, 1, ZERO);
	m->web->votes[v] = 1;
	m->web->counted = true;
}

/* Put all that another web says; its member i is place[i] here. */
static Code
put_web(const Making *m, const Web *from, const uint32_t *place)
{
	uint32_t	n = from->ids.n;
	Code		code = CODE_OK;

	m->web->counted |= from->counted;
	for (int r = 0; r < from->ranks; r++)
		for (uint32_t i = 0; i < n && code == CODE_OK; i++)
		{
			uint32_t	to = from->choice[r][i];

			if (to < n)
				code = put_choice(m, place[i], place[to], r + 1, from->ends != NULL && (from->ends[i] >> r & 1));
			else if (to == SAYS_NOBODY)
				code = put_nobody(m, place[i]);
		}
	if (from->weight != NULL)
		for (uint32_t i = 0; i < n && code == CODE_OK; i++)
			if (from->weight[i] != WEIGHT_SILENT)
				code = put_weight(m, place[i], from->weight[i]);
	if (from->votes != NULL)
		for (uint32_t i = 0; i < n; i++)
			if (from->votes[i])
				put_vote(m, place[i]);
	return code;
}

/* Put all facts of a log; the id i of the log is place[i] here. */
static Code
put_log(const Making *m, const Facts *facts, const uint32_t *place)
{
	uint32_t	n = facts->log.n / 2;
	Code		code = CODE_OK;

	for (uint32_t i = 0; i < n && code == CODE_OK; i++)
	{
		uint32_t	v = place[2 * i];
		uint32_t	to = place[2 * i + 1];
		uint8_t		mark = facts->mark != NULL ? facts->mark[i] : 0;

		code = v == to ? put_nobody(m, v) : put_choice(m, v, to, (mark & MARK_RANK) + 1, mark & MARK_ENDS);
		if (code == CODE_OK && (mark & MARK_WEIGHS))
			code = put_weight(m, v, facts->weight[i]);
		if (mark & MARK_VOTES)
			put_vote(m, v);
	}
	return code;
}

/* Put a log of nothing but who trusts whom into a web of which nothing is known yet. */
static Code
put_plain(const Making *m, uint32_t n, const uint32_t *place)
{
	uint32_t   *choice = m->web->choice[0];

	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t	v = place[2 * i];
		uint32_t	to = place[2 * i + 1];

		if (v == to)
			to = SAYS_NOBODY;
		if (choice[v] != to && choice[v] != SILENT)
			return two_delegates(m, v, choice[v], to, 1);
		choice[v] = to;
	}
	return CODE_OK;
}

/* The same, with nothing but ranks as marks; the greatest of a choice that is one comes with them. */
static Code
put_ranked(const Making *m, uint32_t n, const uint32_t *place, const uint8_t *mark, uint8_t greatest)
{
	Web		   *web = m->web;

	for (; web->ranks <= greatest; web->ranks++)
		web->choice[web->ranks] = silence(m, sizeof(uint32_t), ONES);
	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t	v = place[2 * i];
		uint32_t	to = place[2 * i + 1];
		Code		code;

		if (v != to && web->choice[mark[i]][v] == SILENT && web->choice[0][v] != SAYS_NOBODY)
			web->choice[mark[i]][v] = to;
		else if ((code = v == to ? put_nobody(m, v) : put_choice(m, v, to, mark[i] + 1, false)) != CODE_OK)
			return code;
	}
	return CODE_OK;
}

/* Put a log, in the way that its marks ask for. */
static Code
put_facts(const Making *m, const Facts *facts, const uint32_t *place)
{
	uint32_t	n = facts->log.n / 2;
	uint8_t		greatest = 0;
	uint8_t		marks = 0;

	if (facts->mark == NULL)
		return put_plain(m, n, place);
	for (uint32_t i = 0; i < n; i++)
	{
		uint8_t		rank = place[2 * i] != place[2 * i + 1] ? facts->mark[i] & MARK_RANK : 0;

		marks |= facts->mark[i];
		greatest = rank > greatest ? rank : greatest;
	}
	return marks <= MARK_RANK ? put_ranked(m, n, place, facts->mark, greatest) : put_log(m, facts, place);
}

static void
begin(const Making *m)
{
	m->web->ranks = 1;
	m->web->choice[0] = silence(m, sizeof(uint32_t), ONES);
}

static Code
check_members(uint64_t n, Fault *fault)
{
	if (n > GRAPH_MEMBERS_MAX)
		return fault_set(fault, CODE_TOO_LARGE, -1, "A delegation graph has at most %u members.", GRAPH_MEMBERS_MAX);
	return CODE_OK;
}

/* Copy the texts, if that is what the ids are, to one place. */
static void
own_texts(Ids *ids, Arena *arena)
{
	size_t		size = 0;
	char	   *p;

	if (ids->kind != ID_TEXT)
		return;
	for (uint32_t v = 0; v < ids->n; v++)
		size += ids->text[v].n;
	p = arena_alloc(arena, size);
	for (uint32_t v = 0; v < ids->n; v++)
	{
		Str			text = ids->text[v];

		if (text.n > 0)
			memcpy(p, text.p, text.n);
		ids->text[v].p = p;
		p += text.n;
	}
}

Code
web_merge(Web *out, const Web *a, const Web *b, Arena *arena, Arena *scratch, Fault *fault)
{
	Making		m = {out, arena, fault};
	uint32_t   *place_a = arena_alloc(scratch, sizeof(uint32_t) * a->ids.n);
	uint32_t   *place_b = arena_alloc(scratch, sizeof(uint32_t) * b->ids.n);
	Code		code;

	if ((code = check_members((uint64_t) a->ids.n + b->ids.n, fault)) != CODE_OK)
		return code;
	*out = (Web){0};
	ids_merge(&out->ids, place_a, place_b, &a->ids, &b->ids, arena);
	own_texts(&out->ids, arena);
	begin(&m);
	if ((code = put_web(&m, a, place_a)) != CODE_OK)
		return code;
	return put_web(&m, b, place_b);
}

/* ---- the log */

void
facts_init(Facts *facts, IdKind kind, Arena *arena)
{
	*facts = (Facts){.arena = arena, .web = {.ids.kind = kind, .ranks = 1}, .log.kind = kind};
}

/* Give an array of the log more room, if it is in use. */
static void *
grow(Facts *facts, const void *array, size_t width, uint32_t room)
{
	void	   *grown;

	if (array == NULL)
		return NULL;
	grown = arena_alloc(facts->arena, width * room);
	return memcpy(grown, array, width * facts->room);
}

static Code
make_room(Facts *facts, Fault *fault)
{
	uint32_t	room = facts->room > 0 ? 4 * facts->room : ROOM_MIN;

	if (facts->room >= ROOM_MAX)
		return fault_set(fault, CODE_TOO_LARGE, -1, "At most %u facts are gathered before they come to rest.", ROOM_MAX);
	if (facts->room == 0)
		facts->log.number = arena_alloc(facts->arena, 2 * id_width(facts->log.kind) * room);
	else
		facts->log.number = grow(facts, facts->log.number, 2 * id_width(facts->log.kind), room);
	facts->mark = grow(facts, facts->mark, 1, room);
	facts->weight = grow(facts, facts->weight, sizeof(int64_t), room);
	facts->room = room;
	if (facts->log.kind == ID_NUMBER)
		facts->quick = 2 * room < facts_limit(facts) ? 2 * room : facts_limit(facts);
	return CODE_OK;
}

/* Note down what a fact says beyond who trusts whom. */
static void
add_mark(Facts *facts, uint32_t i, const Fact *fact)
{
	if (facts->mark == NULL)
		facts->mark = memset(arena_alloc(facts->arena, facts->room), 0, facts->room);
	facts->mark[i] = (uint8_t) (fact->nobody ? 0 : fact->rank - 1) | (fact->ends && !fact->nobody ? MARK_ENDS : 0) |
		(fact->votes ? MARK_VOTES : 0) | (fact->weighs ? MARK_WEIGHS : 0);
	if (fact->weighs)
	{
		if (facts->weight == NULL)
			facts->weight = arena_alloc(facts->arena, sizeof(int64_t) * facts->room);
		facts->weight[i] = fact->weight;
	}
}

Code
facts_add(Facts *facts, const Fact *fact, Fault *fault)
{
	uint32_t	i = facts->log.n / 2;
	Id			truster = fact->truster;
	Id			trustee = fact->trustee;
	Code		code;

	if (fact->rank < 1 || fact->rank > RANKS_MAX)
		return fault_set(fault, CODE_BAD_RANK, -1, "The rank is %d.", fact->rank);
	if (fact->weighs && fact->weight < 0)
		return fault_set(fault, CODE_BAD_WEIGHT, -1, "The weight is %" PRId64 ".", fact->weight);
	if (i == facts->room && (code = make_room(facts, fault)) != CODE_OK)
		return code;

	if (facts->log.kind == ID_TEXT)
	{
		truster.text = arena_str(facts->arena, truster.text);
		if (!fact->nobody)
			trustee.text = arena_str(facts->arena, trustee.text);
	}
	ids_put(&facts->log, 2 * i, truster);
	ids_put(&facts->log, 2 * i + 1, fact->nobody ? truster : trustee);
	facts->log.n += 2;
	if (facts->mark != NULL || fact->rank > 1 || fact->ends || fact->votes || fact->weighs)
		add_mark(facts, i, fact);
	return CODE_OK;
}

/* Bring the log alone to rest; texts stay in the log. */
static Code
rest_log(Web *out, const Facts *facts, void (*pause)(void), Arena *arena, Arena *scratch, Fault *fault)
{
	Making		m = {out, arena, fault};
	uint32_t   *place = arena_alloc(scratch, sizeof(uint32_t) * facts->log.n);
	Code		code;

	*out = (Web){.counted = facts->web.counted};
	ids_distinct(&out->ids, place, &facts->log, pause, arena, scratch);
	if ((code = check_members(out->ids.n, fault)) != CODE_OK)
		return code;
	begin(&m);
	return put_facts(&m, facts, place);
}

Code
facts_rest(Web *out, const Facts *facts, void (*pause)(void), Arena *arena, Arena *scratch, Fault *fault)
{
	Web		log = {0};
	Code		code;

	if (facts->web.ids.n > 0)
	{
		if ((code = rest_log(&log, facts, pause, scratch, scratch, fault)) != CODE_OK)
			return code;
		return web_merge(out, &facts->web, &log, arena, scratch, fault);
	}
	code = rest_log(out, facts, pause, arena, scratch, fault);
	own_texts(&out->ids, arena);
	return code;
}
