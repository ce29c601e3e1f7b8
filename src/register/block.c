/*
 * block.c -- the bytes that a block's header commits to.
 */
#include "register/block.h"

#include "crypto/crypto.h"
#include "record/record.h"

static const uint8_t source_letter[] = {'a', 'r', 'e', 'g'};

/* Each member is 41 bytes: index, source letter, seq, era, xid, received_at, integers as 8 bytes big-endian. */
void
block_members_hash(Digest *out, int64_t first, const LeafMember *members, size_t n)
{
	sha256_begin();
	for (size_t i = 0; i < n; i++)
	{
		uint8_t		place[41];

		put_be64(place, (uint64_t) first + i);
		place[8] = source_letter[members[i].source];
		put_be64(place + 9, (uint64_t) members[i].seq);
		put_be64(place + 17, (uint64_t) members[i].era);
		put_be64(place + 25, members[i].xid);
		put_be64(place + 33, (uint64_t) members[i].received_at);
		sha256_add(place, sizeof place);
	}
	sha256_end(out->b);
}

/* Each verdict is 13 bytes: index as 8 bytes big-endian, five letters of SQLSTATE. */
void
block_verdicts_hash(Digest *out, const Verdict *verdicts, size_t n)
{
	sha256_begin();
	for (size_t i = 0; i < n; i++)
	{
		uint8_t		verdict[13];

		put_be64(verdict, (uint64_t) verdicts[i].index);
		memcpy(verdict + 8, code_sqlstate(verdicts[i].code), 5);
		sha256_add(verdict, sizeof verdict);
	}
	sha256_end(out->b);
}

static void
put_int(Buf *b, const char *name, int64_t value)
{
	buf_text(b, name);
	buf_int(b, value);
}

static void
put_hash(Buf *b, const char *name, const Digest *hash)
{
	char		id[ID_TEXT_LEN];

	id_print(id, hash->b);
	buf_text(b, name);
	buf_char(b, '"');
	buf_add(b, id, sizeof id);
	buf_char(b, '"');
}

Str
block_header_print(Arena *arena, const BlockHeader *h)
{
	Buf			b;

	buf_init(&b, arena);
	put_int(&b, "{\"era\":", h->era);
	buf_text(&b, h->finished ? ",\"finished\":true" : ",\"finished\":false");
	put_int(&b, ",\"first\":", h->first);
	put_hash(&b, ",\"members\":", &h->members);
	put_int(&b, ",\"number\":", h->number);
	put_hash(&b, ",\"previous\":", &h->previous);
	put_int(&b, ",\"size\":", h->size);
	buf_text(&b, ",\"snapshot\":");
	json_quote(&b, h->snapshot);
	put_int(&b, ",\"time\":", h->time);
	put_hash(&b, ",\"verdicts\":", &h->verdicts);
	buf_char(&b, '}');
	return buf_done(&b);
}

static int64_t
get_int(const Json *object, const char *name)
{
	const Json *v = json_get(object, name);

	return v != NULL && v->type == JSON_INT ? v->number : -1;
}

static void
get_hash(Digest *out, const Json *object, const char *name)
{
	const Json *v = json_get(object, name);

	if (v == NULL || v->type != JSON_STRING || !id_parse(out->b, v->string))
		memset(out, 0, sizeof *out);
}

Code
block_header_parse(BlockHeader *out, Arena *arena, Str text, Fault *fault)
{
	const Json *o;
	const Json *snapshot;
	Fault		inner;

	if (json_parse(&o, arena, text.p, text.n, &inner) != CODE_OK || o->type != JSON_OBJECT)
		return fault_set(fault, CODE_DAMAGED, 0, "a block's header is no JSON object");
	snapshot = json_get(o, "snapshot");
	*out = (BlockHeader){
		.number = get_int(o, "number"),
		.era = get_int(o, "era"),
		.time = get_int(o, "time"),
		.first = get_int(o, "first"),
		.size = get_int(o, "size"),
		.finished = json_get(o, "finished") != NULL && json_get(o, "finished")->type == JSON_TRUE,
		.snapshot = snapshot != NULL && snapshot->type == JSON_STRING ? snapshot->string : STR(""),
	};
	get_hash(&out->members, o, "members");
	get_hash(&out->previous, o, "previous");
	get_hash(&out->verdicts, o, "verdicts");

	/* What was not understood above would be printed differently. */
	if (!str_eq(block_header_print(arena, out), text))
		return fault_set(fault, CODE_DAMAGED, 0, "a block's header is not in canonical form");
	return CODE_OK;
}

void
block_header_leaf(Digest *out, Str header)
{
	static const uint8_t prefix[] = "\0" HEADER_PREFIX;

	sha256_begin();
	sha256_add(prefix, sizeof prefix - 1);
	sha256_add(header.p, header.n);
	sha256_end(out->b);
}

void
entry_leaf(Digest *out, Str body)
{
	static const uint8_t prefix[] = "\0" ENTRY_PREFIX;

	sha256_begin();
	sha256_add(prefix, sizeof prefix - 1);
	sha256_add(body.p, body.n);
	sha256_end(out->b);
}

/*
 * Stored members: for each a variable-length integer, seven bits a byte, the lowest first, of
 * zigzag(seq - previous seq) * 4 + source.  Neighbours, each one seq above the one before, stand together: the source
 * alone, as if the difference were 0, and how many they are.  A difference that is 0 is the source and a count of 0.
 */
#define RUN_MIN 4				/* fewer neighbours take no more bytes one by one */

static void
put_varint(Buf *b, uint64_t v)
{
	for (; v >= 128; v >>= 7)
		buf_char(b, (char) ((v & 127) | 128));
	buf_char(b, (char) v);
}

Str
block_members_pack(Arena *arena, const LeafMember *members, size_t n)
{
	Buf			b;
	int64_t		previous = 0;

	buf_init(&b, arena);
	for (size_t i = 0; i < n; i++)
	{
		int64_t		delta = members[i].seq - previous;
		uint64_t	zigzag = (uint64_t) delta << 1 ^ (delta < 0 ? UINT64_MAX : 0);
		size_t		run = 0;

		while (i + run < n && members[i + run].source == members[i].source &&
			   members[i + run].seq == previous + 1 + (int64_t) run)
			run++;
		if (run >= RUN_MIN)
		{
			put_varint(&b, (uint64_t) members[i].source);
			put_varint(&b, run);
			i += run - 1;
		}
		else
		{
			put_varint(&b, zigzag << 2 | (uint64_t) members[i].source);
			if (zigzag == 0)
				buf_char(&b, 0);
		}
		previous = members[i].seq;
	}
	return buf_done(&b);
}

/* Read an integer of the list; false if it is cut off or too long. */
static bool
get_varint(uint64_t *v, MemberWalk *walk)
{
	uint8_t		byte;
	int			shift = 0;

	*v = 0;
	do
	{
		if (walk->at == walk->packed.n || shift > 63)
			return false;
		byte = (uint8_t) walk->packed.p[walk->at++];
		*v |= (uint64_t) (byte & 127) << shift;
		shift += 7;
	} while (byte & 128);
	return true;
}

/* Read the next member, or neighbours that stand together. */
static Code
next_item(MemberRun *run, MemberWalk *walk, Fault *fault)
{
	uint64_t	v;
	uint64_t	count = 1;

	if (!get_varint(&v, walk) || (v < 4 && !get_varint(&count, walk)))
		return fault_set(fault, CODE_DAMAGED, (int64_t) walk->at, "a block's list of members is cut off");
	run->source = (LeafSource) (v & 3);
	if (v < 4 && count > 0)
		run->seq = (int64_t) ((uint64_t) walk->seq + 1);
	else
	{
		v >>= 2;
		run->seq = (int64_t) ((uint64_t) walk->seq + (v >> 1 ^ -(v & 1)));
		count = 1;
	}
	if (count > MEMBERS_MAX - walk->n || run->seq > INT64_MAX - (int64_t) count)
		return fault_set(fault, CODE_DAMAGED, (int64_t) walk->at, "a block's list of members is too long");
	run->n = (int64_t) count;
	walk->n += count;
	walk->seq = run->seq + run->n - 1;
	return CODE_OK;
}

Code
block_members_next(MemberRun *run, MemberWalk *walk, Fault *fault)
{
	Code		code;

	*run = (MemberRun){.n = 0};
	if (walk->has_ahead)
	{
		*run = walk->ahead;
		walk->has_ahead = false;
	}
	else if (walk->at < walk->packed.n && (code = next_item(run, walk, fault)) != CODE_OK)
		return code;
	while (run->n > 0 && walk->at < walk->packed.n)
	{
		if ((code = next_item(&walk->ahead, walk, fault)) != CODE_OK)
			return code;
		if (walk->ahead.source != run->source || walk->ahead.seq != run->seq + run->n)
		{
			walk->has_ahead = true;
			break;
		}
		run->n += walk->ahead.n;
	}
	return CODE_OK;
}

Code
block_members_last(int64_t *seq, Str packed, Fault *fault)
{
	MemberWalk	walk = {.packed = packed};
	MemberRun	run;
	Code		code;

	*seq = 0;
	while ((code = block_members_next(&run, &walk, fault)) == CODE_OK && run.n > 0 && run.source != LEAF_ENGINE)
		*seq = run.seq + run.n - 1;
	return code;
}

Code
block_members_slice(MemberRef *out, size_t *n, Str packed, size_t from, size_t upto, Fault *fault)
{
	MemberWalk	walk = {.packed = packed};
	MemberRun	run;
	size_t		at = 0;
	Code		code;

	for (*n = 0; (code = block_members_next(&run, &walk, fault)) == CODE_OK && run.n > 0; at += (size_t) run.n)
		for (size_t i = at < from ? from - at : 0; i < (size_t) run.n && at + i < upto; i++)
			out[(*n)++] = (MemberRef){.source = run.source, .seq = run.seq + (int64_t) i};
	return code;
}

Code
block_members_count(size_t *n, Str packed, Fault *fault)
{
	MemberWalk	walk = {.packed = packed};
	MemberRun	run;
	Code		code;

	for (*n = 0; (code = block_members_next(&run, &walk, fault)) == CODE_OK && run.n > 0;)
		*n += (size_t) run.n;
	return code;
}

Code
block_members_unpack(const MemberRef **out, size_t *n, Arena *arena, Str packed, Fault *fault)
{
	MemberRef  *refs;
	Code		code;

	if ((code = block_members_count(n, packed, fault)) != CODE_OK)
		return code;
	refs = arena_alloc(arena, *n * sizeof *refs);
	*out = refs;
	return block_members_slice(refs, n, packed, 0, *n, fault);
}

Str
frontier_pack(Arena *arena, const Frontier *frontier)
{
	size_t		n = (size_t) frontier_peaks(frontier->size) * HASH_SIZE;

	return (Str){arena_copy(arena, frontier->peak, n), n};
}

Code
frontier_unpack(Frontier *out, uint64_t size, Str packed, Fault *fault)
{
	if (packed.n != (size_t) frontier_peaks(size) * HASH_SIZE)
		return fault_set(fault, CODE_DAMAGED, 0, "a frontier of %zu bytes does not belong to size %llu",
						 packed.n, (unsigned long long) size);
	out->size = size;
	if (packed.n > 0)
		memcpy(out->peak, packed.p, packed.n);
	return CODE_OK;
}
