/*
 * ranking.c -- builds, checks, parses and prints rankings.
 */
#include "voting/ranking.h"

#include <stdlib.h>

bool
rank_escaped(Rank *rank, const uint8_t **p, const uint8_t *end)
{
	uint32_t	head;
	size_t		size;

	if (end - *p >= 2)
	{
		head = (uint32_t) (*p)[0] << 8 | (*p)[1];
		rank->wide = head & RANK_WIDE;
		rank->n = head & ~RANK_WIDE;
		rank->single = 0;
		rank->options = *p + 2;
		size = (size_t) rank->n * (rank->wide ? 2 : 1);
		if ((size_t) (end - rank->options) >= size)
		{
			*p = rank->options + size;
			return true;
		}
	}
	*p = end;
	return false;
}

/* ---- building */

static Code
no_option(Fault *fault, int64_t option)
{
	return fault_set(fault, CODE_BAD_RANKING, option, "Options are numbered from 1 to %d.", OPTIONS_MAX);
}

static Code
too_long(Fault *fault)
{
	return fault_set(fault, CODE_BAD_RANKING, -1, "A ranking has at most %d ranks and equal options.", RANKING_MARKS_MAX);
}

static int
compare_options(const void *a, const void *b)
{
	uint32_t	x = *(const uint32_t *) a;
	uint32_t	y = *(const uint32_t *) b;

	return (x > y) - (x < y);
}

Code
ranking_add(Buf *out, uint32_t *options, uint32_t n, Fault *fault)
{
	uint32_t	high;
	uint32_t	head;

	if (n == 0)
	{
		buf_char(out, RANK_SKIPPED);
		return CODE_OK;
	}
	if (n > 1)
		qsort(options, n, sizeof(uint32_t), compare_options);
	high = options[n - 1];
	if (options[0] < 1 || high > OPTIONS_MAX)
		return no_option(fault, options[0] < 1 ? options[0] : high);
	for (uint32_t i = 1; i < n; i++)
		if (options[i] == options[i - 1])
			return fault_set(fault, CODE_BAD_RANKING, options[i], "Option %u is twice in one rank.", options[i]);
	if (n == 1 && high <= RANK_SINGLE_MAX)
	{
		buf_char(out, (char) high);
		return CODE_OK;
	}
	head = n | (high > RANK_SINGLE_MAX ? RANK_WIDE : 0);
	buf_char(out, (char) RANK_ESCAPE);
	buf_char(out, (char) (head >> 8));
	buf_char(out, (char) head);
	for (uint32_t i = 0; i < n; i++)
	{
		if (head & RANK_WIDE)
			buf_char(out, (char) (options[i] >> 8));
		buf_char(out, (char) options[i]);
	}
	return CODE_OK;
}

Code
ranking_done(Str *out, const Buf *bytes, Fault *fault)
{
	const uint8_t *p = (const uint8_t *) bytes->p;
	const uint8_t *end = p + bytes->n;
	const uint8_t *last = p;
	size_t		marks = 0;
	Rank		rank;

	while (bytes->n > 0 && rank_next(&rank, &p, end))
	{
		marks += rank.n > 1 ? rank.n : 1;
		if (marks > RANKING_MARKS_MAX)
			return too_long(fault);
		if (rank.n > 0)
			last = p;
	}
	*out = bytes->n > 0 ? (Str){bytes->p, (size_t) (last - (const uint8_t *) bytes->p)} : STR("");
	return CODE_OK;
}

/* ---- checking */

static Code
bad_bytes(Fault *fault, const char *what)
{
	return fault_set(fault, CODE_BAD_RANKING, -1, "The bytes are none of a ranking: %s.", what);
}

/* Check a rank that was escaped. */
static Code
check_escaped(const Rank *rank, Fault *fault)
{
	uint32_t	high = 0;

	if (rank->n == 0)
		return bad_bytes(fault, "a rank is empty");
	for (uint32_t i = 0; i < rank->n; i++)
	{
		uint32_t	option = rank_option(rank, i);

		if (option <= high)
			return bad_bytes(fault, "the options of a rank are not in ascending order");
		high = option;
	}
	if (high > OPTIONS_MAX)
		return no_option(fault, high);
	if (rank->wide != (high > RANK_SINGLE_MAX) || (rank->n == 1 && !rank->wide))
		return bad_bytes(fault, "a rank could be written shorter");
	return CODE_OK;
}

Code
ranking_check(const uint8_t *bytes, size_t n, Fault *fault)
{
	const uint8_t *p = bytes;
	const uint8_t *end = bytes + n;
	size_t		marks = 0;
	Rank		rank = {0};
	Code		code;

	while (p < end)
	{
		bool		escaped = *p == RANK_ESCAPE;

		if (!rank_next(&rank, &p, end))
			return bad_bytes(fault, "they end within a rank");
		if (escaped && (code = check_escaped(&rank, fault)) != CODE_OK)
			return code;
		marks += rank.n > 1 ? rank.n : 1;
		if (marks > RANKING_MARKS_MAX)
			return too_long(fault);
	}
	if (n > 0 && rank.n == 0)
		return bad_bytes(fault, "they end with a skipped rank");
	return CODE_OK;
}

bool
ranking_fits(uint32_t *high, const uint8_t *bytes, size_t n, uint32_t options)
{
	const uint8_t *end = bytes + n;
	Rank		rank;

	*high = 0;
	while (rank_next(&rank, &bytes, end))
	{
		uint32_t	last = rank.n > 0 ? rank_option(&rank, rank.n - 1) : 0;

		if (last > *high)
			*high = last;
	}
	return *high <= options;
}

/* ---- the text form */

/* Read a number of few digits; false if there is none. */
static bool
parse_option(uint32_t *option, const char **p, const char *end)
{
	const char *start = *p;

	for (*option = 0; *p < end && **p >= '0' && **p <= '9'; (*p)++)
		if (*option <= OPTIONS_MAX)
			*option = *option * 10 + (uint32_t) (**p - '0');
	return *p > start;
}

static void
skip_space(const char **p, const char *end)
{
	while (*p < end && (**p == ' ' || (**p >= '\t' && **p <= '\r')))
		(*p)++;
}

Code
ranking_parse(Str *bytes, Str text, Arena *arena, Fault *fault)
{
	const char *p = text.p;
	const char *end = text.p + text.n;
	uint32_t   *options = arena_alloc(arena, sizeof(uint32_t) * (text.n / 2 + 1));	/* they are at least two apart */
	uint32_t	n = 0;
	Buf			out;
	Code		code;

	buf_init(&out, arena);
	for (;;)
	{
		skip_space(&p, end);
		if (parse_option(&options[n], &p, end))
			n++;
		else if (n > 0 || (p < end && *p != '>'))
			return fault_set(fault, CODE_BAD_RANKING, p - text.p, "The number of an option is expected at byte %zu.",
							 (size_t) (p - text.p) + 1);
		skip_space(&p, end);
		if (p < end && *p == '=' && n > 0)
		{
			p++;
			continue;
		}
		if (p < end && *p != '>')
			return fault_set(fault, CODE_BAD_RANKING, p - text.p, "One of > and = is expected at byte %zu.",
							 (size_t) (p - text.p) + 1);
		if ((code = ranking_add(&out, options, n, fault)) != CODE_OK)
			return code;
		n = 0;
		if (p++ == end)
			return ranking_done(bytes, &out, fault);
	}
}

void
ranking_print(Buf *out, const uint8_t *bytes, size_t n)
{
	const uint8_t *end = bytes + n;
	bool		first = true;
	Rank		rank;

	while (rank_next(&rank, &bytes, end))
	{
		if (!first)
			buf_char(out, '>');
		first = false;
		for (uint32_t i = 0; i < rank.n; i++)
		{
			if (i > 0)
				buf_char(out, '=');
			buf_int(out, rank_option(&rank, i));
		}
	}
}
