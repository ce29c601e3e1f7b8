/*
 * sums.c -- adds votes up, and writes and reads the sums.
 */
#include "budget/sums.h"

#include <inttypes.h>
#include <stdlib.h>

#include "budget/bytes.h"

#define ROOM_MIN 16
#define KIND 'v'

void
sums_init(Sums *sums, Arena *arena)
{
	*sums = (Sums){.arena = arena};
}

/* ---- finding an option */

static uint32_t
slot_of(const Sums *sums, int32_t option)
{
	return (uint32_t) ((uint32_t) option * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (sums->slots - 1);
}

/* Note down where an option is; the table has room. */
static void
note_place(Sums *sums, uint32_t at)
{
	uint32_t	slot = slot_of(sums, sums->sum[at].option);

	while (sums->place[slot] != 0)
		slot = (slot + 1) & (sums->slots - 1);
	sums->place[slot] = at + 1;
}

/* Make a hash table for twice as many options as there is room for. */
static void
make_table(Sums *sums)
{
	for (sums->slots = 2 * ROOM_MIN; sums->slots < 2 * sums->room;)
		sums->slots *= 2;
	if (sums->slots > sums->place_room)
	{
		sums->place = arena_alloc(sums->arena, sizeof(uint32_t) * sums->slots);
		sums->place_room = sums->slots;
	}
	memset(sums->place, 0, sizeof(uint32_t) * sums->slots);
	for (uint32_t i = 0; i < sums->n; i++)
		note_place(sums, i);
}

static Code
make_room(Sums *sums, uint32_t n, Fault *fault)
{
	uint32_t	room = sums->room > 0 ? sums->room : ROOM_MIN;
	Sum		   *sum;

	if (n > SUMS_OPTIONS_MAX)
		return fault_set(fault, CODE_TOO_LARGE, -1, "Votes are added up for at most %d options.", SUMS_OPTIONS_MAX);
	while (room < n)
		room *= 2;
	if (room == sums->room)
		return CODE_OK;
	sum = wide_alloc(sums->arena, sizeof(Sum) * room);
	if (sums->n > 0)
		memcpy(sum, sums->sum, sizeof(Sum) * sums->n);
	sums->sum = sum;
	sums->room = room;
	sums->slots = 0;
	return CODE_OK;
}

/* Find an option, or begin it. */
static Code
find_or_begin(Sum **out, Sums *sums, int32_t option, Fault *fault)
{
	Code		code;

	if (option >= 1 && (uint32_t) option <= sums->dense)
	{
		*out = &sums->sum[option - 1];
		return CODE_OK;
	}
	if (sums->slots == 0 && sums->room > 0)
		make_table(sums);
	for (uint32_t slot = sums->slots > 0 ? slot_of(sums, option) : 0; sums->slots > 0 && sums->place[slot] != 0;
		 slot = (slot + 1) & (sums->slots - 1))
	{
		*out = &sums->sum[sums->place[slot] - 1];
		if ((*out)->option == option)
			return CODE_OK;
	}
	if ((code = make_room(sums, sums->n + 1, fault)) != CODE_OK)
		return code;
	if (sums->slots == 0)
		make_table(sums);
	*out = &sums->sum[sums->n];
	**out = (Sum){.option = option};
	note_place(sums, sums->n++);
	return CODE_OK;
}

/* Have the options 1 to n at their places in the array, if that is still possible. */
static Code
make_dense(Sums *sums, uint32_t n, Fault *fault)
{
	Code		code;

	if (sums->dense < sums->n)
		return CODE_OK;
	if ((code = make_room(sums, n, fault)) != CODE_OK)
		return code;
	for (; sums->n < n; sums->n++)
		sums->sum[sums->n] = (Sum){.option = (int32_t) sums->n + 1};
	sums->dense = n;
	sums->slots = 0;
	return CODE_OK;
}

/* ---- adding */

static Code
too_much(Fault *fault, int32_t option)
{
	return fault_set(fault, CODE_NUMBER_OVERFLOW, option, "The votes on option %" PRId32 " do not fit.", option);
}

/* Add one ballot's votes to an option; true if a sum does not fit. */
static inline bool
add_votes(Sum *sum, int64_t votes, int64_t weight)
{
	Wide		product = (Wide) votes * weight;
	Wide		square;

	if (votes == 0)
		return false;
	if (votes >= INT32_MIN && votes <= INT32_MAX)
		square = (Wide) (votes * votes) * weight;
	else if (mul_overflows((Wide) votes * votes, (Wide) weight, &square))
		return true;
	if (votes > 0 ? add_overflows(sum->plus, product, &sum->plus) : sub_overflows(sum->minus, product, &sum->minus))
		return true;
	return add_overflows(sum->credits, square, &sum->credits) || add_overflows(sum->voters, weight, &sum->voters);
}

Code
sums_add(Sums *sums, int32_t option, int64_t votes, int64_t weight, Fault *fault)
{
	Sum		   *sum;
	Code		code = find_or_begin(&sum, sums, option, fault);

	if (code != CODE_OK)
		return code;
	return add_votes(sum, votes, weight) ? too_much(fault, option) : CODE_OK;
}

Code
sums_add_ballot(Sums *sums, const int32_t *votes, uint32_t n, int64_t weight, Fault *fault)
{
	Code		code;

	if (n > sums->dense && (code = make_dense(sums, n, fault)) != CODE_OK)
		return code;
	if (n > sums->dense)
	{
		for (uint32_t i = 0; i < n; i++)
			if (votes[i] != 0 && (code = sums_add(sums, (int32_t) i + 1, votes[i], weight, fault)) != CODE_OK)
				return code;
		return CODE_OK;
	}
	for (uint32_t i = 0; i < n; i++)
		if (add_votes(&sums->sum[i], votes[i], weight))
			return too_much(fault, (int32_t) i + 1);
	return CODE_OK;
}

Code
sums_count(int64_t *counter, int64_t weight, Fault *fault)
{
	if (add_overflows(*counter, weight, counter))
		return fault_set(fault, CODE_NUMBER_OVERFLOW, -1, "The number of ballots does not fit.");
	return CODE_OK;
}

/* Add or subtract a number; true if the result does not fit. */
static bool
merge_wide(Wide *to, Wide from, bool subtract)
{
	return subtract ? sub_overflows(*to, from, to) : add_overflows(*to, from, to);
}

static bool
merge_word(int64_t *to, int64_t from, bool subtract)
{
	return subtract ? sub_overflows(*to, from, to) : add_overflows(*to, from, to);
}

Code
sums_merge(Sums *sums, const Sums *other, bool subtract, Fault *fault)
{
	Code		code;

	if (merge_word(&sums->ballots, other->ballots, subtract) || merge_word(&sums->cut, other->cut, subtract) ||
		merge_word(&sums->abstained, other->abstained, subtract) ||
		merge_word(&sums->rejected, other->rejected, subtract))
		return fault_set(fault, CODE_NUMBER_OVERFLOW, -1, "The number of ballots does not fit.");
	for (uint32_t i = 0; i < other->n; i++)
	{
		const Sum  *from = &other->sum[i];
		Sum		   *to;

		if ((code = find_or_begin(&to, sums, from->option, fault)) != CODE_OK)
			return code;
		if (merge_wide(&to->plus, from->plus, subtract) || merge_wide(&to->minus, from->minus, subtract) ||
			merge_wide(&to->credits, from->credits, subtract) || merge_word(&to->voters, from->voters, subtract))
			return too_much(fault, from->option);
	}
	return CODE_OK;
}

/* ---- rest */

static bool
is_empty(const Sum *sum)
{
	return sum->plus == 0 && sum->minus == 0 && sum->credits == 0 && sum->voters == 0;
}

static int
compare_options(const void *a, const void *b)
{
	int32_t		left = ((const Sum *) a)->option;
	int32_t		right = ((const Sum *) b)->option;

	return (left > right) - (left < right);
}

void
sums_rest(Sums *sums)
{
	uint32_t	kept = 0;
	bool		sorted = true;

	for (uint32_t i = 0; i < sums->n; i++)
		if (!is_empty(&sums->sum[i]))
		{
			sums->sum[kept] = sums->sum[i];
			sorted = sorted && (kept == 0 || sums->sum[kept - 1].option < sums->sum[kept].option);
			kept++;
		}
	sums->n = kept;
	if (!sorted)
		qsort(sums->sum, sums->n, sizeof(Sum), compare_options);
	sums->slots = 0;
	for (sums->dense = 0; sums->dense < sums->n && sums->sum[sums->dense].option == (int32_t) sums->dense + 1;)
		sums->dense++;
}

const Sum *
sums_find(const Sums *sums, int32_t option)
{
	uint32_t	from = 0;
	uint32_t	to = sums->n;

	while (from < to)
	{
		uint32_t	middle = from + (to - from) / 2;

		if (sums->sum[middle].option < option)
			from = middle + 1;
		else
			to = middle;
	}
	return from < sums->n && sums->sum[from].option == option ? &sums->sum[from] : NULL;
}

/* ---- bytes */

uint64_t
sums_size(const Sums *sums)
{
	return SUMS_HEADER + (uint64_t) sums->n * (4 + 3 * 16 + 8);
}

void
sums_write(uint8_t *out, const Sums *sums)
{
	uint32_t	n = sums->n;

	out = bytes_begin(out, SUMS_VERSION, KIND, 0, n);
	out = bytes_put64(out, sums->ballots);
	out = bytes_put64(out, sums->cut);
	out = bytes_put64(out, sums->abstained);
	out = bytes_put64(out, sums->rejected);
	for (uint32_t i = 0; i < n; i++)
		out = bytes_put32(out, sums->sum[i].option);
	for (uint32_t i = 0; i < n; i++)
		out = bytes_put128(out, sums->sum[i].plus);
	for (uint32_t i = 0; i < n; i++)
		out = bytes_put128(out, sums->sum[i].minus);
	for (uint32_t i = 0; i < n; i++)
		out = bytes_put128(out, sums->sum[i].credits);
	for (uint32_t i = 0; i < n; i++)
		out = bytes_put64(out, sums->sum[i].voters);
}

static Code
bad_bytes(Fault *fault, const char *what)
{
	return fault_set(fault, CODE_BAD_SUMS_BYTES, -1, "%s", what);
}

Code
sums_read(Sums *out, const uint8_t *bytes, size_t size, Arena *arena, Fault *fault)
{
	const uint8_t *p = bytes + SUMS_HEADER;
	uint32_t	n;

	*out = (Sums){.arena = arena};
	if (size < SUMS_HEADER || !bytes_begins(&n, bytes, SUMS_VERSION, KIND, 0))
		return bad_bytes(fault, "The header is not one of vote sums of version 1.");
	if (n > SUMS_OPTIONS_MAX || size != SUMS_HEADER + (uint64_t) n * (4 + 3 * 16 + 8))
		return bad_bytes(fault, "The bytes do not have the size that their header announces.");
	out->ballots = bytes_get64(bytes + 8);
	out->cut = bytes_get64(bytes + 16);
	out->abstained = bytes_get64(bytes + 24);
	out->rejected = bytes_get64(bytes + 32);
	out->n = out->room = n;
	out->sum = wide_alloc(arena, sizeof(Sum) * n);
	for (uint32_t i = 0; i < n; i++)
	{
		out->sum[i] = (Sum){
			.option = bytes_get32(p + (size_t) 4 * i),
			.plus = bytes_get128(p + (size_t) 4 * n + (size_t) 16 * i),
			.minus = bytes_get128(p + (size_t) 20 * n + (size_t) 16 * i),
			.credits = bytes_get128(p + (size_t) 36 * n + (size_t) 16 * i),
			.voters = bytes_get64(p + (size_t) 52 * n + (size_t) 8 * i),
		};
		if (i > 0 && out->sum[i - 1].option >= out->sum[i].option)
			return bad_bytes(fault, "The options are not in ascending order.");
		if (is_empty(&out->sum[i]))
			return bad_bytes(fault, "An option has no votes.");
	}
	return CODE_OK;
}

/* ---- text */

typedef struct Counter
{
	const char *name;
	size_t		offset;
} Counter;

static const Counter counters[] = {
	{"ballots", offsetof(Sums, ballots)},
	{"cut", offsetof(Sums, cut)},
	{"abstained", offsetof(Sums, abstained)},
	{"rejected", offsetof(Sums, rejected)},
};

#define COUNTERS (sizeof counters / sizeof *counters)

static void
print_gap(Buf *out, size_t begin)
{
	if (out->n > begin)
		buf_char(out, ' ');
}

void
sums_print(Buf *out, const Sums *sums)
{
	size_t		begin = out->n;

	for (size_t i = 0; i < COUNTERS; i++)
	{
		int64_t		value = *(const int64_t *) ((const char *) sums + counters[i].offset);

		if (value == 0)
			continue;
		print_gap(out, begin);
		buf_text(out, counters[i].name);
		buf_char(out, '=');
		buf_int(out, value);
	}
	for (uint32_t i = 0; i < sums->n; i++)
	{
		const Sum  *sum = &sums->sum[i];

		print_gap(out, begin);
		buf_int(out, sum->option);
		buf_char(out, '=');
		wide_print(out, sum->plus, 0);
		if (sum->minus == 0 && sum->credits == sum->plus && sum->voters == sum->plus)
			continue;
		buf_char(out, ',');
		wide_print(out, sum->minus, 0);
		buf_char(out, ',');
		wide_print(out, sum->credits, 0);
		buf_char(out, ',');
		buf_int(out, sum->voters);
	}
}

static Code
parse_counter(Sums *sums, const Counter *counter, Words *in)
{
	Wide		value;
	Code		code;

	if ((code = words_char(in, '=')) != CODE_OK || (code = words_number(&value, in, INT64_MIN, INT64_MAX)) != CODE_OK)
		return code;
	return sums_count((int64_t *) ((char *) sums + counter->offset), (int64_t) value, in->fault);
}

static Code
parse_option(Sums *sums, Words *in)
{
	Sums		one = {.n = 1};
	Sum			sum = {0};
	Wide		number;
	Code		code;

	if ((code = words_number(&number, in, INT32_MIN, INT32_MAX)) != CODE_OK || (code = words_char(in, '=')) != CODE_OK ||
		(code = words_number(&sum.plus, in, WIDE_MIN, WIDE_MAX)) != CODE_OK)
		return code;
	sum.option = (int32_t) number;
	if (words_take(in, ','))
	{
		if ((code = words_number(&sum.minus, in, WIDE_MIN, WIDE_MAX)) != CODE_OK ||
			(code = words_char(in, ',')) != CODE_OK ||
			(code = words_number(&sum.credits, in, WIDE_MIN, WIDE_MAX)) != CODE_OK ||
			(code = words_char(in, ',')) != CODE_OK ||
			(code = words_number(&number, in, INT64_MIN, INT64_MAX)) != CODE_OK)
			return code;
		sum.voters = (int64_t) number;
	}
	else
	{
		sum.credits = sum.plus;
		if (sum.plus < INT64_MIN || sum.plus > INT64_MAX)
			return too_much(in->fault, sum.option);
		sum.voters = (int64_t) sum.plus;
	}
	one.sum = &sum;
	return sums_merge(sums, &one, false, in->fault);
}

Code
sums_parse(Sums *sums, Str text, Fault *fault)
{
	Words		in = words_begin(text, CODE_BAD_SUMS, fault);
	Code		code;

	while (words_next(&in))
	{
		size_t		i = 0;

		while (i < COUNTERS && !words_name(&in, counters[i].name))
			i++;
		code = i < COUNTERS ? parse_counter(sums, &counters[i], &in) : parse_option(sums, &in);
		if (code != CODE_OK || (code = words_end(&in)) != CODE_OK)
			return code;
	}
	return CODE_OK;
}
