/*
 * seen.c -- remembers servers and registers.
 */
#include "cli/seen.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "cli/wire.h"
#include "record/record.h"

#define STATE_FILE_MAX 8192
#define PLAIN_KEY_MAX 80		/* bytes of a key that is spelled out in its file's name */

/* ---- files ---- */

const char *
state_folder(const Cli *cli, const char *below)
{
	const char *state = option(cli, "state");

	if (state == NULL)
		state = path_of(cli, "XDG_STATE_HOME", "/commune", "/.local/state/commune");
	return arena_printf(cli->arena, "%s%s", state, below).p;
}

/*
 * The file for a key: letters, digits and _ - . as they are, other bytes as %XX; a long key is hashed.  No two keys
 * share a file.
 */
static const char *
state_file(const Cli *cli, const char *folder, Str key)
{
	static const char hex[] = "0123456789ABCDEF";
	uint8_t		hash[HASH_SIZE];
	Buf			name;

	buf_init(&name, cli->arena);
	buf_text(&name, state_folder(cli, folder));
	buf_char(&name, '/');
	if (key.n == 0 || key.n > PLAIN_KEY_MAX)
	{
		sha256(hash, key.p, key.n);
		buf_char(&name, '+');
		buf_str(&name, show_hash(cli->arena, hash));
		key.n = 0;
	}
	for (size_t i = 0; i < key.n; i++)
	{
		uint8_t		c = (uint8_t) key.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
			(c == '.' && i > 0))
			buf_char(&name, (char) c);
		else
		{
			buf_char(&name, '%');
			buf_char(&name, hex[c >> 4]);
			buf_char(&name, hex[c & 15]);
		}
	}
	buf_char(&name, '\0');
	return name.p;
}

/* Read a file as an object; NULL if it is not there. */
static const Json *
read_object(const Cli *cli, const char *path)
{
	Str			text = file_read_if(cli, path, STATE_FILE_MAX);
	const Json *object;

	if (text.p == NULL)
		return NULL;
	if (json_parse(&object, cli->arena, text.p, text.n, NULL) != CODE_OK || object->type != JSON_OBJECT)
		fail(cli, EXIT_FILE, "what is remembered in \"%s\" cannot be read\nhint: Restore the file; without it an earlier state "
			 "of the register is forgotten.", path);
	return object;
}

static Str
get_text(const Json *object, const char *name)
{
	const Json *v = json_get(object, name);

	return v != NULL && v->type == JSON_STRING ? v->string : STR_NONE;
}

static int64_t
get_int(const Json *object, const char *name)
{
	const Json *v = json_get(object, name);

	return v != NULL && v->type == JSON_INT ? v->number : -1;
}

static void
put_text(Buf *b, const char *name, Str value)
{
	if (value.p == NULL)
		return;
	buf_char(b, b->n == 0 ? '{' : ',');
	json_quote(b, str_from(name));
	buf_char(b, ':');
	json_quote(b, value);
}

static void
put_int(Buf *b, const char *name, int64_t value)
{
	buf_char(b, ',');
	json_quote(b, str_from(name));
	buf_char(b, ':');
	buf_int(b, value);
}

/* ---- servers ---- */

bool
pin_read(Pin *out, const Cli *cli, Str address)
{
	const Json *object = read_object(cli, state_file(cli, "/at", address));

	*out = (Pin){STR_NONE, STR_NONE};
	if (object == NULL)
		return false;
	*out = (Pin){get_text(object, "commune"), get_text(object, "origin")};
	return true;
}

void
pin_write(const Cli *cli, Str address, const Pin *pin)
{
	Buf			b;

	buf_init(&b, cli->arena);
	put_text(&b, "at", wire_clean(cli->arena, address, false));
	put_text(&b, "commune", pin->commune);
	put_text(&b, "origin", pin->origin);
	buf_text(&b, "}\n");
	folder_make(cli, state_folder(cli, "/at"), 0700);
	file_replace(cli, state_file(cli, "/at", address), buf_done(&b), 0600);
}

/* The one commune that is remembered. */
static Str
only_commune(const Cli *cli)
{
	const char *folder = state_folder(cli, "/at");
	DIR		   *dir = opendir(folder);
	Str			found = STR_NONE;

	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
	{
		const Json *object;
		Str			commune;

		if (entry->d_name[0] == '.')
			continue;
		object = read_object(cli, arena_printf(cli->arena, "%s/%s", folder, entry->d_name).p);
		commune = object != NULL ? get_text(object, "commune") : STR_NONE;
		if (commune.p == NULL)
			continue;
		if (found.p != NULL && !str_eq(found, commune))
			fail_usage(cli, "several communes are remembered: say which one is meant by --commune");
		found = commune;
	}
	if (dir != NULL)
		closedir(dir);
	if (found.p == NULL)
		fail_usage(cli, "no commune is remembered: say which one is meant by --commune");
	return found;
}

/* ---- registers ---- */

bool
seen_read(Seen *out, const Cli *cli, Str origin)
{
	const char *path = state_file(cli, "/register", origin);
	const Json *object = read_object(cli, path);

	if (object == NULL)
		return false;
	*out = (Seen){
		.origin = get_text(object, "origin"),
		.commune = get_text(object, "commune"),
		.block = get_int(object, "block"),
		.size = get_int(object, "size"),
		.at = get_int(object, "at"),
	};
	if (!str_eq(out->origin, origin) || out->block < 1 || out->size < 1 || !id_parse(out->root.b, get_text(object, "root")))
		fail(cli, EXIT_FILE, "what is remembered in \"%s\" is not complete", path);
	return true;
}

void
seen_write(const Cli *cli, const Seen *seen)
{
	const char *lock = state_folder(cli, "/register/.lock");
	Seen		other;
	Buf			b;
	int			fd;

	folder_make(cli, state_folder(cli, "/register"), 0700);
	fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) != 0)
		fail(cli, EXIT_FILE, "cannot lock \"%s\": %s", lock, strerror(errno));
	if (!seen_read(&other, cli, seen->origin) || other.size <= seen->size)
	{
		buf_init(&b, cli->arena);
		put_text(&b, "origin", seen->origin);
		put_text(&b, "commune", seen->commune);
		put_text(&b, "root", show_hash(cli->arena, seen->root.b));
		put_int(&b, "block", seen->block);
		put_int(&b, "size", seen->size);
		put_int(&b, "at", seen->at);
		buf_text(&b, "}\n");
		file_replace(cli, state_file(cli, "/register", seen->origin), buf_done(&b), 0600);
	}
	close(fd);
}

/* ---- the commune ---- */

Str
commune_option(const Cli *cli)
{
	const char *id = option(cli, "commune");
	uint8_t		bytes[HASH_SIZE];

	if (id == NULL)
		return STR_NONE;
	if (!id_parse(bytes, str_from(id)))
		fail_usage(cli, "--commune is no id of a commune: it has 43 characters of base64url");
	return str_from(id);
}

/* The id of the server's commune, computed from its charter. */
static Str
charter_id(const Cli *cli)
{
	PGresult   *result = server_query(cli, "SELECT a.record FROM commune.charter c JOIN commune.act a ON a.seq = c.seq", 0, NULL);
	Str			text;
	Record		record;
	Digest		leaf;
	uint8_t		key[PUBLIC_KEY_SIZE];
	Fault		fault;

	text = PQntuples(result) > 0 ? arena_str(cli->arena, cell(result, 0, 0)) : STR_NONE;
	PQclear(result);
	if (text.p == NULL)
	{
		fault_set(&fault, CODE_NOT_FOUNDED, -1, "%s", "");
		fail_fault(cli, EXIT_REFUSED, &fault);
	}
	if (record_parse(&record, cli->arena, text.p, text.n, &fault) != CODE_OK || !str_is(record.act, "charter") ||
		!did_key(key, &record.signer) || record_verify(&record, key, &fault) != CODE_OK)
		fail(cli, EXIT_UNVERIFIED, "what the server shows as the charter is none");
	merkle_leaf(leaf.b, text.p, text.n);
	return show_hash(cli->arena, leaf.b);
}

Str
commune_id(Cli *cli)
{
	Str			id = commune_option(cli);
	Str			address;
	Pin			pin;

	if (id.p != NULL)
		return id;
	if (option_given(cli, "offline"))
		return only_commune(cli);
	server_connect(cli);
	address = server_address(cli);
	id = charter_id(cli);
	if (!pin_read(&pin, cli, address) || pin.commune.p == NULL)
	{
		pin.commune = id;
		pin_write(cli, address, &pin);
		note(cli, "First contact with the commune %.*s at %.*s.\nCompare this id with what other members have.",
			 (int) id.n, id.p, (int) address.n, address.p);
	}
	else if (!str_eq(pin.commune, id))
		fail(cli, EXIT_UNVERIFIED, "the server at %.*s is that of another commune\nremembered: %.*s\nserver:     %.*s\nhint: If "
			 "this is as it should be, say so: --commune=%.*s", (int) address.n, address.p,
			 (int) pin.commune.n, pin.commune.p, (int) id.n, id.p, (int) id.n, id.p);
	return id;
}
