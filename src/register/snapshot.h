/*
 * snapshot.h -- PostgreSQL's pg_snapshot as text, xmin:xmax:xip_list, read without a server.
 *
 * Transaction ids are the 64-bit kind (xid8), top-level ones only.
 */
#ifndef COMMUNE_SNAPSHOT_H
#define COMMUNE_SNAPSHOT_H

#include "base/base.h"

typedef struct XidSnapshot
{
	uint64_t	xmin;
	uint64_t	xmax;
	size_t		nxip;
	const uint64_t *xip;		/* in progress when the snapshot was taken; ascending */
} XidSnapshot;

/* Read the text form.  Fault: DAMAGED. */
extern Code snapshot_parse(XidSnapshot *out, Arena *arena, Str text, Fault *fault);

/* True if a transaction that commits has committed for this snapshot. */
extern bool snapshot_sees(const XidSnapshot *snapshot, uint64_t xid);

#endif
