/*
 * bytes.c -- reads the texts of states.
 */
#include "budget/bytes.h"

#include <inttypes.h>

Words
words_begin(Str text, Code code, Fault *fault)
{
	return (Words){text.p, text.p, text.p + text.n, code, fault};
}

static Code
expected(const Words *in, const char *what)
{
	return fault_set(in->fault, in->code, in->p - in->start, "%s is expected at byte %" PRId64 ".", what,
					 (int64_t) (in->p - in->start) + 1);
}

static bool
at_space(const Words *in)
{
	return in->p < in->end && (*in->p == ' ' || (*in->p >= '\t' && *in->p <= '\r'));
}

bool
words_next(Words *in)
{
	while (at_space(in))
		in->p++;
	return in->p < in->end;
}

bool
words_take(Words *in, char c)
{
	if (in->p == in->end || *in->p != c)
		return false;
	in->p++;
	return true;
}

bool
words_name(Words *in, const char *name)
{
	size_t		n = strlen(name);

	if ((size_t) (in->end - in->p) < n || memcmp(in->p, name, n) != 0)
		return false;
	in->p += n;
	return true;
}

Code
words_char(Words *in, char c)
{
	char		what[] = "'?'";

	what[1] = c;
	return words_take(in, c) ? CODE_OK : expected(in, what);
}

Code
words_number(Wide *out, Words *in, Wide min, Wide max)
{
	const char *start = in->p;
	bool		negative = words_take(in, '-');
	Wide		value = 0;

	if (in->p == in->end || *in->p < '0' || *in->p > '9')
		return expected(in, "A digit");
	for (; in->p < in->end && *in->p >= '0' && *in->p <= '9'; in->p++)
	{
		int			digit = *in->p - '0';

		/* Downwards, because the smallest number has no positive counterpart. */
		if (mul_overflows(value, (Wide) 10, &value) || sub_overflows(value, (Wide) digit, &value) || value < -max - 1)
		{
			in->p = start;
			return expected(in, "A number that fits");
		}
	}
	if ((!negative && sub_overflows((Wide) 0, value, &value)) || value < min || value > max)
	{
		in->p = start;
		return expected(in, "A number that fits");
	}
	*out = value;
	return CODE_OK;
}

Code
words_end(Words *in)
{
	return in->p == in->end || at_space(in) ? CODE_OK : expected(in, "White space");
}
