/*
 * law_vectors_test.c -- published vectors of texts that are amended by diffs.
 *
 * law_vectors.py reads the file below COMMUNE_VECTORS (default ../shared/vectors) and hands over lines, whose form it
 * explains.  All cases are run, and none is decided otherwise here.
 */
#include "check.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "law/diff.h"

#define CASES 15
#define REFUSED 10

static Str
from_hex(Arena *arena, const char *hex)
{
	size_t		n = strlen(hex) / 2;
	char	   *bytes = arena_alloc(arena, n + 1);

	for (size_t i = 0; i < n; i++)
	{
		char		pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

		bytes[i] = (char) strtoul(pair, NULL, 16);
	}
	bytes[n] = '\0';
	return (Str){bytes, n};
}

/* Run the case of a line; return whether it is one that is refused. */
static bool
run(Arena *arena, char *line)
{
	char	   *field[4] = {line, NULL, NULL, NULL};
	Str			out = STR_NONE;
	Fault		fault = {0};
	bool		refused;
	bool		good;
	Code		code;

	line[strcspn(line, "\n")] = '\0';
	for (int i = 1; i < 4; i++)
	{
		field[i] = strchr(field[i - 1], '\t');
		if (!CHECK(field[i] != NULL))
			return false;
		*field[i]++ = '\0';
	}
	refused = strcmp(field[3], "-") == 0;
	code = diff_apply(&out, arena, from_hex(arena, field[1]), from_hex(arena, field[2]), &fault);
	good = refused ? CHECK(code == CODE_DIFF_MISMATCH || code == CODE_BAD_DIFF) && CHECK(out.p == NULL) :
		CHECK_INT(code, CODE_OK) && CHECK_STR(out, from_hex(arena, field[3]).p);
	if (!good)
		printf("    of %s: %s\n", from_hex(arena, field[0]).p, fault.detail);
	return refused;
}

int
main(void)
{
	const char *python = getenv("PYTHON");
	char		command[1000];
	char	   *line = NULL;
	size_t		room = 0;
	int			cases = 0;
	int			refused = 0;
	int			status;
	HeapArena	heap;
	FILE	   *lines;

	snprintf(command, sizeof command, "%s test/core/law_vectors.py", python ? python : "/usr/bin/python3");
	lines = popen(command, "r");
	if (lines == NULL)
	{
		perror(command);
		return 1;
	}
	heap_arena_init(&heap);
	for (; getline(&line, &room, lines) > 0; cases++)
		refused += run(&heap.arena, line);
	free(line);
	status = pclose(lines);
	heap_arena_free(&heap);
	if (WIFEXITED(status) && (WEXITSTATUS(status) == 77 || WEXITSTATUS(status) == 127))
	{
		printf("skip law_vectors: %s\n", WEXITSTATUS(status) == 77 ? "no vectors at COMMUNE_VECTORS" : "python3 is missing");
		return 77;
	}
	CHECK_INT(status, 0);
	CHECK_INT(cases, CASES);
	CHECK_INT(refused, REFUSED);
	return check_done("law_vectors");
}
