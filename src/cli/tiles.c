/*
 * tiles.c -- names of tiles.
 */
#include "cli/tiles.h"

#include <stdio.h>

void
tile_path(char out[TILE_PATH_MAX], int level, uint64_t n, unsigned width)
{
	char		number[TILE_PATH_MAX];
	size_t		at = sizeof number - 1;
	bool		last = true;
	int			len;

	/* Three digits a part, from the last one on; all others begin with an x. */
	number[at] = '\0';
	do
	{
		unsigned	part = (unsigned) (n % 1000);

		number[--at] = (char) ('0' + part % 10);
		number[--at] = (char) ('0' + part / 10 % 10);
		number[--at] = (char) ('0' + part / 100);
		if (!last)
			number[--at] = 'x';
		number[--at] = '/';
		last = false;
		n /= 1000;
	} while (n > 0);
	len = level == LEVEL_ENTRIES ? snprintf(out, TILE_PATH_MAX, "tile/entries") : snprintf(out, TILE_PATH_MAX, "tile/%d", level);
	len += snprintf(out + len, (size_t) (TILE_PATH_MAX - len), "%s", number + at);
	if (width < TILE_WIDTH)
		snprintf(out + len, (size_t) (TILE_PATH_MAX - len), ".p/%u", width);
}
