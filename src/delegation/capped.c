/*
 * capped.c -- shortest ways to voters who may carry only so much.  graph.h explains the rule.
 *
 * Members arrive at a voter in turn: by the sum of ranks, then by the rank of their own choice, then in ascending order.
 * Who arrives and fits is settled, with the voter whom the chosen one rests with; then those who chose him arrive, later
 * in turn, as every step makes the sum greater.  Who does not fit waits for the next choice of his that arrives.
 *
 * Each choice arrives once at most, and what arrives with one sum and one rank is sorted bytewise, so the whole takes
 * O(members + choices), as without a cap.
 */
#include "delegation/search.h"

#define FEW 32					/* so many are sorted by moving them one by one */

/* Those who wait with one sum and one rank. */
typedef struct Line
{
	uint32_t   *member;
	uint32_t	n;
	uint32_t	room;
} Line;

typedef struct Capped
{
	Search	   *s;
	uint32_t   *head;			/* of each member who is settled: the voter */
	int64_t    *power;			/* of each voter: what rests with him */
	Line		line[BUCKETS][RANKS_MAX];	/* sum modulo BUCKETS, rank less one */
	uint64_t	waiting;
	uint32_t   *spare;			/* for sorting */
	uint32_t	spare_room;
} Capped;

static int64_t
weight_of(const Graph *graph, uint32_t v)
{
	return graph->weight != NULL ? graph->weight[v] : 1;
}

/* Whether the voter may carry v as well.  What is full stays full. */
static bool
fits(const Capped *c, uint32_t voter, uint32_t v)
{
	int64_t		sum;

	return !add_overflows(c->power[voter], weight_of(c->s->graph, v), &sum) && sum <= c->s->graph->cap;
}

/* Let v wait in a line. */
static void
wait_in(Capped *c, Line *line, uint32_t v)
{
	if (line->n == line->room)
	{
		uint32_t	room = line->room * 2 + FEW;
		uint32_t   *grown = arena_alloc(c->s->arena, sizeof(uint32_t) * room);

		if (line->n > 0)
			memcpy(grown, line->member, sizeof(uint32_t) * line->n);
		line->member = grown;
		line->room = room;
	}
	line->member[line->n++] = v;
	c->waiting++;
}

/* Let everybody who chose u arrive, as u is settled at a sum of ranks. */
static void
announce(Capped *c, uint32_t u, uint32_t sum)
{
	const Search *s = c->s;

	for (uint32_t a = s->first[u]; a < s->first[u + 1]; a++)
	{
		uint32_t	arc = s->arc[a];
		uint32_t	v = ARC_TRUSTER(arc);

		if (s->best[v] == BEST_NONE && !(ARC_ENDS(arc) && sum > 0) && fits(c, c->head[u], v))
			wait_in(c, &c->line[(sum + ARC_RANK(arc)) % BUCKETS][ARC_RANK(arc) - 1], v);
	}
	pulse(&c->s->pulse);
}

/* Sort a few members by moving each to its place. */
static void
sort_few(uint32_t *member, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
	{
		uint32_t	v = member[i];
		uint32_t	at = i;

		for (; at > 0 && member[at - 1] > v; at--)
			member[at] = member[at - 1];
		member[at] = v;
	}
}

/* Sort a line: a byte a pass, from the last to the first. */
static void
sort_line(Capped *c, Line *line)
{
	uint32_t   *from = line->member;
	uint32_t   *to;

	if (line->n <= FEW)
	{
		sort_few(line->member, line->n);
		return;
	}
	if (line->n > c->spare_room)
	{
		c->spare_room = line->room;
		c->spare = arena_alloc(c->s->arena, sizeof(uint32_t) * c->spare_room);
	}
	to = c->spare;
	for (int shift = 0; shift < 32; shift += 8)		/* an even number of passes, so that it ends where it began */
	{
		uint32_t	start[257] = {0};
		uint32_t   *swap = from;

		for (uint32_t i = 0; i < line->n; i++)
			start[(from[i] >> shift & 255) + 1]++;
		for (int b = 0; b < 256; b++)
			start[b + 1] += start[b];
		for (uint32_t i = 0; i < line->n; i++)
			to[start[from[i] >> shift & 255]++] = from[i];
		from = to;
		to = swap;
	}
}

/* Settle those of a line who are not settled yet and fit. */
static void
settle(Capped *c, Line *line, uint32_t sum, uint32_t rank)
{
	Search	   *s = c->s;
	uint32_t	n = line->n;

	sort_line(c, line);
	c->waiting -= n;
	line->n = 0;
	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t	v = line->member[i];
		uint32_t	voter = c->head[s->graph->choice[rank - 1][v]];

		if (s->best[v] != BEST_NONE || !fits(c, voter, v))
			continue;
		s->best[v] = BEST(sum, rank);
		c->head[v] = voter;
		c->power[voter] += weight_of(s->graph, v);
		announce(c, v, sum);
	}
}

void
capped_search(Search *s)
{
	uint32_t	n = s->graph->n;
	Capped		c = {.s = s};

	c.head = arena_alloc(s->arena, sizeof(uint32_t) * n);
	c.power = arena_zero(s->arena, sizeof(int64_t) * n);
	for (uint32_t v = 0; v < n; v++)
		if (s->best[v] == BEST_VOTER)
		{
			c.head[v] = v;
			c.power[v] = weight_of(s->graph, v);
		}
	for (uint32_t v = 0; v < n; v++)
		if (s->best[v] == BEST_VOTER)
			announce(&c, v, 0);
	for (uint32_t sum = 1; c.waiting > 0; sum++)
		for (uint32_t rank = 1; rank <= RANKS_MAX; rank++)
			settle(&c, &c.line[sum % BUCKETS][rank - 1], sum, rank);
}
