/*
 * signer.c -- reads signing keys, and keeps what was signed last.
 */
#include "witness/signer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX 4096
#define SIGNER_PATH_MAX 4096
#define KEY_PREFIX "PRIVATE+KEY+"

static Code
fail(Fault *fault, const char *what, const char *path)
{
	return fault_set(fault, CODE_NO_SIGNING_KEY, -1, "Cannot %s \"%s\": %s.", what, path, strerror(errno));
}

/* Read a small file; *found is false if it does not exist. */
static Code
read_file(Str *out, bool *found, Arena *arena, const char *path, bool secret, Fault *fault)
{
	int			fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char	   *text;
	ssize_t		n;

	*found = fd >= 0;
	if (fd < 0)
		return errno == ENOENT ? CODE_OK : fail(fault, "open", path);
	if (fstat(fd, &st) != 0)
	{
		Code		code = fail(fault, "look at", path);

		close(fd);
		return code;
	}
	if (secret && (st.st_mode & 077) != 0)
	{
		close(fd);
		return fault_set(fault, CODE_NO_SIGNING_KEY, -1, "Others may read \"%s\": its mode must be 0600.", path);
	}
	text = arena_alloc(arena, FILE_MAX);
	n = read(fd, text, FILE_MAX);
	if (n < 0)
	{
		Code		code = fail(fault, "read", path);

		close(fd);
		return code;
	}
	close(fd);
	*out = (Str){text, (size_t) n};
	return CODE_OK;
}

/* ---- keys ---- */

Code
signing_key_read(SigningKey *out, Arena *arena, const char *path, Fault *fault)
{
	Str			text;
	bool		found;
	Str			vkey;
	const char *plus = NULL;
	uint8_t		seed[1 + SEED_SIZE + 3];
	uint8_t    *public = arena_alloc(arena, PUBLIC_KEY_SIZE);
	size_t		n = 0;
	Code		code = read_file(&text, &found, arena, path, true, fault);

	if (code != CODE_OK)
		return code;
	if (!found)
	{
		errno = ENOENT;
		return fail(fault, "open", path);
	}
	while (text.n > 0 && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
		text.n--;
	vkey = (Str){text.p + sizeof KEY_PREFIX - 1, text.n - (sizeof KEY_PREFIX - 1)};
	if (text.n > sizeof KEY_PREFIX && memcmp(text.p, KEY_PREFIX, sizeof KEY_PREFIX - 1) == 0)
		plus = memchr(vkey.p, '+', vkey.n);
	if (plus != NULL && (size_t) (plus - vkey.p) + 10 < vkey.n && plus[9] == '+' &&
		vkey.n - (size_t) (plus - vkey.p) - 10 == BASE64_LEN(1 + SEED_SIZE))
		(void) base64_decode(seed, &n, plus + 10, BASE64_LEN(1 + SEED_SIZE));
	if (n != 1 + SEED_SIZE || (seed[0] != KEY_LOG && seed[0] != KEY_COSIGNER))
	{
		wipe(seed, sizeof seed);
		return fault_set(fault, CODE_NO_SIGNING_KEY, -1, "\"%s\" holds no signing key.", path);
	}
	ed25519_from_seed(public, out->secret, seed + 1);
	out->key = (NoteKey){.name = {vkey.p, (size_t) (plus - vkey.p)}, .type = seed[0], .bytes = {(const char *) public, PUBLIC_KEY_SIZE}};
	wipe(seed, sizeof seed);
	out->key.id = note_key_id(out->key.name, out->key.type, out->key.bytes);

	/* What is left of the file in memory is the name alone. */
	out->key.name = arena_str(arena, out->key.name);
	wipe((char *) text.p, text.n);
	if (!note_name_is_good(out->key.name))
		return fault_set(fault, CODE_NO_SIGNING_KEY, -1, "The name of the key in \"%s\" is none.", path);
	return CODE_OK;
}

Str
signing_key_print(Arena *arena, Str name, uint8_t type, const uint8_t seed[SEED_SIZE])
{
	uint8_t		public[PUBLIC_KEY_SIZE];
	uint8_t		secret[SECRET_KEY_SIZE];
	uint8_t		bytes[1 + SEED_SIZE];
	uint32_t	id;
	Buf			b;

	ed25519_from_seed(public, secret, seed);
	wipe(secret, sizeof secret);
	id = note_key_id(name, type, (Str){(const char *) public, sizeof public});
	bytes[0] = type;
	memcpy(bytes + 1, seed, SEED_SIZE);
	buf_init(&b, arena);
	buf_text(&b, KEY_PREFIX);
	buf_str(&b, name);
	buf_str(&b, arena_printf(arena, "+%08x+", id));
	buf_base64(&b, bytes, sizeof bytes);
	wipe(bytes, sizeof bytes);
	return buf_done(&b);
}

/* ---- state ---- */

Code
signer_state_read(Checkpoint *out, bool *found, Arena *arena, const char *path, Fault *fault)
{
	Str			text;
	Code		code = read_file(&text, found, arena, path, false, fault);

	if (code != CODE_OK || !*found)
		return code;
	if (checkpoint_parse(out, text, fault) != CODE_OK)
		return fault_set(fault, CODE_NO_SIGNING_KEY, -1, "\"%s\" holds no checkpoint.", path);
	return CODE_OK;
}

/* Make the entry of a file in its folder durable. */
static bool
sync_folder(const char *path)
{
	char		folder[SIGNER_PATH_MAX];
	const char *slash = strrchr(path, '/');
	int			fd;
	bool		good;

	if (slash == NULL)
		snprintf(folder, sizeof folder, ".");
	else
		snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int) (slash - path), path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	good = fsync(fd) == 0;
	close(fd);
	return good;
}

/* Write a file so that a crash leaves the old one or the new one. */
static Code
write_file(const char *path, Str text, Fault *fault)
{
	char		temporary[SIGNER_PATH_MAX];
	int			fd;

	if ((size_t) snprintf(temporary, sizeof temporary, "%s.new", path) >= sizeof temporary)
	{
		errno = ENAMETOOLONG;
		return fail(fault, "write", path);
	}
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(fault, "create", temporary);
	if (write(fd, text.p, text.n) != (ssize_t) text.n || fsync(fd) != 0)
	{
		Code		code = fail(fault, "write", temporary);

		close(fd);
		return code;
	}
	close(fd);
	if (rename(temporary, path) != 0 || !sync_folder(path))
		return fail(fault, "replace", path);
	return CODE_OK;
}

static bool
same_checkpoint(const Checkpoint *a, const Checkpoint *b)
{
	return str_eq(a->origin, b->origin) && a->size == b->size && memcmp(&a->root, &b->root, sizeof a->root) == 0;
}

Code
signer_state_swap(const char *path, const Checkpoint *expected, const Checkpoint *next, Fault *fault)
{
	char		lock[SIGNER_PATH_MAX];
	HeapArena	heap;
	Checkpoint	now;
	bool		found = false;
	int			fd;
	Code		code;

	if ((size_t) snprintf(lock, sizeof lock, "%s.lock", path) >= sizeof lock)
	{
		errno = ENAMETOOLONG;
		return fail(fault, "lock", path);
	}
	fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) != 0)
	{
		code = fail(fault, "lock", lock);
		if (fd >= 0)
			close(fd);
		return code;
	}
	heap_arena_init(&heap);
	code = signer_state_read(&now, &found, &heap.arena, path, fault);
	if (code == CODE_OK && (found != (expected != NULL) || (found && !same_checkpoint(&now, expected))))
		code = fault_set(fault, CODE_BEHIND, -1, "\"%s\" was changed meanwhile: its size is %llu.", path,
						 (unsigned long long) (found ? now.size : 0));
	if (code == CODE_OK)
		code = write_file(path, checkpoint_print(&heap.arena, next), fault);
	heap_arena_free(&heap);
	close(fd);					/* and let the lock go */
	return code;
}
