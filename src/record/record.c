/*
 * record.c -- takes a record apart and checks its form; signs one.
 *
 * The order is that of cost: sizes, base64url, JSON, members.  The signature, which costs most, is a call of its own.
 */
#include "record/record.h"

#include <inttypes.h>
#include <stdio.h>

#define RECORD_HEADER "{\"alg\":\"Ed25519\",\"typ\":\"commune+jwt\"}"
#define RECORD_TYP "commune+jwt"
#define DID_KEY_PREFIX 8		/* bytes of "did:key:", after which the multibase value stands */

/* Put the name of a part before a fault's detail. */
static Code
within(const char *part, Fault *fault)
{
	Fault		inner = *fault;

	return fault_set(fault, inner.code, inner.at, "%s: %.200s", part, inner.detail);
}

/* A fault for what has no position. */
static Code
refuse(Fault *fault, const char *what)
{
	return fault_set(fault, CODE_BAD_RECORD, -1, "%s", what);
}

/* Decode one part to *to, which is moved past the bytes. */
static Code
decode_part(Str *out, uint8_t **to, Str part, const char *name, Fault *fault)
{
	size_t		n;
	size_t		at;

	if (part.n == 0)
		return fault_set(fault, CODE_BAD_RECORD, 0, "%s: empty", name);
	if (!base64url_decode(*to, &n, &at, part.p, part.n))
		return fault_set(fault, CODE_BAD_RECORD, (int64_t) at, "%s: no strict base64url at character %zu", name, at);
	*out = (Str){(const char *) *to, n};
	*to += n;
	return CODE_OK;
}

Code
jws_split(JwsParts *out, Arena *arena, const char *text, size_t n, Fault *fault)
{
	const char *end = text + n;
	const char *first = n > 0 ? memchr(text, '.', n) : NULL;
	const char *second = first ? memchr(first + 1, '.', (size_t) (end - first - 1)) : NULL;
	Str			header;
	Str			payload;
	Str			signature;
	uint8_t    *to;
	Code		code;

	if (second == NULL)
		return refuse(fault, "it does not have three parts with two dots between");
	if (memchr(second + 1, '.', (size_t) (end - second - 1)) != NULL)
		return refuse(fault, "it has more than three parts");
	header = (Str){text, (size_t) (first - text)};
	payload = (Str){first + 1, (size_t) (second - first - 1)};
	signature = (Str){second + 1, (size_t) (end - second - 1)};
	if (BASE64URL_ROOM(header.n) > RECORD_HEADER_MAX)
		return fault_set(fault, CODE_BAD_RECORD, -1, "header: more than %d bytes", RECORD_HEADER_MAX);
	if (BASE64URL_ROOM(payload.n) > RECORD_PAYLOAD_MAX)
		return fault_set(fault, CODE_BAD_RECORD, -1, "payload: more than %d bytes", RECORD_PAYLOAD_MAX);

	out->signed_part = (Str){text, (size_t) (second - text)};
	to = arena_alloc(arena, BASE64URL_ROOM(header.n) + BASE64URL_ROOM(payload.n) + BASE64URL_ROOM(signature.n));
	code = decode_part(&out->header, &to, header, "header", fault);
	if (code == CODE_OK)
		code = decode_part(&out->payload, &to, payload, "payload", fault);
	if (code == CODE_OK)
		code = decode_part(&out->signature, &to, signature, "signature", fault);
	return code;
}

/* Read a part as a JSON object. */
static Code
read_object(const Json **out, Arena *arena, Str text, const char *part, Fault *fault)
{
	if (json_parse(out, arena, text.p, text.n, fault) != CODE_OK)
		return within(part, fault);
	if ((*out)->type != JSON_OBJECT)
		return fault_set(fault, CODE_BAD_RECORD, 0, "%s: not an object", part);
	return CODE_OK;
}

/* Check a header; fault is never NULL. */
static Code
check_header(const Json **out, Arena *arena, Str header, bool record, Fault *fault)
{
	const Json *alg = NULL;
	const Json *typ = NULL;
	Code		code = read_object(out, arena, header, "header", fault);
	char		shown[JSON_SHOWN_SIZE];

	if (code != CODE_OK)
		return code;
	for (const Json *member = (*out)->child; member != NULL; member = member->next)
	{
		if (str_is(member->name, "alg"))
			alg = member;
		else if (str_is(member->name, "typ"))
			typ = member;
		else if (!str_is(member->name, "kid"))
			return fault_set(fault, CODE_BAD_RECORD, (int64_t) member->at, "header: unknown member \"%s\"",
							 json_shown(shown, member->name));
		if (member->type != JSON_STRING)
			return fault_set(fault, CODE_BAD_RECORD, (int64_t) member->at, "header: %.3s is not a string",
							 member->name.p);
	}
	if (alg == NULL)
		return refuse(fault, "header: alg is missing");
	if (!str_is(alg->string, "Ed25519") && !str_is(alg->string, "EdDSA"))
		return fault_set(fault, CODE_BAD_RECORD, (int64_t) alg->at, "header: alg is \"%s\", not \"Ed25519\"",
						 json_shown(shown, alg->string));
	if (record && typ == NULL)
		return refuse(fault, "header: typ is missing");
	if (record && !str_is(typ->string, RECORD_TYP))
		return fault_set(fault, CODE_BAD_RECORD, (int64_t) typ->at, "header: typ is \"%s\", not \"%s\"",
						 json_shown(shown, typ->string), RECORD_TYP);
	return CODE_OK;
}

Code
jws_check_header(const Json **out, Arena *arena, Str header, bool record, Fault *fault)
{
	Fault		own;

	return check_header(out, arena, header, record, fault ? fault : &own);
}

/* Check that kid is the signer's DID, alone or with a fragment that names the key. */
static Code
check_kid(Str kid, Str did, Fault *fault)
{
	Str			fragment;

	if (kid.n < did.n || memcmp(kid.p, did.p, did.n) != 0 || (kid.n > did.n && kid.p[did.n] != '#'))
		return refuse(fault, "header: kid is not a DID URL of the signer in iss");
	if (kid.n == did.n)
		return CODE_OK;
	fragment = (Str){kid.p + did.n + 1, kid.n - did.n - 1};
	if (memcmp(did.p, "did:key:", DID_KEY_PREFIX) == 0)
	{
		if (!str_eq(fragment, (Str){did.p + DID_KEY_PREFIX, did.n - DID_KEY_PREFIX}))
			return refuse(fault, "header: the fragment of kid is not the key of its DID");
		return CODE_OK;
	}
	if (fragment.n == 0 || fragment.n > KID_FRAGMENT_MAX)
		return fault_set(fault, CODE_BAD_RECORD, -1, "header: the fragment of kid has not 1 to %d characters",
						 KID_FRAGMENT_MAX);
	for (size_t i = 0; i < fragment.n; i++)
	{
		char		c = fragment.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
			  c == '-'))
			return refuse(fault, "header: the fragment of kid has characters other than A-Z a-z 0-9 . _ -");
	}
	return CODE_OK;
}

/* The members that every payload may have. */
enum
{
	ISS, AUD, IAT, EXP, NONCE, ACT, COMMON
};

static const struct
{
	const char *name;
	JsonType	type;
	bool		required;
	int64_t		min;			/* of an integer */
}			common[COMMON] = {
	[ISS] = {"iss", JSON_STRING, true, 0},
	[AUD] = {"aud", JSON_STRING, false, 0},
	[IAT] = {"iat", JSON_INT, true, 0},
	[EXP] = {"exp", JSON_INT, false, 1},
	[NONCE] = {"nonce", JSON_INT, true, 1},
	[ACT] = {"act", JSON_STRING, true, 0},
};

/* Find the common members among those of the payload and check their types. */
static Code
find_common(const Json *found[COMMON], const Json *payload, Fault *fault)
{
	memset(found, 0, COMMON * sizeof *found);
	for (const Json *member = payload->child; member != NULL; member = member->next)
		for (int i = 0; i < COMMON; i++)
			if (str_is(member->name, common[i].name))
			{
				found[i] = member;
				break;
			}
	for (int i = 0; i < COMMON; i++)
	{
		if (found[i] == NULL)
		{
			if (common[i].required)
				return fault_set(fault, CODE_BAD_RECORD, -1, "payload: %s is missing", common[i].name);
			continue;
		}
		if (found[i]->type != common[i].type)
			return fault_set(fault, CODE_BAD_RECORD, (int64_t) found[i]->at, "payload: %s is not %s", common[i].name,
							 common[i].type == JSON_INT ? "an integer" : "a string");
		if (common[i].type == JSON_INT && found[i]->number < common[i].min)
			return fault_set(fault, CODE_BAD_RECORD, (int64_t) found[i]->at, "payload: %s is less than %" PRId64,
							 common[i].name, common[i].min);
	}
	return CODE_OK;
}

static bool
is_act_kind(Str act)
{
	if (act.n == 0 || act.n > ACT_KIND_MAX)
		return false;
	for (size_t i = 0; i < act.n; i++)
		if (!(act.p[i] >= 'a' && act.p[i] <= 'z') && act.p[i] != '_')
			return false;
	return true;
}

/* Read the common members of the payload. */
static Code
read_payload(Record *out, Fault *fault)
{
	const Json *found[COMMON];
	bool		charter;
	Code		code = find_common(found, out->payload, fault);

	if (code != CODE_OK)
		return code;
	if (did_parse(&out->signer, found[ISS]->string.p, found[ISS]->string.n, fault) != CODE_OK)
		return within("payload: iss", fault);
	out->act = found[ACT]->string;
	if (!is_act_kind(out->act))
		return fault_set(fault, CODE_BAD_RECORD, (int64_t) found[ACT]->at,
						 "payload: act does not consist of 1 to %d characters a-z and _", ACT_KIND_MAX);
	charter = str_is(out->act, "charter");
	out->has_aud = found[AUD] != NULL;
	if (out->has_aud && charter)
		return fault_set(fault, CODE_BAD_RECORD, (int64_t) found[AUD]->at, "payload: a charter has no aud");
	if (!out->has_aud && !charter)
		return refuse(fault, "payload: aud is missing");
	if (out->has_aud && !id_parse(out->aud, found[AUD]->string))
		return fault_set(fault, CODE_BAD_RECORD, (int64_t) found[AUD]->at,
						 "payload: aud is not BASE64URL of 32 bytes");
	out->iat = found[IAT]->number;
	out->exp = found[EXP] != NULL ? found[EXP]->number : 0;
	out->nonce = found[NONCE]->number;
	return CODE_OK;
}

/* record_parse(); fault is never NULL. */
static Code
parse(Record *out, Arena *arena, const char *text, size_t n, Fault *fault)
{
	JwsParts	parts;
	const Json *kid;
	Code		code;

	*out = (Record){.text = {text, n}};
	if (n > RECORD_TEXT_MAX)
		return fault_set(fault, CODE_BAD_RECORD, -1, "it has %zu bytes, more than %d", n, RECORD_TEXT_MAX);
	code = jws_split(&parts, arena, text, n, fault);
	if (code != CODE_OK)
		return code;
	if (parts.signature.n != SIGNATURE_SIZE)
		return fault_set(fault, CODE_BAD_RECORD, -1, "signature: %zu bytes, not %d", parts.signature.n, SIGNATURE_SIZE);
	out->signed_part = parts.signed_part;
	out->header_text = parts.header;
	out->payload_text = parts.payload;
	memcpy(out->signature, parts.signature.p, SIGNATURE_SIZE);
	code = check_header(&out->header, arena, parts.header, true, fault);
	if (code == CODE_OK)
		code = read_object(&out->payload, arena, parts.payload, "payload", fault);
	if (code == CODE_OK)
		code = read_payload(out, fault);
	if (code != CODE_OK)
		return code;
	kid = json_get(out->header, "kid");
	return kid == NULL ? CODE_OK : check_kid(kid->string, json_get(out->payload, "iss")->string, fault);
}

Code
record_parse(Record *out, Arena *arena, const char *text, size_t n, Fault *fault)
{
	Fault		own;

	return parse(out, arena, text, n, fault ? fault : &own);
}

Code
record_verify(const Record *record, const uint8_t key[PUBLIC_KEY_SIZE], Fault *fault)
{
	if (!ed25519_verify(record->signature, record->signed_part.p, record->signed_part.n, key))
		return fault_set(fault, CODE_BAD_SIGNATURE, -1, "%s", "");
	return CODE_OK;
}

Str
record_sign(Arena *arena, Str payload, const uint8_t secret[SECRET_KEY_SIZE])
{
	static const Str header = STR(RECORD_HEADER);
	uint8_t		signature[SIGNATURE_SIZE];
	char	   *text = arena_alloc(arena, BASE64URL_LEN(header.n) + BASE64URL_LEN(payload.n) +
								   BASE64URL_LEN(SIGNATURE_SIZE) + 2);
	size_t		n = base64url_encode(text, (const uint8_t *) header.p, header.n);

	text[n++] = '.';
	n += base64url_encode(text + n, (const uint8_t *) payload.p, payload.n);
	ed25519_sign(signature, text, n, secret);
	text[n++] = '.';
	n += base64url_encode(text + n, signature, SIGNATURE_SIZE);
	return (Str){text, n};
}

bool
id_parse(uint8_t id[HASH_SIZE], Str text)
{
	size_t		n;
	size_t		at;

	return text.n == ID_TEXT_LEN && base64url_decode(id, &n, &at, text.p, text.n);
}

void
id_print(char out[ID_TEXT_LEN], const uint8_t id[HASH_SIZE])
{
	base64url_encode(out, id, HASH_SIZE);
}
