/*
 * outlook.c -- counts the ballots of a poll for and against each alternative, and says what they decide.
 */
#include "proposal/outlook.h"

typedef struct BallotCounter
{
	const Representation *r;
	const Poll *poll;
	Outlook   *outlook;
} BallotCounter;

static bool
cast_ballot(void *self, const void *row)
{
	BallotCounter    *counter = self;

	(void) representation_cast((Representation *) counter->r, counter->poll, row);
	return true;
}

/* The ranks of n options in a ranking; those that it does not name come last. */
static void
read_ranks(uint32_t *rank, size_t n, Str ranking)
{
	const uint8_t *p = (const uint8_t *) ranking.p;
	const uint8_t *end = p + ranking.n;
	uint32_t	place = 0;
	Rank		at;

	for (size_t i = 0; i < n; i++)
		rank[i] = UINT32_MAX;
	while (ranking.n > 0 && rank_next(&at, &p, end))
	{
		place++;
		for (uint32_t i = 0; i < at.n; i++)
			if (rank_option(&at, i) <= n)
				rank[rank_option(&at, i) - 1] = place;
	}
}

static bool
count_ballot(void *self, const void *row)
{
	BallotCounter    *counter = self;
	const Ballot *ballot = row;
	Outlook   *s = counter->outlook;
	int32_t		place = electorate_place(&counter->r->electorate, ballot->member);
	int64_t		weight = place >= 0 ? counter->r->weight[place] : 0;
	uint32_t	rank[PROPOSAL_ALTERNATIVES_MAX + 2] = {0};

	s->cast += weight;
	if (!ballot->abstain && ballot->option == INT4_NONE)
		read_ranks(rank, s->n + 1, ballot->ranking);
	for (size_t i = 0; i < s->n; i++)
	{
		int			c = ballot->abstain ? 0 : ballot->option != INT4_NONE ? (ballot->option == 1 ? 1 : -1) :
			(rank[i] < rank[s->n]) - (rank[i] > rank[s->n]);

		*(c > 0 ? &s->counts[i].yes : c < 0 ? &s->counts[i].no : &s->counts[i].abstain) += weight;
	}
	return true;
}

/* A bar half-way between what it was and all votes, for a second vote that objections force. */
static Bars
raised_bars(const Bars *bars)
{
	Bars		raised = *bars;

	raised.support = (Fraction){bars->support.num + bars->support.den, 2 * bars->support.den};
	return raised;
}

/* The part of a poll's time that has passed. */
static int64_t
time_passed(const Poll *poll, const Terms *terms, int64_t time)
{
	int64_t		passed = time - poll->opened_at;

	return passed >= terms->voting ? SHARE_ONE : (int64_t) ((__int128) passed * SHARE_ONE / terms->voting);
}

/* The best of the alternatives that clear their bars; n if there is none, or two stand equal. */
static Code
find_winner(Outlook *s, Fold *fold, Poll *poll)
{
	Tally		tally;
	size_t		able = 0;
	bool		tied = false;
	Code		code;

	s->winner = s->n;
	for (size_t i = 0; i < s->n; i++)
		if (s->decision[i].accepted)
		{
			able++;
			s->winner = i;
		}
	if (able < 2)
		return CODE_OK;
	if ((code = tally_poll(&tally, fold->scratch, fold->state, poll, fold->fault)) != CODE_OK)
		return code;
	s->winner = s->n;
	for (size_t i = 0; i < s->n; i++)
	{
		if (!s->decision[i].accepted)
			continue;
		if (s->winner < s->n && tally.option[i].rank == tally.option[s->winner].rank)
			tied = true;
		else if (s->winner == s->n || tally.option[i].rank < tally.option[s->winner].rank)
		{
			s->winner = i;
			tied = false;
		}
	}
	if (tied)
		s->winner = s->n;
	return CODE_OK;
}

Code
outlook(Outlook *s, Fold *fold, Poll *poll, const Proposals *list, const Terms *terms, int64_t time)
{
	Turnout    *turnout = turnout_find(fold);
	Bars		bars = list->v[0]->raised ? raised_bars(&terms->bars) : terms->bars;
	Representation r;
	BallotCounter		counter = {&r, poll, s};
	Code		code = representation_begin(&r, fold->scratch, fold->state, poll, fold->fault);

	*s = (Outlook){.n = list->n, .winner = list->n,
					.counts = arena_zero(fold->scratch, list->n * sizeof *s->counts),
					.decision = arena_zero(fold->scratch, list->n * sizeof *s->decision)};
	if (code != CODE_OK)
		return code;
	state_scan(fold->state, BALLOT_BY_POLL, 1, &(Ballot){.poll = poll->seq}, SCAN_ALL, cast_ballot, &counter);
	representation_end(&r, fold->scratch);
	state_scan(fold->state, BALLOT_BY_POLL, 1, &(Ballot){.poll = poll->seq}, SCAN_ALL, count_ballot, &counter);
	for (size_t i = 0; i < s->n; i++)
	{
		s->counts[i].electorate = poll->electorate;
		bars_decide(&s->decision[i], &bars, &s->counts[i], turnout->average, time_passed(poll, terms, time));
	}
	return find_winner(s, fold, poll);
}
