/*
 * tiles.h -- names of files in a tiled log (C2SP tlog-tiles).
 */
#ifndef COMMUNE_TILES_H
#define COMMUNE_TILES_H

#include "register/tree.h"

#define TILE_PATH_MAX 64
#define LEVEL_ENTRIES (-1)		/* not of hashes but of the leaves' bytes */

/* The path of a tile below the log's prefix, terminated; width is TILE_WIDTH for a full one. */
extern void tile_path(char out[TILE_PATH_MAX], int level, uint64_t n, unsigned width);

#endif
