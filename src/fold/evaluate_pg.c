/*
 * evaluate_pg.c -- asks SQL what laws say, for the sealer and for those who check it.
 *
 * An outcome is a function of the state, so it can be had again from the same state and must then be the same.  An
 * accident is not: a query that ran out of time on one machine may end on another.  So it leaves no outcome, the block is
 * made without, and what was due stays due.
 */
#include "fold/evaluate_pg.h"

#include "access/xact.h"
#include "law/enacted.h"
#include "law/law_pg.h"
#include "miscadmin.h"
#include "proposal/proposal.h"
#include "state/state_pg.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/* ---- what rests ---- */

/* A subject whose evaluation has failed by accident: it is left alone for REST_FIRST, then twice as long, up to REST_MAX. */
typedef struct Resting
{
	EvaluationKind kind;
	int64		subject;
	int			failures;
	TimestampTz until;
} Resting;

#define REST_FIRST_MS 1000
#define REST_DOUBLINGS 12			/* more than an hour */
#define RESTING_MAX 64

static Resting resting[RESTING_MAX];
static int	nresting;

static Resting *
find_resting(const Evaluation *e)
{
	for (int i = 0; i < nresting; i++)
		if (resting[i].kind == e->kind && resting[i].subject == e->subject)
			return &resting[i];
	return NULL;
}

static void
let_rest(const Evaluation *e)
{
	Resting    *r = find_resting(e);

	if (r == NULL)
	{
		/* Who has rested longest makes room. */
		r = &resting[nresting < RESTING_MAX ? nresting++ : 0];
		*r = (Resting){.kind = e->kind, .subject = e->subject};
	}
	r->until = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), (int64) REST_FIRST_MS << Min(r->failures, REST_DOUBLINGS));
	r->failures++;
}

static void
wake(const Evaluation *e)
{
	Resting    *r = find_resting(e);

	if (r != NULL)
		*r = resting[--nresting];
}

/* ---- evaluating ---- */

/* Acts wait for their block meanwhile: what is not reached in this time is left for the next one. */
#define EVALUATE_MS 2000

/* What is to be evaluated, read from the state beforehand: its tables belong to the transaction outside. */
typedef struct Question
{
	Evaluation	of;
	StrList		texts;			/* of a plan's laws, or of the rule's one */
	Str			failed;			/* an outcome that needs no SQL */
	Str			rule;
	int64		slot;
} Question;

static void
read_question(Question *q, Arena *arena, State *state, Evaluation e)
{
	Fault		fault;

	*q = (Question){.of = e};
	if (e.kind == EVALUATE_LAW)
	{
		const RuleRow *rule = law_find_rule(state, e.subject);

		q->texts = (StrList){&law_find_seq(state, rule->law)->text, 1};
		q->rule = rule->name;
		q->slot = rule->slot;
	}
	else if (fold_texts(&q->texts, arena, state, e.subject, &fault) != CODE_OK)
	{
		Buf			failed;

		entry_begin(&failed, arena);
		entry_text(&failed, "failed", str_from(code_sqlstate(fault.code)));
		entry_text(&failed, "message", arena_str(arena, str_from(fault.detail)));
		q->failed = entry_end(&failed);
	}
}

/*
 * Texts of laws pass the sandbox, and their own tests; of a rule also what it returns.  The hash of what the law rests on
 * goes with it.
 */
static Str
evaluate(Arena *arena, const Question *q)
{
	const Json *closure;
	const Json *actions;
	Str			checked;
	Str			ran;
	Buf			both;
	Buf			list;

	if (q->failed.p != NULL)
		return q->failed;
	checked = law_evaluate_texts(arena, q->texts.v, q->texts.n);
	if (q->of.kind == EVALUATE_PLAN || json_parse(&closure, arena, checked.p, checked.n, NULL) != CODE_OK ||
		json_get(closure, "closure") == NULL)
		return checked;
	ran = law_evaluate_rule(arena, *q->texts.v, q->rule, q->slot);
	if (json_parse(&actions, arena, ran.p, ran.n, NULL) != CODE_OK || json_get(actions, "actions") == NULL)
		return ran;
	buf_init(&list, arena);
	json_canonical(&list, json_get(actions, "actions"));
	entry_begin(&both, arena);
	entry_raw(&both, "actions", buf_done(&list));
	entry_text(&both, "closure", json_get(closure, "closure")->string);
	return entry_end(&both);
}

/* Evaluate in a subtransaction.  False after an accident, of which a warning tells. */
static bool
evaluate_safely(Str *outcome, Arena *arena, const Question *q)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool done = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		*outcome = evaluate(arena, q);
		ReleaseCurrentSubTransaction();
		done = true;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED || ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION)
			PG_RE_THROW();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		ereport(WARNING,
				(errmsg("%s " INT64_FORMAT " could not be evaluated, and waits", q->of.kind == EVALUATE_PLAN ? "the plan of proposal" : "rule", q->of.subject),
				 errdetail("%s: %s.%s%s", unpack_sql_state(error->sqlerrcode), error->message, error->detail ? "  " : "",
						   error->detail ? error->detail : ""),
				 errhint("It is tried again; nothing is decided by a limit of this machine.")));
		FreeErrorData(error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return done;
}

void
evaluate_due(Evaluations *out, int64 *block, int64 time)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "commune evaluation", ALLOCSET_DEFAULT_SIZES);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	TableStore *tables = table_store_open(snapshot, false, context);
	Evaluations wanted;
	Arena		arena;
	State	   *state;
	BlockRow	last;
	TimestampTz begun = GetCurrentTimestamp();

	context_arena_init(&arena, context);
	wanted = (Evaluations){.arena = &arena};
	*block = log_last_block(&last, table_store(tables), &arena) ? last.number : 0;
	state = state_new(&arena, table_store(tables));
	fold_wanted(&wanted, state, time);
	PushActiveSnapshot(snapshot);
	for (size_t i = 0; i < wanted.n && !TimestampDifferenceExceeds(begun, GetCurrentTimestamp(), EVALUATE_MS); i++)
	{
		Evaluation *e = &wanted.v[i];
		const Resting *r = find_resting(e);
		Question	q;

		CHECK_FOR_INTERRUPTS();
		if (r != NULL && r->until > GetCurrentTimestamp())
			continue;
		read_question(&q, &arena, state, *e);
		if (!evaluate_safely(&e->outcome, out->arena, &q))
			let_rest(e);
		else
		{
			wake(e);
			evaluations_add(out, *e);
		}
	}
	PopActiveSnapshot();
	table_store_close(tables);
	UnregisterSnapshot(snapshot);
	MemoryContextDelete(context);
}

/* True if a leaf is an entry `evaluation`: canonical JSON begins with what comes first by name. */
static bool
is_evaluation(const LeafMember *m)
{
	static const char begins[] = "{\"entry\":\"evaluation\",";

	return m->source == LEAF_ENGINE && m->bytes.n > sizeof begins - 1 && memcmp(m->bytes.p, begins, sizeof begins - 1) == 0;
}

static bool
has_evaluations(const StoredBlock *block)
{
	for (size_t i = 0; i < block->n; i++)
		if (is_evaluation(&block->members[i]))
			return true;
	return false;
}

/*
 * True if an outcome says that the law failed.  Of a query that fails in several rows the first one met speaks, and texts
 * of messages differ between versions of the server: which failure it was is no difference, that it was one is.
 */
static bool
has_failed(Arena *arena, Str outcome)
{
	const Json *read;

	return json_parse(&read, arena, outcome.p, outcome.n, NULL) == CODE_OK && json_get(read, "failed") != NULL;
}

/* Whether the fold would take such an outcome at a time. */
static bool
is_wanted(State *state, const Evaluation *e, int64 time)
{
	if (e->kind == EVALUATE_PLAN)
	{
		Proposal	probe = {.seq = e->subject};
		const Proposal *proposal = state_find(state, PROPOSAL_BY_SEQ, &probe);

		return proposal != NULL && proposal_wants(proposal, time);
	}
	else
	{
		const RuleRow *rule = law_find_rule(state, e->subject);

		return rule != NULL && rule_wants(state, rule, time);
	}
}

Code
evaluate_again(const StoredBlock *block, Arena *arena, Fault *fault)
{
	Code		code = CODE_OK;
	TableStore *tables;
	State	   *state;

	if (!has_evaluations(block))
		return CODE_OK;
	PushActiveSnapshot(GetLatestSnapshot());
	tables = table_store_open(GetActiveSnapshot(), false, CurrentMemoryContext);
	state = state_new(arena, table_store(tables));
	for (size_t i = 0; i < block->n && code == CODE_OK; i++)
	{
		const LeafMember *m = &block->members[i];
		const Json *body;
		Evaluation	e;
		Question	q;
		Str			ought;

		if (!is_evaluation(m))
			continue;
		if (json_parse(&body, arena, m->bytes.p, m->bytes.n, NULL) != CODE_OK || !evaluation_read(&e, body, arena) ||
			!is_wanted(state, &e, block->row->time))
		{
			code = fault_set(fault, CODE_DAMAGED, block->row->first + (int64) i, "The block has an evaluation of what was not due before it.");
			break;
		}
		read_question(&q, arena, state, e);
		ought = evaluate(arena, &q);
		if (!str_eq(ought, e.outcome) && !(has_failed(arena, ought) && has_failed(arena, e.outcome)))
			code = fault_set(fault, CODE_DAMAGED, block->row->first + (int64) i,
							 "The evaluation of %s " INT64_FORMAT " gives %.*s, the register has %.*s.",
							 e.kind == EVALUATE_PLAN ? "proposal" : "rule", e.subject, (int) Min(ought.n, 60), ought.p,
							 (int) Min(e.outcome.n, 60), e.outcome.p);
	}
	table_store_close(tables);
	PopActiveSnapshot();
	return code;
}
