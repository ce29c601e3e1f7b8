/*
 * error.c -- the table of codes, and how a fault is filled.
 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct
{
	const char *sqlstate;
	const char *message;
	const char *hint;
}			codes[CODE_COUNT] = {
#define COMMUNE_CODE_ROW(name, sqlstate, message, hint) {sqlstate, message, hint},
	COMMUNE_CODES(COMMUNE_CODE_ROW)
#undef COMMUNE_CODE_ROW
};

const char *
code_sqlstate(Code code)
{
	return codes[code].sqlstate;
}

const char *
code_message(Code code)
{
	return codes[code].message;
}

const char *
code_hint(Code code)
{
	return codes[code].hint;
}

Code
code_from_sqlstate(const char *sqlstate)
{
	for (int i = 0; i < CODE_COUNT; i++)
		if (strcmp(codes[i].sqlstate, sqlstate) == 0)
			return (Code) i;
	return CODE_COUNT;
}

Code
fault_set(Fault *fault, Code code, int64_t at, const char *format, ...)
{
	va_list		args;

	if (fault == NULL)
		return code;
	fault->code = code;
	fault->at = at;
	va_start(args, format);
	vsnprintf(fault->detail, sizeof fault->detail, format, args);
	va_end(args);
	return code;
}
