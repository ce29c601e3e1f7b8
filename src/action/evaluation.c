/*
 * evaluation.c -- outcomes of laws, and their entries.
 */
#include "action/evaluation.h"

static const char *const kind_names[] = {"plan", "law"};

void
evaluations_add(Evaluations *list, Evaluation evaluation)
{
	if (list->n == list->room)
	{
		size_t		room = list->room * 2 + 8;
		Evaluation *grown = arena_alloc(list->arena, room * sizeof *grown);

		if (list->n > 0)
			memcpy(grown, list->v, list->n * sizeof *grown);
		list->v = grown;
		list->room = room;
	}
	list->v[list->n++] = evaluation;
}

const Json *
evaluation_take(Fold *fold, EvaluationKind kind, int64_t subject)
{
	const Evaluations *given = fold->evaluations;

	for (size_t i = 0; given != NULL && i < given->n; i++)
	{
		const Evaluation *e = &given->v[i];
		const Json *outcome;
		Buf			body;
		Digest		leaf;

		if (e->kind != kind || e->subject != subject ||
			json_parse(&outcome, fold->scratch, e->outcome.p, e->outcome.n, NULL) != CODE_OK || outcome->type != JSON_OBJECT)
			continue;
		entry_begin(&body, fold->output);
		entry_text(&body, "entry", STR("evaluation"));
		entry_text(&body, "kind", str_from(kind_names[kind]));
		entry_raw(&body, "outcome", e->outcome);
		entry_int(&body, "subject", subject);
		fold->write_entry(fold, (Entry){.kind = STR("evaluation"), .body = entry_end(&body)}, &leaf);
		return outcome;
	}
	return NULL;
}

bool
evaluation_read(Evaluation *out, const Json *body, Arena *arena)
{
	const Json *kind = json_get(body, "kind");
	const Json *outcome = json_get(body, "outcome");
	const Json *subject = json_get(body, "subject");
	Buf			text;

	if (kind == NULL || kind->type != JSON_STRING || outcome == NULL || outcome->type != JSON_OBJECT ||
		subject == NULL || subject->type != JSON_INT)
		return false;
	for (int i = 0; i < 2; i++)
		if (str_is(kind->string, kind_names[i]))
		{
			buf_init(&text, arena);
			json_canonical(&text, outcome);
			*out = (Evaluation){(EvaluationKind) i, subject->number, buf_done(&text)};
			return true;
		}
	return false;
}
