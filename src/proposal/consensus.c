/*
 * consensus.c -- rounds of consent: a block counts only with a principle and with others who cite the same one.
 *
 * A ballot of the method consent agrees, has reservations, stands aside, or blocks.  Who blocks cites an article of the
 * constitution.  There is consent when nobody blocks validly, not too many stand aside, and enough of all members agree,
 * with reservations or without.
 */
#include "proposal/proposal.h"

#include "law/enacted.h"

/* How many votes rest on each article that blocks cite. */
typedef struct Cited
{
	int32_t		article;
	int64_t		members;
} Cited;

typedef struct ConsentCounter
{
	Representation r;
	const Poll *poll;
	Consent    *out;
	Arena	   *arena;
	Cited	   *cited;
	size_t		n;
	size_t		room;
} ConsentCounter;

static bool
cast(void *self, const void *row)
{
	ConsentCounter *counter = self;

	(void) representation_cast(&counter->r, counter->poll, row);
	return true;
}

/* Count a block: members who sign it themselves, not those they represent. */
static void
cite(ConsentCounter *counter, int32_t article)
{
	size_t		i = 0;

	while (i < counter->n && counter->cited[i].article != article)
		i++;
	if (i == counter->room)
	{
		Cited	   *grown = arena_zero(counter->arena, (counter->room * 2 + 8) * sizeof *grown);

		if (counter->n > 0)
			memcpy(grown, counter->cited, counter->n * sizeof *grown);
		counter->cited = grown;
		counter->room = counter->room * 2 + 8;
	}
	if (i == counter->n)
		counter->cited[counter->n++] = (Cited){.article = article};
	counter->cited[i].members++;
}

static bool
count(void *self, const void *row)
{
	ConsentCounter *counter = self;
	const Ballot *ballot = row;
	int32_t		place = electorate_place(&counter->r.electorate, ballot->member);
	int64_t		weight = place >= 0 ? counter->r.weight[place] : 0;

	if (place < 0)
		return true;
	if (ballot->abstain)
		counter->out->abstained += weight;
	else if (ballot->option >= CONSENT_AGREE && ballot->option <= CONSENT_BLOCK)
	{
		counter->out->votes[ballot->option] += weight;
		if (ballot->option == CONSENT_BLOCK && ballot->votes.n == 1)
			cite(counter, ballot->votes.v[0]);
	}
	return true;
}

/* Whether the constitution has this article.  Where there is no constitution yet, nobody can say that it has not. */
static bool
is_principle(State *state, Arena *arena, int32_t article)
{
	return law_find(state, CONSTITUTION) == NULL || constitution_has(state, arena, arena_printf(arena, "%d", article));
}

Code
consent_count(Consent *out, Arena *arena, State *state, Poll *poll, const Terms *terms, Fault *fault)
{
	ConsentCounter counter = {.poll = poll, .out = out, .arena = arena};
	Fraction	approval = terms->bars.approval;
	int64_t		agree;
	Code		code;

	*out = (Consent){.electorate = poll->electorate};
	if ((code = representation_begin(&counter.r, arena, state, poll, fault)) != CODE_OK)
		return code;
	state_scan(state, BALLOT_BY_POLL, 1, &(Ballot){.poll = poll->seq}, SCAN_ALL, cast, &counter);
	representation_end(&counter.r, arena);
	state_scan(state, BALLOT_BY_POLL, 1, &(Ballot){.poll = poll->seq}, SCAN_ALL, count, &counter);
	for (size_t i = 0; i < counter.n; i++)
		if (counter.cited[i].members >= terms->cosigners && !out->blocked && is_principle(state, arena, counter.cited[i].article))
		{
			out->blocked = true;
			out->principle = counter.cited[i].article;
		}
	agree = out->votes[CONSENT_AGREE] + out->votes[CONSENT_RESERVATIONS];
	out->reached = !out->blocked && agree > 0 && share_reached(agree, out->electorate, approval) &&
		(terms->stand_aside.den == 0 ||
		 out->votes[CONSENT_STAND_ASIDE] <= share_ceil(out->electorate, terms->stand_aside));
	return CODE_OK;
}
