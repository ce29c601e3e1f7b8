/*
 * block.c -- bytes of a stored block that may be anything.  The first byte says what the rest is: h a header, m a list of
 * members, s a snapshot, f a frontier.
 */
#include "register/block.h"
#include "register/snapshot.h"

#include <stdlib.h>

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A header that is taken is printed the same. */
static void
header(Arena *arena, Str text)
{
	BlockHeader h;
	Fault		fault = {.code = CODE_OK};
	Code		code = block_header_parse(&h, arena, text, &fault);

	if (code == CODE_OK ? !str_eq(block_header_print(arena, &h), text) : (code != CODE_DAMAGED || fault.code != code))
		abort();
}

/* A list that is taken means the same once it has been packed again. */
static void
members(Arena *arena, Str packed)
{
	const MemberRef *refs;
	const MemberRef *again;
	LeafMember *list;
	size_t		n;
	size_t		m;
	Code		code = block_members_count(&n, packed, NULL);

	if (code != CODE_OK)
	{
		if (code != CODE_DAMAGED)
			abort();
		return;
	}
	if (n > MEMBERS_MAX)
		abort();
	if (n > 1000)				/* few bytes list many: one by one they would take long */
		return;
	if (block_members_unpack(&refs, &m, arena, packed, NULL) != CODE_OK || m != n)
		abort();
	list = arena_zero(arena, n * sizeof *list);
	for (size_t i = 0; i < n; i++)
	{
		/* Beyond 60 bits a difference does not fit; seqs do not come so far. */
		if (refs[i].seq < 0 || refs[i].seq >= INT64_C(1) << 60)
			return;
		list[i].source = refs[i].source;
		list[i].seq = refs[i].seq;
	}
	if (block_members_unpack(&again, &m, arena, block_members_pack(arena, list, n), NULL) != CODE_OK || m != n)
		abort();
	for (size_t i = 0; i < n; i++)
		if (refs[i].source != again[i].source || refs[i].seq != again[i].seq)
			abort();
}

/* What a snapshot sees, against looking through its list. */
static void
snapshot(Arena *arena, Str text)
{
	XidSnapshot s;

	if (snapshot_parse(&s, arena, text, NULL) != CODE_OK)
		return;
	if (s.xmin > s.xmax || s.nxip > text.n)
		abort();
	for (size_t i = 0; i < s.nxip; i++)
	{
		if (s.xip[i] < s.xmin || s.xip[i] >= s.xmax || (i > 0 && s.xip[i] <= s.xip[i - 1]) || snapshot_sees(&s, s.xip[i]))
			abort();
		if (s.xip[i] + 1 < s.xmax && (i + 1 == s.nxip || s.xip[i + 1] > s.xip[i] + 1) && !snapshot_sees(&s, s.xip[i] + 1))
			abort();
	}
	if (snapshot_sees(&s, s.xmax) || (s.xmin > 0 && !snapshot_sees(&s, s.xmin - 1)))
		abort();
}

/* The first byte is the size of the tree. */
static void
frontier(Arena *arena, Str bytes)
{
	Frontier	f;
	uint64_t	tree = bytes.n > 0 ? (uint8_t) bytes.p[0] : 0;

	if (bytes.n > 0 && frontier_unpack(&f, tree, (Str){bytes.p + 1, bytes.n - 1}, NULL) == CODE_OK &&
		!str_eq(frontier_pack(arena, &f), (Str){bytes.p + 1, bytes.n - 1}) && bytes.n > 1)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	HeapArena	heap;
	Str			rest = {(const char *) data + 1, size - 1};

	if (size == 0)
		return 0;
	heap_arena_init(&heap);
	switch (data[0])
	{
		case 'h':
			header(&heap.arena, rest);
			break;
		case 'm':
			members(&heap.arena, rest);
			break;
		case 's':
			snapshot(&heap.arena, rest);
			break;
		case 'f':
			frontier(&heap.arena, rest);
			break;
	}
	heap_arena_free(&heap);
	return 0;
}
