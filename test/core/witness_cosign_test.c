/*
 * witness_cosign_test.c -- a witness's answers: step by step, and to every request that it must refuse.
 */
#include "check.h"
#include "seeded.h"

#include <stdlib.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "witness/cosign.h"

#define ORIGIN "example.org/log"
#define NOW 1700000000
#define LEAVES 40

static HeapArena heap;
static Arena *arena;
static char folder[] = "/tmp/commune_cosign_XXXXXX";

static SigningKey log_keys[3];		/* the log's, its next one, another log's */
static SigningKey keys[2];
static NoteKey logs[3];
static Cosigner cosigner;
static CosignAnswer a;

/* Two registers that agree in their first leaves. */
#define COMMON 10
static Digest leaf[2][LEAVES];

static void
set_up(void)
{
	uint8_t		seed[SEED_SIZE];

	for (int i = 0; i < 3; i++)
	{
		seeded_bytes(seed, sizeof seed);
		signing_key_make(&log_keys[i], arena, i < 2 ? STR(ORIGIN) : STR("example.org/other"), KEY_LOG, seed);
		logs[i] = log_keys[i].key;
	}
	for (int i = 0; i < 2; i++)
	{
		seeded_bytes(seed, sizeof seed);
		signing_key_make(&keys[i], arena, i == 0 ? STR("w.example.org") : STR("v.example.org"), KEY_COSIGNER, seed);
	}
	cosigner = (Cosigner){.nkeys = 1, .keys = keys, .nlogs = 1, .logs = logs, .folder = folder};
	for (int i = 0; i < LEAVES; i++)
		for (int fork = 0; fork < 2; fork++)
		{
			uint8_t		bytes[2] = {(uint8_t) i, (uint8_t) (i < COMMON ? 0 : fork)};

			merkle_leaf(leaf[fork][i].b, bytes, sizeof bytes);
		}
}

typedef struct Leaves
{
	const Digest *leaf;
} Leaves;

static bool
read_tile(void *self, Digest *out, int level, uint64_t n, unsigned width)
{
	CHECK(level == 0 && n == 0);
	memcpy(out, ((Leaves *) self)->leaf, width * sizeof *out);
	return true;
}

static Digest
root_of(int fork, uint64_t size)
{
	Leaves		leaves = {leaf[fork]};
	Digest		root;

	CHECK(tree_root(&root, size, &(TileReader){.read = read_tile, .self = &leaves}));
	return root;
}

/* A note of a register's first leaves, signed. */
static Str
note_of(Str origin, uint64_t size, const Digest *root, const SigningKey *key)
{
	Checkpoint	checkpoint = {.origin = origin, .size = size, .root = *root};
	Str			text = checkpoint_print(arena, &checkpoint);
	Str			line = note_sign(arena, text, &key->key, key->secret, 0);

	return arena_printf(arena, "%.*s\n%.*s\n", (int) text.n, text.p, (int) line.n, line.p);
}

/* An honest request, for a register of two. */
static Str
request(int fork, uint64_t old, uint64_t size)
{
	Leaves		leaves = {leaf[fork]};
	Digest		root = root_of(fork, size);
	Proof		proof = {.n = 0};

	if (old > 0 && old < size)
		CHECK(tree_consistency(&proof, old, size, &(TileReader){.read = read_tile, .self = &leaves}));
	return request_print(arena, old, proof.hash, (size_t) proof.n, note_of(STR(ORIGIN), size, &root, &log_keys[0]));
}

static int
ask(Str body)
{
	char	   *copy = malloc(body.n);
	int			status;

	memcpy(copy, body.p, body.n);
	cosign(&a, arena, &cosigner, (Str){copy, body.n}, NOW);
	status = a.status;
	CHECK(a.body.n > 0 && a.body.p[a.body.n - 1] == '\n');
	CHECK(status == COSIGN_DONE || a.fault.detail[0] != '\0');
	a.note = arena_str(arena, a.note);
	free(copy);
	return status;
}

/* The size of the state; -1 if there is none. */
static int64_t
state_size(void)
{
	SignerState state;
	Fault		fault;

	CHECK(signer_state_read(&state, arena, cosigner_state_path(arena, folder, STR(ORIGIN)).p, &fault) == CODE_OK);
	return state.found ? (int64_t) state.checkpoint.size : -1;
}

/* The answer's lines are cosignatures of the keys, and of these alone. */
static void
check_lines(uint64_t size, size_t from, size_t upto)
{
	Digest		root = root_of(0, size);
	Checkpoint	checkpoint = {.origin = STR(ORIGIN), .size = size, .root = root};
	Str			text = checkpoint_print(arena, &checkpoint);
	Note		note;
	NoteVerdict verdict;
	Fault		fault;

	CHECK(note_parse(&note, arena, arena_printf(arena, "%.*s\n%.*s", (int) text.n, text.p, (int) a.body.n, a.body.p), &fault) == CODE_OK);
	CHECK_INT(note.n, upto - from);
	for (size_t i = 0; i < 2; i++)
	{
		CHECK(note_verify(&verdict, arena, &note, &keys[i].key, &fault) == CODE_OK);
		CHECK((verdict.signature != NULL) == (i >= from && i < upto));
		CHECK(verdict.signature == NULL || verdict.at == NOW);
	}
}

static void
forget(void)
{
	Str			path = cosigner_state_path(arena, folder, STR(ORIGIN));

	unlink(path.p);
	unlink(arena_printf(arena, "%s.lock", path.p).p);
}

/* ---- the way of a log ---- */

static void
test_steps(void)
{
	Digest		empty;
	Digest		root;

	CHECK_INT(state_size(), -1);
	CHECK_INT(ask(request(0, 3, 5)), COSIGN_CONFLICT);	/* nothing was seen yet */
	CHECK(a.is_size && !a.is_fork && !a.state.found);
	CHECK_STR(a.body, "0\n");
	CHECK_INT(ask(request(0, 0, 5)), COSIGN_DONE);
	check_lines(5, 0, 1);
	CHECK_INT(state_size(), 5);
	CHECK_INT(ask(request(0, 5, 5)), COSIGN_DONE);	/* a fresh one */
	check_lines(5, 0, 1);
	CHECK_INT(ask(request(0, 0, 8)), COSIGN_CONFLICT);
	CHECK_STR(a.body, "5\n");
	CHECK_INT(ask(request(0, 4, 8)), COSIGN_CONFLICT);
	CHECK_INT(ask(request(0, 5, 8)), COSIGN_DONE);
	check_lines(8, 0, 1);
	CHECK_INT(ask(request(0, 5, 8)), COSIGN_CONFLICT);	/* the same once more */
	CHECK_STR(a.body, "8\n");
	CHECK_INT(ask(request(0, 5, 6)), COSIGN_CONFLICT);	/* an older one */
	for (uint64_t size = 9; size <= 20; size++)
		CHECK_INT(ask(request(0, size - 1, size)), COSIGN_DONE);
	CHECK_INT(state_size(), 20);

	/* The log was forked after 10: the same size with another root, and a larger one. */
	CHECK_INT(ask(request(1, 20, 20)), COSIGN_CONFLICT);
	CHECK(a.is_fork && !a.is_size && a.state.found && a.state.checkpoint.size == 20 && a.note.n > 0 && a.checkpoint.size == 20);
	CHECK_INT(ask(request(1, 20, 30)), COSIGN_INCONSISTENT);
	CHECK(!a.is_fork && a.note.n > 0);
	CHECK_INT(state_size(), 20);
	CHECK_INT(ask(request(0, 20, 40)), COSIGN_DONE);

	/* An empty log. */
	forget();
	sha256(empty.b, "", 0);
	root = root_of(0, 1);
	CHECK_INT(ask(request_print(arena, 0, NULL, 0, note_of(STR(ORIGIN), 0, &root, &log_keys[0]))), COSIGN_INCONSISTENT);
	CHECK_INT(ask(request_print(arena, 0, NULL, 0, note_of(STR(ORIGIN), 0, &empty, &log_keys[0]))), COSIGN_DONE);
	CHECK_INT(state_size(), 0);
	CHECK_INT(ask(request_print(arena, 0, NULL, 0, note_of(STR(ORIGIN), 0, &root, &log_keys[0]))), COSIGN_CONFLICT);
	CHECK(a.is_fork);
	CHECK_INT(ask(request(0, 0, 7)), COSIGN_DONE);
	forget();
}

/* ---- what is refused ---- */

static void
test_malformed(void)
{
	Str			good = request(0, 0, 5);
	Str			note = {good.p + 7, good.n - 7};
	Buf			b;
	static const char *const bad[] = {
		"", "\n", "old\n\n", "old 0", "old 0\n", "old 0\n\n", "old 00\n\n%", "old 01\n\n%", "old -1\n\n%", "old +1\n\n%", "old 1 \n\n%", "old  1\n\n%",
		"Old 0\n\n%", "old 0\r\n\n%", "old 9223372036854775808\n\n%", "\n%", "old 0\n%", "0\n\n%",
		"old 0\nAAAA\n\n%", "old 0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n\n%", "old 0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\n%",
		"old 0\n\n\n%", "old 0\n\n%x",
		"old 0\n\n" ORIGIN "\n5\n\n\xe2\x80\x94 " ORIGIN " AAAAAAA=\n",
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
	{
		buf_init(&b, arena);
		for (const char *p = bad[i]; *p; p++)
			if (*p == '%')
				buf_str(&b, note);
			else
				buf_char(&b, *p);
		if (!CHECK_INT(ask(buf_done(&b)), COSIGN_MALFORMED))
			printf("    bad %zu\n", i);
		CHECK(a.note.n == 0);
	}
	for (size_t n = 0; n < good.n; n++)
		CHECK(ask((Str){good.p, n}) == COSIGN_MALFORMED);
	CHECK_INT(ask(request(0, 6, 5)), COSIGN_MALFORMED);	/* the old size is greater */

	/* As many lines of proof as there may be, and one more; a body that is too large. */
	for (int n = REQUEST_PROOF_MAX; n <= REQUEST_PROOF_MAX + 1; n++)
	{
		buf_init(&b, arena);
		buf_text(&b, "old 0\n");
		for (int i = 0; i < n; i++)
			buf_text(&b, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
		buf_char(&b, '\n');
		buf_str(&b, note);
		CHECK_INT(ask(buf_done(&b)), n == REQUEST_PROOF_MAX ? COSIGN_INCONSISTENT : COSIGN_MALFORMED);
	}
	buf_init(&b, arena);
	buf_str(&b, good);
	while (b.n <= REQUEST_SIZE_MAX)
		buf_text(&b, "\xe2\x80\x94 x AAAAAAA=\n");
	CHECK_INT(ask(buf_done(&b)), COSIGN_MALFORMED);
	CHECK_INT(state_size(), -1);
}

static void
test_signatures(void)
{
	Digest		root = root_of(0, 5);
	Str			other = note_of(STR("example.org/other"), 5, &root, &log_keys[2]);
	Str			next = note_of(STR(ORIGIN), 5, &root, &log_keys[1]);
	Str			good = note_of(STR(ORIGIN), 5, &root, &log_keys[0]);
	Str			line = note_sign(arena, STR("something else\n"), &log_keys[0].key, log_keys[0].secret, 0);
	Str			both;

	CHECK_INT(ask(request_print(arena, 0, NULL, 0, other)), COSIGN_UNKNOWN);
	CHECK_INT(ask(request_print(arena, 0, NULL, 0, next)), COSIGN_UNSIGNED);	/* a key that is not known yet */
	CHECK_INT(ask(request_print(arena, 0, NULL, 0, note_of(STR(ORIGIN), 5, &root, &log_keys[2]))), COSIGN_UNSIGNED);	/* another log's key */

	/* A known key's signature that does not hold spoils the note, though another one holds. */
	both = arena_printf(arena, "%.*s%.*s\n", (int) good.n, good.p, (int) line.n, line.p);
	CHECK_INT(ask(request_print(arena, 0, NULL, 0, both)), COSIGN_UNSIGNED);
	CHECK(a.note.n == 0);
	CHECK_INT(state_size(), -1);

	/* Unknown signatures are not kept. */
	both = arena_printf(arena, "%.*s\xe2\x80\x94 somebody AAAAAAA=\n", (int) good.n, good.p);
	CHECK_INT(ask(request_print(arena, 0, NULL, 0, both)), COSIGN_DONE);
	CHECK(str_eq(a.note, good));

	/* A rotation: both keys are known, then the new one alone. */
	cosigner.nlogs = 3;
	CHECK_INT(ask(request_print(arena, 5, NULL, 0, next)), COSIGN_DONE);
	CHECK(str_eq(a.note, next));
	CHECK_INT(ask(request_print(arena, 0, NULL, 0, other)), COSIGN_DONE);	/* of a log of its own */
	cosigner.logs = &logs[1];
	cosigner.nlogs = 2;
	CHECK_INT(ask(request_print(arena, 5, NULL, 0, good)), COSIGN_UNSIGNED);
	CHECK_INT(ask(request_print(arena, 5, NULL, 0, next)), COSIGN_DONE);
	cosigner.logs = logs;
	cosigner.nlogs = 1;
	forget();
	unlink(cosigner_state_path(arena, folder, STR("example.org/other")).p);
	unlink(arena_printf(arena, "%s.lock", cosigner_state_path(arena, folder, STR("example.org/other")).p).p);
}

/* Wrong proofs of every kind. */
static void
test_proofs(void)
{
	Leaves		leaves = {leaf[0]};
	Digest		root = root_of(0, 23);
	Str			note = note_of(STR(ORIGIN), 23, &root, &log_keys[0]);
	Proof		proof;

	CHECK_INT(ask(request(0, 0, 11)), COSIGN_DONE);
	CHECK(tree_consistency(&proof, 11, 23, &(TileReader){.read = read_tile, .self = &leaves}));
	for (int i = 0; i < proof.n; i++)
	{
		proof.hash[i].b[i] ^= 1;
		CHECK_INT(ask(request_print(arena, 11, proof.hash, (size_t) proof.n, note)), COSIGN_INCONSISTENT);
		proof.hash[i].b[i] ^= 1;
		CHECK_INT(ask(request_print(arena, 11, proof.hash, (size_t) i, note)), COSIGN_INCONSISTENT);
	}
	CHECK_INT(ask(request_print(arena, 11, proof.hash, (size_t) proof.n + 1, note)), COSIGN_INCONSISTENT);
	CHECK_INT(ask(request_print(arena, 11, proof.hash, (size_t) proof.n, note)), COSIGN_DONE);
	CHECK_INT(ask(request_print(arena, 23, proof.hash, 1, note)), COSIGN_INCONSISTENT);	/* where none belongs */
	forget();
	CHECK_INT(ask(request_print(arena, 0, proof.hash, 1, note)), COSIGN_INCONSISTENT);
	CHECK_INT(state_size(), -1);
}

/* ---- approval ---- */

static int	approved;				/* a bit for each key */

static void
approve(void *self, bool *use, const Checkpoint *checkpoint, Fault *fault)
{
	CHECK(self == &cosigner && str_is(checkpoint->origin, ORIGIN));
	for (int i = 0; i < 2; i++)
		use[i] = approved >> i & 1;
	if (approved == 0)
		fault_set(fault, CODE_DAMAGED, -1, "It is not checked yet.");
}

static void
test_approval(void)
{
	cosigner.nkeys = 2;
	CHECK_INT(ask(request(0, 0, 5)), COSIGN_DONE);
	check_lines(5, 0, 2);
	cosigner.approve = approve;
	cosigner.self = &cosigner;
	CHECK_INT(ask(request(0, 5, 8)), COSIGN_LATER);
	CHECK_STR(a.body, "It is not checked yet.\n");
	CHECK_INT(state_size(), 5);
	approved = 2;
	CHECK_INT(ask(request(0, 5, 8)), COSIGN_DONE);
	check_lines(8, 1, 2);
	approved = 1;
	CHECK_INT(ask(request(0, 8, 8)), COSIGN_DONE);
	check_lines(8, 0, 1);
	CHECK_INT(ask(request(0, 8, 12)), COSIGN_DONE);
	CHECK_INT(ask(request(1, 12, 20)), COSIGN_INCONSISTENT);	/* which no approval mends */
	cosigner.approve = NULL;
	cosigner.nkeys = 1;
	forget();
}

/* A state that cannot be read or written: nothing is cosigned. */
static void
test_files(void)
{
	Str			path = cosigner_state_path(arena, folder, STR(ORIGIN));
	FILE	   *file;

	CHECK_STR(path, arena_printf(arena, "%s/d2ddd66899fd15bead08af77cf16e1fda92ebeaacf1c56f97d32388910e8f991", folder).p);
	file = fopen(path.p, "w");
	fputs("nonsense\n", file);
	fclose(file);
	CHECK_INT(ask(request(0, 0, 5)), COSIGN_FAILED);
	forget();
	cosigner.folder = "/nowhere/at/all";
	CHECK_INT(ask(request(0, 0, 5)), COSIGN_FAILED);
	CHECK_STR(a.body, "The state cannot be written.\n");
	cosigner.folder = folder;
}

int
main(void)
{
	if (!crypto_init() || mkdtemp(folder) == NULL)
		return 1;
	heap_arena_init(&heap);
	arena = &heap.arena;
	set_up();
	test_steps();
	test_malformed();
	test_signatures();
	test_proofs();
	test_approval();
	test_files();
	CHECK(rmdir(folder) == 0);
	heap_arena_free(&heap);
	return check_done("witness_cosign");
}
