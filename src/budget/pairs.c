/*
 * pairs.c -- pairwise-bounded quadratic funding.
 */
#include "budget/pairs.h"

#include <inttypes.h>
#include <stdlib.h>

#define UNIT INT64_C(1000000000)	/* of a root, and of a product of roots */

const char *const pair_formula_words[] = {[PAIRS_PAPER] = "paper", [PAIRS_GITCOIN] = "gitcoin", NULL};

/* Contributions by project and by contributor; contributors are numbered in ascending order. */
typedef struct Matrix
{
	uint32_t	n;				/* entries */
	uint32_t	people;
	int64_t    *id;				/* of each contributor */
	uint32_t   *person;			/* of each entry, by project */
	uint64_t   *root;
	uint32_t   *end;			/* for each entry: where those of its project end */
	uint32_t   *first;			/* where the entries of a contributor begin in own; people + 1 of them */
	uint32_t   *own;			/* entries */
} Matrix;

static int
compare_ids(const void *a, const void *b)
{
	int64_t		left = *(const int64_t *) a;
	int64_t		right = *(const int64_t *) b;

	return (left > right) - (left < right);
}

static uint32_t
find_person(const Matrix *m, int64_t id)
{
	uint32_t	from = 0;
	uint32_t	to = m->people;

	while (to - from > 1)
	{
		uint32_t	middle = from + (to - from) / 2;

		if (m->id[middle] <= id)
			from = middle;
		else
			to = middle;
	}
	return from;
}

static void
make_matrix(Matrix *m, const Contributions *c, void (*pause)(void), Arena *arena)
{
	uint32_t   *next;

	*m = (Matrix){.n = c->n};
	m->id = arena_alloc(arena, sizeof(int64_t) * c->n);
	for (uint32_t i = 0; i < c->n; i++)
		m->id[i] = c->entry[i].contributor;
	if (c->n > 0)
		qsort(m->id, c->n, sizeof(int64_t), compare_ids);
	for (uint32_t i = 0; i < c->n; i++)
		if (i == 0 || m->id[i] != m->id[i - 1])
			m->id[m->people++] = m->id[i];

	m->person = arena_alloc(arena, sizeof(uint32_t) * c->n);
	m->root = arena_alloc(arena, sizeof(uint64_t) * c->n);
	m->end = arena_alloc(arena, sizeof(uint32_t) * c->n);
	m->own = arena_alloc(arena, sizeof(uint32_t) * c->n);
	m->first = arena_zero(arena, sizeof(uint32_t) * ((size_t) m->people + 1));
	next = arena_alloc(arena, sizeof(uint32_t) * m->people);
	for (uint32_t i = c->n; i-- > 0;)
	{
		if (pause != NULL && i % 65536 == 0)
			pause();
		m->person[i] = find_person(m, c->entry[i].contributor);
		m->root[i] = root_of_amount(c->entry[i].amount);
		m->end[i] = i + 1 < c->n && c->entry[i + 1].project == c->entry[i].project ? m->end[i + 1] : i + 1;
		m->first[m->person[i] + 1]++;
	}
	for (uint32_t p = 0; p < m->people; p++)
	{
		m->first[p + 1] += m->first[p];
		next[p] = m->first[p];
	}
	for (uint32_t i = 0; i < c->n; i++)
		m->own[next[m->person[i]]++] = i;
}

/* Count the pairs in each project, before anything is done with them. */
static Code
check_pairs(const Matrix *m, const PairRule *rule, Fault *fault)
{
	Wide		pairs = 0;

	for (uint32_t i = 0; i < m->n; i++)
		pairs += m->end[i] - i - 1;
	if (pairs > rule->most)
		return fault_set(fault, CODE_TOO_MANY_PAIRS, -1, "There are %" PRId64 " pairs; commune.max_pairs is %" PRId64 ".",
						 (int64_t) pairs, rule->most);
	return CODE_OK;
}

/* Return what two contributions to a project have in common. */
static inline Wide
product(uint64_t a, uint64_t b)
{
	return (Wide) ((UWide) a * b / UNIT);
}

/* Compute a * b / c for numbers that are mostly small. */
static inline bool
scale(Wide a, Wide b, Wide c, Wide *out)
{
	if (((a | b) >> 63) == 0)
	{
		*out = a * b / c;
		return false;
	}
	return wide_muldiv_overflows(a, b, c, WIDE_DOWN, out);
}

/* The pairs of one contributor with those after him. */
typedef struct Row
{
	const Matrix *m;
	Wide	   *shared;			/* with each other one; 0 but while the row is looked at */
	uint32_t   *met;			/* those with whom it is not 0 */
	uint32_t	n;
} Row;

/* Add up what a contributor shares with each one after him; true if that does not fit. */
static bool
meet(Row *row, uint32_t person)
{
	const Matrix *m = row->m;

	row->n = 0;
	for (uint32_t o = m->first[person]; o < m->first[person + 1]; o++)
	{
		uint32_t	i = m->own[o];

		for (uint32_t j = i + 1; j < m->end[i]; j++)
		{
			Wide	   *shared = &row->shared[m->person[j]];

			if (*shared == 0)
				row->met[row->n++] = m->person[j];
			if (add_overflows(*shared, product(m->root[i], m->root[j]), shared))
				return true;
		}
	}
	return false;
}

/* Set the fraction that a pair counts for. */
static inline void
set_weight(Wide *num, Wide *den, const PairRule *rule, Wide shared)
{
	*num = (Wide) rule->bound * UNIT;
	*den = *num + shared;
	if (rule->formula == PAIRS_GITCOIN)
	{
		*num += UNIT;
		*den = shared;
	}
}

/* Add what a contributor's pairs count for to the claims of his projects; true if that does not fit. */
static bool
claim(Wide *ideal, const Row *row, uint32_t person, const uint32_t *project, const PairRule *rule)
{
	const Matrix *m = row->m;

	for (uint32_t o = m->first[person]; o < m->first[person + 1]; o++)
	{
		uint32_t	i = m->own[o];
		Wide		sum = 0;

		for (uint32_t j = i + 1; j < m->end[i]; j++)
		{
			Wide		num;
			Wide		den;
			Wide		part;

			set_weight(&num, &den, rule, row->shared[m->person[j]]);
			if (scale(product(m->root[i], m->root[j]), num, den, &part) || add_overflows(sum, part, &sum))
				return true;
		}
		if (add_overflows(ideal[project[i]], sum, &ideal[project[i]]))
			return true;
	}
	return false;
}

static int
compare_people(const void *a, const void *b)
{
	uint32_t	left = *(const uint32_t *) a;
	uint32_t	right = *(const uint32_t *) b;

	return (left > right) - (left < right);
}

/* Show the pairs of a contributor, in ascending order. */
static void
show(Row *row, uint32_t person, const PairRule *rule, void (*see)(void *context, const Pair *pair), void *context)
{
	const Matrix *m = row->m;

	qsort(row->met, row->n, sizeof(uint32_t), compare_people);
	for (uint32_t k = 0; k < row->n; k++)
	{
		Pair		pair = {.a = m->id[person], .b = m->id[row->met[k]], .shared = row->shared[row->met[k]]};

		set_weight(&pair.num, &pair.den, rule, pair.shared);
		see(context, &pair);
	}
}

Code
claims_of_pairs(Claims *claims, const Contributions *c, const PairRule *rule,
				void (*see)(void *context, const Pair *pair), void *context, void (*pause)(void), Arena *arena,
				Fault *fault)
{
	Matrix		m;
	Row			row = {.m = &m};
	uint32_t   *project = arena_alloc(arena, sizeof(uint32_t) * c->n);
	Wide	   *ideal = wide_alloc(arena, sizeof(Wide) * claims->n);
	Code		code;

	if (rule->bound < 1)
		return fault_set(fault, CODE_BAD_TERMS, -1, "The bound is 1 or more.");
	make_matrix(&m, c, pause, arena);
	if ((code = check_pairs(&m, rule, fault)) != CODE_OK)
		return code;
	claims->root_decimals = claims->ideal_decimals = ROOT_DECIMALS;
	memset(ideal, 0, sizeof(Wide) * claims->n);
	for (uint32_t i = 0; i < c->n; i++)
	{
		project[i] = i > 0 && c->entry[i].project == c->entry[i - 1].project ? project[i - 1] :
			listed_find(claims->id, claims->n, c->entry[i].project);
		claims->claim[project[i]].contributors++;
		claims->claim[project[i]].received += c->entry[i].amount;
		claims->claim[project[i]].roots += m.root[i];
	}
	row.shared = wide_alloc(arena, sizeof(Wide) * m.people);
	memset(row.shared, 0, sizeof(Wide) * m.people);
	row.met = arena_alloc(arena, sizeof(uint32_t) * m.people);
	for (uint32_t person = 0; person < m.people; person++)
	{
		if (pause != NULL)
			pause();
		if (meet(&row, person) || claim(ideal, &row, person, project, rule))
			return fault_set(fault, CODE_NUMBER_OVERFLOW, -1, "What pairs of contributors have in common does not fit.");
		if (see != NULL)
			show(&row, person, rule, see, context);
		for (uint32_t k = 0; k < row.n; k++)
			row.shared[row.met[k]] = 0;
	}
	for (uint32_t p = 0; p < claims->n; p++)
	{
		Big			sum = big_wide(ideal[p], arena);

		claims->claim[p].ideal = rule->formula == PAIRS_PAPER ? big_add(sum, sum, arena) : sum;
	}
	return CODE_OK;
}
