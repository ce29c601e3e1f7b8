/*
 * files.c -- reading and writing files so that a crash leaves the old one or the new one.
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail_file(const Cli *cli, const char *what, const char *path) __attribute__((noreturn));

static void
fail_file(const Cli *cli, const char *what, const char *path)
{
	fail(cli, EXIT_FILE, "cannot %s \"%s\": %s", what, path, strerror(errno));
}

/* Read to the end of a file. */
static Str
read_all(const Cli *cli, int fd, const char *path, size_t max)
{
	Buf			b;
	char		chunk[8192];
	ssize_t		n;

	buf_init(&b, cli->arena);
	while ((n = read(fd, chunk, sizeof chunk)) != 0)
	{
		if (n < 0)
			fail_file(cli, "read", path);
		buf_add(&b, chunk, (size_t) n);
		if (b.n > max)
			fail(cli, EXIT_FILE, "\"%s\" has more than %zu bytes", path, max);
	}
	buf_char(&b, '\0');
	return (Str){b.p, b.n - 1};
}

Str
file_read_if(const Cli *cli, const char *path, size_t max)
{
	int			fd = open(path, O_RDONLY | O_CLOEXEC);
	Str			text;

	if (fd < 0 && errno == ENOENT)
		return STR_NONE;
	if (fd < 0)
		fail_file(cli, "open", path);
	text = read_all(cli, fd, path, max);
	close(fd);
	return text;
}

Str
file_read(const Cli *cli, const char *path, size_t max)
{
	Str			text;

	if (strcmp(path, "-") == 0)
		return read_all(cli, STDIN_FILENO, "standard input", max);
	text = file_read_if(cli, path, max);
	if (text.p == NULL)
		fail_file(cli, "open", path);
	return text;
}

const char *
folder_of(const Cli *cli, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return ".";
	if (slash == path)
		return "/";
	return arena_printf(cli->arena, "%.*s", (int) (slash - path), path).p;
}

/* See that what was done in a folder outlives a crash. */
static void
sync_folder(const Cli *cli, const char *path)
{
	const char *folder = folder_of(cli, path);
	int			fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL))
		fail_file(cli, "sync", folder);
	close(fd);
}

/* Write a new file beside the path, and return its name. */
static const char *
write_beside(const Cli *cli, const char *path, Str text, int mode)
{
	const char *beside = arena_printf(cli->arena, "%s.%ld.new", path, (long) getpid()).p;
	int			fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	size_t		done = 0;

	if (fd < 0)
		fail_file(cli, "create", beside);
	while (done < text.n)
	{
		ssize_t		n = write(fd, text.p + done, text.n - done);

		if (n < 0)
		{
			unlink(beside);
			fail_file(cli, "write", beside);
		}
		done += (size_t) n;
	}
	if (fsync(fd) != 0 || close(fd) != 0)
	{
		unlink(beside);
		fail_file(cli, "write", beside);
	}
	return beside;
}

void
file_create(const Cli *cli, const char *path, Str text, int mode)
{
	struct stat existing;
	const char *beside;
	int			linked;
	int			error;

	/* So that no second copy of a secret is made for nothing; link() decides. */
	if (lstat(path, &existing) == 0)
		fail(cli, EXIT_FILE, "\"%s\" exists already; it is not overwritten", path);
	beside = write_beside(cli, path, text, mode);
	linked = link(beside, path);
	error = errno;
	unlink(beside);
	if (linked != 0)
	{
		errno = error;
		fail_file(cli, "create", path);
	}
	sync_folder(cli, path);
}

void
file_replace(const Cli *cli, const char *path, Str text, int mode)
{
	const char *beside = write_beside(cli, path, text, mode);

	if (rename(beside, path) != 0)
	{
		unlink(beside);
		fail_file(cli, "replace", path);
	}
	sync_folder(cli, path);
}

void
folder_make(const Cli *cli, const char *path, int mode)
{
	char	   *copy = arena_copy(cli->arena, path, strlen(path) + 1);

	for (char *p = copy + 1;; p++)
	{
		char		c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(copy, (mode_t) mode) != 0 && errno != EEXIST)
			fail_file(cli, "make the folder", copy);
		if ((*p = c) == '\0')
			break;
	}
}

const char *
path_of(const Cli *cli, const char *variable, const char *below_variable, const char *below_home)
{
	const char *value = getenv(variable);

	if (value != NULL && *value != '\0')
		return arena_printf(cli->arena, "%s%s", value, below_variable).p;
	value = getenv("HOME");
	if (value == NULL || *value == '\0')
		fail(cli, EXIT_FILE, "neither %s nor HOME is set", variable);
	return arena_printf(cli->arena, "%s%s", value, below_home).p;
}
