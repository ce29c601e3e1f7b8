/*
 * errors.c -- prints docs/errors.md from the table of codes.
 */
#include <stdio.h>

#include "base/error.h"

#define ROW(name, sqlstate, message, hint) {#name, sqlstate, message, hint},

static const struct
{
	const char *name;
	const char *sqlstate;
	const char *message;
	const char *hint;
}			rows[] = {COMMUNE_CODES(ROW)};

/* Print a text in a cell of a Markdown table. */
static void
cell(const char *text)
{
	for (; *text; text++)
	{
		if (*text == '|')
			putchar('\\');
		putchar(*text);
	}
}

int
main(void)
{
	puts("# Errors and verdicts\n\n"
		 "Made from `src/base/error.h` by `make docs`; a test compares.\n\n"
		 "An act that is refused at submit gives an error with one of these SQLSTATEs, and nothing is written. An act that is refused in\n"
		 "the fold stays in the register with the SQLSTATE as its verdict (`commune.verdict`). The class `QC` is commune's own. Where a\n"
		 "standard SQLSTATE fits, it stands: `22P02` for text that is no record. The detail of an error says what and where.\n"
		 "Beside these, PostgreSQL's own errors occur: `42501` for a missing privilege, `25006` for writing on a standby, `55000` for a\n"
		 "database that is not in the state that a call needs.\n\n"
		 "| SQLSTATE | message | what to do |\n|---|---|---|");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
	{
		printf("| `%s` | ", rows[i].sqlstate);
		cell(rows[i].message);
		printf(" | ");
		cell(rows[i].hint);
		puts(" |");
	}
	return 0;
}
