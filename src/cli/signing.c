/*
 * signing.c -- the keys of logs and witnesses: made and shown.
 *
 * They are not a member's: they sign by themselves, day and night, so no passphrase protects them but the file's mode.
 */
#include "cli/signing.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

/* Everything secret. */
static struct
{
	bool		locked;
	size_t		n;
	SigningKey	keys[SIGNING_KEYS_MAX];
	uint8_t		seed[SEED_SIZE];
}			vault;

static void
wipe_vault(void)
{
	unlock_memory(&vault, sizeof vault);
}

/* Before anything secret is there: no core file, no swap, and an end that wipes. */
static void
lock_vault(void)
{
	if (vault.locked)
		return;
	(void) setrlimit(RLIMIT_CORE, &(struct rlimit) {0, 0});
	lock_memory(&vault, sizeof vault);
	vault.locked = true;
	atexit(wipe_vault);
}

static void
print_key(const Cli *cli, const NoteKey *key, const char *path)
{
	Result		result;

	result_begin(&result, cli);
	result_text(&result, "key", note_key_print(cli->arena, key));
	result_text(&result, "file", str_from(path));
	result_text(&result, "use", key->type == KEY_LOG ? STR("log") : STR("witness"));
	result_end(&result);
}

void
signing_key_create(const Cli *cli, const char *path, Str name, uint8_t type)
{
	SigningKey *key = &vault.keys[0];
	Str			line;
	char	   *text;

	if (!note_name_is_good(name))
		fail_usage(cli, "the name of a key is not empty, and has neither white space nor a plus sign");
	lock_vault();
	random_bytes(vault.seed, sizeof vault.seed);
	signing_key_make(key, cli->arena, name, type, vault.seed);
	line = signing_key_print(cli->arena, key);
	text = arena_alloc(cli->arena, line.n + 1);
	memcpy(text, line.p, line.n);
	text[line.n] = '\n';
	wipe((char *) line.p, line.n);
	file_create(cli, path, (Str){text, line.n + 1}, 0600);
	wipe(text, line.n + 1);
	print_key(cli, &key->key, path);
}

const SigningKey *
signing_key_load(const Cli *cli, const char *path)
{
	SigningKey *key;
	Fault		fault;

	lock_vault();
	if (vault.n == SIGNING_KEYS_MAX)
		fail(cli, EXIT_INTERNAL, "there are more than %d signing keys", SIGNING_KEYS_MAX);
	key = &vault.keys[vault.n++];
	if (signing_key_read(key, cli->arena, path, &fault) != CODE_OK)
		fail_fault(cli, EXIT_FILE, &fault);
	return key;
}

void
signing_key_show(const Cli *cli, const char *path)
{
	print_key(cli, &signing_key_load(cli, path)->key, path);
}

bool
signing_key_is_one(const char *path)
{
	static const char begin[] = "PRIVATE+KEY+";
	char		found[sizeof begin] = "";
	FILE	   *file = fopen(path, "re");
	bool		is_one;

	if (file == NULL)
		return false;
	is_one = fread(found, 1, sizeof begin - 1, file) == sizeof begin - 1 && strcmp(found, begin) == 0;
	fclose(file);
	return is_one;
}
