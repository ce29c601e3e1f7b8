/*
 * contributions.c -- notes contributions down, adds them up, and writes and reads them.
 */
#include "budget/contributions.h"

#include <inttypes.h>
#include <stdlib.h>

#include "budget/bytes.h"

#define KIND 'c'
#define ROOM_MIN 32

/* Fewer entries are sorted by comparing. */
#define RADIX_MIN 512
#define RADIX_BITS 11
#define RADIX_SIZE (1 << RADIX_BITS)

void
contributions_init(Contributions *c, Arena *arena)
{
	*c = (Contributions){.arena = arena, .rests = true};
}

/* ---- sorting: by project, then by contributor */

static int
compare(const Contribution *a, const Contribution *b)
{
	if (a->project != b->project)
		return a->project > b->project ? 1 : -1;
	return (a->contributor > b->contributor) - (a->contributor < b->contributor);
}

static int
compare_entries(const void *a, const void *b)
{
	return compare(a, b);
}

/* What a pass of the radix sort looks at: some bits of one of the two numbers, counted from the smallest. */
typedef struct Digit
{
	bool		of_project;
	int			shift;
	int64_t		smallest;
} Digit;

static inline uint32_t
digit_of(const Contribution *entry, Digit digit)
{
	uint64_t	value = (uint64_t) (digit.of_project ? entry->project : entry->contributor) - (uint64_t) digit.smallest;

	return (uint32_t) (value >> digit.shift) & (RADIX_SIZE - 1);
}

/* Sort by one digit, keeping the order of those whose digits are equal. */
static void
sort_by_digit(Contribution *out, const Contribution *in, uint32_t n, Digit digit)
{
	uint32_t	begin[RADIX_SIZE] = {0};
	uint32_t	sum = 0;

	for (uint32_t i = 0; i < n; i++)
		begin[digit_of(&in[i], digit)]++;
	for (uint32_t d = 0; d < RADIX_SIZE; d++)
	{
		uint32_t	count = begin[d];

		begin[d] = sum;
		sum += count;
	}
	for (uint32_t i = 0; i < n; i++)
		out[begin[digit_of(&in[i], digit)]++] = in[i];
}

/* Sort by all digits of one number in which the entries differ. */
static void
sort_by_number(Contribution **entry, Contribution **spare, uint32_t n, bool of_project, void (*pause)(void))
{
	int64_t		smallest = INT64_MAX;
	int64_t		greatest = INT64_MIN;
	uint64_t	range;

	for (uint32_t i = 0; i < n; i++)
	{
		int64_t		value = of_project ? (*entry)[i].project : (*entry)[i].contributor;

		smallest = value < smallest ? value : smallest;
		greatest = value > greatest ? value : greatest;
	}
	range = (uint64_t) greatest - (uint64_t) smallest;
	for (int shift = 0; shift < 64 && range >> shift != 0; shift += RADIX_BITS)
	{
		Contribution *swap = *entry;

		if (pause != NULL)
			pause();
		sort_by_digit(*spare, *entry, n, (Digit){of_project, shift, smallest});
		*entry = *spare;
		*spare = swap;
	}
}

static void
sort(Contribution *entry, uint32_t n, void (*pause)(void), Arena *scratch)
{
	Contribution *sorted = entry;
	Contribution *spare;
	bool		in_order = true;

	for (uint32_t i = 1; i < n && in_order; i++)
		in_order = compare(&entry[i - 1], &entry[i]) <= 0;
	if (in_order)
		return;
	if (n < RADIX_MIN)
	{
		qsort(entry, n, sizeof(Contribution), compare_entries);
		return;
	}
	spare = arena_alloc(scratch, sizeof(Contribution) * n);
	sort_by_number(&sorted, &spare, n, false, pause);
	sort_by_number(&sorted, &spare, n, true, pause);
	if (sorted != entry)
		memcpy(entry, sorted, sizeof(Contribution) * n);
}

Code
contributions_rest(Contributions *c, void (*pause)(void), Arena *scratch, Fault *fault)
{
	uint32_t	kept = 0;

	if (c->rests)
		return CODE_OK;
	sort(c->entry, c->n, pause, scratch);
	for (uint32_t i = 0; i < c->n;)
	{
		Contribution sum = c->entry[i];

		for (i++; i < c->n && compare(&c->entry[i], &sum) == 0; i++)
			if (add_overflows(sum.amount, c->entry[i].amount, &sum.amount))
				return fault_set(fault, CODE_NUMBER_OVERFLOW, sum.project, "What contributor %" PRId64 " gave to project %" PRId32
								 " does not fit.", sum.contributor, sum.project);
		if (sum.amount != 0)
			c->entry[kept++] = sum;
	}
	c->n = kept;
	c->rests = true;
	return CODE_OK;
}

/* ---- room */

/* Have room for so many entries in all. */
static Code
reserve(Contributions *c, uint64_t n, Fault *fault)
{
	uint64_t	room = c->room > 0 ? c->room : ROOM_MIN;
	Contribution *entry;

	if (n > CONTRIBUTIONS_MAX)
		return fault_set(fault, CODE_TOO_LARGE, -1, "There are at most %d contributions.", CONTRIBUTIONS_MAX);
	if (n <= c->room)
		return CODE_OK;
	while (room < n)
		room *= 2;
	entry = arena_alloc(c->arena, sizeof(Contribution) * room);
	if (c->n > 0)
		memcpy(entry, c->entry, sizeof(Contribution) * c->n);
	c->entry = entry;
	c->room = (uint32_t) room;
	return CODE_OK;
}

Code
contributions_room(Contributions *c, void (*pause)(void), Arena *scratch, Fault *fault)
{
	Code		code;

	if (c->n >= CONTRIBUTIONS_LOG_MIN)
	{
		if ((code = contributions_rest(c, pause, scratch, fault)) != CODE_OK)
			return code;
		if (c->n < c->room / 2)
			return CODE_OK;
	}
	return reserve(c, (uint64_t) c->n + 1, fault);
}

Code
contributions_merge(Contributions *c, const Contributions *other, bool subtract, void (*pause)(void), Arena *scratch,
					Fault *fault)
{
	Code		code;

	if (other->n == 0)
		return CODE_OK;
	if ((code = contributions_rest(c, pause, scratch, fault)) != CODE_OK ||
		(code = reserve(c, (uint64_t) c->n + other->n, fault)) != CODE_OK)
		return code;
	memcpy(c->entry + c->n, other->entry, sizeof(Contribution) * other->n);
	for (uint32_t i = c->n; subtract && i < c->n + other->n; i++)
		if (sub_overflows(0, c->entry[i].amount, &c->entry[i].amount))
			return fault_set(fault, CODE_NUMBER_OVERFLOW, -1, "An amount that is taken back does not fit.");
	c->n += other->n;
	c->rests = false;
	return contributions_rest(c, pause, scratch, fault);
}

/* ---- bytes */

static uint32_t
count_projects(const Contributions *c)
{
	uint32_t	n = 0;

	for (uint32_t i = 0; i < c->n; i++)
		n += i == 0 || c->entry[i - 1].project != c->entry[i].project;
	return n;
}

static uint64_t
size_of(uint64_t projects, uint64_t n)
{
	return CONTRIBUTIONS_HEADER + 8 * projects + 16 * n;
}

uint64_t
contributions_size(const Contributions *c)
{
	return size_of(count_projects(c), c->n);
}

void
contributions_write(uint8_t *out, const Contributions *c)
{
	uint32_t	projects = count_projects(c);

	out = bytes_begin(out, CONTRIBUTIONS_VERSION, KIND, 0, projects);
	out = bytes_put32(out, (int32_t) c->n);
	out = bytes_put32(out, 0);
	for (uint32_t i = 0; i < c->n; i++)
		if (i == 0 || c->entry[i - 1].project != c->entry[i].project)
			out = bytes_put32(out, c->entry[i].project);
	for (uint32_t i = 0; i < c->n; i++)
		if (i + 1 == c->n || c->entry[i + 1].project != c->entry[i].project)
			out = bytes_put32(out, (int32_t) i + 1);
	for (uint32_t i = 0; i < c->n; i++)
		out = bytes_put64(out, c->entry[i].contributor);
	for (uint32_t i = 0; i < c->n; i++)
		out = bytes_put64(out, c->entry[i].amount);
}

static Code
bad_bytes(Fault *fault, const char *what)
{
	return fault_set(fault, CODE_BAD_CONTRIBUTIONS_BYTES, -1, "%s", what);
}

Code
contributions_read(Contributions *out, const uint8_t *bytes, size_t size, Arena *arena, Fault *fault)
{
	const uint8_t *ids = bytes + CONTRIBUTIONS_HEADER;
	const uint8_t *contributor;
	uint32_t	projects;
	uint32_t	n;
	uint32_t	i = 0;

	*out = (Contributions){.arena = arena, .rests = true};
	if (size < CONTRIBUTIONS_HEADER || !bytes_begins(&projects, bytes, CONTRIBUTIONS_VERSION, KIND, 0) ||
		bytes_get32(bytes + 12) != 0)
		return bad_bytes(fault, "The header is not one of contributions of version 1.");
	n = (uint32_t) bytes_get32(bytes + 8);
	if (n > CONTRIBUTIONS_MAX || projects > n || size != size_of(projects, n))
		return bad_bytes(fault, "The bytes do not have the size that their header announces.");
	contributor = ids + (size_t) 8 * projects;
	out->n = out->room = n;
	out->entry = arena_alloc(arena, sizeof(Contribution) * n);
	for (uint32_t p = 0; p < projects; p++)
	{
		int32_t		project = bytes_get32(ids + (size_t) 4 * p);
		uint32_t	end = (uint32_t) bytes_get32(ids + (size_t) 4 * (projects + p));

		if (end <= i || end > n)
			return bad_bytes(fault, "The entries of a project do not end where they should.");
		if (i > 0 && out->entry[i - 1].project >= project)
			return bad_bytes(fault, "The projects are not in ascending order.");
		for (; i < end; i++)
		{
			out->entry[i] = (Contribution){
				.contributor = bytes_get64(contributor + (size_t) 8 * i),
				.amount = bytes_get64(contributor + (size_t) 8 * ((size_t) n + i)),
				.project = project,
			};
			if (i > 0 && compare(&out->entry[i - 1], &out->entry[i]) >= 0)
				return bad_bytes(fault, "The entries are not in ascending order.");
			if (out->entry[i].amount == 0)
				return bad_bytes(fault, "An amount is 0.");
		}
	}
	return i == n ? CODE_OK : bad_bytes(fault, "The entries of the last project do not reach to the end.");
}

/* ---- text */

void
contributions_print(Buf *out, const Contributions *c)
{
	for (uint32_t i = 0; i < c->n; i++)
	{
		if (i > 0)
			buf_char(out, ' ');
		buf_int(out, c->entry[i].project);
		buf_char(out, ':');
		buf_int(out, c->entry[i].contributor);
		buf_char(out, '=');
		buf_int(out, c->entry[i].amount);
	}
}

Code
contributions_parse(Contributions *c, Str text, Arena *scratch, Fault *fault)
{
	Words		in = words_begin(text, CODE_BAD_CONTRIBUTIONS, fault);
	Wide		project;
	Wide		contributor;
	Wide		amount;
	Code		code;

	while (words_next(&in))
	{
		if ((code = words_number(&project, &in, INT32_MIN, INT32_MAX)) != CODE_OK ||
			(code = words_char(&in, ':')) != CODE_OK ||
			(code = words_number(&contributor, &in, INT64_MIN, INT64_MAX)) != CODE_OK ||
			(code = words_char(&in, '=')) != CODE_OK ||
			(code = words_number(&amount, &in, INT64_MIN, INT64_MAX)) != CODE_OK ||
			(code = words_end(&in)) != CODE_OK)
			return code;
		if (contributions_full(c) && (code = contributions_room(c, NULL, scratch, fault)) != CODE_OK)
			return code;
		contributions_add(c, (int32_t) project, (int64_t) contributor, (int64_t) amount);
	}
	return CODE_OK;
}
