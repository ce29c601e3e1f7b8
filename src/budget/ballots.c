/*
 * ballots.c -- gathers ballots of a shared budget, and writes and reads them.
 */
#include "budget/ballots.h"

#include <inttypes.h>

#include "budget/bytes.h"

#define KIND 'b'
#define ROOM_MIN 16
#define CHUNK 4096				/* projects that memory is asked for at once */

void
ballots_init(BudgetBallots *b, Arena *arena)
{
	*b = (BudgetBallots){.arena = arena};
}

/* ---- comparing */

/* Order ballots by their projects, then by their scores. */
static int
compare(const BudgetBallot *a, const BudgetBallot *b)
{
	uint32_t	n = a->n < b->n ? a->n : b->n;

	for (uint32_t i = 0; i < n; i++)
		if (a->project[i] != b->project[i])
			return a->project[i] > b->project[i] ? 1 : -1;
	if (a->n != b->n)
		return a->n > b->n ? 1 : -1;
	if (a->score == NULL && b->score == NULL)
		return 0;
	for (uint32_t i = 0; i < n; i++)
	{
		int64_t		left = a->score != NULL ? a->score[i] : 1;
		int64_t		right = b->score != NULL ? b->score[i] : 1;

		if (left != right)
			return left > right ? 1 : -1;
	}
	return 0;
}

static uint32_t
hash_of(const BudgetBallot *ballot)
{
	uint64_t	hash = ballot->n;

	for (uint32_t i = 0; i < ballot->n; i++)
	{
		uint64_t	item = (uint32_t) ballot->project[i] + (ballot->score != NULL ? (uint64_t) ballot->score[i] << 32 : 0);

		hash = (hash ^ item) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	return (uint32_t) hash;
}

/* ---- the table of ballots */

static void
note_place(BudgetBallots *b, uint32_t at)
{
	uint32_t	slot = b->ballot[at].hash & (b->slots - 1);

	while (b->place[slot] != 0)
		slot = (slot + 1) & (b->slots - 1);
	b->place[slot] = at + 1;
}

/* Have room for another ballot, and a hash table for twice as many. */
static Code
make_room(BudgetBallots *b, Fault *fault)
{
	if (b->n == BALLOTS_MAX)
		return fault_set(fault, CODE_TOO_LARGE, -1, "There are at most %d different ballots.", BALLOTS_MAX);
	if (b->n == b->room)
	{
		uint32_t	room = b->room > 0 ? 2 * b->room : ROOM_MIN;
		BudgetBallot *ballot = arena_alloc(b->arena, sizeof(BudgetBallot) * room);

		if (b->n > 0)
			memcpy(ballot, b->ballot, sizeof(BudgetBallot) * b->n);
		b->ballot = ballot;
		b->room = room;
		b->slots = 0;
	}
	if (b->slots == 0)
	{
		for (b->slots = 2 * ROOM_MIN; b->slots < 2 * b->room;)
			b->slots *= 2;
		if (b->slots > b->place_room)
		{
			b->place = arena_alloc(b->arena, sizeof(uint32_t) * b->slots);
			b->place_room = b->slots;
		}
		memset(b->place, 0, sizeof(uint32_t) * b->slots);
		for (uint32_t i = 0; i < b->n; i++)
			note_place(b, i);
	}
	return CODE_OK;
}

/* Keep a copy of some projects. */
static const int32_t *
keep_projects(BudgetBallots *b, const int32_t *project, uint32_t n)
{
	int32_t    *kept;

	if (n == 0)
		return NULL;
	if (n > b->left)
	{
		b->left = n > CHUNK ? n : CHUNK;
		b->project = arena_alloc(b->arena, sizeof(int32_t) * b->left);
	}
	kept = b->project;
	memcpy(kept, project, sizeof(int32_t) * n);
	b->project += n;
	b->left -= n;
	return kept;
}

/* Add to the weight of a ballot, or begin it; its arrays are copied. */
static Code
add(BudgetBallots *b, BudgetBallot *ballot, Fault *fault)
{
	Code		code;

	if ((code = make_room(b, fault)) != CODE_OK)
		return code;
	ballot->hash = hash_of(ballot);
	for (uint32_t slot = ballot->hash & (b->slots - 1); b->place[slot] != 0; slot = (slot + 1) & (b->slots - 1))
	{
		BudgetBallot *other = &b->ballot[b->place[slot] - 1];

		if (other->hash != ballot->hash || compare(other, ballot) != 0)
			continue;
		if (add_overflows(other->weight, ballot->weight, &other->weight))
			return fault_set(fault, CODE_NUMBER_OVERFLOW, -1, "The weight of a ballot does not fit.");
		return CODE_OK;
	}
	if (ballot->n > BALLOTS_ITEMS_MAX - b->items)
		return fault_set(fault, CODE_TOO_LARGE, -1, "All different ballots together name at most %d projects.", BALLOTS_ITEMS_MAX);
	b->items += ballot->n;
	ballot->project = keep_projects(b, ballot->project, ballot->n);
	if (ballot->score != NULL)
		ballot->score = arena_copy(b->arena, ballot->score, sizeof(int64_t) * ballot->n);
	b->ballot[b->n] = *ballot;
	note_place(b, b->n++);
	return CODE_OK;
}

static void
swap_projects(int32_t *project, int64_t *score, uint32_t a, uint32_t b)
{
	int32_t		p = project[a];

	project[a] = project[b];
	project[b] = p;
	if (score != NULL)
	{
		int64_t		s = score[a];

		score[a] = score[b];
		score[b] = s;
	}
}

/* Let the project at a place sink in a heap of n whose greatest is on top. */
static void
sink(int32_t *project, int64_t *score, uint32_t at, uint32_t n)
{
	for (uint32_t child; (child = 2 * at + 1) < n; at = child)
	{
		if (child + 1 < n && project[child + 1] > project[child])
			child++;
		if (project[child] <= project[at])
			return;
		swap_projects(project, score, at, child);
	}
}

/* Sort a ballot's projects, and their scores with them. */
static void
sort_projects(int32_t *project, int64_t *score, uint32_t n)
{
	uint32_t	i = 1;

	while (i < n && project[i - 1] <= project[i])
		i++;
	if (i >= n)
		return;
	for (i = n / 2; i-- > 0;)
		sink(project, score, i, n);
	for (i = n; i-- > 1;)
	{
		swap_projects(project, score, 0, i);
		sink(project, score, 0, i);
	}
}

Code
ballots_add(BudgetBallots *b, int32_t *project, int64_t *score, uint32_t n, int64_t weight, Fault *fault)
{
	uint32_t	kept = 0;
	bool		approves = true;

	if (n > BALLOT_PROJECTS_MAX)
		return fault_set(fault, CODE_TOO_LARGE, -1, "A ballot names at most %d projects.", BALLOT_PROJECTS_MAX);
	sort_projects(project, score, n);
	for (uint32_t i = 0; i < n; i++)
	{
		if (i > 0 && project[i - 1] == project[i] && score != NULL)
			return fault_set(fault, CODE_BAD_TERMS, i, "A ballot scores project %" PRId32 " twice.", project[i]);
		if (score != NULL && score[i] < 0)
			return fault_set(fault, CODE_BAD_TERMS, i, "A ballot gives project %" PRId32 " the score %" PRId64
							 "; scores are 0 or more.", project[i], score[i]);
		if ((kept > 0 && project[kept - 1] == project[i]) || (score != NULL && score[i] == 0))
			continue;
		project[kept] = project[i];
		if (score != NULL)
		{
			score[kept] = score[i];
			approves = approves && score[i] == 1;
		}
		kept++;
	}
	return add(b, &(BudgetBallot){project, approves ? NULL : score, kept, 0, weight}, fault);
}

Code
ballots_merge(BudgetBallots *b, const BudgetBallots *other, bool subtract, Fault *fault)
{
	Code		code = CODE_OK;

	for (uint32_t i = 0; i < other->n && code == CODE_OK; i++)
	{
		BudgetBallot ballot = other->ballot[i];

		if (subtract && sub_overflows(0, ballot.weight, &ballot.weight))
			return fault_set(fault, CODE_NUMBER_OVERFLOW, -1, "The weight of a ballot does not fit.");
		code = add(b, &ballot, fault);
	}
	return code;
}

/* Merge two runs that follow each other in one array into another. */
static void
merge_runs(BudgetBallot *out, const BudgetBallot *in, uint32_t middle, uint32_t end)
{
	uint32_t	a = 0;
	uint32_t	b = middle;

	for (uint32_t i = 0; i < end; i++)
		out[i] = b == end || (a < middle && compare(&in[a], &in[b]) <= 0) ? in[a++] : in[b++];
}

/* Sort ballots by merging ever longer runs, between which the sort may be cancelled. */
static void
sort(BudgetBallot *ballot, uint32_t n, void (*pause)(void), Arena *scratch)
{
	BudgetBallot *from = ballot;
	BudgetBallot *to = arena_alloc(scratch, sizeof(BudgetBallot) * n);

	for (uint64_t run = 1; run < n; run *= 2)
	{
		BudgetBallot *swap = from;

		for (uint64_t i = 0; i < n; i += 2 * run)
		{
			if (pause != NULL && (run > 1024 || i % 4096 == 0))
				pause();
			merge_runs(to + i, from + i, (uint32_t) (i + run < n ? run : n - i), (uint32_t) (i + 2 * run < n ? 2 * run : n - i));
		}
		from = to;
		to = swap;
	}
	if (from != ballot)
		memcpy(ballot, from, sizeof(BudgetBallot) * n);
}

void
ballots_rest(BudgetBallots *b, void (*pause)(void), Arena *scratch)
{
	uint32_t	kept = 0;

	for (uint32_t i = 0; i < b->n; i++)
		if (b->ballot[i].weight != 0)
			b->ballot[kept++] = b->ballot[i];
	b->n = kept;
	b->slots = 0;
	if (b->n > 1)
		sort(b->ballot, b->n, pause, scratch);
}

/* ---- bytes */

static bool
any_scores(const BudgetBallots *b)
{
	for (uint32_t i = 0; i < b->n; i++)
		if (b->ballot[i].score != NULL)
			return true;
	return false;
}

static uint64_t
count_projects(const BudgetBallots *b)
{
	uint64_t	n = 0;

	for (uint32_t i = 0; i < b->n; i++)
		n += b->ballot[i].n;
	return n;
}

static uint64_t
size_of(uint64_t ballots, uint64_t n, bool scores)
{
	return BALLOTS_HEADER + 12 * ballots + (scores ? 12 : 4) * n;
}

uint64_t
ballots_size(const BudgetBallots *b)
{
	return size_of(b->n, count_projects(b), any_scores(b));
}

void
ballots_write(uint8_t *out, const BudgetBallots *b)
{
	bool		scores = any_scores(b);
	uint32_t	end = 0;

	out = bytes_begin(out, BALLOTS_VERSION, KIND, scores, b->n);
	out = bytes_put32(out, (int32_t) count_projects(b));
	out = bytes_put32(out, 0);
	for (uint32_t i = 0; i < b->n; i++)
		out = bytes_put64(out, b->ballot[i].weight);
	for (uint32_t i = 0; i < b->n; i++)
		out = bytes_put32(out, (int32_t) (end += b->ballot[i].n));
	for (uint32_t i = 0; i < b->n; i++)
		for (uint32_t j = 0; j < b->ballot[i].n; j++)
			out = bytes_put32(out, b->ballot[i].project[j]);
	for (uint32_t i = 0; i < b->n && scores; i++)
		for (uint32_t j = 0; j < b->ballot[i].n; j++)
			out = bytes_put64(out, b->ballot[i].score != NULL ? b->ballot[i].score[j] : 1);
}

static Code
bad_bytes(Fault *fault, const char *what)
{
	return fault_set(fault, CODE_BAD_BUDGET_BALLOTS_BYTES, -1, "%s", what);
}

/* Read the scores of a ballot, which stay out if all are 1. */
static Code
read_scores(BudgetBallot *ballot, const uint8_t *p, Arena *arena, Fault *fault)
{
	int64_t    *score = arena_alloc(arena, sizeof(int64_t) * ballot->n);
	bool		approves = true;

	for (uint32_t j = 0; j < ballot->n; j++)
	{
		score[j] = bytes_get64(p + (size_t) 8 * j);
		if (score[j] < 1)
			return bad_bytes(fault, "A score is not greater than 0.");
		approves = approves && score[j] == 1;
	}
	ballot->score = approves ? NULL : score;
	return CODE_OK;
}

Code
ballots_read(BudgetBallots *out, const uint8_t *bytes, size_t size, Arena *arena, Fault *fault)
{
	const uint8_t *weights = bytes + BALLOTS_HEADER;
	const uint8_t *ends;
	const uint8_t *projects;
	int32_t    *project;
	uint32_t	b;
	uint32_t	n;
	uint32_t	at = 0;
	Code		code;

	*out = (BudgetBallots){.arena = arena};
	if (size < BALLOTS_HEADER || !bytes_begins(&b, bytes, BALLOTS_VERSION, KIND, 1) || bytes_get32(bytes + 12) != 0)
		return bad_bytes(fault, "The header is not one of budget ballots of version 1.");
	n = (uint32_t) bytes_get32(bytes + 8);
	if (b > BALLOTS_MAX || n > BALLOTS_ITEMS_MAX || size != size_of(b, n, bytes[2]))
		return bad_bytes(fault, "The bytes do not have the size that their header announces.");
	ends = weights + (size_t) 8 * b;
	projects = ends + (size_t) 4 * b;
	out->n = out->room = b;
	out->items = n;
	out->ballot = arena_alloc(arena, sizeof(BudgetBallot) * b);
	project = arena_alloc(arena, sizeof(int32_t) * n);
	for (uint32_t j = 0; j < n; j++)
		project[j] = bytes_get32(projects + (size_t) 4 * j);
	for (uint32_t i = 0; i < b; i++)
	{
		BudgetBallot *ballot = &out->ballot[i];
		uint32_t	end = (uint32_t) bytes_get32(ends + (size_t) 4 * i);

		if (end < at || end > n || end - at > BALLOT_PROJECTS_MAX)
			return bad_bytes(fault, "A ballot does not end where it should.");
		*ballot = (BudgetBallot){.project = project + at, .n = end - at, .weight = bytes_get64(weights + (size_t) 8 * i)};
		if (ballot->weight == 0)
			return bad_bytes(fault, "A ballot has no weight.");
		for (uint32_t j = 1; j < ballot->n; j++)
			if (ballot->project[j - 1] >= ballot->project[j])
				return bad_bytes(fault, "The projects of a ballot are not in ascending order.");
		if (bytes[2] && (code = read_scores(ballot, projects + (size_t) 4 * n + (size_t) 8 * at, arena, fault)) != CODE_OK)
			return code;
		if (i > 0 && compare(ballot - 1, ballot) >= 0)
			return bad_bytes(fault, "The ballots are not in ascending order.");
		ballot->hash = hash_of(ballot);
		at = end;
	}
	if (at != n)
		return bad_bytes(fault, "The last ballot does not reach to the end.");
	if (bytes[2] && !any_scores(out))
		return bad_bytes(fault, "The scores are all 1.");
	return CODE_OK;
}

/* ---- text */

void
ballots_print(Buf *out, const BudgetBallots *b)
{
	for (uint32_t i = 0; i < b->n; i++)
	{
		const BudgetBallot *ballot = &b->ballot[i];

		if (i > 0)
			buf_char(out, ' ');
		buf_int(out, ballot->weight);
		buf_text(out, "*(");
		for (uint32_t j = 0; j < ballot->n; j++)
		{
			if (j > 0)
				buf_char(out, ',');
			buf_int(out, ballot->project[j]);
			if (ballot->score != NULL && ballot->score[j] != 1)
			{
				buf_char(out, ':');
				buf_int(out, ballot->score[j]);
			}
		}
		buf_char(out, ')');
	}
}

/* Read the projects and scores of a ballot up to its closing bracket. */
static Code
parse_projects(int32_t *project, int64_t *score, uint32_t *n, Words *in)
{
	Wide		number;
	Code		code;

	for (*n = 0; !words_take(in, ')'); (*n)++)
	{
		if (*n == BALLOT_PROJECTS_MAX)
			return fault_set(in->fault, CODE_TOO_LARGE, -1, "A ballot names at most %d projects.", BALLOT_PROJECTS_MAX);
		if ((*n > 0 && (code = words_char(in, ',')) != CODE_OK) ||
			(code = words_number(&number, in, INT32_MIN, INT32_MAX)) != CODE_OK)
			return code;
		project[*n] = (int32_t) number;
		number = 1;
		if (words_take(in, ':') && (code = words_number(&number, in, 0, INT64_MAX)) != CODE_OK)
			return code;
		score[*n] = (int64_t) number;
	}
	return CODE_OK;
}

Code
ballots_parse(BudgetBallots *b, Str text, Arena *scratch, Fault *fault)
{
	Words		in = words_begin(text, CODE_BAD_BUDGET_BALLOTS, fault);
	int32_t    *project = arena_alloc(scratch, sizeof(int32_t) * BALLOT_PROJECTS_MAX);
	int64_t    *score = arena_alloc(scratch, sizeof(int64_t) * BALLOT_PROJECTS_MAX);
	Wide		weight;
	uint32_t	n;
	Code		code;

	while (words_next(&in))
		if ((code = words_number(&weight, &in, INT64_MIN, INT64_MAX)) != CODE_OK ||
			(code = words_char(&in, '*')) != CODE_OK || (code = words_char(&in, '(')) != CODE_OK ||
			(code = parse_projects(project, score, &n, &in)) != CODE_OK || (code = words_end(&in)) != CODE_OK ||
			(code = ballots_add(b, project, score, n, (int64_t) weight, fault)) != CODE_OK)
			return code;
	return CODE_OK;
}
