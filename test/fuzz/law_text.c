/*
 * law_text.c -- any bytes: a law that is read has all its parts inside the text, its tests too, and a refusal says where.
 */
#include "law/text.h"
#include "law/trial.h"

#include <stdlib.h>

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
inside(Str part, Str text)
{
	if (part.p != NULL && (part.p < text.p || part.p + part.n > text.p + text.n))
		abort();
}

static void
ascii(Str query)
{
	if (law_check_bytes(query, NULL) != CODE_OK)
		abort();
}

static void
look_at_test(const LawTest *test, Str text, Arena *arena)
{
	Trial		trial;
	Fault		fault = {0};

	if (trial_parse(&trial, arena, text, test, &fault) != CODE_OK)
	{
		if (fault.code != CODE_LAW_TEXT || fault.at < 0 || fault.at > (int64_t) text.n || fault.detail[0] == '\0')
			abort();
		return;
	}
	for (size_t i = 0; i < trial.nexpect; i++)
		inside(trial.expect[i], text);
	for (size_t i = 0; i < trial.nviews; i++)
	{
		inside(trial.view[i].view, text);
		if (trial.view[i].ncolumns == 0 || trial.view[i].nrows == 0)
			abort();
		for (size_t j = 0; j < trial.view[i].ncolumns * trial.view[i].nrows; j++)
			if (trial.view[i].cell[j].n > text.n)
				abort();
	}
}

static void
look(const LawText *law, Str text, Arena *arena)
{
	inside(law->title, text);
	if (law->title.p == NULL || law->narticles == 0)
		abort();
	for (size_t i = 0; i < law->narticles; i++)
	{
		inside(law->articles[i].number, text);
		inside(law->articles[i].title, text);
	}
	for (size_t i = 0; i < law->nrules; i++)
	{
		const LawRule *rule = &law->rules[i];

		inside(rule->query, text);
		ascii(rule->query);
		if (law_rule(law, rule->name) != rule || rule->query.p != text.p + rule->at || rule->query.n == 0 ||
			(size_t) rule->article >= law->narticles || (rule->trigger == LAW_ON_SCHEDULE) != (rule->schedule.p != NULL))
			abort();
		for (size_t j = 0; j < rule->nmay; j++)
			if (!law_is_name(rule->may[j].verb) || rule->may[j].limit < -1)
				abort();
	}
	for (size_t i = 0; i < law->nexceptions; i++)
	{
		inside(law->exceptions[i].query, text);
		ascii(law->exceptions[i].query);
		if ((size_t) law->exceptions[i].rule >= law->nrules)
			abort();
	}
	for (size_t i = 0; i < law->ntests; i++)
	{
		inside(law->tests[i].text, text);
		if ((size_t) law->tests[i].rule >= law->nrules)
			abort();
		look_at_test(&law->tests[i], text, arena);
	}
	for (size_t i = 0; i < law->nparameters; i++)
		for (size_t j = 1; j < law->parameters[i].nvalues; j++)
			if (law->parameters[i].values[j].from <= law->parameters[i].values[j - 1].from)
				abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	HeapArena	heap;
	LawText		law;
	Fault		fault = {0};
	char	   *copy = malloc(size > 0 ? size : 1);	/* as large as the text: a sanitizer sees a step too far */
	Str			text = {copy, size};

	memcpy(copy, data, size);
	heap_arena_init(&heap);
	if (law_parse(&law, &heap.arena, text, &fault) == CODE_OK)
		look(&law, text, &heap.arena);
	else if (fault.code != CODE_LAW_TEXT || fault.at < 0 || fault.at > (int64_t) size || fault.detail[0] == '\0')
		abort();
	heap_arena_free(&heap);
	free(copy);
	return 0;
}
