/*
 * web.c -- writes and reads the canonical bytes of a delegation graph.
 */
#include "delegation/web.h"

#include <inttypes.h>

bool
web_speaks(const Web *web, uint32_t v)
{
	for (int r = 0; r < web->ranks; r++)
		if (web->choice[r][v] != SILENT)
			return true;
	return false;
}

static int
sections_of(const Web *web)
{
	return (web->counted ? WEB_COUNTED : 0) | (web->weight != NULL ? WEB_WEIGHTS : 0) |
		(web->votes != NULL ? WEB_VOTES : 0) | (web->ends != NULL ? WEB_ENDS : 0);
}

/* Compute what all members take, without their texts. */
static uint64_t
size_of_members(IdKind kind, uint64_t n, int ranks, int sections)
{
	return n * ((kind == ID_NUMBER ? 8 : 4) + 4 * ranks + (sections & WEB_WEIGHTS ? 8 : 0) +
				(sections & WEB_VOTES ? 1 : 0) + (sections & WEB_ENDS ? 1 : 0));
}

static uint64_t
size_of_texts(const Ids *ids)
{
	uint64_t	size = 0;

	if (ids->kind == ID_TEXT)
		for (uint32_t v = 0; v < ids->n; v++)
			size += ids->text[v].n;
	return size;
}

uint64_t
web_size(const Web *web)
{
	const Ids  *ids = &web->ids;

	return WEB_HEADER + size_of_members(ids->kind, ids->n, web->ranks, sections_of(web)) + size_of_texts(ids);
}

/* Copy n integers of some width between memory and little-endian bytes; both ways are the same. */
static void
copy_le(void *to, const void *from, uint64_t n, size_t width)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	if (n > 0)
		memcpy(to, from, n * width);
#else
	for (uint64_t i = 0; i < n; i++)
		for (size_t b = 0; b < width; b++)
			((uint8_t *) to)[i * width + b] = ((const uint8_t *) from)[i * width + width - 1 - b];
#endif
}

static uint8_t *
put(uint8_t *out, const void *from, uint64_t n, size_t width)
{
	copy_le(out, from, n, width);
	return out + n * width;
}

void
web_write(uint8_t *out, const Web *web)
{
	const Ids  *ids = &web->ids;
	uint32_t	n = ids->n;
	uint32_t	texts = (uint32_t) size_of_texts(ids);
	uint32_t	end = 0;

	*out++ = WEB_VERSION;
	*out++ = (uint8_t) ids->kind;
	*out++ = (uint8_t) web->ranks;
	*out++ = (uint8_t) sections_of(web);
	out = put(out, &n, 1, 4);
	out = put(out, &texts, 1, 4);
	if (ids->kind == ID_NUMBER)
		out = put(out, ids->number, n, 8);
	else
		for (uint32_t v = 0; v < n; v++)
		{
			end += (uint32_t) ids->text[v].n;
			out = put(out, &end, 1, 4);
		}
	if (web->weight != NULL)
		out = put(out, web->weight, n, 8);
	for (int r = 0; r < web->ranks; r++)
		out = put(out, web->choice[r], n, 4);
	if (web->votes != NULL)
		out = put(out, web->votes, n, 1);
	if (web->ends != NULL)
		out = put(out, web->ends, n, 1);
	if (ids->kind == ID_TEXT)
		for (uint32_t v = 0; v < n; v++)
			out = put(out, ids->text[v].p, ids->text[v].n, 1);
}

/* Where the next bytes are read. */
typedef struct Reader
{
	const uint8_t *p;
	Arena	   *arena;
} Reader;

/*
 * Take n integers out of the bytes.  They stay where they are if that is where the machine would have them; an array of
 * none is something, too.
 */
static void *
take(Reader *in, uint64_t n, size_t width)
{
	void	   *out = (void *) in->p;

	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__ || (uintptr_t) in->p % width != 0)
	{
		out = arena_alloc(in->arena, n * width + 1);
		copy_le(out, in->p, n, width);
	}
	in->p += n * width;
	return out;
}

static Code
bad(Fault *fault, const char *what, int64_t v)
{
	return fault_set(fault, CODE_BAD_GRAPH_BYTES, v, "%s (member %" PRId64 " of the graph).", what, v);
}

static Code
bad_size(Fault *fault)
{
	return fault_set(fault, CODE_BAD_GRAPH_BYTES, -1, "The bytes do not have the size that their header announces.");
}

/* Find the texts by their ends, which must ascend and reach to the end of all. */
static Code
find_texts(Ids *ids, const uint32_t *end, const char *texts, uint32_t size, Arena *arena, Fault *fault)
{
	uint32_t	from = 0;

	ids->text = arena_alloc(arena, sizeof(Str) * ids->n);
	for (uint32_t v = 0; v < ids->n; v++)
	{
		if (end[v] < from || end[v] > size)
			return bad(fault, "A text does not end where it should", v);
		ids->text[v] = (Str){texts + from, end[v] - from};
		from = end[v];
	}
	return from == size ? CODE_OK : bad_size(fault);
}

static Code
check_ids(const Ids *ids, Fault *fault)
{
	for (uint32_t v = 1; v < ids->n; v++)
		if (id_cmp(ids->kind, ids_get(ids, v - 1), ids_get(ids, v)) >= 0)
			return bad(fault, "The members are not in ascending order", v);
	return CODE_OK;
}

/* Check that choices name others, that nobody else is chosen by who chose nobody, and that the last rank is in use. */
static Code
check_choices(const Web *web, Fault *fault)
{
	bool		last_used = false;

	for (int r = 0; r < web->ranks; r++)
	{
		last_used = r == 0;
		for (uint32_t v = 0; v < web->ids.n; v++)
		{
			uint32_t	to = web->choice[r][v];

			if (to < web->ids.n)
			{
				if (to == v)
					return bad(fault, "A member trusts himself", v);
				if (r > 0 && web->choice[0][v] == SAYS_NOBODY)
					return bad(fault, "A member trusts somebody and nobody", v);
				last_used = true;
			}
			else if (to != SILENT && !(to == SAYS_NOBODY && r == 0))
				return bad(fault, "A trustee is not in the graph", v);
		}
	}
	if (!last_used)
		return fault_set(fault, CODE_BAD_GRAPH_BYTES, -1, "The last rank is empty.");
	return CODE_OK;
}

/* Check that those who say nothing are trusted by somebody; choices are checked already. */
static Code
check_silent(const Web *web, Arena *arena, Fault *fault)
{
	uint32_t	n = web->ids.n;
	uint32_t	v = 0;
	uint8_t    *trusted;

	while (v < n && web_speaks(web, v))
		v++;
	if (v == n)
		return CODE_OK;
	trusted = arena_zero(arena, n);
	for (int r = 0; r < web->ranks; r++)
		for (uint32_t u = 0; u < n; u++)
			if (web->choice[r][u] < n)
				trusted[web->choice[r][u]] = 1;
	for (; v < n; v++)
		if (!trusted[v] && !web_speaks(web, v))
			return bad(fault, "Nothing is said about a member", v);
	return CODE_OK;
}

/* Check that weights, votes and ends are those of members whom a row was about, and that no section is empty. */
static Code
check_sections(const Web *web, Fault *fault)
{
	bool		weights = web->weight == NULL;
	bool		votes = web->votes == NULL;
	bool		ends = web->ends == NULL;

	for (uint32_t v = 0; v < web->ids.n; v++)
	{
		bool		speaks = web_speaks(web, v);

		if (web->weight != NULL && web->weight[v] != WEIGHT_SILENT)
		{
			if (web->weight[v] < 0 || !speaks)
				return bad(fault, "A weight is out of place", v);
			weights = true;
		}
		if (web->votes != NULL && web->votes[v] != 0)
		{
			if (web->votes[v] != 1 || !speaks)
				return bad(fault, "A vote is out of place", v);
			votes = true;
		}
		if (web->ends != NULL && web->ends[v] != 0)
		{
			for (int r = 0; r < 8; r++)
				if ((web->ends[v] >> r & 1) && (r >= web->ranks || web->choice[r][v] >= web->ids.n))
					return bad(fault, "A mark at a choice is out of place", v);
			ends = true;
		}
	}
	if (!weights || !votes || !ends)
		return fault_set(fault, CODE_BAD_GRAPH_BYTES, -1, "A section is empty.");
	return CODE_OK;
}

Code
web_read(Web *out, const uint8_t *bytes, size_t n, Arena *arena, Fault *fault)
{
	Reader		in = {bytes + WEB_HEADER, arena};
	const uint32_t *end = NULL;
	int			sections;
	uint32_t	texts;
	Code		code;

	if (n < WEB_HEADER)
		return bad_size(fault);
	if (bytes[0] != WEB_VERSION || (bytes[1] != ID_NUMBER && bytes[1] != ID_TEXT) || bytes[2] < 1 ||
		bytes[2] > RANKS_MAX)
		return fault_set(fault, CODE_BAD_GRAPH_BYTES, 0, "The header is not one of version %d.", WEB_VERSION);
	sections = bytes[3];
	if (sections > (WEB_COUNTED | WEB_WEIGHTS | WEB_VOTES | WEB_ENDS) ||
		((sections & WEB_VOTES) && !(sections & WEB_COUNTED)))
		return fault_set(fault, CODE_BAD_GRAPH_BYTES, 3, "The header announces unknown sections.");
	*out = (Web){.ids.kind = (IdKind) bytes[1], .ranks = bytes[2], .counted = sections & WEB_COUNTED};
	copy_le(&out->ids.n, bytes + 4, 1, 4);
	copy_le(&texts, bytes + 8, 1, 4);
	if (out->ids.n > GRAPH_MEMBERS_MAX || (out->ids.kind == ID_NUMBER && texts > 0) ||
		n - WEB_HEADER != size_of_members(out->ids.kind, out->ids.n, out->ranks, sections) + texts)
		return bad_size(fault);

	if (out->ids.kind == ID_NUMBER)
		out->ids.number = take(&in, out->ids.n, 8);
	else
		end = take(&in, out->ids.n, 4);
	if (sections & WEB_WEIGHTS)
		out->weight = take(&in, out->ids.n, 8);
	for (int r = 0; r < out->ranks; r++)
		out->choice[r] = take(&in, out->ids.n, 4);
	if (sections & WEB_VOTES)
		out->votes = take(&in, out->ids.n, 1);
	if (sections & WEB_ENDS)
		out->ends = take(&in, out->ids.n, 1);
	if (out->ids.kind == ID_TEXT && (code = find_texts(&out->ids, end, (const char *) in.p, texts, arena, fault)) != CODE_OK)
		return code;

	if ((code = check_ids(&out->ids, fault)) != CODE_OK || (code = check_choices(out, fault)) != CODE_OK ||
		(code = check_silent(out, arena, fault)) != CODE_OK)
		return code;
	return sections & (WEB_WEIGHTS | WEB_VOTES | WEB_ENDS) ? check_sections(out, fault) : CODE_OK;
}

void
web_graph(Graph *out, const Web *web, Arena *arena)
{
	int64_t    *weight = NULL;

	if (web->weight != NULL)
	{
		weight = arena_alloc(arena, sizeof(int64_t) * web->ids.n);
		for (uint32_t v = 0; v < web->ids.n; v++)
			weight[v] = web->weight[v] == WEIGHT_SILENT ? 1 : web->weight[v];
	}
	*out = (Graph){.n = web->ids.n, .ranks = web->ranks, .ends = web->ends, .weight = weight};
	for (int r = 0; r < web->ranks; r++)
		out->choice[r] = web->choice[r];
	if (web->counted)
		out->votes = web->votes != NULL ? web->votes : arena_zero(arena, web->ids.n);
}
