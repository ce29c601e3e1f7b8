/*
 * snapshot.c -- reads pg_snapshot's text form.
 */
#include "register/snapshot.h"

/* Read digits up to an end or a byte that is none; false when there is no digit or too many. */
static bool
number(uint64_t *out, const char **p, const char *end)
{
	const char *start = *p;

	for (*out = 0; *p < end && **p >= '0' && **p <= '9'; ++*p)
		if (mul_overflows(*out, (uint64_t) 10, out) || add_overflows(*out, (uint64_t) (**p - '0'), out))
			return false;
	return *p > start;
}

Code
snapshot_parse(XidSnapshot *out, Arena *arena, Str text, Fault *fault)
{
	const char *p = text.p;
	const char *end = text.p + text.n;
	uint64_t   *xip;
	size_t		room = 1;

	for (size_t i = 0; i < text.n; i++)
		room += text.p[i] == ',';
	xip = arena_alloc(arena, room * sizeof *xip);
	*out = (XidSnapshot){.xip = xip};
	if (!number(&out->xmin, &p, end) || p == end || *p++ != ':' ||
		!number(&out->xmax, &p, end) || p == end || *p++ != ':' || out->xmin > out->xmax)
		goto bad;
	while (p < end)
	{
		uint64_t	xid;

		if (!number(&xid, &p, end) || (p < end && (*p++ != ',' || p == end)) ||
			xid < out->xmin || xid >= out->xmax || (out->nxip > 0 && xid <= xip[out->nxip - 1]))
			goto bad;
		xip[out->nxip++] = xid;
	}
	return CODE_OK;

bad:
	return fault_set(fault, CODE_DAMAGED, p - text.p, "\"%.*s\" is no snapshot", (int) (text.n < 80 ? text.n : 80), text.p);
}

bool
snapshot_sees(const XidSnapshot *snapshot, uint64_t xid)
{
	size_t		low = 0;
	size_t		high = snapshot->nxip;

	if (xid < snapshot->xmin)
		return true;
	if (xid >= snapshot->xmax)
		return false;
	while (low < high)
	{
		size_t		mid = low + (high - low) / 2;

		if (snapshot->xip[mid] < xid)
			low = mid + 1;
		else
			high = mid;
	}
	return low == snapshot->nxip || snapshot->xip[low] != xid;
}
