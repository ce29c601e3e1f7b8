/*
 * pulse.h -- lets others have their turn while a core is busy for long.
 */
#ifndef COMMUNE_DELEGATION_PULSE_H
#define COMMUNE_DELEGATION_PULSE_H

#include <stddef.h>
#include <stdint.h>

#define PULSE_STEPS 65536

typedef struct Pulse
{
	void		(*pause)(void);	/* may jump out; NULL: nobody waits */
	uint32_t	steps;
} Pulse;

/* Count a step; every so many of them, pause. */
static inline void
pulse(Pulse *p)
{
	if (++p->steps % PULSE_STEPS == 0 && p->pause != NULL)
		p->pause();
}

#endif
