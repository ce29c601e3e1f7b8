/*
 * did.c -- each DID has one text and one binary form, and both read back.
 */
#include "record/did.h"

#include <stdlib.h>

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A DID that was read gives back its forms. */
static void
check(const Did *did)
{
	char		text[DID_TEXT_MAX];
	size_t		n = did_print(text, did);
	Did			again;

	if (did_parse(&again, text, n, NULL) != CODE_OK || did_cmp(&again, did) != 0)
		abort();
	if (did_from_bytes(&again, did->b, did_size(did), NULL) != CODE_OK || did_cmp(&again, did) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Did			did;
	Fault		fault = {0};
	char		text[DID_TEXT_MAX];

	if (did_parse(&did, (const char *) data, size, &fault) == CODE_OK)
	{
		check(&did);
		if (did_print(text, &did) != size || memcmp(text, data, size) != 0)
			abort();
	}
	else if (fault.code != CODE_BAD_DID || fault.detail[0] == '\0' || fault.at > (int64_t) size)
		abort();
	if (did_from_bytes(&did, data, size, NULL) == CODE_OK)
	{
		check(&did);
		if (did_size(&did) != size || memcmp(did.b, data, size) != 0)
			abort();
	}

	/* Any 32 bytes have a text. */
	if (size == PUBLIC_KEY_SIZE)
	{
		did = (Did){0};
		did_from_key(&did, data);
		check(&did);
	}
	return 0;
}
