/*
 * text.c -- reads the text of a law, line by line.
 */
#include "law/text.h"

#include <stdarg.h>
#include <stdio.h>

/* A reader of lines, and of words in a line. */
typedef struct Reader
{
	LawText    *law;
	Arena	   *arena;
	Str			text;
	size_t		next;			/* begin of the next line */
	Str			line;			/* the current one, without its end */
	Fault	   *fault;
} Reader;

typedef struct Words
{
	Str			rest;
} Words;

/* ---- small things ---- */

/* Refuse the current line, or the place in it. */
#define REFUSE(r, p, ...) fault_lines((r), (p), __VA_ARGS__)

static Code fault_lines(const Reader *r, const char *p, const char *format, ...) __attribute__((format(printf, 3, 4)));

static Code
fault_lines(const Reader *r, const char *p, const char *format, ...)
{
	size_t		at = (size_t) (p - r->text.p);
	Str			detail;
	va_list		args;
	char		text[200];

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	detail = str_from(text);
	return fault_set(r->fault, CODE_LAW_TEXT, (int64_t) at, "Line %d: %.*s.", law_line(r->text, at), (int) detail.n, detail.p);
}

int
law_line(Str text, size_t at)
{
	int			line = 1;

	for (size_t i = 0; i < at && i < text.n; i++)
		line += text.p[i] == '\n';
	return line;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
law_is_name(Str s)
{
	if (s.n == 0 || s.n > LAW_NAME_MAX || s.p[0] < 'a' || s.p[0] > 'z')
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || is_digit(s.p[i]) || s.p[i] == '_' || s.p[i] == '.' || s.p[i] == '-'))
			return false;
	return true;
}

bool
law_is_document(Str text)
{
	return text.n > 0 && text.p[0] == '#';
}

/* Accept a whole number without sign, in the range in which JSON is exact. */
static bool
read_number(int64_t *out, Str s)
{
	*out = 0;
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]) || mul_overflows(*out, (int64_t) 10, out) || add_overflows(*out, (int64_t) (s.p[i] - '0'), out))
			return false;
	return s.n > 0 && *out <= SAFE_INT_MAX;
}

/* Days since 1970 of a day of the Gregorian calendar. */
static int64_t
days_from_civil(int64_t year, int64_t month, int64_t day)
{
	int64_t		y = month <= 2 ? year - 1 : year;
	int64_t		era = y / 400;
	int64_t		yoe = y - era * 400;
	int64_t		doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

bool
law_day(int64_t *out, Str s)
{
	static const int64_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t		year;
	int64_t		month;
	int64_t		day;
	bool		leap;

	if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-' || !read_number(&year, (Str){s.p, 4}) ||
		!read_number(&month, (Str){s.p + 5, 2}) || !read_number(&day, (Str){s.p + 8, 2}) ||
		year < 1970 || month < 1 || month > 12)
		return false;
	leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	if (day < 1 || day > lengths[month - 1] + (month == 2 && leap))
		return false;
	*out = days_from_civil(year, month, day) * 86400 * USECS_PER_SECOND;
	return true;
}

/* ---- lines and words ---- */

static bool
next_line(Reader *r)
{
	const char *end;

	if (r->next >= r->text.n)
		return false;
	r->line.p = r->text.p + r->next;
	end = memchr(r->line.p, '\n', r->text.n - r->next);
	r->line.n = end != NULL ? (size_t) (end - r->line.p) : r->text.n - r->next;
	r->next += r->line.n + 1;
	return true;
}

static Str
trim(Str s)
{
	while (s.n > 0 && (*s.p == ' ' || *s.p == '\t'))
		s.p++, s.n--;
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* Take the next word, up to white space; empty at the end. */
static Str
word(Words *w)
{
	Str			s = {NULL, 0};

	w->rest = trim(w->rest);
	s.p = w->rest.p;
	while (s.n < w->rest.n && s.p[s.n] != ' ' && s.p[s.n] != '\t')
		s.n++;
	w->rest.p += s.n;
	w->rest.n -= s.n;
	return s;
}

/* Take the next word if it is this one, in lower or upper case. */
static bool
word_is(Words *w, const char *text)
{
	Words		saved = *w;
	Str			s = word(w);
	size_t		n = strlen(text);
	size_t		i = 0;

	if (s.n == n)
		for (; i < n; i++)
			if ((s.p[i] | 0x20) != text[i])
				break;
	if (s.n == n && i == n)
		return true;
	*w = saved;
	return false;
}

/* Add room for one item to a list that doubles. */
static void *
add_item(Reader *r, void **items, size_t *n, size_t size)
{
	if ((*n & (*n - 1)) == 0)
	{
		void	   *more = arena_zero(r->arena, (*n == 0 ? 1 : *n * 2) * size);

		if (*n > 0)
			memcpy(more, *items, *n * size);
		*items = more;
	}
	return (char *) *items + (*n)++ * size;
}

/* ---- characters ---- */

/*
 * Read a character of UTF-8: 0 if the bytes are none.  Overlong forms and surrogates are none.
 */
static uint32_t
utf8_next(const char **p, const char *end)
{
	const uint8_t *s = (const uint8_t *) *p;
	size_t		left = (size_t) (end - *p);
	size_t		n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
	uint32_t	c;

	if (n == 0 || n > left)
		return 0;
	c = n == 1 ? s[0] : s[0] & (0xff >> (n + 1));
	for (size_t i = 1; i < n; i++)
	{
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if ((n == 3 && (c < 0x800 || (c >= 0xd800 && c <= 0xdfff))) || (n == 4 && (c < 0x10000 || c > 0x10ffff)))
		return 0;
	*p += n;
	return c;
}

/* True for what has no place in prose: control characters, and those that are not seen or turn what is seen around. */
static bool
is_hidden(uint32_t c)
{
	return (c < 0x20 && c != '\n') || (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x61c || c == 0x180e ||
		(c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
		c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff);
}

bool
law_is_plain(Str s)
{
	const char *end = s.p + s.n;

	for (const char *p = s.p; p < end;)
	{
		const char *at = p;
		uint32_t	c = utf8_next(&p, end);

		if (p == at || is_hidden(c))
			return false;
	}
	return true;
}

static Code
check_characters(const Reader *r)
{
	const char *end = r->text.p + r->text.n;

	for (const char *p = r->text.p; p < end;)
	{
		const char *at = p;
		uint32_t	c = utf8_next(&p, end);

		if (c == 0 && at == p)
			return REFUSE(r, at, "this is not UTF-8");
		if (c == '\t')
			return REFUSE(r, at, "a tab: use spaces");
		if (is_hidden(c))
			return REFUSE(r, at, "the character U+%04X, which is not seen as it is", c);
		if (c == '\n' && at > r->text.p && at[-1] == ' ')
			return REFUSE(r, at - 1, "blanks at the end of the line");
	}
	return CODE_OK;
}

Code
law_check_bytes(Str query, Fault *fault)
{
	if (query.n > LAW_BLOCK_MAX)
		return fault_set(fault, CODE_LAW_TEXT, LAW_BLOCK_MAX, "It has %zu bytes; %d are allowed.", query.n, LAW_BLOCK_MAX);
	for (size_t i = 0; i < query.n; i++)
	{
		unsigned char c = (unsigned char) query.p[i];

		if ((c < 0x20 && c != '\n' && c != '\t') || c >= 0x7f)
			return fault_set(fault, CODE_LAW_TEXT, (int64_t) i,
							 "Byte 0x%02x at position %zu, in line %d: what is executed is printable ASCII.", c, i + 1, law_line(query, i));
	}
	return CODE_OK;
}

/* ---- headings ---- */

/* Read digits and dots: "7", "7.1".  A dot at the end belongs to the separator. */
static size_t
number_length(Str s)
{
	size_t		n = 0;

	while (n < s.n && is_digit(s.p[n]))
	{
		while (n < s.n && is_digit(s.p[n]))
			n++;
		if (n + 1 < s.n && s.p[n] == '.' && is_digit(s.p[n + 1]))
			n++;
	}
	return n;
}

/* Compare numbers of articles part by part; false if one of them is too long to be one. */
static bool
number_less(Str a, Str b)
{
	while (a.n > 0 && b.n > 0)
	{
		size_t		i = 0;
		size_t		j = 0;
		int64_t		x;
		int64_t		y;

		while (i < a.n && a.p[i] != '.')
			i++;
		while (j < b.n && b.p[j] != '.')
			j++;
		if (!read_number(&x, (Str){a.p, i}) || !read_number(&y, (Str){b.p, j}))
			return false;
		if (x != y)
			return x < y;
		i += i < a.n;
		j += j < b.n;
		a.p += i, a.n -= i;
		b.p += j, b.n -= j;
	}
	return a.n == 0 && b.n > 0;
}

/* Drop what separates a number from a title: blanks, a full stop, a colon, any dash. */
static Str
drop_separator(Str s)
{
	for (;;)
	{
		if (s.n > 0 && (*s.p == ' ' || *s.p == '.' || *s.p == ':' || *s.p == '-'))
			s.p++, s.n--;
		else if (s.n >= 3 && s.p[0] == '\xe2' && s.p[1] == '\x80' && (s.p[2] == '\x93' || s.p[2] == '\x94'))
			s.p += 3, s.n -= 3;
		else
			return s;
	}
}

static Code
read_heading(Reader *r)
{
	LawText    *law = r->law;
	Str			s = r->line;
	Words		w;
	size_t		n;
	LawArticle *article;

	while (s.n > 0 && *s.p == '#')
		s.p++, s.n--;
	s = trim(s);
	if (s.n == 0)
		return REFUSE(r, r->line.p, "a heading without words");
	if (law->title.p == NULL)
		law->title = s;
	w = (Words){s};
	if (word_is(&w, "article") || word_is(&w, "art."))
	{
		s = trim(w.rest);
		if (number_length(s) == 0)
			return REFUSE(r, r->line.p, "an article without a number");
	}
	n = number_length(s);
	if (n == 0 || (n < s.n && s.p[n] != ' ' && s.p[n] != '.' && s.p[n] != ':' && s.p[n] != '-' && s.p[n] != '\xe2'))
		return CODE_OK;
	if (law->narticles > 0 && !number_less(law->articles[law->narticles - 1].number, (Str){s.p, n}))
		return REFUSE(r, s.p, "the numbers of articles must rise");
	if (n > LAW_NAME_MAX)
		return REFUSE(r, s.p, "the number of an article is too long");
	if (law->narticles == LAW_ARTICLES_MAX)
		return REFUSE(r, s.p, "more than %d articles", LAW_ARTICLES_MAX);
	article = add_item(r, (void **) &law->articles, &law->narticles, sizeof *article);
	article->number = (Str){s.p, n};
	article->title = drop_separator((Str){s.p + n, s.n - n});
	return CODE_OK;
}

/* ---- blocks ---- */

/* Read the rest of a line that must be a name. */
static Code
read_name(Str *out, Reader *r, Words *w, const char *what)
{
	Str			s = word(w);

	if (s.n == 0)
		return REFUSE(r, r->line.p, "%s needs a name", what);
	if (!law_is_name(s))
		return REFUSE(r, s.p, "a name has a letter and then letters, digits, _ . -, all lower case, %d at most", LAW_NAME_MAX);
	*out = s;
	return CODE_OK;
}

/* Expect the end of the line. */
static Code
read_end(Reader *r, Words *w)
{
	Str			s = word(w);

	if (s.n > 0)
		return REFUSE(r, s.p, "\"%.*s\" is not expected here", (int) (s.n < 40 ? s.n : 40), s.p);
	return CODE_OK;
}

/* Read `schedule '...'`, `event KIND` or `proposal`. */
static Code
read_trigger(LawRule *rule, Reader *r, Words *w)
{
	if (word_is(w, "schedule"))
	{
		Str			s = trim(w->rest);

		if (s.n < 3 || s.p[0] != '\'' || s.p[s.n - 1] != '\'' || memchr(s.p + 1, '\'', s.n - 2) != NULL)
			return REFUSE(r, r->line.p, "a schedule is written as on schedule '0 0 1 * *'");
		rule->trigger = LAW_ON_SCHEDULE;
		rule->schedule = (Str){s.p + 1, s.n - 2};
		return CODE_OK;
	}
	if (word_is(w, "event"))
	{
		Code		code = read_name(&rule->event, r, w, "an event");

		rule->trigger = LAW_ON_EVENT;
		return code != CODE_OK ? code : read_end(r, w);
	}
	if (word_is(w, "proposal"))
	{
		rule->trigger = LAW_ON_PROPOSAL;
		return read_end(r, w);
	}
	return REFUSE(r, r->line.p, "on schedule '...', on event KIND or on proposal is expected");
}

/* Read `VERB [of NAME] [at most N [UNIT] [per run]] [from ACCOUNT]`. */
static Code
read_may(LawRule *rule, Reader *r, Words *w)
{
	LawMay	   *may;
	Code		code;

	if (rule->nmay == LAW_LINES_MAX)
		return REFUSE(r, r->line.p, "more than %d lines that begin with may", LAW_LINES_MAX);
	may = add_item(r, (void **) &rule->may, &rule->nmay, sizeof *may);
	may->limit = -1;
	if ((code = read_name(&may->verb, r, w, "may")) != CODE_OK)
		return code;
	if (word_is(w, "of") && (code = read_name(&may->of, r, w, "of")) != CODE_OK)
		return code;
	if (word_is(w, "at"))
	{
		Words		unit;
		Str			s;

		if (!word_is(w, "most") || !read_number(&may->limit, word(w)))
			return REFUSE(r, r->line.p, "a limit is written as at most 100 or at most 100 TOK per run");
		unit = *w;
		s = word(&unit);
		if (s.n > 0 && !word_is(&(Words){s}, "per") && !word_is(&(Words){s}, "from"))
		{
			may->unit = s;
			*w = unit;
			if (s.n > LAW_NAME_MAX)
				return REFUSE(r, s.p, "the unit is too long");
		}
		if (word_is(w, "per") && !word_is(w, "run"))
			return REFUSE(r, r->line.p, "a limit is per run");
	}
	if (word_is(w, "from") && (code = read_name(&may->from, r, w, "from")) != CODE_OK)
		return code;
	return read_end(r, w);
}

/* Read the lines before the query; *body ends up at the query. */
static Code
read_clauses(LawRule *rule, Reader *r, Str *body)
{
	Reader		lines = *r;
	bool		triggered = false;

	lines.text.n = (size_t) (body->p + body->n - r->text.p);
	lines.next = (size_t) (body->p - r->text.p);
	while (next_line(&lines))
	{
		Words		w = {lines.line};
		Code		code = CODE_OK;

		if (word_is(&w, "on"))
		{
			if (triggered)
				return REFUSE(&lines, lines.line.p, "a rule has one trigger");
			triggered = true;
			code = read_trigger(rule, &lines, &w);
		}
		else if (word_is(&w, "may"))
			code = read_may(rule, &lines, &w);
		else if (trim(lines.line).n > 0)
			break;
		if (code != CODE_OK)
			return code;
		if (lines.next > lines.text.n)
			lines.next = lines.text.n;
		*body = (Str){lines.text.p + lines.next, lines.text.n - lines.next};
	}
	if (!triggered)
		return REFUSE(r, r->line.p, "the rule has no trigger: begin with on schedule '...', on event KIND or on proposal");
	return CODE_OK;
}

/* Read lines `from YYYY-MM-DD: N`. */
static Code
read_values(LawParameter *parameter, Reader *r, Str body)
{
	Reader		lines = *r;

	lines.text.n = (size_t) (body.p + body.n - r->text.p);
	lines.next = (size_t) (body.p - r->text.p);
	while (next_line(&lines))
	{
		Words		w = {lines.line};
		Str			day;
		LawDated   *dated;
		LawDated	value;
		bool		negative = false;

		if (trim(lines.line).n == 0)
			continue;
		if (!word_is(&w, "from") || (day = word(&w)).n == 0 || day.p[day.n - 1] != ':')
			return REFUSE(&lines, lines.line.p, "a value is written as from 2026-01-01: 100");
		if (!law_day(&value.from, (Str){day.p, day.n - 1}))
			return REFUSE(&lines, day.p, "there is no such day");
		w.rest = trim(w.rest);
		if (w.rest.n > 0 && *w.rest.p == '-')
		{
			negative = true;
			w.rest.p++, w.rest.n--;
		}
		if (!read_number(&value.value, w.rest))
			return REFUSE(&lines, day.p, "a value is a whole number between -(2^53-1) and 2^53-1");
		if (negative)
			value.value = -value.value;
		if (parameter->nvalues > 0 && value.from <= parameter->values[parameter->nvalues - 1].from)
			return REFUSE(&lines, day.p, "the days must rise");
		if (parameter->nvalues == LAW_LINES_MAX)
			return REFUSE(&lines, day.p, "more than %d values", LAW_LINES_MAX);
		dated = add_item(r, (void **) &parameter->values, &parameter->nvalues, sizeof *dated);
		*dated = value;
	}
	if (parameter->nvalues == 0)
		return REFUSE(r, r->line.p, "the parameter has no value: write from 2026-01-01: 100");
	return CODE_OK;
}

/* Find the rule that an exception or a test names. */
static Code
find_rule(int32_t *out, Reader *r, Str name)
{
	const LawRule *rule = law_rule(r->law, name);

	if (rule == NULL)
		return REFUSE(r, name.p, "no rule of this name stands above");
	*out = (int32_t) (rule - r->law->rules);
	return CODE_OK;
}

static Code
too_many(Reader *r, size_t n)
{
	return n < LAW_BLOCKS_MAX ? CODE_OK : REFUSE(r, r->line.p, "more than %d blocks of one kind", LAW_BLOCKS_MAX);
}

/* Read a block: kind is the word after the fence, body what is between the fences.  r->line is the opening fence. */
static Code
read_block(Reader *r, Str kind, Str name, Str body)
{
	LawText    *law = r->law;
	int32_t		article = (int32_t) law->narticles - 1;
	size_t		at = (size_t) (body.p - r->text.p);
	Fault		bytes;
	Code		code;

	if (law->narticles == 0)
		return REFUSE(r, r->line.p, "executable blocks stand below a numbered article");
	if (body.n > LAW_BLOCK_MAX)
		return REFUSE(r, r->line.p, "the block has %zu bytes; %d are allowed", body.n, LAW_BLOCK_MAX);
	if (law_check_bytes(body, &bytes) != CODE_OK)
		return REFUSE(r, body.p + bytes.at, "what is executed is printable ASCII");
	if (str_is(kind, "law"))
	{
		LawRule    *rule;

		if (law_rule(law, name) != NULL)
			return REFUSE(r, name.p, "two rules of one name");
		if ((code = too_many(r, law->nrules)) != CODE_OK)
			return code;
		rule = add_item(r, (void **) &law->rules, &law->nrules, sizeof *rule);
		*rule = (LawRule){.name = name, .article = article};
		if ((code = read_clauses(rule, r, &body)) != CODE_OK)
			return code;
		if (body.n == 0)
			return REFUSE(r, r->line.p, "the rule has no query");
		rule->query = body;
		rule->at = (size_t) (body.p - r->text.p);
	}
	else if (str_is(kind, "law-exception"))
	{
		LawException item = {.article = article, .query = body, .at = at};

		if ((code = find_rule(&item.rule, r, name)) != CODE_OK || (code = too_many(r, law->nexceptions)) != CODE_OK)
			return code;
		*(LawException *) add_item(r, (void **) &law->exceptions, &law->nexceptions, sizeof item) = item;
	}
	else if (str_is(kind, "law-test"))
	{
		LawTest		item = {.article = article, .text = body, .at = at};

		if ((code = find_rule(&item.rule, r, name)) != CODE_OK || (code = too_many(r, law->ntests)) != CODE_OK)
			return code;
		*(LawTest *) add_item(r, (void **) &law->tests, &law->ntests, sizeof item) = item;
	}
	else if (str_is(kind, "law-parameter"))
	{
		LawParameter *parameter;

		for (size_t i = 0; i < law->nparameters; i++)
			if (str_eq(law->parameters[i].name, name))
				return REFUSE(r, name.p, "two parameters of one name");
		if ((code = too_many(r, law->nparameters)) != CODE_OK)
			return code;
		parameter = add_item(r, (void **) &law->parameters, &law->nparameters, sizeof *parameter);
		*parameter = (LawParameter){.name = name, .article = article};
		return read_values(parameter, r, body);
	}
	else
		return REFUSE(r, kind.p, "the blocks of a law are law, law-exception, law-test and law-parameter");
	return CODE_OK;
}

/* True if the line is a fence of at least as many of the same characters; *info is what follows it. */
static bool
is_fence(Str *info, Str line, char c, size_t least)
{
	size_t		indent = 0;
	size_t		n = 0;

	while (indent < line.n && indent < 3 && line.p[indent] == ' ')
		indent++;
	while (indent + n < line.n && line.p[indent + n] == c)
		n++;
	*info = trim((Str){line.p + indent + n, line.n - indent - n});
	return n >= least;
}

/* Read what is between two fences. */
static Code
read_fenced(Reader *r, char c, Str info)
{
	Reader		opening = *r;
	size_t		width = (size_t) (info.p - r->line.p);
	size_t		begin = r->next;
	size_t		end = r->next;
	Words		w = {info};
	Str			kind = word(&w);
	Str			name;
	Code		code;

	while (width > 0 && r->line.p[width - 1] != c)
		width--;
	while (width > 0 && r->line.p[0] == ' ')
		width--, r->line.p++;
	for (;;)
	{
		Str			rest;

		if (!next_line(r))
			return REFUSE(&opening, opening.line.p, "the fence is not closed");
		if (is_fence(&rest, r->line, c, width) && rest.n == 0)
			break;
		end = r->next;
	}
	if (!(kind.n >= 3 && memcmp(kind.p, "law", 3) == 0))
		return CODE_OK;
	if (opening.line.p[0] != '`' || width != 3)
		return REFUSE(&opening, opening.line.p, "the fence of an executable block is ``` at the begin of the line");
	if ((code = read_name(&name, &opening, &w, "the block")) != CODE_OK || (code = read_end(&opening, &w)) != CODE_OK)
		return code;
	opening.law = r->law;
	return read_block(&opening, kind, name, (Str){r->text.p + begin, end > begin ? end - begin : 0});
}

/* ---- the whole ---- */

const LawRule *
law_rule(const LawText *law, Str name)
{
	for (size_t i = 0; i < law->nrules; i++)
		if (str_eq(law->rules[i].name, name))
			return &law->rules[i];
	return NULL;
}

Code
law_parse(LawText *out, Arena *arena, Str text, Fault *fault)
{
	Reader		r = {.law = out, .arena = arena, .text = text, .fault = fault};
	Code		code;

	*out = (LawText){.title = STR_NONE};
	if (text.n > LAW_TEXT_MAX)
		return fault_set(fault, CODE_LAW_TEXT, LAW_TEXT_MAX, "It has %zu bytes; %d are allowed.", text.n, LAW_TEXT_MAX);
	if (!law_is_document(text))
		return fault_set(fault, CODE_LAW_TEXT, 0, "Line 1: a law begins with a heading, such as # A basic income.");
	if ((code = check_characters(&r)) != CODE_OK)
		return code;
	while (next_line(&r))
	{
		Str			info;

		if (r.line.n > 0 && *r.line.p == '#')
			code = read_heading(&r);
		else if (is_fence(&info, r.line, '`', 3))
			code = read_fenced(&r, '`', info);
		else if (is_fence(&info, r.line, '~', 3))
			code = read_fenced(&r, '~', info);
		if (code != CODE_OK)
			return code;
	}
	if (out->narticles == 0)
		return fault_set(fault, CODE_LAW_TEXT, (int64_t) text.n, "It has no numbered article, such as ## Article 1 - Title.");
	return CODE_OK;
}
