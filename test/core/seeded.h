/*
 * seeded.h -- numbers that look random and are the same on every machine and in every run (splitmix64).
 */
#ifndef COMMUNE_SEEDED_H
#define COMMUNE_SEEDED_H

#include <stddef.h>
#include <stdint.h>

static uint64_t seeded_state = 20260101;

static inline uint64_t
seeded_next(void)
{
	uint64_t	z = (seeded_state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static inline uint32_t
seeded_below(uint32_t n)
{
	return (uint32_t) (seeded_next() % n);
}

static inline void
seeded_bytes(uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t) seeded_next();
}

#endif
