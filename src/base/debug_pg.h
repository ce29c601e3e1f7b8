/*
 * debug_pg.h -- places at which a test build can be made to wait, fail or crash.
 *
 * Compiled only with COMMUNE_DEBUG_POINTS.  The setting commune.debug_point holds ACTION:NAME or ACTION:NAME:NUMBER
 * with ACTION one of sleep (a minute, or until cancelled), error (an internal error), crash (as kill -9 of this
 * process would be).
 */
#ifndef COMMUNE_DEBUG_PG_H
#define COMMUNE_DEBUG_PG_H

#ifdef COMMUNE_DEBUG_POINTS
extern void debug_settings(void);
extern void debug_point(const char *name, int64 number);

/* commune.debug_skip_signatures: take records without verifying their signatures, to measure what the rest costs. */
extern bool debug_skip_signatures;
#else
#define debug_settings() ((void) 0)
#define debug_point(name, number) ((void) 0)
#define debug_skip_signatures false
#endif

#endif
