/*
 * attempt_pg.c -- keeps the sealer's note.
 */
#include "fold/attempt_pg.h"

#include <fcntl.h>
#include <unistd.h>

#include "miscadmin.h"
#include "storage/fd.h"

#define BLAMES_MAX 2
#define MAGIC UINT64_C(0x636f6d6d756e6531)

/* As it stands in the file. */
typedef struct Note
{
	uint64		magic;
	Attempt		attempt;
} Note;

static void
note_path(char path[MAXPGPATH])
{
	snprintf(path, MAXPGPATH, "commune.attempt.%u", MyDatabaseId);
}

static void
write_note(const Attempt *attempt)
{
	char		path[MAXPGPATH];
	Note		note = {.magic = MAGIC, .attempt = *attempt};
	int			fd;

	note_path(path);
	fd = OpenTransientFile(path, O_RDWR | O_CREAT | PG_BINARY);
	if (fd < 0)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not open file \"%s\": %m", path)));
	if (pg_pwrite(fd, &note, sizeof note, 0) != sizeof note)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not write file \"%s\": %m", path)));
	CloseTransientFile(fd);
}

/* Read the note; false if there is none of use. */
static bool
read_note(Attempt *attempt)
{
	char		path[MAXPGPATH];
	Note		note;
	int			fd;
	int			n;

	note_path(path);
	fd = OpenTransientFile(path, O_RDONLY | PG_BINARY);
	if (fd < 0)
		return false;
	n = read(fd, &note, sizeof note);
	CloseTransientFile(fd);
	if (n != sizeof note || note.magic != MAGIC || note.attempt.nisolated < 0 || note.attempt.nisolated > ISOLATED_MAX)
		return false;
	*attempt = note.attempt;
	return true;
}

bool
attempt_begin(Attempt *attempt, int64 block)
{
	bool		found = read_note(attempt);
	bool		later = found && attempt->block > block;

	if (!found || attempt->block != block)
		*attempt = (Attempt){.block = block};
	else
	{
		attempt->failures++;
		if (attempt->suspect != 0)
		{
			attempt->blames = attempt->suspect == attempt->blamed ? attempt->blames + 1 : 1;
			attempt->blamed = attempt->suspect;
			attempt->suspect = 0;
		}
		if (attempt->blames >= BLAMES_MAX && attempt->nisolated < ISOLATED_MAX)
		{
			ereport(WARNING,
					(errmsg("act " INT64_FORMAT " could not be folded and is isolated", attempt->blamed),
					 errhint("Report it: the register goes on without this act.")));
			attempt->isolated[attempt->nisolated++] = attempt->blamed;
			attempt->blames = 0;
		}
	}
	write_note(attempt);
	return later;
}

void
attempt_end(void)
{
	char		path[MAXPGPATH];

	note_path(path);
	(void) unlink(path);
}

void
attempt_suspect(Attempt *attempt, int64 seq)
{
	attempt->suspect = seq;
	write_note(attempt);
}

void
attempt_excuse(Attempt *attempt)
{
	attempt->failures = Max(attempt->failures - 1, 0);
	attempt->suspect = 0;
	write_note(attempt);
}

void
attempt_excuse_at_exit(int code, Datum attempt)
{
	attempt_excuse((Attempt *) DatumGetPointer(attempt));
}

bool
attempt_is_accident(int sqlerrcode)
{
	int			class = ERRCODE_TO_CATEGORY(sqlerrcode);

	return class == ERRCODE_TO_CATEGORY(ERRCODE_INVALID_TRANSACTION_STATE) ||
		class == ERRCODE_TO_CATEGORY(ERRCODE_TRANSACTION_ROLLBACK) ||
		class == ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_RESOURCES) ||
		class == ERRCODE_TO_CATEGORY(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE) ||
		class == ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION) ||
		class == ERRCODE_TO_CATEGORY(ERRCODE_SYSTEM_ERROR);
}
