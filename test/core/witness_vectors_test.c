/*
 * witness_vectors_test.c -- published vectors of notes, checkpoints, keys, policies, proofs and tiles.
 *
 * witness_vectors.py reads the files below COMMUNE_VECTORS (default ../shared/vectors) and hands over lines, whose form
 * it explains, and says where this project decides otherwise than a vector.
 */
#include "check.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "cli/tiles.h"
#include "crypto/crypto.h"
#include "register/receipt.h"
#include "witness/policy.h"
#include "witness/signer.h"

#define FIELDS_MAX 8

typedef struct Group
{
	const char *what;
	int			count;
} Group;

static const Group groups[] = {
	{"note", 15}, {"sign", 1}, {"vkey", 24}, {"checkpoint", 5}, {"body", 12}, {"timestamp", 2}, {"policy", 18}, {"proof", 10},
	{"path", 7}, {"tiles", 5},
};
#define GROUPS (sizeof groups / sizeof *groups)

static int	seen[GROUPS];
static HeapArena heap;
static Arena *arena;

static Str
from_hex(const char *hex)
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

/* The next of a list of fields. */
static bool
take(Str *out, char **list)
{
	char	   *item = *list;
	size_t		n = strcspn(item, ",");

	if (n == 0)
		return false;
	*list = item + n + (item[n] == ',');
	item[n] = '\0';
	*out = from_hex(item);
	return true;
}

/* Whether the keys accept a note; those that have signed must be the ones that are named. */
static void
run_note(bool accept, Str bytes, char *vkeys, char *names)
{
	Note		note;
	Str			vkey;
	Str			name;
	bool		good = note_parse(&note, arena, bytes, NULL) == CODE_OK;
	bool		any = false;
	int			named = 0;
	int			signed_by = 0;

	while (good && take(&vkey, &vkeys))
	{
		NoteKey		key;
		NoteVerdict verdict;

		CHECK(note_key_parse(&key, arena, vkey, NULL) == CODE_OK);
		good = note_verify(&verdict, arena, &note, &key, NULL) == CODE_OK;
		any |= good && verdict.signature != NULL;
		signed_by += good && verdict.signature != NULL;
	}
	CHECK_INT(good && any, accept);
	while (take(&name, &names))
		named++;
	CHECK(!accept || named == 0 || named == signed_by);
}

static void
run_sign(Str skey, Str note)
{
	char		path[] = "/tmp/commune_skey_XXXXXX";
	int			fd = mkstemp(path);
	FILE	   *file = fdopen(fd, "w");
	SigningKey	key;
	Note		parsed;
	Str			line;

	fprintf(file, "%.*s\n", (int) skey.n, skey.p);
	fclose(file);
	CHECK(signing_key_read(&key, arena, path, NULL) == CODE_OK);
	remove(path);
	CHECK(str_eq(signing_key_print(arena, &key), skey));
	CHECK(note_parse(&parsed, arena, note, NULL) == CODE_OK && parsed.n == 1);
	line = note_sign(arena, parsed.text, &key.key, key.secret, 0);
	CHECK(str_eq(line, parsed.signatures[0].line));
}

static void
run_checkpoint(const char *expect, Str bytes, Str vkey)
{
	Note		note;
	Checkpoint	checkpoint;
	NoteKey		key;
	NoteVerdict verdict;

	CHECK(note_parse(&note, arena, bytes, NULL) == CODE_OK);
	CHECK(checkpoint_parse(&checkpoint, note.text, NULL) == CODE_OK);
	CHECK(str_eq(checkpoint_print(arena, &checkpoint), note.text));
	if (*expect == '?')
		CHECK(vkey.n == 0 || note_key_parse(&key, arena, vkey, NULL) == CODE_BAD_NOTE);
	else
		CHECK(note_key_parse(&key, arena, vkey, NULL) == CODE_OK &&
			  note_verify(&verdict, arena, &note, &key, NULL) == CODE_OK && verdict.signature != NULL);
}

static void
run_body(bool ok, Str body, Str origin, const char *size, Str rest)
{
	Checkpoint	checkpoint;

	if (!CHECK_INT(checkpoint_parse(&checkpoint, body, NULL) == CODE_OK, ok) || !ok)
		return;
	CHECK(str_eq(checkpoint.origin, origin) && str_eq(checkpoint.extensions, rest));
	CHECK_INT(checkpoint.size, strtoll(size, NULL, 10));
}

/* A cosignature is told from a plain signature by its length, and its time can be read. */
static void
run_timestamp(bool ok, Str base64, const char *time)
{
	uint8_t    *bytes = arena_alloc(arena, base64.n);
	size_t		n;

	CHECK(base64_decode(bytes, &n, base64.p, base64.n));
	CHECK_INT(n == 4 + 8 + SIGNATURE_SIZE, ok);
	if (ok)
		CHECK_INT(get_be64(bytes + 4), strtoll(time, NULL, 10));
}

static void
run_proof(bool ok, Str text)
{
	ProofText	proof;

	if (CHECK_INT(proof_text_parse(&proof, arena, text, NULL) == CODE_OK, ok) && ok)
		CHECK(str_eq(proof_text_print(arena, &proof), text));
}

static void
run(char **field)
{
	bool		ok = *field[1] == '1';
	NoteKey		key;
	Policy		policy;
	char		path[TILE_PATH_MAX];

	if (strcmp(field[0], "note") == 0)
		run_note(ok, from_hex(field[2]), field[3], field[4]);
	else if (strcmp(field[0], "sign") == 0)
		run_sign(from_hex(field[1]), from_hex(field[2]));
	else if (strcmp(field[0], "vkey") == 0)
		CHECK_INT(note_key_parse(&key, arena, from_hex(field[2]), NULL) == CODE_OK, ok);
	else if (strcmp(field[0], "checkpoint") == 0)
		run_checkpoint(field[1], from_hex(field[2]), from_hex(field[3]));
	else if (strcmp(field[0], "body") == 0)
		run_body(ok, from_hex(field[2]), from_hex(field[3]), field[4], from_hex(field[5]));
	else if (strcmp(field[0], "timestamp") == 0)
		run_timestamp(ok, from_hex(field[2]), field[3]);
	else if (strcmp(field[0], "policy") == 0)
	{
		if (!CHECK_INT(policy_parse(&policy, arena, from_hex(field[2]), NULL) == CODE_OK, ok))
			printf("    policy %s\n", from_hex(field[3]).p);
	}
	else if (strcmp(field[0], "proof") == 0)
		run_proof(ok, from_hex(field[2]));
	else if (strcmp(field[0], "path") == 0)
	{
		tile_path(path, strcmp(field[1], "entries") == 0 ? LEVEL_ENTRIES : (int) strtol(field[1], NULL, 10),
				  strtoull(field[2], NULL, 10), (unsigned) strtoul(field[3], NULL, 10));
		CHECK_STR(str_from(path), from_hex(field[4]).p);
	}
	else
	{
		uint64_t	entries = strtoull(field[1], NULL, 10) >> (TILE_HEIGHT * strtol(field[2], NULL, 10));

		CHECK_INT(entries / TILE_WIDTH, strtoll(field[3], NULL, 10));
		CHECK_INT(tree_edge_width(strtoull(field[1], NULL, 10), (int) strtol(field[2], NULL, 10)), strtoll(field[4], NULL, 10));
	}
}

static void
read_line(char *line)
{
	char	   *field[FIELDS_MAX];
	int			n = 1;

	line[strcspn(line, "\n")] = '\0';
	for (int i = 0; i < FIELDS_MAX; i++)
		field[i] = line + strlen(line);
	field[0] = line;
	for (char *p = line; *p && n < FIELDS_MAX; p++)
		if (*p == '\t')
		{
			*p = '\0';
			field[n++] = p + 1;
		}
	for (size_t i = 0; i < GROUPS; i++)
		if (strcmp(groups[i].what, field[0]) == 0)
		{
			seen[i]++;
			run(field);
			arena_reset(arena);
			return;
		}
	CHECK(!"a line that is of no group");
}

int
main(void)
{
	const char *python = getenv("PYTHON");
	char		command[1000];
	char	   *line = NULL;
	size_t		room = 0;
	int			status;
	FILE	   *lines;

	if (!crypto_init())
		return 1;
	heap_arena_init(&heap);
	arena = &heap.arena;
	snprintf(command, sizeof command, "%s test/core/witness_vectors.py", python ? python : "/usr/bin/python3");
	lines = popen(command, "r");
	if (lines == NULL)
	{
		perror(command);
		return 1;
	}
	while (getline(&line, &room, lines) > 0)
		read_line(line);
	free(line);
	status = pclose(lines);
	heap_arena_free(&heap);
	if (WIFEXITED(status) && (WEXITSTATUS(status) == 77 || WEXITSTATUS(status) == 127))
	{
		printf("skip witness_vectors: %s\n", WEXITSTATUS(status) == 77 ? "no vectors at COMMUNE_VECTORS" : "python3 is missing");
		return 77;
	}
	CHECK_INT(status, 0);
	for (size_t i = 0; i < GROUPS; i++)
		if (!CHECK_INT(seen[i], groups[i].count))
			printf("    of %s\n", groups[i].what);
	return check_done("witness_vectors");
}
