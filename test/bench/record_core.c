/*
 * record_core.c -- how long the cores take for a record, a DID and a hostile payload.  test/bench/record.sh runs it.
 */
#include "record/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static HeapArena heap;
static uint8_t key[PUBLIC_KEY_SIZE];
static uint8_t secret[SECRET_KEY_SIZE];
static Str	text;				/* a record of about 400 bytes */
static Str	hostile;			/* JSON of 65,000 bytes, an object of thousands of members */
static Did	did;
static char did_text[DID_TEXT_MAX];

static void
parse_record(void)
{
	Record		record;

	if (record_parse(&record, &heap.arena, text.p, text.n, NULL) != CODE_OK)
		abort();
	arena_reset(&heap.arena);
}

static void
verify_record(void)
{
	Record		record;

	if (record_parse(&record, &heap.arena, text.p, text.n, NULL) != CODE_OK ||
		record_verify(&record, key, NULL) != CODE_OK)
		abort();
	arena_reset(&heap.arena);
}

static void
parse_did(void)
{
	if (did_parse(&did, did_text, DID_TEXT_MAX, NULL) != CODE_OK)
		abort();
}

static void
print_did(void)
{
	did.b[20]++;
	if (did_print(did_text, &did) != DID_TEXT_MAX)
		abort();
}

static void
parse_hostile(void)
{
	const Json *value;

	if (json_parse(&value, &heap.arena, hostile.p, hostile.n, NULL) != CODE_OK)
		abort();
	arena_reset(&heap.arena);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double) t.tv_sec * 1e6 + (double) t.tv_nsec / 1e3;
}

/* Print the best of five runs, in microseconds a call. */
static void
measure(const char *name, const char *limits, void (*call) (void), int calls)
{
	double		best = 1e18;

	for (int run = 0; run < 5; run++)
	{
		double		begin = now();
		double		took;

		for (int i = 0; i < calls; i++)
			call();
		took = (now() - begin) / calls;
		if (took < best)
			best = took;
	}
	printf("bench record.%s %.3f us %s\n", name, best, limits);
}

int
main(void)
{
	HeapArena	kept;
	Buf			big;
	const uint8_t seed[SEED_SIZE] = {1};
	Str			payload;

	if (!crypto_init())
		return 1;
	heap_arena_init(&heap);
	heap_arena_init(&kept);
	ed25519_from_seed(key, secret, seed);
	did_from_key(&did, key);
	did_print(did_text, &did);
	payload = arena_printf(&kept.arena, "{\"iss\":\"%.56s\",\"aud\":\"f9lyUpg0XYoFkFI9qr41cn3qWZCgzGMS5FF9AEqfen8\","
						   "\"iat\":1767225600,\"nonce\":1767225600000,\"act\":\"topic\",\"topic\":\"the water of the valley\"}", did_text);
	text = record_sign(&kept.arena, payload, secret);

	/* Names that begin alike, in an order that is not sorted. */
	buf_init(&big, &kept.arena);
	for (int i = 0; big.n < 65000; i++)
		buf_str(&big, arena_printf(&kept.arena, "%c\"%05d\":0", i == 0 ? '{' : ',', i * 7919 % 99991));
	buf_char(&big, '}');
	hostile = buf_done(&big);

	measure("parse", "goal 2 floor 5", parse_record, 200000);
	measure("verify", "goal 100 floor 200", verify_record, 2000);
	measure("did_parse", "goal 0.2 floor 1", parse_did, 1000000);
	measure("did_print", "goal 0.4 floor 1", print_did, 1000000);
	measure("json_hostile", "goal 2000 floor 10000", parse_hostile, 100);
	heap_arena_free(&heap);
	heap_arena_free(&kept);
	return 0;
}
