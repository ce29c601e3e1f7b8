/*
 * ballot.c -- casting a ballot; the last one that is sealed before the poll closes counts.
 */
#include "poll/poll.h"

static const Col ballot_cols[] = {
	COL(COL_INT8, Ballot, poll),
	COL(COL_INT8, Ballot, member),
	COL(COL_INT8, Ballot, seq),
	COL(COL_INT8, Ballot, since),
	COL(COL_INT4, Ballot, option),
	COL(COL_BOOL, Ballot, abstain),
	COL(COL_BOOL, Ballot, final),
	COL(COL_INT4S, Ballot, votes),
	COL(COL_BYTES, Ballot, ranking),
};

const Rel	ballot_rel = {REL_BALLOT, "ballot", sizeof(Ballot), sizeof ballot_cols / sizeof *ballot_cols, ballot_cols};
const RowPath ballot_by_poll = {BALLOT_BY_POLL, REL_BALLOT, "ballot_pkey", true, 2, {0, 1}, PATH_ALL, 0};

static const MemberSpec ballot_members[] = {
	{"poll", MEMBER_ID, false, 0, 0},
	{"choice", MEMBER_OBJECT, false, 0, 0},
	{NULL}
};

Poll *
poll_of_ballot(State *state, const Json *payload)
{
	const Json *v = json_get(payload, "poll");
	Digest		id;
	Poll		probe = {.manifest = {(const char *) id.b, HASH_SIZE}};

	if (v == NULL || v->type != JSON_STRING || !id_parse(id.b, v->string))
		return NULL;
	return state_find(state, POLL_BY_MANIFEST, &probe);
}

/* Find the poll whose manifest the ballot names. */
static Code
find_poll(Poll **out, Fold *fold)
{
	Digest		id;

	*out = poll_of_ballot(fold->state, fold->record->payload);
	if (*out != NULL)
		return CODE_OK;
	act_id(&id, fold, "poll");
	if (poll_find_id(fold->state, (Str){(const char *) id.b, HASH_SIZE}) != NULL)
		return fault_set(fold->fault, CODE_POLL_NOT_OPEN, -1, "The ballot names the act that announced the poll, not its manifest.");
	return fault_set(fold->fault, CODE_NO_SUCH_POLL, -1, "No poll has this manifest.");
}

/* Read the choice by the poll's method. */
static Code
read_choice(Ballot *out, const Fold *fold, Poll *poll)
{
	const Json *choice = act_json(fold, "choice");
	const Json *abstain = json_get(choice, "abstain");
	const Method *method = method_find(poll->method);

	if (abstain != NULL)
	{
		if (choice->count != 1 || abstain->type != JSON_TRUE)
			return fault_set(fold->fault, CODE_BAD_CHOICE, -1, "To abstain, the choice is {\"abstain\": true}.");
		out->abstain = true;
		return CODE_OK;
	}
	if (method == NULL)
		return fault_set(fold->fault, CODE_UNKNOWN_METHOD, -1, "The method is \"%.*s\".", (int) poll->method.n, poll->method.p);
	return method_read_choice(out, method, choice, poll_params(fold->state, poll),
							  (int64_t) poll->options.n, fold->arena, fold->fault);
}

static Code
cast(Fold *fold)
{
	Ballot		ballot = {.option = INT4_NONE};
	Ballot	   *earlier;
	Poll	   *poll;
	Code		code;

	if ((code = find_poll(&poll, fold)) != CODE_OK ||
		(code = member_check_signer(fold)) != CODE_OK)
		return code;
	if (fold->signer->since > poll->opened)
		return fault_set(fold->fault, CODE_NOT_IN_ELECTORATE, -1, "The signer became a member after the poll \"%.*s\" had opened.",
						 (int) poll->name.n, poll->name.p);
	if (!str_is(poll->status, "open") || fold->time >= poll_closing(poll, fold->previous_time, fold->time))
		return fault_set(fold->fault, CODE_POLL_CLOSED, -1, "The poll \"%.*s\" closed at %lld (Unix seconds).",
						 (int) poll->name.n, poll->name.p, (long long) (poll->closes / USECS_PER_SECOND));
	ballot.poll = poll->seq;
	ballot.member = fold->signer->id;
	earlier = state_find(fold->state, BALLOT_BY_POLL, &ballot);
	if (earlier != NULL && earlier->final)
		return fault_set(fold->fault, CODE_BALLOT_FINAL, -1, "The poll \"%.*s\" closes at %lld (Unix seconds).",
						 (int) poll->name.n, poll->name.p, (long long) (poll->closes / USECS_PER_SECOND));
	if ((code = read_choice(&ballot, fold, poll)) != CODE_OK)
		return code;

	ballot.seq = fold->seq;
	ballot.since = fold->index;
	if (earlier != NULL)
	{
		earlier->seq = ballot.seq;
		earlier->option = ballot.option;
		earlier->abstain = ballot.abstain;
		earlier->votes = ballot.votes;
		earlier->ranking = ballot.ranking;
		state_change(fold->state, earlier);
		return CODE_OK;
	}
	state_add(fold->state, REL_BALLOT, &ballot);
	poll->ballots++;
	state_change(fold->state, poll);
	return CODE_OK;
}

const ActKind ballot_acts[] = {
	{"ballot", ballot_members, cast},
	{NULL}
};
