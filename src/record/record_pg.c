/*
 * record_pg.c -- the SQL types did and jws and the functions that look into records.
 *
 * Both types compare, sort and hash by their stored bytes, so one set of functions would do; they are written out
 * because each operator needs an entry point with types of its own.
 */
#include "record/record_pg.h"

#include "access/detoast.h"
#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/sortsupport.h"

Did
DatumGetDid(Datum datum)
{
	Str			bytes = DatumGetStr(datum);
	Did			did;
	Fault		fault;

	if (did_from_bytes(&did, (const uint8_t *) bytes.p, bytes.n, &fault) != CODE_OK)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED), errmsg("a stored DID is damaged"), errdetail("%s", fault.detail)));
	return did;
}

Datum
DidGetDatum(const Did *did)
{
	return PointerGetDatum(varlena_from_str((Str) {(const char *) did->b, did_size(did)}));
}

/* Read a record, or raise what is wrong with it.  What *out points to lives in text and in the arena. */
static void
record_read(Record *out, Arena *arena, Str text)
{
	Fault		fault;

	if (record_parse(out, arena, text.p, text.n, &fault) != CODE_OK)
		fault_raise(&fault);
}

/* Read the record that is an SQL function's first argument. */
static void
read_argument(Record *out, FunctionCallInfo fcinfo)
{
	Arena		arena;

	context_arena_init(&arena, CurrentMemoryContext);
	record_read(out, &arena, PG_GETARG_JWS(0));
}

/* ---- did: input and output ---- */

/* did_in(cstring) RETURNS did */
COMMUNE_FUNCTION(commune_record_did_in)
{
	char	   *text = PG_GETARG_CSTRING(0);
	Did			did;
	Fault		fault;

	if (did_parse(&did, text, strlen(text), &fault) != CODE_OK)
		fault_raise(&fault);
	return DidGetDatum(&did);
}

/* did_out(did) RETURNS cstring */
COMMUNE_FUNCTION(commune_record_did_out)
{
	Did			did = PG_GETARG_DID(0);
	char	   *text = palloc(DID_TEXT_MAX + 1);

	text[did_print(text, &did)] = '\0';
	PG_RETURN_CSTRING(text);
}

/* did_recv(internal) RETURNS did */
COMMUNE_FUNCTION(commune_record_did_recv)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			n = message->len - message->cursor;
	Did			did;
	Fault		fault;

	if (did_from_bytes(&did, (const uint8_t *) pq_getmsgbytes(message, n), (size_t) n, &fault) != CODE_OK)
		fault_raise(&fault);
	return DidGetDatum(&did);
}

/* did_send(did) RETURNS bytea */
COMMUNE_FUNCTION(commune_record_did_send)
{
	PG_RETURN_BYTEA_P(PG_GETARG_BYTEA_P_COPY(0));
}

/* did(key bytea) RETURNS did */
COMMUNE_FUNCTION(commune_record_did_from_key)
{
	Str			key = DatumGetStr(PG_GETARG_DATUM(0));
	Did			did = {0};
	Fault		fault;

	if (key.n != PUBLIC_KEY_SIZE)
	{
		fault_set(&fault, CODE_BAD_DID, -1, "A public key has %d bytes, this has %zu.", PUBLIC_KEY_SIZE, key.n);
		fault_raise(&fault);
	}
	did_from_key(&did, (const uint8_t *) key.p);
	return DidGetDatum(&did);
}

/* public_key(did) RETURNS bytea */
COMMUNE_FUNCTION(commune_record_public_key)
{
	Did			did = PG_GETARG_DID(0);
	uint8_t		key[PUBLIC_KEY_SIZE];

	if (!did_key(key, &did))
		PG_RETURN_NULL();
	PG_RETURN_BYTEA_P(varlena_from_str((Str) {(const char *) key, sizeof key}));
}

/* ---- jws: input and output ---- */

/* Check the form of a record and make a jws of it. */
static Datum
jws_from_text(Str text)
{
	MemoryContext own = AllocSetContextCreate(CurrentMemoryContext, "commune record", ALLOCSET_SMALL_SIZES);
	Arena		arena;
	Record		record;

	context_arena_init(&arena, own);
	record_read(&record, &arena, text);
	MemoryContextDelete(own);
	return JwsGetDatum(text);
}

/* jws_in(cstring) RETURNS jws */
COMMUNE_FUNCTION(commune_record_jws_in)
{
	return jws_from_text(str_from(PG_GETARG_CSTRING(0)));
}

/* jws_out(jws) RETURNS cstring */
COMMUNE_FUNCTION(commune_record_jws_out)
{
	Str			text = PG_GETARG_JWS(0);

	PG_RETURN_CSTRING(pnstrdup(text.p, text.n));
}

/* jws_recv(internal) RETURNS jws; the bytes are ASCII, so no encoding is asked for */
COMMUNE_FUNCTION(commune_record_jws_recv)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			n = message->len - message->cursor;

	return jws_from_text((Str) {pq_getmsgbytes(message, n), (size_t) n});
}

/* jws_send(jws) RETURNS bytea */
COMMUNE_FUNCTION(commune_record_jws_send)
{
	PG_RETURN_BYTEA_P(PG_GETARG_BYTEA_P_COPY(0));
}

/* ---- looking into a record ---- */

/* Give one part of the record as jsonb. */
static Datum
part_as_jsonb(Str part)
{
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(pnstrdup(part.p, part.n)));
}

/* header(jws) RETURNS jsonb */
COMMUNE_FUNCTION(commune_record_header)
{
	Record		record;

	read_argument(&record, fcinfo);
	return part_as_jsonb(record.header_text);
}

/* payload(jws) RETURNS jsonb */
COMMUNE_FUNCTION(commune_record_payload)
{
	Record		record;

	read_argument(&record, fcinfo);
	return part_as_jsonb(record.payload_text);
}

/* signer(jws) RETURNS did */
COMMUNE_FUNCTION(commune_record_signer)
{
	Record		record;

	read_argument(&record, fcinfo);
	return DidGetDatum(&record.signer);
}

/* kind(jws) RETURNS text */
COMMUNE_FUNCTION(commune_record_kind)
{
	Record		record;

	read_argument(&record, fcinfo);
	PG_RETURN_TEXT_P(varlena_from_str(record.act));
}

/* nonce(jws) RETURNS bigint */
COMMUNE_FUNCTION(commune_record_nonce)
{
	Record		record;

	read_argument(&record, fcinfo);
	PG_RETURN_INT64(record.nonce);
}

/* leaf(jws) RETURNS bytea */
COMMUNE_FUNCTION(commune_record_leaf)
{
	Str			text = PG_GETARG_JWS(0);
	uint8_t		hash[HASH_SIZE];

	merkle_leaf(hash, text.p, text.n);
	PG_RETURN_BYTEA_P(varlena_from_str((Str) {(const char *) hash, sizeof hash}));
}

/* verify_record(jws) RETURNS boolean */
COMMUNE_FUNCTION(commune_record_verify)
{
	Record		record;
	uint8_t		key[PUBLIC_KEY_SIZE];

	read_argument(&record, fcinfo);
	if (!did_key(key, &record.signer))
		code_raise(CODE_UNKNOWN_KEY, "The record alone does not say which keys a did:commune has.");
	PG_RETURN_BOOL(record_verify(&record, key, NULL) == CODE_OK);
}

/* ---- base64url ---- */

/* base64url(bytea) RETURNS text */
COMMUNE_FUNCTION(commune_record_base64url)
{
	Str			bytes = DatumGetStr(PG_GETARG_DATUM(0));
	size_t		room = VARHDRSZ + BASE64URL_LEN(bytes.n);
	text	   *out;

	if (room > MaxAllocSize)
		code_raise(CODE_TOO_LARGE, "The text would be longer than a value can be.");
	out = palloc(room);
	SET_VARSIZE(out, VARHDRSZ + base64url_encode(VARDATA(out), (const uint8_t *) bytes.p, bytes.n));
	PG_RETURN_TEXT_P(out);
}

/* base64url_decode(text) RETURNS bytea */
COMMUNE_FUNCTION(commune_record_base64url_decode)
{
	Str			text = DatumGetStr(PG_GETARG_DATUM(0));
	bytea	   *out = palloc(VARHDRSZ + BASE64URL_ROOM(text.n));
	size_t		n;
	size_t		at;
	Fault		fault;

	if (!base64url_decode((uint8_t *) VARDATA(out), &n, &at, text.p, text.n))
	{
		fault_set(&fault, CODE_BAD_BASE64URL, (int64_t) at, "The byte %zu does not fit.", at);
		fault_raise(&fault);
	}
	SET_VARSIZE(out, VARHDRSZ + n);
	PG_RETURN_BYTEA_P(out);
}

/* ---- comparing and hashing, of both types ---- */

/* Order two values as their bytes. */
static int
compare(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_GETARG_VARLENA_PP(0);
	struct varlena *b = PG_GETARG_VARLENA_PP(1);
	int			c = str_cmp(str_from_varlena(a), str_from_varlena(b));

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return c;
}

/* Say whether two values are the same; toasted values of different lengths are left where they are. */
static bool
same(FunctionCallInfo fcinfo)
{
	return toast_raw_datum_size(PG_GETARG_DATUM(0)) == toast_raw_datum_size(PG_GETARG_DATUM(1)) && compare(fcinfo) == 0;
}

/* TYPE_eq(TYPE, TYPE) RETURNS boolean, and so on */
#define OPERATOR(name, result) \
	COMMUNE_FUNCTION(name) \
	{ \
		PG_RETURN_BOOL(result); \
	}

OPERATOR(commune_record_did_eq, same(fcinfo))
OPERATOR(commune_record_did_ne, !same(fcinfo))
OPERATOR(commune_record_did_lt, compare(fcinfo) < 0)
OPERATOR(commune_record_did_le, compare(fcinfo) <= 0)
OPERATOR(commune_record_did_gt, compare(fcinfo) > 0)
OPERATOR(commune_record_did_ge, compare(fcinfo) >= 0)
OPERATOR(commune_record_jws_eq, same(fcinfo))
OPERATOR(commune_record_jws_ne, !same(fcinfo))
OPERATOR(commune_record_jws_lt, compare(fcinfo) < 0)
OPERATOR(commune_record_jws_le, compare(fcinfo) <= 0)
OPERATOR(commune_record_jws_gt, compare(fcinfo) > 0)
OPERATOR(commune_record_jws_ge, compare(fcinfo) >= 0)

/* did_cmp(did, did) RETURNS integer */
COMMUNE_FUNCTION(commune_record_did_cmp)
{
	PG_RETURN_INT32(compare(fcinfo));
}

/* jws_cmp(jws, jws) RETURNS integer */
COMMUNE_FUNCTION(commune_record_jws_cmp)
{
	PG_RETURN_INT32(compare(fcinfo));
}

/* Hash the bytes of the first argument. */
static Datum
hash(FunctionCallInfo fcinfo)
{
	struct varlena *v = PG_GETARG_VARLENA_PP(0);
	Datum		h = hash_any((const unsigned char *) VARDATA_ANY(v), (int) VARSIZE_ANY_EXHDR(v));

	PG_FREE_IF_COPY(v, 0);
	return h;
}

/* The same with a seed, in 64 bits. */
static Datum
hash_extended(FunctionCallInfo fcinfo)
{
	struct varlena *v = PG_GETARG_VARLENA_PP(0);
	Datum		h = hash_any_extended((const unsigned char *) VARDATA_ANY(v), (int) VARSIZE_ANY_EXHDR(v),
									  (uint64) PG_GETARG_INT64(1));

	PG_FREE_IF_COPY(v, 0);
	return h;
}

/* did_hash(did) RETURNS integer */
COMMUNE_FUNCTION(commune_record_did_hash)
{
	return hash(fcinfo);
}

/* did_hash_extended(did, bigint) RETURNS bigint */
COMMUNE_FUNCTION(commune_record_did_hash_extended)
{
	return hash_extended(fcinfo);
}

/* jws_hash(jws) RETURNS integer */
COMMUNE_FUNCTION(commune_record_jws_hash)
{
	return hash(fcinfo);
}

/* jws_hash_extended(jws, bigint) RETURNS bigint */
COMMUNE_FUNCTION(commune_record_jws_hash_extended)
{
	return hash_extended(fcinfo);
}

/* ---- sorting DIDs: keys are random, so their first bytes nearly always decide ---- */

static int
sort_compare(Datum a, Datum b, SortSupport sort)
{
	struct varlena *x = PG_DETOAST_DATUM_PACKED(a);
	struct varlena *y = PG_DETOAST_DATUM_PACKED(b);
	int			c = str_cmp(str_from_varlena(x), str_from_varlena(y));

	if (PointerGetDatum(x) != a)
		pfree(x);
	if (PointerGetDatum(y) != b)
		pfree(y);
	return c;
}

#if SIZEOF_DATUM == 8
/* The first eight bytes as a number that compares as they do. */
static Datum
sort_abbreviate(Datum original, SortSupport sort)
{
	struct varlena *v = PG_DETOAST_DATUM_PACKED(original);
	uint64_t	first = get_be64((const uint8_t *) VARDATA_ANY(v));

	if (PointerGetDatum(v) != original)
		pfree(v);
	return (Datum) first;
}

static bool
sort_abort(int count, SortSupport sort)
{
	return false;
}
#endif

/* did_sort(internal) RETURNS void */
COMMUNE_FUNCTION(commune_record_did_sort)
{
	SortSupport sort = (SortSupport) PG_GETARG_POINTER(0);

	sort->comparator = sort_compare;
#if SIZEOF_DATUM == 8
	if (sort->abbreviate)
	{
		sort->comparator = ssup_datum_unsigned_cmp;
		sort->abbrev_converter = sort_abbreviate;
		sort->abbrev_abort = sort_abort;
		sort->abbrev_full_comparator = sort_compare;
	}
#endif
	PG_RETURN_VOID();
}
