/*
 * office.h -- offices, and who holds them.
 *
 * A mandate is held for a term and ends by itself: nobody has to do anything for it.  guardian is an office like others,
 * whose holders may stop a law once, for a few days.
 */
#ifndef COMMUNE_OFFICE_H
#define COMMUNE_OFFICE_H

#include "action/action.h"

#define TERM_DAYS_MAX 1461			/* four years */
#define OFFICE_NAME_MAX 60
#define GUARDIAN STR("guardian")

typedef struct Office
{
	Row			row;
	int32_t		days;			/* longest term */
	int64_t		since;			/* index of the entry that created it */
	Str			name;
	Str			title;
} Office;

typedef struct Mandate
{
	Row			row;
	int64_t		member;
	int64_t		since;			/* index of the entry that granted it */
	int64_t		ends_at;
	int64_t		ended;			/* index of the entry that revoked or followed it; INT8_NONE before */
	int64_t		proposal;		/* that granted it, or INT8_NONE */
	Str			office;
} Mandate;

extern const Rel office_rel;
extern const Rel mandate_rel;
extern const RowPath office_by_name;
extern const RowPath mandate_by_office;
extern const RowPath mandate_in_force;
extern const ActionKind office_actions[];	/* office.create, office.grant, office.revoke */

/* True if a member holds an office at a time. */
extern bool office_holds(State *state, Str office, int64_t member, int64_t time);

#endif
