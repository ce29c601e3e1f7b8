/*
 * sign.h -- making records and handing them in.
 */
#ifndef COMMUNE_SIGN_H
#define COMMUNE_SIGN_H

#include "cli/cli.h"
#include "record/json.h"

/* An act before it is signed: its kind and its members. */
typedef struct Draft
{
	Str			kind;
	Buf			members;		/* each as ,"name":value */
} Draft;

extern void draft_begin(Draft *draft, const Cli *cli, const char *kind);
extern void draft_raw(Draft *draft, Str name, Str json);
extern void draft_text(Draft *draft, const char *name, Str value);
extern void draft_int(Draft *draft, const char *name, int64_t value);

/*
 * Sign a draft as the options say, submit it or print it.  A dry run shows it.  When submitted, *id, which may be
 * NULL, is set to the record's; it is left alone otherwise.
 */
extern ExitCode draft_finish(Cli *cli, const Draft *draft, Str *id);

#endif
