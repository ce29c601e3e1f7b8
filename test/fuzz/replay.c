/*
 * replay.c -- feeds the files of a folder to a fuzz target, where libFuzzer is missing: replay DIRECTORY
 */
#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Feed one file.  Its bytes get memory of exactly their size, so that reading past them is seen. */
static void
feed(const char *path)
{
	FILE	   *file = fopen(path, "rb");
	uint8_t    *data;
	long		size;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
	{
		perror(path);
		exit(1);
	}
	rewind(file);
	data = malloc((size_t) size);
	if (fread(data, 1, (size_t) size, file) != (size_t) size)
	{
		perror(path);
		exit(1);
	}
	fclose(file);
	LLVMFuzzerTestOneInput(data, (size_t) size);
	free(data);
}

int
main(int argc, char **argv)
{
	DIR		   *dir = argc == 2 ? opendir(argv[1]) : NULL;
	int			inputs = 0;

	if (dir == NULL)
	{
		fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
		return 2;
	}
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
	{
		char		path[PATH_MAX];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
		feed(path);
		inputs++;
	}
	closedir(dir);
	printf("%d inputs\n", inputs);
	return inputs > 0 ? 0 : 1;
}
