/*
 * act.c -- reads the payloads of acts and writes the bodies of entries.
 */
#include "register/act.h"

/* The members that every payload may have; record_parse() has read them. */
static const char *const envelope[] = {"iss", "aud", "iat", "exp", "nonce", "act", NULL};

size_t
text_length(Str text)
{
	size_t		n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += ((uint8_t) text.p[i] & 0xc0) != 0x80;
	return n;
}

/*
 * True if valid UTF-8 has a character here that is acted upon instead of shown: a control character but tab and newline,
 * a separator of lines, or one that turns the order of what follows, so that a text reads as another one.
 */
static bool
is_control(const uint8_t *p, size_t n)
{
	if (p[0] < 0x80)
		return (p[0] < 32 && p[0] != '\t' && p[0] != '\n') || p[0] == 127;
	if (n >= 2 && p[0] == 0xc2)
		return p[1] < 0xa0;		/* U+0080 to U+009F */
	if (n < 3 || p[0] != 0xe2)
		return false;
	return (p[1] == 0x80 && p[2] >= 0xa8 && p[2] <= 0xae) ||	/* U+2028 to U+202E */
		(p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9);	/* U+2066 to U+2069 */
}

/* Check a text: not empty, not too long, no control characters but tab and newline. */
static bool
text_fits(const Json *v, int64_t max)
{
	if (v->type != JSON_STRING || v->string.n == 0 || text_length(v->string) > (size_t) max)
		return false;
	for (size_t i = 0; i < v->string.n; i++)
		if (is_control((const uint8_t *) v->string.p + i, v->string.n - i))
			return false;
	return true;
}

static inline bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static bool
name_fits(const Json *v, int64_t max)
{
	if (v->type != JSON_STRING || v->string.n == 0 || v->string.n > (size_t) max)
		return false;
	for (size_t i = 0; i < v->string.n; i++)
		if (!is_name_char(v->string.p[i]))
			return false;
	return true;
}

/* As a name, with _ and with dots that stand between two other characters. */
static bool
dotted_fits(const Json *v, int64_t max)
{
	bool		inside = false;

	if (v->type != JSON_STRING || v->string.n > (size_t) max)
		return false;
	for (size_t i = 0; i < v->string.n; i++)
	{
		char		c = v->string.p[i];

		if (!is_name_char(c) && c != '_' && !(c == '.' && inside))
			return false;
		inside = c != '.';
	}
	return inside;
}

static bool
is_did(const Json *v)
{
	Did			did;

	return v->type == JSON_STRING && did_parse(&did, v->string.p, v->string.n, NULL) == CODE_OK;
}

/* True if a value is an array of min to max items that all pass. */
static bool
all_items(const Json *v, int64_t min, int64_t max, bool (*passes) (const Json *item, int64_t arg), int64_t arg)
{
	if (v->type != JSON_ARRAY || v->count < min || v->count > max)
		return false;
	for (const Json *item = v->child; item != NULL; item = item->next)
		if (!passes(item, arg))
			return false;
	return true;
}

static bool
item_is_did(const Json *item, int64_t arg)
{
	(void) arg;
	return is_did(item);
}

/* True if a value is an array of ascending integers from 1 to max, at least one. */
static bool
ints_fit(const Json *v, int64_t max)
{
	int64_t		last = 0;

	if (v->type != JSON_ARRAY || v->count == 0)
		return false;
	for (const Json *item = v->child; item != NULL; last = item->number, item = item->next)
		if (item->type != JSON_INT || item->number <= last || item->number > max)
			return false;
	return true;
}

static bool
is_fraction(const Json *v)
{
	const Json *num = v->type == JSON_ARRAY && v->count == 2 ? v->child : NULL;

	return num != NULL && num->type == JSON_INT && num->next->type == JSON_INT &&
		num->number >= 0 && num->next->number > 0 && num->number <= num->next->number;
}

/* Check one value against its type; what tells the user what was expected. */
static bool
fits(const Json *v, const MemberSpec *spec, const char **what)
{
	Digest		id;

	switch (spec->type)
	{
		case MEMBER_TEXT:
			*what = "a text that is not empty, not too long and has no control characters";
			return text_fits(v, spec->max);
		case MEMBER_NAME:
			*what = "a name of a-z, 0-9 and -";
			return name_fits(v, spec->max);
		case MEMBER_DOTTED:
			*what = "a name of a-z, 0-9, -, _ and dots between them";
			return dotted_fits(v, spec->max);
		case MEMBER_INT:
			*what = "an integer in its range";
			return v->type == JSON_INT && v->number >= spec->min && v->number <= spec->max;
		case MEMBER_INTS:
			*what = "an array of ascending integers in their range";
			return ints_fit(v, spec->max);
		case MEMBER_TRUE:
			*what = "true";
			return v->type == JSON_TRUE;
		case MEMBER_DID:
			*what = "a DID";
			return is_did(v);
		case MEMBER_DIDS:
			*what = "an array of DIDs of the allowed length";
			return all_items(v, spec->min, spec->max, item_is_did, 0);
		case MEMBER_ID:
			*what = "an id: 43 characters of base64url";
			return v->type == JSON_STRING && id_parse(id.b, v->string);
		case MEMBER_TEXTS:
			*what = "an array of 1 to 255 texts, each not empty and not too long";
			return all_items(v, 1, POLL_OPTIONS_MAX, text_fits, spec->max);
		case MEMBER_FRACTION:
			*what = "a fraction [num, den] from 0 to 1";
			return is_fraction(v);
		case MEMBER_OBJECT:
			*what = "an object";
			return v->type == JSON_OBJECT;
		case MEMBER_ARRAY:
			*what = "an array";
			return v->type == JSON_ARRAY;
	}
	return false;
}

static bool
is_one_of(Str name, const char *const *names)
{
	while (*names != NULL && !str_is(name, *names))
		names++;
	return *names != NULL;
}

Code
members_check(const Json *object, const char *what, Str kind, const char *const *others, const MemberSpec *members,
			  Fault *fault)
{
	const char *expected = "";

	for (const Json *v = object->child; v != NULL; v = v->next)
	{
		const MemberSpec *spec = members;

		if (is_one_of(v->name, others))
			continue;
		while (spec->name != NULL && !str_is(v->name, spec->name))
			spec++;
		if (spec->name == NULL)
			return fault_set(fault, CODE_BAD_MEMBERS, -1, "An %s \"%.*s\" has no member \"%.*s\".",
							 what, (int) kind.n, kind.p, (int) (v->name.n < 60 ? v->name.n : 60), v->name.p);
		if (!fits(v, spec, &expected))
			return fault_set(fault, CODE_BAD_MEMBERS, -1, "The member \"%s\" of an %s \"%.*s\" is %s.",
							 spec->name, what, (int) kind.n, kind.p, expected);
	}
	for (const MemberSpec *spec = members; spec->name != NULL; spec++)
		if (!spec->optional && json_get(object, spec->name) == NULL)
			return fault_set(fault, CODE_BAD_MEMBERS, -1, "An %s \"%.*s\" needs a member \"%s\".",
							 what, (int) kind.n, kind.p, spec->name);
	return CODE_OK;
}

Code
act_check_members(const Record *record, const MemberSpec *members, Fault *fault)
{
	return members_check(record->payload, "act", record->act, envelope, members, fault);
}

const Json *
act_json(const Fold *fold, const char *name)
{
	return json_get(fold->record->payload, name);
}

Str
act_text(const Fold *fold, const char *name)
{
	const Json *v = act_json(fold, name);

	return v != NULL ? v->string : STR_NONE;
}

int64_t
act_int(const Fold *fold, const char *name, int64_t otherwise)
{
	const Json *v = act_json(fold, name);

	return v != NULL ? v->number : otherwise;
}

Did
act_did(const Fold *fold, const char *name)
{
	const Json *v = act_json(fold, name);
	Did			did = {{0}};

	if (v != NULL)
		(void) did_parse(&did, v->string.p, v->string.n, NULL);
	return did;
}

bool
act_id(Digest *out, const Fold *fold, const char *name)
{
	const Json *v = act_json(fold, name);

	return v != NULL && id_parse(out->b, v->string);
}

DidList
act_dids(const Fold *fold, const char *name, Arena *arena)
{
	const Json *v = act_json(fold, name);
	Did		   *dids;
	size_t		n = 0;

	if (v == NULL)
		return (DidList){0};
	dids = arena_zero(arena, (v->count + 1) * sizeof *dids);
	for (const Json *item = v->child; item != NULL; item = item->next)
		(void) did_parse(&dids[n++], item->string.p, item->string.n, NULL);
	return (DidList){dids, n};
}

Int4List
act_ints(const Fold *fold, const char *name, Arena *arena)
{
	const Json *v = act_json(fold, name);
	int32_t    *ints;
	size_t		n = 0;

	if (v == NULL)
		return (Int4List){0};
	ints = arena_alloc(arena, v->count * sizeof *ints);
	for (const Json *item = v->child; item != NULL; item = item->next)
		ints[n++] = (int32_t) item->number;
	return (Int4List){ints, n};
}

/* ---- entries ---- */

void
entry_begin(Buf *body, Arena *arena)
{
	buf_init(body, arena);
	buf_char(body, '{');
}

static void
entry_name(Buf *body, const char *name)
{
	if (body->n > 1)
		buf_char(body, ',');
	json_quote(body, str_from(name));
	buf_char(body, ':');
}

void
entry_int(Buf *body, const char *name, int64_t value)
{
	entry_name(body, name);
	buf_int(body, value);
}

void
entry_text(Buf *body, const char *name, Str value)
{
	entry_name(body, name);
	json_quote(body, value);
}

void
entry_hash(Buf *body, const char *name, const Digest *value)
{
	char		id[ID_TEXT_LEN];

	id_print(id, value->b);
	entry_text(body, name, (Str){id, sizeof id});
}

void
entry_raw(Buf *body, const char *name, Str json)
{
	entry_name(body, name);
	buf_str(body, json);
}

Str
entry_end(Buf *body)
{
	buf_char(body, '}');
	return buf_done(body);
}
