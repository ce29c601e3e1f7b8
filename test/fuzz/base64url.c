/*
 * base64url.c -- what the decoder takes, the encoder gives back: one text for each sequence of bytes.
 */
#include "base/base.h"

#include <stdlib.h>

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t    *bytes = malloc(BASE64URL_ROOM(size));
	char	   *text = malloc(size);
	size_t		n;
	size_t		at;

	if (base64url_decode(bytes, &n, &at, (const char *) data, size))
	{
		if (n != BASE64URL_ROOM(size) || base64url_encode(text, bytes, n) != size ||
			(size > 0 && memcmp(text, data, size) != 0))
			abort();
	}
	else if (at >= size)
		abort();
	free(bytes);
	free(text);
	return 0;
}
