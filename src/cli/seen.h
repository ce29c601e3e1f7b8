/*
 * seen.h -- what this machine remembers, so that identity never comes from a server alone.
 *
 *     STATE/at/ADDRESS         which commune and which origin a server's address led to
 *     STATE/register/ORIGIN    the size and the root that verify last computed of a register
 *
 * Each file is one JSON object.  The first contact is taken on trust and said aloud; from then on a server must be what
 * it was.  --commune and --origin say otherwise, explicitly.
 */
#ifndef COMMUNE_SEEN_H
#define COMMUNE_SEEN_H

#include "cli/cli.h"
#include "register/tree.h"

typedef struct Pin
{
	Str			commune;		/* its id as text; none: not founded yet, or never asked for */
	Str			origin;			/* none before the first verify */
} Pin;

typedef struct Seen
{
	Str			origin;
	Str			commune;		/* none: not founded yet */
	int64_t		block;
	int64_t		size;			/* leaves */
	Digest		root;
	int64_t		at;				/* Unix seconds */
} Seen;

/* Name a folder below STATE; below begins with a slash. */
extern const char *state_folder(const Cli *cli, const char *below);

/* False if nothing is remembered. */
extern bool pin_read(Pin *out, const Cli *cli, Str address);
extern void pin_write(const Cli *cli, Str address, const Pin *pin);

extern bool seen_read(Seen *out, const Cli *cli, Str origin);

/* Remember; what another process remembers meanwhile of a larger register stays. */
extern void seen_write(const Cli *cli, const Seen *seen);

/*
 * The id of the commune that is meant, as text: that of --commune; else that of the server's charter, recomputed from
 * the record and compared with what is remembered for the server; offline, the only one that is remembered.
 */
extern Str	commune_id(Cli *cli);

/* The value of --commune, checked; none if it was not given. */
extern Str	commune_option(const Cli *cli);

#endif
