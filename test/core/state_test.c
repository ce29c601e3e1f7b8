/*
 * state_test.c -- rows in memory and over a store: found by every path, scanned, changed, deleted, written back.
 */
#include "invariants.h"
#include "memory.h"
#include "seeded.h"

#include <setjmp.h>

#include "register/rels.h"

static HeapArena heap;

/* A hash that a number stands for. */
static Str
number_hash(int64_t n)
{
	uint8_t		b[HASH_SIZE];

	sha256(b, &n, sizeof n);
	return arena_str(&heap.arena, (Str){(const char *) b, sizeof b});
}

/* A poll of a number: what the paths go by, and the columns that must not be NULL. */
static Poll
make_poll(int64_t seq)
{
	return (Poll){.seq = seq, .due = INT8_NONE, .opened = INT8_NONE, .name = arena_printf(&heap.arena, "poll-%lld", (long long) seq),
				  .id = number_hash(seq), .status = STR("announced"), .params = STR("{}")};
}

/* ---- columns ---- */

static void
test_columns(void)
{
	/* A column of each type that rows have, with a value, and what is printed of it. */
	static const int64_t ids[] = {3, -4};
	static const int32_t votes[] = {1, -2, 3};
	static const Str options[] = {{"a", 1}, {"b c", 3}};
	Did			dids[2];
	Did			none = {{0}};
	Charter		charter = {.name = STR("Test"), .id = number_hash(1), .founders = {dids, 2}};
	Charter		other;
	Poll		poll = make_poll(7);
	Ballot		ballot = {.option = 2, .abstain = true, .votes = {votes, 3}};
	Delegation	delegation = {.until = INT8_NONE, .trustees = {ids, 2}};
	Member		member = {.did = none};
	char		text[2 * DID_TEXT_MAX + 4] = "{";
	size_t		n = 1;

	CHECK(did_parse(&dids[0], "did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw", 56, NULL) == CODE_OK);
	CHECK(did_parse(&dids[1], "did:commune:mzxw6ytbmzxw6ytbmzxw6ytbmzxw6ytb", 44, NULL) == CODE_OK);
	poll.options = (StrList){options, 2};
	CHECK_STR(col_print(&heap.arena, &poll_rel.cols[0], &poll), "7");
	CHECK_STR(col_print(&heap.arena, &poll_rel.cols[4], &poll), "NULL");		/* due */
	CHECK_STR(col_print(&heap.arena, &poll_rel.cols[15], &poll), "poll-7");
	CHECK_STR(col_print(&heap.arena, &poll_rel.cols[18], &poll), "NULL");		/* topic */
	CHECK_STR(col_print(&heap.arena, &poll_rel.cols[19], &poll), "{a,b c}");
	CHECK_STR(col_print(&heap.arena, &poll_rel.cols[21], &poll), "{}");
	CHECK_STR(col_print(&heap.arena, &ballot_rel.cols[4], &ballot), "2");
	CHECK_STR(col_print(&heap.arena, &ballot_rel.cols[5], &ballot), "true");
	CHECK_STR(col_print(&heap.arena, &ballot_rel.cols[7], &ballot), "{1,-2,3}");
	CHECK_STR(col_print(&heap.arena, &delegation_rel.cols[2], &delegation), "NULL");
	CHECK_STR(col_print(&heap.arena, &delegation_rel.cols[5], &delegation), "{3,-4}");
	CHECK_STR(col_print(&heap.arena, &member_rel.cols[8], &member), "NULL");
	CHECK_INT(col_print(&heap.arena, &charter_rel.cols[11], &charter).n, 43);
	n += did_print(text + n, &dids[0]);
	text[n++] = ',';
	n += did_print(text + n, &dids[1]);
	text[n++] = '}';
	CHECK(str_eq(col_print(&heap.arena, &charter_rel.cols[12], &charter), (Str){text, n}));

	/* Every column of every relation tells a difference; NULL comes last. */
	for (int rel = 0; rel < REL_COUNT; rel++)
		for (int i = 0; i < schema.rel[rel]->ncols; i++)
		{
			const Col  *col = &schema.rel[rel]->cols[i];
			char		a[ROW_SIZE_MAX] = "";
			char		b[ROW_SIZE_MAX] = "";
			static const uint8_t one[sizeof(Did)] = "k";

			CHECK(schema.rel[rel]->size <= ROW_SIZE_MAX);
			CHECK_INT(row_difference(schema.rel[rel], a, b), -1);
			switch (col->type)
			{
				case COL_INT8:
				case COL_XID:
				case COL_TIME:
					*(int64_t *) (a + col->offset) = INT8_NONE;
					CHECK(col_is_null(col, a) && !col_is_null(col, b));
					CHECK(col_cmp(col, a, b) > 0 && col_cmp(col, b, a) < 0 && col_cmp(col, a, a) == 0);
					*(int64_t *) (a + col->offset) = -1;
					CHECK(col_cmp(col, a, b) < 0 && col_cmp(col, b, a) > 0);
					break;
				case COL_INT4:
					*(int32_t *) (a + col->offset) = INT4_NONE;
					CHECK(col_is_null(col, a) && col_cmp(col, a, b) > 0);
					*(int32_t *) (a + col->offset) = -1;
					CHECK(col_cmp(col, a, b) < 0);
					break;
				case COL_BOOL:
					*(bool *) (b + col->offset) = true;
					CHECK(!col_is_null(col, a) && col_cmp(col, a, b) < 0);
					break;
				case COL_DID:
					memcpy(b + col->offset, one, sizeof(Did));
					CHECK(col_is_null(col, a) && col_cmp(col, a, b) > 0);
					break;
				case COL_DIDS:
					*(DidList *) (b + col->offset) = (DidList){dids, 1};
					CHECK(col_is_null(col, a) && col_cmp(col, a, b) > 0);
					*(DidList *) (a + col->offset) = (DidList){dids, 2};
					CHECK(col_cmp(col, a, b) > 0);
					break;
				case COL_INT4S:
					*(Int4List *) (b + col->offset) = (Int4List){votes, 2};
					CHECK(col_is_null(col, a) && col_cmp(col, a, b) > 0);
					*(Int4List *) (a + col->offset) = (Int4List){votes + 1, 2};
					CHECK(col_cmp(col, a, b) < 0);
					*(Int4List *) (a + col->offset) = (Int4List){votes, 0};
					CHECK(!col_is_null(col, a) && col_cmp(col, a, b) < 0);
					break;
				case COL_INT8S:
					*(Int8List *) (b + col->offset) = (Int8List){ids, 2};
					CHECK(col_is_null(col, a) && col_cmp(col, a, b) > 0);
					*(Int8List *) (a + col->offset) = (Int8List){ids + 1, 1};
					CHECK(col_cmp(col, a, b) < 0);
					break;
				case COL_TEXTS:
					*(StrList *) (b + col->offset) = (StrList){options, 2};
					CHECK(col_is_null(col, a) && col_cmp(col, a, b) > 0);
					*(StrList *) (a + col->offset) = (StrList){options + 1, 1};
					CHECK(col_cmp(col, a, b) > 0);
					break;
				default:
					*(Str *) (b + col->offset) = STR("");
					CHECK(col_is_null(col, a) && !col_is_null(col, b) && col_cmp(col, a, b) > 0);
					*(Str *) (a + col->offset) = STR("a\0b");
					CHECK(col_cmp(col, a, b) > 0);
					*(Str *) (b + col->offset) = STR("a\0c");
					CHECK(col_cmp(col, a, b) < 0);
					break;
			}
			CHECK_INT(row_difference(schema.rel[rel], a, b), i);
		}
	other = charter;
	CHECK_INT(row_difference(&charter_rel, &charter, &other), -1);
}

/* The descriptions are what the rest relies on. */
static void
test_schema(void)
{
	for (int i = 0; i < REL_COUNT; i++)
	{
		const RowPath *key = schema.path[rel_key((RelId) i)];

		CHECK_INT(schema.rel[i]->id, i);
		CHECK(key->rel == i && key->unique && key->limit == PATH_ALL);
	}
	for (int i = 0; i < PATH_COUNT; i++)
	{
		const RowPath *path = schema.path[i];

		CHECK_INT(path->id, i);
		CHECK(path->ncols >= 1 && path->ncols <= PATH_COLS_MAX);
		for (int j = 0; j < path->ncols; j++)
			CHECK(path->col[j] < schema.rel[path->rel]->ncols);
		CHECK(path->limit_col < schema.rel[path->rel]->ncols);
		for (int j = 0; j < i; j++)
			CHECK(strcmp(path->index, schema.path[j]->index) != 0);
	}
}

/* ---- a poll on all its paths ---- */

/* What a scan visits, as text; it stops after so many rows, 0 for never. */
typedef struct Visits
{
	RelId		rel;
	Buf			text;
	int			left;
} Visits;

static bool
visit(void *self, const void *row)
{
	Visits	   *visits = self;

	if (visits->text.n > 0)
		buf_char(&visits->text, ' ');
	if (visits->rel == REL_POLL)
		buf_int(&visits->text, ((const Poll *) row)->seq);
	else if (visits->rel == REL_VOUCH)
		buf_int(&visits->text, ((const Vouch *) row)->candidate * 10 + ((const Vouch *) row)->voucher);
	else
		buf_int(&visits->text, ((const Delegation *) row)->since);
	return --visits->left != 0;
}

static Str
scan(State *state, PathId path, int ncols, const void *probe, ScanRange range, int stop)
{
	Visits		visits = {.rel = schema.path[path]->rel, .left = stop};

	buf_init(&visits.text, &heap.arena);
	state_scan(state, path, ncols, probe, range, visit, &visits);
	return buf_done(&visits.text);
}

static Str
scan_all(State *state, PathId path)
{
	return scan(state, path, 0, NULL, SCAN_ALL, 0);
}

/* The same, in memory and over a store. */
static void
test_paths(State *state)
{
	Poll	   *polls[6] = {NULL};
	Poll		probe;

	for (int i = 5; i >= 1; i--)
	{
		Poll		poll = make_poll(i);

		poll.due = i == 5 ? INT8_NONE : 100 - 10 * (i % 3);		/* 1: 90, 2: 80, 3: 100, 4: 90 */
		polls[i] = state_add(state, REL_POLL, &poll);
		CHECK(polls[i] != &poll && polls[i]->seq == i);
	}
	for (int i = 1; i <= 5; i++)
	{
		probe = make_poll(i);
		CHECK(state_find(state, POLL_BY_SEQ, &(Poll){.seq = i}) == polls[i]);
		CHECK(state_find(state, POLL_BY_NAME, &(Poll){.name = probe.name}) == polls[i]);
		CHECK(state_find(state, POLL_BY_ID, &(Poll){.id = probe.id}) == polls[i]);
		CHECK(state_find(state, POLL_BY_MANIFEST, &(Poll){.manifest = number_hash(100 + i)}) == NULL);
		CHECK(state_expect(state, POLL_BY_SEQ, &(Poll){.seq = i}) == polls[i]);
	}
	CHECK(state_find(state, POLL_BY_SEQ, &(Poll){.seq = 6}) == NULL);
	CHECK(state_find(state, POLL_BY_NAME, &(Poll){.name = STR("poll-")}) == NULL);
	CHECK(state_find(state, POLL_BY_NAME, &(Poll){.name = STR("")}) == NULL);

	CHECK_STR(scan_all(state, POLL_BY_SEQ), "1 2 3 4 5");
	CHECK_STR(scan(state, POLL_BY_SEQ, 0, NULL, SCAN_BACK, 0), "5 4 3 2 1");
	CHECK_STR(scan(state, POLL_BY_SEQ, 0, &(Poll){.seq = 2}, SCAN_UPTO, 0), "1 2");
	CHECK_STR(scan(state, POLL_BY_SEQ, 0, &(Poll){.seq = 2}, SCAN_FROM, 0), "2 3 4 5");
	CHECK_STR(scan(state, POLL_BY_SEQ, 0, &(Poll){.seq = 0}, SCAN_UPTO, 0), "");
	CHECK_STR(scan(state, POLL_BY_SEQ, 1, &(Poll){.seq = 3}, SCAN_ALL, 0), "3");
	CHECK_STR(scan(state, POLL_BY_SEQ, 0, NULL, SCAN_ALL, 2), "1 2");
	CHECK_STR(scan(state, POLL_BY_SEQ, 0, NULL, SCAN_BACK, 1), "5");

	/* What is due, by when and seq; what is not due is no part of the path. */
	CHECK_STR(scan_all(state, POLL_BY_DUE), "2 1 4 3");
	CHECK_STR(scan(state, POLL_BY_DUE, 0, &(Poll){.due = 90}, SCAN_UPTO, 0), "2 1 4");
	CHECK_STR(scan(state, POLL_BY_DUE, 0, &(Poll){.due = 91}, SCAN_FROM, 0), "3");
	CHECK_STR(scan(state, POLL_BY_DUE, 1, &(Poll){.due = 90}, SCAN_ALL, 0), "1 4");
	CHECK_STR(scan(state, POLL_BY_DUE, 1, &(Poll){.due = 90, .seq = 2}, SCAN_FROM, 0), "4");
	CHECK_STR(scan(state, POLL_BY_DUE, 1, &(Poll){.due = 90}, SCAN_BACK, 0), "4 1");

	/* Changes move rows from and to paths, and along them. */
	polls[1]->due = INT8_NONE;
	polls[2]->due = 95;
	polls[5]->due = 5;
	polls[3]->manifest = number_hash(103);
	for (int i = 1; i <= 5; i++)
		state_change(state, polls[i]);
	CHECK_STR(scan_all(state, POLL_BY_DUE), "5 4 2 3");
	CHECK_STR(scan(state, POLL_BY_DUE, 0, &(Poll){.due = 90}, SCAN_UPTO, 0), "5 4");
	CHECK_STR(scan(state, POLL_BY_DUE, 1, &(Poll){.due = 80}, SCAN_ALL, 0), "");
	CHECK_STR(scan(state, POLL_BY_DUE, 1, &(Poll){.due = 95}, SCAN_ALL, 0), "2");
	CHECK(state_find(state, POLL_BY_MANIFEST, &(Poll){.manifest = number_hash(103)}) == polls[3]);
	polls[3]->manifest = number_hash(104);
	state_change(state, polls[3]);
	CHECK(state_find(state, POLL_BY_MANIFEST, &(Poll){.manifest = number_hash(103)}) == NULL);
	CHECK(state_find(state, POLL_BY_MANIFEST, &(Poll){.manifest = number_hash(104)}) == polls[3]);
}

/* Rows found by a part of their key; deleted, and added again. */
static void
test_groups(State *state)
{
	Vouch	   *row;

	for (int candidate = 1; candidate <= 4; candidate++)
		for (int voucher = 4; voucher >= 1; voucher--)
			if (candidate != voucher)
				state_add(state, REL_VOUCH, &(Vouch){.candidate = candidate, .voucher = voucher, .since = 7});
	CHECK_STR(scan_all(state, VOUCH_BY_CANDIDATE), "12 13 14 21 23 24 31 32 34 41 42 43");
	CHECK_STR(scan_all(state, VOUCH_BY_VOUCHER), "21 31 41 12 32 42 13 23 43 14 24 34");
	CHECK_STR(scan(state, VOUCH_BY_CANDIDATE, 1, &(Vouch){.candidate = 2}, SCAN_ALL, 0), "21 23 24");
	CHECK_STR(scan(state, VOUCH_BY_VOUCHER, 1, &(Vouch){.voucher = 3}, SCAN_ALL, 0), "13 23 43");
	CHECK_STR(scan(state, VOUCH_BY_VOUCHER, 1, &(Vouch){.voucher = 3, .candidate = 2}, SCAN_UPTO, 0), "13 23");
	CHECK_STR(scan(state, VOUCH_BY_VOUCHER, 1, &(Vouch){.voucher = 5}, SCAN_ALL, 0), "");
	CHECK_STR(scan(state, VOUCH_BY_VOUCHER, 2, &(Vouch){.voucher = 3, .candidate = 4}, SCAN_ALL, 0), "43");

	row = state_find(state, VOUCH_BY_VOUCHER, &(Vouch){.candidate = 2, .voucher = 3});
	CHECK(row != NULL && row->since == 7);
	state_delete(state, row);
	CHECK(state_find(state, VOUCH_BY_VOUCHER, &(Vouch){.candidate = 2, .voucher = 3}) == NULL);
	CHECK(state_find(state, VOUCH_BY_CANDIDATE, &(Vouch){.candidate = 2, .voucher = 3}) == NULL);
	CHECK_STR(scan(state, VOUCH_BY_CANDIDATE, 1, &(Vouch){.candidate = 2}, SCAN_ALL, 0), "21 24");
	CHECK_STR(scan(state, VOUCH_BY_VOUCHER, 1, &(Vouch){.voucher = 3}, SCAN_ALL, 0), "13 43");
	CHECK_STR(scan_all(state, VOUCH_BY_CANDIDATE), "12 13 14 21 24 31 32 34 41 42 43");
	CHECK(state_find(state, VOUCH_BY_CANDIDATE, &(Vouch){.candidate = 2, .voucher = 3}) == NULL);	/* after the flush */

	row = state_add(state, REL_VOUCH, &(Vouch){.candidate = 2, .voucher = 3, .since = 8});
	CHECK(state_find(state, VOUCH_BY_VOUCHER, &(Vouch){.candidate = 2, .voucher = 3}) == row);
	CHECK_INT(row->since, 8);
	CHECK_STR(scan(state, VOUCH_BY_VOUCHER, 1, &(Vouch){.voucher = 3}, SCAN_ALL, 0), "13 23 43");
	state_delete(state, row);
	row = state_add(state, REL_VOUCH, &(Vouch){.candidate = 2, .voucher = 3, .since = 9});
	CHECK_STR(scan(state, VOUCH_BY_CANDIDATE, 1, &(Vouch){.candidate = 2}, SCAN_ALL, 0), "21 23 24");
	CHECK_INT(row->since, 9);
}

/* A path that leaves rows out: only the list in force is found, among all of the past. */
static void
test_limits(State *state)
{
	Delegation *list = NULL;

	for (int since = 1; since <= 5; since++)
	{
		Delegation	made = {.truster = 1, .since = since, .until = INT8_NONE, .expires = INT8_NONE, .scope = STR("everything"),
							.trustees = {&(int64_t){2}, 1}};

		if (list != NULL)
		{
			list->until = since;
			state_change(state, list);
		}
		CHECK(state_find(state, DELEGATION_IN_FORCE, &made) == NULL);
		made.trustees.v = arena_copy(&heap.arena, made.trustees.v, sizeof(int64_t));
		list = state_add(state, REL_DELEGATION, &made);
		CHECK(state_find(state, DELEGATION_IN_FORCE, &made) == list);
	}
	CHECK_STR(scan(state, DELEGATION_BY_TRUSTER, 2, list, SCAN_ALL, 0), "1 2 3 4 5");
	CHECK_STR(scan_all(state, DELEGATION_IN_FORCE), "5");
	CHECK_STR(scan(state, DELEGATION_IN_FORCE, 1, list, SCAN_ALL, 0), "5");
	CHECK_STR(scan(state, DELEGATION_BY_TRUSTER, 2, &(Delegation){.truster = 1, .scope = STR("everything"), .since = 3}, SCAN_FROM, 0), "3 4 5");
	CHECK(state_find(state, DELEGATION_IN_FORCE, &(Delegation){.truster = 2, .scope = STR("everything")}) == NULL);
	CHECK(state_find(state, DELEGATION_IN_FORCE, &(Delegation){.truster = 1, .scope = STR("everythin")}) == NULL);
}

/* ---- over a store ---- */

/* What the rules changed is newer than what the store has, until it is written. */
static void
test_newer(void)
{
	Memory		memory;
	State	   *state;
	Vouch	   *vouch;
	Delegation *list;
	Poll	   *poll;
	Vouch		one = {.candidate = 1, .voucher = 2, .since = 7};
	Vouch		two = {.candidate = 1, .voucher = 3, .since = 8};
	Delegation	old = {.truster = 1, .since = 4, .until = INT8_NONE, .expires = INT8_NONE, .scope = STR("everything"),
					   .trustees = {&(int64_t){2}, 1}};
	Poll		announced = make_poll(1);
	Vouch	   *stored;

	memory_init(&memory);
	announced.due = 50;
	memory_put(&memory, REL_VOUCH, &one.row);
	memory_put(&memory, REL_VOUCH, &two.row);
	memory_put(&memory, REL_DELEGATION, &old.row);
	memory_put(&memory, REL_POLL, &announced.row);

	state = state_new(&heap.arena, &memory.store);
	vouch = state_find(state, VOUCH_BY_VOUCHER, &one);
	CHECK(vouch != NULL && vouch->since == 7);
	CHECK_INT(memory.finds, 1);
	CHECK(state_find(state, VOUCH_BY_CANDIDATE, &one) == vouch);		/* by the other path too, without asking again */
	CHECK(state_find(state, VOUCH_BY_VOUCHER, &one) == vouch);
	CHECK_INT(memory.finds, 1);
	state_delete(state, vouch);
	CHECK(state_find(state, VOUCH_BY_CANDIDATE, &one) == NULL);
	CHECK(state_find(state, VOUCH_BY_VOUCHER, &one) == NULL);			/* though the store still has it */
	CHECK_INT(memory.table[REL_VOUCH].n, 2);

	list = state_find(state, DELEGATION_IN_FORCE, &old);
	CHECK(list != NULL && list->since == 4);
	list->until = 9;
	state_change(state, list);
	CHECK(state_find(state, DELEGATION_IN_FORCE, &old) == NULL);
	poll = state_find(state, POLL_BY_SEQ, &announced);
	poll->name = STR("renamed");			/* a key that moves, as no rule does it */
	state_change(state, poll);
	CHECK(state_find(state, POLL_BY_NAME, &announced) == NULL);
	CHECK(state_find(state, POLL_BY_NAME, &(Poll){.name = STR("renamed")}) == poll);
	CHECK_INT(memory.writes, 0);

	/* The flush writes each relation once, and nothing twice. */
	state_flush(state);
	CHECK_INT(memory.writes, 3);
	state_flush(state);
	CHECK_INT(memory.writes, 3);
	CHECK_INT(memory.table[REL_VOUCH].n, 1);
	CHECK(memory_row(&memory, DELEGATION_IN_FORCE, &old) == NULL);
	CHECK(memory_row(&memory, POLL_BY_NAME, &(Poll){.name = STR("renamed")}) != NULL);
	CHECK(state_find(state, VOUCH_BY_CANDIDATE, &one) == NULL);

	/* Deleted before it was ever written: nothing to do.  Deleted and added again: changed in place. */
	vouch = state_add(state, REL_VOUCH, &(Vouch){.candidate = 5, .voucher = 6, .since = 1});
	state_delete(state, vouch);
	state_flush(state);
	CHECK_INT(memory.table[REL_VOUCH].n, 1);
	stored = memory_row(&memory, VOUCH_BY_CANDIDATE, &two);
	vouch = state_find(state, VOUCH_BY_CANDIDATE, &two);
	state_delete(state, vouch);
	state_add(state, REL_VOUCH, &(Vouch){.candidate = 1, .voucher = 3, .since = 10});
	state_flush(state);
	CHECK(memory_row(&memory, VOUCH_BY_CANDIDATE, &two) == stored && stored->since == 10);

	/* Deleted, written, added again: inserted. */
	state_delete(state, vouch);
	state_flush(state);
	CHECK_INT(memory.table[REL_VOUCH].n, 0);
	state_add(state, REL_VOUCH, &(Vouch){.candidate = 1, .voucher = 3, .since = 11});
	state_flush(state);
	CHECK_INT(memory.table[REL_VOUCH].n, 1);

	/* A scan sees what was changed a moment ago. */
	state_add(state, REL_VOUCH, &(Vouch){.candidate = 1, .voucher = 9, .since = 12});
	CHECK_STR(scan(state, VOUCH_BY_CANDIDATE, 1, &one, SCAN_ALL, 0), "13 19");
	memory_free(&memory);
}

/* A store that is only read: changes stay in memory, where they are found; scans see both, in the order of the path. */
static void
test_read_only(void)
{
	Memory		memory;
	State	   *state;
	Vouch	   *vouch;
	Vouch		one = {.candidate = 1, .voucher = 2, .since = 7};
	Vouch		two = {.candidate = 1, .voucher = 3, .since = 8};

	memory_init(&memory);
	memory_put(&memory, REL_VOUCH, &one.row);
	memory.store.write = NULL;
	state = state_new(&heap.arena, &memory.store);
	state_add(state, REL_VOUCH, &two);
	vouch = state_find(state, VOUCH_BY_CANDIDATE, &one);
	vouch->since = 9;
	state_change(state, vouch);
	state_flush(state);
	CHECK(state_find(state, VOUCH_BY_CANDIDATE, &two) != NULL);
	CHECK_STR(scan_all(state, VOUCH_BY_CANDIDATE), "12 13");
	CHECK_INT(memory.writes, 0);
	CHECK_INT(memory.table[REL_VOUCH].n, 1);

	/* Rows before, between and behind the stored ones; changed and deleted ones; both ways, and stopped. */
	for (int i = 3; i <= 9; i += 2)
		memory_put(&memory, REL_VOUCH, &(Vouch){.candidate = i, .voucher = 1, .since = i}.row);
	for (int i = 4; i <= 10; i += 3)
		state_add(state, REL_VOUCH, &(Vouch){.candidate = i, .voucher = 1, .since = i});
	state_delete(state, state_find(state, VOUCH_BY_CANDIDATE, &(Vouch){.candidate = 5, .voucher = 1}));
	CHECK_STR(scan_all(state, VOUCH_BY_CANDIDATE), "12 13 31 41 71 91 101");
	CHECK_STR(scan(state, VOUCH_BY_CANDIDATE, 0, NULL, SCAN_BACK, 0), "101 91 71 41 31 13 12");
	CHECK_STR(scan(state, VOUCH_BY_CANDIDATE, 0, NULL, SCAN_BACK, 1), "101");
	CHECK_STR(scan(state, VOUCH_BY_CANDIDATE, 0, NULL, SCAN_ALL, 2), "12 13");
	CHECK_STR(scan(state, VOUCH_BY_CANDIDATE, 0, &(Vouch){.candidate = 7}, SCAN_FROM, 0), "71 91 101");
	CHECK_STR(scan(state, VOUCH_BY_CANDIDATE, 0, &(Vouch){.candidate = 7}, SCAN_FROM, 2), "71 91");
	CHECK_STR(scan(state, VOUCH_BY_VOUCHER, 1, &(Vouch){.voucher = 1}, SCAN_ALL, 0), "31 41 71 91 101");
	CHECK_INT(((Vouch *) memory_row(&memory, VOUCH_BY_CANDIDATE, &one))->since, 7);
	memory_free(&memory);
}

/* Everything that a store holds of the vouches, as text. */
static Str
stored_vouches(Memory *memory)
{
	size_t		n;
	void	   *const *rows = memory_rows(memory, REL_VOUCH, &n);
	Buf			text;

	buf_init(&text, &heap.arena);
	for (size_t i = 0; i < n; i++)
	{
		const Vouch *v = rows[i];

		buf_str(&text, arena_printf(&heap.arena, "%lld>%lld=%lld ", (long long) v->voucher, (long long) v->candidate,
									(long long) v->since));
	}
	return buf_done(&text);
}

/* A trial that is taken back leaves nothing, though the store was written in the middle of it. */
static void
test_undo(void)
{
	Memory		memory;
	State	   *state;
	Vouch		one = {.candidate = 1, .voucher = 2, .since = 7};
	Vouch		two = {.candidate = 1, .voucher = 3, .since = 8};
	Vouch		three = {.candidate = 1, .voucher = 4, .since = 9};
	Vouch	   *held;
	Vouch	   *row;

	memory_init(&memory);
	memory_put(&memory, REL_VOUCH, &one.row);
	memory_put(&memory, REL_VOUCH, &two.row);
	state = state_new(&heap.arena, &memory.store);
	held = state_add(state, REL_VOUCH, &three);

	state_begin(state);
	row = state_find(state, VOUCH_BY_CANDIDATE, &one);
	row->since = 70;
	state_change(state, row);
	state_delete(state, state_find(state, VOUCH_BY_CANDIDATE, &two));
	state_add(state, REL_VOUCH, &(Vouch){.candidate = 5, .voucher = 6, .since = 1});
	state_watch(state, held);
	held->since = 90;
	state_change(state, held);
	CHECK_STR(scan_all(state, VOUCH_BY_CANDIDATE), "12 14 56");
	CHECK_STR(stored_vouches(&memory), "2>1=70 4>1=90 6>5=1 ");
	state_add(state, REL_VOUCH, &(Vouch){.candidate = 1, .voucher = 3, .since = 80});		/* deleted, written, added again */
	state_delete(state, state_find(state, VOUCH_BY_CANDIDATE, &(Vouch){.candidate = 5, .voucher = 6}));
	state_undo(state);
	state_flush(state);
	CHECK_STR(stored_vouches(&memory), "2>1=7 3>1=8 4>1=9 ");
	CHECK_STR(scan_all(state, VOUCH_BY_VOUCHER), "12 13 14");
	CHECK(state_find(state, VOUCH_BY_CANDIDATE, &(Vouch){.candidate = 5, .voucher = 6}) == NULL);

	/* The next trial begins afresh; what is kept stays. */
	state_begin(state);
	row = state_find(state, VOUCH_BY_CANDIDATE, &one);
	row->since = 71;
	state_change(state, row);
	state_keep(state);
	state_begin(state);
	state_undo(state);
	state_flush(state);
	CHECK_STR(stored_vouches(&memory), "2>1=71 3>1=8 4>1=9 ");

	/* Rows that were only looked at are not written. */
	memory.writes = 0;
	state_begin(state);
	(void) state_find(state, VOUCH_BY_CANDIDATE, &one);
	state_undo(state);
	state_flush(state);
	CHECK_INT(memory.writes, 0);
	memory_free(&memory);
}

static jmp_buf was_missing;

static void
jump_out(Store *store, PathId path)
{
	(void) store;
	longjmp(was_missing, path + 1);
}

/* A row that must be there and is not: the store says so. */
static void
test_missing(void)
{
	Memory		memory;
	State	   *state;
	int			path;

	memory_init(&memory);
	memory.store.missing = jump_out;
	state = state_new(&heap.arena, &memory.store);
	path = setjmp(was_missing);
	if (path == 0)
	{
		state_expect(state, POLL_BY_NAME, &(Poll){.name = STR("none")});
		CHECK(!"it came back");
	}
	CHECK_INT(path, POLL_BY_NAME + 1);
	memory_free(&memory);
}

/* ---- at random, against lists ---- */

enum {KEYS = 30};

/* What a vouch ought to be: since, or 0 if it is not there. */
typedef int64_t Vouches[KEYS][KEYS];

static void
check_vouches(State *state, Vouches want)
{
	int			a = 1 + (int) seeded_below(KEYS - 1);
	Buf			by_candidate;
	Buf			by_voucher;

	buf_init(&by_candidate, &heap.arena);
	buf_init(&by_voucher, &heap.arena);
	for (int b = 0; b < KEYS; b++)
	{
		Vouch	   *found = state_find(state, seeded_below(2) ? VOUCH_BY_CANDIDATE : VOUCH_BY_VOUCHER,
									   &(Vouch){.candidate = a, .voucher = b});

		CHECK_INT(found ? found->since : 0, want[a][b]);
		if (want[a][b] != 0)
		{
			if (by_candidate.n > 0)
				buf_char(&by_candidate, ' ');
			buf_int(&by_candidate, a * 10 + b);
		}
		if (want[b][a] != 0)
		{
			if (by_voucher.n > 0)
				buf_char(&by_voucher, ' ');
			buf_int(&by_voucher, b * 10 + a);
		}
	}
	CHECK(str_eq(scan(state, VOUCH_BY_CANDIDATE, 1, &(Vouch){.candidate = a}, SCAN_ALL, 0), buf_done(&by_candidate)));
	CHECK(str_eq(scan(state, VOUCH_BY_VOUCHER, 1, &(Vouch){.voucher = a}, SCAN_ALL, 0), buf_done(&by_voucher)));
}

/* Add, change or delete a vouch. */
static void
random_step(State *state, Vouches want, int step)
{
	Vouch		key = {.candidate = seeded_below(KEYS), .voucher = seeded_below(KEYS), .since = step};
	int64_t    *at = &want[key.candidate][key.voucher];
	Vouch	   *row = state_find(state, VOUCH_BY_CANDIDATE, &key);

	CHECK_INT(row ? row->since : 0, *at);
	if (row == NULL)
	{
		*at = step;
		state_add(state, REL_VOUCH, &key);
	}
	else if (seeded_below(2))
	{
		*at = row->since = step;
		state_change(state, row);
	}
	else
	{
		*at = 0;
		state_delete(state, row);
	}
}

static void
test_random(Store *store)
{
	State	   *state = state_new(&heap.arena, store);
	Vouches		want = {{0}};
	Vouches		before;
	bool		trying = false;

	for (int step = 1; step < 6000; step++)
	{
		/* Trials of about twenty steps, half of which are taken back. */
		if (seeded_below(20) == 0)
		{
			if (!trying)
			{
				memcpy(before, want, sizeof want);
				state_begin(state);
			}
			else if (seeded_below(2) == 0)
			{
				memcpy(want, before, sizeof want);
				state_undo(state);
			}
			else
				state_keep(state);
			trying = !trying;
		}
		random_step(state, want, step);
		if (seeded_below(50) == 0)
			check_vouches(state, want);
		if (seeded_below(100) == 0)
			state_flush(state);
		if (store != NULL && !trying && seeded_below(300) == 0)
		{
			state_flush(state);
			state = state_new(&heap.arena, store);
		}
	}
	check_vouches(state, want);
}

int
main(void)
{
	Memory		memory;

	heap_arena_init(&heap);
	if (!crypto_init())
		return 1;
	test_columns();
	test_schema();
	for (int i = 0; i < 2; i++)
	{
		State	   *state;

		memory_init(&memory);
		state = state_new(&heap.arena, i == 0 ? NULL : &memory.store);
		test_paths(state);
		test_groups(state);
		test_limits(state);
		memory_free(&memory);
		memory_init(&memory);
		test_random(i == 0 ? NULL : &memory.store);
		memory_free(&memory);
	}
	test_newer();
	test_read_only();
	test_undo();
	test_missing();
	heap_arena_free(&heap);
	return check_done("state");
}
