/*
 * json.c -- the strict reader and the canonical writer.
 *
 * The reader goes once over the text.  A string without escapes stays where it is; one with escapes is put together in
 * the arena.  The depth is bounded, so plain recursion is safe.  Names are compared in pairs while an object is small;
 * a bigger one is sorted when it ends, so that a hostile text cannot make the reader slow.
 */
#include "record/json.h"

#include <inttypes.h>

#define SMALL_OBJECT 16			/* members whose names are compared in pairs */

typedef struct Reader
{
	Arena	   *arena;
	const uint8_t *text;
	const uint8_t *p;			/* the next byte */
	const uint8_t *end;
	Fault	   *fault;
	int			depth;			/* arrays and objects that are open here */
} Reader;

static Code read_value(Json *out, Reader *r);

const char *
json_shown(char out[JSON_SHOWN_SIZE], Str s)
{
	size_t		n = s.n < 40 ? s.n : 40;

	/* Do not cut through a character. */
	while (n < s.n && n > 0 && ((uint8_t) s.p[n] & 0xc0) == 0x80)
		n--;
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t) s.p[i] < 0x20 || s.p[i] == 0x7f ? '?' : s.p[i];
	memcpy(out + n, "...", 4);
	if (n == s.n)
		out[n] = '\0';
	return out;
}

/* Say what is wrong at a byte. */
static Code
refuse(const Reader *r, const uint8_t *at, const char *what)
{
	int64_t		position = at - r->text;

	return fault_set(r->fault, CODE_BAD_RECORD, position, "%s at byte %" PRId64, what, position);
}

/* Say that a name stands twice in an object, second at the byte `at`. */
static Code
refuse_duplicate(const Reader *r, Str name, size_t at)
{
	char		shown[JSON_SHOWN_SIZE];

	return fault_set(r->fault, CODE_BAD_RECORD, (int64_t) at, "duplicate member \"%s\" at byte %zu",
					 json_shown(shown, name), at);
}

static inline void
skip_space(Reader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\n' || *r->p == '\t' || *r->p == '\r'))
		r->p++;
}

/* Find the first byte that a string cannot simply take over: quote, backslash, control character or not ASCII. */
static inline const uint8_t *
skip_plain(const uint8_t *p, const uint8_t *end)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);

	/* Eight bytes at a time: a byte that is to be found leaves its highest bit set in one of the terms. */
	while (end - p >= 8)
	{
		uint64_t	v;
		uint64_t	quote;
		uint64_t	backslash;

		memcpy(&v, p, 8);
		quote = v ^ ones * '"';
		backslash = v ^ ones * '\\';
		if (((v | (v - ones * 0x20) | (quote - ones) | (backslash - ones)) & ones * 0x80) != 0)
			break;
		p += 8;
	}
	while (p < end && *p >= 0x20 && *p < 0x80 && *p != '"' && *p != '\\')
		p++;
	return p;
}

/* Bytes of the well-formed UTF-8 sequence at p (Unicode, table 3-7), which is not ASCII; 0 if there is none. */
static size_t
utf8_sequence(const uint8_t *p, const uint8_t *end)
{
	uint8_t		lead = p[0];
	uint8_t		low = 0x80;		/* bounds of the second byte */
	uint8_t		high = 0xbf;
	size_t		n;

	if (lead >= 0xc2 && lead <= 0xdf)
		n = 2;
	else if (lead >= 0xe0 && lead <= 0xef)
	{
		n = 3;
		if (lead == 0xe0)
			low = 0xa0;			/* overlong */
		else if (lead == 0xed)
			high = 0x9f;		/* surrogates */
	}
	else if (lead >= 0xf0 && lead <= 0xf4)
	{
		n = 4;
		if (lead == 0xf0)
			low = 0x90;			/* overlong */
		else if (lead == 0xf4)
			high = 0x8f;		/* beyond U+10FFFF */
	}
	else
		return 0;
	if ((size_t) (end - p) < n || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* Write a character as UTF-8 and return its length. */
static size_t
put_utf8(char *out, uint32_t c)
{
	size_t		n = 0;

	if (c < 0x80)
		out[n++] = (char) c;
	else if (c < 0x800)
		out[n++] = (char) (0xc0 | c >> 6);
	else
	{
		if (c < 0x10000)
			out[n++] = (char) (0xe0 | c >> 12);
		else
		{
			out[n++] = (char) (0xf0 | c >> 18);
			out[n++] = (char) (0x80 | (c >> 12 & 0x3f));
		}
		out[n++] = (char) (0x80 | (c >> 6 & 0x3f));
	}
	if (c >= 0x80)
		out[n++] = (char) (0x80 | (c & 0x3f));
	return n;
}

/* Read \uXXXX at p; false if there is none. */
static bool
read_unit(uint32_t *unit, const uint8_t *p, const uint8_t *end)
{
	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return false;
	*unit = 0;
	for (int i = 2; i < 6; i++)
	{
		uint8_t		c = p[i];
		uint8_t		letter = c | 0x20;

		if (c >= '0' && c <= '9')
			*unit = *unit << 4 | (uint32_t) (c - '0');
		else if (letter >= 'a' && letter <= 'f')
			*unit = *unit << 4 | (uint32_t) (letter - 'a' + 10);
		else
			return false;
	}
	return true;
}

/* Read the escape at *p, append what it stands for to out, and go past it.  It never takes more bytes than it had. */
static Code
read_escape(char *out, size_t *n, const uint8_t **p, const Reader *r)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	const uint8_t *at = *p;
	const char *letter;
	uint32_t	c;
	uint32_t	low;

	if (r->end - at < 2)
		return refuse(r, r->end, "unexpected end of the text");
	if (at[1] != 'u')
	{
		letter = at[1] == '\0' ? NULL : strchr(letters, at[1]);
		if (letter == NULL)
			return refuse(r, at, "unknown escape");
		out[(*n)++] = meanings[letter - letters];
		*p = at + 2;
		return CODE_OK;
	}
	if (!read_unit(&c, at, r->end))
		return refuse(r, at, "invalid escape \\u");
	if (c == 0)
		return refuse(r, at, "the character NUL");
	*p = at + 6;
	if (c >= 0xd800 && c <= 0xdfff)
	{
		if (c > 0xdbff || !read_unit(&low, at + 6, r->end) || low < 0xdc00 || low > 0xdfff)
			return refuse(r, at, "a lone surrogate");
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		*p = at + 12;
	}
	*n += put_utf8(out + *n, c);
	return CODE_OK;
}

/* Bytes from p to the end of the string that it lies in, a bound for what its escapes and the rest will need. */
static size_t
string_room(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *q = p;

	while (q < end && *q != '"')
		q += *q == '\\' && end - q > 1 ? 2 : 1;
	return (size_t) (q - p);
}

/* Read the string whose opening quote is next. */
static Code
read_string(Str *out, Reader *r)
{
	const uint8_t *p = r->p + 1;
	const uint8_t *run = p;		/* begin of what is not yet copied */
	char	   *copy = NULL;	/* the string, once it has an escape */
	size_t		n = 0;
	size_t		length;
	Code		code;

	for (;;)
	{
		p = skip_plain(p, r->end);
		if (p == r->end)
			return refuse(r, p, "unexpected end of the text");
		if (*p == '"')
			break;
		if (*p == '\\')
		{
			if (copy == NULL)
				copy = arena_alloc(r->arena, string_room(run, r->end));
			memcpy(copy + n, run, (size_t) (p - run));
			n += (size_t) (p - run);
			code = read_escape(copy, &n, &p, r);
			if (code != CODE_OK)
				return code;
			run = p;
			continue;
		}
		if (*p < 0x20)
			return refuse(r, p, "a control character in a string");
		length = utf8_sequence(p, r->end);
		if (length == 0)
			return refuse(r, p, "invalid UTF-8");
		p += length;
	}
	if (copy == NULL)
		*out = (Str){(const char *) run, (size_t) (p - run)};
	else
	{
		memcpy(copy + n, run, (size_t) (p - run));
		*out = (Str){copy, n + (size_t) (p - run)};
	}
	r->p = p + 1;
	return CODE_OK;
}

/* Read the integer that begins at the next byte, a digit or a minus. */
static Code
read_number(Json *out, Reader *r)
{
	const uint8_t *begin = r->p;
	const uint8_t *p = begin;
	const uint8_t *digits;
	uint64_t	v = 0;

	if (*p == '-')
		p++;
	for (digits = p; p < r->end && *p >= '0' && *p <= '9'; p++)
		if (v <= SAFE_INT_MAX)
			v = v * 10 + (uint64_t) (*p - '0');
	if (p == digits)
		return refuse(r, p, "a minus without a digit");
	if (*digits == '0' && p - digits > 1)
		return refuse(r, begin, "a number with a leading zero");
	if (p < r->end && (*p == '.' || *p == 'e' || *p == 'E'))
		return refuse(r, begin, "a number with a fraction or an exponent");
	if (v > SAFE_INT_MAX)
		return refuse(r, begin, "a number outside -(2^53-1) to 2^53-1");
	if (*begin == '-' && v == 0)
		return refuse(r, begin, "the number minus zero");
	out->type = JSON_INT;
	out->number = *begin == '-' ? -(int64_t) v : (int64_t) v;
	r->p = p;
	return CODE_OK;
}

/* Read one of the three words that are values. */
static Code
read_word(Json *out, Reader *r)
{
	static const struct
	{
		Str			word;
		JsonType	type;
	}			words[] = {{STR("true"), JSON_TRUE}, {STR("false"), JSON_FALSE}, {STR("null"), JSON_NULL}};

	for (int i = 0; i < 3; i++)
	{
		Str			word = words[i].word;

		if ((size_t) (r->end - r->p) >= word.n && memcmp(r->p, word.p, word.n) == 0)
		{
			out->type = words[i].type;
			r->p += word.n;
			return CODE_OK;
		}
	}
	return refuse(r, r->p, "expected a value");
}

static Json *
new_node(Reader *r)
{
	Json	   *node = arena_alloc(r->arena, sizeof *node);

	*node = (Json){.at = (size_t) (r->p - r->text)};
	return node;
}

/* Step into an array or object; the next byte is its bracket. */
static Code
open_level(Reader *r)
{
	if (r->depth == JSON_DEPTH_MAX)
		return refuse(r, r->p, "more than 16 levels");
	r->depth++;
	r->p++;
	skip_space(r);
	return CODE_OK;
}

/*
 * After an item or member: a comma leads to the next one, the closing bracket ends the list.  Sets *more.
 */
static Code
close_or_continue(bool *more, Reader *r, uint8_t bracket)
{
	skip_space(r);
	if (r->p == r->end)
		return refuse(r, r->p, "unexpected end of the text");
	if (*r->p != ',' && *r->p != bracket)
		return refuse(r, r->p, bracket == ']' ? "expected , or ]" : "expected , or }");
	*more = *r->p == ',';
	r->p++;
	if (*more)
		skip_space(r);
	else
		r->depth--;
	return CODE_OK;
}

static Code
read_array(Json *out, Reader *r)
{
	Json	  **last = &out->child;
	Code		code = open_level(r);
	bool		more = true;

	out->type = JSON_ARRAY;
	if (code == CODE_OK && r->p < r->end && *r->p == ']')
		return close_or_continue(&more, r, ']');
	while (code == CODE_OK && more)
	{
		Json	   *item = new_node(r);

		code = read_value(item, r);
		if (code != CODE_OK)
			break;
		*last = item;
		last = &item->next;
		out->count++;
		code = close_or_continue(&more, r, ']');
	}
	return code;
}

/* Sort members by name: a merge sort from the bottom up, stable, with room for as many again in spare. */
static void
sort_by_name(const Json **v, const Json **spare, size_t n)
{
	for (size_t width = 1; width < n; width *= 2)
	{
		for (size_t begin = 0; begin + width < n; begin += 2 * width)
		{
			size_t		middle = begin + width;
			size_t		end = middle + width < n ? middle + width : n;
			size_t		a = begin;
			size_t		b = middle;
			size_t		to = begin;

			/* In order already, as members that a program wrote often are. */
			if (str_cmp(v[middle - 1]->name, v[middle]->name) <= 0)
				continue;
			memcpy(spare + begin, v + begin, (end - begin) * sizeof *v);
			while (a < middle && b < end)
				v[to++] = str_cmp(spare[a]->name, spare[b]->name) <= 0 ? spare[a++] : spare[b++];
			while (a < middle)
				v[to++] = spare[a++];
			while (b < end)
				v[to++] = spare[b++];
		}
	}
}

/* The members of an object in the order of their names. */
static const Json **
sorted_members(Arena *arena, const Json *object)
{
	const Json **v = arena_alloc(arena, 2 * object->count * sizeof *v);
	size_t		n = 0;

	for (const Json *member = object->child; member != NULL; member = member->next)
		v[n++] = member;
	sort_by_name(v, v + n, n);
	return v;
}

/* Find duplicate names in a big object; of several, the one whose repetition comes first in the text. */
static Code
check_names(Reader *r, const Json *object)
{
	const Json **v = sorted_members(r->arena, object);
	const Json *first = NULL;

	for (uint32_t i = 1; i < object->count; i++)
		if (str_cmp(v[i - 1]->name, v[i]->name) == 0 && (first == NULL || v[i]->at < first->at))
			first = v[i];
	return first == NULL ? CODE_OK : refuse_duplicate(r, first->name, first->at);
}

static Code
read_member(Json *member, Reader *r, const Json *object)
{
	Code		code;

	if (r->p == r->end)
		return refuse(r, r->p, "unexpected end of the text");
	if (*r->p != '"')
		return refuse(r, r->p, "expected a name");
	code = read_string(&member->name, r);
	if (code != CODE_OK)
		return code;
	if (object->count < SMALL_OBJECT)
		for (const Json *other = object->child; other != NULL; other = other->next)
			if (other->name.n == member->name.n && memcmp(other->name.p, member->name.p, other->name.n) == 0)
				return refuse_duplicate(r, member->name, member->at);
	skip_space(r);
	if (r->p == r->end || *r->p != ':')
		return refuse(r, r->p, "expected :");
	r->p++;
	skip_space(r);
	return read_value(member, r);
}

static Code
read_object(Json *out, Reader *r)
{
	Json	  **last = &out->child;
	Code		code = open_level(r);
	bool		more = true;

	out->type = JSON_OBJECT;
	if (code == CODE_OK && r->p < r->end && *r->p == '}')
		return close_or_continue(&more, r, '}');
	while (code == CODE_OK && more)
	{
		Json	   *member = new_node(r);

		code = read_member(member, r, out);
		if (code != CODE_OK)
			break;
		*last = member;
		last = &member->next;
		out->count++;
		code = close_or_continue(&more, r, '}');
	}
	if (code == CODE_OK && out->count > SMALL_OBJECT)
		code = check_names(r, out);
	return code;
}

/* Read the value that begins at the next byte; white space before it has been skipped. */
static Code
read_value(Json *out, Reader *r)
{
	if (r->p == r->end)
		return refuse(r, r->p, "unexpected end of the text");
	switch (*r->p)
	{
		case '"':
			out->type = JSON_STRING;
			return read_string(&out->string, r);
		case '{':
			return read_object(out, r);
		case '[':
			return read_array(out, r);
		case '-':
		case '0' ... '9':
			return read_number(out, r);
		default:
			return read_word(out, r);
	}
}

Code
json_parse(const Json **out, Arena *arena, const char *text, size_t n, Fault *fault)
{
	Reader		r = {.arena = arena, .fault = fault};
	Json	   *value;
	Code		code;

	/* An empty Str may have no address. */
	r.text = r.p = (const uint8_t *) (n > 0 ? text : "");
	r.end = r.text + n;
	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		return refuse(&r, r.p, "a byte order mark");
	skip_space(&r);
	value = new_node(&r);
	code = read_value(value, &r);
	if (code != CODE_OK)
		return code;
	skip_space(&r);
	if (r.p != r.end)
		return refuse(&r, r.p, "more text after the value");
	*out = value;
	return CODE_OK;
}

const Json *
json_get(const Json *object, const char *name)
{
	size_t		n = strlen(name);

	if (object->type == JSON_OBJECT)
		for (const Json *member = object->child; member != NULL; member = member->next)
			if (member->name.n == n && memcmp(member->name.p, name, n) == 0)
				return member;
	return NULL;
}

void
json_quote(Buf *out, Str s)
{
	static const char hex[] = "0123456789abcdef";
	size_t		from = 0;

	buf_char(out, '"');
	for (size_t i = 0; i < s.n; i++)
	{
		uint8_t		c = (uint8_t) s.p[i];
		char		escape[6] = {'\\', 'u', '0', '0'};
		size_t		length = 2;

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		switch (c)
		{
			case '"':
			case '\\':
				escape[1] = (char) c;
				break;
			case '\b':
				escape[1] = 'b';
				break;
			case '\f':
				escape[1] = 'f';
				break;
			case '\n':
				escape[1] = 'n';
				break;
			case '\r':
				escape[1] = 'r';
				break;
			case '\t':
				escape[1] = 't';
				break;
			default:
				escape[4] = hex[c >> 4];
				escape[5] = hex[c & 15];
				length = 6;
				break;
		}
		buf_add(out, s.p + from, i - from);
		buf_add(out, escape, length);
		from = i + 1;
	}
	buf_add(out, s.p + from, s.n - from);
	buf_char(out, '"');
}

static void
write_array(Buf *out, const Json *array)
{
	buf_char(out, '[');
	for (const Json *item = array->child; item != NULL; item = item->next)
	{
		if (item != array->child)
			buf_char(out, ',');
		json_canonical(out, item);
	}
	buf_char(out, ']');
}

static void
write_object(Buf *out, const Json *object)
{
	const Json **members = object->count > 0 ? sorted_members(out->arena, object) : NULL;

	buf_char(out, '{');
	for (uint32_t i = 0; i < object->count; i++)
	{
		if (i > 0)
			buf_char(out, ',');
		json_quote(out, members[i]->name);
		buf_char(out, ':');
		json_canonical(out, members[i]);
	}
	buf_char(out, '}');
}

void
json_canonical(Buf *out, const Json *value)
{
	switch (value->type)
	{
		case JSON_NULL:
			buf_text(out, "null");
			break;
		case JSON_FALSE:
			buf_text(out, "false");
			break;
		case JSON_TRUE:
			buf_text(out, "true");
			break;
		case JSON_INT:
			buf_int(out, value->number);
			break;
		case JSON_STRING:
			json_quote(out, value->string);
			break;
		case JSON_ARRAY:
			write_array(out, value);
			break;
		case JSON_OBJECT:
			write_object(out, value);
			break;
	}
}
