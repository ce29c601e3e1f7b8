/*
 * meek.c -- counts by Meek's method.
 *
 * What an option gets of a paper depends on nothing but the elected options that come before it there: so papers are
 * gathered in a tree, whose nodes are ways from the top of a paper down to the first option that is not elected.  An
 * iteration looks at each node once, not at each paper.  When an option is elected, the papers at its nodes go on, down
 * the tree; when it is excluded, they go on from one node above.  So a paper moves once for each option on it.
 *
 * Rounding is that of single papers: all papers at a node have the same weight, which is rounded once and then counted
 * as often as there are papers.
 */
#include "voting/stv_state.h"

#define NONE UINT32_MAX
#define NODES_MAX (1u << 25)
#define NODE_STEPS 4			/* that an iteration takes at a node: a division, and two other nodes */

typedef struct Node
{
	uint32_t	parent;
	uint32_t	option;			/* 0 at the root */
	uint32_t	sheets;			/* the first of those that end here */
	uint32_t	same;			/* next node with the same option */
	int64_t		own;			/* weight of those sheets */
	int64_t		through;		/* and of those further down */
	int64_t		left;			/* of a paper, in units, behind this node */
} Node;

typedef struct Meek
{
	StvCount   *c;
	uint32_t	n;
	uint32_t	room;
	Node	   *node;			/* parents come before their children */
	uint32_t	slots;			/* of a hash table of nodes by parent and option, which is at most half full */
	uint32_t   *slot;			/* a node's number + 1 */
	uint32_t   *of_option;		/* first node of each option */
	uint32_t   *next;			/* sheet at the same node */
	int64_t		steps;			/* in all iterations */
} Meek;

/* ---- the tree */

static uint32_t
slot_of(const Meek *m, uint32_t parent, uint32_t option)
{
	uint64_t	key = ((uint64_t) parent << 16 ^ option) * UINT64_C(0x9e3779b97f4a7c15);

	return (uint32_t) (key >> 32) & (m->slots - 1);
}

static void
grow(Meek *m)
{
	uint32_t	room = m->room > 0 ? 2 * m->room : 256;
	Node	   *nodes = arena_alloc(m->c->arena, sizeof(Node) * room);

	if (m->n > 0)
		memcpy(nodes, m->node, sizeof(Node) * m->n);
	m->node = nodes;
	m->room = room;
	m->slots = 2 * room;
	m->slot = arena_zero(m->c->arena, sizeof(uint32_t) * m->slots);
	for (uint32_t i = 0; i < m->n; i++)
	{
		uint32_t	at = slot_of(m, nodes[i].parent, nodes[i].option);

		while (m->slot[at] != 0)
			at = (at + 1) & (m->slots - 1);
		m->slot[at] = i + 1;
	}
}

/* Find the node of an option below another, which is made if it is not there. */
static Code
find_child(uint32_t *child, Meek *m, uint32_t parent, uint32_t option)
{
	uint32_t	at;

	if (m->n == m->room)
	{
		if (m->n == NODES_MAX)
			return fault_set(m->c->fault, CODE_TOO_LARGE, -1, "The papers are too different: their tree has more than %u nodes.",
							 NODES_MAX);
		grow(m);
	}
	for (at = slot_of(m, parent, option); m->slot[at] != 0; at = (at + 1) & (m->slots - 1))
	{
		const Node *node = &m->node[m->slot[at] - 1];

		if (node->parent == parent && node->option == option)
		{
			*child = m->slot[at] - 1;
			return CODE_OK;
		}
	}
	m->slot[at] = m->n + 1;
	m->node[m->n] = (Node){.parent = parent, .option = option, .sheets = NONE, .same = m->of_option[option]};
	m->of_option[option] = m->n;
	*child = m->n++;
	return CODE_OK;
}

/* Take a sheet from a node down to its first option that is not elected, or as far as it goes. */
static Code
go_down(Meek *m, uint32_t sheet, uint32_t node)
{
	StvCount   *c = m->c;
	uint32_t	option;
	Code		code;

	if (sheet % PAUSE_PAPERS == 0 && c->pause != NULL)
		c->pause();

	while ((option = sheet_next(&c->sheets.sheet[sheet], c->in, c->rules->sheets.overvote)) != SHEET_EXHAUSTED)
	{
		if ((code = find_child(&node, m, node, option)) != CODE_OK)
			return code;
		if (c->status[option] == STV_CONTINUING)
			break;
	}
	m->next[sheet] = m->node[node].sheets;
	m->node[node].sheets = sheet;
	m->node[node].own += c->sheets.sheet[sheet].weight;
	return CODE_OK;
}

/* Let the sheets at the nodes of an option go on: down from there, or from one above if the option is excluded. */
static Code
go_on(Meek *m, uint32_t option, bool excluded)
{
	Code		code;

	for (uint32_t i = m->of_option[option]; i != NONE; i = m->node[i].same)
	{
		uint32_t	sheet = m->node[i].sheets;

		m->node[i].sheets = NONE;
		m->node[i].own = 0;
		while (sheet != NONE)
		{
			uint32_t	next = m->next[sheet];

			if ((code = go_down(m, sheet, excluded ? m->node[i].parent : i)) != CODE_OK)
				return code;
			sheet = next;
		}
	}
	return CODE_OK;
}

/* Add up what goes through each node. */
static void
add_up(Meek *m)
{
	for (uint32_t i = 0; i < m->n; i++)
		m->node[i].through = m->node[i].own;
	for (uint32_t i = m->n; i-- > 1;)
		m->node[m->node[i].parent].through += m->node[i].through;
}

/* ---- iterations */

/* Divide the papers by the shares that are kept; set quota and surplus. */
static void
distribute(Meek *m)
{
	StvCount   *c = m->c;
	int64_t		unit = c->unit;
	Wide		sum = 0;

	memset(c->votes, 0, sizeof(Wide) * (c->out->options + 1));
	c->sums[SUM_EXHAUSTED] = 0;
	m->node[0].left = unit;
	for (uint32_t i = 0; i < m->n; i++)
	{
		Node	   *node = &m->node[i];

		if (i > 0)
		{
			int64_t		here = m->node[node->parent].left;
			int64_t		kept = (here * c->keep[node->option] + unit - 1) / unit;	/* rounded up; both are at most 10^9 */

			node->left = here - kept;
			c->votes[node->option] += (Wide) kept * node->through;
		}
		c->sums[SUM_EXHAUSTED] += (Wide) node->left * node->own;
	}
	for (uint32_t o = 1; o <= c->out->options; o++)
		sum += c->votes[o];
	c->sums[SUM_QUOTA] = sum / (c->rules->seats + 1) + 1;
}

static void
set_surplus(StvCount *c)
{
	Wide		surplus = 0;

	for (uint32_t o = 1; o <= c->out->options; o++)
		if (c->status[o] == STV_ELECTED)
			surplus += c->votes[o] - c->sums[SUM_QUOTA];
	c->sums[SUM_SURPLUS] = surplus > 0 ? surplus : 0;
}

/*
 * Lower the shares that are kept, to leave each elected option with the quota.  Nobody keeps more than there is.  Both
 * products fit: a quota takes at most 93 bits, a share 30.
 */
static void
update_shares(StvCount *c)
{
	for (uint32_t o = 1; o <= c->out->options; o++)
	{
		Wide		share = c->unit;

		if (c->status[o] != STV_ELECTED)
			continue;
		if (c->votes[o] > 0)
		{
			wide_muldiv_overflows(c->keep[o], c->sums[SUM_QUOTA], c->unit, WIDE_UP, &share);
			wide_muldiv_overflows(share, c->unit, c->votes[o], WIDE_UP, &share);
		}
		c->keep[o] = share < c->unit ? (int64_t) share : c->unit;
	}
}

/* Iterate until somebody is elected, or nothing more is to be gained. */
static Code
iterate(Meek *m, uint32_t *iterations)
{
	StvCount   *c = m->c;
	uint32_t	before = c->elected;
	Wide		last = 0;

	add_up(m);
	for (*iterations = 1;; ++*iterations)
	{
		m->steps += (int64_t) m->n * NODE_STEPS;
		if (c->rules->most_steps > 0 && m->steps > c->rules->most_steps)
			return fault_set(c->fault, CODE_TOO_LARGE, -1, "The surpluses of so many different papers take more than %lld steps.",
							 (long long) c->rules->most_steps);
		distribute(m);
		stv_elect_by_quota(c);
		set_surplus(c);
		if (c->elected > before || c->sums[SUM_SURPLUS] < MEEK_OMEGA || (*iterations > 1 && c->sums[SUM_SURPLUS] >= last))
			return CODE_OK;
		if (*iterations == MEEK_ITERATIONS_MAX)
			return fault_set(c->fault, CODE_TOO_LARGE, -1, "After %d iterations there is still a surplus to be distributed.",
							 MEEK_ITERATIONS_MAX);
		last = c->sums[SUM_SURPLUS];
		update_shares(c);
		if (c->pause != NULL)
			c->pause();
	}
}

Code
meek_count(StvCount *c)
{
	uint32_t	options = c->out->options;
	Meek		m = {.c = c};
	uint32_t	root;
	uint32_t	iterations = 0;
	Code		code;

	c->keep = arena_zero(c->arena, sizeof(int64_t) * (options + 1));
	m.next = arena_alloc(c->arena, sizeof(uint32_t) * c->sheets.n);
	m.of_option = arena_alloc(c->arena, sizeof(uint32_t) * (options + 1));
	for (uint32_t o = 0; o <= options; o++)
	{
		m.of_option[o] = NONE;
		c->keep[o] = c->status[o] == STV_CONTINUING ? c->unit : 0;
	}
	if ((code = find_child(&root, &m, NONE, 0)) != CODE_OK)
		return code;
	for (uint32_t i = 0; i < c->sheets.n; i++)
		if ((code = go_down(&m, i, root)) != CODE_OK)
			return code;

	add_up(&m);
	distribute(&m);
	while (m.node[0].own < m.node[0].through && !stv_is_over(c))
	{
		uint32_t	option;
		bool		elects = false;

		if ((code = iterate(&m, &iterations)) != CODE_OK)
			return code;
		for (uint32_t o = 1; o <= options; o++)
			if (c->event[o] == EVENT_ELECTED)
			{
				if ((code = go_on(&m, o, false)) != CODE_OK)
					return code;
				elects = true;
			}
		if (!elects)
		{
			if ((code = stv_choose(c, &option, "exclude", true, stv_list_last(c, c->sums[SUM_SURPLUS]), c->out->rounds + 1)) != CODE_OK)
				return code;
			stv_exclude(c, option);
			c->keep[option] = 0;
			c->in[option] = 0;
			if ((code = go_on(&m, option, true)) != CODE_OK)
				return code;
		}
		if (stv_is_over(c))
			break;
		stv_note(c, iterations);
	}
	stv_note(c, iterations);
	return CODE_OK;
}
