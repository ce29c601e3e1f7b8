/*
 * witness_signer_test.c -- key files and states: what is written can be read, and nobody signs twice from one state.
 */
#include "check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "witness/signer.h"

#define ROOT_A "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define ROOT_B "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static HeapArena heap;
static Arena *arena;
static char folder[] = "/tmp/commune_signer_XXXXXX";

static const char *
path(const char *name)
{
	return arena_printf(arena, "%s/%s", folder, name).p;
}

static void
put(const char *name, Str text, mode_t mode)
{
	int			fd;

	unlink(path(name));
	fd = open(path(name), O_WRONLY | O_CREAT | O_EXCL, mode);
	CHECK(fd >= 0 && fchmod(fd, mode) == 0 && write(fd, text.p, text.n) == (ssize_t) text.n);
	close(fd);
}

static Code
read_key(SigningKey *out, const char *name)
{
	Fault		fault = {.code = CODE_OK};
	Code		code = signing_key_read(out, arena, path(name), &fault);

	CHECK(code == CODE_OK || (code == CODE_NO_SIGNING_KEY && fault.detail[0] != '\0'));
	return code;
}

static void
test_keys(void)
{
	static const uint8_t seed[SEED_SIZE] = "0123456789abcdef0123456789abcde";
	static const uint8_t types[] = {KEY_LOG, KEY_COSIGNER};
	SigningKey	key;
	SigningKey	again;
	Str			line;

	for (size_t i = 0; i < 2; i++)
	{
		signing_key_make(&key, arena, STR("example.org/log"), types[i], seed);
		line = signing_key_print(arena, &key);
		put("key", line, 0600);
		CHECK(read_key(&again, "key") == CODE_OK);
		CHECK(again.key.type == types[i] && again.key.id == key.key.id && str_eq(again.key.name, key.key.name));
		CHECK(str_eq(again.key.bytes, key.key.bytes) && memcmp(again.secret, key.secret, sizeof key.secret) == 0);
		put("key", arena_printf(arena, "%.*s\n", (int) line.n, line.p), 0600);
		CHECK(read_key(&again, "key") == CODE_OK);
		put("key", arena_printf(arena, "%.*s\n\n", (int) line.n, line.p), 0600);
		CHECK(read_key(&again, "key") == CODE_NO_SIGNING_KEY);

		/* Cut off anywhere, or with any byte changed, it is none: the id is over the key. */
		for (size_t n = 0; n < line.n; n++)
		{
			char	   *copy = arena_copy(arena, line.p, line.n);

			put("key", (Str){line.p, n}, 0600);
			CHECK(read_key(&again, "key") == CODE_NO_SIGNING_KEY);
			copy[n] ^= 1;
			put("key", (Str){copy, line.n}, 0600);
			CHECK(read_key(&again, "key") == CODE_NO_SIGNING_KEY);
		}
	}

	/* Files that others may read, and things that are no files. */
	for (int mode = 0; mode < 0100; mode++)
	{
		put("key", line, 0600 | (mode_t) mode);
		CHECK(read_key(&again, "key") == (mode == 0 ? CODE_OK : CODE_NO_SIGNING_KEY));
	}
	CHECK(read_key(&again, "missing") == CODE_NO_SIGNING_KEY);
	CHECK(read_key(&again, "") == CODE_NO_SIGNING_KEY);
	CHECK(mkfifo(path("pipe"), 0600) == 0);
	CHECK(read_key(&again, "pipe") == CODE_NO_SIGNING_KEY);	/* and it does not wait for a writer */
	put("key", arena_printf(arena, "%05000d", 0), 0600);
	CHECK(read_key(&again, "key") == CODE_NO_SIGNING_KEY);
	put("key", STR("PRIVATE+KEY+"), 0600);
	CHECK(read_key(&again, "key") == CODE_NO_SIGNING_KEY);
	put("key", STR(""), 0600);
	CHECK(read_key(&again, "key") == CODE_NO_SIGNING_KEY);
}

static Code
swap(const SignerState *expected, Str next)
{
	Fault		fault = {.code = CODE_OK};
	Code		code = signer_state_swap(arena, path("state"), expected, next, &fault);

	CHECK(code == CODE_OK || (code == fault.code && fault.detail[0] != '\0'));
	return code;
}

static Code
read_state(SignerState *out)
{
	Fault		fault = {.code = CODE_OK};

	return signer_state_read(out, arena, path("state"), &fault);
}

static void
test_state(void)
{
	SignerState none = {.found = false};
	SignerState first;
	SignerState second;
	struct stat st;
	Buf			large;

	CHECK(read_state(&first) == CODE_OK && !first.found);
	CHECK(swap(&none, STR("o\n1\n" ROOT_A "\n")) == CODE_OK);
	CHECK(read_state(&first) == CODE_OK && first.found && first.checkpoint.size == 1);
	CHECK_STR(first.checkpoint.origin, "o");
	CHECK_STR(first.note, "o\n1\n" ROOT_A "\n");
	CHECK(stat(path("state"), &st) == 0 && (st.st_mode & 0777) == 0600);
	CHECK(access(path("state.new"), F_OK) != 0);

	/* Only from what is there. */
	CHECK(swap(&none, STR("o\n2\n" ROOT_A "\n")) == CODE_BEHIND);
	second = first;
	second.checkpoint.size = 2;
	CHECK(swap(&second, STR("o\n2\n" ROOT_A "\n")) == CODE_BEHIND);
	second = first;
	second.checkpoint.root.b[31] ^= 1;
	CHECK(swap(&second, STR("o\n2\n" ROOT_A "\n")) == CODE_BEHIND);
	second = first;
	second.checkpoint.origin = STR("p");
	CHECK(swap(&second, STR("o\n2\n" ROOT_A "\n")) == CODE_BEHIND);
	CHECK(read_state(&second) == CODE_OK && second.checkpoint.size == 1);

	/* A whole note is kept. */
	CHECK(swap(&first, STR("o\n2\n" ROOT_B "\nmore\n\n\xe2\x80\x94 o AAAAAAA=\n")) == CODE_OK);
	CHECK(read_state(&second) == CODE_OK && second.checkpoint.size == 2);
	CHECK_STR(second.checkpoint.extensions, "more\n");
	CHECK_STR(second.note, "o\n2\n" ROOT_B "\nmore\n\n\xe2\x80\x94 o AAAAAAA=\n");
	CHECK(swap(&first, STR("o\n3\n" ROOT_A "\n")) == CODE_BEHIND);
	CHECK(swap(&second, STR("o\n3\n" ROOT_A "\n")) == CODE_OK);
	unlink(path("state"));
	CHECK(swap(&second, STR("o\n4\n" ROOT_A "\n")) == CODE_BEHIND);	/* it was taken away */

	/* What cannot be read stops everything. */
	put("state", STR("nonsense"), 0600);
	CHECK(read_state(&first) == CODE_NO_SIGNING_KEY);
	CHECK(swap(&none, STR("o\n2\n" ROOT_A "\n")) == CODE_NO_SIGNING_KEY);
	put("state", STR(""), 0600);
	CHECK(read_state(&first) == CODE_NO_SIGNING_KEY);
	unlink(path("state"));
	buf_init(&large, arena);
	buf_text(&large, "o\n1\n" ROOT_A "\n\n");
	while (large.n <= SIGNER_NOTE_MAX)
		buf_char(&large, 'x');
	CHECK(swap(&none, buf_done(&large)) == CODE_NO_SIGNING_KEY);
	put("state", buf_done(&large), 0600);
	CHECK(read_state(&first) == CODE_NO_SIGNING_KEY);
	unlink(path("state"));

	/* What a crash left beside it is overwritten. */
	put("state.new", STR("half of a sta"), 0600);
	CHECK(swap(&none, STR("o\n1\n" ROOT_A "\n")) == CODE_OK);
	CHECK(read_state(&first) == CODE_OK && first.checkpoint.size == 1);
}

/* Many at once: each size is taken by one of them. */
static void
test_race(void)
{
	enum
	{
		PROCESSES = 4,
		ROUNDS = 25
	};
	pid_t		child[PROCESSES];
	SignerState state;
	int			swaps = 0;

	unlink(path("state"));
	for (int i = 0; i < PROCESSES; i++)
	{
		child[i] = fork();
		if (child[i] == 0)
		{
			int			done = 0;

			while (done < ROUNDS)
			{
				unsigned long long size;

				if (read_state(&state) != CODE_OK)
					_exit(255);
				size = state.found ? state.checkpoint.size : 0;
				done += signer_state_swap(arena, path("state"), &state, arena_printf(arena, "o\n%llu\n" ROOT_A "\n", size + 1), NULL) == CODE_OK;
			}
			_exit(done);
		}
		CHECK(child[i] > 0);
	}
	for (int i = 0; i < PROCESSES; i++)
	{
		int			status;

		CHECK(waitpid(child[i], &status, 0) == child[i] && WIFEXITED(status));
		swaps += WEXITSTATUS(status);
	}
	CHECK_INT(swaps, PROCESSES * ROUNDS);
	CHECK(read_state(&state) == CODE_OK && state.found);
	CHECK_INT(state.checkpoint.size, PROCESSES * ROUNDS);
}

int
main(void)
{
	static const char *const files[] = {"key", "pipe", "state", "state.lock", "state.new"};

	if (!crypto_init() || mkdtemp(folder) == NULL)
		return 1;
	heap_arena_init(&heap);
	arena = &heap.arena;
	umask(0);
	test_keys();
	test_state();
	test_race();
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		unlink(path(files[i]));
	CHECK(rmdir(folder) == 0);
	heap_arena_free(&heap);
	return check_done("witness_signer");
}
