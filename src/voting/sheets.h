/*
 * sheets.h -- rankings as a count of transferable votes reads them: one option after the other.
 *
 * The rules say how papers are read that are not as they should be:
 *
 *   overvote      equal options: the paper is exhausted there; or the rank is passed over; or it counts if only one of
 *                 them is still in the count, and if there are more, the paper is exhausted, or waits until one is left
 *   max_skipped   so many ranks may be left out in a row; after more of them the paper is exhausted
 *   duplicate     an option that stands there again: is not looked at, or the paper is exhausted there
 *   withdrawn     options that are passed over; they are no skipped ranks
 *
 * A sheet is a list of 16-bit numbers: options; for equal ones of which one might count, SHEET_EQUAL plus their number,
 * and then they; 0 at the end.
 */
#ifndef COMMUNE_VOTING_SHEETS_H
#define COMMUNE_VOTING_SHEETS_H

#include "voting/profile.h"

#define SHEET_EQUAL 0x8000
#define ROUNDS_OPTIONS_MAX 2048	/* of counts that have rounds: each round says something of each option */

typedef enum Overvote
{
	OVERVOTE_EXHAUST,
	OVERVOTE_SKIP,
	OVERVOTE_IF_ONE,
	OVERVOTE_WAIT
} Overvote;

typedef struct SheetRules
{
	Overvote	overvote;
	int64_t		max_skipped;	/* -1: any number */
	bool		duplicate_exhausts;
	const uint8_t *withdrawn;	/* of each option, options + 1 items; NULL: none is */
} SheetRules;

typedef struct Sheet
{
	const uint16_t *at;			/* where reading goes on */
	int64_t		weight;
} Sheet;

typedef struct Sheets
{
	uint32_t	options;
	uint32_t	n;
	Sheet	   *sheet;
	int64_t		ballots;		/* all weights, the blank ones included; no sum of some of them is greater */
	int64_t		blank;			/* papers that name no option */
} Sheets;

/*
 * Read a profile.  pause, which may be NULL, is called now and then, and may jump out.  Faults: BAD_RULE, NEGATIVE_COUNT,
 * NUMBER_OVERFLOW, TOO_LARGE.
 */
extern Code sheets_read(Sheets *out, const Profile *profile, const SheetRules *rules, void (*pause)(void), Arena *arena,
						Fault *fault);

/* What a sheet comes to that is no option. */
#define SHEET_EXHAUSTED 0
#define SHEET_WAITS UINT32_MAX

/* Go on to the next option that is still in the count, in[o] not zero. */
static inline uint32_t
sheet_next(Sheet *sheet, const uint8_t *in, Overvote overvote)
{
	for (;;)
	{
		const uint16_t *here = sheet->at;
		uint32_t	option = *here;
		uint32_t	only = 0;
		uint32_t	count = 0;

		if (option == 0)
			return SHEET_EXHAUSTED;
		sheet->at++;
		if (option < SHEET_EQUAL)
		{
			if (in[option])
				return option;
			continue;
		}
		for (option -= SHEET_EQUAL; option > 0; option--, sheet->at++)
			if (in[*sheet->at])
			{
				only = *sheet->at;
				count++;
			}
		if (count == 1)
			return only;
		if (count > 1 && overvote == OVERVOTE_WAIT)
		{
			sheet->at = here;
			return SHEET_WAITS;
		}
		if (count > 1)
		{
			while (*sheet->at != 0)
				sheet->at++;
			return SHEET_EXHAUSTED;
		}
	}
}

#endif
