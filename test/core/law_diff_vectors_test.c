/*
 * law_diff_vectors_test.c -- AtomOne's cases of amending a constitution by a unified diff.
 *
 * They are read from COMMUNE_VECTORS (default ../shared/vectors).
 */
#include "check.h"

#include <stdlib.h>

#include "law/diff.h"
#include "record/json.h"

static HeapArena heap;

static const Json *
read_vectors(void)
{
	const char *folder = getenv("COMMUNE_VECTORS");
	char		path[1000];
	FILE	   *file;
	char	   *text = arena_alloc(&heap.arena, 1 << 20);
	const Json *out = NULL;

	snprintf(path, sizeof path, "%s/governance/cosmos/constitution_unified_diff.json", folder ? folder : "../shared/vectors");
	file = fopen(path, "rb");
	if (file == NULL)
		return NULL;
	CHECK(json_parse(&out, &heap.arena, text, fread(text, 1, 1 << 20, file), NULL) == CODE_OK);
	fclose(file);
	return out;
}

int
main(void)
{
	const Json *vectors;
	int			n = 0;

	heap_arena_init(&heap);
	vectors = read_vectors();
	if (vectors == NULL)
	{
		printf("skip law diff vectors: no vectors at COMMUNE_VECTORS\n");
		return 77;
	}
	for (const Json *item = json_get(vectors, "cases")->child; item != NULL; item = item->next, n++)
	{
		const Json *expected = json_get(item, "expected");
		Fault		fault;
		Str			got = STR_NONE;
		Code		code = diff_apply(&got, &heap.arena, json_get(item, "src")->string, json_get(item, "diff")->string, &fault);

		if (!CHECK(expected->type == JSON_NULL ? code == CODE_BAD_DIFF : code == CODE_OK && str_eq(got, expected->string)))
			printf("    %.*s\n", (int) json_get(item, "name")->string.n, json_get(item, "name")->string.p);
	}
	CHECK_INT(n, 15);
	heap_arena_free(&heap);
	return check_done("law diff vectors");
}
