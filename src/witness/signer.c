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

#define KEY_FILE_MAX ((size_t) 4096)
#define SIGNER_PATH_MAX 4096
#define KEY_PREFIX "PRIVATE+KEY+"
#define KEY_PREFIX_LEN (sizeof KEY_PREFIX - 1)
#define KEY_ID_LEN 8

static Code
fail(Fault *fault, const char *what, const char *path)
{
	return fault_set(fault, CODE_NO_SIGNING_KEY, -1, "Cannot %s \"%s\": %s.", what, path, strerror(errno));
}

/* Read a file of at most max bytes; *found is false if it does not exist. */
static Code
read_file(Str *out, bool *found, Arena *arena, const char *path, size_t max, bool secret, Fault *fault)
{
	int			fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	char	   *text;
	size_t		n = 0;
	ssize_t		got = 0;
	Code		code = CODE_OK;

	*found = fd >= 0;
	if (fd < 0)
		return errno == ENOENT ? CODE_OK : fail(fault, "open", path);
	if (fstat(fd, &st) != 0)
		code = fail(fault, "look at", path);
	else if (!S_ISREG(st.st_mode))
		code = fault_set(fault, CODE_NO_SIGNING_KEY, -1, "\"%s\" is no ordinary file.", path);
	else if (secret && (st.st_mode & 077) != 0)
		code = fault_set(fault, CODE_NO_SIGNING_KEY, -1, "Others may read \"%s\": its mode must be 0600.", path);
	if (code == CODE_OK)
	{
		text = arena_alloc(arena, max + 1);
		while (n <= max && (got = read(fd, text + n, max + 1 - n)) > 0)
			n += (size_t) got;
		*out = (Str){text, n};
		if (got < 0)
			code = fail(fault, "read", path);
		else if (n > max)
			code = fault_set(fault, CODE_NO_SIGNING_KEY, -1, "\"%s\" has more than %zu bytes.", path, max);
		if (secret && code != CODE_OK)
			wipe(text, n);
	}
	close(fd);
	return code;
}

/* ---- keys ---- */

void
signing_key_make(SigningKey *out, Arena *arena, Str name, uint8_t type, const uint8_t seed[SEED_SIZE])
{
	uint8_t    *public = arena_alloc(arena, PUBLIC_KEY_SIZE);

	ed25519_from_seed(public, out->secret, seed);
	out->key = (NoteKey){.name = arena_str(arena, name), .type = type, .bytes = {(const char *) public, PUBLIC_KEY_SIZE}};
	out->key.id = note_key_id(out->key.name, type, out->key.bytes);
}

/* Read the line of a key file. */
static bool
parse_key(SigningKey *out, Arena *arena, Str line)
{
	Str			rest = {line.p + KEY_PREFIX_LEN, line.n - KEY_PREFIX_LEN};
	const char *plus;
	Str			name;
	uint8_t		seed[BASE64URL_ROOM(BASE64_LEN(1 + SEED_SIZE))];
	size_t		n = 0;
	bool		good;

	if (line.n < KEY_PREFIX_LEN || memcmp(line.p, KEY_PREFIX, KEY_PREFIX_LEN) != 0 ||
		rest.n < KEY_ID_LEN + 2 + BASE64_LEN(1 + SEED_SIZE) || (plus = memchr(rest.p, '+', rest.n)) == NULL)
		return false;
	name = (Str){rest.p, (size_t) (plus - rest.p)};
	if (!note_name_is_good(name) || rest.n != name.n + 1 + KEY_ID_LEN + 1 + BASE64_LEN(1 + SEED_SIZE) ||
		plus[1 + KEY_ID_LEN] != '+')
		return false;
	good = base64_decode(seed, &n, plus + 1 + KEY_ID_LEN + 1, BASE64_LEN(1 + SEED_SIZE)) && n == 1 + SEED_SIZE &&
		(seed[0] == KEY_LOG || seed[0] == KEY_COSIGNER);
	if (good)
	{
		signing_key_make(out, arena, name, seed[0], seed + 1);
		good = memcmp(arena_printf(arena, "%08x", out->key.id).p, plus + 1, KEY_ID_LEN) == 0;
	}
	wipe(seed, sizeof seed);
	if (!good)
		wipe(out->secret, sizeof out->secret);
	return good;
}

Code
signing_key_read(SigningKey *out, Arena *arena, const char *path, Fault *fault)
{
	Str			text;
	bool		found;
	bool		good;
	Code		code = read_file(&text, &found, arena, path, KEY_FILE_MAX, true, fault);
	Str			line;

	if (code != CODE_OK)
		return code;
	if (!found)
	{
		errno = ENOENT;
		return fail(fault, "open", path);
	}
	line = text;
	if (line.n > 0 && line.p[line.n - 1] == '\n')
		line.n--;
	good = parse_key(out, arena, line);
	wipe((char *) text.p, text.n);
	return good ? CODE_OK : fault_set(fault, CODE_NO_SIGNING_KEY, -1, "\"%s\" holds no signing key.", path);
}

Str
signing_key_print(Arena *arena, const SigningKey *key)
{
	uint8_t		bytes[1 + SEED_SIZE];
	Buf			b;

	bytes[0] = key->key.type;
	memcpy(bytes + 1, key->secret, SEED_SIZE);	/* it comes first in the secret key */
	buf_init(&b, arena);
	buf_text(&b, KEY_PREFIX);
	buf_str(&b, key->key.name);
	buf_str(&b, arena_printf(arena, "+%08x+", key->key.id));
	buf_base64(&b, bytes, sizeof bytes);
	wipe(bytes, sizeof bytes);
	return buf_done(&b);
}

/* ---- state ---- */

/* Read a state: a note, or the text of one. */
static bool
parse_state(SignerState *out, Str text)
{
	Str			checkpoint = text;

	for (size_t i = 1; i < text.n && checkpoint.n == text.n; i++)
		if (text.p[i] == '\n' && text.p[i - 1] == '\n')
			checkpoint.n = i;
	out->note = text;
	return checkpoint_parse(&out->checkpoint, checkpoint, NULL) == CODE_OK;
}

Code
signer_state_read(SignerState *out, Arena *arena, const char *path, Fault *fault)
{
	Str			text;
	Code		code;

	*out = (SignerState){.found = false};
	code = read_file(&text, &out->found, arena, path, SIGNER_NOTE_MAX, false, fault);
	if (code == CODE_OK && out->found && !parse_state(out, text))
		code = fault_set(fault, CODE_NO_SIGNING_KEY, -1, "\"%s\" holds no checkpoint.", path);
	return code;
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
	size_t		done = 0;
	ssize_t		n;

	if ((size_t) snprintf(temporary, sizeof temporary, "%s.new", path) >= sizeof temporary)
	{
		errno = ENAMETOOLONG;
		return fail(fault, "write", path);
	}
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(fault, "create", temporary);
	while (done < text.n && (n = write(fd, text.p + done, text.n - done)) > 0)
		done += (size_t) n;
	if (done < text.n || fsync(fd) != 0)
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
signer_state_swap(Arena *arena, const char *path, const SignerState *expected, Str next, Fault *fault)
{
	char		lock[SIGNER_PATH_MAX];
	SignerState	now;
	int			fd;
	Code		code;

	if (next.n > SIGNER_NOTE_MAX)
		return fault_set(fault, CODE_NO_SIGNING_KEY, -1, "The note is too large to be kept.");
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
	code = signer_state_read(&now, arena, path, fault);
	if (code == CODE_OK &&
		(now.found != expected->found || (now.found && !same_checkpoint(&now.checkpoint, &expected->checkpoint))))
		code = fault_set(fault, CODE_BEHIND, -1, "\"%s\" was changed meanwhile: its size is %llu.", path,
						 (unsigned long long) (now.found ? now.checkpoint.size : 0));
	if (code == CODE_OK)
		code = write_file(path, next, fault);
	close(fd);					/* and let the lock go */
	return code;
}
