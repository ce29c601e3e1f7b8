/*
 * action_evaluation_test.c -- outcomes of laws: found by their subject, written down, read back.
 */
#include "memory.h"
#include "check.h"

#include "action/evaluation.h"

static HeapArena heap;
static Entry written[4];
static int	n_written;

static void
keep_entry(Fold *fold, Entry entry, Digest *leaf)
{
	written[n_written++] = entry;
	entry_leaf(leaf, entry.body);
}

static void
test_take(void)
{
	Evaluations given = {.arena = &heap.arena};
	Fold		fold = {.evaluations = &given, .output = &heap.arena, .scratch = &heap.arena, .write_entry = keep_entry};
	const Json *outcome;
	const Json *body;
	Evaluation	back;

	CHECK(evaluation_take(&(Fold) {.evaluations = NULL}, EVALUATE_LAW, 7) == NULL);
	CHECK(evaluation_take(&fold, EVALUATE_LAW, 7) == NULL);
	for (int i = 0; i < 20; i++)
		evaluations_add(&given, (Evaluation){EVALUATE_LAW, i, arena_printf(&heap.arena, "{\"actions\":[%d]}", i)});
	evaluations_add(&given, (Evaluation){EVALUATE_PLAN, 7, STR("{\"closure\":\"x\"}")});
	evaluations_add(&given, (Evaluation){EVALUATE_PLAN, 8, STR("{\"closure\":")});
	evaluations_add(&given, (Evaluation){EVALUATE_PLAN, 9, STR("[]")});
	CHECK_INT(given.n, 23);

	/* A rule and a proposal of the same number are two subjects; what is no object is no outcome, and writes nothing. */
	outcome = evaluation_take(&fold, EVALUATE_LAW, 7);
	CHECK(outcome != NULL && json_get(outcome, "actions")->child->number == 7);
	outcome = evaluation_take(&fold, EVALUATE_PLAN, 7);
	CHECK(outcome != NULL && str_is(json_get(outcome, "closure")->string, "x"));
	CHECK(evaluation_take(&fold, EVALUATE_PLAN, 8) == NULL);
	CHECK(evaluation_take(&fold, EVALUATE_PLAN, 9) == NULL);
	CHECK(evaluation_take(&fold, EVALUATE_LAW, 20) == NULL);
	CHECK_INT(n_written, 2);
	CHECK_STR(written[0].body, "{\"entry\":\"evaluation\",\"kind\":\"law\",\"outcome\":{\"actions\":[7]},\"subject\":7}");
	CHECK_STR(written[1].body, "{\"entry\":\"evaluation\",\"kind\":\"plan\",\"outcome\":{\"closure\":\"x\"},\"subject\":7}");

	/* Read back, it is what was handed in. */
	CHECK(json_parse(&body, &heap.arena, written[1].body.p, written[1].body.n, NULL) == CODE_OK);
	CHECK(evaluation_read(&back, body, &heap.arena));
	CHECK(back.kind == EVALUATE_PLAN && back.subject == 7);
	CHECK_STR(back.outcome, "{\"closure\":\"x\"}");
}

static void
test_read(void)
{
	static const char *const wrong[] = {
		"{}", "{\"kind\":\"law\",\"outcome\":{}}", "{\"kind\":\"law\",\"outcome\":[],\"subject\":1}",
		"{\"kind\":\"act\",\"outcome\":{},\"subject\":1}", "{\"kind\":1,\"outcome\":{},\"subject\":1}",
		"{\"kind\":\"law\",\"outcome\":{},\"subject\":\"1\"}"
	};
	const Json *body;
	Evaluation	e;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
	{
		CHECK(json_parse(&body, &heap.arena, wrong[i], strlen(wrong[i]), NULL) == CODE_OK);
		CHECK(!evaluation_read(&e, body, &heap.arena));
	}
}

int
main(void)
{
	if (!crypto_init())
		return 1;
	heap_arena_init(&heap);
	test_take();
	test_read();
	heap_arena_free(&heap);
	return check_done("action_evaluation");
}
