/*
 * counts.c -- adds ballots to tables of numbers, and tables to each other; their bytes.
 */
#include "voting/counts.h"

#include <inttypes.h>

static const struct
{
	CountKind	kind;
	const char *name;
}			kinds[] = {
#define COUNT_KIND_ROW(name, byte, text) {COUNT_##name, text},
	COUNT_KINDS(COUNT_KIND_ROW)
#undef COUNT_KIND_ROW
};

#define KINDS (sizeof kinds / sizeof *kinds)

const char *
counts_kind_name(CountKind kind)
{
	size_t		i = 0;

	while (kinds[i].kind != kind)
		i++;
	return kinds[i].name;
}

static bool
has_scores(CountKind kind)
{
	return kind == COUNT_SCORE || kind == COUNT_STAR;
}

static bool
has_pairs(CountKind kind)
{
	return kind == COUNT_PAIRS || kind == COUNT_PAIRS_RANKED;
}

static size_t
cells_of(const Counts *counts)
{
	return (size_t) counts->options * counts->columns;
}

/* Set the numbers that say what a state is.  Faults: BAD_RULE, TOO_LARGE. */
static Code
set_shape(Counts *counts, CountKind kind, int64_t options, int64_t highest, Fault *fault)
{
	if (options < 1 || options > OPTIONS_MAX)
		return fault_set(fault, CODE_BAD_RULE, options, "A count has 1 to %d options.", OPTIONS_MAX);
	if (has_scores(kind) ? highest < 1 || highest > SCORE_MAX : highest != 0)
		return fault_set(fault, CODE_BAD_RULE, highest, "The highest score is 1 to %d.", SCORE_MAX);
	*counts = (Counts){.kind = kind, .options = (uint32_t) options, .highest = (uint32_t) highest, .columns = 1};
	if (has_scores(kind))
		counts->columns = counts->highest + 1 + (kind == COUNT_STAR ? counts->options : 0);
	else if (kind == COUNT_BORDA)
		counts->columns = 3;
	else if (has_pairs(kind))
		counts->columns = counts->options;
	if (cells_of(counts) > COUNTS_CELLS_MAX)
		return fault_set(fault, CODE_TOO_LARGE, -1, "A count %s of %u options would need a table of %zu numbers; %u are allowed.",
						 counts_kind_name(kind), counts->options, cells_of(counts), COUNTS_CELLS_MAX);
	return CODE_OK;
}

/* Make room for what is needed while ballots come in. */
static void
make_room(Counts *counts, Arena *arena)
{
	uint32_t	n = counts->options + 1;

	if (has_pairs(counts->kind))
		counts->above = arena_zero(arena, sizeof(int64_t) * n * n);
	counts->seen = arena_zero(arena, sizeof(uint32_t) * n);
	counts->list = arena_alloc(arena, sizeof(uint32_t) * n);
}

Code
counts_init(Counts *counts, CountKind kind, int64_t options, int64_t highest, Arena *arena, Fault *fault)
{
	Code		code;

	if ((code = set_shape(counts, kind, options, highest, fault)) != CODE_OK)
		return code;
	counts->cell = arena_zero(arena, sizeof(int64_t) * cells_of(counts));
	make_room(counts, arena);
	return CODE_OK;
}

/* ---- sums that fit */

static uint64_t
magnitude(int64_t v)
{
	return v < 0 ? -(uint64_t) v : (uint64_t) v;
}

static uint64_t
greater(uint64_t a, int64_t v)
{
	return magnitude(v) > a ? magnitude(v) : a;
}

static uint64_t
greatest_magnitude(const Counts *counts)
{
	uint64_t	greatest = greater(greater(magnitude(counts->ballots), counts->blank), counts->lengths);
	size_t		n = cells_of(counts);

	for (size_t i = 0; i < n; i++)
		greatest = greater(greatest, counts->cell[i]);
	return greatest;
}

static Code
overflow(Fault *fault)
{
	return fault_set(fault, CODE_NUMBER_OVERFLOW, -1, "The weights of the ballots add up to more than 64 bits hold.");
}

/*
 * See to it that no number overflows when each changes by at most factor times the weight.  Only the bound is added to,
 * which grows with every ballot; when it is used up, it is taken from the numbers anew.
 */
static inline Code
reserve(Counts *counts, int64_t weight, int64_t factor, Fault *fault)
{
	int64_t		change;
	int64_t		bound;

	if (weight == INT64_MIN || mul_overflows(weight < 0 ? -weight : weight, factor, &change))
		return overflow(fault);
	if (add_overflows(counts->bound, change, &bound))
	{
		uint64_t	greatest;

		counts_settle(counts);
		greatest = greatest_magnitude(counts);
		if (greatest > INT64_MAX || add_overflows((int64_t) greatest, change, &bound))
			return overflow(fault);
	}
	counts->bound = bound;
	return CODE_OK;
}

/* ---- ballots */

static Code
no_such_option(const Counts *counts, int64_t option, Fault *fault)
{
	return fault_set(fault, CODE_NO_SUCH_OPTION, option, "Option %" PRId64 " is named, but there are options 1 to %u.", option,
					 counts->options);
}

/* Begin a ballot: nothing was named in it. */
static inline void
begin_ballot(Counts *counts)
{
	if (++counts->ballot == 0)
	{
		memset(counts->seen, 0, sizeof(uint32_t) * (counts->options + 1));
		counts->ballot = 1;
	}
}

/* Note that an option was named; false if it was before. */
static inline bool
first_mention(Counts *counts, uint32_t option)
{
	if (counts->seen[option] == counts->ballot)
		return false;
	counts->seen[option] = counts->ballot;
	return true;
}

Code
counts_add_choice(Counts *counts, int64_t option, int64_t weight, Fault *fault)
{
	Code		code;

	if (option < 0 || option > counts->options)
		return no_such_option(counts, option, fault);
	if ((code = reserve(counts, weight, 1, fault)) != CODE_OK)
		return code;
	counts->ballots += weight;
	if (option == 0)
		counts->blank += weight;
	else
		counts->cell[option - 1] += weight;
	return CODE_OK;
}

/* Read the next integer of an array; false for a NULL. */
static inline bool
next_item(int32_t *out, const Items *items, uint32_t i, const char **p)
{
	if (items->nulls != NULL && !(items->nulls[i / 8] >> i % 8 & 1))
		return false;
	if (items->width == 2)
	{
		int16_t		narrow;

		memcpy(&narrow, *p, sizeof narrow);
		*out = narrow;
	}
	else
		memcpy(out, *p, sizeof *out);
	*p += items->width;
	return true;
}

Code
counts_add_approvals(Counts *counts, Items options, int64_t weight, Fault *fault)
{
	const char *p = options.p;
	uint32_t	n = 0;
	int32_t		option;
	Code		code;

	begin_ballot(counts);
	for (uint32_t i = 0; i < options.n; i++)
	{
		if (!next_item(&option, &options, i, &p))
			continue;
		if (option < 1 || (uint32_t) option > counts->options)
			return no_such_option(counts, option, fault);
		if (first_mention(counts, (uint32_t) option))
			counts->list[n++] = (uint32_t) option;
	}
	if ((code = reserve(counts, weight, 1, fault)) != CODE_OK)
		return code;
	counts->ballots += weight;
	if (n == 0)
		counts->blank += weight;
	for (uint32_t i = 0; i < n; i++)
		counts->cell[counts->list[i] - 1] += weight;
	return CODE_OK;
}

/* Count who is scored higher than whom; list[o] is the score of option o, and those without one have 0. */
static void
add_star_pairs(Counts *counts, int64_t weight)
{
	for (uint32_t a = 0; a < counts->options; a++)
	{
		int64_t    *higher = counts->cell + (size_t) a * counts->columns + counts->highest + 1;
		uint32_t	score = counts->list[a];

		for (uint32_t b = 0; b < counts->options; b++)
			higher[b] += counts->list[b] < score ? weight : 0;
	}
}

Code
counts_add_scores(Counts *counts, Items scores, int64_t weight, Fault *fault)
{
	const char *p = scores.p;
	uint32_t	given = 0;
	int32_t		score;
	Code		code;

	if (scores.n > counts->options)
		return no_such_option(counts, scores.n, fault);
	for (uint32_t i = 0; i < counts->options; i++)
	{
		counts->list[i] = UINT32_MAX;
		if (i >= scores.n || !next_item(&score, &scores, i, &p))
			continue;
		if (score < 0 || (uint32_t) score > counts->highest)
			return fault_set(fault, CODE_NO_SUCH_SCORE, score, "Option %u has the score %d, but scores are 0 to %u.", i + 1, score,
							 counts->highest);
		counts->list[i] = (uint32_t) score;
		given++;
	}
	if ((code = reserve(counts, weight, 1, fault)) != CODE_OK)
		return code;
	counts->ballots += weight;
	if (given == 0)
		counts->blank += weight;
	for (uint32_t i = 0; i < counts->options; i++)
		if (counts->list[i] != UINT32_MAX)
			counts->cell[(size_t) i * counts->columns + counts->list[i]] += weight;
	if (counts->kind == COUNT_STAR)
	{
		for (uint32_t i = 0; i < counts->options; i++)
			if (counts->list[i] == UINT32_MAX)
				counts->list[i] = 0;
		add_star_pairs(counts, weight);
	}
	return CODE_OK;
}

/* Append the options of a rank to list, but for those that were named before.  Fault: NO_SUCH_OPTION. */
static inline Code
list_options(Counts *counts, uint32_t *n, const Rank *rank, Fault *fault)
{
	for (uint32_t i = 0; i < rank->n; i++)
	{
		uint32_t	option = rank_option(rank, i);

		if (option - 1 >= counts->options)
			return no_such_option(counts, option, fault);
		if (first_mention(counts, option))
			counts->list[(*n)++] = option;
	}
	return CODE_OK;
}

/* Check the options of a ranking before anything is added. */
static inline Code
check_options(const Counts *counts, const uint8_t *bytes, size_t n, Fault *fault)
{
	uint32_t	high = 0;

	for (size_t i = 0; i < n; i++)
		high = bytes[i] > high ? bytes[i] : high;
	if (high == RANK_ESCAPE ? ranking_fits(&high, bytes, n, counts->options) : high <= counts->options)
		return CODE_OK;
	return no_such_option(counts, high, fault);
}

/* Options that are equal share the mean of their positions. */
static Code
add_borda(Counts *counts, const uint8_t *p, const uint8_t *end, int64_t weight, Fault *fault)
{
	uint32_t	k = 0;
	Rank		rank;
	Code		code;

	if ((code = reserve(counts, weight, 2 * (int64_t) counts->options, fault)) != CODE_OK)
		return code;
	while (rank_next(&rank, &p, end))
	{
		uint32_t	start = k;

		if ((code = list_options(counts, &k, &rank, fault)) != CODE_OK)
			return code;
		for (uint32_t i = start; i < k; i++)
		{
			int64_t    *cell = counts->cell + (size_t) 3 * (counts->list[i] - 1);

			cell[BORDA_RANKED] += weight;
			cell[BORDA_POSITIONS] += weight * (start + k + 1);
		}
	}
	for (uint32_t i = 0; i < k; i++)
		counts->cell[(size_t) 3 * (counts->list[i] - 1) + BORDA_LENGTHS] += weight * k;
	counts->lengths += weight * k;
	counts->ballots += weight;
	if (k == 0)
		counts->blank += weight;
	return CODE_OK;
}

/*
 * Note who is at or above whom: that is less work than who is above whom, where few of many options are ranked.
 */
static Code
add_pairs(Counts *counts, const uint8_t *p, const uint8_t *end, int64_t weight, Fault *fault)
{
	const uint32_t *list = counts->list;
	size_t		stride = counts->options + 1;
	bool		equal_too = counts->kind == COUNT_PAIRS;
	uint32_t	k = 0;
	Rank		rank;
	Code		code;

	if ((code = reserve(counts, weight, 1, fault)) != CODE_OK)
		return code;
	while (rank_next(&rank, &p, end))
	{
		uint32_t	start = k;

		if ((code = list_options(counts, &k, &rank, fault)) != CODE_OK)
			return code;
		for (uint32_t i = start; i < k; i++)
		{
			int64_t    *above = counts->above + stride * list[i];

			for (uint32_t j = 0; j < start; j++)
				above[list[j]] += weight;
			above[list[i]] += weight;
			for (uint32_t j = start; equal_too && j < k; j++)
				if (j != i)
					above[list[j]] += weight;
		}
	}
	counts->ballots += weight;
	if (k == 0)
		counts->blank += weight;
	return CODE_OK;
}

Code
counts_add_ranking(Counts *counts, const uint8_t *bytes, size_t n, int64_t weight, Fault *fault)
{
	Code		code;

	if ((code = check_options(counts, bytes, n, fault)) != CODE_OK)
		return code;
	begin_ballot(counts);
	if (counts->kind == COUNT_BORDA)
		return add_borda(counts, bytes, bytes + n, weight, fault);
	return add_pairs(counts, bytes, bytes + n, weight, fault);
}

void
counts_settle(Counts *counts)
{
	uint32_t	m = counts->options;
	size_t		stride = m + 1;

	if (counts->above == NULL)
		return;
	for (uint32_t a = 1; a <= m; a++)
		for (uint32_t b = 1; b <= m; b++)
		{
			int64_t    *cell = &counts->cell[(size_t) (a - 1) * m + b - 1];
			int64_t		ranked = counts->above[stride * a + a];

			if (a == b)
				*cell += ranked;
			else if (counts->kind == COUNT_PAIRS)
				*cell += ranked - counts->above[stride * a + b];
			else
				*cell += counts->above[stride * b + a];
		}
	memset(counts->above, 0, sizeof(int64_t) * stride * stride);
}

/* ---- states */

/* Add or subtract n numbers; false if one does not fit. */
static bool
combine_numbers(int64_t *to, const int64_t *from, size_t n, bool subtract)
{
	bool		fits = true;

	for (size_t i = 0; i < n; i++)
		fits &= subtract ? !sub_overflows(to[i], from[i], &to[i]) : !add_overflows(to[i], from[i], &to[i]);
	return fits;
}

Code
counts_combine(Counts *counts, const Counts *other, bool subtract, Fault *fault)
{
	if (counts->kind != other->kind || counts->options != other->options || counts->highest != other->highest)
		return fault_set(fault, CODE_STATES_DIFFER, -1, "One is %s of %u options, the other %s of %u options.",
						 counts_kind_name(counts->kind), counts->options, counts_kind_name(other->kind), other->options);
	counts_settle(counts);
	if (!combine_numbers(&counts->ballots, &other->ballots, 1, subtract) ||
		!combine_numbers(&counts->blank, &other->blank, 1, subtract) ||
		!combine_numbers(&counts->lengths, &other->lengths, 1, subtract) ||
		!combine_numbers(counts->cell, other->cell, cells_of(counts), subtract))
		return overflow(fault);
	counts->bound = INT64_MAX;		/* taken from the numbers when it is needed */
	return CODE_OK;
}

Code
counts_check(const Counts *counts, Fault *fault)
{
	bool		negative = counts->ballots < 0 || counts->blank < 0 || counts->lengths < 0;
	size_t		n = cells_of(counts);

	for (size_t i = 0; i < n; i++)
		negative |= counts->cell[i] < 0;
	if (negative)
		return fault_set(fault, CODE_NEGATIVE_COUNT, -1, "Some of its numbers are negative.");
	return CODE_OK;
}

/* ---- bytes */

/* Copy n integers of some width between memory and little-endian bytes; both ways are the same. */
static void
copy_le(void *to, const void *from, size_t n, size_t width)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	if (n > 0)
		memcpy(to, from, n * width);
#else
	for (size_t i = 0; i < n; i++)
		for (size_t b = 0; b < width; b++)
			((uint8_t *) to)[i * width + b] = ((const uint8_t *) from)[i * width + width - 1 - b];
#endif
}

size_t
counts_size(const Counts *counts)
{
	return COUNTS_HEADER + 8 * cells_of(counts);
}

void
counts_write(uint8_t *out, const Counts *counts)
{
	uint16_t	highest = (uint16_t) counts->highest;

	out[0] = COUNTS_VERSION;
	out[1] = (uint8_t) counts->kind;
	copy_le(out + 2, &highest, 1, 2);
	copy_le(out + 4, &counts->options, 1, 4);
	copy_le(out + 8, &counts->ballots, 1, 8);
	copy_le(out + 16, &counts->blank, 1, 8);
	copy_le(out + 24, &counts->lengths, 1, 8);
	copy_le(out + COUNTS_HEADER, counts->cell, cells_of(counts), 8);
}

/* Say what contradicts itself in numbers, whatever their signs; NULL if nothing does. */
static const char *
contradiction(const Counts *counts)
{
	__int128	sum = counts->blank;

	if (counts->kind != COUNT_BORDA && counts->lengths != 0)
		return "Only the kind borda has a sum of lengths";
	switch (counts->kind)
	{
		case COUNT_PLURALITY:
			for (uint32_t o = 1; o <= counts->options; o++)
				sum += counts_get(counts, o, 0);
			return sum == counts->ballots ? NULL : "The votes and the blank ballots do not add up to the ballots";
		case COUNT_STAR:
			for (uint32_t o = 1; o <= counts->options; o++)
				if (counts_get(counts, o, counts->highest + o) != 0)
					return "An option is scored higher than itself";
			return NULL;
		case COUNT_BORDA:
			sum = 0;
			for (uint32_t o = 1; o <= counts->options; o++)
				sum += counts_get(counts, o, BORDA_RANKED);
			return sum == counts->lengths ? NULL : "The options that are ranked do not add up to the sum of lengths";
		default:
			return NULL;
	}
}

static Code
bad_bytes(Fault *fault, const char *what)
{
	return fault_set(fault, CODE_BAD_STATE_BYTES, -1, "%s.", what);
}

static bool
known_kind(CountKind *kind, uint8_t byte)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].kind == byte)
		{
			*kind = kinds[i].kind;
			return true;
		}
	return false;
}

Code
counts_read(Counts *out, const uint8_t *bytes, size_t n, Arena *arena, Fault *fault)
{
	CountKind	kind;
	uint16_t	highest;
	uint32_t	options;
	const char *what;

	if (n < COUNTS_HEADER || bytes[0] != COUNTS_VERSION || !known_kind(&kind, bytes[1]))
		return bad_bytes(fault, "The header is not one of this version");
	copy_le(&highest, bytes + 2, 1, 2);
	copy_le(&options, bytes + 4, 1, 4);
	if (set_shape(out, kind, options, highest, NULL) != CODE_OK || counts_size(out) != n)
		return bad_bytes(fault, "The bytes do not have the size that their header announces");
	copy_le(&out->ballots, bytes + 8, 1, 8);
	copy_le(&out->blank, bytes + 16, 1, 8);
	copy_le(&out->lengths, bytes + 24, 1, 8);
	out->cell = arena_alloc(arena, sizeof(int64_t) * cells_of(out));
	copy_le(out->cell, bytes + COUNTS_HEADER, cells_of(out), 8);
	out->bound = INT64_MAX;
	what = contradiction(out);
	return what == NULL ? CODE_OK : bad_bytes(fault, what);
}

/* ---- the text form */

void
counts_print(Buf *out, const Counts *counts)
{
	size_t		n = cells_of(counts);
	size_t		row = counts->columns > 1 ? counts->columns : n;

	buf_text(out, counts_kind_name(counts->kind));
	buf_char(out, ' ');
	buf_int(out, counts->options);
	if (has_scores(counts->kind))
	{
		buf_char(out, ' ');
		buf_int(out, counts->highest);
	}
	buf_text(out, ": ");
	buf_int(out, counts->ballots);
	buf_char(out, ' ');
	buf_int(out, counts->blank);
	if (counts->kind == COUNT_BORDA)
	{
		buf_char(out, ' ');
		buf_int(out, counts->lengths);
	}
	for (size_t i = 0; i < n; i++)
	{
		buf_text(out, i % row == 0 ? " | " : " ");
		buf_int(out, counts->cell[i]);
	}
}

/* A text that is being read. */
typedef struct Cursor
{
	const char *start;
	const char *p;
	const char *end;
	Fault	   *fault;
} Cursor;

static Code
expected(Cursor *in, const char *what)
{
	return fault_set(in->fault, CODE_BAD_STATE, in->p - in->start, "%s is expected at byte %zu.", what,
					 (size_t) (in->p - in->start) + 1);
}

static void
skip_space(Cursor *in)
{
	while (in->p < in->end && (*in->p == ' ' || (*in->p >= '\t' && *in->p <= '\r')))
		in->p++;
}

static Code
take(Cursor *in, char c, const char *what)
{
	skip_space(in);
	if (in->p == in->end || *in->p != c)
		return expected(in, what);
	in->p++;
	return CODE_OK;
}

static Code
take_number(int64_t *out, Cursor *in)
{
	bool		negative;
	const char *digits;

	skip_space(in);
	negative = in->p < in->end && *in->p == '-';
	digits = in->p + negative;
	*out = 0;
	for (in->p = digits; in->p < in->end && *in->p >= '0' && *in->p <= '9'; in->p++)
		if (mul_overflows(*out, 10, out) || sub_overflows(*out, *in->p - '0', out))	/* downwards: the smallest fits, too */
			return expected(in, "A number of 64 bits");
	if (in->p == digits || (!negative && sub_overflows(0, *out, out)))
		return expected(in, "A number of 64 bits");
	return CODE_OK;
}

static Code
take_kind(CountKind *kind, Cursor *in)
{
	const char *name;

	skip_space(in);
	name = in->p;
	while (in->p < in->end && ((*in->p >= 'a' && *in->p <= 'z') || *in->p == '_'))
		in->p++;
	for (size_t i = 0; i < KINDS; i++)
		if (str_is((Str){name, (size_t) (in->p - name)}, kinds[i].name))
		{
			*kind = kinds[i].kind;
			return CODE_OK;
		}
	in->p = name;
	return expected(in, "The name of a kind of count");
}

static Code
take_shape(Counts *out, CountKind kind, int64_t options, int64_t highest, Cursor *in)
{
	if (set_shape(out, kind, options, highest, NULL) != CODE_OK)
		return fault_set(in->fault, CODE_BAD_STATE, -1, "A state %s of that size cannot be.", counts_kind_name(kind));
	return CODE_OK;
}

static Code
take_header(Counts *out, Cursor *in)
{
	CountKind	kind = COUNT_PLURALITY;
	int64_t		options;
	int64_t		highest = 0;
	Code		code;

	if ((code = take_kind(&kind, in)) != CODE_OK || (code = take_number(&options, in)) != CODE_OK ||
		(has_scores(kind) && (code = take_number(&highest, in)) != CODE_OK) ||
		(code = take_shape(out, kind, options, highest, in)) != CODE_OK ||
		(code = take(in, ':', "A colon")) != CODE_OK ||
		(code = take_number(&out->ballots, in)) != CODE_OK || (code = take_number(&out->blank, in)) != CODE_OK)
		return code;
	return kind == COUNT_BORDA ? take_number(&out->lengths, in) : CODE_OK;
}

Code
counts_parse(Counts *out, Str text, Arena *arena, Fault *fault)
{
	Cursor		in = {text.p, text.p, text.p + text.n, fault};
	const char *what;
	size_t		row;
	size_t		n;
	Code		code;

	if ((code = take_header(out, &in)) != CODE_OK)
		return code;
	n = cells_of(out);
	row = out->columns > 1 ? out->columns : n;
	if (n > text.n)					/* before memory is asked for */
		return fault_set(fault, CODE_BAD_STATE, -1, "The text has fewer than %zu numbers.", n);
	out->cell = arena_alloc(arena, sizeof(int64_t) * n);
	for (size_t i = 0; i < n; i++)
		if ((i % row == 0 && (code = take(&in, '|', "A bar")) != CODE_OK) ||
			(code = take_number(&out->cell[i], &in)) != CODE_OK)
			return code;
	skip_space(&in);
	if (in.p != in.end)
		return expected(&in, "The end");
	if ((what = contradiction(out)) != NULL)
		return fault_set(fault, CODE_BAD_STATE, -1, "%s.", what);
	out->bound = INT64_MAX;
	return CODE_OK;
}
