/*
 * fold_compare_test.c -- each way in which a table can differ from the state is reported, once, and nothing else is.
 */
#include "check.h"

#include "fold/compare.h"
#include "member/member.h"

static HeapArena heap[4];

/* A store that shows another state. */
typedef struct Mirrored
{
	Store		store;
	State	   *state;
	bool		reversed;
} Mirrored;

static void
scan(Store *store, PathId path, int ncols, const void *probe, ScanRange range, int want, RowVisitor visit, void *self)
{
	Mirrored   *m = (Mirrored *) store;

	(void) want;
	state_scan(m->state, path, ncols, probe, m->reversed ? SCAN_BACK : range, visit, self);
}

static char reports[2000];

static void
report(void *self, const Difference *d)
{
	size_t		n = strlen(reports);

	(void) self;
	snprintf(reports + n, sizeof reports - n, "%s[%.*s]%s%s %.*s/%.*s; ", d->table, (int) d->key.n, d->key.p,
			 d->column ? "." : "", d->column ? d->column : "", (int) d->expected.n, d->expected.p, (int) d->found.n, d->found.p);
}

static void
add(State *state, const char *topic, int64_t seq, const char *parent)
{
	Topic		row = {.seq = seq, .author = 1, .topic = str_from(topic), .parent = parent ? str_from(parent) : STR_NONE};

	state_add(state, REL_TOPIC, &row);
}

/* Compare the topics in two states, given as one letter each. */
static const char *
compare(const char *expected, const char *found, bool reversed)
{
	Compare		c = {.arena = &heap[2].arena, .scratch = &heap[3].arena, .report = report};
	Mirrored	m = {.store = {.scan = scan}, .reversed = reversed};
	static const char *const names[] = {"a", "b", "c", "d"};

	for (int i = 0; i < 4; i++)
		heap_arena_init(&heap[i]);
	c.state = state_new(&heap[0].arena, NULL);
	m.state = state_new(&heap[1].arena, NULL);
	for (int i = 0; i < 4; i++)
	{
		if (strchr(expected, 'a' + i))
			add(c.state, names[i], i + 1, NULL);
		if (strchr(found, 'a' + i))
			add(m.state, names[i], i + 1, NULL);
		if (strchr(found, 'A' + i))		/* changed */
			add(m.state, names[i], 99, "x");
	}
	c.store = &m.store;
	reports[0] = '\0';
	compare_tables(&c);
	for (int i = 0; i < 4; i++)
		heap_arena_free(&heap[i]);
	return reports;
}

int
main(void)
{
	CHECK_STR(str_from(compare("", "", false)), "");
	CHECK_STR(str_from(compare("abcd", "abcd", false)), "");
	CHECK_STR(str_from(compare("abc", "bc", false)), "topic[a] a row/no row; ");
	CHECK_STR(str_from(compare("abc", "ac", false)), "topic[b] a row/no row; ");
	CHECK_STR(str_from(compare("abc", "ab", false)), "topic[c] a row/no row; ");
	CHECK_STR(str_from(compare("abc", "", false)), "topic[a] a row/no row; topic[b] a row/no row; topic[c] a row/no row; ");
	CHECK_STR(str_from(compare("bc", "abc", false)), "topic[a] no row/a row; ");
	CHECK_STR(str_from(compare("ac", "abc", false)), "topic[b] no row/a row; ");
	CHECK_STR(str_from(compare("ab", "abc", false)), "topic[c] no row/a row; ");
	CHECK_STR(str_from(compare("", "a", false)), "topic[a] no row/a row; ");
	CHECK_STR(str_from(compare("abc", "aBc", false)), "topic[b].seq 2/99; topic[b].parent NULL/x; ");
	CHECK_STR(str_from(compare("ac", "abC", false)), "topic[b] no row/a row; topic[c].seq 3/99; topic[c].parent NULL/x; ");

	/* Rows in another order never pass. */
	CHECK(*compare("ab", "ab", true) != '\0');
	return check_done("fold_compare");
}
