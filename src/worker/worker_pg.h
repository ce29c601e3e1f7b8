/*
 * worker_pg.h -- the background workers, for _PG_init().
 */
#ifndef COMMUNE_WORKER_PG_H
#define COMMUNE_WORKER_PG_H

/* Define the settings, and register the launcher if the library is preloaded. */
extern void worker_init(void);

#endif
