/*
 * cli_keyfile.c -- the reader of key files takes each key in one spelling: what it takes is written back the same, but
 * for the comment.
 */
#include "cli/keyfile.h"

#include <stdlib.h>

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *) data;
	char		again[KEYFILE_TEXT_MAX];
	const char *line;
	const char *line_again;
	KeyFile		file;
	Fault		fault;
	size_t		n;

	if (!crypto_init())
		abort();
	if (keyfile_parse(&file, text, size, &fault) != CODE_OK)
	{
		if (fault.code != CODE_BAD_KEY_FILE || fault.detail[0] == '\0')
			abort();
		return 0;
	}
	n = keyfile_print(again, &file);
	line = (const char *) memchr(text, '\n', size) + 1;
	line_again = (const char *) memchr(again, '\n', n) + 1;
	n -= (size_t) (line_again - again);
	size -= (size_t) (line - text);
	if ((size != n && size + 1 != n) || memcmp(line, line_again, size) != 0)
		abort();
	return 0;
}
