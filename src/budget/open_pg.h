/*
 * open_pg.h -- what the shells of this slice share: states that aggregates fill, arguments, results.
 *
 * At rest a state is its canonical bytes in a varlena.  While an aggregate runs, it is an expanded object whose content
 * is added to in place.  It becomes bytes when it is stored, or goes from a parallel worker to its leader; a function
 * that is called with what an aggregate returns takes the object as it is.
 */
#ifndef COMMUNE_BUDGET_OPEN_PG_H
#define COMMUNE_BUDGET_OPEN_PG_H

#include "base/rows_pg.h"

#include "utils/expandeddatum.h"

#include "budget/big.h"
#include "budget/listed.h"
#include "voting/words.h"

/* What a kind of state can do; content is one of its core's structures. */
typedef struct OpenKind
{
	const char *what;			/* in the plural, as messages have it */
	size_t		size;
	void		(*begin)(void *content, Arena *arena);
	Code		(*rest)(void *content, Arena *scratch, Fault *fault);
	uint64_t	(*bytes)(const void *content);
	void		(*write)(uint8_t *out, const void *content);
	Code		(*read)(void *content, const uint8_t *bytes, size_t n, Arena *arena, Fault *fault);
	Code		(*merge)(void *content, const void *other, bool subtract, Arena *scratch, Fault *fault);
	void		(*print)(Buf *out, const void *content);
	Code		(*parse)(void *content, Str text, Arena *scratch, Fault *fault);
} OpenKind;

typedef struct OpenState
{
	ExpandedObjectHeader header;
	const OpenKind *kind;
	Arena		arena;
	int32_t    *ints;			/* for the array of a row */
	int64_t    *bigints;
	uint32_t	room;			/* of both */
	void	   *content;
} OpenState;

/* Return the first argument, an aggregate's state so far, ready to be added to. */
extern OpenState *open_arg(FunctionCallInfo fcinfo, const OpenKind *kind);

/* End a transition. */
#define RETURN_OPEN(open) PG_RETURN_DATUM(EOHPGetRWDatum(&(open)->header))

/* End a transition that adds nothing. */
extern Datum open_unchanged(FunctionCallInfo fcinfo);

/* The functions that every type and aggregate needs. */
extern Datum open_combine(FunctionCallInfo fcinfo, const OpenKind *kind);
extern Datum open_plus(FunctionCallInfo fcinfo, const OpenKind *kind);
extern Datum open_minus(FunctionCallInfo fcinfo, const OpenKind *kind);
extern Datum open_input(FunctionCallInfo fcinfo, const OpenKind *kind);
extern Datum open_output(FunctionCallInfo fcinfo, const OpenKind *kind);
extern Datum open_receive(FunctionCallInfo fcinfo, const OpenKind *kind);

/* Return the content of a state of SQL, at rest; it lives as long as the state and work, and must not be changed. */
extern const void *open_read(Datum datum, const OpenKind *kind, Workspace *work);

/* ---- arguments */

/* Raise what is wrong with a parameter. */
extern void bad_terms(const char *detail) pg_attribute_noreturn();

/* Return arguments that must not be NULL; name is what a message calls them. */
extern Str	text_arg(FunctionCallInfo fcinfo, int arg, const char *name);
extern int64 bigint_arg(FunctionCallInfo fcinfo, int arg, const char *name);
extern bool boolean_arg(FunctionCallInfo fcinfo, int arg, const char *name);

/* Return the place of one of a few words among them. */
extern int	word_arg(FunctionCallInfo fcinfo, int arg, const char *name, const char *const *words);

/* Return a weight: NULL is 1. */
static inline int64
weight_arg(FunctionCallInfo fcinfo, int arg)
{
	return PG_ARGISNULL(arg) ? 1 : PG_GETARG_INT64(arg);
}

/* A one-dimensional array of integers of 4 or 8 bytes, which may lie anywhere. */
typedef struct Ints
{
	const char *data;
	const uint8_t *nulls;		/* a bit for each item, 0 for NULL; NULL if there is none */
	uint32_t	n;				/* NULLs among them */
} Ints;

extern Ints ints_of(Datum datum);

/* Copy integers into the room of a state. */
extern uint32_t open_ints(OpenState *open, Ints ints);	/* NULL is 0 */
extern uint32_t open_ids(OpenState *open, Ints ints);	/* NULL is left out */
extern uint32_t open_bigints(OpenState *open, Ints ints);	/* there are no NULLs */

/* Copy the integers of an argument, without NULLs; NULL itself gives NULL. */
extern int32_t *integers_arg(size_t *n, FunctionCallInfo fcinfo, int arg, Arena *arena);

/* Sort a list of ids and check that none is there twice. */
extern void sort_ids(int32_t *id, size_t n);

/* Read rules for ties: (ties text, seed bytea, permutation integer[]), from arg on. */
extern ListedRules ties_arg(FunctionCallInfo fcinfo, int arg, Arena *arena);

/* ---- results */

/* Return value / 10^decimals, with all its decimals. */
extern Datum big_numeric(Rows *rows, Big value, int decimals);

/* Return the name of the rule that broke a tie; NULL, and *isnull, if there was none. */
extern Datum tie_datum(bool *isnull, const TieBreak *tie);

#endif
