/*
 * acts.c -- prints signed acts of a made-up commune, one a line, for benches: acts KIND FROM TO [AUD] [ARGUMENT].
 *
 *     acts charter 0 1                 the charter: member 0 founds, one vouch is enough, no limit is met
 *     acts join FROM TO AUD            members FROM to TO - 1 ask for membership
 *     acts vouch FROM TO AUD           member 0 vouches for them
 *     acts delegate FROM TO AUD MEMBERS    act i, by member i % MEMBERS, to nobody, for everything
 *     acts delegates ...               the same, to i % 4 others: of different lengths
 *     acts poll 0 1 AUD                member 0 announces a quadratic poll that is open until 2100
 *     acts ballot FROM TO AUD MANIFEST     members FROM to TO - 1 vote on five options
 *     acts revote ...                  the same, later
 *     acts evp N BYTES                 seconds that SHA-256 takes for N leaves of this size and a node for each
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "record/record.h"

static void
make_key(uint8_t key[PUBLIC_KEY_SIZE], uint8_t secret[SECRET_KEY_SIZE], long member)
{
	uint8_t		seed[SEED_SIZE];
	char		name[32];

	sha256(seed, name, (size_t) snprintf(name, sizeof name, "member %ld", member));
	ed25519_from_seed(key, secret, seed);
}

static Str
did_of(Arena *arena, long member)
{
	uint8_t		key[PUBLIC_KEY_SIZE];
	uint8_t		secret[SECRET_KEY_SIZE];
	char		text[DID_TEXT_MAX];
	Did			did;

	make_key(key, secret, member);
	did_from_key(&did, key);
	return arena_str(arena, (Str){text, did_print(text, &did)});
}

/* Print one act of a member. */
static void
print_act(long member, long nonce, const char *aud, const char *members)
{
	HeapArena	heap;
	uint8_t		key[PUBLIC_KEY_SIZE];
	uint8_t		secret[SECRET_KEY_SIZE];
	Str			record;
	Str			did;

	heap_arena_init(&heap);
	make_key(key, secret, member);
	did = did_of(&heap.arena, member);
	record = record_sign(&heap.arena,
						 arena_printf(&heap.arena, "{\"iss\":\"%.*s\",%s%s%s\"iat\":1767225600,\"nonce\":%ld,%s}",
									  (int) did.n, did.p, aud ? "\"aud\":\"" : "", aud ? aud : "", aud ? "\"," : "",
									  nonce, members),
						 secret);
	printf("%.*s\n", (int) record.n, record.p);
	heap_arena_free(&heap);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

/* Time what verifying leaves and tree has to hash at least. */
static void
time_hashes(long n, size_t bytes)
{
	uint8_t    *leaf = calloc(1, bytes);
	uint8_t		hash[HASH_SIZE];
	double		start = now();

	if (leaf == NULL)
		exit(1);
	for (long i = 0; i < n; i++)
	{
		memcpy(leaf, &i, sizeof i);
		merkle_leaf(hash, leaf, bytes);
		merkle_node(hash, hash, hash);
	}
	printf("%.6f\n", now() - start);
	free(leaf);
}

static long
number(const char *text)
{
	return strtol(text, NULL, 10);
}

int
main(int argc, char **argv)
{
	const char *kind = argc > 3 ? argv[1] : "";
	long		from = argc > 3 ? number(argv[2]) : 0;
	long		to = argc > 3 ? number(argv[3]) : 0;
	const char *aud = argc > 4 ? argv[4] : NULL;
	long		members = argc > 5 ? number(argv[5]) : 1;
	HeapArena	heap;

	if (!crypto_init())
		return 1;
	heap_arena_init(&heap);
	if (strcmp(kind, "evp") == 0)
		time_hashes(from, (size_t) to);
	else if (strcmp(kind, "charter") == 0)
	{
		Str			did = did_of(&heap.arena, 0);

		print_act(0, 1, NULL, arena_printf(&heap.arena,
										   "\"act\":\"charter\",\"name\":\"bench\",\"founders\":[\"%.*s\"],\"vouches\":1,\"rules\":1,"
										   "\"limits\":{\"pending_joins\":1000000000,\"acts_per_day\":1000000000}%c", (int) did.n, did.p, '\0').p);
	}
	else if (strcmp(kind, "join") == 0)
		for (long i = from; i < to; i++)
			print_act(i, 2, aud, "\"act\":\"join\"");
	else if (strcmp(kind, "vouch") == 0)
		for (long i = from; i < to; i++)
		{
			Str			did = did_of(&heap.arena, i);

			print_act(0, i + 10, aud, arena_printf(&heap.arena, "\"act\":\"vouch\",\"member\":\"%.*s\"%c", (int) did.n, did.p, '\0').p);
			arena_reset(&heap.arena);
		}
	else if (strcmp(kind, "poll") == 0)
		print_act(0, 900000000L, aud, "\"act\":\"poll\",\"name\":\"bench\",\"title\":\"Which?\",\"options\":[\"a\",\"b\",\"c\",\"d\",\"e\"],"
				  "\"method\":\"quadratic\",\"params\":{\"credits\":100},\"opens\":0,\"closes\":4102444800");
	else if (strncmp(kind, "delegate", 8) == 0 && argc > 5)
		for (long i = from; i < to; i++)
		{
			Buf			list;

			arena_reset(&heap.arena);
			buf_init(&list, &heap.arena);
			buf_text(&list, "\"act\":\"delegate\",\"scope\":{},\"to\":[");
			for (long j = 1; j <= i % 4 && kind[8] == 's'; j++)
			{
				buf_text(&list, j > 1 ? ",\"" : "\"");
				buf_str(&list, did_of(&heap.arena, (i + j) % members));
				buf_char(&list, '"');
			}
			buf_add(&list, "]", 2);
			print_act(i % members, 1000000000L + i, aud, list.p);
		}
	else if ((strcmp(kind, "ballot") == 0 || strcmp(kind, "revote") == 0) && argc > 5)
		for (long i = from; i < to; i++)
		{
			print_act(i, *kind == 'r' ? 1000000001L : 1000000000L, aud, arena_printf(&heap.arena, "\"act\":\"ballot\",\"poll\":\"%s\",\"choice\":{\"votes\":[%ld,%ld,1,0,2]}%c",
														argv[5], i % 7, i % 5, '\0').p);
			arena_reset(&heap.arena);
		}
	else
	{
		fputs("usage: acts KIND FROM TO [AUD] [ARGUMENT]\n", stderr);
		return 1;
	}
	heap_arena_free(&heap);
	return 0;
}
