/*
 * stv_state.h -- a count of transferable votes that goes on: what stv.c, gregory.c and meek.c share.
 */
#ifndef COMMUNE_VOTING_STV_STATE_H
#define COMMUNE_VOTING_STV_STATE_H

#include "voting/stv.h"

typedef struct StvCount
{
	Stv		   *out;
	const StvRules *rules;
	Sheets		sheets;
	int64_t		unit;			/* 10^decimals */
	uint8_t    *in;				/* of each option: it takes votes */
	uint32_t	continuing;
	uint32_t	elected;
	StvStatus  *status;
	StvEvent   *event;			/* since the last round */
	Wide	   *votes;
	int64_t    *keep;
	Wide	   *sums;
	const Wide **history;
	uint32_t	rounds_room;
	uint32_t   *list;			/* options, for one choice */
	void		(*pause)(void);
	Arena	   *arena;
	Fault	   *fault;
} StvCount;

/* Note down a round; what happened is forgotten. */
extern void stv_note(StvCount *c, uint32_t iterations);

extern void stv_exclude(StvCount *c, uint32_t option);

/* Elect all who have the quota. */
extern void stv_elect_by_quota(StvCount *c);

/*
 * End the count if it is decided: the seats are filled, or no more are left than there are seats.  Then all who are left
 * get what is theirs.
 */
extern bool stv_is_over(StvCount *c);

/* Choose one of those listed, who are tied if they are several; this is the round whose votes are looked at, from 1. */
extern Code stv_choose(StvCount *c, uint32_t *chosen, const char *purpose, bool worst, uint32_t n, uint32_t round);

/* List those in the count who have the fewest votes, or no more than so many above. */
extern uint32_t stv_list_last(StvCount *c, Wide within);

extern Code gregory_count(StvCount *c);
extern Code meek_count(StvCount *c);

#endif
