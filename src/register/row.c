/*
 * row.c -- encodes rows of chained tables.
 */
#include "register/row.h"

#include "register/block.h"

static void
field(Buf *row, Str value)
{
	uint8_t		length[4] = {(uint8_t) (value.n >> 24), (uint8_t) (value.n >> 16), (uint8_t) (value.n >> 8), (uint8_t) value.n};

	buf_add(row, length, sizeof length);
	buf_str(row, value);
}

static void
identifier(Buf *b, const char *name)
{
	bool		plain = *name != '\0' && (*name < '0' || *name > '9');

	for (const char *p = name; *p; p++)
		plain &= (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '_';
	if (!plain)
		buf_char(b, '"');
	for (const char *p = name; *p; p++)
	{
		if (*p == '"')
			buf_char(b, '"');
		buf_char(b, *p);
	}
	if (!plain)
		buf_char(b, '"');
}

Str
row_name(Arena *arena, const char *schema, const char *name)
{
	Buf			b;

	buf_init(&b, arena);
	identifier(&b, schema);
	buf_char(&b, '.');
	identifier(&b, name);
	return buf_done(&b);
}

void
row_begin(Buf *row, Str table)
{
	buf_text(row, ROW_PREFIX);
	field(row, table);
}

void
row_column(Buf *row, Str column, Str type, Str value)
{
	field(row, column);
	field(row, type);
	field(row, value);
}

/* The length of the array of texts that s begins with; 0 if it does not. */
static size_t
key_length(Str s)
{
	bool		quoted = false;

	if (s.n == 0 || s.p[0] != '[')
		return 0;
	for (size_t i = 1; i < s.n; i++)
	{
		if (s.p[i] == '"')
			quoted = !quoted;
		else if (quoted && s.p[i] == '\\')
			i++;
		else if (!quoted && s.p[i] == ']')
			return i + 1;
	}
	return 0;
}

bool
row_next_key(Str *key, Str *rest)
{
	size_t		n;

	if (rest->n == 0 || (rest->p[0] != '[' && rest->p[0] != ','))
		return false;
	n = key_length((Str){rest->p + 1, rest->n - 1});
	if (n == 0)
		return false;
	*key = (Str){rest->p + 1, n};
	*rest = (Str){rest->p + 1 + n, rest->n - 1 - n};
	return true;
}
