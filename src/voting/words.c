/*
 * words.c -- the words for parameters.
 */
#include "voting/words.h"

const char *const score_by_words[] = {"sum", "mean", "median", "majority_judgment", NULL};
const char *const unscored_words[] = {"lowest", "ignored", NULL};
const char *const borda_mode_words[] = {"average", "zero", "modified", "dowdall", NULL};
const char *const strength_words[] = {"winning", "margin", "ratio", "opposition", NULL};
const char *const equal_pairs_words[] = {"ranked", "together", NULL};
const char *const overvote_words[] = {"exhaust", "skip", "if_one_continuing", "wait", NULL};
const char *const duplicate_words[] = {"skip", "exhaust", NULL};
const char *const majority_of_words[] = {"continuing", "first_round", "ballots", NULL};
const char *const runoff_status_words[] = {"continuing", "elected", "excluded", "out", "withdrawn", NULL};
const char *const stv_rule_words[] = {"scottish", "wigm", "meek", NULL};
const char *const stv_quota_words[] = {"own", "droop", "fraction", "hare", NULL};
const char *const stv_status_words[] = {"continuing", "elected", "excluded", "not elected", "withdrawn", NULL};

int
word_find(const char *const *words, Str word)
{
	for (int i = 0; words[i] != NULL; i++)
		if (str_is(word, words[i]))
			return i;
	return -1;
}

void
words_print(Buf *out, const char *const *words)
{
	for (int i = 0; words[i] != NULL; i++)
	{
		if (i > 0)
			buf_text(out, words[i + 1] == NULL ? " or " : ", ");
		buf_text(out, words[i]);
	}
}
