/*
 * represent.c -- resolves the delegations of a poll, and explains what it did.
 */
#include "delegation/represent.h"

Code
representation_begin(Representation *out, Arena *arena, State *state, Poll *poll, Fault *fault)
{
	size_t		n;
	Code		code;

	if (poll->opened == INT8_NONE)
		return fault_set(fault, CODE_POLL_NOT_OPEN, -1, "The poll \"%.*s\" is %.*s.",
						 (int) poll->name.n, poll->name.p, (int) poll->status.n, poll->status.p);
	if ((code = member_electorate(&out->electorate, arena, state, poll->opened, fault)) != CODE_OK)
		return code;
	if (out->electorate.n > (int32_t) GRAPH_MEMBERS_MAX)
		return fault_set(fault, CODE_TOO_LARGE, -1, "An electorate has at most %u members.", GRAPH_MEMBERS_MAX);
	n = (size_t) out->electorate.n;
	delegation_lists(&out->lists, arena, state, poll, &out->electorate, poll->opened, poll->opened_at);
	delegation_graph(&out->graph, arena, &out->lists, &out->electorate);
	out->graph.cap = method_cap(poll_params(state, poll), (int64_t) n);
	representation_renew(out, arena);
	return CODE_OK;
}

void
representation_renew(Representation *r, Arena *arena)
{
	r->votes = arena_zero(arena, r->graph.n);
	r->late = arena_zero(arena, r->graph.n);
	r->graph.votes = r->votes;
}

int32_t
representation_cast(Representation *r, const Poll *poll, const Ballot *ballot)
{
	int32_t		place = electorate_place(&r->electorate, ballot->member);

	if (place >= 0)
	{
		r->late[place] = poll->frozen != INT8_NONE && ballot->since >= poll->frozen;
		r->votes[place] = !r->late[place];
	}
	return place;
}

void
representation_end(Representation *r, Arena *arena)
{
	uint32_t	n = r->graph.n;

	graph_resolve(&r->resolution, &r->graph, false, arena);
	r->weight = arena_zero(arena, n * sizeof *r->weight);
	for (uint32_t v = 0; v < n; v++)
	{
		uint32_t	head = r->late[v] ? v : r->resolution.head[v];

		if (r->late[head] ? head == v : r->votes[head])
			r->weight[head]++;
	}
}

typedef struct Reader
{
	Representation *r;
	const Poll *poll;
	int64_t		index;
} Reader;

static bool
read_ballot(void *self, const void *row)
{
	Reader	   *reader = self;
	const Ballot *ballot = row;

	if (ballot->since < reader->index)
		(void) representation_cast(reader->r, reader->poll, ballot);
	return true;
}

void
representation_count(Representation *r, Arena *arena, State *state, const Poll *poll, int64_t index)
{
	Reader		reader = {r, poll, index};

	state_scan(state, BALLOT_BY_POLL, 1, &(Ballot){.poll = poll->seq}, SCAN_ALL, read_ballot, &reader);
	representation_end(r, arena);
}

Code
representation_read(Representation *out, Arena *arena, State *state, Poll *poll, int64_t index, Fault *fault)
{
	Code		code = representation_begin(out, arena, state, poll, fault);

	if (code == CODE_OK)
		representation_count(out, arena, state, poll, index);
	return code;
}

void
representation_concentration(Concentration *out, const Representation *r, Arena *arena)
{
	int64_t		held = 0;
	int64_t    *ballots;		/* of each weight */

	*out = (Concentration){0};
	for (uint32_t v = 0; v < r->graph.n; v++)
	{
		out->votes += r->weight[v];
		out->squares += r->weight[v] * r->weight[v];
		out->largest = r->weight[v] > out->largest ? r->weight[v] : out->largest;
	}
	ballots = arena_zero(arena, ((size_t) out->largest + 1) * sizeof *ballots);
	for (uint32_t v = 0; v < r->graph.n; v++)
		ballots[r->weight[v]]++;
	for (int64_t weight = out->largest; weight > 0 && 2 * held <= out->votes; weight--)
	{
		int64_t		needed = (out->votes / 2 - held) / weight + 1;
		int64_t		taken = ballots[weight] < needed ? ballots[weight] : needed;

		held += taken * weight;
		out->nakamoto += taken;
	}
}

/* ---- explained ---- */

static void
add(Way *way, Hop hop, Arena *arena)
{
	if (way->n == way->room)
	{
		size_t		room = way->room * 2 + 16;
		Hop		   *grown = arena_alloc(arena, room * sizeof *grown);

		if (way->n > 0)
			memcpy(grown, way->hop, way->n * sizeof *grown);
		way->hop = grown;
		way->room = room;
	}
	way->hop[way->n++] = hop;
}

/* Say why a choice of v was passed over; sums are the lengths of the ways that were taken. */
static const char *
why_not(const Representation *r, uint32_t v, int rank, const uint32_t *sums)
{
	const DelegateList *list = &r->lists.at[v];
	int32_t		trustee = electorate_place(&r->electorate, list->to[rank - 1]);

	if (trustee < 0)
		return "not a member";
	if ((list->must_vote >> (rank - 1) & 1) && !r->votes[trustee])
		return r->late[trustee] ? "voted too late" : "does not vote";
	if (sums[trustee] == NOBODY)
		return "leads to nobody";
	return r->graph.cap > 0 && (sums[v] == NOBODY || sums[trustee] + (uint32_t) rank <= sums[v]) ? "cap reached" : "longer way";
}

/* Explain the choices of v up to the one that leads to a voter; all of them if none does. */
static void
explain_choices(Way *out, const Representation *r, uint32_t v, uint32_t hop, const uint32_t *sums, Arena *arena)
{
	const DelegateList *list = &r->lists.at[v];
	uint32_t	delegate = r->resolution.delegate[v];
	bool		done = false;

	for (int rank = 1; rank <= list->n && !done; rank++)
	{
		int32_t		trustee = electorate_place(&r->electorate, list->to[rank - 1]);
		bool		taken = trustee >= 0 && (uint32_t) trustee == delegate;

		done = taken && sums[v] != NOBODY;
		add(out, (Hop){
			.hop = hop,
			.place = (int32_t) v,
			.scope = &r->lists.scope[list->scope],
			.rank = rank,
			.trustee = list->to[rank - 1],
			.reason = taken ? (rank == 1 ? "delegates" : "backup") : why_not(r, v, rank, sums),
		}, arena);
	}
}

/* Say why a way ends with v, who has not been passed before. */
static const char *
why_here(const Representation *r, uint32_t v, bool asked, const uint32_t *sums)
{
	const DelegateList *list = &r->lists.at[v];

	if (r->votes[v] || (asked && r->late[v]))
		return "votes";
	if (r->late[v])
		return "voted too late";
	if (list->n > 0)
		return graph_is_cut(&r->graph, v, sums) ? "cap reached" : "no choice helps";
	if (list->to != NULL)
		return "nobody";
	return list->expired ? "expired" : "no list";
}

void
representation_explain(Way *out, const Representation *r, int64_t member, Arena *arena)
{
	int32_t		place = electorate_place(&r->electorate, member);
	const uint32_t *delegate = r->resolution.delegate;
	uint32_t   *sums;
	uint32_t   *unused;
	uint32_t	steps;
	uint32_t	ring;
	uint32_t	v = (uint32_t) place;
	uint32_t	hop = 0;

	*out = (Way){0};
	if (place < 0)
	{
		add(out, (Hop){.place = -1, .trustee = INT8_NONE, .reason = "not in the electorate"}, arena);
		return;
	}
	sums = arena_alloc(arena, r->graph.n * sizeof *sums);
	unused = arena_alloc(arena, r->graph.n * sizeof *unused);
	graph_choose(unused, sums, &r->graph, arena);
	graph_measure(&steps, &ring, delegate, v);
	if (r->late[v])
		steps = ring = 0;
	for (; hop < steps + ring; hop++, v = delegate[v])
		explain_choices(out, r, v, hop, sums, arena);
	if (ring == 0 && !r->votes[v] && !(hop == 0 && r->late[v]))
		explain_choices(out, r, v, hop, sums, arena);
	add(out, (Hop){
		.hop = hop,
		.place = (int32_t) v,
		.scope = r->lists.at[v].to != NULL && !r->votes[v] && !r->late[v] ? &r->lists.scope[r->lists.at[v].scope] : NULL,
		.trustee = INT8_NONE,
		.reason = ring > 0 ? "ring" : why_here(r, v, hop == 0, sums),
	}, arena);
}
