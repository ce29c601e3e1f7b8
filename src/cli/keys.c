/*
 * keys.c -- key files, passphrases, nonces.
 */
#include "cli/key.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "cli/keyfile.h"
#include "cli/signing.h"
#include "fold/fold.h"
#include "record/record.h"

#define PASSPHRASE_MAX 1023

/* Everything secret. */
static struct
{
	bool		locked;
	bool		loaded;
	bool		opened;
	char		text[KEYFILE_TEXT_MAX + 1];
	char		passphrase[PASSPHRASE_MAX + 1];
	char		again[PASSPHRASE_MAX + 1];
	KeyFile		file;
	uint8_t		seed[SEED_SIZE];
	uint8_t		secret[SECRET_KEY_SIZE];
}			vault;
static Did	did;
static const char *used;		/* by key_use() */

static void
wipe_vault(void)
{
	unlock_memory(&vault, sizeof vault);
}

/* Before anything secret is read: no core file, no swap, and an end that wipes. */
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

static const char *
key_path(const Cli *cli)
{
	const char *path = used != NULL ? used : option(cli, "key");

	if (path != NULL)
		return path;
	path = getenv("COMMUNE_KEY");
	return path != NULL && *path != '\0' ? path : path_of(cli, "XDG_CONFIG_HOME", "/commune/key", "/.config/commune/key");
}

/* ---- passphrases ---- */

/* Read a line of at most PASSPHRASE_MAX bytes, without the end of line; byte by byte, so that nothing else is taken. */
static bool
read_line(char out[PASSPHRASE_MAX + 1], int fd)
{
	size_t		n = 0;
	char		c;
	ssize_t		got;

	while ((got = read(fd, &c, 1)) == 1 && c != '\n')
	{
		if (n == PASSPHRASE_MAX)
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return got >= 0;
}

static volatile sig_atomic_t interrupted;

static void
note_signal(int number)
{
	interrupted = number;
}

/* Ask on the terminal, without echo, which comes back whatever happens. */
static void
ask(const Cli *cli, char out[PASSPHRASE_MAX + 1], const char *question)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction action = {.sa_handler = note_signal};
	struct sigaction before[sizeof signals / sizeof *signals];
	struct termios echo;
	struct termios silent;
	int			fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	bool		whole;

	if (fd < 0 || tcgetattr(fd, &echo) != 0)
		fail(cli, EXIT_FILE, "a passphrase is needed and there is no terminal to ask for it: use --passphrase-file or "
			 "COMMUNE_PASSPHRASE");
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaction(signals[i], &action, &before[i]);
	silent = echo;
	silent.c_lflag &= ~(tcflag_t) ECHO;
	tcsetattr(fd, TCSAFLUSH, &silent);
	dprintf(fd, "%s: ", question);
	whole = read_line(out, fd);
	tcsetattr(fd, TCSAFLUSH, &echo);
	dprintf(fd, "\n");
	close(fd);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaction(signals[i], &before[i], NULL);
	if (interrupted)
	{
		wipe_vault();
		raise(interrupted);
	}
	if (!whole)
		fail(cli, EXIT_FILE, "the passphrase cannot be read, or has more than %d bytes", PASSPHRASE_MAX);
}

/* Take the passphrase from a file, the environment or the terminal, where a new one is asked for twice. */
static Str
get_passphrase(const Cli *cli, bool is_new)
{
	const char *path = option(cli, "passphrase-file");
	const char *variable = getenv("COMMUNE_PASSPHRASE");

	lock_vault();
	errno = 0;
	if (path != NULL)
	{
		int			fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

		if (fd < 0 || !read_line(vault.passphrase, fd))
			fail(cli, EXIT_FILE, "cannot read a passphrase from \"%s\": %s", path, errno ? strerror(errno) : "it is too long");
		if (fd != STDIN_FILENO)
			close(fd);
	}
	else if (variable != NULL)
	{
		if (strlen(variable) > PASSPHRASE_MAX)
			fail(cli, EXIT_FILE, "the passphrase has more than %d bytes", PASSPHRASE_MAX);
		memcpy(vault.passphrase, variable, strlen(variable) + 1);
	}
	else
	{
		ask(cli, vault.passphrase, is_new ? "New passphrase" : "Passphrase");
		if (is_new)
		{
			ask(cli, vault.again, "Once more");
			if (strcmp(vault.passphrase, vault.again) != 0)
				fail(cli, EXIT_FILE, "the two passphrases differ");
		}
	}
	if (is_new && *vault.passphrase == '\0')
		fail(cli, EXIT_FILE, "the passphrase is empty");
	return str_from(vault.passphrase);
}

/* ---- the file ---- */

/* Read the file, if it is one that only its owner can read. */
static void
load(const Cli *cli)
{
	const char *path = key_path(cli);
	int			fd;
	struct stat st;
	ssize_t		n;
	Fault		fault;

	if (vault.loaded)
		return;
	lock_vault();
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		fail(cli, EXIT_FILE, "cannot open the key file \"%s\": %s%s", path, strerror(errno),
			 errno == ENOENT ? "\nhint: Make a key: commune key new" : "");
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		fail(cli, EXIT_FILE, "the key file \"%s\" is no ordinary file", path);
	if ((st.st_mode & 077) != 0 || st.st_uid != geteuid())
		fail(cli, EXIT_FILE, "the key file \"%s\" is not for you alone (its mode is %04o)\nhint: chmod 600 \"%s\", and "
			 "think of who may have read it", path, (unsigned) st.st_mode & 07777, path);
	n = read(fd, vault.text, sizeof vault.text);
	close(fd);
	if (n < 0)
		fail(cli, EXIT_FILE, "cannot read the key file \"%s\": %s", path, strerror(errno));
	if (keyfile_parse(&vault.file, vault.text, (size_t) n, &fault) != CODE_OK)
		fail_fault(cli, EXIT_FILE, &fault);
	wipe(vault.text, sizeof vault.text);
	did_from_key(&did, vault.file.key);
	vault.loaded = true;
}

void
key_use(const char *path)
{
	wipe(&vault.file, sizeof vault.file);
	wipe(vault.secret, sizeof vault.secret);
	vault.loaded = vault.opened = false;
	used = path;
}

const Did *
key_did(const Cli *cli)
{
	load(cli);
	return &did;
}

const uint8_t *
key_secret(const Cli *cli)
{
	Fault		fault;

	load(cli);
	if (!vault.opened)
	{
		if (keyfile_open(vault.secret, &vault.file, vault.file.is_sealed ? get_passphrase(cli, false) : STR_NONE,
						 &fault) != CODE_OK)
			fail_fault(cli, EXIT_FILE, &fault);
		wipe(vault.passphrase, sizeof vault.passphrase);
		vault.opened = true;
	}
	return vault.secret;
}

/* ---- the nonce ---- */

int64_t
key_nonces(const Cli *cli, size_t n, bool keep)
{
	const char *path = arena_printf(cli->arena, "%s.nonce", key_path(cli)).p;
	int			fd = open(path, O_RDWR | (keep ? O_CREAT : 0) | O_NOFOLLOW | O_CLOEXEC, 0600);
	char		text[32] = "";
	struct timespec now;
	int64_t		milliseconds;
	int64_t		nonce;
	int64_t		last;

	/* The lock ends with the program or with close(). */
	if (fd < 0 ? keep || errno != ENOENT : flock(fd, LOCK_EX) != 0 || pread(fd, text, sizeof text - 1, 0) < 0)
		fail(cli, EXIT_FILE, "cannot use the file of the last nonce \"%s\": %s", path, strerror(errno));
	clock_gettime(CLOCK_REALTIME, &now);
	milliseconds = (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
	nonce = strtoll(text, NULL, 10);
	nonce = nonce < milliseconds ? milliseconds : nonce < SAFE_INT_MAX ? nonce + 1 : nonce;
	if (add_overflows(nonce, (int64_t) n - 1, &last) || last > milliseconds + CLOCK_AHEAD / 1000)
		fail(cli, EXIT_FILE, "the last nonce in \"%s\" is more than five minutes ahead of the clock\nhint: Set the clock; if "
			 "it is right, remove the file.", path);
	if (keep)
	{
		/* Nonces grow, so nothing of the old one is left behind it; 20 bytes are written at once. */
		int			length = snprintf(text, sizeof text, "%lld\n", (long long) last);

		if (pwrite(fd, text, (size_t) length, 0) != length || fsync(fd) != 0)
			fail(cli, EXIT_FILE, "cannot write \"%s\": %s", path, strerror(errno));
	}
	if (fd >= 0)
		close(fd);
	return nonce;
}

/* ---- the commands ---- */

const Option key_new_options[] = {
	{'f', "file", "FILE", "where to write it; the same as --key"},
	{'p', "passphrase", NULL, "protect it with a passphrase, asked for on the terminal if it does not come from "
	"--passphrase-file or $COMMUNE_PASSPHRASE, which protect it as well"},
	{0, "log", "ORIGIN", "not a member's key, but one that signs the checkpoints of a log; needs --file"},
	{0, "witness", "NAME", "not a member's key, but a witness's; needs --file"},
	{0}
};

static void
print_key(const Cli *cli, const char *path)
{
	char		text[DID_TEXT_MAX];
	Result		result;

	result_begin(&result, cli);
	result_text(&result, "did", (Str){text, did_print(text, &did)});
	result_text(&result, "file", str_from(path));
	result_text(&result, "protection", vault.file.is_sealed ? STR("passphrase") : STR("none"));
	result_end(&result);
}

ExitCode
run_key_new(Cli *cli)
{
	const char *path = option(cli, "file") ? option(cli, "file") : key_path(cli);
	bool		is_default = option(cli, "file") == NULL && option(cli, "key") == NULL;
	bool		is_sealed = option_given(cli, "passphrase") || option_given(cli, "passphrase-file") ||
		getenv("COMMUNE_PASSPHRASE") != NULL;
	const char *log = option(cli, "log");
	const char *witness = option(cli, "witness");
	struct stat existing;
	Fault		fault;
	size_t		n;

	if (log != NULL || witness != NULL)
	{
		if (log != NULL && witness != NULL)
			fail_usage(cli, "a key is that of a log or that of a witness: make two");
		if (is_default)
			fail_usage(cli, "--file is missing: the key of a %s has no default place", log != NULL ? "log" : "witness");
		if (option_given(cli, "passphrase") || option_given(cli, "passphrase-file"))
			fail_usage(cli, "the key of a log or a witness signs unattended: it has no passphrase");
		signing_key_create(cli, path, str_from(log != NULL ? log : witness), log != NULL ? KEY_LOG : KEY_COSIGNER);
		return EXIT_FINE;
	}

	/* Say it before somebody thinks up a passphrase. */
	if (lstat(path, &existing) == 0)
		fail(cli, EXIT_FILE, "\"%s\" exists already; it is not overwritten", path);
	lock_vault();
	random_bytes(vault.seed, sizeof vault.seed);
	if (keyfile_make(&vault.file, vault.seed, is_sealed ? get_passphrase(cli, true) : STR_NONE, PASSPHRASE_OPS,
					 PASSPHRASE_MEM, &fault) != CODE_OK)
		fail_fault(cli, EXIT_FILE, &fault);
	did_from_key(&did, vault.file.key);
	if (is_default && strrchr(path, '/') > path)
		folder_make(cli, folder_of(cli, path), 0700);
	n = keyfile_print(vault.text, &vault.file);
	file_create(cli, path, (Str){vault.text, n}, 0600);
	if (!is_sealed)
		note(cli, "The key is not protected by a passphrase: whoever reads \"%s\" has it.", path);
	print_key(cli, path);
	return EXIT_FINE;
}

ExitCode
run_key_show(Cli *cli)
{
	if (signing_key_is_one(key_path(cli)))
	{
		signing_key_show(cli, key_path(cli));
		return EXIT_FINE;
	}
	load(cli);
	print_key(cli, key_path(cli));
	return EXIT_FINE;
}
