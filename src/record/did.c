/*
 * did.c -- reads and writes DIDs.
 *
 * The base58 of a did:key has a fixed length: 47 digits for 34 bytes, of which the first two never change.  So a number
 * of nine 32-bit limbs holds every such value, digits go in and out five at a time, and a text of 47 digits whose value
 * has the right two bytes on top is the only one for its key.
 */
#include "record/did.h"

#include <inttypes.h>

#define KEY_PREFIX "did:key:z"
#define KEY_DIGITS 47			/* after the z, which says base58btc */
#define KEY_CODEC 0xed01		/* multicodec of an Ed25519 public key, as a varint */
#define COMMUNE_PREFIX "did:commune:"
#define COMMUNE_DIGITS 32
#define COMMUNE_SIZE 20

#define LIMBS 9
#define GROUP 5					/* digits that fit a limb */
#define GROUP_VALUE 656356768	/* 58^5 */

static const char base58_alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/* The value of each byte in base58btc, plus one; 0 for a byte that does not belong to it. */
static const uint8_t base58_value[256] = {
	['1'] = 1, ['2'] = 2, ['3'] = 3, ['4'] = 4, ['5'] = 5, ['6'] = 6, ['7'] = 7, ['8'] = 8,
	['9'] = 9, ['A'] = 10, ['B'] = 11, ['C'] = 12, ['D'] = 13, ['E'] = 14, ['F'] = 15, ['G'] = 16,
	['H'] = 17, ['J'] = 18, ['K'] = 19, ['L'] = 20, ['M'] = 21, ['N'] = 22, ['P'] = 23, ['Q'] = 24,
	['R'] = 25, ['S'] = 26, ['T'] = 27, ['U'] = 28, ['V'] = 29, ['W'] = 30, ['X'] = 31, ['Y'] = 32,
	['Z'] = 33, ['a'] = 34, ['b'] = 35, ['c'] = 36, ['d'] = 37, ['e'] = 38, ['f'] = 39, ['g'] = 40,
	['h'] = 41, ['i'] = 42, ['j'] = 43, ['k'] = 44, ['m'] = 45, ['n'] = 46, ['o'] = 47, ['p'] = 48,
	['q'] = 49, ['r'] = 50, ['s'] = 51, ['t'] = 52, ['u'] = 53, ['v'] = 54, ['w'] = 55, ['x'] = 56,
	['y'] = 57, ['z'] = 58,
};

static const char base32_alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

size_t
did_size(const Did *did)
{
	switch (did->b[0])
	{
		case 'k':
			return 1 + PUBLIC_KEY_SIZE;
		case 'c':
			return 1 + COMMUNE_SIZE;
		default:
			return 0;
	}
}

static Code
refuse(Fault *fault, int64_t at, const char *what)
{
	return fault_set(fault, CODE_BAD_DID, at, "%s at byte %" PRId64, what, at);
}

/* Read the 47 digits of a did:key.  offset is their place in the text. */
static Code
read_key(uint8_t key[PUBLIC_KEY_SIZE], const char *digits, size_t offset, Fault *fault)
{
	uint32_t	limb[LIMBS] = {0};	/* the least significant first */
	int			used = 1;
	int			i = 0;

	/* The groups are 2, 5, 5, ... digits; each makes room for itself and carries at most one limb further. */
	for (int end = KEY_DIGITS % GROUP; end <= KEY_DIGITS; end += GROUP)
	{
		uint64_t	carry = 0;

		for (; i < end; i++)
		{
			uint8_t		value = base58_value[(uint8_t) digits[i]];

			if (value == 0)
				return refuse(fault, (int64_t) offset + i, "no character of base58");
			carry = carry * 58 + (value - 1u);
		}
		for (int j = 0; j < used; j++)
		{
			carry += (uint64_t) limb[j] * GROUP_VALUE;
			limb[j] = (uint32_t) carry;
			carry >>= 32;
		}
		if (carry != 0)
			limb[used++] = (uint32_t) carry;
	}
	if (limb[LIMBS - 1] != KEY_CODEC)
		return fault_set(fault, CODE_BAD_DID, (int64_t) offset, "the key is not an Ed25519 key (z6Mk...)");
	for (int j = 0; j < 8; j++)
	{
		uint32_t	v = limb[7 - j];

		key[4 * j] = (uint8_t) (v >> 24);
		key[4 * j + 1] = (uint8_t) (v >> 16);
		key[4 * j + 2] = (uint8_t) (v >> 8);
		key[4 * j + 3] = (uint8_t) v;
	}
	return CODE_OK;
}

/* Write the 47 digits of a did:key. */
static void
print_key(char digits[KEY_DIGITS], const uint8_t key[PUBLIC_KEY_SIZE])
{
	uint32_t	limb[LIMBS] = {KEY_CODEC};	/* the most significant first */
	int			begin = 0;

	for (int j = 0; j < 8; j++)
		limb[j + 1] = (uint32_t) key[4 * j] << 24 | (uint32_t) key[4 * j + 1] << 16 |
			(uint32_t) key[4 * j + 2] << 8 | key[4 * j + 3];
	for (int end = KEY_DIGITS; end > 0; end -= GROUP)
	{
		uint64_t	rest = 0;

		for (int j = begin; j < LIMBS; j++)
		{
			rest = rest << 32 | limb[j];
			limb[j] = (uint32_t) (rest / GROUP_VALUE);
			rest %= GROUP_VALUE;
		}
		while (begin < LIMBS && limb[begin] == 0)
			begin++;
		for (int i = end - 1; i >= end - GROUP && i >= 0; i--)
		{
			digits[i] = base58_alphabet[rest % 58];
			rest /= 58;
		}
	}
}

/* Read the 32 base32 characters of a did:commune: eight of them are five bytes. */
static Code
read_commune(uint8_t bytes[COMMUNE_SIZE], const char *text, size_t offset, Fault *fault)
{
	for (int i = 0; i < COMMUNE_DIGITS; i += 8)
	{
		uint64_t	v = 0;

		for (int j = i; j < i + 8; j++)
		{
			char		c = text[j];

			if (c >= 'a' && c <= 'z')
				v = v << 5 | (uint64_t) (c - 'a');
			else if (c >= '2' && c <= '7')
				v = v << 5 | (uint64_t) (c - '2' + 26);
			else
				return refuse(fault, (int64_t) offset + j, "no character of base32 (a-z 2-7)");
		}
		for (int j = 4; j >= 0; j--, v >>= 8)
			bytes[i / 8 * 5 + j] = (uint8_t) v;
	}
	return CODE_OK;
}

static void
print_commune(char text[COMMUNE_DIGITS], const uint8_t bytes[COMMUNE_SIZE])
{
	for (int i = 0; i < COMMUNE_DIGITS; i += 8)
	{
		uint64_t	v = 0;

		for (int j = 0; j < 5; j++)
			v = v << 8 | bytes[i / 8 * 5 + j];
		for (int j = 7; j >= 0; j--, v >>= 5)
			text[i + j] = base32_alphabet[v & 31];
	}
}

static inline bool
begins_with(const char *text, size_t n, const char *prefix, size_t prefix_n)
{
	return n >= prefix_n && memcmp(text, prefix, prefix_n) == 0;
}

Code
did_parse(Did *out, const char *text, size_t n, Fault *fault)
{
	size_t		key_prefix = strlen(KEY_PREFIX);
	size_t		commune_prefix = strlen(COMMUNE_PREFIX);

	*out = (Did){0};
	if (begins_with(text, n, KEY_PREFIX, key_prefix))
	{
		if (n != key_prefix + KEY_DIGITS)
			return fault_set(fault, CODE_BAD_DID, (int64_t) key_prefix,
							 "a did:key of Ed25519 has %zu characters, this has %zu", key_prefix + KEY_DIGITS, n);
		out->b[0] = 'k';
		return read_key(out->b + 1, text + key_prefix, key_prefix, fault);
	}
	if (begins_with(text, n, COMMUNE_PREFIX, commune_prefix))
	{
		if (n != commune_prefix + COMMUNE_DIGITS)
			return fault_set(fault, CODE_BAD_DID, (int64_t) commune_prefix,
							 "a did:commune has %zu characters, this has %zu", commune_prefix + COMMUNE_DIGITS, n);
		out->b[0] = 'c';
		return read_commune(out->b + 1, text + commune_prefix, commune_prefix, fault);
	}
	return fault_set(fault, CODE_BAD_DID, 0, "it begins neither with did:key:z nor with did:commune:");
}

Code
did_from_bytes(Did *out, const uint8_t *bytes, size_t n, Fault *fault)
{
	*out = (Did){0};
	if (n == 0 || (bytes[0] != 'k' && bytes[0] != 'c'))
		return fault_set(fault, CODE_BAD_DID, 0, "the binary form begins with the byte k or c");
	out->b[0] = bytes[0];
	if (n != did_size(out))
		return fault_set(fault, CODE_BAD_DID, (int64_t) n, "the binary form of this method has %zu bytes, this has %zu",
						 did_size(out), n);
	memcpy(out->b, bytes, n);
	return CODE_OK;
}

size_t
did_print(char out[DID_TEXT_MAX], const Did *did)
{
	size_t		prefix;

	if (did->b[0] == 'k')
	{
		prefix = strlen(KEY_PREFIX);
		memcpy(out, KEY_PREFIX, prefix);
		print_key(out + prefix, did->b + 1);
		return prefix + KEY_DIGITS;
	}
	prefix = strlen(COMMUNE_PREFIX);
	memcpy(out, COMMUNE_PREFIX, prefix);
	print_commune(out + prefix, did->b + 1);
	return prefix + COMMUNE_DIGITS;
}

void
did_from_key(Did *out, const uint8_t key[PUBLIC_KEY_SIZE])
{
	out->b[0] = 'k';
	memcpy(out->b + 1, key, PUBLIC_KEY_SIZE);
}

bool
did_key(uint8_t key[PUBLIC_KEY_SIZE], const Did *did)
{
	if (did->b[0] != 'k')
		return false;
	memcpy(key, did->b + 1, PUBLIC_KEY_SIZE);
	return true;
}
