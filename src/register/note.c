/*
 * note.c -- reads, verifies and makes signed notes.
 */
#include "register/note.h"

#include "record/json.h"

#define EM_DASH "\xe2\x80\x94 "

/* ---- small pieces ---- */

bool
next_line(Str *line, Str *text)
{
	const char *end = text->n > 0 ? memchr(text->p, '\n', text->n) : NULL;

	if (end == NULL)
		return false;
	*line = (Str){text->p, (size_t) (end - text->p)};
	text->n -= line->n + 1;
	text->p = end + 1;
	return true;
}

bool
decimal_parse(uint64_t *out, Str digits)
{
	*out = 0;
	if (digits.n == 0 || digits.n > 19 || (digits.p[0] == '0' && digits.n > 1))
		return false;
	for (size_t i = 0; i < digits.n; i++)
	{
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return false;
		*out = *out * 10 + (uint64_t) (digits.p[i] - '0');
	}
	return *out <= INT64_MAX;
}

bool
hash_parse(Digest *out, Str text)
{
	uint8_t		bytes[BASE64URL_ROOM(BASE64_LEN(HASH_SIZE))];
	size_t		n;

	if (text.n != BASE64_LEN(HASH_SIZE) || !base64_decode(bytes, &n, text.p, text.n) || n != HASH_SIZE)
		return false;
	memcpy(out->b, bytes, HASH_SIZE);
	return true;
}

void
hash_print(Buf *out, const Digest *hash)
{
	buf_base64(out, hash->b, HASH_SIZE);
}

static Code
bad(Fault *fault, int64_t at, const char *what)
{
	return fault_set(fault, CODE_BAD_NOTE, at, "%s", what);
}

/* The white space of Unicode, which a key's name must not contain. */
static bool
is_space(uint32_t c)
{
	return (c >= 9 && c <= 13) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
		c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

/* Read one character of UTF-8 and go on; false if it is none. */
static bool
next_character(uint32_t *c, Str *text)
{
	const uint8_t *p = (const uint8_t *) text->p;
	size_t		n = p[0] < 0x80 ? 1 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : (p[0] & 0xf0) == 0xe0 ? 3 :
		p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : 0;

	if (n == 0 || n > text->n)
		return false;
	*c = n == 1 ? p[0] : p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++)
	{
		if ((p[i] & 0xc0) != 0x80)
			return false;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	text->p += n;
	text->n -= n;
	return !(n == 3 && (*c < 0x800 || (*c >= 0xd800 && *c < 0xe000))) && !(n == 4 && (*c < 0x10000 || *c > 0x10ffff));
}

bool
note_name_is_good(Str name)
{
	Str			rest = name;
	uint32_t	c;

	if (name.n == 0)
		return false;
	while (rest.n > 0)
		if (!next_character(&c, &rest) || is_space(c) || c == '+' || c < 0x20 || c == 0x7f)
			return false;
	return true;
}

/* ---- keys ---- */

uint32_t
note_key_id(Str name, uint8_t type, Str bytes)
{
	uint8_t		hash[HASH_SIZE];

	sha256_begin();
	sha256_add(name.p, name.n);
	sha256_add("\n", 1);
	sha256_add(&type, 1);
	sha256_add(bytes.p, bytes.n);
	sha256_end(hash);
	return (uint32_t) hash[0] << 24 | (uint32_t) hash[1] << 16 | (uint32_t) hash[2] << 8 | hash[3];
}

static bool
hex_parse(uint32_t *out, Str digits)
{
	*out = 0;
	if (digits.n != 8)
		return false;
	for (size_t i = 0; i < 8; i++)
	{
		char		c = digits.p[i];
		int			v = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
			c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;

		if (v < 0)
			return false;
		*out = *out << 4 | (uint32_t) v;
	}
	return true;
}

Code
note_key_parse(NoteKey *out, Arena *arena, Str vkey, Fault *fault)
{
	const char *first = vkey.n > 0 ? memchr(vkey.p, '+', vkey.n) : NULL;
	const char *end = vkey.p + vkey.n;
	const char *second = first != NULL ? memchr(first + 1, '+', (size_t) (end - first - 1)) : NULL;
	uint8_t    *bytes;
	size_t		n;
	uint32_t	id;

	if (second == NULL || vkey.n > 8192)
		return bad(fault, 0, "A verifier's key is NAME+KEYID+BASE64.");
	*out = (NoteKey){.name = {vkey.p, (size_t) (first - vkey.p)}};
	if (!note_name_is_good(out->name))
		return bad(fault, 0, "The name of a key is not empty and has no white space.");
	if (!hex_parse(&id, (Str){first + 1, (size_t) (second - first - 1)}))
		return bad(fault, first + 1 - vkey.p, "The id of a key is 8 hexadecimal digits.");
	bytes = arena_alloc(arena, (size_t) (end - second));
	if (!base64_decode(bytes, &n, second + 1, (size_t) (end - second - 1)) || n < 2)
		return bad(fault, second + 1 - vkey.p, "The key is not base64.");
	out->type = bytes[0];
	out->bytes = (Str){(const char *) bytes + 1, n - 1};
	out->id = id;
	if (out->type == KEY_LOG || out->type == KEY_COSIGNER ? out->bytes.n != PUBLIC_KEY_SIZE :
		out->type == KEY_COSIGNER_ML_DSA ? out->bytes.n != 1312 : true)
		return bad(fault, second + 1 - vkey.p, "The key is of a type that is not known here, or of another length.");
	if (note_key_id(out->name, out->type, out->bytes) != id)
		return bad(fault, first + 1 - vkey.p, "The id does not belong to the name and the key.");
	return CODE_OK;
}

Str
note_key_print(Arena *arena, const NoteKey *key)
{
	uint8_t    *bytes = arena_alloc(arena, key->bytes.n + 1);
	Buf			b;

	bytes[0] = key->type;
	memcpy(bytes + 1, key->bytes.p, key->bytes.n);
	buf_init(&b, arena);
	buf_str(&b, key->name);
	buf_str(&b, arena_printf(arena, "+%08x+", key->id));
	buf_base64(&b, bytes, key->bytes.n + 1);
	return buf_done(&b);
}

/* ---- notes ---- */

/* Read a signature line. */
static Code
parse_signature(NoteSignature *out, Arena *arena, Str line, Fault *fault)
{
	Str			rest = line;
	const char *space;
	uint8_t    *bytes;
	size_t		n;

	if (rest.n < 4 || memcmp(rest.p, EM_DASH, 4) != 0)
		return bad(fault, -1, "A signature line does not begin with an em dash and a space.");
	rest = (Str){rest.p + 4, rest.n - 4};
	space = rest.n > 0 ? memchr(rest.p, ' ', rest.n) : NULL;
	if (space == NULL)
		return bad(fault, -1, "A signature line has no name or no signature.");
	*out = (NoteSignature){.name = {rest.p, (size_t) (space - rest.p)}, .line = line};
	rest = (Str){space + 1, rest.n - out->name.n - 1};
	bytes = arena_alloc(arena, rest.n);
	if (!note_name_is_good(out->name) || !base64_decode(bytes, &n, rest.p, rest.n) || n < 5)
		return bad(fault, -1, "A signature line's name or base64 cannot be read.");
	out->id = (uint32_t) bytes[0] << 24 | (uint32_t) bytes[1] << 16 | (uint32_t) bytes[2] << 8 | bytes[3];
	out->bytes = (Str){(const char *) bytes + 4, n - 4};
	return CODE_OK;
}

/* Check that a note is UTF-8 without control characters but newline. */
static Code
check_characters(Str text, Fault *fault)
{
	Str			rest = text;
	uint32_t	c;

	while (rest.n > 0)
		if (!next_character(&c, &rest) || (c < 0x20 && c != '\n'))
			return bad(fault, rest.p - text.p, "A note is UTF-8 without control characters.");
	return CODE_OK;
}

Code
note_parse(Note *out, Arena *arena, Str bytes, Fault *fault)
{
	size_t		split = 0;
	Str			rest;
	Str			line;
	Code		code;

	*out = (Note){.n = 0};
	if (bytes.n > NOTE_SIZE_MAX)
		return bad(fault, -1, "The note is too large.");
	if ((code = check_characters(bytes, fault)) != CODE_OK)
		return code;

	/* The last empty line is between the text and the signatures. */
	for (size_t i = 1; i < bytes.n; i++)
		if (bytes.p[i] == '\n' && bytes.p[i - 1] == '\n')
			split = i;
	if (split == 0 || bytes.p[bytes.n - 1] != '\n')
		return bad(fault, -1, "A note has an empty line before its signatures, and ends in a newline.");
	out->text = (Str){bytes.p, split};
	rest = (Str){bytes.p + split + 1, bytes.n - split - 1};
	out->signatures = arena_alloc(arena, NOTE_SIGNATURES_MAX * sizeof *out->signatures);
	while (next_line(&line, &rest))
	{
		if (out->n == NOTE_SIGNATURES_MAX)
			return bad(fault, -1, "The note has too many signatures.");
		if ((code = parse_signature(&out->signatures[out->n++], arena, line, fault)) != CODE_OK)
			return code;
	}
	if (out->n == 0)
		return bad(fault, -1, "The note has no signature.");
	return CODE_OK;
}

/* What a cosigner signs. */
static Str
cosigned_message(Arena *arena, Str text, uint64_t time)
{
	Buf			b;

	buf_init(&b, arena);
	buf_text(&b, "cosignature/v1\ntime ");
	buf_int(&b, (int64_t) time);
	buf_char(&b, '\n');
	buf_str(&b, text);
	return buf_done(&b);
}

static bool
signature_holds(int64_t *at, Arena *arena, const NoteSignature *s, const NoteKey *key, Str text)
{
	const uint8_t *bytes = (const uint8_t *) s->bytes.p;
	const uint8_t *public = (const uint8_t *) key->bytes.p;
	uint64_t	time;
	Str			message;

	*at = 0;
	if (key->type == KEY_LOG)
		return s->bytes.n == SIGNATURE_SIZE && ed25519_verify(bytes, text.p, text.n, public);
	if (key->type != KEY_COSIGNER || s->bytes.n != 8 + SIGNATURE_SIZE)
		return false;
	time = get_be64(bytes);
	if (time > INT64_MAX)
		return false;
	message = cosigned_message(arena, text, time);
	*at = (int64_t) time;
	return ed25519_verify(bytes + 8, message.p, message.n, public);
}

Code
note_verify(NoteVerdict *out, Arena *arena, const Note *note, const NoteKey *key, Fault *fault)
{
	*out = (NoteVerdict){NULL, 0};
	for (size_t i = 0; i < note->n; i++)
	{
		const NoteSignature *s = &note->signatures[i];
		int64_t		at;

		if (s->id != key->id || !str_eq(s->name, key->name) || key->type == KEY_COSIGNER_ML_DSA)
			continue;
		if (!signature_holds(&at, arena, s, key, note->text))
			return fault_set(fault, CODE_BAD_NOTE, -1, "The signature of %.*s does not hold.",
							 (int) (s->name.n < 100 ? s->name.n : 100), s->name.p);
		if (out->signature == NULL || at > out->at)
			*out = (NoteVerdict){s, at};
	}
	return CODE_OK;
}

Str
note_sign(Arena *arena, Str text, const NoteKey *key, const uint8_t secret[SECRET_KEY_SIZE], int64_t time)
{
	uint8_t		bytes[4 + 8 + SIGNATURE_SIZE];
	size_t		n = 4;
	Str			message = text;
	Buf			b;

	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t) (key->id >> (24 - 8 * i));
	if (key->type == KEY_COSIGNER)
	{
		put_be64(bytes + 4, (uint64_t) time);
		n = 12;
		message = cosigned_message(arena, text, (uint64_t) time);
	}
	ed25519_sign(bytes + n, message.p, message.n, secret);
	buf_init(&b, arena);
	buf_text(&b, EM_DASH);
	buf_str(&b, key->name);
	buf_char(&b, ' ');
	buf_base64(&b, bytes, n + SIGNATURE_SIZE);
	return buf_done(&b);
}

/* ---- checkpoints ---- */

Code
checkpoint_parse(Checkpoint *out, Str text, Fault *fault)
{
	Str			rest = text;
	Str			line;

	*out = (Checkpoint){.size = 0};
	if (!next_line(&out->origin, &rest) || out->origin.n == 0)
		return bad(fault, 0, "A checkpoint begins with its origin.");
	if (!next_line(&line, &rest) || !decimal_parse(&out->size, line))
		return bad(fault, line.p - text.p, "The second line of a checkpoint is the size.");
	if (!next_line(&line, &rest) || !hash_parse(&out->root, line))
		return bad(fault, line.p - text.p, "The third line of a checkpoint is the root.");
	out->extensions = rest;
	while (next_line(&line, &rest))
		if (line.n == 0)
			return bad(fault, line.p - text.p, "A checkpoint has no empty lines.");
	if (rest.n > 0)
		return bad(fault, rest.p - text.p, "A checkpoint ends in a newline.");
	return CODE_OK;
}

Str
checkpoint_print(Arena *arena, const Checkpoint *checkpoint)
{
	Buf			b;

	buf_init(&b, arena);
	buf_str(&b, checkpoint->origin);
	buf_char(&b, '\n');
	buf_int(&b, (int64_t) checkpoint->size);
	buf_char(&b, '\n');
	hash_print(&b, &checkpoint->root);
	buf_char(&b, '\n');
	buf_str(&b, checkpoint->extensions);
	return buf_done(&b);
}
