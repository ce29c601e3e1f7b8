/*
 * root.c -- integer square roots.
 *
 * The upper half of a number gives the upper half of its root, and one division the lower half (Zimmermann, Karatsuba
 * Square Root, INRIA RR-3805, 1999).  The numbers are shifted so that one of their two highest bits is set.
 */
#include "budget/root.h"

/* The roots of 64 * 256 to 255 * 256. */
static const uint8_t root_table[192] = {
	128, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143, 144, 144, 145, 146, 147, 148, 149,
	150, 150, 151, 152, 153, 154, 155, 155, 156, 157, 158, 159, 160, 160, 161, 162, 163, 163, 164, 165, 166, 167, 167, 168,
	169, 170, 170, 171, 172, 173, 173, 174, 175, 176, 176, 177, 178, 178, 179, 180, 181, 181, 182, 183, 183, 184, 185, 185,
	186, 187, 187, 188, 189, 189, 190, 191, 192, 192, 193, 193, 194, 195, 195, 196, 197, 197, 198, 199, 199, 200, 201, 201,
	202, 203, 203, 204, 204, 205, 206, 206, 207, 208, 208, 209, 209, 210, 211, 211, 212, 212, 213, 214, 214, 215, 215, 216,
	217, 217, 218, 218, 219, 219, 220, 221, 221, 222, 222, 223, 224, 224, 225, 225, 226, 226, 227, 227, 228, 229, 229, 230,
	230, 231, 231, 232, 232, 233, 234, 234, 235, 235, 236, 236, 237, 237, 238, 238, 239, 240, 240, 241, 241, 242, 242, 243,
	243, 244, 244, 245, 245, 246, 246, 247, 247, 248, 248, 249, 249, 250, 250, 251, 251, 252, 252, 253, 253, 254, 254, 255,
};

/* Each returns the root of n and what is left over: n - root * root. */
static uint32_t
root_16(uint32_t *rest, uint32_t n)
{
	uint32_t	root = root_table[(n >> 8) - 64];

	*rest = n - root * root;
	if (*rest > 2 * root)
	{
		*rest -= 2 * root + 1;
		root++;
	}
	return root;
}

static uint32_t
root_32(uint32_t *rest, uint32_t n)
{
	uint32_t	left;
	uint32_t	high = root_16(&left, n >> 16);
	uint32_t	half = left << 7 | (n >> 9 & 0x7f);
	uint32_t	q = half / high;
	uint32_t	root = (high << 8) + q;
	int64_t		r = (((int64_t) (half % high) << 1 | (n >> 8 & 1)) << 8 | (n & 0xff)) - (int64_t) q * q;

	if (r < 0)
	{
		r += 2 * (int64_t) root - 1;
		root--;
	}
	*rest = (uint32_t) r;
	return root;
}

static uint64_t
root_64(uint64_t *rest, uint64_t n)
{
	uint32_t	left;
	uint64_t	high = root_32(&left, (uint32_t) (n >> 32));
	uint64_t	half = (uint64_t) left << 15 | (n >> 17 & 0x7fff);
	uint64_t	q = half / high;
	uint64_t	root = (high << 16) + q;
	int64_t		r = (int64_t) (((half % high << 1 | (n >> 16 & 1)) << 16 | (n & 0xffff)) - q * q);

	if (r < 0)
	{
		r += 2 * (int64_t) root - 1;
		root--;
	}
	*rest = (uint64_t) r;
	return root;
}

uint32_t
root_of_word(uint64_t n)
{
	int			shift;
	uint64_t	rest;

	if (n == 0)
		return 0;
	shift = __builtin_clzll(n) & ~1;
	return (uint32_t) (root_64(&rest, n << shift) >> (shift / 2));
}

uint64_t
root_of_wide(Wide n)
{
	int			shift;
	UWide		m;
	uint64_t	left;
	uint64_t	high;
	uint64_t	half;
	uint64_t	q;
	UWide		root;

	if (n <= UINT64_MAX)
		return root_of_word((uint64_t) n);
	shift = __builtin_clzll((uint64_t) (n >> 64)) & ~1;
	m = (UWide) n << shift;
	high = root_64(&left, (uint64_t) (m >> 64));
	half = left << 31 | ((uint64_t) m >> 33);
	q = half / high;
	root = ((UWide) high << 32) + q;
	if ((((UWide) (half % high) << 1 | ((uint64_t) m >> 32 & 1)) << 32 | (uint32_t) m) < (UWide) q * q)
		root--;
	return (uint64_t) (root >> (shift / 2));
}
