/*
 * words.h -- the words for parameters that are one of a few, the same for functions in SQL and for the commune's polls.
 *
 * The lists are in the order of the enumerations that they name, and end with NULL.
 */
#ifndef COMMUNE_VOTING_WORDS_H
#define COMMUNE_VOTING_WORDS_H

#include "base/base.h"

extern const char *const score_by_words[];	/* ScoreBy */
extern const char *const unscored_words[];
extern const char *const borda_mode_words[];	/* BordaMode */
extern const char *const strength_words[];	/* Strength */
extern const char *const equal_pairs_words[];	/* EqualPairs */
extern const char *const overvote_words[];	/* Overvote */
extern const char *const duplicate_words[];
extern const char *const majority_of_words[];	/* MajorityOf */
extern const char *const runoff_status_words[];	/* RunoffStatus */
extern const char *const stv_rule_words[];	/* StvRule */
extern const char *const stv_quota_words[];	/* StvQuota */
extern const char *const stv_status_words[];	/* StvStatus */

/* The place of a word in a list; -1 if it is not there. */
extern int	word_find(const char *const *words, Str word);

/* Write what a parameter may be: a, b or c. */
extern void words_print(Buf *out, const char *const *words);

#endif
